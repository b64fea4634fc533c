// Tie strength from interactions (§5.2): time spent, recency, reciprocity; outreach that nobody answers is capped.
#include <algorithm>
#include <array>
#include <cmath>

#include "insight/relationship/relationship_internal.h"
#include "insight/special_internal.h"

namespace kith::insight {
namespace {

double Weight(const Interaction& interaction) {
  return model::InteractionWeight(interaction.kind, interaction.minutes, interaction.externals);
}

double StrengthOf(double amount, const TieOptions& options) { return -std::expm1(-amount / options.scale); }

double EffectiveAmount(double in, double out, const TieOptions& options) {
  return in + std::min(out, options.outreach_ratio * in + options.outreach_alone);
}

}  // namespace

void TieAmounts::Add(const Interaction& interaction) {
  if (interaction.at > at_) return;
  const double weight = Weight(interaction) * relationship_internal::Decay(interaction.at, at_, options_.half_life_days);
  (interaction.direction == Direction::kOut ? out_ : in_) += weight;
}

void TieAmounts::MoveTo(Time later) {
  const double decay = relationship_internal::Decay(at_, later, options_.half_life_days);
  in_ *= decay;
  out_ *= decay;
  at_ = later;
}

double TieAmounts::strength() const { return StrengthOf(EffectiveAmount(in_, out_, options_), options_); }

double relationship_internal::TieValue(const model::TieSums& sums, const TieOptions& options) {
  return StrengthOf(EffectiveAmount(sums.in, sums.out, options), options);
}

Score TieStrength(const model::TieSums& sums, const TieOptions& options) {
  const double amount = EffectiveAmount(sums.in, sums.out, options);
  const double seen = sums.in + sums.out;
  Score score;
  score.value = StrengthOf(amount, options);
  score.confidence = seen / (1 + seen);
  // Anscombe: the root of a count plus 3/8 has variance 1/4.
  constexpr double kShift = 0.375;
  const double spread = insight_internal::NormalQuantile(0.5 + options.level / 2) / 2;
  const double root = std::sqrt(amount + kShift);
  const double least = std::max(0.0, root - spread);
  score.low = std::min(score.value, StrengthOf(std::max(0.0, least * least - kShift), options));
  score.high = std::max(score.value, StrengthOf((root + spread) * (root + spread) - kShift, options));
  return score;
}

Score TieStrength(std::span<const Interaction> interactions, Time as_of, const TieOptions& options) {
  TieAmounts amounts(as_of, options);
  std::vector<Contribution> contributions;
  for (const Interaction& interaction : interactions) {
    if (interaction.at > as_of) continue;
    amounts.Add(interaction);
    const double weight = Weight(interaction) * relationship_internal::Decay(interaction.at, as_of, options.half_life_days);
    if (weight > 0) contributions.push_back({interaction.id, weight, interaction.direction == Direction::kOut ? 0.0 : 1.0});
  }
  Score score = TieStrength(model::TieSums{.in = amounts.in(), .out = amounts.out()}, options);
  score.contributions = std::move(contributions);
  relationship_internal::SortContributions(score);
  return score;
}

double NoisyOr(std::span<const double> strengths) {
  double none = 1;
  for (const double strength : strengths) none *= 1 - std::clamp(strength, 0.0, 1.0);
  return 1 - none;
}

Score NoisyOr(std::span<const Score> ties) {
  Score all;
  std::array<double, 4> none = {1, 1, 1, 1};
  for (const Score& tie : ties) {
    none[0] *= 1 - tie.value;
    none[1] *= 1 - tie.confidence;
    none[2] *= 1 - tie.low;
    none[3] *= 1 - tie.high;
    all.contributions.insert(all.contributions.end(), tie.contributions.begin(), tie.contributions.end());
  }
  all.value = 1 - none[0];
  all.confidence = 1 - none[1];
  all.low = 1 - none[2];
  all.high = 1 - none[3];
  relationship_internal::SortContributions(all);
  return all;
}

Coverage CoverageOf(std::span<const Interaction> interactions, Time as_of) {
  model::TieSums counts;
  for (const Interaction& interaction : interactions) {
    if (interaction.at <= as_of) ++(interaction.direction == Direction::kOut ? counts.outreach : counts.theirs);
  }
  return CoverageOf(counts);
}

Coverage CoverageOf(const model::TieSums& sums) {
  constexpr int kMultipleFrom = 2;
  constexpr int kInDepthFrom = 5;
  if (sums.theirs + sums.outreach == 0) return Coverage::kUnknown;
  if (sums.theirs == 0) return Coverage::kNone;
  if (sums.theirs >= kInDepthFrom) return Coverage::kInDepth;
  return sums.theirs >= kMultipleFrom ? Coverage::kMultiple : Coverage::kBrief;
}

}  // namespace kith::insight
