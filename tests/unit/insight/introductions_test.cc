// Warm paths from records: equal to trying every path, on small random companies; what is private or over leads nowhere.
#include "kith/insight/introductions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

using Graph = std::map<Id, std::map<Id, double>>;

// The values of all simple paths from `ours` to the target, best first.
std::vector<double> EveryPath(const Graph& graph, const std::function<bool(Id)>& ours, Id target, int hops) {
  std::vector<double> values;
  std::vector<Id> path = {target};
  const std::function<void(double)> walk = [&](double value) {
    if (graph.count(path.back()) == 0) return;
    for (const auto& [next, strength] : graph.at(path.back())) {
      if (std::find(path.begin(), path.end(), next) != path.end()) continue;
      const double longer = value * strength * (path.size() == 1 ? 1 : 0.8);
      if (ours(next)) values.push_back(longer);
      if (ours(next) || static_cast<int>(path.size()) == hops) continue;
      path.push_back(next);
      walk(longer);
      path.pop_back();
    }
  };
  walk(1);
  std::sort(values.rbegin(), values.rend());
  return values;
}

class Introductions : public Relations {
 protected:
  Id Know(Id from, Id to, double strength, std::optional<double> confidence = {}) {
    return Add("acquaintance",
               {{"from", from}, {"to", to}, {"strength", strength}, {"confidence", confidence ? Value(*confidence) : Value()}});
  }
  std::vector<Introduction> To(Id target, const IntroductionOptions& options = {}) {
    StatusOr<std::vector<Introduction>> found = ReadIntroductions(*world_.Read(), target, options);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *std::move(found) : std::vector<Introduction>();
  }
};

// M08
TEST_F(Introductions, EqualEveryPathTriedOnSmallCompanies) {
  const uint64_t seed = model::TestSeed(17);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  model::Random dice(seed);
  Graph graph;
  std::map<std::pair<Id, Id>, int> meetings;
  for (int round = 0; round < 6; ++round) {
    std::vector<Id> people;
    for (int i = 0; i < 8; ++i) people.push_back(Contact());
    const auto join = [&](Id a, Id b, double strength) {
      for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) graph[from][to] = std::max(graph[from][to], strength);
    };
    const Id team = Add("team", {{"name", "One"}});
    for (size_t i = 0; i < 2; ++i) world_.Set(world_.owners()[i], "team", team);
    join(world_.owners()[0], world_.owners()[1], 0.5);
    for (int i = 0; i < 6; ++i) {
      const std::pair<Id, Id> pair(world_.owners()[dice.Below(3)], people[dice.Below(8)]);
      Meet(pair.first, pair.second);
      join(pair.first, pair.second, -std::expm1(-0.5 * ++meetings[pair]));
    }
    for (int i = 0; i < 14; ++i) {
      const Id a = people[dice.Below(8)];
      const Id b = dice.OneIn(5) ? world_.owners()[dice.Below(3)] : people[dice.Below(8)];
      if (a == b || graph[a].count(b) != 0) continue;
      const double strength = static_cast<double>(1 + dice.Below(99)) / 100;
      Know(a, b, strength, 0.9);
      join(a, b, strength * 0.9);
    }
    for (const Id from : {Id(), world_.owners()[1]}) {
      for (const Id target : people) {
        const auto ours = [&](Id id) { return from.is_null() ? id.type() == world_.owners()[0].type() : id == from; };
        const std::vector<double> expected = EveryPath(graph, ours, target, 4);
        const std::vector<Introduction> found = To(target, {.from = from});
        ASSERT_EQ(found.size(), std::min<size_t>(3, expected.size()));
        for (size_t i = 0; i < found.size(); ++i) {
          EXPECT_NEAR(found[i].value, expected[i], 1e-9);
          double product = std::pow(0.8, static_cast<double>(found[i].hops.size() - 1));
          for (const IntroductionHop& hop : found[i].hops) {
            EXPECT_NEAR(hop.strength, graph.at(hop.from).at(hop.to), 1e-9);
            product *= hop.strength;
          }
          EXPECT_NEAR(product, found[i].value, 1e-12);
          EXPECT_EQ(found[i].hops.back().to, target);
          EXPECT_TRUE(ours(found[i].hops.front().from));
        }
      }
    }
  }
}

TEST_F(Introductions, NameWhatLeadsThere) {
  const auto& us = world_.owners();
  const Id team = Add("team", {{"name", "One"}});
  Add("team_member", {{"employee", us[0]}, {"team", team}});
  world_.Set(us[1], "team", team);
  const Id friend_of = Contact();
  const Id target = Contact();
  Meet(us[1], friend_of);
  const Id edge = Know(target, friend_of, 0.8);
  const std::vector<Introduction> anyone = To(target);
  ASSERT_EQ(anyone.size(), 1U);
  ASSERT_EQ(anyone[0].hops.size(), 2U);
  EXPECT_EQ(anyone[0].hops[0].kind, EdgeKind::kTie);
  EXPECT_EQ(anyone[0].hops[1].kind, EdgeKind::kKnows);
  EXPECT_EQ(anyone[0].hops[1].record, edge);
  const std::vector<Introduction> mine = To(target, {.from = us[0]});
  ASSERT_EQ(mine.size(), 1U);
  EXPECT_EQ(mine[0].hops[0].kind, EdgeKind::kColleague);
  EXPECT_NEAR(mine[0].value, 0.8 * 0.5 * anyone[0].value, 1e-12);
  // Who left introduces nobody.
  world_.Set(us[1], "active", false);
  EXPECT_TRUE(To(target).empty());
  EXPECT_TRUE(To(target, {.from = us[0]}).empty());
}

TEST_F(Introductions, WhatIsOverOrPrivateLeadsNowhere) {
  const auto& us = world_.owners();
  const Id target = Contact();
  const Id edge = Know(us[0], target, 0.7);
  EXPECT_NEAR(To(target).at(0).value, 0.7, 1e-12);
  world_.Set(edge, "valid_to", DateOf(world_.now()));
  EXPECT_TRUE(To(target).empty());
  EXPECT_EQ(To(target, {.relation = {.as_of = Time{world_.now().micros - kMicrosPerDay}}}).size(), 1U);
  world_.Set(edge, "valid_to", Value());
  Batch batch = world_.NewBatch();
  batch.Set(edge, "owner", us[0]);
  batch.Set(edge, "visibility", "owner");
  world_.Apply(batch);
  EXPECT_EQ(ReadIntroductions(*world_.Read({.id = us[0]}), target)->size(), 1U);
  EXPECT_TRUE(ReadIntroductions(*world_.Read({.id = us[1]}), target)->empty());
  EXPECT_EQ(GetReason(ReadIntroductions(*world_.Read(), us[0]).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(ReadIntroductions(*world_.Read(), target, {.from = target}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(ReadIntroductions(*world_.Read(), target, {.colleague = 0}).status()), Reason::kBadOptions);
}

// M11, B20: whoever the viewer may not see is nobody's way, neither by a path of their own nor by making another one shorter; what is left
// equals every path tried without them.
TEST_F(Introductions, GoThroughNobodyWhoIsHidden) {
  const auto& us = world_.owners();
  const uint64_t seed = model::TestSeed(23);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  model::Random dice(seed);
  size_t paths = 0;
  for (int round = 0; round < 6; ++round) {
    std::vector<Id> people;
    for (int i = 0; i < 9; ++i) people.push_back(Contact());
    Graph graph;
    const auto hidden = [&](Id id) { return id == people[0] || id == people[1] || id == people[2] || id == us[0]; };
    std::set<std::pair<Id, Id>> known;
    const auto join = [&](Id a, Id b, double strength) {
      if (a == b || !known.insert(std::minmax(a, b)).second) return;
      Know(a, b, strength);
      if (!hidden(a) && !hidden(b)) graph[a][b] = graph[b][a] = strength;
    };
    for (int i = 0; i < 6; ++i) join(us[dice.Below(3)], people[dice.Below(9)], 0.6);
    for (int i = 0; i < 16; ++i) join(people[dice.Below(9)], people[dice.Below(9)], static_cast<double>(1 + dice.Below(99)) / 100);
    Batch batch = world_.NewBatch();
    for (const Id id : {people[0], people[1], people[2], us[0]}) {
      batch.Set(id, "owner", us[2]);
      batch.Set(id, "visibility", "owner");
    }
    world_.Apply(batch);
    const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = us[1]});
    for (const Id target : people) {
      const StatusOr<std::vector<Introduction>> found = ReadIntroductions(*snapshot, target);
      if (hidden(target)) {
        EXPECT_TRUE(absl::IsNotFound(found.status()));
        continue;
      }
      ASSERT_TRUE(found.ok()) << found.status();
      const std::vector<double> expected = EveryPath(
          graph, [&](Id id) { return id == us[1] || id == us[2]; }, target, 4);
      ASSERT_EQ(found->size(), std::min<size_t>(3, expected.size()));
      for (size_t i = 0; i < found->size(); ++i) {
        EXPECT_NEAR((*found)[i].value, expected[i], 1e-9);
        for (const IntroductionHop& hop : (*found)[i].hops) EXPECT_FALSE(hidden(hop.from) || hidden(hop.to));
      }
      paths += found->size();
      // Nor does anybody begin with one of ours who is hidden.
      EXPECT_TRUE(absl::IsNotFound(ReadIntroductions(*snapshot, target, {.from = us[0]}).status()));
    }
  }
  EXPECT_GT(paths, 20U);
}

// B20: how well people know each other is masked: a way is one as of which nobody said.
TEST_F(Introductions, AMaskedStrengthIsAsIfNobodyHadSaid) {
  const auto& us = world_.owners();
  const Id target = Contact();
  const Id edge = Know(us[0], target, 0.9);
  ASSERT_TRUE(world_.db().SetPolicy(R"({"types": {"acquaintance": {"fields": {"strength": {"read": ["role:desk"]}}}}})").ok());
  const StatusOr<std::vector<Introduction>> found = ReadIntroductions(*world_.Read({.id = us[1]}), target);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ((*found)[0].hops.at(0).record, edge);
  EXPECT_EQ((*found)[0].value, 0.5);
}

// M08, §5.4.5: an owner lets others know of a way without a word about how, and takes it back.
TEST_F(Introductions, AnOwnerMaySayThatAWayLeadsThere) {
  const auto& us = world_.owners();
  const Id target = Contact();
  const Id edge = Know(us[0], target, 0.9);
  Batch batch = world_.NewBatch();
  batch.Set(edge, "owner", us[0]);
  batch.Set(edge, "visibility", "owner");
  world_.Apply(batch);
  const auto to = [&](Id viewer) {
    StatusOr<std::vector<Introduction>> found = ReadIntroductions(*world_.Read({.id = viewer}), target);
    EXPECT_TRUE(found.ok()) << found.status();
    return *std::move(found);
  };
  EXPECT_TRUE(to(us[1]).empty());
  world_.Set(edge, "may_introduce", true);
  const std::vector<Introduction> others = to(us[1]);
  ASSERT_EQ(others.size(), 1U);
  ASSERT_EQ(others[0].hops.size(), 1U);
  EXPECT_EQ(others[0].hops[0].from, us[0]);
  EXPECT_EQ(others[0].hops[0].kind, EdgeKind::kShared);
  EXPECT_EQ(others[0].hops[0].strength, 0.5);  // whatever it is
  EXPECT_TRUE(others[0].hops[0].record.is_null());
  const std::vector<Introduction> own = to(us[0]);
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own[0].hops[0].kind, EdgeKind::kKnows);
  EXPECT_EQ(own[0].hops[0].strength, 0.9);
  EXPECT_EQ(own[0].hops[0].record, edge);
  world_.Set(edge, "valid_to", DateOf(world_.now()));
  EXPECT_TRUE(to(us[1]).empty());
  world_.Set(edge, "valid_to", Value());
  EXPECT_EQ(to(us[1]).size(), 1U);
  const StatusOr<VerifyReport> verified = world_.db().Verify();
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_TRUE(verified->problems.empty());
  world_.Set(edge, "may_introduce", false);
  EXPECT_TRUE(to(us[1]).empty());
  world_.Set(edge, "may_introduce", true);
  world_.Delete(edge);
  EXPECT_TRUE(to(us[1]).empty());
  EXPECT_TRUE(world_.db().Verify()->problems.empty());
}

}  // namespace
}  // namespace kith::insight
