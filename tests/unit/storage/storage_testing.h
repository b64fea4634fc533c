// Helpers for the tests of the storage room.
#ifndef KITH_TESTS_UNIT_STORAGE_STORAGE_TESTING_H_
#define KITH_TESTS_UNIT_STORAGE_STORAGE_TESTING_H_

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "kith/storage/storage.h"
#include "storage/tuning.h"
#include "support/sanitized.h"

namespace kith::storage {

// The keyspaces of most tests.
inline constexpr Keyspace kRecords = 0;  // integer, sealed
inline constexpr Keyspace kIndex = 1;    // bytes
inline constexpr Keyspace kHistory = 2;  // bytes, sealed (16-byte keys)
inline constexpr Keyspace kFeed = 3;     // integer
[[nodiscard]] inline std::vector<KeyspaceSpec> TestKeyspaces() {
  return {{.name = "records", .order = KeyOrder::kInteger, .sealed = true},
          {.name = "index", .order = KeyOrder::kBytes, .sealed = false},
          {.name = "history", .order = KeyOrder::kBytes, .sealed = true},
          {.name = "feed", .order = KeyOrder::kInteger, .sealed = false}};
}

// A directory of its own for each test, removed at the end.
class StorageTest : public testing::Test {
 protected:
  StorageTest() {
    std::string name = testing::TempDir() + "kith-storage-XXXXXX";
    root_ = mkdtemp(name.data());
  }
  ~StorageTest() override {
    GetTuning() = Tuning();
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  [[nodiscard]] std::string Path(const std::string& name = "db") const { return root_ + "/" + name; }
  [[nodiscard]] std::string DataFile(const std::string& name = "db") const { return Path(name) + "/data.mdb"; }

  [[nodiscard]] StatusOr<std::shared_ptr<Environment>> TryOpen(OpenOptions options = {.create = true},
                                                               const std::string& name = "db") const {
    const std::vector<KeyspaceSpec> keyspaces = TestKeyspaces();
    return Environment::Open(Path(name), keyspaces, std::move(options));
  }
  [[nodiscard]] std::shared_ptr<Environment> Open(OpenOptions options = {.create = true}, const std::string& name = "db") const {
    StatusOr<std::shared_ptr<Environment>> environment = TryOpen(std::move(options), name);
    EXPECT_TRUE(environment.ok()) << environment.status();
    return environment.ok() ? *environment : nullptr;
  }

 private:
  std::string root_;
};

class FunctionJob final : public Job {
 public:
  using Function = std::function<StatusOr<Verdict>(WriteSet&)>;
  explicit FunctionJob(Function function) : function_(std::move(function)) {}
  [[nodiscard]] StatusOr<Verdict> Run(WriteSet& set) override { return function_(set); }

 private:
  Function function_;
};

[[nodiscard]] inline Status RunOne(Environment& environment, FunctionJob::Function function, const SubmitOptions& options = {}) {
  FunctionJob job(std::move(function));
  Job* jobs[] = {&job};
  return environment.Run(jobs, options)[0];
}

// Runs a function that cannot fail and keeps its changes.
[[nodiscard]] inline Status Write(Environment& environment, const std::function<void(WriteSet&)>& function) {
  return RunOne(environment, [&function](WriteSet& set) -> StatusOr<Job::Verdict> {
    function(set);
    return Job::Verdict::kKeep;
  });
}

[[nodiscard]] inline Status PutRecord(Environment& environment, uint64_t id, View value) {
  return Write(environment, [id, value](WriteSet& set) { set.Put(kRecords, IntegerKey(id), value); });
}

// Forks when the writers' threads are at rest: a child that was forked while one of them frees memory would wait for ever for the lock of a
// sanitizer's allocator.
[[nodiscard]] inline pid_t ForkAtRest() {
  if (KITH_SANITIZED) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return fork();
}

// A value as a sealed keyspace shows it.
[[nodiscard]] inline std::string Padded(std::string value) {
  value.resize((value.size() + 7) / 8 * 8, '\0');
  return value;
}

// The value of a record, or "-" when absent, or the error.
[[nodiscard]] inline std::string RecordText(const Reader& reader, uint64_t id) {
  const StatusOr<View> value = reader.Get(kRecords, IntegerKey(id));
  if (!value.ok()) return value.status() == Status(StatusCode::kNotFound, "") ? "-" : std::string(value.status().message());
  return std::string(value->substr(0, value->find('\0')));
}

}  // namespace kith::storage

#endif  // KITH_TESTS_UNIT_STORAGE_STORAGE_TESTING_H_
