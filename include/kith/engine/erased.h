// How a page of another replica (engine/replica.h) tells of erasures (engine/person.h): by changes of the header that stand in pages alone.
#ifndef KITH_ENGINE_ERASED_H_
#define KITH_ENGINE_ERASED_H_

#include <cstdint>

namespace kith {

// With package kHeaderPackage (engine/history.h). A ReplicaChange that has it is no change of its record but the erasure of what was
// personal in it: `after` is the person whose it was, the stamp is that of the erasure, and so are actor and reason. Those that became
// known where the page ends stand before its changes.
inline constexpr uint32_t kErasedNumber = 68;
// Beside it, as `after` true: what is about others too was kept (EraseOptions::keep_shared).
inline constexpr uint32_t kSharedKeptNumber = 69;
// Of a change: the last erasure of its record that was known where it was written, as `after`, a text list of its stamp's time in
// microseconds, node and sequence. What is personal in a change that knew of none, or of an earlier one, is not taken.
inline constexpr uint32_t kErasedBeforeNumber = 70;

}  // namespace kith

#endif  // KITH_ENGINE_ERASED_H_
