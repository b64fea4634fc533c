// Random layouts, values and records for the tests of the record room.
#ifndef KITH_TESTS_UNIT_RECORD_RECORDS_H_
#define KITH_TESTS_UNIT_RECORD_RECORDS_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kith/record/record.h"
#include "unit/base/random.h"

namespace kith::record {

using testing_random::Random;
using testing_random::Seed;

// Bytes at a multiple of 8 (as all memory of the heap is) in memory of exactly their size, so that a sanitizer sees every read outside
// them.
class AlignedBytes {
 public:
  AlignedBytes() = default;
  explicit AlignedBytes(std::string_view bytes) : bytes_(bytes.begin(), bytes.end()) {}
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }
  [[nodiscard]] std::span<char> span() { return bytes_; }

 private:
  std::vector<char> bytes_;
};

inline const std::vector<Kind>& AllKinds() {
  static const std::vector<Kind> kinds = {Kind::kBool, Kind::kInt,      Kind::kDecimal, Kind::kDouble,    Kind::kMoney,
                                          Kind::kText, Kind::kTextList, Kind::kChoice,  Kind::kChoiceSet, Kind::kDate,
                                          Kind::kTime, Kind::kRef,      Kind::kBytes};
  return kinds;
}

// A value that CheckValue allows.
inline Value ValidValue(Random& random, const Field& field) {
  static constexpr std::string_view kTexts[] = {"", "a", "Acme", "律所", "a longer text than the others, past one word", {"\0x", 2}};
  const auto text = [&random] {
    std::string out;
    for (uint64_t n = random.Below(4); n > 0; --n) out += kTexts[random.Below(6)];
    return out;
  };
  switch (field.kind) {
    case Kind::kDecimal:
      return Decimal{random.Int(), field.scale};
    case Kind::kDouble:
      return static_cast<double>(random.Int()) / 7;
    case Kind::kText:
      return text();
    case Kind::kTextList: {
      TextList list;
      for (uint64_t n = random.Below(5); n > 0; --n) list.push_back(text());
      return list;
    }
    case Kind::kChoiceSet: {
      std::set<Choice> set;
      for (uint64_t n = random.Below(5); n > 0; --n) set.insert({random.Int32()});
      return ChoiceSet(set.begin(), set.end());
    }
    case Kind::kTime:
      return Time{random.Int() / 2};
    case Kind::kRef:
      return Id(1 + random.Below((uint64_t{1} << 53) - 1));
    default:
      return random.Of(field.kind);
  }
}

// Distinct slots in the root and in a few pages, in no order.
inline Layout RandomLayout(Random& random) {
  Layout layout;
  std::set<std::pair<uint32_t, int>> used;
  const uint32_t pages[] = {Slot::kOwn, Slot::kOwn, PageKey(1, 64), PageKey(7, 0), PageKey(7, 4095), PageKey(4095, 64)};
  const bool dense = random.OneIn(3);
  for (uint64_t n = random.Below(60); n > 0; --n) {
    Field field;
    field.slot.page = pages[random.Below(6)];
    field.slot.index = static_cast<uint8_t>(random.Below(dense ? 16 : 64));
    field.kind = AllKinds()[random.Below(AllKinds().size())];
    field.scale = static_cast<uint8_t>(field.kind == Kind::kDecimal ? random.Below(19) : 0);
    if (used.insert({field.slot.page, field.slot.index}).second) layout.fields.push_back(field);
  }
  return layout;
}

inline std::vector<Value> RandomValues(Random& random, const Layout& layout) {
  std::vector<Value> values;
  for (const Field& field : layout.fields) values.push_back(random.OneIn(3) ? Value() : ValidValue(random, field));
  return values;
}

inline Header RandomHeader(Random& random) {
  Header header;
  header.id = random.Bits() >> 11;
  header.version = random.Bits() >> 20;
  header.created = random.Int();
  header.updated = random.Int();
  header.owner = random.Bits() >> 11;
  header.unit = static_cast<uint32_t>(random.Bits());
  header.visibility = static_cast<uint8_t>(random.Below(3));
  header.origin = static_cast<uint8_t>(random.Below(4));
  header.flags = static_cast<uint16_t>(random.Bits());
  return header;
}

// Every way to read every field; the sum keeps the reads from being left out.
inline uint64_t ReadAll(const View& view) {
  uint64_t sum = view.header().id + view.header().flags;
  for (size_t i = 0; i < view.layout().fields.size(); ++i) {
    const Value value = view.Get(i);
    sum += view.has(i) ? 1 : 0;
    switch (view.layout().fields[i].kind) {
      case Kind::kText:
      case Kind::kBytes:
        for (const char c : view.GetText(i)) sum += static_cast<unsigned char>(c);
        break;
      case Kind::kTextList:
        for (size_t k = 0; k < view.GetSize(i); ++k) sum += view.GetTextItem(i, k).size();
        break;
      case Kind::kChoiceSet:
        for (size_t k = 0; k < view.GetSize(i); ++k) sum += static_cast<uint32_t>(view.GetChoiceItem(i, k).number);
        break;
      case Kind::kDouble:
        sum += view.GetDouble(i) > 0 ? 1 : 0;
        break;
      case Kind::kMoney:
        sum += view.GetMoney(i).currency.packed();
        break;
      case Kind::kBool:
        sum += view.GetBool(i) ? 1 : 0;
        break;
      case Kind::kRef:
        sum += view.GetRef(i).value();
        break;
      default:
        sum += static_cast<uint64_t>(view.GetInt(i));
        break;
    }
  }
  return sum;
}

}  // namespace kith::record

#endif  // KITH_TESTS_UNIT_RECORD_RECORDS_H_
