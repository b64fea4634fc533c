// What a damaged database still holds, as a new one.
//
// Values are taken by their seals, from pages that the newest state has (storage/salvage.h), so nothing is taken over that was not written,
// nor what had been deleted or replaced by then. Records, history and feed are then brought into step as Repair does it, indexes and all
// other derived data are built anew. External references have no seals: one is taken when both of its directions say the same.
#ifndef KITH_ENGINE_SALVAGE_H_
#define KITH_ENGINE_SALVAGE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kith/engine/database.h"
#include "kith/storage/salvage.h"

namespace kith {

struct SalvageOptions {
  // Another database of the same kind, best a backup of the damaged one: definitions of types and fields that are lost are taken from it.
  std::string definitions_from;
  // See storage::FileSalvageOptions: for a file whose meta pages or free list are broken. What was deleted, pruned or erased may come back.
  bool with_old_pages = false;
};

struct SalvageReport {
  // Of one type, what the database gave ids to and can no longer tell of.
  struct Lost {
    std::string type;                         // or its number, when its definition is lost
    uint64_t records = 0;                     // salvaged
    uint64_t lost = 0;                        // ids without record and without a deletion in history
    std::vector<std::pair<Id, Id>> lost_ids;  // the first hundred ranges of them, ends included
  };
  storage::FileSalvage file;
  uint64_t records = 0;
  uint64_t history_entries = 0;
  uint64_t feed_entries = 0;
  uint64_t external_refs = 0;
  uint64_t external_refs_lost = 0;    // of which one direction alone was found
  uint64_t definitions_taken = 0;     // from the other database
  std::vector<Lost> types;            // all that have records or lost some
  std::vector<std::string> changes;   // what was put right, as RepairReport has it
  std::vector<std::string> problems;  // what Verify finds in the new database, such as references to what is lost
};

// `damaged` and `target` are directories; nobody has the damaged database open, and it is not changed. `options`: as for Database::Open
// of the new one, with the extensions that the damaged one was used with; its path is `target`. Errors: DatabaseMissing, Locked,
// BadOptions (the target exists); Corrupt (the definitions are too incomplete: give `definitions_from`; or see SalvageFile).
[[nodiscard]] StatusOr<SalvageReport> Salvage(std::string_view damaged, std::string_view target, const OpenOptions& options,
                                              const SalvageOptions& salvage = {});

}  // namespace kith

#endif  // KITH_ENGINE_SALVAGE_H_
