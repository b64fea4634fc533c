#include "engine/index_writes.h"

#include <algorithm>

#include "engine/format.h"
#include "kith/base/key.h"

namespace kith::engine {
namespace {

// Entries have a number and an id, 12 bytes at least; shorter tails count as zeros.
uint64_t WordAt(std::string_view key, size_t at) {
  if (at + sizeof(uint64_t) <= key.size()) return ReadU64(key.data() + at);
  uint64_t word = 0;
  for (size_t i = at; i < at + sizeof(uint64_t); ++i) word = word << 8 | (i < key.size() ? static_cast<uint8_t>(key[i]) : 0U);
  return word;
}

}  // namespace

IndexWrites::Place IndexWrites::Add(std::string_view key, std::string_view value, bool deleted) {
  Item& item = items_.emplace_back();
  item.number = ReadU32(key.data());
  item.high = WordAt(key, format::kIndexNumberBytes);
  item.low = WordAt(key, format::kIndexNumberBytes + sizeof(uint64_t));
  item.offset = bytes_.size();
  item.key_size = static_cast<uint32_t>(key.size());
  item.value_size = static_cast<uint32_t>(value.size());
  item.deleted = deleted;
  bytes_.append(key).append(value);
  return {item.offset, key.size()};
}

bool IndexWrites::Before(const Item& a, const Item& b) const {
  if (a.number != b.number) return a.number < b.number;
  if (a.high != b.high) return a.high < b.high;
  if (a.low != b.low) return a.low < b.low;
  return KeyOf(a) < KeyOf(b);
}

void IndexWrites::Emit(storage::WriteSet& set) {
  std::sort(items_.begin(), items_.end(), [this](const Item& a, const Item& b) { return Before(a, b); });
  for (const Item& item : items_) {
    if (item.deleted) {
      set.Delete(format::kIndex, KeyOf(item));
    } else {
      set.Put(format::kIndex, KeyOf(item), std::string_view(bytes_).substr(item.offset + item.key_size, item.value_size));
    }
  }
  items_.clear();
}

}  // namespace kith::engine
