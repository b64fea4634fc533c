// Filters over packed values. The loops compare every row, those without a value too, and leave vectors to the compiler.
#include <compare>
#include <cstring>
#include <functional>
#include <limits>
#include <span>

#include "index/column_internal.h"
#include "kith/index/column.h"

namespace kith::column {
namespace {

using Marks = std::array<uint8_t, kRows>;  // 1: matches

// Eight marks at a time: the product moves the lowest bit of each byte into the highest byte.
Bitmap Pack(const Marks& marks) {
  static_assert(kRows % 8 == 0);
  Bitmap bitmap;
  for (size_t row = 0; row < kRows; row += 8) {
    uint64_t eight = 0;
    std::memcpy(&eight, marks.data() + row, sizeof(eight));
    bitmap.words()[row / 64] |= ((eight * 0x0102040810204080U) >> 56) << (row % 64);
  }
  return bitmap;
}

template <typename T, typename Compare>
Bitmap Mark(const char* numbers, T constant, const Compare& compare) {
  std::array<T, kRows> values;
  std::memcpy(values.data(), numbers, sizeof(values));
  Marks marks;
  for (size_t row = 0; row < kRows; ++row) marks[row] = compare(values[row], constant) ? 1 : 0;
  return Pack(marks);
}

template <typename T>
Bitmap MarkBy(const char* numbers, Comparison comparison, T constant) {
  switch (comparison) {
    case Comparison::kEqual:
      return Mark(numbers, constant, std::equal_to<T>());
    case Comparison::kNotEqual:
      return Mark(numbers, constant, std::not_equal_to<T>());
    case Comparison::kLess:
      return Mark(numbers, constant, std::less<T>());
    case Comparison::kLessEqual:
      return Mark(numbers, constant, std::less_equal<T>());
    case Comparison::kGreater:
      return Mark(numbers, constant, std::greater<T>());
    case Comparison::kGreaterEqual:
      return Mark(numbers, constant, std::greater_equal<T>());
  }
  return {};
}

Bitmap AllRows() {
  Bitmap all;
  for (size_t row = 0; row < kRows; ++row) all.Set(row);
  return all;
}

// All rows or none: every value is in this order to the constant.
Bitmap Alike(Comparison comparison, std::strong_ordering order) {
  static const Bitmap kAll = AllRows();
  switch (comparison) {
    case Comparison::kEqual:
      return order == 0 ? kAll : Bitmap();
    case Comparison::kNotEqual:
      return order != 0 ? kAll : Bitmap();
    case Comparison::kLess:
      return order < 0 ? kAll : Bitmap();
    case Comparison::kLessEqual:
      return order <= 0 ? kAll : Bitmap();
    case Comparison::kGreater:
      return order > 0 ? kAll : Bitmap();
    case Comparison::kGreaterEqual:
      return order >= 0 ? kAll : Bitmap();
  }
  return {};
}

// The constant is packed as the values are, so that narrow numbers are compared.
template <typename T>
Bitmap MarkPacked(const BlockView::Packing& packing, Comparison comparison, int64_t constant) {
  if (constant < packing.base) return Alike(comparison, std::strong_ordering::greater);
  const uint64_t number = static_cast<uint64_t>(constant) - static_cast<uint64_t>(packing.base);
  if (number > std::numeric_limits<T>::max()) return Alike(comparison, std::strong_ordering::less);
  return MarkBy(packing.numbers, comparison, static_cast<T>(number));
}

Bitmap MarkIntegers(const BlockView::Packing& packing, Comparison comparison, int64_t constant) {
  switch (packing.width) {
    case 0:
      return Alike(comparison, packing.base <=> constant);
    case sizeof(uint8_t):
      return MarkPacked<uint8_t>(packing, comparison, constant);
    case sizeof(uint16_t):
      return MarkPacked<uint16_t>(packing, comparison, constant);
    case sizeof(uint32_t):
      return MarkPacked<uint32_t>(packing, comparison, constant);
    default:
      return MarkBy<int64_t>(packing.numbers, comparison, constant);
  }
}

}  // namespace

Bitmap Where(const BlockView& block, Comparison comparison, const Value& constant) {
  if (constant.kind() != block.spec().kind || !block.has().Any()) return {};
  if (block.spec().kind == Kind::kDouble) {
    return MarkBy<double>(block.packing().numbers, comparison, constant.get<double>()) & block.has();
  }
  const Bitmap rows = MarkIntegers(block.packing(), comparison, IntegerOf(constant));
  if (block.spec().kind != Kind::kMoney) return rows & block.has();
  const Bitmap comparable = block.InCurrency(constant.get<Money>().currency);
  return comparison == Comparison::kNotEqual ? block.has() - (comparable - rows) : rows & comparable;
}

Bitmap WhereIn(const BlockView& block, std::span<const Value> constants) {
  Bitmap rows;
  for (const Value& constant : constants) rows = rows | Where(block, Comparison::kEqual, constant);
  return rows;
}

}  // namespace kith::column
