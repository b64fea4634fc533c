// A pipeline at a glance (C13): its funnel, the forecast of a period, what the data lack, and the deals most at risk, from one reading of
// the tables. Each part is what the function of that name says by itself.
#ifndef KITH_INSIGHT_SUMMARY_H_
#define KITH_INSIGHT_SUMMARY_H_

#include <cstddef>
#include <vector>

#include "kith/insight/forecast.h"
#include "kith/insight/funnel.h"
#include "kith/insight/health.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight {

struct SummaryOptions {
  FunnelOptions funnel = {};
  ForecastOptions forecast = {};
  StuckOptions stuck = {};
  size_t most = 5;  // entries of each list
};
struct Summary {
  FunnelReport funnel;
  ForecastReport forecast;    // of its deals the `most` that are expected to bring most
  std::vector<DataGap> gaps;  // the first of DataGapsOf
  size_t gaps_total = 0;
  std::vector<StuckDeal> risks;  // of StuckDealsOf those with the largest amounts in the forecast's currency, then the others, rarest first
  size_t risks_total = 0;
};
// Errors: those of Funnel and Forecast.
[[nodiscard]] StatusOr<Summary> Summarize(const model::FunnelTables& tables, Period period, const SummaryOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_SUMMARY_H_
