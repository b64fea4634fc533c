// The pattern of numbers that a database gives in turn: "INV-{year}-{n:05}" gives INV-2026-00001, INV-2026-00002 and so on.
#ifndef KITH_CATALOG_AUTO_NUMBER_H_
#define KITH_CATALOG_AUTO_NUMBER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith::catalog {

// {n} is the number, {n:05} the number in at least five digits (1 to 15), {year} the year of the record's creation in four digits; the rest
// stands as it is, without braces. {n} occurs once, {year} at most once; with it every year counts from 1. Immutable.
class NumberFormat {
 public:
  // A number and the year it counts in; year 0 when the pattern has none.
  struct Number {
    int32_t year = 0;
    uint64_t n = 0;
    friend bool operator==(const Number&, const Number&) = default;
  };
  static constexpr uint64_t kLargest = 999'999'999'999'999;  // n, so that a text that was given can always be read again

  // What is wrong with the pattern stands in `fault`; nullopt then.
  [[nodiscard]] static std::optional<NumberFormat> Parse(std::string_view pattern, std::string& fault);

  [[nodiscard]] bool has_year() const { return has_year_; }
  // The year is cut to four digits.
  [[nodiscard]] std::string Format(Number number) const;
  // What every text of a year begins with.
  [[nodiscard]] std::string Prefix(int32_t year) const;
  // The number that the text stands for; nullopt when it is not of the pattern.
  [[nodiscard]] std::optional<Number> Match(std::string_view text) const;

 private:
  std::string before_;  // literal text before, between and after the two
  std::string between_;
  std::string after_;
  bool has_year_ = false;
  bool year_first_ = false;
  size_t width_ = 1;
};

}  // namespace kith::catalog

#endif  // KITH_CATALOG_AUTO_NUMBER_H_
