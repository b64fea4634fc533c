// A forecast's parts, other worlds, and currencies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "kith/insight/currencies.h"
#include "kith/insight/forecast.h"
#include "kith/insight/funnel.h"
#include "kith/insight/paths.h"
#include "simulator/company_paths.h"
#include "unit/insight/made_tables.h"
#include "unit/model/world.h"

namespace kith::insight {
namespace {

using model::DealPath;
using model::FunnelTables;
using model::GroupKind;
using simulator::Company;
using testing::kCny;
using testing::kUsd;

FunnelTables TablesOf(const Company& company) {
  return TablesFromPaths(simulator::PipelineOf(), simulator::PathsOf(company), Time{StartOf(company.options.today).micros - 1});
}
Period Next(const Company& company, int days) { return {company.options.today, Date{company.options.today.days + days}}; }

// C16: whatever the parts, their means sum to the whole's, of what is closed, of open deals and of deals to come.
TEST(ForecastParts, SumToTheWhole) {
  const Company company = simulator::MakeCompany({.seed = 21, .deals = 3000, .reps = 8});
  const FunnelTables tables = TablesOf(company);
  const Period running{Date{company.options.today.days - 30}, Date{company.options.today.days + 60}};
  std::map<uint64_t, uint64_t> teams;
  for (uint64_t rep = 1; rep <= 6; ++rep) teams[rep] = 1000 + rep % 2;  // two reps are in no team
  for (const auto& [kind, roll_up, parts] :
       {std::tuple(GroupKind::kOwner, std::map<uint64_t, uint64_t>(), 8),
        std::tuple(GroupKind::kSegment, std::map<uint64_t, uint64_t>(), 0),
        std::tuple(GroupKind::kSource, std::map<uint64_t, uint64_t>(), 4), std::tuple(GroupKind::kOwner, teams, 3)}) {
    const StatusOr<ForecastReport> report = Forecast(tables, running, {.parameter_draws = 8, .by = kind, .roll_up = roll_up});
    ASSERT_TRUE(report.ok()) << report.status();
    if (parts > 0) {
      EXPECT_EQ(report->parts.size(), static_cast<size_t>(parts));
    }
    PartForecast sum;
    for (const PartForecast& part : report->parts) {
      sum.closed += part.closed;
      sum.open_deals += part.open_deals;
      sum.from_open.mean += part.from_open.mean;
      sum.from_new.mean += part.from_new.mean;
      sum.total.mean += part.total.mean;
      EXPECT_LE(part.total.p10, part.total.p50);
      EXPECT_NEAR(part.ProbabilityAtLeast(part.total.p90), 0.1, 0.01);
    }
    EXPECT_NEAR(sum.closed, report->closed, 1e-6);
    EXPECT_GT(sum.closed, 0);
    EXPECT_EQ(sum.open_deals, report->open_deals);
    EXPECT_NEAR(sum.from_open.mean / report->from_open.mean, 1, 1e-9);
    EXPECT_NEAR(sum.from_new.mean / report->from_new.mean, 1, 1e-9);
    EXPECT_NEAR(sum.total.mean / report->total.mean, 1, 1e-9);
  }
}

// A part's own future: over many companies the planted weak rep's interval holds what happened as often as it says.
TEST(ForecastParts, TheirIntervalsHold) {
  int inside = 0;
  int total = 0;
  for (uint64_t seed = 61; seed <= 80; ++seed) {
    const Company company = simulator::MakeCompany({.seed = seed, .deals = 3000, .reps = 4});
    const std::vector<DealPath> paths = simulator::PathsOf(company);
    const Period period{Date{company.options.today.days - 91}, company.options.today};
    const FunnelTables then = TablesFromPaths(simulator::PipelineOf(), paths, Time{StartOf(period.first).micros - 1});
    const StatusOr<ForecastReport> report = Forecast(then, period, {.parameter_draws = 8, .by = GroupKind::kOwner});
    ASSERT_TRUE(report.ok());
    for (const PartForecast& part : report->parts) {
      double actual = 0;
      for (const DealPath& path : paths) {
        const model::PathMove& last = path.moves.back();
        const bool won = last.to.value() == 101 + simulator::kWon && period.contains(DateOf(last.at));
        if (won && last.owner.value() == part.part) actual += static_cast<double>(path.amount.minor);
      }
      ++total;
      inside += actual >= part.total.p10 && actual <= part.total.p90;
    }
  }
  EXPECT_NEAR(static_cast<double>(inside) / total, 0.8, 0.1);
}

// Several periods at once: they sum to the period that they make up.
TEST(Forecast, QuartersSumToTheYear) {
  const Company company = simulator::MakeCompany({.seed = 6, .deals = 2000, .rep_spread = 0, .weak_factor = 1});
  const FunnelTables tables = TablesOf(company);
  const Date today = company.options.today;
  const auto mean = [&](int from, int to) {
    const StatusOr<ForecastReport> report = Forecast(tables, {Date{today.days + from}, Date{today.days + to}}, {.parameter_draws = 8});
    EXPECT_TRUE(report.ok());
    return report->from_open.mean + report->from_new.mean;
  };
  EXPECT_NEAR((mean(0, 91) + mean(91, 182) + mean(182, 273) + mean(273, 364)) / mean(0, 364), 1, 1e-3);
}

TEST(WhatIf, ALostDealTakesItsShareAndNoMore) {
  const Company company = simulator::MakeCompany({.seed = 2, .deals = 2000});
  const FunnelTables tables = TablesOf(company);
  const StatusOr<ForecastReport> now = Forecast(tables, Next(company, 92));
  ForecastOptions options;
  options.what_if.lost = {now->deals[0].deal, now->deals[3].deal, Id(1)};
  const StatusOr<ForecastReport> without = Forecast(tables, Next(company, 92), options);
  ASSERT_TRUE(without.ok());
  const double lost = now->deals[0].expected_minor + now->deals[3].expected_minor;
  EXPECT_NEAR(now->total.mean - without->total.mean, lost, 0.05 * lost);  // the draws' own error
  EXPECT_EQ(now->from_new.mean, without->from_new.mean);
  for (const DealForecast& deal : without->deals) {
    if (deal.deal == now->deals[0].deal) {
      EXPECT_EQ(deal.win_in_period, 0);
    }
  }
}

TEST(WhatIf, MoreDealsBringMoreInProportion) {
  const Company company = simulator::MakeCompany({.seed = 2, .deals = 2000});
  const FunnelTables tables = TablesOf(company);
  const auto with = [&](double more) {
    ForecastOptions options;
    options.what_if.more_deals_a_week = more;
    return *Forecast(tables, Next(company, 92), options);
  };
  const ForecastReport now = with(0);
  const ForecastReport ten = with(10);
  EXPECT_NEAR(ten.expected_new_deals - now.expected_new_deals, 10 * 92 / 7.0, 1.5);  // the period begins on a Wednesday
  EXPECT_NEAR(ten.from_new.mean / now.from_new.mean, ten.expected_new_deals / now.expected_new_deals, 1e-6);
  EXPECT_EQ(ten.from_open.mean, now.from_open.mean);
  EXPECT_EQ(with(-1e6).from_new.mean, 0);
}

TEST(WhatIf, AFasterStageBringsWinsForward) {
  const Company company = simulator::MakeCompany({.seed = 2, .deals = 2000});
  const FunnelTables tables = TablesOf(company);
  const auto with = [&](double factor, int days) {
    ForecastOptions options;
    options.what_if.faster = {{Id(103), factor}};
    return Forecast(tables, Next(company, days), options)->total.mean;
  };
  EXPECT_GT(with(2, 45), 1.02 * with(1, 45));
  EXPECT_LT(with(0.5, 45), with(1, 45));
  EXPECT_NEAR(with(2, 700) / with(1, 700), 1, 0.1);  // what is won in the end hardly changes
}

TEST(WhatIf, BadQuestionsAreRefused) {
  const Company company = simulator::MakeCompany({.seed = 2, .deals = 200});
  const FunnelTables tables = TablesOf(company);
  const auto reason = [&](WhatIf what_if) { return GetReason(Forecast(tables, Next(company, 30), {.what_if = what_if}).status()); };
  EXPECT_EQ(reason({.faster = {{Id(105), 2}}}), Reason::kUnknownStage);
  EXPECT_EQ(reason({.faster = {{Id(7), 2}}}), Reason::kUnknownStage);
  EXPECT_EQ(reason({.faster = {{Id(101), 0}}}), Reason::kOutOfRange);
  EXPECT_EQ(reason({.faster = {{Id(101), 101}}}), Reason::kOutOfRange);
  EXPECT_EQ(reason({.more_deals_a_week = std::nan("")}), Reason::kBadOptions);
  EXPECT_TRUE(Forecast(tables, Next(company, 30), {.what_if = {.faster = {{Id(101), 100}}}}).ok());
}

// A company that sells a fifth in dollars forecasts, converted, what it would if all had been in yuan.
TEST(InCurrency, ConvertedIsAsIfItHadBeenOneCurrency) {
  const Company company = simulator::MakeCompany({.seed = 3, .deals = 1500});
  std::vector<DealPath> paths = simulator::PathsOf(company);
  for (DealPath& path : paths) path.amount.minor = path.amount.minor / 700 * 700;
  const Time now{StartOf(company.options.today).micros - 1};
  const FunnelTables yuan = TablesFromPaths(simulator::PipelineOf(), paths, now);
  for (DealPath& path : paths) {
    if (path.deal.value() % 5 == 0) path.amount = {path.amount.minor / 7, kUsd};
  }
  const FunnelTables mixed = TablesFromPaths(simulator::PipelineOf(), paths, now);
  const StatusOr<FunnelTables> converted = InCurrency(mixed, {kCny, {{kUsd, 7.0}}});
  ASSERT_TRUE(converted.ok());
  const Period running{Date{company.options.today.days - 30}, Date{company.options.today.days + 60}};
  const StatusOr<ForecastReport> as_one = Forecast(yuan, running);
  const StatusOr<ForecastReport> report = Forecast(*converted, running);
  EXPECT_EQ(report->excluded, 0);
  EXPECT_EQ(report->closed, as_one->closed);
  EXPECT_EQ(report->from_open.mean, as_one->from_open.mean);
  EXPECT_NEAR(report->from_new.mean / as_one->from_new.mean, 1, 0.01);
  EXPECT_GT(Forecast(mixed, running)->excluded, 0);
  // Without a rate nothing changes.
  EXPECT_EQ(InCurrency(mixed, {kCny, {}})->rows, mixed.rows);
}

TEST(InCurrency, MinorUnitsOfEachCurrencyCount) {
  const Currency yen = *Currency::FromCode("JPY");
  DealPath path;
  path.deal = Id(1);
  path.amount = {1000, yen};
  path.moves = {{Id(101), Time{19'990 * kMicrosPerDay}, model::MoveCause::kManual, {}, 0, 0}};
  const FunnelTables tables = TablesFromPaths(testing::MakePipeline(1), {path}, Time{20'000 * kMicrosPerDay});
  EXPECT_EQ(InCurrency(tables, {kCny, {{yen, 0.05}}})->open[0].amount, (Money{5000, kCny}));
  EXPECT_EQ(GetReason(InCurrency(tables, {kCny, {{yen, 0.0}}}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(InCurrency(tables, {}).status()), Reason::kBadOptions);
}

// By product, which the sums know nothing of: everything else stays as it is, and the parts are those of a count by hand.
TEST(ForecastParts, ByProductAreThoseOfACountByHandAndSumToTheWhole) {
  model::World world;
  model::Random random(model::TestSeed(9));
  const std::vector<Id> products = {world.Create("product"), world.Create("product"), {}};
  std::map<Id, int64_t> won;
  std::map<Id, int64_t> open;
  Batch batch = world.NewBatch();
  for (int i = 0; i < 90; ++i) {
    const Id deal = model::World::NewRecord(batch, "opportunity");
    const Id product = products[random.Below(3)];
    if (!product.is_null()) batch.Set(deal, "product", product);
    batch.Set(deal, "amount", model::Yuan(100'000));
    batch.Set(deal, "owner", world.owners()[random.Below(3)]);
    const Time at{world.now().micros - static_cast<int64_t>(random.Below(300) + 40) * kMicrosPerDay};
    model::Move(batch, deal, "sales/lead", {.at = at});
    const uint64_t end = random.Below(3);
    if (end < 2) model::Move(batch, deal, end == 0 ? "sales/won" : "sales/lost", {.at = Time{at.micros + 30 * kMicrosPerDay}});
    if (i == 0 && end == 2) model::Move(batch, deal, "partner/lead", {.at = Time{at.micros + kMicrosPerDay}});
    won[product] += end == 0 ? 1 : 0;
    open[product] += end == 2 && i > 0 ? 1 : 0;
  }
  world.Apply(batch);
  const auto snapshot = world.Read();
  const FunnelTables tables = *model::ReadTables(*snapshot, world.GetPipelineNow("sales").id);
  const FunnelTables by = *TablesBy(*snapshot, tables, "product");
  for (const auto& [key, row] : tables.rows.stages) {
    if (key.group_kind == GroupKind::kSegment) continue;
    EXPECT_EQ(by.rows.stages.at(key), row);
  }
  const Date today = DateOf(world.now());
  const ForecastReport report = *Forecast(by, {today, Date{today.days + 90}}, {.by = GroupKind::kSegment});
  EXPECT_EQ(report.parts.size(), 3u);
  double total = 0;
  for (const PartForecast& part : report.parts) {
    EXPECT_EQ(part.open_deals, open[Id(part.part)]) << part.part;
    total += part.total.mean;
  }
  EXPECT_NEAR(total, report.total.mean, 1e-6 * total);
  for (const Id product : products) {
    if (product.is_null()) continue;
    EXPECT_EQ(Funnel(by, {.group_kind = GroupKind::kSegment, .group = product.value()})->won, won[product]);
  }
  EXPECT_EQ(GetErrorInfo(TablesBy(*snapshot, tables, "amount").status()).field, "amount");
  EXPECT_EQ(GetReason(TablesBy(*snapshot, tables, "nothing").status()), Reason::kBadOptions);
}

}  // namespace
}  // namespace kith::insight
