#include "engine/column_writes.h"

#include <algorithm>
#include <tuple>

#include "engine/format.h"

namespace kith::engine {

column::Spec ColumnSpec(const catalog::TypeDef& type, const catalog::IndexDef& index) {
  const int32_t position = index.parts[0].position;
  const catalog::FieldDef* field = type.FieldAt(position);
  return {.kind = type.KindAt(position), .scale = field == nullptr ? uint8_t{0} : field->scale};
}

std::string ColumnKey(const catalog::IndexDef& index, Id block) {
  std::string key;
  AppendU32(key, index.number);
  AppendU64(key, block.value());
  return key;
}

Status ColumnWrites::Emit(storage::WriteSet& set) {
  std::sort(items_.begin(), items_.end(),
            [](const Item& a, const Item& b) { return std::tie(a.index->number, a.id) < std::tie(b.index->number, b.id); });
  for (auto begin = items_.cbegin(); begin != items_.cend();) {
    const auto end = std::find_if(begin, items_.cend(), [&](const Item& item) { return !item.SameBlock(*begin); });
    KITH_RETURN_IF_ERROR(EmitBlock(begin, end, set));
    begin = end;
  }
  items_.clear();
  return absl::OkStatus();
}

Status ColumnWrites::EmitBlock(Items::const_iterator begin, Items::const_iterator end, storage::WriteSet& set) {
  const column::Spec spec = ColumnSpec(*begin->type, *begin->index);
  const std::string key = ColumnKey(*begin->index, column::BlockOf(begin->id));
  column::BlockView before;
  const StatusOr<storage::View> stored = set.Get(format::kIndex, key);
  if (stored.ok()) {
    StatusOr<column::BlockView> parsed = column::BlockView::Parse(spec, *stored);
    if (!parsed.ok()) return WithContext(parsed.status(), {.type = begin->type->name, .field = begin->index->parts[0].field});
    before = *parsed;
  } else if (!IsNotFound(stored.status())) {
    return stored.status();
  }
  column::Block block = stored.ok() ? column::Block(before) : column::Block(spec);
  for (auto item = begin; item != end; ++item) {
    if (item->value.has_value()) {
      block.Set(column::RowOf(item->id), *item->value);
    } else {
      block.Remove(column::RowOf(item->id));
    }
  }
  if (block.empty()) {
    set.Delete(format::kIndex, key);
  } else {
    block.Encode(bytes_);
    set.Put(format::kIndex, key, bytes_);
  }
  return absl::OkStatus();
}

}  // namespace kith::engine
