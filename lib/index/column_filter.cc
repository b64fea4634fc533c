// Filters over packed values. The loops compare every row, those without a value too, and leave vectors to the compiler.
#include <cstring>
#include <functional>
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
Bitmap Mark(std::span<const T, kRows> values, T constant, const Compare& compare) {
  Marks marks;
  for (size_t row = 0; row < kRows; ++row) marks[row] = compare(values[row], constant) ? 1 : 0;
  return Pack(marks);
}

template <typename T>
Bitmap MarkBy(std::span<const T, kRows> values, Comparison comparison, T constant) {
  switch (comparison) {
    case Comparison::kEqual:
      return Mark(values, constant, std::equal_to<T>());
    case Comparison::kNotEqual:
      return Mark(values, constant, std::not_equal_to<T>());
    case Comparison::kLess:
      return Mark(values, constant, std::less<T>());
    case Comparison::kLessEqual:
      return Mark(values, constant, std::less_equal<T>());
    case Comparison::kGreater:
      return Mark(values, constant, std::greater<T>());
    case Comparison::kGreaterEqual:
      return Mark(values, constant, std::greater_equal<T>());
  }
  return {};
}

}  // namespace

Bitmap Where(const BlockView& block, Comparison comparison, const Value& constant) {
  if (constant.kind() != block.spec().kind) return {};
  if (block.spec().kind == Kind::kDouble) {
    std::array<double, kRows> values;
    block.Doubles(values);
    return MarkBy<double>(values, comparison, constant.get<double>()) & block.has();
  }
  std::array<int64_t, kRows> values;
  block.Integers(values);
  const Bitmap rows = MarkBy<int64_t>(values, comparison, IntegerOf(constant));
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
