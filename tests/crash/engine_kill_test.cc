// kill -9 at any moment: what was acknowledged is there, nothing is there in part, and the file is sound.
//
// KITH_TEST_SCALE makes the loops longer; KITH_TEST_SEED changes the moments.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <random>
#include <thread>

#include "child.h"
#include "support/company.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::Child;
using testing::CompanyDatabase;
using testing::FieldOf;
using testing::MakeTempDir;
using testing::Tell;

constexpr int kThreads = 3;

// A batch's number: whose, and the how-maniest of its thread.
uint64_t Code(uint64_t thread, uint64_t number) { return thread << 32 | number; }
std::string Key(uint64_t code) { return std::to_string(code >> 32) + "-" + std::to_string(code & UINT32_MAX); }

std::shared_ptr<Database> OpenOrDie(const std::string& path) {
  OpenOptions options;
  options.create = true;
  StatusOr<std::shared_ptr<Database>> db = Database::Open(path, options);
  if (!db.ok()) {
    std::fprintf(stderr, "%s\n", db.status().ToString().c_str());
    std::exit(5);
  }
  return *std::move(db);
}

// What belongs together in one batch: a company, a person and a note on it, a tally, the record before it changed.
void FillFirst(Batch& batch, uint64_t code) {
  const Id company = batch.Create("company", {"kill", Key(code)});
  batch.Set(company, "name", "company");
  batch.Set(company, "code", Key(code));
  batch.Set(company, "size", static_cast<int64_t>(code & UINT32_MAX));
  const Id person = batch.Create("person", {"kill", Key(code)});
  batch.Set(person, "name", "person");
  batch.Set(person, "company", company);
}
void FillSecond(Batch& batch, uint64_t code) {
  const Id note = batch.Create("note", {"kill", Key(code)});
  batch.Set(note, "text", std::string(100 + code % 5000, 'x'));
  const Id tally = batch.Upsert("company", {"tally", std::to_string(code >> 32)});
  batch.Set(tally, "name", "tally");
  batch.Add(tally, "size", 1);
}

enum class Mode { kHonest, kEarly, kHalf };

void Work(Database& db, Mode mode, uint64_t thread, uint64_t from) {
  for (uint64_t number = from;; ++number) {
    const uint64_t code = Code(thread, number);
    StatusOr<Batch> batch = db.NewBatch();
    if (!batch.ok()) std::_Exit(4);
    if (mode == Mode::kEarly) Tell(code);
    FillFirst(*batch, code);
    if (mode == Mode::kHalf) {
      if (!db.Apply(*batch).ok()) std::_Exit(4);
      batch->Clear();
    }
    FillSecond(*batch, code);
    const StatusOr<Outcome> outcome = db.Apply(*batch);
    if (!outcome.ok()) {
      std::fprintf(stderr, "%s\n", outcome.status().ToString().c_str());
      std::_Exit(4);
    }
    if (mode != Mode::kEarly) Tell(code);
  }
}

// Arguments: path, mode, the first number of each thread.
int Writer(const std::vector<std::string>& arguments) {
  const std::shared_ptr<Database> db = OpenOrDie(arguments[0]);
  const auto mode = static_cast<Mode>(std::stoi(arguments[1]));
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] { Work(*db, mode, t, std::stoull(arguments[2 + t])); });
  }
  for (std::thread& thread : threads) thread.join();
  return 0;
}
const testing::RegisterRole kWriter("writer", Writer);

// One database that is killed over and over.
class KillLoop {
 public:
  KillLoop(Mode mode, uint64_t seed) : mode_(mode), random_(seed), path_(MakeTempDir() + "/db") { const CompanyDatabase made(path_); }

  // Starts a writer, kills it within `longest_us` of its first word, and looks at what it left.
  void Round(uint64_t longest_us) {
    std::vector<std::string> arguments{path_, std::to_string(static_cast<int>(mode_))};
    for (const uint64_t next : next_) arguments.push_back(std::to_string(next));
    std::map<uint64_t, bool> told;
    {
      Child child("writer", arguments);
      if (const std::optional<uint64_t> first = child.Listen(20'000)) told[*first] = true;
      ASSERT_FALSE(told.empty()) << "the writer ended with " << child.Wait();
      std::this_thread::sleep_for(std::chrono::microseconds(random_() % longest_us));
      child.Kill();
      while (const std::optional<uint64_t> more = child.Listen(0)) told[*more] = true;
    }
    ++kills_;
    acknowledged_ += static_cast<int>(told.size());
    Inspect(told);
  }

  void Print(const char* what) const {
    std::printf("%s: %d kills, %d batches acknowledged, %d of them lost, %d there in part, %d there but not acknowledged, %d problems\n",
                what, kills_, acknowledged_, lost_, partial_, unacknowledged_, problems_);
  }
  [[nodiscard]] int kills() const { return kills_; }
  [[nodiscard]] int acknowledged() const { return acknowledged_; }
  [[nodiscard]] int lost() const { return lost_; }
  [[nodiscard]] int partial() const { return partial_; }
  [[nodiscard]] int problems() const { return problems_; }

 private:
  void Inspect(const std::map<uint64_t, bool>& told) {
    const std::shared_ptr<Database> db = OpenOrDie(path_);
    const auto snapshot = *db->Read();
    for (const auto& [code, unused] : told) {
      if (!snapshot->Find("note", ExternalRef{"kill", Key(code)}).ok()) ++lost_;
    }
    for (uint64_t thread = 0; thread < kThreads; ++thread) InspectThread(*snapshot, thread, told);
    const StatusOr<VerifyReport> report = db->Verify();
    ASSERT_TRUE(report.ok()) << report.status();
    problems_ += static_cast<int>(report->problems.size());
    if (!report->problems.empty()) std::printf("%s\n", report->problems[0].c_str());
  }

  // All batches of a thread from the first on, without a gap, each with all its parts.
  void InspectThread(const Snapshot& snapshot, uint64_t thread, const std::map<uint64_t, bool>& told) {
    uint64_t number = next_[thread];
    for (;; ++number) {
      const uint64_t code = Code(thread, number);
      const ExternalRef key{"kill", Key(code)};
      const bool company = snapshot.Find("company", key).ok();
      const bool person = snapshot.Find("person", key).ok();
      const bool note = snapshot.Find("note", key).ok();
      if (!company && !person && !note) break;
      if (!company || !person || !note) ++partial_;
      if (!told.contains(code)) ++unacknowledged_;
    }
    next_[thread] = number;
    const StatusOr<Id> tally = snapshot.Find("company", ExternalRef{"tally", std::to_string(thread)});
    const int64_t counted = tally.ok() ? FieldOf(snapshot, *snapshot.Get(*tally), "size").get<int64_t>() : 0;
    if (counted != static_cast<int64_t>(number)) ++partial_;
  }

  Mode mode_;
  std::mt19937_64 random_;
  std::string path_;
  std::vector<uint64_t> next_ = std::vector<uint64_t>(kThreads, 0);
  int kills_ = 0, acknowledged_ = 0, lost_ = 0, partial_ = 0, unacknowledged_ = 0, problems_ = 0;
};

TEST(EngineKillTest, NothingAcknowledgedIsLostAndNothingIsThereInPart) {
  const uint64_t seed = testing::TestSeed(1126);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(8) * testing::TestScale();
  int kills = 0, acknowledged = 0;
  // A new database now and then, so that looking at it stays short.
  for (uint64_t life = 0; std::chrono::steady_clock::now() < end; ++life) {
    KillLoop loop(Mode::kHonest, seed + life);
    for (int i = 0; i < 20 && std::chrono::steady_clock::now() < end; ++i) {
      loop.Round(i % 2 == 0 ? 20'000 : 60'000);
      if (HasFatalFailure()) return;
    }
    loop.Print("kill");
    ASSERT_EQ(loop.lost(), 0);
    ASSERT_EQ(loop.partial(), 0);
    ASSERT_EQ(loop.problems(), 0);
    kills += loop.kills();
    acknowledged += loop.acknowledged();
  }
  std::printf("in all %d kills, %d batches acknowledged\n", kills, acknowledged);
  EXPECT_GT(kills, 5);
  EXPECT_GT(acknowledged, kills);
}

// The loop does see a writer that promises what it has not done ...
TEST(EngineKillTest, AnEarlyAcknowledgementIsCaught) {
  KillLoop loop(Mode::kEarly, testing::TestSeed(3));
  for (int i = 0; i < 60 && loop.lost() == 0; ++i) {
    loop.Round(3000);
    if (HasFatalFailure()) return;
  }
  loop.Print("control, acknowledged before apply");
  EXPECT_GT(loop.lost(), 0);
}

// ... and one whose batches are not whole.
TEST(EngineKillTest, ABatchInTwoHalvesIsCaught) {
  KillLoop loop(Mode::kHalf, testing::TestSeed(4));
  for (int i = 0; i < 60 && loop.partial() == 0; ++i) {
    loop.Round(5000);
    if (HasFatalFailure()) return;
  }
  loop.Print("control, applied in two halves");
  EXPECT_GT(loop.partial(), 0);
}

// --- killed while definitions change and an index is built

constexpr int kCompanies = 3000;

std::string PackageWithIndex(int number) {
  const std::string n = std::to_string(number);
  return R"({"package": "test.more)" + n + R"(", "version": "1.0.0", "needs": ["test.company"],
    "extend": [{"type": "company", "fields": [{"name": "more)" +
         n + R"(", "kind": "text"}],
                "indexes": [{"name": "by_more)" +
         n + R"(", "fields": ["more)" + n + R"(", "name"], "cover": ["code"]}]}]})";
}

int Definer(const std::vector<std::string>& arguments) {
  const std::shared_ptr<Database> db = OpenOrDie(arguments[0]);
  Tell(0);
  const catalog::PackageSource source{.definition = PackageWithIndex(std::stoi(arguments[1])), .numbers = {}};
  if (!db->Ensure({&source, 1}).ok()) return 4;
  Tell(1);
  std::this_thread::sleep_for(std::chrono::seconds(60));
  return 0;
}
const testing::RegisterRole kDefiner("definer", Definer);

TEST(EngineKillTest, DefinitionsAreThereWholeOrNotAtAll) {
  std::mt19937_64 random(testing::TestSeed(5));
  const std::string path = MakeTempDir() + "/db";
  {
    CompanyDatabase made(path);
    Batch batch = made.NewBatch();
    for (int i = 0; i < kCompanies; ++i) batch.Set(batch.Create("company"), "name", "c" + std::to_string(i));
    made.Apply(batch);
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3) * testing::TestScale();
  int kills = 0, there = 0, unfinished = 0;
  for (int number = 1; std::chrono::steady_clock::now() < end && number < 60; ++number) {
    bool acknowledged = false;
    {
      Child child("definer", {path, std::to_string(number)});
      ASSERT_TRUE(child.Listen(20'000).has_value()) << child.Wait();
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
      child.Kill();
      acknowledged = child.Listen(0).has_value();
    }
    ++kills;
    const std::shared_ptr<Database> db = OpenOrDie(path);
    const std::string index = "by_more" + std::to_string(number);
    const auto before = *db->Read();
    const catalog::TypeDef* type = before->catalog().FindType("company");
    const bool field = type->FindField("more" + std::to_string(number)) != nullptr;
    ASSERT_EQ(field, type->FindIndex(index) != nullptr);
    ASSERT_TRUE(field || !acknowledged);
    if (field) ++there;
    // An index that is not whole answers nothing rather than half.
    const auto count = [&](const Snapshot& snapshot) {
      const StatusOr<std::unique_ptr<RecordCursor>> cursor = snapshot.ScanIndex("company", index, {});
      if (!cursor.ok()) return -1;
      int entries = 0;
      while ((*cursor)->Next()) ++entries;
      return entries;
    };
    const int entries = field ? count(*before) : -1;
    ASSERT_TRUE(entries == -1 || entries == kCompanies) << entries;
    if (field && entries == -1) ++unfinished;
    // Asked for again, it is finished.
    const catalog::PackageSource source{.definition = PackageWithIndex(number), .numbers = {}};
    ASSERT_TRUE(db->Ensure({&source, 1}).ok());
    ASSERT_EQ(count(**db->Read()), kCompanies);
    const StatusOr<VerifyReport> report = db->Verify();
    ASSERT_TRUE(report.ok() && report->problems.empty()) << report.status() << " " << report->problems.size() << " problems";
  }
  std::printf("definitions: %d kills, %d there, %d with an unfinished index\n", kills, there, unfinished);
}

}  // namespace
}  // namespace kith
