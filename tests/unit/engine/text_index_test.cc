// Text indexes against the records, through every way a record comes, changes and goes.
#include "engine/text_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "kith/base/limits.h"
#include "kith/index/text.h"
#include "shop.h"
#include "support/settings.h"

namespace kith {
namespace {

using catalog::IndexDef;
using catalog::TypeDef;
using testing::ExpectError;
using testing::Shop;

std::string Package(std::string_view version, std::string_view fields) {
  return R"({"package": "test.people", "version": ")" + std::string(version) + R"(", "types": [
    {"name": "firm", "fields": [{"name": "label", "kind": "text"}]},
    {"name": "person",
     "fields": [
       {"name": "name", "kind": "text"},
       {"name": "mail", "kind": "text"},
       {"name": "tags", "kind": "text_list"},
       {"name": "age", "kind": "int"},
       {"name": "firm", "kind": "ref", "to": ["firm"], "on_delete": "cascade"}
     ],
     "indexes": [{"name": "words", "kind": "text", "fields": [)" +
         std::string(fields) + "]}]}]}";
}

class TextIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Ensure(Package("1.0.0", R"("name", "mail", "tags")"));
    firm_ = AddFirm();
  }
  Id AddFirm() {
    return shop_.Add("firm", [](Batch& batch, Id id) { batch.Set(id, "label", "f"); });
  }
  uint64_t Below(uint64_t n) { return engine_() % n; }
  std::string RandomName() {
    static constexpr std::string_view kParts[] = {"anna", "ann", "li", "wang", "o'hara", "張偉", "张伟", "北京", "ÅSA", "x"};
    std::string name(kParts[Below(std::size(kParts))]);
    while (Below(2) == 0) name.append(" ").append(kParts[Below(std::size(kParts))]);
    return name;
  }
  Value RandomValue(std::string_view field) {
    if (Below(4) == 0) return {};
    if (field == "mail") return RandomName() + std::to_string(Below(50)) + "@example.org";
    if (field != "tags") return RandomName();
    TextList tags;
    for (uint64_t i = Below(3) + 1; i > 0; --i) tags.push_back(RandomName());
    return tags;
  }
  void SetSome(Batch& batch, Id id) {
    for (const std::string_view field : {"name", "mail", "tags"}) {
      if (Below(2) == 0) batch.Set(id, field, RandomValue(field));
    }
    if (Below(3) == 0) batch.Set(id, "age", static_cast<int64_t>(Below(90)));
    if (Below(8) == 0) batch.Set(id, "firm", firm_);
  }
  // Creations, changes and deletions; then a restoration, which brings back what went in the same batch.
  void ApplySome(size_t size) {
    Batch batch = shop_.NewBatch();
    std::set<Id> touched;
    std::vector<Id> deleted;
    for (size_t i = 0; i < size; ++i) {
      const uint64_t which = Below(10);
      if (which < 4 || people_.empty()) {
        SetSome(batch, batch.Create("person"));
        continue;
      }
      const Id id = people_[Below(people_.size())];
      if (!touched.insert(id).second) continue;
      if (which == 8) {
        batch.Delete(id);
        deleted.push_back(id);
      } else {
        SetSome(batch, id);
      }
    }
    const Outcome outcome = shop_.Apply(batch);
    people_.insert(people_.end(), outcome.ids.begin(), outcome.ids.end());
    deleted_.insert(deleted_.end(), deleted.begin(), deleted.end());
    if (!deleted_.empty()) RestoreOne();
    std::erase_if(people_, [&](Id id) { return !shop_.Exists(id); });
  }
  // Refused, which changes nothing, where the firm of one that comes back is gone.
  void RestoreOne() {
    Batch batch = shop_.NewBatch();
    batch.Restore(deleted_[Below(deleted_.size())]);
    restored_ += shop_->Apply(batch).ok() ? 1 : 0;
    const auto back = std::partition(deleted_.begin(), deleted_.end(), [&](Id id) { return !shop_.Exists(id); });
    people_.insert(people_.end(), back, deleted_.end());
    deleted_.erase(back, deleted_.end());
  }

  static const TypeDef& Person(const Snapshot& snapshot) { return *snapshot.catalog().FindType("person"); }
  static const IndexDef& Words(const Snapshot& snapshot) { return *Person(snapshot).FindIndex("words"); }
  std::vector<Id> Pending() {
    const auto snapshot = shop_.Read();
    return *snapshot->PendingTexts(Person(*snapshot), Words(*snapshot));
  }
  static std::vector<Id> Holders(const Snapshot& snapshot, std::string_view term) {
    std::vector<Id> ids;
    const auto cursor = *snapshot.ScanTerm(Person(snapshot), Words(snapshot), term);
    for (bool more = cursor->SeekAtLeast(Id()); more; more = cursor->Next()) ids.push_back(cursor->id());
    EXPECT_TRUE(cursor->status().ok()) << cursor->status();
    return ids;
  }
  // Of each term, the records that have it now.
  static std::map<std::string, std::vector<Id>> NaiveTerms(const Snapshot& snapshot) {
    std::map<std::string, std::vector<Id>> naive;
    const auto records = *snapshot.Scan("person");
    while (records->Next()) {
      std::vector<std::string> terms;
      for (const catalog::IndexPart& part : Words(snapshot).parts) {
        const Value value = GetFieldAt(*records->record(), part.position);
        TextList texts;
        if (const auto* text = value.get_if<std::string>()) texts = {*text};
        if (const auto* list = value.get_if<TextList>()) texts = *list;
        for (const std::string& text : texts) {
          for (const index::Word& word : index::WordsOf(text)) index::AppendTerms(word, terms);
        }
      }
      for (const std::string& term : std::set<std::string>(terms.begin(), terms.end())) naive[term].push_back(records->id());
    }
    return naive;
  }
  // But for those pending, a term has the records that have it.
  void ExpectTermsEqualRecords() {
    const auto snapshot = shop_.Read();
    const std::vector<Id> pending = *snapshot->PendingTexts(Person(*snapshot), Words(*snapshot));
    ASSERT_LE(pending.size(), limits::kTextPending);
    const auto known = [&](std::vector<Id> ids) {
      std::erase_if(ids, [&](Id id) { return std::binary_search(pending.begin(), pending.end(), id); });
      return ids;
    };
    for (const auto& [term, ids] : NaiveTerms(*snapshot)) ASSERT_EQ(known(Holders(*snapshot, term)), known(ids)) << term;
    ASSERT_EQ(shop_.Problems(), std::vector<std::string>());
  }

  std::mt19937_64 engine_{testing::TestSeed(23)};
  Shop shop_;
  Id firm_;
  std::vector<Id> people_;
  std::vector<Id> deleted_;
  int restored_ = 0;
};

TEST_F(TextIndexTest, EqualTheRecordsAfterEveryBatchAcrossFolds) {
  for (int round = 0; round < 14 * testing::TestScale(); ++round) {
    ApplySome(round % 3 == 2 ? 1 + Below(3000) : 1 + Below(300));
    if (round % 5 == 4) {  // takes its people with it
      Batch batch = shop_.NewBatch();
      batch.Delete(firm_);
      shop_.Apply(batch);
      firm_ = AddFirm();
      std::erase_if(people_, [&](Id id) { return !shop_.Exists(id); });
    }
    ASSERT_NO_FATAL_FAILURE(ExpectTermsEqualRecords()) << "round " << round;
  }
  EXPECT_GT(restored_, 3);
}

TEST_F(TextIndexTest, ListsRecordsUpToTheLimitAndFoldsThemPastIt) {
  Batch full = shop_.NewBatch();
  for (uint64_t i = 0; i < limits::kTextPending; ++i) full.Set(full.Create("person"), "name", "anna");
  const Outcome outcome = shop_.Apply(full);
  EXPECT_EQ(Pending(), outcome.ids);
  EXPECT_TRUE(Holders(*shop_.Read(), "ann").empty());

  // One that is listed is not listed twice, and a change of another field lists nothing.
  Batch again = shop_.NewBatch();
  again.Set(outcome.ids[0], "name", "bella");
  again.Set(outcome.ids[1], "age", int64_t{4});
  shop_.Apply(again);
  EXPECT_EQ(Pending(), outcome.ids);
  EXPECT_EQ(shop_.Problems(), std::vector<std::string>());

  shop_.Add("person", [](Batch& batch, Id id) { batch.Set(id, "name", "cleo"); });
  EXPECT_TRUE(Pending().empty());
  const auto snapshot = shop_.Read();
  EXPECT_EQ(Holders(*snapshot, "ann").size(), limits::kTextPending - 1);
  EXPECT_EQ(Holders(*snapshot, "bel"), std::vector<Id>{outcome.ids[0]});
  EXPECT_EQ(Holders(*snapshot, "cle").size(), 1U);
  EXPECT_EQ(shop_.Problems(), std::vector<std::string>());

  Batch other = shop_.NewBatch();
  other.Set(outcome.ids[5], "age", int64_t{5});
  shop_.Apply(other);
  EXPECT_TRUE(Pending().empty());
}

TEST_F(TextIndexTest, SeeksGoForwardThroughManyBlocks) {
  Batch batch = shop_.NewBatch();
  for (int i = 0; i < 20'000; ++i) batch.Set(batch.Create("person"), "name", i % 3 == 0 ? "anna" : "bella");
  shop_.Apply(batch);
  const auto snapshot = shop_.Read();
  const std::vector<Id> all = Holders(*snapshot, "ann");
  ASSERT_EQ(all.size(), 6'667U);
  for (int round = 0; round < 20; ++round) {
    const auto cursor = *snapshot->ScanTerm(Person(*snapshot), Words(*snapshot), "ann");
    Id at(all[0].value() - Below(3));
    for (;;) {
      const auto expected = std::lower_bound(all.begin(), all.end(), at);
      ASSERT_EQ(cursor->SeekAtLeast(at), expected != all.end());
      if (expected == all.end()) break;
      ASSERT_EQ(cursor->id(), *expected);
      at = Id(at.value() + Below(round % 2 == 0 ? 100 : 6000));
    }
  }
}

TEST_F(TextIndexTest, AreBuiltOverRecordsDroppedAndBuiltAgain) {
  for (int i = 0; i < 6; ++i) ApplySome(1000);  // more than one step of building
  shop_.Ensure(Package("1.1.0", R"("mail")"));
  ASSERT_NO_FATAL_FAILURE(ExpectTermsEqualRecords());
  EXPECT_TRUE(Pending().empty());
  ApplySome(500);
  shop_.Ensure(Package("1.2.0", R"("name", "mail", "tags")"));
  ASSERT_NO_FATAL_FAILURE(ExpectTermsEqualRecords());
}

TEST_F(TextIndexTest, ABatchRefusedOrRunDryLeavesTheFileAsItWas) {
  ApplySome(50);
  Batch batch = shop_.NewBatch();
  batch.Set(people_[0], "name", "nobody");
  batch.Set(people_[1], "firm", Id::Of(firm_.type(), 0, 999));
  EXPECT_FALSE(shop_.Refuse(batch).ok());
  const Shop::Dump before = shop_.DumpFile();
  Batch dry = shop_.NewBatch();
  dry.Set(people_[0], "name", "nobody");
  shop_.Apply(dry, {.dry_run = true});
  EXPECT_TRUE(shop_.DumpFile() == before);
}

TEST_F(TextIndexTest, AreReadAsTheKindTheyAre) {
  const auto snapshot = shop_.Read();
  const TypeDef& type = Person(*snapshot);
  ExpectError(snapshot->ScanIndex(type, Words(*snapshot), {}).status(),
              {.reason = Reason::kUnknownIndex, .type = "person", .field = "words", .value = "text"});
  const IndexDef& other = *type.FindIndex("by_firm");
  ExpectError(snapshot->ScanTerm(type, other, "ann").status(),
              {.reason = Reason::kUnknownIndex, .type = "person", .field = "by_firm", .value = "ordered"});
  ExpectError(snapshot->PendingTexts(type, other).status(),
              {.reason = Reason::kUnknownIndex, .type = "person", .field = "by_firm", .value = "ordered"});
}

// Runs one function over the write-set.
class ChangeJob final : public storage::Job {
 public:
  explicit ChangeJob(std::function<void(storage::WriteSet&)> change) : change_(std::move(change)) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    change_(set);
    return Verdict::kKeep;
  }

 private:
  std::function<void(storage::WriteSet&)> change_;
};

TEST_F(TextIndexTest, VerifyFindsWhatIsMissingTooManyMiscountedOrMalformed) {
  Batch batch = shop_.NewBatch();
  for (int i = 0; i < 2000; ++i) batch.Set(batch.Create("person"), "name", "ann");
  const Outcome outcome = shop_.Apply(batch);
  shop_.Add("person", [](Batch& more, Id id) { more.Set(id, "name", "bob"); });
  const IndexDef index = Words(*shop_.Read());
  const auto change = [&](const std::function<void(storage::WriteSet&)>& damage) {
    shop_.Close();
    storage::OpenOptions options;
    options.application_format = format::kVersion;
    options.durability = storage::Durability::kRelaxed;
    const auto environment = *storage::Environment::Open(shop_.path(), format::Keyspaces(), options);
    ChangeJob job(damage);
    storage::Job* const jobs[] = {&job};
    ASSERT_TRUE(environment->Run(jobs, {})[0].ok());
  };
  const auto problems = [&] {
    shop_.Open();
    return shop_.Problems();
  };
  const std::string name = "index person.words: ";
  std::string key = engine::TermPrefix(index, "ann");
  engine::SetBlockKey(key, key.size(), engine::TextNumber(outcome.ids[0]));
  std::string block;
  change([&](storage::WriteSet& set) {
    block = *set.Get(format::kIndex, key);
    set.Put(format::kIndex, key, block.substr(0, block.size() - 1));
  });
  const std::string count = std::to_string(block.size());
  EXPECT_EQ(problems(), std::vector<std::string>{name + "term \"ann\" has 1999 records instead of 2000"});
  change([&](storage::WriteSet& set) {
    std::string other = block;
    other[0] = 2;  // every number is one too high
    other.pop_back();
    other.push_back('\1');
    set.Put(format::kIndex, key, other);
  });
  EXPECT_FALSE(problems().empty());
  change([&](storage::WriteSet& set) { set.Put(format::kIndex, key, std::string(2, '\0')); });
  const std::vector<std::string> malformed = problems();
  ASSERT_EQ(malformed.size(), 2U);
  EXPECT_EQ(malformed[0], name + "has a malformed block");
  {
    const auto snapshot = shop_.Read();
    const auto cursor = *snapshot->ScanTerm(Person(*snapshot), Words(*snapshot), "ann");
    EXPECT_FALSE(cursor->SeekAtLeast(Id()));
    EXPECT_EQ(GetReason(cursor->status()), Reason::kCorrupt);
  }
  change([&](storage::WriteSet& set) {
    set.Put(format::kIndex, key, block);
    set.Put(format::kIndex, engine::TextPrefix(index, engine::kTextCountSort), std::string("\0\0\0\0\0\0\0\7", 8));
  });
  EXPECT_EQ(problems(), std::vector<std::string>{name + "lists 1 records, but counts 7"});
}

}  // namespace
}  // namespace kith
