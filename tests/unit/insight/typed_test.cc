// Typed chances and dates against what came; the people of W15.
#include "kith/insight/typed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "unit/insight/made_tables.h"
#include "unit/model/world.h"

namespace kith::insight {
namespace {

using ::testing::HasSubstr;

// Twenty reps with true chances all over; one types 20 points more, one 20 less, the others are right on average and noisy.
TEST(Biases, ThePlantedOnesAreFoundAndFewOthers) {
  testing::Random random(11);
  constexpr int kWorlds = 60;
  int hopeful = 0;
  int cautious = 0;
  int wrong = 0;
  for (int world = 0; world < kWorlds; ++world) {
    std::vector<TypedDeal> deals;
    for (uint64_t rep = 1; rep <= 20; ++rep) {
      for (int i = 0; i < 120; ++i) {
        const double truth = 0.25 + 0.5 * random.Uniform();
        const double shift = rep == 1 ? 0.2 : rep == 2 ? -0.2 : 0;
        TypedDeal deal;
        deal.owner = Id(rep);
        deal.won = random.Chance(truth);
        deal.chance = std::round(100 * (truth + shift)) / 100;
        deals.push_back(deal);
      }
    }
    for (const RepBias& rep : BiasesOf(deals)) {
      if (rep.owner == Id(1)) {
        hopeful += rep.bias == Bias::kHappyEars;
      } else if (rep.owner == Id(2)) {
        cautious += rep.bias == Bias::kSandbagging;
      } else {
        wrong += rep.bias != Bias::kNone;
      }
    }
  }
  EXPECT_GT(hopeful, 0.85 * kWorlds);
  EXPECT_GT(cautious, 0.85 * kWorlds);
  EXPECT_LT(wrong, 0.3 * kWorlds);  // false discoveries, a tenth of two found and room for chance
}

TEST(Biases, SayWhenThereAreNotEnoughDeals) {
  std::vector<TypedDeal> deals(9);
  for (TypedDeal& deal : deals) deal.chance = 0.99;
  EXPECT_EQ(BiasesOf(deals)[0].bias, Bias::kNone);
  EXPECT_EQ(BiasesOf(deals)[0].text, "not enough deals to tell");
  deals.push_back(deals[0]);
  EXPECT_EQ(BiasesOf(deals)[0].bias, Bias::kHappyEars);
  EXPECT_EQ(BiasesOf(deals)[0].text, "too hopeful: 99 % typed, 0 % won of 10");
  for (TypedDeal& deal : deals) deal.chance.reset();
  EXPECT_EQ(BiasesOf(deals)[0].deals, 0);
  EXPECT_TRUE(std::isnan(BiasesOf(deals)[0].median_days_late));
  EXPECT_TRUE(BiasesOf({}).empty());
}

TEST(Biases, TheMedianOfTwoLiesBetweenThem) {
  std::vector<TypedDeal> deals(2);
  deals[0].days_late = -4;
  deals[1].days_late = 10;
  EXPECT_EQ(BiasesOf(deals)[0].median_days_late, 3);
}

TEST(TypedDeals, AreReadAsTheyStoodInTheMiddleOfTheDeal) {
  model::World world;
  const auto apply = [&](const std::function<void(Batch&)>& change) {
    Batch batch = world.NewBatch();
    change(batch);
    return world.Apply(batch);
  };
  const Date start = DateOf(world.now());
  Id deal;
  deal = apply([&](Batch& batch) {
           const Id local = batch.Create("opportunity");
           batch.Set(local, "name", "D");
           batch.Set(local, "owner", world.owners()[0]);
           batch.Set(local, "rep_probability", int64_t{20});
           batch.Set(local, "close_date", Date{start.days + 10});
           model::Move(batch, local, "sales/lead");
         }).at(0);
  const auto in_days = [&](int days, const std::function<void(Batch&)>& change) {
    world.Advance(days * kMicrosPerDay);
    apply(change);
  };
  in_days(3, [&](Batch& batch) {
    batch.Set(deal, "rep_probability", int64_t{70});
    batch.Set(deal, "close_date", Date{start.days + 25});
  });
  in_days(9, [&](Batch& batch) {
    batch.Set(deal, "rep_probability", int64_t{90});
    batch.Set(deal, "close_date", Date{start.days + 31});
  });
  in_days(1, [&](Batch& batch) { batch.Set(deal, "close_date", Date{start.days + 30}); });                        // earlier: no slip
  EXPECT_TRUE(ReadTypedDeals(*world.Read(), *model::GetPipeline(*world.Read(), "sales"), world.now())->empty());  // still open
  in_days(7, [&](Batch& batch) { model::Move(batch, deal, "sales/won"); });
  const auto snapshot = world.Read();
  const std::vector<TypedDeal> read = *ReadTypedDeals(*snapshot, *model::GetPipeline(*snapshot, "sales"), world.now());
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].deal, deal);
  EXPECT_EQ(read[0].owner, world.owners()[0]);
  EXPECT_TRUE(read[0].won);
  EXPECT_EQ(read[0].chance, 0.7);      // after ten of twenty days
  EXPECT_EQ(read[0].days_late, -5.0);  // the 20th day, when the 25th was expected
  EXPECT_EQ(read[0].slips, 2);
  world.Advance(kMicrosPerDay);
  apply([&](Batch& batch) { batch.Set(deal, "close_date", Date{start.days + 90}); });
  const auto later = world.Read();
  const Time then{world.now().micros - kMicrosPerDay};
  EXPECT_EQ(ReadTypedDeals(*later, *model::GetPipeline(*later, "sales"), then)->at(0).slips, 2) << "what came after the moment";
  const RepBias rep = BiasesOf(read)[0];
  EXPECT_EQ(rep.dated, 1);
  EXPECT_EQ(rep.median_days_late, -5);
  EXPECT_EQ(rep.slips_per_deal, 2);
  EXPECT_THAT(rep.text, HasSubstr("not enough"));
}

}  // namespace
}  // namespace kith::insight
