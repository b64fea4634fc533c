// Several processes on one database, forks, kills (R5, R6, R7).
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <thread>

#include "storage/turn.h"
#include "storage/unique_fd.h"
#include "storage_testing.h"

namespace kith::storage {
namespace {

template <typename Work>
pid_t InChild(Work work) {
  const pid_t child = ForkAtRest();
  if (child == 0) _exit(work());
  return child;
}

int ExitOf(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// Memory that children share with the test.
template <typename T>
class Shared {
 public:
  Shared() : value_(new (mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) T()) {}
  ~Shared() { munmap(value_, sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T* operator->() { return value_; }

 private:
  T* value_;
};

class ProcessTest : public StorageTest {};

TEST_F(ProcessTest, AChildsInheritedHandlesRefuseAndItOpensAnew) {
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "parent").ok());
  auto snapshot = environment->Read();
  auto cursor = (*snapshot)->NewCursor(kRecords);
  const int code = ExitOf(InChild([&] {
    if (GetReason(environment->Read().status()) != Reason::kForked) return 1;
    if (GetReason(PutRecord(*environment, 1, "child")) != Reason::kForked) return 2;
    if (GetReason((*snapshot)->Get(kRecords, IntegerKey(uint64_t{1})).status()) != Reason::kForked) return 3;
    if (cursor->First() || GetReason(cursor->status()) != Reason::kForked) return 4;
    if (GetReason((*snapshot)->Renew()) != Reason::kForked) return 5;
    if (GetReason(environment->GetStats().status()) != Reason::kForked) return 6;
    if (GetReason(environment->Check().status()) != Reason::kForked) return 7;
    if (GetReason(environment->Wait(0, std::chrono::milliseconds(0)).status()) != Reason::kForked) return 8;
    if (GetReason(environment->Backup(Path("copy"))) != Reason::kForked) return 9;
    {
      const auto own = TryOpen();
      if (!own.ok() || own->get() == environment.get()) return 10;
      if (RecordText(**(*own)->Read(), 1) != "parent") return 11;
      if (!PutRecord(**own, 2, "child").ok()) return 12;
    }
    cursor.reset();
    snapshot->reset();
    const_cast<std::shared_ptr<Environment>&>(environment).reset();
    return 0;
  }));
  EXPECT_EQ(code, 0);
  // The child's end took nothing from the parent.
  EXPECT_EQ(RecordText(**snapshot, 1), "parent");
  EXPECT_EQ(RecordText(**environment->Read(), 2), "child");
  EXPECT_TRUE(PutRecord(*environment, 3, "parent").ok());
}

TEST_F(ProcessTest, ASecondCopyOfTheLibraryIsNoticed) {
  { const auto environment = Open(); }
  const UniqueFd fd(open((Path() + "/kith.guard").c_str(), O_RDWR | O_CLOEXEC));
  struct flock byte {};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = (1 << 20) + getpid();
  byte.l_len = 1;
  ASSERT_EQ(fcntl(fd.get(), F_OFD_SETLK, &byte), 0);
  EXPECT_EQ(GetReason(TryOpen().status()), Reason::kAlreadyOpen);
  byte.l_type = F_UNLCK;
  ASSERT_EQ(fcntl(fd.get(), F_OFD_SETLK, &byte), 0);
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(ProcessTest, AnExclusiveHolderKeepsOthersOut) {
  { const auto environment = Open(); }
  GetTuning().guard_wait = std::chrono::milliseconds(30);
  const UniqueFd fd(open((Path() + "/kith.guard").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(flock(fd.get(), LOCK_EX), 0);
  EXPECT_EQ(GetReason(TryOpen().status()), Reason::kLocked);
  ASSERT_EQ(flock(fd.get(), LOCK_UN), 0);
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(ProcessTest, TwoProcessesWriteAndWakeEachOther) {
  { const auto environment = Open(); }
  constexpr uint64_t kEach = 60;
  const auto increment = [this]() -> int {
    const auto environment = TryOpen();
    if (!environment.ok()) return 1;
    for (uint64_t i = 0; i < kEach; ++i) {
      const Status status = RunOne(**environment, [](WriteSet& set) -> StatusOr<Job::Verdict> {
        const std::string text = RecordText(set, 1);
        set.Put(kRecords, IntegerKey(uint64_t{1}), std::to_string(text == "-" ? 1 : std::stoi(text) + 1));
        return Job::Verdict::kKeep;
      });
      if (!status.ok()) return 2;
    }
    return 0;
  };
  const pid_t first = InChild(increment);
  const pid_t second = InChild(increment);
  {
    const auto environment = Open();
    uint64_t seen = environment->GetStats()->transaction;
    for (int i = 0; i < 3; ++i) {
      const uint64_t newer = *environment->Wait(seen, std::chrono::seconds(4));
      EXPECT_GT(newer, seen);
      seen = newer;
    }
  }
  EXPECT_EQ(ExitOf(first), 0);
  EXPECT_EQ(ExitOf(second), 0);
  const auto environment = Open();
  EXPECT_EQ(RecordText(**environment->Read(), 1), std::to_string(2 * kEach));
  EXPECT_TRUE(environment->Check()->problems.empty());
}

// A process is killed that was woken for its turn while another takes it: nobody knows any more that others wait. Made here by taking the
// mark of waiters from the mutex, so that its holder wakes nobody. The words are mapped before LMDB opens the file (R6).
class LockFileWords {
 public:
  explicit LockFileWords(const std::string& database)
      : fd_(open((database + "/lock.mdb").c_str(), O_RDWR | O_CLOEXEC)),
        map_(static_cast<char*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0))) {}
  ~LockFileWords() { munmap(map_, 4096); }
  LockFileWords(const LockFileWords&) = delete;
  LockFileWords& operator=(const LockFileWords&) = delete;

  [[nodiscard]] pthread_mutex_t* mutex(size_t at) const { return reinterpret_cast<pthread_mutex_t*>(map_ + at); }
  void ForgetWaiters(size_t at) const {
    auto& word = *reinterpret_cast<std::atomic<uint32_t>*>(map_ + at);
    while ((word.load() & FUTEX_WAITERS) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    word.fetch_and(~uint32_t{FUTEX_WAITERS});
  }

 private:
  UniqueFd fd_;  // as long as LMDB has the file
  char* map_;
};

void AwaitTrue(std::atomic<bool>& flag) {
  for (int i = 0; i < 20'000 && !flag; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST_F(ProcessTest, AWriterWhoWasNotWokenForItsTurnLooksAgain) {
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "old").ok());
  Shared<std::atomic<bool>> writing;
  const pid_t child = InChild([&] {
    const LockFileWords words(Path());
    const auto own = TryOpen();
    if (!own.ok()) return 1;
    const Status status = Write(**own, [&](WriteSet& set) {
      set.Put(kRecords, IntegerKey(uint64_t{2}), "child");
      *writing.operator->() = true;
      words.ForgetWaiters(Turns::kWriters);
    });
    return status.ok() ? 0 : 3;
  });
  AwaitTrue(*writing.operator->());
  EXPECT_TRUE(PutRecord(*environment, 3, "parent").ok());
  EXPECT_EQ(ExitOf(child), 0);
  EXPECT_EQ(RecordText(**environment->Read(), 2), "child");
}

TEST_F(ProcessTest, AReaderWhoWasNotWokenForASlotIsWokenByTheNextWhoTakesOne) {
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "old").ok());
  const auto first = environment->Read();  // so that the second takes another slot
  struct Told {
    std::atomic<bool> holds;
    std::atomic<bool> has_read;
  };
  Shared<Told> told;
  const pid_t child = InChild([&] {
    const LockFileWords words(Path());
    const auto own = TryOpen();
    if (!own.ok()) return 1;
    if (pthread_mutex_lock(words.mutex(Turns::kReaders)) != 0) return 2;
    told->holds = true;
    words.ForgetWaiters(Turns::kReaders);
    if (pthread_mutex_unlock(words.mutex(Turns::kReaders)) != 0) return 3;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (told->has_read) return 4;  // the control: it sleeps, though the slot is free
    if (!(*own)->Read().ok()) return 5;
    AwaitTrue(told->has_read);
    return told->has_read ? 0 : 6;
  });
  AwaitTrue(told->holds);
  EXPECT_EQ(RecordText(**environment->Read(), 1), "old");
  told->has_read = true;
  EXPECT_EQ(ExitOf(child), 0);
}

TEST_F(ProcessTest, AMapThatAnotherProcessHasGrownIsAdopted) {
  OpenOptions options{.create = true};
  options.map_size = 1 << 20;
  const auto environment = Open(options);
  ASSERT_TRUE(PutRecord(*environment, 1, "mine").ok());
  EXPECT_EQ(ExitOf(InChild([&] {
              const auto other = TryOpen(options);
              if (!other.ok()) return 1;
              const Status status = Write(**other, [](WriteSet& set) {
                for (uint64_t id = 100; id < 4000; ++id) set.Put(kRecords, IntegerKey(id), std::string(1000, 'x'));
              });
              return status.ok() ? 0 : 2;
            })),
            0);
  EXPECT_EQ(RecordText(**environment->Read(), 3999), std::string(1000, 'x'));
  EXPECT_TRUE(PutRecord(*environment, 1, "still mine").ok());
  EXPECT_GT(environment->GetStats()->map_bytes, uint64_t{1} << 20);
}

// The copy begins a transaction of its own, after the check has ended its.
TEST_F(ProcessTest, ABackupGoesOnWhileAnotherProcessGrowsTheMap) {
  OpenOptions options{.create = true};
  options.map_size = 1 << 20;
  const auto environment = Open(options);
  struct Told {
    std::atomic<bool> done;
  };
  Shared<Told> told;
  const pid_t child = InChild([&] {
    const auto other = TryOpen(options);
    if (!other.ok()) return 1;
    for (uint64_t step = 0; step < 20; ++step) {
      const Status status = Write(**other, [&](WriteSet& set) {
        for (uint64_t id = 1000 * step; id < 1000 * (step + 1); ++id) set.Put(kRecords, IntegerKey(id), std::string(1500, 'x'));
      });
      if (!status.ok()) return 2;
    }
    told->done = true;
    return 0;
  });
  for (int copy = 0; !told->done && copy < 1000; ++copy) {
    const Status copied = environment->Backup(Path("copy" + std::to_string(copy)));
    EXPECT_TRUE(copied.ok()) << copied;
    std::filesystem::remove_all(Path("copy" + std::to_string(copy)));
    if (!copied.ok()) break;
  }
  EXPECT_EQ(ExitOf(child), 0);
}

TEST_F(ProcessTest, ReadersOfKilledProcessesAreCleared) {
  GetTuning().stale_reader_interval = std::chrono::milliseconds(0);
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "x").ok());
  Shared<std::atomic<int>> ready;
  const pid_t child = InChild([&]() -> int {
    const auto other = TryOpen();
    const auto snapshot = other.ok() ? (*other)->Read() : other.status();
    *ready.operator->() = snapshot.ok() ? 1 : 2;
    pause();
    return 0;
  });
  while (ready->load() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ASSERT_EQ(ready->load(), 1);
  kill(child, SIGKILL);
  EXPECT_EQ(ExitOf(child), 1000 + SIGKILL);
  for (int i = 0; i < 100 && environment->GetStats()->stale_readers_cleared == 0; ++i) {
    ASSERT_TRUE(PutRecord(*environment, 1, std::to_string(i)).ok());
  }
  EXPECT_EQ(environment->GetStats()->stale_readers_cleared, 1u);
}

// Kills a writing process at random moments: what it was told is durable is there, nothing half-written is.
struct Acknowledged {
  std::atomic<uint64_t> count{0};
};

int WriteForEver(Environment& environment, Acknowledged& acknowledged, bool acknowledge_early) {
  for (;;) {
    const uint64_t next = acknowledged.count + 1;
    if (acknowledge_early) acknowledged.count = next;
    const Status status = Write(environment, [next](WriteSet& set) {
      const std::string text = std::to_string(next);
      set.Put(kRecords, IntegerKey(next), text + std::string(next % 50 == 0 ? 9000 : 0, ' '));
      set.Put(kIndex, "last", text);
      set.Put(kFeed, IntegerKey(next % 10), text);
    });
    if (!status.ok()) return 1;
    acknowledged.count = next;
  }
}

// Violations over some kills.
int KillLoop(const StorageTest& test, const std::function<StatusOr<std::shared_ptr<Environment>>()>& open,
             std::chrono::milliseconds duration, bool acknowledge_early, int& kills) {
  (void)test;
  std::mt19937_64 random(std::random_device{}());
  Shared<Acknowledged> acknowledged;
  int violations = 0;
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) {
    const uint64_t before = acknowledged->count;
    const pid_t child = InChild([&]() -> int {
      const auto environment = open();
      return environment.ok() ? WriteForEver(**environment, *acknowledged.operator->(), acknowledge_early) : 1;
    });
    while (acknowledged->count < before + 3) {
      if (waitpid(child, nullptr, WNOHANG) == child) return violations + 1;
      std::this_thread::yield();
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 4000));
    kill(child, SIGKILL);
    if (ExitOf(child) != 1000 + SIGKILL) ++violations;
    ++kills;
    const uint64_t acknowledged_now = acknowledged->count;
    const auto environment = open();
    if (!environment.ok()) return violations + 1;
    const auto snapshot = (*environment)->Read();
    const StatusOr<View> last = (*snapshot)->Get(kIndex, "last");
    const uint64_t found = last.ok() ? std::stoull(std::string(*last)) : 0;
    if (found < acknowledged_now || found > acknowledged_now + 1) ++violations;
    if (!(*snapshot)->Get(kRecords, IntegerKey(found)).ok() || (*snapshot)->Get(kRecords, IntegerKey(found + 1)).ok()) ++violations;
    if (!(*environment)->Check()->problems.empty()) ++violations;
    acknowledged->count = found;
  }
  return violations;
}

TEST_F(ProcessTest, KilledWritersLoseNothingThatWasAcknowledged) {
  int kills = 0;
  EXPECT_EQ(KillLoop(
                *this, [this] { return TryOpen(); }, std::chrono::milliseconds(2500), false, kills),
            0);
  EXPECT_GT(kills, 3);
  RecordProperty("kills", kills);
}

// The control: a writer that acknowledges before it commits is caught.
TEST_F(ProcessTest, TheKillLoopCatchesAnEarlyAcknowledgement) {
  int violations = 0;
  int kills = 0;
  for (int i = 0; i < 8 && violations == 0; ++i) {
    violations = KillLoop(
        *this, [this] { return TryOpen(); }, std::chrono::milliseconds(400), true, kills);
  }
  EXPECT_GT(violations, 0);
}

}  // namespace
}  // namespace kith::storage
