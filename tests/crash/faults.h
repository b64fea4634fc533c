// Stands between this program and the system. Whoever links this file takes malloc, write, fsync and the like from here, LMDB and the
// other shared libraries included; they count, and one of them fails when asked to.
#ifndef KITH_TESTS_CRASH_FAULTS_H_
#define KITH_TESTS_CRASH_FAULTS_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace kith::testing {

enum class Call : uint8_t {
  kWrite,     // write, writev, pwrite, of regular files
  kSync,      // fsync, fdatasync, msync
  kMap,       // mmap
  kTruncate,  // ftruncate
  kMemory,    // malloc, calloc, realloc, posix_memalign, aligned_alloc
};
inline constexpr size_t kCalls = 5;
[[nodiscard]] const char* NameOf(Call call);

struct Fault {
  Call call = Call::kWrite;
  uint64_t nth = 0;      // the call that fails, from 1; 0: none, they are only counted
  int error = 0;         // its errno; a write that fails has written half. 0: a short write, of half of what was asked
  bool lasting = false;  // all later ones of the kind fail too
};

// From now on calls are counted, in every thread. Syncs are not passed on to the disk meanwhile: nobody pulls the plug.
void Inject(const Fault& fault);
struct Injected {
  uint64_t calls = 0;   // of the fault's kind
  uint64_t failed = 0;  // of these
};
// Back to normal.
Injected StopInjecting();

// Sees what is written to regular files, synced and renamed, after it was done; called in the thread that does it.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void Wrote(int fd, off_t offset, const void* data, size_t size) = 0;
  virtual void Truncated(int fd, off_t size) = 0;
  virtual void Synced(int fd) = 0;
  virtual void Renamed(int folder, const char* from, const char* to) = 0;  // both names within the folder
};
// Null: nobody. Syncs are not passed on while there is one.
void Observe(Observer* observer);

}  // namespace kith::testing

#endif  // KITH_TESTS_CRASH_FAULTS_H_
