// The access policy on the standard model: who sees and changes what, and that nothing tells of what one may not see.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "kith/engine/json.h"
#include "kith/model/funnel_tables.h"
#include "kith/model/guide.h"
#include "kith/query/query.h"
#include "kith/query/search.h"
#include "unit/model/world.h"

namespace kith::model {
namespace {

constexpr std::string_view kPolicy = R"({"types": {
  "opportunity": {"read": ["reports", "role:finance"], "write": ["reports"], "delete": ["role:admin"],
                  "fields": {"budget": {"read": ["role:finance"], "write": ["role:finance"]}}},
  "opportunity_line": {"follows": ["opportunity"]},
  "move": {"follows": ["record"]},
  "account": {"read": ["unit"], "create": ["role:seller"]},
  "contact": {"read": ["units_below"]},
  "note": {"read": ["owner"]}
}})";

constexpr const char* kBigBudget = R"json({"from": "opportunity", "select": ["name"], "where": "budget > money(\"1\", \"CNY\")"})json";

// Group (unit 1) over Sales (2, led by Sam) over East (3, led by Eve, with Ann and Bob); Finance (4) with Fay.
class AccessTest : public ::testing::Test {
 protected:
  AccessTest() {
    Batch batch = world_.NewBatch();
    const Id group = AddTeam(batch, "Group", {}, 1);
    const Id sales = AddTeam(batch, "Sales", group, 2);
    const Id east = AddTeam(batch, "East", sales, 3);
    const Id finance = AddTeam(batch, "Finance", group, 4);
    const Id sam = AddPerson(batch, "Sam", sales, {});
    const Id eve = AddPerson(batch, "Eve", east, sam);
    const Id ann = AddPerson(batch, "Ann", east, eve);
    const Id bob = AddPerson(batch, "Bob", east, eve);
    const Id fay = AddPerson(batch, "Fay", finance, {});
    batch.Set(sales, "manager", sam);
    batch.Set(fay, "access_roles", TextList{"finance"});
    batch.Set(ann, "access_roles", TextList{"seller"});
    const std::vector<Id> ids = world_.Apply(batch);
    const auto id = [&](Id local) { return ids.at(local.local_index()); };
    sales_ = id(sales);
    east_ = id(east);
    sam_ = id(sam);
    eve_ = id(eve);
    ann_ = id(ann);
    bob_ = id(bob);
    fay_ = id(fay);
  }

  static Id AddTeam(Batch& batch, std::string_view name, Id parent, int64_t unit) {
    const Id team = batch.Create("team");
    batch.Set(team, "name", name);
    if (!parent.is_null()) batch.Set(team, "parent", parent);
    batch.Set(team, "unit_number", unit);
    return team;
  }
  static Id AddPerson(Batch& batch, std::string_view name, Id team, Id manager) {
    const Id person = batch.Create("employee");
    batch.Set(person, "name", name);
    batch.Set(person, "team", team);
    if (!manager.is_null()) batch.Set(person, "manager", manager);
    return person;
  }

  void SetPolicy(std::string_view policy) {
    const StatusOr<EnsureReport> report = world_.db().SetPolicy(policy);
    ASSERT_TRUE(report.ok()) << report.status();
  }
  using Fields = std::vector<std::pair<std::string, Value>>;
  Id Add(std::string_view type, const Fields& fields) {
    Batch batch = world_.NewBatch();
    // A share or note may be of any type of record, so there is nothing to make one of.
    const Id local = type == "share" || type == "note" ? batch.Create(type) : World::NewRecord(batch, type);
    for (const auto& [field, value] : fields) batch.Set(local, field, value);
    return world_.Apply(batch).at(local.local_index());
  }
  Id AddDeal(std::string_view name, Id owner, int64_t budget = 0) {
    return Add("opportunity", {{"name", name}, {"owner", owner}, {"budget", Yuan(budget)}});
  }
  bool Sees(Id viewer, Id record) { return world_.Read({.id = viewer})->Get(record).ok(); }
  std::vector<Id> Who(Id record) {
    std::vector<Id> who;
    for (const Id person : {sam_, eve_, ann_, bob_, fay_}) {
      if (Sees(person, record)) who.push_back(person);
    }
    return who;
  }
  Status ApplyAs(Id viewer, const std::function<void(Batch&)>& fill) {
    Batch batch = world_.NewBatch();
    fill(batch);
    ApplyOptions options;
    options.viewer = {.id = viewer};
    return world_.db().Apply(batch, options).status();
  }
  Status PatchAs(Id viewer, Id record, std::string_view field, const Value& value) {
    return ApplyAs(viewer, [&](Batch& batch) { batch.Set(record, field, value); });
  }
  // Rows of a query as text, one viewer's.
  std::vector<std::string> Ask(Id viewer, const std::string& query_json) {
    const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = viewer});
    const StatusOr<query::Query> query = query::FromJson(query_json);
    EXPECT_TRUE(query.ok()) << query.status();
    const StatusOr<query::Prepared> prepared = query::Prepared::Prepare(*query, *snapshot);
    EXPECT_TRUE(prepared.ok()) << prepared.status();
    const StatusOr<std::unique_ptr<query::Rows>> rows = prepared->Run(*snapshot);
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<std::string> out;
    while ((*rows)->Next()) {
      std::string line;
      for (const Value& value : (*rows)->row().values) line += (line.empty() ? "" : " ") + ToText(value);
      out.push_back(line);
    }
    EXPECT_TRUE((*rows)->status().ok()) << (*rows)->status();
    return out;
  }

  World world_;
  Id sales_, east_, sam_, eve_, ann_, bob_, fay_;
};

// B20
TEST_F(AccessTest, WithoutAPolicyEverybodySeesAndChangesAll) {
  const Id deal = AddDeal("Deal", ann_);
  EXPECT_EQ(Who(deal), (std::vector<Id>{sam_, eve_, ann_, bob_, fay_}));
  EXPECT_TRUE(PatchAs(bob_, deal, "name", "Changed").ok());
}

// B20
TEST_F(AccessTest, OwnersAndThoseTheyReportToSeeADeal) {
  SetPolicy(kPolicy);
  const Id deal = AddDeal("Deal", ann_);
  EXPECT_EQ(Who(deal), (std::vector<Id>{sam_, eve_, ann_, fay_}));
  const Id of_sam = AddDeal("Sam's", sam_);
  EXPECT_EQ(Who(of_sam), (std::vector<Id>{sam_, fay_}));
  world_.Set(ann_, "manager", fay_);  // East is still led from Sales
  EXPECT_EQ(Who(deal), (std::vector<Id>{sam_, ann_, fay_}));
  world_.Set(ann_, "team", Value());
  EXPECT_EQ(Who(deal), (std::vector<Id>{ann_, fay_}));
}

TEST_F(AccessTest, UnitsOfARecord) {
  SetPolicy(kPolicy);
  const Id account = Add("account", {{"unit", int64_t{3}}});
  EXPECT_EQ(Who(account), (std::vector<Id>{eve_, ann_, bob_}));
  const Id contact = Add("contact", {{"unit", int64_t{3}}});
  EXPECT_EQ(Who(contact), (std::vector<Id>{sam_, eve_, ann_, bob_}));
  // A person in a second team.
  Add("team_member", {{"employee", fay_}, {"team", east_}});
  EXPECT_EQ(Who(account), (std::vector<Id>{eve_, ann_, bob_, fay_}));
  // Units that the host says.
  EXPECT_TRUE(world_.Read({.id = sam_, .units = {3}})->Get(account).ok());
}

// M11: what is private is nobody's but its owner's, those it is shared with, and roles that see all.
TEST_F(AccessTest, PrivateRecords) {
  SetPolicy(kPolicy);
  const Id deal = Add("opportunity", {{"owner", ann_}, {"visibility", "owner"}});
  EXPECT_EQ(Who(deal), (std::vector<Id>{ann_, fay_}));
}

// B20, F08
TEST_F(AccessTest, SharesHoldForTheirTime) {
  SetPolicy(kPolicy);
  const Id deal = AddDeal("Deal", sam_);
  EXPECT_FALSE(Sees(bob_, deal));
  const Id share = Add("share", {{"record", deal}, {"to", bob_}, {"until", Time{world_.now().micros + 1000}}});
  EXPECT_TRUE(Sees(bob_, deal));
  EXPECT_EQ(GetReason(PatchAs(bob_, deal, "name", "x")), Reason::kNotAllowed);
  world_.Set(share, "level", "write");
  EXPECT_TRUE(PatchAs(bob_, deal, "name", "x").ok());
  world_.Advance(1000);
  EXPECT_FALSE(Sees(bob_, deal));
  // To a team: its members, and those of teams within it.
  const Id wide = Add("share", {{"record", deal}, {"to", sales_}, {"from", Time{world_.now().micros + 500}}});
  EXPECT_FALSE(Sees(bob_, deal));
  world_.Advance(500);
  EXPECT_TRUE(Sees(bob_, deal));
  EXPECT_TRUE(Sees(ann_, deal));
  world_.Delete(wide);
  EXPECT_FALSE(Sees(bob_, deal));
}

TEST_F(AccessTest, LinesAndMovesFollowTheirDeal) {
  SetPolicy(kPolicy);
  const Id deal = AddDeal("Deal", ann_);
  const Id line = Add("opportunity_line", {{"opportunity", deal}});
  const Id move = world_.MoveTo(deal, "sales/talk");
  EXPECT_EQ(Who(line), (std::vector<Id>{sam_, eve_, ann_, fay_}));
  EXPECT_EQ(Who(move), (std::vector<Id>{sam_, eve_, ann_, fay_}));
  EXPECT_EQ(GetReason(PatchAs(fay_, line, "position", int64_t{2})), Reason::kNotAllowed);
  EXPECT_TRUE(PatchAs(eve_, line, "position", int64_t{2}).ok());
  EXPECT_TRUE(ApplyAs(ann_, [&](Batch& batch) { Move(batch, deal, "sales/offer"); }).ok());
  world_.Delete(deal);
}

TEST_F(AccessTest, CountsGroupsAndPagesHoldWhatIsVisible) {
  SetPolicy(kPolicy);
  for (int i = 0; i < 6; ++i) AddDeal("Deal " + std::to_string(i), i % 2 == 0 ? ann_ : bob_, 100 + i);
  const std::string all = R"({"from": "opportunity", "select": ["name"], "order": ["name"]})";
  EXPECT_EQ(Ask(ann_, all), (std::vector<std::string>{"Deal 0", "Deal 2", "Deal 4"}));
  EXPECT_EQ(Ask(eve_, all).size(), 6u);
  const std::string count = R"({"from": "opportunity", "aggregates": [{"count": "*"}]})";
  EXPECT_EQ(Ask(bob_, count), (std::vector<std::string>{"3"}));
  EXPECT_EQ(Ask(fay_, count), (std::vector<std::string>{"6"}));
}

TEST_F(AccessTest, ReferencesLeadNowhereWhereTheirTargetIsHidden) {
  SetPolicy(kPolicy);
  const Id account = Add("account", {{"name", "Hidden Ltd"}, {"unit", int64_t{4}}});
  const Id deal = AddDeal("Deal", ann_);
  world_.Set(deal, "account", account);
  const std::string query = R"({"from": "opportunity", "select": ["name", "account.name"], "order": ["name"]})";
  EXPECT_EQ(Ask(ann_, query), (std::vector<std::string>{"Deal null"}));
  EXPECT_EQ(Ask(fay_, query), (std::vector<std::string>{"Deal Hidden Ltd"}));
  EXPECT_TRUE(Ask(ann_, R"({"from": "opportunity", "select": ["name"], "where": "account.name == \"Hidden Ltd\""})").empty());
}

TEST_F(AccessTest, SearchFindsWhatIsVisible) {
  SetPolicy(kPolicy);
  Add("account", {{"name", "Dragon Steel"}, {"unit", int64_t{3}}});
  Add("account", {{"name", "Dragon Paper"}, {"unit", int64_t{4}}});
  const auto hits = [&](Id viewer) {
    const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = viewer});
    const StatusOr<query::SearchResult> found = query::Search(*snapshot, "dragon", {});
    EXPECT_TRUE(found.ok()) << found.status();
    return found->hits.size();
  };
  EXPECT_EQ(hits(ann_), 1u);
  EXPECT_EQ(hits(fay_), 1u);
  EXPECT_EQ(hits(sam_), 0u);
}

TEST_F(AccessTest, HistoryAndFeedTellNothingOfOthers) {
  SetPolicy(kPolicy);
  const uint64_t start = world_.Read()->sequence();
  const Id deal = AddDeal("Deal", ann_, 500);
  world_.Set(deal, "budget", Yuan(700));
  world_.Set(deal, "name", "Renamed");
  EXPECT_TRUE(world_.Read({.id = bob_})->Changes(start, 100)->entries.empty());
  EXPECT_TRUE(IsNotFound(world_.Read({.id = bob_})->History(deal).status()));
  EXPECT_EQ(world_.Read({.id = ann_})->Changes(start, 100)->entries.size(), 3u);
  // Ann may not read the budget: neither before nor after.
  const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = ann_});
  const std::string json = HistoryToJson(snapshot->catalog(), *snapshot->History(deal));
  EXPECT_EQ(json.find("budget"), std::string::npos) << json;
  EXPECT_NE(json.find("Renamed"), std::string::npos);
  const std::unique_ptr<Snapshot> of_fay = world_.Read({.id = fay_});
  EXPECT_NE(HistoryToJson(of_fay->catalog(), *of_fay->History(deal)).find("budget"), std::string::npos);
  const StatusOr<HistoryEntry> entry = snapshot->Entry(deal, start + 2);
  ASSERT_TRUE(entry.ok());
  EXPECT_TRUE(entry->fields.empty());
  // The tombstone, and the values that the deletion keeps.
  world_.Delete(deal);
  EXPECT_TRUE(world_.Read({.id = bob_})->Changes(start, 100)->entries.empty());
  const std::unique_ptr<Snapshot> later = world_.Read({.id = ann_});
  EXPECT_EQ(HistoryToJson(later->catalog(), *later->History(deal)).find("budget"), std::string::npos);
}

TEST_F(AccessTest, MaskedFieldsReadAsNullEverywhere) {
  SetPolicy(kPolicy);
  const Id poor = AddDeal("Poor", ann_, 100);
  const Id rich = AddDeal("Rich", ann_, 900);
  const Time then = world_.now();
  world_.Advance(1'000'000);
  world_.Set(poor, "budget", Yuan(200));
  const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = ann_});
  const catalog::TypeDef& type = *snapshot->catalog().FindType("opportunity");
  const auto field = static_cast<int32_t>(type.FindField("budget")->position);
  EXPECT_TRUE(snapshot->IsMasked(type, field));
  EXPECT_TRUE(snapshot->IsFixed(type, field));
  EXPECT_TRUE(GetField(type, *snapshot->Get(rich), "budget")->is_null());
  EXPECT_EQ(RecordToJson(type, *snapshot->Get(rich)).find("budget"), std::string::npos);
  const StatusOr<Record> past = snapshot->GetAsOf(poor, {.effective = then, .recorded = kTimeMax});
  ASSERT_TRUE(past.ok()) << past.status();
  EXPECT_TRUE(GetField(type, past->view(), "budget")->is_null());
  // Neither filters nor orders nor sums tell.
  EXPECT_TRUE(Ask(ann_, kBigBudget).empty());
  EXPECT_EQ(Ask(fay_, kBigBudget).size(), 2u);
  EXPECT_EQ(Ask(ann_, R"({"from": "opportunity", "select": ["name", "budget"], "order": ["-budget", "id"]})"),
            (std::vector<std::string>{"Poor null", "Rich null"}));
  EXPECT_EQ(Ask(fay_, R"({"from": "opportunity", "select": ["name", "budget"], "order": ["-budget"]})"),
            (std::vector<std::string>{"Rich 9.00 CNY", "Poor 2.00 CNY"}));
  EXPECT_EQ(PatchAs(ann_, rich, "budget", Yuan(1)).code(), StatusCode::kPermissionDenied);
}

// Texts are read in place by many: what is masked is not found by its words, nor matched, nor measured.
TEST_F(AccessTest, AMaskedTextIsNotThere) {
  SetPolicy(R"({"types": {"account": {"fields": {"legal_name": {"read": ["role:finance"]}}}}})");
  const Id account = Add("account", {{"name", "Dragon"}, {"legal_name", "Thunderbolt Holding"}});
  const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = ann_});
  const size_t position = snapshot->catalog().FindType("account")->FindField("legal_name")->position;
  const record::View record = *snapshot->Get(account);
  EXPECT_FALSE(record.has(position));
  EXPECT_EQ(record.GetText(position), "");
  EXPECT_EQ(record.GetSize(position), 0u);
  EXPECT_TRUE(query::Search(*snapshot, "thunderbolt", {})->hits.empty());
  EXPECT_EQ(query::Search(*world_.Read({.id = fay_}), "thunderbolt", {})->hits.size(), 1u);
  EXPECT_TRUE(Ask(ann_, R"json({"from": "account", "select": ["name"], "where": "size(legal_name) > 3"})json").empty());
  EXPECT_TRUE(Ask(ann_, R"json({"from": "account", "select": ["name"], "where": "legal_name.startsWith(\"Thunder\")"})json").empty());
}

// A formula over a masked field has no value, nor has a sum over records that are hidden or masked.
TEST_F(AccessTest, ComputedFieldsAreMadeOfWhatIsReadable) {
  const catalog::PackageSource more{R"json({"package": "test.more", "version": "1.0.0", "needs": ["kith.crm"], "extend": [
      {"type": "opportunity", "fields": [{"name": "test_twice", "kind": "money", "formula": "budget * 2"}]},
      {"type": "account", "fields": [{"name": "test_budgets", "kind": "money", "roll_up":
        {"function": "sum", "of": "opportunity", "by": "account", "field": "budget"}}]}]})json",
                                    {}};
  ASSERT_TRUE(world_.db().Ensure(std::span(&more, 1)).ok()) << world_.db().Ensure(std::span(&more, 1)).status();
  SetPolicy(R"({"types": {"opportunity": {"read": ["owner", "role:finance"], "fields": {"budget": {"read": ["role:finance"]}}}}})");
  const Id account = Add("account", {});
  const Id deal = AddDeal("Deal", ann_, 300);
  world_.Set(deal, "account", account);
  const auto read = [&](Id viewer, Id record, std::string_view field) {
    const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = viewer});
    return *GetField(*snapshot->catalog().FindType(record.type()), *snapshot->Get(record), field);
  };
  EXPECT_EQ(read(fay_, deal, "test_twice"), Value(Yuan(600)));
  EXPECT_TRUE(read(ann_, deal, "test_twice").is_null());
  EXPECT_EQ(read(fay_, account, "test_budgets"), Value(Yuan(300)));
  EXPECT_TRUE(read(ann_, account, "test_budgets").is_null());
  EXPECT_TRUE(read(bob_, account, "test_budgets").is_null());
}

// An index on a masked field would give its order away, in pages and in their tokens.
TEST_F(AccessTest, AnIndexThatHoldsAMaskedFieldIsNotRead) {
  const catalog::PackageSource more{R"({"package": "test.more", "version": "1.0.0", "needs": ["kith.crm"],
      "extend": [{"type": "opportunity", "indexes": [{"name": "test_by_budget", "fields": ["budget"]}]}]})",
                                    {}};
  ASSERT_TRUE(world_.db().Ensure(std::span(&more, 1)).ok()) << world_.db().Ensure(std::span(&more, 1)).status();
  SetPolicy(kPolicy);
  AddDeal("Rich", ann_, 900);
  AddDeal("Poor", ann_, 100);
  const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = ann_});
  EXPECT_EQ(GetReason(snapshot->ScanIndex("opportunity", "test_by_budget", {}).status()), Reason::kNotVisible);
  EXPECT_TRUE(world_.Read({.id = fay_})->ScanIndex("opportunity", "test_by_budget", {}).ok());
  EXPECT_EQ(Ask(ann_, R"({"from": "opportunity", "select": ["name"], "order": ["budget"]})"), (std::vector<std::string>{"Rich", "Poor"}));
  EXPECT_EQ(Ask(fay_, R"({"from": "opportunity", "select": ["name"], "order": ["budget"]})"), (std::vector<std::string>{"Poor", "Rich"}));
}

TEST_F(AccessTest, WhatIsHiddenIsMissingToWriters) {
  SetPolicy(kPolicy);
  const Id deal = AddDeal("Deal", ann_);
  const Status hidden = PatchAs(bob_, deal, "name", "x");
  Batch none = world_.NewBatch();
  none.Set(Id(deal.value() + 1000), "name", "x");
  const Status absent = world_.TryApply(none);
  EXPECT_EQ(GetReason(hidden), Reason::kRecordMissing);
  EXPECT_EQ(GetReason(absent), Reason::kRecordMissing);
  EXPECT_EQ(MessageOf(hidden), MessageOf(absent));
  EXPECT_EQ(GetReason(ApplyAs(bob_, [&](Batch& batch) { batch.Delete(deal); })), Reason::kRecordMissing);
  EXPECT_EQ(GetErrorInfo(ApplyAs(bob_, [&](Batch& batch) { batch.RequireVersion(deal, 1); })).value, "0");
  // References to it, too.
  EXPECT_EQ(GetReason(ApplyAs(bob_,
                              [&](Batch& batch) {
                                const Id task = batch.Create("task");
                                batch.Set(task, "subject", "Call");
                                batch.Set(task, "regarding", deal);
                              })),
            Reason::kReferenceMissing);
}

TEST_F(AccessTest, ErrorsNameNoHiddenRecord) {
  Batch batch = world_.NewBatch();
  const Id local = batch.Create("account", ExternalRef{"erp", "7"});
  batch.Set(local, "name", "Hidden Ltd");
  batch.Set(local, "unit", int64_t{4});
  const Id account = world_.Apply(batch).at(local.local_index());
  const Id product = Add("product", {{"sku", "A-1"}, {"owner", fay_}});
  SetPolicy(R"({"types": {"account": {"read": ["unit"]}, "product": {"read": ["owner"]}, "opportunity": {"read": ["owner"]}}})");
  const auto expect_unnamed = [&](const Status& status, Reason reason, Id hidden) {
    EXPECT_EQ(GetReason(status), reason) << status;
    EXPECT_EQ(GetErrorInfo(status).record, GetErrorInfo(status).record == hidden ? Id() : GetErrorInfo(status).record);
    EXPECT_EQ(status.ToString().find(std::to_string(hidden.value())), std::string::npos) << status;
  };
  expect_unnamed(ApplyAs(ann_,
                         [&](Batch& b) {
                           const Id id = b.Create("product");
                           b.Set(id, "name", "Mine");
                           b.Set(id, "sku", "A-1");
                         }),
                 Reason::kUnique, product);
  for (const auto& define : {&Batch::Upsert, &Batch::CreateIfAbsent}) {
    expect_unnamed(ApplyAs(ann_,
                           [&](Batch& b) {
                             const Id id = (b.*define)("account", ExternalRef{"erp", "7"});
                             b.Set(id, "name", "Taken");
                           }),
                   Reason::kExternalRefTaken, account);
  }
  EXPECT_EQ(GetReason(ApplyAs(ann_,
                              [&](Batch& b) {
                                b.Set(b.Existing("account", ExternalRef{"erp", "7"}), "name", "x");
                              })),
            Reason::kRecordMissing);
  expect_unnamed(ApplyAs(ann_,
                         [&](Batch& b) {
                           b.RequireAbsent("account", ExternalRef{"erp", "7"});
                         }),
                 Reason::kPreconditionFailed, account);
  EXPECT_TRUE(IsNotFound(world_.Read({.id = ann_})->Find("account", ExternalRef{"erp", "7"}).status()));
  // A delete that is held up by something hidden.
  const Id own = Add("account", {{"unit", int64_t{3}}});
  const Id other = Add("opportunity", {{"owner", fay_}, {"account", own}});
  expect_unnamed(ApplyAs(ann_, [&](Batch& b) { b.Delete(own); }), Reason::kStillReferenced, other);
}

// Whoever may not be seen looks like one who never was, whatever is asked to refer to them, in a dry run too. // B20
TEST_F(AccessTest, AHiddenOwnerLooksLikeNobody) {
  const Id account = Add("account", {{"name", Value("Mine")}, {"owner", ann_}});
  const Id theirs = Add("account", {{"name", Value("Theirs")}, {"owner", fay_}});
  SetPolicy(R"({"types": {"employee": {"read": ["role:nobody"]}, "account": {"read": ["everyone"], "write": ["everyone"]}}})");
  ASSERT_TRUE(IsNotFound(world_.Read({.id = ann_})->Get(fay_).status()));
  const Id nobody = Id::Of(fay_.type(), 0, 4'000'000);
  ApplyOptions as_ann{.dry_run = true};
  as_ann.viewer.id = ann_;
  const auto try_as_ann = [&](Id record, std::string_view field, Id value) {
    Batch batch = world_.NewBatch();
    batch.Set(record, field, value);
    return world_.db().Apply(batch, as_ann).status();
  };
  const Status hidden = try_as_ann(account, "owner", fay_);
  const Status missing = try_as_ann(account, "owner", nobody);
  EXPECT_EQ(GetReason(hidden), Reason::kReferenceMissing) << hidden;
  const auto without_value = [](const Status& status) {
    const ErrorInfo info = GetErrorInfo(status);
    return std::make_tuple(MessageOf(status), info.reason, info.type, info.record, info.field, info.hint, info.change);
  };
  EXPECT_EQ(without_value(hidden), without_value(missing));
  EXPECT_EQ(GetErrorInfo(hidden).value, std::to_string(fay_.value()));
  EXPECT_TRUE(try_as_ann(account, "owner", ann_).ok()) << "whom one does not see is not oneself";
  EXPECT_TRUE(try_as_ann(theirs, "owner", fay_).ok()) << "what it says is kept";
  EXPECT_TRUE(try_as_ann(theirs, "owner", ann_).ok());
}

TEST_F(AccessTest, ADealThatIsRestoredGetsTheOwnerGivenWithIt) {
  const Id deal = AddDeal("Deal", ann_);
  for (const bool owner_is_gone : {false, true}) {
    Batch gone = world_.NewBatch();
    gone.Delete(deal);
    if (owner_is_gone) gone.Delete(bob_);
    world_.Apply(gone);
    const Id next = owner_is_gone ? ann_ : bob_;
    Batch batch = world_.NewBatch();
    batch.Restore(deal);
    batch.Set(deal, "owner", next);
    world_.Apply(batch);
    EXPECT_EQ(world_.Read()->Get(deal)->header().owner, next.value());
  }
}

TEST_F(AccessTest, RightsToDeleteCreateAndRestore) {
  SetPolicy(kPolicy);
  const Id deal = AddDeal("Deal", ann_);
  EXPECT_EQ(GetReason(ApplyAs(ann_, [&](Batch& batch) { batch.Delete(deal); })), Reason::kNotAllowed);
  ApplyOptions as_admin;
  as_admin.viewer = {.id = ann_, .units = {}, .roles = {"admin"}};
  Batch batch = world_.NewBatch();
  batch.Delete(deal);
  EXPECT_TRUE(world_.db().Apply(batch, as_admin).ok());
  EXPECT_EQ(GetReason(ApplyAs(ann_, [&](Batch& b) { b.Restore(deal); })), Reason::kNotAllowed);
  EXPECT_EQ(GetReason(ApplyAs(bob_, [&](Batch& b) { b.Restore(deal); })), Reason::kRecordMissing);
  const auto create = [](Batch& b) { b.Set(b.Create("account"), "name", "New"); };
  EXPECT_TRUE(ApplyAs(ann_, create).ok());
  EXPECT_EQ(GetReason(ApplyAs(bob_, create)), Reason::kNotAllowed);
  const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = bob_});
  EXPECT_FALSE(snapshot->MayCreate(*snapshot->catalog().FindType("account")));
}

TEST_F(AccessTest, ARefusedBatchChangesNothing) {
  SetPolicy(kPolicy);
  const Id mine = AddDeal("Mine", bob_);
  const Id theirs = AddDeal("Theirs", ann_);
  const uint64_t before = world_.Read()->sequence();
  EXPECT_FALSE(ApplyAs(bob_, [&](Batch& batch) {
                 batch.Set(mine, "name", "Changed");
                 batch.Set(theirs, "name", "Changed");
               }).ok());
  EXPECT_EQ(world_.Read()->sequence(), before);
  // Nobody gives himself a record by the batch that changes it.
  EXPECT_FALSE(ApplyAs(bob_, [&](Batch& batch) { batch.Set(theirs, "owner", bob_); }).ok());
}

TEST_F(AccessTest, MayTellsWhatAnInterfaceShouldOffer) {
  SetPolicy(kPolicy);
  const Id deal = AddDeal("Deal", ann_);
  const std::unique_ptr<Snapshot> fay = world_.Read({.id = fay_});
  EXPECT_TRUE(*fay->May(catalog::Right::kRead, deal));
  EXPECT_FALSE(*fay->May(catalog::Right::kWrite, deal));
  EXPECT_FALSE(*fay->May(catalog::Right::kDelete, deal));
  EXPECT_TRUE(*world_.Read({.id = ann_})->May(catalog::Right::kWrite, deal));
  EXPECT_TRUE(IsNotFound(world_.Read({.id = bob_})->May(catalog::Right::kRead, deal).status()));
  EXPECT_TRUE(*world_.Read()->May(catalog::Right::kDelete, deal));
  EXPECT_EQ(GetReason(fay->May(catalog::Right::kCreate, deal).status()), Reason::kBadOptions);
}

// B20: who may not read a deal learns nothing of it by its moves and lines, which the policy does not name.
TEST_F(AccessTest, PartsAreReadWithTheirRecord) {
  SetPolicy(R"({"types": {"opportunity": {"read": ["reports"]}}})");
  const uint64_t start = world_.Read()->sequence();
  const Id deal = Add("opportunity", {{"name", "Deal"}, {"owner", ann_}, {"amount", Yuan(500)}});
  const Id move = world_.MoveTo(deal, "sales/talk");
  const Id note = Add("note", {{"regarding", deal}, {"body", "they pay 500"}});
  const Id account = Add("account", {{"owner", ann_}});
  const Id open = Add("note", {{"regarding", account}, {"body", "a house with a garden"}});
  const Id closed = Add("note", {{"regarding", deal}, {"body", "mine"}, {"owner", bob_}, {"visibility", "owner"}});
  const Id handed = Add("share", {{"record", move}, {"to", fay_}});
  EXPECT_EQ(Who(move), (std::vector<Id>{sam_, eve_, ann_, fay_}));
  world_.Delete(handed);
  EXPECT_EQ(Who(move), (std::vector<Id>{sam_, eve_, ann_}));
  EXPECT_EQ(Who(note), (std::vector<Id>{sam_, eve_, ann_}));
  EXPECT_EQ(Who(open).size(), 5u);
  EXPECT_EQ(Who(closed), (std::vector<Id>{bob_}));  // what is private, the deal opens to nobody
  EXPECT_TRUE(Ask(bob_, R"({"from": "move", "select": ["record", "amount"]})").empty());
  EXPECT_FALSE(Ask(eve_, R"({"from": "move", "select": ["record", "amount"]})").empty());
  const std::unique_ptr<Snapshot> of_bob = world_.Read({.id = bob_});
  EXPECT_TRUE(IsNotFound(of_bob->History(move).status()));
  const auto changes = of_bob->Changes(start, 100);
  for (const FeedEntry& entry : changes->entries) EXPECT_NE(entry.record.type(), move.type());
  EXPECT_FALSE(PatchAs(bob_, move, "reason", "x").ok());
  EXPECT_TRUE(PatchAs(eve_, note, "body", "x").ok());
  // Its own rule holds instead, and without a rule of the deal there is nothing to keep.
  SetPolicy(R"({"types": {"opportunity": {"read": ["reports"]}, "move": {"read": ["everyone"]}}})");
  EXPECT_EQ(Who(move).size(), 5u);
  SetPolicy(R"({"types": {"opportunity": {"create": ["role:seller"]}}})");
  EXPECT_EQ(Who(move).size(), 5u);
}

// B20: moves have a copy of the deal's amount.
TEST_F(AccessTest, WhatIsMaskedOfADealIsMaskedOfItsMoves) {
  const Id deal = Add("opportunity", {{"name", "Deal"}, {"owner", ann_}, {"amount", Yuan(500)}});
  const Id move = world_.MoveTo(deal, "sales/talk");
  const auto amount = [&](Id viewer) {
    const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = viewer});
    return *GetField(*snapshot->catalog().FindType("move"), *snapshot->Get(move), "amount");
  };
  const std::string masks = R"({"types": {"opportunity": {"fields": {"amount": {"read": ["role:finance"]}}})";
  SetPolicy(masks + "}}");
  EXPECT_TRUE(amount(bob_).is_null());
  EXPECT_EQ(amount(fay_), Value(Yuan(500)));
  EXPECT_EQ(Who(move).size(), 5u);
  SetPolicy(masks + R"(, "move": {"follows": ["record"]}}})");
  EXPECT_TRUE(amount(bob_).is_null());
  SetPolicy(masks + R"(, "move": {"fields": {"amount": {}}}}})");
  EXPECT_EQ(amount(bob_), Value(Yuan(500)));
}

// B20: moves tell the stages of a deal, and what is masked of the deal is not told by them.
TEST_F(AccessTest, AMaskedStageIsNotToldByMoves) {
  const Id deal = Add("opportunity", {{"name", "Deal"}, {"owner", ann_}, {"amount", Yuan(500)}});
  const Id move = world_.MoveTo(deal, "sales/talk");
  const Id talk = world_.StageId("sales", "talk");
  const std::string masks = R"({"types": {"opportunity": {"fields": {"stage": {"read": ["role:finance"]}}})";
  SetPolicy(masks + "}}");
  const std::unique_ptr<Snapshot> of_bob = world_.Read({.id = bob_});
  const std::unique_ptr<Snapshot> of_fay = world_.Read({.id = fay_});
  const catalog::TypeDef& type = *of_bob->catalog().FindType("move");
  for (const std::string_view field : {"from", "to", "unmet"}) {
    EXPECT_TRUE(of_bob->IsMasked(type, *type.FindPosition(field))) << field;
    EXPECT_FALSE(of_fay->IsMasked(type, *type.FindPosition(field))) << field;
  }
  EXPECT_TRUE(GetField(type, *of_bob->Get(move), "to")->is_null());
  EXPECT_EQ(*GetField(type, *of_fay->Get(move), "to"), Value(talk));
  EXPECT_EQ(*GetField(type, *of_bob->Get(move), "record"), Value(deal));
  const StatusOr<std::vector<MoveRecord>> moves = GetMoves(*of_bob, deal);
  ASSERT_TRUE(moves.ok()) << moves.status();
  for (const MoveRecord& told : *moves) EXPECT_TRUE(told.from.is_null() && told.to.is_null());
  const StatusOr<Guide> guide = GetGuide(*of_bob, deal);
  ASSERT_TRUE(guide.ok()) << guide.status();
  for (const Track& track : guide->tracks) EXPECT_TRUE(track.stage.is_null() && track.asked.empty() && track.next.empty());
  const Id pipeline = GetPipeline(*of_fay, "sales")->id;
  EXPECT_EQ(GetReason(ReadTables(*of_bob, pipeline).status()), Reason::kNotVisible);
  EXPECT_EQ(GetReason(ReadPaths(*of_bob, pipeline).status()), Reason::kNotVisible);
  EXPECT_EQ(ReadTables(*of_fay, pipeline)->open.size(), 1U);
  EXPECT_FALSE(Ask(fay_, R"({"from": "move", "where": "to != null", "select": ["record"]})").empty());
  EXPECT_TRUE(Ask(bob_, R"({"from": "move", "where": "to != null", "select": ["record"]})").empty());
  // Who may not read a stage moves nothing, unless that is said.
  const auto move_as = [&](Id viewer) { return GetReason(ApplyAs(viewer, [&](Batch& batch) { Move(batch, deal, "sales/talk"); })); };
  EXPECT_EQ(move_as(bob_), Reason::kNotAllowed);
  EXPECT_EQ(move_as(fay_), Reason::kNone);
  SetPolicy(R"({"types": {"opportunity": {"fields": {"stage": {"read": ["role:finance"], "write": ["role:seller"]}}}}})");
  EXPECT_EQ(move_as(bob_), Reason::kNotAllowed);
  EXPECT_EQ(move_as(ann_), Reason::kNone);
  SetPolicy(masks + R"(, "move": {"fields": {"to": {}}}}})");
  EXPECT_EQ(*GetField(type, *world_.Read({.id = bob_})->Get(move), "to"), Value(talk));
}

TEST_F(AccessTest, ThePolicyIsHistoryToo) {
  EXPECT_TRUE(world_.db().SetPolicy(kPolicy, {}, /*dry_run=*/true)->changes.size() == 1);
  EXPECT_FALSE(world_.Read()->catalog().policy().is_set());
  SetPolicy(kPolicy);
  EXPECT_TRUE(world_.db().SetPolicy(kPolicy)->changes.empty());
  const Id deal = AddDeal("Deal", ann_);
  EXPECT_FALSE(Sees(bob_, deal));
  SetPolicy("{}");
  EXPECT_FALSE(world_.Read()->catalog().policy().is_set());
  EXPECT_TRUE(Sees(bob_, deal));
  SetPolicy(kPolicy);
  EXPECT_FALSE(Sees(bob_, deal));
  world_.Verify();
}

TEST_F(AccessTest, APolicyThatDoesNotHoldIsRefusedWithItsPath) {
  const auto refuse = [&](std::string_view policy) { return GetErrorInfo(world_.db().SetPolicy(policy).status()); };
  EXPECT_EQ(refuse(R"({"types": {"opportunitee": {}}})").reason, Reason::kUnknownType);
  EXPECT_EQ(refuse(R"({"types": {"opportunity": {"read": ["boss"]}}})").field, "types.opportunity.read[0]");
  EXPECT_EQ(refuse(R"({"types": {"opportunity": {"fields": {"bugdet": {}}}}})").reason, Reason::kUnknownField);
  EXPECT_EQ(refuse(R"({"types": {"opportunity": {"fields": {"budget": {"read": ["owner"]}}}}})").reason, Reason::kPackageMalformed);
  EXPECT_EQ(refuse(R"({"types": {"opportunity": {"create": ["reports"]}}})").field, "types.opportunity.create[0]");
  EXPECT_EQ(refuse(R"({"types": {"move": {"follows": ["at"]}}})").field, "types.move.follows[0]");
  EXPECT_EQ(refuse(R"({"types": {"*": {"follows": ["record"]}}})").reason, Reason::kPackageMalformed);
  EXPECT_EQ(refuse(R"({"roles": {}})").field, "roles");
}

// A list page is answered by the index alone when it covers what access is judged by.
TEST_F(AccessTest, AnIndexThatCoversTheHeaderJudgesAlike) {
  const catalog::PackageSource more{R"({"package": "test.more", "version": "1.0.0", "needs": ["kith.crm"],
      "extend": [{"type": "opportunity", "indexes": [
        {"name": "test_plain", "fields": ["name"], "cover": ["grade"]},
        {"name": "test_judged", "fields": ["name"], "cover": ["grade", "owner", "unit", "visibility"]}]}]})",
                                    {}};
  ASSERT_TRUE(world_.db().Ensure(std::span(&more, 1)).ok());
  SetPolicy(R"({"types": {"opportunity": {"read": ["reports", "unit"]}}})");
  for (int i = 0; i < 60; ++i) {
    Add("opportunity", {{"name", "Deal " + std::to_string(i)},
                        {"owner", i % 3 == 0   ? ann_
                                  : i % 3 == 1 ? bob_
                                               : fay_},
                        {"unit", int64_t{i % 5}},
                        {"visibility", i % 7 == 0   ? "owner"
                                       : i % 2 == 0 ? "unit"
                                                    : "everyone"}});
  }
  for (const Id viewer : {sam_, eve_, ann_, bob_, fay_}) {
    const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = viewer});
    std::vector<std::vector<Id>> seen;
    for (const std::string_view index : {"test_plain", "test_judged"}) {
      seen.emplace_back();
      const auto cursor = *snapshot->ScanIndex("opportunity", index, {});
      while (cursor->Next()) seen.back().push_back(cursor->id());
    }
    EXPECT_EQ(seen[0], seen[1]);
    EXPECT_FALSE(seen[0].empty());
    EXPECT_LT(seen[0].size(), 60u);
  }
}

// --- random companies against a plain reading of the policy

class Oracle {
 public:
  struct Deal {
    Id id;
    size_t owner = 0;
    int64_t unit = 0;
    int visibility = 0;
  };
  std::vector<Id> people;
  std::vector<int> manager;                    // by person, -1: none
  std::vector<int64_t> unit;                   // by person
  std::vector<bool> auditor;                   // by person
  std::set<std::pair<size_t, size_t>> shares;  // deal, person
  std::vector<Deal> deals;

  [[nodiscard]] bool ReportsTo(size_t person, size_t boss) const {
    for (int at = manager[person], steps = 0; at >= 0 && steps < 100; at = manager[static_cast<size_t>(at)], ++steps) {
      if (static_cast<size_t>(at) == boss) return true;
    }
    return false;
  }
  [[nodiscard]] bool Sees(size_t viewer, size_t deal) const {
    const Deal& d = deals[deal];
    if (d.owner == viewer || auditor[viewer] || shares.count({deal, viewer}) > 0) return true;
    if (d.visibility == 2) return false;
    return unit[viewer] == d.unit || ReportsTo(d.owner, viewer);
  }
};

TEST_F(AccessTest, RandomCompaniesAgreeWithAPlainReading) {
  Random random(TestSeed(20261126));
  SetPolicy(R"({"types": {"opportunity": {"read": ["reports", "unit", "role:auditor"]}}})");
  Oracle oracle;
  Batch batch = world_.NewBatch();
  std::vector<Id> teams;
  for (int64_t i = 0; i < 4; ++i) teams.push_back(AddTeam(batch, "T", {}, 100 + i));
  std::vector<Id> people;
  for (size_t i = 0; i < 12; ++i) {
    const size_t team = random.Below(4);
    const int manager = i == 0 || random.OneIn(4) ? -1 : static_cast<int>(random.Below(i));
    people.push_back(AddPerson(batch, "P", teams[team], manager < 0 ? Id() : people[static_cast<size_t>(manager)]));
    const bool auditor = random.OneIn(8);
    if (auditor) batch.Set(people.back(), "access_roles", TextList{"auditor"});
    oracle.manager.push_back(manager);
    oracle.unit.push_back(100 + static_cast<int64_t>(team));
    oracle.auditor.push_back(auditor);
  }
  std::vector<Id> ids = world_.Apply(batch);
  for (const Id person : people) oracle.people.push_back(ids.at(person.local_index()));
  for (int round = 0; round < 60; ++round) {
    Oracle::Deal deal;
    deal.owner = random.Below(12);
    deal.unit = 99 + static_cast<int64_t>(random.Below(6));
    deal.visibility = random.OneIn(5) ? 2 : 0;
    deal.id = Add("opportunity", {{"owner", oracle.people[deal.owner]}, {"unit", deal.unit}, {"visibility", int64_t{deal.visibility}}});
    oracle.deals.push_back(deal);
    if (random.OneIn(3)) {
      const size_t shared = random.Below(oracle.deals.size());
      const size_t person = random.Below(12);
      if (oracle.shares.insert({shared, person}).second) {
        Add("share", {{"record", oracle.deals[shared].id}, {"to", oracle.people[person]}});
      }
    }
    if (random.OneIn(4)) {  // somebody gets another manager, further up in the list so that there is no circle
      const size_t person = 1 + random.Below(11);
      const size_t boss = random.Below(person);
      oracle.manager[person] = static_cast<int>(boss);
      world_.Set(oracle.people[person], "manager", oracle.people[boss]);
    }
    const size_t viewer = random.Below(12);
    const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = oracle.people[viewer]});
    std::vector<Id> expected;
    for (size_t i = 0; i < oracle.deals.size(); ++i) {
      if (oracle.Sees(viewer, i)) expected.push_back(oracle.deals[i].id);
    }
    std::vector<Id> seen;
    const auto cursor = *snapshot->Scan("opportunity");
    while (cursor->Next()) seen.push_back(cursor->id());
    ASSERT_EQ(seen, expected) << "round " << round << ", viewer " << viewer;
  }
}

}  // namespace
}  // namespace kith::model
