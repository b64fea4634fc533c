#include <algorithm>
#include <cstdlib>
#include <utility>

#include "insight/relationship/facts_internal.h"
#include "kith/model/employment.h"
#include "kith/model/model.h"

namespace kith::insight::relationship_internal {
namespace {

using catalog::BehaviourDef;
using catalog::FieldDef;
using catalog::TypeDef;

// How much a superior has to say with a subordinate; an influence has its strength times its confidence.
constexpr double kReportsTo = 0.3;
constexpr double kReportsToDotted = 0.15;
constexpr double kInfluence = 0.5;  // of an influence whose strength nobody gave

template <typename Enum>
Enum FromName(std::string_view name, std::initializer_list<std::pair<std::string_view, Enum>> names, Enum otherwise) {
  for (const auto& [known, value] : names) {
    if (known == name) return value;
  }
  return otherwise;
}

ChainRole RoleFrom(std::string_view name) {
  for (int number = 1; number <= static_cast<int>(ChainRole::kBlocker); ++number) {
    if (NameOf(static_cast<ChainRole>(number)) == name) return static_cast<ChainRole>(number);
  }
  return ChainRole::kNone;
}

Interaction From(const model::InteractionRecord& record) {
  const Direction direction = record.mutual ? Direction::kMutual : record.from_them ? Direction::kIn : Direction::kOut;
  return {record.id, record.employee, record.contact, record.kind, direction, record.minutes, record.externals, record.at};
}

}  // namespace

EvidenceSource SourceFrom(std::string_view name) {
  using enum EvidenceSource;
  return FromName(name,
                  {{"measured", kMeasured}, {"document", kDocument}, {"said_by_customer", kSaidByCustomer}, {"third_party", kThirdParty}},
                  kRepOpinion);
}

void TakeStake(const Played& stake, ChainMember& member) {
  if (stake.Has("role")) member.roles.push_back(RoleFrom(stake.Choice("role")));
  member.veto = member.veto || stake.Bool("veto");
  member.approve = member.approve || stake.Bool("approve");
  const auto political =
      FromName(stake.Choice("political"),
               {{"inner_circle", Political::kInnerCircle}, {"political_structure", Political::kPoliticalStructure}}, Political::kNone);
  if (political == Political::kInnerCircle || member.political == Political::kNone) member.political = political;
}

const FieldDef* Played::Find(std::string_view role) const {
  const auto at = behaviour_.roles.find(role);
  const FieldDef* field = at == behaviour_.roles.end() ? nullptr : type_.FindField(at->second);
  return field != nullptr && view_.has(field->position) ? field : nullptr;
}

Id Played::Ref(std::string_view role) const {
  const FieldDef* field = Find(role);
  return field == nullptr || field->kind != Kind::kRef ? Id() : view_.GetRef(field->position);
}

int64_t Played::Int(std::string_view role) const {
  const FieldDef* field = Find(role);
  return field == nullptr ? 0 : view_.GetInt(field->position);
}

std::optional<Time> Played::At(std::string_view role) const {
  const FieldDef* field = Find(role);
  if (field == nullptr) return std::nullopt;
  const int64_t value = view_.GetInt(field->position);
  return field->kind == Kind::kDate ? StartOf(Date{static_cast<int32_t>(value)}) : Time{value};
}

std::optional<Date> Played::On(std::string_view role, const query::Days& days) const {
  const FieldDef* field = Find(role);
  if (field == nullptr) return std::nullopt;
  const int64_t value = view_.GetInt(field->position);
  return field->kind == Kind::kDate ? Date{static_cast<int32_t>(value)} : days.DateOf(Time{value});
}

bool Played::Bool(std::string_view role, bool otherwise) const {
  const FieldDef* field = Find(role);
  return field == nullptr ? otherwise : view_.GetBool(field->position);
}

double Played::Double(std::string_view role, double otherwise) const {
  const FieldDef* field = Find(role);
  return field == nullptr ? otherwise : view_.GetDouble(field->position);
}

Money Played::Amount(std::string_view role) const {
  const FieldDef* field = Find(role);
  return field == nullptr ? Money() : view_.GetMoney(field->position);
}

std::string_view Played::Text(std::string_view role) const {
  const FieldDef* field = Find(role);
  return field == nullptr || field->kind != Kind::kText ? std::string_view() : view_.GetText(field->position);
}

std::string_view Played::Choice(std::string_view role) const {
  const FieldDef* field = Find(role);
  if (field == nullptr || field->kind != Kind::kChoice) return {};
  const catalog::ChoiceDef* choice = field->FindChoice(static_cast<int32_t>(view_.GetInt(field->position)));
  return choice == nullptr ? std::string_view() : std::string_view(choice->name);
}

bool Party::Counts(Id employee) const { return !employees || std::binary_search(employees->begin(), employees->end(), employee); }

bool Facts::IsValid(const Played& record) const {
  return record.At("valid_from").value_or(as_of_) <= as_of_ && as_of_ < record.At("valid_to").value_or(kTimeMax);
}

Status Facts::ForEach(std::string_view behaviour, std::string_view role, Id to, const Visit& visit) const {
  for (const TypeDef* type : snapshot_.catalog().TypesWith(behaviour)) {
    const FieldDef* field = type->FindRole(behaviour, role);
    if (field == nullptr) continue;
    const BehaviourDef& roles = *type->FindBehaviour(behaviour);
    const auto look = [&](record::View view) {
      const Played record(*type, roles, view);
      if (IsValid(record)) visit(record);
      return absl::OkStatus();
    };
    KITH_RETURN_IF_ERROR(options_.recorded ? ForEachThen(snapshot_, *type, *field, to, *options_.recorded, *former_, look)
                                           : ForEachWith(snapshot_, *type, *field, Value(to), look));
  }
  return absl::OkStatus();
}

Status Facts::Check(Id id) const { return options_.recorded ? snapshot_.GetAsOf(id, Known()).status() : snapshot_.Get(id).status(); }

Status Facts::ForEachOf(const TypeDef& type, const std::function<Status(Id)>& visit) const {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_.Scan(type.name));
  while (cursor->Next()) KITH_RETURN_IF_ERROR(visit(cursor->id()));
  KITH_RETURN_IF_ERROR(cursor->status());
  if (!options_.recorded) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const std::vector<Id> deleted, former_->Deleted(type));
  for (const Id id : deleted) {
    if (!snapshot_.Get(id).ok()) KITH_RETURN_IF_ERROR(visit(id));  // what was restored has been visited
  }
  return absl::OkStatus();
}

std::optional<Played> Facts::Find(Id id, std::string_view behaviour) const {
  const TypeDef* type = snapshot_.catalog().FindType(id.type());
  const BehaviourDef* roles = type == nullptr ? nullptr : type->FindBehaviour(behaviour);
  if (roles == nullptr) return std::nullopt;
  const StatusOr<record::View> view = snapshot_.Get(id);
  if (!view.ok()) return std::nullopt;
  return Played(*type, *roles, *view);
}

std::optional<Held> Facts::Then(Id id, std::string_view behaviour) const {
  const TypeDef* type = snapshot_.catalog().FindType(id.type());
  const BehaviourDef* roles = type == nullptr ? nullptr : type->FindBehaviour(behaviour);
  if (roles == nullptr) return std::nullopt;
  const auto held = [&](Record record, bool later) {
    return Held{Played(*type, *roles, std::make_shared<const Record>(std::move(record))), later};
  };
  const std::optional<Played> now = options_.recorded ? std::nullopt : Find(id, behaviour);
  if (!options_.recorded && !now) return std::nullopt;
  if (now && !IsPast()) return Held{*now};
  StatusOr<Record> then = snapshot_.GetAsOf(id, {.effective = as_of_, .recorded = options_.recorded.value_or(kTimeMax)});
  if (then.ok()) return held(*std::move(then), false);
  if (now) return Held{*now, true};
  then = snapshot_.GetAsOf(id, Known());
  return then.ok() ? std::optional(held(*std::move(then), true)) : std::nullopt;
}

bool Facts::IsOpenDeal(const Held& deal) const {
  if (deal.record.Has("closed_at") && deal.record.Int("closed_at") <= as_of_.micros) return false;
  if (!deal.later) return true;
  const StatusOr<std::vector<model::MoveRecord>> moves = model::GetMoves(snapshot_, deal.record.id());
  return moves.ok() && !moves->empty() && moves->front().at <= as_of_;
}

bool Facts::IsOpenTicket(const Held& ticket) const {
  if (ticket.record.At("opened_at").value_or(Time{ticket.record.view().header().created}) > as_of_) return false;
  if (const std::optional<Time> resolved = ticket.record.At("resolved_at")) return *resolved > as_of_;
  const std::string_view status = ticket.record.Choice("status");
  return status != "resolved" && status != "closed";
}

Status Facts::ForEachPersonOf(Id organisation, const VisitPerson& visit) const {
  KITH_ASSIGN_OR_RETURN(const std::vector<model::Stay> stays, model::StaysIn(snapshot_, organisation, options_.recorded, former_.get()));
  Id last;
  for (const model::Stay& stay : stays) {
    if (stay.person == last || !stay.Holds(as_of_) || !IsPerson(stay.person)) continue;
    last = stay.person;
    if (const std::optional<Held> person = Then(stay.person, "party")) KITH_RETURN_IF_ERROR(visit(person->record));
  }
  return absl::OkStatus();
}

StatusOr<std::vector<Id>> Facts::OrganisationsOf(Id person) const {
  KITH_ASSIGN_OR_RETURN(const std::vector<model::Stay> stays, model::StaysOf(snapshot_, person, options_.recorded, former_.get()));
  std::vector<Id> organisations;
  for (auto stay = stays.rbegin(); stay != stays.rend(); ++stay) {  // the one that the person names comes last
    const bool told = std::find(organisations.begin(), organisations.end(), stay->organisation) != organisations.end();
    if (stay->Holds(as_of_) && !told) organisations.push_back(stay->organisation);
  }
  return organisations;
}

std::string Facts::NameOf(Id id) const {
  for (const std::string_view behaviour : {"party", "pipelined"}) {
    const std::optional<Played> named = Find(id, behaviour);
    if (named && named->Has("name")) return std::string(named->Text("name"));
  }
  const TypeDef* type = snapshot_.catalog().FindType(id.type());
  const StatusOr<record::View> view = snapshot_.Get(id);
  if (type == nullptr || !view.ok()) return {};
  for (const FieldDef& field : type->fields) {
    if (field.kind == Kind::kText && view->has(field.position)) return std::string(view->GetText(field.position));
  }
  return {};
}

bool Facts::IsReferred(Id id, std::string_view behaviour, std::string_view role) const {
  const TypeDef* own = snapshot_.catalog().FindType(id.type());
  if (own == nullptr) return false;
  for (const TypeDef* type : snapshot_.catalog().TypesWith(behaviour)) {
    const FieldDef* field = type->FindRole(behaviour, role);
    if (field == nullptr || type == own) continue;
    if (std::find(field->refers_to.begin(), field->refers_to.end(), own->name) != field->refers_to.end()) return true;
  }
  return false;
}

bool Facts::IsPerson(Id id) const { return IsReferred(id, "interaction", "contact") || IsReferred(id, "evidence", "subject"); }
bool Facts::IsOrganisation(Id id) const { return IsReferred(id, "party", "organisation"); }
bool Facts::IsDeal(Id id) const {
  const TypeDef* type = snapshot_.catalog().FindType(id.type());
  return type != nullptr && type->FindBehaviour("pipelined") != nullptr;
}
bool Facts::IsOurs(Id id) const {
  const TypeDef* type = snapshot_.catalog().FindType(id.type());
  return type != nullptr && type->FindBehaviour("member") != nullptr && type->FindRole("member", "member") == nullptr;
}

bool Facts::IsActive(Id id) const {
  const auto [known, added] = active_.try_emplace(id, true);
  if (!added || !IsOurs(id)) return known->second;
  const TypeDef& type = *snapshot_.catalog().FindType(id.type());
  const BehaviourDef& roles = *type.FindBehaviour("member");
  if (!options_.as_of && !options_.recorded) {
    const StatusOr<record::View> view = snapshot_.Get(id);
    if (view.ok()) known->second = Played(type, roles, *view).Bool("active", true);
    return known->second;
  }
  const StatusOr<Record> then = snapshot_.GetAsOf(id, {.effective = as_of_, .recorded = options_.recorded.value_or(kTimeMax)});
  if (then.ok()) known->second = Played(type, roles, then->view()).Bool("active", true);
  return known->second;
}

uint32_t Facts::WaysOf(Id id) const {
  const auto [known, added] = ways_.try_emplace(id, UINT32_MAX);
  if (!added || !IsOurs(id)) return known->second;
  const std::optional<Played> member = Find(id, "member");
  const FieldDef* sells = member.has_value() ? member->Find("sells") : nullptr;
  if (sells == nullptr) return known->second;
  uint32_t ways = 0;
  for (size_t i = 0; i < member->view().GetSize(sells->position); ++i) {
    const catalog::ChoiceDef* choice = sells->FindChoice(member->view().GetChoiceItem(sells->position, i).number);
    const std::optional<model::Selling> way = choice == nullptr ? std::nullopt : model::SellingFromName(choice->name);
    if (way.has_value()) ways |= 1U << static_cast<uint32_t>(*way);
  }
  return known->second = ways;
}

// Of a past moment each record is asked once what it named then, since what names a group now need not have.
Status Facts::ForEachIn(std::string_view behaviour, std::string_view role, Id group, const Visit& visit) const {
  if (!IsPast()) return ForEach(behaviour, role, group, visit);
  const auto [named, added] = named_then_.try_emplace(std::string(behaviour));
  for (const TypeDef* type : added ? snapshot_.catalog().TypesWith(behaviour) : std::vector<const TypeDef*>()) {
    KITH_RETURN_IF_ERROR(ForEachOf(*type, [&, into = &named->second](Id id) {
      const std::optional<Held> then = Then(id, behaviour);
      if (then && then->record.Has(role) && IsValid(then->record)) (*into)[then->record.Ref(role)].push_back(then->record);
      return absl::OkStatus();
    }));
  }
  const auto found = named->second.find(group);
  if (found == named->second.end()) return absl::OkStatus();
  for (const Played& record : found->second) visit(record);
  return absl::OkStatus();
}

Status Facts::AddGroup(Id group, std::vector<Id>& employees, std::vector<Id>& seen) const {
  if (std::find(seen.begin(), seen.end(), group) != seen.end()) return absl::OkStatus();
  seen.push_back(group);
  KITH_RETURN_IF_ERROR(ForEachIn("member", "group", group, [&](const Played& member) {
    employees.push_back(member.type().FindRole("member", "member") == nullptr ? member.id() : member.Ref("member"));
  }));
  std::vector<Id> below;
  KITH_RETURN_IF_ERROR(ForEachIn("group", "parent", group, [&](const Played& child) { below.push_back(child.id()); }));
  for (const Id child : below) KITH_RETURN_IF_ERROR(AddGroup(child, employees, seen));
  return absl::OkStatus();
}

StatusOr<Party> Facts::PartyOf(Id subject) const {
  Party party;
  if (subject.is_null()) return party;
  KITH_RETURN_IF_ERROR(Check(subject));
  if (IsOurs(subject)) {
    party.employees = {subject};
    return party;
  }
  if (Then(subject, "group")) {
    std::vector<Id> seen;
    KITH_RETURN_IF_ERROR(AddGroup(subject, party.employees.emplace(), seen));
    std::sort(party.employees->begin(), party.employees->end());
    party.employees->erase(std::unique(party.employees->begin(), party.employees->end()), party.employees->end());
    return party;
  }
  if (!IsReferred(subject, "evidence", "party") && !IsReferred(subject, "rival", "competitor")) {
    return MakeError({.reason = Reason::kBadOptions,
                      .type = snapshot_.catalog().FindType(subject.type())->name,
                      .record = subject,
                      .field = "subject",
                      .hint = "give one of ours, a team, a competitor, or nothing for the whole firm"},
                     "a record of this type has no relations of its own");
  }
  party.competitor = subject;
  return party;
}

StatusOr<std::vector<EmployeeTie>> Facts::Ties(Id contact, bool contributions) const {
  std::vector<EmployeeTie> ties;
  const bool rows = !contributions && !options_.recorded && options_.tie.half_life_days == static_cast<double>(model::kTieHalfLifeDays);
  if (rows) {
    KITH_ASSIGN_OR_RETURN(const std::vector<model::PairTie> pairs, model::TiesOfContact(snapshot_, contact, as_of_));
    for (const model::PairTie& pair : pairs) {
      ties.push_back({pair.employee, TieStrength(pair.sums, options_.tie), IsActive(pair.employee), CoverageOf(pair.sums)});
    }
  } else {
    std::map<Id, std::vector<Interaction>> by_employee;
    KITH_RETURN_IF_ERROR(ForEach("interaction", "contact", contact, [&](const Played& record) {
      const std::optional<model::InteractionRecord> read = model::ReadInteraction(record.type(), record.view());
      if (read && !read->employee.is_null() && read->at <= as_of_) by_employee[read->employee].push_back(From(*read));
    }));
    for (const auto& [employee, interactions] : by_employee) {
      ties.push_back({employee, TieStrength(interactions, as_of_, options_.tie), IsActive(employee), CoverageOf(interactions, as_of_)});
    }
  }
  std::stable_sort(ties.begin(), ties.end(), [](const EmployeeTie& a, const EmployeeTie& b) { return a.tie.value > b.tie.value; });
  return ties;
}

Status Facts::ForEachEvidence(Id contact, Id competitor, const VisitEvidence& visit) const {
  return ForEach("evidence", "subject", contact, [&](const Played& record) {
    if (record.Ref("party") != competitor) return;
    visit(record.Choice("dimension"), {record.id(), record.Double("value", 0), record.Double("confidence", 1),
                                       SourceFrom(record.Choice("source")), Time{record.Int("at")}});
  });
}

StatusOr<StanceInputs> Facts::Inputs(Id contact, const Party& party, std::span<const EmployeeTie> ties) const {
  std::map<std::string, std::vector<Evidence>, std::less<>> by_dimension;
  KITH_RETURN_IF_ERROR(ForEachEvidence(contact, party.competitor, [&](std::string_view dimension, const Evidence& evidence) {
    by_dimension[std::string(dimension)].push_back(evidence);
  }));
  StanceInputs inputs;
  inputs.solution = EstimateEvidence(by_dimension["solution"], as_of_, options_.evidence);
  inputs.price = EstimateEvidence(by_dimension["price"], as_of_, options_.evidence);
  if (party.ours()) {
    std::vector<Score> usable;
    for (const EmployeeTie& tie : ties) {
      if (tie.active && party.Counts(tie.employee)) usable.push_back(tie.tie);
    }
    inputs.closeness = usable.empty() ? TieStrength(std::span<const Interaction>(), as_of_, options_.tie) : insight::NoisyOr(usable);
    return inputs;
  }
  inputs.closeness = EstimateEvidence(by_dimension["closeness"], as_of_, options_.evidence);
  for (double* part : {&inputs.closeness.value, &inputs.closeness.low, &inputs.closeness.high}) *part = std::max(0.0, *part);
  return inputs;
}

StatusOr<PersonReport> Facts::Person(Id contact, const Party& party, bool contributions) const {
  KITH_RETURN_IF_ERROR(Check(contact));
  PersonReport report;
  report.contact = contact;
  KITH_ASSIGN_OR_RETURN(report.ties, Ties(contact, contributions));
  KITH_ASSIGN_OR_RETURN(report.inputs, Inputs(contact, party, report.ties));
  report.stance = Stance(report.inputs, options_.chain.stance);
  report.score = DisplayScore(report.stance.value);
  report.light = LightOf(report.score);
  return report;
}

// One member a person, with all the roles that person has.
Status Facts::AddMembers(Id deal, Chain& chain) const {
  return ForEach("stake", "deal", deal, [&](const Played& record) {
    const Id contact = record.Ref("person");
    auto at = std::find_if(chain.members.begin(), chain.members.end(), [&](const ChainMember& m) { return m.contact == contact; });
    if (at == chain.members.end()) {
      at = chain.members.emplace(chain.members.end());
      at->contact = contact;
    }
    TakeStake(record, *at);
  });
}

Status Facts::ForEachLineTo(Id contact, const VisitLine& visit) const {
  if (const std::optional<Held> person = Then(contact, "party"); person && person->record.Has("superior")) {
    visit({LineKind::kSuperior, person->record.Ref("superior"), kReportsTo, contact});
  }
  KITH_RETURN_IF_ERROR(ForEach("reporting", "person", contact, [&](const Played& line) {
    visit({LineKind::kDotted, line.Ref("superior"), kReportsToDotted, line.id()});
  }));
  return ForEach("influence", "to", contact, [&](const Played& line) {
    visit({LineKind::kInfluence, line.Ref("from"), line.Double("strength", kInfluence) * line.Double("confidence", 1), line.id()});
  });
}

Status Facts::AddLines(Chain& chain) const {
  std::map<Id, size_t> positions;
  for (size_t i = 0; i < chain.members.size(); ++i) positions[chain.members[i].contact] = i;
  for (size_t to = 0; to < chain.members.size(); ++to) {
    KITH_RETURN_IF_ERROR(ForEachLineTo(chain.members[to].contact, [&](const Line& line) {
      const auto found = positions.find(line.from);
      if (found != positions.end() && found->second != to && line.weight > 0) chain.lines.push_back({found->second, to, line.weight});
    }));
  }
  return absl::OkStatus();
}

StatusOr<Chain> Facts::ChainOf(Id deal, const Party& party, std::vector<double>& reach) const {
  KITH_RETURN_IF_ERROR(Check(deal));
  Chain chain;
  KITH_RETURN_IF_ERROR(AddMembers(deal, chain));
  KITH_RETURN_IF_ERROR(AddLines(chain));
  for (ChainMember& member : chain.members) {
    KITH_ASSIGN_OR_RETURN(const std::vector<EmployeeTie> ties, Ties(member.contact));
    KITH_ASSIGN_OR_RETURN(member.inputs, Inputs(member.contact, party, ties));
    std::vector<double> strengths;
    for (const EmployeeTie& tie : ties) {
      if (tie.active) strengths.push_back(tie.tie.value);
    }
    reach.push_back(insight::NoisyOr(strengths));
  }
  return chain;
}

StatusOr<ChainReport> Facts::ScoreOf(Id deal, const Party& party) const {
  std::vector<double> reach;
  KITH_ASSIGN_OR_RETURN(const Chain chain, ChainOf(deal, party, reach));
  return ScoreChain(chain, reach, options_.chain);
}

}  // namespace kith::insight::relationship_internal
