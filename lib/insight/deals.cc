#include <algorithm>
#include <cmath>
#include <limits>

#include "insight/deals_internal.h"
#include "insight/special_internal.h"
#include "insight/tilt_internal.h"

namespace kith::insight_internal {
namespace {

constexpr uint32_t kNoRow = UINT32_MAX;
constexpr double kNever = 1e-3;  // chance of ever winning below which there is no close date

// Days until the chance of having been won reaches `wins`.
double CloseDays(const SweepResult& ever, size_t stage, double age, double wins) {
  // all[k] holds the chances with steps - k steps to go.
  const auto within = [&](size_t steps) { return ever.all[kEverSteps - steps].At(stage, age); };
  size_t low = 0;
  size_t high = kEverSteps;
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    (within(middle) >= wins ? high : low) = middle;
  }
  const double before = low == 0 ? 0 : within(low);
  const double mass = within(high) - before;
  return kEverStepDays * (static_cast<double>(low) + (mass > 0 ? (wins - before) / mass : 1));
}

double Between(double low, double high, double weight) { return low + weight * (high - low); }

}  // namespace

DealGrid::DealGrid(const HazardModel& model, const GroupChances& all, const std::map<uint64_t, GroupChances>& groups,
                   const std::vector<Chances>& draws)
    : model_(model), all_(all), draws_(draws), ages_(all.in_period.by_end.now.ages()), groups_{&all}, rows_(draws.size()) {
  for (const auto& [group, chances] : groups) {
    group_index_[group] = groups_.size();
    groups_.push_back(&chances);
  }
  row_of_.assign(groups_.size() * model.shape().stages * ages_.size(), kNoRow);
}

DealGrid::Place DealGrid::PlaceOf(size_t stage, uint64_t group, double age_days) {
  const auto found = group_index_.find(group);
  const size_t index = found == group_index_.end() ? 0 : found->second;
  const double age = std::clamp(age_days, 0.0, ages_.back());
  const auto above = static_cast<size_t>(std::upper_bound(ages_.begin(), ages_.end(), age) - ages_.begin());
  const size_t below = std::min(above - 1, ages_.size() - 2);
  return {RowOf(index, stage, below), RowOf(index, stage, below + 1), (age - ages_[below]) / (ages_[below + 1] - ages_[below]), true};
}

uint32_t DealGrid::RowOf(size_t group_index, size_t stage, size_t node) {
  uint32_t& row = row_of_[(group_index * model_.shape().stages + stage) * ages_.size() + node];
  if (row == kNoRow) {
    row = static_cast<uint32_t>(nodes_.size());
    AddNode(*groups_[group_index], stage, ages_[node]);
  }
  return row;
}

uint32_t DealGrid::AddRow(const std::vector<double>& chances) {
  nodes_.emplace_back();
  return static_cast<uint32_t>(rows_.Add(chances));
}

void DealGrid::AddNode(const GroupChances& chances, size_t stage, double age_days) {
  Node node{};
  node.win_of_all = all_.in_period.InPeriod(stage, age_days);
  node.win = &chances == &all_ ? node.win_of_all : chances.in_period.InPeriod(stage, age_days);
  node.entering = all_.in_period.InPeriod(stage, 0);
  node.ever = std::max(chances.ever.now.At(stage, age_days), node.win);
  node.early_days = CloseDays(chances.ever, stage, age_days, kLowQuantile * node.ever);
  node.median_days = CloseDays(chances.ever, stage, age_days, 0.5 * node.ever);
  node.late_days = CloseDays(chances.ever, stage, age_days, kHighQuantile * node.ever);
  // A group's effect carries over to the draws on the scale of log odds.
  const double shift = &chances == &all_ ? 0 : Logit(node.win) - Logit(node.win_of_all);
  std::vector<double> drawn;
  drawn.reserve(draws_.size());
  for (const Chances& draw : draws_) {
    const double p = draw.InPeriod(stage, age_days);
    drawn.push_back(shift == 0 ? p : Logistic(Logit(p) + shift));
  }
  rows_.Add(drawn);
  std::sort(drawn.begin(), drawn.end());
  const auto at = [&](double p) { return drawn[static_cast<size_t>(std::lround(p * static_cast<double>(drawn.size() - 1)))]; };
  node.low = std::min(at(kLowQuantile), node.win);
  node.high = std::max(at(kHighQuantile), node.win);
  nodes_.push_back(node);
}

double DealGrid::WinAt(const Place& place) const {
  return place.known ? FactorAt(place) * Between(nodes_[place.low].win, nodes_[place.high].win, place.weight) : 0;
}

double DealGrid::EverAt(const Place& place) const {
  return place.known ? Between(nodes_[place.low].ever, nodes_[place.high].ever, place.weight) : 0;
}

double DealGrid::FactorAt(const Place& place) const { return place.log_odds == 0 ? 1 : FactorOf(place.log_odds, EverAt(place)); }

void DealGrid::Fill(const Place& place, insight::DealForecast& deal) const {
  deal.early_close_days = deal.median_close_days = deal.late_close_days = std::numeric_limits<double>::quiet_NaN();
  if (!place.known) return;
  const Node& low = nodes_[place.low];
  const Node& high = nodes_[place.high];
  const auto at = [&](double Node::*value) { return Between(low.*value, high.*value, place.weight); };
  deal.win_in_period = at(&Node::win);
  deal.win_ever = at(&Node::ever);
  deal.win_low = at(&Node::low);
  deal.win_high = at(&Node::high);
  if (deal.win_ever >= kNever) {
    deal.early_close_days = at(&Node::early_days);
    deal.median_close_days = at(&Node::median_days);
    deal.late_close_days = at(&Node::late_days);
  }
  const double of_all = at(&Node::win_of_all);
  const double base = all_.in_period.OfNew(0, 0);
  deal.contributions = {base, low.entering - base, of_all - low.entering, deal.win_in_period - of_all, 0};
  if (place.log_odds == 0) return;
  const double factor = FactorAt(place);
  deal.contributions.covariates = (factor - 1) * deal.win_in_period;
  for (double* chance : {&deal.win_in_period, &deal.win_ever, &deal.win_low, &deal.win_high}) *chance = std::min(*chance * factor, 1.0);
}

}  // namespace kith::insight_internal
