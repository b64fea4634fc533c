#include "storage/files.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "storage/lmdb_status.h"

namespace kith::storage {
namespace {

// Not all of these stand in linux/magic.h of every distribution.
struct NamedFileSystem {
  uint64_t magic;
  const char* name;
};
constexpr NamedFileSystem kRefused[] = {
    {0x6969, "NFS"},     {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB2"}, {0x517B, "SMB"},        {0x01021997, "9p"},   {0x65735546, "FUSE"},
    {0x5346414F, "AFS"}, {0x73757245, "Coda"}, {0x00C36400, "Ceph"}, {0x0BD00BD0, "Lustre"}, {0x47504653, "GPFS"},
};

Status CheckFileSystem(int fd) {
  struct statfs info {};
  if (fstatfs(fd, &info) != 0) return OsError(errno, "looking at the file system");
  const auto magic = static_cast<uint64_t>(info.f_type) & 0xFFFFFFFFu;
  for (const NamedFileSystem& refused : kRefused) {
    if (magic != refused.magic) continue;
    return MakeError({.reason = Reason::kFileSystemUnsupported,
                      .value = refused.name,
                      .hint = "use a local disk; locks and memory maps are not reliable here (allow_any_file_system overrides)"},
                     "databases are not opened on this kind of file system");
  }
  return absl::OkStatus();
}

Status CheckOwner(const struct stat& info, std::string_view what) {
  if (info.st_uid != geteuid()) {
    return MakeError({.reason = Reason::kPathUnsafe, .value = std::string(what), .hint = "it must belong to the user of this process"},
                     "the path belongs to another user");
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return MakeError({.reason = Reason::kPathUnsafe, .value = std::string(what), .hint = "remove write permission for group and others"},
                     "the path can be written by other users");
  }
  return absl::OkStatus();
}

Status CheckRegular(const struct stat& info, const char* name) {
  if (!S_ISREG(info.st_mode)) {
    return MakeError({.reason = Reason::kPathUnsafe, .value = name, .hint = "only regular files belong here"}, "not a regular file");
  }
  return CheckOwner(info, name);
}

StatusOr<bool> MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) {
    if (chmod(path.c_str(), 0700) != 0) return OsError(errno, "setting the directory's permissions");  // the umask may have cut them
    return true;
  }
  if (errno == EEXIST) return false;
  if (errno == ENOENT) {
    return MakeError({.reason = Reason::kDatabaseMissing, .value = path, .hint = "make the parent directory first"},
                     "the parent of the database's directory does not exist");
  }
  return OsError(errno, "making the database's directory");
}

void SyncParent(const std::string& path) {
  const std::string parent = path.substr(0, path.find_last_of('/') + 1);
  const UniqueFd fd(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) fsync(fd.get());
}

}  // namespace

FileId IdOf(const struct stat& info) { return {static_cast<uint64_t>(info.st_dev), static_cast<uint64_t>(info.st_ino)}; }

StatusOr<Directory> OpenDirectory(std::string_view path, bool create, bool allow_any_file_system) {
  if (path.empty() || path.find('\0') != std::string_view::npos || path.size() >= PATH_MAX) {
    return MakeError({.reason = Reason::kBadOptions, .field = "path", .value = std::string(path.substr(0, 80))}, "not a usable path");
  }
  const std::string name(path);
  bool made = false;
  if (create) {
    KITH_ASSIGN_OR_RETURN(made, MakeDirectory(name));
  }
  Directory directory;
  directory.fd = UniqueFd(open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.fd.valid()) {
    if (errno == ENOENT) {
      return MakeError({.reason = Reason::kDatabaseMissing, .value = name, .hint = "open with create to make it"},
                       "there is no database at this path");
    }
    if (errno == ENOTDIR) {
      return MakeError({.reason = Reason::kPathUnsafe, .value = name, .hint = "a database is a directory: name that", .os_error = ENOTDIR},
                       "the path, or a part of it, is a file and no directory");
    }
    return WithContext(OsError(errno, "opening the database's directory"), {.value = name});
  }
  struct stat info {};
  if (fstat(directory.fd.get(), &info) != 0) return OsError(errno, "looking at the database's directory");
  KITH_RETURN_IF_ERROR(CheckOwner(info, name));
  if (!allow_any_file_system) KITH_RETURN_IF_ERROR(CheckFileSystem(directory.fd.get()));
  char resolved[PATH_MAX];
  if (realpath(name.c_str(), resolved) == nullptr) return OsError(errno, "resolving the database's path");
  directory.path = resolved;
  directory.id = IdOf(info);
  if (made) SyncParent(directory.path);
  return directory;
}

StatusOr<Directory> OpenAgain(const Directory& directory) {
  Directory again{
      .fd = UniqueFd(open(directory.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), .path = directory.path, .id = directory.id};
  struct stat info {};
  const bool is_there = again.fd.valid() && fstat(again.fd.get(), &info) == 0;
  if (!is_there && errno != ENOENT && errno != ENOTDIR) return OsError(errno, "opening the database's directory");
  if (is_there && IdOf(info) == directory.id) return again;
  return MakeError(
      {.reason = Reason::kDatabaseReplaced, .value = directory.path, .hint = "close every handle of the database and open it again"},
      "the database's directory was moved or replaced while open");
}

StatusOr<UniqueFd> OpenOwnedFile(const Directory& directory, const char* name, bool create) {
  constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  if (create) {
    const UniqueFd made(openat(directory.fd.get(), name, kFlags | O_CREAT | O_EXCL, 0600));
    if (made.valid() && fchmod(made.get(), 0600) != 0) return OsError(errno, "setting a file's permissions");
    if (!made.valid() && errno != EEXIST) return OsError(errno, "making a file of the database");
  }
  UniqueFd fd(openat(directory.fd.get(), name, kFlags));
  if (!fd.valid()) {
    if (errno == ENOENT) return NotFound();
    std::string what = "opening ";
    what += name;
    return OsError(errno, what);
  }
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return OsError(errno, "looking at a file of the database");
  KITH_RETURN_IF_ERROR(CheckRegular(info, name));
  return fd;
}

StatusOr<struct stat> StatOwnedFile(const Directory& directory, const char* name) {
  struct stat info {};
  if (fstatat(directory.fd.get(), name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return NotFound();
    return OsError(errno, "looking at a file of the database");
  }
  KITH_RETURN_IF_ERROR(CheckRegular(info, name));
  return info;
}

Status SyncDirectory(int fd) {
  if (fsync(fd) != 0) return OsError(errno, "syncing the database's directory");
  return absl::OkStatus();
}

bool ReadFully(int fd, void* buffer, size_t size, uint64_t offset) {
  auto* at = static_cast<char*>(buffer);
  while (size > 0) {
    const ssize_t n = pread(fd, at, size, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<size_t>(n);
    offset += static_cast<uint64_t>(n);
  }
  return true;
}

bool WriteFully(int fd, const void* buffer, size_t size, uint64_t offset) {
  const auto* at = static_cast<const char*>(buffer);
  while (size > 0) {
    const ssize_t n = pwrite(fd, at, size, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<size_t>(n);
    offset += static_cast<uint64_t>(n);
  }
  return true;
}

void RemoveDatabase(const std::string& path) {
  // Takes no memory: destructors come here when there is none.
  {
    const UniqueFd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid()) return;
    for (const char* name : {kDataFile, kLockFile, kGuardFile, kCompactFile}) unlinkat(directory.get(), name, 0);
  }
  rmdir(path.c_str());
}

std::string BootId() {
  const UniqueFd fd(open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  char text[36];
  if (!fd.valid() || !ReadFully(fd.get(), text, sizeof(text), 0)) return "";
  return {text, sizeof(text)};
}

}  // namespace kith::storage
