#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "kith/storage/partial.h"
#include "storage/environment.h"
#include "storage/fork.h"
#include "storage/lmdb_status.h"
#include "storage/page_check.h"
#include "storage/store_check.h"

namespace kith::storage {
namespace {

Status CheckCopy(int fd, std::span<const KeyspaceSpec> keyspaces) {
  KITH_ASSIGN_OR_RETURN(const format::Meta meta, ReadMeta(fd, std::nullopt));
  return ProblemsToStatus(CheckStore(fd, meta, keyspaces).problems);
}

}  // namespace

// R26: a compact copy into a file that nobody else can have made, synced, checked, and only then given its name.
Status EnvironmentImpl::Backup(std::string_view target_path) {
  KITH_RETURN_IF_ERROR(Usable());
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<PartialDirectory> partial, PartialDirectory::Make(target_path));
  // LMDB's copy trusts its map, so the pages are checked first.
  KITH_ASSIGN_OR_RETURN(const CheckReport source, Check());
  KITH_RETURN_IF_ERROR(ProblemsToStatus(source.problems));
  const std::string file = partial->path() + "/" + kDataFile;
  const auto copy = [this, &file, &partial](unsigned flags) -> StatusOr<UniqueFd> {
    unlink(file.c_str());
    UniqueFd fd(open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd.valid() || fchmod(fd.get(), 0600) != 0) return OsError(errno, "making the backup's file");
    if (const int code = readers_->Copy(fd.get(), flags); code != 0) return LmdbError(code, "copying the database", partial->path());
    return fd;
  };
  StatusOr<UniqueFd> fd = copy(MDB_CP_COMPACT);
  // Compaction refuses a file in which an earlier crash has lost pages; a plain copy takes it as it is.
  if (!fd.ok() && GetReason(fd.status()) == Reason::kFormatUnknown) fd = copy(0);
  KITH_RETURN_IF_ERROR(fd.status());
  if (fsync(fd->get()) != 0) return OsError(errno, "syncing the backup");
  KITH_RETURN_IF_ERROR(CheckCopy(fd->get(), keyspaces_));
  return partial->Become();
}

}  // namespace kith::storage
