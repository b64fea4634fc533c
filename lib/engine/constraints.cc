// What must hold of every record that a batch leaves behind.
#include <utility>

#include "engine/apply_internal.h"
#include "engine/batch_internal.h"

namespace kith::engine {
namespace {

using catalog::IndexDef;

Status AboutDraft(const DraftRecord& draft, const Status& status) {
  return WithContext(status, {.type = draft.type().name, .record = draft.NameForErrors(), .change = draft.change});
}

Status RequiredError(const DraftRecord& draft, size_t position) {
  return AboutDraft(draft, MakeError({.reason = Reason::kRequired,
                                      .field = draft.type().fields[position].name,
                                      .hint = draft.created() ? "give it a value when the record is created" : "it may not be cleared"},
                                     "is required"));
}

// That a record which another one leads to is there, once the batch is applied. `known`: those that were found.
template <typename Known>
Status CheckTarget(Applier& applier, Known& known, const DraftRecord& draft, std::string_view field, Id id) {
  const auto missing = [&](std::string_view message) {
    return AboutDraft(draft, MakeError({.reason = Reason::kReferenceMissing,
                                        .field = std::string(field),
                                        .value = ToText(Value(id)),
                                        .hint = "create the record before, or in the same batch"},
                                       message));
  };
  if (const DraftRecord* target = applier.FindDraft(id)) {
    return target->deleted() ? missing("refers to a record that this batch deletes") : absl::OkStatus();
  }
  if (known.contains(id.value())) return absl::OkStatus();
  const uint64_t key = id.value();
  const Status found = applier.set().Get(format::kRecord, storage::IntegerKey(key)).status();
  if (IsNotFound(found)) return missing("refers to a record that does not exist");
  KITH_RETURN_IF_ERROR(found);
  known.insert(key);
  return absl::OkStatus();
}

}  // namespace

Status Applier::CheckRequired(const DraftRecord& draft) {
  if (draft.created()) {
    for (const size_t position : PlanOf(draft.type()).required) {
      if (draft.Get(position).is_null()) return RequiredError(draft, position);
    }
    return absl::OkStatus();
  }
  for (const Assertion& assertion : draft.assertions()) {
    if (assertion.position < 0) continue;
    const auto position = static_cast<size_t>(assertion.position);
    const catalog::FieldDef& field = draft.type().fields[position];
    if ((field.required || field.numbering != nullptr) && draft.Get(position).is_null()) return RequiredError(draft, position);
  }
  return absl::OkStatus();
}

// A way that was taken before the field had transitions is not looked at again.
Status Applier::CheckTransitions(const DraftRecord& draft) {
  for (const size_t position : PlanOf(draft.type()).machines) {
    KITH_ASSIGN_OR_RETURN(const std::vector<DraftRecord::Step> steps, draft.StepsOf(static_cast<int32_t>(position), now_, set_));
    for (const DraftRecord::Step& step : steps) {
      KITH_RETURN_IF_ERROR(AboutDraft(draft, catalog::CheckTransition(draft.type().fields[position], step.from, step.to)));
    }
  }
  return absl::OkStatus();
}

Status Applier::CheckReference(const DraftRecord& draft, size_t position, const Value& value) {
  const Id* id = value.get_if<Id>();
  if (id == nullptr) return absl::OkStatus();
  const catalog::FieldDef& field = draft.type().fields[position];
  KITH_RETURN_IF_ERROR(AboutDraft(draft, CheckReferenceType(field, catalog_.FindType(id->type()), *id)));
  return CheckTarget(*this, known_references_, draft, field.name, *id);
}

Status Applier::CheckReferences(const DraftRecord& draft) {
  const auto check_owner = [&](const Value& value) -> Status {
    // A number below all types is of a person whom the host alone knows. What is owned keeps an owner who is deleted, and so does what is
    // made of it.
    const Id* owner = value.get_if<Id>();
    if (owner == nullptr || owner->type() == 0) return absl::OkStatus();
    KITH_RETURN_IF_ERROR(AboutDraft(draft, CheckOwnerType(catalog_, *owner)));
    Status status = CheckTarget(*this, known_references_, draft, "owner", *owner);
    if (GetReason(status) != Reason::kReferenceMissing || FindDraft(*owner) != nullptr) return status;
    return ReadLastHistory(set_, *owner).ok() ? absl::OkStatus() : status;
  };
  if (draft.created()) {
    for (const size_t position : PlanOf(draft.type()).references) {
      KITH_RETURN_IF_ERROR(CheckReference(draft, position, draft.Get(position)));
    }
    KITH_RETURN_IF_ERROR(check_owner(draft.Shown(catalog::kHeaderOwner)));
  }
  for (const Assertion& assertion : draft.assertions()) {
    const auto check = [&](const Value& value) -> Status {
      if (assertion.position >= 0) return CheckReference(draft, static_cast<size_t>(assertion.position), value);
      return assertion.position == catalog::kHeaderOwner ? check_owner(value) : absl::OkStatus();
    };
    KITH_RETURN_IF_ERROR(check(assertion.after));
    // A base value may be hidden by a later one and is stored in history all the same.
    if (draft.created()) KITH_RETURN_IF_ERROR(check(assertion.before));
  }
  return absl::OkStatus();
}

Status Applier::CheckConstraints() {
  for (const DraftRecord& draft : drafts_) {
    if (draft.deleted() || !draft.dirty()) continue;
    KITH_RETURN_IF_ERROR(CheckRequired(draft));
    KITH_RETURN_IF_ERROR(CheckTransitions(draft));
    KITH_RETURN_IF_ERROR(CheckReferences(draft));
    KITH_RETURN_IF_ERROR(CheckChecks(draft));
  }
  return CheckRestricted();
}

// --- unique keys, once all index entries of the batch are in place

namespace {

std::string FieldsOf(const IndexDef& index) {
  std::string names;
  for (const catalog::IndexPart& part : index.parts) {
    if (!names.empty()) names += ", ";
    names += part.field;
  }
  return names;
}

std::string ValuesOf(const IndexDef& index, const DraftRecord& draft) {
  std::string values;
  for (const catalog::IndexPart& part : index.parts) {
    if (!values.empty()) values += ", ";
    values += ToText(draft.Shown(part.position));
  }
  return values;
}

}  // namespace

// Whether two records with the same (cut) key do have equal values.
StatusOr<bool> Applier::SameParts(const IndexDef& index, const DraftRecord& draft, Id other) {
  KITH_ASSIGN_OR_RETURN(const DraftRecord* const record, Load(other));
  if (record == nullptr) return false;
  for (const catalog::IndexPart& part : index.parts) {
    if (draft.Shown(part.position) != record->Shown(part.position)) return false;
  }
  return true;
}

Status Applier::UniqueError(const IndexDef& index, const DraftRecord& draft, Id other) {
  const bool both_new = FindDraft(other) != nullptr && FindDraft(other)->created();
  return MakeError({.reason = Reason::kUnique,
                    .type = draft.type().name,
                    .record = both_new ? draft.NameForErrors() : Named(other),
                    .field = FieldsOf(index),
                    .value = ValuesOf(index, draft),
                    .hint = both_new ? "the batch gives the value twice" : "change that record, or give another value",
                    .change = draft.change},
                   both_new ? "two new records have the same value" : "another record has the same value");
}

Status Applier::CheckUnique() {
  if (unique_.empty()) return absl::OkStatus();
  const std::unique_ptr<storage::Cursor> cursor = set_.NewCursor(format::kIndex);
  for (const UniqueCheck& check : unique_) {
    const std::string_view parts = index_writes_.At(check.parts);
    for (bool more = cursor->SeekAtLeast(parts); more && cursor->key().starts_with(parts); more = cursor->Next()) {
      if (cursor->key().size() != parts.size() + sizeof(uint64_t)) continue;
      const Id other = format::IndexEntryId(cursor->key());
      if (other == check.draft->id()) continue;
      if (check.cut) {
        KITH_ASSIGN_OR_RETURN(const bool same, SameParts(*check.index, *check.draft, other));
        if (!same) continue;
      }
      collision_ = {check.index, check.draft->id(), other};
      return UniqueError(*check.index, *check.draft, other);
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  return absl::OkStatus();
}

}  // namespace kith::engine
