#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "storage/environment.h"
#include "storage/fork.h"
#include "storage/lmdb_status.h"
#include "storage/page_check.h"
#include "storage/store_check.h"

namespace kith::storage {
namespace {

// A directory beside the target that is removed unless it becomes the target.
class Partial {
 public:
  [[nodiscard]] static StatusOr<std::unique_ptr<Partial>> Make(const std::string& target) {
    std::string name = target + ".partial-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) return OsError(errno, "making the backup's directory");
    return std::unique_ptr<Partial>(new Partial(name));
  }
  ~Partial() {
    if (!path_.empty()) RemoveDatabase(path_);
  }
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  // Takes the target's name; fails when something stands there.
  [[nodiscard]] Status Become(const std::string& target) {
    if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) return OsError(errno, "naming the backup");
    path_.clear();
    return absl::OkStatus();
  }

 private:
  explicit Partial(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Status SyncPath(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return OsError(errno, "opening the backup's directory");
  return SyncDirectory(fd.get());
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status CheckCopy(int fd, std::span<const KeyspaceSpec> keyspaces) {
  KITH_ASSIGN_OR_RETURN(const format::Meta meta, ReadMeta(fd, std::nullopt));
  return ProblemsToStatus(CheckStore(fd, meta, keyspaces).problems);
}

}  // namespace

// R26: a compact copy into a file that nobody else can have made, synced, checked, and only then given its name.
Status EnvironmentImpl::Backup(std::string_view target_path) {
  KITH_RETURN_IF_ERROR(Usable());
  std::string target(target_path);
  while (target.size() > 1 && target.back() == '/') target.pop_back();
  struct stat info {};
  if (target.empty() || lstat(target.c_str(), &info) == 0) {
    return MakeError(
        {.reason = Reason::kBadOptions, .field = "target_path", .value = target, .hint = "name a directory that does not exist yet"},
        "the backup's target is not free");
  }
  // LMDB's copy trusts its map, so the pages are checked first.
  KITH_ASSIGN_OR_RETURN(const CheckReport source, Check());
  KITH_RETURN_IF_ERROR(ProblemsToStatus(source.problems));
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Partial> partial, Partial::Make(target));
  const std::string file = partial->path() + "/" + kDataFile;
  const auto copy = [this, &file](unsigned flags) -> StatusOr<UniqueFd> {
    unlink(file.c_str());
    UniqueFd fd(open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd.valid() || fchmod(fd.get(), 0600) != 0) return OsError(errno, "making the backup's file");
    if (const int code = readers_->Copy(fd.get(), flags); code != 0) return LmdbError(code, "copying the database", ParentOf(file));
    return fd;
  };
  StatusOr<UniqueFd> fd = copy(MDB_CP_COMPACT);
  // Compaction refuses a file in which an earlier crash has lost pages; a plain copy takes it as it is.
  if (!fd.ok() && GetReason(fd.status()) == Reason::kFormatUnknown) fd = copy(0);
  KITH_RETURN_IF_ERROR(fd.status());
  if (fsync(fd->get()) != 0) return OsError(errno, "syncing the backup");
  KITH_RETURN_IF_ERROR(CheckCopy(fd->get(), keyspaces_));
  KITH_RETURN_IF_ERROR(SyncPath(partial->path()));
  KITH_RETURN_IF_ERROR(partial->Become(target));
  return SyncPath(ParentOf(target));
}

}  // namespace kith::storage
