// Two processes on one database: each sees what the other commits, and neither spoils the other's work.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <thread>

#include "child.h"
#include "support/company.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::Child;
using testing::CompanyDatabase;
using testing::FieldOf;
using testing::MakeTempDir;
using testing::Tell;

constexpr size_t kBatches = 200;

uint64_t NowMicros() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

std::shared_ptr<Database> OpenExisting(const std::string& path) {
  StatusOr<std::shared_ptr<Database>> db = Database::Open(path, {});
  if (!db.ok()) {
    std::fprintf(stderr, "%s\n", db.status().ToString().c_str());
    std::exit(5);
  }
  return *std::move(db);
}

// Each batch adds a company and raises the tally, so in every state the tally is the number of companies.
bool ApplyOne(Database& db, const std::string& who, size_t i) {
  StatusOr<Batch> batch = db.NewBatch();
  if (!batch.ok()) return false;
  const Id company = batch->Create("company", {who, std::to_string(i)});
  batch->Set(company, "name", "company");
  batch->Set(company, "code", who + std::to_string(i));
  const Id counter = batch->Existing("company", {"tally", "all"});
  batch->Add(counter, "size", 1);
  const StatusOr<Outcome> outcome = db.Apply(*batch);
  if (!outcome.ok()) std::fprintf(stderr, "%s\n", outcome.status().ToString().c_str());
  return outcome.ok();
}

// Arguments: path, name, pause in µs. Tells the time at which each batch was durable.
int Adder(const std::vector<std::string>& arguments) {
  const std::shared_ptr<Database> db = OpenExisting(arguments[0]);
  for (size_t i = 0; i < kBatches; ++i) {
    std::this_thread::sleep_for(std::chrono::microseconds(std::stoi(arguments[2])));
    if (!ApplyOne(*db, arguments[1], i)) return 4;
    Tell(NowMicros());
  }
  return 0;
}
const testing::RegisterRole kAdder("adder", Adder);

class ProcessTest : public ::testing::Test {
 protected:
  ProcessTest() : path_(MakeTempDir() + "/db") {
    CompanyDatabase made(path_);
    Batch batch = made.NewBatch();
    const Id counter = batch.Create("company", {"tally", "all"});
    batch.Set(counter, "name", "counter");
    batch.Set(counter, "size", 0);
    counter_ = made.Apply(batch).ids[0];
    made.Close();
    db_ = OpenExisting(path_);
  }
  // The tally, and the companies that a scan finds.
  [[nodiscard]] std::pair<int64_t, int64_t> Count(const Snapshot& snapshot) const {
    int64_t companies = 0;
    const auto cursor = *snapshot.Scan("company");
    while (cursor->Next()) ++companies;
    return {FieldOf(snapshot, *snapshot.Get(counter_), "size").get<int64_t>(), companies - 1};
  }

  std::string path_;
  std::shared_ptr<Database> db_;
  Id counter_;
};

// R08: a commit is seen by another process at once, and every state seen is a whole one.
TEST_F(ProcessTest, AReaderSeesCommitsOfAnotherProcess) {
  uint64_t sequence = (*db_->Read())->sequence();
  Child child("adder", {path_, "child", "1000"});
  std::vector<uint64_t> seen;  // when each batch was first seen
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (seen.size() < kBatches && std::chrono::steady_clock::now() < end) {
    const StatusOr<uint64_t> newest = db_->Wait(sequence, std::chrono::milliseconds(1000));
    ASSERT_TRUE(newest.ok()) << newest.status();
    const uint64_t now = NowMicros();
    const auto snapshot = *db_->Read();
    const auto [tally, companies] = Count(*snapshot);
    ASSERT_EQ(tally, companies);
    while (static_cast<int64_t>(seen.size()) < tally) seen.push_back(now);
    sequence = snapshot->sequence();
  }
  ASSERT_EQ(child.Wait(), 0);
  ASSERT_EQ(seen.size(), kBatches);
  std::vector<int64_t> late;
  for (const uint64_t at : seen) {
    const std::optional<uint64_t> durable = child.Listen(0);
    ASSERT_TRUE(durable.has_value());
    late.push_back(static_cast<int64_t>(at) - static_cast<int64_t>(*durable));
  }
  std::sort(late.begin(), late.end());
  std::printf("from acknowledged in one process to seen in another: median %lld us, longest %lld us\n",
              static_cast<long long>(late[late.size() / 2]), static_cast<long long>(late.back()));
  EXPECT_LT(late[late.size() / 2], 100'000);
}

TEST_F(ProcessTest, BothMayWrite) {
  Child child("adder", {path_, "child", "0"});
  for (size_t i = 0; i < kBatches; ++i) ASSERT_TRUE(ApplyOne(*db_, "parent", i));
  ASSERT_EQ(child.Wait(), 0);
  const auto snapshot = *db_->Read();
  EXPECT_EQ(Count(*snapshot), std::pair(static_cast<int64_t>(2 * kBatches), static_cast<int64_t>(2 * kBatches)));
  // Gapless ids, the feed without a hole, times that never go back.
  std::set<uint32_t> sequences;
  const auto cursor = *snapshot->Scan("company");
  while (cursor->Next()) sequences.insert(cursor->id().sequence());
  EXPECT_EQ(*sequences.rbegin(), sequences.size());
  const StatusOr<VerifyReport> report = db_->Verify();
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->problems.empty()) << report->problems[0];
}

// A unique value is unique among all processes.
int Claimer(const std::vector<std::string>& arguments) {
  const std::shared_ptr<Database> db = OpenExisting(arguments[0]);
  Tell(0);
  uint64_t won = 0;
  for (size_t i = 0; i < kBatches; ++i) {
    Batch batch = *db->NewBatch();
    const Id company = batch.Create("company");
    batch.Set(company, "name", arguments[1]);
    batch.Set(company, "code", "claim" + std::to_string(i));
    const StatusOr<Outcome> outcome = db->Apply(batch);
    if (outcome.ok()) ++won;
    if (!outcome.ok() && GetReason(outcome.status()) != Reason::kUnique) return 4;
  }
  Tell(won);
  return 0;
}
const testing::RegisterRole kClaimer("claimer", Claimer);

TEST_F(ProcessTest, UniqueValuesAreUniqueAmongProcesses) {
  Child a("claimer", {path_, "a"});
  Child b("claimer", {path_, "b"});
  uint64_t won = 0;
  for (Child* child : {&a, &b}) {
    ASSERT_EQ(child->Wait(), 0);
    child->Listen(0);
    won += child->Listen(0).value();
  }
  EXPECT_EQ(won, kBatches);
  EXPECT_TRUE(db_->Verify()->problems.empty());
}

// E17: what one process defines, the other knows at its next transaction.
int Definer(const std::vector<std::string>& arguments) {
  const std::shared_ptr<Database> db = OpenExisting(arguments[0]);
  constexpr std::string_view kPlants = R"({"package": "test.plants", "version": "1.0.0", "needs": ["test.company"],
      "types": [{"name": "plant", "fields": [{"name": "name", "kind": "text", "required": true}]}],
      "extend": [{"type": "company", "fields": [{"name": "plants", "kind": "int"}]}]})";
  const catalog::PackageSource source{.definition = std::string(kPlants), .numbers = {}};
  const StatusOr<EnsureReport> report = db->Ensure({&source, 1});
  if (!report.ok()) return 4;
  Tell(report->catalog_version);
  return 0;
}
const testing::RegisterRole kDefiner("plant_definer", Definer);

TEST_F(ProcessTest, DefinitionsOfOneAreKnownToTheOther) {
  const auto before = *db_->Read();
  Batch old_batch = *db_->NewBatch();
  old_batch.Set(old_batch.Create("company"), "name", "made before");
  Child child("plant_definer", {path_});
  ASSERT_EQ(child.Wait(), 0);
  const uint64_t version = child.Listen(0).value();

  // A snapshot from before keeps its catalog; the next one has the new.
  EXPECT_EQ(before->catalog().FindType("plant"), nullptr);
  EXPECT_EQ((*db_->Read())->catalog().version(), version);
  // A batch of the old catalog still applies, and one of the new type does.
  ASSERT_TRUE(db_->Apply(old_batch).ok());
  Batch batch = *db_->NewBatch();
  batch.Set(batch.Create("plant"), "name", "fern");
  batch.Set(counter_, "plants", 3);
  const StatusOr<Outcome> outcome = db_->Apply(batch);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  const auto snapshot = *db_->Read();
  EXPECT_EQ(FieldOf(*snapshot, *snapshot->Get(counter_), "plants"), Value(3));
  EXPECT_TRUE(db_->Verify()->problems.empty());
}

}  // namespace
}  // namespace kith
