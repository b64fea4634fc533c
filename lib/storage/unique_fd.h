// Owns a file descriptor.
#ifndef KITH_LIB_STORAGE_UNIQUE_FD_H_
#define KITH_LIB_STORAGE_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace kith::storage {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      Reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~UniqueFd() { Reset(); }

  void Reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_UNIQUE_FD_H_
