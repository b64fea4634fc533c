// Accounts with their people, and deals with their stakes, gathered for the quantifications.
#ifndef KITH_LIB_INSIGHT_RELATIONSHIP_PORTFOLIO_INTERNAL_H_
#define KITH_LIB_INSIGHT_RELATIONSHIP_PORTFOLIO_INTERNAL_H_

#include <map>
#include <vector>

#include "insight/relationship/facts_internal.h"
#include "kith/insight/forecast.h"
#include "kith/insight/quantify.h"
#include "kith/model/model.h"

namespace kith::insight::relationship_internal {

struct ValuedAccount {
  Id account;
  AccountFacts facts;
  double share = 0;  // of the value of all, together 1
};

// One account's facts as a party sees them. With `contributions`: scores name the records behind them.
[[nodiscard]] StatusOr<AccountFacts> AccountFactsOf(const Facts& facts, Id account, const Party& party, bool contributions);
// The slips of a deal's delivery, or of all of an account's deals.
[[nodiscard]] StatusOr<std::vector<Slip>> SlipsOf(const Facts& facts, Id object);
// Every account that somebody belongs to.
[[nodiscard]] StatusOr<std::vector<ValuedAccount>> PortfolioOf(const Facts& facts, const Party& party);
// The people of all accounts, valued: power share × the account's share.
[[nodiscard]] std::vector<ValuedPerson> PeopleOf(const std::vector<ValuedAccount>& accounts);

// Open deals: of one account, those that a person has a stake in, or (null) all.
[[nodiscard]] StatusOr<std::vector<Id>> OpenDealsOf(const Facts& facts, Id object);
// What the party's closeness, to one person or (null) to all, is worth in these deals.
[[nodiscard]] StatusOr<std::vector<Money>> CapitalOf(const Facts& facts, const std::vector<Id>& deals, const Party& party, Id person,
                                                     double effect);
// Our closed deals in which the competitor was: Laplace's rule.
[[nodiscard]] StatusOr<Score> HeadToHeadWith(const Facts& facts, Id competitor);
// The competitors in a deal, ascending.
[[nodiscard]] StatusOr<std::vector<Id>> RivalsIn(const Facts& facts, Id deal);

}  // namespace kith::insight::relationship_internal

#endif  // KITH_LIB_INSIGHT_RELATIONSHIP_PORTFOLIO_INTERNAL_H_
