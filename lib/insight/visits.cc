// Visits beside their plans.
#include "kith/insight/visits.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "kith/engine/referring.h"
#include "kith/query/calendar.h"

namespace kith::insight {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kPlan = "visit_plan";

// Days with a visit to a store, as day numbers.
StatusOr<std::set<int32_t>> VisitDays(const Snapshot& snapshot, const query::Days& calendar, Id account) {
  std::set<int32_t> days;
  for (const TypeDef* type : snapshot.catalog().TypesWith("interaction")) {
    const FieldDef* to = type->FindRole("interaction", "account");
    const FieldDef* kind = type->FindRole("interaction", "kind");
    const FieldDef* at = type->FindRole("interaction", "at");
    const catalog::ChoiceDef* visit = kind->FindChoice("visit");
    if (to == nullptr || visit == nullptr) continue;
    KITH_RETURN_IF_ERROR(ForEachWith(snapshot, *type, *to, Value(account), [&](record::View view) {
      const bool visited = view.has(at->position) && view.Get(kind->position) == Value(Choice{visit->number});
      if (visited) days.insert(calendar.DateOf(Time{view.GetInt(at->position)}).days);
      return absl::OkStatus();
    }));
  }
  return days;
}

struct Plan {
  PlannedVisits told;
  int32_t from = 0;
  std::optional<int32_t> until;  // the first day that it asks nothing for
};

void Count(const Plan& plan, const std::set<int32_t>& visits, const VisitOptions& options, int32_t today, PlannedVisits& told) {
  const auto length = static_cast<int32_t>(std::min<int64_t>(told.every_days, 100'000));
  const int32_t end = std::min(plan.until.value_or(today), today);
  for (int32_t begin = plan.from; begin + length <= end; begin += length) {
    if (options.since.has_value() && begin < options.since->days) continue;
    const auto visit = visits.lower_bound(begin);
    ++told.due;
    told.done += visit != visits.end() && *visit < begin + length;
  }
  const auto after = visits.upper_bound(today);
  if (after != visits.begin()) told.last = Date{*std::prev(after)};
  if (plan.until.has_value() && *plan.until <= today) return;
  const int32_t last = told.last.has_value() ? std::max(told.last->days, plan.from) : plan.from;
  if (plan.until.has_value() && *plan.until <= last + length) return;  // it ends before
  told.next = Date{last + length};
  told.overdue_days = std::max(0, today - told.next->days);
}

StatusOr<std::vector<Plan>> PlansOf(const Snapshot& snapshot, const query::Days& calendar, const TypeDef& type, Id employee) {
  const auto role = [&](std::string_view name) { return type.FindRole(kPlan, name); };
  const auto date = [](record::View view, const FieldDef* field) {
    const bool said = field != nullptr && view.has(field->position);
    return said ? std::optional(static_cast<int32_t>(view.GetInt(field->position))) : std::nullopt;
  };
  std::vector<Plan> plans;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type.name));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    Plan plan;
    plan.told.plan = view.id();
    plan.told.account = view.GetRef(role("account")->position);
    if (role("employee") != nullptr) plan.told.employee = view.GetRef(role("employee")->position);
    plan.told.every_days = view.GetInt(role("every_days")->position);
    plan.from = date(view, role("from")).value_or(calendar.DateOf(Time{view.header().created}).days);
    plan.until = date(view, role("until"));
    const bool wanted = employee.is_null() || plan.told.employee == employee;
    if (wanted && !plan.told.account.is_null() && plan.told.every_days > 0) plans.push_back(plan);
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return plans;
}

}  // namespace

StatusOr<VisitReport> VisitsOf(const Snapshot& snapshot, const VisitOptions& options) {
  const std::vector<const TypeDef*> types = snapshot.catalog().TypesWith(kPlan);
  if (types.empty()) {
    return MakeError({.reason = Reason::kPackageMissing, .value = "kith.crm", .hint = "open the database with model::OpenDatabase"},
                     "no type is a visit plan");
  }
  KITH_ASSIGN_OR_RETURN(const query::Days calendar, query::Days::Of(snapshot));
  const int32_t today = options.today.value_or(calendar.DateOf(snapshot.recorded())).days;
  std::map<Id, std::set<int32_t>> visits;
  VisitReport report;
  for (const TypeDef* type : types) {
    KITH_ASSIGN_OR_RETURN(const std::vector<Plan> plans, PlansOf(snapshot, calendar, *type, options.employee));
    for (const Plan& plan : plans) {
      const auto [at, is_new] = visits.try_emplace(plan.told.account);
      if (is_new) {
        KITH_ASSIGN_OR_RETURN(at->second, VisitDays(snapshot, calendar, plan.told.account));
      }
      PlannedVisits told = plan.told;
      Count(plan, at->second, options, today, told);
      report.due += told.due;
      report.done += told.done;
      report.stores.push_back(told);
    }
  }
  std::sort(report.stores.begin(), report.stores.end(), [](const PlannedVisits& a, const PlannedVisits& b) {
    const auto key = [](const PlannedVisits& one) {
      return std::make_tuple(-one.overdue_days, one.next.has_value() ? one.next->days : INT32_MAX, one.plan);
    };
    return key(a) < key(b);
  });
  if (report.due > 0) report.compliance = static_cast<double>(report.done) / static_cast<double>(report.due);
  return report;
}

}  // namespace kith::insight
