#include "storage/turn.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <cstddef>
#include <exception>
#include <fstream>
#include <string>

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
constexpr uintptr_t kCacheLine = 64;
constexpr uintptr_t kTurnOffset = (sizeof(LockFileHead) + kCacheLine - 1) / kCacheLine * kCacheLine;

}  // namespace

std::vector<std::atomic<uint32_t>*> TurnWords() {
  std::vector<std::atomic<uint32_t>*> words;
  // 7f5ea8fa2000-7f5ea8fb3000 rw-s 00000000 fe:00 1234    /path/lock.mdb
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.ends_with("/lock.mdb") && line.find(" rw-s 00000000 ") != std::string::npos) {
      words.push_back(reinterpret_cast<std::atomic<uint32_t>*>(std::stoull(line, nullptr, 16) + kTurnOffset));
    }
  }
  return words;
}

void WakeWaitingWriters() noexcept {
  try {
    for (std::atomic<uint32_t>* word : TurnWords()) syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
  } catch (const std::exception&) {  // it comes again
  }
}

}  // namespace kith::storage
