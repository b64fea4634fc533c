// Records and history as JSON text, values in the form that a batch takes (engine/batch.h).
#ifndef KITH_ENGINE_JSON_H_
#define KITH_ENGINE_JSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/history.h"
#include "kith/record/record.h"

namespace kith {

// {"id", "type", "version", "created", "updated", "owner", "unit", "visibility", "origin", "fields": {name: value}}; null fields are left
// out.
[[nodiscard]] std::string RecordToJson(const catalog::TypeDef& type, record::View view);

// [{"sequence", "operation", "actor", "reason", "recorded", "effective", "fields": [{"field", "before", "after", "effective"}]}], in the
// given order. A field that the catalog no longer knows is named "<package number>/<field number>".
[[nodiscard]] std::string HistoryToJson(const catalog::Catalog& catalog, const std::vector<HistoryEntry>& history);
// {"scanned": n, "entries": [...]}, each as above with "record" and "type" before the rest.
[[nodiscard]] std::string FeedToJson(const catalog::Catalog& catalog, const FeedPage& page);
// {"types": [names], "fields": [names], "operations": ["create", "change", "delete"], "record": id}, any of them left out; empty text: all.
// Errors: BadOptions with the member at fault.
[[nodiscard]] StatusOr<FeedFilter> FeedFilterFromJson(std::string_view json);
// {"next": id or null, "differences": [{"record", "type", "operation", "fields": [{"field", "before", "after"}]}]}
[[nodiscard]] std::string DifferencesToJson(const catalog::Catalog& catalog, const DifferencePage& page);
// {"sequence", "time"}; time null: all of the past is known.
[[nodiscard]] std::string HorizonToJson(const Horizon& horizon);

// What stands there: "create", "change", "delete"; the field's definition, nullptr when the catalog has none; its name; the actor.
[[nodiscard]] std::string_view NameOf(Operation operation);
[[nodiscard]] const catalog::FieldDef* FindField(const catalog::TypeDef& type, const FieldChange& change);
[[nodiscard]] std::string NameOfField(const catalog::TypeDef* type, const FieldChange& change);
[[nodiscard]] std::string ActorToJsonText(const Actor& actor);

// One value; `field` names choices, nullptr: none. The second is the inverse of the first: `kind` is the field's. A reference is an id.
// Errors: WrongKind with the form to write, NotAChoice, OutOfRange.
[[nodiscard]] std::string ValueToJsonText(const catalog::FieldDef* field, const Value& value);
[[nodiscard]] StatusOr<Value> ValueFromJsonText(const catalog::FieldDef* field, Kind kind, std::string_view json);

}  // namespace kith

#endif  // KITH_ENGINE_JSON_H_
