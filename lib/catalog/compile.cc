#include <algorithm>
#include <set>

#include "catalog/compile_internal.h"
#include "catalog/json_internal.h"
#include "catalog/policy_internal.h"
#include "kith/base/limits.h"

namespace kith::catalog {

Definition DroppedIndex(const TypeDef& type, const IndexDef& index) {
  return {kIndexType, type.name + "." + index.name, Json({{"dropped", true}, {"number", index.number}}).dump()};
}

uint32_t DroppedIndexNumber(const Definition& definition) {
  if (definition.type != kIndexType) return 0;
  const Json body = Json::parse(definition.body, nullptr, false);
  if (!body.is_object() || !body.contains("dropped") || !body.contains("number") || !body["number"].is_number_unsigned()) return 0;
  return body["number"].get<uint32_t>();
}

std::string TypeOrigin(std::string_view type) { return std::string(type); }
std::string FieldOrigin(std::string_view type, std::string_view field) { return std::string(type) + "." + std::string(field); }
std::string IndexOrigin(std::string_view type, std::string_view index) { return std::string(type) + "#" + std::string(index); }
std::string CheckOrigin(std::string_view type, std::string_view check) { return std::string(type) + "?" + std::string(check); }
std::string PackageOrigin(std::string_view package) { return "package " + std::string(package); }

std::vector<std::string_view> FieldNames(const TypeDef& type) {
  std::vector<std::string_view> names;
  names.reserve(type.fields.size());
  for (const FieldDef& field : type.fields) names.push_back(field.name);
  return names;
}

Status Compiler::Error(std::string_view origin, std::string_view type, std::string_view subject, std::string_view member,
                       Fault fault) const {
  const auto it = input_.origins.find(origin);
  const bool known = it != input_.origins.end();
  std::string path = known ? it->second.path : std::string(origin);
  if (!member.empty()) path = (path.empty() ? "" : path + ".") + std::string(member);
  std::string message = known ? "package " + it->second.package + ": " : std::string();
  message += subject;
  message += ": ";
  message += fault.message;
  return MakeError({.reason = fault.reason,
                    .type = std::string(type),
                    .field = std::move(path),
                    .value = std::move(fault.value),
                    .hint = std::move(fault.hint)},
                   message);
}

Status Compiler::FieldError(const TypeDef& type, const FieldDef& field, std::string_view member, Fault fault) const {
  return Error(FieldOrigin(type.name, field.name), type.name, "field " + type.name + "." + field.name, member, std::move(fault));
}
Status Compiler::IndexError(const TypeDef& type, const IndexDef& index, std::string_view member, Fault fault) const {
  return Error(IndexOrigin(type.name, index.name), type.name, "index " + type.name + "." + index.name, member, std::move(fault));
}
Status Compiler::TypeError(const TypeDef& type, std::string_view member, Fault fault) const {
  return Error(TypeOrigin(type.name), type.name, "type " + type.name, member, std::move(fault));
}
Status Compiler::PackageError(const PackageDef& package, std::string_view member, Fault fault) const {
  return Error(PackageOrigin(package.name), {}, "package " + package.name, member, std::move(fault));
}

// Every list in the order of its numbers: the same definitions give the same catalog, whatever order they came in.
void Compiler::Order() {
  std::vector<TypeDef>& types = catalog_->types_;
  types = BuiltInTypes();
  std::move(input_.types.begin(), input_.types.end(), std::back_inserter(types));
  catalog_->packages_ = std::move(input_.packages);
  std::stable_sort(catalog_->packages_.begin(), catalog_->packages_.end(),
                   [](const PackageDef& a, const PackageDef& b) { return a.number < b.number; });
  std::stable_sort(types.begin(), types.end(), [](const TypeDef& a, const TypeDef& b) { return a.number < b.number; });
  for (TypeDef& type : types) {
    const auto place = [&type](const FieldDef& f) { return std::tuple(f.package != type.package, f.package, f.number); };
    std::stable_sort(type.fields.begin(), type.fields.end(),
                     [&place](const FieldDef& a, const FieldDef& b) { return place(a) < place(b); });
    std::stable_sort(type.behaviours.begin(), type.behaviours.end(),
                     [](const BehaviourDef& a, const BehaviourDef& b) { return a.name < b.name; });
    for (FieldDef& field : type.fields) {
      std::stable_sort(field.choices.begin(), field.choices.end(),
                       [](const ChoiceDef& a, const ChoiceDef& b) { return a.number < b.number; });
      std::sort(field.refers_to.begin(), field.refers_to.end());
    }
  }
}

Status Compiler::IndexTypes() {
  std::vector<TypeDef>& types = catalog_->types_;
  if (types.size() > limits::kTypes) return MakeError(Reason::kLimitExceeded, "more types than limits::kTypes");
  catalog_->type_by_number_.assign(limits::kTypes + 1, SIZE_MAX);
  for (size_t i = 0; i < types.size(); ++i) {
    const TypeDef& type = types[i];
    if (type.number == 0 || type.number > limits::kTypes) {
      return TypeError(type, {}, {"the number of a type lies between 1 and limits::kTypes", std::to_string(type.number)});
    }
    size_t& by_number = catalog_->type_by_number_[type.number];
    if (by_number != SIZE_MAX)
      return TypeError(type, {}, {"the number belongs to type " + types[by_number].name, std::to_string(type.number)});
    by_number = i;
    if (!catalog_->type_by_name_.emplace(type.name, i).second) return TypeError(type, "name", {"the name is taken", type.name});
  }
  return absl::OkStatus();
}

namespace {

// Of a relation the edges between two records are one range, so that a second edge between them is found at once.
void CompleteForRelation(const TypeDef& type, IndexDef& index) {
  const BehaviourDef* relation = type.FindBehaviour("relation");
  if (relation == nullptr) return;
  const std::string_view from = relation->RoleOr("from");
  const std::string_view to = relation->RoleOr("to");
  if (index.parts[0].field != from && index.parts[0].field != to) return;
  const std::string_view other = index.parts[0].field == from ? to : from;
  // What a behaviour names wrongly is told where behaviours are checked.
  const auto is_other = [&](const FieldDef& field) { return field.name == other; };
  if (other == index.parts[0].field || std::none_of(type.fields.begin(), type.fields.end(), is_other)) return;
  index.parts.push_back({.field = std::string(other)});
}

// The index that the library needs on a field and that nobody declared, nullopt when there is such a one.
std::optional<IndexDef> MissingIndex(const TypeDef& type, const FieldDef& field) {
  const bool unique = !field.auto_number.empty();
  if (field.kind != Kind::kRef && !unique) return std::nullopt;
  const auto serves = [&](const IndexDef& index) {
    if (index.kind != IndexKind::kOrdered || index.parts.empty() || index.parts[0].field != field.name) return false;
    return !unique || (index.unique && index.parts.size() == 1);
  };
  if (std::any_of(type.indexes.begin(), type.indexes.end(), serves)) return std::nullopt;
  IndexDef index;
  index.name = "by_" + field.name;
  const std::string_view suffix = unique ? "_unique" : "_ref";
  while (type.FindIndex(index.name) != nullptr) index.name += suffix;
  index.package = field.package;
  index.automatic = true;
  index.unique = unique;
  index.parts.push_back({.field = field.name});
  if (!unique) CompleteForRelation(type, index);
  return index;
}
}  // namespace

// Deleting a record has to find who refers to it: every reference leads some index. Numbers given in turn are unique.
Status Compiler::CompleteIndexes() {
  uint32_t next = kFirstOpenIndex;
  for (const TypeDef& type : catalog_->types_) {
    for (const IndexDef& index : type.indexes) next = std::max(next, index.number + 1);
    for (const FieldDef& field : type.fields) {
      if (field.roll_up.has_value()) next = std::max(next, field.roll_up->number + 1);
    }
  }
  for (const Definition& kept : catalog_->kept_) next = std::max(next, DroppedIndexNumber(kept) + 1);
  for (TypeDef& type : catalog_->types_) {
    for (const FieldDef& field : type.fields) {
      if (std::optional<IndexDef> index = MissingIndex(type, field)) type.indexes.push_back(*std::move(index));
    }
    for (IndexDef& index : type.indexes) {
      if (index.number == 0) index.number = next++;
    }
    for (FieldDef& field : type.fields) {
      if (field.roll_up.has_value() && field.roll_up->number == 0) field.roll_up->number = next++;
    }
    std::stable_sort(type.indexes.begin(), type.indexes.end(), [](const IndexDef& a, const IndexDef& b) { return a.number < b.number; });
  }
  return absl::OkStatus();
}

// An index that was dropped and is declared again stands in its own definition.
void Compiler::ForgetDropped() {
  if (catalog_->kept_.empty()) return;
  std::set<std::string> declared;
  for (const TypeDef& type : catalog_->types_) {
    for (const IndexDef& index : type.indexes) declared.insert(type.name + "." + index.name);
  }
  std::erase_if(catalog_->kept_, [&](const Definition& kept) { return kept.type == kIndexType && declared.contains(kept.key); });
}

void Compiler::DeriveLayout(TypeDef& type) {
  type.layout.fields.clear();
  type.field_positions_.clear();
  type.acyclic.clear();
  for (size_t i = 0; i < type.fields.size(); ++i) {
    FieldDef& field = type.fields[i];
    const bool own = field.package == type.package && field.number < 64;
    field.position = i;
    field.stored.kind = field.kind;
    field.stored.scale = field.scale;
    field.stored.computed = field.computed();
    field.stored.slot.page = own ? record::Slot::kOwn : record::PageKey(field.package, field.number);
    field.stored.slot.index = static_cast<uint8_t>(field.number % 64);
    type.layout.fields.push_back(field.stored);
    type.field_positions_.emplace(field.name, i);
    if (field.acyclic) type.acyclic.push_back(i);
  }
  const auto resolve = [&type](std::vector<IndexPart>& parts) {
    for (IndexPart& part : parts) part.position = type.FindPosition(part.field).value_or(0);
  };
  for (IndexDef& index : type.indexes) {
    resolve(index.parts);
    resolve(index.cover);
  }
}

void Compiler::DeriveReferrers() {
  const std::vector<TypeDef>& types = catalog_->types_;
  catalog_->referrers_.resize(types.size());
  for (const TypeDef& type : types) {
    for (const FieldDef& field : type.fields) {
      if (field.kind != Kind::kRef) continue;
      for (const std::string& target : field.refers_to)
        catalog_->referrers_[catalog_->type_by_name_.find(target)->second].push_back({&type, &field});
      if (!field.refers_to.empty()) continue;
      for (auto& referrers : catalog_->referrers_) referrers.push_back({&type, &field});
    }
  }
}

StatusOr<std::shared_ptr<const Catalog>> Compiler::Run() {
  catalog_->version_ = input_.version;
  catalog_->kept_ = std::move(input_.kept);
  Order();
  KITH_RETURN_IF_ERROR(CheckPackages());
  KITH_RETURN_IF_ERROR(IndexTypes());
  KITH_RETURN_IF_ERROR(CompleteIndexes());
  for (TypeDef& type : catalog_->types_) {
    DeriveLayout(type);
    KITH_RETURN_IF_ERROR(CheckType(type));
    KITH_RETURN_IF_ERROR(CheckFields(type));
    for (const IndexDef& index : type.indexes) KITH_RETURN_IF_ERROR(CheckIndex(type, index));
    for (const BehaviourDef& behaviour : type.behaviours) KITH_RETURN_IF_ERROR(CheckBehaviour(type, behaviour));
    KITH_RETURN_IF_ERROR(CheckChecks(type));
    KITH_RETURN_IF_ERROR(CheckRelation(type));
  }
  for (const TypeDef& type : catalog_->types_) {
    for (const FieldDef& field : type.fields) KITH_RETURN_IF_ERROR(CheckRollUp(type, field));
  }
  KITH_RETURN_IF_ERROR(CheckIndexNumbers());
  ForgetDropped();
  DeriveReferrers();
  if (!input_.policy.empty()) {
    KITH_ASSIGN_OR_RETURN(catalog_->policy_, ReadPolicy(input_.policy));
  }
  return std::shared_ptr<const Catalog>(std::move(catalog_));
}

StatusOr<std::shared_ptr<const Catalog>> CompileCatalog(CompileInput input) { return Compiler(std::move(input)).Run(); }

CompileInput Catalog::Next() const {
  CompileInput input{.version = version_ + 1, .packages = packages_, .types = {}, .kept = kept_, .policy = policy_.text, .origins = {}};
  std::copy_if(types_.begin(), types_.end(), std::back_inserter(input.types),
               [](const TypeDef& type) { return type.number >= kFirstOpenType; });
  return input;
}

StatusOr<std::shared_ptr<const Catalog>> Catalog::Compile(uint64_t version, std::vector<PackageDef> packages, std::vector<TypeDef> types) {
  return CompileCatalog(
      {.version = version, .packages = std::move(packages), .types = std::move(types), .kept = {}, .policy = {}, .origins = {}});
}

namespace {

TypeDef BuiltInType(TypeNumber number, std::string name, std::string en, std::string zh) {
  TypeDef type;
  type.name = std::move(name);
  type.number = number;
  type.labels = {{"en", std::move(en)}, {"zh", std::move(zh)}};
  FieldDef key;
  key.name = "key";
  key.kind = Kind::kText;
  key.required = true;
  key.labels = {{"en", "Key"}, {"zh", "键"}};
  FieldDef body;
  body.name = "body";
  body.number = 1;
  body.kind = Kind::kText;
  body.labels = {{"en", "Body"}, {"zh", "内容"}};
  FieldDef stamp;
  stamp.name = "stamp";
  stamp.number = 2;
  stamp.kind = Kind::kText;
  stamp.labels = {{"en", "Stamp"}, {"zh", "戳记"}};
  type.fields = {std::move(key), std::move(body), std::move(stamp)};
  IndexDef by_key;
  by_key.name = "by_key";
  by_key.number = number;
  by_key.unique = true;
  by_key.parts.push_back({.field = "key"});
  type.indexes.push_back(std::move(by_key));
  return type;
}

}  // namespace

std::vector<TypeDef> BuiltInTypes() {
  return {BuiltInType(kPackageType, "_package", "Package", "扩展包"), BuiltInType(kTypeType, "_type", "Entity type", "实体类型"),
          BuiltInType(kFieldType, "_field", "Field", "字段"), BuiltInType(kIndexType, "_index", "Index", "索引"),
          BuiltInType(kPolicyType, "_policy", "Access policy", "访问策略")};
}

}  // namespace kith::catalog
