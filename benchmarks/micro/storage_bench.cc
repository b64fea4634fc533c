// Micro benchmarks of the storage room: the write-set alone, loads of whole groups, reads. The time of writes is CPU time of the process,
// the writer thread included, because wall time on a shared machine says little.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kith/storage/storage.h"
#include "storage/arena.h"
#include "storage/change_tree.h"

namespace kith::storage {
namespace {

constexpr Keyspace kRecords = 0;
constexpr Keyspace kHistory = 1;
constexpr Keyspace kFeed = 2;
constexpr Keyspace kIndex = 3;

std::vector<KeyspaceSpec> Specs() {
  return {{.name = "records", .order = KeyOrder::kInteger, .sealed = true},
          {.name = "history", .order = KeyOrder::kBytes, .sealed = true},
          {.name = "feed", .order = KeyOrder::kInteger, .sealed = false},
          {.name = "index", .order = KeyOrder::kBytes, .sealed = false}};
}

void AppendBigEndian(std::string& out, uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

uint64_t Scramble(uint64_t x) {
  x *= 0x9E3779B97F4A7C15u;
  x ^= x >> 29;
  return x;
}

// Index keys as the engine makes them: number of the index, value, record.
std::string EmailKey(uint64_t id) {
  std::string key("\x00\x00\x00\x01", 4);
  key += "user" + std::to_string(Scramble(id) % 100'000'000) + "@example.com";
  AppendBigEndian(key, id, 8);
  return key;
}
std::string OwnerKey(uint64_t id) {
  std::string key("\x00\x00\x00\x02", 4);
  AppendBigEndian(key, Scramble(id) % 10'000, 8);
  AppendBigEndian(key, ~(1'700'000'000'000'000 + id), 8);
  AppendBigEndian(key, id, 8);
  return key;
}
std::string CompanyKey(uint64_t id) {
  std::string key("\x00\x00\x00\x03", 4);
  AppendBigEndian(key, Scramble(id * 3) % 100'000, 8);
  AppendBigEndian(key, id, 8);
  return key;
}
std::string HistoryKey(uint64_t id, uint64_t seq) {
  std::string key;
  AppendBigEndian(key, id, 8);
  AppendBigEndian(key, seq, 8);
  return key;
}

class FunctionJob final : public Job {
 public:
  explicit FunctionJob(std::function<void(WriteSet&)> function) : function_(std::move(function)) {}
  [[nodiscard]] StatusOr<Verdict> Run(WriteSet& set) override {
    function_(set);
    return Verdict::kKeep;
  }

 private:
  std::function<void(WriteSet&)> function_;
};

void RunJob(Environment& environment, std::function<void(WriteSet&)> function) {
  FunctionJob job(std::move(function));
  Job* jobs[] = {&job};
  if (!environment.Run(jobs, {})[0].ok()) std::abort();
}

// 375 bytes, three index entries, one history entry, one feed entry, as a create makes them.
void PutCreate(WriteSet& set, uint64_t id) {
  static const std::string value(375, 'v');
  set.Put(kRecords, IntegerKey(id), value);
  set.Put(kIndex, EmailKey(id), {});
  set.Put(kIndex, OwnerKey(id), {});
  set.Put(kIndex, CompanyKey(id), {});
  set.Put(kHistory, HistoryKey(id, id), View(value).substr(0, 56));
  set.Put(kFeed, IntegerKey(id), View(value).substr(0, 24));
}

std::shared_ptr<Environment> OpenTemporary() {
  const std::vector<KeyspaceSpec> specs = Specs();
  auto environment = Environment::Open("", specs, OpenOptions{.temporary = true, .log = {}});
  if (!environment.ok()) std::abort();
  return *std::move(environment);
}

// What the write-set's tree costs by itself: 100 000 keys in, in random order.
void ChangeTreeInsert(benchmark::State& state) {
  std::vector<std::string> keys;
  for (uint64_t id = 0; id < 100'000; ++id) keys.push_back(EmailKey(id));
  for (auto _ : state) {
    ChangeTree tree;
    Arena arena;
    for (const std::string& key : keys) {
      const Change* change = tree.FindOrInsert(ProbeOf(KeyOrder::kBytes, key), arena, [&] {
        char* piece = arena.Allocate(sizeof(Change) + key.size());
        std::memcpy(piece + sizeof(Change), key.data(), key.size());
        return new (piece) Change{.key_size = static_cast<uint16_t>(key.size())};
      });
      benchmark::DoNotOptimize(change);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(keys.size()));
}
BENCHMARK(ChangeTreeInsert)->Unit(benchmark::kMillisecond);

// The peer: what a write-set on std::map would cost.
void StdMapInsert(benchmark::State& state) {
  std::vector<std::string> keys;
  for (uint64_t id = 0; id < 100'000; ++id) keys.push_back(EmailKey(id));
  for (auto _ : state) {
    std::map<std::string, std::string> map;
    for (const std::string& key : keys) map.emplace(key, std::string());
    benchmark::DoNotOptimize(map.size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(keys.size()));
}
BENCHMARK(StdMapInsert)->Unit(benchmark::kMillisecond);

// Groups of `range(0)` creates into a growing store, without waiting for a disk.
void Load(benchmark::State& state) {
  const auto environment = OpenTemporary();
  uint64_t next = uint64_t{1} << 41;
  for (auto _ : state) {
    const uint64_t first = next;
    next += static_cast<uint64_t>(state.range(0));
    RunJob(*environment, [first, next](WriteSet& set) {
      for (uint64_t id = first; id < next; ++id) PutCreate(set, id);
    });
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(Load)->Arg(1)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

// The same work as the group's job alone: no put, no commit.
void LoadDiscarded(benchmark::State& state) {
  const auto environment = OpenTemporary();
  class Discard final : public Job {
   public:
    StatusOr<Verdict> Run(WriteSet& set) override {
      for (uint64_t id = 1; id <= 100'000; ++id) PutCreate(set, id);
      return Verdict::kDiscard;
    }
  } job;
  Job* jobs[] = {&job};
  for (auto _ : state) benchmark::DoNotOptimize(environment->Run(jobs, {}));
  state.SetItemsProcessed(state.iterations() * 100'000);
}
BENCHMARK(LoadDiscarded)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

// 1 000 updates a group: read, put, history, feed.
void Update(benchmark::State& state) {
  constexpr uint64_t kCount = 100'000;
  const auto environment = OpenTemporary();
  RunJob(*environment, [](WriteSet& set) {
    for (uint64_t id = 0; id < kCount; ++id) PutCreate(set, id);
  });
  uint64_t seq = kCount;
  std::mt19937_64 random(1);
  for (auto _ : state) {
    RunJob(*environment, [&](WriteSet& set) {
      for (int i = 0; i < 1000; ++i) {
        const uint64_t id = random() % kCount;
        std::string value(*set.Get(kRecords, IntegerKey(id)));
        value[0] = static_cast<char>(seq);
        set.Put(kRecords, IntegerKey(id), value);
        ++seq;
        set.Put(kHistory, HistoryKey(id, seq), View(value).substr(0, 56));
        set.Put(kFeed, IntegerKey(seq), View(value).substr(0, 24));
      }
    });
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(Update)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

std::shared_ptr<Environment> Loaded() {
  auto environment = OpenTemporary();
  RunJob(*environment, [](WriteSet& set) {
    for (uint64_t id = 0; id < 200'000; ++id) PutCreate(set, id);
  });
  return environment;
}

void Get(benchmark::State& state) {
  const auto environment = Loaded();
  const auto snapshot = *environment->Read();
  std::mt19937_64 random(1);
  for (auto _ : state) benchmark::DoNotOptimize(snapshot->Get(kRecords, IntegerKey(random() % 200'000)).ok());
}
BENCHMARK(Get);

void TakeSnapshotAndGet(benchmark::State& state) {
  const auto environment = Loaded();
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const auto snapshot = environment->Read();
    benchmark::DoNotOptimize((*snapshot)->Get(kRecords, IntegerKey(random() % 200'000)).ok());
  }
}
BENCHMARK(TakeSnapshotAndGet);

void Scan(benchmark::State& state) {
  const auto environment = Loaded();
  const auto snapshot = *environment->Read();
  for (auto _ : state) {
    const auto cursor = snapshot->NewCursor(static_cast<Keyspace>(state.range(0)));
    uint64_t bytes = 0;
    for (bool more = cursor->First(); more; more = cursor->Next()) bytes += cursor->value().size();
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * (state.range(0) == kIndex ? 600'000 : 200'000));
}
BENCHMARK(Scan)->Arg(kRecords)->Arg(kIndex)->Unit(benchmark::kMillisecond);

void FullCheck(benchmark::State& state) {
  const auto environment = Loaded();
  uint64_t pages = 0;
  for (auto _ : state) pages = environment->Check()->pages;
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(pages * 4096));
}
BENCHMARK(FullCheck)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kith::storage
