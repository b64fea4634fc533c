#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include "kith/storage/partial.h"
#include "storage_testing.h"

namespace kith::storage {
namespace {

class EnvironmentTest : public StorageTest {};

TEST_F(EnvironmentTest, ReadsBackWhatItWroteAfterReopening) {
  {
    const auto environment = Open();
    ASSERT_TRUE(PutRecord(*environment, 7, "seven").ok());
    ASSERT_TRUE(Write(*environment, [](WriteSet& set) { set.Put(kIndex, "email|a@b", "x"); }).ok());
  }
  const auto environment = Open({});
  const auto snapshot = environment->Read();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ(*(*snapshot)->Get(kRecords, IntegerKey(uint64_t{7})), Padded("seven"));
  EXPECT_EQ(*(*snapshot)->Get(kIndex, "email|a@b"), "x");
  const Status missing = (*snapshot)->Get(kRecords, IntegerKey(uint64_t{8})).status();
  EXPECT_EQ(missing.code(), StatusCode::kNotFound);
  EXPECT_TRUE(missing.message().empty());
  EXPECT_EQ(GetReason(missing), Reason::kNone);
}

TEST_F(EnvironmentTest, AMissingDatabaseIsNotMade) {
  EXPECT_EQ(GetReason(TryOpen({}).status()), Reason::kDatabaseMissing);
  EXPECT_FALSE(std::filesystem::exists(Path()));
}

TEST_F(EnvironmentTest, FilesArePrivateWhateverTheUmask) {
  const mode_t before = umask(0);
  const auto open = Open();
  umask(0777);
  const auto closed = Open({.create = true}, "other");
  umask(before);
  for (const std::string name : {"db", "other"}) {
    struct stat info {};
    ASSERT_EQ(stat(Path(name).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0700u) << name;
    for (const char* file : {"/data.mdb", "/lock.mdb", "/kith.guard"}) {
      ASSERT_EQ(stat((Path(name) + file).c_str(), &info), 0) << file;
      EXPECT_EQ(info.st_mode & 07777, 0600u) << file;
    }
  }
}

TEST_F(EnvironmentTest, ASecondOpenAttaches) {
  const auto first = Open();
  const auto second = Open();
  EXPECT_EQ(first.get(), second.get());
  std::filesystem::create_directory_symlink(Path(), Path("link"));
  EXPECT_EQ(Open({}, "link").get(), first.get());
  OpenOptions other{.create = true};
  other.durability = Durability::kRelaxed;
  const Status status = TryOpen(other).status();
  EXPECT_EQ(GetReason(status), Reason::kAlreadyOpen);
  EXPECT_EQ(GetErrorInfo(status).field, "durability");
}

TEST_F(EnvironmentTest, ManyThreadsOpenAndCloseTheSameDatabase) {
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, &failures, t] {
      for (int i = 0; i < 25; ++i) {
        const auto environment = TryOpen();
        if (!environment.ok() || !PutRecord(**environment, static_cast<uint64_t>(t), "x").ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures.load(), 0);
}

TEST_F(EnvironmentTest, SnapshotKeepsItsViewAndRenews) {
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "old").ok());
  const auto snapshot = environment->Read();
  ASSERT_TRUE(PutRecord(*environment, 1, "new").ok());
  EXPECT_EQ(RecordText(**snapshot, 1), "old");
  const uint64_t before = (*snapshot)->transaction();
  ASSERT_TRUE((*snapshot)->Renew().ok());
  EXPECT_EQ(RecordText(**snapshot, 1), "new");
  EXPECT_EQ((*snapshot)->transaction(), before + 1);
}

TEST_F(EnvironmentTest, SnapshotOutlivesTheHandle) {
  auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "kept").ok());
  const auto snapshot = environment->Read();
  environment.reset();
  EXPECT_EQ(RecordText(**snapshot, 1), "kept");
}

TEST_F(EnvironmentTest, AFailedJobLeavesNoTraceAndHoldsNobodyBack) {
  const auto environment = Open();
  ASSERT_TRUE(PutRecord(*environment, 1, "before").ok());
  std::vector<std::string> seen;
  FunctionJob first([](WriteSet& set) -> StatusOr<Job::Verdict> {
    set.Put(kRecords, IntegerKey(uint64_t{2}), "first");
    return Job::Verdict::kKeep;
  });
  FunctionJob failing([](WriteSet& set) -> StatusOr<Job::Verdict> {
    set.Put(kRecords, IntegerKey(uint64_t{1}), "spoiled");
    set.Delete(kRecords, IntegerKey(uint64_t{2}));
    set.Put(kRecords, IntegerKey(uint64_t{3}), "spoiled");
    return MakeError(Reason::kUnique, "no");
  });
  FunctionJob discarding([](WriteSet& set) -> StatusOr<Job::Verdict> {
    set.Put(kRecords, IntegerKey(uint64_t{1}), "dry run");
    return Job::Verdict::kDiscard;
  });
  FunctionJob last([&seen](WriteSet& set) -> StatusOr<Job::Verdict> {
    for (uint64_t id = 1; id <= 3; ++id) seen.push_back(RecordText(set, id));
    set.Put(kRecords, IntegerKey(uint64_t{4}), "last");
    return Job::Verdict::kKeep;
  });
  FunctionJob throwing([](WriteSet& set) -> StatusOr<Job::Verdict> {
    set.Put(kRecords, IntegerKey(uint64_t{4}), "thrown");
    throw std::runtime_error("boom");
  });
  Job* jobs[] = {&first, &failing, &discarding, &last, &throwing};
  const std::vector<Status> outcomes = environment->Run(jobs, {});
  EXPECT_TRUE(outcomes[0].ok());
  EXPECT_EQ(GetReason(outcomes[1]), Reason::kUnique);
  EXPECT_TRUE(outcomes[2].ok());
  EXPECT_TRUE(outcomes[3].ok());
  EXPECT_EQ(GetReason(outcomes[4]), Reason::kInternal);
  EXPECT_EQ(seen, (std::vector<std::string>{"before", "first", "-"}));
  const auto snapshot = environment->Read();
  EXPECT_EQ(RecordText(**snapshot, 1), "before");
  EXPECT_EQ(RecordText(**snapshot, 2), "first");
  EXPECT_EQ(RecordText(**snapshot, 3), "-");
  EXPECT_EQ(RecordText(**snapshot, 4), "last");
  EXPECT_EQ(environment->GetStats()->groups, 2u);  // one for the first put, one for all five
}

TEST_F(EnvironmentTest, AGroupWithoutChangesCostsNoSync) {
  const auto environment = Open();
  const uint64_t before = environment->GetStats()->transaction;
  EXPECT_TRUE(Write(*environment, [](WriteSet&) {}).ok());
  EXPECT_EQ(environment->GetStats()->transaction, before);
  EXPECT_EQ(environment->GetStats()->syncs, 0u);
}

TEST_F(EnvironmentTest, KeysAndValuesPastTheLimitFailTheirJobOnly) {
  const auto environment = Open();
  const std::string longest(511, 'k');
  const std::string too_long(512, 'k');
  EXPECT_TRUE(Write(*environment, [&](WriteSet& set) { set.Put(kIndex, longest, ""); }).ok());
  EXPECT_EQ(GetReason(Write(*environment, [&](WriteSet& set) { set.Put(kIndex, too_long, ""); })), Reason::kLimitExceeded);
  EXPECT_EQ(GetReason(Write(*environment, [&](WriteSet& set) { set.Put(kIndex, "", ""); })), Reason::kLimitExceeded);
  EXPECT_EQ(GetReason(Write(*environment, [&](WriteSet& set) { set.Put(kRecords, "short", ""); })), Reason::kLimitExceeded);
  const std::string largest(kMaxValueBytes, 'v');
  EXPECT_TRUE(PutRecord(*environment, 1, largest).ok());
  EXPECT_EQ(GetReason(PutRecord(*environment, 2, largest + "v")), Reason::kLimitExceeded);
  const auto snapshot = environment->Read();
  EXPECT_EQ((*snapshot)->Get(kIndex, longest)->size(), 0u);
  EXPECT_EQ(*(*snapshot)->Get(kRecords, IntegerKey(uint64_t{1})), Padded(largest));
  EXPECT_EQ(GetReason((*snapshot)->Get(kIndex, "").status()), Reason::kLimitExceeded);
}

TEST_F(EnvironmentTest, ReadOnlyRefusesWrites) {
  { const auto environment = Open(); }
  const auto environment = Open({.read_only = true});
  EXPECT_TRUE(environment->read_only());
  EXPECT_EQ(GetReason(PutRecord(*environment, 1, "x")), Reason::kReadOnly);
  EXPECT_TRUE(environment->Read().ok());
}

TEST_F(EnvironmentTest, BadOptionsAreRefusedBeforeAnythingIsMade) {
  const auto refuse = [this](std::vector<KeyspaceSpec> keyspaces, OpenOptions options) {
    return GetReason(Environment::Open(Path(), keyspaces, std::move(options)).status());
  };
  EXPECT_EQ(refuse({{.name = "a"}, {.name = "a"}}, {.create = true}), Reason::kBadOptions);
  EXPECT_EQ(refuse({{.name = "_a"}}, {.create = true}), Reason::kBadOptions);
  EXPECT_EQ(refuse({{.name = ""}}, {.create = true}), Reason::kBadOptions);
  EXPECT_EQ(refuse({{.name = std::string(65, 'n')}}, {.create = true}), Reason::kBadOptions);
  EXPECT_EQ(refuse(std::vector<KeyspaceSpec>(121), {.create = true}), Reason::kBadOptions);
  EXPECT_EQ(refuse({{.name = "a"}}, {.temporary = true}), Reason::kBadOptions);
  EXPECT_EQ(refuse({{.name = "a"}}, {.create = true, .read_only = true}), Reason::kBadOptions);
  EXPECT_FALSE(std::filesystem::exists(Path()));
}

TEST_F(EnvironmentTest, ANewerFormatIsRefusedAndAnOlderOneTakenAlong) {
  OpenOptions options{.create = true};
  options.application_format = 2;
  { const auto environment = Open(options); }
  options.application_format = 1;
  const Status status = TryOpen(options).status();
  EXPECT_EQ(GetReason(status), Reason::kFormatNewer);
  EXPECT_EQ(GetErrorInfo(status).value, "2");
  options.application_format = 3;
  { const auto environment = Open(options); }
  options.application_format = 2;
  EXPECT_EQ(GetReason(TryOpen(options).status()), Reason::kFormatNewer);
}

TEST_F(EnvironmentTest, ATemporaryDatabaseIsRemovedWithItsLastHandle) {
  const std::vector<KeyspaceSpec> keyspaces = TestKeyspaces();
  auto environment = Environment::Open("", keyspaces, {.temporary = true});
  ASSERT_TRUE(environment.ok()) << environment.status();
  const std::string path = (*environment)->path();
  ASSERT_TRUE(PutRecord(**environment, 1, "x").ok());
  auto snapshot = (*environment)->Read();
  environment->reset();
  EXPECT_TRUE(std::filesystem::exists(path));
  snapshot->reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(EnvironmentTest, WaitWakesOnACommitAndEndsAtItsTimeout) {
  const auto environment = Open();
  const uint64_t start = environment->GetStats()->transaction;
  EXPECT_EQ(*environment->Wait(start, std::chrono::milliseconds(20)), start);
  EXPECT_EQ(*environment->Wait(start - 1, std::chrono::milliseconds(0)), start);
  std::thread writer([&environment] { EXPECT_TRUE(PutRecord(*environment, 1, "x").ok()); });
  EXPECT_EQ(*environment->Wait(start, std::chrono::seconds(5)), start + 1);
  writer.join();
}

// Names of this process's threads that write, with the signals that each blocks.
std::map<std::string, uint64_t> Writers() {
  std::map<std::string, uint64_t> found;
  std::error_code ended;  // a thread may end meanwhile
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ended)) {
    std::ifstream status(task.path() / "status");
    std::string name;
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("Name:\t")) name = line.substr(6);
      if (line.starts_with("SigBlk:\t") && name.starts_with("kith-writer")) found[name] = std::stoull(line.substr(8), nullptr, 16);
    }
  }
  return found;
}

// Whether all of them end; one that was joined is listed for a moment longer.
bool WritersEnd() {
  for (int wait = 0; wait < 5000 && !Writers().empty(); ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return Writers().empty();
}

// R8
TEST_F(EnvironmentTest, WritersHaveANameTakeNoSignalsAndEndWithTheLastDatabase) {
  auto environment = Open();
  EXPECT_TRUE(WritersEnd()) << "of tests before";
  ASSERT_TRUE(PutRecord(*environment, 1, "x").ok());
  const auto writers = Writers();
  ASSERT_TRUE(writers.contains("kith-writer-1"));
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGALRM, SIGCHLD, SIGPROF, SIGURG}) {
    EXPECT_NE(writers.at("kith-writer-1") >> (signal - 1) & 1, 0U) << signal;
  }
  environment.reset();
  EXPECT_TRUE(WritersEnd());
}

TEST_F(EnvironmentTest, GroupsFormWhileTheWriterIsBusy) {
  const auto environment = Open();
  constexpr int kThreads = 8;
  constexpr int kEach = 40;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&environment, t] {
      for (int i = 0; i < kEach; ++i) ASSERT_TRUE(PutRecord(*environment, static_cast<uint64_t>(t * kEach + i), "x").ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Stats stats = *environment->GetStats();
  EXPECT_EQ(stats.jobs, uint64_t{kThreads * kEach});
  EXPECT_LT(stats.groups, stats.jobs);
  EXPECT_EQ(stats.syncs, 2 * stats.groups);
  EXPECT_EQ(stats.keyspaces[kRecords].entries, uint64_t{kThreads * kEach});
  EXPECT_TRUE(environment->Check()->problems.empty());
}

TEST_F(EnvironmentTest, ATimeoutBeyondTheClockIsNoneAtOnce) {
  const auto environment = Open();
  const auto keep = [](WriteSet& set) -> StatusOr<Job::Verdict> {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    set.Put(kRecords, IntegerKey(1), "kept");
    return Job::Verdict::kKeep;
  };
  EXPECT_TRUE(RunOne(*environment, keep, {.timeout = std::chrono::microseconds::max()}).ok());
}

TEST_F(EnvironmentTest, AQueuedJobTimesOutAndAStartedOneIsUnknown) {
  const auto environment = Open();
  std::atomic<bool> started{false};
  std::atomic<bool> go{false};
  Status slow;
  std::thread holder([&] {
    slow = RunOne(*environment,
                  [&](WriteSet& set) -> StatusOr<Job::Verdict> {
                    started = true;
                    while (!go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    set.Put(kRecords, IntegerKey(uint64_t{1}), "slow");
                    return Job::Verdict::kKeep;
                  },
                  {.timeout = std::chrono::milliseconds(500)});
  });
  while (!started) std::this_thread::yield();
  bool ran = false;
  const Status queued = RunOne(*environment,
                               [&ran](WriteSet&) -> StatusOr<Job::Verdict> {
                                 ran = true;
                                 return Job::Verdict::kKeep;
                               },
                               {.timeout = std::chrono::milliseconds(20)});
  EXPECT_EQ(GetReason(queued), Reason::kTimeout);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  go = true;
  holder.join();
  EXPECT_EQ(GetReason(slow), Reason::kOutcomeUnknown);
  EXPECT_FALSE(ran);
  EXPECT_EQ(RecordText(**environment->Read(), 1), "slow");
}

// R26: what is being made waits for the disk when it is whole, and a database of the same name afterwards at each commit.
TEST_F(EnvironmentTest, ADatabaseBeingMadeIsSyncedOnce) {
  {
    const StatusOr<std::unique_ptr<PartialDirectory>> partial = PartialDirectory::Make(Path());
    ASSERT_TRUE(partial.ok()) << partial.status();
    {
      OpenOptions options;
      options.create = true;
      options.durability = Durability::kRelaxed;
      const auto environment = *Environment::Open((*partial)->path(), TestKeyspaces(), options);
      ASSERT_TRUE(PutRecord(*environment, 1, "one").ok());
      EXPECT_EQ(environment->GetStats()->syncs, 0U);
    }
    ASSERT_TRUE((*partial)->Become().ok());
  }
  const auto environment = Open();
  EXPECT_EQ(*(*environment->Read())->Get(kRecords, IntegerKey(1)), Padded("one"));
  ASSERT_TRUE(PutRecord(*environment, 1, "one").ok());
  EXPECT_EQ(environment->GetStats()->syncs, 2U);
  EXPECT_TRUE(environment->Check()->problems.empty());
}

}  // namespace
}  // namespace kith::storage
