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
  // Directories in which an open is under way.
  std::set<FileId> opening;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_PROCESS_H_
