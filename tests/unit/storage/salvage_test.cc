// What is taken from a damaged file was last committed so, and all that stands on sound pages is taken.
#include "kith/storage/salvage.h"

#include <fcntl.h>

#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "storage/page_check.h"
#include "storage/unique_fd.h"
#include "storage_testing.h"
#include "support/settings.h"

namespace kith::storage {
namespace {

using Content = std::map<std::pair<Keyspace, std::string>, std::string>;

bool IsSealed(Keyspace keyspace) { return keyspace == kRecords || keyspace == kHistory; }

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Which pages each entry stands on, and what the others are for.
class Atlas final : public EntryVisitor {
 public:
  void OnPage(uint64_t page, size_t, size_t) override {
    leaf_ = page;
    overflow_.clear();
    trees_.insert(page);
  }
  void OnOverflow(uint64_t first, uint64_t pages, uint64_t) override {
    for (uint64_t page = first; page < first + pages; ++page) overflow_.insert(page);
  }
  void OnEntry(std::string_view keyspace, std::string_view key, std::string_view) override {
    std::set<uint64_t>& pages = pages_[{std::string(keyspace), std::string(key)}];
    pages = std::move(overflow_);
    overflow_.clear();
    pages.insert(leaf_);
    leaves_.insert(leaf_);
  }
  void OnFree(uint64_t, uint64_t page) override {
    free_.insert(page);
    lists_.insert(leaf_);
    lists_.insert(overflow_.begin(), overflow_.end());
  }

  std::map<std::pair<std::string, std::string>, std::set<uint64_t>> pages_;
  std::set<uint64_t> leaves_;  // of entries
  std::set<uint64_t> trees_;   // every page of a tree
  std::set<uint64_t> free_;
  std::set<uint64_t> lists_;  // pages of the free list

 private:
  uint64_t leaf_ = 0;
  std::set<uint64_t> overflow_;
};

class SalvageTest : public StorageTest {
 protected:
  void MakeFile() {
    {
      const auto environment = Open();
      std::mt19937_64 random(1);
      for (int round = 0; round < 10; ++round) {
        if (round == 9) before_ = ContentOf(*environment);
        if (round == 6) older_ = ReadFile(DataFile());
        ASSERT_TRUE(Write(*environment, [&](WriteSet& set) {
                      for (int i = 0; i < 400; ++i) {
                        const uint64_t id = random() % 3000;
                        std::string key = std::to_string(id);
                        key.insert(0, 16 - key.size(), '0');
                        if (random() % 5 == 0) {
                          set.Delete(kRecords, IntegerKey(id));
                        } else {
                          set.Put(kRecords, IntegerKey(id), std::string(random() % 40 == 0 ? 9000 : 200, static_cast<char>('a' + round)));
                        }
                        set.Put(kHistory, key, std::string(60, static_cast<char>('A' + round)));
                        set.Put(kIndex, "key " + std::to_string(random() % 900), std::string(30, 'i'));
                      }
                    }).ok());
      }
      content_ = ContentOf(*environment);
    }
    sound_ = ReadFile(DataFile());
    const UniqueFd fd(open(DataFile().c_str(), O_RDONLY));
    meta_ = *ReadMeta(fd.get(), std::nullopt);
    ASSERT_EQ(CheckPages(fd.get(), meta_, CheckDepth::kFull, &atlas_).problems, std::vector<std::string>());
  }

  static Content ContentOf(Environment& environment) {
    Content content;
    const auto snapshot = environment.Read();
    for (Keyspace keyspace = 0; keyspace < TestKeyspaces().size(); ++keyspace) {
      const auto cursor = (*snapshot)->NewCursor(keyspace);
      for (bool more = cursor->First(); more; more = cursor->Next()) content[{keyspace, std::string(cursor->key())}] = cursor->value();
    }
    return content;
  }

  // The file with other bytes, salvaged.
  FileSalvage Salvage(const std::string& bytes, Content& taken, const FileSalvageOptions& options = {}) {
    std::ofstream(DataFile(), std::ios::binary | std::ios::trunc) << bytes;
    const std::vector<KeyspaceSpec> keyspaces = TestKeyspaces();
    const StatusOr<FileSalvage> report = SalvageFile(Path(), keyspaces, options, [&](const SalvagedEntry& entry) {
      taken[{entry.keyspace, std::string(entry.key)}] = entry.value;
      return absl::OkStatus();
    });
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : FileSalvage();
  }

  // Sealed entries that stand on none of these pages.
  [[nodiscard]] std::set<std::pair<Keyspace, std::string>> Intact(const std::set<uint64_t>& damaged) const {
    std::set<std::pair<Keyspace, std::string>> intact;
    for (const auto& [name_and_key, pages] : atlas_.pages_) {
      for (Keyspace keyspace = 0; keyspace < TestKeyspaces().size(); ++keyspace) {
        if (TestKeyspaces()[keyspace].name != name_and_key.first || !IsSealed(keyspace)) continue;
        const bool hit = std::any_of(pages.begin(), pages.end(), [&](uint64_t page) { return damaged.contains(page); });
        if (!hit) intact.emplace(keyspace, name_and_key.second);
      }
    }
    return intact;
  }

  static std::string Wrong(const Content& taken, const Content& should) {
    for (const auto& [key, value] : taken) {
      if (!IsSealed(key.first)) continue;
      const auto found = should.find(key);
      if (found == should.end()) return "an entry of keyspace " + std::to_string(key.first) + " that was not there";
      if (found->second != value) return "another value than was committed";
    }
    return "";
  }

  std::string sound_;
  std::string older_;
  Content content_;
  Content before_;  // one commit earlier
  format::Meta meta_{};
  Atlas atlas_;
};

TEST_F(SalvageTest, TakesAllOfASoundFile) {
  MakeFile();
  Content taken;
  const FileSalvage report = Salvage(sound_, taken);
  EXPECT_TRUE(taken == content_);
  EXPECT_TRUE(report.newest_state);
  EXPECT_TRUE(report.free_list);
  EXPECT_EQ(report.damaged_pages, 0u);
  EXPECT_EQ(report.orphans, 0u);
  EXPECT_EQ(report.free_pages, atlas_.free_.size());
  for (const SalvageKeyspace& keyspace : report.keyspaces) EXPECT_TRUE(keyspace.complete);
}

TEST_F(SalvageTest, ABrokenBranchLosesNothing) {
  MakeFile();
  std::string bytes = sound_;
  int branches = 0;
  for (const uint64_t page : atlas_.trees_) {
    format::PageHeader header{};
    std::memcpy(&header, bytes.data() + page * kPageSize, sizeof(header));
    if (header.flags != format::kBranch) continue;
    ++branches;
    std::memset(bytes.data() + page * kPageSize, 0, kPageSize);
  }
  ASSERT_GT(branches, 1);
  Content taken;
  const FileSalvage report = Salvage(bytes, taken);
  EXPECT_GT(report.orphans, 10u);
  EXPECT_EQ(Wrong(taken, content_), "");
  for (const auto& key : Intact({})) EXPECT_TRUE(taken.contains(key));
  for (Keyspace keyspace = 0; keyspace < report.keyspaces.size(); ++keyspace) {
    EXPECT_TRUE(!IsSealed(keyspace) || report.keyspaces[keyspace].complete);
  }
}

// Random pages zeroed or with flipped bytes: nothing wrong is taken, and all that stands on intact leaves is, unless both the way to it and
// the free list are gone.
TEST_F(SalvageTest, TakesWhatIsIntactAndNothingElse) {
  MakeFile();
  std::mt19937_64 random(testing::TestSeed(5));
  const uint64_t pages = sound_.size() / kPageSize;
  uint64_t intact_entries = 0;
  uint64_t taken_entries = 0;
  int all_taken = 0;
  const int trials = 150 * testing::TestScale();
  for (int trial = 0; trial < trials; ++trial) {
    std::string bytes = sound_;
    std::set<uint64_t> damaged;
    const std::vector<uint64_t> trees(atlas_.trees_.begin(), atlas_.trees_.end());
    for (uint64_t i = 1 + random() % 8; i > 0; --i) {
      const uint64_t page = random() % 3 == 0 ? random() % pages : trees[random() % trees.size()];
      damaged.insert(page);
      char* const at = bytes.data() + page * kPageSize;
      if (random() % 2 == 0) {
        std::memset(at, 0, kPageSize);
      } else {
        for (uint64_t flips = 1 + random() % 20; flips > 0; --flips) at[random() % kPageSize] ^= static_cast<char>(1u << (random() % 8));
      }
    }
    Content taken;
    if (damaged.contains(0) && damaged.contains(1)) continue;
    const FileSalvage report = Salvage(bytes, taken);
    const bool meta_hit = damaged.contains(meta_.transaction % 2);
    const std::string wrong = Wrong(taken, content_);
    ASSERT_TRUE(wrong.empty() || (meta_hit && Wrong(taken, before_).empty())) << "trial " << trial << ": " << wrong;
    if (meta_hit) continue;
    uint64_t found = 0;
    const auto intact = Intact(damaged);
    for (const auto& key : intact) found += taken.contains(key) ? 1 : 0;
    // A damaged list may name pages as free that are not.
    const bool list_hit = std::any_of(damaged.begin(), damaged.end(), [&](uint64_t page) { return atlas_.lists_.contains(page); });
    EXPECT_TRUE(list_hit || found == intact.size()) << "trial " << trial;
    all_taken += found == intact.size() ? 1 : 0;
    intact_entries += intact.size();
    taken_entries += found;
  }
  std::printf("%d trials: of entries on intact leaves %.2f %% were taken, all of them in %d trials\n", trials,
              100.0 * static_cast<double>(taken_entries) / static_cast<double>(intact_entries), all_taken);
  EXPECT_GT(static_cast<double>(taken_entries), 0.9 * static_cast<double>(intact_entries));
}

// Pages as they were some commits ago in the place of newer ones: whole, with sound seals, and not what was last committed.
TEST_F(SalvageTest, AnOlderPageShows) {
  MakeFile();
  int replaced = 0;
  for (const uint64_t page : atlas_.leaves_) {
    if ((page + 1) * kPageSize > older_.size()) continue;
    std::string bytes = sound_;
    bytes.replace(page * kPageSize, kPageSize, older_, page * kPageSize, kPageSize);
    if (bytes == sound_) continue;
    Content taken;
    const FileSalvage report = Salvage(bytes, taken);
    const bool same = Wrong(taken, content_).empty();
    bool complete = true;
    for (Keyspace keyspace = 0; keyspace < report.keyspaces.size(); ++keyspace) complete &= report.keyspaces[keyspace].complete;
    EXPECT_TRUE(same || !complete) << "page " << page;
    ++replaced;
  }
  EXPECT_GT(replaced, 5);
}

TEST_F(SalvageTest, BothMetaPagesGoneNeedsToBeAskedFor) {
  MakeFile();
  std::string bytes = sound_;
  std::memset(bytes.data(), 0, 2 * kPageSize);
  std::ofstream(DataFile(), std::ios::binary | std::ios::trunc) << bytes;
  const std::vector<KeyspaceSpec> keyspaces = TestKeyspaces();
  const auto ignore = [](const SalvagedEntry&) { return absl::OkStatus(); };
  EXPECT_EQ(GetReason(SalvageFile(Path(), keyspaces, {}, ignore).status()), Reason::kCorrupt);
  Content taken;
  const FileSalvage report = Salvage(bytes, taken, {.with_old_pages = true});
  EXPECT_FALSE(report.newest_state);
  EXPECT_GT(report.orphans, 20u);
  for (const auto& key : Intact({})) EXPECT_TRUE(taken.contains(key));
}

TEST_F(SalvageTest, RefusesAnOpenDatabase) {
  const auto environment = Open();
  const std::vector<KeyspaceSpec> keyspaces = TestKeyspaces();
  const auto ignore = [](const SalvagedEntry&) { return absl::OkStatus(); };
  EXPECT_EQ(GetReason(SalvageFile(Path(), keyspaces, {}, ignore).status()), Reason::kLocked);
  EXPECT_EQ(GetReason(SalvageFile(Path("none"), keyspaces, {}, ignore).status()), Reason::kDatabaseMissing);
}

}  // namespace
}  // namespace kith::storage
