// How good forecasts of periods were: the measures that a backtest and the report of saved forecasts share.
#ifndef KITH_LIB_INSIGHT_SCORE_INTERNAL_H_
#define KITH_LIB_INSIGHT_SCORE_INTERNAL_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kith/insight/estimate.h"

namespace kith::insight_internal {

// Sums over forecasts; measures are relative to the sum of what came, and NaN when nothing did.
class Score {
 public:
  void Add(const insight::Quantiles& total, double actual) {
    ++forecasts_;
    inside_ += actual >= total.p10 && actual <= total.p90;
    actual_ += actual;
    error_ += std::abs(actual - total.p50);
    excess_ += total.mean - actual;
    pinball_ += (Pinball(total.p10, actual, 0.1) + Pinball(total.p50, actual, 0.5) + Pinball(total.p90, actual, 0.9)) / 3;
  }
  [[nodiscard]] int64_t forecasts() const { return forecasts_; }
  [[nodiscard]] double coverage80() const { return forecasts_ > 0 ? inside_ / static_cast<double>(forecasts_) : Relative(0); }
  [[nodiscard]] double wape() const { return Relative(error_); }
  [[nodiscard]] double bias() const { return Relative(excess_); }
  [[nodiscard]] double pinball() const { return Relative(pinball_); }
  // A sum over the same forecasts over the sum of what came.
  [[nodiscard]] double Relative(double sum) const { return actual_ > 0 ? sum / actual_ : std::numeric_limits<double>::quiet_NaN(); }

 private:
  static double Pinball(double quantile, double actual, double p) {
    return std::max(p * (actual - quantile), (p - 1) * (actual - quantile));
  }
  int64_t forecasts_ = 0;
  double inside_ = 0;
  double actual_ = 0;
  double error_ = 0;
  double excess_ = 0;
  double pinball_ = 0;
};

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_SCORE_INTERNAL_H_
