// Pipelines changed with deals in flight: W6.
#include "kith/crm/migrate.h"

#include <map>

#include "gmock/gmock.h"
#include "kith/model/guide.h"
#include "unit/model/world.h"

namespace kith::crm {
namespace {

using model::At;
using model::FunnelTables;
using model::MigrationPlan;
using model::MoveCause;
using model::Random;
using model::TestSeed;
using model::World;
using model::Yuan;
using ::testing::HasSubstr;

// "offer" is split by amount, "deal" and "talk" become one, "lead" gets another name, "check" is new.
constexpr std::string_view kPlan = R"json({
  "pipeline": {"name": "sales", "for_type": "opportunity", "stages": [
    {"name": "contact"}, {"name": "check"}, {"name": "dialogue"}, {"name": "large offer"}, {"name": "small offer"},
    {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]},
  "rename": {"lead": "contact"},
  "map": {"talk": "dialogue", "deal": "dialogue",
          "offer": [{"to": "large offer", "when": "amount >= money('1000', 'CNY')"}, {"to": "small offer"}]}})json";

MigrationPlan Plan(std::string_view json = kPlan) {
  StatusOr<MigrationPlan> plan = model::MigrationPlanFromJson(json);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return *std::move(plan);
}

FunnelTables Tables(World& world) { return *model::ReadTables(*world.Read(), world.GetPipelineNow("sales").id); }
FunnelTables TablesAs(World& world, int64_t version, Time as_of) {
  StatusOr<FunnelTables> tables = model::ReadTablesAs(*world.Read(), world.GetPipelineNow("sales").id, version, {.as_of = as_of});
  EXPECT_TRUE(tables.ok()) << tables.status();
  return *std::move(tables);
}

// Deals that wandered through the pipeline for a while.
std::vector<Id> Wander(World& world, int deals, uint64_t seed) {
  static constexpr std::string_view kStages[] = {"sales/lead", "sales/talk", "sales/offer", "sales/deal", "sales/won", "sales/lost"};
  Random random(seed);
  Batch batch = world.NewBatch();
  std::vector<Id> locals;
  for (int i = 0; i < deals; ++i) {
    const Id deal = World::NewRecord(batch, "opportunity");
    locals.push_back(deal);
    batch.Set(deal, "owner", world.owners()[random.Below(3)]);
    batch.Set(deal, "amount", Yuan(static_cast<int64_t>(random.Below(200'000))));
    Time at = At("2025-11-01T09:00:00Z");
    for (uint64_t moves = 1 + random.Below(4); moves > 0; --moves) {
      model::Move(batch, deal, kStages[random.Below(6)], {.at = at});
      at.micros += static_cast<int64_t>(1 + random.Below(20)) * kMicrosPerDay;
    }
  }
  const std::vector<Id> ids = world.Apply(batch);
  for (Id& id : locals) id = ids.at(id.local_index());
  return locals;
}

void ExpectSameNumbers(const FunnelTables& a, const FunnelTables& b) {
  EXPECT_TRUE(a.rows == b.rows);
  ASSERT_EQ(a.open.size(), b.open.size());
  for (size_t i = 0; i < a.open.size(); ++i) {
    EXPECT_EQ(a.open[i].deal, b.open[i].deal);
    EXPECT_EQ(a.open[i].stage, b.open[i].stage);
    EXPECT_EQ(a.open[i].entered, b.open[i].entered);
    EXPECT_EQ(a.open[i].amount, b.open[i].amount);
  }
}

// D05, D06, D10: the world W6
TEST(Migrate, SplitsMergesAndRenamesWithDealsInFlightAndLeavesStatisticsAlone) {
  World world;
  const std::vector<Id> deals = Wander(world, 1000, TestSeed(6));
  const FunnelTables before = Tables(world);
  std::map<Id, Id> was;
  for (const Id deal : deals) was[deal] = world.Get(deal, "stage").get<Id>();
  const Id lead = world.StageId("sales", "lead"), talk = world.StageId("sales", "talk"), offer = world.StageId("sales", "offer"),
           last = world.StageId("sales", "deal");
  const MigrationPreview preview = *PreviewMigration(*world.Read(), Plan());
  EXPECT_TRUE(preview.unplaced.empty());
  world.Advance(kMicrosPerDay);

  const StatusOr<MigrationReport> report = MigratePipeline(world.db(), Plan(), {.batch_records = 64});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->version, 2);
  EXPECT_TRUE(report->left.empty());
  uint64_t placed = 0;
  for (const Placement& placement : preview.placements) placed += placement.records;
  EXPECT_EQ(report->moved, placed);
  EXPECT_EQ(world.Get(report->migration, "moved"), Value(static_cast<int64_t>(placed)));
  EXPECT_EQ(world.Get(report->migration, "settled"), Value(true));
  EXPECT_EQ(world.StageId("sales", "contact"), lead);  // the same stage under another name
  EXPECT_EQ(world.GetPipelineNow("sales").version, 2);

  const Id dialogue = world.StageId("sales", "dialogue"), large = world.StageId("sales", "large offer"),
           small = world.StageId("sales", "small offer");
  for (const Id deal : deals) {
    const Id now = world.Get(deal, "stage").get<Id>();
    if (was[deal] == talk || was[deal] == last) {
      EXPECT_EQ(now, dialogue);
    } else if (was[deal] == offer) {
      EXPECT_EQ(now, world.Get(deal, "amount").get<Money>().minor >= 100'000 ? large : small);
    } else {
      EXPECT_EQ(now, was[deal]);
    }
    if (now != was[deal]) {
      EXPECT_EQ(world.Moves(deal).back().cause, MoveCause::kMigration);
    }
  }
  // On the former view every number is what it was; both views agree on what was won, lost and is open.
  ExpectSameNumbers(TablesAs(world, 1, before.as_of), before);
  const FunnelTables coarse = TablesAs(world, 1, world.now());
  EXPECT_TRUE(coarse.rows == before.rows);
  const FunnelTables fine = TablesAs(world, 2, world.now());
  ExpectSameNumbers(Tables(world), fine);  // who asks without a version gets the stages in force, not those taken away beside them
  EXPECT_EQ(Tables(world).pipeline.stages.size(), fine.pipeline.stages.size());
  // The paths behind the numbers are on these stages too.
  const StatusOr<std::vector<model::DealPath>> paths = model::ReadPaths(*world.Read(), fine.pipeline.id);
  ASSERT_TRUE(paths.ok()) << paths.status();
  EXPECT_TRUE(model::TablesFromPaths(fine.pipeline, *paths, world.now()).rows == fine.rows);
  EXPECT_TRUE(fine.rows.periods == before.rows.periods);
  ASSERT_EQ(fine.open.size(), before.open.size());
  for (size_t i = 0; i < fine.open.size(); ++i) {
    EXPECT_EQ(fine.open[i].stage, world.Get(fine.open[i].deal, "stage").get<Id>());
    // Going from one merged stage to the other is no entry in the eyes of the new version.
    if (fine.open[i].stage == dialogue) {
      EXPECT_LE(fine.open[i].entered, before.open[i].entered);
    } else {
      EXPECT_EQ(fine.open[i].entered, before.open[i].entered);
    }
  }
  world.Verify();
  // What happens next counts in both: a deal that goes on from a part of the split stage leaves the whole of it.
  for (const Id deal : deals) {
    if (was[deal] == offer) world.MoveTo(deal, "sales/won");
  }
  const FunnelTables after = TablesAs(world, 1, world.now());
  int64_t exits = 0, exits_before = 0;
  for (const auto& [key, row] : after.rows.stages) {
    if (key.group_kind == model::GroupKind::kAll && key.stage == offer.value()) {
      exits += row.exits.total();
    }
  }
  for (const auto& [key, row] : before.rows.stages) {
    if (key.group_kind == model::GroupKind::kAll && key.stage == offer.value()) {
      exits_before += row.exits.total();
    }
  }
  int64_t in_offer = 0;
  for (const auto& [deal, stage] : was) in_offer += stage == offer ? 1 : 0;
  EXPECT_EQ(exits, exits_before + in_offer);
  world.Verify();
}

// D06: what cannot be placed is named, and nothing changes.
TEST(Migrate, MovesAtLeastOneRecordAtATime) {
  World world;
  Wander(world, 20, TestSeed(7));
  const MigrationPreview preview = *PreviewMigration(*world.Read(), Plan());
  world.Advance(kMicrosPerDay);
  const StatusOr<MigrationReport> report = MigratePipeline(world.db(), Plan(), {.batch_records = 0});
  ASSERT_TRUE(report.ok()) << report.status();
  uint64_t placed = 0;
  for (const Placement& placement : preview.placements) placed += placement.records;
  EXPECT_EQ(report->moved, placed);
}

// Hosts may write such records as others.
TEST(Migrate, WhatAMigrationSaysForAnIdNeedNotBeOne) {
  World world;
  Batch batch = world.NewBatch();
  const Id migration = batch.Create("migration");
  batch.Set(migration, "pipeline", world.GetPipelineNow("sales").id);
  batch.Set(migration, "to_version", 2);
  batch.Set(migration, "plan", std::string(kPlan));
  batch.Set(migration, "before", R"({"name": "sales", "for_type": "opportunity", "id": "1", "stages": [
    {"name": "lead", "id": "2"}, {"name": "won", "kind": "won", "id": -3}, {"name": "lost", "kind": "lost"}]})");
  world.Apply(batch);
  EXPECT_NO_THROW(static_cast<void>(model::PipelineVersions(*world.Read(), world.GetPipelineNow("sales").id)));
}

TEST(Migrate, RefusesWhatItCannotPlaceAndNamesIt) {
  World world;
  const Id small = world.Create(), large = world.Create(), none = world.Create();
  world.Set(small, "amount", Yuan(10'000));
  world.Set(large, "amount", Yuan(1'000'000));
  for (const Id deal : {small, large, none}) world.MoveTo(deal, "sales/offer");
  MigrationPlan plan = Plan();
  plan.map["offer"].pop_back();
  const MigrationPreview preview = *PreviewMigration(*world.Read(), plan);
  ASSERT_EQ(preview.unplaced.size(), 2u);
  EXPECT_EQ(preview.unplaced[0].record, small);
  EXPECT_EQ(preview.unplaced[1].record, none);
  const uint64_t sequence = world.Read()->sequence();
  const StatusOr<MigrationReport> refused = MigratePipeline(world.db(), plan);
  EXPECT_EQ(GetErrorInfo(refused.status()).reason, Reason::kPreconditionFailed);
  EXPECT_EQ(GetErrorInfo(refused.status()).record, small);
  EXPECT_EQ(world.Read()->sequence(), sequence);
  plan.map.erase("offer");  // archived without a word
  EXPECT_EQ(PreviewMigration(*world.Read(), plan)->unplaced.size(), 3u);
}

TEST(Migrate, RefusesPlansThatMeanNothing) {
  World world;
  const std::unique_ptr<Snapshot> snapshot = world.Read();
  const auto error = [&](const auto& change) {
    MigrationPlan plan = Plan();
    change(plan);
    return PreviewMigration(*snapshot, plan).status();
  };
  EXPECT_EQ(GetErrorInfo(error([](auto& p) { p.map["ofer"] = p.map["offer"]; })).reason, Reason::kUnknownStage);
  EXPECT_THAT(GetErrorInfo(error([](auto& p) { p.map["ofer"] = p.map["offer"]; })).hint, HasSubstr("offer"));
  EXPECT_EQ(GetErrorInfo(error([](auto& p) { p.map["offer"].back().stage = "nowhere"; })).reason, Reason::kUnknownStage);
  EXPECT_EQ(GetErrorInfo(error([](auto& p) { p.map["offer"].front().stage = "court/none"; })).reason, Reason::kUnknownStage);
  EXPECT_EQ(GetErrorInfo(error([](auto& p) { p.map["offer"].front().when.clear(); })).reason, Reason::kBatchMalformed);
  EXPECT_EQ(GetErrorInfo(error([](auto& p) { p.map["offer"].front().when = "amont > 3"; })).reason, Reason::kUnknownField);
  EXPECT_EQ(GetErrorInfo(error([](auto& p) { p.renamed["talk"] = "won"; })).reason, Reason::kBatchMalformed);
  EXPECT_EQ(GetErrorInfo(error([](auto& p) { p.pipeline.for_type = "case_file"; })).reason, Reason::kBatchMalformed);
  EXPECT_EQ(GetErrorInfo(error([](auto& p) { p.pipeline.stages.back().kind = model::StageKind::kOpen; })).reason, Reason::kBatchMalformed);
  EXPECT_EQ(GetErrorInfo(error([](auto& p) { p.pipeline.name = "none"; })).reason, Reason::kUnknownPipeline);
  EXPECT_EQ(model::ToJson(Plan(model::ToJson(Plan()))), model::ToJson(Plan()));
}

// Between pipelines: one history, whatever the type is called (C22).
TEST(Migrate, TakesRecordsIntoAnotherPipeline) {
  World world;
  const Id deal = world.Create();
  world.MoveTo(deal, "sales/talk");
  MigrationPlan plan = Plan();
  plan.map["talk"] = {{"partner/offer", {}}};
  world.Advance(kMicrosPerDay);
  ASSERT_TRUE(MigratePipeline(world.db(), plan).ok());
  EXPECT_EQ(world.Get(deal, "stage").get<Id>(), world.StageId("partner", "offer"));
  EXPECT_EQ(world.Moves(deal).size(), 2u);
  EXPECT_TRUE(Tables(world).open.empty());
  world.Verify();
}

// Several versions: each sees all of history, and back again is the same as never.
TEST(Migrate, EveryVersionAnswersOnAllOfHistory) {
  World world;
  const uint64_t seed = TestSeed(7);
  Wander(world, 200, seed);
  const FunnelTables before = Tables(world);
  world.Advance(kMicrosPerDay);
  ASSERT_TRUE(MigratePipeline(world.db(), Plan()).ok());
  world.Advance(kMicrosPerDay);
  const MigrationPlan back = Plan(R"json({
    "pipeline": {"name": "sales", "for_type": "opportunity", "stages": [
      {"name": "contact"}, {"name": "work"}, {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]},
    "map": {"check": "work", "dialogue": "work", "large offer": "work", "small offer": "work"}})json");
  const StatusOr<MigrationReport> report = MigratePipeline(world.db(), back);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->version, 3);
  ExpectSameNumbers(TablesAs(world, 1, before.as_of), before);
  EXPECT_TRUE(TablesAs(world, 3, world.now()).rows.periods == before.rows.periods);
  const auto versions = *model::PipelineVersions(*world.Read(), world.GetPipelineNow("sales").id);
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[1].pipeline.version, 2);
  EXPECT_NE(versions[1].pipeline.Find("small offer"), nullptr);
  EXPECT_EQ(GetErrorInfo(model::ReadTablesAs(*world.Read(), versions[0].pipeline.id, 4).status()).reason, Reason::kOutOfRange);
  world.Verify();
}

// D03, D05: what stages ask for belongs to a version too.
constexpr std::string_view kAsking = R"json({"name": "asking", "for_type": "opportunity", "stages": [
  {"name": "open", "steps": [{"name": "demo", "mandatory": true}, {"name": "visit"}], "exit": [{"name": "sum", "condition": "amount != null"}]},
  {"name": "won", "kind": "won"}]})json";

TEST(Migrate, WhatStagesAskForChangesWithThemAndStepsDoneStayDone) {
  World world;
  Batch define = world.NewBatch();
  model::DefinePipeline(define, *model::PipelineFromJson(kAsking));
  world.Apply(define);
  const Id deal = world.Create();
  world.MoveTo(deal, "asking/open");
  Batch done = world.NewBatch();
  model::CompleteStep(done, deal, "asking/open/demo");
  world.Apply(done);

  // The stage gets another name; "visit" goes, "contract" comes, "demo" stays what it was.
  const MigrationPlan plan = Plan(R"json({"pipeline": {"name": "asking", "for_type": "opportunity", "stages": [
    {"name": "job", "steps": [{"name": "demo", "mandatory": true}, {"name": "contract", "mandatory": true}]},
    {"name": "won", "kind": "won"}]}, "rename": {"open": "job"}})json");
  ASSERT_TRUE(MigratePipeline(world.db(), plan).ok());
  const model::Guide guide = *model::GetGuide(*world.Read(), deal);
  ASSERT_EQ(guide.tracks.at(0).asked.size(), 2U);
  EXPECT_EQ(guide.tracks[0].asked[0].item.name, "demo");
  EXPECT_TRUE(guide.tracks[0].asked[0].met);
  EXPECT_FALSE(guide.tracks[0].asked[1].met);
  Batch by_new_name = world.NewBatch();
  model::CompleteStep(by_new_name, deal, "asking/job/contract");
  model::Move(by_new_name, deal, "asking/won");
  world.Apply(by_new_name);

  // Undone by going back to what the version kept.
  const std::vector<model::PipelineVersion> versions = *model::PipelineVersions(*world.Read(), world.GetPipelineNow("asking").id);
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].pipeline.stages[0].items.size(), 3U);
  MigrationPlan back;
  back.pipeline = versions[0].pipeline;
  back.renamed = {{"job", "open"}};
  ASSERT_TRUE(MigratePipeline(world.db(), back).ok());
  const model::Stage open = *world.GetPipelineNow("asking").Find("open");
  std::vector<std::string> in_use;
  for (const model::StageItem& item : open.items) {
    if (!item.archived) in_use.push_back(item.name);
  }
  EXPECT_THAT(in_use, ::testing::UnorderedElementsAre("demo", "visit", "sum"));
  world.Verify();
}

// D01, D06: a pipeline beside the main one changes with records in flight, and the main one stands still.
TEST(Migrate, AParallelPipelineFollowsToo) {
  World world;
  model::Pipeline legal = model::SalesPipeline("legal");
  legal.parallel = true;
  Batch define = world.NewBatch();
  model::DefinePipeline(define, legal);
  world.Apply(define);
  std::vector<Id> deals;
  for (int i = 0; i < 5; ++i) {
    deals.push_back(world.Create());
    world.MoveTo(deals.back(), "sales/talk");
    world.MoveTo(deals.back(), i < 3 ? "legal/talk" : "legal/won");
  }
  const MigrationPlan plan = Plan(R"json({"pipeline": {"name": "legal", "for_type": "opportunity", "parallel": true, "stages": [
    {"name": "check"}, {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]},
    "map": {"talk": "check", "lead": "check", "offer": "check", "deal": "check"}})json");
  const StatusOr<MigrationReport> report = MigratePipeline(world.db(), plan, {.batch_records = 2});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->moved, 3U);
  const model::FunnelTables tables = *model::ReadTables(*world.Read(), world.GetPipelineNow("legal").id);
  EXPECT_EQ(tables.open.size(), 3U);
  for (const model::OpenDeal& open : tables.open) EXPECT_EQ(open.stage, world.StageId("legal", "check"));
  for (const Id deal : deals) EXPECT_EQ(world.Get(deal, "stage"), Value(world.StageId("sales", "talk")));

  MigrationPlan elsewhere = Plan(R"json({"pipeline": {"name": "legal", "for_type": "opportunity", "parallel": true, "stages": [
    {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]}, "map": {"check": "sales/lead"}})json");
  EXPECT_EQ(GetErrorInfo(MigratePipeline(world.db(), elsewhere).status()).field, "map");
  elsewhere.pipeline.parallel = false;
  EXPECT_EQ(GetErrorInfo(MigratePipeline(world.db(), elsewhere).status()).field, "parallel");
  world.Verify();
}

}  // namespace
}  // namespace kith::crm
