// Many databases open in one process: what each takes of memory, and that threads do not grow with them.
//
// KITH_FLEET=5000 opens that many (their files take about a gigabyte in the temporary folder).
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kith/model/model.h"
#include "support/paths.h"
#include "support/sanitized.h"

namespace kith {
namespace {

using testing::MakeTempDir;

// A number of /proc/self/status: kilobytes, or a count.
int64_t Status(const std::string& name) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(name + ":", 0) == 0) return std::atoll(line.c_str() + name.size() + 1);
  }
  return -1;
}

size_t FleetSize() {
  const char* wanted = std::getenv("KITH_FLEET");
  return wanted == nullptr ? 60 : static_cast<size_t>(std::atoll(wanted));
}

std::shared_ptr<Database> OpenOne(const std::string& path) {
  OpenOptions options;
  options.create = true;
  options.map_size = uint64_t{16} << 20;
  options.durability = storage::Durability::kRelaxed;
  StatusOr<std::shared_ptr<Database>> database = model::OpenDatabase(path, options);
  EXPECT_TRUE(database.ok()) << database.status();
  return database.ok() ? *database : nullptr;
}

void WriteOne(Database& database, size_t number) {
  Batch batch = *database.NewBatch();
  batch.Set(batch.Create("account"), "name", "Company " + std::to_string(number));
  const StatusOr<Outcome> outcome = database.Apply(batch);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
}

// Four descriptors each, and five for a moment. More than the limit allows only who may raise it.
void AllowFiles(size_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = 1000 + 4 * count;
  const rlimit raised{wanted, std::max(wanted, limit.rlim_max)};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return;
  limit.rlim_cur = std::min(limit.rlim_max, wanted);
  setrlimit(RLIMIT_NOFILE, &limit);
}

TEST(FleetTest, ADatabaseTakesLittleAndNoThread) {
  const size_t count = FleetSize();
  AllowFiles(count);
  const std::string root = MakeTempDir();
  const std::string first = root + "/0";
  { WriteOne(*OpenOne(first), 0); }
  for (size_t i = 1; i <= count; ++i) {
    const std::string path = root + "/" + std::to_string(i);
    std::filesystem::create_directory(path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    std::filesystem::copy_file(first + "/data.mdb", path + "/data.mdb");
  }
  std::vector<std::shared_ptr<Database>> fleet{OpenOne(first)};
  WriteOne(*fleet[0], 0);
  const int64_t private_before = Status("RssAnon");
  const int64_t mapped_before = Status("RssFile");
  const auto begin = std::chrono::steady_clock::now();
  for (size_t i = 1; i <= count; ++i) {
    fleet.push_back(OpenOne(root + "/" + std::to_string(i)));
    ASSERT_NE(fleet.back(), nullptr);
    WriteOne(*fleet.back(), i);
    if (HasFatalFailure()) return;
    ASSERT_EQ((*fleet.back()->Read())->catalog().FindType("account")->name, "account");
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double each = static_cast<double>(Status("RssAnon") - private_before) / static_cast<double>(count);
  const double mapped = static_cast<double>(Status("RssFile") - mapped_before) / static_cast<double>(count);
  const int64_t threads = Status("Threads");
  std::printf("%zu databases: %.0f kB of memory and %.0f kB of mapped file pages each, %lld threads, %.1f ms to open and write\n", count,
              each, mapped, static_cast<long long>(threads), seconds * 1000 / static_cast<double>(count));
  EXPECT_LE(each, KITH_SANITIZED ? 450 : 150);  // with what a sanitizer keeps beside each allocation
  EXPECT_LE(threads, 20);
}

}  // namespace
}  // namespace kith
