// The Monday walk: what moved a pipeline between two moments. The amount open then, what came and went, the amount open at the end; exact
// to the minor unit, in each currency by itself, down to the ids of the deals.
#ifndef KITH_INSIGHT_WALK_H_
#define KITH_INSIGHT_WALK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/model/model.h"

namespace kith::insight {

// kNew, kReopened: open at the end alone; reopened: it was in the pipeline before, closed. kLarger, kSmaller: open at both moments with
// another amount. kWon, kLost, kGone: open at the beginning alone; gone: deleted, or on in another pipeline. A deal that came and closed in
// between is in neither amount and no step.
enum class WalkStep : uint8_t { kNew, kReopened, kLarger, kSmaller, kWon, kLost, kGone };
[[nodiscard]] std::string_view NameOf(WalkStep step);  // "new", "reopened", "larger", ...

struct WalkOptions {
  Time since;
  std::optional<Time> until;  // unset: now
  // What the database showed at each moment (recorded axis), as the people in last week's meeting saw it: costs the changes recorded since.
  // Otherwise what held then as is known now, so that what was entered late counts where it belongs: costs the history of every deal.
  bool as_known = false;
  std::optional<Period> period;  // of closing dates, cash and plan; unset: none of pulled_in, pushed_out and cash
  bool notes = true;             // find the deals that want a word: costs the history of every deal open at the end
  int64_t silent_days = 14;      // deals without an interaction or a move for so many days are silent
  std::string collection;        // the pipeline whose won records are cash received; empty: no cash is counted
};

// What one deal adds to a walk in one currency.
struct WalkChange {
  Id deal;
  WalkStep step = WalkStep::kNew;
  int64_t minor = 0;  // won, lost and gone ones leave with the amount they had: below 0
};
struct WalkDeal {
  Id deal;
  int64_t minor = 0;
};
// before + the changes' amounts = after. A deal whose currency changed leaves one walk as smaller and enters another as larger. Deals
// without an amount are in the walk of the null currency, with 0.
struct CurrencyWalk {
  Currency currency;
  int64_t before = 0;
  int64_t after = 0;
  int64_t deals_before = 0;
  int64_t deals_after = 0;
  std::vector<WalkChange> changes;   // the largest first, then by id; of an amount of 0 too where a deal came or left
  std::vector<WalkDeal> pulled_in;   // open at both moments, expected to close in the period at the end but not at the beginning
  std::vector<WalkDeal> pushed_out;  // expected in the period at the beginning and after it at the end; amounts as at the end
  int64_t cash = 0;                  // received in the period up to the end
  int64_t plan = 0;                  // quotas of collected cash for exactly the period
};

// Deals open at the end that want a word, by id.
struct PushedDeal {
  Id deal;
  int64_t times = 0;  // its expected date was moved to a later one, ever; at least 2
};
struct SilentDeal {
  Id deal;
  int64_t days = 0;  // whole days since the last interaction about it or move
};

struct WalkReport {
  Time since;
  Time until;
  bool as_known = false;
  std::optional<Period> period;
  int64_t deals_before = 0;  // of all currencies
  int64_t deals_after = 0;
  std::vector<CurrencyWalk> walks;  // by currency code; none: no deal was open at either moment
  std::vector<PushedDeal> pushed_twice;
  std::vector<SilentDeal> silent;
  std::vector<Id> no_next_step;  // neither a next step in words nor an open task about it
};

// For the snapshot's viewer: what they may not see is not there. Errors: BadOptions (until before since, silent_days below 1),
// UnknownPipeline (collection), HistoryPruned, ArithmeticOverflow (a sum beyond int64), those of the snapshot.
[[nodiscard]] StatusOr<WalkReport> Walk(const Snapshot& snapshot, const model::Pipeline& pipeline, const WalkOptions& options);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_WALK_H_
