// Packages in a database: definitions, seeds, indexes over records that are there already.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "kith/base/key.h"
#include "kith/engine/referring.h"
#include "shop.h"

namespace kith {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Shop;

StatusOr<EnsureReport> Ensure(Database& db, std::string_view package, bool dry_run = false) {
  const catalog::PackageSource source{.definition = std::string(package), .numbers = {}};
  return db.Ensure({&source, 1}, dry_run);
}

// A package with one type whose index is given.
std::string Cards(std::string_view version, std::string_view indexes, std::string_view more_fields = {}) {
  std::string json = R"({"package": "test.cards", "version": ")";
  json.append(version).append(
      R"(", "types": [{"name": "card", "fields": [{"name": "suit", "kind": "text"}, {"name": "rank", "kind": "int"})");
  json.append(more_fields).append(R"(], "indexes": [)").append(indexes).append("]}]}");
  return json;
}
constexpr std::string_view kBySuit = R"({"name": "by_suit", "fields": ["suit"]})";
constexpr std::string_view kUniqueRank = R"({"name": "by_rank", "fields": ["rank"], "unique": true})";

std::vector<Id> AddCards(Shop& shop, int count, int first_rank = 0) {
  Batch batch = shop.NewBatch();
  for (int i = 0; i < count; ++i) {
    const Id card = batch.Create("card");
    batch.Set(card, "suit", i % 2 == 0 ? "hearts" : "spades");
    batch.Set(card, "rank", first_rank + i);
  }
  return shop.Apply(batch).ids;
}

StatusOr<size_t> Count(Shop& shop, std::string_view index, const IndexRange& range = {}) {
  const auto snapshot = shop.Read();
  KITH_ASSIGN_OR_RETURN(const auto cursor, snapshot->ScanIndex("card", index, range));
  size_t count = 0;
  while (cursor->Next()) ++count;
  KITH_RETURN_IF_ERROR(cursor->status());
  return count;
}

std::vector<std::string> BuildNotes(Shop& shop) {
  std::vector<std::string> notes;
  for (const auto& [key, value] : shop.DumpFile()) {
    if (key.first != format::kMeta) continue;
    if (key.second.starts_with(format::kMetaBuildPrefix) || key.second.starts_with(format::kMetaDropPrefix)) notes.push_back(key.second);
  }
  return notes;
}

TEST(EnsureTest, IsIdempotent) {
  Shop shop;
  const uint64_t version = shop->GetStats()->catalog_version;
  EXPECT_GT(version, 0U);
  auto before = shop.DumpFile();
  const EnsureReport again = shop.Ensure(testing::kShopPackage);
  EXPECT_THAT(again.changes, IsEmpty());
  EXPECT_EQ(again.catalog_version, version);
  auto after = shop.DumpFile();
  EXPECT_EQ(after.erase({format::kMeta, std::string(format::kMetaSatisfied)}), 1U);
  EXPECT_TRUE(after == before);
  const EnsureReport added = shop.Ensure(Cards("1.0.0", kBySuit));
  EXPECT_THAT(added.changes, Contains(HasSubstr("card")));
  EXPECT_EQ(added.catalog_version, version + 1);
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

// That a package is there whole is noted once, for one version of the catalog.
TEST(EnsureTest, WhatIsThereIsNotedAndTheNoteEndsWithTheCatalog) {
  Shop shop;
  const std::string cards = Cards("1.0.0", kBySuit);
  const auto open_again = [&] {
    shop.Close();
    shop.Open();
    shop.Ensure(cards);
    return shop->GetStats()->storage.transaction;
  };
  shop.Ensure(cards);
  const uint64_t noted = open_again();
  EXPECT_EQ(open_again(), noted) << "noted again";
  ASSERT_TRUE(shop->Remove("test.cards", {.delete_data = true}).ok());
  EXPECT_THAT(shop.Ensure(cards).changes, Not(IsEmpty())) << "the note is of a catalog that had it";
  const std::vector<Id> added = AddCards(shop, 3);
  EXPECT_EQ(added.size(), 3U);
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(EnsureTest, ADryRunChangesNothing) {
  Shop shop;
  const auto before = shop.DumpFile();
  const StatusOr<EnsureReport> dry = Ensure(*shop, Cards("1.0.0", kBySuit), true);
  ASSERT_TRUE(dry.ok()) << dry.status();
  EXPECT_TRUE(shop.DumpFile() == before);
  EXPECT_EQ((*shop->GetCatalog())->FindType("card"), nullptr);
  EXPECT_EQ(shop.Ensure(Cards("1.0.0", kBySuit)).changes, dry->changes);
}

TEST(EnsureTest, DefinitionsAreRecordsWithHistoryAndFeed) {
  Shop shop;
  const uint64_t sequence = shop.Sequence();
  shop.Ensure(Cards("1.0.0", ""));
  const auto snapshot = shop.Read();
  const Snapshot::Feed feed = *snapshot->Changes(sequence, 100);
  EXPECT_FALSE(feed.entries.empty());
  for (const FeedEntry& entry : feed.entries) {
    EXPECT_LT(entry.record.type(), catalog::kFirstOpenType);
    EXPECT_TRUE(snapshot->Get(entry.record).ok());
    EXPECT_EQ(snapshot->History(entry.record)->size(), 1U);
  }
  // A changed definition is a change of its record.
  shop.Ensure(Cards("1.1.0", "", R"(, {"name": "note", "kind": "text"})"));
  const Id card = AddCards(shop, 1)[0];
  Batch batch = shop.NewBatch();
  batch.Set(card, "note", "x");
  shop.Apply(batch);
  shop.Close();
  shop.Open();
  EXPECT_EQ(shop.Get(card, "note"), Value("x"));
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(EnsureTest, RefusesWhatIsNotAdditiveAndChangesNothing) {
  Shop shop;
  shop.Ensure(Cards("1.0.0", ""));
  const auto before = shop.DumpFile();
  const StatusOr<EnsureReport> conflict = Ensure(
      *shop, R"({"package": "test.cards", "version": "2.0.0", "types": [{"name": "card", "fields": [{"name": "suit", "kind": "int"}]}]})");
  EXPECT_EQ(GetReason(conflict.status()), Reason::kPackageConflict) << conflict.status();
  EXPECT_EQ(GetReason(Ensure(*shop, "{").status()), Reason::kPackageMalformed);
  EXPECT_EQ(GetReason(Ensure(*shop, R"({"package": "test.x", "version": "1.0.0", "needs": ["test.none"], "types": []})").status()),
            Reason::kPackageMissing);
  EXPECT_TRUE(shop.DumpFile() == before);
}

TEST(EnsureTest, SeedsAreCreatedOnce) {
  constexpr std::string_view kSeeds = R"({"package": "test.seeds", "version": "1.0.0",
    "types": [{"name": "colour", "fields": [{"name": "name", "kind": "text", "required": true}, {"name": "like", "kind": "ref", "to": ["colour"]}]}],
    "seeds": [{"type": "colour", "ref": ["colours", "red"], "set": {"name": "Red"}},
              {"type": "colour", "ref": ["colours", "pink"], "set": {"name": "Pink", "like": {"type": "colour", "ref": ["colours", "red"]}}}]})";
  Shop shop;
  shop.Ensure(kSeeds);
  const Id red = shop.Read()->Find("colour", ExternalRef{"colours", "red"}).value();
  const Id pink = shop.Read()->Find("colour", ExternalRef{"colours", "pink"}).value();
  EXPECT_EQ(shop.Get(pink, "like"), Value(red));
  EXPECT_EQ(shop.Read()->Get(red)->header().origin, static_cast<uint8_t>(Origin::kPackage));
  // They have always held: what happened before the package came, and is put in later, may refer to them.
  const auto snapshot = shop.Read();
  const StatusOr<Record> then = snapshot->GetAsOf(pink, {.effective = *ParseTime("1999-12-31T00:00:00Z")});
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_EQ(then->view().GetText(then->type().FindField("name")->position), "Pink");
  EXPECT_FALSE(snapshot->GetAsOf(pink, {.effective = kTimeMax, .recorded = *ParseTime("1999-12-31T00:00:00Z")}).ok()) << "known since now";
  Batch batch = shop.NewBatch();
  batch.Delete(pink);
  batch.Set(red, "name", "Rot");
  shop.Apply(batch);
  shop.Ensure(kSeeds);
  EXPECT_FALSE(shop.Exists(pink));
  EXPECT_EQ(shop.Get(red, "name"), Value("Rot"));
}

TEST(EnsureTest, BuildsIndexesOverExistingRecords) {
  Shop shop;
  shop.Ensure(Cards("1.0.0", ""));
  constexpr int kCards = 10'000;  // several steps
  AddCards(shop, kCards);
  EXPECT_EQ(GetReason(Count(shop, "by_suit").status()), Reason::kUnknownIndex);
  shop.Ensure(Cards("1.1.0", kBySuit));
  EXPECT_EQ(Count(shop, "by_suit").value(), size_t{kCards});
  IndexRange hearts;
  hearts.equal.emplace_back("hearts");
  EXPECT_EQ(Count(shop, "by_suit", hearts).value(), size_t{kCards / 2});
  EXPECT_THAT(BuildNotes(shop), IsEmpty());
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(EnsureTest, ARedefinedIndexIsBuiltAnewAndTheOldOneRemoved) {
  Shop shop;
  shop.Ensure(Cards("1.0.0", kBySuit));
  AddCards(shop, 100);
  const uint32_t old_number = (*shop->GetCatalog())->FindType("card")->FindIndex("by_suit")->number;
  shop.Ensure(Cards("1.1.0", R"({"name": "by_suit", "fields": ["suit", "-rank"], "cover": ["rank"]})"));
  EXPECT_NE((*shop->GetCatalog())->FindType("card")->FindIndex("by_suit")->number, old_number);
  EXPECT_EQ(Count(shop, "by_suit").value(), 100U);
  std::string prefix;
  AppendU32(prefix, old_number);
  for (const auto& [key, value] : shop.DumpFile()) {
    if (key.first == format::kIndex) {
      EXPECT_FALSE(key.second.starts_with(prefix));
    }
  }
  EXPECT_THAT(BuildNotes(shop), IsEmpty());
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(EnsureTest, AUniqueIndexOverEqualValuesIsRefusedByName) {
  Shop shop;
  shop.Ensure(Cards("1.0.0", ""));
  const Id first = AddCards(shop, 3)[2];
  const Id second = AddCards(shop, 1, 2)[0];
  const Status status = Ensure(*shop, Cards("1.1.0", kUniqueRank)).status();
  EXPECT_EQ(GetReason(status), Reason::kUnique) << status;
  EXPECT_EQ(GetErrorInfo(status).field, "rank");
  EXPECT_EQ(GetErrorInfo(status).value, "2");
  // Not whole, so no query uses it; writers keep it all the same.
  EXPECT_EQ(GetReason(Count(shop, "by_rank").status()), Reason::kUnknownIndex);
  EXPECT_THAT(BuildNotes(shop), Not(IsEmpty()));
  Batch batch = shop.NewBatch();
  batch.Set(second, "rank", 50);
  shop.Apply(batch);
  shop.Ensure(Cards("1.1.0", kUniqueRank));
  EXPECT_EQ(Count(shop, "by_rank").value(), 4U);
  Batch twice = shop.NewBatch();
  twice.Set(first, "rank", 50);
  EXPECT_EQ(GetReason(shop.Refuse(twice)), Reason::kUnique);
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

// What a process leaves that dies between two steps of a build.
class Interrupted final : public storage::Job {
 public:
  Interrupted(uint32_t index, uint64_t last) : index_(index), last_(last) {}
  StatusOr<Verdict> Run(storage::WriteSet& set) override {
    // The entries after the last record done are not there yet.
    std::string prefix;
    AppendU32(prefix, index_);
    std::vector<std::string> keys;
    const auto cursor = set.NewCursor(format::kIndex);
    for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
      if (format::IndexEntryId(cursor->key()).value() > last_) keys.emplace_back(cursor->key());
    }
    for (const std::string& key : keys) set.Delete(format::kIndex, key);
    std::string note(format::kMetaBuildPrefix);
    AppendU32(note, index_);
    std::string value;
    AppendU64(value, last_);
    set.Put(format::kMeta, note, value);
    format::State state = *format::DecodeState(*set.Get(format::kMeta, format::kMetaState));
    ++state.catalog_version;
    set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
    return Verdict::kKeep;
  }

 private:
  uint32_t index_;
  uint64_t last_;
};

TEST(EnsureTest, AnInterruptedBuildIsNotUsedAndGoesOnLater) {
  Shop shop;
  const std::string package = Cards("1.0.0", std::string(kBySuit) + ", " + std::string(kUniqueRank));
  shop.Ensure(package);
  const std::vector<Id> cards = AddCards(shop, 100);
  const uint32_t number = (*shop->GetCatalog())->FindType("card")->FindIndex("by_suit")->number;
  const std::string path = shop.path();
  shop.Close();
  {
    storage::OpenOptions options;
    options.application_format = format::kVersion;
    options.durability = storage::Durability::kRelaxed;
    options.create = true;
    const auto environment = *storage::Environment::Open(path, format::Keyspaces(), options);
    Interrupted job(number, cards[40].value());
    storage::Job* jobs[] = {&job};
    ASSERT_TRUE(environment->Run(jobs, {})[0].ok());
  }
  {
    // Opened without ensuring: not to be used, and kept by writers on both sides of where the build stands.
    const auto db = *Database::Open(path, shop.Options());
    const auto snapshot = *db->Read();
    EXPECT_EQ(GetReason(snapshot->ScanIndex("card", "by_suit", {}).status()), Reason::kUnknownIndex);
    EXPECT_TRUE(snapshot->ScanIndex("card", "by_rank", {}).ok());
    // Nor by those who look for records by a field: they go through the records instead.
    const catalog::TypeDef& type = *snapshot->catalog().FindType("card");
    const catalog::FieldDef& suit = *type.FindField("suit");
    const Value wanted = snapshot->Get(cards[50])->Get(suit.position);
    int found = 0;
    ASSERT_TRUE(ForEachWith(*snapshot, type, suit, wanted, [&](record::View view) {
                  found += view.Get(suit.position) == wanted ? 1 : 0;
                  return absl::OkStatus();
                }).ok());
    EXPECT_EQ(found, 50);
    EXPECT_EQ(ScanLedBy(*snapshot, type, suit, {.equal = {wanted}})->get(), nullptr);
    Batch batch = *db->NewBatch();
    batch.Set(cards[10], "suit", "clubs");
    batch.Set(cards[90], "suit", "clubs");
    batch.Delete(cards[91]);
    EXPECT_TRUE(db->Apply(batch).ok());
  }
  shop.Open();  // Ensure of any package goes on with what was left
  EXPECT_EQ(Count(shop, "by_suit").value(), 99U);
  EXPECT_THAT(BuildNotes(shop), IsEmpty());
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(EnsureTest, WritersKeepAnIndexThatIsBeingBuilt) {
  Shop shop;
  shop.Ensure(Cards("1.0.0", ""));
  std::vector<Id> cards = AddCards(shop, 20'000);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (size_t i = 0; !done; i = (i + 7919) % cards.size()) {
      Batch batch = shop.NewBatch();
      batch.Set(cards[i], "suit", "clubs" + std::to_string(i % 13));
      const StatusOr<Outcome> outcome = shop->Apply(batch);
      EXPECT_TRUE(outcome.ok()) << outcome.status();
    }
  });
  shop.Ensure(Cards("1.1.0", kBySuit));
  done = true;
  writer.join();
  EXPECT_EQ(Count(shop, "by_suit").value(), cards.size());
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(EnsureTest, TwoProcessesAtOnce) {
  const std::string path = testing::MakeTempDir() + "/db";
  constexpr int kProcesses = 2;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      OpenOptions options;
      options.create = true;
      options.durability = storage::Durability::kRelaxed;
      const auto run = [&]() -> Status {
        KITH_ASSIGN_OR_RETURN(const std::shared_ptr<Database> db, Database::Open(path, options));
        KITH_RETURN_IF_ERROR(Ensure(*db, testing::kShopPackage).status());
        // Each its own package as well, and one that both bring.
        const std::string own = R"({"package": "test.own)" + std::to_string(i) + R"(", "version": "1.0.0", "types": [{"name": "own)" +
                                std::to_string(i) + R"(", "fields": [{"name": "x", "kind": "int"}]}]})";
        KITH_RETURN_IF_ERROR(Ensure(*db, own).status());
        KITH_RETURN_IF_ERROR(Ensure(*db, Cards("1.0.0", kBySuit)).status());
        for (int n = 0; n < 50; ++n) {
          KITH_ASSIGN_OR_RETURN(Batch batch, db->NewBatch());
          const Id card = batch.Create("card");
          batch.Set(card, "rank", n);
          batch.Set(batch.Create("own" + std::to_string(i)), "x", n);
          KITH_RETURN_IF_ERROR(db->Apply(batch).status());
        }
        return absl::OkStatus();
      };
      const Status status = run();
      if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
      _exit(status.ok() ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  OpenOptions options;
  options.durability = storage::Durability::kRelaxed;
  const auto db = *Database::Open(path, options);
  const auto catalog = *db->GetCatalog();
  for (const char* type : {"item", "card", "own0", "own1"}) EXPECT_NE(catalog->FindType(type), nullptr) << type;
  const auto snapshot = *db->Read();
  size_t cards = 0;
  const auto cursor = *snapshot->Scan("card");
  while (cursor->Next()) ++cards;
  EXPECT_EQ(cards, 100U);
  EXPECT_THAT(db->Verify()->problems, IsEmpty());
}

TEST(EnsureTest, AThousandTypesCostAnApplyNothing) {
  std::string json = R"({"package": "test.many", "version": "1.0.0", "types": [)";
  for (int i = 0; i < 1000; ++i) {
    if (i > 0) json += ",";
    json += R"({"name": "t)" + std::to_string(i) + R"(", "fields": [{"name": "a", "kind": "text"}, {"name": "b", "kind": "int"}]})";
  }
  json += "]}";
  const auto micros_per_batch = [](Shop& shop, std::string_view type, std::string_view field) {
    constexpr int kBatches = 60;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kBatches; ++i) {
      Batch batch = shop.NewBatch();
      batch.Set(batch.Create(type), field, "x");
      shop.Apply(batch);
    }
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() / kBatches;
  };
  Shop small;
  Shop large;
  large.Ensure(json);
  double best = 1e9;
  // The best of several, since the machine does other things as well.
  for (int i = 0; i < 5 && best > 2; ++i) {
    best = std::min(best, micros_per_batch(large, "t999", "a") / micros_per_batch(small, "box", "label"));
  }
  EXPECT_LT(best, 3.0);
  EXPECT_EQ(large->GetStats()->types, 1006U);
}

}  // namespace
}  // namespace kith
