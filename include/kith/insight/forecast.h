// The forecast: what the period will bring, from what really happened in the funnel.
//
// A semi-Markov competing-risks model on the stage graph. Hazards by stage and age: Gamma posteriors (exposure, exits); destinations:
// Dirichlet; effects of groups per stage: Gamma with estimated strength. One backward sweep gives the probability of winning by each future
// day for every stage and age, so each open or not-yet-created deal is a look-up. Arrivals: Gamma–Poisson with one shared level shock. The
// period's revenue is a full distribution = closed + from open + from new, with parameter uncertainty and a common shock learnt from past
// forecasts. Never reads a probability that a person typed (C08). Deterministic for equal inputs and seed.
#ifndef KITH_INSIGHT_FORECAST_H_
#define KITH_INSIGHT_FORECAST_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kith/insight/cash.h"
#include "kith/insight/covariates.h"
#include "kith/insight/estimate.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight {

// Name and version of the method, in every report and ledger entry: what another version missed says nothing about this one.
inline constexpr std::string_view kForecastModel = "semi-markov/3";
inline constexpr std::string_view kCashModel = "semi-markov/3+cash/1";  // of cash

// A past forecast and what came of it; what the common shock is learnt from.
struct LedgerEntry {
  Time origin;
  Period period;
  double mean = 0;
  double model_sd = 0;  // before the shock
  double actual = 0;
  std::string model = std::string(kForecastModel);  // entries of other versions are passed over
  Currency currency = {};                           // entries of another than the forecast's are passed over; null: of its own
};

// A world that differs from the one on record in what is asked about.
struct WhatIf {
  struct Faster {
    Id stage;
    double factor = 1;  // deals leave the stage so many times as fast, to where they go anyway; above 0, at most 100
  };
  std::vector<Id> lost = {};     // open deals taken as lost; ids of others are passed over
  double more_deals_a_week = 0;  // arrivals on top of those expected; negative: fewer, at least none
  std::vector<Faster> faster = {};
};

struct ForecastOptions {
  Currency currency = {};  // amounts in other currencies are left out and counted in `excluded`; null: the one most deals have
  bool strict = false;     // refuse (NotEnoughData) below the maturity thresholds instead of widening
  MaturityThresholds maturity = {};
  uint64_t seed = 1;  // of parameter draws
  int parameter_draws = 24;
  std::vector<LedgerEntry> ledger = {};
  WhatIf what_if = {};
  Covariates covariates = {};  // of the open deals and of past ones, such as their relations
  // Set: forecasts the cash that the period brings instead of what is won in it. What the facts hold after the tables' as_of is not looked
  // at, so that the same ones serve every origin of a backtest.
  std::shared_ptr<const CashFacts> cash = {};
  // Forecasts of the parts of the whole, whose means sum to it: by owner, segment or source. `roll_up` joins groups to larger ones, such as
  // owners to teams; what is in none is part 0.
  model::GroupKind by = model::GroupKind::kAll;
  std::map<uint64_t, uint64_t> roll_up = {};
};

// What a deal's chance is made of: a deal that enters the first stage now, what being in its own stage adds, having been there so long, and
// its owner, segment or source, and what is known of it beside its path. They sum to win_in_period.
struct Contributions {
  double base = 0;
  double stage = 0;
  double age = 0;
  double group = 0;
  double covariates = 0;
};

struct DealForecast {
  Id deal;
  Id stage;
  double age_days = 0;       // in the stage
  double win_in_period = 0;  // P(won within the period); of cash: share of the amount that is expected to be paid within it
  double win_ever = 0;       // P(won within the model's horizon of two years)
  double win_low = 0;        // 80 % interval of win_in_period from parameter uncertainty
  double win_high = 0;
  double early_close_days = 0;  // one of ten wins comes until then; from as_of, given that it is won; NaN when it practically never is
  double median_close_days = 0;
  double late_close_days = 0;  // nine of ten
  Contributions contributions;
  Money amount;
  double expected_minor = 0;  // amount × win_in_period
};

// What the chances of the deals in a stage rest on.
struct StageBasis {
  Id stage;
  std::string name;
  int64_t resolved = 0;
  double typical_days = 0;  // median stay; NaN: not reached
};

// The chance that what `quantiles` describes, quantile q at (i + 0.5) / size, is at least `minor`.
[[nodiscard]] double ProbabilityAtLeast(const std::vector<double>& quantiles, double minor);

// One owner's, team's, segment's or source's share of a forecast. Deals to come are shared out by who got those of the last months.
struct PartForecast {
  uint64_t part = 0;
  double closed = 0;
  Quantiles from_open;  // of cash: also from invoices and from wins that are not invoiced
  Quantiles from_new;
  Quantiles total;
  int64_t open_deals = 0;
  std::vector<double> total_quantiles;
  // P(total >= minor): of reaching a quota.
  [[nodiscard]] double ProbabilityAtLeast(double minor) const { return insight::ProbabilityAtLeast(total_quantiles, minor); }
};

struct ForecastReport {
  std::string model = std::string(kForecastModel);
  Id pipeline;
  Time as_of;
  Period period;
  Currency currency;
  bool of_cash = false;
  double closed = 0;      // minor units won, or of cash collected, in the period before as_of
  Quantiles from_issued;  // of cash: from what is open of invoices
  Quantiles from_won;     // of cash: from wins that are not invoiced yet
  Quantiles from_open;    // from open deals
  Quantiles from_new;     // from deals to come; of cash also from invoices to come that no deal leads to
  Quantiles total;        // the sum of these, with common shock; the means add up
  double model_sd = 0;    // of the total before the common shock
  double shock_sd = 0;    // of the log
  int64_t open_deals = 0;
  double expected_new_deals = 0;  // arrivals until the period's end
  int64_t closed_deals = 0;       // all-time sample behind the rates: won + lost
  int64_t excluded = 0;           // open deals in other currencies or without amount
  Maturity maturity = Maturity::kLearning;
  std::vector<DealForecast> deals;                       // open deals, largest expected amount first
  std::vector<StageBasis> basis;                         // of the open stages, by position
  model::GroupKind group_kind = model::GroupKind::kAll;  // the kind of group that acts on chances; kAll: none does
  std::vector<CovariateEffect> effects;                  // of the covariates given, as learnt from `covariate_deals` past ones
  int64_t covariate_deals = 0;
  std::vector<std::string> warnings;
  // Points of the total's distribution function: quantile q at (i + 0.5) / size.
  std::vector<double> total_quantiles;
  std::vector<PartForecast> parts;  // with options.by: largest mean first; means of closed, open, new and total sum to the whole's
  // P(total >= minor).
  [[nodiscard]] double ProbabilityAtLeast(double minor) const { return insight::ProbabilityAtLeast(total_quantiles, minor); }
};

// Why a deal of the report has its chance, for people: stage, age against the typical, its group's effect, sample size.
[[nodiscard]] std::string ReasonOf(const ForecastReport& report, const DealForecast& deal);

// The period may begin before as_of (what closed since then is counted in `closed`), or after it (deals then have to survive until it
// begins). Limited to two years after as_of. Adjacent periods' means of open and of new deals sum to those of the period they make up.
[[nodiscard]] StatusOr<ForecastReport> Forecast(const model::FunnelTables& tables, Period period, const ForecastOptions& options = {});

// --- attainment ---
struct Chance {
  double probability = 0;  // 0..1
  double minor = 0;        // amount, >= 0
};
// P(closed + sum of the amounts that come true >= target), the deals independent. Exact while the sums are few enough to enumerate (any set
// of up to 14 deals, and any number of deals with few different amounts), else on a grid of 16,384 steps up to the target. Not decreasing
// in any probability.
[[nodiscard]] double AttainProbability(const std::vector<Chance>& deals, double closed, double target);

// --- how good it was ---
struct BacktestPoint {
  Time origin;
  Period period;
  ForecastReport forecast;
  double actual = 0;
  double stage_rate_forecast =
      0;  // the classic: open amount × historical win rate of its stage, plus closed; of cash: what is due by the end
};
// Deals of like chance together: how many of them were won.
struct CalibrationBin {
  double forecast = 0;  // mean chance
  double won = 0;       // share
  int64_t deals = 0;
};
struct BacktestReport {
  std::vector<BacktestPoint> points;
  double coverage80 = 0;       // share of actuals within P10..P90
  double wape = 0;             // sum |actual − P50| / sum actual
  double bias = 0;             // sum (mean − actual) / sum actual
  double crps = 0;             // mean CRPS / mean actual
  double pinball = 0;          // mean over .1, .5, .9 / mean actual
  double stage_rate_wape = 0;  // of the classic
  double auc = 0;              // of deals' win_in_period
  double brier = 0;
  double log_loss = 0;
  double ece = 0;                           // expected calibration error, ten bins
  std::vector<CalibrationBin> reliability;  // these bins, ascending; none is empty
  int64_t deals = 0;
};
[[nodiscard]] LedgerEntry EntryOf(const BacktestPoint& point);

// Tables as of a moment; for example a lambda that reads a database as of it.
using TablesAt = std::function<StatusOr<model::FunnelTables>(Time as_of)>;
// Deals won in [first, end), as known at the end; for the measures of single deals.
using WonBetween = std::function<StatusOr<std::vector<Id>>(Time first, Time end)>;
// Covariates as known at the moment of the tables; for example a lambda that calls ReadRelationCovariates as of it.
using CovariatesAt = std::function<StatusOr<Covariates>(const model::FunnelTables& then)>;
// Rolling origins: each period is forecast from the last instant before it with what was known then, and each earlier origin's outcome
// feeds the ledger of the later ones once its period is over. Periods that are not over at `now` are left out. Without `won_between` the
// measures of single deals (auc, brier, log_loss, ece) are NaN and deals is 0; so they are of cash.
// The options' covariates, which are of one moment, are passed over for those of `covariates_at`; without it none act. Periods begin as
// `days` say: those of the tables' pipeline.
[[nodiscard]] StatusOr<BacktestReport> Backtest(const TablesAt& tables_at, const std::vector<Period>& periods, Time now,
                                                const ForecastOptions& options = {}, const WonBetween& won_between = {},
                                                const CovariatesAt& covariates_at = {}, const query::Days& days = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_FORECAST_H_
