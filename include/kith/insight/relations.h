// The facts of relationships read from a snapshot, and what they come to: how close an employee is to a contact, where a contact stands,
// how a deal's decision chain stands.
//
// Reads what the snapshot's viewer may see: an interaction or an acquaintance kept visible for its owner alone makes a tie for its owner
// alone. What a record is, its type's behaviours tell (catalog/README.md): interaction, evidence, stake, influence, reporting, party,
// member. Errors: RecordMissing or NotFound for a record that is not there, BadOptions for a party that cannot have relations, those of
// the snapshot.
#ifndef KITH_INSIGHT_RELATIONS_H_
#define KITH_INSIGHT_RELATIONS_H_

#include <optional>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/insight/relationship.h"

namespace kith::insight {

struct RelationOptions {
  // Unset: the snapshot's recorded time. What happened later, or is valid at another time, counts nothing.
  std::optional<Time> as_of = {};
  // Unset: as known now. Set: each record as it was known then, also those that were deleted or given to another since, at the cost of a
  // look at the changes recorded since.
  std::optional<Time> recorded = {};
  EvidenceOptions evidence = {};
  TieOptions tie = {};
  ChainOptions chain = {};
  // False: ties are taken from their derived rows (model/tie.h), which is faster and names no interactions.
  bool contributions = true;
};

// The employees with an interaction, and each one's tie; strongest first.
struct EmployeeTie {
  Id employee;
  Score tie;
  bool active = true;  // false: left; the tie is the firm's history and helps nobody until somebody else has one
  Coverage coverage = Coverage::kUnknown;
};
[[nodiscard]] StatusOr<std::vector<EmployeeTie>> ReadTies(const Snapshot& snapshot, Id contact, const RelationOptions& options = {});

// A contact as seen by a party: us (null), one of ours, a team with those below it, or a competitor. Closeness is what the interactions of
// those of us say who are active; a competitor's is the evidence of it, and at least 0.
struct PersonReport {
  Id contact;
  StanceInputs inputs;
  Score stance;      // [-1, 1]
  double score = 0;  // 0..100
  Light light = Light::kAmber;
  std::vector<EmployeeTie> ties;  // of ours
};
[[nodiscard]] StatusOr<PersonReport> ReadPerson(const Snapshot& snapshot, Id contact, Id party = {}, const RelationOptions& options = {});

// The decision chain of a deal as a party sees it: the contacts with a role in it, lines by influence and by whom they report to. How well
// we reach somebody is our closeness.
[[nodiscard]] StatusOr<ChainReport> ReadChain(const Snapshot& snapshot, Id deal, Id party = {}, const RelationOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_RELATIONS_H_
