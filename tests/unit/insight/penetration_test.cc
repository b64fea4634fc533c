// Groups of companies: how far we are into them, and a deal with the head suggested once. // C19 N12
#include "kith/insight/penetration.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PenetrationTest : public Relations {
 protected:
  Id Account(std::string_view name, Id parent = {}) {
    return Add("account", {{"name", name}, {"parent", parent.is_null() ? Value() : Value(parent)}});
  }
  Id Deal(Id account, std::string_view stage, std::string_view pipeline = "sales") {
    const Id deal = Add("opportunity", {{"name", "x"}, {"account", account}});
    world_.MoveTo(deal, std::string(pipeline).append("/").append(stage));
    return deal;
  }
  Penetration Look(const PenetrationOptions& options = {}) {
    const StatusOr<Penetration> report = PenetrationOf(*world_.Read(), world_.GetPipelineNow("sales"), options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : Penetration();
  }
  size_t Suggest(const PenetrationOptions& options = {}) {
    const auto snapshot = world_.Read();
    const model::Pipeline pipeline = world_.GetPipelineNow("sales");
    Batch batch = world_.NewBatch();
    const StatusOr<size_t> suggested = SuggestExpansions(*snapshot, pipeline, *PenetrationOf(*snapshot, pipeline, options), batch);
    EXPECT_TRUE(suggested.ok()) << suggested.status();
    world_.Apply(batch);
    return suggested.value_or(0);
  }
};

TEST_F(PenetrationTest, AGroupThatCrossesTheThresholdIsSuggestedOnce) {  // C19
  const Id head = Account("Group");
  world_.Set(head, "owner", world_.owners()[1]);
  std::vector<Id> below;
  for (int i = 0; i < 4; ++i) below.push_back(Account("S", i == 3 ? below[0] : head));  // the last at the second level
  Account("Alone");
  EXPECT_EQ(Suggest(), 0u);
  Deal(below[3], "won");
  Deal(below[1], "lost");
  Deal(below[2], "talk", "partner");  // of another pipeline
  const Penetration before = Look();
  ASSERT_THAT(before.groups, SizeIs(1));
  const GroupPenetration& one = before.groups[0];
  EXPECT_EQ(one.head, head);
  EXPECT_EQ(one.name, "Group");
  EXPECT_EQ(one.subsidiaries, 4);
  EXPECT_EQ(one.worked, 2);
  EXPECT_EQ(one.won, 1);
  EXPECT_THAT(one.active_ones, ElementsAre(below[3]));
  EXPECT_FALSE(one.expand);
  EXPECT_EQ(Suggest(), 0u);

  Deal(below[0], "won");
  EXPECT_TRUE(Look().groups[0].expand);
  EXPECT_FALSE(Look({.threshold = 0.51}).groups[0].expand);
  EXPECT_FALSE(Look({.fewest = 5}).groups[0].expand);
  EXPECT_EQ(Suggest(), 1u);
  const GroupPenetration after = Look().groups[0];
  ASSERT_TRUE(after.suggested.has_value());
  EXPECT_FALSE(after.expand);
  EXPECT_TRUE(after.head_open);
  EXPECT_EQ(world_.Get(*after.suggested, "account"), Value(head));
  EXPECT_EQ(world_.Get(*after.suggested, "name"), Value("Group"));
  EXPECT_EQ(world_.Get(*after.suggested, "owner"), Value(world_.owners()[1]));
  EXPECT_EQ(world_.Get(*after.suggested, "stage"), Value(world_.StageId("sales", "lead")));
  // More of it is won, the deal is lost: all the same it was suggested.
  world_.MoveTo(*after.suggested, "sales/lost");
  Deal(below[1], "won");
  EXPECT_EQ(Suggest(), 0u);
  EXPECT_FALSE(Look().groups[0].expand);
  world_.Verify();
}

TEST_F(PenetrationTest, TwoWhoSuggestAtOnceMakeOneDeal) {
  const Id head = Account("Group");
  Deal(Account("A", head), "won");
  const auto snapshot = world_.Read();
  const model::Pipeline pipeline = world_.GetPipelineNow("sales");
  for (int i = 0; i < 2; ++i) {
    Batch batch = world_.NewBatch();
    ASSERT_TRUE(SuggestExpansions(*snapshot, pipeline, *PenetrationOf(*snapshot, pipeline, {.fewest = 1}), batch).ok());
    world_.Apply(batch);
    if (i == 0) world_.MoveTo(*Look().groups[0].suggested, "sales/talk");
  }
  EXPECT_THAT(world_.Moves(*Look().groups[0].suggested), SizeIs(2));
}

TEST_F(PenetrationTest, OldWinsAreNoActivityAndAnOpenDealWithTheHeadIsNoReasonForAnother) {
  const Id head = Account("Group");
  Deal(Account("A", head), "won");
  world_.Advance(300 * kMicrosPerDay);
  const Time now = world_.now();
  EXPECT_EQ(Look({.now = now}).groups[0].active, 1);
  EXPECT_EQ(Look({.now = now, .active_days = 299}).groups[0].active, 0);
  EXPECT_EQ(Look({.now = now, .active_days = 299}).groups[0].won, 1);
  EXPECT_TRUE(Look({.fewest = 1}).groups[0].expand);
  Deal(head, "talk");
  EXPECT_FALSE(Look({.fewest = 1}).groups[0].expand);
}

TEST_F(PenetrationTest, WhoKnowsTheBoardOfTheHeadReachesIt) {  // N12
  const Id head = Account("Group");
  const Id below = Account("A", head);
  const auto person = [&](Id account, std::string_view level) {
    return Add("contact", {{"name", "Li"}, {"account", account}, {"job_level", Choose("contact", "job_level", level)}});
  };
  Meet(world_.owners()[0], person(head, "manager"));
  Meet(world_.owners()[0], person(below, "c_level"));
  EXPECT_EQ(Look().groups[0].reach, 0);
  const Id board = person(head, "c_level");
  EXPECT_EQ(Look().groups[0].executive, board);
  EXPECT_EQ(Look().groups[0].reach, 0);
  Meet(world_.owners()[0], board);
  const double once = Look().groups[0].reach;
  EXPECT_GT(once, 0);
  Meet(world_.owners()[1], board);
  EXPECT_GT(Look().groups[0].reach, once);
}

TEST_F(PenetrationTest, GroupsMayBeToldByARelation) {
  const Id head = Account("Group");
  const Id below = Account("A");
  Add("account_relation", {{"from", below}, {"to", head}, {"kind", Choose("account_relation", "kind", "subsidiary_of")}});
  Add("account_relation", {{"from", head}, {"to", below}, {"kind", Choose("account_relation", "kind", "customer_of")}});
  EXPECT_THAT(Look().groups, IsEmpty());
  const std::vector<GroupPenetration> groups = Look({.relation = "account_relation.subsidiary_of"}).groups;
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_EQ(groups[0].head, head);
  EXPECT_EQ(groups[0].subsidiaries, 1);
}

// The oracle climbs from every account by itself.
TEST_F(PenetrationTest, CountsAreThoseOfASlowCount) {
  model::Random random(model::TestSeed(5));
  std::vector<Id> accounts;
  std::vector<size_t> above;
  Batch batch = world_.NewBatch();
  std::vector<Id> locals;
  for (size_t i = 0; i < 60; ++i) {
    above.push_back(i < 4 || random.OneIn(8) ? i : random.Below(i));
    locals.push_back(batch.Create("account"));
    batch.Set(locals[i], "name", "x");
    if (above[i] != i) batch.Set(locals[i], "parent", locals[above[i]]);
  }
  std::vector<int> wins(60);
  for (int i = 0; i < 50; ++i) {
    const size_t at = random.Below(60);
    const bool won = random.OneIn(2);
    const Id deal = model::World::NewRecord(batch, "opportunity");
    batch.Set(deal, "account", locals[at]);
    model::Move(batch, deal, won ? "sales/won" : "sales/talk");
    wins[at] += won ? 1 : 0;
  }
  const std::vector<Id> ids = world_.Apply(batch);
  std::map<Id, std::pair<int64_t, int64_t>> counts;  // by head: subsidiaries, active ones
  for (size_t i = 0; i < 60; ++i) {
    size_t head = i;
    while (above[head] != head) head = above[head];
    if (head == i) continue;
    auto& [all, active] = counts[ids.at(locals[head].local_index())];
    ++all;
    active += wins[i] > 0 ? 1 : 0;
  }
  const Penetration report = Look();
  EXPECT_EQ(report.groups.size(), counts.size());
  for (const GroupPenetration& group : report.groups) {
    EXPECT_EQ(std::pair(group.subsidiaries, group.active), counts[group.head]);
    EXPECT_EQ(group.active_ones.size(), static_cast<size_t>(group.active));
  }
}

TEST_F(PenetrationTest, WhatIsWrongIsRefused) {
  const auto field = [&](const PenetrationOptions& options) {
    return GetErrorInfo(PenetrationOf(*world_.Read(), world_.GetPipelineNow("sales"), options).status()).field;
  };
  EXPECT_EQ(field({.active_days = 0}), "active_days");
  EXPECT_EQ(field({.threshold = 0}), "threshold");
  EXPECT_EQ(field({.threshold = 1.1}), "threshold");
  EXPECT_EQ(field({.fewest = 0}), "fewest");
  const StatusOr<Penetration> cases = PenetrationOf(*world_.Read(), world_.GetPipelineNow("court"));
  EXPECT_EQ(GetReason(cases.status()), Reason::kBadOptions);
  EXPECT_EQ(GetErrorInfo(cases.status()).type, "case_file");
}

}  // namespace
}  // namespace kith::insight
