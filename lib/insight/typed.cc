#include "kith/insight/typed.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "insight/closing_internal.h"
#include "insight/median_internal.h"
#include "insight/slips_internal.h"
#include "insight/special_internal.h"
#include "insight/tables_internal.h"
#include "kith/base/concat.h"

namespace kith::insight {
namespace {

using insight_internal::kNan;
using insight_internal::NormalCdf;
using insight_internal::Percent;

constexpr double kSurest = 0.99;  // nobody is surer than this
constexpr int64_t kWholePercent = 100;

// The field in which a person types a chance.
const catalog::FieldDef* ChanceField(const catalog::TypeDef& type) {
  for (const catalog::FieldDef& field : type.fields) {
    if (!field.ignored_by_insight || field.kind != Kind::kInt || !field.maximum) continue;
    const auto* most = field.maximum->get_if<int64_t>();
    if (most != nullptr && *most == kWholePercent) return &field;
  }
  return nullptr;
}

class TypedReader {
 public:
  TypedReader(const Snapshot& snapshot, const catalog::TypeDef& type, const query::Days& days, Time as_of)
      : snapshot_(snapshot), days_(days), as_of_(as_of), chance_(ChanceField(type)), date_(type.FindRole("pipelined", "close_date")) {}

  StatusOr<TypedDeal> Read(const model::DealPath& path, const model::PathMove& closing, bool won) const {
    TypedDeal deal;
    deal.deal = path.deal;
    deal.owner = closing.owner;
    deal.won = won;
    const Time closed = closing.at;
    const Time middle{path.moves.front().at.micros + (closed.micros - path.moves.front().at.micros) / 2};
    const StatusOr<Record> then = snapshot_.GetAsOf(path.deal, {.effective = middle});
    if (absl::IsNotFound(then.status())) return deal;
    KITH_RETURN_IF_ERROR(then.status());
    const record::View view = then->view();
    if (chance_ != nullptr && view.has(chance_->position)) {
      deal.chance = static_cast<double>(view.GetInt(chance_->position)) / static_cast<double>(kWholePercent);
    }
    if (date_ == nullptr) return deal;
    if (won && view.has(date_->position)) {
      deal.days_late = static_cast<double>(days_.DateOf(closed).days) - static_cast<double>(view.GetInt(date_->position));
    }
    KITH_ASSIGN_OR_RETURN(deal.slips, insight_internal::SlipsOf(snapshot_, *date_, path.deal, {.effective = as_of_}));
    return deal;
  }

 private:
  const Snapshot& snapshot_;
  const query::Days& days_;
  Time as_of_;
  const catalog::FieldDef* chance_;
  const catalog::FieldDef* date_;
};

RepBias Measure(Id owner, const std::vector<const TypedDeal*>& deals) {
  RepBias rep;
  rep.owner = owner;
  double excess = 0;
  double variance = 0;
  std::vector<double> late;
  for (const TypedDeal* deal : deals) {
    rep.slips_per_deal += static_cast<double>(deal->slips) / static_cast<double>(deals.size());
    if (deal->days_late) late.push_back(*deal->days_late);
    if (!deal->chance) continue;
    const double p = std::clamp(*deal->chance, 1 - kSurest, kSurest);
    ++rep.deals;
    rep.typed += *deal->chance;
    rep.won += deal->won;
    excess += p - deal->won;
    variance += p * (1 - p);
  }
  const auto n = static_cast<double>(rep.deals);
  rep.typed = rep.deals > 0 ? rep.typed / n : kNan;
  rep.won = rep.deals > 0 ? rep.won / n : kNan;
  rep.p_value = rep.deals > 0 ? 2 * NormalCdf(-std::abs(excess) / std::sqrt(variance)) : 1;
  rep.dated = static_cast<int64_t>(late.size());
  rep.median_days_late = insight_internal::MedianOf(std::move(late));
  return rep;
}

std::string TextOf(const RepBias& rep, const BiasOptions& options) {
  if (rep.deals < options.minimum_deals) return "not enough deals to tell";
  const std::string numbers = Concat({Percent(rep.typed), " typed, ", Percent(rep.won), " won of ", std::to_string(rep.deals)});
  if (rep.bias == Bias::kHappyEars) return "too hopeful: " + numbers;
  if (rep.bias == Bias::kSandbagging) return "too cautious: " + numbers;
  return "no bias that chance would not bring: " + numbers;
}

}  // namespace

std::string_view NameOf(Bias bias) {
  constexpr std::array<std::string_view, 3> kNames = {"none", "happy_ears", "sandbagging"};
  return kNames.at(static_cast<size_t>(bias));
}

StatusOr<std::vector<TypedDeal>> ReadTypedDeals(const Snapshot& snapshot, const model::Pipeline& pipeline, Time as_of) {
  const catalog::TypeDef* type = snapshot.catalog().FindType(pipeline.for_type);
  if (type == nullptr) return MakeError({.reason = Reason::kUnknownType, .type = pipeline.for_type}, "the pipeline's type is gone");
  KITH_ASSIGN_OR_RETURN(const std::vector<model::DealPath> paths, model::ReadPaths(snapshot, pipeline.id, {.as_of = as_of}));
  const TypedReader reader(snapshot, *type, pipeline.days, as_of);
  std::vector<TypedDeal> deals;
  for (const model::DealPath& path : paths) {
    const model::PathMove* closing = insight_internal::ClosingOf(pipeline, path.moves);
    if (closing == nullptr) continue;
    KITH_ASSIGN_OR_RETURN(TypedDeal deal, reader.Read(path, *closing, pipeline.Find(closing->to)->kind == model::StageKind::kWon));
    deals.push_back(deal);
  }
  return deals;
}

std::vector<RepBias> BiasesOf(const std::vector<TypedDeal>& deals, const BiasOptions& options) {
  std::map<Id, std::vector<const TypedDeal*>> by_owner;
  for (const TypedDeal& deal : deals) by_owner[deal.owner].push_back(&deal);
  std::vector<RepBias> reps;
  std::vector<double> p_values;
  for (const auto& [owner, own] : by_owner) {
    reps.push_back(Measure(owner, own));
    p_values.push_back(reps.back().deals >= options.minimum_deals ? reps.back().p_value : 1);
  }
  const std::vector<bool> discovered = insight_internal::Discoveries(p_values, options.false_discovery);
  for (size_t i = 0; i < reps.size(); ++i) {
    if (discovered[i]) reps[i].bias = reps[i].typed > reps[i].won ? Bias::kHappyEars : Bias::kSandbagging;
    reps[i].text = TextOf(reps[i], options);
  }
  std::stable_sort(reps.begin(), reps.end(), [](const RepBias& a, const RepBias& b) { return a.p_value < b.p_value; });
  return reps;
}

}  // namespace kith::insight
