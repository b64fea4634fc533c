#include <gtest/gtest.h>

#include <set>

#include "support/company.h"

namespace kith {
namespace {

using testing::CompanyDatabase;

TEST(FeedTest, GivesChangesInCommitOrderWithTombstones) {
  CompanyDatabase db;
  const uint64_t start = db.Read()->sequence();
  const Id a = db.AddCompany("A");
  const Id b = db.AddCompany("B");
  db.Set(a, "size", 1);
  db.Delete(b);
  const auto snapshot = db.Read();
  const Snapshot::Feed feed = snapshot->Changes(start, 100).value();
  ASSERT_EQ(feed.entries.size(), 4u);
  const std::vector<std::pair<Id, Operation>> expected{
      {a, Operation::kCreate}, {b, Operation::kCreate}, {a, Operation::kChange}, {b, Operation::kDelete}};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(feed.entries[i].sequence, start + 1 + i);
    EXPECT_EQ(feed.entries[i].record, expected[i].first);
    EXPECT_EQ(feed.entries[i].operation, expected[i].second);
    EXPECT_EQ(snapshot->Entry(feed.entries[i].record, feed.entries[i].sequence)->operation, expected[i].second);
  }
  EXPECT_EQ(feed.scanned, start + 4);
  EXPECT_EQ(snapshot->sequence(), start + 4);
}

TEST(FeedTest, PagesByLimitAndStopsAtTheEnd) {
  CompanyDatabase db;
  const uint64_t start = db.Read()->sequence();
  for (int i = 0; i < 7; ++i) db.AddCompany("C");
  const auto snapshot = db.Read();
  uint64_t after = start;
  std::vector<size_t> pages;
  std::set<uint64_t> seen;
  for (;;) {
    const Snapshot::Feed feed = snapshot->Changes(after, 3).value();
    if (feed.entries.empty()) break;
    pages.push_back(feed.entries.size());
    for (const FeedEntry& entry : feed.entries) EXPECT_TRUE(seen.insert(entry.sequence).second);
    after = feed.scanned;
  }
  EXPECT_EQ(pages, (std::vector<size_t>{3, 3, 1}));
  EXPECT_EQ(after, snapshot->sequence());
  EXPECT_EQ(snapshot->Changes(start, 0)->scanned, start);
  EXPECT_TRUE(snapshot->Changes(UINT64_MAX, 10)->entries.empty());
  EXPECT_EQ(snapshot->Changes(after, 10)->scanned, after);
}

// E14: a consumer that stores its place with its own work loses nothing and takes nothing twice, through reopening too.
TEST(FeedTest, AConsumerResumesWhereItsCheckpointStands) {
  CompanyDatabase db;
  uint64_t expected = db.Read()->sequence();
  std::vector<uint64_t> taken;
  const auto consume = [&](size_t limit) {
    const auto snapshot = db.Read();
    const auto stored = *snapshot->Checkpoint("consumer");
    const uint64_t after = stored ? std::stoull(*stored) : expected;
    const Snapshot::Feed feed = snapshot->Changes(after, limit).value();
    for (const FeedEntry& entry : feed.entries) taken.push_back(entry.sequence);
    const Batch nothing = db.NewBatch();
    const StatusOr<Outcome> outcome = db->Apply(nothing, {.checkpoint = "consumer", .checkpoint_value = std::to_string(feed.scanned)});
    ASSERT_TRUE(outcome.ok()) << outcome.status();
  };
  const uint64_t start = expected;
  for (size_t round = 0; round < 10; ++round) {
    db.AddCompany("A");
    db.AddCompany("B");
    consume(1 + round % 4);
    if (round % 3 == 0) db.Reopen();
  }
  consume(100);
  for (size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], start + 1 + i);
  EXPECT_EQ(taken.size(), 20u);
}

}  // namespace
}  // namespace kith
