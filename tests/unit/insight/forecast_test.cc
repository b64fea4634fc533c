#include "kith/insight/forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "kith/insight/summary.h"
#include "simulator/company_paths.h"
#include "support/sanitized.h"
#include "unit/insight/made_tables.h"

namespace kith::insight {
namespace {

using model::DealPath;
using model::FunnelTables;
using simulator::Company;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::kCny;
using testing::kUsd;
using testing::MakePipeline;
using testing::Random;

FunnelTables TablesOf(const Company& company, Date day) {
  return TablesFromPaths(simulator::PipelineOf(), simulator::PathsOf(company), Time{StartOf(day).micros - 1});
}

Period Days(Date from, int days) { return {from, Date{from.days + days}}; }

double WonIn(const std::vector<DealPath>& paths, Period period) {
  double won = 0;
  for (const DealPath& path : paths) {
    if (path.moves.back().to.value() == 105 && period.contains(DateOf(path.moves.back().at))) won += static_cast<double>(path.amount.minor);
  }
  return won;
}

// All numbers of a report, byte for byte.
std::string BytesOf(const ForecastReport& report) {
  std::vector<double> numbers = {report.closed,     report.total.p10,      report.total.p50,   report.total.p90,
                                 report.total.mean, report.from_open.mean, report.from_new.sd, report.model_sd};
  numbers.insert(numbers.end(), report.total_quantiles.begin(), report.total_quantiles.end());
  std::string text;
  for (const DealForecast& deal : report.deals) {
    numbers.insert(numbers.end(), {deal.win_in_period, deal.win_ever, deal.win_low, deal.win_high, deal.early_close_days,
                                   deal.median_close_days, deal.late_close_days, deal.contributions.stage, deal.contributions.age});
    text += std::to_string(deal.deal.value()) + ReasonOf(report, deal);
  }
  std::string bytes(numbers.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes + text;
}

// W1, C18: P10..P90 holds the actual in 75 to 85 % of rolling origins.
TEST(Forecast, EightyPercentIntervalsCoverEightyPercent) {
  int inside = 0;
  int total = 0;
  double forecast_sum = 0;
  double actual_sum = 0;
  for (uint64_t seed = 1; seed <= (KITH_SANITIZED ? 6 : 30); ++seed) {  // a sanitizer sees no more in more
    const Company company = simulator::MakeCompany({.seed = seed, .deals = 1500});
    const std::vector<DealPath> paths = simulator::PathsOf(company);
    for (int quarter = 1; quarter <= 6; ++quarter) {
      const Period period = Days(Date{company.options.today.days - 91 * quarter}, 91);
      const StatusOr<ForecastReport> report = Forecast(TablesOf(company, period.first), period, {.parameter_draws = 8});
      ASSERT_TRUE(report.ok());
      const double actual = WonIn(paths, period);
      inside += actual >= report->total.p10 && actual <= report->total.p90;
      ++total;
      forecast_sum += report->total.mean;
      actual_sum += actual;
    }
  }
  const double coverage = static_cast<double>(inside) / total;
  EXPECT_NEAR(coverage, 0.8, KITH_SANITIZED ? 0.2 : 0.05);
  EXPECT_NEAR(forecast_sum / actual_sum, 1, KITH_SANITIZED ? 0.15 : 0.06);
}

// The q-quantile of a report's total.
double QuantileOf(const ForecastReport& report, double q) {
  const double position = q * static_cast<double>(report.total_quantiles.size()) - 0.5;
  const auto below = static_cast<size_t>(position);
  const double low = report.total_quantiles[below];
  return low + (position - static_cast<double>(below)) * (report.total_quantiles[below + 1] - low);
}

// 93 to 97 % are meant; of 200 chance leaves 1.5 % either way. `forecast_bench coverage` looks at 1,000 of three sizes.
TEST(Forecast, NinetyFivePercentIntervalsCoverNinetyFivePercent) {
  int inside = 0;
  constexpr int kSeeds = KITH_SANITIZED ? 20 : 100;
  for (uint64_t seed = 5000; seed < 5000 + kSeeds; ++seed) {
    const Company company = simulator::MakeCompany({.seed = seed, .deals = 1000});
    const std::vector<DealPath> paths = simulator::PathsOf(company);
    for (const int quarter : {1, 4}) {
      const Period period = Days(Date{company.options.today.days - 91 * quarter}, 91);
      const StatusOr<ForecastReport> report = Forecast(TablesOf(company, period.first), period);
      ASSERT_TRUE(report.ok());
      const double actual = WonIn(paths, period);
      inside += actual >= QuantileOf(*report, 0.025) && actual <= QuantileOf(*report, 0.975);
    }
  }
  EXPECT_NEAR(inside / (2.0 * kSeeds), 0.95, KITH_SANITIZED ? 0.1 : 0.035);
}

TEST(Forecast, AgreesWithTheTrueDistributionOfTheNextQuarter) {
  const Company company = simulator::MakeCompany({.seed = 4, .deals = 6000, .season = 0});
  const Period quarter = Days(company.options.today, 92);
  const StatusOr<ForecastReport> report = Forecast(TablesOf(company, quarter.first), quarter);
  ASSERT_TRUE(report.ok());
  std::vector<double> futures = simulator::Futures(company, quarter.end, 400, 5);
  std::sort(futures.begin(), futures.end());
  double mean = 0;
  for (const double f : futures) mean += f / 400;
  EXPECT_NEAR(report->total.mean / mean, 1, 0.15);
  EXPECT_NEAR(report->total.p10 / futures[40], 1, 0.25);
  EXPECT_NEAR(report->total.p90 / futures[360], 1, 0.25);
  EXPECT_NEAR(report->expected_new_deals / 92, 6000.0 / 1095, 1.2);
}

TEST(Forecast, EqualInputsGiveEqualBytes) {
  const Company company = simulator::MakeCompany({.seed = 9, .deals = 600});
  const FunnelTables tables = TablesOf(company, company.options.today);
  const Period period = Days(company.options.today, 30);
  const StatusOr<ForecastReport> one = Forecast(tables, period);
  const StatusOr<ForecastReport> two = Forecast(tables, period);
  const StatusOr<ForecastReport> other = Forecast(tables, period, {.seed = 2});
  ASSERT_TRUE(one.ok() && two.ok() && other.ok());
  EXPECT_EQ(BytesOf(*one), BytesOf(*two));
  EXPECT_NE(BytesOf(*one), BytesOf(*other));
  EXPECT_NEAR(other->total.mean / one->total.mean, 1, 0.05);
}

TEST(Forecast, EveryDealHasAChanceAnIntervalAndAReason) {
  const Company company = simulator::MakeCompany({.seed = 2, .deals = 2000});
  const FunnelTables tables = TablesOf(company, company.options.today);
  const StatusOr<ForecastReport> report = Forecast(tables, Days(company.options.today, 92));
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->deals.size(), tables.open.size());
  double expected = 0;
  double last = 1e300;
  for (const DealForecast& deal : report->deals) {
    EXPECT_GE(deal.win_in_period, 0);
    EXPECT_LE(deal.win_in_period, deal.win_ever);
    EXPECT_LE(deal.win_ever, 1);
    EXPECT_LE(deal.win_low, deal.win_in_period);
    EXPECT_GE(deal.win_high, deal.win_in_period);
    EXPECT_GT(deal.median_close_days, 0);
    EXPECT_LT(deal.median_close_days, 400);
    EXPECT_GT(deal.early_close_days, 0);
    EXPECT_LT(deal.early_close_days, deal.median_close_days);
    EXPECT_LT(deal.median_close_days, deal.late_close_days);
    const Contributions& parts = deal.contributions;  // C10, C20
    EXPECT_NEAR(parts.base + parts.stage + parts.age + parts.group, deal.win_in_period, 1e-12);
    EXPECT_EQ(parts.base, report->deals[0].contributions.base);
    EXPECT_THAT(ReasonOf(*report, deal), HasSubstr(" resolved deals"));
    EXPECT_LE(deal.expected_minor, last);
    last = deal.expected_minor;
    expected += deal.expected_minor;
  }
  EXPECT_NEAR(report->from_open.mean / expected, 1, 0.05);
  EXPECT_NEAR(report->total.mean, report->from_open.mean + report->from_new.mean, 1e-6 * report->total.mean);
  EXPECT_NEAR(report->ProbabilityAtLeast(report->total.p50), 0.5, 0.01);
  EXPECT_NEAR(report->ProbabilityAtLeast(report->total.p10), 0.9, 0.01);
  double before = 1;
  for (double target = 0; target < 2 * report->total.p90; target += report->total.p90 / 50) {
    EXPECT_LE(report->ProbabilityAtLeast(target), before);
    before = report->ProbabilityAtLeast(target);
  }
}

TEST(Forecast, AdjacentPeriodsAddUp) {
  const Company company = simulator::MakeCompany({.seed = 6, .deals = 2000});
  const FunnelTables tables = TablesOf(company, company.options.today);
  const auto mean = [&](int from, int to) {
    const StatusOr<ForecastReport> report =
        Forecast(tables, {Date{company.options.today.days + from}, Date{company.options.today.days + to}});
    EXPECT_TRUE(report.ok());
    return report->from_open.mean + report->from_new.mean;
  };
  const double whole = mean(0, 120);
  EXPECT_NEAR((mean(0, 40) + mean(40, 120)) / whole, 1, 0.02);
}

TEST(Forecast, APeriodInCourseCountsWhatIsClosed) {
  const Company company = simulator::MakeCompany({.seed = 6, .deals = 2000});
  const std::vector<DealPath> paths = simulator::PathsOf(company);
  const Date today = company.options.today;
  const StatusOr<ForecastReport> running = Forecast(TablesOf(company, today), {Date{today.days - 45}, Date{today.days + 45}});
  ASSERT_TRUE(running.ok());
  EXPECT_EQ(running->closed, WonIn(paths, {Date{today.days - 45}, today}));
  EXPECT_GT(running->total.p10, running->closed);
  const StatusOr<ForecastReport> over = Forecast(TablesOf(company, today), {Date{today.days - 90}, today});
  ASSERT_TRUE(over.ok());
  EXPECT_EQ(over->total.p10, over->closed);
  EXPECT_EQ(over->total.p90, over->closed);
  EXPECT_EQ(over->closed, WonIn(paths, {Date{today.days - 90}, today}));
}

// C09
TEST(Forecast, LittleDataIsRefusedWhenStrictAndWiderOtherwise) {
  const auto width = [](const ForecastReport& report) { return (report.total.p90 - report.total.p10) / report.total.mean; };
  // One funnel, seen after 5 and after 500 closed deals; the pipeline then holds the same 40 open deals.
  std::vector<double> widths;
  for (const int closed : {5, 50, 500}) {
    Random random(3);
    std::vector<DealPath> paths;
    const auto add = [&](double begin, double first, bool on, double second, bool won) {
      DealPath path;
      path.deal = Id(paths.size() + 1);
      path.amount = {100'000, kCny};
      const auto at = [](double day) { return Time{static_cast<int64_t>(day * 86'400e6)}; };
      path.moves.push_back({Id(101), at(begin), model::MoveCause::kManual, {}, 0, 0});
      path.moves.push_back({Id(on ? 102 : 902), at(begin + first), model::MoveCause::kManual, {}, 0, 0});
      if (on) path.moves.push_back({Id(won ? 901 : 902), at(begin + first + second), model::MoveCause::kManual, {}, 0, 0});
      paths.push_back(path);
    };
    for (int i = 0; i < closed; ++i)
      add(19'500 + 400 * random.Uniform(), 20 * random.Uniform(), i % 2 == 0, 20 * random.Uniform(), i % 4 == 0);
    for (int i = 0; i < 40; ++i) add(19'995, 1000, false, 0, false);
    const FunnelTables tables = TablesFromPaths(MakePipeline(2), paths, Time{20'000 * kMicrosPerDay});
    const Period period = Days(Date{20'001}, 60);
    const StatusOr<ForecastReport> report = Forecast(tables, period);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->closed_deals, closed);
    widths.push_back((report->from_open.p90 - report->from_open.p10) / report->from_open.mean);
    EXPECT_GT(width(*report), 0);
    const StatusOr<ForecastReport> strict = Forecast(tables, period, {.strict = true});
    if (closed == 5) {
      EXPECT_EQ(GetReason(strict.status()), Reason::kNotEnoughData);
      EXPECT_EQ(report->maturity, Maturity::kLearning);
      EXPECT_THAT(report->warnings, Contains(HasSubstr("leans on prior assumptions")));
    } else if (closed == 500) {
      EXPECT_TRUE(strict.ok());
      EXPECT_EQ(report->maturity, Maturity::kStable);
    }
  }
  EXPECT_GT(widths[0], 1.1 * widths[1]);
  EXPECT_GT(widths[1], widths[2]);
}

// C12, C20: a forecast from the first deal on.
TEST(Forecast, WorksFromTheFirstDeal) {
  DealPath path;
  path.deal = Id(1);
  path.amount = {1'000'000, kCny};
  path.moves = {{Id(101), Time{19'990 * kMicrosPerDay}, model::MoveCause::kManual, {}, 0, 0}};
  const FunnelTables tables = TablesFromPaths(MakePipeline(3), {path}, Time{20'000 * kMicrosPerDay});
  const StatusOr<ForecastReport> report = Forecast(tables, Days(Date{20'001}, 90));
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->deals.size(), 1U);
  EXPECT_GT(report->deals[0].win_in_period, 0.02);
  EXPECT_LT(report->deals[0].win_in_period, 0.5);
  EXPECT_GT(report->total.p90, 0);
  EXPECT_EQ(report->maturity, Maturity::kLearning);
  const StatusOr<ForecastReport> nothing =
      Forecast(FunnelTables{MakePipeline(2), Time{20'000 * kMicrosPerDay}, {}, {}}, Days(Date{20'001}, 30));
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(nothing->total.p90, 0);
  EXPECT_THAT(nothing->warnings, Contains(HasSubstr("no arrivals")));
}

TEST(Forecast, OtherCurrenciesAreLeftOutAndCounted) {
  Company company = simulator::MakeCompany({.seed = 3, .deals = 600});
  std::vector<DealPath> paths = simulator::PathsOf(company);
  const auto tables_of = [&] { return TablesFromPaths(simulator::PipelineOf(), paths, Time{StartOf(company.options.today).micros - 1}); };
  const auto open = static_cast<int64_t>(tables_of().open.size());
  int64_t foreign = 0;
  for (DealPath& path : paths) {
    if (path.deal.value() % 5 != 0) continue;
    path.amount.currency = kUsd;
    foreign += path.moves.back().to.value() < 105;
  }
  const Period period = Days(company.options.today, 60);
  const StatusOr<ForecastReport> yuan = Forecast(tables_of(), period);
  ASSERT_TRUE(yuan.ok());
  EXPECT_EQ(yuan->currency, kCny);
  EXPECT_EQ(yuan->excluded, foreign);
  EXPECT_THAT(yuan->warnings, Contains(HasSubstr("open deals are left out")));
  const StatusOr<ForecastReport> dollars = Forecast(tables_of(), period, {.currency = kUsd});
  EXPECT_EQ(dollars->excluded, open - foreign);
  EXPECT_LT(dollars->total.mean, yuan->total.mean);
}

TEST(Forecast, TheCommonShockIsLearntFromMatureForecastsOnly) {
  const Company company = simulator::MakeCompany({.seed = 3, .deals = 600});
  const FunnelTables tables = TablesOf(company, company.options.today);
  const Period period = Days(company.options.today, 30);
  const StatusOr<ForecastReport> none = Forecast(tables, period);
  ForecastOptions options;
  for (int i = 1; i <= 12; ++i) {
    const Period past = Days(Date{company.options.today.days - 30 * i}, 30);
    const double factor = i % 2 == 0 ? 1.6 : 1 / 1.6;
    options.ledger.push_back({StartOf(past.first), past, none->total.mean, none->total.mean * 0.05, none->total.mean * factor});
  }
  const StatusOr<ForecastReport> missed = Forecast(tables, period, options);
  EXPECT_GT(missed->shock_sd, 0.25);
  EXPECT_GT(missed->total.p90 - missed->total.p10, none->total.p90 - none->total.p10);
  EXPECT_EQ(none->shock_sd, 0);
  EXPECT_EQ(missed->model_sd, none->model_sd);
  ForecastOptions other = options;
  for (LedgerEntry& entry : other.ledger) entry.model = "another method";
  EXPECT_EQ(Forecast(tables, period, other)->shock_sd, none->shock_sd);
  EXPECT_EQ(none->model, kForecastModel);
  other = options;
  for (LedgerEntry& entry : other.ledger) entry.currency = none->currency;
  EXPECT_EQ(Forecast(tables, period, other)->shock_sd, missed->shock_sd);
  for (LedgerEntry& entry : other.ledger) entry.currency = *Currency::FromCode("XTS");
  EXPECT_EQ(Forecast(tables, period, other)->shock_sd, none->shock_sd);
  for (LedgerEntry& entry : options.ledger) entry.period = period;  // none is over yet
  EXPECT_EQ(Forecast(tables, period, options)->shock_sd, none->shock_sd);
}

// C15: a process whose steps tell how deals end. The same deals with the same ends, of which a part jumps over the step in between: the
// less the process is kept to, the less is known of the open deals, and the wider the interval.
TEST(Forecast, IsWiderTheLessDealsKeepToTheProcess) {
  const model::Pipeline pipeline = MakePipeline(2);
  const Time now = StartOf(Date{20'500});
  const auto day = [](double days) { return static_cast<int64_t>(days * static_cast<double>(kMicrosPerDay)); };
  std::vector<double> conformance;
  std::vector<double> width;
  for (const double jumped : {0.0, 0.25, 0.5}) {
    Random random(17);
    std::vector<DealPath> paths;
    for (uint64_t i = 1; i <= 1500; ++i) {
      // A third goes on to the second step, from where nearly all is won; of the others all is lost. Memoryless: ages tell nothing.
      const Time first{now.micros - day(400 * random.Uniform())};
      const bool good = random.Chance(1.0 / 3);
      const Time second{first.micros - day(20 * std::log(random.Uniform()))};
      const Time end{second.micros - day(20 * std::log(random.Uniform()))};
      const bool won = random.Chance(0.95);
      const bool jumps = random.Chance(jumped);
      DealPath path{Id(i), {100'000, kCny}, {{.to = Id(101), .at = first, .owner = {}}}};
      if (good && !jumps && second < now) path.moves.push_back({.to = Id(102), .at = second, .owner = {}});
      const Time closed = good ? end : second;
      if (closed < now) path.moves.push_back({.to = Id(good && won ? 901 : 902), .at = closed, .owner = {}});
      paths.push_back(std::move(path));
    }
    const FunnelTables tables = TablesFromPaths(pipeline, paths, now);
    conformance.push_back(Funnel(tables)->conformance);
    const ForecastReport report = *Forecast(tables, Days(Date{20'500}, 90));
    width.push_back((report.from_open.p90 - report.from_open.p10) / report.from_open.mean);
  }
  EXPECT_EQ(conformance[0], 1);
  for (size_t i = 1; i < width.size(); ++i) {
    EXPECT_LT(conformance[i], conformance[i - 1] - 0.04);
    EXPECT_GT(width[i], 1.05 * width[i - 1]) << width[0] << " " << width[1] << " " << width[2];
  }
}

// C13: one call says what the calls for its parts do.
TEST(Summary, IsWhatItsPartsSay) {
  const Company company = simulator::MakeCompany({.seed = 5, .deals = 900});
  const FunnelTables tables = TablesOf(company, company.options.today);
  const Period period = Days(company.options.today, 91);
  const Summary summary = *Summarize(tables, period, {.most = 3});
  EXPECT_EQ(summary.funnel.win_rate.value, Funnel(tables)->win_rate.value);
  EXPECT_EQ(summary.funnel.stages.size(), Funnel(tables)->stages.size());
  ForecastReport whole = *Forecast(tables, period);
  whole.deals.resize(3);
  EXPECT_EQ(BytesOf(summary.forecast), BytesOf(whole));
  const std::vector<DataGap> gaps = DataGapsOf(tables);
  EXPECT_EQ(summary.gaps_total, gaps.size());
  for (size_t i = 0; i < summary.gaps.size(); ++i) EXPECT_EQ(summary.gaps[i].text, gaps[i].text);
  const std::vector<StuckDeal> stuck = StuckDealsOf(tables);
  EXPECT_EQ(summary.risks_total, stuck.size());
  ASSERT_EQ(summary.risks.size(), std::min<size_t>(3, stuck.size()));
  ASSERT_FALSE(stuck.empty());
  std::vector<int64_t> amounts;
  for (const StuckDeal& deal : stuck) amounts.push_back(deal.amount.minor);
  std::sort(amounts.rbegin(), amounts.rend());
  for (size_t i = 0; i < summary.risks.size(); ++i) EXPECT_EQ(summary.risks[i].amount.minor, amounts[i]);
  ForecastOptions strict;
  strict.strict = true;
  const FunnelTables nothing = TablesFromPaths(simulator::PipelineOf(), {}, tables.as_of);
  EXPECT_FALSE(Summarize(nothing, period, {.funnel = {}, .forecast = strict}).ok());
}

// Misses of a known sd beside the model's own spread: the shock is that sd, whatever one forecast said that knew nothing.
TEST(Forecast, TheCommonShockIsThatOfPlantedMisses) {
  const Company company = simulator::MakeCompany({.seed = 3, .deals = 600});
  const FunnelTables tables = TablesOf(company, company.options.today);
  const Period period = Days(company.options.today, 30);
  const double mean = Forecast(tables, period)->total.mean;
  const auto shock_of = [&](double planted, double wide) {
    std::mt19937_64 random(11);
    std::normal_distribution<double> normal;
    double sum = 0;
    for (int world = 0; world < 5; ++world) {
      ForecastOptions options;
      for (int i = 1; i <= 12; ++i) {
        const Period past = Days(Date{company.options.today.days - 30 * i}, 30);
        const double log = normal(random) * std::hypot(0.08, planted) - 0.08 * 0.08 / 2;
        options.ledger.push_back({StartOf(past.first), past, mean, mean * 0.08, mean * std::exp(log)});
      }
      if (wide > 0) options.ledger[0].model_sd = mean * wide;
      sum += Forecast(tables, period, options)->shock_sd / 5;
    }
    return sum;
  };
  EXPECT_LT(shock_of(0, 0), 0.06);
  const double learnt = shock_of(0.25, 0);  // drawn to none, as the last three of twelve are half of what is known
  EXPECT_GT(learnt, 0.12);
  EXPECT_LT(learnt, 0.3);
  EXPECT_NEAR(shock_of(0.25, 3), learnt, 0.05);  // a moment at which an odd amount was open
  EXPECT_NEAR(shock_of(0.25, 1e-9), learnt, 0.05);
}

TEST(Forecast, BadQuestionsAreRefused) {
  const FunnelTables tables{MakePipeline(2), Time{20'000 * kMicrosPerDay}, {}, {}};
  EXPECT_EQ(GetReason(Forecast(tables, {Date{20'010}, Date{20'010}}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(Forecast(tables, Days(Date{20'001}, 732)).status()), Reason::kOutOfRange);
  EXPECT_TRUE(Forecast(tables, Days(Date{20'001}, 729)).ok());
  EXPECT_EQ(GetReason(Forecast(tables, Days(Date{20'001}, 30), {.parameter_draws = 0}).status()), Reason::kBadOptions);
}

TEST(Backtest, RollsWithoutLookingAhead) {
  const Company company = simulator::MakeCompany({.seed = 12, .deals = 3000});
  const std::vector<DealPath> paths = simulator::PathsOf(company);
  const model::Pipeline pipeline = simulator::PipelineOf();
  std::vector<Time> asked;
  const TablesAt tables_at = [&](Time at) -> StatusOr<FunnelTables> {
    asked.push_back(at);
    return TablesFromPaths(pipeline, paths, at);
  };
  const WonBetween won_between = [&](Time first, Time end) -> StatusOr<std::vector<Id>> {
    std::vector<Id> won;
    for (const DealPath& path : paths) {
      const model::PathMove& last = path.moves.back();
      if (last.to.value() == 105 && last.at >= first && last.at < end) won.push_back(path.deal);
    }
    return won;
  };
  std::vector<Period> periods;
  for (int i = 8; i >= 0; --i) periods.push_back(Days(Date{company.options.today.days - 60 * i}, 60));
  const StatusOr<BacktestReport> report = Backtest(tables_at, periods, StartOf(company.options.today), {.parameter_draws = 8}, won_between);
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->points.size(), 8U);  // the last period is not over
  for (const BacktestPoint& point : report->points) {
    EXPECT_EQ(point.origin.micros, StartOf(point.period.first).micros - 1);
    EXPECT_EQ(point.forecast.closed, 0);
    EXPECT_NEAR(point.actual, WonIn(paths, point.period), 1e-6);
  }
  EXPECT_GT(report->auc, 0.65);
  EXPECT_LT(report->brier, 0.2);
  EXPECT_LT(report->ece, 0.06);
  EXPECT_GT(report->deals, 500);
  EXPECT_LT(report->wape, 0.35);
  EXPECT_LT(report->wape, report->stage_rate_wape);  // the classic forgets timing and new deals
  const StatusOr<BacktestReport> blind = Backtest(tables_at, periods, StartOf(company.options.today), {.parameter_draws = 8});
  EXPECT_TRUE(std::isnan(blind->auc));
  EXPECT_EQ(blind->deals, 0);
  EXPECT_EQ(blind->wape, report->wape);
}

}  // namespace
}  // namespace kith::insight
