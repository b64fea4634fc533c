// A cursor over one keyspace of one LMDB transaction.
#ifndef KITH_LIB_STORAGE_CURSOR_H_
#define KITH_LIB_STORAGE_CURSOR_H_

#include <lmdb.h>

#include "kith/storage/storage.h"
#include "storage/store.h"

namespace kith::storage {

[[nodiscard]] inline MDB_val ToVal(View bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }
[[nodiscard]] inline View ToView(const MDB_val& val) { return {static_cast<const char*>(val.mv_data), val.mv_size}; }

// False, with an error of reason LimitExceeded or BadOptions, for a key that the keyspace cannot hold.
[[nodiscard]] bool KeyFits(const KeyspaceInfo& keyspace, View key);
[[nodiscard]] Status KeyError(const KeyspaceInfo& keyspace, View key);

[[nodiscard]] inline int CompareKeys(KeyOrder order, View a, View b) {
  if (order == KeyOrder::kBytes) return a.compare(b);
  uint64_t x = 0;
  uint64_t y = 0;
  std::memcpy(&x, a.data(), sizeof(x));
  std::memcpy(&y, b.data(), sizeof(y));
  return x < y ? -1 : (x > y ? 1 : 0);
}

// A value as it stands in the file -> as readers see it. Corrupt on a bad seal.
[[nodiscard]] Status OpenValue(const KeyspaceInfo& keyspace, View key, View stored, View& value);

// Reads one value. NotFound without allocation.
[[nodiscard]] StatusOr<View> GetFrom(MDB_txn* txn, const KeyspaceInfo& keyspace, View key);

class BaseCursor final : public Cursor {
 public:
  BaseCursor(MDB_txn* txn, const KeyspaceInfo& keyspace);
  // Not usable, with this status.
  explicit BaseCursor(Status status) : status_(std::move(status)) {}
  ~BaseCursor() override;
  BaseCursor(const BaseCursor&) = delete;
  BaseCursor& operator=(const BaseCursor&) = delete;

  bool SeekAtLeast(View key) override;
  bool SeekAtMost(View key) override;
  bool First() override { return Move(MDB_FIRST); }
  bool Last() override { return Move(MDB_LAST); }
  bool Next() override { return valid_ && Move(MDB_NEXT); }
  bool Previous() override { return valid_ && Move(MDB_PREV); }
  [[nodiscard]] View key() const override { return key_; }
  [[nodiscard]] View value() const override { return value_; }
  [[nodiscard]] const Status& status() const override { return status_; }

  [[nodiscard]] bool valid() const { return valid_; }
  // Ends the iteration with an error.
  void Fail(Status status);

 private:
  bool Move(MDB_cursor_op op);
  bool Settle(int code, const MDB_val& key, const MDB_val& value);

  const KeyspaceInfo* keyspace_ = nullptr;
  MDB_cursor* cursor_ = nullptr;
  bool valid_ = false;
  View key_;
  View value_;
  Status status_;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_CURSOR_H_
