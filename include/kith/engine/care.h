// Care of a file over years: a former moment brought back.
#ifndef KITH_ENGINE_CARE_H_
#define KITH_ENGINE_CARE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kith/base/time.h"

namespace kith {

// A moment on the axis of recorded time: after the change with this sequence number, or, with 0, after all that was recorded up to a time.
struct Moment {
  uint64_t sequence = 0;  // as Snapshot::sequence or Outcome::last_sequence gave it: one within a batch gives half of the batch
  Time recorded = kTimeMax;
};

struct RestoreReport {
  uint64_t sequence = 0;  // the last change that the restored database knows
  Time recorded;
  uint64_t records = 0;
  uint64_t history_entries = 0;
  uint64_t brought_back = 0;          // of the records: those that are not what they are today
  std::vector<std::string> notes;     // what history does not tell, one line each
  std::vector<std::string> problems;  // what Verify finds in the restored database; empty: sound
};

}  // namespace kith

#endif  // KITH_ENGINE_CARE_H_
