// The properties of the formulas of people and chains (domain model §5.1 to §5.4.2, §6.1) on random facts, beside naive forms of the same.
#include "kith/insight/relationship.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "kith/base/limits.h"
#include "support/settings.h"
#include "unit/insight/made_facts.h"

namespace kith::insight {
namespace {

using kith::testing::TestSeed;
using testing::Below;
using ::testing::ElementsAre;
using testing::Known;
using testing::kTolerance;
using testing::Random;
using testing::Rounds;
using testing::Shuffle;

constexpr Time kNow{1'780'000'000 * kMicrosPerSecond};

Time DaysAgo(double days) { return Time{kNow.micros - static_cast<int64_t>(days * static_cast<double>(kMicrosPerDay))}; }

Evidence MakeEvidence(Random& random, uint64_t id) {
  return {Id(id), 2 * random.Uniform() - 1, random.Uniform(), static_cast<EvidenceSource>(1 + Below(random, 5)),
          DaysAgo(1000 * random.Uniform())};
}
std::vector<Evidence> MakeEvidences(Random& random) {
  std::vector<Evidence> all;
  for (int64_t i = Below(random, 12); i > 0; --i) all.push_back(MakeEvidence(random, static_cast<uint64_t>(i)));
  return all;
}
Interaction MakeInteraction(Random& random, uint64_t id) {
  Interaction interaction;
  interaction.id = Id(id);
  interaction.kind = static_cast<InteractionKind>(1 + Below(random, 10));
  interaction.direction = static_cast<Direction>(1 + Below(random, 3));
  if (random.Chance(0.5)) interaction.minutes = Below(random, 200);
  interaction.externals = 1 + Below(random, 4);
  interaction.at = DaysAgo(600 * random.Uniform());
  return interaction;
}
std::vector<Interaction> MakeInteractions(Random& random) {
  std::vector<Interaction> all;
  for (int64_t i = Below(random, 30); i > 0; --i) all.push_back(MakeInteraction(random, static_cast<uint64_t>(i)));
  return all;
}

// --- evidence

TEST(Evidence, IsNeutralWithoutAny) {
  const Score none = EstimateEvidence({}, kNow);
  EXPECT_EQ(none.value, 0);
  EXPECT_EQ(none.confidence, 0);
  EXPECT_LT(none.low, -0.9);
  EXPECT_GT(none.high, 0.9);
}

TEST(Evidence, IsBoundedMonotoneAndOrderIndependent) {
  Random random(TestSeed(1));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<Evidence> all = MakeEvidences(random);
    const Score score = EstimateEvidence(all, kNow);
    double least = 0;
    double most = 0;
    for (const Evidence& e : all) {
      least = std::min(least, e.value);
      most = std::max(most, e.value);
    }
    EXPECT_GE(score.value, least - kTolerance);
    EXPECT_LE(score.value, most + kTolerance);
    EXPECT_GE(score.confidence, 0);
    EXPECT_LT(score.confidence, 1);
    EXPECT_LE(score.low, score.value);
    EXPECT_GE(score.high, score.value);
    // The contributions are the whole of the score.
    double weight = 1;
    double sum = 0;
    for (const Contribution& c : score.contributions) {
      weight += c.weight;
      sum += c.weight * c.value;
    }
    EXPECT_NEAR(sum / weight, score.value, kTolerance);
    EXPECT_EQ(score.contributions.size(), all.size());
    Shuffle(all, random);
    EXPECT_NEAR(EstimateEvidence(all, kNow).value, score.value, kTolerance);
    if (all.empty()) continue;
    Evidence& better = all[static_cast<size_t>(Below(random, static_cast<int64_t>(all.size())))];
    better.value += (1 - better.value) * random.Uniform();
    EXPECT_GE(EstimateEvidence(all, kNow).value, score.value - kTolerance);
  }
}

TEST(Evidence, FadesToThePrior) {
  Random random(TestSeed(2));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<Evidence> all = MakeEvidences(random);
    all.push_back(MakeEvidence(random, 99));
    const EvidenceOptions options{.prior_value = random.Uniform() - 0.5};
    double confidence = 1;
    for (const double years : {1.0, 2.0, 5.0, 20.0}) {
      const Score score = EstimateEvidence(all, DaysAgo(-365 * years), options);
      EXPECT_LT(score.confidence, confidence);
      confidence = score.confidence;
    }
    EXPECT_NEAR(confidence, 0, 1e-6);
    EXPECT_NEAR(EstimateEvidence(all, DaysAgo(-365 * 20), options).value, options.prior_value, 1e-6);
    EXPECT_TRUE(EstimateEvidence(all, DaysAgo(2000)).contributions.empty());  // not known yet
  }
}

// M18, W15: however much reps typed, it stays an opinion.
TEST(Evidence, OpinionsOfRepsAreCapped) {
  std::vector<Evidence> opinions;
  for (uint64_t i = 1; i <= 100; ++i) opinions.push_back({Id(i), 1, 1, EvidenceSource::kRepOpinion, kNow});
  const Score score = EstimateEvidence(opinions, kNow);
  EXPECT_NEAR(score.confidence, 1.0 / 3, kTolerance);
  EXPECT_NEAR(score.value, 1.0 / 3, kTolerance);
  // Against two documents that say no they move the score from -.667 to -.429 at most.
  std::vector<Evidence> mixed = opinions;
  mixed.push_back({Id(200), -1, 1, EvidenceSource::kDocument, kNow});
  mixed.push_back({Id(201), -1, 1, EvidenceSource::kDocument, kNow});
  EXPECT_NEAR(EstimateEvidence(mixed, kNow).value, -1.5 / 3.5, kTolerance);
  Random random(TestSeed(20));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<Evidence> typed = MakeEvidences(random);
    for (Evidence& e : typed) e.source = EvidenceSource::kRepOpinion;
    EXPECT_LE(EstimateEvidence(typed, kNow).confidence, 1.0 / 3 + kTolerance);
    // Nor do they move what others say by more than their capped weight could.
    std::vector<Evidence> others = MakeEvidences(random);
    std::erase_if(others, [](const Evidence& e) { return e.source == EvidenceSource::kRepOpinion; });
    const Score without = EstimateEvidence(others, kNow);
    others.insert(others.end(), typed.begin(), typed.end());
    const double rest = 1 / (1 - without.confidence);  // prior and evidence
    EXPECT_LE(std::fabs(EstimateEvidence(others, kNow).value - without.value), 0.5 * 2 / (rest + 0.5) + kTolerance);
  }
}

// M09: more evidence narrows.
TEST(Evidence, MoreOfTheSameNarrowsTheInterval) {
  std::vector<Evidence> all;
  double width = 2;
  for (uint64_t i = 1; i <= 20; ++i) {
    all.push_back({Id(i), i % 2 == 0 ? 0.5 : -0.5, 1, EvidenceSource::kDocument, kNow});
    if (i % 2 != 0) continue;
    const Score score = EstimateEvidence(all, kNow);
    EXPECT_LT(score.high - score.low, width);
    width = score.high - score.low;
  }
}

// --- ties; M17

// The formula read off the page.
double NaiveTie(const std::vector<Interaction>& all, Time as_of) {
  const double weights[] = {0, 5, 5, 4, 3, 1.5, 1, 0.05, 0.5, 4, 0};
  double in = 0;
  double out = 0;
  for (const Interaction& i : all) {
    if (i.at > as_of) continue;
    const double g = i.minutes ? std::min(2.0, 0.5 + static_cast<double>(*i.minutes) / 60) : 1;
    const double age = static_cast<double>(as_of.micros - i.at.micros) / static_cast<double>(kMicrosPerDay);
    const double w = weights[static_cast<size_t>(i.kind)] * g / std::sqrt(static_cast<double>(i.externals)) * std::pow(2, -age / 90);
    (i.direction == Direction::kOut ? out : in) += w;
  }
  return 1 - std::exp(-(in + std::min(out, 2 * in + 1)) / 10);
}

TEST(Tie, EqualsTheFormulaInAnyOrder) {
  Random random(TestSeed(3));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<Interaction> all = MakeInteractions(random);
    const Score tie = TieStrength(all, kNow);
    EXPECT_NEAR(tie.value, NaiveTie(all, kNow), kTolerance);
    EXPECT_GE(tie.value, 0);
    EXPECT_LE(tie.value, 1);
    EXPECT_LE(tie.low, tie.value);
    EXPECT_GE(tie.high, tie.value);
    Shuffle(all, random);
    EXPECT_NEAR(TieStrength(all, kNow).value, tie.value, kTolerance);
  }
  EXPECT_EQ(TieStrength({}, kNow).value, 0);
  EXPECT_EQ(TieStrength({}, kNow).confidence, 0);
}

TEST(Tie, NeverFallsByAnEventNorRisesByTime) {
  Random random(TestSeed(4));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<Interaction> all = MakeInteractions(random);
    const double before = TieStrength(all, kNow).value;
    EXPECT_LE(TieStrength(all, DaysAgo(-100 * random.Uniform())).value, before + kTolerance);
    all.push_back(MakeInteraction(random, 99));
    EXPECT_GE(TieStrength(all, kNow).value, before - kTolerance);
  }
}

TEST(Tie, OutreachAloneBuysLittle) {
  Random random(TestSeed(21));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<Interaction> all = MakeInteractions(random);
    for (Interaction& i : all) i.direction = Direction::kOut;
    EXPECT_LE(TieStrength(all, kNow).value, 1 - std::exp(-0.1) + kTolerance);
  }
  std::vector<Interaction> mails(1000, {Id(1), Id(2), Id(3), InteractionKind::kMail, Direction::kOut, {}, 1, kNow});
  EXPECT_LE(TieStrength(mails, kNow).value, 1 - std::exp(-0.1) + kTolerance);
  mails.push_back({Id(9), Id(2), Id(3), InteractionKind::kMeeting, Direction::kMutual, 60, 1, kNow});
  EXPECT_GT(TieStrength(mails, kNow).value, 0.8);  // answered, it counts
}

TEST(Tie, HalvesAfterItsHalfLifeAndShiftsWithTime) {
  const std::vector<Interaction> one = {{Id(1), Id(2), Id(3), InteractionKind::kMeeting, Direction::kIn, {}, 1, kNow}};
  const double now = -std::log(1 - TieStrength(one, kNow).value);
  EXPECT_NEAR(-std::log(1 - TieStrength(one, DaysAgo(-90)).value), now / 2, kTolerance);
  Random random(TestSeed(5));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<Interaction> all = MakeInteractions(random);
    TieAmounts amounts(kNow);
    for (const Interaction& i : all) amounts.Add(i);
    TieAmounts later = amounts;
    later.MoveTo(DaysAgo(-90));
    EXPECT_NEAR(later.in(), amounts.in() / 2, kTolerance);
    EXPECT_NEAR(later.out(), amounts.out() / 2, kTolerance);
    const double tie = TieStrength(all, kNow).value;
    const auto days = 1 + Below(random, 2000);
    for (Interaction& i : all) i.at.micros += days * kMicrosPerDay;
    EXPECT_NEAR(TieStrength(all, DaysAgo(-static_cast<double>(days))).value, tie, kTolerance);
  }
}

// What a team or the firm has together; M08, M19.
TEST(NoisyOrOfTies, IsAtLeastTheBestAndGrowsWithEach) {
  Random random(TestSeed(22));
  EXPECT_EQ(NoisyOr(std::span<const double>()), 0);
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<double> ties;
    double apart = 1;
    for (int64_t i = 1 + Below(random, 6); i > 0; --i) {
      ties.push_back(random.Uniform());
      apart *= 1 - ties.back();
    }
    const double all = NoisyOr(ties);
    EXPECT_NEAR(all, 1 - apart, kTolerance);
    EXPECT_GE(all, *std::max_element(ties.begin(), ties.end()) - kTolerance);
    EXPECT_LE(all, 1);
    Shuffle(ties, random);
    EXPECT_NEAR(NoisyOr(ties), all, kTolerance);
    // Members taken together in parts come to the same.
    const size_t half = ties.size() / 2;
    const std::vector<double> parts = {NoisyOr(std::span(ties).first(half)), NoisyOr(std::span(ties).subspan(half))};
    EXPECT_NEAR(NoisyOr(parts), all, kTolerance);
    ties.front() += (1 - ties.front()) * random.Uniform();
    EXPECT_GE(NoisyOr(ties), all - kTolerance);
    ties.push_back(random.Uniform());
    EXPECT_GE(NoisyOr(ties), all - kTolerance);
  }
}

TEST(Tie, KeptIncrementallyEqualsRecomputation) {
  Random random(TestSeed(6));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<Interaction> all = MakeInteractions(random);
    std::sort(all.begin(), all.end(), [](const Interaction& a, const Interaction& b) { return a.at < b.at; });
    TieAmounts amounts(DaysAgo(700));
    for (const Interaction& i : all) {
      amounts.MoveTo(i.at);
      amounts.Add(i);
    }
    amounts.MoveTo(kNow);
    EXPECT_NEAR(amounts.strength(), NaiveTie(all, kNow), kTolerance);
  }
}

TEST(Tie, CoverageComesFromWhatTheyTookPartIn) {
  std::vector<Interaction> all;
  EXPECT_EQ(CoverageOf(all, kNow), Coverage::kUnknown);
  const auto add = [&](Direction direction) { all.push_back({Id(1), Id(2), Id(3), InteractionKind::kCall, direction, {}, 1, kNow}); };
  add(Direction::kOut);
  EXPECT_EQ(CoverageOf(all, kNow), Coverage::kNone);
  add(Direction::kIn);
  EXPECT_EQ(CoverageOf(all, kNow), Coverage::kBrief);
  add(Direction::kMutual);
  EXPECT_EQ(CoverageOf(all, kNow), Coverage::kMultiple);
  for (int i = 0; i < 3; ++i) add(Direction::kIn);
  EXPECT_EQ(CoverageOf(all, kNow), Coverage::kInDepth);
}

// --- stance; M04

TEST(StanceOfAPerson, IsMonotoneAndNeutralWithoutEvidence) {
  const Score none = Stance({EstimateEvidence({}, kNow), EstimateEvidence({}, kNow), TieStrength({}, kNow)});
  EXPECT_EQ(DisplayScore(none.value), 50);
  EXPECT_EQ(none.confidence, 0);
  EXPECT_EQ(LightOf(50), Light::kAmber);
  // What was known fades to the same.
  const std::vector<Evidence> said = {{Id(1), -1, 1, EvidenceSource::kDocument, kNow}};
  const std::vector<Interaction> met = {{Id(2), Id(3), Id(4), InteractionKind::kMeeting, Direction::kMutual, 60, 1, kNow}};
  const Time late = DaysAgo(-365 * 30);
  const Score faded = Stance({EstimateEvidence(said, late), EstimateEvidence(said, late), TieStrength(met, late)});
  EXPECT_NEAR(DisplayScore(faded.value), 50, 1e-6);
  EXPECT_NEAR(faded.confidence, 0, 1e-6);
  Random random(TestSeed(7));
  for (int round = 0; round < Rounds(); ++round) {
    StanceInputs inputs = {Known(2 * random.Uniform() - 1), Known(2 * random.Uniform() - 1), Known(random.Uniform())};
    const double before = Stance(inputs).value;
    EXPECT_GE(before, -0.6 - kTolerance);
    EXPECT_LE(before, 1 + kTolerance);
    Score* parts[] = {&inputs.solution, &inputs.price, &inputs.closeness};
    Score& part = *parts[Below(random, 3)];
    part.value += (1 - part.value) * random.Uniform();
    EXPECT_GE(Stance(inputs).value, before - kTolerance);
  }
  EXPECT_EQ(WeakestInput({Known(-1), Known(1), Known(1)}), Topic::kSolution);
  EXPECT_EQ(WeakestInput({Known(1), Known(-1), Known(1)}), Topic::kPrice);
}

// --- the chain; M05, O11

// A member whose own stance is `y0`, in [-.6, 1].
ChainMember Member(uint64_t id, ChainRole role, double y0, bool veto = false, bool approve = false) {
  const double part = y0 >= 0 ? y0 : y0 / 0.6;
  return {Id(id), {role}, Political::kInnerCircle, veto, approve, {Known(part), Known(part), Known(std::max(0.0, part))}};
}
Chain MakeChain(Random& random, size_t size) {
  Chain chain;
  for (size_t i = 0; i < size; ++i) {
    ChainMember member = Member(i + 1, static_cast<ChainRole>(1 + Below(random, 10)), 1.6 * random.Uniform() - 0.6, random.Chance(0.15),
                                random.Chance(0.15));
    member.political = static_cast<Political>(Below(random, 3));
    chain.members.push_back(member);
  }
  for (size_t i = 0; size > 1 && i < 2 * size; ++i) {
    const auto from = static_cast<size_t>(Below(random, static_cast<int64_t>(size)));
    const auto to = static_cast<size_t>(Below(random, static_cast<int64_t>(size)));
    if (from != to) chain.lines.push_back({from, to, 0.05 + random.Uniform()});
  }
  return chain;
}
ChainReport Report(const Chain& chain, std::span<const double> reach = {}, const ChainOptions& options = {}) {
  StatusOr<ChainReport> report = ScoreChain(chain, reach, options);
  EXPECT_TRUE(report.ok()) << report.status();
  return *std::move(report);
}
void Raise(StanceInputs& inputs, double step) {
  for (Score* part : {&inputs.solution, &inputs.price, &inputs.closeness}) part->value = std::min(1.0, part->value + step);
}
// A stance raised by exactly `step`.
void RaiseOwn(StanceInputs& inputs, double step) { inputs.solution.value += step / 0.4; }

TEST(DecisionChain, PropagatesAsTheIterationDoes) {
  Random random(TestSeed(8));
  for (int round = 0; round < Rounds() / 4; ++round) {
    const Chain chain = MakeChain(random, 1 + static_cast<size_t>(Below(random, 12)));
    const ChainReport report = Report(chain);
    const size_t n = chain.members.size();
    std::vector<double> own(n);
    for (size_t i = 0; i < n; ++i) own[i] = Stance(chain.members[i].inputs).value;
    std::vector<double> heard(n, 0.0);
    for (const ChainLine& line : chain.lines) heard[line.to] += line.weight;
    std::vector<double> y = own;
    for (int step = 0; step < 2000; ++step) {
      std::vector<double> next(n);
      for (size_t i = 0; i < n; ++i) next[i] = (1 - std::min(0.9, heard[i])) * own[i];
      for (const ChainLine& line : chain.lines)
        next[line.to] += std::min(0.9, heard[line.to]) * line.weight / heard[line.to] * y[line.from];
      y = next;
    }
    const auto [least, most] = std::minmax_element(own.begin(), own.end());
    double influence = 0;
    double weight = 0;
    for (size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(report.people[i].stance, y[i], 1e-8);
      EXPECT_GE(report.people[i].stance, *least - kTolerance);
      EXPECT_LE(report.people[i].stance, *most + kTolerance);
      influence += report.people[i].influence;
      weight += report.people[i].weight;
    }
    EXPECT_NEAR(influence, weight, kTolerance);  // 1 but for the missing roles
    if (report.missing.empty()) {
      EXPECT_NEAR(weight, 1, kTolerance);
    }
    EXPECT_LE(report.score.low, report.score.value + kTolerance);
    EXPECT_GE(report.score.high, report.score.value - kTolerance);
  }
}

TEST(DecisionChain, RaisingAnyStanceNeverLowersIt) {
  Random random(TestSeed(9));
  for (int round = 0; round < Rounds(); ++round) {
    Chain chain = MakeChain(random, 1 + static_cast<size_t>(Below(random, 10)));
    const ChainReport before = Report(chain);
    ChainMember& member = chain.members[static_cast<size_t>(Below(random, static_cast<int64_t>(chain.members.size())))];
    Raise(member.inputs, random.Uniform());
    const ChainReport after = Report(chain);
    EXPECT_GE(after.value, before.value - kTolerance);
    for (size_t i = 0; i < after.people.size(); ++i) EXPECT_GE(after.people[i].stance, before.people[i].stance - kTolerance);
  }
}

TEST(DecisionChain, InfluenceIsTheGradient) {
  Random random(TestSeed(10));
  for (int round = 0; round < Rounds() / 4; ++round) {
    Chain chain = MakeChain(random, 2 + static_cast<size_t>(Below(random, 8)));
    for (ChainMember& member : chain.members) member.veto = member.approve = false;
    const ChainReport before = Report(chain);
    const auto j = static_cast<size_t>(Below(random, static_cast<int64_t>(chain.members.size())));
    // Nothing binds, so what somebody's change gains is their influence times how far they may come.
    for (const ChainAdvice& advice : Report(chain, std::vector<double>(chain.members.size(), 0.5)).advice) {
      const auto who = std::find_if(before.people.begin(), before.people.end(), [&](const auto& p) { return p.contact == advice.contact; });
      EXPECT_NEAR(advice.gain, who->influence * (1 - who->own.value) * 0.5, kTolerance);
    }
    RaiseOwn(chain.members[j].inputs, 0.01);
    EXPECT_NEAR(Report(chain).value - before.value, 0.01 * before.people[j].influence, kTolerance);
  }
}

TEST(DecisionChain, AHostileVetoCapsAndIsNamedAsTheOnlyUsefulMove) {
  Chain chain;
  chain.members.push_back(Member(1, ChainRole::kApprover, 1, false, true));
  chain.members.push_back(Member(2, ChainRole::kDecisionMaker, 1));
  chain.members.push_back(Member(3, ChainRole::kTechnical, 1));
  chain.members.push_back(Member(4, ChainRole::kUser, 0.9));
  chain.members.push_back(Member(5, ChainRole::kEconomic, 0, true));
  // A competitor's closeness is at least 0, so -1 takes solution and price alone.
  chain.members.back().inputs = {Known(-1), Known(-1), Known(-1)};
  const ChainReport report = Report(chain);
  EXPECT_NEAR(report.value, -0.5, kTolerance);
  EXPECT_LE(report.score.value, 25 + kTolerance);
  EXPECT_EQ(report.binding_veto, Id(5));
  ASSERT_EQ(report.advice.size(), 1U);
  EXPECT_EQ(report.advice[0].contact, Id(5));
  EXPECT_TRUE(report.advice[0].veto);
  EXPECT_THAT(report.missing, ElementsAre());
}

// Whoever else is in the chain and however they stand.
TEST(DecisionChain, AVetoBindsWhateverTheOthersThink) {
  Random random(TestSeed(23));
  int bound = 0;
  for (int round = 0; round < Rounds(); ++round) {
    Chain chain = MakeChain(random, 1 + static_cast<size_t>(Below(random, 10)));
    const size_t holder = chain.members.size();
    chain.members.push_back(Member(500, ChainRole::kEconomic, 0, true));
    chain.members.back().inputs = {Known(-1), Known(-1), Known(-1)};  // nobody has a say with them
    const ChainReport report = Report(chain);
    EXPECT_LE(report.value, -0.5 + kTolerance);
    EXPECT_LE(report.score.value, 25 + kTolerance);
    for (size_t i = 0; i < holder; ++i) {
      chain.members[i].veto = false;
      chain.members[i].inputs = {Known(1), Known(1), Known(1)};
    }
    chain.lines.clear();
    const ChainReport others = Report(chain);
    EXPECT_LE(others.value, -0.5 + kTolerance);
    ASSERT_EQ(others.advice.size(), 1U);  // the only useful move
    EXPECT_EQ(others.advice[0].contact, Id(500));
    if (!others.binding_veto) continue;  // they weigh so little that the chain is lower yet
    EXPECT_NEAR(others.value, -0.5, kTolerance);
    EXPECT_EQ(others.binding_veto, Id(500));
    ++bound;
  }
  EXPECT_GT(bound, Rounds() / 2);
}

// M10
TEST(DecisionChain, AStatedGainIsTheTrueDifferenceAndNoneIsLarger) {
  Random random(TestSeed(11));
  for (int round = 0; round < Rounds() / 4; ++round) {
    const Chain chain = MakeChain(random, 1 + static_cast<size_t>(Below(random, 8)));
    std::vector<double> reach;
    for (size_t i = 0; i < chain.members.size(); ++i) reach.push_back(random.Uniform());
    const ChainReport before = Report(chain, reach);
    double best = 0;
    std::map<Id, double> gains;
    for (size_t j = 0; j < chain.members.size(); ++j) {
      Chain changed = chain;
      RaiseOwn(changed.members[j].inputs, std::max(0.0, 1 - before.people[j].own.value));
      const double gain = reach[j] * (Report(changed).value - before.value);
      EXPECT_GE(gain, -kTolerance);
      gains[chain.members[j].contact] = gain;
      best = std::max(best, gain);
    }
    EXPECT_NEAR(before.advice.empty() ? 0 : before.advice.front().gain, best, kTolerance);
    for (const ChainAdvice& advice : before.advice) EXPECT_NEAR(advice.gain, gains[advice.contact], kTolerance);
  }
}

TEST(DecisionChain, ListsGapsAndShowsTheMap) {
  Chain chain;
  EXPECT_THAT(Report(chain).missing, ElementsAre(ChainRole::kDecisionMaker, ChainRole::kTechnical, ChainRole::kUser));
  EXPECT_EQ(Report(chain).score.confidence, 0);
  EXPECT_EQ(Report(chain).score.value, 50);
  chain.members.push_back(Member(1, ChainRole::kTechnical, 0.5));
  chain.members.push_back({Id(2), {ChainRole::kUser}, Political::kNone, false, false, {Known(0, 0), Known(0, 0), Known(0, 0)}});
  const ChainReport amber = Report(chain);
  EXPECT_THAT(amber.missing, ElementsAre(ChainRole::kDecisionMaker));
  EXPECT_THAT(amber.unknown, ElementsAre(Id(2)));
  EXPECT_EQ(amber.map, Light::kAmber);
  chain.members.push_back(Member(3, ChainRole::kDecisionMaker, 0.5));
  EXPECT_EQ(Report(chain).map, Light::kGreen);
  for (ChainMember& member : chain.members) member.inputs = {Known(-1), Known(-1), Known(0)};
  EXPECT_EQ(Report(chain).map, Light::kRed);
}

TEST(DecisionChain, SomeoneWithoutLinesLeavesOthersUnchanged) {
  Random random(TestSeed(12));
  for (int round = 0; round < Rounds(); ++round) {
    Chain chain = MakeChain(random, 1 + static_cast<size_t>(Below(random, 10)));
    const ChainReport before = Report(chain);
    chain.members.push_back(Member(99, ChainRole::kUser, 1.6 * random.Uniform() - 0.6));
    const ChainReport after = Report(chain);
    for (size_t i = 0; i < before.people.size(); ++i) EXPECT_NEAR(after.people[i].stance, before.people[i].stance, kTolerance);
  }
}

TEST(DecisionChain, LeadChangesSignWithTheParties) {
  Random random(TestSeed(13));
  for (int round = 0; round < Rounds(); ++round) {
    const ChainReport ours = Report(MakeChain(random, 5));
    const ChainReport theirs = Report(MakeChain(random, 5));
    EXPECT_EQ(Lead(ours, theirs), -Lead(theirs, ours));
    EXPECT_LE(std::fabs(Lead(ours, theirs)), 2);
  }
}

TEST(DecisionChain, HoldsItsLimitsAndRefusesNonsense) {
  Random random(TestSeed(14));
  EXPECT_TRUE(ScoreChain(MakeChain(random, limits::kChainMembers)).ok());
  EXPECT_EQ(GetReason(ScoreChain(MakeChain(random, limits::kChainMembers + 1)).status()), Reason::kLimitExceeded);
  Chain chain = MakeChain(random, 2);
  chain.lines = {{0, 2, 1}};
  EXPECT_EQ(GetReason(ScoreChain(chain).status()), Reason::kOutOfRange);
  chain.lines = {{0, 1, 0}};
  EXPECT_EQ(GetReason(ScoreChain(chain).status()), Reason::kOutOfRange);
  chain.lines.clear();
  EXPECT_EQ(GetReason(ScoreChain(chain, std::vector<double>{1.0}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(ScoreChain(chain, {}, {.listening = 1}).status()), Reason::kBadOptions);
}

}  // namespace
}  // namespace kith::insight
