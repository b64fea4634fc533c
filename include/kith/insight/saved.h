// Forecasts kept as records, and how good they were once their periods are over.
//
// Records of the standard package's type "forecast". Errors: PackageMissing without it, those of the snapshot.
#ifndef KITH_INSIGHT_SAVED_H_
#define KITH_INSIGHT_SAVED_H_

#include <vector>

#include "kith/engine/batch.h"
#include "kith/engine/snapshot.h"
#include "kith/insight/forecast.h"

namespace kith::insight {

// Adds a record of the whole, without its parts and deals, to the batch and returns its local reference.
Id SaveForecast(Batch& batch, const ForecastReport& report);

struct SavedForecast {
  Id record;
  LedgerEntry entry;  // actual: what the period brought in the forecast's currency, or of cash collected; 0 while it is not over
  Quantiles total;
  bool over = false;
};
// Those of a pipeline made until `now`, by period and then by when they were made. None for a viewer who may not read their periods, when
// they were made, of what, or what they say; of `total` what alone is masked is NaN.
[[nodiscard]] StatusOr<std::vector<SavedForecast>> SavedForecasts(const Snapshot& snapshot, Id pipeline, Time now);

// Of the forecasts of what is won whose periods are over and whose quantiles are told, in the currency that most of them are in; by sums,
// so that large periods count as such. NaN when there is none.
struct PastScore {
  int64_t forecasts = 0;
  double coverage80 = 0;  // share of actuals within P10..P90
  double wape = 0;        // sum |actual - P50| / sum actual
  double bias = 0;        // sum (mean - actual) / sum actual
  double pinball = 0;     // mean over .1, .5, .9 / mean actual
};
[[nodiscard]] PastScore ScoreOf(const std::vector<SavedForecast>& saved);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_SAVED_H_
