#include "forecast/cash.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "forecast/logs.h"
#include "kith/insight/forecast.h"

namespace kith::benchmarks {
namespace {

using insight::CashFacts;
using model::DealPath;

constexpr Currency kUsd = Currency::FromPacked('U' | 'S' << 8 | 'D' << 16);
constexpr int32_t kHorizon = 30;
constexpr uint64_t kFinal = 105;  // of BPIC 2020: approved by the last, which is as good as won
constexpr uint64_t kRequest = 106;
constexpr uint64_t kWon = 901;

// What is forecast: deals, if there are any, and the cash that comes of them.
struct Leg {
  std::string name;
  model::Pipeline pipeline;
  std::vector<DealPath> paths;
  CashFacts facts;
  int32_t first = 0;  // origins
  int32_t last = 0;
  int32_t gap = 0;
};

StatusOr<Date> DayIn(const Csv& csv, size_t row, const std::string& column) {
  KITH_ASSIGN_OR_RETURN(const Time at, ParseTimeAs(csv.at(row, column), "%m/%d/%Y"));
  return DateOf(at);
}

// Invoices alone: no deals are known, so all cash is of what is open and of invoices to come.
StatusOr<Leg> LoadCollections(const std::string& folder) {
  KITH_ASSIGN_OR_RETURN(const Csv csv, ReadCsv(folder + "/collections/accounts_receivable.csv"));
  Leg leg;
  leg.name = "collections";
  leg.pipeline.id = Id(1);
  for (const auto& [id, kind] : {std::pair(101, model::StageKind::kOpen), std::pair(901, model::StageKind::kWon)}) {
    model::Stage stage;
    stage.id = Id(static_cast<uint64_t>(id));
    stage.kind = kind;
    leg.pipeline.stages.push_back(stage);
  }
  std::map<std::string, uint64_t> customers;
  for (size_t i = 0; i < csv.rows.size(); ++i) {
    CashFacts::Invoice invoice;
    invoice.invoice = Id(i + 1);
    invoice.customer = Id(customers.try_emplace(csv.at(i, "customerID"), customers.size() + 1).first->second);
    KITH_ASSIGN_OR_RETURN(invoice.issued, DayIn(csv, i, "InvoiceDate"));
    KITH_ASSIGN_OR_RETURN(const Date due, DayIn(csv, i, "DueDate"));
    KITH_ASSIGN_OR_RETURN(const Date settled, DayIn(csv, i, "SettledDate"));
    invoice.due = due;
    invoice.total = {std::llround(std::atof(csv.at(i, "InvoiceAmount").c_str()) * 100), kUsd};
    invoice.paid = {{settled, invoice.total.minor}};
    leg.facts.invoices.push_back(std::move(invoice));
  }
  leg.first = FromCivil({2012, 7, 1}).days;
  leg.last = FromCivil({2013, 11, 1}).days;
  leg.gap = 15;
  return leg;
}

// A request is won when the last one approves, invoiced when the payment is asked for, paid when it is handled.
StatusOr<Leg> LoadRequests(const std::string& folder) {
  KITH_ASSIGN_OR_RETURN(const Log log, LoadBpic2020(folder));
  Leg leg{"bpic2020, paid", log.pipeline, {}, {}, log.start.days + 212, log.start.days + 696, 15};
  for (const LoggedDeal& deal : log.deals) {
    DealPath path = deal.path;
    path.moves.clear();
    CashFacts::Invoice invoice;
    Date won;
    for (const model::PathMove& move : deal.path.moves) {
      const uint64_t to = move.to.value();
      const bool closed = !path.moves.empty() && path.moves.back().to.value() >= kWon;
      if (closed && won.days == 0) break;  // lost
      if (!closed && (to == kFinal || to == kRequest || to == kWon)) {
        won = DateOf(move.at);
        path.moves.push_back(move);
        path.moves.back().to = Id(kWon);
      } else if (!closed) {
        path.moves.push_back(move);
      }
      if (to == kRequest && invoice.issued.days == 0) invoice.issued = DateOf(move.at);
      if (to != kWon) continue;
      if (invoice.issued.days == 0) invoice.issued = DateOf(move.at);
      invoice.paid = {{DateOf(move.at), deal.won_minor}};
    }
    if (won.days != 0) leg.facts.won.push_back({path.deal, {}, {}, won, path.amount});
    if (invoice.issued.days != 0) {
      invoice.invoice = Id(1'000'000 + path.deal.value());
      invoice.deal = path.deal;
      invoice.total = path.amount;
      leg.facts.invoices.push_back(std::move(invoice));
    }
    leg.paths.push_back(std::move(path));
  }
  return leg;
}

Status RunLeg(Leg leg) {
  insight::ForecastOptions options;
  options.cash = std::make_shared<const CashFacts>(std::move(leg.facts));
  const insight::TablesAt tables_at = [&](Time at) -> StatusOr<model::FunnelTables> {
    std::vector<DealPath> known;
    for (const DealPath& path : leg.paths) {
      if (!path.moves.empty() && path.moves.front().at <= at) known.push_back(path);
    }
    return model::TablesFromPaths(leg.pipeline, known, at);
  };
  std::vector<Period> periods;
  for (int32_t day = leg.first; day <= leg.last; day += leg.gap) periods.push_back({Date{day}, Date{day + kHorizon}});
  KITH_ASSIGN_OR_RETURN(const insight::BacktestReport report, insight::Backtest(tables_at, periods, kTimeMax, options));
  double width = 0;
  double actual = 0;
  double last = 0;
  for (const insight::BacktestPoint& point : report.points) {
    width += point.forecast.total.p90 - point.forecast.total.p10;
    actual += point.actual;
    const Period before{Date{point.period.first.days - kHorizon}, point.period.first};
    last += std::abs(point.actual - static_cast<double>(CollectedIn(*options.cash, before, point.forecast.currency)));
    if (std::getenv("KITH_FORECAST_POINTS") == nullptr) continue;
    std::printf("  %s actual %.0f p10 %.0f p50 %.0f p90 %.0f issued %.0f won %.0f open %.0f new %.0f due %.0f shock %.3f\n",
                ToText(point.period.first).c_str(), point.actual, point.forecast.total.p10, point.forecast.total.p50,
                point.forecast.total.p90, point.forecast.from_issued.mean, point.forecast.from_won.mean, point.forecast.from_open.mean,
                point.forecast.from_new.mean, point.stage_rate_forecast, point.forecast.shock_sd);
  }
  std::printf("%-28s %8zu WAPE %.3f nCRPS %.4f cov80 %.3f width %.3f bias %.3f; WAPE of what is due %.3f, of the period before %.3f\n",
              leg.name.c_str(), report.points.size(), report.wape, report.crps, report.coverage80, width / actual, report.bias,
              report.stage_rate_wape, last / actual);
  return {};
}

}  // namespace

Status RunCash(const std::string& folder) {
  KITH_ASSIGN_OR_RETURN(Leg collections, LoadCollections(folder));
  KITH_RETURN_IF_ERROR(RunLeg(std::move(collections)));
  KITH_ASSIGN_OR_RETURN(Leg requests, LoadRequests(folder));
  return RunLeg(std::move(requests));
}

}  // namespace kith::benchmarks
