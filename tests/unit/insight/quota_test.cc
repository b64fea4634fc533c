#include "kith/insight/quota.h"

#include <gtest/gtest.h>

#include "unit/model/world.h"

namespace kith::insight {
namespace {

using model::Yuan;

TEST(Attainment, ComparesEachHoldersPartWithItsQuotaOfThePeriod) {  // C16
  model::World world;
  const Period period{Date{20'000}, Date{20'092}};
  const auto give = [&](Id holder, std::string_view metric, Period of, Money target) {
    Batch batch = world.NewBatch();
    const Id quota = batch.Create("quota");
    batch.Set(quota, "holder", holder);
    batch.SetChoice(quota, "metric", metric);
    batch.Set(quota, "period", "2024-Q4");
    batch.Set(quota, "starts", of.first);
    batch.Set(quota, "ends", of.end);
    batch.Set(quota, "target", target);
    world.Apply(batch);
  };
  const std::vector<Id> owners = world.owners();
  give(owners[0], "revenue", period, Yuan(150));
  give(owners[0], "margin", period, Yuan(1));
  give(owners[0], "revenue", {Date{20'092}, Date{20'184}}, Yuan(2));
  give(owners[1], "revenue", period, {150, *Currency::FromCode("USD")});
  ForecastReport report;
  report.period = period;
  report.currency = *Currency::FromCode("CNY");
  for (size_t i = 0; i < 2; ++i) {
    PartForecast part;
    part.part = owners[i].value();
    part.closed = 100;
    part.total.mean = 200;
    for (int q = 0; q < 200; ++q) part.total_quantiles.push_back(100 + q + 0.5);  // even between 100 and 300
    report.parts.push_back(part);
  }
  const auto snapshot = world.Read();
  const std::vector<Attainment> found = *AttainmentsOf(*snapshot, report);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].holder, owners[0]);
  EXPECT_EQ(found[0].target, Yuan(150));
  EXPECT_EQ(found[0].closed, 100);
  EXPECT_EQ(found[0].mean, 200);
  EXPECT_NEAR(found[0].probability, 0.75, 1e-9);
  // Cash is set against what is to be collected, not against what is to be won.
  report.of_cash = true;
  EXPECT_TRUE(AttainmentsOf(*snapshot, report)->empty());
  give(owners[1], "collected", period, Yuan(250));
  const std::vector<Attainment> of_cash = *AttainmentsOf(*world.Read(), report);
  ASSERT_EQ(of_cash.size(), 1U);
  EXPECT_EQ(of_cash[0].holder, owners[1]);
  EXPECT_NEAR(of_cash[0].probability, 0.25, 1e-9);
  report.parts.clear();
  EXPECT_TRUE(AttainmentsOf(*snapshot, report)->empty());
}

}  // namespace
}  // namespace kith::insight
