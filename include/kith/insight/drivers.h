// What revenue is made of, and what moved it: velocity and the diagnosis of a gap, each an exact split.
//
// Pure functions of FunnelTables. A product of factors is split by logarithms: with L(a, b) = (a − b) / (ln a − ln b), the logarithmic
// mean, a factor that went from x to y contributes L(after, before)·ln(y / x), and the contributions sum to after − before exactly (Ang
// 2004, the additive LMDI-I method; domain model §5.5, §5.6).
#ifndef KITH_INSIGHT_DRIVERS_H_
#define KITH_INSIGHT_DRIVERS_H_

#include <optional>
#include <string>
#include <vector>

#include "kith/insight/cash.h"
#include "kith/insight/funnel.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight {

enum class DriverKind : uint8_t {
  kVolume = 1,      // deals there were to work on
  kWinRate = 2,     // share of the closed ones that were won
  kDealSize = 3,    // mean amount of a won deal
  kCycle = 4,       // of a gap: share of the deals worked on that were closed at all; of velocity: 1 / days from first move to the win
  kCollection = 5,  // money that came in over what was to be expected of invoices and wins at the pace before
  kBacklog = 6,     // what was to be expected of invoices and wins from before the window, and how late within it wins came
};
[[nodiscard]] std::string_view NameOf(DriverKind kind);

// One factor's part in a change.
struct DriverChange {
  DriverKind kind = DriverKind::kVolume;
  double before = 0;
  double after = 0;
  double log_change = 0;      // ln(after / before); −infinity when nothing is left of the factor
  double log_sd = 0;          // its standard error from counts and the spread of amounts; 0: not a matter of chance
  double contribution = 0;    // to the change of the product, in its unit
  bool beyond_chance = true;  // |log_change| > 1.96·log_sd
};

// --- velocity: V = N·A·W/L, revenue a day ---
struct Velocity {
  double open_deals = 0;   // N: deals open on average over the window
  double win_rate = 0;     // W: won / closed
  double mean_amount = 0;  // A: minor units, of all that were won
  double cycle_days = 0;   // L: mean time from first move to the win
  int64_t won = 0;
  int64_t closed = 0;
  double amount_cv = 0;  // spread of amounts and of cycles over their means
  double cycle_cv = 0;
  double log_sd = 0;  // standard error of ln per_day(), by the deals that were won and closed; the open ones are counted, not sampled
  [[nodiscard]] double per_day() const { return cycle_days > 0 ? open_deals * win_rate * mean_amount / cycle_days : 0; }
};
struct VelocityReport {
  Currency currency;
  Velocity before;
  Velocity after;
  std::vector<DriverChange> changes;  // largest loss first; contributions sum to after.per_day() − before.per_day()
};
// Whole months [from, to).
struct Months {
  model::Epoch from = 0;
  model::Epoch to = 0;
};
struct DriverOptions {
  model::GroupKind group_kind = model::GroupKind::kAll;
  uint64_t group = 0;
  Currency currency = {};  // wins in other currencies count as deals without revenue: convert first; null: the one most deals have
};
// Of one window; per_day() is 0 when nothing was won in it. BadOptions for an empty window.
[[nodiscard]] StatusOr<Velocity> VelocityOf(const model::FunnelTables& tables, Months window, const DriverOptions& options = {});
// NotEnoughData when nothing was won in one of the windows; BadOptions for an empty window.
[[nodiscard]] StatusOr<VelocityReport> CompareVelocity(const model::FunnelTables& tables, Months before, Months after,
                                                       const DriverOptions& options = {});

// --- gap diagnosis (C17) ---
// collected = (expected from before + worked · closed/worked · won/closed · revenue/won · expected of it/revenue) · collected/expected,
// exactly: a sum of two products, each split by logarithms. So a slump of last quarter, of which the money is missing now, is not taken for
// slow payment. Without collection it is the second product alone, up to revenue.
struct Drivers {
  double worked = 0;  // deals open at the start of the window or begun in it
  double closed = 0;
  double won = 0;              // with revenue in the currency
  double revenue = 0;          // minor units won
  double collected = 0;        // minor units that came in; equals revenue when collection is not followed
  double expected_before = 0;  // at the pace before the window (PaceOf): of invoices and wins from before it; 0 without collection
  double expected_new = 0;     // of the window's own wins and invoices; equals revenue without collection
  double pace_log_sd = 0;      // standard error of ln(collected / expected)
  double amount_cv = 0;
  bool has_collection = false;
};
// `cash`: null: collection is not followed. What it holds after the tables' as_of is not looked at.
[[nodiscard]] StatusOr<Drivers> DriversOf(const model::FunnelTables& tables, Months window, const DriverOptions& options = {},
                                          const CashFacts* cash = nullptr);

struct GapReport {
  Currency currency;
  double target = 0;
  double reached = 0;  // collected, or won when collection is not followed
  double gap = 0;      // target − reached; negative: more than asked for
  Drivers usual;       // mean of the windows compared with, its volume raised to what the target takes at usual rates
  Drivers actual;
  std::vector<DriverChange> causes;  // largest loss first; contributions are losses and sum to the gap
  std::string summary;               // one sentence for people
};
struct GapOptions {
  DriverOptions drivers = {};
  int compare_with = 4;  // how many windows of the same length before it are the usual
  // Minor units. Unset: what is usual. A higher target than usual asks for more deals: the difference counts as volume.
  std::optional<double> target = {};
};
// NotEnoughData when nothing was won in the windows compared with.
[[nodiscard]] StatusOr<GapReport> DiagnoseGap(const model::FunnelTables& tables, Months window, const GapOptions& options = {},
                                              const CashFacts* cash = nullptr);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_DRIVERS_H_
