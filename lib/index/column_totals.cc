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

StatusOr<int64_t> Sum::Total() const {
  const auto total = static_cast<int64_t>(low_);
  if (high_ != (total < 0 ? -1 : 0)) return MakeError(Reason::kArithmeticOverflow, "a sum is outside the range of 64 bits");
  return total;
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

struct Groups::Impl {
  // Nulls are told from zeros by `present`.
  struct Key {
    std::array<int64_t, 2> values = {};
    uint32_t present = 0;
    uint32_t currency = 0;
    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.values[0], key.values[1], key.present, key.currency);
    }
  };
  absl::flat_hash_map<Key, size_t> places;
  std::vector<Group> groups;

  Group& At(const Key& key, std::span<const BlockView> keys, size_t row) {
    const auto [place, added] = places.try_emplace(key, groups.size());
    if (!added) return groups[place->second];
    Group& group = groups.emplace_back();
    for (size_t i = 0; i < keys.size(); ++i) group.keys[i] = keys[i].Get(row);
    group.currency = Currency::FromPacked(key.currency);
    return group;
  }
};

Groups::Groups() : impl_(std::make_unique<Impl>()) {}
Groups::~Groups() = default;
Groups::Groups(Groups&&) noexcept = default;
Groups& Groups::operator=(Groups&&) noexcept = default;

void Groups::Add(std::span<const BlockView> keys, const BlockView* summed, const Bitmap& rows) {
  std::array<std::array<int64_t, kRows>, 2> values = {};
  for (size_t i = 0; i < keys.size(); ++i) keys[i].Integers(values[i]);
  std::array<int64_t, kRows> amounts = {};
  if (summed != nullptr) summed->Integers(amounts);
  const bool money = summed != nullptr && summed->spec().kind == Kind::kMoney;

  rows.ForEach([&](size_t row) {
    const bool has = summed != nullptr && summed->has().Test(row);
    Impl::Key key{.values = {values[0][row], values[1][row]}};
    for (size_t i = 0; i < keys.size(); ++i) key.present |= keys[i].has().Test(row) ? 1U << i : 0U;
    if (money && has) key.currency = summed->CurrencyAt(row).packed();
    Group& group = impl_->At(key, keys, row);
    ++group.rows;
    if (!has) return;
    ++group.totals.count;
    group.totals.sum.Add(amounts[row]);
    group.totals.min = std::min(group.totals.min, amounts[row]);
    group.totals.max = std::max(group.totals.max, amounts[row]);
  });
}

std::vector<Groups::Group> Groups::Take() {
  impl_->places.clear();
  return std::exchange(impl_->groups, {});
}

}  // namespace kith::column
