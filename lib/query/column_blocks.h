// Blocks of a plan's columns, with the rows that its conditions leave.
#ifndef KITH_LIB_QUERY_COLUMN_BLOCKS_H_
#define KITH_LIB_QUERY_COLUMN_BLOCKS_H_

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "query/access.h"

namespace kith::query {

class ColumnBlocks {
 public:
  // From the id after `after`. Borrows the arguments.
  [[nodiscard]] static StatusOr<ColumnBlocks> Open(const Plan& plan, const catalog::TypeDef& type,
                                                   std::span<const BoundCondition> conditions, Context& context, Id after);

  // The next block that has rows left; false at the end or on error. Rows that are left out because something compared has no value are
  // counted when the conditions of columns are all there are.
  [[nodiscard]] bool Next();
  [[nodiscard]] Id first() const { return cursor_->first(); }
  // One a column of the plan, in its order.
  [[nodiscard]] std::span<const column::BlockView> blocks() const { return cursor_->blocks(); }
  [[nodiscard]] const column::Bitmap& rows() const { return rows_; }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  // Rows for which all conditions hold, and those for which none fails.
  struct Answer {
    column::Bitmap yes;
    column::Bitmap maybe;
  };
  struct Filter {
    const BoundCondition* condition;
    size_t column;
  };
  ColumnBlocks(const Plan& plan, Context& context, Id after) : plan_(&plan), context_(&context), after_(after) {}
  [[nodiscard]] Answer Ask() const;

  const Plan* plan_;
  Context* context_;
  Id after_;
  std::vector<Filter> filters_;
  std::unique_ptr<ColumnCursor> cursor_;
  column::Bitmap rows_;
  Status status_;
};

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_COLUMN_BLOCKS_H_
