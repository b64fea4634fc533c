#include <cmath>

#include "insight/chances_internal.h"

namespace kith::insight_internal {
namespace {

constexpr double kMostSteps = 128;  // up to the horizon
constexpr size_t kMostSizes = 48;   // points that stand for a distribution of amounts

double StepFor(double horizon_days) {
  for (const double step : {0.25, 0.5, 1.0, 2.0, 4.0}) {
    if (horizon_days / step <= kMostSteps) return step;
  }
  return 7;
}

}  // namespace

SweepPlan PlanTo(const query::Days& calendar, Time now, double horizon_days) {
  SweepPlan plan;
  const auto steps = static_cast<size_t>(std::max(1.0, std::ceil(horizon_days / StepFor(horizon_days) - 1e-9)));
  plan.step_days = horizon_days / static_cast<double>(steps);
  for (size_t i = 0; i < steps; ++i) {
    const auto into = static_cast<int64_t>((static_cast<double>(i) + 0.5) * plan.step_days * static_cast<double>(kMicrosPerDay));
    plan.phases.push_back(PhaseOf(model::EpochOf(Time{now.micros + into}, calendar)));
  }
  return plan;
}

double WinsAtLevelOne(const Chances& chances, const Arrivals& arrivals, size_t stages, const query::Days& calendar, Time now,
                      Period period) {
  double wins = 0;
  const Date today = calendar.DateOf(now);
  for (Date day = today; day < period.end; ++day.days) {
    const double begins = std::max(DaysBetween(now, calendar.StartOf(day)), 0.0);
    const double ends = DaysBetween(now, calendar.StartOf(Date{day.days + 1}));
    const double deals = arrivals.Factor(day) * (ends - begins);
    double chance = arrivals.enters[stages] * (chances.paid.empty() ? (period.contains(day) ? 1 : 0) : chances.OfWon((begins + ends) / 2));
    for (size_t s = 0; s < stages; ++s) {
      if (arrivals.enters[s] > 0) chance += arrivals.enters[s] * chances.OfNew(s, (begins + ends) / 2);
    }
    wins += deals * chance;
  }
  return wins;
}

double ExpectedArrivals(const Arrivals& arrivals, const query::Days& calendar, Time now, Date end) {
  double sum = 0;
  for (Date day = calendar.DateOf(now); day < end; ++day.days) {
    const double begins = std::max(DaysBetween(now, calendar.StartOf(day)), 0.0);
    sum += arrivals.Factor(day) * (DaysBetween(now, calendar.StartOf(Date{day.days + 1})) - begins);
  }
  return sum * arrivals.level;
}

std::vector<Size> SizesOf(const model::AmountSketch& sketch) {
  std::vector<Size> sizes;
  const auto all = static_cast<double>(sketch.buckets.total());
  if (all <= 0) return sizes;
  double weight = 0;
  double value = 0;
  double sum = 0;
  for (auto bucket = sketch.buckets.begin(); bucket != sketch.buckets.end(); ++bucket) {
    const auto n = static_cast<double>(std::max<int64_t>(bucket->second, 0));
    weight += n;
    value += n * std::max(model::AmountSketch::BucketValue(bucket->first), 0.0);
    const bool last = bucket + 1 == sketch.buckets.end();
    if (weight <= 0 || (!last && weight < all / static_cast<double>(kMostSizes))) continue;
    sizes.push_back({value / weight, weight / all});
    sum += value;
    weight = value = 0;
  }
  const double scale = sum > 0 ? static_cast<double>(sketch.sum_minor) / sum : 1;
  for (Size& size : sizes) size.value *= std::max(scale, 0.0);
  return sizes;
}

}  // namespace kith::insight_internal
