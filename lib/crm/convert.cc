// Converting: one batch that makes a person, an organisation and a deal of a record, or fills those that are there, and takes along what
// happened with it.
#include "kith/crm/convert.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "kith/base/concat.h"
#include "kith/engine/referring.h"
#include "kith/model/model.h"

namespace kith::crm {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kConvertible = "convertible";
constexpr std::string_view kMapType = "conversion_map";
constexpr std::string_view kQualified = "qualified";
constexpr std::string_view kOwnSystems = "kith.";

using Visit = std::function<Status(record::View view)>;
// Records whose reference names `target`.
Status ForEachReferring(const Snapshot& snapshot, const TypeDef& type, const FieldDef* field, Id target, const Visit& visit) {
  return field == nullptr ? absl::OkStatus() : ForEachWith(snapshot, type, *field, Value(target), visit);
}

bool MayRefer(const FieldDef& field, const TypeDef& type) {
  return field.refers_to.empty() || std::find(field.refers_to.begin(), field.refers_to.end(), type.name) != field.refers_to.end();
}

// --- values

std::string CutTo(const std::string& text, size_t characters) {
  size_t at = 0;
  for (size_t left = characters; at < text.size(); ++at) {
    const bool starts = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (starts && left-- == 0) break;
  }
  return text.substr(0, at);
}

// A choice of another field by its name.
std::optional<Choice> SameChoice(const FieldDef& from, Choice choice, const FieldDef& to) {
  const catalog::ChoiceDef* one = from.FindChoice(choice.number);
  const catalog::ChoiceDef* other = one == nullptr ? nullptr : to.FindChoice(one->name);
  return other == nullptr || other->retired ? std::nullopt : std::optional(Choice{other->number});
}

// The value in the form of another field; null where it has none there.
Value CarriedTo(const FieldDef& to, const FieldDef& from, const Value& value) {
  if (value.is_null()) return {};
  if (from.kind == Kind::kChoice && to.kind == Kind::kChoice) {
    const std::optional<Choice> same = SameChoice(from, value.get<Choice>(), to);
    return same.has_value() ? Value(*same) : Value();
  }
  if (from.kind == Kind::kChoiceSet && to.kind == Kind::kChoiceSet) {
    ChoiceSet all;
    for (const Choice choice : value.get<ChoiceSet>()) {
      const std::optional<Choice> same = SameChoice(from, choice, to);
      if (!same.has_value()) return {};
      all.push_back(*same);
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  if (from.kind == Kind::kChoice && to.kind == Kind::kText) {
    const catalog::ChoiceDef* choice = from.FindChoice(value.get<Choice>().number);
    return choice == nullptr ? Value() : Value(choice->name);
  }
  if (from.kind != to.kind || (from.kind == Kind::kDecimal && from.scale > to.scale)) return {};
  if (to.kind == Kind::kText && to.max_length > 0) return CutTo(value.get<std::string>(), to.max_length);
  return value;
}

// --- what a type says of converting

struct Roles {
  const TypeDef* type = nullptr;
  const FieldDef *person = nullptr, *organisation = nullptr, *deal = nullptr, *at = nullptr, *status = nullptr;

  static StatusOr<Roles> Of(const TypeDef& type, Id record) {
    if (type.FindBehaviour(kConvertible) == nullptr) {
      return MakeError(
          {.reason = Reason::kUnknownBehaviour, .type = type.name, .record = record, .hint = "give the type the behaviour convertible"},
          "records of the type are not converted");
    }
    const auto role = [&](std::string_view name) { return type.FindRole(kConvertible, name); };
    return Roles{&type, role("person"), role("organisation"), role("deal"), role("at"), role("status")};
  }
};

struct Mapping {
  const FieldDef* from = nullptr;
  const TypeDef* type = nullptr;
  const FieldDef* to = nullptr;
};

// The mappings from a type: those of `conversion_map`, and fields of other packages by their names.
class Mappings {
 public:
  static StatusOr<Mappings> Of(const Snapshot& snapshot, const TypeDef& from, const std::vector<const TypeDef*>& to) {
    Mappings mappings;
    KITH_RETURN_IF_ERROR(mappings.ReadRecords(snapshot, from, to));
    for (const FieldDef& field : from.fields) {
      if (field.package == from.package || field.computed() || field.retired ||
          snapshot.IsMasked(from, static_cast<int32_t>(field.position)))
        continue;
      for (const TypeDef* type : to) {
        const FieldDef* same = type->FindField(field.name);
        if (same != nullptr && same->kind == field.kind) mappings.Add({&field, type, same});
      }
    }
    return mappings;
  }

  [[nodiscard]] const std::vector<Mapping>& all() const { return all_; }
  [[nodiscard]] bool Maps(const FieldDef& from) const {
    return std::any_of(all_.begin(), all_.end(), [&](const Mapping& mapping) { return mapping.from == &from; });
  }

 private:
  Status ReadRecords(const Snapshot& snapshot, const TypeDef& from, const std::vector<const TypeDef*>& to) {
    KITH_ASSIGN_OR_RETURN(const TypeDef* map, snapshot.catalog().GetType(kMapType));
    const auto text = [&](record::View view, std::string_view field) { return std::string(view.GetText(map->FindField(field)->position)); };
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                          snapshot.ScanIndex(kMapType, "by_type", {.equal = {Value(from.name)}}));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      if (view.Get(map->FindField("active")->position) == Value(false)) continue;
      const auto type = std::find_if(to.begin(), to.end(), [&](const TypeDef* one) { return one->name == text(view, "to_type"); });
      if (type == to.end()) continue;  // nothing of that type comes of the record now
      const Mapping mapping = {from.FindField(text(view, "field")), *type, (*type)->FindField(text(view, "to_field"))};
      if (mapping.from == nullptr || mapping.to == nullptr || mapping.to->derived || mapping.to->computed()) {
        return MakeError({.reason = Reason::kBadOptions,
                          .type = map->name,
                          .record = view.id(),
                          .field = mapping.from == nullptr ? "field" : "to_field",
                          .value = text(view, mapping.from == nullptr ? "field" : "to_field"),
                          .hint = "correct the mapping, or set its field active to false"},
                         "the mapping names a field that is not there or cannot be written");
      }
      if (!snapshot.IsMasked(from, static_cast<int32_t>(mapping.from->position))) Add(mapping);
    }
    return cursor->status();
  }
  // The first mapping to a field counts.
  void Add(const Mapping& mapping) {
    const bool taken =
        std::any_of(all_.begin(), all_.end(), [&](const Mapping& one) { return one.type == mapping.type && one.to == mapping.to; });
    if (!taken) all_.push_back(mapping);
  }

  std::vector<Mapping> all_;
};

// Something that comes of the record, with the values that it gets.
struct Target {
  const TypeDef* type = nullptr;  // null: nothing of this kind
  Id id;                          // a record, or a local reference
  record::View view;              // of an existing record
  std::vector<std::pair<const Mapping*, Value>> values;

  [[nodiscard]] bool exists() const { return !view.is_null(); }
  [[nodiscard]] Value ValueOf(const FieldDef* field) const {
    for (const auto& [mapping, value] : values) {
      if (mapping->to == field) return value;
    }
    return {};
  }
};

// One conversion into a batch.
class Converter {
 public:
  Converter(const Snapshot& snapshot, const ConvertOptions& options, Batch& batch, Converted& report)
      : snapshot_(snapshot), options_(options), batch_(batch), report_(report) {}

  Status Fill(Id record) {
    KITH_ASSIGN_OR_RETURN(view_, snapshot_.Get(record));
    KITH_ASSIGN_OR_RETURN(roles_, Roles::Of(*snapshot_.catalog().FindType(record.type()), record));
    if (WasConverted()) return absl::OkStatus();
    batch_.RequireVersion(record, view_.header().version);
    KITH_RETURN_IF_ERROR(ReadMappings());
    KITH_RETURN_IF_ERROR(ChoosePerson());
    KITH_RETURN_IF_ERROR(ChooseOrganisation());
    KITH_RETURN_IF_ERROR(ChooseDeal());
    KITH_RETURN_IF_ERROR(Write(organisation_, report_.organisation));
    KITH_RETURN_IF_ERROR(Write(person_, report_.person));
    KITH_RETURN_IF_ERROR(Write(deal_, report_.deal));
    KITH_RETURN_IF_ERROR(Connect());
    KITH_RETURN_IF_ERROR(CloseRecord());
    KITH_RETURN_IF_ERROR(TakeActivities());
    TakeReferences();
    ListWhatStays();
    return batch_.status();
  }

 private:
  [[nodiscard]] Id RefOf(const FieldDef* field) const {
    return field != nullptr && view_.has(field->position) ? view_.GetRef(field->position) : Id();
  }

  bool WasConverted() {
    const Id person = RefOf(roles_.person);
    const Id deal = RefOf(roles_.deal);
    if (roles_.at == nullptr || !view_.has(roles_.at->position) || (person.is_null() && deal.is_null())) return false;
    const auto part = [](Id id) { return Converted::Part{id, id.is_null() ? Converted::How::kNone : Converted::How::kFound}; };
    report_.already = true;
    report_.person = part(person);
    report_.organisation = part(RefOf(roles_.organisation));
    report_.deal = part(deal);
    return true;
  }

  // The type that a role leads to.
  [[nodiscard]] const TypeDef* TypeOf(const FieldDef* role) const {
    return role == nullptr || role->refers_to.empty() ? nullptr : snapshot_.catalog().FindType(role->refers_to.front());
  }

  Status ReadMappings() {
    person_.type = TypeOf(roles_.person);
    organisation_.type = TypeOf(roles_.organisation);
    deal_.type = options_.with_deal ? TypeOf(roles_.deal) : nullptr;
    std::vector<const TypeDef*> types;
    for (const TypeDef* type : {person_.type, organisation_.type, deal_.type}) {
      if (type != nullptr) types.push_back(type);
    }
    KITH_ASSIGN_OR_RETURN(mappings_, Mappings::Of(snapshot_, *roles_.type, types));
    for (Target* target : {&person_, &organisation_, &deal_}) {
      for (const Mapping& mapping : mappings_.all()) {
        if (mapping.type != target->type) continue;
        Value value = CarriedTo(*mapping.to, *mapping.from, view_.Get(mapping.from->position));
        if (!value.is_null()) target->values.emplace_back(&mapping, std::move(value));
      }
    }
    return absl::OkStatus();
  }

  // --- which records

  // A record that somebody named, of the role's type.
  Status TakeGiven(Target& target, Id id, Converted::How how, std::string_view role, Converted::Part& part) {
    const TypeDef* type = snapshot_.catalog().FindType(id.type());
    if (type == nullptr || target.type == nullptr || type->number != target.type->number) {
      return MakeError({.reason = Reason::kReferenceWrongType,
                        .type = roles_.type->name,
                        .record = id,
                        .field = std::string(role),
                        .hint = target.type == nullptr ? "leave it out" : "give one of type " + target.type->name},
                       "what comes of the record is of another type");
    }
    const StatusOr<record::View> view = snapshot_.Get(id);
    if (absl::IsNotFound(view.status())) {
      return MakeError({.reason = Reason::kRecordMissing, .type = type->name, .record = id, .field = std::string(role)}, "no such record");
    }
    KITH_RETURN_IF_ERROR(view.status());
    target.id = id;
    target.view = *view;
    part = {id, how};
    return absl::OkStatus();
  }
  // The given one, or else the one that the record itself names.
  Status TakeNamed(Target& target, Id given, const FieldDef* role, std::string_view name, Converted::Part& part) {
    if (!given.is_null()) return TakeGiven(target, given, Converted::How::kGiven, name, part);
    const Id named = RefOf(role);
    return named.is_null() || target.type == nullptr ? absl::OkStatus() : TakeGiven(target, named, Converted::How::kFound, name, part);
  }

  Status ChoosePerson() {
    KITH_RETURN_IF_ERROR(TakeNamed(person_, options_.person, roles_.person, "person", report_.person));
    if (person_.exists() || person_.type == nullptr || !options_.find) return absl::OkStatus();
    std::set<Id> found;
    for (const std::string_view role : {"email", "phone", "other_phone", "handle", "other_handle"}) {
      const FieldDef* field = person_.type->FindRole("party", role);
      const Value value = field == nullptr || field->kind != Kind::kText ? Value() : person_.ValueOf(field);
      if (value.is_null()) continue;
      for (const std::string_view where : SoughtIn(role)) {
        KITH_RETURN_IF_ERROR(FindBy(person_, where, value, found));
        if (role == "email") KITH_RETURN_IF_ERROR(FindBy(person_, where, Lower(value), found));
      }
    }
    return TakeFound(person_, found, "person", report_.person);
  }
  static std::vector<std::string_view> SoughtIn(std::string_view role) {
    if (role == "phone" || role == "other_phone") return {"phone", "other_phone"};
    return {role};
  }
  static Value Lower(const Value& value) {
    std::string text = value.get<std::string>();
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
  }

  // Where the person is, unless the record names another organisation.
  Status ChooseOrganisation() {
    KITH_RETURN_IF_ERROR(TakeNamed(organisation_, options_.organisation, roles_.organisation, "organisation", report_.organisation));
    if (organisation_.exists() || organisation_.type == nullptr) return absl::OkStatus();
    const FieldDef* name = organisation_.type->FindRole("party", "name");
    const Value named = name == nullptr ? Value() : organisation_.ValueOf(name);
    const FieldDef* of = person_.exists() ? person_.type->FindRole("party", "organisation") : nullptr;
    if (of != nullptr && person_.view.has(of->position)) {
      const StatusOr<record::View> there = snapshot_.Get(person_.view.GetRef(of->position));
      const bool fits = there.ok() && there->id().type() == organisation_.type->number;  // people may be of records of several types
      if (fits && (named.is_null() || Value(there->GetText(name->position)) == named)) {
        return TakeGiven(organisation_, there->id(), Converted::How::kFound, "organisation", report_.organisation);
      }
    }
    if (named.is_null()) {
      organisation_.type = nullptr;  // somebody of no organisation
      return absl::OkStatus();
    }
    std::set<Id> found;
    if (options_.find) KITH_RETURN_IF_ERROR(FindBy(organisation_, "name", named, found));
    return TakeFound(organisation_, found, "organisation", report_.organisation);
  }

  Status ChooseDeal() {
    if (deal_.type == nullptr) return absl::OkStatus();
    return TakeNamed(deal_, options_.deal, roles_.deal, "deal", report_.deal);
  }

  Status FindBy(const Target& target, std::string_view role, const Value& value, std::set<Id>& found) const {
    const FieldDef* field = target.type->FindRole("party", role);
    if (field == nullptr) return absl::OkStatus();
    return ForEachWith(snapshot_, *target.type, *field, value, [&](record::View view) {
      found.insert(view.id());
      return absl::OkStatus();
    });
  }
  Status TakeFound(Target& target, const std::set<Id>& found, std::string_view role, Converted::Part& part) {
    if (found.empty()) return absl::OkStatus();
    if (found.size() == 1) return TakeGiven(target, *found.begin(), Converted::How::kFound, role, part);
    std::string ids;
    for (const Id id : found) ids += Concat({ids.empty() ? "" : ", ", std::to_string(id.value())});
    return MakeError({.reason = Reason::kPreconditionFailed,
                      .type = target.type->name,
                      .record = view_.id(),
                      .value = ids,
                      .hint = Concat({"give the one that it is as ", role, ", merge them, or convert without looking for one"})},
                     Concat({"several records could be the ", role}));
  }

  // --- writing

  [[nodiscard]] Id Owner() const { return options_.owner.is_null() ? Id(view_.header().owner) : options_.owner; }

  Status Write(Target& target, Converted::Part& part) {
    if (target.type == nullptr) return absl::OkStatus();
    if (target.exists()) {
      batch_.RequireVersion(target.id, target.view.header().version);
      for (const auto& [mapping, value] : target.values) FillIn(target, *mapping->to, value, mapping->from->name);
      return absl::OkStatus();
    }
    target.id = batch_.Create(target.type->name);
    part = {target.id, Converted::How::kCreated};
    for (const auto& [mapping, value] : target.values) batch_.Set(target.id, mapping->to->name, value);
    const record::Header& header = view_.header();
    if (!Owner().is_null()) batch_.Set(target.id, "owner", Owner());
    if (header.unit != 0) batch_.Set(target.id, "unit", static_cast<int64_t>(header.unit));
    if (header.visibility != 0) batch_.Set(target.id, "visibility", static_cast<int64_t>(header.visibility));
    return &target == &deal_ ? BeginDeal() : absl::OkStatus();
  }
  // An existing record gets what it lacks; whether it lacks what is masked cannot be told.
  void FillIn(const Target& target, const FieldDef& field, const Value& value, std::string_view from) {
    const bool masked = snapshot_.IsMasked(*target.type, static_cast<int32_t>(field.position));
    const Value there = target.view.Get(field.position);
    if (there.is_null() && !masked) {
      batch_.Set(target.id, field.name, value);
    } else if (there != value) {
      report_.kept.push_back({target.id, field.name, std::string(from)});
    }
  }

  Status BeginDeal() {
    const FieldDef* name = deal_.type->FindRole("pipelined", "name");
    std::string called = options_.name;
    if (name != nullptr && called.empty() && deal_.ValueOf(name).is_null())
      called = NameOf(organisation_.type == nullptr ? person_ : organisation_);
    if (name != nullptr && !called.empty()) batch_.Set(deal_.id, name->name, called);
    KITH_ASSIGN_OR_RETURN(const std::string stage, FirstStage());
    if (!stage.empty()) model::Move(batch_, deal_.id, stage);
    return absl::OkStatus();
  }
  [[nodiscard]] static std::string NameOf(const Target& party) {
    const FieldDef* name = party.type == nullptr ? nullptr : party.type->FindRole("party", "name");
    if (name == nullptr) return {};
    if (party.exists()) return std::string(party.view.GetText(name->position));
    const Value value = party.ValueOf(name);
    return value.is_null() ? std::string() : value.get<std::string>();
  }
  // "default/prospecting"; empty: the deal's type has no pipeline.
  StatusOr<std::string> FirstStage() const {
    std::vector<model::Pipeline> pipelines;
    if (options_.pipeline.empty()) {
      KITH_ASSIGN_OR_RETURN(pipelines, model::GetPipelines(snapshot_, deal_.type->name));
    } else {
      KITH_ASSIGN_OR_RETURN(model::Pipeline named, model::GetPipeline(snapshot_, options_.pipeline));
      pipelines.push_back(std::move(named));
    }
    std::sort(pipelines.begin(), pipelines.end(), [](const model::Pipeline& a, const model::Pipeline& b) { return a.id < b.id; });
    for (const model::Pipeline& pipeline : pipelines) {
      if (pipeline.parallel && options_.pipeline.empty()) continue;
      for (const model::Stage& stage : pipeline.stages) {
        if (stage.kind == model::StageKind::kOpen && !stage.archived) return Concat({pipeline.name, "/", stage.name});
      }
    }
    return std::string();
  }

  // The three name each other, and the deal continues the record.
  Status Connect() {
    Refer(person_, "party", "organisation", organisation_.id);
    for (const std::string_view behaviour : {"pipelined", "thread"}) {
      Refer(deal_, behaviour, "account", organisation_.id);
      Refer(deal_, behaviour, "contact", person_.id);
    }
    for (const std::string_view role : {"after", "or_after"}) Refer(deal_, "thread", role, view_.id());
    return absl::OkStatus();
  }
  void Refer(const Target& from, std::string_view behaviour, std::string_view role, Id to) {
    const FieldDef* field = from.type == nullptr || to.is_null() ? nullptr : from.type->FindRole(behaviour, role);
    const TypeDef* type = snapshot_.catalog().FindType(batch_.TypeOf(to));
    if (field == nullptr || type == nullptr || !MayRefer(*field, *type)) return;
    if (from.exists()) return FillIn(from, *field, Value(to), roles_.type->name);
    batch_.Set(from.id, field->name, to);
  }

  // What was converted names what came of it, and is nobody's to claim any more.
  Status CloseRecord() {
    const auto set = [&](const FieldDef* role, const Target& target) {
      if (role != nullptr && target.type != nullptr && RefOf(role) != target.id) batch_.Set(view_.id(), role->name, target.id);
    };
    set(roles_.person, person_);
    set(roles_.organisation, organisation_);
    set(roles_.deal, deal_);
    if (roles_.status != nullptr && roles_.status->FindChoice(kQualified) != nullptr)
      batch_.SetChoice(view_.id(), roles_.status->name, kQualified);  // by which the rule of conversions knows when
    else if (roles_.at != nullptr && !view_.has(roles_.at->position))
      batch_.Set(view_.id(), roles_.at->name, snapshot_.recorded());
    const FieldDef* pool = roles_.type->FindRole("pooled", "pool");
    if (pool == nullptr || !view_.has(pool->position)) return absl::OkStatus();
    batch_.Set(view_.id(), pool->name, Value());
    return EndClaim();
  }
  Status EndClaim() {
    const TypeDef* claim = snapshot_.catalog().FindType("pool_claim");
    if (claim == nullptr) return absl::OkStatus();
    return ForEachReferring(snapshot_, *claim, claim->FindField("record"), view_.id(), [&](record::View view) {
      if (!view.has(claim->FindField("to")->position)) batch_.SetChoice(view.id(), "ended", "converted");
      return absl::OkStatus();
    });
  }

  // --- what goes along

  Status TakeActivities() {
    for (const std::string_view behaviour : {"interaction", "task", "note"}) {
      for (const TypeDef* type : snapshot_.catalog().TypesWith(behaviour)) {
        KITH_RETURN_IF_ERROR(ForEachReferring(snapshot_, *type, type->FindRole(behaviour, "about"), view_.id(),
                                              [&](record::View view) { return TakeActivity(*type, behaviour, view); }));
      }
    }
    return absl::OkStatus();
  }
  Status TakeActivity(const TypeDef& type, std::string_view behaviour, record::View view) {
    KITH_ASSIGN_OR_RETURN(const bool may, snapshot_.May(catalog::Right::kWrite, view.id()));
    if (!may) return absl::OkStatus();
    bool written = Name(type, type.FindRole(behaviour, "contact"), view, person_);
    written |= Name(type, type.FindRole(behaviour, "account"), view, organisation_);
    const FieldDef* status = behaviour == "task" ? type.FindRole(behaviour, "status") : nullptr;
    const catalog::ChoiceDef* open = status == nullptr ? nullptr : status->FindChoice("open");
    const FieldDef* about = type.FindRole(behaviour, "about");
    if (open != nullptr && view.Get(status->position) == Value(Choice{open->number}) && deal_.type != nullptr &&
        MayRefer(*about, *deal_.type)) {
      batch_.Set(view.id(), about->name, deal_.id);
      batch_.RequireVersion(view.id(), view.header().version);
      written = true;
    }
    report_.followed += written;
    return TakeVisitor(type, view);
  }
  // Whether an empty role got the record.
  bool Name(const TypeDef& type, const FieldDef* role, record::View view, const Target& target) {
    if (role == nullptr || target.type == nullptr || view.has(role->position) || !MayRefer(*role, *target.type)) return false;
    if (snapshot_.IsMasked(type, static_cast<int32_t>(role->position))) return false;  // what is there cannot be told
    batch_.Set(view.id(), role->name, target.id);
    batch_.RequireVersion(view.id(), view.header().version);  // nobody else has named another since
    return true;
  }
  // Somebody unknown who took part turns out to be the person.
  Status TakeVisitor(const TypeDef& type, record::View view) {
    const FieldDef* role = type.FindRole("interaction", "visitor");
    if (role == nullptr || !view.has(role->position) || !visitors_.insert(view.GetRef(role->position)).second) return absl::OkStatus();
    const StatusOr<record::View> visitor = snapshot_.Get(view.GetRef(role->position));
    if (absl::IsNotFound(visitor.status())) return absl::OkStatus();
    KITH_RETURN_IF_ERROR(visitor.status());
    KITH_ASSIGN_OR_RETURN(const bool may, snapshot_.May(catalog::Right::kWrite, visitor->id()));
    const TypeDef& of = *snapshot_.catalog().FindType(visitor->id().type());
    if (may) report_.followed += Name(of, of.FindRole("visitor", "person"), *visitor, person_);
    return absl::OkStatus();
  }

  void TakeReferences() {
    if (person_.type == nullptr) return;
    for (const ExternalRef& external : snapshot_.ExternalRefs(view_.id())) {
      if (external.system.starts_with(kOwnSystems) || snapshot_.Find(person_.type->name, external).ok()) continue;
      batch_.Link(person_.id, external);
    }
  }

  void ListWhatStays() {
    const std::array<const FieldDef*, 5> own = {roles_.person, roles_.organisation, roles_.deal, roles_.at, roles_.status};
    for (const FieldDef& field : roles_.type->fields) {
      const bool told = field.computed() || snapshot_.IsMasked(*roles_.type, static_cast<int32_t>(field.position)) ||
                        std::find(own.begin(), own.end(), &field) != own.end();
      if (!told && view_.has(field.position) && !mappings_.Maps(field)) report_.stays.push_back(field.name);
    }
  }

  const Snapshot& snapshot_;
  const ConvertOptions& options_;
  Batch& batch_;
  Converted& report_;
  record::View view_;
  Roles roles_;
  Mappings mappings_;
  Target person_;
  Target organisation_;
  Target deal_;
  std::set<Id> visitors_;
};

// Local references become the records' ids.
void Resolve(Converted& report) {
  const auto resolve = [&](Id& id) {
    if (id.is_local()) id = report.outcome.ids.at(id.local_index());
  };
  for (Converted::Part* part : {&report.person, &report.organisation, &report.deal}) resolve(part->record);
  for (Converted::Kept& kept : report.kept) resolve(kept.record);
}

}  // namespace

std::string_view NameOf(Converted::How how) {
  constexpr std::array<std::string_view, 4> kNames = {"none", "created", "found", "given"};
  return kNames.at(static_cast<size_t>(how));
}

StatusOr<Converted> Convert(Database& database, Id record, const ConvertOptions& options) {
  constexpr int kAttempts = 16;
  for (int attempt = 1;; ++attempt) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database.Read(options.viewer));
    Converted report;
    Batch batch(snapshot->shared_catalog(), options.actor, options.reason);
    KITH_RETURN_IF_ERROR(Converter(*snapshot, options, batch, report).Fill(record));
    if (report.already) return report;
    StatusOr<Outcome> outcome = database.Apply(batch, {.dry_run = options.dry_run, .viewer = options.viewer});
    const Reason reason = GetReason(outcome.status());
    const bool again = reason == Reason::kVersionConflict || reason == Reason::kExternalRefTaken;  // somebody was faster: look anew
    if (again && attempt < kAttempts) continue;
    KITH_RETURN_IF_ERROR(outcome.status());
    report.outcome = *std::move(outcome);
    Resolve(report);
    return report;
  }
}

}  // namespace kith::crm
