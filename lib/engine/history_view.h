// History entries read where they lie, for those who go through many: the values stay packed, actor and reason are passed over.
#ifndef KITH_LIB_ENGINE_HISTORY_VIEW_H_
#define KITH_LIB_ENGINE_HISTORY_VIEW_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kith/base/packed.h"
#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/engine/history.h"

namespace kith::format {

// A value as PackedWriter::Put left it.
class PackedBytes {
 public:
  PackedBytes() = default;
  explicit PackedBytes(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool is_null() const { return bytes_.empty() || static_cast<Kind>(bytes_.front()) == Kind::kNull; }
  [[nodiscard]] Value Get() const { return bytes_.empty() ? Value() : PackedReader(bytes_).Get(); }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

// As FieldChange.
struct ChangeView {
  uint32_t package = 0;
  uint32_t number = 0;
  Time effective;
  PackedBytes before;
  PackedBytes after;
};

// As HistoryEntry.
struct HistoryView {
  Id record;
  uint64_t sequence = 0;
  Operation operation = Operation::kChange;
  Time recorded;
  Time effective;
  Stamp stamp;
  size_t first = 0;  // its changes among those of all entries
  size_t count = 0;
};

// Entries one after the other, in memory that is used again. Borrows the bytes, which live as long as their snapshot.
class HistoryViews {
 public:
  void Clear() {
    entries_.clear();
    changes_.clear();
  }
  // Corrupt, with nothing added, for what DecodeHistory refuses too.
  Status Add(Id record, uint64_t sequence, std::string_view bytes);
  [[nodiscard]] std::span<const HistoryView> entries() const { return entries_; }
  [[nodiscard]] std::span<const ChangeView> ChangesOf(const HistoryView& entry) const {
    return std::span(changes_).subspan(entry.first, entry.count);
  }

 private:
  std::vector<HistoryView> entries_;
  std::vector<ChangeView> changes_;
};

}  // namespace kith::format

#endif  // KITH_LIB_ENGINE_HISTORY_VIEW_H_
