// Repeat buying: BG/NBD (Fader, Hardie and Lee 2005) fitted by the method of Nelder and Mead (1965).
#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <vector>

#include "insight/special_internal.h"
#include "kith/insight/buyers.h"

namespace kith::insight {
namespace {

using insight_internal::LogGamma;

constexpr size_t kMostHistories = 4000;
constexpr double kPriorSd = 3;  // of the logs of the parameters
constexpr int kMostIterations = 800;
constexpr double kTolerance = 1e-9;  // of the log likelihood, relative

using Point = std::array<double, 4>;  // logs of r, alpha, a, b

BuyingModel ModelAt(const Point& p) {
  return {.r = std::exp(p[0]), .alpha = std::exp(p[1]), .a = std::exp(p[2]), .b = std::exp(p[3]), .log_likelihood = 0};
}

double LogLikelihood(const BuyingModel& m, const BuyingHistory& h) {
  const auto x = static_cast<double>(h.repeats);
  const double common = LogGamma(m.r + x) - LogGamma(m.r) + m.r * std::log(m.alpha) + LogGamma(m.a + m.b) + LogGamma(m.b + x) -
                        LogGamma(m.b) - LogGamma(m.a + m.b + x);
  const double still = -(m.r + x) * std::log(m.alpha + h.age);
  if (h.repeats == 0) return common + still;
  const double left = std::log(m.a) - std::log(m.b + x - 1) - (m.r + x) * std::log(m.alpha + h.recency);
  const double most = std::max(still, left);
  return common + most + std::log(std::exp(still - most) + std::exp(left - most));
}

// What is minimized; of many histories every `stride`-th stands for as many.
double Loss(const Point& p, std::span<const BuyingHistory> histories, size_t stride) {
  double loss = 0;
  for (const double log : p) loss += log * log / (2 * kPriorSd * kPriorSd);
  const BuyingModel model = ModelAt(p);
  for (size_t i = 0; i < histories.size(); i += stride) loss -= static_cast<double>(stride) * LogLikelihood(model, histories[i]);
  return std::isfinite(loss) ? loss : 1e300;
}

struct Vertex {
  Point at{};
  double loss = 0;
};

template <typename Function>
Vertex Minimize(const Point& start, const Function& loss) {
  constexpr size_t kSize = std::tuple_size_v<Point>;
  std::array<Vertex, kSize + 1> simplex;
  for (size_t i = 0; i <= kSize; ++i) {
    simplex[i].at = start;
    if (i < kSize) simplex[i].at[i] += 0.5;
    simplex[i].loss = loss(simplex[i].at);
  }
  const auto by_loss = [](const Vertex& a, const Vertex& b) { return a.loss < b.loss; };
  for (int step = 0; step < kMostIterations; ++step) {
    std::stable_sort(simplex.begin(), simplex.end(), by_loss);
    Vertex& worst = simplex[kSize];
    if (worst.loss - simplex[0].loss <= kTolerance * (1 + std::abs(simplex[0].loss))) break;
    Point centre{};
    for (size_t i = 0; i < kSize; ++i) {
      for (size_t j = 0; j < kSize; ++j) centre[j] += simplex[i].at[j] / static_cast<double>(kSize);
    }
    const auto along = [&](double factor) {
      Vertex vertex;
      for (size_t j = 0; j < kSize; ++j) vertex.at[j] = centre[j] + factor * (centre[j] - worst.at[j]);
      vertex.loss = loss(vertex.at);
      return vertex;
    };
    const Vertex reflected = along(1);
    if (reflected.loss < simplex[0].loss) {
      const Vertex expanded = along(2);
      worst = expanded.loss < reflected.loss ? expanded : reflected;
      continue;
    }
    if (reflected.loss < simplex[kSize - 1].loss) {
      worst = reflected;
      continue;
    }
    const Vertex contracted = along(reflected.loss < worst.loss ? 0.5 : -0.5);
    if (contracted.loss < std::min(reflected.loss, worst.loss)) {
      worst = contracted;
      continue;
    }
    for (size_t i = 1; i <= kSize; ++i) {
      for (size_t j = 0; j < kSize; ++j) simplex[i].at[j] = (simplex[i].at[j] + simplex[0].at[j]) / 2;
      simplex[i].loss = loss(simplex[i].at);
    }
  }
  return *std::min_element(simplex.begin(), simplex.end(), by_loss);
}

}  // namespace

double BuyingModel::Alive(const BuyingHistory& history) const {
  if (history.repeats == 0) return 1;
  const auto x = static_cast<double>(history.repeats);
  const double ratio = (r + x) * (std::log(alpha + history.age) - std::log(alpha + history.recency));
  return 1 / (1 + a / (b + x - 1) * std::exp(ratio));
}

double BuyingModel::Chance(const BuyingHistory& history, double horizon) const {
  const double power = r + static_cast<double>(history.repeats);
  const double none = power * (std::log(alpha + history.age) - std::log(alpha + history.age + horizon));
  return Alive(history) * -std::expm1(none);
}

BuyingModel FitBuyingModel(std::span<const BuyingHistory> histories) {
  if (histories.empty()) return {};
  const size_t stride = (histories.size() + kMostHistories - 1) / kMostHistories;
  double age = 0;
  for (const BuyingHistory& history : histories) age += history.age / static_cast<double>(histories.size());
  // In the middle of the ages, so that units of time make no difference.
  const double unit = age > 0 ? age : 1;
  std::vector<BuyingHistory> scaled(histories.begin(), histories.end());
  for (BuyingHistory& history : scaled) {
    history.recency /= unit;
    history.age /= unit;
  }
  const auto loss = [&](const Point& p) { return Loss(p, scaled, stride); };
  const Vertex first = Minimize({0, 0, 0, 0}, loss);
  const Vertex best = Minimize(first.at, loss);  // once more from there: a simplex may have collapsed
  BuyingModel model = ModelAt(best.at);
  model.alpha *= unit;
  for (const BuyingHistory& history : histories) model.log_likelihood += LogLikelihood(model, history);
  return model;
}

}  // namespace kith::insight
