// Threads: one matter of a customer, from the first touch to service, as the records in which it goes on.
//
// A type with behaviour "thread" says what its records continue (roles after, or_after: the first of both that is there) and where they
// came from (origin, such as a campaign, which many threads share). So a lead, the deal it became, its quotes, the order and the order's
// tickets are one thread, known by its first record; a record that continues nothing is a thread of its own, and none is without.
#ifndef KITH_MODEL_THREAD_H_
#define KITH_MODEL_THREAD_H_

#include <string>
#include <vector>

#include "kith/engine/snapshot.h"

namespace kith::model {

struct ThreadPart {
  Id record;
  Id after;   // what it continues; null: the first
  Id origin;  // where it came from; null: not said
  Id owner;   // who holds it now; null: nobody
  Time since;
};
// The thread passed from one owner to another: within a record, or with the record that continues it. Null: nobody.
struct HandOver {
  Time at;  // from when on; with a continuing record, its creation
  Id record;
  Id from;
  Id to;
  Ref actor;  // who wrote it
  std::string reason;
};
struct Thread {
  Id id;                             // the first record
  std::vector<ThreadPart> parts;     // by creation, then id; the first record first
  std::vector<HandOver> hand_overs;  // by time
};
inline constexpr size_t kMostThreadParts = 10'000;

// The thread that a record belongs to, as the snapshot's viewer sees it: it goes no further than what they may see. Costs the records of
// the thread and the history of each. Errors: NotFound, UnknownBehaviour (a type that continues nothing), LimitExceeded (kMostThreadParts).
[[nodiscard]] StatusOr<Thread> ReadThread(const Snapshot& snapshot, Id record);

}  // namespace kith::model

#endif  // KITH_MODEL_THREAD_H_
