#include "kith/crm/migrate.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "crm/records_internal.h"
#include "kith/expr/expr.h"

namespace kith::crm {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;
using model::MigrationPlan;
using model::Pipeline;
using model::Stage;
using model::StageTarget;

constexpr std::string_view kType = "migration";
constexpr int kAttempts = 16;

StatusOr<expr::Program> Compile(const Snapshot& snapshot, const TypeDef& type, const StageTarget& target) {
  expr::Environment names;
  names.catalog = snapshot.shared_catalog();
  names.record = &type;
  KITH_ASSIGN_OR_RETURN(expr::Program program, expr::Program::Compile(target.when, names, expr::TypeKind::kBool));
  const auto& references = program.references();
  if (std::none_of(references.begin(), references.end(), [](const expr::Reference& r) { return r.back; })) return program;
  return MakeError({.reason = Reason::kExpressionMalformed, .field = "when", .value = target.when, .hint = "read along references"},
                   "the condition of a migration does not look at records that refer to it");
}

// One migration as of a snapshot: which record of the former stages goes where.
class Placing {
 public:
  Placing(const Snapshot& snapshot, const Pipeline& before, const MigrationPlan& plan)
      : snapshot_(snapshot), before_(before), plan_(plan), records_(snapshot), evaluator_(&records_) {}

  Status Prepare() {
    KITH_ASSIGN_OR_RETURN(type_, snapshot_.catalog().GetType(before_.for_type));
    holder_ = type_;
    for (const catalog::BehaviourDef& behaviour : type_->behaviours) {
      if (behaviour.name == "pipelined") stage_ = type_->FindField(behaviour.RoleOr("stage"));
    }
    if (stage_ == nullptr) return MakeError({.reason = Reason::kNotPipelined, .type = type_->name}, "the type has no stages");
    if (before_.parallel) KITH_RETURN_IF_ERROR(PrepareTrack());
    index_ = holder_->FindIndexLedBy(static_cast<int32_t>(stage_->position));
    for (const auto& [from, targets] : plan_.map) {
      for (const StageTarget& target : targets) {
        if (target.when.empty()) continue;
        KITH_ASSIGN_OR_RETURN(expr::Program program, Compile(snapshot_, *type_, target));
        programs_.emplace(&target, std::move(program));
      }
    }
    return absl::OkStatus();
  }

  [[nodiscard]] const FieldDef& stage_field() const { return *stage_; }
  // The records of a stage must go: it is mapped, or archived by the plan.
  [[nodiscard]] bool Leaves(const Stage& stage) const {
    if (plan_.map.count(stage.name) != 0) return true;
    const auto renamed = plan_.renamed.find(stage.name);
    const Stage* after = plan_.pipeline.Find(renamed == plan_.renamed.end() ? stage.name : renamed->second);
    return !stage.archived && (after == nullptr || after->archived);
  }

  // Calls `visit(view, holder)` for each record in a stage, until it returns an error or false. The holder is what shows the stage in
  // stage_field(): the record, or its track in a parallel pipeline.
  template <typename Visit>
  Status ForEach(Id stage, const Visit& visit) {
    std::unique_ptr<RecordCursor> cursor;
    if (index_ != nullptr) {
      KITH_ASSIGN_OR_RETURN(cursor, snapshot_.ScanIndex(*holder_, *index_, {.equal = {Value(stage)}}));
    } else {
      KITH_ASSIGN_OR_RETURN(cursor, snapshot_.Scan(holder_->name));
    }
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View holder, cursor->record());
      if (holder.GetRef(stage_->position) != stage) continue;
      record::View view = holder;
      if (track_record_ != nullptr) {
        KITH_ASSIGN_OR_RETURN(view, snapshot_.Get(holder.GetRef(track_record_->position)));
      }
      KITH_ASSIGN_OR_RETURN(const bool more, visit(view, holder.id()));
      if (!more) break;
    }
    return cursor->status();
  }

  // Where the record goes; nullptr when the plan does not say.
  StatusOr<const StageTarget*> TargetOf(const Stage& stage, record::View view) {
    const auto mapped = plan_.map.find(stage.name);
    if (mapped == plan_.map.end()) return nullptr;
    for (const StageTarget& target : mapped->second) {
      if (target.when.empty()) return &target;
      const expr::Match match = evaluator_.Test(programs_.at(&target), view);
      KITH_RETURN_IF_ERROR(records_.status());
      if (match == expr::Match::kYes) return &target;
    }
    return nullptr;
  }

  // The target is the stage that the record is in.
  [[nodiscard]] bool Stays(const Stage& stage, const StageTarget& target) const {
    const auto renamed = plan_.renamed.find(stage.name);
    return target.stage == (renamed == plan_.renamed.end() ? stage.name : renamed->second);
  }

 private:
  // Where records stand in a parallel pipeline is in records of type track.
  Status PrepareTrack() {
    KITH_ASSIGN_OR_RETURN(holder_, snapshot_.catalog().GetType("track"));
    stage_ = holder_->FindField("stage");
    track_record_ = holder_->FindField("record");
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  const Pipeline& before_;
  const MigrationPlan& plan_;
  const TypeDef* type_ = nullptr;
  const TypeDef* holder_ = nullptr;
  const FieldDef* track_record_ = nullptr;  // of a track
  const FieldDef* stage_ = nullptr;
  const IndexDef* index_ = nullptr;
  std::map<const StageTarget*, expr::Program> programs_;
  ReferredRecords records_;
  expr::Evaluator evaluator_;
};

StatusOr<MigrationPreview> Preview(const Snapshot& snapshot, const Pipeline& before, const MigrationPlan& plan) {
  Batch probe(snapshot.shared_catalog());
  model::RedefinePipeline(probe, snapshot, before, plan);
  KITH_RETURN_IF_ERROR(probe.status());
  Placing placing(snapshot, before, plan);
  KITH_RETURN_IF_ERROR(placing.Prepare());
  MigrationPreview preview;
  preview.version = before.version + 1;
  for (const Stage& stage : before.stages) {
    if (!placing.Leaves(stage)) continue;
    std::map<std::string, uint64_t> counts;
    KITH_RETURN_IF_ERROR(placing.ForEach(stage.id, [&](record::View view, Id /*holder*/) -> StatusOr<bool> {
      KITH_ASSIGN_OR_RETURN(const StageTarget* target, placing.TargetOf(stage, view));
      if (target == nullptr) {
        preview.unplaced.push_back({view.id(), stage.name});
      } else {
        ++counts[target->stage];
      }
      return true;
    }));
    for (const auto& [to, count] : counts) preview.placements.push_back({stage.name, to, count});
  }
  std::sort(preview.unplaced.begin(), preview.unplaced.end(), [](const Unplaced& a, const Unplaced& b) { return a.record < b.record; });
  return preview;
}

Status Refuse(const Pipeline& pipeline, const MigrationPreview& preview) {
  const Unplaced& first = preview.unplaced.front();
  return MakeError({.reason = Reason::kPreconditionFailed,
                    .type = pipeline.for_type,
                    .record = first.record,
                    .value = std::to_string(preview.unplaced.size()) + " records",
                    .hint = "map the stage \"" + first.stage + "\", with a last target without a condition"},
                   "the migration has no stage for records in flight");
}

// One decided migration, being settled.
class Settling {
 public:
  Settling(Database& database, Id migration, const MigrationOptions& options)
      : database_(database), migration_(migration), options_(options) {}

  StatusOr<uint64_t> Do() {
    int refused = 0;
    for (;;) {
      const StatusOr<bool> more = Step();
      if (more.ok() && !*more) return moved_;
      if (more.ok()) {
        refused = 0;
        continue;
      }
      // Another one moved a record meanwhile: look again.
      const Reason reason = GetErrorInfo(more.status()).reason;
      const bool again = reason == Reason::kPreconditionFailed || reason == Reason::kRecordMissing || reason == Reason::kCatalogChanged;
      if (!again || ++refused == kAttempts) return more.status();
    }
  }
  [[nodiscard]] const std::vector<Unplaced>& left() const { return left_; }

 private:
  StatusOr<bool> Step();
  Status Add(const Snapshot& snapshot, const model::PipelineVersion& to, const Pipeline& before, Batch& batch, size_t& count);

  Database& database_;
  const Id migration_;
  const MigrationOptions& options_;
  uint64_t moved_ = 0;
  std::set<Id> kept_;  // not to be looked at again
  std::vector<Unplaced> left_;
};

// Moves for records that still are in the stages they must leave.
Status Settling::Add(const Snapshot& snapshot, const model::PipelineVersion& to, const Pipeline& before, Batch& batch, size_t& count) {
  Placing placing(snapshot, before, to.plan);
  KITH_RETURN_IF_ERROR(placing.Prepare());
  const std::string reason = before.name + " version " + std::to_string(before.version + 1);
  const size_t most = std::max<size_t>(options_.batch_records, 1);
  for (const Stage& stage : before.stages) {
    if (!placing.Leaves(stage)) continue;
    KITH_RETURN_IF_ERROR(placing.ForEach(stage.id, [&](record::View view, Id holder) -> StatusOr<bool> {
      const Id id = view.id();
      if (kept_.count(id) != 0) return true;
      const bool changed_since = view.header().updated > to.since.micros;
      Record then;  // conditions are those of the moment of decision
      if (changed_since) {
        StatusOr<Record> past = snapshot.GetAsOf(id, {to.since, to.since});
        if (past.ok()) then = *std::move(past);
      }
      KITH_ASSIGN_OR_RETURN(const StageTarget* target,
                            placing.TargetOf(stage, changed_since && !then.view().is_null() ? then.view() : view));
      if (target == nullptr || placing.Stays(stage, *target)) {
        if (target == nullptr) left_.push_back({id, stage.name});
        kept_.insert(id);
        return true;
      }
      batch.RequireValue(holder, placing.stage_field().name, stage.id);
      const std::string path = target->stage.find('/') == std::string::npos ? before.name + "/" + target->stage : target->stage;
      model::MoveOptions move;
      move.cause = model::MoveCause::kMigration;
      move.reason = reason;
      if (!changed_since) move.at = to.since;
      model::Move(batch, id, path, move);
      return ++count < most;
    }));
    if (count >= most) break;
  }
  return batch.status();
}

StatusOr<bool> Settling::Step() {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database_.Read());
  KITH_ASSIGN_OR_RETURN(const record::View view, snapshot->Get(migration_));
  const TypeDef& type = *snapshot->catalog().FindType(kType);
  if (view.GetBool(type.FindField("settled")->position)) return false;
  KITH_ASSIGN_OR_RETURN(const std::vector<model::PipelineVersion> versions,
                        model::PipelineVersions(*snapshot, view.GetRef(type.FindField("pipeline")->position)));
  const auto to = std::find_if(versions.begin(), versions.end(), [&](const auto& version) { return version.migration == migration_; });
  Batch batch(snapshot->shared_catalog(), options_.actor, options_.reason);
  size_t count = 0;
  KITH_RETURN_IF_ERROR(Add(*snapshot, *to, std::prev(to)->pipeline, batch, count));
  if (count == 0) {
    batch.Set(migration_, "settled", true);
  } else {
    batch.Add(migration_, "moved", static_cast<int64_t>(count));
  }
  KITH_RETURN_IF_ERROR(database_.Apply(batch).status());
  moved_ += count;
  return count != 0;
}

// The commit that decides; its migration's id, and what it says.
StatusOr<std::pair<Id, int64_t>> Decide(Database& database, const MigrationPlan& plan, const MigrationOptions& options) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database.Read());
  KITH_ASSIGN_OR_RETURN(const Pipeline before, model::GetPipeline(*snapshot, plan.pipeline.name));
  KITH_ASSIGN_OR_RETURN(const MigrationPreview preview, Preview(*snapshot, before, plan));
  if (!preview.unplaced.empty()) return Refuse(before, preview);
  Batch batch(snapshot->shared_catalog(), options.actor, options.reason);
  model::RedefinePipeline(batch, *snapshot, before, plan);
  const Id migration = batch.Create(kType);
  batch.Set(migration, "pipeline", before.id);
  batch.Set(migration, "to_version", preview.version);
  batch.Set(migration, "plan", model::ToJson(plan));
  batch.Set(migration, "before", model::ToJson(before));
  KITH_ASSIGN_OR_RETURN(const Outcome outcome, database.Apply(batch));
  return std::pair(outcome.ids.at(migration.local_index()), preview.version);
}

}  // namespace

StatusOr<MigrationPreview> PreviewMigration(const Snapshot& snapshot, const MigrationPlan& plan) {
  KITH_ASSIGN_OR_RETURN(const Pipeline before, model::GetPipeline(snapshot, plan.pipeline.name));
  return Preview(snapshot, before, plan);
}

StatusOr<MigrationReport> MigratePipeline(Database& database, const MigrationPlan& plan, const MigrationOptions& options) {
  // An earlier one first: its records are in stages that this plan does not name.
  KITH_RETURN_IF_ERROR(SettleMigrations(database, options).status());
  StatusOr<std::pair<Id, int64_t>> decided = Decide(database, plan, options);
  for (int i = 1; i < kAttempts && GetErrorInfo(decided.status()).reason == Reason::kVersionConflict; ++i) {
    decided = Decide(database, plan, options);
  }
  KITH_RETURN_IF_ERROR(decided.status());
  Settling settling(database, decided->first, options);
  MigrationReport report;
  report.migration = decided->first;
  report.version = decided->second;
  KITH_ASSIGN_OR_RETURN(report.moved, settling.Do());
  report.left = settling.left();
  return report;
}

StatusOr<uint64_t> SettleMigrations(Database& database, const MigrationOptions& options) {
  std::vector<Id> open;
  {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database.Read());
    const TypeDef* type = snapshot->catalog().FindType(kType);
    const IndexDef* index = type == nullptr ? nullptr : type->FindIndex("by_settled");
    if (index == nullptr) return 0;
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot->ScanIndex(*type, *index, {.equal = {Value(false)}}));
    while (cursor->Next()) open.push_back(cursor->id());
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  uint64_t moved = 0;
  for (const Id migration : open) {
    Settling settling(database, migration, options);
    KITH_ASSIGN_OR_RETURN(const uint64_t here, settling.Do());
    moved += here;
  }
  return moved;
}

}  // namespace kith::crm
