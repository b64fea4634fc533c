#include "storage/writer.h"

#include <exception>
#include <new>

#include "storage/cursor.h"
#include "storage/lmdb_status.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

// Growth doubles the map, so a group that still does not fit after this many rounds never will.
constexpr int kGrowthRounds = 8;

Status TimeoutError() {
  return MakeError({.reason = Reason::kTimeout, .hint = "nothing was written; try again, or allow more time"},
                   "the write was still waiting for its turn");
}

Status JobException(std::string_view what) {
  std::string message = "a write failed unexpectedly: ";
  message += what;
  return MakeError(Reason::kInternal, message);
}

}  // namespace

Writer::Writer(Store& store, Readers& readers, std::shared_ptr<WriterPool> pool)
    : store_(store), readers_(readers), pool_(std::move(pool)), last_stale_check_(std::chrono::steady_clock::now()) {}

Writer::~Writer() { pool_->Forget(*this); }

std::vector<Status> Writer::Run(std::span<Job* const> jobs, const SubmitOptions& options) {
  if (jobs.empty()) return {};
  Submission submission{.jobs = jobs, .outcomes = std::vector<Status>(jobs.size()), .done = {}};
  const auto deadline = std::chrono::steady_clock::now() + options.timeout;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(&submission);
  }
  pool_->Schedule(*this);
  std::unique_lock lock(mutex_);
  const auto is_done = [&submission] { return submission.state == Submission::State::kDone; };
  if (options.timeout.count() == 0 || submission.done.wait_until(lock, deadline, is_done)) {
    submission.done.wait(lock, is_done);
    return std::move(submission.outcomes);
  }
  if (submission.state == Submission::State::kQueued) {
    std::erase(queue_, &submission);
    return std::vector<Status>(jobs.size(), TimeoutError());
  }
  submission.done.wait(lock, is_done);
  for (Status& outcome : submission.outcomes) {
    if (outcome.ok()) {
      outcome = MakeError({.reason = Reason::kOutcomeUnknown, .hint = "repeat it with the same idempotency key"},
                          "the write had begun when its time ran out");
    }
  }
  return std::move(submission.outcomes);
}

bool Writer::WaitForCommit(uint64_t transaction, std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return committed_.wait_until(lock, deadline, [this, transaction] { return last_commit_ > transaction; });
}

void Writer::RunWaiting(GroupWriteSet& set) {
  std::vector<Submission*> taken;
  std::vector<Entry> entries;
  {
    const std::lock_guard lock(mutex_);
    taken.assign(queue_.begin(), queue_.end());
    queue_.clear();
    for (Submission* submission : taken) submission->state = Submission::State::kStarted;
  }
  for (Submission* submission : taken) {
    for (size_t i = 0; i < submission->jobs.size(); ++i) entries.push_back({submission->jobs[i], &submission->outcomes[i]});
  }
  RunAll(entries, set);
  jobs_.fetch_add(entries.size());
  {
    const std::lock_guard lock(mutex_);
    for (Submission* submission : taken) {
      submission->state = Submission::State::kDone;
      submission->done.notify_all();
    }
  }
  Maintain();
}

void Writer::RunAll(std::span<Entry> entries, GroupWriteSet& set) {
  while (!entries.empty()) entries = entries.subspan(RunGroup(entries, set));
}

// Runs and commits as many jobs as make one group; returns how many.
size_t Writer::RunGroup(std::span<Entry> entries, GroupWriteSet& set) {
  const auto fail = [&entries](size_t count, const Status& status) {
    for (Entry& entry : entries.subspan(0, count)) {
      if (entry.kept) *entry.outcome = status;
    }
    return count;
  };
  size_t count = 0;
  uint64_t transaction = 0;  // under which the jobs ran
  for (int round = 0; round < kGrowthRounds; ++round) {
    StatusOr<MDB_txn*> txn = readers_.BeginWrite();
    Status status = txn.ok() ? store_.CheckStillThere() : txn.status();
    if (!status.ok()) {
      if (txn.ok()) {
        mdb_txn_abort(*txn);
        readers_.EndWrite();
      }
      if (count > 0) return fail(count, status);
      for (Entry& entry : entries) *entry.outcome = status;
      return entries.size();
    }
    if (count > 0 && mdb_txn_id(*txn) == transaction) {
      set.Rebase(*txn);  // nobody else wrote meanwhile: what the jobs read still holds
    } else {
      transaction = mdb_txn_id(*txn);
      set.Begin(store_, *txn);
      count = RunJobs(entries, set, ReadQuota(*txn));
    }
    const char* what = "";
    const int code = Commit(*txn, set, what);
    readers_.EndWrite();
    if (code == 0) return count;
    if (code != MDB_MAP_FULL) {
      if (code == MDB_PANIC) readers_.Poison();
      return fail(count, store_.Error(code, what));
    }
    status = readers_.Grow(set.bytes() * 2);
    if (!status.ok()) return fail(count, status);
  }
  return fail(count, MakeError(Reason::kMapFull, "the write does not fit into the database's map"));
}

size_t Writer::RunJobs(std::span<Entry> entries, GroupWriteSet& set, const Quota& quota) {
  size_t count = 0;
  while (count < entries.size() && (count == 0 || set.bytes() < GetTuning().group_bytes)) RunJob(entries[count++], set, quota);
  return count;
}

void Writer::RunJob(Entry& entry, GroupWriteSet& set, const Quota& quota) {
  set.BeginJob();
  Status status;
  bool keep = false;
  // A job is code of this library, but an exception must not take the host's process with it.
  try {
    const StatusOr<Job::Verdict> verdict = entry.job->Run(set);
    status = verdict.status();
    keep = verdict.ok() && *verdict == Job::Verdict::kKeep;
    if (keep) status = set.job_error();
    if (keep && status.ok()) status = CheckQuota(set, quota);
  } catch (const std::bad_alloc&) {
    status = MakeError({.reason = Reason::kOutOfMemory, .hint = "make the batch smaller"}, "memory ran out during a write");
  } catch (const std::exception& error) {
    status = JobException(error.what());
  } catch (...) {
    status = JobException("unknown exception");
  }
  entry.kept = keep && status.ok();
  if (!entry.kept) set.DiscardJob();
  *entry.outcome = std::move(status);
}

Writer::Quota Writer::ReadQuota(MDB_txn* txn) const {
  const uint64_t limit = store_.options().max_size;
  return {.limit = limit, .used = limit == 0 ? 0 : store_.UsedBytes(txn)};
}

// Past 90 % only jobs that delete something are taken, so that there is room to make room; past 100 % only those that shrink the database.
Status Writer::CheckQuota(const GroupWriteSet& set, const Quota& quota) const {
  if (quota.limit == 0 || !set.JobPuts()) return absl::OkStatus();
  const uint64_t after = quota.used + set.bytes();
  const bool deletes = set.JobDeletes();
  if (after < quota.limit / 10 * 9 || (deletes && after < quota.limit) || set.JobGrowth() <= 0) return absl::OkStatus();
  return MakeError({.reason = Reason::kMapFull,
                    .value = std::to_string(quota.used >> 20) + " of " + std::to_string(quota.limit >> 20) + " MiB",
                    .hint = "delete records, or raise max_size"},
                   "the database has reached its size limit");
}

int Writer::Commit(MDB_txn* txn, const GroupWriteSet& set, const char*& what) {
  if (set.empty()) {
    mdb_txn_abort(txn);
    return 0;
  }
  const uint64_t transaction = mdb_txn_id(txn);
  std::vector<uint64_t> digests;
  what = "putting a write";
  int code = set.Flush(digests);
  if (code == 0) code = PutState(txn, digests);
  if (code != 0) {
    mdb_txn_abort(txn);
    return code;
  }
  what = "committing a write";
  code = mdb_txn_commit(txn);
  if (code == 0) AfterCommit(transaction);
  return code;
}

int Writer::PutState(MDB_txn* txn, const std::vector<uint64_t>& digests) const {
  MDB_val key = ToVal(kStateKey);
  MDB_val value{};
  const int code = mdb_get(txn, store_.main_dbi(), &key, &value);
  if (code != 0 && code != MDB_NOTFOUND) return code;
  std::optional<StoreState> state = code == 0 ? DecodeState(ToView(value)) : std::nullopt;
  // A damaged state record is not healed silently: without digests every check reports it.
  if (!state.has_value()) return MDB_CORRUPTED;
  state->transaction = mdb_txn_id(txn);
  for (size_t i = 0; i < digests.size(); ++i) state->DigestOf(store_.keyspaces()[i].salt) += digests[i];
  const std::string bytes = EncodeState(*state);
  value = ToVal(bytes);
  return mdb_put(txn, store_.main_dbi(), &key, &value, 0);
}

void Writer::AfterCommit(uint64_t transaction) {
  groups_.fetch_add(1);
  const bool relaxed = store_.options().durability == Durability::kRelaxed;
  if (!store_.options().temporary) syncs_.fetch_add(relaxed ? 1 : 2);
  const std::lock_guard lock(mutex_);
  last_commit_ = transaction;
  committed_.notify_all();
}

// Housekeeping between groups: stale readers of killed processes (R3), snapshots that hold back too much (R2).
void Writer::Maintain() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_stale_check_ >= GetTuning().stale_reader_interval) {
    last_stale_check_ = now;
    if (const int cleared = readers_.ClearStale(); cleared > 0) {
      store_.Log(LogLevel::kWarning, "cleared " + std::to_string(cleared) + " readers of processes that have ended");
    }
  }
  if (readers_.Oldest().age < GetTuning().snapshot_age) return;
  StatusOr<ReaderSlot*> look = readers_.Acquire();
  if (!look.ok()) return;
  readers_.ExpireOld((*look)->txn);
  readers_.Release(*look);
}

}  // namespace kith::storage
