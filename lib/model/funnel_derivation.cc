// The derivation "funnel": the rows of funnel_tables.h, kept per pipeline with every write.
//
// A batch's changes are gathered in memory first: for each record whose moves changed, what its path contributed before is taken out and
// what it contributes now is put in. Then every row that is left with a difference is read, changed and written once.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/extensions_internal.h"
#include "model/path_internal.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

// The time zone by which rows are counted when the settings name `zone`. One that is not known here, as a replica may send, counts as UTC.
std::string CountedBy(const std::string& zone) { return zone == "UTC" || !query::Days::In(zone).ok() ? std::string() : zone; }

// All rows of one pipeline in their stored form.
void EncodeRows(Id pipeline, const Rows& rows, std::map<std::string, std::string>& out) {
  for (const auto& [key, row] : rows.stages) out.emplace(EncodeRowKey(pipeline, key), Encode(row));
  for (const auto& [key, row] : rows.periods) out.emplace(EncodeRowKey(pipeline, key), Encode(row));
}

template <typename Row>
Status AddToStored(DerivationContext& context, const std::string& key, const Row& delta) {
  Row row;
  const StatusOr<std::string_view> stored = context.Aggregate(key);
  if (stored.ok()) {
    KITH_RETURN_IF_ERROR(Decode(*stored, row));
  } else if (stored.status().code() != StatusCode::kNotFound) {
    return stored.status();
  }
  row.Add(delta, +1);
  if (row.empty()) {
    context.DeleteAggregate(key);
  } else {
    context.PutAggregate(key, Encode(row));
  }
  return absl::OkStatus();
}

// One call of the derivation.
class Recalculation {
 public:
  Recalculation(const std::vector<RecordChange>& changes, DerivationContext& context, const Schema& schema)
      : changes_(changes), context_(context), schema_(schema) {}

  Status Do() {
    KITH_RETURN_IF_ERROR(Collect());
    KITH_RETURN_IF_ERROR(CollectZone());
    for (Id pipeline : redefined_) KITH_RETURN_IF_ERROR(CollectRecordsOf(pipeline));
    for (Id record : records_) KITH_RETURN_IF_ERROR(Change(record));
    return Write();
  }

 private:
  // A pipeline before and after the batch; the same unless the batch redefines it.
  struct Versions {
    Pipeline before;
    Pipeline after;
    bool redefined = false;
  };

  Status Collect();
  void CollectStage(const RecordChange& change);
  Status CollectZone();
  Status CollectRecordsOf(Id pipeline);
  StatusOr<const Versions*> VersionsOf(Id pipeline);
  Status Change(Id record);
  Status ChangeIn(Id pipeline, Id record, const std::vector<MoveEntry>& before, const std::vector<MoveEntry>& after);
  Status Write();

  const std::vector<RecordChange>& changes_;
  DerivationContext& context_;
  const Schema& schema_;
  std::set<Id> records_;  // whose moves changed, or whose pipeline did
  std::set<Id> changed_moves_;
  std::map<Id, std::vector<MoveEntry>> former_;  // by record: changed moves as they were
  std::map<Id, const RecordChange*> stage_changes_;
  std::set<Id> redefined_;                  // pipelines whose stages changed in what statistics depend on, all when the time zone did
  std::optional<query::Days> former_days_;  // by which rows were counted, when that changes
  std::map<Id, Versions> pipelines_;
  std::map<Id, Rows> deltas_;  // by pipeline
};

void Recalculation::CollectStage(const RecordChange& change) {
  const StageSchema& s = schema_.stage;
  const bool same =
      !change.before.is_null() && !change.after.is_null() && change.before.GetRef(s.pipeline) == change.after.GetRef(s.pipeline) &&
      change.before.GetInt(s.position) == change.after.GetInt(s.position) && change.before.GetInt(s.kind) == change.after.GetInt(s.kind);
  if (same) return;
  stage_changes_.emplace(change.id, &change);
  if (!change.before.is_null()) redefined_.insert(change.before.GetRef(s.pipeline));
  if (!change.after.is_null()) redefined_.insert(change.after.GetRef(s.pipeline));
}

Status Recalculation::Collect() {
  for (const RecordChange& change : changes_) {
    if (change.type->number == schema_.stage.type->number) CollectStage(change);
    if (change.type->number != schema_.move.type->number) continue;
    changed_moves_.insert(change.id);
    if (!change.after.is_null()) records_.insert(change.after.GetRef(schema_.move.record));
    if (change.before.is_null()) continue;
    MoveEntry entry = ReadMove(schema_.move, change.before);
    records_.insert(entry.record);
    former_[entry.record].push_back(entry);
  }
  return absl::OkStatus();
}

// Another time zone has other months.
Status Recalculation::CollectZone() {
  const bool settings_change =
      std::any_of(changes_.begin(), changes_.end(), [](const RecordChange& change) { return change.type->name == "setting"; });
  if (!settings_change) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(std::string zone, query::TimeZoneOf(context_));
  zone = CountedBy(zone);
  const StatusOr<std::string_view> former = context_.Aggregate(kFunnelZoneKey);
  if (!former.ok() && former.status().code() != StatusCode::kNotFound) return former.status();
  if (zone == (former.ok() ? *former : std::string_view())) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(former_days_, LoadDays(context_));
  if (zone.empty()) {
    context_.DeleteAggregate(kFunnelZoneKey);
  } else {
    context_.PutAggregate(kFunnelZoneKey, zone);
  }
  const std::unique_ptr<RecordCursor> pipelines = context_.Scan(*schema_.pipeline.type);
  while (pipelines->Next()) redefined_.insert(pipelines->id());
  return pipelines->status();
}

// A pipeline whose stages change is counted anew: every record that has moves in it.
Status Recalculation::CollectRecordsOf(Id pipeline) {
  IndexRange range;
  range.equal = {Value(pipeline)};
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        context_.ScanIndex(*schema_.move.type, *schema_.move.by_pipeline, range));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    records_.insert(view.GetRef(schema_.move.record));
  }
  return cursor->status();
}

StatusOr<const Recalculation::Versions*> Recalculation::VersionsOf(Id pipeline) {
  const auto known = pipelines_.find(pipeline);
  if (known != pipelines_.end()) return &known->second;
  Versions versions;
  StatusOr<Pipeline> loaded = LoadPipeline(context_, schema_, pipeline);
  if (!loaded.ok() && loaded.status().code() != StatusCode::kNotFound) return loaded.status();
  if (loaded.ok()) versions.after = *std::move(loaded);
  versions.after.id = pipeline;
  KITH_ASSIGN_OR_RETURN(versions.after.days, LoadDays(context_));
  versions.before.days = former_days_.value_or(versions.after.days);
  versions.redefined = redefined_.count(pipeline) != 0;
  versions.before.id = pipeline;
  for (const Stage& stage : versions.after.stages) {
    if (stage_changes_.count(stage.id) == 0) versions.before.stages.push_back(stage);
  }
  for (const auto& [id, change] : stage_changes_) {
    if (change->before.is_null() || change->before.GetRef(schema_.stage.pipeline) != pipeline) continue;
    versions.before.stages.push_back(ReadStageRecord(schema_, change->before));
  }
  SortStages(versions.before);
  return &pipelines_.emplace(pipeline, std::move(versions)).first->second;
}

Status Recalculation::ChangeIn(Id pipeline, Id record, const std::vector<MoveEntry>& before, const std::vector<MoveEntry>& after) {
  if (pipeline.is_null()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const Versions* versions, VersionsOf(pipeline));
  const DealPath path_before = PathOf(versions->before, record, before);
  const DealPath path_after = PathOf(versions->after, record, after);
  Rows& rows = deltas_[pipeline];
  if (versions->redefined) {
    Contribute(versions->before, path_before, -1, rows);
    Contribute(versions->after, path_after, +1, rows);
  } else {
    ContributeChange(versions->after, path_before, path_after, rows);
  }
  return absl::OkStatus();
}

Status Recalculation::Change(Id record) {
  std::vector<MoveEntry> after;
  KITH_RETURN_IF_ERROR(LoadMoves(context_, schema_.move, record, after));
  std::vector<MoveEntry> before = former_[record];
  for (const MoveEntry& move : after) {
    if (changed_moves_.count(move.id) == 0) before.push_back(move);
  }
  SortMoves(before);
  std::set<Id> pipelines;
  for (const MoveEntry& move : before) pipelines.insert(move.pipeline);
  for (const MoveEntry& move : after) pipelines.insert(move.pipeline);
  for (Id pipeline : pipelines) KITH_RETURN_IF_ERROR(ChangeIn(pipeline, record, before, after));
  return absl::OkStatus();
}

Status Recalculation::Write() {
  for (auto& [pipeline, rows] : deltas_) {
    rows.DropZeros();
    for (const auto& [key, row] : rows.stages) KITH_RETURN_IF_ERROR(AddToStored(context_, EncodeRowKey(pipeline, key), row));
    for (const auto& [key, row] : rows.periods) KITH_RETURN_IF_ERROR(AddToStored(context_, EncodeRowKey(pipeline, key), row));
  }
  return absl::OkStatus();
}

// Rows of every pipeline from all moves, taken record by record from the index.
class Recount {
 public:
  Recount(const Snapshot& snapshot, const Schema& schema) : snapshot_(snapshot), schema_(schema) {}

  StatusOr<std::map<std::string, std::string>> Do() {
    KITH_ASSIGN_OR_RETURN(std::string zone, query::TimeZoneOf(snapshot_));
    zone = CountedBy(zone);
    KITH_ASSIGN_OR_RETURN(days_, query::Days::In(zone));
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                          snapshot_.ScanIndex(*schema_.move.type, *schema_.move.by_record, IndexRange()));
    std::vector<MoveEntry> moves;  // of one record
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      MoveEntry move = ReadMove(schema_.move, view);
      if (!moves.empty() && moves.back().record != move.record) {
        KITH_RETURN_IF_ERROR(Add(moves));
        moves.clear();
      }
      moves.push_back(move);
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    if (!moves.empty()) KITH_RETURN_IF_ERROR(Add(moves));
    std::map<std::string, std::string> encoded;
    if (!zone.empty()) encoded.emplace(kFunnelZoneKey, zone);
    for (auto& [id, counted] : counted_) {
      counted.rows.DropZeros();
      EncodeRows(id, counted.rows, encoded);
    }
    return encoded;
  }

 private:
  struct Counted {
    Pipeline pipeline;
    Rows rows;
  };

  Status Add(const std::vector<MoveEntry>& moves) {
    std::set<Id> pipelines;
    for (const MoveEntry& move : moves) pipelines.insert(move.pipeline);
    for (Id id : pipelines) {
      if (id.is_null()) continue;
      const auto [at, is_new] = counted_.try_emplace(id);
      if (is_new) {
        KITH_ASSIGN_OR_RETURN(at->second.pipeline, LoadPipeline(snapshot_, schema_, id));
        at->second.pipeline.days = days_;
      }
      Contribute(at->second.pipeline, PathOf(at->second.pipeline, moves.front().record, moves), +1, at->second.rows);
    }
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  const Schema& schema_;
  query::Days days_;
  std::map<Id, Counted> counted_;
};

class Funnel : public kith::Derivation {
 public:
  [[nodiscard]] std::string_view name() const override { return "funnel"; }
  [[nodiscard]] uint32_t version() const override { return 2; }
  [[nodiscard]] std::string_view prefix() const override { return kFunnelPrefix; }
  [[nodiscard]] Status Derive(const std::vector<RecordChange>& changes, DerivationContext& context) const override {
    const std::optional<Schema> schema = Schema::Of(context.catalog());
    return schema.has_value() ? Recalculation(changes, context, *schema).Do() : absl::OkStatus();
  }
  [[nodiscard]] StatusOr<std::map<std::string, std::string>> Recompute(const Snapshot& snapshot) const override {
    const std::optional<Schema> schema = Schema::Of(snapshot.catalog());
    if (!schema.has_value()) return std::map<std::string, std::string>();
    return Recount(snapshot, *schema).Do();
  }
};

}  // namespace

const kith::Derivation& FunnelDerivation() {
  static const Funnel kDerivation;
  return kDerivation;
}

}  // namespace kith::model
