#include <algorithm>
#include <cmath>

#include "insight/arrivals_internal.h"
#include "insight/season_internal.h"

namespace kith::insight_internal {
namespace {

using model::GroupKind;

// The level is a mean of exponentially weighted means that differ in memory. How much each counts follows from how well it has foreseen
// the weeks so far, the last ones most (dynamic model averaging, Raftery et al. 2010): the short ones take over after a jump, the long ones
// in quiet times.
constexpr std::array<double, 5> kHalfLifeDays = {7, 14, 28, 56, 112};
constexpr size_t kScoredDays = 7;
constexpr double kForgetting = 0.9;  // a week; of past scores
constexpr double kMostError = 4;     // a square error counts as at most so many variances, so that a jump does not hide itself
constexpr int kLeastDays = 10;       // of history before a past forecast is tried
constexpr size_t kLeastErrors = 4;
constexpr double kPriorLogSd = 0.25;  // while there are fewer
constexpr double kLeastLogSd = 0.03;
constexpr double kMostLogSd = 0.6;
constexpr size_t kSeasonDays = 732;   // as far as a forecast reaches
constexpr double kLevelWeight = 0.3;  // of the overall level in a weekday's factor
constexpr double kEnterPrior = 0.5;   // deals behind the guess that all enter at the first stage

// Arrivals by day, from the first one to the last whole day before `as_of`.
std::vector<double> Daily(const model::FunnelTables& tables, Date& last) {
  last = Date{DateOf(Time{tables.as_of.micros + 1}).days - 1};
  std::vector<std::pair<int32_t, double>> days;
  for (const auto& [key, row] : tables.rows.periods) {
    if (key.group_kind != GroupKind::kAll) break;
    const int32_t month = DateOf(model::StartOfEpoch(key.epoch)).days;
    for (const auto& [day, n] : row.arrivals) {
      if (month + day - 1 <= last.days) days.emplace_back(month + day - 1, static_cast<double>(n));
    }
  }
  if (days.empty()) return {};
  std::vector<double> daily(static_cast<size_t>(last.days - days.front().first + 1), 0);
  for (const auto& [day, n] : days) daily[static_cast<size_t>(day - days.front().first)] = n;
  return daily;
}

struct Level {
  double a_day = 0;
  double memory_days = 0;  // effective number of days it is a mean of
};

// The level after each number of days, from 0 to all of them, each from the days before it alone.
class LevelPath {
 public:
  explicit LevelPath(const std::vector<double>& daily) {
    path_.push_back({});
    for (size_t day = 1; day <= daily.size(); ++day) {
      Add(daily[day - 1]);
      week_ += daily[day - 1];
      if (day % kScoredDays == 0) Score();
      path_.push_back(Mean());
    }
  }
  [[nodiscard]] const Level& After(size_t days) const { return path_[days]; }

 private:
  struct Memory {
    double sum = 0;
    double weight = 0;
    double foreseen = -1;  // a day of the week in course; -1: nothing yet
    double log_score = 0;
    [[nodiscard]] double level() const { return weight > 0 ? sum / weight : 0; }
  };
  void Add(double n) {
    for (size_t i = 0; i < memories_.size(); ++i) {
      const double keep = std::pow(0.5, 1 / kHalfLifeDays[i]);
      memories_[i].sum = memories_[i].sum * keep + n;
      memories_[i].weight = memories_[i].weight * keep + 1;
    }
  }
  // Errors on the scale of twice the square root, where a Poisson count has variance 1; real ones are overdispersed.
  void Score() {
    const auto root = [](double n) { return 2 * std::sqrt(n + 0.375); };
    for (Memory& memory : memories_) {
      if (memory.foreseen >= 0) {
        const double error = root(week_) - root(memory.foreseen * static_cast<double>(kScoredDays));
        memory.log_score = kForgetting * memory.log_score - error * error / (2 * dispersion_);
      }
      memory.foreseen = memory.level();
    }
    if (foreseen_ >= 0) {
      const double error = root(week_) - root(foreseen_ * static_cast<double>(kScoredDays));
      dispersion_ = std::max(1.0, kForgetting * dispersion_ + (1 - kForgetting) * std::min(error * error, kMostError * dispersion_));
    }
    foreseen_ = Mean().a_day;
    week_ = 0;
  }
  [[nodiscard]] Level Mean() const {
    double best = memories_[0].log_score;
    for (const Memory& memory : memories_) best = std::max(best, memory.log_score);
    Level level;
    double weights = 0;
    for (const Memory& memory : memories_) {
      const double weight = std::exp(memory.log_score - best);
      level.a_day += weight * memory.level();
      level.memory_days += weight * memory.weight;
      weights += weight;
    }
    return {level.a_day / weights, level.memory_days / weights};
  }

  std::array<Memory, kHalfLifeDays.size()> memories_;
  std::vector<Level> path_;
  double week_ = 0;
  double foreseen_ = -1;
  double dispersion_ = 1;
};

// Spread of log(actual / level) over past origins, half a horizon apart.
double PastError(const std::vector<double>& daily, const LevelPath& levels, size_t horizon) {
  std::vector<double> errors;
  const size_t gap = std::max<size_t>(horizon / 2, 1);
  for (size_t back = horizon; back + kLeastDays <= daily.size(); back += gap) {
    const size_t origin = daily.size() - back;
    double actual = 0;
    for (size_t i = origin; i < origin + horizon; ++i) actual += daily[i];
    actual /= static_cast<double>(horizon);
    const double level = levels.After(origin).a_day;
    if (level > 0 && actual > 0) errors.push_back(std::log(actual / level));
  }
  if (errors.size() < kLeastErrors) return kPriorLogSd;
  double mean = 0;
  for (const double e : errors) mean += e / static_cast<double>(errors.size());
  double variance = 0;
  for (const double e : errors) variance += (e - mean) * (e - mean) / static_cast<double>(errors.size());
  return std::clamp(std::sqrt(variance), kLeastLogSd, kMostLogSd);
}

void FitWeekdays(const std::vector<double>& daily, Date last, Arrivals& arrivals) {
  arrivals.weekday.fill(1);
  if (daily.size() < 14 || arrivals.level <= 0) return;
  std::array<double, 7> sum{};
  std::array<double, 7> count{};
  for (size_t i = 0; i < daily.size(); ++i) {
    const auto weekday = static_cast<size_t>(IsoWeekday(Date{last.days - static_cast<int32_t>(daily.size() - 1 - i)}) - 1);
    sum[weekday] += daily[i];
    count[weekday] += 1;
  }
  double mean = 0;
  for (size_t d = 0; d < 7; ++d) {
    arrivals.weekday[d] = sum[d] / count[d] + kLevelWeight * arrivals.level;
    mean += arrivals.weekday[d] / 7;
  }
  for (double& factor : arrivals.weekday) factor /= mean;
}

void FitEntries(const model::FunnelTables& tables, const Shape& shape, Arrivals& arrivals) {
  arrivals.enters.assign(shape.destinations(), 0);
  const std::vector<StageSum> sums = SumStages(tables, GroupKind::kAll, 0);
  const model::PeriodRow periods = SumPeriods(tables, GroupKind::kAll, 0);
  if (shape.stages > 0) arrivals.enters[0] = kEnterPrior;
  for (size_t s = 0; s < shape.stages; ++s) arrivals.enters[s] += static_cast<double>(sums[shape.pipeline_index[s]].started);
  arrivals.enters[shape.won()] = static_cast<double>(periods.path_unknown_won);
  arrivals.enters[shape.lost()] = static_cast<double>(std::max<int64_t>(periods.path_unknown - periods.path_unknown_won, 0));
  double total = 0;
  for (const double n : arrivals.enters) total += n;
  if (total > 0) {
    for (double& n : arrivals.enters) n /= total;
  }
}

}  // namespace

Arrivals FitArrivals(const model::FunnelTables& tables, const Shape& shape, double horizon_days) {
  Arrivals arrivals;
  Date last;
  std::vector<double> daily = Daily(tables, last);
  const YearlySeason season(daily);
  arrivals.first = Date{last.days + 1};
  for (size_t ahead = 0; ahead < kSeasonDays && !daily.empty(); ++ahead) arrivals.season.push_back(season.At(daily.size() + ahead));
  for (size_t day = 0; day < daily.size(); ++day) daily[day] /= season.At(day);
  const LevelPath levels(daily);
  const Level& level = levels.After(daily.size());
  arrivals.level = level.a_day;
  const double shape_of_level = level.a_day * level.memory_days + 1;
  const double past = PastError(daily, levels, std::max<size_t>(static_cast<size_t>(horizon_days), 1));
  arrivals.log_sd = std::sqrt(past * past + 1 / shape_of_level);
  FitWeekdays(daily, last, arrivals);
  FitEntries(tables, shape, arrivals);
  return arrivals;
}

}  // namespace kith::insight_internal
