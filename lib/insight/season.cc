#include <algorithm>
#include <cmath>

#include "insight/season_internal.h"

namespace kith::insight_internal {
namespace {

constexpr size_t kWeek = 7;
constexpr size_t kYear = 52 * kWeek;   // keeps the weekday
constexpr size_t kHalfWindow = kWeek;  // of the two weeks
constexpr size_t kBeside = 8 * kWeek;  // of the weeks before, and after
constexpr size_t kReach = kHalfWindow + kBeside;
constexpr double kChance = 2;              // standard errors that are no season yet
constexpr double kMedianOfSquare = 0.455;  // of a standard normal
constexpr double kLeastDeals = 5;          // of the weeks compared with

}  // namespace

YearlySeason::YearlySeason(const std::vector<double>& daily) : sums_(daily.size() + 1) {
  for (size_t i = 0; i < daily.size(); ++i) sums_[i + 1] = sums_[i] + daily[i];
  // From week to week, on the scale of twice the square root, where a Poisson count has variance 1; the median, since seasons and jumps are
  // rare among weeks.
  std::vector<double> squares;
  const auto root = [&](size_t week) { return 2 * std::sqrt(sums_[(week + 1) * kWeek] - sums_[week * kWeek] + 0.375); };
  for (size_t week = 1; (week + 1) * kWeek <= daily.size(); ++week) squares.push_back(std::pow(root(week) - root(week - 1), 2) / 2);
  if (squares.empty()) return;
  const auto middle = squares.begin() + static_cast<std::ptrdiff_t>(squares.size() / 2);
  std::nth_element(squares.begin(), middle, squares.end());
  dispersion_ = std::max(1.0, *middle / kMedianOfSquare);
}

double YearlySeason::LogRatio(size_t day) const {
  const double window = Mean(day - kHalfWindow, day + kHalfWindow);
  const double before = Mean(day - kReach, day - kHalfWindow);
  const double after = Mean(day + kHalfWindow, day + kReach);
  const auto [low, high] = std::minmax(before, after);
  if (window >= low && window <= high) return 0;
  const double beside = window < low ? low : high;
  const double deals = beside * static_cast<double>(kBeside);
  if (deals < kLeastDeals) return 0;
  // Of Poisson means; the window's under what is beside it, so that an empty one has an error too.
  const double variance = dispersion_ * (1 / (beside * static_cast<double>(2 * kHalfWindow)) + 1 / deals);
  const double least = 0.5 / static_cast<double>(2 * kHalfWindow);  // half a deal
  const double ratio = std::log(std::max(window, least) / std::max(beside, least));
  return ratio * std::max(0.0, 1 - kChance * kChance * variance / (ratio * ratio));
}

double YearlySeason::LogAt(size_t day) const {
  const size_t days = sums_.size() - 1;
  double sum = 0;
  double years = 0;
  for (size_t back = kYear; back + kReach <= day; back += kYear) {
    if (day - back + kReach > days) continue;
    sum += LogRatio(day - back);
    ++years;
  }
  return years > 0 ? sum / years : 0;
}

}  // namespace kith::insight_internal
