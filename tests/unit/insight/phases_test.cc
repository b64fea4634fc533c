#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "insight/phases_internal.h"

namespace kith::insight_internal {
namespace {

using Logs = std::array<double, kPhases>;

// Months whose level drifts, with noise of their own, and planted effects of their place in the quarter.
class Made {
 public:
  explicit Made(uint64_t seed) : random_(seed) {}
  Logs Effects(double sd) {
    Logs logs{};
    double mean = 0;
    for (double& log : logs) mean += (log = sd * normal_(random_)) / kPhases;
    for (double& log : logs) log -= mean;
    return logs;
  }
  std::vector<MonthExits> Months(int count, double expected, const Logs& effects, double drift, double noise) {
    std::vector<MonthExits> months;
    double level = 0;
    for (model::Epoch month = 600; month < 600 + count; ++month) {
      level += drift * normal_(random_);
      const double rate = std::exp(level + effects[PhaseOf(month)] + noise * normal_(random_));
      months.push_back({month, {static_cast<double>(std::poisson_distribution<int>(expected * rate)(random_)), expected}});
    }
    return months;
  }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
};

double SquareError(const Logs& logs, const Logs& truth) {
  double sum = 0;
  for (size_t phase = 0; phase < kPhases; ++phase) sum += std::pow(logs[phase] - truth[phase], 2) / kPhases;
  return sum;
}

// Where there is an effect, half of its square and more is known after two quarters; where there is none, what is made of noise is
// small, and less the longer there was none.
TEST(PhaseEffect, IsLearntFromFewQuartersAndStaysSmallWhereThereIsNone) {
  constexpr int kSeeds = 150;
  for (const double sd : {0.0, 0.25, 0.5}) {
    for (const int months : {6, 18}) {
      Made made(17);
      double error = 0;
      double of_none = 0;
      double sure = 0;
      for (int seed = 0; seed < kSeeds; ++seed) {
        const Logs truth = made.Effects(sd);
        const PhaseEffect effect = PhaseEffectOf(made.Months(months, 60, truth, 0.05, 0.1));
        error += SquareError(effect.logs, truth) / kSeeds;
        of_none += SquareError({}, truth) / kSeeds;
        sure += (effect.chance > 0.9) / static_cast<double>(kSeeds);
        EXPECT_NEAR(effect.logs[0] + effect.logs[1] + effect.logs[2], 0, 1e-9);
      }
      if (sd == 0) {
        EXPECT_LT(std::sqrt(error), months == 6 ? 0.06 : 0.03);
        EXPECT_LT(sure, 0.05);
      } else {
        EXPECT_LT(error, (months == 6 ? 0.5 : 0.15) * of_none) << sd;
      }
    }
  }
}

TEST(PhaseEffect, OneMonthThatStandsOutSaysLittleAndARepetitionMuch) {
  std::vector<MonthExits> months;
  for (model::Epoch month = 600; month < 603; ++month) months.push_back({month, {month == 602 ? 160.0 : 80.0, 100}});
  const PhaseEffect once = PhaseEffectOf(months);
  for (model::Epoch month = 603; month < 606; ++month) months.push_back({month, {month == 605 ? 160.0 : 80.0, 100}});
  const PhaseEffect twice = PhaseEffectOf(months);
  EXPECT_GT(once.logs[2], 0.02);
  EXPECT_LT(once.chance, 0.75);
  EXPECT_GT(twice.chance, 0.85);
  EXPECT_GT(twice.logs[2], 1.5 * once.logs[2]);
  EXPECT_LT(twice.logs[2], std::log(2.0) * 2 / 3);  // shrunk
}

TEST(PhaseEffect, LessThanThreeMonthsSayNothing) {
  const PhaseEffect effect = PhaseEffectOf({{600, {10, 20}}, {601, {40, 20}}});
  EXPECT_EQ(effect.chance, 0);
  EXPECT_EQ(effect.logs, Logs{});
  EXPECT_EQ(PhaseEffectOf({}).chance, 0);
}

}  // namespace
}  // namespace kith::insight_internal
