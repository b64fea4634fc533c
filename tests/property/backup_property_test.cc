// A backup taken while others write is the database as some commit left it: what history gives for that moment, byte for byte.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "dump.h"
#include "support/company.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::CompanyDatabase;
using testing::DifferenceOf;
using testing::Dump;
using testing::DumpOf;
using testing::MakeTempDir;

constexpr int kWriters = 3;

// Writers whose batches make, change, link and delete records until they are stopped.
class Writers {
 public:
  explicit Writers(CompanyDatabase& db) {
    for (int writer = 0; writer < kWriters; ++writer) threads_.emplace_back([this, &db, writer] { Work(db, writer); });
  }
  ~Writers() { Stop(); }
  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  [[nodiscard]] int batches() const { return batches_; }

 private:
  void Work(CompanyDatabase& db, int writer) {
    std::vector<Id> made;
    for (int i = 0; !stop_; ++i) {
      db.clock.Advance(1);
      Batch batch = db.NewBatch();
      const Id local = batch.Create("company", {"w" + std::to_string(writer), std::to_string(i)});
      batch.Set(local, "name", std::string(static_cast<size_t>(20 + i % 400), 'n'));
      if (made.size() > 20) {
        const Id old = made[static_cast<size_t>(i) % made.size()];
        batch.Set(old, "size", int64_t{i});
        batch.Link(old, {"more", std::to_string(writer) + "-" + std::to_string(i)});
        batch.Delete(made[made.size() / 2]);
        made.erase(made.begin() + static_cast<ptrdiff_t>(made.size() / 2));
      }
      const StatusOr<Outcome> outcome = db->Apply(batch);
      if (!outcome.ok()) {  // it may have changed what it deletes
        made.clear();
        continue;
      }
      made.push_back(outcome->ids[0]);
      ++batches_;
    }
  }

  std::atomic<bool> stop_{false};
  std::atomic<int> batches_{0};
  std::vector<std::thread> threads_;
};

// What history gives for the last moment that a copy knows.
StatusOr<Dump> ThenOf(CompanyDatabase& db, const std::string& copy) {
  OpenOptions options;
  options.read_only = true;
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<Database> opened, Database::Open(copy, options));
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, opened->Read());
  const std::string target = MakeTempDir() + "/then";
  KITH_RETURN_IF_ERROR(db->RestoreTo(target, {.sequence = snapshot->sequence()}).status());
  return DumpOf(target);
}

// R03
TEST(BackupPropertyTest, IsWhatACommitLeft) {
  CompanyDatabase db;
  std::vector<std::string> copies;
  int during = 0;
  {
    Writers writers(db);
    for (int i = 0; i < 6 * testing::TestScale(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const int before = writers.batches();
      copies.push_back(MakeTempDir() + "/copy");
      const Status status = db->Backup(copies.back());
      ASSERT_TRUE(status.ok()) << status;
      during += writers.batches() - before;
    }
  }
  EXPECT_GT(during, 0) << "nothing was written while a backup ran";
  for (const std::string& copy : copies) {
    const StatusOr<Dump> then = ThenOf(db, copy);
    ASSERT_TRUE(then.ok()) << then.status();
    EXPECT_EQ(DifferenceOf(*then, *DumpOf(copy)), "");
    OpenOptions options;
    EXPECT_EQ((*Database::Open(copy, options))->Verify()->problems, std::vector<std::string>());
  }
}

// The file copied piece by piece while it is written: what a backup would be without care. If that passed, the comparison would say
// nothing.
TEST(BackupPropertyTest, ACopyWithoutCareIsNoticed) {
  CompanyDatabase db;
  std::vector<std::string> copies;
  {
    Writers writers(db);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    for (int i = 0; i < 5; ++i) {
      copies.push_back(MakeTempDir() + "/copy");
      std::filesystem::create_directory(copies.back());
      std::filesystem::permissions(copies.back(), std::filesystem::perms::owner_all);
      std::ifstream in(db.path() + "/data.mdb", std::ios::binary);
      std::ofstream out(copies.back() + "/data.mdb", std::ios::binary);
      // As long as the file was at first: under load the writers may let it grow faster than it is read.
      const uintmax_t size = std::filesystem::file_size(db.path() + "/data.mdb");
      std::vector<char> piece(static_cast<size_t>(size / 64 + 1));
      for (int part = 0; part < 64 && (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0); ++part) {
        out.write(piece.data(), in.gcount());
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
  }
  int noticed = 0;
  for (const std::string& copy : copies) {
    std::filesystem::permissions(copy + "/data.mdb", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const StatusOr<Dump> then = ThenOf(db, copy);
    const StatusOr<Dump> is = DumpOf(copy);
    noticed += then.ok() && is.ok() && DifferenceOf(*then, *is).empty() ? 0 : 1;
  }
  EXPECT_GT(noticed, 0);
}

}  // namespace
}  // namespace kith
