// What a customer has of us, now and then. // B09
#include "kith/model/owned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "unit/model/world.h"

namespace kith::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class OwnedTest : public ::testing::Test {
 protected:
  using Fields = std::vector<std::pair<std::string_view, Value>>;
  void TearDown() override { world_.Verify(); }
  Id Add(std::string_view type, const Fields& fields) {
    world_.Advance(kMicrosPerDay);
    Batch batch = world_.NewBatch();
    const Id id = batch.Create(type);
    for (const auto& [field, value] : fields) batch.Set(id, field, value);
    return world_.Apply(batch).at(id.local_index());
  }
  void Set(Id id, std::string_view field, const Value& value) {
    world_.Advance(kMicrosPerDay);
    world_.Set(id, field, value);
  }
  Id Line(Id order, Id product, std::string_view quantity) {
    return Add("order_line", {{"order", order}, {"product", product}, {"quantity", *ParseDecimal(quantity)}});
  }
  // Product and quantity in thousandths.
  std::vector<std::pair<Id, int64_t>> Owned(Id account, std::optional<Time> at = std::nullopt) {
    const StatusOr<std::vector<OwnedProduct>> owned = OwnedProducts(*world_.Read(), account, at);
    EXPECT_TRUE(owned.ok()) << owned.status();
    std::vector<std::pair<Id, int64_t>> found;
    if (owned.ok()) {
      for (const OwnedProduct& one : *owned) found.emplace_back(one.product, one.quantity.units);
    }
    return found;
  }

  World world_;
};

TEST_F(OwnedTest, WhatWasDeliveredAndDidNotComeBack) {
  const Id account = Add("account", {{"name", "Acme"}}), other = Add("account", {{"name", "Other"}});
  const Id pump = Add("product", {{"name", "Pump"}}), valve = Add("product", {{"name", "Valve"}});
  const Id order = Add("order", {{"account", account}, {"status", "placed"}});
  const Id line = Line(order, pump, "4");
  Line(order, valve, "2");
  EXPECT_THAT(Owned(account), IsEmpty());
  Set(order, "status", "delivered");
  const Time delivered = world_.now();
  EXPECT_THAT(Owned(account), ElementsAre(Pair(pump, 4000), Pair(valve, 2000)));
  EXPECT_EQ((*OwnedProducts(*world_.Read(), account))[0].since, delivered);
  EXPECT_THAT(Owned(other), IsEmpty());
  const Id back = Add("order_return", {{"order", order}, {"account", account}});
  Add("order_return_line", {{"order_return", back}, {"order_line", line}, {"quantity", *ParseDecimal("4")}});
  EXPECT_THAT(Owned(account), ElementsAre(Pair(pump, 4000), Pair(valve, 2000))) << "on its way";
  Set(back, "status", "received");
  EXPECT_THAT(Owned(account), ElementsAre(Pair(valve, 2000)));
  EXPECT_THAT(Owned(account, delivered), ElementsAre(Pair(pump, 4000), Pair(valve, 2000)));
  EXPECT_THAT(Owned(account, Time{delivered.micros - 1}), IsEmpty());
  Set(order, "status", "returned");
  EXPECT_THAT(Owned(account), IsEmpty());
  EXPECT_FALSE(OwnedProducts(*world_.Read(), Id(99)).ok());
}

TEST_F(OwnedTest, WhatCameBackIsOwnedSinceItsDelivery) {
  const Id account = Add("account", {{"name", "Acme"}}), pump = Add("product", {{"name", "Pump"}});
  const Id order = Add("order", {{"account", account}, {"status", "placed"}});
  Line(order, pump, "4");
  Set(order, "status", "delivered");
  const Time delivered = world_.now();
  world_.Advance(kMicrosPerDay);
  world_.Delete(order);
  Batch batch = world_.NewBatch();
  batch.Restore(order);
  world_.Apply(batch);
  const std::vector<OwnedProduct> owned = *OwnedProducts(*world_.Read(), account);
  ASSERT_EQ(owned.size(), 1U);
  EXPECT_EQ(owned[0].since, delivered);
}

// B09, B20: what is masked hides itself, not the lines that an index covering it leads to.
TEST_F(OwnedTest, AMaskedAmountHidesNoProduct) {
  ASSERT_TRUE(world_.db()
                  .SetPolicy(R"({"types": {"order": {"fields": {"total": {"read": ["role:finance"]}}},
                                           "order_line": {"fields": {"amount": {"read": ["role:finance"]}}},
                                           "order_return_line": {"fields": {"amount": {"read": ["role:finance"]}}}}})")
                  .ok());
  const Id account = Add("account", {{"name", "Acme"}});
  const Id pump = Add("product", {{"name", "Pump"}});
  const Id order = Add("order", {{"account", account}, {"status", "placed"}});
  const Id line = Line(order, pump, "4");
  Set(order, "status", "delivered");
  const Id back = Add("order_return", {{"order", order}, {"account", account}});
  Add("order_return_line", {{"order_return", back}, {"order_line", line}, {"quantity", *ParseDecimal("1")}});
  Set(back, "status", "received");
  const StatusOr<std::vector<OwnedProduct>> owned = OwnedProducts(*world_.Read({.id = world_.owners()[0]}), account);
  ASSERT_TRUE(owned.ok()) << owned.status();
  ASSERT_EQ(owned->size(), 1U);
  EXPECT_EQ((*owned)[0].line, line);
  EXPECT_EQ((*owned)[0].quantity.units, 3000);
}

// At random moments of a random story: what a plain list of what happened says.
TEST_F(OwnedTest, AnyMomentIsWhatHadHappenedByThen) {
  Random random(TestSeed(9));
  const Id account = Add("account", {{"name", "Acme"}});
  std::vector<Id> products;
  for (int i = 0; i < 4; ++i) products.push_back(Add("product", {{"name", "P" + std::to_string(i)}}));
  struct Event {
    Time at;
    Id line;
    int64_t change;
  };
  std::vector<Event> events;
  std::map<Id, Id> product_of;
  for (int i = 0; i < 25; ++i) {
    const Id order = Add("order", {{"account", account}, {"status", "placed"}});
    const auto quantity = static_cast<int64_t>(1 + random.Below(9));
    const Id product = products[random.Below(products.size())];
    const Id line = Line(order, product, std::to_string(quantity));
    product_of[line] = product;
    if (random.OneIn(4)) continue;
    Set(order, "status", "delivered");
    events.push_back({world_.now(), line, quantity * 1000});
    if (!random.OneIn(2)) continue;
    const auto some = static_cast<int64_t>(random.Below(static_cast<uint64_t>(quantity) + 1));
    const Id back = Add("order_return", {{"order", order}, {"account", account}});
    Add("order_return_line", {{"order_return", back}, {"order_line", line}, {"quantity", *ParseDecimal(std::to_string(some))}});
    if (random.OneIn(3)) continue;
    Set(back, "status", "received");
    events.push_back({world_.now(), line, -some * 1000});
  }
  for (int i = 0; i < 40; ++i) {
    const Time at{world_.now().micros - static_cast<int64_t>(random.Below(120)) * kMicrosPerDay / 1};
    std::map<Id, int64_t> left;
    for (const Event& event : events) {
      if (event.at <= at) left[event.line] += event.change;
    }
    std::vector<std::pair<Id, int64_t>> expected;
    for (const auto& [line, quantity] : left) {
      if (quantity > 0) expected.emplace_back(product_of[line], quantity);
    }
    EXPECT_THAT(Owned(account, at), ::testing::UnorderedElementsAreArray(expected));
  }
}

}  // namespace
}  // namespace kith::model
