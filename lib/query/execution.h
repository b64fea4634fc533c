// One query being run: the root's, or an expansion's for one row.
#ifndef KITH_LIB_QUERY_EXECUTION_H_
#define KITH_LIB_QUERY_EXECUTION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/compiled.h"
#include "query/token.h"

namespace kith::query {

// A row that is kept: with the key that it is sorted by, and where its expansions start.
struct KeptRow {
  std::string key;
  Row row;
  std::vector<Id> links;
};

// Rows in the order of their keys; of all that are added, the least `limit`, which takes no more memory than those.
class SortedRows {
 public:
  explicit SortedRows(uint64_t limit) : limit_(limit) {}
  [[nodiscard]] bool Wants(const std::string& key) const { return limit_ == 0 || rows_.size() < limit_ || key < rows_.front().key; }
  void Add(KeptRow row);
  // Sorted; the object is empty afterwards.
  [[nodiscard]] std::vector<KeptRow> Take();

 private:
  uint64_t limit_;
  std::vector<KeptRow> rows_;  // with a limit, a heap with the greatest in front
};

class Execution {
 public:
  Execution(const Prepared::Compiled& compiled, Context& context, Id link) : compiled_(compiled), context_(context), link_(link) {}

  // `after` empty: from the start. Reads no record yet, unless ids of two indexes are intersected.
  [[nodiscard]] Status Start(const std::string& after);
  [[nodiscard]] bool Next(Row& row);
  // Whether rows can be given in place: all columns are fields of records or entries that the snapshot holds.
  [[nodiscard]] bool HasPlainPages() const;
  void NextPlainPage(size_t cap, Page& page);
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] std::string token() const;
  [[nodiscard]] const Plan& plan() const { return *plan_; }
  [[nodiscard]] std::span<const BoundCondition> bound() const { return bound_; }

 private:
  [[nodiscard]] Status Open(const std::string& after);
  [[nodiscard]] uint64_t Fingerprint() const;
  // Whether the row passes the filter; false on an error too.
  [[nodiscard]] bool Passes(const Current& row);
  [[nodiscard]] bool NextMatch(Current& row);
  [[nodiscard]] Status Project(const Current& row, Row& out);
  [[nodiscard]] Status Links(const Current& row, std::vector<Id>& links);
  [[nodiscard]] Status Expand(const std::vector<Id>& links, Row& row);
  [[nodiscard]] Status SortAll();
  // Whether groups are made of whole blocks of columns, without a source of rows.
  [[nodiscard]] bool GroupsBlocks() const;
  [[nodiscard]] Status GroupAll();
  [[nodiscard]] bool Keep(const Status& status) {
    status_.Update(status);
    return status_.ok();
  }

  const Prepared::Compiled& compiled_;
  Context& context_;
  Id link_;
  const Plan* plan_ = nullptr;
  std::optional<Plan> scan_plan_;  // when the chosen one does not fit what is given
  std::vector<BoundCondition> bound_;
  bool conditions_hold_ = true;  // else `where` alone tells
  Calendar calendar_;
  std::unique_ptr<RecordSource> source_;
  Value scratch_;
  std::vector<Id> links_;

  bool buffered_ = false;  // rows are sorted or grouped before the first is given out
  bool filled_ = false;    // that has been done
  std::vector<KeptRow> rows_;
  size_t next_row_ = 0;
  std::string after_key_;  // of rows that are sorted
  std::string last_key_;
  uint64_t given_ = 0;
  Status status_;
};

// The sort key of a row's values: their keys, one after the other.
void AppendOrderKey(const Value& value, bool descending, std::string& key);

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_EXECUTION_H_
