#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numeric>

#include "insight/period_internal.h"
#include "insight/special_internal.h"

namespace kith::insight_internal {
namespace {

using Complex = std::complex<double>;

constexpr double kTwoPi = 6.28318530717958647692;
constexpr size_t kPoints = 2048;
constexpr size_t kFrequencies = kPoints / 2 + 1;
constexpr size_t kExactDeals = 64;
constexpr double kRangeSds = 12;      // the grid reaches this far beyond the mean
constexpr size_t kMargin = 8;         // cells below 0, for what the transform spreads around an atom
constexpr double kSmoothing = 0.6;    // sd in cells of the normal kernel that tames the transform's ripples
constexpr double kNegligible = 1e-4;  // chance below which a large deal does not widen the grid
constexpr int kShockSlices = 31;

Complex Times(Complex a, Complex b) {  // without the library's checks for infinities
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// In place, size a power of two; sign -1: the forward transform.
void Transform(std::vector<Complex>& a, double sign) {
  const size_t n = a.size();
  for (size_t i = 1, j = 0; i < n; ++i) {
    size_t bit = n >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(a[i], a[j]);
  }
  for (size_t length = 2; length <= n; length <<= 1) {
    const Complex root = std::polar(1.0, sign * kTwoPi / static_cast<double>(length));
    for (size_t start = 0; start < n; start += length) {
      Complex w = 1;
      for (size_t k = 0; k < length / 2; ++k) {
        const Complex u = a[start + k];
        const Complex v = Times(a[start + k + length / 2], w);
        a[start + k] = u + v;
        a[start + k + length / 2] = u - v;
        w = Times(w, root);
      }
    }
  }
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

struct Cumulants {
  double k1 = 0, k2 = 0, k3 = 0, k4 = 0;
  void AddBernoulli(double p, double a) {
    const double v = p * (1 - p);
    k1 += p * a;
    k2 += v * a * a;
    k3 += v * (1 - 2 * p) * a * a * a;
    k4 += v * (1 - 6 * v) * a * a * a * a;
  }
  // exp of the four-term series; beyond the point where the quartic term turns the modulus upwards there is nothing left of it.
  [[nodiscard]] Complex At(double t) const {
    const double t2 = t * t;
    if (k4 > 0 && t2 * k4 > 6 * k2) return 0;
    const double modulus = std::exp(-k2 * t2 / 2 + k4 * t2 * t2 / 24);
    const double angle = k1 * t - k3 * t2 * t / 6;
    return std::polar(modulus, angle);
  }
};

// e^{i t_k a} for every frequency, by repeated multiplication.
std::vector<Complex> Waves(double amount, double frequency) {
  std::vector<Complex> waves(kFrequencies);
  const Complex step = std::polar(1.0, frequency * amount);
  for (size_t k = 0; k < kFrequencies; ++k) {
    waves[k] = k % 64 == 0 ? std::polar(1.0, frequency * amount * static_cast<double>(k)) : Times(waves[k - 1], step);
  }
  return waves;
}

class Inversion {
 public:
  explicit Inversion(const PeriodInputs& inputs);
  PeriodDistributions Run();

 private:
  void RankDeals();
  void MeasureMoments();
  [[nodiscard]] std::vector<Complex> OpenPart(size_t draw) const;
  // The chance of new deals at each frequency, averaged over the levels.
  [[nodiscard]] std::vector<Complex> NewPart(size_t draw) const;
  [[nodiscard]] Distribution Invert(const std::vector<Complex>& characteristic, const Moments& moments) const;

  const PeriodInputs& in_;
  size_t draws_;
  std::vector<size_t> by_variance_;  // open deals, largest variance first
  Moments open_, new_, total_;
  double step_ = 1;       // of the grid
  double frequency_ = 0;  // between the transform's points
  std::vector<std::vector<Complex>> deal_waves_;
  std::vector<std::vector<Complex>> size_waves_;  // by compound: characteristic function of its sizes
};

Inversion::Inversion(const PeriodInputs& inputs) : in_(inputs), draws_(inputs.chances.size()) {
  RankDeals();
  MeasureMoments();
  frequency_ = kTwoPi / (static_cast<double>(kPoints) * step_);
  for (size_t i = 0; i < std::min(kExactDeals, by_variance_.size()); ++i) {
    deal_waves_.push_back(Waves(in_.amounts[by_variance_[i]], frequency_));
  }
  for (const Compound& compound : in_.arrivals) {
    std::vector<Complex> sum(kFrequencies);
    for (const Size& size : compound.sizes) {
      const std::vector<Complex> waves = Waves(size.value, frequency_);
      for (size_t k = 0; k < kFrequencies; ++k) sum[k] += size.weight * waves[k];
    }
    size_waves_.push_back(std::move(sum));
  }
}

void Inversion::RankDeals() {
  std::vector<double> variance(in_.amounts.size(), 0);
  for (const std::vector<double>& chances : in_.chances) {
    for (size_t i = 0; i < variance.size(); ++i) variance[i] += chances[i] * (1 - chances[i]) * in_.amounts[i] * in_.amounts[i];
  }
  by_variance_.resize(variance.size());
  std::iota(by_variance_.begin(), by_variance_.end(), size_t{0});
  const auto larger = [&](size_t a, size_t b) { return variance[a] != variance[b] ? variance[a] > variance[b] : a < b; };
  const auto exact = static_cast<std::ptrdiff_t>(std::min(kExactDeals, by_variance_.size()));
  std::partial_sort(by_variance_.begin(), by_variance_.begin() + exact, by_variance_.end(), larger);
}

// Of the mixture over draws and levels: means of the parts' moments, plus the variance of their means.
void Inversion::MeasureMoments() {
  Moments open_square;
  Moments new_square;
  Moments total_square;
  const double weight = 1 / static_cast<double>(std::max<size_t>(draws_, 1));
  const auto add = [&](double mean, double variance, double w, Moments& sum, Moments& square) {
    sum.mean += w * mean;
    sum.variance += w * variance;
    square.mean += w * mean * mean;
  };
  for (size_t draw = 0; draw < draws_; ++draw) {
    Cumulants c;
    for (size_t i = 0; i < in_.amounts.size(); ++i) c.AddBernoulli(in_.chances[draw][i], in_.amounts[i]);
    add(c.k1, c.k2, weight, open_, open_square);
    double first = 0;
    double second = 0;
    for (const Compound& compound : in_.arrivals) {
      for (const Size& size : compound.sizes) {
        first += compound.wins[draw] * size.weight * size.value;
        second += compound.wins[draw] * size.weight * size.value * size.value;
      }
    }
    for (const Level& level : in_.levels) {
      add(first * level.value, second * level.value, weight * level.weight, new_, new_square);
      add(c.k1 + first * level.value, c.k2 + second * level.value, weight * level.weight, total_, total_square);
    }
  }
  if (in_.levels.empty()) {
    total_ = open_;
    total_square = open_square;
  }
  open_.variance += std::max(open_square.mean - open_.mean * open_.mean, 0.0);
  new_.variance += std::max(new_square.mean - new_.mean * new_.mean, 0.0);
  total_.variance += std::max(total_square.mean - total_.mean * total_.mean, 0.0);
  double largest = 0;
  for (size_t i = 0; i < in_.amounts.size(); ++i) {
    if (draws_ > 0 && in_.chances[0][i] > kNegligible) largest = std::max(largest, in_.amounts[i]);
  }
  const double range = total_.mean + std::max(kRangeSds * std::sqrt(total_.variance), largest);
  step_ = range > 0 ? range / static_cast<double>(kPoints - 2 * kMargin) : 1;
}

std::vector<Complex> Inversion::OpenPart(size_t draw) const {
  const std::vector<double>& chances = in_.chances[draw];
  Cumulants rest;
  for (size_t i = deal_waves_.size(); i < by_variance_.size(); ++i)
    rest.AddBernoulli(chances[by_variance_[i]], in_.amounts[by_variance_[i]]);
  std::vector<Complex> part(kFrequencies);
  for (size_t k = 0; k < kFrequencies; ++k) part[k] = rest.At(frequency_ * static_cast<double>(k));
  for (size_t i = 0; i < deal_waves_.size(); ++i) {
    const double p = chances[by_variance_[i]];
    const std::vector<Complex>& waves = deal_waves_[i];
    for (size_t k = 0; k < kFrequencies; ++k) part[k] = Times(part[k], 1 - p + p * waves[k]);
  }
  return part;
}

std::vector<Complex> Inversion::NewPart(size_t draw) const {
  std::vector<Complex> part(kFrequencies, in_.levels.empty() ? 1.0 : 0.0);
  for (size_t k = 0; k < kFrequencies && !in_.levels.empty(); ++k) {
    Complex exponent = 0;
    for (size_t c = 0; c < in_.arrivals.size(); ++c) exponent += in_.arrivals[c].wins[draw] * (size_waves_[c][k] - 1.0);
    for (const Level& level : in_.levels)
      part[k] += level.weight * std::polar(std::exp(level.value * exponent.real()), level.value * exponent.imag());
  }
  return part;
}

Distribution Inversion::Invert(const std::vector<Complex>& characteristic, const Moments& moments) const {
  const double sd = std::sqrt(moments.variance);
  if (moments.mean <= 0) return {};
  std::vector<Complex> points(kPoints);
  for (size_t k = 0; k < kFrequencies; ++k) {
    const double angle = kTwoPi * static_cast<double>(k) / static_cast<double>(kPoints);
    const Complex smooth = std::polar(std::exp(-0.5 * kSmoothing * kSmoothing * angle * angle), angle * static_cast<double>(kMargin));
    points[k] = Times(characteristic[k], smooth);
    if (k > 0 && k < kPoints / 2) points[kPoints - k] = std::conj(points[k]);
  }
  Transform(points, -1);
  // Cell m holds the mass around (m - margin) * step; its upper edge lies half a step above.
  std::vector<double> cdf(kPoints - kMargin);
  double sum = 0;
  for (size_t m = 0; m < kPoints; ++m) {
    sum += points[m].real() / static_cast<double>(kPoints);
    if (m >= kMargin) cdf[m - kMargin] = std::clamp(sum, m > kMargin ? cdf[m - kMargin - 1] : 0.0, 1.0);
  }
  return {step_, std::move(cdf), moments.mean, sd};
}

PeriodDistributions Inversion::Run() {
  std::vector<Complex> open(kFrequencies);
  std::vector<Complex> fresh(kFrequencies);
  std::vector<Complex> total(kFrequencies);
  const double weight = 1 / static_cast<double>(std::max<size_t>(draws_, 1));
  for (size_t draw = 0; draw < draws_; ++draw) {
    const std::vector<Complex> open_part = OpenPart(draw);
    const std::vector<Complex> new_part = NewPart(draw);
    for (size_t k = 0; k < kFrequencies; ++k) {
      open[k] += weight * open_part[k];
      fresh[k] += weight * new_part[k];
      total[k] += weight * Times(open_part[k], new_part[k]);
    }
  }
  return {Invert(open, open_), Invert(fresh, new_), Invert(total, total_)};
}

}  // namespace

double Distribution::Cdf(double x) const {
  if (x < 0) return 0;
  if (cdf_.empty()) return 1;
  const double position = x / step_ - 0.5;
  if (position < 0) return cdf_[0];
  const auto below = static_cast<size_t>(position);
  if (below + 1 >= cdf_.size()) return 1;
  return cdf_[below] + (position - static_cast<double>(below)) * (cdf_[below + 1] - cdf_[below]);
}

double Distribution::Quantile(double p) const {
  if (cdf_.empty() || p <= cdf_[0]) return 0;
  const auto above = static_cast<size_t>(std::lower_bound(cdf_.begin(), cdf_.end(), p) - cdf_.begin());
  if (above >= cdf_.size()) return step_ * static_cast<double>(cdf_.size());
  const double mass = cdf_[above] - cdf_[above - 1];
  return step_ * (static_cast<double>(above) - 0.5 + (mass > 0 ? (p - cdf_[above - 1]) / mass : 0));
}

Distribution Distribution::WithShock(double log_sd) const {
  if (log_sd <= 0 || cdf_.empty()) return *this;
  std::array<double, kShockSlices> factors{};
  for (int i = 0; i < kShockSlices; ++i) {
    factors[static_cast<size_t>(i)] = std::exp(log_sd * NormalQuantile((i + 0.5) / kShockSlices) - log_sd * log_sd / 2);
  }
  const double step = step_ * std::max(1.0, factors.back());
  std::vector<double> cdf(cdf_.size(), 0);
  for (size_t i = 0; i < cdf.size(); ++i) {
    for (const double factor : factors) cdf[i] += Cdf(step * (static_cast<double>(i) + 0.5) / factor) / kShockSlices;
  }
  const double spread = std::exp(log_sd * log_sd);
  const double sd = std::sqrt(sd_ * sd_ * spread + mean_ * mean_ * (spread - 1));
  return {step, std::move(cdf), mean_, sd};
}

PeriodDistributions DistributionOf(const PeriodInputs& inputs) { return Inversion(inputs).Run(); }

std::vector<Level> LevelsOf(double mean, double log_sd) {
  static constexpr std::array<double, 4> kNodes = {0, 1.1544053947399682, 2.3667594107345412, 3.7504397177257425};
  static constexpr std::array<double, 4> kWeights = {0.45714285714285713, 0.24012317860501273, 0.030757123967586499,
                                                     0.00054826885597221904};
  std::vector<Level> levels;
  double sum = 0;
  for (size_t i = 0; i < kNodes.size(); ++i) {
    for (const double sign : {1.0, -1.0}) {
      if (i == 0 && sign < 0) continue;
      levels.push_back({mean * std::exp(sign * kNodes[i] * log_sd - log_sd * log_sd / 2), kWeights[i]});
      sum += kWeights[i];
    }
  }
  for (Level& level : levels) level.weight /= sum;
  return levels;
}

}  // namespace kith::insight_internal
