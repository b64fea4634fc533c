// R26: a backup is compact, private, checked, and opens like any other database.
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "storage_testing.h"

namespace kith::storage {
namespace {

class BackupTest : public StorageTest {};

TEST_F(BackupTest, HoldsTheContentAndTakesWrites) {
  const auto environment = Open();
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(Write(*environment, [round](WriteSet& set) {
                  for (uint64_t id = 0; id < 300; ++id) set.Put(kRecords, IntegerKey(id), std::string(200, static_cast<char>('a' + round)));
                }).ok());
  }
  const Status status = environment->Backup(Path("copy"));
  ASSERT_TRUE(status.ok()) << status;
  struct stat info {};
  ASSERT_EQ(stat(DataFile("copy").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  EXPECT_LT(std::filesystem::file_size(DataFile("copy")), std::filesystem::file_size(DataFile()));
  const auto copy = Open({}, "copy");
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(RecordText(**copy->Read(), 299), std::string(200, 'e'));
  EXPECT_TRUE(copy->Check()->problems.empty());
  ASSERT_TRUE(PutRecord(*copy, 1, "only in the copy").ok());
  EXPECT_EQ(copy->Check()->problems, std::vector<std::string>());
  EXPECT_EQ(RecordText(**environment->Read(), 1), std::string(200, 'e'));
}

TEST_F(BackupTest, NeverReplacesAnything) {
  const auto environment = Open();
  std::filesystem::create_directory(Path("taken"));
  EXPECT_EQ(GetReason(environment->Backup(Path("taken"))), Reason::kBadOptions);
  EXPECT_EQ(GetReason(environment->Backup("")), Reason::kBadOptions);
  EXPECT_FALSE(environment->Backup(Path("no/such/parent")).ok());
  int left = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(Path(""))) ++left;
  EXPECT_EQ(left, 2);  // the database and the taken directory: nothing partial
}

TEST_F(BackupTest, RunsWhileWritersWrite) {
  const auto environment = Open();
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (uint64_t i = 0; !stop; ++i) {
      // Both or neither, in every copy.
      ASSERT_TRUE(Write(*environment, [i](WriteSet& set) {
                    const std::string value = std::to_string(i);
                    set.Put(kRecords, IntegerKey(uint64_t{1}), value);
                    set.Put(kRecords, IntegerKey(uint64_t{2}), value);
                  }).ok());
    }
  });
  for (int i = 0; i < 5; ++i) {
    const std::string name = "copy" + std::to_string(i);
    const Status status = environment->Backup(Path(name));
    ASSERT_TRUE(status.ok()) << status;
    const auto copy = Open({}, name);
    const auto snapshot = copy->Read();
    EXPECT_EQ(RecordText(**snapshot, 1), RecordText(**snapshot, 2));
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace kith::storage
