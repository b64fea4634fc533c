// Micro benchmarks of relationships measured: a tie, what keeping ties adds to a write, a decision chain of 20 people, paths in a network
// of 100,000 people and a million edges.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "kith/insight/relationship.h"
#include "kith/model/model.h"

namespace kith::insight {
namespace {

constexpr Time kNow{1'780'000'000 * kMicrosPerSecond};

void Tie(benchmark::State& state) {
  std::vector<Interaction> all;
  for (int64_t i = 0; i < state.range(0); ++i) {
    const Time at{kNow.micros - i * kMicrosPerDay};
    all.push_back({Id(1), Id(2), Id(3), InteractionKind::kCall, i % 2 == 0 ? Direction::kOut : Direction::kIn, 20, 1, at});
  }
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(TieStrength(all, kNow));
}
BENCHMARK(Tie)->Arg(10)->Arg(100);

// Interactions of three years between 50 employees and 2,000 contacts, 1,000 a batch; the argument says whether their ties are kept.
void WriteInteractions(benchmark::State& state) {
  OpenOptions options;
  options.temporary = true;
  options.durability = storage::Durability::kRelaxed;
  options.extensions = model::StandardExtensions();
  if (state.range(0) == 0) std::erase_if(options.extensions.derivations, [](const Derivation* d) { return d->name() == "ties"; });
  const std::shared_ptr<Database> db = Database::Open("", options).value();
  const catalog::PackageSource package = catalog::ShippedPackage("kith.crm").value();
  if (!db->Ensure(std::span(&package, 1)).ok()) std::abort();
  Batch people = db->NewBatch().value();
  for (int i = 0; i < 2'050; ++i) people.Set(people.Create(i < 50 ? "employee" : "contact"), "name", "x");
  const std::vector<Id> ids = db->Apply(people).value().ids;
  const auto choice = [&](std::string_view field, std::string_view name) {
    return Choice{people.catalog()->FindType("interaction")->FindField(field)->FindChoice(name)->number};
  };
  std::mt19937_64 dice(1);
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    Batch batch = db->NewBatch().value();
    for (int i = 0; i < 1'000; ++i) {
      const Id id = batch.Create("interaction");
      batch.Set(id, "kind", choice("kind", "call"));
      batch.Set(id, "direction", choice("direction", "mutual"));
      batch.Set(id, "at", Time{kNow.micros - static_cast<int64_t>(dice() % 1'095) * kMicrosPerDay});
      batch.Set(id, "employee", ids[dice() % 50]);
      batch.Set(id, "contact", ids[50 + dice() % 2'000]);
    }
    state.ResumeTiming();
    if (!db->Apply(batch).ok()) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(WriteInteractions)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond)->Iterations(150)->UseRealTime();

void DecisionChain(benchmark::State& state) {
  std::mt19937_64 dice(1);
  const auto unit = [&] { return static_cast<double>(dice() % 1000) / 1000; };
  Chain chain;
  const auto size = static_cast<size_t>(state.range(0));
  for (size_t i = 0; i < size; ++i) {
    const Score known{unit(), 0.5, 0, 1, {}};
    chain.members.push_back(
        {Id(i + 1), {static_cast<ChainRole>(1 + dice() % 10)}, Political::kInnerCircle, false, false, {known, known, known}});
    if (i > 0) chain.lines.push_back({dice() % i, i, 0.3});
    if (i > 1) chain.lines.push_back({i, dice() % i, 0.2});
  }
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(ScoreChain(chain));
}
BENCHMARK(DecisionChain)->Arg(20)->Arg(256)->Unit(benchmark::kMicrosecond);

// `ours` of 100,000 people are ours; preferential attachment makes some known to thousands.
void WarmPath(benchmark::State& state) {
  constexpr uint64_t kPeople = 100'000;
  constexpr size_t kEdges = 1'000'000;
  static const Network* const network = [] {
    std::mt19937_64 dice(7);
    std::vector<Network::Edge> edges;
    for (size_t i = 0; i < kEdges; ++i) {
      const uint64_t a = 1 + dice() % kPeople;
      const uint64_t b = i > 1000 && dice() % 4 == 0 ? edges[dice() % i].a.value() : 1 + dice() % kPeople;
      edges.push_back({Id(a), Id(b), static_cast<double>(1 + dice() % 999) / 1000});
    }
    return new Network(edges);
  }();
  const auto ours = static_cast<uint64_t>(state.range(0));
  std::mt19937_64 dice(3);
  for ([[maybe_unused]] auto _ : state) {
    const Id target(ours + 1 + dice() % (kPeople - ours));
    benchmark::DoNotOptimize(network->Paths([&](Id id) { return id.value() <= ours; }, target));
  }
}
BENCHMARK(WarmPath)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kith::insight
