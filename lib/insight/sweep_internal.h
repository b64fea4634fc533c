// The backward sweep: the chance of being won by an end, for every stage and age, from one pass over the time steps before it.
#ifndef KITH_LIB_INSIGHT_SWEEP_INTERNAL_H_
#define KITH_LIB_INSIGHT_SWEEP_INTERNAL_H_

#include <vector>

#include "insight/hazard_internal.h"

namespace kith::insight_internal {

// Ages at which chances are kept, in days: every step while young, then ever wider.
[[nodiscard]] std::vector<double> AgeNodes(double step_days);

// The chances at one moment.
class WinTable {
 public:
  WinTable() = default;
  WinTable(size_t stages, std::vector<double> ages) : ages_(std::move(ages)), win_(stages * ages_.size(), 0) {}
  // Linear between nodes.
  [[nodiscard]] double At(size_t stage, double age_days) const;
  [[nodiscard]] double* row(size_t stage) { return win_.data() + stage * ages_.size(); }
  [[nodiscard]] const double* row(size_t stage) const { return win_.data() + stage * ages_.size(); }
  [[nodiscard]] const std::vector<double>& ages() const { return ages_; }

 private:
  std::vector<double> ages_;
  std::vector<double> win_;
};

struct SweepPlan {
  double step_days = 1;
  std::vector<size_t> phases;  // of each step, in time order; its size is the number of steps
  bool keep_all = false;       // keep the table of every step
  std::vector<double> worth;   // what a win in the step counts, such as the share of its money that is paid by the end; empty: 1
};

struct SweepResult {
  WinTable now;                            // chances of being won by the end, at the start of the first step
  std::vector<std::vector<double>> entry;  // [step][stage]: of a deal that enters the stage at the start of the step; one more at the end
  std::vector<WinTable> all;               // with keep_all: [step]
};

// `phase_factors`: whether the model's phases act (else the plan's phases are ignored).
[[nodiscard]] SweepResult Sweep(const HazardModel& model, const Hazards& hazards, const Factors& factors, bool phase_factors,
                                const SweepPlan& plan);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_SWEEP_INTERNAL_H_
