// Read transactions of this process: a pool of reset ones to renew (R3), behind the gate, with the recovery steps that a failed begin
// asks for.
#ifndef KITH_LIB_STORAGE_READERS_H_
#define KITH_LIB_STORAGE_READERS_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "storage/gate.h"
#include "storage/store.h"
#include "storage/tuning.h"

namespace kith::storage {

struct ReaderSlot {
  MDB_txn* txn = nullptr;
  std::atomic<uint64_t> transaction{0};
  std::atomic<int64_t> since_ns{0};  // steady clock when begun; 0: not in use
  std::atomic<bool> expired{false};
  int64_t next_look_ns = 0;  // of ExpireIfOld; the holder's alone
};

struct OldestReader {
  uint64_t transaction = 0;
  std::chrono::nanoseconds age{0};
};

// LMDB's reader table, over all processes.
struct ReaderTable {
  uint32_t readers = 0;
  uint64_t oldest = 0;  // transaction; 0: none
};

class Readers;

// A write transaction, counted like a reader; aborted when it goes without a commit.
class WriteTransaction {
 public:
  WriteTransaction(Readers& readers, MDB_txn* txn) : readers_(&readers), txn_(txn) {}
  ~WriteTransaction();
  WriteTransaction(WriteTransaction&& other) noexcept : readers_(other.readers_), txn_(std::exchange(other.txn_, nullptr)) {}
  WriteTransaction& operator=(WriteTransaction&&) = delete;

  [[nodiscard]] MDB_txn* get() const { return txn_; }
  [[nodiscard]] uint64_t id() const { return mdb_txn_id(txn_); }
  // Ends it. An LMDB code.
  [[nodiscard]] int Commit();

 private:
  Readers* readers_;
  MDB_txn* txn_;
};

// A read transaction that goes back into the pool.
class ReadTransaction {
 public:
  ReadTransaction(Readers& readers, ReaderSlot* slot) : readers_(&readers), slot_(slot) {}
  ~ReadTransaction();
  ReadTransaction(ReadTransaction&& other) noexcept : readers_(other.readers_), slot_(std::exchange(other.slot_, nullptr)) {}
  ReadTransaction& operator=(ReadTransaction&&) = delete;
  [[nodiscard]] ReaderSlot* get() const { return slot_; }
  ReaderSlot* operator->() const { return slot_; }
  // The slot is the caller's to release.
  ReaderSlot* Keep() { return std::exchange(slot_, nullptr); }

 private:
  Readers* readers_;
  ReaderSlot* slot_;
};

class Readers {
 public:
  explicit Readers(Store& store);
  // Every slot has been released.
  ~Readers();
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  // Waits for a closed gate as long as growth may take.
  [[nodiscard]] StatusOr<ReadTransaction> Acquire() { return Acquire(2 * GetTuning().gate_wait); }
  void Release(ReaderSlot* slot) noexcept;

  [[nodiscard]] StatusOr<WriteTransaction> BeginWrite();

  // Makes the map at least twice as large, and large enough for `needed` more bytes. No transaction of the caller may be alive.
  [[nodiscard]] Status Grow(uint64_t needed);
  // After MDB_PANIC or a lost map: no new transaction until the environment has been reopened.
  void Poison() { poisoned_.store(true); }

  // Expires snapshots of this process that are old and pin much (R2). `txn` is any live transaction.
  void ExpireOld(MDB_txn* txn);
  // The same for one slot, asked by its holder.
  void ExpireIfOld(ReaderSlot* slot);
  [[nodiscard]] OldestReader Oldest();
  // Empty while the gate is closed.
  [[nodiscard]] ReaderTable Table();
  // For the holder of a transaction, which keeps the map in place: whole, whoever waits at the gate.
  [[nodiscard]] ReaderTable TableWithin();
  int ClearStale();

  [[nodiscard]] uint64_t growths() const { return growths_.load(); }
  [[nodiscard]] uint64_t recoveries() const { return recoveries_.load(); }
  [[nodiscard]] uint64_t stale_cleared() const { return stale_cleared_.load(); }

  // mdb_env_copyfd2 of the newest state into `fd`. An LMDB code.
  [[nodiscard]] int Copy(int fd, unsigned flags);

  // Runs `action` with no transaction of this process alive. ReaderLag, naming the oldest snapshot, when one stays.
  template <typename Action>
  [[nodiscard]] Status Alone(std::chrono::milliseconds patience, Action action) {
    if (!gate_.Close(std::chrono::steady_clock::now() + patience)) return StayedError();
    const OpenAgain open_again{gate_};
    return action();
  }
  // Opens the environment anew, within Alone. An error leaves it to the next call that needs it.
  [[nodiscard]] Status Reopen();

 private:
  friend class WriteTransaction;
  // Opens the gate when its closer is through, or has thrown.
  struct OpenAgain {
    Gate& gate;
    ~OpenAgain() { gate.Open(); }
  };

  [[nodiscard]] StatusOr<ReadTransaction> Acquire(std::chrono::milliseconds patience);
  [[nodiscard]] int BeginRead(ReaderSlot*& slot);
  [[nodiscard]] Status Enter(std::chrono::milliseconds patience);
  [[nodiscard]] Status AfterFailedBegin(int code, std::string_view what);
  [[nodiscard]] Status Recover();
  [[nodiscard]] Status AdoptMap();
  [[nodiscard]] Status RemapTo(uint64_t size);
  [[nodiscard]] Status StayedError();
  [[nodiscard]] ReaderSlot* TakeSlot();
  void GiveBack(ReaderSlot* slot) noexcept;
  void DropIdle();
  [[nodiscard]] bool PinsTooMuch(MDB_txn* txn, uint64_t transaction) const;

  Store& store_;
  Gate gate_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ReaderSlot>> slots_;
  std::vector<ReaderSlot*> idle_;
  std::atomic<bool> poisoned_{false};
  std::atomic<uint64_t> growths_{0};
  std::atomic<uint64_t> recoveries_{0};
  std::atomic<uint64_t> stale_cleared_{0};
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_READERS_H_
