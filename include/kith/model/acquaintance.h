// What others may learn of an acquaintance that they may not see.
//
// Whom somebody knows is their own affair: a record of behaviour "acquaintance" that only its owner may see makes an edge for its owner
// alone. With the role `may_introduce` set to true its owner lets others know that a way leads there, and nothing else: between whom, and
// while it is valid. How well they know each other, from where, and which record says so stay with the owner. Kept as derived rows.
#ifndef KITH_MODEL_ACQUAINTANCE_H_
#define KITH_MODEL_ACQUAINTANCE_H_

#include <vector>

#include "kith/engine/snapshot.h"

namespace kith::model {

// For whoever asks, in the order of ids: those at the other ends of acquaintances of a person that are valid at a moment and may be told
// of; one who is not visible is left out. Also of acquaintances that the viewer may see.
[[nodiscard]] StatusOr<std::vector<Id>> IntroducibleTo(const Snapshot& snapshot, Id person, Time at);

}  // namespace kith::model

#endif  // KITH_MODEL_ACQUAINTANCE_H_
