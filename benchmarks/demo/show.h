// Funnel, reps, forecast and backtest as tables in a terminal.
#ifndef KITH_BENCHMARKS_DEMO_SHOW_H_
#define KITH_BENCHMARKS_DEMO_SHOW_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/insight/forecast.h"
#include "kith/insight/funnel.h"
#include "kith/insight/health.h"

namespace kith::demo {

// A heading with an underline, plain where the output is no terminal.
void Heading(std::string_view text);
// One line that is rewritten while work goes on; plain lines, few of them, where the output is no terminal.
void ShowProgress(std::string_view what, double done);
// Minor units as people write them: "1.25 M CNY".
[[nodiscard]] std::string Amount(double minor, Currency currency);

using NameOfOwner = std::function<std::string(Id owner)>;
void ShowFunnel(const insight::FunnelReport& report);
void ShowReps(const std::vector<insight::RepReport>& reports, const NameOfOwner& name);
void ShowHealth(const std::vector<insight::StuckDeal>& stuck, const std::vector<insight::DataGap>& gaps);
void ShowForecast(const insight::ForecastReport& report, std::string_view period);
void ShowBacktest(const insight::BacktestReport& report, Currency currency);

}  // namespace kith::demo

#endif  // KITH_BENCHMARKS_DEMO_SHOW_H_
