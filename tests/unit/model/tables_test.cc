// What is kept of a pipeline equals what its moves say: now, as of any time, as known at any time, for any viewer.
#include <algorithm>
#include <array>
#include <set>

#include "naive_deals.h"
#include "world.h"

namespace kith::model {
namespace {

void ExpectSameOpen(const std::vector<OpenDeal>& a, const std::vector<OpenDeal>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].deal, b[i].deal);
    EXPECT_EQ(a[i].stage, b[i].stage);
    EXPECT_EQ(a[i].entered, b[i].entered);
    EXPECT_EQ(a[i].since, b[i].since);
    EXPECT_EQ(a[i].created, b[i].created);
    EXPECT_EQ(a[i].owner, b[i].owner);
    EXPECT_EQ(a[i].segment, b[i].segment);
    EXPECT_EQ(a[i].source, b[i].source);
    EXPECT_EQ(a[i].amount, b[i].amount);
  }
}

template <typename Row>
std::string Differences(const std::map<RowKey, Row>& a, const std::map<RowKey, Row>& b) {
  std::string text;
  std::set<RowKey> keys;
  for (const auto& [key, row] : a) keys.insert(key);
  for (const auto& [key, row] : b) keys.insert(key);
  for (const RowKey& key : keys) {
    const auto in_a = a.find(key);
    const auto in_b = b.find(key);
    if (in_a != a.end() && in_b != b.end() && in_a->second == in_b->second) continue;
    text += "kind " + std::to_string(static_cast<int>(key.group_kind)) + " group " + std::to_string(key.group) + " epoch " +
            std::to_string(key.epoch) + " stage " + std::to_string(key.stage) + (in_a == a.end() ? " is missing" : "") +
            (in_b == b.end() ? " is too many" : "") + "\n";
  }
  return text;
}

void ExpectSame(const FunnelTables& a, const FunnelTables& b) {
  EXPECT_EQ(a.as_of, b.as_of);
  EXPECT_EQ(Differences(a.rows.stages, b.rows.stages), "");
  EXPECT_EQ(Differences(a.rows.periods, b.rows.periods), "");
  ExpectSameOpen(a.open, b.open);
}

FunnelTables Read(World& world, const Pipeline& pipeline, const TablesOptions& options, Viewer viewer = {}) {
  StatusOr<FunnelTables> tables = ReadTables(*world.Read(std::move(viewer)), pipeline.id, options);
  EXPECT_TRUE(tables.ok()) << tables.status();
  return *std::move(tables);
}

// Totals of everybody's rows of one stage.
StageRow Total(const FunnelTables& tables, Id stage) {
  StageRow total;
  for (const auto& [key, row] : tables.rows.stages) {
    if (key.group_kind == GroupKind::kAll && key.stage == stage.value()) total.Add(row, +1);
  }
  return total;
}

// C01, D01, D02: rows kept by every write equal those of the naive list of moves, at the end and as of random times, whatever the time zone
// of the database comes to be.
TEST(TablesProperty, EqualThePathsAtAnyTime) {
  for (uint64_t run = 0; run < 3; ++run) {
    const uint64_t seed = TestSeed(500 + run);
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world;
    NaiveDeals sales(world, "opportunity", {"sales", "partner"}, seed, {});
    const Id settings = *world.Read()->Find("setting", ExternalRef{"kith.setting", "database"});
    constexpr std::array<std::string_view, 4> kZones = {"Asia/Shanghai", "America/New_York", "UTC", "Australia/Lord_Howe"};
    query::Days days;
    for (int i = 0; i < 180; ++i) {
      if (i % 45 == 22) {
        const std::string_view zone = kZones[sales.random().Below(kZones.size())];
        world.Set(settings, "time_zone", zone);
        days = query::Days::In(zone).value();
      }
      sales.Step();
      if (i % 45 != 44) continue;
      for (Pipeline pipeline : sales.pipelines()) {
        pipeline.days = days;
        ExpectSame(Read(world, pipeline, {.as_of = world.now()}), sales.Tables(pipeline, world.now()));
        for (int k = 0; k < 12; ++k) {
          const Time at{world.now().micros - static_cast<int64_t>(sales.random().Below(900 * kMicrosPerDay))};
          const FunnelTables naive = sales.Tables(pipeline, at);
          SCOPED_TRACE("as of " + ToText(at));
          ExpectSame(Read(world, pipeline, {.as_of = at}), naive);
          ExpectSame(Read(world, pipeline, {.as_of = at, .from_paths = true}), naive);
        }
      }
      if (::testing::Test::HasFailure()) return;
    }
    world.Verify();
  }
}

// Months begin in the database's time zone, also those before it was named.
TEST(Tables, AMonthBeginsWhereTheDatabaseIs) {
  World world;
  world.SetNow(At("2026-04-02T09:00:00Z"));
  const Id settings = *world.Read()->Find("setting", ExternalRef{"kith.setting", "database"});
  const Id deal = world.Create();
  Batch batch = world.NewBatch();
  batch.Set(deal, "amount", Yuan(100));
  world.Apply(batch);
  world.MoveTo(deal, "sales/talk", {.at = At("2026-02-28T15:59:59Z")});
  world.MoveTo(deal, "sales/won", {.at = At("2026-03-31T16:30:00Z")});
  const auto won_on = [&](std::optional<Time> as_of = {}) {
    std::string days;
    const FunnelTables tables = Read(world, world.GetPipelineNow("sales"), {.as_of = as_of});
    for (const auto& [key, row] : tables.rows.periods) {
      if (key.group_kind != GroupKind::kAll) continue;
      for (const auto& [cell, n] : row.won_count) days += ToText(Date{FirstDay(key.epoch).days + cell.day - 1});
      for (const auto& [day, n] : row.arrivals) days += ToText(Date{FirstDay(key.epoch).days + day - 1}) + " ";
    }
    return days;
  };
  EXPECT_EQ(won_on(), "2026-02-28 2026-03-31");
  world.Set(settings, "time_zone", "Asia/Shanghai");
  EXPECT_EQ(won_on(), "2026-02-28 2026-04-01");
  EXPECT_EQ(won_on(At("2026-03-31T16:29:59Z")), "2026-02-28 ");
  world.Verify();
  world.Set(settings, "time_zone", "Pacific/Kiritimati");  // 14 hours before UTC
  EXPECT_EQ(won_on(), "2026-03-01 2026-04-01");
  world.Set(settings, "time_zone", "UTC");
  EXPECT_EQ(won_on(), "2026-02-28 2026-03-31");
  world.Verify();
}

// Times that moves share, and the edges of months.
TEST(TablesProperty, EqualThePathsAtTheTimesOfMovesAndEdgesOfMonths) {
  const uint64_t seed = TestSeed(31);
  SCOPED_TRACE("seed " + std::to_string(seed));
  World world;
  NaiveDeals sales(world, "opportunity", {"sales", "partner"}, seed, {});
  for (int i = 0; i < 120; ++i) sales.Step();
  std::set<Time> times;
  for (const auto& [id, deal] : sales.deals()) {
    for (const NaiveMove& move : deal.moves) {
      times.insert(move.at);
      times.insert(Time{move.at.micros - 1});
      const Time month = StartOf(EpochOf(move.at, {}), {});
      times.insert(month);
      times.insert(Time{month.micros - 1});
    }
  }
  for (const Pipeline& pipeline : sales.pipelines()) {
    for (Time at : times) {
      ExpectSame(Read(world, pipeline, {.as_of = at}), sales.Tables(pipeline, at));
      if (::testing::Test::HasFailure()) return;
    }
  }
}

// As the database knew it then: what was recorded later, corrected or taken back does not show.
TEST(TablesProperty, PastKnowledgeIsWhatWasReadThen) {
  const uint64_t seed = TestSeed(77);
  SCOPED_TRACE("seed " + std::to_string(seed));
  World world;
  NaiveDeals sales(world, "opportunity", {"sales", "partner"}, seed, {.owners = false});
  struct Kept {
    Time recorded;
    Time as_of;
    FunnelTables tables;
  };
  std::vector<Kept> kept;
  const Pipeline pipeline = sales.pipelines()[0];
  for (int i = 0; i < 120; ++i) {
    sales.Step();
    if (i % 20 != 19) continue;
    const Time recorded = world.Read()->recorded();
    kept.push_back({recorded, recorded, Read(world, pipeline, {.as_of = recorded})});
    const Time before{recorded.micros - static_cast<int64_t>(sales.random().Below(200 * kMicrosPerDay))};
    kept.push_back({recorded, before, Read(world, pipeline, {.as_of = before})});
  }
  for (const Kept& k : kept) {
    ExpectSame(Read(world, pipeline, {.as_of = k.as_of, .recorded = k.recorded}), k.tables);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Tables, AViewerCountsWhatHeMaySee) {
  const uint64_t seed = TestSeed(9);
  SCOPED_TRACE("seed " + std::to_string(seed));
  World world;
  NaiveDeals sales(world, "opportunity", {"sales"}, seed, {});
  for (int i = 0; i < 80; ++i) sales.Step();
  std::vector<Id> visible;
  size_t n = 0;
  for (const auto& [id, deal] : sales.deals()) {
    if (++n % 3 != 0 || deal.owner == world.owners()[0]) {
      visible.push_back(id);
      continue;
    }
    world.Set(id, "visibility", static_cast<int64_t>(record::Visibility::kOwner));
  }
  const Pipeline& pipeline = sales.pipelines()[0];
  ASSERT_LT(visible.size(), sales.deals().size());
  const Time now = world.now();
  ExpectSame(Read(world, pipeline, {.as_of = now}, Viewer{world.owners()[0], {}}), sales.Tables(pipeline, now, &visible));
  ExpectSame(Read(world, pipeline, {.as_of = now}), sales.Tables(pipeline, now));
}

// A field of the deal that the viewer may not read does not come out through the copies in its moves; nor do the moves' own.
TEST(Tables, AViewerIsToldNoMaskedAmount) {
  World world;
  NaiveDeals sales(world, "opportunity", {"sales"}, TestSeed(17), {});
  for (int i = 0; i < 80; ++i) sales.Step();
  const Pipeline& pipeline = sales.pipelines()[0];
  const Id grouped = world.Create();
  Batch batch = world.NewBatch();
  batch.SetChoice(grouped, "segment", "enterprise");
  batch.SetChoice(grouped, "source", "web");
  world.Apply(batch);
  world.MoveTo(grouped, "sales/talk");
  const Time now = world.now();
  const Viewer seller{.id = world.owners()[0]};
  const Viewer finance{.id = world.owners()[0], .roles = {"finance"}};
  const FunnelTables all = Read(world, pipeline, {.as_of = now}, seller);
  const auto amounts = [](const FunnelTables& tables) {
    size_t found = 0;
    for (const auto& [key, row] : tables.rows.periods) found += row.won_amounts.size() + row.lost_amounts.size();
    for (const OpenDeal& open : tables.open) found += open.amount.currency.is_null() ? 0 : 1;
    return found;
  };
  const auto groups = [](const FunnelTables& tables, GroupKind kind) {
    return std::count_if(tables.rows.stages.begin(), tables.rows.stages.end(),
                         [&](const auto& row) { return row.first.group_kind == kind && row.first.group != 0; });
  };
  ASSERT_GT(amounts(all), 0U);
  ASSERT_GT(groups(all, GroupKind::kSegment), 0);
  ASSERT_GT(groups(all, GroupKind::kSource), 0);
  const std::string hide = R"json({"read": ["role:finance"]})json";
  const std::string deal = R"json("opportunity": {"fields": {"amount": )json" + hide + R"json(, "segment": )json" + hide +
                           R"json(, "source": )json" + hide + "}}";
  const std::string move = R"json("move": {"fields": {"amount": )json" + hide + "}}";
  for (const std::string& policy : {deal, deal + ", " + move}) {
    SCOPED_TRACE(policy);
    ASSERT_TRUE(world.db().SetPolicy(R"json({"types": {)json" + policy + "}}").ok());
    for (const std::optional<Time> recorded : {std::optional<Time>(), std::optional<Time>(now)}) {
      const FunnelTables told = Read(world, pipeline, {.as_of = now, .recorded = recorded}, seller);
      EXPECT_EQ(amounts(told), 0U);
      EXPECT_EQ(groups(told, GroupKind::kSegment), 0);
      EXPECT_EQ(groups(told, GroupKind::kSource), 0);
      EXPECT_EQ(told.open.size(), all.open.size());
      for (const Stage& stage : pipeline.stages) EXPECT_EQ(Total(told, stage.id), Total(all, stage.id));
    }
    ExpectSame(Read(world, pipeline, {.as_of = now}, finance), all);
  }
}

// D02: each deal counts once per stage, loops are rework, skips reach what they skip.
TEST(Tables, CountFirstReachesOnceAndLoopsAsRework) {
  World world;
  const auto walk = [&](const std::vector<std::string>& stages) {
    const Id deal = world.Create();
    for (const std::string& stage : stages) {
      world.Advance(kMicrosPerDay);
      world.MoveTo(deal, "sales/" + stage);
    }
  };
  walk({"lead", "talk", "lead", "talk", "offer", "won"});  // two loops
  walk({"lead", "deal"});                                  // a skip over two stages
  walk({"talk", "lost"});
  const FunnelTables tables = Read(world, world.GetPipelineNow("sales"), {});
  const auto total = [&](std::string_view stage) { return Total(tables, tables.pipeline.Find(stage)->id); };
  EXPECT_EQ(total("lead").entries, 3);
  EXPECT_EQ(total("lead").rework, 1);
  EXPECT_EQ(total("talk").rework, 1);
  EXPECT_EQ(total("offer").reached, total("offer").entries + total("offer").skipped);
  EXPECT_EQ(total("offer").skipped, 1);
  EXPECT_EQ(total("deal").entries, 1);
  EXPECT_EQ(total("talk").lost, 1);
  ASSERT_EQ(tables.open.size(), 1U);
  EXPECT_EQ(tables.open[0].stage, tables.pipeline.Find("deal")->id);
}

// E04: a second pipelined type, by data alone, with other names for every field, is counted by the same tables.
TEST(Tables, DoNotKnowTypesByName) {
  World world;
  const auto fill = [&](std::string_view type, const std::string& pipeline, std::string_view amount) {
    world.SetNow(At("2026-03-01T09:00:00Z"));
    for (int i = 0; i < 6; ++i) {
      Batch batch = world.NewBatch();
      const Id deal = World::NewRecord(batch, type);
      batch.Set(deal, amount, Yuan(1000 * (i + 1)));
      batch.Set(deal, "owner", world.owners()[static_cast<size_t>(i) % 3]);
      const int64_t day = kMicrosPerDay;
      const Time start{At("2025-11-20").micros + i * day};
      Move(batch, deal, pipeline + "/lead", {.at = start});
      Move(batch, deal, pipeline + "/offer", {.at = Time{start.micros + 20 * day}});
      if (i % 3 != 0) Move(batch, deal, pipeline + (i % 3 == 1 ? "/won" : "/lost"), {.at = Time{start.micros + (30 + i) * day}});
      world.Apply(batch);
    }
  };
  fill("opportunity", "sales", "amount");
  fill("case_file", "court", "fee");
  const Pipeline sales = world.GetPipelineNow("sales");
  const Pipeline court = world.GetPipelineNow("court");
  FunnelTables a = Read(world, sales, {.as_of = world.now()});
  const FunnelTables b = Read(world, court, {.as_of = world.now()});
  // The same but for the stages' ids.
  const auto stage_in_court = [&](uint64_t id) { return id == 0 ? 0 : court.Find(sales.Find(Id(id))->name)->id.value(); };
  Rows translated;
  for (const auto& [key, row] : a.rows.periods) translated.periods.emplace(key, row);
  for (const auto& [key, row] : a.rows.stages) {
    StageRow other = row;
    other.exits = {};
    for (const auto& [cell, count] : row.exits) other.exits.Add({cell.bin, stage_in_court(cell.destination)}, count);
    translated.stages.emplace(RowKey{key.group_kind, key.group, key.epoch, stage_in_court(key.stage)}, other);
  }
  EXPECT_FALSE(translated.stages.empty());
  EXPECT_TRUE(translated == b.rows);
  ASSERT_EQ(a.open.size(), 2U);
  ASSERT_EQ(b.open.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(stage_in_court(a.open[i].stage.value()), b.open[i].stage.value());
    EXPECT_EQ(a.open[i].amount, b.open[i].amount);
  }
  EXPECT_EQ(b.rows.periods.begin()->first.group_kind, GroupKind::kAll);
  world.Verify();
}

// E04: the law firm's package as shipped.
TEST(Tables, CountAMatterOfTheLegalPackage) {
  World world;
  const catalog::PackageSource legal = catalog::ShippedPackage("legal").value();
  ASSERT_TRUE(world.db().Ensure(std::span(&legal, 1)).ok());
  Batch batch = world.NewBatch();
  const Id local = World::NewRecord(batch, "matter");
  batch.Set(local, "fee", Yuan(88000));
  Move(batch, local, "legal/intake", {.at = At("2026-01-02")});
  Move(batch, local, "legal/proposal", {.at = At("2026-01-20")});
  Move(batch, local, "legal/engaged", {.at = At("2026-02-10")});
  const Id open = World::NewRecord(batch, "matter");
  Move(batch, open, "legal/conflict_check", {.at = At("2026-02-20")});
  const Id matter = world.Apply(batch).at(local.local_index());
  EXPECT_EQ(world.Get(matter, "decided_at"), Value(At("2026-02-10")));
  const FunnelTables tables = Read(world, world.GetPipelineNow("legal"), {});
  ExpectSame(tables, Read(world, tables.pipeline, {.as_of = tables.as_of, .from_paths = true}));
  EXPECT_EQ(tables.pipeline.Find("intake")->labels.at("zh"), "接案");
  EXPECT_EQ(Total(tables, tables.pipeline.Find("conflict_check")->id).skipped, 1);
  int64_t won = 0;
  for (const auto& [key, row] : tables.rows.periods) won += key.group_kind == GroupKind::kAll ? row.won : 0;
  EXPECT_EQ(won, 1);
  ASSERT_EQ(tables.open.size(), 1U);
  EXPECT_EQ(tables.open[0].stage, tables.pipeline.Find("conflict_check")->id);
  world.Verify();
}

// A deleted deal leaves the statistics; restored, it is back with its moves, and they are as they were.
TEST(Tables, ARestoredDealCountsAsBefore) {
  World world;
  Batch batch = world.NewBatch();
  const Id local = World::NewRecord(batch, "opportunity");
  Move(batch, local, "sales/lead", {.at = At("2026-01-02")});
  Move(batch, local, "sales/offer", {.at = At("2026-01-20")});
  Move(batch, local, "sales/won", {.at = At("2026-02-10")});
  const Id deal = world.Apply(batch).at(local.local_index());
  const Pipeline pipeline = world.GetPipelineNow("sales");
  const FunnelTables before = Read(world, pipeline, {});
  Batch remove = world.NewBatch();
  remove.Delete(deal);
  world.Apply(remove);
  EXPECT_TRUE(Read(world, pipeline, {}).rows == Rows());
  Batch restore = world.NewBatch();
  restore.Restore(deal);
  world.Apply(restore);
  EXPECT_TRUE(Read(world, pipeline, {}).rows == before.rows);
  EXPECT_EQ(world.Get(deal, "closed_at"), Value(At("2026-02-10")));
  world.Verify();
}

// D05, D10: stages put in, reordered and made another kind: everything is counted anew with the pipeline as it is.
TEST(Tables, FollowARedefinedPipeline) {
  const uint64_t seed = TestSeed(13);
  SCOPED_TRACE("seed " + std::to_string(seed));
  World world;
  NaiveDeals sales(world, "opportunity", {"sales", "partner"}, seed, {.deletes = false});
  for (int i = 0; i < 80; ++i) sales.Step();
  Pipeline changed = world.GetPipelineNow("sales");
  Stage review;
  review.name = "review";
  changed.stages.insert(changed.stages.begin() + 2, review);
  std::swap(changed.stages[0], changed.stages[1]);
  Batch batch = world.NewBatch();
  DefinePipeline(batch, changed);
  // A move in the same batch.
  Move(batch, sales.deals().begin()->first, "partner/lead");
  world.Apply(batch);
  const Pipeline after = world.GetPipelineNow("sales");
  ASSERT_EQ(after.stages[0].name, "talk");
  world.Verify();
  const FunnelTables read = Read(world, after, {.as_of = world.now()});
  ExpectSame(read, Read(world, after, {.as_of = world.now(), .from_paths = true}));
  EXPECT_FALSE(read.rows.stages.empty());
  world.Verify();
}

// The amount that was won is counted, and only once.
TEST(Tables, WonAmountsFollowTheMove) {
  World world;
  const Id deal = world.Create();
  world.Set(deal, "amount", Yuan(100));
  world.MoveTo(deal, "sales/talk", {.at = At("2026-01-10")});
  world.MoveTo(deal, "sales/won", {.at = At("2026-02-10")});
  const auto won = [&](Time as_of) {
    int64_t sum = 0;
    for (const auto& [key, row] : Read(world, world.GetPipelineNow("sales"), {.as_of = as_of}).rows.periods) {
      if (key.group_kind != GroupKind::kAll) continue;
      for (const auto& [currency, sketch] : row.won_amounts) sum += sketch.sum_minor;
    }
    return sum;
  };
  EXPECT_EQ(won(world.now()), 100);
  world.Advance(kMicrosPerDay);
  world.Set(deal, "amount", Yuan(130));
  EXPECT_EQ(won(world.now()), 130);
  EXPECT_EQ(won(At("2026-02-01")), 0);
  world.Advance(kMicrosPerDay);
  world.MoveTo(deal, "sales/talk");
  EXPECT_EQ(won(world.now()), 0);
  EXPECT_EQ(won(At("2026-02-11")), 130);
  world.Advance(kMicrosPerDay);
  world.Set(deal, "amount", Yuan(90));
  world.MoveTo(deal, "sales/won");
  EXPECT_EQ(won(world.now()), 90);
  EXPECT_EQ(won(At("2026-02-11")), 130);
  world.Verify();
}

TEST(Tables, AnEmptyPipelineIsEmpty) {
  World world;
  const FunnelTables tables = Read(world, world.GetPipelineNow("sales"), {});
  EXPECT_TRUE(tables.rows == Rows());
  EXPECT_TRUE(tables.open.empty());
  EXPECT_EQ(GetReason(ReadTables(*world.Read(), world.owners()[0]).status()), Reason::kUnknownPipeline);
}

// When every deal is gone, no row is left behind.
TEST(Tables, LeaveNothingBehind) {
  World world;
  NaiveDeals sales(world, "opportunity", {"sales", "partner"}, TestSeed(3), {});
  for (int i = 0; i < 60; ++i) sales.Step();
  Batch batch = world.NewBatch();
  for (const auto& [id, deal] : sales.deals()) batch.Delete(id);
  world.Apply(batch);
  size_t rows = 0;
  EXPECT_TRUE(world.Read()
                  ->ScanAggregates("f",
                                   [&](std::string_view, std::string_view) {
                                     ++rows;
                                     return true;
                                   })
                  .ok());
  EXPECT_EQ(rows, 0U);
  world.Verify();
}

}  // namespace
}  // namespace kith::model
