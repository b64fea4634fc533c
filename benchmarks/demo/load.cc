#include "demo/load.h"

#include <algorithm>
#include <map>
#include <string>

#include "kith/model/model.h"

namespace kith::demo {
namespace {

constexpr size_t kDealsPerBatch = 250;

StatusOr<Batch> NewBatch(Database& database) { return database.NewBatch(Ref("demo", "loader"), "simulated company"); }

void AddAccounts(Batch& batch, const simulator::Company& company) {
  for (size_t i = 0; i < company.accounts.size(); ++i) {
    const simulator::Account& account = company.accounts[i];
    batch.SetEffective(StartOf(account.since));
    Id id = batch.Upsert("account", RefOf("account", i));
    batch.Set(id, "name", account.name);
    batch.SetChoice(id, "industry", account.industry);
    batch.Set(id, "city", account.city);
    batch.Set(id, "employees", int64_t{account.employees});
  }
  for (size_t i = 0; i < company.contacts.size(); ++i) {
    const simulator::Contact& contact = company.contacts[i];
    batch.SetEffective(StartOf(company.accounts[contact.account].since));
    Id id = batch.Upsert("contact", RefOf("contact", i));
    batch.Set(id, "name", contact.first_name + " " + contact.last_name);
    batch.Set(id, "account", batch.Existing("account", RefOf("account", contact.account)));
    batch.Set(id, "title", contact.title);
    batch.Set(id, "email", contact.email);
  }
}

void AddRepsAndProducts(Batch& batch, const simulator::Company& company) {
  Time start = company.opportunities.empty() ? StartOf(company.options.today) : company.opportunities.front().moves.front().at;
  batch.SetEffective(start);
  for (size_t i = 0; i < company.products.size(); ++i) {
    Id id = batch.Upsert("product", RefOf("product", i));
    batch.Set(id, "name", company.products[i].name);
    batch.Set(id, "price", company.products[i].price);
  }
  for (size_t i = 0; i < company.reps.size(); ++i) {
    Id team = batch.Upsert("team", {"demo.team", company.reps[i].team});
    batch.Set(team, "name", company.reps[i].team);
    Id id = batch.Upsert("employee", RefOf("employee", i));
    batch.Set(id, "name", company.reps[i].name);
    batch.Set(id, "team", team);
  }
}

// Each team is asked for a tenth more in the quarter of today than it won in the one before.
void AddQuotas(Batch& batch, const simulator::Company& company) {
  const Period quarter = PeriodAt(company.options.today, PeriodUnit::kQuarter);
  const Period before = PeriodAt(company.options.today, PeriodUnit::kQuarter, -1);
  std::map<std::string, Money> won;
  for (const simulator::Opportunity& deal : company.opportunities) {
    if (deal.moves.back().stage != simulator::kWon || !before.contains(DateOf(deal.moves.back().at))) continue;
    Money& sum = won[company.reps[deal.rep].team];
    sum = {sum.minor + deal.amount.minor, deal.amount.currency};
  }
  batch.SetEffective(StartOf(before.first));
  for (const auto& [team, sum] : won) {
    Id id = batch.Upsert("quota", {"demo.quota", team});
    batch.Set(id, "holder", batch.Existing("team", {"demo.team", team}));
    batch.Set(id, "period", NameOf(quarter, PeriodUnit::kQuarter));
    batch.Set(id, "starts", quarter.first);
    batch.Set(id, "ends", quarter.end);
    batch.Set(id, "target", Money{sum.minor / 10 * 11, sum.currency});
  }
}

void AddDeal(Batch& batch, const simulator::Opportunity& deal, size_t number) {
  batch.SetEffective(deal.moves.front().at);
  Id id = batch.Upsert("opportunity", RefOf("opportunity", number));
  batch.Set(id, "name", deal.name);
  batch.Set(id, "amount", deal.amount);
  batch.SetChoice(id, "source", simulator::kSources[deal.source]);
  batch.Set(id, "account", batch.Existing("account", RefOf("account", deal.account)));
  batch.Set(id, "contact", batch.Existing("contact", RefOf("contact", deal.contact)));
  batch.Set(id, "product", batch.Existing("product", RefOf("product", deal.product)));
  batch.Set(id, "owner", batch.Existing("employee", RefOf("employee", deal.rep)));
  for (size_t i = 0; i < deal.moves.size(); ++i) {
    model::MoveOptions options;
    options.at = deal.moves[i].at;
    options.cause = model::MoveCause::kImport;
    options.external = {"demo.move", std::to_string(number) + "#" + std::to_string(i)};
    model::Move(batch, id, std::string("default/") + simulator::kStageNames[deal.moves[i].stage], options);
  }
}

void AddTouch(Batch& batch, const simulator::Touch& touch, size_t number) {
  batch.SetEffective(touch.at);
  const Id id = batch.Upsert("interaction", RefOf("interaction", number));
  batch.SetChoice(id, "kind", touch.kind);
  batch.SetChoice(id, "direction", touch.direction);
  batch.Set(id, "at", touch.at);
  batch.Set(id, "employee", batch.Existing("employee", RefOf("employee", touch.rep)));
  batch.Set(id, "contact", batch.Existing("contact", RefOf("contact", touch.contact)));
  batch.Set(id, "regarding", batch.Existing("opportunity", RefOf("opportunity", touch.deal)));
}

void AddStake(Batch& batch, const simulator::Stake& stake, size_t number) {
  const Id id = batch.Upsert("contact_role", RefOf("contact_role", number));
  batch.Set(id, "contact", batch.Existing("contact", RefOf("contact", stake.contact)));
  batch.Set(id, "opportunity", batch.Existing("opportunity", RefOf("opportunity", stake.deal)));
  batch.SetChoice(id, "role", stake.role);
  batch.SetChoice(id, "political", "political_structure");
  batch.Set(id, "veto", stake.veto);
}

void AddLearnt(Batch& batch, const simulator::Learnt& learnt, size_t number) {
  batch.SetEffective(learnt.at);
  const Id id = batch.Upsert("evidence", RefOf("evidence", number));
  batch.Set(id, "subject", batch.Existing("contact", RefOf("contact", learnt.contact)));
  if (learnt.rival) batch.Set(id, "party", batch.Existing("competitor", RefOf("competitor", 0)));
  batch.SetChoice(id, "dimension", learnt.dimension);
  batch.Set(id, "value", learnt.value);
  batch.SetChoice(id, "source", "said_by_customer");
  batch.Set(id, "at", learnt.at);
}

void AddKnown(Batch& batch, const simulator::Known& known, size_t number) {
  const Id id = batch.Upsert("acquaintance", RefOf("acquaintance", number));
  batch.Set(id, "from", batch.Existing("contact", RefOf("contact", known.from)));
  batch.Set(id, "to", batch.Existing("contact", RefOf("contact", known.to)));
  batch.Set(id, "strength", known.strength);
}

template <typename Fact, typename Add>
Status LoadAll(Database& database, const std::vector<Fact>& facts, const Add& add) {
  constexpr size_t kFactsPerBatch = 2000;
  for (size_t first = 0; first < facts.size(); first += kFactsPerBatch) {
    KITH_ASSIGN_OR_RETURN(Batch batch, NewBatch(database));
    for (size_t i = first; i < std::min(first + kFactsPerBatch, facts.size()); ++i) add(batch, facts[i], i);
    KITH_RETURN_IF_ERROR(database.Apply(batch).status());
  }
  return absl::OkStatus();
}

}  // namespace

ExternalRef RefOf(const char* type, size_t number) { return {std::string("demo.") + type, std::to_string(number)}; }

Status LoadRelations(Database& database, const simulator::Relations& relations) {
  KITH_ASSIGN_OR_RETURN(Batch rival, NewBatch(database));
  rival.Set(rival.Upsert("competitor", RefOf("competitor", 0)), "name", "Rival Systems");
  KITH_RETURN_IF_ERROR(database.Apply(rival).status());
  KITH_RETURN_IF_ERROR(LoadAll(database, relations.touches, AddTouch));
  KITH_RETURN_IF_ERROR(LoadAll(database, relations.stakes, AddStake));
  KITH_RETURN_IF_ERROR(LoadAll(database, relations.learnt, AddLearnt));
  return LoadAll(database, relations.known, AddKnown);
}

Status LoadCompany(Database& database, const simulator::Company& company, const Progress& progress) {
  KITH_ASSIGN_OR_RETURN(Batch people, NewBatch(database));
  AddRepsAndProducts(people, company);
  AddQuotas(people, company);
  AddAccounts(people, company);
  KITH_RETURN_IF_ERROR(database.Apply(people).status());
  const size_t deals = company.opportunities.size();
  for (size_t first = 0; first < deals; first += kDealsPerBatch) {
    KITH_ASSIGN_OR_RETURN(Batch batch, NewBatch(database));
    size_t end = std::min(first + kDealsPerBatch, deals);
    for (size_t i = first; i < end; ++i) AddDeal(batch, company.opportunities[i], i);
    KITH_RETURN_IF_ERROR(database.Apply(batch).status());
    progress(static_cast<double>(end) / static_cast<double>(deals));
  }
  return absl::OkStatus();
}

}  // namespace kith::demo
