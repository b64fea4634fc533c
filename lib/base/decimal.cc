#include "kith/base/decimal.h"

#include "base/number_internal.h"
#include "kith/base/status.h"

namespace kith {
namespace {

Status ScaleError(Decimal value, uint8_t scale) {
  return MakeError(
      {.reason = Reason::kOutOfRange, .value = ToText(value), .hint = "round the number first, or use a field of another scale"},
      "does not fit a decimal with " + std::to_string(scale) + " digits after the point");
}

}  // namespace

StatusOr<Decimal> Rescale(Decimal value, uint8_t scale) {
  if (value.scale > base_internal::kMaxScale || scale > base_internal::kMaxScale) return ScaleError(value, scale);
  if (scale >= value.scale) {
    const std::optional<int64_t> units = base_internal::TimesPowerOfTen(value.units, scale - value.scale);
    if (!units.has_value()) return ScaleError(value, scale);
    return Decimal{*units, scale};
  }
  const int64_t divisor = base_internal::PowerOfTen(value.scale - scale);
  if (value.units % divisor != 0) return ScaleError(value, scale);
  return Decimal{value.units / divisor, scale};
}

StatusOr<Decimal> ParseDecimal(std::string_view text) {
  const base_internal::Number number = base_internal::ParseNumber(text, /*grouped=*/false, base_internal::kMaxScale);
  switch (number.fault) {
    case base_internal::NumberFault::kNone:
      return Decimal{number.units, static_cast<uint8_t>(number.scale)};
    case base_internal::NumberFault::kTooLarge:
      return MakeError({.reason = Reason::kOutOfRange, .value = std::string(text), .hint = "at most 18 digits"},
                       "has too many digits for a decimal");
    case base_internal::NumberFault::kMalformed:
      break;
  }
  return MakeError({.reason = Reason::kWrongKind, .value = std::string(text), .hint = "write it like -12.50"}, "is not a decimal number");
}

std::string ToText(Decimal value) { return base_internal::NumberText(value.units, value.scale); }

}  // namespace kith
