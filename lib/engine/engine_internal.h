// The state of an open database, shared by its handle and its jobs, and the rules that the writing half (apply, ensure) and the reading
// half (read_internal.h: snapshots, cursors, history, Verify) both keep.
//
// Time:
// - A record's life runs from a kCreate entry to the next kDelete. A restored record has a further life; ids are never given to another.
// - The base value of a field is what the creation gave it: `before` of the field's first FieldChange, else the present value. A base that
//   is not null is an assertion (effective: the create entry's effective, sequence: the create entry's); a null base asserts nothing.
// - Every FieldChange is an assertion (its effective, the entry's sequence). Those of a create entry come after the base.
// - The value at (E, R): of the assertions with effective <= E and recorded <= R the one with the greatest (effective, sequence), within
// one
//   entry the last; null when there is none. The record exists from the creation's effective until the deletion's.
// - The stored record is the fold at its last recorded time. An assertion whose effective lies before that of the one that holds enters
//   history (`before` is what the record went on showing) and does not change the record. A record's header.created is the creation's
//   effective; header fields (owner, unit, visibility) are asserted like others, with package kHeaderPackage.
//
// Indexes: while kMeta holds kMetaBuildPrefix + number, writers keep an index but it is not whole. No query may use it: to Snapshot it does
// not exist (UnknownIndex). The end of a build raises the catalog version, so a reader may cache what it knows by that version.
#ifndef KITH_LIB_ENGINE_ENGINE_INTERNAL_H_
#define KITH_LIB_ENGINE_ENGINE_INTERNAL_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/convert.h"
#include "engine/format.h"
#include "engine/read_internal.h"
#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/database.h"
#include "kith/engine/extension.h"
#include "kith/storage/storage.h"

namespace kith::engine {

// What writers need to know of the file at one catalog version. Immutable; shared.
struct WriterCatalog {
  uint64_t version = 0;
  std::shared_ptr<const catalog::Catalog> catalog;
  std::shared_ptr<const ReaderCatalog> reading;
  Status writable;                      // DerivationMissing when this library may only read the file
  std::vector<Conversion> conversions;  // changes of kind that were begun

  [[nodiscard]] bool IsReady(const catalog::IndexDef& index) const { return reading->IsReady(index); }
};

// The names and versions of kMetaDerivationPrefix against a library's: DerivationMissing when the file lists one that the library lacks or
// has in an older version.
[[nodiscard]] Status CheckDerivations(const storage::Reader& reader, const Extensions& extensions);

// Ids that are given later come after this one. False when they did already: it may have been given before.
[[nodiscard]] StatusOr<bool> RaiseCounter(storage::WriteSet& set, Id id);

// An open database. Safe from any thread.
class EngineState {
 public:
  EngineState(std::shared_ptr<storage::Environment> environment, Extensions extensions, storage::LogSink log, std::function<Time()> clock)
      : environment_(std::move(environment)),
        extensions_(std::move(extensions)),
        log_(std::move(log)),
        accesses_(extensions_.access, std::move(clock)) {}

  [[nodiscard]] storage::Environment& environment() const { return *environment_; }
  [[nodiscard]] CatalogCache& catalogs() { return catalogs_; }
  [[nodiscard]] AccessCache& accesses() { return accesses_; }
  [[nodiscard]] const Extensions& extensions() const { return extensions_; }
  void Log(storage::LogLevel level, std::string_view message) const;

  // The catalog of the newest committed state.
  [[nodiscard]] StatusOr<std::shared_ptr<const WriterCatalog>> Refresh();
  // The one last refreshed, which may be older than the file's; never null after Open.
  [[nodiscard]] std::shared_ptr<const WriterCatalog> cached() const;

 private:
  std::shared_ptr<storage::Environment> environment_;
  Extensions extensions_;
  storage::LogSink log_;
  CatalogCache catalogs_;
  AccessCache accesses_;
  mutable std::mutex mutex_;
  std::shared_ptr<const WriterCatalog> cached_;  // guarded by mutex_
};

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_ENGINE_INTERNAL_H_
