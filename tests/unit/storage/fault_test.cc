// Failing disks: the error says which, the old state stays, and the database comes back (R16).
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <fstream>

#include "storage/unique_fd.h"
#include "storage_testing.h"
#include "support/sanitized.h"

namespace {
std::atomic<uint32_t> pretended_file_system{0};  // 0: what it is
}  // namespace

// Stands in the place of the C library's in this program.
extern "C" int fstatfs(int fd, struct statfs* info) noexcept {
  const auto result = static_cast<int>(syscall(SYS_fstatfs, fd, info));
  if (result == 0 && pretended_file_system != 0) info->f_type = static_cast<decltype(info->f_type)>(pretended_file_system.load());
  return result;
}

namespace kith::storage {
namespace {

// Descriptors of this process that lead to `path`.
std::vector<int> DescriptorsOf(const std::string& path) {
  std::vector<int> found;
  struct stat wanted {};
  stat(path.c_str(), &wanted);
  for (int fd = 0; fd < 1024; ++fd) {
    struct stat info {};
    if (fstat(fd, &info) == 0 && info.st_dev == wanted.st_dev && info.st_ino == wanted.st_ino) found.push_back(fd);
  }
  return found;
}

// While alive, writes through one descriptor of a file go elsewhere: LMDB has one for data and one, O_DSYNC, for meta pages.
class Diverted {
 public:
  enum class Which : uint8_t { kData, kMeta };
  Diverted(const std::string& path, Which which, const char* to, int flags) {
    for (const int fd : DescriptorsOf(path)) {
      if (((fcntl(fd, F_GETFL) & O_DSYNC) != 0) != (which == Which::kMeta)) continue;
      kept_ = UniqueFd(fcntl(fd, F_DUPFD_CLOEXEC, 100));
      fd_ = fd;
      const UniqueFd other(open(to, flags | O_CLOEXEC));
      dup3(other.get(), fd, O_CLOEXEC);
      return;
    }
  }
  ~Diverted() {
    if (fd_ >= 0) dup3(kept_.get(), fd_, O_CLOEXEC);
  }
  Diverted(const Diverted&) = delete;
  Diverted& operator=(const Diverted&) = delete;
  [[nodiscard]] bool done() const { return fd_ >= 0; }

 private:
  UniqueFd kept_;
  int fd_ = -1;
};

class FaultTest : public StorageTest {
 protected:
  void ExpectOldStateAndLife(Environment& environment) {
    EXPECT_EQ(RecordText(**environment.Read(), 1), "old");
    EXPECT_TRUE(PutRecord(environment, 1, "later").ok());
    EXPECT_EQ(RecordText(**environment.Read(), 1), "later");
    EXPECT_EQ(environment.Check()->problems, std::vector<std::string>());
  }
};

TEST_F(FaultTest, AFailedDataWriteKeepsTheOldState) {
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "old").ok());
  {
    const Diverted diverted(DataFile(), Diverted::Which::kData, DataFile().c_str(), O_RDONLY);
    ASSERT_TRUE(diverted.done());
    const Status status = PutRecord(*environment, 1, "lost");
    EXPECT_EQ(GetReason(status), Reason::kIoError) << status;
    EXPECT_EQ(GetErrorInfo(status).os_error, EBADF);
  }
  ExpectOldStateAndLife(*environment);
  EXPECT_EQ(environment->GetStats()->recoveries, 0u);
}

TEST_F(FaultTest, AFailedMetaWriteReopensWhenTheLastSnapshotEnds) {
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "old").ok());
  auto snapshot = environment->Read();
  {
    const Diverted diverted(DataFile(), Diverted::Which::kMeta, DataFile().c_str(), O_RDONLY);
    ASSERT_TRUE(diverted.done());
    EXPECT_FALSE(PutRecord(*environment, 1, "lost").ok());
    EXPECT_EQ(GetReason(PutRecord(*environment, 1, "lost too")), Reason::kRecovering);
    EXPECT_EQ(GetReason(environment->Read().status()), Reason::kRecovering);
    EXPECT_EQ(RecordText(**snapshot, 1), "old");
  }
  snapshot->reset();
  ExpectOldStateAndLife(*environment);
  EXPECT_EQ(environment->GetStats()->recoveries, 1u);
}

TEST_F(FaultTest, AFullDiskIsCalledFull) {
  // A file size limit is what a test can set without a disk of its own: the kernel answers EFBIG.
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "old").ok());
  const pid_t child = ForkAtRest();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit { 256 << 10, 256 << 10 };
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto full = TryOpen({.create = true}, "full");
    if (!full.ok()) _exit(2);
    if (!PutRecord(**full, 1, "old").ok()) _exit(3);
    const Status status = PutRecord(**full, 2, std::string(600 << 10, 'x'));
    if (GetReason(status) != Reason::kDiskFull && GetReason(status) != Reason::kIoError) _exit(4);
    if (RecordText(**(*full)->Read(), 1) != "old") _exit(5);
    if (!PutRecord(**full, 1, "later").ok()) _exit(6);
    if (!(*full)->Check()->problems.empty()) _exit(7);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// Where the test may mount: a file system of 2 MiB that really fills up.
TEST_F(FaultTest, ARealFullDisk) {
  std::filesystem::create_directory(Path("disk"));
  if (mount("none", Path("disk").c_str(), "tmpfs", 0, "size=2m,mode=0700") != 0) GTEST_SKIP() << "mounting is not allowed here";
  {
    const auto environment = Open({.create = true}, "disk/db");
    ASSERT_TRUE(PutRecord(*environment, 1, "old").ok());
    Status status;
    uint64_t id = 10;
    for (; id < 100 && status.ok(); ++id) status = PutRecord(*environment, id, std::string(100'000, 'x'));
    EXPECT_EQ(GetReason(status), Reason::kDiskFull) << status;
    EXPECT_EQ(RecordText(**environment->Read(), 1), "old");
    EXPECT_EQ(RecordText(**environment->Read(), id - 1), "-");
    // Deleting needs a few pages that the failed write has given back.
    for (uint64_t gone = 10; gone < 15; ++gone) {
      EXPECT_TRUE(Write(*environment, [gone](WriteSet& set) { set.Delete(kRecords, IntegerKey(gone)); }).ok());
    }
    ExpectOldStateAndLife(*environment);
  }
  umount(Path("disk").c_str());
}

TEST_F(FaultTest, AReplacedFileIsNoticed) {
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "old").ok());
  std::filesystem::rename(DataFile(), Path() + "/moved");
  EXPECT_EQ(GetReason(PutRecord(*environment, 1, "lost")), Reason::kDatabaseReplaced);
  std::filesystem::copy_file(Path() + "/moved", DataFile());
  EXPECT_EQ(GetReason(PutRecord(*environment, 1, "lost")), Reason::kDatabaseReplaced);
  EXPECT_EQ(GetReason(environment->Check().status()), Reason::kDatabaseReplaced) << "another file was checked";
  std::filesystem::rename(Path() + "/moved", DataFile());
  ExpectOldStateAndLife(*environment);
}

// R1: 64 GiB of address space are reserved, less when there is less.
TEST_F(FaultTest, LittleAddressSpaceGivesASmallerMap) {
  if (KITH_SANITIZED) GTEST_SKIP() << "sanitizers need address space of their own";
  {
    const auto environment = Open();
    EXPECT_EQ(environment->GetStats()->map_bytes, kDefaultMapSize);
  }
  const pid_t child = ForkAtRest();
  if (child == 0) {
    const struct rlimit limit { uint64_t{8} << 30, uint64_t{8} << 30 };
    setrlimit(RLIMIT_AS, &limit);
    const auto environment = TryOpen();
    if (!environment.ok()) _exit(2);
    if (!PutRecord(**environment, 1, "x").ok()) _exit(3);
    const uint64_t map = (*environment)->GetStats()->map_bytes;
    _exit(map >= (uint64_t{1} << 30) && map <= (uint64_t{8} << 30) ? 0 : 4);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// R1: a map that cannot grow refuses the write; the database can be closed, and opens again with what it had.
TEST_F(FaultTest, AMapThatCannotGrowRefusesAndCloses) {
  if (KITH_SANITIZED) GTEST_SKIP() << "sanitizers need address space of their own";
  { const auto environment = Open(); }
  const pid_t child = ForkAtRest();
  if (child == 0) {
    auto environment = TryOpen({.map_size = uint64_t{1} << 20});
    if (!environment.ok() || !PutRecord(**environment, 1, "x").ok()) _exit(2);
    uint64_t pages = 0;  // of address space in use
    std::ifstream("/proc/self/statm") >> pages;
    const struct rlimit limit { pages * 4096 + (uint64_t{12} << 20), pages * 4096 + (uint64_t{12} << 20) };
    setrlimit(RLIMIT_AS, &limit);
    Status status;
    for (uint64_t id = 2; id < 200 && status.ok(); ++id) status = PutRecord(**environment, id, std::string(500'000, 'y'));
    if (GetReason(status) != Reason::kMapFull) _exit(3);
    environment->reset();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_TRUE(Open()->Check()->problems.empty());
}

TEST_F(FaultTest, UnsafePathsAreRefused) {
  { const auto environment = Open(); }
  const auto reason = [this] { return GetReason(TryOpen({}).status()); };
  std::filesystem::permissions(Path(), std::filesystem::perms::group_write, std::filesystem::perm_options::add);
  EXPECT_EQ(reason(), Reason::kPathUnsafe);
  std::filesystem::permissions(Path(), std::filesystem::perms::group_write, std::filesystem::perm_options::remove);
  std::filesystem::permissions(DataFile(), std::filesystem::perms::others_write, std::filesystem::perm_options::add);
  EXPECT_EQ(reason(), Reason::kPathUnsafe);
  std::filesystem::permissions(DataFile(), std::filesystem::perms::others_write, std::filesystem::perm_options::remove);
  EXPECT_EQ(reason(), Reason::kNone);
  for (const char* name : {"data.mdb", "lock.mdb", "kith.guard"}) {
    const std::string file = Path() + "/" + name;
    std::filesystem::rename(file, Path("aside"));
    std::filesystem::create_symlink(Path("aside"), file);
    EXPECT_EQ(reason(), Reason::kPathUnsafe) << name;
    std::filesystem::remove(file);
    ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
    EXPECT_EQ(reason(), Reason::kPathUnsafe) << name;
    std::filesystem::remove(file);
    std::filesystem::rename(Path("aside"), file);
  }
  EXPECT_EQ(reason(), Reason::kNone);
  if (geteuid() == 0) {
    ASSERT_EQ(chown(DataFile().c_str(), 12345, 12345), 0);
    EXPECT_EQ(reason(), Reason::kPathUnsafe);
    ASSERT_EQ(chown(DataFile().c_str(), 0, 0), 0);
  }
  const ErrorInfo file = GetErrorInfo(TryOpen({}, "aside-file").status());
  EXPECT_EQ(file.reason, Reason::kDatabaseMissing);
  std::ofstream(Path("aside-file")) << "no database";
  const ErrorInfo refused = GetErrorInfo(TryOpen({}, "aside-file").status());
  EXPECT_EQ(refused.reason, Reason::kPathUnsafe);
  EXPECT_EQ(refused.value, Path("aside-file"));
  EXPECT_EQ(GetReason(TryOpen({.create = true}, "no/parent").status()), Reason::kDatabaseMissing);
  EXPECT_EQ(GetReason(TryOpen({.create = true}, std::string("nul\0name", 8)).status()), Reason::kBadOptions);
}

// R9
TEST_F(FaultTest, FileSystemsOfNetworksAreRefused) {
  { const auto environment = Open(); }
  const std::pair<uint32_t, const char*> kRefused[] = {{0x6969, "NFS"}, {0xFF534D42, "CIFS"}, {0x01021997, "9p"}, {0x65735546, "FUSE"}};
  for (const auto& [magic, name] : kRefused) {
    pretended_file_system = magic;
    const Status status = TryOpen({}).status();
    EXPECT_EQ(GetReason(status), Reason::kFileSystemUnsupported) << name;
    EXPECT_THAT(status.ToString(), testing::HasSubstr(name));
    EXPECT_EQ(GetReason(TryOpen({.create = true}, "new").status()), Reason::kFileSystemUnsupported) << name;
    EXPECT_FALSE(std::filesystem::exists(Path("new/data.mdb")));
    EXPECT_TRUE(TryOpen({.allow_any_file_system = true}).ok()) << name;
  }
  for (const uint32_t magic : {0xEF53U, 0x01021994U, 0x794C7630U}) {  // ext4, tmpfs, overlayfs
    pretended_file_system = magic;
    EXPECT_TRUE(TryOpen({}).ok()) << magic;
  }
  pretended_file_system = 0;
}

TEST_F(FaultTest, AnUnfinishedCreationIsBegunAgain) {
  { const auto environment = Open(); }
  // As after a crash between making the files and the first commit: zero metas, and a guard that says "creating".
  std::filesystem::remove_all(Path());
  std::filesystem::create_directory(Path());
  { const UniqueFd made(open(DataFile().c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)); }
  EXPECT_EQ(GetReason(TryOpen({}).status()), Reason::kDatabaseMissing);
  const auto environment = Open();
  ASSERT_NE(environment, nullptr);
  EXPECT_TRUE(PutRecord(*environment, 1, "x").ok());
}

TEST_F(FaultTest, AnEmptiedFileIsNotTakenForANewOne) {
  {
    const auto environment = Open();
    ASSERT_TRUE(PutRecord(*environment, 1, "x").ok());
  }
  std::filesystem::resize_file(DataFile(), 0);
  EXPECT_EQ(GetReason(TryOpen().status()), Reason::kCorrupt);
}

TEST_F(FaultTest, NoDescriptorIsInheritedByPrograms) {
  const auto environment = Open();
  int checked = 0;
  for (const char* name : {"data.mdb", "lock.mdb", "kith.guard"}) {
    for (const int fd : DescriptorsOf(Path() + "/" + name)) {
      EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << name;
      ++checked;
    }
  }
  EXPECT_GE(checked, 3);
}

}  // namespace
}  // namespace kith::storage
