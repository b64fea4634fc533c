#include "kith/insight/winning.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>

#include "insight/relationship/facts_internal.h"
#include "insight/special_internal.h"
#include "kith/insight/estimate.h"
#include "kith/insight/forecast.h"
#include "kith/model/model.h"

namespace kith::insight {
namespace {

using catalog::FieldDef;
using relationship_internal::Facts;
using relationship_internal::Held;
using relationship_internal::Played;

constexpr double kFalseDiscoveries = 0.1;

// Counts of what has a feature.
struct WinCount {
  int64_t deals = 0;
  int64_t won = 0;
};

struct Losses {
  int64_t deals = 0;
  int64_t late = 0;
  std::map<uint32_t, int64_t> minor;  // by currency
};

class WinningReader {
 public:
  WinningReader(const Snapshot& snapshot, const model::Pipeline& pipeline, const WinningOptions& options)
      : relation_{.as_of = options.as_of},
        facts_(snapshot, relation_),
        pipeline_(pipeline),
        options_(options),
        as_of_(options.as_of.value_or(snapshot.recorded())) {
    for (const model::Stage& stage : pipeline.stages) {
      if (stage.kind == model::StageKind::kOpen) open_.push_back(stage.id);
    }
  }

  StatusOr<WinningReport> Read() {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, facts_.snapshot().Scan(pipeline_.for_type));
    while (cursor->Next()) {
      const std::optional<Held> deal = facts_.Then(cursor->id(), "pipelined");
      if (deal) KITH_RETURN_IF_ERROR(Take(deal->record));
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    WinningReport report{.as_of = as_of_, .won = all_.won, .lost = all_.deals - all_.won};
    report.features = Features();
    report.losses = LossReasons();
    return report;
  }

 private:
  Status Take(const Played& deal) {
    const std::optional<Time> closed = deal.At("closed_at");
    const model::Stage* stage = pipeline_.Find(deal.Ref("stage"));
    if (!closed || stage == nullptr || *closed > as_of_ || (options_.since && *closed < *options_.since)) return absl::OkStatus();
    const bool won = stage->kind == model::StageKind::kWon;
    KITH_ASSIGN_OR_RETURN(const std::set<std::string> features, FeaturesOf(deal, *closed));
    for (const std::string& name : features) Add(counts_[name], won);
    Add(all_, won);
    return won ? absl::OkStatus() : AddLoss(deal);
  }

  static void Add(WinCount& count, bool won) {
    ++count.deals;
    count.won += won ? 1 : 0;
  }

  Status AddLoss(const Played& deal) {
    Losses& losses = losses_[std::string(deal.Choice("loss_reason"))];
    ++losses.deals;
    const Money amount = deal.Amount("amount");
    if (amount.minor != 0) losses.minor[amount.currency.packed()] += amount.minor;
    KITH_ASSIGN_OR_RETURN(std::vector<model::MoveRecord> moves, model::GetMoves(facts_.snapshot(), deal.id()));
    std::erase_if(moves, [&](const model::MoveRecord& move) { return move.at > as_of_; });
    const auto left = [&](const model::MoveRecord& move) { return std::find(open_.begin(), open_.end(), move.from); };
    // A migration from one closed stage to another is no new closing.
    while (!moves.empty() && moves.back().cause == model::MoveCause::kMigration && left(moves.back()) == open_.end()) moves.pop_back();
    if (moves.empty()) return absl::OkStatus();
    const auto from = left(moves.back());
    const auto position = static_cast<size_t>(from - open_.begin());
    if (from != open_.end() && (3 * position >= 2 * open_.size() || position + 1 == open_.size())) ++losses.late;
    return absl::OkStatus();
  }

  StatusOr<std::set<std::string>> FeaturesOf(const Played& deal, Time closed) {
    std::set<std::string> features;
    const FieldDef* reason = deal.type().FindRole("pipelined", "loss_reason");
    for (const FieldDef& field : deal.type().fields) {
      if (field.kind != Kind::kChoice || field.derived || field.ignored_by_insight || &field == reason) continue;
      if (!deal.view().has(field.position) || facts_.snapshot().IsMasked(deal.type(), static_cast<int32_t>(field.position))) continue;
      const catalog::ChoiceDef* choice = field.FindChoice(static_cast<int32_t>(deal.view().GetInt(field.position)));
      if (choice != nullptr) features.insert(field.name + "=" + choice->name);
    }
    std::set<Id> ours;
    Status status;
    const RelationOptions then{.as_of = closed};  // who had a part in it then
    const Facts facts(facts_.snapshot(), then);
    KITH_RETURN_IF_ERROR(facts.ForEach("stake", "deal", deal.id(), [&](const Played& stake) {
      const std::string role(stake.Choice("role"));
      if (!role.empty()) features.insert("role:" + role);
      const StatusOr<bool> met = Met(stake.Ref("person"), closed, ours);
      if (!met.ok()) status = met.status();
      if (met.ok() && *met && !role.empty()) features.insert("met:" + role);
    }));
    KITH_RETURN_IF_ERROR(status);
    if (ours.size() > 1) features.insert("threads");
    KITH_RETURN_IF_ERROR(facts_.ForEach("rival", "deal", deal.id(), [&](const Played&) { features.insert("rival"); }));
    return features;
  }

  // Whether there was an interaction that was theirs too; who of us had one.
  StatusOr<bool> Met(Id person, Time until, std::set<Id>& ours) const {
    bool met = false;
    KITH_RETURN_IF_ERROR(model::ForEachInteraction(facts_.snapshot(), person, [&](const model::InteractionRecord& interaction) {
      if (interaction.at > until || (!interaction.from_them && !interaction.mutual)) return;
      met = true;
      if (!interaction.employee.is_null()) ours.insert(interaction.employee);
    }));
    return met;
  }

  [[nodiscard]] std::vector<WinningFeature> Features() const {
    std::vector<WinningFeature> features;
    const double share = all_.deals > 0 ? static_cast<double>(all_.won) / static_cast<double>(all_.deals) : 0;
    for (const auto& [name, count] : counts_) {
      WinningFeature feature{.name = name, .with = count.deals, .with_won = count.won};
      feature.without = all_.deals - count.deals;
      feature.without_won = all_.won - count.won;
      if (feature.with < options_.fewest || feature.without < options_.fewest || share == 0) continue;
      const Rate rate = WilsonRate(feature.with_won, feature.with, options_.level);
      feature.lift = rate.value / share;
      feature.low = rate.low / share;
      feature.high = rate.high / share;
      const double other = static_cast<double>(feature.without_won) / static_cast<double>(feature.without);
      const double spread =
          std::sqrt(share * (1 - share) * (1 / static_cast<double>(feature.with) + 1 / static_cast<double>(feature.without)));
      if (spread > 0) feature.p_value = 2 * insight_internal::NormalCdf(-std::abs(rate.value - other) / spread);
      features.push_back(std::move(feature));
    }
    std::stable_sort(features.begin(), features.end(), [](const auto& a, const auto& b) { return a.p_value < b.p_value; });
    std::vector<double> p_values;
    p_values.reserve(features.size());
    for (const WinningFeature& feature : features) p_values.push_back(feature.p_value);
    const std::vector<bool> told = insight_internal::Discoveries(p_values, kFalseDiscoveries);
    for (size_t i = 0; i < features.size(); ++i) features[i].told = told[i];
    return features;
  }

  [[nodiscard]] std::vector<LossReason> LossReasons() const {
    std::vector<LossReason> reasons;
    for (const auto& [name, losses] : losses_) {
      const Rate rate = WilsonRate(losses.deals, all_.deals - all_.won, options_.level);
      LossReason& reason = reasons.emplace_back(LossReason{.reason = name, .deals = losses.deals, .late = losses.late});
      reason.share = rate.value;
      reason.low = rate.low;
      reason.high = rate.high;
      for (const auto& [currency, minor] : losses.minor) reason.amount.push_back({minor, Currency::FromPacked(currency)});
    }
    std::stable_sort(reasons.begin(), reasons.end(), [](const LossReason& a, const LossReason& b) { return a.deals > b.deals; });
    return reasons;
  }

  RelationOptions relation_;
  Facts facts_;
  const model::Pipeline& pipeline_;
  const WinningOptions& options_;
  Time as_of_;
  std::vector<Id> open_;  // stages in order
  WinCount all_;
  std::map<std::string, WinCount> counts_;
  std::map<std::string, Losses> losses_;
};

}  // namespace

StatusOr<WinningReport> ReadWinning(const Snapshot& snapshot, std::string_view pipeline, const WinningOptions& options) {
  if (options.fewest < 1 || !(options.level > 0 && options.level < 1)) {
    return MakeError({.reason = Reason::kBadOptions, .field = options.fewest < 1 ? "fewest" : "level"},
                     "at least one deal, and a level between 0 and 1");
  }
  KITH_ASSIGN_OR_RETURN(const model::Pipeline found, model::GetPipeline(snapshot, pipeline));
  return WinningReader(snapshot, found, options).Read();
}

Transparency TransparencyOf(const ForecastReport& report) {
  Transparency transparency;
  transparency.deals = static_cast<int64_t>(report.deals.size());
  const auto variance = [&](const auto& part) {
    double mean = 0;
    double square = 0;
    for (const DealForecast& deal : report.deals) mean += part(deal.contributions) / static_cast<double>(transparency.deals);
    for (const DealForecast& deal : report.deals) {
      const double off = part(deal.contributions) - mean;
      square += off * off / static_cast<double>(transparency.deals);
    }
    return square;
  };
  transparency.process = variance([](const Contributions& parts) { return parts.stage + parts.age; });
  transparency.relations = variance([](const Contributions& parts) { return parts.covariates; });
  return transparency;
}

}  // namespace kith::insight
