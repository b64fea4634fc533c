#include "storage/cursor.h"

#include <cassert>
#include <cstring>

#include "storage/lmdb_status.h"
#include "storage/seal.h"
#include "storage/tuning.h"

namespace kith::storage {
bool KeyFits(const KeyspaceInfo& keyspace, View key) {
  if (keyspace.order == KeyOrder::kInteger) return key.size() == sizeof(uint64_t);
  return !key.empty() && key.size() <= kMaxKeyBytes;
}

Status KeyError(const KeyspaceInfo& keyspace, View key) {
  return MakeError({.reason = Reason::kLimitExceeded,
                    .field = keyspace.name,
                    .value = std::to_string(key.size()) + " bytes",
                    .hint = keyspace.order == KeyOrder::kInteger ? "keys here have 8 bytes" : "keys have 1 to 511 bytes"},
                   "a key has an unusable size");
}

Status OpenValue(const KeyspaceInfo& keyspace, View key, View stored, View& value) {
  if (!keyspace.sealed) {
    value = stored;
    return absl::OkStatus();
  }
  if (!OpenSeal(keyspace.salt, key, stored, value)) {
    return CorruptError("a value in keyspace '" + keyspace.name + "' does not match its checksum");
  }
  // R33: the place where values become aligned by construction. One odd key beside them moves all values of a page.
  assert(keyspace.order != KeyOrder::kInteger || reinterpret_cast<uintptr_t>(value.data()) % 8 == 0);
  return absl::OkStatus();
}

StatusOr<View> GetFrom(MDB_txn* txn, const KeyspaceInfo& keyspace, View key) {
  if (!KeyFits(keyspace, key)) return KeyError(keyspace, key);
  MDB_val k = ToVal(key);
  MDB_val v{};
  const int code = mdb_get(txn, keyspace.dbi, &k, &v);
  if (code == MDB_NOTFOUND) return NotFound();
  if (code != 0) return LmdbError(code, "reading from keyspace " + keyspace.name, "");
  View value;
  KITH_RETURN_IF_ERROR(OpenValue(keyspace, key, ToView(v), value));
  return value;
}

BaseCursor::BaseCursor(MDB_txn* txn, const KeyspaceInfo& keyspace) : keyspace_(&keyspace) {
  if (const int code = mdb_cursor_open(txn, keyspace.dbi, &cursor_); code != 0) {
    cursor_ = nullptr;
    status_ = LmdbError(code, "opening a cursor", "");
  }
}

BaseCursor::~BaseCursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

void BaseCursor::Fail(Status status) {
  valid_ = false;
  status_ = std::move(status);
}

namespace {

// LMDB fills a page from its end, so the values of a scan lie one below the other, where no processor looks for them by itself: the one
// after the next is fetched while this one is read. At the foot of a page it is the top one of the page that follows, where a file was
// written in order. Prefetching touches nothing, whatever lies there. Always inlined: a function that only prefetches is optimized away.
[[gnu::always_inline]] inline void FetchAhead(const MDB_val& value) {
  constexpr size_t kLine = 64;
  constexpr size_t kLongest = 2048;  // longer ones have pages of their own
  constexpr uintptr_t kPage = 4096;
  if (value.mv_size > kLongest) return;
  const auto here = reinterpret_cast<uintptr_t>(value.mv_data);
  uintptr_t end = here - value.mv_size;
  if (end - value.mv_size < (here & ~(kPage - 1))) end = (here & ~(kPage - 1)) + 2 * kPage;
  for (size_t below = 0; below < value.mv_size + kLine; below += kLine) {
    __builtin_prefetch(reinterpret_cast<const void*>(end - below));  // NOLINT(performance-no-int-to-ptr)
  }
}

}  // namespace

bool BaseCursor::Move(MDB_cursor_op op) {
  if (cursor_ == nullptr) return false;
  MDB_val key{};
  MDB_val value{};
  const int code = mdb_cursor_get(cursor_, &key, &value, op);
  // Of short values without a seal, entries of indexes, many share a line.
  if (op == MDB_NEXT && (keyspace_->sealed || value.mv_size > kShortHash)) FetchAhead(value);
  return Settle(code, key, value);
}

bool BaseCursor::Settle(int code, const MDB_val& key, const MDB_val& value) {
  valid_ = false;
  if (code == MDB_NOTFOUND) {
    status_ = absl::OkStatus();
    return false;
  }
  status_ = code == 0 ? OpenValue(*keyspace_, ToView(key), ToView(value), value_)
                      : LmdbError(code, "reading from keyspace " + keyspace_->name, "");
  if (!status_.ok()) return false;
  key_ = ToView(key);
  valid_ = true;
  return true;
}

bool BaseCursor::SeekAtLeast(View key) {
  if (cursor_ == nullptr) return false;
  // An empty key stands before all; a key that is too long still has its place among the others.
  if (keyspace_->order == KeyOrder::kBytes) {
    if (key.empty()) return First();
  } else if (key.size() != sizeof(uint64_t)) {
    Fail(KeyError(*keyspace_, key));
    return false;
  }
  MDB_val k = ToVal(key);
  MDB_val v{};
  const int code = mdb_cursor_get(cursor_, &k, &v, MDB_SET_RANGE);
  return Settle(code, k, v);
}

bool BaseCursor::SeekAtMost(View key) {
  if (cursor_ == nullptr) return false;
  if (!SeekAtLeast(key)) return status_.ok() && Last();
  if (CompareKeys(keyspace_->order, key_, key) == 0) return true;
  return Previous();
}

}  // namespace kith::storage
