#include "kith/insight/funnel.h"

#include <cmath>
#include <limits>

#include "insight/special_internal.h"
#include "insight/tables_internal.h"

namespace kith::insight {
namespace {

using insight_internal::AddOpenStays;
using insight_internal::GroupOf;
using insight_internal::GroupsOf;
using insight_internal::GroupsWithDeals;
using insight_internal::kNoStage;
using insight_internal::MainCurrency;
using insight_internal::OpenStages;
using insight_internal::StageIndex;
using insight_internal::StageSum;
using insight_internal::Stay;
using insight_internal::StayOf;
using insight_internal::SumPeriods;
using insight_internal::SumStages;
using insight_internal::Window;
using model::FunnelTables;
using model::GroupKind;
using model::OpenDeal;

constexpr double kHeterogeneityLevel = 0.01;  // over all tests of a report together
constexpr double kLeastExpected = 1;          // a group with fewer expected of either outcome would spoil the chi-square approximation

Window WindowOf(const FunnelOptions& options) {
  Window window;
  if (options.from) window.from = *options.from;
  if (options.to) window.to = *options.to;
  return window;
}

bool IsWhole(const FunnelOptions& options) { return !options.from && !options.to; }

StageFunnel StageOf(const model::Stage& stage, const StageSum& sum, const FunnelOptions& options, Currency currency) {
  StageFunnel out;
  out.stage = stage;
  out.reached = sum.reached;
  out.advanced = sum.advanced;
  out.lost = sum.lost;
  out.entries = sum.entries;
  out.rework = sum.rework;
  out.skipped = sum.skipped;
  out.rate = WilsonRate(sum.advanced, sum.resolved(), options.level, options.maturity);
  const Stay stay = StayOf(sum.exposure, sum.exits);
  out.median_days = stay.median_days;
  out.mean_days = stay.mean_days;
  out.open_amount = {0, currency};
  return out;
}

Status AddOpenDeals(const FunnelTables& tables, const FunnelOptions& options, FunnelReport& report) {
  for (const OpenDeal& deal : tables.open) {
    if (GroupOf(deal, options.group_kind) != options.group) continue;
    ++report.open;
    const bool counted = !report.currency.is_null() && deal.amount.currency == report.currency;
    if (!counted) ++report.open_elsewhere;
    for (StageFunnel& stage : report.stages) {
      if (stage.stage.id != deal.stage) continue;
      ++stage.open;
      if (!counted) continue;
      KITH_ASSIGN_OR_RETURN(stage.open_amount, Add(stage.open_amount, deal.amount));
    }
  }
  return absl::OkStatus();
}

double MedianCycleDays(const model::PeriodRow& periods) {
  const int64_t all = periods.cycles.total();
  if (all <= 0) return std::numeric_limits<double>::quiet_NaN();
  const auto& edges = model::AgeBinEdges();
  const double half = static_cast<double>(all) / 2;
  double before = 0;
  for (const auto& [bin, n] : periods.cycles) {
    const double inside = (half - before) / static_cast<double>(n);
    if (inside <= 1) {
      const auto low = static_cast<double>(edges[bin]);
      const auto high = static_cast<double>(bin + 1U < model::kAgeBins ? edges[bin + 1U] : edges[bin]);
      return (low + inside * (high - low)) / insight_internal::kSecondsPerDay;
    }
    before += static_cast<double>(n);
  }
  return static_cast<double>(edges.back()) / insight_internal::kSecondsPerDay;
}

std::string_view NameOf(GroupKind kind) {
  switch (kind) {
    case GroupKind::kAll:
      return "deals";
    case GroupKind::kOwner:
      return "owners";
    case GroupKind::kSegment:
      return "segments";
    case GroupKind::kSource:
      return "sources";
  }
  return "groups";
}

std::string Decimals(double value, int digits) {
  std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + 1 + static_cast<size_t>(digits));
}

// C02: only comparable deals may be pooled.
void WarnOfMixedGroups(const FunnelTables& tables, const FunnelOptions& options, FunnelReport& report) {
  struct Found {
    GroupKind kind;
    std::string stage;
    double p;
  };
  std::vector<Found> found;
  int tests = 0;
  for (const GroupKind kind : {GroupKind::kSegment, GroupKind::kSource}) {
    for (const StageFunnel& stage : report.stages) {
      const double p = HeterogeneityPValue(tables, kind, stage.stage.id, options);
      if (p < 1) ++tests;
      found.push_back({kind, stage.stage.name, p});
    }
  }
  for (const Found& f : found) {
    if (f.p * std::max(tests, 1) >= kHeterogeneityLevel) continue;
    report.warnings.push_back(std::string(NameOf(f.kind)) + " differ in the rate of stage " + f.stage + " (p " +
                              (f.p < 0.0001 ? "< 0.0001" : "= " + Decimals(f.p, 4)) + "): read the funnel by " +
                              std::string(NameOf(f.kind)).substr(0, NameOf(f.kind).size() - 1));
  }
}

void WarnOfLittleData(const FunnelOptions& options, FunnelReport& report) {
  std::string names;
  for (const StageFunnel& stage : report.stages) {
    if (stage.reached == 0 || stage.rate.maturity != Maturity::kLearning) continue;
    if (!names.empty()) names += ", ";
    names += stage.stage.name + " (" + std::to_string(stage.rate.trials) + " of " + std::to_string(options.maturity.provisional) + ")";
  }
  if (!names.empty()) report.warnings.push_back("not enough resolved deals yet: " + names);
  if (report.path_unknown > 0) {
    report.warnings.push_back(std::to_string(report.path_unknown) +
                              " deals were closed by their first recorded move and are in no stage's rate");
  }
}

Status RefuseWhenLearning(const FunnelOptions& options, const FunnelReport& report) {
  if (!options.strict) return {};
  for (const StageFunnel& stage : report.stages) {
    if (stage.reached == 0 || stage.rate.maturity != Maturity::kLearning) continue;
    return MakeError(
        {.reason = Reason::kNotEnoughData,
         .type = report.pipeline.for_type,
         .field = stage.stage.name,
         .value = std::to_string(stage.rate.trials),
         .hint = "at least " + std::to_string(options.maturity.provisional) + " resolved deals are needed; ask without strict"},
        "a stage has too few resolved deals for a rate");
  }
  return {};
}

uint64_t JoinedTo(const std::map<uint64_t, uint64_t>& roll_up, uint64_t group) {
  const auto found = roll_up.find(group);
  return found == roll_up.end() ? 0 : found->second;
}

void SetGroup(OpenDeal& deal, GroupKind kind, uint64_t group) {
  if (kind == GroupKind::kOwner) deal.owner = Id(group);
  if (kind == GroupKind::kSegment) deal.segment = group;
  if (kind == GroupKind::kSource) deal.source = group;
}

// The tables of everybody and of one kind of group, with groups joined to larger ones.
FunnelTables Joined(const FunnelTables& tables, GroupKind kind, const std::map<uint64_t, uint64_t>& roll_up) {
  FunnelTables out{tables.pipeline, tables.as_of, {}, tables.open};
  const auto add = [&](const auto& rows, auto& sums) {
    for (const auto& [key, row] : rows) {
      if (key.group_kind != kind && key.group_kind != GroupKind::kAll) continue;
      model::RowKey at = key;
      if (key.group_kind == kind) at.group = JoinedTo(roll_up, key.group);
      sums[at].Add(row, 1);
    }
  };
  add(tables.rows.stages, out.rows.stages);
  add(tables.rows.periods, out.rows.periods);
  for (OpenDeal& deal : out.open) SetGroup(deal, kind, JoinedTo(roll_up, GroupOf(deal, kind)));
  return out;
}

}  // namespace

StatusOr<FunnelReport> Funnel(const FunnelTables& tables, const FunnelOptions& options) {
  if (!(options.level > 0 && options.level < 1)) {
    return MakeError({.reason = Reason::kBadOptions, .field = "level", .value = std::to_string(options.level)},
                     "the level of an interval lies between 0 and 1");
  }
  std::vector<StageSum> sums = SumStages(tables, options.group_kind, options.group, WindowOf(options));
  if (IsWhole(options)) AddOpenStays(tables, options.group_kind, options.group, sums);
  const model::PeriodRow periods = SumPeriods(tables, options.group_kind, options.group, WindowOf(options));

  FunnelReport report;
  report.pipeline = tables.pipeline;
  report.as_of = tables.as_of;
  report.currency = MainCurrency(tables, periods);
  report.arrivals = periods.arrivals.total();
  report.won = periods.won;
  report.lost = periods.lost;
  report.path_unknown = periods.path_unknown;
  report.win_rate = WilsonRate(periods.won, periods.won + periods.lost, options.level, options.maturity);
  report.median_cycle_days = MedianCycleDays(periods);
  report.end_to_end = 1;
  double in_order = 0;
  double passed = 0;
  for (const size_t i : OpenStages(tables.pipeline)) {
    const model::Stage& stage = tables.pipeline.stages[i];
    if (stage.archived && sums[i].reached == 0) continue;
    report.stages.push_back(StageOf(stage, sums[i], options, report.currency));
    report.end_to_end *= report.stages.back().rate.value;
    in_order += static_cast<double>(sums[i].reached - sums[i].skipped);
    passed += static_cast<double>(sums[i].reached + sums[i].rework);
  }
  report.conformance = passed > 0 ? in_order / passed : std::numeric_limits<double>::quiet_NaN();
  KITH_RETURN_IF_ERROR(AddOpenDeals(tables, options, report));
  KITH_RETURN_IF_ERROR(RefuseWhenLearning(options, report));
  WarnOfLittleData(options, report);
  if (options.group_kind == GroupKind::kAll) WarnOfMixedGroups(tables, options, report);
  return report;
}

StatusOr<std::vector<FunnelPart>> FunnelParts(const FunnelTables& tables, GroupKind by, const std::map<uint64_t, uint64_t>& roll_up,
                                              FunnelOptions options) {
  const FunnelTables joined = roll_up.empty() ? FunnelTables() : Joined(tables, by, roll_up);
  const FunnelTables& grouped = roll_up.empty() ? tables : joined;
  std::vector<FunnelPart> parts;
  options.group_kind = by;
  for (const uint64_t group : GroupsWithDeals(grouped, by)) {
    options.group = group;
    KITH_ASSIGN_OR_RETURN(FunnelReport funnel, Funnel(grouped, options));
    parts.push_back({group, std::move(funnel)});
  }
  return parts;
}

StatusOr<Rate> Conversion(const FunnelTables& tables, Id from_stage, Id to_stage, const FunnelOptions& options) {
  const size_t from = StageIndex(tables.pipeline, from_stage.value());
  const size_t to = StageIndex(tables.pipeline, to_stage.value());
  for (const auto& [index, id] : {std::pair(from, from_stage), std::pair(to, to_stage)}) {
    if (index == kNoStage) {
      return MakeError({.reason = Reason::kUnknownStage, .value = std::to_string(id.value())}, "the pipeline has no such stage");
    }
  }
  const model::StageKind to_kind = tables.pipeline.stages[to].kind;
  const bool forward = to_kind == model::StageKind::kWon || (to_kind == model::StageKind::kOpen && to > from);
  if (tables.pipeline.stages[from].kind != model::StageKind::kOpen || !forward) {
    return MakeError({.reason = Reason::kOutOfRange, .value = tables.pipeline.stages[to].name},
                     "a conversion goes from an open stage to a later one or to a won one");
  }
  const std::vector<StageSum> sums = SumStages(tables, options.group_kind, options.group, WindowOf(options));
  int64_t successes = 0;
  int64_t lost = 0;
  for (const size_t i : OpenStages(tables.pipeline)) {
    if (i < from || (to_kind == model::StageKind::kOpen && i >= to)) continue;
    lost += sums[i].lost;
    successes = sums[i].advanced;  // of the last stage before the goal: as many as reached the goal
  }
  return WilsonRate(successes, successes + lost, options.level, options.maturity);
}

double HeterogeneityPValue(const FunnelTables& tables, GroupKind kind, Id stage, const FunnelOptions& options) {
  const size_t index = StageIndex(tables.pipeline, stage.value());
  if (index == kNoStage) return 1;
  struct Cell {
    double advanced, resolved;
  };
  std::vector<Cell> cells;
  double advanced = 0;
  double resolved = 0;
  for (const uint64_t group : GroupsOf(tables, kind)) {
    const StageSum sum = SumStages(tables, kind, group, WindowOf(options))[index];
    if (sum.resolved() == 0) continue;
    cells.push_back({static_cast<double>(sum.advanced), static_cast<double>(sum.resolved())});
    advanced += cells.back().advanced;
    resolved += cells.back().resolved;
  }
  const double pooled = resolved > 0 ? advanced / resolved : 0;
  std::erase_if(cells, [&](const Cell& c) { return c.resolved * std::min(pooled, 1 - pooled) < kLeastExpected; });
  double statistic = 0;
  double part_advanced = 0;
  double part_resolved = 0;
  for (const Cell& c : cells) {
    part_advanced += c.advanced;
    part_resolved += c.resolved;
  }
  if (cells.size() < 2) return 1;
  const double rate = part_advanced / part_resolved;
  if (rate <= 0 || rate >= 1) return 1;
  for (const Cell& c : cells) {
    const double gap = c.advanced - c.resolved * rate;
    statistic += gap * gap / (c.resolved * rate * (1 - rate));
  }
  return insight_internal::ChiSquareTail(statistic, static_cast<double>(cells.size() - 1));
}

}  // namespace kith::insight
