// Scorecards beside a naive count of what was planted. // K01 K03 K04
#include "kith/insight/scorecard.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

using model::Yuan;
using ::testing::SizeIs;

// What one rep did and reached in the month asked about.
struct Truth {
  int64_t calls = 0;
  int64_t mails = 0;
  std::set<Id> met;
  int64_t done = 0;
  int64_t won = 0;
  int64_t lost = 0;
  int64_t revenue = 0;
  int64_t margin = 0;
};

class ScorecardTest : public Relations {
 protected:
  static constexpr int64_t kHour = kMicrosPerDay / 24;
  static constexpr size_t kWeak = 0;
  static constexpr size_t kBest = 1;

  void Plan(Id holder, std::string_view metric, const Money& target, int64_t count = 0, Date starts = kFirst, Date ends = kEnd) {
    std::vector<std::pair<std::string_view, Value>> fields = {{"holder", holder},    {"metric", Choose("quota", "metric", metric)},
                                                              {"period", "2026-03"}, {"starts", starts},
                                                              {"ends", ends},        {"target", target}};
    if (count > 0) fields.emplace_back("target_count", count);
    Add("quota", fields);
  }
  // Thirty deals of each of six reps, from the first day on, known later. Of ten that reach the second stage the weak rep brings one on,
  // the best one eight, the others five; what goes on is won.
  void Sell(Time now) {
    world_.SetNow(now);
    while (reps_.size() < 6) reps_.push_back(Add("employee", {{"name", "R"}}));
    Batch batch = world_.NewBatch();
    for (int64_t i = 0; i < 180; ++i) {
      const auto rep = static_cast<size_t>(i % 6);
      const Money amount = Yuan(10'000 + i);
      const Id deal = batch.Create("opportunity");
      batch.Set(deal, "name", "D");
      batch.Set(deal, "owner", reps_[rep]);
      batch.Set(deal, "amount", amount);
      const bool goes_on = i / 6 % 10 < (rep == kWeak ? 1 : rep == kBest ? 8 : 5);
      int64_t hour = 3 * i;
      for (const std::string_view stage : {"sales/lead", "sales/talk", "sales/offer", goes_on ? "sales/won" : "sales/lost"}) {
        if (stage == "sales/offer" && !goes_on) continue;
        model::Move(batch, deal, stage, {.at = Time{StartOf(kFirst).micros + hour * kHour}});
        hour += 2 + i % 3;
      }
      if (i % 5 == 0) {
        const Id cost = batch.Create("cost");
        batch.Set(cost, "opportunity", deal);
        batch.SetChoice(cost, "kind", "to_win");
        batch.Set(cost, "amount", Yuan(500));
      }
      Truth& truth = truth_[reps_[rep]];
      truth.won += goes_on;
      truth.lost += !goes_on;
      if (goes_on) truth.revenue += amount.minor;
      if (goes_on) truth.margin += amount.minor - (i % 5 == 0 ? 500 : 0);
    }
    world_.Apply(batch);
  }
  void Talk() {
    for (int i = 0; i < 60; ++i) {
      const Id rep = reps_[static_cast<size_t>(i % 7 % 6)];
      const bool before = i % 10 == 9;
      const Id contact = Contact(i % 4);
      Add("interaction", {{"kind", Choose("interaction", "kind", i % 2 == 0 ? "call" : "mail")},
                          {"direction", Choose("interaction", "direction", i % 2 == 0 ? "in" : "out")},
                          {"at", Time{StartOf(kFirst).micros + (before ? -1 : i * kHour)}},
                          {"contact", contact},
                          {"employee", rep}});
      Truth& truth = truth_[rep];
      if (before) continue;
      ++(i % 2 == 0 ? truth.calls : truth.mails);
      truth.met.insert(contact);
    }
    for (int i = 0; i < 5; ++i) {
      const Id task = Add("task", {{"subject", "write"}, {"assignee", reps_[2]}});
      if (i == 4) continue;
      Batch batch = world_.NewBatch();
      batch.SetChoice(task, "status", "done");
      if (i > 0) batch.Set(task, "done_at", Time{StartOf(kFirst).micros + kHour});  // else when it was written, which is later
      world_.Apply(batch);
      truth_[reps_[2]].done += i > 0;
    }
  }
  Id Contact(int which) {
    Id& contact = contacts_[which];
    if (contact.is_null()) contact = Add("contact", {{"name", "P" + std::to_string(which)}});
    return contact;
  }
  ScorecardReport Report(const ScorecardOptions& options) {
    const auto snapshot = world_.Read();
    const Id pipeline = world_.GetPipelineNow("sales").id;
    const StatusOr<ScorecardReport> report = ScorecardsOf(*snapshot, *model::ReadTables(*snapshot, pipeline), options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : ScorecardReport();
  }
  static ScorecardOptions March() {
    ScorecardOptions options;
    options.reps.funnel.from = model::EpochOf(kFirst);
    options.reps.funnel.to = *options.reps.funnel.from + 1;
    return options;
  }
  static const QuotaReached* Find(const std::vector<QuotaReached>& quotas, std::string_view metric) {
    for (const QuotaReached& one : quotas) {
      if (one.quota.metric == metric) return &one;
    }
    return nullptr;
  }

  static constexpr Date kFirst{20'513};  // 2026-03-01
  static constexpr Date kEnd{20'544};
  static Time After(int64_t days) { return Time{StartOf(kFirst).micros + days * kMicrosPerDay}; }
  std::vector<Id> reps_ = world_.owners();
  std::map<Id, Truth> truth_;
  std::map<int, Id> contacts_;
};

TEST_F(ScorecardTest, TellsWhatWasPlantedAndAddsUp) {
  const Id team = Add("team", {{"name", "north"}});
  for (const size_t rep : {kWeak, kBest}) world_.Set(reps_[rep], "team", team);
  Sell(After(35));
  Talk();
  Plan(reps_[kBest], "revenue", Yuan(1'000'000));
  Plan(reps_[kBest], "count", Yuan(0), 50);
  Plan(reps_[kBest], "margin", Yuan(500'000));
  Plan(team, "revenue", Yuan(2'000'000));
  Plan(reps_[kWeak], "revenue", Yuan(7), 0, Date{kFirst.days - 28}, kFirst);  // of another month

  const ScorecardReport report = Report(March());
  ASSERT_THAT(report.reps, SizeIs(6));
  Truth sum;
  std::set<Id> met;
  for (const Scorecard& card : report.reps) {
    const Truth& truth = truth_.at(card.owner);
    EXPECT_EQ(card.activity.interactions, truth.calls + truth.mails);
    EXPECT_EQ(card.activity.by_kind.at("call"), truth.calls);
    EXPECT_EQ(card.activity.theirs, truth.calls);
    EXPECT_EQ(card.activity.contacts, static_cast<int64_t>(truth.met.size()));
    EXPECT_EQ(card.activity.tasks_done, truth.done);
    EXPECT_EQ(card.funnel.won, truth.won);
    EXPECT_EQ(card.funnel.lost, truth.lost);
    EXPECT_EQ(card.revenue, static_cast<double>(truth.revenue));
    EXPECT_EQ(card.funnel.win_rate.trials, 30);
    EXPECT_LT(card.funnel.win_rate.low, card.funnel.win_rate.value);
    EXPECT_LT(card.velocity_low, card.velocity.per_day());
    EXPECT_LT(card.velocity.per_day(), card.velocity_high);
    ASSERT_TRUE(card.relations.has_value() && card.against_team.has_value());
    EXPECT_GT(card.relations->contacts, 0);
    sum.calls += card.activity.interactions;
    sum.done += card.activity.tasks_done;
    sum.won += card.funnel.won;
    sum.revenue += static_cast<int64_t>(card.revenue);
    met.insert(truth.met.begin(), truth.met.end());
    for (size_t stage = 0; stage < card.funnel.stages.size(); ++stage) sum.lost += card.funnel.stages[stage].reached;
  }
  int64_t reached = 0;
  for (const StageFunnel& stage : report.team.funnel.stages) reached += stage.reached;
  EXPECT_EQ(sum.lost, reached);
  EXPECT_EQ(sum.calls, report.team.activity.interactions);
  EXPECT_EQ(sum.done, report.team.activity.tasks_done);
  EXPECT_EQ(sum.won, report.team.funnel.won);
  EXPECT_EQ(static_cast<double>(sum.revenue), report.team.revenue);
  EXPECT_EQ(report.team.activity.contacts, static_cast<int64_t>(met.size()));

  const std::vector<QuotaReached>& best = report.reps[kBest].quotas;
  const Truth& truth = truth_.at(reps_[kBest]);
  ASSERT_THAT(best, SizeIs(3));
  EXPECT_EQ(Find(best, "revenue")->reached, static_cast<double>(truth.revenue));
  EXPECT_DOUBLE_EQ(*Find(best, "revenue")->share, static_cast<double>(truth.revenue) / 1'000'000);
  EXPECT_FALSE(Find(best, "revenue")->chance.has_value()) << "the month is over";
  EXPECT_EQ(Find(best, "count")->reached, static_cast<double>(truth.won));
  EXPECT_EQ(Find(best, "margin")->reached, static_cast<double>(truth.margin));
  EXPECT_TRUE(report.reps[kWeak].quotas.empty());
  ASSERT_THAT(report.groups, SizeIs(1));
  EXPECT_EQ(report.groups[0].reached, static_cast<double>(truth.revenue + truth_.at(reps_[kWeak]).revenue));
}

// K04: a weak step has its example; where nobody differs beyond chance there is none, and what has passed is not held against anybody.
TEST_F(ScorecardTest, NamesTheWeakStepAndWhomToLearnFrom) {
  Sell(After(35));
  const ScorecardReport report = Report(March());
  ASSERT_THAT(report.practices, SizeIs(1));
  EXPECT_EQ(report.practices[0].owner, reps_[kWeak]);
  EXPECT_EQ(report.practices[0].stage, world_.StageId("sales", "talk"));
  EXPECT_EQ(report.practices[0].example, reps_[kBest]);
  EXPECT_EQ(report.practices[0].rate.trials, 30);

  ScorecardOptions own = March();
  own.reps.owner = reps_[2];
  own.relations = false;
  const ScorecardReport third = Report(own);
  ASSERT_THAT(third.reps, SizeIs(1));
  EXPECT_EQ(third.reps[0].owner, reps_[2]);
  EXPECT_FALSE(third.reps[0].relations.has_value());
  EXPECT_EQ(third.team.funnel.won, report.team.funnel.won);
  EXPECT_TRUE(third.practices.empty());
  ScorecardOptions later = March();
  ++*later.reps.funnel.from;
  ++*later.reps.funnel.to;
  EXPECT_TRUE(Report(later).practices.empty());
}

// K03: a team is who belonged to it and to those below it on the day asked about, however people and teams move. Each rep's only win is a
// power of two, so that what a team reached names its people.
TEST_F(ScorecardTest, ATeamIsWhoBelongedToItThen) {
  world_.SetNow(After(1));
  while (reps_.size() < 6) reps_.push_back(Add("employee", {{"name", "R"}}));
  std::vector<Id> teams;
  for (int i = 0; i < 4; ++i) teams.push_back(Add("team", {{"name", "T"}}));
  const Currency dollar = *Currency::FromCode("USD");
  for (const Id team : teams) Plan(team, "revenue", Money{100, dollar});
  for (size_t i = 0; i < reps_.size(); ++i) {
    const Id deal = Add("opportunity", {{"name", "D"}, {"owner", reps_[i]}, {"amount", Money{int64_t{1} << i, dollar}}});
    world_.MoveTo(deal, "sales/won");
  }
  model::Random random(model::TestSeed(5));
  std::vector<size_t> team_of(reps_.size(), teams.size());
  std::vector<size_t> above(teams.size(), teams.size());
  std::map<int64_t, std::vector<int64_t>> truth;  // what each team reaches, by day
  for (int64_t day = 2; day < 26; ++day) {
    world_.SetNow(After(day));
    Batch batch = world_.NewBatch();
    const size_t rep = random.Below(reps_.size());
    team_of[rep] = random.Below(teams.size() + 1);
    batch.Set(reps_[rep], "team", team_of[rep] == teams.size() ? Value() : Value(teams[team_of[rep]]));
    const size_t team = random.Below(teams.size());
    above[team] = team + 1 + random.Below(teams.size() - team);
    batch.Set(teams[team], "parent", above[team] == teams.size() ? Value() : Value(teams[above[team]]));
    world_.Apply(batch);
    std::vector<int64_t>& reached = truth[day] = std::vector<int64_t>(teams.size());
    for (size_t i = 0; i < reps_.size(); ++i) {
      for (size_t at = team_of[i]; at < teams.size(); at = above[at]) reached[at] += int64_t{1} << i;
    }
  }
  const auto snapshot = world_.Read();
  const Id pipeline = world_.GetPipelineNow("sales").id;
  ScorecardOptions options = March();
  options.relations = false;
  for (const auto& [day, reached] : truth) {
    const Time then{After(day).micros + kHour};
    const StatusOr<ScorecardReport> report = ScorecardsOf(*snapshot, *model::ReadTables(*snapshot, pipeline, {.as_of = then}), options);
    ASSERT_TRUE(report.ok()) << report.status();
    ASSERT_THAT(report->groups, SizeIs(teams.size()));
    for (size_t i = 0; i < teams.size(); ++i) EXPECT_EQ(report->groups[i].reached, static_cast<double>(reached[i])) << day << " " << i;
  }
}

// A quota whose month runs says how likely it is reached; who may not read what is done is told so.
TEST_F(ScorecardTest, ARunningMonthHasAChance) {
  Sell(After(25));
  const Id rep = reps_[kBest];
  Plan(rep, "revenue", Yuan(1), 0);
  const ScorecardReport report = Report(March());
  const QuotaReached* quota = Find(report.reps[kBest].quotas, "revenue");
  ASSERT_NE(quota, nullptr);
  ASSERT_TRUE(quota->chance.has_value() && quota->total.has_value());
  EXPECT_NEAR(*quota->chance, 1, 1e-9) << "reached already";
  EXPECT_LE(quota->total->p10, quota->total->p90);
  EXPECT_GE(quota->total->p10, quota->reached - 1);
}

}  // namespace
}  // namespace kith::insight
