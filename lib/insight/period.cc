#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

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
constexpr double kNothing = 1e-18;  // modulus of a characteristic function that no longer shows in sums of doubles
constexpr double kLogNothing = -41;

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

// First four cumulants of a sum of independent deals, by draw.
struct Cumulants {
  explicit Cumulants(size_t draws) : k1(draws), k2(draws), k3(draws), k4(draws) {}
  std::vector<double> k1, k2, k3, k4;

  void Add(const ChanceRows& rows, const OpenChance& deal) {
    const double* low = rows.row(deal.low);
    const double* high = rows.row(deal.high);
    const double a = deal.amount;
    const double a2 = a * a;
    for (size_t d = 0; d < k1.size(); ++d) {
      const double p = std::min(deal.factor * (low[d] + deal.weight * (high[d] - low[d])), 1.0);
      const double v = p * (1 - p);
      k1[d] += p * a;
      k2[d] += v * a2;
      k3[d] += v * (1 - 2 * p) * a2 * a;
      k4[d] += v * (1 - 6 * v) * a2 * a2;
    }
  }
  // exp of the four-term series; beyond the point where the quartic term turns the modulus upwards there is nothing left of it.
  [[nodiscard]] Complex At(size_t draw, double t) const {
    const double t2 = t * t;
    if (k4[draw] > 0 && t2 * k4[draw] > 6 * k2[draw]) return 0;
    const double modulus = std::exp(-k2[draw] * t2 / 2 + k4[draw] * t2 * t2 / 24);
    return std::polar(modulus, k1[draw] * t - k3[draw] * t2 * t / 6);
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
  void SumDeals();
  void MeasureMoments();
  [[nodiscard]] std::vector<Complex> OpenPart(size_t draw) const;
  // The chance of new deals at each frequency, averaged over the levels.
  [[nodiscard]] std::vector<Complex> NewPart(size_t draw) const;
  [[nodiscard]] Distribution Invert(const std::vector<Complex>& characteristic, const Moments& moments) const;

  const PeriodInputs& in_;
  const size_t draws_;
  std::vector<OpenChance> exact_;  // deals of largest variance
  Cumulants rest_;                 // of the others
  double largest_ = 0;             // amount of a deal that is not negligible
  Moments open_, new_, total_;
  double step_ = 1;       // of the grid
  double frequency_ = 0;  // between the transform's points
  std::vector<std::vector<Complex>> deal_waves_;
  std::vector<std::vector<Complex>> size_waves_;  // by compound: characteristic function of its sizes
};

// Where no row is, new deals may still have draws.
size_t DrawsOf(const PeriodInputs& inputs) {
  if (inputs.rows != nullptr) return inputs.rows->draws();
  return inputs.arrivals.empty() ? 0 : inputs.arrivals.front().wins.size();
}

Inversion::Inversion(const PeriodInputs& inputs) : in_(inputs), draws_(DrawsOf(inputs)), rest_(draws_) {
  SumDeals();
  MeasureMoments();
  frequency_ = kTwoPi / (static_cast<double>(kPoints) * step_);
  for (const OpenChance& deal : exact_) deal_waves_.push_back(Waves(deal.amount, frequency_));
  for (const Compound& compound : in_.arrivals) {
    std::vector<Complex> sum(kFrequencies);
    for (const Size& size : compound.sizes) {
      const std::vector<Complex> waves = Waves(size.value, frequency_);
      for (size_t k = 0; k < kFrequencies; ++k) sum[k] += size.weight * waves[k];
    }
    size_waves_.push_back(std::move(sum));
  }
}

double ChanceOf(const ChanceRows& rows, const OpenChance& deal, size_t draw) {
  const double low = rows.row(deal.low)[draw];
  return std::min(deal.factor * (low + deal.weight * (rows.row(deal.high)[draw] - low)), 1.0);
}

void Inversion::SumDeals() {
  if (draws_ == 0 || in_.rows == nullptr) return;
  std::vector<std::pair<double, size_t>> order;  // by falling variance in the first draw; equals by their place
  order.reserve(in_.deals.size());
  for (size_t i = 0; i < in_.deals.size(); ++i) {
    const double p = ChanceOf(*in_.rows, in_.deals[i], 0);
    if (p > kNegligible) largest_ = std::max(largest_, in_.deals[i].amount);
    order.emplace_back(-p * (1 - p) * in_.deals[i].amount * in_.deals[i].amount, i);
  }
  const auto exact = static_cast<std::ptrdiff_t>(std::min(kExactDeals, order.size()));
  if (exact > 0) std::nth_element(order.begin(), order.begin() + exact - 1, order.end());
  std::sort(order.begin(), order.begin() + exact);
  std::vector<bool> is_exact(order.size());
  for (std::ptrdiff_t i = 0; i < exact; ++i) {
    exact_.push_back(in_.deals[order[static_cast<size_t>(i)].second]);
    is_exact[order[static_cast<size_t>(i)].second] = true;
  }
  for (size_t i = 0; i < in_.deals.size(); ++i) {
    if (!is_exact[i]) rest_.Add(*in_.rows, in_.deals[i]);
  }
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
  Cumulants all = rest_;
  for (const OpenChance& deal : exact_) all.Add(*in_.rows, deal);
  for (size_t draw = 0; draw < draws_; ++draw) {
    add(all.k1[draw], all.k2[draw], weight, open_, open_square);
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
      add(all.k1[draw] + first * level.value, all.k2[draw] + second * level.value, weight * level.weight, total_, total_square);
    }
  }
  if (in_.levels.empty()) {
    total_ = open_;
    total_square = open_square;
  }
  open_.variance += std::max(open_square.mean - open_.mean * open_.mean, 0.0);
  new_.variance += std::max(new_square.mean - new_.mean * new_.mean, 0.0);
  total_.variance += std::max(total_square.mean - total_.mean * total_.mean, 0.0);
  const double range = total_.mean + std::max(kRangeSds * std::sqrt(total_.variance), largest_);
  step_ = range > 0 ? range / static_cast<double>(kPoints - 2 * kMargin) : 1;
}

std::vector<Complex> Inversion::OpenPart(size_t draw) const {
  std::vector<Complex> part(kFrequencies);
  size_t end = 0;  // beyond it nothing is left of the product, whose other factors are at most 1
  for (size_t k = 0; k < kFrequencies; ++k) {
    part[k] = rest_.At(draw, frequency_ * static_cast<double>(k));
    if (std::norm(part[k]) > kNothing * kNothing) end = k + 1;
  }
  for (size_t i = 0; i < exact_.size(); ++i) {
    const double p = ChanceOf(*in_.rows, exact_[i], draw);
    const std::vector<Complex>& waves = deal_waves_[i];
    for (size_t k = 0; k < end; ++k) part[k] = Times(part[k], 1 - p + p * waves[k]);
  }
  return part;
}

std::vector<Complex> Inversion::NewPart(size_t draw) const {
  std::vector<Complex> part(kFrequencies, in_.levels.empty() ? 1.0 : 0.0);
  for (size_t k = 0; k < kFrequencies && !in_.levels.empty(); ++k) {
    Complex exponent = 0;
    for (size_t c = 0; c < in_.arrivals.size(); ++c) exponent += in_.arrivals[c].wins[draw] * (size_waves_[c][k] - 1.0);
    for (const Level& level : in_.levels) {
      if (level.value * exponent.real() < kLogNothing) continue;
      part[k] += level.weight * std::polar(std::exp(level.value * exponent.real()), level.value * exponent.imag());
    }
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
