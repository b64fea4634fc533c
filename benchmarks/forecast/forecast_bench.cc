// Backtests the forecast on real event logs and prints the measures next to those of the published baselines.
//
//   forecast_bench [folder] [log ...]     folder: default $KITH_SHARED_DATA; logs: bpic2012 bpic2012-28 bpic2020 maven small scale
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "forecast/logs.h"
#include "forecast/scale.h"
#include "kith/insight/forecast.h"

namespace kith::benchmarks {
namespace {

using insight::BacktestReport;
using insight::ForecastOptions;

struct Baseline {
  const char* name;
  double wape, crps, coverage, auc, brier;  // NaN: not measured
};
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Task {
  std::string name;
  const Log* log = nullptr;
  int32_t horizon = 0;
  std::vector<int32_t> origins;  // days after the log's start
  std::vector<Baseline> baselines;
};

std::vector<int32_t> Range(int32_t from, double below, int32_t step) {
  std::vector<int32_t> days;
  for (int32_t day = from; day < below; day += step) days.push_back(day);
  return days;
}

std::vector<Period> PeriodsOf(const Log& log, const std::vector<int32_t>& origins, int32_t horizon) {
  std::vector<Period> periods;
  for (const int32_t day : origins) periods.push_back({Date{log.start.days + day}, Date{log.start.days + day + horizon}});
  return periods;
}

// Earlier origins, half a horizon apart, whose outcomes only feed the learning of the common shock.
std::vector<Period> WarmUp(const Log& log, int32_t first_origin, int32_t horizon) {
  Time begins = kTimeMax;
  for (const LoggedDeal& deal : log.deals) begins = std::min(begins, deal.path.moves.front().at);
  const int32_t start = DateOf(begins).days - log.start.days;
  return PeriodsOf(log, Range(std::max(start + 2 * horizon, first_origin - 6 * horizon), first_origin, horizon / 2), horizon);
}

StatusOr<BacktestReport> Run(const Task& task) {
  const Log& log = *task.log;
  const insight::TablesAt tables_at = [&](Time at) -> StatusOr<model::FunnelTables> { return TablesAsOf(log, at); };
  const insight::WonBetween won = [&](Time first, Time end) -> StatusOr<std::vector<Id>> { return WonIn(log, first, end); };
  ForecastOptions options;
  KITH_ASSIGN_OR_RETURN(const BacktestReport warm,
                        insight::Backtest(tables_at, WarmUp(log, task.origins.front(), task.horizon), kTimeMax, options));
  for (const insight::BacktestPoint& point : warm.points) {
    options.ledger.push_back(insight::EntryOf(point));
  }
  return insight::Backtest(tables_at, PeriodsOf(log, task.origins, task.horizon), kTimeMax, options, won);
}

std::string Cell(double value) {
  if (std::isnan(value)) return "     -";
  char text[32];
  std::snprintf(text, sizeof text, "%6.3f", value);
  return text;
}

double WidthOf(const BacktestReport& report) {
  double width = 0;
  double actual = 0;
  for (const auto& point : report.points) {
    width += point.forecast.total.p90 - point.forecast.total.p10;
    actual += point.actual;
  }
  return width / actual;
}

void Print(const Task& task, const BacktestReport& report, double seconds) {
  std::printf("\n%s: %zu origins of %d days, %lld deal forecasts, %.2f s\n", task.name.c_str(), report.points.size(), task.horizon,
              static_cast<long long>(report.deals), seconds);
  std::printf("  %-34s   WAPE  nCRPS  cov80    AUC  Brier   bias  width  logloss  ECE\n", "");
  std::printf("  %-34s %s %s %s %s %s %s %s %s %s\n", "Kith", Cell(report.wape).c_str(), Cell(report.crps).c_str(),
              Cell(report.coverage80).c_str(), Cell(report.auc).c_str(), Cell(report.brier).c_str(), Cell(report.bias).c_str(),
              Cell(WidthOf(report)).c_str(), Cell(report.log_loss).c_str(), Cell(report.ece).c_str());
  std::printf("  %-34s %s\n", "open amount x stage win rate (here)", Cell(report.stage_rate_wape).c_str());
  for (const Baseline& b : task.baselines) {
    std::printf("  %-34s %s %s %s %s %s\n", b.name, Cell(b.wape).c_str(), Cell(b.crps).c_str(), Cell(b.coverage).c_str(),
                Cell(b.auc).c_str(), Cell(b.brier).c_str());
  }
  if (std::getenv("KITH_FORECAST_POINTS") == nullptr) return;
  for (const auto& point : report.points) {
    std::printf("    %s actual %.0f p10 %.0f p50 %.0f p90 %.0f open %.0f new %.0f shock %.3f\n", ToText(point.period.first).c_str(),
                point.actual, point.forecast.total.p10, point.forecast.total.p50, point.forecast.total.p90, point.forecast.from_open.mean,
                point.forecast.from_new.mean, point.forecast.shock_sd);
  }
}

// Deals kept by a hash of their id, for the regime of small companies.
Log Sample(const Log& log, double share, uint64_t seed) {
  Log sample{log.name, log.pipeline, {}, log.start};
  for (const LoggedDeal& deal : log.deals) {
    uint64_t z = (deal.path.deal.value() + seed * 1'000'003) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    if (static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53 < share) sample.deals.push_back(deal);
  }
  return sample;
}

std::vector<int32_t> MavenOrigins(const Log& log) {
  std::vector<int32_t> days;
  for (int8_t month = 6; month <= 12; ++month) {
    for (const int8_t day : {int8_t{1}, int8_t{16}}) {
      if (month == 12 && day == 16) continue;
      days.push_back(FromCivil({2017, month, day}).days + 1 - log.start.days);  // what is known at the end of that day
    }
  }
  return days;
}

Status RunTask(const Task& task) {
  const auto begin = std::chrono::steady_clock::now();
  KITH_ASSIGN_OR_RETURN(const BacktestReport report, Run(task));
  Print(task, report, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return {};
}

Status RunSmall(const Log& log) {
  for (const auto& [share, seeds, baseline] :
       {std::tuple(0.20, 2, Baseline{"c semi-Markov, 2,617 deals", kNone, .097, kNone, .783, kNone}),
        std::tuple(0.05, 4, Baseline{"c semi-Markov, 654 deals", kNone, .186, kNone, .764, kNone}),
        std::tuple(0.02, 6, Baseline{"c semi-Markov, 261 deals", kNone, .333, kNone, .726, kNone})}) {
    double crps = 0;
    double auc = 0;
    double coverage = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
      const Log sample = Sample(log, share, static_cast<uint64_t>(seed));
      Task task{"", &sample, 14, Range(55, 137.9, 6), {}};
      KITH_ASSIGN_OR_RETURN(const BacktestReport report, Run(task));
      crps += report.crps / seeds;
      auc += report.auc / seeds;
      coverage += report.coverage80 / seeds;
    }
    std::printf("\nBPIC 2012, %.0f %% of deals, %d samples\n  %-34s nCRPS %s AUC %s cov80 %s\n  %-34s nCRPS %s AUC %s\n", share * 100,
                seeds, "Kith", Cell(crps).c_str(), Cell(auc).c_str(), Cell(coverage).c_str(), baseline.name, Cell(baseline.crps).c_str(),
                Cell(baseline.auc).c_str());
  }
  return {};
}

Status RunAll(const std::string& folder, const std::set<std::string>& wanted) {
  const auto want = [&](const char* name) { return wanted.empty() || wanted.contains(name); };
  if (want("scale")) KITH_RETURN_IF_ERROR(RunScale());
  if (want("bpic2012") || want("bpic2012-28") || want("small")) {
    KITH_ASSIGN_OR_RETURN(const Log log, LoadBpic2012(folder));
    if (want("bpic2012")) {
      KITH_RETURN_IF_ERROR(RunTask({"BPIC 2012",
                                    &log,
                                    14,
                                    Range(55, 137.9, 3),
                                    {{"c  semi-Markov", .077, .054, .75, .794, .1400},
                                     {"c2 with common shock", .078, .055, .82, .794, .1400},
                                     {"d  gradient boosting + growth", .092, .068, .71, .796, .1388},
                                     {"b3 stage conversion + growth", .136, .094, .75, .739, .1443},
                                     {"b1 win rate x amount", .129, .104, .71, kNone, kNone},
                                     {"a3 exponential smoothing", .189, .156, .71, kNone, kNone}}}));
    }
    if (want("bpic2012-28")) {
      KITH_RETURN_IF_ERROR(RunTask({"BPIC 2012",
                                    &log,
                                    28,
                                    Range(55, 123.9, 3),
                                    {{"c  semi-Markov", .100, .066, .70, .770, .1716},
                                     {"c2 with common shock", .101, .066, .78, .770, .1716},
                                     {"d  gradient boosting + growth", .097, .076, .65, .772, .1723},
                                     {"b2 stage win rate x amount", .088, .077, .87, kNone, kNone}}}));
    }
    if (want("small")) KITH_RETURN_IF_ERROR(RunSmall(log));
  }
  if (want("bpic2020")) {
    KITH_ASSIGN_OR_RETURN(const Log log, LoadBpic2020(folder));
    KITH_RETURN_IF_ERROR(RunTask({"BPIC 2020",
                                  &log,
                                  30,
                                  Range(212, 696, 15),
                                  {{"c  semi-Markov", .206, .154, .76, .986, .0405},
                                   {"c2 with common shock", .208, .155, .76, .986, .0405},
                                   {"d  gradient boosting + growth", .239, .184, .64, .990, .0358},
                                   {"ETS weekly", .243, .186, .42, kNone, kNone},
                                   {"a3 exponential smoothing", .293, .237, .76, kNone, kNone}}}));
  }
  if (want("maven")) {
    KITH_ASSIGN_OR_RETURN(const Log log, LoadMaven(folder));
    KITH_RETURN_IF_ERROR(RunTask({"Maven (fictitious)",
                                  &log,
                                  30,
                                  MavenOrigins(log),
                                  {{"c  semi-Markov, phase chosen by eye", .090, .064, 1.0, .757, .1035},
                                   {"c2 with common shock", .101, .102, 1.0, .757, .1035},
                                   {"d  gradient boosting + growth", .171, .124, .62, .762, .1042},
                                   {"a4 same month last quarter", .187, .253, 1.0, kNone, kNone},
                                   {"b2 stage win rate x amount", .334, .235, .69, kNone, kNone}}}));
  }
  return {};
}

}  // namespace
}  // namespace kith::benchmarks

int main(int argc, char** argv) {
  const char* shared = std::getenv("KITH_SHARED_DATA");
  std::string folder = shared == nullptr ? "" : shared;
  std::set<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.find('/') != std::string::npos) {
      folder = argument;
    } else {
      wanted.insert(argument);
    }
  }
  if (folder.empty()) {
    std::fprintf(stderr, "usage: forecast_bench [folder with bpic2012, bpic2020, maven_crm] [log ...]; or set KITH_SHARED_DATA\n");
    return 2;
  }
  const kith::Status status = kith::benchmarks::RunAll(folder, wanted);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
