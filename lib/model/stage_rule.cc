// The rule "stages": what stages ask for makes sense, and steps are done by what their definition wants as evidence.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "kith/base/concat.h"
#include "model/extensions_internal.h"
#include "model/fields_internal.h"
#include "model/guard_internal.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

using catalog::TypeDef;

// One call of the rule.
class StagesRun {
 public:
  StagesRun(RuleContext& context, const Schema& schema) : context_(context), schema_(schema) {}

  Status Do() {
    std::set<Id> placed;  // pipelines of which a stage got its place
    for (const Draft* draft : context_.changed()) {
      if (draft->deleted()) continue;
      const TypeNumber type = draft->type().number;
      if (type == schema_.stage.type->number && IsPlaced(*draft)) placed.insert(RefAt(*draft, schema_.stage.pipeline));
      if (type == schema_.pipeline.type->number) KITH_RETURN_IF_ERROR(CheckPipelineStays(*draft));
      if (schema_.item.type != nullptr && type == schema_.item.type->number) KITH_RETURN_IF_ERROR(CheckItem(*draft));
      if (schema_.completion.type != nullptr && type == schema_.completion.type->number) KITH_RETURN_IF_ERROR(CheckCompletion(*draft));
    }
    for (const Id pipeline : placed) KITH_RETURN_IF_ERROR(CheckPlaces(pipeline));
    return absl::OkStatus();
  }

 private:
  Status CheckPipelineStays(const Draft& pipeline) const;
  // Whether the batch says where a stage stands.
  [[nodiscard]] bool IsPlaced(const Draft& stage) const {
    const auto changed = [&](size_t position) { return stage.Changed(static_cast<int32_t>(position)); };
    return stage.created() || changed(schema_.stage.position) || changed(schema_.stage.archived) || changed(schema_.stage.pipeline);
  }
  Status CheckPlaces(Id pipeline);
  Status CheckItem(const Draft& item);
  Status CheckCompletion(const Draft& completion);
  Status CheckEvidence(const Draft& completion, const StageItem& step);
  // The type of records that a pipeline is for.
  StatusOr<const TypeDef*> TypeOf(Id pipeline);

  RuleContext& context_;
  const Schema& schema_;
};

Status Refuse(const Draft& draft, std::string_view field, std::string value, std::string_view message, std::string hint = {}) {
  return MakeError({.reason = Reason::kBadOptions,
                    .type = draft.type().name,
                    .record = draft.id(),
                    .field = std::string(field),
                    .value = std::move(value),
                    .hint = std::move(hint)},
                   message);
}

// Moves that were made count for one track, and former versions are asked for by their numbers.
Status StagesRun::CheckPipelineStays(const Draft& pipeline) const {
  const auto version = [](const Value& value) { return value.is_null() ? 0 : value.get<int64_t>(); };
  if (!pipeline.created() && version(pipeline.Get(schema_.pipeline.version)) < pipeline.before().GetInt(schema_.pipeline.version)) {
    return Refuse(pipeline, "version", std::to_string(version(pipeline.Get(schema_.pipeline.version))),
                  "a pipeline's version does not go back", "define it as it is now, with its version, or migrate it");
  }
  if (schema_.pipeline.parallel == nullptr || pipeline.created()) return absl::OkStatus();
  const size_t position = schema_.pipeline.parallel->position;
  const bool is = pipeline.Get(position) == Value(true);
  if (is == pipeline.before().GetBool(position)) return absl::OkStatus();
  return Refuse(pipeline, "parallel", is ? "true" : "false", "a pipeline stays beside the main track, or on it", "define another pipeline");
}

// Two stages in one place have no order. So it comes when a pipeline that is there is defined with other stages than it has: those that the
// definition does not list stay where they are.
Status StagesRun::CheckPlaces(Id pipeline) {
  std::map<int64_t, const Draft*> places;
  std::set<Id> seen;
  const auto place = [&](const Draft& stage) -> Status {
    if (!seen.insert(stage.id()).second || stage.deleted() || RefAt(stage, schema_.stage.pipeline) != pipeline) return absl::OkStatus();
    if (stage.Get(schema_.stage.archived) == Value(true)) return absl::OkStatus();
    const int64_t* position = stage.Get(schema_.stage.position).get_if<int64_t>();
    if (position == nullptr) return absl::OkStatus();  // the engine says that it is missing
    const auto [at, is_free] = places.try_emplace(*position, &stage);
    if (is_free || !(IsPlaced(stage) || IsPlaced(*at->second))) return absl::OkStatus();
    const bool later = IsPlaced(stage);
    const Draft& put = later ? stage : *at->second;
    const Draft& there = later ? *at->second : stage;
    return Refuse(put, "position", std::to_string(*position),
                  Concat({"stage ", TextAt(put, schema_.stage.name), " has the place of ", TextAt(there, schema_.stage.name)}),
                  "list every stage that the pipeline has, or migrate it to other stages");
  };
  for (const Draft* stage : context_.touched(schema_.stage.type->number)) KITH_RETURN_IF_ERROR(place(*stage));
  IndexRange range;
  range.equal = {Value(pipeline)};
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        context_.ScanIndex(*schema_.stage.type, *schema_.stage.by_pipeline, range));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const Draft* stage, context_.Find(cursor->id()));
    if (stage != nullptr) KITH_RETURN_IF_ERROR(place(*stage));
  }
  return cursor->status();
}

StatusOr<const TypeDef*> StagesRun::TypeOf(Id pipeline) {
  KITH_ASSIGN_OR_RETURN(const Draft* draft, context_.Find(pipeline));
  if (draft == nullptr) return MakeError({.reason = Reason::kUnknownPipeline, .record = pipeline}, "no such pipeline");
  return context_.catalog().GetType(TextAt(*draft, schema_.pipeline.for_type));
}

Status StagesRun::CheckItem(const Draft& draft) {
  const StageItemSchema& s = schema_.item;
  KITH_ASSIGN_OR_RETURN(const record::View view, draft.view());
  const StageItem item = ReadStageItem(s, view);
  const Id pipeline = RefAt(draft, s.pipeline);
  KITH_ASSIGN_OR_RETURN(const Draft* stage, context_.Find(RefAt(draft, s.stage)));
  if (stage != nullptr && RefAt(*stage, schema_.stage.pipeline) != pipeline) {
    return Refuse(draft, "stage", TextAt(*stage, schema_.stage.name), "the stage is one of another pipeline");
  }
  Stage alone;
  alone.name = stage == nullptr ? std::string() : TextAt(*stage, schema_.stage.name);
  alone.items.push_back(item);
  KITH_RETURN_IF_ERROR(CheckStageItems({}, alone));
  if (!item.evidence.empty() && item.evidence != "*") {
    KITH_RETURN_IF_ERROR(WithContext(context_.catalog().GetType(item.evidence).status(),
                                     {.type = draft.type().name, .record = draft.id(), .field = "evidence"}));
  }
  if (pipeline.is_null()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const TypeDef* type, TypeOf(pipeline));
  if (item.kind == StageItemKind::kEvent) {
    const std::string& for_type = type->name;
    KITH_ASSIGN_OR_RETURN(type, context_.catalog().GetType(item.evidence));
    KITH_RETURN_IF_ERROR(WithContext(FieldsOfEvent(*type, item, for_type).status(), {.record = draft.id()}));
  }
  if (item.condition.empty()) return absl::OkStatus();
  return WithContext(CompileItem(context_.catalog(), *type, item.condition).status(),
                     {.type = draft.type().name, .record = draft.id(), .value = item.condition});
}

Status StagesRun::CheckCompletion(const Draft& draft) {
  const CompletionSchema& s = schema_.completion;
  KITH_ASSIGN_OR_RETURN(const Draft* step, context_.Find(RefAt(draft, s.step)));
  if (step == nullptr) return absl::OkStatus();  // the engine says that it is missing
  KITH_ASSIGN_OR_RETURN(const record::View view, step->view());
  const StageItem item = ReadStageItem(schema_.item, view);
  if (item.kind != StageItemKind::kStep) return Refuse(draft, "step", item.name, "only steps are done", "name a step");
  KITH_ASSIGN_OR_RETURN(const TypeDef* type, TypeOf(RefAt(*step, schema_.item.pipeline)));
  const Id record = RefAt(draft, s.record);
  if (record.type() != type->number) {
    return Refuse(draft, "record", ToText(Value(record)), "the step is one of a pipeline for other records",
                  "the pipeline is for records of type " + type->name);
  }
  KITH_RETURN_IF_ERROR(CheckEvidence(draft, item));
  if (!draft.created() || !draft.Get(s.at).is_null()) return absl::OkStatus();
  return context_.Set(draft.id(), s.type->fields[s.at], Value(draft.effective()), draft.effective());
}

// Evidence that is deleted later opens the step again and refuses nothing.
Status StagesRun::CheckEvidence(const Draft& draft, const StageItem& step) {
  const CompletionSchema& s = schema_.completion;
  const Id evidence = RefAt(draft, s.evidence);
  const std::string wanted = step.evidence == "*" ? "any type" : "type " + step.evidence;
  if (evidence.is_null()) {
    if (step.evidence.empty() || !draft.created()) return absl::OkStatus();
    return MakeError({.reason = Reason::kRequired,
                      .type = draft.type().name,
                      .record = RefAt(draft, s.record),
                      .field = "evidence",
                      .value = step.name,
                      .hint = "name a record of " + wanted},
                     "the step is done by its evidence");
  }
  const TypeDef* type = context_.catalog().FindType(evidence.type());
  if (step.evidence.empty() || step.evidence == "*" || (type != nullptr && type->name == step.evidence)) return absl::OkStatus();
  return MakeError({.reason = Reason::kReferenceWrongType,
                    .type = draft.type().name,
                    .record = RefAt(draft, s.record),
                    .field = "evidence",
                    .value = ToText(Value(evidence)),
                    .hint = "name a record of " + wanted},
                   "the step " + step.name + " wants other evidence");
}

class Stages final : public Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "stages"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    const std::optional<Schema> schema = Schema::Of(context.catalog());
    return schema.has_value() ? StagesRun(context, *schema).Do() : absl::OkStatus();
  }
};

}  // namespace

const Rule& StagesRule() {
  static const Stages kRule;
  return kRule;
}

}  // namespace kith::model
