#include "kith/base/nearest.h"

#include <algorithm>
#include <numeric>

namespace kith {
namespace {

constexpr size_t kLongestCompared = 128;
constexpr size_t kHintBytes = 200;

size_t Tolerance(std::string_view name) { return std::max<size_t>(1, name.size() / 3); }

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b, size_t limit) {
  const size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > limit) return limit + 1;
  // Rows i-2, i-1 and i of the distance table (optimal string alignment).
  std::vector<size_t> older(b.size() + 1);
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  std::iota(before.begin(), before.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
    }
    std::swap(older, before);
    std::swap(before, row);
  }
  return std::min(before[b.size()], limit + 1);
}

std::string_view Nearest(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.size() > kLongestCompared) return {};
  std::string_view best;
  size_t best_distance = Tolerance(name) + 1;
  for (const std::string_view candidate : known) {
    const size_t distance = EditDistance(name, candidate, best_distance - 1);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
    if (distance == 0) break;
  }
  return best;
}

std::string NearestHint(std::string_view name, const std::vector<std::string_view>& known) {
  if (const std::string_view best = Nearest(name, known); !best.empty()) {
    std::string hint = "did you mean \"";
    hint += best;
    hint += "\"?";
    return hint.size() <= kHintBytes ? hint : std::string();
  }
  if (known.empty()) return {};
  std::string hint = "known are: ";
  for (size_t i = 0; i < known.size(); ++i) {
    if (i > 0) hint += ", ";
    hint += known[i];
    if (hint.size() > kHintBytes) return {};
  }
  return hint;
}

}  // namespace kith
