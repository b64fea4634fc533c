// Deleted records brought back: a new life with what the deletion says the record was.
#include <algorithm>
#include <map>
#include <utility>

#include "engine/apply_internal.h"
#include "engine/batch_internal.h"
#include "engine/convert.h"
#include "kith/base/concat.h"
#include "kith/catalog/kind_change.h"

namespace kith::engine {
namespace {

using catalog::OnDelete;
using catalog::TypeDef;

Status NeverWas(Id id) { return MakeError({.reason = Reason::kRecordMissing, .record = id}, "there never was such a record"); }

// The position of what a deletion lists: a field, a HeaderField; nothing for what the catalog no longer knows.
std::optional<int32_t> ListedPosition(const TypeDef& type, const FieldChange& change) {
  if (change.package == kHeaderPackage) {
    if (change.number >= kExternalRefsNumber) return std::nullopt;
    return format::HeaderFieldOf(change.number);
  }
  const catalog::FieldDef* field = type.FindField(change.package, change.number);
  return field == nullptr ? std::nullopt : std::optional(static_cast<int32_t>(field->position));
}

// Adds a deleted record to those that followed each record it referred to by cascade.
void AddFollower(const catalog::Catalog& catalog, const HistoryEntry& gone, std::multimap<Id, const HistoryEntry*>& followers) {
  const TypeDef* type = catalog.FindType(gone.record.type());
  for (const FieldChange& was : type == nullptr ? std::vector<FieldChange>() : gone.fields) {
    const catalog::FieldDef* field = type->FindField(was.package, was.number);
    const Id* target = was.before.get_if<Id>();
    if (field != nullptr && field->on_delete == OnDelete::kCascade && target != nullptr) followers.emplace(*target, &gone);
  }
}

bool Tells(const std::vector<HistoryEntry>& past, const catalog::FieldDef& field) {
  const auto of_field = [&](const FieldChange& change) { return change.package == field.package && change.number == field.number; };
  return std::any_of(past.begin(), past.end(),
                     [&](const HistoryEntry& entry) { return std::any_of(entry.fields.begin(), entry.fields.end(), of_field); });
}

// What was deleted before a field got another kind has its value under the former field alone. It is converted now, unless the history
// tells of the present field too. What cannot be converted stays where it is.
Status ConvertFormer(DraftRecord& draft, const TypeDef& type, const storage::Reader& reader, Time now) {
  std::optional<std::vector<HistoryEntry>> past;
  for (auto former = type.fields.rbegin(); former != type.fields.rend(); ++former) {
    const catalog::FieldDef* present = catalog::PresentOf(type, *former);
    if (present == nullptr || draft.Get(former->position).is_null() || !draft.Get(present->position).is_null()) continue;
    if (!past.has_value()) {
      KITH_ASSIGN_OR_RETURN(past, ReadHistory(reader, draft.id()));
    }
    if (Tells(*past, *present)) continue;
    StatusOr<Value> converted = ConvertValue(*former, *present, {}, draft.Get(former->position));
    if (converted.ok()) {
      KITH_RETURN_IF_ERROR(draft.Assert(static_cast<int32_t>(present->position), *std::move(converted), now, now, reader).status());
    }
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<HistoryEntry> Applier::FindDeletion(Id id, std::string_view forbidden) {
  KITH_ASSIGN_OR_RETURN(const TypeDef* type, catalog_.GetType(id.type()));
  KITH_RETURN_IF_ERROR(CheckWritable(*type));
  KITH_ASSIGN_OR_RETURN(const DraftRecord* present, Load(id));
  if (present != nullptr) {
    KITH_ASSIGN_OR_RETURN(const bool visible, MaySee(*present));
    if (!visible) return NeverWas(id);
    return MakeError({.reason = Reason::kPreconditionFailed, .record = id}, "the record is not deleted");
  }
  StatusOr<HistoryEntry> deletion = ReadLastHistory(set_, id);
  if (IsNotFound(deletion.status())) return NeverWas(id);
  KITH_RETURN_IF_ERROR(deletion.status());
  if (access_ != nullptr) {
    KITH_ASSIGN_OR_RETURN(const bool visible, access_->MayOfDeleted(catalog::Right::kRead, *type, *deletion, set_));
    if (!visible) return NeverWas(id);
    KITH_ASSIGN_OR_RETURN(const bool allowed, access_->MayOfDeleted(catalog::Right::kDelete, *type, *deletion, set_));
    if (!allowed) return NotAllowed(*type, id, forbidden);
  }
  if (IsPurge(*deletion)) {
    return MakeError({.reason = Reason::kPreconditionFailed, .record = id}, "what the record was has been purged");
  }
  return deletion;
}

Status Applier::RestoreRecord(const Change& change, size_t index) {
  KITH_ASSIGN_OR_RETURN(const HistoryEntry deletion, FindDeletion(change.target, "may not restore the record"));
  if (const Id into = MergedInto(deletion); !into.is_null()) {
    return MakeError({.reason = Reason::kPreconditionFailed, .record = change.target, .hint = "unmerge it"},
                     "the record was not deleted but merged into " + std::to_string(into.value()));
  }
  const auto restore = [&](const HistoryEntry& gone) -> Status {
    KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, Revive(*catalog_.FindType(gone.record.type()), gone, index));
    return RestoreExternals(*draft, gone);
  };
  KITH_RETURN_IF_ERROR(restore(deletion));
  // What went with the record: the deletions of one batch with one effective time; once for all of them, and without recursion, since what
  // went along may be a long chain.
  KITH_ASSIGN_OR_RETURN(std::vector<HistoryEntry> gone, BatchAround(deletion));
  std::erase_if(gone, [&](const HistoryEntry& entry) {
    return entry.operation != Operation::kDelete || entry.effective != deletion.effective || FindDraft(entry.record) != nullptr;
  });
  std::multimap<Id, const HistoryEntry*> followers;
  for (const HistoryEntry& other : gone) AddFollower(catalog_, other, followers);
  std::vector<Id> restored = {deletion.record};
  for (size_t i = 0; i < restored.size(); ++i) {
    const auto [first, last] = followers.equal_range(restored[i]);
    for (auto it = first; it != last; ++it) {
      const HistoryEntry& other = *it->second;
      if (FindDraft(other.record) != nullptr) continue;
      KITH_ASSIGN_OR_RETURN(const HistoryEntry latest, ReadLastHistory(set_, other.record));
      if (latest.sequence != other.sequence) continue;  // it has been there again since
      KITH_RETURN_IF_ERROR(restore(other));
      restored.push_back(other.record);
    }
  }
  return absl::OkStatus();
}

StatusOr<bool> Applier::MayOwn(Id id) {
  if (id.type() == 0) return true;
  KITH_ASSIGN_OR_RETURN(const DraftRecord* const owner, Load(id));
  if (!CheckOwnerType(catalog_, id).ok()) return false;
  return owner != nullptr && !owner->deleted();
}

StatusOr<DraftRecord*> Applier::Revive(const TypeDef& type, const HistoryEntry& deletion, size_t index) {
  DraftRecord& draft = AddDraft(deletion.record, type, now_, request_.batch->origin());
  draft.change = static_cast<int64_t>(index);
  for (const FieldChange& was : deletion.fields) {
    const std::optional<int32_t> position = ListedPosition(type, was);
    if (!position.has_value()) continue;
    Value value = was.before;
    if (const Id* target = value.get_if<Id>()) {
      KITH_ASSIGN_OR_RETURN(const Id merged, FindReferred(*target));
      value = merged;
      if (*position == catalog::kHeaderOwner) {
        KITH_ASSIGN_OR_RETURN(const bool may_own, MayOwn(merged));
        if (!may_own) {
          AddEffect("leaves out the owner, who is no more, of", type);
          continue;
        }
      }
    }
    KITH_RETURN_IF_ERROR(draft.Assert(*position, std::move(value), now_, now_, set_).status());
  }
  KITH_RETURN_IF_ERROR(ConvertFormer(draft, type, set_, now_));
  draft.MarkRestored();
  revived_.push_back(&draft);
  return &draft;
}

Status Applier::RestoreExternals(DraftRecord& draft, const HistoryEntry& deletion) {
  for (const FieldChange& change : deletion.fields) {
    const auto* list = change.package == kHeaderPackage ? change.before.get_if<TextList>() : nullptr;
    for (size_t i = 0; list != nullptr && i + 1 < list->size(); i += 2) {
      const ExternalRef external{(*list)[i], (*list)[i + 1]};
      KITH_ASSIGN_OR_RETURN(const std::optional<Id> taken, FindExternal(draft.type().number, external));
      if (!taken.has_value()) {
        PutExternal(draft.type(), draft.id(), external);
        continue;
      }
      obstacles_.push_back(MakeError({.reason = Reason::kExternalRefTaken,
                                      .type = draft.type().name,
                                      .record = Named(*taken),
                                      .value = external.system + " " + external.key,
                                      .hint = "unlink it there first"},
                                     "another record has the external reference that the restored one had"));
    }
  }
  return absl::OkStatus();
}

// Which records say what the revived ones say where only one may, and which references of theirs lead nowhere.
Status Applier::FindObstacles() {
  for (DraftRecord* draft : revived_) {
    if (draft->deleted()) continue;
    for (const size_t position : PlanOf(draft->type()).references) {
      const Status status = CheckReference(*draft, position, draft->Get(position));
      if (!status.ok()) obstacles_.push_back(status);
    }
    for (const catalog::IndexDef& index : draft->type().indexes) {
      if (!index.unique || !request_.catalog->IsReady(index)) continue;
      IndexRange range;
      for (const catalog::IndexPart& part : index.parts) range.equal.push_back(draft->Shown(part.position));
      if (std::any_of(range.equal.begin(), range.equal.end(), [](const Value& value) { return value.is_null(); })) continue;
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, ScanIndex(draft->type(), index, range));
      std::vector<Id> others;
      while (cursor->Next()) others.push_back(cursor->id());
      KITH_RETURN_IF_ERROR(cursor->status());
      for (const Id other : others) {
        KITH_ASSIGN_OR_RETURN(const bool same, SameParts(index, *draft, other));
        const DraftRecord* taker = FindDraft(other);
        if (same && taker != draft && !taker->deleted()) obstacles_.push_back(UniqueError(index, *draft, other));
      }
    }
  }
  return absl::OkStatus();
}

Status Applier::CheckRestorable() {
  KITH_RETURN_IF_ERROR(FindObstacles());
  if (obstacles_.empty()) return absl::OkStatus();
  const Status& first = obstacles_.front();
  if (obstacles_.size() == 1) return first;
  std::string message(MessageOf(first));
  message += "; what else stands in the way:";
  for (size_t i = 1; i < obstacles_.size(); ++i) {
    const ErrorInfo info = GetErrorInfo(obstacles_[i]);
    message += Concat({i == 1 ? " " : "; ", info.type, info.field.empty() ? "" : ".", info.field, " ", info.value, ": "});
    message += MessageOf(obstacles_[i]);
  }
  return MakeError(GetErrorInfo(first), message);
}

StatusOr<std::vector<HistoryEntry>> Applier::BatchAround(const HistoryEntry& entry) const {
  std::vector<HistoryEntry> batch;
  for (const bool forward : {false, true}) {
    for (uint64_t sequence = entry.sequence;;) {
      sequence = forward ? sequence + 1 : sequence - 1;
      const StatusOr<storage::View> bytes = set_.Get(format::kFeed, storage::IntegerKey(sequence));
      if (IsNotFound(bytes.status())) break;
      KITH_RETURN_IF_ERROR(bytes.status());
      KITH_ASSIGN_OR_RETURN(const format::FeedValue feed, format::DecodeFeed(*bytes));
      if (feed.recorded != entry.recorded) break;
      KITH_ASSIGN_OR_RETURN(const storage::View stored, set_.Get(format::kHistory, format::HistoryKey(feed.record, sequence)));
      KITH_ASSIGN_OR_RETURN(HistoryEntry beside, format::DecodeHistory(feed.record, sequence, stored));
      batch.push_back(std::move(beside));
    }
  }
  return batch;
}

}  // namespace kith::engine
