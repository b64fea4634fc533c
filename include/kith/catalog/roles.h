// What the fields of a type are to it, where more than one room asks.
#ifndef KITH_CATALOG_ROLES_H_
#define KITH_CATALOG_ROLES_H_

#include <cstdint>
#include <optional>

#include "kith/catalog/catalog.h"

namespace kith::catalog {

// A field whose value is the record's own to give away: not what the library works out or counts.
[[nodiscard]] bool IsGiven(const FieldDef& field);

// The fields of a relation's type that play its roles; what a type need not have is nullptr.
struct EdgeRoles {
  const FieldDef* from = nullptr;
  const FieldDef* to = nullptr;
  const FieldDef* kind = nullptr;
  const FieldDef* valid_from = nullptr;
  const FieldDef* valid_to = nullptr;

  // Nothing when the type is no relation.
  [[nodiscard]] static std::optional<EdgeRoles> Of(const TypeDef& type);
  // The rules that edges of a kind keep to, by the choice's number; 0: of none.
  [[nodiscard]] const RelationRules& RulesIn(const TypeDef& type, int32_t kind_number) const;
};

}  // namespace kith::catalog

#endif  // KITH_CATALOG_ROLES_H_
