// The feed: what changed, in commit order.
#include <algorithm>
#include <utility>

#include "engine/read_internal.h"

namespace kith::engine {
namespace {

StatusOr<uint64_t> SequenceAt(const storage::Cursor& cursor) {
  uint64_t sequence = 0;
  if (cursor.key().size() != sizeof(sequence)) return MakeError(Reason::kCorrupt, "a feed entry's key is not of 8 bytes");
  std::copy_n(cursor.key().data(), sizeof(sequence), reinterpret_cast<char*>(&sequence));
  return sequence;
}

}  // namespace

StatusOr<Snapshot::Feed> ReadChanges(const Source& source, uint64_t after, size_t limit) {
  Snapshot::Feed feed;
  feed.scanned = after;
  if (limit == 0 || after == UINT64_MAX) return feed;
  const uint64_t first = after + 1;
  const std::unique_ptr<storage::Cursor> cursor = source.reader->NewCursor(format::kFeed);
  for (bool more = cursor->SeekAtLeast(storage::IntegerKey(first)); more && feed.entries.size() < limit; more = cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const uint64_t sequence, SequenceAt(*cursor));
    KITH_ASSIGN_OR_RETURN(const format::FeedValue value, format::DecodeFeed(cursor->value()));
    KITH_ASSIGN_OR_RETURN(const bool visible, MaySeeHistory(source, value.record));
    feed.scanned = sequence;
    if (visible) feed.entries.push_back({sequence, value.record, value.operation});
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return feed;
}

}  // namespace kith::engine
