// The sweep against closed forms and simulation, on models whose hazards are known because their tables hold millions of exits.
#include <gtest/gtest.h>

#include <cmath>

#include "insight/sweep_internal.h"
#include "unit/insight/made_tables.h"

namespace kith::insight_internal {
namespace {

using insight::testing::MakePipeline;
using model::FunnelTables;
using model::GroupKind;

// Adds exits at a constant rate per day from `stage` to `to`, with so much exposure that priors vanish.
void AddRate(FunnelTables& tables, uint64_t stage, uint64_t to, double per_day, bool with_exposure) {
  constexpr int64_t kSeconds = int64_t{1} << 40;
  model::StageRow& row = tables.rows.stages[{GroupKind::kAll, 0, 600, stage}];
  for (uint16_t bin = 0; bin < model::kAgeBins; ++bin) {
    if (with_exposure) row.exposure.Add({0, bin}, kSeconds);
    row.exits.Add({bin, to}, std::llround(per_day * kSeconds / kSecondsPerDay));
  }
}

SweepPlan Plan(double days, double step) { return {step, std::vector<size_t>(static_cast<size_t>(days / step + 0.5), 0), true}; }

TEST(Sweep, OneStageEqualsTheCompetingExponentials) {
  FunnelTables tables;
  tables.pipeline = MakePipeline(1);
  AddRate(tables, 101, 901, 0.02, true);
  AddRate(tables, 101, 902, 0.05, false);
  const HazardModel model(tables);
  for (const double step : {0.25, 1.0}) {
    const SweepResult sweep = Sweep(model, model.mean(), {}, false, Plan(60, step));
    for (const double age : {0.0, 3.3, 100.0, 900.0}) EXPECT_NEAR(sweep.now.At(0, age), 2.0 / 7 * (1 - std::exp(-0.07 * 60)), 2e-4) << age;
    // Homogeneous: with 20 days left at 40 days from now.
    EXPECT_NEAR(sweep.entry[static_cast<size_t>(40 / step)][0], 2.0 / 7 * (1 - std::exp(-0.07 * 20)), 2e-4);
  }
}

TEST(Sweep, AChainEqualsItsClosedForm) {
  FunnelTables tables;
  tables.pipeline = MakePipeline(2);
  AddRate(tables, 101, 102, 0.1, true);
  AddRate(tables, 102, 901, 0.25, true);
  const HazardModel model(tables);
  const SweepResult sweep = Sweep(model, model.mean(), {}, false, Plan(30, 0.5));
  const double expected = 1 - (0.25 * std::exp(-0.1 * 30) - 0.1 * std::exp(-0.25 * 30)) / 0.15;
  EXPECT_NEAR(sweep.now.At(0, 0), expected, 2e-3);
  EXPECT_NEAR(sweep.now.At(1, 12), 1 - std::exp(-0.25 * 30), 1e-3);
}

TEST(Sweep, SeveralMovesFitIntoOneStep) {
  // Three stages that last about two hours each, in steps of a day: nearly every deal is won within two days.
  FunnelTables tables;
  tables.pipeline = MakePipeline(3);
  AddRate(tables, 101, 102, 12, true);
  AddRate(tables, 102, 103, 12, true);
  AddRate(tables, 103, 901, 12, true);
  const HazardModel model(tables);
  const SweepResult sweep = Sweep(model, model.mean(), {}, false, Plan(2, 1));
  EXPECT_GT(sweep.now.At(0, 0), 0.98);
}

TEST(Sweep, LoopsAndReturnsEndInTheRightChance) {
  // From stage 2 half of the exits go back to stage 1; from stage 1 one in five is lost. P(win) = w: w1 = .8 w2, w2 = .3 + .5 w1.
  FunnelTables tables;
  tables.pipeline = MakePipeline(2);
  AddRate(tables, 101, 102, 0.4, true);
  AddRate(tables, 101, 902, 0.1, false);
  AddRate(tables, 102, 901, 0.15, true);
  AddRate(tables, 102, 101, 0.25, false);
  AddRate(tables, 102, 902, 0.10, false);
  const HazardModel model(tables);
  const SweepResult sweep = Sweep(model, model.mean(), {}, false, Plan(700, 7));
  EXPECT_NEAR(sweep.now.At(0, 0), 0.8 * 0.3 / 0.6, 2e-3);
  EXPECT_NEAR(sweep.now.At(1, 0), 0.3 / 0.6, 2e-3);
}

TEST(Sweep, ChancesGrowWithTimeAndFallWithFactorsOnLosing) {
  FunnelTables tables;
  tables.pipeline = MakePipeline(2);
  AddRate(tables, 101, 102, 0.1, true);
  AddRate(tables, 101, 902, 0.1, false);
  AddRate(tables, 102, 901, 0.2, true);
  AddRate(tables, 102, 902, 0.1, false);
  const HazardModel model(tables);
  const SweepResult sweep = Sweep(model, model.mean(), {}, false, Plan(90, 1));
  for (size_t step = 1; step < sweep.entry.size(); ++step) EXPECT_LE(sweep.entry[step][0], sweep.entry[step - 1][0] + 1e-12);
  Factors worse;
  worse.by_stage_class = {1, 1.5, 1, 1, 1, 1};
  EXPECT_LT(Sweep(model, model.mean(), worse, false, Plan(90, 1)).now.At(0, 5), sweep.now.At(0, 5) - 0.02);
}

TEST(HazardModel, FindsThePlantedEffectOfASegmentAndNoneWhereThereIsNone) {
  FunnelTables tables;
  tables.pipeline = MakePipeline(1);
  insight::testing::Random random(5);
  for (const double effect : {1.0, 1.6}) {
    tables.rows = {};
    for (uint64_t segment = 1; segment <= 4; ++segment) {
      for (const GroupKind kind : {GroupKind::kAll, GroupKind::kSegment}) {
        model::StageRow& row = tables.rows.stages[{kind, kind == GroupKind::kAll ? 0 : segment, 600, 101}];
        for (uint16_t bin = 3; bin < 20; ++bin) {
          row.exposure.Add({0, bin}, 200 * 86'400);
          row.exits.Add({bin, 901}, static_cast<int64_t>(10 * (segment == 2 ? effect : 1)));
          row.exits.Add({bin, 902}, 14);
        }
      }
    }
    const HazardModel model(tables);
    if (effect == 1.0) {
      EXPECT_EQ(model.group_kind(), GroupKind::kAll);
    } else {
      EXPECT_EQ(model.group_kind(), GroupKind::kSegment);
      const double ratio = model.GroupFactors(2).at(0, 0) / model.GroupFactors(1).at(0, 0);
      EXPECT_GT(ratio, 1.35);
      EXPECT_LT(ratio, 1.6);  // shrunk
      EXPECT_NEAR(model.GroupFactors(2).at(0, 1), 1, 0.05);
      EXPECT_EQ(model.GroupFactors(77).at(0, 0), 1);
    }
  }
}

TEST(HazardModel, MonthInQuarterActsOnlyWhereItRepeats) {
  for (const bool seasonal : {true, false}) {
    FunnelTables tables;
    tables.pipeline = MakePipeline(1);
    tables.as_of = Time{StartOf(model::FirstDay(624)).micros - 1};
    insight::testing::Random random(6);
    for (model::Epoch epoch = 600; epoch < 624; ++epoch) {
      model::StageRow& row = tables.rows.stages[{GroupKind::kAll, 0, epoch, 101}];
      // Months also have a life of their own, alike in both worlds.
      const double noise = std::exp(0.3 * (random.Uniform() - 0.5));
      const double phase = !seasonal ? 1 : PhaseOf(epoch) == 2 ? 1.5 : 0.75;
      for (uint16_t bin = 3; bin < 20; ++bin) {
        row.exposure.Add({0, bin}, 200 * 86'400);
        row.exits.Add({bin, 901}, std::llround(8 * phase * noise));
        row.exits.Add({bin, 902}, std::llround(9 * noise));
      }
    }
    const HazardModel model(tables);
    EXPECT_EQ(model.phase_chance() > 0.9, seasonal) << model.phase_chance();
    EXPECT_NEAR(model.PhaseFactor(2, 0) / model.PhaseFactor(0, 0), seasonal ? 2 : 1, seasonal ? 0.3 : 0.05);
  }
}

// Two quarters alike in shape suffice, whatever their levels; where months only vary, an effect is rarely thought likely.
TEST(HazardModel, MonthInQuarterIsFoundFromTwoQuartersAndRarelyWhereThereIsNone) {
  insight::testing::Random random(11);
  int false_alarms = 0;
  int found = 0;
  constexpr int kSeeds = 400;
  for (int seed = 0; seed < kSeeds; ++seed) {
    for (const bool seasonal : {true, false}) {
      FunnelTables tables;
      tables.pipeline = MakePipeline(1);
      const model::Epoch end = seasonal ? 606 : 612;
      tables.as_of = Time{StartOf(model::FirstDay(end)).micros - 1};
      for (model::Epoch epoch = 600; epoch < end; ++epoch) {
        model::StageRow& row = tables.rows.stages[{GroupKind::kAll, 0, epoch, 101}];
        const double drift = epoch < 603 ? 1.3 : 0.8;
        const double rate = (seasonal ? drift * (PhaseOf(epoch) == 2 ? 1.5 : 0.75) : 1) * (0.95 + 0.1 * random.Uniform());
        for (uint16_t bin = 3; bin < 20; ++bin) {
          row.exposure.Add({0, bin}, 200 * 86'400);
          row.exits.Add({bin, 901}, random.Binomial(100, 0.3 * rate));
          row.exits.Add({bin, 902}, random.Binomial(100, 0.3));
        }
      }
      const HazardModel model(tables);
      if (seasonal) {
        found += model.PhaseFactor(2, 0) > 1.4 * model.PhaseFactor(0, 0);  // 2 is true
      } else {
        false_alarms += model.phase_chance() > 0.9;
      }
    }
  }
  EXPECT_GE(found, 0.8 * kSeeds);
  EXPECT_LE(false_alarms, 0.08 * kSeeds);
}

}  // namespace
}  // namespace kith::insight_internal
