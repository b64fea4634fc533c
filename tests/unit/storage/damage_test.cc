// A damaged data file gives an error, never a signal and never other content (R20, R22, R23).
#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "storage/page_check.h"
#include "storage/store_check.h"
#include "storage/unique_fd.h"
#include "storage_testing.h"

namespace kith::storage {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

// Everything in the database as text.
std::string Dump(Environment& environment) {
  std::string all;
  const auto snapshot = environment.Read();
  if (!snapshot.ok()) return std::string(snapshot.status().message());
  for (Keyspace keyspace = 0; keyspace < TestKeyspaces().size(); ++keyspace) {
    const auto cursor = (*snapshot)->NewCursor(keyspace);
    for (bool more = cursor->First(); more; more = cursor->Next()) {
      all += cursor->key();
      all += '=';
      all += cursor->value();
    }
    if (!cursor->status().ok()) all += std::string(cursor->status().message());
  }
  return all;
}

class DamageTest : public StorageTest {
 protected:
  // A small file with every kind of page: branches, leaves, overflow, free list. `older_` is it a few commits before.
  void MakeFile() {
    {
      const auto environment = Open();
      std::mt19937_64 random(1);
      for (int round = 0; round < 12; ++round) {
        ASSERT_TRUE(Write(*environment, [&](WriteSet& set) {
                      for (int i = 0; i < 40; ++i) {
                        const uint64_t id = random() % 400;
                        if (random() % 4 == 0) {
                          set.Delete(kRecords, IntegerKey(id));
                        } else {
                          set.Put(kRecords, IntegerKey(id), std::string(random() % 30 == 0 ? 5000 : 150, static_cast<char>('a' + round)));
                        }
                        set.Put(kIndex, "common prefix of keys|" + std::to_string(random() % 700), std::string(30, 'i'));
                        set.Put(kFeed, IntegerKey(random() % 500), std::string(20, 'f'));
                      }
                    }).ok());
        if (round == 8) older_ = ReadFile(DataFile());
        if (round == 10) dump_before_ = Dump(*environment);
      }
      dump_ = Dump(*environment);
    }
    sound_ = ReadFile(DataFile());
  }

  // The check alone, as an open of a foreign file makes it.
  static std::vector<std::string> Problems(const std::string& path) {
    const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const StatusOr<format::Meta> meta = ReadMeta(fd.get(), std::nullopt);
    if (!meta.ok()) return {std::string(meta.status().message())};
    return CheckStore(fd.get(), *meta, TestKeyspaces()).problems;
  }

  static std::string Mutate(const std::string& sound, const std::string& older, std::mt19937_64& random) {
    std::string bytes = sound;
    const size_t pages = bytes.size() / kPageSize;
    const auto page = [&] { return random() % pages * kPageSize; };
    switch (random() % 9) {
      case 0:  // one bit anywhere
        bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
        break;
      case 1: {  // a byte of a page's header or node pointers
        bytes[page() + random() % 64] = static_cast<char>(random());
        break;
      }
      case 2: {  // a 16-bit field there, by an interesting number
        static constexpr uint16_t kNumbers[] = {0, 1, 2, 15, 16, 17, 4094, 4095, 4096, 0x7fff, 0x8000, 0xffff};
        std::memcpy(&bytes[page() + random() % 40 * 2], &kNumbers[random() % 12], 2);
        break;
      }
      case 3:  // a page zeroed
        std::memset(&bytes[page()], 0, kPageSize);
        break;
      case 4: {  // a page of noise
        const size_t at = page();
        for (size_t i = 0; i < kPageSize; ++i) bytes[at + i] = static_cast<char>(random());
        break;
      }
      case 5: {  // two pages swapped
        const size_t a = page();
        const size_t b = page();
        std::swap_ranges(&bytes[a], &bytes[a] + kPageSize, &bytes[b]);
        break;
      }
      case 6: {  // one page in another's place, its number set right
        const size_t a = page();
        const size_t b = page();
        std::memcpy(&bytes[a], &bytes[b], kPageSize);
        const uint64_t number = a / kPageSize;
        std::memcpy(&bytes[a], &number, sizeof(number));
        break;
      }
      case 7:  // cut short
        bytes.resize(random() % bytes.size());
        break;
      default: {  // an older version of a page in its place
        const size_t at = page();
        if (at + kPageSize <= older.size()) bytes.replace(at, kPageSize, older, at, kPageSize);
        break;
      }
    }
    // Sometimes a second wound, in the meta pages.
    if (random() % 10 == 0 && bytes.size() > 2 * kPageSize)
      bytes[16 + random() % 2 * kPageSize + random() % 136] ^= static_cast<char>(1 << random() % 8);
    return bytes;
  }

  struct Counts {
    int cases;
    int refused;
    int opened;
    int rolled_back;
    int wrong;
    int unhelpful;  // an error of another reason than expected
  };

  // Opens one damaged file; what opens must hold the sound content and take writes.
  void RunCase(const std::string& bytes, Counts& counts) {
    ++counts.cases;
    const std::string name = "damaged";
    std::filesystem::remove_all(Path(name));
    std::filesystem::create_directory(Path(name));
    WriteFile(DataFile(name), bytes);
    const auto environment = TryOpen({}, name);
    if (!environment.ok()) {
      ++counts.refused;
      const Reason reason = GetReason(environment.status());
      if (reason != Reason::kCorrupt && reason != Reason::kFormatUnknown && reason != Reason::kFormatNewer &&
          reason != Reason::kDatabaseMissing) {
        ++counts.unhelpful;
      }
      return;
    }
    ++counts.opened;
    const std::string dump = Dump(**environment);
    if (dump == dump_before_) ++counts.rolled_back;
    if (dump != dump_ && dump != dump_before_) ++counts.wrong;
    if (counts.opened % 20 != 0) return;  // writes cost a disk wait
    const Status status = Write(**environment, [](WriteSet& set) {
      for (uint64_t id = 0; id < 60; ++id) set.Put(kRecords, IntegerKey(id * 7), std::string(id % 10 == 0 ? 6000 : 100, 'w'));
      for (uint64_t id = 0; id < 60; ++id) set.Delete(kFeed, IntegerKey(id * 5));
    });
    if (!status.ok() || !(*environment)->Check()->problems.empty()) ++counts.wrong;
  }

  std::string sound_;
  std::string older_;
  std::string dump_;
  std::string dump_before_;
};

// Runs `work` in a child; the signal that ended it, or the exit code with which a sanitizer did, or 0.
template <typename Work>
int DeathOf(Work work) {
  const pid_t child = ForkAtRest();
  if (child == 0) {
    work();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

TEST_F(DamageTest, ASoundFileHasNoProblems) {
  MakeFile();
  EXPECT_EQ(Problems(DataFile()), std::vector<std::string>());
  EXPECT_NE(dump_, dump_before_);
}

TEST_F(DamageTest, NoMutationKillsTheProcessOrShowsOtherContent) {
  MakeFile();
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  auto* counts = static_cast<Counts*>(mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  *counts = {};
  // KITH_DAMAGE_CASES: longer campaigns by hand.
  const char* wanted = getenv("KITH_DAMAGE_CASES");
  const int cases = wanted != nullptr ? std::atoi(wanted) : 1000;
  const int death = DeathOf([&] {
    std::mt19937_64 random(seed);
    for (int i = 0; i < cases; ++i) RunCase(Mutate(sound_, older_, random), *counts);
  });
  std::printf("%d cases: %d refused, %d opened with sound content, %d with that of the commit before\n", counts->cases, counts->refused,
              counts->opened - counts->rolled_back, counts->rolled_back);
  EXPECT_EQ(death, 0) << "in case " << counts->cases;
  EXPECT_EQ(counts->cases, cases);
  EXPECT_EQ(counts->wrong, 0);
  EXPECT_EQ(counts->unhelpful, 0);
  // 530 of a thousand on average, with a deviation of 16; the others cut or change what nothing reads, or give the commit before.
  EXPECT_GT(counts->refused, cases * 9 / 20);
  EXPECT_GT(counts->opened, cases / 50);  // wounds in free pages, in slack, and a file cut within its free end
  munmap(counts, sizeof(Counts));
}

// LMDB leaves a page unwritten that a transaction took at the end of the file and gave back: the file is shorter than its last page, and
// sound.
TEST_F(DamageTest, AFreePageAtTheEndNeedNotBeThere) {
  {
    const auto environment = Open();
    const auto put = [&](uint64_t id, size_t size) {
      ASSERT_TRUE(Write(*environment, [&](WriteSet& set) { set.Put(kRecords, IntegerKey(id), std::string(size, 'v')); }).ok());
    };
    put(1, 100);
    put(2, 200'000);  // the end of the file
    ASSERT_TRUE(Write(*environment, [](WriteSet& set) { set.Delete(kRecords, IntegerKey(2)); }).ok());
    for (int i = 0; i < 3; ++i) put(1, 100);
    dump_ = Dump(*environment);
  }
  std::string bytes = ReadFile(DataFile());
  const uint64_t whole = bytes.size() / kPageSize;
  bytes.resize(bytes.size() - kPageSize);
  WriteFile(DataFile(), bytes);
  {
    const UniqueFd fd(open(DataFile().c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(ReadMeta(fd.get(), std::nullopt)->last_page + 1, whole);
  }
  EXPECT_EQ(Problems(DataFile()), std::vector<std::string>());
  const auto environment = Open();
  EXPECT_EQ(Dump(*environment), dump_);
  ASSERT_TRUE(Write(*environment, [](WriteSet& set) { set.Put(kRecords, IntegerKey(3), std::string(300'000, 'w')); }).ok());
  EXPECT_EQ(Problems(DataFile()), std::vector<std::string>());
}

// The control: without the check the same wounds do kill.
TEST_F(DamageTest, LmdbAloneDiesOfATruncatedFile) {
  MakeFile();
  std::filesystem::create_directory(Path("raw"));
  std::string bytes = sound_;
  bytes.resize(8 * kPageSize);
  WriteFile(DataFile("raw"), bytes);
  EXPECT_FALSE(Problems(DataFile("raw")).empty());
  const int death = DeathOf([this] {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    mdb_env_create(&env);
    mdb_env_set_maxdbs(env, 8);
    mdb_env_open(env, Path("raw").c_str(), MDB_NOTLS, 0600);
    mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn);
    for (const char* name : {"records", "index", "history", "feed"}) {
      MDB_dbi dbi = 0;
      MDB_cursor* cursor = nullptr;
      MDB_val key{};
      MDB_val value{};
      if (mdb_dbi_open(txn, name, 0, &dbi) != 0 || mdb_cursor_open(txn, dbi, &cursor) != 0) continue;
      while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
      }
    }
  });
  EXPECT_NE(death, 0);
}

// R23: structure and seals of an older page are sound; the digest shows it.
TEST_F(DamageTest, AnOlderPageInItsPlaceIsFound) {
  MakeFile();
  int replaced = 0;
  int only_by_digest = 0;
  for (size_t at = 2 * kPageSize; at + kPageSize <= older_.size(); at += kPageSize) {
    std::string bytes = sound_;
    bytes.replace(at, kPageSize, older_, at, kPageSize);
    const std::string path = Path("older.mdb");
    WriteFile(path, bytes);
    const std::vector<std::string> problems = Problems(path);
    const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const StatusOr<format::Meta> meta = ReadMeta(fd.get(), std::nullopt);
    ASSERT_TRUE(meta.ok());
    const bool structure_sound = CheckPages(fd.get(), *meta, CheckDepth::kFull, nullptr).problems.empty();
    if (bytes == sound_) {
      EXPECT_TRUE(problems.empty());
      continue;
    }
    ++replaced;
    if (structure_sound && !problems.empty()) ++only_by_digest;
  }
  EXPECT_GT(replaced, 5);
  EXPECT_GT(only_by_digest, 0);
}

TEST_F(DamageTest, ADamagedValueIsReportedWhereItIsRead) {
  {
    const auto environment = Open();
    for (uint64_t id = 1; id <= 3; ++id) ASSERT_TRUE(PutRecord(*environment, id, "sealed value " + std::to_string(id)).ok());
    // In place, while open: the map shows it at once.
    const std::string bytes = ReadFile(DataFile());
    const UniqueFd fd(open(DataFile().c_str(), O_RDWR | O_CLOEXEC));
    for (size_t at = bytes.find("sealed value 2"); at != std::string::npos; at = bytes.find("sealed value 2", at + 1)) {
      ASSERT_EQ(pwrite(fd.get(), "S", 1, static_cast<off_t>(at)), 1);
    }
    const auto snapshot = environment->Read();
    EXPECT_EQ(RecordText(**snapshot, 1), "sealed value 1");
    EXPECT_EQ(GetReason((*snapshot)->Get(kRecords, IntegerKey(uint64_t{2})).status()), Reason::kCorrupt);
    const auto cursor = (*snapshot)->NewCursor(kRecords);
    EXPECT_TRUE(cursor->First());
    EXPECT_FALSE(cursor->Next());
    EXPECT_EQ(GetReason(cursor->status()), Reason::kCorrupt);
    const StatusOr<CheckReport> report = environment->Check();
    ASSERT_EQ(report->problems.size(), 1u);
    EXPECT_EQ(report->problems[0], "1 values of keyspace 'records' do not match their checksums");
    EXPECT_EQ(GetReason(environment->Backup(Path("copy"))), Reason::kCorrupt);
    EXPECT_FALSE(std::filesystem::exists(Path("copy")));
  }
  // Touched since it was closed would be seen by its time; here the change came before the close, so only a full check sees it.
  EXPECT_TRUE(TryOpen({}).ok());
}

TEST_F(DamageTest, AFileChangedSinceItWasClosedIsCheckedInFull) {
  MakeFile();
  const size_t at = sound_.rfind("llllllll");
  ASSERT_NE(at, std::string::npos);
  {
    const UniqueFd fd(open(DataFile().c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(pwrite(fd.get(), "X", 1, static_cast<off_t>(at)), 1);
  }
  EXPECT_EQ(GetReason(TryOpen({}).status()), Reason::kCorrupt);
  WriteFile(DataFile(), sound_);
  EXPECT_TRUE(TryOpen({}).ok());
}

TEST_F(DamageTest, AFileOlderThanWhenItWasClosedIsRefused) {
  MakeFile();
  // Written over, so that it stays the same file; an older copy is sound in itself.
  WriteFile(DataFile(), older_);
  const Status status = TryOpen({}).status();
  EXPECT_EQ(GetReason(status), Reason::kCorrupt);
  // As a foreign file, on purpose, it is welcome.
  std::filesystem::create_directory(Path("restored"));
  WriteFile(DataFile("restored"), older_);
  EXPECT_TRUE(TryOpen({}, "restored").ok());
}

TEST_F(DamageTest, FilesOfOthersAreRefused) {
  std::filesystem::create_directory(Path());
  WriteFile(DataFile(), std::string(5 * kPageSize, 'x'));
  EXPECT_EQ(GetReason(TryOpen().status()), Reason::kFormatUnknown);
  WriteFile(DataFile(), std::string(100, 'x'));
  EXPECT_EQ(GetReason(TryOpen().status()), Reason::kCorrupt);
  // An LMDB file of another program.
  std::filesystem::create_directory(Path("lmdb"));
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  MDB_val key{3, const_cast<char*>("key")};
  mdb_env_create(&env);
  ASSERT_EQ(mdb_env_open(env, Path("lmdb").c_str(), MDB_NOTLS, 0600), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  ASSERT_EQ(mdb_dbi_open(txn, nullptr, 0, &dbi), 0);
  ASSERT_EQ(mdb_put(txn, dbi, &key, &key, 0), 0);
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
  EXPECT_NE(GetReason(TryOpen({}, "lmdb").status()), Reason::kNone);
}

// R12: a keyspace whose keys have several values is none of ours, sound as it may be.
TEST_F(DamageTest, SeveralValuesOfAKeyAreRefused) {
  MakeFile();
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  mdb_env_create(&env);
  mdb_env_set_maxdbs(env, 16);
  ASSERT_EQ(mdb_env_open(env, Path().c_str(), MDB_NOTLS, 0600), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  ASSERT_EQ(mdb_dbi_open(txn, "others", MDB_CREATE | MDB_DUPSORT, &dbi), 0);
  for (char value : {'a', 'b', 'c'}) {
    MDB_val key{3, const_cast<char*>("key")};
    MDB_val data{1, &value};
    ASSERT_EQ(mdb_put(txn, dbi, &key, &data, 0), 0);
  }
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
  const Status status = TryOpen({}).status();
  EXPECT_EQ(GetReason(status), Reason::kCorrupt) << status;
}

}  // namespace
}  // namespace kith::storage
