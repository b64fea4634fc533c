// How well intervals hold what came, in simulated companies whose truth no model choice was made by.
#ifndef KITH_BENCHMARKS_FORECAST_WORLDS_H_
#define KITH_BENCHMARKS_FORECAST_WORLDS_H_

#include "kith/base/status.h"

namespace kith::benchmarks {

// Eight quarters of each of many companies, forecast from their beginnings with past misses learnt; prints how many of them lie within the
// 80 % and the 95 % intervals, and how the forecasts compare with what simulated reps type in: their stage's true chance, a bias of each
// rep's own, and noise. KITH_FORECAST_WORLDS: number of companies of each size, 20 if unset.
[[nodiscard]] Status RunWorlds();
// One quarter of each of many companies, forecast once: how many lie within the 80 % and the 95 % intervals. KITH_FORECAST_WORLDS: number
// of companies of each size, 1,000 if unset.
[[nodiscard]] Status RunCoverage();

}  // namespace kith::benchmarks

#endif  // KITH_BENCHMARKS_FORECAST_WORLDS_H_
