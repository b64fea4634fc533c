// Forecasts kept as records are scored against what the period brought.
#include "kith/insight/saved.h"

#include <gtest/gtest.h>

#include <cmath>

#include "unit/model/world.h"

namespace kith::insight {
namespace {

using model::Yuan;

SavedForecast Over(double p10, double p50, double p90, double mean, double actual) {
  SavedForecast saved;
  saved.total = {p10, p50, p90, mean, 0};
  saved.entry.actual = actual;
  saved.over = true;
  return saved;
}

TEST(PastScore, CountsWhatIsOverAlone) {
  EXPECT_EQ(ScoreOf({}).forecasts, 0);
  EXPECT_TRUE(std::isnan(ScoreOf({}).coverage80));
  std::vector<SavedForecast> saved = {Over(50, 100, 200, 120, 150), Over(50, 100, 200, 120, 250), SavedForecast{}};
  const PastScore score = ScoreOf(saved);
  EXPECT_EQ(score.forecasts, 2);
  EXPECT_DOUBLE_EQ(score.coverage80, 0.5);
  EXPECT_DOUBLE_EQ(score.wape, (50 + 150) / 400.0);
  EXPECT_DOUBLE_EQ(score.bias, (240 - 400) / 400.0);
  EXPECT_DOUBLE_EQ(score.pinball, ((10 + 25 + 5) + (20 + 75 + 45)) / 3.0 / 400);
}

// Minor units of several currencies have no sum.
TEST(PastScore, IsOfOneCurrency) {
  std::vector<SavedForecast> saved = {Over(50, 100, 200, 120, 150), Over(50, 100, 200, 120, 250), Over(5e6, 1e7, 2e7, 1.2e7, 9e7)};
  saved[0].entry.currency = saved[1].entry.currency = *Currency::FromCode("CNY");
  saved[2].entry.currency = *Currency::FromCode("JPY");
  const PastScore score = ScoreOf(saved);
  EXPECT_EQ(score.forecasts, 2);
  EXPECT_DOUBLE_EQ(score.wape, (50 + 150) / 400.0);
}

class SavedForecastsTest : public ::testing::Test {
 protected:
  Id Win(int64_t minor) {
    Batch batch = world_.NewBatch();
    const Id deal = batch.Create("opportunity");
    batch.Set(deal, "name", "D");
    batch.Set(deal, "amount", Yuan(minor));
    model::Move(batch, deal, "sales/lead");
    model::Move(batch, deal, "sales/won");
    return world_.Apply(batch).at(deal.local_index());
  }
  ForecastReport ForecastOf(Period period) {
    const auto snapshot = world_.Read();
    return *Forecast(*model::ReadTables(*snapshot, Pipeline(), {.as_of = world_.now()}), period);
  }
  Id Pipeline() { return model::GetPipeline(*world_.Read(), "sales")->id; }
  Id Save(const ForecastReport& report) {
    Batch batch = world_.NewBatch();
    const Id record = SaveForecast(batch, report);
    return world_.Apply(batch).at(record.local_index());
  }
  std::vector<SavedForecast> Saved() {
    const auto snapshot = world_.Read();
    return *SavedForecasts(*snapshot, Pipeline(), world_.now());
  }
  model::World world_;
};

TEST_F(SavedForecastsTest, KnowWhatCameOnceThePeriodIsOver) {
  Win(1'000'00);
  world_.Advance(20 * kMicrosPerDay);
  const Date today = DateOf(world_.now());
  const Period period{Date{today.days + 1}, Date{today.days + 31}};
  world_.Advance(kMicrosPerDay / 2);
  const ForecastReport report = ForecastOf(period);
  ASSERT_GT(report.total.mean, 0);
  const Id record = Save(report);
  ASSERT_EQ(Saved().size(), 1U);
  EXPECT_FALSE(Saved()[0].over);
  EXPECT_EQ(ScoreOf(Saved()).forecasts, 0);
  world_.Advance(5 * kMicrosPerDay);
  Win(700'00);
  Win(90'00);
  world_.Advance(26 * kMicrosPerDay);
  Win(5'000'00);  // after the period
  const std::vector<SavedForecast> saved = Saved();
  ASSERT_EQ(saved.size(), 1U);
  EXPECT_EQ(saved[0].record, record);
  EXPECT_TRUE(saved[0].over);
  EXPECT_EQ(saved[0].entry.actual, 790'00);
  EXPECT_EQ(saved[0].entry.origin, report.as_of);
  EXPECT_EQ(saved[0].entry.period, period);
  EXPECT_EQ(saved[0].entry.model, kForecastModel);
  EXPECT_EQ(saved[0].entry.currency, report.currency);
  EXPECT_NEAR(saved[0].entry.mean, report.total.mean, 0.5);
  EXPECT_NEAR(saved[0].entry.model_sd, report.model_sd, 0.5);
  EXPECT_NEAR(saved[0].total.p10, report.total.p10, 0.5);
  EXPECT_NEAR(saved[0].total.p90, report.total.p90, 0.5);
  EXPECT_EQ(ScoreOf(saved).forecasts, 1);
  EXPECT_NEAR(ScoreOf(saved).bias, report.total.mean / 790'00 - 1, 1e-4);
  // As of a time before it was made there is none.
  EXPECT_TRUE(SavedForecasts(*world_.Read(), Pipeline(), Time{report.as_of.micros - 1})->empty());
}

TEST_F(SavedForecastsTest, WithoutAnyDealAreSavedWithoutAmounts) {
  const Date today = DateOf(world_.now());
  Save(ForecastOf({Date{today.days}, Date{today.days + 31}}));
  ASSERT_EQ(Saved().size(), 1U);
  EXPECT_EQ(Saved()[0].total.mean, 0);
}

// B20: what an index has beside the pipeline is not needed; what says which period a forecast is of is.
TEST_F(SavedForecastsTest, AMaskedFieldHidesItselfAlone) {
  Win(1000);
  Save(ForecastOf(PeriodAt(DateOf(world_.now()), PeriodUnit::kQuarter)));
  const auto seen = [&](const std::string& field) {
    EXPECT_TRUE(world_.db().SetPolicy(R"({"types": {"forecast": {"fields": {")" + field + R"(": {"read": ["role:desk"]}}}}})").ok());
    const StatusOr<std::vector<SavedForecast>> saved = SavedForecasts(*world_.Read({.id = world_.owners()[0]}), Pipeline(), world_.now());
    EXPECT_TRUE(saved.ok()) << saved.status();
    return saved.ok() ? saved->size() : 99;
  };
  EXPECT_EQ(seen("p10"), 1U);
  EXPECT_EQ(seen("starts"), 0U);
  EXPECT_EQ(seen("mean"), 0U);
  EXPECT_EQ(seen("model"), 0U) << "or forecasts of cash would be scored as such of what is won";
  EXPECT_EQ(seen("model_sd"), 0U) << "or more would be learnt from them than they say";
}

// B20: nobody misses an interval that is not to be seen.
TEST_F(SavedForecastsTest, AMaskedQuantileIsNoQuantileOfZero) {
  Win(1000);
  const Date today = DateOf(world_.now());
  world_.Advance(kMicrosPerDay / 2);
  Save(ForecastOf({Date{today.days + 1}, Date{today.days + 31}}));
  world_.Advance(5 * kMicrosPerDay);
  Win(700);
  world_.Advance(40 * kMicrosPerDay);
  ASSERT_TRUE(world_.db().SetPolicy(R"({"types": {"forecast": {"fields": {"p90": {"read": ["role:desk"]}}}}})").ok());
  const std::vector<SavedForecast> saved = *SavedForecasts(*world_.Read({.id = world_.owners()[0]}), Pipeline(), world_.now());
  ASSERT_EQ(saved.size(), 1U);
  EXPECT_TRUE(std::isnan(saved[0].total.p90));
  EXPECT_EQ(ScoreOf(saved).forecasts, 0);
  EXPECT_EQ(ScoreOf(Saved()).forecasts, 1);
}

}  // namespace
}  // namespace kith::insight
