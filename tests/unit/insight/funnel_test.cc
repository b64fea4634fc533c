#include "kith/insight/funnel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "simulator/company_paths.h"
#include "support/sanitized.h"
#include "unit/insight/made_tables.h"

namespace kith::insight {
namespace {

using model::DealPath;
using model::FunnelTables;
using model::GroupKind;
using testing::AddCounts;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::kCny;
using testing::MakePipeline;
using testing::Random;

Time Day(double day) { return Time{static_cast<int64_t>(day * static_cast<double>(kMicrosPerDay))}; }

FunnelTables Empty(int open) {
  FunnelTables tables;
  tables.pipeline = MakePipeline(open);
  tables.as_of = Day(20'000);
  return tables;
}

// C03: over 1,000 seeds the 95 % interval holds the truth in about 95 %.
TEST(Funnel, ConversionIntervalsCoverThePlantedRate) {
  for (const auto& [p, n] : {std::pair(0.3, 80), std::pair(0.5, 25), std::pair(0.9, 200)}) {
    Random random(17);
    int covered = 0;
    for (int seed = 0; seed < 1000; ++seed) {
      FunnelTables tables = Empty(2);
      AddCounts(tables, GroupKind::kAll, 0, 0, n, random.Binomial(n, p));
      const StatusOr<Rate> rate = Conversion(tables, Id(101), Id(102));
      ASSERT_TRUE(rate.ok());
      covered += rate->low <= p && p <= rate->high;
    }
    EXPECT_NEAR(covered, 950, 25) << p << " " << n;
  }
}

// C05
TEST(Funnel, MaturityFlipsExactlyAtTwentyAndThirty) {
  for (const auto& [n, expected] :
       {std::pair(0, Maturity::kLearning), std::pair(19, Maturity::kLearning), std::pair(20, Maturity::kProvisional),
        std::pair(29, Maturity::kProvisional), std::pair(30, Maturity::kStable)}) {
    FunnelTables tables = Empty(1);
    AddCounts(tables, GroupKind::kAll, 0, 0, n, n / 2);
    EXPECT_EQ(Funnel(tables)->stages[0].rate.maturity, expected) << n;
  }
  const Rate rate = WilsonRate(12, 25);
  EXPECT_NEAR((rate.high - rate.low) / 2, 0.18, 0.01);
  double width = 2;
  for (int64_t n = 10; n <= 10'000; n *= 2) {
    const Rate now = WilsonRate(n / 2, n);
    EXPECT_LT(now.high - now.low, width);
    width = now.high - now.low;
  }
  EXPECT_EQ(WilsonRate(0, 0).low, 0);
  EXPECT_EQ(WilsonRate(0, 0).high, 1);
  EXPECT_EQ(WilsonRate(0, 10).low, 0);
  EXPECT_EQ(WilsonRate(10, 10).high, 1);
}

// W1, C04: with open deals, skips, returns and reopenings, the intervals hold the process's true rates at their nominal level.
TEST(Funnel, StageIntervalsCoverTheTruthOfASimulatedCompany) {
  simulator::CompanyOptions options;
  options.deals = 1500;
  options.rep_spread = 0;
  options.weak_factor = 1;
  const simulator::Truth truth = simulator::TruthOf(simulator::MakeCompany(options), 200'000);
  int covered = 0;
  constexpr int kSeeds = KITH_SANITIZED ? 20 : 100;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    options.seed = static_cast<uint64_t>(seed);
    const simulator::Company company = simulator::MakeCompany(options);
    const FunnelTables tables = TablesFromPaths(simulator::PipelineOf(), simulator::PathsOf(company), StartOf(options.today));
    const StatusOr<FunnelReport> report = Funnel(tables);
    ASSERT_TRUE(report.ok());
    for (size_t s = 0; s < simulator::kOpenStages; ++s) {
      const Rate& rate = report->stages[s].rate;
      covered += rate.low <= truth.stage_rate[s] && truth.stage_rate[s] <= rate.high;
    }
  }
  EXPECT_NEAR(covered / (4.0 * kSeeds), 0.95, KITH_SANITIZED ? 0.08 : 0.03);
}

// C04
TEST(Funnel, ProductOfRatesIsWonOverEnteredWhenAllAreClosed) {
  const simulator::Company company = simulator::MakeCompany({.seed = 5, .deals = 800});
  std::vector<DealPath> closed;
  for (const DealPath& path : simulator::PathsOf(company)) {
    if (path.moves.back().to.value() >= 105) closed.push_back(path);
  }
  const StatusOr<FunnelReport> report = Funnel(TablesFromPaths(simulator::PipelineOf(), closed, StartOf(company.options.today)));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->arrivals, report->won + report->lost);
  EXPECT_NEAR(report->end_to_end, static_cast<double>(report->won) / static_cast<double>(report->arrivals), 1e-12);
  EXPECT_EQ(report->open, 0);
}

TEST(Funnel, MedianStayHoldsUnderCensoring) {
  // Exponential stays of mean 30 days, observed for a short while only: half of them are still open.
  Random random(4);
  std::vector<DealPath> paths;
  for (int i = 0; i < 4000; ++i) {
    DealPath path;
    path.deal = Id(static_cast<uint64_t>(i) + 1);
    const double begin = 100 + 40 * random.Uniform();
    path.moves.push_back({Id(101), Day(begin), model::MoveCause::kManual, {}, 0, 0});
    path.moves.push_back({Id(902), Day(begin - 30 * std::log(random.Uniform())), model::MoveCause::kManual, {}, 0, 0});
    paths.push_back(path);
  }
  const FunnelTables tables = TablesFromPaths(MakePipeline(1), paths, Day(140));
  ASSERT_GT(tables.open.size(), 1500U);
  const StatusOr<FunnelReport> report = Funnel(tables);
  EXPECT_NEAR(report->stages[0].median_days, 30 * std::log(2), 1.5);
  // The naive median of ended stays is far too short.
  EXPECT_LT(Funnel(tables, {.from = 0, .to = 100'000})->stages[0].median_days, 16);
}

// C02
TEST(Funnel, WarnsWhenPooledSegmentsDiffer) {
  Random random(8);
  int warned_same = 0;
  int covered = 0;
  for (int seed = 0; seed < 100; ++seed) {
    FunnelTables same = Empty(1);
    FunnelTables mixed = Empty(1);
    for (uint64_t segment = 1; segment <= 2; ++segment) {
      const int64_t equal = random.Binomial(150, 0.4);
      const int64_t apart = random.Binomial(150, segment == 1 ? 0.2 : 0.6);
      for (const auto& [tables, advanced] : {std::pair(&same, equal), std::pair(&mixed, apart)}) {
        AddCounts(*tables, GroupKind::kSegment, segment, 0, 150, advanced);
        AddCounts(*tables, GroupKind::kAll, 0, 0, 150, advanced);
      }
    }
    warned_same += !Funnel(same)->warnings.empty();
    const StatusOr<FunnelReport> report = Funnel(mixed);
    EXPECT_THAT(report->warnings, Contains(HasSubstr("segments differ in the rate of stage s1")));
    const StatusOr<FunnelReport> first = Funnel(mixed, {.group_kind = GroupKind::kSegment, .group = 1});
    covered += first->stages[0].rate.low <= 0.2 && first->stages[0].rate.high >= 0.2;
  }
  EXPECT_GE(covered, 90);
  EXPECT_LE(warned_same, 4);
}

TEST(Funnel, ASumThatIsTooLargeIsAnError) {
  FunnelTables tables = Empty(2);
  for (uint64_t i = 1; i <= 2; ++i) {
    tables.open.push_back(model::OpenDeal{.deal = Id(i), .stage = Id(101), .amount = {INT64_MAX - 1, *Currency::FromCode("CNY")}});
  }
  tables.open[1].stage = Id(102);
  EXPECT_TRUE(Funnel(tables).ok());
  tables.open[1].stage = Id(101);
  EXPECT_EQ(GetReason(Funnel(tables).status()), Reason::kArithmeticOverflow);
}

TEST(Funnel, StrictRefusesByName) {
  FunnelTables tables = Empty(2);
  AddCounts(tables, GroupKind::kAll, 0, 0, 40, 20);
  AddCounts(tables, GroupKind::kAll, 0, 1, 19, 10);
  EXPECT_TRUE(Funnel(tables).ok());
  const StatusOr<FunnelReport> refused = Funnel(tables, {.strict = true});
  EXPECT_EQ(GetReason(refused.status()), Reason::kNotEnoughData);
  EXPECT_EQ(GetErrorInfo(refused.status()).field, "s2");
  AddCounts(tables, GroupKind::kAll, 0, 1, 1, 1);
  EXPECT_TRUE(Funnel(tables, {.strict = true}).ok());
  EXPECT_EQ(GetReason(Funnel(tables, {.level = 1}).status()), Reason::kBadOptions);
}

TEST(Funnel, ConversionRefusesWhatIsNoWayForward) {
  FunnelTables tables = Empty(3);
  AddCounts(tables, GroupKind::kAll, 0, 0, 100, 60);
  AddCounts(tables, GroupKind::kAll, 0, 1, 50, 20);
  AddCounts(tables, GroupKind::kAll, 0, 2, 20, 10);
  const StatusOr<Rate> two = Conversion(tables, Id(101), Id(103));
  EXPECT_EQ(two->successes, 20);
  EXPECT_EQ(two->trials, 20 + 40 + 30);
  EXPECT_EQ(Conversion(tables, Id(101), Id(901))->successes, 10);
  EXPECT_EQ(GetReason(Conversion(tables, Id(102), Id(101)).status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(Conversion(tables, Id(101), Id(902)).status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(Conversion(tables, Id(101), Id(5)).status()), Reason::kUnknownStage);
}

TEST(Funnel, WindowsAddUp) {
  const simulator::Company company = simulator::MakeCompany({.seed = 3, .deals = 600});
  const FunnelTables tables = TablesFromPaths(simulator::PipelineOf(), simulator::PathsOf(company), StartOf(company.options.today));
  const model::Epoch middle = model::EpochOf(company.options.today) - 15;
  const StatusOr<FunnelReport> before = Funnel(tables, {.to = middle});
  const StatusOr<FunnelReport> after = Funnel(tables, {.from = middle});
  const StatusOr<FunnelReport> all = Funnel(tables);
  EXPECT_EQ(before->arrivals + after->arrivals, all->arrivals);
  EXPECT_EQ(before->stages[0].advanced + after->stages[0].advanced, all->stages[0].advanced);
  EXPECT_GT(before->arrivals, 200);
}

// C02: as an export without history brings them.
TEST(Funnel, WhoClosedDealsWithoutAPathIsAPartToo) {
  const simulator::Company company = simulator::MakeCompany({.seed = 5, .deals = 400});
  const model::Pipeline pipeline = simulator::PipelineOf();
  std::vector<DealPath> paths = simulator::PathsOf(company);
  constexpr uint64_t kOwner = 7000;
  int64_t closed = 0;
  for (DealPath& path : paths) {
    for (const model::Stage& stage : pipeline.stages) {
      if (closed == 3 || stage.kind != model::StageKind::kWon || path.moves.back().to != stage.id) continue;
      path.moves.erase(path.moves.begin(), path.moves.end() - 1);
      path.moves.back().owner = Id(kOwner);
      ++closed;
    }
  }
  ASSERT_EQ(closed, 3);
  const FunnelTables tables = TablesFromPaths(pipeline, paths, StartOf(company.options.today));
  const StatusOr<std::vector<FunnelPart>> parts = FunnelParts(tables, GroupKind::kOwner);
  ASSERT_TRUE(parts.ok());
  int64_t won = 0;
  int64_t own = 0;
  for (const FunnelPart& one : *parts) {
    won += one.funnel.won;
    if (one.part == kOwner) own = one.funnel.won;
  }
  EXPECT_EQ(own, closed);
  EXPECT_EQ(won, Funnel(tables)->won);
}

// C04: deals imported as what became of them tell of no stage: their path is unknown, and no rate is 100 %, or 0, because of them.
TEST(Funnel, DealsWithoutHistoryArePathUnknownAndNeverAllWon) {
  const simulator::Company company = simulator::MakeCompany({.seed = 5, .deals = 400});
  const model::Pipeline pipeline = simulator::PipelineOf();
  const std::vector<DealPath> known = simulator::PathsOf(company);
  std::vector<DealPath> imported;
  for (const DealPath& path : known) {
    if (pipeline.Find(path.moves.back().to)->kind == model::StageKind::kOpen) continue;
    imported.push_back(path);
    imported.back().deal = Id(path.deal.value() + 1'000'000);
    imported.back().moves = {path.moves.back()};
    imported.back().moves.front().cause = model::MoveCause::kImport;
  }
  const Time today = StartOf(company.options.today);
  const StatusOr<FunnelReport> alone = Funnel(TablesFromPaths(pipeline, imported, today));
  ASSERT_TRUE(alone.ok());
  EXPECT_EQ(alone->path_unknown, static_cast<int64_t>(imported.size()));
  EXPECT_THAT(alone->warnings, Contains(HasSubstr("in no stage's rate")));
  for (const StageFunnel& stage : alone->stages) {
    EXPECT_EQ(stage.rate.trials, 0);
    EXPECT_EQ(stage.rate.low, 0);
    EXPECT_EQ(stage.rate.high, 1);
  }
  const StatusOr<FunnelReport> before = Funnel(TablesFromPaths(pipeline, known, today));
  imported.insert(imported.end(), known.begin(), known.end());
  const StatusOr<FunnelReport> both = Funnel(TablesFromPaths(pipeline, imported, today));
  for (size_t i = 0; i < both->stages.size(); ++i) {
    EXPECT_EQ(both->stages[i].rate.value, before->stages[i].rate.value);
    EXPECT_EQ(both->stages[i].rate.trials, before->stages[i].rate.trials);
  }
  EXPECT_EQ(both->end_to_end, before->end_to_end);
}

// C02: parts are what each group's own funnel says, and joined ones what teams would have if their people were one.
TEST(Funnel, PartsAreTheFunnelsOfTheirGroups) {
  const simulator::Company company = simulator::MakeCompany({.seed = 5, .deals = 800});
  std::vector<DealPath> paths = simulator::PathsOf(company);
  const Time as_of = StartOf(company.options.today);
  const FunnelTables tables = TablesFromPaths(simulator::PipelineOf(), paths, as_of);
  const StatusOr<std::vector<FunnelPart>> owners = FunnelParts(tables, GroupKind::kOwner);
  ASSERT_TRUE(owners.ok());
  ASSERT_GT(owners->size(), 3U);
  std::map<uint64_t, uint64_t> teams;  // of the odd ones only
  int64_t open = 0;
  for (const FunnelPart& one : *owners) {
    const StatusOr<FunnelReport> alone = Funnel(tables, {.group_kind = GroupKind::kOwner, .group = one.part});
    EXPECT_EQ(one.funnel.won, alone->won);
    EXPECT_EQ(one.funnel.stages[1].rate.value, alone->stages[1].rate.value);
    open += one.funnel.open;
    if (one.part % 2 == 1) teams[one.part] = 900;
  }
  EXPECT_EQ(open, static_cast<int64_t>(tables.open.size()));

  for (DealPath& path : paths) {
    for (model::PathMove& move : path.moves) move.owner = Id(move.owner.value() % 2 == 1 ? 900 : 0);
  }
  const FunnelTables truth = TablesFromPaths(simulator::PipelineOf(), paths, as_of);
  const StatusOr<std::vector<FunnelPart>> joined = FunnelParts(tables, GroupKind::kOwner, teams);
  ASSERT_EQ(joined->size(), 2U);
  EXPECT_EQ(joined->front().part, 0U);
  const StatusOr<FunnelReport> team = Funnel(truth, {.group_kind = GroupKind::kOwner, .group = 900});
  const FunnelReport& got = joined->back().funnel;
  EXPECT_EQ(got.arrivals, team->arrivals);
  EXPECT_EQ(got.open, team->open);
  EXPECT_EQ(got.median_cycle_days, team->median_cycle_days);
  for (size_t i = 0; i < got.stages.size(); ++i) {
    EXPECT_EQ(got.stages[i].open, team->stages[i].open);
    EXPECT_EQ(got.stages[i].rate.trials, team->stages[i].rate.trials);
    EXPECT_EQ(got.stages[i].open_amount, team->stages[i].open_amount);
  }
}

// C02: deals that nobody held are a part like the others, and the parts add up to the whole.
TEST(Funnel, WhatIsInNoGroupIsAPartToo) {
  std::vector<DealPath> paths;
  for (uint64_t i = 0; i < 60; ++i) {
    const Id owner(i % 3);  // 0: nobody
    const Time first = Day(19'900 + static_cast<double>(i));
    DealPath path{Id(i + 1), {1000, kCny}, {{Id(101), first, model::MoveCause::kManual, owner, 0, 0}}};
    if (i % 5 != 0) path.moves.push_back({Id(102), Time{first.micros + kMicrosPerDay}, model::MoveCause::kManual, owner, 0, 0});
    if (i % 4 != 0) {
      const Id end(i % 2 == 0 ? 901 : 902);
      path.moves.push_back({end, Time{first.micros + 2 * kMicrosPerDay}, model::MoveCause::kManual, Id((i / 3) % 3), 0, 0});
    }
    paths.push_back(path);
  }
  const FunnelTables tables = TablesFromPaths(MakePipeline(2), paths, Day(20'000));
  const FunnelReport whole = *Funnel(tables);
  const std::vector<FunnelPart> parts = *FunnelParts(tables, GroupKind::kOwner);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].part, 0U);
  FunnelReport sum;
  std::vector<StageFunnel> stages(2);
  for (const FunnelPart& part : parts) {
    sum.arrivals += part.funnel.arrivals;
    sum.won += part.funnel.won;
    sum.lost += part.funnel.lost;
    sum.open += part.funnel.open;
    for (size_t i = 0; i < 2; ++i) {
      stages[i].reached += part.funnel.stages[i].reached;
      stages[i].advanced += part.funnel.stages[i].advanced;
      stages[i].lost += part.funnel.stages[i].lost;
    }
  }
  EXPECT_EQ(sum.arrivals, whole.arrivals);
  EXPECT_EQ(sum.won, whole.won);
  EXPECT_EQ(sum.lost, whole.lost);
  EXPECT_EQ(sum.open, whole.open);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(stages[i].reached, whole.stages[i].reached);
    EXPECT_EQ(stages[i].advanced, whole.stages[i].advanced);
    EXPECT_EQ(stages[i].lost, whole.stages[i].lost);
  }
  const std::vector<FunnelPart> joined = *FunnelParts(tables, GroupKind::kOwner, {{1, 7}, {2, 7}});
  ASSERT_EQ(joined.size(), 2U);
  EXPECT_EQ(joined[0].funnel.won, parts[0].funnel.won);
  EXPECT_EQ(joined[0].funnel.won + joined[1].funnel.won, whole.won);
}

TEST(Funnel, OneDealIsEnoughForAnAnswer) {
  DealPath path;
  path.deal = Id(1);
  path.amount = {1'000'000, kCny};
  path.moves = {{Id(101), Day(19'990), model::MoveCause::kManual, {}, 0, 0}};
  const StatusOr<FunnelReport> report = Funnel(TablesFromPaths(MakePipeline(3), {path}, Day(20'000)));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->open, 1);
  EXPECT_EQ(report->stages[0].open_amount, path.amount);
  EXPECT_TRUE(std::isnan(report->stages[0].median_days));
  EXPECT_THAT(report->warnings, Contains(HasSubstr("not enough resolved deals yet: s1 (0 of 20)")));
}

}  // namespace
}  // namespace kith::insight
