#include <algorithm>
#include <array>
#include <cmath>

#include "insight/linear_internal.h"
#include "insight/special_internal.h"
#include "insight/tilt_internal.h"

namespace kith::insight_internal {
namespace {

// Standard deviations of the effects' prior, in log odds by one root mean square of a covariate.
constexpr std::array<double, 6> kStrengths = {0.1, 0.25, 0.5, 1, 1.5, 2.5};
constexpr double kBaseSd = 0.5;     // of the level's prior
constexpr double kNothing = 0.5;    // prior weight of the model without covariates
constexpr int kIterations = 30;     // of Newton's method
constexpr int kHalvings = 20;       // of one of its steps
constexpr double kMostLogOdds = 4;  // that covariates may add
constexpr double kHeld = 1e12;      // precision of an effect that is held at 0

double LogLikelihood(double log_odds, bool won) {
  const double x = won ? log_odds : -log_odds;
  return x > 0 ? -std::log1p(std::exp(-x)) : x - std::log1p(std::exp(x));
}

// One model: the mode of its posterior, its spread, and how well it explains the outcomes.
struct Fit {
  std::vector<double> mode;      // level, then the effects by root mean square
  std::vector<double> variance;  // likewise
  double log_evidence = 0;
};

class Model {
 public:
  Model(std::span<const Observation> observations, std::vector<double> scales, const std::vector<bool>& helps)
      : observations_(observations), scales_(std::move(scales)), helps_(helps), n_(scales_.size() + 1) {}

  // An effect below 0 of what helps is held at 0 and the others are fitted again.
  [[nodiscard]] Fit At(double strength) const {
    std::vector<double> precision(n_, 1 / (strength * strength));
    precision[0] = 1 / (kBaseSd * kBaseSd);
    for (size_t held = 0;; ++held) {
      Fit fit = Under(precision);
      size_t least = 0;
      for (size_t j = 1; j < n_; ++j) {
        const bool wrong = j - 1 < helps_.size() && helps_[j - 1] && precision[j] < kHeld && fit.mode[j] < 0;
        if (wrong && (least == 0 || fit.mode[j] < fit.mode[least])) least = j;
      }
      if (least == 0 || held == n_) {
        for (size_t j = 1; j < n_; ++j) fit.mode[j] = precision[j] < kHeld ? fit.mode[j] : 0;
        return fit;
      }
      precision[least] = kHeld;
    }
  }

  [[nodiscard]] double WithoutCovariates() const {
    double sum = 0;
    for (const Observation& one : observations_) sum += LogLikelihood(one.offset, one.won);
    return sum;
  }

 private:
  [[nodiscard]] Fit Under(const std::vector<double>& precision) const {
    Fit fit{.mode = std::vector<double>(n_), .variance = std::vector<double>(n_), .log_evidence = 0};
    double best = LogPosterior(fit.mode, precision);
    std::vector<double> factor;
    for (int i = 0; i < kIterations; ++i) {
      std::vector<double> gradient;
      Derive(fit.mode, precision, gradient, factor);
      Factorize(factor, n_);
      const std::vector<double> step = Solve(factor, gradient);
      std::vector<double> next = fit.mode;
      double value = best;
      for (int halvings = 0; halvings < kHalvings; ++halvings) {  // Newton's step may overshoot
        for (size_t j = 0; j < n_; ++j) next[j] = fit.mode[j] + std::ldexp(step[j], -halvings);
        value = LogPosterior(next, precision);
        if (value >= best) break;
      }
      const double gain = value - best;
      if (gain < 0) break;
      fit.mode = next;
      best = value;
      if (gain < 1e-10) break;
    }
    std::vector<double> gradient;
    Derive(fit.mode, precision, gradient, factor);
    const double log_det = Factorize(factor, n_);
    fit.log_evidence = best - log_det / 2;
    for (const double p : precision) fit.log_evidence += std::log(p) / 2;
    for (size_t j = 0; j < n_; ++j) {
      std::vector<double> unit(n_);
      unit[j] = 1;
      fit.variance[j] = Solve(factor, unit)[j];
    }
    return fit;
  }

  [[nodiscard]] double LogOdds(const Observation& one, const std::vector<double>& b) const {
    double sum = one.offset + b[0];
    for (size_t j = 1; j < n_; ++j) sum += b[j] * one.x[j - 1] / scales_[j - 1];
    return sum;
  }
  [[nodiscard]] double LogPosterior(const std::vector<double>& b, const std::vector<double>& precision) const {
    double sum = 0;
    for (const Observation& one : observations_) sum += LogLikelihood(LogOdds(one, b), one.won);
    for (size_t j = 0; j < n_; ++j) sum -= precision[j] * b[j] * b[j] / 2;
    return sum;
  }
  // The gradient, and the negative of the second derivatives.
  void Derive(const std::vector<double>& b, const std::vector<double>& precision, std::vector<double>& gradient,
              std::vector<double>& curvature) const {
    gradient.assign(n_, 0);
    curvature.assign(n_ * n_, 0);
    std::vector<double> x(n_, 1);
    for (const Observation& one : observations_) {
      for (size_t j = 1; j < n_; ++j) x[j] = one.x[j - 1] / scales_[j - 1];
      const double p = Logistic(LogOdds(one, b));
      for (size_t j = 0; j < n_; ++j) {
        gradient[j] += ((one.won ? 1 : 0) - p) * x[j];
        for (size_t k = 0; k <= j; ++k) curvature[j * n_ + k] += p * (1 - p) * x[j] * x[k];
      }
    }
    for (size_t j = 0; j < n_; ++j) {
      gradient[j] -= precision[j] * b[j];
      curvature[j * n_ + j] += precision[j];
    }
  }

  std::span<const Observation> observations_;
  std::vector<double> scales_;  // root mean squares
  const std::vector<bool>& helps_;
  size_t n_;
};

}  // namespace

double Tilt::LogOdds(std::span<const double> x) const {
  double sum = level;
  for (size_t j = 0; j < effect.size() && j < x.size(); ++j) sum += effect[j] * x[j];
  return std::clamp(sum, -kMostLogOdds, kMostLogOdds);
}

Tilt FitTilt(std::span<const Observation> observations, size_t covariates, const std::vector<bool>& helps) {
  Tilt tilt{.level = 0, .effect = std::vector<double>(covariates), .sd = std::vector<double>(covariates)};
  const auto won = std::count_if(observations.begin(), observations.end(), [](const Observation& one) { return one.won; });
  if (won == 0 || static_cast<size_t>(won) == observations.size()) return tilt;
  std::vector<double> scales(covariates);
  for (size_t j = 0; j < covariates; ++j) {
    for (const Observation& one : observations) scales[j] += one.x[j] * one.x[j];
    scales[j] = std::sqrt(scales[j] / static_cast<double>(observations.size()));
    if (scales[j] == 0) scales[j] = 1;  // never differs from nothing known
  }
  const Model model(observations, scales, helps);
  std::vector<Fit> fits;
  std::vector<double> weights = {model.WithoutCovariates() + std::log(kNothing)};
  for (const double strength : kStrengths) {
    fits.push_back(model.At(strength));
    weights.push_back(fits.back().log_evidence + std::log((1 - kNothing) / static_cast<double>(kStrengths.size())));
  }
  const double most = *std::max_element(weights.begin(), weights.end());
  double sum = 0;
  for (double& weight : weights) sum += weight = std::exp(weight - most);
  for (size_t i = 0; i < fits.size(); ++i) {
    const double weight = weights[i + 1] / sum;
    tilt.level += weight * fits[i].mode[0];
    for (size_t j = 0; j < covariates; ++j) {
      const double mode = fits[i].mode[j + 1] / scales[j];
      tilt.effect[j] += weight * mode;
      tilt.sd[j] += weight * (fits[i].variance[j + 1] / (scales[j] * scales[j]) + mode * mode);
    }
  }
  for (size_t j = 0; j < covariates; ++j) tilt.sd[j] = std::sqrt(std::max(tilt.sd[j] - tilt.effect[j] * tilt.effect[j], 0.0));
  return tilt;
}

double FactorOf(double log_odds, double ever) {
  const double odds = std::exp(log_odds);
  return odds / (1 + ever * (odds - 1));
}

}  // namespace kith::insight_internal
