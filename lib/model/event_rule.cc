// The rule "events": a record that says what happened takes the one that it is about to the stage where that leads.
//
// Events are items of stages. One happens when a record of its type comes to meet its condition, or comes to refer to another record. The
// move is made at the time of the event unless the record was there or further by then, or closed, or in another pipeline. Whatever order
// events are recorded in, the moves are the same: an earlier one that comes later takes back those that it makes steps back.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kith/query/calendar.h"
#include "model/extensions_internal.h"
#include "model/fields_internal.h"
#include "model/guard_internal.h"
#include "model/path_internal.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

using catalog::TypeDef;

struct Event {
  StageItem item;
  Stage stage;
  Id pipeline;
  bool parallel = false;
  std::string for_type;
  EventFields fields;
  std::optional<expr::Program> condition;
};

// A move of the record that an event is about, as the batch leaves it.
struct Made {
  Id id;
  Id to;
  Time at;
  int64_t event = 0;  // id of the record that made it; 0: somebody did
};

// One call of the rule.
class EventsRun {
 public:
  EventsRun(RuleContext& context, const Schema& schema) : context_(context), schema_(schema), records_(context), evaluator_(&records_) {}

  Status Do() {
    for (const Draft* draft : context_.changed()) {
      if (draft->deleted()) continue;
      KITH_ASSIGN_OR_RETURN(const std::vector<Event>* events, EventsOf(draft->type()));
      for (const Event& event : *events) {
        KITH_ASSIGN_OR_RETURN(const bool happened, Happened(*draft, event));
        if (happened) KITH_RETURN_IF_ERROR(Enter(*draft, event));
      }
    }
    return absl::OkStatus();
  }

 private:
  StatusOr<const std::vector<Event>*> EventsOf(const TypeDef& type);
  StatusOr<std::optional<Event>> EventOf(const TypeDef& type, record::View item);
  StatusOr<std::optional<Stage>> StageOf(Id id, Id& pipeline);
  StatusOr<bool> Holds(const Event& event, record::View view);
  StatusOr<bool> Happened(const Draft& draft, const Event& event);
  [[nodiscard]] StatusOr<Time> TimeOf(const Draft& draft, const Event& event) const;
  StatusOr<std::vector<Made>> MovesOf(const Draft& record);
  StatusOr<bool> IsOnTrack(const Event& event, Id pipeline);
  Status Enter(const Draft& draft, const Event& event);
  // The record was in `from`: the event leads on from there.
  StatusOr<bool> LeadsOn(Id from, const Stage& to, Id pipeline);
  Status TakeBack(const Event& event, const std::vector<Made>& later);

  RuleContext& context_;
  const Schema& schema_;
  RecordsInWrite records_;
  expr::Evaluator evaluator_;
  std::map<TypeNumber, std::vector<Event>> events_;
};

// As they stood before the batch, in the order of stages.
StatusOr<const std::vector<Event>*> EventsRun::EventsOf(const TypeDef& type) {
  const auto [at, is_new] = events_.try_emplace(type.number);
  if (!is_new) return &at->second;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        context_.ScanIndex(*schema_.item.type, *schema_.item.by_evidence, {.equal = {Value(type.name)}}));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    KITH_ASSIGN_OR_RETURN(std::optional<Event> event, EventOf(type, view));
    if (event.has_value()) at->second.push_back(*std::move(event));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  std::sort(at->second.begin(), at->second.end(), [](const Event& a, const Event& b) {
    return std::tie(a.pipeline, a.stage.position, a.item.id) < std::tie(b.pipeline, b.stage.position, b.item.id);
  });
  return &at->second;
}

// Nothing for what is no event, is archived, or is not fit for the catalog any more.
StatusOr<std::optional<Event>> EventsRun::EventOf(const TypeDef& type, record::View view) {
  Event event;
  event.item = ReadStageItem(schema_.item, view);
  if (event.item.kind != StageItemKind::kEvent || event.item.archived) return std::nullopt;
  KITH_ASSIGN_OR_RETURN(std::optional<Stage> stage, StageOf(view.GetRef(schema_.item.stage), event.pipeline));
  KITH_ASSIGN_OR_RETURN(const Draft* pipeline, context_.Find(event.pipeline));
  if (!stage.has_value() || stage->archived || pipeline == nullptr) return std::nullopt;
  event.stage = *std::move(stage);
  KITH_ASSIGN_OR_RETURN(const record::View definition, pipeline->view());
  const Pipeline read = ReadPipelineRecord(schema_, definition);
  event.parallel = read.parallel;
  event.for_type = read.for_type;
  const StatusOr<EventFields> fields = FieldsOfEvent(type, event.item, event.for_type);
  if (!fields.ok()) return std::nullopt;
  event.fields = *fields;
  if (event.item.condition.empty()) return event;
  StatusOr<expr::Program> condition = CompileItem(context_.catalog(), type, event.item.condition);
  if (!condition.ok()) return std::nullopt;
  event.condition = *std::move(condition);
  return event;
}

StatusOr<std::optional<Stage>> EventsRun::StageOf(Id id, Id& pipeline) {
  KITH_ASSIGN_OR_RETURN(const Draft* draft, context_.Find(id));
  if (draft == nullptr || draft->type().number != schema_.stage.type->number) return std::nullopt;
  pipeline = RefOf(draft->Get(schema_.stage.pipeline));
  KITH_ASSIGN_OR_RETURN(const record::View view, draft->view());
  return ReadStageRecord(schema_, view);
}

StatusOr<bool> EventsRun::Holds(const Event& event, record::View view) {
  if (!event.condition.has_value()) return true;
  const expr::Match match = evaluator_.Test(*event.condition, view);
  KITH_RETURN_IF_ERROR(records_.status());
  return match == expr::Match::kYes;
}

StatusOr<bool> EventsRun::Happened(const Draft& draft, const Event& event) {
  if (RefOf(draft.Get(event.fields.by->position)).is_null()) return false;
  KITH_ASSIGN_OR_RETURN(const record::View view, draft.view());
  KITH_ASSIGN_OR_RETURN(const bool holds, Holds(event, view));
  if (!holds || draft.created() || draft.Changed(static_cast<int32_t>(event.fields.by->position))) return holds;
  KITH_ASSIGN_OR_RETURN(const bool held, Holds(event, draft.before()));
  return !held;
}

// A date is that day's moment of the change, where it is that day, else its first.
StatusOr<Time> EventsRun::TimeOf(const Draft& draft, const Event& event) const {
  const Time changed = draft.effective();
  if (event.fields.at == nullptr) return changed;
  const Value& value = draft.Get(event.fields.at->position);
  Time at = changed;
  if (const Time* time = value.get_if<Time>(); time != nullptr) at = *time;
  if (const Date* date = value.get_if<Date>(); date != nullptr) {
    KITH_ASSIGN_OR_RETURN(const query::Days days, query::Days::Of(context_));
    at = days.DateOf(changed) == *date ? changed : days.StartOf(*date);
  }
  return std::min(at, context_.now());
}

// In the order in which they count.
StatusOr<std::vector<Made>> EventsRun::MovesOf(const Draft& record) {
  const MoveSchema& s = schema_.move;
  std::vector<Made> moves;
  std::set<Id> touched;
  for (const Draft* move : context_.touched(s.type->number)) {
    touched.insert(move->id());
    if (move->deleted() || RefOf(move->Get(s.record)) != record.id()) continue;
    const Time* at = move->Get(s.at).get_if<Time>();
    const int64_t* event = move->Get(s.event->position).get_if<int64_t>();
    moves.push_back({move->id(), RefOf(move->Get(s.to)), at == nullptr ? move->effective() : *at, event == nullptr ? 0 : *event});
  }
  if (!record.created()) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                          context_.ScanIndex(*s.type, *s.by_record, {.equal = {Value(record.id())}}));
    while (cursor->Next()) {
      if (touched.count(cursor->id()) != 0) continue;
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      moves.push_back({view.id(), view.GetRef(s.to), Time{view.GetInt(s.at)}, view.GetInt(s.event->position)});
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  std::sort(moves.begin(), moves.end(), [](const Made& a, const Made& b) { return std::tie(a.at, a.id) < std::tie(b.at, b.id); });
  return moves;
}

StatusOr<bool> EventsRun::IsOnTrack(const Event& event, Id pipeline) {
  if (pipeline == event.pipeline) return true;
  if (event.parallel) return false;
  KITH_ASSIGN_OR_RETURN(const Draft* draft, context_.Find(pipeline));
  return draft != nullptr && draft->Get(schema_.pipeline.parallel->position) != Value(true);
}

StatusOr<bool> EventsRun::LeadsOn(Id from, const Stage& to, Id pipeline) {
  if (from.is_null()) return true;
  Id of;
  KITH_ASSIGN_OR_RETURN(const std::optional<Stage> stage, StageOf(from, of));
  return stage.has_value() && of == pipeline && stage->kind == StageKind::kOpen && stage->position < to.position;
}

// What earlier events said before this one was known: moves that it leaves nothing to do.
Status EventsRun::TakeBack(const Event& event, const std::vector<Made>& later) {
  Id at = event.stage.id;
  for (const Made& move : later) {
    if (move.event == 0) return absl::OkStatus();  // somebody decided there
    Id pipeline;
    KITH_ASSIGN_OR_RETURN(const std::optional<Stage> to, StageOf(move.to, pipeline));
    if (!to.has_value() || pipeline != event.pipeline) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const bool leads_on, LeadsOn(at, *to, pipeline));
    if (leads_on) return absl::OkStatus();
    KITH_RETURN_IF_ERROR(context_.Delete(move.id));
  }
  return absl::OkStatus();
}

Status EventsRun::Enter(const Draft& draft, const Event& event) {
  const MoveSchema& s = schema_.move;
  KITH_ASSIGN_OR_RETURN(const Draft* record, context_.Find(RefOf(draft.Get(event.fields.by->position))));
  if (record == nullptr || record->type().name != event.for_type) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const Time at, TimeOf(draft, event));
  const auto source = static_cast<int64_t>(draft.id().value());
  KITH_ASSIGN_OR_RETURN(const std::vector<Made> moves, MovesOf(*record));
  Id from;
  std::vector<Made> later;
  for (const Made& move : moves) {
    if (move.event == source && move.to == event.stage.id) return absl::OkStatus();  // made already
    Id pipeline;
    KITH_RETURN_IF_ERROR(StageOf(move.to, pipeline).status());
    KITH_ASSIGN_OR_RETURN(const bool on_track, IsOnTrack(event, pipeline));
    if (!on_track) continue;
    if (move.at <= at) {
      from = move.to;
    } else {
      later.push_back(move);
    }
  }
  KITH_ASSIGN_OR_RETURN(const bool leads_on, LeadsOn(from, event.stage, event.pipeline));
  if (!leads_on) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const Id move, context_.Create(*s.type));
  KITH_RETURN_IF_ERROR(context_.Set(move, s.Field(s.record), Value(record->id())));
  KITH_RETURN_IF_ERROR(context_.Set(move, s.Field(s.to), Value(event.stage.id)));
  KITH_RETURN_IF_ERROR(context_.Set(move, s.Field(s.at), Value(at)));
  KITH_RETURN_IF_ERROR(context_.Set(move, s.Field(s.cause), ChoiceOf(s, MoveCause::kEvent)));
  KITH_RETURN_IF_ERROR(context_.Set(move, s.Field(s.reason), Value(event.item.name)));
  KITH_RETURN_IF_ERROR(context_.Set(move, *s.event, Value(source)));
  return TakeBack(event, later);
}

class Events final : public Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "events"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    const std::optional<Schema> schema = Schema::Of(context.catalog());
    const bool possible = schema.has_value() && schema->item.type != nullptr && schema->item.by_evidence != nullptr &&
                          schema->move.event != nullptr && schema->pipeline.parallel != nullptr;
    return possible ? EventsRun(context, *schema).Do() : absl::OkStatus();
  }
};

}  // namespace

const Rule& EventsRule() {
  static const Events kRule;
  return kRule;
}

}  // namespace kith::model
