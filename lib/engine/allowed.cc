// Batches on behalf of a viewer: what they may see and do, judged by what stood before the batch.
#include <utility>

#include "engine/apply_internal.h"
#include "engine/batch_internal.h"
#include "kith/base/concat.h"

namespace kith::engine {

using catalog::Right;

Status NotAllowed(const catalog::TypeDef& type, Id record, std::string_view what, std::string_view field) {
  return MakeError({.reason = Reason::kNotAllowed,
                    .type = type.name,
                    .record = record,
                    .field = std::string(field),
                    .hint = "the access policy says who may"},
                   Concat({"the viewer ", what}));
}

Status Applier::FindAccess() {
  if (request_.viewer.is_system()) return absl::OkStatus();
  if (request_.accesses == nullptr) return MakeError(Reason::kInternal, "a batch for a viewer needs the accesses of its database");
  KITH_ASSIGN_OR_RETURN(access_, request_.accesses->Get(request_.viewer, set_, request_.catalog->catalog, state_, /*keep=*/false));
  return absl::OkStatus();
}

StatusOr<bool> Applier::MaySee(const DraftRecord& draft) const {
  if (access_ == nullptr || draft.before().is_null()) return true;
  return access_->May(Right::kRead, draft.type(), draft.before(), set_);
}

StatusOr<bool> Applier::MaySee(Id id) {
  if (access_ == nullptr) return true;
  if (const DraftRecord* draft = FindDraft(id)) return MaySee(*draft);
  const catalog::TypeDef* type = catalog_.FindType(id.type());
  if (type == nullptr) return false;
  const StatusOr<storage::View> bytes = set_.Get(format::kRecord, storage::IntegerKey(id.value()));
  if (IsNotFound(bytes.status())) return false;
  if (!bytes.ok()) return bytes.status();
  return access_->May(Right::kRead, *type, record::View(*bytes, &type->layout), set_);
}

Id Applier::Named(Id id) {
  const StatusOr<bool> visible = MaySee(id);
  return visible.ok() && *visible ? id : Id();
}

Status Applier::CheckAllowedFields(const DraftRecord& draft, const Change& change) {
  for (const Assignment& assignment : change.assignments) {
    const std::string_view field = FieldNameAt(draft.type(), assignment.position);
    if (access_->IsFixed(draft.type(), assignment.position)) {
      return NotAllowed(draft.type(), draft.NameForErrors(), "may not set the field", field);
    }
    const Id* id = assignment.value.get_if<Id>();
    if (id == nullptr || id->is_local() || draft.type().KindAt(assignment.position) != Kind::kRef) continue;
    // An owner may be the viewer, or somebody whom the host alone knows.
    if (assignment.position == catalog::kHeaderOwner && (id->type() == 0 || *id == request_.viewer.id)) continue;
    // What the record says already, the viewer knows.
    const bool known = !draft.before().is_null() && !access_->IsMasked(draft.type(), assignment.position);
    if (known && format::ValueOf(draft.before(), assignment.position) == assignment.value) continue;
    KITH_ASSIGN_OR_RETURN(const Id target, FindReferred(*id));
    KITH_ASSIGN_OR_RETURN(const bool visible, MaySee(target));
    if (!visible) {
      return MakeError({.reason = Reason::kReferenceMissing,
                        .type = draft.type().name,
                        .record = draft.NameForErrors(),
                        .field = std::string(field),
                        .value = ToText(assignment.value),
                        .hint = "create the record before, or in the same batch"},
                       "refers to a record that does not exist");
    }
  }
  return absl::OkStatus();
}

// Of the record that goes; for the one that stays a merge is a change like another.
Status Applier::CheckMergeAllowed(const Change& change) {
  const Id id = change.other.is_local() ? locals_[change.other.local_index()].id : change.other;
  const DraftRecord* draft = FindDraft(id);
  if (draft == nullptr || draft->before().is_null()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const bool may, access_->May(Right::kDelete, draft->type(), draft->before(), set_));
  return may ? absl::OkStatus() : NotAllowed(draft->type(), id, "may not merge the record away");
}

Status Applier::CheckAllowed(const Change& change) {
  if (change.op == Change::Op::kMerge) KITH_RETURN_IF_ERROR(CheckMergeAllowed(change));
  const Id id = ResolveId(change.target);
  const DraftRecord* draft = FindDraft(id);
  if (draft == nullptr) return absl::OkStatus();  // named and not touched
  const bool touches = change.op == Change::Op::kDelete || change.op == Change::Op::kLink || change.op == Change::Op::kUnlink ||
                       change.op == Change::Op::kMerge || !change.assignments.empty();
  if (draft->before().is_null()) {
    if (!access_->MayCreate(draft->type())) return NotAllowed(draft->type(), draft->NameForErrors(), "may not create records of the type");
  } else if (touches) {
    const bool deletes = change.op == Change::Op::kDelete;
    KITH_ASSIGN_OR_RETURN(const bool may, access_->May(deletes ? Right::kDelete : Right::kWrite, draft->type(), draft->before(), set_));
    if (!may) return NotAllowed(draft->type(), id, deletes ? "may not delete the record" : "may not change the record");
  }
  if (change.target.is_local() && locals_[change.target.local_index()].untouchable) return absl::OkStatus();
  return CheckAllowedFields(*draft, change);
}

Status Applier::CheckAllowed() {
  if (access_ == nullptr) return absl::OkStatus();
  const std::vector<Change>& changes = request_.batch->changes();
  for (size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].op == Change::Op::kRequireVersion || changes[i].op == Change::Op::kRequireAbsent) continue;
    if (changes[i].op == Change::Op::kRequireValue) continue;                                      // looked at when it was compared
    if (changes[i].op == Change::Op::kRestore || changes[i].op == Change::Op::kUnmerge) continue;  // looked at when it was done
    if (const Status status = CheckAllowed(changes[i]); !status.ok()) return WithContext(status, {.change = static_cast<int64_t>(i)});
  }
  return absl::OkStatus();
}

}  // namespace kith::engine
