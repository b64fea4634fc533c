#include "kith/insight/worth.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "insight/relationship/facts_internal.h"
#include "insight/tables_internal.h"
#include "kith/insight/forecast.h"
#include "kith/model/model.h"

namespace kith::insight {
namespace {

using relationship_internal::Facts;
using relationship_internal::Held;
using relationship_internal::Played;

constexpr int64_t kFewestWins = 5;  // from which an amount is predicted

BudgetEstimate BudgetFrom(const std::vector<std::pair<Evidence, Money>>& known, Time as_of, const EvidenceOptions& options) {
  BudgetEstimate budget;
  std::vector<Evidence> evidence;
  std::map<Id, Money> named;
  for (const auto& [one, amount] : known) {
    evidence.push_back(one);
    if (one.value > 0 && amount.minor > 0) named.emplace(one.id, amount);
  }
  budget.exists = EstimateEvidence(evidence, as_of, options);
  std::map<uint32_t, double> weights;  // by currency
  for (const Contribution& part : budget.exists.contributions) {
    if (const auto amount = named.find(part.record); amount != named.end()) weights[amount->second.currency.packed()] += part.weight;
  }
  const auto most = std::max_element(weights.begin(), weights.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == weights.end() || most->second <= 0) return budget;
  double sum = 0;
  for (const Contribution& part : budget.exists.contributions) {
    const auto amount = named.find(part.record);
    if (amount == named.end() || amount->second.currency.packed() != most->first) continue;
    budget.amounts.push_back({part.record, part.weight, static_cast<double>(amount->second.minor)});
    sum += part.weight * budget.amounts.back().value;
  }
  const double mean = sum / most->second;
  double squares = 0;
  for (const Contribution& part : budget.amounts) squares += part.weight * (part.value - mean) * (part.value - mean);
  budget.amount = Money{std::llround(mean), Currency::FromPacked(most->first)};
  budget.confidence = most->second / (options.prior_weight + most->second);
  budget.apart = std::sqrt(squares / most->second);
  std::sort(budget.amounts.begin(), budget.amounts.end(),
            [](const Contribution& a, const Contribution& b) { return a.weight != b.weight ? a.weight > b.weight : a.record < b.record; });
  return budget;
}

class Weighing {
 public:
  Weighing(const Snapshot& snapshot, const WorthOptions& options)
      : snapshot_(snapshot),
        options_(options),
        relations_{.as_of = options.as_of, .recorded = options.recorded},
        facts_(snapshot, relations_) {}

  StatusOr<DealWorth> Weigh(Id id) {
    KITH_RETURN_IF_ERROR(snapshot_.Get(id).status());
    if (!facts_.Find(id, "pipelined").has_value()) {
      return MakeError({.reason = Reason::kNotPipelined, .record = id, .hint = "ask about a deal"}, "runs through no pipeline");
    }
    worth_.deal = id;
    KITH_RETURN_IF_ERROR(ReadBudget());
    if (const std::optional<Held> deal = facts_.Then(id, "pipelined")) KITH_RETURN_IF_ERROR(ReadChanceAndAmount(deal->record));
    KITH_RETURN_IF_ERROR(ReadCosts());
    KITH_RETURN_IF_ERROR(Sum());
    return std::move(worth_);
  }

 private:
  // Notes what is masked of any type with the behaviour.
  bool MayJudge(std::string_view behaviour, std::initializer_list<std::string_view> roles) {
    bool may = true;
    for (const catalog::TypeDef* type : snapshot_.catalog().TypesWith(behaviour)) may &= MayJudge(*type, behaviour, roles);
    return may;
  }
  bool MayJudge(const catalog::TypeDef& type, std::string_view behaviour, std::initializer_list<std::string_view> roles) {
    return kith::MayJudge(snapshot_, type, behaviour, roles, worth_.masked);
  }

  Status ReadBudget() {
    std::vector<std::pair<Evidence, Money>> known;
    if (!MayJudge("budget", {"deal", "exists", "amount", "confidence", "source", "at"})) {
      worth_.budget = BudgetFrom(known, facts_.as_of(), options_.evidence);
      return absl::OkStatus();
    }
    KITH_RETURN_IF_ERROR(facts_.ForEach("budget", "deal", worth_.deal, [&](const Played& piece) {
      Evidence evidence;
      evidence.id = piece.id();
      evidence.value = piece.Bool("exists", true) ? 1 : -1;
      evidence.confidence = piece.Double("confidence", 1);
      evidence.source = relationship_internal::SourceFrom(piece.Choice("source"));
      evidence.at = piece.At("at").value_or(Time{piece.view().header().created});
      known.emplace_back(evidence, piece.Has("amount") ? piece.Amount("amount") : Money());
    }));
    worth_.budget = BudgetFrom(known, facts_.as_of(), options_.evidence);
    return absl::OkStatus();
  }

  Status ReadChanceAndAmount(const Played& deal) {
    if (deal.Has("amount")) {
      worth_.amount = deal.Amount("amount");
      const std::string_view source = deal.Choice("amount_source");
      worth_.source = source == "quote" ? AmountSource::kQuote : source == "predicted" ? AmountSource::kPredicted : AmountSource::kTyped;
    }
    worth_.chance = options_.chance;
    const bool amount_told = MayJudge(deal.type(), "pipelined", {"amount"});
    const bool stages_told = MayJudge(deal.type(), "pipelined", {"stage", "pipeline"});  // what there is to learn from are moves
    const bool stage_told = MayJudge(deal.type(), "pipelined", {"closed_at"}) && stages_told;
    const bool known = (worth_.amount.has_value() || !amount_told) && (worth_.chance.has_value() || !stage_told);
    if (known || !stages_told || !deal.Has("pipeline")) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const model::FunnelTables tables,
                          model::ReadTables(snapshot_, deal.Ref("pipeline"), {.as_of = options_.as_of, .recorded = options_.recorded}));
    if (!worth_.amount.has_value() && amount_told) Predict(tables);
    if (worth_.chance.has_value() || !stage_told) return absl::OkStatus();
    if (deal.Has("closed_at")) {
      const model::Stage* stage = tables.pipeline.Find(deal.Ref("stage"));
      worth_.chance = stage != nullptr && stage->kind == model::StageKind::kWon ? 1 : 0;
      return absl::OkStatus();
    }
    KITH_ASSIGN_OR_RETURN(const ForecastReport report,
                          Forecast(tables, PeriodAt(tables.pipeline.days.DateOf(tables.as_of), PeriodUnit::kQuarter)));
    for (const DealForecast& one : report.deals) {
      if (one.deal == worth_.deal) worth_.chance = one.win_ever;
    }
    return absl::OkStatus();
  }

  void Predict(const model::FunnelTables& tables) {
    const model::PeriodRow all = insight_internal::SumPeriods(tables, model::GroupKind::kAll, 0);
    const Currency currency = insight_internal::MainCurrency(tables, all);
    const auto won = all.won_amounts.find(currency.packed());
    if (won == all.won_amounts.end() || won->second.count < kFewestWins) return;
    const double mean = static_cast<double>(won->second.sum_minor) / static_cast<double>(won->second.count);
    worth_.amount = Money{std::llround(mean), currency};
    worth_.source = AmountSource::kPredicted;
  }

  Status ReadCosts() {
    if (worth_.amount.has_value()) worth_.currency = worth_.amount->currency;
    costs_told_ = MayJudge("deal_cost", {"deal", "amount", "kind", "spent"});
    if (!costs_told_) return absl::OkStatus();
    return facts_.ForEach("deal_cost", "deal", worth_.deal, [&](const Played& cost) {
      if (!cost.Has("amount")) return;
      const Money amount = cost.Amount("amount");
      if (worth_.currency.is_null()) worth_.currency = amount.currency;
      if (amount.currency != worth_.currency) {
        worth_.other_currency.push_back(cost.id());
        return;
      }
      if (cost.Choice("kind") != "to_win") return AddTo(worth_.delivery, amount.minor);
      AddTo(worth_.to_win, amount.minor);
      if (cost.Bool("spent")) AddTo(worth_.spent, amount.minor);
    });
  }

  Status Sum() {
    if (worth_.amount.has_value() && worth_.other_currency.empty() && costs_told_) {
      int64_t earned = worth_.amount->minor;
      AddTo(earned, -worth_.delivery);
      int64_t margin = earned;
      AddTo(margin, -worth_.to_win);
      worth_.margin = Money{margin, worth_.amount->currency};
      if (worth_.chance.has_value()) {
        const double left = static_cast<double>(worth_.to_win - worth_.spent);
        worth_.expected = Money{std::llround(*worth_.chance * static_cast<double>(earned) - left), worth_.amount->currency};
      }
    }
    if (!overflow_) return absl::OkStatus();
    return MakeError({.reason = Reason::kArithmeticOverflow, .record = worth_.deal}, "the costs are too large together");
  }
  void AddTo(int64_t& sum, int64_t more) { overflow_ |= __builtin_add_overflow(sum, more, &sum); }

  const Snapshot& snapshot_;
  const WorthOptions& options_;
  const RelationOptions relations_;
  const Facts facts_;
  bool overflow_ = false;
  bool costs_told_ = true;
  DealWorth worth_;
};

}  // namespace

std::string_view NameOf(AmountSource source) {
  constexpr std::string_view kNames[] = {"none", "typed", "quote", "predicted"};
  return kNames[static_cast<size_t>(source)];
}

StatusOr<DealWorth> WorthOf(const Snapshot& snapshot, Id deal, const WorthOptions& options) {
  if (options.chance.has_value() && !(*options.chance >= 0 && *options.chance <= 1)) {
    return MakeError({.reason = Reason::kBadOptions, .field = "chance", .value = std::to_string(*options.chance)},
                     "a chance lies between 0 and 1");
  }
  return Weighing(snapshot, options).Weigh(deal);
}

}  // namespace kith::insight
