// Blocks of several columns, side by side.
#include <utility>

#include "engine/column_writes.h"
#include "engine/read_internal.h"

namespace kith::engine {
namespace {

class ColumnCursorImpl final : public ColumnCursor {
 public:
  ColumnCursorImpl(const Source& source, const catalog::TypeDef& type, std::span<const catalog::IndexDef* const> indexes, Id after)
      : source_(source), type_(type), blocks_(indexes.size()) {
    const Id start = after.is_null() ? Id() : column::BlockOf(Id(after.value() + 1));
    for (const catalog::IndexDef* index : indexes) {
      columns_.push_back({index, ColumnSpec(type, *index), ColumnKey(*index, start), source.reader->NewCursor(format::kIndex)});
    }
  }

  bool Next() override {
    if (!status_.ok()) return false;
    const bool more = Step(columns_[0]);
    first_ = more ? BlockId(columns_[0]) : Id();
    for (size_t i = 0; i < columns_.size() && status_.ok(); ++i) Take(i, more);
    started_ = true;
    return more && status_.ok();
  }
  [[nodiscard]] Id first() const override { return first_; }
  [[nodiscard]] std::span<const column::BlockView> blocks() const override { return blocks_; }
  [[nodiscard]] const Status& status() const override { return status_; }

 private:
  struct Column {
    const catalog::IndexDef* index;
    column::Spec spec;
    std::string start;  // the index's number, then the first block
    std::unique_ptr<storage::Cursor> cursor;
  };

  [[nodiscard]] bool Step(Column& column) {
    const bool more = started_ ? column.cursor->Next() : column.cursor->SeekAtLeast(column.start);
    if (!column.cursor->status().ok()) status_ = column.cursor->status();
    return more && column.cursor->key().starts_with(std::string_view(column.start).substr(0, sizeof(uint32_t)));
  }

  [[nodiscard]] static Id BlockId(const Column& column) {
    const std::string_view key = column.cursor->key();
    return key.size() == sizeof(uint32_t) + sizeof(uint64_t) ? format::IndexEntryId(key) : Id();
  }

  // The block of column i, which stands where the first one does.
  void Take(size_t i, bool more) {
    Column& column = columns_[i];
    const bool has = i == 0 ? more : Step(column);
    if (!status_.ok()) return;
    if (has != more) return Fail(column, "is shorter or longer than another column of its type");
    if (!more) return;
    if (BlockId(column) != first_) return Fail(column, "is not aligned with another column of its type");
    StatusOr<column::BlockView> parsed = column::BlockView::Parse(column.spec, source_.Lend(column.cursor->value()));
    if (!parsed.ok()) return Fail(column, "has a damaged block");
    blocks_[i] = *parsed;
    if (!(blocks_[i].live() == blocks_[0].live())) Fail(column, "has other records than another column of its type");
  }

  void Fail(const Column& column, std::string_view what) {
    status_ = MakeError({.reason = Reason::kCorrupt,
                         .type = type_.name,
                         .field = column.index->name,
                         .hint = "verify the database; declare the index under another name to have it built anew"},
                        "a column " + std::string(what));
  }

  const Source& source_;
  const catalog::TypeDef& type_;
  std::vector<Column> columns_;
  std::vector<column::BlockView> blocks_;
  Id first_;
  bool started_ = false;
  Status status_;
};

}  // namespace

std::unique_ptr<ColumnCursor> NewColumnCursor(const Source& source, const catalog::TypeDef& type,
                                              std::span<const catalog::IndexDef* const> indexes, Id after) {
  return std::make_unique<ColumnCursorImpl>(source, type, indexes, after);
}

}  // namespace kith::engine
