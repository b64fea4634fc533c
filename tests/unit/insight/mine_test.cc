// Stages mined from planted processes. // C11
#include "kith/insight/mine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "unit/model/world.h"

namespace kith::insight {
namespace {

using model::StageKind;
using ::testing::UnorderedElementsAre;

// The hidden process: five stages, each of what is done in any order there.
const std::vector<std::vector<std::string>> kHidden = {
    {"call", "mail"}, {"meeting", "needs"}, {"demo"}, {"quote", "prices", "terms"}, {"contract"}};

struct Planted {
  int records = 400;
  double lost = 0.5;        // share that is lost, after some stage
  double skips = 0.1;       // chance that a stage is passed over
  double leaves_out = 0.2;  // chance that an activity of a stage is not done
  double noise = 0.05;      // chance that something is done out of its stage
  uint64_t seed = 5;
};

std::vector<Trace> Play(const Planted& world) {
  std::mt19937_64 random(world.seed);
  std::uniform_real_distribution<double> chance(0, 1);
  std::vector<Trace> traces;
  for (int i = 0; i < world.records; ++i) {
    Trace trace;
    trace.record = Id(static_cast<uint64_t>(i) + 1);
    const bool lost = chance(random) < world.lost;
    trace.outcome = lost ? StageKind::kLost : StageKind::kWon;
    const size_t until = lost ? 1 + random() % kHidden.size() : kHidden.size();
    int64_t at = 1'000'000;
    const auto act = [&](const std::string& name) {
      trace.activities.push_back({name, Time{at += 1 + static_cast<int64_t>(random() % 1000)}});
    };
    for (size_t stage = 0; stage < until; ++stage) {
      if (chance(random) < world.skips) continue;
      std::vector<std::string> todo = kHidden[stage];
      std::shuffle(todo.begin(), todo.end(), random);
      for (const std::string& name : todo) {
        if (chance(random) >= world.leaves_out) act(name);
        if (chance(random) < 0.3) act(name);  // again
        if (chance(random) < world.noise) act(kHidden[random() % kHidden.size()].front());
      }
    }
    if (chance(random) < 0.03) act("golf");
    traces.push_back(std::move(trace));
  }
  return traces;
}

std::set<std::string> NamesOf(const ProposedStage& stage) {
  std::set<std::string> names;
  for (const ActivityCount& activity : stage.activities) names.insert(activity.name);
  return names;
}

// C11: order and count of the hidden process.
TEST(Mine, RecoversAHiddenProcess) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const StageProposal proposal = ProposeStages(Play({.seed = seed}));
    ASSERT_EQ(proposal.stages.size(), kHidden.size()) << "seed " << seed;
    for (size_t i = 0; i < kHidden.size(); ++i) {
      EXPECT_EQ(NamesOf(proposal.stages[i]), std::set<std::string>(kHidden[i].begin(), kHidden[i].end()))
          << "seed " << seed << ", stage " << i;
    }
  }
}

TEST(Mine, CountsItsEvidence) {
  const std::vector<Trace> traces = Play({});
  const StageProposal proposal = ProposeStages(traces);
  ASSERT_EQ(proposal.stages.size(), 5U);
  EXPECT_EQ(proposal.records, 400);
  for (size_t i = 0; i < proposal.stages.size(); ++i) {
    int64_t records = 0, won = 0, in_order = 0, reversed = 0;
    const auto first = [&](const Trace& trace, size_t stage) {
      int64_t least = INT64_MAX;
      for (const Activity& activity : trace.activities) {
        if (std::count(kHidden[stage].begin(), kHidden[stage].end(), activity.name) != 0) least = std::min(least, activity.at.micros);
      }
      return least;
    };
    for (const Trace& trace : traces) {
      const int64_t here = first(trace, i);
      if (here == INT64_MAX) continue;
      ++records;
      won += trace.outcome == StageKind::kWon ? 1 : 0;
      const int64_t before = i == 0 ? INT64_MAX : first(trace, i - 1);
      if (before == INT64_MAX) continue;
      in_order += before < here ? 1 : 0;
      reversed += here < before ? 1 : 0;
    }
    EXPECT_EQ(proposal.stages[i].records, records);
    EXPECT_EQ(proposal.stages[i].won, won);
    EXPECT_EQ(proposal.stages[i].lost, records - won);
    EXPECT_EQ(proposal.stages[i].in_order, in_order);
    EXPECT_EQ(proposal.stages[i].reversed, reversed);
    EXPECT_FALSE(proposal.stages[i].optional);
  }
  // What flows into a stage and begins there is what got there.
  std::vector<int64_t> out(6);
  for (const StageFlow& flow : proposal.flows) out[flow.from] += flow.records;
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(out[i], proposal.stages[i].records);
  ASSERT_EQ(proposal.left.size(), 1U);
  EXPECT_EQ(proposal.left[0].name, "golf");
}

TEST(Mine, SeesWhatIsOptional) {
  std::vector<Trace> traces = Play({.skips = 0});
  for (size_t i = 0; i < traces.size(); ++i) {
    if (i % 2 == 0) std::erase_if(traces[i].activities, [](const Activity& activity) { return activity.name == "demo"; });
  }
  const StageProposal proposal = ProposeStages(traces);
  ASSERT_EQ(proposal.stages.size(), 5U);
  EXPECT_TRUE(proposal.stages[2].optional);
  EXPECT_FALSE(proposal.stages[3].optional);
}

TEST(Mine, WithoutOrderThereIsOneStageAndWithoutRecordsNone) {
  std::mt19937_64 random(3);
  std::vector<Trace> traces;
  for (uint64_t i = 0; i < 300; ++i) {
    std::vector<std::string> names = {"a", "b", "c", "d"};
    std::shuffle(names.begin(), names.end(), random);
    Trace trace{Id(i + 1), StageKind::kWon, {}};
    for (size_t k = 0; k < names.size(); ++k) trace.activities.push_back({names[k], Time{static_cast<int64_t>(k)}});
    traces.push_back(trace);
  }
  EXPECT_EQ(ProposeStages(traces).stages.size(), 1U);
  traces.resize(15);
  const StageProposal few = ProposeStages(traces);
  EXPECT_TRUE(few.stages.empty());
  EXPECT_EQ(few.missing, 5);
  for (Trace& trace : traces) trace.outcome = StageKind::kOpen;
  EXPECT_EQ(ProposeStages(traces).missing, 20) << "open records have not shown yet where they go";
}

TEST(Mine, TheProposalIsADefinition) {
  const model::Pipeline pipeline = PipelineOf(ProposeStages(Play({})), "found", "opportunity");
  ASSERT_EQ(pipeline.stages.size(), 7U);
  EXPECT_EQ(pipeline.stages[2].name, "demo");
  EXPECT_EQ(pipeline.stages[5].kind, StageKind::kWon);
  EXPECT_EQ(pipeline.stages[6].kind, StageKind::kLost);
}

// C11: replay of a definition on history.
TEST(Replay, TellsWhatEachRecordsStagesWouldHaveBeen) {
  std::vector<ProposedStage> stages(2);
  stages[0].activities = {{"call", 0, 0, 0}};
  stages[1].activities = {{"quote", 0, 0, 0}, {"terms", 0, 0, 0}};
  const std::vector<Trace> traces = {
      {Id(1), StageKind::kWon, {{"call", Time{1}}, {"call", Time{2}}, {"terms", Time{3}}, {"quote", Time{4}}}},
      {Id(2), StageKind::kLost, {{"quote", Time{5}}, {"call", Time{6}}, {"golf", Time{7}}}},
      {Id(3), StageKind::kOpen, {{"golf", Time{8}}}},
      {Id(4), StageKind::kOpen, {}},
  };
  const struct Replay replay = ReplayStages(stages, traces);
  ASSERT_EQ(replay.records.size(), 2U);
  ASSERT_EQ(replay.records[0].entries.size(), 2U);
  EXPECT_EQ(replay.records[0].entries[0].at, Time{1});
  EXPECT_EQ(replay.records[0].entries[1].stage, 1U);
  EXPECT_EQ(replay.records[0].entries[1].at, Time{3});
  ASSERT_EQ(replay.records[1].entries.size(), 1U);
  EXPECT_EQ(replay.records[1].backward, 1);
  EXPECT_THAT(replay.unmapped, UnorderedElementsAre(Id(3), Id(4)));
  ASSERT_EQ(replay.unknown.size(), 1U);
  EXPECT_EQ(replay.unknown[0].records, 2);
  EXPECT_EQ(replay.reached, (std::vector<int64_t>{2, 2}));
}

TEST(Replay, OfAProposalMapsEveryRecordThatDidAnythingItKnows) {
  const std::vector<Trace> traces = Play({.seed = 9});
  const StageProposal proposal = ProposeStages(traces);
  const struct Replay replay = ReplayStages(proposal.stages, traces);
  size_t did_something = 0;
  for (const Trace& trace : traces) {
    did_something +=
        std::any_of(trace.activities.begin(), trace.activities.end(), [](const Activity& a) { return a.name != "golf"; }) ? 1U : 0U;
  }
  EXPECT_EQ(replay.records.size(), did_something);
  EXPECT_EQ(replay.records.size() + replay.unmapped.size(), traces.size());
}

// What a database tells of what was done.
TEST(Traces, AreReadFromInteractionsDocumentsAndFieldsFilledIn) {
  model::World world;
  const Time start = world.now();
  const auto hour = [&](int hours) { return Time{start.micros + hours * 3600 * INT64_C(1'000'000)}; };
  const Id deal = world.Create();
  const Id other = world.Create();
  world.MoveTo(deal, "sales/lead");
  world.MoveTo(other, "sales/lead");
  world.Create();  // without moves
  world.SetNow(hour(1));
  world.Set(deal, "budget", Value(model::Yuan(100)));
  Batch batch = world.NewBatch();
  const Id quote = batch.Create("quote");
  batch.Set(quote, "opportunity", deal);
  const Id meeting = batch.Create("interaction");
  batch.SetChoice(meeting, "kind", "meeting");
  batch.SetChoice(meeting, "direction", "mutual");
  batch.Set(meeting, "at", start);
  batch.Set(meeting, "regarding", deal);
  const Id sent = world.Apply(batch).at(quote.local_index());
  world.SetNow(hour(2));
  Batch send = world.NewBatch();
  send.SetChoice(sent, "status", "sent");
  world.Apply(send);
  world.SetNow(hour(3));
  world.Set(deal, "budget", Value(model::Yuan(200)));  // filled in already
  world.MoveTo(deal, "sales/won");

  const StatusOr<std::vector<Trace>> read = ReadTraces(*world.Read(), world.GetPipelineNow("sales").id);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 2U);
  const Trace& trace = read->front();
  EXPECT_EQ(trace.record, deal);
  EXPECT_EQ(trace.outcome, StageKind::kWon);
  std::vector<std::pair<std::string, Time>> done;
  for (const Activity& activity : trace.activities) done.emplace_back(activity.name, activity.at);
  const std::vector<std::pair<std::string, Time>> expected = {
      {"interaction:meeting", start}, {"opportunity:budget", hour(1)}, {"quote:draft", hour(1)}, {"quote:sent", hour(2)}};
  EXPECT_EQ(done, expected);
  EXPECT_EQ(read->back().outcome, StageKind::kOpen);
  EXPECT_TRUE(read->back().activities.empty());
  EXPECT_EQ(GetErrorInfo(ReadTraces(*world.Read(), deal).status()).reason, Reason::kUnknownPipeline);
  // B20: whoever may not read when something was done is not told that it came first.
  ASSERT_TRUE(world.db().SetPolicy(R"({"types": {"interaction": {"fields": {"at": {"read": ["role:desk"]}}}}})").ok());
  const StatusOr<std::vector<Trace>> seen = ReadTraces(*world.Read({.id = world.owners()[0]}), world.GetPipelineNow("sales").id);
  ASSERT_TRUE(seen.ok()) << seen.status();
  for (const Activity& activity : seen->front().activities) EXPECT_NE(activity.name, "interaction:meeting");
}

}  // namespace
}  // namespace kith::insight
