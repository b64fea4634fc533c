#include "storage/guard.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "storage/fork.h"
#include "storage/lmdb_status.h"
#include "storage/seal.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

constexpr uint64_t kMagic = 0x3144524755485449u;  // "ITHUGRD1"
constexpr uint64_t kProcessBytes = 1 << 20;       // where the lock bytes of processes begin

struct Image {
  uint64_t magic;
  uint32_t state;
  uint32_t boot_size;
  char boot_id[64];
  uint64_t device;
  uint64_t inode;
  uint64_t size;
  int64_t modified_ns;
  uint64_t transaction;
  uint64_t checksum;
};

uint64_t ChecksumOf(const Image& image) {
  Image copy = image;
  copy.checksum = 0;
  return SealOf(kMagic, "", {reinterpret_cast<const char*>(&copy), sizeof(copy)});
}

GuardRecord Decode(int fd) {
  Image image{};
  if (!ReadFully(fd, &image, sizeof(image), 0)) return {};
  if (image.magic != kMagic || image.checksum != ChecksumOf(image) || image.boot_size > sizeof(image.boot_id)) return {};
  GuardRecord record;
  record.state = static_cast<GuardRecord::State>(image.state);
  record.boot_id.assign(image.boot_id, image.boot_size);
  record.data_file = {image.device, image.inode};
  record.data_size = image.size;
  record.data_modified_ns = image.modified_ns;
  record.transaction = image.transaction;
  return record;
}

Status LockedError() {
  return MakeError({.reason = Reason::kLocked, .hint = "another process checks or restores this database; try again later"},
                   "the database is locked by another process");
}

}  // namespace

Guard::Guard(UniqueFd fd) : fd_(std::move(fd)), generation_(ProcessGeneration()) {}

Guard::~Guard() {
  if (generation_ != ProcessGeneration()) return;
  // Said aloud, because a forked child may keep the description open.
  flock(fd_.get(), LOCK_UN);
  struct flock byte {};
  byte.l_type = F_UNLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = static_cast<off_t>(kProcessBytes) + getpid();
  byte.l_len = 1;
  fcntl(fd_.get(), F_OFD_SETLK, &byte);
}

StatusOr<std::unique_ptr<Guard>> Guard::Lock(const Directory& directory) {
  KITH_ASSIGN_OR_RETURN(UniqueFd fd, OpenOwnedFile(directory, kGuardFile, /*create=*/true));
  std::unique_ptr<Guard> guard(new Guard(std::move(fd)));
  KITH_RETURN_IF_ERROR(guard->MarkProcess());
  KITH_RETURN_IF_ERROR(guard->LockEither());
  return guard;
}

Status Guard::MarkProcess() {
  struct flock byte {};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = static_cast<off_t>(kProcessBytes) + getpid();
  byte.l_len = 1;
  if (fcntl(fd_.get(), F_OFD_SETLK, &byte) == 0) return absl::OkStatus();
  if (errno != EAGAIN && errno != EACCES) return OsError(errno, "locking the guard file");
  return MakeError({.reason = Reason::kAlreadyOpen,
                    .hint = "two copies of the library in one process, or containers that share the database but not their process ids, "
                            "cannot open it together"},
                   "another copy of the library has the database open under this process id");
}

Status Guard::LockEither() {
  const auto deadline = std::chrono::steady_clock::now() + GetTuning().guard_wait;
  for (;;) {
    if (flock(fd_.get(), LOCK_EX | LOCK_NB) == 0) {
      alone_ = true;
      record_ = Decode(fd_.get());
      return absl::OkStatus();
    }
    if (flock(fd_.get(), LOCK_SH | LOCK_NB) == 0) {
      record_ = Decode(fd_.get());
      // While others have it open the record says so; anything else means that the last of them left in between.
      if (record_.state == GuardRecord::State::kOpen) return absl::OkStatus();
      flock(fd_.get(), LOCK_UN);
    } else if (errno != EWOULDBLOCK && errno != EINTR) {
      return OsError(errno, "locking the guard file");
    }
    if (std::chrono::steady_clock::now() >= deadline) return LockedError();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Status Guard::Write(const GuardRecord& record) {
  Image image{};
  image.magic = kMagic;
  image.state = static_cast<uint32_t>(record.state);
  image.boot_size = static_cast<uint32_t>(std::min(record.boot_id.size(), sizeof(image.boot_id)));
  std::memcpy(image.boot_id, record.boot_id.data(), image.boot_size);
  image.device = record.data_file.device;
  image.inode = record.data_file.inode;
  image.size = record.data_size;
  image.modified_ns = record.data_modified_ns;
  image.transaction = record.transaction;
  image.checksum = ChecksumOf(image);
  if (!WriteFully(fd_.get(), &image, sizeof(image), 0)) return OsError(errno, "writing the guard file");
  record_ = record;
  return absl::OkStatus();
}

Status Guard::Sync() {
  if (fdatasync(fd_.get()) != 0) return OsError(errno, "syncing the guard file");
  return absl::OkStatus();
}

Status Guard::Share() {
  if (flock(fd_.get(), LOCK_SH) != 0) return OsError(errno, "sharing the guard file");
  alone_ = false;
  return absl::OkStatus();
}

bool Guard::TryAlone() {
  alone_ = flock(fd_.get(), LOCK_EX | LOCK_NB) == 0;
  return alone_;
}

}  // namespace kith::storage
