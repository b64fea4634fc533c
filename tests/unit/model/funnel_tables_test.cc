// The funnel's tables against a recount written from the definitions, over random walks: skips, loops, reopenings, migrations, hand-overs.
#include "kith/model/funnel_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "unit/model/funnel_paths.h"

namespace kith::model {
namespace {

using testing::MakePipeline;
using testing::Random;
using testing::RandomWalk;

// --- the naive recount ---
struct Tally {
  int64_t reached = 0, advanced = 0, lost = 0, entries = 0, rework = 0, skipped = 0, started = 0;
  std::map<std::pair<Epoch, size_t>, int64_t> exposure;  // (calendar month, age bin) -> seconds
  std::map<std::pair<size_t, uint64_t>, int64_t> exits;
  friend bool operator==(const Tally&, const Tally&) = default;
};
struct Recount {
  std::map<uint64_t, Tally> stages;
  int64_t arrivals = 0, won = 0, lost = 0, unknown = 0, unknown_won = 0, won_minor = 0;
  friend bool operator==(const Recount&, const Recount&) = default;
};

int64_t Floor(Time t) { return t.micros / kMicrosPerSecond; }

// Seconds of [from, to) by overlap with every month and every bin: slow and plain.
void Spread(int64_t entered, int64_t from, int64_t to, Tally& tally) {
  const auto month_of = [](int64_t seconds) { return EpochOf(DateOf(Time{seconds * kMicrosPerSecond})); };
  for (Epoch month = month_of(from); month <= month_of(to); ++month) {
    for (size_t bin = 0; bin < kAgeBins; ++bin) {
      const int64_t bin_end = bin + 1 < kAgeBins ? entered + AgeBinEdges()[bin + 1] : INT64_MAX;
      const int64_t a = std::max({from, Floor(StartOf(FirstDay(month))), entered + AgeBinEdges()[bin]});
      const int64_t b = std::min({to, Floor(StartOf(FirstDay(month + 1))), bin_end});
      if (b > a) tally.exposure[{month, bin}] += b - a;
    }
  }
}

void RecountPath(const Pipeline& pipeline, const DealPath& path, Recount& into) {
  std::vector<uint64_t> open;
  for (const Stage& s : pipeline.stages) {
    if (s.kind == StageKind::kOpen) open.push_back(s.id.value());
  }
  const auto rank = [&](Id s) { return static_cast<int>(std::find(open.begin(), open.end(), s.value()) - open.begin()); };
  const auto is_open = [&](Id s) { return pipeline.Find(s)->kind == StageKind::kOpen; };
  // Real moves: the first, and later ones that change the stage and are no migration.
  std::vector<const PathMove*> real;
  Id stage;
  Time entered, since;
  const PathMove* holder = nullptr;
  for (const PathMove& move : path.moves) {
    const bool first = stage.is_null();
    const bool stays = move.to == stage;
    const bool migrates = !first && !stays && move.cause == MoveCause::kMigration;
    const bool same_holder = !first && holder->owner == move.owner && holder->segment == move.segment && holder->source == move.source;
    if (!first && is_open(stage) && !(stays && same_holder)) {
      Spread(Floor(entered), Floor(since), Floor(move.at), into.stages[stage.value()]);
      since = move.at;
    }
    holder = &move;
    if (stays) continue;
    if (!migrates) {
      if (!first && is_open(stage)) ++into.stages[stage.value()].exits[{AgeBin(Floor(move.at) - Floor(entered)), move.to.value()}];
      real.push_back(&move);
    }
    if (!migrates || !is_open(stage)) entered = since = move.at;
    stage = move.to;
  }
  if (real.empty()) return;
  ++into.arrivals;
  if (is_open(real[0]->to)) ++into.stages[real[0]->to.value()].started;
  const PathMove& last = *real.back();
  const bool won = pipeline.Find(last.to)->kind == StageKind::kWon;
  const bool lost = pipeline.Find(last.to)->kind == StageKind::kLost;
  into.won += won;
  into.lost += lost;
  if (won) into.won_minor += path.amount.minor;
  std::set<uint64_t> seen;
  int furthest = -1;
  for (const PathMove* move : real) {
    if (!is_open(move->to)) continue;
    ++into.stages[move->to.value()].entries;
    if (!seen.insert(move->to.value()).second) ++into.stages[move->to.value()].rework;
    furthest = std::max(furthest, rank(move->to));
  }
  if (furthest < 0) {
    into.unknown += won || lost;
    into.unknown_won += won;
    return;
  }
  const int reach = won ? static_cast<int>(open.size()) - 1 : furthest;
  for (int r = 0; r <= reach; ++r) {
    Tally& tally = into.stages[open[static_cast<size_t>(r)]];
    ++tally.reached;
    tally.advanced += won || r < furthest;
    tally.lost += lost && r == furthest;
    const auto by = std::find_if(real.begin(), real.end(), [&](const PathMove* m) { return is_open(m->to) && rank(m->to) >= r; });
    tally.skipped += by == real.end() || rank((*by)->to) != r;
  }
}

Recount FromRows(const Rows& rows, GroupKind kind, uint64_t group) {
  Recount all;
  for (const auto& [key, row] : rows.stages) {
    if (key.group_kind != kind || key.group != group) continue;
    Tally& tally = all.stages[key.stage];
    tally.reached += row.reached;
    tally.advanced += row.advanced;
    tally.lost += row.lost;
    tally.entries += row.entries;
    tally.rework += row.rework;
    tally.skipped += row.skipped;
    tally.started += row.started;
    for (const auto& [cell, n] : row.exposure) tally.exposure[{key.epoch - cell.months_back, cell.bin}] += n;
    for (const auto& [cell, n] : row.exits) tally.exits[{cell.bin, cell.destination}] += n;
  }
  for (const auto& [key, row] : rows.periods) {
    if (key.group_kind != kind || key.group != group) continue;
    all.arrivals += row.arrivals.total();
    all.won += row.won;
    all.lost += row.lost;
    all.unknown += row.path_unknown;
    all.unknown_won += row.path_unknown_won;
    all.won_minor += row.won_minor.total();
  }
  std::erase_if(all.stages, [](const auto& s) { return s.second == Tally(); });
  return all;
}

std::vector<DealPath> RandomPaths(const Pipeline& pipeline, int count, Random& random, const testing::WalkOptions& options = {}) {
  std::vector<DealPath> paths;
  for (int i = 0; i < count; ++i) paths.push_back(RandomWalk(pipeline, 1000 + static_cast<uint64_t>(i), random, options));
  return paths;
}

Rows RowsOf(const Pipeline& pipeline, const std::vector<DealPath>& paths) {
  Rows rows;
  for (const DealPath& path : paths) Contribute(pipeline, path, 1, rows);
  rows.DropZeros();
  return rows;
}

// Appends a move into the closed stage; a path that a migration left in it is first taken out.
void CloseForReal(DealPath& path, uint64_t stage) {
  const Time at = path.moves.back().at;
  if (path.moves.back().to.value() == stage) path.moves.push_back({Id(101), at, MoveCause::kManual, {}, 0, 0});
  path.moves.push_back({Id(stage), at, MoveCause::kManual, {}, 0, 0});
}

double StageRate(const Rows& rows, uint64_t stage) {
  const Recount all = FromRows(rows, GroupKind::kAll, 0);
  const auto found = all.stages.find(stage);
  if (found == all.stages.end()) return 0;
  const int64_t resolved = found->second.advanced + found->second.lost;
  return resolved == 0 ? 0 : static_cast<double>(found->second.advanced) / static_cast<double>(resolved);
}

// C01, C22, D02
TEST(FunnelTables, EqualANaiveRecountOverRandomWalks) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Pipeline pipeline = MakePipeline(1 + static_cast<int>(random.Below(6)));
    Recount expected;
    Rows rows;
    for (const DealPath& path : RandomPaths(pipeline, 40, random)) {
      RecountPath(pipeline, path, expected);
      Contribute(pipeline, path, 1, rows);
    }
    std::erase_if(expected.stages, [](const auto& s) { return s.second == Tally(); });
    EXPECT_TRUE(FromRows(rows, GroupKind::kAll, 0) == expected);
  }
}

TEST(FunnelTables, GroupsOfAKindSumToAll) {
  Random random(5);
  const Pipeline pipeline = MakePipeline(4);
  std::vector<DealPath> paths = RandomPaths(pipeline, 200, random);
  for (DealPath& path : paths) {
    for (PathMove& move : path.moves) {
      if (move.owner.is_null()) move.owner = Id(9);
    }
  }
  Rows all;
  Rows by_owner;
  for (const auto& [key, row] : RowsOf(pipeline, paths).stages) {
    const RowKey plain{GroupKind::kAll, 0, key.epoch, key.stage};
    if (key.group_kind == GroupKind::kAll) all.stages[plain].Add(row, 1);
    if (key.group_kind == GroupKind::kOwner) by_owner.stages[plain].Add(row, 1);
  }
  all.DropZeros();
  by_owner.DropZeros();
  EXPECT_TRUE(all == by_owner);
}

TEST(FunnelTables, SubtractingGivesBackZeroAndOrderDoesNotMatter) {
  Random random(11);
  const Pipeline pipeline = MakePipeline(5);
  const std::vector<DealPath> paths = RandomPaths(pipeline, 100, random);
  Rows forward;
  Rows backward;
  for (const DealPath& path : paths) Contribute(pipeline, path, 1, forward);
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) Contribute(pipeline, *path, 1, backward);
  forward.DropZeros();
  backward.DropZeros();
  EXPECT_TRUE(forward == backward);
  Rows halves = RowsOf(pipeline, {paths.begin() + 50, paths.end()});
  halves.Add(RowsOf(pipeline, {paths.begin(), paths.begin() + 50}), 1);
  halves.DropZeros();
  EXPECT_TRUE(halves == forward);
  for (const DealPath& path : paths) Contribute(pipeline, path, -1, forward);
  forward.DropZeros();
  EXPECT_TRUE(forward == Rows());
}

TEST(FunnelTables, RowsOfAPastMonthEndAreTheEpochsUpToIt) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed * 77);
    const Pipeline pipeline = MakePipeline(4);
    const std::vector<DealPath> paths = RandomPaths(pipeline, 30, random);
    Rows past = RowsOf(pipeline, paths);
    const Epoch cut = 560 + static_cast<Epoch>(random.Below(30));
    std::erase_if(past.stages, [&](const auto& e) { return e.first.epoch >= cut; });
    std::erase_if(past.periods, [&](const auto& e) { return e.first.epoch >= cut; });
    const FunnelTables then = TablesFromPaths(pipeline, paths, Time{StartOf(FirstDay(cut)).micros - 1});
    EXPECT_TRUE(then.rows == past);
  }
}

TEST(FunnelTables, AChangeIsTheDifferenceOfTheWholePaths) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Pipeline pipeline = MakePipeline(4);
    DealPath after = RandomWalk(pipeline, 1, random);
    DealPath before = after;
    before.moves.resize(static_cast<size_t>(random.Below(static_cast<int64_t>(after.moves.size()) + 1)));
    if (random.Chance(0.3)) before.amount.minor += 5;
    if (random.Chance(0.3) && !before.moves.empty()) before.moves.back().to = pipeline.stages[0].id;
    Rows change;
    ContributeChange(pipeline, before, after, change);
    change.DropZeros();
    Rows whole;
    Contribute(pipeline, before, -1, whole);
    Contribute(pipeline, after, 1, whole);
    whole.DropZeros();
    EXPECT_TRUE(change == whole);
  }
}

TEST(FunnelTables, RowsSurviveTheirPackedFormAndDamageIsRefused) {
  Random random(3);
  const Pipeline pipeline = MakePipeline(4);
  const Rows rows = RowsOf(pipeline, RandomPaths(pipeline, 100, random));
  int accepted = 0;
  const auto check = [&](const auto& row) {
    const std::string bytes = Encode(row);
    auto back = row;
    ASSERT_TRUE(Decode(bytes, back).ok());
    EXPECT_TRUE(back == row);
    EXPECT_EQ(GetReason(Decode(bytes.substr(0, bytes.size() - 1), back)), Reason::kCorrupt);
    EXPECT_EQ(GetReason(Decode(bytes + '\0', back)), Reason::kCorrupt);
    std::string damaged = bytes;
    damaged[static_cast<size_t>(random.Below(static_cast<int64_t>(bytes.size())))] ^= static_cast<char>(1 << random.Below(8));
    if (Decode(damaged, back).ok()) {
      ++accepted;
      EXPECT_EQ(Encode(back), damaged);  // what is accepted is what Encode would have written
    }
  };
  for (const auto& [key, row] : rows.stages) check(row);
  for (const auto& [key, row] : rows.periods) check(row);
  StageRow stage;
  PeriodRow period;
  EXPECT_FALSE(Decode("", stage).ok());
  EXPECT_FALSE(Decode(Encode(stage), period).ok());
}

// C04: with every deal closed, the product of the stage rates is won / entered, exactly (as fractions).
TEST(FunnelTables, StageRatesMultiplyToWonOverEntered) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed * 13);
    const Pipeline pipeline = MakePipeline(1 + static_cast<int>(random.Below(6)));
    std::vector<DealPath> paths;
    while (paths.size() < 60) {
      DealPath path = RandomWalk(pipeline, 1, random);
      CloseForReal(path, random.Chance(0.4) ? 901 : 902);
      paths.push_back(path);
    }
    const Recount all = FromRows(RowsOf(pipeline, paths), GroupKind::kAll, 0);
    int64_t into_next = all.arrivals - all.unknown;
    for (const Stage& stage : pipeline.stages) {
      if (stage.kind != StageKind::kOpen) continue;
      const Tally tally = all.stages.contains(stage.id.value()) ? all.stages.at(stage.id.value()) : Tally();
      EXPECT_EQ(tally.reached, into_next);  // the numerator of one stage is the denominator of the next
      EXPECT_EQ(tally.advanced + tally.lost, tally.reached);
      EXPECT_GE(tally.lost, 0);
      into_next = tally.advanced;
    }
    EXPECT_EQ(into_next, all.won - all.unknown_won);
  }
}

TEST(FunnelTables, AWonDealNeverLowersARateItPassed) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed * 31);
    const Pipeline pipeline = MakePipeline(4);
    std::vector<DealPath> paths = RandomPaths(pipeline, 20, random);
    const Rows before = RowsOf(pipeline, paths);
    DealPath won = RandomWalk(pipeline, 1, random);
    CloseForReal(won, 901);
    paths.push_back(won);
    const Rows after = RowsOf(pipeline, paths);
    for (const Stage& stage : pipeline.stages) {
      EXPECT_GE(StageRate(after, stage.id.value()), StageRate(before, stage.id.value()));
    }
  }
}

// D06
TEST(FunnelTables, AMigrationChangesNoCount) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed * 7);
    const Pipeline pipeline = MakePipeline(5);
    const DealPath path = RandomWalk(pipeline, 1, random, {.migrations = false});
    DealPath migrated = path;
    PathMove move = path.moves.back();
    move.cause = MoveCause::kMigration;
    move.at.micros += 3 * kMicrosPerDay;
    move.to = pipeline.stages[static_cast<size_t>(random.Below(5))].id;
    migrated.moves.push_back(move);
    Recount a = FromRows(RowsOf(pipeline, {path}), GroupKind::kAll, 0);
    Recount b = FromRows(RowsOf(pipeline, {migrated}), GroupKind::kAll, 0);
    for (Recount* r : {&a, &b}) {
      for (auto& [id, tally] : r->stages) tally.exposure.clear();
      std::erase_if(r->stages, [](const auto& s) { return s.second == Tally(); });
    }
    EXPECT_TRUE(a == b);
    const auto open = OpenDealOf(pipeline, path);
    const auto moved = OpenDealOf(pipeline, migrated);
    if (open) {
      ASSERT_TRUE(moved.has_value());
      EXPECT_EQ(moved->entered, open->entered);  // the age goes on
    }
  }
}

TEST(FunnelTables, AnUndoneMoveIsAsIfItHadNotBeen) {
  const Pipeline pipeline = MakePipeline(4);
  const auto day = [](int64_t d) { return Time{d * kMicrosPerDay}; };
  for (const uint64_t wrong : {uint64_t{102}, uint64_t{104}, uint64_t{901}, uint64_t{902}}) {
    SCOPED_TRACE(wrong);
    DealPath undone;
    undone.amount = {500, testing::kCny};
    undone.moves = {{Id(101), day(100), MoveCause::kManual, Id(1), 0, 0},
                    {Id(wrong), day(110), MoveCause::kManual, Id(1), 0, 0},
                    {Id(101), day(111), MoveCause::kUndo, Id(1), 0, 0},
                    {Id(103), day(120), MoveCause::kManual, Id(1), 0, 0},
                    {Id(901), day(130), MoveCause::kManual, Id(1), 0, 0}};
    DealPath plain = undone;
    plain.moves.erase(plain.moves.begin() + 1, plain.moves.begin() + 3);
    const Recount expected = FromRows(RowsOf(pipeline, {plain}), GroupKind::kAll, 0);
    EXPECT_TRUE(FromRows(RowsOf(pipeline, {undone}), GroupKind::kAll, 0) == expected);
  }
}

TEST(FunnelTables, UndoingAReopeningRestoresTheClosing) {
  const Pipeline pipeline = MakePipeline(2);
  const auto day = [](int64_t d) { return Time{d * kMicrosPerDay}; };
  DealPath path;
  path.amount = {500, testing::kCny};
  path.moves = {{Id(101), day(100), MoveCause::kManual, {}, 0, 0}, {Id(901), day(110), MoveCause::kManual, {}, 0, 0}};
  const Recount won = FromRows(RowsOf(pipeline, {path}), GroupKind::kAll, 0);
  path.moves.push_back({Id(101), day(200), MoveCause::kManual, {}, 0, 0});
  const Recount reopened = FromRows(RowsOf(pipeline, {path}), GroupKind::kAll, 0);
  EXPECT_EQ(reopened.won, 0);
  EXPECT_EQ(reopened.stages.at(101).advanced, 0);
  path.moves.push_back({Id(901), day(201), MoveCause::kUndo, {}, 0, 0});
  EXPECT_TRUE(FromRows(RowsOf(pipeline, {path}), GroupKind::kAll, 0) == won);
  EXPECT_FALSE(OpenDealOf(pipeline, path).has_value());
}

TEST(FunnelTables, OpenExposureIsWhatTheRowsDoNotHoldYet) {
  // At any time, exposure in the rows and of open deals since `since` is all the time spent in open stages.
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed * 101);
    const Pipeline pipeline = MakePipeline(3);
    const DealPath path = RandomWalk(pipeline, 1, random);
    const Time as_of{path.moves.back().at.micros + 5 * kMicrosPerDay};
    int64_t spent = 0;
    for (size_t i = 0; i < path.moves.size(); ++i) {
      const Time until = i + 1 < path.moves.size() ? path.moves[i + 1].at : as_of;
      if (pipeline.Find(path.moves[i].to)->kind == StageKind::kOpen) spent += Floor(until) - Floor(path.moves[i].at);
    }
    const FunnelTables tables = TablesFromPaths(pipeline, {path}, as_of);
    int64_t counted = 0;
    for (const auto& [key, row] : tables.rows.stages) counted += key.group_kind == GroupKind::kAll ? row.exposure.total() : 0;
    for (const OpenDeal& open : tables.open) counted += Floor(as_of) - Floor(open.since);
    EXPECT_EQ(counted, spent);
  }
}

TEST(FunnelTables, EpochsAndAgeBinsHaveExactEdges) {
  EXPECT_EQ(EpochOf(Date{0}), 0);
  EXPECT_EQ(EpochOf(Date{-1}), -1);
  for (const std::string_view zone : {"", "Asia/Shanghai", "America/New_York", "Asia/Beirut"}) {  // Beirut left out a midnight, of a 1st
    const query::Days days = query::Days::In(zone).value();
    for (Epoch e = -30; e < 800; ++e) {
      EXPECT_EQ(EpochOf(FirstDay(e)), e);
      EXPECT_EQ(EpochOf(StartOf(e, days), days), e) << zone;
      EXPECT_EQ(EpochOf(Time{StartOf(e, days).micros - 1}, days), e - 1) << zone;
    }
  }
  const auto& edges = AgeBinEdges();
  EXPECT_EQ(edges[0], 0);
  for (size_t bin = 0; bin < kAgeBins; ++bin) {
    EXPECT_EQ(AgeBin(edges[bin]), bin);
    EXPECT_EQ(AgeBin(edges[bin] - 1), bin == 0 ? 0 : bin - 1);
  }
  EXPECT_GT(edges.back(), 730 * 86'400);
  EXPECT_EQ(AgeBin(INT64_MAX), kAgeBins - 1);
}

TEST(AmountSketch, QuantilesAreWithinOnePercentAndMerge) {
  Random random(8);
  std::vector<int64_t> amounts;
  AmountSketch one;
  AmountSketch two;
  for (int i = 0; i < 5000; ++i) {
    amounts.push_back(1 + random.Below(100) * random.Below(100) * random.Below(10'000));
    (i % 2 == 0 ? one : two).AddAmount(amounts.back(), 1);
  }
  one.Add(two, 1);
  std::sort(amounts.begin(), amounts.end());
  for (const double p : {0.0, 0.1, 0.25, 0.5, 0.9, 0.99, 1.0}) {
    const auto exact = static_cast<double>(amounts[static_cast<size_t>(p * 4999 + 0.5)]);
    EXPECT_NEAR(one.Quantile(p), exact, 0.01 * exact) << p;
  }
  int64_t sum = 0;
  for (const int64_t a : amounts) sum += a;
  EXPECT_EQ(one.sum_minor, sum);
  EXPECT_EQ(one.count, 5000);
  for (const int64_t a : amounts) one.AddAmount(a, -1);
  EXPECT_TRUE(one == AmountSketch());
  EXPECT_EQ(one.Quantile(0.5), 0);
}

}  // namespace
}  // namespace kith::model
