// Answers as JSON: what all functions here write alike.
#ifndef KITH_CAPI_ANSWER_H_
#define KITH_CAPI_ANSWER_H_

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kith/base/id.h"
#include "kith/base/money.h"

namespace kith::capi {

// Members keep the order in which they are written.
using Json = nlohmann::ordered_json;

// Text from files may hold anything but is checked on the way in; what is not UTF-8 all the same is replaced rather than refused.
[[nodiscard]] inline std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// JSON has no NaN: a number that there is none of is null.
[[nodiscard]] inline Json Number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
[[nodiscard]] inline Json Number(const std::optional<double>& value) { return value ? Number(*value) : Json(nullptr); }
[[nodiscard]] inline Json IdOrNull(Id id) { return id.is_null() ? Json(nullptr) : Json(id.value()); }
[[nodiscard]] inline Json IdsJson(const std::vector<Id>& ids) {
  Json list = Json::array();
  for (const Id id : ids) list.push_back(id.value());
  return list;
}
[[nodiscard]] inline Json MoneyJson(const Money& amount) { return {{"minor", amount.minor}, {"currency", amount.currency.code()}}; }

}  // namespace kith::capi

#endif  // KITH_CAPI_ANSWER_H_
