// Erasure of a person within the writer: personal values go as with any write, then history is rewritten without them.
#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include "absl/strings/numbers.h"
#include "engine/chain.h"
#include "engine/database_internal.h"
#include "engine/links.h"
#include "engine/person_internal.h"
#include "engine/replica_internal.h"
#include "engine/sha256.h"
#include "kith/base/packed.h"
#include "kith/engine/erased.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

std::string ProofKey(uint64_t sequence) {
  std::string key(format::kMetaErasurePrefix);
  AppendU64(key, sequence);
  return key;
}

// What a proof's digest is over, and with it what is stored.
std::string EncodeProof(const Erasure& erasure) {
  std::string bytes;
  PackedWriter out(bytes);
  out.Varint(erasure.sequence);
  out.Signed(erasure.recorded.micros);
  out.Varint(erasure.actor.id.value());
  out.Text(erasure.actor.external.system);
  out.Text(erasure.actor.external.key);
  out.Text(erasure.reason);
  out.Varint(erasure.person.value());
  out.Varint(erasure.records);
  out.Varint(erasure.values);
  out.Varint(erasure.external_refs);
  return bytes;
}

StatusOr<Erasure> DecodeProof(std::string_view stored) {
  KITH_ASSIGN_OR_RETURN(const std::string_view content, format::WithoutPadding(stored));
  PackedReader in(content);
  Erasure erasure;
  erasure.sequence = in.Varint();
  erasure.recorded = Time{in.Signed()};
  erasure.actor.id = Id(in.Varint());
  erasure.actor.external.system = in.Text();
  erasure.actor.external.key = in.Text();
  erasure.reason = in.Text();
  erasure.person = Id(in.Varint());
  erasure.records = in.Varint();
  erasure.values = in.Varint();
  erasure.external_refs = in.Varint();
  erasure.digest = in.Text();
  if (!in.done()) return MakeError(Reason::kCorrupt, "the proof of an erasure is malformed");
  return erasure;
}

StatusOr<std::vector<Erasure>> ReadProofs(const storage::Reader& reader) {
  std::vector<Erasure> proofs;
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kMeta);
  const std::string_view prefix = format::kMetaErasurePrefix;
  for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(Erasure proof, DecodeProof(cursor->value()));
    proofs.push_back(std::move(proof));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return proofs;
}

// Proofs stay in a database that is restored to before them, and then their sequence numbers are given again.
uint64_t EndOfProofs(const storage::Reader& reader) {
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kMeta);
  const bool any = cursor->SeekAtMost(ProofKey(UINT64_MAX)) && cursor->key().starts_with(format::kMetaErasurePrefix);
  return any ? ReadU64(cursor->key().data() + format::kMetaErasurePrefix.size()) + 1 : 0;
}

// An entry without what `goes(change)` says, and without its reason unless that is the one to keep. True when it had any of it.
template <typename Goes>
bool Redact(HistoryEntry& entry, const Goes& goes, std::string_view kept_reason, EraseReport& report) {
  for (const FieldChange& change : entry.fields) {
    if (goes(change)) report.history_values += (change.before.is_null() ? 0u : 1u) + (change.after.is_null() ? 0u : 1u);
  }
  entry.repeated -= static_cast<uint32_t>(std::count_if(entry.fields.end() - entry.repeated, entry.fields.end(), goes));
  const size_t fields = std::erase_if(entry.fields, goes);
  const bool reason = !entry.reason.empty() && entry.reason != kept_reason;
  if (reason) {
    ++report.reasons;
    entry.reason.clear();
  }
  return fields > 0 || reason;
}

// What is personal of an entry.
auto PersonalOf(const TypeDef& type) {
  return [&type, externals = HasPersonal(type)](const FieldChange& change) {
    if (change.package == kHeaderPackage) return externals && IsOfLinks(change);
    const FieldDef* field = type.FindField(change.package, change.number);
    return field == nullptr || field->personal;  // what the catalog does not know is not known to be harmless
  };
}

// What a purge leaves: whose it was, and what became of it.
bool IsPurged(const FieldChange& change) { return change.package != kHeaderPackage || IsOfLinks(change); }

bool IsMark(const FieldChange& change, uint32_t number) { return change.package == kHeaderPackage && change.number == number; }

const FieldChange* FindMark(const HistoryEntry& entry, uint32_t number) {
  const auto found =
      std::find_if(entry.fields.begin(), entry.fields.end(), [&](const FieldChange& change) { return IsMark(change, number); });
  return found == entry.fields.end() ? nullptr : &*found;
}

FieldChange MarkOf(uint32_t number, Value value, Time effective) {
  return {.package = kHeaderPackage, .number = number, .before = {}, .after = std::move(value), .effective = effective};
}

class PurgeJob final : public storage::Job {
 public:
  PurgeJob(ApplyRequest request, std::span<const Id> records, const PurgeOptions& options)
      : request_(std::move(request)), records_(records), options_(options) {}
  [[nodiscard]] PurgeReport& report() { return report_; }
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    report_ = {};
    return Applier(request_, set).Purge(records_, options_, report_);
  }

 private:
  ApplyRequest request_;
  std::span<const Id> records_;
  const PurgeOptions& options_;
  PurgeReport report_;
};

class TakeErasureJob final : public storage::Job {
 public:
  TakeErasureJob(ApplyRequest request, const ReplicaPage& page, const ReceivedErasure& erasure, const PastAbout& past)
      : request_(std::move(request)), page_(page), erasure_(erasure), past_(past) {}
  [[nodiscard]] const EraseReport& report() const { return report_; }
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    report_ = {};
    return Applier(request_, set).TakeErasure(page_, erasure_, past_, report_);
  }

 private:
  ApplyRequest request_;
  const ReplicaPage& page_;
  const ReceivedErasure& erasure_;
  const PastAbout& past_;
  EraseReport report_;
};

// Whether it, or a later one, is known of every one of its records.
StatusOr<bool> IsKnown(const storage::Reader& reader, const ReceivedErasure& erasure) {
  for (const Id id : erasure.records) {
    KITH_ASSIGN_OR_RETURN(const std::optional<format::Erased> known, FindErased(reader, id));
    if (!known.has_value() || known->stamp < erasure.erased.stamp) return false;
  }
  return true;
}

class EraseJob final : public storage::Job {
 public:
  EraseJob(ApplyRequest request, Id person, const PastAbout& past, const EraseOptions& options)
      : request_(std::move(request)), person_(person), past_(past), options_(options) {}
  [[nodiscard]] EraseReport& report() { return report_; }
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    report_ = {};
    return Applier(request_, set).Erase(person_, past_, options_, report_);
  }

 private:
  ApplyRequest request_;
  Id person_;
  const PastAbout& past_;
  const EraseOptions& options_;
  EraseReport report_;
};

}  // namespace

StatusOr<std::optional<format::Erased>> FindErased(const storage::Reader& reader, Id id) {
  const StatusOr<storage::View> stored = reader.Get(format::kMeta, format::ErasedKey(id));
  if (IsNotFound(stored.status())) return std::optional<format::Erased>();
  KITH_RETURN_IF_ERROR(stored.status());
  KITH_ASSIGN_OR_RETURN(format::Erased erased, format::DecodeErased(*stored));
  return std::optional(std::move(erased));
}

bool HasErasures(const storage::Reader& reader) {
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kMeta);
  return cursor->SeekAtLeast(format::kMetaErasedPrefix) && cursor->key().starts_with(format::kMetaErasedPrefix);
}

ReplicaChange ErasureOf(Id record, const format::Erased& erased) {
  ReplicaChange change;
  HistoryEntry& entry = change.entry;
  entry.record = record;
  entry.actor = erased.actor;
  entry.reason = erased.reason;
  entry.stamp = erased.stamp;
  entry.recorded = erased.stamp.recorded;
  entry.effective = erased.stamp.recorded;
  entry.fields.push_back(MarkOf(kErasedNumber, erased.person, entry.effective));
  if (erased.keep_shared) entry.fields.push_back(MarkOf(kSharedKeptNumber, true, entry.effective));
  return change;
}

bool IsErasure(const ReplicaChange& change) { return FindMark(change.entry, kErasedNumber) != nullptr; }

std::vector<ReceivedErasure> ErasuresIn(const ReplicaPage& page) {
  std::map<Stamp, ReceivedErasure> found;
  for (const ReplicaChange& change : page.changes) {
    const FieldChange* mark = FindMark(change.entry, kErasedNumber);
    if (mark == nullptr) continue;
    ReceivedErasure& erasure = found[change.entry.stamp];
    const Id* person = mark->after.get_if<Id>();
    erasure.erased = {.stamp = change.entry.stamp,
                      .person = person == nullptr ? Id() : *person,
                      .keep_shared = FindMark(change.entry, kSharedKeptNumber) != nullptr,
                      .actor = change.entry.actor,
                      .reason = change.entry.reason};
    erasure.records.push_back(change.entry.record);
  }
  std::vector<ReceivedErasure> erasures;
  erasures.reserve(found.size());
  for (auto& [stamp, erasure] : found) erasures.push_back(std::move(erasure));
  return erasures;
}

void PutErasedBefore(const Stamp& stamp, HistoryEntry& entry) {
  TextList text = {std::to_string(stamp.recorded.micros), std::to_string(stamp.node), std::to_string(stamp.sequence)};
  entry.fields.push_back(MarkOf(kErasedBeforeNumber, std::move(text), entry.effective));
}

Stamp ErasedBefore(const HistoryEntry& entry) {
  const FieldChange* mark = FindMark(entry, kErasedBeforeNumber);
  const TextList* text = mark == nullptr ? nullptr : mark->after.get_if<TextList>();
  Stamp stamp;
  const bool read = text != nullptr && text->size() == 3 && absl::SimpleAtoi((*text)[0], &stamp.recorded.micros) &&
                    absl::SimpleAtoi((*text)[2], &stamp.sequence);
  uint32_t node = 0;
  if (!read || !absl::SimpleAtoi((*text)[1], &node) || node > UINT16_MAX) return {};
  stamp.node = static_cast<uint16_t>(node);
  return stamp;
}

void RemoveErasedBefore(HistoryEntry& entry) {
  std::erase_if(entry.fields, [](const FieldChange& change) { return IsMark(change, kErasedBeforeNumber); });
}

void WithoutPersonal(const TypeDef& type, ReplicaChange& change) {
  EraseReport nothing;
  Redact(change.entry, PersonalOf(type), {}, nothing);
  if (HasPersonal(type)) change.external_refs.clear();
}

Status Applier::CheckErasable(const TypeDef& type) const {
  for (const FieldDef& field : type.fields) {
    if (!field.personal || field.kind != Kind::kNull) continue;
    return MakeError({.reason = Reason::kFormatNewer, .type = type.name, .field = field.name, .hint = "erase with a newer library"},
                     "the field is personal and of a kind that this library cannot read");
  }
  return absl::OkStatus();
}

// The record without its personal values, as any write would leave it.
Status Applier::EraseValues(Id id, EraseReport& report) {
  KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, Load(id));
  if (draft == nullptr) return absl::OkStatus();
  KITH_RETURN_IF_ERROR(CheckErasable(draft->type()));
  for (const FieldDef& field : draft->type().fields) {
    if (!field.personal || draft->Get(field.position).is_null()) continue;
    ++report.values;
    KITH_RETURN_IF_ERROR(draft->Assert(static_cast<int32_t>(field.position), Value(), now_, now_, set_).status());
  }
  if (HasPersonal(draft->type())) {
    KITH_ASSIGN_OR_RETURN(const std::vector<ExternalRef> taken, TakeExternals(draft->type(), id));
    report.external_refs += taken.size();
  }
  draft->Link();  // an entry in history, also where there was nothing to erase
  return absl::OkStatus();
}

// The one place where entries lose values.
Status Applier::RedactHistory(Id id, EraseReport& report) {
  const TypeDef* type = catalog_.FindType(id.type());
  if (type == nullptr) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(std::vector<HistoryEntry> entries, ReadHistory(set_, id));
  // What a creation gave is told by the entries after it, which are about to lose it.
  for (const HistoryEntry& entry : entries) {
    if (entry.operation == Operation::kCreate && HasPersonal(*type)) KITH_RETURN_IF_ERROR(Withhold(entry.sequence));
  }
  for (HistoryEntry& entry : entries) {
    const bool own = entry.sequence >= first_sequence_;
    EraseReport nothing;
    const std::string reason = entry.reason;
    const bool changed =
        Redact(entry, PersonalOf(*type), own ? std::string_view(entry.reason) : std::string_view(), own ? nothing : report);
    if (!changed) continue;
    if (!own) KITH_RETURN_IF_ERROR(Withhold(entry.sequence));
    PutEntry(entry);
    if (!own && !reason.empty()) KITH_RETURN_IF_ERROR(ForgetReason(entry.sequence, entry.recorded, reason, report));
  }
  return absl::OkStatus();
}

// A batch's reason stands in the entry of every record that it touched, also of those that have nothing to do with the person. They stand
// side by side in the feed.
Status Applier::ForgetReason(uint64_t sequence, Time recorded, const std::string& reason, EraseReport& report) {
  for (const int step : {-1, 1}) {
    for (uint64_t at = sequence;;) {
      at = step < 0 ? at - 1 : at + 1;
      const StatusOr<storage::View> bytes = set_.Get(format::kFeed, storage::IntegerKey(at));
      if (IsNotFound(bytes.status())) break;
      KITH_RETURN_IF_ERROR(bytes.status());
      KITH_ASSIGN_OR_RETURN(const format::FeedValue feed, format::DecodeFeed(*bytes));
      if (feed.recorded != recorded) break;
      KITH_ASSIGN_OR_RETURN(const storage::View stored, set_.Get(format::kHistory, format::HistoryKey(feed.record, at)));
      KITH_ASSIGN_OR_RETURN(HistoryEntry entry, format::DecodeHistory(feed.record, at, stored));
      if (entry.reason != reason) break;
      ++report.reasons;
      entry.reason.clear();
      KITH_RETURN_IF_ERROR(Withhold(at));
      PutEntry(entry);
    }
  }
  return absl::OkStatus();
}

// Records that wait for a text index are listed with the texts that they had: folded, nothing of them is left.
Status Applier::FoldTexts(std::span<const Id> ids) {
  std::unordered_set<TypeNumber> types;
  for (const Id id : ids) types.insert(id.type());
  for (const TypeNumber number : types) {
    const TypeDef* type = catalog_.FindType(number);
    for (size_t i = 0; type != nullptr && i < type->indexes.size(); ++i) {
      const IndexDef& index = type->indexes[i];
      if (index.kind != catalog::IndexKind::kText) continue;
      const TextTarget target{.type = type, .index = &index, .whole = request_.catalog->IsReady(index)};
      KITH_RETURN_IF_ERROR(TextWrites().Fold(target, set_));
    }
  }
  return absl::OkStatus();
}

Status Applier::PutProof(Id person, const Actor& actor, const std::string& reason, const EraseReport& report) {
  KITH_ASSIGN_OR_RETURN(const std::vector<Erasure> before, ReadProofs(set_));
  Erasure proof{.sequence = state_.sequence,
                .recorded = now_,
                .actor = actor,
                .reason = reason,
                .person = person,
                .records = report.records.size(),
                .values = report.values + report.history_values,
                .external_refs = report.external_refs,
                .digest = {}};
  std::string bytes = EncodeProof(proof);
  const std::string_view former = before.empty() ? std::string_view() : before.back().digest;
  KITH_ASSIGN_OR_RETURN(const Sha256::Digest digest, Sha256().Begin().Add(bytes).Add(former).Finish());
  PackedWriter(bytes).Text(Hex(ViewOf(digest)));
  format::AppendPadding(bytes);
  set_.Put(format::kMeta, ProofKey(std::max(proof.sequence, EndOfProofs(set_))), bytes);
  return absl::OkStatus();
}

Status Applier::NoteErased(Id id, const format::Erased& erased) {
  KITH_ASSIGN_OR_RETURN(const std::optional<format::Erased> former, FindErased(set_, id));
  if (former.has_value()) set_.Delete(format::kMeta, format::ErasedAtKey(former->place, id));
  set_.Put(format::kMeta, format::ErasedKey(id), format::EncodeErased(erased));
  std::string nothing;
  format::AppendPadding(nothing);
  set_.Put(format::kMeta, format::ErasedAtKey(erased.place, id), nothing);
  return absl::OkStatus();
}

Status Applier::EraseRecords(format::Erased erased, EraseReport& report) {
  for (const Id id : report.records) KITH_RETURN_IF_ERROR(EraseValues(id, report));
  KITH_RETURN_IF_ERROR(RunRules());
  first_sequence_ = state_.sequence + 1;
  KITH_RETURN_IF_ERROR(PutRecords());
  KITH_RETURN_IF_ERROR(FoldTexts(report.records));
  KITH_RETURN_IF_ERROR(Derive());
  for (const Id id : report.records) KITH_RETURN_IF_ERROR(RedactHistory(id, report));
  KITH_RETURN_IF_ERROR(ForgetOutcomesOf(report.records, report));
  KITH_RETURN_IF_ERROR(PutProof(erased.person, erased.actor, erased.reason, report));
  erased.place = state_.sequence;
  if (erased.stamp.sequence == 0) erased.stamp = {now_, request_.node, state_.sequence};
  for (const Id id : report.records) KITH_RETURN_IF_ERROR(NoteErased(id, erased));
  return absl::OkStatus();
}

StatusOr<storage::Job::Verdict> Applier::TakeErasure(const ReplicaPage& page, const ReceivedErasure& erasure, const PastAbout& past,
                                                     EraseReport& report) {
  KITH_RETURN_IF_ERROR(CheckCatalog());
  KITH_ASSIGN_OR_RETURN(replica_, ReadReplicaState(set_, request_.node));
  KITH_RETURN_IF_ERROR(CheckPage(page, request_.node, replica_, state_.sequence));
  now_ = std::max({request_.clock, state_.recorded, Time{erasure.erased.stamp.recorded.micros + 1}});
  KITH_ASSIGN_OR_RETURN(const PersonScope scope, FindScope(set_, *request_.catalog, erasure.records, past));
  for (const Id id : scope.records) {
    if (erasure.erased.keep_shared && std::find(scope.shared.begin(), scope.shared.end(), id) != scope.shared.end()) continue;
    KITH_ASSIGN_OR_RETURN(const std::optional<format::Erased> known, FindErased(set_, id));
    if (!known.has_value() || known->stamp < erasure.erased.stamp) report.records.push_back(id);
  }
  if (report.records.empty()) return storage::Job::Verdict::kDiscard;
  KITH_RETURN_IF_ERROR(EraseRecords(erasure.erased, report));
  // Also where none of the records is there: what is erased here later is later.
  state_.recorded = now_;
  set_.Put(format::kMeta, format::kMetaState, format::EncodeState(state_));
  Outcome outcome;
  KITH_RETURN_IF_ERROR(Finish(outcome));
  return storage::Job::Verdict::kKeep;
}

StatusOr<storage::Job::Verdict> Applier::Erase(Id person, const PastAbout& past, const EraseOptions& options, EraseReport& report) {
  KITH_RETURN_IF_ERROR(CheckCatalog());
  now_ = std::max(request_.clock, state_.recorded);
  KITH_RETURN_IF_ERROR(CheckPerson(set_, person));
  KITH_RETURN_IF_ERROR(CheckIsPerson(set_, *request_.catalog, person));
  KITH_ASSIGN_OR_RETURN(PersonScope scope, FindScope(set_, *request_.catalog, {&person, 1}, past));
  report.shared = scope.shared;
  if (options.keep_shared) {
    std::erase_if(scope.records, [&](Id id) { return std::find(scope.shared.begin(), scope.shared.end(), id) != scope.shared.end(); });
  }
  report.records = std::move(scope.records);
  KITH_RETURN_IF_ERROR(EraseRecords(
      {.person = person, .keep_shared = options.keep_shared, .actor = request_.batch->actor(), .reason = request_.batch->reason()},
      report));
  Outcome outcome;
  KITH_RETURN_IF_ERROR(Finish(outcome));
  if (options.dry_run) return storage::Job::Verdict::kDiscard;
  report.sequence = state_.sequence;
  return storage::Job::Verdict::kKeep;
}

// The history of a record without what it was, and a second end that says so. After WithholdHistories.
Status Applier::PurgeRecord(Id id, const HistoryEntry& by, EraseReport& report) {
  KITH_ASSIGN_OR_RETURN(std::vector<HistoryEntry> entries, ReadHistory(set_, id));
  for (HistoryEntry& entry : entries) {
    const std::string reason = entry.reason;
    if (Redact(entry, IsPurged, {}, report)) PutEntry(entry);
    if (!reason.empty()) KITH_RETURN_IF_ERROR(ForgetReason(entry.sequence, entry.recorded, reason, report));
  }
  HistoryEntry end = entries.back();
  end.sequence = ++state_.sequence;
  end.operation = Operation::kDelete;
  end.actor = by.actor;
  end.reason = by.reason;
  end.recorded = now_;
  end.effective = by.effective;
  end.stamp = by.stamp;
  if (end.stamp.sequence == 0) end.stamp = {now_, request_.node, end.sequence};
  for (FieldChange& change : end.fields) change.effective = by.effective;
  end.fields.push_back({.package = kHeaderPackage, .number = kPurgedNumber, .before = {}, .after = true, .effective = by.effective});
  PutEntry(end);
  report.records = {id};
  return PutProof(id, by.actor, by.reason, report);
}

StatusOr<storage::Job::Verdict> Applier::Purge(std::span<const Id> records, const PurgeOptions& options, PurgeReport& report) {
  KITH_RETURN_IF_ERROR(CheckCatalog());
  now_ = std::max(request_.clock, state_.recorded);
  first_sequence_ = state_.sequence + 1;
  HistoryEntry by;
  by.actor = request_.batch->actor();
  by.reason = request_.batch->reason();
  by.effective = now_;
  KITH_RETURN_IF_ERROR(WithholdHistories(set_, catalog_, records));
  for (const Id id : records) {
    const TypeDef* type = catalog_.FindType(id.type());
    const StatusOr<HistoryEntry> last = ReadLastHistory(set_, id);
    if (type == nullptr || IsNotFound(last.status())) {
      return MakeError({.reason = Reason::kRecordMissing, .record = id}, "there never was such a record");
    }
    KITH_RETURN_IF_ERROR(last.status());
    KITH_RETURN_IF_ERROR(CheckWritable(*type));
    if (last->operation != Operation::kDelete) {
      return MakeError({.reason = Reason::kPreconditionFailed, .type = type->name, .record = id, .hint = "delete it first"},
                       "the record exists: only what is deleted is purged");
    }
    if (IsPurge(*last)) continue;
    EraseReport part;
    KITH_RETURN_IF_ERROR(PurgeRecord(id, by, part));
    ++report.records;
    report.history_values += part.history_values;
    report.reasons += part.reasons;
  }
  EraseReport forgotten;
  KITH_RETURN_IF_ERROR(ForgetOutcomesOf(records, forgotten));
  report.idempotency_keys = forgotten.idempotency_keys;
  KITH_RETURN_IF_ERROR(FoldTexts(records));
  Outcome outcome;
  KITH_RETURN_IF_ERROR(Finish(outcome));
  return options.dry_run ? storage::Job::Verdict::kDiscard : storage::Job::Verdict::kKeep;
}

StatusOr<PurgeReport> DatabaseImpl::Purge(std::span<const Id> records, const PurgeOptions& options) {
  KITH_RETURN_IF_ERROR(CheckOptions({}));
  for (;;) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
    const Batch nothing(catalog->catalog, options.actor, options.reason);
    KITH_RETURN_IF_ERROR(nothing.status());
    PurgeJob job(NewRequest(nothing, catalog), records, options);
    const Status status = RunJob(job);
    if (GetReason(status) == Reason::kCatalogChanged) continue;
    KITH_RETURN_IF_ERROR(status);
    PurgeReport report = job.report();
    if (options.overwrite && !options.dry_run) {
      KITH_ASSIGN_OR_RETURN(report.overwritten, OverwriteFreed());
    }
    return report;
  }
}

StatusOr<EraseReport> DatabaseImpl::ErasePerson(Id person, const EraseOptions& options) {
  KITH_RETURN_IF_ERROR(CheckOptions({}));
  for (;;) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
    PastAbout past;
    {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
      KITH_ASSIGN_OR_RETURN(past, ReadPastAbout(*snapshot, *catalog->catalog));
    }
    const Batch nothing(catalog->catalog, options.actor, options.reason);
    KITH_RETURN_IF_ERROR(nothing.status());
    EraseJob job(NewRequest(nothing, catalog), person, past, options);
    const Status status = RunJob(job);
    if (GetReason(status) == Reason::kCatalogChanged) continue;
    KITH_RETURN_IF_ERROR(status);
    EraseReport report = std::move(job.report());
    if (options.overwrite && !options.dry_run) {
      KITH_ASSIGN_OR_RETURN(report.overwritten, OverwriteFreed());
    }
    return report;
  }
}

Status DatabaseImpl::ReceiveErasures(const ReplicaPage& page, ReceiveReport& total) {
  std::vector<ReceivedErasure> erasures = ErasuresIn(page);
  if (erasures.empty()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
  PastAbout past;
  {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
    Status read;
    std::erase_if(erasures, [&](const ReceivedErasure& erasure) {
      const StatusOr<bool> known = IsKnown(*snapshot, erasure);
      read.Update(known.status());
      return !known.ok() || *known;
    });
    KITH_RETURN_IF_ERROR(read);
    if (erasures.empty()) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(past, ReadPastAbout(*snapshot, *catalog->catalog));
  }
  for (size_t i = 0; i < erasures.size();) {
    const Batch nothing(catalog->catalog, erasures[i].erased.actor, erasures[i].erased.reason);
    KITH_RETURN_IF_ERROR(nothing.status());
    TakeErasureJob job(NewRequest(nothing, catalog), page, erasures[i], past);
    const Status status = RunJob(job);
    if (GetReason(status) == Reason::kCatalogChanged) {
      KITH_ASSIGN_OR_RETURN(catalog, state_->Refresh());
      continue;
    }
    KITH_RETURN_IF_ERROR(status);
    total.taken += job.report().records.size();
    ++i;
  }
  return absl::OkStatus();
}

StatusOr<std::vector<Erasure>> DatabaseImpl::Erasures() {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
  return ReadProofs(*snapshot);
}

StatusOr<storage::OverwriteReport> DatabaseImpl::OverwriteFreed() { return state_->environment().Overwrite(); }

}  // namespace kith::engine
