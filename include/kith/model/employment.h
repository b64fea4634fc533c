// Where people belonged, and when.
//
// A person belongs to the organisation that they name (behaviour "party", role organisation) since the end of their last employment, and to
// one that an employment of theirs names (behaviour "employment") from its beginning to its end; either may be open. When a person's
// organisation changes, the rule "employments" writes the former one down, so what happened while somebody worked there stays there (B05).
#ifndef KITH_MODEL_EMPLOYMENT_H_
#define KITH_MODEL_EMPLOYMENT_H_

#include <optional>
#include <vector>

#include "kith/engine/referring.h"
#include "kith/engine/snapshot.h"

namespace kith::model {

struct Stay {
  Id person;
  Id organisation;
  Time from{INT64_MIN};
  Time to = kTimeMax;  // not included
  [[nodiscard]] bool Holds(Time at) const { return from <= at && at < to; }
};

// `recorded` unset: as known now. Set: as the database knew then, whatever was deleted since; `former` is of that moment or of one before,
// for who asks several times. What the viewer may not see is left out. Errors: NotFound for a person or an organisation that is not there
// or not visible, those of the snapshot.
[[nodiscard]] StatusOr<std::vector<Stay>> StaysOf(const Snapshot& snapshot, Id person, std::optional<Time> recorded = {},
                                                  Former* former = nullptr);
// By person. An organisation above another is no employer of it.
[[nodiscard]] StatusOr<std::vector<Stay>> StaysIn(const Snapshot& snapshot, Id organisation, std::optional<Time> recorded = {},
                                                  Former* former = nullptr);

}  // namespace kith::model

#endif  // KITH_MODEL_EMPLOYMENT_H_
