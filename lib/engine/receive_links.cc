// External references, merges and purges of another replica (receive.cc has the rest).
//
// Of one external reference of one record's life the entry with the greatest stamp says whether the record claims it. Of records that claim
// the same the one created first keeps it, and the others give it up by a change of their own. Both follow from what has been received,
// not from its order. Claims are settled when everything of a job is there: within a batch a record may take over what another leaves.
#include <algorithm>
#include <utility>

#include "engine/apply_internal.h"
#include "engine/batch_internal.h"
#include "engine/chain.h"
#include "engine/links.h"
#include "engine/replica_internal.h"
#include "kith/catalog/roles.h"
#include "kith/engine/external_refs.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;

std::string TextOfRef(const ExternalRef& external) { return external.system + " " + external.key; }

// What the deletion of a record says it became part of; `draft`: the record where this job has it.
StatusOr<Id> WentInto(const storage::Reader& reader, const DraftRecord* draft, Id id) {
  if (draft != nullptr) return draft->deleted() ? draft->merged_into : Id();
  const StatusOr<HistoryEntry> last = ReadLastHistory(reader, id);
  if (absl::IsNotFound(last.status())) return Id();
  KITH_RETURN_IF_ERROR(last.status());
  return last->operation == Operation::kDelete ? MergedInto(*last) : Id();
}

}  // namespace

bool WasBefore(const record::Header& a, const record::Header& b) { return std::pair(a.created, a.id) < std::pair(b.created, b.id); }

Status Applier::TakeLinks(DraftRecord& draft, const ReplicaChange& change, HistoryEntry& taken) {
  const Links links{.added = change.external_refs, .taken = LinksOf(change.entry).taken};
  if (links.added.empty() && links.taken.empty()) return absl::OkStatus();
  const TypeDef& type = draft.type();
  const auto is_last_word = [&](const ExternalRef& external) -> StatusOr<bool> {
    KITH_ASSIGN_OR_RETURN(const Stamp said, draft.LinkStamp(external, set_));
    return said < change.entry.stamp;
  };
  for (const ExternalRef& external : links.taken) {
    KITH_ASSIGN_OR_RETURN(const bool last, is_last_word(external));
    if (!last) continue;
    std::erase(claims_[{type.number, {external.system, external.key}}], &draft);
    KITH_ASSIGN_OR_RETURN(const std::optional<Id> holder, FindExternal(type.number, external));
    if (holder != draft.id()) continue;
    set_.Delete(format::kExternal, format::ExternalKey(type.number, external));
    set_.Delete(format::kExternal, format::ExternalReverseKey(draft.id(), external));
    draft.Link(external, false);
  }
  for (const ExternalRef& external : links.added) {
    KITH_RETURN_IF_ERROR(CheckExternal(external));
    KITH_ASSIGN_OR_RETURN(const bool last, is_last_word(external));
    if (last) claims_[{type.number, {external.system, external.key}}].push_back(&draft);
  }
  taken.fields.push_back(ChangeOf(links, taken.effective));
  return absl::OkStatus();
}

Status Applier::SettleLinks(ReceiveReport& report) {
  for (const auto& [claim, claimants] : claims_) {
    const ExternalRef external{claim.second.first, claim.second.second};
    std::vector<DraftRecord*> alive;
    for (DraftRecord* draft : claimants) {
      if (!draft->deleted() && std::find(alive.begin(), alive.end(), draft) == alive.end()) alive.push_back(draft);
    }
    if (!alive.empty()) KITH_RETURN_IF_ERROR(SettleLink(external, std::move(alive), report));
  }
  claims_.clear();
  return absl::OkStatus();
}

Status Applier::SettleLink(const ExternalRef& external, std::vector<DraftRecord*> claimants, ReceiveReport& report) {
  const TypeDef& type = claimants.front()->type();
  KITH_ASSIGN_OR_RETURN(const std::optional<Id> found, FindExternal(type.number, external));
  DraftRecord* holder = nullptr;
  if (found.has_value()) {
    KITH_ASSIGN_OR_RETURN(holder, Load(*found));
    if (holder == nullptr) return MakeError(Reason::kCorrupt, "an external reference leads to no record");
    if (std::find(claimants.begin(), claimants.end(), holder) == claimants.end()) claimants.push_back(holder);
  }
  DraftRecord* const keeper = *std::min_element(
      claimants.begin(), claimants.end(), [](const DraftRecord* a, const DraftRecord* b) { return WasBefore(a->header(), b->header()); });
  if (keeper != holder) {
    if (holder != nullptr) {
      set_.Delete(format::kExternal, format::ExternalReverseKey(holder->id(), external));
      holder->Link(external, false);
    }
    PutExternal(type, keeper->id(), external);
    keeper->Link(external, true);
  }
  for (DraftRecord* loser : claimants) {
    if (loser == keeper) continue;
    loser->disowned.insert(loser->disowned.end(), {external.system, external.key});
    AddConflict(report, *loser, external.system, TextOfRef(external), keeper->id(), "two records have the same external reference");
  }
  return absl::OkStatus();
}

StatusOr<DraftRecord*> Applier::FindSurvivor(Id id) {
  std::vector<Id> passed;  // two that were merged into one another lead nowhere
  while (!id.is_null() && std::find(passed.begin(), passed.end(), id) == passed.end()) {
    passed.push_back(id);
    KITH_ASSIGN_OR_RETURN(Id into, Redirect(id));
    // Where the record it went into was itself merged elsewhere, nothing leads on but what the deletions say.
    if (into.is_null()) {
      KITH_ASSIGN_OR_RETURN(into, WentInto(set_, FindDraft(id), id));
    }
    if (into.is_null()) return nullptr;
    KITH_ASSIGN_OR_RETURN(DraftRecord* const survivor, Load(into));
    if (survivor != nullptr && !survivor->deleted()) return survivor;
    id = into;
  }
  return nullptr;
}

// What refers here to a record that was merged away elsewhere, and was not known there.
Status Applier::FollowMerges() {
  for (size_t i = 0; i < deleted_.size(); ++i) {
    if (deleted_[i]->merged_into.is_null()) continue;
    KITH_ASSIGN_OR_RETURN(DraftRecord* const into, FindSurvivor(deleted_[i]->id()));
    if (into == nullptr) continue;
    KITH_ASSIGN_OR_RETURN(const std::vector<DraftRecord*> touched, Repoint(*into, *deleted_[i], -1));
    for (DraftRecord* draft : touched) {
      draft->Arrive();
      KITH_RETURN_IF_ERROR(DropLoop(*draft));
    }
  }
  return absl::OkStatus();
}

Status Applier::DropLoop(DraftRecord& draft) {
  const std::optional<catalog::EdgeRoles> edge = catalog::EdgeRoles::Of(draft.type());
  if (draft.deleted() || !edge.has_value()) return absl::OkStatus();
  const Id one = draft.RefAt(edge->from->position);
  return one.is_null() || one != draft.RefAt(edge->to->position) ? absl::OkStatus() : DeleteRecord(draft, now_);
}

// After everything else, so that the records have ended here too.
Status Applier::TakePurges() {
  std::vector<Id> purged;
  for (const ReplicaChange* change : purges_) {
    const Id id = change->entry.record;
    const StatusOr<HistoryEntry> last = ReadLastHistory(set_, id);
    if (IsNotFound(last.status())) continue;
    KITH_RETURN_IF_ERROR(last.status());
    if (last->operation != Operation::kDelete || IsPurge(*last)) continue;
    EraseReport gone;
    KITH_RETURN_IF_ERROR(WithholdHistories(set_, catalog_, {&id, 1}));
    KITH_RETURN_IF_ERROR(PurgeRecord(id, change->entry, gone));
    purged.push_back(id);
  }
  if (purged.empty()) return absl::OkStatus();
  EraseReport forgotten;
  KITH_RETURN_IF_ERROR(ForgetOutcomesOf(purged, forgotten));
  return FoldTexts(purged);
}

}  // namespace kith::engine
