// Pipelines and stages as records.
#ifndef KITH_LIB_MODEL_PIPELINE_INTERNAL_H_
#define KITH_LIB_MODEL_PIPELINE_INTERNAL_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "kith/engine/batch.h"
#include "kith/engine/snapshot.h"
#include "kith/model/model.h"
#include "model/schema_internal.h"

namespace kith::model {

[[nodiscard]] std::string_view NameOf(StageKind kind);
[[nodiscard]] std::optional<StageKind> StageKindFromName(std::string_view name);

// "default/qualified".
[[nodiscard]] std::string StagePath(std::string_view pipeline, std::string_view stage);

// A stage's kind from the stored choice, open when it has none.
[[nodiscard]] StageKind KindOfStage(const Schema& schema, int64_t choice);

// What the records alone say: a pipeline without its stages, a stage.
[[nodiscard]] Pipeline ReadPipelineRecord(const Schema& schema, record::View view);
[[nodiscard]] Stage ReadStageRecord(const Schema& schema, record::View view);

inline void SortStages(Pipeline& pipeline) {
  std::sort(pipeline.stages.begin(), pipeline.stages.end(),
            [](const Stage& a, const Stage& b) { return std::tie(a.position, a.id) < std::tie(b.position, b.id); });
}

// Where the derivation "funnel" keeps the time zone by which its rows are counted, an IANA name; no row: UTC. So who takes a path out of
// the rows counts as who put it in, whatever the settings have come to say. Its rows begin with the same byte, but are longer.
inline constexpr std::string_view kFunnelZoneKey = "f";

// By which months of statistics begin, through anything that has Aggregate. Errors: BadOptions (a time zone that is not known here).
template <typename Reader>
StatusOr<query::Days> LoadDays(const Reader& reader) {
  const StatusOr<std::string_view> zone = reader.Aggregate(kFunnelZoneKey);
  if (zone.ok()) return query::Days::In(*zone);
  if (zone.status().code() != StatusCode::kNotFound) return zone.status();
  return query::Days();
}

// A pipeline with its stages and without its days, through anything that has Get and ScanIndex: a snapshot, or a derivation's context.
// NotFound when absent.
template <typename Reader>
StatusOr<Pipeline> LoadPipeline(const Reader& reader, const Schema& schema, Id id) {
  KITH_ASSIGN_OR_RETURN(const record::View view, reader.Get(id));
  Pipeline pipeline = ReadPipelineRecord(schema, view);
  IndexRange range;
  range.equal = {Value(id)};
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, reader.ScanIndex(*schema.stage.type, *schema.stage.by_pipeline, range));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View stage, cursor->record());
    pipeline.stages.push_back(ReadStageRecord(schema, stage));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  SortStages(pipeline);
  return pipeline;
}

// Names, type and stages are as DefinePipeline wants them.
[[nodiscard]] Status CheckPipeline(const catalog::Catalog& catalog, const Pipeline& pipeline);
// --- what stages ask for
[[nodiscard]] std::string_view NameOf(StageItemKind kind);
// "default/qualified/demo", from "default/qualified".
[[nodiscard]] std::string StageItemPath(std::string_view stage_path, std::string_view item);
[[nodiscard]] StageItemKind KindOfItem(const StageItemSchema& schema, int64_t choice);
[[nodiscard]] StageItem ReadStageItem(const StageItemSchema& schema, record::View view);
// Names are good and unique, and each kind has what it needs. Conditions are for the writer: it compiles them.
[[nodiscard]] Status CheckStageItems(std::string_view pipeline, const Stage& stage);
// Gives an item, by id or local reference, all its values.
void WriteStageItem(Batch& batch, const StageItemSchema& schema, Id pipeline, Id stage, Id id, const StageItem& item, size_t position);
// The items of a pipeline's stages.
[[nodiscard]] Status LoadStageItems(const Snapshot& snapshot, const StageItemSchema& schema, Pipeline& pipeline);

// Gives a stage, by id or local reference, all its values, but no items.
void WriteStage(Batch& batch, const Schema& schema, Id pipeline, Id id, const Stage& stage, int32_t position);

// Gives a stage or an item its label in a language; nothing where the type has no field for it.
void SetLabel(Batch& batch, Id id, const catalog::FieldDef* field, const Labels& labels, std::string_view language);

// PackageMalformed: what is at a path of a pipeline or a plan in JSON.
[[nodiscard]] Status Malformed(std::string path, std::string_view message, std::string value = {}, std::string hint = {});

// UnknownPipeline and UnknownStage, with the nearest of the names there are.
[[nodiscard]] Status UnknownPipelineError(const Snapshot& snapshot, std::string_view name);
[[nodiscard]] Status UnknownStageError(const Snapshot& snapshot, std::string_view stage_path);

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_PIPELINE_INTERNAL_H_
