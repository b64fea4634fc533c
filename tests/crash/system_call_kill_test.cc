// kill -9 at every system call of a workload, before and after it, in whatever thread: what was acknowledged is there, nothing in part.
//
// Usually a sample, spread evenly; KITH_TEST_SCALE of 20 and more takes more of them.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "child.h"
#include "support/paths.h"
#include "support/settings.h"
#include "workload.h"

namespace kith {
namespace {

using testing::Child;
using testing::Ledger;
using testing::MakeTempDir;
using testing::Workload;

constexpr int kNotTraced = 77;

// Arguments: path, the file to import, "early" to acknowledge each step before it is done. Stops before the first step.
int Traced(const std::vector<std::string>& arguments) {
  Workload workload(arguments[0], arguments[1]);
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) return kNotTraced;
  static_cast<void>(raise(SIGSTOP));
  if (arguments[2] == "early") testing::Tell(Workload::kBatches - 1);
  workload.Run(testing::Tell);
  return 0;
}
const testing::RegisterRole kTraced("traced", Traced);

// Lets a child that has stopped run from system call to system call, and kills it at its `last` stop: each call has two, one before and one
// after. How many stops there were.
uint64_t RunToStop(pid_t pid, uint64_t last) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) return 0;
  ptrace(PTRACE_SETOPTIONS, pid, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
  ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr);
  uint64_t stops = 0;
  for (;;) {
    const pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0) return stops;
    if (!WIFSTOPPED(status)) {
      if (thread == pid) return stops;
      continue;
    }
    if (WSTOPSIG(status) == (SIGTRAP | 0x80) && ++stops == last) kill(pid, SIGKILL);
    ptrace(PTRACE_SYSCALL, thread, nullptr, nullptr);
  }
}

class SystemCallKillTest : public ::testing::Test {
 protected:
  // One run that is killed at a stop; what is wrong with what it leaves.
  std::vector<std::string> Run(uint64_t last, const std::string& mode = "honest") {
    const std::string folder = base_ + "/" + std::to_string(++runs_);
    std::filesystem::create_directory(folder);
    Ledger ledger;
    {
      Child child("traced", {folder + "/db", Workload::ImportFile(), mode});
      stops_ = RunToStop(child.pid(), last);
      while (const std::optional<uint64_t> step = child.Listen(0)) ledger.acknowledged.insert(*step);
    }
    acknowledged_ += ledger.acknowledged.size();
    std::vector<std::string> wrong = testing::Inspect(folder + "/db", ledger);
    std::filesystem::remove_all(folder);
    return wrong;
  }
  [[nodiscard]] uint64_t stops() const { return stops_; }
  [[nodiscard]] uint64_t acknowledged() const { return acknowledged_; }

 private:
  std::string base_ = MakeTempDir();
  int runs_ = 0;
  uint64_t stops_ = 0;
  uint64_t acknowledged_ = 0;
};

TEST_F(SystemCallKillTest, NothingAcknowledgedIsLostAndNothingIsThereInPart) {
  const uint64_t seed = testing::TestSeed(9);
  ASSERT_EQ(Run(UINT64_MAX), std::vector<std::string>());
  const uint64_t whole = stops();
  if (whole == 0) GTEST_SKIP() << "tracing is not allowed here";
  const uint64_t stride = std::max<uint64_t>(1, whole / (40 * static_cast<uint64_t>(testing::TestScale())));
  int kills = 0;
  for (uint64_t stop = 1 + seed % stride; stop <= whole; stop += stride) {
    EXPECT_EQ(Run(stop), std::vector<std::string>()) << "killed at stop " << stop << " of " << whole;
    ++kills;
  }
  std::printf("%llu stops at system calls, %d kills, %llu steps acknowledged\n", static_cast<unsigned long long>(whole), kills,
              static_cast<unsigned long long>(acknowledged()));
  EXPECT_GT(acknowledged(), static_cast<uint64_t>(kills));
}

TEST_F(SystemCallKillTest, AnEarlyAcknowledgementIsCaught) {
  ASSERT_EQ(Run(UINT64_MAX), std::vector<std::string>());
  if (stops() == 0) GTEST_SKIP() << "tracing is not allowed here";
  EXPECT_NE(Run(stops() / 2, "early"), std::vector<std::string>());
}

}  // namespace
}  // namespace kith
