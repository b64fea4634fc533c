// A consumer of the feed that is killed at any moment and started anew: it takes every entry, and none twice.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>

#include "child.h"
#include "support/company.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::Child;
using testing::CompanyDatabase;
using testing::MakeTempDir;
using testing::Tell;

constexpr std::string_view kCheckpoint = "consumer";

std::shared_ptr<Database> OpenExisting(const std::string& path) {
  StatusOr<std::shared_ptr<Database>> db = Database::Open(path, {});
  if (!db.ok()) {
    std::fprintf(stderr, "%s\n", db.status().ToString().c_str());
    std::exit(5);
  }
  return *std::move(db);
}

uint64_t Taken(Database& db) {
  const auto snapshot = *db.Read();
  const std::optional<std::string> stored = *snapshot->Checkpoint(kCheckpoint);
  return stored.has_value() ? std::stoull(*stored) : 0;
}

// A note for each entry. Upserts that would forgive a second time are not for this: the text grows with each.
Status Take(Database& to, const FeedPage& page, bool together) {
  KITH_ASSIGN_OR_RETURN(Batch batch, to.NewBatch());
  const Id count = batch.Upsert("company", {"consumer", "count"});
  batch.Set(count, "name", "count");
  batch.Add(count, "size", static_cast<int64_t>(page.entries.size()));
  for (const HistoryEntry& entry : page.entries) {
    const Id note = batch.Upsert("note", {"entry", std::to_string(entry.sequence)});
    batch.Set(note, "text", std::to_string(entry.record.value()));
  }
  ApplyOptions options;
  options.checkpoint = kCheckpoint;
  options.checkpoint_value = std::to_string(page.scanned);
  if (together) return to.Apply(batch, options).status();
  // The mistake that the test must notice: what was done, and that it was done, in two steps.
  KITH_RETURN_IF_ERROR(to.Apply(batch).status());
  batch.Clear();
  return to.Apply(batch, options).status();
}

// Arguments: the followed database, its own, 1: what is taken and the checkpoint go together. Tells the sequence it has reached.
int Consumer(const std::vector<std::string>& arguments) {
  const std::shared_ptr<Database> from = OpenExisting(arguments[0]);
  const std::shared_ptr<Database> to = OpenExisting(arguments[1]);
  for (;;) {
    const uint64_t after = Taken(*to);
    if (!from->Wait(after, std::chrono::milliseconds(1000)).ok()) return 4;
    const auto snapshot = *from->Read();
    const StatusOr<FeedPage> page = snapshot->ReadFeed(after, {.types = {"company"}}, 1 + after % 7);
    if (!page.ok() || !Take(*to, *page, arguments[2] == "1").ok()) return 4;
    Tell(page->scanned);
  }
}
const testing::RegisterRole kConsumer("feed-consumer", Consumer);

struct Ending {
  int64_t entries = 0;  // of the feed
  int64_t counted = 0;  // by the consumer
  int64_t notes = 0;
  int kills = 0;
};

void AddSome(CompanyDatabase& from, std::mt19937_64& random) {
  for (int i = 0; i < 20; ++i) {
    const Id id = from.AddCompany("C");
    const uint64_t dice = random() % 3;
    if (dice == 0) from.Set(id, "size", i);
    if (dice == 1) from.Delete(id);
  }
}

Ending RunConsumer(uint64_t seed, bool together, int rounds) {
  std::mt19937_64 random(seed);
  CompanyDatabase from;
  const std::string path = MakeTempDir() + "/db";
  { const CompanyDatabase made(path); }
  Ending ending;
  for (int round = 0; round <= rounds; ++round) {
    AddSome(from, random);
    const uint64_t newest = from.Read()->sequence();
    Child child("feed-consumer", {from.path(), path, together ? "1" : "0"});
    const bool last = round == rounds;
    std::optional<uint64_t> reached = child.Listen(20'000);
    while (last && reached.has_value() && *reached < newest) reached = child.Listen(20'000);
    EXPECT_TRUE(reached.has_value()) << "the consumer ended with " << child.Wait();
    if (!last) std::this_thread::sleep_for(std::chrono::microseconds(random() % 8000));
    child.Kill();
    ++ending.kills;
  }
  const auto snapshot = from.Read();
  ending.entries = static_cast<int64_t>(snapshot->ReadFeed(0, {.types = {"company"}}, 1'000'000)->entries.size());
  const std::shared_ptr<Database> to = OpenExisting(path);
  const auto taken = *to->Read();
  const Id count = *taken->Find("company", ExternalRef{"consumer", "count"});
  ending.counted = testing::FieldOf(*taken, *taken->Get(count), "size").get<int64_t>();
  for (const auto cursor = *taken->Scan("note"); cursor->Next();) ++ending.notes;
  return ending;
}

// E14
TEST(FeedKillTest, AKilledConsumerLosesNothingAndTakesNothingTwice) {
  const uint64_t seed = testing::TestSeed(1414);
  const Ending ending = RunConsumer(seed, true, 12 * testing::TestScale());
  std::printf("%d kills, %lld entries\n", ending.kills, static_cast<long long>(ending.entries));
  EXPECT_GT(ending.entries, 100);
  EXPECT_EQ(ending.counted, ending.entries);
  EXPECT_EQ(ending.notes, ending.entries);
}

// ... and the test does see a consumer that keeps its place apart from its work.
TEST(FeedKillTest, ACheckpointApartFromTheWorkIsCaught) {
  const uint64_t seed = testing::TestSeed(77);
  for (uint64_t attempt = 0; attempt < 20; ++attempt) {
    const Ending ending = RunConsumer(seed + attempt, false, 12);
    if (ending.counted != ending.entries) {
      EXPECT_GT(ending.counted, ending.entries);
      return;
    }
  }
  ADD_FAILURE() << "no entry was taken twice";
}

}  // namespace
}  // namespace kith
