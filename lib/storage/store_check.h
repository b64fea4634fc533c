// The whole check of a data file: its pages, then every seal and the digest of every keyspace.
#ifndef KITH_LIB_STORAGE_STORE_CHECK_H_
#define KITH_LIB_STORAGE_STORE_CHECK_H_

#include <span>

#include "kith/storage/storage.h"
#include "storage/page_check.h"

namespace kith::storage {

// Nothing is mapped and LMDB is not used, so that damage gives problems and never a signal.
[[nodiscard]] CheckReport CheckStore(int fd, const format::Meta& meta, std::span<const KeyspaceSpec> keyspaces);

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_STORE_CHECK_H_
