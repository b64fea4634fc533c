#include "kith/base/currency.h"

#include <unicode/ucurr.h>

#include <array>

namespace kith {

std::optional<Currency> CurrencyOfIso(std::string_view code) {
  const std::optional<Currency> currency = Currency::FromCode(code);
  if (!currency) return std::nullopt;
  const std::array<char16_t, 4> letters = {static_cast<char16_t>(code[0]), static_cast<char16_t>(code[1]), static_cast<char16_t>(code[2]),
                                           0};
  UErrorCode error = U_ZERO_ERROR;
  // Without a span of time: whether there ever was one.
  const bool known = ucurr_isAvailable(letters.data(), U_DATE_MIN, U_DATE_MAX, &error) != 0;
  return known && U_SUCCESS(error) != 0 ? currency : std::nullopt;
}

}  // namespace kith
