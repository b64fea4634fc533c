// The calendar that buckets go by.
#ifndef KITH_LIB_QUERY_CALENDAR_H_
#define KITH_LIB_QUERY_CALENDAR_H_

#include <string>

#include "absl/time/time.h"
#include "kith/engine/snapshot.h"
#include "kith/query/query.h"

namespace kith::query {

struct Calendar {
  absl::TimeZone zone = absl::UTCTimeZone();
  int fiscal_start_month = 1;

  // What the query says, else what the database's settings say. Errors: BadOptions for an unknown zone.
  [[nodiscard]] static StatusOr<Calendar> Of(const Query& query, const Snapshot& snapshot);
  // The name of the period that holds a date or time; null stays null.
  [[nodiscard]] Value PeriodOf(const Value& value, Bucket bucket) const;
};

// BadOptions when there is no such zone.
[[nodiscard]] StatusOr<absl::TimeZone> FindZone(const std::string& name);

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_CALENDAR_H_
