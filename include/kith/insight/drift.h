// Whether the funnel of the last months is still the one before: what moved, and since when.
#ifndef KITH_INSIGHT_DRIFT_H_
#define KITH_INSIGHT_DRIFT_H_

#include <string>
#include <vector>

#include "kith/model/funnel_tables.h"

namespace kith::insight {

struct Drift {
  Id stage;              // whose rate of going on moved; null: arrivals a day
  model::Epoch since{};  // first month of the new state
  double before = 0;     // rate, or deals a day
  double after = 0;
  double p_value = 1;  // over all months and measures looked at
  std::string text;    // for people
};

// The last one to six whole months against the (at most 24) before them, by log ratios whose variance counts how much months scatter
// anyway; of each measure the most telling split, if it would come by chance in one of a hundred reports (Bonferroni). Most certain first.
[[nodiscard]] std::vector<Drift> DriftOf(const model::FunnelTables& tables);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_DRIFT_H_
