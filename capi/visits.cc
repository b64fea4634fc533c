// Field selling: visits beside their plans.
#include "kith/insight/visits.h"

#include "answer.h"
#include "members.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

Json Of(const std::optional<kith::Date>& date) { return date.has_value() ? Json(kith::ToText(*date)) : Json(nullptr); }

Json Of(const kith::insight::PlannedVisits& store) {
  return {{"plan", store.plan.value()},
          {"account", store.account.value()},
          {"employee", IdOrNull(store.employee)},
          {"every_days", store.every_days},
          {"due", store.due},
          {"done", store.done},
          {"last", Of(store.last)},
          {"next", Of(store.next)},
          {"overdue_days", store.overdue_days}};
}

}  // namespace

extern "C" kith_code kith_snapshot_visits(kith_snapshot* snapshot, kith_str question, kith_text** json, kith_error** err) {
  const auto read = [](Members& asked, kith::insight::VisitOptions& options) {
    asked.Get("today", options.today);
    asked.Get("since", options.since);
    asked.Get("employee", options.employee);
  };
  const auto answer = [](const kith::Snapshot& now, const kith::insight::VisitOptions& options) -> kith::StatusOr<Json> {
    KITH_ASSIGN_OR_RETURN(const kith::insight::VisitReport report, kith::insight::VisitsOf(now, options));
    Json stores = Json::array();
    for (const kith::insight::PlannedVisits& store : report.stores) stores.push_back(Of(store));
    return Json{{"stores", std::move(stores)}, {"due", report.due}, {"done", report.done}, {"compliance", Number(report.compliance)}};
  };
  return ReplyTo(snapshot, question, json, err, kith::insight::VisitOptions(), read, answer);
}
