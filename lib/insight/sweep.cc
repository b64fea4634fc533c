#include <algorithm>
#include <cmath>
#include <utility>

#include "insight/sweep_internal.h"

namespace kith::insight_internal {
namespace {

constexpr double kNodesPerAge = 32;  // nodes are age / 32 apart once that exceeds the step
constexpr double kOldestDays = 760;
constexpr double kHalfway = 0.5;  // where within a step an exit falls, on average

// What can happen to a deal within one step, by stage and age node.
struct Transition {
  size_t nodes = 0;
  std::vector<double> leave;           // [destination][stage][node]
  std::vector<double> stay;            // [stage][node]
  std::vector<double> first_fraction;  // [stage]: mean exit time within the step of a deal just entered, as a share of it
  std::vector<double> inverse;         // of (I - moves that follow at once), stages x stages
};

// Destroys `a`.
std::vector<double> Inverse(std::vector<double> a, size_t n) {
  std::vector<double> inverse(n * n, 0);
  for (size_t i = 0; i < n; ++i) inverse[i * n + i] = 1;
  for (size_t column = 0; column < n; ++column) {
    size_t pivot = column;
    for (size_t i = column + 1; i < n; ++i) {
      if (std::abs(a[i * n + column]) > std::abs(a[pivot * n + column])) pivot = i;
    }
    for (size_t k = 0; k < n; ++k) {
      std::swap(a[pivot * n + k], a[column * n + k]);
      std::swap(inverse[pivot * n + k], inverse[column * n + k]);
    }
    const double scale = 1 / a[column * n + column];
    for (size_t k = 0; k < n; ++k) {
      a[column * n + k] *= scale;
      inverse[column * n + k] *= scale;
    }
    for (size_t i = 0; i < n; ++i) {
      const double factor = a[i * n + column];
      if (i == column || factor == 0) continue;
      for (size_t k = 0; k < n; ++k) {
        a[i * n + k] -= factor * a[column * n + k];
        inverse[i * n + k] -= factor * inverse[column * n + k];
      }
    }
  }
  return inverse;
}

class Stepper {
 public:
  Stepper(const HazardModel& model, const Hazards& hazards, const Factors& factors, const std::vector<double>& ages, double step)
      : model_(model), shape_(model.shape()), hazards_(hazards), factors_(factors), ages_(ages), step_(step) {
    for (const double age : ages) {
      const double next = std::min(age + step, ages.back());
      const auto above = static_cast<size_t>(std::upper_bound(ages.begin(), ages.end(), next) - ages.begin());
      const size_t low = std::min(above - 1, ages.size() - 2);
      low_.push_back(low);
      weight_.push_back((next - ages[low]) / (ages[low + 1] - ages[low]));
    }
  }

  [[nodiscard]] Transition TransitionIn(size_t phase, bool phase_factors) const;
  // `win` holds the chances at the end of the step and gets those at its start; `entry` likewise. `worth`: of a win in the step.
  void StepBack(const Transition& transition, double worth, WinTable& win, std::vector<double>& entry);

 private:
  const HazardModel& model_;
  const Shape& shape_;
  const Hazards& hazards_;
  const Factors& factors_;
  const std::vector<double>& ages_;
  const double step_;
  std::vector<size_t> low_;     // the node below the age one step later
  std::vector<double> weight_;  // of the node above
  std::vector<double> old_;
};

Transition Stepper::TransitionIn(size_t phase, bool phase_factors) const {
  const size_t stages = shape_.stages;
  const size_t destinations = shape_.destinations();
  const auto& edges = model::AgeBinEdges();
  Transition t;
  t.nodes = ages_.size();
  t.leave.resize(destinations * stages * t.nodes);
  t.stay.resize(stages * t.nodes);
  t.first_fraction.resize(stages);
  std::vector<double> factor(destinations);
  std::vector<double> passed(destinations);
  for (size_t s = 0; s < stages; ++s) {
    for (size_t j = 0; j < destinations; ++j) {
      const auto c = static_cast<size_t>(shape_.ClassOf(s, j));
      factor[j] = factors_.at(s, c) * (phase_factors ? model_.PhaseFactor(phase, c) : 1);
    }
    for (size_t node = 0; node < t.nodes; ++node) {
      std::fill(passed.begin(), passed.end(), 0.0);
      double total = 0;
      double from = ages_[node];
      const double end = from + step_;
      for (size_t bin = model::AgeBin(std::llround(from * kSecondsPerDay)); from < end; ++bin) {
        const double edge = bin + 1 < kBins ? static_cast<double>(edges[bin + 1]) / kSecondsPerDay : end;
        const double to = std::min(end, std::max(edge, from));
        const double days = (to - from) * hazards_.rate[shape_.cell(s, bin)];
        for (size_t j = 0; j < destinations; ++j) passed[j] += days * hazards_.share[shape_.exit(s, bin, j)] * factor[j];
        from = to;
        if (bin + 1 == kBins) break;
      }
      for (const double p : passed) total += p;
      const double stay = std::exp(-total);
      t.stay[s * t.nodes + node] = stay;
      const double scale = total > 0 ? (1 - stay) / total : 0;
      for (size_t j = 0; j < destinations; ++j) t.leave[(j * stages + s) * t.nodes + node] = passed[j] * scale;
    }
    double first_rate = 0;
    for (size_t j = 0; j < destinations; ++j)
      first_rate += hazards_.rate[shape_.cell(s, 0)] * hazards_.share[shape_.exit(s, 0, j)] * factor[j];
    t.first_fraction[s] = first_rate * step_ > 1 ? std::min(kHalfway, 1 / (first_rate * step_)) : kHalfway;
  }
  std::vector<double> system(stages * stages);
  for (size_t s = 0; s < stages; ++s) {
    for (size_t j = 0; j < stages; ++j) {
      system[s * stages + j] = (s == j ? 1 : 0) - t.leave[(j * stages + s) * t.nodes] * (1 - t.first_fraction[s]);
    }
  }
  t.inverse = Inverse(std::move(system), stages);
  return t;
}

void Stepper::StepBack(const Transition& t, double worth, WinTable& win, std::vector<double>& entry) {
  const size_t stages = shape_.stages;
  const size_t won = shape_.won();
  // A deal that enters now may move on several times within the step, so the chances at age 0 depend on one another.
  std::vector<double> right(stages);
  for (size_t s = 0; s < stages; ++s) {
    const double* row = win.row(s);
    const double later = row[low_[0]] * (1 - weight_[0]) + row[low_[0] + 1] * weight_[0];
    right[s] = worth * t.leave[(won * stages + s) * t.nodes] + t.stay[s * t.nodes] * later;
    for (size_t j = 0; j < stages; ++j) right[s] += t.leave[(j * stages + s) * t.nodes] * t.first_fraction[s] * entry[j];
  }
  std::vector<double> fresh(stages, 0);
  std::vector<double> entered(stages);
  for (size_t s = 0; s < stages; ++s) {
    for (size_t j = 0; j < stages; ++j) fresh[s] += t.inverse[s * stages + j] * right[j];
  }
  for (size_t j = 0; j < stages; ++j) entered[j] = (1 - kHalfway) * fresh[j] + kHalfway * entry[j];
  old_.resize(t.nodes);
  for (size_t s = 0; s < stages; ++s) {
    double* row = win.row(s);
    std::copy(row, row + t.nodes, old_.begin());
    const double* direct = t.leave.data() + (won * stages + s) * t.nodes;
    const double* stay = t.stay.data() + s * t.nodes;
    for (size_t node = 0; node < t.nodes; ++node) {
      const double later = old_[low_[node]] + weight_[node] * (old_[low_[node] + 1] - old_[low_[node]]);
      row[node] = worth * direct[node] + stay[node] * later;
    }
    for (size_t j = 0; j < stages; ++j) {
      const double* leave = t.leave.data() + (j * stages + s) * t.nodes;
      const double value = entered[j];
      for (size_t node = 0; node < t.nodes; ++node) row[node] += leave[node] * value;
    }
    row[0] = fresh[s];
  }
  entry = std::move(fresh);
}

}  // namespace

std::vector<double> AgeNodes(double step_days) {
  std::vector<double> ages = {0};
  while (ages.back() < kOldestDays) ages.push_back(ages.back() + std::max(step_days, ages.back() / kNodesPerAge));
  return ages;
}

double WinTable::At(size_t stage, double age_days) const {
  const double* values = row(stage);
  if (age_days >= ages_.back()) return values[ages_.size() - 1];
  if (age_days <= 0) return values[0];
  const auto above = static_cast<size_t>(std::upper_bound(ages_.begin(), ages_.end(), age_days) - ages_.begin());
  const double weight = (age_days - ages_[above - 1]) / (ages_[above] - ages_[above - 1]);
  return values[above - 1] + weight * (values[above] - values[above - 1]);
}

SweepResult Sweep(const HazardModel& model, const Hazards& hazards, const Factors& factors, bool phase_factors, const SweepPlan& plan) {
  const size_t stages = model.shape().stages;
  const size_t steps = plan.phases.size();
  SweepResult result;
  result.now = WinTable(stages, AgeNodes(plan.step_days));
  result.entry.assign(steps + 1, std::vector<double>(stages, 0));
  if (plan.keep_all) result.all.resize(steps + 1, result.now);
  Stepper stepper(model, hazards, factors, result.now.ages(), plan.step_days);
  std::array<Transition, kPhases> transitions;
  std::vector<double> entry(stages, 0);
  for (size_t step = steps; step-- > 0;) {
    const size_t phase = phase_factors ? plan.phases[step] : 0;
    if (transitions[phase].nodes == 0) transitions[phase] = stepper.TransitionIn(phase, phase_factors);
    stepper.StepBack(transitions[phase], plan.worth.empty() ? 1 : plan.worth[step], result.now, entry);
    result.entry[step] = entry;
    if (plan.keep_all) result.all[step] = result.now;
  }
  return result;
}

}  // namespace kith::insight_internal
