// How many deals will come, and where they enter.
#ifndef KITH_LIB_INSIGHT_ARRIVALS_INTERNAL_H_
#define KITH_LIB_INSIGHT_ARRIVALS_INTERNAL_H_

#include <array>
#include <vector>

#include "insight/hazard_internal.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight_internal {

struct Arrivals {
  double level = 0;               // deals a day without season, the recent days counting most
  double log_sd = 0;              // uncertainty of the mean level over the horizon: Gamma posterior and past errors at that horizon
  std::array<double, 7> weekday;  // factor by ISO weekday - 1; their mean is 1
  Date first;                     // day of the first season factor: the one after the last whole day
  std::vector<double> season;     // factors of that day and those after it; 1 beyond them
  std::vector<double> enters;     // share of deals by the stage they enter; then those won, and those lost, by their first move

  // Deals expected on a day at a level of one a day.
  [[nodiscard]] double Factor(Date day) const {
    const auto index = static_cast<size_t>(day.days - first.days);
    return weekday[static_cast<size_t>(IsoWeekday(day) - 1)] * (day >= first && index < season.size() ? season[index] : 1);
  }
};

// `horizon_days`: how far ahead the level is needed.
[[nodiscard]] Arrivals FitArrivals(const model::FunnelTables& tables, const Shape& shape, double horizon_days);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_ARRIVALS_INTERNAL_H_
