// The calendar of a database, by its settings.
#ifndef KITH_QUERY_CALENDAR_H_
#define KITH_QUERY_CALENDAR_H_

#include "kith/base/status.h"
#include "kith/engine/snapshot.h"

namespace kith::query {

// The month, 1 to 12, in which the fiscal year begins; 1 where no setting says so. What ParsePeriod and PeriodAt take.
[[nodiscard]] StatusOr<int> FiscalStartMonth(const Snapshot& snapshot);

}  // namespace kith::query

#endif  // KITH_QUERY_CALENDAR_H_
