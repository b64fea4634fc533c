// Two records made one, and parted again.
//
// A merge is told by history alone: the deletion of the record that went names the one it went into, and each change that re-pointed a
// reference stands beside it in the feed with the same recorded time. Nothing more is stored, and what is taken back is what was done.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "engine/apply_internal.h"
#include "engine/batch_internal.h"
#include "kith/catalog/roles.h"
#include "kith/engine/merged.h"

namespace kith::engine {
namespace {

using catalog::EdgeRoles;
using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

Status Refused(std::string_view message, std::string_view hint = {}) {
  return MakeError({.reason = Reason::kPreconditionFailed, .hint = std::string(hint)}, message);
}

const catalog::RelationRules& RulesOf(const TypeDef& type, const EdgeRoles& edge, const DraftRecord& draft) {
  const Choice* kind = edge.kind == nullptr ? nullptr : draft.Get(edge.kind->position).get_if<Choice>();
  return edge.RulesIn(type, kind == nullptr ? 0 : kind->number);
}

// Whether an edge that holds until `to` is over when one that holds from `from` begins.
bool IsOver(const Value& to, const Value& from) {
  if (to.kind() != from.kind()) return false;
  if (const Time* end = to.get_if<Time>()) return *end <= from.get<Time>();
  if (const Date* end = to.get_if<Date>()) return *end <= from.get<Date>();
  return false;
}

bool Overlap(const EdgeRoles& edge, const DraftRecord& a, const DraftRecord& b) {
  if (edge.valid_from == nullptr || edge.valid_to == nullptr) return true;
  const auto over = [&](const DraftRecord& first, const DraftRecord& second) {
    return IsOver(first.Get(edge.valid_to->position), second.Get(edge.valid_from->position));
  };
  return !over(a, b) && !over(b, a);
}

// Whether two edges say the same where their relation lets it be said once.
bool SayTheSame(const TypeDef& type, const EdgeRoles& edge, const DraftRecord& a, const DraftRecord& b) {
  const catalog::RelationRules& rules = RulesOf(type, edge, a);
  if (!rules.distinct && !rules.symmetric) return false;
  if (edge.kind != nullptr && a.Get(edge.kind->position) != b.Get(edge.kind->position)) return false;
  const auto ends = [&](const DraftRecord& draft) { return std::pair(draft.RefAt(edge.from->position), draft.RefAt(edge.to->position)); };
  const auto [from, to] = ends(a);
  const bool same = ends(b) == std::pair(from, to) || (rules.symmetric && ends(b) == std::pair(to, from));
  return same && Overlap(edge, a, b);
}

// Whether one of two records says everything that the other says.
bool LosesNothing(const TypeDef& type, const DraftRecord& stays, const DraftRecord& goes) {
  return std::all_of(type.fields.begin(), type.fields.end(), [&](const FieldDef& field) {
    if (!IsGiven(field)) return true;
    const Value& kept = stays.Get(field.position);
    const Value& lost = goes.Get(field.position);
    return kept.is_null() || lost.is_null() || kept == lost;
  });
}

std::optional<int32_t> MergedPosition(const TypeDef& type, const FieldChange& change) {
  if (change.package == kHeaderPackage) {
    const int32_t header = format::HeaderFieldOf(change.number);
    return header == catalog::kHeaderOwner ? std::optional(header) : std::nullopt;
  }
  const FieldDef* field = type.FindField(change.package, change.number);
  return field == nullptr || !IsGiven(*field) ? std::nullopt : std::optional(static_cast<int32_t>(field->position));
}

}  // namespace

StatusOr<Id> Applier::Redirect(Id id) {
  const auto known = redirects_.find(id.value());
  if (known != redirects_.end()) return known->second;
  KITH_ASSIGN_OR_RETURN(const Id into, FindMerged(set_, id));
  if (!into.is_null()) redirects_.emplace(id.value(), into);
  return into;
}

// --- merging

Status Applier::MergeRecords(const Change& change, size_t index) {
  KITH_ASSIGN_OR_RETURN(DraftRecord* const into, LoadTarget(change.target, index));
  KITH_ASSIGN_OR_RETURN(DraftRecord* const from, LoadTarget(change.other, index));
  if (into == from) return absl::OkStatus();  // merged before
  if (into->deleted() || from->deleted()) {
    return MakeError({.reason = Reason::kRecordMissing, .record = (into->deleted() ? into : from)->id()},
                     "the record is deleted by this batch");
  }
  if (from->created()) return MakeError(Reason::kBatchMalformed, "a record that the batch creates is not merged away");
  std::vector<Merging> merges = {{into, from}};
  for (size_t i = 0; i < merges.size(); ++i) {
    const Merging next = merges[i];
    if (next.from->deleted() || next.into->deleted()) continue;
    KITH_RETURN_IF_ERROR(MergeInto(*next.into, *next.from, index, merges));
  }
  return absl::OkStatus();
}

Status Applier::MergeInto(DraftRecord& into, DraftRecord& from, size_t index, std::vector<Merging>& merges) {
  redirects_[from.id().value()] = into.id();
  for (auto& [id, target] : redirects_) {
    if (target == from.id()) target = into.id();
  }
  from.change = static_cast<int64_t>(index);
  from.merged_into = into.id();
  KITH_RETURN_IF_ERROR(FillFrom(into, from));
  KITH_RETURN_IF_ERROR(DeleteRecord(from, now_));
  const auto give = [&](const ExternalRef& external) {
    PutExternal(into.type(), into.id(), external);
    into.Link(external, true);
  };
  for (size_t i = 0; i + 1 < from.external_refs.size(); i += 2) give({from.external_refs[i], from.external_refs[i + 1]});
  give(MergedRef(from.id()));
  KITH_ASSIGN_OR_RETURN(const std::vector<DraftRecord*> touched, Repoint(into, from, static_cast<int64_t>(index)));
  SameValues seen;
  for (DraftRecord* draft : touched) {
    if (draft->deleted()) continue;
    const std::optional<EdgeRoles> edge = EdgeRoles::Of(draft->type());
    if (edge.has_value() && draft->RefAt(edge->from->position) == draft->RefAt(edge->to->position)) {
      KITH_RETURN_IF_ERROR(DeleteRecord(*draft, now_));
      continue;
    }
    KITH_ASSIGN_OR_RETURN(DraftRecord* const twin, FindTwin(*draft, seen));
    if (twin != nullptr) merges.push_back({twin, draft});
  }
  return absl::OkStatus();
}

// What the one that stays does not say and the other does.
Status Applier::FillFrom(DraftRecord& into, const DraftRecord& from) {
  const auto fill = [&](int32_t position, const Value& value) -> Status {
    const Id* id = value.get_if<Id>();
    if (value.is_null() || (id != nullptr && (*id == into.id() || *id == from.id()))) return absl::OkStatus();
    return into.Assert(position, value, now_, now_, set_).status();
  };
  for (const FieldDef& field : into.type().fields) {
    if (!IsGiven(field) || !into.Get(field.position).is_null()) continue;
    KITH_RETURN_IF_ERROR(fill(static_cast<int32_t>(field.position), from.Get(field.position)));
  }
  const Value owner = from.Shown(catalog::kHeaderOwner);
  const Id* const owner_id = owner.get_if<Id>();
  if (into.header().owner != 0 || owner_id == nullptr) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const bool may_own, MayOwn(*owner_id));
  return may_own ? fill(catalog::kHeaderOwner, owner) : absl::OkStatus();
}

// Every reference to the one leads to the other; of what a member of the house owns, the owner too. The records touched.
StatusOr<std::vector<DraftRecord*>> Applier::Repoint(const DraftRecord& into, const DraftRecord& from, int64_t change) {
  std::vector<DraftRecord*> touched;
  const auto repoint = [&](const TypeDef& type, int32_t position) -> Status {
    KITH_ASSIGN_OR_RETURN(const std::vector<DraftRecord*> referring, Referring(type, position, from.id()));
    for (DraftRecord* draft : referring) {
      // A record is no part of itself: what led from one of the two to the other leads nowhere.
      const Value target = draft == &into ? Value() : Value(into.id());
      if (draft->change < 0) draft->change = change;
      KITH_RETURN_IF_ERROR(draft->Assert(position, target, now_, now_, set_).status());
      touched.push_back(draft);
    }
    return absl::OkStatus();
  };
  for (const catalog::Catalog::Referrer& referrer : catalog_.ReferrersTo(from.type())) {
    KITH_RETURN_IF_ERROR(repoint(*referrer.type, static_cast<int32_t>(referrer.field->position)));
  }
  if (from.type().FindBehaviour("member") == nullptr) return touched;
  for (const TypeDef& type : catalog_.types()) {
    if (type.number >= catalog::kFirstOpenType) KITH_RETURN_IF_ERROR(repoint(type, catalog::kHeaderOwner));
  }
  return touched;
}

StatusOr<DraftRecord*> Applier::FindSameEdge(const DraftRecord& draft) {
  const TypeDef& type = draft.type();
  const std::optional<EdgeRoles> edge = EdgeRoles::Of(type);
  if (!edge.has_value()) return nullptr;
  const auto changed = [&](const FieldDef& end) { return draft.Changed(static_cast<int32_t>(end.position)); };
  if (!changed(*edge->from) && !changed(*edge->to)) return nullptr;
  // From the end that stayed, which has few edges where the other is a hub.
  const FieldDef& end = changed(*edge->from) ? *edge->to : *edge->from;
  const FieldDef& far = &end == edge->to ? *edge->from : *edge->to;
  const Id node = draft.RefAt(end.position);
  if (node.is_null()) return nullptr;
  for (const FieldDef* at : {&end, &far}) {
    KITH_ASSIGN_OR_RETURN(const std::vector<DraftRecord*> beside, Referring(type, static_cast<int32_t>(at->position), node));
    for (DraftRecord* other : beside) {
      if (other != &draft && SayTheSame(type, *edge, draft, *other)) return other;
    }
  }
  return nullptr;
}

// A record beside `draft` that, after references were re-pointed, says the same: another edge of the same relation, or one with the same
// unique values that differs in nothing.
StatusOr<DraftRecord*> Applier::FindTwin(DraftRecord& draft, SameValues& seen) {
  KITH_ASSIGN_OR_RETURN(DraftRecord* const edge, FindSameEdge(draft));
  if (edge != nullptr) return edge;
  const TypeDef& type = draft.type();
  for (const IndexDef& index : type.indexes) {
    if (!index.unique || index.kind != catalog::IndexKind::kOrdered || !request_.catalog->IsReady(index)) continue;
    const auto changed = [&](const catalog::IndexPart& part) { return draft.Changed(part.position); };
    if (std::none_of(index.parts.begin(), index.parts.end(), changed)) continue;
    format::IndexEntry entry;
    format::MakeIndexEntry(index, draft.header(), draft.values(), entry);
    if (entry.has_null) continue;
    std::vector<Id> beside;
    IndexRange range;
    for (const catalog::IndexPart& part : index.parts) range.equal.push_back(draft.Shown(part.position));
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, ScanIndex(type, index, range));
    while (cursor->Next()) beside.push_back(cursor->id());
    KITH_RETURN_IF_ERROR(cursor->status());
    const auto [first, added] = seen.try_emplace({&index, std::string(format::IndexEntryParts(entry.key))}, &draft);
    if (!added) beside.push_back(first->second->id());
    for (const Id id : beside) {
      KITH_ASSIGN_OR_RETURN(DraftRecord* const other, Load(id));
      if (other == nullptr || other == &draft || other->deleted() || !LosesNothing(type, *other, draft)) continue;
      KITH_ASSIGN_OR_RETURN(const bool same, SameParts(index, draft, id));
      if (same) return other;
    }
  }
  return nullptr;
}

// --- parting

Status Applier::UnmergeRecord(const Change& change, size_t index) {
  KITH_ASSIGN_OR_RETURN(const HistoryEntry deletion, FindDeletion(change.target, "may not part the record"));
  const Id into = MergedInto(deletion);
  KITH_ASSIGN_OR_RETURN(const Horizon horizon, ReadHorizon(set_));
  if (deletion.sequence <= horizon.sequence) {
    return MakeError({.reason = Reason::kHistoryPruned, .record = change.target}, "the database no longer remembers the merge");
  }
  if (into.is_null()) return Refused("the record was deleted, not merged", "restore it");
  KITH_ASSIGN_OR_RETURN(const DraftRecord* const holder, Load(into));
  if (holder == nullptr) {
    KITH_ASSIGN_OR_RETURN(const Id further, Redirect(into));
    if (!further.is_null()) {
      return Refused("the record that it was merged into has itself been merged since, into " + std::to_string(further.value()),
                     "unmerge " + std::to_string(into.value()) + " first");
    }
  }
  KITH_ASSIGN_OR_RETURN(std::vector<HistoryEntry> batch, BatchAround(deletion));
  // Of what a replica has received at one time, that which was done together where it was done.
  std::erase_if(batch, [&](const HistoryEntry& entry) {
    return entry.stamp.node != deletion.stamp.node || entry.stamp.recorded != deletion.stamp.recorded;
  });
  // The record itself, and what went because it did: edges that said the same twice, or would have led from the record to itself.
  std::vector<const HistoryEntry*> gone = {&deletion};
  std::unordered_set<uint64_t> back = {deletion.record.value()};
  for (size_t i = 0; i < gone.size(); ++i) {
    const Id lost = gone[i]->record;
    for (const HistoryEntry& entry : batch) {
      const auto named = [&](const FieldChange& was) { return was.package != kHeaderPackage && was.before == Value(lost); };
      const bool follows = entry.operation == Operation::kDelete && std::any_of(entry.fields.begin(), entry.fields.end(), named);
      if (!follows || FindDraft(entry.record) != nullptr) continue;
      KITH_ASSIGN_OR_RETURN(const HistoryEntry latest, ReadLastHistory(set_, entry.record));
      if (latest.sequence != entry.sequence) continue;  // it has been there again since
      if (back.insert(entry.record.value()).second) gone.push_back(&entry);
    }
  }
  for (const HistoryEntry* entry : gone) KITH_RETURN_IF_ERROR(Part(*entry, index));
  for (const HistoryEntry* entry : gone) {
    if (!MergedInto(*entry).is_null()) KITH_RETURN_IF_ERROR(GiveBack(*entry, batch, index));
  }
  return absl::OkStatus();
}

// The record that went, with those of its external references that the one it went into still has.
Status Applier::Part(const HistoryEntry& deletion, size_t index) {
  const TypeDef& type = *catalog_.FindType(deletion.record.type());
  const Id into = MergedInto(deletion);
  HistoryEntry alone = deletion;
  std::erase_if(alone.fields,
                [](const FieldChange& change) { return change.package == kHeaderPackage && change.number == kExternalRefsNumber; });
  KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, Revive(type, alone, index));
  const auto take = [&](const ExternalRef& external) -> StatusOr<bool> {
    KITH_ASSIGN_OR_RETURN(const std::optional<Id> holder, FindExternal(type.number, external));
    if (holder.has_value() && (into.is_null() || *holder != into)) return false;
    if (!holder.has_value()) return into.is_null();
    set_.Delete(format::kExternal, format::ExternalKey(type.number, external));
    set_.Delete(format::kExternal, format::ExternalReverseKey(*holder, external));
    KITH_ASSIGN_OR_RETURN(DraftRecord* const had, Load(*holder));
    if (had != nullptr) had->Link(external, false);
    return true;
  };
  if (!into.is_null()) {
    KITH_RETURN_IF_ERROR(take(MergedRef(deletion.record)).status());
    redirects_.erase(deletion.record.value());
    KITH_ASSIGN_OR_RETURN(DraftRecord* const holder, Load(into));
    if (holder != nullptr) holder->Link();
  }
  for (const FieldChange& change : deletion.fields) {
    const auto* list = change.package == kHeaderPackage ? change.before.get_if<TextList>() : nullptr;
    for (size_t i = 0; list != nullptr && i + 1 < list->size(); i += 2) {
      const ExternalRef external{(*list)[i], (*list)[i + 1]};
      KITH_ASSIGN_OR_RETURN(const bool taken, take(external));
      if (taken) {
        PutExternal(type, draft->id(), external);
      } else {
        AddEffect("keeps the external reference " + external.system + " " + external.key + " of", type);
      }
    }
  }
  return absl::OkStatus();
}

// What the merge gave to others, and nobody has changed since, goes back.
Status Applier::GiveBack(const HistoryEntry& deletion, std::span<const HistoryEntry> batch, size_t index) {
  const Id into = MergedInto(deletion);
  for (const HistoryEntry& entry : batch) {
    const TypeDef* type = catalog_.FindType(entry.record.type());
    if (type == nullptr || entry.operation != Operation::kChange) continue;
    for (const FieldChange& change : entry.fields) {
      const bool moved = change.before == Value(deletion.record) && change.after == Value(into);
      const std::optional<int32_t> position = MergedPosition(*type, change);
      if (!position.has_value() || (!moved && entry.record != into)) continue;
      KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, Load(entry.record));
      if (draft == nullptr || draft->deleted()) break;
      KITH_ASSIGN_OR_RETURN(const bool last, IsLastWord(entry, change));
      if (last && draft->Shown(*position) == change.after) {
        if (draft->change < 0) draft->change = static_cast<int64_t>(index);
        KITH_RETURN_IF_ERROR(draft->Assert(*position, change.before, now_, now_, set_).status());
      } else if (draft->Shown(*position) != change.before) {
        AddEffect("keeps", *type, FieldNameAt(*type, *position));
      }
    }
  }
  return absl::OkStatus();
}

// Whether a change of a reference is but what a merge, or the parting of one, did to it. A reference to the record itself is none.
StatusOr<bool> Applier::IsOfMerge(const HistoryEntry& entry, const FieldChange& change) const {
  const auto target = [&](const Value& value) {
    const Id* id = value.get_if<Id>();
    return id == nullptr ? entry.record : *id;
  };
  const Id before = target(change.before);
  const Id after = target(change.after);
  if (before == after) return false;
  // The one that went and came back.
  const auto went = [&](Id gone, Id into, Operation then) -> StatusOr<bool> {
    KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, ReadHistory(set_, gone));
    for (size_t i = then == Operation::kCreate ? 1 : 0; i < history.size(); ++i) {
      if (history[i].operation != then || history[i].recorded != entry.recorded) continue;
      if (MergedInto(history[then == Operation::kCreate ? i - 1 : i]) == into) return true;
    }
    return false;
  };
  KITH_ASSIGN_OR_RETURN(const bool merged, went(before, after, Operation::kDelete));
  if (merged) return true;
  return went(after, before, Operation::kCreate);
}

// Whether nobody has said anything of the field since: other merges that came and went say nothing.
StatusOr<bool> Applier::IsLastWord(const HistoryEntry& entry, const FieldChange& change) const {
  KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, ReadHistory(set_, entry.record));
  for (const HistoryEntry& later : history) {
    if (later.sequence <= entry.sequence || later.operation == Operation::kDelete) continue;  // what a deletion lists was said before
    for (const FieldChange& field : later.fields) {
      if (field.package != change.package || field.number != change.number) continue;
      KITH_ASSIGN_OR_RETURN(const bool of_merge, IsOfMerge(later, field));
      if (!of_merge) return false;
    }
  }
  return true;
}

}  // namespace kith::engine
