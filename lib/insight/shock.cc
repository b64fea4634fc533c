#include <algorithm>
#include <cmath>

#include "insight/chances_internal.h"
#include "insight/shock_internal.h"

namespace kith::insight_internal {
namespace {

constexpr double kNoShockWindows = 4;  // what the prior, that the model's own spread is enough, is worth
constexpr double kShockMemory = 3;     // half-life of past forecasts, in horizons
constexpr double kShockBiasWindows = 6;
constexpr double kMostShock = 0.5;  // sd of the log

}  // namespace

double LearntShock(const std::vector<insight::LedgerEntry>& ledger, std::string_view model, double mean, Time now) {
  struct Miss {
    double log_error, variance, age, weight;
  };
  std::vector<Miss> misses;
  double length = 0;
  for (const insight::LedgerEntry& entry : ledger) {
    if (entry.model != model) continue;
    if (!(entry.mean > 0) || !(entry.actual > 0) || StartOf(entry.period.end) > now) continue;
    const double spread = entry.model_sd / entry.mean;
    // A forecast of a company ten times smaller says little about this one.
    const double alike = mean > 0 ? std::min(entry.mean / mean, mean / entry.mean) : 1;
    misses.push_back({std::log(entry.actual / entry.mean), std::log1p(spread * spread), DaysBetween(entry.origin, now), alike});
    length += entry.period.end.days - entry.period.first.days;
  }
  if (misses.empty()) return 0;
  length /= static_cast<double>(misses.size());
  std::sort(misses.begin(), misses.end(), [](const Miss& a, const Miss& b) { return a.age < b.age; });
  const double gap = misses.size() > 1 ? (misses.back().age - misses.front().age) / static_cast<double>(misses.size() - 1) : length;
  double weights = 0;
  double error = 0;
  for (Miss& miss : misses) {
    miss.weight *= std::pow(0.5, miss.age / (kShockMemory * length));
    weights += miss.weight;
    error += miss.weight * miss.log_error;
  }
  // Overlapping forecasts repeat one another: count windows that do not.
  const double windows = weights * std::min(1.0, gap / length);
  const double bias = error / weights * windows / (windows + kShockBiasWindows);
  double excess = 0;
  for (const Miss& miss : misses) {
    excess += miss.weight / weights * ((miss.log_error - bias) * (miss.log_error - bias) - miss.variance);
  }
  const double learnt = std::clamp(excess, 0.0, kMostShock * kMostShock);
  return windows * learnt / (windows + kNoShockWindows);
}

}  // namespace kith::insight_internal
