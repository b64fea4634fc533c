// Verify over contacts of the standard model: text, ordered and automatic indexes, an account each, one record in four changed since it was
// made. The figure is records (contacts and accounts) a second on the clock, which counts all threads of Verify; CPU is that of all of
// them.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "kith/model/model.h"

namespace kith {
namespace {

constexpr uint64_t kAtOnce = 5000;

void Require(const Status& status) {
  if (!status.ok()) {
    fprintf(stderr, "%s\n", status.ToString().c_str());
    std::abort();
  }
}

std::string NameOf(uint64_t i) { return "Person " + std::to_string(i * 7919 % 100'003) + " Li"; }

void AddAccounts(Database& database, uint64_t count, std::vector<Id>& ids) {
  Batch batch = *database.NewBatch();
  for (uint64_t i = 0; i < count; ++i) {
    const Id id = batch.Create("account", {"crm", "A" + std::to_string(i)});
    batch.Set(id, "name", "Company " + std::to_string(i));
  }
  const StatusOr<Outcome> outcome = database.Apply(batch);
  Require(outcome.status());
  ids.insert(ids.end(), outcome->ids.begin(), outcome->ids.end());
}

void AddContacts(Database& database, uint64_t count, const std::vector<Id>& accounts) {
  for (uint64_t begin = 0; begin < count; begin += kAtOnce) {
    Batch batch = *database.NewBatch();
    for (uint64_t i = begin; i < std::min(count, begin + kAtOnce); ++i) {
      const Id id = batch.Create("contact", {"crm", "C" + std::to_string(i)});
      batch.Set(id, "name", NameOf(i));
      batch.Set(id, "account", accounts[i % accounts.size()]);
      batch.Set(id, "email", "p" + std::to_string(i) + "@example.com");
    }
    const StatusOr<Outcome> outcome = database.Apply(batch);
    Require(outcome.status());
    Batch changes = *database.NewBatch();
    for (size_t i = 0; i < outcome->ids.size(); i += 4) changes.Set(outcome->ids[i], "title", "Buyer");
    Require(database.Apply(changes).status());
  }
}

std::shared_ptr<Database> Filled(uint64_t contacts) {
  OpenOptions options;
  options.temporary = true;
  options.map_size = uint64_t{2} << 30;  // what valgrind can map too
  StatusOr<std::shared_ptr<Database>> database = model::OpenDatabase("", options);
  Require(database.status());
  const StatusOr<catalog::PackageSource> package = catalog::ShippedPackage("kith.crm");
  Require((*database)->Ensure({&*package, 1}).status());
  std::vector<Id> accounts;
  AddAccounts(**database, std::max<uint64_t>(1, contacts / 10), accounts);
  AddContacts(**database, contacts, accounts);
  return *std::move(database);
}

void Verify(benchmark::State& state) {
  const std::shared_ptr<Database> database = Filled(static_cast<uint64_t>(state.range(0)));
  uint64_t records = 0;
  for ([[maybe_unused]] auto _ : state) {
    const StatusOr<VerifyReport> report = database->Verify();
    Require(report.status());
    if (!report->problems.empty()) state.SkipWithError(report->problems[0].c_str());
    records += report->records;
  }
  state.SetItemsProcessed(static_cast<int64_t>(records));
}
BENCHMARK(Verify)->Arg(1000)->Arg(200'000)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace kith
