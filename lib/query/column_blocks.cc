#include "query/column_blocks.h"

#include <algorithm>

namespace kith::query {
namespace {

using column::Bitmap;
using column::BlockView;
using Comparison = expr::Condition::Comparison;

column::Comparison KernelOf(Comparison comparison) {
  switch (comparison) {
    case Comparison::kLess:
      return column::Comparison::kLess;
    case Comparison::kLessOrEqual:
      return column::Comparison::kLessEqual;
    case Comparison::kGreater:
      return column::Comparison::kGreater;
    case Comparison::kGreaterOrEqual:
      return column::Comparison::kGreaterEqual;
    default:
      return column::Comparison::kEqual;
  }
}

// Rows whose value can be compared with the constant: as in expressions, amounts in other currencies and NaN have no order.
Bitmap Comparable(const BlockView& block, const BoundCondition& condition) {
  if (condition.comparison == Comparison::kEqual || condition.comparison == Comparison::kIn) return block.has();
  const Value& constant = condition.values.front();
  if (const auto* money = constant.get_if<Money>()) return block.InCurrency(money->currency);
  if (block.spec().kind != Kind::kDouble) return block.has();
  return Where(block, column::Comparison::kLess, constant) | Where(block, column::Comparison::kGreaterEqual, constant);
}

Bitmap Matching(const BlockView& block, const BoundCondition& condition) {
  switch (condition.comparison) {
    case Comparison::kIsNull:
      return WhereNull(block);
    case Comparison::kIn:
      return WhereIn(block, condition.values);
    default:
      return Where(block, KernelOf(condition.comparison), condition.values.front());
  }
}

}  // namespace

StatusOr<ColumnBlocks> ColumnBlocks::Open(const Plan& plan, const catalog::TypeDef& type, std::span<const BoundCondition> conditions,
                                          Context& context, Id after) {
  ColumnBlocks blocks(plan, context, after);
  for (size_t i = 0; i < conditions.size(); ++i) {
    if (std::find(plan.rechecked.begin(), plan.rechecked.end(), i) != plan.rechecked.end()) continue;
    blocks.filters_.push_back({&conditions[i], *plan.ColumnOf(conditions[i].position)});
  }
  KITH_ASSIGN_OR_RETURN(blocks.cursor_, context.world.snapshot().ScanColumns(type, plan.columns, after));
  return blocks;
}

ColumnBlocks::Answer ColumnBlocks::Ask() const {
  const Bitmap& live = blocks()[0].live();
  Answer answer{live, live};
  for (const Filter& filter : filters_) {
    const BlockView& block = blocks()[filter.column];
    const Bitmap yes = Matching(block, *filter.condition);
    answer.yes = answer.yes & yes;
    if (filter.condition->comparison == Comparison::kIsNull) {
      answer.maybe = answer.maybe & yes;
    } else {
      answer.maybe = answer.maybe - (Comparable(block, *filter.condition) - yes);
    }
  }
  return answer;
}

bool ColumnBlocks::Next() {
  while (status_.ok() && cursor_->Next()) {
    for (size_t i = 0; i < blocks().size(); ++i) {
      if (!context_->meter.Entry()) status_.Update(context_->meter.status());
    }
    if (!status_.ok()) return false;
    Answer answer = Ask();
    if (after_ >= first()) {
      for (size_t row = 0; row <= column::RowOf(after_); ++row) {
        answer.yes.Clear(row);
        answer.maybe.Clear(row);
      }
    }
    after_ = Id();
    if (plan_->decided) context_->meter.work.null_filter += (answer.maybe - answer.yes).Count();
    rows_ = answer.yes;
    if (rows_.Any()) return true;
  }
  status_.Update(cursor_->status());
  return false;
}

}  // namespace kith::query
