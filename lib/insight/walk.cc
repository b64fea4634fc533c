// The walk of a pipeline between two moments, and which of its deals want a word.
//
// What is open now is read by the pipeline's index; either moment follows by undoing what differs between it and the moment after it.
#include "kith/insight/walk.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "insight/slips_internal.h"
#include "kith/engine/referring.h"
#include "kith/insight/quota.h"
#include "kith/query/query.h"

namespace kith::insight {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;
using model::StageKind;

constexpr size_t kPage = 4096;

// The fields that a walk reads of a deal; nullptr where the type has no such role or the viewer may not read it.
struct Roles {
  const TypeDef* type = nullptr;
  const FieldDef* stage = nullptr;
  const FieldDef* pipeline = nullptr;
  const FieldDef* amount = nullptr;
  const FieldDef* close_date = nullptr;
  const FieldDef* next_step = nullptr;

  static StatusOr<Roles> Of(const Snapshot& snapshot, const std::string& for_type) {
    Roles roles;
    KITH_ASSIGN_OR_RETURN(roles.type, snapshot.catalog().GetType(for_type));
    const std::pair<std::string_view, const FieldDef**> places[] = {{"stage", &roles.stage},
                                                                    {"pipeline", &roles.pipeline},
                                                                    {"amount", &roles.amount},
                                                                    {"close_date", &roles.close_date},
                                                                    {"next_step", &roles.next_step}};
    for (const auto& [role, place] : places) *place = roles.type->FindRole("pipelined", role);
    for (const FieldDef** place : {&roles.amount, &roles.close_date, &roles.next_step}) {
      if (*place != nullptr && snapshot.IsMasked(*roles.type, static_cast<int32_t>((*place)->position))) *place = nullptr;
    }
    if (roles.stage != nullptr && roles.pipeline != nullptr) return roles;
    return MakeError({.reason = Reason::kNotPipelined, .type = for_type}, "the type has no stages to move through");
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const FieldDef* field : {stage, pipeline, amount, close_date}) {
      if (field != nullptr) names.push_back(field->name);
    }
    return names;
  }
};

// An open deal at a moment.
struct OpenState {
  Money amount;
  std::optional<Date> close_date;
};
using OpenStates = std::map<Id, OpenState>;

class Walker {
 public:
  Walker(const Snapshot& snapshot, const model::Pipeline& pipeline, const Roles& roles, const WalkOptions& options)
      : snapshot_(snapshot), pipeline_(pipeline), roles_(roles), options_(options) {
    since_ = At(options.since);
    until_ = options.until ? At(*options.until) : AsOf{};
    report_.since = options.since;
    report_.until = options.until.value_or(snapshot.recorded());
    report_.as_known = options.as_known;
    report_.period = options.period;
  }

  StatusOr<WalkReport> Walk() {
    KITH_ASSIGN_OR_RETURN(OpenStates deals, OpenNow());
    if (options_.until) KITH_RETURN_IF_ERROR(Undo(until_, {}, deals));
    const OpenStates after = deals;
    KITH_RETURN_IF_ERROR(Undo(since_, until_, deals));
    KITH_RETURN_IF_ERROR(Compare(deals, after));
    KITH_RETURN_IF_ERROR(AddCash());
    for (const auto& [id, deal] : after) {
      if (options_.notes) KITH_RETURN_IF_ERROR(Note(id));
    }
    return Report();
  }

 private:
  [[nodiscard]] AsOf At(Time time) const { return options_.as_known ? AsOf{kTimeMax, time} : AsOf{time, kTimeMax}; }
  [[nodiscard]] bool IsNow(AsOf at) const { return at.effective == kTimeMax && at.recorded == kTimeMax; }

  // --- what was open
  [[nodiscard]] std::optional<StageKind> KindOf(record::View view) const {
    if (view.GetRef(roles_.pipeline->position) != pipeline_.id) return std::nullopt;
    const model::Stage* stage = pipeline_.Find(view.GetRef(roles_.stage->position));
    return stage == nullptr ? std::nullopt : std::optional(stage->kind);
  }
  [[nodiscard]] OpenState Read(record::View view) const {
    OpenState deal;
    if (roles_.amount != nullptr) deal.amount = view.GetMoney(roles_.amount->position);
    const FieldDef* date = roles_.close_date;
    if (date != nullptr && view.has(date->position)) deal.close_date = Date{static_cast<int32_t>(view.GetInt(date->position))};
    return deal;
  }

  StatusOr<OpenStates> OpenNow() const {
    query::Query query;
    query.from = roles_.type->name;
    query.where = roles_.pipeline->name + " == $pipeline && " + roles_.stage->name + " in $open";
    query.select = {{.text = "id", .name = {}}};
    expr::AnyList open;
    for (const model::Stage& stage : pipeline_.stages) {
      if (stage.kind == StageKind::kOpen) open.emplace_back(stage.id);
    }
    KITH_ASSIGN_OR_RETURN(const query::Prepared prepared, query::Prepared::Prepare(query, snapshot_));
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                          prepared.Run(snapshot_, {{"pipeline", pipeline_.id}, {"open", std::move(open)}}));
    OpenStates deals;
    while (rows->Next()) {
      const Id id = rows->row().id;
      KITH_ASSIGN_OR_RETURN(const record::View view, snapshot_.Get(id));
      deals.emplace(id, Read(view));
    }
    KITH_RETURN_IF_ERROR(rows->status());
    return deals;
  }

  // What was open at `from`, from what was open at `to`.
  Status Undo(AsOf from, AsOf to, OpenStates& deals) const {
    const DifferenceFilter filter{{roles_.type->name}, roles_.names()};
    Id after;
    do {
      KITH_ASSIGN_OR_RETURN(const DifferencePage page, snapshot_.Differences(from, to, filter, after, kPage));
      for (const Difference& difference : page.differences) {
        deals.erase(difference.record);
        const StatusOr<Record> then = snapshot_.GetAsOf(difference.record, from);
        if (absl::IsNotFound(then.status())) continue;
        KITH_RETURN_IF_ERROR(then.status());
        if (KindOf(then->view()) == StageKind::kOpen) deals.emplace(difference.record, Read(then->view()));
      }
      after = page.next;
    } while (!after.is_null());
    return absl::OkStatus();
  }

  // Open, won or lost in this pipeline; nothing where it was not in it.
  StatusOr<std::optional<StageKind>> KindAt(Id id, AsOf at) const {
    const StatusOr<Record> then = snapshot_.GetAsOf(id, at);
    if (absl::IsNotFound(then.status())) return std::optional<StageKind>();
    KITH_RETURN_IF_ERROR(then.status());
    return KindOf(then->view());
  }

  // --- the steps
  Status Compare(const OpenStates& before, const OpenStates& after) {
    report_.deals_before = static_cast<int64_t>(before.size());
    report_.deals_after = static_cast<int64_t>(after.size());
    for (const auto& [id, deal] : before) {
      CurrencyWalk& walk = In(deal.amount.currency);
      ++walk.deals_before;
      AddTo(walk.before, deal.amount.minor);
      if (after.count(id) != 0) continue;
      KITH_ASSIGN_OR_RETURN(const std::optional<StageKind> left, KindAt(id, until_));
      walk.changes.push_back({id,
                              left == StageKind::kWon    ? WalkStep::kWon
                              : left == StageKind::kLost ? WalkStep::kLost
                                                         : WalkStep::kGone,
                              -deal.amount.minor});
    }
    for (const auto& [id, deal] : after) {
      CurrencyWalk& walk = In(deal.amount.currency);
      ++walk.deals_after;
      AddTo(walk.after, deal.amount.minor);
      const auto then = before.find(id);
      if (then != before.end()) {
        CompareOpen(id, then->second, deal);
        continue;
      }
      KITH_ASSIGN_OR_RETURN(const std::optional<StageKind> came, KindAt(id, since_));
      walk.changes.push_back({id, came ? WalkStep::kReopened : WalkStep::kNew, deal.amount.minor});
    }
    return absl::OkStatus();
  }

  // A deal that is open at both moments.
  void CompareOpen(Id id, const OpenState& then, const OpenState& now) {
    const auto change = [&](Currency currency, int64_t minor) {
      if (minor != 0) In(currency).changes.push_back({id, minor > 0 ? WalkStep::kLarger : WalkStep::kSmaller, minor});
    };
    if (then.amount.currency == now.amount.currency) {
      int64_t difference = now.amount.minor;
      AddTo(difference, -then.amount.minor);
      change(now.amount.currency, difference);
    } else {
      change(then.amount.currency, -then.amount.minor);
      change(now.amount.currency, now.amount.minor);
    }
    if (!options_.period) return;
    const auto inside = [&](const OpenState& deal) { return deal.close_date && options_.period->contains(*deal.close_date); };
    CurrencyWalk& walk = In(now.amount.currency);
    if (inside(now) && !inside(then)) walk.pulled_in.push_back({id, now.amount.minor});
    if (inside(then) && now.close_date && *now.close_date >= options_.period->end) walk.pushed_out.push_back({id, now.amount.minor});
  }

  CurrencyWalk& In(Currency currency) {
    CurrencyWalk& walk = walks_[currency.code()];
    walk.currency = currency;
    return walk;
  }
  void AddTo(int64_t& sum, int64_t minor) { overflow_ |= __builtin_add_overflow(sum, minor, &sum); }

  // --- cash against plan
  Status AddCash() {
    if (!options_.period) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const std::vector<Money> plan, PlanOf(snapshot_, *options_.period, "collected"));
    for (const Money& amount : plan) In(amount.currency).plan = amount.minor;
    if (options_.collection.empty()) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const model::Pipeline collection, model::GetPipeline(snapshot_, options_.collection));
    model::TablesOptions asked;
    (options_.as_known ? asked.recorded : asked.as_of) = options_.until;
    KITH_ASSIGN_OR_RETURN(const model::FunnelTables tables, model::ReadTables(snapshot_, collection.id, asked));
    for (const auto& [key, row] : tables.rows.periods) {
      if (key.group_kind != model::GroupKind::kAll) continue;
      const int32_t month = model::FirstDay(key.epoch).days;
      for (const auto& [cell, minor] : row.won_minor) {
        if (options_.period->contains(Date{month + cell.day - 1})) AddTo(In(Currency::FromPacked(cell.currency)).cash, minor);
      }
    }
    return absl::OkStatus();
  }

  // --- deals that want a word
  Status Note(Id id) {
    if (roles_.close_date != nullptr) {
      KITH_ASSIGN_OR_RETURN(const int64_t slips, insight_internal::SlipsOf(snapshot_, *roles_.close_date, id, until_));
      if (slips >= 2) report_.pushed_twice.push_back({id, slips});
    }
    KITH_ASSIGN_OR_RETURN(const Record deal, snapshot_.GetAsOf(id, until_));
    KITH_ASSIGN_OR_RETURN(const Time heard, LastHeard(deal.view()));
    const int64_t days = (report_.until.micros - heard.micros) / kMicrosPerDay;
    if (days >= options_.silent_days) report_.silent.push_back({id, days});
    const bool said = roles_.next_step != nullptr && !deal.view().GetText(roles_.next_step->position).empty();
    if (said) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const bool planned, HasOpenTask(id));
    if (!planned) report_.no_next_step.push_back(id);
    return absl::OkStatus();
  }

  // Whether the record was there at the end.
  StatusOr<bool> Known(Id id) const {
    if (IsNow(until_)) return true;
    const StatusOr<Record> then = snapshot_.GetAsOf(id, until_);
    if (absl::IsNotFound(then.status())) return false;
    KITH_RETURN_IF_ERROR(then.status());
    return true;
  }

  // Of its creation, its moves and the interactions about it, the last one up to the end.
  StatusOr<Time> LastHeard(record::View deal) const {
    Time last{deal.header().created};
    const StatusOr<std::vector<model::MoveRecord>> moves = model::GetMoves(snapshot_, deal.id());
    if (!moves.ok() && !absl::IsNotFound(moves.status())) return moves.status();
    for (size_t i = moves.ok() ? moves->size() : 0; i-- > 0;) {
      const model::MoveRecord& move = (*moves)[i];
      if (move.at > report_.until) continue;
      KITH_ASSIGN_OR_RETURN(const bool known, Known(move.id));
      if (!known) continue;
      last = std::max(last, move.at);
      break;
    }
    for (const TypeDef* type : snapshot_.catalog().TypesWith("interaction")) {
      KITH_ASSIGN_OR_RETURN(const Time at, LastInteraction(*type, deal.id()));
      last = std::max(last, at);
    }
    return last;
  }

  StatusOr<Time> LastInteraction(const TypeDef& type, Id deal) const {
    const FieldDef* about = type.FindRole("interaction", "about");
    const FieldDef* at = type.FindRole("interaction", "at");
    Time last{INT64_MIN};
    if (about == nullptr) return last;
    for (const Order order : {Order::kDescending, Order::kAscending}) {
      IndexRange range;
      range.equal.emplace_back(deal);
      range.reverse = order == Order::kAscending;
      const auto timed = [&](const catalog::IndexDef& index) {
        return index.parts.size() > 1 && index.parts[1].field == at->name && index.parts[1].order == order;
      };
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, ScanLedBy(snapshot_, type, *about, range, timed));
      if (cursor == nullptr) continue;
      while (cursor->Next()) {  // the latest first
        KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
        const Time when{view.GetInt(at->position)};
        if (!view.has(at->position) || when > report_.until) continue;
        KITH_ASSIGN_OR_RETURN(const bool known, Known(cursor->id()));
        if (known) return when;
      }
      KITH_RETURN_IF_ERROR(cursor->status());
      return last;
    }
    KITH_RETURN_IF_ERROR(ForEachWith(snapshot_, type, *about, Value(deal), [&](record::View view) {
      const Time when{view.GetInt(at->position)};
      if (!view.has(at->position) || when > report_.until || when <= last) return absl::OkStatus();
      const StatusOr<bool> known = Known(view.id());
      if (known.ok() && *known) last = when;
      return known.status();
    }));
    return last;
  }

  StatusOr<bool> HasOpenTask(Id deal) const {
    for (const TypeDef* type : snapshot_.catalog().TypesWith("task")) {
      const FieldDef* about = type->FindRole("task", "about");
      const FieldDef* status = type->FindRole("task", "status");
      const catalog::ChoiceDef* open = status->FindChoice("open");
      if (about == nullptr || open == nullptr) continue;
      bool found = false;
      KITH_RETURN_IF_ERROR(ForEachWith(snapshot_, *type, *about, Value(deal), [&](record::View now) {
        if (found) return absl::OkStatus();
        const StatusOr<Record> task = snapshot_.GetAsOf(now.id(), until_);
        if (absl::IsNotFound(task.status())) return absl::OkStatus();
        if (task.ok()) found = task->view().GetInt(status->position) == open->number;
        return task.status();
      }));
      if (found) return true;
    }
    return false;
  }

  StatusOr<WalkReport> Report() {
    if (overflow_) return MakeError(Reason::kArithmeticOverflow, "a sum of the walk is too large for money");
    for (auto& [code, walk] : walks_) {
      std::sort(walk.changes.begin(), walk.changes.end(), [](const WalkChange& a, const WalkChange& b) {
        const auto size = [](int64_t minor) { return minor < 0 ? 0 - static_cast<uint64_t>(minor) : static_cast<uint64_t>(minor); };
        return std::make_tuple(size(b.minor), a.deal) < std::make_tuple(size(a.minor), b.deal);
      });
      report_.walks.push_back(std::move(walk));
    }
    return std::move(report_);
  }

  const Snapshot& snapshot_;
  const model::Pipeline& pipeline_;
  const Roles& roles_;
  const WalkOptions& options_;
  AsOf since_;
  AsOf until_;
  WalkReport report_;
  std::map<std::string, CurrencyWalk> walks_;  // by currency code
  bool overflow_ = false;
};

}  // namespace

std::string_view NameOf(WalkStep step) {
  constexpr std::array<std::string_view, 7> kNames = {"new", "reopened", "larger", "smaller", "won", "lost", "gone"};
  return kNames.at(static_cast<size_t>(step));
}

StatusOr<WalkReport> Walk(const Snapshot& snapshot, const model::Pipeline& pipeline, const WalkOptions& options) {
  if (options.until && *options.until < options.since) {
    return MakeError({.reason = Reason::kBadOptions, .field = "until", .value = ToText(*options.until)}, "lies before since");
  }
  if (options.silent_days < 1) {
    return MakeError({.reason = Reason::kBadOptions, .field = "silent_days", .value = std::to_string(options.silent_days)}, "is below 1");
  }
  KITH_ASSIGN_OR_RETURN(const Roles roles, Roles::Of(snapshot, pipeline.for_type));
  return Walker(snapshot, pipeline, roles, options).Walk();
}

}  // namespace kith::insight
