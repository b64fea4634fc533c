// R10: a data file rewritten in place is the old one or the new one, whole, whatever happens meanwhile.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "storage/files.h"
#include "storage_testing.h"

namespace kith::storage {
namespace {

class CompactTest : public StorageTest {
 protected:
  // Many pages, most of them free by now.
  static void Fill(Environment& environment) {
    for (int round = 0; round < 8; ++round) {
      ASSERT_TRUE(Write(environment, [round](WriteSet& set) {
                    for (uint64_t id = 0; id < 500; ++id)
                      set.Put(kRecords, IntegerKey(id), std::string(300, static_cast<char>('a' + round)));
                  }).ok());
    }
    ASSERT_TRUE(Write(environment, [](WriteSet& set) {
                  for (uint64_t id = 100; id < 500; ++id) set.Delete(kRecords, IntegerKey(id));
                }).ok());
  }
  [[nodiscard]] bool HasCopy() const { return std::filesystem::exists(Path() + "/" + kCompactFile); }
};

TEST_F(CompactTest, ShrinksAndGoesOn) {
  const auto environment = Open();
  Fill(*environment);
  const uint64_t transaction = (*environment->Read())->transaction();
  const StatusOr<CompactReport> report = environment->Compact();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_LT(report->bytes_after, report->bytes_before / 2);
  EXPECT_EQ(report->bytes_after, std::filesystem::file_size(DataFile()));
  EXPECT_FALSE(HasCopy());
  EXPECT_EQ(RecordText(**environment->Read(), 99), std::string(300, 'h'));
  EXPECT_EQ(RecordText(**environment->Read(), 100), "-");
  EXPECT_EQ(environment->Check()->problems, std::vector<std::string>());
  // Who waits for a later commit is not left waiting: numbers go on.
  EXPECT_EQ((*environment->Read())->transaction(), transaction);
  ASSERT_TRUE(PutRecord(*environment, 7, "after").ok());
  EXPECT_EQ((*environment->Read())->transaction(), transaction + 1);
  EXPECT_EQ(environment->Check()->problems, std::vector<std::string>());
}

TEST_F(CompactTest, OpensAgainAndMayBeRepeated) {
  {
    const auto environment = Open();
    Fill(*environment);
    ASSERT_TRUE(environment->Compact().ok());
    ASSERT_TRUE(environment->Compact().ok());
    EXPECT_EQ(Open().get(), environment.get());  // an open of the new file attaches
  }
  std::vector<std::string> log;
  const auto environment = Open({.create = true, .log = [&](LogLevel, std::string_view message) { log.emplace_back(message); }});
  EXPECT_EQ(log, std::vector<std::string>());  // as it was left: no full check
  EXPECT_EQ(RecordText(**environment->Read(), 99), std::string(300, 'h'));
  ASSERT_TRUE(PutRecord(*environment, 7, "after").ok());
  EXPECT_EQ(environment->Check()->problems, std::vector<std::string>());
}

TEST_F(CompactTest, ASnapshotHoldsItUpAndIsNamed) {
  const auto environment = Open();
  Fill(*environment);
  GetTuning().gate_wait = std::chrono::milliseconds(50);
  auto snapshot = environment->Read();
  EXPECT_EQ(GetReason(environment->Compact().status()), Reason::kReaderLag);
  EXPECT_EQ(RecordText(**snapshot, 99), std::string(300, 'h'));
  EXPECT_FALSE(HasCopy());
  snapshot->reset();
  EXPECT_TRUE(environment->Compact().ok());
}

TEST_F(CompactTest, AnotherProcessHoldsItUp) {
  { const auto environment = Open(); }
  int ready[2];
  int done[2];
  ASSERT_EQ(pipe(ready) + pipe(done), 0);
  const pid_t child = ForkAtRest();
  if (child == 0) {
    const auto environment = TryOpen();
    char byte = environment.ok() ? 'y' : 'n';
    if (write(ready[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 1) _exit(1);
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  {
    const auto environment = Open();
    Fill(*environment);
    EXPECT_EQ(GetReason(environment->Compact().status()), Reason::kLocked);
    EXPECT_TRUE(PutRecord(*environment, 1, "goes on").ok());
    ASSERT_EQ(write(done[1], &byte, 1), 1);
    waitpid(child, nullptr, 0);
    EXPECT_TRUE(environment->Compact().ok());
    EXPECT_EQ(RecordText(**environment->Read(), 1), "goes on");
  }
  for (const int fd : {ready[0], ready[1], done[0], done[1]}) close(fd);
}

TEST_F(CompactTest, WritersAndReadersGoOn) {
  const auto environment = Open();
  Fill(*environment);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> written{0};
  std::thread writer([&] {
    for (uint64_t i = 1; !stop; ++i) {
      ASSERT_TRUE(PutRecord(*environment, 1, std::to_string(i)).ok());
      written = i;
    }
  });
  std::thread reader([&] {
    while (!stop) {
      const auto snapshot = environment->Read();
      ASSERT_TRUE(snapshot.ok()) << snapshot.status();
      ASSERT_EQ(RecordText(**snapshot, 99), std::string(300, 'h'));
    }
  });
  for (int i = 0; i < 10; ++i) {
    const StatusOr<CompactReport> report = environment->Compact();
    EXPECT_TRUE(report.ok()) << report.status();
  }
  stop = true;
  writer.join();
  reader.join();
  EXPECT_EQ(RecordText(**environment->Read(), 1), std::to_string(written));
  EXPECT_EQ(environment->Check()->problems, std::vector<std::string>());
}

TEST_F(CompactTest, RefusesAReadOnlyHandle) {
  { const auto environment = Open(); }
  EXPECT_EQ(GetReason(Open({.read_only = true})->Compact().status()), Reason::kReadOnly);
}

// Killed right before and right after the exchange, and at random.
class CompactKillTest : public CompactTest {
 protected:
  // A child writes and compacts until it is killed: by itself at the log message that contains `at`, or after a while. What it had
  // acknowledged is in `shared_`.
  void Kill(const std::string& at, std::chrono::microseconds after) {
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = ForkAtRest();
    if (child == 0) {
      OpenOptions options;
      options.create = true;
      options.log = [&at](LogLevel, std::string_view message) {
        if (!at.empty() && message.find(at) != std::string_view::npos) kill(getpid(), SIGKILL);
      };
      const auto environment = TryOpen(options);
      if (!environment.ok()) _exit(1);
      for (uint64_t i = next_;; ++i) {
        if (!PutRecord(**environment, i % 50, std::to_string(i)).ok()) _exit(2);
        if (write(pipes[1], &i, sizeof(i)) != sizeof(i)) _exit(3);
        if (i % 3 == 0 && !(*environment)->Compact().ok()) _exit(4);
      }
    }
    close(pipes[1]);
    if (at.empty()) {
      std::this_thread::sleep_for(after);
      kill(child, SIGKILL);
    }
    uint64_t last = 0;
    while (read(pipes[0], &last, sizeof(last)) == sizeof(last)) acknowledged_[last % 50] = last;
    close(pipes[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    next_ = std::max(next_, last + 1);
    copies_left_ += HasCopy() ? 1 : 0;
    const auto environment = Open();
    ASSERT_NE(environment, nullptr);
    EXPECT_FALSE(HasCopy());
    for (auto& [id, value] : acknowledged_) {
      // One more may have been written than was told.
      const std::string text = RecordText(**environment->Read(), id);
      ASSERT_TRUE(text == std::to_string(value) || text == std::to_string(next_)) << id << " is " << text << ", was " << value;
      value = std::stoull(text);
    }
    ASSERT_EQ(environment->Check()->problems, std::vector<std::string>());
    next_ += 1;
  }

  std::map<uint64_t, uint64_t> acknowledged_;
  uint64_t next_ = 1;
  int copies_left_ = 0;
};

TEST_F(CompactKillTest, RightBeforeAndAfterTheExchange) {
  { Fill(*Open()); }
  for (int i = 0; i < 3; ++i) {
    Kill("is written and takes", {});
    EXPECT_EQ(copies_left_, i + 1);
    Kill("has taken", {});
    EXPECT_EQ(copies_left_, i + 1);
  }
}

TEST_F(CompactKillTest, AtAnyMoment) {
  { Fill(*Open()); }
  std::mt19937_64 random(7);
  for (int i = 0; i < 30; ++i) {
    Kill("", std::chrono::microseconds(2000 + random() % 60'000));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace kith::storage
