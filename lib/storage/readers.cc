#include "storage/readers.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <new>

#include "storage/fork.h"
#include "storage/lmdb_status.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

constexpr size_t kIdleSlots = 64;  // each keeps a slot of the reader table
constexpr int kBeginAttempts = 4;
constexpr std::chrono::seconds kLookInterval{1};

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string Seconds(std::chrono::nanoseconds age) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f s", std::chrono::duration<double>(age).count());
  return text;
}

}  // namespace

WriteTransaction::~WriteTransaction() {
  if (txn_ == nullptr) return;
  mdb_txn_abort(txn_);
  readers_->gate_.Leave();
}

int WriteTransaction::Commit() {
  const int code = mdb_txn_commit(std::exchange(txn_, nullptr));
  readers_->gate_.Leave();
  return code;
}

ReadTransaction::~ReadTransaction() {
  if (slot_ != nullptr) readers_->Release(slot_);
}

// Room for the pool from the start: giving back must not fail.
Readers::Readers(Store& store) : store_(store) { idle_.reserve(kIdleSlots); }

Readers::~Readers() { DropIdle(); }

Status Readers::Enter(std::chrono::milliseconds patience) {
  for (int attempt = 0; attempt < kBeginAttempts; ++attempt) {
    if (!gate_.Enter(std::chrono::steady_clock::now() + patience)) {
      return MakeError({.reason = Reason::kLocked, .hint = "try again"}, "the database's map is being changed");
    }
    if (!poisoned_.load()) return absl::OkStatus();
    gate_.Leave();
    KITH_RETURN_IF_ERROR(Recover());
  }
  return MakeError(Reason::kRecovering, "the database does not come back after a failed write");
}

// Inside the gate. An LMDB code; with an error the slot is gone.
int Readers::BeginRead(ReaderSlot*& slot) {
  slot = TakeSlot();
  const bool is_new = slot->txn == nullptr;
  const int code = is_new ? mdb_txn_begin(store_.env(), nullptr, MDB_RDONLY, &slot->txn) : mdb_txn_renew(slot->txn);
  if (is_new) store_.turns().WakeReader();
  if (code != 0) GiveBack(slot);
  return code;
}

StatusOr<ReadTransaction> Readers::Acquire(std::chrono::milliseconds patience) {
  Status status;
  for (int attempt = 0; attempt < kBeginAttempts; ++attempt) {
    KITH_RETURN_IF_ERROR(Enter(patience));
    ReaderSlot* slot = nullptr;
    int code = ENOMEM;
    try {
      code = BeginRead(slot);
    } catch (const std::bad_alloc&) {  // the gate must be left all the same
    }
    if (code == 0) {
      slot->transaction.store(mdb_txn_id(slot->txn), std::memory_order_relaxed);
      slot->expired.store(false, std::memory_order_relaxed);
      slot->since_ns.store(NowNs(), std::memory_order_release);
      return ReadTransaction(*this, slot);
    }
    gate_.Leave();
    status = AfterFailedBegin(code, "beginning a read");
    if (!status.ok()) return status;
    status = store_.Error(code, "beginning a read");
  }
  return status;
}

void Readers::Release(ReaderSlot* slot) noexcept {
  slot->since_ns.store(0);
  mdb_txn_reset(slot->txn);
  // Into the pool before leaving the gate: whoever closes it empties the pool when the environment is to be reopened.
  GiveBack(slot);
  gate_.Leave();
}

StatusOr<WriteTransaction> Readers::BeginWrite() {
  for (int attempt = 0; attempt < kBeginAttempts; ++attempt) {
    KITH_RETURN_IF_ERROR(Enter(2 * GetTuning().gate_wait));
    MDB_txn* txn = nullptr;
    const int code = mdb_txn_begin(store_.env(), nullptr, 0, &txn);
    if (code == 0) return WriteTransaction(*this, txn);
    gate_.Leave();
    KITH_RETURN_IF_ERROR(AfterFailedBegin(code, "beginning a write"));
  }
  return MakeError({.reason = Reason::kLocked, .hint = "try again"}, "a write could not begin");
}

// OK: the cause was removed, try again.
Status Readers::AfterFailedBegin(int code, std::string_view what) {
  switch (code) {
    case MDB_MAP_RESIZED:
      return AdoptMap();
    case MDB_READERS_FULL: {
      const int cleared = ClearStale();
      const std::lock_guard lock(mutex_);
      if (cleared > 0 || !idle_.empty()) return absl::OkStatus();
      return store_.Error(code, what);
    }
    case MDB_PANIC:
      Poison();
      return Recover();
    default:
      return store_.Error(code, what);
  }
}

Status Readers::Recover() {
  Status status = Alone(std::chrono::milliseconds(0), [this] {
    if (!poisoned_.load()) return absl::OkStatus();
    KITH_RETURN_IF_ERROR(Reopen());
    recoveries_.fetch_add(1);
    store_.Log(LogLevel::kWarning, "the database was reopened after a failed write; its last sound state is kept");
    return absl::OkStatus();
  });
  if (GetReason(status) != Reason::kReaderLag) return status;
  return MakeError({.reason = Reason::kRecovering, .hint = "free all snapshots; the database reopens by itself when the last one ends"},
                   "the database must be reopened after a failed write");
}

Status Readers::Reopen() {
  poisoned_.store(true);
  DropIdle();
  KITH_RETURN_IF_ERROR(store_.Reopen());
  poisoned_.store(false);
  return absl::OkStatus();
}

Status Readers::AdoptMap() {
  return Alone(GetTuning().gate_wait, [this] { return RemapTo(0); });
}

Status Readers::RemapTo(uint64_t size) {
  // Should the map not be had, the environment is gone, its idle transactions with it, until it is reopened.
  const bool poisoned = poisoned_.exchange(true);
  DropIdle();
  if (store_.Remap(size) == 0) {
    poisoned_.store(poisoned);
    return absl::OkStatus();
  }
  return MakeError({.reason = Reason::kMapFull, .hint = "the process lacks address space; raise its limit or split the data"},
                   "the database's map could not be enlarged");
}

Status Readers::Grow(uint64_t needed) {
  return Alone(GetTuning().gate_wait, [this, needed] {
    const uint64_t old_size = store_.map_size();
    uint64_t size = std::max(old_size * 2, old_size + needed + needed / 2);
    size = std::min((size + kPageSize - 1) / kPageSize * kPageSize, kLargestMapSize);
    if (size <= old_size) return MakeError(Reason::kMapFull, "the database has reached the largest map");
    KITH_RETURN_IF_ERROR(RemapTo(size));
    growths_.fetch_add(1);
    store_.Log(LogLevel::kInfo, "the map was enlarged to " + std::to_string(size >> 20) + " MiB");
    return absl::OkStatus();
  });
}

Status Readers::StayedError() {
  const OldestReader oldest = Oldest();
  return MakeError({.reason = Reason::kReaderLag,
                    .value = Seconds(oldest.age),
                    .hint = "free or renew snapshots, or open the database with a larger map_size"},
                   "the map must change, but a snapshot of this process stays open since " + Seconds(oldest.age));
}

ReaderSlot* Readers::TakeSlot() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    slots_.push_back(std::make_unique<ReaderSlot>());
    return slots_.back().get();
  }
  ReaderSlot* slot = idle_.back();
  idle_.pop_back();
  return slot;
}

void Readers::GiveBack(ReaderSlot* slot) noexcept {
  const std::lock_guard lock(mutex_);
  if (slot->txn != nullptr && idle_.size() < kIdleSlots) {
    idle_.push_back(slot);
    return;
  }
  if (slot->txn != nullptr) mdb_txn_abort(slot->txn);
  std::erase_if(slots_, [slot](const auto& owned) { return owned.get() == slot; });
}

void Readers::DropIdle() {
  const std::lock_guard lock(mutex_);
  for (ReaderSlot* slot : idle_) {
    mdb_txn_abort(slot->txn);
    std::erase_if(slots_, [slot](const auto& owned) { return owned.get() == slot; });
  }
  idle_.clear();
}

bool Readers::PinsTooMuch(MDB_txn* txn, uint64_t transaction) const {
  const StatusOr<uint64_t> pages = store_.FreePages(txn, transaction);
  return pages.ok() && *pages * kPageSize > GetTuning().snapshot_pinned_bytes;
}

void Readers::ExpireOld(MDB_txn* txn) {
  const int64_t limit = NowNs() - std::chrono::nanoseconds(GetTuning().snapshot_age).count();
  const std::lock_guard lock(mutex_);
  for (const auto& slot : slots_) {
    const int64_t since = slot->since_ns.load(std::memory_order_acquire);
    if (since == 0 || since > limit || slot->expired.load(std::memory_order_relaxed)) continue;
    if (PinsTooMuch(txn, slot->transaction.load(std::memory_order_relaxed))) slot->expired.store(true);
  }
}

void Readers::ExpireIfOld(ReaderSlot* slot) {
  const int64_t limit = NowNs() - std::chrono::nanoseconds(GetTuning().snapshot_age).count();
  if (slot->since_ns.load(std::memory_order_relaxed) > limit || NowNs() < slot->next_look_ns) return;
  slot->next_look_ns = NowNs() + std::chrono::nanoseconds(kLookInterval).count();
  // The holder's own view does not show what was freed since: look with a fresh one.
  const StatusOr<ReadTransaction> fresh = Acquire(std::chrono::milliseconds(0));
  if (fresh.ok() && PinsTooMuch((*fresh)->txn, slot->transaction.load())) slot->expired.store(true);
}

OldestReader Readers::Oldest() {
  const int64_t now = NowNs();
  OldestReader oldest;
  const std::lock_guard lock(mutex_);
  for (const auto& slot : slots_) {
    const int64_t since = slot->since_ns.load(std::memory_order_acquire);
    if (since == 0 || std::chrono::nanoseconds(now - since) <= oldest.age) continue;
    oldest = {.transaction = slot->transaction.load(std::memory_order_relaxed), .age = std::chrono::nanoseconds(now - since)};
  }
  return oldest;
}

namespace {

// One line of mdb_reader_list: pid, thread, transaction or "-".
int OnReaderLine(const char* line, void* context) {
  auto* table = static_cast<ReaderTable*>(context);
  unsigned long long pid = 0;
  unsigned long long thread = 0;
  unsigned long long transaction = 0;
  const int fields = std::sscanf(line, "%llu %llx %llu", &pid, &thread, &transaction);
  if (fields != 3) return 0;
  ++table->readers;
  if (table->oldest == 0 || transaction < table->oldest) table->oldest = transaction;
  return 0;
}

}  // namespace

ReaderTable Readers::TableWithin() {
  ReaderTable table;
  mdb_reader_list(store_.env(), OnReaderLine, &table);
  return table;
}

ReaderTable Readers::Table() {
  ReaderTable table;
  if (!gate_.Enter(std::chrono::steady_clock::now())) return table;
  if (!poisoned_.load()) table = TableWithin();
  gate_.Leave();
  return table;
}

int Readers::Copy(int fd, unsigned flags) {
  int code = 0;
  for (int attempt = 0; attempt < kBeginAttempts; ++attempt) {
    if (!Enter(2 * GetTuning().gate_wait).ok()) return EBUSY;
    // LMDB begins its own read transaction before it writes anything; the gate keeps the map in place meanwhile.
    code = mdb_env_copyfd2(store_.env(), fd, flags);
    store_.turns().WakeReader();
    gate_.Leave();
    const bool had_no_transaction = code == MDB_MAP_RESIZED || code == MDB_READERS_FULL;
    if (!had_no_transaction || !AfterFailedBegin(code, "copying the database").ok()) break;
  }
  return code;
}

int Readers::ClearStale() {
  if (!gate_.Enter(std::chrono::steady_clock::now())) return 0;
  int cleared = 0;
  if (!poisoned_.load()) mdb_reader_check(store_.env(), &cleared);
  store_.turns().WakeReader();
  gate_.Leave();
  stale_cleared_.fetch_add(static_cast<uint64_t>(std::max(cleared, 0)));
  return cleared;
}

}  // namespace kith::storage
