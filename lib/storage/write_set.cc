#include "storage/write_set.h"

#include <cstring>

#include "storage/cursor.h"
#include "storage/lmdb_status.h"
#include "storage/merged_cursor.h"
#include "storage/seal.h"
#include "storage/tuning.h"

namespace kith::storage {

View VisibleValue(const KeyspaceInfo& keyspace, const Change& change) {
  return {change.value, change.value_size - (keyspace.sealed ? kSealBytes : 0)};
}

void GroupWriteSet::Begin(const Store& store, MDB_txn* txn) {
  Clear(GetTuning().retained_bytes);
  store_ = &store;
  txn_ = txn;
  trees_.resize(store.keyspaces().size());
}

void GroupWriteSet::Clear(size_t retained) {
  for (ChangeTree& tree : trees_) tree.Clear();
  undo_.clear();
  if (retained == 0) undo_.shrink_to_fit();
  live_ = 0;
  arena_.Reset(retained);
}

void GroupWriteSet::BeginJob() {
  undo_.clear();
  job_error_ = absl::OkStatus();
}

void GroupWriteSet::DiscardJob() {
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    undo->change->value = undo->value;
    undo->change->value_size = undo->value_size;
    SetState(*undo->change, undo->state);
  }
  undo_.clear();
}

void GroupWriteSet::SetState(Change& change, Change::State state) {
  if (change.state == Change::State::kNone) ++live_;
  if (state == Change::State::kNone) --live_;
  change.state = state;
}

StatusOr<View> GroupWriteSet::Get(Keyspace keyspace, View key) const {
  const KeyspaceInfo& keyspace_info = info(keyspace);
  if (!KeyFits(keyspace_info, key)) return KeyError(keyspace_info, key);
  const ChangeTree& tree = trees_[keyspace];
  if (!tree.empty()) {
    const Change* change = tree.Find(ProbeOf(keyspace_info.order, key));
    if (change != nullptr && change->state == Change::State::kPut) return VisibleValue(keyspace_info, *change);
    if (change != nullptr && change->state == Change::State::kDelete) return NotFound();
  }
  return GetFrom(txn_, keyspace_info, key);
}

std::unique_ptr<Cursor> GroupWriteSet::NewCursor(Keyspace keyspace) const { return std::make_unique<MergedCursor>(*this, keyspace); }

bool GroupWriteSet::Accepts(Keyspace keyspace, View key) {
  if (KeyFits(info(keyspace), key)) return true;
  if (job_error_.ok()) job_error_ = KeyError(info(keyspace), key);
  return false;
}

Change* GroupWriteSet::Touch(Keyspace keyspace, View key, size_t size, char*& room) {
  const KeyProbe probe = ProbeOf(info(keyspace).order, key);
  room = nullptr;
  Change* change = trees_[keyspace].FindOrInsert(probe, arena_, [&] {
    const size_t before_value = sizeof(Change) + PaddedSize(key.size());
    char* piece = arena_.Allocate(before_value + size);
    auto* made = new (piece) Change{.key_size = static_cast<uint16_t>(key.size()), .keyspace = static_cast<uint8_t>(keyspace)};
    std::memcpy(piece + sizeof(Change), key.data(), key.size());
    room = piece + before_value;
    return made;
  });
  if (room == nullptr) {
    room = arena_.Allocate(size);
    if (change->state == Change::State::kNone) trees_[keyspace].Revive();
  }
  undo_.push_back({change, change->value, change->value_size, change->state});
  return change;
}

void GroupWriteSet::Put(Keyspace keyspace, View key, View value) {
  if (!Accepts(keyspace, key)) return;
  const KeyspaceInfo& keyspace_info = info(keyspace);
  if (value.size() > kMaxValueBytes) {
    if (job_error_.ok()) {
      job_error_ =
          MakeError({.reason = Reason::kLimitExceeded, .field = keyspace_info.name, .value = std::to_string(value.size()) + " bytes"},
                    "a value is larger than 1 MiB");
    }
    return;
  }
  const size_t padded = keyspace_info.sealed ? PaddedSize(value.size()) : value.size();
  const size_t size = keyspace_info.sealed ? padded + kSealBytes : padded;
  char* copy = nullptr;
  Change* change = Touch(keyspace, key, size, copy);
  if (!value.empty()) std::memcpy(copy, value.data(), value.size());
  if (keyspace_info.sealed) {
    std::memset(copy + value.size(), 0, padded - value.size());
    const uint64_t seal = SealOf(keyspace_info.salt, key, {copy, padded});
    std::memcpy(copy + padded, &seal, sizeof(seal));
  }
  change->value = copy;
  change->value_size = static_cast<uint32_t>(size);
  SetState(*change, Change::State::kPut);
}

void GroupWriteSet::Delete(Keyspace keyspace, View key) {
  if (!Accepts(keyspace, key)) return;
  char* unused = nullptr;
  Change* change = Touch(keyspace, key, 0, unused);
  change->value = nullptr;
  change->value_size = 0;
  SetState(*change, Change::State::kDelete);
}

bool GroupWriteSet::JobPuts() const {
  for (const Undo& undo : undo_) {
    if (undo.change->state == Change::State::kPut) return true;
  }
  return false;
}

bool GroupWriteSet::JobDeletes() const {
  for (const Undo& undo : undo_) {
    if (undo.change->state == Change::State::kDelete) return true;
  }
  return false;
}

int64_t GroupWriteSet::SizeBelow(const Change& change) const {
  MDB_val k = ToVal(change.key());
  MDB_val v{};
  if (mdb_get(txn_, info(change.keyspace).dbi, &k, &v) != 0) return 0;
  return static_cast<int64_t>(k.mv_size + v.mv_size);
}

int64_t GroupWriteSet::JobGrowth() const {
  int64_t growth = 0;
  for (const Undo& undo : undo_) {
    // A key touched twice counts at its first touch.
    if (undo.state == Change::State::kNone) growth -= SizeBelow(*undo.change);
    if (undo.state == Change::State::kPut) growth -= static_cast<int64_t>(undo.change->key_size + undo.value_size);
    if (undo.change->state == Change::State::kPut) growth += static_cast<int64_t>(undo.change->key_size + undo.change->value_size);
  }
  return growth;
}

namespace {

// Puts the changes of one keyspace through one cursor, in key order: LMDB then finds most keys on the page it stands on.
class Flusher {
 public:
  Flusher(const KeyspaceInfo& keyspace, uint64_t& digest) : keyspace_(keyspace), digest_(digest) {}
  ~Flusher() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  Flusher(const Flusher&) = delete;
  Flusher& operator=(const Flusher&) = delete;

  int Run(MDB_txn* txn, const ChangeTree& changes) {
    int code = mdb_cursor_open(txn, keyspace_.dbi, &cursor_);
    if (code == 0) code = FindLast();
    if (code != 0) return code;
    return changes.ForEach([this](const Change& change) {
      switch (change.state) {
        case Change::State::kPut:
          return Put(change);
        case Change::State::kDelete:
          return Delete(change);
        case Change::State::kNone:
          break;
      }
      return 0;
    });
  }

 private:
  int FindLast() {
    MDB_val key{};
    MDB_val value{};
    const int code = mdb_cursor_get(cursor_, &key, &value, MDB_LAST);
    if (code == MDB_NOTFOUND) {
      beyond_last_ = true;
      return 0;
    }
    if (code == 0) last_.assign(static_cast<const char*>(key.mv_data), key.mv_size);
    return code;
  }

  int Put(const Change& change) {
    MDB_val key = ToVal(change.key());
    MDB_val value = ToVal(change.stored());
    // Once a key is beyond the last, so are all that follow.
    if (!beyond_last_) beyond_last_ = CompareKeys(keyspace_.order, last_, change.key()) < 0;
    if (beyond_last_) {
      Add(change.key(), change.stored());
      return mdb_cursor_put(cursor_, &key, &value, MDB_APPEND);
    }
    int code = mdb_cursor_put(cursor_, &key, &value, MDB_NOOVERWRITE);
    if (code == MDB_KEYEXIST) {
      const View old = ToView(value);
      if (old == change.stored()) return 0;
      Remove(change.key(), old);
      value = ToVal(change.stored());
      code = mdb_cursor_put(cursor_, &key, &value, 0);
    }
    Add(change.key(), change.stored());
    return code;
  }

  int Delete(const Change& change) {
    MDB_val key = ToVal(change.key());
    MDB_val value{};
    int code = mdb_cursor_get(cursor_, &key, &value, MDB_SET_KEY);
    if (code == MDB_NOTFOUND) return 0;
    if (code != 0) return code;
    Remove(change.key(), ToView(value));
    return mdb_cursor_del(cursor_, 0);
  }

  void Add(View key, View stored) { digest_ += EntryDigest(keyspace_.salt, keyspace_.sealed, key, stored); }
  void Remove(View key, View stored) { digest_ -= EntryDigest(keyspace_.salt, keyspace_.sealed, key, stored); }

  const KeyspaceInfo& keyspace_;
  uint64_t& digest_;
  MDB_cursor* cursor_ = nullptr;
  std::string last_;
  bool beyond_last_ = false;
};

}  // namespace

int GroupWriteSet::Flush(std::vector<uint64_t>& digests) const {
  digests.assign(trees_.size(), 0);
  for (Keyspace keyspace = 0; keyspace < trees_.size(); ++keyspace) {
    if (trees_[keyspace].empty()) continue;
    Flusher flusher(info(keyspace), digests[keyspace]);
    if (const int code = flusher.Run(txn_, trees_[keyspace]); code != 0) return code;
  }
  return 0;
}

}  // namespace kith::storage
