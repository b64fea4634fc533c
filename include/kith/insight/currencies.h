// Statistics and amounts in several currencies as such in one.
#ifndef KITH_INSIGHT_CURRENCIES_H_
#define KITH_INSIGHT_CURRENCIES_H_

#include <map>

#include "kith/base/money.h"
#include "kith/base/time.h"
#include "kith/engine/snapshot.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight {

struct ExchangeRates {
  Currency into;
  std::map<Currency, double> rates;  // units of `into` for one unit of the currency, both in major units; above 0
};
// Amounts of the currencies with a rate become amounts in `into`; the others stay as they are. Rounded half up to minor units, each sum
// once, of the exact product with the decimal number that the rate was written as; won amounts are kept in buckets of ratio 1.02, which a
// rate moves by at most half a bucket. One rate for all times, so that what changes is business and not the market. BadOptions: `into` is
// null, or a rate is not above 0.
[[nodiscard]] StatusOr<model::FunnelTables> InCurrency(model::FunnelTables tables, const ExchangeRates& rates);

// One amount, rounded likewise; as it is where its currency has no rate.
[[nodiscard]] Money InCurrency(const Money& amount, const ExchangeRates& rates);

// The dated rates of a database (type `rate`: base currency for one unit, from a day on) as they held on a day: of each currency the latest
// up to it. `into` null: the base currency of the settings. RecordMissing: there is no base currency, or no rate of `into` by then;
// PackageMissing.
[[nodiscard]] StatusOr<ExchangeRates> RatesAt(const Snapshot& snapshot, Date day, Currency into = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_CURRENCIES_H_
