// Group commit: jobs wait in a queue; a writer thread takes all that wait, runs each over one write-set and commits once for all.
#ifndef KITH_LIB_STORAGE_WRITER_H_
#define KITH_LIB_STORAGE_WRITER_H_

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "kith/storage/storage.h"
#include "storage/readers.h"
#include "storage/writer_pool.h"

namespace kith::storage {

class Writer final : public WriterClient {
 public:
  Writer(Store& store, Readers& readers, std::shared_ptr<WriterPool> pool);
  ~Writer() override;

  [[nodiscard]] std::vector<Status> Run(std::span<Job* const> jobs, const SubmitOptions& options);
  // Waits until this process has committed something later than `transaction`; false at the deadline.
  bool WaitForCommit(uint64_t transaction, std::chrono::steady_clock::time_point deadline);
  void RunWaiting(GroupWriteSet& set) noexcept override;

  [[nodiscard]] uint64_t groups() const { return groups_.load(); }
  [[nodiscard]] uint64_t jobs() const { return jobs_.load(); }
  [[nodiscard]] uint64_t syncs() const { return syncs_.load(); }

 private:
  // What one caller handed in; lives on its stack.
  struct Submission {
    std::span<Job* const> jobs;
    std::vector<Status> outcomes;
    enum class State : uint8_t { kQueued, kStarted, kDone } state = State::kQueued;
    std::condition_variable done;
  };
  // One job and where its outcome goes.
  struct Entry {
    Job* job;
    Status* outcome;
    bool kept = false;
  };
  // The quota as it stands at the start of a group.
  struct Quota {
    uint64_t limit = 0;  // 0: none
    uint64_t used = 0;
  };

  void Schedule(Submission& submission);
  void RunTaken(std::span<Submission* const> taken, GroupWriteSet& set);
  [[nodiscard]] size_t RunGroup(std::span<Entry> entries, GroupWriteSet& set);
  [[nodiscard]] size_t TryGroup(std::span<Entry> entries, GroupWriteSet& set, size_t& count);
  [[nodiscard]] size_t RunJobs(std::span<Entry> entries, GroupWriteSet& set, const Quota& quota) noexcept;
  void RunJob(Entry& entry, GroupWriteSet& set, const Quota& quota) noexcept;
  [[nodiscard]] Status CheckQuota(const GroupWriteSet& set, const Quota& quota) const;
  [[nodiscard]] Quota ReadQuota(MDB_txn* txn) const;
  // Puts and commits. An LMDB code; `what` says where it came from.
  [[nodiscard]] int Commit(WriteTransaction& txn, const GroupWriteSet& set, const char*& what);
  [[nodiscard]] int PutState(MDB_txn* txn, const std::vector<uint64_t>& digests) const;
  void AfterCommit(uint64_t transaction) noexcept;
  void Maintain();

  Store& store_;
  Readers& readers_;
  const std::shared_ptr<WriterPool> pool_;
  std::mutex mutex_;
  std::vector<Submission*> queue_;
  std::condition_variable committed_;
  uint64_t last_commit_ = 0;
  std::chrono::steady_clock::time_point last_stale_check_;
  std::atomic<uint64_t> groups_{0};
  std::atomic<uint64_t> jobs_{0};
  std::atomic<uint64_t> syncs_{0};
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_WRITER_H_
