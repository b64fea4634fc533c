#include <algorithm>
#include <cmath>

#include "insight/hazard_internal.h"

namespace kith::insight_internal {
namespace {

using model::FunnelTables;
using model::GroupKind;
using model::RowKey;
using model::StageKind;

// Weights of the priors, as in the reference method (forecast notes in lib/insight/README.md).
constexpr double kRatePrior = 1.5;     // exits behind the prior of a bin's rate
constexpr double kSharePrior = 4;      // exits behind the prior of a bin's destinations
constexpr double kMixPrior = 0.5;      // exits behind the prior of a stage's destinations
constexpr double kStagePrior = 0.5;    // exits behind the prior of a stage's rate
constexpr double kPriorStayDays = 20;  // and the mean stay it expects
// What is expected of a stage never left: most go on, many are lost, few go back.
constexpr double kPriorNext = 0.5;
constexpr double kPriorLost = 0.4;

constexpr double kLeastEvents = 20;     // of a class, before groups or phases may act on it
constexpr double kLeastExpected = 0.5;  // expected events of a group and stage to take part in estimating the spread
constexpr double kLeastGain = 3;        // nats by which group effects must beat none
constexpr double kPhaseWeight = 20;     // prior events behind a phase's factor
constexpr double kPhaseCertainty = 1;   // standard errors by which the mean gain of phases must exceed 0
constexpr int kLeastScored = 3;         // months that were predicted with a factor
constexpr size_t kStrengths = 40;

size_t At(ExitClass c) { return static_cast<size_t>(c); }

// ln P(O | E) for O ~ Poisson(E·theta), theta ~ Gamma(nu, nu), up to terms in O alone.
double NegativeBinomial(double nu, double observed, double expected) {
  return LogGamma(observed + nu) - LogGamma(nu) + nu * std::log(nu / (nu + expected)) - observed * std::log(nu + expected);
}

struct Strength {
  double nu = 0;    // of the Gamma prior; larger: groups more alike
  double gain = 0;  // log likelihood over no effects
};

Strength MostLikely(const std::vector<ExitPair>& pairs) {
  Strength best;
  double none = 0;
  for (const ExitPair& p : pairs) none -= p.expected;  // Poisson with theta = 1
  for (size_t i = 0; i < kStrengths; ++i) {
    const double nu = 0.5 * std::pow(10'000.0, static_cast<double>(i) / (kStrengths - 1));
    double sum = 0;
    for (const ExitPair& p : pairs) sum += NegativeBinomial(nu, p.observed, p.expected);
    if (i == 0 || sum - none > best.gain) best = {nu, sum - none};
  }
  return best;
}

}  // namespace

size_t PhaseOf(model::Epoch epoch) { return static_cast<size_t>(((epoch % 3) + 3) % 3); }

ExitClass Shape::ClassOf(size_t stage, size_t destination) const {
  if (destination == lost()) return ExitClass::kLost;
  return destination == won() || destination > stage ? ExitClass::kForward : ExitClass::kBack;
}

Shape ShapeOf(const model::Pipeline& pipeline) {
  Shape shape;
  shape.pipeline_index = OpenStages(pipeline);
  shape.stages = shape.pipeline_index.size();
  for (size_t i = 0; i < shape.stages; ++i) shape.by_id[pipeline.stages[shape.pipeline_index[i]].id.value()] = i;
  for (const model::Stage& stage : pipeline.stages) {
    if (stage.kind == StageKind::kWon) shape.by_id[stage.id.value()] = shape.won();
    if (stage.kind == StageKind::kLost) shape.by_id[stage.id.value()] = shape.lost();
  }
  return shape;
}

HazardModel::HazardModel(const FunnelTables& tables) : shape_(ShapeOf(tables.pipeline)) {
  for (auto& phase : phases_) phase.fill(1);
  Gather(tables);
  Fit();
  FitGroups(tables);
  FitPhases(tables);
}

void HazardModel::Gather(const FunnelTables& tables) {
  exposure_.assign(shape_.stages * kBins, 0);
  exits_.assign(exposure_.size() * shape_.destinations(), 0);
  for (const auto& [key, row] : tables.rows.stages) {
    if (key.group_kind != GroupKind::kAll) break;  // ordered: kAll comes first
    const auto stage = shape_.by_id.find(key.stage);
    if (stage == shape_.by_id.end() || stage->second >= shape_.stages) continue;
    for (const auto& [cell, seconds] : row.exposure) {
      exposure_[shape_.cell(stage->second, cell.bin)] += static_cast<double>(seconds) / kSecondsPerDay;
    }
    for (const auto& [cell, n] : row.exits) {
      const auto to = shape_.by_id.find(cell.destination);
      if (to != shape_.by_id.end()) exits_[shape_.exit(stage->second, cell.bin, to->second)] += static_cast<double>(n);
    }
  }
  std::vector<BinSums> open(shape_.stages);
  for (const model::OpenDeal& deal : tables.open) {
    const auto stage = shape_.by_id.find(deal.stage.value());
    if (stage == shape_.by_id.end() || stage->second >= shape_.stages) continue;
    const Ages ages = OpenAges(deal, tables.as_of);
    AddExposure(ages.from, ages.to, open[stage->second]);
  }
  for (size_t s = 0; s < shape_.stages; ++s) {
    for (size_t b = 0; b < kBins; ++b) exposure_[shape_.cell(s, b)] += static_cast<double>(open[s][b]) / kSecondsPerDay;
  }
}

void HazardModel::Fit() {
  const size_t destinations = shape_.destinations();
  gamma_shape_.resize(exposure_.size());
  gamma_rate_.resize(exposure_.size());
  dirichlet_.resize(exits_.size());
  mean_ = {std::vector<double>(exposure_.size()), std::vector<double>(exits_.size())};
  class_rate_.assign(exposure_.size() * kClasses, 0);
  for (size_t s = 0; s < shape_.stages; ++s) {
    std::vector<double> mix(destinations);
    std::vector<double> total(kBins);
    double stage_exits = 0;
    double stage_exposure = 0;
    for (size_t j = 0; j < destinations; ++j) {
      const bool next = j == s + 1;  // of the last stage this is won
      mix[j] = kMixPrior * (next                 ? kPriorNext
                            : j == shape_.lost() ? kPriorLost
                                                 : (1 - kPriorNext - kPriorLost) / static_cast<double>(destinations));
    }
    for (size_t b = 0; b < kBins; ++b) {
      stage_exposure += exposure_[shape_.cell(s, b)];
      for (size_t j = 0; j < destinations; ++j) {
        total[b] += exits_[shape_.exit(s, b, j)];
        if (j != s) mix[j] += exits_[shape_.exit(s, b, j)];
      }
      stage_exits += total[b];
    }
    mix[s] = 0;
    double mix_sum = 0;
    for (const double m : mix) mix_sum += m;
    const double stage_rate = (stage_exits + kStagePrior) / (stage_exposure + kStagePrior * kPriorStayDays);
    for (size_t b = 0; b < kBins; ++b) {
      // The neighbouring bins together, and one day at the stage's mean rate.
      double near_exits = stage_rate;
      double near_exposure = 1;
      for (size_t k = b == 0 ? 0 : b - 1; k < std::min(kBins, b + 2); ++k) {
        near_exits += total[k];
        near_exposure += exposure_[shape_.cell(s, k)];
      }
      const size_t cell = shape_.cell(s, b);
      gamma_shape_[cell] = total[b] + kRatePrior;
      gamma_rate_[cell] = exposure_[cell] + kRatePrior * near_exposure / near_exits;
      mean_.rate[cell] = gamma_shape_[cell] / gamma_rate_[cell];
      for (size_t j = 0; j < destinations; ++j) {
        const size_t exit = shape_.exit(s, b, j);
        dirichlet_[exit] = exits_[exit] + kSharePrior * mix[j] / mix_sum;
        mean_.share[exit] = dirichlet_[exit] / (total[b] + kSharePrior);
        class_rate_[cell * kClasses + At(shape_.ClassOf(s, j))] += mean_.rate[cell] * mean_.share[exit];
      }
    }
  }
}

// The bins' draws are independent, so over a whole stage their errors cancel, however little is known. What they leave out of the stage's
// own uncertainty (1 / exits, by class) is added as a factor common to its bins.
double HazardModel::LevelWeight(size_t stage, size_t exit_class) const {
  double exits = kMixPrior;
  double prior = kRatePrior;  // events that the priors of the bins pretend
  for (size_t b = 0; b < kBins; ++b) {
    if (exposure_[shape_.cell(stage, b)] > 0) prior += kRatePrior;
    for (size_t j = 0; j < shape_.destinations(); ++j) {
      if (At(shape_.ClassOf(stage, j)) == exit_class) exits += exits_[shape_.exit(stage, b, j)];
    }
  }
  return exits * (exits + prior) / prior;
}

Hazards HazardModel::Draw(Random& random) const {
  Hazards draw{std::vector<double>(mean_.rate.size()), std::vector<double>(mean_.share.size())};
  const size_t destinations = shape_.destinations();
  for (size_t s = 0; s < shape_.stages; ++s) {
    std::array<double, kClasses> level{};
    for (size_t c = 0; c < kClasses; ++c) {
      const double weight = LevelWeight(s, c);
      level[c] = random.Gamma(weight) / weight;
    }
    for (size_t b = 0; b < kBins; ++b) {
      const size_t cell = shape_.cell(s, b);
      const double rate = random.Gamma(gamma_shape_[cell]) / gamma_rate_[cell];
      double all = 0;
      double levelled = 0;
      for (size_t j = 0; j < destinations; ++j) {
        double& share = draw.share[shape_.exit(s, b, j)];
        const double weight = dirichlet_[shape_.exit(s, b, j)];
        share = weight > 0 ? random.Gamma(weight) : 0;
        all += share;
        share *= level[At(shape_.ClassOf(s, j))];
        levelled += share;
      }
      for (size_t j = 0; j < destinations; ++j) draw.share[shape_.exit(s, b, j)] /= levelled;
      draw.rate[cell] = rate * levelled / all;
    }
  }
  return draw;
}

const Factors& HazardModel::GroupFactors(uint64_t group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? none_ : found->second;
}

namespace {

// Observed and expected exits of every group of a kind by (stage, class).
using GroupPairs = std::map<uint64_t, std::vector<ExitPair>>;

struct Fitted {
  double gain = 0;
  std::map<uint64_t, Factors> factors;
};

// theta ~ Gamma(nu, nu) per group, stage and class; nu is shared by the stages of a class. Expected counts are first scaled to the
// stage's own total, so that effects are between groups alone.
Fitted FitGroupPairs(const GroupPairs& groups, size_t stages) {
  Fitted fitted;
  for (const auto& [group, pairs] : groups) fitted.factors[group].by_stage_class.assign(stages * kClasses, 1);
  for (size_t c = 0; c < kClasses; ++c) {
    std::vector<ExitPair> all;
    std::vector<double> scale(stages, 1);
    double events = 0;
    for (size_t s = 0; s < stages; ++s) {
      ExitPair sum;
      for (const auto& [group, pairs] : groups) {
        sum.observed += pairs[s * kClasses + c].observed;
        sum.expected += pairs[s * kClasses + c].expected;
      }
      scale[s] = sum.expected > 0 ? sum.observed / sum.expected : 1;
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

void HazardModel::FitGroups(const FunnelTables& tables) {
  double best = 0;
  for (const GroupKind kind : {GroupKind::kSegment, GroupKind::kOwner, GroupKind::kSource}) {
    GroupPairs groups;
    const auto pairs_of = [&](uint64_t group) -> std::vector<ExitPair>& {
      std::vector<ExitPair>& pairs = groups[group];
      if (pairs.empty()) pairs.resize(shape_.stages * kClasses);
      return pairs;
    };
    const auto expect = [&](std::vector<ExitPair>& pairs, size_t stage, size_t bin, double days) {
      for (size_t c = 0; c < kClasses; ++c) {
        pairs[stage * kClasses + c].expected += days * class_rate_[shape_.cell(stage, bin) * kClasses + c];
      }
    };
    const auto& rows = tables.rows.stages;
    for (auto row = rows.lower_bound(RowKey{kind, 0, std::numeric_limits<model::Epoch>::min(), 0}); row != rows.end(); ++row) {
      if (row->first.group_kind != kind) break;
      const auto stage = shape_.by_id.find(row->first.stage);
      if (stage == shape_.by_id.end() || stage->second >= shape_.stages) continue;
      std::vector<ExitPair>& pairs = pairs_of(row->first.group);
      for (const auto& [cell, seconds] : row->second.exposure) {
        expect(pairs, stage->second, cell.bin, static_cast<double>(seconds) / kSecondsPerDay);
      }
      for (const auto& [cell, n] : row->second.exits) {
        const auto to = shape_.by_id.find(cell.destination);
        if (to == shape_.by_id.end()) continue;
        pairs[stage->second * kClasses + At(shape_.ClassOf(stage->second, to->second))].observed += static_cast<double>(n);
      }
    }
    for (const model::OpenDeal& deal : tables.open) {
      const uint64_t group = GroupOf(deal, kind);
      const auto stage = shape_.by_id.find(deal.stage.value());
      if (group == 0 || stage == shape_.by_id.end() || stage->second >= shape_.stages) continue;
      BinSums bins{};
      const Ages ages = OpenAges(deal, tables.as_of);
      AddExposure(ages.from, ages.to, bins);
      std::vector<ExitPair>& pairs = pairs_of(group);
      for (size_t b = 0; b < kBins && (bins[b] > 0 || b <= model::AgeBin(ages.from)); ++b) {
        if (bins[b] > 0) expect(pairs, stage->second, b, static_cast<double>(bins[b]) / kSecondsPerDay);
      }
    }
    if (groups.size() < 2) continue;
    Fitted fitted = FitGroupPairs(groups, shape_.stages);
    if (fitted.gain <= best) continue;
    best = fitted.gain;
    group_kind_ = kind;
    groups_ = std::move(fitted.factors);
  }
}

void HazardModel::FitPhases(const FunnelTables& tables) {
  Months months;
  for (const auto& [key, row] : tables.rows.stages) {
    if (key.group_kind != GroupKind::kAll) break;
    const auto stage = shape_.by_id.find(key.stage);
    if (stage == shape_.by_id.end() || stage->second >= shape_.stages) continue;
    for (const auto& [cell, seconds] : row.exposure) {
      auto& month = months[key.epoch - cell.months_back];
      for (size_t c = 0; c < kClasses; ++c) {
        month[c].expected +=
            static_cast<double>(seconds) / kSecondsPerDay * class_rate_[shape_.cell(stage->second, cell.bin) * kClasses + c];
      }
    }
    for (const auto& [cell, n] : row.exits) {
      const auto to = shape_.by_id.find(cell.destination);
      if (to == shape_.by_id.end()) continue;
      months[key.epoch][At(shape_.ClassOf(stage->second, to->second))].observed += static_cast<double>(n);
    }
  }
  for (const model::OpenDeal& deal : tables.open) {
    const auto stage = shape_.by_id.find(deal.stage.value());
    if (stage == shape_.by_id.end() || stage->second >= shape_.stages) continue;
    const Ages ages = OpenAges(deal, tables.as_of);
    int64_t from = ages.from;
    model::Epoch epoch = model::EpochOf(Time{deal.entered.micros + from * kMicrosPerSecond});
    while (from < ages.to) {
      const int64_t month_end = (model::StartOfEpoch(epoch + 1).micros - deal.entered.micros) / kMicrosPerSecond;
      const int64_t to = std::min(ages.to, std::max(month_end, from + 1));
      BinSums bins{};
      AddExposure(from, to, bins);
      auto& month = months[epoch];
      for (size_t b = model::AgeBin(from); b < kBins && bins[b] > 0; ++b) {
        for (size_t c = 0; c < kClasses; ++c) {
          month[c].expected += static_cast<double>(bins[b]) / kSecondsPerDay * class_rate_[shape_.cell(stage->second, b) * kClasses + c];
        }
      }
      from = to;
      ++epoch;
    }
  }
  GatePhases(months);
}

// Each month is predicted from the months before it, with and without a factor for its place in the quarter; both know the level of the
// last three months, so that drift and a beginning are not taken for a phase.
void HazardModel::GatePhases(const Months& months) {
  std::array<std::array<ExitPair, kClasses>, kPhases> seen;
  double gain = 0;
  double squares = 0;
  int scored = 0;
  for (auto now = months.begin(); now != months.end(); ++now) {
    double step = 0;
    bool known = false;
    for (size_t c = 0; c < kClasses; ++c) {
      ExitPair quarter;
      int active = 0;
      for (model::Epoch back = 1; back <= static_cast<model::Epoch>(kPhases); ++back) {
        const auto past = months.find(now->first - back);
        if (past == months.end() || past->second[c].observed <= 0) continue;
        ++active;
        quarter.observed += past->second[c].observed;
        quarter.expected += past->second[c].expected;
      }
      if (active < static_cast<int>(kPhases)) continue;
      const double expected = now->second[c].expected * quarter.observed / quarter.expected;
      ExitPair& phase = seen[PhaseOf(now->first)][c];
      const double factor = (kPhaseWeight + phase.observed) / (kPhaseWeight + phase.expected);
      known = known || phase.expected > 0;
      step += now->second[c].observed * std::log(factor) - expected * (factor - 1);
      phase.observed += now->second[c].observed;
      phase.expected += expected;
    }
    if (!known) continue;
    ++scored;
    gain += step;
    squares += step * step;
  }
  if (scored < kLeastScored || gain < kLeastGain || gain < kPhaseCertainty * std::sqrt(squares)) return;
  has_phases_ = true;
  for (size_t phase = 0; phase < kPhases; ++phase) {
    for (size_t c = 0; c < kClasses; ++c) {
      phases_[phase][c] = (kPhaseWeight + seen[phase][c].observed) / (kPhaseWeight + seen[phase][c].expected);
    }
  }
}

}  // namespace kith::insight_internal
