// Records of another database, ids and past included.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kith/engine/json.h"
#include "support/company.h"

namespace kith {
namespace {

using testing::CompanyDatabase;
using ::testing::ElementsAre;
using testing::FieldOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What a snapshot says of a record, in the form that Load takes.
LoadedRecord Taken(const Snapshot& snapshot, Id id) {
  LoadedRecord loaded;
  loaded.header.id = id.value();
  loaded.history = *snapshot.History(id);
  const StatusOr<record::View> view = snapshot.Get(id);
  loaded.deleted = !view.ok();
  if (loaded.deleted) return loaded;
  loaded.header = view->header();
  for (size_t i = 0; i < view->layout().fields.size(); ++i) loaded.values.push_back(view->Get(i));
  loaded.external_refs = snapshot.ExternalRefs(id);
  return loaded;
}

class LoadTest : public ::testing::Test {
 protected:
  LoadTest() { target_.clock.Advance(1'000'000); }
  Status Load(const LoadedRecord& loaded) { return target_->Load(**target_->GetCatalog(), {&loaded, 1}); }

  CompanyDatabase source_;
  CompanyDatabase target_;
};

TEST_F(LoadTest, ARecordKeepsItsIdAndItsPast) {
  source_.AddCompany("left out");
  const Id id = source_.AddCompany("before", [](Batch& batch, Id local) {
    batch.Link(local, {"erp", "7"});
    batch.Set(local, "owner", Id::Of(64, 0, 1));
  });
  const Time first = source_.clock.now();
  source_.clock.Advance(100);
  source_.Set(id, "name", "after");
  source_.SetAt(id, "size", 5, Time{first.micros + 50});
  const LoadedRecord loaded = Taken(*source_.Read(), id);
  ASSERT_TRUE(Load(loaded).ok());

  const auto snapshot = target_.Read();
  EXPECT_EQ(*snapshot->Find("company", ExternalRef{"erp", "7"}), id);
  EXPECT_EQ(FieldOf(*snapshot, *snapshot->Get(id), "name"), Value("after"));
  const StatusOr<Record> past = snapshot->GetAsOf(id, {.effective = first});
  ASSERT_TRUE(past.ok());
  EXPECT_EQ(FieldOf(*snapshot, past->view(), "name"), Value("before"));
  EXPECT_TRUE(FieldOf(*snapshot, past->view(), "size").is_null());
  // Known from now on only.
  EXPECT_FALSE(snapshot->GetAsOf(id, {.recorded = first}).ok());
  EXPECT_THAT(target_.Problems(), IsEmpty());
  // The next id is free.
  EXPECT_EQ(target_.AddCompany("next").sequence(), id.sequence() + 1);
}

TEST_F(LoadTest, ADeletedRecordCanBeRestored) {
  const Id id = source_.AddCompany("gone", [](Batch& batch, Id local) { batch.Link(local, {"erp", "7"}); });
  source_.Delete(id);
  ASSERT_TRUE(Load(Taken(*source_.Read(), id)).ok());
  EXPECT_FALSE(target_.Read()->Get(id).ok());
  EXPECT_THAT(target_.Problems(), IsEmpty());
  Batch batch = target_.NewBatch();
  batch.Restore(id);
  target_.Apply(batch);
  EXPECT_EQ(*target_.Read()->Find("company", ExternalRef{"erp", "7"}), id);
  EXPECT_THAT(target_.Problems(), IsEmpty());
}

TEST_F(LoadTest, WithoutHistoryARecordWasAlwaysAsItIs) {
  const Id id = source_.AddCompany("old");
  source_.Set(id, "name", "new");
  LoadedRecord loaded = Taken(*source_.Read(), id);
  loaded.history.clear();
  ASSERT_TRUE(target_->Load(**target_->GetCatalog(), {&loaded, 1}, {.actor = Ref("app", "1"), .reason = "copy"}).ok());
  const auto history = *target_.Read()->History(id);
  ASSERT_EQ(history.size(), 1);
  EXPECT_EQ(history[0].reason, "copy");
  EXPECT_EQ(history[0].actor, Ref("app", "1"));
  EXPECT_EQ(history[0].effective.micros, loaded.header.created);
  EXPECT_THAT(target_.Problems(), IsEmpty());
}

// Deletions loaded together are not therefore deletions of one batch.
TEST_F(LoadTest, WhatWasDeletedApartIsRestoredApart) {
  const Id company = source_.AddCompany("gone");
  Batch notes = source_.NewBatch();
  for (int i = 0; i < 2; ++i) notes.Set(notes.Create("note"), "company", company);
  const std::vector<Id> ids = source_.Apply(notes).ids;
  source_.Delete(ids[0]);
  source_.Delete(company);
  const auto snapshot = source_.Read();
  const std::vector<LoadedRecord> loaded = {Taken(*snapshot, company), Taken(*snapshot, ids[0]), Taken(*snapshot, ids[1])};
  ASSERT_TRUE(target_->Load(**target_->GetCatalog(), loaded).ok());
  Batch batch = target_.NewBatch();
  batch.Restore(company);
  target_.Apply(batch);
  EXPECT_FALSE(target_.Read()->Get(ids[0]).ok());
  EXPECT_TRUE(target_.Read()->Get(ids[1]).ok());
}

struct Refusal {
  std::string what;
  std::function<void(LoadedRecord&)> spoil;
  Reason reason;
  std::string message;
};

TEST_F(LoadTest, WhatWouldNotBeSoundIsRefused) {
  target_.AddCompany("here", [](Batch& batch, Id local) {
    batch.Link(local, {"erp", "taken"});
    batch.Set(local, "code", "C1");
  });
  source_.AddCompany("first");
  const Id id = source_.AddCompany("name");
  source_.Set(id, "size", 5);
  const std::vector<Refusal> refusals = {
      {"a given id", [](LoadedRecord& r) { r.header.id -= 1; }, Reason::kPreconditionFailed, "is or was there"},
      {"no id", [&](LoadedRecord& r) { r.header.id = Id::Of(id.type(), 0, 0).value(); }, Reason::kOutOfRange, "no id"},
      {"a definition's id", [](LoadedRecord& r) { r.header.id = Id::Of(2, 0, 900).value(); }, Reason::kFieldReadOnly, "library"},
      {"a taken reference",
       [](LoadedRecord& r) {
         r.external_refs = {{"erp", "taken"}};
       },
       Reason::kExternalRefTaken, "another record"},
      {"a wrong kind", [](LoadedRecord& r) { r.values[0] = Value(5); }, Reason::kWrongKind, "must be a text"},
      {"a wrong kind in the past", [](LoadedRecord& r) { r.history[1].fields[0].before = Value("a"); }, Reason::kWrongKind,
       "must be an int"},
      {"no such choice", [](LoadedRecord& r) { r.values[7] = Choice{99}; }, Reason::kNotAChoice, "no such choice"},
      {"a taken key",
       [](LoadedRecord& r) {
         r.history.clear();
         r.values[1] = "C1";
       },
       Reason::kUnique, "same value"},
      {"an owner that is no id", [](LoadedRecord& r) { r.header.owner = uint64_t{1} << 53; }, Reason::kOutOfRange, "owner"},
      {"the future", [](LoadedRecord& r) { r.history[1].fields[0].effective.micros += 1'000'000'000; }, Reason::kEffectiveInFuture,
       "future"},
      {"another value", [](LoadedRecord& r) { r.history[1].fields[0].after = Value(6); }, Reason::kPreconditionFailed, "another value: 6"},
      {"another time", [](LoadedRecord& r) { r.header.created -= 1; }, Reason::kPreconditionFailed, "time of creation"},
      {"a second creation", [](LoadedRecord& r) { r.history[1].operation = Operation::kCreate; }, Reason::kPreconditionFailed,
       "creates a record that exists"},
      {"no creation", [](LoadedRecord& r) { r.history.erase(r.history.begin()); }, Reason::kPreconditionFailed, "does not exist"},
      {"a deletion of a live one", [](LoadedRecord& r) { r.history[1].operation = Operation::kDelete; }, Reason::kPreconditionFailed,
       "ends with a deletion"},
      {"a dead one without end", [](LoadedRecord& r) { r.deleted = true; }, Reason::kPreconditionFailed, "does not end with"},
      {"too few values", [](LoadedRecord& r) { r.values.pop_back(); }, Reason::kBadOptions, "a value for each field"},
      {"a reason that is too long", [](LoadedRecord& r) { r.history[0].reason.assign(1025, 'x'); }, Reason::kTooLong, "reason"},
  };
  const uint64_t before = target_.Read()->sequence();
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(refusal.what);
    LoadedRecord loaded = Taken(*source_.Read(), id);
    refusal.spoil(loaded);
    const Status status = Load(loaded);
    EXPECT_EQ(GetReason(status), refusal.reason) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(refusal.message));
  }
  EXPECT_EQ(target_.Read()->sequence(), before);
  EXPECT_THAT(target_.Problems(), IsEmpty());
}

TEST_F(LoadTest, ACheckpointGoesWithTheRecords) {
  const Id company = source_.AddCompany("a");
  const LoadedRecord taken = Taken(*source_.Read(), company);
  ASSERT_TRUE(target_->Load(**target_->GetCatalog(), {&taken, 1}, {.checkpoint = "copy", .checkpoint_value = "1"}).ok());
  EXPECT_FALSE(target_->Load(**target_->GetCatalog(), {&taken, 1}, {.checkpoint = "copy", .checkpoint_value = "2"}).ok());
  EXPECT_EQ(*target_.Read()->Checkpoint("copy"), "1");
}

constexpr std::string_view kSeeded = R"({"package": "test.seeds", "version": "1.0.0", "needs": ["test.company"],
  "extend": [{"type": "company", "fields": [{"name": "grade", "kind": "int"}], "indexes": [{"name": "by_grade", "fields": ["grade"]}]}],
  "seeds": [{"type": "company", "ref": ["acme", "a"], "set": {"name": "seed a", "code": "A", "grade": 1}},
            {"type": "company", "ref": ["acme", "b"], "set": {"name": "seed b"}}]})";

// The first records of a package give way to what became of them elsewhere.
TEST_F(LoadTest, ASeedGivesItsPlace) {
  const catalog::PackageSource seeds{std::string(kSeeded), ""};
  ASSERT_TRUE(source_->Ensure({&seeds, 1}).ok());
  ASSERT_TRUE(target_->Ensure({&seeds, 1}).ok());
  const Id a = *source_.Read()->Find("company", ExternalRef{"acme", "a"});
  const Id b = *source_.Read()->Find("company", ExternalRef{"acme", "b"});
  ASSERT_EQ(*target_.Read()->Find("company", ExternalRef{"acme", "a"}), a);
  Batch batch = source_.NewBatch();
  batch.Set(a, "code", "A2");
  batch.Link(a, {"erp", "1"});
  batch.Unlink(a, {"acme", "a"});
  source_.Apply(batch);
  source_.Delete(b);
  const std::vector<LoadedRecord> loaded = {Taken(*source_.Read(), a), Taken(*source_.Read(), b)};
  target_.clock.Advance(100);
  ASSERT_TRUE(target_->Load(**target_->GetCatalog(), loaded).ok());
  const auto snapshot = target_.Read();
  EXPECT_EQ(*snapshot->Find("company", ExternalRef{"erp", "1"}), a);
  EXPECT_FALSE(snapshot->Find("company", ExternalRef{"acme", "a"}).ok());
  EXPECT_FALSE(snapshot->Get(b).ok());
  EXPECT_EQ(snapshot->History(a)->size(), 2);
  const auto cursor = *snapshot->ScanIndex("company", "by_code", {.equal = {Value("A2")}});
  EXPECT_TRUE(cursor->Next());
  EXPECT_FALSE((*snapshot->ScanIndex("company", "by_code", {.equal = {Value("A")}}))->Next());
  EXPECT_THAT(target_.Problems(), IsEmpty());
  // A second time they are no seeds any more.
  EXPECT_EQ(GetReason(Load(loaded[0])), Reason::kPreconditionFailed);
}

TEST_F(LoadTest, ASeedWithoutHistoryGivesItsPlaceToo) {
  const catalog::PackageSource seeds{std::string(kSeeded), ""};
  ASSERT_TRUE(source_->Ensure({&seeds, 1}).ok());
  ASSERT_TRUE(target_->Ensure({&seeds, 1}).ok());
  const Id a = *source_.Read()->Find("company", ExternalRef{"acme", "a"});
  source_.Set(a, "grade", 2);
  LoadedRecord loaded = Taken(*source_.Read(), a);
  loaded.history.clear();
  target_.clock.Advance(100);
  ASSERT_TRUE(Load(loaded).ok());
  EXPECT_EQ(target_.Read()->Get(a)->header().created, loaded.header.created);
  EXPECT_EQ(FieldOf(*target_.Read(), *target_.Read()->Get(a), "grade"), Value(2));
  EXPECT_THAT(target_.Problems(), IsEmpty());
}

TEST_F(LoadTest, DefinitionsAreAdoptedBesideEqualOnes) {
  const catalog::PackageSource seeds{std::string(kSeeded), ""};
  target_.AddCompany("has no grade");
  ASSERT_TRUE(source_->Ensure({&seeds, 1}).ok());
  ASSERT_TRUE(target_->Adopt(ToDefinitions(**source_->GetCatalog())).ok());
  // The new index is whole.
  EXPECT_TRUE((*target_.Read()->ScanIndex("company", "by_grade", {}))->Next());
  EXPECT_THAT(target_.Problems(), IsEmpty());
}

TEST_F(LoadTest, DefinitionsAreAdoptedWithTheirNumbers) {
  OpenOptions options;
  options.temporary = true;
  const std::shared_ptr<Database> empty = *Database::Open("", options);
  const std::vector<catalog::Definition> definitions = ToDefinitions(**source_->GetCatalog());
  ASSERT_TRUE(empty->Adopt(definitions).ok());
  EXPECT_EQ(ToDefinitions(**empty->GetCatalog()), definitions);
  ASSERT_TRUE(empty->Adopt(definitions).ok());
  EXPECT_THAT((*empty->Verify()).problems, IsEmpty());
  const std::vector<catalog::Definition> others = {definitions[0]};
  EXPECT_EQ(GetReason(empty->Adopt(others)), Reason::kPackageConflict);
}

}  // namespace
}  // namespace kith
