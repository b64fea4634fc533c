#include "kith/insight/drivers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "unit/insight/made_tables.h"

namespace kith::insight {
namespace {

using model::DealPath;
using model::FunnelTables;
using ::testing::HasSubstr;
using testing::kCny;
using testing::MakePipeline;
using testing::Random;

constexpr model::Epoch kFirst = 600;  // months of plenty, then a quarter of want
constexpr model::Epoch kWant = 612;
constexpr model::Epoch kEnd = 615;

// What is different in the last quarter.
struct World {
  double arrivals = 1;
  double win = 1;
  double size = 1;
  double slower = 1;
  double cash_days = 1;
};

struct Made {
  FunnelTables sales;
  CashFacts cash;  // documents that are issued when a deal is won, and paid later
};

Time At(double day) { return Time{static_cast<int64_t>(day * static_cast<double>(kMicrosPerDay))}; }
double DayOf(model::Epoch epoch) {
  return static_cast<double>(StartOf(model::FirstDay(epoch)).micros) / static_cast<double>(kMicrosPerDay);
}
DealPath PathOf(uint64_t id, double amount, std::vector<std::pair<uint64_t, double>> moves) {
  DealPath path;
  path.deal = Id(id);
  path.amount = {std::llround(amount), kCny};
  for (const auto& [to, day] : moves) path.moves.push_back({Id(to), At(day), model::MoveCause::kManual, {}, 0, 0});
  return path;
}

Made Make(const World& world, uint64_t seed) {
  Random random(seed);
  std::vector<DealPath> sales;
  std::vector<DealPath> cash;
  const double want = DayOf(kWant);
  const double end = DayOf(kEnd);
  double day = DayOf(kFirst);
  for (uint64_t id = 1; day < end; ++id) {
    day -= std::log(random.Uniform()) / (day >= want ? 2 * world.arrivals : 2);
    const bool changed = day >= want;
    const double closes = day + 20 * (0.5 + random.Uniform()) * (changed ? world.slower : 1);
    const bool won = random.Chance(0.4 * (closes >= want ? world.win : 1));
    const double amount = 100'000 * (0.5 + random.Uniform()) * (closes >= want ? world.size : 1);
    sales.push_back(PathOf(id, amount, {{101, day}, {won ? 901 : 902, closes}}));
    if (!won) continue;
    const double pays = closes + 20 * (0.5 + random.Uniform()) * (closes >= want ? world.cash_days : 1);
    cash.push_back(PathOf(id, amount, {{101, closes}, {901, pays}}));
  }
  const auto cut = [&](std::vector<DealPath>& paths) {
    std::vector<DealPath> kept;
    for (DealPath& path : paths) {
      DealPath known = model::CutAt(std::move(path), At(end));
      if (!known.moves.empty()) kept.push_back(std::move(known));
    }
    return TablesFromPaths(MakePipeline(1), kept, At(end));
  };
  return {cut(sales), CutAt(CashFromPaths(MakePipeline(1), cash), DateOf(At(end)))};
}

double SumOf(const std::vector<DriverChange>& changes) {
  double sum = 0;
  for (const DriverChange& change : changes) sum += change.contribution;
  return sum;
}

// C17: each planted world yields its own first cause, and the contributions sum to the gap.
TEST(DiagnoseGap, NamesThePlantedCauseFirst) {
  const std::vector<std::pair<DriverKind, World>> worlds = {{DriverKind::kVolume, {.arrivals = 0.4}},
                                                            {DriverKind::kWinRate, {.win = 0.5}},
                                                            {DriverKind::kDealSize, {.size = 0.5}},
                                                            {DriverKind::kCycle, {.slower = 4}},
                                                            {DriverKind::kCollection, {.cash_days = 4}}};
  for (const auto& [cause, world] : worlds) {
    int first = 0;
    constexpr int kSeeds = 40;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const Made made = Make(world, seed);
      const StatusOr<GapReport> report = DiagnoseGap(made.sales, {kWant, kEnd}, {.compare_with = 3}, &made.cash);
      ASSERT_TRUE(report.ok()) << report.status();
      EXPECT_NEAR(SumOf(report->causes), report->gap, 1e-9 * report->target);
      ASSERT_EQ(report->causes.size(), 6U);
      for (size_t i = 1; i < 6; ++i) EXPECT_GE(report->causes[i - 1].contribution, report->causes[i].contribution);
      first += report->causes.front().kind == cause;
    }
    EXPECT_GE(first, 38) << NameOf(cause);
  }
}

// C21: where nothing changed, a cause is rarely said to be more than chance.
TEST(DiagnoseGap, ChanceIsSaidToBeChance) {
  int beyond = 0;
  int causes = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const StatusOr<GapReport> report = DiagnoseGap(Make({}, seed).sales, {kWant, kEnd}, {.compare_with = 3});
    ASSERT_TRUE(report.ok());
    for (const DriverChange& cause : report->causes) {
      if (cause.kind == DriverKind::kCycle) continue;  // its share of the stock is steadier than independent deals
      ++causes;
      beyond += cause.beyond_chance;
    }
  }
  EXPECT_LE(beyond, 0.07 * causes);
  int found = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const StatusOr<GapReport> report = DiagnoseGap(Make({.win = 0.5}, seed).sales, {kWant, kEnd}, {.compare_with = 3});
    found += report->causes.front().beyond_chance;
    EXPECT_THAT(report->summary, HasSubstr("too few of the closed deals are won"));
  }
  EXPECT_GE(found, 38);
}

TEST(DiagnoseGap, AHigherTargetAsksForMoreDeals) {
  const Made made = Make({}, 3);
  const StatusOr<GapReport> usual = DiagnoseGap(made.sales, {kWant, kEnd});
  ASSERT_TRUE(usual.ok());
  const StatusOr<GapReport> doubled = DiagnoseGap(made.sales, {kWant, kEnd}, {.target = 2 * usual->target});
  ASSERT_TRUE(doubled.ok());
  EXPECT_EQ(doubled->causes.front().kind, DriverKind::kVolume);
  EXPECT_NEAR(doubled->causes.front().before, 2 * usual->usual.worked, 1e-6);
  EXPECT_NEAR(SumOf(doubled->causes), doubled->gap, 1e-9 * doubled->target);
  EXPECT_EQ(DiagnoseGap(made.sales, {kWant, kEnd}, {.target = usual->reached / 2})->summary, "the target is reached");
}

TEST(DiagnoseGap, AQuarterWithoutAWinIsTheWinRatesFault) {
  const StatusOr<GapReport> report = DiagnoseGap(Make({.win = 0}, 3).sales, {kWant, kEnd}, {.compare_with = 2});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->reached, 0);
  EXPECT_EQ(report->causes.front().kind, DriverKind::kWinRate);
  EXPECT_EQ(report->causes.front().contribution, report->gap);
  EXPECT_EQ(SumOf(report->causes), report->gap);
}

TEST(DiagnoseGap, BadQuestionsAreRefused) {
  const FunnelTables tables = Make({}, 1).sales;
  EXPECT_EQ(GetReason(DiagnoseGap(tables, {kEnd, kEnd}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(DiagnoseGap(tables, {kWant, kEnd}, {.compare_with = 0}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(DiagnoseGap(tables, {kWant, kEnd}, {.compare_with = 101}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(DiagnoseGap(tables, {kWant, kEnd}, {.target = 0}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(DiagnoseGap(tables, {kFirst, kFirst + 1}).status()), Reason::kNotEnoughData);
}

// The counts behind the drivers, by hand.
TEST(Drivers, CountWhatWasOpenAndWhatCame) {
  const double start = DayOf(kWant);
  const std::vector<DealPath> paths = {PathOf(1, 500, {{101, start - 10}, {901, start + 5}}),
                                       PathOf(2, 300, {{101, start - 40}, {902, start - 20}}),
                                       PathOf(3, 300, {{101, start + 2}, {902, start + 3}}), PathOf(4, 700, {{101, start + 4}})};
  const StatusOr<Drivers> drivers = DriversOf(TablesFromPaths(MakePipeline(1), paths, At(start + 28)), {kWant, kWant + 1});
  ASSERT_TRUE(drivers.ok());
  EXPECT_EQ(drivers->worked, 3);  // 1 was open, 3 and 4 came
  EXPECT_EQ(drivers->closed, 2);
  EXPECT_EQ(drivers->won, 1);
  EXPECT_EQ(drivers->revenue, 500);
  EXPECT_EQ(drivers->collected, 500);
}

// C07, domain model 5.5: the change of velocity is split exactly.
TEST(Velocity, ChangesSumToTheChangeAndFollowThePlantedOne) {
  for (const auto& [kind, world] :
       {std::pair(DriverKind::kVolume, World{.arrivals = 0.4}), std::pair(DriverKind::kWinRate, World{.win = 0.5}),
        std::pair(DriverKind::kDealSize, World{.size = 0.5})}) {
    const StatusOr<VelocityReport> report = CompareVelocity(Make(world, 5).sales, {kWant - 3, kWant}, {kWant, kEnd});
    ASSERT_TRUE(report.ok());
    EXPECT_NEAR(SumOf(report->changes), report->after.per_day() - report->before.per_day(), 1e-9 * report->before.per_day());
    double log_sum = 0;
    for (const DriverChange& change : report->changes) log_sum += change.log_change;
    EXPECT_NEAR(log_sum, std::log(report->after.per_day() / report->before.per_day()), 1e-9);
    EXPECT_EQ(report->changes.front().kind, kind);
  }
}

// Wins in another currency, or without an amount, are deals that brought nothing: velocity stays revenue a day.
TEST(Velocity, CountsWinsInOtherCurrenciesAsDealsWithoutRevenue) {
  Made made = Make({}, 8);
  const double before = VelocityOf(made.sales, {kFirst + 2, kWant}, {.currency = kCny})->per_day();
  const double start = DayOf(kFirst);
  std::vector<DealPath> paths;
  for (uint64_t i = 0; i < 400; ++i) {
    paths.push_back(PathOf(i + 1, 1000, {{101, start + static_cast<double>(i)}, {901, start + static_cast<double>(i) + 10}}));
    if (i % 2 == 1) paths.back().amount.currency = testing::kUsd;
  }
  const Velocity velocity =
      *VelocityOf(TablesFromPaths(MakePipeline(1), paths, At(start + 420)), {kFirst, kFirst + 12}, {.currency = kCny});
  EXPECT_GT(before, 0);
  EXPECT_NEAR(velocity.mean_amount, 500, 2);
  EXPECT_GT(velocity.amount_cv, 0.9) << "half of them brought nothing";
  EXPECT_NEAR(velocity.per_day(), 500, 60);  // cycles stand at the middle of their bins
}

TEST(Velocity, IsTheRevenueOfADayInASteadyState) {
  const Made made = Make({}, 8);
  const StatusOr<VelocityReport> report = CompareVelocity(made.sales, {kFirst + 2, kFirst + 7}, {kFirst + 7, kWant});
  ASSERT_TRUE(report.ok());
  // 2 deals a day, 40 % won, 100,000 each; 20 days open on average.
  EXPECT_NEAR(report->before.open_deals, 40, 5);
  EXPECT_NEAR(report->before.cycle_days, 20, 2);
  EXPECT_NEAR(report->before.per_day(), 80'000, 12'000);
  EXPECT_EQ(GetReason(CompareVelocity(made.sales, {kFirst - 5, kFirst - 1}, {kFirst, kWant}).status()), Reason::kNotEnoughData);
  EXPECT_EQ(GetReason(CompareVelocity(made.sales, {kWant, kFirst}, {kFirst, kWant}).status()), Reason::kBadOptions);
}

}  // namespace
}  // namespace kith::insight
