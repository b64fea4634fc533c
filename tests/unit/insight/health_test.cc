#include "kith/insight/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "unit/insight/made_tables.h"

namespace kith::insight {
namespace {

using model::FunnelTables;
using model::GroupKind;
using testing::AddCounts;
using ::testing::HasSubstr;
using testing::kCny;
using testing::kUsd;
using testing::MakePipeline;
using testing::Random;

constexpr Time kNow{1'700'000'000LL * 1'000'000};
constexpr int64_t kDay = 86'400LL * 1'000'000;

std::map<std::pair<DataGapKind, uint64_t>, int64_t> MissingOf(const FunnelTables& tables) {
  std::map<std::pair<DataGapKind, uint64_t>, int64_t> missing;
  for (const DataGap& gap : DataGapsOf(tables)) {
    missing[{gap.kind, gap.stage.value()}] = gap.missing;
    EXPECT_GT(gap.missing, 0);
    EXPECT_FALSE(gap.text.empty());
    EXPECT_FALSE(NameOf(gap.kind).empty());
  }
  return missing;
}

model::OpenDeal Whole(uint64_t id) {
  model::OpenDeal deal;
  deal.deal = Id(id);
  deal.stage = Id(101);
  deal.entered = deal.created = Time{kNow.micros - 5 * kDay};
  deal.owner = Id(1);
  deal.segment = 1;
  deal.source = 1;
  deal.amount = {1000, kCny};
  return deal;
}

TEST(DataGaps, ShrinkAsWhatTheyNameIsSuppliedUntilNothingIsLeft) {  // C24
  FunnelTables tables;
  tables.pipeline = MakePipeline(2);
  tables.as_of = kNow;
  AddCounts(tables, GroupKind::kAll, 0, 0, 12, 6);
  for (const GroupKind kind : {GroupKind::kSegment, GroupKind::kSource}) {
    AddCounts(tables, kind, 1, 0, 6, 3);
    AddCounts(tables, kind, 2, 0, 6, 3);
  }
  tables.rows.periods[{GroupKind::kAll, 0, 600, 0}].path_unknown = 4;
  for (uint64_t i = 0; i < 20; ++i) tables.open.push_back(Whole(i + 1));
  tables.open[0].amount = {};
  tables.open[1].amount = {1000, kUsd};
  tables.open[2].owner = {};
  tables.open[3].segment = 0;
  tables.open[4].source = 0;
  const auto before = MissingOf(tables);
  EXPECT_EQ(before, (std::map<std::pair<DataGapKind, uint64_t>, int64_t>{{{DataGapKind::kResolved, 101}, 18},
                                                                         {{DataGapKind::kResolved, 102}, 30},
                                                                         {{DataGapKind::kPaths, 0}, 4},
                                                                         {{DataGapKind::kAmounts, 0}, 1},
                                                                         {{DataGapKind::kCurrency, 0}, 1},
                                                                         {{DataGapKind::kOwners, 0}, 1},
                                                                         {{DataGapKind::kSegments, 0}, 1},
                                                                         {{DataGapKind::kSources, 0}, 1}}));
  EXPECT_THAT(DataGapsOf(tables)[0].text, HasSubstr("s1: 18 deals more"));
  const std::vector<std::function<void()>> supplies = {[&] { AddCounts(tables, GroupKind::kAll, 0, 0, 17, 9); },
                                                       [&] { AddCounts(tables, GroupKind::kAll, 0, 0, 1, 0); },
                                                       [&] { AddCounts(tables, GroupKind::kAll, 0, 1, 30, 9); },
                                                       [&] { tables.rows.periods.clear(); },
                                                       [&] {
                                                         tables.open[0].amount = {5, kCny};
                                                       },
                                                       [&] {
                                                         tables.open[1].amount = {5, kCny};
                                                       },
                                                       [&] { tables.open[2].owner = Id(3); },
                                                       [&] { tables.open[3].segment = 2; },
                                                       [&] { tables.open[4].source = 2; }};
  auto last = before;
  for (const auto& supply : supplies) {
    supply();
    const auto now = MissingOf(tables);
    EXPECT_LT(now.size() * 1000 + static_cast<size_t>(now.empty() ? 0 : now.begin()->second),
              last.size() * 1000 + static_cast<size_t>(last.begin()->second));
    for (const auto& [kind, missing] : now) EXPECT_LE(missing, last[kind]);
    last = now;
  }
  EXPECT_TRUE(last.empty());
}

// Stays exponential with mean ten days: a tenth lasts longer than 23.
TEST(Stuck, FindsTheStaysThatAreRareAndThoseBeyondTheLimit) {
  Random random(7);
  std::vector<model::DealPath> paths;
  for (uint64_t i = 0; i < 600; ++i) {
    const Time entered{kNow.micros - static_cast<int64_t>((100 + 200 * random.Uniform()) * static_cast<double>(kDay))};
    const double days = -10 * std::log(random.Uniform());
    model::DealPath path;
    path.deal = Id(1000 + i);
    path.moves = {{Id(101), entered}, {Id(902), Time{entered.micros + static_cast<int64_t>(days * static_cast<double>(kDay))}}};
    paths.push_back(path);
  }
  for (const int days : {5, 15, 20, 30, 60}) {
    model::DealPath path;
    path.deal = Id(static_cast<uint64_t>(days));
    path.moves = {{Id(101), Time{kNow.micros - days * kDay}}};
    paths.push_back(path);
  }
  const auto ids = [](const std::vector<StuckDeal>& stuck) {
    std::vector<uint64_t> found;
    for (const StuckDeal& deal : stuck) found.push_back(deal.deal.value());
    return found;
  };
  FunnelTables tables = TablesFromPaths(MakePipeline(2), paths, kNow);
  const std::vector<StuckDeal> stuck = StuckDealsOf(tables);
  ASSERT_EQ(ids(stuck), (std::vector<uint64_t>{60, 30}));
  EXPECT_NEAR(stuck[1].still_there, std::exp(-3), 0.02);
  EXPECT_NEAR(stuck[1].age_days, 30, 1e-6);
  tables.pipeline.stages[0].max_dwell_days = 14;
  EXPECT_EQ(ids(StuckDealsOf(tables)), (std::vector<uint64_t>{60, 30, 20, 15}));
  EXPECT_TRUE(StuckDealsOf(TablesFromPaths(MakePipeline(2), {paths.begin(), paths.begin() + 19}, kNow)).empty());
  // Too few exits to tell: only the limit counts.
  std::vector<model::DealPath> few(paths.begin() + 600 - 19, paths.end());
  EXPECT_TRUE(StuckDealsOf(TablesFromPaths(MakePipeline(2), few, kNow)).empty());
}

}  // namespace
}  // namespace kith::insight
