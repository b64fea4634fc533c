// What stages ask for, and what a record is told: criteria, steps with evidence, optional stages, overrides.
#include "kith/model/guide.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "world.h"

namespace kith::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kBuild = R"json({
  "name": "build", "for_type": "opportunity", "stages": [
    {"name": "need", "exit": [{"name": "budget", "condition": "budget != null", "mandatory": true, "labels": {"zh": "预算"}},
                              {"name": "next", "condition": "next_step != null"}],
     "max_dwell_days": 10, "actions": [{"name": "call"}, {"name": "send prices", "condition": "amount > money('1000', 'CNY')"}]},
    {"name": "design", "steps": [{"name": "drawing", "mandatory": true, "evidence": "note"}, {"name": "visit"},
                                 {"name": "permit", "condition": "amount > money('5000', 'CNY')", "mandatory": true, "evidence": "*"}]},
    {"name": "trial", "optional": true, "exit": [{"name": "result", "condition": "description != null", "mandatory": true}]},
    {"name": "offer", "entry": [{"name": "quoted", "condition": "related('quote', 'opportunity').exists(q, q.status == 'sent')",
                                 "mandatory": true}]},
    {"name": "won", "kind": "won"},
    {"name": "lost", "kind": "lost", "entry": [{"name": "why", "condition": "loss_reason != null", "mandatory": true}]}]})json";

class Guides : public ::testing::Test {
 protected:
  Guides() {
    const StatusOr<Pipeline> pipeline = PipelineFromJson(kBuild);
    EXPECT_TRUE(pipeline.ok()) << pipeline.status();
    Batch batch = world.NewBatch();
    DefinePipeline(batch, *pipeline);
    world.Apply(batch);
    deal = world.Create();
  }
  Status TryMove(std::string_view stage, MoveOptions options = {}) {
    Batch batch = world.NewBatch();
    Move(batch, deal, "build/" + std::string(stage), options);
    return world.TryApply(batch);
  }
  void MustMove(std::string_view stage, MoveOptions options = {}) {
    const Status status = TryMove(stage, options);
    EXPECT_TRUE(status.ok()) << stage << ": " << status;
  }
  Id Complete(std::string_view step, Id evidence = {}) {
    Batch batch = world.NewBatch();
    const Id local = CompleteStep(batch, deal, "build/" + std::string(step), {.evidence = evidence});
    return world.Apply(batch).at(local.local_index());
  }
  Id Note() {
    Batch batch = world.NewBatch();
    const Id note = batch.Create("note");
    batch.Set(note, "regarding", deal);
    batch.Set(note, "body", "x");
    return world.Apply(batch).at(note.local_index());
  }
  void Quote(std::string_view status) {
    Batch batch = world.NewBatch();
    const Id quote = batch.Create("quote");
    batch.Set(quote, "opportunity", deal);
    batch.SetChoice(quote, "status", status);
    world.Apply(batch);
  }
  Track MainTrack() {
    const StatusOr<Guide> guide = GetGuide(*world.Read(), deal);
    EXPECT_TRUE(guide.ok()) << guide.status();
    return guide.ok() && !guide->tracks.empty() ? guide->tracks.front() : Track();
  }
  std::string Stage() {
    const std::unique_ptr<Snapshot> snapshot = world.Read();
    const Value stage = world.Get(deal, "stage");
    return stage.is_null()
               ? ""
               : std::string(snapshot->Get(stage.get<Id>())->GetText(snapshot->catalog().FindType("stage")->FindField("name")->position));
  }
  std::vector<std::string> UnmetOfLastMove() {
    const Value value = world.Get(world.Moves(deal).back().id, "unmet");
    return value.is_null() ? std::vector<std::string>() : value.get<TextList>();
  }
  static std::vector<std::string> Names(const std::vector<AskedItem>& asked) {
    std::vector<std::string> names;
    for (const AskedItem& one : asked) names.push_back(one.item.name + (one.met ? " met" : ""));
    return names;
  }

  World world;
  Id deal;
};

// D08
TEST_F(Guides, ADefinitionReadsAsItWasWritten) {
  Pipeline read = world.GetPipelineNow("build");
  const Pipeline written = *PipelineFromJson(kBuild);
  ASSERT_EQ(read.stages.size(), written.stages.size());
  for (size_t i = 0; i < read.stages.size(); ++i) {
    EXPECT_EQ(read.stages[i].optional, written.stages[i].optional);
    for (StageItem& item : read.stages[i].items) item.id = {};
    EXPECT_EQ(read.stages[i].items, written.stages[i].items) << read.stages[i].name;
  }
  const Pipeline again = *PipelineFromJson(ToJson(read));
  for (size_t i = 0; i < read.stages.size(); ++i) EXPECT_EQ(again.stages[i].items, read.stages[i].items);
}

TEST_F(Guides, AStayOfMoreDaysThanThereAreEndsNever) {
  MustMove("need");
  Batch batch = world.NewBatch();
  batch.Set(world.StageId("build", "need"), "max_dwell_days", INT32_MAX);
  world.Apply(batch);
  EXPECT_EQ(MainTrack().stay_until, kTimeMax);
}

// D07
TEST_F(Guides, AMandatoryCriterionRefusesAndNamesWhatIsMissing) {
  MustMove("need");
  const Status refused = TryMove("design");
  const ErrorInfo info = GetErrorInfo(refused);
  EXPECT_EQ(info.reason, Reason::kCheckFailed);
  EXPECT_EQ(info.record, deal);
  EXPECT_EQ(info.field, "budget");
  EXPECT_THAT(info.hint, HasSubstr("budget != null"));
  EXPECT_EQ(Stage(), "need");
  // What the batch itself sets counts.
  Batch batch = world.NewBatch();
  batch.Set(deal, "budget", Yuan(100));
  Move(batch, deal, "build/design");
  world.Apply(batch);
  EXPECT_EQ(Stage(), "design");
  EXPECT_THAT(UnmetOfLastMove(), ElementsAre("need/next")) << "advisory: it goes through and is written down";
}

// D09
TEST_F(Guides, AnOverrideGoesThroughWithItsReasonAndSaysWhatWasUnmet) {
  MustMove("need");
  EXPECT_EQ(GetErrorInfo(TryMove("design", {.cause = MoveCause::kOverride})).reason, Reason::kCheckFailed) << "no reason given";
  MustMove("design", {.cause = MoveCause::kOverride, .reason = "the chairman knows them"});
  const MoveRecord last = world.Moves(deal).back();
  EXPECT_EQ(last.cause, MoveCause::kOverride);
  EXPECT_EQ(last.reason, "the chairman knows them");
  EXPECT_THAT(UnmetOfLastMove(), ElementsAre("need/budget", "need/next"));
  world.Verify();
}

// D09: statistics with and without them
TEST_F(Guides, StatisticsCanLeaveOverridesOut) {
  MustMove("need");
  MustMove("design", {.cause = MoveCause::kOverride, .reason = "in a hurry"});
  const Id pipeline = world.GetPipelineNow("build").id;
  const std::unique_ptr<Snapshot> snapshot = world.Read();
  const FunnelTables with = ReadTables(*snapshot, pipeline).value();
  const FunnelTables without = ReadTables(*snapshot, pipeline, {.without_overrides = true}).value();
  ASSERT_EQ(with.open.size(), 1U);
  ASSERT_EQ(without.open.size(), 1U);
  EXPECT_EQ(with.open[0].stage, world.StageId("build", "design"));
  EXPECT_EQ(without.open[0].stage, world.StageId("build", "need"));
}

// D04
TEST_F(Guides, AStepIsDoneByItsEvidence) {
  MustMove("design", {.cause = MoveCause::kImport});
  world.Set(deal, "next_step", Value("draw"));
  Quote("sent");
  EXPECT_EQ(GetErrorInfo(TryMove("offer")).field, "drawing");
  EXPECT_EQ(MainTrack().progress, 0.0);

  Batch without = world.NewBatch();
  CompleteStep(without, deal, "build/design/drawing");
  EXPECT_EQ(GetErrorInfo(world.TryApply(without)).reason, Reason::kRequired);
  Batch wrong = world.NewBatch();
  CompleteStep(wrong, deal, "build/design/drawing", {.evidence = world.owners()[0]});
  EXPECT_EQ(GetErrorInfo(world.TryApply(wrong)).reason, Reason::kReferenceWrongType);
  Batch unknown = world.NewBatch();
  CompleteStep(unknown, deal, "build/design/no such");
  EXPECT_FALSE(world.TryApply(unknown).ok());
  Batch criterion = world.NewBatch();
  CompleteStep(criterion, deal, "build/need/budget");
  EXPECT_EQ(GetErrorInfo(world.TryApply(criterion)).reason, Reason::kBadOptions);
  Batch other = world.NewBatch();
  CompleteStep(other, World::NewRecord(other, "case_file"), "build/design/visit");
  EXPECT_EQ(GetErrorInfo(world.TryApply(other)).reason, Reason::kBadOptions);

  Complete("design/visit");
  EXPECT_EQ(MainTrack().progress, 0.5);
  const Id note = Note();
  const Id done = Complete("design/drawing", note);
  EXPECT_EQ(world.Get(done, "at"), Value(world.now()));
  EXPECT_EQ(MainTrack().progress, 1.0);
  EXPECT_EQ(MainTrack().asked.front().evidence, note);
  world.Delete(note);
  EXPECT_EQ(MainTrack().progress, 0.5) << "what it was done by is gone";
  EXPECT_EQ(GetErrorInfo(TryMove("offer")).field, "drawing");
  // In one batch: the evidence, the step, the move.
  Batch batch = world.NewBatch();
  const Id fresh = batch.Create("note");
  batch.Set(fresh, "regarding", deal);
  batch.Set(fresh, "body", "x");
  CompleteStep(batch, deal, "build/design/drawing", {.evidence = fresh});
  Move(batch, deal, "build/offer");
  world.Apply(batch);
  EXPECT_EQ(Stage(), "offer");
  world.Verify();
}

TEST_F(Guides, AStepIsForTheRecordsOfItsCondition) {
  MustMove("design", {.cause = MoveCause::kImport});
  EXPECT_THAT(Names(MainTrack().asked), ElementsAre("drawing", "visit"));
  world.Set(deal, "amount", Yuan(600'000));
  EXPECT_THAT(Names(MainTrack().asked), ElementsAre("drawing", "visit", "permit"));
}

// D01
TEST_F(Guides, WhoPassesOverAStageIsAskedForItUnlessItIsOptional) {
  world.Set(deal, "budget", Value(Yuan(1)));
  Quote("sent");
  MustMove("need");
  EXPECT_EQ(GetErrorInfo(TryMove("offer")).field, "drawing") << "design is passed over";
  Complete("design/drawing", Note());
  MustMove("offer");
  EXPECT_THAT(UnmetOfLastMove(), UnorderedElementsAre("need/next", "design/visit")) << "trial is optional";
  MustMove("trial");
  EXPECT_EQ(GetErrorInfo(TryMove("won")).field, "result") << "who is in an optional stage leaves it as any other";
  world.Set(deal, "description", Value("works"));
  MustMove("won");
}

TEST_F(Guides, TheWayBackLossesAndWhatHappenedElsewhereAreNotAsked) {
  MustMove("offer", {.cause = MoveCause::kImport});
  MustMove("need");
  EXPECT_EQ(GetErrorInfo(TryMove("lost")).field, "why") << "what a lost stage asks of those that enter it";
  Batch batch = world.NewBatch();
  batch.SetChoice(deal, "loss_reason", "price");
  Move(batch, deal, "build/lost");
  world.Apply(batch);
  EXPECT_THAT(UnmetOfLastMove(), IsEmpty());
  // A move that is put in before others tells of the past.
  MustMove("design", {.at = Time{world.now().micros - kMicrosPerDay}});
}

TEST_F(Guides, ACriterionSeesWhatTheBatchRefersFromElsewhere) {
  world.Set(deal, "budget", Value(Yuan(1)));
  Complete("design/drawing", Note());
  Quote("draft");
  EXPECT_EQ(GetErrorInfo(TryMove("offer")).field, "quoted");
  Batch batch = world.NewBatch();
  const Id quote = batch.Create("quote");
  batch.Set(quote, "opportunity", deal);
  batch.SetChoice(quote, "status", "sent");
  Move(batch, deal, "build/offer");
  EXPECT_TRUE(world.TryApply(batch).ok());
}

// D07: what comes next for a deal
TEST_F(Guides, TheGuideTellsWhatIsAskedSuggestedAndNext) {
  MustMove("need");
  Track track = MainTrack();
  EXPECT_EQ(track.name, "build");
  EXPECT_EQ(track.stage_name, "need");
  EXPECT_FALSE(track.parallel);
  EXPECT_THAT(Names(track.asked), ElementsAre("budget", "next"));
  ASSERT_EQ(track.actions.size(), 1U);
  EXPECT_EQ(track.actions[0].name, "call");
  world.Set(deal, "amount", Yuan(200'000));
  EXPECT_EQ(MainTrack().actions.size(), 2U);
  ASSERT_EQ(track.next.size(), 1U);
  EXPECT_EQ(track.next[0].name, "design");
  EXPECT_TRUE(track.next[0].refused);
  EXPECT_THAT(Names(track.next[0].unmet), ElementsAre("budget", "next"));
  EXPECT_FALSE(track.over);
  world.Advance(11 * kMicrosPerDay);
  world.Set(deal, "budget", Value(Yuan(1)));
  EXPECT_TRUE(MainTrack().over) << "longer than the stage's longest stay";
  MustMove("design", {.cause = MoveCause::kImport});
  track = MainTrack();
  ASSERT_EQ(track.next.size(), 2U);
  EXPECT_EQ(track.next[0].name, "trial");
  EXPECT_TRUE(track.next[0].optional);
  EXPECT_EQ(track.next[1].name, "offer");
  EXPECT_THAT(Names(track.next[1].unmet), ElementsAre("drawing", "visit", "quoted"));
  MustMove("won", {.cause = MoveCause::kOverride, .reason = "signed already"});
  EXPECT_THAT(MainTrack().next, IsEmpty());
}

// What the guide says of the next stage is what the writer then does.
TEST_F(Guides, TheGuideAndTheWriterAgree) {
  Random random(TestSeed(4));
  const std::vector<std::string> stages = {"need", "design", "trial", "offer", "won"};
  for (int round = 0; round < 60; ++round) {
    deal = world.Create();
    if (random.OneIn(2)) world.Set(deal, "budget", Value(Yuan(1)));
    if (random.OneIn(2)) world.Set(deal, "description", Value("x"));
    if (random.OneIn(2)) Complete("design/drawing", Note());
    if (random.OneIn(2)) Quote("sent");
    MustMove(stages[random.Below(4)], {.cause = MoveCause::kImport});
    for (const NextStage& next : MainTrack().next) {
      Batch batch = world.NewBatch();
      Move(batch, deal, "build/" + next.name);
      EXPECT_EQ(!world.db().Apply(batch, {.dry_run = true}).ok(), next.refused) << next.name;
    }
  }
}

TEST_F(Guides, DefinitionsThatMakeNoSenseAreRefused) {
  const auto refusal = [&](std::string_view stage) {
    const std::string json = R"({"name": "bad", "for_type": "opportunity", "stages": [)" + std::string(stage) + "]}";
    const StatusOr<Pipeline> pipeline = PipelineFromJson(json);
    if (!pipeline.ok()) return pipeline.status();
    Batch batch = world.NewBatch();
    DefinePipeline(batch, *pipeline);
    return world.TryApply(batch);
  };
  EXPECT_EQ(GetErrorInfo(refusal(R"({"name": "a", "exit": [{"name": "x"}]})")).field, "stages[0].exit[0].condition");
  EXPECT_EQ(GetErrorInfo(refusal(R"({"name": "a", "exit": [{"name": "x", "condition": "no_such_field > 1"}]})")).reason,
            Reason::kUnknownField);
  EXPECT_EQ(GetErrorInfo(refusal(R"({"name": "a", "exit": [{"name": "x", "condition": "amount"}]})")).reason, Reason::kWrongKind);
  EXPECT_EQ(GetErrorInfo(refusal(R"({"name": "a", "steps": [{"name": "x", "evidence": "no_such_type"}]})")).reason, Reason::kUnknownType);
  EXPECT_EQ(GetErrorInfo(refusal(R"({"name": "a", "steps": [{"name": "x"}, {"name": "x"}]})")).reason, Reason::kBatchMalformed);
  EXPECT_EQ(GetErrorInfo(refusal(R"({"name": "a", "steps": [{"name": "x/y"}]})")).reason, Reason::kBatchMalformed);
  EXPECT_EQ(GetErrorInfo(refusal(R"({"name": "a", "actions": [{"name": "x", "mandatory": true}]})")).field,
            "stages[0].actions[0].mandatory");
  EXPECT_TRUE(refusal(R"({"name": "a", "steps": [{"name": "x"}]})").ok());
}

TEST_F(Guides, ErrorsSayWhatIsWrong) {
  EXPECT_EQ(GetErrorInfo(GetGuide(*world.Read(), world.owners()[0]).status()).reason, Reason::kNotPipelined);
  world.Delete(deal);
  EXPECT_EQ(GetGuide(*world.Read(), deal).status().code(), StatusCode::kNotFound);
  deal = world.Create();
  EXPECT_THAT(GetGuide(*world.Read(), deal)->tracks, IsEmpty()) << "no moves yet";
}

}  // namespace
}  // namespace kith::model
