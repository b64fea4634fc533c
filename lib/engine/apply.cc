// The order of a batch's steps.
#include <algorithm>
#include <utility>

#include "engine/apply_internal.h"

namespace kith::engine {

using Verdict = storage::Job::Verdict;

StatusOr<Verdict> ApplyJob::Run(storage::WriteSet& set) {
  // Run may be called again for the same group, so nothing of a former run is kept.
  outcome_ = Outcome();
  Applier applier(request_, set);
  return applier.Run(outcome_);
}

Status Applier::CheckCatalog() {
  KITH_ASSIGN_OR_RETURN(state_, ReadState(set_));
  if (state_.catalog_version != request_.catalog->version) {
    return MakeError({.reason = Reason::kCatalogChanged, .hint = "make the batch again"}, "the catalog has changed");
  }
  return request_.catalog->writable;
}

StatusOr<Verdict> Applier::Run(Outcome& outcome) {
  KITH_RETURN_IF_ERROR(CheckCatalog());
  now_ = std::max(request_.clock, state_.recorded);
  KITH_ASSIGN_OR_RETURN(const bool replayed, Replay(outcome));
  if (replayed) return Verdict::kDiscard;
  KITH_RETURN_IF_ERROR(RunBatch());
  KITH_RETURN_IF_ERROR(Finish(outcome));
  return request_.dry_run ? Verdict::kDiscard : Verdict::kKeep;
}

Status Applier::RunBatch() {
  if (!request_.vendor.empty()) KITH_RETURN_IF_ERROR(CheckNamespaces());
  KITH_RETURN_IF_ERROR(FindAccess());
  KITH_RETURN_IF_ERROR(CheckPreconditions());
  KITH_RETURN_IF_ERROR(ResolveBatch());
  KITH_RETURN_IF_ERROR(CheckAllowed());
  KITH_RETURN_IF_ERROR(FollowDeletes());
  KITH_RETURN_IF_ERROR(CheckRestorable());
  KITH_RETURN_IF_ERROR(RunRules());
  KITH_RETURN_IF_ERROR(GiveNumbers());
  KITH_RETURN_IF_ERROR(CheckConstraints());
  first_sequence_ = state_.sequence + 1;
  KITH_RETURN_IF_ERROR(PutRecords());
  return Derive();
}

Status Applier::Finish(Outcome& outcome) {
  if (state_.sequence >= first_sequence_) {
    state_.recorded = now_;
    set_.Put(format::kMeta, format::kMetaState, format::EncodeState(state_));
    KITH_RETURN_IF_ERROR(ExtendChain());
    outcome.first_sequence = first_sequence_;
    outcome.last_sequence = state_.sequence;
  }
  outcome.ids.reserve(locals_.size());
  for (const Local& local : locals_) outcome.ids.push_back(local.id);
  outcome.effects = std::move(effects_);
  if (request_.dry_run) ListChanges(outcome);
  if (!request_.checkpoint.empty()) {
    std::string value = request_.checkpoint_value;
    format::AppendPadding(value);
    set_.Put(format::kMeta, std::string(format::kMetaCheckpointPrefix) + request_.checkpoint, value);
  }
  return Remember(outcome);
}

void Applier::ListChanges(Outcome& outcome) const {
  for (const DraftRecord& draft : drafts_) {
    if (!draft.dirty()) continue;
    const Operation operation = draft.created() ? Operation::kCreate : draft.deleted() ? Operation::kDelete : Operation::kChange;
    outcome.changes.push_back({.sequence = draft.header().version, .record = draft.id(), .operation = operation});
  }
}

}  // namespace kith::engine
