#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "insight/special_internal.h"

namespace kith::insight_internal {
namespace {

TEST(Special, LogGammaOfWholeAndHalfNumbers) {
  double factorial = 1;
  for (int n = 1; n <= 20; ++n) {
    EXPECT_NEAR(LogGamma(n), std::log(factorial), 1e-11) << n;
    factorial *= n;
  }
  EXPECT_NEAR(LogGamma(0.5), std::log(std::sqrt(3.14159265358979)), 1e-12);
  EXPECT_NEAR(LogGamma(1e6), 1e6 * std::log(1e6) - 1e6 - 0.5 * std::log(1e6) + 0.918938533204673, 1e-5);
}

TEST(Special, BetaCdfEqualsTheBinomialTail) {
  for (const int n : {1, 5, 30, 200}) {
    for (const double p : {0.03, 0.3, 0.5, 0.93}) {
      double tail = 0;  // P(X >= k) from k = n downwards
      for (int k = n; k >= 1; --k) {
        tail += std::exp(LogGamma(n + 1) - LogGamma(k + 1) - LogGamma(n - k + 1) + k * std::log(p) + (n - k) * std::log(1 - p));
        EXPECT_NEAR(BetaCdf(k, n - k + 1, p), tail, 1e-10) << n << " " << p << " " << k;
      }
    }
  }
  EXPECT_EQ(BetaCdf(2, 3, 0), 0);
  EXPECT_EQ(BetaCdf(2, 3, 1), 1);
}

TEST(Special, BetaQuantileInvertsTheCdf) {
  for (const double a : {0.4, 2.0, 60.0, 4000.0}) {
    for (const double b : {0.7, 3.0, 900.0}) {
      for (const double p : {0.001, 0.1, 0.5, 0.975})
        EXPECT_NEAR(BetaCdf(a, b, BetaQuantile(a, b, p)), p, 1e-8) << a << " " << b << " " << p;
    }
  }
}

TEST(Special, GammaTailEqualsThePoissonSum) {
  for (const double x : {0.1, 2.0, 20.0, 400.0}) {
    double sum = 0;  // P(Poisson(x) < a) = Q(a, x)
    for (int a = 1; a <= 500; ++a) {
      sum += std::exp((a - 1) * std::log(x) - x - LogGamma(a));
      EXPECT_NEAR(GammaTail(a, x), sum, 1e-10) << a << " " << x;
    }
  }
  EXPECT_NEAR(ChiSquareTail(3.841458820694124, 1), 0.05, 1e-12);
  EXPECT_NEAR(ChiSquareTail(18.307038053275146, 10), 0.05, 1e-12);
}

TEST(Special, NormalQuantileInvertsTheCdf) {
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-12);
  for (double z = -8; z < 6; z += 0.37) EXPECT_NEAR(NormalQuantile(NormalCdf(z)), z, 1e-8) << z;
}

TEST(Special, ProbabilityBelowAgainstSimulation) {
  EXPECT_NEAR(ProbabilityBelow(30, 40, 30, 40), 0.5, 1e-5);
  Random random(3);
  const auto beta = [&](double a, double b) {
    const double x = random.Gamma(a);
    return x / (x + random.Gamma(b));
  };
  for (const auto& [a1, b1, a2, b2] : {std::array{18.0, 42.0, 300.0, 290.0}, std::array{3.0, 4.0, 5.0, 3.0}}) {
    int below = 0;
    constexpr int kDraws = 40'000;
    for (int i = 0; i < kDraws; ++i) below += beta(a1, b1) < beta(a2, b2);
    EXPECT_NEAR(ProbabilityBelow(a1, b1, a2, b2), static_cast<double>(below) / kDraws, 0.01);
  }
}

TEST(Special, DrawsHaveTheirMoments) {
  Random random(9);
  for (const double shape : {0.3, 1.0, 7.5}) {
    double sum = 0;
    double square = 0;
    constexpr int kDraws = 40'000;
    for (int i = 0; i < kDraws; ++i) {
      const double x = random.Gamma(shape);
      sum += x / kDraws;
      square += x * x / kDraws;
    }
    EXPECT_NEAR(sum, shape, 5 * std::sqrt(shape / kDraws));
    EXPECT_NEAR(square - sum * sum, shape, 0.06 * shape + 0.02);
  }
  Random again(9);
  Random other(10);
  Random same(9);
  EXPECT_EQ(again.Bits(), same.Bits());
  EXPECT_NE(again.Bits(), other.Bits());
}

}  // namespace
}  // namespace kith::insight_internal
