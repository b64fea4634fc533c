// What the tests of the formulas of relationships share.
#ifndef KITH_TESTS_UNIT_INSIGHT_MADE_FACTS_H_
#define KITH_TESTS_UNIT_INSIGHT_MADE_FACTS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "kith/insight/relationship.h"
#include "support/settings.h"
#include "unit/insight/made_tables.h"

namespace kith::insight::testing {

inline constexpr double kTolerance = 1e-9;

inline int64_t Below(Random& random, int64_t n) { return static_cast<int64_t>(random.Uniform() * static_cast<double>(n)); }
inline int Rounds() { return 200 * kith::testing::TestScale(); }
inline Score Known(double value, double confidence = 0.5) { return {value, confidence, value, value, {}}; }

template <typename T>
void Shuffle(std::vector<T>& all, Random& random) {
  for (size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[static_cast<size_t>(Below(random, static_cast<int64_t>(i)))]);
}

}  // namespace kith::insight::testing

#endif  // KITH_TESTS_UNIT_INSIGHT_MADE_FACTS_H_
