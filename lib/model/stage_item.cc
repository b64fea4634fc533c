// What stages ask for, as records.
#include <set>
#include <utility>

#include "kith/base/limits.h"
#include "kith/model/guide.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

constexpr std::string_view kStageItemKindNames[] = {"entry", "exit", "step", "action", "event"};

Value TextOrNull(std::string_view text) { return text.empty() ? Value() : Value(text); }

Status Bad(std::string_view stage, const StageItem& item, std::string_view field, std::string_view message) {
  return MakeError({.reason = Reason::kBatchMalformed,
                    .type = std::string(kStageItemType),
                    .field = std::string(field),
                    .value = StageItemPath(stage, item.name)},
                   message);
}

}  // namespace

std::string_view NameOf(StageItemKind kind) { return kStageItemKindNames[static_cast<size_t>(kind) - 1]; }

std::string StageItemPath(std::string_view stage_path, std::string_view item) { return StagePath(stage_path, item); }

StageItemKind KindOfItem(const StageItemSchema& schema, int64_t choice) {
  const catalog::ChoiceDef* def = schema.type->fields[schema.kind].FindChoice(static_cast<int32_t>(choice));
  for (size_t i = 0; def != nullptr && i < std::size(kStageItemKindNames); ++i) {
    if (kStageItemKindNames[i] == def->name) return static_cast<StageItemKind>(i + 1);
  }
  return StageItemKind::kAction;  // one that a newer library knows binds nobody here
}

StageItem ReadStageItem(const StageItemSchema& schema, record::View view) {
  StageItem item;
  item.id = view.id();
  item.kind = KindOfItem(schema, view.GetInt(schema.kind));
  item.name = view.GetText(schema.name);
  if (schema.label_en != nullptr && view.has(schema.label_en->position)) item.labels.emplace("en", view.GetText(schema.label_en->position));
  if (schema.label_zh != nullptr && view.has(schema.label_zh->position)) item.labels.emplace("zh", view.GetText(schema.label_zh->position));
  item.condition = view.GetText(schema.condition);
  item.mandatory = view.GetBool(schema.mandatory);
  item.evidence = view.GetText(schema.evidence);
  item.archived = view.GetBool(schema.archived);
  if (schema.by != nullptr) item.by = view.GetText(schema.by->position);
  if (schema.at != nullptr) item.at = view.GetText(schema.at->position);
  return item;
}

Status CheckStageItems(std::string_view pipeline, const Stage& stage) {
  const std::string path = StagePath(pipeline, stage.name);
  std::set<std::string_view> names;
  for (const StageItem& item : stage.items) {
    const bool named = !item.name.empty() && item.name.size() <= limits::kNameBytes && item.name.find('/') == std::string::npos;
    if (!named) return Bad(path, item, "name", "the name of what a stage asks for is not empty, not too long and has no \"/\"");
    if (!names.insert(item.name).second) return Bad(path, item, "name", "a stage asks for two things of the same name");
    const bool criterion = item.kind == StageItemKind::kEntry || item.kind == StageItemKind::kExit;
    if (criterion && item.condition.empty()) return Bad(path, item, "condition", "a criterion says what must hold");
    const bool event = item.kind == StageItemKind::kEvent;
    if (item.mandatory && !criterion && item.kind != StageItemKind::kStep) {
      return Bad(path, item, "mandatory", "only criteria and steps are mandatory");
    }
    if (event && item.evidence.empty()) return Bad(path, item, "evidence", "an event names the type of the record that it is");
    if (!event && !item.evidence.empty() && item.kind != StageItemKind::kStep) {
      return Bad(path, item, "evidence", "only a step has evidence");
    }
    if (!event && !(item.by.empty() && item.at.empty())) return Bad(path, item, "by", "only an event leads to a record");
  }
  return absl::OkStatus();
}

void WriteStageItem(Batch& batch, const StageItemSchema& schema, Id pipeline, Id stage, Id id, const StageItem& item, size_t position) {
  batch.Set(id, "pipeline", pipeline);
  batch.Set(id, "stage", stage);
  batch.Set(id, "position", static_cast<int64_t>(position));
  batch.SetChoice(id, "kind", NameOf(item.kind));
  batch.Set(id, "name", item.name);
  batch.Set(id, "condition", TextOrNull(item.condition));
  batch.Set(id, "mandatory", item.mandatory);
  batch.Set(id, "evidence", TextOrNull(item.evidence));
  batch.Set(id, "archived", item.archived);
  if (schema.by != nullptr) batch.Set(id, "by", TextOrNull(item.by));
  if (schema.at != nullptr) batch.Set(id, "at", TextOrNull(item.at));
  SetLabel(batch, id, schema.label_en, item.labels, "en");
  SetLabel(batch, id, schema.label_zh, item.labels, "zh");
}

Status LoadStageItems(const Snapshot& snapshot, const StageItemSchema& schema, Pipeline& pipeline) {
  if (schema.type == nullptr) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        snapshot.ScanIndex(*schema.type, *schema.by_stage, {.equal = {Value(pipeline.id)}}));
  std::map<Id, std::vector<StageItem>> by_stage;
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    by_stage[view.GetRef(schema.stage)].push_back(ReadStageItem(schema, view));
  }
  for (Stage& stage : pipeline.stages) {
    if (const auto found = by_stage.find(stage.id); found != by_stage.end()) stage.items = std::move(found->second);
  }
  return cursor->status();
}

Id CompleteStep(Batch& batch, Id record, std::string_view step_path, const CompletionOptions& options) {
  const Id step = batch.Existing(kStageItemType, {std::string(kStageItemSystem), std::string(step_path)});
  const Id completion = batch.Create(kCompletionType);
  batch.Set(completion, "record", record);
  batch.Set(completion, "step", step);
  if (!options.evidence.is_null()) batch.Set(completion, "evidence", options.evidence);
  if (options.at.has_value()) batch.Set(completion, "at", *options.at);
  if (!options.note.empty()) batch.Set(completion, "note", options.note);
  return completion;
}

}  // namespace kith::model
