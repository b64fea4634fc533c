#include "kith/insight/relations.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>

namespace kith::insight {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

// How much a superior has to say with a subordinate; an influence has its strength times its confidence.
constexpr double kReportsTo = 0.3;
constexpr double kReportsToDotted = 0.15;

// Records of one type, with fields by name; a field that the catalog lacks reads as null.
class Fields {
 public:
  Fields(const TypeDef& type, record::View view) : type_(type), view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] Id Ref(std::string_view name) const { return Has(name) ? view_.GetRef(type_.FindField(name)->position) : Id(); }
  [[nodiscard]] int64_t Int(std::string_view name) const { return Has(name) ? view_.GetInt(type_.FindField(name)->position) : 0; }
  [[nodiscard]] bool Bool(std::string_view name) const { return Has(name) && view_.GetBool(type_.FindField(name)->position); }
  [[nodiscard]] double Double(std::string_view name, double otherwise) const {
    return Has(name) ? view_.GetDouble(type_.FindField(name)->position) : otherwise;
  }
  [[nodiscard]] std::string_view Choice(std::string_view name) const {
    const catalog::ChoiceDef* choice = Has(name) ? type_.FindField(name)->FindChoice(static_cast<int32_t>(Int(name))) : nullptr;
    return choice == nullptr ? std::string_view() : std::string_view(choice->name);
  }
  [[nodiscard]] bool Has(std::string_view name) const {
    const FieldDef* field = type_.FindField(name);
    return field != nullptr && view_.has(field->position);
  }

 private:
  const TypeDef& type_;
  record::View view_;
};

template <typename Enum>
Enum FromName(std::string_view name, std::initializer_list<std::pair<std::string_view, Enum>> names, Enum otherwise) {
  for (const auto& [known, value] : names) {
    if (known == name) return value;
  }
  return otherwise;
}

InteractionKind KindFrom(std::string_view name) {
  using enum InteractionKind;
  return FromName(name,
                  {{"meeting", kMeeting},
                   {"visit", kVisit},
                   {"video", kVideo},
                   {"call", kCall},
                   {"chat", kChat},
                   {"mail", kMail},
                   {"mass_mail", kMassMail},
                   {"material_sent", kMaterial},
                   {"material_viewed", kMaterial},
                   {"dinner", kDinner}},
                  kOther);
}

EvidenceSource SourceFrom(std::string_view name) {
  using enum EvidenceSource;
  return FromName(name,
                  {{"measured", kMeasured}, {"document", kDocument}, {"said_by_customer", kSaidByCustomer}, {"third_party", kThirdParty}},
                  kRepOpinion);
}

ChainRole RoleFrom(std::string_view name) {
  for (int number = 1; number <= static_cast<int>(ChainRole::kBlocker); ++number) {
    if (NameOf(static_cast<ChainRole>(number)) == name) return static_cast<ChainRole>(number);
  }
  return ChainRole::kNone;
}

class Facts {
 public:
  Facts(const Snapshot& snapshot, const RelationOptions& options)
      : snapshot_(snapshot), options_(options), as_of_(options.as_of.value_or(snapshot.recorded())) {}

  StatusOr<std::vector<EmployeeTie>> Ties(Id contact) const;
  StatusOr<PersonReport> Person(Id contact, Id party) const;
  StatusOr<ChainReport> ChainOf(Id deal, Id party) const;

 private:
  using Visit = std::function<void(const Fields&)>;
  // Every record of the type whose reference `field` is `to`, as known at the moment asked for and valid then.
  Status ForEach(std::string_view type, std::string_view field, Id to, const Visit& visit) const;
  StatusOr<StanceInputs> Inputs(Id contact, Id party, std::span<const EmployeeTie> ties) const;
  Status AddMembers(Id deal, Chain& chain) const;
  Status AddLines(Chain& chain) const;
  [[nodiscard]] bool IsValid(const Fields& record) const;

  const Snapshot& snapshot_;
  const RelationOptions& options_;
  Time as_of_;
};

bool Facts::IsValid(const Fields& record) const {
  const int64_t today = DateOf(as_of_).days;
  return !(record.Has("valid_from") && today < record.Int("valid_from")) && !(record.Has("valid_to") && today >= record.Int("valid_to"));
}

Status Facts::ForEach(std::string_view type_name, std::string_view field_name, Id to, const Visit& visit) const {
  const TypeDef* type = snapshot_.catalog().FindType(type_name);
  const FieldDef* field = type == nullptr ? nullptr : type->FindField(field_name);
  const catalog::IndexDef* index = field == nullptr ? nullptr : type->FindIndexLedBy(static_cast<int32_t>(field->position));
  if (index == nullptr) {
    return MakeError(
        {.reason = Reason::kPackageMissing, .type = std::string(type_name), .hint = "open the database with model::OpenDatabase"},
        "the database has no facts of relationships");
  }
  IndexRange range;
  range.equal.emplace_back(to);
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_.ScanIndex(*type, *index, range));
  while (cursor->Next()) {
    if (!options_.recorded) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      const Fields fields(*type, view);
      if (IsValid(fields)) visit(fields);
      continue;
    }
    const StatusOr<Record> past = snapshot_.GetAsOf(cursor->id(), {.effective = kTimeMax, .recorded = *options_.recorded});
    if (absl::IsNotFound(past.status())) continue;
    KITH_RETURN_IF_ERROR(past.status());
    const Fields fields(*type, past->view());
    if (fields.Ref(field_name) == to && IsValid(fields)) visit(fields);
  }
  return cursor->status();
}

StatusOr<std::vector<EmployeeTie>> Facts::Ties(Id contact) const {
  std::map<Id, std::vector<Interaction>> by_employee;
  KITH_RETURN_IF_ERROR(ForEach("interaction", "contact", contact, [&](const Fields& record) {
    Interaction interaction;
    interaction.id = record.id();
    interaction.employee = record.Ref("employee");
    interaction.contact = contact;
    interaction.kind = KindFrom(record.Choice("kind"));
    interaction.direction = FromName(record.Choice("direction"), {{"in", Direction::kIn}, {"mutual", Direction::kMutual}}, Direction::kOut);
    if (record.Has("minutes")) interaction.minutes = record.Int("minutes");
    interaction.at = Time{record.Int("at")};
    if (!interaction.employee.is_null() && interaction.at <= as_of_) by_employee[interaction.employee].push_back(interaction);
  }));
  std::vector<EmployeeTie> ties;
  ties.reserve(by_employee.size());
  for (const auto& [employee, interactions] : by_employee) ties.push_back({employee, TieStrength(interactions, as_of_, options_.tie)});
  std::stable_sort(ties.begin(), ties.end(), [](const EmployeeTie& a, const EmployeeTie& b) { return a.tie.value > b.tie.value; });
  return ties;
}

StatusOr<StanceInputs> Facts::Inputs(Id contact, Id party, std::span<const EmployeeTie> ties) const {
  std::map<std::string, std::vector<Evidence>, std::less<>> by_dimension;
  KITH_RETURN_IF_ERROR(ForEach("evidence", "subject", contact, [&](const Fields& record) {
    if (record.Ref("party") != party) return;
    by_dimension[std::string(record.Choice("dimension"))].push_back({record.id(), record.Double("value", 0), record.Double("confidence", 1),
                                                                     SourceFrom(record.Choice("source")), Time{record.Int("at")}});
  }));
  StanceInputs inputs;
  inputs.solution = EstimateEvidence(by_dimension["solution"], as_of_, options_.evidence);
  inputs.price = EstimateEvidence(by_dimension["price"], as_of_, options_.evidence);
  if (party.is_null()) {
    std::vector<Score> ours;
    ours.reserve(ties.size());
    for (const EmployeeTie& tie : ties) ours.push_back(tie.tie);
    inputs.closeness = ours.empty() ? TieStrength({}, as_of_, options_.tie) : NoisyOr(ours);
    return inputs;
  }
  inputs.closeness = EstimateEvidence(by_dimension["closeness"], as_of_, options_.evidence);
  for (double* part : {&inputs.closeness.value, &inputs.closeness.low, &inputs.closeness.high}) *part = std::max(0.0, *part);
  return inputs;
}

StatusOr<PersonReport> Facts::Person(Id contact, Id party) const {
  KITH_RETURN_IF_ERROR(snapshot_.Get(contact).status());
  PersonReport report;
  report.contact = contact;
  KITH_ASSIGN_OR_RETURN(report.ties, Ties(contact));
  KITH_ASSIGN_OR_RETURN(report.inputs, Inputs(contact, party, report.ties));
  report.stance = Stance(report.inputs, options_.chain.stance);
  report.score = DisplayScore(report.stance.value);
  report.light = LightOf(report.score);
  return report;
}

// One member a person, with all the roles that person has.
Status Facts::AddMembers(Id deal, Chain& chain) const {
  return ForEach("contact_role", "opportunity", deal, [&](const Fields& record) {
    const Id contact = record.Ref("contact");
    auto at = std::find_if(chain.members.begin(), chain.members.end(), [&](const ChainMember& m) { return m.contact == contact; });
    if (at == chain.members.end()) {
      at = chain.members.emplace(chain.members.end());
      at->contact = contact;
    }
    if (record.Has("role")) at->roles.push_back(RoleFrom(record.Choice("role")));
    at->veto = at->veto || record.Bool("veto");
    at->approve = at->approve || record.Bool("approve");
    const auto political =
        FromName(record.Choice("political"),
                 {{"inner_circle", Political::kInnerCircle}, {"political_structure", Political::kPoliticalStructure}}, Political::kNone);
    if (political == Political::kInnerCircle || at->political == Political::kNone) at->political = political;
  });
}

Status Facts::AddLines(Chain& chain) const {
  std::map<Id, size_t> positions;
  for (size_t i = 0; i < chain.members.size(); ++i) positions[chain.members[i].contact] = i;
  const auto add = [&](Id from, size_t to, double weight) {
    const auto found = positions.find(from);
    if (found != positions.end() && found->second != to && weight > 0) chain.lines.push_back({found->second, to, weight});
  };
  for (size_t to = 0; to < chain.members.size(); ++to) {
    const Id contact = chain.members[to].contact;
    const StatusOr<record::View> view = snapshot_.Get(contact);
    if (view.ok()) add(Fields(*snapshot_.catalog().FindType(contact.type()), *view).Ref("reports_to"), to, kReportsTo);
    KITH_RETURN_IF_ERROR(
        ForEach("dotted_line", "contact", contact, [&](const Fields& line) { add(line.Ref("superior"), to, kReportsToDotted); }));
    KITH_RETURN_IF_ERROR(ForEach("influence", "on", contact, [&](const Fields& line) {
      add(line.Ref("contact"), to, line.Double("strength", 0.5) * line.Double("confidence", 1));
    }));
  }
  return absl::OkStatus();
}

StatusOr<ChainReport> Facts::ChainOf(Id deal, Id party) const {
  KITH_RETURN_IF_ERROR(snapshot_.Get(deal).status());
  Chain chain;
  KITH_RETURN_IF_ERROR(AddMembers(deal, chain));
  KITH_RETURN_IF_ERROR(AddLines(chain));
  std::vector<double> reach;
  for (ChainMember& member : chain.members) {
    KITH_ASSIGN_OR_RETURN(const std::vector<EmployeeTie> ties, Ties(member.contact));
    KITH_ASSIGN_OR_RETURN(member.inputs, Inputs(member.contact, party, ties));
    std::vector<double> strengths;
    strengths.reserve(ties.size());
    for (const EmployeeTie& tie : ties) strengths.push_back(tie.tie.value);
    reach.push_back(NoisyOr(strengths));
  }
  return ScoreChain(chain, reach, options_.chain);
}

}  // namespace

StatusOr<std::vector<EmployeeTie>> ReadTies(const Snapshot& snapshot, Id contact, const RelationOptions& options) {
  return Facts(snapshot, options).Ties(contact);
}

StatusOr<PersonReport> ReadPerson(const Snapshot& snapshot, Id contact, Id party, const RelationOptions& options) {
  return Facts(snapshot, options).Person(contact, party);
}

StatusOr<ChainReport> ReadChain(const Snapshot& snapshot, Id deal, Id party, const RelationOptions& options) {
  return Facts(snapshot, options).ChainOf(deal, party);
}

}  // namespace kith::insight
