// Custom definitions in number: the same work in a database of few types and fields and in one of a thousand. The figure is field values a
// second, so equal figures mean that a field costs the same however many are declared beside it.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "kith/engine/database.h"

namespace kith {
namespace {

constexpr int kRecordsAtOnce = 100;

void Require(const Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

// `types` types of `fields` fields each.
std::string Package(int64_t types, int64_t fields) {
  std::string text = R"({"package": "bench.width", "version": "1.0.0", "types": [)";
  for (int64_t t = 0; t < types; ++t) {
    text.append(t == 0 ? "" : ",").append(R"({"name": "t)").append(std::to_string(t)).append(R"(", "fields": [)");
    for (int64_t f = 0; f < fields; ++f) {
      text.append(f == 0 ? "" : ",").append(R"({"name": "f)").append(std::to_string(f)).append(R"(", "kind": "int"})");
    }
    text += "]}";
  }
  return text + "]}";
}

std::shared_ptr<Database> Open(int64_t types, int64_t fields) {
  OpenOptions options;
  options.temporary = true;
  options.durability = storage::Durability::kRelaxed;
  StatusOr<std::shared_ptr<Database>> database = Database::Open("", options);
  Require(database.status());
  const catalog::PackageSource source{.definition = Package(types, fields), .numbers = {}};
  Require((*database)->Ensure({&source, 1}).status());
  return *std::move(database);
}

std::vector<std::string> Names(int64_t count) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < count; ++i) names.push_back("f" + std::to_string(i));
  return names;
}

// A batch of new records of the last type with the last `set` of its fields.
Batch Filled(Database& database, const std::string& type, const std::vector<std::string>& names, int64_t set) {
  Batch batch = *database.NewBatch();
  for (int i = 0; i < kRecordsAtOnce; ++i) {
    const Id id = batch.Create(type);
    for (size_t f = names.size() - static_cast<size_t>(set); f < names.size(); ++f) batch.Set(id, names[f], static_cast<int64_t>(f));
  }
  return batch;
}

// Arguments: types, fields of each, fields set.
void Write(benchmark::State& state) {
  const std::shared_ptr<Database> database = Open(state.range(0), state.range(1));
  const std::string type = "t" + std::to_string(state.range(0) - 1);
  const std::vector<std::string> names = Names(state.range(1));
  for ([[maybe_unused]] auto _ : state) {
    const Batch batch = Filled(*database, type, names, state.range(2));
    Require(database->Apply(batch).status());
  }
  state.SetItemsProcessed(state.iterations() * kRecordsAtOnce * state.range(2));
}

void Read(benchmark::State& state) {
  const std::shared_ptr<Database> database = Open(state.range(0), state.range(1));
  const std::string type = "t" + std::to_string(state.range(0) - 1);
  const Batch batch = Filled(*database, type, Names(state.range(1)), state.range(2));
  const StatusOr<Outcome> outcome = database->Apply(batch);
  Require(outcome.status());
  const std::unique_ptr<Snapshot> snapshot = *database->Read();
  const auto first = static_cast<size_t>(state.range(1) - state.range(2));
  int64_t sum = 0;
  for ([[maybe_unused]] auto _ : state) {
    for (const Id id : outcome->ids) {
      const record::View view = *snapshot->Get(id);
      for (auto f = first; f < static_cast<size_t>(state.range(1)); ++f) sum += view.GetInt(f);
    }
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * kRecordsAtOnce * state.range(2));
}

// Few, many fields, many types; ten values a record, and a value for each of the thousand fields.
void Widths(benchmark::internal::Benchmark* bench) {
  bench->Args({1, 10, 10})->Args({1, 1000, 10})->Args({1000, 10, 10})->Args({1, 1000, 1000});
}

BENCHMARK(Write)->Apply(Widths);
BENCHMARK(Read)->Apply(Widths);

}  // namespace
}  // namespace kith

BENCHMARK_MAIN();
