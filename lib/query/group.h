// Rows by groups.
#ifndef KITH_LIB_QUERY_GROUP_H_
#define KITH_LIB_QUERY_GROUP_H_

#include <string>
#include <unordered_map>
#include <vector>

#include "absl/hash/hash.h"
#include "query/aggregate.h"
#include "query/column_blocks.h"
#include "query/compiled.h"
#include "query/execution.h"

namespace kith::query {

// Whether groups can be made of blocks of columns at once: all conditions are theirs, and so are at most two groups and all aggregates.
[[nodiscard]] bool TakesBlocks(const Prepared::Compiled& compiled, const Plan& plan);

class Grouping {
 public:
  Grouping(const Prepared::Compiled& compiled, const Calendar& calendar, Context& context);

  [[nodiscard]] Status Add(const Current& row);
  // All rows of a block; see TakesBlocks.
  void Add(const Plan& plan, const ColumnBlocks& blocks);
  // The groups that having lets through, those after `after_key` in the query's order.
  [[nodiscard]] StatusOr<std::vector<KeptRow>> Finish(const std::string& after_key);

 private:
  struct Group {
    std::vector<Value> values;
    std::vector<Accumulator> accumulators;
  };
  [[nodiscard]] Group& Find();
  Group& NewGroup();
  void AddToGroups(const Plan& plan, const ColumnBlocks& blocks);
  [[nodiscard]] StatusOr<Row> RowOf(Group& group) const;
  [[nodiscard]] StatusOr<bool> Passes(const Row& row);
  // By the query's order, then by the groups' values.
  [[nodiscard]] std::string SortKey(const Row& row) const;

  const Prepared::Compiled& compiled_;
  const Calendar& calendar_;
  Context& context_;
  std::vector<PackedValue> cells_;  // of the row that is added
  std::vector<Value> held_;         // what they are borrowed from, when not from the row
  std::string identity_;
  Value scratch_;
  std::vector<Group> groups_;
  // Of the standard library: one that cannot grow is as it was.
  std::unordered_map<std::string, size_t, absl::Hash<std::string>> by_identity_;
  column::GroupNumbers numbers_;  // of blocks
};

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_GROUP_H_
