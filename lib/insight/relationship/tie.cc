// Tie strength from interactions (§5.2): time spent, recency, reciprocity; outreach that nobody answers is capped.
#include <algorithm>
#include <array>
#include <cmath>

#include "insight/relationship/relationship_internal.h"
#include "insight/special_internal.h"

namespace kith::insight {
namespace {

double KindWeight(InteractionKind kind) {
  switch (kind) {
    case InteractionKind::kMeeting:
    case InteractionKind::kVisit:
      return 5;
    case InteractionKind::kDinner:
    case InteractionKind::kVideo:
      return 4;
    case InteractionKind::kCall:
      return 3;
    case InteractionKind::kChat:
      return 1.5;
    case InteractionKind::kMail:
      return 1;
    case InteractionKind::kMaterial:
      return 0.5;
    case InteractionKind::kMassMail:
      return 0.05;
    case InteractionKind::kOther:
      return 0;
  }
  return 0;
}

double Weight(const Interaction& interaction) {
  const double length = interaction.minutes ? std::min(2.0, 0.5 + static_cast<double>(std::max<int64_t>(0, *interaction.minutes)) / 60) : 1;
  return KindWeight(interaction.kind) * length / std::sqrt(static_cast<double>(std::max<int64_t>(1, interaction.externals)));
}

double StrengthOf(double amount, const TieOptions& options) { return -std::expm1(-amount / options.scale); }

double EffectiveAmount(const TieAmounts& amounts, const TieOptions& options) {
  return amounts.in() + std::min(amounts.out(), options.outreach_ratio * amounts.in() + options.outreach_alone);
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

double TieAmounts::strength() const { return StrengthOf(EffectiveAmount(*this, options_), options_); }

Score TieStrength(std::span<const Interaction> interactions, Time as_of, const TieOptions& options) {
  TieAmounts amounts(as_of, options);
  Score score;
  for (const Interaction& interaction : interactions) {
    if (interaction.at > as_of) continue;
    amounts.Add(interaction);
    const double weight = Weight(interaction) * relationship_internal::Decay(interaction.at, as_of, options.half_life_days);
    if (weight > 0) score.contributions.push_back({interaction.id, weight, interaction.direction == Direction::kOut ? 0.0 : 1.0});
  }
  const double amount = EffectiveAmount(amounts, options);
  const double seen = amounts.in() + amounts.out();
  score.value = StrengthOf(amount, options);
  score.confidence = seen / (1 + seen);
  // Anscombe: the root of a count plus 3/8 has variance 1/4.
  constexpr double kShift = 0.375;
  const double spread = insight_internal::NormalQuantile(0.5 + options.level / 2) / 2;
  const double root = std::sqrt(amount + kShift);
  const double least = std::max(0.0, root - spread);
  score.low = std::min(score.value, StrengthOf(std::max(0.0, least * least - kShift), options));
  score.high = std::max(score.value, StrengthOf((root + spread) * (root + spread) - kShift, options));
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
  constexpr int kMultipleFrom = 2;
  constexpr int kInDepthFrom = 5;
  int theirs = 0;
  bool any = false;
  for (const Interaction& interaction : interactions) {
    if (interaction.at > as_of) continue;
    any = true;
    theirs += interaction.direction != Direction::kOut;
  }
  if (!any) return Coverage::kUnknown;
  if (theirs == 0) return Coverage::kNone;
  if (theirs >= kInDepthFrom) return Coverage::kInDepth;
  return theirs >= kMultipleFrom ? Coverage::kMultiple : Coverage::kBrief;
}

}  // namespace kith::insight
