// Money: integer minor units and an ISO 4217 currency. Arithmetic refuses to mix currencies and to overflow.
#ifndef KITH_BASE_MONEY_H_
#define KITH_BASE_MONEY_H_

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace kith {

// Three upper-case letters packed low byte first ('C' | 'N' << 8 | 'Y' << 16); 0 is no currency.
class Currency {
 public:
  constexpr Currency() = default;
  // nullopt unless `code` is three letters A to Z.
  static constexpr std::optional<Currency> FromCode(std::string_view code) {
    if (code.size() != 3) return std::nullopt;
    Currency c;
    for (size_t i = 0; i < 3; ++i) {
      if (code[i] < 'A' || code[i] > 'Z') return std::nullopt;
      c.packed_ |= static_cast<uint32_t>(code[i]) << (8 * i);
    }
    return c;
  }
  static constexpr Currency FromPacked(uint32_t packed) {
    Currency c;
    c.packed_ = packed;
    return c;
  }
  [[nodiscard]] constexpr uint32_t packed() const { return packed_; }
  [[nodiscard]] constexpr bool is_null() const { return packed_ == 0; }
  // Three letters A to Z, as FromCode makes it; FromPacked takes any number.
  [[nodiscard]] constexpr bool is_code() const {
    for (int shift = 0; shift < 24; shift += 8) {
      const uint32_t letter = (packed_ >> shift) & 0xFF;
      if (letter < 'A' || letter > 'Z') return false;
    }
    return packed_ >> 24 == 0;
  }
  [[nodiscard]] std::string code() const;
  // Decimal places of the minor unit by ISO 4217: 2 for CNY, 0 for JPY, 3 for BHD; 2 for a code that is not listed.
  [[nodiscard]] int minor_digits() const;
  friend constexpr auto operator<=>(Currency, Currency) = default;

 private:
  uint32_t packed_ = 0;
};

struct Money {
  int64_t minor = 0;  // minor units: 1250000 CNY is ¥12,500.00
  Currency currency;
  friend constexpr bool operator==(const Money&, const Money&) = default;
};

// Sum; an error with reason CurrencyMismatch or ArithmeticOverflow.
[[nodiscard]] absl::StatusOr<Money> Add(Money a, Money b);
// "12500.00 CNY".
[[nodiscard]] std::string ToText(Money money);
// Parses "12500", "12,500.00", "-3.5" in the given currency; more digits than the minor unit has is an error unless they are zeros.
[[nodiscard]] absl::StatusOr<Money> ParseMoney(std::string_view text, Currency currency);

}  // namespace kith

#endif  // KITH_BASE_MONEY_H_
