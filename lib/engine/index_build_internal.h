// Indexes over records that were there before them: built, and removed, in steps.
#ifndef KITH_LIB_ENGINE_INDEX_BUILD_INTERNAL_H_
#define KITH_LIB_ENGINE_INDEX_BUILD_INTERNAL_H_

#include <cstdint>
#include <optional>

#include "kith/base/id.h"
#include "kith/base/status.h"
#include "kith/storage/storage.h"

namespace kith::engine {

// Notes in kMeta that an index or roll-up is to be built, or its entries to be deleted. Until that is done, the note stays, whatever
// happens to the process.
void MarkForBuilding(storage::WriteSet& set, uint32_t index_number);
void MarkForDropping(storage::WriteSet& set, uint32_t index_number);
// The last record that the builder of an index or roll-up has done; nullopt when it is whole.
[[nodiscard]] StatusOr<std::optional<Id>> BuiltUpTo(const storage::Reader& reader, uint32_t number);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_INDEX_BUILD_INTERNAL_H_
