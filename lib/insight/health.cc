#include "kith/insight/health.h"

#include <algorithm>
#include <array>

#include "insight/tables_internal.h"
#include "kith/base/concat.h"

namespace kith::insight {
namespace {

using insight_internal::kNoStage;
using insight_internal::StageIndex;
using insight_internal::StageSum;
using insight_internal::SumStages;
using model::FunnelTables;
using model::GroupKind;
using model::OpenDeal;

std::string Deals(int64_t n) { return std::to_string(n) + (n == 1 ? " deal" : " deals"); }

int64_t CountOpen(const FunnelTables& tables, bool (*lacks)(const OpenDeal&)) {
  return std::count_if(tables.open.begin(), tables.open.end(), lacks);
}

void AddIf(int64_t missing, DataGapKind kind, std::string_view text, std::vector<DataGap>& gaps) {
  if (missing > 0) gaps.push_back({kind, {}, missing, Concat({Deals(missing), " ", text})});
}

}  // namespace

std::string_view NameOf(DataGapKind kind) {
  constexpr std::array<std::string_view, 8> kNames = {"", "resolved", "paths", "amounts", "currency", "owners", "segments", "sources"};
  return kNames.at(static_cast<size_t>(kind));
}

std::vector<DataGap> DataGapsOf(const FunnelTables& tables, const MaturityThresholds& maturity) {
  std::vector<DataGap> gaps;
  const std::vector<StageSum> sums = SumStages(tables, GroupKind::kAll, 0);
  for (const size_t i : insight_internal::OpenStages(tables.pipeline)) {
    const model::Stage& stage = tables.pipeline.stages[i];
    const int64_t missing = maturity.stable - sums[i].resolved();
    if (stage.archived || missing <= 0) continue;
    gaps.push_back({DataGapKind::kResolved, stage.id, missing,
                    Concat({stage.name, ": ", Deals(missing), " more must be decided before its rate is stable"})});
  }
  const model::PeriodRow periods = insight_internal::SumPeriods(tables, GroupKind::kAll, 0);
  AddIf(periods.path_unknown, DataGapKind::kPaths, "were closed by their first move: record the stages they passed", gaps);
  AddIf(CountOpen(tables, [](const OpenDeal& deal) { return deal.amount.currency.is_null() || deal.amount.minor <= 0; }),
        DataGapKind::kAmounts, "lack an amount and are in no forecast", gaps);
  const Currency main = insight_internal::MainCurrency(tables, periods);
  const int64_t foreign = std::count_if(tables.open.begin(), tables.open.end(), [&](const OpenDeal& deal) {
    return !deal.amount.currency.is_null() && deal.amount.currency != main;
  });
  AddIf(foreign, DataGapKind::kCurrency, "are in other currencies: give rates of exchange", gaps);
  AddIf(CountOpen(tables, [](const OpenDeal& deal) { return deal.owner.is_null(); }), DataGapKind::kOwners, "have no owner", gaps);
  if (insight_internal::GroupsOf(tables, GroupKind::kSegment).size() > 1) {
    AddIf(CountOpen(tables, [](const OpenDeal& deal) { return deal.segment == 0; }), DataGapKind::kSegments, "have no segment", gaps);
  }
  if (insight_internal::GroupsOf(tables, GroupKind::kSource).size() > 1) {
    AddIf(CountOpen(tables, [](const OpenDeal& deal) { return deal.source == 0; }), DataGapKind::kSources, "have no source", gaps);
  }
  return gaps;
}

std::vector<StuckDeal> StuckDealsOf(const FunnelTables& tables, const StuckOptions& options) {
  std::vector<StageSum> sums = SumStages(tables, GroupKind::kAll, 0);
  insight_internal::AddOpenStays(tables, GroupKind::kAll, 0, sums);
  std::vector<StuckDeal> stuck;
  for (const OpenDeal& open : tables.open) {
    const size_t index = StageIndex(tables.pipeline, open.stage.value());
    if (index == kNoStage) continue;
    const model::Stage& stage = tables.pipeline.stages[index];
    const int64_t age = insight_internal::OpenAges(open, tables.as_of).to;
    const double days = static_cast<double>(age) / insight_internal::kSecondsPerDay;
    int64_t exits = 0;
    for (const int64_t n : sums[index].exits) exits += n;
    const double still_there = insight_internal::SurvivalTo(sums[index].exposure, sums[index].exits, age);
    const bool rare = exits >= options.minimum_exits && still_there <= options.rare;
    const bool late = stage.max_dwell_days > 0 && days > stage.max_dwell_days;
    if (rare || late) stuck.push_back({open.deal, open.stage, days, still_there, static_cast<double>(stage.max_dwell_days), open.amount});
  }
  std::stable_sort(stuck.begin(), stuck.end(), [](const StuckDeal& a, const StuckDeal& b) { return a.still_there < b.still_there; });
  return stuck;
}

}  // namespace kith::insight
