// Employments in a catalog.
#ifndef KITH_LIB_MODEL_EMPLOYMENT_INTERNAL_H_
#define KITH_LIB_MODEL_EMPLOYMENT_INTERNAL_H_

#include <vector>

#include "kith/model/employment.h"

namespace kith::model {

struct EmploymentRoles {
  const catalog::TypeDef* type = nullptr;
  const catalog::FieldDef* person = nullptr;
  const catalog::FieldDef* organisation = nullptr;
  const catalog::FieldDef* from = nullptr;
  const catalog::FieldDef* to = nullptr;
  [[nodiscard]] static std::vector<EmploymentRoles> All(const catalog::Catalog& catalog);
};

// Whether a reference field may name records of the type.
[[nodiscard]] bool RefersTo(const catalog::FieldDef& field, const catalog::TypeDef& type);

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_EMPLOYMENT_INTERNAL_H_
