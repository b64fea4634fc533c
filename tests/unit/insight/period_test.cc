#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "insight/period_internal.h"
#include "insight/special_internal.h"
#include "kith/insight/forecast.h"
#include "unit/insight/made_tables.h"

namespace kith::insight_internal {
namespace {

using insight::AttainProbability;
using insight::Chance;

// P(sum >= target) by going through every outcome.
double Enumerate(const std::vector<Chance>& deals, double target) {
  double total = 0;
  for (size_t outcome = 0; outcome < size_t{1} << deals.size(); ++outcome) {
    double probability = 1;
    double sum = 0;
    for (size_t i = 0; i < deals.size(); ++i) {
      const bool won = ((outcome >> i) & 1) != 0;
      probability *= won ? deals[i].probability : 1 - deals[i].probability;
      if (won) sum += deals[i].minor;
    }
    if (sum >= target) total += probability;
  }
  return total;
}

// C16
TEST(Attain, EqualsTheExactTailOnSmallSets) {
  insight::testing::Random random(12);
  for (int round = 0; round < 40; ++round) {
    std::vector<Chance> deals;
    double all = 0;
    for (int i = 0; i < 1 + round % 12; ++i) {
      deals.push_back({random.Uniform(), std::floor(1 + 1000 * random.Uniform())});
      all += deals.back().minor;
    }
    for (const double share : {0.0, 0.2, 0.5, 0.8, 1.0}) {
      EXPECT_NEAR(AttainProbability(deals, 0, share * all), share == 0 ? 1 : Enumerate(deals, share * all), 1e-12);
      EXPECT_EQ(AttainProbability(deals, all, share * all), 1);  // won deals count fully
      EXPECT_NEAR(AttainProbability(deals, 100, share * all + 100), AttainProbability(deals, 0, share * all), 1e-12);
    }
    EXPECT_EQ(AttainProbability(deals, 0, all + 1), 0);
  }
}

TEST(Attain, EqualAmountsGiveThePoissonBinomialTail) {
  // 300 deals of one amount: the number won is a Poisson binomial, by its recursion.
  insight::testing::Random random(3);
  std::vector<Chance> deals;
  std::vector<double> count(301, 0);
  count[0] = 1;
  for (int i = 0; i < 300; ++i) {
    deals.push_back({random.Uniform() * 0.5, 100});
    for (int k = i + 1; k >= 1; --k) {
      count[static_cast<size_t>(k)] =
          count[static_cast<size_t>(k)] * (1 - deals.back().probability) + count[static_cast<size_t>(k) - 1] * deals.back().probability;
    }
    count[0] *= 1 - deals.back().probability;
  }
  for (const int k : {50, 70, 75, 80, 100}) {
    double tail = 0;
    for (size_t i = static_cast<size_t>(k); i < count.size(); ++i) tail += count[i];
    EXPECT_NEAR(AttainProbability(deals, 0, k * 100.0), tail, 1e-12) << k;
  }
}

TEST(Attain, IsMonotoneInEveryProbabilityOnLargeSetsToo) {
  insight::testing::Random random(4);
  std::vector<Chance> deals;
  double mean = 0;
  double variance = 0;
  for (int i = 0; i < 300; ++i) {
    deals.push_back({random.Uniform(), 1000 * std::exp(1.2 * NormalQuantile(random.Uniform()))});
    mean += deals.back().probability * deals.back().minor;
    variance += deals.back().probability * (1 - deals.back().probability) * deals.back().minor * deals.back().minor;
  }
  const double target = mean + std::sqrt(variance);
  const double before = AttainProbability(deals, 0, target);
  EXPECT_NEAR(before, 0.16, 0.03);
  std::vector<Chance> with_none = deals;  // amounts that are nothing to win change nothing
  for (const double minor : {-5000.0, 0.0, std::nan("")}) with_none.push_back({0.5, minor});
  EXPECT_EQ(AttainProbability(with_none, 0, target), before);
  for (size_t i = 0; i < deals.size(); i += 29) {
    std::vector<Chance> better = deals;
    better[i].probability = std::min(1.0, better[i].probability + 0.1);
    EXPECT_GE(AttainProbability(better, 0, target), before);
  }
}

// Inputs that own their rows, one for every deal.
struct Owned {
  explicit Owned(size_t draws) : rows(draws) { in.rows = &rows; }
  void Add(double amount, const std::vector<double>& chances) {
    const auto row = static_cast<uint32_t>(rows.Add(chances));
    in.deals.push_back({amount, row, row, 0});
  }
  ChanceRows rows;
  PeriodInputs in;
};

struct Errors {
  double largest_cdf = 0;
  double mean = 0;  // relative
};

// The inversion against a large sample of the same mixture.
Errors Compare(const PeriodInputs& in, uint64_t seed) {
  const PeriodDistributions found = DistributionOf(in);
  Random random(seed);
  std::vector<double> sample;
  constexpr int kSample = 20'000;
  for (int i = 0; i < kSample; ++i) {
    const auto draw = static_cast<size_t>(random.Uniform() * static_cast<double>(in.rows->draws()));
    double sum = 0;
    for (const OpenChance& deal : in.deals) {
      const double low = in.rows->row(deal.low)[draw];
      sum += random.Uniform() < low + deal.weight * (in.rows->row(deal.high)[draw] - low) ? deal.amount : 0;
    }
    double u = random.Uniform();
    double level = 0;
    for (const Level& l : in.levels) {
      level = l.value;
      if ((u -= l.weight) < 0) break;
    }
    for (const Compound& c : in.arrivals) {
      const double mean = c.wins[draw] * level;
      double product = random.Uniform();
      for (const double limit = std::exp(-mean); product > limit; product *= random.Uniform()) {
        double pick = random.Uniform();
        for (const Size& size : c.sizes) {
          if ((pick -= size.weight) < 0) {
            sum += size.value;
            break;
          }
        }
      }
    }
    sample.push_back(sum);
  }
  std::sort(sample.begin(), sample.end());
  Errors errors;
  for (int i = 1; i < 40; ++i) {
    const double x = sample[static_cast<size_t>(kSample * i / 40)];
    const auto below = static_cast<double>(std::upper_bound(sample.begin(), sample.end(), x) - sample.begin());
    errors.largest_cdf = std::max(errors.largest_cdf, std::abs(found.total.Cdf(x) - below / kSample));
  }
  double mean = 0;
  for (const double x : sample) mean += x / kSample;
  errors.mean = found.total.mean() / mean - 1;
  return errors;
}

TEST(PeriodDistribution, AgreesWithSimulationFromFewDealsToThousands) {
  for (const int n : {30, 300, 1500}) {
    Random random(static_cast<uint64_t>(n));
    Owned owned(5);
    for (int i = 0; i < n; ++i) {
      const double amount = std::exp(10 + 1.6 * random.Normal());
      std::vector<double> chances;
      for (int draw = 0; draw < 5; ++draw) chances.push_back(0.1 + 0.5 * random.Uniform() * (1 + 0.1 * draw));
      owned.Add(amount, chances);
      if (i % 3 == 2) owned.in.deals.back().low = owned.in.deals.back().high - 2, owned.in.deals.back().weight = 0.3;
    }
    const PeriodInputs& in = owned.in;
    const Errors errors = Compare(in, 7);
    EXPECT_LT(errors.largest_cdf, 0.015) << n;  // the sample's own error is about .01
    EXPECT_NEAR(errors.mean, 0, 0.02) << n;
  }
}

TEST(PeriodDistribution, AddsCompoundArrivalsWithASharedLevel) {
  Owned owned(2);
  owned.Add(40'000, {0.3, 0.4});
  owned.Add(15'000, {0.6, 0.5});
  PeriodInputs& in = owned.in;
  in.arrivals = {{{3, 4}, {{1000, 0.5}, {9000, 0.3}, {30'000, 0.2}}}, {{2, 1}, {{5000, 1}}}};
  in.levels = LevelsOf(2, 0.4);
  double mean_level = 0;
  for (const Level& level : in.levels) mean_level += level.value * level.weight;
  EXPECT_NEAR(mean_level, 2, 1e-3);
  const Errors errors = Compare(in, 9);
  EXPECT_LT(errors.largest_cdf, 0.02);
  EXPECT_NEAR(errors.mean, 0, 0.02);
}

TEST(PeriodDistribution, ShockWidensAndKeepsTheMean) {
  Owned owned(1);
  for (int i = 0; i < 400; ++i) owned.Add(1000, {0.3});
  const PeriodInputs& in = owned.in;
  const Distribution plain = DistributionOf(in).total;
  const Distribution shocked = plain.WithShock(0.2);
  EXPECT_EQ(shocked.mean(), plain.mean());
  EXPECT_NEAR(plain.Quantile(0.5), 120'000, 1500);
  EXPECT_NEAR(std::log(shocked.Quantile(0.9) / shocked.Quantile(0.1)), 2 * 1.2816 * std::hypot(0.2, plain.sd() / plain.mean()), 0.02);
  EXPECT_EQ(DistributionOf({}).total.Quantile(0.9), 0);
}

}  // namespace
}  // namespace kith::insight_internal
