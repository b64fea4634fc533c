// Chances of being won within a period, for one set of parameters, and what new deals bring with them.
#ifndef KITH_LIB_INSIGHT_CHANCES_INTERNAL_H_
#define KITH_LIB_INSIGHT_CHANCES_INTERNAL_H_

#include <algorithm>
#include <vector>

#include "insight/arrivals_internal.h"
#include "insight/days_internal.h"
#include "insight/period_internal.h"
#include "insight/sweep_internal.h"

namespace kith::insight_internal {

// The sweep from `now` over a horizon, in steps of about equal fineness whatever its length. The steps follow from the horizon alone, so
// that the chances up to a moment are the same whichever period ends or begins there, and adjacent periods add up.
[[nodiscard]] SweepPlan PlanTo(const query::Days& calendar, Time now, double horizon_days);

// Chances for one set of parameters.
struct Chances {
  SweepResult by_end;
  SweepResult by_first;  // empty when the period has begun
  double end_days = 0;
  double first_days = 0;
  std::vector<double> paid;  // of cash: share of a win that is paid after so many days

  // What a win counts by an end so many days after it.
  [[nodiscard]] double Paid(double days) const {
    if (paid.empty() || days <= 0) return days <= 0 ? 0 : 1;
    const double position = std::min(days, static_cast<double>(paid.size() - 1));
    const auto below = static_cast<size_t>(position);
    const double next = paid[std::min(below + 1, paid.size() - 1)];
    return paid[below] + (position - static_cast<double>(below)) * (next - paid[below]);
  }
  // Of a deal won in `days` from now.
  [[nodiscard]] double OfWon(double days) const { return std::max(Paid(end_days - days) - Paid(first_days - days), 0.0); }
  [[nodiscard]] double InPeriod(size_t stage, double age_days) const {
    const double until_end = by_end.now.At(stage, age_days);
    return by_first.entry.empty() ? until_end : std::max(until_end - by_first.now.At(stage, age_days), 0.0);
  }
  // Of a deal that enters `stage` in `days` from now.
  [[nodiscard]] double OfNew(size_t stage, double days) const {
    double chance = EntryAt(by_end, stage, days / end_days);
    if (!by_first.entry.empty() && days < first_days) chance -= EntryAt(by_first, stage, days / first_days);
    return std::max(chance, 0.0);
  }

 private:
  static double EntryAt(const SweepResult& sweep, size_t stage, double share_of_horizon) {
    const double position = std::clamp(share_of_horizon, 0.0, 1.0) * static_cast<double>(sweep.entry.size() - 1);
    const auto below = std::min(static_cast<size_t>(position), sweep.entry.size() - 2);
    const double weight = position - static_cast<double>(below);
    return sweep.entry[below][stage] * (1 - weight) + sweep.entry[below + 1][stage] * weight;
  }
};

// What new deals bring, for one set of chances: expected wins at an arrival level of one deal a day.
[[nodiscard]] double WinsAtLevelOne(const Chances& chances, const Arrivals& arrivals, size_t stages, const query::Days& calendar, Time now,
                                    Period period);
[[nodiscard]] double ExpectedArrivals(const Arrivals& arrivals, const query::Days& calendar, Time now, Date end);
// A sketch as few points of the same total mean.
[[nodiscard]] std::vector<Size> SizesOf(const model::AmountSketch& sketch);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_CHANCES_INTERNAL_H_
