// The deals behind the numbers: the ways they went, what became of those that began together, and which make up a count.
//
// Functions of paths (model::ReadPaths), pure but for TablesBy. They look at every deal, where the funnel looks at sums.
#ifndef KITH_INSIGHT_PATHS_H_
#define KITH_INSIGHT_PATHS_H_

#include <limits>
#include <string_view>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/insight/estimate.h"
#include "kith/model/funnel_tables.h"
#include "kith/model/model.h"

namespace kith::insight {

// Deals that went the same way, loops and returns included (C22).
struct Way {
  std::vector<Id> stages;  // in the order they were entered; closed deals end with the stage that closed them
  int64_t deals = 0;
  double median_days = 0;  // from the first to the last move
};
// Most frequent first, then the shorter, then by stages. Moves to the stage that a deal is in are no part of its way.
[[nodiscard]] std::vector<Way> Ways(const std::vector<model::DealPath>& paths);

// Deals that began in one month.
struct Cohort {
  model::Epoch month = 0;
  int64_t deals = 0;
  int64_t won = 0;
  int64_t lost = 0;
  std::vector<int64_t> won_by;  // won before the end of the month `index` months later; as many as are over at `as_of`
  Rate win_rate;                // won / (won + lost)
};
[[nodiscard]] std::vector<Cohort> Cohorts(const model::Pipeline& pipeline, const std::vector<model::DealPath>& paths, Time as_of);

// Which deals a stage's counts are made of (C07, C10): as many as the funnel of the same group and window says.
struct CountedDeals {
  std::vector<Id> advanced;
  std::vector<Id> lost;
};
struct CountedOptions {
  model::GroupKind group_kind = model::GroupKind::kAll;
  uint64_t group = 0;
  model::Epoch from = std::numeric_limits<model::Epoch>::min();  // months [from, to)
  model::Epoch to = std::numeric_limits<model::Epoch>::max();
};
[[nodiscard]] CountedDeals DealsBehind(const model::Pipeline& pipeline, const std::vector<model::DealPath>& paths, Id stage,
                                       const CountedOptions& options = {});

// Deals won in [first, end) that were not opened again by the end.
[[nodiscard]] std::vector<Id> WonIn(const model::Pipeline& pipeline, const std::vector<model::DealPath>& paths, Time first, Time end);

// The same tables with what the deals' reference in a role of behaviour "pipelined" says now in place of their segment: so "product" makes
// parts by segment those by product. 0: of a deal that says nothing, that is gone, and for whom may not read it. `options` are those that
// the tables were read with. Errors: those of model::ReadPaths; BadOptions where the type has no such reference.
[[nodiscard]] StatusOr<model::FunnelTables> TablesBy(const Snapshot& snapshot, const model::FunnelTables& tables, std::string_view role,
                                                     const model::TablesOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_PATHS_H_
