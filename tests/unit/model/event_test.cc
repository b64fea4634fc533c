// Stages entered by what happened: quotes that are sent, orders that are placed.
#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "world.h"

namespace kith::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kSelling = R"json({
  "name": "selling", "for_type": "opportunity", "stages": [
    {"name": "need"},
    {"name": "met", "events": [{"name": "meeting held", "of": "interaction", "condition": "kind == 'meeting'", "by": "regarding", "at": "at"}]},
    {"name": "offer", "events": [{"name": "quote sent", "of": "quote", "condition": "status == 'sent'", "at": "date"}]},
    {"name": "won", "kind": "won", "events": [{"name": "order placed", "of": "order", "condition": "status == 'placed'"}]},
    {"name": "lost", "kind": "lost"}]})json";

// A second vertical, by data alone: letters about case files.
constexpr std::string_view kLetters = R"({
  "package": "test.letters", "version": "1.0.0", "needs": ["test.law"],
  "types": [{"name": "letter", "fields": [{"name": "file", "kind": "ref", "to": ["case_file"]}, {"name": "signed", "kind": "bool"}],
             "indexes": [{"name": "by_file", "fields": ["file"]}]}]})";

class Events : public ::testing::Test {
 protected:
  Events() {
    Batch batch = world.NewBatch();
    DefinePipeline(batch, PipelineFromJson(kSelling).value());
    world.Apply(batch);
    deal = world.Create();
    start = world.now();
    world.Advance(100 * kMicrosPerDay);
  }
  [[nodiscard]] Time Day(int day) const { return Time{start.micros + day * kMicrosPerDay}; }
  Id Quote(std::string_view status, std::optional<Time> effective = std::nullopt, std::optional<Date> date = std::nullopt) {
    Batch batch = world.NewBatch();
    batch.SetEffective(effective);
    const Id quote = batch.Create("quote");
    batch.Set(quote, "opportunity", deal);
    batch.SetChoice(quote, "status", status);
    if (date.has_value()) batch.Set(quote, "date", *date);
    return world.Apply(batch).at(quote.local_index());
  }
  Id Order(Time effective) {
    Batch batch = world.NewBatch();
    batch.SetEffective(effective);
    const Id order = batch.Create("order");
    batch.Set(order, "opportunity", deal);
    batch.SetChoice(order, "status", "placed");
    return world.Apply(batch).at(order.local_index());
  }
  Id Meeting(Time at) {
    Batch batch = world.NewBatch();
    const Id meeting = batch.Create("interaction");
    batch.SetChoice(meeting, "kind", "meeting");
    batch.SetChoice(meeting, "direction", "mutual");
    batch.Set(meeting, "at", at);
    batch.Set(meeting, "regarding", deal);
    return world.Apply(batch).at(meeting.local_index());
  }
  void SetStatus(Id record, std::string_view status) {
    Batch batch = world.NewBatch();
    batch.SetChoice(record, "status", status);
    world.Apply(batch);
  }
  // "offer@12": the stages of the path, with the day since the start.
  std::vector<std::string> Path() {
    const Pipeline pipeline = world.GetPipelineNow("selling");
    std::vector<std::string> path;
    for (const MoveRecord& move : world.Moves(deal)) {
      const Stage* stage = pipeline.Find(move.to);
      path.push_back((stage == nullptr ? "elsewhere" : stage->name) + "@" +
                     std::to_string((move.at.micros - start.micros) / kMicrosPerDay));
    }
    return path;
  }

  World world;
  Id deal;
  Time start;
};

TEST_F(Events, WhatHappenedTakesTheDealToItsStageAtItsTime) {
  const Id meeting = Meeting(Day(5));
  Quote("sent", Day(12));
  Order(Day(30));
  EXPECT_THAT(Path(), ElementsAre("met@5", "offer@12", "won@30"));
  const std::vector<MoveRecord> moves = world.Moves(deal);
  EXPECT_EQ(moves[0].cause, MoveCause::kEvent);
  EXPECT_EQ(moves[0].reason, "meeting held");
  EXPECT_EQ(world.Get(moves[0].id, "event"), Value(static_cast<int64_t>(meeting.value())));
  EXPECT_EQ(world.Get(deal, "closed_at"), Value(Day(30)));
  world.Verify();
}

TEST_F(Events, OneHappensOnceAndOnlyWhenItComesToBe) {
  const Id quote = Quote("draft", Day(1));
  EXPECT_THAT(Path(), IsEmpty());
  SetStatus(quote, "sent");
  EXPECT_THAT(Path(), ElementsAre("offer@100"));
  world.Set(quote, "description", Value("again"));
  SetStatus(quote, "expired");
  world.MoveTo(deal, "selling/need");
  SetStatus(quote, "sent");
  EXPECT_THAT(Path(), ElementsAre("offer@100", "need@100")) << "a quote is sent once; going back was somebody's decision";
  Quote("sent", Day(90));
  EXPECT_THAT(Path(), ElementsAre("offer@90", "need@100")) << "another one, from before: the later one leads nowhere new";
  world.Verify();
}

TEST_F(Events, NothingHappensThereOrFurtherOrClosedOrElsewhere) {
  world.MoveTo(deal, "selling/offer", {.at = Day(3)});
  Meeting(Day(5));
  Quote("sent", Day(6));
  EXPECT_THAT(Path(), ElementsAre("offer@3"));
  Meeting(Day(2));
  EXPECT_THAT(Path(), ElementsAre("met@2", "offer@3")) << "before that it was not";
  world.MoveTo(deal, "selling/lost", {.at = Day(10)});
  Order(Day(20));
  EXPECT_THAT(Path(), ElementsAre("met@2", "offer@3", "lost@10")) << "what is closed is opened by somebody";
  deal = world.Create();
  world.MoveTo(deal, "sales/lead", {.at = Day(1)});
  Quote("sent", Day(6));
  EXPECT_THAT(Path(), ElementsAre("elsewhere@1")) << "in another pipeline";
}

TEST_F(Events, ADateIsItsDay) {
  const Date day{static_cast<int32_t>(Day(7).micros / kMicrosPerDay)};
  Quote("sent", std::nullopt, day);
  ASSERT_EQ(world.Moves(deal).size(), 1U);
  EXPECT_EQ(world.Moves(deal)[0].at, (Time{day.days * kMicrosPerDay}));
  deal = world.Create();
  Quote("sent", std::nullopt, Date{static_cast<int32_t>(world.now().micros / kMicrosPerDay)});
  EXPECT_EQ(world.Moves(deal)[0].at, world.now()) << "today: when it was said";
  deal = world.Create();
  Quote("sent", std::nullopt, Date{static_cast<int32_t>(world.now().micros / kMicrosPerDay) + 30});
  EXPECT_EQ(world.Moves(deal)[0].at, world.now()) << "nothing has happened in the future";
}

TEST_F(Events, ADayIsThatOfTheTimeZone) {
  world.Set(*world.Read()->Find("setting", ExternalRef{"kith.setting", "database"}), "time_zone", "America/New_York");
  const Time evening = At("2027-01-16T01:00:00Z");  // of the 15th in New York
  world.SetNow(evening);
  Quote("sent", std::nullopt, *ParseDate("2027-01-15"));
  EXPECT_EQ(world.Moves(deal)[0].at, evening) << "today: when it was said";
  deal = world.Create();
  Quote("sent", std::nullopt, *ParseDate("2027-01-14"));
  EXPECT_EQ(world.Moves(deal)[0].at, At("2027-01-14T05:00:00Z"));
}

TEST_F(Events, ARecordThatComesToReferToADealIsAnEventForIt) {
  const Id quote = Quote("sent", Day(4));
  const Id other = world.Create();
  world.Set(quote, "opportunity", Value(other));
  deal = other;
  EXPECT_THAT(Path(), ElementsAre("offer@100"));
}

// Deterministic: the order in which a batch, or a year of late entries, tells the same story makes no difference.
TEST_F(Events, TheOrderOfRecordingMakesNoDifference) {
  struct Told {
    char kind;
    int day;
  };
  std::vector<Told> story = {{'m', 5}, {'q', 12}, {'m', 20}, {'q', 3}, {'o', 30}, {'m', 40}};
  std::sort(story.begin(), story.end(), [](const Told& a, const Told& b) { return a.kind != b.kind ? a.kind < b.kind : a.day < b.day; });
  const auto before = [](const Told& a, const Told& b) { return a.kind != b.kind ? a.kind < b.kind : a.day < b.day; };
  int permutations = 0;
  do {
    if (++permutations % 17 != 1) continue;
    deal = world.Create();
    for (const Told& one : story) {
      if (one.kind == 'm') Meeting(Day(one.day));
      if (one.kind == 'q') Quote("sent", Day(one.day));
      if (one.kind == 'o') Order(Day(one.day));
    }
    EXPECT_THAT(Path(), ElementsAre("offer@3", "won@30")) << "permutation " << permutations;
  } while (std::next_permutation(story.begin(), story.end(), before));
  EXPECT_EQ(permutations, 720);
  world.Verify();
}

TEST_F(Events, OneBatchTellsAWholeStory) {
  Batch batch = world.NewBatch();
  const Id local = World::NewRecord(batch, "opportunity");
  const Id order = batch.Create("order");
  batch.Set(order, "opportunity", local);
  batch.SetChoice(order, "status", "placed");
  const Id quote = batch.Create("quote");
  batch.Set(quote, "opportunity", local);
  batch.SetChoice(quote, "status", "sent");
  Move(batch, local, "selling/need");
  deal = world.Apply(batch).at(local.local_index());
  EXPECT_THAT(Path().back(), "won@100");
  world.Verify();
}

TEST_F(Events, AnyTypeThatRefersToAPipelinedOneIsGoodForIt) {
  const catalog::PackageSource letters{std::string(kLetters), {}};
  ASSERT_TRUE(world.db().Ensure(std::span(&letters, 1)).ok());
  Batch define = world.NewBatch();
  DefinePipeline(define, PipelineFromJson(R"json({"name": "files", "for_type": "case_file", "stages": [
    {"name": "open"}, {"name": "mandate", "events": [{"name": "letter signed", "of": "letter", "condition": "signed", "by": "file"}]}]})json")
                             .value());
  world.Apply(define);
  Batch batch = world.NewBatch();
  const Id file = World::NewRecord(batch, "case_file");
  const Id letter = batch.Create("letter");
  batch.Set(letter, "file", file);
  const std::vector<Id> ids = world.Apply(batch);
  world.Set(ids.at(letter.local_index()), "signed", Value(true));
  EXPECT_EQ(world.Get(ids.at(file.local_index()), "phase"), Value(world.StageId("files", "mandate")));
}

TEST_F(Events, WhatCannotBeAnEventIsRefused) {
  const auto refusal = [&](std::string_view event) {
    const std::string json =
        R"({"name": "bad", "for_type": "opportunity", "stages": [{"name": "a", "events": [)" + std::string(event) + "]}]}";
    const StatusOr<Pipeline> pipeline = PipelineFromJson(json);
    if (!pipeline.ok()) return GetErrorInfo(pipeline.status());
    Batch batch = world.NewBatch();
    DefinePipeline(batch, *pipeline);
    return GetErrorInfo(world.TryApply(batch));
  };
  EXPECT_EQ(refusal(R"({"name": "x"})").field, "stages[0].events[0].of");
  EXPECT_EQ(refusal(R"({"name": "x", "of": "no_such"})").reason, Reason::kUnknownType);
  EXPECT_EQ(refusal(R"({"name": "x", "of": "account"})").field, "by") << "no money document";
  EXPECT_EQ(refusal(R"({"name": "x", "of": "quote", "by": "account"})").field, "by") << "leads elsewhere";
  EXPECT_EQ(refusal(R"({"name": "x", "of": "quote", "at": "total"})").field, "at");
  EXPECT_EQ(refusal(R"({"name": "x", "of": "quote", "condition": "stat == 'sent'"})").reason, Reason::kUnknownField);
  EXPECT_EQ(refusal(R"({"name": "x", "of": "quote", "mandatory": true})").field, "stages[0].events[0].mandatory");
}

}  // namespace
}  // namespace kith::model
