// Instants (microseconds UTC), dates, and periods as values: 2026-07, FY2026-Q3, 2026-W07. Proleptic Gregorian calendar.
#ifndef KITH_BASE_TIME_H_
#define KITH_BASE_TIME_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace kith {

struct Time {
  int64_t micros = 0;  // since 1970-01-01T00:00:00Z
  friend constexpr auto operator<=>(Time, Time) = default;
};
inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
// Later than any stored instant: "as known and in force now".
inline constexpr Time kTimeMax{INT64_MAX};

struct Date {
  int32_t days = 0;  // since 1970-01-01
  friend constexpr auto operator<=>(Date, Date) = default;
};

struct CivilDate {
  int32_t year = 1970;
  int8_t month = 1;  // 1..12
  int8_t day = 1;    // 1..31
  friend constexpr auto operator<=>(CivilDate, CivilDate) = default;
};

[[nodiscard]] CivilDate ToCivil(Date date);
// `civil` must be a date of the calendar.
[[nodiscard]] Date FromCivil(CivilDate civil);
[[nodiscard]] bool IsValid(CivilDate civil);
// 1 Monday .. 7 Sunday.
[[nodiscard]] int IsoWeekday(Date date);
[[nodiscard]] Date DateOf(Time utc);
[[nodiscard]] Time StartOf(Date date);
// So many days of 24 hours later; earlier for less than 0. Stays in range.
[[nodiscard]] Time PlusDays(Time time, int64_t days);

// RFC 3339 with any offset, or a date alone (its midnight UTC); at most microseconds.
[[nodiscard]] absl::StatusOr<Time> ParseTime(std::string_view text);
[[nodiscard]] absl::StatusOr<Date> ParseDate(std::string_view iso);
// A declared format with %Y %m %d %y %H %M %S %b %% and literal characters: "%m/%d/%Y". Missing time parts are midnight.
[[nodiscard]] absl::StatusOr<Time> ParseTimeAs(std::string_view text, std::string_view format);
[[nodiscard]] std::string ToText(Time time);  // "2026-07-01T12:30:00Z", with a fraction when there is one
[[nodiscard]] std::string ToText(Date date);  // "2026-07-01"

// A half-open span of days.
struct Period {
  Date first;
  Date end;  // exclusive
  [[nodiscard]] bool contains(Date d) const { return first <= d && d < end; }
  friend constexpr bool operator==(const Period&, const Period&) = default;
};
// "2026", "2026-Q3", "2026-07", "2026-W07" (ISO week), "2026-07-04", "FY2026", "FY2026-Q3", "FY2026-M02".
// A fiscal year is named after the calendar year in which it ends; with fiscal_start_month 1 it is the calendar year.
[[nodiscard]] absl::StatusOr<Period> ParsePeriod(std::string_view text, int fiscal_start_month = 1);
enum class PeriodUnit : uint8_t { kDay, kWeek, kMonth, kQuarter, kYear };
// The period of `unit` that holds `date`, shifted by `offset` periods; quarters and years are fiscal when the start month is not 1.
[[nodiscard]] Period PeriodAt(Date date, PeriodUnit unit, int offset = 0, int fiscal_start_month = 1);
[[nodiscard]] std::string NameOf(Period period, PeriodUnit unit, int fiscal_start_month = 1);

}  // namespace kith

#endif  // KITH_BASE_TIME_H_
