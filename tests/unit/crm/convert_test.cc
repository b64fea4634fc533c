// Conversion: what comes of a lead, once, whole, and with everything that happened with it.
#include "kith/crm/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "kith/crm/pool.h"
#include "kith/model/thread.h"
#include "kith/model/tie.h"
#include "kith/model/timeline.h"
#include "unit/model/world.h"

namespace kith::crm {
namespace {

using model::At;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;
using How = Converted::How;

class ConvertTest : public ::testing::Test {
 protected:
  using Fields = std::vector<std::pair<std::string_view, Value>>;
  void TearDown() override { world_.Verify(); }

  Id Add(std::string_view type, const Fields& fields) {
    Batch batch = world_.NewBatch();
    const Id id = batch.Create(type);
    for (const auto& [field, value] : fields) batch.Set(id, field, value);
    return world_.Apply(batch).at(id.local_index());
  }
  Id Lead(const Fields& more = {}) {
    Fields fields = {{"name", "Li Wei"},     {"company", "Acme"}, {"title", "Buyer"},    {"email", "li@acme.cn"},
                     {"phone", "123456"},    {"source", "web"},   {"industry", "law"},   {"possible_project", "New plant"},
                     {"budget", Yuan(5000)}, {"score", 12.0},     {"owner", people()[0]}};
    fields.insert(fields.end(), more.begin(), more.end());
    return Add("lead", fields);
  }
  static Money Yuan(int64_t minor) { return model::Yuan(minor); }
  Converted Convert(Id lead, const ConvertOptions& options = {}) {
    StatusOr<Converted> made = crm::Convert(world_.db(), lead, options);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *std::move(made) : Converted();
  }
  Status Refused(Id lead, const ConvertOptions& options = {}) { return crm::Convert(world_.db(), lead, options).status(); }
  [[nodiscard]] Value Get(Id record, std::string_view field) { return world_.Get(record, field); }
  // The name of a record's choice.
  std::string ChoiceOf(Id record, std::string_view field) {
    const auto now = world_.Read();
    const catalog::FieldDef* def = now->catalog().FindType(record.type())->FindField(field);
    const Value value = Get(record, field);
    return value.is_null() ? "" : def->FindChoice(value.get<Choice>().number)->name;
  }
  size_t Count(std::string_view type) {
    const auto now = world_.Read();
    const auto cursor = *now->Scan(type);
    size_t count = 0;
    while (cursor->Next()) ++count;
    return count;
  }
  std::vector<std::pair<Id, Time>> Timeline(Id subject) {
    const auto now = world_.Read();
    std::vector<std::pair<Id, Time>> entries;
    const model::TimelinePage page = *model::ReadTimeline(*now, subject, {.limit = 1000});
    for (const model::TimelineEntry& entry : page.entries) entries.emplace_back(entry.record, entry.at);
    return entries;
  }
  [[nodiscard]] const std::vector<Id>& people() const { return world_.owners(); }

  model::World world_;
};

TEST_F(ConvertTest, MakesAPersonAnOrganisationAndADeal) {  // F01
  const Id lead = Lead();
  const Converted made = Convert(lead, {.actor = people()[1], .reason = "worth it"});
  EXPECT_EQ(made.person.how, How::kCreated);
  EXPECT_EQ(made.organisation.how, How::kCreated);
  EXPECT_EQ(made.deal.how, How::kCreated);
  const Id person = made.person.record, company = made.organisation.record, deal = made.deal.record;
  EXPECT_EQ(Get(person, "name"), Value("Li Wei"));
  EXPECT_EQ(Get(person, "title"), Value("Buyer"));
  EXPECT_EQ(Get(person, "email"), Value("li@acme.cn"));
  EXPECT_EQ(Get(person, "account"), Value(company));
  EXPECT_EQ(Get(person, "owner"), Value(people()[0]));
  EXPECT_EQ(ChoiceOf(person, "source"), "web");
  EXPECT_EQ(Get(company, "name"), Value("Acme"));
  EXPECT_TRUE(Get(company, "email").is_null());  // the mail is the person's
  EXPECT_EQ(ChoiceOf(company, "industry"), "law");
  EXPECT_EQ(Get(deal, "name"), Value("New plant"));
  EXPECT_EQ(Get(deal, "budget"), Value(Yuan(5000)));
  EXPECT_TRUE(Get(deal, "amount").is_null());  // a budget is not what it will bring
  EXPECT_EQ(Get(deal, "account"), Value(company));
  EXPECT_EQ(Get(deal, "contact"), Value(person));
  EXPECT_EQ(Get(deal, "stage"), Value(world_.StageId("default", "prospecting")));
  // Both ways.
  EXPECT_EQ(Get(deal, "lead"), Value(lead));
  EXPECT_EQ(Get(lead, "opportunity"), Value(deal));
  EXPECT_EQ(Get(lead, "contact"), Value(person));
  EXPECT_EQ(Get(lead, "account"), Value(company));
  EXPECT_EQ(ChoiceOf(lead, "status"), "qualified");
  EXPECT_EQ(Get(lead, "converted_at"), Value(world_.now()));
  EXPECT_THAT(made.stays, ElementsAre("score"));
  EXPECT_THAT(made.kept, IsEmpty());
  const auto now = world_.Read();
  EXPECT_EQ(now->History(deal)->front().reason, "worth it");
  const model::Thread thread = *model::ReadThread(*now, deal);
  EXPECT_EQ(thread.id, lead);
}

TEST_F(ConvertTest, HappensOnceHoweverManyDoItAtTheSameTime) {  // F01: exactly once
  std::vector<Id> leads;
  for (int i = 0; i < 5; ++i) leads.push_back(Lead({{"email", "li" + std::to_string(i) + "@acme.cn"}, {"phone", std::to_string(i)}}));
  std::vector<Converted> made(leads.size() * 8);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < leads.size(); ++i) made[t * leads.size() + i] = Convert(leads[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Count("opportunity"), leads.size());
  EXPECT_EQ(Count("contact"), leads.size());
  EXPECT_EQ(Count("account"), 1U);  // one Acme, found by those who came later
  for (size_t i = 0; i < leads.size(); ++i) {
    std::set<Id> deals;
    int fresh = 0;
    for (size_t t = 0; t < 8; ++t) {
      deals.insert(made[t * leads.size() + i].deal.record);
      fresh += !made[t * leads.size() + i].already;
    }
    EXPECT_EQ(deals.size(), 1U);
    EXPECT_EQ(fresh, 1);
  }
}

TEST_F(ConvertTest, WhatHappenedGoesAlongAtItsOwnTimes) {  // B05, B15, F01
  const Id lead = Lead();
  const Time visited = At("2026-01-05T10:00:00Z"), called = At("2026-02-01T10:00:00Z"), mailed = At("2026-02-20T10:00:00Z");
  const Id visitor = Add("visitor", {{"channel", "web"}, {"handle", "cookie"}});
  const Id seen = Add("interaction", {{"kind", "page_view"}, {"direction", "in"}, {"at", visited}, {"visitor", visitor}});
  const Id mail = Add("interaction", {{"kind", "mail"}, {"direction", "in"}, {"at", mailed}, {"regarding", lead}, {"visitor", visitor}});
  const Id call =
      Add("interaction", {{"kind", "call"}, {"direction", "out"}, {"at", called}, {"regarding", lead}, {"employee", people()[0]}});
  const Id note = Add("note", {{"body", "has a plant"}, {"regarding", lead}});
  const Id done = Add("task", {{"subject", "call"}, {"status", "done"}, {"done_at", called}, {"regarding", lead}});
  const Id open = Add("task", {{"subject", "offer"}, {"regarding", lead}});
  const size_t history = world_.Read()->History(lead)->size();

  const Converted made = Convert(lead);
  EXPECT_EQ(made.followed, 6U);  // mail, call, note, both tasks, visitor; what was seen is not about the lead
  for (const Id subject : {made.person.record, made.organisation.record, made.deal.record}) {
    const auto timeline = Timeline(subject);
    EXPECT_THAT(timeline, IsSupersetOf({std::pair(call, called), std::pair(mail, mailed), std::pair(done, called)}));
    std::vector<Id> ids;
    for (const auto& [id, at] : timeline) ids.push_back(id);
    EXPECT_THAT(ids, IsSupersetOf({note, open}));
    EXPECT_EQ(std::set<Id>(ids.begin(), ids.end()).size(), ids.size());  // each once
  }
  EXPECT_THAT(Timeline(made.person.record), Contains(std::pair(seen, visited)));
  EXPECT_EQ(Get(visitor, "contact"), Value(made.person.record));
  EXPECT_EQ(Get(open, "regarding"), Value(made.deal.record));
  EXPECT_EQ(Get(done, "regarding"), Value(lead));
  EXPECT_EQ(Get(call, "at"), Value(called));
  EXPECT_EQ(world_.Read()->History(lead)->size(), history + 1);
  // The call makes a tie with the person now.
  const auto ties = *model::TiesOfContact(*world_.Read(), made.person.record, world_.now());
  EXPECT_EQ(ties.size(), 1U);
}

TEST_F(ConvertTest, ThoseWhoAreThereAreFoundAndKeepWhatTheySay) {
  const Id company = Add("account", {{"name", "Acme"}, {"industry", "trade"}});
  const Id person = Add("contact", {{"name", "Wei Li"}, {"email", "li@acme.cn"}, {"account", company}});
  const Id lead = Lead({{"email", "LI@Acme.cn"}});
  const Converted made = Convert(lead);
  EXPECT_EQ(made.person.record, person);
  EXPECT_EQ(made.person.how, How::kFound);
  EXPECT_EQ(made.organisation.record, company);
  EXPECT_EQ(Get(person, "name"), Value("Wei Li"));
  EXPECT_EQ(Get(person, "title"), Value("Buyer"));  // it had none
  EXPECT_EQ(ChoiceOf(company, "industry"), "trade");
  std::vector<std::string> kept;
  for (const Converted::Kept& one : made.kept) kept.push_back(one.field);
  EXPECT_THAT(kept, UnorderedElementsAre("name", "email", "industry"));
  EXPECT_EQ(Get(lead, "industry").is_null(), false);  // nothing is lost: the lead has it still
}

TEST_F(ConvertTest, WhatAViewerDoesNotSeeIsNotWrittenOver) {
  ASSERT_TRUE(world_.db().SetPolicy(R"({"types": {"contact": {"fields": {"title": {"read": ["role:finance"]}}}}})").ok());
  const Id person = Add("contact", {{"name", "Wei Li"}, {"email", "li@acme.cn"}, {"title", "Owner"}});
  const Converted made = Convert(Lead(), {.viewer = {.id = people()[0]}});
  EXPECT_EQ(made.person.record, person);
  EXPECT_EQ(Get(person, "title"), Value("Owner"));
}

TEST_F(ConvertTest, SeveralWhoItCouldBeAreNamed) {
  const Id one = Add("contact", {{"name", "A"}, {"mobile", "123456"}});
  const Id other = Add("contact", {{"name", "B"}, {"email", "li@acme.cn"}});
  const Id lead = Lead();
  const Status refused = Refused(lead);
  EXPECT_EQ(GetReason(refused), Reason::kPreconditionFailed);
  EXPECT_THAT(refused.ToString(), HasSubstr(std::to_string(one.value())));
  EXPECT_THAT(refused.ToString(), HasSubstr(std::to_string(other.value())));
  EXPECT_EQ(Count("opportunity"), 0U);
  EXPECT_EQ(Convert(Lead(), {.find = false}).person.how, How::kCreated);
  const Converted given = Convert(lead, {.person = one});
  EXPECT_EQ(given.person.record, one);
  EXPECT_EQ(given.person.how, How::kGiven);
}

TEST_F(ConvertTest, DealsAreGivenLeftOutOrNamed) {
  const Id deal = world_.Create();
  const Converted given = Convert(Lead(), {.deal = deal});
  EXPECT_EQ(given.deal.how, How::kGiven);
  EXPECT_EQ(Get(deal, "contact"), Value(given.person.record));
  EXPECT_THAT(world_.Moves(deal), IsEmpty());
  const Converted without = Convert(Lead({{"name", "Bo"}, {"email", "bo@x.org"}, {"phone", "9"}}), {.with_deal = false});
  EXPECT_EQ(without.deal.how, How::kNone);
  EXPECT_EQ(Count("opportunity"), 1U);
  const Converted named =
      Convert(Lead({{"name", "Cy"}, {"email", "cy@x.org"}, {"phone", "8"}}), {.name = "Second plant", .pipeline = "sales"});
  EXPECT_EQ(Get(named.deal.record, "name"), Value("Second plant"));
  EXPECT_EQ(Get(named.deal.record, "stage"), Value(world_.StageId("sales", "lead")));
  EXPECT_EQ(GetReason(Refused(Lead({{"email", "d@x.org"}, {"phone", "7"}}), {.pipeline = "nowhere"})), Reason::kUnknownPipeline);
}

TEST_F(ConvertTest, APersonAloneNeedsNoCompany) {  // B03
  const Converted made = Convert(Lead({{"company", Value()}}));
  EXPECT_EQ(made.organisation.how, How::kNone);
  EXPECT_EQ(Count("account"), 0U);
  EXPECT_EQ(Get(made.deal.record, "contact"), Value(made.person.record));
}

TEST_F(ConvertTest, FieldsOfOtherPackagesFollowByName) {
  const catalog::PackageSource extra{R"({"package": "acme.extra", "version": "1.0.0", "needs": ["kith.crm"], "extend": [
      {"type": "lead", "fields": [{"name": "acme_size", "kind": "int"}, {"name": "acme_note", "kind": "text"}, {"name": "acme_own", "kind": "int"},
                                  {"name": "acme_level", "kind": "choice", "choices": [{"name": "low"}, {"name": "high"}]}]},
      {"type": "account", "fields": [{"name": "acme_size", "kind": "int"}, {"name": "acme_note", "kind": "int"}]},
      {"type": "opportunity", "fields": [{"name": "acme_size", "kind": "int"},
                                         {"name": "acme_level", "kind": "choice", "choices": [{"name": "middle"}, {"name": "high"}]}]}]})",
                                     {}};
  ASSERT_TRUE(world_.db().Ensure({&extra, 1}).ok());
  const Converted made = Convert(Lead({{"acme_size", 12}, {"acme_note", "x"}, {"acme_own", 5}, {"acme_level", "high"}}));
  EXPECT_EQ(Get(made.organisation.record, "acme_size"), Value(12));
  EXPECT_EQ(Get(made.deal.record, "acme_size"), Value(12));
  EXPECT_EQ(ChoiceOf(made.deal.record, "acme_level"), "high");  // by name, whatever its number
  EXPECT_TRUE(Get(made.organisation.record, "acme_note").is_null());
  EXPECT_THAT(made.stays, UnorderedElementsAre("score", "acme_note", "acme_own"));
}

TEST_F(ConvertTest, AFirmSaysWhatGoesWhere) {
  Add("conversion_map", {{"for_type", "lead"}, {"field", "phone"}, {"to_type", "account"}, {"to_field", "phone"}});
  {
    Batch batch = world_.NewBatch();
    const Id mapping = batch.Existing("conversion_map", {"kith.conversion", "lead.title/contact.title"});
    batch.Set(mapping, "active", false);
    world_.Apply(batch);
  }
  const Converted made = Convert(Lead());
  EXPECT_EQ(Get(made.organisation.record, "phone"), Value("123456"));
  EXPECT_TRUE(Get(made.person.record, "title").is_null());
  EXPECT_THAT(made.stays, UnorderedElementsAre("score", "title"));
  Add("conversion_map", {{"for_type", "lead"}, {"field", "nothing"}, {"to_type", "account"}, {"to_field", "phone"}});
  EXPECT_EQ(GetReason(Refused(Lead({{"email", "b@x.org"}, {"phone", "2"}}))), Reason::kBadOptions);
}

TEST_F(ConvertTest, WithoutAWayToReachItOrAProjectNothingComesOfIt) {  // F14
  const Id mute = Lead({{"email", Value()}, {"phone", Value()}});
  const Id idle = Lead({{"possible_project", Value()}});
  for (const Id lead : {mute, idle}) {
    const Status refused = Refused(lead);
    EXPECT_EQ(GetReason(refused), Reason::kCheckFailed);
    EXPECT_THAT(refused.ToString(), HasSubstr("worth_pursuing"));
  }
  EXPECT_EQ(Count("opportunity"), 0U);  // all or nothing
  EXPECT_EQ(Count("contact"), 0U);
  Batch batch = world_.NewBatch();
  batch.Set(idle, "status", "qualified");
  EXPECT_EQ(GetReason(world_.TryApply(batch)), Reason::kCheckFailed);
}

TEST_F(ConvertTest, ADryRunTellsAndWritesNothing) {
  const Id lead = Lead();
  const Converted told = Convert(lead, {.dry_run = true});
  EXPECT_EQ(Count("opportunity"), 0U);
  EXPECT_FALSE(told.outcome.changes.empty());
  const Converted made = Convert(lead);
  EXPECT_EQ(made.deal.record, told.deal.record);
  EXPECT_FALSE(made.already);
}

TEST_F(ConvertTest, ExternalReferencesLeadToThePersonToo) {  // B18
  Batch batch = world_.NewBatch();
  const Id local = batch.Create("lead", {"wechat", "open-1"});
  batch.Set(local, "name", "Li");
  batch.Set(local, "wechat", "li");
  batch.Set(local, "possible_project", "Plant");
  batch.Link(local, {"form", "7"});
  const Id lead = world_.Apply(batch).at(0);
  Batch taken = world_.NewBatch();
  taken.Set(taken.Create("contact", {"form", "7"}), "name", "Other");
  world_.Apply(taken);
  const Converted made = Convert(lead);
  const auto now = world_.Read();
  EXPECT_EQ(*now->Find("contact", ExternalRef{"wechat", "open-1"}), made.person.record);
  EXPECT_NE(*now->Find("contact", ExternalRef{"form", "7"}), made.person.record);
  EXPECT_EQ(*now->Find("lead", ExternalRef{"form", "7"}), lead);
}

TEST_F(ConvertTest, AConvertedLeadLeavesItsPoolAndASilentOneGoesBack) {  // F03
  Add("pool", {{"name", "north"}, {"capacity", 1}, {"recycle_days", 7}});
  const auto claim = [&](Id lead) {
    Batch batch = world_.NewBatch();
    ClaimFromPool(batch, lead, people()[0]);
    return world_.TryApply(batch);
  };
  const Id first = Lead({{"owner", Value()}, {"pool", "north"}, {"status", "working"}});
  const Id second = Lead({{"owner", Value()}, {"pool", "north"}, {"status", "working"}, {"email", "b@x.org"}, {"phone", "2"}});
  ASSERT_TRUE(claim(first).ok());
  EXPECT_FALSE(claim(second).ok());  // holds as many as they may
  Convert(first);
  EXPECT_TRUE(claim(second).ok());
  world_.Advance(8 * kMicrosPerDay);
  const StatusOr<RecycleReport> recycled = RecyclePools(world_.db(), world_.now());
  ASSERT_TRUE(recycled.ok()) << recycled.status();
  EXPECT_THAT(recycled->recycled, ElementsAre(second));
  EXPECT_EQ(ChoiceOf(second, "status"), "recycled");
  EXPECT_TRUE(Get(second, "owner").is_null());
  EXPECT_EQ(Get(second, "pool"), Value("north"));
  EXPECT_EQ(ChoiceOf(first, "status"), "qualified");
  EXPECT_EQ(Get(first, "owner"), Value(people()[0]));
}

TEST_F(ConvertTest, StatesOfALeadFollowTheirGraph) {  // F02, F03
  const Id lead = Lead();
  const auto set = [&](std::string_view state) {
    Batch batch = world_.NewBatch();
    batch.Set(lead, "status", state);
    return GetReason(world_.TryApply(batch));
  };
  EXPECT_EQ(set("disqualified"), Reason::kNone);
  EXPECT_EQ(set("qualified"), Reason::kNotATransition);
  EXPECT_EQ(GetReason(Refused(lead)), Reason::kNotATransition);
  EXPECT_EQ(set("recycled"), Reason::kNone);
  EXPECT_EQ(set("working"), Reason::kNone);
  EXPECT_EQ(set("qualified"), Reason::kNone);
  EXPECT_EQ(Get(lead, "converted_at"), Value(world_.now()));
  EXPECT_EQ(set("disqualified"), Reason::kNotATransition);
  EXPECT_EQ(set("working"), Reason::kNone);
  EXPECT_TRUE(Get(lead, "converted_at").is_null());
}

// B21: a prospect that is discarded leaves the active ones; its notes, calls and the reason stay, and it may come back.
TEST_F(ConvertTest, ADiscardedLeadKeepsItsStory) {
  const Id lead = Lead({{"status", "working"}});
  const Id note = Add("note", {{"regarding", lead}, {"body", "met at the fair"}});
  const auto set = [&](std::string_view state, const Value& reason) {
    world_.Advance(kMicrosPerDay);
    Batch batch = world_.NewBatch();
    batch.Set(lead, "status", state);
    batch.Set(lead, "disqualify_reason", reason);
    return world_.TryApply(batch);
  };
  const auto active = [&] {
    const auto now = world_.Read();
    const Value working = Choice{now->catalog().FindType("lead")->FindField("status")->FindChoice("working")->number};
    const auto cursor = *now->ScanIndex("lead", "by_status", {.equal = {working}});
    return cursor->Next();
  };
  EXPECT_TRUE(active());
  const Time before = world_.now();
  ASSERT_TRUE(set("disqualified", Value("no budget")).ok());
  EXPECT_FALSE(active());
  EXPECT_EQ(Get(lead, "disqualify_reason"), Value("no budget"));
  const auto page = model::ReadTimeline(*world_.Read(), lead);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->entries.at(0).record, note);
  ASSERT_TRUE(set("working", Value()).ok());
  EXPECT_TRUE(active());
  const auto now = world_.Read();
  const auto then = now->GetAsOf(lead, {.effective = Time{before.micros + kMicrosPerDay}, .recorded = kTimeMax});
  ASSERT_TRUE(then.ok());
  const catalog::TypeDef& type = *now->catalog().FindType("lead");
  EXPECT_EQ(GetField(type, then->view(), "disqualify_reason").value(), Value("no budget"));
}

TEST_F(ConvertTest, WhatCannotBeConvertedIsRefused) {
  const Id account = Add("account", {{"name", "Acme"}});
  EXPECT_EQ(GetReason(Refused(account)), Reason::kUnknownBehaviour);
  EXPECT_TRUE(absl::IsNotFound(Refused(Id(12345))));
  const Id lead = Lead();
  EXPECT_EQ(GetReason(Refused(lead, {.person = account})), Reason::kReferenceWrongType);
  world_.Delete(account);
  EXPECT_EQ(GetReason(Refused(lead, {.organisation = account})), Reason::kRecordMissing);
  EXPECT_EQ(Get(lead, "converted_at"), Value());
}

// Random leads beside those who are there already: every value of the lead is somewhere afterwards.
TEST_F(ConvertTest, NothingIsLost) {  // demand: lead conversion keeps everything
  model::Random random(model::TestSeed(20261127));
  const std::map<std::string, std::vector<std::string>> goes = {{"name", {"contact.name"}},
                                                                {"title", {"contact.title"}},
                                                                {"email", {"contact.email"}},
                                                                {"phone", {"contact.phone"}},
                                                                {"wechat", {"contact.wechat"}},
                                                                {"company", {"account.name"}},
                                                                {"description", {"contact.description", "opportunity.description"}},
                                                                {"possible_project", {"opportunity.name"}}};
  for (int round = 0; round < 60; ++round) {
    Fields fields = {
        {"name", "n" + std::to_string(random.Below(9))}, {"email", "m" + std::to_string(random.Below(6))}, {"possible_project", "p"}};
    for (const std::string_view field : {"title", "wechat", "phone", "company", "description"}) {
      if (!random.OneIn(3))
        fields.emplace_back(field, std::string(field.substr(0, 1)) + std::to_string(random.Below(field == "company" ? 5 : 1000)));
    }
    const Id lead = Add("lead", fields);
    std::map<std::string, Value> was;
    for (const auto& [field, value] : fields) was[std::string(field)] = value;
    const StatusOr<Converted> made = crm::Convert(world_.db(), lead);
    if (!made.ok()) {
      EXPECT_EQ(GetReason(made.status()), Reason::kPreconditionFailed);  // two with a telephone number and a mail of it
      continue;
    }
    const std::map<std::string, Id> parts = {
        {"contact", made->person.record}, {"account", made->organisation.record}, {"opportunity", made->deal.record}};
    for (const auto& [field, value] : was) {
      EXPECT_EQ(Get(lead, field), value);
      for (const std::string& to : goes.at(field)) {
        const Id part = parts.at(to.substr(0, to.find('.')));
        const std::string name = to.substr(to.find('.') + 1);
        const bool told = std::any_of(made->kept.begin(), made->kept.end(),
                                      [&](const Converted::Kept& kept) { return kept.record == part && kept.field == name; });
        EXPECT_TRUE(told != (Get(part, name) == value)) << to;
      }
    }
  }
}

}  // namespace
}  // namespace kith::crm
