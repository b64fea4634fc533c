// Every call of a workload that can fail fails once, and from there on: an error comes back and no signal, the file opens again, Verify is
// clean, what was acknowledged is there and nothing that was refused. // R16
//
// Usually a sample of the calls, spread evenly, by the first kinds of faults; KITH_TEST_SCALE of 2 and more takes all kinds, of 20 and more
// each call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <map>
#include <random>
#include <span>

#include "faults.h"
#include "support/paths.h"
#include "support/settings.h"
#include "workload.h"

namespace kith {
namespace {

using testing::Call;
using ::testing::Contains;
using testing::Fault;
using testing::Inject;
using testing::Injected;
using testing::Ledger;
using testing::MakeTempDir;
using testing::StopInjecting;
using testing::Workload;

struct Kind {
  const char* name;
  Call call;
  int error;
  bool lasting;
};
constexpr Kind kKinds[] = {
    {"write: EIO", Call::kWrite, EIO, false},
    {"write: ENOSPC, lasting", Call::kWrite, ENOSPC, true},
    {"write: short", Call::kWrite, 0, false},
    {"write: short, lasting", Call::kWrite, 0, true},
    {"sync: EIO", Call::kSync, EIO, false},
    {"sync: EIO, lasting", Call::kSync, EIO, true},
    {"mmap: ENOMEM", Call::kMap, ENOMEM, false},
    {"mmap: ENOMEM, lasting", Call::kMap, ENOMEM, true},
    {"ftruncate: ENOSPC", Call::kTruncate, ENOSPC, false},
    {"write: EIO, lasting", Call::kWrite, EIO, true},
    {"write: ENOSPC", Call::kWrite, ENOSPC, false},
    {"write: ENOMEM", Call::kWrite, ENOMEM, false},
    {"sync: ENOSPC", Call::kSync, ENOSPC, false},
    {"sync: ENOSPC, lasting", Call::kSync, ENOSPC, true},
    {"sync: ENOMEM", Call::kSync, ENOMEM, false},
    {"ftruncate: EIO", Call::kTruncate, EIO, false},
    {"ftruncate: ENOMEM, lasting", Call::kTruncate, ENOMEM, true},
};
constexpr size_t kUsualKinds = 9;

class DiskFaultTest : public ::testing::Test {
 protected:
  // One run in a folder of its own; what is wrong with what it leaves.
  std::vector<std::string> Run(const Fault& fault, Injected& injected, Ledger& ledger) {
    const std::string folder = base_ + "/" + std::to_string(++runs_);
    std::filesystem::create_directory(folder);
    const std::string path = folder + "/db";
    Workload workload(path);
    Inject(fault);
    workload.Run();
    injected = StopInjecting();
    ledger = workload.ledger();
    std::vector<std::string> wrong = testing::Inspect(path, ledger);
    std::filesystem::remove_all(folder);
    return wrong;
  }

  void RunKind(const Kind& kind, uint64_t seed) {
    Injected injected;
    Ledger ledger;
    ASSERT_EQ(Run({.call = kind.call}, injected, ledger), std::vector<std::string>());
    ASSERT_TRUE(ledger.refused.empty());
    const uint64_t calls = injected.calls;
    // Of calls that are few each is tried.
    const uint64_t samples = std::max<uint64_t>(8 * static_cast<uint64_t>(testing::TestScale()), 16);
    const uint64_t stride = calls <= samples ? 1 : calls / (samples / 2);
    std::map<std::string, int> errors;
    int runs = 0;
    int refused = 0;
    for (uint64_t nth = 1 + seed % stride; nth <= calls; nth += stride) {
      const std::vector<std::string> wrong =
          Run({.call = kind.call, .nth = nth, .error = kind.error, .lasting = kind.lasting}, injected, ledger);
      EXPECT_EQ(wrong, std::vector<std::string>()) << kind.name << ", call " << nth << " of " << calls;
      EXPECT_GT(injected.failed, 0U) << kind.name << ", call " << nth;
      ++runs;
      refused += static_cast<int>(ledger.refused.size());
      for (const std::string& error : ledger.errors) ++errors[error];
    }
    std::printf("%s: %d of %llu calls failed, %d steps refused:", kind.name, runs, static_cast<unsigned long long>(calls), refused);
    for (const auto& [error, count] : errors) std::printf(" %s %d", error.c_str(), count);
    std::printf("\n");
  }

 private:
  std::string base_ = MakeTempDir();
  int runs_ = 0;
};

TEST_F(DiskFaultTest, AnErrorNeverCostsWhatWasAcknowledged) {
  const uint64_t seed = testing::TestSeed(16);
  for (const Kind& kind : std::span(kKinds).first(testing::TestScale() > 1 ? std::size(kKinds) : kUsualKinds)) RunKind(kind, seed);
}

// The look at what is left sees a batch that was refused and made, and one that was acknowledged and never made.
TEST_F(DiskFaultTest, ALieIsCaught) {
  const std::string path = MakeTempDir() + "/db";
  Workload workload(path);
  workload.Run();
  Ledger ledger = workload.ledger();
  EXPECT_EQ(testing::Inspect(path, ledger), std::vector<std::string>());
  ledger.acknowledged.erase(3);
  ledger.refused.insert(3);
  EXPECT_THAT(testing::Inspect(path, ledger), Contains("batch 3 was refused and is there"));

  const std::string full_path = MakeTempDir() + "/db";
  Workload full(full_path);
  Inject({.call = Call::kWrite, .nth = 30, .error = ENOSPC, .lasting = true});
  full.Run();
  StopInjecting();
  ledger = full.ledger();
  ASSERT_TRUE(ledger.refused.contains(Workload::kBatches - 1));
  ledger.refused.erase(Workload::kBatches - 1);
  ledger.acknowledged.insert(Workload::kBatches - 1);
  EXPECT_THAT(testing::Inspect(full_path, ledger), Contains("batch 11 was acknowledged and is not there"));
}

}  // namespace
}  // namespace kith
