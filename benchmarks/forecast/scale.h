// How long a forecast takes.
#ifndef KITH_BENCHMARKS_FORECAST_SCALE_H_
#define KITH_BENCHMARKS_FORECAST_SCALE_H_

#include "kith/base/status.h"

namespace kith::benchmarks {

// Forecasts a simulated company's next quarter with up to a million open deals, on one thread, and prints the times. The first row, without
// open deals, is what the fit from aggregates and the sweeps take.
[[nodiscard]] Status RunScale();

}  // namespace kith::benchmarks

#endif  // KITH_BENCHMARKS_FORECAST_SCALE_H_
