// A snapshot: one read transaction of the pool, with the checks that every call makes.
#ifndef KITH_LIB_STORAGE_SNAPSHOT_H_
#define KITH_LIB_STORAGE_SNAPSHOT_H_

#include <memory>

#include "kith/storage/storage.h"
#include "storage/readers.h"

namespace kith::storage {

// `owner` keeps the environment, and with it `store` and `readers`, alive.
[[nodiscard]] StatusOr<std::unique_ptr<Snapshot>> TakeSnapshot(std::shared_ptr<const Environment> owner, const Store& store,
                                                               Readers& readers);

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_SNAPSHOT_H_
