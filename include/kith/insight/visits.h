// Field selling (J06): which stores are to be visited how often, and whether they were.
//
// A plan (behaviour "visit_plan") asks for a visit to a store every so many days from a day on. Its time is cut into windows of that
// length; those that are over are due, and done where somebody visited the store within them (an interaction of kind "visit" with it).
// Compliance is done / due. The next visit is so many days after the last one, or after the plan's beginning; past it the store is overdue.
// Days are those of the database's time zone (query/calendar.h).
#ifndef KITH_INSIGHT_VISITS_H_
#define KITH_INSIGHT_VISITS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "kith/engine/snapshot.h"

namespace kith::insight {

struct PlannedVisits {
  Id plan;
  Id account;
  Id employee;  // who visits it; null: not said
  int64_t every_days = 0;
  int64_t due = 0;   // windows that are over
  int64_t done = 0;  // of them, with a visit
  std::optional<Date> last;
  std::optional<Date> next;  // none once the plan has ended, or where it ends before
  int64_t overdue_days = 0;  // 0: not overdue
};
struct VisitReport {
  std::vector<PlannedVisits> stores;  // the longest overdue first, then by when the next visit is, then by plan
  int64_t due = 0;
  int64_t done = 0;
  std::optional<double> compliance;  // nothing due: none
};
struct VisitOptions {
  std::optional<Date> today;  // unset: that of the snapshot's recorded time
  std::optional<Date> since;  // windows that begin before are left out
  Id employee = {};           // null: everybody's plans
};
// What the snapshot's viewer may see. Costs the plans and the visits to their stores. Errors: PackageMissing (no type is a visit plan).
[[nodiscard]] StatusOr<VisitReport> VisitsOf(const Snapshot& snapshot, const VisitOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_VISITS_H_
