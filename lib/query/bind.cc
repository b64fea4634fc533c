// Parameters and what a query is run with.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "kith/base/concat.h"
#include "kith/base/json.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/engine/json.h"
#include "query/compiled.h"

namespace kith::query {
namespace {

using Comparison = expr::Condition::Comparison;

Status BadParameter(const std::string& name, std::string_view message, std::string_view hint) {
  return MakeError({.reason = Reason::kBadOptions, .field = Concat({"parameters.", name}), .hint = std::string(hint)}, message);
}

// The value that a field of that kind holds. A reference may be given as its number.
StatusOr<Value> ToFieldValue(const expr::Any& any, Kind kind, uint8_t scale, const catalog::FieldDef* field) {
  if (kind == Kind::kRef) {
    if (const auto* number = any.get_if<int64_t>()) return Value(Id(static_cast<uint64_t>(*number)));
    if (const auto* number = any.get_if<uint64_t>()) return Value(Id(*number));
  }
  if (any.is_null()) return Value();
  return expr::ToValue(any, kind, scale, field);
}

// As the parameter's kind is written in expressions. What its field cannot hold (a decimal of more digits) stays as it is.
StatusOr<expr::Any> BindParameter(const Parameter& parameter, const expr::Any& given) {
  const bool as_given = parameter.kind == Kind::kNull || parameter.kind == Kind::kTextList || parameter.kind == Kind::kChoiceSet;
  if (given.is_null() || as_given || (parameter.kind == Kind::kChoice && given.get_if<std::string>() != nullptr)) return given;
  const uint8_t scale = parameter.field == nullptr && given.get_if<Decimal>() != nullptr ? given.get_if<Decimal>()->scale : parameter.scale;
  const StatusOr<Value> value = ToFieldValue(given, parameter.kind, scale, parameter.field);
  if (value.ok()) return expr::Any(*value);
  if (GetReason(value.status()) == Reason::kOutOfRange) return given;
  return WithContext(value.status(), {.field = Concat({"parameters.", parameter.name}), .value = expr::ToText(given)});
}

// The constants of a condition; false when the field cannot hold one.
StatusOr<bool> BindVariable(const catalog::TypeDef& type, const expr::Condition& condition, const expr::Any& variable,
                            std::vector<Value>& values) {
  const catalog::FieldDef* field = type.FieldAt(condition.position);
  const uint8_t scale = field == nullptr ? uint8_t{0} : field->scale;
  const expr::AnyList* list = variable.get_if<expr::AnyList>();
  const std::span<const expr::Any> items = list == nullptr ? std::span(&variable, 1) : std::span<const expr::Any>(*list);
  if ((list != nullptr) != (condition.comparison == Comparison::kIn)) return false;
  for (const expr::Any& item : items) {
    if (item.is_null()) return false;
    StatusOr<Value> value = ToFieldValue(item, type.KindAt(condition.position), scale, field);
    if (!value.ok()) return false;
    values.push_back(*std::move(value));
  }
  return true;
}

expr::Any FromPlainJson(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::boolean:
      return value.get<bool>();
    case nlohmann::json::value_t::number_unsigned:
      if (value.get<uint64_t>() > INT64_MAX) return value.get<uint64_t>();
      return value.get<int64_t>();
    case nlohmann::json::value_t::number_integer:
      return value.get<int64_t>();
    case nlohmann::json::value_t::number_float:
      return value.get<double>();
    case nlohmann::json::value_t::string:
      return value.get<std::string>();
    case nlohmann::json::value_t::array: {
      expr::AnyList list;
      for (const nlohmann::json& item : value) list.push_back(FromPlainJson(item));
      return list;
    }
    default:
      return {};
  }
}

StatusOr<expr::Any> FromJsonAs(const Parameter& parameter, const nlohmann::json& value) {
  if (value.is_object() && parameter.kind != Kind::kMoney) {
    return BadParameter(parameter.name, "is an object", "declare its kind in the query's parameters, or give a plain value");
  }
  if (value.is_null() || value.is_array() || parameter.kind == Kind::kNull) return FromPlainJson(value);
  if (parameter.kind == Kind::kChoice || value.is_number_integer() || value.is_boolean()) return FromPlainJson(value);
  StatusOr<Value> read = ValueFromJsonText(parameter.field, parameter.kind, value.dump());
  if (!read.ok()) return WithContext(read.status(), {.field = Concat({"parameters.", parameter.name})});
  return expr::Any(*read);
}

}  // namespace

StatusOr<expr::AnyList> BindParameters(const Prepared::Compiled& root, const Parameters& given) {
  expr::AnyList variables;
  std::vector<std::string_view> names;
  for (const Parameter& parameter : root.parameters) {
    names.push_back(parameter.name);
    const auto found = given.find(parameter.name);
    if (found == given.end())
      return BadParameter(parameter.name, "has no value", Concat({"give $", parameter.name, " when running the query"}));
    KITH_ASSIGN_OR_RETURN(expr::Any variable, BindParameter(parameter, found->second));
    variables.push_back(std::move(variable));
  }
  for (const auto& [name, value] : given) {
    if (std::find(names.begin(), names.end(), name) == names.end()) return BadParameter(name, "is used nowhere", NearestHint(name, names));
  }
  return variables;
}

StatusOr<bool> BindConditions(const Prepared::Compiled& compiled, const expr::AnyList& variables, Id link,
                              std::vector<BoundCondition>& bound) {
  bool all = true;
  for (size_t i = 0; i < compiled.demand.conditions.size(); ++i) {
    const expr::Condition& condition = compiled.demand.conditions[i];
    BoundCondition& made = bound.emplace_back(BoundCondition{condition.position, condition.comparison, condition.values, {}});
    if (compiled.link == i) {
      made.values = {link};
    } else if (condition.variable >= 0) {
      KITH_ASSIGN_OR_RETURN(const bool held,
                            BindVariable(*compiled.type, condition, variables[static_cast<size_t>(condition.variable)], made.values));
      all &= held;
    }
  }
  return all;
}

StatusOr<Parameters> Prepared::ParametersFromJson(std::string_view text) const {
  Parameters parameters;
  if (text.empty()) return parameters;
  KITH_RETURN_IF_ERROR(CheckJson(
      text, {.document = "the parameters", .malformed = Reason::kBadOptions, .bytes = limits::kBatchBytes, .depth = limits::kBatchDepth}));
  const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  if (!document.is_object()) return MakeError({.reason = Reason::kBadOptions, .field = "parameters"}, "is no JSON object");
  for (const auto& [name, value] : document.items()) {
    const auto& known = compiled_->parameters;
    const auto parameter = std::find_if(known.begin(), known.end(), [&name = name](const Parameter& p) { return p.name == name; });
    // One that is not known is refused by Run, with a hint.
    if (parameter == known.end()) {
      parameters.emplace(name, expr::Any());
      continue;
    }
    KITH_ASSIGN_OR_RETURN(expr::Any any, FromJsonAs(*parameter, value));
    parameters.emplace(name, std::move(any));
  }
  return parameters;
}

}  // namespace kith::query
