// What must be known about a database's files before LMDB may touch them: whether they exist, whether they are sound, how they were left.
#ifndef KITH_LIB_STORAGE_OPEN_FILE_H_
#define KITH_LIB_STORAGE_OPEN_FILE_H_

#include <span>

#include "kith/storage/storage.h"
#include "storage/files.h"
#include "storage/guard.h"

namespace kith::storage {

struct PreparedFile {
  bool fresh = false;  // the data file is empty: LMDB is to make the store
  bool fully_checked = false;
  bool from_elsewhere = false;  // nobody of this machine has vouched for what it holds
};

// With the guard held. Alone, makes an empty data file when there is none and `options.create` says so, and checks an existing one: quickly
// when it is as its last opener left it, in full otherwise (R20). Errors: DatabaseMissing, Corrupt, FormatUnknown, PathUnsafe.
[[nodiscard]] StatusOr<PreparedFile> PrepareFile(const Directory& directory, Guard& guard, std::span<const KeyspaceSpec> keyspaces,
                                                 const OpenOptions& options);

// The guard's record of a database being open, and of how it is left.
[[nodiscard]] StatusOr<GuardRecord> RecordOf(const Directory& directory, GuardRecord::State state, uint64_t transaction);

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_OPEN_FILE_H_
