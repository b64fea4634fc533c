// Micro benchmarks of time: a record of 100 changes as it was, its history, the feed in full, what differs between two moments.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "kith/engine/chain.h"
#include "kith/engine/database.h"

namespace kith {
namespace {

constexpr std::string_view kPackage = R"({"package": "bench.time", "version": "1.0.0", "types": [{"name": "thing", "fields": [
    {"name": "name", "kind": "text"}, {"name": "size", "kind": "int"}, {"name": "code", "kind": "text"}]}]})";
constexpr int kChanges = 100;
constexpr int kThings = 10'000;

template <typename T>
T Must(StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
  std::abort();
}

// One record with kChanges changes, then kThings records with one each, in batches of 100.
struct World {
  std::shared_ptr<Database> db;
  Id changed;
  Time middle;         // after half of the changes
  uint64_t begin = 0;  // of the feed of the kThings
  Time before_last;    // of the last 100 changes

  World() : db(Open(0)) {
    MakeChanged();
    begin = Must(db->Read())->sequence();
    MakeThings(*db);
    before_last = recorded_before_last_;
  }

  static std::shared_ptr<Database> Open(uint16_t node) {
    OpenOptions options;
    options.temporary = true;
    options.map_size = uint64_t{2} << 30;  // what valgrind can map too
    options.durability = storage::Durability::kRelaxed;
    options.node = node;
    std::shared_ptr<Database> opened = Must(Database::Open("", options));
    const catalog::PackageSource source{.definition = std::string(kPackage), .numbers = {}};
    Must(opened->Ensure({&source, 1}));
    return opened;
  }

  void MakeChanged() {
    Batch batch = Must(db->NewBatch());
    batch.Set(batch.Create("thing"), "name", "changed");
    changed = Must(db->Apply(batch)).ids[0];
    for (int i = 0; i < kChanges; ++i) {
      Batch change = Must(db->NewBatch());
      change.Set(changed, i % 2 == 0 ? "size" : "code", i % 2 == 0 ? Value(int64_t{i}) : Value(std::to_string(i)));
      Must(db->Apply(change));
      if (i == kChanges / 2) middle = Must(db->Read())->recorded();
    }
  }

  // kThings made, and one field of each changed.
  void MakeThings(Database& into) {
    for (int i = 0; i < kThings / 100; ++i) {
      Batch batch = Must(into.NewBatch());
      for (int j = 0; j < 100; ++j) {
        const Id id = batch.Create("thing");
        batch.Set(id, "name", "thing");
        batch.Set(id, "size", j);
      }
      const Outcome made = Must(into.Apply(batch));
      recorded_before_last_ = Must(into.Read())->recorded();
      Batch change = Must(into.NewBatch());
      for (const Id id : made.ids) change.Set(id, "code", "c");
      Must(into.Apply(change));
    }
  }

  static World& Get() {
    static World* const world = new World();
    return *world;
  }

 private:
  Time recorded_before_last_;
};

void AsOfOfAHundredChanges(benchmark::State& state) {
  World& world = World::Get();
  const auto snapshot = Must(world.db->Read());
  for ([[maybe_unused]] auto _ : state) {
    const Record record = Must(snapshot->GetAsOf(world.changed, {.recorded = world.middle}));
    benchmark::DoNotOptimize(record.view().bytes().data());
  }
}
BENCHMARK(AsOfOfAHundredChanges)->Unit(benchmark::kMicrosecond);

void HistoryOfAHundredChanges(benchmark::State& state) {
  World& world = World::Get();
  const auto snapshot = Must(world.db->Read());
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(Must(snapshot->History(world.changed)).size());
}
BENCHMARK(HistoryOfAHundredChanges)->Unit(benchmark::kMicrosecond);

void FeedInFull(benchmark::State& state) {
  World& world = World::Get();
  const auto snapshot = Must(world.db->Read());
  int64_t entries = 0;
  for ([[maybe_unused]] auto _ : state) {
    for (uint64_t after = world.begin; after < snapshot->sequence();) {
      const FeedPage page = Must(snapshot->ReadFeed(after, {}, 1000));
      entries += static_cast<int64_t>(page.entries.size());
      after = page.scanned;
    }
  }
  state.SetItemsProcessed(entries);
}
BENCHMARK(FeedInFull)->Unit(benchmark::kMillisecond);

// 100 of 10,000 records differ.
void DifferencesOfTheLastBatch(benchmark::State& state) {
  World& world = World::Get();
  const auto snapshot = Must(world.db->Read());
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(Must(snapshot->Differences({.recorded = world.before_last}, {}, {}, {}, 1000)).differences.size());
  }
}
BENCHMARK(DifferencesOfTheLastBatch)->Unit(benchmark::kMicrosecond);

// The same changes written by batches of 100, and taken from another database's feed in pages of 1,000.
void Write(benchmark::State& state) {
  World& world = World::Get();
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    const std::shared_ptr<Database> empty = World::Open(2);
    state.ResumeTiming();
    world.MakeThings(*empty);
  }
  state.SetItemsProcessed(state.iterations() * 2 * kThings);
}
BENCHMARK(Write)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

void Replay(benchmark::State& state) {
  World& world = World::Get();
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    const std::shared_ptr<Database> empty = World::Open(2);
    state.ResumeTiming();
    uint64_t after = 0;
    for (bool more = true; more;) {
      const ReplicaPage page = Must(world.db->ReadReplica(after, 2));
      Must(empty->Receive(page));
      after = page.scanned;
      more = page.more;
    }
  }
  state.SetItemsProcessed(state.iterations() * 2 * kThings);
}
BENCHMARK(Replay)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

// One field of 100 records in a batch.
void Patch(benchmark::State& state, Database& db) {
  std::vector<Id> ids;
  const auto snapshot = Must(db.Read());
  const auto cursor = Must(snapshot->Scan("thing"));
  while (cursor->Next()) ids.push_back(cursor->id());
  size_t next = 0;
  int64_t value = 1000;
  for ([[maybe_unused]] auto _ : state) {
    Batch batch = Must(db.NewBatch());
    ++value;
    for (int i = 0; i < 100; ++i) batch.Set(ids[next++ % ids.size()], "size", value);
    Must(db.Apply(batch));
  }
  state.SetItemsProcessed(state.iterations() * 100);
}
void PatchesInBatchesOfAHundred(benchmark::State& state) { Patch(state, *World::Get().db); }
BENCHMARK(PatchesInBatchesOfAHundred)->Unit(benchmark::kMicrosecond)->MeasureProcessCPUTime();

// The same where each batch adds a link to the hash chain.
void PatchesWithAHashChain(benchmark::State& state) {
  static const World* const world = [] {
    const auto* const made = new World();
    Must(BeginChain(*made->db));
    return made;
  }();
  Patch(state, *world->db);
}
BENCHMARK(PatchesWithAHashChain)->Unit(benchmark::kMicrosecond)->MeasureProcessCPUTime();

}  // namespace
}  // namespace kith
