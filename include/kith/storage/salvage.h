// What a damaged data file still holds, page by page, without LMDB and without trusting the file.
//
// Sealed values are taken by their seals: eight bytes of XXH3 over keyspace, key and value, so what is given out was once written so.
// Whether it is the newest that was written follows from where it stands: on a page that the newest sound meta page leads to through sound
// branch pages, or, where a branch is broken, on one that nothing leads to and the free list does not have. Pages of the free list hold
// what was deleted or replaced, and nothing is taken from them; with a broken free list, nothing is taken from pages that nothing leads to,
// unless that is asked for.
#ifndef KITH_STORAGE_SALVAGE_H_
#define KITH_STORAGE_SALVAGE_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/storage/storage.h"

namespace kith::storage {

struct SalvagedEntry {
  Keyspace keyspace = 0;  // position in the specs given
  View key;
  View value;           // as a cursor would give it; valid during the call
  bool checked = true;  // by a seal; false in keyspaces without, where bytes may be damaged
};
using SalvageSink = std::function<Status(const SalvagedEntry& entry)>;

struct SalvageKeyspace {
  uint64_t entries = 0;   // given out
  uint64_t damaged = 0;   // entries that do not match their seals
  bool complete = false;  // what was given out is all that was last committed, by the digest kept with each commit
};

struct FileSalvage {
  uint64_t pages = 0;          // of the file
  uint64_t free_pages = 0;     // of the free list: nothing is taken from them
  uint64_t leaf_pages = 0;     // sound leaves that entries were taken from
  uint64_t orphans = 0;        // of those: leaves that nothing led to
  uint64_t damaged_pages = 0;  // that should have been read and are no pages
  bool newest_state = false;   // read from the newest state; else from the one before, or without any
  bool free_list = false;      // it could be read whole
  std::vector<SalvageKeyspace> keyspaces;
};

struct FileSalvageOptions {
  // Also from pages that nothing leads to when the free list, or both meta pages, are broken: what was deleted or replaced comes too, and
  // it is for the caller to tell what is newest.
  bool with_old_pages = false;
};

// Reads the data file of a database that nobody has open. An entry may be given out twice when a file was damaged so. Errors:
// DatabaseMissing, Locked (somebody has it open), Corrupt (both meta pages are broken and `with_old_pages` is not set), what the sink
// gives.
[[nodiscard]] StatusOr<FileSalvage> SalvageFile(std::string_view path, std::span<const KeyspaceSpec> keyspaces,
                                                const FileSalvageOptions& options, const SalvageSink& sink);

}  // namespace kith::storage

#endif  // KITH_STORAGE_SALVAGE_H_
