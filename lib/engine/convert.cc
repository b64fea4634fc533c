#include "engine/convert.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/batch_internal.h"
#include "engine/format.h"
#include "kith/base/currency.h"
#include "kith/base/packed.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;

Status No(const Value& value, std::string_view message) {
  return MakeError({.reason = Reason::kWrongKind, .value = ToText(value)}, message);
}

// The one text that a value is.
StatusOr<std::string> TextOf(const FieldDef& from, const Value& value) {
  const auto name = [&](Choice choice) {
    const catalog::ChoiceDef* def = from.FindChoice(choice.number);
    return def == nullptr ? std::string() : def->name;
  };
  if (const auto* text = value.get_if<std::string>()) return *text;
  if (const auto* choice = value.get_if<Choice>()) return name(*choice);
  if (const auto* set = value.get_if<ChoiceSet>())
    return set->size() == 1 ? StatusOr<std::string>(name(set->front())) : No(value, "is not one choice");
  if (const auto* list = value.get_if<TextList>())
    return list->size() == 1 ? StatusOr<std::string>(list->front()) : No(value, "is not one text");
  return ToText(value);
}

StatusOr<TextList> ListOf(const FieldDef& from, const Value& value) {
  if (const auto* list = value.get_if<TextList>()) return *list;
  TextList texts;
  if (const auto* set = value.get_if<ChoiceSet>()) {
    for (const Choice choice : *set) {
      KITH_ASSIGN_OR_RETURN(std::string text, TextOf(from, choice));
      texts.push_back(std::move(text));
    }
    return texts;
  }
  KITH_ASSIGN_OR_RETURN(std::string text, TextOf(from, value));
  texts.push_back(std::move(text));
  return texts;
}

StatusOr<Currency> CurrencyOf(const std::string& code) {
  const std::optional<Currency> currency = CurrencyOfIso(code);
  if (currency.has_value()) return *currency;
  return MakeError(
      {.reason = Reason::kBadOptions, .field = "currency", .value = code, .hint = "three capital letters of ISO 4217, such as EUR"},
      "an amount needs a currency");
}

// A double as the shortest decimal that reads as it.
StatusOr<Decimal> DecimalOfDouble(double number, const Value& value) {
  std::array<char, 400> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number)) return No(value, "is no decimal number");
  return ParseDecimal(std::string_view(digits.data(), static_cast<size_t>(end - digits.data())));
}

// Without zeros at the end.
Decimal Bare(Decimal number) {
  while (number.scale > 0 && number.units % 10 == 0) number = {number.units / 10, static_cast<uint8_t>(number.scale - 1)};
  return number;
}

// The number that a value is, exactly.
StatusOr<Decimal> NumberOf(const FieldDef& from, const std::string& currency, const Value& value) {
  if (const auto* whole = value.get_if<int64_t>()) return Decimal{*whole, 0};
  if (const auto* decimal = value.get_if<Decimal>()) return *decimal;
  if (const auto* number = value.get_if<double>()) return DecimalOfDouble(*number, value);
  if (const auto* truth = value.get_if<bool>()) return Decimal{*truth ? 1 : 0, 0};
  if (const auto* money = value.get_if<Money>()) {
    KITH_ASSIGN_OR_RETURN(const Currency only, CurrencyOf(currency));
    if (money->currency != only) return No(value, "is of another currency than " + currency);
    return Decimal{money->minor, static_cast<uint8_t>(only.minor_digits())};
  }
  if (value.kind() == Kind::kDate || value.kind() == Kind::kTime) return No(value, "is no number");
  KITH_ASSIGN_OR_RETURN(const std::string text, TextOf(from, value));
  StatusOr<Decimal> parsed = ParseDecimal(text);
  return parsed.ok() ? parsed : No(value, "is no number");
}

StatusOr<Value> AsNumber(const FieldDef& from, const FieldDef& to, const std::string& currency, const Value& value) {
  if (to.kind == Kind::kDouble && value.kind() == Kind::kDouble) return value;
  KITH_ASSIGN_OR_RETURN(const Decimal number, NumberOf(from, currency, value));
  const auto exact = [&](uint8_t scale) -> StatusOr<Decimal> {
    Decimal shorter = number;
    while (shorter.scale > scale && shorter.units % 10 == 0) shorter = {shorter.units / 10, static_cast<uint8_t>(shorter.scale - 1)};
    const StatusOr<Decimal> fitted = shorter.scale <= scale ? Rescale(shorter, scale) : StatusOr<Decimal>(No(value, ""));
    if (fitted.ok()) return *fitted;
    return No(value, "has more decimals than there are places, or is too large");
  };
  switch (to.kind) {
    case Kind::kInt: {
      KITH_ASSIGN_OR_RETURN(const Decimal whole, exact(0));
      return Value(whole.units);
    }
    case Kind::kDecimal: {
      KITH_ASSIGN_OR_RETURN(const Decimal fitted, exact(to.scale));
      return Value(fitted);
    }
    case Kind::kMoney: {
      KITH_ASSIGN_OR_RETURN(const Currency only, CurrencyOf(currency));
      KITH_ASSIGN_OR_RETURN(const Decimal minor, exact(static_cast<uint8_t>(only.minor_digits())));
      return Value(Money{minor.units, only});
    }
    default: {
      const double near = static_cast<double>(number.units) / std::pow(10.0, number.scale);
      const StatusOr<Decimal> back = DecimalOfDouble(near, value);
      if (!back.ok() || Bare(*back) != Bare(number)) return No(value, "has more digits than a double keeps");
      return Value(near);
    }
  }
}

StatusOr<Value> AsBool(const FieldDef& from, const Value& value) {
  const StatusOr<std::string> text = TextOf(from, value);
  const std::string_view word = text.ok() ? std::string_view(*text) : std::string_view();
  if (word == "true" || word == "1") return Value(true);
  if (word == "false" || word == "0") return Value(false);
  return No(value, "is neither true nor false");
}

StatusOr<Value> AsTime(const FieldDef& from, const FieldDef& to, const Value& value) {
  Time time;
  if (const auto* date = value.get_if<Date>()) {
    time = StartOf(*date);
  } else if (const auto* instant = value.get_if<Time>()) {
    time = *instant;
  } else {
    KITH_ASSIGN_OR_RETURN(const std::string text, TextOf(from, value));
    const StatusOr<Time> parsed = ParseTime(text);
    if (!parsed.ok()) return No(value, "is no date or time");
    time = *parsed;
  }
  if (to.kind == Kind::kTime) return Value(time);
  const Date date = DateOf(time);
  return StartOf(date) == time ? StatusOr<Value>(Value(date)) : No(value, "is no whole day");
}

StatusOr<Value> Convert(const FieldDef& from, const FieldDef& to, const std::string& currency, const Value& value) {
  switch (to.kind) {
    case Kind::kText: {
      KITH_ASSIGN_OR_RETURN(std::string text, TextOf(from, value));
      return Value(std::move(text));
    }
    case Kind::kChoice: {
      KITH_ASSIGN_OR_RETURN(std::string text, TextOf(from, value));
      return FitValue(to, std::move(text));
    }
    case Kind::kTextList:
    case Kind::kChoiceSet: {
      KITH_ASSIGN_OR_RETURN(TextList list, ListOf(from, value));
      return FitValue(to, std::move(list));
    }
    case Kind::kInt:
    case Kind::kDecimal:
    case Kind::kDouble:
    case Kind::kMoney:
      if (to.kind == Kind::kMoney && value.kind() == Kind::kMoney) return value;
      return AsNumber(from, to, currency, value);
    case Kind::kBool:
      return AsBool(from, value);
    case Kind::kDate:
    case Kind::kTime:
      return AsTime(from, to, value);
    case Kind::kNull:
    case Kind::kRef:
    case Kind::kBytes:
      break;
  }
  return No(value, "becomes no value of that kind");
}

}  // namespace

StatusOr<Value> ConvertValue(const FieldDef& from, const FieldDef& to, const std::string& currency, const Value& value) {
  if (value.is_null()) return value;
  KITH_ASSIGN_OR_RETURN(Value converted, Convert(from, to, currency, value));
  FieldDef open = to;  // what is retired takes no values but these
  open.retired = false;
  KITH_RETURN_IF_ERROR(catalog::CheckFieldValue(open, converted));
  return converted;
}

std::string ConversionKey(const catalog::TypeDef& type, const FieldDef& field) {
  std::string key(kMetaConversionPrefix);
  AppendU16(key, type.number);
  AppendU32(key, field.package);
  AppendU32(key, field.number);
  return key;
}

std::string EncodeConversion(const Conversion& conversion) {
  std::string bytes;
  PackedWriter out(bytes);
  for (const std::string* text : {&conversion.change.type, &conversion.change.field, &conversion.change.other, &conversion.change.target,
                                  &conversion.definition, &conversion.currency}) {
    out.Text(*text);
  }
  out.U8(conversion.drop ? 1 : 0);
  out.Varint(conversion.done);
  out.U8(conversion.filled ? 1 : 0);
  format::AppendPadding(bytes);
  return bytes;
}

StatusOr<std::vector<Conversion>> ReadConversions(const storage::Reader& reader) {
  std::vector<Conversion> conversions;
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kMeta);
  for (bool more = cursor->SeekAtLeast(kMetaConversionPrefix); more && cursor->key().starts_with(kMetaConversionPrefix);
       more = cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const std::string_view content, format::WithoutPadding(cursor->value()));
    PackedReader in(content);
    Conversion conversion;
    for (std::string* text : {&conversion.change.type, &conversion.change.field, &conversion.change.other, &conversion.change.target,
                              &conversion.definition, &conversion.currency}) {
      *text = in.Text();
    }
    conversion.drop = in.U8() != 0;
    conversion.done = in.Varint();
    conversion.filled = in.U8() != 0;
    if (!in.done()) return MakeError(Reason::kCorrupt, "the note of a change of kind is malformed");
    conversions.push_back(std::move(conversion));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return conversions;
}

}  // namespace kith::engine
