// The four questions, the five steps and the action line of planted deals: what is missing is what is asked for, whatever else there is.
#include "kith/insight/action_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ActionLines : public Relations {
 protected:
  ActionLines() {
    account_ = Add("account", {{"name", "Acme"}});
    deal_ = Add("opportunity", {{"name", "deal"}, {"account", account_}});
    world_.MoveTo(deal_, "sales/talk");
  }
  ActionLine Line(const RelationOptions& options = {}) {
    StatusOr<ActionLine> line = ReadActionLine(*world_.Read(), deal_, options);
    EXPECT_TRUE(line.ok()) << line.status();
    return line.ok() ? *std::move(line) : ActionLine();
  }
  static std::vector<std::string> KeysOf(const ActionLine& line, WinStep step) {
    std::vector<std::string> keys;
    for (const WinAction& action : line.steps.at(static_cast<size_t>(step) - 1).actions) keys.push_back(action.key);
    return keys;
  }
  static std::map<std::string, bool> AllOf(const ActionLine& line) {
    std::map<std::string, bool> all;
    for (const WinStepReport& step : line.steps) {
      for (const WinAction& action : step.actions) EXPECT_TRUE(all.emplace(action.key, action.done).second) << action.key;
    }
    return all;
  }
  static StepState StateOf(const ActionLine& line, WinStep step) { return line.steps.at(static_cast<size_t>(step) - 1).state; }
  // Makes the tasks follow; how many changed.
  size_t Plan() {
    Batch batch = world_.NewBatch();
    const StatusOr<size_t> changed = PlanActions(*world_.Read(), Line(), batch);
    EXPECT_TRUE(changed.ok()) << changed.status();
    world_.Apply(batch);
    return changed.value_or(0);
  }
  Id TaskOf(const std::string& key) {
    const StatusOr<Id> task =
        world_.Read()->Find("task", ExternalRef{std::string(kActionSystem), std::to_string(deal_.value()) + "/" + key});
    return task.ok() ? *task : Id();
  }
  std::string StatusOfTask(const std::string& key) {
    const Id task = TaskOf(key);
    if (task.is_null()) return "none";
    const Value status = world_.Get(task, "status");
    return world_.Read()->catalog().FindType("task")->FindField("status")->FindChoice(status.get<Choice>().number)->name;
  }
  static std::string Key(std::string_view kind, Id about, std::string_view choice) {
    return std::string(kind) + "/" + (about.is_null() ? "" : std::to_string(about.value())) + "/" + std::string(choice);
  }

  Id account_;
  Id deal_;
};

// O09: step 2 lists exactly the missing roles and the competitors; each step is as far as the evidence is.
TEST_F(ActionLines, StepsAreAsFarAsTheEvidence) {
  ActionLine line = Line();
  ASSERT_EQ(line.steps.size(), 5U);
  EXPECT_THAT(KeysOf(line, WinStep::kAssess),
              ElementsAre("learn//amount", "learn//budget", "learn//close_date", "learn//need", "learn//timing"));
  EXPECT_THAT(KeysOf(line, WinStep::kAnalyse), ElementsAre("find//decision_maker", "find//technical", "find//user", "name_rival//"));
  for (const WinStepReport& step : line.steps) EXPECT_EQ(step.state, StepState::kOpen) << NameOf(step.step);

  world_.Set(deal_, "amount", model::Yuan(5000));
  world_.Set(deal_, "close_date", DateOf(world_.now()));
  const Id boss = Contact();
  const Id rival = Add("competitor", {{"name", "Rival"}});
  GiveRole(boss, deal_, "decision_maker");
  Add("deal_competitor", {{"competitor", rival}, {"opportunity", deal_}});
  line = Line();
  EXPECT_EQ(line.missing, (std::vector<ChainRole>{ChainRole::kTechnical, ChainRole::kUser}));
  ASSERT_EQ(line.rivals.size(), 1U);
  EXPECT_EQ(line.rivals[0].competitor, rival);
  EXPECT_THAT(KeysOf(line, WinStep::kAssess), ElementsAre("learn//budget", "learn//need", "learn//timing"));
  EXPECT_THAT(KeysOf(line, WinStep::kAnalyse), ElementsAre("find//technical", "find//user", Key("sound", boss, "")));
  EXPECT_EQ(StateOf(line, WinStep::kAssess), StepState::kBegun);
  EXPECT_EQ(StateOf(line, WinStep::kAnalyse), StepState::kBegun);

  for (const char* dimension : {"need", "budget", "timing"}) Say(boss, Id(), dimension, 1);
  Say(boss, Id(), "solution", 1);
  const Id engineer = Contact();
  for (const char* role : {"technical", "user"}) GiveRole(engineer, deal_, role);
  Say(engineer, Id(), "solution", 0.5);
  Meet(world_.owners()[0], boss);
  line = Line();
  EXPECT_THAT(KeysOf(line, WinStep::kAssess), IsEmpty());
  EXPECT_THAT(KeysOf(line, WinStep::kAnalyse), IsEmpty());
  EXPECT_EQ(StateOf(line, WinStep::kAssess), StepState::kDone);
  EXPECT_EQ(StateOf(line, WinStep::kAnalyse), StepState::kDone);
  EXPECT_EQ(StateOf(line, WinStep::kCompete), StepState::kDone);  // we lead
  EXPECT_THAT(KeysOf(line, WinStep::kCompete), ElementsAre(Key("counter", rival, "frontal")));
  EXPECT_THAT(KeysOf(line, WinStep::kRelate), ElementsAre(Key("win_over", boss, "closeness")));  // there is no way to the engineer
  const WinAction& move = line.steps[3].actions.at(0);
  EXPECT_GT(move.gain, 0);
  ASSERT_EQ(move.way.hops.size(), 1U);
  EXPECT_EQ(move.way.hops[0].from, world_.owners()[0]);
  EXPECT_EQ(GetReason(ReadActionLine(*world_.Read(), boss).status()), Reason::kBadOptions);
}

// O12: worked out again it is the same; what was done stays; a fact that changes changes the actions that rest on it and no others.
TEST_F(ActionLines, IsWorkedOutAgainAndKeepsWhatWasDone) {
  const Id boss = Contact();
  const Id rival = Add("competitor", {{"name", "Rival"}});
  GiveRole(boss, deal_, "decision_maker");
  Add("deal_competitor", {{"competitor", rival}, {"opportunity", deal_}});
  world_.Set(deal_, "owner", world_.owners()[1]);
  const std::map<std::string, bool> before = AllOf(Line());
  EXPECT_EQ(AllOf(Line()), before);
  EXPECT_EQ(Plan(), before.size());
  EXPECT_EQ(Plan(), 0U);
  const std::string sound = Key("sound", boss, "");
  EXPECT_EQ(world_.Get(TaskOf(sound), "contact"), Value(boss));
  EXPECT_EQ(world_.Get(TaskOf(sound), "assignee"), Value(world_.owners()[1]));
  EXPECT_EQ(world_.Get(TaskOf(sound), "regarding"), Value(deal_));

  // Somebody asked: the task is done and the evidence is there.
  world_.Set(TaskOf(sound), "status", "done");
  EXPECT_TRUE(AllOf(Line()).at(sound));
  Say(boss, Id(), "need", 0.5);
  std::map<std::string, bool> expected = before;
  expected[sound] = true;
  expected.erase("learn//need");
  EXPECT_EQ(AllOf(Line()), expected);  // of the boss's stance nothing is known yet, and need says nothing of it
  EXPECT_EQ(Plan(), 1U);
  EXPECT_EQ(StatusOfTask("learn//need"), "cancelled");
  EXPECT_EQ(StatusOfTask("learn//budget"), "open");

  const Id said = Say(boss, Id(), "solution", 0.5);
  EXPECT_EQ(AllOf(Line()).at(sound), true);  // done, though nothing asks for it any more
  EXPECT_EQ(Plan(), 2U);                     // another strategy against the rival, since we are ahead now
  EXPECT_EQ(StatusOfTask(sound), "done");
  world_.Delete(said);
  EXPECT_EQ(AllOf(Line()), expected);
  const Id need = Add("evidence", {{"subject", boss},
                                   {"dimension", Choose("evidence", "dimension", "budget")},
                                   {"value", 1.0},
                                   {"source", Choose("evidence", "source", "document")},
                                   {"at", world_.now()}});
  Plan();
  EXPECT_EQ(StatusOfTask("learn//budget"), "cancelled");
  world_.Delete(need);
  Plan();
  EXPECT_EQ(StatusOfTask("learn//budget"), "open");  // asked for again
  world_.Verify();
}

// O12: a deal that a team owns has tasks too, of nobody yet; one that somebody made a task about the account is left alone.
TEST_F(ActionLines, TasksAreMadeWhoeverOwnsTheDeal) {
  world_.Set(deal_, "owner", Add("team", {{"name", "North"}}));
  EXPECT_GT(Plan(), 0U);
  const Id task = TaskOf("learn//need");
  ASSERT_FALSE(task.is_null());
  EXPECT_TRUE(world_.Get(task, "assignee").is_null());
  world_.Set(task, "regarding", account_);
  EXPECT_EQ(Plan(), 0U);
  EXPECT_EQ(StatusOfTask("learn//need"), "open");
}

// O12 on random changes: facts come and go, tasks get done; the tasks that are open are those that the line asks for, and nothing done is
// lost.
TEST_F(ActionLines, FollowsRandomFacts) {
  const uint64_t seed = model::TestSeed(31);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  model::Random dice(seed);
  std::vector<Id> people;
  std::vector<Id> rivals;
  for (int i = 0; i < 4; ++i) people.push_back(Contact());
  for (int i = 0; i < 2; ++i) rivals.push_back(Add("competitor", {{"name", "Rival " + std::to_string(i)}}));
  std::vector<Id> facts;
  std::set<std::string> done;
  const std::vector<std::string> roles = {"decision_maker", "technical", "user", "coach"};
  for (int round = 0; round < 40; ++round) {
    const Id person = people[dice.Below(4)];
    switch (dice.Below(6)) {
      case 0:
        facts.push_back(GiveRole(person, deal_, roles[dice.Below(4)], dice.OneIn(4)));
        break;
      case 1:
        facts.push_back(
            Say(person, dice.OneIn(2) ? rivals[dice.Below(2)] : Id(), dice.OneIn(2) ? "solution" : "need", dice.OneIn(2) ? 1 : -1));
        break;
      case 2:
        facts.push_back(Meet(world_.owners()[dice.Below(3)], person));
        break;
      case 3:
        if (!Line().rivals.empty()) break;  // an edge stands once
        facts.push_back(Add("deal_competitor", {{"competitor", rivals[dice.Below(2)]}, {"opportunity", deal_}}));
        break;
      case 4:
        if (facts.empty()) break;
        world_.Delete(facts.back());
        facts.pop_back();
        break;
      default:
        for (const auto& [key, is_done] : AllOf(Line())) {
          if (is_done || TaskOf(key).is_null() || !dice.OneIn(3)) continue;
          world_.Set(TaskOf(key), "status", "done");
          done.insert(key);
          break;
        }
    }
    Plan();
    EXPECT_EQ(Plan(), 0U);
    const std::map<std::string, bool> line = AllOf(Line());
    for (const auto& [key, is_done] : line) EXPECT_EQ(StatusOfTask(key), is_done ? "done" : "open") << key;
    for (const std::string& key : done) EXPECT_TRUE(line.count(key) != 0 && line.at(key)) << key;
    size_t open = 0;
    const std::unique_ptr<Snapshot> snapshot = world_.Read();
    const std::unique_ptr<RecordCursor> tasks = *snapshot->Scan("task");
    while (tasks->Next()) {
      const Value status = *GetField(*snapshot->catalog().FindType("task"), *tasks->record(), "status");
      if (status == Choose("task", "status", "open")) ++open;
    }
    EXPECT_EQ(open, line.size() - done.size());
  }
}

// O10: each question is monotone in what it asks about, and what is unknown lowers the confidence, not the sign.
TEST_F(ActionLines, FourQuestionsFollowTheirCriteria) {
  const auto ask = [&](Id party = {}) {
    StatusOr<FourQuestions> asked = AskFourQuestions(*world_.Read(), deal_, party);
    EXPECT_TRUE(asked.ok()) << asked.status();
    for (const Answer* answer : {&asked->opportunity, &asked->compete, &asked->win, &asked->worth}) {
      EXPECT_GE(answer->value, -1);
      EXPECT_LE(answer->value, 1);
      EXPECT_GE(answer->confidence, 0);
      EXPECT_LE(answer->confidence, 1);
    }
    return *std::move(asked);
  };
  const FourQuestions nothing = ask();
  for (const Answer* answer : {&nothing.opportunity, &nothing.compete, &nothing.win, &nothing.worth}) {
    EXPECT_EQ(answer->value, 0);
    EXPECT_EQ(answer->confidence, 0);
  }
  const Id boss = Contact();
  const Id rival = Add("competitor", {{"name", "Rival"}});
  GiveRole(boss, deal_, "coach");
  Add("deal_competitor", {{"competitor", rival}, {"opportunity", deal_}});
  Say(boss, Id(), "need", 1);
  const FourQuestions one = ask();
  EXPECT_GT(one.opportunity.value, 0);
  EXPECT_GT(one.opportunity.confidence, 0);
  Say(boss, Id(), "budget", -1);
  const FourQuestions two = ask();
  EXPECT_LT(two.opportunity.value, one.opportunity.value);
  EXPECT_GT(two.opportunity.confidence, one.opportunity.confidence);
  Say(boss, Id(), "solution", 1);
  const FourQuestions three = ask();
  EXPECT_GT(three.compete.value, two.compete.value);
  EXPECT_GT(three.win.value, two.win.value);
  EXPECT_EQ(three.opportunity.value, two.opportunity.value);
  Say(boss, rival, "solution", 1);
  const FourQuestions four = ask();
  EXPECT_LT(four.win.value, three.win.value);
  // The customer's need is the same for whoever sells; the lead is the other's loss.
  const FourQuestions theirs = ask(rival);
  EXPECT_EQ(theirs.opportunity.value, four.opportunity.value);
  EXPECT_EQ(theirs.win.criteria.at(1).value, -four.win.criteria.at(1).value);
  // A small deal beside others is worth less than a large one.
  const auto other = [&](int64_t minor) {
    const Id deal = Add("opportunity", {{"name", "other"}, {"amount", model::Yuan(minor)}});
    world_.MoveTo(deal, "sales/talk");
  };
  other(1000);
  world_.Set(deal_, "amount", model::Yuan(3000));
  EXPECT_NEAR(ask().worth.criteria.at(0).value, 2 * 3000.0 / (3000 + 2000) - 1, 1e-12) << "the median of two lies between them";
  for (const int64_t minor : {1000, 1000}) other(minor);
  world_.Set(deal_, "amount", model::Yuan(10));
  const double small = ask().worth.value;
  world_.Set(deal_, "amount", model::Yuan(100'000));
  const double large = ask().worth.value;
  EXPECT_GT(large, small);
  EXPECT_LT(small, 0);
  // What it costs us; what the customer has for it.
  Add("cost", {{"opportunity", deal_}, {"kind", "delivery"}, {"amount", model::Yuan(20'000)}});
  const FourQuestions costly = ask();
  EXPECT_NEAR(costly.worth.criteria.at(1).value, 0.8, 1e-12);
  Add("cost", {{"opportunity", deal_}, {"kind", "delivery"}, {"amount", model::Yuan(60'000)}});
  EXPECT_LT(ask().worth.value, costly.worth.value);
  for (int i = 0; i < 3; ++i) {
    Add("budget_evidence", {{"opportunity", deal_}, {"exists", true}, {"at", world_.now()}, {"source", "document"}, {"confidence", 1.0}});
  }
  EXPECT_GT(ask().opportunity.value, costly.opportunity.value);
  EXPECT_THAT(ask().no_go, IsEmpty());
}

// Asked as of a day and as known then, the answers are those of that day: budgets, costs and amounts that came later count nothing.
TEST_F(ActionLines, WhatBecameKnownLaterCountsNothing) {
  GiveRole(Contact(), deal_, "decision_maker");
  world_.Set(deal_, "amount", model::Yuan(100'000));
  world_.Advance(kMicrosPerDay);
  const Time then{world_.now().micros - 1};
  const auto ask = [&] { return *AskFourQuestions(*world_.Read(), deal_, {}, {.as_of = then, .recorded = then}); };
  const FourQuestions before = ask();
  world_.Advance(kMicrosPerDay);
  Add("cost", {{"opportunity", deal_}, {"kind", "delivery"}, {"amount", model::Yuan(20'000)}});
  Add("budget_evidence",
      {{"opportunity", deal_}, {"exists", true}, {"at", Time{then.micros - 1}}, {"source", "document"}, {"confidence", 1.0}});
  world_.Set(deal_, "amount", model::Yuan(10));
  const FourQuestions after = ask();
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(after.opportunity.criteria.at(i).confidence, before.opportunity.criteria.at(i).confidence) << i;
    EXPECT_EQ(after.worth.criteria.at(i).value, before.worth.criteria.at(i).value) << i;
    EXPECT_EQ(after.worth.criteria.at(i).confidence, before.worth.criteria.at(i).confidence) << i;
  }
}

TEST_F(ActionLines, ThreeQuestionsMaySayNo) {
  const Id boss = Contact();
  for (const char* role : {"decision_maker", "technical", "user"}) GiveRole(boss, deal_, role);
  for (int i = 0; i < 5; ++i) {
    for (const char* dimension : {"need", "budget", "timing"}) Say(boss, Id(), dimension, -1);
  }
  EXPECT_THAT(AskFourQuestions(*world_.Read(), deal_)->no_go, ElementsAre("opportunity"));
}

TEST(Strategy, IsSaidForEveryStanding) {
  EXPECT_EQ(StrategyFor(0.5, 0.5, false), "frontal");
  EXPECT_EQ(StrategyFor(0.5, -0.5, false), "fragment");
  EXPECT_EQ(StrategyFor(0.5, -0.5, true), "defend");
  EXPECT_EQ(StrategyFor(-0.5, 0.5, true), "flank");
  EXPECT_EQ(StrategyFor(-0.5, -0.5, false), "develop");
  EXPECT_EQ(StrategyFor(0, 0, false), "develop");
}

}  // namespace
}  // namespace kith::insight
