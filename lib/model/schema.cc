#include <string>

#include "model/schema_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

// Resolves names of one type; remembers when one is missing.
class Names {
 public:
  explicit Names(const TypeDef* type) : type_(type), complete_(type != nullptr) {}
  size_t operator[](std::string_view name) {
    const FieldDef* field = type_ == nullptr ? nullptr : type_->FindField(name);
    if (field == nullptr) complete_ = false;
    return field == nullptr ? 0 : field->position;
  }
  [[nodiscard]] const FieldDef* Optional(std::string_view name) const { return type_ == nullptr ? nullptr : type_->FindField(name); }
  [[nodiscard]] const IndexDef* Index(std::initializer_list<std::string_view> fields) {
    const IndexDef* index = type_ == nullptr ? nullptr : FindIndexOn(*type_, fields);
    if (index == nullptr) complete_ = false;
    return index;
  }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  const TypeDef* type_;
  bool complete_;
};

std::optional<MoveSchema::Cover> CoverOf(const IndexDef* index) {
  if (index == nullptr) return std::nullopt;
  bool complete = true;
  const auto slot = [&](std::string_view field) {
    for (size_t i = 0; i < index->cover.size(); ++i) {
      if (index->cover[i].field == field) return i;
    }
    complete = false;
    return size_t{0};
  };
  const MoveSchema::Cover cover = {slot("to"),    slot("from"),    slot("pipeline"), slot("at"),    slot("cause"),
                                   slot("owner"), slot("segment"), slot("source"),   slot("amount")};
  return complete ? std::optional(cover) : std::nullopt;
}

StageItemSchema StageItemsOf(const catalog::Catalog& catalog) {
  StageItemSchema s;
  s.type = catalog.FindType(kStageItemType);
  Names item(s.type);
  s.pipeline = item["pipeline"];
  s.stage = item["stage"];
  s.position = item["position"];
  s.kind = item["kind"];
  s.name = item["name"];
  s.condition = item["condition"];
  s.mandatory = item["mandatory"];
  s.evidence = item["evidence"];
  s.archived = item["archived"];
  s.label_en = item.Optional("label_en");
  s.label_zh = item.Optional("label_zh");
  s.by = item.Optional("by");
  s.at = item.Optional("at");
  s.by_stage = item.Index({"pipeline", "stage", "position"});
  s.by_evidence = s.type == nullptr ? nullptr : FindIndexOn(*s.type, {"evidence"});
  return item.complete() ? s : StageItemSchema();
}

CompletionSchema CompletionsOf(const catalog::Catalog& catalog) {
  CompletionSchema s;
  s.type = catalog.FindType(kCompletionType);
  Names completion(s.type);
  s.record = completion["record"];
  s.step = completion["step"];
  s.evidence = completion["evidence"];
  s.at = completion["at"];
  s.note = completion["note"];
  s.by_record = completion.Index({"record", "step"});
  return completion.complete() ? s : CompletionSchema();
}

TrackSchema TracksOf(const catalog::Catalog& catalog) {
  TrackSchema s;
  s.type = catalog.FindType(kTrackType);
  Names track(s.type);
  s.record = track["record"];
  s.pipeline = track["pipeline"];
  s.stage = track["stage"];
  s.closed_at = track["closed_at"];
  s.by_record = track.Index({"record", "pipeline"});
  s.by_closed = track.Index({"pipeline", "closed_at"});
  return track.complete() ? s : TrackSchema();
}

}  // namespace

const IndexDef* FindIndexOn(const TypeDef& type, std::initializer_list<std::string_view> fields) {
  const IndexDef* best = nullptr;
  for (const IndexDef& index : type.indexes) {
    if (index.kind != catalog::IndexKind::kOrdered || index.parts.size() < fields.size()) continue;
    size_t i = 0;
    for (std::string_view field : fields) {
      if (index.parts[i].field != field || index.parts[i].order != Order::kAscending) break;
      ++i;
    }
    if (i == fields.size() && (best == nullptr || index.parts.size() < best->parts.size())) best = &index;
  }
  return best;
}

std::optional<Schema> Schema::Of(const catalog::Catalog& catalog) {
  Schema s;
  s.pipeline.type = catalog.FindType(kPipelineType);
  s.stage.type = catalog.FindType(kStageType);
  s.move.type = catalog.FindType(kMoveType);

  Names pipeline(s.pipeline.type);
  s.pipeline.name = pipeline["name"];
  s.pipeline.for_type = pipeline["for_type"];
  s.pipeline.version = pipeline["version"];
  s.pipeline.parallel = pipeline.Optional("parallel");
  s.pipeline.selling = pipeline.Optional("selling");

  Names stage(s.stage.type);
  s.stage.name = stage["name"];
  s.stage.pipeline = stage["pipeline"];
  s.stage.position = stage["position"];
  s.stage.kind = stage["kind"];
  s.stage.archived = stage["archived"];
  s.stage.max_dwell_days = stage["max_dwell_days"];
  s.stage.label_en = stage.Optional("label_en");
  s.stage.label_zh = stage.Optional("label_zh");
  s.stage.optional = stage.Optional("optional");
  s.stage.by_pipeline = stage.Index({"pipeline"});

  Names move(s.move.type);
  s.move.record = move["record"];
  s.move.pipeline = move["pipeline"];
  s.move.from = move["from"];
  s.move.to = move["to"];
  s.move.at = move["at"];
  s.move.cause = move["cause"];
  s.move.owner = move["owner"];
  s.move.segment = move["segment"];
  s.move.source = move["source"];
  s.move.amount = move["amount"];
  s.move.reason = move["reason"];
  s.move.unmet = move.Optional("unmet");
  s.move.event = move.Optional("event");
  s.move.by_record = move.Index({"record", "at"});
  s.move.cover = CoverOf(s.move.by_record);
  s.move.by_pipeline = move.Index({"pipeline", "at"});

  if (!pipeline.complete() || !stage.complete() || !move.complete()) return std::nullopt;
  s.item = StageItemsOf(catalog);
  s.completion = CompletionsOf(catalog);
  s.track = TracksOf(catalog);
  return s;
}

StatusOr<Schema> Schema::Get(const catalog::Catalog& catalog) {
  const std::optional<Schema> schema = Of(catalog);
  if (schema.has_value()) return *schema;
  return MakeError({.reason = Reason::kPackageMissing, .value = "kith.crm", .hint = "open the database with model::OpenDatabase"},
                   "the database has no pipelines, stages and moves");
}

std::optional<PipelinedRoles> PipelinedRoles::Of(const TypeDef& type) {
  if (type.FindBehaviour(kPipelined) == nullptr) return std::nullopt;
  PipelinedRoles roles;
  roles.stage = type.FindRole(kPipelined, "stage");
  roles.pipeline = type.FindRole(kPipelined, "pipeline");
  roles.amount = type.FindRole(kPipelined, "amount");
  roles.closed_at = type.FindRole(kPipelined, "closed_at");
  roles.segment = type.FindRole(kPipelined, "segment");
  roles.source = type.FindRole(kPipelined, "source");
  if (roles.stage == nullptr || roles.pipeline == nullptr) return std::nullopt;
  if (roles.closed_at != nullptr) roles.by_pipeline = FindIndexOn(type, {roles.pipeline->name, roles.closed_at->name});
  roles.closed_indexed = roles.by_pipeline != nullptr;
  if (!roles.closed_indexed) roles.by_pipeline = FindIndexOn(type, {roles.pipeline->name});
  return roles;
}

Status NotPipelinedError(const catalog::Catalog& catalog, std::string_view type, Id record) {
  std::string hint;
  for (const TypeDef* pipelined : catalog.TypesWith(kPipelined)) {
    hint += hint.empty() ? "types with stages: " : ", ";
    hint += pipelined->name;
  }
  return MakeError({.reason = Reason::kNotPipelined, .type = std::string(type), .record = record, .hint = hint},
                   "the type has no stages to move through");
}

}  // namespace kith::model
