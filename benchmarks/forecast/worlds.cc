#include "forecast/worlds.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include "kith/insight/forecast.h"
#include "simulator/company_paths.h"

namespace kith::benchmarks {
namespace {

constexpr int kQuarters = 8;
constexpr int32_t kYear = 365;
constexpr uint64_t kFirstSeed = 500'000;  // of no test

struct Tally {
  int points = 0;
  int in80 = 0;
  int in95 = 0;
  double actual = 0;
  double error = 0;        // of the median
  double typed_error = 0;  // of amount x typed chance
  double crps = 0;
  double judged = 0;
  double brier = 0;
  double typed_brier = 0;
  std::vector<double> gains;  // by company: Brier score of what is typed, less the forecast's
};

// The 90 % interval of a mean, by 2,000 draws of the companies with replacement.
std::pair<double, double> IntervalOfMean(const std::vector<double>& values) {
  std::mt19937_64 random(1);
  std::vector<double> means(2000);
  for (double& mean : means) {
    for (size_t i = 0; i < values.size(); ++i) mean += values[random() % values.size()] / static_cast<double>(values.size());
  }
  std::sort(means.begin(), means.end());
  return {means[means.size() / 20], means[means.size() - 1 - means.size() / 20]};
}

// What reps type: the stage's usual chance, on the scale of log odds shifted by the rep's own bias and by noise of every deal.
class Typist {
 public:
  explicit Typist(uint64_t seed) : random_(seed) {}
  double Type(size_t stage, Id rep) {
    const auto [bias, added] = bias_.try_emplace(rep.value());
    if (added) bias->second = normal_(random_) * kBias;
    const double odds = std::log(kUsual[stage] / (1 - kUsual[stage])) + kHope + bias->second + normal_(random_) * kNoise;
    return 1 / (1 + std::exp(-odds));
  }

 private:
  static constexpr std::array<double, simulator::kOpenStages> kUsual = {0.1, 0.25, 0.5, 0.75};  // what such stages come with by default
  static constexpr double kHope = 0.3;
  static constexpr double kBias = 0.5;
  static constexpr double kNoise = 0.5;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::map<uint64_t, double> bias_;
};

double QuantileOf(const std::vector<double>& quantiles, double p) {
  const double position = p * static_cast<double>(quantiles.size()) - 0.5;
  const auto below = static_cast<size_t>(position);
  return quantiles[below] + (position - static_cast<double>(below)) * (quantiles[below + 1] - quantiles[below]);
}

Status RunCompany(uint64_t seed, int deals, Tally& tally) {
  const simulator::Company company = simulator::MakeCompany({.seed = seed, .years = 4, .deals = deals});
  const model::Pipeline pipeline = simulator::PipelineOf();
  const std::vector<model::DealPath> paths = simulator::PathsOf(company);
  std::vector<Period> periods;
  Date first = company.options.today;
  for (int i = 0; i < kQuarters; ++i) {
    const Date end = first;
    first.days -= 91;
    periods.push_back({first, end});
  }
  const uint64_t first_deal = paths.front().deal.value();
  const auto tables_at = [&](Time at) -> StatusOr<model::FunnelTables> { return model::TablesFromPaths(pipeline, paths, at); };
  KITH_ASSIGN_OR_RETURN(const insight::BacktestReport report, insight::Backtest(tables_at, periods, kTimeMax));
  Typist typist(seed);
  const Tally before = tally;
  for (const insight::BacktestPoint& point : report.points) {
    const std::vector<double>& q = point.forecast.total_quantiles;
    ++tally.points;
    tally.in80 += point.actual >= point.forecast.total.p10 && point.actual <= point.forecast.total.p90;
    tally.in95 += point.actual >= QuantileOf(q, 0.025) && point.actual <= QuantileOf(q, 0.975);
    tally.actual += point.actual;
    tally.error += std::abs(point.actual - point.forecast.total.p50);
    const bool old = point.period.first.days + kYear <= company.options.today.days;  // what became of its deals is known
    double typed = 0;
    for (const insight::DealForecast& deal : point.forecast.deals) {
      size_t stage = 0;
      while (pipeline.stages[stage].id != deal.stage) ++stage;
      const model::PathMove& last = paths[deal.deal.value() - first_deal].moves.back();
      const double chance = typist.Type(stage, last.owner);
      typed += chance * static_cast<double>(deal.amount.minor);
      if (!old) continue;
      const bool won = last.to == pipeline.stages[simulator::kWon].id;
      tally.brier += std::pow(deal.win_ever - won, 2);
      tally.typed_brier += std::pow(chance - won, 2);
      ++tally.judged;
    }
    tally.typed_error += std::abs(point.actual - typed);
  }
  tally.crps += report.crps;
  if (const double judged = tally.judged - before.judged; judged > 0)
    tally.gains.push_back((tally.typed_brier - before.typed_brier - tally.brier + before.brier) / judged);
  return {};
}

struct Covered {
  int in80 = 0;
  int in95 = 0;
};

// The quarter to come of one company, forecast once, without past forecasts to learn from.
Status CoverQuarter(uint64_t seed, int deals, Covered& covered) {
  const Date today = simulator::CompanyOptions().today;
  const Date first{today.days - 91};
  const std::vector<model::DealPath> paths = simulator::PathsOf(simulator::MakeCompany({.seed = seed, .years = 4, .deals = deals}));
  const auto tables_at = [&](Time at) -> StatusOr<model::FunnelTables> {
    return model::TablesFromPaths(simulator::PipelineOf(), paths, at);
  };
  KITH_ASSIGN_OR_RETURN(const insight::BacktestReport report, insight::Backtest(tables_at, {{first, today}}, kTimeMax));
  const insight::BacktestPoint& point = report.points.front();
  covered.in80 += point.actual >= point.forecast.total.p10 && point.actual <= point.forecast.total.p90;
  covered.in95 += point.actual >= QuantileOf(point.forecast.total_quantiles, 0.025) &&
                  point.actual <= QuantileOf(point.forecast.total_quantiles, 0.975);
  return {};
}

}  // namespace

Status RunWorlds() {
  const char* wanted = std::getenv("KITH_FORECAST_WORLDS");
  const int companies = wanted == nullptr ? 20 : std::atoi(wanted);
  std::printf(
      "\nSimulated companies, eight quarters each\n"
      "  deals in 4 years  quarters  in 80 %%  in 95 %%   WAPE  nCRPS  WAPE typed  Brier  Brier typed  gain by company, 90 %% interval\n");
  for (const int deals : {400, 1500, 6000}) {
    Tally tally;
    for (int i = 0; i < companies; ++i) {
      KITH_RETURN_IF_ERROR(RunCompany(kFirstSeed + static_cast<uint64_t>(i), deals, tally));
    }
    const auto [low, high] = IntervalOfMean(tally.gains);
    std::printf("  %16d  %8d  %7.3f  %7.3f  %5.3f  %5.3f  %10.3f  %5.3f  %11.3f  %6.4f..%6.4f\n", deals, tally.points,
                static_cast<double>(tally.in80) / tally.points, static_cast<double>(tally.in95) / tally.points, tally.error / tally.actual,
                tally.crps / companies, tally.typed_error / tally.actual, tally.brier / tally.judged, tally.typed_brier / tally.judged, low,
                high);
  }
  return {};
}

Status RunCoverage() {
  const char* wanted = std::getenv("KITH_FORECAST_WORLDS");
  const int seeds = wanted == nullptr ? 1000 : std::atoi(wanted);
  std::printf("\nOne quarter of each of %d simulated companies\n  deals in 4 years  in 80 %%  in 95 %%\n", seeds);
  for (const int deals : {400, 1500, 6000}) {
    Covered covered;
    for (int i = 0; i < seeds; ++i) KITH_RETURN_IF_ERROR(CoverQuarter(kFirstSeed + static_cast<uint64_t>(i), deals, covered));
    std::printf("  %16d  %7.3f  %7.3f\n", deals, static_cast<double>(covered.in80) / seeds, static_cast<double>(covered.in95) / seeds);
    std::fflush(stdout);
  }
  return {};
}

}  // namespace kith::benchmarks
