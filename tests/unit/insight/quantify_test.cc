// The six quantifications from records: planted companies in which what must come out is known.
#include "kith/insight/quantify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "kith/insight/card.h"
#include "kith/insight/introductions.h"
#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

class Quantified : public Relations {
 protected:
  Id Account(std::string_view name = "Acme") { return Add("account", {{"name", std::string(name)}}); }
  Id PersonOf(Id account, std::string_view level = "manager", std::string_view department = "buying") {
    return Add("contact", {{"name", "Wang"},
                           {"account", account},
                           {"job_level", Choose("contact", "job_level", level)},
                           {"department", std::string(department)}});
  }
  Id Deal(Id account, int64_t minor, std::string_view stage = "sales/talk") {
    const Id deal = Add("opportunity", {{"name", "deal"}, {"account", account}, {"amount", model::Yuan(minor)}});
    world_.MoveTo(deal, stage);
    return deal;
  }
  RelationReport Of(Id subject, Id object, const QuantifyOptions& options = {}) {
    StatusOr<RelationReport> report = Quantify(*world_.Read(), subject, object, options);
    EXPECT_TRUE(report.ok()) << report.status();
    if (!report.ok()) return {};
    EXPECT_GE(report->score.value, 0);
    EXPECT_LE(report->score.value, 100);
    EXPECT_LE(report->score.low, report->score.value + 1e-9);
    EXPECT_GE(report->score.high, report->score.value - 1e-9);
    EXPECT_GE(report->score.confidence, 0);
    EXPECT_LE(report->score.confidence, 1);
    return *std::move(report);
  }
};

// M04, M10: what would help is the difference that it would make.
TEST_F(Quantified, AKeyPerson) {
  const Id contact = PersonOf(Account());
  const RelationReport nothing = Of(Id(), contact);
  EXPECT_EQ(nothing.which, Quantification::kKeyPerson);
  EXPECT_EQ(nothing.score.value, 50);
  EXPECT_EQ(nothing.score.confidence, 0);
  Meet(world_.owners()[0], contact);
  const Id said = Say(contact, Id(), "solution", 1);
  const RelationReport report = Of(Id(), contact);
  EXPECT_GT(report.score.value, 50);
  EXPECT_EQ(report.score.value, ReadPerson(*world_.Read(), contact)->score);
  const auto& parts = report.score.contributions;
  EXPECT_TRUE(std::any_of(parts.begin(), parts.end(), [&](const Contribution& c) { return c.record == said; }));
  ASSERT_FALSE(report.suggestions.empty());
  double most = 0;
  for (const Suggestion& suggestion : report.suggestions) most = std::max(most, suggestion.gain);
  EXPECT_EQ(report.suggestions[0].gain, most);
  // Stance = .4·solution + .2·price + .4·closeness: closeness 1 instead of 1 - e^-.5 gains 20·e^-.5 points.
  EXPECT_EQ(report.suggestions[0].step, Step::kCloseness);
  EXPECT_NEAR(report.suggestions[0].gain, 20 * std::exp(-0.5), 1e-9);
}

// M05, M09, M16: the lead over each competitor; swapping sides negates it.
TEST_F(Quantified, ADecisionChain) {
  const Id account = Account();
  const Id deal = Deal(account, 1000);
  const Id boss = PersonOf(account);
  const Id rival = Add("competitor", {{"name", "Rival"}});
  Add("deal_competitor", {{"competitor", rival}, {"opportunity", deal}});
  GiveRole(boss, deal, "decision_maker", true);
  Say(boss, rival, "closeness", 1);
  Say(boss, rival, "solution", 1);
  const RelationReport ours = Of(Id(), deal);
  EXPECT_EQ(ours.which, Quantification::kDecisionChain);
  ASSERT_EQ(ours.against.size(), 1U);
  EXPECT_EQ(ours.against[0].competitor, rival);
  EXPECT_LT(ours.against[0].lead, 0);
  // M16: the one with a veto is closer to them, until we have met often enough; who decides nothing is no risk.
  const Id clerk = PersonOf(account);
  GiveRole(clerk, deal, "user");
  Say(clerk, rival, "closeness", 1);
  EXPECT_EQ(Of(Id(), deal).against[0].closer, std::vector<Id>{boss});
  const RelationReport theirs = Of(rival, deal);
  ASSERT_EQ(theirs.against.size(), 1U);
  const RelationReport now = Of(Id(), deal);
  EXPECT_NEAR(theirs.against[0].lead, now.against[0].lead, 1e-12);
  EXPECT_NEAR(theirs.chain->value - now.chain->value, -now.against[0].lead, 1e-9);
  EXPECT_EQ(theirs.against[0].closer, now.against[0].closer);
  EXPECT_TRUE(theirs.suggestions.empty());
  EXPECT_TRUE(theirs.capital.empty());
  for (int i = 0; i < 6; ++i) Meet(world_.owners()[0], boss);
  EXPECT_TRUE(Of(Id(), deal).against[0].closer.empty());
}

// M10: whose change helps most, by which way, on which topic. Where nobody of us is close the way is how far we reach them, and the gain is
// the difference that it would make times that.
TEST_F(Quantified, AdviceNamesTheWayAndTheTopic) {
  const auto& us = world_.owners();
  const Id account = Account();
  const Id deal = Deal(account, 1000);
  const Id boss = PersonOf(account);
  const Id engineer = PersonOf(account);
  const Id friend_of_theirs = PersonOf(Account("Bloom"));
  GiveRole(boss, deal, "decision_maker");
  GiveRole(engineer, deal, "technical");
  Meet(us[0], friend_of_theirs);
  const Id edge = Add("acquaintance", {{"from", friend_of_theirs}, {"to", boss}, {"strength", 0.9}});
  Say(boss, Id(), "solution", 1);
  const RelationReport report = Of(Id(), deal);
  ASSERT_EQ(report.suggestions.size(), 1U);  // there is no way to the engineer
  const Suggestion& step = report.suggestions[0];
  EXPECT_EQ(step.record, boss);
  EXPECT_EQ(step.step, Step::kCloseness);  // they are for the solution already
  ASSERT_EQ(step.way.hops.size(), 2U);
  EXPECT_EQ(step.way.hops[0].from, us[0]);
  EXPECT_EQ(step.way.hops[0].kind, EdgeKind::kTie);
  EXPECT_EQ(step.way.hops[1].record, edge);
  const double way = 0.8 * (1 - std::exp(-0.5)) * 0.9;
  EXPECT_NEAR(step.way.value, way, 1e-9);
  EXPECT_NEAR(step.reach, way, 1e-9);
  const ChainPerson& chief = report.chain->people.at(0);
  ASSERT_EQ(chief.contact, boss);
  EXPECT_NEAR(step.gain, 50 * way * chief.weight * (1 - chief.own.value), 1e-9);
  EXPECT_TRUE(Of(Id(), deal, {.ways = false}).suggestions.empty());
  // Of one of ours it is their own way, by way of colleagues.
  EXPECT_TRUE(Of(us[1], deal).suggestions.empty());
  const Id team = Add("team", {{"name", "One"}});
  for (size_t i = 0; i < 2; ++i) world_.Set(us[i], "team", team);
  const RelationReport theirs = Of(us[1], deal);
  ASSERT_EQ(theirs.suggestions.size(), 1U);
  ASSERT_EQ(theirs.suggestions[0].way.hops.size(), 3U);
  EXPECT_EQ(theirs.suggestions[0].way.hops[0].kind, EdgeKind::kColleague);
  // Close to them ourselves: the way is the tie, the reach what all of ours have together.
  for (const Id employee : {us[0], us[2]}) Meet(employee, boss);
  const RelationReport close = Of(Id(), deal);
  ASSERT_EQ(close.suggestions.size(), 1U);
  EXPECT_EQ(close.suggestions[0].way.hops.size(), 1U);
  EXPECT_NEAR(close.suggestions[0].reach, 1 - std::exp(-1.0), 1e-9);
  for (const Suggestion& one : Of(Id(), boss).suggestions) EXPECT_EQ(one.way.hops.size(), 1U);
}

// M10, M11: a private acquaintance is nobody else's way, unless its owner lets others know of it.
TEST_F(Quantified, AdviceKeepsPrivateWaysPrivate) {
  const auto& us = world_.owners();
  const Id deal = Deal(Account(), 1000);
  const Id boss = PersonOf(Account());
  GiveRole(boss, deal, "decision_maker");
  const Id edge = Add("acquaintance", {{"from", us[0]}, {"to", boss}, {"strength", 0.9}});
  Batch batch = world_.NewBatch();
  batch.Set(edge, "owner", us[0]);
  batch.Set(edge, "visibility", "owner");
  world_.Apply(batch);
  const auto advice = [&](Id viewer) {
    StatusOr<RelationReport> report = Quantify(*world_.Read({.id = viewer}), Id(), deal, {.capital = false});
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? std::move(report->suggestions) : std::vector<Suggestion>();
  };
  EXPECT_TRUE(advice(us[1]).empty());
  ASSERT_EQ(advice(us[0]).size(), 1U);
  EXPECT_EQ(advice(us[0])[0].way.hops.at(0).record, edge);
  world_.Set(edge, "may_introduce", true);
  const std::vector<Suggestion> shared = advice(us[1]);
  ASSERT_EQ(shared.size(), 1U);
  EXPECT_EQ(shared[0].way.hops.at(0).kind, EdgeKind::kShared);
  EXPECT_EQ(shared[0].reach, 0.5);
}

// M03: every score says what it is made of, down to the records.
TEST_F(Quantified, EveryScoreNamesItsParts) {
  const Id account = Account();
  const Id deal = Deal(account, 1000);
  const Id boss = PersonOf(account);
  const Id rival = Add("competitor", {{"name", "Rival"}});
  GiveRole(boss, deal, "decision_maker");
  const Id meeting = Meet(world_.owners()[0], boss);
  const Id said = Say(boss, Id(), "solution", -0.5);
  Say(boss, rival, "closeness", 1);
  const auto named = [](const Score& score, Id record) {
    return std::any_of(score.contributions.begin(), score.contributions.end(), [&](const Contribution& c) { return c.record == record; });
  };
  for (const Id object : {boss, deal}) {
    const Score score = Of(Id(), object).score;
    EXPECT_TRUE(named(score, meeting) && named(score, said));
  }
  EXPECT_TRUE(named(Of(Id(), account).score, meeting));
  for (const auto& [subject, record] : {std::pair(Id(), account), std::pair(rival, account), std::pair(world_.owners()[0], boss)}) {
    const Score score = Of(subject, Id()).score;
    EXPECT_TRUE(named(score, record));
    double sum = 0;
    for (const Contribution& c : score.contributions) sum += c.weight * c.value;
    EXPECT_NEAR(100 * sum, score.value, 1e-9);
  }
}

// M06, M10: a powerful person whom nobody knows lowers depth; gains are finite differences of the score.
TEST_F(Quantified, AnAccount) {
  const Id account = Account();
  const Id buyer = PersonOf(account);
  PersonOf(account, "staff", "works");
  Meet(world_.owners()[0], buyer);
  Meet(world_.owners()[1], buyer, "out");
  const RelationReport before = Of(Id(), account);
  EXPECT_EQ(before.which, Quantification::kAccount);
  EXPECT_EQ(before.account->single_thread, world_.owners()[0]);
  EXPECT_FALSE(before.score.contributions.empty());
  const Id chief = PersonOf(account, "c_level", "board");
  const RelationReport report = Of(Id(), account);
  EXPECT_LT(report.account->depth, before.account->depth);
  EXPECT_EQ(report.suggestions.at(0).record, chief);
  const Id ticket = Add("ticket", {{"subject", "broken"}, {"account", account}});
  EXPECT_LT(Of(Id(), account).score.value, report.score.value);
  world_.Set(ticket, "resolved_at", world_.now());
  EXPECT_EQ(Of(Id(), account).score.value, report.score.value);
  // A competitor's account has no service, and is known by evidence alone.
  const Id rival = Add("competitor", {{"name", "Rival"}});
  EXPECT_EQ(Of(rival, account).score.value, 0);
  Say(chief, rival, "closeness", 1);
  EXPECT_GT(Of(rival, account).score.value, 0);
}

TEST(AccountGains, AreFiniteDifferencesOfTheScore) {
  const auto tie = [](double strength) { return Score{strength, 0.5, strength, strength, {}}; };
  AccountFacts facts;
  facts.people = {
      {Id(1), 1, 1, 0.5, {{Id(11), tie(0.4)}, {Id(12), tie(0.2)}}}, {Id(2), 0.6, 1, -0.5, {{Id(11), tie(0.7)}}}, {Id(3), 0.2, 2, 0, {}}};
  facts.units = {{2, 3}, {9, 1}};
  for (const std::optional<double> severity : {std::optional<double>(), std::optional<double>(1.5)}) {
    facts.open_severity = severity;
    const std::vector<double> gains = AccountGains(facts);
    ASSERT_EQ(gains.size(), 3U);
    for (size_t i = 0; i < gains.size(); ++i) {
      AccountFacts better = facts;
      better.people[i].ties.emplace_back(Id(13), tie(1));
      EXPECT_NEAR(gains[i], ScoreAccount(better).score.value - ScoreAccount(facts).score.value, 1e-9) << i;
    }
  }
}

// W4, M07, M12: the report names whom we lose before somebody leaves; after others have met them, less would go.
TEST_F(Quantified, AnEmployeeWhoLeaves) {
  const Id account = Account();
  Deal(account, 1000);
  const Id anna = world_.owners()[0];
  const Id bert = world_.owners()[1];
  std::vector<Id> people;
  for (int i = 0; i < 10; ++i) people.push_back(PersonOf(account));
  for (size_t i = 0; i < people.size(); ++i) {
    for (int times = 0; times < 4; ++times) Meet(i < 8 ? anna : bert, people[i]);
  }
  Meet(bert, people[0]);
  const RelationReport before = Of(anna, Id());
  EXPECT_EQ(before.which, Quantification::kEmployee);
  EXPECT_GT(before.exclusive, 0);
  EXPECT_LE(before.exclusive, before.reach);
  EXPECT_NEAR(before.score.value, 100 * before.reach, 1e-9);
  ASSERT_EQ(before.hand_over.size(), 8U);
  EXPECT_EQ(before.hand_over.back().contact, people[0]);  // Bert knows them already
  EXPECT_EQ(before.suggestions.at(0).step, Step::kHandOver);
  const RelationReport firm = Of(Id(), Id());
  EXPECT_EQ(firm.which, Quantification::kCompany);
  EXPECT_EQ(firm.employees.at(0).employee, anna);
  EXPECT_NEAR(firm.employees[0].exclusive, before.exclusive, 1e-12);
  ASSERT_TRUE(firm.concentration.has_value());
  EXPECT_GT(*firm.concentration, 0.5);
  for (const Id person : people) {
    for (int times = 0; times < 3; ++times) Meet(bert, person);
  }
  EXPECT_LT(Of(anna, Id()).exclusive, before.exclusive);
  EXPECT_LT(Of(Id(), Id()).concentration.value(), 1);
  world_.Set(anna, "active", false);
  const RelationReport after = Of(anna, Id());
  EXPECT_EQ(after.reach, 0);
  EXPECT_EQ(ReadTies(*world_.Read(), people[1])->size(), 2U);
}

// M19, M08: a team is its members together, the firm everybody; adding a tie never lowers the firm's.
TEST_F(Quantified, ATeamIsItsPeopleAndTheFirmEverybody) {
  const Id account = Account();
  const Id contact = PersonOf(account);
  const Id team = Add("team", {{"name", "All"}});
  for (const Id employee : world_.owners()) world_.Set(employee, "team", team);
  double before = Of(Id(), Id()).score.value;
  for (const Id employee : world_.owners()) {
    Meet(employee, contact);
    const double now = Of(Id(), Id()).score.value;
    EXPECT_GT(now, before);
    before = now;
  }
  EXPECT_NEAR(Of(team, contact).score.value, Of(Id(), contact).score.value, 1e-9);
  EXPECT_NEAR(Of(team, account).score.value, Of(Id(), account).score.value, 1e-9);
  const RelationReport all = Of(team, Id());
  EXPECT_NEAR(all.reach, 1 - std::exp(-1.5), 1e-9);
  EXPECT_NEAR(all.exclusive, all.reach, 1e-9);  // nobody outside of it
}

// M03, M15: 0 without deals, never negative, additive over accounts, and a part of it one person's.
TEST_F(Quantified, CapitalIsWhatClosenessIsWorthInOpenDeals) {
  std::vector<Id> accounts = {Account("Acme"), Account("Bloom")};
  std::vector<Id> chiefs;
  EXPECT_TRUE(Of(Id(), Id()).capital.empty());
  for (const Id account : accounts) {
    const Id deal = Deal(account, 1'000'000);
    chiefs.push_back(PersonOf(account, "c_level"));
    GiveRole(chiefs.back(), deal, "decision_maker");
    const Id user = PersonOf(account);
    GiveRole(user, deal, "user");
    Meet(world_.owners()[0], user);
  }
  for (int i = 0; i < 3; ++i) Meet(world_.owners()[0], chiefs[0]);
  const auto minor = [&](Id subject, Id object) {
    const RelationReport report = Of(subject, object);
    return report.capital.empty() ? int64_t{0} : report.capital.at(0).minor;
  };
  const int64_t all = minor(Id(), Id());
  EXPECT_GT(all, 0);
  EXPECT_NEAR(static_cast<double>(all), static_cast<double>(minor(Id(), accounts[0]) + minor(Id(), accounts[1])), 1);
  EXPECT_GT(minor(Id(), accounts[0]), minor(Id(), accounts[1]));
  EXPECT_GT(minor(Id(), chiefs[0]), 0);
  EXPECT_LT(minor(Id(), chiefs[0]), minor(Id(), accounts[0]));
  EXPECT_EQ(minor(Id(), chiefs[1]), 0);  // nobody knows them
  EXPECT_EQ(minor(world_.owners()[0], Id()), all);
  EXPECT_EQ(minor(world_.owners()[1], Id()), 0);
  EXPECT_TRUE(Of(Id(), Id(), {.capital = false}).capital.empty());
}

// M09: won against them, lost to them.
TEST_F(Quantified, ACompetitor) {
  const Id account = Account();
  const Id rival = Add("competitor", {{"name", "Rival"}});
  EXPECT_NEAR(Of(rival, Id()).head_to_head->value, 0.5, 1e-12);
  for (const char* stage : {"sales/won", "sales/lost", "sales/won", "sales/talk"}) {
    const Id deal = Deal(account, 1000, stage);
    Add("deal_competitor", {{"competitor", rival}, {"opportunity", deal}});
  }
  world_.Set(Deal(account, 1000, "sales/lost"), "lost_to", rival);
  const RelationReport report = Of(rival, Id());
  EXPECT_EQ(report.which, Quantification::kCompetitor);
  EXPECT_NEAR(report.head_to_head->value, 3.0 / 6, 1e-12);
  EXPECT_EQ(report.score.value, 0);
  Say(PersonOf(account), rival, "closeness", 1);
  EXPECT_GT(Of(rival, Id()).score.value, 0);
}

// M01, A04: what was asked as of a moment is answered the same after later writes.
TEST_F(Quantified, AsOfAMomentNothingLaterCounts) {
  const Id account = Account();
  const Id contact = PersonOf(account);
  Meet(world_.owners()[0], contact);
  world_.Advance(30 * kMicrosPerDay);
  const QuantifyOptions then = {.relation = {.as_of = world_.now()}};
  const double before = Of(Id(), account, then).score.value;
  world_.Advance(kMicrosPerDay);
  Meet(world_.owners()[1], contact);
  Say(contact, Id(), "solution", 1);
  EXPECT_EQ(Of(Id(), account, then).score.value, before);
  EXPECT_GT(Of(Id(), account).score.value, before);
  EXPECT_GT(*Of(Id(), account, {.trend_months = 3}).trend, 0);
  world_.Advance(200 * kMicrosPerDay);
  EXPECT_LT(*Of(Id(), account, {.relation = {.as_of = world_.now()}, .trend_months = 3}).trend, 0);
}

// M01: what was known at a moment is answered the same after whatever was put in, changed, given to another or deleted since.
TEST_F(Quantified, WhatWasKnownIsAnsweredTheSameAfterAnyEdit) {
  const uint64_t seed = model::TestSeed(29);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  model::Random random(seed);
  const Id account = Account();
  const Id deal = Deal(account, 1000);
  const Id other = Deal(account, 500);
  const Id rival = Add("competitor", {{"name", "Rival"}});
  std::vector<Id> people;
  for (int i = 0; i < 4; ++i) people.push_back(PersonOf(account, i == 0 ? "c_level" : "manager"));
  const auto person = [&] { return people[random.Below(people.size())]; };
  std::vector<Id> made = {Add("deal_competitor", {{"competitor", rival}, {"opportunity", deal}})};
  const auto make = [&] {
    const Id one = person();
    switch (random.Below(4)) {
      case 0:
        return Meet(world_.owners()[random.Below(3)], one);
      case 1:
        return Say(one, random.OneIn(2) ? rival : Id(), random.OneIn(2) ? "solution" : "closeness", random.OneIn(2) ? 1 : -1);
      case 2:
        return GiveRole(one, random.OneIn(2) ? deal : other, random.OneIn(2) ? "decision_maker" : "user", random.OneIn(4));
      default:
        return Add("influence", {{"contact", one}, {"on", one == people[0] ? people[1] : people[0]}});
    }
  };
  for (int i = 0; i < 40; ++i) made.push_back(make());
  world_.Advance(kMicrosPerDay);
  const QuantifyOptions then = {.relation = {.as_of = world_.now(), .recorded = world_.now()}, .capital = false};
  world_.Advance(kMicrosPerDay);
  std::vector<std::pair<Id, Id>> questions = {{Id(), deal}, {rival, deal}, {Id(), other}, {Id(), account}, {Id(), Id()}, {rival, Id()}};
  for (const Id one : people) questions.emplace_back(Id(), one);
  std::vector<RelationReport> before;
  for (const auto& [subject, object] : questions) before.push_back(Of(subject, object, then));
  for (int i = 0; i < 40; ++i) {
    const Id one = made[random.Below(made.size())];
    const catalog::TypeDef& type = *world_.Read()->catalog().FindType(one.type());
    Batch batch = world_.NewBatch();
    if (!world_.Read()->Get(one).ok()) continue;
    if (random.OneIn(2)) {
      batch.Delete(one);
    } else if (type.FindField("opportunity") != nullptr) {
      batch.Set(one, "opportunity", random.OneIn(2) ? deal : other);
    } else if (type.name != "influence") {
      batch.Set(one, type.name == "evidence" ? "subject" : "contact", person());
    }
    world_.TryApply(batch).IgnoreError();
    if (random.OneIn(3)) make();
  }
  // Nor is anybody missed who was deleted, nor a deal, nor whom they worked for.
  Batch all = world_.NewBatch();
  for (const Id gone : {people[3], other, deal, rival, account}) all.Delete(gone);
  world_.Apply(all);
  ASSERT_TRUE(absl::IsNotFound(world_.Read()->Get(account).status()));
  for (size_t i = 0; i < questions.size(); ++i) {
    const RelationReport after = Of(questions[i].first, questions[i].second, then);
    EXPECT_NEAR(after.score.value, before[i].score.value, 1e-9) << i;
    EXPECT_NEAR(after.score.confidence, before[i].score.confidence, 1e-9) << i;
    EXPECT_EQ(after.score.contributions.size(), before[i].score.contributions.size()) << i;
    ASSERT_EQ(after.against.size(), before[i].against.size()) << i;
    for (size_t j = 0; j < after.against.size(); ++j) EXPECT_NEAR(after.against[j].lead, before[i].against[j].lead, 1e-9) << i;
  }
}

// A04, B05: an account as of a moment is what it was, whoever has come and gone since and whatever became of its deals and issues.
TEST_F(Quantified, AnAccountAsOfAMomentHasThePeopleAndTheValueOfThen) {
  const Id acme = Account("Acme");
  const Id bloom = Account("Bloom");
  const Id chief = PersonOf(acme, "c_level");
  const Id buyer = PersonOf(acme);
  const Id other = PersonOf(bloom);
  for (int i = 0; i < 3; ++i) Meet(world_.owners()[0], chief);
  Meet(world_.owners()[1], buyer);
  Meet(world_.owners()[1], other);
  const Id deal = Deal(acme, 3000);
  GiveRole(chief, deal, "decision_maker");
  Deal(bloom, 1000);
  const Id ticket = Add("ticket", {{"subject", "broken"}, {"account", acme}});
  world_.Advance(10 * kMicrosPerDay);
  const Time then = world_.now();
  const auto texts = [&](const RelationOptions& relation) {
    std::vector<std::string> all;
    for (const auto& [subject, object] :
         {std::pair(Id(), acme), std::pair(Id(), bloom), std::pair(Id(), Id()), std::pair(world_.owners()[0], Id())}) {
      const RelationReport report = Of(subject, object, {.relation = relation});
      std::string& text = all.emplace_back(std::to_string(report.score.value) + " " + std::to_string(report.reach) + " " +
                                           std::to_string(report.exclusive));
      for (const Money& money : report.capital) text += " " + std::to_string(money.minor);
      for (const HandOver& one : report.hand_over) text += " " + std::to_string(one.contact.value());
    }
    return all;
  };
  const std::vector<std::string> before = texts({.as_of = then});
  world_.Advance(10 * kMicrosPerDay);
  const Time recorded{world_.now().micros - 1};
  world_.Set(ticket, "resolved_at", world_.now());
  world_.Set(chief, "account", bloom);
  world_.Set(buyer, "job_level", Choose("contact", "job_level", "staff"));
  world_.Set(deal, "amount", model::Yuan(50));
  world_.MoveTo(deal, "sales/won");
  Deal(bloom, 90'000);
  PersonOf(acme, "c_level");
  EXPECT_NE(texts({}), before);
  // Of the newcomer nobody knows when they came: without a word of it they have always been there.
  const AccountReport with = *Of(Id(), acme, {.relation = {.as_of = then}}).account;
  const AccountReport known = *Of(Id(), acme, {.relation = {.as_of = then, .recorded = recorded}}).account;
  EXPECT_LT(with.depth, known.depth);
  EXPECT_EQ(texts({.as_of = then, .recorded = recorded}), before);
  // Somebody who is said to have worked there between two days is there between them.
  const Id guest = PersonOf(bloom, "c_level");
  Add("employment", {{"contact", guest}, {"account", acme}, {"valid_from", Time{then.micros - 5}}, {"valid_to", Time{then.micros + 5}}});
  const auto people = [&](Id account, Time at) {
    std::vector<Id> list;
    for (const Suggestion& step : Of(Id(), account, {.relation = {.as_of = at}, .suggestions = 99}).suggestions)
      list.push_back(step.record);
    return std::count(list.begin(), list.end(), guest);
  };
  EXPECT_EQ(people(acme, then), 1);
  EXPECT_EQ(people(acme, Time{then.micros + 5}), 0);
  EXPECT_EQ(people(bloom, then), 0);
  EXPECT_EQ(people(bloom, Time{then.micros + 5}), 1);
}

// A deal that was put in later counts from its first move to its closing.
TEST_F(Quantified, WhatWasImportedLaterCountsByItsOwnTimes) {
  const Id acme = Account("Acme");
  const Id bloom = Account("Bloom");
  Meet(world_.owners()[0], PersonOf(acme));
  PersonOf(bloom);
  world_.Advance(400 * kMicrosPerDay);
  const auto share = [&](int64_t days_ago) {
    const RelationOptions then = {.as_of = Time{world_.now().micros - days_ago * kMicrosPerDay}};
    const double firm = Of(Id(), Id(), {.relation = then}).score.value;
    return (firm - Of(Id(), bloom, {.relation = then}).score.value) /
           (Of(Id(), acme, {.relation = then}).score.value - Of(Id(), bloom, {.relation = then}).score.value);
  };
  EXPECT_NEAR(share(250), 0.5, 1e-9);
  const Id deal = Add("opportunity", {{"name", "deal"}, {"account", acme}, {"amount", model::Yuan(1000)}});
  world_.MoveTo(deal, "sales/talk", {.at = Time{world_.now().micros - 300 * kMicrosPerDay}});
  world_.MoveTo(deal, "sales/won", {.at = Time{world_.now().micros - 200 * kMicrosPerDay}});
  EXPECT_NEAR(share(301), 0.5, 1e-9);
  EXPECT_NEAR(share(250), 1, 1e-9);
}

// M17: what somebody keeps to themselves is theirs alone, in every score, path and card.
TEST_F(Quantified, WhatIsPrivateChangesNothingForOthers) {
  const auto& us = world_.owners();
  const Id account = Account();
  const Id person = PersonOf(account);
  const Id deal = Deal(account, 1000);
  GiveRole(person, deal, "decision_maker");
  Meet(us[1], person);
  const auto all = [&](Id viewer) {
    const auto snapshot = world_.Read({.id = viewer});
    std::string text;
    for (const Id object : {person, deal, account, Id()}) {
      const StatusOr<RelationReport> report = Quantify(*snapshot, Id(), object, {.relation = {.as_of = world_.now()}});
      EXPECT_TRUE(report.ok()) << report.status();
      text += std::to_string(report->score.value) + " ";
    }
    for (const Id customer : {person, account}) {
      const StatusOr<std::vector<CardLine>> card = CustomerCard(*snapshot, customer, {.relation = {.as_of = world_.now()}});
      EXPECT_TRUE(card.ok()) << card.status();
      for (const CardLine& line : *card) text += std::string(NameOf(line.kind)) + std::to_string(line.value.value_or(0)) + " ";
    }
    const StatusOr<std::vector<Introduction>> ways = ReadIntroductions(*snapshot, person, {.relation = {.as_of = world_.now()}});
    EXPECT_TRUE(ways.ok()) << ways.status();
    for (const Introduction& way : *ways) text += std::to_string(way.value) + " ";
    return text;
  };
  const std::vector<std::string> before = {all(us[0]), all(us[2])};
  EXPECT_EQ(before[0], before[1]);
  const Id met = Meet(us[0], person);
  const Id learnt = Say(person, Id(), "solution", 1);
  const Id knows = Add("acquaintance", {{"from", us[0]}, {"to", person}, {"strength", 0.9}});
  Batch batch = world_.NewBatch();
  for (const Id id : {met, learnt, knows}) {
    batch.Set(id, "owner", us[0]);
    batch.Set(id, "visibility", "owner");
  }
  world_.Apply(batch);
  EXPECT_EQ(all(us[2]), before[1]);
  EXPECT_NE(all(us[0]), before[0]);
  EXPECT_NE(all(Id()), before[0]);  // the system sees everything
}

// B20: whoever may not read a name, a number or a subject gets the scores of those who may.
TEST_F(Quantified, WhatIsMaskedIsNotMissed) {
  const Id account = Account();
  const Id other = Account("Bloom");
  const Id boss = PersonOf(account, "c_level");
  const Id clerk = PersonOf(other);
  const Id deal = Deal(account, 1000);
  Deal(other, 3000);
  const Id rival = Add("competitor", {{"name", "Rival"}});
  Add("deal_competitor", {{"competitor", rival}, {"opportunity", deal}});
  GiveRole(boss, deal, "decision_maker");
  for (const Id person : {boss, clerk}) Meet(world_.owners()[0], person);
  Say(boss, rival, "closeness", 1);
  Add("ticket", {{"subject", "broken"}, {"account", account}});
  const std::pair<Id, Id> questions[] = {{Id(), boss}, {Id(), deal}, {Id(), account}, {world_.owners()[0], Id()},
                                         {Id(), Id()}, {rival, Id()}};
  const QuantifyOptions options = {.capital = false};
  std::vector<double> whole;
  for (const auto& [subject, object] : questions) whole.push_back(Of(subject, object, options).score.value);
  ASSERT_TRUE(world_.db()
                  .SetPolicy(R"({"types": {
    "contact": {"fields": {"mobile": {"read": ["role:desk"]}, "name": {"read": ["role:desk"]}}},
    "opportunity": {"fields": {"name": {"read": ["role:desk"]}}}, "ticket": {"fields": {"subject": {"read": ["role:desk"]}}},
    "interaction": {"fields": {"subject": {"read": ["role:desk"]}}}}})")
                  .ok());
  const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = world_.owners()[1]});
  for (size_t i = 0; i < whole.size(); ++i) {
    const StatusOr<RelationReport> report = Quantify(*snapshot, questions[i].first, questions[i].second, options);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_NEAR(report->score.value, whole[i], 1e-9) << i;
  }
}

class Delivery : public Quantified {
 protected:
  void SetUp() override {
    account_ = Account();
    Meet(world_.owners()[0], PersonOf(account_));
    deal_ = Deal(account_, 1000, "sales/won");
    Deal(account_, 1000);
  }
  Id Milestone(Id deal, std::string_view name, std::string_view due) {
    return Add("milestone", {{"opportunity", deal}, {"name", std::string(name)}, {"due", *ParseDate(due)}});
  }
  // "name late", "name late done", of an object at a moment (none: now).
  std::vector<std::string> Slips(Id object, std::optional<Time> as_of = {}, const Viewer& viewer = {}, std::optional<Time> recorded = {}) {
    QuantifyOptions options{.capital = false};
    options.relation.as_of = as_of.value_or(world_.now());
    options.relation.recorded = recorded;
    const StatusOr<RelationReport> report = Quantify(*world_.Read(viewer), Id(), object, options);
    EXPECT_TRUE(report.ok()) << report.status();
    std::vector<std::string> told;
    for (const Slip& slip : report->slips) {
      EXPECT_TRUE(slip.deal == deal_ || slip.deal == other_);
      told.push_back(slip.name + " " + std::to_string(slip.days_late) + (slip.done ? " done" : ""));
    }
    return told;
  }
  double Score(std::optional<Time> as_of = {}) {
    QuantifyOptions options{.capital = false};
    options.relation.as_of = as_of.value_or(world_.now());
    return Of(Id(), account_, options).account->service;
  }

  Id account_;
  Id deal_;
  Id other_;
};
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// K09: what is late is seen on the deal and on the account, weighs on its service until it is done, and is what was so on a past day.
TEST_F(Delivery, ThatIsLateIsSeenOnTheAccount) {
  world_.SetNow(model::At("2026-03-10T12:00:00Z"));
  const Id install = Milestone(deal_, "install", "2026-03-20");
  const Id accept = Milestone(deal_, "accept", "2026-04-01");
  EXPECT_THAT(Slips(account_), IsEmpty());
  EXPECT_EQ(Score(), 1);
  world_.SetNow(model::At("2026-03-20T23:59:59Z"));
  EXPECT_THAT(Slips(account_), IsEmpty()) << "late from the day after on";
  world_.SetNow(model::At("2026-03-25T12:00:00Z"));
  EXPECT_THAT(Slips(account_), ElementsAre("install 5"));
  EXPECT_THAT(Slips(deal_), ElementsAre("install 5"));
  EXPECT_NEAR(Score(), 1 / 1.5, 1e-12) << "as one open ticket of the usual priority";
  const QuantifyOptions today{.relation = {.as_of = world_.now()}, .capital = false};
  ASSERT_EQ(Of(Id(), account_, today).slips.size(), 1U);
  EXPECT_EQ(Of(Id(), account_, today).slips[0].milestone, install);
  EXPECT_EQ(Of(Id(), account_, today).slips[0].due, *ParseDate("2026-03-20"));

  // Put off on 26 March, done on 8 April and written down on 12 April.
  world_.SetNow(model::At("2026-03-26T12:00:00Z"));
  world_.Set(install, "due", *ParseDate("2026-04-05"));
  EXPECT_THAT(Slips(account_), IsEmpty());
  world_.SetNow(model::At("2026-04-12T12:00:00Z"));
  EXPECT_THAT(Slips(account_), ElementsAre("accept 11", "install 7"));
  const Time before = world_.Read()->recorded();
  world_.Advance(1);
  world_.Set(install, "done_on", *ParseDate("2026-04-08"));
  world_.Set(accept, "done_on", *ParseDate("2026-04-01"));
  EXPECT_THAT(Slips(account_), ElementsAre("install 3 done"));
  EXPECT_EQ(Score(), 1) << "done, though late: told, and weighs no more";
  EXPECT_THAT(Slips(account_, model::At("2026-03-25T12:00:00Z")), ElementsAre("install 5")) << "due then on the day agreed then";
  EXPECT_THAT(Slips(account_, model::At("2026-04-07T12:00:00Z")), ElementsAre("install 2"));
  EXPECT_NEAR(Score(model::At("2026-04-07T12:00:00Z")), 1 / 1.5, 1e-12);
  EXPECT_THAT(Slips(account_, world_.now(), {}, before), ElementsAre("accept 11", "install 7")) << "as it was known";
  world_.SetNow(model::At("2027-05-01T12:00:00Z"));
  EXPECT_THAT(Slips(account_), IsEmpty()) << "of more than a year ago";
}

// K09: days are the database's; what was lost is delivered to nobody.
TEST_F(Delivery, IsLateByTheDaysOfTheDatabaseAndOfWhatWasNotLost) {
  world_.SetNow(model::At("2026-03-20T17:00:00Z"));  // the 21st in Shanghai
  const Id milestone = Milestone(deal_, "install", "2026-03-20");
  EXPECT_THAT(Slips(account_), IsEmpty());
  world_.Set(*world_.Read()->Find("setting", ExternalRef{"kith.setting", "database"}), "time_zone", "Asia/Shanghai");
  EXPECT_THAT(Slips(account_), ElementsAre("install 1"));
  const Time then = world_.now();
  world_.Advance(kMicrosPerDay);
  world_.MoveTo(deal_, "sales/lost");
  EXPECT_THAT(Slips(account_), IsEmpty());
  EXPECT_THAT(Slips(deal_), IsEmpty());
  EXPECT_THAT(Slips(account_, then), ElementsAre("install 1"));
  world_.MoveTo(deal_, "sales/won");
  EXPECT_THAT(Slips(account_), ElementsAre("install 2"));
  world_.Delete(milestone);
  EXPECT_THAT(Slips(account_), IsEmpty());
}

// K09: whoever may not read when it was due or done, or may not see the deal, is told nothing.
TEST_F(Delivery, ThatAViewerMayNotReadTellsThemNothing) {
  world_.SetNow(model::At("2026-03-10T12:00:00Z"));
  const Id late = Milestone(deal_, "install", "2026-03-01");
  world_.Set(Milestone(deal_, "train", "2026-03-01"), "done_on", *ParseDate("2026-03-01"));
  const Viewer rep{.id = world_.owners()[1]};
  EXPECT_THAT(Slips(account_, {}, rep), ElementsAre("install 9"));
  for (const std::string_view field : {"due", "done_on", "opportunity"}) {
    const std::string policy = R"({"types": {"milestone": {"fields": {")" + std::string(field) + R"(": {"read": ["role:desk"]}}}}})";
    ASSERT_TRUE(world_.db().SetPolicy(policy).ok());
    EXPECT_THAT(Slips(account_, {}, rep), IsEmpty()) << field;
    EXPECT_THAT(Slips(deal_, {}, rep), IsEmpty()) << field;
  }
  ASSERT_TRUE(world_.db().SetPolicy(R"({"types": {"milestone": {"fields": {"name": {"read": ["role:desk"]}}}}})").ok());
  EXPECT_THAT(Slips(account_, {}, rep), ElementsAre(" 9"));
  ASSERT_TRUE(world_.db().SetPolicy(R"({"types": {"opportunity": {"read": ["owner"]}}})").ok());
  EXPECT_THAT(Slips(account_, {}, rep), IsEmpty()) << "a part of a deal that they may not see";
  EXPECT_FALSE(world_.Read(rep)->Get(late).ok());
}

// K09: milestones of a vertical, by behaviours alone.
TEST_F(Delivery, OfAVerticalIsToldTheSame) {
  ASSERT_TRUE(world_.db()
                  .Ensure(std::vector{*catalog::ShippedPackage("legal"), catalog::PackageSource{R"({
    "package": "test.court", "version": "1.0.0", "needs": ["legal"],
    "types": [{"name": "time_limit", "behaviours": {"milestone": {"deal": "of", "due": "until", "done_on": "kept_on", "name": "what"}},
      "fields": [{"name": "of", "kind": "ref", "to": ["matter"]}, {"name": "until", "kind": "date"}, {"name": "kept_on", "kind": "date"},
                 {"name": "what", "kind": "text"}]}]})",
                                                                                                {}}})
                  .ok());
  world_.SetNow(model::At("2026-03-10T12:00:00Z"));
  other_ = Add("matter", {{"name", "v. Bloom"}, {"client", account_}});
  const Id limit = Add("time_limit", {{"of", other_}, {"what", std::string("reply")}, {"until", *ParseDate("2026-03-08")}});
  EXPECT_THAT(Slips(account_), ElementsAre("reply 2"));
  EXPECT_THAT(Slips(other_), ElementsAre("reply 2"));
  const std::vector<CardLine> card = *CustomerCard(*world_.Read(), account_);
  const auto line = std::find_if(card.begin(), card.end(), [](const CardLine& one) { return one.kind == LineKind::kSlip; });
  ASSERT_NE(line, card.end());
  EXPECT_EQ(line->record, limit);
  EXPECT_EQ(line->text, "reply");
  EXPECT_EQ(line->choice, "open");
  EXPECT_EQ(line->value, 2);
  EXPECT_EQ(line->at, StartOf(*ParseDate("2026-03-08")));
  EXPECT_THAT(line->evidence, ElementsAre(other_));
}

TEST_F(Quantified, RefusesWhatHasNoRelations) {
  const Id account = Account();
  const auto reason = [&](Id subject, Id object, const QuantifyOptions& options = {}) {
    return GetReason(Quantify(*world_.Read(), subject, object, options).status());
  };
  EXPECT_EQ(reason(account, Id()), Reason::kBadOptions);
  EXPECT_EQ(reason(Id(), world_.owners()[0]), Reason::kBadOptions);
  EXPECT_EQ(reason(Id(), account, {.trend_months = 61}), Reason::kBadOptions);
  EXPECT_TRUE(absl::IsNotFound(Quantify(*world_.Read(), Id(), Id::Of(account.type(), 0, 999)).status()));
}

}  // namespace
}  // namespace kith::insight
