// What reading for, and receiving from, other replicas share.
#ifndef KITH_LIB_ENGINE_REPLICA_INTERNAL_H_
#define KITH_LIB_ENGINE_REPLICA_INTERNAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/format.h"
#include "engine/read_internal.h"
#include "kith/engine/replica.h"
#include "kith/storage/storage.h"

namespace kith::engine {

// What a database, written by `node`, knows of the others. When it has not been put yet, or by another node, history is read for it.
[[nodiscard]] StatusOr<format::Replica> ReadReplicaState(const storage::Reader& reader, uint16_t node);

// What is wrong with a page as a whole, for a database of `node` that has `sequence` entries.
[[nodiscard]] Status CheckPage(const ReplicaPage& page, uint16_t node, const format::Replica& replica, uint64_t sequence);

// A definition as a page carries it: a change of its record, as that stands, with the stamp of when it was set (receive_definitions.cc).
[[nodiscard]] StatusOr<ReplicaChange> DefinitionChange(const Source& source, const catalog::TypeDef& type, const record::View& record);
[[nodiscard]] inline bool IsDefinition(const ReplicaChange& change) { return change.entry.record.type() < catalog::kFirstOpenType; }
// The page with the numbers of another catalog; nothing where they are the same. Errors: UnknownType, UnknownField, PackageConflict.
[[nodiscard]] StatusOr<std::optional<ReplicaPage>> Translated(const catalog::Catalog& here, const ReplicaPage& page);

// Which of two records keeps what both claim: the one created first.
[[nodiscard]] bool WasBefore(const record::Header& a, const record::Header& b);

// The changes from `begin` on that were taken together where they were first taken.
[[nodiscard]] std::span<const ReplicaChange> BatchAt(std::span<const ReplicaChange> changes, size_t begin);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_REPLICA_INTERNAL_H_
