#include <utility>

#include "engine/column_writes.h"
#include "engine/database_internal.h"
#include "engine/index_build_internal.h"
#include "engine/roll_up.h"
#include "engine/text_writes.h"

namespace kith::engine {
namespace {

using catalog::IndexDef;
using catalog::TypeDef;

// Records of one step: a few milliseconds of the writer's time, so that others are not held up.
constexpr size_t kRecordsAtOnce = 4096;
constexpr size_t kEntriesAtOnce = 16'384;
constexpr uint64_t kSequenceEnd = uint64_t{1} << (Id::kNodeBits + Id::kSequenceBits);

std::string NumberKey(std::string_view prefix, uint32_t number) {
  std::string key(prefix);
  AppendU32(key, number);
  return key;
}

std::string BuildKey(uint32_t number) { return NumberKey(format::kMetaBuildPrefix, number); }
std::string DropKey(uint32_t number) { return NumberKey(format::kMetaDropPrefix, number); }

StatusOr<std::vector<uint32_t>> NumbersUnder(const storage::Reader& reader, std::string_view prefix) {
  std::vector<uint32_t> numbers;
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kMeta);
  for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
    if (cursor->key().size() == prefix.size() + sizeof(uint32_t)) numbers.push_back(ReadU32(cursor->key().data() + prefix.size()));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return numbers;
}

// Adds what the next records contribute to a roll-up.
class RollUpJob final : public storage::Job {
 public:
  RollUpJob(const WriterCatalog& catalog, const RollUpPlan& plan) : catalog_(catalog), plan_(plan) {}
  [[nodiscard]] bool done() const { return done_; }

  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    KITH_ASSIGN_OR_RETURN(format::State state, ReadState(set));
    if (state.catalog_version != catalog_.version) return MakeError(Reason::kCatalogChanged, "the catalog has changed");
    KITH_RETURN_IF_ERROR(catalog_.writable);
    KITH_ASSIGN_OR_RETURN(const std::optional<Id> done, BuiltUpTo(set, plan_.number()));
    done_ = !done.has_value();
    if (done_) return Verdict::kDiscard;
    KITH_ASSIGN_OR_RETURN(const Id last, AddRecords(set, *done));
    done_ = last.is_null();
    if (done_) {
      set.Delete(format::kMeta, BuildKey(plan_.number()));
      ++state.catalog_version;
      set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
    } else {
      std::string value;
      AppendU64(value, last.value());
      set.Put(format::kMeta, BuildKey(plan_.number()), value);
    }
    return Verdict::kKeep;
  }

 private:
  // The last one done, null when there are no more.
  StatusOr<Id> AddRecords(storage::WriteSet& set, Id after) const {
    // Read first: a cursor does not see what is put while it stands.
    std::vector<Contribution> found;
    Contributions contributions(catalog_.reading->programs);
    const std::unique_ptr<RecordCursor> cursor = NewScanCursor({.reader = &set, .catalog = catalog_.catalog.get()}, *plan_.child, after);
    size_t count = 0;
    Id last;
    while (count < kRecordsAtOnce && cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
      if (std::optional<Contribution> contribution = contributions.Of(plan_, record)) found.push_back(*std::move(contribution));
      last = cursor->id();
      ++count;
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    StoredRows rows(set);
    for (const Contribution& contribution : found) KITH_RETURN_IF_ERROR(ChangeContribution(plan_, std::nullopt, contribution, rows));
    return count < kRecordsAtOnce ? Id() : last;
  }

  const WriterCatalog& catalog_;
  const RollUpPlan& plan_;
  bool done_ = false;
};

struct Found {
  const TypeDef* type = nullptr;
  const IndexDef* index = nullptr;
};

Found FindIndexByNumber(const catalog::Catalog& catalog, uint32_t number) {
  for (const TypeDef& type : catalog.types()) {
    for (const IndexDef& index : type.indexes) {
      if (index.number == number) return {&type, &index};
    }
  }
  return {};
}

// Adds the entries of the next records; takes the note away after the last.
class BuildJob final : public storage::Job {
 public:
  BuildJob(const WriterCatalog& catalog, const TypeDef& type, const IndexDef& index) : catalog_(catalog), type_(type), index_(index) {}

  // Nothing is left to do: the index is whole, or somebody else has finished it.
  [[nodiscard]] bool done() const { return done_; }

  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    done_ = false;
    KITH_ASSIGN_OR_RETURN(format::State state, ReadState(set));
    if (state.catalog_version != catalog_.version) return MakeError(Reason::kCatalogChanged, "the catalog has changed");
    KITH_RETURN_IF_ERROR(catalog_.writable);
    const std::string key = BuildKey(index_.number);
    const StatusOr<storage::View> note = set.Get(format::kMeta, key);
    if (IsNotFound(note.status())) {
      done_ = true;
      return Verdict::kDiscard;
    }
    KITH_RETURN_IF_ERROR(note.status());
    if (note->size() != sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "the note of an index being built is malformed");

    KITH_ASSIGN_OR_RETURN(const uint64_t last, AddRecords(set, ReadU64(note->data())));
    if (last != 0) {
      std::string value;
      AppendU64(value, last);
      set.Put(format::kMeta, key, value);
      return Verdict::kKeep;
    }
    set.Delete(format::kMeta, key);
    ++state.catalog_version;
    set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
    done_ = true;
    return Verdict::kKeep;
  }

 private:
  struct Entry {
    Id id;
    format::IndexEntry entry;
  };

  // Shows `visit(record)` the records of one step; the id of the last one, 0 when there are no more.
  template <typename Visit>
  StatusOr<uint64_t> VisitRecords(const storage::WriteSet& set, uint64_t after, const Visit& visit) const {
    const uint64_t begin = Id::Of(type_.number, 0, 0).value();
    const uint64_t first = after < begin ? begin : after + 1;
    size_t count = 0;
    uint64_t last = 0;
    const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(format::kRecord);
    for (bool more = cursor->SeekAtLeast(storage::IntegerKey(first)); more && count < kRecordsAtOnce; more = cursor->Next()) {
      const record::View record(cursor->value(), &type_.layout);
      if (record.header().id >= begin + kSequenceEnd) break;
      visit(record);
      last = record.id().value();
      ++count;
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    return count < kRecordsAtOnce ? uint64_t{0} : last;
  }

  // Adds what the index has of the next records; the id of the last one done, 0 when there are no more.
  StatusOr<uint64_t> AddRecords(storage::WriteSet& set, uint64_t after) const {
    switch (index_.kind) {
      case catalog::IndexKind::kOrdered:
        return AddEntries(set, after);
      case catalog::IndexKind::kColumn:
        return AddBlocks(set, after);
      case catalog::IndexKind::kText:
        return AddTexts(set, after);
    }
    return uint64_t{0};
  }

  StatusOr<uint64_t> AddEntries(storage::WriteSet& set, uint64_t after) const {
    std::vector<Entry> entries;
    StatusOr<uint64_t> last = VisitRecords(set, after, [&](record::View record) {
      Entry& entry = entries.emplace_back();
      entry.id = record.id();
      format::MakeIndexEntry(
          index_, entry.id, [&](int32_t position) { return format::ValueOf(record, position); }, entry.entry);
    });
    KITH_RETURN_IF_ERROR(last.status());
    for (const Entry& entry : entries) set.Put(format::kIndex, entry.entry.key, entry.entry.value);
    if (index_.unique) {
      for (const Entry& entry : entries) KITH_RETURN_IF_ERROR(CheckUnique(set, entry));
    }
    return last;
  }

  StatusOr<uint64_t> AddBlocks(storage::WriteSet& set, uint64_t after) const {
    ColumnWrites writes;
    StatusOr<uint64_t> last = VisitRecords(set, after, [&](record::View record) {
      writes.Set(type_, index_, record.id(), format::ValueOf(record, index_.parts[0].position));
    });
    KITH_RETURN_IF_ERROR(last.status());
    KITH_RETURN_IF_ERROR(writes.Emit(set));
    return last;
  }

  // Records written since the index was declared are folded with those of the step: at the end none is listed, and all terms are there.
  StatusOr<uint64_t> AddTexts(storage::WriteSet& set, uint64_t after) const {
    const TextTarget target{.type = &type_, .index = &index_, .whole = false};
    TextWrites writes;
    StatusOr<uint64_t> last = VisitRecords(set, after, [&](record::View record) {
      writes.Change(target, record.id(), {}, PackTexts(index_, [&](int32_t position) { return format::ValueOf(record, position); }));
    });
    KITH_RETURN_IF_ERROR(last.status());
    KITH_RETURN_IF_ERROR(writes.Fold(target, set));
    return last;
  }

  Status CheckUnique(const storage::WriteSet& set, const Entry& entry) const {
    if (entry.entry.has_null) return absl::OkStatus();
    const std::string_view parts = format::IndexEntryParts(entry.entry.key);
    const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(format::kIndex);
    for (bool more = cursor->SeekAtLeast(parts); more && cursor->key().starts_with(parts); more = cursor->Next()) {
      if (cursor->key().size() != entry.entry.key.size()) continue;
      const Id other = format::IndexEntryId(cursor->key());
      if (other == entry.id) continue;
      if (entry.entry.cut) {
        KITH_ASSIGN_OR_RETURN(const bool same, SameValues(set, entry.id, other));
        if (!same) continue;
      }
      return MakeError({.reason = Reason::kUnique,
                        .type = type_.name,
                        .record = other,
                        .field = index_.parts[0].field,
                        .value = ValueText(set, entry.id),
                        .hint = "make the values differ, then ensure the package again"},
                       "index " + index_.name + " cannot be built: record " + std::to_string(entry.id.value()) + " has the same value");
    }
    return cursor->status();
  }

  StatusOr<record::View> Read(const storage::WriteSet& set, Id id) const {
    return ReadRecord(Source{.reader = &set, .catalog = catalog_.catalog.get()}, id);
  }

  StatusOr<bool> SameValues(const storage::WriteSet& set, Id a, Id b) const {
    KITH_ASSIGN_OR_RETURN(const record::View left, Read(set, a));
    KITH_ASSIGN_OR_RETURN(const record::View right, Read(set, b));
    for (const catalog::IndexPart& part : index_.parts) {
      if (format::ValueOf(left, part.position) != format::ValueOf(right, part.position)) return false;
    }
    return true;
  }

  std::string ValueText(const storage::WriteSet& set, Id id) const {
    const StatusOr<record::View> record = Read(set, id);
    return record.ok() ? ToText(format::ValueOf(*record, index_.parts[0].position)) : std::string();
  }

  const WriterCatalog& catalog_;
  const TypeDef& type_;
  const IndexDef& index_;
  bool done_ = false;
};

// Deletes some entries of an index, or rows of a roll-up, that no catalog has any more.
class DropJob final : public storage::Job {
 public:
  explicit DropJob(uint32_t number) : number_(number) {}
  [[nodiscard]] bool done() const { return done_; }

  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    std::string number;
    AppendU32(number, number_);
    KITH_ASSIGN_OR_RETURN(const bool no_entries, DeleteSome(set, format::kIndex, number));
    KITH_ASSIGN_OR_RETURN(const bool no_rows, DeleteSome(set, format::kAggregate, std::string(kRollUpPrefix) + number));
    done_ = no_entries && no_rows;
    if (done_) set.Delete(format::kMeta, DropKey(number_));
    return Verdict::kKeep;
  }

 private:
  // True when none are left.
  static StatusOr<bool> DeleteSome(storage::WriteSet& set, storage::Keyspace keyspace, std::string_view prefix) {
    std::vector<std::string> keys;
    const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(keyspace);
    for (bool more = cursor->SeekAtLeast(prefix); more && keys.size() < kEntriesAtOnce; more = cursor->Next()) {
      if (!cursor->key().starts_with(prefix)) break;
      keys.emplace_back(cursor->key());
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    for (const std::string& key : keys) set.Delete(keyspace, key);
    return keys.size() < kEntriesAtOnce;
  }

  uint32_t number_;
  bool done_ = false;
};

}  // namespace

void MarkForBuilding(storage::WriteSet& set, uint32_t index_number) {
  set.Put(format::kMeta, BuildKey(index_number), std::string(sizeof(uint64_t), '\0'));
}

void MarkForDropping(storage::WriteSet& set, uint32_t index_number) {
  set.Delete(format::kMeta, BuildKey(index_number));
  set.Put(format::kMeta, DropKey(index_number), std::string(sizeof(uint64_t), '\0'));
}

StatusOr<std::optional<Id>> BuiltUpTo(const storage::Reader& reader, uint32_t number) {
  const StatusOr<storage::View> note = reader.Get(format::kMeta, BuildKey(number));
  if (IsNotFound(note.status())) return std::optional<Id>();
  KITH_RETURN_IF_ERROR(note.status());
  if (note->size() != sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "the note of what is being built is malformed");
  return std::optional<Id>(Id(ReadU64(note->data())));
}

Status DatabaseImpl::BuildRollUp(uint32_t number) {
  for (;;) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
    const RollUpPlan* plan = catalog->reading->programs->FindRollUp(number);
    if (plan == nullptr) return absl::OkStatus();
    RollUpJob job(*catalog, *plan);
    const Status status = RunJob(job);
    if (GetReason(status) == Reason::kCatalogChanged) continue;
    KITH_RETURN_IF_ERROR(status);
    if (job.done()) return absl::OkStatus();
  }
}

Status DatabaseImpl::BuildIndex(uint32_t number) {
  for (;;) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
    const Found found = FindIndexByNumber(*catalog->catalog, number);
    // Redefined meanwhile: its entries are to be deleted, which the caller finds next.
    if (found.index == nullptr) return absl::OkStatus();
    BuildJob job(*catalog, *found.type, *found.index);
    const Status status = RunJob(job);
    if (GetReason(status) == Reason::kCatalogChanged) continue;
    KITH_RETURN_IF_ERROR(status);
    if (job.done()) return absl::OkStatus();
  }
}

Status DatabaseImpl::DropIndex(uint32_t number) {
  DropJob job(number);
  do {
    KITH_RETURN_IF_ERROR(RunJob(job));
  } while (!job.done());
  return absl::OkStatus();
}

Status DatabaseImpl::RebuildIndex(uint32_t number) {
  const auto hide = [number](storage::WriteSet& set, const std::string&) -> StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(format::State state, ReadState(set));
    MarkForBuilding(set, number);
    ++state.catalog_version;
    set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
    return std::string();
  };
  KITH_RETURN_IF_ERROR(RunSteps(hide));
  KITH_RETURN_IF_ERROR(DropIndex(number));
  KITH_RETURN_IF_ERROR(BuildIndex(number));
  return BuildRollUp(number);
}

// Also what an earlier process left unfinished.
Status DatabaseImpl::FinishIndexes() {
  std::vector<uint32_t> to_build;
  std::vector<uint32_t> to_drop;
  {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
    KITH_ASSIGN_OR_RETURN(to_build, NumbersUnder(*snapshot, format::kMetaBuildPrefix));
    KITH_ASSIGN_OR_RETURN(to_drop, NumbersUnder(*snapshot, format::kMetaDropPrefix));
  }
  for (const uint32_t number : to_build) KITH_RETURN_IF_ERROR(BuildIndex(number));
  for (const uint32_t number : to_build) KITH_RETURN_IF_ERROR(BuildRollUp(number));
  for (const uint32_t number : to_drop) KITH_RETURN_IF_ERROR(DropIndex(number));
  return absl::OkStatus();
}

}  // namespace kith::engine
