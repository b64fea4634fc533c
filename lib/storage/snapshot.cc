#include "storage/snapshot.h"

#include "storage/cursor.h"
#include "storage/fork.h"
#include "storage/lmdb_status.h"

namespace kith::storage {
namespace {

constexpr uint32_t kLookEvery = 64;  // calls between two looks at the clock

Status ExpiredError() {
  return MakeError({.reason = Reason::kSnapshotExpired, .hint = "renew the snapshot; use short ones, or page with the last key"},
                   "the snapshot is older than 30 s and keeps more than 256 MiB from being reused");
}

class SnapshotImpl final : public Snapshot {
 public:
  SnapshotImpl(std::shared_ptr<const Environment> owner, const Store& store, Readers& readers, ReaderSlot* slot)
      : owner_(std::move(owner)), store_(store), readers_(readers), slot_(slot), generation_(ProcessGeneration()) {}
  ~SnapshotImpl() override {
    // In a forked child the transaction and its slot belong to the parent.
    if (slot_ != nullptr && generation_ == ProcessGeneration()) readers_.Release(slot_);
  }
  SnapshotImpl(const SnapshotImpl&) = delete;
  SnapshotImpl& operator=(const SnapshotImpl&) = delete;

  [[nodiscard]] StatusOr<View> Get(Keyspace keyspace, View key) const override {
    KITH_RETURN_IF_ERROR(Usable());
    return GetFrom(slot_->txn, store_.keyspaces()[keyspace], key);
  }
  [[nodiscard]] std::unique_ptr<Cursor> NewCursor(Keyspace keyspace) const override;

  [[nodiscard]] Status Renew() override {
    if (generation_ != ProcessGeneration()) return ForkedError();
    if (slot_ != nullptr) readers_.Release(slot_);
    slot_ = nullptr;
    KITH_ASSIGN_OR_RETURN(ReadTransaction fresh, readers_.Acquire());
    slot_ = fresh.Keep();
    return absl::OkStatus();
  }
  [[nodiscard]] uint64_t transaction() const override { return slot_ == nullptr ? 0 : slot_->transaction.load(std::memory_order_relaxed); }

  // OK, or why this snapshot must not be read any more.
  [[nodiscard]] Status Usable() const {
    if (generation_ != ProcessGeneration()) return ForkedError();
    if (slot_ == nullptr) return MakeError({.reason = Reason::kClosed, .hint = "renew it or take another"}, "the snapshot failed to renew");
    // The writer of this process expires snapshots; other processes' writes are noticed here.
    if (++calls_ % kLookEvery == 0) readers_.ExpireIfOld(slot_);
    if (slot_->expired.load(std::memory_order_relaxed)) return ExpiredError();
    return absl::OkStatus();
  }

 private:
  const std::shared_ptr<const Environment> owner_;
  const Store& store_;
  Readers& readers_;
  ReaderSlot* slot_;
  const uint64_t generation_;
  mutable uint32_t calls_ = 0;
};

// Asks the snapshot before each move.
class SnapshotCursor final : public Cursor {
 public:
  SnapshotCursor(const SnapshotImpl& snapshot, MDB_txn* txn, const KeyspaceInfo& keyspace) : snapshot_(snapshot), base_(txn, keyspace) {}
  bool SeekAtLeast(View key) override { return Usable() && base_.SeekAtLeast(key); }
  bool SeekAtMost(View key) override { return Usable() && base_.SeekAtMost(key); }
  bool First() override { return Usable() && base_.First(); }
  bool Last() override { return Usable() && base_.Last(); }
  bool Next() override { return Usable() && base_.Next(); }
  bool Previous() override { return Usable() && base_.Previous(); }
  [[nodiscard]] View key() const override { return base_.key(); }
  [[nodiscard]] View value() const override { return base_.value(); }
  [[nodiscard]] const Status& status() const override { return base_.status(); }

 private:
  bool Usable() {
    Status status = snapshot_.Usable();
    if (status.ok()) return true;
    base_.Fail(std::move(status));
    return false;
  }

  const SnapshotImpl& snapshot_;
  BaseCursor base_;
};

std::unique_ptr<Cursor> SnapshotImpl::NewCursor(Keyspace keyspace) const {
  Status status = Usable();
  if (!status.ok()) return std::make_unique<BaseCursor>(std::move(status));
  return std::make_unique<SnapshotCursor>(*this, slot_->txn, store_.keyspaces()[keyspace]);
}

}  // namespace

StatusOr<std::unique_ptr<Snapshot>> TakeSnapshot(std::shared_ptr<const Environment> owner, const Store& store, Readers& readers) {
  KITH_ASSIGN_OR_RETURN(ReadTransaction transaction, readers.Acquire());
  auto snapshot = std::make_unique<SnapshotImpl>(std::move(owner), store, readers, transaction.get());
  static_cast<void>(transaction.Keep());
  return snapshot;
}

}  // namespace kith::storage
