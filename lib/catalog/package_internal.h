// A package as read from its two files, before it meets a database.
#ifndef KITH_LIB_CATALOG_PACKAGE_INTERNAL_H_
#define KITH_LIB_CATALOG_PACKAGE_INTERNAL_H_

#include <map>
#include <string>
#include <vector>

#include "catalog/definition_json_internal.h"
#include "catalog/names_internal.h"
#include "kith/catalog/catalog.h"

namespace kith::catalog {

// The numbers file: {"types": {"account": {"fields": {"name": 0}, "choices": {"industry": {"law": 1}}}}}.
struct TypeNumbers {
  std::map<std::string, uint32_t, std::less<>> fields;
  std::map<std::string, std::map<std::string, int32_t, std::less<>>, std::less<>> choices;  // by field
};
using Numbers = std::map<std::string, TypeNumbers, std::less<>>;  // by type
// Paths of errors begin with "numbers:".
[[nodiscard]] StatusOr<Numbers> ReadNumbers(std::string_view json, std::string_view package);
[[nodiscard]] std::string WriteNumbers(std::string_view package, const Numbers& numbers);

struct IndexDraft {
  IndexDef def;
  std::string path;
};

struct CheckDraft {
  CheckDef def;
  std::string path;
};

// A type that the package declares, or (extends) what it adds to another package's type.
struct TypeDraft {
  TypeDef def;  // name, labels, behaviours, retired
  bool extends = false;
  std::string path;
  std::vector<FieldDraft> fields;
  std::vector<FieldDraft> additions;  // to fields of other packages: name, choices, transitions, initial states
  std::vector<IndexDraft> indexes;
  std::vector<CheckDraft> checks;
};

struct SeedDraft {
  std::string path;
  std::string type;
  ExternalRef ref;
  Json set;
  [[nodiscard]] std::string Key() const { return type + " " + ref.system + " " + ref.key; }
};

struct PackageDraft {
  PackageDef def;
  Version version;
  std::vector<TypeDraft> types;
  std::vector<SeedDraft> seeds;
  bool has_numbers = false;
  Numbers numbers;
};

// Reads and checks everything that can be checked without other packages. Errors: PackageMalformed, LimitExceeded, UnknownBehaviour.
[[nodiscard]] StatusOr<PackageDraft> ReadPackage(const PackageSource& source);

// The same error, whose message begins with the package's name.
[[nodiscard]] Status InPackage(const Status& status, std::string_view package);

}  // namespace kith::catalog

#endif  // KITH_LIB_CATALOG_PACKAGE_INTERNAL_H_
