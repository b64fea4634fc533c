// Compaction in place: a copy without free pages takes the data file's place.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "storage/environment.h"
#include "storage/lmdb_status.h"
#include "storage/open_file.h"
#include "storage/page_check.h"
#include "storage/process.h"
#include "storage/store_check.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

constexpr int kCopies = 3;  // made while others write, before one is made while they wait

// LMDB counts a compacted copy's transactions from 1. Whoever waits for a later one, or remembers one, counts on: so the copy says in both
// of its meta pages what it is a copy of.
Status CountOn(int fd, uint64_t transaction) {
  if (transaction <= 1) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(format::Meta meta, ReadMeta(fd, std::nullopt));
  for (const uint64_t number : {transaction, transaction - 1}) {
    const uint64_t page = number % format::kMetaPages;
    meta.transaction = number;
    if (!WriteFully(fd, &meta, sizeof(meta), page * kPageSize + format::kPageHeader)) return OsError(errno, "writing the compact copy");
  }
  return absl::OkStatus();
}

Status InUseElsewhere() {
  return MakeError({.reason = Reason::kLocked, .hint = "close it in the other processes; a backup is a compact copy and disturbs nobody"},
                   "another process has the database open, so its file cannot be exchanged");
}

uint64_t SizeOf(const Directory& directory) {
  const StatusOr<struct stat> info = StatOwnedFile(directory, kDataFile);
  return info.ok() ? static_cast<uint64_t>(info->st_size) : 0;
}

}  // namespace

// A checked copy of the newest state, and the transaction that made it; `outdated` when something was committed meanwhile. `alone`: with no
// transaction of this process alive.
Status EnvironmentImpl::CopyCompact(const Directory& directory, bool alone, uint64_t& transaction, bool& outdated) {
  if (!alone) {
    KITH_ASSIGN_OR_RETURN(const CheckReport source, Check());  // LMDB's copy trusts its map
    KITH_RETURN_IF_ERROR(ProblemsToStatus(source.problems));
  }
  if (unlinkat(directory.fd.get(), kCompactFile, 0) != 0 && errno != ENOENT) return OsError(errno, "removing an old compact copy");
  KITH_ASSIGN_OR_RETURN(const UniqueFd fd, OpenOwnedFile(directory, kCompactFile, /*create=*/true));
  // As readers see it: a commit shows in the meta page a moment earlier.
  const auto newest = [&]() -> StatusOr<uint64_t> {
    if (alone) return store_->last_transaction();
    return NewestTransaction();
  };
  KITH_ASSIGN_OR_RETURN(transaction, newest());
  const int code = alone ? mdb_env_copyfd2(store_->env(), fd.get(), MDB_CP_COMPACT) : readers_->Copy(fd.get(), MDB_CP_COMPACT);
  if (code != 0) return LmdbError(code, "copying the database", directory.path);
  KITH_ASSIGN_OR_RETURN(const uint64_t now, newest());
  outdated = now != transaction;
  if (outdated) return absl::OkStatus();
  KITH_RETURN_IF_ERROR(CountOn(fd.get(), transaction));
  if (fsync(fd.get()) != 0) return OsError(errno, "syncing the compact copy");
  KITH_ASSIGN_OR_RETURN(const format::Meta meta, ReadMeta(fd.get(), std::nullopt));
  return ProblemsToStatus(CheckStore(fd.get(), meta, keyspaces_).problems);
}

// With no transaction of this process alive, and with the guard to itself.
Status EnvironmentImpl::Rename(const Directory& directory, uint64_t transaction, bool& outdated) {
  outdated = store_->last_transaction() != transaction;
  if (outdated) return absl::OkStatus();
  KITH_RETURN_IF_ERROR(store_->CheckStillThere());
  store_->Log(LogLevel::kInfo, "the compact copy is written and takes the data file's place");
  if (renameat(directory.fd.get(), kCompactFile, directory.fd.get(), kDataFile) != 0) return OsError(errno, "exchanging the data file");
  store_->Log(LogLevel::kInfo, "the compact copy has taken the data file's place");
  Status status = SyncDirectory(directory.fd.get());
  status.Update(readers_->Reopen());
  const StatusOr<GuardRecord> record = RecordOf(directory, GuardRecord::State::kOpen, 0);
  status.Update(record.ok() ? guard_->Write(*record) : record.status());
  if (!record.ok()) return status;
  Process& process = Process::Get();
  const std::lock_guard lock(process.mutex);
  auto entry = process.open.extract(data_file_);
  data_file_ = record->data_file;
  if (entry.empty()) return status;
  entry.key() = data_file_;
  process.open.insert(std::move(entry));
  return status;
}

// `copy`: the copies made so far were outdated before they could take the place, so one is made while others wait.
Status EnvironmentImpl::TakePlace(const Directory& directory, bool copy, uint64_t transaction, bool& outdated) {
  return readers_->Alone(GetTuning().gate_wait, [&]() -> Status {
    if (copy) KITH_RETURN_IF_ERROR(CopyCompact(directory, /*alone=*/true, transaction, outdated));
    // Nothing is written by this process meanwhile, so the moments without a lock do no harm: who comes first then only checks more.
    Status status = guard_->TryAlone() ? Rename(directory, transaction, outdated) : InUseElsewhere();
    status.Update(guard_->Share());
    return status;
  });
}

Status EnvironmentImpl::CompactOnce(const Directory& directory, bool copy_alone, bool& outdated) {
  uint64_t transaction = 0;
  if (!copy_alone) {
    KITH_RETURN_IF_ERROR(CopyCompact(directory, /*alone=*/false, transaction, outdated));
    if (outdated) return absl::OkStatus();
  }
  return TakePlace(directory, copy_alone, transaction, outdated);
}

StatusOr<CompactReport> EnvironmentImpl::Compact() {
  KITH_RETURN_IF_ERROR(Usable());
  if (options_.read_only) return MakeError({.reason = Reason::kReadOnly, .hint = "open it for writing"}, "the database is read-only");
  const Opening opening(Process::Get(), directory_.id);
  KITH_ASSIGN_OR_RETURN(const Directory directory, OpenAgain(directory_));
  CompactReport report{.bytes_before = SizeOf(directory), .bytes_after = 0};
  Status status;
  bool outdated = true;
  for (int copies = 0; outdated && status.ok() && copies <= kCopies; ++copies) status = CompactOnce(directory, copies == kCopies, outdated);
  if (status.ok() && outdated) {
    status = MakeError({.reason = Reason::kLocked, .hint = "try again when fewer writes run"},
                       "other processes change the database faster than it can be compacted");
  }
  if (!status.ok()) {
    unlinkat(directory.fd.get(), kCompactFile, 0);
    return status;
  }
  report.bytes_after = SizeOf(directory);
  return report;
}

}  // namespace kith::storage
