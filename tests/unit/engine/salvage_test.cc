// A damaged database becomes a new one with what is sound: nothing that is not so, and what is lost is named.
#include "kith/engine/salvage.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "shop.h"
#include "support/settings.h"
#include "unit/engine/behind.h"

namespace kith {
namespace {

using testing::MakeTempDir;
using testing::Shop;

constexpr size_t kPage = 4096;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Leaf pages (kind 2) or branch pages (1) that hold this text somewhere.
std::vector<size_t> PagesWith(const std::string& bytes, uint16_t kind, std::string_view text) {
  std::vector<size_t> pages;
  for (size_t page = 2; (page + 1) * kPage <= bytes.size(); ++page) {
    uint16_t flags = 0;
    std::memcpy(&flags, bytes.data() + page * kPage + 10, sizeof(flags));
    if (flags == kind && bytes.substr(page * kPage, kPage).find(text) != std::string::npos) pages.push_back(page);
  }
  return pages;
}

class SalvageDatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Id maker = shop_.Add("maker", [](Batch& batch, Id id) { batch.Set(id, "label", "maker"); });
    Batch batch = shop_.NewBatch();
    for (int i = 0; i < 600; ++i) {
      const Id id = batch.Create("item", {"erp", std::to_string(i)});
      batch.Set(id, "name", "i" + std::to_string(i));
      batch.Set(id, "quantity", i % 1000);
      batch.Set(id, "maker", maker);
    }
    ids_ = shop_.Apply(batch).ids;
    Batch change = shop_.NewBatch();
    for (size_t i = 0; i < ids_.size(); i += 3) change.Set(ids_[i], "quantity", 7);
    for (size_t i = 1; i < ids_.size(); i += 50) change.Delete(ids_[i]);
    shop_.Apply(change);
    const auto snapshot = shop_.Read();
    const auto cursor = *snapshot->Scan("item");
    while (cursor->Next()) was_[cursor->id()] = std::string(cursor->record()->bytes());
    backup_ = MakeTempDir() + "/backup";
    ASSERT_TRUE(shop_->Backup(backup_).ok());
  }
  // Closes the database and changes its file.
  void Damage(const std::function<void(std::string& bytes)>& damage) {
    shop_.Close();
    const std::string path = shop_.path() + "/data.mdb";
    std::string bytes = ReadFile(path);
    damage(bytes);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  StatusOr<SalvageReport> TrySalvage(const SalvageOptions& options = {}) {
    target_ = MakeTempDir() + "/salvaged";
    return Salvage(shop_.path(), target_, shop_.Options(), options);
  }
  SalvageReport MustSalvage(const SalvageOptions& options = {}) {
    const StatusOr<SalvageReport> report = TrySalvage(options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : SalvageReport();
  }
  std::shared_ptr<Database> OpenTarget() { return *Database::Open(target_, shop_.Options()); }
  // Every salvaged item is byte for byte what it was; how many there are.
  size_t CompareItems(const Snapshot& snapshot) {
    size_t count = 0;
    const auto cursor = *snapshot.Scan("item");
    for (; cursor->Next(); ++count) {
      const auto found = was_.find(cursor->id());
      EXPECT_TRUE(found != was_.end()) << "a deleted record is back";
      EXPECT_TRUE(found == was_.end() || found->second == cursor->record()->bytes()) << cursor->id().value();
    }
    return count;
  }

  Shop shop_;
  std::vector<Id> ids_;
  std::map<Id, std::string> was_;
  std::string backup_;
  std::string target_;
};

TEST_F(SalvageDatabaseTest, ASoundFileGivesEverything) {
  shop_.Close();
  const SalvageReport report = MustSalvage();
  EXPECT_EQ(report.problems, std::vector<std::string>());
  EXPECT_EQ(report.changes, std::vector<std::string>());
  EXPECT_EQ(report.external_refs_lost, 0u);
  for (const SalvageReport::Lost& type : report.types) EXPECT_EQ(type.lost, 0u) << type.type;
  const auto snapshot = *OpenTarget()->Read();
  EXPECT_EQ(CompareItems(*snapshot), was_.size());
  EXPECT_EQ(*snapshot->Find("item", ExternalRef{"erp", "5"}), ids_[5]);
  EXPECT_EQ(snapshot->History(ids_[3])->size(), 2u);
}

// R30: a record that is sealed and yet no record, as one of a file that somebody has made.
TEST_F(SalvageDatabaseTest, AMalformedRecordIsNotTakenOver) {
  shop_.Close();
  {
    storage::OpenOptions options;
    options.application_format = format::kVersion;
    const StatusOr<std::shared_ptr<storage::Environment>> environment =
        storage::Environment::Open(shop_.path(), format::Keyspaces(), options);
    ASSERT_TRUE(environment.ok()) << environment.status();
    testing::BehindJob job([&](storage::WriteSet& set) {
      const uint64_t number = ids_[3].value();
      std::string bytes(*set.Get(format::kRecord, storage::IntegerKey(number)));
      std::memset(bytes.data(), 0xEE, 4);  // where its table is said to begin
      set.Put(format::kRecord, storage::IntegerKey(number), bytes);
    });
    storage::Job* const jobs[] = {&job};
    ASSERT_TRUE((*environment)->Run(jobs, {})[0].ok());
  }
  MustSalvage();
  const auto snapshot = *OpenTarget()->Read();
  EXPECT_TRUE(IsNotFound(snapshot->Get(ids_[3]).status()));
  EXPECT_EQ(CompareItems(*snapshot), was_.size() - 1);
}

TEST_F(SalvageDatabaseTest, LostRecordsAreNamed) {
  size_t pages = 0;
  Damage([&](std::string& bytes) {
    // Leaves of records: they have the names of items in them.
    for (const size_t page : PagesWith(bytes, 2, "i300")) {
      std::memset(bytes.data() + page * kPage, 0, kPage);
      ++pages;
    }
  });
  ASSERT_GT(pages, 0u);
  const SalvageReport report = MustSalvage();
  const auto database = OpenTarget();
  const auto snapshot = *database->Read();
  const size_t there = CompareItems(*snapshot);
  EXPECT_LT(there, was_.size());
  EXPECT_GT(there, was_.size() / 2);
  const auto items = std::find_if(report.types.begin(), report.types.end(), [](const auto& type) { return type.type == "item"; });
  ASSERT_NE(items, report.types.end());
  EXPECT_EQ(items->records, there);
  EXPECT_EQ(items->lost, was_.size() - there);
  std::set<Id> named;
  for (const auto& [first, last] : items->lost_ids) {
    for (uint64_t id = first.value(); id <= last.value(); ++id) named.insert(Id(id));
  }
  for (const auto& [id, bytes] : was_) EXPECT_EQ(snapshot->Get(id).ok(), !named.contains(id)) << id.value();
  // It can be worked with.
  Batch batch = *database->NewBatch();
  batch.Set(batch.Create("item"), "name", "new");
  EXPECT_TRUE(database->Apply(batch).ok());
}

TEST_F(SalvageDatabaseTest, LostDefinitionsComeFromABackup) {
  size_t pages = 0;
  Damage([&](std::string& bytes) {
    for (const size_t page : PagesWith(bytes, 2, "item.by_place")) {
      std::memset(bytes.data() + page * kPage, 0, kPage);
      ++pages;
    }
  });
  ASSERT_GT(pages, 0u);
  const StatusOr<SalvageReport> without = TrySalvage();
  const bool lost =
      !without.ok() || std::any_of(without->types.begin(), without->types.end(), [](const auto& type) { return type.lost > 0; });
  EXPECT_TRUE(lost);
  const SalvageReport report = MustSalvage({.definitions_from = backup_});
  EXPECT_GT(report.definitions_taken, 0u);
  EXPECT_EQ(report.problems, std::vector<std::string>());
  EXPECT_GT(CompareItems(**OpenTarget()->Read()), was_.size() / 10 * 9);  // some stood on the page of the last definition
}

TEST_F(SalvageDatabaseTest, RefusesATakenTargetAndAnOpenDatabase) {
  EXPECT_EQ(GetReason(Salvage(shop_.path(), backup_, shop_.Options()).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(TrySalvage().status()), Reason::kLocked);
  EXPECT_EQ(GetReason(Salvage("/nowhere/at/all", target_, shop_.Options()).status()), Reason::kDatabaseMissing);
  EXPECT_FALSE(std::filesystem::exists(target_));
}

// Whatever is hit: the new database opens, no record in it is other than it was, and what is missing is counted.
TEST_F(SalvageDatabaseTest, NothingWrongIsTakenOver) {
  shop_.Close();
  const std::string path = shop_.path() + "/data.mdb";
  const std::string sound = ReadFile(path);
  std::mt19937_64 random(testing::TestSeed(3));
  size_t salvaged = 0;
  size_t possible = 0;
  for (int trial = 0; trial < 12 * testing::TestScale(); ++trial) {
    std::string bytes = sound;
    for (uint64_t i = 1 + random() % 4; i > 0; --i) {
      char* const at = bytes.data() + (2 + random() % (sound.size() / kPage - 2)) * kPage;
      if (random() % 2 == 0) {
        std::memset(at, 0, kPage);
      } else {
        for (int flips = 0; flips < 10; ++flips) at[random() % kPage] ^= static_cast<char>(1u << random() % 8);
      }
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    const SalvageReport report = MustSalvage({.definitions_from = backup_});
    const auto snapshot = *OpenTarget()->Read();
    const auto cursor = *snapshot->Scan("item");
    for (; cursor->Next(); ++salvaged) {
      // A record whose history is lost in part may be rewritten as what is left of it gives: its values are those that it has had.
      const auto found = was_.find(cursor->id());
      if (found == was_.end()) {
        EXPECT_EQ((ids_.end() - std::find(ids_.begin(), ids_.end(), cursor->id())) > 0, true);
        continue;
      }
      const record::View is = *cursor->record();
      const auto position = snapshot->catalog().FindType("item")->FindField("name")->position;
      EXPECT_EQ(is.GetText(position), "i" + std::to_string(std::find(ids_.begin(), ids_.end(), cursor->id()) - ids_.begin()));
    }
    for (size_t i = 0; i < ids_.size(); i += 37) {
      const StatusOr<Id> found = snapshot->Find("item", ExternalRef{"erp", std::to_string(i)});
      EXPECT_TRUE(!found.ok() || *found == ids_[i]);
    }
    possible += was_.size();
  }
  std::printf("%zu of %zu records were salvaged\n", salvaged, possible);
  EXPECT_GT(salvaged, possible / 2);
}

}  // namespace
}  // namespace kith
