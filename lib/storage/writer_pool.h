// The writer threads, shared by all databases of the process (R7, R8): each group of work runs wholly on one of them, one group a database
// at a time.
#ifndef KITH_LIB_STORAGE_WRITER_POOL_H_
#define KITH_LIB_STORAGE_WRITER_POOL_H_

#include <condition_variable>
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
  // Does the waiting work. `set` is the thread's own, empty. Throws nothing: there is nobody to catch it.
  virtual void RunWaiting(GroupWriteSet& set) noexcept = 0;

 private:
  friend class WriterPool;
  // Guarded by the pool's mutex.
  WriterClient* next_ = nullptr;  // in the queue, which so needs no memory
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

  // `client` has work. Starts a thread when none is idle and few exist. Throws when there is none and none can be started; then nothing is
  // scheduled.
  void Schedule(WriterClient& client);
  // Returns when no thread runs `client`, now or later.
  void Forget(WriterClient& client);

 private:
  void StartThread();
  void Loop();
  void Push(WriterClient& client);
  WriterClient* Pop();

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable finished_;
  WriterClient* first_ = nullptr;  // of the queue
  WriterClient* last_ = nullptr;
  size_t queued_ = 0;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stop_ = false;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_WRITER_POOL_H_
