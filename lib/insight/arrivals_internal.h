// How many deals will come, and where they enter.
#ifndef KITH_LIB_INSIGHT_ARRIVALS_INTERNAL_H_
#define KITH_LIB_INSIGHT_ARRIVALS_INTERNAL_H_

#include <array>
#include <vector>

#include "insight/hazard_internal.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight_internal {

struct Arrivals {
  double level = 0;               // deals a day, the recent days counting most
  double log_sd = 0;              // uncertainty of the mean level over the horizon: Gamma posterior and past errors at that horizon
  std::array<double, 7> weekday;  // factor by ISO weekday - 1; their mean is 1
  std::vector<double> enters;     // share of deals by the stage they enter; then those won, and those lost, by their first move
};

// `horizon_days`: how far ahead the level is needed.
[[nodiscard]] Arrivals FitArrivals(const model::FunnelTables& tables, const Shape& shape, double horizon_days);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_ARRIVALS_INTERNAL_H_
