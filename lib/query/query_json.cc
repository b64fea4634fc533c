// A query's JSON form.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "kith/base/concat.h"
#include "kith/base/json.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "query/names.h"

namespace kith::query {
namespace {

// Members keep the order in which they are written here.
using Json = nlohmann::ordered_json;

constexpr JsonRules kRules = {
    .document = "the query", .malformed = Reason::kQueryMalformed, .bytes = limits::kQueryBytes, .depth = limits::kPackageDepth};

// One object of the document: members are taken by name, what is left over at the end is unknown.
class Object {
 public:
  static StatusOr<Object> Of(const Json& json, std::string path) {
    if (!json.is_object()) return Malformed(path.empty() ? "$" : path, "", "is no JSON object");
    return Object(json, std::move(path));
  }

  // nullptr when absent or null.
  const Json* Take(std::string_view member) {
    known_.push_back(member);
    const auto found = json_.find(std::string(member));
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  Status Text(std::string_view member, std::string& out) {
    const Json* value = Take(member);
    if (value == nullptr) return {};
    if (!value->is_string()) return Malformed(At(member), "", "is no text");
    out = value->get<std::string>();
    return {};
  }
  Status Flag(std::string_view member, bool& out) {
    const Json* value = Take(member);
    if (value == nullptr) return {};
    if (!value->is_boolean()) return Malformed(At(member), "", "is neither true nor false");
    out = value->get<bool>();
    return {};
  }
  template <typename Number>
  Status Count(std::string_view member, uint64_t most, Number& out) {
    const Json* value = Take(member);
    if (value == nullptr) return {};
    if (!value->is_number_unsigned() || value->get<uint64_t>() > most) {
      return Malformed(At(member), "", Concat({"is no whole number from 0 to ", std::to_string(most)}));
    }
    out = static_cast<Number>(value->get<uint64_t>());
    return {};
  }
  // Calls `read(item, path)` for each item of a list.
  template <typename Read>
  Status List(std::string_view member, const Read& read) {
    const Json* value = Take(member);
    if (value == nullptr) return {};
    if (!value->is_array()) return Malformed(At(member), "", "is no list");
    for (size_t i = 0; i < value->size(); ++i) {
      KITH_RETURN_IF_ERROR(read((*value)[i], JoinJsonPath(At(member), i)));
    }
    return {};
  }
  // All members have been asked for.
  [[nodiscard]] Status Done() const {
    for (const auto& [name, value] : json_.items()) {
      if (std::find(known_.begin(), known_.end(), name) == known_.end())
        return Malformed(At(name), "", "is not known", NearestHint(name, known_));
    }
    return {};
  }
  [[nodiscard]] std::string At(std::string_view member) const { return JoinJsonPath(path_, member); }

 private:
  Object(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  const Json& json_;
  std::string path_;
  std::vector<std::string_view> known_;
};

Status ReadTerm(const Json& json, const std::string& path, std::vector<Term>& out) {
  Term& term = out.emplace_back();
  if (json.is_string()) {
    term.text = json.get<std::string>();
    return {};
  }
  KITH_ASSIGN_OR_RETURN(Object object, Object::Of(json, path));
  std::string bucket;
  KITH_RETURN_IF_ERROR(object.Text("value", term.text));
  KITH_RETURN_IF_ERROR(object.Text("name", term.name));
  KITH_RETURN_IF_ERROR(object.Text("by", bucket));
  if (!bucket.empty()) {
    const auto found = std::find(kBucketNames.begin(), kBucketNames.end(), bucket);
    if (found == kBucketNames.end()) {
      return Malformed(object.At("by"), "", "is no period", "use day, week, month, quarter, year, fiscal_quarter or fiscal_year");
    }
    term.bucket = static_cast<Bucket>(found - kBucketNames.begin());
  }
  return object.Done();
}

Status ReadOrder(const Json& json, const std::string& path, std::vector<OrderTerm>& out) {
  OrderTerm& term = out.emplace_back();
  if (json.is_string()) {
    term.text = json.get<std::string>();
    term.descending = term.text.starts_with('-');
    if (term.descending) term.text.erase(0, 1);
    return {};
  }
  KITH_ASSIGN_OR_RETURN(Object object, Object::Of(json, path));
  KITH_RETURN_IF_ERROR(object.Text("value", term.text));
  KITH_RETURN_IF_ERROR(object.Flag("descending", term.descending));
  return object.Done();
}

Status ReadAggregate(const Json& json, const std::string& path, std::vector<Aggregate>& out) {
  KITH_ASSIGN_OR_RETURN(Object object, Object::Of(json, path));
  Aggregate aggregate;
  KITH_RETURN_IF_ERROR(object.Text("name", aggregate.name));
  int functions = 0;
  for (size_t i = 0; i < kFunctionNames.size(); ++i) {
    if (object.Take(kFunctionNames[i]) == nullptr) continue;
    ++functions;
    aggregate.function = static_cast<Function>(i);
    KITH_RETURN_IF_ERROR(object.Text(kFunctionNames[i], aggregate.text));
  }
  KITH_RETURN_IF_ERROR(object.Done());
  if (functions != 1) return Malformed(path, "", "has not one function", R"(write {"sum": "amount", "name": "total"})");
  if (aggregate.function == Function::kCount && aggregate.text == "*") aggregate.text.clear();
  out.push_back(std::move(aggregate));
  return {};
}

Status ReadQuery(Object& object, size_t depth, Query& query);

Status ReadExpansion(const Json& json, const std::string& path, size_t depth, std::vector<Expansion>& out) {
  if (depth > limits::kQueryDepth) {
    return MakeError({.reason = Reason::kLimitExceeded, .field = path, .hint = "limit kQueryDepth, 4"}, "expansions nest too deeply");
  }
  KITH_ASSIGN_OR_RETURN(Object object, Object::Of(json, path));
  Expansion& expansion = out.emplace_back();
  KITH_RETURN_IF_ERROR(object.Text("name", expansion.name));
  KITH_RETURN_IF_ERROR(object.Text("field", expansion.field));
  KITH_RETURN_IF_ERROR(object.Text("path", expansion.path));
  return ReadQuery(object, depth, expansion.query);
}

Status ReadParameters(Object& object, Query& query) {
  const Json* given = object.Take("parameters");
  if (given == nullptr) return {};
  KITH_ASSIGN_OR_RETURN(Object parameters, Object::Of(*given, object.At("parameters")));
  for (const auto& [name, kind] : given->items()) KITH_RETURN_IF_ERROR(parameters.Text(name, query.parameters[name]));
  return {};
}

Status ReadQuery(Object& object, size_t depth, Query& query) {
  KITH_RETURN_IF_ERROR(object.Text("from", query.from));
  KITH_RETURN_IF_ERROR(object.Text("where", query.where));
  KITH_RETURN_IF_ERROR(
      object.List("select", [&](const Json& json, const std::string& path) { return ReadTerm(json, path, query.select); }));
  KITH_RETURN_IF_ERROR(object.Flag("distinct", query.distinct));
  KITH_RETURN_IF_ERROR(object.List("group", [&](const Json& json, const std::string& path) { return ReadTerm(json, path, query.group); }));
  KITH_RETURN_IF_ERROR(
      object.List("aggregates", [&](const Json& json, const std::string& path) { return ReadAggregate(json, path, query.aggregates); }));
  KITH_RETURN_IF_ERROR(object.Text("having", query.having));
  KITH_RETURN_IF_ERROR(object.List("order", [&](const Json& json, const std::string& path) { return ReadOrder(json, path, query.order); }));
  KITH_RETURN_IF_ERROR(object.Count("limit", INT64_MAX, query.limit));
  KITH_RETURN_IF_ERROR(object.Text("after", query.after));
  KITH_RETURN_IF_ERROR(
      object.List("expand", [&](const Json& json, const std::string& path) { return ReadExpansion(json, path, depth + 1, query.expand); }));
  KITH_RETURN_IF_ERROR(ReadParameters(object, query));
  KITH_RETURN_IF_ERROR(object.Text("time_zone", query.time_zone));
  KITH_RETURN_IF_ERROR(object.Count("fiscal_start_month", 12, query.fiscal_start_month));
  return object.Done();
}

void PutText(Json& json, const char* member, const std::string& text) {
  if (!text.empty()) json[member] = text;
}

Json Of(const Term& term) {
  if (term.name.empty() && term.bucket == Bucket::kNone) return term.text;
  Json json = {{"value", term.text}};
  if (term.bucket != Bucket::kNone) json["by"] = kBucketNames[static_cast<size_t>(term.bucket)];
  PutText(json, "name", term.name);
  return json;
}

// A text that begins with a minus of its own is no order by name downwards.
Json Of(const OrderTerm& term) {
  if (!term.text.starts_with('-')) return term.descending ? "-" + term.text : term.text;
  Json json = {{"value", term.text}};
  if (term.descending) json["descending"] = true;
  return json;
}

Json Of(const Aggregate& aggregate) {
  const std::string text = aggregate.text.empty() ? "*" : aggregate.text;
  Json json = {{std::string(kFunctionNames[static_cast<size_t>(aggregate.function)]), text}};
  PutText(json, "name", aggregate.name);
  return json;
}

void Put(Json& json, const Query& query);

Json Of(const Expansion& expansion) {
  Json json = Json::object();
  PutText(json, "name", expansion.name);
  PutText(json, "field", expansion.field);
  PutText(json, "path", expansion.path);
  Put(json, expansion.query);
  return json;
}

template <typename Item>
void PutList(Json& json, const char* member, const std::vector<Item>& items) {
  for (const Item& item : items) json[member].push_back(Of(item));
}

void Put(Json& json, const Query& query) {
  PutText(json, "from", query.from);
  PutText(json, "where", query.where);
  PutList(json, "select", query.select);
  if (query.distinct) json["distinct"] = true;
  PutList(json, "group", query.group);
  PutList(json, "aggregates", query.aggregates);
  PutText(json, "having", query.having);
  PutList(json, "order", query.order);
  if (query.limit != 0) json["limit"] = query.limit;
  PutText(json, "after", query.after);
  PutList(json, "expand", query.expand);
  if (!query.parameters.empty()) json["parameters"] = query.parameters;
  PutText(json, "time_zone", query.time_zone);
  if (query.fiscal_start_month != 0) json["fiscal_start_month"] = query.fiscal_start_month;
}

}  // namespace

bool operator==(const Query& a, const Query& b) {
  const auto members = [](const Query& q) {
    return std::tie(q.from, q.where, q.select, q.distinct, q.group, q.aggregates, q.having, q.order, q.limit, q.after, q.expand,
                    q.parameters, q.time_zone, q.fiscal_start_month);
  };
  return members(a) == members(b);
}

StatusOr<Query> FromJson(std::string_view json) {
  KITH_RETURN_IF_ERROR(CheckJson(json, kRules));
  const Json document = Json::parse(json, nullptr, false);
  KITH_ASSIGN_OR_RETURN(Object object, Object::Of(document, ""));
  Query query;
  KITH_RETURN_IF_ERROR(ReadQuery(object, 0, query));
  return query;
}

std::string ToJson(const Query& query) {
  Json json = Json::object();
  Put(json, query);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace kith::query
