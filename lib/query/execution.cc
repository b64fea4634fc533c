#include "query/execution.h"

#include <algorithm>

#include "kith/base/concat.h"
#include "kith/base/key.h"
#include "query/column_blocks.h"
#include "query/group.h"
#include "xxhash.h"

namespace kith::query {
namespace {

bool Before(const KeptRow& a, const KeptRow& b) { return a.key < b.key; }

// An index with a field that the viewer may not read would order by it, and its keys stand in page tokens.
bool IsHidden(const IndexPath& use, const catalog::TypeDef& type, const Snapshot& snapshot) {
  const auto masked = [&](const catalog::IndexPart& part) { return snapshot.IsMasked(type, part.position); };
  return use.index != nullptr && (std::any_of(use.index->parts.begin(), use.index->parts.end(), masked) ||
                                  std::any_of(use.index->cover.begin(), use.index->cover.end(), masked));
}

constexpr uint64_t kRowsAtOnce = 1024;  // that a page in place grows by

TokenOrder OrderOf(const Plan& plan) { return plan.access == Access::kIndex ? TokenOrder::kIndex : TokenOrder::kIds; }

}  // namespace

void AppendOrderKey(const Value& value, bool descending, std::string& key) {
  AppendValueKey(key, value, descending ? Order::kDescending : Order::kAscending);
}

void SortedRows::Add(KeptRow row) {
  if (limit_ != 0 && rows_.size() == limit_) {
    std::pop_heap(rows_.begin(), rows_.end(), Before);
    rows_.pop_back();
  }
  rows_.push_back(std::move(row));
  if (limit_ != 0) std::push_heap(rows_.begin(), rows_.end(), Before);
}

std::vector<KeptRow> SortedRows::Take() {
  std::sort(rows_.begin(), rows_.end(), Before);
  return std::exchange(rows_, {});
}

Status Execution::Start(const std::string& after) {
  KITH_ASSIGN_OR_RETURN(conditions_hold_, BindConditions(compiled_, context_.variables, link_, bound_));
  for (BoundCondition& condition : bound_) {
    for (const Value& value : condition.values) condition.cells.push_back(InPlace(value));
  }
  plan_ = &compiled_.plan;
  if (compiled_.record_plan.has_value() && !context_.world.snapshot().viewer().is_system()) plan_ = &*compiled_.record_plan;
  const Snapshot& snapshot = context_.world.snapshot();
  const bool hidden = IsHidden(plan_->first, *compiled_.type, snapshot) || IsHidden(plan_->second, *compiled_.type, snapshot);
  if (!conditions_hold_ || hidden || context_.world.is_past()) {
    scan_plan_ = ScanPlan(compiled_.demand);
    plan_ = &*scan_plan_;
  }
  if (compiled_.has_buckets) {
    KITH_ASSIGN_OR_RETURN(calendar_, Calendar::Of(compiled_.query, context_.world.snapshot()));
  }
  buffered_ = compiled_.grouped || !plan_->ordered;
  return Open(after);
}

Status Execution::Open(const std::string& after) {
  std::string position;
  if (!after.empty()) {
    KITH_ASSIGN_OR_RETURN(Token token, DecodeToken(after, Fingerprint()));
    if (token.order != (buffered_ ? TokenOrder::kSorted : OrderOf(*plan_))) {
      return MakeError({.reason = Reason::kBadOptions, .field = "after", .hint = "start again from the first page"},
                       "the page token is of another plan: indexes have changed since");
    }
    (buffered_ ? after_key_ : position) = std::move(token.place);
  }
  if (GroupsBlocks()) return {};
  KITH_ASSIGN_OR_RETURN(source_, OpenSource(*plan_, *compiled_.type, bound_, context_, position));
  return {};
}

bool Execution::Passes(const Current& row) {
  bool null = false;
  PackedValue cell;
  for (const size_t i : plan_->rechecked) {
    if (!conditions_hold_ && i != compiled_.link) continue;
    row.Peek(bound_[i].position, cell);
    const expr::Match match = bound_[i].Test(cell);
    if (match == expr::Match::kNo || (match == expr::Match::kNull && i == compiled_.link)) return false;
    null |= match == expr::Match::kNull;
  }
  // Where the conditions are not all, or not known, the expression decides.
  if (compiled_.where.has_value() && (!compiled_.demand.exact || !conditions_hold_)) {
    const expr::Match match = context_.evaluator().Test(*compiled_.where, row.record, context_.variables);
    if (match == expr::Match::kError) {
      return Keep(WithContext(context_.evaluator().error(), {.type = compiled_.type->name, .record = row.id}));
    }
    if (match == expr::Match::kNo) return false;
    null = match == expr::Match::kNull;
  }
  if (null) ++context_.meter.work.null_filter;
  return !null;
}

bool Execution::NextMatch(Current& row) {
  while (source_->Next(row)) {
    if (Passes(row)) {
      ++context_.meter.work.matched;
      return true;
    }
    if (!status_.ok()) return false;
  }
  return Keep(source_->status()) && false;
}

Status Execution::Project(const Current& row, Row& out) {
  out.id = row.id;
  out.values.resize(compiled_.terms.size());
  for (size_t i = 0; i < compiled_.terms.size(); ++i) {
    KITH_RETURN_IF_ERROR(compiled_.terms[i].Read(context_, calendar_, row, out.values[i]));
  }
  return {};
}

Status Execution::Links(const Current& row, std::vector<Id>& links) {
  links.clear();
  for (const std::optional<CompiledTerm>& reference : compiled_.references) {
    if (!reference.has_value()) {
      links.push_back(row.id);
      continue;
    }
    KITH_RETURN_IF_ERROR(reference->Read(context_, calendar_, row, scratch_));
    const Id* id = scratch_.get_if<Id>();
    links.push_back(id == nullptr ? Id() : *id);
  }
  return {};
}

Status Execution::Expand(const std::vector<Id>& links, Row& row) {
  row.related.resize(compiled_.expansions.size());
  for (size_t i = 0; i < links.size(); ++i) {
    std::vector<Row>& related = row.related[i];
    related.clear();
    if (links[i].is_null()) continue;
    Execution expansion(compiled_.expansions[i].compiled(), context_, links[i]);
    KITH_RETURN_IF_ERROR(expansion.Start({}));
    Row found;
    while (expansion.Next(found)) related.push_back(std::move(found));
    KITH_RETURN_IF_ERROR(expansion.status());
  }
  return {};
}

Status Execution::SortAll() {
  SortedRows rows(compiled_.query.limit);
  Current row;
  std::string key;
  while (NextMatch(row)) {
    key.clear();
    for (const CompiledOrder& order : compiled_.order) {
      KITH_RETURN_IF_ERROR(order.term.Read(context_, calendar_, row, scratch_));
      AppendOrderKey(scratch_, order.descending, key);
    }
    AppendU64(key, row.id.value());
    if ((!after_key_.empty() && key <= after_key_) || !rows.Wants(key)) continue;
    KeptRow kept;
    kept.key = key;
    KITH_RETURN_IF_ERROR(Project(row, kept.row));
    KITH_RETURN_IF_ERROR(Links(row, kept.links));
    rows.Add(std::move(kept));
  }
  rows_ = rows.Take();
  return status_;
}

bool Execution::GroupsBlocks() const { return compiled_.grouped && TakesBlocks(compiled_, *plan_); }

Status Execution::GroupAll() {
  Grouping grouping(compiled_, calendar_, context_);
  if (GroupsBlocks()) {
    KITH_ASSIGN_OR_RETURN(ColumnBlocks blocks, ColumnBlocks::Open(*plan_, *compiled_.type, bound_, context_, Id()));
    while (blocks.Next()) grouping.Add(*plan_, blocks);
    KITH_RETURN_IF_ERROR(blocks.status());
  } else {
    Current row;
    while (NextMatch(row)) KITH_RETURN_IF_ERROR(grouping.Add(row));
    KITH_RETURN_IF_ERROR(status_);
  }
  KITH_ASSIGN_OR_RETURN(rows_, grouping.Finish(after_key_));
  return {};
}

bool Execution::Next(Row& row) {
  if (!status_.ok() || (compiled_.query.limit != 0 && given_ == compiled_.query.limit)) return false;
  if (buffered_ && !filled_) {
    filled_ = true;
    if (!Keep(compiled_.grouped ? GroupAll() : SortAll())) return false;
  }
  if (buffered_) {
    if (next_row_ == rows_.size()) return false;
    KeptRow& kept = rows_[next_row_++];
    row = std::move(kept.row);
    last_key_ = std::move(kept.key);
    links_ = std::move(kept.links);
  } else {
    Current current;
    if (!NextMatch(current) || !Keep(Project(current, row))) return false;
    if (!compiled_.references.empty() && !Keep(Links(current, links_))) return false;
  }
  if (!compiled_.expansions.empty() && !Keep(Expand(links_, row))) return false;
  ++given_;
  return true;
}

bool Execution::HasPlainPages() const {
  const auto is_plain = [this](const CompiledTerm& term) {
    const Kind kind = term.column().kind;
    const bool is_text = kind == Kind::kText || kind == Kind::kBytes;
    if (!term.own().has_value() || kind == Kind::kTextList || kind == Kind::kChoiceSet) return false;
    return !is_text || !plan_->covered || plan_->layout.IsCover(*term.own());
  };
  return !buffered_ && compiled_.expansions.empty() && std::all_of(compiled_.terms.begin(), compiled_.terms.end(), is_plain);
}

// Values straight from the snapshot.
void Execution::NextPlainPage(size_t cap, Page& page) {
  const size_t columns = compiled_.terms.size();
  const uint64_t left = compiled_.query.limit == 0 ? cap : std::min<uint64_t>(cap, compiled_.query.limit - given_);
  std::vector<int> slots(columns, -1);  // in an entry
  for (size_t i = 0; plan_->covered && i < columns; ++i) slots[i] = plan_->layout.Find(*compiled_.terms[i].own());
  Current row;
  while (page.ids.size() < left && NextMatch(row)) {
    const size_t begin = page.ids.size() * columns;
    // By steps: `cap` may be far beyond what there is.
    if (page.values.size() < begin + columns) page.values.resize(begin + std::min<uint64_t>(kRowsAtOnce, left - page.ids.size()) * columns);
    PackedValue* cell = page.values.data() + begin;
    for (size_t i = 0; i < columns; ++i, ++cell) {
      if (row.record.is_null() && slots[i] >= 0) {
        *cell = row.entry[static_cast<size_t>(slots[i])];
      } else {
        row.Peek(*compiled_.terms[i].own(), *cell);
      }
    }
    page.ids.push_back(row.id);
  }
  page.values.resize(page.ids.size() * columns);
  given_ += page.ids.size();
}

// A token fits a query with the same parameters at the same point in time.
uint64_t Execution::Fingerprint() const {
  std::string text;
  AppendU64(text, compiled_.fingerprint);
  for (const expr::Any& variable : context_.variables) text.append(expr::ToText(variable)).push_back('\n');
  if (const std::optional<AsOf>& as_of = context_.world.as_of()) {
    AppendU64(text, static_cast<uint64_t>(as_of->effective.micros));
    AppendU64(text, static_cast<uint64_t>(as_of->recorded.micros));
  }
  return XXH3_64bits(text.data(), text.size());
}

std::string Execution::token() const {
  if (given_ == 0) return {};
  if (buffered_) return EncodeToken({TokenOrder::kSorted, Fingerprint(), last_key_});
  return EncodeToken({OrderOf(*plan_), Fingerprint(), source_->position()});
}

}  // namespace kith::query
