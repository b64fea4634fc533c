// What reads a database through a storage::Reader, be it a snapshot or a job's write-set. Internal to the engine.
#ifndef KITH_LIB_ENGINE_READ_INTERNAL_H_
#define KITH_LIB_ENGINE_READ_INTERNAL_H_

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/access_internal.h"
#include "engine/format.h"
#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/database.h"
#include "kith/engine/extension.h"
#include "kith/engine/history.h"
#include "kith/engine/snapshot.h"
#include "kith/engine/viewer.h"
#include "kith/storage/storage.h"

namespace kith::format {
class HistoryViews;
}

namespace kith::engine {

class Programs;

// The status for "absent": made without allocating.
[[nodiscard]] inline Status NotFound() { return {StatusCode::kNotFound, {}}; }

// With debug views, whatever is lent out is a copy that dies with its snapshot, so that a sanitizer sees every use of a stale view.
class ViewCopies {
 public:
  // True when the environment asks for debug views (KITH_DEBUG_VIEWS=1).
  [[nodiscard]] static bool Wanted();
  [[nodiscard]] std::string_view Keep(std::string_view bytes);
  void Clear() { copies_.clear(); }

 private:
  std::vector<std::unique_ptr<char[]>> copies_;
};

// Where records and entries are read from, and for whom. Borrowed by what is made from it.
struct Source {
  const storage::Reader* reader = nullptr;
  const catalog::Catalog* catalog = nullptr;
  const Access* access = nullptr;        // nullptr: the system's
  ViewCopies* copies = nullptr;          // nullptr: views point into the map
  record::Computer* computer = nullptr;  // of the views lent; nullptr: computed fields read as null

  [[nodiscard]] StatusOr<bool> MaySee(const catalog::TypeDef& type, record::View record) const {
    return access == nullptr ? StatusOr<bool>(true) : access->May(catalog::Right::kRead, type, record, *reader);
  }
  // What records of a type are lent out with.
  [[nodiscard]] const record::Layout* LayoutOf(const catalog::TypeDef& type) const {
    return access == nullptr ? &type.layout : &access->LayoutOf(type);
  }
  [[nodiscard]] std::string_view Lend(std::string_view bytes) const { return copies == nullptr ? bytes : copies->Keep(bytes); }
  [[nodiscard]] record::View LendRecord(std::string_view bytes, const catalog::TypeDef& type) const {
    return {Lend(bytes), LayoutOf(type), computer};
  }
};

// The record, or NotFound (without allocating) when it is absent, of an unknown type or not for this viewer.
[[nodiscard]] StatusOr<record::View> ReadRecord(const Source& source, Id id);

// Records of one type in id order, from the one after `after`.
[[nodiscard]] std::unique_ptr<RecordCursor> NewScanCursor(const Source& source, const catalog::TypeDef& type, Id after);

// Records of one type by an index. Errors: WrongKind and OutOfRange for values that are not of the parts' kinds, BadOptions for a position
// of another index or too many values; NotVisible for an index that holds what the source's viewer may not read. `type` and `index` belong
// to the source's catalog.
[[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> NewIndexCursor(const Source& source, const catalog::TypeDef& type,
                                                                     const catalog::IndexDef& index, const IndexRange& range);

// Blocks of columns, of one type; at least one, all whole.
[[nodiscard]] std::unique_ptr<ColumnCursor> NewColumnCursor(const Source& source, const catalog::TypeDef& type,
                                                            std::span<const catalog::IndexDef* const> indexes, Id after);

// Of a text index that is whole.
[[nodiscard]] std::unique_ptr<TermCursor> NewTermCursor(const Source& source, const catalog::TypeDef& type, const catalog::IndexDef& index,
                                                        std::string_view term);
[[nodiscard]] StatusOr<std::vector<Id>> ReadPendingTexts(const Source& source, const catalog::IndexDef& index);

// The state row; a database without one has had no change.
[[nodiscard]] StatusOr<format::State> ReadState(const storage::Reader& reader);

// How far back history and feed go.
[[nodiscard]] StatusOr<Horizon> ReadHorizon(const storage::Reader& reader);

// Packages that a catalog was found to have all of, by DigestOf: a host asks for the same ones whenever it opens a database. Any thread;
// whoever finds it busy goes without, as with the shared catalogs (catalog_cache.cc).
class Satisfied {
 public:
  [[nodiscard]] bool Has(const std::string& packages) const;
  void Add(std::string packages) const;

 private:
  mutable std::mutex mutex_;
  mutable std::vector<std::string> packages_;  // guarded by mutex_
};
[[nodiscard]] StatusOr<std::string> DigestOf(std::span<const catalog::PackageSource> packages);

// A catalog with what a reader must know beside it.
struct ReaderCatalog {
  std::shared_ptr<const catalog::Catalog> catalog;
  std::vector<uint32_t> building;  // numbers of indexes and roll-ups that are not whole yet, ascending
  std::shared_ptr<const Programs> programs;
  Satisfied satisfied;

  [[nodiscard]] bool IsReady(const catalog::IndexDef& index) const { return IsReady(index.number); }
  [[nodiscard]] bool IsReady(uint32_t number) const;
};

// The catalog whose definitions `reader` holds.
[[nodiscard]] StatusOr<std::shared_ptr<const catalog::Catalog>> LoadCatalog(const storage::Reader& reader, uint64_t version);

// The newest catalog seen by this process, shared by snapshots and writers of one database. Any thread.
class CatalogCache {
 public:
  // The catalog of that version: the one kept, or loaded from `reader`, which stands at it.
  [[nodiscard]] StatusOr<std::shared_ptr<const catalog::Catalog>> Get(const storage::Reader& reader, uint64_t version);
  [[nodiscard]] StatusOr<std::shared_ptr<const ReaderCatalog>> GetForReading(const storage::Reader& reader, uint64_t version);

 private:
  std::mutex mutex_;
  std::shared_ptr<const ReaderCatalog> newest_;  // guarded by mutex_
};

// All entries of a record, oldest first; empty when it never existed.
[[nodiscard]] StatusOr<std::vector<HistoryEntry>> ReadHistory(const storage::Reader& reader, Id id);
// The same where they lie, added to `entries`. A write-set's may move with its next change.
[[nodiscard]] Status ViewHistory(const storage::Reader& reader, Id id, format::HistoryViews& entries);
// The external references that a record has.
[[nodiscard]] StatusOr<std::vector<ExternalRef>> ReadExternalRefs(const storage::Reader& reader, Id id);
// The record that `id` has been merged into (Batch::Merge), however often since; null when it was not.
[[nodiscard]] StatusOr<Id> FindMerged(const storage::Reader& reader, Id id);
// The last history entry of a record; NotFound when there is none.
[[nodiscard]] StatusOr<HistoryEntry> ReadLastHistory(const storage::Reader& reader, Id id);
// Whether the source's viewer may see a record's past: by its header now, or, once deleted, by the header it had last.
[[nodiscard]] StatusOr<bool> MaySeeHistory(const Source& source, Id id);
// Takes out of an entry the fields that the source's viewer may not read.
void MaskEntry(const Source& source, HistoryEntry& entry);
// Sets a part of a header that history has: owner, unit, visibility; others are left alone.
void SetHeaderValue(record::Header& header, int32_t field, const Value& value);

// A record as values, put together from its history.
struct PastRecord {
  record::Header header;
  std::vector<Value> values;  // by position in the type
};
// What held at a point of both axes; nullopt when the record did not exist then. `entries` is its whole history, `current` the stored
// record, a null view when it is deleted. The rule stands in engine_internal.h.
[[nodiscard]] StatusOr<std::optional<PastRecord>> FoldHistory(const catalog::TypeDef& type, std::span<const HistoryEntry> entries,
                                                              record::View current, AsOf as_of);

// The same of entries that were not decoded.
[[nodiscard]] StatusOr<std::optional<PastRecord>> FoldHistory(const catalog::TypeDef& type, const format::HistoryViews& entries,
                                                              record::View current, AsOf as_of);
// The same of what is stored, as the source's viewer may read it; `current`, when given, is set to the stored record.
[[nodiscard]] StatusOr<std::optional<PastRecord>> ReadPast(const Source& source, const catalog::TypeDef& type, Id id, AsOf as_of,
                                                           record::View* current = nullptr);
// What history has a word about: in a sound database `current` has the same.
struct ToldRecord {
  record::Header header;
  std::vector<std::pair<size_t, Value>> values;  // position in the type, value
};
// Of now; nullopt when the record does not exist.
[[nodiscard]] StatusOr<std::optional<ToldRecord>> FoldTold(const catalog::TypeDef& type, const format::HistoryViews& entries,
                                                           record::View current);

// Makes of a creation's entry what FeedPage promises. `history` is the record's, whole, or nothing when there is but the creation;
// `current` as for FoldHistory.
void CompleteCreation(const catalog::TypeDef& type, const format::HistoryViews& history, record::View current, HistoryEntry& creation);

// The same from what is stored; of a type that the catalog lacks nothing is added.
[[nodiscard]] Status ReadCompletely(const Source& source, HistoryEntry& creation);

// One entry in the place of the first ones of a life, its creation among them: a creation that asserts what they left, so that the life
// reads the same from the time of the last of them on.
[[nodiscard]] HistoryEntry FoldIntoCreation(std::span<const HistoryEntry> past);

// Entries of the feed after a sequence number, those that the viewer may see.
[[nodiscard]] StatusOr<Snapshot::Feed> ReadChanges(const Source& source, const Horizon& horizon, uint64_t after, size_t limit);
[[nodiscard]] StatusOr<FeedPage> ReadFeedPage(const Source& source, const Horizon& horizon, uint64_t after, const FeedFilter& filter,
                                              size_t limit);
// The last sequence number that was recorded at or before a time, from the horizon on, up to `last`.
[[nodiscard]] StatusOr<uint64_t> SequenceAt(const storage::Reader& reader, const Horizon& horizon, uint64_t last, Time recorded);

// See Snapshot::Differences. `last` is the snapshot's sequence.
[[nodiscard]] StatusOr<DifferencePage> ReadDifferences(const Source& source, const Horizon& horizon, uint64_t last, AsOf from, AsOf to,
                                                       const DifferenceFilter& filter, Id after, size_t limit);
// HistoryPruned for a point before the horizon.
[[nodiscard]] Status CheckRemembered(const Horizon& horizon, AsOf as_of);

// A snapshot of the newest state. `keep` is held until it is freed; it must keep `environment` and `cache` alive. `reader`, when given, is
// set to what the snapshot itself reads, valid as long as it. `accesses` may be left out for the system.
[[nodiscard]] StatusOr<std::unique_ptr<Snapshot>> NewSnapshot(std::shared_ptr<const void> keep, storage::Environment& environment,
                                                              CatalogCache& cache, Viewer viewer, const storage::Reader** reader = nullptr,
                                                              AccessCache* accesses = nullptr);

// Recomputes everything derived and compares; see Database::Verify.
[[nodiscard]] StatusOr<VerifyReport> VerifyDatabase(std::shared_ptr<const void> keep, storage::Environment& environment,
                                                    CatalogCache& cache, const Extensions& extensions);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_READ_INTERNAL_H_
