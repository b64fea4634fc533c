// What the number of a pipeline's stages costs: a move to the next stage, in batches of one and of a hundred, and a guide.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "kith/engine/database.h"
#include "kith/model/guide.h"
#include "kith/model/model.h"

namespace kith::model {
namespace {

Pipeline Long(int64_t stages) {
  Pipeline pipeline;
  pipeline.name = "long";
  pipeline.for_type = "opportunity";
  for (int64_t i = 0; i < stages; ++i) {
    Stage& stage = pipeline.stages.emplace_back();
    stage.name = "s" + std::to_string(i);
    stage.position = static_cast<int32_t>(i);
  }
  pipeline.stages.push_back({.name = "won", .position = static_cast<int32_t>(stages), .kind = StageKind::kWon});
  return pipeline;
}

struct Ground {
  explicit Ground(int64_t stages) : count(stages) {
    OpenOptions options;
    options.temporary = true;
    options.durability = storage::Durability::kRelaxed;
    db = OpenDatabase("", options).value();
    Batch batch = db->NewBatch().value();
    DefinePipeline(batch, Long(stages));
    std::vector<Id> locals;
    for (int i = 0; i < 100; ++i) {
      locals.push_back(batch.Create("opportunity"));
      batch.Set(locals.back(), "name", "deal");
      Move(batch, locals.back(), "long/s0");
    }
    const Outcome outcome = db->Apply(batch).value();
    for (const Id local : locals) deals.push_back(outcome.ids.at(local.local_index()));
  }
  // Every deal goes on by one stage, and from the last one back to the first.
  void Step(size_t batch_size) {
    at = (at + 1) % count;
    const std::string stage = "long/s" + std::to_string(at);
    for (size_t i = 0; i < deals.size(); i += batch_size) {
      Batch batch = db->NewBatch().value();
      for (size_t k = i; k < std::min(i + batch_size, deals.size()); ++k) Move(batch, deals[k], stage);
      if (!db->Apply(batch).ok()) std::abort();
    }
  }
  std::shared_ptr<Database> db;
  std::vector<Id> deals;
  int64_t count;
  int64_t at = 0;
};

void Moves(benchmark::State& state) {
  Ground ground(state.range(0));
  for (auto _ : state) ground.Step(static_cast<size_t>(state.range(1)));
  state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(Moves)->ArgNames({"stages", "batch"})->ArgsProduct({{6, 100, 1000}, {1, 100}})->Iterations(20)->Unit(benchmark::kMillisecond);

void Guides(benchmark::State& state) {
  Ground ground(state.range(0));
  const std::unique_ptr<Snapshot> snapshot = ground.db->Read().value();
  for (auto _ : state) benchmark::DoNotOptimize(GetGuide(*snapshot, ground.deals.front()).value());
}
BENCHMARK(Guides)->ArgName("stages")->Arg(6)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kith::model

BENCHMARK_MAIN();
