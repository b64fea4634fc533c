// A pipeline changed while a hundred thousand records are in flight: two of its stages become one. Durable, in a folder made here and
// removed again. KITH_BENCH_DEALS sets how many; the argument how many move in one batch.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "kith/crm/migrate.h"
#include "kith/model/model.h"

namespace kith::crm {
namespace {

constexpr std::string_view kPlan = R"json({"pipeline": {"name": "sales", "for_type": "opportunity", "stages": [
  {"name": "lead"}, {"name": "dialogue"}, {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]},
  "map": {"talk": "dialogue", "offer": "dialogue"}})json";

template <typename T>
T Must(StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
  std::abort();
}

class Folder {
 public:
  Folder() : path_((std::filesystem::current_path() / "migration_bench.XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string database() const { return path_ + "/database"; }

 private:
  std::string path_;
};

// Deals in the two stages, by turns.
std::shared_ptr<Database> Filled(const Folder& folder, int64_t deals) {
  OpenOptions options;
  options.create = true;
  std::shared_ptr<Database> database = Must(model::OpenDatabase(folder.database(), options));
  model::Pipeline pipeline;
  pipeline.name = "sales";
  pipeline.for_type = "opportunity";
  for (const char* name : {"lead", "talk", "offer"}) {
    pipeline.stages.push_back({.name = name, .position = static_cast<int32_t>(pipeline.stages.size())});
  }
  pipeline.stages.push_back({.name = "won", .position = 3, .kind = model::StageKind::kWon});
  pipeline.stages.push_back({.name = "lost", .position = 4, .kind = model::StageKind::kLost});
  Batch define = Must(database->NewBatch());
  model::DefinePipeline(define, pipeline);
  Must(database->Apply(define));
  for (int64_t made = 0; made < deals; made += 1'000) {
    Batch batch = Must(database->NewBatch());
    for (int i = 0; i < 1'000; ++i) {
      const Id deal = batch.Create("opportunity");
      batch.Set(deal, "name", "deal");
      model::Move(batch, deal, i % 2 == 0 ? "sales/talk" : "sales/offer");
    }
    Must(database->Apply(batch));
  }
  return database;
}

int64_t Deals() {
  if (const char* given = std::getenv("KITH_BENCH_DEALS")) return std::strtoll(given, nullptr, 10);
  const char* small = std::getenv("KITH_BENCH_SMALL");
  return small != nullptr && *small != '\0' ? 1'000 : 100'000;
}

void Migration(benchmark::State& state) {
  const int64_t deals = Deals();
  const model::MigrationPlan plan = Must(model::MigrationPlanFromJson(kPlan));
  uint64_t moved = 0;
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    std::optional<Folder> folder(std::in_place);
    std::shared_ptr<Database> database = Filled(*folder, deals);
    state.ResumeTiming();
    moved += Must(MigratePipeline(*database, plan, {.batch_records = static_cast<size_t>(state.range(0))})).moved;
    state.PauseTiming();
    database.reset();
    folder.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<int64_t>(moved));
}
BENCHMARK(Migration)
    ->Arg(500)
    ->Arg(2'000)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace kith::crm
