// Which currencies there are.
#ifndef KITH_BASE_CURRENCY_H_
#define KITH_BASE_CURRENCY_H_

#include <optional>
#include <string_view>

#include "kith/base/money.h"

namespace kith {

// nullopt unless `code` is that of a currency of ISO 4217, in use or withdrawn. What people and other programs write is read by this;
// Currency::FromCode takes any three letters.
[[nodiscard]] std::optional<Currency> CurrencyOfIso(std::string_view code);

}  // namespace kith

#endif  // KITH_BASE_CURRENCY_H_
