#include "faults.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

// glibc's own, which take no detour through this file.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
}

namespace kith::testing {
namespace {

// Constants until main() begins, because malloc is called before.
std::atomic<bool> injecting{false};
std::atomic<Call> kind{Call::kWrite};
std::atomic<uint64_t> nth{0};
std::atomic<int> error_number{0};
std::atomic<bool> lasting{false};
std::atomic<uint64_t> calls{0};
std::atomic<uint64_t> failed{0};
std::atomic<Observer*> observer{nullptr};

// True when this call is to fail; then errno says so.
bool Fails(Call call) {
  if (!injecting.load(std::memory_order_relaxed) || kind.load(std::memory_order_relaxed) != call) return false;
  const uint64_t number = calls.fetch_add(1) + 1;
  const uint64_t first = nth.load();
  if (first == 0 || (lasting.load() ? number < first : number != first)) return false;
  failed.fetch_add(1);
  errno = error_number.load();
  return true;
}

bool IsRegular(int fd) {
  struct stat info {};
  return fd > STDERR_FILENO && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

ssize_t WriteAt(int fd, const void* data, size_t size, off_t offset) { return syscall(SYS_pwrite64, fd, data, size, offset); }

// A write of a regular file that fails: half of it is there.
ssize_t WriteHalf(int fd, const void* data, size_t size, off_t offset) {
  const int error = errno;
  const ssize_t written = WriteAt(fd, data, size / 2, offset);
  if (error == 0) return written;
  errno = error;
  return -1;
}

ssize_t Write(int fd, const void* data, size_t size, off_t offset) {
  if (Fails(Call::kWrite)) return WriteHalf(fd, data, size, offset);
  const ssize_t written = WriteAt(fd, data, size, offset);
  Observer* const seen_by = observer.load();
  if (written > 0 && seen_by != nullptr) seen_by->Wrote(fd, offset, data, static_cast<size_t>(written));
  return written;
}

// One that moves the file's place.
ssize_t WriteOn(int fd, const void* data, size_t size) {
  const off_t offset = lseek(fd, 0, SEEK_CUR);
  const ssize_t written = Write(fd, data, size, offset);
  if (written > 0) lseek(fd, offset + written, SEEK_SET);
  return written;
}

int Sync(int fd, long number) {
  if (Fails(Call::kSync)) return -1;
  Observer* const seen_by = observer.load();
  if (seen_by != nullptr) {
    seen_by->Synced(fd);
    return 0;
  }
  return injecting.load() ? 0 : static_cast<int>(syscall(number, fd));
}

}  // namespace

const char* NameOf(Call call) {
  constexpr const char* kNames[kCalls] = {"write", "sync", "mmap", "ftruncate", "malloc"};
  return kNames[static_cast<size_t>(call)];
}

void Inject(const Fault& fault) {
  kind.store(fault.call);
  nth.store(fault.nth);
  error_number.store(fault.error);
  lasting.store(fault.lasting);
  calls.store(0);
  failed.store(0);
  injecting.store(true);
}

Injected StopInjecting() {
  injecting.store(false);
  return {calls.load(), failed.load()};
}

void Observe(Observer* new_observer) { observer.store(new_observer); }

}  // namespace kith::testing

// --- what takes the place of libc's functions

#define KITH_INTERPOSED __attribute__((visibility("default")))
using kith::testing::Call;
using kith::testing::Fails;

extern "C" {

KITH_INTERPOSED void* malloc(size_t size) noexcept { return Fails(Call::kMemory) ? nullptr : __libc_malloc(size); }
KITH_INTERPOSED void* calloc(size_t count, size_t size) noexcept { return Fails(Call::kMemory) ? nullptr : __libc_calloc(count, size); }
KITH_INTERPOSED void* realloc(void* old, size_t size) noexcept { return Fails(Call::kMemory) ? nullptr : __libc_realloc(old, size); }
KITH_INTERPOSED int posix_memalign(void** memory, size_t alignment, size_t size) noexcept {
  *memory = Fails(Call::kMemory) ? nullptr : __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
KITH_INTERPOSED void* aligned_alloc(size_t alignment, size_t size) noexcept {
  return Fails(Call::kMemory) ? nullptr : __libc_memalign(alignment, size);
}

KITH_INTERPOSED ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  return kith::testing::IsRegular(fd) ? kith::testing::Write(fd, data, size, offset) : kith::testing::WriteAt(fd, data, size, offset);
}

KITH_INTERPOSED ssize_t write(int fd, const void* data, size_t size) {
  return kith::testing::IsRegular(fd) ? kith::testing::WriteOn(fd, data, size) : syscall(SYS_write, fd, data, size);
}

// Piece by piece; a short piece ends it, as it may.
KITH_INTERPOSED ssize_t writev(int fd, const struct iovec* pieces, int count) {
  if (!kith::testing::IsRegular(fd)) return syscall(SYS_writev, fd, pieces, count);
  ssize_t whole = 0;
  for (int i = 0; i < count; ++i) {
    const ssize_t written = kith::testing::WriteOn(fd, pieces[i].iov_base, pieces[i].iov_len);
    if (written < 0) return whole > 0 ? whole : -1;
    whole += written;
    if (static_cast<size_t>(written) < pieces[i].iov_len) break;
  }
  return whole;
}

KITH_INTERPOSED int fsync(int fd) { return kith::testing::Sync(fd, SYS_fsync); }
KITH_INTERPOSED int fdatasync(int fd) { return kith::testing::Sync(fd, SYS_fdatasync); }
KITH_INTERPOSED int msync(void* memory, size_t size, int flags) {
  return Fails(Call::kSync) ? -1 : static_cast<int>(syscall(SYS_msync, memory, size, flags));
}

KITH_INTERPOSED int ftruncate(int fd, off_t size) noexcept {
  if (Fails(Call::kTruncate)) return -1;
  const auto result = static_cast<int>(syscall(SYS_ftruncate, fd, size));
  kith::testing::Observer* const seen_by = kith::testing::observer.load();
  if (result == 0 && seen_by != nullptr) seen_by->Truncated(fd, size);
  return result;
}

KITH_INTERPOSED int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  const auto result = static_cast<int>(syscall(SYS_renameat, from_folder, from, to_folder, to));
  kith::testing::Observer* const seen_by = kith::testing::observer.load();
  if (result == 0 && seen_by != nullptr && from_folder == to_folder) seen_by->Renamed(from_folder, from, to);
  return result;
}

KITH_INTERPOSED void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  if (Fails(Call::kMap)) return MAP_FAILED;
  return reinterpret_cast<void*>(syscall(SYS_mmap, address, size, protection, flags, fd, offset));  // NOLINT(performance-no-int-to-ptr)
}

}  // extern "C"
