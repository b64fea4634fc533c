// Reading an access policy.
#ifndef KITH_LIB_CATALOG_POLICY_INTERNAL_H_
#define KITH_LIB_CATALOG_POLICY_INTERNAL_H_

#include <string_view>

#include "kith/catalog/catalog.h"
#include "kith/catalog/policy.h"

namespace kith::catalog {

inline constexpr std::string_view kPolicyKey = "access";  // of its definition

// A policy without rules is none. Errors: PackageMalformed with the path.
[[nodiscard]] StatusOr<Policy> ReadPolicy(std::string_view text);
// That what it names is there: types, fields, references to follow. UnknownType, UnknownField, PackageMalformed with the path.
[[nodiscard]] Status CheckPolicy(const Policy& policy, const Catalog& catalog);

}  // namespace kith::catalog

#endif  // KITH_LIB_CATALOG_POLICY_INTERNAL_H_
