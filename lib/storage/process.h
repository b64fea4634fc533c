// What a process keeps once: its open databases and its writer threads. A forked child begins with empty ones, because those of its parent
// may have been locked at the moment of the fork.
#ifndef KITH_LIB_STORAGE_PROCESS_H_
#define KITH_LIB_STORAGE_PROCESS_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "kith/storage/storage.h"
#include "storage/files.h"
#include "storage/writer_pool.h"

namespace kith::storage {

struct Process {
  [[nodiscard]] static Process& Get();

  std::mutex mutex;
  std::condition_variable changed;
  std::weak_ptr<WriterPool> pool;
  // Open databases by their data file (R6). An entry stays until its environment has closed the files.
  std::map<FileId, std::weak_ptr<Environment>> open;
  // Directories in which an open is under way (class Opening).
  std::set<FileId> opening;
};

// Holds a directory while it is being opened, or gets another data file, so that two threads do not do that at once.
class Opening {
 public:
  Opening(Process& process, const FileId& directory) : process_(process), directory_(directory) {
    std::unique_lock lock(process_.mutex);
    process_.changed.wait(lock, [this] { return process_.opening.insert(directory_).second; });
  }
  ~Opening() {
    const std::lock_guard lock(process_.mutex);
    process_.opening.erase(directory_);
    process_.changed.notify_all();
  }
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

 private:
  Process& process_;
  const FileId directory_;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_PROCESS_H_
