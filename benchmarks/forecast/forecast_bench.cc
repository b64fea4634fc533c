// Backtests the forecast on real event logs, in simulated companies, and measures how long it takes.
//
//   forecast_bench [folder] [what ...]
//
// folder: default $KITH_SHARED_DATA. what: bpic2012 bpic2012-28 small bpic2020 maven cash, all of them if nothing is named; worlds,
// coverage, scale
// (--small: this alone). KITH_FORECAST_POINTS=1 prints every origin. compare.py beside this file puts the reference baselines next to it.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "forecast/cash.h"
#include "forecast/logs.h"
#include "forecast/scale.h"
#include "forecast/worlds.h"
#include "kith/insight/forecast.h"

namespace kith::benchmarks {
namespace {

using insight::BacktestReport;
using insight::ForecastOptions;

struct Task {
  std::string name;
  const Log* log = nullptr;
  int32_t horizon = 0;
  std::vector<int32_t> origins;  // days after the log's start
};

// The measures of a task, of one log or as means over samples of it.
struct Measures {
  size_t origins = 0;
  double wape = 0, crps = 0, coverage = 0, width = 0, bias = 0, auc = 0, brier = 0, log_loss = 0, ece = 0, seconds = 0;
};

std::vector<int32_t> Range(int32_t from, double below, int32_t step) {
  std::vector<int32_t> days;
  for (int32_t day = from; day < below; day += step) days.push_back(day);
  return days;
}

std::vector<Period> PeriodsOf(const Log& log, const std::vector<int32_t>& origins, int32_t horizon) {
  std::vector<Period> periods;
  periods.reserve(origins.size());
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

double Since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Adds to `reading` the seconds spent on building tables.
StatusOr<BacktestReport> Run(const Task& task, double& reading) {
  const Log& log = *task.log;
  const insight::TablesAt tables_at = [&](Time at) -> StatusOr<model::FunnelTables> {
    const auto begin = std::chrono::steady_clock::now();
    model::FunnelTables tables = TablesAsOf(log, at);
    reading += Since(begin);
    return tables;
  };
  const insight::WonBetween won = [&](Time first, Time end) -> StatusOr<std::vector<Id>> { return WonIn(log, first, end); };
  ForecastOptions options;
  KITH_ASSIGN_OR_RETURN(const BacktestReport warm,
                        insight::Backtest(tables_at, WarmUp(log, task.origins.front(), task.horizon), kTimeMax, options));
  for (const insight::BacktestPoint& point : warm.points) {
    options.ledger.push_back(insight::EntryOf(point));
  }
  return insight::Backtest(tables_at, PeriodsOf(log, task.origins, task.horizon), kTimeMax, options, won);
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

void PrintHead() {
  std::printf("%-28s %8s %6s %6s %6s %6s %6s %6s %6s %7s %6s %9s\n", "log", "origins", "WAPE", "nCRPS", "cov80", "width", "bias", "AUC",
              "Brier", "logloss", "ECE", "s/origin");
}

void Print(const std::string& name, const Measures& m) {
  std::printf("%-28s %8zu %6.3f %6.4f %6.3f %6.3f %6.3f %6.3f %6.4f %7.3f %6.3f %9.3f\n", name.c_str(), m.origins, m.wape, m.crps,
              m.coverage, m.width, m.bias, m.auc, m.brier, m.log_loss, m.ece, m.seconds);
}

void PrintPoints(const BacktestReport& report) {
  for (const auto& point : report.points) {
    std::printf("  %s actual %.0f p10 %.0f p50 %.0f p90 %.0f open %.0f new %.0f shock %.3f\n", ToText(point.period.first).c_str(),
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

StatusOr<Measures> Measure(const Task& task) {
  const auto begin = std::chrono::steady_clock::now();
  double reading = 0;
  KITH_ASSIGN_OR_RETURN(const BacktestReport report, Run(task, reading));
  const double seconds = Since(begin) - reading;
  if (std::getenv("KITH_FORECAST_POINTS") != nullptr) PrintPoints(report);
  const size_t origins = report.points.size();
  return Measures{origins,
                  report.wape,
                  report.crps,
                  report.coverage80,
                  WidthOf(report),
                  report.bias,
                  report.auc,
                  report.brier,
                  report.log_loss,
                  report.ece,
                  seconds / static_cast<double>(origins)};
}

Status RunTask(const Task& task) {
  KITH_ASSIGN_OR_RETURN(const Measures measures, Measure(task));
  Print(task.name, measures);
  return {};
}

// Means over samples of the log, as small companies have it.
Status RunSmall(const Log& log) {
  for (const auto& [share, seeds] : {std::pair(0.20, 2), std::pair(0.05, 4), std::pair(0.02, 6)}) {
    Measures mean;
    for (int seed = 1; seed <= seeds; ++seed) {
      const Log sample = Sample(log, share, static_cast<uint64_t>(seed));
      KITH_ASSIGN_OR_RETURN(const Measures one, Measure({"", &sample, 14, Range(55, 137.9, 6)}));
      mean.origins += one.origins;
      for (double Measures::*m : {&Measures::wape, &Measures::crps, &Measures::coverage, &Measures::width, &Measures::bias, &Measures::auc,
                                  &Measures::brier, &Measures::log_loss, &Measures::ece, &Measures::seconds}) {
        mean.*m += one.*m / seeds;
      }
    }
    Print("bpic2012-" + std::to_string(std::lround(share * 100)) + "%", mean);
  }
  return {};
}

// Processor time of one forecast of the next two weeks, so that it can be put beside what else learns who will be won.
Status RunTimes(const Log& log) {
  constexpr int kRepeats = 15;
  const Date first{log.start.days + 120};
  const model::FunnelTables tables = TablesAsOf(log, Time{StartOf(first).micros - 1});
  std::printf("\nA forecast of two weeks of %s, processor time, best of %d\n", log.name.c_str(), kRepeats);
  for (const auto& [what, draws] : {std::pair("whole", ForecastOptions().parameter_draws), std::pair("chances", 1)}) {
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < kRepeats; ++i) {
      const std::clock_t begin = std::clock();
      KITH_RETURN_IF_ERROR(insight::Forecast(tables, {first, Date{first.days + 14}}, {.parameter_draws = draws}).status());
      best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    std::printf("  %-8s %7.2f ms\n", what, best * 1e3);
  }
  return {};
}

Status RunLogs(const std::string& folder, const std::set<std::string>& wanted) {
  const auto want = [&](const char* name) { return wanted.empty() || wanted.contains(name); };
  if (want("bpic2012") || want("bpic2012-28") || want("small") || wanted.contains("times")) {
    KITH_ASSIGN_OR_RETURN(const Log log, LoadBpic2012(folder));
    if (wanted.contains("times")) KITH_RETURN_IF_ERROR(RunTimes(log));
    if (want("bpic2012")) KITH_RETURN_IF_ERROR(RunTask({"bpic2012", &log, 14, Range(55, 137.9, 3)}));
    if (want("bpic2012-28")) KITH_RETURN_IF_ERROR(RunTask({"bpic2012-28", &log, 28, Range(55, 123.9, 3)}));
    if (want("small")) KITH_RETURN_IF_ERROR(RunSmall(log));
  }
  if (want("bpic2020")) {
    KITH_ASSIGN_OR_RETURN(const Log log, LoadBpic2020(folder));
    KITH_RETURN_IF_ERROR(RunTask({"bpic2020", &log, 30, Range(212, 696, 15)}));
  }
  if (want("maven")) {
    KITH_ASSIGN_OR_RETURN(const Log log, LoadMaven(folder));
    KITH_RETURN_IF_ERROR(RunTask({"maven", &log, 30, MavenOrigins(log)}));
  }
  if (want("cash")) KITH_RETURN_IF_ERROR(RunCash(folder));
  return {};
}

Status RunAll(const std::string& folder, const std::set<std::string>& wanted) {
  const bool worlds = wanted.contains("worlds");
  const bool coverage = wanted.contains("coverage");
  const bool scale = wanted.contains("scale");
  if (worlds) KITH_RETURN_IF_ERROR(RunWorlds());
  if (coverage) KITH_RETURN_IF_ERROR(RunCoverage());
  if (scale) KITH_RETURN_IF_ERROR(RunScale());
  if (!wanted.empty() && wanted.size() == size_t{worlds} + size_t{coverage} + size_t{scale}) return {};
  if (folder.empty()) {
    std::puts("skipped: the logs; give the folder with bpic2012, bpic2020 and maven_crm, or set KITH_SHARED_DATA");
    return {};
  }
  PrintHead();
  return RunLogs(folder, wanted);
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
      wanted.insert(argument == "--small" ? "scale" : argument);
    }
  }
  const kith::Status status = kith::benchmarks::RunAll(folder, wanted);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
