// Who is likely to buy (J03): the customers of a rep ranked by their chance of buying within a horizon.
//
// Two steps. What a customer bought gives a chance by a model of repeat buying (Fader, Hardie and Lee 2005, "Counting your customers the
// easy way": purchases come by chance at a rate of the customer's own until the customer silently leaves). That, how well we are in touch,
// what was learnt of need, and deals that are open then act on the odds as far as the past shows: each earlier moment, one horizon apart,
// is asked who bought within the horizon after it; effects are averaged over models, among them one in which nothing acts.
//
// Whether the ranking is worth anything is tried on moments that it did not learn from. Where it ranks no better than chance it says "no
// skill", and everybody gets the share that usually buys.
#ifndef KITH_INSIGHT_BUYERS_H_
#define KITH_INSIGHT_BUYERS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "kith/base/money.h"
#include "kith/base/status.h"
#include "kith/base/time.h"
#include "kith/engine/snapshot.h"

namespace kith::insight {

// --- repeat buying

// One customer's purchases until a moment: days count once, however much was bought.
struct BuyingHistory {
  int64_t repeats = 0;  // after the first
  double recency = 0;   // from the first purchase to the last, in the unit of `age`
  double age = 0;       // from the first purchase to the moment
};
// BG/NBD. Rates are Gamma(r, alpha) over customers, in purchases by the unit of time; after each purchase a customer leaves with a chance
// that is Beta(a, b) over customers.
struct BuyingModel {
  double r = 1;
  double alpha = 1;
  double a = 1;
  double b = 1;
  double log_likelihood = 0;
  [[nodiscard]] double Alive(const BuyingHistory& history) const;
  // Of a purchase within `horizon` from now: the customer still there, and one of them within it. Not decreasing in horizon or recency.
  [[nodiscard]] double Chance(const BuyingHistory& history, double horizon) const;
};
// The most likely parameters, their logs drawn to 0 with a sd of 3: it takes few customers. Of many, some thousands spread evenly count.
[[nodiscard]] BuyingModel FitBuyingModel(std::span<const BuyingHistory> histories);

// --- ranking

struct Purchase {
  Time at;
  double amount = 0;  // in one currency; 0: not known
};
struct CustomerFacts {
  Id customer;
  Id owner;                                                 // the rep
  Currency currency;                                        // of the amounts; null: none is known
  std::vector<Purchase> purchases;                          // by time
  std::vector<Time> theirs;                                 // touches that came from them or were mutual, by time
  std::vector<Time> ours;                                   // our outreach, by time
  std::vector<std::pair<Time, double>> wants;               // what was learnt of need, time and budget: value × confidence in [-1, 1]
  std::vector<std::pair<Time, std::optional<Time>>> deals;  // from when to when each was open
};

enum class BuyerFeature : uint8_t { kHabit = 0, kNeverBought, kTheirTouches, kOurTouches, kWants, kOpenDeals, kAmounts };
inline constexpr size_t kBuyerFeatures = 7;
[[nodiscard]] std::string_view NameOf(BuyerFeature feature);  // "habit", "never_bought", "their_touches", ...

enum class BuyerVerdict : uint8_t { kSkill = 1, kNoSkill, kTooLittle };
[[nodiscard]] std::string_view NameOf(BuyerVerdict verdict);  // "skill", "no_skill", "too_little"

struct RankedBuyer {
  Id customer;
  double chance = 0;  // of a purchase within the horizon
  double low = 0;     // at the level asked for: of what is not known of the effects
  double high = 0;
  std::vector<std::pair<BuyerFeature, double>> reasons;  // log odds over the usual customer's, weightiest first; those under .05 left out
};
// On moments that were not learnt from.
struct BuyerTrial {
  int64_t customers = 0;  // at all those moments together
  int64_t buyers = 0;
  double auc = 0.5;    // chance that a buyer stands above somebody who did not buy
  double auc_low = 0;  // its interval at the level asked for (Hanley and McNeil 1982)
  double auc_high = 1;
  double lift = 1;  // share that bought among the tenth ranked highest, over everybody's
  double brier = 0;
};
struct BuyerOptions {
  std::optional<Time> as_of = {};  // unset: the snapshot's recorded time
  int64_t horizon_days = 90;       // 1 to 3650
  size_t moments = 6;              // earlier ones looked at, as far as history reaches; 2 to 24
  double level = 0.8;
};
struct BuyerReport {
  Time as_of;
  int64_t horizon_days = 0;
  BuyerVerdict verdict = BuyerVerdict::kTooLittle;
  double usual = 0;  // share of customers that buys within such a horizon
  BuyerTrial trial;
  std::array<double, kBuyerFeatures> effects{};  // log odds by one standard deviation of each
  BuyingModel buying;                            // in days
  std::vector<RankedBuyer> buyers;               // likeliest first, then by id
};

// Pure: the same facts give the same report. What comes after `as_of` counts nothing. Verdicts: kSkill when the trial's customers are
// ranked better than chance (one-sided, 1 %); kNoSkill when not; kTooLittle when fewer than ten bought, or did not, at the moments to learn
// from or to try on: then chances come from repeat buying alone, and of who never bought from how many of those did so for the first time
// within the last horizon. Learns from everybody; ranks those of `rep`, or (null) all. Errors:
// BadOptions.
[[nodiscard]] StatusOr<BuyerReport> RankBuyers(std::span<const CustomerFacts> customers, Id rep, Time as_of,
                                               const BuyerOptions& options = {});

// The same from records, as far as the snapshot's viewer may see. A customer is an organisation, or a person without one; its owner is the
// header's. A purchase is a deal won (at its closing) or a money document whose status is `placed` or `delivered` (at its date) that names
// no such deal. Touches are interactions with the customer or its people, wants evidence of the dimensions need, timing and budget about
// its people. Reads every record of these types once.
//
// With a `rep`, customers of those who sell in no way that the rep does (role "sells" of a member; empty: in all) are left out, so that
// neither what is learnt nor what is ranked follows another way of selling (J07).
[[nodiscard]] StatusOr<std::vector<CustomerFacts>> ReadCustomers(const Snapshot& snapshot, Time as_of, Id rep = {});
[[nodiscard]] StatusOr<BuyerReport> RankBuyers(const Snapshot& snapshot, Id rep, const BuyerOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_BUYERS_H_
