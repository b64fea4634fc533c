// The store under a database: one LMDB environment in a directory that Kith owns, read through snapshots and written by jobs that a small
// pool of writer threads runs in groups. Keys and values are opaque bytes here; what they mean is decided above.
//
// Threads: Environment is safe from any thread. A Snapshot and its Cursors are used by one thread at a time and may move between threads.
// Processes: any number may open the same directory. After fork, a child must open again; every call on an inherited handle gives reason
// Forked.
#ifndef KITH_STORAGE_STORAGE_H_
#define KITH_STORAGE_STORAGE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"

namespace kith::storage {

// The fixed set of keyspaces of the file. All are opened once, with the environment.
enum class KeyOrder : uint8_t {
  kBytes,    // keys of 1..511 bytes in byte order
  kInteger,  // 8-byte keys in native byte order, ordered as uint64: use IntegerKey()
};
struct KeyspaceSpec {
  std::string name;
  KeyOrder order = KeyOrder::kBytes;
  // Values are padded to a multiple of 8 bytes and sealed with an 8-byte checksum over (keyspace, key, value); reads check it and give
  // reason Corrupt. Such values are 8-byte aligned in the map when all keys are of 8, or all of 16 bytes. Readers see the value as it was
  // put, plus its zero padding.
  bool sealed = false;
};
// Index into the span of specs given at open.
using Keyspace = uint32_t;

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };
// Called from any thread, never with a lock held that a database call needs; messages hold no field values.
using LogSink = std::function<void(LogLevel, std::string_view message)>;

enum class Durability : uint8_t {
  kFull,     // survives kill -9 and power loss
  kRelaxed,  // power loss may lose the last group; never corrupts
};

struct OpenOptions {
  bool create = false;     // make the directory and the store when absent
  bool read_only = false;  // writes are refused by this library (the file is still opened read-write, R17 of ITS#10212)
  bool temporary = false;  // a new store in the system's temporary directory, removed when the last handle goes; path must be empty
  uint64_t map_size = 0;   // bytes of address space to reserve; 0: 64 GiB, halved until it fits. Grown when full
  uint64_t max_size = 0;   // soft quota of the data file in bytes; past 90 % of it puts are refused and deletes allowed. 0: none
  Durability durability = Durability::kFull;
  bool allow_any_file_system = false;
  uint64_t seed = 0;  // of a new store's creation id, so that the same writes give the same file; 0: from the system
  LogSink log;
  uint32_t application_format = 1;  // the format above storage; a file with a greater one is refused with FormatNewer
};

// A value or key borrowed from the map; valid until its snapshot is freed or renewed (in a job: until the job ends).
using View = std::string_view;

inline View IntegerKey(const uint64_t& key) { return {reinterpret_cast<const char*>(&key), sizeof(key)}; }

class Snapshot;
class Environment;

// Ordered iteration over one keyspace. Invalid after its snapshot (or job) ends.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // Positions at the first key >= `key` (kLast: the last key <= `key`); false at the end or on error (see status()).
  virtual bool SeekAtLeast(View key) = 0;
  virtual bool SeekAtMost(View key) = 0;
  virtual bool First() = 0;
  virtual bool Last() = 0;
  virtual bool Next() = 0;
  virtual bool Previous() = 0;
  [[nodiscard]] virtual View key() const = 0;
  [[nodiscard]] virtual View value() const = 0;  // checked when the keyspace is sealed: a bad seal ends the cursor with status Corrupt
  [[nodiscard]] virtual const Status& status() const = 0;
};

// Reads common to a snapshot and to a job's write-set, so that code above is written once for both.
class Reader {
 public:
  virtual ~Reader() = default;
  // NotFound is returned without allocating: a bare status with code kNotFound and no payload.
  [[nodiscard]] virtual StatusOr<View> Get(Keyspace keyspace, View key) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Cursor> NewCursor(Keyspace keyspace) const = 0;
};

// A consistent view of the last group committed when it was taken.
class Snapshot : public Reader {
 public:
  ~Snapshot() override = default;
  // Takes the newest state; views and cursors from before are invalid.
  [[nodiscard]] virtual Status Renew() = 0;
  // LMDB's transaction number: grows by one with each committed group.
  [[nodiscard]] virtual uint64_t transaction() const = 0;
};

// What a job reads and writes: the committed state overlaid with what earlier jobs of the group and this job have put. A job that fails
// leaves no trace, and later jobs of the group do not see it.
class WriteSet : public Reader {
 public:
  // `key` and `value` are copied.
  virtual void Put(Keyspace keyspace, View key, View value) = 0;
  virtual void Delete(Keyspace keyspace, View key) = 0;
};

// One unit of work. Run is called on a writer thread, once, or again when the same group is put anew after growth or recovery: it must
// depend only on what it reads from the write-set and on its own input, and must not block or call into the environment.
class Job {
 public:
  virtual ~Job() = default;
  // An error, or kDiscard, drops the job's changes; the error is the job's outcome.
  enum class Verdict : uint8_t { kKeep, kDiscard };
  [[nodiscard]] virtual StatusOr<Verdict> Run(WriteSet& set) = 0;
};

struct SubmitOptions {
  std::chrono::microseconds timeout{
      0};  // 0: none. A job still queued then is cancelled (Timeout); one that has started gives OutcomeUnknown
};

struct KeyspaceStats {
  std::string name;
  uint64_t entries = 0;
  uint64_t bytes = 0;  // pages × page size
};
struct Stats {
  uint64_t file_bytes = 0;
  uint64_t used_bytes = 0;
  uint64_t free_bytes = 0;
  uint64_t map_bytes = 0;
  uint64_t transaction = 0;
  uint32_t readers = 0;                // slots in use, all processes
  uint64_t oldest_reader_lag = 0;      // transactions between the oldest reader and now
  double oldest_snapshot_seconds = 0;  // of this process
  uint64_t groups = 0;                 // committed since open, this process
  uint64_t jobs = 0;
  uint64_t syncs = 0;  // waits for the disk those groups cost
  uint64_t map_growths = 0;
  uint64_t recoveries = 0;
  uint64_t stale_readers_cleared = 0;
  std::vector<KeyspaceStats> keyspaces;
};

struct CheckReport {
  uint64_t pages = 0;
  uint64_t entries = 0;
  std::vector<std::string> problems;  // empty: sound
};

struct CompactReport {
  uint64_t bytes_before = 0;  // of the data file
  uint64_t bytes_after = 0;
};

struct OverwriteReport {
  uint64_t pages = 0;      // free ones, now zero
  uint64_t gap_bytes = 0;  // within pages in use, now zero
  uint64_t kept_back = 0;  // free pages that a snapshot of this or another process may still read: end it and call again
};

// An open store. Opening the same directory twice in a process attaches to the first (equal options) or fails with AlreadyOpen.
class Environment {
 public:
  virtual ~Environment() = default;

  [[nodiscard]] static StatusOr<std::shared_ptr<Environment>> Open(std::string_view path, std::span<const KeyspaceSpec> keyspaces,
                                                                   OpenOptions options);

  [[nodiscard]] virtual StatusOr<std::unique_ptr<Snapshot>> Read() = 0;

  // Runs the jobs in order, in one group if they fit, together with what other threads submit; returns when all that succeeded are durable.
  // One status a job. The jobs are borrowed until they have run: after a timeout of a started job the call still waits for the group to end
  // before it returns OutcomeUnknown, so no job is touched after return.
  [[nodiscard]] virtual std::vector<Status> Run(std::span<Job* const> jobs, const SubmitOptions& options) = 0;

  // Blocks until a transaction later than `transaction` is committed (by any process) or `timeout` passes; returns the newest.
  [[nodiscard]] virtual StatusOr<uint64_t> Wait(uint64_t transaction, std::chrono::milliseconds timeout) = 0;

  [[nodiscard]] virtual StatusOr<Stats> GetStats() = 0;

  // The page graph, node bounds, key order, counters and free list, and every seal. Reads its own snapshot; holds nobody back.
  [[nodiscard]] virtual StatusOr<CheckReport> Check() = 0;

  // Overwrites with zeros whatever the data file holds beside the newest state: free pages, and the unused bytes of pages in use, where
  // LMDB leaves what was deleted or changed. Writers wait meanwhile, readers do not. What it cannot reach: earlier backups, the file
  // system's journal and snapshots, blocks that an SSD has set aside, memory of other processes. Errors: ReadOnly, IoError, Corrupt.
  [[nodiscard]] virtual StatusOr<OverwriteReport> Overwrite() = 0;

  // Rewrites the data file without its free pages. A checked copy is written beside it while others go on, then takes its place in one
  // step, for which no snapshot of this process may be open: whoever asks for one waits. Killed at any point, the database is the old file
  // or the new one, whole. Needs room for the copy. Errors: ReadOnly; Locked (another process has the database open); ReaderLag (a snapshot
  // of this process stays open, and its age); DiskFull, Corrupt: the file is as it was.
  [[nodiscard]] virtual StatusOr<CompactReport> Compact() = 0;

  // A compact, durable, checked copy in a new directory; writers go on meanwhile.
  [[nodiscard]] virtual Status Backup(std::string_view target_path) = 0;

  [[nodiscard]] virtual const std::string& path() const = 0;
  [[nodiscard]] virtual bool read_only() const = 0;
};

}  // namespace kith::storage

#endif  // KITH_STORAGE_STORAGE_H_
