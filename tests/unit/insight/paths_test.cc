#include "kith/insight/paths.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "kith/insight/cash.h"
#include "kith/insight/funnel.h"
#include "simulator/company_paths.h"
#include "unit/insight/made_tables.h"

namespace kith::insight {
namespace {

using model::DealPath;
using model::GroupKind;
using simulator::Company;

Company MakeCompany() { return simulator::MakeCompany({.seed = 14, .deals = 900, .reps = 6, .reopened = 0.1}); }

// C22: the table is the naive count of what the log says.
TEST(Ways, EqualTheNaiveCount) {
  const Company company = MakeCompany();
  std::map<std::string, int64_t> naive;
  for (const simulator::Opportunity& deal : company.opportunities) {
    std::string way;
    for (const simulator::StageMove& move : deal.moves) way += std::to_string(move.stage);
    ++naive[way];
  }
  const std::vector<Way> ways = Ways(simulator::PathsOf(company));
  ASSERT_EQ(ways.size(), naive.size());
  int64_t last = INT64_MAX;
  for (const Way& way : ways) {
    std::string text;
    for (const Id stage : way.stages) text += std::to_string(stage.value() - 101);
    EXPECT_EQ(way.deals, naive[text]) << text;
    EXPECT_LE(way.deals, last);
    EXPECT_GE(way.median_days, 0);
    last = way.deals;
  }
  EXPECT_TRUE(Ways({}).empty());
}

TEST(Cohorts, SumToTheFunnelAndGrow) {
  const Company company = MakeCompany();
  const std::vector<DealPath> paths = simulator::PathsOf(company);
  const model::Pipeline pipeline = simulator::PipelineOf();
  const Time as_of{StartOf(company.options.today).micros - 1};
  const StatusOr<FunnelReport> funnel = Funnel(TablesFromPaths(pipeline, paths, as_of));
  int64_t deals = 0;
  int64_t won = 0;
  int64_t lost = 0;
  for (const Cohort& cohort : Cohorts(pipeline, paths, as_of)) {
    deals += cohort.deals;
    won += cohort.won;
    lost += cohort.lost;
    EXPECT_EQ(cohort.win_rate.trials, cohort.won + cohort.lost);
    for (size_t i = 1; i < cohort.won_by.size(); ++i) EXPECT_GE(cohort.won_by[i], cohort.won_by[i - 1]);
    EXPECT_EQ(cohort.won_by.size(), static_cast<size_t>(model::EpochOf(company.options.today) - cohort.month));
    ASSERT_FALSE(cohort.won_by.empty());
    EXPECT_EQ(cohort.won_by.back(), cohort.won);  // today is the first of a month
  }
  EXPECT_EQ(deals, funnel->arrivals);
  EXPECT_EQ(won, funnel->won);
  EXPECT_EQ(lost, funnel->lost);
  // A cohort as it was known earlier is smaller, never different.
  const Time earlier{StartOf(Date{company.options.today.days - 365}).micros - 1};
  const std::vector<Cohort> then = Cohorts(pipeline, paths, earlier);
  const std::vector<Cohort> now = Cohorts(pipeline, paths, as_of);
  for (size_t i = 0; i + 1 < then.size(); ++i) {
    EXPECT_EQ(then[i].month, now[i].month);
    EXPECT_EQ(then[i].deals, now[i].deals);
  }
}

// C07, C10: the listed deals reproduce the counts, of every stage, for everybody and for each owner.
TEST(DealsBehind, ReproduceTheCounts) {
  const Company company = MakeCompany();
  const std::vector<DealPath> paths = simulator::PathsOf(company);
  const model::Pipeline pipeline = simulator::PipelineOf();
  const model::FunnelTables tables = TablesFromPaths(pipeline, paths, StartOf(company.options.today));
  for (uint64_t owner = 0; owner <= 6; ++owner) {
    FunnelOptions options;
    options.group_kind = owner == 0 ? GroupKind::kAll : GroupKind::kOwner;
    options.group = owner;
    const StatusOr<FunnelReport> report = Funnel(tables, options);
    ASSERT_TRUE(report.ok());
    for (const StageFunnel& stage : report->stages) {
      const CountedDeals deals = DealsBehind(pipeline, paths, stage.stage.id, {options.group_kind, owner});
      EXPECT_EQ(static_cast<int64_t>(deals.advanced.size()), stage.advanced);
      EXPECT_EQ(static_cast<int64_t>(deals.lost.size()), stage.lost);
      EXPECT_EQ(std::set<Id>(deals.lost.begin(), deals.lost.end()).size(), deals.lost.size());
    }
  }
  EXPECT_TRUE(DealsBehind(pipeline, paths, Id(7)).advanced.empty());
}

TEST(WonIn, CountsWhatIsStillWonAtTheEnd) {
  const model::Pipeline pipeline = testing::MakePipeline(2);
  const auto at = [](int64_t day) { return Time{day * kMicrosPerDay}; };
  const auto path = [&](uint64_t deal, std::vector<std::pair<uint64_t, int64_t>> moves) {
    model::DealPath made;
    made.deal = Id(deal);
    for (const auto& [stage, day] : moves) made.moves.push_back({Id(stage), at(day)});
    return made;
  };
  const std::vector<model::DealPath> paths = {path(1, {{101, 1}, {901, 10}}),             // on the first day
                                              path(2, {{101, 1}, {901, 20}}),             // on the day after
                                              path(3, {{101, 1}, {902, 12}}),             // lost
                                              path(4, {{101, 1}, {901, 12}, {102, 15}}),  // opened again
                                              path(5, {{101, 1}, {901, 12}, {102, 25}}),  // later
                                              path(6, {{101, 25}, {901, 26}}),
                                              path(7, {{101, 2}, {901, 9}})};
  EXPECT_EQ(WonIn(pipeline, paths, at(10), at(20)), (std::vector<Id>{Id(1), Id(5)}));
}

// D06: a migration takes closed deals to another closed stage, and changes nothing of when they were closed.
TEST(Closings, AreNotMadeByMigrations) {
  model::Pipeline pipeline = testing::MakePipeline(1);
  model::Stage stage = pipeline.stages[1];
  stage.id = Id(903);
  stage.name = "signed";
  pipeline.stages.push_back(stage);
  const auto start = [](int32_t month) { return StartOf(model::FirstDay(month)); };
  model::DealPath path;
  path.deal = Id(1);
  path.amount = {500, testing::kCny};
  path.moves = {{Id(101), start(600)}, {Id(901), start(601)}, {Id(903), start(605), model::MoveCause::kMigration}};
  EXPECT_EQ(WonIn(pipeline, {path}, start(601), start(602)), std::vector<Id>{Id(1)});
  EXPECT_EQ(WonIn(pipeline, {path}, start(601), start(606)), std::vector<Id>{Id(1)});
  EXPECT_TRUE(WonIn(pipeline, {path}, start(605), start(606)).empty());
  EXPECT_EQ(Cohorts(pipeline, {path}, start(607)).at(0).won_by, (std::vector<int64_t>{0, 1, 1, 1, 1, 1, 1}));
  const CashFacts cash = CashFromPaths(pipeline, {path});
  ASSERT_EQ(cash.invoices.at(0).paid.size(), 1U);
  EXPECT_EQ(cash.invoices[0].paid[0].date, DateOf(start(601)));
}

}  // namespace
}  // namespace kith::insight
