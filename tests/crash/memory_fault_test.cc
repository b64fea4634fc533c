// Memory runs out at each allocation of a call, once and from there on: an error or std::bad_alloc comes back, nothing is changed, the next
// call works, and the file is sound. Of storage all, of the engine the writes of batches and reads of records; what is not promised stands
// in tests/README.md. // R16
//
// Usually a sample of the allocations, spread evenly; KITH_TEST_SCALE of 20 and more takes each.
#include <absl/container/flat_hash_map.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>

#include "child.h"
#include "faults.h"
#include "kith/storage/storage.h"
#include "support/company.h"
#include "support/paths.h"
#include "support/settings.h"
#include "workload.h"

namespace kith {
namespace {

namespace fs = std::filesystem;
using testing::Call;
using testing::Child;
using testing::CompanyDatabase;
using testing::Inject;
using testing::Injected;
using testing::MakeTempDir;
using testing::StopInjecting;

testing::Fault NoMemory(uint64_t nth, bool lasting) { return {.call = Call::kMemory, .nth = nth, .error = ENOMEM, .lasting = lasting}; }

// The error of `call`, with an exception for want of memory as one.
template <typename Work>
Status Caught(const Work& call) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("");
  }
}

// From 1 on, about `usual` numbers times the scale of them, spread over `count`.
std::vector<uint64_t> Sample(uint64_t count, uint64_t usual, uint64_t seed) {
  const uint64_t stride = std::max<uint64_t>(1, count / (usual * static_cast<uint64_t>(testing::TestScale())));
  std::vector<uint64_t> numbers;
  for (uint64_t nth = 1 + seed % stride; nth <= count; nth += stride) numbers.push_back(nth);
  if (numbers.back() != count) numbers.push_back(count);  // what comes after the commit
  return numbers;
}

// --- JSON

// As cmake/KithDependencies.cmake has it: the destructor that comes with the library ends the process here.
TEST(JsonMemory, ADocumentIsTakenApartWithoutMemory) {
  auto document = std::make_unique<nlohmann::json>(nlohmann::json::parse(R"([{"a": [1, {"b": []}]}, [[[]]], {"c": {"d": "text"}}])"));
  Inject(NoMemory(1, true));
  document.reset();
  EXPECT_GT(StopInjecting().failed, 0U);
}

// Likewise: a value is an object or an array once it has the memory of one.
TEST(JsonMemory, ADocumentThatCannotBeMadeIsTakenApart) {
  int refused = 0;
  for (uint64_t nth = 1; nth <= 60; ++nth) {
    Inject(NoMemory(nth, false));
    const Status status = Caught([] {
      nlohmann::ordered_json document;
      document["an object that is long"]["x"] = 1;
      document["a list that is long"].push_back({{"a", "text that is long enough"}, {"b", {1, 2, nullptr}}});
      document["z"].emplace_back(document);
      return nlohmann::json::parse(document.dump()).empty() ? absl::InternalError("") : absl::OkStatus();
    });
    StopInjecting();
    refused += int{!status.ok()};
  }
  EXPECT_GT(refused, 20);
}

// As cmake/KithDependencies.cmake has them: Abseil's own is lost when it cannot grow or an element cannot be made.
TEST(TableMemory, WhatCannotBePutInIsNotThere) {
  absl::flat_hash_map<std::string, std::string> table;
  int refused = 0;
  for (size_t size = 0; size < 60; ++size) {
    const std::string key = "a key that is long " + std::to_string(size);
    for (uint64_t nth = 1; nth <= 3; ++nth) {
      Inject(NoMemory(nth, false));
      const Status status = Caught([&] {
        table.try_emplace(key, key);
        return absl::OkStatus();
      });
      StopInjecting();
      refused += int{!status.ok()};
      ASSERT_EQ(table.contains(key), status.ok());
      table.erase(key);
      ASSERT_EQ(table.size(), size);
    }
    table[key] = key;
  }
  EXPECT_GE(refused, 60);
  for (const auto& [key, value] : table) EXPECT_EQ(key, value);
}

// --- storage alone, in this process

using storage::Environment;
using storage::IntegerKey;
using storage::Job;
using storage::View;

class PutMany final : public Job {
 public:
  explicit PutMany(uint64_t round) : text_(std::to_string(round)) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    for (uint64_t i = 0; i < 200; ++i) {
      if (i % 7 == 3) set.Delete(0, IntegerKey(i));
      set.Put(0, IntegerKey(i), text_ + std::string(i * 20, 'x'));
      set.Put(1, "key " + std::to_string(i), text_);
      KITH_RETURN_IF_ERROR(set.Get(0, IntegerKey(i)).status());
    }
    const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(1);
    for (bool more = cursor->First(); more; more = cursor->Next()) {
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    return Verdict::kKeep;
  }

 private:
  std::string text_;
};

class StorageMemoryTest : public ::testing::Test {
 protected:
  Status Write(uint64_t round) {
    PutMany job(round);
    Job* jobs[] = {&job};
    return environment_->Run(jobs, {})[0];
  }
  // The round that all entries are of; nothing else may be there.
  StatusOr<uint64_t> Read() {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, environment_->Read());
    KITH_ASSIGN_OR_RETURN(const View round, snapshot->Get(1, "key 0"));
    const std::string text(round);
    uint64_t count = 0;
    for (storage::Keyspace keyspace : {0U, 1U}) {
      const std::unique_ptr<storage::Cursor> cursor = snapshot->NewCursor(keyspace);
      for (bool more = cursor->First(); more; more = cursor->Next()) count += uint64_t{cursor->value().starts_with(text)};
      KITH_RETURN_IF_ERROR(cursor->status());
    }
    if (count != 400) return absl::DataLossError("entries of several rounds");
    return std::stoull(text);
  }
  // Each allocation of `call` fails in turn; `after` sees what came of it. How many allocations, and how often an error came of it.
  template <typename Work, typename After>
  void RunEach(const char* name, const Work& call, const After& after) {
    Inject(NoMemory(0, false));
    EXPECT_TRUE(call().ok());
    const uint64_t allocations = StopInjecting().calls;
    int errors = 0;
    for (const bool lasting : {false, true}) {
      for (uint64_t nth = 1; nth <= allocations; ++nth) {
        Inject(NoMemory(nth, lasting));
        const Status status = Caught(call);
        static_cast<void>(StopInjecting());
        errors += int{!status.ok()};
        after(status);
        if (HasFailure()) FAIL() << name << ": allocation " << nth << " of " << allocations << ", " << status;
      }
    }
    std::printf("%s: %llu allocations, %d errors\n", name, static_cast<unsigned long long>(allocations), errors);
    EXPECT_GT(errors, 0);
  }

  void Open() {
    static const std::vector<storage::KeyspaceSpec> keyspaces = {{.name = "a", .order = storage::KeyOrder::kInteger, .sealed = true},
                                                                 {.name = "b"}};
    StatusOr<std::shared_ptr<Environment>> opened = Environment::Open(path_, keyspaces, {.create = true});
    ASSERT_TRUE(opened.ok()) << opened.status();
    environment_ = *std::move(opened);
  }
  void SetUp() override { Open(); }

  const std::string path_ = MakeTempDir() + "/db";
  std::shared_ptr<Environment> environment_;
};

TEST_F(StorageMemoryTest, AWriteThatLacksMemoryChangesNothing) {
  uint64_t round = 0;
  uint64_t kept = 0;
  RunEach(
      "write", [&] { return Write(++round); },
      [&](const Status& status) {
        if (kept == 0) kept = 1;  // the first write was not injected
        if (status.ok()) kept = round;
        const StatusOr<uint64_t> read = Read();
        ASSERT_TRUE(read.ok()) << read.status();
        EXPECT_EQ(*read, kept);
      });
  EXPECT_TRUE(Write(++round).ok());
  environment_.reset();
  Open();
  const StatusOr<storage::CheckReport> report = environment_->Check();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->problems, ::testing::IsEmpty());
  EXPECT_EQ(*Read(), round);
}

TEST_F(StorageMemoryTest, AReadThatLacksMemoryHoldsNothingBack) {
  ASSERT_TRUE(Write(1).ok());
  RunEach(
      "read", [&] { return Read().status(); }, [&](const Status&) { EXPECT_EQ(*Read(), 1U); });
  // Neither a slot of the readers nor the gate is lost.
  EXPECT_TRUE(Write(2).ok());
  EXPECT_EQ(*Read(), 2U);
}

TEST_F(StorageMemoryTest, AnOpeningThatLacksMemoryLeavesNothingBehind) {
  ASSERT_TRUE(Write(1).ok());
  environment_.reset();
  RunEach(
      "open and close",
      [&] {
        const std::vector<storage::KeyspaceSpec> keyspaces = {{.name = "a", .order = storage::KeyOrder::kInteger, .sealed = true},
                                                              {.name = "b"}};
        return Environment::Open(path_, keyspaces, {}).status();
      },
      [&](const Status&) {
        Open();
        EXPECT_EQ(*Read(), 1U);
        environment_.reset();
      });
}

// --- a whole database, in a process of its own: should it end, that is seen

using testing::Ledger;

// Batches of the workload: written before, with too little memory, and after it.
constexpr uint64_t kBefore = 0;
constexpr uint64_t kInjected = 1;
constexpr uint64_t kAfter = 2;

Status WriteBatch(Database& db) { return testing::ApplyNumbered(db, kInjected); }

Status MergeBatches(Database& db) {
  KITH_ASSIGN_OR_RETURN(Batch batch, db.NewBatch());
  batch.Merge(batch.Existing("person", {"load", std::to_string(kBefore)}), batch.Existing("person", {"load", "merged"}));
  return db.Apply(batch).status();
}

// A record by its key, its fields, its history, and by an index.
Status ReadBatch(Database& db) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, db.Read());
  KITH_ASSIGN_OR_RETURN(const Id company, snapshot->Find("company", ExternalRef{"load", std::to_string(kBefore)}));
  KITH_ASSIGN_OR_RETURN(const record::View record, snapshot->Get(company));
  const catalog::TypeDef* type = snapshot->catalog().FindType("company");
  for (const catalog::FieldDef& field : type->fields) KITH_RETURN_IF_ERROR(GetField(*type, record, field.name).status());
  return snapshot->History(company).status();
}

struct Operation {
  const char* name;
  Status (*run)(Database& db);
};
constexpr Operation kOperations[] = {{"write", WriteBatch}, {"merge", MergeBatches}, {"read", ReadBatch}};

// What a child tells: allocations, and then how the call went and whether what came after it did.
enum Told : uint64_t { kDone = 1, kRefused = 2, kWentOn = 3, kStuck = 4 };

// Arguments: path, operation, the allocation that fails, "lasting" or "once".
int LackMemory(const std::vector<std::string>& arguments) {
  const StatusOr<std::shared_ptr<Database>> db = testing::OpenSmall(arguments[0]);
  if (!db.ok()) return 3;
  const Operation& operation = kOperations[std::stoull(arguments[1])];
  Inject(NoMemory(std::stoull(arguments[2]), arguments[3] == "lasting"));
  const Status status = Caught([&] { return operation.run(**db); });
  testing::Tell(StopInjecting().calls);
  testing::Tell(status.ok() ? kDone : kRefused);
  testing::Tell(testing::ApplyNumbered(**db, kAfter).ok() ? kWentOn : kStuck);
  return 0;
}
const testing::RegisterRole kLackMemory("lack-memory", LackMemory);

class DatabaseMemoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const StatusOr<std::shared_ptr<Database>> db = testing::OpenSmall(base_ + "/before");
    ASSERT_TRUE(db.ok()) << db.status();
    ASSERT_TRUE(testing::ApplyNumbered(**db, kBefore).ok());
    StatusOr<Batch> batch = (*db)->NewBatch();
    ASSERT_TRUE(batch.ok()) << batch.status();
    batch->Set(batch->Create("person", {"load", "merged"}), "name", "person");
    ASSERT_TRUE((*db)->Apply(*batch).ok());
  }

  struct Counts {
    int done = 0;
    int refused = 0;
    int stuck = 0;
    int ended = 0;
  };
  // One run; how many allocations there were.
  uint64_t Run(size_t operation, uint64_t nth, bool lasting, Counts& counts) {
    const std::string path = base_ + "/db";
    fs::remove_all(path);
    fs::copy(base_ + "/before", path, fs::copy_options::recursive);
    Ledger ledger;
    ledger.acknowledged.insert(kBefore);
    Child child("lack-memory", {path, std::to_string(operation), std::to_string(nth), lasting ? "lasting" : "once"});
    const uint64_t allocations = child.Listen(60'000).value_or(0);
    const std::optional<uint64_t> told = child.Listen(60'000);
    const bool writes = kOperations[operation].run == WriteBatch;
    counts.done += int{told == kDone};
    counts.refused += int{told == kRefused};
    if (writes && told == kDone) ledger.acknowledged.insert(kInjected);
    if (writes && told == kRefused) ledger.refused.insert(kInjected);
    const std::optional<uint64_t> after = child.Listen(60'000);
    if (after == kWentOn) ledger.acknowledged.insert(kAfter);
    counts.stuck += int{after == kStuck};
    counts.ended += int{child.Wait() != 0};
    EXPECT_EQ(testing::Inspect(path, ledger), std::vector<std::string>())
        << kOperations[operation].name << ", allocation " << nth << (lasting ? ", lasting" : "");
    return allocations;
  }

  const std::string base_ = MakeTempDir();
};

TEST_F(DatabaseMemoryTest, AnErrorComesBackAndTheFileIsSound) {
  const uint64_t seed = testing::TestSeed(5);
  for (size_t operation = 0; operation < std::size(kOperations); ++operation) {
    Counts counts;
    const uint64_t allocations = Run(operation, 0, false, counts);
    ASSERT_EQ(counts.done, 1);
    counts = Counts();
    int runs = 0;
    for (const bool lasting : {false, true}) {
      for (const uint64_t nth : Sample(allocations, 20, seed)) {
        Run(operation, nth, lasting, counts);
        ++runs;
      }
    }
    std::printf("%s: %llu allocations, %d runs: %d done, %d errors, %d could not go on, %d ended the process\n",
                kOperations[operation].name, static_cast<unsigned long long>(allocations), runs, counts.done, counts.refused, counts.stuck,
                counts.ended);
    EXPECT_GT(counts.refused, 0);
    EXPECT_EQ(counts.stuck, 0);
    EXPECT_EQ(counts.ended, 0);
  }
}

// The look at what is left sees a write that was acknowledged and is not there.
TEST_F(DatabaseMemoryTest, ALieIsCaught) {
  Ledger ledger;
  ledger.acknowledged = {kBefore, kInjected};
  EXPECT_THAT(testing::Inspect(base_ + "/before", ledger), ::testing::Contains("batch 1 was acknowledged and is not there"));
}

}  // namespace
}  // namespace kith
