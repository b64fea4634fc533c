// The median.
#ifndef KITH_LIB_INSIGHT_MEDIAN_INTERNAL_H_
#define KITH_LIB_INSIGHT_MEDIAN_INTERNAL_H_

#include <algorithm>
#include <limits>
#include <vector>

namespace kith::insight_internal {

// Of two in the middle their mean; NaN of none.
[[nodiscard]] inline double MedianOf(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_MEDIAN_INTERNAL_H_
