// Conditions, tested on values and turned into ranges of indexes.
#include <algorithm>
#include <cmath>
#include <limits>

#include "query/access.h"

namespace kith::query {
namespace {

using Comparison = expr::Condition::Comparison;

bool Holds(Comparison comparison, std::partial_ordering order) {
  switch (comparison) {
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessOrEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

// The ends of what is comparable with a value: NaN and other currencies are not.
Value LeastLike(const Value& value) {
  if (const auto* money = value.get_if<Money>()) return Money{INT64_MIN, money->currency};
  if (value.kind() == Kind::kDouble) return -std::numeric_limits<double>::infinity();
  return {};
}
Value GreatestLike(const Value& value) {
  if (const auto* money = value.get_if<Money>()) return Money{INT64_MAX, money->currency};
  if (value.kind() == Kind::kDouble) return std::numeric_limits<double>::infinity();
  return {};
}

bool IsNan(const Value& value) {
  const auto* number = value.get_if<double>();
  return number != nullptr && std::isnan(*number);
}

// False when no value lies within.
bool Bound(const IndexPath& path, std::span<const BoundCondition> conditions, IndexRange& range) {
  if (path.low.has_value()) {
    const BoundCondition& low = conditions[*path.low];
    range.low = low.values[0];
    range.low_inclusive = low.comparison == Comparison::kGreaterOrEqual;
  }
  if (path.high.has_value()) {
    const BoundCondition& high = conditions[*path.high];
    range.high = high.values[0];
    range.high_inclusive = high.comparison == Comparison::kLessOrEqual;
  }
  if (range.low.has_value() && range.high.has_value()) {
    return Compare(InPlace(*range.low), InPlace(*range.high)) != std::partial_ordering::unordered;
  }
  if (range.low.has_value()) {
    if (IsNan(*range.low)) return false;
    const Value end = GreatestLike(*range.low);
    if (!end.is_null()) range.high = end;
    range.high_inclusive = true;
  } else if (range.high.has_value()) {
    if (IsNan(*range.high)) return false;
    const Value end = LeastLike(*range.high);
    if (!end.is_null()) range.low = end;
  }
  return true;
}

// The values of an `in`, each once, in the order of the index's keys.
std::vector<Value> InKeyOrder(const std::vector<Value>& values, Order order) {
  std::vector<std::pair<std::string, Value>> keyed;
  for (const Value& value : values) {
    if (IsNan(value)) continue;
    std::string key;
    AppendValueKey(key, value, order);
    keyed.emplace_back(std::move(key), value);
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  keyed.erase(std::unique(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first == b.first; }), keyed.end());
  std::vector<Value> sorted;
  sorted.reserve(keyed.size());
  for (auto& [key, value] : keyed) sorted.push_back(std::move(value));
  return sorted;
}

}  // namespace

expr::Match BoundCondition::Test(const PackedValue& value) const {
  const bool null = value.kind == Kind::kNull;
  if (comparison == Comparison::kIsNull) return null ? expr::Match::kYes : expr::Match::kNo;
  if (null) return expr::Match::kNull;
  if (comparison == Comparison::kEqual || comparison == Comparison::kIn) {
    const bool found = std::any_of(cells.begin(), cells.end(), [&value](const PackedValue& constant) { return Equal(value, constant); });
    return found ? expr::Match::kYes : expr::Match::kNo;
  }
  const std::partial_ordering order = Compare(value, cells.front());
  // As in expressions: of amounts in different currencies none is the greater.
  if (order == std::partial_ordering::unordered) return expr::Match::kNull;
  return Holds(comparison, order) ? expr::Match::kYes : expr::Match::kNo;
}

std::vector<IndexRange> RangesOf(const IndexPath& path, std::span<const BoundCondition> conditions) {
  std::vector<IndexRange> ranges(1);
  for (size_t part = 0; part < path.equal.size(); ++part) {
    const BoundCondition& condition = conditions[path.equal[part]];
    const std::vector<Value> values = condition.comparison == Comparison::kIsNull
                                          ? std::vector<Value>{Value()}
                                          : InKeyOrder(condition.values, path.index->parts[part].order);
    // At most one part has several values, so the product is in key order.
    std::vector<IndexRange> product;
    for (const IndexRange& range : ranges) {
      for (const Value& value : values) {
        product.push_back(range);
        product.back().equal.push_back(value);
      }
    }
    ranges = std::move(product);
  }
  for (IndexRange& range : ranges) {
    if (!Bound(path, conditions, range)) return {};
  }
  return ranges;
}

}  // namespace kith::query
