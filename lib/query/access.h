// Reading the records of a plan, one after the other.
#ifndef KITH_LIB_QUERY_ACCESS_H_
#define KITH_LIB_QUERY_ACCESS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/plan.h"

namespace kith::query {

// A condition with its values known.
struct BoundCondition {
  int32_t position = 0;
  expr::Condition::Comparison comparison = expr::Condition::Comparison::kEqual;
  std::vector<Value> values;
  std::vector<PackedValue> cells;  // the values in place, once they stay where they are

  // kNull: the value is null, so that there is no answer.
  [[nodiscard]] expr::Match Test(const PackedValue& value) const;
};

class RecordSource {
 public:
  virtual ~RecordSource() = default;
  // False at the end or on error. What `row` refers to is valid until the next call.
  [[nodiscard]] virtual bool Next(Current& row) = 0;
  [[nodiscard]] const Status& status() const { return status_; }
  // Where the last row stands in this source's order.
  [[nodiscard]] virtual std::string position() const = 0;

 protected:
  // False, with the status kept, on an error.
  bool Keep(const Status& status) {
    status_.Update(status);
    return status_.ok();
  }

 private:
  Status status_;
};

// `after` is a position of an earlier source of the same plan, empty: from the start. Borrows the arguments.
[[nodiscard]] StatusOr<std::unique_ptr<RecordSource>> OpenSource(const Plan& plan, const catalog::TypeDef& type,
                                                                 std::span<const BoundCondition> conditions, Context& context,
                                                                 const std::string& after);

// The ranges of an index that hold what the path's conditions leave, in the order of keys; none when nothing can match.
[[nodiscard]] std::vector<IndexRange> RangesOf(const IndexPath& path, std::span<const BoundCondition> conditions);

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_ACCESS_H_
