// How a customer usually does a thing, learnt from their past projects, and whether this time is different (PBM, domain model §5.10): one
// number, such as award over budget or the days from tender to award. Pure.
#ifndef KITH_INSIGHT_HABIT_H_
#define KITH_INSIGHT_HABIT_H_

#include <optional>
#include <span>

#include "kith/base/status.h"

namespace kith::insight {

// What is usual in the customer's segment.
struct HabitPrior {
  double mean = 0;
  double sd = 1;         // of one customer's projects, > 0
  double weight = 0.3;   // κ0: variance within customers over variance between them, > 0; a habitual 1 hides real deviations
  double sd_weight = 6;  // ν0: how many projects the sd is worth, > 0
};
struct PastProject {
  double value = 0;
  double weight = 1;  // how similar it is, [0, 1]
};
struct Habit {
  double mean = 0;
  double low = 0;  // interval of the next project at the level asked for
  double high = 0;
  double projects = 0;             // Σ weight
  bool own = false;                // false: fewer than two; it is the segment that speaks
  std::optional<double> surprise;  // of `value`: chance that a project is at least as far from the mean (two-sided)
  bool warns = false;              // surprise < .01, and the habit is the customer's own
};
// Normal with an inverse chi-square variance (Gelman et al., Bayesian Data Analysis, 3.3): the next project is Student's t. The order of
// projects makes no difference; more of the same narrow the interval. Errors: OutOfRange.
[[nodiscard]] StatusOr<Habit> LearnHabit(std::span<const PastProject> past, const HabitPrior& prior, std::optional<double> value = {},
                                         double level = 0.8);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_HABIT_H_
