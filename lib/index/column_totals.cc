// Totals over packed values.
#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "kith/index/column.h"

namespace kith::column {
namespace {

// All bits set where the row is, none elsewhere.
using Masks = std::array<int64_t, kRows>;

Masks MasksOf(const Bitmap& rows) {
  Masks masks;
  for (size_t row = 0; row < kRows; ++row) masks[row] = -static_cast<int64_t>(rows.words()[row / 64] >> (row % 64) & 1);
  return masks;
}

}  // namespace

void Sum::AddHalves(int64_t high, int64_t low) {
  AddParts(static_cast<uint64_t>(high) << 32, high >> 32);
  Add(low);
}

// Halves of values are summed apart, so that no sum of a block overflows and the loop can be vectors.
void Accumulate(const BlockView& block, const Bitmap& rows, Totals& totals) {
  const Bitmap taken = rows & block.has();
  if (!taken.Any()) return;
  std::array<int64_t, kRows> values;
  block.Integers(values);
  const Masks masks = MasksOf(taken);
  int64_t high = 0;
  int64_t low = 0;
  for (size_t row = 0; row < kRows; ++row) {
    const int64_t value = values[row] & masks[row];
    high += value >> 32;
    low += value & 0xFFFFFFFF;
    totals.min = std::min(totals.min, value | (~masks[row] & INT64_MAX));
    totals.max = std::max(totals.max, value | (~masks[row] & INT64_MIN));
  }
  totals.count += taken.Count();
  totals.sum.AddHalves(high, low);
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
  std::array<std::array<int64_t, kRows>, 2> values;
  for (size_t i = 0; i < keys.size(); ++i) keys[i]->Integers(values[i]);
  rows.ForEach([&](size_t row) {
    Impl::Key key;
    for (size_t i = 0; i < keys.size(); ++i) {
      key.values[i] = values[i][row];
      key.present |= keys[i]->has().Test(row) ? 1U << i : 0U;
    }
    numbers[row] = impl_->NumberOf(key, keys, row);
  });
}

size_t GroupNumbers::size() const { return impl_->groups.size(); }
const Value& GroupNumbers::key(size_t group, size_t i) const { return impl_->groups[group][i]; }

}  // namespace kith::column
