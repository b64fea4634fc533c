#include "storage/lmdb_status.h"

#include <lmdb.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <system_error>

namespace kith::storage {
namespace {

constexpr uint64_t kFreeBytesOfAFullDisk = uint64_t{1} << 20;

Reason ReasonOfErrno(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Reason::kDiskFull;
    case EACCES:
    case EPERM:
    case EROFS:
      return Reason::kPermissionDenied;
    case ENOMEM:
      return Reason::kOutOfMemory;
    case EAGAIN:
    case EBUSY:
      return Reason::kLocked;
    case ENOENT:
      return Reason::kDatabaseMissing;
    case ELOOP:
    case ENOTDIR:
      return Reason::kPathUnsafe;
    default:
      return Reason::kIoError;
  }
}

Reason ReasonOfLmdb(int code) {
  switch (code) {
    case MDB_MAP_FULL:
    case MDB_MAP_RESIZED:
      return Reason::kMapFull;
    case MDB_READERS_FULL:
      return Reason::kReadersFull;
    case MDB_PAGE_NOTFOUND:
    case MDB_CORRUPTED:
      return Reason::kCorrupt;
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
      return Reason::kFormatUnknown;
    case MDB_PANIC:
      return Reason::kRecovering;
    case MDB_BAD_VALSIZE:
    case MDB_TXN_FULL:
      return Reason::kLimitExceeded;
    default:
      return code > 0 ? ReasonOfErrno(code) : Reason::kInternal;
  }
}

std::string HintOf(Reason reason) {
  switch (reason) {
    case Reason::kDiskFull:
      return "free space on the disk; nothing of this write was kept";
    case Reason::kIoError:
      return "check the disk; nothing of this write was kept";
    case Reason::kPermissionDenied:
      return "the directory and its files must belong to this user and be writable";
    case Reason::kCorrupt:
      return "run a check and restore from a backup";
    case Reason::kReadersFull:
      return "free snapshots; at most 1024 may be open over all processes";
    case Reason::kRecovering:
      return "free all snapshots; the database reopens by itself when the last one ends";
    default:
      return "";
  }
}

bool DiskIsFull(const std::string& directory) {
  struct statvfs info {};
  if (directory.empty() || statvfs(directory.c_str(), &info) != 0) return false;
  return uint64_t{info.f_bavail} * info.f_frsize < kFreeBytesOfAFullDisk;
}

}  // namespace

Status LmdbError(int code, std::string_view what, const std::string& directory) {
  Reason reason = ReasonOfLmdb(code);
  // LMDB reports a short write, which is what a full disk gives, as EIO.
  if (reason == Reason::kIoError && DiskIsFull(directory)) reason = Reason::kDiskFull;
  const int os_error = code > 0 ? code : 0;
  std::string message(what);
  message += ": ";
  message += mdb_strerror(code);
  return MakeError({.reason = reason, .hint = HintOf(reason), .os_error = os_error}, message);
}

Status OsError(int code, std::string_view what) {
  const Reason reason = ReasonOfErrno(code);
  std::string message(what);
  message += ": ";
  message += std::generic_category().message(code);
  return MakeError({.reason = reason, .hint = HintOf(reason), .os_error = code}, message);
}

Status CorruptError(std::string_view what) { return MakeError({.reason = Reason::kCorrupt, .hint = HintOf(Reason::kCorrupt)}, what); }

}  // namespace kith::storage
