// Moves: what they complete, what follows from them, what they refuse.
#include <thread>

#include "gmock/gmock.h"
#include "naive_deals.h"
#include "world.h"

namespace kith::model {
namespace {

using ::testing::HasSubstr;

// A02: a deal made and moved in one batch.
TEST(Moves, CreateAndMoveInOneBatch) {
  World world;
  Batch batch = world.NewBatch();
  const Id deal = World::NewRecord(batch, "opportunity");
  batch.Set(deal, "amount", Yuan(1250000));
  batch.Set(deal, "owner", world.owners()[0]);
  const Id first = Move(batch, deal, "sales/talk", {.reason = "they called"});
  const std::vector<Id> ids = world.Apply(batch);
  const Id id = ids.at(deal.local_index());

  EXPECT_EQ(world.Get(id, "stage"), Value(world.StageId("sales", "talk")));
  EXPECT_EQ(world.Get(id, "pipeline"), Value(world.GetPipelineNow("sales").id));
  EXPECT_TRUE(world.Get(id, "closed_at").is_null());
  const std::vector<MoveRecord> moves = world.Moves(id);
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(moves[0].id, ids.at(first.local_index()));
  EXPECT_TRUE(moves[0].from.is_null());
  EXPECT_EQ(moves[0].at, world.now());
  EXPECT_EQ(moves[0].owner, world.owners()[0]);
  EXPECT_EQ(moves[0].amount, Yuan(1250000));
  EXPECT_EQ(moves[0].cause, MoveCause::kManual);
  EXPECT_EQ(moves[0].reason, "they called");
  EXPECT_EQ(world.Get(moves[0].id, "pipeline"), Value(world.GetPipelineNow("sales").id));
  world.Verify();
}

// Won and lost with real timestamps; D02: skip, back, loop, reopen are free.
TEST(Moves, AreFreeAndCloseWithTheirTime) {
  World world;
  const Id deal = world.Create();
  EXPECT_TRUE(world.Get(deal, "stage").is_null());
  world.MoveTo(deal, "sales/lead", {.at = At("2026-01-05T08:00:00Z")});
  world.MoveTo(deal, "sales/deal", {.at = At("2026-01-10T08:00:00Z")});
  world.MoveTo(deal, "sales/talk", {.at = At("2026-01-12T08:00:00Z")});
  world.MoveTo(deal, "sales/talk", {.at = At("2026-01-13T08:00:00Z")});
  world.MoveTo(deal, "sales/won", {.at = At("2026-02-03T17:30:00Z")});
  EXPECT_EQ(world.Get(deal, "closed_at"), Value(At("2026-02-03T17:30:00Z")));
  EXPECT_EQ(world.Get(deal, "stage"), Value(world.StageId("sales", "won")));
  world.MoveTo(deal, "sales/offer", {.at = At("2026-02-04T09:00:00Z")});
  EXPECT_TRUE(world.Get(deal, "closed_at").is_null());
  world.MoveTo(deal, "sales/lost");
  EXPECT_EQ(world.Get(deal, "closed_at"), Value(world.now()));
  // A migration from one closed stage to another does not close again.
  const Time lost = world.now();
  world.Advance(kMicrosPerDay);
  world.MoveTo(deal, "sales/won", {.cause = MoveCause::kMigration});
  EXPECT_EQ(world.Get(deal, "closed_at"), Value(lost));
  world.Verify();
}

TEST(Moves, BackdatedOnesFindTheirPlace) {
  World world;
  const Id deal = world.Create();
  const Id a = world.MoveTo(deal, "sales/lead", {.at = At("2026-01-01")});
  const Id c = world.MoveTo(deal, "sales/deal", {.at = At("2026-02-01")});
  const Id b = world.MoveTo(deal, "sales/talk", {.at = At("2026-01-15")});
  const std::vector<MoveRecord> moves = world.Moves(deal);
  ASSERT_EQ(moves.size(), 3U);
  EXPECT_EQ(moves[0].id, a);
  EXPECT_EQ(moves[1].id, b);
  EXPECT_EQ(moves[2].id, c);
  EXPECT_EQ(moves[1].from, world.StageId("sales", "lead"));
  EXPECT_EQ(moves[2].from, world.StageId("sales", "talk"));
  EXPECT_EQ(world.Get(deal, "stage"), Value(world.StageId("sales", "deal")));
  world.Verify();
}

TEST(Moves, CorrectionsAndDeletionsCarryOver) {
  World world;
  const Id deal = world.Create();
  const Id a = world.MoveTo(deal, "sales/lead", {.at = At("2026-01-01")});
  const Id b = world.MoveTo(deal, "sales/talk", {.at = At("2026-01-15")});
  const Id c = world.MoveTo(deal, "sales/lost", {.at = At("2026-02-01")});
  // It was won, not lost, and later.
  world.Set(c, "to", world.StageId("sales", "won"));
  world.Set(c, "at", At("2026-02-05"));
  EXPECT_EQ(world.Get(deal, "stage"), Value(world.StageId("sales", "won")));
  EXPECT_EQ(world.Get(deal, "closed_at"), Value(At("2026-02-05")));
  // The talk was after all.
  world.Set(b, "at", At("2026-02-20"));
  EXPECT_EQ(world.Get(deal, "stage"), Value(world.StageId("sales", "talk")));
  EXPECT_TRUE(world.Get(deal, "closed_at").is_null());
  EXPECT_EQ(world.Moves(deal)[1].from, world.StageId("sales", "lead"));
  // Undo by deletion, to the last.
  world.Delete(b);
  EXPECT_EQ(world.Get(deal, "closed_at"), Value(At("2026-02-05")));
  world.Delete(c);
  EXPECT_EQ(world.Get(deal, "stage"), Value(world.StageId("sales", "lead")));
  // A move before the time of one that was taken back shows all the same.
  world.MoveTo(deal, "sales/offer", {.at = At("2026-01-20")});
  EXPECT_EQ(world.Get(deal, "stage"), Value(world.StageId("sales", "offer")));
  world.Delete(world.Moves(deal)[1].id);
  world.Delete(a);
  EXPECT_TRUE(world.Get(deal, "stage").is_null());
  EXPECT_TRUE(world.Get(deal, "pipeline").is_null());
  EXPECT_TRUE(world.Moves(deal).empty());
  world.Verify();
}

// What was in force at a past time can be asked of the record itself.
TEST(Moves, TheRecordRemembersItsStagesByTheirTime) {
  World world;
  Batch batch = world.NewBatch();
  batch.SetEffective(At("2026-01-01"));
  const Id local = World::NewRecord(batch, "opportunity");
  const Id deal = world.Apply(batch).at(local.local_index());
  world.MoveTo(deal, "sales/lead", {.at = At("2026-01-02")});
  world.MoveTo(deal, "sales/won", {.at = At("2026-02-01")});
  world.MoveTo(deal, "sales/talk", {.at = At("2026-01-10")});
  const std::unique_ptr<Snapshot> snapshot = world.Read();
  const auto stage_at = [&](Time at) {
    const Record past = snapshot->GetAsOf(deal, {at, kTimeMax}).value();
    return GetField(past.type(), past.view(), "stage").value();
  };
  EXPECT_TRUE(stage_at(At("2026-01-01T12:00:00Z")).is_null());
  EXPECT_EQ(stage_at(At("2026-01-05")), Value(world.StageId("sales", "lead")));
  EXPECT_EQ(stage_at(At("2026-01-20")), Value(world.StageId("sales", "talk")));
  EXPECT_EQ(stage_at(At("2026-02-02")), Value(world.StageId("sales", "won")));
}

// An imported history: everything in one batch, everything in the past.
TEST(Moves, AnImportKeepsItsTimesAndRepeatsWithoutEffect) {
  World world;
  const auto import = [&] {
    Batch batch = world.NewBatch();
    batch.SetOrigin(Origin::kImport);
    batch.SetEffective(At("2025-03-01"));
    const Id deal = batch.CreateIfAbsent("opportunity", {"old.crm", "77"});
    for (const catalog::FieldDef& field : batch.catalog()->FindType("opportunity")->fields) {
      if (field.required && field.kind == Kind::kText) batch.Set(deal, field.name, "x");
      if (field.required && field.kind == Kind::kRef && !field.derived) {
        batch.Set(deal, field.name, World::NewRecord(batch, field.refers_to.at(0)));
      }
    }
    batch.Set(deal, "amount", Yuan(500));
    Move(batch, deal, "sales/lead", {.at = At("2025-03-01"), .cause = MoveCause::kImport, .external = {"old.crm", "77/1"}});
    Move(batch, deal, "sales/won", {.at = At("2025-06-09"), .cause = MoveCause::kImport, .external = {"old.crm", "77/2"}});
    return world.Apply(batch).at(deal.local_index());
  };
  const Id deal = import();
  EXPECT_EQ(world.Get(deal, "closed_at"), Value(At("2025-06-09")));
  EXPECT_EQ(world.Moves(deal).size(), 2U);
  EXPECT_EQ(world.Moves(deal)[1].amount, Yuan(500));
  const Record past = world.Read()->GetAsOf(deal, {At("2025-04-01"), kTimeMax}).value();
  EXPECT_EQ(GetField(past.type(), past.view(), "stage").value(), Value(world.StageId("sales", "lead")));
  world.Advance(1);
  EXPECT_EQ(import(), deal);
  EXPECT_EQ(world.Moves(deal).size(), 2U);
  world.Verify();
}

TEST(Moves, AWonAmountFollowsItsDeal) {
  World world;
  const Id deal = world.Create();
  world.Set(deal, "amount", Yuan(100));
  world.MoveTo(deal, "sales/talk");
  world.Advance(1000);
  world.Set(deal, "amount", Yuan(200));
  EXPECT_EQ(world.Moves(deal)[0].amount, Yuan(100));
  world.MoveTo(deal, "sales/won");
  EXPECT_EQ(world.Moves(deal)[1].amount, Yuan(200));
  world.Advance(1000);
  world.Set(deal, "amount", Yuan(250));
  EXPECT_EQ(world.Moves(deal)[1].amount, Yuan(250));
  EXPECT_EQ(world.Moves(deal)[0].amount, Yuan(100));
  world.Advance(1000);
  world.MoveTo(deal, "sales/lost");
  world.Advance(1000);
  world.Set(deal, "amount", Yuan(1));
  EXPECT_EQ(world.Moves(deal)[2].amount, Yuan(250));
  world.Verify();
}

TEST(Moves, ANewOwnerOfAnOpenDealIsKnownFromThenOn) {
  World world;
  const Id deal = world.Create();
  world.Set(deal, "owner", world.owners()[0]);
  world.MoveTo(deal, "sales/talk");
  world.Advance(kMicrosPerDay);
  world.Set(deal, "owner", world.owners()[1]);
  std::vector<MoveRecord> moves = world.Moves(deal);
  ASSERT_EQ(moves.size(), 2U);
  EXPECT_EQ(moves[1].from, moves[1].to);
  EXPECT_EQ(moves[1].owner, world.owners()[1]);
  EXPECT_EQ(moves[1].at, world.now());
  EXPECT_EQ(moves[1].cause, MoveCause::kEvent);
  world.Advance(kMicrosPerDay);
  world.MoveTo(deal, "sales/won");
  world.Set(deal, "owner", world.owners()[2]);
  EXPECT_EQ(world.Moves(deal).size(), 3U);
  world.Verify();
}

TEST(Moves, GoWithTheirRecord) {
  World world;
  const Id deal = world.Create();
  const Id move = world.MoveTo(deal, "sales/talk");
  world.Delete(deal);
  EXPECT_EQ(world.Read()->Get(move).status().code(), StatusCode::kNotFound);
  world.Verify();
}

class MoveErrors : public ::testing::Test {
 protected:
  // Refused with this reason, and nothing is changed.
  ErrorInfo Refused(const Batch& batch, Reason reason) {
    const uint64_t sequence = world_.Read()->sequence();
    const Status status = world_.TryApply(batch);
    EXPECT_EQ(GetReason(status), reason) << status;
    EXPECT_EQ(world_.Read()->sequence(), sequence);
    return GetErrorInfo(status);
  }
  ErrorInfo RefusedMove(Id record, std::string_view stage, Reason reason, const MoveOptions& options = {}) {
    Batch batch = world_.NewBatch();
    Move(batch, record, stage, options);
    return Refused(batch, reason);
  }
  World world_;
};

TEST_F(MoveErrors, UnknownStagesAreNamedWithTheNearest) {
  const Id deal = world_.Create();
  EXPECT_THAT(RefusedMove(deal, "sales/ofer", Reason::kUnknownStage).hint, HasSubstr("sales/offer"));
  const ErrorInfo info = RefusedMove(deal, "sals/offer", Reason::kUnknownStage);
  EXPECT_THAT(info.hint, HasSubstr("sales/offer"));
  EXPECT_EQ(info.value, "sals/offer");
  EXPECT_EQ(info.type, "move");
  EXPECT_THAT(RefusedMove(deal, "offer", Reason::kUnknownStage).hint, HasSubstr("<pipeline>/<stage>"));
  // Another batch applied with it is not affected.
  Batch bad = world_.NewBatch();
  Move(bad, deal, "sales/none");
  Batch good = world_.NewBatch();
  Move(good, deal, "sales/talk");
  const std::vector<const Batch*> batches = {&bad, &good};
  const std::vector<StatusOr<Outcome>> outcomes = world_.db().ApplyMany(batches);
  EXPECT_EQ(GetReason(outcomes.at(0).status()), Reason::kUnknownStage);
  EXPECT_TRUE(outcomes.at(1).ok());
}

TEST_F(MoveErrors, OnlyPipelinedRecordsMove) {
  const ErrorInfo early = RefusedMove(world_.owners()[0], "sales/talk", Reason::kNotPipelined);
  EXPECT_EQ(early.type, "employee");
  EXPECT_THAT(early.hint, HasSubstr("case_file"));
  EXPECT_THAT(early.hint, HasSubstr("opportunity"));
  // The writer says so too, of a batch made by hand. The reference itself may be refused before.
  Batch batch = world_.NewBatch();
  const Id move = batch.Create("move");
  batch.Set(move, "record", world_.owners()[0]);
  batch.Set(move, "to", world_.StageId("sales", "talk"));
  const Status status = world_.TryApply(batch);
  EXPECT_THAT(GetReason(status), ::testing::AnyOf(Reason::kNotPipelined, Reason::kReferenceWrongType)) << status;
}

TEST_F(MoveErrors, APipelineIsForOneType) {
  const Id deal = world_.Create();
  const ErrorInfo info = RefusedMove(deal, "court/talk", Reason::kUnknownPipeline);
  EXPECT_EQ(info.type, "opportunity");
  EXPECT_EQ(info.record, deal);
  EXPECT_EQ(info.value, "court");
  EXPECT_THAT(info.hint, HasSubstr("case_file"));
}

TEST_F(MoveErrors, ArchivedStagesTakeNoMore) {
  const Id deal = world_.Create();
  const Id move = world_.MoveTo(deal, "sales/offer", {.at = At("2026-02-01")});
  world_.Set(world_.StageId("sales", "offer"), "archived", true);
  const ErrorInfo info = RefusedMove(world_.Create(), "sales/offer", Reason::kStageArchived);
  EXPECT_EQ(info.value, "sales/offer");
  // What is there may still be put right and change hands.
  world_.Set(move, "at", At("2026-02-02"));
  EXPECT_EQ(world_.Moves(deal)[0].at, At("2026-02-02"));
  world_.Set(deal, "owner", world_.owners()[1]);
  EXPECT_EQ(world_.Moves(deal).size(), 2U);
  EXPECT_EQ(world_.Moves(deal)[1].owner, world_.owners()[1]);
  Batch batch = world_.NewBatch();
  world_.MoveTo(deal, "sales/talk");
  const Id other = world_.MoveTo(deal, "sales/deal");
  batch.Set(other, "to", world_.StageId("sales", "offer"));
  Refused(batch, Reason::kStageArchived);
}

TEST_F(MoveErrors, NothingLiesInTheFuture) {
  const Id deal = world_.Create();
  const ErrorInfo info = RefusedMove(deal, "sales/talk", Reason::kEffectiveInFuture, {.at = Time{world_.now().micros + 1}});
  EXPECT_EQ(info.type, "move");
  EXPECT_EQ(info.field, "at");
  world_.MoveTo(deal, "sales/talk", {.at = world_.now()});
}

TEST_F(MoveErrors, StageFollowsFromMovesAlone) {
  const Id deal = world_.Create();
  Batch batch = world_.NewBatch();
  batch.Set(deal, "stage", world_.StageId("sales", "talk"));
  Refused(batch, Reason::kFieldReadOnly);
}

TEST_F(MoveErrors, AMoveNamesARecordAndAStage) {
  const Id deal = world_.Create();
  Batch no_stage = world_.NewBatch();
  no_stage.Set(no_stage.Create("move"), "record", deal);
  EXPECT_EQ(Refused(no_stage, Reason::kRequired).field, "to");
  Batch no_record = world_.NewBatch();
  no_record.Set(no_record.Create("move"), "to", world_.StageId("sales", "talk"));
  EXPECT_EQ(Refused(no_record, Reason::kRequired).field, "record");
  world_.Delete(deal);
  RefusedMove(deal, "sales/talk", Reason::kReferenceMissing);
}

TEST_F(MoveErrors, WhoMayNotSeeARecordMayNotSeeItsMoves) {
  const Id deal = world_.Create();
  world_.MoveTo(deal, "sales/talk");
  Batch batch = world_.NewBatch();
  batch.Set(deal, "visibility", static_cast<int64_t>(record::Visibility::kOwner));
  world_.Apply(batch);
  const std::unique_ptr<Snapshot> snapshot = world_.Read(Viewer{world_.owners()[0], {}});
  EXPECT_EQ(GetMoves(*snapshot, deal).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(GetReason(GetMoves(*snapshot, world_.owners()[0]).status()), Reason::kNotPipelined);
}

// C01, D01, D02: the current stage equals replay of the log, counts per stage equal brute force, whatever the walk.
TEST(MoveProperty, RandomHistoriesEqualTheNaiveOnes) {
  for (uint64_t run = 0; run < 4; ++run) {
    const uint64_t seed = TestSeed(100 + run);
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world;
    NaiveDeals sales(world, "opportunity", {"sales", "partner"}, seed, {});
    NaiveDeals cases(world, "case_file", {"court"}, seed + 1000, {});
    for (int i = 0; i < 150; ++i) {
      sales.Step();
      if (i % 3 == 0) cases.Step();
      if (i % 25 == 24) sales.ExpectRecords();
      if (::testing::Test::HasFailure()) return;
    }
    cases.ExpectRecords();
    world.Verify();
  }
}

// Past stages by the effective axis, whatever the order of recording. (A move that is taken back leaves its time behind: not asked here.)
TEST(MoveProperty, PastStagesEqualTheNaiveOnes) {
  const uint64_t seed = TestSeed(7);
  SCOPED_TRACE("seed " + std::to_string(seed));
  World world;
  NaiveDeals sales(world, "opportunity", {"sales", "partner"}, seed, {.deletes = false, .corrections = false});
  for (int i = 0; i < 200; ++i) sales.Step();
  const std::unique_ptr<Snapshot> snapshot = world.Read();
  for (const auto& [id, deal] : sales.deals()) {
    for (int i = 0; i < 10; ++i) {
      const Time at{world.now().micros - static_cast<int64_t>(sales.random().Below(600 * kMicrosPerDay))};
      if (at < deal.created) continue;
      const StatusOr<Record> past = snapshot->GetAsOf(id, {at, kTimeMax});
      ASSERT_TRUE(past.ok()) << past.status();
      const Value stage = GetField(past->type(), past->view(), sales.stage_field()).value();
      const Id expected = NaiveDeals::StageAt(deal, at);
      EXPECT_EQ(stage, expected.is_null() ? Value() : Value(expected));
    }
  }
}

TEST(MoveConcurrency, FourThreadsMoveTheSameDeals) {
  World world;
  std::vector<Id> deals;
  for (int i = 0; i < 5; ++i) deals.push_back(world.Create());
  const std::vector<std::string> stages = {"sales/lead", "sales/talk", "partner/offer", "sales/won", "sales/lost"};
  constexpr int kThreads = 4;
  constexpr int kMoves = 60;
  std::vector<std::thread> threads;
  std::atomic<int> applied{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kMoves; ++i) {
        Batch batch = world.NewBatch();
        Move(batch, deals[static_cast<size_t>(t + i) % deals.size()], stages[static_cast<size_t>(i) % stages.size()]);
        if (world.TryApply(batch).ok()) ++applied;
        world.Advance(1000);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(applied, kThreads * kMoves);
  size_t moves = 0;
  for (Id deal : deals) {
    const std::vector<MoveRecord> path = world.Moves(deal);
    moves += path.size();
    EXPECT_EQ(world.Get(deal, "stage"), Value(path.back().to));
  }
  EXPECT_EQ(moves, static_cast<size_t>(kThreads * kMoves));
  world.Verify();
}

}  // namespace
}  // namespace kith::model
