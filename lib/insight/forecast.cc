#include "kith/insight/forecast.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "insight/arrivals_internal.h"
#include "insight/hazard_internal.h"
#include "insight/period_internal.h"
#include "insight/sweep_internal.h"

namespace kith::insight {
namespace {

using insight_internal::Arrivals;
using insight_internal::Compound;
using insight_internal::Distribution;
using insight_internal::Factors;
using insight_internal::GroupOf;
using insight_internal::HazardModel;
using insight_internal::Hazards;
using insight_internal::Logistic;
using insight_internal::Logit;
using insight_internal::MainCurrency;
using insight_internal::Size;
using insight_internal::StageSum;
using insight_internal::StayOf;
using insight_internal::SumPeriods;
using insight_internal::SumStages;
using insight_internal::SweepPlan;
using insight_internal::SweepResult;
using model::FunnelTables;
using model::GroupKind;
using model::OpenDeal;

constexpr double kMostDays = 731;   // two years
constexpr double kMostSteps = 128;  // up to the horizon
constexpr double kEverStepDays = 7;
constexpr size_t kEverSteps = 104;
constexpr double kNever = 1e-3;              // chance of ever winning below which there is no close date
constexpr size_t kMostGroups = 64;           // with effects of their own, those with most open deals first
constexpr model::Epoch kRecentArrivals = 4;  // months from which the mix of groups is taken
constexpr model::Epoch kRecentWins = 6;      // months from which amounts are taken
constexpr int64_t kLeastSizes = 20;          // won deals before a group's own amounts are used
constexpr size_t kMostSizes = 48;            // points that stand for a distribution of amounts
constexpr size_t kTotalQuantiles = 200;
constexpr double kLow = 0.1;
constexpr double kHigh = 0.9;

// The common shock: prior sd of the log, and the windows it is worth.
constexpr double kShockPrior = 0.06;
constexpr double kShockPriorWindows = 4;
constexpr double kShockMemory = 3;  // half-life of past forecasts, in horizons
constexpr double kShockBiasWindows = 6;
constexpr double kMostShock = 0.5;  // sd of the log

double DaysBetween(Time from, Time to) { return static_cast<double>(to.micros - from.micros) / static_cast<double>(kMicrosPerDay); }

// Steps of about equal fineness whatever the horizon: 128 at most.
double StepFor(double horizon_days) {
  for (const double step : {0.25, 0.5, 1.0, 2.0, 4.0}) {
    if (horizon_days / step <= kMostSteps) return step;
  }
  return 7;
}

SweepPlan PlanTo(Time now, double horizon_days, double step) {
  SweepPlan plan;
  const auto steps = static_cast<size_t>(std::max(1.0, std::ceil(horizon_days / step - 1e-9)));
  plan.step_days = horizon_days / static_cast<double>(steps);
  for (size_t i = 0; i < steps; ++i) {
    const auto into = static_cast<int64_t>((static_cast<double>(i) + 0.5) * plan.step_days * static_cast<double>(kMicrosPerDay));
    plan.phases.push_back(insight_internal::PhaseOf(model::EpochOf(Time{now.micros + into})));
  }
  return plan;
}

// Chances for one set of parameters.
struct Chances {
  SweepResult by_end;
  SweepResult by_first;  // empty when the period has begun
  double end_days = 0;
  double first_days = 0;

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
double WinsAtLevelOne(const Chances& chances, const Arrivals& arrivals, size_t stages, Time now, Period period) {
  double wins = 0;
  const Date today = DateOf(now);
  for (Date day = today; day < period.end; ++day.days) {
    const double begins = std::max(DaysBetween(now, StartOf(day)), 0.0);
    const double ends = DaysBetween(now, StartOf(Date{day.days + 1}));
    const double deals = arrivals.weekday[static_cast<size_t>(IsoWeekday(day) - 1)] * (ends - begins);
    double chance = period.contains(day) ? arrivals.enters[stages] : 0;
    for (size_t s = 0; s < stages; ++s) {
      if (arrivals.enters[s] > 0) chance += arrivals.enters[s] * chances.OfNew(s, (begins + ends) / 2);
    }
    wins += deals * chance;
  }
  return wins;
}

double ExpectedArrivals(const Arrivals& arrivals, Time now, Date end) {
  double sum = 0;
  for (Date day = DateOf(now); day < end; ++day.days) {
    const double begins = std::max(DaysBetween(now, StartOf(day)), 0.0);
    sum += arrivals.weekday[static_cast<size_t>(IsoWeekday(day) - 1)] * (DaysBetween(now, StartOf(Date{day.days + 1})) - begins);
  }
  return sum * arrivals.level;
}

// A sketch as few points of the same total mean.
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

class Forecaster {
 public:
  Forecaster(const FunnelTables& tables, Period period, const ForecastOptions& options)
      : tables_(tables), period_(period), options_(options), now_{tables.as_of.micros + 1} {}
  StatusOr<ForecastReport> Run();

 private:
  struct GroupChances {
    Chances in_period;
    SweepResult ever;
  };
  [[nodiscard]] Status Check() const;
  void CountClosed();
  void MeasureMaturity();
  void FitModel();
  [[nodiscard]] Chances ChancesOf(const Hazards& hazards, const Factors& factors) const;
  [[nodiscard]] uint64_t EffectiveGroup(uint64_t group) const { return groups_.contains(group) ? group : 0; }
  void ForecastDeals();
  DealForecast DealOf(const OpenDeal& deal, size_t index);
  [[nodiscard]] double MedianCloseDays(const SweepResult& ever, size_t stage, double age, double win_ever) const;
  [[nodiscard]] std::string ReasonOf(const OpenDeal& deal, size_t stage, double age, double win, double win_of_all) const;
  void DrawChances();
  std::vector<Compound> NewDeals();
  [[nodiscard]] std::vector<Size> SizesOfGroup(GroupKind kind, uint64_t group) const;
  [[nodiscard]] double LearntShock(double mean) const;
  void Summarize(const insight_internal::PeriodDistributions& distributions);
  void Warn();

  const FunnelTables& tables_;
  const Period period_;
  const ForecastOptions& options_;
  const Time now_;
  ForecastReport report_;
  double end_days_ = 0;
  double first_days_ = 0;
  std::optional<HazardModel> model_;
  Arrivals arrivals_;
  Chances all_;                              // posterior mean, no group
  SweepResult ever_;                         // the same, over two years
  std::map<uint64_t, GroupChances> groups_;  // groups with effects
  std::vector<Chances> draws_;
  std::vector<std::vector<double>> deal_draws_;    // [draw][open deal]
  std::vector<std::pair<size_t, double>> places_;  // stage of the model and age, by open deal
  std::vector<std::string> typical_;               // stay in a stage, for people
  std::vector<int64_t> resolved_;                  // by stage of the model
};

Status Forecaster::Check() const {
  if (!(period_.first < period_.end)) {
    return MakeError(
        {.reason = Reason::kBadOptions, .field = "period", .value = ToText(period_.first), .hint = "give a period of at least a day"},
        "the period is empty");
  }
  if (DaysBetween(now_, StartOf(period_.end)) > kMostDays) {
    return MakeError({.reason = Reason::kOutOfRange,
                      .field = "period",
                      .value = ToText(period_.end),
                      .hint = "ask for a period that ends within two years"},
                     "the period ends too far ahead");
  }
  if (options_.parameter_draws < 1 || options_.parameter_draws > 1000) {
    return MakeError({.reason = Reason::kBadOptions, .field = "parameter_draws", .value = std::to_string(options_.parameter_draws)},
                     "the number of draws lies between 1 and 1000");
  }
  return {};
}

void Forecaster::CountClosed() {
  const auto currency = report_.currency.packed();
  for (const auto& [key, row] : tables_.rows.periods) {
    if (key.group_kind != GroupKind::kAll) break;
    const int32_t month = DateOf(model::StartOfEpoch(key.epoch)).days;
    if (month + 31 <= period_.first.days || month >= period_.end.days) continue;
    for (const auto& [cell, minor] : row.won_minor) {
      if (cell.currency == currency && period_.contains(Date{month + cell.day - 1})) report_.closed += static_cast<double>(minor);
    }
  }
}

void Forecaster::MeasureMaturity() {
  const model::PeriodRow periods = SumPeriods(tables_, GroupKind::kAll, 0);
  const std::vector<StageSum> sums = SumStages(tables_, GroupKind::kAll, 0);
  report_.closed_deals = periods.won + periods.lost;
  int64_t least = report_.closed_deals;
  for (const size_t i : insight_internal::OpenStages(tables_.pipeline)) {
    resolved_.push_back(sums[i].resolved());
    const insight_internal::Stay stay = StayOf(sums[i].exposure, sums[i].exits);
    typical_.push_back(std::isnan(stay.median_days) ? std::string() : std::to_string(static_cast<int64_t>(std::lround(stay.median_days))));
    if (sums[i].reached > 0 && !tables_.pipeline.stages[i].archived) least = std::min(least, sums[i].resolved());
  }
  report_.maturity = MaturityOf(least, options_.maturity);
}

Chances Forecaster::ChancesOf(const Hazards& hazards, const Factors& factors) const {
  Chances chances;
  chances.end_days = end_days_;
  chances.first_days = first_days_;
  const double step = StepFor(end_days_);
  chances.by_end = Sweep(*model_, hazards, factors, model_->has_phases(), PlanTo(now_, end_days_, step));
  if (first_days_ > 0) chances.by_first = Sweep(*model_, hazards, factors, model_->has_phases(), PlanTo(now_, first_days_, step));
  return chances;
}

void Forecaster::FitModel() {
  model_.emplace(tables_);
  arrivals_ = insight_internal::FitArrivals(tables_, model_->shape(), end_days_);
  all_ = ChancesOf(model_->mean(), {});
  SweepPlan ever{kEverStepDays, std::vector<size_t>(kEverSteps, 0), true};
  ever_ = Sweep(*model_, model_->mean(), {}, false, ever);
  if (model_->group_kind() == GroupKind::kAll) return;
  std::map<uint64_t, int64_t> open;
  for (const auto& [group, factors] : model_->groups()) open[group] = 0;
  for (const OpenDeal& deal : tables_.open) {
    const auto found = open.find(GroupOf(deal, model_->group_kind()));
    if (found != open.end()) ++found->second;
  }
  std::vector<std::pair<int64_t, uint64_t>> order;
  order.reserve(open.size());
  for (const auto& [group, n] : open) order.emplace_back(-n, group);
  std::sort(order.begin(), order.end());
  if (order.size() > kMostGroups) order.resize(kMostGroups);
  for (const auto& [n, group] : order) {
    const Factors& factors = model_->GroupFactors(group);
    groups_[group] = {ChancesOf(model_->mean(), factors), Sweep(*model_, model_->mean(), factors, false, ever)};
  }
}

void Forecaster::DrawChances() {
  insight_internal::Random random(options_.seed);
  for (int draw = 0; draw < options_.parameter_draws; ++draw) draws_.push_back(ChancesOf(model_->Draw(random), {}));
}

double Forecaster::MedianCloseDays(const SweepResult& ever, size_t stage, double age, double win_ever) const {
  if (win_ever < kNever) return std::numeric_limits<double>::quiet_NaN();
  // all[k] holds the chances with steps - k steps to go.
  const auto within = [&](size_t steps) { return ever.all[kEverSteps - steps].At(stage, age); };
  size_t low = 0;
  size_t high = kEverSteps;
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    (within(middle) >= win_ever / 2 ? high : low) = middle;
  }
  const double before = low == 0 ? 0 : within(low);
  const double mass = within(high) - before;
  return kEverStepDays * (static_cast<double>(low) + (mass > 0 ? (win_ever / 2 - before) / mass : 1));
}

std::string Forecaster::ReasonOf(const OpenDeal& deal, size_t stage, double age, double win, double win_of_all) const {
  std::string text =
      tables_.pipeline.stages[model_->shape().pipeline_index[stage]].name + " for " + std::to_string(static_cast<int64_t>(age)) + " days";
  if (!typical_[stage].empty()) text += " (typical stay " + typical_[stage] + ")";
  const uint64_t group = GroupOf(deal, model_->group_kind());
  if (group != 0 && groups_.contains(group) && win_of_all > 0) {
    const char* kind = model_->group_kind() == GroupKind::kOwner     ? "owner"
                       : model_->group_kind() == GroupKind::kSegment ? "segment"
                                                                     : "source";
    const auto change = static_cast<int64_t>(std::lround((win / win_of_all - 1) * 100));
    text += "; " + std::string(kind) + "'s effect " + (change >= 0 ? "+" : "") + std::to_string(change) + " %";
  }
  return text + "; from " + std::to_string(resolved_[stage]) + " resolved deals";
}

DealForecast Forecaster::DealOf(const OpenDeal& deal, size_t index) {
  DealForecast out;
  out.deal = deal.deal;
  out.stage = deal.stage;
  out.amount = deal.amount;
  out.median_close_days = std::numeric_limits<double>::quiet_NaN();
  const auto [stage, age] = places_[index];
  if (stage == insight_internal::kNoStage) return out;
  const uint64_t group = EffectiveGroup(GroupOf(deal, model_->group_kind()));
  const bool has_group = model_->group_kind() != GroupKind::kAll && group != 0;
  const double of_all = all_.InPeriod(stage, age);
  out.win_in_period = has_group ? groups_.at(group).in_period.InPeriod(stage, age) : of_all;
  const SweepResult& ever = has_group ? groups_.at(group).ever : ever_;
  out.win_ever = std::max(ever.now.At(stage, age), out.win_in_period);
  out.median_close_days = MedianCloseDays(ever, stage, age, out.win_ever);
  out.reason = ReasonOf(deal, stage, age, out.win_in_period, of_all);
  // The group's effect carries over to the draws on the scale of log odds.
  const double shift = has_group ? Logit(out.win_in_period) - Logit(of_all) : 0;
  std::vector<double> chances(draws_.size());
  for (size_t draw = 0; draw < draws_.size(); ++draw) {
    const double p = draws_[draw].InPeriod(stage, age);
    chances[draw] = shift == 0 ? p : Logistic(Logit(p) + shift);
    deal_draws_[draw][index] = chances[draw];
  }
  std::sort(chances.begin(), chances.end());
  const auto at = [&](double p) { return chances[static_cast<size_t>(std::lround(p * static_cast<double>(chances.size() - 1)))]; };
  out.win_low = std::min(at(kLow), out.win_in_period);
  out.win_high = std::max(at(kHigh), out.win_in_period);
  return out;
}

void Forecaster::ForecastDeals() {
  deal_draws_.assign(draws_.size(), std::vector<double>(tables_.open.size(), 0));
  places_.reserve(tables_.open.size());
  for (const OpenDeal& deal : tables_.open) {
    places_.emplace_back(model_->shape().StageOf(deal.stage.value()), std::max(DaysBetween(deal.entered, now_), 0.0));
  }
  for (size_t i = 0; i < tables_.open.size(); ++i) {
    DealForecast deal = DealOf(tables_.open[i], i);
    const bool counted = deal.amount.currency == report_.currency && deal.amount.minor > 0 && !report_.currency.is_null();
    if (counted) {
      deal.expected_minor = static_cast<double>(deal.amount.minor) * deal.win_in_period;
    } else {
      ++report_.excluded;
    }
    report_.deals.push_back(std::move(deal));
  }
  report_.open_deals = static_cast<int64_t>(tables_.open.size());
}

std::vector<Size> Forecaster::SizesOfGroup(GroupKind kind, uint64_t group) const {
  const model::Epoch now = model::EpochOf(now_);
  const auto sketch_of = [&](GroupKind k, uint64_t g, model::Epoch months) -> model::AmountSketch {
    const model::PeriodRow sum = SumPeriods(tables_, k, g, {now - months, now + 1});
    const auto found = sum.won_amounts.find(report_.currency.packed());
    return found == sum.won_amounts.end() ? model::AmountSketch() : found->second;
  };
  model::AmountSketch sketch = sketch_of(kind, group, kRecentWins);
  if (sketch.count < kLeastSizes) sketch = sketch_of(GroupKind::kAll, 0, kRecentWins);
  if (sketch.count < kLeastSizes) sketch = sketch_of(GroupKind::kAll, 0, now);
  if (sketch.count < 1) {
    for (const OpenDeal& deal : tables_.open) {
      if (deal.amount.currency == report_.currency) sketch.AddAmount(deal.amount.minor, 1);
    }
  }
  return SizesOf(sketch);
}

std::vector<Compound> Forecaster::NewDeals() {
  const size_t stages = model_->shape().stages;
  const double wins_of_all = WinsAtLevelOne(all_, arrivals_, stages, now_, period_);
  std::vector<double> by_draw;
  for (const Chances& draw : draws_) by_draw.push_back(WinsAtLevelOne(draw, arrivals_, stages, now_, period_));
  std::vector<Compound> compounds;
  const auto add = [&](double share, double wins, std::vector<Size> sizes) {
    if (share <= 0 || sizes.empty()) return;
    Compound compound{{}, std::move(sizes)};
    for (const double draw : by_draw) compound.wins.push_back(share * draw * (wins_of_all > 0 ? wins / wins_of_all : 1));
    compounds.push_back(std::move(compound));
  };
  const model::Epoch now = model::EpochOf(now_);
  const insight_internal::Window recent{now - kRecentArrivals, now + 1};
  const auto all = static_cast<double>(SumPeriods(tables_, GroupKind::kAll, 0, recent).arrivals.total());
  double left = 1;
  for (const auto& [group, chances] : groups_) {
    const auto mine = static_cast<double>(SumPeriods(tables_, model_->group_kind(), group, recent).arrivals.total());
    const double share = all > 0 ? std::min(mine / all, left) : 0;
    left -= share;
    add(share, WinsAtLevelOne(chances.in_period, arrivals_, stages, now_, period_), SizesOfGroup(model_->group_kind(), group));
  }
  add(left, wins_of_all, SizesOfGroup(GroupKind::kAll, 0));
  return compounds;
}

// Variance of the log common to all deals of a period, from what past forecasts missed beyond their own spread.
double Forecaster::LearntShock(double mean) const {
  struct Miss {
    double log_error, variance, age, weight;
  };
  std::vector<Miss> misses;
  double length = 0;
  for (const LedgerEntry& entry : options_.ledger) {
    if (!(entry.mean > 0) || !(entry.actual > 0) || StartOf(entry.period.end) > now_) continue;
    const double spread = entry.model_sd / entry.mean;
    // A forecast of a company ten times smaller says little about this one.
    const double alike = mean > 0 ? std::min(entry.mean / mean, mean / entry.mean) : 1;
    misses.push_back({std::log(entry.actual / entry.mean), std::log1p(spread * spread), DaysBetween(entry.origin, now_), alike});
    length += entry.period.end.days - entry.period.first.days;
  }
  const double prior = kShockPrior * kShockPrior;
  if (misses.empty()) return prior;
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
  return (windows * learnt + kShockPriorWindows * prior) / (windows + kShockPriorWindows);
}

Quantiles QuantilesOf(const Distribution& distribution, double offset) {
  return {offset + distribution.Quantile(kLow), offset + distribution.Quantile(0.5), offset + distribution.Quantile(kHigh),
          offset + distribution.mean(), distribution.sd()};
}

void Forecaster::Summarize(const insight_internal::PeriodDistributions& distributions) {
  report_.shock_sd = std::sqrt(LearntShock(report_.closed + distributions.total.mean()));
  const Distribution total = distributions.total.WithShock(report_.shock_sd);
  report_.from_open = QuantilesOf(distributions.from_open, 0);
  report_.from_new = QuantilesOf(distributions.from_new, 0);
  report_.total = QuantilesOf(total, report_.closed);
  report_.model_sd = distributions.total.sd();
  for (size_t i = 0; i < kTotalQuantiles; ++i) {
    report_.total_quantiles.push_back(report_.closed + total.Quantile((static_cast<double>(i) + 0.5) / kTotalQuantiles));
  }
}

void Forecaster::Warn() {
  if (report_.maturity == Maturity::kLearning) {
    report_.warnings.push_back("a stage has fewer than " + std::to_string(options_.maturity.provisional) +
                               " resolved deals: the forecast leans on prior assumptions");
  }
  if (report_.excluded > 0) {
    report_.warnings.push_back(std::to_string(report_.excluded) + " open deals are left out of the amounts: another currency or no amount");
  }
  if (arrivals_.level <= 0 && end_days_ > 0) report_.warnings.push_back("no arrivals on record: new deals are not expected");
  if (model_ && model_->has_phases()) report_.warnings.push_back("the month within the quarter matters and is taken into account");
}

StatusOr<ForecastReport> Forecaster::Run() {
  KITH_RETURN_IF_ERROR(Check());
  report_.as_of = tables_.as_of;
  report_.period = period_;
  report_.currency = options_.currency.is_null() ? MainCurrency(tables_, SumPeriods(tables_, GroupKind::kAll, 0)) : options_.currency;
  MeasureMaturity();
  if (options_.strict && report_.maturity == Maturity::kLearning) {
    return MakeError({.reason = Reason::kNotEnoughData,
                      .type = tables_.pipeline.for_type,
                      .value = std::to_string(report_.closed_deals),
                      .hint = "ask without strict for a wider forecast"},
                     "too few resolved deals for a forecast");
  }
  CountClosed();
  end_days_ = std::max(DaysBetween(now_, StartOf(period_.end)), 0.0);
  first_days_ = std::max(DaysBetween(now_, StartOf(period_.first)), 0.0);
  insight_internal::PeriodDistributions distributions;
  if (end_days_ > 0) {
    FitModel();
    DrawChances();
    ForecastDeals();
    insight_internal::PeriodInputs inputs;
    inputs.chances.resize(draws_.size());
    for (size_t i = 0; i < tables_.open.size(); ++i) {
      if (report_.deals[i].expected_minor <= 0) continue;
      inputs.amounts.push_back(static_cast<double>(tables_.open[i].amount.minor));
      for (size_t draw = 0; draw < draws_.size(); ++draw) inputs.chances[draw].push_back(deal_draws_[draw][i]);
    }
    inputs.arrivals = NewDeals();
    inputs.levels = insight_internal::LevelsOf(arrivals_.level, arrivals_.log_sd);
    report_.expected_new_deals = ExpectedArrivals(arrivals_, now_, period_.end);
    distributions = DistributionOf(inputs);
    std::stable_sort(report_.deals.begin(), report_.deals.end(),
                     [](const DealForecast& a, const DealForecast& b) { return a.expected_minor > b.expected_minor; });
  }
  Summarize(distributions);
  Warn();
  return std::move(report_);
}

}  // namespace

double ForecastReport::ProbabilityAtLeast(double minor) const {
  if (total_quantiles.empty() || minor <= total_quantiles.front()) return 1;
  if (minor > total_quantiles.back()) return 0;
  const auto above = static_cast<size_t>(std::lower_bound(total_quantiles.begin(), total_quantiles.end(), minor) - total_quantiles.begin());
  // Quantile i stands at the probability (i + 0.5) / size.
  const double step = total_quantiles[above] - total_quantiles[above - 1];
  const double position = static_cast<double>(above) + 0.5 - (step > 0 ? (total_quantiles[above] - minor) / step : 0);
  return 1 - position / static_cast<double>(total_quantiles.size());
}

StatusOr<ForecastReport> Forecast(const FunnelTables& tables, Period period, const ForecastOptions& options) {
  return Forecaster(tables, period, options).Run();
}

}  // namespace kith::insight
