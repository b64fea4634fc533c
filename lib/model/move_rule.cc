// The rule "moves": a move is the truth; the fields of the record it moves follow from it.
//
// Per record it looks at the moves as the batch leaves them. At the time of each that came, went or changed, and of those after it, it
// asserts the stage that holds from there on, effective at that time; what holds already is no change to the engine. So creations,
// backdated moves, corrections and deletions are one case.
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

using catalog::FieldDef;

struct StageInfo {
  Id pipeline;
  std::string name;
  StageKind kind = StageKind::kOpen;
  bool archived = false;
};

// What a record's fields show after its moves up to some time.
struct Standing {
  Id stage;
  Id pipeline;
  std::optional<Time> closed_at;
};

Id RefOf(const Value& value) {
  const Id* id = value.get_if<Id>();
  return id == nullptr ? Id() : *id;
}

Value RefValue(Id id) { return id.is_null() ? Value() : Value(id); }

Money MoneyOf(const Value& value) {
  const Money* money = value.get_if<Money>();
  return money == nullptr ? Money() : *money;
}

Value GroupValue(uint64_t group) { return group == 0 ? Value() : Value(static_cast<int64_t>(group)); }

// One call of the rule.
class Run {
 public:
  Run(RuleContext& context, const Schema& schema) : context_(context), schema_(schema), moves_(schema.move) {}

  Status Do() {
    Collect();
    if (settle_.empty() && amount_changed_.empty() && owner_changed_.empty()) return absl::OkStatus();
    for (const Draft* draft : context_.touched(moves_.type->number)) {
      touched_.insert(draft->id());
      if (!draft->deleted()) live_[RefOf(draft->Get(moves_.record))].push_back(draft);
    }
    for (Id record : settle_) KITH_RETURN_IF_ERROR(Settle(record));
    for (const Draft* draft : amount_changed_) KITH_RETURN_IF_ERROR(FollowAmount(*draft));
    for (const Draft* draft : owner_changed_) KITH_RETURN_IF_ERROR(HandOver(*draft));
    return absl::OkStatus();
  }

 private:
  // A move of the record after the batch; `draft` when the batch touches it.
  struct Item {
    MoveEntry entry;
    const Draft* draft = nullptr;
  };

  void Collect();
  // False for what this rule itself wrote in an earlier round. What another replica wrote has to be fitted to the moves here.
  [[nodiscard]] bool IsNews(const Draft& move) const;
  Status Settle(Id record);
  [[nodiscard]] Status CheckGone(Id record) const;
  StatusOr<std::vector<MoveEntry>> Former(const Draft& record);
  StatusOr<std::vector<Item>> Present(const Draft& record, const std::vector<MoveEntry>& former);
  StatusOr<MoveEntry> EntryOf(const Draft& move) const;
  Status Check(const Draft& move, const MoveEntry& entry, Id from, const Draft& record);
  void Complete(const Draft& record, MoveEntry& entry) const;
  Status Write(const Item& item, Id from);
  Status SetIf(const Draft& move, size_t field, const Value& value);
  Status Assert(const Draft& record, const std::vector<MoveEntry>& former, const std::vector<MoveEntry>& present);
  Status SetStanding(Id record, const PipelinedRoles& roles, const Standing& standing, std::optional<Time> effective);
  StatusOr<Standing> StandingAt(const std::vector<MoveEntry>& moves, Time at);
  StatusOr<const StageInfo*> StageOf(Id stage);
  Status FollowAmount(const Draft& record);
  Status HandOver(const Draft& record);

  RuleContext& context_;
  const Schema& schema_;
  const MoveSchema& moves_;
  std::set<Id> settle_;  // records whose moves changed
  std::vector<const Draft*> amount_changed_;
  std::vector<const Draft*> owner_changed_;
  std::set<Id> touched_;                           // moves
  std::map<Id, std::vector<const Draft*>> live_;   // moves of the batch by record, deleted ones left out
  std::map<Id, std::optional<StageInfo>> stages_;  // nothing: not a stage
};

bool Run::IsNews(const Draft& move) const {
  if (move.deleted()) return true;
  if (move.created()) return context_.settling() || move.Get(moves_.pipeline).is_null();
  const MoveEntry before = ReadMove(moves_, move.before());
  return RefOf(move.Get(moves_.record)) != before.record || RefOf(move.Get(moves_.to)) != before.to ||
         move.Get(moves_.at) != Value(before.at) || move.Get(moves_.cause) != move.before().Get(moves_.cause);
}

void Run::Collect() {
  for (const Draft* draft : context_.changed()) {
    if (draft->type().number == moves_.type->number) {
      if (!IsNews(*draft)) continue;
      if (!draft->deleted()) settle_.insert(RefOf(draft->Get(moves_.record)));
      if (!draft->before().is_null()) settle_.insert(draft->before().GetRef(moves_.record));
    } else if (!draft->created() && !draft->deleted()) {
      const std::optional<PipelinedRoles> roles = PipelinedRoles::Of(draft->type());
      if (!roles.has_value()) continue;
      if (roles->amount != nullptr && draft->Changed(static_cast<int32_t>(roles->amount->position))) amount_changed_.push_back(draft);
      if (draft->Changed(catalog::kHeaderOwner)) owner_changed_.push_back(draft);
    }
  }
}

StatusOr<const StageInfo*> Run::StageOf(Id stage) {
  const auto known = stages_.find(stage);
  if (known != stages_.end()) return known->second.has_value() ? &*known->second : nullptr;
  std::optional<StageInfo>& info = stages_[stage];
  KITH_ASSIGN_OR_RETURN(const Draft* draft, context_.Find(stage));
  if (draft == nullptr || draft->type().number != schema_.stage.type->number) return nullptr;
  const StageSchema& s = schema_.stage;
  info.emplace();
  info->pipeline = RefOf(draft->Get(s.pipeline));
  if (const std::string* name = draft->Get(s.name).get_if<std::string>(); name != nullptr) info->name = *name;
  if (const Choice* kind = draft->Get(s.kind).get_if<Choice>(); kind != nullptr) info->kind = KindOfStage(schema_, kind->number);
  info->archived = draft->Get(s.archived) == Value(true);
  return &*info;
}

StatusOr<MoveEntry> Run::EntryOf(const Draft& move) const {
  MoveEntry entry;
  entry.id = move.id();
  entry.record = RefOf(move.Get(moves_.record));
  entry.pipeline = RefOf(move.Get(moves_.pipeline));
  entry.from = RefOf(move.Get(moves_.from));
  entry.to = RefOf(move.Get(moves_.to));
  const Time* at = move.Get(moves_.at).get_if<Time>();
  entry.at = at != nullptr ? *at : move.created() ? move.effective() : context_.now();
  const Choice* cause = move.Get(moves_.cause).get_if<Choice>();
  entry.cause = cause == nullptr ? MoveCause::kManual : CauseOf(moves_, cause->number);
  entry.owner = RefOf(move.Get(moves_.owner));
  entry.segment = GroupOf(move.Get(moves_.segment));
  entry.source = GroupOf(move.Get(moves_.source));
  entry.amount = MoneyOf(move.Get(moves_.amount));
  if (entry.at <= context_.now()) return entry;
  return MakeError({.reason = Reason::kEffectiveInFuture,
                    .type = moves_.type->name,
                    .record = entry.record,
                    .field = moves_.Field(moves_.at).name,
                    .value = ToText(entry.at),
                    .hint = "record a move when it has happened"},
                   "a move lies in the future");
}

Status Run::Check(const Draft& move, const MoveEntry& entry, Id from, const Draft& record) {
  if (entry.to.is_null()) {
    return MakeError(
        {.reason = Reason::kRequired, .type = moves_.type->name, .record = entry.record, .field = moves_.Field(moves_.to).name},
        "a move names the stage it goes to");
  }
  KITH_ASSIGN_OR_RETURN(const StageInfo* stage, StageOf(entry.to));
  if (stage == nullptr) {
    return MakeError({.reason = Reason::kUnknownStage,
                      .type = record.type().name,
                      .record = entry.record,
                      .field = moves_.Field(moves_.to).name,
                      .value = std::to_string(entry.to.value())},
                     "no such stage");
  }
  KITH_ASSIGN_OR_RETURN(const Draft* pipeline, context_.Find(stage->pipeline));
  if (pipeline == nullptr) return MakeError({.reason = Reason::kUnknownPipeline, .value = stage->name}, "the stage has no pipeline");
  const Value& name = pipeline->Get(schema_.pipeline.name);
  const Value& for_type = pipeline->Get(schema_.pipeline.for_type);
  if (for_type != Value(record.type().name)) {
    return MakeError({.reason = Reason::kUnknownPipeline,
                      .type = record.type().name,
                      .record = record.id(),
                      .value = ToText(name),
                      .hint = "the pipeline is for records of type " + ToText(for_type)},
                     "the type has no such pipeline");
  }
  // What is in an archived stage may be put right there and change hands.
  const bool stays = from == entry.to || (!move.created() && !move.Changed(static_cast<int32_t>(moves_.to)));
  if (!stage->archived || stays) return absl::OkStatus();
  return MakeError({.reason = Reason::kStageArchived,
                    .type = record.type().name,
                    .record = record.id(),
                    .value = StagePath(name.get<std::string>(), stage->name),
                    .hint = "move to another stage, or take the archived mark off"},
                   "the stage is archived");
}

// What a new move takes from the record it moves.
void Run::Complete(const Draft& record, MoveEntry& entry) const {
  const std::optional<PipelinedRoles> roles = PipelinedRoles::Of(record.type());
  const auto role = [&](const FieldDef* field) { return field == nullptr ? Value() : record.Get(field->position); };
  if (entry.owner.is_null()) entry.owner = Id(record.header().owner);
  if (entry.segment == 0) entry.segment = GroupOf(role(roles->segment));
  if (entry.source == 0) entry.source = GroupOf(role(roles->source));
  if (entry.amount.currency.is_null()) entry.amount = MoneyOf(role(roles->amount));
}

StatusOr<std::vector<MoveEntry>> Run::Former(const Draft& record) {
  std::vector<MoveEntry> former;
  if (!record.created()) KITH_RETURN_IF_ERROR(LoadMoves(context_, moves_, record.id(), former));
  return former;
}

// The record's moves after the batch, in order.
StatusOr<std::vector<Run::Item>> Run::Present(const Draft& record, const std::vector<MoveEntry>& former) {
  std::vector<Item> items;
  for (const MoveEntry& entry : former) {
    if (touched_.count(entry.id) == 0) items.push_back({entry, nullptr});
  }
  if (const auto live = live_.find(record.id()); live != live_.end()) {
    for (const Draft* move : live->second) {
      KITH_ASSIGN_OR_RETURN(const MoveEntry entry, EntryOf(*move));
      items.push_back({entry, move});
    }
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return Before(a.entry, b.entry); });
  return items;
}

// A deleted record takes its moves with it; a move of one that is not there is refused.
Status Run::CheckGone(Id record) const {
  if (live_.count(record) == 0) return absl::OkStatus();
  const std::string& field = moves_.Field(moves_.record).name;
  if (record.is_null()) {
    return MakeError({.reason = Reason::kRequired, .type = moves_.type->name, .field = field}, "a move names the record it moves");
  }
  return MakeError({.reason = Reason::kReferenceMissing, .type = moves_.type->name, .field = field, .value = ToText(Value(record))},
                   "a move of a record that does not exist");
}

Status Run::Settle(Id record_id) {
  KITH_ASSIGN_OR_RETURN(const Draft* record, context_.Find(record_id));
  if (record == nullptr) return CheckGone(record_id);
  if (!PipelinedRoles::Of(record->type()).has_value()) return NotPipelinedError(context_.catalog(), record->type().name, record_id);
  KITH_ASSIGN_OR_RETURN(const std::vector<MoveEntry> former, Former(*record));
  KITH_ASSIGN_OR_RETURN(std::vector<Item> items, Present(*record, former));
  std::vector<MoveEntry> present;
  for (Item& item : items) {
    const Id from = present.empty() ? Id() : present.back().to;
    if (item.draft != nullptr) {
      KITH_RETURN_IF_ERROR(Check(*item.draft, item.entry, from, *record));
      KITH_ASSIGN_OR_RETURN(const StageInfo* stage, StageOf(item.entry.to));
      item.entry.pipeline = stage->pipeline;
      if (IsNews(*item.draft) && item.draft->created() && !context_.settling()) Complete(*record, item.entry);
    }
    KITH_RETURN_IF_ERROR(Write(item, from));
    present.push_back(item.entry);
  }
  return Assert(*record, former, present);
}

Status Run::SetIf(const Draft& move, size_t field, const Value& value) {
  if (move.Get(field) == value) return absl::OkStatus();
  const std::optional<Time> effective = move.created() ? std::optional<Time>(move.effective()) : std::nullopt;
  return context_.Set(move.id(), moves_.Field(field), value, effective);
}

Status Run::Write(const Item& item, Id from) {
  const MoveEntry& entry = item.entry;
  if (item.draft == nullptr) {
    if (entry.from == from) return absl::OkStatus();
    return context_.Set(entry.id, moves_.Field(moves_.from), RefValue(from));
  }
  const Draft& move = *item.draft;
  KITH_RETURN_IF_ERROR(SetIf(move, moves_.from, RefValue(from)));
  KITH_RETURN_IF_ERROR(SetIf(move, moves_.pipeline, RefValue(entry.pipeline)));
  KITH_RETURN_IF_ERROR(SetIf(move, moves_.at, Value(entry.at)));
  if (!move.created()) return absl::OkStatus();
  if (move.Get(moves_.cause).is_null()) KITH_RETURN_IF_ERROR(SetIf(move, moves_.cause, ChoiceOf(moves_, entry.cause)));
  KITH_RETURN_IF_ERROR(SetIf(move, moves_.owner, RefValue(entry.owner)));
  KITH_RETURN_IF_ERROR(SetIf(move, moves_.segment, GroupValue(entry.segment)));
  KITH_RETURN_IF_ERROR(SetIf(move, moves_.source, GroupValue(entry.source)));
  return SetIf(move, moves_.amount, entry.amount.currency.is_null() ? Value() : Value(entry.amount));
}

StatusOr<Standing> Run::StandingAt(const std::vector<MoveEntry>& moves, Time at) {
  size_t count = 0;
  while (count < moves.size() && moves[count].at <= at) ++count;
  Standing standing;
  if (count == 0) return standing;
  standing.stage = moves[count - 1].to;
  standing.pipeline = moves[count - 1].pipeline;
  // A migration from one closed stage to another is no new closing.
  for (size_t i = count; i > 0; --i) {
    KITH_ASSIGN_OR_RETURN(const StageInfo* stage, StageOf(moves[i - 1].to));
    if (stage == nullptr || stage->kind == StageKind::kOpen) break;
    standing.closed_at = moves[i - 1].at;
    if (moves[i - 1].cause != MoveCause::kMigration) break;
  }
  return standing;
}

Status Run::SetStanding(Id record, const PipelinedRoles& roles, const Standing& standing, std::optional<Time> effective) {
  KITH_RETURN_IF_ERROR(context_.Set(record, *roles.stage, RefValue(standing.stage), effective));
  KITH_RETURN_IF_ERROR(context_.Set(record, *roles.pipeline, RefValue(standing.pipeline), effective));
  if (roles.closed_at == nullptr) return absl::OkStatus();
  return context_.Set(record, *roles.closed_at, standing.closed_at.has_value() ? Value(*standing.closed_at) : Value(), effective);
}

// Both lists in order.
Status Run::Assert(const Draft& record, const std::vector<MoveEntry>& former, const std::vector<MoveEntry>& present) {
  // A record has no values before it was created: what happened then is what it was created with.
  const Time created{record.header().created};
  std::set<Time> times;
  for (const std::vector<MoveEntry>* moves : {&former, &present}) {
    for (const MoveEntry& move : *moves) {
      if (touched_.count(move.id) != 0) times.insert(std::max(move.at, created));
    }
  }
  if (times.empty()) return absl::OkStatus();
  // Later moves to the stage the record was in already asserted nothing; now they may have to.
  for (const MoveEntry& move : present) {
    if (move.at > *times.begin()) times.insert(move.at);
  }
  const std::optional<PipelinedRoles> roles = PipelinedRoles::Of(record.type());
  for (Time time : times) {
    KITH_ASSIGN_OR_RETURN(const Standing standing, StandingAt(present, time));
    KITH_RETURN_IF_ERROR(SetStanding(record.id(), *roles, standing, time));
  }
  // A move that was taken back left its time in the record's history: what is asserted before that time would not show.
  KITH_ASSIGN_OR_RETURN(const Standing last, StandingAt(present, kTimeMax));
  const bool shown = RefOf(record.Get(roles->stage->position)) == last.stage &&
                     RefOf(record.Get(roles->pipeline->position)) == last.pipeline &&
                     (roles->closed_at == nullptr ||
                      record.Get(roles->closed_at->position) == (last.closed_at.has_value() ? Value(*last.closed_at) : Value()));
  return shown ? absl::OkStatus() : SetStanding(record.id(), *roles, last, std::nullopt);
}

// The move that won a deal keeps what was won, also when the amount is put right later.
Status Run::FollowAmount(const Draft& record) {
  const std::optional<PipelinedRoles> roles = PipelinedRoles::Of(record.type());
  KITH_ASSIGN_OR_RETURN(const std::vector<MoveEntry> former, Former(record));
  KITH_ASSIGN_OR_RETURN(const std::vector<Item> items, Present(record, former));
  if (items.empty()) return absl::OkStatus();
  const Item& last = items.back();
  const bool new_move = last.draft != nullptr && last.draft->created();  // has the amount from here, or one of its own
  KITH_ASSIGN_OR_RETURN(const StageInfo* stage, StageOf(last.entry.to));
  if (new_move || stage == nullptr || stage->kind != StageKind::kWon) return absl::OkStatus();
  const Value& amount = record.Get(roles->amount->position);
  if (last.entry.amount == MoneyOf(amount)) return absl::OkStatus();
  return context_.Set(last.entry.id, moves_.Field(moves_.amount), amount);
}

// A new owner of an open record holds it from now on: a move to the stage it is in, so that statistics know.
Status Run::HandOver(const Draft& record) {
  KITH_ASSIGN_OR_RETURN(const std::vector<MoveEntry> former, Former(record));
  KITH_ASSIGN_OR_RETURN(const std::vector<Item> items, Present(record, former));
  if (items.empty()) return absl::OkStatus();
  const Item& last = items.back();
  const bool new_move = last.draft != nullptr && last.draft->created();
  if (new_move || last.entry.owner == Id(record.header().owner)) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const StageInfo* stage, StageOf(last.entry.to));
  if (stage == nullptr || stage->kind != StageKind::kOpen) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const Id move, context_.Create(*moves_.type));
  KITH_RETURN_IF_ERROR(context_.Set(move, moves_.Field(moves_.record), Value(record.id())));
  KITH_RETURN_IF_ERROR(context_.Set(move, moves_.Field(moves_.to), Value(last.entry.to)));
  return context_.Set(move, moves_.Field(moves_.cause), ChoiceOf(moves_, MoveCause::kEvent));
}

class Moves : public Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "moves"; }
  [[nodiscard]] bool settles() const override { return true; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    const std::optional<Schema> schema = Schema::Of(context.catalog());
    return schema.has_value() ? model::Run(context, *schema).Do() : absl::OkStatus();
  }
};

}  // namespace

const Rule& MovesRule() {
  static const Moves kRule;
  return kRule;
}

}  // namespace kith::model
