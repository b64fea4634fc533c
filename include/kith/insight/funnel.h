// The funnel: what share of deals goes on from each stage, how long they stay, how often they return; and a rep against the team.
//
// Pure functions of FunnelTables: no clock, no storage, no random source. Never reads a probability that a person typed.
// Formulas: first-reach counting, Wilson intervals; beta-binomial shrinkage with leave-one-out team; exact log split of the end-to-end gap
// (domain model §5.5).
#ifndef KITH_INSIGHT_FUNNEL_H_
#define KITH_INSIGHT_FUNNEL_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kith/insight/estimate.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight {

struct FunnelOptions {
  // Only what happened in [from, to): epochs are whole months; times in a stage then are of the stays that ended in it. Unset:
  // everything up to the tables' as_of, and the stays still open count as censored.
  std::optional<model::Epoch> from = {};
  std::optional<model::Epoch> to = {};
  model::GroupKind group_kind = model::GroupKind::kAll;  // with `group`: the funnel of one owner, segment or source
  uint64_t group = 0;
  double level = 0.95;  // of intervals
  MaturityThresholds maturity = {};
  bool strict = false;  // refuse (NotEnoughData) when a stage that deals pass is still learning
};

struct StageFunnel {
  model::Stage stage;
  int64_t reached = 0;
  int64_t open = 0;  // deals in the stage now
  int64_t advanced = 0;
  int64_t lost = 0;
  int64_t entries = 0;
  int64_t rework = 0;
  int64_t skipped = 0;
  Rate rate;               // advanced / (advanced + lost)
  double median_days = 0;  // in the stage until any exit, Kaplan–Meier over age bins with open stays censored; NaN: not reached
  double mean_days = 0;    // restricted to the ages that were observed; NaN: none
  Money open_amount;       // sum over the stage's open deals in the report's currency
};

struct FunnelReport {
  model::Pipeline pipeline;
  Time as_of;
  std::vector<StageFunnel> stages;  // open stages by position; archived ones while they have counts
  int64_t arrivals = 0;
  int64_t won = 0;
  int64_t lost = 0;
  int64_t open = 0;
  int64_t path_unknown = 0;  // closed by their first move: in no stage's rate
  Rate win_rate;             // won / (won + lost), every closed deal
  double end_to_end = 0;     // product of the stage rates
  // How closely deals keep to the process: of the stages they passed or went back to, the share entered once and in order, (reached −
  // skipped) / (reached + rework) over the stages; NaN: none was reached.
  double conformance = 0;
  double median_cycle_days = 0;       // from the first move to the win; NaN: nothing won
  Currency currency;                  // the one most open deals have
  int64_t open_elsewhere = 0;         // open deals in other currencies or without amount
  std::vector<std::string> warnings;  // for people: pooled groups differ (with the test's p-value), not enough data, unknown paths
};

[[nodiscard]] StatusOr<FunnelReport> Funnel(const model::FunnelTables& tables, const FunnelOptions& options = {});

// The funnel of one group among all of a kind.
struct FunnelPart {
  uint64_t part = 0;
  FunnelReport funnel;
};
// A funnel for each owner, segment or source with deals, ascending. `roll_up` joins groups to larger ones, such as owners to teams; what is
// in none is part 0. options: group_kind and group are ignored.
[[nodiscard]] StatusOr<std::vector<FunnelPart>> FunnelParts(const model::FunnelTables& tables, model::GroupKind by,
                                                            const std::map<uint64_t, uint64_t>& roll_up = {}, FunnelOptions options = {});

// conversion(from, to): of the deals that reached `from`, the share that reached `to` (an open stage or a won one) among those resolved.
[[nodiscard]] StatusOr<Rate> Conversion(const model::FunnelTables& tables, Id from_stage, Id to_stage, const FunnelOptions& options = {});

// Chi-square test that the groups of a kind share one rate in a stage; p-value, 1 when there are fewer than two groups with data.
[[nodiscard]] double HeterogeneityPValue(const model::FunnelTables& tables, model::GroupKind kind, Id stage,
                                         const FunnelOptions& options = {});

struct RepStage {
  model::Stage stage;
  Rate rep;
  Rate team;          // everyone else
  double shrunk = 0;  // posterior mean of the rep's rate
  double low = 0;     // its credible interval
  double high = 0;
  double below = 0;       // P(rep's true rate < the team's), both uncertain
  double surprise = 1;    // P(an ordinary rep goes on as rarely as this one, or more rarely); 1 with too few deals to tell
  double log_gap = 0;     // ln(rep rate / team rate) of the shrunk rates: the stage's share of the end-to-end gap
  double lost_money = 0;  // minor units that the gap costs: N·(team − rep)⁺·later stages·mean won amount
  bool enough = false;    // enough deals to tell
  bool weak = false;      // flagged, after false-discovery control over the whole report
};

struct RepReport {
  Id owner;
  std::vector<RepStage> stages;
  std::optional<size_t> weakest;  // index into stages of the flagged stage with the largest cost; nothing when none is flagged
  // The stage of least `surprise`, flagged or not: where to look first, no judgement. Nothing where deals are too few to tell.
  std::optional<size_t> look_first;
  double log_gap = 0;  // sum of the stages' log gaps = ln(W_rep / W_team)
  int64_t resolved = 0;
  std::string summary;  // one sentence for people: "not enough deals to tell", "proposal: 31 % against 52 %, 98 % sure"
};

struct RepOptions {
  FunnelOptions funnel = {};  // group_kind and group are ignored
  Id owner = {};              // only this rep's report, and only its steps share the false discoveries; null: every rep
  double weak_probability = 0.95;
  double false_discovery = 0.10;  // Benjamini–Hochberg over all (rep, stage) of the report
  int64_t minimum_resolved = 10;  // below: "not enough deals to tell"
};

// Every owner with a resolved deal, most costly gap first.
[[nodiscard]] StatusOr<std::vector<RepReport>> RepsAgainstTeam(const model::FunnelTables& tables, const RepOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_FUNNEL_H_
