// Totals over packed values.
#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "kith/index/column.h"

namespace kith::column {
namespace {

// A byte of a bitmap as eight bytes of 1 or 0.
constexpr std::array<uint64_t, 256> Spread() {
  std::array<uint64_t, 256> spread = {};
  for (size_t byte = 0; byte < spread.size(); ++byte) {
    for (size_t bit = 0; bit < 8; ++bit) spread[byte] |= (byte >> bit & 1) << (8 * bit);
  }
  return spread;
}

// All bits set where the row is, none elsewhere.
template <typename T>
std::array<T, kRows> MasksOf(const Bitmap& rows) {
  static constexpr std::array<uint64_t, 256> kSpread = Spread();
  std::array<uint8_t, kRows> flags;
  for (size_t row = 0; row < kRows; row += 8) {
    std::memcpy(flags.data() + row, &kSpread[rows.words()[row / 64] >> (row % 64) & 0xFF], sizeof(uint64_t));
  }
  std::array<T, kRows> masks;
  for (size_t row = 0; row < kRows; ++row) masks[row] = static_cast<T>(-static_cast<T>(flags[row]));
  return masks;
}

// Of numbers below 2^32: their sum fits.
template <typename T>
void AddNumbers(const BlockView::Packing& packing, const Bitmap& rows, size_t count, Totals& totals) {
  std::array<T, kRows> numbers;
  std::memcpy(numbers.data(), packing.numbers, sizeof(numbers));
  const std::array<T, kRows> masks = MasksOf<T>(rows);
  uint64_t sum = 0;
  T least = std::numeric_limits<T>::max();
  T greatest = 0;
  for (size_t row = 0; row < kRows; ++row) {
    const T number = numbers[row] & masks[row];
    sum += number;
    greatest = std::max(greatest, number);
    least = std::min(least, static_cast<T>(numbers[row] | static_cast<T>(~masks[row])));
  }
  totals.sum.Add(static_cast<int64_t>(sum));
  totals.sum.AddTimes(packing.base, count);
  totals.min = std::min(totals.min, packing.base + static_cast<int64_t>(least));
  totals.max = std::max(totals.max, packing.base + static_cast<int64_t>(greatest));
}

// Halves of values are summed apart, so that no sum of a block overflows and the loop can be vectors.
void AddWhole(const BlockView::Packing& packing, const Bitmap& rows, Totals& totals) {
  std::array<int64_t, kRows> values;
  std::memcpy(values.data(), packing.numbers, sizeof(values));
  const std::array<int64_t, kRows> masks = MasksOf<int64_t>(rows);
  int64_t high = 0;
  int64_t low = 0;
  for (size_t row = 0; row < kRows; ++row) {
    const int64_t value = values[row] & masks[row];
    high += value >> 32;
    low += value & 0xFFFFFFFF;
    totals.min = std::min(totals.min, value | (~masks[row] & INT64_MAX));
    totals.max = std::max(totals.max, value | (~masks[row] & INT64_MIN));
  }
  totals.sum.AddHalves(high, low);
}

}  // namespace

void Sum::AddHalves(int64_t high, int64_t low) {
  AddParts(static_cast<uint64_t>(high) << 32, high >> 32);
  Add(low);
}

void Sum::AddTimes(int64_t value, uint64_t count) {
  const auto factor = static_cast<int64_t>(count);
  AddHalves((value >> 32) * factor, (value & 0xFFFFFFFF) * factor);
}

void Accumulate(const BlockView& block, const Bitmap& rows, Totals& totals) {
  const Bitmap taken = rows & block.has();
  const size_t count = taken.Count();
  if (count == 0) return;
  const BlockView::Packing& packing = block.packing();
  totals.count += count;
  switch (packing.width) {
    case 0:
      totals.sum.AddTimes(packing.base, count);
      totals.min = std::min(totals.min, packing.base);
      totals.max = std::max(totals.max, packing.base);
      return;
    case sizeof(uint8_t):
      return AddNumbers<uint8_t>(packing, taken, count, totals);
    case sizeof(uint16_t):
      return AddNumbers<uint16_t>(packing, taken, count, totals);
    case sizeof(uint32_t):
      return AddNumbers<uint32_t>(packing, taken, count, totals);
    default:
      return AddWhole(packing, taken, totals);
  }
}

void Accumulate(const BlockView& block, const Bitmap& rows, DoubleTotals& totals) {
  std::array<double, kRows> values;
  block.Doubles(values);
  (rows & block.has()).ForEach([&](size_t row) {
    const double value = values[row];
    totals.min = totals.count == 0 ? value : std::min(totals.min, value);
    totals.max = totals.count == 0 ? value : std::max(totals.max, value);
    totals.sum += value;
    ++totals.count;
  });
}

struct GroupNumbers::Impl {
  // Nulls are told from zeros by `present`.
  struct Key {
    std::array<int64_t, 2> values = {};
    uint32_t present = 0;
    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.values[0], key.values[1], key.present);
    }
  };
  absl::flat_hash_map<Key, uint32_t> numbers;
  std::vector<std::array<Value, 2>> groups;

  uint32_t NumberOf(const Key& key, std::span<const BlockView* const> keys, size_t row) {
    const auto [number, added] = numbers.try_emplace(key, static_cast<uint32_t>(groups.size()));
    if (added) {
      groups.emplace_back();
      for (size_t i = 0; i < keys.size(); ++i) groups.back()[i] = keys[i]->Get(row);
    }
    return number->second;
  }
};

GroupNumbers::GroupNumbers() : impl_(std::make_unique<Impl>()) {}
GroupNumbers::~GroupNumbers() = default;
GroupNumbers::GroupNumbers(GroupNumbers&&) noexcept = default;
GroupNumbers& GroupNumbers::operator=(GroupNumbers&&) noexcept = default;

void GroupNumbers::Find(std::span<const BlockView* const> keys, const Bitmap& rows, std::span<uint32_t, kRows> numbers) {
  rows.ForEach([&](size_t row) {
    Impl::Key key;
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!keys[i]->has().Test(row)) continue;
      key.values[i] = keys[i]->IntegerAt(row);
      key.present |= 1U << i;
    }
    numbers[row] = impl_->NumberOf(key, keys, row);
  });
}

size_t GroupNumbers::size() const { return impl_->groups.size(); }
const Value& GroupNumbers::key(size_t group, size_t i) const { return impl_->groups[group][i]; }

}  // namespace kith::column
