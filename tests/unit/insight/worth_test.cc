// What a deal is worth: budgets from evidence that contradicts itself, expected value to the minor unit. // F07 F09
#include "kith/insight/worth.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string_view>

#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

using model::Yuan;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class WorthTest : public Relations {
 protected:
  DealWorth Worth(Id deal, const WorthOptions& options = {}) {
    const StatusOr<DealWorth> worth = WorthOf(*world_.Read(), deal, options);
    EXPECT_TRUE(worth.ok()) << worth.status();
    return worth.ok() ? *worth : DealWorth();
  }
  Id Deal(Value amount = {}) { return Add("opportunity", {{"name", "x"}, {"amount", std::move(amount)}}); }
  Id Know(Id deal, std::string_view source, double confidence, int days_ago, Value amount, bool exists = true) {
    return Add("budget_evidence", {{"opportunity", deal},
                                   {"exists", exists},
                                   {"amount", std::move(amount)},
                                   {"source", Choose("budget_evidence", "source", source)},
                                   {"confidence", confidence},
                                   {"at", Time{world_.now().micros - days_ago * kMicrosPerDay}}});
  }
  Id Cost(Id deal, std::string_view kind, Money amount, bool spent = false) {
    return Add("cost", {{"opportunity", deal}, {"kind", Choose("cost", "kind", kind)}, {"amount", amount}, {"spent", spent}});
  }
};

// F07: contradicting evidence gives a decayed, weighed mean with a confidence; what came last is not simply believed.
TEST_F(WorthTest, TheLatestIsNotBlindlyTrusted) {
  const Id deal = Deal();
  EXPECT_EQ(Worth(deal).budget.exists.confidence, 0);
  EXPECT_FALSE(Worth(deal).budget.amount.has_value());
  const Id paper = Know(deal, "document", 1, 180, Yuan(1'000'000));    // one half-life: weighs .5
  const Id rumour = Know(deal, "third_party", 0.5, 0, Yuan(200'000));  // .25
  const BudgetEstimate budget = Worth(deal).budget;
  EXPECT_EQ(budget.amount->minor, std::llround((0.5 * 1'000'000 + 0.25 * 200'000) / 0.75));
  EXPECT_NEAR(budget.confidence, 0.75 / 1.75, 1e-9);
  EXPECT_GT(budget.apart, 100'000);
  ASSERT_THAT(budget.amounts, SizeIs(2));
  EXPECT_EQ(budget.amounts[0].record, paper);
  EXPECT_EQ(budget.amounts[1].record, rumour);
  EXPECT_NEAR(budget.exists.value, 0.75 / 1.75, 1e-9);
  // Somebody says that there is none: less sure, and the amount that was named stays.
  Know(deal, "said_by_customer", 1, 0, {}, false);
  EXPECT_LT(Worth(deal).budget.exists.value, 0.1);
  EXPECT_EQ(Worth(deal).budget.amount, budget.amount);
  // As of before anything was known.
  EXPECT_FALSE(Worth(deal, {.as_of = Time{world_.now().micros - 200 * kMicrosPerDay}}).budget.amount.has_value());
}

// F07, M18: opinions of reps weigh .5 together at most.
TEST_F(WorthTest, OpinionsOfRepsWeighLittle) {
  const Id deal = Deal();
  Know(deal, "document", 1, 0, Yuan(100'000));
  for (int i = 0; i < 50; ++i) Know(deal, "rep_opinion", 1, 0, Yuan(10'000'000));
  EXPECT_EQ(Worth(deal).budget.amount->minor, std::llround((100'000 + 0.5 * 10'000'000) / 1.5));
}

// F09: exact; expected value leaves out what is spent already, and the rest of what it takes to win is spent either way.
TEST_F(WorthTest, ExpectedValueIsExact) {
  const Id deal = Deal(Yuan(1'000'000));
  Cost(deal, "delivery", Yuan(400'000));
  Cost(deal, "delivery", Yuan(100'001));
  Cost(deal, "to_win", Yuan(30'000), true);
  Cost(deal, "to_win", Yuan(20'000));
  const DealWorth worth = Worth(deal, {.chance = 0.25});
  EXPECT_EQ(worth.source, AmountSource::kTyped);
  EXPECT_EQ(worth.delivery, 500'001);
  EXPECT_EQ(worth.to_win, 50'000);
  EXPECT_EQ(worth.spent, 30'000);
  EXPECT_EQ(worth.margin, Yuan(1'000'000 - 500'001 - 50'000));
  EXPECT_EQ(world_.Get(deal, "margin"), Value(*worth.margin)) << "as the record has it";
  EXPECT_EQ(worth.expected, Yuan(std::llround(0.25 * 499'999 - 20'000)));
  double last = -1e18;
  for (const double chance : {0.0, 0.1, 0.5, 1.0}) {
    const auto expected = static_cast<double>(Worth(deal, {.chance = chance}).expected->minor);
    EXPECT_GT(expected, last);
    last = expected;
  }
  const Id odd = Cost(deal, "delivery", Money{100, *Currency::FromCode("EUR")});
  EXPECT_THAT(Worth(deal, {.chance = 0.25}).other_currency, ElementsAre(odd));
  EXPECT_FALSE(Worth(deal, {.chance = 0.25}).margin.has_value()) << "currencies are never summed silently";
}

// Without an amount too, costs in two currencies are not one sum.
TEST_F(WorthTest, CostsInTwoCurrenciesAreNeverSummed) {
  const Id deal = Deal();
  Cost(deal, "delivery", Yuan(100));
  const Id odd = Cost(deal, "delivery", Money{7, *Currency::FromCode("EUR")});
  const DealWorth worth = Worth(deal, {.chance = 0.5});
  EXPECT_EQ(worth.currency, Yuan(0).currency);
  EXPECT_EQ(worth.delivery, 100);
  EXPECT_THAT(worth.other_currency, ElementsAre(odd));
}

// F07: an amount says whether it is typed, from a quote or predicted.
TEST_F(WorthTest, AnAmountSaysWhereItComesFrom) {
  const Id deal = Deal();
  world_.MoveTo(deal, "default/prospecting");
  EXPECT_EQ(Worth(deal).source, AmountSource::kNone);
  EXPECT_FALSE(Worth(deal).expected.has_value());
  EXPECT_TRUE(Worth(deal).chance.has_value()) << "the forecast's";
  for (int i = 1; i <= 5; ++i) {
    const Id won = Deal(Yuan(100'000 * i));
    world_.MoveTo(won, "default/prospecting");
    world_.Advance(kMicrosPerDay);
    world_.MoveTo(won, "default/won");
    EXPECT_EQ(Worth(won).chance, 1.0);
  }
  const DealWorth predicted = Worth(deal);
  EXPECT_EQ(predicted.source, AmountSource::kPredicted);
  EXPECT_EQ(predicted.amount, Yuan(300'000));
  EXPECT_TRUE(predicted.expected.has_value());
  Batch batch = world_.NewBatch();
  const Id quote = batch.Create("quote");
  batch.Set(quote, "opportunity", deal);
  batch.Set(quote, "total", Yuan(70'000));
  batch.SetChoice(quote, "status", "sent");
  world_.Apply(batch);
  EXPECT_EQ(Worth(deal).source, AmountSource::kQuote);
  EXPECT_EQ(Worth(deal).amount, Yuan(70'000));
  world_.Set(deal, "amount", Yuan(80'000));
  EXPECT_EQ(Worth(deal).source, AmountSource::kTyped);
}

TEST_F(WorthTest, WhatIsNoDealAndBadOptions) {
  const Id account = Add("account", {{"name", "A"}});
  EXPECT_EQ(GetReason(WorthOf(*world_.Read(), account).status()), Reason::kNotPipelined);
  EXPECT_EQ(GetReason(WorthOf(*world_.Read(), Deal(), {.chance = 1.5}).status()), Reason::kBadOptions);
}

// B20: nothing stands in for what is masked: no predicted amount, no forecast of a closed deal, no margin without the costs.
TEST_F(WorthTest, WhatIsMaskedIsNotMadeUpFor) {
  for (int i = 0; i < 6; ++i) {
    const Id won = Deal(Yuan(1'000));
    world_.MoveTo(won, "sales/lead");
    world_.MoveTo(won, "sales/won");
  }
  const Id deal = Deal(Yuan(5'000));
  world_.MoveTo(deal, "sales/lead");
  Cost(deal, "to_win", Yuan(100));
  Know(deal, "document", 1, 1, Yuan(4'000));
  const auto seen = [&](const std::string& type, const std::string& field, std::optional<double> chance) {
    EXPECT_TRUE(world_.db().SetPolicy(R"({"types": {")" + type + R"(": {"fields": {")" + field + R"(": {"read": ["role:desk"]}}}}})").ok());
    const StatusOr<DealWorth> worth = WorthOf(*world_.Read({.id = world_.owners()[0]}), deal, {.chance = chance});
    EXPECT_TRUE(worth.ok()) << worth.status();
    return worth.ok() ? *worth : DealWorth();
  };
  DealWorth worth = seen("opportunity", "amount", {});
  EXPECT_THAT(worth.masked, ElementsAre("opportunity.amount"));
  EXPECT_FALSE(worth.amount.has_value());
  EXPECT_EQ(worth.source, AmountSource::kNone);
  EXPECT_TRUE(worth.chance.has_value());
  EXPECT_FALSE(worth.expected.has_value());
  for (const std::string field : {"stage", "closed_at"}) {
    worth = seen("opportunity", field, {});
    EXPECT_THAT(worth.masked, ElementsAre("opportunity." + field));
    EXPECT_FALSE(worth.chance.has_value()) << field;
    EXPECT_EQ(worth.margin, Yuan(4'900));
    EXPECT_EQ(seen("opportunity", field, 0.5).expected, Yuan(2'400)) << "what is given is not guessed";
  }
  worth = seen("cost", "amount", 0.5);
  EXPECT_THAT(worth.masked, ElementsAre("cost.amount"));
  EXPECT_FALSE(worth.margin.has_value());
  EXPECT_FALSE(worth.expected.has_value());
  worth = seen("budget_evidence", "exists", 0.5);
  EXPECT_THAT(worth.masked, ElementsAre("budget_evidence.exists"));
  EXPECT_EQ(worth.budget.exists.confidence, 0);
  EXPECT_FALSE(worth.budget.amount.has_value());
  EXPECT_TRUE(worth.expected.has_value());
}

}  // namespace
}  // namespace kith::insight
