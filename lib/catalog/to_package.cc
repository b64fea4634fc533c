// A package as its author would write it, from what a database knows of it.
#include "catalog/package_internal.h"

namespace kith::catalog {
namespace {

void AddFields(const TypeDef& type, uint32_t package, Json& out, TypeNumbers& numbers) {
  for (const FieldDef& field : type.fields) {
    if (field.package != package || field.kind == Kind::kNull) continue;
    out["fields"].push_back(WriteField(field, Form::kPackage));
    numbers.fields[field.name] = field.number;
    for (const ChoiceDef& choice : field.choices) numbers.choices[field.name][choice.name] = choice.number;
  }
}

void AddIndexes(const TypeDef& type, uint32_t package, Json& out) {
  for (const IndexDef& index : type.indexes) {
    if (index.package == package && !index.automatic) out["indexes"].push_back(WriteIndex(index, Form::kPackage));
  }
}

}  // namespace

PackageSource ToPackage(const Catalog& catalog, const PackageDef& package) {
  Json json = WritePackageHead(package);
  json["package"] = package.name;
  Numbers numbers;
  for (const TypeDef& type : catalog.types()) {
    if (type.number < kFirstOpenType) continue;
    const bool own = type.package == package.number;
    Json body = own ? WriteTypeHead(type) : Json::object();
    TypeNumbers type_numbers;
    AddFields(type, package.number, body, type_numbers);
    AddIndexes(type, package.number, body);
    if (!own && body.empty()) continue;
    body[own ? "name" : "type"] = type.name;
    json[own ? "types" : "extend"].push_back(std::move(body));
    if (!type_numbers.fields.empty()) numbers[type.name] = std::move(type_numbers);
  }
  return {.definition = json.dump(), .numbers = WriteNumbers(package.name, numbers)};
}

}  // namespace kith::catalog
