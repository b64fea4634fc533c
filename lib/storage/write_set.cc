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
  overlays_.resize(store.keyspaces().size());
}

void GroupWriteSet::Clear(size_t retained) {
  for (Overlay& overlay : overlays_) overlay.Clear();
  changes_.clear();
  undo_.clear();
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
    undo->change->state = undo->state;
  }
  undo_.clear();
}

bool GroupWriteSet::empty() const {
  for (const Change& change : changes_) {
    if (change.state != Change::State::kNone) return false;
  }
  return true;
}

StatusOr<View> GroupWriteSet::Get(Keyspace keyspace, View key) const {
  const KeyspaceInfo& keyspace_info = info(keyspace);
  if (!KeyFits(keyspace_info, key)) return KeyError(keyspace_info, key);
  const Overlay& changes = overlays_[keyspace];
  if (!changes.tree().empty()) {
    const Change* change = changes.Find(ProbeOf(keyspace_info.order, key));
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

Change* GroupWriteSet::Touch(Keyspace keyspace, View key) {
  Overlay& overlay = overlays_[keyspace];
  KeyProbe probe = ProbeOf(info(keyspace).order, key);
  Change* change = overlay.Find(probe);
  if (change == nullptr) {
    char* copy = arena_.Allocate(key.size());
    std::memcpy(copy, key.data(), key.size());
    change = &changes_.emplace_back();
    change->key = copy;
    change->key_size = static_cast<uint32_t>(key.size());
    probe.key = change->key_view();
    overlay.Insert(probe, change);
  }
  undo_.push_back({change, keyspace, change->value, change->value_size, change->state});
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
  Change* change = Touch(keyspace, key);
  const size_t padded = keyspace_info.sealed ? PaddedSize(value.size()) : value.size();
  const size_t size = keyspace_info.sealed ? padded + kSealBytes : padded;
  char* copy = arena_.Allocate(size);
  if (!value.empty()) std::memcpy(copy, value.data(), value.size());
  if (keyspace_info.sealed) {
    std::memset(copy + value.size(), 0, padded - value.size());
    const uint64_t seal = SealOf(keyspace_info.salt, key, {copy, padded});
    std::memcpy(copy + padded, &seal, sizeof(seal));
  }
  change->value = copy;
  change->value_size = static_cast<uint32_t>(size);
  change->state = Change::State::kPut;
}

void GroupWriteSet::Delete(Keyspace keyspace, View key) {
  if (!Accepts(keyspace, key)) return;
  Change* change = Touch(keyspace, key);
  change->value = nullptr;
  change->value_size = 0;
  change->state = Change::State::kDelete;
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

int64_t GroupWriteSet::SizeBelow(Keyspace keyspace, View key) const {
  MDB_val k = ToVal(key);
  MDB_val v{};
  if (mdb_get(txn_, info(keyspace).dbi, &k, &v) != 0) return 0;
  return static_cast<int64_t>(k.mv_size + v.mv_size);
}

int64_t GroupWriteSet::JobGrowth() const {
  int64_t growth = 0;
  for (const Undo& undo : undo_) {
    // A key touched twice counts at its first touch.
    if (undo.state == Change::State::kNone) growth -= SizeBelow(undo.keyspace, undo.change->key_view());
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

  int Run(MDB_txn* txn, const Overlay& overlay) {
    int code = mdb_cursor_open(txn, keyspace_.dbi, &cursor_);
    if (code == 0) code = FindLast();
    for (auto slot = overlay.tree().begin(); code == 0 && slot != overlay.tree().end(); ++slot) {
      const Change& change = *slot->change;
      if (change.state == Change::State::kPut) code = Put(change);
      if (change.state == Change::State::kDelete) code = Delete(change);
    }
    return code;
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
    MDB_val key = ToVal(change.key_view());
    MDB_val value = ToVal(change.stored_view());
    // Once a key is beyond the last, so are all that follow.
    if (!beyond_last_) beyond_last_ = CompareKeys(keyspace_.order, last_, change.key_view()) < 0;
    if (beyond_last_) {
      Add(change.key_view(), change.stored_view());
      return mdb_cursor_put(cursor_, &key, &value, MDB_APPEND);
    }
    int code = mdb_cursor_put(cursor_, &key, &value, MDB_NOOVERWRITE);
    if (code == MDB_KEYEXIST) {
      const View old = ToView(value);
      if (old == change.stored_view()) return 0;
      Remove(change.key_view(), old);
      value = ToVal(change.stored_view());
      code = mdb_cursor_put(cursor_, &key, &value, 0);
    }
    Add(change.key_view(), change.stored_view());
    return code;
  }

  int Delete(const Change& change) {
    MDB_val key = ToVal(change.key_view());
    MDB_val value{};
    int code = mdb_cursor_get(cursor_, &key, &value, MDB_SET_KEY);
    if (code == MDB_NOTFOUND) return 0;
    if (code != 0) return code;
    Remove(change.key_view(), ToView(value));
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
  digests.assign(overlays_.size(), 0);
  for (Keyspace keyspace = 0; keyspace < overlays_.size(); ++keyspace) {
    if (overlays_[keyspace].tree().empty()) continue;
    Flusher flusher(info(keyspace), digests[keyspace]);
    if (const int code = flusher.Run(txn_, overlays_[keyspace]); code != 0) return code;
  }
  return 0;
}

}  // namespace kith::storage
