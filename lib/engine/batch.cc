#include "kith/engine/batch.h"

#include <array>
#include <atomic>

#include "engine/batch_internal.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;
using engine::FieldTarget;

constexpr size_t kAssignmentsAtFirst = 8;
constexpr int kMarkShift = 32;  // a local reference: top bit, 31 bits of its batch's mark (0: none), 32 bits of index
constexpr uint32_t kMarkMask = UINT32_MAX >> 1;

uint32_t NextMark() {
  static std::atomic<uint32_t> next{0};
  uint32_t mark = 0;
  while (mark == 0) mark = (next.fetch_add(1, std::memory_order_relaxed) + 1) & kMarkMask;
  return mark;
}

Id Marked(uint32_t mark, uint32_t index) { return Id(Id::Local(index).value() | (uint64_t{mark} << kMarkShift)); }
uint32_t MarkOf(Id local) { return static_cast<uint32_t>(local.value() >> kMarkShift) & kMarkMask; }
Id WithoutMark(Id id) { return id.is_local() ? Id::Local(id.local_index()) : id; }
std::string TextOf(Id id) { return id.is_local() ? "new#" + std::to_string(id.local_index()) : ToText(Value(id)); }

size_t HeapBytes(const Value& value) {
  switch (value.kind()) {
    case Kind::kText:
      return value.get<std::string>().size();
    case Kind::kBytes:
      return value.get<Bytes>().data.size();
    case Kind::kTextList: {
      size_t size = 0;
      for (const std::string& item : value.get<TextList>()) size += sizeof(std::string) + item.size();
      return size;
    }
    case Kind::kChoiceSet:
      return value.get<ChoiceSet>().size() * sizeof(Choice);
    default:
      return 0;
  }
}

size_t BytesOf(const Assignment& assignment) { return sizeof(Assignment) + HeapBytes(assignment.value); }

// What a host may give a record as its external reference, and take away.
Status CheckHostsExternal(const ExternalRef& external) {
  KITH_RETURN_IF_ERROR(engine::CheckExternal(external));
  if (external.system != kMergedSystem) return absl::OkStatus();
  return MakeError({.reason = Reason::kBatchMalformed, .value = external.system, .hint = "merge records, or unmerge them"},
                   "external references of this system are the library's own");
}

bool MaySetFields(Change::Op op) {
  return op == Change::Op::kCreate || op == Change::Op::kUpsert || op == Change::Op::kCreateIfAbsent || op == Change::Op::kPatch;
}

// The bounds hold for the sum, which the writer checks.
Status CheckAmount(const FieldDef& field, const Value& amount) {
  KITH_RETURN_IF_ERROR(engine::AddValues({}, amount).status());
  return WithContext(record::CheckValue(field.stored, amount), {.value = ToText(amount)});
}

Status RequireKind(const FieldDef* field, std::string_view name, Kind kind) {
  if (field != nullptr && field->kind == kind) return absl::OkStatus();
  return MakeError({.reason = Reason::kWrongKind, .field = std::string(name)}, "is no " + std::string(NameOf(kind)));
}

}  // namespace

std::string_view NameOf(Origin origin) {
  constexpr std::array<std::string_view, 5> kNames = {"manual", "import", "rule", "package", "replica"};
  const auto index = static_cast<size_t>(origin);
  return index < kNames.size() ? kNames[index] : "unknown";
}

Status engine::CheckAuthor(const Actor& actor, std::string_view reason) {
  if (reason.size() > limits::kReasonBytes) {
    return MakeError({.reason = Reason::kTooLong, .field = "reason", .value = std::string(reason), .hint = "limit kReasonBytes, 1024"},
                     "the reason is too long");
  }
  if (!IsUtf8(reason)) return MakeError({.reason = Reason::kNotUtf8, .field = "reason"}, "the reason is not UTF-8");
  if (actor.is_external()) return WithContext(CheckExternal(actor.external), {.field = "actor"});
  if (actor.id.value() < engine::kIdEnd) return absl::OkStatus();
  return MakeError({.reason = Reason::kOutOfRange, .field = "actor"}, "the actor is no id: ids are below 2^53");
}

Batch::Batch(std::shared_ptr<const catalog::Catalog> catalog, Actor actor, std::string_view reason)
    : catalog_(std::move(catalog)), actor_(std::move(actor)), reason_(reason), mark_(NextMark()) {
  Fail(engine::CheckAuthor(actor_, reason_));
}

void Batch::Fail(Status status) {
  if (status_.ok()) status_ = std::move(status);
}

void Batch::FailAt(const Status& status, const TypeDef* type, Id target) {
  Fail(WithContext(status, {.type = type == nullptr ? std::string() : type->name,
                            .record = target,
                            .change = static_cast<int64_t>(changes_.empty() ? 0 : changes_.size() - 1)}));
}

void Batch::Clear() {
  changes_.clear();
  local_types_.clear();
  local_definitions_.clear();
  local_changes_.clear();
  local_count_ = 0;
  mark_ = NextMark();
  size_bytes_ = 0;
  status_ = absl::OkStatus();
  effective_.reset();
}

Id engine::AsReturned(const Batch& batch, Id id) { return id.is_local() ? Marked(batch.mark(), id.local_index()) : id; }

bool Batch::IsLocalOf(uint32_t mark, Id id) { return id.is_local() && (MarkOf(id) == 0 || MarkOf(id) == mark); }

TypeNumber Batch::TypeOf(Id target) const {
  if (!target.is_local()) return target.type();
  return IsLocalOf(mark_, target) && target.local_index() < local_types_.size() ? local_types_[target.local_index()] : TypeNumber{0};
}

Status Batch::CheckSize(size_t more, size_t new_changes) const {
  if (changes_.size() + new_changes > limits::kBatchChanges) {
    return MakeError({.reason = Reason::kLimitExceeded, .hint = "limit kBatchChanges, 100000: apply several batches"},
                     "the batch has too many changes");
  }
  if (size_bytes_ + more > limits::kBatchBytes) {
    return MakeError({.reason = Reason::kLimitExceeded, .hint = "limit kBatchBytes, 64 MiB: apply several batches"},
                     "the batch is too large");
  }
  return absl::OkStatus();
}

Status Batch::CheckTarget(Id target) const {
  if (target.is_null()) return MakeError(Reason::kBatchMalformed, "the target is null");
  if (target.is_local()) {
    if (IsLocalOf(mark_, target) && target.local_index() < local_types_.size()) return absl::OkStatus();
    return MakeError({.reason = Reason::kBatchMalformed, .hint = "take the record's id from the outcome of its own batch"},
                     "a local reference of another batch");
  }
  if (target.value() >= engine::kIdEnd) return MakeError(Reason::kBatchMalformed, "the target is no id");
  return absl::OkStatus();
}

// --- definitions

Id Batch::Define(Change::Op op, std::string_view type, const ExternalRef* external) {
  const Id local = Marked(mark_, local_count_++);
  local_types_.push_back(0);
  local_definitions_.push_back(kNoChange);
  local_changes_.push_back(kNoChange);
  if (!status_.ok()) return local;
  const size_t index = changes_.size();
  const auto fail = [&](const Status& status) {
    Fail(WithContext(status, {.type = std::string(type), .change = static_cast<int64_t>(index)}));
  };
  const StatusOr<const TypeDef*> found = catalog_->GetType(type);
  if (!found.ok()) {
    fail(found.status());
    return local;
  }
  if (external != nullptr) {
    const bool names = op == Change::Op::kExisting;
    if (const Status status = names ? engine::CheckExternal(*external) : CheckHostsExternal(*external); !status.ok()) {
      fail(status);
      return local;
    }
  }
  const size_t size = sizeof(Change) + (external != nullptr ? external->system.size() + external->key.size() : 0);
  if (const Status status = CheckSize(size, 1); !status.ok()) {
    fail(status);
    return local;
  }
  size_bytes_ += size;
  Change& change = changes_.emplace_back();
  change.op = op;
  change.type = (*found)->number;
  change.target = WithoutMark(local);
  if (external != nullptr) change.external = *external;
  change.effective = effective_;
  local_types_.back() = change.type;
  local_definitions_.back() = index;
  if (MaySetFields(op)) local_changes_.back() = index;
  return local;
}

Id Batch::Create(std::string_view type) { return Define(Change::Op::kCreate, type, nullptr); }
Id Batch::Create(std::string_view type, const ExternalRef& external) { return Define(Change::Op::kCreate, type, &external); }
Id Batch::Upsert(std::string_view type, const ExternalRef& external) { return Define(Change::Op::kUpsert, type, &external); }
Id Batch::CreateIfAbsent(std::string_view type, const ExternalRef& external) {
  return Define(Change::Op::kCreateIfAbsent, type, &external);
}
Id Batch::Existing(std::string_view type, const ExternalRef& external) { return Define(Change::Op::kExisting, type, &external); }

Id Batch::Resolve(std::string_view type, const Ref& ref) { return ref.is_external() ? Existing(type, ref.external) : ref.id; }

// --- assignments

StatusOr<const TypeDef*> Batch::TypeForSetting(Id target) const {
  KITH_RETURN_IF_ERROR(CheckTarget(target));
  return catalog_->GetType(TypeOf(target));
}

// The change that takes assignments for `target` with the present effective time: its latest; kNoChange when there must be a new one.
size_t Batch::FindChangeFor(Id target) const {
  const auto fits = [&](const Change& change) {
    // What is created only if absent is left untouched when present, so its fields stay with its own change.
    return change.effective == effective_ || change.op == Change::Op::kCreateIfAbsent;
  };
  if (target.is_local()) {
    const size_t index = local_changes_[target.local_index()];
    return index != kNoChange && fits(changes_[index]) ? index : kNoChange;
  }
  if (changes_.empty()) return kNoChange;
  const Change& last = changes_.back();
  return last.op == Change::Op::kPatch && last.target == target && fits(last) ? changes_.size() - 1 : kNoChange;
}

Change& Batch::AddPatch(Id target) {
  if (target.is_local()) local_changes_[target.local_index()] = changes_.size();
  Change& change = changes_.emplace_back();
  change.op = Change::Op::kPatch;
  change.target = WithoutMark(target);
  change.type = TypeOf(target);
  change.effective = effective_;
  size_bytes_ += sizeof(Change);
  return change;
}

// A value for a field by name, checked and in the form the field stores.
StatusOr<Assignment> Batch::CheckAssignment(const TypeDef& type, std::string_view name, Value value, bool add) const {
  KITH_ASSIGN_OR_RETURN(const FieldTarget target, engine::FindTarget(type, name));
  const FieldDef* const field = target.field;
  if (field != nullptr && field->computed()) {
    return MakeError({.reason = Reason::kFieldReadOnly,
                      .value = ToText(value),
                      .hint = field->roll_up.has_value() ? "it follows from records of type " + field->roll_up->of
                                                         : "it follows from the formula " + field->formula},
                     "is computed");
  }
  if (field != nullptr && field->derived) {
    return MakeError({.reason = Reason::kFieldReadOnly,
                      .value = ToText(value),
                      .hint = "it follows from other records: to change a stage, move the record"},
                     "is written by the library alone");
  }
  Assignment checked;
  checked.position = target.position;
  checked.add = add;
  if (field == nullptr) {
    if (add) return MakeError({.reason = Reason::kWrongKind, .value = ToText(value)}, "cannot be added to");
    KITH_ASSIGN_OR_RETURN(checked.value, engine::FitHeaderValue(target.position, std::move(value)));
  } else {
    KITH_ASSIGN_OR_RETURN(checked.value, engine::FitValue(*field, std::move(value)));
    KITH_RETURN_IF_ERROR(add ? CheckAmount(*field, checked.value) : engine::CheckFitted(*field, checked.value));
  }
  if (const Id* id = checked.value.get_if<Id>()) {
    if (const Status status = CheckTarget(*id); !status.ok()) return WithContext(status, {.value = TextOf(*id)});
    checked.value = WithoutMark(*id);
    id = checked.value.get_if<Id>();
    if (field != nullptr) KITH_RETURN_IF_ERROR(engine::CheckReferenceType(*field, catalog_->FindType(TypeOf(*id)), *id));
  }
  return checked;
}

// What a field is compared with: of its kind, but nothing that it would have to be given.
StatusOr<Assignment> Batch::CheckExpected(const TypeDef& type, std::string_view name, Value value) const {
  KITH_ASSIGN_OR_RETURN(const FieldTarget target, engine::FindTarget(type, name));
  Assignment expected;
  expected.position = target.position;
  if (target.field == nullptr) {
    KITH_ASSIGN_OR_RETURN(expected.value, engine::FitHeaderValue(target.position, std::move(value)));
  } else {
    KITH_ASSIGN_OR_RETURN(expected.value, engine::FitValue(*target.field, std::move(value)));
    // Of the kind alone: a value that no longer meets the field's limits may stand there.
    if (!expected.value.is_null() && expected.value.kind() != Kind::kRef) {
      KITH_RETURN_IF_ERROR(record::CheckValue(target.field->stored, expected.value));
    }
  }
  if (const Id* id = expected.value.get_if<Id>()) {
    if (const Status status = CheckTarget(*id); !status.ok()) return WithContext(status, {.value = TextOf(*id)});
    expected.value = WithoutMark(*id);
  }
  return expected;
}

void Batch::RequireValue(Id target, std::string_view field, Value value) {
  if (!status_.ok()) return;
  const StatusOr<const TypeDef*> type = TypeForSetting(target);
  if (!type.ok()) return FailAt(WithContext(type.status(), {.field = std::string(field)}), nullptr, target);
  StatusOr<Assignment> expected = CheckExpected(**type, field, std::move(value));
  if (!expected.ok()) return FailAt(WithContext(expected.status(), {.field = std::string(field)}), *type, target);
  if (const Status status = CheckSize(BytesOf(*expected), 0); !status.ok()) return FailAt(status, *type, target);
  AddTargeted(Change::Op::kRequireValue, target, nullptr, 0);
  if (status_.ok()) Append(changes_.back(), *std::move(expected));
}

void Batch::Assign(Id target, std::string_view field, Value value, bool add, std::optional<Time> effective) {
  if (!status_.ok()) return;
  const StatusOr<const TypeDef*> type = TypeForSetting(target);
  if (!type.ok()) return FailAt(WithContext(type.status(), {.field = std::string(field)}), nullptr, target);
  StatusOr<Assignment> checked = CheckAssignment(**type, field, std::move(value), add);
  if (!checked.ok()) return FailAt(WithContext(checked.status(), {.field = std::string(field)}), *type, target);
  const size_t index = FindChangeFor(target);
  const bool found = index != kNoChange;
  const Status status = CheckSize(BytesOf(*checked) + (found ? 0 : sizeof(Change)), found ? 0 : 1);
  if (!status.ok()) return FailAt(status, *type, target);
  Change& change = found ? changes_[index] : AddPatch(target);
  checked->effective = effective.has_value() || change.effective == effective_ ? effective : effective_;
  Append(change, *std::move(checked));
}

void Batch::Append(Change& change, Assignment assignment) {
  size_bytes_ += BytesOf(assignment);
  if (change.assignments.empty()) change.assignments.reserve(kAssignmentsAtFirst);
  change.assignments.push_back(std::move(assignment));
}

void Batch::SetInitially(Id target, std::string_view field, Value value) {
  if (!status_.ok()) return;
  const StatusOr<const TypeDef*> type = TypeForSetting(target);
  if (!type.ok()) return FailAt(WithContext(type.status(), {.field = std::string(field)}), nullptr, target);
  const size_t index = target.is_local() ? local_definitions_[target.local_index()] : kNoChange;
  if (index == kNoChange || !MaySetFields(changes_[index].op)) {
    return FailAt(MakeError({.reason = Reason::kBatchMalformed, .field = std::string(field)}, "the batch does not create the record"),
                  *type, target);
  }
  StatusOr<Assignment> checked = CheckAssignment(**type, field, std::move(value), false);
  Status status = checked.status();
  if (status.ok()) status = CheckSize(BytesOf(*checked), 0);
  if (!status.ok()) return FailAt(WithContext(status, {.field = std::string(field)}), *type, target);
  size_bytes_ += BytesOf(*checked);
  std::vector<Assignment>& assignments = changes_[index].assignments;
  assignments.insert(assignments.begin(), *std::move(checked));  // what the batch set meanwhile comes after it
}

void Batch::Set(Id target, std::string_view field, Value value) { Assign(target, field, std::move(value), false, std::nullopt); }

void Batch::SetAt(Id target, std::string_view field, Value value, Time effective) {
  Assign(target, field, std::move(value), false, effective);
}

void Batch::Add(Id target, std::string_view field, Value amount) { Assign(target, field, std::move(amount), true, std::nullopt); }

void Batch::SetNamed(Id target, std::string_view field, Kind kind, Value names) {
  if (!status_.ok()) return;
  const StatusOr<const TypeDef*> type = TypeForSetting(target);
  if (!type.ok()) return FailAt(WithContext(type.status(), {.field = std::string(field)}), nullptr, target);
  const StatusOr<FieldTarget> found = engine::FindTarget(**type, field);
  if (!found.ok()) return FailAt(found.status(), *type, target);
  if (const Status status = RequireKind(found->field, field, kind); !status.ok()) return FailAt(status, *type, target);
  Set(target, field, std::move(names));
}

void Batch::SetChoice(Id target, std::string_view field, std::string_view choice) { SetNamed(target, field, Kind::kChoice, choice); }

void Batch::SetChoices(Id target, std::string_view field, const std::vector<std::string>& choices) {
  SetNamed(target, field, Kind::kChoiceSet, choices);
}

// --- other changes

void Batch::AddTargeted(Change::Op op, Id target, const ExternalRef* external, uint64_t version) {
  if (!status_.ok()) return;
  const auto fail = [&](const Status& status) {
    Fail(WithContext(status, {.record = target, .change = static_cast<int64_t>(changes_.size())}));
  };
  const StatusOr<const TypeDef*> type = TypeForSetting(target);
  if (!type.ok()) return fail(type.status());
  if (external != nullptr) {
    if (const Status status = CheckHostsExternal(*external); !status.ok()) return fail(WithContext(status, {.type = (*type)->name}));
  }
  const size_t size = sizeof(Change) + (external != nullptr ? external->system.size() + external->key.size() : 0);
  if (const Status status = CheckSize(size, 1); !status.ok()) return fail(status);
  size_bytes_ += size;
  Change& change = changes_.emplace_back();
  change.op = op;
  change.target = WithoutMark(target);
  change.type = (*type)->number;
  if (external != nullptr) change.external = *external;
  change.version = version;
  change.effective = effective_;
}

void Batch::Delete(Id target) { AddTargeted(Change::Op::kDelete, target, nullptr, 0); }
void Batch::Restore(Id target) {
  if (target.is_local())
    return Fail(MakeError({.reason = Reason::kBadOptions, .record = target}, "only a record that was deleted is restored"));
  AddTargeted(Change::Op::kRestore, target, nullptr, 0);
}
void Batch::Merge(Id into, Id from) {
  if (!status_.ok()) return;
  Status status = CheckTarget(from);
  if (status.ok()) status = CheckTarget(into);
  if (status.ok() && TypeOf(into) != TypeOf(from)) {
    status = MakeError({.reason = Reason::kReferenceWrongType, .value = TextOf(from)}, "only records of one type are merged");
  }
  if (status.ok() && WithoutMark(into) == WithoutMark(from)) {
    status = MakeError({.reason = Reason::kBatchMalformed, .value = TextOf(from)}, "a record is not merged into itself");
  }
  if (!status.ok()) return FailAt(WithContext(status, {.change = static_cast<int64_t>(changes_.size())}), nullptr, into);
  AddTargeted(Change::Op::kMerge, into, nullptr, 0);
  if (status_.ok()) changes_.back().other = WithoutMark(from);
}

void Batch::Unmerge(Id target) {
  if (target.is_local()) {
    return Fail(MakeError({.reason = Reason::kBadOptions, .record = target, .hint = "give the id that it had"},
                          "only a record that was merged away is parted again"));
  }
  AddTargeted(Change::Op::kUnmerge, target, nullptr, 0);
}

void Batch::Link(Id target, const ExternalRef& external) { AddTargeted(Change::Op::kLink, target, &external, 0); }
void Batch::Unlink(Id target, const ExternalRef& external) { AddTargeted(Change::Op::kUnlink, target, &external, 0); }
void Batch::RequireVersion(Id target, uint64_t version) { AddTargeted(Change::Op::kRequireVersion, target, nullptr, version); }

void Batch::RequireAbsent(std::string_view type, const ExternalRef& external) {
  if (!status_.ok()) return;
  const auto fail = [&](const Status& status) {
    Fail(WithContext(status, {.type = std::string(type), .change = static_cast<int64_t>(changes_.size())}));
  };
  const StatusOr<const TypeDef*> found = catalog_->GetType(type);
  if (!found.ok()) return fail(found.status());
  if (const Status status = engine::CheckExternal(external); !status.ok()) return fail(status);
  if (const Status status = CheckSize(sizeof(Change), 1); !status.ok()) return fail(status);
  size_bytes_ += sizeof(Change) + external.system.size() + external.key.size();
  Change& change = changes_.emplace_back();
  change.op = Change::Op::kRequireAbsent;
  change.type = (*found)->number;
  change.external = external;
}

// --- another catalog

StatusOr<Batch> Batch::Rebind(std::shared_ptr<const catalog::Catalog> catalog) const {
  KITH_RETURN_IF_ERROR(status_);
  Batch bound(std::move(catalog), actor_, reason_);
  bound.origin_ = origin_;
  bound.local_count_ = local_count_;
  bound.mark_ = mark_;
  bound.local_definitions_ = local_definitions_;
  bound.local_changes_ = local_changes_;
  bound.local_types_.reserve(local_types_.size());
  for (const TypeNumber number : local_types_) {
    KITH_ASSIGN_OR_RETURN(const TypeDef* const before, catalog_->GetType(number));
    KITH_ASSIGN_OR_RETURN(const TypeDef* const after, bound.catalog_->GetType(before->name));
    bound.local_types_.push_back(after->number);
  }
  for (const Change& change : changes_) {
    KITH_ASSIGN_OR_RETURN(const TypeDef* const before, catalog_->GetType(change.type));
    KITH_ASSIGN_OR_RETURN(const TypeDef* const after, bound.catalog_->GetType(before->name));
    Change& copy = bound.changes_.emplace_back(change);
    copy.type = after->number;
    for (Assignment& assignment : copy.assignments) {
      const std::string_view name = engine::FieldNameAt(*before, assignment.position);
      StatusOr<Assignment> checked = change.op == Change::Op::kRequireValue
                                         ? bound.CheckExpected(*after, name, std::move(assignment.value))
                                         : bound.CheckAssignment(*after, name, std::move(assignment.value), assignment.add);
      if (!checked.ok()) {
        return WithContext(checked.status(), {.type = after->name,
                                              .record = change.target,
                                              .field = std::string(name),
                                              .change = static_cast<int64_t>(bound.changes_.size() - 1)});
      }
      checked->effective = assignment.effective;
      assignment = *std::move(checked);
    }
  }
  bound.size_bytes_ = size_bytes_;
  return bound;
}

}  // namespace kith
