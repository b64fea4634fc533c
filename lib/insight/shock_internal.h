// The common shock: what past forecasts missed beyond their own spread.
#ifndef KITH_LIB_INSIGHT_SHOCK_INTERNAL_H_
#define KITH_LIB_INSIGHT_SHOCK_INTERNAL_H_

#include <string_view>
#include <vector>

#include "kith/insight/forecast.h"

namespace kith::insight_internal {

// Variance of the log common to all deals of a period whose forecast mean is `mean`, from the forecasts by
// the same model whose periods are over at `now`.
[[nodiscard]] double LearntShock(const std::vector<insight::LedgerEntry>& ledger, std::string_view model, Currency currency, double mean,
                                 Time now, const query::Days& days);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_SHOCK_INTERNAL_H_
