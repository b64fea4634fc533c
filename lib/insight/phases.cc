#include <algorithm>
#include <cmath>
#include <span>

#include "insight/linear_internal.h"
#include "insight/phases_internal.h"

namespace kith::insight_internal {
namespace {

// Standard deviations of logs that are weighed against one another; the data, not these, say which act.
constexpr std::array<double, 4> kEffects = {0.1, 0.2, 0.4, 0.8};
constexpr std::array<double, 4> kNoises = {0.05, 0.1, 0.2, 0.4};
constexpr std::array<double, 3> kDrifts = {0.02, 0.08, 0.2};  // a month
constexpr double kLevelSd = 1;
constexpr double kNoEffect = 0.5;    // prior chance
constexpr size_t kMostMonths = 36;   // the last ones
constexpr double kContinuity = 0.5;  // added to counts, so that a month without an exit has a log

double InPlace(model::Epoch month, size_t phase) { return (PhaseOf(month) == phase ? 1.0 : 0.0) - 1.0 / kPhases; }

class Weighing {
 public:
  explicit Weighing(std::span<const MonthExits> months) : months_(months) {
    for (const MonthExits& m : months) logs_.push_back(std::log((m.exits.observed + kContinuity) / (m.exits.expected + kContinuity)));
  }
  PhaseEffect Run() {
    for (const double noise : kNoises) {
      for (const double drift : kDrifts) {
        Weigh(noise, drift, 0, kNoEffect);
        for (const double effect : kEffects) Weigh(noise, drift, effect, (1 - kNoEffect) / static_cast<double>(kEffects.size()));
      }
    }
    return Average();
  }

 private:
  struct Model {
    double log_weight = 0;
    bool acts = false;
    std::array<double, kPhases> logs{};
  };
  void Weigh(double noise, double drift, double effect, double prior);
  [[nodiscard]] PhaseEffect Average() const;

  std::span<const MonthExits> months_;
  std::vector<double> logs_;
  std::vector<Model> models_;
};

// A Gaussian process: the effect's posterior mean is its covariance with the logs times what solves theirs.
void Weighing::Weigh(double noise, double drift, double effect, double prior) {
  const size_t n = months_.size();
  std::vector<double> covariance(n * n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      const double passed = months_[j].month - months_.front().month;
      const bool same = PhaseOf(months_[i].month) == PhaseOf(months_[j].month);
      covariance[i * n + j] = kLevelSd * kLevelSd + drift * drift * passed + effect * effect * ((same ? 1.0 : 0.0) - 1.0 / kPhases);
    }
    covariance[i * n + i] += noise * noise + 1 / (months_[i].exits.observed + kContinuity);
  }
  const double log_det = Factorize(covariance, n);
  const std::vector<double> solved = Solve(covariance, logs_);
  Model model{std::log(prior) - log_det / 2, effect > 0, {}};
  for (size_t i = 0; i < n; ++i) {
    model.log_weight -= logs_[i] * solved[i] / 2;
    for (size_t phase = 0; phase < kPhases; ++phase) model.logs[phase] += effect * effect * InPlace(months_[i].month, phase) * solved[i];
  }
  models_.push_back(model);
}

PhaseEffect Weighing::Average() const {
  double most = models_.front().log_weight;
  for (const Model& model : models_) most = std::max(most, model.log_weight);
  PhaseEffect effect;
  double sum = 0;
  for (const Model& model : models_) {
    const double weight = std::exp(model.log_weight - most);
    sum += weight;
    if (!model.acts) continue;
    effect.chance += weight;
    for (size_t phase = 0; phase < kPhases; ++phase) effect.logs[phase] += weight * model.logs[phase];
  }
  effect.chance /= sum;
  for (double& log : effect.logs) log /= sum;
  return effect;
}

}  // namespace

PhaseEffect PhaseEffectOf(const std::vector<MonthExits>& months) {
  if (months.size() < kPhases) return {};
  return Weighing(std::span(months).last(std::min(months.size(), kMostMonths))).Run();
}

}  // namespace kith::insight_internal
