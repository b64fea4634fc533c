// Reading and defining pipelines.
#include <set>

#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/model/guide.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kStageKindNames[] = {"open", "won", "lost"};

StatusOr<std::vector<Id>> PipelineIds(const Snapshot& snapshot) {
  std::vector<Id> ids;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(kPipelineType));
  while (cursor->Next()) ids.push_back(cursor->id());
  KITH_RETURN_IF_ERROR(cursor->status());
  return ids;
}

// A name is part of an external key "<pipeline>/<stage>".
Status CheckName(std::string_view what, std::string_view name) {
  const bool fits = !name.empty() && name.size() <= limits::kNameBytes && name.find('/') == std::string_view::npos;
  if (fits) return absl::OkStatus();
  std::string message = "the name of a ";
  message += what;
  message += " has 1 to " + std::to_string(limits::kNameBytes) + " bytes and no \"/\"";
  return MakeError({.reason = Reason::kBatchMalformed, .type = std::string(what), .field = "name", .value = std::string(name)}, message);
}

}  // namespace

Status CheckPipeline(const catalog::Catalog& catalog, const Pipeline& pipeline) {
  KITH_RETURN_IF_ERROR(CheckName(kPipelineType, pipeline.name));
  KITH_ASSIGN_OR_RETURN(const TypeDef* type, catalog.GetType(pipeline.for_type));
  if (!PipelinedRoles::Of(*type).has_value()) return NotPipelinedError(catalog, type->name, {});
  if (pipeline.stages.empty()) {
    return MakeError({.reason = Reason::kBatchMalformed, .type = std::string(kPipelineType), .field = "stages", .value = pipeline.name},
                     "a pipeline has at least one stage");
  }
  std::set<std::string_view> names;
  for (const Stage& stage : pipeline.stages) {
    KITH_RETURN_IF_ERROR(CheckName(kStageType, stage.name));
    if (!names.insert(stage.name).second) {
      return MakeError({.reason = Reason::kBatchMalformed,
                        .type = std::string(kStageType),
                        .field = "name",
                        .value = StagePath(pipeline.name, stage.name)},
                       "two stages of the pipeline have the same name");
    }
    KITH_RETURN_IF_ERROR(CheckStageItems(pipeline.name, stage));
  }
  return absl::OkStatus();
}

namespace {

// Positions as given when they ascend, else the order of the list.
std::vector<int32_t> PositionsOf(const std::vector<Stage>& stages) {
  std::vector<int32_t> positions;
  bool ascending = true;
  for (const Stage& stage : stages) {
    if (!positions.empty() && stage.position <= positions.back()) ascending = false;
    positions.push_back(stage.position);
  }
  if (!ascending) {
    for (size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<int32_t>(i);
  }
  return positions;
}

void ReadLabel(const FieldDef* field, record::View view, std::string_view language, Stage& stage) {
  if (field != nullptr && view.has(field->position)) stage.labels.emplace(language, view.GetText(field->position));
}

}  // namespace

void SetLabel(Batch& batch, Id id, const FieldDef* field, const Labels& labels, std::string_view language) {
  if (field == nullptr) return;
  const auto label = labels.find(language);
  batch.Set(id, field->name, label == labels.end() ? Value() : Value(label->second));
}

std::string_view NameOf(StageKind kind) { return kStageKindNames[static_cast<size_t>(kind) - 1]; }

std::optional<StageKind> StageKindFromName(std::string_view name) {
  for (StageKind kind : {StageKind::kOpen, StageKind::kWon, StageKind::kLost}) {
    if (NameOf(kind) == name) return kind;
  }
  return std::nullopt;
}

std::string_view NameOf(Selling selling) {
  constexpr std::string_view kNames[] = {"project", "relationship", "field"};
  return kNames[static_cast<size_t>(selling) - 1];
}

std::optional<Selling> SellingFromName(std::string_view name) {
  for (const Selling selling : {Selling::kProject, Selling::kRelationship, Selling::kField}) {
    if (NameOf(selling) == name) return selling;
  }
  return std::nullopt;
}

std::string StagePath(std::string_view pipeline, std::string_view stage) {
  std::string path(pipeline);
  path += '/';
  path += stage;
  return path;
}

StageKind KindOfStage(const Schema& schema, int64_t choice) {
  const catalog::ChoiceDef* kind = schema.stage.type->fields[schema.stage.kind].FindChoice(static_cast<int32_t>(choice));
  return kind == nullptr ? StageKind::kOpen : StageKindFromName(kind->name).value_or(StageKind::kOpen);
}

Pipeline ReadPipelineRecord(const Schema& schema, record::View view) {
  Pipeline pipeline;
  pipeline.id = view.id();
  pipeline.name = view.GetText(schema.pipeline.name);
  pipeline.for_type = view.GetText(schema.pipeline.for_type);
  pipeline.version = view.has(schema.pipeline.version) ? view.GetInt(schema.pipeline.version) : 1;
  pipeline.parallel = schema.pipeline.parallel != nullptr && view.GetBool(schema.pipeline.parallel->position);
  if (schema.pipeline.selling != nullptr && view.has(schema.pipeline.selling->position)) {
    const auto choice = static_cast<int32_t>(view.GetInt(schema.pipeline.selling->position));
    const catalog::ChoiceDef* selling = schema.pipeline.selling->FindChoice(choice);
    if (selling != nullptr) pipeline.selling = SellingFromName(selling->name).value_or(Selling::kProject);
  }
  return pipeline;
}

Stage ReadStageRecord(const Schema& schema, record::View view) {
  Stage stage;
  stage.id = view.id();
  stage.name = view.GetText(schema.stage.name);
  ReadLabel(schema.stage.label_en, view, "en", stage);
  ReadLabel(schema.stage.label_zh, view, "zh", stage);
  stage.position = static_cast<int32_t>(view.GetInt(schema.stage.position));
  stage.kind = KindOfStage(schema, view.GetInt(schema.stage.kind));
  stage.archived = view.GetBool(schema.stage.archived);
  stage.max_dwell_days = static_cast<int32_t>(view.GetInt(schema.stage.max_dwell_days));
  stage.optional = schema.stage.optional != nullptr && view.GetBool(schema.stage.optional->position);
  return stage;
}

Status UnknownPipelineError(const Snapshot& snapshot, std::string_view name) {
  std::vector<std::string> names;
  if (const StatusOr<std::vector<Pipeline>> pipelines = GetPipelines(snapshot); pipelines.ok()) {
    for (const Pipeline& pipeline : *pipelines) names.push_back(pipeline.name);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  return MakeError({.reason = Reason::kUnknownPipeline, .value = std::string(name), .hint = NearestHint(name, known)}, "no such pipeline");
}

Status UnknownStageError(const Snapshot& snapshot, std::string_view stage_path) {
  const size_t slash = stage_path.find('/');
  const std::string_view pipeline_name = stage_path.substr(0, slash);
  std::vector<std::string> paths;
  bool pipeline_known = false;
  if (const StatusOr<std::vector<Pipeline>> pipelines = GetPipelines(snapshot); pipelines.ok()) {
    for (const Pipeline& pipeline : *pipelines) pipeline_known |= pipeline.name == pipeline_name;
    for (const Pipeline& pipeline : *pipelines) {
      if (pipeline_known && pipeline.name != pipeline_name) continue;
      for (const Stage& stage : pipeline.stages) paths.push_back(StagePath(pipeline.name, stage.name));
    }
  }
  const std::vector<std::string_view> known(paths.begin(), paths.end());
  std::string hint = slash == std::string_view::npos ? "a stage is written \"<pipeline>/<stage>\"" : NearestHint(stage_path, known);
  return MakeError({.reason = Reason::kUnknownStage, .value = std::string(stage_path), .hint = std::move(hint)},
                   pipeline_known ? "the pipeline has no such stage" : "no such stage: the pipeline is unknown");
}

StatusOr<Pipeline> GetPipeline(const Snapshot& snapshot, std::string_view name) {
  KITH_RETURN_IF_ERROR(Schema::Get(snapshot.catalog()).status());
  const StatusOr<Id> id = snapshot.Find(kPipelineType, ExternalRef{std::string(kPipelineSystem), std::string(name)});
  if (id.ok()) return GetPipeline(snapshot, *id);
  if (id.status().code() != StatusCode::kNotFound) return id.status();
  return UnknownPipelineError(snapshot, name);
}

StatusOr<Pipeline> GetPipeline(const Snapshot& snapshot, Id pipeline) {
  KITH_ASSIGN_OR_RETURN(const Schema schema, Schema::Get(snapshot.catalog()));
  const bool is_pipeline = pipeline.type() == schema.pipeline.type->number;
  StatusOr<Pipeline> loaded = is_pipeline ? LoadPipeline(snapshot, schema, pipeline) : absl::NotFoundError({});
  if (loaded.ok()) {
    KITH_RETURN_IF_ERROR(LoadStageItems(snapshot, schema.item, *loaded));
    KITH_ASSIGN_OR_RETURN(loaded->days, LoadDays(snapshot));
  }
  if (loaded.ok() || loaded.status().code() != StatusCode::kNotFound) return loaded;
  return MakeError({.reason = Reason::kUnknownPipeline, .record = pipeline}, "no such pipeline");
}

StatusOr<std::vector<Pipeline>> GetPipelines(const Snapshot& snapshot, std::string_view for_type) {
  KITH_ASSIGN_OR_RETURN(const Schema schema, Schema::Get(snapshot.catalog()));
  KITH_ASSIGN_OR_RETURN(const std::vector<Id> ids, PipelineIds(snapshot));
  KITH_ASSIGN_OR_RETURN(const query::Days days, LoadDays(snapshot));
  std::vector<Pipeline> pipelines;
  for (Id id : ids) {
    KITH_ASSIGN_OR_RETURN(Pipeline pipeline, LoadPipeline(snapshot, schema, id));
    KITH_RETURN_IF_ERROR(LoadStageItems(snapshot, schema.item, pipeline));
    pipeline.days = days;
    if (for_type.empty() || pipeline.for_type == for_type) pipelines.push_back(std::move(pipeline));
  }
  return pipelines;
}

void WriteStage(Batch& batch, const Schema& schema, Id pipeline, Id id, const Stage& stage, int32_t position) {
  batch.Set(id, "name", stage.name);
  batch.Set(id, "pipeline", pipeline);
  batch.Set(id, "position", int64_t{position});
  batch.SetChoice(id, "kind", NameOf(stage.kind));
  batch.Set(id, "archived", stage.archived);
  batch.Set(id, "max_dwell_days", stage.max_dwell_days > 0 ? Value(int64_t{stage.max_dwell_days}) : Value());
  if (schema.stage.optional != nullptr) batch.Set(id, "optional", stage.optional ? Value(true) : Value());
  SetLabel(batch, id, schema.stage.label_en, stage.labels, "en");
  SetLabel(batch, id, schema.stage.label_zh, stage.labels, "zh");
}

void DefinePipeline(Batch& batch, const Pipeline& pipeline) {
  if (!batch.status().ok()) return;
  const catalog::Catalog& catalog = *batch.catalog();
  const StatusOr<Schema> schema = Schema::Get(catalog);
  const Status checked = schema.ok() ? CheckPipeline(catalog, pipeline) : schema.status();
  if (!checked.ok()) return batch.Fail(checked);

  const Id id = batch.Upsert(kPipelineType, {std::string(kPipelineSystem), pipeline.name});
  batch.Set(id, "name", pipeline.name);
  batch.Set(id, "for_type", pipeline.for_type);
  batch.Set(id, "version", pipeline.version);
  if (schema->pipeline.parallel != nullptr) batch.Set(id, "parallel", pipeline.parallel ? Value(true) : Value());
  if (schema->pipeline.selling != nullptr && pipeline.selling == Selling::kProject) batch.Set(id, "selling", Value());
  if (schema->pipeline.selling != nullptr && pipeline.selling != Selling::kProject)
    batch.SetChoice(id, "selling", NameOf(pipeline.selling));
  const std::vector<int32_t> positions = PositionsOf(pipeline.stages);
  for (size_t i = 0; i < pipeline.stages.size(); ++i) {
    const Stage& stage = pipeline.stages[i];
    const Id stage_id = batch.Upsert(kStageType, {std::string(kStageSystem), StagePath(pipeline.name, stage.name)});
    WriteStage(batch, *schema, id, stage_id, stage, positions[i]);
    for (size_t k = 0; k < stage.items.size(); ++k) {
      const std::string path = StageItemPath(StagePath(pipeline.name, stage.name), stage.items[k].name);
      const Id item = batch.Upsert(kStageItemType, {std::string(kStageItemSystem), path});
      WriteStageItem(batch, schema->item, id, stage_id, item, stage.items[k], k);
    }
  }
}

}  // namespace kith::model
