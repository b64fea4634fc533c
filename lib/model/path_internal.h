// A pipelined record's moves as values, and the paths that statistics are made of.
#ifndef KITH_LIB_MODEL_PATH_INTERNAL_H_
#define KITH_LIB_MODEL_PATH_INTERNAL_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/model/funnel_tables.h"
#include "model/schema_internal.h"

namespace kith::model {

// One move as stored.
struct MoveEntry {
  Id id;
  Id record;
  Id pipeline;
  Id from;
  Id to;
  Time at;
  MoveCause cause = MoveCause::kManual;
  Id owner;
  uint64_t segment = 0;
  uint64_t source = 0;
  Money amount;
};

// The order in which moves count: by time, at one instant by recording.
[[nodiscard]] inline bool Before(const MoveEntry& a, const MoveEntry& b) { return std::tie(a.at, a.id) < std::tie(b.at, b.id); }
inline void SortMoves(std::vector<MoveEntry>& moves) { std::sort(moves.begin(), moves.end(), Before); }

[[nodiscard]] std::string_view NameOf(MoveCause cause);
// A cause from the stored choice, manual when it has none.
[[nodiscard]] MoveCause CauseOf(const MoveSchema& schema, int64_t choice);
// The stored choice of a cause; null when the catalog has no such choice.
[[nodiscard]] Value ChoiceOf(const MoveSchema& schema, MoveCause cause);
// What a segment or source role's value is in statistics: an id or a choice's number, 0 for none.
[[nodiscard]] uint64_t GroupOf(const Value& value);

[[nodiscard]] MoveEntry ReadMove(const MoveSchema& schema, record::View view);
// The same from what the index by_record covers; the schema has a cover.
[[nodiscard]] MoveEntry ReadCovered(const MoveSchema& schema, Id id, Id record, const std::vector<Value>& covered);

// Appends a record's moves in order, through anything that has ScanIndex.
template <typename Reader>
Status LoadMoves(const Reader& reader, const MoveSchema& schema, Id record, std::vector<MoveEntry>& out) {
  IndexRange range;
  range.equal = {Value(record)};
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, reader.ScanIndex(*schema.type, *schema.by_record, range));
  std::vector<Value> covered;
  while (cursor->Next()) {
    if (schema.cover.has_value()) {
      covered.clear();
      cursor->Covered(covered);
      out.push_back(ReadCovered(schema, cursor->id(), record, covered));
      continue;
    }
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    out.push_back(ReadMove(schema, view));
  }
  return cursor->status();
}

// The moves within one pipeline. The amount is the one recorded on the last move that closed the deal, none when it was never closed.
[[nodiscard]] DealPath PathOf(const Pipeline& pipeline, Id deal, const std::vector<MoveEntry>& moves);
// The same of the moves up to `at`.
[[nodiscard]] DealPath PathOf(const Pipeline& pipeline, Id deal, const std::vector<MoveEntry>& moves, Time at);

// Keys of the rows that the derivation "funnel" keeps: prefix, pipeline, group kind, group, epoch, stage, all in big-endian, so that a
// pipeline's rows are one range that begins with those of everybody.
inline constexpr std::string_view kFunnelPrefix = "f";
[[nodiscard]] std::string RowPrefix(Id pipeline);
[[nodiscard]] std::string RowPrefix(Id pipeline, GroupKind kind);
[[nodiscard]] std::string EncodeRowKey(Id pipeline, const RowKey& key);
[[nodiscard]] StatusOr<RowKey> DecodeRowKey(std::string_view bytes);

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_PATH_INTERNAL_H_
