// Records of another database: checked for what keeps this one sound, then put like the records of a batch.
#include <algorithm>
#include <utility>

#include "engine/batch_internal.h"
#include "engine/database_internal.h"
#include "kith/base/limits.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

class LoadJob final : public storage::Job {
 public:
  LoadJob(ApplyRequest request, std::span<const LoadedRecord> records) : request_(std::move(request)), records_(records) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override { return Applier(request_, set).Load(records_); }

 private:
  ApplyRequest request_;
  std::span<const LoadedRecord> records_;
};

Status CheckValueOf(const FieldDef& field, const Value& value) {
  Status status = record::CheckValue(field.stored, value);
  const auto known = [&](Choice choice) { return field.FindChoice(choice.number) != nullptr; };
  const auto* choice = value.get_if<Choice>();
  const auto* choices = value.get_if<ChoiceSet>();
  if ((choice != nullptr && !known(*choice)) || (choices != nullptr && !std::all_of(choices->begin(), choices->end(), known))) {
    status = MakeError({.reason = Reason::kNotAChoice, .value = ToText(value)}, "the field has no such choice");
  }
  return WithContext(status, {.field = field.name});
}

Status WrongHistory(std::string_view message) {
  return MakeError({.reason = Reason::kPreconditionFailed, .field = "history", .hint = "leave the history out, or give all of it"},
                   message);
}

// Lives that follow each other, the last of which goes on unless the record is deleted.
Status CheckLives(const LoadedRecord& loaded) {
  bool alive = false;
  for (const HistoryEntry& entry : loaded.history) {
    if ((entry.operation == Operation::kCreate) == alive && !IsPurge(entry)) {
      return WrongHistory(alive ? "creates a record that exists" : "changes a record that does not exist");
    }
    alive = entry.operation != Operation::kDelete;
  }
  if (alive != loaded.deleted) return absl::OkStatus();
  return WrongHistory(alive ? "does not end with the record's deletion" : "ends with a deletion, but the record exists");
}

// With the numbers that they get here.
std::vector<HistoryEntry> Numbered(const LoadedRecord& loaded, Time now) {
  std::vector<HistoryEntry> entries = loaded.history;
  for (size_t i = 0; i < entries.size(); ++i) {
    entries[i].record = Id(loaded.header.id);
    entries[i].sequence = i + 1;
    entries[i].recorded = now;
  }
  return entries;
}

}  // namespace

// Whether the id may be given: nothing, or the creation of the seed that has it, which nobody has touched.
StatusOr<std::optional<HistoryEntry>> Applier::FindPlace(Id id) {
  if (id.is_local() || id.sequence() == 0) {
    return MakeError({.reason = Reason::kOutOfRange, .value = std::to_string(id.value())}, "is no id of a record");
  }
  KITH_ASSIGN_OR_RETURN(const bool raised, RaiseCounter(set_, id));
  if (raised) return std::optional<HistoryEntry>();
  KITH_ASSIGN_OR_RETURN(std::vector<HistoryEntry> past, ReadHistory(set_, id));
  if (past.empty()) return std::optional<HistoryEntry>();
  KITH_ASSIGN_OR_RETURN(const DraftRecord* draft, Load(id));
  // An entry that pruning made of several asserts what they left.
  const bool seed =
      draft != nullptr && past.size() == 1 && past[0].fields.empty() && static_cast<Origin>(draft->header().origin) == Origin::kPackage;
  if (seed) return std::optional<HistoryEntry>(std::move(past[0]));
  return MakeError({.reason = Reason::kPreconditionFailed, .hint = "load into a database that has no records of the type"},
                   "a record with this id is or was there");
}

Status Applier::LinkLoaded(const TypeDef& type, const LoadedRecord& loaded) {
  for (const ExternalRef& external : loaded.external_refs) {
    KITH_RETURN_IF_ERROR(CheckExternal(external));
    KITH_ASSIGN_OR_RETURN(const std::optional<Id> taken, FindExternal(type.number, external));
    if (taken.has_value()) {
      return MakeError({.reason = Reason::kExternalRefTaken, .value = external.system + " " + external.key},
                       "another record has this external reference");
    }
    PutExternal(type, Id(loaded.header.id), external);
  }
  return absl::OkStatus();
}

Status Applier::CheckEntry(const TypeDef& type, const HistoryEntry& entry) const {
  KITH_RETURN_IF_ERROR(CheckEffective(entry.effective, -1));
  KITH_RETURN_IF_ERROR(CheckAuthor(entry.actor, entry.reason));
  for (const FieldChange& change : entry.fields) {
    KITH_RETURN_IF_ERROR(CheckEffective(change.effective, -1));
    if (change.package == kHeaderPackage) continue;
    const FieldDef* field = type.FindField(change.package, change.number);
    if (field == nullptr) return WrongHistory("changes a field that the type does not have");
    KITH_RETURN_IF_ERROR(CheckValueOf(*field, change.before));
    KITH_RETURN_IF_ERROR(CheckValueOf(*field, change.after));
  }
  return absl::OkStatus();
}

// The stored record is the fold of its history; what is loaded keeps to that.
Status Applier::CheckFold(const TypeDef& type, const LoadedRecord& loaded) {
  KITH_ASSIGN_OR_RETURN(const std::string_view bytes, builder_.Build(loaded.header, type.layout, loaded.values));
  KITH_ASSIGN_OR_RETURN(const std::optional<PastRecord> fold,
                        FoldHistory(type, Numbered(loaded, now_), record::View(bytes, &type.layout), AsOf{}));
  if (!fold.has_value()) return WrongHistory("ends with a deletion, but the record exists");
  for (size_t i = 0; i < loaded.values.size(); ++i) {
    if (fold->values[i] == loaded.values[i]) continue;
    return WithContext(WrongHistory("the history gives another value: " + ToText(fold->values[i])),
                       {.field = type.fields[i].name, .value = ToText(loaded.values[i])});
  }
  const auto facts = [](const record::Header& header) {
    return std::make_tuple(header.created, header.owner, header.unit, header.visibility);
  };
  if (facts(fold->header) == facts(loaded.header)) return absl::OkStatus();
  return WrongHistory("the history gives another owner, unit, visibility or time of creation");
}

Status Applier::CheckPresent(const TypeDef& type, const LoadedRecord& loaded) const {
  if (loaded.values.size() != type.fields.size()) return MakeError(Reason::kBadOptions, "there is not a value for each field");
  for (const FieldDef& field : type.fields) {
    const Value& value = loaded.values[field.position];
    KITH_RETURN_IF_ERROR(CheckValueOf(field, value));
    if (!field.computed() || value.is_null()) continue;
    return MakeError({.reason = Reason::kFieldReadOnly, .field = field.name, .value = ToText(value), .hint = "leave it out"},
                     "is computed and not stored");
  }
  KITH_RETURN_IF_ERROR(CheckEffective(Time{loaded.header.created}, -1));
  if (loaded.header.owner < kIdEnd) return absl::OkStatus();
  return MakeError({.reason = Reason::kOutOfRange, .field = "owner", .value = std::to_string(loaded.header.owner)}, "the owner is no id");
}

Status Applier::CheckPast(const TypeDef& type, const LoadedRecord& loaded) {
  if (loaded.history.empty()) return loaded.deleted ? WrongHistory("a deleted record has a history") : absl::OkStatus();
  KITH_RETURN_IF_ERROR(CheckLives(loaded));
  for (const HistoryEntry& entry : loaded.history) KITH_RETURN_IF_ERROR(CheckEntry(type, entry));
  return loaded.deleted ? absl::OkStatus() : CheckFold(type, loaded);
}

std::vector<HistoryEntry> Applier::PastOf(const LoadedRecord& loaded) const {
  if (!loaded.history.empty()) {
    std::vector<HistoryEntry> past = loaded.history;
    // The loading database takes them for the first time.
    for (HistoryEntry& entry : past) {
      entry.stamp = {};
      entry.repeated = 0;
    }
    return past;
  }
  HistoryEntry creation;
  creation.operation = Operation::kCreate;
  creation.actor = request_.batch->actor();
  creation.reason = request_.batch->reason();
  creation.effective = Time{loaded.header.created};
  return {creation};
}

Status Applier::LoadOne(const LoadedRecord& loaded) {
  const Id id(loaded.header.id);
  KITH_ASSIGN_OR_RETURN(const TypeDef* const type, catalog_.GetType(id.type()));
  KITH_RETURN_IF_ERROR(CheckWritable(*type));
  KITH_ASSIGN_OR_RETURN(std::optional<HistoryEntry> place, FindPlace(id));
  if (!loaded.deleted) KITH_RETURN_IF_ERROR(CheckPresent(*type, loaded));
  KITH_RETURN_IF_ERROR(CheckPast(*type, loaded));
  KITH_RETURN_IF_ERROR(PassLoadedNumbers(*type, loaded));
  if (loaded.deleted && !place.has_value()) {
    PutPast(id, PastOf(loaded));
    return absl::OkStatus();
  }
  DraftRecord& draft =
      place.has_value() ? *FindDraft(id) : AddDraft(id, *type, Time{loaded.header.created}, static_cast<Origin>(loaded.header.origin));
  draft.past = PastOf(loaded);
  draft.place = std::move(place);
  if (draft.place.has_value()) KITH_RETURN_IF_ERROR(TakeExternals(*type, id).status());
  if (loaded.deleted) {
    draft.Delete(loaded.history.back().effective);
    return absl::OkStatus();
  }
  draft.Fill(loaded.header, loaded.values);
  return LinkLoaded(*type, loaded);
}

Applier::Place Applier::PutPast(Id id, std::span<const HistoryEntry> past, const std::optional<HistoryEntry>& place) {
  Place last;
  for (const HistoryEntry& was : past) {
    const bool placed = place.has_value() && &was == past.data();
    last = placed ? Place{place->sequence, place->recorded} : Place{++state_.sequence, now_};
    HistoryEntry entry = was;
    entry.record = id;
    entry.sequence = last.sequence;
    entry.recorded = last.recorded;
    if (entry.stamp.sequence == 0) entry.stamp = {entry.recorded, request_.node, entry.sequence};
    PutEntry(entry);
  }
  return last;
}

StatusOr<storage::Job::Verdict> Applier::Load(std::span<const LoadedRecord> records) {
  KITH_RETURN_IF_ERROR(CheckCatalog());
  now_ = std::max(request_.clock, state_.recorded);
  first_sequence_ = state_.sequence + 1;
  if (!request_.catalog->conversions.empty()) {
    return MakeError(
        {.reason = Reason::kPreconditionFailed, .field = request_.catalog->conversions[0].change.field, .hint = "finish that first"},
        "records are not loaded while the kind of a field changes");
  }
  for (const LoadedRecord& record : records) {
    const Status status = LoadOne(record);
    if (status.ok()) continue;
    const TypeDef* type = catalog_.FindType(Id(record.header.id).type());
    return WithContext(status, {.type = type == nullptr ? std::string() : type->name, .record = Id(record.header.id)});
  }
  KITH_RETURN_IF_ERROR(PutRecords());
  KITH_RETURN_IF_ERROR(Derive());
  Outcome outcome;
  KITH_RETURN_IF_ERROR(Finish(outcome));
  return storage::Job::Verdict::kKeep;
}

Status DatabaseImpl::Load(const catalog::Catalog& catalog, std::span<const LoadedRecord> records, const LoadOptions& options) {
  ApplyOptions checked;
  checked.checkpoint = options.checkpoint;
  checked.checkpoint_value = options.checkpoint_value;
  KITH_RETURN_IF_ERROR(CheckOptions(checked));
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> newest, state_->Refresh());
  if (newest->version != catalog.version()) {
    return MakeError({.reason = Reason::kCatalogChanged, .hint = "load again with the newest catalog"}, "the catalog has changed");
  }
  const Batch nothing(newest->catalog, options.actor, options.reason);
  KITH_RETURN_IF_ERROR(nothing.status());
  ApplyRequest request = NewRequest(nothing, newest);
  request.checkpoint = options.checkpoint;
  request.checkpoint_value = options.checkpoint_value;
  LoadJob job(std::move(request), records);
  return RunJob(job);
}

}  // namespace kith::engine
