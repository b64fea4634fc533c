#include <algorithm>
#include <array>
#include <cmath>

#include "engine/batch_internal.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::engine {
namespace {

std::vector<std::string_view> FieldNames(const catalog::TypeDef& type) {
  std::vector<std::string_view> names{"owner", "unit", "visibility"};
  for (const catalog::FieldDef& field : type.fields) names.push_back(field.name);
  return names;
}

StatusOr<Value> FitDecimal(uint8_t scale, Decimal value) {
  if (value.scale == scale) return Value(value);
  KITH_ASSIGN_OR_RETURN(const Decimal rescaled, Rescale(value, scale));
  return Value(rescaled);
}

Value FitChoices(ChoiceSet set) {
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set.empty() ? Value() : Value(std::move(set));
}

StatusOr<Choice> ChoiceByName(const catalog::FieldDef& field, const std::string& name) {
  const catalog::ChoiceDef* choice = field.FindChoice(name);
  if (choice != nullptr) return Choice{choice->number};
  std::vector<std::string_view> names;
  for (const catalog::ChoiceDef& known : field.choices) names.emplace_back(known.name);
  return MakeError({.reason = Reason::kNotAChoice, .field = field.name, .value = name, .hint = NearestHint(name, names)},
                   "the field has no such choice");
}

StatusOr<Value> ChoicesByName(const catalog::FieldDef& field, const TextList& names) {
  ChoiceSet set;
  for (const std::string& name : names) {
    KITH_ASSIGN_OR_RETURN(const Choice choice, ChoiceByName(field, name));
    set.push_back(choice);
  }
  return FitChoices(std::move(set));
}

Status WrongKind(std::string_view name, std::string_view expected, const Value& value) {
  return MakeError({.reason = Reason::kWrongKind, .field = std::string(name), .value = ToText(value)},
                   "expected " + std::string(expected) + ", got " + std::string(NameOf(value.kind())));
}

StatusOr<Value> FitVisibility(const Value& value) {
  constexpr std::array<std::string_view, 3> kNames = {"everyone", "unit", "owner"};
  if (value.is_null()) return Value(0);
  if (const auto* name = value.get_if<std::string>()) {
    const auto* const found = std::find(kNames.begin(), kNames.end(), *name);
    if (found != kNames.end()) return Value(static_cast<int64_t>(found - kNames.begin()));
  }
  if (const auto* number = value.get_if<int64_t>()) {
    if (*number >= 0 && *number < static_cast<int64_t>(kNames.size())) return value;
  } else if (value.kind() != Kind::kText) {
    return WrongKind("visibility", "everyone, unit or owner", value);
  }
  return MakeError(
      {.reason = Reason::kNotAChoice, .field = "visibility", .value = ToText(value), .hint = "one of everyone (0), unit (1), owner (2)"},
      "is no visibility");
}

template <typename T>
StatusOr<Value> AddIntegers(T present, T amount) {
  T sum{};
  if (__builtin_add_overflow(present, amount, &sum)) {
    return MakeError({.reason = Reason::kArithmeticOverflow, .value = std::to_string(amount)}, "the sum does not fit into 64 bits");
  }
  return Value(sum);
}

StatusOr<Value> AddDecimals(Decimal present, Decimal amount) {
  KITH_ASSIGN_OR_RETURN(const Value units, AddIntegers(present.units, amount.units));
  return Value(Decimal{units.get<int64_t>(), amount.scale});
}

StatusOr<Value> AddDoubles(double present, double amount) {
  const double sum = present + amount;
  if (!std::isfinite(sum) && std::isfinite(present) && std::isfinite(amount)) {
    return MakeError({.reason = Reason::kArithmeticOverflow, .value = ToText(Value(amount))}, "the sum is no finite number");
  }
  return Value(sum);
}

}  // namespace

std::string_view FieldNameAt(const catalog::TypeDef& type, int32_t position) {
  switch (position) {
    case catalog::kHeaderOwner:
      return "owner";
    case catalog::kHeaderUnit:
      return "unit";
    case catalog::kHeaderVisibility:
      return "visibility";
    default:
      return position >= 0 ? std::string_view(type.fields[static_cast<size_t>(position)].name) : std::string_view("header");
  }
}

StatusOr<FieldTarget> FindTarget(const catalog::TypeDef& type, std::string_view name) {
  if (const catalog::FieldDef* field = type.FindField(name)) return FieldTarget{static_cast<int32_t>(field->position), field};
  const int32_t header = catalog::HeaderFieldFromName(name);
  if (header == catalog::kHeaderOwner || header == catalog::kHeaderUnit || header == catalog::kHeaderVisibility) {
    return FieldTarget{header, nullptr};
  }
  if (header != 0) {
    return MakeError({.reason = Reason::kFieldReadOnly,
                      .type = type.name,
                      .field = std::string(name),
                      .hint = header == catalog::kHeaderCreated ? "give the change an effective time" : "the database keeps it by itself"},
                     "cannot be set");
  }
  return MakeError(
      {.reason = Reason::kUnknownField, .type = type.name, .field = std::string(name), .hint = NearestHint(name, FieldNames(type))},
      "the type has no such field");
}

StatusOr<Value> FitValue(const catalog::FieldDef& field, Value value) {
  switch (field.kind) {
    case Kind::kDecimal:
      if (const auto* whole = value.get_if<int64_t>()) return FitDecimal(field.scale, {*whole, 0});
      if (const auto* decimal = value.get_if<Decimal>()) return FitDecimal(field.scale, *decimal);
      return value;
    case Kind::kDouble:
      if (const auto* whole = value.get_if<int64_t>()) return Value(static_cast<double>(*whole));
      return value;
    case Kind::kChoice:
      if (const auto* name = value.get_if<std::string>()) return ChoiceByName(field, *name);
      return value;
    case Kind::kChoiceSet:
      if (const auto* set = value.get_if<ChoiceSet>()) return FitChoices(*set);
      if (const auto* names = value.get_if<TextList>()) return ChoicesByName(field, *names);
      return value;
    case Kind::kRef:
      if (const auto* number = value.get_if<int64_t>()) return *number == 0 ? Value() : Value(Id(static_cast<uint64_t>(*number)));
      if (const Id* id = value.get_if<Id>(); id != nullptr && id->is_null()) return Value();
      return value;
    default:
      return value;
  }
}

Status CheckFitted(const catalog::FieldDef& field, const Value& value) {
  if (const Id* id = value.get_if<Id>(); id != nullptr && field.kind == Kind::kRef && id->is_local()) {
    return field.retired ? catalog::CheckFieldValue(field, Id(1)) : absl::OkStatus();
  }
  return catalog::CheckFieldValue(field, value);
}

StatusOr<Value> FitHeaderValue(int32_t header_field, Value value) {
  if (header_field == catalog::kHeaderVisibility) return FitVisibility(value);
  if (value.is_null()) return value;
  if (header_field == catalog::kHeaderOwner) {
    if (const auto* whole = value.get_if<int64_t>()) value = Id(static_cast<uint64_t>(*whole));
    const Id* id = value.get_if<Id>();
    if (id == nullptr) return WrongKind("owner", "ref", value);
    if (id->is_null()) return Value();
    if (!id->is_local() && id->value() >= kIdEnd) {
      return MakeError({.reason = Reason::kOutOfRange, .field = "owner", .value = ToText(value)}, "is no id: ids are below 2^53");
    }
    return value;
  }
  const auto* number = value.get_if<int64_t>();
  if (number == nullptr) return WrongKind("unit", "int", value);
  if (*number < 0 || *number > UINT32_MAX) {
    return MakeError({.reason = Reason::kOutOfRange, .field = "unit", .value = ToText(value)}, "a unit is a number of 32 bits");
  }
  return *number == 0 ? Value() : value;
}

Status CheckReferenceType(const catalog::FieldDef& field, const catalog::TypeDef* target, Id value) {
  if (target != nullptr && field.refers_to.empty()) return absl::OkStatus();
  if (target != nullptr && std::find(field.refers_to.begin(), field.refers_to.end(), target->name) != field.refers_to.end()) {
    return absl::OkStatus();
  }
  std::string allowed;
  for (const std::string& name : field.refers_to) {
    if (!allowed.empty()) allowed += ", ";
    allowed += name;
  }
  return MakeError({.reason = Reason::kReferenceWrongType,
                    .field = field.name,
                    .value = value.is_local() ? "new#" + std::to_string(value.local_index()) : ToText(Value(value)),
                    .hint = allowed.empty() ? "give the id of a record" : "it refers to " + allowed},
                   target == nullptr ? "refers to no known type" : "may not refer to a record of type " + target->name);
}

Status CheckOwnerType(const catalog::Catalog& catalog, Id owner) {
  const auto is_ours = [](const catalog::TypeDef& of) {
    const bool edge = of.FindRole("member", "member") != nullptr;
    return (of.FindBehaviour("member") != nullptr && !edge) || of.FindBehaviour("group") != nullptr;
  };
  const catalog::TypeDef* type = catalog.FindType(owner.type());
  if (type == nullptr || is_ours(*type)) return absl::OkStatus();
  std::string ours;
  for (const catalog::TypeDef& known : catalog.types()) {
    if (is_ours(known)) ours += (ours.empty() ? "" : ", ") + known.name;
  }
  if (ours.empty()) return absl::OkStatus();
  return MakeError({.reason = Reason::kReferenceWrongType,
                    .field = "owner",
                    .value = ToText(Value(owner)),
                    .hint = "an owner is one of " + ours + ", or a number below all ids for somebody whom the host alone knows"},
                   "may not be a record of type " + type->name);
}

Status CheckExternal(const ExternalRef& external) {
  if (external.system.empty() || external.key.empty()) {
    return MakeError({.reason = Reason::kBatchMalformed, .hint = "give both a system and a key"}, "an external reference is incomplete");
  }
  if (external.system.size() > limits::kExternalSystemBytes) {
    return MakeError({.reason = Reason::kTooLong, .value = external.system, .hint = "limit kExternalSystemBytes, 64"},
                     "the system of an external reference is too long");
  }
  if (external.key.size() > limits::kExternalKeyBytes) {
    return MakeError({.reason = Reason::kTooLong, .value = external.key, .hint = "limit kExternalKeyBytes, 256"},
                     "the key of an external reference is too long");
  }
  if (!IsUtf8(external.system) || !IsUtf8(external.key)) {
    return MakeError({.reason = Reason::kNotUtf8}, "an external reference is not UTF-8");
  }
  return absl::OkStatus();
}

StatusOr<Value> AddValues(const Value& present, const Value& amount) {
  if (amount.is_null() || (!present.is_null() && present.kind() != amount.kind())) {
    return WrongKind({}, present.is_null() ? "a number" : NameOf(present.kind()), amount);
  }
  switch (amount.kind()) {
    case Kind::kInt:
      return AddIntegers(present.is_null() ? int64_t{0} : present.get<int64_t>(), amount.get<int64_t>());
    case Kind::kDecimal:
      return AddDecimals(present.is_null() ? Decimal{} : present.get<Decimal>(), amount.get<Decimal>());
    case Kind::kDouble:
      return AddDoubles(present.is_null() ? 0 : present.get<double>(), amount.get<double>());
    case Kind::kMoney: {
      if (present.is_null()) return amount;
      KITH_ASSIGN_OR_RETURN(const Money sum, Add(present.get<Money>(), amount.get<Money>()));
      return Value(sum);
    }
    default:
      return MakeError({.reason = Reason::kWrongKind, .value = ToText(amount), .hint = "int, decimal, double and money can be added to"},
                       "cannot be added");
  }
}

}  // namespace kith::engine
