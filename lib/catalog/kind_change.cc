#include "kith/catalog/kind_change.h"

#include <algorithm>
#include <array>

#include "catalog/compile_internal.h"
#include "catalog/definition_json_internal.h"
#include "catalog/names_internal.h"
#include "kith/base/concat.h"
#include "kith/catalog/received.h"

namespace kith::catalog {
namespace {

constexpr std::string_view kSuffix = "_former";

Status Refused(const TypeDef& type, const FieldDef& field, std::string_view message, std::string_view hint = {}) {
  return MakeError({.reason = Reason::kPreconditionFailed, .type = type.name, .field = field.name, .hint = std::string(hint)}, message);
}

bool Uses(const IndexDef& index, std::string_view field) {
  const auto is = [&](const IndexPart& part) { return part.field == field; };
  return std::any_of(index.parts.begin(), index.parts.end(), is) || std::any_of(index.cover.begin(), index.cover.end(), is);
}

// Whether what is rolled up may hang on a field: by name, so that a word in a text counts too.
bool Reads(const TypeDef& type, const RollUp& roll_up, std::string_view field) {
  if (roll_up.field == field || roll_up.where.find(field) != std::string::npos) return true;
  return std::any_of(type.fields.begin(), type.fields.end(), [&](const FieldDef& computed) {
    const bool read = computed.name == roll_up.field || roll_up.where.find(computed.name) != std::string::npos;
    return read && computed.formula.find(field) != std::string::npos;
  });
}

// Why a field keeps its kind.
Status CheckChangeable(const Catalog& catalog, const TypeDef& type, const FieldDef& field) {
  if (type.number < kFirstOpenType) return Refused(type, field, "the type is the library's own");
  const PackageDef* const package = catalog.FindPackage(field.package);
  if (package != nullptr && VendorOf(package->name) == kLibraryVendor) {
    return Refused(type, field, "the field is of a package of the library, which says its kind whenever it opens", "declare another field");
  }
  if (IsFormer(field) || field.retired) return Refused(type, field, "the field is retired");
  if (field.computed() || !field.auto_number.empty())
    return Refused(type, field, "the field is computed or numbered", "declare another field");
  if (field.derived) return Refused(type, field, "the field is written by the library alone");
  if (field.kind == Kind::kRef || field.kind == Kind::kBytes || field.kind == Kind::kNull) {
    return Refused(type, field, Concat({"values of kind ", NameOf(field.kind), " become no others"}));
  }
  for (const IndexDef& index : type.indexes) {
    if (index.unique && Uses(index, field.name)) {
      return Refused(type, field, Concat({"index ", index.name, " keeps it unique, and what it becomes might not be"}),
                     "leave the index out of the package, and declare it again afterwards");
    }
  }
  for (const TypeDef& other : catalog.types()) {
    for (const FieldDef& total : other.fields) {
      if (!total.roll_up.has_value() || total.retired || total.roll_up->of != type.name || !Reads(type, *total.roll_up, field.name))
        continue;
      return Refused(type, field, Concat({"the roll-up ", other.name, ".", total.name, " reads it"}), "retire the roll-up first");
    }
  }
  return absl::OkStatus();
}

std::string FieldKeyOf(const Catalog& catalog, const TypeDef& type, const FieldDef& field, std::string_view name) {
  const PackageDef* package = catalog.FindPackage(field.package);
  return Concat({type.name, ".", package == nullptr ? "" : package->name, ".", name});
}

void Put(std::vector<Definition>& definitions, TypeNumber type, const std::string& key, std::string body) {
  const auto found = std::find_if(definitions.begin(), definitions.end(),
                                  [&](const Definition& definition) { return definition.type == type && definition.key == key; });
  if (found != definitions.end()) {
    found->body = std::move(body);
  } else {
    definitions.push_back({type, key, std::move(body)});
  }
}

// The catalog of these definitions, as a plan.
StatusOr<Catalog::Plan> PlanOf(const Catalog& before, const std::vector<Definition>& definitions, std::string change) {
  KITH_ASSIGN_OR_RETURN(Catalog::Plan plan, PlanDefinitions(before, definitions));
  plan.changes = {std::move(change)};
  return plan;
}

// As nobody may write it.
Json Hidden(Json body) {
  for (const char* member : {"required", "default", "auto_number"}) body.erase(member);
  body["retired"] = true;
  body["derived"] = true;
  return body;
}

struct Pair {
  const TypeDef* type = nullptr;
  const FieldDef* field = nullptr;
};

StatusOr<Pair> Find(const Catalog& catalog, std::string_view type_name, std::string_view field_name) {
  KITH_ASSIGN_OR_RETURN(const TypeDef* type, catalog.GetType(type_name));
  KITH_ASSIGN_OR_RETURN(const FieldDef* field, Catalog::GetField(*type, field_name));
  return Pair{type, field};
}

// Numbers of choices: those of choices that the field had keep theirs.
Status NumberChoices(const FieldDef& old, Json& target) {
  if (!target.contains("choices")) return absl::OkStatus();
  int32_t next = 1;
  for (const ChoiceDef& choice : old.choices) next = std::max(next, choice.number + 1);
  if (!target["choices"].is_array()) return MalformedAt("choices", "a list is expected", {});
  for (Json& choice : target["choices"]) {
    if (!choice.is_object() || !choice.contains("name") || !choice["name"].is_string())
      return MalformedAt("choices", "a choice has a name", {});
    const ChoiceDef* known = old.FindChoice(choice["name"].get<std::string>());
    choice["number"] = known != nullptr ? known->number : next++;
  }
  return absl::OkStatus();
}

// What does not read in a file is corrupt; here it is what the author wrote.
Status AsAuthors(const Status& status) {
  ErrorInfo info = GetErrorInfo(status);
  if (status.ok() || info.reason != Reason::kCorrupt) return status;
  info.reason = Reason::kPackageMalformed;
  return MakeError(info, MessageOf(status));
}

}  // namespace

uint32_t LastIndexNumber(const Catalog& catalog, const std::vector<Definition>& definitions) {
  uint32_t last = kFirstOpenIndex;
  for (const TypeDef& type : catalog.types()) {
    for (const IndexDef& index : type.indexes) last = std::max(last, index.number);
    for (const FieldDef& field : type.fields) last = std::max(last, field.roll_up.has_value() ? field.roll_up->number : 0);
  }
  for (const Definition& definition : definitions) last = std::max(last, DroppedIndexNumber(definition));
  return last;
}

bool IsFormer(const FieldDef& field) { return field.retired && field.derived; }

const FieldDef* PresentOf(const TypeDef& type, const FieldDef& former) {
  const size_t end = former.name.rfind(kSuffix);  // a number may follow
  if (!IsFormer(former) || end == std::string::npos) return nullptr;
  const FieldDef* present = type.FindField(former.name.substr(0, end));
  return present == nullptr || present->package != former.package ? nullptr : present;
}

StatusOr<KindChange> MakeKindChange(const Catalog& catalog, std::string_view type_name, std::string_view field_name,
                                    std::string_view definition) {
  KITH_ASSIGN_OR_RETURN(const Pair old, Find(catalog, type_name, field_name));
  KITH_RETURN_IF_ERROR(CheckChangeable(catalog, *old.type, *old.field));
  KITH_ASSIGN_OR_RETURN(Json target, ParseStrict(definition));
  if (!target.is_object() || !target.contains("kind")) return MalformedAt("kind", "is missing", {});
  for (const char* own : {"name", "number", "formula", "roll_up", "auto_number", "retired", "derived"}) {
    if (target.contains(own)) return MalformedAt(own, "has no place in a change of kind", {});
  }
  const Json body = WriteField(*old.field, Form::kStored);
  for (const char* kept : {"labels", "personal", "about", "required", "ignored_by_insight"}) {
    if (!target.contains(kept) && body.contains(kept)) target[kept] = body[kept];
  }
  KITH_RETURN_IF_ERROR(NumberChoices(*old.field, target));
  uint32_t number = 0;
  for (const FieldDef& field : old.type->fields) {
    if (field.package == old.field->package) number = std::max(number, field.number + 1);
  }
  target["number"] = number;
  KindChange change{.type = old.type->name, .field = old.field->name, .other = {}, .target = target.dump()};
  change.other = change.field + std::string(kSuffix);
  for (int i = 2; old.type->FindField(change.other) != nullptr; ++i) change.other = Concat({change.field, kSuffix, std::to_string(i)});
  // Both steps must be possible before the first is taken.
  const StatusOr<Catalog::Plan> prepared = PlanKindPrepare(catalog, change);
  if (!prepared.ok()) return AsAuthors(prepared.status());
  const FieldDef* added = prepared->after->FindType(change.type)->FindField(change.other);
  if (added->kind == Kind::kNull) return MalformedAt("kind", "unknown kind", target["kind"].dump());
  if (added->kind == Kind::kRef || added->kind == Kind::kBytes) {
    return Refused(*old.type, *old.field, Concat({"values become none of kind ", target["kind"].dump()}));
  }
  KITH_RETURN_IF_ERROR(AsAuthors(PlanKindFlip(*prepared->after, change).status()));
  return change;
}

StatusOr<Catalog::Plan> PlanKindPrepare(const Catalog& catalog, const KindChange& change) {
  KITH_ASSIGN_OR_RETURN(const Pair old, Find(catalog, change.type, change.field));
  KITH_ASSIGN_OR_RETURN(const Json target, ParseStrict(change.target));
  std::vector<Definition> definitions = ToDefinitions(catalog);
  Put(definitions, kFieldType, FieldKeyOf(catalog, *old.type, *old.field, change.other), Hidden(target).dump());
  return PlanOf(catalog, definitions, Concat({"fills ", change.type, ".", change.other, " from ", change.type, ".", change.field}));
}

StatusOr<Catalog::Plan> PlanKindFlip(const Catalog& catalog, const KindChange& change) {
  KITH_ASSIGN_OR_RETURN(const Pair old, Find(catalog, change.type, change.field));
  KITH_ASSIGN_OR_RETURN(const Pair now, Find(catalog, change.type, change.other));
  std::vector<Definition> definitions = ToDefinitions(catalog);
  const Json former = Hidden(WriteField(*old.field, Form::kStored));
  Put(definitions, kFieldType, FieldKeyOf(catalog, *old.type, *old.field, change.field), change.target);
  Put(definitions, kFieldType, FieldKeyOf(catalog, *old.type, *old.field, change.other), former.dump());
  uint32_t last = LastIndexNumber(catalog, definitions);
  for (const IndexDef& index : old.type->indexes) {
    if (!Uses(index, change.field)) continue;
    const std::string key = Concat({change.type, ".", index.name});
    const auto found =
        std::find_if(definitions.begin(), definitions.end(), [&](const Definition& d) { return d.type == kIndexType && d.key == key; });
    if (found == definitions.end()) continue;
    KITH_ASSIGN_OR_RETURN(Json body, ParseStrict(found->body));
    body["number"] = ++last;
    found->body = body.dump();
  }
  return PlanOf(
      catalog, definitions,
      Concat({"changes field ", change.type, ".", change.field, " from ", NameOf(old.field->kind), " to ", NameOf(now.field->kind)}));
}

}  // namespace kith::catalog
