#include "storage/turn.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <cstdint>

#include "storage/files.h"
#include "storage/unique_fd.h"

namespace kith::storage {
namespace {

// MDB_txbody of LMDB's mdb.c; the writers' mutex begins at the next line of the cache, and a mutex with the word that is waited at.
struct LockFileHead {
  uint32_t magic;
  uint32_t format;
  pthread_mutex_t readers;
  size_t transaction;
  unsigned slots;
};
constexpr size_t kCacheLine = 64;
static_assert(offsetof(LockFileHead, readers) == Turns::kReaders);
static_assert((sizeof(LockFileHead) + kCacheLine - 1) / kCacheLine * kCacheLine == Turns::kWriters);

constexpr size_t kMapped = 4096;

void Wake(void* map, size_t at, int most) noexcept {
  if (map != nullptr) syscall(SYS_futex, static_cast<char*>(map) + at, FUTEX_WAKE, most, nullptr, nullptr, 0);
}

}  // namespace

Turns::Turns(const std::string& directory) {
  const UniqueFd fd(open((directory + "/" + kLockFile).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  void* map = fd.valid() ? mmap(nullptr, kMapped, PROT_READ, MAP_SHARED, fd.get(), 0) : MAP_FAILED;
  if (map != MAP_FAILED) map_ = map;
}

Turns::~Turns() {
  if (map_ != nullptr) munmap(map_, kMapped);
}

void Turns::WakeWriters() const noexcept { Wake(map_, kWriters, INT_MAX); }

void Turns::WakeReader() const noexcept { Wake(map_, kReaders, 1); }

}  // namespace kith::storage
