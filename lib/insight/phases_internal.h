// Whether exits follow the month within the quarter.
#ifndef KITH_LIB_INSIGHT_PHASES_INTERNAL_H_
#define KITH_LIB_INSIGHT_PHASES_INTERNAL_H_

#include <array>
#include <vector>

#include "insight/hazard_internal.h"

namespace kith::insight_internal {

struct PhaseEffect {
  std::array<double, kPhases> logs{};  // of the factor on the hazard, by the month's place in the quarter; their sum is 0
  double chance = 0;                   // that the place matters at all
};

// The log of observed over expected exits of a month = a level that drifts from month to month + the effect of the place in the quarter +
// the month's own noise + Poisson's. Effects, drift and noise of several sizes, and no effect, are weighed by their marginal likelihood and
// averaged (Hoeting et al. 1999), so one quarter that stands out says a little, and each that repeats it more. `months` ascend.
[[nodiscard]] PhaseEffect PhaseEffectOf(const std::vector<MonthExits>& months);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_PHASES_INTERNAL_H_
