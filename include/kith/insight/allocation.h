// Scarce support where it does most (domain model §5.9; P01, P02): pure functions, no clock, no random source but a seed; of a pool's deals
// that gain alike the one of the lowest id is served first, whatever order they are given in.
//
// What support does to a chance of winning is observed, not proven, unless support was given by lot: say so when showing it.
#ifndef KITH_INSIGHT_ALLOCATION_H_
#define KITH_INSIGHT_ALLOCATION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kith/base/id.h"
#include "kith/base/status.h"

namespace kith::insight {

// --- one pool of units that are alike: days of presales, visits

// A deal's chance with x units is base + (most − base)·(1 − exp(−x / scale)): each unit does less than the one before.
struct SupportedDeal {
  Id deal;
  double value = 0;  // what winning is worth, in any one currency; >= 0
  double base = 0;   // 0..1
  double most = 0;   // base..1
  double scale = 1;  // > 0; units for 63 % of what can be had
};
struct PoolPlan {
  std::vector<int64_t> units;  // by deal
  double gain = 0;             // Σ value·(P(x) − P(0)) − cost·Σ x, >= 0
  double shadow_price = 0;     // what one unit more would gain, >= 0
};
// The plan of greatest gain with at most `capacity` units, `cost` each: giving unit after unit to whoever gains most by it is optimal,
// since gains fall. O(units · log deals). Errors: OutOfRange for values outside of the above, LimitExceeded above 10 million units.
[[nodiscard]] StatusOr<PoolPlan> AllocatePool(std::span<const SupportedDeal> deals, int64_t capacity, double cost = 0);

// --- experts, each whole on one deal

// Experts on one deal add up in its log odds.
struct ExpertDeal {
  Id deal;
  double value = 0;
  double base = 0.5;  // chance without any; above 0, below 1
};
struct Expert {
  Id expert;
  double cost = 0;
  std::vector<std::optional<double>> effect;  // by deal: log odds that they add; nothing: they lack what it needs
};
struct ExpertPlan {
  std::vector<std::optional<size_t>> deal;  // by expert; nothing: free
  double gain = 0;
  double bound = 0;    // no plan gains more
  bool exact = false;  // gain is the greatest there is
};
// Up to twelve experts: the best of all plans, by branch and bound, as far as five million plans begun suffice for it. More: greedy, then
// moves and swaps as long as any helps (no swap of two improves the plan), with a bound by what each could add where they would do most.
// Chances are not concave below one half, so greedy alone may miss (measured: down to .85 of the best). Errors: OutOfRange; BadOptions
// where an expert has not one effect for each deal.
[[nodiscard]] StatusOr<ExpertPlan> AllocateExperts(std::span<const ExpertDeal> deals, std::span<const Expert> experts);

// --- one after the other, while it is being learnt who does best

// A rate that may be, in (0, 1): drawn from Beta(1 + successes, 1 + failures), counts at least 0. Whoever draws the highest gets the next
// one (Thompson 1933): mostly who does best, and who is little known as long as they may be better. The same for the same seed.
[[nodiscard]] double DrawRate(int64_t successes, int64_t failures, uint64_t seed);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_ALLOCATION_H_
