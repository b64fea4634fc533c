#include "query/access.h"

#include <algorithm>

#include "kith/base/key.h"
#include "query/column_blocks.h"

namespace kith::query {
namespace {

using catalog::IndexDef;
using catalog::TypeDef;

std::string PositionOf(Id id) {
  std::string position;
  if (!id.is_null()) AppendU64(position, id.value());
  return position;
}

Id IdAt(const std::string& position) { return position.size() == sizeof(uint64_t) ? Id(ReadU64(position.data())) : Id(); }

// --- all records of a type

class ScanSource final : public RecordSource {
 public:
  ScanSource(std::unique_ptr<RecordCursor> cursor, Context& context) : cursor_(std::move(cursor)), context_(context) {}

  bool Next(Current& row) override {
    if (!cursor_->Next()) return Keep(cursor_->status()) && false;
    const StatusOr<record::View> record = cursor_->record();
    if (!record.ok()) return Keep(record.status());
    if (!context_.meter.Record()) return Keep(context_.meter.status());
    row.id = cursor_->id();
    row.record = *record;
    return true;
  }
  [[nodiscard]] std::string position() const override { return cursor_->position(); }

 private:
  std::unique_ptr<RecordCursor> cursor_;
  Context& context_;
};

// Those of a point in the past.
class PastSource final : public RecordSource {
 public:
  PastSource(std::span<const Record> records, Context& context, Id after) : records_(records), context_(context) {
    while (!records_.empty() && records_.front().view().id() <= after) records_ = records_.subspan(1);
  }

  bool Next(Current& row) override {
    if (records_.empty()) return false;
    if (!context_.meter.Again()) return Keep(context_.meter.status());
    row.record = records_.front().view();
    row.id = row.record.id();
    last_ = row.id;
    records_ = records_.subspan(1);
    return true;
  }
  [[nodiscard]] std::string position() const override { return PositionOf(last_); }

 private:
  std::span<const Record> records_;
  Context& context_;
  Id last_;
};

// --- records by their ids, in id order

class IdsSource final : public RecordSource {
 public:
  IdsSource(std::vector<Id> ids, const TypeDef& type, Context& context, Id after) : ids_(std::move(ids)), type_(type), context_(context) {
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    next_ = static_cast<size_t>(std::upper_bound(ids_.begin(), ids_.end(), after) - ids_.begin());
  }

  bool Next(Current& row) override {
    while (next_ < ids_.size()) {
      const Id id = ids_[next_++];
      if (id.type() != type_.number) continue;
      row.record = context_.world.Get(id);
      row.id = id;
      if (!Keep(context_.world.status())) return false;
      if (row.record.is_null()) continue;
      last_ = id;
      return true;
    }
    return false;
  }
  [[nodiscard]] std::string position() const override { return PositionOf(last_); }

 private:
  std::vector<Id> ids_;
  const TypeDef& type_;
  Context& context_;
  size_t next_ = 0;
  Id last_;
};

// --- ranges of an index

class IndexSource final : public RecordSource {
 public:
  IndexSource(const Plan& plan, const TypeDef& type, std::vector<IndexRange> ranges, Context& context, const std::string& after)
      : plan_(plan),
        type_(type),
        ranges_(std::move(ranges)),
        context_(context),
        reads_records_(!context.world.snapshot().viewer().is_system()) {
    if (plan.reverse) std::reverse(ranges_.begin(), ranges_.end());
    for (IndexRange& range : ranges_) {
      range.reverse = plan.reverse;
      range.after = after;
    }
  }

  bool Next(Current& row) override {
    while (cursor_ == nullptr || !cursor_->Next()) {
      if (cursor_ != nullptr) KeepPosition();
      if (cursor_ != nullptr && !Keep(cursor_->status())) return false;
      if (!OpenNext()) return false;
    }
    if (!context_.meter.Entry()) return Keep(context_.meter.status());
    row.id = cursor_->id();
    return plan_.covered && plan_.layout.Decode(*cursor_, row.covered, cells_, parts_) ? TakeEntry(row) : TakeRecord(row);
  }
  [[nodiscard]] std::string position() const override {
    const std::string current = cursor_ == nullptr ? std::string() : cursor_->position();
    return current.empty() ? last_ : current;
  }

 private:
  bool TakeEntry(Current& row) {
    row.record = record::View();
    row.layout = &plan_.layout;
    row.entry = cells_;
    // To tell whether the viewer may see it, the engine has read the record.
    return !reads_records_ || context_.meter.Record() || Keep(context_.meter.status());
  }
  bool TakeRecord(Current& row) {
    const StatusOr<record::View> record = cursor_->record();
    if (!record.ok()) return Keep(record.status());
    row.record = *record;
    return context_.meter.Record() || Keep(context_.meter.status());
  }
  bool OpenNext() {
    if (next_ == ranges_.size()) return false;
    StatusOr<std::unique_ptr<RecordCursor>> cursor = context_.world.snapshot().ScanIndex(type_, *plan_.first.index, ranges_[next_++]);
    if (!Keep(cursor.status())) return false;
    cursor_ = *std::move(cursor);
    return true;
  }
  void KeepPosition() {
    std::string position = cursor_->position();
    if (!position.empty()) last_ = std::move(position);
  }

  const Plan& plan_;
  const TypeDef& type_;
  std::vector<IndexRange> ranges_;
  Context& context_;
  bool reads_records_;
  size_t next_ = 0;
  std::unique_ptr<RecordCursor> cursor_;
  std::string last_;  // of ranges before the present one
  std::vector<PackedValue> cells_;
  std::vector<Value> parts_;
};

// --- rows of columns

class ColumnSource final : public RecordSource {
 public:
  ColumnSource(const Plan& plan, ColumnBlocks blocks, Context& context)
      : plan_(plan), blocks_(std::move(blocks)), context_(context), cells_(plan.layout.size()) {}

  bool Next(Current& row) override {
    while (true) {
      while (!left_.Any()) {
        if (!blocks_.Next()) return Keep(blocks_.status()) && false;
        left_ = blocks_.rows();
      }
      const size_t next = left_.First();
      left_.Clear(next);
      row.id = Id(blocks_.first().value() + next);
      if (plan_.covered ? TakeCells(next, row) : TakeRecord(row)) break;
      if (!status().ok()) return false;
    }
    last_ = row.id;
    return true;
  }
  [[nodiscard]] std::string position() const override { return PositionOf(last_); }

 private:
  bool TakeCells(size_t at, Current& row) {
    for (size_t i = 0; i < cells_.size(); ++i) cells_[i] = blocks_.blocks()[i].GetPacked(at);
    row.record = record::View();
    row.layout = &plan_.layout;
    row.entry = cells_;
    return true;
  }
  bool TakeRecord(Current& row) {
    row.record = context_.world.Get(row.id);
    return Keep(context_.world.status()) && !row.record.is_null();
  }

  const Plan& plan_;
  ColumnBlocks blocks_;
  Context& context_;
  column::Bitmap left_;
  std::vector<PackedValue> cells_;
  Id last_;
};

// --- ids in two indexes

// The ids of some ranges, read step by step.
class IdList {
 public:
  IdList(const IndexDef& index, std::vector<IndexRange> ranges) : index_(index), ranges_(std::move(ranges)) {}

  [[nodiscard]] const std::vector<Id>& ids() const { return ids_; }
  [[nodiscard]] bool done() const { return done_; }
  Status Step(const TypeDef& type, Context& context) {
    while (cursor_ == nullptr || !cursor_->Next()) {
      if (cursor_ != nullptr) KITH_RETURN_IF_ERROR(cursor_->status());
      done_ = next_ == ranges_.size();
      if (done_) return {};
      KITH_ASSIGN_OR_RETURN(cursor_, context.world.snapshot().ScanIndex(type, index_, ranges_[next_++]));
    }
    ids_.push_back(cursor_->id());
    return context.meter.Entry() ? Status() : context.meter.status();
  }

 private:
  const IndexDef& index_;
  std::vector<IndexRange> ranges_;
  size_t next_ = 0;
  std::unique_ptr<RecordCursor> cursor_;
  std::vector<Id> ids_;
  bool done_ = false;
};

// Ids in both lists. They are read in turns; when one has ended, the other is read only so much further as looking up all records of the
// shorter would cost, so that the worse of two indexes does no harm. Then the result is the shorter list, and its records are checked.
StatusOr<std::vector<Id>> Intersect(const Plan& plan, const TypeDef& type, std::span<const BoundCondition> conditions, Context& context) {
  constexpr size_t kEntriesPerLookUp = 10;
  IdList a(*plan.first.index, RangesOf(plan.first, conditions));
  IdList b(*plan.second.index, RangesOf(plan.second, conditions));
  while (!a.done() && !b.done()) {
    KITH_RETURN_IF_ERROR(a.Step(type, context));
    KITH_RETURN_IF_ERROR(b.Step(type, context));
  }
  IdList& longer = a.done() ? b : a;
  std::vector<Id> ids = a.done() ? a.ids() : b.ids();
  const size_t patience = ids.size() * kEntriesPerLookUp;
  while (!longer.done() && longer.ids().size() < patience) KITH_RETURN_IF_ERROR(longer.Step(type, context));
  if (!longer.done()) return ids;
  std::vector<Id> others = longer.ids();
  std::sort(ids.begin(), ids.end());
  std::sort(others.begin(), others.end());
  std::vector<Id> both;
  std::set_intersection(ids.begin(), ids.end(), others.begin(), others.end(), std::back_inserter(both));
  return both;
}

std::vector<Id> IdsOf(const BoundCondition& condition) {
  std::vector<Id> ids;
  for (const Value& value : condition.values) {
    if (const auto* id = value.get_if<Id>()) ids.push_back(*id);
  }
  return ids;
}

}  // namespace

StatusOr<std::unique_ptr<RecordSource>> OpenSource(const Plan& plan, const TypeDef& type, std::span<const BoundCondition> conditions,
                                                   Context& context, const std::string& after) {
  std::unique_ptr<RecordSource> source;
  switch (plan.access) {
    case Access::kScan:
      if (context.world.is_past()) {
        KITH_ASSIGN_OR_RETURN(const std::span<const Record> records, context.world.Past(type));
        source = std::make_unique<PastSource>(records, context, IdAt(after));
      } else {
        KITH_ASSIGN_OR_RETURN(std::unique_ptr<RecordCursor> cursor, context.world.snapshot().Scan(type.name, IdAt(after)));
        source = std::make_unique<ScanSource>(std::move(cursor), context);
      }
      break;
    case Access::kIds:
      source = std::make_unique<IdsSource>(IdsOf(conditions[plan.ids]), type, context, IdAt(after));
      break;
    case Access::kIndex:
      source = std::make_unique<IndexSource>(plan, type, RangesOf(plan.first, conditions), context, after);
      break;
    case Access::kColumns: {
      KITH_ASSIGN_OR_RETURN(ColumnBlocks blocks, ColumnBlocks::Open(plan, type, conditions, context, IdAt(after)));
      source = std::make_unique<ColumnSource>(plan, std::move(blocks), context);
      break;
    }
    case Access::kIntersection: {
      KITH_ASSIGN_OR_RETURN(std::vector<Id> ids, Intersect(plan, type, conditions, context));
      source = std::make_unique<IdsSource>(std::move(ids), type, context, IdAt(after));
      break;
    }
  }
  return source;
}

}  // namespace kith::query
