// The parts of a forecast: by owner, team, segment or source.
#ifndef KITH_LIB_INSIGHT_PARTS_INTERNAL_H_
#define KITH_LIB_INSIGHT_PARTS_INTERNAL_H_

#include <map>
#include <vector>

#include "insight/period_internal.h"
#include "insight/tables_internal.h"
#include "kith/insight/forecast.h"

namespace kith::insight_internal {

// What the whole was made of.
struct Whole {
  const model::FunnelTables& tables;
  const insight::ForecastOptions& options;
  const PeriodInputs& inputs;
  std::vector<uint64_t> groups;           // of options.by, by inputs.deals
  std::map<uint64_t, double> closed;      // minor units, by group
  std::vector<uint64_t> compound_groups;  // by inputs.arrivals: the group of model_kind that it is of; 0: of the rest
  model::GroupKind model_kind = model::GroupKind::kAll;
  Window recent;  // from whose arrivals the shares of new deals are taken
};

// Largest mean first; fills in the parts' numbers from the report's period, currency, closed amount and shock.
[[nodiscard]] std::vector<insight::PartForecast> PartsOf(const Whole& whole, const insight::ForecastReport& report);

// Of a distribution, shifted.
[[nodiscard]] insight::Quantiles QuantilesOf(const Distribution& distribution, double offset);
// Quantiles at (i + 0.5) / 200.
[[nodiscard]] std::vector<double> ManyQuantilesOf(const Distribution& distribution, double offset);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_PARTS_INTERNAL_H_
