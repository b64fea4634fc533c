// What the generated headers of this folder share; see kith/model/crm.h.
#ifndef KITH_MODEL_CRM_FIELDS_H_
#define KITH_MODEL_CRM_FIELDS_H_

#include <initializer_list>

#include "kith/base/value.h"
#include "kith/engine/batch.h"
#include "kith/record/record.h"

namespace kith::crm::internal {

template <typename Enum>
[[nodiscard]] ChoiceSet Choices(std::initializer_list<Enum> values) {
  ChoiceSet set;
  for (const Enum value : values) set.push_back(Choice{static_cast<int32_t>(value)});
  return set;
}

}  // namespace kith::crm::internal

#endif  // KITH_MODEL_CRM_FIELDS_H_
