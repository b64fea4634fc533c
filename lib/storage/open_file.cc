#include "storage/open_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "storage/lmdb_status.h"
#include "storage/page_check.h"
#include "storage/store_check.h"

namespace kith::storage {
namespace {

int64_t ModifiedNs(const struct stat& info) { return int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec; }

Status MissingError(const Directory& directory) {
  return MakeError({.reason = Reason::kDatabaseMissing, .value = directory.path, .hint = "open with create to make it"},
                   "there is no database at this path");
}

// True when a creation was begun and never seen to finish: at most the first, empty commit is in the file.
bool IsUnfinished(int fd, const GuardRecord& record) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return false;
  if (record.state == GuardRecord::State::kCreating) {
    const StatusOr<format::Meta> meta = ReadMeta(fd, std::nullopt);
    return !meta.ok() || meta->transaction <= 1;
  }
  return info.st_size == 0 && record.state == GuardRecord::State::kUnknown;
}

StatusOr<PreparedFile> MakeFile(const Directory& directory, Guard& guard, const OpenOptions& options) {
  if (!options.create && !options.temporary) return MissingError(directory);
  KITH_RETURN_IF_ERROR(guard.Write({.state = GuardRecord::State::kCreating, .boot_id = BootId(), .data_file = {}}));
  // On the disk before the data file is: what power lost in between has left of it is then known for what it is.
  if (!options.temporary) {
    KITH_RETURN_IF_ERROR(guard.Sync());
    KITH_RETURN_IF_ERROR(SyncDirectory(directory.fd.get()));
  }
  // Nobody else has the database open, so LMDB's lock file can go too.
  for (const char* name : {kDataFile, kLockFile}) {
    if (unlinkat(directory.fd.get(), name, 0) != 0 && errno != ENOENT) return OsError(errno, "removing an unfinished database");
    KITH_RETURN_IF_ERROR(OpenOwnedFile(directory, name, /*create=*/true).status());
  }
  return PreparedFile{.fresh = true};
}

// True when the file is what the last opener left, or what a killed one of this boot left: the page cache has outlived it.
bool IsAsLeft(const GuardRecord& record, const struct stat& info) {
  if (record.data_file != IdOf(info)) return false;
  if (record.state == GuardRecord::State::kOpen) return !record.boot_id.empty() && record.boot_id == BootId();
  return record.state == GuardRecord::State::kClosed && record.data_size == static_cast<uint64_t>(info.st_size) &&
         record.data_modified_ns == ModifiedNs(info);
}

StatusOr<PreparedFile> CheckFile(int fd, const GuardRecord& record, std::span<const KeyspaceSpec> keyspaces) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return OsError(errno, "looking at the data file");
  KITH_ASSIGN_OR_RETURN(const format::Meta meta, ReadMeta(fd, std::nullopt));
  if (record.data_file == IdOf(info) && record.state == GuardRecord::State::kClosed && meta.transaction < record.transaction) {
    return CorruptError("the data file is older than it was when it was closed");
  }
  if (IsAsLeft(record, info)) {
    KITH_RETURN_IF_ERROR(ProblemsToStatus(CheckPages(fd, meta, CheckDepth::kBranches, nullptr).problems));
    return PreparedFile{};
  }
  KITH_RETURN_IF_ERROR(ProblemsToStatus(CheckStore(fd, meta, keyspaces).problems));
  return PreparedFile{.fully_checked = true, .from_elsewhere = true};
}

}  // namespace

StatusOr<PreparedFile> PrepareFile(const Directory& directory, Guard& guard, std::span<const KeyspaceSpec> keyspaces,
                                   const OpenOptions& options) {
  const StatusOr<struct stat> lock = StatOwnedFile(directory, kLockFile);
  if (!lock.ok() && lock.status() != NotFound()) return lock.status();
  StatusOr<UniqueFd> fd = OpenOwnedFile(directory, kDataFile, /*create=*/false);
  if (!fd.ok() && fd.status() != NotFound()) return fd.status();
  if (!guard.alone()) {
    if (!fd.ok()) return MissingError(directory);
    // Writers are at work, so only the meta pages stand still, and they were checked in full by whoever came first.
    KITH_RETURN_IF_ERROR(ReadMeta(fd->get(), std::nullopt).status());
    return PreparedFile{.from_elsewhere = guard.record().boot_id.empty()};
  }
  if (unlinkat(directory.fd.get(), kCompactFile, 0) != 0 && errno != ENOENT) return OsError(errno, "removing what a compaction left");
  if (!fd.ok() || IsUnfinished(fd->get(), guard.record())) return MakeFile(directory, guard, options);
  if (!lock.ok()) KITH_RETURN_IF_ERROR(OpenOwnedFile(directory, kLockFile, /*create=*/true).status());
  return CheckFile(fd->get(), guard.record(), keyspaces);
}

StatusOr<GuardRecord> RecordOf(const Directory& directory, GuardRecord::State state, uint64_t transaction) {
  KITH_ASSIGN_OR_RETURN(const struct stat info, StatOwnedFile(directory, kDataFile));
  return GuardRecord{.state = state,
                     .boot_id = BootId(),
                     .data_file = IdOf(info),
                     .data_size = static_cast<uint64_t>(info.st_size),
                     .data_modified_ns = ModifiedNs(info),
                     .transaction = transaction};
}

}  // namespace kith::storage
