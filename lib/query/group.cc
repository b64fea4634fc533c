#include "query/group.h"

#include <algorithm>
#include <array>

#include "kith/base/key.h"

namespace kith::query {
namespace {

// A value as expressions see it: a choice by its name.
expr::Any ToAny(const Column& column, const Value& value) {
  const auto* choice = value.get_if<Choice>();
  if (choice == nullptr || column.choices == nullptr) return expr::Any(value);
  const catalog::ChoiceDef* known = column.choices->FindChoice(choice->number);
  return known == nullptr ? expr::Any(int64_t{choice->number}) : expr::Any(known->name);
}

const column::BlockView& BlockOf(const Plan& plan, const ColumnBlocks& blocks, const CompiledTerm& term) {
  return blocks.blocks()[*plan.ColumnOf(*term.own())];
}

}  // namespace

bool TakesBlocks(const Prepared::Compiled& compiled, const Plan& plan) {
  constexpr size_t kKeys = 2;  // of column::GroupNumbers
  const auto is_column = [&plan](const CompiledTerm& term) { return term.own().has_value() && plan.ColumnOf(*term.own()).has_value(); };
  const auto is_key = [&](const CompiledTerm& term) { return is_column(term) && column::GroupNumbers::CanBeKey(term.column().kind); };
  const auto is_sum = [&](const CompiledAggregate& aggregate) { return !aggregate.term.has_value() || is_column(*aggregate.term); };
  return plan.access == Access::kColumns && plan.covered && plan.decided && compiled.terms.size() <= kKeys &&
         std::all_of(compiled.terms.begin(), compiled.terms.end(), is_key) &&
         std::all_of(compiled.aggregates.begin(), compiled.aggregates.end(), is_sum);
}

Grouping::Grouping(const Prepared::Compiled& compiled, const Calendar& calendar, Context& context)
    : compiled_(compiled), calendar_(calendar), context_(context), cells_(compiled.terms.size()), held_(compiled.terms.size()) {
  // Without groups all rows are one group, even when there are none.
  if (compiled.terms.empty()) static_cast<void>(Find());
}

Grouping::Group& Grouping::Find() {
  const auto [found, added] = by_identity_.try_emplace(identity_, groups_.size());
  if (added) {
    Group& group = NewGroup();
    for (size_t i = 0; i < cells_.size(); ++i) Store(cells_[i], group.values[i]);
  }
  return groups_[found->second];
}

Grouping::Group& Grouping::NewGroup() {
  Group& group = groups_.emplace_back();
  group.values.resize(cells_.size());
  for (const CompiledAggregate& aggregate : compiled_.aggregates) group.accumulators.emplace_back(aggregate.function);
  return group;
}

Status Grouping::Add(const Current& row) {
  identity_.clear();
  for (size_t i = 0; i < cells_.size(); ++i) {
    KITH_RETURN_IF_ERROR(compiled_.terms[i].Peek(context_, calendar_, row, held_[i], cells_[i]));
    AppendIdentity(identity_, cells_[i]);
  }
  Group& group = Find();
  for (size_t i = 0; i < compiled_.aggregates.size(); ++i) {
    const std::optional<CompiledTerm>& term = compiled_.aggregates[i].term;
    if (!term.has_value()) {
      group.accumulators[i].Count(1);
      continue;
    }
    PackedValue cell;
    KITH_RETURN_IF_ERROR(term->Peek(context_, calendar_, row, scratch_, cell));
    if (cell.kind != Kind::kNull) group.accumulators[i].Add(cell);
  }
  return {};
}

void Grouping::Add(const Plan& plan, const ColumnBlocks& blocks) {
  context_.meter.work.matched += blocks.rows().Count();
  if (!compiled_.terms.empty()) return AddToGroups(plan, blocks);
  for (size_t i = 0; i < compiled_.aggregates.size(); ++i) {
    const std::optional<CompiledTerm>& term = compiled_.aggregates[i].term;
    Accumulator& accumulator = groups_[0].accumulators[i];
    if (term.has_value()) {
      accumulator.Add(BlockOf(plan, blocks, *term), blocks.rows());
    } else {
      accumulator.Count(static_cast<int64_t>(blocks.rows().Count()));
    }
  }
}

void Grouping::AddToGroups(const Plan& plan, const ColumnBlocks& blocks) {
  std::array<const column::BlockView*, 2> keys = {};
  for (size_t i = 0; i < compiled_.terms.size(); ++i) keys[i] = &BlockOf(plan, blocks, compiled_.terms[i]);
  std::array<uint32_t, column::kRows> numbers;
  numbers_.Find({keys.data(), compiled_.terms.size()}, blocks.rows(), numbers);
  while (groups_.size() < numbers_.size()) {
    const size_t number = groups_.size();
    Group& group = NewGroup();
    for (size_t i = 0; i < compiled_.terms.size(); ++i) group.values[i] = numbers_.key(number, i);
  }
  for (size_t i = 0; i < compiled_.aggregates.size(); ++i) {
    const std::optional<CompiledTerm>& term = compiled_.aggregates[i].term;
    if (!term.has_value()) {
      blocks.rows().ForEach([&](size_t row) { groups_[numbers[row]].accumulators[i].Count(1); });
      continue;
    }
    const column::BlockView& block = BlockOf(plan, blocks, *term);
    (blocks.rows() & block.has()).ForEach([&](size_t row) { groups_[numbers[row]].accumulators[i].Add(block.GetPacked(row)); });
  }
}

StatusOr<Row> Grouping::RowOf(Group& group) const {
  Row row;
  row.values = std::move(group.values);
  row.values.resize(compiled_.columns.size());
  row.amounts.resize(compiled_.columns.size());
  for (size_t i = 0; i < group.accumulators.size(); ++i) {
    const size_t column = compiled_.terms.size() + i;
    const Status status = group.accumulators[i].Finish(row.values[column], row.amounts[column]);
    if (!status.ok()) return WithContext(status, {.type = compiled_.type->name, .field = compiled_.columns[column].name});
  }
  return row;
}

StatusOr<bool> Grouping::Passes(const Row& row) {
  if (!compiled_.having.has_value()) return true;
  expr::AnyList variables = context_.variables;
  for (const size_t column : compiled_.having_columns) variables.push_back(ToAny(compiled_.columns[column], row.values[column]));
  const expr::Match match = context_.evaluator().Test(*compiled_.having, {}, variables);
  if (match == expr::Match::kError) return context_.evaluator().error();
  if (match == expr::Match::kNull) ++context_.meter.work.null_filter;
  return match == expr::Match::kYes;
}

std::string Grouping::SortKey(const Row& row) const {
  std::string key;
  for (const CompiledOrder& order : compiled_.order) AppendOrderKey(row.values[order.column], order.descending, key);
  for (size_t i = 0; i < compiled_.terms.size(); ++i) AppendValueKey(key, row.values[i]);
  if (key.empty()) key.push_back('\0');  // the one row without groups: a page token names a place
  return key;
}

StatusOr<std::vector<KeptRow>> Grouping::Finish(const std::string& after_key) {
  SortedRows rows(compiled_.query.limit);
  for (Group& group : groups_) {
    KITH_ASSIGN_OR_RETURN(Row row, RowOf(group));
    KITH_ASSIGN_OR_RETURN(const bool passes, Passes(row));
    std::string key = passes ? SortKey(row) : std::string();
    if (passes && (after_key.empty() || key > after_key) && rows.Wants(key)) rows.Add({std::move(key), std::move(row), {}});
  }
  return rows.Take();
}

}  // namespace kith::query
