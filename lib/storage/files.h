// The directory of a database and the three files in it: made private, checked before use.
#ifndef KITH_LIB_STORAGE_FILES_H_
#define KITH_LIB_STORAGE_FILES_H_

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "kith/base/status.h"
#include "storage/unique_fd.h"

namespace kith::storage {

inline constexpr const char* kDataFile = "data.mdb";
inline constexpr const char* kLockFile = "lock.mdb";
inline constexpr const char* kGuardFile = "kith.guard";
inline constexpr const char* kCompactFile = "data.mdb.compact";  // a copy that is to take the data file's place; else of no use

// Identity of a file that survives renames.
struct FileId {
  uint64_t device = 0;
  uint64_t inode = 0;
  friend auto operator<=>(const FileId&, const FileId&) = default;
};
[[nodiscard]] FileId IdOf(const struct stat& info);

struct Directory {
  UniqueFd fd;       // of an open environment none: its files have theirs, and a process has but so many
  std::string path;  // absolute, without symbolic links
  FileId id;
};

// Opens `path`, or makes it (mode 0700 whatever the umask; its parent must exist). Refuses a foreign owner, a directory that others can
// write, and file systems on which locks or maps are not to be trusted (R9).
[[nodiscard]] StatusOr<Directory> OpenDirectory(std::string_view path, bool create, bool allow_any_file_system);

// The same directory with a descriptor, for the moment. DatabaseReplaced when another one stands at its path by now.
[[nodiscard]] StatusOr<Directory> OpenAgain(const Directory& directory);

// Opens a file of the directory read-write, without following a link. With `create` it is made (0600 whatever the umask) when absent.
[[nodiscard]] StatusOr<UniqueFd> OpenOwnedFile(const Directory& directory, const char* name, bool create);

// The checks of OpenOwnedFile without opening: closing a descriptor of lock.mdb would drop LMDB's locks (R6). NotFound when absent.
[[nodiscard]] StatusOr<struct stat> StatOwnedFile(const Directory& directory, const char* name);

[[nodiscard]] Status SyncDirectory(int fd);

// Reads or writes all of `size` bytes; false on any error or short read.
[[nodiscard]] bool ReadFully(int fd, void* buffer, size_t size, uint64_t offset);
[[nodiscard]] bool WriteFully(int fd, const void* buffer, size_t size, uint64_t offset);

// Removes the files and the directory. Best effort.
void RemoveDatabase(const std::string& path);

// Identifies the running boot of the machine; empty when unknown.
[[nodiscard]] std::string BootId();

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_FILES_H_
