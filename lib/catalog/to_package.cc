// A package as its author would write it, from what a database knows of it.
#include "catalog/merge_internal.h"
#include "catalog/package_internal.h"
#include "kith/base/limits.h"

namespace kith::catalog {
namespace {

void AddFields(const TypeDef& type, uint32_t package, Json& out, TypeNumbers& numbers) {
  for (const FieldDef& field : type.fields) {
    if (field.package != package || field.kind == Kind::kNull) continue;
    const FieldDef own = AdditionsOf(field, 0);
    out["fields"].push_back(WriteField(own, Form::kPackage));
    numbers.fields[field.name] = field.number;
    for (const ChoiceDef& choice : own.choices) numbers.choices[field.name][choice.name] = choice.number;
  }
}

// The choices, and the ways from and to them, that the package adds to other packages' fields.
void AddAdditions(const TypeDef& type, uint32_t package, Json& out, TypeNumbers& numbers) {
  for (const FieldDef& field : type.fields) {
    const FieldDef added = AdditionsOf(field, package);
    if (added.choices.empty()) continue;
    Json addition = WriteField(added, Form::kPackage);
    addition["field"] = field.name;
    addition.erase("name");
    addition.erase("kind");
    out["choices"].push_back(std::move(addition));
    for (const ChoiceDef& choice : added.choices) {
      numbers.choices[field.name][choice.name] = choice.number & limits::kAddedChoiceNumber;
    }
  }
}

void AddIndexes(const TypeDef& type, uint32_t package, Json& out) {
  for (const IndexDef& index : type.indexes) {
    if (index.package == package && !index.automatic) out["indexes"].push_back(WriteIndex(index, Form::kPackage));
  }
}

void AddChecks(const TypeDef& type, uint32_t package, Json& out) {
  for (const CheckDef& check : type.checks) {
    if (check.package == package) out["checks"].push_back(WriteCheck(check));
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
    AddAdditions(type, package.number, body, type_numbers);
    AddIndexes(type, package.number, body);
    AddChecks(type, package.number, body);
    if (!own && body.empty()) continue;
    body[own ? "name" : "type"] = type.name;
    json[own ? "types" : "extend"].push_back(std::move(body));
    if (!type_numbers.fields.empty() || !type_numbers.choices.empty()) numbers[type.name] = std::move(type_numbers);
  }
  return {.definition = json.dump(), .numbers = WriteNumbers(package.name, numbers)};
}

}  // namespace kith::catalog
