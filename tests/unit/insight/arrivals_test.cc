#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "insight/arrivals_internal.h"
#include "unit/insight/made_tables.h"

namespace kith::insight_internal {
namespace {

using insight::testing::MakePipeline;
using insight::testing::Random;
using model::FunnelTables;
using model::GroupKind;

constexpr int32_t kFirstDay = 17'000;

int64_t Poisson(double mean, Random& random) {
  int64_t n = 0;
  for (double product = random.Uniform(); product > std::exp(-mean); product *= random.Uniform()) ++n;
  return n;
}

// Arrivals of `days` days, `rate(day)` a day on average.
template <typename Rate>
FunnelTables Arriving(int32_t days, const Rate& rate, Random& random) {
  FunnelTables tables;
  tables.pipeline = MakePipeline(1);
  for (int32_t day = 0; day < days; ++day) {
    const Date date{kFirstDay + day};
    const model::Epoch epoch = model::EpochOf(date);
    const auto of_month = static_cast<uint8_t>(date.days - model::FirstDay(epoch).days + 1);
    tables.rows.periods[{GroupKind::kAll, 0, epoch, 0}].arrivals.Add(of_month, Poisson(rate(day), random));
  }
  tables.as_of = Time{StartOf(Date{kFirstDay + days}).micros - 1};
  return tables;
}

Arrivals Fit(const FunnelTables& tables) { return FitArrivals(tables, ShapeOf(tables.pipeline), 30); }

// A fourfold jump is followed within two weeks, and is not forgotten at once in the expected error.
TEST(Arrivals, FollowAJump) {
  Random random(3);
  double after = 0;
  constexpr int kSeeds = 50;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const auto rate = [](int32_t day) { return day < 400 ? 8.0 : 32.0; };
    const Arrivals jumped = Fit(Arriving(414, rate, random));
    after += jumped.level / kSeeds;
    EXPECT_GT(Fit(Arriving(460, rate, random)).log_sd, Fit(Arriving(400, rate, random)).log_sd);
  }
  EXPECT_GT(after, 0.75 * 32);  // a mean of half-life 28 days would be at 15
}

// In quiet times the level is about as steady as a mean of half-life 28 days.
TEST(Arrivals, AreSteadyInQuietTimes) {
  Random random(4);
  double square = 0;
  constexpr int kSeeds = 200;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const double level = Fit(Arriving(
                                 400, [](int32_t) { return 8.0; }, random))
                             .level;
    square += (level / 8 - 1) * (level / 8 - 1) / kSeeds;
  }
  // Such a mean has variance rate / (2 * 28 / ln 2 * rate^2) in shares of the rate.
  EXPECT_LT(std::sqrt(square), 1.1 * std::sqrt(std::log(2) / (2 * 28 * 8)));
}

TEST(Arrivals, FindTheWeekday) {
  Random random(5);
  const Arrivals arrivals = Fit(Arriving(
      400, [](int32_t day) { return IsoWeekday(Date{kFirstDay + day}) <= 5 ? 7.0 : 0.0; }, random));
  EXPECT_GT(arrivals.weekday[0], 1.2);
  EXPECT_LT(arrivals.weekday[6], 0.4);
  EXPECT_NEAR(arrivals.level, 5, 1);
  EXPECT_EQ(Fit(FunnelTables{MakePipeline(1), Time{}, {}, {}}).level, 0);
}

double LogAhead(const Arrivals& arrivals, size_t ahead) { return std::log(arrivals.season[ahead]); }

// Four weeks a year bring a third of the deals: about half believed after one year, nearly wholly when the second brought the same, and the
// level is what the other weeks bring, also in the middle of them.
TEST(Arrivals, FindATimeOfTheYear) {
  Random random(6);
  const auto rate = [](int32_t day) { return day % 364 >= 180 && day % 364 < 208 ? 4.0 : 12.0; };
  double one = 0;
  double two = 0;
  double level = 0;
  double unsure = 0;
  constexpr int kSeeds = 20;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const Arrivals after_one = Fit(Arriving(364 + 175, rate, random));
    const Arrivals after_two = Fit(Arriving(2 * 364 + 150, rate, random));
    one += LogAhead(after_one, 18) / kSeeds;
    two += LogAhead(after_two, 43) / kSeeds;
    unsure += (after_one.log_sd - Fit(Arriving(364 + 100, rate, random)).log_sd) / kSeeds;
    level += Fit(Arriving(2 * 364 + 200, rate, random)).level / kSeeds;
    EXPECT_NEAR(after_two.season[100], 1, 0.25);
    EXPECT_NEAR(after_two.Factor(Date{after_two.first.days + 43}) / after_two.season[43], 1, 0.4);  // the weekday's
  }
  EXPECT_NEAR(one, 0.5 * std::log(1.0 / 3), 0.2);
  EXPECT_NEAR(two, std::log(1.0 / 3), 0.2);
  EXPECT_GT(unsure, 0.04);  // before it is seen whether it comes again
  EXPECT_GT(level, 9);      // of the last weeks' 4
}

// Weeks that were few in one year and as always in the next are forgotten.
TEST(Arrivals, ForgetATimeOfTheYearThatDidNotComeAgain) {
  Random random(8);
  const auto rate = [](int32_t day) { return day >= 180 && day < 208 ? 4.0 : 12.0; };
  double log = 0;
  constexpr int kSeeds = 20;
  for (int seed = 0; seed < kSeeds; ++seed) log += LogAhead(Fit(Arriving(2 * 364 + 150, rate, random)), 43) / kSeeds;
  EXPECT_GT(log, -0.15);
}

// Without one there is none: neither in steady arrivals, nor after growth, nor around a jump.
TEST(Arrivals, SeeNoSeasonInGrowthAndJumps) {
  Random random(7);
  for (const auto& rate : std::vector<std::function<double(int32_t)>>{
           [](int32_t) { return 8.0; }, [](int32_t day) { return 4 + 0.02 * day; }, [](int32_t day) { return day < 250 ? 6.0 : 24.0; }}) {
    double error = 0;
    constexpr int kSeeds = 20;
    for (int seed = 0; seed < kSeeds; ++seed) {
      const Arrivals arrivals = Fit(Arriving(500, rate, random));
      for (size_t day = 0; day < 90; ++day) error += std::abs(std::log(arrivals.season[day])) / 90 / kSeeds;
    }
    EXPECT_LT(error, 0.02);
  }
}

}  // namespace
}  // namespace kith::insight_internal
