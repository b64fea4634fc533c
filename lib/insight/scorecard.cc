// Scorecards: what was done and what is asked from records, how deals went from the tables.
#include "kith/insight/scorecard.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "insight/closing_internal.h"
#include "insight/relationship/facts_internal.h"
#include "insight/special_internal.h"
#include "insight/tables_internal.h"
#include "kith/insight/cash.h"
#include "kith/insight/forecast.h"
#include "kith/insight/paths.h"
#include "kith/insight/quantify.h"
#include "kith/insight/worth.h"
#include "kith/model/model.h"
#include "kith/model/tie.h"

namespace kith::insight {
namespace {

using model::GroupKind;
using relationship_internal::Facts;
using relationship_internal::Played;

Months WindowOf(const model::FunnelTables& tables, const FunnelOptions& asked) {
  const model::Epoch now = model::EpochOf(tables.as_of, tables.pipeline.days);
  Months window{now, now + 1};
  for (const auto& [key, row] : tables.rows.periods) window.from = std::min(window.from, key.epoch);
  for (const model::OpenDeal& deal : tables.open) window.from = std::min(window.from, model::EpochOf(deal.created, tables.pipeline.days));
  return {asked.from.value_or(window.from), asked.to.value_or(window.to)};
}

class Carding {
 public:
  Carding(const Snapshot& snapshot, const model::FunnelTables& tables, const ScorecardOptions& options)
      : snapshot_(snapshot), tables_(tables), options_(options), relations_{.as_of = tables.as_of}, facts_(snapshot, relations_) {
    report_.as_of = tables.as_of;
    report_.window = WindowOf(tables, options.reps.funnel);
    report_.currency = options.currency;
    if (report_.currency.is_null()) {
      report_.currency = insight_internal::MainCurrency(tables, insight_internal::SumPeriods(tables, GroupKind::kAll, 0));
    }
    period_ = {model::FirstDay(report_.window.from), model::FirstDay(report_.window.to)};
  }

  StatusOr<ScorecardReport> Run() {
    for (const uint64_t owner : insight_internal::GroupsWithDeals(tables_, GroupKind::kOwner)) cards_[Id(owner)];
    KITH_RETURN_IF_ERROR(ReadInteractions());
    KITH_RETURN_IF_ERROR(ReadTasks());
    KITH_RETURN_IF_ERROR(ReadQuotas());
    KITH_RETURN_IF_ERROR(ReadFunnels());
    if (options_.relations) KITH_RETURN_IF_ERROR(ReadRelations());
    for (auto& [owner, card] : cards_) {
      if (!options_.reps.owner.is_null() && owner != options_.reps.owner) continue;
      card.owner = owner;
      card.activity.contacts = static_cast<int64_t>(met_[owner].size());
      report_.reps.push_back(std::move(card));
    }
    KITH_RETURN_IF_ERROR(Compare());
    return std::move(report_);
  }

 private:
  [[nodiscard]] const query::Days& days() const { return tables_.pipeline.days; }

  // --- what was done
  [[nodiscard]] bool Within(std::optional<Time> at) const { return at && *at <= tables_.as_of && period_.contains(days().DateOf(*at)); }
  template <typename Visit>
  Status ForEach(std::string_view behaviour, std::initializer_list<std::string_view> roles, const Visit& visit) {
    bool told = true;
    for (const catalog::TypeDef* type : snapshot_.catalog().TypesWith(behaviour)) {
      told &= kith::MayJudge(snapshot_, *type, behaviour, roles, report_.masked);
    }
    return told ? relationship_internal::ForEachRecord(snapshot_, behaviour, visit) : absl::OkStatus();
  }

  Status ReadInteractions() {
    std::set<Id> met;
    KITH_RETURN_IF_ERROR(ForEach("interaction", {"at", "kind", "direction", "employee", "contact"}, [&](const Played& touch) {
      if (!Within(touch.At("at"))) return;
      const Id owner = touch.Ref("employee");
      const std::string_view way = touch.Choice("direction");
      for (RepActivity* activity : {&report_.team.activity, &cards_[owner].activity}) {
        ++activity->interactions;
        ++activity->by_kind[std::string(touch.Choice("kind"))];
        activity->theirs += way == "in" || way == "mutual";
      }
      if (!touch.Has("contact")) return;
      met.insert(touch.Ref("contact"));
      met_[owner].insert(touch.Ref("contact"));
    }));
    report_.team.activity.contacts = static_cast<int64_t>(met.size());
    return absl::OkStatus();
  }
  Status ReadTasks() {
    return ForEach("task", {"status", "done_at", "assignee"}, [&](const Played& task) {
      const std::optional<Time> at = task.Has("done_at") ? task.At("done_at") : Time{task.view().header().updated};
      if (task.Choice("status") != "done" || !Within(at)) return;
      ++report_.team.activity.tasks_done;
      ++cards_[task.Ref("assignee")].activity.tasks_done;
    });
  }

  // --- what was asked
  Status ReadQuotas() {
    KITH_ASSIGN_OR_RETURN(const std::vector<Quota> quotas, QuotasOf(snapshot_, period_));
    for (const Quota& quota : quotas) {
      const StatusOr<relationship_internal::Party> party = facts_.PartyOf(quota.holder);
      if (absl::IsNotFound(party.status())) continue;  // not for the viewer, or gone
      KITH_RETURN_IF_ERROR(party.status());
      QuotaReached reached{.quota = quota};
      KITH_RETURN_IF_ERROR(Reach(party->employees.value_or(std::vector<Id>()), reached));
      if (quota.asked() > 0) reached.share = reached.reached / quota.asked();
      const bool one = facts_.IsOurs(quota.holder);
      if (one) KITH_RETURN_IF_ERROR(Foresee(reached));
      (one ? cards_[quota.holder].quotas : report_.groups).push_back(std::move(reached));
    }
    return absl::OkStatus();
  }

  Status Reach(const std::vector<Id>& employees, QuotaReached& to) {
    const std::string& metric = to.quota.metric;
    const Currency currency = to.quota.target.currency;
    if (metric == "revenue" || metric == "count") {
      for (const Id owner : employees) {
        to.reached += metric == "revenue" ? insight_internal::WonIn(tables_, period_, currency, GroupKind::kOwner, owner.value())
                                          : static_cast<double>(PeriodOf(GroupKind::kOwner, owner.value()).won);
      }
      return absl::OkStatus();
    }
    const auto theirs = [&](Id owner) { return std::binary_search(employees.begin(), employees.end(), owner); };
    if (metric == "collected") {
      KITH_RETURN_IF_ERROR(ReadCollected());
      CashFacts own;
      for (const CashFacts::Invoice& invoice : cash_->invoices) {
        if (theirs(invoice.groups.owner)) own.invoices.push_back(invoice);
      }
      to.reached = static_cast<double>(CollectedIn(own, period_, currency));
      return absl::OkStatus();
    }
    KITH_RETURN_IF_ERROR(ReadMargins());
    for (const auto& [owner, margin] : *margins_) {
      if (!theirs(owner)) continue;
      const bool told = margin.has_value() && margin->currency == currency;
      if (told) to.reached += static_cast<double>(margin->minor);
      to.untold += !told;
    }
    return absl::OkStatus();
  }

  Status ReadCollected() {
    if (cash_.has_value()) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(cash_, ReadCash(snapshot_, tables_.pipeline, tables_.as_of));
    return absl::OkStatus();
  }
  // The margin of each deal won in the window, by who won it.
  Status ReadMargins() {
    if (margins_.has_value()) return absl::OkStatus();
    margins_.emplace();
    KITH_ASSIGN_OR_RETURN(const std::vector<model::DealPath> paths,
                          model::ReadPaths(snapshot_, tables_.pipeline.id, {.as_of = tables_.as_of}));
    std::map<Id, Id> owners;
    for (const model::DealPath& path : paths) {
      const model::PathMove* closing = insight_internal::ClosingOf(tables_.pipeline, path.moves);
      if (closing != nullptr) owners[path.deal] = closing->owner;
    }
    for (const Id deal : WonIn(tables_.pipeline, paths, days().StartOf(period_.first), days().StartOf(period_.end))) {
      KITH_ASSIGN_OR_RETURN(const DealWorth worth, WorthOf(snapshot_, deal, {.chance = 1}));
      margins_->emplace_back(owners[deal], worth.margin);
    }
    return absl::OkStatus();
  }

  // While the window runs, how it will end.
  Status Foresee(QuotaReached& to) {
    if (to.quota.metric != "revenue" || days().StartOf(period_.end) <= tables_.as_of) return absl::OkStatus();
    const auto [forecast, added] = forecasts_.try_emplace(to.quota.target.currency.packed());
    if (added) {
      StatusOr<ForecastReport> made = Forecast(tables_, period_, {.currency = to.quota.target.currency, .by = GroupKind::kOwner});
      if (!made.ok() && GetReason(made.status()) != Reason::kNotEnoughData) return made.status();
      if (made.ok()) forecast->second = *std::move(made);
    }
    for (const PartForecast& part : forecast->second.parts) {
      if (part.part != to.quota.holder.value()) continue;
      to.total = part.total;
      to.chance = part.ProbabilityAtLeast(to.quota.asked());
    }
    return absl::OkStatus();
  }

  // --- how deals went
  [[nodiscard]] model::PeriodRow PeriodOf(GroupKind kind, uint64_t group) const {
    return insight_internal::SumPeriods(tables_, kind, group, {report_.window.from, report_.window.to});
  }
  Status ReadFunnel(GroupKind kind, uint64_t group, Scorecard& card) const {
    FunnelOptions options = options_.reps.funnel;
    options.group_kind = kind;
    options.group = group;
    options.strict = options.strict && kind == GroupKind::kAll;
    KITH_ASSIGN_OR_RETURN(card.funnel, Funnel(tables_, options));
    const model::PeriodRow row = PeriodOf(kind, group);
    const auto won = row.won_amounts.find(report_.currency.packed());
    if (won != row.won_amounts.end()) card.revenue = static_cast<double>(won->second.sum_minor);
    KITH_ASSIGN_OR_RETURN(card.velocity,
                          VelocityOf(tables_, report_.window, {.group_kind = kind, .group = group, .currency = report_.currency}));
    const double width = insight_internal::NormalQuantile(0.5 + options.level / 2) * card.velocity.log_sd;
    card.velocity_low = card.velocity.per_day() * std::exp(-width);
    card.velocity_high = card.velocity.per_day() * std::exp(width);
    return absl::OkStatus();
  }
  Status ReadFunnels() {
    KITH_RETURN_IF_ERROR(ReadFunnel(GroupKind::kAll, 0, report_.team));
    for (auto& [owner, card] : cards_) KITH_RETURN_IF_ERROR(ReadFunnel(GroupKind::kOwner, owner.value(), card));
    return absl::OkStatus();
  }

  // --- what lasts
  Status ReadRelations() {
    RelationOptions relation = relations_;
    relation.contributions = false;
    KITH_ASSIGN_OR_RETURN(const RelationReport firm,
                          Quantify(snapshot_, Id(), Id(), {.relation = relation, .suggestions = 0, .capital = false, .ways = false}));
    report_.concentration = firm.concentration;
    std::map<Id, RelationAssets> assets;
    for (const EmployeeReport& one : firm.employees) assets[one.employee] = {0, one.reach, one.exclusive};
    for (auto& [owner, card] : cards_) {
      if (owner.is_null()) continue;
      card.relations = assets[owner];
      KITH_ASSIGN_OR_RETURN(const std::vector<model::PairTie> ties, model::TiesOfEmployee(snapshot_, owner, tables_.as_of));
      card.relations->contacts = static_cast<int64_t>(ties.size());
    }
    return absl::OkStatus();
  }

  // --- beside the team
  Status Compare() {
    KITH_ASSIGN_OR_RETURN(std::vector<RepReport> reports, RepsAgainstTeam(tables_, options_.reps));
    RepOptions all = options_.reps;
    all.owner = Id();
    KITH_ASSIGN_OR_RETURN(const std::vector<RepReport> team, RepsAgainstTeam(tables_, all));
    std::map<Id, RepReport*> by_owner;
    for (RepReport& report : reports) by_owner[report.owner] = &report;
    for (Scorecard& card : report_.reps) {
      const auto found = by_owner.find(card.owner);
      if (found == by_owner.end()) continue;
      for (size_t i = 0; i < found->second->stages.size(); ++i) {
        if (found->second->stages[i].weak) report_.practices.push_back(PracticeOf(card.owner, i, *found->second, team));
      }
      card.against_team = std::move(*found->second);
    }
    return absl::OkStatus();
  }
  [[nodiscard]] Practice PracticeOf(Id owner, size_t stage, const RepReport& weak, const std::vector<RepReport>& team) const {
    Practice practice{.owner = owner, .stage = weak.stages[stage].stage.id};
    double best = 0;
    for (const RepReport& other : team) {
      const RepStage& there = other.stages[stage];
      const bool good = there.enough && 1 - there.below >= options_.reps.weak_probability && there.shrunk > best;
      if (other.owner == owner || other.owner.is_null() || !good) continue;
      best = there.shrunk;
      practice.example = other.owner;
      practice.rate = there.rep;
    }
    return practice;
  }

  const Snapshot& snapshot_;
  const model::FunnelTables& tables_;
  const ScorecardOptions& options_;
  const RelationOptions relations_;
  const Facts facts_;
  Period period_;
  ScorecardReport report_;
  std::map<Id, Scorecard> cards_;
  std::map<Id, std::set<Id>> met_;
  std::optional<CashFacts> cash_;
  std::optional<std::vector<std::pair<Id, std::optional<Money>>>> margins_;
  std::map<uint32_t, ForecastReport> forecasts_;  // by currency
};

}  // namespace

StatusOr<ScorecardReport> ScorecardsOf(const Snapshot& snapshot, const model::FunnelTables& tables, const ScorecardOptions& options) {
  return Carding(snapshot, tables, options).Run();
}

}  // namespace kith::insight
