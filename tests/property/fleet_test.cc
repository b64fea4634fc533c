// Many databases open in one process: what each takes of memory, and that threads do not grow with them.
//
// KITH_FLEET=5000 opens that many (their files take about a gigabyte in the temporary folder).
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "kith/insight/forecast.h"
#include "kith/insight/funnel.h"
#include "kith/model/model.h"
#include "support/paths.h"
#include "support/sanitized.h"

namespace kith {
namespace {

using testing::MakeTempDir;

// A number of /proc/self/status: kilobytes, or a count.
int64_t Status(const std::string& name) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(name + ":", 0) == 0) return std::atoll(line.c_str() + name.size() + 1);
  }
  return -1;
}

// A sanitizer or valgrind takes time and memory of its own, some times what the library does.
bool IsWatched() {
  const char* preloaded = std::getenv("LD_PRELOAD");
  return KITH_SANITIZED || (preloaded != nullptr && std::string_view(preloaded).find("vgpreload") != std::string_view::npos);
}

size_t FleetSize() {
  const char* wanted = std::getenv("KITH_FLEET");
  return wanted == nullptr ? 60 : static_cast<size_t>(std::atoll(wanted));
}

std::shared_ptr<Database> OpenOne(const std::string& path) {
  OpenOptions options;
  options.create = true;
  options.map_size = uint64_t{16} << 20;
  options.durability = storage::Durability::kRelaxed;
  StatusOr<std::shared_ptr<Database>> database = model::OpenDatabase(path, options);
  EXPECT_TRUE(database.ok()) << database.status();
  return database.ok() ? *database : nullptr;
}

void WriteOne(Database& database, size_t number) {
  Batch batch = *database.NewBatch();
  batch.Set(batch.Create("account"), "name", "Company " + std::to_string(number));
  const StatusOr<Outcome> outcome = database.Apply(batch);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
}

// Four descriptors each, and five for a moment. More than the limit allows only who may raise it.
void AllowFiles(size_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = 1000 + 4 * count;
  const rlimit raised{wanted, std::max(wanted, limit.rlim_max)};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return;
  limit.rlim_cur = std::min(limit.rlim_max, wanted);
  setrlimit(RLIMIT_NOFILE, &limit);
}

// E08: nothing is started, and each takes next to nothing.
TEST(FleetTest, ADatabaseTakesLittleAndNoThread) {
  const size_t count = FleetSize();
  AllowFiles(count);
  const std::string root = MakeTempDir();
  const std::string first = root + "/0";
  { WriteOne(*OpenOne(first), 0); }
  for (size_t i = 1; i <= count; ++i) {
    const std::string path = root + "/" + std::to_string(i);
    std::filesystem::create_directory(path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    std::filesystem::copy_file(first + "/data.mdb", path + "/data.mdb");
  }
  std::vector<std::shared_ptr<Database>> fleet{OpenOne(first)};
  WriteOne(*fleet[0], 0);
  const int64_t private_before = Status("RssAnon");
  const int64_t mapped_before = Status("RssFile");
  const auto begin = std::chrono::steady_clock::now();
  for (size_t i = 1; i <= count; ++i) {
    fleet.push_back(OpenOne(root + "/" + std::to_string(i)));
    ASSERT_NE(fleet.back(), nullptr);
    WriteOne(*fleet.back(), i);
    if (HasFatalFailure()) return;
    ASSERT_EQ((*fleet.back()->Read())->catalog().FindType("account")->name, "account");
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double each = static_cast<double>(Status("RssAnon") - private_before) / static_cast<double>(count);
  const double mapped = static_cast<double>(Status("RssFile") - mapped_before) / static_cast<double>(count);
  const int64_t threads = Status("Threads");
  std::printf("%zu databases: %.0f kB of memory and %.0f kB of mapped file pages each, %lld threads, %.1f ms to open and write\n", count,
              each, mapped, static_cast<long long>(threads), seconds * 1000 / static_cast<double>(count));
  EXPECT_LE(each, KITH_SANITIZED ? 450 : IsWatched() ? 4000 : 150);  // with what is kept beside each allocation
  EXPECT_LE(threads, 20);
}

// Two hundred deals that go through the pipeline, some lost, some open, with a field of the firm's own.
void LiveAYear(Database& database) {
  const char* const stages[] = {"prospecting", "qualified", "proposal", "negotiation"};
  for (int i = 0; i < 200; ++i) {
    Batch batch = *database.NewBatch();
    const Id deal = batch.Create("opportunity");
    Time at{(int64_t{19'700} * 86'400 + int64_t{i} * 90'000) * kMicrosPerSecond};
    batch.Set(deal, "name", "Deal " + std::to_string(i));
    batch.Set(deal, "amount", Money{(i * 37 % 100 + 1) * 1000, *Currency::FromCode("CNY")});
    batch.Set(deal, "firm_region", i % 2 == 0 ? "north" : "south");
    for (int stage = 0; stage < 4; ++stage, at.micros += int64_t{i % 7 + 3} * 86'400 * kMicrosPerSecond) {
      model::Move(batch, deal, std::string("default/") + stages[stage], {.at = at});
      if (i % 11 == 0 && stage == 2) break;  // open
      at.micros += 86'400 * kMicrosPerSecond;
      const bool lost = i % (stage + 4) == 3;
      if (!lost && stage < 3) continue;
      model::Move(batch, deal, lost ? "default/lost" : "default/won", {.at = at});
      break;
    }
    const StatusOr<Outcome> outcome = database.Apply(batch);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
  }
}

// R02, E08: stages, forecast and fields of one's own within the memory of a small device, from a cold start, in a map of 16 MB.
TEST(FleetTest, StagesAndForecastOnASmallDevice) {
  const std::string path = MakeTempDir() + "/db";
  {
    const std::shared_ptr<Database> made = OpenOne(path);
    ASSERT_NE(made, nullptr);
    const catalog::PackageSource firm{.definition = R"({"package": "firm", "version": "1.0.0", "needs": ["kith.crm"], "extend": [
            {"type": "opportunity", "fields": [{"name": "firm_region", "kind": "text"}]}]})",
                                      .numbers = {}};
    ASSERT_TRUE(made->Ensure({&firm, 1}).ok());
    LiveAYear(*made);
  }
  malloc_trim(0);  // what loading has left behind is not counted
  const int64_t before = Status("RssAnon");
  const std::clock_t begin = std::clock();
  const std::shared_ptr<Database> database = OpenOne(path);
  ASSERT_NE(database, nullptr);
  const std::unique_ptr<Snapshot> snapshot = *database->Read();
  const model::Pipeline pipeline = *model::GetPipeline(*snapshot, "default");
  const Time as_of{int64_t{19'930} * 86'400 * kMicrosPerSecond};
  const StatusOr<model::FunnelTables> tables = model::ReadTables(*snapshot, pipeline.id, {.as_of = as_of});
  ASSERT_TRUE(tables.ok()) << tables.status();
  const StatusOr<insight::FunnelReport> funnel = insight::Funnel(*tables);
  ASSERT_TRUE(funnel.ok()) << funnel.status();
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_GT(funnel->won, 20);
  const StatusOr<insight::ForecastReport> forecast =
      insight::Forecast(*tables, PeriodAt(DateOf(as_of), PeriodUnit::kQuarter, 1), {.currency = *Currency::FromCode("CNY")});
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_GT(forecast->total.p50, 0);
  const std::unique_ptr<RecordCursor> deals = *snapshot->Scan("opportunity");
  int north = 0;
  while (deals->Next()) {
    const record::View deal = *deals->record();
    if (deal.GetText(snapshot->catalog().FindType("opportunity")->FindField("firm_region")->position) == "north") ++north;
  }
  EXPECT_EQ(north, 100);
  const int64_t taken = Status("RssAnon") - before;
  std::printf("%.0f ms of processor time to the first funnel, %lld kB of memory with a forecast\n", seconds * 1000,
              static_cast<long long>(taken));
  EXPECT_LE(seconds, IsWatched() ? 60 : 0.5);
  EXPECT_LE(taken, IsWatched() ? 100'000 : 16'000);
}

}  // namespace
}  // namespace kith
