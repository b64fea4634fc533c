// Indexes over records that were there before them: built, and removed, in steps.
#ifndef KITH_LIB_ENGINE_INDEX_BUILD_INTERNAL_H_
#define KITH_LIB_ENGINE_INDEX_BUILD_INTERNAL_H_

#include <cstdint>

#include "kith/storage/storage.h"

namespace kith::engine {

// Notes in kMeta that an index is to be built, or its entries to be deleted. Until that is done, the note stays, whatever happens to the
// process.
void MarkForBuilding(storage::WriteSet& set, uint32_t index_number);
void MarkForDropping(storage::WriteSet& set, uint32_t index_number);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_INDEX_BUILD_INTERNAL_H_
