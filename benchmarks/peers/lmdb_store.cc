// Raw LMDB: records and three index keys a row, nothing above. What Kith's figures are held against as the limit.
#include <lmdb.h>
#include <sys/stat.h>

#include <cstring>
#include <mutex>

#include "peers/bytes.h"
#include "peers/store.h"

namespace kith::peers {
namespace {

MDB_val Val(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}  // NOLINT(cppcoreguidelines-pro-type-const-cast)

void Check(int code, const char* what) { Require(code == 0, std::string("lmdb: ") + what + ": " + mdb_strerror(code)); }

class LmdbStore : public Store {
 public:
  explicit LmdbStore(const std::string& folder) : path_(folder + "/lmdb") {
    mkdir(path_.c_str(), 0700);
    Open();
  }
  ~LmdbStore() override { Close(); }
  std::string name() const override { return "raw LMDB"; }

  void Reopen() override {
    Close();
    Open();
  }
  void Load(uint64_t first, uint64_t count) override {
    std::lock_guard lock(mutex_);
    MDB_txn* txn = nullptr;
    Check(mdb_txn_begin(env_, nullptr, 0, &txn), "begin");
    for (uint64_t i = first; i < first + count; ++i) Put(txn, i);
    Check(mdb_txn_commit(txn), "commit");
  }
  int64_t Get(std::span<const uint64_t> rows) override { return GetInOne(rows); }
  int64_t GetInOne(std::span<const uint64_t> rows) override {
    Check(mdb_txn_renew(read_), "renew");
    int64_t sum = 0;
    for (uint64_t row : rows) {
      uint64_t id = row + 1;
      MDB_val key = {sizeof(id), &id};
      MDB_val value;
      Check(mdb_get(read_, record_, &key, &value), "get");
      const auto* fixed = static_cast<const Fixed*>(value.mv_data);
      sum += fixed->amount + fixed->name_size;
    }
    mdb_txn_reset(read_);
    return sum;
  }
  int64_t Scan() override {
    Check(mdb_txn_renew(read_), "renew");
    MDB_cursor* cursor = nullptr;
    Check(mdb_cursor_open(read_, record_, &cursor), "cursor");
    int64_t sum = 0;
    MDB_val key;
    MDB_val value;
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) sum += static_cast<const Fixed*>(value.mv_data)->amount;
    mdb_cursor_close(cursor);
    mdb_txn_reset(read_);
    return sum;
  }
  int64_t Page(int64_t owner) override {
    Check(mdb_txn_renew(read_), "renew");
    MDB_cursor* cursor = nullptr;
    Check(mdb_cursor_open(read_, index_, &cursor), "cursor");
    std::string prefix = OwnerPrefix(owner);
    MDB_val key = Val(prefix);
    MDB_val value;
    int64_t sum = 0;
    int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    for (int i = 0; i < 50 && code == 0 && std::memcmp(key.mv_data, prefix.data(), prefix.size()) == 0; ++i) {
      sum += SumOfOwnerEntry(value.mv_data, value.mv_size);
      code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    mdb_txn_reset(read_);
    return sum;
  }
  bool has_queries() const override { return false; }
  int64_t QueryPage(int64_t) override { return 0; }
  int64_t GroupRecords() override { return 0; }
  int64_t GroupEntries() override { return 0; }
  void Patch(std::span<const uint64_t> rows) override {
    std::lock_guard lock(mutex_);
    MDB_txn* txn = nullptr;
    Check(mdb_txn_begin(env_, nullptr, 0, &txn), "begin");
    for (uint64_t row : rows) {
      uint64_t id = row + 1;
      MDB_val key = {sizeof(id), &id};
      MDB_val value;
      Check(mdb_get(txn, record_, &key, &value), "get");
      std::string bytes(static_cast<const char*>(value.mv_data), value.mv_size);
      const int64_t amount = AddToAmount(bytes, 1);
      value = Val(bytes);
      Check(mdb_put(txn, record_, &key, &value, 0), "put");
      Row now = MakeRow(row);
      now.amount = amount;
      PutOwnerEntry(txn, id, now);
    }
    Check(mdb_txn_commit(txn), "commit");
  }
  void Commit(uint64_t row) override { Load(row, 1); }
  std::vector<std::pair<std::string, uint64_t>> Disk() override {
    struct stat info = {};
    stat((path_ + "/data.mdb").c_str(), &info);
    return {{"file", static_cast<uint64_t>(info.st_size)}};
  }

 private:
  void Open() {
    Check(mdb_env_create(&env_), "create");
    Check(mdb_env_set_mapsize(env_, size_t{64} << 30), "map size");
    Check(mdb_env_set_maxdbs(env_, 4), "databases");
    Check(mdb_env_open(env_, path_.c_str(), MDB_NOTLS, 0600), "open");
    MDB_txn* txn = nullptr;
    Check(mdb_txn_begin(env_, nullptr, 0, &txn), "begin");
    Check(mdb_dbi_open(txn, "record", MDB_CREATE | MDB_INTEGERKEY, &record_), "record");
    Check(mdb_dbi_open(txn, "index", MDB_CREATE, &index_), "index");
    Check(mdb_txn_commit(txn), "commit");
    Check(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &read_), "begin");
    mdb_txn_reset(read_);
  }
  void Close() {
    mdb_txn_abort(read_);
    mdb_env_close(env_);
  }
  void PutOwnerEntry(MDB_txn* txn, uint64_t id, const Row& row) {
    std::string key = OwnerKey(id, row);
    std::string covered = OwnerEntry(row);
    MDB_val k = Val(key);
    MDB_val v = Val(covered);
    Check(mdb_put(txn, index_, &k, &v, 0), "put");
  }
  void Put(MDB_txn* txn, uint64_t i) {
    Row row = MakeRow(i);
    uint64_t id = i + 1;
    std::string bytes = EncodeRow(id, row);
    MDB_val key = {sizeof(id), &id};
    MDB_val value = Val(bytes);
    Check(mdb_put(txn, record_, &key, &value, 0), "put");
    PutOwnerEntry(txn, id, row);
    for (const std::string& entry : {TextKey('n', row.name, id), TextKey('e', row.email, id)}) {
      MDB_val k = Val(entry);
      MDB_val v = {0, nullptr};
      Check(mdb_put(txn, index_, &k, &v, 0), "put");
    }
  }

  std::string path_;
  MDB_env* env_ = nullptr;
  MDB_dbi record_ = 0;
  MDB_dbi index_ = 0;
  MDB_txn* read_ = nullptr;
  std::mutex mutex_;
};

}  // namespace

std::unique_ptr<Store> NewLmdb(const std::string& folder) { return std::make_unique<LmdbStore>(folder); }

}  // namespace kith::peers
