// The file kith.guard: who has the database open, and how it was left.
//
// LMDB's own lock file uses process-wide fcntl locks, which vanish when any descriptor of it is closed, so Kith keeps a second lock that
// cannot be lost by accident: flock on kith.guard, shared by everyone who has the database open, exclusive for whoever must be alone
// (first checks, restore). A second lock, on the byte numbered by the process id, is taken by each opener; a second copy of the library in
// the same process, or a process of the same id in another pid namespace, finds it taken (R6, R9).
#ifndef KITH_LIB_STORAGE_GUARD_H_
#define KITH_LIB_STORAGE_GUARD_H_

#include <cstdint>
#include <memory>
#include <string>

#include "kith/base/status.h"
#include "storage/files.h"

namespace kith::storage {

struct GuardRecord {
  enum class State : uint32_t {
    kUnknown = 0,   // a new or unreadable guard
    kCreating = 1,  // the first commit was never seen to finish
    kOpen = 2,      // somebody has it open, or had and did not close it
    kClosed = 3,    // the last opener closed it; what follows is how it left the data file
  };
  State state = State::kUnknown;
  std::string boot_id;
  FileId data_file;
  uint64_t data_size = 0;
  int64_t data_modified_ns = 0;
  uint64_t transaction = 0;
};

class Guard {
 public:
  // Opens the guard (made when absent) and locks it: exclusively when nobody else has the database open, else shared. NotFound is not
  // returned. Fails with Locked when someone keeps it exclusively, AlreadyOpen when another copy of the library in this process has it.
  [[nodiscard]] static StatusOr<std::unique_ptr<Guard>> Lock(const Directory& directory);
  // Releases everything. In a forked child the locks stay with the parent.
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // True while the lock is exclusive.
  [[nodiscard]] bool alone() const { return alone_; }
  // As read when the lock was taken.
  [[nodiscard]] const GuardRecord& record() const { return record_; }
  [[nodiscard]] Status Write(const GuardRecord& record);
  // What was written is on the disk.
  [[nodiscard]] Status Sync();
  // Turns the exclusive lock into a shared one.
  [[nodiscard]] Status Share();
  // Turns the shared lock into an exclusive one if nobody else holds it. On false no lock is held any more.
  [[nodiscard]] bool TryAlone();

 private:
  explicit Guard(UniqueFd fd);
  [[nodiscard]] Status MarkProcess();
  [[nodiscard]] Status LockEither();

  UniqueFd fd_;
  uint64_t generation_;
  bool alone_ = false;
  GuardRecord record_;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_GUARD_H_
