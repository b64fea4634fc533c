#include "expr/functions_internal.h"

namespace kith::expr {
namespace {

using enum TypeKind;
using Style = Function::Style;

Cell TypeOf(Context& context, Arguments args) {
  static_cast<void>(context);
  return Cell::String(NameOf(args[0].tag), Tag::kType);
}

std::vector<Overload> Parts() { return {{{kTimestamp}, kInt}, {{kTimestamp, kString}, kInt}, {{kDate}, kInt}}; }
std::vector<Overload> ClockParts() { return {{{kTimestamp}, kInt}, {{kTimestamp, kString}, kInt}, {{kDuration}, kInt}}; }

std::vector<Function> MakeFunctions() {
  const Overload strings_bool{{kString, kString}, kBool};
  return {
      {"+",
       Style::kGlobal,
       Add,
       {{{kInt, kInt}, kInt},
        {{kUint, kUint}, kUint},
        {{kDouble, kDouble}, kDouble},
        {{kDecimal, kDecimal}, kDecimal},
        {{kDecimal, kInt}, kDecimal},
        {{kInt, kDecimal}, kDecimal},
        {{kMoney, kMoney}, kMoney},
        {{kString, kString}, kString},
        {{kBytes, kBytes}, kBytes},
        {{kList, kList}, kList},
        {{kDuration, kDuration}, kDuration},
        {{kTimestamp, kDuration}, kTimestamp},
        {{kDuration, kTimestamp}, kTimestamp},
        {{kDate, kDuration}, kDate},
        {{kDuration, kDate}, kDate}}},
      {"-",
       Style::kGlobal,
       Subtract,
       {{{kInt, kInt}, kInt},
        {{kUint, kUint}, kUint},
        {{kDouble, kDouble}, kDouble},
        {{kDecimal, kDecimal}, kDecimal},
        {{kDecimal, kInt}, kDecimal},
        {{kInt, kDecimal}, kDecimal},
        {{kMoney, kMoney}, kMoney},
        {{kDuration, kDuration}, kDuration},
        {{kTimestamp, kTimestamp}, kDuration},
        {{kTimestamp, kDuration}, kTimestamp},
        {{kDate, kDate}, kDuration},
        {{kDate, kDuration}, kDate}}},
      {"*",
       Style::kGlobal,
       Multiply,
       {{{kInt, kInt}, kInt},
        {{kUint, kUint}, kUint},
        {{kDouble, kDouble}, kDouble},
        {{kDecimal, kDecimal}, kDecimal},
        {{kDecimal, kInt}, kDecimal},
        {{kInt, kDecimal}, kDecimal},
        {{kMoney, kInt}, kMoney},
        {{kInt, kMoney}, kMoney},
        {{kMoney, kDecimal}, kMoney},
        {{kDecimal, kMoney}, kMoney}}},
      {"/",
       Style::kGlobal,
       Divide,
       {{{kInt, kInt}, kInt},
        {{kUint, kUint}, kUint},
        {{kDouble, kDouble}, kDouble},
        {{kDecimal, kDecimal}, kDouble},
        {{kDecimal, kInt}, kDouble},
        {{kInt, kDecimal}, kDouble},
        {{kMoney, kInt}, kMoney},
        {{kMoney, kDecimal}, kMoney},
        {{kMoney, kMoney}, kDouble}}},
      {"%", Style::kGlobal, Remainder, {{{kInt, kInt}, kInt}, {{kUint, kUint}, kUint}}},
      {"-_",
       Style::kGlobal,
       Negate,
       {{{kInt}, kInt}, {{kDouble}, kDouble}, {{kDecimal}, kDecimal}, {{kMoney}, kMoney}, {{kDuration}, kDuration}}},
      {"bool", Style::kGlobal, ToBool, {{{kBool}, kBool}, {{kString}, kBool}}},
      {"int",
       Style::kGlobal,
       ToInt,
       {{{kInt}, kInt}, {{kUint}, kInt}, {{kDouble}, kInt}, {{kString}, kInt}, {{kTimestamp}, kInt}, {{kDecimal}, kInt}, {{kDate}, kInt}}},
      {"uint", Style::kGlobal, ToUint, {{{kUint}, kUint}, {{kInt}, kUint}, {{kDouble}, kUint}, {{kString}, kUint}}},
      {"double",
       Style::kGlobal,
       ToDouble,
       {{{kDouble}, kDouble}, {{kInt}, kDouble}, {{kUint}, kDouble}, {{kString}, kDouble}, {{kDecimal}, kDouble}}},
      {"string",
       Style::kGlobal,
       ToString,
       {{{kString}, kString},
        {{kBool}, kString},
        {{kInt}, kString},
        {{kUint}, kString},
        {{kDouble}, kString},
        {{kBytes}, kString},
        {{kTimestamp}, kString},
        {{kDuration}, kString},
        {{kDate}, kString},
        {{kDecimal}, kString},
        {{kMoney}, kString}}},
      {"bytes", Style::kGlobal, ToBytes, {{{kBytes}, kBytes}, {{kString}, kBytes}}},
      {"date", Style::kGlobal, ToDate, {{{kDate}, kDate}, {{kString}, kDate}, {{kTimestamp}, kDate}, {{kTimestamp, kString}, kDate}}},
      {"decimal", Style::kGlobal, ToDecimal, {{{kDecimal}, kDecimal}, {{kInt}, kDecimal}, {{kString}, kDecimal}}},
      {"money", Style::kGlobal, ToMoney, {{{kString, kString}, kMoney}, {{kInt, kString}, kMoney}}},
      {"timestamp",
       Style::kGlobal,
       ToTimestamp,
       {{{kTimestamp}, kTimestamp}, {{kString}, kTimestamp}, {{kInt}, kTimestamp}, {{kDate}, kTimestamp}, {{kDate, kString}, kTimestamp}}},
      {"duration", Style::kGlobal, ToDuration, {{{kDuration}, kDuration}, {{kString}, kDuration}}},
      {"currency", Style::kBoth, CurrencyOf, {{{kMoney}, kString}}},
      {"type", Style::kGlobal, TypeOf, {{{kDyn}, kType}}},
      {"size", Style::kBoth, Size, {{{kString}, kInt}, {{kBytes}, kInt}, {{kList}, kInt}, {{kMap}, kInt}}},
      {"contains", Style::kMethod, Contains, {strings_bool}},
      {"startsWith", Style::kMethod, StartsWith, {strings_bool}},
      {"endsWith", Style::kMethod, EndsWith, {strings_bool}},
      {"matches", Style::kBoth, Matches, {strings_bool}},
      {"charAt", Style::kMethod, CharAt, {{{kString, kInt}, kString}}},
      {"indexOf", Style::kMethod, IndexOf, {{{kString, kString}, kInt}, {{kString, kString, kInt}, kInt}}},
      {"lastIndexOf", Style::kMethod, LastIndexOf, {{{kString, kString}, kInt}, {{kString, kString, kInt}, kInt}}},
      {"lowerAscii", Style::kMethod, LowerAscii, {{{kString}, kString}}},
      {"upperAscii", Style::kMethod, UpperAscii, {{{kString}, kString}}},
      {"replace", Style::kMethod, Replace, {{{kString, kString, kString}, kString}, {{kString, kString, kString, kInt}, kString}}},
      {"split", Style::kMethod, Split, {{{kString, kString}, kList}, {{kString, kString, kInt}, kList}}},
      {"substring", Style::kMethod, Substring, {{{kString, kInt}, kString}, {{kString, kInt, kInt}, kString}}},
      {"trim", Style::kMethod, Trim, {{{kString}, kString}}},
      {"reverse", Style::kMethod, Reverse, {{{kString}, kString}}},
      {"join", Style::kMethod, Join, {{{kList}, kString}, {{kList, kString}, kString}}},
      {"getFullYear", Style::kMethod, PartOf<ClockPart::kFullYear>, Parts()},
      {"getMonth", Style::kMethod, PartOf<ClockPart::kMonth>, Parts()},
      {"getDate", Style::kMethod, PartOf<ClockPart::kDate>, Parts()},
      {"getDayOfMonth", Style::kMethod, PartOf<ClockPart::kDayOfMonth>, Parts()},
      {"getDayOfWeek", Style::kMethod, PartOf<ClockPart::kDayOfWeek>, Parts()},
      {"getDayOfYear", Style::kMethod, PartOf<ClockPart::kDayOfYear>, Parts()},
      {"getHours", Style::kMethod, PartOf<ClockPart::kHours>, ClockParts()},
      {"getMinutes", Style::kMethod, PartOf<ClockPart::kMinutes>, ClockParts()},
      {"getSeconds", Style::kMethod, PartOf<ClockPart::kSeconds>, ClockParts()},
      {"getMilliseconds", Style::kMethod, PartOf<ClockPart::kMilliseconds>, ClockParts()},
  };
}

}  // namespace

std::span<const Function> Functions() {
  static const std::vector<Function> functions = MakeFunctions();
  return functions;
}

int32_t FindFunction(std::string_view name) {
  const std::span<const Function> all = Functions();
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) return static_cast<int32_t>(i);
  }
  return -1;
}

}  // namespace kith::expr
