// Why deals are lost, what those that are won have that others lack, and whether outcomes follow from visible steps (C23, J08, O01, O11).
//
// Counts over the closed deals of a pipeline, as records say; nothing is modelled. A feature that goes with winning need not be its cause.
#ifndef KITH_INSIGHT_WINNING_H_
#define KITH_INSIGHT_WINNING_H_

#include <optional>
#include <string>
#include <vector>

#include "kith/base/money.h"
#include "kith/engine/snapshot.h"

namespace kith::insight {

// Something that a closed deal has or has not:
//   "<field>=<choice>"   of the deal's choice fields, but for why it was lost and what a rep typed as a forecast
//   "role:<role>"        somebody played it in the deal when it closed (decision_maker, coach, ...)
//   "met:<role>"         and took part in an interaction, or wrote to us, before it closed
//   "rival"              a competitor was in it
//   "threads"            two or more of ours had such interactions with the people of the deal
struct WinningFeature {
  std::string name;
  int64_t with = 0;  // closed deals that have it
  int64_t with_won = 0;
  int64_t without = 0;
  int64_t without_won = 0;
  double lift = 1;  // P(won | it) / P(won)
  double low = 0;   // interval: Wilson's of P(won | it), over P(won)
  double high = 0;
  double p_value = 1;  // that the two shares are the same (two proportions, normal)
  bool told = false;   // it stands out among all features looked at, at a false discovery rate of .1
};

struct LossReason {
  std::string reason;  // the choice's name; empty: nobody said
  int64_t deals = 0;
  int64_t late = 0;  // from the last third of the open stages, or the last
  double share = 0;  // of lost deals, with Wilson's interval
  double low = 0;
  double high = 0;
  std::vector<Money> amount = {};  // one a currency
};

struct WinningOptions {
  std::optional<Time> as_of = {};  // unset: the snapshot's recorded time; deals that were closed then
  std::optional<Time> since = {};  // and at or after this
  int64_t fewest = 10;             // deals that have a feature, and that have not, for it to be reported
  double level = 0.95;
};
struct WinningReport {
  Time as_of;
  int64_t won = 0;
  int64_t lost = 0;
  std::vector<WinningFeature> features;  // the least p-value first, then by name
  std::vector<LossReason> losses;        // most deals first; by role loss_reason of the deals' type
};
// What the snapshot's viewer may see. Errors: UnknownPipeline; BadOptions.
[[nodiscard]] StatusOr<WinningReport> ReadWinning(const Snapshot& snapshot, std::string_view pipeline, const WinningOptions& options = {});

// How far the chances of the open deals follow from the visible process, and how far from relations (J08): the variances over the deals of
// what each adds to P(won within the period). Both 0: fewer than two deals, or nothing tells them apart. Relations act only in a forecast
// with covariates (covariates.h).
struct Transparency {
  int64_t deals = 0;
  double process = 0;    // stage and time in it
  double relations = 0;  // decision chain, closeness, earlier encounters
  // 1: the process says it all; 0: relations do; NaN: neither tells the deals apart.
  [[nodiscard]] double share() const { return process / (process + relations); }
};
struct ForecastReport;
[[nodiscard]] Transparency TransparencyOf(const ForecastReport& report);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_WINNING_H_
