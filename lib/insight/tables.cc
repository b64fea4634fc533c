#include <algorithm>
#include <cmath>

#include "insight/groups_internal.h"
#include "insight/tables_internal.h"

namespace kith::insight_internal {
namespace {

using model::FunnelTables;
using model::GroupKind;
using model::RowKey;

// Calls f(key, row, sign) for the rows that a group's within the window are the sum of.
template <typename Map, typename F>
void ForEachRow(const Map& rows, GroupKind kind, uint64_t group, const Window& window, const F& f) {
  if (kind != GroupKind::kAll && group == 0) {
    for (const auto& [key, row] : rows) {
      if (key.epoch < window.from || key.epoch >= window.to) continue;
      if (const int sign = SignIn(key, kind, group); sign != 0) f(key, row, sign);
    }
    return;
  }
  auto row = rows.lower_bound(RowKey{kind, group, window.from, 0});
  for (; row != rows.end() && row->first.group_kind == kind && row->first.group == group && row->first.epoch < window.to; ++row) {
    f(row->first, row->second, 1);
  }
}

void Clamp(StageSum& sum) {
  for (int64_t* n : {&sum.reached, &sum.advanced, &sum.lost, &sum.entries, &sum.rework, &sum.skipped, &sum.started})
    *n = std::max<int64_t>(*n, 0);
  for (size_t bin = 0; bin < model::kAgeBins; ++bin) {
    sum.exposure[bin] = std::max<int64_t>(sum.exposure[bin], 0);
    sum.exits[bin] = std::max<int64_t>(sum.exits[bin], 0);
  }
}

}  // namespace

size_t StageIndex(const model::Pipeline& pipeline, uint64_t stage) {
  for (size_t i = 0; i < pipeline.stages.size(); ++i) {
    if (pipeline.stages[i].id.value() == stage) return i;
  }
  return kNoStage;
}

std::vector<size_t> OpenStages(const model::Pipeline& pipeline) {
  std::vector<size_t> open;
  for (size_t i = 0; i < pipeline.stages.size(); ++i) {
    if (pipeline.stages[i].kind == model::StageKind::kOpen) open.push_back(i);
  }
  return open;
}

std::vector<StageSum> SumStages(const FunnelTables& tables, GroupKind kind, uint64_t group, const Window& window) {
  std::vector<StageSum> sums(tables.pipeline.stages.size());
  ForEachRow(tables.rows.stages, kind, group, window, [&](const RowKey& key, const model::StageRow& row, int sign) {
    const size_t stage = StageIndex(tables.pipeline, key.stage);
    if (stage == kNoStage) return;
    StageSum& sum = sums[stage];
    sum.reached += sign * row.reached;
    sum.advanced += sign * row.advanced;
    sum.lost += sign * row.lost;
    sum.entries += sign * row.entries;
    sum.rework += sign * row.rework;
    sum.skipped += sign * row.skipped;
    sum.started += sign * row.started;
    for (const auto& [cell, seconds] : row.exposure) sum.exposure[cell.bin] += sign * seconds;
    for (const auto& [cell, n] : row.exits) sum.exits[cell.bin] += sign * n;
  });
  for (StageSum& sum : sums) Clamp(sum);
  return sums;
}

model::PeriodRow SumPeriods(const FunnelTables& tables, GroupKind kind, uint64_t group, const Window& window) {
  model::PeriodRow sum;
  ForEachRow(tables.rows.periods, kind, group, window, [&](const RowKey&, const model::PeriodRow& row, int sign) { sum.Add(row, sign); });
  for (int64_t* n : {&sum.won, &sum.lost, &sum.path_unknown, &sum.path_unknown_won}) *n = std::max<int64_t>(*n, 0);
  return sum;
}

double WonIn(const FunnelTables& tables, Period period, Currency currency, GroupKind kind, uint64_t group) {
  double won = 0;
  const Window window{model::EpochOf(period.first), model::EpochOf(period.end) + 1};
  ForEachRow(tables.rows.periods, kind, group, window, [&](const RowKey& key, const model::PeriodRow& row, int sign) {
    const int32_t month = model::FirstDay(key.epoch).days;
    for (const auto& [cell, minor] : row.won_minor) {
      if (cell.currency == currency.packed() && period.contains(Date{month + cell.day - 1})) won += sign * static_cast<double>(minor);
    }
  });
  return won;
}

std::vector<uint64_t> GroupsOf(const FunnelTables& tables, GroupKind kind) {
  std::vector<uint64_t> groups;
  const auto& rows = tables.rows.stages;
  auto row = rows.lower_bound(RowKey{kind, 0, std::numeric_limits<model::Epoch>::min(), 0});
  while (row != rows.end() && row->first.group_kind == kind) {
    groups.push_back(row->first.group);
    row = rows.upper_bound(RowKey{kind, row->first.group, std::numeric_limits<model::Epoch>::max(), UINT64_MAX});
  }
  return groups;
}

std::vector<uint64_t> GroupsWithDeals(const FunnelTables& tables, GroupKind kind) {
  std::vector<uint64_t> groups = GroupsOf(tables, kind);
  for (const auto& [key, row] : tables.rows.periods) {
    if (key.group_kind == kind) groups.push_back(key.group);
  }
  for (const model::OpenDeal& deal : tables.open) groups.push_back(GroupOf(deal, kind));
  if (kind != GroupKind::kAll && !SumPeriods(tables, kind, 0).empty()) groups.push_back(0);
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

uint64_t GroupOf(const model::OpenDeal& deal, GroupKind kind) {
  switch (kind) {
    case GroupKind::kAll:
      return 0;
    case GroupKind::kOwner:
      return deal.owner.value();
    case GroupKind::kSegment:
      return deal.segment;
    case GroupKind::kSource:
      return deal.source;
  }
  return 0;
}

void OpenExposure::Add(int64_t age, int64_t sign) {
  const size_t bin = model::AgeBin(age);
  beyond_[bin] += sign;
  within_[bin] += sign * (age - model::AgeBinEdges()[bin]);
}

BinSums OpenExposure::Sums() const {
  BinSums sums = within_;
  int64_t deals = 0;
  for (size_t bin = model::kAgeBins - 1; bin > 0; --bin) {
    deals += beyond_[bin];
    sums[bin - 1] += deals * (model::AgeBinEdges()[bin] - model::AgeBinEdges()[bin - 1]);
  }
  return sums;
}

Ages OpenAges(const model::OpenDeal& deal, Time as_of) {
  const int64_t since = deal.since.micros == 0 ? deal.entered.micros : deal.since.micros;
  return {std::max<int64_t>((since - deal.entered.micros) / kMicrosPerSecond, 0),
          std::max<int64_t>((as_of.micros - deal.entered.micros) / kMicrosPerSecond, 0)};
}

void AddOpenStays(const FunnelTables& tables, GroupKind kind, uint64_t group, std::vector<StageSum>& sums) {
  std::vector<OpenExposure> open(sums.size());
  for (const model::OpenDeal& deal : tables.open) {
    if (GroupOf(deal, kind) != group) continue;
    const size_t stage = StageIndex(tables.pipeline, deal.stage.value());
    if (stage != kNoStage) open[stage].Add(OpenAges(deal, tables.as_of));
  }
  for (size_t stage = 0; stage < sums.size(); ++stage) {
    const BinSums bins = open[stage].Sums();
    for (size_t bin = 0; bin < bins.size(); ++bin) sums[stage].exposure[bin] += bins[bin];
  }
}

Currency MainCurrency(const FunnelTables& tables, const model::PeriodRow& all) {
  std::map<uint32_t, int64_t> counts;
  for (const model::OpenDeal& deal : tables.open) {
    if (!deal.amount.currency.is_null()) ++counts[deal.amount.currency.packed()];
  }
  if (counts.empty()) {
    for (const auto& [currency, sketch] : all.won_amounts) counts[currency] = sketch.count;
  }
  const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? Currency() : Currency::FromPacked(most->first);
}

Stay StayOf(const BinSums& exposure, const BinSums& exits) {
  Stay stay{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  const auto& edges = model::AgeBinEdges();
  double survival = 1;
  double mean = 0;
  bool any = false;
  for (size_t bin = 0; bin < model::kAgeBins && exposure[bin] > 0; ++bin) {
    any = true;
    const double hazard = static_cast<double>(exits[bin]) / static_cast<double>(exposure[bin]);
    const bool last = bin + 1 == model::kAgeBins;
    const double width = static_cast<double>(last ? edges[bin] : edges[bin + 1] - edges[bin]);
    const double next = survival * std::exp(-hazard * width);
    if (std::isnan(stay.median_days) && next <= 0.5) {
      stay.median_days = (static_cast<double>(edges[bin]) + std::log(survival / 0.5) / hazard) / kSecondsPerDay;
    }
    mean += hazard > 0 ? (survival - next) / hazard : survival * width;
    survival = next;
  }
  if (any) stay.mean_days = mean / kSecondsPerDay;
  return stay;
}

double SurvivalTo(const BinSums& exposure, const BinSums& exits, int64_t age) {
  const auto& edges = model::AgeBinEdges();
  double hazard = 0;
  for (size_t bin = 0; bin < model::kAgeBins && edges[bin] < age && exposure[bin] > 0; ++bin) {
    const int64_t end = bin + 1 < model::kAgeBins ? std::min(age, edges[bin + 1]) : age;
    hazard += static_cast<double>(exits[bin]) / static_cast<double>(exposure[bin]) * static_cast<double>(end - edges[bin]);
  }
  return std::exp(-hazard);
}

std::string Percent(double share) { return std::to_string(static_cast<int>(std::lround(share * 100))) + " %"; }

}  // namespace kith::insight_internal
