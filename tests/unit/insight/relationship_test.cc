// The properties of the formulas (domain model §5.1 to §5.4, §6.1) on random facts, beside naive forms of the same.
#include "kith/insight/relationship.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "kith/base/limits.h"
#include "support/settings.h"
#include "unit/insight/made_tables.h"

namespace kith::insight {
namespace {

using kith::testing::TestScale;
using kith::testing::TestSeed;
using ::testing::ElementsAre;
using testing::kCny;
using testing::Random;

constexpr double kTolerance = 1e-9;
constexpr Time kNow{1'780'000'000 * kMicrosPerSecond};

Time DaysAgo(double days) { return Time{kNow.micros - static_cast<int64_t>(days * static_cast<double>(kMicrosPerDay))}; }
int64_t Below(Random& random, int64_t n) { return static_cast<int64_t>(random.Uniform() * static_cast<double>(n)); }
int Rounds() { return 200 * TestScale(); }

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

template <typename T>
void Shuffle(std::vector<T>& all, Random& random) {
  for (size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[static_cast<size_t>(Below(random, static_cast<int64_t>(i)))]);
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
  const std::vector<Evidence> all = {MakeEvidence(random, 1), MakeEvidence(random, 2)};
  double confidence = 1;
  for (const double years : {1.0, 2.0, 5.0, 20.0}) {
    const Score score = EstimateEvidence(all, DaysAgo(-365 * years));
    EXPECT_LT(score.confidence, confidence);
    confidence = score.confidence;
  }
  EXPECT_NEAR(confidence, 0, 1e-6);
  EXPECT_NEAR(EstimateEvidence(all, DaysAgo(-365 * 20)).value, 0, 1e-6);
  EXPECT_TRUE(EstimateEvidence(all, DaysAgo(2000)).contributions.empty());  // not known yet
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
  std::vector<Interaction> all = MakeInteractions(random);
  const double tie = TieStrength(all, kNow).value;
  for (Interaction& i : all) i.at.micros += 1000 * kMicrosPerDay;
  EXPECT_NEAR(TieStrength(all, DaysAgo(-1000)).value, tie, kTolerance);
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

Score Known(double value, double confidence = 0.5) { return {value, confidence, value, value, {}}; }

TEST(StanceOfAPerson, IsMonotoneAndNeutralWithoutEvidence) {
  const Score none = Stance({EstimateEvidence({}, kNow), EstimateEvidence({}, kNow), TieStrength({}, kNow)});
  EXPECT_EQ(DisplayScore(none.value), 50);
  EXPECT_EQ(none.confidence, 0);
  EXPECT_EQ(LightOf(50), Light::kAmber);
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
  Chain chain = MakeChain(random, 6);
  const ChainReport before = Report(chain);
  chain.members.push_back(Member(99, ChainRole::kUser, -0.5));
  const ChainReport after = Report(chain);
  for (size_t i = 0; i < before.people.size(); ++i) EXPECT_NEAR(after.people[i].stance, before.people[i].stance, kTolerance);
}

TEST(DecisionChain, LeadChangesSignWithTheParties) {
  Random random(TestSeed(13));
  const ChainReport ours = Report(MakeChain(random, 5));
  const ChainReport theirs = Report(MakeChain(random, 5));
  EXPECT_EQ(Lead(ours, theirs), -Lead(theirs, ours));
  EXPECT_LE(std::fabs(Lead(ours, theirs)), 2);
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

// --- accounts, employees; M06, M07, M08

AccountFacts MakeAccount(Random& random) {
  AccountFacts facts;
  for (int64_t i = 1 + Below(random, 8); i > 0; --i) {
    RosterPerson person;
    person.contact = Id(static_cast<uint64_t>(i));
    person.power = 0.1 + random.Uniform();
    person.unit = static_cast<uint64_t>(Below(random, 3));
    person.stance = 2 * random.Uniform() - 1;
    for (uint64_t e = 1; e <= 3; ++e) {
      if (random.Chance(0.5)) person.ties.emplace_back(Id(1000 + e), Known(random.Uniform()));
    }
    facts.people.push_back(person);
  }
  facts.units = {{0, 3}, {7, 1}};
  facts.open_severity = random.Chance(0.5) ? 0 : random.Uniform() * 5;
  return facts;
}

TEST(Account, IsBoundedAndMonotoneWithTheRosterFixed) {
  Random random(TestSeed(15));
  for (int round = 0; round < Rounds(); ++round) {
    AccountFacts facts = MakeAccount(random);
    const AccountReport before = ScoreAccount(facts);
    EXPECT_GE(before.score.value, 0);
    EXPECT_LE(before.score.value, 100);
    EXPECT_GE(before.bus_factor, 0);
    EXPECT_LE(before.bus_factor, 1 + kTolerance);
    RosterPerson& person = facts.people.front();
    person.stance = std::min(1.0, person.stance + random.Uniform());
    person.ties.emplace_back(Id(2000), Known(random.Uniform()));
    EXPECT_GE(ScoreAccount(facts).score.value, before.score.value - kTolerance);
    // Finding out about somebody powerful whom nobody knows lowers depth, by intent.
    const double depth = ScoreAccount(facts).depth;
    facts.people.push_back({Id(50), 5, 0, 0, {}});
    EXPECT_LE(ScoreAccount(facts).depth, depth + kTolerance);
  }
  EXPECT_EQ(ScoreAccount({}).score.value, 0);
  EXPECT_FALSE(ScoreAccount({}).single_thread.has_value());
}

TEST(Employees, HoldExclusivelyWhatNobodyElseHas) {
  Random random(TestSeed(16));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<ValuedPerson> people;
    for (uint64_t p = 1; p <= 5; ++p) {
      ValuedPerson person{Id(p), random.Uniform(), {}};
      for (uint64_t e = 1; e <= 4; ++e) {
        if (random.Chance(0.5)) person.ties.emplace_back(Id(100 + e), random.Uniform());
      }
      people.push_back(person);
    }
    const std::vector<EmployeeReport> reports = ScoreEmployees(people);
    for (const EmployeeReport& report : reports) {
      EXPECT_GE(report.exclusive, -kTolerance);
      EXPECT_LE(report.exclusive, report.reach + kTolerance);
    }
    if (const auto hhi = Concentration(reports); hhi.has_value()) {
      EXPECT_GE(*hhi, 1.0 / static_cast<double>(reports.size()) - kTolerance);
      EXPECT_LE(*hhi, 1 + kTolerance);
    }
    // What is exclusive of one person is in sum no more than there is.
    std::map<Id, double> exclusive;
    for (const EmployeeReport& report : reports) {
      for (const HandOver& h : report.hand_over) exclusive[h.contact] += h.exclusive;
    }
    for (const ValuedPerson& person : people) {
      std::vector<double> strengths;
      for (const auto& [id, strength] : person.ties) strengths.push_back(strength);
      EXPECT_LE(exclusive[person.contact], person.value * NoisyOr(strengths) + kTolerance);
    }
  }
  EXPECT_FALSE(Concentration({}).has_value());
}

// W4
TEST(Employees, AColleaguesMeetingsLowerTheRiskOfALeaver) {
  std::vector<ValuedPerson> people = {{Id(1), 1, {{Id(100), 0.8}}}, {Id(2), 1, {{Id(100), 0.3}}}, {Id(3), 1, {{Id(101), 0.5}}}};
  const EmployeeReport before = ScoreEmployees(people).front();
  EXPECT_EQ(before.employee, Id(100));
  EXPECT_NEAR(before.exclusive, before.reach, kTolerance);
  ASSERT_EQ(before.hand_over.size(), 2U);
  EXPECT_EQ(before.hand_over[0].contact, Id(1));
  people[0].ties.emplace_back(Id(101), 0.6);
  EXPECT_LT(ScoreEmployees(people).front().exclusive, before.exclusive - 0.4);
}

TEST(Competitors, HeadToHeadNeverFallsWithWinsAndNarrows) {
  EXPECT_EQ(HeadToHead(0, 0).value, 0.5);
  EXPECT_EQ(HeadToHead(0, 0).confidence, 0);
  for (int64_t wins = 0; wins < 10; ++wins) EXPECT_GT(HeadToHead(wins + 1, 10).value, HeadToHead(wins, 10).value);
  EXPECT_LT(HeadToHead(50, 100).high - HeadToHead(50, 100).low, HeadToHead(5, 10).high - HeadToHead(5, 10).low);
}

// M15
TEST(Capital, IsNonNegativeAdditiveAndLinear) {
  Random random(TestSeed(17));
  std::vector<DealStake> deals;
  double sum = 0;
  for (uint64_t i = 0; i < 20; ++i) {
    deals.push_back({Id(i), {1'000'000 + Below(random, 1'000'000), kCny}, random.Uniform(), random.Uniform(), -random.Uniform()});
    sum += static_cast<double>(RelationshipCapital(std::span(&deals.back(), 1))->at(0).minor);
    EXPECT_GE(sum, 0);
  }
  const int64_t all = RelationshipCapital(deals)->at(0).minor;
  EXPECT_NEAR(static_cast<double>(all), sum, 20);
  for (DealStake& deal : deals) deal.amount.minor *= 3;
  EXPECT_NEAR(static_cast<double>(RelationshipCapital(deals)->at(0).minor), 3.0 * static_cast<double>(all), 3);
  deals[0].amount.currency = testing::kUsd;
  EXPECT_EQ(RelationshipCapital(deals)->size(), 2U);
  EXPECT_TRUE(RelationshipCapital({})->empty());
  EXPECT_EQ(RelationshipCapital(deals, 0)->at(0).minor, 0);
  deals[0].win_probability = 1.5;
  EXPECT_EQ(GetReason(RelationshipCapital(deals).status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(RelationshipCapital({}, -1).status()), Reason::kOutOfRange);
}

// --- warm paths; M08

// Every simple path by depth-first search.
void Walk(const Network& network, const std::set<Id>& ours, std::vector<Id>& path, double value, const PathOptions& options,
          std::vector<double>& found) {
  if (ours.count(path.back()) != 0 && path.size() > 1) {
    found.push_back(value);
    return;
  }
  if (path.size() > static_cast<size_t>(options.hops)) return;
  for (const Acquaintance& next : network.Neighbours(path.back())) {
    if (std::find(path.begin(), path.end(), next.person) != path.end()) continue;
    path.push_back(next.person);
    Walk(network, ours, path, value * next.strength * (path.size() > 2 ? options.damping : 1), options, found);
    path.pop_back();
  }
}

std::vector<Network::Edge> RandomEdges(Random& random, uint64_t people, int64_t count) {
  std::vector<Network::Edge> edges;
  for (int64_t i = 0; i < count; ++i) {
    const auto person = [&] { return Id(1 + static_cast<uint64_t>(Below(random, static_cast<int64_t>(people)))); };
    edges.push_back({person(), person(), random.Uniform()});
  }
  return edges;
}

TEST(WarmPaths, EqualBruteForceOnSmallGraphs) {
  Random random(TestSeed(18));
  for (int round = 0; round < Rounds(); ++round) {
    const Network network(RandomEdges(random, 9, 4 + Below(random, 16)));
    const std::set<Id> ours = {Id(1), Id(2)};
    const PathOptions options{.count = 4, .hops = 1 + static_cast<int>(Below(random, 4))};
    std::vector<Id> path = {Id(9)};
    std::vector<double> all;
    Walk(network, ours, path, 1, options, all);
    std::sort(all.begin(), all.end(), std::greater<>());
    if (all.size() > options.count) all.resize(options.count);
    const auto found = network.Paths([&](Id id) { return ours.count(id) != 0; }, Id(9), options);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      EXPECT_NEAR((*found)[i].value, all[i], kTolerance);
      EXPECT_TRUE(ours.count((*found)[i].people.front()) != 0);
      EXPECT_EQ((*found)[i].people.back(), Id(9));
      EXPECT_EQ(std::set<Id>((*found)[i].people.begin(), (*found)[i].people.end()).size(), (*found)[i].people.size());
    }
  }
}

TEST(WarmPaths, AStrongerEdgeNeverLowersTheBest) {
  Random random(TestSeed(19));
  for (int round = 0; round < Rounds(); ++round) {
    std::vector<Network::Edge> edges = RandomEdges(random, 12, 20);
    const auto best = [&] {
      const auto found = Network(edges).Paths([](Id id) { return id.value() <= 2; }, Id(12), {.count = 1});
      return found->empty() ? 0.0 : found->front().value;
    };
    const double before = best();
    Network::Edge& edge = edges[static_cast<size_t>(Below(random, 20))];
    edge.strength += (1 - edge.strength) * random.Uniform();
    EXPECT_GE(best(), before - kTolerance);
    EXPECT_LE(best(), 1);
  }
}

TEST(WarmPaths, RefuseNonsense) {
  const Network network({});
  const auto ours = [](Id) { return true; };
  EXPECT_TRUE(network.Paths(ours, Id(1))->empty());
  EXPECT_EQ(GetReason(network.Paths(ours, Id(1), {.hops = 0}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(network.Paths(ours, Id(1), {.hops = 7}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(network.Paths(ours, Id(1), {.damping = 0}).status()), Reason::kBadOptions);
}

}  // namespace
}  // namespace kith::insight
