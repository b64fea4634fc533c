// The feed: what changed, in commit order; by number alone, or in full.
#include <algorithm>
#include <utility>

#include "engine/filter_internal.h"
#include "engine/history_view.h"
#include "engine/read_internal.h"
#include "kith/base/limits.h"

namespace kith::engine {
namespace {

StatusOr<uint64_t> SequenceOf(const storage::Cursor& cursor) {
  uint64_t sequence = 0;
  if (cursor.key().size() != sizeof(sequence)) return MakeError(Reason::kCorrupt, "a feed entry's key is not of 8 bytes");
  std::copy_n(cursor.key().data(), sizeof(sequence), reinterpret_cast<char*>(&sequence));
  return sequence;
}

Status CheckCursor(const Horizon& horizon, uint64_t after) {
  if (after >= horizon.sequence) return absl::OkStatus();
  return MakeError({.reason = Reason::kCursorExpired,
                    .value = std::to_string(after),
                    .hint = "read the records as they are in one snapshot, then go on from that snapshot's sequence"},
                   "the feed begins after " + std::to_string(horizon.sequence) + ": what was before has been pruned");
}

// Reads entries in full, one page.
class FeedPageReader {
 public:
  FeedPageReader(const Source& source, const FeedFilter& filter, const Wanted& wanted, size_t limit)
      : source_(source), filter_(filter), wanted_(wanted), limit_(limit) {}

  // All records, in the order of the feed.
  Status ReadAll(uint64_t after, FeedPage& page) {
    const uint64_t first = after + 1;
    const std::unique_ptr<storage::Cursor> cursor = source_.reader->NewCursor(format::kFeed);
    size_t scanned = 0;
    for (bool more = cursor->SeekAtLeast(storage::IntegerKey(first)); more && !Full(page) && scanned < limits::kFeedScanned;
         more = cursor->Next(), ++scanned) {
      KITH_ASSIGN_OR_RETURN(const uint64_t sequence, SequenceOf(*cursor));
      KITH_ASSIGN_OR_RETURN(const format::FeedValue value, format::DecodeFeed(cursor->value()));
      if (IsWanted(value.record, value.operation)) KITH_RETURN_IF_ERROR(Take(value.record, sequence, page));
      page.scanned = sequence;
    }
    return cursor->status();
  }

  // One record, by its history.
  Status ReadOne(uint64_t after, uint64_t newest, FeedPage& page) {
    KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, ReadHistory(*source_.reader, filter_.record));
    for (const HistoryEntry& entry : history) {
      if (entry.sequence <= after || !IsWanted(entry.record, entry.operation)) continue;
      if (Full(page)) return absl::OkStatus();
      KITH_RETURN_IF_ERROR(Take(entry.record, entry.sequence, page));
      page.scanned = entry.sequence;
    }
    page.scanned = newest;
    return absl::OkStatus();
  }

 private:
  [[nodiscard]] bool Full(const FeedPage& page) const { return page.entries.size() >= limit_; }

  [[nodiscard]] bool IsWanted(Id record, Operation operation) const {
    const std::vector<Operation>& operations = filter_.operations;
    return wanted_.Type(record.type()) &&
           (operations.empty() || std::find(operations.begin(), operations.end(), operation) != operations.end());
  }

  Status Take(Id record, uint64_t sequence, FeedPage& page) {
    KITH_ASSIGN_OR_RETURN(const bool visible, MaySeeHistory(source_, record));
    if (!visible) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const storage::View bytes, source_.reader->Get(format::kHistory, format::HistoryKey(record, sequence)));
    KITH_ASSIGN_OR_RETURN(HistoryEntry entry, format::DecodeHistory(record, sequence, bytes));
    if (entry.operation == Operation::kCreate) KITH_RETURN_IF_ERROR(ReadCompletely(source_, entry));
    MaskEntry(source_, entry);
    if (wanted_.Narrow(entry)) page.entries.push_back(std::move(entry));
    return absl::OkStatus();
  }

  const Source& source_;
  const FeedFilter& filter_;
  const Wanted& wanted_;
  size_t limit_;
};

}  // namespace

Status ReadCompletely(const Source& source, HistoryEntry& creation) {
  const catalog::TypeDef* const type = source.catalog->FindType(creation.record.type());
  if (type == nullptr) return absl::OkStatus();
  const uint64_t key = creation.record.value();
  const StatusOr<storage::View> bytes = source.reader->Get(format::kRecord, storage::IntegerKey(key));
  if (!bytes.ok() && !IsNotFound(bytes.status())) return bytes.status();
  const record::View current = bytes.ok() ? record::View(*bytes, &type->layout) : record::View();
  format::HistoryViews history;
  if (current.is_null() || current.header().version != creation.sequence) {
    KITH_RETURN_IF_ERROR(ViewHistory(*source.reader, creation.record, history));
  }
  CompleteCreation(*type, history, current, creation);
  return absl::OkStatus();
}

StatusOr<Snapshot::Feed> ReadChanges(const Source& source, const Horizon& horizon, uint64_t after, size_t limit) {
  KITH_RETURN_IF_ERROR(CheckCursor(horizon, after));
  Snapshot::Feed feed;
  feed.scanned = after;
  if (limit == 0 || after == UINT64_MAX) return feed;
  const uint64_t first = after + 1;
  const std::unique_ptr<storage::Cursor> cursor = source.reader->NewCursor(format::kFeed);
  for (bool more = cursor->SeekAtLeast(storage::IntegerKey(first)); more && feed.entries.size() < limit; more = cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const uint64_t sequence, SequenceOf(*cursor));
    KITH_ASSIGN_OR_RETURN(const format::FeedValue value, format::DecodeFeed(cursor->value()));
    KITH_ASSIGN_OR_RETURN(const bool visible, MaySeeHistory(source, value.record));
    feed.scanned = sequence;
    if (visible) feed.entries.push_back({sequence, value.record, value.operation});
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return feed;
}

StatusOr<FeedPage> ReadFeedPage(const Source& source, const Horizon& horizon, uint64_t after, const FeedFilter& filter, size_t limit) {
  KITH_RETURN_IF_ERROR(CheckCursor(horizon, after));
  KITH_ASSIGN_OR_RETURN(const Wanted wanted, Wanted::Make(*source.catalog, filter.types, filter.fields));
  FeedPage page;
  page.scanned = after;
  if (limit == 0 || after == UINT64_MAX) return page;
  FeedPageReader reader(source, filter, wanted, limit);
  if (filter.record.is_null()) {
    KITH_RETURN_IF_ERROR(reader.ReadAll(after, page));
  } else {
    KITH_ASSIGN_OR_RETURN(const format::State state, ReadState(*source.reader));
    KITH_RETURN_IF_ERROR(reader.ReadOne(after, std::max(after, state.sequence), page));
  }
  return page;
}

StatusOr<uint64_t> SequenceAt(const storage::Reader& reader, const Horizon& horizon, uint64_t last, Time recorded) {
  uint64_t low = horizon.sequence;  // recorded in time
  uint64_t high = last;             // nothing above it is
  while (low < high) {
    const uint64_t middle = high - (high - low) / 2;
    KITH_ASSIGN_OR_RETURN(const storage::View bytes, reader.Get(format::kFeed, storage::IntegerKey(middle)));
    KITH_ASSIGN_OR_RETURN(const format::FeedValue value, format::DecodeFeed(bytes));
    if (value.recorded <= recorded) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace kith::engine
