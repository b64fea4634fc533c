// One person once: which values stay, whoever is merged first, and what becomes of deals, ties and viewers.
#include "kith/crm/merge.h"

#include <algorithm>
#include <map>

#include "gmock/gmock.h"
#include "kith/engine/json.h"
#include "unit/model/world.h"

namespace kith::crm {
namespace {

using model::At;
using model::Random;
using model::TestSeed;
using model::World;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MergeRecordsTest : public ::testing::Test {
 protected:
  ~MergeRecordsTest() override { world_.Verify(); }

  Id Contact(const std::map<std::string, std::string>& fields) {
    world_.Advance(kMicrosPerSecond);
    Batch batch = world_.NewBatch();
    const Id id = batch.Create("contact");
    for (const auto& [name, value] : fields) batch.Set(id, name, value);
    return world_.Apply(batch).at(id.local_index());
  }
  MergeReport Merge(const std::vector<Id>& ids, const MergeOptions& options = {}) {
    world_.Advance(kMicrosPerSecond);
    StatusOr<MergeReport> report = MergeRecords(world_.db(), ids, options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : MergeReport();
  }
  void Unmerge(Id id) {
    world_.Advance(kMicrosPerSecond);
    Batch batch = world_.NewBatch();
    batch.Unmerge(id);
    world_.Apply(batch);
  }
  std::string Values(Id id) {
    std::string text;
    const auto snapshot = world_.Read();
    const StatusOr<record::View> view = snapshot->Get(id);
    if (!view.ok()) return "none";
    for (const catalog::FieldDef& field : snapshot->catalog().FindType(id.type())->fields) {
      if (view->has(field.position)) text += field.name + "=" + ToText(view->Get(field.position)) + " ";
    }
    return text;
  }
  World world_;
};

TEST_F(MergeRecordsTest, TheReportSaysWhoseValueStays) {  // B07
  const Id anna = Contact({{"name", "Anna Katz"}, {"email", "anna@x.org"}});
  const Id ann = Contact({{"name", "Ann Katz"}, {"phone", "123"}});
  const MergeReport dry = Merge({ann, anna}, {.dry_run = true});
  EXPECT_EQ(dry.into, anna);
  EXPECT_THAT(dry.outcome.changes, SizeIs(2));
  EXPECT_TRUE(world_.Read()->Get(ann).ok());

  const MergeReport report = Merge({ann, anna}, {.reason = "one card"});
  EXPECT_EQ(report.into, anna);
  EXPECT_THAT(report.merged, ElementsAre(ann));
  ASSERT_THAT(report.fields, SizeIs(3));
  EXPECT_EQ(report.fields[0].field, "name");
  EXPECT_EQ(report.fields[0].value, Value("Anna Katz"));
  EXPECT_EQ(report.fields[0].from, anna);
  EXPECT_THAT(report.fields[0].others, ElementsAre(std::pair(ann, Value("Ann Katz"))));
  EXPECT_EQ(world_.Get(anna, "phone"), Value("123"));
  EXPECT_EQ(world_.Get(anna, "email"), Value("anna@x.org"));
  EXPECT_EQ(OriginOf(*world_.Read(), anna, "phone")->record, ann);
  EXPECT_EQ(OriginOf(*world_.Read(), anna, "email")->record, anna);
  EXPECT_EQ(world_.Read()->History(anna)->back().reason, "one card");
  const MergeReport again = Merge({ann, anna});
  EXPECT_EQ(again.into, anna);
  EXPECT_THAT(again.merged, IsEmpty());
}

TEST_F(MergeRecordsTest, WhatIsChosenOrSaidLastStays) {
  const Id anna = Contact({{"name", "Anna"}, {"email", "anna@x.org"}, {"phone", "1"}});
  const Id ann = Contact({{"name", "Ann"}, {"phone", "2"}});
  world_.Advance(kMicrosPerDay);
  world_.Set(anna, "email", Value("new@x.org"));
  Merge({anna, ann}, {.into = ann, .prefer = Prefer::kLatest, .choose = {{"name", anna}}});
  EXPECT_EQ(world_.Get(ann, "name"), Value("Anna"));
  EXPECT_EQ(world_.Get(ann, "email"), Value("new@x.org"));
  EXPECT_EQ(world_.Get(ann, "phone"), Value("2"));
  Unmerge(anna);
  EXPECT_EQ(world_.Get(ann, "name"), Value("Ann"));
  EXPECT_EQ(world_.Get(ann, "email"), Value());
  EXPECT_EQ(world_.Get(anna, "email"), Value("new@x.org"));
}

TEST_F(MergeRecordsTest, WhatIsTakenApartWasSaidWhenItWasSaid) {
  const Id anna = Contact({{"name", "Anna"}});
  const Id ann = Contact({{"name", "Ann"}, {"phone", "1"}});
  world_.Advance(kMicrosPerDay);
  world_.Set(anna, "phone", Value("2"));
  const Time said = OriginOf(*world_.Read(), ann, "phone")->recorded;
  Merge({anna, ann}, {.prefer = Prefer::kLatest});
  EXPECT_EQ(world_.Get(anna, "phone"), Value("2"));
  Unmerge(ann);
  EXPECT_EQ(OriginOf(*world_.Read(), ann, "phone")->recorded, said);
  Merge({anna, ann}, {.prefer = Prefer::kLatest});
  EXPECT_EQ(world_.Get(anna, "phone"), Value("2"));
}

TEST_F(MergeRecordsTest, TheOrderOfMergingDoesNotMatter) {  // B07
  Random random(TestSeed(11));
  static constexpr std::string_view kFields[] = {"name_local", "title", "email", "phone", "mobile", "wechat"};
  for (int round = 0; round < 8; ++round) {
    std::map<Prefer, std::string> expected;
    for (const Prefer prefer : {Prefer::kFirst, Prefer::kLatest}) {
      Random same(static_cast<uint64_t>(round));  // the same people for each order
      const uint64_t people_seed = same.Below(1000);
      for (int order = 0; order < 4; ++order) {
        Random person(people_seed);
        std::vector<Id> ids;
        for (int i = 0; i < 5; ++i) {
          std::map<std::string, std::string> fields = {{"name", "P" + std::to_string(i)}};
          for (const std::string_view field : kFields) {
            if (person.OneIn(2)) fields[std::string(field)] = std::to_string(i) + "-" + std::string(field);
          }
          ids.push_back(Contact(fields));
        }
        const Id first = ids.front();
        if (order == 0) {
          Merge(ids, {.prefer = prefer});  // all at once
        } else {
          // Any two that are still apart, until one is left.
          while (ids.size() > 1) {
            const size_t a = random.Below(ids.size());
            const Id one = ids[a];
            ids.erase(ids.begin() + static_cast<ptrdiff_t>(a));
            const size_t b = random.Below(ids.size());
            ids[b] = Merge({one, ids[b]}, {.prefer = prefer}).into;
          }
        }
        const std::string values = Values(first);
        ASSERT_NE(values, "none");
        if (order == 0) expected[prefer] = values;
        ASSERT_EQ(values, expected[prefer]) << "round " << round << ", order " << order;
      }
    }
  }
}

TEST_F(MergeRecordsTest, CompaniesMergeWithTheirPeopleAndDeals) {
  const Id acme = world_.Create("account");
  const Id acme_ltd = world_.Create("account");
  const Id deal = world_.Create();
  const Id person = Contact({{"name", "P"}});
  world_.Set(deal, "account", acme_ltd);
  world_.Set(person, "account", acme_ltd);
  world_.Set(acme_ltd, "parent", acme);
  world_.MoveTo(deal, "sales/offer");
  Merge({acme, acme_ltd});
  EXPECT_EQ(world_.Get(deal, "account"), Value(acme));
  EXPECT_EQ(world_.Get(person, "account"), Value(acme));
  EXPECT_EQ(world_.Get(acme, "parent"), Value());
  Unmerge(acme_ltd);
  EXPECT_EQ(world_.Get(deal, "account"), Value(acme_ltd));
  EXPECT_EQ(world_.Get(acme_ltd, "parent"), Value(acme));
}

TEST_F(MergeRecordsTest, AnEmployeeTakesOverWhatTheOtherOwned) {
  const Id one = world_.owners()[0];
  const Id other = world_.owners()[1];
  const Id deal = world_.Create();
  world_.Set(deal, "owner", other);
  Merge({one, other});
  EXPECT_EQ(world_.Get(deal, "owner"), Value(one));
  Unmerge(other);
  EXPECT_EQ(world_.Get(deal, "owner"), Value(other));
}

TEST_F(MergeRecordsTest, DealsMergeAndTheirMovesAreOneHistory) {
  const Id one = world_.Create();
  const Id other = world_.Create();
  world_.MoveTo(one, "sales/lead", {.at = At("2026-02-01T00:00:00Z")});
  world_.MoveTo(other, "sales/talk", {.at = At("2026-02-10T00:00:00Z")});
  Merge({one, other});
  EXPECT_EQ(world_.Get(one, "stage"), Value(world_.StageId("sales", "talk")));
  EXPECT_THAT(world_.Moves(one), SizeIs(2));
  Unmerge(other);
  EXPECT_THAT(world_.Moves(one), SizeIs(1));
  EXPECT_THAT(world_.Moves(other), SizeIs(1));
  EXPECT_EQ(world_.Get(one, "stage"), Value(world_.StageId("sales", "lead")));
  EXPECT_EQ(world_.Get(other, "stage"), Value(world_.StageId("sales", "talk")));
}

TEST_F(MergeRecordsTest, AViewerMergesWhatTheyMayDelete) {  // B20
  const Id mine = Contact({{"name", "A"}});
  const Id theirs = Contact({{"name", "B"}});
  world_.Set(mine, "owner", world_.owners()[0]);
  world_.Set(theirs, "owner", world_.owners()[1]);
  constexpr std::string_view kPolicy = R"({"types": {"contact": {"read": ["owner"], "write": ["owner"], "delete": ["owner"]}}})";
  ASSERT_TRUE(world_.db().SetPolicy(kPolicy).ok());
  const StatusOr<MergeReport> hidden = MergeRecords(world_.db(), {mine, theirs}, {.viewer = {.id = world_.owners()[0]}});
  EXPECT_EQ(GetReason(hidden.status()), Reason::kRecordMissing);
  Batch batch = world_.NewBatch();
  batch.Merge(mine, theirs);
  EXPECT_EQ(GetReason(world_.db().Apply(batch, {.viewer = {.id = world_.owners()[0]}}).status()), Reason::kRecordMissing);
  EXPECT_TRUE(world_.Read()->Get(theirs).ok());
}

TEST_F(MergeRecordsTest, BadOptionsAreNamed) {
  const Id a = Contact({{"name", "A"}});
  const Id b = Contact({{"name", "B"}});
  const auto status = [&](const std::vector<Id>& ids, const MergeOptions& options = {}) {
    return MergeRecords(world_.db(), ids, options).status();
  };
  EXPECT_EQ(GetReason(status({a})), Reason::kBadOptions);
  EXPECT_EQ(GetReason(status({a, world_.owners()[0]})), Reason::kBadOptions);
  EXPECT_EQ(GetReason(status({a, Id::Of(a.type(), 0, 9999)})), Reason::kRecordMissing);
  EXPECT_EQ(GetReason(status({a, b}, {.choose = {{"nme", a}}})), Reason::kUnknownField);
  EXPECT_EQ(GetReason(status({a, b}, {.choose = {{"name", world_.owners()[0]}}})), Reason::kBadOptions);
  EXPECT_EQ(GetReason(status({a, b}, {.into = world_.owners()[0]})), Reason::kBadOptions);
  EXPECT_TRUE(world_.Read()->Get(b).ok());
}

}  // namespace
}  // namespace kith::crm
