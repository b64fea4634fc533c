#include <algorithm>
#include <cmath>
#include <span>

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
constexpr size_t kSeasonDays = 732;                              // as far as a forecast reaches
constexpr std::array<double, 3> kSeasonStrengths = {0, 0.5, 1};  // of a season: not at all, by half, as in the years before
constexpr double kFewestDeals = 1e-9;                            // over the horizon, for its log
constexpr double kLevelWeight = 0.3;                             // of the overall level in a weekday's factor
constexpr double kEnterPrior = 0.5;                              // deals behind the guess that all enter at the first stage

// Arrivals by day, from the first one to the last whole day before `as_of`.
std::vector<double> Daily(const model::FunnelTables& tables, Date& last) {
  last = Date{tables.pipeline.days.DateOf(Time{tables.as_of.micros + 1}).days - 1};
  std::vector<std::pair<int32_t, double>> days;
  for (const auto& [key, row] : tables.rows.periods) {
    if (key.group_kind != GroupKind::kAll) break;
    const int32_t month = model::FirstDay(key.epoch).days;
    for (const auto& [day, n] : row.arrivals) {
      if (month + day - 1 <= last.days) days.emplace_back(month + day - 1, static_cast<double>(n));
    }
  }
  if (days.empty()) return {};
  std::vector<double> daily(static_cast<size_t>(last.days - days.front().first + 1), 0);
  for (const auto& [day, n] : days) daily[static_cast<size_t>(day - days.front().first)] = n;
  return daily;
}

struct ArrivalLevel {
  double a_day = 0;
  double memory_days = 0;  // effective number of days it is a mean of
};

// On this scale a Poisson count has variance 1.
double Root(double n) { return 2 * std::sqrt(n + 0.375); }

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
  [[nodiscard]] const ArrivalLevel& After(size_t days) const { return path_[days]; }

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
    for (Memory& memory : memories_) {
      if (memory.foreseen >= 0) {
        const double error = Root(week_) - Root(memory.foreseen * static_cast<double>(kScoredDays));
        memory.log_score = kForgetting * memory.log_score - error * error / (2 * dispersion_);
      }
      memory.foreseen = memory.level();
    }
    if (foreseen_ >= 0) {
      const double error = Root(week_) - Root(foreseen_ * static_cast<double>(kScoredDays));
      dispersion_ = std::max(1.0, kForgetting * dispersion_ + (1 - kForgetting) * std::min(error * error, kMostError * dispersion_));
    }
    foreseen_ = Mean().a_day;
    week_ = 0;
  }
  [[nodiscard]] ArrivalLevel Mean() const {
    double best = memories_[0].log_score;
    for (const Memory& memory : memories_) best = std::max(best, memory.log_score);
    ArrivalLevel level;
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
  std::vector<ArrivalLevel> path_;
  double week_ = 0;
  double foreseen_ = -1;
  double dispersion_ = 1;
};

// What one strength of the season makes of the past.
class Seasoned {
 public:
  // `logs`: of the season's factors at full strength, by day, those to come behind.
  Seasoned(const std::vector<double>& daily, const std::vector<double>& logs, double strength)
      : logs_(logs), strength_(strength), without_(WithoutSeason(daily)), levels_(without_) {}

  [[nodiscard]] double Factor(size_t day) const { return day < logs_.size() ? std::exp(strength_ * logs_[day]) : 1; }
  [[nodiscard]] const std::vector<double>& without() const { return without_; }
  [[nodiscard]] const LevelPath& levels() const { return levels_; }
  [[nodiscard]] const ArrivalLevel& level() const { return levels_.After(without_.size()); }
  // Deals of `days` days from `day` on, at the level of its morning.
  [[nodiscard]] double Foreseen(size_t day, size_t days) const {
    double factors = 0;
    for (size_t i = day; i < day + days; ++i) factors += Factor(i);
    return factors * levels_.After(day).a_day;
  }
  // Log likelihood, up to a constant, of the weeks for which there was a season to foresee.
  [[nodiscard]] double LogScore(const std::vector<double>& daily, double dispersion) const {
    double score = 0;
    for (size_t day = 0; day + kScoredDays <= daily.size(); day += kScoredDays) {
      const auto from = logs_.begin() + static_cast<std::ptrdiff_t>(day);
      if (std::all_of(from, from + kScoredDays, [](double log) { return log == 0; })) continue;
      double came = 0;
      for (size_t i = day; i < day + kScoredDays; ++i) came += daily[i];
      const double error = Root(came) - Root(Foreseen(day, kScoredDays));
      score -= error * error / (2 * dispersion);
    }
    return score;
  }

 private:
  [[nodiscard]] std::vector<double> WithoutSeason(std::vector<double> daily) const {
    for (size_t day = 0; day < daily.size(); ++day) daily[day] /= Factor(day);
    return daily;
  }
  const std::vector<double>& logs_;
  double strength_;
  std::vector<double> without_;
  LevelPath levels_;
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

// By how well each strength foresaw the weeks that had a season; they sum to 1.
std::vector<double> WeightsOf(const std::vector<Seasoned>& fits, const std::vector<double>& daily, double dispersion) {
  std::vector<double> weights;
  weights.reserve(fits.size());
  for (const Seasoned& fit : fits) weights.push_back(fit.LogScore(daily, dispersion));
  const double best = *std::max_element(weights.begin(), weights.end());
  double sum = 0;
  for (double& weight : weights) sum += weight = std::exp(weight - best);
  for (double& weight : weights) weight /= sum;
  return weights;
}

// The level, the season to come and their uncertainty, averaged over the strengths; what these differ in over the horizon is uncertainty
// too.
void Average(const std::vector<Seasoned>& fits, const std::vector<double>& weights, size_t horizon, Arrivals& arrivals) {
  const size_t days = fits.front().without().size();
  std::vector<double> expected(days > 0 ? kSeasonDays : 0, 0);
  double variance = 0;
  double first = 0;
  double second = 0;
  for (size_t i = 0; i < fits.size(); ++i) {
    const ArrivalLevel& level = fits[i].level();
    arrivals.level += weights[i] * level.a_day;
    for (size_t ahead = 0; ahead < expected.size(); ++ahead) expected[ahead] += weights[i] * level.a_day * fits[i].Factor(days + ahead);
    variance +=
        weights[i] * (std::pow(PastError(fits[i].without(), fits[i].levels(), horizon), 2) + 1 / (level.a_day * level.memory_days + 1));
    const double log = std::log(std::max(fits[i].Foreseen(days, horizon), kFewestDeals));
    first += weights[i] * log;
    second += weights[i] * log * log;
  }
  for (const double deals : expected) arrivals.season.push_back(arrivals.level > 0 ? deals / arrivals.level : 1);
  arrivals.log_sd = std::sqrt(variance + std::max(second - first * first, 0.0));
}

}  // namespace

// The more often a time of the year came again, the more it is believed.
Arrivals FitArrivals(const model::FunnelTables& tables, const Shape& shape, double horizon_days) {
  Arrivals arrivals;
  Date last;
  const std::vector<double> daily = Daily(tables, last);
  arrivals.first = Date{last.days + 1};
  const YearlySeason season(daily);
  std::vector<double> logs;
  for (size_t day = 0; !daily.empty() && day < daily.size() + kSeasonDays; ++day) logs.push_back(season.LogAt(day));
  const bool seasonal = std::any_of(logs.begin(), logs.end(), [](double log) { return log != 0; });
  std::vector<Seasoned> fits;
  for (const double strength : std::span(kSeasonStrengths).first(seasonal ? kSeasonStrengths.size() : 1))
    fits.emplace_back(daily, logs, strength);
  const std::vector<double> weights = WeightsOf(fits, daily, season.dispersion());
  Average(fits, weights, std::max<size_t>(static_cast<size_t>(horizon_days), 1), arrivals);
  const auto likeliest = static_cast<size_t>(std::max_element(weights.begin(), weights.end()) - weights.begin());
  FitWeekdays(fits[likeliest].without(), last, arrivals);
  FitEntries(tables, shape, arrivals);
  return arrivals;
}

}  // namespace kith::insight_internal
