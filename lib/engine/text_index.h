// What stands in a text index, under its number in kIndex. index/text.h says what terms are and what a block holds.
//
//   't' term NUL first number (6) -> the other numbers of a block of records that have the term
//   'p' id (8) -> the texts that the terms tell of, of a record changed since they were last brought up to date; empty: none
//   'c' -> how many records are listed so (8); absent: none
//
// A change of a text touches some thirty blocks, so a write lists the record instead, and a reader looks at those listed one by one. What
// was listed is folded into the blocks together, term by term, once it is more than limits::kTextPending.
#ifndef KITH_LIB_ENGINE_TEXT_INDEX_H_
#define KITH_LIB_ENGINE_TEXT_INDEX_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/format.h"
#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/storage/storage.h"

namespace kith::engine {

inline constexpr char kTextBlockSort = 't';
inline constexpr char kTextPendingSort = 'p';
inline constexpr char kTextCountSort = 'c';

// A record's number in postings: its id without the type.
inline constexpr uint64_t kTextNumberMask = (uint64_t{1} << (Id::kNodeBits + Id::kSequenceBits)) - 1;
[[nodiscard]] inline uint64_t TextNumber(Id id) { return id.value() & kTextNumberMask; }

// What comes before all of an index's keys of one sort, or all blocks of a term.
[[nodiscard]] std::string TextPrefix(const catalog::IndexDef& index, char sort);
[[nodiscard]] std::string TermPrefix(const catalog::IndexDef& index, std::string_view term);
// The key of a block, in place of what stood after the prefix.
void SetBlockKey(std::string& key, size_t prefix, uint64_t first);
[[nodiscard]] std::string PendingKey(const catalog::IndexDef& index, Id id);

// A key apart; nullopt when it is none of that sort.
struct BlockKey {
  std::string_view term;
  uint64_t first = 0;
};
[[nodiscard]] std::optional<BlockKey> ParseBlockKey(std::string_view key);
[[nodiscard]] std::optional<Id> ParsePendingKey(std::string_view key);

[[nodiscard]] StatusOr<uint64_t> ReadPendingCount(const storage::Reader& reader, const catalog::IndexDef& index);

// The texts of an index's fields, packed; empty when there are none.
[[nodiscard]] std::string PackTexts(const catalog::IndexDef& index, const format::ValueAt& get);
// The terms of packed texts, some of them repeatedly; appended. Corrupt when they are not packed texts.
[[nodiscard]] Status AppendTermsOf(const catalog::IndexDef& index, std::string_view packed, std::vector<std::string>& terms);
// The texts of an index's fields that a record has.
void ForEachText(const catalog::IndexDef& index, record::View record, const std::function<void(std::string_view)>& visit);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_TEXT_INDEX_H_
