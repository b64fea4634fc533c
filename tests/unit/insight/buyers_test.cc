// J03, world W9: who is likely to buy. Published estimates, planted populations, populations in which nothing tells.
#include "kith/insight/buyers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <map>
#include <string>

#include "kith/insight/card.h"
#include "kith/model/timeline.h"
#include "support/paths.h"
#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

using testing::SharedDataDir;

constexpr int64_t kDays = 3 * 365;
const Time kNow = model::At("2026-03-01T00:00:00Z");

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  double Uniform() { return (static_cast<double>(random_.Below(1'000'000'007)) + 0.5) / 1'000'000'007; }
  double Exponential(double rate) { return -std::log(Uniform()) / rate; }
  double Gamma(double shape) {  // of shape below 1 (Johnk 1964)
    while (true) {
      const double x = std::pow(Uniform(), 1 / shape);
      const double y = std::pow(Uniform(), 1 / (1 - shape));
      if (x + y <= 1) return x / (x + y) * Exponential(1);
    }
  }

 private:
  model::Random random_;
};

Time DayBefore(double days) { return Time{kNow.micros - static_cast<int64_t>(days * static_cast<double>(kMicrosPerDay))}; }

void Sort(CustomerFacts& facts) {
  std::sort(facts.purchases.begin(), facts.purchases.end(), [](const Purchase& a, const Purchase& b) { return a.at < b.at; });
  std::sort(facts.theirs.begin(), facts.theirs.end());
  std::sort(facts.ours.begin(), facts.ours.end());
  std::sort(facts.wants.begin(), facts.wants.end());
}

// W9: rates of buying that differ much, and life events after which two in three buy within 80 days. `ahead`: days after kNow, too.
std::vector<CustomerFacts> Population(uint64_t seed, size_t size, double ahead = 0) {
  Dice dice(seed);
  std::vector<CustomerFacts> customers(size);
  for (size_t i = 0; i < size; ++i) {
    CustomerFacts& one = customers[i];
    one.customer = Id(1000 + i);
    one.owner = Id(1 + i % 5);
    const double rate = dice.Gamma(0.2) / 0.2 * 0.08 / 90;
    for (double day = kDays; (day -= dice.Exponential(rate)) > -ahead;) one.purchases.push_back({DayBefore(day), 100});
    for (double day = kDays; (day -= dice.Exponential(0.03 / 90)) > -ahead;) {
      one.wants.emplace_back(DayBefore(day), 1.0);
      const double bought = day - 5 - 75 * dice.Uniform();
      if (dice.Uniform() < 2.0 / 3 && bought > -ahead) one.purchases.push_back({DayBefore(bought), 100});
    }
    for (double day = kDays; (day -= dice.Exponential(1.0 / 60)) > -ahead;) one.ours.push_back(DayBefore(day));
    Sort(one);
  }
  return customers;
}

// The same to look at, but everybody buys at one rate, whatever was said and done.
std::vector<CustomerFacts> Chance(uint64_t seed, size_t size) {
  Dice dice(seed);
  std::vector<CustomerFacts> customers(size);
  for (size_t i = 0; i < size; ++i) {
    CustomerFacts& one = customers[i];
    one.customer = Id(1000 + i);
    for (double day = kDays; (day -= dice.Exponential(0.08 / 90)) > 0;) one.purchases.push_back({DayBefore(day), 100 * dice.Uniform()});
    for (double day = kDays; (day -= dice.Exponential(0.05 / 90)) > 0;) one.wants.emplace_back(DayBefore(day), 1.0);
    for (double day = kDays; (day -= dice.Exponential(1.0 / 60)) > 0;) one.theirs.push_back(DayBefore(day));
    for (double day = kDays; (day -= dice.Exponential(1.0 / 60)) > 0;) one.ours.push_back(DayBefore(day));
    Sort(one);
  }
  return customers;
}

TEST(Buyers, PlantedHazardsAreRankedAboveTheFloor) {  // J03 W9
  const uint64_t seed = model::TestSeed(31);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  double auc = 0;
  double lift = 0;
  double expected = 0;
  double came = 0;
  constexpr int kWorlds = 8;
  for (int world = 0; world < kWorlds; ++world) {
    const std::vector<CustomerFacts> customers = Population(seed + static_cast<uint64_t>(world), 500, 90);
    const StatusOr<BuyerReport> report = RankBuyers(customers, Id(), kNow);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->verdict, BuyerVerdict::kSkill);
    EXPECT_GT(report->effects[static_cast<size_t>(BuyerFeature::kWants)], 0);
    ASSERT_EQ(report->buyers.size(), customers.size());
    // What came in the horizon after, which it did not see.
    std::vector<bool> bought;
    for (const RankedBuyer& buyer : report->buyers) {
      EXPECT_LE(buyer.low, buyer.chance);
      EXPECT_GE(buyer.high, buyer.chance);
      const auto& all = customers[buyer.customer.value() - 1000].purchases;
      bought.push_back(std::any_of(all.begin(), all.end(), [](const Purchase& p) { return p.at > kNow; }));
      expected += buyer.chance;
      came += bought.back() ? 1 : 0;
    }
    const auto buyers = static_cast<double>(std::count(bought.begin(), bought.end(), true));
    double above = 0;
    double others = 0;
    for (auto one = bought.rbegin(); one != bought.rend(); ++one) *one ? above += others : ++others;
    auc += above / (buyers * (500 - buyers)) / kWorlds;
    lift += static_cast<double>(std::count(bought.begin(), bought.begin() + 50, true)) / 50 / (buyers / 500) / kWorlds;
  }
  EXPECT_GT(auc, 0.75);
  EXPECT_GT(lift, 3);
  EXPECT_NEAR(expected / came, 1, 0.25);
}

TEST(Buyers, WhereNothingTellsItSaysSo) {  // J03 W9
  const uint64_t seed = model::TestSeed(32);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  constexpr int kWorlds = 60;
  int skilled = 0;
  double auc = 0;
  for (int world = 0; world < kWorlds; ++world) {
    const StatusOr<BuyerReport> report = RankBuyers(Chance(seed + static_cast<uint64_t>(world), 500), Id(), kNow);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_NE(report->verdict, BuyerVerdict::kTooLittle);
    auc += report->trial.auc / kWorlds;
    skilled += report->verdict == BuyerVerdict::kSkill ? 1 : 0;
    if (report->verdict != BuyerVerdict::kNoSkill) continue;
    for (const RankedBuyer& buyer : report->buyers) {
      EXPECT_EQ(buyer.chance, report->usual);
      EXPECT_TRUE(buyer.reasons.empty());
    }
  }
  EXPECT_NEAR(auc, 0.5, 0.03);
  EXPECT_LE(skilled, 3);
}

TEST(Buyers, WithLittleHistoryItSaysSoAndGoesByRepeatBuying) {  // J03
  std::vector<CustomerFacts> customers = Population(7, 12);
  const StatusOr<BuyerReport> report = RankBuyers(customers, Id(), kNow);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->verdict, BuyerVerdict::kTooLittle);
  EXPECT_EQ(report->buyers.size(), 12U);
  EXPECT_TRUE(RankBuyers(std::span<const CustomerFacts>(), Id(), kNow)->buyers.empty());
}

TEST(Buyers, WhatComesLaterCountsNothingAndARepHasTheirOwn) {  // J03 A04
  std::vector<CustomerFacts> customers = Population(9, 400);
  const StatusOr<BuyerReport> before = RankBuyers(customers, Id(), kNow);
  for (CustomerFacts& one : customers) {
    one.purchases.push_back({Time{kNow.micros + 1}, 5});
    one.theirs.push_back(Time{kNow.micros + 1});
    one.wants.emplace_back(Time{kNow.micros + 1}, -1);
    one.deals.emplace_back(Time{kNow.micros + 1}, std::nullopt);
  }
  const StatusOr<BuyerReport> after = RankBuyers(customers, Id(), kNow);
  const StatusOr<BuyerReport> reps = RankBuyers(customers, Id(3), kNow);
  ASSERT_TRUE(before.ok() && after.ok() && reps.ok());
  std::map<Id, double> chances;
  for (size_t i = 0; i < before->buyers.size(); ++i) {
    EXPECT_EQ(before->buyers[i].customer, after->buyers[i].customer);
    EXPECT_EQ(before->buyers[i].chance, after->buyers[i].chance);
    chances[before->buyers[i].customer] = before->buyers[i].chance;
  }
  EXPECT_EQ(reps->buyers.size(), 80U);
  for (const RankedBuyer& buyer : reps->buyers) {
    EXPECT_EQ(buyer.customer.value() % 5, 2U);
    EXPECT_EQ(buyer.chance, chances.at(buyer.customer));
  }
  EXPECT_EQ(GetReason(RankBuyers(customers, Id(), kNow, {.horizon_days = 0}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(RankBuyers(customers, Id(), kNow, {.moments = 1}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(RankBuyers(customers, Id(), kNow, {.level = 1}).status()), Reason::kBadOptions);
}

TEST(RepeatBuying, ChancesNeverFallWithTheHorizonOrRecency) {  // domain model §5.11
  Dice dice(model::TestSeed(33));
  for (int round = 0; round < 2000; ++round) {
    const BuyingModel model{.r = 3 * dice.Uniform(), .alpha = 20 * dice.Uniform(), .a = 3 * dice.Uniform(), .b = 5 * dice.Uniform()};
    BuyingHistory history{.repeats = static_cast<int64_t>(8 * dice.Uniform()), .recency = 0, .age = 1 + 100 * dice.Uniform()};
    if (history.repeats > 0) history.recency = history.age * dice.Uniform();
    const double horizon = 1 + 50 * dice.Uniform();
    const double chance = model.Chance(history, horizon);
    EXPECT_GE(chance, 0);
    EXPECT_LE(chance, 1);
    EXPECT_GE(model.Chance(history, horizon * (1 + dice.Uniform())), chance);
    EXPECT_EQ(model.Chance(history, 0), 0);
    if (history.repeats == 0) continue;
    BuyingHistory later = history;
    later.recency += (later.age - later.recency) * dice.Uniform();
    EXPECT_GE(model.Chance(later, horizon), chance - 1e-12);
  }
}

// Published for this sample, 39 weeks of it: r .243, alpha 4.414, a .793, b 2.426 (Fader, Hardie and Lee 2005).
TEST(RepeatBuying, EstimatesAreThosePublishedForCdnow) {
  if (SharedDataDir().empty()) GTEST_SKIP() << "needs cdnow of the shared data";
  std::ifstream file(SharedDataDir() + "/cdnow/CDNOW_sample.txt");
  std::map<std::string, std::vector<int32_t>> days;
  std::string master;
  std::string customer;
  std::string date;
  std::string rest;
  while (file >> master >> customer >> date && std::getline(file, rest)) {
    const Time at = model::At(date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2) + "T00:00:00Z");
    std::vector<int32_t>& list = days[customer];
    if (list.empty() || list.back() != DateOf(at).days) list.push_back(DateOf(at).days);
  }
  ASSERT_EQ(days.size(), 2357U);
  const int32_t end = DateOf(model::At("1997-09-30T00:00:00Z")).days;
  std::vector<BuyingHistory> histories;
  for (const auto& [name, list] : days) {
    BuyingHistory history{.repeats = -1, .recency = 0, .age = (end - list.front()) / 7.0};
    for (const int32_t day : list) {
      if (day > end) continue;
      ++history.repeats;
      history.recency = (day - list.front()) / 7.0;
    }
    histories.push_back(history);
  }
  const BuyingModel model = FitBuyingModel(histories);
  EXPECT_NEAR(model.r, 0.243, 0.002);
  EXPECT_NEAR(model.alpha, 4.414, 0.03);
  EXPECT_NEAR(model.a, 0.793, 0.03);
  EXPECT_NEAR(model.b, 2.426, 0.1);
  EXPECT_NEAR(model.log_likelihood, -9582.4, 0.1);
}

// J04: what ranking costs grows with the portfolio, not faster; figures: lib/insight/README.md.
TEST(Buyers, RankingALargePortfolioCostsWhatItsSizeSays) {
  const auto cost = [](size_t size) {
    const std::vector<CustomerFacts> customers = Population(7, size);
    const std::clock_t start = std::clock();
    const StatusOr<BuyerReport> report = RankBuyers(customers, Id(), kNow);
    EXPECT_TRUE(report.ok() && report->buyers.size() == size);
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  };
  const double few = cost(500);
  const double many = cost(3'000);
  EXPECT_LT(many, 6 * 2.5 * few) << few << " s";
}

class BuyersFromRecords : public Relations {
 protected:
  std::map<Id, CustomerFacts> Read(const Viewer& viewer = {}) {
    const StatusOr<std::vector<CustomerFacts>> read = ReadCustomers(*world_.Read(viewer), world_.now());
    EXPECT_TRUE(read.ok()) << read.status();
    std::map<Id, CustomerFacts> by_id;
    for (const CustomerFacts& one : *read) by_id[one.customer] = one;
    return by_id;
  }
  // A draft that gets to the states one after the other.
  void Order(Id account, const std::vector<std::string_view>& states, Id deal = {}) {
    const Id order = Add("order", {{"account", account},
                                   {"date", DateOf(world_.now())},
                                   {"total", model::Yuan(300)},
                                   {"opportunity", deal.is_null() ? Value() : Value(deal)}});
    for (const std::string_view state : states) world_.Set(order, "status", Choose("order", "status", state));
  }
};

struct Measures {
  bool lapsed = false;  // more likely gone than not
  int64_t repeats = 0;
  size_t referred = 0;
  size_t open = 0;
  friend bool operator==(const Measures&, const Measures&) = default;
};

// A07: after a sale four things happen. Each drives its own measure, none of the others, and all are on one timeline.
TEST_F(BuyersFromRecords, EachOutcomeOfASaleDrivesItsOwnMeasure) {
  std::vector<Id> accounts;
  for (int i = 0; i < 5; ++i) accounts.push_back(Add("account", {{"name", "A" + std::to_string(i)}}));
  for (int month = 0; month < 6; ++month) {
    world_.Advance(30 * kMicrosPerDay);
    for (const Id account : accounts) Order(account, {"placed"});
  }
  const BuyingModel model{.r = 2, .alpha = 60, .a = 1, .b = 4};  // of a firm whose customers buy every month
  const auto measure = [&](Id account) {
    Measures measures;
    const CustomerFacts facts = Read().at(account);
    const auto days = [](Time from, Time to) { return static_cast<double>(to.micros - from.micros) / static_cast<double>(kMicrosPerDay); };
    const Time first = facts.purchases.front().at;
    const BuyingHistory history{.repeats = static_cast<int64_t>(facts.purchases.size()) - 1,
                                .recency = days(first, facts.purchases.back().at),
                                .age = days(first, world_.now())};
    measures.lapsed = model.Alive(history) < 0.5;
    measures.repeats = history.repeats;
    const auto snapshot = world_.Read();
    const auto leads = snapshot->Scan("lead").value();
    while (leads->Next()) {
      measures.referred += GetField(*snapshot->catalog().FindType("lead"), *leads->record(), "referred_by").value() == Value(account);
    }
    const std::vector<CardLine> card = *CustomerCard(*snapshot, account);
    for (const CardLine& line : card) measures.open += line.kind == LineKind::kOpenIssue;
    return measures;
  };
  const Measures before = measure(accounts[0]);
  EXPECT_EQ(before, (Measures{.lapsed = false, .repeats = 5}));
  world_.Advance(10 * kMicrosPerDay);
  Order(accounts[1], {"placed"});
  Add("lead", {{"name", "Li"}, {"referred_by", accounts[2]}});
  const Id ticket = Add("ticket", {{"subject", "Leaks"}, {"account", accounts[3]}});
  EXPECT_EQ(measure(accounts[1]), (Measures{.lapsed = false, .repeats = 6}));
  EXPECT_EQ(measure(accounts[2]), (Measures{.lapsed = false, .repeats = 5, .referred = 1}));
  EXPECT_EQ(measure(accounts[3]), (Measures{.lapsed = false, .repeats = 5, .open = 1}));
  EXPECT_EQ(measure(accounts[4]), before);
  // The others go on buying; one never buys again.
  for (int month = 0; month < 8; ++month) {
    world_.Advance(30 * kMicrosPerDay);
    for (size_t i = 1; i < 4; ++i) Order(accounts[i], {"placed"});
  }
  EXPECT_EQ(measure(accounts[4]), (Measures{.lapsed = true, .repeats = 5}));
  EXPECT_FALSE(measure(accounts[1]).lapsed);
  const model::TimelinePage page = *model::ReadTimeline(*world_.Read(), accounts[3]);
  EXPECT_EQ(page.entries.size(), 6 + 8 + 1U) << "what they bought, and what they came back with";
  EXPECT_TRUE(std::any_of(page.entries.begin(), page.entries.end(), [&](const auto& entry) { return entry.record == ticket; }));
}

TEST_F(BuyersFromRecords, APurchaseCountsOnceAndPeopleStandForTheirCompany) {  // J03
  const Id account = Add("account", {{"name", "Acme"}});
  Batch batch = world_.NewBatch();
  batch.Set(account, "owner", world_.owners()[1]);
  world_.Apply(batch);
  const Id buyer = Add("contact", {{"name", "Wang"}, {"account", account}});
  const Id alone = Add("contact", {{"name", "Li"}});
  const Id won = Add("opportunity", {{"name", "deal"}, {"account", account}, {"amount", model::Yuan(700)}});
  world_.MoveTo(won, "sales/talk");
  world_.MoveTo(won, "sales/won");
  const Id open = Add("opportunity", {{"name", "deal"}, {"contact", alone}});
  world_.MoveTo(open, "sales/talk");
  Order(account, {"placed"}, won);
  Order(account, {"placed", "delivered"});
  Order(account, {"cancelled"});
  Order(account, {});
  Meet(world_.owners()[0], buyer);
  Meet(world_.owners()[0], alone, "out");
  Say(buyer, Id(), "need", 0.5);
  Say(buyer, Id(), "price", 1);
  const std::map<Id, CustomerFacts> facts = Read();
  ASSERT_EQ(facts.count(buyer), 0U);
  const CustomerFacts& acme = facts.at(account);
  EXPECT_EQ(acme.owner, world_.owners()[1]);
  ASSERT_EQ(acme.purchases.size(), 2U);
  EXPECT_EQ(acme.purchases[0].amount + acme.purchases[1].amount, 1000);
  EXPECT_EQ(acme.theirs.size(), 1U);
  EXPECT_EQ(acme.ours.size(), 0U);
  ASSERT_EQ(acme.wants.size(), 1U);
  EXPECT_EQ(acme.wants[0].second, 0.5);
  ASSERT_EQ(acme.deals.size(), 1U);
  EXPECT_TRUE(acme.deals[0].second.has_value());
  const CustomerFacts& li = facts.at(alone);
  EXPECT_TRUE(li.purchases.empty());
  EXPECT_EQ(li.ours.size(), 1U);
  ASSERT_EQ(li.deals.size(), 1U);
  EXPECT_FALSE(li.deals[0].second.has_value());
  // What the viewer may not see is not there.
  batch = world_.NewBatch();
  batch.Set(won, "owner", world_.owners()[0]);
  batch.Set(won, "visibility", "owner");
  world_.Apply(batch);
  EXPECT_TRUE(Read({.id = world_.owners()[2]}).at(account).deals.empty());
  const StatusOr<BuyerReport> report = RankBuyers(*world_.Read(), world_.owners()[1]);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->verdict, BuyerVerdict::kTooLittle);
  ASSERT_EQ(report->buyers.size(), 1U);
  EXPECT_EQ(report->buyers[0].customer, account);
}

}  // namespace
}  // namespace kith::insight
