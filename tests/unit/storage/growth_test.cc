// The map grows while readers read; what holds it back is named; what pins too much expires (R1, R2).
#include <atomic>
#include <thread>

#include "storage/readers.h"
#include "storage_testing.h"

namespace kith::storage {
namespace {

class GrowthTest : public StorageTest {
 protected:
  [[nodiscard]] static OpenOptions Small() {
    OpenOptions options{.create = true};
    options.map_size = 1 << 20;
    return options;
  }
  static Status PutMany(Environment& environment, uint64_t first, uint64_t count, char letter = 'x') {
    return Write(environment, [first, count, letter](WriteSet& set) {
      for (uint64_t id = first; id < first + count; ++id) set.Put(kRecords, IntegerKey(id), std::string(1000, letter));
    });
  }
};

TEST_F(GrowthTest, AFullMapGrowsAndTheSameJobIsNotRunAgain) {
  const auto environment = Open(Small());
  EXPECT_EQ(environment->GetStats()->map_bytes, uint64_t{1} << 20);
  int runs = 0;
  ASSERT_TRUE(RunOne(*environment, [&runs](WriteSet& set) -> StatusOr<Job::Verdict> {
                ++runs;
                for (uint64_t id = 0; id < 8000; ++id) set.Put(kRecords, IntegerKey(id), std::string(1000, 'x'));
                return Job::Verdict::kKeep;
              }).ok());
  EXPECT_EQ(runs, 1);
  const Stats stats = *environment->GetStats();
  EXPECT_GE(stats.map_growths, 1u);
  EXPECT_GT(stats.map_bytes, uint64_t{8} << 20);
  EXPECT_EQ(stats.keyspaces[kRecords].entries, 8000u);
  EXPECT_TRUE(environment->Check()->problems.empty());
}

// What Overwrite asks before it zeroes pages.
TEST_F(GrowthTest, WhoHoldsATransactionSeesTheReadersWhoeverWaitsAtTheGate) {
  Open().reset();
  const auto store = Store::Open(Path(), TestKeyspaces(), {.create = true});
  ASSERT_TRUE(store.ok()) << store.status();
  Readers readers(**store);
  const StatusOr<ReadTransaction> held = readers.Acquire();
  std::thread waits([&] { EXPECT_FALSE(readers.Alone(std::chrono::milliseconds(200), [] { return absl::OkStatus(); }).ok()); });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (readers.Table().readers != 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_EQ(readers.TableWithin().readers, 1u);
  waits.join();
}

TEST_F(GrowthTest, ReadersComeAndGoWhileItGrows) {
  const auto environment = Open(Small());
  ASSERT_TRUE(PutMany(*environment, 0, 10, 'a').ok());
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> reads{0};
  std::atomic<uint64_t> wrong{0};
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto snapshot = environment->Read();
        if (!snapshot.ok() || RecordText(**snapshot, reads % 10) != std::string(1000, 'a')) ++wrong;
        ++reads;
      }
    });
  }
  for (uint64_t i = 1; i <= 12; ++i) EXPECT_TRUE(PutMany(*environment, i * 1000, 1000).ok());
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0u);
  EXPECT_GT(reads.load(), 0u);
  EXPECT_GE(environment->GetStats()->map_growths, 3u);
}

TEST_F(GrowthTest, ALongSnapshotIsNamedAndTheWriteMayBeRepeated) {
  GetTuning().gate_wait = std::chrono::milliseconds(60);
  const auto environment = Open(Small());
  ASSERT_TRUE(PutMany(*environment, 0, 10).ok());
  auto snapshot = environment->Read();
  const Status status = PutMany(*environment, 0, 4000, 'y');
  EXPECT_EQ(GetReason(status), Reason::kReaderLag);
  EXPECT_FALSE(GetErrorInfo(status).value.empty());
  EXPECT_EQ(RecordText(**snapshot, 1), std::string(1000, 'x'));             // its view stays whole
  EXPECT_EQ(RecordText(**environment->Read(), 1), std::string(1000, 'x'));  // nothing was written, and the gate is open again
  snapshot->reset();
  EXPECT_TRUE(PutMany(*environment, 0, 4000, 'y').ok());
  EXPECT_EQ(RecordText(**environment->Read(), 1), std::string(1000, 'y'));
}

TEST_F(GrowthTest, AnOldSnapshotThatPinsMuchExpires) {
  GetTuning().snapshot_age = std::chrono::milliseconds(20);
  GetTuning().snapshot_pinned_bytes = 256 << 10;
  const auto environment = Open();
  ASSERT_TRUE(PutMany(*environment, 0, 100).ok());
  const auto snapshot = environment->Read();
  const auto cursor = (*snapshot)->NewCursor(kRecords);
  ASSERT_TRUE(cursor->First());
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  ASSERT_TRUE(PutMany(*environment, 0, 1).ok());
  EXPECT_TRUE((*snapshot)->Get(kRecords, IntegerKey(uint64_t{1})).ok()) << "old, but holds little back";
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(PutMany(*environment, 0, 100, static_cast<char>('a' + i)).ok());
  ASSERT_TRUE(PutMany(*environment, 0, 1).ok());
  // The writer looks after it has answered.
  for (int i = 0; i < 500 && (*snapshot)->Get(kRecords, IntegerKey(uint64_t{1})).ok(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(GetReason((*snapshot)->Get(kRecords, IntegerKey(uint64_t{1})).status()), Reason::kSnapshotExpired);
  EXPECT_FALSE(cursor->Next());
  EXPECT_EQ(GetReason(cursor->status()), Reason::kSnapshotExpired);
  EXPECT_EQ(GetReason((*snapshot)->NewCursor(kRecords)->status()), Reason::kSnapshotExpired);
  EXPECT_GT(environment->GetStats()->oldest_reader_lag, 5u);
  ASSERT_TRUE((*snapshot)->Renew().ok());
  EXPECT_EQ(RecordText(**snapshot, 1), std::string(1000, 'f'));
}

TEST_F(GrowthTest, TheQuotaRefusesPutsAndAllowsDeletes) {
  OpenOptions options{.create = true};
  options.max_size = 4 << 20;
  const auto environment = Open(options);
  uint64_t id = 0;
  Status status;
  for (; id < 8000 && status.ok(); id += 100) status = PutMany(*environment, id, 100);
  EXPECT_EQ(GetReason(status), Reason::kMapFull);
  EXPECT_GT(id, 2000u);
  EXPECT_LT(environment->GetStats()->used_bytes, options.max_size);
  EXPECT_EQ(GetReason(PutMany(*environment, 100'000, 100)), Reason::kMapFull);
  // An update of equal size adds nothing.
  EXPECT_TRUE(PutMany(*environment, 0, 1, 'u').ok());
  for (uint64_t gone = 0; gone < 2000; gone += 500) {
    EXPECT_TRUE(Write(*environment, [gone](WriteSet& set) {
                  for (uint64_t i = gone; i < gone + 500; ++i) set.Delete(kRecords, IntegerKey(i));
                  set.Put(kFeed, IntegerKey(gone), "deleted");
                }).ok());
  }
  EXPECT_TRUE(PutMany(*environment, 100'000, 100).ok());
}

TEST_F(GrowthTest, ManySnapshotsAtOnceAndReusedSlots) {
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "x").ok());
  std::vector<std::unique_ptr<Snapshot>> held;
  for (unsigned i = 0; i < kMaxReaders; ++i) {
    auto snapshot = environment->Read();
    if (!snapshot.ok()) break;
    held.push_back(*std::move(snapshot));
  }
  EXPECT_EQ(held.size(), size_t{kMaxReaders});
  EXPECT_EQ(GetReason(environment->Read().status()), Reason::kReadersFull);
  EXPECT_EQ(environment->GetStats().status().code(), StatusCode::kResourceExhausted);
  held.resize(held.size() - 2);
  EXPECT_TRUE(environment->Read().ok());
  EXPECT_EQ(environment->GetStats()->readers, kMaxReaders - 2);
  held.clear();
  EXPECT_TRUE(environment->Read().ok());
}

}  // namespace
}  // namespace kith::storage
