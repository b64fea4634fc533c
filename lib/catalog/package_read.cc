#include <set>

#include "catalog/behaviours_internal.h"
#include "catalog/package_internal.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

// A name used twice within one list. Which type, field or index exists at all is checked when the catalog is compiled.
class NameSet {
 public:
  Status Add(const std::string& name, const std::string& path) {
    if (names_.insert(name).second) return absl::OkStatus();
    return MalformedAt(JoinJsonPath(path, "name"), "the name is taken", name);
  }

 private:
  std::set<std::string, std::less<>> names_;
};

Status CheckName(const std::string& name, const std::string& path, std::string (*fault)(std::string_view)) {
  const std::string message = fault(name);
  return message.empty() ? absl::OkStatus() : MalformedAt(JoinJsonPath(path, "name"), message, ToText(Value(name)));
}

Status ReadFields(ObjectReader& reader, TypeDraft& type) {
  NameSet names;
  const std::vector<Json>& items = reader.Items("fields");
  for (size_t i = 0; i < items.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(FieldDraft field, ReadField(items[i], JoinJsonPath(reader.PathOf("fields"), i), Form::kPackage));
    KITH_RETURN_IF_ERROR(CheckName(field.def.name, field.path, FieldNameFault));
    KITH_RETURN_IF_ERROR(names.Add(field.def.name, field.path));
    type.fields.push_back(std::move(field));
  }
  return absl::OkStatus();
}

Status ReadAdditions(ObjectReader& reader, TypeDraft& type) {
  std::set<std::string, std::less<>> names;
  const std::vector<Json>& items = reader.Items("choices");
  for (size_t i = 0; i < items.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(FieldDraft addition, ReadAddition(items[i], JoinJsonPath(reader.PathOf("choices"), i)));
    if (!names.insert(addition.def.name).second) {
      return MalformedAt(JoinJsonPath(addition.path, "field"), "the field occurs twice", addition.def.name);
    }
    type.additions.push_back(std::move(addition));
  }
  return absl::OkStatus();
}

Status ReadIndexes(ObjectReader& reader, TypeDraft& type) {
  NameSet names;
  const std::vector<Json>& items = reader.Items("indexes");
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string path = JoinJsonPath(reader.PathOf("indexes"), i);
    KITH_ASSIGN_OR_RETURN(IndexDef index, ReadIndex(items[i], path, Form::kPackage));
    KITH_RETURN_IF_ERROR(CheckName(index.name, path, NameFault));
    KITH_RETURN_IF_ERROR(names.Add(index.name, path));
    type.indexes.push_back({std::move(index), path});
  }
  return absl::OkStatus();
}

Status ReadChecks(ObjectReader& reader, TypeDraft& type) {
  NameSet names;
  const std::vector<Json>& items = reader.Items("checks");
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string path = JoinJsonPath(reader.PathOf("checks"), i);
    KITH_ASSIGN_OR_RETURN(CheckDef check, ReadCheck(items[i], path, Form::kPackage));
    KITH_RETURN_IF_ERROR(CheckName(check.name, path, NameFault));
    KITH_RETURN_IF_ERROR(names.Add(check.name, path));
    type.checks.push_back({std::move(check), path});
  }
  return absl::OkStatus();
}

// A package may name only behaviours and roles that this library knows; a file may hold those of a newer one.
Status CheckBehaviours(const TypeDraft& type) {
  const std::string base = JoinJsonPath(type.path, "behaviours");
  for (const BehaviourDef& behaviour : type.def.behaviours) {
    const std::string path = JoinJsonPath(base, behaviour.name);
    const BehaviourRule* rule = FindBehaviourRule(behaviour.name);
    if (rule == nullptr) {
      return MakeError({.reason = Reason::kUnknownBehaviour,
                        .type = type.def.name,
                        .field = path,
                        .value = ToText(Value(behaviour.name)),
                        .hint = NearestHint(behaviour.name, BehaviourNames())},
                       "unknown behaviour");
    }
    for (const auto& [role, field] : behaviour.roles) {
      if (rule->Find(role) != nullptr) continue;
      return MakeError({.reason = Reason::kUnknownBehaviour,
                        .type = type.def.name,
                        .field = JoinJsonPath(path, role),
                        .value = ToText(Value(role)),
                        .hint = NearestHint(role, rule->RoleNames())},
                       "the behaviour has no such role");
    }
  }
  return absl::OkStatus();
}

StatusOr<TypeDraft> ReadType(const Json& json, const std::string& path, bool extends) {
  ObjectReader reader(json, path, Unknown::kRefuse);
  TypeDraft type;
  type.path = path;
  type.extends = extends;
  if (!reader.Text(extends ? "type" : "name", type.def.name) && reader.ok()) reader.Fail(extends ? "type" : "name", "is missing");
  if (!extends) ReadTypeHead(reader, type.def);
  KITH_RETURN_IF_ERROR(ReadFields(reader, type));
  if (extends) KITH_RETURN_IF_ERROR(ReadAdditions(reader, type));
  KITH_RETURN_IF_ERROR(ReadIndexes(reader, type));
  KITH_RETURN_IF_ERROR(ReadChecks(reader, type));
  KITH_RETURN_IF_ERROR(reader.Finish());
  KITH_RETURN_IF_ERROR(CheckName(type.def.name, path, NameFault));
  KITH_RETURN_IF_ERROR(CheckBehaviours(type));
  return type;
}

Status ReadTypes(ObjectReader& reader, std::string_view key, bool extends, PackageDraft& package) {
  NameSet names;
  const std::vector<Json>& items = reader.Items(key);
  for (size_t i = 0; i < items.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(TypeDraft type, ReadType(items[i], JoinJsonPath(key, i), extends));
    KITH_RETURN_IF_ERROR(names.Add(type.def.name, type.path));
    package.types.push_back(std::move(type));
  }
  return absl::OkStatus();
}

// ["system", "key"].
StatusOr<ExternalRef> ReadRef(const Json& json, const std::string& path) {
  const bool pair = json.is_array() && json.size() == 2 && json[0].is_string() && json[1].is_string();
  if (!pair) return MalformedAt(path, "an external reference is written [\"system\", \"key\"]", Shown(json));
  ExternalRef ref{json[0].get<std::string>(), json[1].get<std::string>()};
  if (ref.system.empty() || ref.key.empty()) return MalformedAt(path, "system and key are not empty", Shown(json));
  if (ref.system.size() > limits::kExternalSystemBytes)
    return MalformedAt(path, "longer than limits::kExternalSystemBytes", ToText(Value(ref.system)));
  if (ref.key.size() > limits::kExternalKeyBytes) return MalformedAt(path, "longer than limits::kExternalKeyBytes", ToText(Value(ref.key)));
  return ref;
}

StatusOr<SeedDraft> ReadSeed(const Json& json, const std::string& path) {
  ObjectReader reader(json, path, Unknown::kRefuse);
  SeedDraft seed;
  seed.path = path;
  seed.set = Json::object();
  if (!reader.Text("type", seed.type) && reader.ok()) reader.Fail("type", "is missing");
  if (const Json* ref = reader.Require("ref"); ref != nullptr) {
    StatusOr<ExternalRef> pair = ReadRef(*ref, reader.PathOf("ref"));
    if (!pair.ok()) return pair.status();
    seed.ref = *std::move(pair);
  }
  for (const auto& [field, value] : reader.Members("set")) seed.set[field] = value;
  KITH_RETURN_IF_ERROR(reader.Finish());
  return seed;
}

Status ReadSeeds(ObjectReader& reader, PackageDraft& package) {
  std::set<std::string> keys;
  const std::vector<Json>& items = reader.Items("seeds");
  for (size_t i = 0; i < items.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(SeedDraft seed, ReadSeed(items[i], JoinJsonPath("seeds", i)));
    if (!keys.insert(seed.Key()).second) return MalformedAt(JoinJsonPath(seed.path, "ref"), "an earlier seed has this reference");
    package.seeds.push_back(std::move(seed));
  }
  return absl::OkStatus();
}

Status CheckHead(PackageDraft& package) {
  if (const std::string fault = PackageNameFault(package.def.name); !fault.empty()) {
    return MalformedAt("package", fault, ToText(Value(package.def.name)));
  }
  const std::optional<Version> version = ParseVersion(package.def.version);
  if (!version.has_value())
    return MalformedAt("version", "a version is three numbers, such as \"1.0.0\"", ToText(Value(package.def.version)));
  package.version = *version;
  for (size_t i = 0; i < package.def.needs.size(); ++i) {
    const std::string& need = package.def.needs[i];
    if (ParseNeed(need).has_value()) continue;
    return MalformedAt(JoinJsonPath("needs", i), "a need is a package, with or without a least version: \"kith.crm >= 1.2.0\"",
                       ToText(Value(need)));
  }
  return absl::OkStatus();
}

Status ReadDocument(const Json& json, PackageDraft& package) {
  ObjectReader reader(json, {}, Unknown::kRefuse);
  if (!reader.Text("package", package.def.name) && reader.ok()) reader.Fail("package", "is missing");
  ReadPackageHead(reader, package.def);
  KITH_RETURN_IF_ERROR(ReadTypes(reader, "types", false, package));
  KITH_RETURN_IF_ERROR(ReadTypes(reader, "extend", true, package));
  KITH_RETURN_IF_ERROR(ReadSeeds(reader, package));
  KITH_RETURN_IF_ERROR(reader.Finish());
  return CheckHead(package);
}

}  // namespace

Status InPackage(const Status& status, std::string_view package) {
  if (package.empty()) return status;
  std::string message = "package ";
  message += ToText(Value(package));
  message += ": ";
  message += MessageOf(status);
  return MakeError(GetErrorInfo(status), message);
}

StatusOr<PackageDraft> ReadPackage(const PackageSource& source) {
  KITH_ASSIGN_OR_RETURN(const Json json, ParseStrict(source.definition));
  PackageDraft package;
  if (const Status status = ReadDocument(json, package); !status.ok()) return InPackage(status, package.def.name);
  package.has_numbers = !source.numbers.empty();
  if (!package.has_numbers) return package;
  StatusOr<Numbers> numbers = ReadNumbers(source.numbers, package.def.name);
  if (!numbers.ok()) return InPackage(numbers.status(), package.def.name);
  package.numbers = *std::move(numbers);
  return package;
}

}  // namespace kith::catalog
