// The walk of a pipeline between two moments.
#include "kith/insight/walk.h"

#include "answer.h"
#include "kith/query/calendar.h"
#include "members.h"
#include "objects.h"
#include "question.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

using kith::insight::CurrencyWalk;
using kith::insight::WalkStep;

Json Of(const std::vector<kith::insight::WalkDeal>& deals) {
  uint64_t minor = 0;  // wraps as two's complement does; the walk's own sums are checked
  Json ids = Json::array();
  for (const kith::insight::WalkDeal& deal : deals) {
    minor += static_cast<uint64_t>(deal.minor);
    ids.push_back(deal.deal.value());
  }
  return {{"minor", static_cast<int64_t>(minor)}, {"deals", std::move(ids)}};
}

// The changes by step, deals by id.
Json StepsOf(const CurrencyWalk& walk) {
  Json steps = Json::array();
  for (int kind = 0; kind <= static_cast<int>(WalkStep::kGone); ++kind) {
    std::vector<kith::insight::WalkDeal> deals;
    for (const kith::insight::WalkChange& change : walk.changes) {
      if (change.step == static_cast<WalkStep>(kind)) deals.push_back({change.deal, change.minor});
    }
    if (deals.empty()) continue;
    std::sort(deals.begin(), deals.end(), [](const auto& a, const auto& b) { return a.deal < b.deal; });
    Json step = {{"kind", NameOf(static_cast<WalkStep>(kind))}};
    step.update(Of(deals));
    steps.push_back(std::move(step));
  }
  return steps;
}

Json Of(const CurrencyWalk& walk) {
  Json moved = Json::array();
  for (const kith::insight::WalkChange& change : walk.changes) {
    moved.push_back({{"id", change.deal.value()}, {"kind", NameOf(change.step)}, {"minor", change.minor}});
  }
  return {{"currency", walk.currency.is_null() ? Json(nullptr) : Json(walk.currency.code())},
          {"before", walk.before},
          {"steps", StepsOf(walk)},
          {"after", walk.after},
          {"deals_before", walk.deals_before},
          {"deals_after", walk.deals_after},
          {"pulled_in", Of(walk.pulled_in)},
          {"pushed_out", Of(walk.pushed_out)},
          {"moved", std::move(moved)},
          {"cash", walk.cash},
          {"plan", walk.plan}};
}

Json Of(const kith::insight::WalkReport& report, bool notes) {
  Json json = {{"since", kith::ToText(report.since)}, {"until", kith::ToText(report.until)}, {"as_known", report.as_known}};
  if (report.period) json["period"] = {{"first", kith::ToText(report.period->first)}, {"end", kith::ToText(report.period->end)}};
  json["deals_before"] = report.deals_before;
  json["deals_after"] = report.deals_after;
  Json& walks = json["walks"] = Json::array();
  for (const CurrencyWalk& walk : report.walks) walks.push_back(Of(walk));
  if (!notes) return json;
  Json& pushed = json["pushed_twice"] = Json::array();
  for (const auto& deal : report.pushed_twice) pushed.push_back({{"id", deal.deal.value()}, {"times", deal.times}});
  Json& silent = json["silent"] = Json::array();
  for (const auto& deal : report.silent) silent.push_back({{"id", deal.deal.value()}, {"days", deal.days}});
  Json& idle = json["no_next_step"] = Json::array();
  for (const kith::Id deal : report.no_next_step) idle.push_back(deal.value());
  return json;
}

kith::StatusOr<kith::insight::WalkOptions> WalkReportOptionsFrom(kith_str question, const kith::Snapshot& snapshot,
                                                                 const kith::query::Days& days) {
  KITH_ASSIGN_OR_RETURN(Members members, Members::Ask(question));
  kith::insight::WalkOptions options;
  std::optional<kith::Time> since;
  std::string period;
  members.Get("since", since);
  members.Get("until", options.until);
  members.Get("as_known", options.as_known);
  members.Get("period", period);
  members.Get("notes", options.notes);
  members.GetCount("silent_days", options.silent_days);
  members.Get("collection", options.collection);
  KITH_RETURN_IF_ERROR(members.Done());
  if (!since)
    return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "question.since"}, "a walk needs the time it starts at");
  options.since = *since;
  if (!period.empty()) {
    KITH_ASSIGN_OR_RETURN(const int fiscal, kith::query::FiscalStartMonth(snapshot));
    KITH_ASSIGN_OR_RETURN(options.period, PeriodFromText(period, days.DateOf(options.until.value_or(snapshot.recorded())), fiscal));
  }
  return options;
}

}  // namespace

extern "C" kith_code kith_snapshot_walk(kith_snapshot* snapshot, const char* pipeline, kith_str question, kith_text** json,
                                        kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(pipeline, "pipeline"));
    KITH_ASSIGN_OR_RETURN(const kith::model::Pipeline found, kith::model::GetPipeline(*object->snapshot, name));
    KITH_ASSIGN_OR_RETURN(const kith::insight::WalkOptions options, WalkReportOptionsFrom(question, *object->snapshot, found.days));
    KITH_ASSIGN_OR_RETURN(const kith::insight::WalkReport report, kith::insight::Walk(*object->snapshot, found, options));
    return Dump(Of(report, options.notes));
  });
}
