// Conversions between kinds: bool(), int(), string(), timestamp() and so on.
#include <absl/strings/numbers.h>

#include <charconv>
#include <cmath>
#include <string>

#include "expr/functions_internal.h"
#include "kith/base/currency.h"
#include "kith/base/decimal.h"
#include "kith/base/money.h"
#include "kith/base/status.h"
#include "kith/base/value.h"

namespace kith::expr {
namespace {

Cell Range(Context& context, std::string_view kind, std::string_view value = {}) {
  return context.Fail(Reason::kOutOfRange, context.Keep("does not fit " + std::string(kind)), value);
}
Cell Unreadable(Context& context, std::string_view kind, const Cell& text, std::string_view hint = {}) {
  return context.Fail(Reason::kOutOfRange, context.Keep("cannot be read as " + std::string(kind)), text.str(), hint);
}

template <typename Number>
std::optional<Number> ParseWhole(std::string_view text) {
  Number value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Towards zero.
int64_t WholePart(Decimal decimal) {
  int64_t units = decimal.units;
  for (int i = 0; i < decimal.scale; ++i) units /= 10;
  return units;
}

template <typename T>
Cell Parsed(Context& context, const absl::StatusOr<T>& parsed, std::string_view kind, const Cell& text) {
  return parsed.ok() ? Cell::Of(*parsed) : Unreadable(context, kind, text);
}

}  // namespace

std::string TextOf(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, value);
  return {text, result.ptr};
}

Cell ToBool(Context& context, Arguments args) {
  if (args[0].tag == Tag::kBool) return args[0];
  const std::string_view text = args[0].str();
  for (std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return Cell::Bool(true);
  }
  for (std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return Cell::Bool(false);
  }
  return Unreadable(context, "a bool", args[0]);
}

Cell ToInt(Context& context, Arguments args) {
  const Cell& from = args[0];
  switch (from.tag) {
    case Tag::kInt:
      return from;
    case Tag::kUint:
      return from.natural <= uint64_t{INT64_MAX} ? Cell::Int(static_cast<int64_t>(from.natural)) : Range(context, "an int");
    case Tag::kDouble:
      if (!(from.real > -0x1p63 && from.real < 0x1p63)) return Range(context, "an int");
      return Cell::Int(static_cast<int64_t>(from.real));
    case Tag::kDecimal:
      return Cell::Int(WholePart(from.decimal()));
    case Tag::kTimestamp:
      return Cell::Int(from.integer);
    case Tag::kDate:
      return Cell::Int(from.integer);
    case Tag::kString: {
      const std::optional<int64_t> value = ParseWhole<int64_t>(from.str());
      return value.has_value() ? Cell::Int(*value) : Unreadable(context, "an int", from);
    }
    default:
      return context.NoOverload("int", {from});
  }
}

Cell ToUint(Context& context, Arguments args) {
  const Cell& from = args[0];
  switch (from.tag) {
    case Tag::kUint:
      return from;
    case Tag::kInt:
      return from.integer >= 0 ? Cell::Uint(static_cast<uint64_t>(from.integer)) : Range(context, "a uint");
    case Tag::kDouble:
      if (!(from.real > -1 && from.real < 0x1p64)) return Range(context, "a uint");
      return Cell::Uint(static_cast<uint64_t>(from.real));
    case Tag::kString: {
      const std::optional<uint64_t> value = ParseWhole<uint64_t>(from.str());
      return value.has_value() ? Cell::Uint(*value) : Unreadable(context, "a uint", from);
    }
    default:
      return context.NoOverload("uint", {from});
  }
}

Cell ToDouble(Context& context, Arguments args) {
  const Cell& from = args[0];
  switch (from.tag) {
    case Tag::kDouble:
      return from;
    case Tag::kInt:
      return Cell::Double(static_cast<double>(from.integer));
    case Tag::kUint:
      return Cell::Double(static_cast<double>(from.natural));
    case Tag::kDecimal:
      return Cell::Double(static_cast<double>(from.integer) / std::pow(10.0, from.scale));
    case Tag::kString: {
      // SimpleAtod takes white space, hexadecimal digits and numbers past the range as well.
      double value = 0;
      const bool plain = from.str().find_first_of(" \t\n\v\f\rxX") == std::string_view::npos;
      const bool read = plain && absl::SimpleAtod(ToAbsl(from.str()), &value);
      const bool past = read && std::isinf(value) && from.str().find_first_of("0123456789") != std::string_view::npos;
      return read && !past ? Cell::Double(value) : Unreadable(context, "a double", from);
    }
    default:
      return context.NoOverload("double", {from});
  }
}

Cell ToString(Context& context, Arguments args) {
  const Cell& from = args[0];
  switch (from.tag) {
    case Tag::kString:
      return from;
    case Tag::kBool:
      return Cell::String(from.truth ? "true" : "false");
    case Tag::kInt:
      return context.KeepString(std::to_string(from.integer));
    case Tag::kUint:
      return context.KeepString(std::to_string(from.natural));
    case Tag::kDouble:
      return context.KeepString(TextOf(from.real));
    case Tag::kBytes:
      if (!IsUtf8(from.str())) return context.Fail(Reason::kNotUtf8, "the bytes are not UTF-8");
      return Cell::String(from.str());
    case Tag::kTimestamp:
      return context.KeepString(TextOf(from.timestamp()));
    case Tag::kDuration:
      return context.KeepString(TextOf(Duration{from.integer}));
    case Tag::kDate:
      return context.KeepString(kith::ToText(Date{static_cast<int32_t>(from.integer)}));
    case Tag::kDecimal:
      return context.KeepString(kith::ToText(from.decimal()));
    case Tag::kMoney:
      return context.KeepString(kith::ToText(from.money()));
    default:
      return context.NoOverload("string", {from});
  }
}

Cell ToBytes(Context& context, Arguments args) {
  static_cast<void>(context);
  return Cell::String(args[0].str(), Tag::kBytes);
}

Cell ToDate(Context& context, Arguments args) {
  const Cell& from = args[0];
  if (from.tag == Tag::kDate) return from;
  if (from.tag == Tag::kString) return Parsed(context, ParseDate(from.str()), "a date", from);
  std::optional<absl::TimeZone> zone = absl::UTCTimeZone();
  if (args.size() == 2) zone = FindZone(args[1].str());
  if (!zone.has_value())
    return context.Fail(Reason::kOutOfRange, "is no time zone", args[1].str(), "write \"Asia/Shanghai\" or \"+08:00\"");
  const absl::CivilDay day = absl::ToCivilDay(ToAbsl(from.timestamp()), *zone);
  return Cell::Of(Date{static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1))});
}

Cell ToDecimal(Context& context, Arguments args) {
  const Cell& from = args[0];
  if (from.tag == Tag::kDecimal) return from;
  if (from.tag == Tag::kInt) return Cell::Of(Decimal{from.integer, 0});
  return Parsed(context, ParseDecimal(from.str()), "a decimal", from);
}

// money("12.50", "EUR"), money(1250, "EUR") in minor units.
Cell ToMoney(Context& context, Arguments args) {
  const std::optional<Currency> currency = CurrencyOfIso(args[1].str());
  if (!currency.has_value()) return context.Fail(Reason::kOutOfRange, "is no currency", args[1].str(), "write its three letters, \"CNY\"");
  if (args[0].tag == Tag::kInt) return Cell::Of(Money{args[0].integer, *currency});
  return Parsed(context, ParseMoney(args[0].str(), *currency), "an amount", args[0]);
}

Cell ToTimestamp(Context& context, Arguments args) {
  const Cell& from = args[0];
  if (from.tag == Tag::kTimestamp) return from;
  if (from.tag == Tag::kString) {
    const std::optional<Timestamp> parsed = ParseTimestamp(from.str());
    return parsed.has_value() ? Cell::Of(*parsed) : Unreadable(context, "a timestamp", from, "write \"2026-07-01T12:30:00Z\"");
  }
  absl::Time time = absl::FromUnixSeconds(from.integer);
  if (from.tag == Tag::kDate) {  // its start, in UTC or the zone
    std::optional<absl::TimeZone> zone = absl::UTCTimeZone();
    if (args.size() == 2) zone = FindZone(args[1].str());
    if (!zone.has_value())
      return context.Fail(Reason::kOutOfRange, "is no time zone", args[1].str(), "write \"Asia/Shanghai\" or \"+08:00\"");
    time = absl::FromCivil(absl::CivilDay(1970, 1, 1) + from.integer, *zone);
  }
  const std::optional<Timestamp> made = FromAbsl(time);
  return made.has_value() ? Cell::Of(*made) : context.Fail(Reason::kOutOfRange, kOutOfTimeRange);
}

Cell ToDuration(Context& context, Arguments args) {
  const Cell& from = args[0];
  if (from.tag == Tag::kDuration) return from;
  const std::optional<Duration> parsed = ParseDuration(from.str());
  return parsed.has_value() ? Cell::Of(*parsed) : Unreadable(context, "a duration", from, "write \"1h30m\" or \"90s\"");
}

// The three letters of an amount's currency.
Cell CurrencyOf(Context& context, Arguments args) { return context.KeepString(args[0].money().currency.code()); }

}  // namespace kith::expr
