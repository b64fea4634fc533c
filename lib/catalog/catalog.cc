#include "kith/catalog/catalog.h"

#include <algorithm>
#include <array>

#include "catalog/compile_internal.h"
#include "catalog/definition_json_internal.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

struct HeaderName {
  std::string_view name;
  int32_t field;
};
constexpr std::array<HeaderName, 7> kHeaderNames = {{{"id", kHeaderId},
                                                     {"created", kHeaderCreated},
                                                     {"updated", kHeaderUpdated},
                                                     {"owner", kHeaderOwner},
                                                     {"unit", kHeaderUnit},
                                                     {"version", kHeaderVersion},
                                                     {"visibility", kHeaderVisibility}}};

// The element of a list whose member equals `wanted`, nullptr when there is none.
template <typename List, typename Member, typename Wanted>
auto FindBy(const List& list, Member member, const Wanted& wanted) -> const typename List::value_type* {
  const auto it = std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.*member == wanted; });
  return it == list.end() ? nullptr : &*it;
}

}  // namespace

int32_t HeaderFieldFromName(std::string_view name) {
  for (const HeaderName& header : kHeaderNames) {
    if (header.name == name) return header.field;
  }
  return 0;
}

const ChoiceDef* FieldDef::FindChoice(std::string_view choice_name) const { return FindBy(choices, &ChoiceDef::name, choice_name); }
const ChoiceDef* FieldDef::FindChoice(int32_t choice_number) const { return FindBy(choices, &ChoiceDef::number, choice_number); }

std::string_view NameOf(IndexKind kind) { return kIndexKindNames[static_cast<size_t>(kind)]; }

std::string_view BehaviourDef::RoleOr(std::string_view role, std::string_view otherwise) const {
  const auto it = roles.find(role);
  return it == roles.end() ? otherwise : std::string_view(it->second);
}

const FieldDef* TypeDef::FindField(std::string_view field_name) const {
  const auto it = field_positions_.find(field_name);
  return it == field_positions_.end() ? nullptr : &fields[it->second];
}

const FieldDef* TypeDef::FindField(uint32_t package_number, uint32_t field_number) const {
  // Compiled fields stand in this order.
  const auto place = [this](uint32_t p, uint32_t n) { return std::tuple(p != package, p, n); };
  const auto it =
      std::lower_bound(fields.begin(), fields.end(), place(package_number, field_number),
                       [&place](const FieldDef& field, const auto& wanted) { return place(field.package, field.number) < wanted; });
  return it != fields.end() && it->package == package_number && it->number == field_number ? &*it : nullptr;
}

std::optional<int32_t> TypeDef::FindPosition(std::string_view part_name) const {
  if (const FieldDef* field = FindField(part_name); field != nullptr) return static_cast<int32_t>(field->position);
  const int32_t header = HeaderFieldFromName(part_name);
  return header == 0 ? std::nullopt : std::optional(header);
}

Kind TypeDef::KindAt(int32_t position) const {
  if (const FieldDef* field = FieldAt(position); field != nullptr) return field->kind;
  switch (position) {
    case kHeaderId:
    case kHeaderOwner:
      return Kind::kRef;
    case kHeaderCreated:
    case kHeaderUpdated:
      return Kind::kTime;
    default:
      return Kind::kInt;
  }
}

const IndexDef* TypeDef::FindIndex(std::string_view index_name) const { return FindBy(indexes, &IndexDef::name, index_name); }
const IndexDef* TypeDef::FindIndex(IndexKind kind) const {
  const auto it = std::find_if(indexes.begin(), indexes.end(), [kind](const IndexDef& index) { return index.kind == kind; });
  return it == indexes.end() ? nullptr : &*it;
}

const IndexDef* TypeDef::FindIndexLedBy(int32_t position) const {
  const auto led = [&](const IndexDef& index) { return index.kind == IndexKind::kOrdered && index.parts.front().position == position; };
  const auto found = std::find_if(indexes.begin(), indexes.end(), led);
  return found == indexes.end() ? nullptr : &*found;
}
const BehaviourDef* TypeDef::FindBehaviour(std::string_view behaviour_name) const {
  return FindBy(behaviours, &BehaviourDef::name, behaviour_name);
}

const FieldDef* TypeDef::FindRole(std::string_view behaviour_name, std::string_view role) const {
  const BehaviourDef* behaviour = FindBehaviour(behaviour_name);
  return behaviour == nullptr ? nullptr : FindField(behaviour->RoleOr(role));
}

std::shared_ptr<const Catalog> Catalog::BuiltIn() {
  static const std::shared_ptr<const Catalog> catalog = *Compile(0, {}, {});
  return catalog;
}

std::string_view CheckDef::MessageIn(std::string_view language) const {
  for (const std::string_view wanted : {language, std::string_view("en")}) {
    if (const auto it = message.find(wanted); it != message.end()) return it->second;
  }
  return message.empty() ? std::string_view() : std::string_view(message.begin()->second);
}

const CheckDef* TypeDef::FindCheck(std::string_view check_name) const { return FindBy(checks, &CheckDef::name, check_name); }

std::string_view NameOf(RollUp::Function function) { return kRollUpFunctionNames[static_cast<size_t>(function)]; }

const TypeDef* Catalog::FindType(std::string_view name) const {
  const auto it = type_by_name_.find(name);
  return it == type_by_name_.end() ? nullptr : &types_[it->second];
}

const TypeDef* Catalog::FindType(TypeNumber number) const {
  const size_t position = number < type_by_number_.size() ? type_by_number_[number] : SIZE_MAX;
  return position == SIZE_MAX ? nullptr : &types_[position];
}

const PackageDef* Catalog::FindPackage(std::string_view name) const { return FindBy(packages_, &PackageDef::name, name); }
const PackageDef* Catalog::FindPackage(uint32_t number) const { return FindBy(packages_, &PackageDef::number, number); }

StatusOr<const TypeDef*> Catalog::GetType(std::string_view name) const {
  if (const TypeDef* type = FindType(name); type != nullptr) return type;
  std::vector<std::string_view> names;
  for (const TypeDef& type : types_) {
    if (type.number >= kFirstOpenType) names.push_back(type.name);
  }
  return MakeError({.reason = Reason::kUnknownType, .type = ToText(Value(name)), .hint = NearestHint(name, names)}, "unknown type");
}

StatusOr<const TypeDef*> Catalog::GetType(TypeNumber number) const {
  if (const TypeDef* type = FindType(number); type != nullptr) return type;
  return MakeError({.reason = Reason::kUnknownType, .value = std::to_string(number)}, "no type has this number");
}

StatusOr<const FieldDef*> Catalog::GetField(const TypeDef& type, std::string_view name) {
  if (const FieldDef* field = type.FindField(name); field != nullptr) return field;
  return MakeError(
      {.reason = Reason::kUnknownField, .type = type.name, .field = ToText(Value(name)), .hint = NearestHint(name, FieldNames(type))},
      "unknown field");
}

StatusOr<const IndexDef*> Catalog::GetIndex(const TypeDef& type, std::string_view name) {
  if (const IndexDef* index = type.FindIndex(name); index != nullptr) return index;
  std::vector<std::string_view> names;
  for (const IndexDef& index : type.indexes) names.push_back(index.name);
  return MakeError({.reason = Reason::kUnknownIndex, .type = type.name, .value = ToText(Value(name)), .hint = NearestHint(name, names)},
                   "unknown index");
}

std::vector<const TypeDef*> Catalog::TypesWith(std::string_view behaviour) const {
  std::vector<const TypeDef*> found;
  for (const TypeDef& type : types_) {
    if (type.FindBehaviour(behaviour) != nullptr) found.push_back(&type);
  }
  return found;
}

std::span<const Catalog::Referrer> Catalog::ReferrersTo(const TypeDef& type) const {
  const auto it = type_by_name_.find(type.name);
  if (it == type_by_name_.end()) return {};
  return referrers_[it->second];
}

}  // namespace kith::catalog
