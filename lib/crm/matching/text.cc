// How near two texts are.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "crm/matching/matching_internal.h"

namespace kith::crm::matching_internal {
namespace {

constexpr size_t kMost = 64;  // one bit a byte

// Bits of the bytes of `b` that match one of `a` within the window, and of `a` likewise.
struct Common {
  uint64_t in_a = 0;
  uint64_t in_b = 0;
};

Common CommonBytes(std::string_view a, std::string_view b) {
  const size_t window = std::max(a.size(), b.size()) / 2;
  const size_t reach = window == 0 ? 0 : window - 1;
  Common common;
  for (size_t i = 0; i < a.size(); ++i) {
    const size_t low = i > reach ? i - reach : 0;
    const size_t high = std::min(b.size(), i + reach + 1);
    for (size_t j = low; j < high; ++j) {
      const uint64_t bit = uint64_t{1} << j;
      if (a[i] != b[j] || (common.in_b & bit) != 0) continue;
      common.in_a |= uint64_t{1} << i;
      common.in_b |= bit;
      break;
    }
  }
  return common;
}

void CutAlike(std::string_view& a, std::string_view& b) {
  size_t front = 0;
  while (front < std::min(a.size(), b.size()) && a[front] == b[front]) ++front;
  a.remove_prefix(front);
  b.remove_prefix(front);
  size_t back = 0;
  while (back < std::min(a.size(), b.size()) && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  a.remove_suffix(back);
  b.remove_suffix(back);
}

// Optimal string alignment within a band; `most` + 1 when there is more. Neither text is longer than kMost.
size_t Distance(std::string_view a, std::string_view b, size_t most) {
  std::array<std::array<uint8_t, kMost + 2>, 3> rows;
  const auto beyond = static_cast<uint8_t>(most + 1);
  for (auto& row : rows) row.fill(beyond);
  for (size_t j = 0; j <= std::min(b.size(), most); ++j) rows[0][j] = static_cast<uint8_t>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& before = rows[(i + 1) % 3];
    const size_t low = i > most ? i - most : 1;
    const size_t high = std::min(b.size(), i + most);
    row[low - 1] = i <= most ? static_cast<uint8_t>(i) : beyond;
    uint8_t best = row[low - 1];
    for (size_t j = low; j <= high; ++j) {
      int least = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) least = std::min(least, before[j - 2] + 1);
      row[j] = std::min(static_cast<uint8_t>(least), beyond);
      best = std::min(best, row[j]);
    }
    row[high + 1] = beyond;
    if (best > most) return beyond;
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

bool WithinTypos(std::string_view a, std::string_view b, size_t typos) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > typos) return false;
  CutAlike(a, b);
  if (std::max(a.size(), b.size()) <= typos) return true;
  if (typos == 0) return false;
  if (typos == 1) return a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0];
  return std::max(a.size(), b.size()) <= kMost && Distance(a, b, typos) <= typos;
}

double JaroWinkler(std::string_view a, std::string_view b) {
  a = a.substr(0, kMost);
  b = b.substr(0, kMost);
  if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
  const Common common = CommonBytes(a, b);
  const auto matches = static_cast<double>(std::popcount(common.in_a));
  if (common.in_a == 0) return 0;
  int moved = 0;
  for (uint64_t in_a = common.in_a, in_b = common.in_b; in_a != 0; in_a &= in_a - 1, in_b &= in_b - 1) {
    if (a[static_cast<size_t>(std::countr_zero(in_a))] != b[static_cast<size_t>(std::countr_zero(in_b))]) ++moved;
  }
  const double swaps = std::floor(moved / 2.0);
  const double jaro = (matches / static_cast<double>(a.size()) + matches / static_cast<double>(b.size()) + (matches - swaps) / matches) / 3;
  constexpr size_t kPrefix = 4;
  constexpr double kBoost = 0.1;
  size_t prefix = 0;
  while (prefix < kPrefix && prefix < std::min(a.size(), b.size()) && a[prefix] == b[prefix]) ++prefix;
  return jaro + static_cast<double>(prefix) * kBoost * (1 - jaro);
}

}  // namespace kith::crm::matching_internal
