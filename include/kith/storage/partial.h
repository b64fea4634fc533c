// The directory of a new database while it is being made.
#ifndef KITH_STORAGE_PARTIAL_H_
#define KITH_STORAGE_PARTIAL_H_

#include <memory>
#include <string>
#include <string_view>

#include "kith/base/status.h"

namespace kith::storage {

// A directory beside its final name, private, that is removed with the database in it unless it becomes what it was made for. A process
// that is killed leaves it under a name that ends in ".partial-" and six letters. What is written to a database in it waits for the disk
// but once, in Become: before that nobody knows of it. One thread at a time.
class PartialDirectory {
 public:
  // Errors: BadOptions when the target's name is taken or empty, IoError.
  [[nodiscard]] static StatusOr<std::unique_ptr<PartialDirectory>> Make(std::string_view target);
  ~PartialDirectory();
  PartialDirectory(const PartialDirectory&) = delete;
  PartialDirectory& operator=(const PartialDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  // Whether a database in this directory, its path resolved, is one that this process is making. Any thread.
  [[nodiscard]] static bool IsBeingMade(const std::string& path);
  // Takes the target's name, durably; fails when something stands there by now. No database in it is open.
  [[nodiscard]] Status Become();

 private:
  PartialDirectory(std::string path, std::string target);
  std::string path_;
  std::string target_;
  std::string resolved_;
};

}  // namespace kith::storage

#endif  // KITH_STORAGE_PARTIAL_H_
