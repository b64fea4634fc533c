#include "demo/load.h"

#include <algorithm>
#include <map>
#include <string>

#include "kith/model/model.h"

namespace kith::demo {
namespace {

constexpr size_t kDealsPerBatch = 250;

ExternalRef RefOf(const char* type, size_t number) { return {std::string("demo.") + type, std::to_string(number)}; }

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

}  // namespace

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
