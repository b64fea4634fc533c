#include <array>

#include "base/number_internal.h"

namespace kith::base_internal {
namespace {

// "12,34,567": groups of two or three digits, the first of one to three, the last of three.
bool WellGrouped(std::string_view whole) {
  if (whole.find(',') == std::string_view::npos) return true;
  size_t begin = 0;
  while (true) {
    const size_t comma = whole.find(',', begin);
    const size_t size = (comma == std::string_view::npos ? whole.size() : comma) - begin;
    const bool first = begin == 0;
    const bool last = comma == std::string_view::npos;
    if (size > 3 || size < (first ? 1u : 2u) || (last && size != 3)) return false;
    if (last) return true;
    begin = comma + 1;
  }
}

// Adds the digits of `text` to a magnitude of at most 2^63; commas are passed over.
NumberFault AddDigits(std::string_view text, uint64_t& magnitude) {
  constexpr uint64_t kMax = uint64_t{1} << 63;
  for (const char c : text) {
    if (c == ',') continue;
    if (!IsDigit(c)) return NumberFault::kMalformed;
    const auto digit = static_cast<uint64_t>(c - '0');
    if (magnitude > (kMax - digit) / 10) return NumberFault::kTooLarge;
    magnitude = magnitude * 10 + digit;
  }
  return NumberFault::kNone;
}

bool OnlyDigits(std::string_view text, bool commas) {
  for (const char c : text) {
    if (!IsDigit(c) && !(commas && c == ',')) return false;
  }
  return true;
}

Number Fault(NumberFault fault) { return {0, 0, fault}; }

}  // namespace

int64_t PowerOfTen(int power) {
  int64_t value = 1;
  for (int i = 0; i < power; ++i) value *= 10;
  return value;
}

std::optional<int64_t> TimesPowerOfTen(int64_t a, int power) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, PowerOfTen(power), &product)) return std::nullopt;
  return product;
}

Number ParseNumber(std::string_view text, bool grouped, int keep_scale) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() && fraction.empty()) return Fault(NumberFault::kMalformed);
  if (!OnlyDigits(whole, grouped) || !OnlyDigits(fraction, false) || !WellGrouped(whole)) return Fault(NumberFault::kMalformed);
  while (fraction.size() > static_cast<size_t>(keep_scale) && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.size() > static_cast<size_t>(kMaxScale)) return Fault(NumberFault::kTooLarge);
  uint64_t magnitude = 0;
  for (const std::string_view digits : {whole, fraction}) {
    const NumberFault fault = AddDigits(digits, magnitude);
    if (fault != NumberFault::kNone) return Fault(fault);
  }
  if (!negative && magnitude > static_cast<uint64_t>(INT64_MAX)) return Fault(NumberFault::kTooLarge);
  const uint64_t bits = negative ? ~magnitude + 1 : magnitude;
  return {static_cast<int64_t>(bits), static_cast<int>(fraction.size()), NumberFault::kNone};
}

std::string Padded(uint64_t value, int width) {
  std::string digits = std::to_string(value);
  const auto wanted = static_cast<size_t>(width);
  if (digits.size() < wanted) digits.insert(0, wanted - digits.size(), '0');
  return digits;
}

std::string NumberText(int64_t units, int scale) {
  const uint64_t magnitude = units < 0 ? ~static_cast<uint64_t>(units) + 1 : static_cast<uint64_t>(units);
  std::string digits = Padded(magnitude, scale + 1);
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), 1, '.');
  return units < 0 ? "-" + digits : digits;
}

}  // namespace kith::base_internal
