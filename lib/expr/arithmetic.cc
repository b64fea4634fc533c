// + - * / %: 64 bits, exact or an error.
#include <cmath>
#include <string>

#include "expr/functions_internal.h"
#include "kith/base/decimal.h"
#include "kith/base/money.h"

namespace kith::expr {
namespace {

constexpr int kMostDecimals = 18;

Cell Overflow(Context& context) { return context.Fail(Reason::kArithmeticOverflow, "the result does not fit 64 bits"); }
Cell NoDivisor(Context& context) { return context.Fail(Reason::kArithmeticOverflow, "division by zero"); }

bool Both(Arguments args, Tag tag) { return args[0].tag == tag && args[1].tag == tag; }

enum class Sign : uint8_t { kPlus, kMinus, kTimes };

template <typename Number>
bool Calculate(Sign sign, Number a, Number b, Number& out) {
  switch (sign) {
    case Sign::kPlus:
      return !__builtin_add_overflow(a, b, &out);
    case Sign::kMinus:
      return !__builtin_sub_overflow(a, b, &out);
    case Sign::kTimes:
      return !__builtin_mul_overflow(a, b, &out);
  }
  return false;
}

double CalculateReal(Sign sign, double a, double b) { return sign == Sign::kPlus ? a + b : sign == Sign::kMinus ? a - b : a * b; }

bool IsDecimal(const Cell& cell) { return cell.tag == Tag::kDecimal || cell.tag == Tag::kInt; }
Decimal DecimalOf(const Cell& cell) { return cell.tag == Tag::kInt ? Decimal{cell.integer, 0} : cell.decimal(); }

// Exact: a sum has the larger scale, a product the sum of both.
Cell CalculateDecimal(Context& context, Sign sign, Decimal a, Decimal b) {
  const int scale = sign == Sign::kTimes ? a.scale + b.scale : std::max(a.scale, b.scale);
  if (scale > kMostDecimals) return context.Fail(Reason::kArithmeticOverflow, "the result has more than 18 decimals");
  Int128 x = a.units;
  Int128 y = b.units;
  if (sign != Sign::kTimes) {
    x *= PowerOfTen(scale - a.scale);
    y *= PowerOfTen(scale - b.scale);
  }
  const Int128 result = sign == Sign::kTimes ? x * y : sign == Sign::kPlus ? x + y : x - y;
  if (result < INT64_MIN || result > INT64_MAX) return Overflow(context);
  return Cell::Of(Decimal{static_cast<int64_t>(result), static_cast<uint8_t>(scale)});
}

Cell MixedCurrencies(Context& context, Money a, Money b) {
  return context.Fail(Reason::kCurrencyMismatch, "amounts in different currencies do not go together",
                      context.Keep(a.currency.code() + ", " + b.currency.code()), "convert one of them first");
}

Cell CalculateMoney(Context& context, Sign sign, Money a, Money b) {
  if (a.currency != b.currency) return MixedCurrencies(context, a, b);
  int64_t minor = 0;
  if (!Calculate(sign, a.minor, b.minor, minor)) return Overflow(context);
  return Cell::Of(Money{minor, a.currency});
}

// dividend / divisor rounded to the minor unit, half to even.
Cell RoundedMoney(Context& context, Int128 dividend, Int128 divisor, Currency currency) {
  if (divisor < 0) return RoundedMoney(context, -dividend, -divisor, currency);
  Int128 whole = dividend / divisor;
  const Int128 rest = 2 * (dividend % divisor);
  const Int128 magnitude = rest < 0 ? -rest : rest;
  if (magnitude > divisor || (magnitude == divisor && whole % 2 != 0)) whole += dividend < 0 ? -1 : 1;
  if (whole < INT64_MIN || whole > INT64_MAX) return Overflow(context);
  return Cell::Of(Money{static_cast<int64_t>(whole), currency});
}

Cell MultiplyMoney(Context& context, Money money, Decimal factor) {
  return RoundedMoney(context, Int128{money.minor} * factor.units, PowerOfTen(factor.scale), money.currency);
}
Cell DivideMoney(Context& context, Money money, Decimal divisor) {
  if (divisor.units == 0) return NoDivisor(context);
  return RoundedMoney(context, Int128{money.minor} * PowerOfTen(divisor.scale), divisor.units, money.currency);
}

// How many times one amount is in another.
Cell RatioOfMoney(Context& context, Money a, Money b) {
  if (a.currency != b.currency) return MixedCurrencies(context, a, b);
  return b.minor == 0 ? NoDivisor(context) : Cell::Double(static_cast<double>(a.minor) / static_cast<double>(b.minor));
}
// A quotient of decimals seldom is one.
Cell RatioOfDecimals(Context& context, Decimal a, Decimal b) {
  if (b.units == 0) return NoDivisor(context);
  const int shift = a.scale - b.scale;
  const double ratio = static_cast<double>(a.units) / static_cast<double>(b.units);
  return Cell::Double(shift < 0 ? ratio * std::pow(10.0, -shift) : ratio / std::pow(10.0, shift));
}

Cell CalculateNumbers(Context& context, Sign sign, Arguments args, std::string_view name) {
  if (Both(args, Tag::kInt)) {
    int64_t out = 0;
    return Calculate(sign, args[0].integer, args[1].integer, out) ? Cell::Int(out) : Overflow(context);
  }
  if (Both(args, Tag::kUint)) {
    uint64_t out = 0;
    return Calculate(sign, args[0].natural, args[1].natural, out) ? Cell::Uint(out) : Overflow(context);
  }
  if (Both(args, Tag::kDouble)) return Cell::Double(CalculateReal(sign, args[0].real, args[1].real));
  if (IsDecimal(args[0]) && IsDecimal(args[1])) return CalculateDecimal(context, sign, DecimalOf(args[0]), DecimalOf(args[1]));
  if (Both(args, Tag::kMoney) && sign != Sign::kTimes) return CalculateMoney(context, sign, args[0].money(), args[1].money());
  return context.NoOverload(name, {args[0], args[1]});
}

Cell AddToTime(Context& context, const Cell& time, int64_t nanos, bool minus) {
  const absl::Duration by = absl::Nanoseconds(nanos);
  const std::optional<Timestamp> sum = FromAbsl(minus ? ToAbsl(time.timestamp()) - by : ToAbsl(time.timestamp()) + by);
  return sum.has_value() ? Cell::Of(*sum) : context.Fail(Reason::kOutOfRange, kOutOfTimeRange);
}

// A date moves by whole days.
Cell AddToDate(Context& context, const Cell& date, int64_t nanos, bool minus) {
  constexpr int64_t kNanosPerDay = int64_t{86'400} * 1'000'000'000;
  if (nanos % kNanosPerDay != 0) return context.Fail(Reason::kOutOfRange, "a date moves by whole days", {}, "use a multiple of 24h");
  const int64_t days = date.integer + (minus ? -1 : 1) * (nanos / kNanosPerDay);
  constexpr int64_t kFirstDay = -719'162;
  constexpr int64_t kLastDay = 2'932'896;
  if (days < kFirstDay || days > kLastDay) return context.Fail(Reason::kOutOfRange, kOutOfTimeRange);
  return Cell::Of(Date{static_cast<int32_t>(days)});
}

Cell DurationSum(Context& context, Sign sign, int64_t a, int64_t b) {
  int64_t out = 0;
  return Calculate(sign, a, b, out) ? Cell::Of(Duration{out}) : Overflow(context);
}

Cell AddLists(Context& context, Arguments args) {
  std::pmr::vector<Cell> all(context.memory());
  for (const Cell& list : args) all.insert(all.end(), list.list().begin(), list.list().end());
  return context.KeepList(all);
}

Cell AddTexts(Context& context, Arguments args) {
  std::string text(args[0].str());
  text += args[1].str();
  return context.KeepString(text, args[0].tag);
}

Cell TimeDifference(Context& context, Arguments args) {
  const absl::Duration difference = ToAbsl(args[0].timestamp()) - ToAbsl(args[1].timestamp());
  const int64_t nanos = absl::ToInt64Nanoseconds(difference);
  return absl::Nanoseconds(nanos) == difference ? Cell::Of(Duration{nanos}) : Overflow(context);
}

}  // namespace

Cell Add(Context& context, Arguments args) {
  if (Both(args, Tag::kString) || Both(args, Tag::kBytes)) return AddTexts(context, args);
  if (Both(args, Tag::kList)) return AddLists(context, args);
  if (Both(args, Tag::kDuration)) return DurationSum(context, Sign::kPlus, args[0].integer, args[1].integer);
  for (const auto& [time, by] : {std::pair(args[0], args[1]), std::pair(args[1], args[0])}) {
    if (time.tag == Tag::kTimestamp && by.tag == Tag::kDuration) return AddToTime(context, time, by.integer, false);
    if (time.tag == Tag::kDate && by.tag == Tag::kDuration) return AddToDate(context, time, by.integer, false);
  }
  return CalculateNumbers(context, Sign::kPlus, args, "+");
}

Cell Subtract(Context& context, Arguments args) {
  if (Both(args, Tag::kTimestamp)) return TimeDifference(context, args);
  if (Both(args, Tag::kDuration)) return DurationSum(context, Sign::kMinus, args[0].integer, args[1].integer);
  if (Both(args, Tag::kDate)) {
    int64_t nanos = 0;
    const bool fits = Calculate(Sign::kTimes, args[0].integer - args[1].integer, int64_t{86'400} * 1'000'000'000, nanos);
    return fits ? Cell::Of(Duration{nanos}) : Overflow(context);
  }
  if (args[0].tag == Tag::kTimestamp && args[1].tag == Tag::kDuration) return AddToTime(context, args[0], args[1].integer, true);
  if (args[0].tag == Tag::kDate && args[1].tag == Tag::kDuration) return AddToDate(context, args[0], args[1].integer, true);
  return CalculateNumbers(context, Sign::kMinus, args, "-");
}

Cell Multiply(Context& context, Arguments args) {
  if (args[0].tag == Tag::kMoney && IsDecimal(args[1])) return MultiplyMoney(context, args[0].money(), DecimalOf(args[1]));
  if (args[1].tag == Tag::kMoney && IsDecimal(args[0])) return MultiplyMoney(context, args[1].money(), DecimalOf(args[0]));
  return CalculateNumbers(context, Sign::kTimes, args, "*");
}

Cell Divide(Context& context, Arguments args) {
  if (Both(args, Tag::kDouble)) return Cell::Double(args[0].real / args[1].real);  // as IEEE 754 has it
  if (Both(args, Tag::kUint)) return args[1].natural == 0 ? NoDivisor(context) : Cell::Uint(args[0].natural / args[1].natural);
  if (Both(args, Tag::kMoney)) return RatioOfMoney(context, args[0].money(), args[1].money());
  if (args[0].tag == Tag::kMoney && IsDecimal(args[1])) return DivideMoney(context, args[0].money(), DecimalOf(args[1]));
  if (!Both(args, Tag::kInt) && IsDecimal(args[0]) && IsDecimal(args[1])) {
    return RatioOfDecimals(context, DecimalOf(args[0]), DecimalOf(args[1]));
  }
  if (!Both(args, Tag::kInt)) return context.NoOverload("/", {args[0], args[1]});
  if (args[1].integer == 0) return NoDivisor(context);
  if (args[0].integer == INT64_MIN && args[1].integer == -1) return Overflow(context);
  return Cell::Int(args[0].integer / args[1].integer);
}

Cell Remainder(Context& context, Arguments args) {
  const auto no_divisor = [&] { return context.Fail(Reason::kArithmeticOverflow, "remainder of a division by zero"); };
  if (Both(args, Tag::kUint)) return args[1].natural == 0 ? no_divisor() : Cell::Uint(args[0].natural % args[1].natural);
  if (!Both(args, Tag::kInt)) return context.NoOverload("%", {args[0], args[1]});
  if (args[1].integer == 0) return no_divisor();
  if (args[1].integer == -1) return args[0].integer == INT64_MIN ? Overflow(context) : Cell::Int(int64_t{0});
  return Cell::Int(args[0].integer % args[1].integer);
}

Cell Negate(Context& context, Arguments args) {
  if (args[0].tag == Tag::kDouble) return Cell::Double(-args[0].real);
  const bool whole =
      args[0].tag == Tag::kInt || args[0].tag == Tag::kDecimal || args[0].tag == Tag::kMoney || args[0].tag == Tag::kDuration;
  if (!whole) return context.NoOverload("-_", {args[0]});
  if (args[0].integer == INT64_MIN) return Overflow(context);
  Cell cell = args[0];
  cell.integer = -cell.integer;
  return cell;
}

}  // namespace kith::expr
