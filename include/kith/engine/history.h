// What happened to a record, what is different between two moments, and the same for all records in commit order.
#ifndef KITH_ENGINE_HISTORY_H_
#define KITH_ENGINE_HISTORY_H_

#include <compare>
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
// With package kHeaderPackage: the external references that the record had, as a text list of systems and keys in turn (null: none). In a
// deletion all that there were; in a change that added some or took some away, before and after.
inline constexpr uint32_t kExternalRefsNumber = 64;
// Likewise, as `after`: the record that it was merged into (Batch::Merge).
inline constexpr uint32_t kMergedIntoNumber = 65;
// Likewise, true: what the record was has been purged (Database::Purge).
inline constexpr uint32_t kPurgedNumber = 66;

// Which of the replicas of a database (engine/replica.h) first took a change, and its place there: the same in all of them. What has the
// greater stamp came later, or is said to have.
struct Stamp {
  Time recorded;
  uint16_t node = 0;
  uint64_t sequence = 0;  // 0: none
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

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
  Stamp stamp;  // of a change that this database took itself: its own node, sequence and recorded time
  // So many of `fields`, the last ones, are no part of the change: they say again what a change with a greater stamp says for the same
  // time.
  uint32_t repeated = 0;
};

// The record that a deletion says it was merged into; null: it was not.
[[nodiscard]] Id MergedInto(const HistoryEntry& entry);
// The entry that a purge leaves: a second end, after the deletion.
[[nodiscard]] bool IsPurge(const HistoryEntry& entry);

// Which entries of the feed are wanted; what is left empty does not narrow.
struct FeedFilter {
  std::vector<std::string> types;  // names
  std::vector<std::string>
      fields;  // names, "owner", "unit" and "visibility" among them. Only these are given; a change of none is left out
  std::vector<Operation> operations;
  Id record;
};

// Entries of the feed in full, in commit order, with what a consumer needs to follow without a further look: a creation lists every value
// it gave (`before` null, `effective` the creation's), then what else it asserted; a deletion every value there was, as `before`.
struct FeedPage {
  std::vector<HistoryEntry> entries;
  uint64_t scanned = 0;  // where to go on; equal to the snapshot's sequence when nothing is left
};

// How far back a database remembers (Database::Prune). Both 0: from its first day on.
struct Horizon {
  uint64_t sequence = 0;        // the feed begins after it
  Time time = Time{INT64_MIN};  // the past is known from here on, on both axes
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

// How one record differs between two points in time: it is there at the second alone (kCreate), at the first alone (kDelete), or at both
// with other values (kChange).
struct Difference {
  Id record;
  Operation operation = Operation::kChange;
  std::vector<FieldChange> fields;  // what differs, the header's owner, unit and visibility first; `effective` has no meaning
};

struct DifferenceFilter {
  std::vector<std::string> types;   // names; empty: all
  std::vector<std::string> fields;  // names, as FeedFilter::fields; empty: all
};

struct DifferencePage {
  std::vector<Difference> differences;  // in id order
  Id next;                              // where to go on; null when nothing is left
};

}  // namespace kith

#endif  // KITH_ENGINE_HISTORY_H_
