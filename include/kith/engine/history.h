// What happened to a record, and the same for all records in commit order.
#ifndef KITH_ENGINE_HISTORY_H_
#define KITH_ENGINE_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kith/base/value.h"
#include "kith/engine/viewer.h"

namespace kith {

enum class Operation : uint8_t { kCreate = 1, kChange = 2, kDelete = 3 };

// "From `effective` on, the field is `after`."
struct FieldChange {
  uint32_t package = 0;  // number of the package that owns the field; with `number` names it for ever
  uint32_t number = 0;   // field number; for package 0xFFFFFFFF a negated catalog::HeaderField
  Value before;          // what the record showed before the change
  Value after;
  Time effective;
};
inline constexpr uint32_t kHeaderPackage = 0xFFFFFFFF;
// In a deletion, with package kHeaderPackage: the external references that the record had, as a text list of systems and keys in turn.
inline constexpr uint32_t kExternalRefsNumber = 64;

struct HistoryEntry {
  Id record;
  uint64_t sequence = 0;  // position in the database's feed; the record's version after the change
  Operation operation = Operation::kChange;
  Actor actor;
  std::string reason;
  Time recorded;   // when the database took it; never decreases with sequence
  Time effective;  // of a creation or deletion
  // Of a change: the fields changed, in the order asserted. A creation stores none (the record has the values), unless the batch that
  // created the record also asserted values for other times. A deletion stores all values as `before`.
  std::vector<FieldChange> fields;
};

struct FeedEntry {
  uint64_t sequence = 0;
  Id record;
  Operation operation = Operation::kChange;
};

// A point on both axes of time: what held at `effective`, as far as the database knew at `recorded`.
struct AsOf {
  Time effective = kTimeMax;
  Time recorded = kTimeMax;
};

}  // namespace kith

#endif  // KITH_ENGINE_HISTORY_H_
