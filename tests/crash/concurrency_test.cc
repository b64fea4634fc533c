// Processes and threads that read and write the same registers while the file grows, backups are made and one of them is killed: what each
// saw and was told fits one order of all of it. // R08
//
// KITH_TEST_SCALE makes it longer.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <thread>

#include "child.h"
#include "register_history.h"
#include "support/company.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::Child;
using testing::CompanyDatabase;
using testing::FieldOf;
using testing::HistoryFile;
using testing::MakeTempDir;
using testing::Operation;
using testing::WhyNotLinearizable;
using Kind = Operation::Kind;

constexpr uint32_t kRegisters = 6;
constexpr int kThreads = 2;

StatusOr<std::shared_ptr<Database>> OpenSmall(const std::string& path) {
  OpenOptions options;
  options.map_size = uint64_t{1} << 20;
  return Database::Open(path, options);
}

// A register is a pair of records that only ever change together.
Status Write(Database& db, uint32_t key, int64_t value) {
  KITH_ASSIGN_OR_RETURN(Batch batch, db.NewBatch());
  for (const char* half : {"left", "right"}) {
    const Id id = batch.Existing("company", {half, std::to_string(key)});
    batch.Set(id, "size", value);
  }
  // Some weight, so that the file grows.
  if (value % 8 == 0) batch.Set(batch.Create("note"), "text", std::string(30'000, 'x'));
  return db.Apply(batch).status();
}

int64_t ReadHalf(const Snapshot& snapshot, const char* half, uint32_t key) {
  const StatusOr<Id> id = snapshot.Find("company", ExternalRef{half, std::to_string(key)});
  return id.ok() ? FieldOf(snapshot, *snapshot.Get(*id), "size").get<int64_t>() : -1;
}
// -1 when its halves differ.
int64_t ReadRegister(const Snapshot& snapshot, uint32_t key) {
  const int64_t left = ReadHalf(snapshot, "left", key);
  return left == ReadHalf(snapshot, "right", key) ? left : -1;
}

// One thread's reads and writes until `stop`. `stale`: it reads several registers of one snapshot and says that it took one for each.
void Work(Database& db, HistoryFile& history, int64_t name, bool stale, const std::atomic<bool>& stop) {
  std::mt19937_64 random(static_cast<uint64_t>(name));
  std::unique_ptr<Snapshot> kept;
  for (int64_t number = 1; !stop.load(); ++number) {
    const auto key = static_cast<uint32_t>(random() % kRegisters);
    if (random() % 3 == 0) {
      Operation* operation = history.Begin(Kind::kWrite, key, name << 32 | number);
      if (operation == nullptr) return;
      const Status status = Write(db, key, operation->value);
      if (!status.ok()) operation->kind = Kind::kRefused;
      operation->end = testing::Now();
    } else {
      Operation* operation = history.Begin(Kind::kRead, key, 0);
      if (operation == nullptr) return;
      if (kept == nullptr || !stale || random() % 50 == 0) {
        kept.reset();
        StatusOr<std::unique_ptr<Snapshot>> fresh = db.Read();
        if (!fresh.ok()) continue;
        kept = *std::move(fresh);
      }
      operation->value = ReadRegister(*kept, key);
      operation->end = testing::Now();
      if (!stale) kept.reset();
    }
  }
}

void WorkInThreads(Database& db, HistoryFile& history, int64_t name, bool stale, const std::atomic<bool>& stop) {
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < kThreads; ++i) threads.emplace_back([&, i] { Work(db, history, name * kThreads + i, stale, stop); });
  for (std::thread& thread : threads) thread.join();
}

// Arguments: path, the file of its history, its name. Works until it is killed.
int Worker(const std::vector<std::string>& arguments) {
  const StatusOr<std::shared_ptr<Database>> db = OpenSmall(arguments[0]);
  if (!db.ok()) {
    std::fprintf(stderr, "%s\n", db.status().ToString().c_str());
    return 5;
  }
  HistoryFile history(arguments[1]);
  testing::Tell(0);
  const std::atomic<bool> never{false};
  WorkInThreads(**db, history, std::stoll(arguments[2]), false, never);
  return 0;
}
const testing::RegisterRole kWorker("register-worker", Worker);

// Ends the threads of a test that is left early.
struct Stopper {
  std::atomic<bool>& stop;
  ~Stopper() { stop.store(true); }
};

class ConcurrencyTest : public ::testing::Test {
 protected:
  ConcurrencyTest() {
    CompanyDatabase made(path());
    Batch batch = made.NewBatch();
    for (uint32_t key = 0; key < kRegisters; ++key) {
      for (const char* half : {"left", "right"}) {
        const Id id = batch.Create("company", {half, std::to_string(key)});
        batch.Set(id, "name", half);
        batch.Set(id, "size", 0);
      }
    }
    made.Apply(batch);
    made.Close();
    db_ = *OpenSmall(path());
  }
  [[nodiscard]] std::string path() const { return folder_ + "/db"; }
  [[nodiscard]] std::string HistoryPath(int64_t name) const { return folder_ + "/history" + std::to_string(name); }

  void CollectFrom(const HistoryFile& file) {
    const std::vector<Operation> operations = file.Read();
    history_.insert(history_.end(), operations.begin(), operations.end());
  }
  // What stands in the end, as a read by somebody who has waited.
  void CollectLast() {
    const auto snapshot = *db_->Read();
    for (uint32_t key = 0; key < kRegisters; ++key) {
      const int64_t now = testing::Now();
      history_.push_back({.kind = Kind::kRead, .key = key, .value = ReadRegister(*snapshot, key), .begin = now, .end = now + 1});
    }
  }

  // A backup is whole and sound.
  void BackUp(int number) {
    const std::string target = folder_ + "/backup" + std::to_string(number);
    const Status status = db_->Backup(target);
    // Somebody may have been killed in the middle of a write of the lock file only; any other failure is one.
    ASSERT_TRUE(status.ok()) << status;
    {
      const StatusOr<std::shared_ptr<Database>> copy = OpenSmall(target);
      ASSERT_TRUE(copy.ok()) << copy.status();
      const auto snapshot = *(*copy)->Read();
      for (uint32_t key = 0; key < kRegisters; ++key) EXPECT_GE(ReadRegister(*snapshot, key), 0);
      EXPECT_EQ((*copy)->Verify()->problems, std::vector<std::string>());
    }
    std::filesystem::remove_all(target);
  }

  std::string folder_ = MakeTempDir();
  std::shared_ptr<Database> db_;
  std::vector<Operation> history_;
};

TEST_F(ConcurrencyTest, WhatAllSawFitsOneOrder) {
  std::mt19937_64 random(testing::TestSeed(8));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5) * testing::TestScale();
  int64_t name = 1;
  int kills = 0;
  int backups = 0;
  HistoryFile mine(HistoryPath(0));
  std::atomic<bool> stop{false};
  std::jthread here([&] { WorkInThreads(*db_, mine, 0, false, stop); });
  const Stopper stopper{stop};
  Child steady("register-worker", {path(), HistoryPath(1), "1"});
  ASSERT_TRUE(steady.Listen(20'000).has_value());
  while (std::chrono::steady_clock::now() < end) {
    ++name;
    Child child("register-worker", {path(), HistoryPath(name), std::to_string(name)});
    ASSERT_TRUE(child.Listen(20'000).has_value()) << child.Wait();
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 200'000));
    if (random() % 3 == 0) BackUp(++backups);
    child.Kill();
    ++kills;
  }
  steady.Kill();
  stop.store(true);
  here.join();
  for (int64_t i = 0; i <= name; ++i) CollectFrom(HistoryFile(HistoryPath(i)));
  CollectLast();
  const StatusOr<VerifyReport> report = db_->Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->problems, std::vector<std::string>());
  const DatabaseStats stats = *db_->GetStats();
  std::printf("%zu operations, %d kills, %d backups, %llu growths of the map here\n", history_.size(), kills, backups,
              static_cast<unsigned long long>(stats.storage.map_growths));
  EXPECT_EQ(WhyNotLinearizable(history_), "");
  EXPECT_GT(history_.size(), 500U);
}

// A reader who keeps an old snapshot and takes it for a new one is caught.
TEST_F(ConcurrencyTest, AStaleReadIsCaught) {
  HistoryFile mine(HistoryPath(0));
  std::atomic<bool> stop{false};
  std::thread here([&] { WorkInThreads(*db_, mine, 0, true, stop); });
  std::this_thread::sleep_for(std::chrono::seconds(2));
  stop.store(true);
  here.join();
  CollectFrom(mine);
  CollectLast();
  const std::string why = WhyNotLinearizable(history_);
  std::printf("control, stale reads: %s\n", why.c_str());
  EXPECT_NE(why, "");
}

// The judge itself, on histories that are known.
TEST(LinearizableTest, KnownHistories) {
  const auto write = [](int64_t value, int64_t begin, int64_t end) {
    return Operation{.kind = Kind::kWrite, .value = value, .begin = begin, .end = end};
  };
  const auto read = [](int64_t value, int64_t begin, int64_t end) {
    return Operation{.kind = Kind::kRead, .value = value, .begin = begin, .end = end};
  };
  EXPECT_EQ(WhyNotLinearizable({write(1, 1, 2), read(1, 3, 4), write(2, 5, 6), read(2, 7, 8)}), "");
  EXPECT_EQ(WhyNotLinearizable({write(1, 1, 10), read(0, 2, 3), read(1, 4, 5)}), "");
  EXPECT_EQ(WhyNotLinearizable({write(1, 1, 0), read(0, 2, 3), read(1, 40, 50)}), "");  // of unknown outcome: done late
  EXPECT_EQ(WhyNotLinearizable({write(1, 1, 0), read(0, 2, 3), write(2, 4, 5)}), "");   // ... or never
  EXPECT_NE(WhyNotLinearizable({write(1, 1, 2), read(0, 3, 4)}), "");                   // stale
  EXPECT_NE(WhyNotLinearizable({write(1, 1, 10), read(1, 2, 3), read(0, 4, 5)}), "");   // back and forth
  EXPECT_NE(WhyNotLinearizable({write(1, 5, 6), read(1, 2, 3)}), "");                   // before it was written
  EXPECT_NE(WhyNotLinearizable({read(7, 2, 3)}), "");
  EXPECT_NE(WhyNotLinearizable({write(1, 1, 2), write(2, 3, 4), read(2, 5, 6), read(1, 7, 8)}), "");
}

}  // namespace
}  // namespace kith
