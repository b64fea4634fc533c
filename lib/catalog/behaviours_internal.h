// What types can do, as data: behaviours, their roles, and which fields may play them.
#ifndef KITH_LIB_CATALOG_BEHAVIOURS_INTERNAL_H_
#define KITH_LIB_CATALOG_BEHAVIOURS_INTERNAL_H_

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "kith/base/value.h"

namespace kith::catalog {

struct RoleRule {
  std::string_view name;
  std::vector<Kind> kinds;  // of the field
  bool required = false;
};

struct BehaviourRule {
  std::string_view name;
  std::vector<RoleRule> roles;
  [[nodiscard]] const RoleRule* Find(std::string_view role) const;
  [[nodiscard]] std::vector<std::string_view> RoleNames() const;
};

[[nodiscard]] std::span<const BehaviourRule> Behaviours();
[[nodiscard]] const BehaviourRule* FindBehaviourRule(std::string_view name);
[[nodiscard]] std::vector<std::string_view> BehaviourNames();

}  // namespace kith::catalog

#endif  // KITH_LIB_CATALOG_BEHAVIOURS_INTERNAL_H_
