// The functions and operators that expressions may call: their names, what they take, and what computes them.
#ifndef KITH_LIB_EXPR_FUNCTIONS_INTERNAL_H_
#define KITH_LIB_EXPR_FUNCTIONS_INTERNAL_H_

#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "expr/cell_internal.h"
#include "kith/expr/type.h"

namespace kith::expr {

using Arguments = std::span<const Cell>;
// Arguments have values; choices come as strings and related records as lists.
using FunctionBody = Cell (*)(Context&, Arguments);

struct Overload {
  std::vector<TypeKind> takes;  // kDyn: anything
  TypeKind gives = TypeKind::kDyn;
};
struct Function {
  std::string_view name;                                                          // operators by their sign, negation as "-_"
  enum class Style : uint8_t { kGlobal, kMethod, kBoth } style = Style::kGlobal;  // a method's receiver is its first argument
  FunctionBody body = nullptr;
  std::vector<Overload> overloads;
};
[[nodiscard]] std::span<const Function> Functions();
// Its place in Functions(), -1 when there is none.
[[nodiscard]] int32_t FindFunction(std::string_view name);

// --- bodies, by file
// arithmetic.cc
Cell Add(Context& context, Arguments args);
Cell Subtract(Context& context, Arguments args);
Cell Multiply(Context& context, Arguments args);
Cell Divide(Context& context, Arguments args);
Cell Remainder(Context& context, Arguments args);
Cell Negate(Context& context, Arguments args);
// convert.cc
Cell ToBool(Context& context, Arguments args);
Cell ToInt(Context& context, Arguments args);
Cell ToUint(Context& context, Arguments args);
Cell ToDouble(Context& context, Arguments args);
Cell ToString(Context& context, Arguments args);
Cell ToBytes(Context& context, Arguments args);
Cell ToDate(Context& context, Arguments args);
Cell ToDecimal(Context& context, Arguments args);
Cell ToMoney(Context& context, Arguments args);
Cell ToTimestamp(Context& context, Arguments args);
Cell ToDuration(Context& context, Arguments args);
Cell CurrencyOf(Context& context, Arguments args);
// text.cc
Cell Size(Context& context, Arguments args);
Cell Contains(Context& context, Arguments args);
Cell StartsWith(Context& context, Arguments args);
Cell EndsWith(Context& context, Arguments args);
Cell Matches(Context& context, Arguments args);
Cell CharAt(Context& context, Arguments args);
Cell IndexOf(Context& context, Arguments args);
Cell LastIndexOf(Context& context, Arguments args);
Cell LowerAscii(Context& context, Arguments args);
Cell UpperAscii(Context& context, Arguments args);
Cell Replace(Context& context, Arguments args);
Cell Split(Context& context, Arguments args);
Cell Substring(Context& context, Arguments args);
Cell Trim(Context& context, Arguments args);
Cell Reverse(Context& context, Arguments args);
Cell Join(Context& context, Arguments args);

// Debian's Abseil has a string_view of its own.
[[nodiscard]] inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// --- clock.cc
enum class ClockPart : uint8_t { kFullYear, kMonth, kDate, kDayOfMonth, kDayOfWeek, kDayOfYear, kHours, kMinutes, kSeconds, kMilliseconds };
[[nodiscard]] std::optional<ClockPart> ClockPartFromName(std::string_view function);
// A part of a timestamp in a zone, of a date, or of a duration.
[[nodiscard]] Cell PartOf(Context& context, const Cell& value, ClockPart part, const absl::TimeZone& zone);
template <ClockPart kPart>
Cell PartOf(Context& context, Arguments args);
// "Asia/Shanghai", "UTC", "+08:00"; nullopt for a name that the tz database does not have.
[[nodiscard]] std::optional<absl::TimeZone> FindZone(std::string_view name);
[[nodiscard]] absl::Time ToAbsl(Timestamp time);
// nullopt outside the years 1 to 9999.
[[nodiscard]] std::optional<Timestamp> FromAbsl(absl::Time time);
// Of any year, as records have it.
[[nodiscard]] Timestamp FromMicros(int64_t micros);
[[nodiscard]] std::optional<Timestamp> ParseTimestamp(std::string_view text);
[[nodiscard]] std::optional<Duration> ParseDuration(std::string_view text);
[[nodiscard]] std::string TextOf(Timestamp time);     // "2026-07-01T12:30:00.5Z"
[[nodiscard]] std::string TextOf(Duration duration);  // "5400s", "0.5s"

// The shortest text that reads back as the same number; "NaN", "Infinity", "-Infinity".
[[nodiscard]] std::string TextOf(double value);

inline constexpr std::string_view kOutOfTimeRange = "lies outside the years 1 to 9999";

}  // namespace kith::expr

#endif  // KITH_LIB_EXPR_FUNCTIONS_INTERNAL_H_
