// One changed key of a group's write-set, and what keys are compared by.
#ifndef KITH_LIB_STORAGE_CHANGE_H_
#define KITH_LIB_STORAGE_CHANGE_H_

#include <cstdint>
#include <cstring>

#include "kith/storage/storage.h"

namespace kith::storage {

// Lies in the group's arena with its key right behind it, and its first value behind that: putting a group walks them in key order, which
// is not the order they were made in, and each costs one trip to memory instead of three.
struct Change {
  enum class State : uint8_t {
    kNone,  // undone: as if the key had never been touched
    kPut,
    kDelete,
  };
  const char* value = nullptr;  // as it will stand in the file
  uint32_t value_size = 0;
  uint16_t key_size = 0;
  uint8_t keyspace = 0;
  State state = State::kNone;

  [[nodiscard]] View key() const { return {reinterpret_cast<const char*>(this + 1), key_size}; }
  [[nodiscard]] View stored() const { return {value, value_size}; }
};
static_assert(sizeof(Change) == 16);

// A key with its first 16 bytes as two big-endian numbers, so that nearly every comparison is one of integers. In an integer keyspace the
// first number is the key itself.
struct KeyPrefix {
  uint64_t high = 0;
  uint64_t low = 0;
  friend bool operator==(const KeyPrefix&, const KeyPrefix&) = default;
};
struct KeyProbe {
  KeyPrefix prefix;
  View key;
};

[[nodiscard]] inline bool PrefixBefore(const KeyPrefix& a, const KeyPrefix& b) {
  return a.high != b.high ? a.high < b.high : a.low < b.low;
}

[[nodiscard]] inline uint64_t BigEndianPrefix(const char* p, size_t size) {
  uint64_t word = 0;
  if (size >= sizeof(word)) {
    std::memcpy(&word, p, sizeof(word));
  } else if (size > 0) {
    std::memcpy(&word, p, size);
  }
  return __builtin_bswap64(word);
}

[[nodiscard]] inline KeyProbe ProbeOf(KeyOrder order, View key) {
  if (order == KeyOrder::kInteger) {
    uint64_t number = 0;
    std::memcpy(&number, key.data(), sizeof(number));
    return {{number, 0}, key};
  }
  return {{BigEndianPrefix(key.data(), key.size()), key.size() > 8 ? BigEndianPrefix(key.data() + 8, key.size() - 8) : 0}, key};
}

// Order of two keys whose first 16 bytes, filled up with zeros, are equal.
[[nodiscard]] inline bool TailBefore(View a, View b) {
  const size_t common = a.size() < b.size() ? a.size() : b.size();
  if (common > 16) {
    const int order = std::memcmp(a.data() + 16, b.data() + 16, common - 16);
    if (order != 0) return order < 0;
  }
  return a.size() < b.size();
}

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_CHANGE_H_
