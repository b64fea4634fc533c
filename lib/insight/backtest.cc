// Rolling origins: how good past forecasts would have been, knowing only what was known then.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "insight/score_internal.h"
#include "insight/tables_internal.h"
#include "kith/insight/forecast.h"

namespace kith::insight {
namespace {

using insight_internal::StageIndex;
using insight_internal::StageSum;
using insight_internal::SumStages;
using model::FunnelTables;
using model::GroupKind;

constexpr size_t kCalibrationBins = 10;
constexpr double kLogLossFloor = 1e-4;  // in the log loss

struct Judged {
  double chance;
  bool won;
};

// The classic: open amounts times the historical rate of winning from their stage.
double StageRateForecast(const FunnelTables& tables, Currency currency) {
  const std::vector<StageSum> sums = SumStages(tables, GroupKind::kAll, 0);
  std::vector<double> rate(sums.size(), 0);
  double onwards = 1;
  const std::vector<size_t> open = insight_internal::OpenStages(tables.pipeline);
  for (auto stage = open.rbegin(); stage != open.rend(); ++stage) {
    const StageSum& sum = sums[*stage];
    if (sum.resolved() > 0) onwards *= static_cast<double>(sum.advanced) / static_cast<double>(sum.resolved());
    rate[*stage] = onwards;
  }
  double forecast = 0;
  for (const model::OpenDeal& deal : tables.open) {
    const size_t stage = StageIndex(tables.pipeline, deal.stage.value());
    if (stage != insight_internal::kNoStage && deal.amount.currency == currency)
      forecast += rate[stage] * static_cast<double>(deal.amount.minor);
  }
  return forecast;
}

// The classic of cash: what is open of invoices and due before the end comes in then.
double DueForecast(const CashFacts& then, const Period& period, Currency currency) {
  double forecast = 0;
  for (const CashFacts::Invoice& invoice : then.invoices) {
    const bool due = !invoice.cancelled && invoice.due.value_or(invoice.issued) < period.end && invoice.total.currency == currency;
    if (!due) continue;
    int64_t open = invoice.total.minor;
    for (const CashFacts::Receipt& receipt : invoice.paid) open -= receipt.minor;
    forecast += static_cast<double>(std::max<int64_t>(open, 0));
  }
  return forecast;
}

// Of an equally weighted ascending sample: mean |X - y| - mean |X - X'| / 2.
double Crps(const std::vector<double>& sample, double actual) {
  const auto n = static_cast<double>(sample.size());
  double to_actual = 0;
  double spread = 0;
  for (size_t i = 0; i < sample.size(); ++i) {
    to_actual += std::abs(sample[i] - actual);
    spread += (2 * static_cast<double>(i) + 1 - n) * sample[i];
  }
  return to_actual / n - spread / (n * n);
}

// Chance that a won deal was ranked above one that was not; ties count half.
double Auc(std::vector<Judged> deals) {
  std::sort(deals.begin(), deals.end(), [](const Judged& a, const Judged& b) { return a.chance < b.chance; });
  double won = 0;
  double ranks = 0;
  for (size_t i = 0; i < deals.size();) {
    size_t end = i;
    double won_here = 0;
    while (end < deals.size() && deals[end].chance == deals[i].chance) won_here += deals[end++].won;
    ranks += won_here * (static_cast<double>(i + end + 1) / 2);
    won += won_here;
    i = end;
  }
  const double others = static_cast<double>(deals.size()) - won;
  if (won == 0 || others == 0) return std::numeric_limits<double>::quiet_NaN();
  return (ranks - won * (won + 1) / 2) / (won * others);
}

void MeasureDeals(std::vector<Judged> deals, BacktestReport& report) {
  report.auc = report.brier = report.log_loss = report.ece = std::numeric_limits<double>::quiet_NaN();
  report.deals = static_cast<int64_t>(deals.size());
  if (deals.empty()) return;
  report.auc = Auc(deals);
  const auto n = static_cast<double>(deals.size());
  report.brier = report.log_loss = report.ece = 0;
  for (const Judged& deal : deals) {
    const double p = std::clamp(deal.chance, kLogLossFloor, 1 - kLogLossFloor);
    report.brier += (deal.chance - deal.won) * (deal.chance - deal.won) / n;
    report.log_loss -= std::log(deal.won ? p : 1 - p) / n;
  }
  std::stable_sort(deals.begin(), deals.end(), [](const Judged& a, const Judged& b) { return a.chance < b.chance; });
  for (size_t bin = 0; bin < kCalibrationBins; ++bin) {
    CalibrationBin sums;
    for (size_t i = deals.size() * bin / kCalibrationBins; i < deals.size() * (bin + 1) / kCalibrationBins; ++i) {
      ++sums.deals;
      sums.forecast += deals[i].chance;
      sums.won += deals[i].won;
    }
    report.ece += std::abs(sums.forecast - sums.won) / n;
    if (sums.deals == 0) continue;
    sums.forecast /= static_cast<double>(sums.deals);
    sums.won /= static_cast<double>(sums.deals);
    report.reliability.push_back(sums);
  }
}

void MeasurePoints(BacktestReport& report) {
  insight_internal::Score score;
  double crps = 0;
  double stage_rate_error = 0;
  for (const BacktestPoint& point : report.points) {
    score.Add(point.forecast.total, point.actual);
    crps += Crps(point.forecast.total_quantiles, point.actual);
    stage_rate_error += std::abs(point.actual - point.stage_rate_forecast);
  }
  report.coverage80 = score.coverage80();
  report.wape = score.wape();
  report.bias = score.bias();
  report.pinball = score.pinball();
  report.crps = score.Relative(crps);
  report.stage_rate_wape = score.Relative(stage_rate_error);
}

}  // namespace

LedgerEntry EntryOf(const BacktestPoint& point) {
  return {point.origin, point.period,         point.forecast.total.mean, point.forecast.model_sd,
          point.actual, point.forecast.model, point.forecast.currency};
}

StatusOr<BacktestReport> Backtest(const TablesAt& tables_at, const std::vector<Period>& periods, Time now, const ForecastOptions& options,
                                  const WonBetween& won_between, const CovariatesAt& covariates_at, const query::Days& days) {
  std::vector<Period> ordered = periods;
  std::stable_sort(ordered.begin(), ordered.end(), [](const Period& a, const Period& b) { return a.first < b.first; });
  BacktestReport report;
  std::vector<Judged> judged;
  ForecastOptions as_then = options;
  for (const Period& period : ordered) {
    if (days.StartOf(period.end) > now) continue;
    // The last instant before the period, so that nothing of it is known.
    const Time origin{days.StartOf(period.first).micros - 1};
    KITH_ASSIGN_OR_RETURN(const FunnelTables then, tables_at(origin));
    as_then.covariates = {};  // the options' are of another moment
    if (covariates_at) {
      KITH_ASSIGN_OR_RETURN(as_then.covariates, covariates_at(then));
    }
    BacktestPoint point;
    point.origin = origin;
    point.period = period;
    KITH_ASSIGN_OR_RETURN(point.forecast, Forecast(then, period, as_then));
    as_then.currency = point.forecast.currency;
    if (options.cash != nullptr) {
      point.actual = static_cast<double>(CollectedIn(*options.cash, period, point.forecast.currency));
      point.stage_rate_forecast = DueForecast(CutAt(*options.cash, Date{period.first.days - 1}), period, point.forecast.currency);
    } else {
      KITH_ASSIGN_OR_RETURN(const FunnelTables after, tables_at(Time{days.StartOf(period.end).micros - 1}));
      point.actual = insight_internal::WonIn(after, period, point.forecast.currency);
      point.stage_rate_forecast = StageRateForecast(then, point.forecast.currency);
    }
    if (won_between && options.cash == nullptr) {
      KITH_ASSIGN_OR_RETURN(const std::vector<Id> won, won_between(days.StartOf(period.first), days.StartOf(period.end)));
      const std::set<Id> winners(won.begin(), won.end());
      for (const DealForecast& deal : point.forecast.deals) judged.push_back({deal.win_in_period, winners.contains(deal.deal)});
    }
    as_then.ledger.push_back(EntryOf(point));
    report.points.push_back(std::move(point));
  }
  MeasurePoints(report);
  MeasureDeals(std::move(judged), report);
  return report;
}

}  // namespace kith::insight
