#include "demo/show.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace kith::demo {
namespace {

bool IsTerminal() { return isatty(STDOUT_FILENO) == 1; }

std::string Percent(double share) {
  if (!std::isfinite(share)) return "-";
  char text[16];
  std::snprintf(text, sizeof(text), "%.1f %%", share * 100);
  return text;
}
std::string Days(double days) {
  if (!std::isfinite(days)) return "-";
  char text[16];
  std::snprintf(text, sizeof(text), "%.1f", days);
  return text;
}
std::string Range(double low, double high) { return Percent(low) + " .. " + Percent(high); }

void Warnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) std::printf("  note: %s\n", warning.c_str());
}

}  // namespace

void Heading(std::string_view text) {
  std::printf(IsTerminal() ? "\n\033[1m%.*s\033[0m\n" : "\n%.*s\n", static_cast<int>(text.size()), text.data());
}

void ShowProgress(std::string_view what, double done) {
  int percent = static_cast<int>(done * 100);
  if (!IsTerminal()) {
    if (percent == 100) std::printf("%.*s: done\n", static_cast<int>(what.size()), what.data());
    return;
  }
  constexpr int kWidth = 40;
  std::string bar(static_cast<size_t>(done * kWidth), '#');
  bar.resize(kWidth, '.');
  std::printf("\r%-28.*s [%s] %3d %%%s", static_cast<int>(what.size()), what.data(), bar.c_str(), percent, percent == 100 ? "\n" : "");
  std::fflush(stdout);
}

std::string Amount(double minor, Currency currency) {
  double major = minor / std::pow(10.0, currency.minor_digits());
  const char* unit = "";
  for (const char* larger : {" k", " M", " bn"}) {
    if (std::abs(major) < 10'000) break;
    major /= 1000;
    unit = larger;
  }
  char text[48];
  std::snprintf(text, sizeof(text), "%.*f%s %s", *unit == '\0' ? 0 : 2, major, unit, currency.code().c_str());
  return text;
}

void ShowFunnel(const insight::FunnelReport& report) {
  std::printf("  %-14s %8s %6s %8s %6s %7s   %-8s %-20s %6s  %-11s %8s\n", "stage", "reached", "open", "advanced", "lost", "rework", "rate",
              "95 % interval", "n", "maturity", "days");
  for (const insight::StageFunnel& s : report.stages) {
    std::printf("  %-14s %8lld %6lld %8lld %6lld %7lld   %-8s %-20s %6lld  %-11s %8s\n", s.stage.name.c_str(),
                static_cast<long long>(s.reached), static_cast<long long>(s.open), static_cast<long long>(s.advanced),
                static_cast<long long>(s.lost), static_cast<long long>(s.rework), Percent(s.rate.value).c_str(),
                Range(s.rate.low, s.rate.high).c_str(), static_cast<long long>(s.rate.trials), std::string(NameOf(s.rate.maturity)).c_str(),
                Days(s.median_days).c_str());
  }
  std::printf("  won %lld of %lld closed: %s (%s); %lld open; median cycle %s days\n", static_cast<long long>(report.won),
              static_cast<long long>(report.won + report.lost), Percent(report.win_rate.value).c_str(),
              Range(report.win_rate.low, report.win_rate.high).c_str(), static_cast<long long>(report.open),
              Days(report.median_cycle_days).c_str());
  Warnings(report.warnings);
}

void ShowReps(const std::vector<insight::RepReport>& reports, const NameOfOwner& name) {
  std::printf("  %-22s %8s  %-14s %-10s %-10s %-12s %s\n", "rep", "resolved", "lowest step", "rep", "team", "P(below)", "verdict");
  for (const insight::RepReport& report : reports) {
    if (report.stages.empty()) continue;
    auto lowest = std::max_element(report.stages.begin(), report.stages.end(),
                                   [](const insight::RepStage& a, const insight::RepStage& b) { return a.below < b.below; });
    if (report.weakest) lowest = report.stages.begin() + static_cast<std::ptrdiff_t>(*report.weakest);
    std::printf("  %-22s %8lld  %-14s %-10s %-10s %-12s %s\n", name(report.owner).c_str(), static_cast<long long>(report.resolved),
                lowest->stage.name.c_str(), Percent(lowest->rep.value).c_str(), Percent(lowest->team.value).c_str(),
                Percent(lowest->below).c_str(), report.summary.c_str());
  }
}

void ShowHealth(const std::vector<insight::StuckDeal>& stuck, const std::vector<insight::DataGap>& gaps) {
  std::printf("  %zu deals have been in their stage for longer than nine of ten\n", stuck.size());
  for (size_t i = 0; i < std::min<size_t>(stuck.size(), 3); ++i) {
    std::printf("  deal %llu: %.0f days, as long as %s of stays there\n", static_cast<unsigned long long>(stuck[i].deal.value()),
                stuck[i].age_days, Percent(stuck[i].still_there).c_str());
  }
  for (const insight::DataGap& gap : gaps) std::printf("  %s\n", gap.text.c_str());
}

void ShowForecast(const insight::ForecastReport& report, std::string_view period) {
  auto row = [&](const char* what, const insight::Quantiles& q) {
    std::printf("  %-24s %16s %16s %16s\n", what, Amount(q.p10, report.currency).c_str(), Amount(q.p50, report.currency).c_str(),
                Amount(q.p90, report.currency).c_str());
  };
  std::printf("  %-24.*s %16s %16s %16s\n", static_cast<int>(period.size()), period.data(), "P10", "P50", "P90");
  std::printf("  %-24s %16s\n", "closed", Amount(report.closed, report.currency).c_str());
  row("from open deals", report.from_open);
  row("from deals to come", report.from_new);
  row("total", report.total);
  std::printf("  %lld open deals, %.0f new ones expected; rates from %lld closed deals (%s)\n", static_cast<long long>(report.open_deals),
              report.expected_new_deals, static_cast<long long>(report.closed_deals), std::string(NameOf(report.maturity)).c_str());
  for (size_t i = 0; i < std::min<size_t>(report.deals.size(), 3); ++i) {
    const insight::DealForecast& deal = report.deals[i];
    std::printf("  deal %llu: %s in the period (%s), %s\n", static_cast<unsigned long long>(deal.deal.value()),
                Percent(deal.win_in_period).c_str(), Range(deal.win_low, deal.win_high).c_str(), insight::ReasonOf(report, deal).c_str());
  }
  Warnings(report.warnings);
}

void ShowBacktest(const insight::BacktestReport& report, Currency currency) {
  std::printf("  %-12s %16s %16s %16s %16s   %-7s %18s\n", "quarter", "P10", "P50", "P90", "happened", "inside", "amount × rate");
  int inside = 0;
  for (const insight::BacktestPoint& point : report.points) {
    const insight::Quantiles& q = point.forecast.total;
    bool in = point.actual >= q.p10 && point.actual <= q.p90;
    inside += in ? 1 : 0;
    std::printf("  %-12s %16s %16s %16s %16s   %-7s %18s\n", kith::NameOf(point.period, PeriodUnit::kQuarter).c_str(),
                Amount(q.p10, currency).c_str(), Amount(q.p50, currency).c_str(), Amount(q.p90, currency).c_str(),
                Amount(point.actual, currency).c_str(), in ? "yes" : "no", Amount(point.stage_rate_forecast, currency).c_str());
  }
  std::printf("  the 80 %% interval held %d of %zu times; error of P50 %s of what happened, of amount × stage rate %s\n", inside,
              report.points.size(), Percent(report.wape).c_str(), Percent(report.stage_rate_wape).c_str());
}

}  // namespace kith::demo
