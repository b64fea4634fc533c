// Rows as an access gives them: records, or index entries alone.
#include <algorithm>

#include "kith/base/key.h"
#include "kith/base/packed.h"
#include "query/term.h"

namespace kith::query {

EntryLayout::EntryLayout(const catalog::TypeDef& type, const catalog::IndexDef& index) {
  for (const catalog::IndexPart& cover : index.cover) covers_.push_back(cover.position);
  for (const catalog::IndexPart& part : index.parts) {
    const catalog::FieldDef* field = type.FieldAt(part.position);
    parts_.push_back({part.position, type.KindAt(part.position), field == nullptr ? uint8_t{0} : field->scale, part.order});
  }
}

int EntryLayout::Find(int32_t position) const {
  const auto cover = std::find(covers_.begin(), covers_.end(), position);
  if (cover != covers_.end()) return static_cast<int>(cover - covers_.begin());
  const auto part = std::find_if(parts_.begin(), parts_.end(), [position](const Part& p) { return p.position == position; });
  // Keys hold no lists, -0 becomes 0 in them.
  const bool kept = part != parts_.end() && part->kind != Kind::kTextList && part->kind != Kind::kChoiceSet && part->kind != Kind::kNull &&
                    part->kind != Kind::kDouble;
  return kept ? static_cast<int>(covers_.size()) + static_cast<int>(part - parts_.begin()) : -1;
}

void EntryLayout::Need(int32_t position) {
  const int slot = Find(position);
  if (slot < 0) return;
  const auto at = static_cast<size_t>(slot);
  if (at < covers_.size()) {
    needed_covers_ = std::max(needed_covers_, at + 1);
  } else {
    needed_parts_ = std::max(needed_parts_, at - covers_.size() + 1);
  }
}

bool EntryLayout::Decode(const RecordCursor& cursor, std::string_view& covered, std::vector<PackedValue>& cells,
                         std::vector<Value>& parts) const {
  cells.resize(covers_.size() + parts_.size());
  if (needed_covers_ > 0) {
    covered = cursor.covered_bytes();
    PackedReader values(covered);
    for (size_t i = 0; i < needed_covers_; ++i) cells[i] = values.GetPacked();
    if (!values.ok()) return false;
  }
  if (needed_parts_ == 0) return true;
  parts.resize(needed_parts_);
  std::string_view key = cursor.key_parts();
  for (size_t i = 0; i < needed_parts_; ++i) {
    const Part& part = parts_[i];
    if (!ReadValueKey(key, part.kind, part.scale, part.order, parts[i])) return false;
    cells[covers_.size() + i] = InPlace(parts[i]);
  }
  return true;
}

void EntryLayout::ReadList(int slot, std::string_view covered, Value& out) const {
  PackedReader values(covered);
  for (int i = 0; i < slot; ++i) static_cast<void>(values.GetPacked());
  out = values.Get();
}

void Current::Peek(int32_t position, PackedValue& cell) const {
  if (position == catalog::kHeaderId) {
    cell.kind = Kind::kRef;
    cell.number = static_cast<int64_t>(id.value());
  } else if (!record.is_null()) {
    PeekAt(record, position, cell);
  } else if (const int slot = layout == nullptr ? -1 : layout->Find(position); slot >= 0) {
    cell = entry[static_cast<size_t>(slot)];
  } else {
    cell.kind = Kind::kNull;
  }
}

void Current::Read(int32_t position, Value& out) const {
  PackedValue cell;
  Peek(position, cell);
  if (cell.kind != Kind::kTextList && cell.kind != Kind::kChoiceSet) return Store(cell, out);
  if (record.is_null()) {
    layout->ReadList(layout->Find(position), covered, out);
  } else {
    out = record.Get(static_cast<size_t>(position));
  }
}

}  // namespace kith::query
