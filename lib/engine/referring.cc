#include "kith/engine/referring.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace kith {
namespace {

// One that the field leads: if possible one that the viewer may read, whose entries come as they stand.
const catalog::IndexDef* IndexLedBy(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::FieldDef& field) {
  const auto position = static_cast<int32_t>(field.position);
  const auto serves = [&](const catalog::IndexDef& index) {
    return index.kind == catalog::IndexKind::kOrdered && index.parts.front().position == position && MayRead(snapshot, type, index);
  };
  const auto found = std::find_if(type.indexes.begin(), type.indexes.end(), serves);
  return found == type.indexes.end() ? type.FindIndexLedBy(position) : &*found;
}

}  // namespace

bool MayRead(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::IndexDef& index) {
  const auto masked = [&](const catalog::IndexPart& part) { return snapshot.IsMasked(type, part.position); };
  return std::none_of(index.parts.begin(), index.parts.end(), masked) && std::none_of(index.cover.begin(), index.cover.end(), masked);
}

Status ForEachWith(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::FieldDef& field, const Value& value,
                   const std::function<Status(record::View)>& visit) {
  if (snapshot.IsMasked(type, static_cast<int32_t>(field.position))) return absl::OkStatus();
  const catalog::IndexDef* index = IndexLedBy(snapshot, type, field);
  IndexRange range;
  range.equal.push_back(value);
  range.opaque = index != nullptr && !MayRead(snapshot, type, *index);
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        index == nullptr ? snapshot.Scan(type.name) : snapshot.ScanIndex(type, *index, range));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    if (index == nullptr && view.Get(field.position) != value) continue;
    KITH_RETURN_IF_ERROR(visit(view));
  }
  return cursor->status();
}

Id RecordInBatch::GetRef(size_t position) const {
  if (draft_ == nullptr) return view_.GetRef(position);
  const Id* id = draft_->Get(position).get_if<Id>();
  return id == nullptr ? Id() : *id;
}

Status ForEachInBatch(const RuleContext& context, const catalog::TypeDef& type, const catalog::IndexDef& index, std::vector<Value> equal,
                      const std::function<Status(const RecordInBatch&)>& visit, bool brought) {
  const auto wanted = [&](const Draft& draft) {
    for (size_t i = 0; i < equal.size(); ++i) {
      if (draft.Get(static_cast<size_t>(index.parts[i].position)) != equal[i]) return false;
    }
    return true;
  };
  std::vector<Id> touched;
  for (const Draft* draft : context.touched(type.number)) {
    touched.push_back(draft->id());
    if (!draft->deleted() && wanted(*draft)) KITH_RETURN_IF_ERROR(visit(RecordInBatch(*draft)));
  }
  if (brought) return absl::OkStatus();
  std::sort(touched.begin(), touched.end());
  IndexRange range;
  range.equal = std::move(equal);
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, context.ScanIndex(type, index, range));
  while (cursor->Next()) {
    if (std::binary_search(touched.begin(), touched.end(), cursor->id())) continue;
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    KITH_RETURN_IF_ERROR(visit(RecordInBatch(view)));
  }
  return cursor->status();
}

}  // namespace kith
