#include "kith/insight/summary.h"

#include <algorithm>

namespace kith::insight {

StatusOr<Summary> Summarize(const model::FunnelTables& tables, Period period, const SummaryOptions& options) {
  Summary summary;
  KITH_ASSIGN_OR_RETURN(summary.funnel, Funnel(tables, options.funnel));
  KITH_ASSIGN_OR_RETURN(summary.forecast, Forecast(tables, period, options.forecast));
  const auto keep = [&](auto& list) { list.resize(std::min(list.size(), options.most)); };
  keep(summary.forecast.deals);
  summary.gaps = DataGapsOf(tables, options.forecast.maturity);
  summary.gaps_total = summary.gaps.size();
  keep(summary.gaps);
  summary.risks = StuckDealsOf(tables, options.stuck);
  summary.risks_total = summary.risks.size();
  const auto amount = [&](const StuckDeal& deal) { return deal.amount.currency == summary.forecast.currency ? deal.amount.minor : 0; };
  std::stable_sort(summary.risks.begin(), summary.risks.end(),
                   [&](const StuckDeal& a, const StuckDeal& b) { return amount(a) > amount(b); });
  keep(summary.risks);
  return summary;
}

}  // namespace kith::insight
