#include "storage/store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <thread>

#include "kith/base/signals.h"
#include "kith/storage/partial.h"
#include "storage/cursor.h"
#include "storage/fork.h"
#include "storage/lmdb_status.h"
#include "storage/seal.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

// LMDB aborts right after this returns (R21): the host's log is the last thing that can be told.
void OnAssert(MDB_env* env, const char* message) {
  const auto* store = static_cast<const Store*>(mdb_env_get_userctx(env));
  if (store == nullptr) return;
  std::string text = "LMDB found its own state broken and ends the process: ";
  text += message;
  store->Log(LogLevel::kError, text);
}

constexpr MDB_dbi kFreeList = 0;  // LMDB opens cursors on it for readers only
constexpr int kResizeAttempts = 8;

// LMDB takes 3 MB for lists of pages, of which it uses little. Once a process has closed an environment the C library takes them from its
// heap, and the main thread's heap keeps 128 kB in reserve, which calloc clears and so makes real. The heaps of other threads have no
// reserve.
template <typename Work>
int OnAnotherHeap(const Work& work) {
  int code = 0;
  try {
    const SignalsBlocked blocked;
    std::thread([&] { code = work(); }).join();
    return code;
  } catch (const std::exception&) {  // no more threads, or no memory for one: it costs memory, no more
    return work();
  }
}

// A program that exports an LMDB of its own has put it in the place of ours.
Status CheckLmdb() {
  int major = 0;
  int minor = 0;
  const char* const text = mdb_version(&major, &minor, nullptr);
  if (major == MDB_VERSION_MAJOR && minor == MDB_VERSION_MINOR) return absl::OkStatus();
  return MakeError({.reason = Reason::kFormatUnknown,
                    .value = text,
                    .hint = "a program or library of this process exports the functions mdb_* of its own LMDB: keep them hidden there"},
                   "Kith was built on LMDB " + std::to_string(MDB_VERSION_MAJOR) + "." + std::to_string(MDB_VERSION_MINOR) +
                       ", and another stands in its place");
}

// How often a commit waits for the disk.
unsigned SyncsOf(const std::string& path, const OpenOptions& options) {
  // A temporary store is thrown away with its process, so nothing need reach the disk; one that is being made is synced when it is whole.
  if (options.temporary || PartialDirectory::IsBeingMade(path)) return 0;
  return options.durability == Durability::kRelaxed ? 1 : 2;
}

unsigned EnvFlags(unsigned syncs) {
  constexpr unsigned kFlags[] = {MDB_NOTLS | MDB_NOSYNC, MDB_NOTLS | MDB_NOMETASYNC, MDB_NOTLS};
  return kFlags[syncs];
}

}  // namespace

Store::Store(std::string path, std::span<const KeyspaceSpec> keyspaces, OpenOptions options)
    : path_(std::move(path)),
      options_(std::move(options)),
      syncs_a_commit_(SyncsOf(path_, options_)),
      generation_(ProcessGeneration()),
      turns_(path_) {
  for (const KeyspaceSpec& spec : keyspaces) {
    keyspaces_.push_back({.name = spec.name, .order = spec.order, .sealed = spec.sealed, .salt = KeyspaceSalt(spec.name)});
  }
}

StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& path, std::span<const KeyspaceSpec> keyspaces, const OpenOptions& options) {
  std::unique_ptr<Store> store(new Store(path, keyspaces, options));
  KITH_RETURN_IF_ERROR(store->OpenEnv());
  return store;
}

Store::~Store() { CloseEnv(); }

void Store::CloseEnv() {
  if (env_ != nullptr && generation_ == ProcessGeneration()) mdb_env_close(env_);
  env_ = nullptr;
}

void Store::Log(LogLevel level, std::string_view message) const {
  if (options_.log) options_.log(level, message);
}

Status Store::Error(int code, std::string_view what) const { return LmdbError(code, what, path_); }

Status Store::Reopen() {
  CloseEnv();
  return OpenEnv();
}

Status Store::OpenEnv() {
  KITH_RETURN_IF_ERROR(CheckLmdb());
  uint64_t size = options_.map_size != 0 ? std::max(options_.map_size, kSmallestMapSize) : kDefaultMapSize;
  size = (size + kPageSize - 1) / kPageSize * kPageSize;
  int code = OpenMapped(size);
  // EINVAL is what valgrind says to a map larger than it can have.
  while ((code == ENOMEM || code == EINVAL) && options_.map_size == 0 && size > kSmallestMapSize) {
    size /= 2;
    code = OpenMapped(size);
  }
  if (code != 0) return Error(code, "opening the data file");
  const int fd = data_fd();
  fcntl(fd, F_SETFD, fcntl(fd, F_GETFD) | FD_CLOEXEC);  // R27
  mdb_env_set_userctx(env_, this);
  mdb_env_set_assert(env_, OnAssert);
  int cleared = 0;
  mdb_reader_check(env_, &cleared);
  Status status = OpenKeyspaces();
  turns_.WakeReader();
  if (!status.ok()) CloseEnv();
  return status;
}

int Store::OpenMapped(uint64_t map_size) {
  int code = mdb_env_create(&env_);
  if (code == 0) code = mdb_env_set_maxdbs(env_, static_cast<MDB_dbi>(keyspaces_.size()) + 1);
  if (code == 0) code = mdb_env_set_maxreaders(env_, kMaxReaders);
  if (code == 0) code = mdb_env_set_mapsize(env_, map_size);
  if (code == 0) {
    code = OnAnotherHeap([this] { return mdb_env_open(env_, path_.c_str(), EnvFlags(syncs_a_commit_), 0600); });
  }
  if (code != 0) CloseEnv();
  return code;
}

Status Store::OpenKeyspaces() {
  MDB_txn* txn = nullptr;
  const auto begin = [this, &txn] { return mdb_txn_begin(env_, nullptr, options_.read_only ? MDB_RDONLY : 0, &txn); };
  int code = begin();
  // Another process may make the file outgrow the map at any moment, this one too.
  for (int attempt = 0; code == MDB_MAP_RESIZED && attempt < kResizeAttempts; ++attempt) {
    code = Remap(0);
    if (code == 0) code = begin();
  }
  if (code != 0) return Error(code, "beginning to open the keyspaces");
  Status status = OpenKeyspacesIn(txn);
  if (!status.ok()) {
    mdb_txn_abort(txn);
    return status;
  }
  code = mdb_txn_commit(txn);
  if (code != 0) return Error(code, "making the keyspaces");
  return absl::OkStatus();
}

Status Store::OpenKeyspacesIn(MDB_txn* txn) {
  if (const int code = mdb_dbi_open(txn, nullptr, 0, &main_dbi_); code != 0) return Error(code, "opening the main database");
  KITH_RETURN_IF_ERROR(CheckHeader(txn));
  for (KeyspaceInfo& keyspace : keyspaces_) {
    const unsigned order = keyspace.order == KeyOrder::kInteger ? MDB_INTEGERKEY : 0;
    const unsigned create = options_.read_only ? 0 : MDB_CREATE;
    int code = mdb_dbi_open(txn, keyspace.name.c_str(), order | create, &keyspace.dbi);
    if (code == MDB_NOTFOUND) {
      return MakeError({.reason = Reason::kReadOnly, .value = keyspace.name, .hint = "open it once for writing"},
                       "the database lacks a keyspace and is opened read-only");
    }
    unsigned flags = 0;
    if (code == 0) code = mdb_dbi_flags(txn, keyspace.dbi, &flags);
    if (code != 0) return Error(code, "opening keyspace " + keyspace.name);
    if (flags != order) {
      return MakeError({.reason = Reason::kFormatUnknown, .value = keyspace.name}, "a keyspace of the file has another key order");
    }
  }
  return absl::OkStatus();
}

Status Store::CheckHeader(MDB_txn* txn) {
  MDB_val key = ToVal(kHeaderKey);
  MDB_val value{};
  const int code = mdb_get(txn, main_dbi_, &key, &value);
  if (code == MDB_NOTFOUND) {
    MDB_stat stat{};
    mdb_stat(txn, main_dbi_, &stat);
    if (stat.ms_entries != 0 || options_.read_only) {
      return MakeError({.reason = Reason::kFormatUnknown, .hint = "this is an LMDB file of another program"},
                       "the file is not a database of this library");
    }
    StoreHeader header;
    header.application_format = options_.application_format;
    header.page_size = kPageSize;
    header.creation_id = NewCreationId(options_.seed);
    header.library_version = kLibraryVersion;
    KITH_RETURN_IF_ERROR(PutHeader(txn, header));
    return PutFirstState(txn);
  }
  if (code != 0) return Error(code, "reading the format record");
  KITH_ASSIGN_OR_RETURN(StoreHeader header, DecodeHeader({static_cast<const char*>(value.mv_data), value.mv_size}));
  if (header.application_format > options_.application_format) {
    return MakeError({.reason = Reason::kFormatNewer, .value = std::to_string(header.application_format), .hint = "update the library"},
                     "the database was written by a newer library: its format is above " + std::to_string(options_.application_format));
  }
  if (header.application_format == options_.application_format || options_.read_only) return absl::OkStatus();
  header.application_format = options_.application_format;  // from now on older libraries must refuse it
  return PutHeader(txn, header);
}

Status Store::PutHeader(MDB_txn* txn, const StoreHeader& header) {
  const std::string bytes = EncodeHeader(header);
  MDB_val key = ToVal(kHeaderKey);
  MDB_val value = ToVal(bytes);
  if (const int code = mdb_put(txn, main_dbi_, &key, &value, 0); code != 0) return Error(code, "writing the format record");
  return absl::OkStatus();
}

Status Store::PutFirstState(MDB_txn* txn) {
  const std::string bytes = EncodeState({.transaction = mdb_txn_id(txn), .digests = {}});
  MDB_val key = ToVal(kStateKey);
  MDB_val value = ToVal(bytes);
  if (const int code = mdb_put(txn, main_dbi_, &key, &value, 0); code != 0) return Error(code, "writing the state record");
  return absl::OkStatus();
}

uint64_t Store::map_size() const {
  MDB_envinfo info{};
  return env_ != nullptr && mdb_env_info(env_, &info) == 0 ? info.me_mapsize : 0;
}

uint64_t Store::last_transaction() const {
  MDB_envinfo info{};
  return env_ != nullptr && mdb_env_info(env_, &info) == 0 ? info.me_last_txnid : 0;
}

int Store::data_fd() const {
  int fd = -1;
  if (env_ != nullptr) mdb_env_get_fd(env_, &fd);
  return fd;
}

int Store::Remap(uint64_t size) {
  const int code = mdb_env_set_mapsize(env_, size);
  // LMDB has given up the old map and goes on pointing into it.
  if (code != 0) CloseEnv();
  return code;
}

Status Store::CheckStillThere() const {
  struct stat open_file {};
  struct stat named_file {};
  const std::string name = path_ + "/" + kDataFile;
  // NOLINTNEXTLINE(clang-analyzer-unix.StdCLibraryFunctions): fstat says no to a file that is not open
  if (fstat(data_fd(), &open_file) == 0 && lstat(name.c_str(), &named_file) == 0 && IdOf(open_file) == IdOf(named_file)) {
    return absl::OkStatus();
  }
  return MakeError({.reason = Reason::kDatabaseReplaced, .value = name, .hint = "close every handle of the database and open it again"},
                   "the data file was moved or replaced while open");
}

StatusOr<uint64_t> Store::FreePages(MDB_txn* txn, uint64_t after) const {
  MDB_cursor* cursor = nullptr;
  if (const int code = mdb_cursor_open(txn, kFreeList, &cursor); code != 0) return Error(code, "reading the free list");
  uint64_t first = after + 1;
  MDB_val key{sizeof(first), &first};
  MDB_val value{};
  uint64_t pages = 0;
  int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
  while (code == 0) {
    if (value.mv_size >= sizeof(uint64_t)) pages += LoadU64(static_cast<const char*>(value.mv_data));
    code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  }
  mdb_cursor_close(cursor);
  if (code != MDB_NOTFOUND) return Error(code, "reading the free list");
  return pages;
}

uint64_t Store::UsedBytes(MDB_txn* txn) const {
  constexpr uint64_t kMetaPages = 2;
  uint64_t pages = kMetaPages;
  const auto add = [txn, &pages](MDB_dbi dbi) {
    MDB_stat tree{};
    if (mdb_stat(txn, dbi, &tree) == 0) pages += tree.ms_branch_pages + tree.ms_leaf_pages + tree.ms_overflow_pages;
  };
  add(kFreeList);
  add(main_dbi_);
  for (const KeyspaceInfo& keyspace : keyspaces_) add(keyspace.dbi);
  return pages * kPageSize;
}

}  // namespace kith::storage
