// What the reading and the writing half of the engine share: the open database's state, and what each asks of the other.
#ifndef KITH_LIB_ENGINE_ENGINE_INTERNAL_H_
#define KITH_LIB_ENGINE_ENGINE_INTERNAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/format.h"
#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/database.h"
#include "kith/engine/extension.h"
#include "kith/engine/snapshot.h"
#include "kith/engine/viewer.h"
#include "kith/storage/storage.h"

namespace kith {

// A catalog with what else follows from the file at that catalog version. Immutable; shared.
struct LoadedCatalog {
  std::shared_ptr<const catalog::Catalog> catalog;
  std::vector<uint32_t> building;  // numbers of indexes being built, ascending: writers keep them, no query may use them
  Status writable;                 // DerivationMissing when this library may only read the file

  [[nodiscard]] bool IsReady(const catalog::IndexDef& index) const;
};

// An open database: shared by its handle, its snapshots and its jobs. Safe from any thread.
class EngineState {
 public:
  EngineState(std::shared_ptr<storage::Environment> environment, Extensions extensions, storage::LogSink log)
      : environment_(std::move(environment)), extensions_(std::move(extensions)), log_(std::move(log)) {}

  [[nodiscard]] storage::Environment& environment() const { return *environment_; }
  [[nodiscard]] const Extensions& extensions() const { return extensions_; }
  void Log(storage::LogLevel level, std::string_view message) const;

  // The catalog that goes with a committed state: the cached one, or a new one read from `reader` when another version stands there.
  [[nodiscard]] StatusOr<std::shared_ptr<const LoadedCatalog>> CatalogFor(const storage::Reader& reader, const format::State& state);
  // The cached one, which may be older than the file's.
  [[nodiscard]] std::shared_ptr<const LoadedCatalog> cached() const;

 private:
  std::shared_ptr<storage::Environment> environment_;
  Extensions extensions_;
  storage::LogSink log_;
  mutable std::mutex mutex_;
  std::shared_ptr<const LoadedCatalog> cached_;  // guarded by mutex_
};

// The state in kMeta; a new database has none and gives the zero state.
[[nodiscard]] StatusOr<format::State> ReadState(const storage::Reader& reader);
// Reads definitions, indexes being built and derivations. Does not touch the cache, so it serves uncommitted states too.
[[nodiscard]] StatusOr<std::shared_ptr<const LoadedCatalog>> LoadCatalog(const storage::Reader& reader, const format::State& state,
                                                                         const Extensions& extensions);

// --- the reading half, called by the writing half
[[nodiscard]] StatusOr<std::unique_ptr<Snapshot>> NewSnapshot(std::shared_ptr<EngineState> state, Viewer viewer);
[[nodiscard]] StatusOr<VerifyReport> VerifyDatabase(const std::shared_ptr<EngineState>& state);
// Entries of one index over any reader: a snapshot or a job's write-set. All arguments but `range` and `viewer` are borrowed.
[[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> NewIndexCursor(const storage::Reader& reader, const catalog::TypeDef& type,
                                                                     const catalog::IndexDef& index, const IndexRange& range,
                                                                     const Viewer& viewer);
// All history entries of a record, oldest first.
[[nodiscard]] StatusOr<std::vector<HistoryEntry>> ReadHistory(const storage::Reader& reader, Id record);

// --- time. The rules of the fold, for both halves:
// - A record's life runs from a kCreate entry to the next kDelete (ids are never reused, so there is at most one).
// - The base value of a field is what the creation gave it: `before` of the field's first FieldChange, else the present value. A base that
// is
//   not null is an assertion (effective: the create entry's effective, sequence: the create entry's); a null base asserts nothing.
// - Every FieldChange is an assertion (its effective, the entry's sequence). A create entry's own FieldChanges come after the base.
// - The value at (E, R): of the assertions with effective <= E and recorded <= R, the one with the greatest (effective, sequence), within
// one
//   entry the last; null when there is none. The record itself exists at E from the creation's effective until a deletion's effective.
// - The stored record is the fold at its last recorded time. An assertion whose effective lies before that of the one that holds is kept in
//   history (before == what the record went on showing) and does not change the record.

}  // namespace kith

#endif  // KITH_LIB_ENGINE_ENGINE_INTERNAL_H_
