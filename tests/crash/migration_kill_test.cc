// A migration that is killed at any moment: nothing of it has happened, or all of it happens. // D06, W6
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <random>
#include <thread>

#include "child.h"
#include "kith/crm/migrate.h"
#include "support/paths.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::Child;
using testing::MakeTempDir;
using testing::TestScale;
using testing::TestSeed;

constexpr int kDeals = 1000;
constexpr std::string_view kPlan = R"json({
  "pipeline": {"name": "default", "for_type": "opportunity", "stages": [
    {"name": "first"}, {"name": "even"}, {"name": "odd"}, {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]},
  "map": {"prospecting": "first", "qualified": "first", "negotiation": "first",
          "proposal": [{"to": "even", "when": "amount == money('2', 'CNY')"}, {"to": "odd"}]}})json";

std::shared_ptr<Database> Open(const std::string& path) {
  OpenOptions options;
  options.create = true;
  StatusOr<std::shared_ptr<Database>> db = model::OpenDatabase(path, options);
  if (db.ok()) return *std::move(db);
  std::fprintf(stderr, "%s\n", db.status().ToString().c_str());
  return nullptr;
}

// Arguments: path. Says that it begins, then migrates.
int Migrator(const std::vector<std::string>& arguments) {
  const std::shared_ptr<Database> db = Open(arguments[0]);
  if (db == nullptr) return 5;
  testing::Tell(1);
  const StatusOr<crm::MigrationReport> report = crm::MigratePipeline(*db, *model::MigrationPlanFromJson(kPlan), {.batch_records = 16});
  if (report.ok()) return 0;
  std::fprintf(stderr, "%s\n", report.status().ToString().c_str());
  return 4;
}
const testing::RegisterRole kMigrator("migrator", Migrator);

void Fill(Database& db) {
  Batch batch = *db.NewBatch();
  for (int i = 0; i < kDeals; ++i) {
    const Id deal = batch.Create("opportunity");
    batch.Set(deal, "name", "deal");
    batch.Set(deal, "amount", Money{100 + 100 * (i % 2), *Currency::FromCode("CNY")});
    model::Move(batch, deal, i % 4 < 2 ? "default/proposal" : "default/qualified");
  }
  ASSERT_TRUE(db.Apply(batch).ok());
}

// Deals by the name of their stage.
std::map<std::string, int> Count(Database& db) {
  const auto snapshot = *db.Read();
  const model::Pipeline pipeline = *model::GetPipeline(*snapshot, "default");
  const catalog::TypeDef& type = *snapshot->catalog().FindType("opportunity");
  std::map<std::string, int> counts;
  const auto cursor = *snapshot->Scan("opportunity");
  while (cursor->Next()) {
    const record::View view = *cursor->record();
    ++counts[pipeline.Find(view.GetRef(type.FindField("stage")->position))->name];
  }
  return counts;
}

TEST(MigrationKill, AllOrNothingWheneverItIsKilled) {
  std::mt19937_64 random(TestSeed(66));
  const std::map<std::string, int> former = {{"proposal", kDeals / 2}, {"qualified", kDeals / 2}};
  const std::map<std::string, int> present = {{"first", kDeals / 2}, {"even", kDeals / 4}, {"odd", kDeals / 4}};
  int nothing = 0, resumed = 0, done = 0;
  for (int round = 0; round < 6 * TestScale(); ++round) {
    const std::string path = MakeTempDir() + "/db";
    Fill(*Open(path));
    {
      Child child("migrator", {path});
      ASSERT_TRUE(child.Listen(30'000).has_value());
      std::this_thread::sleep_for(std::chrono::microseconds(random() % (round % 3 == 0 ? 20'000 : 400'000)));
      child.Kill();
    }
    const std::shared_ptr<Database> db = Open(path);
    ASSERT_NE(db, nullptr);
    const bool decided = model::GetPipeline(**db->Read(), "default")->version == 2;
    const StatusOr<uint64_t> moved = crm::SettleMigrations(*db);
    ASSERT_TRUE(moved.ok()) << moved.status();
    EXPECT_EQ(Count(*db), decided ? present : former);
    EXPECT_EQ(*crm::SettleMigrations(*db), 0u);
    const StatusOr<VerifyReport> report = db->Verify();
    ASSERT_TRUE(report.ok()) << report.status();
    for (const std::string& problem : report->problems) ADD_FAILURE() << problem;
    nothing += decided ? 0 : 1;
    resumed += decided && *moved > 0 ? 1 : 0;
    done += decided && *moved == 0 ? 1 : 0;
  }
  std::printf("killed before it was decided %d times, while it was settled %d, after it %d\n", nothing, resumed, done);
}

}  // namespace
}  // namespace kith
