// Checks of packages, types, indexes and behaviours.
#include <algorithm>
#include <set>

#include "catalog/behaviours_internal.h"
#include "catalog/compile_internal.h"
#include "catalog/definition_json_internal.h"
#include "catalog/names_internal.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

bool IsBuiltIn(const TypeDef& type) { return type.number < kFirstOpenType; }

bool CanBeOrdered(Kind kind) { return kind != Kind::kTextList && kind != Kind::kChoiceSet; }

// A column packs values of a fixed width.
bool CanBeColumn(Kind kind) { return CanBeOrdered(kind) && kind != Kind::kText && kind != Kind::kBytes; }

std::vector<std::string_view> PartNames(const TypeDef& type) {
  std::vector<std::string_view> names = FieldNames(type);
  for (const std::string_view header : {"id", "created", "updated", "owner", "unit", "version", "visibility"}) names.push_back(header);
  return names;
}

}  // namespace

std::string Compiler::LabelsFault(const Labels& labels, std::string& language) {
  for (const auto& [tag, label] : labels) {
    language = tag;
    if (std::string fault = LanguageFault(tag); !fault.empty()) return fault;
    if (label.empty()) return "the label is empty";
    if (label.size() > limits::kLabelBytes) return "the label is longer than limits::kLabelBytes";
    if (!IsUtf8(label)) return "the label is not UTF-8";
  }
  return {};
}

Status Compiler::CheckPackages() const {
  std::set<std::string_view> names;
  std::set<uint32_t> numbers;
  for (const PackageDef& package : catalog_->packages_) {
    if (std::string fault = PackageNameFault(package.name); !fault.empty())
      return PackageError(package, "package", {fault, ToText(Value(package.name))});
    if (!names.insert(package.name).second) return PackageError(package, "package", {"the name is taken"});
    if (package.number == 0 || package.number > limits::kPackages) {
      return PackageError(package, {}, {"the number lies between 1 and limits::kPackages", std::to_string(package.number)});
    }
    if (!numbers.insert(package.number).second) return PackageError(package, {}, {"the number is taken", std::to_string(package.number)});
    if (!ParseVersion(package.version).has_value())
      return PackageError(package, "version", {"not a version", ToText(Value(package.version))});
    std::string language;
    if (std::string fault = LabelsFault(package.labels, language); !fault.empty())
      return PackageError(package, JoinJsonPath("labels", language), {fault});
  }
  return absl::OkStatus();
}

Status Compiler::CheckType(const TypeDef& type) const {
  if (IsBuiltIn(type)) {
    // What a caller passes as a type of its own takes no compiled-in number.
    const std::vector<TypeDef> built_in = BuiltInTypes();
    const auto same = [&type](const TypeDef& t) { return t.name == type.name; };
    if (std::any_of(built_in.begin(), built_in.end(), same)) return absl::OkStatus();
    return TypeError(type, {}, {"numbers below kFirstOpenType belong to the library", std::to_string(type.number)});
  }
  if (std::string fault = NameFault(type.name); !fault.empty()) return TypeError(type, "name", {fault, ToText(Value(type.name))});
  if (catalog_->FindPackage(type.package) == nullptr) {
    return TypeError(type, {}, {"its package is unknown", std::to_string(type.package), {}, Reason::kPackageMissing});
  }
  std::string language;
  if (std::string fault = LabelsFault(type.labels, language); !fault.empty())
    return TypeError(type, JoinJsonPath("labels", language), {fault});
  std::set<std::string_view> behaviours;
  for (const BehaviourDef& behaviour : type.behaviours) {
    if (!behaviours.insert(behaviour.name).second)
      return TypeError(type, JoinJsonPath("behaviours", behaviour.name), {"the behaviour occurs twice"});
  }
  std::set<std::string_view> indexes;
  for (const IndexDef& index : type.indexes) {
    if (!indexes.insert(index.name).second) return IndexError(type, index, "name", {"the name is taken", index.name});
  }
  return absl::OkStatus();
}

// What the kind of an index forbids beside what holds for all.
Status Compiler::CheckIndexKind(const TypeDef& type, const IndexDef& index) const {
  const bool text = index.kind == IndexKind::kText;
  const std::string kind(NameOf(index.kind));
  if (index.kind != IndexKind::kOrdered) {
    if (index.unique) return IndexError(type, index, "unique", {"an index of kind " + kind + " is never unique"});
    if (!index.cover.empty()) return IndexError(type, index, "cover", {"an index of kind " + kind + " covers nothing"});
  }
  if (index.kind == IndexKind::kColumn && index.parts.size() != 1) {
    return IndexError(type, index, "fields",
                      {"a column holds one field", std::to_string(index.parts.size()), "declare an index for each field"});
  }
  for (size_t i = 0; i < index.parts.size(); ++i) {
    const IndexPart& part = index.parts[i];
    const std::string path = JoinJsonPath("fields", i);
    const FieldDef* field = type.FindField(part.field);
    if (index.kind == IndexKind::kOrdered && field != nullptr && !CanBeOrdered(field->kind)) {
      return IndexError(type, index, path, {"a " + std::string(NameOf(field->kind)) + " has no order", part.field});
    }
    if (index.kind != IndexKind::kOrdered && part.order == Order::kDescending) {
      return IndexError(type, index, path, {"an index of kind " + kind + " has no order", "-" + part.field, "leave the minus out"});
    }
    if (text && (field == nullptr || (field->kind != Kind::kText && field->kind != Kind::kTextList))) {
      return IndexError(type, index, path, {"a text index takes fields of kind text and text_list", part.field});
    }
    if (index.kind == IndexKind::kColumn && field != nullptr && !CanBeColumn(field->kind)) {
      return IndexError(type, index, path, {"a " + std::string(NameOf(field->kind)) + " has no fixed width", part.field});
    }
    if (!text && part.weight != 1) return IndexError(type, index, "weights", {"only a text index has weights"});
  }
  return absl::OkStatus();
}

Status Compiler::CheckIndex(const TypeDef& type, const IndexDef& index) const {
  if (std::string fault = NameFault(index.name); !fault.empty()) return IndexError(type, index, "name", {fault, ToText(Value(index.name))});
  if (index.parts.empty()) return IndexError(type, index, "fields", {"an index has at least one field"});
  if (index.parts.size() > limits::kIndexFields) {
    return IndexError(type, index, "fields",
                      {"more fields than limits::kIndexFields", std::to_string(index.parts.size()), {}, Reason::kLimitExceeded});
  }
  if (index.cover.size() > limits::kIndexCovers) {
    return IndexError(type, index, "cover",
                      {"more fields than limits::kIndexCovers", std::to_string(index.cover.size()), {}, Reason::kLimitExceeded});
  }
  for (const auto* parts : {&index.parts, &index.cover}) {
    const std::string_view member = parts == &index.parts ? "fields" : "cover";
    std::set<std::string_view> names;
    for (size_t i = 0; i < parts->size(); ++i) {
      const std::string& name = (*parts)[i].field;
      const std::string path = JoinJsonPath(member, i);
      const FieldDef* field = type.FindField(name);
      if (!type.FindPosition(name).has_value()) {
        return IndexError(type, index, path,
                          {"unknown field", ToText(Value(name)), NearestHint(name, PartNames(type)), Reason::kUnknownField});
      }
      if (!names.insert(name).second) return IndexError(type, index, path, {"the field occurs twice", name});
      if (field != nullptr && field->computed()) {
        return IndexError(type, index, path, {"the field is computed, and an index holds what is stored", name, "index what it reads"});
      }
      if (field != nullptr && field->kind == Kind::kNull) {
        return IndexError(type, index, path,
                          {"the field is of a kind that this library does not know", name, "open the database with a newer library",
                           Reason::kFormatNewer});
      }
    }
  }
  return CheckIndexKind(type, index);
}

Status Compiler::CheckIndexNumbers() const {
  std::map<uint32_t, const IndexDef*> taken;
  for (const TypeDef& type : catalog_->types_) {
    for (const IndexDef& index : type.indexes) {
      if (!IsBuiltIn(type) && index.number < kFirstOpenIndex) {
        return IndexError(type, index, {}, {"numbers below kFirstOpenIndex belong to the library", std::to_string(index.number)});
      }
      if (!taken.emplace(index.number, &index).second)
        return IndexError(type, index, {}, {"the number is taken", std::to_string(index.number)});
    }
  }
  return absl::OkStatus();
}

// A behaviour or role that this library does not know came with a newer one: only its fields must exist.
Status Compiler::CheckBehaviour(const TypeDef& type, const BehaviourDef& behaviour) const {
  const std::string base = JoinJsonPath("behaviours", behaviour.name);
  const BehaviourRule* rule = FindBehaviourRule(behaviour.name);
  for (const auto& [role, field_name] : behaviour.roles) {
    const std::string path = JoinJsonPath(base, role);
    const FieldDef* field = type.FindField(field_name);
    if (field == nullptr) {
      return TypeError(type, path,
                       {"unknown field", ToText(Value(field_name)), NearestHint(field_name, FieldNames(type)), Reason::kUnknownField});
    }
    const RoleRule* known = rule == nullptr ? nullptr : rule->Find(role);
    if (known == nullptr) continue;
    if (field->retired) return TypeError(type, path, {"the field is retired", field_name});
    if (field->computed()) return TypeError(type, path, {"the field is computed, and a role is played by a stored one", field_name});
    if (std::find(known->kinds.begin(), known->kinds.end(), field->kind) != known->kinds.end()) continue;
    std::string wanted;
    for (const Kind kind : known->kinds) wanted += (wanted.empty() ? "" : " or ") + std::string(NameOf(kind));
    return TypeError(
        type, path,
        {"a field of kind " + std::string(NameOf(field->kind)) + " cannot play this role", field_name, "the role takes " + wanted});
  }
  if (rule == nullptr) return absl::OkStatus();
  for (const RoleRule& role : rule->roles) {
    if (role.required && behaviour.roles.find(role.name) == behaviour.roles.end()) {
      return TypeError(type, base, {"role " + std::string(role.name) + " is missing", {}, "name the field that plays it"});
    }
  }
  return absl::OkStatus();
}

}  // namespace kith::catalog
