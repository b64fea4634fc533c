// Micro benchmarks of relationships measured: a tie, what keeping ties adds to a write, cards, quantifications and advice from records, who
// somebody is, handing out of a pool, a decision chain of 20 people, paths in a network of 100,000 people and a million edges.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kith/crm/duplicates.h"
#include "kith/crm/pool.h"
#include "kith/insight/action_line.h"
#include "kith/insight/buyers.h"
#include "kith/insight/card.h"
#include "kith/insight/quantify.h"
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

// 1,000 accounts with ten people each, 50 of ours, 100,000 interactions, an open deal of each account with three of its people in it.
struct Records {
  std::shared_ptr<Database> db;
  std::vector<Id> employees;
  std::vector<Id> accounts;
  std::vector<Id> contacts;
  std::vector<Id> deals;
};

void Apply(Database& db, const Batch& batch, std::initializer_list<std::pair<std::vector<Id>*, std::vector<Id>*>> made) {
  const Outcome outcome = db.Apply(batch).value();
  for (const auto& [locals, ids] : made) {
    for (const Id local : *locals) ids->push_back(outcome.ids[local.local_index()]);
    locals->clear();
  }
}

const Records& LoadedRecords() {
  static const Records* const records = [] {
    auto* r = new Records;
    OpenOptions options;
    options.temporary = true;
    options.durability = storage::Durability::kRelaxed;
    r->db = model::OpenDatabase("", options).value();
    std::mt19937_64 dice(1);
    Batch batch = r->db->NewBatch().value();
    std::vector<Id> employees;
    std::vector<Id> accounts;
    std::vector<Id> contacts;
    std::vector<Id> deals;
    const auto named = [&](std::string_view type) {
      const Id id = batch.Create(type);
      batch.Set(id, "name", "x");
      return id;
    };
    for (int i = 0; i < 50; ++i) employees.push_back(named("employee"));
    for (int i = 0; i < 1'000; ++i) {
      accounts.push_back(named("account"));
      deals.push_back(named("opportunity"));
      batch.Set(deals.back(), "account", accounts.back());
      batch.Set(deals.back(), "amount", Money{100'000, *Currency::FromCode("CNY")});
      for (int j = 0; j < 10; ++j) {
        contacts.push_back(named("contact"));
        batch.Set(contacts.back(), "account", accounts.back());
        if (j >= 3) continue;
        const Id stake = batch.Create("contact_role");
        batch.Set(stake, "contact", contacts.back());
        batch.Set(stake, "opportunity", deals.back());
        batch.SetChoice(stake, "role", j == 0 ? "decision_maker" : "user");
      }
    }
    Apply(*r->db, batch, {{&employees, &r->employees}, {&accounts, &r->accounts}, {&contacts, &r->contacts}, {&deals, &r->deals}});
    for (int i = 0; i < 10; ++i) {
      Batch touches = r->db->NewBatch().value();
      for (int j = 0; j < 10'000; ++j) {
        const size_t contact = dice() % r->contacts.size();
        const Id id = touches.Create("interaction");
        touches.SetChoice(id, "kind", "call");
        touches.SetChoice(id, "direction", "mutual");
        touches.Set(id, "at", Time{kNow.micros - static_cast<int64_t>(dice() % 1'095) * kMicrosPerDay});
        touches.Set(id, "employee", r->employees[dice() % 50]);
        touches.Set(id, "contact", r->contacts[contact]);
        touches.Set(id, "account", r->accounts[contact / 10]);
      }
      Apply(*r->db, touches, {});
    }
    return r;
  }();
  return *records;
}

// One call on records picked at random; `ask` gives the status.
template <typename Ask>
void OnRecords(benchmark::State& state, const Ask& ask) {
  const Records& records = LoadedRecords();
  const std::unique_ptr<Snapshot> snapshot = records.db->Read().value();
  std::mt19937_64 dice(2);
  for ([[maybe_unused]] auto _ : state) {
    if (!ask(*snapshot, records, dice()).ok()) std::abort();
  }
}

void CardOfPerson(benchmark::State& state) {
  OnRecords(state, [](const Snapshot& snapshot, const Records& r, uint64_t n) {
    return CustomerCard(snapshot, r.contacts[n % r.contacts.size()], {.relation = {.as_of = kNow}}).status();
  });
}
BENCHMARK(CardOfPerson)->Unit(benchmark::kMicrosecond);

void BriefOfPerson(benchmark::State& state) {
  OnRecords(state, [](const Snapshot& snapshot, const Records& r, uint64_t n) {
    return PreCallBrief(snapshot, r.contacts[n % r.contacts.size()], {.relation = {.as_of = kNow}}).status();
  });
}
BENCHMARK(BriefOfPerson)->Unit(benchmark::kMicrosecond);

void CardOfAccount(benchmark::State& state) {
  OnRecords(state, [](const Snapshot& snapshot, const Records& r, uint64_t n) {
    return CustomerCard(snapshot, r.accounts[n % r.accounts.size()], {.relation = {.as_of = kNow}}).status();
  });
}
BENCHMARK(CardOfAccount)->Unit(benchmark::kMicrosecond);

// Without capital; from derived rows.
QuantifyOptions FromRows() { return {.relation = {.as_of = kNow, .contributions = false}, .capital = false}; }

void QuantifyAccount(benchmark::State& state) {
  OnRecords(state, [](const Snapshot& snapshot, const Records& r, uint64_t n) {
    return Quantify(snapshot, Id(), r.accounts[n % r.accounts.size()], FromRows()).status();
  });
}
BENCHMARK(QuantifyAccount)->Unit(benchmark::kMicrosecond);

void QuantifyCompany(benchmark::State& state) {
  OnRecords(state, [](const Snapshot& snapshot, const Records&, uint64_t) { return Quantify(snapshot, Id(), Id(), FromRows()).status(); });
}
BENCHMARK(QuantifyCompany)->Unit(benchmark::kMillisecond);

// With the best introduction to each of the three people in the deal.
void AdviceOnDeal(benchmark::State& state) {
  OnRecords(state, [](const Snapshot& snapshot, const Records& r, uint64_t n) {
    return Quantify(snapshot, Id(), r.deals[n % r.deals.size()], FromRows()).status();
  });
}
BENCHMARK(AdviceOnDeal)->Unit(benchmark::kMicrosecond);

void ActionLineOfDeal(benchmark::State& state) {
  OnRecords(state, [](const Snapshot& snapshot, const Records& r, uint64_t n) {
    return ReadActionLine(snapshot, r.deals[n % r.deals.size()], {.as_of = kNow}).status();
  });
}
BENCHMARK(ActionLineOfDeal)->Unit(benchmark::kMicrosecond);

void RankBuyersOfAll(benchmark::State& state) {
  OnRecords(state, [](const Snapshot& snapshot, const Records&, uint64_t) { return RankBuyers(snapshot, Id(), {.as_of = kNow}).status(); });
}
BENCHMARK(RankBuyersOfAll)->Unit(benchmark::kMillisecond);

// Who somebody about to be entered might be, among 20,000 contacts with names of two out of 500 words, mail and telephone.
void WhoIsAmong(benchmark::State& state) {
  OpenOptions options;
  options.temporary = true;
  options.durability = storage::Durability::kRelaxed;
  const std::shared_ptr<Database> db = model::OpenDatabase("", options).value();
  std::mt19937_64 dice(1);
  const auto word = [&] {
    std::string text = "aaaaaa";
    for (uint64_t n = dice() % 500, i = 0; i < text.size(); ++i, n = n * 31 + 7) text[i] = static_cast<char>('a' + n % 26);
    return text;
  };
  Batch batch = db->NewBatch().value();
  std::vector<std::string> names;
  for (int i = 0; i < 20'000; ++i) {
    const Id id = batch.Create("contact");
    names.push_back(word() + " " + word());
    batch.Set(id, "name", names.back());
    batch.Set(id, "email", word() + std::to_string(i) + "@" + word() + ".com");
    batch.Set(id, "mobile", "1" + std::to_string(3'000'000'000 + dice() % 1'000'000'000));
  }
  if (!db->Apply(batch).ok()) std::abort();
  const std::unique_ptr<Snapshot> snapshot = db->Read().value();
  const crm::Duplicates found = crm::FindDuplicates(*snapshot, "contact", {.match = {.threads = 1}}).value();
  for ([[maybe_unused]] auto _ : state) {
    const crm::WhoQuestion who = {.values = {{"name", names[dice() % names.size()]}}};
    if (!crm::WhoIs(*snapshot, "contact", who, found.model).ok()) std::abort();
  }
}
BENCHMARK(WhoIsAmong)->Unit(benchmark::kMicrosecond);

// So many free leads of a pool handed out to ten members in turn, written.
void AssignFromPool(benchmark::State& state) {
  OpenOptions options;
  options.temporary = true;
  options.durability = storage::Durability::kRelaxed;
  const std::shared_ptr<Database> db = model::OpenDatabase("", options).value();
  const int64_t leads = state.range(0);
  Batch setting = db->NewBatch().value();
  const Id pool = setting.Create("pool");
  setting.Set(pool, "name", "north");
  for (int i = 0; i < 10; ++i) {
    const Id employee = setting.Create("employee");
    setting.Set(employee, "name", "x");
    const Id member = setting.Create("pool_member");
    setting.Set(member, "pool", pool);
    setting.Set(member, "employee", employee);
  }
  if (!db->Apply(setting).ok()) std::abort();
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    Batch batch = db->NewBatch().value();
    for (int64_t i = 0; i < leads; ++i) {
      const Id lead = batch.Create("lead");
      batch.Set(lead, "name", "x");
      batch.Set(lead, "pool", "north");
    }
    if (!db->Apply(batch).ok()) std::abort();
    state.ResumeTiming();
    const std::unique_ptr<Snapshot> snapshot = db->Read().value();
    Batch assigned = db->NewBatch().value();
    const auto report = crm::AssignFromPool(*snapshot, assigned, "north", {.limit = static_cast<size_t>(leads)});
    if (!report.ok() || !db->Apply(assigned).ok()) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * leads);
}
BENCHMARK(AssignFromPool)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->Iterations(5);

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
