// The parts of Repair that mend what everything else derives from: history, feed, records, counters. Each is a step of a job, see
// DatabaseImpl::RunSteps.
#ifndef KITH_LIB_ENGINE_REPAIR_HISTORY_H_
#define KITH_LIB_ENGINE_REPAIR_HISTORY_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/storage/storage.h"

namespace kith::engine {

// The reason that entries made by a repair give.
inline constexpr std::string_view kRepairReason = "repair: this entry was lost";

// What the steps did. A step may run twice, so counts are sets.
struct RepairNotes {
  std::set<uint64_t> entries_put;  // sequences, in history
  std::set<uint64_t> feed_put;     // sequences, in the feed
  std::set<uint64_t> records;      // to be reconciled with their history
  std::set<uint64_t> rewritten;    // records
  std::set<uint64_t> told;         // records whose history was completed from them
  std::set<uint64_t> ended;        // records that are gone: their history was ended
  std::set<std::string> externals_put;
  std::set<std::string> externals_deleted;
  std::set<uint64_t> lost_ranges;  // first sequences
};

// Entries that the feed has and history lacks.
[[nodiscard]] StatusOr<std::string> PutHistoryOfFeed(storage::WriteSet& set, const std::string& from, RepairNotes& notes);
// The feed as history gives it.
[[nodiscard]] StatusOr<std::string> PutFeedOfHistory(storage::WriteSet& set, const std::string& from, RepairNotes& notes);
// Notes the sequences that neither has.
[[nodiscard]] StatusOr<std::string> NoteLost(storage::WriteSet& set, const std::string& from, RepairNotes& notes);
// Makes one record and its history agree.
[[nodiscard]] Status Reconcile(storage::WriteSet& set, const catalog::Catalog& catalog, Id id, RepairNotes& notes);
// External references in both directions, to records that exist.
[[nodiscard]] StatusOr<std::string> MendExternals(storage::WriteSet& set, const std::string& from, RepairNotes& notes);
// Counters not below the ids that are there; the state not behind the feed.
[[nodiscard]] Status MendState(storage::WriteSet& set);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_REPAIR_HISTORY_H_
