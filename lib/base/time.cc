// The calendar, and times as text. The civil algorithms are Howard Hinnant's (days_from_civil, civil_from_days).
#include "kith/base/time.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/calendar_internal.h"
#include "base/number_internal.h"
#include "kith/base/status.h"

namespace kith {
namespace {

using base_internal::FloorDiv;
using base_internal::FloorMod;
using base_internal::Padded;

constexpr int32_t kMaxYear = 5'000'000;  // well within what int32 days can hold
constexpr int64_t kDaysPerEra = 146'097;
constexpr int64_t kDaysFromEraToEpoch = 719'468;  // 0000-03-01 to 1970-01-01
constexpr int kFractionDigits = 6;

bool IsLeap(int32_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int DaysInMonth(int32_t year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[static_cast<size_t>(month - 1)];
}

// Reads a text from its front; each step fails without moving.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return text_.empty(); }
  [[nodiscard]] char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool Literal(char c) {
    if (done() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Between `least` and `most` digits, as many as there are.
  std::optional<int> Digits(size_t least, size_t most) {
    size_t count = 0;
    int value = 0;
    while (count < most && count < text_.size() && base_internal::IsDigit(text_[count])) value = value * 10 + (text_[count++] - '0');
    if (count < least) return std::nullopt;
    text_.remove_prefix(count);
    return value;
  }
  // 1..12 for "Jan".."Dec", in any case.
  std::optional<int> MonthName() {
    constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
    std::string name(text_.substr(0, 3));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto* found = std::find(kMonths.begin(), kMonths.end(), name);
    if (found == kMonths.end()) return std::nullopt;
    text_.remove_prefix(3);
    return static_cast<int>(found - kMonths.begin()) + 1;
  }

 private:
  std::string_view text_;
};

// The parts of an instant as they were read; checked by AtUtc.
struct Parts {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int64_t micros = 0;
  int offset_minutes = 0;
};

std::optional<Date> DateOfParts(const Parts& parts) {
  if (parts.month > 12 || parts.day > 31) return std::nullopt;
  const CivilDate civil{parts.year, static_cast<int8_t>(parts.month), static_cast<int8_t>(parts.day)};
  if (!IsValid(civil)) return std::nullopt;
  return FromCivil(civil);
}

// nullopt when a part is out of its range. Second 60 (a leap second) is the first of the next minute.
std::optional<Time> AtUtc(const Parts& parts) {
  const std::optional<Date> date = DateOfParts(parts);
  if (!date.has_value() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  const int64_t minutes = int64_t{parts.hour} * 60 + parts.minute - parts.offset_minutes;
  const int64_t micros = (minutes * 60 + parts.second) * kMicrosPerSecond + parts.micros;
  return Time{StartOf(*date).micros + micros};
}

bool ScanDate(Scanner& in, Parts& parts) {
  const std::optional<int> year = in.Digits(4, 4);
  if (!year || !in.Literal('-')) return false;
  const std::optional<int> month = in.Digits(2, 2);
  if (!month || !in.Literal('-')) return false;
  const std::optional<int> day = in.Digits(2, 2);
  if (!day) return false;
  parts.year = *year;
  parts.month = *month;
  parts.day = *day;
  return true;
}

// Microseconds after the point; digits past the sixth must be zeros.
bool ScanFraction(Scanner& in, Parts& parts) {
  if (!in.Literal('.')) return true;
  int digits = 0;
  for (; base_internal::IsDigit(in.peek()); ++digits) {
    const int digit = *in.Digits(1, 1);
    if (digits < kFractionDigits) {
      parts.micros = parts.micros * 10 + digit;
    } else if (digit != 0) {
      return false;
    }
  }
  for (int i = digits; i < kFractionDigits; ++i) parts.micros *= 10;
  return digits > 0;
}

bool ScanOffset(Scanner& in, Parts& parts) {
  if (in.Literal('Z') || in.Literal('z')) return true;
  const bool negative = in.peek() == '-';
  if (!in.Literal('+') && !in.Literal('-')) return false;
  const std::optional<int> hours = in.Digits(2, 2);
  if (!hours || !in.Literal(':')) return false;
  const std::optional<int> minutes = in.Digits(2, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return false;
  parts.offset_minutes = (*hours * 60 + *minutes) * (negative ? -1 : 1);
  return true;
}

bool ScanClock(Scanner& in, Parts& parts) {
  if (!in.Literal('T') && !in.Literal('t') && !in.Literal(' ')) return false;
  const std::optional<int> hour = in.Digits(2, 2);
  if (!hour || !in.Literal(':')) return false;
  const std::optional<int> minute = in.Digits(2, 2);
  if (!minute || !in.Literal(':')) return false;
  const std::optional<int> second = in.Digits(2, 2);
  if (!second) return false;
  parts.hour = *hour;
  parts.minute = *minute;
  parts.second = *second;
  return ScanFraction(in, parts) && ScanOffset(in, parts);
}

int FullYear(int two_digits) { return two_digits < 69 ? 2000 + two_digits : 1900 + two_digits; }  // as POSIX strptime

enum class Scan : uint8_t { kOk, kMismatch, kUnknownDirective };

Scan Store(std::optional<int> value, int& part) {
  if (!value) return Scan::kMismatch;
  part = *value;
  return Scan::kOk;
}

Scan ScanDirective(char directive, Scanner& in, Parts& parts) {
  switch (directive) {
    case 'Y':
      return Store(in.Digits(4, 4), parts.year);
    case 'y': {
      const Scan scan = Store(in.Digits(2, 2), parts.year);
      if (scan == Scan::kOk) parts.year = FullYear(parts.year);
      return scan;
    }
    case 'm':
      return Store(in.Digits(1, 2), parts.month);
    case 'b':
      return Store(in.MonthName(), parts.month);
    case 'd':
      return Store(in.Digits(1, 2), parts.day);
    case 'H':
      return Store(in.Digits(1, 2), parts.hour);
    case 'M':
      return Store(in.Digits(1, 2), parts.minute);
    case 'S':
      return Store(in.Digits(1, 2), parts.second);
    case '%':
      return in.Literal('%') ? Scan::kOk : Scan::kMismatch;
    default:
      return Scan::kUnknownDirective;
  }
}

Scan ScanFormat(std::string_view format, Scanner& in, Parts& parts) {
  for (size_t i = 0; i < format.size(); ++i) {
    Scan scan = Scan::kOk;
    if (format[i] != '%') {
      scan = in.Literal(format[i]) ? Scan::kOk : Scan::kMismatch;
    } else if (++i < format.size()) {
      scan = ScanDirective(format[i], in, parts);
    } else {
      scan = Scan::kUnknownDirective;
    }
    if (scan != Scan::kOk) return scan;
  }
  return in.done() ? Scan::kOk : Scan::kMismatch;
}

Status NotADate(std::string_view text) {
  return MakeError({.reason = Reason::kWrongKind, .value = std::string(text), .hint = "write it as YYYY-MM-DD"}, "is not a date");
}

Status NotATime(std::string_view text) {
  return MakeError({.reason = Reason::kWrongKind, .value = std::string(text), .hint = "write it as YYYY-MM-DDTHH:MM:SSZ (RFC 3339)"},
                   "is not a time");
}

Status NotInCalendar(std::string_view text) {
  return MakeError({.reason = Reason::kOutOfRange, .value = std::string(text)}, "is not in the calendar");
}

Status NotOfFormat(std::string_view text, std::string_view format) {
  return MakeError({.reason = Reason::kWrongKind, .value = std::string(text)}, "is not a time of the form " + std::string(format));
}

}  // namespace

CivilDate ToCivil(Date date) {
  const int64_t z = int64_t{date.days} + kDaysFromEraToEpoch;
  const int64_t era = FloorDiv(z, kDaysPerEra);
  const int64_t day_of_era = z - era * kDaysPerEra;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);  // from 1 March
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<int32_t>(year), static_cast<int8_t>(month), static_cast<int8_t>(day)};
}

Date FromCivil(CivilDate civil) { return {static_cast<int32_t>(base_internal::DaysFromCivil(civil.year, civil.month, civil.day))}; }

int64_t base_internal::DaysFromCivil(int64_t year, int64_t month, int64_t day) {
  if (month <= 2) --year;
  const int64_t era = FloorDiv(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kDaysFromEraToEpoch;
}

bool IsValid(CivilDate civil) {
  if (civil.year < -kMaxYear || civil.year > kMaxYear || civil.month < 1 || civil.month > 12) return false;
  return civil.day >= 1 && civil.day <= DaysInMonth(civil.year, civil.month);
}

int IsoWeekday(Date date) { return static_cast<int>(FloorMod(int64_t{date.days} + 3, 7)) + 1; }  // 1970-01-01 was a Thursday

Date DateOf(Time utc) { return {static_cast<int32_t>(FloorDiv(utc.micros, kMicrosPerDay))}; }

Time StartOf(Date date) {
  constexpr int64_t kLast = INT64_MAX / kMicrosPerDay;
  return {std::clamp<int64_t>(date.days, -kLast, kLast) * kMicrosPerDay};
}

Time PlusDays(Time time, int64_t days) {
  int64_t micros = 0;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &micros) || __builtin_add_overflow(time.micros, micros, &micros))
    return {days < 0 ? INT64_MIN : INT64_MAX};
  return {micros};
}

StatusOr<Time> ParseTime(std::string_view text) {
  Scanner in(text);
  Parts parts;
  if (!ScanDate(in, parts)) return NotATime(text);
  if (!in.done() && !(ScanClock(in, parts) && in.done())) return NotATime(text);
  const std::optional<Time> time = AtUtc(parts);
  if (!time.has_value()) return NotInCalendar(text);
  return *time;
}

StatusOr<Date> ParseDate(std::string_view iso) {
  Scanner in(iso);
  Parts parts;
  if (!ScanDate(in, parts) || !in.done()) return NotADate(iso);
  const std::optional<Date> date = DateOfParts(parts);
  if (!date.has_value()) return NotInCalendar(iso);
  return *date;
}

StatusOr<Time> ParseTimeAs(std::string_view text, std::string_view format) {
  Scanner in(text);
  Parts parts;
  switch (ScanFormat(format, in, parts)) {
    case Scan::kOk:
      break;
    case Scan::kMismatch:
      return NotOfFormat(text, format);
    case Scan::kUnknownDirective:
      return MakeError({.reason = Reason::kBadOptions, .value = std::string(format), .hint = "use %Y %y %m %b %d %H %M %S %%"},
                       "the date format has an unknown part");
  }
  const std::optional<Time> time = AtUtc(parts);
  if (!time.has_value()) return NotInCalendar(text);
  return *time;
}

std::string base_internal::YearText(int32_t year) {
  const auto magnitude = static_cast<uint64_t>(year < 0 ? -int64_t{year} : int64_t{year});
  const std::string sign = year < 0 ? "-" : (year > 9999 ? "+" : "");
  return sign + Padded(magnitude, 4);
}

std::string ToText(Date date) {
  const CivilDate civil = ToCivil(date);
  return base_internal::YearText(civil.year) + "-" + Padded(static_cast<uint64_t>(civil.month), 2) + "-" +
         Padded(static_cast<uint64_t>(civil.day), 2);
}

std::string ToText(Time time) {
  const auto in_day = static_cast<uint64_t>(FloorMod(time.micros, kMicrosPerDay));
  const uint64_t seconds = in_day / kMicrosPerSecond;
  const uint64_t micros = in_day % kMicrosPerSecond;
  std::string text =
      ToText(DateOf(time)) + "T" + Padded(seconds / 3600, 2) + ":" + Padded(seconds / 60 % 60, 2) + ":" + Padded(seconds % 60, 2);
  if (micros != 0) {
    std::string fraction = Padded(micros, kFractionDigits);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += "." + fraction;
  }
  return text + "Z";
}

}  // namespace kith
