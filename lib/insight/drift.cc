#include "kith/insight/drift.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "insight/special_internal.h"
#include "insight/tables_internal.h"

namespace kith::insight {
namespace {

using insight_internal::SumPeriods;
using insight_internal::SumStages;
using model::FunnelTables;
using model::GroupKind;

constexpr model::Epoch kRecent = 6;     // splits that are tried
constexpr model::Epoch kMemory = 24;    // months that the recent ones are compared with
constexpr size_t kLeastMonths = 6;      // of these
constexpr double kLeastEvents = 10;     // on either side of a split
constexpr double kDriftLevel = 0.01;    // of a report
constexpr double kLeastDispersion = 1;  // months scatter at least as independent deals do

// Events out of what they could have been: advanced of resolved, or arrivals of days.
struct Month {
  double events = 0;
  double of = 0;
};

// What independent deals make a month's events vary by, in events.
using Variance = double (*)(double rate, double of);
double BinomialVariance(double rate, double of) { return of * rate * (1 - rate); }
double PoissonVariance(double rate, double of) { return of * rate; }

struct Split {
  size_t recent = 0;  // months
  double before = 0;
  double after = 0;
  double p_value = 1;
};

Month Sum(const std::vector<Month>& months, size_t from, size_t to) {
  Month sum;
  for (size_t i = from; i < to; ++i) {
    sum.events += months[i].events;
    sum.of += months[i].of;
  }
  return sum;
}

// The most telling split of a series of months, oldest first.
Split BestSplit(const std::vector<Month>& months, Variance variance_of) {
  Split best;
  for (size_t recent = 1; recent <= static_cast<size_t>(kRecent) && recent + kLeastMonths <= months.size(); ++recent) {
    const size_t cut = months.size() - recent;
    const Month past = Sum(months, 0, cut);
    const Month now = Sum(months, cut, months.size());
    if (past.events < kLeastEvents || past.of <= 0 || now.of <= 0) continue;
    const double rate = past.events / past.of;
    if (now.of * rate < kLeastEvents) continue;
    double scatter = 0;
    double counted = -1;
    for (size_t i = 0; i < cut; ++i) {
      const double variance = variance_of(rate, months[i].of);
      if (variance <= 0) continue;
      scatter += std::pow(months[i].events - months[i].of * rate, 2) / variance;
      ++counted;
    }
    if (counted + 1 < static_cast<double>(kLeastMonths)) continue;
    const double dispersion = std::max(kLeastDispersion, scatter / counted);
    const double variance = dispersion * (variance_of(rate, now.of) + std::pow(now.of / past.of, 2) * variance_of(rate, past.of));
    const double z = variance > 0 ? std::abs(now.events - now.of * rate) / std::sqrt(variance) : 0;
    // Few months tell little of how much months scatter: Student's t with so many degrees of freedom.
    const double p = insight_internal::BetaCdf(counted / 2, 0.5, counted / (counted + z * z));
    if (p < best.p_value) best = {recent, rate, now.events / now.of, p};
  }
  return best;
}

std::string TextOf(const Drift& drift, const std::string& stage) {
  char text[160];
  const std::string since = ToText(model::FirstDay(drift.since)).substr(0, 7);
  if (drift.stage.is_null()) {
    std::snprintf(text, sizeof(text), "since %s %.2g new deals a day come, %.2g before", since.c_str(), drift.after, drift.before);
    return text;
  }
  return "since " + since + " " + insight_internal::Percent(drift.after) + " go on from " + stage + ", " +
         insight_internal::Percent(drift.before) + " before";
}

}  // namespace

std::vector<Drift> DriftOf(const FunnelTables& tables) {
  const model::Epoch end = model::EpochOf(Time{tables.as_of.micros + 1}, tables.pipeline.days);  // the first month that is not over
  const std::vector<size_t> open = insight_internal::OpenStages(tables.pipeline);
  std::vector<Month> arrivals;
  std::vector<std::vector<Month>> rates(open.size());
  for (model::Epoch month = end - kMemory - kRecent; month < end; ++month) {
    const auto came = static_cast<double>(SumPeriods(tables, GroupKind::kAll, 0, {month, month + 1}).arrivals.total());
    if (arrivals.empty() && came <= 0) continue;  // before the first deal
    const double days = model::FirstDay(month + 1).days - model::FirstDay(month).days;
    arrivals.push_back({came, days});
    const std::vector<insight_internal::StageSum> sums = SumStages(tables, GroupKind::kAll, 0, {month, month + 1});
    for (size_t s = 0; s < open.size(); ++s) {
      rates[s].push_back({static_cast<double>(sums[open[s]].advanced), static_cast<double>(sums[open[s]].resolved())});
    }
  }
  std::vector<Drift> drifts;
  const double tests = static_cast<double>(open.size() + 1) * kRecent;
  const auto judge = [&](const Split& split, const model::Stage* stage) {
    if (split.p_value * tests >= kDriftLevel) return;
    Drift drift{stage == nullptr ? Id() : stage->id,
                end - static_cast<model::Epoch>(split.recent),
                split.before,
                split.after,
                split.p_value * tests,
                {}};
    drift.text = TextOf(drift, stage == nullptr ? std::string() : stage->name);
    drifts.push_back(std::move(drift));
  };
  // The first month is seldom whole, and deals need time to be resolved.
  if (!arrivals.empty()) arrivals.erase(arrivals.begin());
  judge(BestSplit(arrivals, PoissonVariance), nullptr);
  for (size_t s = 0; s < open.size(); ++s) judge(BestSplit(rates[s], BinomialVariance), &tables.pipeline.stages[open[s]]);
  std::stable_sort(drifts.begin(), drifts.end(), [](const Drift& a, const Drift& b) { return a.p_value < b.p_value; });
  return drifts;
}

}  // namespace kith::insight
