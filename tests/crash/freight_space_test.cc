// Freight space of the package `trade`, booked and cancelled by several processes at once: never overbooked, nothing lost. // E05
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "child.h"
#include "kith/model/model.h"
#include "support/paths.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::Child;
using testing::MakeTempDir;
using testing::Tell;
using testing::TestScale;
using testing::TestSeed;

constexpr int64_t kCapacity = 60;

std::shared_ptr<Database> Open(const std::string& path) {
  OpenOptions options;
  options.create = true;
  options.durability = storage::Durability::kRelaxed;
  StatusOr<std::shared_ptr<Database>> db = model::OpenDatabase(path, options);
  if (db.ok()) return *std::move(db);
  std::fprintf(stderr, "%s\n", db.status().ToString().c_str());
  return nullptr;
}

// Books space and gives some of it back. Arguments: path, voyage, seed, steps. Tells the space it holds at the end.
int Agent(const std::vector<std::string>& arguments) {
  const std::shared_ptr<Database> db = Open(arguments[0]);
  if (db == nullptr) return 5;
  const Id voyage(std::stoull(arguments[1]));
  std::mt19937_64 random(std::stoull(arguments[2]));
  struct Held {
    Id booking;
    int64_t containers;
  };
  std::vector<Held> held;
  int64_t total = 0;
  for (int i = 0; i < std::stoi(arguments[3]); ++i) {
    Batch batch = *db->NewBatch({}, "agent");
    if (!held.empty() && random() % 3 == 0) {
      const Held back = held.back();
      batch.Set(back.booking, "state", "cancelled");
      batch.Add(voyage, "space_left", back.containers);
      if (!db->Apply(batch).ok()) return 4;
      held.pop_back();
      total -= back.containers;
      continue;
    }
    const int64_t containers = static_cast<int64_t>(random() % 5) + 1;
    const Id booking = batch.Create("space_booking");
    batch.Set(booking, "voyage", voyage);
    batch.Set(booking, "containers", containers);
    batch.Add(voyage, "space_left", -containers);
    const StatusOr<Outcome> outcome = db->Apply(batch);
    if (outcome.ok()) {
      held.push_back({outcome->ids[0], containers});
      total += containers;
    } else if (GetReason(outcome.status()) != Reason::kOutOfRange) {
      return 4;
    }
  }
  Tell(static_cast<uint64_t>(total));
  return 0;
}
const testing::RegisterRole kAgent("agent", Agent);

TEST(FreightSpace, IsNeverOverbookedByProcesses) {  // E05
  const std::string path = MakeTempDir() + "/db";
  const std::shared_ptr<Database> db = Open(path);
  ASSERT_NE(db, nullptr);
  const catalog::PackageSource trade = *catalog::ShippedPackage("trade");
  ASSERT_TRUE(db->Ensure({&trade, 1}).ok());
  Batch batch = *db->NewBatch();
  const Id local = batch.Create("voyage");
  batch.Set(local, "name", "V-1");
  batch.Set(local, "capacity", kCapacity);
  batch.Set(local, "space_left", kCapacity);
  const Id voyage = db->Apply(batch)->ids.at(0);

  const uint64_t seed = TestSeed(71);
  std::vector<std::unique_ptr<Child>> agents;
  for (uint64_t i = 0; i < 3; ++i) {
    agents.push_back(std::make_unique<Child>(
        "agent",
        std::vector<std::string>{path, std::to_string(voyage.value()), std::to_string(seed + i), std::to_string(60 * TestScale())}));
  }
  int64_t held = 0;
  for (const auto& agent : agents) {
    ASSERT_EQ(agent->Wait(), 0);
    held += static_cast<int64_t>(agent->Listen(0).value());
  }
  const std::unique_ptr<Snapshot> now = *db->Read();
  const catalog::TypeDef& bookings = **now->catalog().GetType("space_booking");
  const int64_t left = GetField(**now->catalog().GetType("voyage"), *now->Get(voyage), "space_left")->get<int64_t>();
  EXPECT_GE(left, 0);
  EXPECT_EQ(held, kCapacity - left);
  // The bookings that stand are what is held.
  int64_t booked = 0;
  const Value cancelled(Choice{bookings.FindField("state")->FindChoice("cancelled")->number});
  const auto cursor = *now->Scan("space_booking");
  while (cursor->Next()) {
    const record::View booking = *cursor->record();
    if (*GetField(bookings, booking, "state") != cancelled) booked += GetField(bookings, booking, "containers")->get<int64_t>();
  }
  EXPECT_EQ(booked, held);
  EXPECT_THAT(db->Verify()->problems, ::testing::IsEmpty());
}

}  // namespace
}  // namespace kith
