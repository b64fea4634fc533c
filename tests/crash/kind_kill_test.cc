// A change of a field's kind that is killed at any moment: it goes on with the next call, and no value is lost or changed twice.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

#include "child.h"
#include "kith/engine/change_kind.h"
#include "support/paths.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::Child;
using testing::MakeTempDir;
using testing::TestScale;
using testing::TestSeed;

constexpr int kThings = 20'000;
constexpr std::string_view kPackage = R"({"package": "test.kinds", "version": "1.0.0", "types": [{"name": "thing",
  "fields": [{"name": "size", "kind": "text"}, {"name": "other", "kind": "int"}], "indexes": [{"name": "by_size", "fields": ["size"]}]}]})";

std::shared_ptr<Database> Open(const std::string& path) {
  OpenOptions options;
  options.create = true;
  options.durability = storage::Durability::kRelaxed;
  StatusOr<std::shared_ptr<Database>> db = Database::Open(path, options);
  if (db.ok()) return *std::move(db);
  std::fprintf(stderr, "%s\n", db.status().ToString().c_str());
  return nullptr;
}

// Arguments: path. Says that it begins, then changes the kind.
int Changer(const std::vector<std::string>& arguments) {
  const std::shared_ptr<Database> db = Open(arguments[0]);
  if (db == nullptr) return 5;
  testing::Tell(1);
  const StatusOr<ChangeKindReport> report = ChangeKind(*db, "thing", "size", R"({"kind": "int"})");
  if (report.ok()) return 0;
  std::fprintf(stderr, "%s\n", report.status().ToString().c_str());
  return 4;
}
const testing::RegisterRole kChanger("changer", Changer);

void Fill(const std::string& path) {
  const std::shared_ptr<Database> db = Open(path);
  const catalog::PackageSource source{.definition = std::string(kPackage), .numbers = {}};
  ASSERT_TRUE(db->Ensure({&source, 1}).ok());
  Batch batch = *db->NewBatch();
  for (int i = 0; i < kThings; ++i) batch.Set(batch.Create("thing"), "size", std::to_string(i));
  ASSERT_TRUE(db->Apply(batch).ok());
}

// The first thing that is not as it should be; -1: none.
int FirstWrong(Database& db) {
  const auto snapshot = *db.Read();
  const catalog::TypeDef& type = *snapshot->catalog().FindType("thing");
  const auto cursor = *snapshot->Scan("thing");
  int i = 0;
  for (; cursor->Next(); ++i) {
    const record::View view = *cursor->record();
    const bool once = snapshot->History(cursor->id())->size() == 2;  // its creation and one change
    if (!once || view.Get(type.FindField("size")->position) != Value(int64_t{i})) return i;
    if (view.Get(type.FindField("size_former")->position) != Value(std::to_string(i))) return i;
  }
  return i == kThings ? -1 : i;
}

// E17
TEST(KindKill, GoesOnWhereverItIsKilled) {
  std::mt19937_64 random(TestSeed(17));
  int before = 0, within = 0, after = 0;
  for (int round = 0; round < 6 * TestScale(); ++round) {
    const std::string path = MakeTempDir() + "/db";
    Fill(path);
    {
      Child child("changer", {path});
      ASSERT_TRUE(child.Listen(30'000).has_value());
      std::this_thread::sleep_for(std::chrono::microseconds(random() % (round % 3 == 0 ? 60'000 : 600'000)));
      child.Kill();
    }
    const std::shared_ptr<Database> db = Open(path);
    ASSERT_NE(db, nullptr);
    const catalog::TypeDef& type = *(*db->GetCatalog())->FindType("thing");
    const bool begun = type.FindField("size_former") != nullptr;
    const bool flipped = type.FindField("size")->kind == Kind::kInt;
    before += begun ? 0 : 1;
    within += begun && !flipped ? 1 : 0;
    after += flipped ? 1 : 0;
    if (flipped) {
      const catalog::PackageSource source{.definition = R"({"package": "test.none", "version": "1.0.0", "types": []})", .numbers = {}};
      ASSERT_TRUE(db->Ensure({&source, 1}).ok());  // ends what was left of its indexes
    } else {
      const StatusOr<ChangeKindReport> report = ChangeKind(*db, "thing", "size", R"({"kind": "int"})");
      ASSERT_TRUE(report.ok()) << report.status();
    }
    EXPECT_EQ(FirstWrong(*db), -1);
    const StatusOr<VerifyReport> report = db->Verify();
    ASSERT_TRUE(report.ok()) << report.status();
    for (const std::string& problem : report->problems) ADD_FAILURE() << problem;
  }
  std::printf("killed before it was begun %d times, while it went on %d, after the names were swapped %d\n", before, within, after);
}

}  // namespace
}  // namespace kith
