// Deleted records brought back: a new life with what the deletion says the record was.
#include <map>
#include <utility>

#include "engine/apply_internal.h"

namespace kith::engine {
namespace {

using catalog::OnDelete;
using catalog::TypeDef;

Status NeverWas(Id id) { return MakeError({.reason = Reason::kRecordMissing, .record = id}, "there never was such a record"); }

// The position of what a deletion lists: a field, a HeaderField; nothing for what the catalog no longer knows.
std::optional<int32_t> PositionOf(const TypeDef& type, const FieldChange& change) {
  if (change.package == kHeaderPackage) return format::HeaderFieldOf(change.number);
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

}  // namespace

Status Applier::RestoreRecord(const Change& change, size_t index) {
  KITH_ASSIGN_OR_RETURN(const TypeDef* type, catalog_.GetType(change.target.type()));
  KITH_RETURN_IF_ERROR(CheckWritable(*type));
  KITH_ASSIGN_OR_RETURN(const DraftRecord* present, Load(change.target));
  if (present != nullptr) {
    KITH_ASSIGN_OR_RETURN(const bool visible, MaySee(*present));
    if (!visible) return NeverWas(change.target);
  }
  if (present != nullptr) return MakeError({.reason = Reason::kPreconditionFailed, .record = change.target}, "the record is not deleted");
  const StatusOr<HistoryEntry> deletion = ReadLastHistory(set_, change.target);
  if (IsNotFound(deletion.status())) return NeverWas(change.target);
  KITH_RETURN_IF_ERROR(deletion.status());
  if (access_ != nullptr) {
    KITH_ASSIGN_OR_RETURN(const bool visible, access_->MayOfDeleted(catalog::Right::kRead, *type, *deletion, set_));
    if (!visible) return NeverWas(change.target);
    KITH_ASSIGN_OR_RETURN(const bool allowed, access_->MayOfDeleted(catalog::Right::kDelete, *type, *deletion, set_));
    if (!allowed) return NotAllowed(*type, change.target, "may not restore the record");
  }
  KITH_RETURN_IF_ERROR(Revive(*type, *deletion, index));
  return RestoreCascade(*deletion, index);
}

Status Applier::Revive(const TypeDef& type, const HistoryEntry& deletion, size_t index) {
  DraftRecord& draft = AddDraft(deletion.record, type, now_, request_.batch->origin());
  draft.change = static_cast<int64_t>(index);
  for (const FieldChange& was : deletion.fields) {
    if (was.package == kHeaderPackage && was.number == format::kExternalRefsNumber) {
      KITH_RETURN_IF_ERROR(RestoreExternals(draft, was.before));
      continue;
    }
    const std::optional<int32_t> position = PositionOf(type, was);
    if (position.has_value()) KITH_RETURN_IF_ERROR(draft.Assert(*position, was.before, now_, now_, set_).status());
  }
  draft.MarkRestored();
  return absl::OkStatus();
}

Status Applier::RestoreExternals(const DraftRecord& draft, const Value& externals) {
  const auto* list = externals.get_if<TextList>();
  for (size_t i = 0; list != nullptr && i + 1 < list->size(); i += 2) {
    const ExternalRef external{(*list)[i], (*list)[i + 1]};
    KITH_ASSIGN_OR_RETURN(const std::optional<Id> taken, FindExternal(draft.type().number, external));
    if (taken.has_value()) {
      return MakeError({.reason = Reason::kExternalRefTaken,
                        .type = draft.type().name,
                        .record = Named(*taken),
                        .value = external.system + " " + external.key,
                        .hint = "unlink it there first"},
                       "another record has the external reference that the restored one had");
    }
    PutExternal(draft.type(), draft.id(), external);
  }
  return absl::OkStatus();
}

// What went with the record: the feed has the deletions of one batch side by side, with one time of recording, and what was deleted with
// another has its effective time.
Status Applier::RestoreCascade(const HistoryEntry& deletion, size_t index) {
  std::vector<HistoryEntry> gone;
  const auto collect = [&](bool forward) -> Status {
    uint64_t sequence = deletion.sequence;
    for (;;) {
      sequence = forward ? sequence + 1 : sequence - 1;
      const StatusOr<storage::View> bytes = set_.Get(format::kFeed, storage::IntegerKey(sequence));
      if (IsNotFound(bytes.status())) return absl::OkStatus();
      KITH_RETURN_IF_ERROR(bytes.status());
      KITH_ASSIGN_OR_RETURN(const format::FeedValue feed, format::DecodeFeed(*bytes));
      if (feed.recorded != deletion.recorded) return absl::OkStatus();
      if (feed.operation != Operation::kDelete || FindDraft(feed.record) != nullptr) continue;
      KITH_ASSIGN_OR_RETURN(HistoryEntry last, ReadLastHistory(set_, feed.record));
      if (last.sequence == sequence && last.effective == deletion.effective) gone.push_back(std::move(last));
    }
  };
  KITH_RETURN_IF_ERROR(collect(false));
  KITH_RETURN_IF_ERROR(collect(true));
  // Once for all of them, and without recursion: what went along may be a long chain.
  std::multimap<Id, const HistoryEntry*> followers;
  for (const HistoryEntry& other : gone) AddFollower(catalog_, other, followers);
  std::vector<Id> restored = {deletion.record};
  for (size_t i = 0; i < restored.size(); ++i) {
    const auto [first, last] = followers.equal_range(restored[i]);
    for (auto it = first; it != last; ++it) {
      const HistoryEntry& other = *it->second;
      if (FindDraft(other.record) != nullptr) continue;
      KITH_RETURN_IF_ERROR(Revive(*catalog_.FindType(other.record.type()), other, index));
      restored.push_back(other.record);
    }
  }
  return absl::OkStatus();
}

}  // namespace kith::engine
