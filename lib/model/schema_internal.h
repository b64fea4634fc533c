// Where the model's data stand in a database's catalog: positions of the fields of pipelines, stages and moves, and of the roles of a
// pipelined type. Names stand here alone.
#ifndef KITH_LIB_MODEL_SCHEMA_INTERNAL_H_
#define KITH_LIB_MODEL_SCHEMA_INTERNAL_H_

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"

namespace kith::model {

inline constexpr std::string_view kPipelineType = "pipeline";
inline constexpr std::string_view kStageType = "stage";
inline constexpr std::string_view kMoveType = "move";
inline constexpr std::string_view kMigrationType = "migration";
inline constexpr std::string_view kStageItemType = "stage_item";
inline constexpr std::string_view kCompletionType = "completion";
inline constexpr std::string_view kTrackType = "track";
inline constexpr std::string_view kPipelined = "pipelined";

struct PipelineSchema {
  const catalog::TypeDef* type = nullptr;
  size_t name = 0, for_type = 0, version = 0;
  const catalog::FieldDef* parallel = nullptr;
  const catalog::FieldDef* selling = nullptr;
};

struct StageSchema {
  const catalog::TypeDef* type = nullptr;
  size_t name = 0, pipeline = 0, position = 0, kind = 0, archived = 0, max_dwell_days = 0;
  const catalog::FieldDef* label_en = nullptr;
  const catalog::FieldDef* label_zh = nullptr;
  const catalog::FieldDef* optional = nullptr;
  const catalog::IndexDef* by_pipeline = nullptr;  // (pipeline, position)
};

// What stages ask for. The type is null in a database whose package is older than these.
struct StageItemSchema {
  const catalog::TypeDef* type = nullptr;
  size_t pipeline = 0, stage = 0, position = 0, kind = 0, name = 0, condition = 0, mandatory = 0, evidence = 0, archived = 0;
  const catalog::FieldDef* label_en = nullptr;
  const catalog::FieldDef* label_zh = nullptr;
  const catalog::FieldDef* by = nullptr;
  const catalog::FieldDef* at = nullptr;
  const catalog::IndexDef* by_stage = nullptr;     // (pipeline, stage, position)
  const catalog::IndexDef* by_evidence = nullptr;  // null in a database whose package knows no events
};

struct CompletionSchema {
  const catalog::TypeDef* type = nullptr;  // null likewise
  size_t record = 0, step = 0, evidence = 0, at = 0, note = 0;
  const catalog::IndexDef* by_record = nullptr;  // (record, step)
};

// Where a record stands in a pipeline that runs beside its main one.
struct TrackSchema {
  const catalog::TypeDef* type = nullptr;  // null likewise
  size_t record = 0, pipeline = 0, stage = 0, closed_at = 0;
  const catalog::IndexDef* by_record = nullptr;  // (record, pipeline)
  const catalog::IndexDef* by_closed = nullptr;  // (pipeline, closed_at)
  [[nodiscard]] const catalog::FieldDef& Field(size_t position) const { return type->fields[position]; }
};

struct MoveSchema {
  // Where the index by_record covers a field of a path.
  struct Cover {
    size_t to = 0, from = 0, pipeline = 0, at = 0, cause = 0, owner = 0, segment = 0, source = 0, amount = 0;
  };
  const catalog::TypeDef* type = nullptr;
  size_t record = 0, pipeline = 0, from = 0, to = 0, at = 0, cause = 0, owner = 0, segment = 0, source = 0, amount = 0, reason = 0;
  const catalog::FieldDef* unmet = nullptr;
  const catalog::FieldDef* event = nullptr;
  const catalog::IndexDef* by_record = nullptr;    // (record, at)
  std::optional<Cover> cover;                      // nothing when by_record does not cover them all
  const catalog::IndexDef* by_pipeline = nullptr;  // (pipeline, at)
  [[nodiscard]] const catalog::FieldDef& Field(size_t position) const { return type->fields[position]; }
};

// The types that hold pipelines, stages and moves.
struct Schema {
  PipelineSchema pipeline;
  StageSchema stage;
  MoveSchema move;
  StageItemSchema item;
  CompletionSchema completion;
  TrackSchema track;
  // Nothing when the catalog has no such types (the standard package is absent).
  [[nodiscard]] static std::optional<Schema> Of(const catalog::Catalog& catalog);
  // The same; the error PackageMissing says what to do.
  [[nodiscard]] static StatusOr<Schema> Get(const catalog::Catalog& catalog);
};

// The fields that play the roles of a pipelined type; nullptr where the type has none.
struct PipelinedRoles {
  const catalog::FieldDef* stage = nullptr;
  const catalog::FieldDef* pipeline = nullptr;
  const catalog::FieldDef* amount = nullptr;
  const catalog::FieldDef* closed_at = nullptr;
  const catalog::FieldDef* segment = nullptr;
  const catalog::FieldDef* source = nullptr;
  const catalog::IndexDef* by_pipeline = nullptr;  // leads with pipeline, then closed_at when there is such an index
  bool closed_indexed = false;                     // by_pipeline has closed_at as its second part
  // Nothing when the type is not pipelined.
  [[nodiscard]] static std::optional<PipelinedRoles> Of(const catalog::TypeDef& type);
};

// The index that begins with these fields, shortest first; nullptr when there is none.
[[nodiscard]] const catalog::IndexDef* FindIndexOn(const catalog::TypeDef& type, std::initializer_list<std::string_view> fields);

// NotPipelined: `type` has no stages; names the types that have.
[[nodiscard]] Status NotPipelinedError(const catalog::Catalog& catalog, std::string_view type, Id record);

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_SCHEMA_INTERNAL_H_
