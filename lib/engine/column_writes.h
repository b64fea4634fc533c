// A batch's changes of column indexes: each block is read, changed and put once a batch, however many of its rows change.
#ifndef KITH_LIB_ENGINE_COLUMN_WRITES_H_
#define KITH_LIB_ENGINE_COLUMN_WRITES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/index/column.h"
#include "kith/storage/storage.h"

namespace kith::engine {

// What the column of an index holds.
[[nodiscard]] column::Spec ColumnSpec(const catalog::TypeDef& type, const catalog::IndexDef& index);
// Index number (4) | id of the block's first row (8): the form of an ordered entry without parts.
[[nodiscard]] std::string ColumnKey(const catalog::IndexDef& index, Id block);

class ColumnWrites {
 public:
  // The record has this value, null too.
  void Set(const catalog::TypeDef& type, const catalog::IndexDef& index, Id id, Value value) {
    items_.push_back({&type, &index, id, std::move(value)});
  }
  // The record is gone.
  void Remove(const catalog::TypeDef& type, const catalog::IndexDef& index, Id id) { items_.push_back({&type, &index, id, std::nullopt}); }

  // Each record of an index at most once.
  [[nodiscard]] Status Emit(storage::WriteSet& set);

 private:
  struct Item {
    const catalog::TypeDef* type = nullptr;
    const catalog::IndexDef* index = nullptr;
    Id id;
    std::optional<Value> value;
    [[nodiscard]] bool SameBlock(const Item& other) const {
      return index->number == other.index->number && column::BlockOf(id) == column::BlockOf(other.id);
    }
  };
  using Items = std::vector<Item>;
  [[nodiscard]] Status EmitBlock(Items::const_iterator begin, Items::const_iterator end, storage::WriteSet& set);

  Items items_;
  std::string bytes_;
};

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_COLUMN_WRITES_H_
