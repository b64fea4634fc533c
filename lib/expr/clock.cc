// Timestamps, durations and dates: their parts in a time zone, their text.
#include <absl/strings/numbers.h>
#include <absl/time/civil_time.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "expr/functions_internal.h"
#include "kith/base/time.h"

namespace kith::expr {
namespace {

constexpr std::array<std::string_view, 10> kPartNames = {"getFullYear",  "getMonth", "getDate",    "getDayOfMonth", "getDayOfWeek",
                                                         "getDayOfYear", "getHours", "getMinutes", "getSeconds",    "getMilliseconds"};
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z

int64_t PartOfCivil(absl::CivilSecond civil, ClockPart part) {
  switch (part) {
    case ClockPart::kFullYear:
      return civil.year();
    case ClockPart::kMonth:
      return civil.month() - 1;
    case ClockPart::kDate:
      return civil.day();
    case ClockPart::kDayOfMonth:
      return civil.day() - 1;
    case ClockPart::kDayOfWeek:  // Sunday is 0
      return (static_cast<int64_t>(absl::GetWeekday(civil)) + 1) % 7;
    case ClockPart::kDayOfYear:
      return absl::GetYearDay(absl::CivilDay(civil)) - 1;
    case ClockPart::kHours:
      return civil.hour();
    case ClockPart::kMinutes:
      return civil.minute();
    default:
      return civil.second();
  }
}

// Whole hours and so on of a duration; its milliseconds are those of the last second.
Cell PartOfDuration(Context& context, int64_t nanos, ClockPart part) {
  switch (part) {
    case ClockPart::kHours:
      return Cell::Int(nanos / (3600 * kNanosPerSecond));
    case ClockPart::kMinutes:
      return Cell::Int(nanos / (60 * kNanosPerSecond));
    case ClockPart::kSeconds:
      return Cell::Int(nanos / kNanosPerSecond);
    case ClockPart::kMilliseconds:
      return Cell::Int(nanos / 1'000'000 % 1000);
    default:
      return context.Fail(Reason::kWrongKind, "a duration has no such part", kPartNames[static_cast<size_t>(part)]);
  }
}

// "+08:00", "-5:30", "02:00".
std::optional<absl::TimeZone> FixedZone(std::string_view name) {
  const bool negative = name.starts_with('-');
  if (negative || name.starts_with('+')) name.remove_prefix(1);
  const size_t colon = name.find(':');
  int hours = 0;
  int minutes = 0;
  if (colon == std::string_view::npos || colon == 0 || colon > 2 || name.size() != colon + 3) return std::nullopt;
  if (!absl::SimpleAtoi(ToAbsl(name.substr(0, colon)), &hours) || !absl::SimpleAtoi(ToAbsl(name.substr(colon + 1)), &minutes))
    return std::nullopt;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return absl::FixedTimeZone((negative ? -1 : 1) * (hours * 3600 + minutes * 60));
}

// A fraction of a second without trailing zeros: ".5", or nothing.
std::string FractionOf(int64_t nanos) {
  if (nanos == 0) return {};
  std::string digits = std::to_string(nanos);
  digits.insert(0, 9 - digits.size(), '0');
  digits.erase(digits.find_last_not_of('0') + 1);
  return "." + digits;
}

}  // namespace

std::optional<ClockPart> ClockPartFromName(std::string_view function) {
  for (size_t i = 0; i < kPartNames.size(); ++i) {
    if (function == kPartNames[i]) return static_cast<ClockPart>(i);
  }
  return std::nullopt;
}

Cell PartOf(Context& context, const Cell& value, ClockPart part, const absl::TimeZone& zone) {
  if (value.tag == Tag::kDuration) return PartOfDuration(context, value.integer, part);
  if (value.tag == Tag::kDate) {
    const absl::CivilDay day = absl::CivilDay(1970, 1, 1) + value.integer;
    return Cell::Int(part == ClockPart::kMilliseconds ? 0 : PartOfCivil(absl::CivilSecond(day), part));
  }
  const Timestamp time = value.timestamp();
  if (part == ClockPart::kMilliseconds) return Cell::Int(int64_t{time.nanos} / 1'000'000);
  return Cell::Int(PartOfCivil(absl::ToCivilSecond(ToAbsl(time), zone), part));
}

template <ClockPart kPart>
Cell PartOf(Context& context, Arguments args) {
  if (args.size() == 1) return PartOf(context, args[0], kPart, absl::UTCTimeZone());
  if (args[0].tag != Tag::kTimestamp) return context.NoOverload(kPartNames[static_cast<size_t>(kPart)], {args[0], args[1]});
  const std::optional<absl::TimeZone> zone = FindZone(args[1].str());
  if (!zone.has_value())
    return context.Fail(Reason::kOutOfRange, "is no time zone", args[1].str(), "write \"Asia/Shanghai\" or \"+08:00\"");
  return PartOf(context, args[0], kPart, *zone);
}
template Cell PartOf<ClockPart::kFullYear>(Context&, Arguments);
template Cell PartOf<ClockPart::kMonth>(Context&, Arguments);
template Cell PartOf<ClockPart::kDate>(Context&, Arguments);
template Cell PartOf<ClockPart::kDayOfMonth>(Context&, Arguments);
template Cell PartOf<ClockPart::kDayOfWeek>(Context&, Arguments);
template Cell PartOf<ClockPart::kDayOfYear>(Context&, Arguments);
template Cell PartOf<ClockPart::kHours>(Context&, Arguments);
template Cell PartOf<ClockPart::kMinutes>(Context&, Arguments);
template Cell PartOf<ClockPart::kSeconds>(Context&, Arguments);
template Cell PartOf<ClockPart::kMilliseconds>(Context&, Arguments);

std::optional<absl::TimeZone> FindZone(std::string_view name) {
  if (const std::optional<absl::TimeZone> fixed = FixedZone(name)) return fixed;
  // A name of the tz database is a path below its folder and must not lead elsewhere, nor to what this machine calls its own zone.
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-' || c == '/';
  });
  absl::TimeZone zone;
  if (!plain || name.empty() || name[0] == '/' || name == "localtime") return std::nullopt;
  if (!absl::LoadTimeZone(ToAbsl(name), &zone)) return std::nullopt;
  return zone;
}

absl::Time ToAbsl(Timestamp time) { return absl::FromUnixSeconds(time.seconds) + absl::Nanoseconds(time.nanos); }

std::optional<Timestamp> FromAbsl(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  if (seconds < kFirstSecond || seconds > kLastSecond) return std::nullopt;
  return Timestamp{seconds, static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds)))};
}

Timestamp FromMicros(int64_t micros) {
  const int64_t rest = micros % kMicrosPerSecond;
  const bool before = rest < 0;
  return {micros / kMicrosPerSecond - before, static_cast<int32_t>((before ? rest + kMicrosPerSecond : rest) * 1000)};
}

std::optional<Timestamp> ParseTimestamp(std::string_view text) {
  // RFC 3339 has a T, seconds and a zone; absl::ParseTime is more generous.
  if (text.size() < 20 || text[10] != 'T' || text[4] != '-' || text[7] != '-') return std::nullopt;
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, ToAbsl(text), &time, &error)) return std::nullopt;
  return FromAbsl(time);
}

std::optional<Duration> ParseDuration(std::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(ToAbsl(text), &duration)) return std::nullopt;
  if (duration == absl::InfiniteDuration() || duration == -absl::InfiniteDuration()) return std::nullopt;
  const int64_t nanos = absl::ToInt64Nanoseconds(duration);
  if (absl::Nanoseconds(nanos) != duration) return std::nullopt;
  return Duration{nanos};
}

std::string TextOf(Timestamp time) {
  const std::string seconds = absl::FormatTime("%E4Y-%m-%dT%H:%M:%S", absl::FromUnixSeconds(time.seconds), absl::UTCTimeZone());
  return seconds + FractionOf(time.nanos) + "Z";
}

std::string TextOf(Duration duration) {
  const bool negative = duration.nanos < 0;
  const uint64_t nanos = negative ? ~static_cast<uint64_t>(duration.nanos) + 1 : static_cast<uint64_t>(duration.nanos);
  return (negative ? "-" : "") + std::to_string(nanos / kNanosPerSecond) + FractionOf(static_cast<int64_t>(nanos % kNanosPerSecond)) + "s";
}

}  // namespace kith::expr
