#include "kith/insight/relations.h"

#include "insight/relationship/facts_internal.h"

namespace kith::insight {

using relationship_internal::Facts;
using relationship_internal::Party;

StatusOr<std::vector<EmployeeTie>> ReadTies(const Snapshot& snapshot, Id contact, const RelationOptions& options) {
  return Facts(snapshot, options).Ties(contact, options.contributions);
}

StatusOr<PersonReport> ReadPerson(const Snapshot& snapshot, Id contact, Id party, const RelationOptions& options) {
  const Facts facts(snapshot, options);
  KITH_ASSIGN_OR_RETURN(const Party whose, facts.PartyOf(party));
  return facts.Person(contact, whose, options.contributions);
}

StatusOr<ChainReport> ReadChain(const Snapshot& snapshot, Id deal, Id party, const RelationOptions& options) {
  const Facts facts(snapshot, options);
  KITH_ASSIGN_OR_RETURN(const Party whose, facts.PartyOf(party));
  return facts.ScoreOf(deal, whose);
}

}  // namespace kith::insight
