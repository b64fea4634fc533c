#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "insight/relationship/portfolio_internal.h"

namespace kith::insight::relationship_internal {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr int64_t kYear = 365 * kMicrosPerDay;

constexpr double kUsual = 0.5;

// Weight of an open ticket.
double SeverityOf(std::string_view priority) {
  if (priority == "low") return kUsual / 2;
  if (priority == "high") return 2 * kUsual;
  if (priority == "urgent") return 4 * kUsual;
  return kUsual;
}

// Choices of the role go from the highest down.
double PowerOf(const Played& person) {
  const FieldDef* level = person.type().FindRole("party", "level");
  if (level == nullptr || level->choices.empty()) return 1;
  const auto count = static_cast<double>(level->choices.size());
  const std::string_view name = person.Choice("level");
  for (size_t i = 0; i < level->choices.size(); ++i) {
    if (level->choices[i].name == name) return 1 - static_cast<double>(i) / count;
  }
  return 1 / count;
}

// Units by what the people's departments are called, or are.
class Units {
 public:
  uint64_t Of(const Played& person) {
    const FieldDef* field = person.Find("department");
    if (field == nullptr) return 0;
    std::string key = field->kind == Kind::kText ? std::string(person.Text("department")) : ToText(person.view().Get(field->position));
    return numbers_.try_emplace(std::move(key), numbers_.size() + 1).first->second;
  }

 private:
  std::map<std::string, uint64_t> numbers_;
};

StatusOr<RosterPerson> RosterPersonOf(const Facts& facts, const Played& person, const Party& party, Units& units, bool contributions) {
  RosterPerson roster;
  roster.contact = person.id();
  roster.power = PowerOf(person);
  roster.unit = units.Of(person);
  KITH_ASSIGN_OR_RETURN(const PersonReport report, facts.Person(person.id(), party, contributions));
  roster.stance = report.stance.value;
  if (!party.ours()) {
    roster.ties.emplace_back(Id(), report.inputs.closeness);
    return roster;
  }
  for (const EmployeeTie& tie : report.ties) {
    if (tie.active && party.Counts(tie.employee)) roster.ties.emplace_back(tie.employee, tie.tie);
  }
  return roster;
}

Status AddService(const Facts& facts, Id account, const Party& party, AccountFacts& into) {
  if (!party.ours()) return absl::OkStatus();
  double severity = 0;
  KITH_RETURN_IF_ERROR(facts.ForEach("ticket", "account", account, [&](const Played& ticket) {
    const std::optional<Held> then = facts.Then(ticket.id(), "ticket");
    if (then && facts.IsOpenTicket(*then)) severity += SeverityOf(then->record.Choice("priority"));
  }));
  KITH_ASSIGN_OR_RETURN(const std::vector<Slip> slips, SlipsOf(facts, account));
  for (const Slip& slip : slips) severity += slip.done.has_value() ? 0 : kUsual;
  into.open_severity = severity;
  return absl::OkStatus();
}

StatusOr<bool> WasLost(const Facts& facts, const Played& deal) {
  if (!deal.Has("closed_at") || deal.Int("closed_at") > facts.as_of().micros) return false;
  KITH_ASSIGN_OR_RETURN(const std::vector<model::Pipeline> pipelines, model::GetPipelines(facts.snapshot()));
  for (const model::Pipeline& pipeline : pipelines) {
    for (const model::Stage& stage : pipeline.stages) {
      if (stage.id == deal.Ref("stage")) return stage.kind == model::StageKind::kLost;
    }
  }
  return false;
}

// Of a milestone as it is known, its day as it was due at the moment; nothing when that is not late.
std::optional<Slip> SlipOf(const Facts& facts, const query::Days& days, const Played& milestone) {
  const std::optional<Held> then = facts.Then(milestone.id(), "milestone");
  if (!then || !then->record.Has("due")) return std::nullopt;
  const Date today = days.DateOf(facts.as_of());
  Slip slip{.milestone = milestone.id(),
            .deal = milestone.Ref("deal"),
            .name = std::string(milestone.Text("name")),
            .due = *then->record.On("due", days)};
  const std::optional<Date> done = milestone.On("done_on", days);
  if (done && *done <= today) slip.done = done;
  slip.days_late = slip.done.value_or(today).days - slip.due.days;
  const bool past = slip.done && slip.done->days <= today.days - kYear / kMicrosPerDay;
  return slip.days_late > 0 && !past ? std::optional(std::move(slip)) : std::nullopt;
}

Status AddSlips(const Facts& facts, const query::Days& days, Id deal, std::vector<Slip>& slips) {
  std::vector<Slip> found;
  std::set<std::string> masked;
  KITH_RETURN_IF_ERROR(facts.ForEach("milestone", "deal", deal, [&](const Played& milestone) {
    if (!MayJudge(facts.snapshot(), milestone.type(), "milestone", {"due", "done_on"}, masked)) return;
    if (std::optional<Slip> slip = SlipOf(facts, days, milestone)) found.push_back(*std::move(slip));
  }));
  const std::optional<Held> then = found.empty() ? std::nullopt : facts.Then(deal, "pipelined");
  if (!then) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const bool lost, WasLost(facts, then->record));
  if (!lost) std::move(found.begin(), found.end(), std::back_inserter(slips));
  return absl::OkStatus();
}

bool WasClosedLately(const Facts& facts, const Played& deal) {
  const int64_t closed = deal.Int("closed_at");
  return deal.Has("closed_at") && closed <= facts.as_of().micros && closed > facts.as_of().micros - kYear;
}

// Amounts of deals that were open or were closed within the year before, by account: in the currency that most are in.
using Values = std::map<Id, double>;
StatusOr<Values> ValuesOf(const Facts& facts) {
  std::map<uint32_t, Values> by_currency;
  for (const TypeDef* type : facts.snapshot().catalog().TypesWith("pipelined")) {
    if (type->FindRole("pipelined", "account") == nullptr) continue;
    KITH_RETURN_IF_ERROR(facts.ForEachOf(*type, [&](Id id) {
      const std::optional<Held> then = facts.Then(id, "pipelined");
      if (!then || !then->record.Has("account")) return absl::OkStatus();
      const Money amount = then->record.Amount("amount");
      if (amount.minor > 0 && (facts.IsOpenDeal(*then) || WasClosedLately(facts, then->record))) {
        by_currency[amount.currency.packed()][then->record.Ref("account")] += static_cast<double>(amount.minor);
      }
      return absl::OkStatus();
    }));
  }
  const Values* most = nullptr;
  for (const auto& [currency, values] : by_currency) {
    if (most == nullptr || values.size() > most->size()) most = &values;
  }
  return most == nullptr ? Values() : *most;
}

Status SetShares(const Facts& facts, std::vector<ValuedAccount>& accounts) {
  KITH_ASSIGN_OR_RETURN(const Values values, ValuesOf(facts));
  double all = 0;
  for (ValuedAccount& account : accounts) {
    const auto found = values.find(account.account);
    account.share = found == values.end() ? 0 : found->second;
    all += account.share;
  }
  for (ValuedAccount& account : accounts) account.share = all > 0 ? account.share / all : 1 / static_cast<double>(accounts.size());
  return absl::OkStatus();
}

// Chances of winning the open deals of one pipeline in one currency.
Status AddChances(const Facts& facts, Id pipeline, Currency currency, std::map<Id, double>& chances) {
  KITH_ASSIGN_OR_RETURN(const model::FunnelTables tables,
                        model::ReadTables(facts.snapshot(), pipeline, {.as_of = facts.as_of(), .recorded = facts.options().recorded}));
  ForecastOptions options;
  options.currency = currency;
  KITH_ASSIGN_OR_RETURN(const ForecastReport report,
                        Forecast(tables, PeriodAt(tables.pipeline.days.DateOf(tables.as_of), PeriodUnit::kQuarter), options));
  for (const DealForecast& deal : report.deals) chances[deal.deal] = deal.win_ever;
  return absl::OkStatus();
}

// The chain's value as it is, and with the party's closeness taken away.
Status AddStake(const Facts& facts, Id deal, const Party& party, Id person, DealStake& stake) {
  std::vector<double> reach;
  KITH_ASSIGN_OR_RETURN(Chain chain, facts.ChainOf(deal, Party(), reach));
  if (chain.members.empty()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const ChainReport now, ScoreChain(chain, {}, facts.options().chain));
  for (ChainMember& member : chain.members) {
    if (!person.is_null() && member.contact != person) continue;
    KITH_ASSIGN_OR_RETURN(const std::vector<EmployeeTie> ties, facts.Ties(member.contact, false));
    std::vector<double> left;
    for (const EmployeeTie& tie : ties) {
      if (tie.active && !party.Counts(tie.employee)) left.push_back(tie.tie.value);
    }
    member.inputs.closeness.value = insight::NoisyOr(left);
  }
  KITH_ASSIGN_OR_RETURN(const ChainReport without, ScoreChain(chain, {}, facts.options().chain));
  stake.chain = now.value;
  stake.chain_without = std::min(now.value, without.value);
  return absl::OkStatus();
}

}  // namespace

StatusOr<AccountFacts> AccountFactsOf(const Facts& facts, Id account, const Party& party, bool contributions) {
  AccountFacts read;
  Units units;
  KITH_RETURN_IF_ERROR(facts.ForEachPersonOf(account, [&](const Played& person) -> Status {
    KITH_ASSIGN_OR_RETURN(RosterPerson roster, RosterPersonOf(facts, person, party, units, contributions));
    read.people.push_back(std::move(roster));
    return absl::OkStatus();
  }));
  KITH_RETURN_IF_ERROR(AddService(facts, account, party, read));
  return read;
}

StatusOr<std::vector<Slip>> SlipsOf(const Facts& facts, Id object) {
  KITH_ASSIGN_OR_RETURN(const query::Days days, query::Days::Of(facts.snapshot()));
  std::vector<Id> deals;
  if (facts.IsDeal(object)) {
    deals.push_back(object);
  } else {
    KITH_RETURN_IF_ERROR(facts.ForEach("pipelined", "account", object, [&](const Played& deal) { deals.push_back(deal.id()); }));
  }
  std::vector<Slip> slips;
  for (const Id deal : deals) KITH_RETURN_IF_ERROR(AddSlips(facts, days, deal, slips));
  std::sort(slips.begin(), slips.end(), [](const Slip& a, const Slip& b) {
    const auto key = [](const Slip& slip) { return std::make_tuple(slip.done.has_value(), -slip.days_late, slip.milestone); };
    return key(a) < key(b);
  });
  return slips;
}

StatusOr<std::vector<ValuedAccount>> PortfolioOf(const Facts& facts, const Party& party) {
  std::map<Id, ValuedAccount> accounts;
  std::map<Id, Units> units;
  for (const TypeDef* type : facts.snapshot().catalog().TypesWith("party")) {
    if (type->FindRole("party", "organisation") == nullptr || !facts.IsPerson(Id::Of(type->number, 0, 1))) continue;
    KITH_RETURN_IF_ERROR(facts.ForEachOf(*type, [&](Id id) -> Status {
      const std::optional<Held> person = facts.Then(id, "party");
      if (!person) return absl::OkStatus();
      KITH_ASSIGN_OR_RETURN(const std::vector<Id> organisations, facts.OrganisationsOf(id));
      for (const Id account : organisations) {
        ValuedAccount& into = accounts[account];
        into.account = account;
        KITH_ASSIGN_OR_RETURN(RosterPerson roster, RosterPersonOf(facts, person->record, party, units[account], false));
        into.facts.people.push_back(std::move(roster));
      }
      return absl::OkStatus();
    }));
  }
  std::vector<ValuedAccount> portfolio;
  for (auto& [id, account] : accounts) {
    KITH_RETURN_IF_ERROR(AddService(facts, id, party, account.facts));
    portfolio.push_back(std::move(account));
  }
  KITH_RETURN_IF_ERROR(SetShares(facts, portfolio));
  return portfolio;
}

std::vector<ValuedPerson> PeopleOf(const std::vector<ValuedAccount>& accounts) {
  std::vector<ValuedPerson> people;
  for (const ValuedAccount& account : accounts) {
    double power = 0;
    for (const RosterPerson& person : account.facts.people) power += person.power;
    for (const RosterPerson& person : account.facts.people) {
      ValuedPerson& valued = people.emplace_back();
      valued.contact = person.contact;
      valued.value = account.share * person.power / power;
      for (const auto& [employee, tie] : person.ties) valued.ties.emplace_back(employee, tie.value);
    }
  }
  return people;
}

StatusOr<std::vector<Id>> OpenDealsOf(const Facts& facts, Id object) {
  std::vector<Id> deals;
  if (facts.IsDeal(object)) {
    deals.push_back(object);
  } else if (facts.IsPerson(object)) {
    KITH_RETURN_IF_ERROR(facts.ForEach("stake", "person", object, [&](const Played& stake) { deals.push_back(stake.Ref("deal")); }));
  } else if (!object.is_null()) {
    KITH_RETURN_IF_ERROR(facts.ForEach("pipelined", "account", object, [&](const Played& deal) { deals.push_back(deal.id()); }));
  } else {
    // All that somebody has a stake in: the others are worth nothing here.
    for (const TypeDef* type : facts.snapshot().catalog().TypesWith("stake")) {
      KITH_RETURN_IF_ERROR(facts.ForEachOf(*type, [&](Id id) {
        if (const std::optional<Held> stake = facts.Then(id, "stake")) deals.push_back(stake->record.Ref("deal"));
        return absl::OkStatus();
      }));
    }
  }
  std::sort(deals.begin(), deals.end());
  deals.erase(std::unique(deals.begin(), deals.end()), deals.end());
  std::erase_if(deals, [&](Id id) {
    const std::optional<Held> deal = facts.Then(id, "pipelined");
    return !deal || !facts.IsOpenDeal(*deal);
  });
  return deals;
}

StatusOr<std::vector<Money>> CapitalOf(const Facts& facts, const std::vector<Id>& deals, const Party& party, Id person, double effect) {
  std::vector<DealStake> stakes;
  std::map<std::pair<Id, uint32_t>, std::vector<size_t>> groups;  // by pipeline and currency
  for (const Id id : deals) {
    const std::optional<Held> then = facts.Then(id, "pipelined");
    if (!then || !then->record.Has("amount") || !then->record.Has("pipeline")) continue;
    const Played& deal = then->record;
    DealStake stake{.deal = id, .amount = deal.Amount("amount")};
    KITH_RETURN_IF_ERROR(AddStake(facts, id, party, person, stake));
    if (stake.chain <= stake.chain_without) continue;
    groups[{deal.Ref("pipeline"), stake.amount.currency.packed()}].push_back(stakes.size());
    stakes.push_back(stake);
  }
  std::map<Id, double> chances;
  for (const auto& [group, members] : groups) {
    KITH_RETURN_IF_ERROR(AddChances(facts, group.first, Currency::FromPacked(group.second), chances));
  }
  for (DealStake& stake : stakes) stake.win_probability = chances[stake.deal];
  return RelationshipCapital(stakes, effect);
}

StatusOr<Score> HeadToHeadWith(const Facts& facts, Id competitor) {
  std::map<Id, model::StageKind> kinds;
  KITH_ASSIGN_OR_RETURN(const std::vector<model::Pipeline> pipelines, model::GetPipelines(facts.snapshot()));
  for (const model::Pipeline& pipeline : pipelines) {
    for (const model::Stage& stage : pipeline.stages) kinds[stage.id] = stage.kind;
  }
  std::map<Id, bool> won;
  const auto count = [&](const Played& deal) {
    if (!deal.Has("closed_at") || deal.Int("closed_at") > facts.as_of().micros) return;
    const auto kind = kinds.find(deal.Ref("stage"));
    if (kind != kinds.end()) won[deal.id()] = kind->second == model::StageKind::kWon;
  };
  KITH_RETURN_IF_ERROR(facts.ForEach("rival", "competitor", competitor, [&](const Played& rival) {
    if (const std::optional<Held> deal = facts.Then(rival.Ref("deal"), "pipelined")) count(deal->record);
  }));
  KITH_RETURN_IF_ERROR(facts.ForEach("pipelined", "lost_to", competitor, count));
  const auto wins = std::count_if(won.begin(), won.end(), [](const auto& deal) { return deal.second; });
  return HeadToHead(wins, static_cast<int64_t>(won.size()), facts.options().evidence.level);
}

StatusOr<std::vector<Id>> RivalsIn(const Facts& facts, Id deal) {
  std::vector<Id> rivals;
  KITH_RETURN_IF_ERROR(facts.ForEach("rival", "deal", deal, [&](const Played& rival) { rivals.push_back(rival.Ref("competitor")); }));
  std::sort(rivals.begin(), rivals.end());
  rivals.erase(std::unique(rivals.begin(), rivals.end()), rivals.end());
  return rivals;
}

}  // namespace kith::insight::relationship_internal
