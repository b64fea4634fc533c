#include "storage/writer_pool.h"

#include <pthread.h>

#include <exception>
#include <string>

#include "kith/base/signals.h"
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

void WriterPool::Push(WriterClient& client) {
  client.queued_ = true;
  client.next_ = nullptr;
  (first_ == nullptr ? first_ : last_->next_) = &client;
  last_ = &client;
  ++queued_;
}

WriterClient* WriterPool::Pop() {
  WriterClient* client = first_;
  first_ = client->next_;
  client->queued_ = false;
  --queued_;
  return client;
}

void WriterPool::Schedule(WriterClient& client) {
  const std::lock_guard lock(mutex_);
  if (client.running_) {
    client.again_ = true;
    return;
  }
  if (client.queued_) return;
  if (idle_ <= queued_ && threads_.size() < kMaxThreads) {
    try {
      StartThread();
    } catch (const std::exception&) {
      if (threads_.empty()) throw;  // others will do its work, only later
    }
  }
  Push(client);
  work_.notify_one();
}

void WriterPool::Forget(WriterClient& client) {
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [&client] { return !client.running_ && !client.queued_; });
}

void WriterPool::StartThread() {
  const SignalsBlocked blocked;  // R8
  threads_.emplace_back([this] { Loop(); });
  const std::string name = "kith-writer-" + std::to_string(threads_.size());
  pthread_setname_np(threads_.back().native_handle(), name.c_str());
}

void WriterPool::Loop() {
  GroupWriteSet set;
  bool holds_memory = false;
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    const auto ready = [this] { return stop_ || first_ != nullptr; };
    if (holds_memory && !work_.wait_for(lock, GetTuning().retained_time, ready)) set.Clear(0);
    work_.wait(lock, ready);
    --idle_;
    if (first_ == nullptr) return;
    WriterClient* client = Pop();
    client->running_ = true;
    lock.unlock();
    client->RunWaiting(set);
    set.Clear(GetTuning().retained_bytes);
    holds_memory = true;
    lock.lock();
    client->running_ = false;
    if (client->again_) {
      client->again_ = false;
      Push(*client);
    }
    finished_.notify_all();
  }
}

}  // namespace kith::storage
