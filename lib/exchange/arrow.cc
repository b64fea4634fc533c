// What can be exported, as tables that fill batches.
#include "kith/exchange/arrow.h"

#include <algorithm>
#include <utility>

#include "exchange/arrow_stream.h"
#include "kith/engine/json.h"

namespace kith::exchange {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;
using query::Column;

constexpr size_t kTextBytes = 64 * 1024 * 1024;  // texts of a batch stay far below what its offsets count

// --- rows of a query

class RowsTable final : public ArrowTable {
 public:
  RowsTable(std::shared_ptr<query::Rows> rows, std::shared_ptr<const void> keep)
      : ArrowTable({rows->prepared().columns().begin(), rows->prepared().columns().end()}),
        keep_(std::move(keep)),
        rows_(std::move(rows)) {}

  StatusOr<size_t> Fill() override {
    size_t filled = 0;
    size_t bytes = 0;
    while (filled < limits::kArrowBatchRows && bytes < kTextBytes) {
      rows_->NextPage(std::min(kPage, limits::kArrowBatchRows - filled), page_);
      KITH_RETURN_IF_ERROR(rows_->status());
      if (page_.ids.empty()) break;
      for (size_t i = 0; i < columns().size(); ++i) KITH_RETURN_IF_ERROR(PutColumn(i, bytes));
      filled += page_.ids.size();
    }
    return filled;
  }

 private:
  static constexpr size_t kPage = 256;  // rows whose values stay in the cache until they are put

  Status PutColumn(size_t i, size_t& bytes) {
    ArrowColumn& column = columns()[i];
    const bool in_place = kinds_[i].kind != Kind::kNull && kinds_[i].kind != Kind::kTextList && kinds_[i].kind != Kind::kChoiceSet;
    if (in_place && !kinds_[i].per_currency) {
      KITH_RETURN_IF_ERROR(column.Put(page_.values.data() + i, page_.ids.size(), kinds_.size()));
    } else {
      for (const query::Row& row : page_.rows) {
        if (kinds_[i].per_currency) {
          column.Put(row.amounts[i]);
        } else {
          column.Put(row.values[i]);
        }
      }
    }
    bytes = std::max(bytes, column.arrays()[0].bytes());
    return {};
  }

  std::shared_ptr<const void> keep_;  // goes after the rows
  std::shared_ptr<query::Rows> rows_;
  std::vector<Column> kinds_{rows_->prepared().columns().begin(), rows_->prepared().columns().end()};
  query::Page page_;
};

// --- a type's columns

class ColumnsTable final : public ArrowTable {
 public:
  // `blocks`: for each column the one of the cursor, nullopt for the id.
  ColumnsTable(const std::vector<Column>& kinds, std::vector<std::optional<size_t>> blocks, std::unique_ptr<ColumnCursor> cursor,
               std::shared_ptr<const Snapshot> snapshot)
      : ArrowTable(kinds), blocks_(std::move(blocks)), snapshot_(std::move(snapshot)), cursor_(std::move(cursor)) {}

  StatusOr<size_t> Fill() override {
    size_t filled = 0;
    while (filled < limits::kArrowBatchRows) {
      if (!left_.Any()) {
        if (!cursor_->Next()) break;
        left_ = cursor_->blocks()[0].live();
      }
      const column::Bitmap rows = TakeRows(limits::kArrowBatchRows - filled);
      for (size_t i = 0; i < blocks_.size(); ++i) PutColumn(i, rows);
      filled += rows.Count();
    }
    KITH_RETURN_IF_ERROR(cursor_->status());
    return filled;
  }

 private:
  // The next rows of the block, at most so many.
  column::Bitmap TakeRows(size_t most) {
    if (left_.Count() <= most) return std::exchange(left_, {});
    column::Bitmap rows;
    for (; most > 0; --most) {
      rows.Set(left_.First());
      left_.Clear(left_.First());
    }
    return rows;
  }
  void PutColumn(size_t i, const column::Bitmap& rows) {
    if (blocks_[i].has_value()) return columns()[i].Put(cursor_->blocks()[*blocks_[i]], rows);
    const auto first = static_cast<int64_t>(cursor_->first().value());
    rows.ForEach([&](size_t row) { columns()[i].arrays()[0].AppendNumber(first + static_cast<int64_t>(row)); });
  }

  std::vector<std::optional<size_t>> blocks_;
  std::shared_ptr<const Snapshot> snapshot_;  // goes after the cursor
  std::unique_ptr<ColumnCursor> cursor_;
  column::Bitmap left_;
};

const IndexDef* FindColumn(const Snapshot& snapshot, const TypeDef& type, int32_t position) {
  for (const IndexDef& index : type.indexes) {
    const IndexDef* column = &index;
    const bool fits = index.kind == catalog::IndexKind::kColumn && index.parts[0].position == position;
    if (fits && snapshot.ScanColumns(type, {&column, 1}).ok()) return column;
  }
  return nullptr;
}

// The table over columns alone; null when there is a field without one.
StatusOr<std::unique_ptr<ArrowTable>> TableOfColumns(const std::shared_ptr<const Snapshot>& snapshot, const TypeDef& type,
                                                     std::span<const Column> columns) {
  std::vector<std::optional<size_t>> blocks;
  std::vector<const IndexDef*> indexes;
  for (const Column& column : columns) {
    const std::optional<int32_t> position = type.FindPosition(column.name);
    if (position == catalog::kHeaderId) {
      blocks.emplace_back();
      continue;
    }
    const IndexDef* index = position.has_value() ? FindColumn(*snapshot, type, *position) : nullptr;
    if (index == nullptr) return nullptr;
    blocks.emplace_back(indexes.size());
    indexes.push_back(index);
  }
  if (indexes.empty()) return nullptr;
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<ColumnCursor> cursor, snapshot->ScanColumns(type, indexes));
  return std::make_unique<ColumnsTable>(std::vector<Column>(columns.begin(), columns.end()), std::move(blocks), std::move(cursor),
                                        snapshot);
}

// --- history

const std::vector<Column>& HistoryColumns() {
  static const auto* const kColumns = new std::vector<Column>{
      {.name = "sequence", .kind = Kind::kInt},   {.name = "record", .kind = Kind::kRef},  {.name = "operation", .kind = Kind::kText},
      {.name = "actor", .kind = Kind::kText},     {.name = "reason", .kind = Kind::kText}, {.name = "recorded", .kind = Kind::kTime},
      {.name = "effective", .kind = Kind::kTime}, {.name = "field", .kind = Kind::kText},  {.name = "before", .kind = Kind::kText},
      {.name = "after", .kind = Kind::kText}};
  return *kColumns;
}

class HistoryTable final : public ArrowTable {
 public:
  HistoryTable(std::shared_ptr<const Snapshot> snapshot, const TypeDef& type)
      : ArrowTable(HistoryColumns()), snapshot_(std::move(snapshot)), type_(type) {}

  StatusOr<size_t> Fill() override {
    size_t filled = 0;
    while (filled < limits::kArrowBatchRows && TextBytes() < kTextBytes) {
      if (next_ == feed_.entries.size()) {
        if (feed_.scanned >= snapshot_->sequence()) break;
        KITH_ASSIGN_OR_RETURN(feed_, snapshot_->Changes(feed_.scanned, kPage));
        next_ = 0;
        continue;
      }
      const FeedEntry& entry = feed_.entries[next_++];
      if (entry.record.type() != type_.number) continue;
      KITH_ASSIGN_OR_RETURN(const HistoryEntry change, snapshot_->Entry(entry.record, entry.sequence));
      filled += Put(change);
    }
    return filled;
  }

 private:
  static constexpr size_t kPage = 4096;

  // Of the values before and after, which alone can be long.
  size_t TextBytes() {
    const size_t last = columns().size() - 1;
    return std::max(columns()[last].arrays()[0].bytes(), columns()[last - 1].arrays()[0].bytes());
  }
  size_t Put(const HistoryEntry& entry) {
    if (entry.fields.empty()) PutRow(entry, nullptr);
    for (const FieldChange& change : entry.fields) PutRow(entry, &change);
    return std::max<size_t>(entry.fields.size(), 1);
  }
  void PutRow(const HistoryEntry& entry, const FieldChange* change) {
    size_t column = 0;
    const auto array = [&]() -> ArrowBuilder& { return columns()[column++].arrays()[0]; };
    array().AppendNumber(static_cast<int64_t>(entry.sequence));
    array().AppendNumber(static_cast<int64_t>(entry.record.value()));
    array().AppendText(NameOf(entry.operation));
    array().AppendText(ActorToJsonText(entry.actor));
    array().AppendText(entry.reason);
    array().AppendNumber(entry.recorded.micros);
    array().AppendNumber(change == nullptr ? entry.effective.micros : change->effective.micros);
    if (change == nullptr) {
      for (int i = 0; i < 3; ++i) array().AppendNull();
      return;
    }
    const FieldDef* field = FindField(type_, *change);
    array().AppendText(NameOfField(&type_, *change));
    array().AppendText(ValueToJsonText(field, change->before));
    array().AppendText(ValueToJsonText(field, change->after));
  }

  std::shared_ptr<const Snapshot> snapshot_;
  const TypeDef& type_;
  Snapshot::Feed feed_;
  size_t next_ = 0;
};

// The type's records as a query, whose columns tell what the fields are.
StatusOr<query::Prepared> PrepareType(const Snapshot& snapshot, const TypeDef& type, const ArrowFields& fields) {
  query::Query query;
  query.from = type.name;
  for (const std::string& name : fields.names) query.select.push_back({.text = name});
  if (fields.names.empty()) {
    query.select.push_back({.text = "id"});
    for (const FieldDef& field : type.fields) {
      if (!field.retired && field.kind != Kind::kNull) query.select.push_back({.text = field.name});
    }
  }
  return query::Prepared::Prepare(query, snapshot);
}

}  // namespace

Status ExportRows(std::shared_ptr<query::Rows> rows, std::shared_ptr<const void> keep, ArrowCheck check, ArrowArrayStream* out) {
  if (!rows->prepared().expansions().empty()) {
    return MakeError({.reason = Reason::kBadOptions, .field = "expand", .hint = "query them on their own, and join them by id"},
                     "related records nest, and a table has no place for them");
  }
  MakeStream(std::make_unique<RowsTable>(std::move(rows), std::move(keep)), std::move(check), out);
  return {};
}

Status ExportType(std::shared_ptr<const Snapshot> snapshot, std::string_view type, const ArrowFields& fields, ArrowCheck check,
                  ArrowArrayStream* out) {
  KITH_ASSIGN_OR_RETURN(const TypeDef* found, snapshot->catalog().GetType(type));
  for (const std::string& name : fields.names) {
    if (!found->FindPosition(name).has_value()) return catalog::Catalog::GetField(*found, name).status();
  }
  KITH_ASSIGN_OR_RETURN(const query::Prepared prepared, PrepareType(*snapshot, *found, fields));
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<ArrowTable> table, TableOfColumns(snapshot, *found, prepared.columns()));
  if (table == nullptr) {
    KITH_ASSIGN_OR_RETURN(std::unique_ptr<query::Rows> rows, prepared.Run(*snapshot));
    return ExportRows(std::move(rows), std::move(snapshot), std::move(check), out);
  }
  MakeStream(std::move(table), std::move(check), out);
  return {};
}

Status ExportHistory(std::shared_ptr<const Snapshot> snapshot, std::string_view type, ArrowCheck check, ArrowArrayStream* out) {
  KITH_ASSIGN_OR_RETURN(const TypeDef* found, snapshot->catalog().GetType(type));
  MakeStream(std::make_unique<HistoryTable>(std::move(snapshot), *found), std::move(check), out);
  return {};
}

}  // namespace kith::exchange
