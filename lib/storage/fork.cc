#include "storage/fork.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <new>

namespace kith::storage {
namespace {

std::atomic<uint64_t>* generation_word = nullptr;

// The kernel zeroes this page in a child, so a child notices on its first look, however it was forked. Null when the kernel cannot do that.
// An emulator may say that it does so and not do it (qemu-user 7.2), so fork() itself zeroes the word too.
std::atomic<uint64_t>* MakeWord() {
  const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* page = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (madvise(page, size, MADV_WIPEONFORK) != 0) {
    munmap(page, size);
    return nullptr;
  }
  generation_word = new (page) std::atomic<uint64_t>(0);
  pthread_atfork(nullptr, nullptr, [] { generation_word->store(0, std::memory_order_release); });
  return generation_word;
}

}  // namespace

uint64_t ProcessGeneration() {
  static std::atomic<uint64_t>* const word = MakeWord();
  static std::atomic<uint64_t> last{0};  // inherited by children, so their numbers go on from it
  if (word == nullptr) return static_cast<uint64_t>(getpid());
  const uint64_t known = word->load(std::memory_order_acquire);
  if (known != 0) return known;
  uint64_t expected = 0;
  const uint64_t mine = last.fetch_add(1) + 1;
  word->compare_exchange_strong(expected, mine, std::memory_order_acq_rel);
  return word->load(std::memory_order_acquire);
}

Status ForkedError() {
  return MakeError({.reason = Reason::kForked, .hint = "open the database again in the child process, or start it with exec"},
                   "this handle belongs to the parent of this process");
}

}  // namespace kith::storage
