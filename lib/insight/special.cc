#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "insight/special_internal.h"

namespace kith::insight_internal {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kTiny = 1e-300;
constexpr int kMaxTerms = 500;
constexpr double kConverged = 1e-15;

// The continued fraction of the incomplete beta function.
double BetaFraction(double a, double b, double x) {
  double c = 1;
  double d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < kTiny ? kTiny : d);
  double value = d;
  for (int m = 1; m <= kMaxTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double step = 1;
    for (const double term : {even, odd}) {
      d = 1 + term * d;
      d = 1 / (std::abs(d) < kTiny ? kTiny : d);
      c = 1 + term / c;
      if (std::abs(c) < kTiny) c = kTiny;
      step = c * d;
      value *= step;
    }
    if (std::abs(step - 1) < kConverged) break;
  }
  return value;
}

double GammaSeries(double a, double x) {  // P(a, x) for x < a + 1
  double term = 1 / a;
  double sum = term;
  for (int n = 1; n <= kMaxTerms * 20; ++n) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * kConverged) break;
  }
  return sum * std::exp(a * std::log(x) - x - LogGamma(a));
}

double GammaFraction(double a, double x) {  // Q(a, x) for x >= a + 1
  double b = x + 1 - a;
  double c = 1 / kTiny;
  double d = 1 / b;
  double value = d;
  for (int n = 1; n <= kMaxTerms * 20; ++n) {
    const double factor = -n * (n - a);
    b += 2;
    d = factor * d + b;
    d = 1 / (std::abs(d) < kTiny ? kTiny : d);
    c = b + factor / c;
    if (std::abs(c) < kTiny) c = kTiny;
    value *= d * c;
    if (std::abs(d * c - 1) < kConverged) break;
  }
  return value * std::exp(a * std::log(x) - x - LogGamma(a));
}

double Horner(double x, std::initializer_list<double> coefficients) {
  double value = 0;
  for (const double c : coefficients) value = value * x + c;
  return value;
}

uint64_t RotateLeft(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

}  // namespace

double LogGamma(double x) {
  static constexpr std::array<double, 9> kTerms = {0.99999999999980993,  676.5203681218851,     -1259.1392167224028,
                                                   771.32342877765313,   -176.61502916214059,   12.507343278686905,
                                                   -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};
  if (x < 0.5) return std::log(kPi / std::sin(kPi * x)) - LogGamma(1 - x);
  const double y = x - 1;
  double sum = kTerms[0];
  for (size_t i = 1; i < kTerms.size(); ++i) sum += kTerms[i] / (y + static_cast<double>(i));
  const double t = y + 7.5;
  return 0.5 * std::log(2 * kPi) + (y + 0.5) * std::log(t) - t + std::log(sum);
}

double LogBeta(double a, double b) { return LogGamma(a) + LogGamma(b) - LogGamma(a + b); }

double BetaCdf(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(a * std::log(x) + b * std::log1p(-x) - LogBeta(a, b));
  if (x < (a + 1) / (a + b + 2)) return front * BetaFraction(a, b, x) / a;
  return 1 - front * BetaFraction(b, a, 1 - x) / b;
}

double BetaQuantile(double a, double b, double p) {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  double low = 0;
  double high = 1;
  double x = a / (a + b);
  for (int i = 0; i < 100; ++i) {
    const double error = BetaCdf(a, b, x) - p;
    (error > 0 ? high : low) = x;
    const double density = std::exp((a - 1) * std::log(x) + (b - 1) * std::log1p(-x) - LogBeta(a, b));
    double next = x - error / density;  // Newton, kept within the bracket
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (std::abs(next - x) <= 1e-14 * x) break;
    x = next;
  }
  return x;
}

double GammaTail(double a, double x) {
  if (x <= 0) return 1;
  return x < a + 1 ? 1 - GammaSeries(a, x) : GammaFraction(a, x);
}

double ChiSquareTail(double x, double degrees) { return degrees <= 0 ? 1 : GammaTail(degrees / 2, x / 2); }

double NormalCdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

namespace {

// To a relative 1.2e-9, for p in (0, 1): Acklam's rational approximation.
double ApproximateNormalQuantile(double p) {
  constexpr double kLow = 0.02425;
  const auto tail = [](double q) {
    return Horner(q, {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00,
                      2.938163982698783e+00}) /
           Horner(q, {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1.0});
  };
  if (p < kLow) return tail(std::sqrt(-2 * std::log(p)));
  if (p > 1 - kLow) return -tail(std::sqrt(-2 * std::log1p(-p)));
  const double q = p - 0.5;
  const double r = q * q;
  return q *
         Horner(r, {-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01,
                    2.506628277459239e+00}) /
         Horner(r, {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01,
                    1.0});
}

}  // namespace

double NormalQuantile(double p) {
  if (p <= 0) return -std::numeric_limits<double>::infinity();
  if (p >= 1) return std::numeric_limits<double>::infinity();
  const double x = ApproximateNormalQuantile(p);
  const double error = (NormalCdf(x) - p) * std::sqrt(2 * kPi) * std::exp(x * x / 2);
  return x - error / (1 + x * error / 2);
}

// The integral of P(X < y) over Y's density, on a grid of 4.5 standard deviations either side of Y's mean.
double GammaPoissonLog(double a, double b, double observed, double expected) {
  return LogGamma(observed + a) - LogGamma(a) + a * std::log(b / (b + expected)) - observed * std::log(b + expected);
}

double ProbabilityBelow(double a1, double b1, double a2, double b2) {
  constexpr int kSlices = 64;
  const double mean = a2 / (a2 + b2);
  const double sd = std::sqrt(mean * (1 - mean) / (a2 + b2 + 1));
  double sum = 0;
  double weights = 0;
  for (int i = 0; i < kSlices; ++i) {
    const double z = -4.5 + 9.0 * (i + 0.5) / kSlices;
    const double y = mean + z * sd;
    if (y <= 0 || y >= 1) continue;
    const double weight = std::exp((a2 - 1) * std::log(y / mean) + (b2 - 1) * std::log((1 - y) / (1 - mean)));
    sum += weight * BetaCdf(a1, b1, y);
    weights += weight;
  }
  return weights > 0 ? sum / weights : BetaCdf(a1, b1, mean);
}

std::vector<bool> Discoveries(const std::vector<double>& p_values, double q) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  size_t found = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    if (p_values[order[i]] <= q * static_cast<double>(i + 1) / static_cast<double>(order.size())) found = i + 1;
  }
  std::vector<bool> discovered(p_values.size(), false);
  for (size_t i = 0; i < found; ++i) discovered[order[i]] = true;
  return discovered;
}

double Logit(double p) {
  const double q = std::clamp(p, 1e-9, 1 - 1e-9);
  return std::log(q / (1 - q));
}

double Logistic(double x) { return 1 / (1 + std::exp(-x)); }

Random::Random(uint64_t seed) : state_() {
  for (uint64_t& word : state_) {
    seed += 0x9E3779B97F4A7C15;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    word = z ^ (z >> 31);
  }
}

uint64_t Random::Bits() {
  const uint64_t result = RotateLeft(state_[1] * 5, 7) * 9;
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = RotateLeft(state_[3], 45);
  return result;
}

double Random::Uniform() { return (static_cast<double>(Bits() >> 11) + 0.5) * 0x1p-53; }

double Random::Normal() { return ApproximateNormalQuantile(Uniform()); }

double Random::Gamma(double shape) {
  if (shape < 1) return Gamma(shape + 1) * std::pow(Uniform(), 1 / shape);
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = Normal();
    const double v = 1 + c * x;
    if (v <= 0) continue;
    const double cube = v * v * v;
    const double u = Uniform();
    if (u < 1 - 0.0331 * x * x * x * x) return d * cube;  // the paper's squeeze: then the next condition holds too
    if (std::log(u) < 0.5 * x * x + d - d * cube + d * std::log(cube)) return d * cube;
  }
}

}  // namespace kith::insight_internal
