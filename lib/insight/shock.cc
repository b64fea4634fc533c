#include <algorithm>
#include <array>
#include <cmath>

#include "insight/chances_internal.h"
#include "insight/shock_internal.h"

namespace kith::insight_internal {
namespace {

constexpr double kUsualShock = 0.04;  // mean of the shock's exponential prior
constexpr double kShockMemory = 3;    // half-life of past forecasts, in horizons
constexpr double kMostShock = 0.5;    // sd of the log
constexpr int kShocks = 20;           // that are weighed, evenly up to the most
constexpr double kLeastSpread = 0.01;

// A past forecast's error on the scale of logs.
struct Miss {
  double error;  // from the log's expected value
  double variance;
  double age;
  double weight;
};

double LogLikelihood(const std::vector<Miss>& misses, double shock_variance) {
  double sum = 0;
  for (const Miss& miss : misses) {
    const double variance = miss.variance + shock_variance;
    sum -= miss.weight * (std::log(variance) + miss.error * miss.error / variance) / 2;
  }
  return sum;
}

}  // namespace

double LearntShock(const std::vector<insight::LedgerEntry>& ledger, std::string_view model, Currency currency, double mean, Time now,
                   const query::Days& days) {
  std::vector<Miss> misses;
  double length = 0;
  for (const insight::LedgerEntry& entry : ledger) {
    if (entry.model != model || (!entry.currency.is_null() && entry.currency != currency) || entry.period.end <= entry.period.first)
      continue;
    if (!(entry.mean > 0) || !(entry.actual > 0) || days.StartOf(entry.period.end) > now) continue;
    const double spread = std::max(entry.model_sd / entry.mean, kLeastSpread);
    const double variance = std::log1p(spread * spread);
    // A forecast of a company ten times smaller says little about this one.
    const double alike = mean > 0 ? std::min(entry.mean / mean, mean / entry.mean) : 1;
    // The log of a log-normal lies half its variance below the log of its mean.
    misses.push_back({std::log(entry.actual / entry.mean) + variance / 2, variance, DaysBetween(entry.origin, now), alike});
    length += entry.period.end.days - entry.period.first.days;
  }
  if (misses.empty()) return 0;
  length /= static_cast<double>(misses.size());
  const auto [latest, first] =
      std::minmax_element(misses.begin(), misses.end(), [](const Miss& a, const Miss& b) { return a.age < b.age; });
  const double gap = misses.size() > 1 ? (first->age - latest->age) / static_cast<double>(misses.size() - 1) : length;
  // Overlapping forecasts repeat one another: count windows that do not.
  for (Miss& miss : misses) miss.weight *= std::pow(0.5, miss.age / (kShockMemory * length)) * std::min(1.0, gap / length);
  std::array<double, kShocks + 1> logs{};
  const auto shock_at = [](size_t i) { return kMostShock * static_cast<double>(i) / kShocks; };
  for (size_t i = 0; i < logs.size(); ++i) logs[i] = LogLikelihood(misses, std::pow(shock_at(i), 2)) - shock_at(i) / kUsualShock;
  const double most = *std::max_element(logs.begin(), logs.end());
  double weights = 0;
  double variance = 0;
  for (size_t i = 0; i < logs.size(); ++i) {
    const double weight = std::exp(logs[i] - most);
    weights += weight;
    variance += weight * std::pow(shock_at(i), 2);
  }
  return variance / weights;
}

}  // namespace kith::insight_internal
