// Forecasts of single deals: chances are computed once at nodes of stage, age and group, and read off between them.
#ifndef KITH_LIB_INSIGHT_DEALS_INTERNAL_H_
#define KITH_LIB_INSIGHT_DEALS_INTERNAL_H_

#include <map>
#include <vector>

#include "insight/chances_internal.h"
#include "insight/hazard_internal.h"
#include "kith/insight/forecast.h"

namespace kith::insight_internal {

inline constexpr double kEverStepDays = 7;
inline constexpr size_t kEverSteps = 104;  // about two years

// Chances of one group of deals.
struct GroupChances {
  Chances in_period;
  SweepResult ever;  // kEverSteps steps, all kept
};

class DealGrid {
 public:
  // A deal between two nodes of its stage and group.
  struct Place {
    uint32_t low = 0;  // rows
    uint32_t high = 0;
    double weight = 0;    // of `high`
    bool known = false;   // false: in no open stage of the model, or taken as lost; it wins nothing
    double log_odds = 0;  // that its covariates add to being won at all
  };

  // What it is given outlives it. `all` is of deals without a group's effect; `draws` are its draws.
  DealGrid(const HazardModel& model, const GroupChances& all, const std::map<uint64_t, GroupChances>& groups,
           const std::vector<Chances>& draws);

  [[nodiscard]] Place PlaceOf(size_t stage, uint64_t group, double age_days);
  [[nodiscard]] double WinAt(const Place& place) const;
  // Of being won at all, without covariates.
  [[nodiscard]] double EverAt(const Place& place) const;
  // What the covariates multiply its chances by.
  [[nodiscard]] double FactorAt(const Place& place) const;
  // The chances, close days and contributions of a deal there.
  void Fill(const Place& place, insight::DealForecast& deal) const;
  // By the places' rows.
  [[nodiscard]] const ChanceRows& rows() const { return rows_; }
  // A row that is no deal's place; one chance a draw.
  [[nodiscard]] uint32_t AddRow(const std::vector<double>& chances);

 private:
  struct Node {
    double win, win_of_all, ever, low, high, early_days, median_days, late_days;
    double entering;  // of a deal that enters the stage
  };
  [[nodiscard]] uint32_t RowOf(size_t group_index, size_t stage, size_t node);
  void AddNode(const GroupChances& chances, size_t stage, double age_days);

  const HazardModel& model_;
  const GroupChances& all_;
  const std::vector<Chances>& draws_;
  const std::vector<double>& ages_;          // of nodes
  std::vector<const GroupChances*> groups_;  // the first: without effect
  std::map<uint64_t, size_t> group_index_;
  std::vector<uint32_t> row_of_;  // by group, stage, node
  std::vector<Node> nodes_;       // by row
  ChanceRows rows_;
};

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_DEALS_INTERNAL_H_
