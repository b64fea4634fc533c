// Viewers, and records as they may be shown to them.
#ifndef KITH_CAPI_ACCESS_H_
#define KITH_CAPI_ACCESS_H_

#include "kith/engine/viewer.h"
#include "objects.h"
#include "values.h"

namespace kith::capi {

// NULL: the system.
[[nodiscard]] StatusOr<Viewer> ToViewer(const kith_viewer* given);

// A record as the C ABI shows it, borrowed from the snapshot: in the map or, where the viewer may not read all fields, a copy without them
// that lives as long.
[[nodiscard]] StatusOr<kith_view> Lend(SnapshotObject& snapshot, record::View view);

}  // namespace kith::capi

#endif  // KITH_CAPI_ACCESS_H_
