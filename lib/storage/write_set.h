// The write-set of a group: jobs read and change it; what they kept is then put into the LMDB transaction in key order.
#ifndef KITH_LIB_STORAGE_WRITE_SET_H_
#define KITH_LIB_STORAGE_WRITE_SET_H_

#include <memory>
#include <vector>

#include "kith/storage/storage.h"
#include "storage/arena.h"
#include "storage/change_tree.h"
#include "storage/store.h"

namespace kith::storage {

class GroupWriteSet final : public WriteSet {
 public:
  // Begins a group over the state that `txn` sees. What was there before is dropped.
  void Begin(const Store& store, MDB_txn* txn);
  // The same changes over a new transaction that sees the same state.
  void Rebase(MDB_txn* txn) { txn_ = txn; }
  // Forgets the group; keeps up to `retained` bytes of memory.
  void Clear(size_t retained);

  void BeginJob();
  // What the job did wrong on the way (a key or value of impossible size), else OK.
  [[nodiscard]] const Status& job_error() const { return job_error_; }
  // Undoes the job.
  void DiscardJob();
  // Bytes that the job adds to the file, less what it removes from it. Reads the state below for each touched key.
  [[nodiscard]] int64_t JobGrowth() const;
  [[nodiscard]] bool JobPuts() const;
  [[nodiscard]] bool JobDeletes() const;

  [[nodiscard]] bool empty() const { return live_ == 0; }
  [[nodiscard]] size_t bytes() const { return arena_.used(); }

  // Puts everything into the transaction, keyspace by keyspace. `digests` gains one difference a keyspace. An LMDB code.
  [[nodiscard]] int Flush(std::vector<uint64_t>& digests) const;

  [[nodiscard]] StatusOr<View> Get(Keyspace keyspace, View key) const override;
  [[nodiscard]] std::unique_ptr<Cursor> NewCursor(Keyspace keyspace) const override;
  void Put(Keyspace keyspace, View key, View value) override;
  void Delete(Keyspace keyspace, View key) override;

  [[nodiscard]] const ChangeTree& changes(Keyspace keyspace) const { return trees_[keyspace]; }
  [[nodiscard]] const KeyspaceInfo& info(Keyspace keyspace) const { return store_->keyspaces()[keyspace]; }
  [[nodiscard]] MDB_txn* txn() const { return txn_; }

 private:
  // What a change was before the job touched it.
  struct Undo {
    Change* change;
    const char* value;
    uint32_t value_size;
    Change::State state;
  };

  // The change of a key, about to be changed, and room for a new value of `size` bytes.
  [[nodiscard]] Change* Touch(Keyspace keyspace, View key, size_t size, char*& room);
  void SetState(Change& change, Change::State state);
  [[nodiscard]] bool Accepts(Keyspace keyspace, View key);
  [[nodiscard]] int64_t SizeBelow(const Change& change) const;

  const Store* store_ = nullptr;
  MDB_txn* txn_ = nullptr;
  Arena arena_;
  std::vector<ChangeTree> trees_;
  std::vector<Undo> undo_;
  size_t live_ = 0;  // changes that are not in state kNone
  Status job_error_;
};

// A value as readers see it, from how it will stand in the file.
[[nodiscard]] View VisibleValue(const KeyspaceInfo& keyspace, const Change& change);

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_WRITE_SET_H_
