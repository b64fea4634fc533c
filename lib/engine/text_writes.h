// A batch's changes of text indexes.
#ifndef KITH_LIB_ENGINE_TEXT_WRITES_H_
#define KITH_LIB_ENGINE_TEXT_WRITES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/text_index.h"
#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/storage/storage.h"

namespace kith::engine {

// An index with what is to be done in it.
struct TextTarget {
  const catalog::TypeDef* type = nullptr;
  const catalog::IndexDef* index = nullptr;
  bool whole = true;  // it has all records, so that a term which a record keeps is known to be there
};

class TextWrites {
 public:
  // A record's texts (PackTexts), empty when it was not there or is gone.
  void Change(const TextTarget& target, Id id, std::string before, std::string after) {
    if (before != after) items_.push_back({target, id, std::move(before), std::move(after)});
  }

  // After the records are put; each record of an index at most once. Lists them, or, when there are many, folds all that is listed.
  [[nodiscard]] Status Emit(storage::WriteSet& set);
  // Folds the changes, all of this index, and whatever is listed.
  [[nodiscard]] Status Fold(const TextTarget& target, storage::WriteSet& set);

 private:
  struct Item {
    TextTarget target;
    Id id;
    std::string before;
    std::string after;
    bool listed = false;  // by an earlier batch
  };
  using Items = std::vector<Item>;
  [[nodiscard]] static Status EmitIndex(const TextTarget& target, Items items, storage::WriteSet& set);
  // Takes `before` of records that are listed from there: how the blocks have them. The number listed before.
  [[nodiscard]] static StatusOr<uint64_t> MatchListed(Items& items, const storage::WriteSet& set);
  [[nodiscard]] static Status FoldAll(const TextTarget& target, Items items, storage::WriteSet& set);

  Items items_;
};

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_TEXT_WRITES_H_
