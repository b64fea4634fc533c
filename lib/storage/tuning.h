// Waits and thresholds of the storage room, in one place so that tests can shorten them before they open a database.
#ifndef KITH_LIB_STORAGE_TUNING_H_
#define KITH_LIB_STORAGE_TUNING_H_

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "kith/base/limits.h"

namespace kith::storage {

struct Tuning {
  // A snapshot past both of these is expired (R2).
  std::chrono::milliseconds snapshot_age{limits::kSnapshotSeconds * 1000};
  uint64_t snapshot_pinned_bytes = limits::kSnapshotPinnedBytes;
  // How long growth, recovery and adoption of another process's map wait for the snapshots of this process.
  std::chrono::milliseconds gate_wait{5000};
  // How long an open waits for an exclusive holder of the guard (a full check, a restore).
  std::chrono::milliseconds guard_wait{30'000};
  std::chrono::milliseconds stale_reader_interval{60'000};
  // A group takes no further job once its write-set holds this much (R15).
  size_t group_bytes = size_t{64} << 20;
  // What one writer thread keeps of its write-set's memory between groups, and for how long it keeps it while idle.
  size_t retained_bytes = size_t{128} << 20;
  std::chrono::milliseconds retained_time{1000};
};

// Set only while no database is open.
inline Tuning& GetTuning() {
  static Tuning tuning;
  return tuning;
}

inline constexpr uint64_t kPageSize = 4096;
inline constexpr uint64_t kDefaultMapSize = uint64_t{64} << 30;
inline constexpr uint64_t kSmallestMapSize = uint64_t{1} << 20;
inline constexpr uint64_t kLargestMapSize = uint64_t{1} << 46;
inline constexpr unsigned kMaxReaders = 1024;
inline constexpr size_t kMaxKeyBytes = 511;
// R15: one record and room for what wraps it.
inline constexpr size_t kMaxValueBytes = limits::kRecordBytes + 4096;

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_TUNING_H_
