// The chance that independent deals sum up to a target.
#include <algorithm>
#include <cmath>

#include "kith/insight/forecast.h"

namespace kith::insight {
namespace {

constexpr size_t kMostSums = size_t{1} << 14;
constexpr size_t kSteps = 16'384;

struct Atom {
  double sum;
  double probability;
};

// The distribution of the sum with one more deal; equal sums are joined. Sums that reach the goal stay at it.
std::vector<Atom> With(const std::vector<Atom>& atoms, const Chance& deal, double goal) {
  std::vector<Atom> joined;
  joined.reserve(2 * atoms.size());
  const auto push = [&](double sum, double probability) {
    if (probability <= 0) return;
    if (!joined.empty() && joined.back().sum == sum) {
      joined.back().probability += probability;
    } else {
      joined.push_back({sum, probability});
    }
  };
  size_t missed = 0;
  for (const Atom& won : atoms) {
    const double sum = std::min(won.sum + deal.minor, goal);
    for (; missed < atoms.size() && atoms[missed].sum <= sum; ++missed)
      push(atoms[missed].sum, atoms[missed].probability * (1 - deal.probability));
    push(sum, won.probability * deal.probability);
  }
  for (; missed < atoms.size(); ++missed) push(atoms[missed].sum, atoms[missed].probability * (1 - deal.probability));
  return joined;
}

// The same on a grid of kSteps up to the goal; an amount between two steps is split so that its mean stays.
double OnGrid(const std::vector<Chance>& deals, double goal) {
  std::vector<double> cells(kSteps + 1, 0);
  cells[0] = 1;
  for (const Chance& deal : deals) {
    if (!(deal.probability > 0) || !(deal.minor > 0)) continue;
    const double steps = std::min(deal.minor / goal, 1.0) * static_cast<double>(kSteps);
    const auto low = static_cast<size_t>(steps);
    const double high_share = steps - static_cast<double>(low);
    for (size_t i = kSteps; i-- > 0;) {
      const double moving = cells[i] * std::min(deal.probability, 1.0);
      cells[i] -= moving;
      cells[std::min(i + low, kSteps)] += moving * (1 - high_share);
      cells[std::min(i + low + 1, kSteps)] += moving * high_share;
    }
  }
  return cells[kSteps];
}

}  // namespace

double AttainProbability(const std::vector<Chance>& deals, double closed, double target) {
  const double goal = target - closed;
  if (goal <= 0) return 1;
  std::vector<Atom> atoms = {{0, 1}};
  for (Chance deal : deals) {
    if (!(deal.probability > 0) || !(deal.minor > 0)) continue;
    deal.probability = std::min(deal.probability, 1.0);
    atoms = With(atoms, deal, goal);
    if (atoms.size() > kMostSums) return OnGrid(deals, goal);
  }
  return atoms.back().sum >= goal ? std::min(atoms.back().probability, 1.0) : 0;
}

}  // namespace kith::insight
