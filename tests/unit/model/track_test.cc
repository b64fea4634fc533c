// Pipelines beside the main one: a record in several at once.
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "kith/model/guide.h"
#include "world.h"

namespace kith::model {
namespace {

Pipeline Beside(std::string name, std::string for_type = "opportunity") {
  Pipeline pipeline = SalesPipeline(std::move(name), std::move(for_type));
  pipeline.parallel = true;
  return pipeline;
}

class Tracks : public ::testing::Test {
 protected:
  Tracks() {
    Batch batch = world.NewBatch();
    DefinePipeline(batch, Beside("legal"));
    DefinePipeline(batch, Beside("tech"));
    DefinePipeline(batch, Beside("expert", "case_file"));
    world.Apply(batch);
  }
  // The stage that the record of type track shows; null: there is none.
  Id TrackStage(Id record, std::string_view pipeline) {
    const Id wanted = world.GetPipelineNow(pipeline).id;
    const std::unique_ptr<Snapshot> snapshot = world.Read();
    const catalog::TypeDef& type = *snapshot->catalog().FindType("track");
    Id stage;
    int count = 0;
    const auto cursor = *snapshot->Scan("track");
    while (cursor->Next()) {
      const record::View view = *cursor->record();
      if (view.GetRef(type.FindField("record")->position) != record || view.GetRef(type.FindField("pipeline")->position) != wanted)
        continue;
      stage = view.GetRef(type.FindField("stage")->position);
      ++count;
    }
    EXPECT_LE(count, 1);
    return stage;
  }
  void ExpectTablesFromPaths(std::string_view name, std::optional<Time> as_of = std::nullopt) {
    const Id pipeline = world.GetPipelineNow(name).id;
    const std::unique_ptr<Snapshot> snapshot = world.Read();
    const FunnelTables kept = ReadTables(*snapshot, pipeline, {.as_of = as_of}).value();
    const FunnelTables paths = ReadTables(*snapshot, pipeline, {.as_of = as_of, .from_paths = true}).value();
    EXPECT_TRUE(kept.rows == paths.rows) << name;
    ASSERT_EQ(kept.open.size(), paths.open.size()) << name;
    for (size_t i = 0; i < kept.open.size(); ++i) {
      EXPECT_EQ(kept.open[i].deal, paths.open[i].deal);
      EXPECT_EQ(kept.open[i].stage, paths.open[i].stage);
      EXPECT_EQ(kept.open[i].amount, paths.open[i].amount);
    }
  }

  World world;
};

// D01, D04: parallel tracks
TEST_F(Tracks, EachHasMovesOfItsOwnAndTheMainOneDrivesTheRecord) {
  const Id deal = world.Create();
  world.MoveTo(deal, "sales/talk");
  world.MoveTo(deal, "legal/lead");
  world.MoveTo(deal, "tech/offer");
  world.MoveTo(deal, "legal/deal");
  EXPECT_EQ(world.Get(deal, "stage"), Value(world.StageId("sales", "talk")));
  EXPECT_EQ(world.Get(deal, "pipeline"), Value(world.GetPipelineNow("sales").id));
  EXPECT_EQ(TrackStage(deal, "legal"), world.StageId("legal", "deal"));
  EXPECT_EQ(TrackStage(deal, "tech"), world.StageId("tech", "offer"));
  const std::vector<MoveRecord> moves = world.Moves(deal);
  EXPECT_TRUE(moves[1].from.is_null()) << "the first of its track";
  EXPECT_EQ(moves[3].from, world.StageId("legal", "lead"));

  world.MoveTo(deal, "legal/won");
  EXPECT_TRUE(world.Get(deal, "closed_at").is_null()) << "cleared by lawyers is not sold";
  const Guide guide = *GetGuide(*world.Read(), deal);
  ASSERT_EQ(guide.tracks.size(), 3U);
  EXPECT_EQ(guide.tracks[0].name, "sales");
  EXPECT_EQ(guide.tracks[1].name, "legal");
  EXPECT_EQ(guide.tracks[1].kind, StageKind::kWon);
  EXPECT_TRUE(guide.tracks[2].parallel);
  for (const char* name : {"sales", "legal", "tech"}) ExpectTablesFromPaths(name);
  EXPECT_EQ(ReadTables(*world.Read(), world.GetPipelineNow("tech").id)->open.size(), 1U);
  EXPECT_EQ(ReadTables(*world.Read(), world.GetPipelineNow("sales").id)->open.size(), 1U);
  world.Verify();
}

TEST_F(Tracks, AMoveThatIsTakenBackTakesTheTrackBack) {
  const Id file = world.Create("case_file");
  const Id first = world.MoveTo(file, "expert/lead");
  const Id second = world.MoveTo(file, "expert/offer");
  EXPECT_TRUE(world.Get(file, "phase").is_null());
  world.Delete(second);
  EXPECT_EQ(TrackStage(file, "expert"), world.StageId("expert", "lead"));
  world.Delete(first);
  EXPECT_TRUE(TrackStage(file, "expert").is_null());
  world.MoveTo(file, "expert/talk");
  EXPECT_EQ(TrackStage(file, "expert"), world.StageId("expert", "talk"));
  world.Delete(file);
  EXPECT_TRUE(TrackStage(file, "expert").is_null());
  world.Verify();
}

TEST_F(Tracks, ATrackHasAPast) {
  const Time begin = world.now();
  const Id deal = world.Create();
  world.Advance(kMicrosPerDay);
  world.MoveTo(deal, "legal/lead");
  world.Advance(kMicrosPerDay);
  world.MoveTo(deal, "legal/offer");
  const std::unique_ptr<Snapshot> snapshot = world.Read();
  const catalog::TypeDef& type = *snapshot->catalog().FindType("track");
  const auto cursor = *snapshot->Scan("track");
  ASSERT_TRUE(cursor->Next());
  const Record then = *snapshot->GetAsOf(cursor->id(), {Time{begin.micros + kMicrosPerDay * 3 / 2}, kTimeMax});
  EXPECT_EQ(then.view().GetRef(type.FindField("stage")->position), world.StageId("legal", "lead"));
}

TEST_F(Tracks, WhoHoldsTheRecordHoldsItsTracks) {
  const Id deal = world.Create();
  world.Set(deal, "owner", Value(world.owners()[0]));
  world.MoveTo(deal, "sales/lead");
  world.MoveTo(deal, "legal/lead");
  world.MoveTo(deal, "tech/won");
  world.Set(deal, "owner", Value(world.owners()[1]));
  std::map<std::string, int> held;
  for (const char* name : {"sales", "legal", "tech"}) {
    const std::vector<DealPath> paths = ReadPaths(*world.Read(), world.GetPipelineNow(name).id).value();
    for (const DealPath& path : paths) {
      held[name] = path.moves.back().owner == world.owners()[1] ? 1 : 0;
    }
  }
  EXPECT_EQ(held, (std::map<std::string, int>{{"legal", 1}, {"sales", 1}, {"tech", 0}})) << "what is closed stays with who closed it";
  world.Verify();
}

TEST_F(Tracks, APipelineStaysOnItsTrack) {
  Batch batch = world.NewBatch();
  DefinePipeline(batch, Beside("sales"));
  EXPECT_EQ(GetErrorInfo(world.TryApply(batch)).field, "parallel");
  Batch back = world.NewBatch();
  DefinePipeline(back, SalesPipeline("legal"));
  EXPECT_EQ(GetErrorInfo(world.TryApply(back)).field, "parallel");
}

// A long random life against what the last moves of each track say.
TEST_F(Tracks, RandomMovesAgreeWithANaiveReading) {
  Random random(TestSeed(11));
  static constexpr std::string_view kPipelines[] = {"sales", "partner", "legal", "tech"};
  static constexpr std::string_view kStages[] = {"lead", "talk", "offer", "deal", "won", "lost"};
  std::vector<Id> deals;
  for (int i = 0; i < 6; ++i) deals.push_back(world.Create());
  const Time early = world.now();
  for (int i = 0; i < 250; ++i) {
    world.Advance(kMicrosPerDay / 2);
    const Id deal = deals[random.Below(deals.size())];
    const std::vector<MoveRecord> moves = world.Moves(deal);
    if (!moves.empty() && random.OneIn(6)) {
      world.Delete(moves[random.Below(moves.size())].id);
      continue;
    }
    MoveOptions options;
    if (random.OneIn(4))
      options.at = Time{early.micros + static_cast<int64_t>(random.Below(static_cast<uint64_t>(world.now().micros - early.micros)))};
    world.MoveTo(deal, std::string(kPipelines[random.Below(4)]) + "/" + std::string(kStages[random.Below(6)]), options);
  }
  std::map<Id, std::string> pipeline_of;
  for (const std::string_view name : kPipelines) {
    for (const Stage& stage : world.GetPipelineNow(name).stages) pipeline_of[stage.id] = name;
  }
  for (const Id deal : deals) {
    std::map<std::string, Id> last;
    for (const MoveRecord& move : world.Moves(deal)) {
      const std::string name = pipeline_of.at(move.to);
      const std::string track = name == "partner" ? "sales" : name;
      EXPECT_EQ(move.from, last[track]) << "from is the stage before in the same track";
      last[track] = move.to;
    }
    const Value stage = world.Get(deal, "stage");
    EXPECT_EQ(stage.is_null() ? Id() : stage.get<Id>(), last["sales"]);
    EXPECT_EQ(TrackStage(deal, "legal"), last["legal"]);
    EXPECT_EQ(TrackStage(deal, "tech"), last["tech"]);
  }
  for (const std::string_view name : kPipelines) {
    ExpectTablesFromPaths(name);
    ExpectTablesFromPaths(name, Time{early.micros + 60 * kMicrosPerDay});
  }
  world.Verify();
}

}  // namespace
}  // namespace kith::model
