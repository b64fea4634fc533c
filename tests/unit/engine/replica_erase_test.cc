// A person erased in one replica is erased in all, whatever was written elsewhere meanwhile and in whichever order they meet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "family.h"
#include "kith/engine/json.h"
#include "kith/engine/person.h"
#include "support/settings.h"

namespace kith::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kPeople = R"({
  "package": "test.people", "version": "1.0.0",
  "types": [
    {"name": "person",
     "fields": [{"name": "name", "kind": "text", "personal": true}, {"name": "email", "kind": "text", "personal": true},
                {"name": "tier", "kind": "int"}],
     "indexes": [{"name": "by_email", "fields": ["email"], "unique": true}, {"name": "words", "kind": "text", "fields": ["name"]}]},
    {"name": "memo",
     "fields": [{"name": "text", "kind": "text", "personal": true}, {"name": "size", "kind": "int"},
                {"name": "on", "kind": "ref", "to": ["person"], "about": true}, {"name": "and", "kind": "ref", "to": ["person"], "about": true}],
     "indexes": [{"name": "words", "kind": "text", "fields": ["text"]}]}
  ]
})";

// Everything that a replica says of a record, now and in its history.
std::string Told(Database& db, Id id) {
  const std::unique_ptr<Snapshot> snapshot = *db.Read();
  std::string text;
  if (const StatusOr<std::vector<HistoryEntry>> history = snapshot->History(id); history.ok()) {
    text = HistoryToJson(snapshot->catalog(), *history);
  }
  const StatusOr<record::View> record = snapshot->Get(id);
  if (record.ok()) text += RecordToJson(*snapshot->catalog().FindType(id.type()), *record);
  for (const ExternalRef& external : snapshot->ExternalRefs(id)) text += external.key;
  return text;
}

Id AddPerson(Database& db, std::string_view name) {
  return Create(db, "person", [&](Batch& batch, Id id) {
    batch.Set(id, "name", name);
    batch.Set(id, "tier", 1);
    batch.Link(id, {"web", std::string(name)});
  });
}

Id AddMemo(Database& db, Id on, std::string_view text) {
  return Create(db, "memo", [&](Batch& batch, Id id) {
    batch.Set(id, "text", text);
    batch.Set(id, "on", on);
  });
}

EraseReport ErasePerson(Database& db, Id person, const EraseOptions& options = {}) {
  StatusOr<EraseReport> report = db.ErasePerson(person, options);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *std::move(report) : EraseReport();
}

// R01: what the other replica wrote of the person meanwhile, of the record and about it, goes too; what was not personal stays.
TEST(ReplicaErase, APersonIsErasedEverywhere) {
  for (const bool back_first : {false, true}) {
    Family family(2, kPeople);
    const Id person = AddPerson(family[0], "zanzibar");
    const Id memo = AddMemo(family[0], person, "likes zanzibar tea");
    ASSERT_TRUE(family.Settle());
    family.Advance(kMicrosPerSecond);
    EraseOptions options;
    options.actor = Actor("desk", "7");
    options.reason = "asked for it";
    ErasePerson(family[0], person, options);
    family.Advance(kMicrosPerSecond);
    Change(family[1], [&](Batch& batch) {
      batch.Set(person, "name", "cardamom");
      batch.Set(person, "tier", 5);
      batch.Link(person, {"web", "cardamom"});
      batch.Set(memo, "text", "hates cardamom");
    });
    const Id later = AddMemo(family[1], person, "vermilion ink");
    if (back_first) {  // before the other has heard of the erasure
      ASSERT_TRUE(family.Pull(0, 1).ok());
    }
    // Of the record itself nothing comes back even then.
    EXPECT_THAT(Told(family[0], person), Not(HasSubstr("cardamom")));
    EXPECT_THAT(Told(family[0], memo), Not(HasSubstr("cardamom")));
    ExpectAlike(family);
    for (size_t i = 0; i < family.size(); ++i) {
      SCOPED_TRACE("replica " + std::to_string(i));
      EXPECT_TRUE(FieldIn(family[i], person, "name").is_null());
      EXPECT_EQ(FieldIn(family[i], person, "tier"), Value(int64_t{5}));
      for (const Id id : {person, memo, later}) {
        EXPECT_THAT(Told(family[i], id), Not(::testing::AnyOf(HasSubstr("zanzibar"), HasSubstr("cardamom"), HasSubstr("vermilion"))));
      }
      const std::vector<Erasure> proofs = *family[i].Erasures();
      ASSERT_FALSE(proofs.empty());
      EXPECT_EQ(proofs.front().person, person);
      EXPECT_EQ(proofs.front().reason, "asked for it");
      EXPECT_EQ(proofs.front().actor.external.key, "7");
    }
  }
}

// R01: who comes back after the erasure is there again, everywhere; a record that was deleted is erased too, and a third hears of it all
// through another, or takes it in from the beginning.
TEST(ReplicaErase, WhatIsWrittenKnowingOfItStays) {
  Family family(3, kPeople);
  const Id person = AddPerson(family[0], "zanzibar");
  const Id memo = AddMemo(family[0], person, "likes zanzibar tea");
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  Change(family[1], [&](Batch& batch) { batch.Delete(memo); });
  ErasePerson(family[0], person);
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Set(person, "name", "saffron"); });
  ASSERT_TRUE(family.Pull(1, 0).ok());
  family.Advance(kMicrosPerSecond);
  Change(family[1], [&](Batch& batch) { batch.Set(person, "email", "s@new.example"); });
  ASSERT_TRUE(family.Pull(2, 1).ok());
  ExpectAlike(family);
  for (size_t i = 0; i < family.size(); ++i) {
    SCOPED_TRACE("replica " + std::to_string(i));
    EXPECT_EQ(FieldIn(family[i], person, "name"), Value("saffron"));
    EXPECT_EQ(FieldIn(family[i], person, "email"), Value("s@new.example"));
    for (const Id id : {person, memo}) EXPECT_THAT(Told(family[i], id), Not(HasSubstr("zanzibar")));
  }
}

// Erased in two replicas at once, and again later: the last one has the last word.
TEST(ReplicaErase, TwoErasures) {
  Family family(3, kPeople);
  const Id person = AddPerson(family[0], "zanzibar");
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  ErasePerson(family[0], person);
  Change(family[0], [&](Batch& batch) { batch.Set(person, "name", "saffron"); });
  family.Advance(kMicrosPerSecond);
  ErasePerson(family[1], person);
  ASSERT_TRUE(family.Pull(2, 0).ok());
  EXPECT_EQ(FieldIn(family[2], person, "name"), Value("saffron"));
  ExpectAlike(family);
  for (size_t i = 0; i < family.size(); ++i) EXPECT_THAT(Told(family[i], person), Not(HasSubstr("saffron"))) << "replica " << i;
  Change(family[2], [&](Batch& batch) { batch.Set(person, "name", "turmeric"); });
  ExpectAlike(family);
  for (size_t i = 0; i < family.size(); ++i) EXPECT_EQ(FieldIn(family[i], person, "name"), Value("turmeric")) << "replica " << i;
}

// A record about others too that was kept is kept everywhere.
TEST(ReplicaErase, SharedRecordsAreKept) {
  Family family(2, kPeople);
  const Id person = AddPerson(family[0], "zanzibar");
  const Id other = AddPerson(family[0], "saffron");
  const Id memo = AddMemo(family[0], person, "both");
  Change(family[0], [&](Batch& batch) { batch.Set(memo, "and", other); });
  ASSERT_TRUE(family.Settle());
  EraseOptions options;
  options.keep_shared = true;
  ErasePerson(family[0], person, options);
  ExpectAlike(family);
  for (size_t i = 0; i < family.size(); ++i) {
    EXPECT_EQ(FieldIn(family[i], memo, "text"), Value("both")) << "replica " << i;
    EXPECT_TRUE(FieldIn(family[i], person, "name").is_null()) << "replica " << i;
  }
}

// What was said of each text is remembered here: by whom it may still be known in the end.
class Lives : public ByChance {
 public:
  using ByChance::ByChance;

  void Step() {
    const size_t at = Later();
    if (Below(6) == 0) return Meet(at);
    const Id person = Pick(family_[at], "person");
    if (Below(12) == 0 && !person.is_null()) {
      ErasePerson(family_[at], person);
    } else {
      ApplySome(family_[at]);
    }
  }

 private:
  void Edit(Database& db, Batch& batch) override {
    const std::string type = Below(3) == 0 ? "memo" : "person";
    const Id target = Pick(db, type);
    const size_t what = Below(12);
    if (target.is_null() || what < 3) return Fill(db, type, batch, batch.Create(type));
    if (what < 10) return Fill(db, type, batch, target);
    if (what == 10) {
      batch.Delete(target);
      deleted_.push_back(target);
    } else if (!deleted_.empty()) {
      batch.Restore(deleted_[Below(deleted_.size())]);
    }
  }
  void Fill(Database& db, const std::string& type, Batch& batch, Id id) {
    const std::string text = "w" + std::to_string(++words_);
    if (Below(5) == 0) batch.Link(id, {"web", Below(2) == 0 ? text : "one"});
    if (type == "person") {
      batch.Set(id, "name", text);
      if (Below(3) == 0) batch.Set(id, "email", "e" + std::to_string(Below(6)));
      if (Below(2) == 0) batch.Set(id, "tier", static_cast<int64_t>(Below(5)));
      return;
    }
    batch.Set(id, "text", text);
    if (Below(2) == 0) batch.Set(id, "on", Pick(db, "person"));
    if (Below(4) == 0) batch.Set(id, "and", Pick(db, "person"));
  }

  std::vector<Id> deleted_;
  int words_ = 0;
};

// R01: edits, deletions and erasures at random, in replicas that meet by chance: all hold the same in the end, and are sound.
TEST(ReplicaErase, ConvergesWhateverHappened) {
  const uint64_t first = TestSeed(1);
  for (uint64_t seed = first; seed < first + 12 * static_cast<uint64_t>(TestScale()); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Family family(2 + seed % 2, kPeople);
    family.Advance(kMicrosPerDay);
    Lives lives(family, seed);
    for (int i = 0; i < 100 && !::testing::Test::HasFailure(); ++i) lives.Step();
    ExpectAlike(family);
    // Of somebody erased when all knew of all, nobody says a word any more.
    const std::unique_ptr<Snapshot> snapshot = *family[0].Read();
    const std::unique_ptr<RecordCursor> cursor = *snapshot->Scan("person");
    const std::optional<Id> last = cursor->Next() ? std::optional(cursor->id()) : std::nullopt;
    if (last.has_value()) {
      Change(family[1], [&](Batch& batch) { batch.Set(*last, "name", "zanzibar"); });
      ErasePerson(family[0], *last);
      ExpectAlike(family);
      for (size_t i = 0; i < family.size(); ++i) EXPECT_THAT(Told(family[i], *last), Not(HasSubstr("zanzibar"))) << "replica " << i;
    }
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
}

}  // namespace
}  // namespace kith::testing
