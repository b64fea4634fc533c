#include <charconv>

#include "catalog/definition_json_internal.h"
#include "kith/base/currency.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

Status Expected(const std::string& path, const FieldDef& field, const Json& json, std::string_view form) {
  std::string message = "a value of kind ";
  message += NameOf(field.kind);
  message += " is written ";
  message += form;
  return MalformedAt(path, message, Shown(json));
}

StatusOr<Value> ReadInt(const Json& json, const FieldDef& field, const std::string& path) {
  const bool fits = json.is_number_integer() && (!json.is_number_unsigned() || json.get<uint64_t>() <= INT64_MAX);
  if (!fits) return Expected(path, field, json, "as a whole number of 64 bits");
  return Value(json.get<int64_t>());
}

StatusOr<Value> ReadDecimal(const Json& json, const FieldDef& field, const std::string& path) {
  if (!json.is_string() && !json.is_number_integer()) return Expected(path, field, json, "as text, such as \"12.50\"");
  const StatusOr<Decimal> decimal = ParseDecimal(json.is_string() ? json.get_ref<const std::string&>() : json.dump());
  if (!decimal.ok()) return MalformedAt(path, MessageOf(decimal.status()), Shown(json));
  const StatusOr<Decimal> scaled = Rescale(*decimal, field.scale);
  if (!scaled.ok()) return MalformedAt(path, MessageOf(scaled.status()), Shown(json));
  return Value(*scaled);
}

StatusOr<Value> ReadMoney(const Json& json, const FieldDef& field, const std::string& path) {
  constexpr std::string_view kForm = "as text with its currency, such as \"12.50 CNY\", or as \"0\"";
  if (!json.is_string()) return Expected(path, field, json, kForm);
  const std::string_view text = json.get_ref<const std::string&>();
  if (text == "0") return Value(Money{});
  const size_t space = text.rfind(' ');
  if (space == std::string_view::npos) return Expected(path, field, json, kForm);
  const std::optional<Currency> currency = CurrencyOfIso(text.substr(space + 1));
  if (!currency.has_value()) return Expected(path, field, json, kForm);
  const StatusOr<Money> money = ParseMoney(text.substr(0, space), *currency);
  if (!money.ok()) return MalformedAt(path, MessageOf(money.status()), Shown(json));
  return Value(*money);
}

StatusOr<Choice> ReadChoice(const Json& json, const FieldDef& field, const std::string& path) {
  if (!json.is_string()) return Expected(path, field, json, "by the name of its choice");
  const std::string& name = json.get_ref<const std::string&>();
  if (const ChoiceDef* choice = field.FindChoice(name); choice != nullptr) return Choice{choice->number};
  std::vector<std::string_view> names;
  for (const ChoiceDef& choice : field.choices) names.push_back(choice.name);
  return MakeError({.reason = Reason::kPackageMalformed, .field = path, .value = Shown(json), .hint = NearestHint(name, names)},
                   "the field has no such choice");
}

StatusOr<Value> ReadTextValue(const Json& json, const FieldDef& field, const std::string& path) {
  if (!json.is_string()) return Expected(path, field, json, "as text");
  return Value(json.get_ref<const std::string&>());
}

StatusOr<Value> ReadDateOrTime(const Json& json, const FieldDef& field, const std::string& path) {
  const bool date = field.kind == Kind::kDate;
  if (!json.is_string()) return Expected(path, field, json, date ? "as text, such as \"2026-07-01\"" : "as text in the form of RFC 3339");
  const std::string& text = json.get_ref<const std::string&>();
  if (date) {
    const StatusOr<Date> value = ParseDate(text);
    if (!value.ok()) return MalformedAt(path, MessageOf(value.status()), Shown(json));
    return Value(*value);
  }
  const StatusOr<Time> value = ParseTime(text);
  if (!value.ok()) return MalformedAt(path, MessageOf(value.status()), Shown(json));
  return Value(*value);
}

StatusOr<Value> ReadList(const Json& json, const FieldDef& field, const std::string& path) {
  if (!json.is_array()) return Expected(path, field, json, "as a list");
  TextList texts;
  ChoiceSet choices;
  for (size_t i = 0; i < json.size(); ++i) {
    const std::string item_path = JoinJsonPath(path, i);
    if (field.kind == Kind::kTextList) {
      if (!json[i].is_string()) return MalformedAt(item_path, "a text is expected", Shown(json[i]));
      texts.push_back(json[i].get_ref<const std::string&>());
    } else {
      KITH_ASSIGN_OR_RETURN(const Choice choice, ReadChoice(json[i], field, item_path));
      if (!choices.empty() && choices.back() >= choice)
        return MalformedAt(item_path, "choices stand in the order of their numbers, once each");
      choices.push_back(choice);
    }
  }
  return field.kind == Kind::kTextList ? Value(std::move(texts)) : Value(std::move(choices));
}

}  // namespace

StatusOr<Value> ReadValue(const Json& json, const FieldDef& field, const std::string& path) {
  switch (field.kind) {
    case Kind::kBool:
      if (!json.is_boolean()) return Expected(path, field, json, "as true or false");
      return Value(json.get<bool>());
    case Kind::kInt:
      return ReadInt(json, field, path);
    case Kind::kDecimal:
      return ReadDecimal(json, field, path);
    case Kind::kDouble:
      if (!json.is_number()) return Expected(path, field, json, "as a number");
      return Value(json.get<double>());
    case Kind::kMoney:
      return ReadMoney(json, field, path);
    case Kind::kText:
      return ReadTextValue(json, field, path);
    case Kind::kTextList:
    case Kind::kChoiceSet:
      return ReadList(json, field, path);
    case Kind::kChoice: {
      KITH_ASSIGN_OR_RETURN(const Choice choice, ReadChoice(json, field, path));
      return Value(choice);
    }
    case Kind::kDate:
    case Kind::kTime:
      return ReadDateOrTime(json, field, path);
    case Kind::kRef:
    case Kind::kBytes:
    case Kind::kNull:
      break;
  }
  std::string message = "a package holds no values of kind ";
  message += NameOf(field.kind);
  return MalformedAt(path, message, Shown(json));
}

namespace {

std::string ChoiceName(const FieldDef& field, Choice choice) {
  const ChoiceDef* def = field.FindChoice(choice.number);
  return def == nullptr ? std::to_string(choice.number) : def->name;
}

struct Writer {
  const FieldDef& field;

  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool v) const { return v; }
  Json operator()(int64_t v) const { return v; }
  Json operator()(Decimal v) const { return ToText(v); }
  Json operator()(double v) const { return v; }
  Json operator()(Money v) const { return v.currency.is_null() ? std::string("0") : ToText(v); }
  Json operator()(const std::string& v) const { return v; }
  Json operator()(const TextList& v) const { return v; }
  Json operator()(Choice v) const { return ChoiceName(field, v); }
  Json operator()(const ChoiceSet& v) const {
    Json names = Json::array();
    for (const Choice choice : v) names.push_back(ChoiceName(field, choice));
    return names;
  }
  Json operator()(Date v) const { return ToText(v); }
  Json operator()(Time v) const { return ToText(v); }
  Json operator()(Id v) const { return v.value(); }
  Json operator()(const Bytes& /*v*/) const { return nullptr; }
};

}  // namespace

Json WriteValue(const Value& value, const FieldDef& field) { return std::visit(Writer{field}, value.storage()); }

}  // namespace kith::catalog
