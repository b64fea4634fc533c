// Changes of another replica taken into this one, within the writer. The rules stand in kith/engine/replica.h.
//
// A change becomes an assertion with the time it had there, so the fold of history (engine_internal.h) decides what shows; only values for
// the same time need their stamps. What two replicas wrote that does not fit together is put right by changes of this database's own, which
// the others receive in turn: all do the same, so that what is exchanged is no change any more.
#include <algorithm>
#include <utility>

#include "engine/apply_internal.h"
#include "engine/batch_internal.h"
#include "engine/history_view.h"
#include "engine/links.h"
#include "engine/replica_internal.h"
#include "kith/base/limits.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;
using catalog::OnDelete;
using catalog::TypeDef;

// The position of a field, a HeaderField for a part of the header.
StatusOr<int32_t> PositionOf(const TypeDef& type, const FieldChange& change) {
  if (change.package == kHeaderPackage) return format::HeaderFieldOf(change.number);
  if (const FieldDef* field = type.FindField(change.package, change.number)) return static_cast<int32_t>(field->position);
  return MakeError({.reason = Reason::kUnknownField,
                    .type = type.name,
                    .value = std::to_string(change.package) + "/" + std::to_string(change.number),
                    .hint = "take the other database's definitions first"},
                   "a change is of a field that the type does not have here");
}

// Of a complete creation: the value that the record was created with.
bool IsBase(const HistoryEntry& creation, const FieldChange& change) {
  return change.before.is_null() && change.effective == creation.effective;
}

// What is kept of a change beside its fields. Its place in the feed is that in which it came: others receive in this order.
HistoryEntry WithoutFields(const HistoryEntry& entry, uint64_t sequence) {
  HistoryEntry copy;
  copy.sequence = sequence;
  copy.record = entry.record;
  copy.operation = entry.operation;
  copy.actor = entry.actor;
  copy.reason = entry.reason;
  copy.effective = entry.effective;
  copy.stamp = entry.stamp;
  return copy;
}

}  // namespace

bool Applier::IsNew(const ReplicaChange& change) const {
  const Stamp& stamp = change.entry.stamp;
  if (stamp.node == request_.node) return false;
  const auto have = replica_.have.find(stamp.node);
  return have == replica_.have.end() || have->second < stamp.sequence;
}

bool Applier::NeedsFreshState(std::span<const ReplicaChange> batch) {
  return std::any_of(batch.begin(), batch.end(), [&](const ReplicaChange& change) {
    const DraftRecord* draft = FindDraft(change.entry.record);
    if (draft == nullptr || !IsNew(change)) return false;
    return change.entry.operation == Operation::kCreate || draft->anew() ||
           (change.entry.operation == Operation::kDelete && draft->created());
  });
}

void Applier::AddConflict(ReceiveReport& report, const DraftRecord& draft, std::string_view field, std::string value, Id other,
                          std::string_view message) const {
  report.conflicts.push_back({.type = draft.type().name,
                              .record = draft.id(),
                              .field = std::string(field),
                              .value = std::move(value),
                              .other = other,
                              .message = std::string(message)});
}

StatusOr<bool> Applier::IsUnaware(const ReplicaChange& change) const {
  if (!has_erasures_) return false;
  KITH_ASSIGN_OR_RETURN(const std::optional<format::Erased> erased, FindErased(set_, change.entry.record));
  return erased.has_value() && ErasedBefore(change.entry) < erased->stamp;
}

Status Applier::TakeBatch(std::span<const ReplicaChange> batch, ReceiveReport& report) {
  bool reason_goes = false;  // it stands in every entry of the batch, and may name who was erased
  for (const ReplicaChange& change : batch) {
    KITH_ASSIGN_OR_RETURN(const bool unaware, IsUnaware(change));
    reason_goes = reason_goes || unaware;
  }
  for (const ReplicaChange& change : batch) {
    if (!IsNew(change)) {
      ++report.known;
      continue;
    }
    const ReplicaChange* taken = &change;
    if (reason_goes || ErasedBefore(change.entry) != Stamp()) {
      ReplicaChange& copy = redacted_.emplace_back(change);
      RemoveErasedBefore(copy.entry);
      if (reason_goes) copy.entry.reason.clear();
      KITH_ASSIGN_OR_RETURN(const bool unaware, IsUnaware(change));
      const TypeDef* type = catalog_.FindType(change.entry.record.type());
      if (unaware && type != nullptr) WithoutPersonal(*type, copy);
      taken = &copy;
    }
    KITH_RETURN_IF_ERROR(TakeChange(*taken, report));
    replica_.have[change.entry.stamp.node] = change.entry.stamp.sequence;
  }
  return absl::OkStatus();
}

Status Applier::TakeChange(const ReplicaChange& change, ReceiveReport& report) {
  const HistoryEntry& entry = change.entry;
  KITH_ASSIGN_OR_RETURN(const TypeDef* const type, catalog_.GetType(entry.record.type()));
  KITH_RETURN_IF_ERROR(CheckWritable(*type));
  KITH_RETURN_IF_ERROR(CheckEntry(*type, entry));
  if (entry.operation == Operation::kCreate) return TakeCreation(*type, change, report);
  KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, Load(entry.record));
  const bool alive = draft != nullptr && !draft->deleted();
  if (!alive && IsPurge(entry)) {
    ++report.taken;
    purges_.push_back(&change);
    return absl::OkStatus();
  }
  KITH_ASSIGN_OR_RETURN(const Stamp life, alive ? draft->Life(set_) : StatusOr<Stamp>(Stamp()));
  if (!alive || life != change.life) {
    ++report.dropped;
    return absl::OkStatus();
  }
  ++report.taken;
  draft->Arrive();
  if (entry.operation == Operation::kDelete) return TakeDeletion(*draft, change);
  HistoryEntry taken = WithoutFields(entry, ++state_.sequence);
  KITH_RETURN_IF_ERROR(TakeLinks(*draft, change, taken));
  KITH_RETURN_IF_ERROR(TakeFields(*draft, change, taken));
  draft->past.push_back(std::move(taken));
  return absl::OkStatus();
}

// The values of a change. Of a creation, those it was created with are in the record alone.
Status Applier::TakeFields(DraftRecord& draft, const ReplicaChange& change, HistoryEntry& taken) {
  const bool creation = change.entry.operation == Operation::kCreate;
  std::vector<FieldChange> repeated;
  for (const FieldChange& field : change.entry.fields) {
    if (IsOfLinks(field)) continue;  // TakeLinks
    KITH_ASSIGN_OR_RETURN(const int32_t position, PositionOf(draft.type(), field));
    if (creation && IsBase(change.entry, field)) {
      draft.Give(position, field.after);
      continue;
    }
    KITH_ASSIGN_OR_RETURN(DraftRecord::Received received, draft.AssertReceived(position, field, change.entry.stamp, set_));
    taken.fields.push_back(std::move(received.change));
    if (received.repeated.has_value()) repeated.push_back(*std::move(received.repeated));
  }
  taken.repeated = static_cast<uint32_t>(repeated.size());
  taken.fields.insert(taken.fields.end(), std::make_move_iterator(repeated.begin()), std::make_move_iterator(repeated.end()));
  return absl::OkStatus();
}

Status Applier::TakeCreation(const TypeDef& type, const ReplicaChange& change, ReceiveReport& report) {
  const HistoryEntry& entry = change.entry;
  // An id above all that were known is of no record that this database ever had.
  KITH_ASSIGN_OR_RETURN(const bool unknown, RaiseCounter(set_, entry.record));
  DraftRecord* draft = nullptr;
  if (!unknown) {
    KITH_ASSIGN_OR_RETURN(draft, Load(entry.record));
  }
  // Of the lives that began here, the last one. Whether it has ended does not matter: its end is no end of another.
  Stamp last;
  if (draft != nullptr) {
    KITH_ASSIGN_OR_RETURN(last, draft->Life(set_));
  } else if (!unknown) {
    format::HistoryViews past;
    KITH_RETURN_IF_ERROR(ViewHistory(set_, entry.record, past));
    for (const format::HistoryView& was : past.entries()) last = was.operation == Operation::kCreate ? was.stamp : last;
  }
  if (last > entry.stamp) {
    ++report.dropped;
    return absl::OkStatus();
  }
  ++report.taken;
  record::Header header;
  header.created = entry.effective.micros;
  header.origin = change.origin;
  if (draft == nullptr) {
    draft = &AddDraft(entry.record, type, entry.effective, static_cast<Origin>(change.origin));
  } else {
    HistoryEntry end =
        WithoutFields(entry, ++state_.sequence);  // with the stamp of what takes its place, by which ReadReplica leaves it out
    end.operation = Operation::kDelete;
    ListAll(*draft, end.fields);
    for (FieldChange& field : end.fields) field.effective = end.effective;
    KITH_RETURN_IF_ERROR(TakeExternals(type, draft->id()).status());
    draft->BeginAnew(header);
    draft->past.push_back(std::move(end));
  }
  draft->Arrive();
  HistoryEntry taken = WithoutFields(entry, ++state_.sequence);
  KITH_RETURN_IF_ERROR(TakeLinks(*draft, change, taken));
  KITH_RETURN_IF_ERROR(TakeFields(*draft, change, taken));
  draft->past.push_back(std::move(taken));
  return absl::OkStatus();
}

StatusOr<Applier::Place> Applier::PutReceived(DraftRecord& draft) {
  Place last;
  for (HistoryEntry& entry : draft.past) {
    last = {entry.sequence, now_};
    entry.record = draft.id();
    entry.recorded = now_;
    const bool noted = entry.sequence == draft.past.back().sequence && entry.operation == Operation::kChange && !draft.links().empty() &&
                       !draft.deleted();  // of one that is deleted the deletion lists them
    if (noted) {
      KITH_ASSIGN_OR_RETURN(FieldChange links, LinkChangeOf(draft));
      entry.fields.insert(entry.fields.begin(), std::move(links));  // what is repeated stands last
    }
    PutEntry(entry);
  }
  return last;
}

Status Applier::TakeDeletion(DraftRecord& draft, const ReplicaChange& change) {
  HistoryEntry taken = WithoutFields(change.entry, ++state_.sequence);
  KITH_RETURN_IF_ERROR(DeleteRecord(draft, taken.effective));
  draft.merged_into = MergedInto(change.entry);
  ListAll(draft, taken.fields);
  draft.past.push_back(std::move(taken));
  return absl::OkStatus();
}

StatusOr<Concession> Applier::ConcessionOf(const Collision& collision) {
  KITH_ASSIGN_OR_RETURN(const DraftRecord* const one, Load(collision.record));
  KITH_ASSIGN_OR_RETURN(const DraftRecord* const two, Load(collision.other));
  if (one == nullptr || two == nullptr) return MakeError(Reason::kInternal, "two records collide, and one is not there");
  const bool first_keeps = WasBefore(one->header(), two->header());
  Concession concession{.record = (first_keeps ? two : one)->id(), .other = (first_keeps ? one : two)->id()};
  for (const catalog::IndexPart& part : collision.index->parts) {
    if (part.position < 0) continue;
    const FieldDef& field = one->type().fields[static_cast<size_t>(part.position)];
    if (field.kind == Kind::kRef) continue;
    concession.position = part.position;
    break;
  }
  return concession;
}

Status Applier::Concede(std::span<const Concession> concessions, ReceiveReport& report) {
  for (const Concession& concession : concessions) {
    KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, Load(concession.record));
    if (draft == nullptr || draft->deleted()) continue;
    draft->Arrive();
    if (concession.position < 0) {
      AddConflict(report, *draft, {}, {}, concession.other, "the same record was made twice");
      KITH_RETURN_IF_ERROR(DeleteRecord(*draft, now_));
      continue;
    }
    const FieldDef& field = draft->type().fields[static_cast<size_t>(concession.position)];
    AddConflict(report, *draft, field.name, ToText(draft->Shown(concession.position)), concession.other, "two records have the same value");
    KITH_RETURN_IF_ERROR(draft->Assert(concession.position, {}, now_, now_, set_).status());
  }
  return absl::OkStatus();
}

// A reference that leads nowhere any more, or to a record that has become part of another.
Status Applier::LetGo(DraftRecord& draft, const FieldDef& field) {
  draft.Arrive();
  KITH_ASSIGN_OR_RETURN(DraftRecord* const survivor, FindSurvivor(draft.RefAt(field.position)));
  if (survivor != nullptr && survivor != &draft) {
    KITH_RETURN_IF_ERROR(draft.Assert(static_cast<int32_t>(field.position), survivor->id(), now_, now_, set_).status());
    return DropLoop(draft);
  }
  if (field.required || field.on_delete == OnDelete::kCascade) return DeleteRecord(draft, now_);
  return draft.Assert(static_cast<int32_t>(field.position), {}, now_, now_, set_).status();
}

Status Applier::DropDangling(ReceiveReport& report) {
  size_t deleted = 0;
  do {
    deleted = deleted_.size();
    known_references_.clear();  // what was there may have been deleted
    KITH_RETURN_IF_ERROR(FollowDeletes());
    for (; restricts_followed_ < deleted_.size(); ++restricts_followed_) {
      const DraftRecord& gone = *deleted_[restricts_followed_];
      for (const catalog::Catalog::Referrer& referrer : catalog_.ReferrersTo(gone.type())) {
        if (referrer.field->on_delete != OnDelete::kRestrict) continue;
        const auto at = static_cast<int32_t>(referrer.field->position);
        KITH_ASSIGN_OR_RETURN(const std::vector<DraftRecord*> referring, Referring(*referrer.type, at, gone.id()));
        for (DraftRecord* draft : referring) {
          AddConflict(report, *draft, referrer.field->name, std::to_string(gone.id().value()), gone.id(),
                      "refers to a record that was deleted elsewhere");
          KITH_RETURN_IF_ERROR(LetGo(*draft, *referrer.field));
        }
      }
    }
    for (DraftRecord& draft : drafts_) {
      if (!draft.arrived()) continue;
      for (const size_t position : PlanOf(draft.type()).references) {
        if (draft.deleted()) break;
        Status sound = CheckReference(draft, position, draft.Get(position));
        if (sound.ok()) continue;
        if (GetReason(sound) != Reason::kReferenceMissing) return sound;
        KITH_RETURN_IF_ERROR(LetGo(draft, draft.type().fields[position]));
      }
    }
  } while (deleted != deleted_.size());
  return absl::OkStatus();
}

StatusOr<storage::Job::Verdict> Applier::Receive(const ReplicaPage& page, std::span<const ReplicaChange> changes,
                                                 std::span<const Concession> concessions, size_t& taken, ReceiveReport& report) {
  KITH_RETURN_IF_ERROR(CheckCatalog());
  KITH_ASSIGN_OR_RETURN(replica_, ReadReplicaState(set_, request_.node));
  KITH_RETURN_IF_ERROR(CheckPage(page, request_.node, replica_, state_.sequence));
  has_erasures_ = HasErasures(set_);
  now_ = std::max(request_.clock, state_.recorded);
  first_sequence_ = state_.sequence + 1;
  taken = 0;
  while (taken < changes.size()) {
    if (IsErasure(changes[taken]) || IsDefinition(changes[taken])) {  // taken before
      ++taken;
      continue;
    }
    const std::span<const ReplicaChange> batch = BatchAt(changes, taken);
    // A purge is put last of its job: what its node wrote later must be put after it, since others take that node's changes in order.
    if (taken > 0 && (!purges_.empty() || NeedsFreshState(batch))) break;
    // What this database writes from now on is later than what it knows.
    if (IsNew(batch.back())) now_ = std::max(now_, Time{batch.back().entry.stamp.recorded.micros + 1});
    KITH_RETURN_IF_ERROR(TakeBatch(batch, report));
    taken += batch.size();
  }
  const uint64_t place = taken == changes.size() ? page.scanned : changes[taken - 1].entry.sequence;
  uint64_t& stands = replica_.places[page.node];
  stands = std::max(stands, place);

  KITH_RETURN_IF_ERROR(SettleLinks(report));
  KITH_RETURN_IF_ERROR(FollowMerges());
  KITH_RETURN_IF_ERROR(DropDangling(report));
  KITH_RETURN_IF_ERROR(Concede(concessions, report));
  KITH_RETURN_IF_ERROR(Settle(report));
  KITH_RETURN_IF_ERROR(DropDangling(report));
  KITH_RETURN_IF_ERROR(Review(report.conflicts));
  KITH_RETURN_IF_ERROR(GiveNumbers());
  KITH_RETURN_IF_ERROR(PutRecords());
  KITH_RETURN_IF_ERROR(Derive());
  KITH_RETURN_IF_ERROR(TakePurges());
  set_.Put(format::kMeta, format::kMetaReplica, format::EncodeReplica(replica_));
  Outcome outcome;
  KITH_RETURN_IF_ERROR(Finish(outcome));
  return storage::Job::Verdict::kKeep;
}

}  // namespace kith::engine
