// Lets transactions in and, when the map must change, waits until all of this process are out (R1).
#ifndef KITH_LIB_STORAGE_GATE_H_
#define KITH_LIB_STORAGE_GATE_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace kith::storage {

class Gate {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // One more transaction; waits while the gate is closed. False when it stayed closed.
  [[nodiscard]] bool Enter(Deadline deadline) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, deadline, [this] { return !closed_; })) return false;
    ++inside_;
    return true;
  }
  void Leave() {
    const std::lock_guard lock(mutex_);
    --inside_;
    if (inside_ == 0 && closed_) changed_.notify_all();
  }
  // Keeps newcomers out and waits for those inside. True: the caller is alone until Open(). False: somebody stayed; the gate is open again.
  [[nodiscard]] bool Close(Deadline deadline) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, deadline, [this] { return !closed_; })) return false;
    closed_ = true;
    if (changed_.wait_until(lock, deadline, [this] { return inside_ == 0; })) return true;
    closed_ = false;
    changed_.notify_all();
    return false;
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    closed_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  int inside_ = 0;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_GATE_H_
