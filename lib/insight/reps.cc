// A rep against the team: beta-binomial shrinkage with the spread between reps estimated per stage, and false discoveries controlled over
// the whole report.
#include <algorithm>
#include <cmath>

#include "insight/special_internal.h"
#include "insight/tables_internal.h"
#include "kith/insight/funnel.h"

namespace kith::insight {
namespace {

using insight_internal::BetaQuantile;
using insight_internal::Discoveries;
using insight_internal::GroupsOf;
using insight_internal::LogBeta;
using insight_internal::MainCurrency;
using insight_internal::Percent;
using insight_internal::StageSum;
using model::FunnelTables;
using model::GroupKind;

// Precisions (pseudo-counts) of the distribution of reps' rates that are tried: from reps who differ widely to reps all alike.
constexpr size_t kPrecisions = 36;
constexpr double kLeastPrecision = 5;
constexpr double kMostPrecision = 3000;
// Bounds of the prior behind one rep's estimate: domain model §5.5 gives 10; a team of like reps must not hide one that is not.
constexpr double kWeakestPrior = 10;
constexpr double kStrongestPrior = 20;
constexpr int64_t kExactTail = 2000;  // trials up to which the beta-binomial tail is summed

struct RateCount {
  double advanced = 0;
  double resolved = 0;
};
using Grid = std::array<double, kPrecisions>;

double PrecisionAt(size_t i) {
  return kLeastPrecision * std::pow(kMostPrecision / kLeastPrecision, static_cast<double>(i) / (kPrecisions - 1));
}

double MostLikely(const Grid& likelihood) {
  return PrecisionAt(static_cast<size_t>(std::max_element(likelihood.begin(), likelihood.end()) - likelihood.begin()));
}

// How reps differ in one stage: the likelihood of each precision, in total and by rep.
struct RateSpread {
  Grid total{};
  std::vector<Grid> by_rep;
  // The precision that the reps other than `rep` suggest.
  [[nodiscard]] double Without(size_t rep) const {
    Grid others = total;
    for (size_t i = 0; i < kPrecisions; ++i) others[i] -= by_rep[rep][i];
    return MostLikely(others);
  }
};

RateSpread SpreadOf(const std::vector<RateCount>& reps) {
  RateCount all;
  for (const RateCount& c : reps) {
    all.advanced += c.advanced;
    all.resolved += c.resolved;
  }
  const double rate = (all.advanced + 0.5) / (all.resolved + 1);
  RateSpread spread;
  spread.by_rep.resize(reps.size());
  for (size_t i = 0; i < kPrecisions; ++i) {
    const double a = PrecisionAt(i) * rate;
    const double b = PrecisionAt(i) * (1 - rate);
    const double base = LogBeta(a, b);
    for (size_t rep = 0; rep < reps.size(); ++rep) {
      const RateCount& c = reps[rep];
      spread.by_rep[rep][i] = c.resolved > 0 ? LogBeta(a + c.advanced, b + c.resolved - c.advanced) - base : 0;
      spread.total[i] += spread.by_rep[rep][i];
    }
  }
  return spread;
}

// P(X < x) + P(X = x) / 2 for X beta-binomial: how surprising so few successes are for an ordinary rep.
double LowerTail(double x, double n, double rate, double precision) {
  const double a = precision * rate;
  const double b = precision * (1 - rate);
  if (n > static_cast<double>(kExactTail)) {
    const double sd = std::sqrt(n * rate * (1 - rate) * (n + precision) / (1 + precision));
    return insight_internal::NormalCdf((x - n * rate) / sd);
  }
  double p = std::exp(LogBeta(a, b + n) - LogBeta(a, b));
  double sum = 0;
  const auto successes = static_cast<int64_t>(std::ceil(x));
  for (int64_t i = 0; i < successes; ++i) {
    const auto k = static_cast<double>(i);
    sum += p;
    p *= (n - k) * (a + k) / ((k + 1) * (b + n - k - 1));
  }
  return std::min(1.0, sum + p / 2);
}

class Comparison {
 public:
  Comparison(const FunnelTables& tables, const RepOptions& options) : tables_(tables), options_(options) {
    if (options.funnel.from) window_.from = *options.funnel.from;
    if (options.funnel.to) window_.to = *options.funnel.to;
  }
  std::vector<RepReport> Run();

 private:
  struct Test {
    size_t report;
    size_t stage;  // index into the report's stages
    double p_value;
  };
  void Gather();
  RepReport ReportOf(size_t rep);
  RepStage StepOf(size_t rep, size_t stage);
  void Flag(std::vector<RepReport>& reports);
  void Explain(RepReport& report) const;
  [[nodiscard]] double MeanWonAmount() const;

  const FunnelTables& tables_;
  const RepOptions& options_;
  insight_internal::Window window_;
  std::vector<size_t> stages_;  // indexes into the pipeline
  std::vector<uint64_t> owners_;
  std::vector<std::vector<RateCount>> counts_;  // by stage, owner
  std::vector<RateCount> totals_;               // by stage, every owner
  std::vector<RateSpread> spreads_;             // by stage
  std::vector<Test> tests_;
};

void Comparison::Gather() {
  std::vector<std::vector<StageSum>> sums;
  for (const uint64_t owner : GroupsOf(tables_, GroupKind::kOwner)) {
    std::vector<StageSum> mine = SumStages(tables_, GroupKind::kOwner, owner, window_);
    const bool any = std::any_of(mine.begin(), mine.end(), [](const StageSum& s) { return s.resolved() > 0; });
    if (!any) continue;
    owners_.push_back(owner);
    sums.push_back(std::move(mine));
  }
  for (const size_t stage : insight_internal::OpenStages(tables_.pipeline)) {
    std::vector<RateCount> counts;
    RateCount total;
    for (const std::vector<StageSum>& mine : sums) {
      counts.push_back({static_cast<double>(mine[stage].advanced), static_cast<double>(mine[stage].resolved())});
      total.advanced += counts.back().advanced;
      total.resolved += counts.back().resolved;
    }
    if (total.resolved == 0) continue;
    stages_.push_back(stage);
    spreads_.push_back(SpreadOf(counts));
    counts_.push_back(std::move(counts));
    totals_.push_back(total);
  }
}

RepStage Comparison::StepOf(size_t rep, size_t stage) {
  const RateCount mine = counts_[stage][rep];
  const RateCount team{totals_[stage].advanced - mine.advanced, totals_[stage].resolved - mine.resolved};
  const auto rate_of = [&](const RateCount& c) {
    return WilsonRate(std::llround(c.advanced), std::llround(c.resolved), options_.funnel.level, options_.funnel.maturity);
  };
  RepStage step;
  step.stage = tables_.pipeline.stages[stages_[stage]];
  step.rep = rate_of(mine);
  step.team = rate_of(team);
  const double rate = (team.advanced + 0.5) / (team.resolved + 1);
  const double prior = std::clamp(MostLikely(spreads_[stage].total), kWeakestPrior, kStrongestPrior);
  const double a = prior * rate + mine.advanced;
  const double b = prior * (1 - rate) + mine.resolved - mine.advanced;
  step.shrunk = a / (a + b);
  step.low = BetaQuantile(a, b, 0.5 - options_.funnel.level / 2);
  step.high = BetaQuantile(a, b, 0.5 + options_.funnel.level / 2);
  step.below = insight_internal::ProbabilityBelow(a, b, team.advanced + 0.5, team.resolved - team.advanced + 0.5);
  step.log_gap = std::log(step.shrunk / rate);
  step.enough =
      mine.resolved >= static_cast<double>(options_.minimum_resolved) && team.resolved >= static_cast<double>(options_.minimum_resolved);
  return step;
}

RepReport Comparison::ReportOf(size_t rep) {
  RepReport report;
  report.owner = Id(owners_[rep]);
  for (size_t stage = 0; stage < stages_.size(); ++stage) {
    report.stages.push_back(StepOf(rep, stage));
    report.log_gap += report.stages.back().log_gap;
    report.resolved += report.stages.back().rep.trials;
  }
  double later = MeanWonAmount();
  for (size_t stage = stages_.size(); stage-- > 0;) {
    RepStage& step = report.stages[stage];
    const RateCount& all = totals_[stage];
    const double team = step.shrunk * std::exp(-step.log_gap);
    step.lost_money = static_cast<double>(step.rep.trials) * std::max(team - step.shrunk, 0.0) * later;
    later *= all.advanced / all.resolved;
  }
  return report;
}

double Comparison::MeanWonAmount() const {
  const model::PeriodRow all = SumPeriods(tables_, GroupKind::kAll, 0, window_);
  const auto amounts = all.won_amounts.find(MainCurrency(tables_, all).packed());
  if (amounts == all.won_amounts.end() || amounts->second.count <= 0) return 0;
  return static_cast<double>(amounts->second.sum_minor) / static_cast<double>(amounts->second.count);
}

void Comparison::Flag(std::vector<RepReport>& reports) {
  std::vector<double> p_values;
  for (const Test& test : tests_) p_values.push_back(test.p_value);
  const std::vector<bool> discovered = Discoveries(p_values, options_.false_discovery);
  for (size_t i = 0; i < tests_.size(); ++i) {
    RepReport& report = reports[tests_[i].report];
    RepStage& step = report.stages[tests_[i].stage];
    step.weak = discovered[i] && step.below >= options_.weak_probability;
    if (!step.weak) continue;
    if (!report.weakest || step.lost_money > report.stages[*report.weakest].lost_money) report.weakest = tests_[i].stage;
  }
}

void Comparison::Explain(RepReport& report) const {
  if (report.weakest) {
    const RepStage& step = report.stages[*report.weakest];
    report.summary = step.stage.name + ": " + Percent(step.rep.value) + " of " + std::to_string(step.rep.trials) + " go on against " +
                     Percent(step.team.value) + " of the team's " + std::to_string(step.team.trials) + ", " +
                     Percent(std::min(step.below, 0.99)) + " sure";
    return;
  }
  const bool enough = std::any_of(report.stages.begin(), report.stages.end(), [](const RepStage& s) { return s.enough; });
  report.summary = enough ? "no step differs from the team's beyond chance" : "not enough deals to tell";
}

std::vector<RepReport> Comparison::Run() {
  Gather();
  std::vector<RepReport> reports;
  for (size_t rep = 0; rep < owners_.size(); ++rep) {
    if (!options_.owner.is_null() && owners_[rep] != options_.owner.value()) continue;
    reports.push_back(ReportOf(rep));
    for (size_t stage = 0; stage < stages_.size(); ++stage) {
      RepStage& step = reports.back().stages[stage];
      if (!step.enough) continue;
      // An ordinary rep's rate scatters around the team's by the spread of the others, and the team's rate is itself an estimate.
      const double team_size = static_cast<double>(step.team.trials) + 1;
      const double precision = 1 / (1 / spreads_[stage].Without(rep) + 1 / team_size);
      const double rate = (static_cast<double>(step.team.successes) + 0.5) / team_size;
      step.surprise = LowerTail(static_cast<double>(step.rep.successes), static_cast<double>(step.rep.trials), rate, precision);
      tests_.push_back({reports.size() - 1, stage, step.surprise});
      std::optional<size_t>& first = reports.back().look_first;
      if (!first || step.surprise < reports.back().stages[*first].surprise) first = stage;
    }
  }
  Flag(reports);
  for (RepReport& report : reports) Explain(report);
  const auto cost = [](const RepReport& r) { return r.weakest ? r.stages[*r.weakest].lost_money : 0.0; };
  std::stable_sort(reports.begin(), reports.end(), [&](const RepReport& a, const RepReport& b) {
    if (a.weakest.has_value() != b.weakest.has_value()) return a.weakest.has_value();
    return cost(a) != cost(b) ? cost(a) > cost(b) : a.log_gap < b.log_gap;
  });
  return reports;
}

}  // namespace

StatusOr<std::vector<RepReport>> RepsAgainstTeam(const FunnelTables& tables, const RepOptions& options) {
  if (!(options.weak_probability > 0 && options.weak_probability < 1)) {
    return MakeError({.reason = Reason::kBadOptions, .field = "weak_probability", .value = std::to_string(options.weak_probability)},
                     "a probability lies between 0 and 1");
  }
  if (!(options.false_discovery > 0 && options.false_discovery < 1)) {
    return MakeError({.reason = Reason::kBadOptions, .field = "false_discovery", .value = std::to_string(options.false_discovery)},
                     "a share lies between 0 and 1");
  }
  return Comparison(tables, options).Run();
}

}  // namespace kith::insight
