// Special functions and random draws of the statistics. Own code rather than the C library's, so that results are the same on every
// platform and thread (lgamma writes a global there).
#ifndef KITH_LIB_INSIGHT_SPECIAL_INTERNAL_H_
#define KITH_LIB_INSIGHT_SPECIAL_INTERNAL_H_

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace kith::insight_internal {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// ln Γ(x), x > 0. Lanczos approximation (g = 7, nine terms), relative error below 1e-13.
[[nodiscard]] double LogGamma(double x);
// ln B(a, b).
[[nodiscard]] double LogBeta(double a, double b);
// The regularized incomplete beta function I_x(a, b): P(X <= x) for X ~ Beta(a, b). Continued fraction, modified Lentz.
[[nodiscard]] double BetaCdf(double a, double b, double x);
// The p-quantile of Beta(a, b), to a relative 1e-14.
[[nodiscard]] double BetaQuantile(double a, double b, double p);
// P(X > x) for X ~ Gamma(shape a, rate 1).
[[nodiscard]] double GammaTail(double a, double x);
// P(X > x) for X chi-square with `degrees` degrees of freedom.
[[nodiscard]] double ChiSquareTail(double x, double degrees);
[[nodiscard]] double NormalCdf(double z);
// The p-quantile of the standard normal: rational approximation (Acklam) and one Halley step, error below 1e-12.
[[nodiscard]] double NormalQuantile(double p);
// ln P(O) for O ~ Poisson(E·theta), theta ~ Gamma(a, b), up to terms in O and E alone: the negative binomial.
[[nodiscard]] double GammaPoissonLog(double a, double b, double observed, double expected);
// P(X < Y) for independent X ~ Beta(a1, b1), Y ~ Beta(a2, b2).
[[nodiscard]] double ProbabilityBelow(double a1, double b1, double a2, double b2);

// Benjamini and Hochberg (1995): which of the tests are discoveries at the false-discovery rate q.
[[nodiscard]] std::vector<bool> Discoveries(const std::vector<double>& p_values, double q);

[[nodiscard]] double Logit(double p);
[[nodiscard]] double Logistic(double x);

// xoshiro256** seeded by splitmix64: the same numbers everywhere.
class Random {
 public:
  explicit Random(uint64_t seed);
  uint64_t Bits();
  double Uniform();            // in (0, 1)
  double Normal();             // standard
  double Gamma(double shape);  // rate 1; shape > 0 (Marsaglia and Tsang 2000)
 private:
  std::array<uint64_t, 4> state_;
};

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_SPECIAL_INTERNAL_H_
