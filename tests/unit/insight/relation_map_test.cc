// Maps of relations: every edge that was put in and no other, each with the records that it rests on.
#include "kith/insight/relation_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Drawn = std::tuple<Id, Id, MapEdgeKind, std::set<Id>>;

class RelationMaps : public Relations {
 protected:
  RelationMap Of(Id object, const MapOptions& options = {}, const Viewer& viewer = {}) {
    const StatusOr<RelationMap> map = ReadRelationMap(*world_.Read(viewer), object, options);
    EXPECT_TRUE(map.ok()) << map.status();
    return map.ok() ? *map : RelationMap();
  }
  static std::vector<Drawn> EdgesOf(const RelationMap& map) {
    std::vector<Drawn> drawn;
    for (const MapEdge& edge : map.edges)
      drawn.emplace_back(edge.from, edge.to, edge.kind, std::set<Id>(edge.evidence.begin(), edge.evidence.end()));
    std::sort(drawn.begin(), drawn.end());
    return drawn;
  }
  static const MapNode* Find(const RelationMap& map, Id record) {
    const auto found = std::find_if(map.nodes.begin(), map.nodes.end(), [&](const MapNode& node) { return node.record == record; });
    return found == map.nodes.end() ? nullptr : &*found;
  }
};

TEST_F(RelationMaps, HaveEveryEdgeWithItsEvidenceAndNoOther) {  // M14
  const uint64_t seed = model::TestSeed(20261128);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  model::Random random(seed);
  const Id inside = Add("account", {{"name", "Acme"}, {"tier", Choose("account", "tier", "a")}});
  const Id outside = Add("account", {{"name", "Bloom"}});
  std::vector<Id> people;
  for (int i = 0; i < 8; ++i) people.push_back(Add("contact", {{"name", "P"}, {"account", i < 6 ? inside : outside}}));
  std::vector<Drawn> put;
  std::map<std::pair<Id, Id>, std::set<Id>> meetings;
  std::set<std::pair<Id, Id>> lines;
  std::set<std::pair<Id, Id>> known;
  const auto pick = [&](const std::vector<Id>& of) { return of[random.Below(of.size())]; };
  for (int i = 0; i < 60; ++i) {
    const Id a = pick(people);
    const Id b = pick(people);
    if (random.Below(2) == 0) {
      const Id employee = pick(world_.owners());
      meetings[{employee, a}].insert(Meet(employee, a));
    } else if (a == b) {
      continue;
    } else if (random.Below(3) == 0) {
      put.emplace_back(a, b, MapEdgeKind::kInfluences, std::set<Id>{Add("influence", {{"contact", a}, {"on", b}, {"strength", .4}})});
    } else if (random.Below(2) == 0) {
      if (!known.insert(std::minmax(a, b)).second) continue;
      put.emplace_back(a, b, MapEdgeKind::kKnows, std::set<Id>{Add("acquaintance", {{"from", a}, {"to", b}, {"strength", .7}})});
    } else if (lines.insert({a, b}).second) {
      put.emplace_back(a, b, MapEdgeKind::kDottedLine, std::set<Id>{Add("dotted_line", {{"contact", a}, {"superior", b}})});
    }
  }
  for (size_t i = 1; i < 6; ++i) {  // nobody above themselves
    const Id superior = people[random.Below(i)];
    world_.Set(people[i], "reports_to", superior);
    put.emplace_back(people[i], superior, MapEdgeKind::kReportsTo, std::set<Id>{people[i]});
  }
  const Id ours = Add("acquaintance", {{"from", people[0]}, {"to", world_.owners()[0]}});
  put.emplace_back(people[0], world_.owners()[0], MapEdgeKind::kKnows, std::set<Id>{ours});
  for (const auto& [pair, records] : meetings) put.emplace_back(pair.first, pair.second, MapEdgeKind::kTie, records);
  std::sort(put.begin(), put.end());
  EXPECT_EQ(EdgesOf(Of(Id())), put);
  const std::set<Id> gone(people.begin() + 6, people.end());
  std::erase_if(put, [&](const Drawn& one) { return gone.count(std::get<0>(one)) + gone.count(std::get<1>(one)) != 0; });
  const RelationMap map = Of(inside);
  EXPECT_EQ(EdgesOf(map), put);
  for (const MapEdge& edge : map.edges) {
    EXPECT_TRUE(Find(map, edge.from) != nullptr && Find(map, edge.to) != nullptr);
    EXPECT_GT(edge.strength, 0);
    EXPECT_LE(edge.strength, 1);
    ASSERT_FALSE(edge.evidence.empty());
    if (edge.kind != MapEdgeKind::kTie) continue;
    const std::vector<EmployeeTie> ties = *ReadTies(*world_.Read(), edge.to, {.as_of = map.as_of});
    const auto same = [&](const EmployeeTie& tie) { return tie.employee == edge.from; };
    EXPECT_EQ(edge.strength, std::find_if(ties.begin(), ties.end(), same)->tie.value);
  }
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(Find(map, people[i])->tier, "a");
}

TEST_F(RelationMaps, TellRolesAndStances) {  // M14, M05
  const Id account = Add("account", {{"name", "Acme"}});
  const Id boss =
      Add("contact", {{"name", "Wang"}, {"account", account}, {"title", "CEO"}, {"job_level", Choose("contact", "job_level", "c_level")}});
  const Id clerk = Add("contact", {{"name", "Li"}, {"account", account}});
  Batch batch = world_.NewBatch();
  const Id local = model::World::NewRecord(batch, "opportunity");
  batch.Set(local, "account", account);
  const Id deal = world_.Apply(batch).at(local.local_index());
  GiveRole(boss, deal, "decision_maker", true);
  GiveRole(boss, deal, "coach");
  Say(boss, Id(), "solution", 1);
  Add("influence", {{"contact", clerk}, {"on", boss}});
  const Time before = world_.now();
  world_.Advance(kMicrosPerDay);
  GiveRole(clerk, deal, "user");
  const RelationMap map = Of(deal);
  const ChainReport chain = *ReadChain(*world_.Read(), deal, Id(), {.as_of = map.as_of});
  ASSERT_EQ(map.nodes.size(), 2U);
  for (const ChainPerson& person : chain.people) {
    const MapNode& node = *Find(map, person.contact);
    EXPECT_EQ(node.stance, person.stance);
    EXPECT_EQ(node.weight, person.weight);
    EXPECT_EQ(node.influence, person.influence);
    EXPECT_EQ(node.light, LightOf(DisplayScore(person.stance)));
  }
  const MapNode& told = *Find(map, boss);
  EXPECT_THAT(told.roles, ElementsAre(ChainRole::kDecisionMaker, ChainRole::kCoach));
  EXPECT_TRUE(told.veto);
  EXPECT_EQ(told.political, Political::kInnerCircle);
  EXPECT_EQ(std::tie(told.name, told.title, told.level), std::make_tuple("Wang", "CEO", "c_level"));
  EXPECT_EQ(map.edges.size(), 1U);
  EXPECT_THAT(Find(Of(account), clerk)->roles, ElementsAre(ChainRole::kUser));
  // As it was known the day before the clerk had a role.
  const RelationMap past = Of(deal, {.relation = {.as_of = before, .recorded = before}});
  ASSERT_EQ(past.nodes.size(), 1U);
  EXPECT_EQ(past.nodes[0].record, boss);
  EXPECT_THAT(past.edges, IsEmpty());
  EXPECT_EQ(GetReason(ReadRelationMap(*world_.Read(), boss).status()), Reason::kBadOptions);
}

TEST_F(RelationMaps, HaveAtMostSoManyPeople) {
  const Id account = Add("account", {{"name", "Acme"}});
  for (int i = 0; i < 3; ++i) Add("contact", {{"name", "P"}, {"account", account}});
  for (const Id object : {account, Id()}) {
    EXPECT_EQ(Of(object, {.most = 3}).nodes.size(), 3U);
    const Status refused = ReadRelationMap(*world_.Read(), object, {.most = 2}).status();
    EXPECT_EQ(GetReason(refused), Reason::kLimitExceeded);
    EXPECT_EQ(GetErrorInfo(refused).field, "most");
    EXPECT_EQ(GetErrorInfo(refused).value, "2");
  }
}

// A person who was deleted since is on the map as it was known.
TEST_F(RelationMaps, AsKnownThenHaveWhoIsGone) {
  const Id account = Add("account", {{"name", "Acme"}});
  const Id person = Add("contact", {{"name", "P"}, {"account", account}});
  const Id meeting = Meet(world_.owners()[0], person);
  world_.Advance(kMicrosPerDay);
  const MapOptions then{.relation = {.as_of = world_.now(), .recorded = world_.now()}};
  world_.Advance(kMicrosPerDay);
  Batch batch = world_.NewBatch();
  for (const Id gone : {meeting, person}) batch.Delete(gone);
  world_.Apply(batch);
  for (const Id object : {account, Id()}) {
    const RelationMap map = Of(object, then);
    EXPECT_EQ(EdgesOf(map), (std::vector<Drawn>{{world_.owners()[0], person, MapEdgeKind::kTie, {meeting}}}));
    EXPECT_TRUE(Of(object).nodes.empty());
  }
}

TEST_F(RelationMaps, ShowNothingHidden) {  // M11, M14
  const Id account = Add("account", {{"name", "Acme"}});
  const Id seen = Add("contact", {{"name", "Li"}, {"account", account}});
  const Id hidden = Add("contact", {{"name", "Mo"}, {"account", account}, {"reports_to", seen}});
  const Id met = Meet(world_.owners()[0], seen);
  const Id private_way = Add("acquaintance", {{"from", seen}, {"to", world_.owners()[2]}});
  for (const Id record : {hidden, met, private_way}) {
    world_.Set(record, "owner", world_.owners()[0]);
    world_.Set(record, "visibility", static_cast<int64_t>(record::Visibility::kOwner));
  }
  const RelationMap owners = Of(account, {}, {.id = world_.owners()[0]});
  EXPECT_EQ(owners.nodes.size(), 4U);
  EXPECT_EQ(owners.edges.size(), 3U);
  const RelationMap others = Of(account, {}, {.id = world_.owners()[1]});
  ASSERT_EQ(others.nodes.size(), 1U);
  EXPECT_EQ(others.nodes[0].record, seen);
  EXPECT_EQ(others.nodes[0].closeness, 0);
  EXPECT_THAT(others.edges, IsEmpty());
}

}  // namespace
}  // namespace kith::insight
