// How a query's records are reached: chosen once, when it is prepared, from the filter's conditions, the order and what is read.
//
// Costs are in the time of reading one record of a scan, of a type of kNominalRows records; without statistics the part of the records that
// a condition leaves is guessed from its kind (see Share in plan.cc). A wrong guess between two indexes is made good when the query runs:
// an intersection stops reading the longer list when the shorter is known.
#ifndef KITH_LIB_QUERY_PLAN_H_
#define KITH_LIB_QUERY_PLAN_H_

#include <optional>
#include <string>
#include <vector>

#include "query/term.h"

namespace kith::query {

// Another way to reach records is a further Access here, a candidate in ChoosePlan and a RecordSource in access.cc.
enum class Access : uint8_t {
  kScan,          // all records of the type, in id order
  kIds,           // those that a condition on the id names
  kIndex,         // ranges of an index
  kIntersection,  // records in ranges of two indexes
  kColumns,       // blocks of columns, in id order: for a viewer who sees every record
};

// What the conditions leave of an index: values of its leading parts, then bounds of the next. Conditions by their number in the filter.
struct IndexPath {
  const catalog::IndexDef* index = nullptr;
  std::vector<size_t> equal;   // kEqual, kIsNull, and at most one kIn
  std::optional<size_t> low;   // kGreater, kGreaterOrEqual
  std::optional<size_t> high;  // kLess, kLessOrEqual
  [[nodiscard]] std::vector<size_t> conditions() const;
};

struct OrderPart {
  int32_t position = 0;
  bool descending = false;
};

// What a plan has to serve.
struct Demand {
  const catalog::TypeDef* type = nullptr;
  std::vector<expr::Condition> conditions;
  bool exact = true;  // a record matches exactly when all conditions hold
  struct Reads {
    bool records = false;            // something needs whole records
    std::vector<int32_t> positions;  // else these values of each
  };
  Reads reads;
  Reads sort_reads;                             // what is read besides when the rows have to be sorted
  std::optional<std::vector<OrderPart>> order;  // nullopt: an order that no index has; empty: any will do
  uint64_t limit = 0;                           // rows that are wanted; 0: all
  bool grouped = false;
  bool repeated = false;  // run anew for each row of another query
};

struct Plan {
  Access access = Access::kScan;
  IndexPath first;
  IndexPath second;  // of an intersection
  size_t ids = 0;    // the condition of kIds
  // Of kColumns: those whose values are read from rows, which are the layout's, then those that conditions alone ask for.
  std::vector<const catalog::IndexDef*> columns;
  bool decided = false;  // the conditions of columns are the whole filter
  bool reverse = false;
  bool ordered = false;           // rows come in the order asked
  bool covered = false;           // index entries or columns tell all, no record is read
  EntryLayout layout;             // when covered
  std::vector<size_t> rechecked;  // conditions that the access does not decide
  double cost = 0;

  // The column of kColumns that holds what stands at a position.
  [[nodiscard]] std::optional<size_t> ColumnOf(int32_t position) const;
};

// `snapshot` tells which indexes are whole.
[[nodiscard]] Plan ChoosePlan(const Demand& demand, const Snapshot& snapshot);
// The best plan for any viewer: without columns.
[[nodiscard]] Plan ChooseRecordPlan(const Demand& demand, const Snapshot& snapshot);
// The plan that needs no index.
[[nodiscard]] Plan ScanPlan(const Demand& demand);

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_PLAN_H_
