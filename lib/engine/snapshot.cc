#include "kith/engine/snapshot.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "engine/history_view.h"
#include "engine/programs.h"
#include "engine/read_internal.h"
#include "engine/roll_up.h"
#include "kith/base/concat.h"
#include "kith/base/key.h"
#include "kith/base/limits.h"
#include "kith/engine/merged.h"

namespace kith {

namespace engine {

bool ViewCopies::Wanted() {
  const char* wanted = std::getenv("KITH_DEBUG_VIEWS");
  return wanted != nullptr && std::string_view(wanted) == "1";
}

std::string_view ViewCopies::Keep(std::string_view bytes) {
  if (bytes.empty()) return bytes;
  copies_.push_back(std::make_unique<char[]>(bytes.size()));
  std::memcpy(copies_.back().get(), bytes.data(), bytes.size());
  return {copies_.back().get(), bytes.size()};
}

namespace {

// For what has no way to tell an error: it is nothing. A want of memory is told all the same, as all functions do that have no status.
template <typename T>
T OrNothing(StatusOr<T> found) {
  if (found.ok()) return *std::move(found);
  if (GetReason(found.status()) == Reason::kOutOfMemory) throw std::bad_alloc();
  return T();
}

}  // namespace

StatusOr<record::View> ReadRecord(const Source& source, Id id) {
  const catalog::TypeDef* type = source.catalog->FindType(id.type());
  if (type == nullptr) return NotFound();
  const uint64_t number = id.value();
  StatusOr<storage::View> bytes = source.reader->Get(format::kRecord, storage::IntegerKey(number));
  if (!bytes.ok()) return std::move(bytes).status();
  KITH_ASSIGN_OR_RETURN(const bool visible, source.MaySee(*type, record::View(*bytes, &type->layout)));
  if (!visible) return NotFound();
  return source.LendRecord(*bytes, *type);
}

namespace {

class SnapshotImpl final : public Snapshot {
 public:
  SnapshotImpl(std::shared_ptr<const void> keep, CatalogCache& cache, std::unique_ptr<storage::Snapshot> stored, Viewer viewer,
               AccessCache* accesses)
      : keep_(std::move(keep)), cache_(cache), accesses_(accesses), stored_(std::move(stored)), viewer_(std::move(viewer)) {
    source_.reader = stored_.get();
    if (ViewCopies::Wanted()) source_.copies = &copies_;
  }
  SnapshotImpl(const SnapshotImpl&) = delete;
  SnapshotImpl& operator=(const SnapshotImpl&) = delete;
  ~SnapshotImpl() override { Forget(); }

  // Reads what stands at the head of every snapshot: the state, the catalog it goes with, how far back it goes.
  Status Load() {
    KITH_ASSIGN_OR_RETURN(state_, ReadState(*stored_));
    KITH_ASSIGN_OR_RETURN(horizon_, ReadHorizon(*stored_));
    KITH_ASSIGN_OR_RETURN(loaded_, cache_.GetForReading(*stored_, state_.catalog_version));
    source_.catalog = loaded_->catalog.get();
    computer_.reset();
    contributions_.reset();
    if (loaded_->programs->computes()) {
      computer_ =
          std::make_unique<FieldComputer>(loaded_->programs, [this](const RollUpPlan& plan, Id parent) { return RollUp(plan, parent); });
    }
    source_.computer = computer_.get();
    if (viewer_.is_system()) return {};
    if (accesses_ == nullptr) return MakeError(Reason::kInternal, "a snapshot for a viewer needs the accesses of its database");
    KITH_ASSIGN_OR_RETURN(access_, accesses_->Get(viewer_, *stored_, loaded_->catalog, state_, /*keep=*/true));
    source_.access = access_.get();
    return {};
  }

  [[nodiscard]] const catalog::Catalog& catalog() const override { return *loaded_->catalog; }
  [[nodiscard]] const std::shared_ptr<const catalog::Catalog>& shared_catalog() const override { return loaded_->catalog; }
  [[nodiscard]] const Viewer& viewer() const override { return viewer_; }
  [[nodiscard]] uint64_t sequence() const override { return state_.sequence; }
  [[nodiscard]] Time recorded() const override { return state_.recorded; }

  Status Renew() override {
    copies_.Clear();
    Forget();
    KITH_RETURN_IF_ERROR(stored_->Renew());
    return Load();
  }

  [[nodiscard]] StatusOr<record::View> Get(Id id) const override { return ReadRecord(source_, id); }

  [[nodiscard]] Status GetMany(std::span<const Id> ids, std::span<record::View> out) const override {
    if (out.size() < ids.size()) {
      return MakeError({.reason = Reason::kBadOptions}, "there is not a view for each id");
    }
    for (size_t i = 0; i < ids.size(); ++i) {
      StatusOr<record::View> record = ReadRecord(source_, ids[i]);
      if (!record.ok() && !IsNotFound(record.status())) return std::move(record).status();
      out[i] = record.ok() ? *record : record::View();
    }
    return {};
  }

  [[nodiscard]] StatusOr<Id> Find(std::string_view type, const ExternalRef& external) const override {
    KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* found, catalog().GetType(type));
    return FindExternal(*found, external);
  }

  [[nodiscard]] StatusOr<Id> Find(std::string_view type, const Ref& ref) const override {
    KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* found, catalog().GetType(type));
    if (ref.is_external()) return FindExternal(*found, ref.external);
    if (ref.id.type() != found->number) return NotFound();
    Status found_there = ReadRecord(source_, ref.id).status();
    if (found_there.ok()) return ref.id;
    if (!IsNotFound(found_there)) return found_there;
    return FindExternal(*found, MergedRef(ref.id));
  }

  [[nodiscard]] std::vector<ExternalRef> ExternalRefs(Id id) const override {
    if (OrNothing(ReadRecord(source_, id)).is_null()) return {};
    return OrNothing(ReadExternalRefs(*stored_, id));
  }

  [[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> Scan(std::string_view type, Id after) const override {
    KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* found, catalog().GetType(type));
    return NewScanCursor(source_, *found, after);
  }

  [[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(std::string_view type, std::string_view index,
                                                                  const IndexRange& range) const override {
    KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* found, catalog().GetType(type));
    KITH_ASSIGN_OR_RETURN(const catalog::IndexDef* found_index, catalog::Catalog::GetIndex(*found, index));
    return ScanIndex(*found, *found_index, range);
  }

  [[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(const catalog::TypeDef& type, const catalog::IndexDef& index,
                                                                  const IndexRange& range) const override {
    KITH_RETURN_IF_ERROR(CheckKind(type, index, catalog::IndexKind::kOrdered));
    KITH_RETURN_IF_ERROR(CheckReady(type, index));
    return NewIndexCursor(source_, type, index, range);
  }

  [[nodiscard]] StatusOr<std::unique_ptr<ColumnCursor>> ScanColumns(const catalog::TypeDef& type,
                                                                    std::span<const catalog::IndexDef* const> indexes,
                                                                    Id after) const override {
    if (!viewer_.is_system()) {
      return MakeError({.reason = Reason::kNotVisible, .type = type.name, .hint = "read the records"},
                       "a column is for a viewer who sees every record");
    }
    if (indexes.empty()) return MakeError({.reason = Reason::kBadOptions, .type = type.name}, "there is no column to read");
    for (const catalog::IndexDef* index : indexes) {
      KITH_RETURN_IF_ERROR(CheckKind(type, *index, catalog::IndexKind::kColumn));
      KITH_RETURN_IF_ERROR(CheckReady(type, *index));
    }
    return NewColumnCursor(source_, type, indexes, after);
  }

  [[nodiscard]] StatusOr<std::unique_ptr<TermCursor>> ScanTerm(const catalog::TypeDef& type, const catalog::IndexDef& index,
                                                               std::string_view term) const override {
    KITH_RETURN_IF_ERROR(CheckKind(type, index, catalog::IndexKind::kText));
    KITH_RETURN_IF_ERROR(CheckReady(type, index));
    return NewTermCursor(source_, type, index, term);
  }

  [[nodiscard]] StatusOr<std::vector<Id>> PendingTexts(const catalog::TypeDef& type, const catalog::IndexDef& index) const override {
    KITH_RETURN_IF_ERROR(CheckKind(type, index, catalog::IndexKind::kText));
    KITH_RETURN_IF_ERROR(CheckReady(type, index));
    return ReadPendingTexts(source_, index);
  }

  [[nodiscard]] StatusOr<bool> May(catalog::Right right, Id id) const override;
  [[nodiscard]] bool MayCreate(const catalog::TypeDef& type) const override { return access_ == nullptr || access_->MayCreate(type); }
  [[nodiscard]] bool IsMasked(const catalog::TypeDef& type, int32_t position) const override {
    return access_ != nullptr && access_->IsMasked(type, position);
  }
  [[nodiscard]] bool IsFixed(const catalog::TypeDef& type, int32_t position) const override {
    return access_ != nullptr && access_->IsFixed(type, position);
  }

  [[nodiscard]] StatusOr<Record> GetAsOf(Id id, AsOf as_of) const override;
  [[nodiscard]] StatusOr<std::vector<HistoryEntry>> History(Id id) const override;
  [[nodiscard]] StatusOr<HistoryEntry> Entry(Id record, uint64_t sequence) const override;
  [[nodiscard]] StatusOr<Feed> Changes(uint64_t after, size_t limit) const override { return ReadChanges(source_, horizon_, after, limit); }
  [[nodiscard]] StatusOr<FeedPage> ReadFeed(uint64_t after, const FeedFilter& filter, size_t limit) const override {
    return ReadFeedPage(source_, horizon_, after, filter, limit);
  }
  [[nodiscard]] StatusOr<DifferencePage> Differences(AsOf from, AsOf to, const DifferenceFilter& filter, Id after,
                                                     size_t limit) const override {
    return ReadDifferences(source_, horizon_, state_.sequence, from, to, filter, after, limit);
  }
  [[nodiscard]] const Horizon& horizon() const override { return horizon_; }

  [[nodiscard]] StatusOr<std::optional<std::string>> Checkpoint(std::string_view name) const override {
    std::string key(format::kMetaCheckpointPrefix);
    key.append(name);
    StatusOr<storage::View> stored = stored_->Get(format::kMeta, key);
    if (IsNotFound(stored.status())) return std::optional<std::string>();
    if (!stored.ok()) return std::move(stored).status();
    KITH_ASSIGN_OR_RETURN(const std::string_view value, format::WithoutPadding(*stored));
    return std::optional<std::string>(value);
  }

  [[nodiscard]] StatusOr<std::string_view> Aggregate(std::string_view key) const override {
    if (key.empty()) return NotFound();
    StatusOr<storage::View> stored = stored_->Get(format::kAggregate, key);
    if (!stored.ok()) return std::move(stored).status();
    KITH_ASSIGN_OR_RETURN(const std::string_view value, format::WithoutPadding(*stored));
    return source_.Lend(value);
  }

  [[nodiscard]] Status ScanAggregates(std::string_view prefix, std::string_view from, const AggregateVisit& fn) const override {
    const std::unique_ptr<storage::Cursor> cursor = stored_->NewCursor(format::kAggregate);
    const std::string_view first = std::max(prefix, from);
    for (bool more = first.empty() ? cursor->First() : cursor->SeekAtLeast(first); more && cursor->key().starts_with(prefix);
         more = cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const std::string_view value, format::WithoutPadding(cursor->value()));
      if (!fn(source_.Lend(cursor->key()), source_.Lend(value))) break;
    }
    return cursor->status();
  }

 private:
  // Records of the past outlive what they read roll-ups from.
  void Forget() {
    if (past_roll_ups_ != nullptr) past_roll_ups_->Detach();
    past_roll_ups_.reset();
  }
  // What a viewer other than the system gets is made of the records it may see, and so is a roll-up that is still being built.
  [[nodiscard]] Value RollUp(const RollUpPlan& plan, Id parent) const {
    const catalog::IndexDef* index = plan.child->FindIndexLedBy(static_cast<int32_t>(plan.by->position));
    if (index == nullptr || !loaded_->IsReady(*index)) return {};
    const bool from_rows = viewer_.is_system() && loaded_->IsReady(plan.number());
    if (!from_rows && !contributions_.has_value()) contributions_.emplace(loaded_->programs);
    return OrNothing(from_rows ? ReadRollUp(plan, parent, *stored_) : FoldRollUp(plan, parent, source_, *contributions_));
  }
  [[nodiscard]] static Status CheckKind(const catalog::TypeDef& type, const catalog::IndexDef& index, catalog::IndexKind wanted) {
    if (index.kind == wanted) return {};
    return MakeError({.reason = Reason::kUnknownIndex,
                      .type = type.name,
                      .field = index.name,
                      .value = std::string(NameOf(index.kind)),
                      .hint = "each kind of index is read in a way of its own"},
                     Concat({"the index is not of kind ", NameOf(wanted)}));
  }
  [[nodiscard]] Status CheckReady(const catalog::TypeDef& type, const catalog::IndexDef& index) const {
    if (loaded_->IsReady(index)) return {};
    return MakeError({.reason = Reason::kUnknownIndex,
                      .type = type.name,
                      .field = index.name,
                      .hint = "wait until the call that added it (ensure) has returned"},
                     "the index is still being built");
  }

  [[nodiscard]] StatusOr<Id> FindExternal(const catalog::TypeDef& type, const ExternalRef& external) const {
    // Longer ones cannot have been stored, nor looked up.
    if (external.system.size() > limits::kExternalSystemBytes || external.key.size() > limits::kExternalKeyBytes) return NotFound();
    StatusOr<storage::View> stored = stored_->Get(format::kExternal, format::ExternalKey(type.number, external));
    if (!stored.ok()) return std::move(stored).status();
    if (stored->size() < sizeof(uint64_t)) {
      return MakeError({.reason = Reason::kCorrupt, .type = type.name, .value = external.key}, "an external reference is malformed");
    }
    const Id id(ReadU64(stored->data()));
    if (source_.access != nullptr) KITH_RETURN_IF_ERROR(ReadRecord(source_, id).status());
    return id;
  }

  std::shared_ptr<const void> keep_;  // first: the stored snapshot goes before its environment
  CatalogCache& cache_;
  AccessCache* accesses_;
  std::unique_ptr<storage::Snapshot> stored_;
  Viewer viewer_;
  std::shared_ptr<const Access> access_;  // nullptr: the system's
  std::shared_ptr<const ReaderCatalog> loaded_;
  format::State state_;
  Horizon horizon_;
  mutable ViewCopies copies_;
  mutable std::optional<Contributions> contributions_;
  mutable std::shared_ptr<PastRollUps> past_roll_ups_;  // made when the first record of the past is read that has any
  std::unique_ptr<FieldComputer> computer_;
  Source source_;
};

StatusOr<bool> SnapshotImpl::May(catalog::Right right, Id id) const {
  if (right == catalog::Right::kCreate) {
    return MakeError({.reason = Reason::kBadOptions, .hint = "ask MayCreate"}, "records are created by type");
  }
  const catalog::TypeDef* type = catalog().FindType(id.type());
  if (type == nullptr) return NotFound();
  StatusOr<storage::View> bytes = stored_->Get(format::kRecord, storage::IntegerKey(id.value()));
  if (!bytes.ok()) return std::move(bytes).status();
  if (access_ == nullptr) return true;
  const record::View record(*bytes, &type->layout);
  KITH_ASSIGN_OR_RETURN(const bool visible, access_->May(catalog::Right::kRead, *type, record, *stored_));
  if (!visible) return NotFound();
  return access_->May(right, *type, record, *stored_);
}

StatusOr<Record> SnapshotImpl::GetAsOf(Id id, AsOf as_of) const {
  KITH_RETURN_IF_ERROR(CheckRemembered(horizon_, as_of));
  const catalog::TypeDef* type = catalog().FindType(id.type());
  if (type == nullptr) return NotFound();
  record::View current;
  KITH_ASSIGN_OR_RETURN(const std::optional<PastRecord> past, ReadPast(source_, *type, id, as_of, &current));
  if (!past) return NotFound();

  // What a newer library keeps in the record belongs to its present state alone.
  const bool is_current = !current.is_null() && past->header.version == current.header().version;
  record::Builder builder;
  KITH_ASSIGN_OR_RETURN(const std::string_view built,
                        builder.Build(past->header, type->layout, past->values, is_current ? current : record::View()));
  std::shared_ptr<FieldComputer> computer;
  if (loaded_->programs->Computes(type->number)) {
    if (past_roll_ups_ == nullptr) past_roll_ups_ = std::make_shared<PastRollUps>(source_, loaded_, horizon_, state_.sequence);
    computer = std::make_shared<FieldComputer>(loaded_->programs, [past = past_roll_ups_, as_of](const RollUpPlan& plan, Id parent) {
      return OrNothing(past->Read(plan, parent, as_of));
    });
  }
  return Record(loaded_->catalog, type, std::string(built), std::move(computer));
}

StatusOr<std::vector<HistoryEntry>> SnapshotImpl::History(Id id) const {
  KITH_ASSIGN_OR_RETURN(const bool visible, MaySeeHistory(source_, id));
  if (!visible) return NotFound();
  KITH_ASSIGN_OR_RETURN(std::vector<HistoryEntry> entries, ReadHistory(*stored_, id));
  if (entries.empty()) return NotFound();
  for (HistoryEntry& entry : entries) MaskEntry(source_, entry);
  return entries;
}

StatusOr<HistoryEntry> SnapshotImpl::Entry(Id record, uint64_t sequence) const {
  KITH_ASSIGN_OR_RETURN(const bool visible, MaySeeHistory(source_, record));
  if (!visible) return NotFound();
  StatusOr<storage::View> bytes = stored_->Get(format::kHistory, format::HistoryKey(record, sequence));
  if (!bytes.ok()) return std::move(bytes).status();
  KITH_ASSIGN_OR_RETURN(HistoryEntry entry, format::DecodeHistory(record, sequence, *bytes));
  MaskEntry(source_, entry);
  return entry;
}

}  // namespace

StatusOr<std::unique_ptr<Snapshot>> NewSnapshot(std::shared_ptr<const void> keep, storage::Environment& environment, CatalogCache& cache,
                                                Viewer viewer, const storage::Reader** reader, AccessCache* accesses) {
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<storage::Snapshot> stored, environment.Read());
  if (reader != nullptr) *reader = stored.get();
  auto snapshot = std::make_unique<SnapshotImpl>(std::move(keep), cache, std::move(stored), std::move(viewer), accesses);
  KITH_RETURN_IF_ERROR(snapshot->Load());
  return StatusOr<std::unique_ptr<Snapshot>>(std::move(snapshot));
}

}  // namespace engine

StatusOr<Value> GetField(const catalog::TypeDef& type, record::View record, std::string_view field) {
  // A field named as a part of the header hides it (a move's owner).
  const std::optional<int32_t> position = type.FindPosition(field);
  if (!position.has_value()) return catalog::Catalog::GetField(type, field).status();
  return GetFieldAt(record, *position);
}

Value GetFieldAt(record::View record, int32_t position) { return format::ValueOf(record, position); }

}  // namespace kith
