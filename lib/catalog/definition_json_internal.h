// Definitions to and from JSON: the form that packages and stored definitions share.
#ifndef KITH_LIB_CATALOG_DEFINITION_JSON_INTERNAL_H_
#define KITH_LIB_CATALOG_DEFINITION_JSON_INTERNAL_H_

#include <array>
#include <string>
#include <string_view>

#include "catalog/json_internal.h"
#include "kith/catalog/catalog.h"

namespace kith::catalog {

// A package holds no numbers and no unknown members; a stored definition has numbers and may have members of a newer library.
enum class Form { kPackage, kStored };
[[nodiscard]] constexpr Unknown UnknownOf(Form form) { return form == Form::kPackage ? Unknown::kRefuse : Unknown::kKeep; }

// A value of the field's kind, whose choices have their numbers. Errors are MalformedAt `path`.
[[nodiscard]] StatusOr<Value> ReadValue(const Json& json, const FieldDef& field, const std::string& path);
[[nodiscard]] Json WriteValue(const Value& value, const FieldDef& field);

// A field as read. Its values wait until the choices have numbers.
struct FieldDraft {
  FieldDef def;
  std::string path;
  Json minimum;  // null: none
  Json maximum;
  Json initial;
};
[[nodiscard]] StatusOr<FieldDraft> ReadField(const Json& json, const std::string& path, Form form);
// What a package adds to a choice field of another: {"field": ..., "choices": [...], "transitions": {...}, "initial_states": [...]}.
[[nodiscard]] StatusOr<FieldDraft> ReadAddition(const Json& json, const std::string& path);
[[nodiscard]] Status ResolveValues(FieldDraft& draft);
[[nodiscard]] Json WriteField(const FieldDef& field, Form form);

inline constexpr std::array<std::string_view, 3> kIndexKindNames = {"ordered", "text", "column"};  // by IndexKind

inline constexpr std::array<std::string_view, 5> kRollUpFunctionNames = {"count", "sum", "min", "max", "average"};  // by Function

// {"function": "sum", "of": "invoice", "by": "account", "field": "total", "where": "status == 'paid'"}
[[nodiscard]] StatusOr<RollUp> ReadRollUp(const Json& json, const std::string& path, Form form);
[[nodiscard]] Json WriteRollUp(const RollUp& roll_up, Form form);

[[nodiscard]] StatusOr<CheckDef> ReadCheck(const Json& json, const std::string& path, Form form);
[[nodiscard]] Json WriteCheck(const CheckDef& check);

[[nodiscard]] StatusOr<IndexDef> ReadIndex(const Json& json, const std::string& path, Form form);
[[nodiscard]] Json WriteIndex(const IndexDef& index, Form form);

// Name, labels, behaviours, retired. Other members of a package's type are the caller's to read from the same reader.
void ReadTypeHead(ObjectReader& reader, TypeDef& type);
[[nodiscard]] Json WriteTypeHead(const TypeDef& type);

// Version, needs, labels.
void ReadPackageHead(ObjectReader& reader, PackageDef& package);
[[nodiscard]] Json WritePackageHead(const PackageDef& package);

// Puts the members of `extra` (a JSON object or empty) beside those of `object`.
void AddExtra(Json& object, const std::string& extra);

}  // namespace kith::catalog

#endif  // KITH_LIB_CATALOG_DEFINITION_JSON_INTERNAL_H_
