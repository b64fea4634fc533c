// Plans and rows as JSON.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "kith/base/concat.h"
#include "kith/engine/json.h"
#include "query/compiled.h"
#include "query/group.h"

namespace kith::query {
namespace {

// Members keep the order in which they are written here.
using Json = nlohmann::ordered_json;
using Comparison = expr::Condition::Comparison;

std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string_view NameOf(Access access) {
  switch (access) {
    case Access::kScan:
      return "scan";
    case Access::kIds:
      return "ids";
    case Access::kIndex:
      return "index";
    case Access::kIntersection:
      return "intersection";
    case Access::kColumns:
      return "columns";
  }
  return "scan";
}

std::string_view NameOf(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return "==";
    case Comparison::kLess:
      return "<";
    case Comparison::kLessOrEqual:
      return "<=";
    case Comparison::kGreater:
      return ">";
    case Comparison::kGreaterOrEqual:
      return ">=";
    case Comparison::kIn:
      return "in";
    case Comparison::kIsNull:
      return "== null";
  }
  return "?";
}

std::string NameAt(const catalog::TypeDef& type, int32_t position) {
  if (const catalog::FieldDef* field = type.FieldAt(position)) return field->name;
  for (const std::string_view name : {"id", "created", "updated", "owner", "unit", "version", "visibility"}) {
    if (catalog::HeaderFieldFromName(name) == position) return std::string(name);
  }
  return "header";
}

// "amount >= 100.00 CNY", "owner == $who".
class ConditionText {
 public:
  ConditionText(const Prepared::Compiled& compiled, std::span<const BoundCondition> bound) : compiled_(compiled), bound_(bound) {}

  std::string operator()(size_t i) const {
    const expr::Condition& condition = compiled_.demand.conditions[i];
    std::string text = Concat({NameAt(*compiled_.type, condition.position), " ", NameOf(condition.comparison)});
    if (condition.comparison != Comparison::kIsNull) text.append(" ").append(Constant(i));
    return text;
  }

 private:
  [[nodiscard]] std::string Constant(size_t i) const {
    const expr::Condition& condition = compiled_.demand.conditions[i];
    if (compiled_.link == i) return "<the row's record>";
    const std::vector<Value>& values = bound_.empty() ? condition.values : bound_[i].values;
    if (values.empty() && condition.variable >= 0) return "a parameter";
    constexpr size_t kShown = 8;
    std::string text;
    for (size_t v = 0; v < values.size() && v < kShown; ++v) {
      if (v > 0) text += ", ";
      text += Shown(condition.position, values[v]);
    }
    if (values.size() > kShown) text += ", ...";
    return condition.comparison == Comparison::kIn ? Concat({"[", text, "]"}) : text;
  }
  [[nodiscard]] std::string Shown(int32_t position, const Value& value) const {
    const catalog::FieldDef* field = compiled_.type->FieldAt(position);
    return value.kind() == Kind::kChoice ? ValueToJsonText(field, value) : ToText(value);
  }

  const Prepared::Compiled& compiled_;
  std::span<const BoundCondition> bound_;
};

Json Of(const IndexPath& path, const ConditionText& text) {
  Json json = {{"index", path.index->name}, {"conditions", Json::array()}};
  for (const size_t condition : path.conditions()) json["conditions"].push_back(text(condition));
  return json;
}

// How rows come into the order asked.
std::string OrderText(const Prepared::Compiled& compiled, const Plan& plan) {
  if (compiled.grouped) return "groups";
  if (compiled.order.empty()) return "none";
  if (plan.ordered) return plan.reverse ? "access, reversed" : "access";
  return compiled.query.limit == 0 ? "sort" : Concat({"top ", std::to_string(compiled.query.limit)});
}

void PutAccess(const Prepared::Compiled& compiled, const Plan& plan, const ConditionText& text, Json& json) {
  if (plan.access == Access::kIds) json["conditions"] = {text(plan.ids)};
  if (plan.access == Access::kIndex) json.update(Of(plan.first, text));
  if (plan.access == Access::kIntersection) json["indexes"] = {Of(plan.first, text), Of(plan.second, text)};
  if (plan.access == Access::kColumns) {
    json["columns"] = Json::array();
    for (const catalog::IndexDef* column : plan.columns) json["columns"].push_back(column->name);
    json["conditions"] = Json::array();
    for (size_t i = 0; i < compiled.demand.conditions.size(); ++i) {
      const bool rechecked = std::find(plan.rechecked.begin(), plan.rechecked.end(), i) != plan.rechecked.end();
      if (!rechecked) json["conditions"].push_back(text(i));
    }
    if (compiled.grouped) json["blockwise"] = TakesBlocks(compiled, plan);
  }
  json["covered"] = plan.covered;
  json["rechecked"] = Json::array();
  for (const size_t condition : plan.rechecked) json["rechecked"].push_back(text(condition));
  if (compiled.where.has_value() && !compiled.demand.exact) json["filter"] = compiled.query.where;
}

Json Of(const Prepared::Compiled& compiled, const Plan& plan, std::span<const BoundCondition> bound, bool is_past) {
  Json json = {{"type", compiled.type->name}, {"access", is_past ? "history" : NameOf(plan.access)}};
  PutAccess(compiled, plan, ConditionText(compiled, bound), json);
  json["order"] = OrderText(compiled, plan);
  for (size_t i = 0; i < compiled.expansions.size(); ++i) {
    const Prepared::Compiled& expansion = compiled.expansions[i].compiled();
    json["expand"][compiled.query.expand[i].name] = Of(expansion, expansion.plan, {}, is_past);
  }
  return json;
}

// --- rows

Json ValueJson(const Column& column, const Value& value) { return Json::parse(ValueToJsonText(column.choices, value)); }

Json Of(const Prepared& prepared, const Row& row) {
  Json json = Json::object();
  const std::span<const Column> columns = prepared.columns();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].per_currency) {
      json[columns[i].name] = ValueJson(columns[i], row.values[i]);
      continue;
    }
    json[columns[i].name] = Json::array();
    for (const Money money : row.amounts[i]) json[columns[i].name].push_back(ValueJson(columns[i], money));
  }
  const std::vector<Expansion>& expansions = prepared.query().expand;
  for (size_t i = 0; i < expansions.size(); ++i) {
    Json related = Json::array();
    for (const Row& other : row.related[i]) related.push_back(Of(prepared.expansions()[i], other));
    const bool one = !expansions[i].path.empty();
    if (one) related = related.empty() ? Json() : Json(related.front());
    json[expansions[i].name] = std::move(related);
  }
  return json;
}

}  // namespace

std::string ExplainJson(const Prepared::Compiled& compiled, const Plan& plan, std::span<const BoundCondition> bound, const Work* work,
                        bool is_past) {
  Json json = Of(compiled, plan, bound, is_past);
  if (work != nullptr) {
    json["work"] = {{"entries", work->entries},         {"records", work->records}, {"matched", work->matched},
                    {"null_filter", work->null_filter}, {"rows", work->rows},       {"microseconds", work->time.count()}};
  }
  return Dump(json);
}

std::string RowToJson(const Prepared& prepared, const Row& row) { return Dump(Of(prepared, row)); }

}  // namespace kith::query
