#include "kith/insight/estimate.h"

#include <algorithm>
#include <cmath>

#include "insight/special_internal.h"

namespace kith::insight {

std::string_view NameOf(Maturity maturity) {
  switch (maturity) {
    case Maturity::kLearning:
      return "learning";
    case Maturity::kProvisional:
      return "provisional";
    case Maturity::kStable:
      return "stable";
  }
  return "learning";
}

Maturity MaturityOf(int64_t resolved, const MaturityThresholds& thresholds) {
  if (resolved >= thresholds.stable) return Maturity::kStable;
  return resolved >= thresholds.provisional ? Maturity::kProvisional : Maturity::kLearning;
}

Rate WilsonRate(int64_t successes, int64_t trials, double level, const MaturityThresholds& thresholds) {
  Rate rate;
  rate.successes = successes;
  rate.trials = trials;
  rate.maturity = MaturityOf(trials, thresholds);
  if (trials <= 0) return rate;
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double z = insight_internal::NormalQuantile(0.5 + level / 2);
  const double middle = p + z * z / (2 * n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  rate.value = p;
  rate.low = successes == 0 ? 0 : std::clamp((middle - half) / scale, 0.0, p);
  rate.high = successes == trials ? 1 : std::clamp((middle + half) / scale, p, 1.0);
  return rate;
}

}  // namespace kith::insight
