// What is known of a person, decayed (§5.1); the stance that follows (§5.3, §5.4.1).
#include <algorithm>
#include <cmath>

#include "insight/relationship/relationship_internal.h"
#include "insight/special_internal.h"

namespace kith::insight {

using insight_internal::BetaQuantile;

namespace relationship_internal {

double Decay(Time at, Time as_of, double half_life_days) {
  const double days = static_cast<double>(as_of.micros - at.micros) / static_cast<double>(kMicrosPerDay);
  return std::exp2(-days / half_life_days);
}

void SortContributions(Score& score) {
  std::sort(score.contributions.begin(), score.contributions.end(), [](const Contribution& a, const Contribution& b) {
    const double x = std::fabs(a.weight * a.value);
    const double y = std::fabs(b.weight * b.value);
    if (x != y) return x > y;
    return a.weight != b.weight ? a.weight > b.weight : a.record < b.record;
  });
}

}  // namespace relationship_internal

namespace {

double SourceWeight(EvidenceSource source, const EvidenceOptions& options) {
  switch (source) {
    case EvidenceSource::kMeasured:
    case EvidenceSource::kDocument:
      return 1;
    case EvidenceSource::kSaidByCustomer:
      return options.said_by_customer;
    case EvidenceSource::kThirdParty:
      return options.third_party;
    case EvidenceSource::kRepOpinion:
      return options.rep_opinion;
  }
  return 0;
}

// The central interval of a value in [-1, 1] known as well as `size` observations tell.
void SetInterval(Score& score, double size, double level) {
  const double mean = std::clamp((1 + score.value) / 2, 0.0, 1.0);
  const double a = std::max(size * mean, 1e-9);
  const double b = std::max(size * (1 - mean), 1e-9);
  score.low = std::min(score.value, 2 * BetaQuantile(a, b, 0.5 - level / 2) - 1);
  score.high = std::max(score.value, 2 * BetaQuantile(a, b, 0.5 + level / 2) - 1);
}

}  // namespace

Score EstimateEvidence(std::span<const Evidence> evidence, Time as_of, const EvidenceOptions& options) {
  Score score;
  double opinions = 0;
  std::vector<bool> opinion;
  for (const Evidence& e : evidence) {
    if (e.at > as_of) continue;
    const double weight = std::clamp(e.confidence, 0.0, 1.0) * SourceWeight(e.source, options) *
                          relationship_internal::Decay(e.at, as_of, options.half_life_days);
    score.contributions.push_back({e.id, weight, std::clamp(e.value, -1.0, 1.0)});
    opinion.push_back(e.source == EvidenceSource::kRepOpinion);
    if (opinion.back()) opinions += weight;
  }
  const double share = opinions > options.rep_opinion_cap ? options.rep_opinion_cap / opinions : 1;
  double weight = 0;
  double sum = options.prior_weight * options.prior_value;
  for (size_t i = 0; i < score.contributions.size(); ++i) {
    Contribution& c = score.contributions[i];
    if (opinion[i]) c.weight *= share;
    weight += c.weight;
    sum += c.weight * c.value;
  }
  score.value = std::clamp(sum / (options.prior_weight + weight), -1.0, 1.0);
  score.confidence = weight / (options.prior_weight + weight);
  SetInterval(score, options.prior_weight + weight, options.level);
  relationship_internal::SortContributions(score);
  return score;
}

Score Stance(const StanceInputs& inputs, const StanceOptions& options) {
  const std::pair<const Score*, double> parts[] = {
      {&inputs.solution, options.solution_weight}, {&inputs.price, options.price_weight}, {&inputs.closeness, options.closeness_weight}};
  const double total = options.solution_weight + options.price_weight + options.closeness_weight;
  Score stance;
  double doubt = 1;
  for (const auto& [part, weight] : parts) {
    const double share = weight / total;
    stance.value += share * part->value;
    stance.low += share * part->low;
    stance.high += share * part->high;
    doubt *= 1 - part->confidence;
    for (const Contribution& c : part->contributions) stance.contributions.push_back({c.record, c.weight * share, c.value});
  }
  stance.confidence = 1 - doubt;
  relationship_internal::SortContributions(stance);
  return stance;
}

Topic WeakestInput(const StanceInputs& inputs, const StanceOptions& options) {
  const std::pair<Topic, double> room[] = {{Topic::kSolution, options.solution_weight * (1 - inputs.solution.value)},
                                           {Topic::kPrice, options.price_weight * (1 - inputs.price.value)},
                                           {Topic::kCloseness, options.closeness_weight * (1 - inputs.closeness.value)}};
  return std::max_element(std::begin(room), std::end(room), [](const auto& a, const auto& b) { return a.second < b.second; })->first;
}

double DisplayScore(double stance) { return std::clamp(50 * (1 + stance), 0.0, 100.0); }

std::string_view NameOf(Light light) { return light == Light::kGreen ? "green" : light == Light::kAmber ? "amber" : "red"; }

Light LightOf(double display_score) {
  if (display_score < 40) return Light::kRed;
  return display_score < 60 ? Light::kAmber : Light::kGreen;
}

Score HeadToHead(int64_t wins, int64_t deals, double level) {
  Score score;
  const auto a = static_cast<double>(1 + wins);
  const auto b = static_cast<double>(1 + deals - wins);
  score.value = a / (a + b);
  score.confidence = static_cast<double>(deals) / (a + b);
  score.low = std::min(score.value, BetaQuantile(a, b, 0.5 - level / 2));
  score.high = std::max(score.value, BetaQuantile(a, b, 0.5 + level / 2));
  return score;
}

}  // namespace kith::insight
