#include "kith/insight/drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kith/insight/forecast.h"
#include "unit/insight/made_tables.h"

namespace kith::insight {
namespace {

using model::FunnelTables;
using model::GroupKind;
using testing::AddCounts;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::MakePipeline;
using testing::Random;

constexpr model::Epoch kFirst = 600;
constexpr model::Epoch kEnd = 624;

// Two years, two stages of which 50 resolve a month. Over the last `months`, stage 2's rate is `rate` instead of .5 and arrivals are
// `arrivals` times as many. Months scatter: by `scatter` in the log of arrivals.
FunnelTables Years(model::Epoch months, double rate, double arrivals, double scatter, Random& random) {
  FunnelTables tables;
  tables.pipeline = MakePipeline(2);
  tables.as_of = Time{StartOf(model::FirstDay(kEnd)).micros - 1};
  for (model::Epoch month = kFirst; month < kEnd; ++month) {
    const bool changed = month >= kEnd - months;
    AddCounts(tables, GroupKind::kAll, 0, 0, 50, random.Binomial(50, 0.5), month);
    AddCounts(tables, GroupKind::kAll, 0, 1, 50, random.Binomial(50, changed ? rate : 0.5), month);
    const double mean = 100 * (changed ? arrivals : 1) * std::exp(scatter * (random.Uniform() - 0.5));
    tables.rows.periods[{GroupKind::kAll, 0, month, 0}].arrivals.Add(15, random.Binomial(1000, std::min(mean / 1000, 1.0)));
  }
  return tables;
}

TEST(Drift, APlantedOneIsFoundAndDated) {
  Random random(5);
  int found = 0;
  int dated = 0;
  constexpr int kSeeds = 100;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const std::vector<Drift> drifts = DriftOf(Years(3, 0.25, 1, 0.3, random));
    if (drifts.empty() || drifts[0].stage != Id(102)) continue;
    ++found;
    dated += std::abs(drifts[0].since - (kEnd - 3)) <= 1;
    EXPECT_NEAR(drifts[0].before, 0.5, 0.06);
    EXPECT_LT(drifts[0].after, 0.45);
    EXPECT_THAT(drifts[0].text, HasSubstr("go on from s2"));
  }
  EXPECT_GE(found, 85);
  EXPECT_GE(dated, 0.8 * found);
}

TEST(Drift, ArrivalsThatDoubleAreFound) {
  Random random(6);
  int found = 0;
  for (int seed = 0; seed < 100; ++seed) {
    const std::vector<Drift> drifts = DriftOf(Years(2, 0.5, 2, 0.3, random));
    found += !drifts.empty() && drifts[0].stage.is_null() && drifts[0].after > 1.6 * drifts[0].before;
  }
  EXPECT_GE(found, 95);
}

// Where nothing moved few reports say so, however much months scatter.
TEST(Drift, IsRarelySeenWhereThereIsNone) {
  for (const double scatter : {0.0, 0.5, 1.5}) {
    Random random(7);
    int reports = 0;
    constexpr int kSeeds = 500;
    for (int seed = 0; seed < kSeeds; ++seed) reports += !DriftOf(Years(0, 0.5, 1, scatter, random)).empty();
    EXPECT_LE(reports, 0.03 * kSeeds) << scatter;
  }
  EXPECT_TRUE(DriftOf(FunnelTables{MakePipeline(2), Time{}, {}, {}}).empty());
}

TEST(Drift, IsInTheForecast) {
  Random random(8);
  const FunnelTables tables = Years(3, 0.2, 1, 0.3, random);
  const Date today = DateOf(Time{tables.as_of.micros + 1});
  const StatusOr<ForecastReport> report = Forecast(tables, {today, Date{today.days + 30}});
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(report->warnings, Contains(HasSubstr("go on from s2")));
}

}  // namespace
}  // namespace kith::insight
