// A decimal number: `units` × 10^-`scale`. A field fixes its scale, so values of one field compare by their units.
#ifndef KITH_BASE_DECIMAL_H_
#define KITH_BASE_DECIMAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace kith {

struct Decimal {
  int64_t units = 0;
  uint8_t scale = 0;  // 0..18
  // Equal as written: 1.0 and 1.00 differ. Values of one field share a scale.
  friend constexpr bool operator==(const Decimal&, const Decimal&) = default;
};

// The same number at another scale; an error (OutOfRange) when digits other than zeros would be lost or it overflows.
[[nodiscard]] absl::StatusOr<Decimal> Rescale(Decimal value, uint8_t scale);
// Parses "-12.50"; scale is the count of digits after the point.
[[nodiscard]] absl::StatusOr<Decimal> ParseDecimal(std::string_view text);
[[nodiscard]] std::string ToText(Decimal value);

}  // namespace kith

#endif  // KITH_BASE_DECIMAL_H_
