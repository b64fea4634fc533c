// A consistent read view of a database for one viewer. Everything is read through one.
//
// Ownership: views and cursors borrow from the snapshot and are valid until it is freed or renewed. A snapshot keeps its database open.
// Threads: one thread at a time; may move between threads. Errors: SnapshotExpired when it has been held past limits::kSnapshotSeconds
// while pinning more than limits::kSnapshotPinnedBytes; Corrupt when a stored value fails its checksum.
#ifndef KITH_ENGINE_SNAPSHOT_H_
#define KITH_ENGINE_SNAPSHOT_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/history.h"
#include "kith/engine/viewer.h"
#include "kith/index/column.h"
#include "kith/record/record.h"

namespace kith {

// A record that owns its bytes: what past states are given as. Formulas are computed from them; roll-ups, of its moment too, are read from
// its snapshot when asked for, and null once that is freed or renewed. Copies share what computes: one thread at a time, the snapshot's.
class Record {
 public:
  Record() = default;
  Record(std::shared_ptr<const catalog::Catalog> catalog, const catalog::TypeDef* type, std::string bytes,
         std::shared_ptr<record::Computer> computer = nullptr)
      : catalog_(std::move(catalog)), type_(type), bytes_(std::move(bytes)), computer_(std::move(computer)) {}
  [[nodiscard]] const catalog::TypeDef& type() const { return *type_; }
  [[nodiscard]] record::View view() const { return {bytes_, &type_->layout, computer_.get()}; }

 private:
  std::shared_ptr<const catalog::Catalog> catalog_;
  const catalog::TypeDef* type_ = nullptr;
  std::string bytes_;
  std::shared_ptr<record::Computer> computer_;
};

// Which entries of an index, in which direction.
//
// Values are of the parts' kinds: a choice is its number, id and owner are references, created and updated times, unit an integer. Null is
// below every value: a range with `high` alone leaves nulls out, one from an inclusive null takes them in. Keys of more than
// limits::kIndexKeyBytes are stored cut: what a range takes is exact all the same, but records that differ only after the cut come in id
// order.
struct IndexRange {
  std::vector<Value> equal;  // values of the leading parts
  std::optional<Value> low;  // of the next part
  std::optional<Value> high;
  bool low_inclusive = true;
  bool high_inclusive = false;
  bool reverse = false;
  std::string after;  // IndexCursor::position() of the last entry seen: the page after it, also when that entry is gone
  // Of `equal` alone: the records in id order, and of the index nothing (no position, nothing covered, no parts). So a viewer may go by an
  // index that holds or covers a masked field, as long as none of `equal` is one.
  bool opaque = false;
};

// Records of one type in id order, or by an index. Skips what the viewer may not see.
class RecordCursor {
 public:
  virtual ~RecordCursor() = default;
  // False at the end or on error (see status()).
  virtual bool Next() = 0;
  [[nodiscard]] virtual Id id() const = 0;
  [[nodiscard]] virtual StatusOr<record::View> record() const = 0;  // borrowed from the snapshot
  [[nodiscard]] virtual const Status& status() const = 0;
  // Where the last entry given out stands, also after the end, to go on later from another snapshot; empty when there was none.
  [[nodiscard]] virtual std::string position() const = 0;
  // The covered value of an index's `cover[i]`; null value for a scan. Owned copy.
  [[nodiscard]] virtual Value covered(size_t i) const = 0;
  // All covered values, appended to `out` in cover order.
  virtual void Covered(std::vector<Value>& out) const = 0;
  // The same as stored, in the packed form of base/packed.h, for readers that want no copy. Borrowed as a view is; inside a write until
  // the next Next().
  [[nodiscard]] virtual std::string_view covered_bytes() const = 0;
  // The index parts of the entry as base/key.h encodes them, cut at limits::kIndexKeyBytes; empty for a scan. Borrowed likewise.
  [[nodiscard]] virtual std::string_view key_parts() const = 0;
};

// Blocks of one or more columns of a type, aligned: row i of each block is the same record. In id order; blocks without records are left
// out.
class ColumnCursor {
 public:
  virtual ~ColumnCursor() = default;
  // False at the end or on error (see status()).
  virtual bool Next() = 0;
  // The id of row 0; row i is the record whose sequence is greater by i.
  [[nodiscard]] virtual Id first() const = 0;
  // One a column, in the order asked. Borrowed from the snapshot; the span until the next Next().
  [[nodiscard]] virtual std::span<const column::BlockView> blocks() const = 0;
  [[nodiscard]] virtual const Status& status() const = 0;
};

// The records of a type that have one term of a text index (index/text.h) each, in id order. It knows nothing of who may see a record, nor
// of what changed lately (Snapshot::PendingTexts): read what it names.
class TermCursor {
 public:
  virtual ~TermCursor() = default;
  // The first record from `id` on; false at the end or on error (see status()). It never goes back.
  virtual bool SeekAtLeast(Id id) = 0;
  virtual bool Next() = 0;
  [[nodiscard]] virtual Id id() const = 0;
  [[nodiscard]] virtual const Status& status() const = 0;
};

class Snapshot {
 public:
  virtual ~Snapshot() = default;

  [[nodiscard]] virtual const catalog::Catalog& catalog() const = 0;
  [[nodiscard]] virtual const std::shared_ptr<const catalog::Catalog>& shared_catalog() const = 0;
  [[nodiscard]] virtual const Viewer& viewer() const = 0;
  // Sequence number of the last change it holds.
  [[nodiscard]] virtual uint64_t sequence() const = 0;
  // When the last change it holds was recorded.
  [[nodiscard]] virtual Time recorded() const = 0;
  // Takes the newest state; everything borrowed before is invalid.
  [[nodiscard]] virtual Status Renew() = 0;

  // --- records. NotFound (without allocating) when absent or not visible.
  [[nodiscard]] virtual StatusOr<record::View> Get(Id id) const = 0;
  // One view an id, null views for those absent.
  [[nodiscard]] virtual Status GetMany(std::span<const Id> ids, std::span<record::View> out) const = 0;
  [[nodiscard]] virtual StatusOr<Id> Find(std::string_view type, const ExternalRef& external) const = 0;
  // By id or external reference; the id of a record that was merged finds the one it went into.
  [[nodiscard]] virtual StatusOr<Id> Find(std::string_view type, const Ref& ref) const = 0;
  [[nodiscard]] virtual std::vector<ExternalRef> ExternalRefs(Id id) const = 0;
  // In id order, from the id after `after`.
  [[nodiscard]] virtual StatusOr<std::unique_ptr<RecordCursor>> Scan(std::string_view type, Id after = {}) const = 0;
  [[nodiscard]] virtual StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(std::string_view type, std::string_view index,
                                                                          const IndexRange& range) const = 0;
  [[nodiscard]] virtual StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(const catalog::TypeDef& type, const catalog::IndexDef& index,
                                                                          const IndexRange& range) const = 0;
  // Indexes of kind column of one type, at least one, from the block that holds the id after `after`. Blocks know nothing of who may see a
  // record, so this is for the system's viewer alone: NotVisible for others. UnknownIndex when one is of another kind or being built.
  [[nodiscard]] virtual StatusOr<std::unique_ptr<ColumnCursor>> ScanColumns(const catalog::TypeDef& type,
                                                                            std::span<const catalog::IndexDef* const> indexes,
                                                                            Id after = {}) const = 0;
  // Of a text index: the records with a term, and those that were changed or deleted since its terms were last brought up to date, in id
  // order, limits::kTextPending at most. UnknownIndex when it is of another kind or being built.
  [[nodiscard]] virtual StatusOr<std::unique_ptr<TermCursor>> ScanTerm(const catalog::TypeDef& type, const catalog::IndexDef& index,
                                                                       std::string_view term) const = 0;
  [[nodiscard]] virtual StatusOr<std::vector<Id>> PendingTexts(const catalog::TypeDef& type, const catalog::IndexDef& index) const = 0;

  // --- access: what the snapshot's viewer may
  // NotFound for a record that the viewer may not see. Not for kCreate: BadOptions.
  [[nodiscard]] virtual StatusOr<bool> May(catalog::Right right, Id id) const = 0;
  [[nodiscard]] virtual bool MayCreate(const catalog::TypeDef& type) const = 0;
  // A field that reads as null for the viewer, in records, queries, history and columns; one that the viewer may not set.
  [[nodiscard]] virtual bool IsMasked(const catalog::TypeDef& type, int32_t position) const = 0;
  [[nodiscard]] virtual bool IsFixed(const catalog::TypeDef& type, int32_t position) const = 0;

  // --- time
  // The record as it held at a point on both axes; NotFound when it did not exist then, HistoryPruned for a time that the database no
  // longer remembers. A record's past is for who may see it now or, once it is deleted, might have seen it last.
  [[nodiscard]] virtual StatusOr<Record> GetAsOf(Id id, AsOf as_of) const = 0;
  // Oldest first; also of a deleted record.
  [[nodiscard]] virtual StatusOr<std::vector<HistoryEntry>> History(Id id) const = 0;
  // One entry of the feed in full.
  [[nodiscard]] virtual StatusOr<HistoryEntry> Entry(Id record, uint64_t sequence) const = 0;
  // Changes after `sequence` in commit order, at most `limit`. Entries of records not visible are left out; `scanned` gives where to go on.
  struct Feed {
    std::vector<FeedEntry> entries;
    uint64_t scanned = 0;
  };
  // CursorExpired when entries after `after` have been pruned.
  [[nodiscard]] virtual StatusOr<Feed> Changes(uint64_t after, size_t limit) const = 0;
  // The same in full, narrowed by a filter: at most `limit` entries, after a look at limits::kFeedScanned of them at most, so that a page
  // may be empty before the end. With one record and one field it is that field's history. Errors: CursorExpired, UnknownType,
  // UnknownField.
  [[nodiscard]] virtual StatusOr<FeedPage> ReadFeed(uint64_t after, const FeedFilter& filter, size_t limit) const = 0;
  // The differences between two points in time, of records with ids after `after`, at most `limit`. Between two points of the recorded axis
  // (equal effective times) only the records that changed in between are read; between points of the effective axis the history of all
  // records of the types. A record counts when the viewer may see it at the second point, or, gone by then, at the first. Errors:
  // HistoryPruned, UnknownType, UnknownField.
  [[nodiscard]] virtual StatusOr<DifferencePage> Differences(AsOf from, AsOf to, const DifferenceFilter& filter, Id after,
                                                             size_t limit) const = 0;
  // How far back all this goes.
  [[nodiscard]] virtual const Horizon& horizon() const = 0;
  // What a consumer stored with a batch; nullopt when never.
  [[nodiscard]] virtual StatusOr<std::optional<std::string>> Checkpoint(std::string_view name) const = 0;

  // --- derived data, for the rooms above that own it
  [[nodiscard]] virtual StatusOr<std::string_view> Aggregate(std::string_view key) const = 0;
  using AggregateVisit = std::function<bool(std::string_view key, std::string_view value)>;
  // Calls `fn(key, value)` for each aggregate whose key starts with `prefix` and is not below `from`, in order, until it returns false.
  [[nodiscard]] virtual Status ScanAggregates(std::string_view prefix, std::string_view from, const AggregateVisit& fn) const = 0;
  [[nodiscard]] Status ScanAggregates(std::string_view prefix, const AggregateVisit& fn) const {
    return ScanAggregates(prefix, prefix, fn);
  }
};

// The value of a field by name, header fields included ("id", "created", "updated", "owner", "unit", "version", "visibility").
[[nodiscard]] StatusOr<Value> GetField(const catalog::TypeDef& type, record::View record, std::string_view field);
// The same by position (catalog::TypeDef::FindPosition).
[[nodiscard]] Value GetFieldAt(record::View record, int32_t position);

}  // namespace kith

#endif  // KITH_ENGINE_SNAPSHOT_H_
