#include "kith/insight/forecast.h"

#include <algorithm>
#include <cmath>

#include "insight/cash_internal.h"
#include "insight/deals_internal.h"
#include "insight/parts_internal.h"
#include "insight/shock_internal.h"
#include "insight/special_internal.h"
#include "insight/tilt_internal.h"
#include "kith/insight/drift.h"

namespace kith::insight {
namespace {

using insight_internal::Arrivals;
using insight_internal::CashModel;
using insight_internal::Chances;
using insight_internal::Compound;
using insight_internal::DaysBetween;
using insight_internal::DealGrid;
using insight_internal::Distribution;
using insight_internal::Factors;
using insight_internal::GroupChances;
using insight_internal::GroupOf;
using insight_internal::HazardModel;
using insight_internal::Hazards;
using insight_internal::LearntShock;
using insight_internal::MainCurrency;
using insight_internal::ManyQuantilesOf;
using insight_internal::OpenSum;
using insight_internal::PlanTo;
using insight_internal::QuantilesOf;
using insight_internal::Size;
using insight_internal::SizesOf;
using insight_internal::StageSum;
using insight_internal::SumPeriods;
using insight_internal::SumStages;
using insight_internal::SweepPlan;
using insight_internal::SweepResult;
using model::FunnelTables;
using model::GroupKind;
using model::OpenDeal;

constexpr double kMostDays = 731;            // two years
constexpr size_t kMostGroups = 64;           // with effects of their own, those with most open deals first
constexpr model::Epoch kRecentArrivals = 4;  // months from which the mix of groups is taken
constexpr model::Epoch kRecentWins = 6;      // months from which amounts are taken
constexpr int64_t kLeastSizes = 20;          // won deals before a group's own amounts are used
constexpr double kMostFaster = 100;
constexpr uint64_t kCashSeed = 0x6361736800000000;  // so that cash leaves the other draws as they are
constexpr double kSaidPhase = 0.9;                  // chance that the month in the quarter matters, from which on the report says so
constexpr double kLeastWinChance = 1e-4;            // of being won at all, that covariates start from

class Forecaster {
 public:
  Forecaster(const FunnelTables& tables, Period period, const ForecastOptions& options)
      : tables_(tables),
        period_(period),
        options_(options),
        now_{tables.as_of.micros + 1},
        days_(tables.pipeline.days),
        recent_{model::EpochOf(now_, days_) - kRecentArrivals, model::EpochOf(now_, days_) + 1} {}
  StatusOr<ForecastReport> Run();

 private:
  [[nodiscard]] Status Check() const;
  void MeasureMaturity();
  [[nodiscard]] Status CheckWhatIf() const;
  void FitModel();
  // With the stages that are to be faster.
  [[nodiscard]] Hazards Adjusted(Hazards hazards) const;
  [[nodiscard]] bool IsTakenAsLost(Id deal) const;
  // `world`: of cash; null: none.
  [[nodiscard]] Chances ChancesOf(const Hazards& hazards, const Factors& factors, const CashModel::World* world) const;
  [[nodiscard]] SweepResult SweepTo(double days, const Hazards& hazards, const Factors& factors, const Chances& chances) const;
  [[nodiscard]] Currency CurrencyOf() const;
  void CountClosed();
  [[nodiscard]] bool IsCounted(const OpenDeal& deal) const;
  [[nodiscard]] DealGrid::Place PlaceOf(const OpenDeal& deal, double age_days);
  // How far the covariates act.
  [[nodiscard]] insight_internal::Tilt Learn();
  void PlaceDeals();
  void ListDeals();
  insight_internal::PeriodInputs MakeInputs();
  // Cash: sums there are already, and invoices to come that no deal leads to.
  void AddSums(insight_internal::PeriodInputs& inputs);
  void AddInvoicesToCome(insight_internal::PeriodInputs& inputs);
  // As many more of as much less.
  [[nodiscard]] static Compound InPieces(Compound compound, const insight_internal::Share& share);
  // From the inputs' deals of a range alone.
  [[nodiscard]] Quantiles FromDeals(const insight_internal::PeriodInputs& inputs, size_t first, size_t end) const;
  void DrawChances();
  std::vector<Compound> NewDeals();  // and whose they are, into compound_groups_
  [[nodiscard]] std::vector<Size> SizesOfGroup(GroupKind kind, uint64_t group) const;
  void Summarize(const insight_internal::PeriodInputs& inputs, const insight_internal::PeriodDistributions& distributions);
  void Warn();

  const FunnelTables& tables_;
  const Period period_;
  const ForecastOptions& options_;
  const Time now_;
  const query::Days& days_;
  const insight_internal::Window recent_;  // of the arrivals from which the mix of groups is taken
  ForecastReport report_;
  double end_days_ = 0;
  double first_days_ = 0;
  std::optional<HazardModel> model_;
  Arrivals arrivals_;
  GroupChances all_;                         // posterior mean, no group
  std::map<uint64_t, GroupChances> groups_;  // groups with effects
  std::vector<Chances> draws_;
  std::optional<DealGrid> grid_;
  std::vector<DealGrid::Place> places_;    // by open deal
  std::vector<uint64_t> compound_groups_;  // by compound of new deals; 0: of the rest
  std::vector<uint64_t> deal_groups_;      // of options_.by, by deal of the inputs
  std::map<uint64_t, double> closed_;      // by group of options_.by
  // Of cash.
  CashFacts facts_;
  std::optional<CashModel> cash_;
  std::optional<CashModel::World> world_;
  std::vector<CashModel::World> worlds_;  // by draw
  size_t open_inputs_ = 0;                // the inputs' deals that are deals; then come wins, then invoices
  size_t won_inputs_ = 0;
};

Status Forecaster::Check() const {
  if (!(period_.first < period_.end)) {
    return MakeError(
        {.reason = Reason::kBadOptions, .field = "period", .value = ToText(period_.first), .hint = "give a period of at least a day"},
        "the period is empty");
  }
  if (DaysBetween(now_, days_.StartOf(period_.end)) > kMostDays) {
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
    const model::Stage& stage = tables_.pipeline.stages[i];
    report_.basis.push_back(
        {stage.id, stage.name, sums[i].resolved(), insight_internal::StayOf(sums[i].exposure, sums[i].exits).median_days});
    if (sums[i].reached > 0 && !stage.archived) least = std::min(least, sums[i].resolved());
  }
  if (cash_) least = std::min(least, cash_->payments());
  report_.maturity = MaturityOf(least, options_.maturity);
}

SweepResult Forecaster::SweepTo(double days, const Hazards& hazards, const Factors& factors, const Chances& chances) const {
  SweepPlan plan = PlanTo(days_, now_, days);
  if (!chances.paid.empty()) {
    for (size_t step = 0; step < plan.phases.size(); ++step) {
      plan.worth.push_back(chances.Paid(days - (static_cast<double>(step) + 0.5) * plan.step_days));
    }
  }
  return Sweep(*model_, hazards, factors, model_->has_phases(), plan);
}

Chances Forecaster::ChancesOf(const Hazards& hazards, const Factors& factors, const CashModel::World* world) const {
  Chances chances;
  chances.end_days = end_days_;
  chances.first_days = first_days_;
  if (world != nullptr) {
    for (const insight_internal::Share& share : world->won) chances.paid.push_back(share.mean);
  }
  chances.by_end = SweepTo(end_days_, hazards, factors, chances);
  if (first_days_ > 0) chances.by_first = SweepTo(first_days_, hazards, factors, chances);
  return chances;
}

void Forecaster::FitModel() {
  model_.emplace(tables_);
  arrivals_ = insight_internal::FitArrivals(tables_, model_->shape(), end_days_);
  arrivals_.level = std::max(arrivals_.level + options_.what_if.more_deals_a_week / 7, 0.0);
  const Hazards mean = Adjusted(model_->mean());
  const SweepPlan ever{insight_internal::kEverStepDays, std::vector<size_t>(insight_internal::kEverSteps, 0), true};
  const CashModel::World* world = world_ ? &*world_ : nullptr;
  all_ = {ChancesOf(mean, {}, world), Sweep(*model_, mean, {}, false, ever)};
  report_.group_kind = model_->group_kind();
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
    groups_[group] = {ChancesOf(mean, factors, world), Sweep(*model_, mean, factors, false, ever)};
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
  insight_internal::Random of_cash(options_.seed ^ kCashSeed);
  for (int draw = 0; draw < options_.parameter_draws; ++draw) {
    if (cash_) worlds_.push_back(cash_->Draw(of_cash));
    draws_.push_back(ChancesOf(Adjusted(model_->Draw(random)), {}, cash_ ? &worlds_.back() : nullptr));
  }
}

bool Forecaster::IsCounted(const OpenDeal& deal) const {
  return deal.amount.currency == report_.currency && deal.amount.minor > 0 && !report_.currency.is_null();
}

DealGrid::Place Forecaster::PlaceOf(const OpenDeal& deal, double age_days) {
  const size_t stage = model_->shape().StageOf(deal.stage.value());
  if (stage == insight_internal::kNoStage) return {};
  return grid_->PlaceOf(stage, GroupOf(deal, model_->group_kind()), age_days);
}

insight_internal::Tilt Forecaster::Learn() {
  const Covariates& covariates = options_.covariates;
  std::vector<insight_internal::Observation> observations;
  for (const Covariates::Past& past : covariates.past) {
    const DealGrid::Place place = PlaceOf(past.deal, past.age_days);
    if (!place.known || past.x.size() != covariates.names.size()) continue;
    observations.push_back(
        {insight_internal::Logit(std::clamp(grid_->EverAt(place), kLeastWinChance, 1 - kLeastWinChance)), past.x, past.won});
  }
  insight_internal::Tilt tilt = FitTilt(observations, covariates.names.size(), covariates.helps);
  report_.covariate_deals = static_cast<int64_t>(observations.size());
  for (size_t i = 0; i < covariates.names.size(); ++i) report_.effects.push_back({covariates.names[i], tilt.effect[i], tilt.sd[i]});
  return tilt;
}

void Forecaster::PlaceDeals() {
  grid_.emplace(*model_, all_, groups_, draws_);
  places_.reserve(tables_.open.size());
  const bool tilts = !options_.covariates.names.empty();
  const insight_internal::Tilt tilt = tilts ? Learn() : insight_internal::Tilt();
  for (const OpenDeal& deal : tables_.open) {
    DealGrid::Place place = IsTakenAsLost(deal.deal) ? DealGrid::Place() : PlaceOf(deal, DaysBetween(deal.entered, now_));
    const auto known = tilts ? options_.covariates.open.find(deal.deal) : options_.covariates.open.end();
    if (place.known && known != options_.covariates.open.end()) place.log_odds = tilt.LogOdds(known->second);
    places_.push_back(place);
    report_.excluded += !IsCounted(deal);
  }
  report_.open_deals = static_cast<int64_t>(tables_.open.size());
}

void Forecaster::ListDeals() {
  std::vector<std::pair<double, size_t>> order;  // largest expected amount first
  order.reserve(places_.size());
  for (size_t i = 0; i < places_.size(); ++i) {
    const OpenDeal& deal = tables_.open[i];
    order.emplace_back(IsCounted(deal) ? -static_cast<double>(deal.amount.minor) * grid_->WinAt(places_[i]) : 0, i);
  }
  std::sort(order.begin(), order.end());
  report_.deals.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const OpenDeal& deal = tables_.open[order[i].second];
    DealForecast& out = report_.deals[i];
    out.deal = deal.deal;
    out.stage = deal.stage;
    out.age_days = std::max(DaysBetween(deal.entered, now_), 0.0);
    out.amount = deal.amount;
    grid_->Fill(places_[order[i].second], out);
    out.expected_minor = std::abs(order[i].first);
  }
}

std::vector<Size> Forecaster::SizesOfGroup(GroupKind kind, uint64_t group) const {
  const model::Epoch now = model::EpochOf(now_, days_);
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
  const double wins_of_all = WinsAtLevelOne(all_.in_period, arrivals_, stages, days_, now_, period_);
  std::vector<double> by_draw;
  for (const Chances& draw : draws_) by_draw.push_back(WinsAtLevelOne(draw, arrivals_, stages, days_, now_, period_));
  std::vector<Compound> compounds;
  const auto add = [&](uint64_t group, double share, double wins, std::vector<Size> sizes) {
    if (share <= 0 || sizes.empty()) return;
    Compound compound{{}, std::move(sizes)};
    for (const double draw : by_draw) compound.wins.push_back(share * draw * (wins_of_all > 0 ? wins / wins_of_all : 1));
    compounds.push_back(world_ ? InPieces(std::move(compound), CashModel::PiecesOf(world_->won)) : std::move(compound));
    compound_groups_.push_back(group);
  };
  const auto all = static_cast<double>(SumPeriods(tables_, GroupKind::kAll, 0, recent_).arrivals.total());
  double left = 1;
  for (const auto& [group, chances] : groups_) {
    const auto mine = static_cast<double>(SumPeriods(tables_, model_->group_kind(), group, recent_).arrivals.total());
    const double share = all > 0 ? std::min(mine / all, left) : 0;
    left -= share;
    add(group, share, WinsAtLevelOne(chances.in_period, arrivals_, stages, days_, now_, period_),
        SizesOfGroup(model_->group_kind(), group));
  }
  add(0, left, wins_of_all, SizesOfGroup(GroupKind::kAll, 0));
  return compounds;
}

void Forecaster::Summarize(const insight_internal::PeriodInputs& inputs, const insight_internal::PeriodDistributions& distributions) {
  report_.shock_sd =
      std::sqrt(LearntShock(options_.ledger, report_.model, report_.currency, report_.closed + distributions.total.mean(), now_, days_));
  const Distribution total = distributions.total.WithShock(report_.shock_sd);
  report_.from_open = cash_ ? FromDeals(inputs, 0, open_inputs_) : QuantilesOf(distributions.from_open, 0);
  if (cash_) {
    report_.from_won = FromDeals(inputs, open_inputs_, won_inputs_);
    report_.from_issued = FromDeals(inputs, won_inputs_, inputs.deals.size());
  }
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
  if (model_ && model_->phase_chance() >= kSaidPhase)
    report_.warnings.push_back("the month within the quarter matters and is taken into account");
}

insight_internal::PeriodInputs Forecaster::MakeInputs() {
  insight_internal::PeriodInputs inputs;
  for (size_t i = 0; i < places_.size(); ++i) {
    const DealGrid::Place& place = places_[i];
    if (!place.known || !IsCounted(tables_.open[i])) continue;
    deal_groups_.push_back(GroupOf(tables_.open[i], options_.by));
    const double piece = world_ ? PieceOf(CashModel::PiecesOf(world_->won), grid_->WinAt(place)) : 1;
    const auto amount = static_cast<double>(tables_.open[i].amount.minor);
    inputs.deals.push_back({piece * amount, place.low, place.high, place.weight, grid_->FactorAt(place) / piece});
  }
  open_inputs_ = inputs.deals.size();
  inputs.arrivals = NewDeals();
  inputs.levels = insight_internal::LevelsOf(arrivals_.level, arrivals_.log_sd);
  if (cash_) {
    AddSums(inputs);
    AddInvoicesToCome(inputs);
  }
  inputs.rows = &grid_->rows();
  return inputs;
}

void Forecaster::AddSums(insight_internal::PeriodInputs& inputs) {
  std::vector<CashModel::Row> rows;
  const std::vector<OpenSum> sums = cash_->Sums(*world_, worlds_, rows);
  std::vector<uint32_t> row_of;
  row_of.reserve(rows.size());
  for (const CashModel::Row& row : rows) row_of.push_back(grid_->AddRow(row.draws));
  for (const bool issued : {false, true}) {
    if (issued) won_inputs_ = inputs.deals.size();
    for (const OpenSum& sum : sums) {
      if (sum.issued != issued) continue;
      deal_groups_.push_back(sum.groups.of(options_.by));
      const double piece = rows[sum.row].piece;
      inputs.deals.push_back({piece * sum.minor, row_of[sum.row], row_of[sum.row], 0, 1 / piece});
    }
  }
}

Compound Forecaster::InPieces(Compound compound, const insight_internal::Share& share) {
  const double piece = PieceOf(share, 0);
  for (Size& size : compound.sizes) size.value *= piece;
  for (double& wins : compound.wins) wins /= piece;
  return compound;
}

void Forecaster::AddInvoicesToCome(insight_internal::PeriodInputs& inputs) {
  const Arrivals& invoices = cash_->arrivals();
  Compound compound{{}, SizesOf(cash_->sizes())};
  if (invoices.level <= 0 || compound.sizes.empty()) return;
  // Both kinds of arrivals share one level: a good year is good for both.
  const double level = arrivals_.level > 0 ? arrivals_.level : invoices.level;
  if (arrivals_.level <= 0) inputs.levels = insight_internal::LevelsOf(level, invoices.log_sd);
  for (const CashModel::World& world : worlds_) compound.wins.push_back(cash_->OfInvoicesToCome(world) * invoices.level / level);
  inputs.arrivals.push_back(InPieces(std::move(compound), CashModel::PiecesOf(world_->issued)));
  compound_groups_.push_back(0);
}

Quantiles Forecaster::FromDeals(const insight_internal::PeriodInputs& inputs, size_t first, size_t end) const {
  const auto at = [&](size_t i) { return inputs.deals.begin() + static_cast<std::ptrdiff_t>(i); };
  const insight_internal::PeriodInputs some{inputs.rows, {at(first), at(end)}, {}, {}};
  return QuantilesOf(DistributionOf(some).from_open, 0);
}

Currency Forecaster::CurrencyOf() const {
  if (!options_.currency.is_null()) return options_.currency;
  const Currency main = MainCurrency(tables_, SumPeriods(tables_, GroupKind::kAll, 0));
  if (!main.is_null() || options_.cash == nullptr) return main;
  std::map<uint32_t, int64_t> invoices;
  for (const CashFacts::Invoice& invoice : facts_.invoices) ++invoices[invoice.total.currency.packed()];
  const auto most = std::max_element(invoices.begin(), invoices.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == invoices.end() ? main : Currency::FromPacked(most->first);
}

void Forecaster::CountClosed() {
  if (options_.by != GroupKind::kAll && !cash_) {
    for (const uint64_t group : insight_internal::GroupsOf(tables_, options_.by)) {
      closed_[group] = insight_internal::WonIn(tables_, period_, report_.currency, options_.by, group);
    }
  }
  if (!cash_) {
    report_.closed = insight_internal::WonIn(tables_, period_, report_.currency);
    return;
  }
  report_.closed = static_cast<double>(CollectedIn(facts_, period_, report_.currency));
  for (const CashFacts::Invoice& invoice : facts_.invoices) {
    if (invoice.total.currency != report_.currency) continue;
    for (const CashFacts::Receipt& receipt : invoice.paid) {
      if (period_.contains(receipt.date)) closed_[invoice.groups.of(options_.by)] += static_cast<double>(receipt.minor);
    }
  }
}

StatusOr<ForecastReport> Forecaster::Run() {
  KITH_RETURN_IF_ERROR(Check());
  report_.pipeline = tables_.pipeline.id;
  report_.as_of = tables_.as_of;
  report_.period = period_;
  if (options_.cash != nullptr) facts_ = CutAt(*options_.cash, days_.DateOf(tables_.as_of));
  report_.currency = CurrencyOf();
  if (options_.cash != nullptr) {
    report_.of_cash = true;
    report_.model = kCashModel;
    cash_.emplace(facts_, report_.currency, days_.DateOf(now_), period_);
    if (cash_->payments() == 0) {
      return MakeError({.reason = Reason::kNotEnoughData,
                        .type = tables_.pipeline.for_type,
                        .value = report_.currency.is_null() ? std::string() : report_.currency.code(),
                        .hint = "enter what was paid of invoices, or ask for what is won"},
                       "no payment is on record that a forecast of cash could learn from");
    }
    world_.emplace(cash_->Mean());
  }
  MeasureMaturity();
  if (options_.strict && report_.maturity == Maturity::kLearning) {
    return MakeError({.reason = Reason::kNotEnoughData,
                      .type = tables_.pipeline.for_type,
                      .value = std::to_string(report_.closed_deals),
                      .hint = "ask without strict for a wider forecast"},
                     "too few resolved deals for a forecast");
  }
  CountClosed();
  end_days_ = std::max(DaysBetween(now_, days_.StartOf(period_.end)), 0.0);
  first_days_ = std::max(DaysBetween(now_, days_.StartOf(period_.first)), 0.0);
  insight_internal::PeriodDistributions distributions;
  insight_internal::PeriodInputs inputs;
  if (end_days_ > 0) {
    FitModel();
    DrawChances();
    PlaceDeals();
    ListDeals();
    inputs = MakeInputs();
    report_.expected_new_deals = ExpectedArrivals(arrivals_, days_, now_, period_.end);
    distributions = DistributionOf(inputs);
  }
  Summarize(inputs, distributions);
  if (options_.by != GroupKind::kAll) {
    report_.parts = insight_internal::PartsOf(
        {tables_, options_, inputs, deal_groups_, closed_, compound_groups_, report_.group_kind, recent_}, report_);
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

std::string ReasonOf(const ForecastReport& report, const DealForecast& deal) {
  const auto basis = std::find_if(report.basis.begin(), report.basis.end(), [&](const StageBasis& b) { return b.stage == deal.stage; });
  if (basis == report.basis.end()) return "in a stage that the pipeline no longer has";
  if (deal.win_ever <= 0) return "taken as lost";
  std::string text = basis->name + " for " + std::to_string(static_cast<int64_t>(deal.age_days)) + " days";
  if (!std::isnan(basis->typical_days)) text += " (typical stay " + std::to_string(std::lround(basis->typical_days)) + ")";
  const double of_path = deal.win_in_period - deal.contributions.covariates;
  const double of_all = of_path - deal.contributions.group;
  if (deal.contributions.group != 0 && of_all > 0) {
    const char* kind = report.group_kind == GroupKind::kOwner ? "owner" : report.group_kind == GroupKind::kSegment ? "segment" : "source";
    const int64_t change = std::lround((of_path / of_all - 1) * 100);
    text += "; " + std::string(kind) + "'s effect " + (change >= 0 ? "+" : "") + std::to_string(change) + " %";
  }
  if (deal.contributions.covariates != 0 && of_path > 0) {
    const int64_t change = std::lround((deal.win_in_period / of_path - 1) * 100);
    text += std::string("; relations ") + (change >= 0 ? "+" : "") + std::to_string(change) + " %";
  }
  return text + "; from " + std::to_string(basis->resolved) + " resolved deals";
}

StatusOr<ForecastReport> Forecast(const FunnelTables& tables, Period period, const ForecastOptions& options) {
  return Forecaster(tables, period, options).Run();
}

}  // namespace kith::insight
