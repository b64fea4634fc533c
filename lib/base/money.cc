#include "kith/base/money.h"

#include <algorithm>

#include "base/number_internal.h"
#include "kith/base/status.h"

namespace kith {
namespace {

struct MinorDigits {
  consteval MinorDigits(std::string_view code, int minor_digits) : currency(*Currency::FromCode(code)), digits(minor_digits) {}
  Currency currency;
  int digits;
};

// ISO 4217: the currencies whose minor unit is not 1/100.
constexpr auto kMinorDigits = std::to_array<MinorDigits>({
    {"BHD", 3}, {"BIF", 0}, {"CLF", 4}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3}, {"ISK", 0}, {"JOD", 3},
    {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3}, {"OMR", 3}, {"PYG", 0}, {"RWF", 0}, {"TND", 3},
    {"UGX", 0}, {"UYI", 0}, {"UYW", 4}, {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
});
constexpr int kUsualMinorDigits = 2;

Status AmountError(Reason reason, std::string_view text, std::string_view message) {
  return MakeError({.reason = reason, .value = std::string(text), .hint = "write the amount like 12500.00"}, message);
}

}  // namespace

std::string Currency::code() const {
  if (is_null()) return "";
  std::string code;
  for (int shift = 0; shift < 24; shift += 8) code.push_back(static_cast<char>((packed_ >> shift) & 0xFF));
  return code;
}

int Currency::minor_digits() const {
  const auto* found =
      std::find_if(kMinorDigits.begin(), kMinorDigits.end(), [this](const MinorDigits& entry) { return entry.currency == *this; });
  return found == kMinorDigits.end() ? kUsualMinorDigits : found->digits;
}

StatusOr<Money> Add(Money a, Money b) {
  if (a.currency != b.currency) {
    return MakeError(
        {.reason = Reason::kCurrencyMismatch, .value = ToText(b), .hint = "convert one of them first, or keep one sum per currency"},
        "cannot add amounts in " + a.currency.code() + " and " + b.currency.code());
  }
  Money sum{0, a.currency};
  if (__builtin_add_overflow(a.minor, b.minor, &sum.minor)) {
    return MakeError({.reason = Reason::kArithmeticOverflow, .value = ToText(b)}, "the sum is too large for an amount");
  }
  return sum;
}

std::string ToText(Money money) {
  std::string text = base_internal::NumberText(money.minor, money.currency.minor_digits());
  if (!money.currency.is_null()) text += ' ' + money.currency.code();
  return text;
}

StatusOr<Money> ParseMoney(std::string_view text, Currency currency) {
  const int digits = currency.minor_digits();
  const base_internal::Number number = base_internal::ParseNumber(text, /*grouped=*/true, digits);
  if (number.fault == base_internal::NumberFault::kMalformed) return AmountError(Reason::kWrongKind, text, "is not an amount of money");
  if (number.fault == base_internal::NumberFault::kTooLarge) return AmountError(Reason::kOutOfRange, text, "is too large for an amount");
  if (number.scale > digits) {
    return AmountError(Reason::kOutOfRange, text,
                       "has more than the " + std::to_string(digits) + " digits after the point that " + currency.code() + " has");
  }
  const std::optional<int64_t> minor = base_internal::TimesPowerOfTen(number.units, digits - number.scale);
  if (!minor.has_value()) return AmountError(Reason::kOutOfRange, text, "is too large for an amount");
  return Money{*minor, currency};
}

}  // namespace kith
