// What people typed about deals against what came of them: rosy and cautious reps, dates that slip. Measured to coach people and to read
// their figures; no forecast uses it (C08).
#ifndef KITH_INSIGHT_TYPED_H_
#define KITH_INSIGHT_TYPED_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/model/model.h"

namespace kith::insight {

// A closed deal, with what stood on it in the middle between its first move and its closing.
struct TypedDeal {
  Id deal;
  Id owner;  // who closed it; null: nobody
  bool won = false;
  std::optional<double> chance;     // of winning, in [0, 1]
  std::optional<double> days_late;  // of a won deal: when it closed after the date expected; negative: before it
  int64_t slips = 0;                // times the expected date was moved to a later one until the moment asked about
};
// Deals of the pipeline closed until `as_of`. The chance is the field of the type that no insight may read and that runs from 0 to 100; the
// date is the one of the role close_date. Looks at every closed deal and its history; both as the snapshot's viewer sees them.
[[nodiscard]] StatusOr<std::vector<TypedDeal>> ReadTypedDeals(const Snapshot& snapshot, const model::Pipeline& pipeline, Time as_of);

enum class Bias : uint8_t { kNone = 0, kHappyEars = 1, kSandbagging = 2 };  // none: none that chance would not bring
[[nodiscard]] std::string_view NameOf(Bias bias);

struct RepBias {
  Id owner;            // null: of nobody
  int64_t deals = 0;   // closed, with a typed chance
  double typed = 0;    // their mean chance; NaN: none
  double won = 0;      // their share won; NaN: none
  double p_value = 1;  // that so large a difference comes by chance of calibrated figures, two-sided
  Bias bias = Bias::kNone;
  int64_t dated = 0;            // won, with an expected date
  double median_days_late = 0;  // NaN: none
  double slips_per_deal = 0;    // over all closed deals
  std::string text;             // for people
};
struct BiasOptions {
  double false_discovery = 0.10;  // Benjamini-Hochberg over all owners
  int64_t minimum_deals = 10;     // below: not enough deals to tell
};
// Every owner, the most certain bias first. If typed chances were right, the sum of (typed - won) would have mean 0 and variance
// sum of typed * (1 - typed); chances of 0 and 1 count as .01 and .99.
[[nodiscard]] std::vector<RepBias> BiasesOf(const std::vector<TypedDeal>& deals, const BiasOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_TYPED_H_
