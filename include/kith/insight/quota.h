// Quotas, and how likely those of revenue, or of cash, are reached (C16).
#ifndef KITH_INSIGHT_QUOTA_H_
#define KITH_INSIGHT_QUOTA_H_

#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/insight/forecast.h"

namespace kith::insight {

// A holder's part of a forecast against the target.
struct Attainment {
  Id holder;
  Money target;
  double closed = 0;       // minor units
  double mean = 0;         // of the whole period
  double probability = 0;  // P(total >= target): what is closed counts fully
};
// For the parts of `report` (by owner, or by a field of these such as their team) whose record has a quota for exactly its period, in its
// currency, of revenue, or of what is collected where it is of cash; by holder. Of the standard package's type "quota"; PackageMissing.
[[nodiscard]] StatusOr<std::vector<Attainment>> AttainmentsOf(const Snapshot& snapshot, const ForecastReport& report);

// What somebody or a group is asked to reach in exactly a period.
struct Quota {
  Id holder;
  std::string metric;  // "revenue", "margin", "collected": in money; "count": won deals
  Money target;
  int64_t target_count = 0;
  [[nodiscard]] double asked() const { return metric == "count" ? static_cast<double>(target_count) : static_cast<double>(target.minor); }
};
// By holder and metric. None without the standard package.
[[nodiscard]] StatusOr<std::vector<Quota>> QuotasOf(const Snapshot& snapshot, Period period);

// What the quotas of a metric ("revenue", "collected") for exactly a period add up to, one amount a currency by its code: those of groups,
// where a group above has none; without any, those of everybody else. None without the standard package.
[[nodiscard]] StatusOr<std::vector<Money>> PlanOf(const Snapshot& snapshot, Period period, std::string_view metric);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_QUOTA_H_
