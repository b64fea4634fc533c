#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "shop.h"

namespace kith {
namespace {

using testing::Shop;

std::string FileOf(uint64_t seed) {
  testing::ManualClock clock;
  OpenOptions options;
  options.create = true;
  options.clock = clock.function();
  options.seed = seed;
  const std::string path = testing::MakeTempDir() + "/db";
  {
    const auto db = *Database::Open(path, options);
    const catalog::PackageSource package{.definition = std::string(testing::kShopPackage), .numbers = {}};
    EXPECT_TRUE(db->Ensure({&package, 1}).ok());
    for (int i = 0; i < 20; ++i) {
      clock.Advance(kMicrosPerSecond);
      Batch batch = *db->NewBatch({}, "test");
      const Id item = batch.Create("item");
      batch.Set(item, "name", "N" + std::to_string(i));
      EXPECT_TRUE(db->Apply(batch).ok());
    }
  }
  std::ifstream file(path + "/data.mdb", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SeedTest, TheSameWritesGiveTheSameFile) {
  const std::string first = FileOf(7);
  EXPECT_FALSE(first.empty());
  EXPECT_TRUE(first == FileOf(7));
  EXPECT_FALSE(first == FileOf(8));
  EXPECT_FALSE(FileOf(0) == FileOf(0));
}

}  // namespace
}  // namespace kith
