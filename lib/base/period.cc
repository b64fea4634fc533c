#include <algorithm>
#include <optional>

#include "base/calendar_internal.h"
#include "base/number_internal.h"
#include "kith/base/status.h"
#include "kith/base/time.h"

namespace kith {
namespace {

using base_internal::FloorDiv;
using base_internal::FloorMod;
using base_internal::Padded;

constexpr int kMonthsPerYear = 12;
constexpr int kMonthsPerQuarter = 3;
constexpr int kDaysPerWeek = 7;

// Months since January of year 0.
int64_t MonthIndex(Date date) {
  const CivilDate civil = ToCivil(date);
  return int64_t{civil.year} * kMonthsPerYear + civil.month - 1;
}

Date Saturated(int64_t days) { return {static_cast<int32_t>(std::clamp<int64_t>(days, INT32_MIN, INT32_MAX))}; }

Date FirstOfMonth(int64_t index) {
  return Saturated(base_internal::DaysFromCivil(FloorDiv(index, kMonthsPerYear), FloorMod(index, kMonthsPerYear) + 1, 1));
}

Period Months(int64_t first, int64_t count) { return {FirstOfMonth(first), FirstOfMonth(first + count)}; }

Period Days(int64_t first, int64_t count) { return {Saturated(first), Saturated(first + count)}; }

// The first month of the fiscal year named `year`, that is, of the one that ends in it.
int64_t FiscalYearStart(int64_t year, int start_month) {
  const int64_t january = year * kMonthsPerYear;
  return start_month == 1 ? january : january - kMonthsPerYear + start_month - 1;
}

bool IsMonth(int month) { return month >= 1 && month <= kMonthsPerYear; }

// The span of `count` months, counted from `start_month`, that holds `date`.
Period MonthsAround(Date date, int count, int64_t offset, int start_month) {
  const int64_t index = MonthIndex(date);
  const int64_t first = index - FloorMod(index - (start_month - 1), count);
  return Months(first + offset * count, count);
}

int64_t Monday(Date date) { return int64_t{date.days} - (IsoWeekday(date) - 1); }

// The week's Thursday stands in the year that the week belongs to.
Date Thursday(Date monday) { return Saturated(int64_t{monday.days} + 3); }

int64_t FirstIsoMonday(int64_t year) { return Monday(Saturated(base_internal::DaysFromCivil(year, 1, 4))); }

// Exactly `width` digits, or nullopt.
std::optional<int> Number(std::string_view text, size_t width) {
  if (text.size() != width) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (!base_internal::IsDigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<Period> PartOfYear(int64_t first_month, std::string_view part) {
  if (part.empty()) return Months(first_month, kMonthsPerYear);
  const char unit = part.front();
  const std::optional<int> number = Number(part.substr(1), unit == 'Q' ? 1 : 2);
  if (!number.has_value()) return std::nullopt;
  if (unit == 'Q' && *number >= 1 && *number <= 4) return Months(first_month + (*number - 1) * kMonthsPerQuarter, kMonthsPerQuarter);
  if (unit == 'M' && IsMonth(*number)) return Months(first_month + *number - 1, 1);
  return std::nullopt;
}

std::optional<Period> IsoWeek(int year, std::string_view number_text) {
  const std::optional<int> number = Number(number_text, 2);
  if (!number.has_value() || *number < 1) return std::nullopt;
  const int64_t monday = FirstIsoMonday(year) + int64_t{*number - 1} * kDaysPerWeek;
  if (monday >= FirstIsoMonday(year + 1)) return std::nullopt;
  return Days(monday, kDaysPerWeek);
}

std::optional<Period> CalendarPart(int year, std::string_view part) {
  const int64_t january = int64_t{year} * kMonthsPerYear;
  if (part.empty() || part.front() == 'Q') return PartOfYear(january, part);
  if (part.front() == 'W') return IsoWeek(year, part.substr(1));
  const std::optional<int> month = Number(part.substr(0, 2), 2);
  if (!month.has_value() || !IsMonth(*month)) return std::nullopt;
  if (part.size() == 2) return Months(january + *month - 1, 1);
  const std::optional<int> day = part[2] == '-' ? Number(part.substr(3), 2) : std::nullopt;
  const CivilDate civil{year, static_cast<int8_t>(*month), static_cast<int8_t>(day.value_or(0))};
  if (!IsValid(civil)) return std::nullopt;
  return Days(FromCivil(civil).days, 1);
}

std::optional<Period> Parse(std::string_view text, int fiscal_start_month) {
  const bool fiscal = text.substr(0, 2) == "FY";
  if (fiscal) text.remove_prefix(2);
  const std::optional<int> year = Number(text.substr(0, 4), 4);
  if (!year.has_value()) return std::nullopt;
  std::string_view part = text.substr(4);
  if (!part.empty()) {
    if (part.front() != '-' || part.size() == 1) return std::nullopt;
    part.remove_prefix(1);
  }
  return fiscal ? PartOfYear(FiscalYearStart(*year, fiscal_start_month), part) : CalendarPart(*year, part);
}

// "2026" or, when the fiscal year is not the calendar year, "FY2027": the year that holds `first`.
std::string YearName(Date first, int start_month) {
  const int64_t last_month = MonthsAround(first, kMonthsPerYear, 0, start_month).end.days - int64_t{1};
  const std::string year = base_internal::YearText(ToCivil(Saturated(last_month)).year);
  return start_month == 1 ? year : "FY" + year;
}

std::string QuarterName(Date first, int start_month) {
  const int64_t months = FloorMod(MonthIndex(first) - (start_month - 1), kMonthsPerYear);
  return YearName(first, start_month) + "-Q" + std::to_string(months / kMonthsPerQuarter + 1);
}

std::string WeekName(Date monday) {
  const int32_t year = ToCivil(Thursday(monday)).year;
  const int64_t number = (monday.days - FirstIsoMonday(year)) / kDaysPerWeek + 1;
  return base_internal::YearText(year) + "-W" + Padded(static_cast<uint64_t>(number), 2);
}

std::string MonthName(Date first) {
  const CivilDate civil = ToCivil(first);
  return base_internal::YearText(civil.year) + "-" + Padded(static_cast<uint64_t>(civil.month), 2);
}

}  // namespace

StatusOr<Period> ParsePeriod(std::string_view text, int fiscal_start_month) {
  if (!IsMonth(fiscal_start_month)) {
    return MakeError({.reason = Reason::kBadOptions, .value = std::to_string(fiscal_start_month)},
                     "a fiscal year starts in a month of 1 to 12");
  }
  const std::optional<Period> period = Parse(text, fiscal_start_month);
  if (!period.has_value()) {
    return MakeError({.reason = Reason::kWrongKind,
                      .value = std::string(text),
                      .hint = "write it like 2026, 2026-Q3, 2026-07, 2026-W07, 2026-07-04, FY2026, FY2026-Q3 or FY2026-M02"},
                     "is not a period");
  }
  return *period;
}

Period PeriodAt(Date date, PeriodUnit unit, int offset, int fiscal_start_month) {
  const int start_month = IsMonth(fiscal_start_month) ? fiscal_start_month : 1;
  switch (unit) {
    case PeriodUnit::kDay:
      return Days(int64_t{date.days} + offset, 1);
    case PeriodUnit::kWeek:
      return Days(Monday(date) + int64_t{offset} * kDaysPerWeek, kDaysPerWeek);
    case PeriodUnit::kMonth:
      return MonthsAround(date, 1, offset, 1);
    case PeriodUnit::kQuarter:
      return MonthsAround(date, kMonthsPerQuarter, offset, start_month);
    case PeriodUnit::kYear:
      break;
  }
  return MonthsAround(date, kMonthsPerYear, offset, start_month);
}

std::string NameOf(Period period, PeriodUnit unit, int fiscal_start_month) {
  const int start_month = IsMonth(fiscal_start_month) ? fiscal_start_month : 1;
  switch (unit) {
    case PeriodUnit::kDay:
      return ToText(period.first);
    case PeriodUnit::kWeek:
      return WeekName(period.first);
    case PeriodUnit::kMonth:
      return MonthName(period.first);
    case PeriodUnit::kQuarter:
      return QuarterName(period.first, start_month);
    case PeriodUnit::kYear:
      break;
  }
  return YearName(period.first, start_month);
}

}  // namespace kith
