// The sufficient statistics of a pipeline: what one deal's path adds to which table, and the tables themselves. Pure: no storage, no clock.
//
// Everything is an exact integer, so tables add and subtract without loss, merge in any order and do not depend on history's length. A
// deal's path contributes rows keyed by group, epoch (calendar month, UTC) and stage; changing a deal subtracts its former rows and adds
// the new ones. Formulas: exposure and exits by age as in a semi-Markov competing-risks model; first-reach counts (a deal counts once per
// stage, at its first entry; a skip counts as reaching the skipped stages; loops are rework).
#ifndef KITH_MODEL_FUNNEL_TABLES_H_
#define KITH_MODEL_FUNNEL_TABLES_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/id.h"
#include "kith/base/money.h"
#include "kith/base/status.h"
#include "kith/base/time.h"

namespace kith::model {

// --- pipelines as statistics see them ---
enum class StageKind : uint8_t { kOpen = 1, kWon = 2, kLost = 3 };

struct Stage {
  Id id;
  std::string name;
  std::map<std::string, std::string, std::less<>> labels;  // by language
  int32_t position = 0;                                    // order within the pipeline
  StageKind kind = StageKind::kOpen;
  bool archived = false;
  int32_t max_dwell_days = 0;  // 0: none
};

struct Pipeline {
  Id id;
  std::string name;
  std::string for_type;  // name of the pipelined type
  int64_t version = 1;
  std::vector<Stage> stages;  // by position; open stages before won and lost
  [[nodiscard]] const Stage* Find(Id stage) const;
  [[nodiscard]] const Stage* Find(std::string_view stage_name) const;
};

// --- one deal's path ---
enum class MoveCause : uint8_t { kManual = 1, kEvent = 2, kImport = 3, kMigration = 4, kOverride = 5, kUndo = 6 };

struct PathMove {
  Id to;  // stage
  Time at;
  MoveCause cause = MoveCause::kManual;
  Id owner;              // who held the deal from this move on; null: nobody
  uint64_t segment = 0;  // id or choice number of the segment role, 0: none
  uint64_t source = 0;
};

struct DealPath {
  Id deal;
  Money amount;                 // as it stands at the moment asked about; null currency: unknown
  std::vector<PathMove> moves;  // ascending by (at, order of recording); the first gives the entry stage
};

// --- ages, epochs, groups ---
// Ages in a stage fall into bins whose width grows about geometrically, from under an hour to over two years.
inline constexpr size_t kAgeBins = 40;
// Lower edge of each bin in seconds, ascending, the first 0.
[[nodiscard]] const std::array<int64_t, kAgeBins>& AgeBinEdges();
[[nodiscard]] size_t AgeBin(int64_t seconds);

using Epoch = int32_t;  // months since January 1970, UTC
[[nodiscard]] Epoch EpochOf(Time time);
[[nodiscard]] Time StartOfEpoch(Epoch epoch);

enum class GroupKind : uint8_t { kAll = 0, kOwner = 1, kSegment = 2, kSource = 3 };

// --- rows ---
// Amounts in logarithmic buckets (ratio 1.02 each), a mergeable quantile sketch: relative error of a quantile below 1 %.
struct AmountSketch {
  std::map<int32_t, int64_t> buckets;
  int64_t count = 0;
  int64_t sum_minor = 0;  // saturates
  void Add(const AmountSketch& other, int sign);
  void AddAmount(int64_t minor, int sign);
  [[nodiscard]] double Quantile(double p) const;  // minor units; 0 when empty
  friend bool operator==(const AmountSketch&, const AmountSketch&) = default;
};

// What happened in one stage of one group in one epoch. Sparse maps hold no zeros.
struct StageRow {
  int64_t reached = 0;                   // first reaches, skipped-over stages included
  int64_t advanced = 0;                  // resolved onwards: reached a later stage or won, for the first time
  int64_t lost = 0;                      // resolved as lost with this as the furthest stage (a reopened deal takes it back)
  int64_t entries = 0;                   // every entry
  int64_t rework = 0;                    // entries after the first
  int64_t skipped = 0;                   // reached only by skipping over
  std::map<uint16_t, int64_t> exposure;  // age bin -> seconds at risk in stays that have ended
  std::map<std::pair<uint16_t, uint64_t>, int64_t> exits;  // (age bin, destination stage id) -> exits
  friend bool operator==(const StageRow&, const StageRow&) = default;
};

// What happened in one group in one epoch, whatever the stage.
struct PeriodRow {
  std::map<uint8_t, int64_t> arrivals;  // day of month 1..31 -> deals whose path began
  int64_t won = 0;                      // deals won (a reopened one takes it back)
  int64_t lost = 0;
  int64_t path_unknown = 0;                      // closed by their first recorded move: their way is unknown and counts in no stage
  int64_t cycle_seconds = 0;                     // sum over won of (won - first move)
  std::map<uint32_t, AmountSketch> won_amounts;  // by packed currency
  std::map<uint32_t, AmountSketch> lost_amounts;
  friend bool operator==(const PeriodRow&, const PeriodRow&) = default;
};

struct RowKey {
  GroupKind group_kind = GroupKind::kAll;
  uint64_t group = 0;
  Epoch epoch = 0;
  uint64_t stage = 0;  // stage id; 0: the PeriodRow
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

struct Rows {
  std::map<RowKey, StageRow> stages;    // key.stage != 0
  std::map<RowKey, PeriodRow> periods;  // key.stage == 0
  void Add(const Rows& other, int sign);
  void DropZeros();
  friend bool operator==(const Rows&, const Rows&) = default;
};

// Adds `sign` times what `path` contributes. The stay a deal is still in contributes no exposure (it is added when asked, from the open
// deals). Moves of cause kMigration change the stage and nothing else: no exit, no count, exposure goes on. Moves to an unknown stage are
// an error of the caller.
void Contribute(const Pipeline& pipeline, const DealPath& path, int sign, Rows& rows);

// The path as it stood at `at`: later moves are cut off.
[[nodiscard]] DealPath CutAt(DealPath path, Time at);

// Packed forms for storage (base/packed.h); Decode fails (Corrupt) on anything else than what Encode wrote.
[[nodiscard]] std::string Encode(const StageRow& row);
[[nodiscard]] std::string Encode(const PeriodRow& row);
[[nodiscard]] Status Decode(std::string_view bytes, StageRow& row);
[[nodiscard]] Status Decode(std::string_view bytes, PeriodRow& row);

// --- what statistics read ---
struct OpenDeal {
  Id deal;
  Id stage;
  Time entered;  // into the stage
  Time created;  // first move
  Id owner;
  uint64_t segment = 0;
  uint64_t source = 0;
  Money amount;
};

// A pipeline's statistics as of a moment: the rows of everything before it, and the deals open then.
struct FunnelTables {
  Pipeline pipeline;
  Time as_of;
  Rows rows;
  std::vector<OpenDeal> open;
};

// The same from paths, without aggregates: the oracle for what is kept incrementally, the way for a viewer who sees only part, and for past
// knowledge (recorded axis).
[[nodiscard]] FunnelTables TablesFromPaths(const Pipeline& pipeline, const std::vector<DealPath>& paths, Time as_of);

}  // namespace kith::model

#endif  // KITH_MODEL_FUNNEL_TABLES_H_
