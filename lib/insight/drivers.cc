#include "kith/insight/drivers.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "insight/groups_internal.h"
#include "insight/tables_internal.h"

namespace kith::insight {
namespace {

using insight_internal::GroupOf;
using insight_internal::kSecondsPerDay;
using insight_internal::MainCurrency;
using insight_internal::SumPeriods;
using insight_internal::Window;
using model::FunnelTables;

constexpr double kCertain = 1.96;  // standard errors

struct Spread {
  double mean = 0;
  double cv = 0;
  double count = 0;
};

Spread SpreadOf(double count, double sum, double squares) {
  if (count <= 0 || sum <= 0) return {};
  const double mean = sum / count;
  return {mean, std::sqrt(std::max(squares / count - mean * mean, 0.0)) / mean, count};
}

// Of the wins with an amount in the currency, or of all: the others brought nothing.
Spread AmountsOf(const model::PeriodRow& row, Currency currency, bool of_all) {
  const auto found = row.won_amounts.find(currency.packed());
  if (found == row.won_amounts.end()) return {};
  double squares = 0;
  for (const auto& [bucket, n] : found->second.buckets) {
    squares += static_cast<double>(n) * std::pow(model::AmountSketch::BucketValue(bucket), 2);
  }
  return SpreadOf(static_cast<double>(of_all ? row.won : found->second.count), static_cast<double>(found->second.sum_minor), squares);
}

// Cycles stand at the middle of their bins.
Spread CyclesOf(const model::PeriodRow& row) {
  const auto& edges = model::AgeBinEdges();
  double count = 0;
  double sum = 0;
  double squares = 0;
  for (const auto& [bin, n] : row.cycles) {
    const size_t next = std::min<size_t>(bin + 1U, model::kAgeBins - 1);
    const double days = static_cast<double>(edges[bin] + edges[next]) / 2 / kSecondsPerDay;
    count += static_cast<double>(n);
    sum += static_cast<double>(n) * days;
    squares += static_cast<double>(n) * days * days;
  }
  return SpreadOf(count, sum, squares);
}

// Days that deals of a group spent open within the window.
double OpenDays(const FunnelTables& tables, Window window, const DriverOptions& options) {
  double seconds = 0;
  for (const auto& [key, row] : tables.rows.stages) {
    const int sign = insight_internal::SignIn(key, options.group_kind, options.group);
    for (const auto& [cell, spent] : row.exposure) {
      const model::Epoch epoch = key.epoch - cell.months_back;
      if (sign != 0 && epoch >= window.from && epoch < window.to) seconds += sign * static_cast<double>(spent);
    }
  }
  const int64_t begins = model::StartOf(window.from, tables.pipeline.days).micros;
  const int64_t ends = std::min(model::StartOf(window.to, tables.pipeline.days).micros, tables.as_of.micros);
  for (const model::OpenDeal& deal : tables.open) {
    if (GroupOf(deal, options.group_kind) != options.group) continue;
    const int64_t since = deal.entered.micros + insight_internal::OpenAges(deal, tables.as_of).from * kMicrosPerSecond;
    seconds += static_cast<double>(std::max<int64_t>(ends - std::max(begins, since), 0)) / static_cast<double>(kMicrosPerSecond);
  }
  return seconds / kSecondsPerDay;
}

Status CheckMonths(Months months) {
  if (months.from < months.to) return {};
  return MakeError({.reason = Reason::kBadOptions, .value = ToText(model::FirstDay(months.from)), .hint = "give at least one month"},
                   "the window is empty");
}

Currency CurrencyOf(const FunnelTables& tables, const DriverOptions& options) {
  return options.currency.is_null() ? MainCurrency(tables, SumPeriods(tables, model::GroupKind::kAll, 0)) : options.currency;
}

// Variance of the log of a share of n, of a count, and of a mean of n values.
double ShareVariance(double share, double n) { return share > 0 && n > 0 ? (1 - share) / (share * n) : 0; }
double CountVariance(double n) { return n > 0 ? 1 / n : 0; }
double MeanVariance(double cv, double n) { return n > 0 ? cv * cv / n : 0; }

Velocity VelocityIn(const FunnelTables& tables, Months months, const DriverOptions& options, Currency currency) {
  const Window window{months.from, months.to};
  const model::PeriodRow row = SumPeriods(tables, options.group_kind, options.group, window);
  const query::Days& calendar = tables.pipeline.days;
  const Time ends = std::min(model::StartOf(months.to, calendar), tables.as_of);
  const double days = static_cast<double>(ends.micros - model::StartOf(months.from, calendar).micros) / static_cast<double>(kMicrosPerDay);
  const Spread amounts = AmountsOf(row, currency, true);
  const Spread cycles = CyclesOf(row);
  Velocity velocity;
  velocity.open_deals = days > 0 ? OpenDays(tables, window, options) / days : 0;
  velocity.won = row.won;
  velocity.closed = row.won + row.lost;
  velocity.win_rate = velocity.closed > 0 ? static_cast<double>(row.won) / static_cast<double>(velocity.closed) : 0;
  velocity.mean_amount = amounts.mean;
  velocity.amount_cv = amounts.cv;
  velocity.cycle_days = cycles.mean;
  velocity.cycle_cv = cycles.cv;
  velocity.log_sd = std::sqrt(ShareVariance(velocity.win_rate, static_cast<double>(velocity.closed)) +
                              MeanVariance(amounts.cv, amounts.count) + MeanVariance(cycles.cv, cycles.count));
  return velocity;
}

DriverChange ChangeOf(DriverKind kind, double before, double after, double log_variance) {
  DriverChange change;
  change.kind = kind;
  change.before = before;
  change.after = after;
  change.log_change = after > 0 ? std::log(after / before) : -std::numeric_limits<double>::infinity();
  change.log_sd = std::sqrt(log_variance);
  change.beyond_chance = std::abs(change.log_change) > kCertain * change.log_sd;
  return change;
}

// Gives each change its contribution. Where nothing is left of a factor, or nothing was there, all is due to the first such.
void AssignContributions(double before, double after, std::vector<DriverChange>& changes) {
  if (!(after > 0) || !(before > 0)) {
    for (DriverChange& change : changes) {
      if ((after > 0 ? change.before : change.after) > 0) continue;
      change.contribution = after - before;
      break;
    }
    return;
  }
  const double log_ratio = std::log(after / before);
  const double mean = std::abs(log_ratio) < 1e-12 ? before : (after - before) / log_ratio;
  for (DriverChange& change : changes) change.contribution = mean * change.log_change;
}

void RankLossesFirst(std::vector<DriverChange>& changes) {
  std::stable_sort(changes.begin(), changes.end(),
                   [](const DriverChange& a, const DriverChange& b) { return a.contribution < b.contribution; });
}

Status NothingWon(const FunnelTables& tables, Months months) {
  return MakeError({.reason = Reason::kNotEnoughData,
                    .type = tables.pipeline.for_type,
                    .value = ToText(model::FirstDay(months.from)),
                    .hint = "choose months in which deals were won in the currency"},
                   "nothing was won in the months to compare with");
}

double Ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

void Add(const Drivers& window, double weight, Drivers& sum) {
  sum.worked += weight * window.worked;
  sum.closed += weight * window.closed;
  sum.won += weight * window.won;
  sum.revenue += weight * window.revenue;
  sum.collected += weight * window.collected;
  sum.expected_before += weight * window.expected_before;
  sum.expected_new += weight * window.expected_new;
  sum.pace_log_sd += weight * window.pace_log_sd;
  sum.amount_cv += weight * window.amount_cv;
  sum.has_collection = window.has_collection;
}

double Expected(const Drivers& drivers) { return drivers.expected_before + drivers.expected_new; }

// What came in over what was expected; 1 where nothing was expected.
double PaceIn(const Drivers& drivers) { return Expected(drivers) > 0 ? drivers.collected / Expected(drivers) : 1; }

std::vector<DriverChange> ChangesOf(const Drivers& usual, const Drivers& actual, double windows) {
  const double speed = Ratio(actual.closed, actual.worked);
  const double rate = Ratio(actual.won, actual.closed);
  const double usual_speed = Ratio(usual.closed, usual.worked);
  const double usual_rate = Ratio(usual.won, usual.closed);
  std::vector<DriverChange> changes = {
      ChangeOf(DriverKind::kVolume, usual.worked, actual.worked, CountVariance(actual.worked) + CountVariance(usual.worked * windows)),
      ChangeOf(DriverKind::kCycle, usual_speed, speed,
               ShareVariance(speed, actual.worked) + ShareVariance(usual_speed, usual.worked * windows)),
      ChangeOf(DriverKind::kWinRate, usual_rate, rate,
               ShareVariance(rate, actual.closed) + ShareVariance(usual_rate, usual.closed * windows)),
      ChangeOf(DriverKind::kDealSize, Ratio(usual.revenue, usual.won), Ratio(actual.revenue, actual.won),
               MeanVariance(actual.amount_cv, actual.won) + MeanVariance(usual.amount_cv, usual.won * windows))};
  if (!actual.has_collection) {
    AssignContributions(usual.revenue, actual.revenue, changes);
    return changes;
  }
  const double paces = actual.pace_log_sd * actual.pace_log_sd + usual.pace_log_sd * usual.pace_log_sd / windows;
  const DriverChange pace = ChangeOf(DriverKind::kCollection, PaceIn(usual), PaceIn(actual), paces);
  // The window's own wins, and how much of them was to be expected within it.
  changes.push_back(
      ChangeOf(DriverKind::kBacklog, Ratio(usual.expected_new, usual.revenue), Ratio(actual.expected_new, actual.revenue), 0));
  changes.push_back(pace);
  AssignContributions(usual.expected_new * pace.before, actual.expected_new * pace.after, changes);
  // What was there before.
  std::vector<DriverChange> before = {ChangeOf(DriverKind::kBacklog, usual.expected_before, actual.expected_before, 0), pace};
  AssignContributions(usual.expected_before * pace.before, actual.expected_before * pace.after, before);
  before[0].contribution += changes[4].contribution;
  // Nothing was expected, yet something came.
  const double beyond = Expected(actual) > 0 ? 0 : actual.collected;
  before[1].contribution += changes[5].contribution + beyond;
  changes.resize(4);
  changes.insert(changes.end(), before.begin(), before.end());
  return changes;
}

std::string SummaryOf(const GapReport& report) {
  if (report.gap <= 0) return "the target is reached";
  const DriverChange& first = report.causes.front();
  const double share = first.contribution / report.gap;
  const char* what = first.kind == DriverKind::kVolume     ? "too few deals"
                     : first.kind == DriverKind::kWinRate  ? "too few of the closed deals are won"
                     : first.kind == DriverKind::kDealSize ? "won deals are smaller than usual"
                     : first.kind == DriverKind::kCycle    ? "deals close more slowly than usual"
                     : first.kind == DriverKind::kBacklog  ? "less was won and invoiced before, so less came in"
                                                           : "cash comes in more slowly than it is won";
  return std::string(what) + ": " + insight_internal::Percent(share) + " of the gap" + (first.beyond_chance ? "" : ", within chance");
}

}  // namespace

std::string_view NameOf(DriverKind kind) {
  switch (kind) {
    case DriverKind::kVolume:
      return "volume";
    case DriverKind::kWinRate:
      return "win_rate";
    case DriverKind::kDealSize:
      return "deal_size";
    case DriverKind::kCycle:
      return "cycle";
    case DriverKind::kCollection:
      return "collection";
    case DriverKind::kBacklog:
      return "backlog";
  }
  return "volume";
}

StatusOr<Velocity> VelocityOf(const FunnelTables& tables, Months window, const DriverOptions& options) {
  KITH_RETURN_IF_ERROR(CheckMonths(window));
  return VelocityIn(tables, window, options, CurrencyOf(tables, options));
}

StatusOr<VelocityReport> CompareVelocity(const FunnelTables& tables, Months before, Months after, const DriverOptions& options) {
  KITH_RETURN_IF_ERROR(CheckMonths(before));
  KITH_RETURN_IF_ERROR(CheckMonths(after));
  VelocityReport report;
  report.currency = CurrencyOf(tables, options);
  report.before = VelocityIn(tables, before, options, report.currency);
  report.after = VelocityIn(tables, after, options, report.currency);
  if (!(report.before.per_day() > 0)) return NothingWon(tables, before);
  if (!(report.after.per_day() > 0)) return NothingWon(tables, after);
  const Velocity& a = report.after;
  const Velocity& b = report.before;
  const auto won = [](const Velocity& v) { return static_cast<double>(v.won); };
  const auto closed = [](const Velocity& v) { return static_cast<double>(v.closed); };
  report.changes = {
      ChangeOf(DriverKind::kVolume, b.open_deals, a.open_deals, CountVariance(a.open_deals) + CountVariance(b.open_deals)),
      ChangeOf(DriverKind::kWinRate, b.win_rate, a.win_rate, ShareVariance(a.win_rate, closed(a)) + ShareVariance(b.win_rate, closed(b))),
      ChangeOf(DriverKind::kDealSize, b.mean_amount, a.mean_amount, MeanVariance(a.amount_cv, won(a)) + MeanVariance(b.amount_cv, won(b))),
      ChangeOf(DriverKind::kCycle, 1 / b.cycle_days, 1 / a.cycle_days,
               MeanVariance(a.cycle_cv, won(a)) + MeanVariance(b.cycle_cv, won(b)))};
  AssignContributions(b.per_day(), a.per_day(), report.changes);
  RankLossesFirst(report.changes);
  return report;
}

StatusOr<Drivers> DriversOf(const FunnelTables& tables, Months window, const DriverOptions& options, const CashFacts* cash) {
  KITH_RETURN_IF_ERROR(CheckMonths(window));
  const Currency currency = CurrencyOf(tables, options);
  const model::PeriodRow before = SumPeriods(tables, options.group_kind, options.group, {.to = window.from});
  const model::PeriodRow row = SumPeriods(tables, options.group_kind, options.group, {window.from, window.to});
  const Spread amounts = AmountsOf(row, currency, false);
  Drivers drivers;
  const int64_t stock = std::max<int64_t>(before.arrivals.total() - before.won - before.lost, 0);
  drivers.worked = static_cast<double>(stock + row.arrivals.total());
  drivers.closed = static_cast<double>(row.won + row.lost);
  drivers.won = amounts.count;
  drivers.revenue = amounts.mean * amounts.count;
  drivers.amount_cv = amounts.cv;
  drivers.collected = drivers.expected_new = drivers.revenue;
  drivers.has_collection = cash != nullptr;
  if (cash == nullptr) return drivers;
  CashFacts facts = CutAt(*cash, tables.pipeline.days.DateOf(tables.as_of));
  if (options.group_kind != model::GroupKind::kAll) {
    std::erase_if(facts.invoices, [&](const auto& invoice) { return invoice.groups.of(options.group_kind) != options.group; });
    std::erase_if(facts.won, [&](const auto& won) { return won.groups.of(options.group_kind) != options.group; });
  }
  const Date over = tables.pipeline.days.DateOf(Time{tables.as_of.micros + 1});
  const Period period{model::FirstDay(window.from), std::min(model::FirstDay(window.to), over)};
  drivers.collected = static_cast<double>(CollectedIn(facts, period, currency));
  const StatusOr<CashPace> pace = PaceOf(facts, period, currency);
  if (!pace.ok() && GetReason(pace.status()) != Reason::kNotEnoughData) return pace.status();
  // Before anything was ever paid there is no pace to be slower than.
  drivers.expected_before = pace.ok() ? pace->expected_before : 0;
  drivers.expected_new = pace.ok() ? pace->expected_new : drivers.collected;
  drivers.pace_log_sd = pace.ok() ? pace->log_sd : 0;
  return drivers;
}

StatusOr<GapReport> DiagnoseGap(const FunnelTables& tables, Months window, const GapOptions& options, const CashFacts* cash) {
  KITH_RETURN_IF_ERROR(CheckMonths(window));
  if (options.compare_with < 1 || options.compare_with > 100) {
    return MakeError({.reason = Reason::kBadOptions, .field = "compare_with", .value = std::to_string(options.compare_with)},
                     "the number of windows compared with lies between 1 and 100");
  }
  GapReport report;
  DriverOptions drivers = options.drivers;
  drivers.currency = report.currency = CurrencyOf(tables, options.drivers);
  KITH_ASSIGN_OR_RETURN(report.actual, DriversOf(tables, window, drivers, cash));
  const model::Epoch length = window.to - window.from;
  for (int back = 1; back <= options.compare_with; ++back) {
    const Months past{window.from - back * length, window.to - back * length};
    KITH_ASSIGN_OR_RETURN(const Drivers of_past, DriversOf(tables, past, drivers, cash));
    Add(of_past, 1.0 / options.compare_with, report.usual);
  }
  if (!(report.usual.collected > 0)) return NothingWon(tables, {window.from - options.compare_with * length, window.from});
  report.target = options.target.value_or(report.usual.collected);
  if (!(report.target > 0)) {
    return MakeError({.reason = Reason::kBadOptions, .field = "target", .value = std::to_string(report.target)}, "a target is above 0");
  }
  // At the usual rates and sizes the target takes so many deals.
  Drivers asked = report.usual;
  const double more = report.target / report.usual.collected;
  for (double* number : {&asked.worked, &asked.closed, &asked.won, &asked.revenue, &asked.expected_before, &asked.expected_new})
    *number *= more;
  asked.collected = report.target;
  report.usual = asked;
  report.reached = report.actual.collected;
  report.gap = report.target - report.reached;
  report.causes = ChangesOf(asked, report.actual, options.compare_with);
  RankLossesFirst(report.causes);
  for (DriverChange& cause : report.causes) cause.contribution = -cause.contribution;
  report.summary = SummaryOf(report);
  return report;
}

}  // namespace kith::insight
