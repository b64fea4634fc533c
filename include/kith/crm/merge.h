// One person once: records that turn out to be the same become one, with a say over which of their values stays, and can be parted again.
//
//   KITH_ASSIGN_OR_RETURN(const MergeReport report, MergeRecords(*database, {anna, ann, a_k}));   // into the oldest
//   batch.Unmerge(ann);                                                                           // two people after all
//
// It is one batch with Batch::Merge for each record, which tells what becomes of references. Which value stays follows from whose value it
// first was, not from the order of merging: any order of merging the same records, at once or one by one, gives the same record (with the
// same preference, and where nobody changed a value in between).
#ifndef KITH_CRM_MERGE_H_
#define KITH_CRM_MERGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kith/engine/database.h"

namespace kith::crm {

// Where a record's value comes from: the record that first had it (itself, or one that was merged into it), and when it was said there.
struct Origin {
  Id record;
  Time recorded;
};
// Of one field. The record itself where history does not tell of a merge. Errors: NotFound, UnknownField.
[[nodiscard]] StatusOr<Origin> OriginOf(const Snapshot& snapshot, Id record, std::string_view field);

enum class Prefer : uint8_t {
  kFirst,   // the value of the record that was there first, by id
  kLatest,  // the value that was said last
};

struct MergeOptions {
  Id into;  // one of the records; null: the one with the lowest id
  Prefer prefer = Prefer::kFirst;
  std::map<std::string, Id> choose;  // field -> the record whose value it gets, whatever is preferred; null values too
  bool dry_run = false;
  Actor actor;
  std::string reason;
  Viewer viewer;  // on whose behalf
};

// A field in which the records differed.
struct MergedField {
  std::string field;
  Value value;  // that stays
  Id from;      // the record, of those merged, that had it
  std::vector<std::pair<Id, Value>> others;
};

struct MergeReport {
  Id into;
  std::vector<Id> merged;           // those that are no more
  std::vector<MergedField> fields;  // in the order of the type
  Outcome outcome;                  // of a dry run with every record that would be written
};

// At least two records of one type. Those that are one already count once; when all are, nothing happens. The batch requires the versions
// that were looked at, and is made anew when one has changed meanwhile. Errors: BadOptions, RecordMissing, UnknownField; those of
// Batch::Merge.
[[nodiscard]] StatusOr<MergeReport> MergeRecords(Database& database, const std::vector<Id>& records, const MergeOptions& options = {});

}  // namespace kith::crm

#endif  // KITH_CRM_MERGE_H_
