// The writer threads, shared by all databases of the process (R7, R8): each group of work runs wholly on one of them, one group a database
// at a time.
#ifndef KITH_LIB_STORAGE_WRITER_POOL_H_
#define KITH_LIB_STORAGE_WRITER_POOL_H_

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/write_set.h"

namespace kith::storage {

// One database's side of the pool.
class WriterClient {
 public:
  virtual ~WriterClient() = default;
  // Does the waiting work. `set` is the thread's own, empty.
  virtual void RunWaiting(GroupWriteSet& set) = 0;

 private:
  friend class WriterPool;
  // Guarded by the pool's mutex.
  bool queued_ = false;
  bool running_ = false;
  bool again_ = false;
};

class WriterPool {
 public:
  // The pool of this process; lives as long as somebody holds it. A forked child gets its own.
  [[nodiscard]] static std::shared_ptr<WriterPool> Get();
  WriterPool() = default;
  // Joins the threads.
  ~WriterPool();
  WriterPool(const WriterPool&) = delete;
  WriterPool& operator=(const WriterPool&) = delete;

  // `client` has work. Starts a thread when none is idle and few exist.
  void Schedule(WriterClient& client);
  // Returns when no thread runs `client`, now or later.
  void Forget(WriterClient& client);

 private:
  void StartThread();
  void Loop();

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable finished_;
  std::deque<WriterClient*> queue_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stop_ = false;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_WRITER_POOL_H_
