#include <utility>
#include <vector>

#include "engine/batch_json_internal.h"
#include "kith/base/currency.h"
#include "kith/base/json.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::engine {
namespace {

using catalog::ChoiceDef;
using catalog::FieldDef;

constexpr JsonRules kRules = {
    .document = "the batch", .malformed = Reason::kBatchMalformed, .bytes = limits::kBatchBytes, .depth = limits::kBatchDepth};
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string Shown(const Json& json) { return ToText(Value(json.dump(-1, ' ', false, Json::error_handler_t::replace))); }

Status WrongKind(Kind kind, const Json& json, std::string_view form) {
  return MakeError({.reason = Reason::kWrongKind, .value = Shown(json), .hint = "write it as " + std::string(form)},
                   "is no " + std::string(NameOf(kind)));
}

std::string EncodeBase64(std::string_view data) {
  std::string out;
  for (size_t i = 0; i < data.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) group = group << 8 | (i + j < data.size() ? static_cast<uint8_t>(data[i + j]) : 0U);
    for (size_t j = 0; j < 4; ++j) out.push_back(i + j <= data.size() ? kBase64[(group >> (18 - 6 * j)) & 63] : '=');
  }
  return out;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t value = kBase64.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>((bits >> count) & 0xFF));
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return out;
}

StatusOr<Value> ChoiceByName(const FieldDef& field, const Json& json) {
  if (!json.is_string()) return WrongKind(Kind::kChoice, json, "the choice's name");
  const auto& name = json.get_ref<const std::string&>();
  if (const ChoiceDef* choice = field.FindChoice(name)) return Value(Choice{choice->number});
  std::vector<std::string_view> names;
  for (const ChoiceDef& known : field.choices) names.push_back(known.name);
  return MakeError({.reason = Reason::kNotAChoice, .field = field.name, .value = name, .hint = NearestHint(name, names)},
                   "the field has no such choice");
}

StatusOr<Value> ChoicesByName(const FieldDef& field, const Json& json) {
  if (!json.is_array()) return WrongKind(Kind::kChoiceSet, json, "a list of choices' names");
  ChoiceSet set;
  for (const Json& item : json) {
    KITH_ASSIGN_OR_RETURN(const Value value, ChoiceByName(field, item));
    set.push_back(value.get<Choice>());
  }
  return Value(std::move(set));
}

// "12500.00 CNY" or {"minor": 1250000, "currency": "CNY"}.
StatusOr<Value> MoneyFromJson(const Json& json) {
  constexpr std::string_view kForm = R"("12500.00 CNY" or {"minor": 1250000, "currency": "CNY"}, with a currency of ISO 4217)";
  if (json.is_string()) {
    const std::string_view text = json.get_ref<const std::string&>();
    const size_t space = text.rfind(' ');
    if (space == std::string_view::npos) return WrongKind(Kind::kMoney, json, kForm);
    const std::optional<Currency> currency = CurrencyOfIso(text.substr(space + 1));
    if (!currency.has_value()) return WrongKind(Kind::kMoney, json, kForm);
    KITH_ASSIGN_OR_RETURN(const Money money, ParseMoney(text.substr(0, space), *currency));
    return Value(money);
  }
  const bool object = json.is_object() && json.size() == 2 && json.contains("minor") && json["minor"].is_number_integer() &&
                      json.contains("currency") && json["currency"].is_string();
  if (!object) return WrongKind(Kind::kMoney, json, kForm);
  const std::optional<Currency> currency = CurrencyOfIso(json["currency"].get_ref<const std::string&>());
  if (!currency.has_value()) return WrongKind(Kind::kMoney, json, kForm);
  if (json["minor"].is_number_unsigned() && json["minor"].get<uint64_t>() > INT64_MAX) return WrongKind(Kind::kMoney, json, kForm);
  return Value(Money{json["minor"].get<int64_t>(), *currency});
}

StatusOr<Value> TextsFromJson(const Json& json) {
  if (!json.is_array()) return WrongKind(Kind::kTextList, json, "a list of texts");
  TextList list;
  for (const Json& item : json) {
    if (!item.is_string()) return WrongKind(Kind::kTextList, json, "a list of texts");
    list.push_back(item.get<std::string>());
  }
  return Value(std::move(list));
}

// Kinds that are written as text.
StatusOr<Value> FromText(Kind kind, const std::string& text) {
  switch (kind) {
    case Kind::kDecimal: {
      KITH_ASSIGN_OR_RETURN(const Decimal decimal, ParseDecimal(text));
      return Value(decimal);
    }
    case Kind::kDate: {
      KITH_ASSIGN_OR_RETURN(const Date date, ParseDate(text));
      return Value(date);
    }
    case Kind::kTime: {
      KITH_ASSIGN_OR_RETURN(const Time time, ParseTime(text));
      return Value(time);
    }
    case Kind::kBytes: {
      std::optional<std::string> data = DecodeBase64(text);
      if (!data.has_value()) return WrongKind(kind, text, "base64");
      return Value(Bytes{*std::move(data)});
    }
    default:
      return Value(text);
  }
}

// Texts with the error's reason kept, and the refused value added.
StatusOr<Value> TextKind(Kind kind, const Json& json, std::string_view form) {
  if (!json.is_string()) return WrongKind(kind, json, form);
  StatusOr<Value> value = FromText(kind, json.get_ref<const std::string&>());
  if (value.ok()) return value;
  return WithContext(value.status(),
                     {.reason = Reason::kWrongKind, .value = json.get<std::string>(), .hint = "write it as " + std::string(form)});
}

StatusOr<Value> IntFromJson(const Json& json) {
  if (!json.is_number_integer() || (json.is_number_unsigned() && json.get<uint64_t>() > INT64_MAX)) {
    return WrongKind(Kind::kInt, json, "a whole number of 64 bits");
  }
  return Value(json.get<int64_t>());
}

struct JsonWriter {
  const FieldDef* field;

  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool v) const { return v; }
  Json operator()(int64_t v) const { return v; }
  Json operator()(Decimal v) const { return ToText(v); }
  Json operator()(double v) const { return v; }
  Json operator()(Money v) const { return {{"minor", v.minor}, {"currency", v.currency.code()}}; }
  Json operator()(const std::string& v) const { return v; }
  Json operator()(const TextList& v) const { return v; }
  Json operator()(Choice v) const {
    const ChoiceDef* choice = field == nullptr ? nullptr : field->FindChoice(v.number);
    return choice == nullptr ? Json(v.number) : Json(choice->name);
  }
  Json operator()(const ChoiceSet& v) const {
    Json list = Json::array();
    for (const Choice choice : v) list.push_back((*this)(choice));
    return list;
  }
  Json operator()(Date v) const { return ToText(v); }
  Json operator()(Time v) const { return ToText(v); }
  Json operator()(Id v) const { return v.value(); }
  Json operator()(const Bytes& v) const { return EncodeBase64(v.data); }
};

}  // namespace

Status Malformed(std::string_view path, std::string_view message) {
  return MakeError({.reason = Reason::kBatchMalformed, .field = std::string(path)}, message);
}

Status AtPath(const Status& status, const std::string& path) {
  ErrorInfo info = GetErrorInfo(status);
  if (info.reason == Reason::kNone) info.reason = Reason::kBatchMalformed;
  info.field = path;
  return MakeError(std::move(info), MessageOf(status));
}

StatusOr<Json> ParseBatchJson(std::string_view text) {
  KITH_RETURN_IF_ERROR(CheckJson(text, kRules));
  return Json::parse(text, nullptr, false);
}

StatusOr<Time> ReadTime(const Json& json, const std::string& path) {
  const StatusOr<Value> value = TextKind(Kind::kTime, json, "\"2026-07-01T12:30:00Z\"");
  if (!value.ok()) return AtPath(value.status(), path);
  return value->get<Time>();
}

StatusOr<Value> ValueFromJson(const FieldDef* field, Kind kind, const Json& json) {
  switch (kind) {
    case Kind::kBool:
      if (!json.is_boolean()) return WrongKind(kind, json, "true or false");
      return Value(json.get<bool>());
    case Kind::kInt:
      return IntFromJson(json);
    case Kind::kDouble:
      if (!json.is_number()) return WrongKind(kind, json, "a number");
      return Value(json.get<double>());
    case Kind::kDecimal:
      return json.is_number_integer() ? IntFromJson(json) : TextKind(kind, json, "\"12.50\"");
    case Kind::kMoney:
      return MoneyFromJson(json);
    case Kind::kTextList:
      return TextsFromJson(json);
    case Kind::kChoice:
      return ChoiceByName(*field, json);
    case Kind::kChoiceSet:
      return ChoicesByName(*field, json);
    case Kind::kDate:
      return TextKind(kind, json, "\"2026-07-01\"");
    case Kind::kTime:
      return TextKind(kind, json, "\"2026-07-01T12:30:00Z\"");
    case Kind::kBytes:
      return TextKind(kind, json, "base64 text");
    default:
      return TextKind(kind, json, "text");
  }
}

Json ValueToJson(const FieldDef* field, const Value& value) { return std::visit(JsonWriter{field}, value.storage()); }

}  // namespace kith::engine
