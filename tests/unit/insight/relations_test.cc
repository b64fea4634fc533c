// Relationships from records: what is read equals the formulas on the same facts.
#include "kith/insight/relations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string_view>

#include "kith/insight/quantify.h"
#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

// M04, M17, A04
TEST_F(Relations, ATieComesFromInteractionsAsOfAnyTime) {
  const Id contact = Contact();
  const Time before = world_.now();
  world_.Advance(kMicrosPerDay);
  EXPECT_EQ(ReadPerson(*world_.Read(), contact)->score, 50);
  const Id meeting = Meet(world_.owners()[0], contact);
  const PersonReport report = *ReadPerson(*world_.Read(), contact);
  ASSERT_EQ(report.ties.size(), 1U);
  EXPECT_EQ(report.ties[0].employee, world_.owners()[0]);
  EXPECT_NEAR(report.ties[0].tie.value, 1 - std::exp(-0.5), 1e-9);
  EXPECT_EQ(report.ties[0].tie.contributions.at(0).record, meeting);
  EXPECT_GT(report.score, 50);
  EXPECT_TRUE(ReadTies(*world_.Read(), contact, {.as_of = before})->empty());
  EXPECT_TRUE(ReadTies(*world_.Read(), contact, {.recorded = before})->empty());
  EXPECT_TRUE(absl::IsNotFound(ReadPerson(*world_.Read(), Id::Of(contact.type(), 0, 999)).status()));
}

// A04: the same records with other interactions give other scores and other things to do.
TEST_F(Relations, TheSameRecordsWithOtherInteractionsScoreOtherwise) {
  const Id account = Add("account", {{"name", "Acme"}});
  std::vector<Id> people;
  for (int i = 0; i < 2; ++i) people.push_back(Add("contact", {{"name", "Li"}, {"account", account}}));
  const Id deal = world_.Create();
  for (const Id person : people) GiveRole(person, deal, "user");
  const auto advice = [&] { return ReadChain(*world_.Read(), deal)->advice; };
  EXPECT_TRUE(advice().empty());  // we reach nobody
  const double nobody = ReadPerson(*world_.Read(), people[0])->score;
  EXPECT_EQ(nobody, ReadPerson(*world_.Read(), people[1])->score);
  Meet(world_.owners()[0], people[1]);
  EXPECT_EQ(ReadPerson(*world_.Read(), people[0])->score, nobody);
  EXPECT_GT(ReadPerson(*world_.Read(), people[1])->score, nobody);
  ASSERT_FALSE(advice().empty());
  EXPECT_EQ(advice()[0].contact, people[1]);
}

// M11: what only its owner may see makes a tie for its owner alone.
TEST_F(Relations, APrivateTieIsItsOwners) {
  const Id contact = Contact();
  const Id meeting = Meet(world_.owners()[0], contact);
  Batch batch = world_.NewBatch();
  batch.Set(meeting, "owner", world_.owners()[0]);
  batch.Set(meeting, "visibility", "owner");
  world_.Apply(batch);
  EXPECT_EQ(ReadTies(*world_.Read({.id = world_.owners()[0]}), contact)->size(), 1U);
  EXPECT_TRUE(ReadTies(*world_.Read({.id = world_.owners()[1]}), contact)->empty());
}

// M05, M09, B06
TEST_F(Relations, AChainIsReadForUsAndForACompetitor) {
  const Id deal = world_.Create();
  const Id rival = Add("competitor", {{"name", "Rival"}});
  const Id boss = Contact();
  const Id engineer = Contact();
  GiveRole(boss, deal, "decision_maker");
  const Id role = GiveRole(engineer, deal, "technical", true);
  Say(boss, Id(), "solution", 1);
  Say(boss, rival, "closeness", 1);
  Meet(world_.owners()[0], boss);
  world_.Set(engineer, "reports_to", boss);
  const ChainReport ours = *ReadChain(*world_.Read(), deal);
  ASSERT_EQ(ours.people.size(), 2U);
  EXPECT_EQ(ours.missing, std::vector<ChainRole>{ChainRole::kUser});
  EXPECT_EQ(ours.unknown, std::vector<Id>{engineer});
  // The superior's stance reaches the engineer by the line.
  EXPECT_NEAR(ours.people[1].stance, 0.3 * ours.people[0].stance, 1e-9);
  const ChainReport theirs = *ReadChain(*world_.Read(), deal, rival);
  EXPECT_GT(theirs.value, 0);
  EXPECT_GT(Lead(ours, theirs), 0);
  Say(engineer, Id(), "solution", -1);
  EXPECT_LT(ReadChain(*world_.Read(), deal)->value, ours.value);
  // The same contacts have no role in another deal, nor after the role ended.
  const Id other = world_.Create();
  EXPECT_TRUE(ReadChain(*world_.Read(), other)->people.empty());
  world_.Set(role, "valid_to", DateOf(world_.now()));
  EXPECT_EQ(ReadChain(*world_.Read(), deal)->people.size(), 1U);
}

TEST_F(Relations, InfluenceAndDottedLinesCount) {
  const Id deal = world_.Create();
  const Id coach = Contact();
  const Id user = Contact();
  GiveRole(coach, deal, "coach");
  GiveRole(user, deal, "user");
  Say(coach, Id(), "solution", 1);
  Add("influence", {{"contact", coach}, {"on", user}, {"strength", 0.4}, {"confidence", 0.5}});
  const ChainReport by_influence = *ReadChain(*world_.Read(), deal);
  ASSERT_EQ(by_influence.people.at(1).contact, coach);  // by role
  EXPECT_NEAR(by_influence.people[0].stance, 0.2 * by_influence.people[1].stance, 1e-9);
  Add("dotted_line", {{"contact", user}, {"superior", coach}});
  EXPECT_NEAR(ReadChain(*world_.Read(), deal)->people[0].stance, 0.35 * by_influence.people[1].stance, 1e-9);
}

// The roles of behaviours count, not the names of types: a law firm's matters have decision chains by data alone.
TEST_F(Relations, AMattersChainIsReadAsADealsIs) {
  const catalog::PackageSource legal = *catalog::ShippedPackage("legal");
  ASSERT_TRUE(world_.db().Ensure(std::span(&legal, 1)).ok());
  const Id matter = world_.Create("matter");
  const Id owner = Contact();
  const Id counsel = Contact();
  Add("matter_role", {{"person", owner},
                      {"matter", matter},
                      {"part", Choose("matter_role", "part", "decision_maker")},
                      {"standing", Choose("matter_role", "standing", "inner_circle")}});
  Add("matter_role", {{"person", counsel}, {"matter", matter}, {"part", Choose("matter_role", "part", "technical")}, {"may_refuse", true}});
  Meet(world_.owners()[0], owner);
  Say(counsel, Id(), "solution", -1);
  const ChainReport report = *ReadChain(*world_.Read(), matter);
  ASSERT_EQ(report.people.size(), 2U);
  EXPECT_EQ(report.missing, std::vector<ChainRole>{ChainRole::kUser});
  EXPECT_GT(report.people[0].stance, 0);
  EXPECT_LT(report.people[1].stance, 0);
}

// M04, M17: derived rows and interactions give the same ties, as of any moment.
TEST_F(Relations, DerivedTiesEqualThoseOfTheInteractions) {
  const Id contact = Contact();
  for (int i = 0; i < 12; ++i) {
    Meet(world_.owners()[static_cast<size_t>(i % 3)], contact, i % 4 == 0 ? "out" : "in");
    world_.Advance(23 * kMicrosPerDay);
  }
  for (const int64_t days : {0, 10, 100, 200, 400}) {
    const Time as_of{world_.now().micros - days * kMicrosPerDay};
    const std::vector<EmployeeTie> slow = *ReadTies(*world_.Read(), contact, {.as_of = as_of});
    const std::vector<EmployeeTie> fast = *ReadTies(*world_.Read(), contact, {.as_of = as_of, .contributions = false});
    ASSERT_EQ(slow.size(), fast.size());
    for (size_t i = 0; i < slow.size(); ++i) {
      EXPECT_EQ(slow[i].employee, fast[i].employee);
      EXPECT_NEAR(slow[i].tie.value, fast[i].tie.value, 1e-9);
      EXPECT_NEAR(slow[i].tie.confidence, fast[i].tie.confidence, 1e-9);
      EXPECT_NEAR(slow[i].tie.high, fast[i].tie.high, 1e-9);
      EXPECT_EQ(slow[i].coverage, fast[i].coverage);
      EXPECT_TRUE(fast[i].tie.contributions.empty());
    }
  }
}

// M12, M19: a team is its members together; who left is of no use to anybody, and what they did stays.
TEST_F(Relations, ATeamIsItsPeopleAndWhoLeftIsHistory) {
  const Id contact = Contact();
  const Id team = Add("team", {{"name", "North"}});
  const Id below = Add("team", {{"name", "North 1"}, {"parent", team}});
  const auto& us = world_.owners();
  world_.Set(us[0], "team", team);
  Add("team_member", {{"employee", us[1]}, {"team", below}});
  for (const Id employee : us) Meet(employee, contact);
  const auto closeness = [&](Id party) { return ReadPerson(*world_.Read(), contact, party)->inputs.closeness.value; };
  const double one = closeness(us[0]);
  EXPECT_NEAR(one, 1 - std::exp(-0.5), 1e-9);
  EXPECT_NEAR(closeness(team), 1 - (1 - one) * (1 - one), 1e-9);
  EXPECT_NEAR(closeness(Id()), 1 - std::pow(1 - one, 3), 1e-9);
  EXPECT_EQ(GetReason(ReadPerson(*world_.Read(), contact, contact).status()), Reason::kBadOptions);
  const Time before = world_.now();
  world_.Advance(kMicrosPerDay);
  world_.Set(us[0], "active", false);
  EXPECT_EQ(closeness(us[0]), 0);
  EXPECT_EQ(ReadTies(*world_.Read(), contact)->size(), 3U);
  EXPECT_NEAR(ReadPerson(*world_.Read(), contact, us[0], {.as_of = before})->inputs.closeness.value, one, 1e-9);
}

// A04: what was deleted since and is there again counts once among what was known.
TEST_F(Relations, WhatIsBackAgainCountsOnce) {
  const auto& us = world_.owners();
  std::vector<Id> deals;
  for (const int64_t minor : {3000, 1000}) {
    const Id account = Add("account", {{"name", "Acme"}});
    const Id person = Add("contact", {{"name", "Li"}, {"account", account}});
    if (deals.empty()) Meet(us[0], person);
    deals.push_back(Add("opportunity", {{"name", "deal"}, {"account", account}, {"amount", model::Yuan(minor)}}));
  }
  world_.Advance(kMicrosPerDay);
  const QuantifyOptions then = {.relation = {.as_of = world_.now(), .recorded = world_.now()}, .capital = false};
  world_.Advance(kMicrosPerDay);
  const auto score = [&] {
    const StatusOr<RelationReport> report = Quantify(*world_.Read(), Id(), Id(), then);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? report->score.value : -1;
  };
  const double before = score();
  Batch gone = world_.NewBatch();
  gone.Delete(deals[0]);
  world_.Apply(gone);
  EXPECT_NEAR(score(), before, 1e-9);
  Batch back = world_.NewBatch();
  back.Restore(deals[0]);
  world_.Apply(back);
  EXPECT_NEAR(score(), before, 1e-9);
}

// K05: what a unit keeps to itself is read by nobody else, and still makes up what the firm as a whole knows.
TEST_F(Relations, WhatIsKeptPrivateCountsForTheFirm) {
  const Id contact = Contact();
  const Id own = Meet(world_.owners()[0], contact);
  const auto firm = [&] { return ReadTies(*world_.Read(), contact, {.contributions = false})->size(); };
  EXPECT_EQ(firm(), 1U);
  const double open = ReadTies(*world_.Read(), contact)->at(0).tie.value;
  Batch batch = world_.NewBatch();
  batch.Set(own, "owner", world_.owners()[0]);
  batch.Set(own, "visibility", "owner");
  world_.Apply(batch);
  const auto other = world_.Read({.id = world_.owners()[1]});
  EXPECT_TRUE(absl::IsNotFound(other->Get(own).status()));
  EXPECT_TRUE(ReadTies(*other, contact)->empty());
  EXPECT_EQ(firm(), 1U);
  EXPECT_EQ(ReadTies(*world_.Read(), contact)->at(0).tie.value, open);
}

// K08: for every red person in a deal whom somebody of us knows there is something to do.
TEST_F(Relations, EveryRedPersonHasASuggestion) {
  const Id deal = world_.Create();
  std::set<Id> red;
  for (const std::string_view role : {"decision_maker", "technical", "user", "approver"}) {
    const Id contact = Contact();
    GiveRole(contact, deal, role);
    Meet(world_.owners()[0], contact, "out");
    for (const std::string_view dimension : {"solution", "price"}) Say(contact, Id(), dimension, -0.9);
    ASSERT_EQ(ReadPerson(*world_.Read(), contact)->light, Light::kRed);
    red.insert(contact);
  }
  const StatusOr<RelationReport> report = Quantify(*world_.Read(), Id(), deal, {.suggestions = 20});
  ASSERT_TRUE(report.ok()) << report.status();
  for (const Suggestion& one : report->suggestions) red.erase(one.record);
  EXPECT_TRUE(red.empty());
  for (const Id contact : {report->chain->people.at(0).contact}) {
    EXPECT_FALSE(Quantify(*world_.Read(), Id(), contact)->suggestions.empty());
  }
}

}  // namespace
}  // namespace kith::insight
