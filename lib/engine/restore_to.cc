// A former moment of a database as a new database: what happened later is left out of feed and history, records are folded again where
// something happened to them later, and everything derived is built anew.
#include <algorithm>
#include <optional>
#include <utility>

#include "engine/batch_internal.h"
#include "engine/database_internal.h"
#include "engine/fill_internal.h"
#include "engine/links.h"
#include "kith/base/key.h"
#include "kith/storage/partial.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;

// One record's history as it is today.
struct Past {
  Id id;
  std::vector<std::string> values;  // encoded, oldest first
  std::vector<uint64_t> sequences;
};

class Restorer {
 public:
  Restorer(const storage::Reader& from, const format::State& state, uint64_t last, Filling& target, RestoreReport& report)
      : from_(from), state_(state), last_(last), target_(target), report_(report), catalog_(catalog::Catalog::BuiltIn()) {}

  Status Run() {
    KITH_RETURN_IF_ERROR(CopyMeta());
    KITH_RETURN_IF_ERROR(CopyOutcomes());
    KITH_RETURN_IF_ERROR(CopyFeed());
    KITH_RETURN_IF_ERROR(CopyRecords());
    KITH_RETURN_IF_ERROR(MarkDerived(target_, catalog_));
    KITH_RETURN_IF_ERROR(target_.Flush());
    Note(origins_, " records had been deleted by now: how they had come (origin) is not remembered, and they count as entered by hand");
    Note(refs_, " records were linked by a library that did not note it: they have the external references of today");
    Note(checkpoints_, " checkpoints of consumers left out: where they stood then is not remembered");
    return absl::OkStatus();
  }

 private:
  void Note(uint64_t count, std::string_view what) {
    if (count > 0) report_.notes.push_back(std::to_string(count) + std::string(what));
  }

  // Counters stay as they are today, so that no id or number is given twice. Proofs of erasures stay: what was erased is not brought back.
  Status CopyMeta() {
    const std::unique_ptr<storage::Cursor> cursor = from_.NewCursor(format::kMeta);
    for (bool more = cursor->First(); more; more = cursor->Next()) {
      const std::string_view key = cursor->key();
      const bool lost = key.starts_with(format::kMetaLostPrefix) && key.size() == format::kMetaLostPrefix.size() + sizeof(uint64_t) &&
                        ReadU64(key.data() + format::kMetaLostPrefix.size()) <= last_;
      const bool kept = lost || key.starts_with(format::kMetaCounterPrefix) || key.starts_with(format::kMetaNumberPrefix) ||
                        key.starts_with(format::kMetaErasurePrefix) || key == format::kMetaHorizon;
      if (kept) KITH_RETURN_IF_ERROR(target_.Write(format::kMeta, key, cursor->value()));
      if (key.starts_with(format::kMetaErasedPrefix)) KITH_RETURN_IF_ERROR(CopyErased(key, cursor->value()));
      if (key.starts_with(format::kMetaCheckpointPrefix)) ++checkpoints_;
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    const format::State state{.sequence = last_, .recorded = report_.recorded, .catalog_version = state_.catalog_version};
    return target_.Write(format::kMeta, format::kMetaState, format::EncodeState(state));
  }

  // What is written from the moment on, is written knowing of it.
  Status CopyErased(std::string_view key, std::string_view value) {
    if (key.size() != format::kMetaErasedPrefix.size() + sizeof(uint64_t)) {
      return MakeError(Reason::kCorrupt, "the key of an erasure is malformed");
    }
    const Id id(ReadU64(key.data() + format::kMetaErasedPrefix.size()));
    KITH_ASSIGN_OR_RETURN(format::Erased erased, format::DecodeErased(value));
    erased.place = std::min(erased.place, last_);
    std::string nothing;
    format::AppendPadding(nothing);
    KITH_RETURN_IF_ERROR(target_.Write(format::kMeta, format::ErasedAtKey(erased.place, id), nothing));
    return target_.Write(format::kMeta, key, format::EncodeErased(erased));
  }

  // Outcomes of batches that had not been applied then would be untrue.
  Status CopyOutcomes() {
    Status written;
    KITH_RETURN_IF_ERROR(
        EachOutcome(from_, {.sequence = last_, .recorded = report_.recorded}, [&](std::string_view key, std::string_view value) {
          if (written.ok()) written = target_.Write(format::kIdempotency, key, value);
        }));
    return written;
  }

  Status CopyFeed() {
    const std::unique_ptr<storage::Cursor> cursor = from_.NewCursor(format::kFeed);
    for (bool more = cursor->First(); more; more = cursor->Next()) {
      if (cursor->key().size() != sizeof(uint64_t)) continue;
      if (format::IntegerOf(cursor->key()) > last_) break;
      KITH_RETURN_IF_ERROR(target_.Write(format::kFeed, cursor->key(), cursor->value()));
    }
    return cursor->status();
  }

  // Record by record, in id order: definitions come first, so that the catalog of the time is there for the others.
  Status CopyRecords() {
    const std::unique_ptr<storage::Cursor> cursor = from_.NewCursor(format::kHistory);
    Past past;
    for (bool more = cursor->First(); more; more = cursor->Next()) {
      const std::string_view key = cursor->key();
      if (key.size() != format::kHistoryKeyBytes) return MakeError(Reason::kCorrupt, "a key of the history is not of 16 bytes");
      const Id id(ReadU64(key.data()));
      if (id != past.id) {
        KITH_RETURN_IF_ERROR(CopyRecord(past));
        past = {.id = id, .values = {}, .sequences = {}};
      }
      past.sequences.push_back(ReadU64(key.data() + sizeof(uint64_t)));
      past.values.emplace_back(cursor->value());
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    KITH_RETURN_IF_ERROR(CopyRecord(past));
    return definitions_ ? LoadDefinitions() : absl::OkStatus();
  }

  Status CopyRecord(const Past& past) {
    if (past.sequences.empty()) return absl::OkStatus();
    if (definitions_ && past.id.type() >= catalog::kFirstOpenType) KITH_RETURN_IF_ERROR(LoadDefinitions());
    if (past.sequences.front() > last_) return absl::OkStatus();
    for (size_t i = 0; i < past.sequences.size() && past.sequences[i] <= last_; ++i) {
      KITH_RETURN_IF_ERROR(target_.Write(format::kHistory, format::HistoryKey(past.id, past.sequences[i]), past.values[i]));
      ++report_.history_entries;
    }
    return past.sequences.back() <= last_ ? CopyAsItIs(past.id) : BringBack(past);
  }

  Status LoadDefinitions() {
    KITH_RETURN_IF_ERROR(target_.Flush());
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, target_.environment().Read());
    KITH_ASSIGN_OR_RETURN(catalog_, LoadCatalog(*snapshot, state_.catalog_version));
    definitions_ = false;
    return absl::OkStatus();
  }

  Status CopyAsItIs(Id id) {
    const uint64_t number = id.value();
    const StatusOr<storage::View> bytes = from_.Get(format::kRecord, storage::IntegerKey(number));
    if (IsNotFound(bytes.status())) return absl::OkStatus();
    KITH_RETURN_IF_ERROR(bytes.status());
    ++report_.records;
    KITH_RETURN_IF_ERROR(target_.Write(format::kRecord, storage::IntegerKey(number), *bytes));
    KITH_ASSIGN_OR_RETURN(const std::vector<ExternalRef> refs, ReadExternalRefs(from_, id));
    return PutRefs(id, refs);
  }

  // Something happened to it later: what held then, if it was there.
  Status BringBack(const Past& past) {
    const TypeDef* type = catalog_->FindType(past.id.type());
    if (type == nullptr) return MakeError({.reason = Reason::kCorrupt, .record = past.id}, "the record's type was not declared then");
    KITH_RETURN_IF_ERROR(CheckReadable(*type));
    std::vector<HistoryEntry> entries;
    for (size_t i = 0; i < past.sequences.size(); ++i) {
      KITH_ASSIGN_OR_RETURN(HistoryEntry entry, format::DecodeHistory(past.id, past.sequences[i], past.values[i]));
      // Two batches may have one recorded time, so what came later is told from the rest by being beyond all times.
      if (past.sequences[i] > last_) entry.recorded = kTimeMax;
      entries.push_back(std::move(entry));
    }
    const uint64_t number = past.id.value();
    const StatusOr<storage::View> bytes = from_.Get(format::kRecord, storage::IntegerKey(number));
    if (!bytes.ok() && !IsNotFound(bytes.status())) return bytes.status();
    const record::View current = bytes.ok() ? record::View(*bytes, &type->layout) : record::View();
    KITH_ASSIGN_OR_RETURN(std::optional<PastRecord> record,
                          FoldHistory(*type, entries, current, AsOf{kTimeMax, Time{kTimeMax.micros - 1}}));
    if (!record.has_value()) return absl::OkStatus();
    ++report_.records;
    ++report_.brought_back;
    if (HasEnded(entries)) ++origins_;
    KITH_ASSIGN_OR_RETURN(const std::string_view built, builder_.Build(record->header, type->layout, record->values));
    KITH_RETURN_IF_ERROR(target_.Write(format::kRecord, storage::IntegerKey(number), built));
    KITH_ASSIGN_OR_RETURN(const std::vector<ExternalRef> refs, RefsThen(entries));
    return PutRefs(past.id, refs);
  }

  static Status CheckReadable(const TypeDef& type) {
    for (const catalog::FieldDef& field : type.fields) {
      if (field.kind != Kind::kNull) continue;
      return MakeError({.reason = Reason::kFormatNewer, .type = type.name, .field = field.name, .hint = "restore with a newer library"},
                       "the field is of a kind that this library cannot read");
    }
    return absl::OkStatus();
  }

  // The life it had then is over.
  [[nodiscard]] bool HasEnded(std::span<const HistoryEntry> entries) const {
    return std::any_of(entries.begin(), entries.end(),
                       [this](const HistoryEntry& entry) { return entry.sequence > last_ && entry.operation == Operation::kDelete; });
  }

  // The first later entry that tells of them tells what they were; without one they are what they were.
  StatusOr<std::vector<ExternalRef>> RefsThen(std::span<const HistoryEntry> entries) {
    for (const HistoryEntry& entry : entries) {
      if (entry.sequence <= last_) continue;
      for (const FieldChange& change : entry.fields) {
        if (change.package == kHeaderPackage && change.number == format::kExternalRefsNumber) return RefsIn(change.before);
      }
      if (entry.operation == Operation::kDelete) return std::vector<ExternalRef>();  // it lists them when there are any
      if (entry.fields.empty()) ++refs_;
    }
    return ReadExternalRefs(from_, entries.front().record);
  }

  Status PutRefs(Id id, std::span<const ExternalRef> refs) {
    std::string forward;
    AppendU64(forward, id.value());
    for (const ExternalRef& ref : refs) {
      KITH_RETURN_IF_ERROR(target_.Write(format::kExternal, format::ExternalKey(id.type(), ref), forward));
      KITH_RETURN_IF_ERROR(target_.Write(format::kExternal, format::ExternalReverseKey(id, ref), {}));
    }
    return absl::OkStatus();
  }

  const storage::Reader& from_;
  const format::State& state_;
  const uint64_t last_;
  Filling& target_;
  RestoreReport& report_;
  std::shared_ptr<const catalog::Catalog> catalog_;
  bool definitions_ = true;  // are being copied
  record::Builder builder_;
  uint64_t origins_ = 0;
  uint64_t refs_ = 0;
  uint64_t checkpoints_ = 0;
};

}  // namespace

namespace {

// The last change that the moment knows, and when it was recorded.
StatusOr<Moment> FindMoment(const storage::Reader& reader, const format::State& state, const Moment& wanted) {
  KITH_ASSIGN_OR_RETURN(const Horizon horizon, ReadHorizon(reader));
  Moment found = wanted;
  if (wanted.sequence == 0) {
    KITH_RETURN_IF_ERROR(CheckRemembered(horizon, {.effective = kTimeMax, .recorded = wanted.recorded}));
    KITH_ASSIGN_OR_RETURN(found.sequence, SequenceAt(reader, horizon, state.sequence, wanted.recorded));
  } else if (wanted.sequence < horizon.sequence) {
    return MakeError({.reason = Reason::kHistoryPruned,
                      .value = std::to_string(wanted.sequence),
                      .hint = "ask for a later moment, or take a backup from before the pruning"},
                     "the database remembers nothing before change " + std::to_string(horizon.sequence));
  } else if (wanted.sequence > state.sequence) {
    return MakeError({.reason = Reason::kOutOfRange, .field = "sequence", .value = std::to_string(wanted.sequence)},
                     "the database ends at change " + std::to_string(state.sequence));
  }
  found.recorded = horizon.sequence == 0 ? Time{} : Time{horizon.time.micros - 1};
  if (found.sequence <= horizon.sequence) return found;
  KITH_ASSIGN_OR_RETURN(const storage::View bytes, reader.Get(format::kFeed, storage::IntegerKey(found.sequence)));
  KITH_ASSIGN_OR_RETURN(const format::FeedValue feed, format::DecodeFeed(bytes));
  found.recorded = feed.recorded;
  return found;
}

}  // namespace

StatusOr<RestoreReport> DatabaseImpl::RestoreTo(std::string_view target_path, const Moment& moment) {
  RestoreReport report;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
  KITH_ASSIGN_OR_RETURN(const format::State state, ReadState(*snapshot));
  KITH_ASSIGN_OR_RETURN(const Moment found, FindMoment(*snapshot, state, moment));
  report.sequence = found.sequence;
  report.recorded = found.recorded;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::PartialDirectory> partial, storage::PartialDirectory::Make(target_path));
  {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<storage::Environment> environment, OpenNew(partial->path()));
    Filling target(*environment);
    KITH_RETURN_IF_ERROR(Restorer(*snapshot, state, found.sequence, target, report).Run());
    OpenOptions as_here;
    as_here.clock = clock_;
    as_here.node = node_;
    const auto restored = std::make_shared<DatabaseImpl>(
        std::make_shared<EngineState>(std::move(environment), state_->extensions(), storage::LogSink(), clock_), as_here);
    KITH_RETURN_IF_ERROR(restored->BuildDerived());
    KITH_ASSIGN_OR_RETURN(VerifyReport verified, restored->Verify());
    report.problems = std::move(verified.problems);
  }
  KITH_RETURN_IF_ERROR(partial->Become());
  return report;
}

}  // namespace kith::engine
