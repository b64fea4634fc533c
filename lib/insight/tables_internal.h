// Sums over the rows of funnel tables.
#ifndef KITH_LIB_INSIGHT_TABLES_INTERNAL_H_
#define KITH_LIB_INSIGHT_TABLES_INTERNAL_H_

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "kith/model/funnel_tables.h"

namespace kith::insight_internal {

inline constexpr double kSecondsPerDay = 86'400;
inline constexpr size_t kNoStage = SIZE_MAX;

// Epochs [from, to).
struct Window {
  model::Epoch from = std::numeric_limits<model::Epoch>::min();
  model::Epoch to = std::numeric_limits<model::Epoch>::max();
};

using BinSums = std::array<int64_t, model::kAgeBins>;

struct StageSum {
  int64_t reached = 0;
  int64_t advanced = 0;
  int64_t lost = 0;
  int64_t entries = 0;
  int64_t rework = 0;
  int64_t skipped = 0;
  int64_t started = 0;
  BinSums exposure{};  // seconds
  BinSums exits{};
  [[nodiscard]] int64_t resolved() const { return advanced + lost; }
};

// Index of a stage in the pipeline; kNoStage when it is not there.
[[nodiscard]] size_t StageIndex(const model::Pipeline& pipeline, uint64_t stage);
// Indexes of the open stages, by position.
[[nodiscard]] std::vector<size_t> OpenStages(const model::Pipeline& pipeline);

// By index of the pipeline's stage. Counts that a window leaves negative (a reopening of what closed before it) are 0.
[[nodiscard]] std::vector<StageSum> SumStages(const model::FunnelTables& tables, model::GroupKind kind, uint64_t group,
                                              const Window& window = {});
[[nodiscard]] model::PeriodRow SumPeriods(const model::FunnelTables& tables, model::GroupKind kind, uint64_t group,
                                          const Window& window = {});
// Minor units that a group won in a period, in one currency.
[[nodiscard]] double WonIn(const model::FunnelTables& tables, Period period, Currency currency,
                           model::GroupKind kind = model::GroupKind::kAll, uint64_t group = 0);
// Groups of a kind that have rows, ascending.
[[nodiscard]] std::vector<uint64_t> GroupsOf(const model::FunnelTables& tables, model::GroupKind kind);
// The same with those whose deals are in no stage's rows, being closed by their first move, and with 0 where deals are in none.
[[nodiscard]] std::vector<uint64_t> GroupsWithDeals(const model::FunnelTables& tables, model::GroupKind kind);
[[nodiscard]] uint64_t GroupOf(const model::OpenDeal& deal, model::GroupKind kind);

// An open deal's time at risk that is not in the rows, as ages in seconds.
struct Ages {
  int64_t from = 0;
  int64_t to = 0;
};
[[nodiscard]] Ages OpenAges(const model::OpenDeal& deal, Time as_of);

// Exposure of many deals, at the cost of one bin each.
class OpenExposure {
 public:
  void Add(Ages ages) {
    Add(ages.to, 1);
    Add(ages.from, -1);
  }
  [[nodiscard]] BinSums Sums() const;

 private:
  void Add(int64_t age, int64_t sign);
  BinSums beyond_{};  // deals that leave the bin behind, by the bin they are in
  BinSums within_{};  // seconds
};

// Adds the stays of a group that are still open, as censored ones.
void AddOpenStays(const model::FunnelTables& tables, model::GroupKind kind, uint64_t group, std::vector<StageSum>& sums);

// The currency that most open deals have; of won ones when none is open.
[[nodiscard]] Currency MainCurrency(const model::FunnelTables& tables, const model::PeriodRow& all);

// Survival by piecewise constant hazards: exits over exposure per age bin.
struct Stay {
  double median_days = 0;  // NaN: survival does not fall to one half within what was observed
  double mean_days = 0;    // restricted to the ages observed; NaN: none
};
[[nodiscard]] Stay StayOf(const BinSums& exposure, const BinSums& exits);

// Share of stays that last at least `age` seconds.
[[nodiscard]] double SurvivalTo(const BinSums& exposure, const BinSums& exits, int64_t age);

// "31 %".
[[nodiscard]] std::string Percent(double share);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_TABLES_INTERNAL_H_
