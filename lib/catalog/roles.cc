#include "kith/catalog/roles.h"

namespace kith::catalog {

bool IsGiven(const FieldDef& field) { return !field.computed() && !field.derived && field.numbering == nullptr; }

std::optional<EdgeRoles> EdgeRoles::Of(const TypeDef& type) {
  const auto role = [&](std::string_view name) { return type.FindRole("relation", name); };
  const EdgeRoles edge{
      .from = role("from"), .to = role("to"), .kind = role("kind"), .valid_from = role("valid_from"), .valid_to = role("valid_to")};
  return edge.from == nullptr || edge.to == nullptr ? std::nullopt : std::optional(edge);
}

const RelationRules& EdgeRoles::RulesIn(const TypeDef& type, int32_t kind_number) const {
  const ChoiceDef* choice = kind == nullptr ? nullptr : kind->FindChoice(kind_number);
  const auto own = choice == nullptr ? type.relation.kinds.end() : type.relation.kinds.find(choice->name);
  return own == type.relation.kinds.end() ? type.relation.rules : own->second;
}

}  // namespace kith::catalog
