// Definitions as records, and the catalog as one document.
#include <algorithm>

#include "catalog/compile_internal.h"
#include "catalog/definition_json_internal.h"
#include "catalog/policy_internal.h"

namespace kith::catalog {
namespace {

// Fields and indexes as they stand in definitions know their package by its number, types by the package's name in "package": numbers are
// the database's own and stand nowhere else.
Json WritePackage(const PackageDef& package) {
  Json json = WritePackageHead(package);
  json["number"] = package.number;
  if (package.removed) json["removed"] = true;
  if (!package.seeded.empty()) json["seeded"] = package.seeded;
  return json;
}

std::string PackageNameOf(const Catalog& catalog, uint32_t number) {
  const PackageDef* package = catalog.FindPackage(number);
  return package == nullptr ? std::string() : package->name;
}

Json WriteType(const TypeDef& type, const Catalog& catalog) {
  Json json = WriteTypeHead(type);
  json["number"] = type.number;
  json["package"] = PackageNameOf(catalog, type.package);
  for (const CheckDef& check : type.checks) {
    Json body = WriteCheck(check);
    body["package"] = PackageNameOf(catalog, check.package);
    json["checks"].push_back(std::move(body));
  }
  return json;
}

Json WriteStoredIndex(const IndexDef& index, const Catalog& catalog) {
  Json json = WriteIndex(index, Form::kStored);
  json["package"] = PackageNameOf(catalog, index.package);
  return json;
}

// "account.kith.crm.name": type, package, field; only the package has dots.
struct FieldKey {
  std::string type;
  std::string package;
  std::string field;
};
std::optional<FieldKey> SplitFieldKey(const std::string& key) {
  const size_t first = key.find('.');
  const size_t last = key.rfind('.');
  if (first == std::string::npos || first == last) return std::nullopt;
  return FieldKey{key.substr(0, first), key.substr(first + 1, last - first - 1), key.substr(last + 1)};
}

// Reads definitions in passes: packages, types, then what stands in types.
class DefinitionReader {
 public:
  explicit DefinitionReader(uint64_t version) { input_.version = version; }

  Status Read(std::span<const Definition> definitions) {
    for (const Definition& d : definitions) {
      if (d.type == kPackageType) KITH_RETURN_IF_ERROR(InDefinition(d, ReadPackageDefinition(d)));
      if (d.type == kPolicyType && d.key == kPolicyKey) input_.policy = d.body;
      if (d.type < kPackageType || d.type > kPolicyType) input_.kept.push_back(d);
    }
    for (const Definition& d : definitions) {
      if (d.type == kTypeType) KITH_RETURN_IF_ERROR(InDefinition(d, ReadTypeDefinition(d)));
    }
    for (const Definition& d : definitions) {
      if (d.type == kFieldType) KITH_RETURN_IF_ERROR(InDefinition(d, ReadFieldDefinition(d)));
      if (DroppedIndexNumber(d) != 0) {
        input_.kept.push_back(d);
        continue;
      }
      if (d.type == kIndexType) KITH_RETURN_IF_ERROR(InDefinition(d, ReadIndexDefinition(d)));
    }
    return absl::OkStatus();
  }

  CompileInput Take() { return std::move(input_); }

 private:
  // What a file holds is not an author's text: what does not read is corrupt, or of a newer format.
  static Status InDefinition(const Definition& definition, const Status& status) {
    if (status.ok()) return status;
    ErrorInfo info = GetErrorInfo(status);
    if (info.reason == Reason::kPackageMalformed) info.reason = Reason::kCorrupt;
    const std::string_view separator = info.field.empty() || info.field == "$" ? "" : ": ";
    info.field = definition.key + std::string(separator) + (separator.empty() ? "" : info.field);
    return MakeError(info, "definition does not read: " + std::string(MessageOf(status)));
  }

  StatusOr<uint32_t> PackageNumber(const std::string& name) const {
    const auto it = packages_.find(name);
    if (it == packages_.end()) return MalformedAt("package", "unknown package", name);
    return it->second;
  }
  StatusOr<TypeDef*> Type(const std::string& name) {
    const auto it = types_.find(name);
    if (it == types_.end()) return MalformedAt({}, "its type is not among the definitions", name);
    return &input_.types[it->second];
  }

  Status ReadPackageDefinition(const Definition& d) {
    KITH_ASSIGN_OR_RETURN(const Json json, ParseStrict(d.body));
    ObjectReader reader(json, {}, Unknown::kKeep);
    PackageDef package;
    package.name = d.key;
    ReadPackageHead(reader, package);
    reader.Number("number", package.number, UINT32_MAX);
    reader.Flag("removed", package.removed);
    reader.Texts("seeded", package.seeded);
    KITH_RETURN_IF_ERROR(reader.Finish(&package.extra));
    packages_[package.name] = package.number;
    input_.packages.push_back(std::move(package));
    return absl::OkStatus();
  }

  Status ReadTypeDefinition(const Definition& d) {
    KITH_ASSIGN_OR_RETURN(const Json json, ParseStrict(d.body));
    ObjectReader reader(json, {}, Unknown::kKeep);
    TypeDef type;
    type.name = d.key;
    ReadTypeHead(reader, type);
    uint32_t number = 0;
    reader.Number("number", number, UINT16_MAX);
    type.number = static_cast<TypeNumber>(number);
    std::string package;
    reader.Text("package", package);
    for (const Json& check : reader.Items("checks")) KITH_RETURN_IF_ERROR(ReadStoredCheck(check, type));
    KITH_RETURN_IF_ERROR(reader.Finish(&type.extra));
    KITH_ASSIGN_OR_RETURN(type.package, PackageNumber(package));
    types_[type.name] = input_.types.size();
    input_.types.push_back(std::move(type));
    return absl::OkStatus();
  }

  Status ReadStoredCheck(Json json, TypeDef& type) {
    std::string package;
    if (json.is_object() && json.contains("package") && json["package"].is_string()) package = json["package"].get<std::string>();
    if (json.is_object()) json.erase("package");
    KITH_ASSIGN_OR_RETURN(CheckDef check, ReadCheck(json, JoinJsonPath("checks", type.checks.size()), Form::kStored));
    KITH_ASSIGN_OR_RETURN(check.package, PackageNumber(package));
    type.checks.push_back(std::move(check));
    return absl::OkStatus();
  }

  Status ReadFieldDefinition(const Definition& d) {
    const std::optional<FieldKey> key = SplitFieldKey(d.key);
    if (!key.has_value()) return MalformedAt({}, "a field's key is type.package.field");
    KITH_ASSIGN_OR_RETURN(TypeDef * type, Type(key->type));
    KITH_ASSIGN_OR_RETURN(const uint32_t package, PackageNumber(key->package));
    KITH_ASSIGN_OR_RETURN(const Json json, ParseStrict(d.body));
    KITH_ASSIGN_OR_RETURN(FieldDraft draft, IsOfUnknownKind(json) ? ReadUnknownField(json) : ReadField(json, {}, Form::kStored));
    KITH_RETURN_IF_ERROR(ResolveValues(draft));
    draft.def.name = key->field;
    draft.def.package = package;
    type->fields.push_back(std::move(draft.def));
    return absl::OkStatus();
  }

  // A newer library added the field: it reads as null here, and its definition and values are kept as they are.
  static bool IsOfUnknownKind(const Json& json) {
    if (!json.is_object() || !json.contains("kind") || !json["kind"].is_string()) return false;  // the reader says what is wrong
    return !KindFromName(json["kind"].get_ref<const std::string&>()).has_value();
  }
  static StatusOr<FieldDraft> ReadUnknownField(const Json& json) {
    ObjectReader reader(json, {}, Unknown::kKeep);
    FieldDraft draft;
    reader.Number("number", draft.def.number, UINT32_MAX);
    KITH_RETURN_IF_ERROR(reader.Finish());
    draft.def.extra = json.dump();
    return draft;
  }

  Status ReadIndexDefinition(const Definition& d) {
    const size_t dot = d.key.find('.');
    if (dot == std::string::npos) return MalformedAt({}, "an index's key is type.index");
    KITH_ASSIGN_OR_RETURN(TypeDef * type, Type(d.key.substr(0, dot)));
    KITH_ASSIGN_OR_RETURN(Json json, ParseStrict(d.body));
    std::string package;
    if (json.is_object() && json.contains("package") && json["package"].is_string()) package = json["package"].get<std::string>();
    if (json.is_object()) json.erase("package");
    KITH_ASSIGN_OR_RETURN(IndexDef index, ReadIndex(json, {}, Form::kStored));
    index.name = d.key.substr(dot + 1);
    KITH_ASSIGN_OR_RETURN(index.package, PackageNumber(package));
    type->indexes.push_back(std::move(index));
    return absl::OkStatus();
  }

  CompileInput input_;
  std::map<std::string, uint32_t> packages_;
  std::map<std::string, size_t> types_;
};

}  // namespace

std::vector<Definition> ToDefinitions(const Catalog& catalog) {
  std::vector<Definition> definitions;
  for (const PackageDef& package : catalog.packages()) definitions.push_back({kPackageType, package.name, WritePackage(package).dump()});
  for (const TypeDef& type : catalog.types()) {
    if (type.number < kFirstOpenType) continue;
    definitions.push_back({kTypeType, type.name, WriteType(type, catalog).dump()});
    for (const FieldDef& field : type.fields) {
      definitions.push_back({kFieldType, type.name + "." + PackageNameOf(catalog, field.package) + "." + field.name,
                             WriteField(field, Form::kStored).dump()});
    }
    for (const IndexDef& index : type.indexes) {
      definitions.push_back({kIndexType, type.name + "." + index.name, WriteStoredIndex(index, catalog).dump()});
    }
  }
  if (catalog.policy().is_set()) definitions.push_back({kPolicyType, std::string(kPolicyKey), catalog.policy().text});
  definitions.insert(definitions.end(), catalog.kept_.begin(), catalog.kept_.end());
  return definitions;
}

StatusOr<std::shared_ptr<const Catalog>> FromDefinitions(uint64_t version, std::span<const Definition> definitions) {
  DefinitionReader reader(version);
  KITH_RETURN_IF_ERROR(reader.Read(definitions));
  StatusOr<std::shared_ptr<const Catalog>> catalog = CompileCatalog(reader.Take());
  if (catalog.ok()) return catalog;
  ErrorInfo info = GetErrorInfo(catalog.status());
  if (info.reason == Reason::kFormatNewer) return catalog;
  info.reason = Reason::kCorrupt;  // the library never stores what does not compile
  return MakeError(info, MessageOf(catalog.status()));
}

std::string Catalog::ToJson() const {
  Json json = {{"packages", Json::array()}, {"types", Json::array()}};
  for (const PackageDef& package : packages_) {
    Json body = WritePackage(package);
    body["package"] = package.name;
    json["packages"].push_back(std::move(body));
  }
  for (const TypeDef& type : types_) {
    if (type.number < kFirstOpenType) continue;
    Json body = WriteType(type, *this);
    body["name"] = type.name;
    body["fields"] = Json::array();
    for (const FieldDef& field : type.fields) {
      Json field_body = WriteField(field, Form::kStored);
      field_body["name"] = field.name;
      field_body["package"] = PackageNameOf(*this, field.package);
      body["fields"].push_back(std::move(field_body));
    }
    body["indexes"] = Json::array();
    for (const IndexDef& index : type.indexes) {
      Json index_body = WriteStoredIndex(index, *this);
      index_body["name"] = index.name;
      body["indexes"].push_back(std::move(index_body));
    }
    json["types"].push_back(std::move(body));
  }
  if (policy_.is_set()) json["policy"] = Json::parse(policy_.text);
  return json.dump(2) + "\n";
}

}  // namespace kith::catalog
