// A rep's work: read by roles, one pass a kind, then ranked.
#include "kith/insight/worklist.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "insight/days_internal.h"
#include "insight/relationship/facts_internal.h"
#include "kith/insight/forecast.h"
#include "kith/insight/habit.h"
#include "kith/insight/visits.h"
#include "kith/model/guide.h"
#include "kith/model/model.h"
#include "kith/query/calendar.h"

namespace kith::insight {
namespace {

using catalog::TypeDef;
using insight_internal::DaysBetween;
using relationship_internal::Facts;
using relationship_internal::ForEachRecord;
using relationship_internal::Held;
using relationship_internal::Played;

constexpr double kLikelyOver = 2;       // so many times the usual chance is likely
constexpr size_t kFewestIntervals = 2;  // between purchases, before a customer has a rhythm
constexpr double kLeastSpread = 0.3;    // of the logarithms: nobody is late by a day

// The logarithms of the days between a customer's purchases: a rhythm is kept to within a share of itself.
std::vector<PastProject> IntervalsOf(const CustomerFacts& customer) {
  std::vector<PastProject> intervals;
  for (size_t i = 1; i < customer.purchases.size(); ++i) {
    const double days = DaysBetween(customer.purchases[i - 1].at, customer.purchases[i].at);
    if (days >= 1) intervals.push_back({std::log(days)});
  }
  return intervals;
}

// What a customer's own rhythm is drawn to: mean and spread of everybody's, and how much less customers differ within than between.
HabitPrior RhythmOf(const std::vector<CustomerFacts>& customers) {
  HabitPrior prior{.mean = 0, .sd = kLeastSpread};
  std::vector<double> means;
  double squares = 0;  // within
  double freedom = 0;
  for (const CustomerFacts& customer : customers) {
    const std::vector<PastProject> intervals = IntervalsOf(customer);
    if (intervals.size() < kFewestIntervals) continue;
    double mean = 0;
    for (const PastProject& one : intervals) mean += one.value / static_cast<double>(intervals.size());
    for (const PastProject& one : intervals) squares += (one.value - mean) * (one.value - mean);
    freedom += static_cast<double>(intervals.size() - 1);
    means.push_back(mean);
  }
  if (means.empty()) return prior;
  for (const double mean : means) prior.mean += mean / static_cast<double>(means.size());
  prior.sd = std::max(kLeastSpread, std::sqrt(squares / freedom));
  double between = 0;
  for (const double mean : means) between += (mean - prior.mean) * (mean - prior.mean) / static_cast<double>(means.size());
  prior.weight = between > 0 ? std::clamp(prior.sd * prior.sd / between, 0.05, 1.0) : 1;
  return prior;
}

class Working {
 public:
  Working(const Snapshot& snapshot, Id rep, const WorkOptions& options)
      : snapshot_(snapshot),
        rep_(rep),
        options_(options),
        now_(options.now.value_or(snapshot.recorded())),
        relations_{.as_of = now_},
        facts_(snapshot, relations_) {}

  StatusOr<WorkList> List() {
    KITH_ASSIGN_OR_RETURN(days_, query::Days::Of(snapshot_));
    today_ = days_.DateOf(now_);
    list_.now = now_;
    KITH_RETURN_IF_ERROR(ReadTasks());
    KITH_RETURN_IF_ERROR(ReadComplaints());
    KITH_RETURN_IF_ERROR(AddDeals());
    KITH_RETURN_IF_ERROR(AddVisits());
    KITH_RETURN_IF_ERROR(AddCustomers());
    AddTasks();
    Rank();
    return std::move(list_);
  }

 private:
  using Chances = std::map<Id, double>;  // of deals
  struct OpenTask {
    Id id;
    std::string subject;
    Id about;
    Id customer;
    Id after;
    std::optional<Time> due;
  };

  [[nodiscard]] bool IsMine(Id holder) const { return rep_.is_null() || holder == rep_; }

  // The organisation of a person, else they themselves.
  [[nodiscard]] Id CustomerOf(Id party) const {
    const std::optional<Played> person = facts_.IsPerson(party) ? facts_.Find(party, "party") : std::nullopt;
    return person.has_value() && person->Has("organisation") ? person->Ref("organisation") : party;
  }
  [[nodiscard]] Id CustomerOf(const Played& record) const {
    if (record.Has("account")) return record.Ref("account");
    return record.Has("contact") ? CustomerOf(record.Ref("contact")) : Id();
  }

  // Whose a record is: of a customer, somebody of theirs, a deal, a paper, a ticket; null: nobody's.
  [[nodiscard]] Id CustomerBehind(Id record) const {
    const TypeDef* type = record.is_null() ? nullptr : snapshot_.catalog().FindType(record.type());
    if (type == nullptr) return {};
    if (facts_.IsPerson(record) || facts_.IsOrganisation(record)) return CustomerOf(record);
    for (const catalog::BehaviourDef& behaviour : type->behaviours) {
      const std::optional<Played> played = facts_.Find(record, behaviour.name);
      const Id customer = played.has_value() ? CustomerOf(*played) : Id();
      if (!customer.is_null()) return customer;
    }
    return {};
  }

  // Open ones of everybody plan something for what they are about; those of the rep are work.
  Status ReadTasks() {
    tasks_told_ = MayJudge("task", {"status", "about", "assignee", "due"});
    return ForEachRecord(snapshot_, "task", [&](const Played& task) {
      if (task.Choice("status") != "open") return;
      OpenTask open{task.id(), std::string(task.Text("subject")), task.Ref("about"), CustomerOf(task), task.Ref("after"), task.At("due")};
      if (open.customer.is_null()) open.customer = CustomerBehind(open.about);
      open_tasks_.insert(open.id);
      planned_.insert(open.about);
      planned_.insert(open.customer);
      const Id holder = task.Has("assignee") ? task.Ref("assignee") : Id(task.view().header().owner);
      if (IsMine(holder)) tasks_.push_back(std::move(open));
    });
  }

  // Whether of every type with the behaviour what the roles say may be read.
  bool MayJudge(std::string_view behaviour, std::initializer_list<std::string_view> roles) {
    bool may = true;
    for (const TypeDef* type : snapshot_.catalog().TypesWith(behaviour)) {
      may &= kith::MayJudge(snapshot_, *type, behaviour, roles, list_.masked);
    }
    return may;
  }

  // By customer, the oldest open one.
  Status ReadComplaints() {
    if (!MayJudge("ticket", {"kind", "status", "resolved_at", "account", "contact"})) return absl::OkStatus();
    return ForEachRecord(snapshot_, "ticket", [&](const Played& ticket) {
      if (ticket.Choice("kind") != "complaint" || !facts_.IsOpenTicket(Held{ticket, false})) return;
      const Time at = ticket.At("opened_at").value_or(Time{ticket.view().header().created});
      const auto [found, is_new] = complaints_.try_emplace(CustomerOf(ticket), at, ticket.id());
      if (!is_new) found->second = std::min(found->second, std::make_pair(at, ticket.id()));
    });
  }

  // --- deals

  // Chances of the open deals of a pipeline.
  StatusOr<const Chances*> ChancesIn(Id pipeline) {
    const auto [at, is_new] = chances_.try_emplace(pipeline);
    if (!is_new || pipeline.is_null()) return &at->second;
    KITH_ASSIGN_OR_RETURN(const model::FunnelTables tables, model::ReadTables(snapshot_, pipeline, {.as_of = now_}));
    KITH_ASSIGN_OR_RETURN(const ForecastReport report,
                          Forecast(tables, PeriodAt(tables.pipeline.days.DateOf(tables.as_of), PeriodUnit::kQuarter)));
    for (const DealForecast& deal : report.deals) at->second.emplace(deal.deal, deal.win_ever);
    return &at->second;
  }

  Status AddDeals() {
    next_step_told_ = MayJudge("pipelined", {"next_step"}) && tasks_told_;
    MayJudge("pipelined", {"amount", "close_date"});  // deals are judged by the rest
    return ForEachRecord(snapshot_, "pipelined", [&](const Played& deal) -> Status {
      if (!kith::MayJudge(snapshot_, deal.type(), "pipelined", {"stage", "pipeline", "closed_at"}, list_.masked)) {
        return absl::OkStatus();
      }
      if (!IsMine(Id(deal.view().header().owner)) || deal.Has("closed_at") || !deal.Has("stage")) return absl::OkStatus();
      WorkItem item;
      item.kind = WorkKind::kDeal;
      item.record = deal.id();
      item.customer = CustomerOf(deal);
      KITH_ASSIGN_OR_RETURN(const Chances* chances, ChancesIn(deal.Ref("pipeline")));
      if (const auto chance = chances->find(deal.id()); chance != chances->end()) item.chance = chance->second;
      if (deal.Has("amount")) item.value = Expected(item.chance, deal.Amount("amount"));
      values_[deal.id()] = {item.chance, item.value};
      KITH_RETURN_IF_ERROR(Judge(deal, item));
      if (item.reasons.empty()) return absl::OkStatus();
      item.name = facts_.NameOf(deal.id());
      covered_.insert(item.customer);
      list_.items.push_back(std::move(item));
      return absl::OkStatus();
    });
  }

  // Of other deals the customer's rhythm or the visit plan says when.
  StatusOr<bool> IsProject(Id pipeline) {
    const auto [at, is_new] = projects_.try_emplace(pipeline, true);
    if (!is_new || pipeline.is_null()) return at->second;
    KITH_ASSIGN_OR_RETURN(const model::Pipeline read, model::GetPipeline(snapshot_, pipeline));
    return at->second = read.selling == model::Selling::kProject;
  }

  // What a deal wants, and what its stage suggests.
  Status Judge(const Played& deal, WorkItem& item) {
    KITH_ASSIGN_OR_RETURN(const bool asks_next_step, IsProject(deal.Ref("pipeline")));
    KITH_ASSIGN_OR_RETURN(const model::Guide guide, model::GetGuide(snapshot_, deal.id(), {.now = now_}));
    const std::optional<Time> close = deal.At("close_date");
    if (close.has_value() && kith::DateOf(*close) < today_) {
      item.reasons.emplace_back(WorkReason::kOverdue, today_.days - kith::DateOf(*close).days);
      item.due = days_.StartOf(kith::DateOf(*close));
    }
    for (const model::Track& track : guide.tracks) {
      if (track.over && track.stay_until.has_value()) {
        item.reasons.emplace_back(WorkReason::kOverStay, DaysBetween(*track.stay_until, now_));
        break;
      }
    }
    const bool planned = !deal.Text("next_step").empty() || planned_.count(deal.id()) != 0;
    if (!planned && asks_next_step && next_step_told_) item.reasons.emplace_back(WorkReason::kNoNextStep, 0);
    for (const model::Track& track : guide.tracks) {
      for (const model::StageItem& action : track.actions) Suggest(action, item);
    }
    for (const model::Track& track : guide.tracks) {
      for (const model::AskedItem& asked : track.asked) {
        if (!asked.met) Suggest(asked.item, item);
      }
    }
    return absl::OkStatus();
  }
  static void Suggest(const model::StageItem& action, WorkItem& item) {
    if (!item.action.empty()) return;
    item.action = action.name;
    item.action_labels = action.labels;
  }

  static std::optional<Money> Expected(std::optional<double> chance, const Money& amount) {
    if (!chance.has_value()) return std::nullopt;
    return Money{static_cast<int64_t>(std::llround(*chance * static_cast<double>(amount.minor))), amount.currency};
  }

  // --- visits

  Status AddVisits() {
    if (snapshot_.catalog().TypesWith("visit_plan").empty()) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const VisitReport report, VisitsOf(snapshot_, {.today = today_, .employee = rep_}));
    for (const PlannedVisits& store : report.stores) {
      if (!store.next.has_value()) continue;
      covered_.insert(store.account);  // the plan says when
      if (*store.next > today_) continue;
      WorkItem item;
      item.kind = WorkKind::kVisit;
      item.record = store.plan;
      item.name = facts_.NameOf(store.account);
      item.customer = store.account;
      item.promised = true;
      item.due = days_.StartOf(*store.next);
      const bool today = store.overdue_days == 0;
      item.reasons.emplace_back(today ? WorkReason::kDue : WorkReason::kOverdue, static_cast<double>(store.overdue_days));
      list_.items.push_back(std::move(item));
    }
    return absl::OkStatus();
  }

  // --- customers

  Status AddCustomers() {
    touches_told_ = MayJudge("interaction", {"at", "account", "contact"});
    KITH_ASSIGN_OR_RETURN(const std::vector<CustomerFacts> customers, ReadCustomers(snapshot_, now_, rep_));
    KITH_ASSIGN_OR_RETURN(const BuyerReport buyers, RankBuyers(customers, rep_, now_, {.horizon_days = options_.horizon_days}));
    list_.verdict = buyers.verdict;
    std::map<Id, double> chances;
    for (const RankedBuyer& buyer : buyers.buyers) chances.emplace(buyer.customer, buyer.chance);
    rhythm_ = RhythmOf(customers);
    const double usual = UsualPurchase(customers);
    for (const CustomerFacts& customer : customers) {
      if (!IsMine(customer.owner)) continue;
      WorkItem item;
      item.kind = WorkKind::kCustomer;
      item.record = customer.customer;
      item.customer = customer.customer;
      if (const auto chance = chances.find(customer.customer); chance != chances.end()) item.chance = chance->second;
      if (usual > 0) item.value = Expected(item.chance, {std::llround(PurchaseOf(customer, usual)), customer.currency});
      values_[customer.customer] = {item.chance, item.value};
      KITH_RETURN_IF_ERROR(Judge(customer, buyers, item));
      if (item.reasons.empty()) continue;
      item.name = facts_.NameOf(customer.customer);
      list_.items.push_back(std::move(item));
    }
    return absl::OkStatus();
  }

  Status Judge(const CustomerFacts& customer, const BuyerReport& buyers, WorkItem& item) const {
    if (const auto complaint = complaints_.find(customer.customer); complaint != complaints_.end()) {
      item.promised = true;
      item.about = complaint->second.second;
      item.reasons.emplace_back(WorkReason::kComplaint, DaysBetween(complaint->second.first, now_));
      return absl::OkStatus();  // nobody is sold to meanwhile (H09)
    }
    if (planned_.count(customer.customer) != 0 || covered_.count(customer.customer) != 0) return absl::OkStatus();
    std::optional<Time> last;
    for (const std::vector<Time>* touches : {&customer.theirs, &customer.ours}) {
      if (!touches->empty()) last = std::max(last.value_or(touches->back()), touches->back());
    }
    const double silent = last.has_value() ? DaysBetween(*last, now_) : 0;
    if (last.has_value() && silent < static_cast<double>(options_.rest_days)) return absl::OkStatus();
    if (!last.has_value() && touches_told_) item.reasons.emplace_back(WorkReason::kNever, 0);
    if (silent >= static_cast<double>(options_.silent_days) && touches_told_) item.reasons.emplace_back(WorkReason::kSilent, silent);
    if (buyers.verdict == BuyerVerdict::kSkill && buyers.usual > 0 && item.chance.value_or(0) >= kLikelyOver * buyers.usual) {
      item.reasons.emplace_back(WorkReason::kLikely, *item.chance / buyers.usual);
    }
    KITH_ASSIGN_OR_RETURN(const bool late, IsLate(customer));
    if (late) item.reasons.emplace_back(WorkReason::kRhythm, DaysBetween(customer.purchases.back().at, now_));
    return absl::OkStatus();
  }

  // Longer since the last purchase than nine of ten times between the customer's own.
  [[nodiscard]] StatusOr<bool> IsLate(const CustomerFacts& customer) const {
    const std::vector<PastProject> intervals = IntervalsOf(customer);
    if (intervals.size() < kFewestIntervals) return false;
    KITH_ASSIGN_OR_RETURN(const Habit habit, LearnHabit(intervals, rhythm_));
    return std::log(std::max(1.0, DaysBetween(customer.purchases.back().at, now_))) > habit.high;
  }

  static double UsualPurchase(const std::vector<CustomerFacts>& customers) {
    double sum = 0;
    double count = 0;
    for (const CustomerFacts& customer : customers) {
      for (const Purchase& purchase : customer.purchases) {
        sum += purchase.amount;
        count += purchase.amount > 0;
      }
    }
    return count > 0 ? sum / count : 0;
  }
  // The mean of the customer's own and one usual one.
  static double PurchaseOf(const CustomerFacts& customer, double usual) {
    double sum = usual;
    double count = 1;
    for (const Purchase& purchase : customer.purchases) {
      sum += purchase.amount;
      count += purchase.amount > 0;
    }
    return sum / count;
  }

  // --- tasks

  void AddTasks() {
    const Time end = days_.StartOf(Date{today_.days + 1});
    for (const OpenTask& task : tasks_) {
      if (task.due.has_value() && *task.due >= end) continue;
      if (open_tasks_.count(task.after) != 0) continue;  // what comes before it is to be done first
      WorkItem item;
      item.kind = WorkKind::kTask;
      item.record = task.id;
      item.name = task.subject;
      item.customer = task.customer;
      item.about = task.about;
      item.promised = true;
      item.due = task.due;
      const double late = task.due.has_value() ? DaysBetween(*task.due, now_) : 0;
      item.reasons.emplace_back(late > 0 ? WorkReason::kOverdue : WorkReason::kDue, std::max(0.0, late));
      for (const Id id : {task.about, task.customer}) {
        const auto worth = values_.find(id);
        if (worth == values_.end() || item.chance.has_value()) continue;
        item.chance = worth->second.first;
        item.value = worth->second.second;
      }
      list_.items.push_back(std::move(item));
    }
  }

  // --- the order

  void Rank() {
    std::map<uint32_t, size_t> seen;
    for (const WorkItem& item : list_.items) {
      if (item.value.has_value() && item.value->minor > 0) ++seen[item.value->currency.packed()];
    }
    const auto most = std::max_element(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most != seen.end()) list_.currency = Currency::FromPacked(most->first);
    const auto key = [&](const WorkItem& item) {
      const bool counts = item.value.has_value() && item.value->currency == list_.currency;
      const double late = item.reasons.front().second;
      return std::make_tuple(!item.promised, counts ? -item.value->minor : 0, -item.chance.value_or(0), item.due.value_or(kTimeMax), -late,
                             item.record);
    };
    std::sort(list_.items.begin(), list_.items.end(), [&](const WorkItem& a, const WorkItem& b) { return key(a) < key(b); });
    list_.total = list_.items.size();
    if (options_.limit > 0 && list_.items.size() > options_.limit) list_.items.resize(options_.limit);
  }

  const Snapshot& snapshot_;
  const Id rep_;
  const WorkOptions& options_;
  const Time now_;
  const RelationOptions relations_;
  const Facts facts_;
  query::Days days_;
  Date today_;
  std::vector<OpenTask> tasks_;  // of the rep
  std::set<Id> open_tasks_;      // of everybody
  std::set<Id> planned_;         // what open tasks are about, and their customers
  std::set<Id> covered_;         // customers whose deal or visit says what to do
  std::map<Id, std::pair<Time, Id>> complaints_;
  std::map<Id, Chances> chances_;  // by pipeline
  std::map<Id, bool> projects_;    // likewise: sold deal by deal
  std::map<Id, std::pair<std::optional<double>, std::optional<Money>>> values_;
  HabitPrior rhythm_;
  bool tasks_told_ = true;      // to the viewer
  bool next_step_told_ = true;  // and what a deal's next step is
  bool touches_told_ = true;
  WorkList list_;
};

}  // namespace

std::string_view NameOf(WorkKind kind) {
  constexpr std::string_view kNames[] = {"task", "visit", "deal", "customer"};
  return kNames[static_cast<size_t>(kind) - 1];
}

std::string_view NameOf(WorkReason reason) {
  constexpr std::string_view kNames[] = {"due", "overdue", "over_stay", "no_next_step", "complaint", "never", "silent", "likely", "rhythm"};
  return kNames[static_cast<size_t>(reason) - 1];
}

StatusOr<WorkList> WorkListOf(const Snapshot& snapshot, Id rep, const WorkOptions& options) {
  const auto refuse = [](std::string_view field, int64_t value) {
    return MakeError({.reason = Reason::kBadOptions, .field = std::string(field), .value = std::to_string(value)}, "is too small");
  };
  if (options.silent_days < 1) return refuse("silent_days", options.silent_days);
  if (options.rest_days < 0) return refuse("rest_days", options.rest_days);
  return Working(snapshot, rep, options).List();
}

}  // namespace kith::insight
