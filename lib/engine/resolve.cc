// Which records a batch means and what it gives them: preconditions, external references, assignments.
#include <utility>

#include "engine/apply_internal.h"
#include "engine/batch_internal.h"
#include "kith/base/limits.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;

std::string Shown(const ExternalRef& external) { return external.system + " " + external.key; }

Status At(const Status& status, const TypeDef* type, Id record, size_t change) {
  return WithContext(status,
                     {.type = type == nullptr ? std::string() : type->name, .record = record, .change = static_cast<int64_t>(change)});
}

Status Missing(std::string_view message) { return MakeError(Reason::kRecordMissing, message); }

}  // namespace

Id Applier::ResolveId(Id id) const {
  if (id.is_local()) id = locals_[id.local_index()].id;
  if (redirects_.empty()) return id;
  const auto merged = redirects_.find(id.value());
  return merged == redirects_.end() ? id : merged->second;
}

DraftRecord* Applier::FindDraft(Id id) {
  const auto found = by_id_.find(id.value());
  return found == by_id_.end() ? nullptr : found->second;
}

StatusOr<DraftRecord*> Applier::Load(Id id) {
  if (DraftRecord* draft = FindDraft(id)) return draft;
  const TypeDef* type = catalog_.FindType(id.type());
  if (type == nullptr) return nullptr;
  const uint64_t key = id.value();
  const StatusOr<storage::View> bytes = set_.Get(format::kRecord, storage::IntegerKey(key));
  if (IsNotFound(bytes.status())) return nullptr;
  if (!bytes.ok()) return bytes.status();
  DraftRecord& draft = drafts_.emplace_back(record::View(*bytes, &type->layout, &computer_), *type, &computer_);
  by_id_.emplace(key, &draft);
  return &draft;
}

StatusOr<DraftRecord*> Applier::NewDraft(const TypeDef& type, Time effective, Origin origin) {
  auto [counter, first_use] = counters_.try_emplace(type.number, 0);
  if (first_use) {
    const StatusOr<storage::View> stored = set_.Get(format::kMeta, format::CounterKey(type.number, request_.node));
    if (stored.ok()) {
      if (stored->size() != sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "an id counter is malformed");
      counter->second = static_cast<uint32_t>(ReadU64(stored->data()));
    } else if (!IsNotFound(stored.status())) {
      return stored.status();
    }
  }
  if (counter->second == UINT32_MAX) {
    return MakeError({.reason = Reason::kLimitExceeded, .type = type.name, .hint = "2^32 - 1 records of one type and node were created"},
                     "no id is left");
  }
  return &AddDraft(Id::Of(type.number, request_.node, ++counter->second), type, effective, origin);
}

DraftRecord& Applier::AddDraft(Id id, const TypeDef& type, Time effective, Origin origin) {
  DraftRecord& draft = drafts_.emplace_back(id, type, effective, now_, origin, &computer_);
  by_id_.emplace(id.value(), &draft);
  return draft;
}

const TypePlan& Applier::PlanOf(const TypeDef& type) {
  auto [found, added] = plans_.try_emplace(type.number);
  TypePlan& plan = found->second;
  if (!added) return plan;
  for (const catalog::FieldDef& field : type.fields) {
    if (field.required) plan.required.push_back(field.position);
    if (field.initial.has_value()) plan.initial.push_back(field.position);
    if (!field.transitions.empty()) plan.machines.push_back(field.position);
    if (field.numbering != nullptr) plan.numbered.push_back(field.position);
    if (field.kind == Kind::kRef) plan.references.push_back(field.position);
  }
  return plan;
}

// --- preconditions: the state before the batch

StatusOr<std::optional<Id>> Applier::FindExternal(TypeNumber type, const ExternalRef& external) const {
  const StatusOr<storage::View> found = set_.Get(format::kExternal, format::ExternalKey(type, external));
  if (IsNotFound(found.status())) return std::optional<Id>();
  if (!found.ok()) return found.status();
  if (found->size() != sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "an external reference is malformed");
  return std::optional<Id>(ReadU64(found->data()));
}

// The record that a target is before the batch; nullopt when there is none, or it is yet to be created.
StatusOr<std::optional<Id>> Applier::StateBefore(Id target) const {
  if (!target.is_local()) return std::optional<Id>(target);
  for (const Change& change : request_.batch->changes()) {
    if (change.target != target) continue;
    if (change.op == Change::Op::kRequireVersion || change.op == Change::Op::kRequireValue) continue;
    if (change.external.system.empty()) return std::optional<Id>();
    return FindExternal(change.type, change.external);
  }
  return std::optional<Id>();
}

Status Applier::CheckVersion(const Change& change, size_t index) {
  KITH_ASSIGN_OR_RETURN(const std::optional<Id> id, StateBefore(change.target));
  const DraftRecord* draft = nullptr;
  if (id.has_value()) {
    KITH_ASSIGN_OR_RETURN(draft, Load(*id));
  }
  if (draft != nullptr) {
    KITH_ASSIGN_OR_RETURN(const bool visible, MaySee(*draft));
    if (!visible) draft = nullptr;
  }
  const uint64_t version = draft == nullptr ? 0 : draft->before().header().version;
  if (version == change.version) return absl::OkStatus();
  const Status status =
      MakeError({.reason = Reason::kVersionConflict, .value = std::to_string(version), .hint = "read it again"},
                version == 0 ? "the record does not exist any more; version " + std::to_string(change.version) + " was expected"
                             : "the record has another version than the expected " + std::to_string(change.version));
  return At(status, catalog_.FindType(change.type), id.value_or(change.target), index);
}

Status Applier::CheckValue(const Change& change, size_t index) {
  KITH_ASSIGN_OR_RETURN(const std::optional<Id> id, StateBefore(change.target));
  const DraftRecord* draft = nullptr;
  if (id.has_value()) {
    KITH_ASSIGN_OR_RETURN(draft, Load(*id));
  }
  const TypeDef* type = catalog_.FindType(change.type);
  // What a viewer may not read it may not find out by guessing either.
  bool visible = draft != nullptr;
  if (visible) {
    KITH_ASSIGN_OR_RETURN(visible, MaySee(*draft));
  }
  if (!visible) return At(Missing("no such record"), type, id.value_or(change.target), index);
  const Assignment& expected = change.assignments[0];
  if (access_ != nullptr && access_->IsMasked(draft->type(), expected.position)) {
    const std::string_view field = FieldNameAt(draft->type(), expected.position);
    return At(NotAllowed(draft->type(), *id, "may not read the field", field), type, *id, index);
  }
  Value value = expected.value;
  if (const Id* ref = value.get_if<Id>(); ref != nullptr && ref->is_local()) {
    KITH_ASSIGN_OR_RETURN(const std::optional<Id> before, StateBefore(*ref));
    value = before.has_value() ? Value(*before) : value;
  }
  const Value present = format::ValueOf(draft->before(), expected.position);
  if (present == value) return absl::OkStatus();
  return At(MakeError({.reason = Reason::kPreconditionFailed,
                       .field = std::string(FieldNameAt(draft->type(), expected.position)),
                       .value = ToText(present),
                       .hint = "read the record again and decide anew"},
                      "the field has another value than the expected " + ToText(value)),
            type, *id, index);
}

Status Applier::CheckPreconditions() {
  const std::vector<Change>& changes = request_.batch->changes();
  for (size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].op == Change::Op::kRequireVersion) KITH_RETURN_IF_ERROR(CheckVersion(changes[i], i));
    if (changes[i].op == Change::Op::kRequireValue) KITH_RETURN_IF_ERROR(CheckValue(changes[i], i));
    if (changes[i].op != Change::Op::kRequireAbsent) continue;
    KITH_ASSIGN_OR_RETURN(const std::optional<Id> found, FindExternal(changes[i].type, changes[i].external));
    if (!found.has_value()) continue;
    return At(MakeError({.reason = Reason::kPreconditionFailed, .value = Shown(changes[i].external)},
                        "a record with this external reference exists"),
              catalog_.FindType(changes[i].type), Named(*found), i);
  }
  return absl::OkStatus();
}

// --- records

Status Applier::CheckEffective(Time effective, int64_t change) const {
  static const Time kFirst = StartOf(FromCivil({.year = 1, .month = 1, .day = 1}));
  if (effective < kFirst) {
    return MakeError({.reason = Reason::kOutOfRange, .value = ToText(effective), .hint = "RFC 3339 has no earlier time", .change = change},
                     "the effective time lies before the year 0001");
  }
  if (effective <= now_) return absl::OkStatus();
  return MakeError({.reason = Reason::kEffectiveInFuture,
                    .value = ToText(effective),
                    .hint = "it is " + ToText(now_) + "; what is planned for later is a field of its own",
                    .change = change},
                   "the effective time lies in the future");
}

Status Applier::CheckWritable(const TypeDef& type) const {
  KITH_RETURN_IF_ERROR(request_.catalog->reading->programs->Writable(type.number));
  if (type.number >= catalog::kFirstOpenType || request_.definitions) return absl::OkStatus();
  return MakeError({.reason = Reason::kFieldReadOnly, .type = type.name, .hint = "definitions change through Ensure"},
                   "is written by the library alone");
}

Status Applier::Define(const Change& change, size_t index) {
  const TypeDef* type = catalog_.FindType(change.type);
  if (type == nullptr) return MakeError(Reason::kUnknownType, "the type is not in the catalog");
  KITH_RETURN_IF_ERROR(CheckWritable(*type));
  Local& local = locals_[change.target.local_index()];
  const bool by_external = !change.external.system.empty();
  if (by_external) {
    KITH_ASSIGN_OR_RETURN(const std::optional<Id> found, FindExternal(change.type, change.external));
    bool visible = false;
    if (found.has_value()) {
      KITH_ASSIGN_OR_RETURN(visible, MaySee(*found));
    }
    if (found.has_value() && (change.op == Change::Op::kCreate || (!visible && change.op != Change::Op::kExisting))) {
      return At(MakeError({.reason = Reason::kExternalRefTaken,
                           .value = Shown(change.external),
                           .hint = visible ? "upsert, or create_if_absent" : "give another one"},
                          "another record has this external reference"),
                type, Named(*found), index);
    }
    if (visible) {
      local.id = *found;
      local.untouchable = change.op == Change::Op::kCreateIfAbsent;
      return absl::OkStatus();
    }
    if (change.op == Change::Op::kExisting) {
      return MakeError({.reason = Reason::kRecordMissing, .value = Shown(change.external)}, "no record has this external reference");
    }
  }
  if (type->retired) {
    return MakeError({.reason = Reason::kUnknownType, .hint = "its records stay readable"}, "the type is retired: no new records");
  }
  const Time effective = change.effective.value_or(now_);
  KITH_RETURN_IF_ERROR(CheckEffective(effective, static_cast<int64_t>(index)));
  KITH_ASSIGN_OR_RETURN(local.draft, NewDraft(*type, effective, request_.batch->origin()));
  local.id = local.draft->id();
  local.draft->local = change.target;
  local.draft->change = static_cast<int64_t>(index);
  if (by_external) PutExternal(*type, local.id, change.external);
  return absl::OkStatus();
}

void Applier::PutExternal(const TypeDef& type, Id id, const ExternalRef& external) {
  std::string value;
  AppendU64(value, id.value());
  set_.Put(format::kExternal, format::ExternalKey(type.number, external), value);
  set_.Put(format::kExternal, format::ExternalReverseKey(id, external), {});
}

// The draft that a change is about; an error when there is no such record or the batch has deleted it.
StatusOr<DraftRecord*> Applier::LoadTarget(Id target, size_t index) {
  DraftRecord* draft = nullptr;
  if (target.is_local()) {
    Local& local = locals_[target.local_index()];
    if (local.draft == nullptr && !local.id.is_null()) {
      KITH_ASSIGN_OR_RETURN(local.draft, Load(local.id));
    }
    draft = local.draft;
  } else {
    KITH_ASSIGN_OR_RETURN(draft, Load(target));
  }
  if (draft == nullptr || (draft->deleted() && !draft->merged_into.is_null())) {
    KITH_ASSIGN_OR_RETURN(const Id merged, Redirect(draft == nullptr ? target : draft->id()));
    if (!merged.is_null()) {
      KITH_ASSIGN_OR_RETURN(draft, Load(merged));
    }
  }
  if (draft == nullptr) return Missing("no such record");
  KITH_ASSIGN_OR_RETURN(const bool visible, MaySee(*draft));
  if (!visible) return Missing("no such record");
  KITH_RETURN_IF_ERROR(CheckWritable(draft->type()));
  draft->change = static_cast<int64_t>(index);
  return draft;
}

Status Applier::LinkRecord(const Change& change, size_t index) {
  KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, LoadTarget(change.target, index));
  if (draft->deleted()) return Missing("the record is deleted by this batch");
  KITH_ASSIGN_OR_RETURN(const std::optional<Id> found, FindExternal(draft->type().number, change.external));
  if (found == draft->id()) return absl::OkStatus();
  if (found.has_value()) {
    return At(MakeError({.reason = Reason::kExternalRefTaken, .value = Shown(change.external), .hint = "unlink it there first"},
                        "another record has this external reference"),
              &draft->type(), Named(*found), index);
  }
  PutExternal(draft->type(), draft->id(), change.external);
  draft->Link(change.external, true);
  return absl::OkStatus();
}

Status Applier::UnlinkRecord(const Change& change, size_t index) {
  KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, LoadTarget(change.target, index));
  if (draft->deleted()) return Missing("the record is deleted by this batch");
  KITH_ASSIGN_OR_RETURN(const std::optional<Id> found, FindExternal(draft->type().number, change.external));
  if (found != draft->id()) {
    return MakeError({.reason = Reason::kRecordMissing, .value = Shown(change.external)}, "the record has no such external reference");
  }
  set_.Delete(format::kExternal, format::ExternalKey(draft->type().number, change.external));
  set_.Delete(format::kExternal, format::ExternalReverseKey(draft->id(), change.external));
  draft->Link(change.external, false);
  return absl::OkStatus();
}

Status Applier::ResolveChange(const Change& change, size_t index) {
  switch (change.op) {
    case Change::Op::kCreate:
    case Change::Op::kUpsert:
    case Change::Op::kCreateIfAbsent:
    case Change::Op::kExisting:
      return Define(change, index);
    case Change::Op::kPatch: {
      // Loaded now, so that a patch of what an earlier change deleted is seen as such.
      KITH_ASSIGN_OR_RETURN(const DraftRecord* const draft, LoadTarget(change.target, index));
      return draft->deleted() ? Missing("the record is deleted by this batch") : absl::OkStatus();
    }
    case Change::Op::kDelete: {
      KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, LoadTarget(change.target, index));
      if (draft->deleted()) return absl::OkStatus();
      const Time effective = change.effective.value_or(now_);
      KITH_RETURN_IF_ERROR(CheckEffective(effective, static_cast<int64_t>(index)));
      return DeleteRecord(*draft, effective);
    }
    case Change::Op::kRestore:
      return RestoreRecord(change, index);
    case Change::Op::kMerge:
      return MergeRecords(change, index);
    case Change::Op::kUnmerge:
      return UnmergeRecord(change, index);
    case Change::Op::kLink:
      return LinkRecord(change, index);
    case Change::Op::kUnlink:
      return UnlinkRecord(change, index);
    case Change::Op::kRequireVersion:
    case Change::Op::kRequireValue:
    case Change::Op::kRequireAbsent:
      return absl::OkStatus();
  }
  return MakeError(Reason::kBatchMalformed, "an unknown kind of change");
}

// --- values

// The record that a value names: a local reference's, and of one that was merged away the one it went into.
StatusOr<Id> Applier::FindReferred(Id id) {
  id = ResolveId(id);
  if (FindDraft(id) != nullptr || known_references_.contains(id.value())) return id;
  Status found = set_.Get(format::kRecord, storage::IntegerKey(id.value())).status();
  if (found.ok()) {
    known_references_.insert(id.value());
    return id;
  }
  if (!IsNotFound(found)) return found;
  KITH_ASSIGN_OR_RETURN(const Id merged, Redirect(id));
  return merged.is_null() ? id : merged;
}

Status Applier::Assign(DraftRecord& draft, const Assignment& assignment, Time effective) {
  const TypeDef& type = draft.type();
  const catalog::FieldDef* const field = type.FieldAt(assignment.position);
  if (!assignment.add) {
    const Id* id = assignment.value.get_if<Id>();
    if (id == nullptr) return draft.Assert(assignment.position, assignment.value, effective, now_, set_).status();
    KITH_ASSIGN_OR_RETURN(const Id target, FindReferred(*id));
    return draft.Assert(assignment.position, target, effective, now_, set_).status();
  }
  KITH_ASSIGN_OR_RETURN(const Value present, draft.ValueAt(assignment.position, effective, now_, set_));
  KITH_ASSIGN_OR_RETURN(Value sum, AddValues(present, assignment.value));
  if (field != nullptr) KITH_RETURN_IF_ERROR(catalog::CheckFieldValue(*field, sum));
  return draft.Assert(assignment.position, std::move(sum), effective, now_, set_).status();
}

Status Applier::ApplyAssignments(const Change& change, size_t index) {
  DraftRecord* draft = nullptr;
  if (change.op != Change::Op::kPatch) {
    if (change.target.is_local() && locals_[change.target.local_index()].untouchable) return absl::OkStatus();
  }
  KITH_ASSIGN_OR_RETURN(draft, LoadTarget(change.target, index));
  if (draft->deleted() && draft->created()) return absl::OkStatus();
  const Time effective = change.effective.value_or(now_);
  KITH_RETURN_IF_ERROR(CheckEffective(effective, static_cast<int64_t>(index)));
  for (const Assignment& assignment : change.assignments) {
    Status status =
        assignment.effective.has_value() ? CheckEffective(*assignment.effective, static_cast<int64_t>(index)) : absl::OkStatus();
    if (status.ok()) status = Assign(*draft, assignment, assignment.effective.value_or(effective));
    if (status.ok()) continue;
    return WithContext(status, {.type = draft->type().name,
                                .record = draft->NameForErrors(),
                                .field = std::string(FieldNameAt(draft->type(), assignment.position))});
  }
  return absl::OkStatus();
}

Status Applier::ApplyInitial(DraftRecord& draft) {
  for (const size_t position : PlanOf(draft.type()).initial) {
    const auto at = static_cast<int32_t>(position);
    if (!draft.Get(position).is_null() || draft.Changed(at)) continue;
    KITH_RETURN_IF_ERROR(draft.Assert(at, *draft.type().fields[position].initial, Time{draft.header().created}, now_, set_).status());
  }
  return absl::OkStatus();
}

Status Applier::ResolveBatch() {
  const Batch& batch = *request_.batch;
  locals_.assign(batch.local_count(), {});
  by_id_.reserve(batch.local_count());
  const std::vector<Change>& changes = batch.changes();
  for (size_t i = 0; i < changes.size(); ++i) {
    if (const Status status = ResolveChange(changes[i], i); !status.ok()) {
      return At(status, catalog_.FindType(changes[i].type), changes[i].target, i);
    }
  }
  for (size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].assignments.empty() || changes[i].op == Change::Op::kRequireValue) continue;
    if (const Status status = ApplyAssignments(changes[i], i); !status.ok()) {
      return At(status, catalog_.FindType(changes[i].type), changes[i].target, i);
    }
  }
  for (DraftRecord& draft : drafts_) {
    if (draft.created() && !draft.deleted()) KITH_RETURN_IF_ERROR(ApplyInitial(draft));
  }
  return absl::OkStatus();
}

}  // namespace kith::engine
