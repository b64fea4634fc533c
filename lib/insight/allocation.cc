#include "kith/insight/allocation.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <string>

#include "insight/special_internal.h"

namespace kith::insight {
namespace {

using insight_internal::Logistic;
using insight_internal::Logit;

constexpr int64_t kMostUnits = 10'000'000;
constexpr size_t kExactExperts = 12;
constexpr int64_t kMostVisited = 5'000'000;  // plans begun

Status OutOfRange(std::string field, double value, std::string_view message) {
  return MakeError({.reason = Reason::kOutOfRange, .field = std::move(field), .value = std::to_string(value)}, message);
}

// What the next unit adds.
double NextGain(const SupportedDeal& deal, int64_t units, double cost) {
  const double left = (deal.most - deal.base) * std::exp(-static_cast<double>(units) / deal.scale);
  return deal.value * left * -std::expm1(-1 / deal.scale) - cost;
}

Status Check(const SupportedDeal& deal) {
  if (!(deal.value >= 0) || !std::isfinite(deal.value)) return OutOfRange("value", deal.value, "a deal is worth something or nothing");
  if (!(deal.base >= 0 && deal.base <= 1)) return OutOfRange("base", deal.base, "a chance lies between 0 and 1");
  if (!(deal.most >= deal.base && deal.most <= 1)) return OutOfRange("most", deal.most, "support takes no chance away and none above 1");
  if (!(deal.scale > 0)) return OutOfRange("scale", deal.scale, "the scale of support is above 0");
  return absl::OkStatus();
}

class Experts {
 public:
  Experts(std::span<const ExpertDeal> deals, std::span<const Expert> experts) : deals_(deals), experts_(experts) {
    odds_.reserve(deals.size());
    for (const ExpertDeal& deal : deals) odds_.push_back(Logit(deal.base));
    for (const Expert& expert : experts) most_.push_back(MostOf(expert));
    ahead_.resize(experts.size() + 1);
    for (size_t i = experts.size(); i-- > 0;) ahead_[i] = ahead_[i + 1] + most_[i];
  }

  ExpertPlan Run() {
    Greedy();
    Improve();
    best_.bound = ahead_[0];
    if (experts_.size() <= kExactExperts) {
      std::vector<std::optional<size_t>> plan(experts_.size());
      for (size_t d = 0; d < deals_.size(); ++d) odds_[d] = Logit(deals_[d].base);
      Branch(0, 0, plan);
      best_.exact = visited_ <= kMostVisited;
      if (best_.exact) best_.bound = best_.gain;
    }
    best_.bound = std::max(best_.bound, best_.gain);
    return std::move(best_);
  }

 private:
  // At most so much: log odds that rise by x add most to a chance where they go from -x/2 to x/2.
  [[nodiscard]] double MostOf(const Expert& expert) const {
    double most = 0;
    for (size_t d = 0; d < deals_.size(); ++d) {
      if (!expert.effect[d]) continue;
      const double rise = 2 * Logistic(std::max(0.0, *expert.effect[d]) / 2) - 1;
      most = std::max(most, deals_[d].value * rise - expert.cost);
    }
    return most;
  }

  [[nodiscard]] double ValueOf(size_t d, double odds) const { return deals_[d].value * (Logistic(odds) - deals_[d].base); }

  // What expert `e` adds to deal `d` as it stands.
  [[nodiscard]] double Adds(size_t e, size_t d) const {
    if (!experts_[e].effect[d]) return -1;
    return ValueOf(d, odds_[d] + *experts_[e].effect[d]) - ValueOf(d, odds_[d]) - experts_[e].cost;
  }
  void Put(size_t e, std::optional<size_t> d) {
    std::optional<size_t>& now = best_.deal[e];
    if (now) odds_[*now] -= *experts_[e].effect[*now];
    now = d;
    if (now) odds_[*now] += *experts_[e].effect[*now];
  }
  [[nodiscard]] double Gain() const {
    double gain = 0;
    for (size_t d = 0; d < deals_.size(); ++d) gain += ValueOf(d, odds_[d]);
    for (size_t e = 0; e < experts_.size(); ++e) gain -= best_.deal[e] ? experts_[e].cost : 0;
    return gain;
  }

  void Greedy() {
    best_.deal.assign(experts_.size(), std::nullopt);
    while (true) {
      double most = 0;
      std::optional<std::pair<size_t, size_t>> next;
      for (size_t e = 0; e < experts_.size(); ++e) {
        if (best_.deal[e]) continue;
        for (size_t d = 0; d < deals_.size(); ++d) {
          const double adds = Adds(e, d);
          if (adds > most) {
            most = adds;
            next = {e, d};
          }
        }
      }
      if (!next) break;
      Put(next->first, next->second);
    }
    best_.gain = Gain();
  }

  [[nodiscard]] bool Can(size_t e, const std::optional<size_t>& d) const { return !d || experts_[e].effect[*d].has_value(); }

  // Takes the change if it gains.
  bool Try(size_t a, std::optional<size_t> to_a, size_t b, std::optional<size_t> to_b) {
    if (!Can(a, to_a) || !Can(b, to_b)) return false;
    const std::optional<size_t> from_a = best_.deal[a];
    const std::optional<size_t> from_b = best_.deal[b];
    Put(a, to_a);
    if (a != b) Put(b, to_b);
    const double gain = Gain();
    if (gain > best_.gain + kLeast * (1 + std::abs(best_.gain))) {
      best_.gain = gain;
      return true;
    }
    Put(a, from_a);
    if (a != b) Put(b, from_b);
    return false;
  }

  void Improve() {
    for (bool helped = true; helped;) {
      helped = false;
      for (size_t a = 0; a < experts_.size(); ++a) {
        helped = Try(a, std::nullopt, a, std::nullopt) || helped;
        for (size_t d = 0; d < deals_.size(); ++d) helped = Try(a, d, a, d) || helped;
        for (size_t b = a + 1; b < experts_.size(); ++b) helped = Try(a, best_.deal[b], b, best_.deal[a]) || helped;
      }
    }
    best_.gain = Gain();
  }

  // `gain`: of the experts before `e`, as `plan` has them.
  void Branch(size_t e, double gain, std::vector<std::optional<size_t>>& plan) {
    if (gain > best_.gain) {
      best_.gain = gain;
      best_.deal = plan;
    }
    if (e == experts_.size() || gain + ahead_[e] <= best_.gain || ++visited_ > kMostVisited) return;
    for (size_t d = 0; d < deals_.size(); ++d) {
      if (!experts_[e].effect[d]) continue;
      const double adds = Adds(e, d);
      odds_[d] += *experts_[e].effect[d];
      plan[e] = d;
      Branch(e + 1, gain + adds, plan);
      plan[e] = std::nullopt;
      odds_[d] -= *experts_[e].effect[d];
    }
    Branch(e + 1, gain, plan);
  }

  static constexpr double kLeast = 1e-12;
  std::span<const ExpertDeal> deals_;
  std::span<const Expert> experts_;
  std::vector<double> odds_;   // of deals, as the plan has them
  std::vector<double> most_;   // that an expert can add
  std::vector<double> ahead_;  // that the experts from one on can
  int64_t visited_ = 0;
  ExpertPlan best_;
};

}  // namespace

StatusOr<PoolPlan> AllocatePool(std::span<const SupportedDeal> deals, int64_t capacity, double cost) {
  if (capacity < 0) return OutOfRange("capacity", static_cast<double>(capacity), "there are some units or none");
  if (capacity > kMostUnits) {
    return MakeError({.reason = Reason::kLimitExceeded, .field = "capacity", .value = std::to_string(capacity)},
                     "more than 10 million units");
  }
  if (!(cost >= 0)) return OutOfRange("cost", cost, "a unit costs something or nothing");
  struct Next {
    double gain;
    Id id;
    size_t deal;
    bool operator<(const Next& other) const {
      if (gain != other.gain) return gain < other.gain;
      return id != other.id ? id > other.id : deal > other.deal;
    }
  };
  std::priority_queue<Next> next;
  for (size_t i = 0; i < deals.size(); ++i) {
    KITH_RETURN_IF_ERROR(Check(deals[i]));
    next.push({NextGain(deals[i], 0, cost), deals[i].deal, i});
  }
  PoolPlan plan{.units = std::vector<int64_t>(deals.size())};
  for (int64_t given = 0; given < capacity && !next.empty() && next.top().gain > 0; ++given) {
    const Next most = next.top();
    next.pop();
    plan.gain += most.gain;
    ++plan.units[most.deal];
    next.push({NextGain(deals[most.deal], plan.units[most.deal], cost), most.id, most.deal});
  }
  plan.shadow_price = next.empty() ? 0 : std::max(0.0, next.top().gain);
  return plan;
}

StatusOr<ExpertPlan> AllocateExperts(std::span<const ExpertDeal> deals, std::span<const Expert> experts) {
  for (const ExpertDeal& deal : deals) {
    if (!(deal.value >= 0) || !std::isfinite(deal.value)) return OutOfRange("value", deal.value, "a deal is worth something or nothing");
    if (!(deal.base > 0 && deal.base < 1)) return OutOfRange("base", deal.base, "a chance that support can change lies between 0 and 1");
  }
  for (const Expert& expert : experts) {
    if (!(expert.cost >= 0)) return OutOfRange("cost", expert.cost, "an expert costs something or nothing");
    if (expert.effect.size() != deals.size()) {
      return MakeError(
          {.reason = Reason::kBadOptions, .record = expert.expert, .field = "effect", .hint = "one a deal, null where it is none"},
          "an expert has not one effect for each deal");
    }
    for (const std::optional<double>& effect : expert.effect) {
      if (effect && !std::isfinite(*effect)) return OutOfRange("effect", *effect, "an effect is a number of log odds");
    }
  }
  return Experts(deals, experts).Run();
}

double DrawRate(int64_t successes, int64_t failures, uint64_t seed) {
  insight_internal::Random random(seed);
  const double won = random.Gamma(1 + static_cast<double>(successes));
  return won / (won + random.Gamma(1 + static_cast<double>(failures)));
}

}  // namespace kith::insight
