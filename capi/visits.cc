// Field selling: visits beside their plans.
#include "kith/insight/visits.h"

#include <nlohmann/json.hpp>

#include "members.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

using Json = nlohmann::ordered_json;

kith::Status ReadDate(const std::string& text, std::optional<kith::Date>& date) {
  if (text.empty()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(date, kith::ParseDate(text));
  return absl::OkStatus();
}

kith::StatusOr<kith::insight::VisitOptions> Read(kith_str question) {
  KITH_ASSIGN_OR_RETURN(Members members, Members::Ask(question));
  kith::insight::VisitOptions options;
  std::string today;
  std::string since;
  members.Get("today", today);
  members.Get("since", since);
  members.Get("employee", options.employee);
  KITH_RETURN_IF_ERROR(members.Done());
  KITH_RETURN_IF_ERROR(ReadDate(today, options.today));
  KITH_RETURN_IF_ERROR(ReadDate(since, options.since));
  return options;
}

Json Of(const std::optional<kith::Date>& date) { return date.has_value() ? Json(kith::ToText(*date)) : Json(nullptr); }

Json Of(const kith::insight::PlannedVisits& store) {
  const Json employee = store.employee.is_null() ? Json(nullptr) : Json(store.employee.value());
  return {{"plan", store.plan.value()},
          {"account", store.account.value()},
          {"employee", employee},
          {"every_days", store.every_days},
          {"due", store.due},
          {"done", store.done},
          {"last", Of(store.last)},
          {"next", Of(store.next)},
          {"overdue_days", store.overdue_days}};
}

}  // namespace

extern "C" kith_code kith_snapshot_visits(kith_snapshot* snapshot, kith_str question, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const kith::insight::VisitOptions options, Read(question));
    KITH_ASSIGN_OR_RETURN(const kith::insight::VisitReport report, kith::insight::VisitsOf(*object->snapshot, options));
    Json stores = Json::array();
    for (const kith::insight::PlannedVisits& store : report.stores) stores.push_back(Of(store));
    const Json compliance = report.compliance.has_value() ? Json(*report.compliance) : Json(nullptr);
    const Json told = {{"stores", std::move(stores)}, {"due", report.due}, {"done", report.done}, {"compliance", compliance}};
    return told.dump();
  });
}
