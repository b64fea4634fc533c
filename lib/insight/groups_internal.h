// Which rows a group's are the sum of.
#ifndef KITH_LIB_INSIGHT_GROUPS_INTERNAL_H_
#define KITH_LIB_INSIGHT_GROUPS_INTERNAL_H_

#include "kith/model/funnel_tables.h"

namespace kith::insight_internal {

// How a row counts in what a group has: 1, 0, or -1. Group 0 of a kind is nobody's: what is everybody's less what the groups have.
[[nodiscard]] inline int SignIn(const model::RowKey& key, model::GroupKind kind, uint64_t group) {
  if (kind == model::GroupKind::kAll || group != 0) return key.group_kind == kind && key.group == group ? 1 : 0;
  if (key.group_kind == model::GroupKind::kAll) return 1;
  return key.group_kind == kind && key.group != 0 ? -1 : 0;
}

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_GROUPS_INTERNAL_H_
