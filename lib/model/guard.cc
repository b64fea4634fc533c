// Guards of stages: which items a move is asked for, and whether a record meets them.
#include <algorithm>
#include <utility>

#include "kith/engine/referring.h"
#include "model/fields_internal.h"
#include "model/guard_internal.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

}  // namespace

// --- records
record::View RecordsInWrite::Get(Id id) {
  const StatusOr<const Draft*> draft = context_.Find(id);
  status_.Update(draft.status());
  return draft.ok() && *draft != nullptr ? ViewOf(**draft) : record::View();
}

record::View RecordsInWrite::ViewOf(const Draft& draft) {
  const StatusOr<record::View> view = draft.view();
  status_.Update(view.status());
  return view.ok() ? *view : record::View();
}

void RecordsInWrite::ForEachRelated(const TypeDef& type, const FieldDef& field, Id id,
                                    const std::function<bool(const record::View&)>& visit) {
  std::set<Id> touched;
  for (const Draft* draft : context_.touched(type.number)) {
    touched.insert(draft->id());
    if (draft->deleted() || RefOf(draft->Get(field.position)) != id) continue;
    if (const record::View view = ViewOf(*draft); !view.is_null() && !visit(view)) return;
  }
  const IndexDef* index = type.FindIndexLedBy(static_cast<int32_t>(field.position));
  if (index == nullptr) return;
  const StatusOr<std::unique_ptr<RecordCursor>> cursor = context_.ScanIndex(type, *index, {.equal = {Value(id)}});
  status_.Update(cursor.status());
  while (cursor.ok() && (*cursor)->Next()) {
    if (touched.count((*cursor)->id()) != 0) continue;
    const StatusOr<record::View> view = (*cursor)->record();
    status_.Update(view.status());
    if (!view.ok() || !visit(*view)) return;
  }
  if (cursor.ok()) status_.Update((*cursor)->status());
}

record::View RecordsInSnapshot::Get(Id id) {
  const StatusOr<record::View> view = snapshot_.Get(id);
  if (view.ok()) return *view;
  if (view.status().code() != StatusCode::kNotFound) status_.Update(view.status());
  return {};
}

void RecordsInSnapshot::ForEachRelated(const TypeDef& type, const FieldDef& field, Id id,
                                       const std::function<bool(const record::View&)>& visit) {
  const Status status = ForEachWith(snapshot_, type, field, Value(id),
                                    [&](record::View view) { return visit(view) ? absl::OkStatus() : absl::CancelledError(); });
  if (!absl::IsCancelled(status)) status_.Update(status);  // else it was enough
}

// --- items
StatusOr<expr::Program> CompileItem(const catalog::Catalog& catalog, const TypeDef& type, std::string_view text) {
  expr::Environment names;
  names.catalog = catalog.shared_from_this();
  names.record = &type;
  KITH_ASSIGN_OR_RETURN(expr::Program program, expr::Program::Compile(text, names, expr::TypeKind::kBool));
  for (const expr::Reference& reference : program.references()) {
    if (!reference.back || reference.type->FindIndexLedBy(reference.position) != nullptr) continue;
    return MakeError({.reason = Reason::kExpressionMalformed,
                      .type = reference.type->name,
                      .value = std::string(text),
                      .hint = "declare an index that begins with the reference"},
                     "a condition of a stage would read every record of the type");
  }
  return program;
}

StatusOr<EventFields> FieldsOfEvent(const TypeDef& type, const StageItem& event, std::string_view for_type) {
  const auto refuse = [&](std::string_view field, const std::string& value, std::string_view message, std::string hint) {
    return MakeError({.reason = Reason::kBadOptions,
                      .type = std::string(kStageItemType),
                      .field = std::string(field),
                      .value = value,
                      .hint = std::move(hint)},
                     message);
  };
  EventFields fields;
  fields.by = event.by.empty() ? type.FindRole("money_document", "deal") : type.FindField(event.by);
  const std::string wanted = "name a reference of " + type.name + " to " + std::string(for_type);
  if (fields.by == nullptr || fields.by->kind != Kind::kRef) return refuse("by", event.by, "an event leads to no record", wanted);
  const std::vector<std::string>& to = fields.by->refers_to;
  if (!to.empty() && std::find(to.begin(), to.end(), for_type) == to.end()) {
    return refuse("by", fields.by->name, "an event leads to records of another type", wanted);
  }
  if (event.at.empty()) return fields;
  fields.at = type.FindField(event.at);
  if (fields.at != nullptr && (fields.at->kind == Kind::kTime || fields.at->kind == Kind::kDate)) return fields;
  return refuse("at", event.at, "an event has no such time", "name a time or a date of " + type.name);
}

StatusOr<expr::Match> Questions::Test(std::string_view condition, record::View record, std::string& trouble) {
  const StatusOr<expr::Program> program = CompileItem(catalog_, type_, condition);
  if (!program.ok()) {  // the catalog has changed since it was defined
    trouble = std::string(program.status().message());
    return expr::Match::kNull;
  }
  const expr::Match match = evaluator_.Test(*program, record);
  KITH_RETURN_IF_ERROR(records_.status());
  if (match != expr::Match::kError) return match;
  trouble = std::string(evaluator_.error().message());
  return expr::Match::kNull;
}

StatusOr<std::optional<AskedItem>> Questions::Ask(const StageItem& item, Id stage, record::View record, const Completions& done) {
  if (item.archived) return std::nullopt;
  AskedItem asked;
  asked.item = item;
  asked.stage = stage;
  expr::Match match = expr::Match::kYes;
  if (!item.condition.empty()) {
    KITH_ASSIGN_OR_RETURN(match, Test(item.condition, record, asked.trouble));
  }
  if (item.kind == StageItemKind::kEntry || item.kind == StageItemKind::kExit) {
    asked.met = match == expr::Match::kYes;
    return asked;
  }
  if (match != expr::Match::kYes) return std::nullopt;
  const auto [first, last] = done.equal_range(item.id);
  const auto counts = std::find_if(first, last, [&](const auto& one) { return item.evidence.empty() || !one.second.evidence.is_null(); });
  if (counts == last) return asked;
  asked.met = true;
  asked.completion = counts->second.id;
  asked.evidence = counts->second.evidence;
  return asked;
}

Status Questions::AskAll(const Stage& stage, const std::set<StageItemKind>& kinds, record::View record, const Completions& done,
                         std::vector<AskedItem>& out) {
  for (const StageItem& item : stage.items) {
    if (kinds.count(item.kind) == 0) continue;
    KITH_ASSIGN_OR_RETURN(std::optional<AskedItem> asked, Ask(item, stage.id, record, done));
    if (asked.has_value()) out.push_back(*std::move(asked));
  }
  return absl::OkStatus();
}

bool IsLeftBehind(const Stage& stage, const Stage* from, const Stage& to) {
  if (to.kind == StageKind::kLost || stage.kind != StageKind::kOpen || stage.archived || stage.position >= to.position) return false;
  if (from == nullptr) return !stage.optional;
  return stage.position >= from->position && (stage.id == from->id || !stage.optional);
}

// --- inside a write
namespace {

// One move, being asked.
class AskedMove {
 public:
  AskedMove(RuleContext& context, const Schema& schema, AskingItems& items, const Draft& record, Id pipeline)
      : context_(context), schema_(schema), items_(items), record_(record), pipeline_(pipeline) {}

  StatusOr<std::vector<AskedItem>> Unmet(Id from_id, Id to_id);

 private:
  StatusOr<std::optional<Stage>> StageAt(Id id);
  StatusOr<std::vector<Stage>> LeftBehind(const Stage* from, const Stage& to) const;
  StatusOr<Completions> Done() const;

  RuleContext& context_;
  const Schema& schema_;
  AskingItems& items_;
  const Draft& record_;
  const Id pipeline_;
};

// Nothing for a stage of another pipeline.
StatusOr<std::optional<Stage>> AskedMove::StageAt(Id id) {
  KITH_ASSIGN_OR_RETURN(const Draft* draft, context_.Find(id));
  if (draft == nullptr || RefOf(draft->Get(schema_.stage.pipeline)) != pipeline_) return std::nullopt;
  KITH_ASSIGN_OR_RETURN(const record::View view, draft->view());
  return ReadStageRecord(schema_, view);
}

StatusOr<std::vector<Stage>> AskedMove::LeftBehind(const Stage* from, const Stage& to) const {
  std::vector<Stage> stages;
  if (to.kind == StageKind::kLost || (from != nullptr && from->position >= to.position)) return stages;
  IndexRange range;
  range.equal = {Value(pipeline_)};
  if (from != nullptr) range.low = Value(int64_t{from->position});
  range.high = Value(int64_t{to.position});
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        context_.ScanIndex(*schema_.stage.type, *schema_.stage.by_pipeline, range));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    Stage stage = ReadStageRecord(schema_, view);
    if (IsLeftBehind(stage, from, to)) stages.push_back(std::move(stage));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return stages;
}

StatusOr<Completions> AskedMove::Done() const {
  Completions done;
  const CompletionSchema& s = schema_.completion;
  if (s.type == nullptr) return done;
  std::set<Id> touched;
  for (const Draft* draft : context_.touched(s.type->number)) {
    touched.insert(draft->id());
    if (draft->deleted() || RefOf(draft->Get(s.record)) != record_.id()) continue;
    done.emplace(RefOf(draft->Get(s.step)), Completed{draft->id(), RefOf(draft->Get(s.evidence))});
  }
  if (record_.created()) return done;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        context_.ScanIndex(*s.type, *s.by_record, {.equal = {Value(record_.id())}}));
  while (cursor->Next()) {
    if (touched.count(cursor->id()) != 0) continue;
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    done.emplace(view.GetRef(s.step), Completed{view.id(), view.GetRef(s.evidence)});
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return done;
}

StatusOr<std::vector<AskedItem>> AskedMove::Unmet(Id from_id, Id to_id) {
  std::vector<AskedItem> asked;
  KITH_ASSIGN_OR_RETURN(const AskingItems::ByStage* const items, items_.Of(pipeline_));
  if (items->empty()) return asked;
  KITH_ASSIGN_OR_RETURN(std::optional<Stage> to, StageAt(to_id));
  std::optional<Stage> from;
  if (!from_id.is_null()) {
    KITH_ASSIGN_OR_RETURN(from, StageAt(from_id));
  }
  if (!to.has_value()) return asked;
  KITH_ASSIGN_OR_RETURN(std::vector<Stage> stages, LeftBehind(from.has_value() ? &*from : nullptr, *to));
  stages.push_back(*std::move(to));
  std::erase_if(stages, [&](Stage& stage) {
    if (const auto own = items->find(stage.id); own != items->end()) stage.items = own->second;
    return stage.items.empty() && stage.id != to_id;
  });
  if (stages.size() == 1 && stages.front().items.empty()) return asked;
  KITH_ASSIGN_OR_RETURN(const Completions done, Done());
  KITH_ASSIGN_OR_RETURN(const record::View view, record_.view());
  RecordsInWrite records(context_);
  Questions questions(context_.catalog(), record_.type(), records);
  for (const Stage& stage : stages) {
    const std::set<StageItemKind> entering = {StageItemKind::kEntry};
    KITH_RETURN_IF_ERROR(questions.AskAll(stage, stage.id == to_id ? entering : kOfLeaving, view, done, asked));
  }
  std::erase_if(asked, [](const AskedItem& one) { return one.met; });
  return asked;
}

std::string WhatIsMissing(const AskedItem& asked) {
  if (!asked.trouble.empty()) return "it cannot be asked: " + asked.trouble;
  if (asked.item.kind != StageItemKind::kStep) return "it must hold that " + asked.item.condition;
  if (asked.item.evidence.empty()) return "the step must be done";
  return asked.item.evidence == "*" ? "the step must be done, with a record as evidence"
                                    : "the step must be done, with evidence of type " + asked.item.evidence;
}

}  // namespace

StatusOr<const AskingItems::ByStage*> AskingItems::Of(Id pipeline) {
  const auto [items, added] = pipelines_.try_emplace(pipeline);
  if (!added || schema_.type == nullptr) return &items->second;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        context_.ScanIndex(*schema_.type, *schema_.by_stage, {.equal = {Value(pipeline)}}));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    StageItem item = ReadStageItem(schema_, view);
    if (item.archived || (item.kind != StageItemKind::kEntry && kOfLeaving.count(item.kind) == 0)) continue;
    items->second[view.GetRef(schema_.stage)].push_back(std::move(item));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return &items->second;
}

StatusOr<std::vector<AskedItem>> UnmetInWrite(RuleContext& context, const Schema& schema, AskingItems& items, const Draft& record,
                                              Id pipeline, Id from, Id to) {
  return AskedMove(context, schema, items, record, pipeline).Unmet(from, to);
}

Status RefuseUnmet(const Draft& record, const std::vector<AskedItem>& unmet) {
  std::string others;
  const AskedItem* first = nullptr;
  for (const AskedItem& asked : unmet) {
    if (!asked.item.mandatory) continue;
    if (first == nullptr) {
      first = &asked;
    } else {
      others += (others.empty() ? "; also unmet: " : ", ") + asked.item.name;
    }
  }
  if (first == nullptr) return absl::OkStatus();
  return MakeError({.reason = Reason::kCheckFailed,
                    .type = record.type().name,
                    .record = record.id(),
                    .field = first->item.name,
                    .value = first->item.condition,
                    .hint = WhatIsMissing(*first) + others + "; or move with cause override and a reason"},
                   "a stage asks for what the record does not meet");
}

}  // namespace kith::model
