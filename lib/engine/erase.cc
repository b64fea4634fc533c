// Erasure of a person within the writer: personal values go as with any write, then history is rewritten without them.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "engine/database_internal.h"
#include "engine/links.h"
#include "engine/person_internal.h"
#include "engine/sha256.h"
#include "kith/base/packed.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

bool HasPersonal(const TypeDef& type) {
  return std::any_of(type.fields.begin(), type.fields.end(), [](const FieldDef& field) { return field.personal; });
}

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

StatusOr<storage::Job::Verdict> Applier::Erase(Id person, const PastAbout& past, const EraseOptions& options, EraseReport& report) {
  KITH_RETURN_IF_ERROR(CheckCatalog());
  now_ = std::max(request_.clock, state_.recorded);
  KITH_ASSIGN_OR_RETURN(PersonScope scope, FindScope(set_, *request_.catalog, person, past));
  report.shared = scope.shared;
  if (options.keep_shared) {
    std::erase_if(scope.records, [&](Id id) { return std::find(scope.shared.begin(), scope.shared.end(), id) != scope.shared.end(); });
  }
  report.records = scope.records;
  for (const Id id : scope.records) KITH_RETURN_IF_ERROR(EraseValues(id, report));
  KITH_RETURN_IF_ERROR(RunRules());
  first_sequence_ = state_.sequence + 1;
  KITH_RETURN_IF_ERROR(PutRecords());
  KITH_RETURN_IF_ERROR(FoldTexts(scope.records));
  KITH_RETURN_IF_ERROR(Derive());
  for (const Id id : scope.records) KITH_RETURN_IF_ERROR(RedactHistory(id, report));
  KITH_RETURN_IF_ERROR(ForgetOutcomesOf(scope.records, report));
  KITH_RETURN_IF_ERROR(PutProof(person, request_.batch->actor(), request_.batch->reason(), report));
  Outcome outcome;
  KITH_RETURN_IF_ERROR(Finish(outcome));
  if (options.dry_run) return storage::Job::Verdict::kDiscard;
  report.sequence = state_.sequence;
  return storage::Job::Verdict::kKeep;
}

// The history of a record without what it was, and a second end that says so.
Status Applier::PurgeRecord(Id id, const HistoryEntry& by, EraseReport& report) {
  KITH_ASSIGN_OR_RETURN(std::vector<HistoryEntry> entries, ReadHistory(set_, id));
  for (const HistoryEntry& entry : entries) KITH_RETURN_IF_ERROR(Withhold(entry.sequence));
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

StatusOr<std::vector<Erasure>> DatabaseImpl::Erasures() {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
  return ReadProofs(*snapshot);
}

StatusOr<storage::OverwriteReport> DatabaseImpl::OverwriteFreed() { return state_->environment().Overwrite(); }

}  // namespace kith::engine
