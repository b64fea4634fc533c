#include "kith/insight/paths.h"

#include <algorithm>
#include <map>
#include <string>

#include "insight/closing_internal.h"
#include "insight/median_internal.h"
#include "insight/tables_internal.h"

namespace kith::insight {
namespace {

using model::DealPath;
using model::StageKind;

StageKind KindOf(const model::Pipeline& pipeline, const DealPath& path) {
  const model::Stage* last = pipeline.Find(path.moves.back().to);
  return last == nullptr ? StageKind::kOpen : last->kind;
}

}  // namespace

std::vector<Way> Ways(const std::vector<DealPath>& paths) {
  std::map<std::vector<Id>, std::vector<double>> days;
  for (const DealPath& path : paths) {
    if (path.moves.empty()) continue;
    std::vector<Id> stages;
    for (const model::PathMove& move : path.moves) {
      if (stages.empty() || stages.back() != move.to) stages.push_back(move.to);
    }
    days[stages].push_back(static_cast<double>(path.moves.back().at.micros - path.moves.front().at.micros) /
                           static_cast<double>(kMicrosPerDay));
  }
  std::vector<Way> ways;
  ways.reserve(days.size());
  for (auto& [stages, spans] : days) ways.push_back({stages, static_cast<int64_t>(spans.size()), insight_internal::MedianOf(spans)});
  std::stable_sort(ways.begin(), ways.end(),
                   [](const Way& a, const Way& b) { return a.deals != b.deals ? a.deals > b.deals : a.stages.size() < b.stages.size(); });
  return ways;
}

std::vector<Cohort> Cohorts(const model::Pipeline& pipeline, const std::vector<DealPath>& paths, Time as_of) {
  std::map<model::Epoch, Cohort> cohorts;
  const model::Epoch over = model::EpochOf(Time{as_of.micros + 1}, pipeline.days);  // the first month that is not over
  for (const DealPath& whole : paths) {
    const DealPath path = model::CutAt(whole, as_of);
    if (path.moves.empty()) continue;
    const model::Epoch month = model::EpochOf(path.moves.front().at, pipeline.days);
    Cohort& cohort = cohorts[month];
    cohort.month = month;
    ++cohort.deals;
    cohort.won_by.resize(static_cast<size_t>(std::max(over - month, 0)), 0);
    const StageKind kind = KindOf(pipeline, path);
    cohort.lost += kind == StageKind::kLost;
    const model::PathMove* closing = insight_internal::ClosingOf(pipeline, path.moves);
    if (kind != StageKind::kWon || closing == nullptr) continue;
    ++cohort.won;
    for (auto later = static_cast<size_t>(model::EpochOf(closing->at, pipeline.days) - month); later < cohort.won_by.size(); ++later)
      ++cohort.won_by[later];
  }
  std::vector<Cohort> list;
  for (auto& [month, cohort] : cohorts) {
    cohort.win_rate = WilsonRate(cohort.won, cohort.won + cohort.lost);
    list.push_back(std::move(cohort));
  }
  return list;
}

CountedDeals DealsBehind(const model::Pipeline& pipeline, const std::vector<DealPath>& paths, Id stage, const CountedOptions& options) {
  CountedDeals deals;
  for (const DealPath& path : paths) {
    model::FunnelTables one;
    one.pipeline = pipeline;
    model::Contribute(pipeline, path, 1, one.rows);
    const size_t index = insight_internal::StageIndex(pipeline, stage.value());
    if (index == insight_internal::kNoStage) continue;
    const insight_internal::StageSum sum =
        insight_internal::SumStages(one, options.group_kind, options.group, {options.from, options.to})[index];
    if (sum.advanced > 0) deals.advanced.push_back(path.deal);
    if (sum.lost > 0) deals.lost.push_back(path.deal);
  }
  return deals;
}

std::vector<Id> WonIn(const model::Pipeline& pipeline, const std::vector<model::DealPath>& paths, Time first, Time end) {
  std::vector<Id> won;
  for (const model::DealPath& path : paths) {
    const auto after = std::find_if(path.moves.begin(), path.moves.end(), [&](const model::PathMove& move) { return move.at >= end; });
    const model::PathMove* closing = insight_internal::ClosingOf(pipeline, {path.moves.begin(), after});
    if (closing == nullptr || closing->at < first) continue;
    if (pipeline.Find(closing->to)->kind == StageKind::kWon) won.push_back(path.deal);
  }
  return won;
}

StatusOr<model::FunnelTables> TablesBy(const Snapshot& snapshot, const model::FunnelTables& tables, std::string_view role,
                                       const model::TablesOptions& options) {
  KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* type, snapshot.catalog().GetType(tables.pipeline.for_type));
  const catalog::FieldDef* field = type->FindRole("pipelined", role);
  if (field == nullptr || field->kind != Kind::kRef) {
    return MakeError({.reason = Reason::kBadOptions, .type = type->name, .field = std::string(role)},
                     "is no role of behaviour pipelined that refers to records");
  }
  model::TablesOptions asked = options;
  asked.as_of = tables.as_of;
  KITH_ASSIGN_OR_RETURN(std::vector<DealPath> paths, model::ReadPaths(snapshot, tables.pipeline.id, asked));
  std::map<Id, uint64_t> groups;
  for (DealPath& path : paths) {
    const StatusOr<record::View> deal = snapshot.Get(path.deal);
    const uint64_t group = deal.ok() ? deal->GetRef(field->position).value() : 0;
    for (model::PathMove& move : path.moves) move.segment = group;
    groups.emplace(path.deal, group);
  }
  model::FunnelTables grouped = model::TablesFromPaths(tables.pipeline, paths, tables.as_of);
  grouped.open = tables.open;  // with their amounts, and without those that went on in another pipeline
  for (model::OpenDeal& deal : grouped.open) {
    const auto group = groups.find(deal.deal);
    deal.segment = group == groups.end() ? 0 : group->second;
  }
  return grouped;
}

}  // namespace kith::insight
