// Micro benchmarks of timelines: a page of 50 of a contact's, of an account's of ten people, and one far back, and what keeping the rows
// adds to a write. KITH_BENCH_INTERACTIONS sets how many interactions there are (100,000), spread over 500 contacts in 50 accounts; how
// fast they were written and what memory that took is said first. Ten million (B23) take 13 GB in TMPDIR while it runs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kith/model/model.h"
#include "kith/model/timeline.h"

namespace kith::model {
namespace {

constexpr Time kNow{1'780'000'000 * kMicrosPerSecond};
constexpr int kContacts = 500;
constexpr int kAccounts = 50;

struct World {
  std::shared_ptr<Database> db;
  std::vector<Id> accounts;
  std::vector<Id> contacts;
};

// A database with accounts, contacts and an employee; `kept`: with timelines.
World NewWorld(bool kept) {
  OpenOptions options;
  options.temporary = true;
  options.durability = storage::Durability::kRelaxed;
  options.extensions = StandardExtensions();
  if (!kept) std::erase_if(options.extensions.derivations, [](const Derivation* d) { return d->name() == "timeline"; });
  World world;
  world.db = Database::Open("", options).value();
  const catalog::PackageSource package = catalog::ShippedPackage("kith.crm").value();
  if (!world.db->Ensure(std::span(&package, 1)).ok()) std::abort();
  Batch batch = world.db->NewBatch().value();
  std::vector<Id> accounts;
  std::vector<Id> contacts;
  for (int i = 0; i < kAccounts; ++i) batch.Set(accounts.emplace_back(batch.Create("account")), "name", "A");
  for (int i = 0; i < kContacts; ++i) {
    batch.Set(contacts.emplace_back(batch.Create("contact")), "name", "C");
    batch.Set(contacts.back(), "account", accounts[static_cast<size_t>(i % kAccounts)]);
  }
  const Outcome outcome = world.db->Apply(batch).value();
  for (const Id local : accounts) world.accounts.push_back(outcome.ids[local.local_index()]);
  for (const Id local : contacts) world.contacts.push_back(outcome.ids[local.local_index()]);
  return world;
}

constexpr int64_t kSpan = int64_t{1'095} * kMicrosPerDay;

// Interactions with anybody, at any time from `first` to `end`.
Batch Interactions(const World& world, std::mt19937_64& dice, int count, Time first, Time end) {
  Batch batch = world.db->NewBatch().value();
  const catalog::TypeDef& type = *batch.catalog()->FindType("interaction");
  const auto choice = [&](std::string_view field, std::string_view name) {
    return Choice{type.FindField(field)->FindChoice(name)->number};
  };
  for (int i = 0; i < count; ++i) {
    const Id id = batch.Create("interaction");
    batch.Set(id, "kind", choice("kind", "call"));
    batch.Set(id, "direction", choice("direction", "in"));
    batch.Set(id, "at", Time{first.micros + static_cast<int64_t>(dice() % static_cast<uint64_t>(end.micros - first.micros))});
    batch.Set(id, "contact", world.contacts[dice() % world.contacts.size()]);
    batch.Set(id, "subject", "asks for a price");
  }
  return batch;
}

// Kilobytes, of /proc/self/status; 0 where there is none.
long Memory(std::string_view what) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(what)) return std::strtol(line.c_str() + what.size(), nullptr, 10);
  }
  return 0;
}

const World& Filled() {
  static const World kWorld = [] {
    World world = NewWorld(true);
    const char* given = std::getenv("KITH_BENCH_INTERACTIONS");
    const long wanted = given == nullptr ? 100'000 : std::strtol(given, nullptr, 10);
    std::mt19937_64 dice(1);
    const auto began = std::chrono::steady_clock::now();
    const std::clock_t worked = std::clock();
    long most = 0;  // of the process's own memory; pages of the file are the system's
    // In three years, as they come: those of a batch are of a week that moves on.
    constexpr int kBatch = 10'000;
    for (long made = 0; made < wanted; made += kBatch) {
      const Time end{kNow.micros - kSpan / wanted * (wanted - made - kBatch)};
      if (!world.db->Apply(Interactions(world, dice, kBatch, Time{end.micros - 7 * kMicrosPerDay}, end)).ok()) std::abort();
      most = std::max(most, Memory("RssAnon:"));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const double processor = static_cast<double>(std::clock() - worked) / CLOCKS_PER_SEC;
    std::fprintf(stderr,
                 "%ld interactions in %.0f s (%.0f a second), %.0f s of processor time; own memory at most %ld MB, resident now %ld MB\n",
                 wanted, took.count(), static_cast<double>(wanted) / took.count(), processor, most / 1024, Memory("VmRSS:") / 1024);
    return world;
  }();
  return kWorld;
}

void Page(benchmark::State& state, const std::vector<Id>& subjects, const TimelineOptions& options) {
  const std::unique_ptr<Snapshot> snapshot = Filled().db->Read().value();
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    const TimelinePage page = ReadTimeline(*snapshot, subjects[next++ % subjects.size()], options).value();
    if (page.entries.empty()) std::abort();
    benchmark::DoNotOptimize(page);
  }
}
void ContactPage(benchmark::State& state) { Page(state, Filled().contacts, {}); }
void ContactPageAlone(benchmark::State& state) { Page(state, Filled().contacts, {.whole = false}); }
void ContactPageFarBack(benchmark::State& state) {
  Page(state, Filled().contacts, {.until = Time{kNow.micros - int64_t{700} * kMicrosPerDay}});
}
void AccountPage(benchmark::State& state) { Page(state, Filled().accounts, {}); }
BENCHMARK(ContactPage)->Unit(benchmark::kMicrosecond);
BENCHMARK(ContactPageAlone)->Unit(benchmark::kMicrosecond);
BENCHMARK(ContactPageFarBack)->Unit(benchmark::kMicrosecond);
BENCHMARK(AccountPage)->Unit(benchmark::kMicrosecond);

// The argument says whether timelines are kept.
void WriteInteractions(benchmark::State& state) {
  const World world = NewWorld(state.range(0) != 0);
  std::mt19937_64 dice(1);
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    const Batch batch = Interactions(world, dice, 1'000, Time{kNow.micros - kSpan}, kNow);
    state.ResumeTiming();
    if (!world.db->Apply(batch).ok()) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(WriteInteractions)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond)->Iterations(50)->UseRealTime();

}  // namespace
}  // namespace kith::model

BENCHMARK_MAIN();
