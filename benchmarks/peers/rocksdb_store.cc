// RocksDB: a log-structured tree, with the same record bytes and index keys as raw LMDB and an entry of history a change, all in one
// column family by a letter before the key. As its documentation advises for point reads: bloom filters, a large block cache, a sync of the
// log with each write.
#ifdef KITH_ROCKSDB
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <cstring>

#include "peers/bytes.h"
#endif

#include "peers/store.h"

namespace kith::peers {

#ifndef KITH_ROCKSDB
std::unique_ptr<Store> NewRocksDb(const std::string& /*folder*/) { return nullptr; }
#else
namespace {

void Check(const rocksdb::Status& status) { Require(status.ok(), "rocksdb: " + status.ToString()); }

std::string RecordKey(uint64_t id) {
  std::string key(1, 'r');
  AppendBigEndian(key, id);
  return key;
}

class RocksDbStore : public Store {
 public:
  explicit RocksDbStore(const std::string& folder) : path_(folder + "/rocksdb") { Open(); }
  std::string name() const override { return "RocksDB"; }

  void Reopen() override {
    db_.reset();
    Open();
  }
  void Load(uint64_t first, uint64_t count) override {
    constexpr uint64_t kPerBatch = 5'000;
    for (uint64_t begin = first; begin < first + count; begin += kPerBatch) {
      const uint64_t end = std::min(begin + kPerBatch, first + count);
      rocksdb::WriteBatch batch;
      for (uint64_t i = begin; i < end; ++i) Put(batch, i);
      Write(batch, /*sync=*/end == first + count);
    }
  }
  int64_t Get(std::span<const uint64_t> rows) override { return Sum(rows, rocksdb::ReadOptions()); }
  int64_t GetInOne(std::span<const uint64_t> rows) override {
    rocksdb::ReadOptions options;
    options.snapshot = db_->GetSnapshot();
    const int64_t sum = Sum(rows, options);
    db_->ReleaseSnapshot(options.snapshot);
    return sum;
  }
  int64_t Scan() override {
    int64_t sum = 0;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    for (it->Seek("r"); it->Valid() && it->key()[0] == 'r'; it->Next()) sum += DecodeFixed(it->value().data()).amount;
    Check(it->status());
    return sum;
  }
  int64_t Page(int64_t owner) override {
    const std::string prefix = OwnerPrefix(owner);
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    int64_t sum = 0;
    int left = 50;
    for (it->Seek(prefix); left > 0 && it->Valid() && it->key().starts_with(prefix); it->Next(), --left)
      sum += SumOfOwnerEntry(it->value().data(), it->value().size());
    Check(it->status());
    return sum;
  }
  bool has_queries() const override { return false; }
  int64_t QueryPage(int64_t) override { return 0; }
  int64_t GroupRecords() override { return 0; }
  int64_t GroupEntries() override { return 0; }
  void Patch(std::span<const uint64_t> rows) override {
    rocksdb::WriteBatch batch;
    std::string bytes;
    for (uint64_t row : rows) {
      Check(db_->Get(rocksdb::ReadOptions(), RecordKey(row + 1), &bytes));
      Row now = MakeRow(row);
      now.amount = AddToAmount(bytes, 1);
      Check(batch.Put(RecordKey(row + 1), bytes));
      Check(batch.Put(OwnerKey(row + 1, now), OwnerEntry(now)));
      PutHistory(batch, row + 1);
    }
    Write(batch, /*sync=*/true);
  }
  void Commit(uint64_t row) override {
    rocksdb::WriteBatch batch;
    Put(batch, row);
    Write(batch, /*sync=*/true);
  }
  std::vector<std::pair<std::string, uint64_t> > Disk() override {
    Check(db_->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
    uint64_t bytes = 0;
    Require(db_->GetIntProperty("rocksdb.total-sst-files-size", &bytes), "rocksdb: no size");
    return {{"files", bytes}};
  }

 private:
  void Open() {
    rocksdb::BlockBasedTableOptions table;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.block_cache = rocksdb::NewLRUCache(size_t{1} << 30);
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kNoCompression;
    options.write_buffer_size = size_t{64} << 20;
    options.IncreaseParallelism(2);
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DB* db = nullptr;
    Check(rocksdb::DB::Open(options, path_, &db));
    db_.reset(db);
  }
  int64_t Sum(std::span<const uint64_t> rows, const rocksdb::ReadOptions& options) {
    int64_t sum = 0;
    rocksdb::PinnableSlice value;
    for (uint64_t row : rows) {
      value.Reset();
      Check(db_->Get(options, db_->DefaultColumnFamily(), RecordKey(row + 1), &value));
      const Fixed fixed = DecodeFixed(value.data());
      sum += fixed.amount + fixed.name_size;
    }
    return sum;
  }
  void Put(rocksdb::WriteBatch& batch, uint64_t i) {
    const Row row = MakeRow(i);
    Check(batch.Put(RecordKey(i + 1), EncodeRow(i + 1, row)));
    Check(batch.Put(OwnerKey(i + 1, row), OwnerEntry(row)));
    Check(batch.Put(TextKey('n', row.name, i + 1), rocksdb::Slice()));
    Check(batch.Put(TextKey('e', row.email, i + 1), rocksdb::Slice()));
    PutHistory(batch, i + 1);
  }
  // Who, why and when a record changed, by record.
  void PutHistory(rocksdb::WriteBatch& batch, uint64_t id) {
    std::string key(1, 'h');
    AppendBigEndian(key, id);
    AppendBigEndian(key, ++sequence_);
    Check(batch.Put(key, "bench:1 load 2024-10-28T10:00:00.000000Z"));
  }
  void Write(rocksdb::WriteBatch& batch, bool sync) {
    rocksdb::WriteOptions options;
    options.sync = sync;
    Check(db_->Write(options, &batch));
  }

  std::string path_;
  std::unique_ptr<rocksdb::DB> db_;
  std::atomic<uint64_t> sequence_{0};
};

}  // namespace

std::unique_ptr<Store> NewRocksDb(const std::string& folder) { return std::make_unique<RocksDbStore>(folder); }
#endif

}  // namespace kith::peers
