// Calendar arithmetic shared by times and periods.
#ifndef KITH_LIB_BASE_CALENDAR_INTERNAL_H_
#define KITH_LIB_BASE_CALENDAR_INTERNAL_H_

#include <cstdint>
#include <string>

namespace kith::base_internal {

[[nodiscard]] constexpr int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
[[nodiscard]] constexpr int64_t FloorMod(int64_t a, int64_t b) { return a % b + (a % b < 0 ? b : 0); }

// Days since 1970-01-01; month 1..12.
[[nodiscard]] int64_t DaysFromCivil(int64_t year, int64_t month, int64_t day);

// Four digits, with a sign outside 0..9999.
[[nodiscard]] std::string YearText(int32_t year);

}  // namespace kith::base_internal

#endif  // KITH_LIB_BASE_CALENDAR_INTERNAL_H_
