// The properties of the formulas of accounts, employees, the firm and its ways (domain model §5.4.3 to §5.4.6, §6.1) on random facts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "kith/insight/relationship.h"
#include "support/settings.h"
#include "unit/insight/made_facts.h"

namespace kith::insight {
namespace {

using kith::testing::TestSeed;
using testing::Below;
using testing::kCny;
using testing::Known;
using testing::kTolerance;
using testing::Random;
using testing::Rounds;

// --- accounts, employees; M06, M07, M08

AccountFacts MakeAccount(Random& random) {
  AccountFacts facts;
  for (int64_t i = 1 + Below(random, 8); i > 0; --i) {
    RosterPerson person;
    person.contact = Id(static_cast<uint64_t>(i));
    person.power = 0.1 + random.Uniform();
    person.unit = static_cast<uint64_t>(Below(random, 3));
    person.stance = 2 * random.Uniform() - 1;
    for (uint64_t e = 1; e <= 3; ++e) {
      if (random.Chance(0.5)) person.ties.emplace_back(Id(1000 + e), Known(random.Uniform()));
    }
    facts.people.push_back(person);
  }
  facts.units = {{0, 3}, {7, 1}};
  facts.open_severity = random.Chance(0.5) ? 0 : random.Uniform() * 5;
  return facts;
}

TEST(Account, IsBoundedAndMonotoneWithTheRosterFixed) {
  Random random(TestSeed(15));
  for (int round = 0; round < Rounds(); ++round) {
    AccountFacts facts = MakeAccount(random);
    const AccountReport before = ScoreAccount(facts);
    EXPECT_GE(before.score.value, 0);
    EXPECT_LE(before.score.value, 100);
    EXPECT_GE(before.bus_factor, 0);
    EXPECT_LE(before.bus_factor, 1 + kTolerance);
    RosterPerson& person = facts.people.front();
    person.stance = std::min(1.0, person.stance + random.Uniform());
    person.ties.emplace_back(Id(2000), Known(random.Uniform()));
    EXPECT_GE(ScoreAccount(facts).score.value, before.score.value - kTolerance);
    // Finding out about somebody powerful whom nobody knows lowers depth, by intent.
    const double depth = ScoreAccount(facts).depth;
    facts.people.push_back({Id(50), 5, 0, 0, {}});
    EXPECT_LE(ScoreAccount(facts).depth, depth + kTolerance);
  }
  EXPECT_EQ(ScoreAccount({}).score.value, 0);
  EXPECT_FALSE(ScoreAccount({}).single_thread.has_value());
}

TEST(Employees, HoldExclusivelyWhatNobodyElseHas) {
  Random random(TestSeed(16));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<ValuedPerson> people;
    for (uint64_t p = 1; p <= 5; ++p) {
      ValuedPerson person{Id(p), random.Uniform(), {}};
      for (uint64_t e = 1; e <= 4; ++e) {
        if (random.Chance(0.5)) person.ties.emplace_back(Id(100 + e), random.Uniform());
      }
      people.push_back(person);
    }
    const std::vector<EmployeeReport> reports = ScoreEmployees(people);
    for (const EmployeeReport& report : reports) {
      EXPECT_GE(report.exclusive, -kTolerance);
      EXPECT_LE(report.exclusive, report.reach + kTolerance);
    }
    if (const auto hhi = Concentration(reports); hhi.has_value()) {
      EXPECT_GE(*hhi, 1.0 / static_cast<double>(reports.size()) - kTolerance);
      EXPECT_LE(*hhi, 1 + kTolerance);
    }
    // What is exclusive of one person is in sum no more than there is.
    std::map<Id, double> exclusive;
    for (const EmployeeReport& report : reports) {
      for (const HandOver& h : report.hand_over) exclusive[h.contact] += h.exclusive;
    }
    for (const ValuedPerson& person : people) {
      std::vector<double> strengths;
      for (const auto& [id, strength] : person.ties) strengths.push_back(strength);
      EXPECT_LE(exclusive[person.contact], person.value * NoisyOr(strengths) + kTolerance);
    }
    // All of a tie is exclusive where nobody else has one, and a colleague's lowers what is.
    ValuedPerson& person = people[static_cast<size_t>(Below(random, 5))];
    const auto exclusive_of = [&](Id employee) {
      for (const EmployeeReport& report : ScoreEmployees(people)) {
        if (report.employee == employee) return std::pair(report.reach, report.exclusive);
      }
      return std::pair(0.0, 0.0);
    };
    person.ties = {{Id(900), 0.1 + 0.8 * random.Uniform()}};
    const auto [reach, alone] = exclusive_of(Id(900));
    EXPECT_NEAR(alone, reach, kTolerance);
    person.ties.emplace_back(Id(901), 0.1 + 0.8 * random.Uniform());
    EXPECT_LT(exclusive_of(Id(900)).second, alone);
  }
  EXPECT_FALSE(Concentration({}).has_value());
}

// W4
TEST(Employees, AColleaguesMeetingsLowerTheRiskOfALeaver) {
  std::vector<ValuedPerson> people = {{Id(1), 1, {{Id(100), 0.8}}}, {Id(2), 1, {{Id(100), 0.3}}}, {Id(3), 1, {{Id(101), 0.5}}}};
  const EmployeeReport before = ScoreEmployees(people).front();
  EXPECT_EQ(before.employee, Id(100));
  EXPECT_NEAR(before.exclusive, before.reach, kTolerance);
  ASSERT_EQ(before.hand_over.size(), 2U);
  EXPECT_EQ(before.hand_over[0].contact, Id(1));
  people[0].ties.emplace_back(Id(101), 0.6);
  EXPECT_LT(ScoreEmployees(people).front().exclusive, before.exclusive - 0.4);
}

TEST(Competitors, HeadToHeadNeverFallsWithWinsAndNarrows) {
  EXPECT_EQ(HeadToHead(0, 0).value, 0.5);
  EXPECT_EQ(HeadToHead(0, 0).confidence, 0);
  for (int64_t wins = 0; wins < 10; ++wins) EXPECT_GT(HeadToHead(wins + 1, 10).value, HeadToHead(wins, 10).value);
  EXPECT_LT(HeadToHead(50, 100).high - HeadToHead(50, 100).low, HeadToHead(5, 10).high - HeadToHead(5, 10).low);
}

// M15
TEST(Capital, IsNonNegativeAdditiveAndLinear) {
  Random random(TestSeed(17));
  std::vector<DealStake> deals;
  double sum = 0;
  for (uint64_t i = 0; i < 20; ++i) {
    deals.push_back({Id(i), {1'000'000 + Below(random, 1'000'000), kCny}, random.Uniform(), random.Uniform(), -random.Uniform()});
    sum += static_cast<double>(RelationshipCapital(std::span(&deals.back(), 1))->at(0).minor);
    EXPECT_GE(sum, 0);
  }
  const int64_t all = RelationshipCapital(deals)->at(0).minor;
  EXPECT_NEAR(static_cast<double>(all), sum, 20);
  for (DealStake& deal : deals) deal.amount.minor *= 3;
  EXPECT_NEAR(static_cast<double>(RelationshipCapital(deals)->at(0).minor), 3.0 * static_cast<double>(all), 3);
  deals[0].amount.currency = testing::kUsd;
  EXPECT_EQ(RelationshipCapital(deals)->size(), 2U);
  EXPECT_TRUE(RelationshipCapital({})->empty());
  EXPECT_EQ(RelationshipCapital(deals, 0)->at(0).minor, 0);
  deals[0].win_probability = 1.5;
  EXPECT_EQ(GetReason(RelationshipCapital(deals).status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(RelationshipCapital({}, -1).status()), Reason::kOutOfRange);
}

// --- warm paths; M08

// Every simple path by depth-first search.
void Walk(const Network& network, const std::set<Id>& ours, std::vector<Id>& path, double value, const PathOptions& options,
          std::vector<double>& found) {
  if (ours.count(path.back()) != 0 && path.size() > 1) {
    found.push_back(value);
    return;
  }
  if (path.size() > static_cast<size_t>(options.hops)) return;
  for (const Acquaintance& next : network.Neighbours(path.back())) {
    if (std::find(path.begin(), path.end(), next.person) != path.end()) continue;
    path.push_back(next.person);
    Walk(network, ours, path, value * next.strength * (path.size() > 2 ? options.damping : 1), options, found);
    path.pop_back();
  }
}

std::vector<Network::Edge> RandomEdges(Random& random, uint64_t people, int64_t count) {
  std::vector<Network::Edge> edges;
  for (int64_t i = 0; i < count; ++i) {
    const auto person = [&] { return Id(1 + static_cast<uint64_t>(Below(random, static_cast<int64_t>(people)))); };
    edges.push_back({person(), person(), random.Uniform()});
  }
  return edges;
}

TEST(WarmPaths, EqualBruteForceOnSmallGraphs) {
  Random random(TestSeed(18));
  for (int round = 0; round < Rounds(); ++round) {
    const Network network(RandomEdges(random, 9, 4 + Below(random, 16)));
    const std::set<Id> ours = {Id(1), Id(2)};
    const PathOptions options{.count = 4, .hops = 1 + static_cast<int>(Below(random, 4))};
    std::vector<Id> path = {Id(9)};
    std::vector<double> all;
    Walk(network, ours, path, 1, options, all);
    std::sort(all.begin(), all.end(), std::greater<>());
    if (all.size() > options.count) all.resize(options.count);
    const auto found = network.Paths([&](Id id) { return ours.count(id) != 0; }, Id(9), options);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      EXPECT_NEAR((*found)[i].value, all[i], kTolerance);
      EXPECT_TRUE(ours.count((*found)[i].people.front()) != 0);
      EXPECT_EQ((*found)[i].people.back(), Id(9));
      EXPECT_EQ(std::set<Id>((*found)[i].people.begin(), (*found)[i].people.end()).size(), (*found)[i].people.size());
    }
  }
}

TEST(WarmPaths, AStrongerOrFurtherEdgeNeverLowersTheBest) {
  Random random(TestSeed(19));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<Network::Edge> edges = RandomEdges(random, 12, 20);
    const auto best = [&] {
      const auto found = Network(edges).Paths([](Id id) { return id.value() <= 2; }, Id(12), {.count = 1});
      return found->empty() ? 0.0 : found->front().value;
    };
    const double before = best();
    Network::Edge& edge = edges[static_cast<size_t>(Below(random, 20))];
    edge.strength += (1 - edge.strength) * random.Uniform();
    const double stronger = best();
    EXPECT_GE(stronger, before - kTolerance);
    edges.push_back(RandomEdges(random, 12, 1).front());
    EXPECT_GE(best(), stronger - kTolerance);
    EXPECT_LE(best(), 1);
  }
}

TEST(WarmPaths, RefuseNonsense) {
  const Network network({});
  const auto ours = [](Id) { return true; };
  EXPECT_TRUE(network.Paths(ours, Id(1))->empty());
  EXPECT_EQ(GetReason(network.Paths(ours, Id(1), {.hops = 0}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(network.Paths(ours, Id(1), {.hops = 7}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(network.Paths(ours, Id(1), {.damping = 0}).status()), Reason::kBadOptions);
}

}  // namespace
}  // namespace kith::insight
