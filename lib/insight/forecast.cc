#include "kith/insight/forecast.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "insight/chances_internal.h"
#include "insight/hazard_internal.h"
#include "insight/parts_internal.h"
#include "insight/shock_internal.h"
#include "kith/insight/drift.h"

namespace kith::insight {
namespace {

using insight_internal::Arrivals;
using insight_internal::Chances;
using insight_internal::Compound;
using insight_internal::DaysBetween;
using insight_internal::Distribution;
using insight_internal::Factors;
using insight_internal::GroupOf;
using insight_internal::HazardModel;
using insight_internal::Hazards;
using insight_internal::LearntShock;
using insight_internal::Logistic;
using insight_internal::Logit;
using insight_internal::MainCurrency;
using insight_internal::ManyQuantilesOf;
using insight_internal::PlanTo;
using insight_internal::QuantilesOf;
using insight_internal::Size;
using insight_internal::SizesOf;
using insight_internal::StageSum;
using insight_internal::StayOf;
using insight_internal::SumPeriods;
using insight_internal::SumStages;
using insight_internal::SweepPlan;
using insight_internal::SweepResult;
using model::FunnelTables;
using model::GroupKind;
using model::OpenDeal;

constexpr double kMostDays = 731;  // two years
constexpr double kEverStepDays = 7;
constexpr size_t kEverSteps = 104;
constexpr double kNever = 1e-3;              // chance of ever winning below which there is no close date
constexpr size_t kMostGroups = 64;           // with effects of their own, those with most open deals first
constexpr model::Epoch kRecentArrivals = 4;  // months from which the mix of groups is taken
constexpr model::Epoch kRecentWins = 6;      // months from which amounts are taken
constexpr int64_t kLeastSizes = 20;          // won deals before a group's own amounts are used
constexpr double kMostFaster = 100;
constexpr double kLow = 0.1;
constexpr double kHigh = 0.9;

class Forecaster {
 public:
  Forecaster(const FunnelTables& tables, Period period, const ForecastOptions& options)
      : tables_(tables),
        period_(period),
        options_(options),
        now_{tables.as_of.micros + 1},
        recent_{model::EpochOf(now_) - kRecentArrivals, model::EpochOf(now_) + 1} {}
  StatusOr<ForecastReport> Run();

 private:
  struct GroupChances {
    Chances in_period;
    SweepResult ever;
  };
  [[nodiscard]] Status Check() const;
  void MeasureMaturity();
  [[nodiscard]] Status CheckWhatIf() const;
  void FitModel();
  // With the stages that are to be faster.
  [[nodiscard]] Hazards Adjusted(Hazards hazards) const;
  [[nodiscard]] bool IsTakenAsLost(Id deal) const;
  insight_internal::PeriodInputs InputsOf(std::vector<size_t>& open);
  [[nodiscard]] Chances ChancesOf(const Hazards& hazards, const Factors& factors) const;
  [[nodiscard]] uint64_t EffectiveGroup(uint64_t group) const { return groups_.contains(group) ? group : 0; }
  void ForecastDeals();
  DealForecast DealOf(const OpenDeal& deal, size_t index);
  // Days until the chance of having been won reaches `wins`.
  [[nodiscard]] double CloseDays(const SweepResult& ever, size_t stage, double age, double wins) const;
  [[nodiscard]] std::string ReasonOf(const OpenDeal& deal, size_t stage, double age, double win, double win_of_all) const;
  void DrawChances();
  std::vector<Compound> NewDeals();  // and whose they are, into compound_groups_
  [[nodiscard]] std::vector<Size> SizesOfGroup(GroupKind kind, uint64_t group) const;
  void Summarize(const insight_internal::PeriodDistributions& distributions);
  void Warn();

  const FunnelTables& tables_;
  const Period period_;
  const ForecastOptions& options_;
  const Time now_;
  const insight_internal::Window recent_;  // of the arrivals from which the mix of groups is taken
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
  std::vector<uint64_t> compound_groups_;          // by compound of new deals; 0: of the rest
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
  return CheckWhatIf();
}

Status Forecaster::CheckWhatIf() const {
  if (!std::isfinite(options_.what_if.more_deals_a_week)) {
    return MakeError({.reason = Reason::kBadOptions, .field = "more_deals_a_week"}, "a number of deals is finite");
  }
  for (const WhatIf::Faster& faster : options_.what_if.faster) {
    const model::Stage* stage = tables_.pipeline.Find(faster.stage);
    if (stage == nullptr || stage->kind != model::StageKind::kOpen) {
      return MakeError({.reason = Reason::kUnknownStage, .field = "faster", .value = std::to_string(faster.stage.value())},
                       "the pipeline has no such open stage");
    }
    if (!(faster.factor > 0 && faster.factor <= kMostFaster)) {
      return MakeError({.reason = Reason::kOutOfRange, .field = "faster", .value = std::to_string(faster.factor)},
                       "a stage is made faster by a factor above 0, at most 100");
    }
  }
  return {};
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
  chances.by_end = Sweep(*model_, hazards, factors, model_->has_phases(), PlanTo(now_, end_days_));
  if (first_days_ > 0) chances.by_first = Sweep(*model_, hazards, factors, model_->has_phases(), PlanTo(now_, first_days_));
  return chances;
}

void Forecaster::FitModel() {
  model_.emplace(tables_);
  arrivals_ = insight_internal::FitArrivals(tables_, model_->shape(), end_days_);
  arrivals_.level = std::max(arrivals_.level + options_.what_if.more_deals_a_week / 7, 0.0);
  const Hazards mean = Adjusted(model_->mean());
  all_ = ChancesOf(mean, {});
  SweepPlan ever{kEverStepDays, std::vector<size_t>(kEverSteps, 0), true};
  ever_ = Sweep(*model_, mean, {}, false, ever);
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
    groups_[group] = {ChancesOf(mean, factors), Sweep(*model_, mean, factors, false, ever)};
  }
}

Hazards Forecaster::Adjusted(Hazards hazards) const {
  const insight_internal::Shape& shape = model_->shape();
  for (const WhatIf::Faster& faster : options_.what_if.faster) {
    const size_t stage = shape.StageOf(faster.stage.value());
    for (size_t bin = 0; bin < insight_internal::kBins; ++bin) hazards.rate[shape.cell(stage, bin)] *= faster.factor;
  }
  return hazards;
}

bool Forecaster::IsTakenAsLost(Id deal) const {
  const std::vector<Id>& lost = options_.what_if.lost;
  return std::find(lost.begin(), lost.end(), deal) != lost.end();
}

void Forecaster::DrawChances() {
  insight_internal::Random random(options_.seed);
  for (int draw = 0; draw < options_.parameter_draws; ++draw) draws_.push_back(ChancesOf(Adjusted(model_->Draw(random)), {}));
}

double Forecaster::CloseDays(const SweepResult& ever, size_t stage, double age, double wins) const {
  // all[k] holds the chances with steps - k steps to go.
  const auto within = [&](size_t steps) { return ever.all[kEverSteps - steps].At(stage, age); };
  size_t low = 0;
  size_t high = kEverSteps;
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    (within(middle) >= wins ? high : low) = middle;
  }
  const double before = low == 0 ? 0 : within(low);
  const double mass = within(high) - before;
  return kEverStepDays * (static_cast<double>(low) + (mass > 0 ? (wins - before) / mass : 1));
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
  out.early_close_days = out.median_close_days = out.late_close_days = std::numeric_limits<double>::quiet_NaN();
  const auto [stage, age] = places_[index];
  if (stage == insight_internal::kNoStage) return out;
  if (IsTakenAsLost(deal.deal)) {
    out.reason = "taken as lost";
    return out;
  }
  const uint64_t group = EffectiveGroup(GroupOf(deal, model_->group_kind()));
  const bool has_group = model_->group_kind() != GroupKind::kAll && group != 0;
  const double of_all = all_.InPeriod(stage, age);
  out.win_in_period = has_group ? groups_.at(group).in_period.InPeriod(stage, age) : of_all;
  const SweepResult& ever = has_group ? groups_.at(group).ever : ever_;
  out.win_ever = std::max(ever.now.At(stage, age), out.win_in_period);
  if (out.win_ever >= kNever) {
    out.early_close_days = CloseDays(ever, stage, age, kLow * out.win_ever);
    out.median_close_days = CloseDays(ever, stage, age, 0.5 * out.win_ever);
    out.late_close_days = CloseDays(ever, stage, age, kHigh * out.win_ever);
  }
  const double entering = all_.OfNew(0, 0);
  const double in_stage = all_.InPeriod(stage, 0);
  out.contributions = {entering, in_stage - entering, of_all - in_stage, out.win_in_period - of_all};
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
  const auto add = [&](uint64_t group, double share, double wins, std::vector<Size> sizes) {
    if (share <= 0 || sizes.empty()) return;
    Compound compound{{}, std::move(sizes)};
    for (const double draw : by_draw) compound.wins.push_back(share * draw * (wins_of_all > 0 ? wins / wins_of_all : 1));
    compounds.push_back(std::move(compound));
    compound_groups_.push_back(group);
  };
  const auto all = static_cast<double>(SumPeriods(tables_, GroupKind::kAll, 0, recent_).arrivals.total());
  double left = 1;
  for (const auto& [group, chances] : groups_) {
    const auto mine = static_cast<double>(SumPeriods(tables_, model_->group_kind(), group, recent_).arrivals.total());
    const double share = all > 0 ? std::min(mine / all, left) : 0;
    left -= share;
    add(group, share, WinsAtLevelOne(chances.in_period, arrivals_, stages, now_, period_), SizesOfGroup(model_->group_kind(), group));
  }
  add(0, left, wins_of_all, SizesOfGroup(GroupKind::kAll, 0));
  return compounds;
}

void Forecaster::Summarize(const insight_internal::PeriodDistributions& distributions) {
  report_.shock_sd = std::sqrt(LearntShock(options_.ledger, report_.closed + distributions.total.mean(), now_));
  const Distribution total = distributions.total.WithShock(report_.shock_sd);
  report_.from_open = QuantilesOf(distributions.from_open, 0);
  report_.from_new = QuantilesOf(distributions.from_new, 0);
  report_.total = QuantilesOf(total, report_.closed);
  report_.model_sd = distributions.total.sd();
  report_.total_quantiles = ManyQuantilesOf(total, report_.closed);
}

void Forecaster::Warn() {
  if (report_.maturity == Maturity::kLearning) {
    report_.warnings.push_back("a stage has fewer than " + std::to_string(options_.maturity.provisional) +
                               " resolved deals: the forecast leans on prior assumptions");
  }
  if (report_.excluded > 0) {
    report_.warnings.push_back(std::to_string(report_.excluded) + " open deals are left out of the amounts: another currency or no amount");
  }
  for (const Drift& drift : DriftOf(tables_)) report_.warnings.push_back(drift.text);
  if (arrivals_.level <= 0 && end_days_ > 0) report_.warnings.push_back("no arrivals on record: new deals are not expected");
  if (model_ && model_->has_phases()) report_.warnings.push_back("the month within the quarter matters and is taken into account");
}

insight_internal::PeriodInputs Forecaster::InputsOf(std::vector<size_t>& open) {
  insight_internal::PeriodInputs inputs;
  inputs.chances.resize(draws_.size());
  for (size_t i = 0; i < tables_.open.size(); ++i) {
    if (report_.deals[i].expected_minor <= 0) continue;
    open.push_back(i);
    inputs.amounts.push_back(static_cast<double>(tables_.open[i].amount.minor));
    for (size_t draw = 0; draw < draws_.size(); ++draw) inputs.chances[draw].push_back(deal_draws_[draw][i]);
  }
  inputs.arrivals = NewDeals();
  inputs.levels = insight_internal::LevelsOf(arrivals_.level, arrivals_.log_sd);
  return inputs;
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
  report_.closed = insight_internal::WonIn(tables_, period_, report_.currency);
  end_days_ = std::max(DaysBetween(now_, StartOf(period_.end)), 0.0);
  first_days_ = std::max(DaysBetween(now_, StartOf(period_.first)), 0.0);
  insight_internal::PeriodDistributions distributions;
  insight_internal::PeriodInputs inputs;
  std::vector<size_t> open;  // deals among the inputs
  if (end_days_ > 0) {
    FitModel();
    DrawChances();
    ForecastDeals();
    inputs = InputsOf(open);
    report_.expected_new_deals = ExpectedArrivals(arrivals_, now_, period_.end);
    distributions = DistributionOf(inputs);
    std::stable_sort(report_.deals.begin(), report_.deals.end(),
                     [](const DealForecast& a, const DealForecast& b) { return a.expected_minor > b.expected_minor; });
  }
  Summarize(distributions);
  if (options_.by != GroupKind::kAll) {
    const GroupKind kind = model_ ? model_->group_kind() : GroupKind::kAll;
    report_.parts = insight_internal::PartsOf({tables_, options_, inputs, std::move(open), compound_groups_, kind, recent_}, report_);
  }
  Warn();
  return std::move(report_);
}

}  // namespace

double ProbabilityAtLeast(const std::vector<double>& quantiles, double minor) {
  if (quantiles.empty() || minor <= quantiles.front()) return 1;
  if (minor > quantiles.back()) return 0;
  const auto above = static_cast<size_t>(std::lower_bound(quantiles.begin(), quantiles.end(), minor) - quantiles.begin());
  // Quantile i stands at the probability (i + 0.5) / size.
  const double step = quantiles[above] - quantiles[above - 1];
  const double position = static_cast<double>(above) + 0.5 - (step > 0 ? (quantiles[above] - minor) / step : 0);
  return 1 - position / static_cast<double>(quantiles.size());
}

StatusOr<ForecastReport> Forecast(const FunnelTables& tables, Period period, const ForecastOptions& options) {
  return Forecaster(tables, period, options).Run();
}

}  // namespace kith::insight
