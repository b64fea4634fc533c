#include "kith/insight/buyers.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "insight/days_internal.h"
#include "insight/special_internal.h"
#include "insight/tilt_internal.h"

namespace kith::insight {
namespace {

using insight_internal::DaysBetween;
using insight_internal::FitTilt;
using insight_internal::Logistic;
using insight_internal::Logit;
using insight_internal::NormalQuantile;
using insight_internal::Observation;
using insight_internal::Tilt;

constexpr int64_t kTouchHalfLifeDays = 30;
constexpr int64_t kWantHalfLifeDays = 90;
constexpr int64_t kHalfLivesCounted = 10;
constexpr double kMostWants = 3;
constexpr int64_t kFewest = 10;       // who bought, and who did not, to learn from or to try on
constexpr size_t kMostRows = 50'000;  // learnt from
constexpr size_t kTrials = 3;         // moments tried on
constexpr double kChanceLevel = 0.01;
constexpr double kLeastReason = 0.05;
constexpr double kLeastBuyingChance = 1e-6;

using Features = std::array<double, kBuyerFeatures>;

double& At(Features& features, BuyerFeature which) { return features[static_cast<size_t>(which)]; }

// Of purchases until the moment; nothing when there are none.
std::optional<BuyingHistory> HistoryOf(const CustomerFacts& customer, Time moment) {
  std::optional<BuyingHistory> history;
  int64_t last_day = 0;
  Time first;
  for (const Purchase& purchase : customer.purchases) {
    if (purchase.at > moment) break;
    const int64_t day = DateOf(purchase.at).days;
    if (!history) {
      history.emplace();
      first = purchase.at;
    } else if (day != last_day) {
      ++history->repeats;
      history->recency = DaysBetween(first, purchase.at);
    }
    last_day = day;
  }
  if (history) history->age = DaysBetween(first, moment);
  return history;
}

bool BuysWithin(const CustomerFacts& customer, Time from, Time to) {
  return std::any_of(customer.purchases.begin(), customer.purchases.end(),
                     [&](const Purchase& purchase) { return purchase.at > from && purchase.at <= to; });
}

// Whether anything was known of the customer by then.
bool IsKnown(const CustomerFacts& customer, Time moment) {
  const auto before = [&](const auto& list, const auto& at) { return !list.empty() && at(list.front()) <= moment; };
  return before(customer.purchases, [](const Purchase& p) { return p.at; }) || before(customer.theirs, [](Time at) { return at; }) ||
         before(customer.ours, [](Time at) { return at; }) || before(customer.wants, [](const auto& want) { return want.first; }) ||
         std::any_of(customer.deals.begin(), customer.deals.end(), [&](const auto& deal) { return deal.first <= moment; });
}

double Decayed(const std::vector<Time>& times, Time moment) {
  double sum = 0;
  for (auto at = std::upper_bound(times.begin(), times.end(), moment); at != times.begin();) {
    const double days = DaysBetween(*--at, moment);
    if (days > static_cast<double>(kTouchHalfLifeDays * kHalfLivesCounted)) break;
    sum += std::exp2(-days / static_cast<double>(kTouchHalfLifeDays));
  }
  return sum;
}

Features FeaturesOf(const CustomerFacts& customer, Time moment, double horizon, const BuyingModel& buying, double usual) {
  Features x{};
  if (const std::optional<BuyingHistory> history = HistoryOf(customer, moment)) {
    const double chance = std::clamp(buying.Chance(*history, horizon), kLeastBuyingChance, 1 - kLeastBuyingChance);
    At(x, BuyerFeature::kHabit) = Logit(chance) - Logit(usual);
    double amounts = 0;
    double known = 0;
    for (const Purchase& purchase : customer.purchases) {
      if (purchase.at > moment || purchase.amount <= 0) continue;
      amounts += std::log(purchase.amount);
      ++known;
    }
    if (known > 0) At(x, BuyerFeature::kAmounts) = amounts / known;
  } else {
    At(x, BuyerFeature::kNeverBought) = 1;
  }
  At(x, BuyerFeature::kTheirTouches) = std::log1p(Decayed(customer.theirs, moment));
  At(x, BuyerFeature::kOurTouches) = std::log1p(Decayed(customer.ours, moment));
  double wants = 0;
  for (const auto& [at, value] : customer.wants) {
    if (at <= moment) wants += value * std::exp2(-DaysBetween(at, moment) / static_cast<double>(kWantHalfLifeDays));
  }
  At(x, BuyerFeature::kWants) = std::clamp(wants, -kMostWants, kMostWants);
  const auto open = std::count_if(customer.deals.begin(), customer.deals.end(),
                                  [&](const auto& deal) { return deal.first <= moment && deal.second.value_or(kTimeMax) > moment; });
  At(x, BuyerFeature::kOpenDeals) = std::log1p(static_cast<double>(open));
  return x;
}

// What earlier moments taught.
struct Learnt {
  BuyingModel buying;
  double usual = 0;
  int64_t buyers = 0;
  int64_t others = 0;
  Features mean{};
  Features scale{};  // 0: it never differs
  Tilt tilt;
  [[nodiscard]] bool enough() const { return buyers >= kFewest && others >= kFewest; }

  [[nodiscard]] std::vector<double> Standard(const Features& raw) const {
    std::vector<double> x(kBuyerFeatures);
    for (size_t j = 0; j < kBuyerFeatures; ++j) x[j] = scale[j] > 0 ? (raw[j] - mean[j]) / scale[j] : 0;
    return x;
  }
  [[nodiscard]] double LogOdds(const std::vector<double>& x) const { return Logit(usual) + tilt.LogOdds(x); }
};

class Ranking {
 public:
  Ranking(std::span<const CustomerFacts> customers, Time as_of, const BuyerOptions& options)
      : customers_(customers), as_of_(as_of), options_(options), horizon_(static_cast<double>(options.horizon_days)) {}

  BuyerReport Run(Id rep) const {
    BuyerReport report{.as_of = as_of_, .horizon_days = options_.horizon_days};
    const size_t moments = Moments();
    const Learnt learnt = Learn(1, moments);
    report.buying = BuyingAt(as_of_);
    report.usual = moments > 0 ? learnt.usual : UsualOf(report.buying);
    const double first = FirstPurchases();
    Try(moments, report);
    if (!learnt.enough()) report.verdict = BuyerVerdict::kTooLittle;
    if (report.verdict != BuyerVerdict::kTooLittle) std::copy(learnt.tilt.effect.begin(), learnt.tilt.effect.end(), report.effects.begin());
    for (const CustomerFacts& customer : customers_) {
      if (!rep.is_null() && customer.owner != rep) continue;
      report.buyers.push_back(RankedBy(report, learnt, first, customer));
    }
    std::sort(report.buyers.begin(), report.buyers.end(), [](const RankedBuyer& a, const RankedBuyer& b) {
      return a.chance != b.chance ? a.chance > b.chance : a.customer < b.customer;
    });
    return report;
  }

 private:
  // Moment 0 is now; each is one horizon before the one before.
  [[nodiscard]] Time MomentAt(size_t back) const {
    return Time{as_of_.micros - static_cast<int64_t>(back) * options_.horizon_days * kMicrosPerDay};
  }

  // The last moment at which as many were known as it takes to learn.
  [[nodiscard]] size_t Moments() const {
    size_t moments = 0;
    while (moments < options_.moments) {
      const Time moment = MomentAt(moments + 1);
      const auto known = std::count_if(customers_.begin(), customers_.end(), [&](const CustomerFacts& c) { return IsKnown(c, moment); });
      if (known < 2 * kFewest) break;
      ++moments;
    }
    return moments;
  }

  [[nodiscard]] BuyingModel BuyingAt(Time moment) const {
    std::vector<BuyingHistory> histories;
    for (const CustomerFacts& customer : customers_) {
      if (const std::optional<BuyingHistory> history = HistoryOf(customer, moment)) histories.push_back(*history);
    }
    return FitBuyingModel(histories);
  }

  // What repeat buying alone expects, where nothing can be counted yet.
  [[nodiscard]] double UsualOf(const BuyingModel& buying) const {
    double sum = 0;
    for (const CustomerFacts& customer : customers_) {
      if (const std::optional<BuyingHistory> history = HistoryOf(customer, as_of_)) sum += buying.Chance(*history, horizon_);
    }
    return customers_.empty() ? 0 : sum / static_cast<double>(customers_.size());
  }

  // Of those who had not bought a horizon ago, the share that did since; nothing need have been known of them.
  [[nodiscard]] double FirstPurchases() const {
    double bought = 0;
    double others = 0;
    for (const CustomerFacts& customer : customers_) {
      if (!HistoryOf(customer, MomentAt(1)).has_value()) ++(BuysWithin(customer, MomentAt(1), as_of_) ? bought : others);
    }
    return (bought + 0.5) / (bought + others + 1);
  }

  // From moments `first` to `last` before now.
  [[nodiscard]] Learnt Learn(size_t first, size_t last) const {
    Learnt learnt;
    learnt.buying = BuyingAt(MomentAt(first));
    std::vector<std::pair<const CustomerFacts*, size_t>> rows;
    for (size_t back = first; back <= last; ++back) {
      for (const CustomerFacts& customer : customers_) {
        if (!IsKnown(customer, MomentAt(back))) continue;
        rows.emplace_back(&customer, back);
        ++(BuysWithin(customer, MomentAt(back), MomentAt(back - 1)) ? learnt.buyers : learnt.others);
      }
    }
    const auto buyers = static_cast<double>(learnt.buyers);
    learnt.usual = (buyers + 0.5) / (buyers + static_cast<double>(learnt.others) + 1);
    if (!learnt.enough()) return learnt;
    const size_t stride = (rows.size() + kMostRows - 1) / kMostRows;
    std::vector<Features> raw;
    std::vector<Observation> observations;
    for (size_t i = 0; i < rows.size(); i += stride) {
      const auto& [customer, back] = rows[i];
      raw.push_back(FeaturesOf(*customer, MomentAt(back), horizon_, learnt.buying, learnt.usual));
      observations.push_back({.offset = Logit(learnt.usual), .x = {}, .won = BuysWithin(*customer, MomentAt(back), MomentAt(back - 1))});
    }
    Standardize(raw, learnt);
    for (size_t i = 0; i < raw.size(); ++i) observations[i].x = learnt.Standard(raw[i]);
    learnt.tilt = FitTilt(observations, kBuyerFeatures);
    return learnt;
  }

  static void Standardize(const std::vector<Features>& raw, Learnt& learnt) {
    const auto n = static_cast<double>(raw.size());
    for (size_t j = 0; j < kBuyerFeatures; ++j) {
      for (const Features& x : raw) learnt.mean[j] += x[j] / n;
      double squares = 0;
      for (const Features& x : raw) squares += (x[j] - learnt.mean[j]) * (x[j] - learnt.mean[j]) / n;
      learnt.scale[j] = squares > 1e-12 ? std::sqrt(squares) : 0;
    }
  }

  struct Tried {
    double chance = 0;
    bool bought = false;
  };

  void Try(size_t moments, BuyerReport& report) const {
    std::vector<Tried> tried;
    for (size_t back = 1; back < moments && back <= kTrials; ++back) {
      const Learnt learnt = Learn(back + 1, moments);
      if (!learnt.enough()) break;
      for (const CustomerFacts& customer : customers_) {
        if (!IsKnown(customer, MomentAt(back))) continue;
        const Features raw = FeaturesOf(customer, MomentAt(back), horizon_, learnt.buying, learnt.usual);
        tried.push_back({Logistic(learnt.LogOdds(learnt.Standard(raw))), BuysWithin(customer, MomentAt(back), MomentAt(back - 1))});
      }
    }
    BuyerTrial& trial = report.trial;
    trial.customers = static_cast<int64_t>(tried.size());
    trial.buyers = std::count_if(tried.begin(), tried.end(), [](const Tried& one) { return one.bought; });
    if (trial.buyers < kFewest || trial.customers - trial.buyers < kFewest) return;
    Measure(tried, trial);
    report.verdict = trial.auc - NormalQuantile(1 - kChanceLevel) * Spread(trial) > 0.5 ? BuyerVerdict::kSkill : BuyerVerdict::kNoSkill;
    const double z = NormalQuantile(0.5 + options_.level / 2);
    trial.auc_low = std::max(0.0, trial.auc - z * Spread(trial));
    trial.auc_high = std::min(1.0, trial.auc + z * Spread(trial));
  }

  // Standard error of the AUC (Hanley and McNeil 1982).
  static double Spread(const BuyerTrial& trial) {
    const double a = trial.auc;
    const auto buyers = static_cast<double>(trial.buyers);
    const auto others = static_cast<double>(trial.customers) - buyers;
    const double q1 = a / (2 - a) - a * a;
    const double q2 = 2 * a * a / (1 + a) - a * a;
    return std::sqrt(std::max(0.0, (a * (1 - a) + (buyers - 1) * q1 + (others - 1) * q2) / (buyers * others)));
  }

  static void Measure(std::vector<Tried>& tried, BuyerTrial& trial) {
    std::stable_sort(tried.begin(), tried.end(), [](const Tried& a, const Tried& b) { return a.chance > b.chance; });
    const auto n = static_cast<double>(tried.size());
    const auto buyers = static_cast<double>(trial.buyers);
    double above = 0;  // pairs of a buyer and another whom the buyer stands above; equals count half
    double others_so_far = 0;
    for (size_t i = 0; i < tried.size();) {
      size_t end = i;
      double same_buyers = 0;
      while (end < tried.size() && tried[end].chance == tried[i].chance) same_buyers += tried[end++].bought ? 1 : 0;
      const double same_others = static_cast<double>(end - i) - same_buyers;
      above += same_buyers * (n - buyers - others_so_far - same_others / 2);
      others_so_far += same_others;
      i = end;
    }
    trial.auc = above / (buyers * (n - buyers));
    const size_t tenth = (tried.size() + 9) / 10;
    const auto in_tenth =
        std::count_if(tried.begin(), tried.begin() + static_cast<ptrdiff_t>(tenth), [](const Tried& t) { return t.bought; });
    trial.lift = static_cast<double>(in_tenth) / static_cast<double>(tenth) / (buyers / n);
    trial.brier = 0;
    for (const Tried& one : tried) trial.brier += std::pow(one.chance - (one.bought ? 1 : 0), 2) / n;
  }

  [[nodiscard]] RankedBuyer RankedBy(const BuyerReport& report, const Learnt& learnt, double first, const CustomerFacts& customer) const {
    RankedBuyer ranked{.customer = customer.customer, .chance = report.usual, .low = report.usual, .high = report.usual};
    if (report.verdict == BuyerVerdict::kNoSkill) return ranked;
    if (report.verdict == BuyerVerdict::kTooLittle) {
      const std::optional<BuyingHistory> history = HistoryOf(customer, as_of_);
      ranked.chance = history.has_value() ? report.buying.Chance(*history, horizon_) : first;
      ranked.low = 0;
      ranked.high = 1;
      return ranked;
    }
    const std::vector<double> x = learnt.Standard(FeaturesOf(customer, as_of_, horizon_, learnt.buying, learnt.usual));
    const double log_odds = learnt.LogOdds(x);
    double variance = 0;
    for (size_t j = 0; j < kBuyerFeatures; ++j) {
      const double part = learnt.tilt.effect[j] * x[j];
      variance += std::pow(learnt.tilt.sd[j] * x[j], 2);
      if (std::abs(part) >= kLeastReason) ranked.reasons.emplace_back(static_cast<BuyerFeature>(j), part);
    }
    std::stable_sort(ranked.reasons.begin(), ranked.reasons.end(),
                     [](const auto& a, const auto& b) { return std::abs(a.second) > std::abs(b.second); });
    const double half = NormalQuantile(0.5 + options_.level / 2) * std::sqrt(variance);
    ranked.chance = Logistic(log_odds);
    ranked.low = Logistic(log_odds - half);
    ranked.high = Logistic(log_odds + half);
    return ranked;
  }

  std::span<const CustomerFacts> customers_;
  Time as_of_;
  const BuyerOptions& options_;
  double horizon_;
};

Status Check(const BuyerOptions& options) {
  const auto refuse = [](std::string_view field, std::string value, std::string_view message) {
    return MakeError({.reason = Reason::kBadOptions, .field = std::string(field), .value = std::move(value)}, message);
  };
  constexpr int64_t kMostDays = 3650;
  constexpr size_t kMostMoments = 24;
  if (options.horizon_days < 1 || options.horizon_days > kMostDays) {
    return refuse("horizon_days", std::to_string(options.horizon_days), "a horizon has 1 to 3650 days");
  }
  if (options.moments < 2 || options.moments > kMostMoments) {
    return refuse("moments", std::to_string(options.moments), "2 to 24 earlier moments are looked at");
  }
  if (!(options.level > 0 && options.level < 1)) {
    return refuse("level", std::to_string(options.level), "the level of an interval lies between 0 and 1");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view NameOf(BuyerFeature feature) {
  static constexpr std::array<std::string_view, kBuyerFeatures> kNames = {"habit", "never_bought", "their_touches", "our_touches",
                                                                          "wants", "open_deals",   "amounts"};
  return kNames.at(static_cast<size_t>(feature));
}

std::string_view NameOf(BuyerVerdict verdict) {
  switch (verdict) {
    case BuyerVerdict::kSkill:
      return "skill";
    case BuyerVerdict::kNoSkill:
      return "no_skill";
    case BuyerVerdict::kTooLittle:
      return "too_little";
  }
  return {};
}

StatusOr<BuyerReport> RankBuyers(std::span<const CustomerFacts> customers, Id rep, Time as_of, const BuyerOptions& options) {
  KITH_RETURN_IF_ERROR(Check(options));
  return Ranking(customers, as_of, options).Run(rep);
}

StatusOr<BuyerReport> RankBuyers(const Snapshot& snapshot, Id rep, const BuyerOptions& options) {
  KITH_RETURN_IF_ERROR(Check(options));
  const Time as_of = options.as_of.value_or(snapshot.recorded());
  KITH_ASSIGN_OR_RETURN(const std::vector<CustomerFacts> customers, ReadCustomers(snapshot, as_of, rep));
  return Ranking(customers, as_of, options).Run(rep);
}

}  // namespace kith::insight
