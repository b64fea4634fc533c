#include "storage/writer_pool.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <string>

#include "storage/process.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

constexpr size_t kMaxThreads = 4;

}  // namespace

std::shared_ptr<WriterPool> WriterPool::Get() {
  Process& process = Process::Get();
  const std::lock_guard lock(process.mutex);
  std::shared_ptr<WriterPool> pool = process.pool.lock();
  if (pool == nullptr) {
    pool = std::make_shared<WriterPool>();
    process.pool = pool;
  }
  return pool;
}

WriterPool::~WriterPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    work_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

void WriterPool::Schedule(WriterClient& client) {
  const std::lock_guard lock(mutex_);
  if (client.running_) {
    client.again_ = true;
    return;
  }
  if (client.queued_) return;
  client.queued_ = true;
  queue_.push_back(&client);
  if (idle_ < queue_.size() && threads_.size() < kMaxThreads) StartThread();
  work_.notify_one();
}

void WriterPool::Forget(WriterClient& client) {
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [&client] { return !client.running_ && !client.queued_; });
}

void WriterPool::StartThread() {
  // Signals belong to the host's threads (R8).
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  threads_.emplace_back([this] { Loop(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  const std::string name = "kith-writer-" + std::to_string(threads_.size());
  pthread_setname_np(threads_.back().native_handle(), name.c_str());
}

void WriterPool::Loop() {
  GroupWriteSet set;
  bool holds_memory = false;
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    const auto ready = [this] { return stop_ || !queue_.empty(); };
    if (holds_memory && !work_.wait_for(lock, GetTuning().retained_time, ready)) set.Clear(0);
    work_.wait(lock, ready);
    --idle_;
    if (queue_.empty()) return;
    WriterClient* client = queue_.front();
    queue_.pop_front();
    client->queued_ = false;
    client->running_ = true;
    lock.unlock();
    client->RunWaiting(set);
    set.Clear(GetTuning().retained_bytes);
    holds_memory = true;
    lock.lock();
    client->running_ = false;
    if (client->again_) {
      client->again_ = false;
      client->queued_ = true;
      queue_.push_back(client);
    }
    finished_.notify_all();
  }
}

}  // namespace kith::storage
