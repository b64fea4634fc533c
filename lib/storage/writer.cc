#include "storage/writer.h"

#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <string>

#include "storage/cursor.h"
#include "storage/lmdb_status.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

// Growth doubles the map, so a group that still does not fit after this many rounds never will.
constexpr int kGrowthRounds = 8;
// Who has waited that long for a write sees to it that nobody sleeps through a turn, and again each time as much later.
constexpr std::chrono::milliseconds kTurnWait{500};
constexpr std::chrono::microseconds kLongestTimeout = std::chrono::hours(24 * 365);

Status TimeoutError() {
  return MakeError({.reason = Reason::kTimeout, .hint = "nothing was written; try again, or allow more time"},
                   "the write was still waiting for its turn");
}

Status UnknownOutcomeError() {
  return MakeError({.reason = Reason::kOutcomeUnknown, .hint = "repeat it with the same idempotency key"},
                   "the write had begun when its time ran out");
}

// Made while there is memory; a copy needs none.
const Status& OutOfMemoryError() {
  static const Status error = MakeError({.reason = Reason::kOutOfMemory, .hint = "free memory, or make the batch smaller"},
                                        "memory ran out during a write; nothing of it was kept");
  return error;
}

// The exception that is being handled, as the outcome of a job. It must not take the host's process with it, so nothing is thrown here.
Status OutcomeOfException() noexcept {
  try {
    try {
      throw;
    } catch (const std::bad_alloc&) {
      return OutOfMemoryError();
    } catch (const std::exception& error) {
      return MakeError(Reason::kInternal, std::string("a write failed unexpectedly: ") + error.what());
    } catch (...) {
      return MakeError(Reason::kInternal, "a write failed unexpectedly");
    }
  } catch (...) {
    return OutOfMemoryError();
  }
}

}  // namespace

Writer::Writer(Store& store, Readers& readers, std::shared_ptr<WriterPool> pool)
    : store_(store), readers_(readers), pool_(std::move(pool)), last_stale_check_(std::chrono::steady_clock::now()) {
  static_cast<void>(OutOfMemoryError());
}

Writer::~Writer() { pool_->Forget(*this); }

std::vector<Status> Writer::Run(std::span<Job* const> jobs, const SubmitOptions& options) {
  if (jobs.empty()) return {};
  Submission submission{.jobs = jobs, .outcomes = std::vector<Status>(jobs.size()), .done = {}};
  // The clock counts nanoseconds: a later deadline than it can tell would be one in the past.
  const auto deadline = std::chrono::steady_clock::now() + std::min(options.timeout, kLongestTimeout);
  // What may have to be said when the write has begun is made before.
  const Status unknown = options.timeout.count() == 0 ? absl::OkStatus() : UnknownOutcomeError();
  Schedule(submission);
  std::unique_lock lock(mutex_);
  const auto is_done = [&submission] { return submission.state == Submission::State::kDone; };
  // False when it is not done by then.
  const auto wait = [&](const std::optional<std::chrono::steady_clock::time_point>& until) {
    while (!is_done()) {
      const auto look = std::chrono::steady_clock::now() + kTurnWait;
      const bool last = until.has_value() && *until <= look;
      if (submission.done.wait_until(lock, last ? *until : look, is_done)) return true;
      if (last) return false;
      lock.unlock();
      store_.turns().WakeWriters();
      lock.lock();
    }
    return true;
  };
  const bool forever = options.timeout.count() == 0;
  if (wait(forever ? std::nullopt : std::optional(deadline))) return std::move(submission.outcomes);
  if (submission.state == Submission::State::kQueued) {
    std::erase(queue_, &submission);
    return std::vector<Status>(jobs.size(), TimeoutError());
  }
  static_cast<void>(wait(std::nullopt));
  for (Status& outcome : submission.outcomes) {
    if (outcome.ok()) outcome = unknown;
  }
  return std::move(submission.outcomes);
}

// Queued and seen to, or, with an exception, neither.
void Writer::Schedule(Submission& submission) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(&submission);
  }
  try {
    pool_->Schedule(*this);
  } catch (const std::exception&) {
    const std::lock_guard lock(mutex_);
    // Unless the thread of another submission has taken it along.
    if (std::erase(queue_, &submission) > 0) throw;
  }
}

bool Writer::WaitForCommit(uint64_t transaction, std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return committed_.wait_until(lock, deadline, [this, transaction] { return last_commit_ > transaction; });
}

void Writer::RunWaiting(GroupWriteSet& set) noexcept {
  std::vector<Submission*> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(queue_);
    for (Submission* submission : taken) submission->state = Submission::State::kStarted;
  }
  RunTaken(taken, set);
  {
    const std::lock_guard lock(mutex_);
    for (Submission* submission : taken) {
      submission->state = Submission::State::kDone;
      submission->done.notify_all();
    }
  }
  try {
    Maintain();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it comes again
  }
}

void Writer::RunTaken(std::span<Submission* const> taken, GroupWriteSet& set) {
  std::vector<Entry> entries;
  try {
    for (Submission* submission : taken) {
      for (size_t i = 0; i < submission->jobs.size(); ++i) entries.push_back({submission->jobs[i], &submission->outcomes[i]});
    }
  } catch (const std::bad_alloc&) {
    for (Submission* submission : taken) std::fill(submission->outcomes.begin(), submission->outcomes.end(), OutOfMemoryError());
    return;
  }
  for (std::span<Entry> left = entries; !left.empty();) left = left.subspan(RunGroup(left, set));
  jobs_.fetch_add(entries.size());
}

namespace {

// Of the first `count` entries, those that had got through fail after all.
template <typename Entry>
size_t FailKept(std::span<Entry> entries, size_t count, const Status& status) {
  for (Entry& entry : entries.subspan(0, count)) {
    if (entry.kept) *entry.outcome = status;
  }
  return count;
}

}  // namespace

// Runs and commits as many jobs as make one group; returns how many.
size_t Writer::RunGroup(std::span<Entry> entries, GroupWriteSet& set) {
  size_t count = 0;
  try {
    return TryGroup(entries, set, count);
  } catch (...) {
    // Not committed: nothing is thrown after that.
    const Status status = OutcomeOfException();
    if (count > 0) return FailKept(entries, count, status);
    for (Entry& entry : entries) *entry.outcome = status;
    return entries.size();
  }
}

// `count`: how many jobs have run, also when it throws.
size_t Writer::TryGroup(std::span<Entry> entries, GroupWriteSet& set, size_t& count) {
  uint64_t transaction = 0;  // under which the jobs ran
  for (int round = 0; round < kGrowthRounds; ++round) {
    {
      StatusOr<WriteTransaction> txn = readers_.BeginWrite();
      const Status status = txn.ok() ? store_.CheckStillThere() : txn.status();
      if (!status.ok()) {
        if (count > 0) return FailKept(entries, count, status);
        for (Entry& entry : entries) *entry.outcome = status;
        return entries.size();
      }
      if (count > 0 && txn->id() == transaction) {
        set.Rebase(txn->get());  // nobody else wrote meanwhile: what the jobs read still holds
      } else {
        transaction = txn->id();
        set.Begin(store_, txn->get());
        count = RunJobs(entries, set, ReadQuota(txn->get()));
      }
      const char* what = "";
      const int code = Commit(*txn, set, what);
      if (code == 0) return count;
      if (code != MDB_MAP_FULL) {
        if (code == MDB_PANIC) readers_.Poison();
        return FailKept(entries, count, store_.Error(code, what));
      }
    }
    const Status status = readers_.Grow(set.bytes() * 2);
    if (!status.ok()) return FailKept(entries, count, status);
  }
  return FailKept(entries, count, MakeError(Reason::kMapFull, "the write does not fit into the database's map"));
}

size_t Writer::RunJobs(std::span<Entry> entries, GroupWriteSet& set, const Quota& quota) noexcept {
  size_t count = 0;
  while (count < entries.size() && (count == 0 || set.bytes() < GetTuning().group_bytes)) RunJob(entries[count++], set, quota);
  return count;
}

void Writer::RunJob(Entry& entry, GroupWriteSet& set, const Quota& quota) noexcept {
  set.BeginJob();
  Status status;
  bool keep = false;
  try {
    const StatusOr<Job::Verdict> verdict = entry.job->Run(set);
    status = verdict.status();
    keep = verdict.ok() && *verdict == Job::Verdict::kKeep;
    if (keep) status = set.job_error();
    if (keep && status.ok()) status = CheckQuota(set, quota);
  } catch (...) {
    status = OutcomeOfException();
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

int Writer::Commit(WriteTransaction& txn, const GroupWriteSet& set, const char*& what) {
  if (set.empty()) return 0;
  const uint64_t transaction = txn.id();
  std::vector<uint64_t> digests;
  what = "putting a write";
  int code = set.Flush(digests);
  if (code == 0) code = PutState(txn.get(), digests);
  if (code != 0) return code;
  what = "committing a write";
  code = txn.Commit();
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

void Writer::AfterCommit(uint64_t transaction) noexcept {
  groups_.fetch_add(1);
  syncs_.fetch_add(store_.syncs_a_commit());
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
  const StatusOr<ReadTransaction> look = readers_.Acquire();
  if (look.ok()) readers_.ExpireOld((*look)->txn);
}

}  // namespace kith::storage
