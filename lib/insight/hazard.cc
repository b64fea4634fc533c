#include <algorithm>

#include "insight/hazard_internal.h"

namespace kith::insight_internal {
namespace {

using model::FunnelTables;
using model::GroupKind;
using model::StageKind;

// Weights of the priors, as in the reference method.
constexpr double kRatePrior = 1.5;     // exits behind the prior of a bin's rate
constexpr double kSharePrior = 4;      // exits behind the prior of a bin's destinations
constexpr double kMixPrior = 0.5;      // exits behind the prior of a stage's destinations
constexpr double kStagePrior = 0.5;    // exits behind the prior of a stage's rate
constexpr double kPriorStayDays = 20;  // and the mean stay it expects
// What is expected of a stage never left: most go on, many are lost, few go back.
constexpr double kPriorNext = 0.5;
constexpr double kPriorLost = 0.4;

size_t At(ExitClass c) { return static_cast<size_t>(c); }

}  // namespace

ExitClass Shape::ClassOf(size_t stage, size_t destination) const {
  if (destination == lost()) return ExitClass::kLost;
  return destination == won() || destination > stage ? ExitClass::kForward : ExitClass::kBack;
}

size_t Shape::StageOf(uint64_t id) const {
  const auto found = by_id.find(id);
  return found == by_id.end() || found->second >= stages ? kNoStage : found->second;
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
  GatherPhases(tables);
}

void HazardModel::Gather(const FunnelTables& tables) {
  exposure_.assign(shape_.stages * kBins, 0);
  exits_.assign(exposure_.size() * shape_.destinations(), 0);
  for (const auto& [key, row] : tables.rows.stages) {
    if (key.group_kind != GroupKind::kAll) break;  // ordered: kAll comes first
    const size_t stage = shape_.StageOf(key.stage);
    if (stage == kNoStage) continue;
    for (const auto& [cell, seconds] : row.exposure)
      exposure_[shape_.cell(stage, cell.bin)] += static_cast<double>(seconds) / kSecondsPerDay;
    for (const auto& [cell, n] : row.exits) {
      const auto to = shape_.by_id.find(cell.destination);
      if (to != shape_.by_id.end()) exits_[shape_.exit(stage, cell.bin, to->second)] += static_cast<double>(n);
    }
  }
  std::vector<OpenExposure> open(shape_.stages);
  for (const model::OpenDeal& deal : tables.open) {
    const size_t stage = shape_.StageOf(deal.stage.value());
    if (stage != kNoStage) open[stage].Add(OpenAges(deal, tables.as_of));
  }
  for (size_t s = 0; s < shape_.stages; ++s) {
    const BinSums bins = open[s].Sums();
    for (size_t b = 0; b < kBins; ++b) exposure_[shape_.cell(s, b)] += static_cast<double>(bins[b]) / kSecondsPerDay;
  }
}

void HazardModel::Fit() {
  gamma_shape_.resize(exposure_.size());
  gamma_rate_.resize(exposure_.size());
  dirichlet_.resize(exits_.size());
  mean_ = {std::vector<double>(exposure_.size()), std::vector<double>(exits_.size())};
  class_rate_.assign(exposure_.size() * kClasses, 0);
  for (size_t s = 0; s < shape_.stages; ++s) {
    const StageTotals totals = TotalsOf(s);
    for (size_t b = 0; b < kBins; ++b) FitBin(s, b, totals);
  }
  const auto& edges = model::AgeBinEdges();
  class_sum_.assign(class_rate_.size(), 0);
  for (size_t s = 0; s < shape_.stages; ++s) {
    for (size_t b = 1; b < kBins; ++b) {
      const double days = static_cast<double>(edges[b] - edges[b - 1]) / kSecondsPerDay;
      for (size_t c = 0; c < kClasses; ++c) {
        const size_t before = shape_.cell(s, b - 1) * kClasses + c;
        class_sum_[before + kClasses] = class_sum_[before] + days * class_rate_[before];
      }
    }
  }
}

HazardModel::StageTotals HazardModel::TotalsOf(size_t stage) const {
  const size_t destinations = shape_.destinations();
  StageTotals totals{std::vector<double>(kBins), std::vector<double>(destinations), 0};
  const double other = (1 - kPriorNext - kPriorLost) / static_cast<double>(destinations);
  for (size_t j = 0; j < destinations; ++j) {
    const bool next = j == stage + 1;  // of the last stage this is won
    totals.mix[j] = kMixPrior * (next ? kPriorNext : j == shape_.lost() ? kPriorLost : other);
  }
  double exits = 0;
  double exposure = 0;
  for (size_t b = 0; b < kBins; ++b) {
    exposure += exposure_[shape_.cell(stage, b)];
    for (size_t j = 0; j < destinations; ++j) {
      totals.by_bin[b] += exits_[shape_.exit(stage, b, j)];
      totals.mix[j] += exits_[shape_.exit(stage, b, j)];
    }
    exits += totals.by_bin[b];
  }
  totals.mix[stage] = 0;
  double sum = 0;
  for (const double m : totals.mix) sum += m;
  for (double& m : totals.mix) m /= sum;
  totals.rate = (exits + kStagePrior) / (exposure + kStagePrior * kPriorStayDays);
  return totals;
}

void HazardModel::FitBin(size_t stage, size_t bin, const StageTotals& totals) {
  // The prior: the neighbouring bins together, and one day at the stage's mean rate.
  double near_exits = totals.rate;
  double near_exposure = 1;
  for (size_t k = bin == 0 ? 0 : bin - 1; k < std::min(kBins, bin + 2); ++k) {
    near_exits += totals.by_bin[k];
    near_exposure += exposure_[shape_.cell(stage, k)];
  }
  const size_t cell = shape_.cell(stage, bin);
  gamma_shape_[cell] = totals.by_bin[bin] + kRatePrior;
  gamma_rate_[cell] = exposure_[cell] + kRatePrior * near_exposure / near_exits;
  mean_.rate[cell] = gamma_shape_[cell] / gamma_rate_[cell];
  for (size_t j = 0; j < shape_.destinations(); ++j) {
    const size_t exit = shape_.exit(stage, bin, j);
    dirichlet_[exit] = exits_[exit] + kSharePrior * totals.mix[j];
    mean_.share[exit] = dirichlet_[exit] / (totals.by_bin[bin] + kSharePrior);
    class_rate_[cell * kClasses + At(shape_.ClassOf(stage, j))] += mean_.rate[cell] * mean_.share[exit];
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

}  // namespace kith::insight_internal
