// How covariates tilt the odds of deals: fitted on outcomes over offsets, averaged over models.
#ifndef KITH_LIB_INSIGHT_TILT_INTERNAL_H_
#define KITH_LIB_INSIGHT_TILT_INTERNAL_H_

#include <span>
#include <vector>

namespace kith::insight_internal {

struct Observation {
  double offset = 0;  // log odds without covariates
  std::vector<double> x;
  bool won = false;
};

struct Tilt {
  double level = 0;
  std::vector<double> effect;  // by covariate
  std::vector<double> sd;
  [[nodiscard]] double LogOdds(std::span<const double> x) const;
};

// `covariates`: how many each observation has; `helps`, where given, of which no effect lies below 0. Without observations of both
// outcomes: none acts.
[[nodiscard]] Tilt FitTilt(std::span<const Observation> observations, size_t covariates, const std::vector<bool>& helps = {});

// By what a chance of being won within some time is multiplied when the log odds of being won at all, with chance `ever`, change so.
[[nodiscard]] double FactorOf(double log_odds, double ever);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_TILT_INTERNAL_H_
