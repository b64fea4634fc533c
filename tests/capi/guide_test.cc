// Stages that ask for something, through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kPipeline = R"json({"name": "build", "for_type": "opportunity", "stages": [
  {"name": "design", "exit": [{"name": "budget", "condition": "budget != null", "mandatory": true}],
   "steps": [{"name": "drawing", "evidence": "note"}], "actions": [{"name": "call"}], "max_dwell_days": 5},
  {"name": "trial", "optional": true},
  {"name": "built", "kind": "won"}]})json";
constexpr std::string_view kLegal = R"json({"name": "legal", "for_type": "opportunity", "parallel": true, "stages": [
  {"name": "check"}, {"name": "cleared", "kind": "won"}]})json";

class Guide : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch define = NewBatch();
    kith_batch_define_pipeline(define, Str(kPipeline));
    kith_batch_define_pipeline(define, Str(kLegal));
    KITH_ASSERT_OK(Apply(define), error);
    Batch batch = NewBatch();
    deal_ = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal_, "name", KITH_STR("deal"));
    kith_batch_move(batch, deal_, "build/design");
    kith_batch_move(batch, deal_, "legal/check");
    KITH_ASSERT_OK(Apply(batch), error);
    deal_ = kith_outcome_id(outcome, deal_);
  }
  Json Tracks() {
    Text json;
    EXPECT_EQ(kith_snapshot_guide(Read(), deal_, json.out(), error.out()), KITH_OK);
    return Json::parse(Str(json)).at("tracks");
  }

  kith_id deal_ = 0;
};

// D04, D07, D09
TEST_F(Guide, TellsWhatIsAskedAndAnOverrideGoesThrough) {
  const Json tracks = Tracks();
  ASSERT_EQ(tracks.size(), 2U);
  EXPECT_EQ(tracks[0].at("stage_name"), "design");
  EXPECT_EQ(tracks[0].at("progress"), 0.0);
  EXPECT_TRUE(tracks[0].contains("stay_until"));
  EXPECT_EQ(tracks[0].at("actions").at(0).at("name"), "call");
  EXPECT_EQ(tracks[0].at("next").at(0).at("name"), "trial");
  EXPECT_EQ(tracks[0].at("next").at(1).at("refused"), true);
  EXPECT_EQ(tracks[1].at("parallel"), true);

  Batch refused = NewBatch();
  kith_batch_move(refused, deal_, "build/built");
  EXPECT_EQ(Apply(refused), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "CheckFailed");
  Batch batch = NewBatch();
  const kith_id note = kith_batch_create(batch, "note");
  kith_batch_set_text(batch, note, "body", KITH_STR("drawing 3"));
  kith_batch_set_ref(batch, note, "regarding", deal_);
  kith_batch_complete_step(batch, deal_, "build/design/drawing", note, KITH_STR("by hand"));
  kith_batch_override(batch, deal_, "build/built", KITH_STR("paid in cash"));
  KITH_ASSERT_OK(Apply(batch), error);
  EXPECT_EQ(Tracks()[0].at("kind"), "won");
}

TEST_F(Guide, AnEntryGivesSomethingBack) {  // R06
  Batch batch = NewBatch();
  const kith_id deal = kith_batch_create(batch, "opportunity");
  kith_batch_set_text(batch, deal, "name", KITH_STR("D"));
  kith_batch_move(batch, deal, "default/qualified");
  KITH_ASSERT_OK(Apply(batch), error);
  const Snapshot snapshot = Read();
  Text json;
  const uint64_t first = kith_outcome_first_sequence(outcome);
  const uint64_t last = kith_outcome_last_sequence(outcome);
  KITH_ASSERT_OK(kith_snapshot_told(snapshot, first, last, json.out(), error.out()), error);
  const Json told = Json::parse(Str(json));
  EXPECT_EQ(told.at("entries").size(), last - first + 1);
  ASSERT_EQ(told.at("next").size(), 1U);
  EXPECT_EQ(told["next"][0]["record"], kith_outcome_id(outcome, deal));
  EXPECT_EQ(told["next"][0]["kind"], "action");
  KITH_ASSERT_OK(kith_snapshot_told(snapshot, 0, 0, json.out(), error.out()), error);
  EXPECT_TRUE(Json::parse(Str(json)).at("entries").empty());
}

TEST_F(Guide, BadInputIsRefused) {
  Text json;
  EXPECT_EQ(kith_snapshot_guide(Read(), deal_, nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_guide(Read(), 1, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  Batch batch = NewBatch();
  kith_batch_complete_step(batch, deal_, nullptr, 0, KITH_STR(""));
  EXPECT_NE(Apply(batch), KITH_OK);
  Batch wrong = NewBatch();
  kith_batch_complete_step(wrong, deal_, "build/design/drawing", 0, KITH_STR(""));
  EXPECT_EQ(Apply(wrong), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "Required");
}

// What happened moves the deal.
TEST_F(Guide, AnEventTakesTheDealToItsStage) {
  Batch define = NewBatch();
  kith_batch_define_pipeline(define, KITH_STR(R"json({"name": "build", "for_type": "opportunity", "stages": [
    {"name": "design"}, {"name": "trial", "events": [{"name": "quote sent", "of": "quote", "condition": "status == 'sent'"}]},
    {"name": "built", "kind": "won"}]})json"));
  KITH_ASSERT_OK(Apply(define), error);
  Batch batch = NewBatch();
  const kith_id quote = kith_batch_create(batch, "quote");
  kith_batch_set_ref(batch, quote, "opportunity", deal_);
  kith_batch_set_text(batch, quote, "status", KITH_STR("sent"));
  KITH_ASSERT_OK(Apply(batch), error);
  EXPECT_EQ(Tracks()[0].at("stage_name"), "trial");
}

// C11
TEST_F(Guide, StagesAreMinedAndReplayed) {
  Batch batch = NewBatch();
  for (int i = 0; i < 25; ++i) {
    const kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", KITH_STR("deal"));
    const kith_id order = kith_batch_create(batch, "order");
    kith_batch_set_ref(batch, order, "opportunity", deal);
    kith_batch_set_effective(batch, 1'767'225'600'000'000 + i);
    const kith_id quote = kith_batch_create(batch, "quote");
    kith_batch_set_ref(batch, quote, "opportunity", deal);
    kith_batch_set_effective(batch, INT64_MIN);
    kith_batch_override(batch, deal, "build/built", KITH_STR("done"));
  }
  KITH_ASSERT_OK(Apply(batch), error);
  Text json;
  KITH_ASSERT_OK(kith_snapshot_mine_stages(Read(), "build", json.out(), error.out()), error);
  const Json proposal = Json::parse(Str(json));
  ASSERT_EQ(proposal.at("stages").size(), 2U);
  EXPECT_EQ(proposal.at("stages")[0].at("name"), "quote:draft");
  EXPECT_EQ(proposal.at("stages")[1].at("in_order"), 25);
  EXPECT_EQ(proposal.at("pipeline").at("stages").size(), 4U);
  const std::string stages = proposal.at("stages").dump();
  KITH_ASSERT_OK(kith_snapshot_replay_stages(Read(), "build", Str(stages), json.out(), error.out()), error);
  const Json replay = Json::parse(Str(json));
  EXPECT_EQ(replay.at("reached"), Json::parse("[25, 25]"));
  EXPECT_EQ(replay.at("unmapped"), Json::array({deal_})) << "nothing was done about it";

  EXPECT_EQ(kith_snapshot_mine_stages(Read(), "no such", json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_mine_stages(Read(), "build", nullptr, error.out()), KITH_INVALID_ARGUMENT);
  for (const char* bad : {"{}", "[1]", "[{\"activities\": [1]}]", "["}) {
    EXPECT_EQ(kith_snapshot_replay_stages(Read(), "build", Str(bad), json.out(), error.out()), KITH_INVALID_ARGUMENT) << bad;
  }
}

}  // namespace
}  // namespace host
