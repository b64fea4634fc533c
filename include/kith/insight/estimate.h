// What every number of the insight room carries: an interval, a sample size, a maturity.
#ifndef KITH_INSIGHT_ESTIMATE_H_
#define KITH_INSIGHT_ESTIMATE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::insight {

// How far a rate may be trusted by its count of resolved deals. A label, not a promise: read the interval.
enum class Maturity : uint8_t { kLearning = 1, kProvisional = 2, kStable = 3 };
[[nodiscard]] std::string_view NameOf(Maturity maturity);  // "learning", "provisional", "stable"

struct MaturityThresholds {
  int64_t provisional = 20;  // below: learning
  int64_t stable = 30;       // from here on: stable
};
[[nodiscard]] Maturity MaturityOf(int64_t resolved, const MaturityThresholds& thresholds = {});

// A rate in [0, 1] with its interval.
struct Rate {
  double value = 0;  // successes / trials; 0 when there are no trials
  double low = 0;    // Wilson score interval at the asked level
  double high = 1;
  int64_t successes = 0;
  int64_t trials = 0;
  Maturity maturity = Maturity::kLearning;
};
// Wilson (1927): (p + z²/2n ± z·sqrt(p(1−p)/n + z²/4n²)) / (1 + z²/n). `level` in (0, 1).
[[nodiscard]] Rate WilsonRate(int64_t successes, int64_t trials, double level = 0.95, const MaturityThresholds& thresholds = {});

// A quantity as a distribution seen through its quantiles.
struct Quantiles {
  double p10 = 0;
  double p50 = 0;
  double p90 = 0;
  double mean = 0;
  double sd = 0;
};

}  // namespace kith::insight

#endif  // KITH_INSIGHT_ESTIMATE_H_
