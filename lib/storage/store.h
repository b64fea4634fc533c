// The LMDB environment itself: opened with its keyspaces, reopened after a panic, remapped when it must grow. Callers keep transactions out
// (Gate) while Reopen and Remap run.
#ifndef KITH_LIB_STORAGE_STORE_H_
#define KITH_LIB_STORAGE_STORE_H_

#include <lmdb.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kith/storage/storage.h"
#include "storage/files.h"
#include "storage/store_state.h"
#include "storage/turn.h"

namespace kith::storage {

struct KeyspaceInfo {
  std::string name;
  KeyOrder order = KeyOrder::kBytes;
  bool sealed = false;
  uint64_t salt = 0;
  MDB_dbi dbi = 0;
};

class Store {
 public:
  // The file has been checked. Keyspaces that it lacks are made, unless it is opened read-only.
  [[nodiscard]] static StatusOr<std::unique_ptr<Store>> Open(const std::string& path, std::span<const KeyspaceSpec> keyspaces,
                                                             const OpenOptions& options);
  // Closes the environment; in a forked child leaves it alone (R5).
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Null after a failed Reopen or Remap.
  [[nodiscard]] MDB_env* env() const { return env_; }
  [[nodiscard]] const std::vector<KeyspaceInfo>& keyspaces() const { return keyspaces_; }
  [[nodiscard]] MDB_dbi main_dbi() const { return main_dbi_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const OpenOptions& options() const { return options_; }
  // How often each commit waits for the disk: 2, 1 where the last one may be lost, 0 where all may be.
  [[nodiscard]] unsigned syncs_a_commit() const { return syncs_a_commit_; }
  [[nodiscard]] uint64_t map_size() const;
  [[nodiscard]] uint64_t last_transaction() const;
  [[nodiscard]] int data_fd() const;
  [[nodiscard]] const Turns& turns() const { return turns_; }

  // With no transaction of this process alive.
  [[nodiscard]] Status Reopen();
  // The same. 0: the size that another process has given the map. After an error the environment is closed.
  [[nodiscard]] int Remap(uint64_t size);

  // DatabaseReplaced when the path no longer leads to the file that is open (R28).
  [[nodiscard]] Status CheckStillThere() const;

  // Bytes of the file that hold live pages, as `txn` sees them.
  [[nodiscard]] uint64_t UsedBytes(MDB_txn* txn) const;
  // Pages in the free list that the read transaction sees, of transactions after `after` only.
  [[nodiscard]] StatusOr<uint64_t> FreePages(MDB_txn* txn, uint64_t after) const;

  void Log(LogLevel level, std::string_view message) const;
  [[nodiscard]] Status Error(int code, std::string_view what) const;

 private:
  Store(std::string path, std::span<const KeyspaceSpec> keyspaces, OpenOptions options);
  [[nodiscard]] Status OpenEnv();
  [[nodiscard]] int OpenMapped(uint64_t map_size);
  [[nodiscard]] Status OpenKeyspaces();
  [[nodiscard]] Status OpenKeyspacesIn(MDB_txn* txn);
  [[nodiscard]] Status CheckHeader(MDB_txn* txn);
  [[nodiscard]] Status PutHeader(MDB_txn* txn, const StoreHeader& header);
  [[nodiscard]] Status PutFirstState(MDB_txn* txn);
  void CloseEnv();

  const std::string path_;
  const OpenOptions options_;
  const unsigned syncs_a_commit_;
  const uint64_t generation_;
  const Turns turns_;
  std::vector<KeyspaceInfo> keyspaces_;
  MDB_env* env_ = nullptr;
  MDB_dbi main_dbi_ = 1;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_STORE_H_
