#include "engine/batch_json_internal.h"
#include "kith/engine/json.h"

namespace kith {

std::string ValueToJsonText(const catalog::FieldDef* field, const Value& value) {
  return engine::ValueToJson(field, value).dump(-1, ' ', false, engine::Json::error_handler_t::replace);
}

StatusOr<Value> ValueFromJsonText(const catalog::FieldDef* field, Kind kind, std::string_view json) {
  const engine::Json parsed = engine::Json::parse(json, nullptr, false);
  if (parsed.is_discarded()) return MakeError({.reason = Reason::kWrongKind, .value = ToText(Value(json))}, "is no JSON");
  if (parsed.is_null()) return Value();
  if (kind != Kind::kRef) return engine::ValueFromJson(field, kind, parsed);
  if (parsed.is_number_unsigned()) return Value(Id(parsed.get<uint64_t>()));
  return MakeError({.reason = Reason::kWrongKind, .value = ToText(Value(json)), .hint = "write it as the id of a record"}, "is no ref");
}

}  // namespace kith
