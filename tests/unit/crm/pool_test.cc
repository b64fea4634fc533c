// Pools: limits hold exactly whoever claims at the same time, assignment is fair and explained, silence sends back at its very moment.
#include "kith/crm/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "unit/model/world.h"

namespace kith::crm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PoolTest : public ::testing::Test {
 protected:
  using Fields = std::vector<std::pair<std::string_view, Value>>;
  Id Add(std::string_view type, const Fields& fields) {
    Batch batch = world_.NewBatch();
    const Id id = type == "pool_member" ? batch.Create(type) : model::World::NewRecord(batch, type);  // of the pool given alone
    for (const auto& [field, value] : fields) batch.Set(id, field, value);
    return world_.Apply(batch).at(id.local_index());
  }
  Id Pool(Fields fields = {}) {
    fields.emplace_back("name", "north");
    return Add("pool", fields);
  }
  Id Lead(const Fields& more = {}) {
    Fields fields = {{"pool", "north"}};
    fields.insert(fields.end(), more.begin(), more.end());
    return Add("lead", fields);
  }
  std::vector<Id> Leads(int n) {
    std::vector<Id> leads;
    for (int i = 0; i < n; ++i) leads.push_back(Lead());
    return leads;
  }
  Status Claim(Id record, Id owner) {
    Batch batch = world_.NewBatch();
    ClaimFromPool(batch, record, owner, "knows them");
    return world_.TryApply(batch);
  }
  Status Release(Id record, std::string_view reason = {}) {
    Batch batch = world_.NewBatch();
    const Status filled = ReleaseToPool(*world_.Read(), batch, record, reason);
    return filled.ok() ? world_.TryApply(batch) : filled;
  }
  // Assigned and applied.
  std::vector<Assigned> Assign(const AssignOptions& options = {}) {
    Batch batch = world_.NewBatch();
    const auto snapshot = world_.Read();
    const StatusOr<std::vector<Assigned>> assigned = AssignFromPool(*snapshot, batch, "north", options);
    EXPECT_TRUE(assigned.ok()) << assigned.status();
    world_.Apply(batch);
    return assigned.ok() ? *assigned : std::vector<Assigned>();
  }
  Id OwnerOf(Id record) {
    const auto snapshot = world_.Read();
    return Id(snapshot->Get(record)->header().owner);
  }
  std::vector<std::map<std::string, Value>> Claims(Id record) {
    std::vector<std::map<std::string, Value>> claims;
    const auto snapshot = world_.Read();
    const catalog::TypeDef& type = *snapshot->catalog().FindType("pool_claim");
    const auto cursor = *snapshot->ScanIndex("pool_claim", "by_record", {.equal = {Value(record)}});
    while (cursor->Next()) {
      auto& claim = claims.emplace_back();
      for (const catalog::FieldDef& field : type.fields) claim[field.name] = cursor->record()->Get(field.position);
    }
    return claims;
  }
  RecycleReport Recycle() {
    const StatusOr<RecycleReport> report = RecyclePools(world_.db(), world_.now());
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : RecycleReport();
  }
  [[nodiscard]] const std::vector<Id>& people() const { return world_.owners(); }

  model::World world_;
};

TEST_F(PoolTest, OneOfManyGetsIt) {  // K10
  Pool();
  const Id lead = Lead();
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      const Status status = Claim(lead, people()[static_cast<size_t>(i) % 3]);
      won += status.ok();
      if (!status.ok()) {
        EXPECT_EQ(GetReason(status), Reason::kPreconditionFailed);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  ASSERT_THAT(Claims(lead), SizeIs(1));
  EXPECT_EQ(Claims(lead)[0]["holder"], Value(OwnerOf(lead)));
  EXPECT_EQ(Claims(lead)[0]["reason"], Value("knows them"));
  world_.Verify();
}

TEST_F(PoolTest, LimitsHoldExactlyWhoeverClaimsAtOnce) {  // K02 demand 31
  Pool({{"capacity", int64_t{5}}});
  const std::vector<Id> leads = Leads(30);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < leads.size(); ++i) (void)Claim(leads[(i * 7 + t) % leads.size()], people()[(i + t) % 3]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<Id, int> held;
  for (const Id lead : leads) ++held[OwnerOf(lead)];
  for (const Id owner : people()) EXPECT_EQ(held[owner], 5);
  const Status refused = Claim(*std::find_if(leads.begin(), leads.end(), [&](Id lead) { return OwnerOf(lead).is_null(); }), people()[0]);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("would hold 6 of the pool, and may hold 5"));
  EXPECT_TRUE(Release(*std::find_if(leads.begin(), leads.end(), [&](Id lead) { return OwnerOf(lead) == people()[0]; })).ok());
  EXPECT_TRUE(Claim(*std::find_if(leads.begin(), leads.end(), [&](Id lead) { return OwnerOf(lead).is_null(); }), people()[0]).ok());
}

TEST_F(PoolTest, ClaimsADayAndAMembersOwnCapacity) {
  const Id pool = Pool({{"claims_a_day", int64_t{2}}, {"capacity", int64_t{10}}});
  Add("pool_member", {{"pool", pool}, {"employee", people()[1]}, {"capacity", int64_t{1}}});
  const std::vector<Id> leads = Leads(6);
  EXPECT_TRUE(Claim(leads[0], people()[0]).ok());
  EXPECT_TRUE(Claim(leads[1], people()[0]).ok());
  EXPECT_THAT(std::string(Claim(leads[2], people()[0]).message()), HasSubstr("has claimed 2 of the pool today"));
  EXPECT_TRUE(Release(leads[1]).ok());
  EXPECT_FALSE(Claim(leads[2], people()[0]).ok());  // giving back does not undo the claim
  world_.SetNow(StartOf(Date{DateOf(world_.now()).days + 1}));
  EXPECT_TRUE(Claim(leads[2], people()[0]).ok());
  EXPECT_TRUE(Claim(leads[3], people()[1]).ok());
  EXPECT_FALSE(Claim(leads[4], people()[1]).ok());
}

// K10: a day is one of the database's time zone, which ends before UTC's does.
// K02: one batch that lets go, takes and passes on is held to the limits as it leaves things.
TEST_F(PoolTest, ABatchIsCountedAsItLeavesThings) {
  Pool({{"capacity", 3}, {"claims_a_day", 5}});
  const Id one = world_.owners()[0];
  const Id other = world_.owners()[1];
  const std::vector<Id> leads = Leads(8);
  Batch batch = world_.NewBatch();
  for (int i = 0; i < 3; ++i) ClaimFromPool(batch, leads[static_cast<size_t>(i)], one);
  world_.Apply(batch);
  EXPECT_EQ(GetReason(Claim(leads[3], one)), Reason::kPreconditionFailed) << "three are held";
  // Two go back or on, two come: three are held again, and five were claimed today.
  batch = world_.NewBatch();
  ASSERT_TRUE(ReleaseToPool(*world_.Read(), batch, leads[0]).ok());
  batch.Set(leads[1], "owner", other);
  ClaimFromPool(batch, leads[3], one);
  ClaimFromPool(batch, leads[4], one);
  world_.Apply(batch);
  EXPECT_EQ(OwnerOf(leads[1]), other);
  ASSERT_TRUE(Release(leads[3]).ok());
  EXPECT_THAT(std::string(Claim(leads[5], one).message()), HasSubstr("has claimed 5"));
  batch = world_.NewBatch();
  for (const size_t i : {5U, 6U, 7U}) ClaimFromPool(batch, leads[i], other);
  EXPECT_EQ(GetReason(world_.TryApply(batch)), Reason::kPreconditionFailed) << "one was passed on to them";
  batch = world_.NewBatch();
  for (const size_t i : {5U, 6U}) ClaimFromPool(batch, leads[i], other);
  world_.Apply(batch);
  world_.Advance(kMicrosPerDay);
  EXPECT_TRUE(Claim(leads[7], one).ok()) << "tomorrow, with room";
}

// What a batch of claims costs grows with it, not with its square, and not with what somebody held before.
TEST_F(PoolTest, ManyAtOnceAreCountedOnce) {
  const Id pool = Pool({{"capacity", 10'000}, {"claims_a_day", 10'000}});
  Add("pool_member", {{"pool", pool}, {"employee", world_.owners()[0]}});
  const auto cost = [&](size_t n) {
    Batch made = world_.NewBatch();
    for (size_t i = 0; i < n; ++i) made.Set(model::World::NewRecord(made, "lead"), "pool", "north");
    world_.Apply(made);
    Batch batch = world_.NewBatch();
    EXPECT_EQ(AssignFromPool(*world_.Read(), batch, "north", {.limit = n})->size(), n);
    const std::clock_t start = std::clock();
    world_.Apply(batch);
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  };
  const double few = cost(150);
  const double many = cost(1200);
  EXPECT_LT(many, 8 * 3 * few) << few << " s";
}

// B20: a viewer who may not read what an index covers is answered all the same.
TEST_F(PoolTest, AMaskedFieldHidesItselfAlone) {
  const Id pool = Pool({{"capacity", 3}});
  Add("pool_member", {{"pool", pool}, {"employee", world_.owners()[0]}});
  const std::vector<Id> leads = Leads(2);
  ASSERT_TRUE(Claim(leads[0], world_.owners()[0]).ok());
  ASSERT_TRUE(world_.db()
                  .SetPolicy(R"({"types": {"pool_claim": {"fields": {"how": {"read": ["role:desk"]}}},
                                           "lead": {"fields": {"status": {"read": ["role:desk"]}}}}})")
                  .ok());
  const auto snapshot = world_.Read({.id = world_.owners()[0]});
  Batch batch = world_.NewBatch();
  const StatusOr<std::vector<Assigned>> assigned = AssignFromPool(*snapshot, batch, "north");
  ASSERT_TRUE(assigned.ok()) << assigned.status();
  ASSERT_THAT(*assigned, SizeIs(1));
  EXPECT_EQ((*assigned)[0].record, leads[1]);
  EXPECT_EQ((*assigned)[0].owner, world_.owners()[0]);
  Batch back = world_.NewBatch();
  EXPECT_TRUE(ReleaseToPool(*snapshot, back, leads[0]).ok());
}

TEST_F(PoolTest, ADayIsThatOfTheTimeZone) {
  world_.Set(*world_.Read()->Find("setting", ExternalRef{"kith.setting", "database"}), "time_zone", "Asia/Shanghai");
  Pool({{"claims_a_day", int64_t{1}}});
  const std::vector<Id> leads = Leads(3);
  world_.SetNow(model::At("2026-03-02T15:59:59Z"));  // 23:59:59 in Shanghai
  EXPECT_TRUE(Claim(leads[0], people()[0]).ok());
  EXPECT_FALSE(Claim(leads[1], people()[0]).ok());
  world_.Advance(kMicrosPerSecond);
  EXPECT_TRUE(Claim(leads[1], people()[0]).ok());
  world_.SetNow(model::At("2026-03-03T00:00:01Z"));  // another day of UTC, the same in Shanghai
  EXPECT_FALSE(Claim(leads[2], people()[0]).ok());
}

TEST_F(PoolTest, WhoHadItWaits) {
  Pool({{"cooling_days", int64_t{3}}});
  const Id lead = Lead();
  EXPECT_TRUE(Claim(lead, people()[0]).ok());
  EXPECT_TRUE(Release(lead, "no budget").ok());
  EXPECT_EQ(Claims(lead).at(0)["end_reason"], Value("no budget"));
  world_.Advance(3 * kMicrosPerDay - 1);
  EXPECT_THAT(std::string(Claim(lead, people()[0]).message()), HasSubstr("had it until"));
  EXPECT_TRUE(Claim(lead, people()[1]).ok());
  EXPECT_TRUE(Release(lead).ok());
  world_.Advance(1);
  EXPECT_TRUE(Claim(lead, people()[0]).ok());
  EXPECT_THAT(Claims(lead), SizeIs(3));  // all of it is kept
}

TEST_F(PoolTest, AnyNumberOfDaysIsThatMany) {
  constexpr int64_t kNever = 999'999'999;
  Pool({{"recycle_days", kNever}, {"cooling_days", kNever}});
  const std::vector<Id> leads = Leads(2);
  for (const Id lead : leads) EXPECT_TRUE(Claim(lead, people()[0]).ok());
  EXPECT_TRUE(Release(leads[0]).ok());
  world_.Advance(kMicrosPerDay);
  EXPECT_THAT(std::string(Claim(leads[0], people()[0]).message()), HasSubstr("had it until"));
  EXPECT_THAT(Recycle().recycled, IsEmpty());
  EXPECT_EQ(OwnerOf(leads[1]), people()[0]);
}

TEST_F(PoolTest, AnOwnerIsAClaimHoweverItIsWritten) {
  Pool({{"capacity", int64_t{1}}});
  const std::vector<Id> leads = Leads(3);
  world_.Set(leads[0], "owner", people()[0]);
  ASSERT_THAT(Claims(leads[0]), SizeIs(1));
  Batch batch = world_.NewBatch();
  batch.Set(leads[1], "owner", people()[0]);
  EXPECT_EQ(GetReason(world_.TryApply(batch)), Reason::kPreconditionFailed);
  world_.Set(leads[0], "owner", people()[1]);  // passed on
  EXPECT_THAT(Claims(leads[0]), SizeIs(2));
  world_.Set(leads[1], "owner", people()[0]);
  EXPECT_FALSE(Claim(leads[0], people()[2]).ok());  // held
  world_.Set(leads[0], "pool", Value());            // out of the pool
  EXPECT_FALSE(Claims(leads[0]).at(1)["to"].is_null());
  world_.Set(leads[2], "pool", "no such pool");
  world_.Set(leads[2], "owner", people()[0]);  // nobody's concern
  EXPECT_THAT(Claims(leads[2]), IsEmpty());
  Batch alone = world_.NewBatch();
  const Id claim = alone.Create("pool_claim");
  alone.Set(claim, "record", leads[1]);
  alone.Set(claim, "holder", people()[2]);
  EXPECT_EQ(GetReason(world_.TryApply(alone)), Reason::kPreconditionFailed);
  EXPECT_EQ(GetReason(Release(leads[2])), Reason::kPreconditionFailed);
  world_.Delete(leads[1]);
  world_.Verify();
}

TEST_F(PoolTest, HandsOutInTurn) {  // K02
  const Id pool = Pool();
  for (const Id person : people()) Add("pool_member", {{"pool", pool}, {"employee", person}});
  std::map<Id, int> counts;
  for (int round = 0; round < 4; ++round) {
    Leads(5);
    for (const Assigned& assigned : Assign()) ++counts[assigned.owner];
    int least = 1000;
    int most = 0;
    for (const Id person : people()) {
      least = std::min(least, counts[person]);
      most = std::max(most, counts[person]);
    }
    EXPECT_LE(most - least, 1);
  }
  EXPECT_EQ(counts[Id()], 0);
}

TEST_F(PoolTest, HandsOutByWeightConditionAndRoom) {  // K02
  const Id pool = Pool();
  Add("pool_member", {{"pool", pool}, {"employee", people()[0]}, {"weight", int64_t{3}}, {"takes", "source == 'web'"}});
  Add("pool_member", {{"pool", pool}, {"employee", people()[1]}});
  Add("pool_member", {{"pool", pool}, {"employee", people()[2]}, {"capacity", int64_t{2}}, {"takes", "source == 'tender'"}});
  std::vector<Id> web;
  for (int i = 0; i < 40; ++i) web.push_back(Lead({{"source", "web"}}));
  std::map<Id, int> counts;
  for (const Assigned& assigned : Assign()) ++counts[assigned.owner];
  EXPECT_EQ(counts[people()[0]], 30);
  EXPECT_EQ(counts[people()[1]], 10);
  std::vector<Id> tenders;
  for (int i = 0; i < 5; ++i) tenders.push_back(Lead({{"source", "tender"}}));
  const std::vector<Assigned> assigned = Assign();
  counts.clear();
  for (const Assigned& one : assigned) ++counts[one.owner];
  EXPECT_EQ(counts[people()[2]], 2);  // never more
  EXPECT_EQ(counts[people()[1]], 3);
  EXPECT_EQ(assigned[0].reason, "2 of 3 members take it; was assigned 0, fewest");
  EXPECT_EQ(assigned[4].reason, "2 of 3 members take it, 1 of them full; was assigned 12, fewest");
  EXPECT_EQ(Claims(tenders[0]).at(0)["reason"], Value(assigned[0].reason));
}

// K02: with planted skills, conditions by skill raise what is expected to come of the leads over handing them out in turn.
TEST_F(PoolTest, ConditionsBySkillRaiseConversions) {
  const std::vector<std::string_view> sources = {"web", "tender", "referral"};  // each person is good with one
  const auto expected = [&](bool by_skill) {
    const Id pool = Pool();
    for (size_t i = 0; i < sources.size(); ++i) {
      const std::string takes = by_skill ? "source == '" + std::string(sources[i]) + "'" : "";
      Add("pool_member", {{"pool", pool}, {"employee", people()[i]}, {"takes", takes}});
    }
    std::map<Id, std::string_view> source_of;
    for (size_t i = 0; i < 36; ++i) source_of[Lead({{"source", sources[i * i % 7 % 3]}})] = sources[i * i % 7 % 3];
    double converted = 0;
    for (const Assigned& one : Assign()) {
      const auto person = static_cast<size_t>(std::find(people().begin(), people().end(), one.owner) - people().begin());
      converted += source_of.at(one.record) == sources.at(person) ? 0.5 : 0.1;
    }
    Batch batch = world_.NewBatch();
    batch.Delete(pool);
    for (const auto& [lead, source] : source_of) batch.Delete(lead);
    world_.Apply(batch);
    return converted;
  };
  EXPECT_DOUBLE_EQ(expected(true), 36 * 0.5);
  EXPECT_LT(expected(false), 36 * 0.35);
}

// K02: by result, with planted skill: the good one comes to get most, the others are tried, nobody beyond their room; the same each time.
TEST_F(PoolTest, HandsOutByResultAndStillTriesTheOthers) {
  const Id pool = Pool({{"assignment", "by_result"}});
  for (const Id person : people()) Add("pool_member", {{"pool", pool}, {"employee", person}, {"capacity", int64_t{100}}});
  std::map<Id, int> tried;
  int last = 0;
  for (int round = 0; round < 6; ++round) {
    Leads(30);
    Batch twice = world_.NewBatch();
    const StatusOr<std::vector<Assigned>> before = AssignFromPool(*world_.Read(), twice, "north");
    const std::vector<Assigned> assigned = Assign();
    ASSERT_TRUE(before.ok());
    ASSERT_THAT(assigned, SizeIs(30));
    last = 0;
    Batch results = world_.NewBatch();
    for (size_t i = 0; i < assigned.size(); ++i) {
      EXPECT_EQ((*before)[i].owner, assigned[i].owner);
      const bool good = assigned[i].owner == people()[1];
      last += good;
      const int nth = tried[assigned[i].owner]++;
      const bool converts = good ? nth % 2 == 0 : nth % 10 == 0;  // half of them; a tenth
      const auto snapshot = world_.Read();
      const auto cursor = *snapshot->ScanIndex("pool_claim", "by_record", {.equal = {Value(assigned[i].record)}});
      ASSERT_TRUE(cursor->Next());
      results.SetChoice(cursor->record()->id(), "ended", converts ? "converted" : "released");
      results.Set(assigned[i].record, "pool", Value());  // as a conversion does
    }
    world_.Apply(results);
  }
  EXPECT_GT(last, 20) << "of 30, who converts half of them";
  for (const Id person : people()) EXPECT_GT(tried[person], 0);
  Leads(1);
  EXPECT_THAT(Assign()[0].reason, HasSubstr("3 of 3 members take it; converted "));
  world_.Verify();
}

TEST_F(PoolTest, HandsOutByLoadAndIsTheSameEachTime) {
  const Id pool = Pool({{"assignment", "by_load"}});
  for (const Id person : people()) {
    Add("pool_member", {{"pool", pool}, {"employee", person}, {"capacity", int64_t{person == people()[0] ? 8 : 4}}});
  }
  Leads(20);
  std::vector<Id> owners[2];
  for (std::vector<Id>& to : owners) {
    Batch batch = world_.NewBatch();
    const auto snapshot = world_.Read();
    const auto assigned = AssignFromPool(*snapshot, batch, "north");
    for (const Assigned& one : *assigned) to.push_back(one.owner);
    EXPECT_EQ(std::count(to.begin(), to.end(), people()[0]), 8);
    EXPECT_EQ(std::count(to.begin(), to.end(), people()[1]), 4);
    EXPECT_EQ(std::count(to.begin(), to.end(), Id()), 4);
    EXPECT_EQ(assigned->back().reason, "3 of 3 members take it, all are full");
  }
  EXPECT_EQ(owners[0], owners[1]);
}

TEST_F(PoolTest, AssigningRefusesWhatItCannotMean) {
  const Id pool = Pool();
  Add("pool_member", {{"pool", pool}, {"employee", people()[0]}, {"takes", "no_such_field == 1"}});
  const Id lead = Lead();
  const Id held = Lead({{"owner", people()[1]}});
  const Id outside = Add("lead", {});
  const auto snapshot = world_.Read();
  const auto reason = [&](std::string_view name, const AssignOptions& options) {
    Batch batch = world_.NewBatch();
    return GetReason(AssignFromPool(*snapshot, batch, name, options).status());
  };
  EXPECT_EQ(reason("south", {}), Reason::kRecordMissing);
  EXPECT_EQ(reason("north", {.records = {held}}), Reason::kPreconditionFailed);
  EXPECT_EQ(reason("north", {.records = {outside}}), Reason::kPreconditionFailed);
  EXPECT_NE(reason("north", {.records = {lead}}), Reason::kNone);
}

TEST_F(PoolTest, SilenceSendsBackAtItsVeryMoment) {  // K10
  Pool({{"recycle_days", int64_t{7}}, {"cooling_days", int64_t{2}}});
  const std::vector<Id> leads = Leads(3);
  for (const Id lead : leads) ASSERT_TRUE(Claim(lead, people()[0]).ok());
  world_.Advance(kMicrosPerDay);
  Add("interaction", {{"at", world_.now()}, {"regarding", leads[1]}});
  world_.Advance(6 * kMicrosPerDay - 1);
  EXPECT_THAT(Recycle().recycled, IsEmpty());
  world_.Advance(1);
  EXPECT_THAT(Recycle().recycled, ElementsAre(leads[0], leads[2]));
  EXPECT_THAT(Recycle().recycled, IsEmpty());  // done is done
  EXPECT_TRUE(OwnerOf(leads[0]).is_null());
  EXPECT_EQ(OwnerOf(leads[1]), people()[0]);
  EXPECT_THAT(Claims(leads[0]).at(0)["end_reason"].get<std::string>(), HasSubstr("nothing happened since"));
  EXPECT_FALSE(Claim(leads[0], people()[0]).ok());  // cooling off
  EXPECT_TRUE(Claim(leads[0], people()[1]).ok());
  world_.Advance(kMicrosPerDay);
  EXPECT_THAT(Recycle().recycled, ElementsAre(leads[1]));
  world_.Verify();
}

TEST_F(PoolTest, TheWriterLooksAgain) {
  Pool({{"recycle_days", int64_t{7}}});
  const Id lead = Lead();
  ASSERT_TRUE(Claim(lead, people()[0]).ok());
  world_.Advance(3 * kMicrosPerDay);
  // A host that goes by a wrong clock takes nothing.
  const StatusOr<RecycleReport> report = RecyclePools(world_.db(), Time{world_.now().micros + 5 * kMicrosPerDay});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->recycled, IsEmpty());
  EXPECT_EQ(report->kept, 1U);
  EXPECT_EQ(OwnerOf(lead), people()[0]);
}

TEST_F(PoolTest, ExemptionsAndWarnings) {
  Pool({{"recycle_days", int64_t{7}}, {"warn_days", int64_t{2}}, {"exempt", "score > 80.0"}});
  const Id kept = Lead({{"score", 90.0}});
  const Id warned = Lead();
  for (const Id lead : {kept, warned}) ASSERT_TRUE(Claim(lead, people()[0]).ok());
  world_.Advance(5 * kMicrosPerDay - 1);
  EXPECT_THAT(Recycle().warned, IsEmpty());
  world_.Advance(1);
  EXPECT_THAT(Recycle().warned, ElementsAre(warned));
  EXPECT_THAT(Recycle().warned, IsEmpty());  // once
  const auto snapshot = world_.Read();
  const auto tasks = *snapshot->ScanIndex("task", "by_regarding", {.equal = {Value(warned)}});
  ASSERT_TRUE(tasks->Next());
  const catalog::TypeDef& task = *snapshot->catalog().FindType("task");
  EXPECT_EQ(GetField(task, *tasks->record(), "assignee").value(), Value(people()[0]));
  Add("interaction", {{"at", world_.now()}, {"regarding", warned}});
  world_.Advance(5 * kMicrosPerDay);
  EXPECT_THAT(Recycle().warned, ElementsAre(warned));  // another silence
  world_.Advance(2 * kMicrosPerDay);
  const RecycleReport report = Recycle();
  EXPECT_THAT(report.recycled, ElementsAre(warned));
  EXPECT_EQ(report.exempt, 1U);
  EXPECT_EQ(OwnerOf(kept), people()[0]);
}

}  // namespace
}  // namespace kith::crm
