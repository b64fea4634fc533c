// The distribution of a period's revenue: open deals that come true or not, and a compound Poisson of deals yet to come, averaged over
// draws of the model's parameters and over the shared level of arrivals.
#ifndef KITH_LIB_INSIGHT_PERIOD_INTERNAL_H_
#define KITH_LIB_INSIGHT_PERIOD_INTERNAL_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace kith::insight_internal {

// A distribution on [0, step * cells], by its distribution function at the cells' upper edges.
class Distribution {
 public:
  Distribution() = default;
  // All mass at 0.
  Distribution(double step, std::vector<double> cdf, double mean, double sd) : step_(step), cdf_(std::move(cdf)), mean_(mean), sd_(sd) {}
  [[nodiscard]] double Cdf(double x) const;
  [[nodiscard]] double Quantile(double p) const;
  [[nodiscard]] double mean() const { return mean_; }
  [[nodiscard]] double sd() const { return sd_; }
  // Times a log-normal factor of mean 1 and this sd of the log.
  [[nodiscard]] Distribution WithShock(double log_sd) const;

 private:
  double step_ = 0;
  std::vector<double> cdf_;
  double mean_ = 0;
  double sd_ = 0;
};

struct Size {
  double value = 0;
  double weight = 0;  // of all sizes of a compound: sums to 1
};

// Deals to come of one kind: Poisson many, each of a random size.
struct Compound {
  std::vector<double> wins;  // by draw: expected number at level 1
  std::vector<Size> sizes;
};

// A value of the level of arrivals, shared by all compounds.
struct Level {
  double value = 1;
  double weight = 1;
};

// Chances by draw of the parameters, in rows that many deals share.
class ChanceRows {
 public:
  explicit ChanceRows(size_t draws) : draws_(draws) {}
  [[nodiscard]] size_t draws() const { return draws_; }
  [[nodiscard]] const double* row(size_t row) const { return values_.data() + row * draws_; }
  // Returns the row's number. `chances` holds one a draw.
  size_t Add(const std::vector<double>& chances) {
    values_.insert(values_.end(), chances.begin(), chances.end());
    return draws_ == 0 ? 0 : values_.size() / draws_ - 1;
  }

 private:
  size_t draws_;
  std::vector<double> values_;
};

// An open deal: its chance in a draw lies between those of two rows.
struct OpenChance {
  double amount = 0;  // > 0
  uint32_t low = 0;   // rows
  uint32_t high = 0;
  double weight = 0;  // of `high`
  double factor = 1;  // by which the chance in each draw is multiplied
};

// Between which quantiles a forecast's range lies.
inline constexpr double kLowQuantile = 0.1;
inline constexpr double kHighQuantile = 0.9;

struct PeriodInputs {
  const ChanceRows* rows = nullptr;  // outlives the inputs; null: no open deals
  std::vector<OpenChance> deals;
  std::vector<Compound> arrivals;
  std::vector<Level> levels;
};

struct PeriodDistributions {
  Distribution from_open;
  Distribution from_new;
  Distribution total;
};

// The 64 deals of largest variance enter the characteristic function exactly, the rest by four cumulants; inverted by one transform of
// 2,048 points. Deterministic.
[[nodiscard]] PeriodDistributions DistributionOf(const PeriodInputs& inputs);

// Levels of a log-normal of this mean and sd of the log: Gauss-Hermite nodes.
[[nodiscard]] std::vector<Level> LevelsOf(double mean, double log_sd);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_PERIOD_INTERNAL_H_
