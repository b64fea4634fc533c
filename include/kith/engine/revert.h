// A record back to what it was at some time: what people reach for after a bad import or a slip.
#ifndef KITH_ENGINE_REVERT_H_
#define KITH_ENGINE_REVERT_H_

#include <span>
#include <string>
#include <vector>

#include "kith/engine/batch.h"
#include "kith/engine/snapshot.h"

namespace kith {

struct Reverted {
  std::vector<std::string> fields;  // that the batch sets back, by name, "owner", "unit" and "visibility" among them
  struct Kept {
    std::string field;
    std::string why;
  };
  std::vector<Kept> kept;  // that were otherwise then and stay as they are
};

// Adds to `batch` what makes a record what it was at a point in time, in the fields named (none: all), and requires the version that was
// looked at. What held then holds again from now on; history keeps what was in between. A record that is deleted by now is restored. Kept
// as they are: fields that follow from others (computed, derived, numbered), retired ones, those that the snapshot's viewer may not read or
// set, and references to records that are no more; of one that was merged, the record that it went into is taken. Errors: NotFound (it did
// not exist then), HistoryPruned, UnknownField; those of Batch::Set, in the batch.
[[nodiscard]] StatusOr<Reverted> RevertTo(const Snapshot& snapshot, Id record, AsOf as_of, std::span<const std::string> fields,
                                          Batch& batch);

}  // namespace kith

#endif  // KITH_ENGINE_REVERT_H_
