// What a delete entails: external references go, and records that refer to it are deleted too, let go, or forbid it.
#include <utility>

#include "engine/apply_internal.h"

namespace kith::engine {
namespace {

using catalog::Catalog;
using catalog::IndexDef;
using catalog::OnDelete;
using catalog::TypeDef;

// An index that finds a field's references; nullptr while none is whole.
const IndexDef* LeadingIndex(const TypeDef& type, int32_t position, const WriterCatalog& catalog) {
  for (const IndexDef& index : type.indexes) {
    if (index.kind != catalog::IndexKind::kOrdered || index.parts.empty() || index.parts[0].position != position) continue;
    if (catalog.IsReady(index)) return &index;
  }
  return nullptr;
}

}  // namespace

StatusOr<std::vector<ExternalRef>> Applier::TakeExternals(const TypeDef& type, Id id) {
  KITH_ASSIGN_OR_RETURN(std::vector<ExternalRef> externals, ReadExternalRefs(set_, id));
  for (const ExternalRef& external : externals) {
    set_.Delete(format::kExternal, format::ExternalKey(type.number, external));
    set_.Delete(format::kExternal, format::ExternalReverseKey(id, external));
  }
  return externals;
}

Status Applier::DeleteRecord(DraftRecord& draft, Time effective) {
  draft.Delete(effective);
  deleted_.push_back(&draft);
  KITH_ASSIGN_OR_RETURN(const std::vector<ExternalRef> externals, TakeExternals(draft.type(), draft.id()));
  for (const ExternalRef& external : externals) {
    draft.external_refs.insert(draft.external_refs.end(), {external.system, external.key});
  }
  return absl::OkStatus();
}

// References given by this batch are not looked for: one to a deleted record is refused as ReferenceMissing.
StatusOr<std::vector<DraftRecord*>> Applier::Referring(const TypeDef& type, int32_t position, Id target) {
  const auto of_view = [&](const record::View& view) {
    return position < 0 ? Id(view.header().owner) : view.GetRef(static_cast<size_t>(position));
  };
  const auto of_draft = [&](const DraftRecord& draft) {
    return position < 0 ? Id(draft.header().owner) : draft.RefAt(static_cast<size_t>(position));
  };
  const Source source{.reader = &set_, .catalog = &catalog_};
  std::unique_ptr<RecordCursor> cursor;
  if (const IndexDef* index = LeadingIndex(type, position, *request_.catalog)) {
    IndexRange range;
    range.equal.emplace_back(target);
    KITH_ASSIGN_OR_RETURN(cursor, NewIndexCursor(source, type, *index, range));
  } else {
    cursor = NewScanCursor(source, type, {});
  }
  std::vector<DraftRecord*> referring;
  while (cursor->Next()) {
    DraftRecord* draft = FindDraft(cursor->id());
    if (draft == nullptr) {
      KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
      if (of_view(record) != target) continue;
      KITH_ASSIGN_OR_RETURN(draft, Load(cursor->id()));
    }
    if (draft != nullptr && !draft->deleted() && of_draft(*draft) == target) referring.push_back(draft);
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return referring;
}

Status Applier::FollowDelete(DraftRecord& draft) {
  if (draft.created()) return absl::OkStatus();
  for (const Catalog::Referrer& referrer : catalog_.ReferrersTo(draft.type())) {
    if (referrer.field->on_delete == OnDelete::kRestrict) continue;
    const auto at = static_cast<int32_t>(referrer.field->position);
    KITH_ASSIGN_OR_RETURN(const std::vector<DraftRecord*> referring, Referring(*referrer.type, at, draft.id()));
    for (DraftRecord* other : referring) {
      if (other->change < 0) other->change = draft.change;
      if (referrer.field->on_delete == OnDelete::kCascade) {
        KITH_RETURN_IF_ERROR(DeleteRecord(*other, draft.effective()));
        continue;
      }
      KITH_RETURN_IF_ERROR(other->Assert(at, {}, draft.effective(), now_, set_).status());
      // A later assertion may hold the reference when the delete is backdated; it cannot outlive the record.
      if (other->RefAt(referrer.field->position) == draft.id()) {
        KITH_RETURN_IF_ERROR(other->Assert(at, {}, now_, now_, set_).status());
      }
    }
  }
  return absl::OkStatus();
}

Status Applier::FollowDeletes() {
  for (; deletes_followed_ < deleted_.size(); ++deletes_followed_) KITH_RETURN_IF_ERROR(FollowDelete(*deleted_[deletes_followed_]));
  return absl::OkStatus();
}

Status Applier::CheckRestricted() {
  for (const DraftRecord* draft : deleted_) {
    if (draft->created()) continue;
    for (const Catalog::Referrer& referrer : catalog_.ReferrersTo(draft->type())) {
      if (referrer.field->on_delete != OnDelete::kRestrict) continue;
      const auto at = static_cast<int32_t>(referrer.field->position);
      KITH_ASSIGN_OR_RETURN(const std::vector<DraftRecord*> referring, Referring(*referrer.type, at, draft->id()));
      if (referring.empty()) continue;
      std::string message = "is still referred to";
      if (const Id named = Named(referring[0]->id()); !named.is_null()) {
        message += " by " + referrer.type->name + " " + std::to_string(named.value());
        if (referring.size() > 1 && access_ == nullptr) message += " and " + std::to_string(referring.size() - 1) + " more";
      }
      return MakeError({.reason = Reason::kStillReferenced,
                        .type = draft->type().name,
                        .record = draft->id(),
                        .field = referrer.type->name + "." + referrer.field->name,
                        .hint = "delete those records or clear their field first",
                        .change = draft->change},
                       message);
    }
  }
  return absl::OkStatus();
}

}  // namespace kith::engine
