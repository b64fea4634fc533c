// What history says of external references between replicas.
#ifndef KITH_ENGINE_EXTERNAL_REFS_H_
#define KITH_ENGINE_EXTERNAL_REFS_H_

#include <cstdint>

namespace kith {

// With package kHeaderPackage (engine/history.h): the external references that a change took away, as `before`, and added, as `after`, each
// a text list of systems and keys in turn, as the replica said that first took it, whatever the record had of them here. An entry without
// it says so by kExternalRefsNumber. In a ReplicaChange only what it takes away: what it adds stands in `external_refs`.
inline constexpr uint32_t kLinksNumber = 67;

}  // namespace kith

#endif  // KITH_ENGINE_EXTERNAL_REFS_H_
