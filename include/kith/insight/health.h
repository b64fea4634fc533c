// What to enter next so that statistics become usable (C24), and which deals stand still.
//
// Pure functions of FunnelTables.
#ifndef KITH_INSIGHT_HEALTH_H_
#define KITH_INSIGHT_HEALTH_H_

#include <string>
#include <string_view>
#include <vector>

#include "kith/insight/estimate.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight {

enum class DataGapKind : uint8_t {
  kResolved = 1,  // a stage has fewer resolved deals than its rate needs to be stable
  kPaths = 2,     // closed deals whose first recorded move closed them: they say nothing about stages
  kAmounts = 3,   // open deals without an amount: they are in no forecast of revenue
  kCurrency = 4,  // open deals in other currencies than most: likewise, until there are rates
  kOwners = 5,    // open deals that nobody holds: in no rep's funnel
  kSegments = 6,  // open deals without a segment, where others have one
  kSources = 7,   // likewise, without a source
};
[[nodiscard]] std::string_view NameOf(DataGapKind kind);

struct DataGap {
  DataGapKind kind = DataGapKind::kResolved;
  Id stage;             // of kResolved
  int64_t missing = 0;  // how many deals to close, or to complete
  std::string text;     // for people
};
// Supplying what a gap names makes it smaller and no other larger; nothing is left of it once all is there. Stages by position, then the
// kinds in their order.
[[nodiscard]] std::vector<DataGap> DataGapsOf(const model::FunnelTables& tables, const MaturityThresholds& maturity = {});

struct StuckDeal {
  Id deal;
  Id stage;
  double age_days = 0;
  double still_there = 0;  // share of stays in the stage that last at least so long, open ones counted as censored
  double limit_days = 0;   // the stage's longest stay; 0: none is set
  Money amount;
};
struct StuckOptions {
  double rare = 0.1;           // stays as long as this share of all, or longer, are stuck
  int64_t minimum_exits = 20;  // from a stage, before its stays tell; the stage's longest stay counts without any
};
// Deals past their stage's longest stay, or in it for longer than nearly all; the rarest first.
[[nodiscard]] std::vector<StuckDeal> StuckDealsOf(const model::FunnelTables& tables, const StuckOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_HEALTH_H_
