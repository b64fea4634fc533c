#include "kith/catalog/auto_number.h"

#include <algorithm>
#include <charconv>

#include "catalog/names_internal.h"

namespace kith::catalog {
namespace {

constexpr size_t kYearDigits = 4;
constexpr size_t kLargestWidth = 15;

std::string Padded(uint64_t number, size_t width) {
  std::string digits = std::to_string(number);
  return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

// Takes `prefix` off the front of a text.
bool Take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

uint64_t Read(std::string_view digits) {
  uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// The width that "n" or "n:05" asks for, 0 when it is neither.
size_t WidthOf(std::string_view slot) {
  if (slot == "n") return 1;
  if (!Take(slot, "n:0") || slot.empty() || slot.size() > 2) return 0;
  if (!std::all_of(slot.begin(), slot.end(), IsDigit)) return 0;
  const uint64_t width = Read(slot);
  return width <= kLargestWidth ? width : 0;
}

}  // namespace

std::optional<NumberFormat> NumberFormat::Parse(std::string_view pattern, std::string& fault) {
  NumberFormat format;
  bool has_number = false;
  std::string* literal = &format.before_;
  const auto wrong = [&fault](std::string_view what) {
    fault = what;
    return std::nullopt;
  };
  while (!pattern.empty()) {
    const size_t brace = pattern.find_first_of("{}");
    literal->append(pattern.substr(0, brace));
    if (brace == std::string_view::npos) break;
    const size_t end = pattern.find('}', brace);
    if (pattern[brace] == '}' || end == std::string_view::npos) return wrong("a brace stands alone");
    const std::string_view slot = pattern.substr(brace + 1, end - brace - 1);
    pattern.remove_prefix(end + 1);
    const bool first = literal == &format.before_;
    if (slot == "year") {
      if (format.has_year_) return wrong("{year} occurs twice");
      format.has_year_ = true;
      format.year_first_ = first;
    } else if (const size_t width = WidthOf(slot); width != 0) {
      if (has_number) return wrong("{n} occurs twice");
      has_number = true;
      format.width_ = width;
    } else {
      return wrong("known in braces are: year, n, n:05 (digits, at most 15)");
    }
    literal = first ? &format.between_ : &format.after_;
  }
  if (!has_number) return wrong("{n} is missing");
  if (!format.has_year_) format.after_.swap(format.between_);
  // Digits that follow digits could not be told apart.
  const bool year_follows = format.has_year_ && !format.year_first_ && format.between_.empty();
  const std::string& behind = format.has_year_ && !format.year_first_ ? format.between_ : format.after_;
  if (year_follows || (!behind.empty() && IsDigit(behind[0]))) return wrong("a digit directly follows {n}");
  return format;
}

std::string NumberFormat::Format(Number number) const {
  const std::string n = Padded(number.n, width_);
  if (!has_year_) return before_ + n + after_;
  const std::string year = Padded(static_cast<uint64_t>(std::clamp(number.year, 0, 9999)), kYearDigits);
  return year_first_ ? before_ + year + between_ + n + after_ : before_ + n + between_ + year + after_;
}

std::string NumberFormat::Prefix(int32_t year) const {
  if (!has_year_ || !year_first_) return before_;
  return before_ + Padded(static_cast<uint64_t>(std::clamp(year, 0, 9999)), kYearDigits) + between_;
}

std::optional<NumberFormat::Number> NumberFormat::Match(std::string_view text) const {
  Number number;
  const auto take_year = [&] {
    if (text.size() < kYearDigits || !std::all_of(text.begin(), text.begin() + kYearDigits, IsDigit)) return false;
    number.year = static_cast<int32_t>(Read(text.substr(0, kYearDigits)));
    text.remove_prefix(kYearDigits);
    return true;
  };
  const auto take_number = [&] {
    const auto end = std::find_if_not(text.begin(), text.end(), IsDigit);
    const auto size = static_cast<size_t>(end - text.begin());
    if (size < width_ || size > kLargestWidth || (size > width_ && text[0] == '0')) return false;
    number.n = Read(text.substr(0, size));
    text.remove_prefix(size);
    return true;
  };
  if (!Take(text, before_)) return std::nullopt;
  if (has_year_ && year_first_ && !(take_year() && Take(text, between_))) return std::nullopt;
  if (!take_number()) return std::nullopt;
  if (has_year_ && !year_first_ && !(Take(text, between_) && take_year())) return std::nullopt;
  if (text != after_) return std::nullopt;
  return number;
}

}  // namespace kith::catalog
