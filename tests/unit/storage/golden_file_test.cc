// Files that former builds wrote (tests/golden), as storage alone sees them: sound to the last seal and digest on whatever processor this
// runs, and as many entries.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "storage_testing.h"
#include "support/paths.h"

namespace kith::storage {
namespace {

namespace fs = std::filesystem;

// As lib/engine/format.cc has them.
std::vector<KeyspaceSpec> EngineKeyspaces() {
  return {{.name = "meta", .sealed = true},
          {.name = "record", .order = KeyOrder::kInteger, .sealed = true},
          {.name = "history", .sealed = true},
          {.name = "feed", .order = KeyOrder::kInteger, .sealed = true},
          {.name = "index"},
          {.name = "external"},
          {.name = "idempotency", .sealed = true},
          {.name = "aggregate", .sealed = true}};
}

class GoldenFileTest : public StorageTest {};

TEST_F(GoldenFileTest, IsSound) {
  int files = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(testing::TestFile("golden"))) {
    const fs::path packed = entry.path() / "database.tar.xz";
    if (!fs::exists(packed)) continue;
    const std::string folder = Path(entry.path().filename());
    fs::create_directory(folder);
    const std::string command = "tar xJf '" + packed.string() + "' -C '" + folder + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;  // NOLINT(concurrency-mt-unsafe, cert-env33-c)
    const StatusOr<std::shared_ptr<Environment>> opened = Environment::Open(folder + "/golden.kith", EngineKeyspaces(), {});
    ASSERT_TRUE(opened.ok()) << packed << ": " << opened.status();
    const StatusOr<CheckReport> report = (*opened)->Check();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_THAT(report->problems, ::testing::IsEmpty());
    EXPECT_GT(report->entries, 1'000U);
    ++files;
  }
  EXPECT_GE(files, 1);
}

}  // namespace
}  // namespace kith::storage
