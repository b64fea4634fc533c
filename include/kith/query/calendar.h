// The calendar of a database, by its settings.
#ifndef KITH_QUERY_CALENDAR_H_
#define KITH_QUERY_CALENDAR_H_

#include <memory>
#include <string>
#include <string_view>

#include "kith/base/status.h"
#include "kith/base/time.h"
#include "kith/engine/extension.h"
#include "kith/engine/snapshot.h"

namespace kith::query {

// The month, 1 to 12, in which the fiscal year begins; 1 where no setting says so. What ParsePeriod and PeriodAt take.
[[nodiscard]] StatusOr<int> FiscalStartMonth(const Snapshot& snapshot);

// The IANA name of the time zone that the settings name; empty: none does.
[[nodiscard]] StatusOr<std::string> TimeZoneOf(const Snapshot& snapshot);
[[nodiscard]] StatusOr<std::string> TimeZoneOf(const DerivationContext& context);

// Days as people of the database count them: those of the time zone that its settings name, else of UTC. Safe from several threads.
class Days {
 public:
  Days() = default;  // of UTC
  // Those of a zone by its IANA name; empty: UTC. Errors: BadOptions (there is no such time zone).
  [[nodiscard]] static StatusOr<Days> In(std::string_view zone);
  // Errors: BadOptions (the settings name no time zone that there is).
  [[nodiscard]] static StatusOr<Days> Of(const Snapshot& snapshot);
  [[nodiscard]] static StatusOr<Days> Of(const RuleContext& context);
  [[nodiscard]] Date DateOf(Time time) const;
  // The first moment of a day; where a day begins twice, the earlier one, where its midnight is left out, the moment of that.
  [[nodiscard]] Time StartOf(Date day) const;

 private:
  struct Zone;
  std::shared_ptr<const Zone> zone_;  // nullptr: UTC
};

}  // namespace kith::query

#endif  // KITH_QUERY_CALENDAR_H_
