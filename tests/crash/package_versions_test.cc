// Hosts that bring neighbouring versions of one package, each in its own process, write to one database in turns: nothing is lost. // E17
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <random>
#include <thread>

#include "child.h"
#include "kith/engine/database.h"
#include "support/paths.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::Child;
using testing::MakeTempDir;
using testing::Tell;
using testing::TestScale;
using testing::TestSeed;

constexpr int kItems = 40;
constexpr int kStepsBetweenOpenings = 40;

// Version 1.0.0, and 1.1.0 with a further field, choice, index and type.
catalog::PackageSource Version(bool newer) {
  std::string more_choices;
  std::string more_fields;
  std::string more_indexes;
  std::string more_types;
  if (newer) {
    more_choices = R"(, {"name": "green"})";
    more_fields =
        R"(, {"name": "new_value", "kind": "int"}, {"name": "also", "kind": "choice_set", "choices": [{"name": "a"}, {"name": "b"}]})";
    more_indexes = R"(, {"name": "by_new", "fields": ["new_value"], "cover": ["total"]})";
    more_types =
        R"(, {"name": "extra", "fields": [{"name": "item", "kind": "ref", "to": ["item"], "required": true}, {"name": "n", "kind": "int"}]})";
  }
  std::string definition = R"({"package": "test.stock", "version": ")" + std::string(newer ? "1.1.0" : "1.0.0") +
                           R"(", "types": [{"name": "item", "fields": [
      {"name": "old_value", "kind": "int"}, {"name": "total", "kind": "int"},
      {"name": "colour", "kind": "choice", "choices": [{"name": "red"}, {"name": "blue"})" +
                           more_choices + "]}" + more_fields + R"(],
      "indexes": [{"name": "by_old", "fields": ["old_value"]})" +
                           more_indexes + "]}" + more_types + "]}";
  const StatusOr<std::string> numbers = catalog::AppendNumbers({definition, {}});
  return {std::move(definition), numbers.ok() ? *numbers : std::string()};
}

std::shared_ptr<Database> Open(const std::string& path, bool newer) {
  OpenOptions options;
  options.create = true;
  options.durability = storage::Durability::kRelaxed;
  const StatusOr<std::shared_ptr<Database>> db = Database::Open(path, options);
  if (!db.ok()) {
    std::fprintf(stderr, "%s\n", db.status().ToString().c_str());
    return nullptr;
  }
  const catalog::PackageSource source = Version(newer);
  const StatusOr<EnsureReport> report = (*db)->Ensure({&source, 1});
  if (report.ok()) return *db;
  std::fprintf(stderr, "%s\n", report.status().ToString().c_str());
  return nullptr;
}

// What one host writes, step by step; the test plays it over again to know what must be there.
struct Step {
  int item = 0;
  int64_t value = 0;
  bool has_extra = false;
  int64_t pause = 0;  // µs
};

class Steps {
 public:
  explicit Steps(uint64_t seed) : random_(seed) {}
  Step Next() {
    Step step;
    step.item = static_cast<int>(random_() % kItems);
    step.value = static_cast<int64_t>(random_() % 1'000'000);
    step.has_extra = random_() % 8 == 0;
    step.pause = static_cast<int64_t>(random_() % 400);
    return step;
  }

 private:
  std::mt19937_64 random_;
};

ExternalRef RefOf(int item) { return {"test", std::to_string(item)}; }

Status Write(Database& db, bool newer, const Step& step) {
  KITH_ASSIGN_OR_RETURN(Batch batch, db.NewBatch());
  const Id item = batch.Upsert("item", RefOf(step.item));
  batch.Set(item, newer ? "new_value" : "old_value", step.value);
  batch.Add(item, "total", 1);
  if (newer) {
    batch.Set(item, "colour", "green");
    batch.Set(item, "also", TextList{"b"});
    if (step.has_extra) {
      const Id extra = batch.Create("extra");
      batch.Set(extra, "item", item);
      batch.Set(extra, "n", step.value);
    }
  }
  return db.Apply(batch).status();
}

// Arguments: path, "old" or "new", seed, steps. Tells the number of steps when done.
int Host(const std::vector<std::string>& arguments) {
  const bool newer = arguments[1] == "new";
  Steps steps(std::stoull(arguments[2]));
  const int count = std::stoi(arguments[3]);
  std::shared_ptr<Database> db;
  for (int i = 0; i < count; ++i) {
    if (i % kStepsBetweenOpenings == 0) {
      db.reset();
      db = Open(arguments[0], newer);
      if (db == nullptr) return 5;
    }
    const Step step = steps.Next();
    std::this_thread::sleep_for(std::chrono::microseconds(step.pause));
    if (const Status status = Write(*db, newer, step); !status.ok()) {
      std::fprintf(stderr, "%s\n", status.ToString().c_str());
      return 4;
    }
  }
  Tell(static_cast<uint64_t>(count));
  return 0;
}
const testing::RegisterRole kHost("host", Host);

// What both hosts must have left.
struct Expected {
  std::map<int, int64_t> old_value;
  std::map<int, int64_t> new_value;
  std::map<int, int64_t> total;
  int extras = 0;

  void Play(bool newer, uint64_t seed, int count) {
    Steps steps(seed);
    for (int i = 0; i < count; ++i) {
      const Step step = steps.Next();
      (newer ? new_value : old_value)[step.item] = step.value;
      ++total[step.item];
      if (newer && step.has_extra) ++extras;
    }
  }
};

Value ValueOr(const std::map<int, int64_t>& values, int item) {
  const auto it = values.find(item);
  return it == values.end() ? Value() : Value(it->second);
}

void Check(Database& db, const Expected& expected) {
  const std::unique_ptr<Snapshot> snapshot = *db.Read();
  const catalog::TypeDef& type = *snapshot->catalog().FindType("item");
  for (const auto& [item, total] : expected.total) {
    const StatusOr<Id> id = snapshot->Find("item", RefOf(item));
    ASSERT_TRUE(id.ok()) << item;
    const record::View record = *snapshot->Get(*id);
    EXPECT_EQ(*GetField(type, record, "total"), Value(total)) << item;
    EXPECT_EQ(*GetField(type, record, "old_value"), ValueOr(expected.old_value, item)) << item;
    EXPECT_EQ(*GetField(type, record, "new_value"), ValueOr(expected.new_value, item)) << item;
    const bool touched = expected.new_value.contains(item);
    EXPECT_EQ(*GetField(type, record, "colour"), touched ? Value(Choice{type.FindField("colour")->FindChoice("green")->number}) : Value());
    EXPECT_EQ(GetField(type, record, "also")->is_null(), !touched) << item;
  }
  int extras = 0;
  const auto cursor = *snapshot->Scan("extra");
  while (cursor->Next()) ++extras;
  EXPECT_EQ(extras, expected.extras);
  EXPECT_TRUE(snapshot->ScanIndex("item", "by_new", {}).ok());
  EXPECT_EQ(snapshot->catalog().FindPackage("test.stock")->version, "1.1.0");  // the older host's does not take it back
  const StatusOr<VerifyReport> report = db.Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->problems, ::testing::IsEmpty());
}

TEST(PackageVersions, TwoHostsWriteInTurns) {  // E17
  const uint64_t seed = TestSeed(61);
  const int steps = 200 * TestScale();
  const std::string path = MakeTempDir() + "/db";
  ASSERT_NE(Open(path, false), nullptr);  // the older one was there first
  Child older("host", {path, "old", std::to_string(seed), std::to_string(steps)});
  Child newer("host", {path, "new", std::to_string(seed + 1), std::to_string(steps)});
  EXPECT_EQ(older.Wait(), 0);
  EXPECT_EQ(newer.Wait(), 0);
  Expected expected;
  expected.Play(false, seed, steps);
  expected.Play(true, seed + 1, steps);
  // Whoever opens it last finds all of it.
  for (const bool last : {true, false}) {
    const std::shared_ptr<Database> db = Open(path, last);
    ASSERT_NE(db, nullptr);
    Check(*db, expected);
  }
}

// Brings the newer version as often as it is let; what it writes is not counted on.
int Upgrader(const std::vector<std::string>& arguments) {
  Tell(0);
  return Open(arguments[0], true) == nullptr ? 5 : 0;
}
const testing::RegisterRole kUpgrader("upgrader", Upgrader);

TEST(PackageVersions, AnUpgradeKilledHalfWayLeavesTheOlderHostAtWork) {  // E17, E06
  const uint64_t seed = TestSeed(62);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 3 * TestScale(); ++round) {
    const std::string path = MakeTempDir() + "/db";
    Expected expected;
    const uint64_t first = random();
    {
      const std::shared_ptr<Database> db = Open(path, false);
      Steps steps(first);
      for (int i = 0; i < 60; ++i) ASSERT_TRUE(Write(*db, false, steps.Next()).ok());
    }
    expected.Play(false, first, 60);
    {
      Child child("upgrader", {path});
      child.Listen(10'000);
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 8000));
      child.Kill();
    }
    const uint64_t second = random();
    {
      const std::shared_ptr<Database> db = Open(path, false);
      ASSERT_NE(db, nullptr);
      Steps steps(second);
      for (int i = 0; i < 20; ++i) ASSERT_TRUE(Write(*db, false, steps.Next()).ok());
      EXPECT_THAT(db->Verify()->problems, ::testing::IsEmpty());
    }
    expected.Play(false, second, 20);
    const std::shared_ptr<Database> db = Open(path, true);
    ASSERT_NE(db, nullptr);
    Check(*db, expected);
  }
}

}  // namespace
}  // namespace kith
