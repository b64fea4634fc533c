// Values of a batch's JSON form, and strict parsing of its document.
#ifndef KITH_LIB_ENGINE_BATCH_JSON_INTERNAL_H_
#define KITH_LIB_ENGINE_BATCH_JSON_INTERNAL_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/catalog/catalog.h"

namespace kith::engine {

using Json = nlohmann::json;

// BatchMalformed at a path such as "changes[3].set.amount".
[[nodiscard]] Status Malformed(std::string_view path, std::string_view message);
// An error with its field replaced by the path.
[[nodiscard]] Status AtPath(const Status& status, const std::string& path);

// Parses one document. Errors as of CheckJson: BatchMalformed, NotUtf8, LimitExceeded.
[[nodiscard]] StatusOr<Json> ParseBatchJson(std::string_view text);

[[nodiscard]] StatusOr<Time> ReadTime(const Json& json, const std::string& path);

// A value that is no reference. `field` is nullptr for header fields.
[[nodiscard]] StatusOr<Value> ValueFromJson(const catalog::FieldDef* field, Kind kind, const Json& json);
[[nodiscard]] Json ValueToJson(const catalog::FieldDef* field, const Value& value);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_BATCH_JSON_INTERNAL_H_
