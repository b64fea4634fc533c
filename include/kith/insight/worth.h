// What a deal is worth: what is known of the customer's budget (F07), and how much it will earn (F09).
#ifndef KITH_INSIGHT_WORTH_H_
#define KITH_INSIGHT_WORTH_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/money.h"
#include "kith/base/status.h"
#include "kith/engine/snapshot.h"
#include "kith/insight/relationship.h"

namespace kith::insight {

// From the records of behaviour "budget" about a deal, weighed by confidence, source and age (EstimateEvidence, domain model §5.1): what
// came last is not simply believed, and what reps think counts little.
struct BudgetEstimate {
  Score exists;                 // -1: there is none .. 1: there is one; neutral with confidence 0 where nothing is known
  std::optional<Money> amount;  // weighed mean of the amounts that were named, in the currency that weighs most; none: nothing names one
  double confidence = 0;        // of the amount, 0..1
  double apart = 0;             // how far the amounts lie from it: their weighed standard deviation, minor units
  std::vector<Contribution> amounts;  // what the amount rests on, weightiest first; value: minor units
};

enum class AmountSource : uint8_t { kNone = 0, kTyped, kQuote, kPredicted };
[[nodiscard]] std::string_view NameOf(AmountSource source);  // "none", "typed", "quote", "predicted"

// In the currency of the amount.
//   margin = amount − cost of delivery − cost to win
//   expected = chance × (amount − cost of delivery) − cost to win that is still to be spent
// Cost to win is spent whether the deal is won or not; what is spent already is the same whatever is decided, so it is left out.
struct DealWorth {
  Id deal;
  std::optional<Money> amount;
  AmountSource source = AmountSource::kNone;  // of the amount: typed, from a quote, or predicted
  std::optional<double> chance;               // of winning: what was given, else the forecast's (forecast.h); closed deals: 0 or 1
  Currency currency;                          // of the costs: the amount's; without an amount that of the first of them
  int64_t delivery = 0;                       // minor units
  int64_t to_win = 0;
  int64_t spent = 0;               // of to_win
  std::optional<Money> margin;     // none: no amount, or costs in another currency
  std::optional<Money> expected;   // to the nearest minor unit; likewise
  std::vector<Id> other_currency;  // costs in another currency: not counted
  std::set<std::string> masked;    // what could not be told for it: "type.field"
  BudgetEstimate budget;
};
struct WorthOptions {
  std::optional<Time> as_of = {};     // of the evidence and of the deal; unset: the snapshot's recorded time
  std::optional<Time> recorded = {};  // unset: as known now. Set: as it was known then; costs have no other time
  std::optional<double> chance = {};  // 0 to 1
  EvidenceOptions evidence = {};
};
// A deal without an amount gets the mean of what its pipeline's won deals brought in the currency that most are in, from five of them on:
// that is predicted. What the viewer may not read is not made up for: no amount is predicted in place of a masked one, no chance told of a
// deal whose stage or closing is masked, no margin without all costs, no budget without all that its evidence says; `masked` names it.
// Costs what the deal's evidence and costs do, and without a chance given its pipeline's forecast. Errors: NotFound, NotPipelined,
// BadOptions, ArithmeticOverflow, those of Forecast.
[[nodiscard]] StatusOr<DealWorth> WorthOf(const Snapshot& snapshot, Id deal, const WorthOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_WORTH_H_
