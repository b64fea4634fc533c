#include "kith/engine/snapshot.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "kith/base/limits.h"
#include "support/company.h"

namespace kith {
namespace {

using testing::CompanyDatabase;
using testing::FieldOf;
using testing::Yuan;

std::vector<Id> IdsOf(RecordCursor& cursor) {
  std::vector<Id> ids;
  while (cursor.Next()) ids.push_back(cursor.id());
  EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  return ids;
}

TEST(SnapshotTest, GivesWhatWasWritten) {
  CompanyDatabase db;
  const Id id = db.AddCompany("Acme 律所", [](Batch& batch, Id company) {
    batch.Set(company, "code", "A-1");
    batch.Set(company, "revenue", Yuan(1250000));
    batch.SetChoices(company, "regions", {"south", "north"});
    batch.Set(company, "tags", TextList{"old", "big"});
  });
  const auto snapshot = db.Read();
  const StatusOr<record::View> record = snapshot->Get(id);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(FieldOf(*snapshot, *record, "name"), Value("Acme 律所"));
  EXPECT_EQ(FieldOf(*snapshot, *record, "revenue"), Value(Yuan(1250000)));
  EXPECT_EQ(FieldOf(*snapshot, *record, "regions"), Value(ChoiceSet{{1}, {2}}));
  EXPECT_EQ(FieldOf(*snapshot, *record, "tags"), Value(TextList{"old", "big"}));
  EXPECT_EQ(FieldOf(*snapshot, *record, "size"), Value());
  EXPECT_EQ(FieldOf(*snapshot, *record, "id"), Value(id));
  EXPECT_EQ(FieldOf(*snapshot, *record, "version"), Value(static_cast<int64_t>(snapshot->sequence())));
  EXPECT_EQ(FieldOf(*snapshot, *record, "owner"), Value());
  const catalog::TypeDef* type = snapshot->catalog().FindType("company");
  EXPECT_EQ(GetReason(GetField(*type, *record, "nmae").status()), Reason::kUnknownField);
}

TEST(SnapshotTest, AbsentRecordsAreABareStatus) {
  CompanyDatabase db;
  const Id id = db.AddCompany("Acme");
  const auto snapshot = db.Read();
  for (const Id absent : {Id(), Id::Local(0), Id(1), Id(~uint64_t{0} >> 12), Id::Of(id.type(), 0, id.sequence() + 1), Id::Of(4000, 0, 1)}) {
    const Status status = snapshot->Get(absent).status();
    EXPECT_EQ(status.code(), StatusCode::kNotFound) << absent.value();
    EXPECT_TRUE(status.message().empty());
  }
}

TEST(SnapshotTest, GetManyKeepsPlacesOfAbsentOnes) {
  CompanyDatabase db;
  const Id a = db.AddCompany("A");
  const Id b = db.AddCompany("B");
  const auto snapshot = db.Read();
  const std::vector<Id> ids{b, Id(77), a, b};
  std::vector<record::View> views(4, *snapshot->Get(a));
  ASSERT_TRUE(snapshot->GetMany(ids, views).ok());
  EXPECT_EQ(views[0].id(), b);
  EXPECT_TRUE(views[1].is_null());
  EXPECT_EQ(views[2].id(), a);
  EXPECT_EQ(views[3].id(), b);
  EXPECT_EQ(GetReason(snapshot->GetMany(ids, std::span(views).first(3))), Reason::kBadOptions);
}

TEST(SnapshotTest, FindsByExternalReference) {
  CompanyDatabase db;
  Batch batch = db.NewBatch();
  const Id local = batch.Create("company", {"app.clients", "8841"});
  batch.Set(local, "name", "Acme");
  batch.Link(local, {"erp", "K-9"});
  const Id id = db.Apply(batch).ids[0];
  const auto snapshot = db.Read();
  EXPECT_EQ(snapshot->Find("company", ExternalRef{"app.clients", "8841"}).value(), id);
  EXPECT_EQ(snapshot->Find("company", Ref("erp", "K-9")).value(), id);
  EXPECT_EQ(snapshot->Find("company", Ref(id)).value(), id);
  EXPECT_EQ(snapshot->Find("person", Ref(id)).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(snapshot->Find("person", Ref("erp", "K-9")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(snapshot->Find("company", Ref("erp", "K-")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(snapshot->Find("company", Ref("erp", std::string(limits::kExternalKeyBytes + 1, 'k'))).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(GetReason(snapshot->Find("compny", Ref(id)).status()), Reason::kUnknownType);
  EXPECT_EQ(snapshot->ExternalRefs(id), (std::vector<ExternalRef>{{"app.clients", "8841"}, {"erp", "K-9"}}));
  EXPECT_TRUE(snapshot->ExternalRefs(Id(5)).empty());
}

TEST(SnapshotTest, StandsStillUntilRenewed) {
  CompanyDatabase db;
  const Id id = db.AddCompany("Before");
  const auto snapshot = db.Read();
  const uint64_t sequence = snapshot->sequence();
  const record::View before = *snapshot->Get(id);
  db.Set(id, "name", "After");
  const Id later = db.AddCompany("Later");
  EXPECT_EQ(FieldOf(*snapshot, before, "name"), Value("Before"));
  EXPECT_EQ(FieldOf(*snapshot, *snapshot->Get(id), "name"), Value("Before"));
  EXPECT_FALSE(snapshot->Get(later).ok());
  EXPECT_EQ(snapshot->sequence(), sequence);
  ASSERT_TRUE(snapshot->Renew().ok());
  EXPECT_EQ(FieldOf(*snapshot, *snapshot->Get(id), "name"), Value("After"));
  EXPECT_TRUE(snapshot->Get(later).ok());
  EXPECT_EQ(snapshot->sequence(), sequence + 2);
  EXPECT_EQ(snapshot->recorded(), db.clock.now());
}

TEST(SnapshotTest, KeepsItsDatabaseOpen) {
  CompanyDatabase db;
  const Id id = db.AddCompany("Acme");
  const auto snapshot = db.Read();
  db.Close();
  EXPECT_EQ(FieldOf(*snapshot, *snapshot->Get(id), "name"), Value("Acme"));
}

TEST(SnapshotTest, ScansATypeInIdOrder) {
  CompanyDatabase db;
  std::vector<Id> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(db.AddCompany("C" + std::to_string(i)));
  Batch batch = db.NewBatch();
  batch.Set(batch.Create("person"), "name", "Not a company");
  db.Apply(batch);
  const auto snapshot = db.Read();
  EXPECT_EQ(IdsOf(**snapshot->Scan("company")), ids);
  EXPECT_EQ(IdsOf(**snapshot->Scan("company", ids[2])), (std::vector<Id>{ids[3], ids[4]}));
  EXPECT_TRUE(IdsOf(**snapshot->Scan("company", ids[4])).empty());
  EXPECT_TRUE(IdsOf(**snapshot->Scan("note")).empty());
  // Ids of other types, above and below, are clamped to this one.
  EXPECT_EQ(IdsOf(**snapshot->Scan("company", Id(1))), ids);
  EXPECT_TRUE(IdsOf(**snapshot->Scan("company", Id::Of(4000, 0, 1))).empty());
  EXPECT_EQ(GetReason(snapshot->Scan("compny").status()), Reason::kUnknownType);
}

// A derivation that counts companies by sector.
class CompanyCount : public Derivation {
 public:
  [[nodiscard]] std::string_view name() const override { return "test.count"; }
  [[nodiscard]] uint32_t version() const override { return 1; }
  [[nodiscard]] std::string_view prefix() const override { return "tc"; }
  [[nodiscard]] Status Derive(const std::vector<RecordChange>& changes, DerivationContext& context) const override {
    for (const RecordChange& change : changes) {
      if (change.type->name != "company") continue;
      KITH_RETURN_IF_ERROR(Add(change.before, -1, context));
      KITH_RETURN_IF_ERROR(Add(change.after, +1, context));
    }
    return {};
  }
  [[nodiscard]] StatusOr<std::map<std::string, std::string>> Recompute(const Snapshot& snapshot) const override {
    std::map<std::string, std::string> rows;
    KITH_ASSIGN_OR_RETURN(const auto cursor, snapshot.Scan("company"));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
      std::string& row = rows[Key(FieldOf(snapshot, record, "sector"))];
      row = std::to_string((row.empty() ? 0 : std::stoi(row)) + 1);
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    return rows;
  }

 private:
  static std::string Key(const Value& sector) {
    const auto* choice = sector.get_if<Choice>();
    return "tc/" + std::to_string(choice == nullptr ? 0 : choice->number);
  }
  static Status Add(record::View record, int by, DerivationContext& context) {
    if (record.is_null()) return {};
    const catalog::TypeDef* type = context.catalog().FindType("company");
    const std::string key = Key(record.Get(type->FindField("sector")->position));
    const StatusOr<std::string_view> row = context.Aggregate(key);
    const int count = (row.ok() ? std::stoi(std::string(*row)) : 0) + by;
    if (count == 0) {
      context.DeleteAggregate(key);
    } else {
      context.PutAggregate(key, std::to_string(count));
    }
    return {};
  }
};

TEST(SnapshotTest, AggregatesComeBackAsTheyWerePut) {
  const CompanyCount count;
  CompanyDatabase db(Extensions{.rules = {}, .derivations = {&count}});
  db.AddCompany("A", [](Batch& batch, Id id) { batch.SetChoice(id, "sector", "law"); });
  const Id b = db.AddCompany("B", [](Batch& batch, Id id) { batch.SetChoice(id, "sector", "law"); });
  db.AddCompany("C");
  const auto snapshot = db.Read();
  EXPECT_EQ(snapshot->Aggregate("tc/1").value(), "2");
  EXPECT_EQ(snapshot->Aggregate("tc/2").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(snapshot->Aggregate("").status().code(), StatusCode::kNotFound);
  std::string seen;
  ASSERT_TRUE(snapshot
                  ->ScanAggregates("tc/",
                                   [&](std::string_view key, std::string_view value) {
                                     seen.append(key).append("=").append(value).append(" ");
                                     return true;
                                   })
                  .ok());
  EXPECT_EQ(seen, "tc/0=1 tc/1=2 ");
  db.Delete(b);
  EXPECT_EQ(db.Read()->Aggregate("tc/1").value(), "1");
  EXPECT_TRUE(db.Problems().empty());
}

TEST(SnapshotTest, CheckpointIsStoredWithItsBatch) {
  CompanyDatabase db;
  EXPECT_FALSE(db.Read()->Checkpoint("outbox").value().has_value());
  Batch batch = db.NewBatch();
  batch.Set(batch.Create("company"), "name", "Acme");
  ASSERT_TRUE(db->Apply(batch, {.checkpoint = "outbox", .checkpoint_value = std::string("17\0", 3)}).ok());
  EXPECT_EQ(db.Read()->Checkpoint("outbox").value(), std::string("17\0", 3));
  EXPECT_FALSE(db.Read()->Checkpoint("outbo").value().has_value());
}

TEST(SnapshotTest, SeesTheCatalogOfItsOwnTime) {
  CompanyDatabase db;
  const auto before = db.Read();
  constexpr std::string_view kMore = R"({"package": "test.more", "version": "1.0.0",
      "types": [{"name": "plant", "fields": [{"name": "name", "kind": "text"}]}]})";
  const catalog::PackageSource source{.definition = std::string(kMore), .numbers = {}};
  ASSERT_TRUE(db->Ensure({&source, 1}).ok());
  const auto after = db.Read();
  EXPECT_EQ(before->catalog().FindType("plant"), nullptr);
  EXPECT_NE(after->catalog().FindType("plant"), nullptr);
  EXPECT_EQ(GetReason(before->Scan("plant").status()), Reason::kUnknownType);
  EXPECT_TRUE(after->Scan("plant").ok());
  ASSERT_TRUE(before->Renew().ok());
  EXPECT_TRUE(before->Scan("plant").ok());
}

// Views of a snapshot are copies of their own, so that a sanitizer sees a use after the snapshot has gone.
TEST(SnapshotTest, DebugViewsAreCopies) {
  CompanyDatabase db;
  const Id id = db.AddCompany("Acme", [](Batch& batch, Id company) { batch.Set(company, "size", 7); });
  ASSERT_EQ(setenv("KITH_DEBUG_VIEWS", "1", 1), 0);
  const auto debug = db.Read();
  unsetenv("KITH_DEBUG_VIEWS");
  const auto plain = db.Read();
  EXPECT_EQ(plain->Get(id)->bytes().data(), plain->Get(id)->bytes().data());
  const record::View first = *debug->Get(id);
  const record::View second = *debug->Get(id);
  EXPECT_NE(first.bytes().data(), second.bytes().data());
  EXPECT_EQ(first.bytes(), plain->Get(id)->bytes());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first.bytes().data()) % 8, 0u);
  const auto cursor = *debug->ScanIndex("company", "by_name", {});
  ASSERT_TRUE(cursor->Next());
  EXPECT_EQ(cursor->record()->bytes(), first.bytes());
  EXPECT_NE(cursor->record()->bytes().data(), first.bytes().data());
}

// --- who sees what

class ViewerTest : public ::testing::Test {
 protected:
  static constexpr uint32_t kUnit = 5;

  ViewerTest() : me_(db_.AddCompany("Me")), other_(db_.AddCompany("Other")) {
    open_ = Add("open", 0, Id(), 0);
    unit_ = Add("unit", 1, other_, kUnit);
    other_unit_ = Add("other_unit", 1, other_, kUnit + 1);
    mine_ = Add("mine", 2, me_, 0);
    theirs_ = Add("theirs", 2, other_, kUnit);
  }

  Id Add(std::string_view name, int visibility, Id owner, int64_t unit) {
    Batch batch = db_.NewBatch();
    const Id local = batch.Create("company", {"t", std::string(name)});
    batch.Set(local, "name", name);
    batch.Set(local, "code", name);
    batch.Set(local, "size", 1);
    batch.Set(local, "visibility", int64_t{visibility});
    if (!owner.is_null()) batch.Set(local, "owner", owner);
    if (unit != 0) batch.Set(local, "unit", unit);
    return db_.Apply(batch).ids[0];
  }
  [[nodiscard]] Viewer Me() const { return {.id = me_, .units = {3, kUnit}}; }
  [[nodiscard]] std::vector<Id> Visible() const { return {open_, unit_, mine_}; }
  [[nodiscard]] std::vector<Id> Hidden() const { return {other_unit_, theirs_}; }

  CompanyDatabase db_;
  Id me_, other_, open_, unit_, other_unit_, mine_, theirs_;
};

TEST_F(ViewerTest, HiddenRecordsAreAsIfTheyDidNotExist) {
  const auto snapshot = db_.Read(Me());
  for (const Id id : Visible()) {
    EXPECT_TRUE(snapshot->Get(id).ok());
    EXPECT_TRUE(snapshot->Find("company", Ref(id)).ok());
    EXPECT_TRUE(snapshot->History(id).ok());
    EXPECT_TRUE(snapshot->GetAsOf(id, {}).ok());
    EXPECT_EQ(snapshot->ExternalRefs(id).size(), 1u);
  }
  for (const Id id : Hidden()) {
    EXPECT_EQ(snapshot->Get(id).status().code(), StatusCode::kNotFound);
    EXPECT_EQ(snapshot->Find("company", Ref(id)).status().code(), StatusCode::kNotFound);
    EXPECT_EQ(snapshot->History(id).status().code(), StatusCode::kNotFound);
    EXPECT_EQ(snapshot->GetAsOf(id, {}).status().code(), StatusCode::kNotFound);
    EXPECT_TRUE(snapshot->ExternalRefs(id).empty());
    EXPECT_FALSE(snapshot->Entry(id, db_.Read()->Get(id)->header().version).ok());
    EXPECT_TRUE(db_.Read()->Entry(id, db_.Read()->Get(id)->header().version).ok());
  }
  EXPECT_EQ(snapshot->Find("company", Ref("t", "theirs")).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(snapshot->Find("company", Ref("t", "mine")).ok());
  std::vector<record::View> views(2);
  ASSERT_TRUE(snapshot->GetMany(std::vector<Id>{theirs_, mine_}, views).ok());
  EXPECT_TRUE(views[0].is_null());
  EXPECT_EQ(views[1].id(), mine_);
}

TEST_F(ViewerTest, CursorsSkipWhatIsHidden) {
  const auto snapshot = db_.Read(Me());
  EXPECT_EQ(IdsOf(**snapshot->Scan("company", other_)), Visible());
  EXPECT_EQ(IdsOf(**snapshot->ScanIndex("company", "by_size", {.equal = {Value(1)}})), (std::vector<Id>{mine_, open_, unit_}));
  EXPECT_EQ(IdsOf(**snapshot->ScanIndex("company", "by_size", {.equal = {Value(1)}, .reverse = true})),
            (std::vector<Id>{unit_, open_, mine_}));
  EXPECT_EQ(IdsOf(**db_.Read()->ScanIndex("company", "by_size", {.equal = {Value(1)}})).size(), 5u);
}

TEST_F(ViewerTest, FeedLeavesOutWhatIsHiddenAndSaysHowFarItLooked) {
  const uint64_t start = db_.Read()->sequence();
  db_.Set(theirs_, "size", 2);
  db_.Set(mine_, "size", 2);
  db_.Set(theirs_, "size", 3);
  const Snapshot::Feed feed = db_.Read(Me())->Changes(start, 100).value();
  ASSERT_EQ(feed.entries.size(), 1u);
  EXPECT_EQ(feed.entries[0].record, mine_);
  EXPECT_EQ(feed.scanned, start + 3);
}

// The header that a deleted record had last decides.
TEST_F(ViewerTest, TombstonesAreShownToThoseWhoSawTheRecord) {
  const uint64_t start = db_.Read()->sequence();
  db_.Delete(theirs_);
  db_.Delete(mine_);
  db_.Delete(open_);
  const auto snapshot = db_.Read(Me());
  const Snapshot::Feed feed = snapshot->Changes(start, 100).value();
  ASSERT_EQ(feed.entries.size(), 2u);
  EXPECT_EQ(feed.entries[0].record, mine_);
  EXPECT_EQ(feed.entries[0].operation, Operation::kDelete);
  EXPECT_EQ(feed.entries[1].record, open_);
  EXPECT_TRUE(snapshot->History(mine_).ok());
  EXPECT_FALSE(snapshot->History(theirs_).ok());
}

// Whoever may see what a record is may see what it was; whoever may no longer see it has no past of it either.
TEST_F(ViewerTest, ThePastIsForThoseWhoSeeThePresent) {
  const Time then = db_.clock.now();
  db_.Set(mine_, "owner", other_);
  const auto snapshot = db_.Read(Me());
  EXPECT_FALSE(snapshot->GetAsOf(mine_, {}).ok());
  EXPECT_FALSE(snapshot->GetAsOf(mine_, {.effective = then, .recorded = then}).ok());
  db_.Set(theirs_, "owner", me_);
  EXPECT_TRUE(db_.Read(Me())->GetAsOf(theirs_, {.effective = then, .recorded = then}).ok());
}

}  // namespace
}  // namespace kith
