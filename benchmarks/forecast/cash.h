// Forecasts of cash on real data: invoices and when they were settled, payment requests from their approval to the payment.
#ifndef KITH_BENCHMARKS_FORECAST_CASH_H_
#define KITH_BENCHMARKS_FORECAST_CASH_H_

#include <string>

#include "kith/base/status.h"

namespace kith::benchmarks {

// `folder` holds collections/accounts_receivable.csv and bpic2020/*.csv.gz. Prints measures of 30 days, and the classics beside them.
[[nodiscard]] Status RunCash(const std::string& folder);

}  // namespace kith::benchmarks

#endif  // KITH_BENCHMARKS_FORECAST_CASH_H_
