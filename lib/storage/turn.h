// Writers who were not told that it is their turn.
//
// LMDB's writers take turns by a robust mutex in its lock file. When a process is killed after it was woken for its turn, and another takes
// the mutex before the kernel notices, the mutex no longer knows that others wait (glibc 2.36): they would sleep until one more comes. Who
// waits long is woken to look again, which harms nobody.
#ifndef KITH_LIB_STORAGE_TURN_H_
#define KITH_LIB_STORAGE_TURN_H_

#include <atomic>
#include <cstdint>
#include <vector>

namespace kith::storage {

// The words that writers wait at, one for each lock file that this process has mapped, as LMDB 0.9 lays it out. They are valid while it is.
[[nodiscard]] std::vector<std::atomic<uint32_t>*> TurnWords();

// Wakes the writers of all processes that wait at these. Elsewhere than at a mutex it would wake nobody.
void WakeWaitingWriters() noexcept;

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_TURN_H_
