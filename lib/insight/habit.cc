#include "kith/insight/habit.h"

#include <cmath>
#include <string>

#include "insight/special_internal.h"

namespace kith::insight {
namespace {

using insight_internal::BetaCdf;
using insight_internal::BetaQuantile;

constexpr double kWarns = 0.01;
constexpr double kOwn = 2;  // projects from which the habit is the customer's own

// P(|T| >= t) for Student's t.
double BothTails(double t, double degrees) { return BetaCdf(degrees / 2, 0.5, degrees / (degrees + t * t)); }

// t with P(|T| <= t) = level.
double WidthOf(double level, double degrees) {
  const double x = BetaQuantile(degrees / 2, 0.5, 1 - level);
  return std::sqrt(degrees * (1 - x) / x);
}

Status Check(std::span<const PastProject> past, const HabitPrior& prior, double level) {
  const auto refuse = [](std::string field, double value, std::string_view message) {
    return MakeError({.reason = Reason::kOutOfRange, .field = std::move(field), .value = std::to_string(value)}, message);
  };
  if (!std::isfinite(prior.mean)) return refuse("mean", prior.mean, "a mean is a number");
  if (!(prior.sd > 0)) return refuse("sd", prior.sd, "a standard deviation is above 0");
  if (!(prior.weight > 0)) return refuse("weight", prior.weight, "the prior's weight is above 0");
  if (!(prior.sd_weight > 0)) return refuse("sd_weight", prior.sd_weight, "the weight of the prior's deviation is above 0");
  if (!(level > 0 && level < 1)) return refuse("level", level, "the level of an interval lies between 0 and 1");
  for (const PastProject& project : past) {
    if (!std::isfinite(project.value)) return refuse("value", project.value, "a past value is a number");
    if (!(project.weight >= 0 && project.weight <= 1)) return refuse("weight", project.weight, "similarity lies between 0 and 1");
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<Habit> LearnHabit(std::span<const PastProject> past, const HabitPrior& prior, std::optional<double> value, double level) {
  KITH_RETURN_IF_ERROR(Check(past, prior, level));
  double n = 0;
  double sum = 0;
  for (const PastProject& project : past) {
    n += project.weight;
    sum += project.weight * project.value;
  }
  const double mean = n > 0 ? sum / n : prior.mean;
  double squares = 0;
  for (const PastProject& project : past) squares += project.weight * (project.value - mean) * (project.value - mean);
  const double weight = prior.weight + n;
  const double degrees = prior.sd_weight + n;
  const double off = mean - prior.mean;
  const double variance = (prior.sd_weight * prior.sd * prior.sd + squares + prior.weight * n / weight * off * off) / degrees;
  const double scale = std::sqrt(variance * (1 + 1 / weight));
  Habit habit;
  habit.mean = (prior.weight * prior.mean + n * mean) / weight;
  const double half = WidthOf(level, degrees) * scale;
  habit.low = habit.mean - half;
  habit.high = habit.mean + half;
  habit.projects = n;
  habit.own = n >= kOwn;
  if (value) {
    habit.surprise = BothTails((*value - habit.mean) / scale, degrees);
    habit.warns = habit.own && *habit.surprise < kWarns;
  }
  return habit;
}

}  // namespace kith::insight
