// What acts on the hazards: groups of deals, and the month within the quarter.
#include <algorithm>
#include <cmath>
#include <tuple>

#include "insight/hazard_internal.h"
#include "insight/phases_internal.h"

namespace kith::insight_internal {
namespace {

using model::FunnelTables;
using model::GroupKind;
using model::RowKey;

constexpr double kLeastEvents = 20;     // of a class, before groups may act on it
constexpr double kLeastExpected = 0.5;  // expected events of a group and stage to take part in estimating the spread
constexpr double kLeastGain = 3;        // nats by which an effect must beat none
constexpr size_t kStrengthCount = 40;   // strengths of group effects that are tried
constexpr double kLeastMonthExits = 2;  // expected of a class, for a month to be compared
constexpr double kLeastPhase = 1e-3;    // log of a month's factor below which it is none

struct Strength {
  double nu = 0;    // of the Gamma prior; larger: groups more alike
  double gain = 0;  // log likelihood over no effects
};

Strength MostLikely(const std::vector<ExitPair>& pairs) {
  Strength best;
  double none = 0;
  for (const ExitPair& p : pairs) none -= p.expected;  // Poisson with theta = 1
  for (size_t i = 0; i < kStrengthCount; ++i) {
    const double nu = 0.5 * std::pow(10'000.0, static_cast<double>(i) / (kStrengthCount - 1));
    double sum = 0;
    for (const ExitPair& p : pairs) sum += GammaPoissonLog(nu, nu, p.observed, p.expected);
    if (i == 0 || sum - none > best.gain) best = {nu, sum - none};
  }
  return best;
}

struct Fitted {
  double gain = 0;
  std::map<uint64_t, Factors> factors;
};

using GroupPairs = std::map<uint64_t, std::vector<ExitPair>>;

// What makes the expected exits of a stage and class sum to the observed ones, so that effects are between groups alone.
double ScaleOf(const GroupPairs& groups, size_t index) {
  ExitPair sum;
  for (const auto& [group, pairs] : groups) {
    sum.observed += pairs[index].observed;
    sum.expected += pairs[index].expected;
  }
  return sum.expected > 0 ? sum.observed / sum.expected : 1;
}

// theta ~ Gamma(nu, nu) per group, stage and class; nu is shared by the stages of a class.
Fitted FitGroupPairs(const GroupPairs& groups, size_t stages) {
  Fitted fitted;
  for (const auto& [group, pairs] : groups) fitted.factors[group].by_stage_class.assign(stages * kClasses, 1);
  for (size_t c = 0; c < kClasses; ++c) {
    std::vector<ExitPair> all;
    std::vector<double> scale;
    double events = 0;
    for (size_t s = 0; s < stages; ++s) {
      scale.push_back(ScaleOf(groups, s * kClasses + c));
      for (const auto& [group, pairs] : groups) {
        const ExitPair& p = pairs[s * kClasses + c];
        if (p.expected * scale[s] < kLeastExpected) continue;
        all.push_back({p.observed, p.expected * scale[s]});
        events += p.observed;
      }
    }
    if (events < kLeastEvents) continue;
    const Strength strength = MostLikely(all);
    if (strength.gain < kLeastGain) continue;
    fitted.gain += strength.gain;
    for (const auto& [group, pairs] : groups) {
      for (size_t s = 0; s < stages; ++s) {
        const ExitPair& p = pairs[s * kClasses + c];
        fitted.factors[group].by_stage_class[s * kClasses + c] = (strength.nu + p.observed) / (strength.nu + p.expected * scale[s]);
      }
    }
  }
  return fitted;
}

}  // namespace

size_t PhaseOf(model::Epoch epoch) { return static_cast<size_t>(((epoch % 3) + 3) % 3); }

const Factors& HazardModel::GroupFactors(uint64_t group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? none_ : found->second;
}

void HazardModel::AddObserved(const model::StageRow& row, size_t stage, ExitPair* pairs) const {
  for (const auto& [cell, n] : row.exits) {
    const auto to = shape_.by_id.find(cell.destination);
    if (to != shape_.by_id.end()) pairs[static_cast<size_t>(shape_.ClassOf(stage, to->second))].observed += static_cast<double>(n);
  }
}

void HazardModel::AddExpected(size_t stage, size_t bin, double days, ExitPair* pairs) const {
  for (size_t c = 0; c < kClasses; ++c) pairs[c].expected += days * class_rate_[shape_.cell(stage, bin) * kClasses + c];
}

void HazardModel::AddExpected(size_t stage, Ages ages, double deals, ExitPair* pairs) const {
  const auto add = [&](int64_t age, double sign) {
    const size_t bin = model::AgeBin(age);
    const double days = static_cast<double>(age - model::AgeBinEdges()[bin]) / kSecondsPerDay;
    const size_t first = shape_.cell(stage, bin) * kClasses;
    for (size_t c = 0; c < kClasses; ++c) pairs[c].expected += sign * (class_sum_[first + c] + days * class_rate_[first + c]);
  };
  add(ages.to, deals);
  if (ages.from > 0) add(ages.from, -deals);
}

HazardModel::GroupPairs HazardModel::PairsOf(const FunnelTables& tables, GroupKind kind) const {
  GroupPairs groups;
  const auto pairs_of = [&](uint64_t group, size_t stage) {
    std::vector<ExitPair>& pairs = groups[group];
    if (pairs.empty()) pairs.resize(shape_.stages * kClasses);
    return pairs.data() + stage * kClasses;
  };
  const auto& rows = tables.rows.stages;
  for (auto row = rows.lower_bound(RowKey{kind, 0, std::numeric_limits<model::Epoch>::min(), 0}); row != rows.end(); ++row) {
    if (row->first.group_kind != kind) break;
    const size_t stage = shape_.StageOf(row->first.stage);
    if (stage == kNoStage) continue;
    ExitPair* pairs = pairs_of(row->first.group, stage);
    for (const auto& [cell, seconds] : row->second.exposure)
      AddExpected(stage, cell.bin, static_cast<double>(seconds) / kSecondsPerDay, pairs);
    AddObserved(row->second, stage, pairs);
  }
  for (const model::OpenDeal& deal : tables.open) {
    const uint64_t group = GroupOf(deal, kind);
    const size_t stage = shape_.StageOf(deal.stage.value());
    if (group == 0 || stage == kNoStage) continue;
    AddExpected(stage, OpenAges(deal, tables.as_of), 1, pairs_of(group, stage));
  }
  return groups;
}

void HazardModel::FitGroups(const FunnelTables& tables) {
  double best = 0;
  for (const GroupKind kind : {GroupKind::kSegment, GroupKind::kOwner, GroupKind::kSource}) {
    const GroupPairs groups = PairsOf(tables, kind);
    if (groups.size() < 2) continue;
    Fitted fitted = FitGroupPairs(groups, shape_.stages);
    if (fitted.gain <= best) continue;
    best = fitted.gain;
    group_kind_ = kind;
    groups_ = std::move(fitted.factors);
  }
}

void HazardModel::GatherPhases(const FunnelTables& tables) {
  Months months;
  for (const auto& [key, row] : tables.rows.stages) {
    if (key.group_kind != GroupKind::kAll) break;
    const size_t stage = shape_.StageOf(key.stage);
    if (stage == kNoStage) continue;
    for (const auto& [cell, seconds] : row.exposure) {
      AddExpected(stage, cell.bin, static_cast<double>(seconds) / kSecondsPerDay, months[key.epoch - cell.months_back].data());
    }
    if (!row.exits.empty()) AddObserved(row, stage, months[key.epoch].data());
  }
  for (const OpenStays& stays : StaysByDay(tables)) AddOpenMonths(stays, tables, months);
  FitPhases(months, model::EpochOf(Time{tables.as_of.micros + 1}, tables.pipeline.days) - 1);
}

// Deals that entered a stage on one day as one stay, for months look alike to them.
std::vector<HazardModel::OpenStays> HazardModel::StaysByDay(const FunnelTables& tables) const {
  const query::Days& days = tables.pipeline.days;
  std::map<std::tuple<size_t, int32_t, int32_t>, OpenStays> by_day;
  for (const model::OpenDeal& deal : tables.open) {
    const size_t stage = shape_.StageOf(deal.stage.value());
    if (stage == kNoStage) continue;
    const Time since = deal.since.micros == 0 ? deal.entered : deal.since;
    OpenStays& stays = by_day[{stage, days.DateOf(deal.entered).days, days.DateOf(since).days}];
    // Means, updated.
    stays.stage = stage;
    ++stays.deals;
    stays.entered.micros += (deal.entered.micros - stays.entered.micros) / stays.deals;
    stays.since.micros += (since.micros - stays.since.micros) / stays.deals;
  }
  std::vector<OpenStays> all;
  all.reserve(by_day.size());
  for (const auto& [day, stays] : by_day) all.push_back(stays);
  return all;
}

void HazardModel::AddOpenMonths(const OpenStays& stays, const FunnelTables& tables, Months& months) const {
  const query::Days& days = tables.pipeline.days;
  const auto age = [&](Time at) { return std::max<int64_t>((at.micros - stays.entered.micros) / kMicrosPerSecond, 0); };
  int64_t from = age(stays.since);
  const int64_t end = age(tables.as_of);
  model::Epoch epoch = model::EpochOf(stays.since, days);
  while (from < end) {
    const int64_t to = std::min(end, std::max(age(model::StartOf(epoch + 1, days)), from + 1));
    AddExpected(stays.stage, Ages{from, to}, static_cast<double>(stays.deals), months[epoch].data());
    from = to;
    ++epoch;
  }
}

// Months count from the first one in which a deal left a stage at all: before that, none was recorded.
void HazardModel::FitPhases(const Months& months, model::Epoch last_whole) {
  const auto left = [](const auto& month) {
    return std::any_of(month.second.begin(), month.second.end(), [](const ExitPair& pair) { return pair.observed > 0; });
  };
  const auto first = std::find_if(months.begin(), months.end(), left);
  for (size_t c = 0; c < kClasses; ++c) {
    std::vector<MonthExits> compared;
    double observed = 0;
    for (auto month = first; month != months.end() && month->first <= last_whole; ++month) {
      if (month->second[c].expected < kLeastMonthExits) continue;
      compared.push_back({month->first, month->second[c]});
      observed += month->second[c].observed;
    }
    if (observed < kLeastEvents) continue;
    const PhaseEffect effect = PhaseEffectOf(compared);
    phase_chance_ = std::max(phase_chance_, effect.chance);
    if (std::abs(effect.logs[0]) + std::abs(effect.logs[1]) + std::abs(effect.logs[2]) < kLeastPhase) continue;
    has_phases_ = true;
    for (size_t phase = 0; phase < kPhases; ++phase) phases_[phase][c] = std::exp(effect.logs[phase]);
    LevelPhases(compared, c);
  }
}

// Over the months seen, the factors leave the expected number of exits as it is.
void HazardModel::LevelPhases(const std::vector<MonthExits>& months, size_t exit_class) {
  double plain = 0;
  double with_factors = 0;
  for (const MonthExits& month : months) {
    plain += month.exits.expected;
    with_factors += month.exits.expected * phases_[PhaseOf(month.month)][exit_class];
  }
  for (auto& phase : phases_) phase[exit_class] *= plain / with_factors;
}

}  // namespace kith::insight_internal
