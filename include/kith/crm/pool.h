// Pools (公海): records that nobody owns yet, handed out to people and taken back when nothing happens. K02, K10.
//
// A type with behaviour "pooled" names the pool that each record comes from; it is free while it has no owner. A pool is a record of the
// standard package's type "pool", its members are "pool_member"s, and each time that somebody holds a record is a "pool_claim" with its
// beginning, its end, how it came and went, and why; so the history is kept. What a pool says is kept by the rule "pools" in the writer,
// for every change of a pooled record's owner, whoever writes it and however many at once:
//   capacity       how many an owner holds at once at most; a member's own goes before the pool's
//   claims_a_day   how many an owner claims in a day of the database's time zone at most
//   cooling_days   who held it last, and let it go or lost it, cannot claim it again for so long
// A claim is an owner given to a free record. Assigning is not one: it heeds capacity alone. So does passing a record on from owner to
// owner, and creating it with one. An import of records with owners is taken as it is.
#ifndef KITH_CRM_POOL_H_
#define KITH_CRM_POOL_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/database.h"

namespace kith::crm {

// Adds the claim of a free record to a batch. Of many who claim one record at once, one gets it; the others, and those whom the pool's
// limits refuse, get PreconditionFailed, which says what stands in the way.
void ClaimFromPool(Batch& batch, Id record, Id owner, std::string_view reason = {});

// Adds the return of a record to its pool to a batch. Refused when another holds it by then. PreconditionFailed when nobody holds it from a
// pool.
[[nodiscard]] Status ReleaseToPool(const Snapshot& snapshot, Batch& batch, Id record, std::string_view reason = {});

// Who got a record, and why they of all members.
struct Assigned {
  Id record;
  Id owner;  // null: nobody takes it, see reason
  std::string reason;
};
struct AssignOptions {
  std::vector<Id> records = {};  // free records of the pool; empty: all of them, by id
  size_t limit = 1000;           // at most so many
};
// Adds the assignment of free records to a batch, in order. Each goes to one of the active members who have room and whose condition
// `takes` holds for the record (a territory, a skill); of these in turn, to the one who was assigned fewest from this pool for their
// weight, or, where the pool says so, by load, to the one who holds fewest for their capacity; among equals to the smaller id. By result it
// goes to the one of the highest rate drawn from Beta(1 + converted, 1 + given back, recycled or disqualified), of what each has had of the
// pool: who converts more gets more, and who had little is tried as long as they may be as good (Thompson 1933); each draw is of record and
// member alone, so that asking again gives the same. A pure function of the snapshot; what others take meanwhile refuses the batch. Errors:
// RecordMissing (no such pool), PreconditionFailed (a record that is not free in it), ExpressionMalformed (a condition that does not fit).
[[nodiscard]] StatusOr<std::vector<Assigned>> AssignFromPool(const Snapshot& snapshot, Batch& batch, std::string_view pool,
                                                             const AssignOptions& options = {});

struct RecycleOptions {
  Actor actor;
  std::string pool;  // empty: all
};
struct RecycleReport {
  std::vector<Id> recycled;  // by pool and then by when they were claimed
  std::vector<Id> warned;    // whose owner got a task
  uint64_t exempt = 0;       // silent for long enough, but the pool's `exempt` holds
  uint64_t kept = 0;         // something happened between looking and writing
};
// Takes back what its owner has left alone, and gives it the status "recycled" where its type has a role for that (F03): nothing happened
// with it, no interaction and no move, for recycle_days since it was claimed, of 24 hours each, to the microsecond. warn_days before, the
// owner gets a task, once for each time of silence. A host calls it when it likes, from any number of processes: called again it finds what
// is left, and cut short, what was not done. Each record is a batch of its own, and the writer looks again, by the database's clock,
// whether it is still silent: a `now` ahead of that takes nothing, but its tasks come early. Acts as the system. Errors: ReadOnly,
// ExpressionMalformed.
[[nodiscard]] StatusOr<RecycleReport> RecyclePools(Database& database, Time now, const RecycleOptions& options = {});

}  // namespace kith::crm

#endif  // KITH_CRM_POOL_H_
