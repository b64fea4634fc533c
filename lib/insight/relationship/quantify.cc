#include "kith/insight/quantify.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "insight/relationship/portfolio_internal.h"
#include "insight/relationship/relationship_internal.h"

namespace kith::insight {
namespace {

using relationship_internal::AccountFactsOf;
using relationship_internal::Facts;
using relationship_internal::Party;
using relationship_internal::PortfolioOf;
using relationship_internal::ValuedAccount;

constexpr double kPoints = 50;  // of a stance from 0 to 1
constexpr int kMostMonths = 60;

class Quantifier {
 public:
  Quantifier(const Snapshot& snapshot, Id subject, Id object, const QuantifyOptions& options)
      : facts_(snapshot, options.relation), options_(options) {
    report_.subject = subject;
    report_.object = object;
    report_.as_of = facts_.as_of();
  }

  StatusOr<RelationReport> Run() {
    if (options_.trend_months < 0 || options_.trend_months > kMostMonths) {
      return MakeError({.reason = Reason::kBadOptions, .field = "trend_months", .value = std::to_string(options_.trend_months)},
                       "a trend goes over at most 60 months");
    }
    KITH_ASSIGN_OR_RETURN(party_, facts_.PartyOf(report_.subject));
    KITH_RETURN_IF_ERROR(Measure());
    report_.light = LightOf(report_.score.value);
    std::stable_sort(report_.suggestions.begin(), report_.suggestions.end(),
                     [](const Suggestion& a, const Suggestion& b) { return a.gain > b.gain; });
    if (report_.suggestions.size() > options_.suggestions) report_.suggestions.resize(options_.suggestions);
    KITH_RETURN_IF_ERROR(TellWays());
    if (!options_.capital || !party_.ours()) return std::move(report_);
    KITH_ASSIGN_OR_RETURN(const std::vector<Id> deals, OpenDealsOf(facts_, report_.object));
    const Id person = facts_.IsPerson(report_.object) ? report_.object : Id();
    KITH_ASSIGN_OR_RETURN(report_.capital, CapitalOf(facts_, deals, party_, person, options_.effect));
    return std::move(report_);
  }

 private:
  Status Measure() {
    const Id object = report_.object;
    if (object.is_null()) return Everything();
    if (facts_.IsPerson(object)) return KeyPerson();
    if (facts_.IsDeal(object)) return DecisionChain();
    if (facts_.IsOrganisation(object)) return Account();
    const catalog::TypeDef* type = facts_.snapshot().catalog().FindType(object.type());
    return MakeError({.reason = Reason::kBadOptions,
                      .type = type == nullptr ? std::string() : type->name,
                      .record = object,
                      .field = "object",
                      .hint = "give a person, a deal, an account, or nothing for everything"},
                     "there are no relations to a record of this type");
  }

  Status KeyPerson();
  Status DecisionChain();
  StatusOr<std::vector<Id>> CloserTo(Id rival) const;
  Status Account();
  Status Trend();
  Status TellSlips() {
    if (!party_.ours()) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(report_.slips, SlipsOf(facts_, report_.object));
    return absl::OkStatus();
  }
  Status Everything();
  void Employee(const std::vector<ValuedAccount>& accounts);
  Status FindWays(std::vector<Id> people);
  Status TellWays();
  [[nodiscard]] double WayTo(Id person) const {
    const auto found = ways_.find(person);
    return found == ways_.end() ? 0 : found->second.value;
  }
  void Suggest(Id record, Step step, double gain, double reach = 1) {
    if (gain > 0 && party_.ours()) report_.suggestions.push_back({record, step, gain, reach});
  }

  Facts facts_;
  const QuantifyOptions& options_;
  Party party_;
  RelationReport report_;
  std::map<Id, Introduction> ways_;  // of those who were looked for
};

// The best way to each, of those whom we have not looked for and the viewer may see.
Status Quantifier::FindWays(std::vector<Id> people) {
  const bool kept = !options_.relation.recorded && options_.relation.tie.half_life_days == static_cast<double>(model::kTieHalfLifeDays);
  if (!options_.ways || !kept || !party_.ours()) return absl::OkStatus();
  std::erase_if(people, [&](Id person) { return ways_.count(person) != 0 || !facts_.snapshot().Get(person).ok(); });
  IntroductionOptions options{.relation = options_.relation};
  options.path.count = 1;
  if (facts_.IsOurs(report_.subject)) options.from = report_.subject;
  KITH_ASSIGN_OR_RETURN(std::vector<std::vector<Introduction>> found, ReadIntroductions(facts_.snapshot(), people, options));
  for (size_t i = 0; i < people.size(); ++i) ways_[people[i]] = found[i].empty() ? Introduction() : std::move(found[i].front());
  return absl::OkStatus();
}

Status Quantifier::TellWays() {
  std::vector<Id> people;
  for (const Suggestion& suggestion : report_.suggestions) {
    if (suggestion.step != Step::kHandOver) people.push_back(suggestion.record);
  }
  std::sort(people.begin(), people.end());
  people.erase(std::unique(people.begin(), people.end()), people.end());
  KITH_RETURN_IF_ERROR(FindWays(std::move(people)));
  for (Suggestion& suggestion : report_.suggestions) {
    const auto found = ways_.find(suggestion.record);
    if (found != ways_.end()) suggestion.way = found->second;
  }
  return absl::OkStatus();
}

Status Quantifier::KeyPerson() {
  report_.which = Quantification::kKeyPerson;
  KITH_ASSIGN_OR_RETURN(PersonReport person, facts_.Person(report_.object, party_, options_.relation.contributions));
  report_.score = person.stance;
  report_.score.value = person.score;
  report_.score.low = DisplayScore(person.stance.low);
  report_.score.high = DisplayScore(person.stance.high);
  const auto gain = [&](Score StanceInputs::*part) {
    StanceInputs better = person.inputs;
    (better.*part).value = 1;
    return kPoints * (Stance(better, options_.relation.chain.stance).value - person.stance.value);
  };
  Suggest(report_.object, Step::kSolution, gain(&StanceInputs::solution));
  Suggest(report_.object, Step::kPrice, gain(&StanceInputs::price));
  Suggest(report_.object, Step::kCloseness, gain(&StanceInputs::closeness));
  report_.person = std::move(person);
  return absl::OkStatus();
}

Status Quantifier::DecisionChain() {
  report_.which = Quantification::kDecisionChain;
  std::vector<double> reach;
  KITH_ASSIGN_OR_RETURN(const Chain members, facts_.ChainOf(report_.object, party_, reach));
  std::vector<Id> people;
  for (const ChainMember& member : members.members) people.push_back(member.contact);
  KITH_RETURN_IF_ERROR(FindWays(std::move(people)));
  for (size_t i = 0; i < reach.size(); ++i) reach[i] = std::max(reach[i], WayTo(members.members[i].contact));
  KITH_ASSIGN_OR_RETURN(ChainReport chain, ScoreChain(members, reach, options_.relation.chain));
  report_.score = chain.score;
  for (const ChainAdvice& advice : chain.advice) {
    Suggest(advice.contact, static_cast<Step>(advice.topic), kPoints * advice.gain, advice.reach);
  }
  std::vector<Id> rivals = {party_.competitor};
  if (party_.ours()) {
    KITH_ASSIGN_OR_RETURN(rivals, RivalsIn(facts_, report_.object));
  }
  for (const Id rival : rivals) {
    KITH_ASSIGN_OR_RETURN(const ChainReport other, facts_.ScoreOf(report_.object, party_.ours() ? Party{rival, {}} : Party()));
    KITH_ASSIGN_OR_RETURN(std::vector<Id> closer, CloserTo(rival));
    report_.against.push_back({rival, party_.ours() ? Lead(chain, other) : Lead(other, chain), std::move(closer)});
  }
  report_.chain = std::move(chain);
  return TellSlips();
}

StatusOr<std::vector<Id>> Quantifier::CloserTo(Id rival) const {
  std::vector<double> reach;
  KITH_ASSIGN_OR_RETURN(const Chain ours, facts_.ChainOf(report_.object, Party(), reach));
  KITH_ASSIGN_OR_RETURN(const Chain theirs, facts_.ChainOf(report_.object, Party{rival, {}}, reach));
  std::vector<Id> closer;
  for (size_t i = 0; i < ours.members.size(); ++i) {
    const ChainMember& member = ours.members[i];
    const bool decides = member.veto || member.approve || std::any_of(member.roles.begin(), member.roles.end(), [](ChainRole role) {
                           return role == ChainRole::kApprover || role == ChainRole::kDecisionMaker || role == ChainRole::kEconomic;
                         });
    if (decides && theirs.members[i].inputs.closeness.value > member.inputs.closeness.value) closer.push_back(member.contact);
  }
  return closer;
}

Status Quantifier::Account() {
  report_.which = Quantification::kAccount;
  KITH_RETURN_IF_ERROR(facts_.Check(report_.object));
  KITH_ASSIGN_OR_RETURN(const AccountFacts facts, AccountFactsOf(facts_, report_.object, party_, options_.relation.contributions));
  report_.account = ScoreAccount(facts);
  report_.score = report_.account->score;
  const std::vector<double> gains = AccountGains(facts);
  for (size_t i = 0; i < gains.size(); ++i) Suggest(facts.people[i].contact, Step::kCloseness, gains[i]);
  KITH_RETURN_IF_ERROR(TellSlips());
  return options_.trend_months > 0 ? Trend() : absl::OkStatus();
}

Status Quantifier::Trend() {
  constexpr double kAlpha = 0.3;
  constexpr int64_t kMonth = 365 * kMicrosPerDay / 12;
  std::optional<double> before;
  for (int month = options_.trend_months; month >= 0; --month) {
    RelationOptions then = options_.relation;
    then.as_of = Time{report_.as_of.micros - month * kMonth};
    const Facts facts(facts_, then);
    KITH_ASSIGN_OR_RETURN(const AccountFacts account, AccountFactsOf(facts, report_.object, party_, false));
    const double score = ScoreAccount(account).score.value;
    if (before) report_.trend = report_.trend ? *report_.trend + kAlpha * (score - *before - *report_.trend) : score - *before;
    before = score;
  }
  return absl::OkStatus();
}

Status Quantifier::Everything() {
  // What only one of ours has is told by everybody's ties.
  KITH_ASSIGN_OR_RETURN(const std::vector<ValuedAccount> accounts, PortfolioOf(facts_, party_.ours() ? Party() : party_));
  if (party_.employees) {
    Employee(accounts);
    return absl::OkStatus();
  }
  report_.which = party_.ours() ? Quantification::kCompany : Quantification::kCompetitor;
  for (const ValuedAccount& account : accounts) {
    const Score score = ScoreAccount(account.facts).score;
    for (double Score::*part : {&Score::value, &Score::confidence, &Score::low, &Score::high}) {
      report_.score.*part += account.share * (score.*part);
    }
    report_.score.contributions.push_back({account.account, account.share, score.value / 100});
  }
  relationship_internal::SortContributions(report_.score);
  if (!party_.ours()) {
    KITH_ASSIGN_OR_RETURN(report_.head_to_head, HeadToHeadWith(facts_, party_.competitor));
    return absl::OkStatus();
  }
  report_.employees = ScoreEmployees(PeopleOf(accounts));
  report_.concentration = Concentration(report_.employees);
  for (EmployeeReport& employee : report_.employees) {
    for (const HandOver& person : employee.hand_over) Suggest(person.contact, Step::kHandOver, 100 * person.exclusive);
    employee.hand_over.clear();
  }
  return absl::OkStatus();
}

// The subject's people taken together as if they were one.
void Quantifier::Employee(const std::vector<ValuedAccount>& accounts) {
  report_.which = Quantification::kEmployee;
  std::vector<ValuedPerson> people = PeopleOf(accounts);
  for (ValuedPerson& person : people) {
    std::vector<double> mine;
    for (const auto& [employee, tie] : person.ties) {
      if (party_.Counts(employee)) mine.push_back(tie);
    }
    std::erase_if(person.ties, [&](const auto& tie) { return party_.Counts(tie.first); });
    if (!mine.empty()) person.ties.emplace_back(report_.subject, NoisyOr(mine));
  }
  std::vector<EmployeeReport> employees = ScoreEmployees(people);
  const auto own = std::find_if(employees.begin(), employees.end(), [&](const auto& e) { return e.employee == report_.subject; });
  if (own != employees.end()) {
    report_.reach = own->reach;
    report_.exclusive = own->exclusive;
    report_.hand_over = std::move(own->hand_over);
  }
  report_.score.value = 100 * report_.reach;
  for (const HandOver& person : report_.hand_over) Suggest(person.contact, Step::kHandOver, 100 * person.exclusive);
  for (const ValuedAccount& account : accounts) {
    double power = 0;
    for (const RosterPerson& person : account.facts.people) power += person.power;
    for (const RosterPerson& person : account.facts.people) {
      std::vector<Score> mine;
      for (const auto& [employee, tie] : person.ties) {
        if (party_.Counts(employee)) mine.push_back(tie);
      }
      const Score all = NoisyOr(std::span<const Score>(mine));
      const double value = account.share * person.power / power;
      if (!mine.empty()) report_.score.contributions.push_back({person.contact, value, all.value});
      report_.score.confidence += value * all.confidence;
      report_.score.low += 100 * value * all.low;
      report_.score.high += 100 * value * all.high;
    }
  }
  relationship_internal::SortContributions(report_.score);
}

}  // namespace

std::string_view NameOf(Quantification which) {
  switch (which) {
    case Quantification::kKeyPerson:
      return "key_person";
    case Quantification::kDecisionChain:
      return "decision_chain";
    case Quantification::kAccount:
      return "account";
    case Quantification::kEmployee:
      return "employee";
    case Quantification::kCompany:
      return "company";
    case Quantification::kCompetitor:
      return "competitor";
  }
  return {};
}

std::string_view NameOf(Step step) {
  switch (step) {
    case Step::kSolution:
      return "solution";
    case Step::kPrice:
      return "price";
    case Step::kCloseness:
      return "closeness";
    case Step::kHandOver:
      return "hand_over";
  }
  return {};
}

StatusOr<RelationReport> Quantify(const Snapshot& snapshot, Id subject, Id object, const QuantifyOptions& options) {
  return Quantifier(snapshot, subject, object, options).Run();
}

}  // namespace kith::insight
