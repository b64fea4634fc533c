// How often an expected date was moved to a later one.
#ifndef KITH_LIB_INSIGHT_SLIPS_INTERNAL_H_
#define KITH_LIB_INSIGHT_SLIPS_INTERNAL_H_

#include "kith/engine/snapshot.h"

namespace kith::insight_internal {

// Changes of a date field of a record to a later date, up to a point on both axes.
[[nodiscard]] inline StatusOr<int64_t> SlipsOf(const Snapshot& snapshot, const catalog::FieldDef& date, Id record, AsOf until = {}) {
  KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, snapshot.History(record));
  int64_t slips = 0;
  for (const HistoryEntry& entry : history) {
    if (entry.recorded > until.recorded) break;
    for (const FieldChange& change : entry.fields) {
      if (change.package != date.package || change.number != date.number || change.effective > until.effective) continue;
      const auto* before = change.before.get_if<Date>();
      const auto* after = change.after.get_if<Date>();
      slips += before != nullptr && after != nullptr && *before < *after;
    }
  }
  return slips;
}

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_SLIPS_INTERNAL_H_
