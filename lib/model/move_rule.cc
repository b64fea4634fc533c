// The rule "moves": a move is the truth; the fields of the record it moves follow from it.
//
// Per record it looks at the moves as the batch leaves them. At the time of each that came, went or changed, and of those after it, it
// asserts the stage that holds from there on, effective at that time; what holds already is no change to the engine. So creations,
// backdated moves, corrections and deletions are one case. The moves in a parallel pipeline make a track of their own, which a record of
// type track shows. The latest move of a track is asked for what stages want (guard_internal.h).
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/extensions_internal.h"
#include "model/fields_internal.h"
#include "model/guard_internal.h"
#include "model/path_internal.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

struct StageInfo {
  Id pipeline;
  std::string name;
  StageKind kind = StageKind::kOpen;
  bool archived = false;
};

// What a record's fields show after its moves up to some time; or what a track shows.
struct StageStanding {
  Id stage;
  Id pipeline;
  std::optional<Time> closed_at;
};

// Where a standing shows: in a record's own fields, or in those of its track in a parallel pipeline.
struct StandingFields {
  Id record;
  const FieldDef* stage = nullptr;
  const FieldDef* pipeline = nullptr;   // none on a track: it is about one
  const FieldDef* closed_at = nullptr;  // may be none
};

Value RefValue(Id id) { return id.is_null() ? Value() : Value(id); }

Money MoneyOf(const Value& value) {
  const Money* money = value.get_if<Money>();
  return money == nullptr ? Money() : *money;
}

Value GroupValue(uint64_t group) { return group == 0 ? Value() : Value(static_cast<int64_t>(group)); }

// One call of the rule.
class MovesRun {
 public:
  MovesRun(RuleContext& context, const Schema& schema)
      : context_(context), schema_(schema), moves_(schema.move), asking_(context, schema.item) {}

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
  Status SettleMove(const Draft& record, Item& item, Id from);
  // Writes what is unmet on the move, or refuses it.
  Status Guard(const Draft& record, const Item& item, Id from);
  [[nodiscard]] Status CheckGone(Id record) const;
  StatusOr<std::vector<MoveEntry>> Former(const Draft& record);
  StatusOr<std::vector<Item>> Present(const Draft& record, const std::vector<MoveEntry>& former);
  StatusOr<MoveEntry> EntryOf(const Draft& move) const;
  Status Check(const Draft& move, const MoveEntry& entry, Id from, const Draft& record);
  void Complete(const Draft& record, MoveEntry& entry);
  Status Write(const Item& item, Id from);
  Status SetIf(const Draft& move, size_t field, const Value& value);
  Status Assert(const Draft& record, const std::vector<MoveEntry>& former, const std::vector<MoveEntry>& present);
  Status SetStanding(const StandingFields& shown, const StageStanding& standing, std::optional<Time> effective);
  StatusOr<StageStanding> StandingAt(const std::vector<MoveEntry>& moves, Time at);
  Status AssertOn(const Draft& target, const StandingFields& shown, const std::vector<MoveEntry>& former,
                  const std::vector<MoveEntry>& present);
  Status SettleTrack(const Draft& record, Id pipeline, const std::vector<MoveEntry>& former, const std::vector<MoveEntry>& present);
  StatusOr<std::vector<Id>> TracksOf(const Draft& record, Id pipeline);
  StatusOr<const StageInfo*> StageOf(Id stage);
  // Nothing when the type is not pipelined.
  [[nodiscard]] const std::optional<PipelinedRoles>& RolesOf(const TypeDef& type);
  // The pipeline when it is a parallel one, null for the main track.
  StatusOr<Id> TrackOf(Id pipeline);
  // The last of the items in each track, main first.
  StatusOr<std::vector<const Item*>> Latest(const std::vector<Item>& items);
  Status FollowAmount(const Draft& record);
  Status HandOver(const Draft& record);
  Status HandOverIn(const Draft& record, const Item& last);

  RuleContext& context_;
  const Schema& schema_;
  const MoveSchema& moves_;
  AskingItems asking_;
  std::set<Id> settle_;  // records whose moves changed
  std::vector<const Draft*> amount_changed_;
  std::vector<const Draft*> owner_changed_;
  std::set<Id> touched_;                           // moves
  std::map<Id, std::vector<const Draft*>> live_;   // moves of the batch by record, deleted ones left out
  std::map<Id, std::optional<StageInfo>> stages_;  // nothing: not a stage
  std::map<Id, Id> tracks_;                        // by pipeline
  std::map<TypeNumber, std::optional<PipelinedRoles>> roles_;
};

const std::optional<PipelinedRoles>& MovesRun::RolesOf(const TypeDef& type) {
  const auto [roles, added] = roles_.try_emplace(type.number);
  if (added) roles->second = PipelinedRoles::Of(type);
  return roles->second;
}

bool MovesRun::IsNews(const Draft& move) const {
  if (move.deleted()) return true;
  if (move.created()) return context_.settling() || move.Get(moves_.pipeline).is_null();
  const MoveEntry before = ReadMove(moves_, move.before());
  return RefOf(move.Get(moves_.record)) != before.record || RefOf(move.Get(moves_.to)) != before.to ||
         move.Get(moves_.at) != Value(before.at) || move.Get(moves_.cause) != move.before().Get(moves_.cause);
}

void MovesRun::Collect() {
  for (const Draft* draft : context_.changed()) {
    if (draft->type().number == moves_.type->number) {
      if (!IsNews(*draft)) continue;
      if (!draft->deleted()) settle_.insert(RefOf(draft->Get(moves_.record)));
      if (!draft->before().is_null()) settle_.insert(draft->before().GetRef(moves_.record));
    } else if (!draft->created() && !draft->deleted()) {
      const std::optional<PipelinedRoles>& roles = RolesOf(draft->type());
      if (!roles.has_value()) continue;
      if (roles->amount != nullptr && draft->Changed(static_cast<int32_t>(roles->amount->position))) amount_changed_.push_back(draft);
      if (draft->Changed(catalog::kHeaderOwner)) owner_changed_.push_back(draft);
    }
  }
}

StatusOr<const StageInfo*> MovesRun::StageOf(Id stage) {
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

StatusOr<MoveEntry> MovesRun::EntryOf(const Draft& move) const {
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

Status MovesRun::Check(const Draft& move, const MoveEntry& entry, Id from, const Draft& record) {
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
void MovesRun::Complete(const Draft& record, MoveEntry& entry) {
  const std::optional<PipelinedRoles>& roles = RolesOf(record.type());
  const auto role = [&](const FieldDef* field) { return field == nullptr ? Value() : record.Get(field->position); };
  if (entry.owner.is_null()) entry.owner = Id(record.header().owner);
  if (entry.segment == 0) entry.segment = GroupOf(role(roles->segment));
  if (entry.source == 0) entry.source = GroupOf(role(roles->source));
  if (entry.amount.currency.is_null()) entry.amount = MoneyOf(role(roles->amount));
}

StatusOr<std::vector<MoveEntry>> MovesRun::Former(const Draft& record) {
  std::vector<MoveEntry> former;
  if (!record.created()) KITH_RETURN_IF_ERROR(LoadMoves(context_, moves_, record.id(), former));
  return former;
}

// The record's moves after the batch, in order.
StatusOr<std::vector<MovesRun::Item>> MovesRun::Present(const Draft& record, const std::vector<MoveEntry>& former) {
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
Status MovesRun::CheckGone(Id record) const {
  if (live_.count(record) == 0) return absl::OkStatus();
  const std::string& field = moves_.Field(moves_.record).name;
  if (record.is_null()) {
    return MakeError({.reason = Reason::kRequired, .type = moves_.type->name, .field = field}, "a move names the record it moves");
  }
  return MakeError({.reason = Reason::kReferenceMissing, .type = moves_.type->name, .field = field, .value = ToText(Value(record))},
                   "a move of a record that does not exist");
}

StatusOr<Id> MovesRun::TrackOf(Id pipeline) {
  const auto [known, is_new] = tracks_.try_emplace(pipeline);
  if (!is_new || schema_.pipeline.parallel == nullptr || schema_.track.type == nullptr || pipeline.is_null()) return known->second;
  KITH_ASSIGN_OR_RETURN(const Draft* draft, context_.Find(pipeline));
  if (draft != nullptr && draft->Get(schema_.pipeline.parallel->position) == Value(true)) known->second = pipeline;
  return known->second;
}

Status MovesRun::SettleMove(const Draft& record, Item& item, Id from) {
  KITH_RETURN_IF_ERROR(Check(*item.draft, item.entry, from, record));
  KITH_ASSIGN_OR_RETURN(const StageInfo* stage, StageOf(item.entry.to));
  item.entry.pipeline = stage->pipeline;
  if (IsNews(*item.draft) && item.draft->created() && !context_.settling()) Complete(record, item.entry);
  return absl::OkStatus();
}

// What happened elsewhere, or without anybody's choice, is not asked: it is so.
bool IsGuarded(MoveCause cause) { return cause == MoveCause::kManual || cause == MoveCause::kOverride; }

Status MovesRun::Guard(const Draft& record, const Item& item, Id from) {
  const Draft& move = *item.draft;
  const MoveEntry& entry = item.entry;
  const bool goes = move.created() || move.Changed(static_cast<int32_t>(moves_.to));
  if (context_.settling() || moves_.unmet == nullptr || !goes || from == entry.to || !IsGuarded(entry.cause)) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const std::vector<AskedItem> unmet,
                        UnmetInWrite(context_, schema_, asking_, record, entry.pipeline, from, entry.to));
  const bool override_with_reason = entry.cause == MoveCause::kOverride && !move.Get(moves_.reason).is_null();
  if (!override_with_reason) KITH_RETURN_IF_ERROR(RefuseUnmet(record, unmet));
  TextList names;
  for (const AskedItem& asked : unmet) {
    KITH_ASSIGN_OR_RETURN(const StageInfo* stage, StageOf(asked.stage));
    names.push_back(StagePath(stage->name, asked.item.name));
  }
  return SetIf(move, moves_.unmet->position, names.empty() ? Value() : Value(names));
}

Status MovesRun::Settle(Id record_id) {
  KITH_ASSIGN_OR_RETURN(const Draft* record, context_.Find(record_id));
  if (record == nullptr) return CheckGone(record_id);
  if (!RolesOf(record->type()).has_value()) return NotPipelinedError(context_.catalog(), record->type().name, record_id);
  KITH_ASSIGN_OR_RETURN(const std::vector<MoveEntry> former, Former(*record));
  KITH_ASSIGN_OR_RETURN(std::vector<Item> items, Present(*record, former));
  struct TrackMoves {
    std::vector<MoveEntry> former, present;
    const Item* last = nullptr;
    Id before_last;
  };
  std::map<Id, TrackMoves> tracks;  // null: the main one
  for (const MoveEntry& move : former) {
    KITH_ASSIGN_OR_RETURN(const Id track, TrackOf(move.pipeline));
    tracks[track].former.push_back(move);
  }
  for (Item& item : items) {
    const StageInfo* stage = nullptr;
    if (!item.entry.to.is_null()) {
      KITH_ASSIGN_OR_RETURN(stage, StageOf(item.entry.to));
    }
    KITH_ASSIGN_OR_RETURN(const Id track, TrackOf(stage == nullptr ? item.entry.pipeline : stage->pipeline));
    TrackMoves& moves = tracks[track];
    moves.before_last = moves.present.empty() ? Id() : moves.present.back().to;
    if (item.draft != nullptr) KITH_RETURN_IF_ERROR(SettleMove(*record, item, moves.before_last));
    KITH_RETURN_IF_ERROR(Write(item, moves.before_last));
    moves.present.push_back(item.entry);
    moves.last = &item;
  }
  for (const auto& [track, moves] : tracks) {
    if (moves.last != nullptr && moves.last->draft != nullptr) KITH_RETURN_IF_ERROR(Guard(*record, *moves.last, moves.before_last));
    KITH_RETURN_IF_ERROR(track.is_null() ? Assert(*record, moves.former, moves.present)
                                         : SettleTrack(*record, track, moves.former, moves.present));
  }
  return absl::OkStatus();
}

Status MovesRun::SetIf(const Draft& move, size_t field, const Value& value) {
  if (move.Get(field) == value) return absl::OkStatus();
  const std::optional<Time> effective = move.created() ? std::optional<Time>(move.effective()) : std::nullopt;
  return context_.Set(move.id(), moves_.Field(field), value, effective);
}

Status MovesRun::Write(const Item& item, Id from) {
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

StatusOr<StageStanding> MovesRun::StandingAt(const std::vector<MoveEntry>& moves, Time at) {
  size_t count = 0;
  while (count < moves.size() && moves[count].at <= at) ++count;
  StageStanding standing;
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

Status MovesRun::SetStanding(const StandingFields& shown, const StageStanding& standing, std::optional<Time> effective) {
  KITH_RETURN_IF_ERROR(context_.Set(shown.record, *shown.stage, RefValue(standing.stage), effective));
  if (shown.pipeline != nullptr) KITH_RETURN_IF_ERROR(context_.Set(shown.record, *shown.pipeline, RefValue(standing.pipeline), effective));
  if (shown.closed_at == nullptr) return absl::OkStatus();
  return context_.Set(shown.record, *shown.closed_at, standing.closed_at.has_value() ? Value(*standing.closed_at) : Value(), effective);
}

Status MovesRun::Assert(const Draft& record, const std::vector<MoveEntry>& former, const std::vector<MoveEntry>& present) {
  const std::optional<PipelinedRoles>& roles = RolesOf(record.type());
  return AssertOn(record, {record.id(), roles->stage, roles->pipeline, roles->closed_at}, former, present);
}

// Both lists in order.
Status MovesRun::AssertOn(const Draft& target, const StandingFields& shown, const std::vector<MoveEntry>& former,
                          const std::vector<MoveEntry>& present) {
  // A record has no values before it was created: what happened then is what it was created with.
  const Time created{target.header().created};
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
  for (Time time : times) {
    KITH_ASSIGN_OR_RETURN(const StageStanding standing, StandingAt(present, time));
    KITH_RETURN_IF_ERROR(SetStanding(shown, standing, time));
  }
  // A move that was taken back left its time in the record's history: what is asserted before that time would not show.
  KITH_ASSIGN_OR_RETURN(const StageStanding last, StandingAt(present, kTimeMax));
  const Value closed_at = last.closed_at.has_value() ? Value(*last.closed_at) : Value();
  const bool shows = RefOf(target.Get(shown.stage->position)) == last.stage &&
                     (shown.pipeline == nullptr || RefOf(target.Get(shown.pipeline->position)) == last.pipeline) &&
                     (shown.closed_at == nullptr || target.Get(shown.closed_at->position) == closed_at);
  return shows ? absl::OkStatus() : SetStanding(shown, last, std::nullopt);
}

// The track records of a record in a pipeline, by id. More than one come from replicas that each began the track.
StatusOr<std::vector<Id>> MovesRun::TracksOf(const Draft& record, Id pipeline) {
  const TrackSchema& s = schema_.track;
  std::set<Id> touched;
  std::set<Id> found;
  for (const Draft* draft : context_.touched(s.type->number)) {
    touched.insert(draft->id());
    if (draft->deleted() || RefOf(draft->Get(s.record)) != record.id() || RefOf(draft->Get(s.pipeline)) != pipeline) continue;
    found.insert(draft->id());
  }
  if (!record.created()) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                          context_.ScanIndex(*s.type, *s.by_record, {.equal = {Value(record.id()), Value(pipeline)}}));
    while (cursor->Next()) {
      if (touched.count(cursor->id()) == 0) found.insert(cursor->id());
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  return std::vector<Id>(found.begin(), found.end());
}

Status MovesRun::SettleTrack(const Draft& record, Id pipeline, const std::vector<MoveEntry>& former,
                             const std::vector<MoveEntry>& present) {
  const TrackSchema& s = schema_.track;
  KITH_ASSIGN_OR_RETURN(std::vector<Id> tracks, TracksOf(record, pipeline));
  const size_t kept = present.empty() ? 0 : 1;
  for (size_t i = kept; i < tracks.size(); ++i) KITH_RETURN_IF_ERROR(context_.Delete(tracks[i]));
  if (present.empty()) return absl::OkStatus();
  if (tracks.empty()) {
    // It exists from its first move on, as the record does from its creation.
    const Time from = std::max(present.front().at, Time{record.header().created});
    KITH_ASSIGN_OR_RETURN(tracks.emplace_back(), context_.Create(*s.type, from));
    KITH_RETURN_IF_ERROR(context_.Set(tracks.front(), s.Field(s.record), Value(record.id()), from));
    KITH_RETURN_IF_ERROR(context_.Set(tracks.front(), s.Field(s.pipeline), Value(pipeline), from));
  }
  KITH_ASSIGN_OR_RETURN(const Draft* track, context_.Find(tracks.front()));
  return AssertOn(*track, {tracks.front(), &s.Field(s.stage), nullptr, &s.Field(s.closed_at)}, former, present);
}

StatusOr<std::vector<const MovesRun::Item*>> MovesRun::Latest(const std::vector<Item>& items) {
  std::map<Id, const Item*> latest;
  for (const Item& item : items) {
    KITH_ASSIGN_OR_RETURN(const Id track, TrackOf(item.entry.pipeline));
    latest[track] = &item;
  }
  std::vector<const Item*> list;
  list.reserve(latest.size());
  for (const auto& [track, item] : latest) list.push_back(item);
  return list;
}

// The move that won a deal keeps what was won, also when the amount is put right later.
Status MovesRun::FollowAmount(const Draft& record) {
  const std::optional<PipelinedRoles>& roles = RolesOf(record.type());
  KITH_ASSIGN_OR_RETURN(const std::vector<MoveEntry> former, Former(record));
  KITH_ASSIGN_OR_RETURN(const std::vector<Item> items, Present(record, former));
  KITH_ASSIGN_OR_RETURN(const std::vector<const Item*> latest, Latest(items));
  const Value& amount = record.Get(roles->amount->position);
  for (const Item* last : latest) {
    const bool new_move = last->draft != nullptr && last->draft->created();  // has the amount from here, or one of its own
    KITH_ASSIGN_OR_RETURN(const StageInfo* stage, StageOf(last->entry.to));
    if (new_move || stage == nullptr || stage->kind != StageKind::kWon || last->entry.amount == MoneyOf(amount)) continue;
    KITH_RETURN_IF_ERROR(context_.Set(last->entry.id, moves_.Field(moves_.amount), amount));
  }
  return absl::OkStatus();
}

// A new owner of an open record holds it from now on: a move to the stage it is in, so that statistics know.
Status MovesRun::HandOver(const Draft& record) {
  KITH_ASSIGN_OR_RETURN(const std::vector<MoveEntry> former, Former(record));
  KITH_ASSIGN_OR_RETURN(const std::vector<Item> items, Present(record, former));
  KITH_ASSIGN_OR_RETURN(const std::vector<const Item*> latest, Latest(items));
  for (const Item* last : latest) KITH_RETURN_IF_ERROR(HandOverIn(record, *last));
  return absl::OkStatus();
}

Status MovesRun::HandOverIn(const Draft& record, const Item& last) {
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
    return schema.has_value() ? MovesRun(context, *schema).Do() : absl::OkStatus();
  }
};

}  // namespace

const Rule& MovesRule() {
  static const Moves kRule;
  return kRule;
}

}  // namespace kith::model
