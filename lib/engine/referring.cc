#include "kith/engine/referring.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "kith/base/concat.h"
#include "kith/base/reason.h"

namespace kith {
namespace {

using Serves = std::function<bool(const catalog::IndexDef&)>;

// By the first index that the field leads and that is whole: one that the viewer may read, or one that they may not.
StatusOr<std::unique_ptr<RecordCursor>> Open(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::FieldDef& field,
                                             const IndexRange& range, bool readable, const Serves& serves) {
  for (const catalog::IndexDef& index : type.indexes) {
    const bool led = index.kind == catalog::IndexKind::kOrdered && index.parts.front().position == static_cast<int32_t>(field.position);
    if (!led || MayRead(snapshot, type, index) != readable || (serves && !serves(index))) continue;
    StatusOr<std::unique_ptr<RecordCursor>> cursor = snapshot.ScanIndex(type, index, range);
    if (cursor.ok() || GetReason(cursor.status()) != Reason::kUnknownIndex) return cursor;  // else it is being built
  }
  return nullptr;
}

}  // namespace

bool MayRead(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::IndexDef& index) {
  const auto masked = [&](const catalog::IndexPart& part) { return snapshot.IsMasked(type, part.position); };
  return std::none_of(index.parts.begin(), index.parts.end(), masked) && std::none_of(index.cover.begin(), index.cover.end(), masked);
}

bool MayJudge(const Snapshot& snapshot, const catalog::TypeDef& type, std::string_view behaviour,
              std::initializer_list<std::string_view> roles, std::set<std::string>& masked) {
  bool may = true;
  for (const std::string_view role : roles) {
    const catalog::FieldDef* field = type.FindRole(behaviour, role);
    if (field == nullptr || !snapshot.IsMasked(type, static_cast<int32_t>(field->position))) continue;
    masked.insert(Concat({type.name, ".", field->name}));
    may = false;
  }
  return may;
}

StatusOr<std::unique_ptr<RecordCursor>> ScanLedBy(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::FieldDef& field,
                                                  const IndexRange& range, const Serves& serves) {
  return Open(snapshot, type, field, range, true, serves);
}

Status ForEachWith(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::FieldDef& field, const Value& value,
                   const std::function<Status(record::View)>& visit) {
  if (snapshot.IsMasked(type, static_cast<int32_t>(field.position))) return absl::OkStatus();
  IndexRange range;
  range.equal.push_back(value);
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<RecordCursor> cursor, Open(snapshot, type, field, range, true, {}));
  if (cursor == nullptr) {
    range.opaque = true;
    KITH_ASSIGN_OR_RETURN(cursor, Open(snapshot, type, field, range, false, {}));
  }
  const bool scans = cursor == nullptr;
  if (scans) {
    KITH_ASSIGN_OR_RETURN(cursor, snapshot.Scan(type.name));
  }
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    if (scans && view.Get(field.position) != value) continue;
    KITH_RETURN_IF_ERROR(visit(view));
  }
  return cursor->status();
}

// The sequence number of the last change recorded by then: the viewer sees no other between it and the next.
StatusOr<uint64_t> Former::SequenceThen() {
  uint64_t low = snapshot_.horizon().sequence;
  if (since_.micros == INT64_MIN) return low;
  for (uint64_t high = std::max(low, snapshot_.sequence()); low < high;) {
    const uint64_t middle = low + (high - low) / 2;
    KITH_ASSIGN_OR_RETURN(FeedPage page, snapshot_.ReadFeed(middle, {}, 1));
    // Among many that the viewer may not see a page ends before the next one that they may.
    for (uint64_t after = middle; page.entries.empty() && page.scanned > after && page.scanned < high;) {
      after = page.scanned;
      KITH_ASSIGN_OR_RETURN(page, snapshot_.ReadFeed(after, {}, 1));
    }
    if (!page.entries.empty() && page.entries[0].recorded <= since_) {
      low = page.entries[0].sequence;
    } else {
      high = middle;
    }
  }
  return low;
}

StatusOr<const Former::Changes*> Former::ChangesOf(const catalog::TypeDef& type) {
  constexpr size_t kPage = 4096;
  const auto known = known_.find(type.number);
  if (known != known_.end()) return &known->second;
  if (!placed_) {
    KITH_ASSIGN_OR_RETURN(first_, SequenceThen());
    placed_ = true;
  }
  Changes changes;
  const FeedFilter filter{.types = {type.name}, .fields = {}, .operations = {Operation::kChange, Operation::kDelete}, .record = {}};
  for (uint64_t after = first_; after < snapshot_.sequence();) {
    KITH_ASSIGN_OR_RETURN(const FeedPage page, snapshot_.ReadFeed(after, filter, kPage));
    for (const HistoryEntry& entry : page.entries) {
      if (entry.operation == Operation::kDelete) changes.deleted.push_back(entry.record);
      for (const FieldChange& change : entry.fields) {
        const Id* named = change.before.get_if<Id>();
        const catalog::FieldDef* field = named == nullptr ? nullptr : type.FindField(change.package, change.number);
        if (field != nullptr) changes.naming[{field, *named}].push_back(entry.record);
      }
    }
    if (page.scanned <= after) break;
    after = page.scanned;
  }
  const auto once = [](std::vector<Id>& ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  };
  for (auto& [naming, ids] : changes.naming) once(ids);
  once(changes.deleted);
  return &known_.emplace(type.number, std::move(changes)).first->second;
}

StatusOr<std::vector<Id>> Former::Naming(const catalog::TypeDef& type, const catalog::FieldDef& field, Id target) {
  KITH_ASSIGN_OR_RETURN(const Changes* changes, ChangesOf(type));
  const auto found = changes->naming.find({&field, target});
  return found == changes->naming.end() ? std::vector<Id>() : found->second;
}

StatusOr<std::vector<Id>> Former::Deleted(const catalog::TypeDef& type) {
  KITH_ASSIGN_OR_RETURN(const Changes* changes, ChangesOf(type));
  return changes->deleted;
}

Status ForEachThen(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::FieldDef& field, Id target, Time recorded,
                   Former& former, const std::function<Status(record::View)>& visit) {
  const auto look = [&](Id id) -> Status {
    const StatusOr<Record> then = snapshot.GetAsOf(id, {.effective = kTimeMax, .recorded = recorded});
    if (absl::IsNotFound(then.status())) return absl::OkStatus();
    KITH_RETURN_IF_ERROR(then.status());
    return then->view().GetRef(field.position) == target ? visit(then->view()) : absl::OkStatus();
  };
  KITH_RETURN_IF_ERROR(ForEachWith(snapshot, type, field, Value(target), [&](record::View now) { return look(now.id()); }));
  KITH_ASSIGN_OR_RETURN(const std::vector<Id> named, former.Naming(type, field, target));
  for (const Id id : named) {
    const StatusOr<record::View> now = snapshot.Get(id);
    if (now.ok() && now->GetRef(field.position) == target) continue;
    KITH_RETURN_IF_ERROR(look(id));
  }
  return absl::OkStatus();
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
