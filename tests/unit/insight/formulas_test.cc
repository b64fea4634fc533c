// Formulas of the domain model (§5) that decide where support goes, what earns the credit, and what is unusual, on random inputs. With the
// tests of the other formulas they are the 44 properties of its §6.1:
//
//   ties 10                 relationship_test, Tie (range, none, events, time, outreach, halving, shifting, order, increments) and
//   Employees
//                           (a team's by noisy-or)
//   evidence 5              relationship_test, Evidence (bounds, monotone, order, fading, opinions of reps)
//   chain and advice 10     relationship_test, DecisionChain (hull, stances, value, veto, Σ influence, gradient, no lines, gains >= 0, gain
//                           by influence, the veto holder alone)
//   exclusivity 3, paths 3  relationship_test, Employees; WarmPaths
//   funnel identity 1       funnel_test; log attribution 1: drivers_test; merge order 1: matching_test
//   buying 3                buyers_test, RepeatBuying (range, horizon, recency)
//   allocation 5            here (capacity, more of it, scale, a deal worth nothing, ties by id), beside the optimum of all plans
//   credits 1, narrowing 1  here
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "kith/insight/allocation.h"
#include "kith/insight/credit.h"
#include "kith/insight/habit.h"
#include "unit/model/world.h"

namespace kith::insight {
namespace {

constexpr double kTolerance = 1e-9;
constexpr int kRounds = 200;

double Uniform(model::Random& dice) { return static_cast<double>(dice.Below(1'000'001)) / 1'000'000; }

std::vector<SupportedDeal> MakeDeals(model::Random& dice, size_t count) {
  std::vector<SupportedDeal> deals;
  for (size_t i = 0; i < count; ++i) {
    SupportedDeal deal{
        .deal = Id(i + 1), .value = 100 * Uniform(dice), .base = 0.8 * Uniform(dice), .most = 1, .scale = 0.5 + 4 * Uniform(dice)};
    deal.most = deal.base + (1 - deal.base) * Uniform(dice);
    deals.push_back(deal);
  }
  return deals;
}

double GainOf(const std::vector<SupportedDeal>& deals, const std::vector<int64_t>& units, double cost) {
  double gain = 0;
  for (size_t i = 0; i < deals.size(); ++i) {
    const auto x = static_cast<double>(units[i]);
    gain += deals[i].value * (deals[i].most - deals[i].base) * (1 - std::exp(-x / deals[i].scale)) - cost * x;
  }
  return gain;
}

// The greatest gain of all ways to give out at most `left` units from deal `i` on.
double EveryPlan(const std::vector<SupportedDeal>& deals, std::vector<int64_t>& units, size_t i, int64_t left, double cost) {
  if (i == deals.size()) return GainOf(deals, units, cost);
  double best = 0;
  for (int64_t x = 0; x <= left; ++x) {
    units[i] = x;
    best = std::max(best, EveryPlan(deals, units, i + 1, left - x, cost));
  }
  units[i] = 0;
  return best;
}

TEST(Allocation, OfOnePoolIsTheBestThereIs) {  // P01 P02
  model::Random dice(model::TestSeed(41));
  for (int round = 0; round < kRounds; ++round) {
    std::vector<SupportedDeal> deals = MakeDeals(dice, 1 + dice.Below(3));
    const auto capacity = static_cast<int64_t>(dice.Below(7));
    const double cost = dice.OneIn(2) ? 0 : 5 * Uniform(dice);
    if (dice.OneIn(3)) deals[0].value = 0;
    const StatusOr<PoolPlan> plan = AllocatePool(deals, capacity, cost);
    ASSERT_TRUE(plan.ok()) << plan.status();
    int64_t given = 0;
    for (const int64_t units : plan->units) given += units;
    EXPECT_LE(given, capacity);
    std::vector<int64_t> units(deals.size());
    EXPECT_NEAR(plan->gain, EveryPlan(deals, units, 0, capacity, cost), kTolerance);
    EXPECT_NEAR(plan->gain, GainOf(deals, plan->units, cost), kTolerance);
    if (deals[0].value == 0) {
      EXPECT_EQ(plan->units[0], 0);
    }
    // One unit more gains its shadow price, and never less than nothing.
    const StatusOr<PoolPlan> more = AllocatePool(deals, capacity + 1, cost);
    EXPECT_GE(more->gain, plan->gain - kTolerance);
    EXPECT_NEAR(more->gain - plan->gain, plan->shadow_price, kTolerance);
    // In other units of money the plan is the same.
    for (SupportedDeal& deal : deals) deal.value *= 8;
    EXPECT_EQ(AllocatePool(deals, capacity, 8 * cost)->units, plan->units);
  }
  EXPECT_EQ(GetReason(AllocatePool({}, -1).status()), Reason::kOutOfRange);
  const SupportedDeal wrong{.deal = Id(1), .value = 1, .base = 0.5, .most = 0.4, .scale = 1};
  EXPECT_EQ(GetReason(AllocatePool(std::span(&wrong, 1), 1).status()), Reason::kOutOfRange);
}

// Deals of three kinds in any order: among those alike the lower ids are served first.
TEST(Allocation, TiesOfOnePoolAreBrokenById) {  // P02
  model::Random dice(model::TestSeed(46));
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<SupportedDeal> kinds = MakeDeals(dice, 3);
    std::vector<SupportedDeal> deals;
    for (uint64_t id = 1; id <= 9; ++id) {
      deals.push_back(kinds[dice.Below(3)]);
      deals.back().deal = Id(id);
    }
    const auto capacity = static_cast<int64_t>(dice.Below(20));
    std::map<Id, int64_t> expected;
    for (int order = 0; order < 3; ++order) {
      const StatusOr<PoolPlan> plan = AllocatePool(deals, capacity);
      ASSERT_TRUE(plan.ok()) << plan.status();
      std::map<Id, int64_t> given;
      for (size_t i = 0; i < deals.size(); ++i) given[deals[i].deal] = plan->units[i];
      if (order == 0) expected = given;
      EXPECT_EQ(given, expected);
      for (const SupportedDeal& one : deals) {
        for (const SupportedDeal& other : deals) {
          const bool alike = one.value == other.value && one.base == other.base && one.most == other.most && one.scale == other.scale;
          if (!alike || one.deal >= other.deal) continue;
          ASSERT_GE(given[one.deal], given[other.deal]);
        }
      }
      for (size_t i = deals.size(); i-- > 1;) std::swap(deals[i], deals[dice.Below(i + 1)]);
    }
  }
}

double GainOf(const std::vector<ExpertDeal>& deals, const std::vector<Expert>& experts, const std::vector<std::optional<size_t>>& plan) {
  double gain = 0;
  for (size_t d = 0; d < deals.size(); ++d) {
    double odds = std::log(deals[d].base / (1 - deals[d].base));
    for (size_t e = 0; e < experts.size(); ++e) odds += plan[e] == d ? *experts[e].effect[d] : 0;
    gain += deals[d].value * (1 / (1 + std::exp(-odds)) - deals[d].base);
  }
  for (size_t e = 0; e < experts.size(); ++e) gain -= plan[e] ? experts[e].cost : 0;
  return gain;
}

void MakeExperts(model::Random& dice, size_t deal_count, size_t expert_count, std::vector<ExpertDeal>& deals,
                 std::vector<Expert>& experts) {
  for (size_t d = 0; d < deal_count; ++d) deals.push_back({Id(d + 1), 100 * Uniform(dice), 0.02 + 0.9 * Uniform(dice)});
  for (size_t e = 0; e < expert_count; ++e) {
    Expert expert{.expert = Id(100 + e), .cost = dice.OneIn(2) ? 0 : 3 * Uniform(dice), .effect = {}};
    for (size_t d = 0; d < deal_count; ++d) {
      expert.effect.push_back(dice.OneIn(5) ? std::nullopt : std::optional(3 * Uniform(dice)));
    }
    experts.push_back(expert);
  }
}

// W13
TEST(Allocation, OfExpertsIsTheBestOrWithinItsBound) {  // P01 P02
  model::Random dice(model::TestSeed(42));
  for (int round = 0; round < kRounds; ++round) {
    std::vector<ExpertDeal> deals;
    std::vector<Expert> experts;
    MakeExperts(dice, 3, 4, deals, experts);
    const StatusOr<ExpertPlan> plan = AllocateExperts(deals, experts);
    ASSERT_TRUE(plan.ok()) << plan.status();
    double best = 0;
    for (int code = 0; code < 256; ++code) {
      std::vector<std::optional<size_t>> tried;
      bool can = true;
      for (size_t e = 0, rest = static_cast<size_t>(code); e < 4; ++e, rest /= 4) {
        tried.push_back(rest % 4 == 3 ? std::nullopt : std::optional(rest % 4));
        can = can && (!tried[e] || experts[e].effect[*tried[e]]);
      }
      if (can) best = std::max(best, GainOf(deals, experts, tried));
    }
    EXPECT_TRUE(plan->exact);
    EXPECT_NEAR(plan->gain, best, kTolerance);
    EXPECT_NEAR(GainOf(deals, experts, plan->deal), plan->gain, kTolerance);
    EXPECT_NEAR(plan->bound, plan->gain, kTolerance);
  }
}

TEST(Allocation, OfManyExpertsNoSwapImprovesThePlan) {  // P02
  model::Random dice(model::TestSeed(43));
  for (int round = 0; round < 10; ++round) {
    std::vector<ExpertDeal> deals;
    std::vector<Expert> experts;
    MakeExperts(dice, 10, 25, deals, experts);
    const StatusOr<ExpertPlan> plan = AllocateExperts(deals, experts);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_FALSE(plan->exact);
    EXPECT_GE(plan->bound, plan->gain);
    EXPECT_NEAR(GainOf(deals, experts, plan->deal), plan->gain, 1e-6);
    for (size_t a = 0; a < experts.size(); ++a) {
      for (size_t b = 0; b < a; ++b) {
        std::vector<std::optional<size_t>> swapped = plan->deal;
        std::swap(swapped[a], swapped[b]);
        const auto can = [&](size_t e) { return !swapped[e] || experts[e].effect[*swapped[e]].has_value(); };
        if (!can(a) || !can(b)) continue;
        EXPECT_LE(GainOf(deals, experts, swapped), plan->gain + 1e-6);
      }
    }
  }
  const ExpertDeal deal{.deal = Id(1), .value = 1, .base = 0.5};
  const Expert none{.expert = Id(2), .cost = 0, .effect = {}};
  EXPECT_EQ(GetReason(AllocateExperts(std::span(&deal, 1), std::span(&none, 1)).status()), Reason::kBadOptions);
}

TEST(Credit, SharesSumToOneAndOneTouchGetsAll) {  // G03
  model::Random dice(model::TestSeed(44));
  const std::vector<CreditModel> models = {CreditModel::kFirst, CreditModel::kLast, CreditModel::kLinear, CreditModel::kDecay,
                                           CreditModel::kUShape};
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Time> touches;
    const Time converted = model::At("2026-03-01T00:00:00Z");
    for (uint64_t i = 1 + dice.Below(8); i > 0; --i) {
      touches.push_back(Time{converted.micros - static_cast<int64_t>(dice.Below(2000)) * kMicrosPerDay});
    }
    std::sort(touches.begin(), touches.end());
    for (const CreditModel model : models) {
      const std::vector<double> credits = Credits(model, touches, converted);
      double sum = 0;
      for (const double credit : credits) {
        EXPECT_GE(credit, 0);
        sum += credit;
      }
      EXPECT_NEAR(sum, 1, kTolerance);
      if (touches.size() == 1) {
        EXPECT_EQ(credits[0], 1);
      }
      EXPECT_EQ(CreditModelFromName(NameOf(model)), model);
    }
  }
  EXPECT_TRUE(Credits(CreditModel::kLast, {}, Time{0}).empty());
  const std::vector<Time> three = {Time{0}, Time{7 * kMicrosPerDay}, Time{14 * kMicrosPerDay}};
  EXPECT_NEAR(Credits(CreditModel::kDecay, three, three[2])[0], 1.0 / 7, kTolerance);
  EXPECT_NEAR(Credits(CreditModel::kUShape, three, three[2])[1], 0.2, kTolerance);
}

// W11
TEST(Credit, TheBestChannelIsTheBestUnderEveryModelWhereTruthIsClear) {  // G03
  model::Random dice(model::TestSeed(45));
  std::vector<Journey> journeys;
  for (int i = 0; i < 500; ++i) {
    Journey journey{.touches = {}, .converted = model::At("2026-03-01T00:00:00Z"), .revenue = model::Yuan(10'000)};
    for (uint64_t touches = 1 + dice.Below(4); touches > 0; --touches) {
      const char* channel = dice.Below(10) < 7 ? "fair" : dice.OneIn(2) ? "search" : "banner";
      journey.touches.push_back({channel, Time{journey.converted.micros - static_cast<int64_t>(dice.Below(60)) * kMicrosPerDay}});
    }
    journeys.push_back(journey);
  }
  const std::vector<ChannelCost> costs = {{"fair", model::Yuan(100'000)}, {"search", model::Yuan(100'000)}};
  for (const CreditModel model :
       {CreditModel::kFirst, CreditModel::kLast, CreditModel::kLinear, CreditModel::kDecay, CreditModel::kUShape}) {
    const StatusOr<std::vector<ChannelReturn>> returns = ChannelReturns(model, journeys, costs);
    ASSERT_TRUE(returns.ok()) << returns.status();
    EXPECT_EQ(returns->front().channel, "fair");
    double conversions = 0;
    double revenue = 0;
    for (const ChannelReturn& one : *returns) {
      conversions += one.conversions;
      revenue += one.revenue;
      EXPECT_EQ(one.roi.has_value(), one.channel != "banner");
      if (one.roi) {
        EXPECT_NEAR(*one.roi, (one.revenue - one.cost) / one.cost, kTolerance);
      }
    }
    EXPECT_NEAR(conversions, 500, 1e-6);
    EXPECT_NEAR(revenue, 5'000'000, 1e-3);
  }
  journeys[0].revenue = Money{1, *Currency::FromCode("USD")};
  EXPECT_EQ(GetReason(ChannelReturns(CreditModel::kLast, journeys, costs).status()), Reason::kCurrencyMismatch);
}

TEST(Habit, MoreOfTheSameNarrowsAndRaisesNoWarning) {  // Q01 Q06
  model::Random dice(model::TestSeed(46));
  const HabitPrior prior{.mean = 60, .sd = 15, .weight = 0.11};
  for (int round = 0; round < kRounds; ++round) {
    std::vector<PastProject> past;
    for (int i = 0; i < 4; ++i) past.push_back({40 + 10 * Uniform(dice), 1});
    double width = 1e9;
    for (int times = 1; times <= 4; ++times) {
      std::vector<PastProject> all;
      for (int i = 0; i < times; ++i) all.insert(all.end(), past.begin(), past.end());
      const StatusOr<Habit> habit = LearnHabit(all, prior, past[0].value);
      ASSERT_TRUE(habit.ok()) << habit.status();
      EXPECT_LT(habit->high - habit->low, width);
      width = habit->high - habit->low;
      EXPECT_FALSE(habit->warns);
      EXPECT_TRUE(habit->own);
      std::reverse(all.begin(), all.end());
      EXPECT_NEAR(LearnHabit(all, prior)->mean, habit->mean, kTolerance);
    }
  }
  EXPECT_FALSE(LearnHabit({}, prior, 500)->warns);
  EXPECT_FALSE(LearnHabit({}, prior, 500)->own);
  EXPECT_EQ(GetReason(LearnHabit({}, {.mean = 0, .sd = 0}).status()), Reason::kOutOfRange);
}

// W5: customers whose own mean varies (between 15, within 5); what §6.4 measured: few false alarms, a month's delay is caught.
TEST(Habit, DelaysAreCaughtAndCleanDrawsRaiseNoAlarm) {  // Q06 Q07
  model::Random dice(model::TestSeed(47));
  const auto normal = [&] {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += Uniform(dice);
    return sum;
  };
  constexpr int kCustomers = 2000;
  const HabitPrior prior{.mean = 60, .sd = 5, .weight = 25.0 / 225};
  int alarms = 0;
  int caught = 0;
  double inside = 0;
  for (int i = 0; i < kCustomers; ++i) {
    const double own = 60 + 15 * normal();
    std::vector<PastProject> past;
    for (int k = 0; k < 5; ++k) past.push_back({own + 5 * normal(), 1});
    const double next = own + 5 * normal();
    const Habit habit = *LearnHabit(past, prior, next);
    alarms += habit.warns ? 1 : 0;
    inside += next >= habit.low && next <= habit.high ? 1 : 0;
    caught += LearnHabit(past, prior, next + 30)->warns ? 1 : 0;
  }
  EXPECT_LE(alarms, kCustomers / 100);
  EXPECT_GE(caught, kCustomers * 9 / 10);
  EXPECT_NEAR(inside / kCustomers, 0.8, 0.04);
}

}  // namespace
}  // namespace kith::insight
