// Times of the year in which fewer or more deals begin than before and after: holidays, year's ends, fairs.
#ifndef KITH_LIB_INSIGHT_SEASON_INTERNAL_H_
#define KITH_LIB_INSIGHT_SEASON_INTERNAL_H_

#include <cstddef>
#include <vector>

namespace kith::insight_internal {

// Learnt from the same weeks of the years before. A year ago's two weeks count where they lie outside of what the eight weeks before and
// the eight weeks after brought, by more than chance, so that growth and jumps of the level are no season.
class YearlySeason {
 public:
  // Deals by day, without gaps.
  explicit YearlySeason(const std::vector<double>& daily);
  // Log of the factor on the deals of a day, counted from the first; beyond the last for days to come: the mean of the years before, taken
  // at their word. 0 where they say nothing.
  [[nodiscard]] double LogAt(size_t day) const;
  [[nodiscard]] double dispersion() const { return dispersion_; }

 private:
  [[nodiscard]] double Mean(size_t from, size_t to) const { return (sums_[to] - sums_[from]) / static_cast<double>(to - from); }
  // Log of the two weeks around `day` over the nearer of the weeks before and after, shrunk by chance; 0 between these.
  [[nodiscard]] double LogRatio(size_t day) const;

  std::vector<double> sums_;  // of the days before
  double dispersion_ = 1;     // variance of a week's deals over their mean
};

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_SEASON_INTERNAL_H_
