#include "kith/expr/any.h"

#include <charconv>
#include <cmath>

#include "expr/cell_internal.h"
#include "expr/functions_internal.h"
#include "kith/base/concat.h"
#include "kith/base/nearest.h"

namespace kith::expr {
namespace {

// Quoted as CEL reads it. Bytes that are no ASCII letters are escaped in bytes, kept in strings.
std::string Quoted(std::string_view text, bool bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out(bytes ? "b\"" : "\"");
  for (const char c : text) {
    const uint8_t byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F || (bytes && byte > 0x7F)) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string DoubleText(double value) {
  std::string text = TextOf(value);
  if (!std::isfinite(value)) return Concat({"double(\"", text, "\")"});
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

struct Writer {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(int64_t v) const { return std::to_string(v); }
  std::string operator()(uint64_t v) const { return std::to_string(v) + "u"; }
  std::string operator()(double v) const { return DoubleText(v); }
  std::string operator()(const std::string& v) const { return Quoted(v, false); }
  std::string operator()(const Bytes& v) const { return Quoted(v.data, true); }
  std::string operator()(Timestamp v) const { return Concat({"timestamp(\"", TextOf(v), "\")"}); }
  std::string operator()(Duration v) const { return Concat({"duration(\"", TextOf(v), "\")"}); }
  std::string operator()(const AnyList& v) const {
    std::string text = "[";
    for (const Any& item : v) text += Concat({&item == v.data() ? "" : ", ", ToText(item)});
    return text + "]";
  }
  std::string operator()(const AnyMap& v) const {
    std::string text = "{";
    for (size_t i = 0; i < v.keys.size(); ++i) text += Concat({i == 0 ? "" : ", ", ToText(v.keys[i]), ": ", ToText(v.values[i])});
    return text + "}";
  }
  std::string operator()(const TypeName& v) const { return v.name; }
  std::string operator()(Date v) const { return Concat({"date(\"", kith::ToText(v), "\")"}); }
  std::string operator()(Decimal v) const { return Concat({"decimal(\"", kith::ToText(v), "\")"}); }
  std::string operator()(Money v) const {
    const std::string text = kith::ToText(v);
    return Concat({"money(\"", text.substr(0, text.find(' ')), "\", \"", v.currency.code(), "\")"});
  }
  std::string operator()(Id v) const { return std::to_string(v.value()); }
};

// --- to a field's value

Status Unfit(const Any& any, Reason reason, std::string_view message, std::string hint = {}) {
  return MakeError({.reason = reason, .value = ToText(any), .hint = std::move(hint)}, message);
}

StatusOr<Value> WholeNumber(const Any& any) {
  if (const int64_t* integer = any.get_if<int64_t>()) return Value(*integer);
  if (const uint64_t* natural = any.get_if<uint64_t>(); natural != nullptr && *natural <= uint64_t{INT64_MAX}) {
    return Value(static_cast<int64_t>(*natural));
  }
  if (const double* real = any.get_if<double>(); real != nullptr && *real >= -0x1p63 && *real < 0x1p63 && std::trunc(*real) == *real) {
    return Value(static_cast<int64_t>(*real));
  }
  if (const Decimal* decimal = any.get_if<Decimal>()) {
    KITH_ASSIGN_OR_RETURN(const Decimal whole, Rescale(*decimal, 0));
    return Value(whole.units);
  }
  const bool number = any.kind() == TypeKind::kUint || any.kind() == TypeKind::kDouble;
  return number ? Unfit(any, Reason::kOutOfRange, "is no whole number of 64 bits") : Unfit(any, Reason::kWrongKind, "is not an int");
}

StatusOr<Value> DecimalOf(const Any& any, uint8_t scale) {
  if (const double* real = any.get_if<double>()) {
    // The decimal that a person would write for it.
    if (!std::isfinite(*real)) return Unfit(any, Reason::kOutOfRange, "is no decimal number");
    char text[512];
    const auto [end, fault] = std::to_chars(text, text + sizeof text, *real, std::chars_format::fixed);
    if (fault != std::errc()) return Unfit(any, Reason::kOutOfRange, "is no decimal number");
    KITH_ASSIGN_OR_RETURN(const Decimal parsed, ParseDecimal({text, static_cast<size_t>(end - text)}));
    KITH_ASSIGN_OR_RETURN(const Decimal fitted, Rescale(parsed, scale));
    return Value(fitted);
  }
  Decimal decimal;
  if (const Decimal* given = any.get_if<Decimal>()) {
    decimal = *given;
  } else {
    KITH_ASSIGN_OR_RETURN(const Value whole, WholeNumber(any));
    decimal = {whole.get<int64_t>(), 0};
  }
  KITH_ASSIGN_OR_RETURN(const Decimal fitted, Rescale(decimal, scale));
  return Value(fitted);
}

StatusOr<Value> DoubleOf(const Any& any) {
  std::pmr::monotonic_buffer_resource memory;
  Context context(&memory);
  const Cell cell = FromAny(context, any);
  const Cell real = ToDouble(context, {&cell, 1});
  if (real.tag != Tag::kDouble || cell.tag == Tag::kString) return Unfit(any, Reason::kWrongKind, "is not a number");
  return Value(real.real);
}

StatusOr<Value> ChoiceOf(const Any& any, const catalog::FieldDef* choices) {
  if (const std::string* name = any.get_if<std::string>(); name != nullptr && choices != nullptr) {
    if (const catalog::ChoiceDef* choice = choices->FindChoice(*name)) return Value(Choice{choice->number});
    std::vector<std::string_view> known;
    for (const catalog::ChoiceDef& choice : choices->choices) known.push_back(choice.name);
    return Unfit(any, Reason::kNotAChoice, Concat({"is no choice of ", choices->name}), NearestHint(*name, known));
  }
  const int64_t* number = any.get_if<int64_t>();
  if (number == nullptr) return Unfit(any, Reason::kWrongKind, "is not a choice");
  const bool known =
      *number >= INT32_MIN && *number <= INT32_MAX && (choices == nullptr || choices->FindChoice(static_cast<int32_t>(*number)) != nullptr);
  if (!known) return Unfit(any, Reason::kNotAChoice, "is no choice's number");
  return Value(Choice{static_cast<int32_t>(*number)});
}

StatusOr<Value> ListOf(const Any& any, Kind kind, const catalog::FieldDef* choices) {
  const AnyList* list = any.get_if<AnyList>();
  if (list == nullptr) return Unfit(any, Reason::kWrongKind, "is not a list");
  TextList texts;
  ChoiceSet set;
  for (const Any& item : *list) {
    if (kind == Kind::kTextList) {
      if (item.kind() != TypeKind::kString) return Unfit(item, Reason::kWrongKind, "is not a string");
      texts.push_back(*item.get_if<std::string>());
    } else {
      KITH_ASSIGN_OR_RETURN(const Value choice, ChoiceOf(item, choices));
      set.push_back(choice.get<Choice>());
    }
  }
  if (kind == Kind::kTextList) return Value(std::move(texts));
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return Value(std::move(set));
}

StatusOr<Value> TimeOf(const Any& any) {
  const Timestamp* time = any.get_if<Timestamp>();
  if (time == nullptr) return Unfit(any, Reason::kWrongKind, "is not a timestamp", "write timestamp(\"2026-07-01T12:30:00Z\")");
  return Value(Time{time->seconds * kMicrosPerSecond + time->nanos / 1000});
}

template <typename T>
StatusOr<Value> Same(const Any& any, Kind kind) {
  const T* value = any.get_if<T>();
  if (value == nullptr) return Unfit(any, Reason::kWrongKind, Concat({"is not a ", kith::NameOf(kind)}));
  return Value(*value);
}

// A field's value in CEL's terms.
struct FromValue {
  using Storage = Any::Storage;

  Storage operator()(std::monostate) const { return {}; }
  Storage operator()(Time v) const { return FromMicros(v.micros); }
  Storage operator()(const TextList& v) const { return AnyList(v.begin(), v.end()); }
  Storage operator()(Choice v) const { return int64_t{v.number}; }
  Storage operator()(const ChoiceSet& v) const {
    AnyList list;
    for (const Choice choice : v) list.emplace_back(int64_t{choice.number});
    return list;
  }
  Storage operator()(const auto& v) const { return v; }
};

}  // namespace

Any::Any(const Value& value) : data_(std::visit(FromValue{}, value.storage())) {}

TypeKind Any::kind() const {
  constexpr TypeKind kKinds[] = {TypeKind::kNull,     TypeKind::kBool,    TypeKind::kInt,   TypeKind::kUint,
                                 TypeKind::kDouble,   TypeKind::kString,  TypeKind::kBytes, TypeKind::kTimestamp,
                                 TypeKind::kDuration, TypeKind::kList,    TypeKind::kMap,   TypeKind::kType,
                                 TypeKind::kDate,     TypeKind::kDecimal, TypeKind::kMoney, TypeKind::kRecord};
  static_assert(std::size(kKinds) == std::variant_size_v<Storage>);
  return kKinds[data_.index()];
}

std::string ToText(const Any& any) { return std::visit(Writer{}, any.storage()); }

StatusOr<Value> ToValue(const Any& any, Kind kind, uint8_t scale, const catalog::FieldDef* choices) {
  if (any.is_null()) return Value();
  switch (kind) {
    case Kind::kNull:
      break;
    case Kind::kBool:
      return Same<bool>(any, kind);
    case Kind::kInt:
      return WholeNumber(any);
    case Kind::kDecimal:
      return DecimalOf(any, scale);
    case Kind::kDouble:
      return DoubleOf(any);
    case Kind::kMoney:
      return Same<Money>(any, kind);
    case Kind::kText:
      return Same<std::string>(any, kind);
    case Kind::kTextList:
    case Kind::kChoiceSet:
      return ListOf(any, kind, choices);
    case Kind::kChoice:
      return ChoiceOf(any, choices);
    case Kind::kDate:
      return Same<Date>(any, kind);
    case Kind::kTime:
      return TimeOf(any);
    case Kind::kRef:
      if (const int64_t* id = any.get_if<int64_t>(); id != nullptr && *id > 0) return Value(Id(static_cast<uint64_t>(*id)));
      return Same<Id>(any, kind);
    case Kind::kBytes:
      return Same<Bytes>(any, kind);
  }
  return Unfit(any, Reason::kWrongKind, "no value of an expression fits");
}

}  // namespace kith::expr
