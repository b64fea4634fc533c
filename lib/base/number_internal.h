// Reading and writing of decimal digits, shared by decimals, money and times.
#ifndef KITH_LIB_BASE_NUMBER_INTERNAL_H_
#define KITH_LIB_BASE_NUMBER_INTERNAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith::base_internal {

inline constexpr int kMaxScale = 18;

[[nodiscard]] constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// a × 10^power, or nullopt when it does not fit.
[[nodiscard]] std::optional<int64_t> TimesPowerOfTen(int64_t a, int power);
[[nodiscard]] int64_t PowerOfTen(int power);  // power 0..18

enum class NumberFault : uint8_t { kNone, kMalformed, kTooLarge };

struct Number {
  int64_t units = 0;
  int scale = 0;  // 0..18
  NumberFault fault = NumberFault::kNone;
};

// [+-] digits [. digits], with at least one digit. Zeros at the end of the fraction are dropped beyond `keep_scale` digits, so that they
// never make a number too large. `grouped` allows commas between groups of the whole part; the last group has three digits, so a decimal
// comma ("12,5") is malformed and not read as 125.
[[nodiscard]] Number ParseNumber(std::string_view text, bool grouped, int keep_scale);

// "-12.50" for (-1250, 2).
[[nodiscard]] std::string NumberText(int64_t units, int scale);

// `value` with zeros in front, at least `width` digits.
[[nodiscard]] std::string Padded(uint64_t value, int width);

}  // namespace kith::base_internal

#endif  // KITH_LIB_BASE_NUMBER_INTERNAL_H_
