#include "forecast/scale.h"

#include <cstdio>
#include <ctime>
#include <limits>

#include "kith/insight/summary.h"
#include "simulator/company_paths.h"

namespace kith::benchmarks {
namespace {

constexpr int kRepeats = 5;

// The company's open deals over and over, each a few hours older than the last, until there are `count`.
std::vector<model::OpenDeal> ManyDeals(const std::vector<model::OpenDeal>& few, size_t count) {
  std::vector<model::OpenDeal> many;
  many.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    model::OpenDeal deal = few[i % few.size()];
    const auto older = static_cast<int64_t>(i / few.size() % 500) * 5 * 3600 * kMicrosPerSecond;
    deal.deal = Id(i + 1);
    deal.entered.micros -= older;
    if (deal.since.micros != 0) deal.since.micros -= older;
    deal.amount.minor += static_cast<int64_t>(i % 1000);
    many.push_back(deal);
  }
  return many;
}

}  // namespace

Status RunScale() {
  const simulator::Company company = simulator::MakeCompany({.seed = 1, .deals = 20'000});
  const Date today = company.options.today;
  model::FunnelTables tables =
      model::TablesFromPaths(simulator::PipelineOf(), simulator::PathsOf(company), Time{StartOf(today).micros - 1});
  const std::vector<model::OpenDeal> few = tables.open;
  const Period quarter{today, Date{today.days + 92}};
  std::printf("\nThe next quarter, best of %d, processor time in ms\n  open deals  forecast  at a glance\n", kRepeats);
  for (const size_t count : {size_t{0}, few.size(), size_t{10'000}, size_t{100'000}, size_t{1'000'000}}) {
    tables.open = ManyDeals(few, count);
    double forecast = std::numeric_limits<double>::infinity();
    double summary = forecast;
    for (int i = 0; i < kRepeats; ++i) {
      std::clock_t begin = std::clock();
      KITH_ASSIGN_OR_RETURN(const insight::ForecastReport report, insight::Forecast(tables, quarter));
      forecast = std::min(forecast, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
      if (report.deals.size() != count) return absl::InternalError("deals are missing");
      begin = std::clock();
      KITH_ASSIGN_OR_RETURN(const insight::Summary told, insight::Summarize(tables, quarter));
      summary = std::min(summary, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
      if (told.risks_total > count) return absl::InternalError("more deals stand still than there are");
    }
    std::printf("  %10zu  %8.1f  %11.1f\n", count, forecast * 1e3, summary * 1e3);
  }
  return {};
}

}  // namespace kith::benchmarks
