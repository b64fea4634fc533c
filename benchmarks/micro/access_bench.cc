// A list page of 50 deals by a covering index: for the system, and for a viewer without a policy, with one, with one on an index that
// covers what access is judged by. The viewer sees every deal, so that the pages are the same; SeesHalf reads twice as far for its page.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "kith/model/model.h"
#include "kith/query/query.h"

namespace kith {
namespace {

constexpr int kDeals = 20'000;
constexpr std::string_view kIndexes = R"({"package": "bench.access", "version": "1.0.0", "needs": ["kith.crm"],
  "extend": [{"type": "opportunity", "indexes": [
    {"name": "bench_plain", "fields": ["name"], "cover": ["amount", "close_date", "grade"]}]}]})";
constexpr std::string_view kJudged = R"({"package": "bench.judged", "version": "1.0.0", "needs": ["kith.crm"],
  "extend": [{"type": "opportunity", "indexes": [
    {"name": "bench_judged", "fields": ["name"], "cover": ["amount", "close_date", "grade", "owner", "unit", "visibility"]}]}]})";
constexpr std::string_view kPolicy = R"({"types": {"opportunity": {"read": ["reports"]}}})";
constexpr std::string_view kPage =
    R"({"from": "opportunity", "select": ["name", "amount", "close_date", "grade"], "order": ["name"], "limit": 50})";

void Require(const Status& status) {
  if (!status.ok()) {
    fprintf(stderr, "%s\n", status.ToString().c_str());
    std::abort();
  }
}

struct World {
  std::shared_ptr<Database> database;
  Id boss, rep;
};

World Filled(std::string_view package, bool policy) {
  OpenOptions options;
  options.temporary = true;
  options.map_size = uint64_t{2} << 30;  // what valgrind can map too
  StatusOr<std::shared_ptr<Database>> opened = model::OpenDatabase("", options);
  Require(opened.status());
  World world{*std::move(opened), {}, {}};
  const catalog::PackageSource source{std::string(package), {}};
  Require(world.database->Ensure({&source, 1}).status());
  Batch batch = *world.database->NewBatch();
  const Id boss = batch.Create("employee");
  const Id rep = batch.Create("employee");
  batch.Set(boss, "name", "Boss");
  batch.Set(rep, "name", "Rep");
  batch.Set(rep, "manager", boss);
  for (int i = 0; i < kDeals; ++i) {
    const Id deal = batch.Create("opportunity");
    batch.Set(deal, "name", "Deal " + std::to_string(i * 7919 % kDeals));
    batch.Set(deal, "owner", i % 2 == 0 ? rep : boss);
    batch.Set(deal, "amount", Money{i * 100, *Currency::FromCode("CNY")});
  }
  const StatusOr<Outcome> outcome = world.database->Apply(batch);
  Require(outcome.status());
  world.boss = outcome->ids[boss.local_index()];
  world.rep = outcome->ids[rep.local_index()];
  if (policy) Require(world.database->SetPolicy(kPolicy).status());
  return world;
}

void Pages(benchmark::State& state, const World& world, const Viewer& viewer) {
  const StatusOr<std::unique_ptr<Snapshot>> snapshot = world.database->Read(viewer);
  Require(snapshot.status());
  const StatusOr<query::Query> query = query::FromJson(kPage);
  Require(query.status());
  const StatusOr<query::Prepared> prepared = query::Prepared::Prepare(*query, **snapshot);
  Require(prepared.status());
  for ([[maybe_unused]] auto _ : state) {
    const StatusOr<std::unique_ptr<query::Rows>> rows = prepared->Run(**snapshot);
    Require(rows.status());
    size_t count = 0;
    while ((*rows)->Next()) ++count;
    if (count != 50) state.SkipWithError("the page is not of 50 rows");
  }
}

void System(benchmark::State& state) { Pages(state, Filled(kIndexes, false), {}); }
void NoPolicy(benchmark::State& state) {
  const World world = Filled(kIndexes, false);
  Pages(state, world, {.id = world.boss});
}
void Policy(benchmark::State& state) {
  const World world = Filled(kIndexes, true);
  Pages(state, world, {.id = world.boss});
}
void SystemJudged(benchmark::State& state) { Pages(state, Filled(kJudged, true), {}); }
void PolicyJudged(benchmark::State& state) {
  const World world = Filled(kJudged, true);
  Pages(state, world, {.id = world.boss});
}
void SeesHalf(benchmark::State& state) {
  const World world = Filled(kJudged, true);
  Pages(state, world, {.id = world.rep});
}
BENCHMARK(System)->Unit(benchmark::kMicrosecond);
BENCHMARK(NoPolicy)->Unit(benchmark::kMicrosecond);
BENCHMARK(Policy)->Unit(benchmark::kMicrosecond);
BENCHMARK(SystemJudged)->Unit(benchmark::kMicrosecond);
BENCHMARK(PolicyJudged)->Unit(benchmark::kMicrosecond);
BENCHMARK(SeesHalf)->Unit(benchmark::kMicrosecond);

// A snapshot for a viewer whose standing is kept.
void Snapshots(benchmark::State& state) {
  const World world = Filled(kIndexes, state.range(0) != 0);
  const Viewer viewer = {.id = state.range(0) == 0 ? Id() : world.boss};
  for ([[maybe_unused]] auto _ : state) Require(world.database->Read(viewer).status());
}
BENCHMARK(Snapshots)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kith
