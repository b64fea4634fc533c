// What people said a period would bring, against what came; the forecast reads none of it.
#include "kith/insight/submission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "kith/insight/forecast.h"
#include "unit/insight/made_tables.h"
#include "unit/model/world.h"

namespace kith::insight {
namespace {

using model::Yuan;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SubmissionTest : public ::testing::Test {
 protected:
  Id Win(Id owner, int64_t minor) {
    Batch batch = world_.NewBatch();
    const Id deal = batch.Create("opportunity");
    batch.Set(deal, "name", "D");
    batch.Set(deal, "owner", owner);
    batch.Set(deal, "amount", Yuan(minor));
    model::Move(batch, deal, "sales/lead");
    model::Move(batch, deal, "sales/won");
    return world_.Apply(batch).at(deal.local_index());
  }
  void Say(Id by, Value of, Period period, Money amount) {
    Batch batch = world_.NewBatch();
    const Id said = batch.Create("submission");
    batch.Set(said, "pipeline", Pipeline());
    batch.Set(said, "by", by);
    batch.Set(said, "of", std::move(of));
    batch.Set(said, "starts", period.first);
    batch.Set(said, "ends", period.end);
    batch.Set(said, "made_at", world_.now());
    batch.Set(said, "amount", amount);
    world_.Apply(batch);
  }
  Id Pipeline() { return model::GetPipeline(*world_.Read(), "sales")->id; }
  std::vector<Submission> Read() {
    const auto snapshot = world_.Read();
    const auto read = ReadSubmissions(*snapshot, Pipeline(), world_.now());
    EXPECT_TRUE(read.ok()) << read.status();
    return read.ok() ? *read : std::vector<Submission>();
  }
  model::World world_;
};

TEST_F(SubmissionTest, KnowsWhatCameOnceThePeriodIsOver) {
  const std::vector<Id>& people = world_.owners();
  Batch batch = world_.NewBatch();
  const Id above = model::World::NewRecord(batch, "team");
  const Id below = model::World::NewRecord(batch, "team");
  batch.Set(below, "parent", above);
  batch.Set(people[1], "team", below);
  batch.Set(people[2], "team", above);
  const Id team = world_.Apply(batch).at(above.local_index());
  const Date today = DateOf(world_.now());
  const Period period{Date{today.days + 1}, Date{today.days + 31}};
  Say(people[0], Value(), period, Yuan(900));
  Say(people[0], team, period, Yuan(500));
  Say(people[0], people[0], period, Yuan(90));
  Say(people[0], Value(), period, {7, *Currency::FromCode("USD")});
  world_.Advance(2 * kMicrosPerDay);
  Win(people[0], 100);
  Win(people[1], 20);
  Win(people[2], 3);
  EXPECT_FALSE(Read().at(0).over);
  world_.Advance(40 * kMicrosPerDay);
  Win(people[0], 5000);  // later
  const std::vector<Submission> read = Read();
  ASSERT_THAT(read, SizeIs(4));
  EXPECT_EQ(read[0].actual, 123);
  EXPECT_EQ(read[1].actual, 23);
  EXPECT_EQ(read[2].actual, 100);
  EXPECT_EQ(read[3].actual, 0);
  EXPECT_EQ(read[0].said, Yuan(900));
  EXPECT_TRUE(read[0].over);
  // B20: whose titles one may not read, or what the deals were worth.
  ASSERT_TRUE(world_.db()
                  .SetPolicy(R"({"types": {"employee": {"fields": {"title": {"read": ["role:desk"]}}},
    "submission": {"fields": {"note": {"read": ["role:desk"]}}}}})")
                  .ok());
  const auto snapshot = world_.Read({.id = people[1]});
  const auto seen = ReadSubmissions(*snapshot, Pipeline(), world_.now());
  ASSERT_TRUE(seen.ok()) << seen.status();
  ASSERT_THAT(*seen, SizeIs(4));
  for (size_t i = 0; i < read.size(); ++i) EXPECT_EQ((*seen)[i].actual, read[i].actual) << i;
}

std::vector<Submission> Said(Id by, const std::vector<std::pair<int64_t, double>>& said_and_came) {
  std::vector<Submission> all;
  for (const auto& [said, came] : said_and_came) {
    Submission one;
    one.by = by;
    one.period = {Date{static_cast<int32_t>(30 * all.size())}, Date{static_cast<int32_t>(30 * all.size() + 30)}};
    one.said = Yuan(said);
    one.actual = came;
    one.over = true;
    all.push_back(one);
  }
  return all;
}

TEST(Submitters, AreMeasuredByTheirRatios) {
  std::vector<Submission> all = Said(Id(1), {{200, 100}, {100, 100}, {50, 100}, {0, 100}});
  const std::vector<SubmitterBias> found = SubmittersOf(all);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].periods, 3);
  EXPECT_EQ(found[0].unscored, 1);
  EXPECT_NEAR(found[0].bias, 0, 1e-12);  // twice and half as much
  // Student's t with 2 degrees of freedom: 4.302653; the standard error of the mean log is ln 2 / sqrt(3).
  EXPECT_NEAR(found[0].high, std::exp(4.302652729749 * std::log(2.0) / std::sqrt(3.0)) - 1, 1e-6);
  EXPECT_THAT(found[0].text, HasSubstr("no bias that chance would not bring"));
  EXPECT_EQ(SubmittersOf(Said(Id(1), {{5, 4}}))[0].text, "not enough periods to tell");
  EXPECT_TRUE(std::isnan(SubmittersOf(Said(Id(1), {{5, 4}}))[0].low));
  EXPECT_THAT(SubmittersOf({}), IsEmpty());
  // What was said later for the same period does not count.
  all = Said(Id(1), {{110, 100}, {121, 110}});
  Submission again = all[0];
  again.made_at = Time{1};
  again.said = Yuan(100);
  all.push_back(again);
  EXPECT_NEAR(SubmittersOf(all)[0].bias, 0.1, 1e-12);
}

TEST(Submitters, ThePlantedOneIsFoundAndItsIntervalCovers) {
  testing::Random random(5);
  constexpr int kWorlds = 400;
  int covered = 0;
  int found = 0;
  int wrong = 0;
  for (int world = 0; world < kWorlds; ++world) {
    std::vector<Submission> all;
    for (uint64_t by = 1; by <= 2; ++by) {
      std::vector<std::pair<int64_t, double>> quarters;
      for (int i = 0; i < 12; ++i) {
        const double noise = std::sqrt(-2 * std::log(random.Uniform())) * std::cos(2 * 3.14159265358979 * random.Uniform());
        const double came = 1e6 * (0.5 + random.Uniform());
        quarters.emplace_back(std::llround(came * (by == 1 ? 1.25 : 1) * std::exp(0.2 * noise)), came);
      }
      const std::vector<Submission> own = Said(Id(by), quarters);
      all.insert(all.end(), own.begin(), own.end());
    }
    for (const SubmitterBias& one : SubmittersOf(all)) {
      if (one.by == Id(1)) {
        found += one.low > 0;
        covered += one.low <= 0.25 && 0.25 <= one.high;
      } else {
        wrong += one.low > 0 || one.high < 0;
      }
    }
  }
  EXPECT_GT(found, 0.85 * kWorlds);
  EXPECT_NEAR(covered, 0.95 * kWorlds, 0.035 * kWorlds);
  EXPECT_LT(wrong, 0.085 * kWorlds);
}

// C08: whatever is submitted, the forecast is the same to the last bit.
TEST_F(SubmissionTest, NoForecastReadsThem) {
  const std::vector<Id>& people = world_.owners();
  for (int i = 0; i < 12; ++i) {
    Win(people[static_cast<size_t>(i) % 3], 1000 + 100 * i);
    world_.Advance(3 * kMicrosPerDay);
  }
  const Date today = DateOf(world_.now());
  const Period period{Date{today.days + 1}, Date{today.days + 31}};
  const auto forecast = [&] {
    const auto snapshot = world_.Read();
    return *Forecast(*model::ReadTables(*snapshot, Pipeline(), {.as_of = world_.now()}), period);
  };
  const ForecastReport before = forecast();
  for (int i = 0; i < 5; ++i) Say(people[0], Value(), period, Yuan(1'000'000 * (i + 1)));
  const ForecastReport after = forecast();
  ASSERT_GT(before.total.mean, 0);
  EXPECT_EQ(std::memcmp(&before.total, &after.total, sizeof(before.total)), 0);
  EXPECT_EQ(before.total_quantiles, after.total_quantiles);
  EXPECT_EQ(before.closed, after.closed);
}

}  // namespace
}  // namespace kith::insight
