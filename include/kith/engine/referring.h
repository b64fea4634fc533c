// Records found by the value of one field, whichever index its viewer may read.
#ifndef KITH_ENGINE_REFERRING_H_
#define KITH_ENGINE_REFERRING_H_

#include <functional>

#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/engine/snapshot.h"

namespace kith {

// Whether the snapshot's viewer may scan the index: one that holds or covers a masked field is not read.
[[nodiscard]] bool MayRead(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::IndexDef& index);

// Visible records of `type` whose `field` is `value`: by an index that the field leads, else record by record (where it has no index, or
// each covers something masked). A masked field finds nothing. The view lives during the call; the first error of `visit` ends it.
// Errors: those of Snapshot::Scan and ScanIndex, of `visit`.
[[nodiscard]] Status ForEachWith(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::FieldDef& field, const Value& value,
                                 const std::function<Status(record::View)>& visit);

}  // namespace kith

#endif  // KITH_ENGINE_REFERRING_H_
