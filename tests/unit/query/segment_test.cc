// Segments: members kept with every write, against the condition asked of every record.
#include "kith/query/segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "kith/catalog/catalog.h"
#include "support/paths.h"
#include "support/settings.h"

namespace kith::query {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SegmentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    OpenOptions options;
    options.create = true;
    options.durability = storage::Durability::kRelaxed;
    options.extensions.rules = {&SegmentsRule()};
    db_ = *Database::Open(testing::MakeTempDir() + "/db", options);
    const catalog::PackageSource package = *catalog::ShippedPackage("kith.crm");
    ASSERT_TRUE(db_->Ensure({&package, 1}).ok());
  }

  Batch NewBatch() { return *db_->NewBatch({}, "test"); }
  Outcome Apply(const Batch& batch) {
    StatusOr<Outcome> outcome = db_->Apply(batch);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *std::move(outcome) : Outcome();
  }
  Id Define(std::string_view name, std::string_view for_type, std::string_view condition) {
    Batch batch = NewBatch();
    DefineSegment(batch, {.name = std::string(name), .for_type = std::string(for_type), .condition = std::string(condition)});
    const Outcome outcome = Apply(batch);
    return outcome.ids.empty() ? Id() : outcome.ids[0];
  }
  Id AddAccount(std::string_view name, std::string_view industry = {}) {
    Batch batch = NewBatch();
    const Id id = batch.Create("account");
    batch.Set(id, "name", name);
    if (!industry.empty()) batch.Set(id, "industry", industry);
    return Apply(batch).ids.at(0);
  }
  std::vector<Id> MembersOf(std::string_view name) {
    const auto now = *db_->Read();
    return *Members(*now, GetSegment(*now, name)->id);
  }
  // The kept members are those that the condition gives.
  void Check(std::string_view name) {
    const auto now = *db_->Read();
    const Segment segment = *GetSegment(*now, name);
    EXPECT_TRUE(segment.complete) << name;
    const StatusOr<std::vector<Id>> computed = ComputeMembers(*now, segment);
    ASSERT_TRUE(computed.ok()) << name << ": " << computed.status();
    EXPECT_EQ(*Members(*now, segment.id), *computed) << name;
  }

  std::shared_ptr<Database> db_;
};

TEST_F(SegmentTest, FollowsTheRecordItself) {
  const Id before = AddAccount("Adler", "law");
  const Id law = Define("law firms", "account", "industry == 'law'");
  EXPECT_THAT(MembersOf("law firms"), ElementsAre(before));
  const Id other = AddAccount("Bloom", "retail");
  EXPECT_THAT(MembersOf("law firms"), ElementsAre(before));
  Batch batch = NewBatch();
  batch.Set(other, "industry", "law");
  batch.Set(before, "industry", Value());
  Apply(batch);
  EXPECT_THAT(MembersOf("law firms"), ElementsAre(other));
  const auto now = *db_->Read();
  EXPECT_TRUE(*IsMember(*now, law, other));
  EXPECT_FALSE(*IsMember(*now, law, before));
}

// B24: who has which tags is who a naive look finds, tags that were taken off again left out.
TEST_F(SegmentTest, AnAudienceIsWhoBearsItsTagsNow) {
  Define("audience", "account", "'vip' in tags && !('left' in tags)");
  std::vector<Id> accounts;
  for (int i = 0; i < 8; ++i) accounts.push_back(AddAccount("A" + std::to_string(i)));
  std::vector<uint64_t> worn(accounts.size());
  const std::vector<std::string> tags = {"vip", "left", "fair"};
  uint64_t dice = 7;
  for (int step = 0; step < 60; ++step) {
    dice = dice * 6364136223846793005U + 1442695040888963407U;
    const size_t which = (dice >> 33) % accounts.size();
    worn[which] ^= uint64_t{1} << (dice >> 40) % tags.size();
    TextList list;
    for (size_t t = 0; t < tags.size(); ++t) {
      if ((worn[which] >> t & 1) != 0) list.push_back(tags[t]);
    }
    Batch batch = NewBatch();
    batch.Set(accounts[which], "tags", Value(list));
    Apply(batch);
    std::vector<Id> naive;
    for (size_t i = 0; i < accounts.size(); ++i) {
      if ((worn[i] & 3) == 1) naive.push_back(accounts[i]);
    }
    ASSERT_EQ(MembersOf("audience"), naive) << step;
  }
}

TEST_F(SegmentTest, EntersAndLeavesAreInTheFeedAndInHistory) {
  const Id account = AddAccount("Adler");
  const Id segment = Define("big", "account", "employees > 100");
  const uint64_t start = (*db_->Read())->sequence();
  for (int employees : {500, 20, 300}) {
    Batch batch = NewBatch();
    batch.Set(account, "employees", employees);
    Apply(batch);
  }
  const auto now = *db_->Read();
  const TypeNumber member = now->catalog().FindType("segment_member")->number;
  std::string story;
  const Snapshot::Feed feed = *now->Changes(start, 100);
  for (const FeedEntry& entry : feed.entries) {
    if (entry.record.type() != member) continue;
    story += entry.operation == Operation::kCreate ? "enters " : "leaves ";
  }
  EXPECT_EQ(story, "enters leaves enters ");
  EXPECT_THAT(*Members(*now, segment), ElementsAre(account));
}

// B10: never bought and bought part all accounts between them, whatever happens.
TEST_F(SegmentTest, NeverBoughtAndBoughtPartAllAccounts) {
  Define("never bought", "account", "!related('order', 'account').exists(o, o.status in ['placed', 'delivered'])");
  Define("bought", "account", "related('order', 'account').exists(o, o.status in ['placed', 'delivered'])");
  Define("complained", "account", "related('ticket', 'account').exists(t, t.kind == 'complaint')");
  Define("bought and complained", "account",
         "related('order', 'account').exists(o, o.status in ['placed', 'delivered']) && "
         "related('ticket', 'account').exists(t, t.kind == 'complaint')");
  Define("deals of law firms", "opportunity", "account.industry == 'law'");
  Define("deals of lawyers' groups", "opportunity", "account.parent.industry == 'law'");

  std::mt19937_64 dice(testing::TestSeed(11));
  std::vector<Id> accounts;
  std::vector<Id> orders;
  std::vector<Id> tickets;
  std::vector<Id> deals;
  const auto any = [&](const std::vector<Id>& ids) { return ids[dice() % ids.size()]; };
  const auto text = [&](std::initializer_list<const char*> texts) { return std::string(texts.begin()[dice() % texts.size()]); };
  const auto next_status = [&](Id order) {
    const auto now = *db_->Read();
    const catalog::TypeDef& type = *now->catalog().FindType("order");
    const catalog::FieldDef& field = *type.FindField("status");
    const std::string status = field.FindChoice(GetField(type, *now->Get(order), "status")->get<Choice>().number)->name;
    const auto next = field.transitions.find(status);
    return next == field.transitions.end() ? status : next->second[dice() % next->second.size()];
  };
  const auto remove = [&](Batch& batch, std::vector<Id>& ids) {
    if (ids.empty()) return;
    std::swap(ids[dice() % ids.size()], ids.back());
    batch.Delete(ids.back());
    ids.pop_back();
  };
  const int rounds = 150 * testing::TestScale();
  for (int round = 0; round < rounds; ++round) {
    Batch batch = NewBatch();
    std::vector<Id>* made = nullptr;
    Id id;
    switch (accounts.size() < 5 ? 0 : dice() % 10) {
      case 0:
        id = batch.Create("account");
        batch.Set(id, "name", "A" + std::to_string(round));
        if (!accounts.empty()) batch.Set(id, "parent", any(accounts));
        made = &accounts;
        break;
      case 1:
        batch.Set(any(accounts), "industry", text({"law", "retail", "trade"}));
        break;
      case 2:
      case 3:
        id = batch.Create("order");
        batch.Set(id, "account", any(accounts));
        batch.Set(id, "status", text({"draft", "placed", "delivered"}));
        made = &orders;
        break;
      case 4:
        if (orders.empty()) continue;
        id = any(orders);
        batch.Set(id, "status", next_status(id));
        batch.Set(any(orders), "account", any(accounts));
        break;
      case 5:
        id = batch.Create("ticket");
        batch.Set(id, "subject", "T" + std::to_string(round));
        batch.Set(id, "account", any(accounts));
        batch.Set(id, "kind", text({"question", "complaint"}));
        made = &tickets;
        break;
      case 6:
        id = batch.Create("opportunity");
        batch.Set(id, "name", "D" + std::to_string(round));
        batch.Set(id, "account", any(accounts));
        made = &deals;
        break;
      case 7:
        if (!deals.empty()) batch.Set(any(deals), "account", any(accounts));
        remove(batch, tickets);
        break;
      case 8:
        remove(batch, orders);
        break;
      default:
        remove(batch, deals);
        break;
    }
    if (batch.changes().empty()) continue;
    const StatusOr<Outcome> outcome = db_->Apply(batch);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    if (made != nullptr) made->push_back(outcome->ids.at(0));
    if (round % 10 == 0) {
      for (const char* name :
           {"never bought", "bought", "complained", "bought and complained", "deals of law firms", "deals of lawyers' groups"}) {
        Check(name);
      }
    }
  }
  const std::vector<Id> never = MembersOf("never bought");
  const std::vector<Id> bought = MembersOf("bought");
  std::vector<Id> both;
  std::set_intersection(never.begin(), never.end(), bought.begin(), bought.end(), std::back_inserter(both));
  EXPECT_THAT(both, IsEmpty());
  EXPECT_EQ(never.size() + bought.size(), accounts.size());
  EXPECT_FALSE(bought.empty());
  const StatusOr<VerifyReport> report = db_->Verify();
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(report->problems, IsEmpty());
}

TEST_F(SegmentTest, LooksAtManyRecordsInSteps) {
  for (int batches = 0; batches < 5; ++batches) {
    Batch batch = NewBatch();
    for (int i = 0; i < 500; ++i) {
      const Id id = batch.Create("account");
      batch.Set(id, "name", "A" + std::to_string(i));
      batch.Set(id, "employees", i);
    }
    Apply(batch);
  }
  const Id segment = Define("small", "account", "employees < 10");
  EXPECT_FALSE(GetSegment(**db_->Read(), "small")->complete);
  EXPECT_LT(MembersOf("small").size(), 50u);
  ASSERT_TRUE(FillSegments(*db_).ok());
  EXPECT_THAT(MembersOf("small"), SizeIs(50));
  Check("small");
  // Another condition: what no longer holds leaves.
  EXPECT_EQ(Define("small", "account", "employees == 3"), segment);
  ASSERT_TRUE(FillSegments(*db_).ok());
  EXPECT_THAT(MembersOf("small"), SizeIs(5));
  Check("small");
  // Pages.
  const auto now = *db_->Read();
  const std::vector<Id> all = *Members(*now, segment);
  const std::vector<Id> page = *Members(*now, segment, all[1], 2);
  EXPECT_THAT(page, ElementsAre(all[2], all[3]));
}

TEST_F(SegmentTest, WhatGoesLeavesNoMemberBehind) {
  const Id account = AddAccount("Adler", "law");
  const Id segment = Define("law firms", "account", "industry == 'law'");
  AddAccount("Berg", "law");
  Batch batch = NewBatch();
  batch.Delete(account);
  Apply(batch);
  EXPECT_THAT(MembersOf("law firms"), SizeIs(1));
  Batch drop = NewBatch();
  drop.Delete(segment);
  Apply(drop);
  const auto now = *db_->Read();
  EXPECT_FALSE((*now->Scan("segment_member"))->Next());
  EXPECT_FALSE(GetSegment(*now, "law firms").ok());
}

TEST_F(SegmentTest, ViewersSeeMembersThatTheyMaySee) {
  const Id open = AddAccount("Adler", "law");
  const Id segment = Define("law firms", "account", "industry == 'law'");
  Batch batch = NewBatch();
  const Id hidden = batch.Create("account");
  batch.Set(hidden, "name", "Berg");
  batch.Set(hidden, "industry", "law");
  batch.Set(hidden, "visibility", 1);
  Apply(batch);
  EXPECT_THAT(MembersOf("law firms"), SizeIs(2));
  Viewer viewer;
  viewer.id = open;  // any record: it owns nothing
  EXPECT_THAT(*Members(**db_->Read(viewer), segment), ElementsAre(open));
}

TEST_F(SegmentTest, RefusesWhatCannotBeKept) {
  const auto refuse = [&](std::string_view for_type, std::string_view condition) {
    Batch batch = NewBatch();
    DefineSegment(batch, {.name = "bad", .for_type = std::string(for_type), .condition = std::string(condition)});
    return db_->Apply(batch).status();
  };
  EXPECT_EQ(GetReason(refuse("account", "industri == 'law'")), Reason::kUnknownField);
  EXPECT_THAT(GetErrorInfo(refuse("account", "industri == 'law'")).hint, HasSubstr("industry"));
  EXPECT_EQ(GetReason(refuse("account", "employees")), Reason::kWrongKind);
  EXPECT_EQ(GetReason(refuse("account", "employees > ")), Reason::kExpressionMalformed);
  EXPECT_EQ(GetReason(refuse("acount", "employees > 1")), Reason::kUnknownType);
  Define("big", "account", "employees > 100");
  Batch batch = NewBatch();
  DefineSegment(batch, {.name = "big", .for_type = "opportunity", .condition = "amount > money('1', 'EUR')"});
  EXPECT_EQ(GetReason(db_->Apply(batch).status()), Reason::kBadOptions);
  EXPECT_THAT(std::string(GetSegment(**db_->Read(), "bigg").status().message()), HasSubstr("big"));
}

}  // namespace
}  // namespace kith::query
