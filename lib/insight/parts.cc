#include <algorithm>
#include <map>
#include <set>

#include "insight/parts_internal.h"

namespace kith::insight_internal {
namespace {

using insight::PartForecast;
using model::GroupKind;

constexpr size_t kTotalQuantiles = 200;

using Shares = std::map<uint64_t, double>;  // by part; sum to 1

class Splitter {
 public:
  Splitter(const Whole& whole, const insight::ForecastReport& report) : whole_(whole), report_(report), kind_(whole.options.by) {
    for (const uint64_t group : GroupsWithDeals(whole.tables, kind_)) {
      if (group == 0) continue;  // nobody's are what is left
      arrivals_[group] = static_cast<double>(SumPeriods(whole.tables, kind_, group, whole.recent).arrivals.total());
    }
    modelled_.insert(whole.compound_groups.begin(), whole.compound_groups.end());
  }

  std::vector<PartForecast> Run() {
    CountClosed();
    SplitOpen();
    SplitNew();
    std::vector<PartForecast> parts;
    for (auto& [id, part] : parts_) parts.push_back(ForecastOf(id, part));
    std::stable_sort(parts.begin(), parts.end(), [](const PartForecast& a, const PartForecast& b) { return a.total.mean > b.total.mean; });
    return parts;
  }

 private:
  struct Part {
    double closed = 0;
    int64_t open_deals = 0;
    PeriodInputs inputs;
  };

  [[nodiscard]] uint64_t PartOf(uint64_t group) const {
    if (whole_.options.roll_up.empty()) return group;
    const auto found = whole_.options.roll_up.find(group);
    return found == whole_.options.roll_up.end() ? 0 : found->second;
  }
  Part& At(uint64_t part) {
    const auto [found, added] = parts_.try_emplace(part);
    if (added) found->second.inputs.rows = whole_.inputs.rows;
    return found->second;
  }

  void CountClosed() {
    double left = report_.closed;
    for (const auto& [group, closed] : whole_.closed) {
      if (closed != 0) At(PartOf(group)).closed += closed;
      left -= closed;
    }
    if (left != 0) At(0).closed += left;
  }

  void SplitOpen() {
    for (const model::OpenDeal& deal : whole_.tables.open) ++At(PartOf(GroupOf(deal, kind_))).open_deals;
    for (size_t i = 0; i < whole_.groups.size(); ++i) At(PartOf(whole_.groups[i])).inputs.deals.push_back(whole_.inputs.deals[i]);
  }

  // Who gets the new deals of a compound.
  [[nodiscard]] Shares SharesOf(uint64_t compound_group) const {
    if (kind_ == whole_.model_kind && compound_group != 0) return {{PartOf(compound_group), 1.0}};
    const bool rest = kind_ == whole_.model_kind;
    double unknown = static_cast<double>(SumPeriods(whole_.tables, GroupKind::kAll, 0, whole_.recent).arrivals.total());
    for (const auto& [group, n] : arrivals_) unknown -= n;
    Shares shares;
    if (unknown > 0) shares[0] = unknown;
    for (const auto& [group, n] : arrivals_) {
      if (n > 0 && !(rest && modelled_.contains(group))) shares[PartOf(group)] += n;
    }
    double sum = 0;
    for (const auto& [part, share] : shares) sum += share;
    if (sum <= 0) return {{0, 1.0}};
    for (auto& [part, share] : shares) share /= sum;
    return shares;
  }

  void SplitNew() {
    for (size_t i = 0; i < whole_.inputs.arrivals.size(); ++i) {
      const Compound& compound = whole_.inputs.arrivals[i];
      for (const auto& [part, share] : SharesOf(whole_.compound_groups[i])) {
        Compound mine = compound;
        for (double& wins : mine.wins) wins *= share;
        At(part).inputs.arrivals.push_back(std::move(mine));
      }
    }
  }

  [[nodiscard]] PartForecast ForecastOf(uint64_t id, Part& part) const {
    part.inputs.levels = whole_.inputs.levels;
    const PeriodDistributions distributions = DistributionOf(part.inputs);
    const Distribution total = distributions.total.WithShock(report_.shock_sd);
    PartForecast forecast;
    forecast.part = id;
    forecast.closed = part.closed;
    forecast.open_deals = part.open_deals;
    forecast.from_open = QuantilesOf(distributions.from_open, 0);
    forecast.from_new = QuantilesOf(distributions.from_new, 0);
    forecast.total = QuantilesOf(total, part.closed);
    forecast.total_quantiles = ManyQuantilesOf(total, part.closed);
    return forecast;
  }

  const Whole& whole_;
  const insight::ForecastReport& report_;
  const GroupKind kind_;
  std::map<uint64_t, double> arrivals_;  // of the last months, by group
  std::set<uint64_t> modelled_;          // groups with compounds of their own
  std::map<uint64_t, Part> parts_;
};

}  // namespace

std::vector<PartForecast> PartsOf(const Whole& whole, const insight::ForecastReport& report) { return Splitter(whole, report).Run(); }

insight::Quantiles QuantilesOf(const Distribution& distribution, double offset) {
  return {offset + distribution.Quantile(kLowQuantile), offset + distribution.Quantile(0.5), offset + distribution.Quantile(kHighQuantile),
          offset + distribution.mean(), distribution.sd()};
}

std::vector<double> ManyQuantilesOf(const Distribution& distribution, double offset) {
  std::vector<double> quantiles;
  for (size_t i = 0; i < kTotalQuantiles; ++i) {
    quantiles.push_back(offset + distribution.Quantile((static_cast<double>(i) + 0.5) / kTotalQuantiles));
  }
  return quantiles;
}

}  // namespace kith::insight_internal
