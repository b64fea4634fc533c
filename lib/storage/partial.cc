#include "kith/storage/partial.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <mutex>
#include <set>

#include "storage/files.h"
#include "storage/lmdb_status.h"

namespace kith::storage {
namespace {

Status SyncPath(const std::string& path, int kind = O_DIRECTORY) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | kind | O_CLOEXEC));
  if (!fd.valid()) return OsError(errno, "opening what is new of the database");
  return SyncDirectory(fd.get());
}

// The resolved paths of those that are alive.
struct BeingMade {
  std::mutex mutex;
  std::set<std::string> paths;  // guarded by mutex
};
BeingMade& AllBeingMade() {
  static BeingMade& all = *new BeingMade;  // never freed: threads may ask until the end
  return all;
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

StatusOr<std::unique_ptr<PartialDirectory>> PartialDirectory::Make(std::string_view target) {
  std::string name(target);
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  struct stat info {};
  if (name.empty() || lstat(name.c_str(), &info) == 0) {
    return MakeError(
        {.reason = Reason::kBadOptions, .field = "target_path", .value = name, .hint = "name a directory that does not exist yet"},
        "the target is not free");
  }
  std::string partial = name + ".partial-XXXXXX";
  if (mkdtemp(partial.data()) == nullptr) return OsError(errno, "making the new database's directory");
  return std::unique_ptr<PartialDirectory>(new PartialDirectory(std::move(partial), std::move(name)));
}

PartialDirectory::PartialDirectory(std::string path, std::string target) : path_(std::move(path)), target_(std::move(target)) {
  char resolved[PATH_MAX];
  if (realpath(path_.c_str(), resolved) == nullptr) return;  // then each commit waits for the disk
  resolved_ = resolved;
  BeingMade& all = AllBeingMade();
  const std::lock_guard lock(all.mutex);
  all.paths.insert(resolved_);
}

PartialDirectory::~PartialDirectory() {
  {
    BeingMade& all = AllBeingMade();
    const std::lock_guard lock(all.mutex);
    all.paths.erase(resolved_);
  }
  if (!path_.empty()) RemoveDatabase(path_);
}

bool PartialDirectory::IsBeingMade(const std::string& path) {
  BeingMade& all = AllBeingMade();
  const std::lock_guard lock(all.mutex);
  return all.paths.contains(path);
}

Status PartialDirectory::Become() {
  KITH_RETURN_IF_ERROR(SyncPath(path_ + "/" + kDataFile, 0));
  KITH_RETURN_IF_ERROR(SyncPath(path_));
  if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) != 0) {
    return OsError(errno, "giving the new database its name");
  }
  path_.clear();
  return SyncPath(ParentOf(target_));
}

}  // namespace kith::storage
