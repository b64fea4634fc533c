#include "kith/crm/merge.h"

#include <algorithm>
#include <optional>
#include <set>

#include "kith/base/concat.h"
#include "kith/catalog/roles.h"
#include "kith/engine/merged.h"

namespace kith::crm {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

bool IsChosen(const FieldDef& field) { return catalog::IsGiven(field) && !field.retired; }

bool IsOf(const FieldChange& change, const FieldDef& field) { return change.package == field.package && change.number == field.number; }

// The records that were merged into one and are part of it.
std::vector<Id> Parts(const Snapshot& snapshot, Id record) {
  std::vector<Id> parts;
  for (const ExternalRef& external : snapshot.ExternalRefs(record)) {
    if (const std::optional<Id> part = MergedId(external)) parts.push_back(*part);
  }
  return parts;
}

// What has been merged into a record, by the deletions that say so.
class Lineage {
 public:
  Lineage(const Snapshot& snapshot, Id record) : snapshot_(snapshot), parts_(Parts(snapshot, record)) {}

  // Where the value came from that `record` had of the field as far as `history` goes.
  StatusOr<Origin> Trace(Id record, std::vector<HistoryEntry> history, const FieldDef& field) {
    for (;;) {
      // A deletion names every field, and says nothing of any: a record that came back has its values from before.
      const auto said = std::find_if(history.rbegin(), history.rend(), [&](const HistoryEntry& entry) {
        return entry.operation != Operation::kDelete &&
               std::any_of(entry.fields.begin(), entry.fields.end(), [&](const FieldChange& change) { return IsOf(change, field); });
      });
      if (said == history.rend()) return Origin{record, history.empty() ? Time{} : history.front().recorded};
      KITH_ASSIGN_OR_RETURN(std::optional<std::vector<HistoryEntry>> giver, GiverOf(record, *said, field));
      if (!giver.has_value()) return Origin{record, said->recorded};
      record = giver->front().record;
      history = *std::move(giver);
    }
  }

 private:
  // The history of the record that, merged into `record` in the same batch, gave it the value.
  StatusOr<std::optional<std::vector<HistoryEntry>>> GiverOf(Id record, const HistoryEntry& said, const FieldDef& field) {
    const auto change = std::find_if(said.fields.rbegin(), said.fields.rend(), [&](const FieldChange& one) { return IsOf(one, field); });
    for (const Id part : parts_) {
      StatusOr<std::vector<HistoryEntry>> history = snapshot_.History(part);
      if (IsNotFound(history.status())) continue;  // not for this viewer
      KITH_RETURN_IF_ERROR(history.status());
      const HistoryEntry& deletion = history->back();
      if (MergedInto(deletion) != record || deletion.recorded != said.recorded) continue;
      const bool had = std::any_of(deletion.fields.begin(), deletion.fields.end(),
                                   [&](const FieldChange& was) { return IsOf(was, field) && was.before == change->after; });
      if (had) return std::optional(*std::move(history));
    }
    return std::optional<std::vector<HistoryEntry>>();
  }

  const Snapshot& snapshot_;
  std::vector<Id> parts_;
};

struct Candidate {
  Id record;
  record::View view;
};

Status BadOptions(std::string_view message, std::string field = {}, Id record = {}) {
  return MakeError({.reason = Reason::kBadOptions, .record = record, .field = std::move(field)}, message);
}

// The records that are meant, each once, the one that stays first.
StatusOr<std::vector<Id>> Present(const Snapshot& snapshot, const std::vector<Id>& records, Id into) {
  if (records.size() < 2) return BadOptions("at least two records are merged");
  std::set<Id> present;
  for (const Id id : records) {
    if (id.type() != records.front().type()) return BadOptions("only records of one type are merged", {}, id);
    KITH_ASSIGN_OR_RETURN(const TypeDef* type, snapshot.catalog().GetType(id.type()));
    const StatusOr<Id> found = snapshot.Find(type->name, Ref(id));
    if (IsNotFound(found.status()))
      return MakeError({.reason = Reason::kRecordMissing, .type = type->name, .record = id}, "no such record");
    KITH_RETURN_IF_ERROR(found.status());
    if (id == into) into = *found;
    present.insert(*found);
  }
  if (std::all_of(records.begin(), records.end(), [&](Id id) { return id == records.front(); })) {
    return BadOptions("at least two records are merged, and this one alone is given, several times", {}, records.front());
  }
  if (into.is_null()) into = *present.begin();
  if (!present.contains(into)) return BadOptions("the record that stays is none of those merged", "into", into);
  std::vector<Id> ids = {into};
  for (const Id id : present) {
    if (id != into) ids.push_back(id);
  }
  return ids;
}

class Merger {
 public:
  Merger(const Snapshot& snapshot, const MergeOptions& options) : snapshot_(snapshot), options_(options) {}

  Status Fill(const std::vector<Id>& ids, Batch& batch, MergeReport& report) {
    report.into = ids.front();
    report.merged.assign(ids.begin() + 1, ids.end());
    for (const Id id : ids) {
      KITH_ASSIGN_OR_RETURN(const record::View view, snapshot_.Get(id));
      candidates_.push_back({id, view});
      batch.RequireVersion(id, view.header().version);
    }
    for (const Id id : report.merged) batch.Merge(report.into, id);
    KITH_ASSIGN_OR_RETURN(const TypeDef* type, snapshot_.catalog().GetType(report.into.type()));
    KITH_RETURN_IF_ERROR(CheckChoices(*type, ids));
    for (const FieldDef& field : type->fields) {
      if (IsChosen(field) && !snapshot_.IsMasked(*type, static_cast<int32_t>(field.position))) {
        KITH_RETURN_IF_ERROR(FillField(field, batch, report));
      }
    }
    return batch.status();
  }

 private:
  Status CheckChoices(const TypeDef& type, const std::vector<Id>& ids) const {
    for (const auto& [name, id] : options_.choose) {
      KITH_ASSIGN_OR_RETURN(const FieldDef* field, catalog::Catalog::GetField(type, name));
      if (!IsChosen(*field)) return BadOptions("the field is none that a merge could choose", name);
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) return BadOptions("the record is none of those merged", name, id);
    }
    return absl::OkStatus();
  }

  Status FillField(const FieldDef& field, Batch& batch, MergeReport& report) {
    const auto value = [&](const Candidate& one) { return one.view.Get(field.position); };
    const bool differ =
        std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& one) { return value(one) != value(candidates_[0]); });
    if (!differ) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const Candidate* winner, WinnerOf(field));
    // A reference from one of them to another leads nowhere once they are one.
    Value stays = value(*winner);
    const Id* target = stays.get_if<Id>();
    const bool own = target != nullptr &&
                     std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& one) { return one.record == *target; });
    if (own) stays = Value();
    MergedField& merged = report.fields.emplace_back();
    merged.field = field.name;
    merged.value = stays;
    merged.from = winner->record;
    for (const Candidate& one : candidates_) {
      if (&one != winner && !value(one).is_null()) merged.others.emplace_back(one.record, value(one));
    }
    if (!own) batch.Set(report.into, field.name, std::move(stays));
    return absl::OkStatus();
  }

  StatusOr<const Candidate*> WinnerOf(const FieldDef& field) {
    const auto chosen = options_.choose.find(field.name);
    if (chosen != options_.choose.end()) {
      return &*std::find_if(candidates_.begin(), candidates_.end(), [&](const Candidate& one) { return one.record == chosen->second; });
    }
    const Candidate* best = nullptr;
    Origin origin;
    for (const Candidate& one : candidates_) {
      if (!one.view.has(field.position)) continue;
      KITH_ASSIGN_OR_RETURN(const Origin from, OriginOf(snapshot_, one.record, field.name));
      const bool first = from.record < origin.record;
      const bool wins = options_.prefer == Prefer::kFirst || from.recorded == origin.recorded ? first : from.recorded > origin.recorded;
      if (best != nullptr && !wins) continue;
      best = &one;
      origin = from;
    }
    return best;
  }

  const Snapshot& snapshot_;
  const MergeOptions& options_;
  std::vector<Candidate> candidates_;
};

}  // namespace

StatusOr<Origin> OriginOf(const Snapshot& snapshot, Id record, std::string_view field) {
  KITH_ASSIGN_OR_RETURN(const TypeDef* type, snapshot.catalog().GetType(record.type()));
  KITH_ASSIGN_OR_RETURN(const FieldDef* found, catalog::Catalog::GetField(*type, field));
  KITH_ASSIGN_OR_RETURN(std::vector<HistoryEntry> history, snapshot.History(record));
  return Lineage(snapshot, record).Trace(record, std::move(history), *found);
}

StatusOr<MergeReport> MergeRecords(Database& database, const std::vector<Id>& records, const MergeOptions& options) {
  constexpr int kAttempts = 16;
  for (int attempt = 1;; ++attempt) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database.Read(options.viewer));
    KITH_ASSIGN_OR_RETURN(const std::vector<Id> ids, Present(*snapshot, records, options.into));
    MergeReport report;
    report.into = ids.front();
    if (ids.size() == 1) return report;
    Batch batch(snapshot->shared_catalog(), options.actor, options.reason);
    KITH_RETURN_IF_ERROR(Merger(*snapshot, options).Fill(ids, batch, report));
    StatusOr<Outcome> outcome = database.Apply(batch, {.dry_run = options.dry_run, .viewer = options.viewer});
    if (GetReason(outcome.status()) == Reason::kVersionConflict && attempt < kAttempts) continue;
    KITH_RETURN_IF_ERROR(outcome.status());
    report.outcome = *std::move(outcome);
    return report;
  }
}

}  // namespace kith::crm
