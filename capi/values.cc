#include "values.h"

#include <bit>
#include <cstring>

namespace kith::capi {
namespace {

kith_value Of(Kind kind) {
  kith_value value{};
  value.kind = static_cast<kith_kind>(kind);
  return value;
}
kith_value Number(Kind kind, int64_t number) {
  kith_value value = Of(kind);
  value.number = number;
  return value;
}
// The packed code is its three letters, the first in the lowest byte.
void SetCurrency(Currency currency, kith_value& value) {
  const uint32_t packed = currency.packed();
  static_assert(std::endian::native == std::endian::little && sizeof(packed) == sizeof(value.currency));
  std::memcpy(value.currency, &packed, sizeof(packed));
}
kith_value OfText(Kind kind, std::string_view text) {
  kith_value value = Of(kind);
  value.text = FromText(text);
  return value;
}
// The choice's name; none when the field is not known to have it.
kith_str ChoiceText(int64_t number, const catalog::FieldDef* field) {
  const catalog::ChoiceDef* choice = field == nullptr ? nullptr : field->FindChoice(static_cast<int32_t>(number));
  return choice == nullptr ? kith_str{} : FromText(choice->name);
}
kith_value OfChoice(int64_t number, const catalog::FieldDef* field) {
  kith_value value = Number(Kind::kChoice, number);
  value.text = ChoiceText(number, field);
  return value;
}

kith_value ReadHeader(const record::Header& header, int32_t position) {
  switch (position) {
    case catalog::kHeaderId:
      return Number(Kind::kRef, static_cast<int64_t>(header.id));
    case catalog::kHeaderCreated:
      return Number(Kind::kTime, header.created);
    case catalog::kHeaderUpdated:
      return Number(Kind::kTime, header.updated);
    case catalog::kHeaderOwner:
      return header.owner == 0 ? kith_value{} : Number(Kind::kRef, static_cast<int64_t>(header.owner));
    case catalog::kHeaderUnit:
      return Number(Kind::kInt, header.unit);
    case catalog::kHeaderVersion:
      return Number(Kind::kInt, static_cast<int64_t>(header.version));
    case catalog::kHeaderVisibility:
      return Number(Kind::kInt, header.visibility);
    default:
      return kith_value{};
  }
}

// The typed reads give zero for null, so only a zero has to be looked at twice. Every way returns one variable, so that it is made where
// the caller wants it.
kith_value ReadField(const catalog::FieldDef& field, record::View view) {
  const size_t at = field.position;
  kith_value value = Of(field.kind);
  switch (field.kind) {
    case Kind::kBool:
      value.number = view.GetBool(at) ? 1 : 0;
      break;
    case Kind::kDouble:
      value.real = view.GetDouble(at);
      if (value.real != 0) return value;
      break;
    case Kind::kMoney: {
      const Money money = view.GetMoney(at);
      value.number = money.minor;
      SetCurrency(money.currency, value);
      if (!money.currency.is_null()) return value;
      break;
    }
    case Kind::kText:
    case Kind::kBytes:
      value.text = FromText(view.GetText(at));
      if (value.text.size != 0) return value;
      break;
    case Kind::kTextList:
    case Kind::kChoiceSet:
      value.number = static_cast<int64_t>(view.GetSize(at));
      break;
    case Kind::kRef:
      value.number = static_cast<int64_t>(view.GetRef(at).value());
      break;
    case Kind::kChoice:
      value.number = view.GetInt(at);
      value.text = ChoiceText(value.number, &field);
      break;
    case Kind::kDecimal:
      value.scale = field.scale;
      [[fallthrough]];
    case Kind::kInt:
    case Kind::kDate:
    case Kind::kTime:
      value.number = view.GetInt(at);
      break;
    case Kind::kNull:
      break;
  }
  if (value.number == 0 && !view.has(at)) value = kith_value{};
  return value;
}

StatusOr<Value> ChoiceFromC(const kith_value& value, std::string_view text, const catalog::FieldDef* field) {
  if (text.empty()) return Value(Choice{static_cast<int32_t>(value.number)});
  const catalog::ChoiceDef* choice = field == nullptr ? nullptr : field->FindChoice(text);
  if (choice != nullptr) return Value(Choice{choice->number});
  ErrorInfo info;
  info.reason = Reason::kNotAChoice;
  info.field = field == nullptr ? "" : field->name;
  info.value = std::string(text.substr(0, 80));
  return MakeError(std::move(info), "no such choice");
}

}  // namespace

kith_field PackField(const catalog::Catalog& catalog, TypeNumber type, int32_t position) {
  return static_cast<uint64_t>(type) << 48 | static_cast<uint64_t>(static_cast<uint16_t>(position + 32768)) << 32 |
         static_cast<uint32_t>(catalog.version());
}

std::optional<int32_t> FindPositionOfField(const catalog::Catalog& catalog, const catalog::TypeDef& type, kith_field field) {
  const int32_t position = static_cast<int32_t>(field >> 32 & 0xFFFF) - 32768;
  const bool known = static_cast<uint32_t>(field) == static_cast<uint32_t>(catalog.version()) && field >> 48 == type.number &&
                     (position < 0 || static_cast<size_t>(position) < type.fields.size());
  return known ? std::optional<int32_t>(position) : std::nullopt;
}

StatusOr<int32_t> PositionOfField(const catalog::Catalog& catalog, const catalog::TypeDef& type, kith_field field) {
  if (const std::optional<int32_t> position = FindPositionOfField(catalog, type, field)) return *position;
  if (static_cast<uint32_t>(field) != static_cast<uint32_t>(catalog.version())) {
    return MakeError({.reason = Reason::kCatalogChanged, .hint = "resolve the field again with kith_snapshot_field"},
                     "the field was resolved with another version of the catalog");
  }
  return MakeError(Reason::kUnknownField, "the field belongs to another type than the view");
}

StatusOr<std::vector<int32_t>> PositionsOfFields(const catalog::Catalog& catalog, const catalog::TypeDef& type,
                                                 std::span<const kith_field> fields) {
  std::vector<int32_t> positions;
  positions.reserve(fields.size());
  for (const kith_field field : fields) {
    KITH_ASSIGN_OR_RETURN(const int32_t position, PositionOfField(catalog, type, field));
    positions.push_back(position);
  }
  return positions;
}

kith_value ReadValue(const catalog::TypeDef& type, record::View view, int32_t position) {
  if (position < 0) return ReadHeader(view.header(), position);
  return ReadField(type.fields[static_cast<size_t>(position)], view);
}

StatusOr<kith_value> ReadItem(const catalog::TypeDef& type, record::View view, int32_t position, size_t item) {
  const catalog::FieldDef* field = type.FieldAt(position);
  if (field == nullptr || (field->kind != Kind::kTextList && field->kind != Kind::kChoiceSet)) {
    ErrorInfo info;
    info.reason = Reason::kWrongKind;
    info.type = type.name;
    info.field = field == nullptr ? "" : field->name;
    return MakeError(std::move(info), "the field holds no list of items");
  }
  auto at = static_cast<size_t>(position);
  if (!view.has(at) || item >= view.GetSize(at)) return absl::OutOfRangeError("");
  if (field->kind == Kind::kTextList) return OfText(Kind::kText, view.GetTextItem(at, item));
  return OfChoice(view.GetChoiceItem(at, item).number, field);
}

void ToC(const PackedValue& value, const catalog::FieldDef* field, kith_value& out) {
  out.kind = static_cast<kith_kind>(value.kind);
  out.scale = value.scale;
  out.number = value.number;
  out.real = value.real;
  out.text = FromText(value.text);
  SetCurrency(value.currency, out);
  out.zero = 0;
  if (value.kind == Kind::kChoice) out.text = ChoiceText(value.number, field);
}

kith_view ToC(record::View view) {
  const record::Header& header = view.header();
  return {reinterpret_cast<const uint8_t*>(view.bytes().data()), static_cast<uint32_t>(view.bytes().size()), Id(header.id).type(),
          header.id, header.version};
}

StatusOr<Value> FromC(const kith_value& value, const catalog::TypeDef& type, int32_t position) {
  const catalog::FieldDef* field = type.FieldAt(position);
  Kind kind = static_cast<Kind>(value.kind);
  const Kind wanted = type.KindAt(position);
  if (kind == Kind::kInt && (wanted == Kind::kRef || wanted == Kind::kTime || wanted == Kind::kDate || wanted == Kind::kChoice))
    kind = wanted;
  if (kind == Kind::kText && wanted == Kind::kChoice) kind = wanted;
  KITH_ASSIGN_OR_RETURN(std::string_view text, Text(value.text, "value.text"));
  switch (kind) {
    case Kind::kNull:
      return Value();
    case Kind::kBool:
      return Value(value.number != 0);
    case Kind::kInt:
      return Value(value.number);
    case Kind::kDecimal:
      return Value(Decimal{value.number, static_cast<uint8_t>(value.scale)});
    case Kind::kDouble:
      return Value(value.real);
    case Kind::kMoney: {
      std::optional<Currency> currency = Currency::FromCode(std::string_view(value.currency, strnlen(value.currency, 4)));
      if (!currency) return MakeError(Reason::kWrongKind, "not a currency code");
      return Value(Money{value.number, *currency});
    }
    case Kind::kText:
      return Value(text);
    case Kind::kBytes:
      return Value(Bytes{std::string(text)});
    case Kind::kDate:
      return Value(Date{static_cast<int32_t>(value.number)});
    case Kind::kTime:
      return Value(Time{value.number});
    case Kind::kRef:
      return Value(Id(static_cast<uint64_t>(value.number)));
    case Kind::kChoice:
      return ChoiceFromC(value, text, field);
    case Kind::kTextList:
    case Kind::kChoiceSet:
      break;
  }
  return MakeError(Reason::kWrongKind, "a value of this kind cannot bound an index range");
}

}  // namespace kith::capi
