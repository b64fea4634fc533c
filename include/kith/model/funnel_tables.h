// The sufficient statistics of a pipeline: what one deal's path adds to which table, and the tables themselves. Pure: no storage, no clock.
//
// Everything is an exact integer, so tables add and subtract without loss, merge in any order and do not depend on history's length. A
// deal's path contributes rows keyed by group, epoch (calendar month of Pipeline::days) and stage; changing a deal subtracts its former
// rows and adds the new ones. Formulas: exposure and exits by age as in a semi-Markov competing-risks model; first-reach counts (a deal
// counts once per stage, at its first entry; a skip counts as reaching the skipped stages; loops are rework).
//
// Every contribution stands in the epoch of the move that settles it, and a reopening takes back with negative numbers in its own epoch.
// So the rows of a path cut off at the end of a month are exactly the whole path's rows of the epochs up to that month: past states are
// sums over epochs, and one move touches the rows of one epoch only.
#ifndef KITH_MODEL_FUNNEL_TABLES_H_
#define KITH_MODEL_FUNNEL_TABLES_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kith/base/id.h"
#include "kith/base/money.h"
#include "kith/base/status.h"
#include "kith/base/time.h"
#include "kith/model/pipeline.h"

namespace kith::model {

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
// Ages in a stage fall into bins whose width grows about geometrically, from an hour to over two years, with edges at the spans by which
// people set deadlines: days, weeks, a month (finer around 30 days), quarters, a year.
inline constexpr size_t kAgeBins = 48;
// Lower edge of each bin in seconds, ascending, the first 0.
[[nodiscard]] const std::array<int64_t, kAgeBins>& AgeBinEdges();
[[nodiscard]] size_t AgeBin(int64_t seconds);

using Epoch = int32_t;  // months since January 1970
[[nodiscard]] Epoch EpochOf(Date day);
[[nodiscard]] Date FirstDay(Epoch epoch);
// Of moments, as `days` are counted.
[[nodiscard]] inline Epoch EpochOf(Time time, const query::Days& days) { return EpochOf(days.DateOf(time)); }
[[nodiscard]] inline Time StartOf(Epoch epoch, const query::Days& days) { return days.StartOf(FirstDay(epoch)); }

enum class GroupKind : uint8_t { kAll = 0, kOwner = 1, kSegment = 2, kSource = 3 };

// --- rows ---
// A sparse map from keys to counts as one sorted vector; it holds no zeros. Sums wrap instead of overflowing, so that what was added can
// always be subtracted.
template <typename Key>
class Counts {
 public:
  using Entry = std::pair<Key, int64_t>;
  void Add(const Key& key, int64_t delta) {
    if (delta == 0) return;
    if (entries_.empty() || entries_.back().first < key) {
      entries_.emplace_back(key, delta);
      return;
    }
    auto at = std::lower_bound(entries_.begin(), entries_.end(), key, [](const Entry& e, const Key& k) { return e.first < k; });
    if (at == entries_.end() || key < at->first) {
      entries_.insert(at, Entry{key, delta});
    } else {
      at->second = static_cast<int64_t>(static_cast<uint64_t>(at->second) + static_cast<uint64_t>(delta));
      if (at->second == 0) entries_.erase(at);
    }
  }
  void Add(const Counts& other, int sign) {
    for (const Entry& e : other.entries_) Add(e.first, sign * e.second);
  }
  // 0 for a key that is absent.
  [[nodiscard]] int64_t at(const Key& key) const {
    auto found = std::lower_bound(entries_.begin(), entries_.end(), key, [](const Entry& e, const Key& k) { return e.first < k; });
    return found != entries_.end() && found->first == key ? found->second : 0;
  }
  [[nodiscard]] int64_t total() const {
    int64_t sum = 0;
    for (const Entry& e : entries_) sum += e.second;
    return sum;
  }
  // Ascending by key.
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] size_t size() const { return entries_.size(); }
  friend bool operator==(const Counts&, const Counts&) = default;

 private:
  std::vector<Entry> entries_;
};

// Amounts in logarithmic buckets (ratio 1.02 each), a mergeable quantile sketch: relative error of a quantile below 1 %.
struct AmountSketch {
  Counts<int32_t> buckets;
  int64_t count = 0;
  int64_t sum_minor = 0;  // wraps like Counts
  void Add(const AmountSketch& other, int sign);
  void AddAmount(int64_t minor, int sign);
  [[nodiscard]] double Quantile(double p) const;  // minor units; 0 when empty
  // The amount that stands for a bucket, minor units.
  [[nodiscard]] static double BucketValue(int32_t bucket);
  friend bool operator==(const AmountSketch&, const AmountSketch&) = default;
};

// Where time at risk was spent: so many months before the row's epoch, in this age bin.
struct ExposureCell {
  uint16_t months_back = 0;
  uint16_t bin = 0;
  friend auto operator<=>(const ExposureCell&, const ExposureCell&) = default;
};
struct ExitCell {
  uint16_t bin = 0;          // age at the exit
  uint64_t destination = 0;  // stage id
  friend auto operator<=>(const ExitCell&, const ExitCell&) = default;
};

// What happened in one stage of one group in one epoch. Who held the deal before a move is credited with its exit and with resolving
// stages; who holds it from the move on, with the entry and with reaching stages.
struct StageRow {
  int64_t reached = 0;            // first reaches, skipped-over stages included
  int64_t advanced = 0;           // resolved onwards: reached a later stage or won, for the first time
  int64_t lost = 0;               // resolved as lost with this as the furthest stage
  int64_t entries = 0;            // every entry
  int64_t rework = 0;             // entries after the first
  int64_t skipped = 0;            // reached by skipping over
  int64_t started = 0;            // deals whose path began here
  Counts<ExposureCell> exposure;  // seconds at risk in parts of stays that ended in this epoch: by an exit, a migration or a hand-over
  Counts<ExitCell> exits;
  void Add(const StageRow& other, int sign);
  [[nodiscard]] bool empty() const { return *this == StageRow(); }
  friend bool operator==(const StageRow&, const StageRow&) = default;
};

struct DayCell {
  uint8_t day = 0;  // of the month, 1..31
  uint32_t currency = 0;
  friend auto operator<=>(const DayCell&, const DayCell&) = default;
};

// What happened in one group in one epoch, whatever the stage. A deal that is reopened takes back what its closing had counted.
struct PeriodRow {
  Counts<uint8_t> arrivals;   // day of month 1..31 -> deals whose path began
  Counts<DayCell> won_count;  // deals won by day
  Counts<DayCell> won_minor;  // their amounts, minor units
  Counts<uint16_t> cycles;    // age bin of (won - first move) -> deals won; ways unknown are left out
  int64_t won = 0;
  int64_t lost = 0;
  int64_t path_unknown = 0;                      // closed by their first recorded move: their way is unknown and counts in no stage
  int64_t path_unknown_won = 0;                  // of these, won
  std::map<uint32_t, AmountSketch> won_amounts;  // by packed currency; no empty ones
  std::map<uint32_t, AmountSketch> lost_amounts;
  void Add(const PeriodRow& other, int sign);
  [[nodiscard]] bool empty() const { return *this == PeriodRow(); }
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
  void DropZeros();  // removes rows in which nothing is left
  friend bool operator==(const Rows&, const Rows&) = default;
};

// Adds `sign` times what `path` contributes. The stay a deal is still in contributes no exposure (it is added when asked, from the open
// deals). Special moves:
//  - cause kMigration: changes the stage and nothing else: no exit, no count; the age goes on. The first move is always an arrival.
//  - to the stage the deal is in: changes who holds it, nothing else.
//  - cause kUndo, back to the stage before the previous move: takes that move back as if neither had been.
//  - out of a won or lost stage: takes back what the closing had counted.
// Moves to an unknown stage are an error of the caller and are passed over. Depends on the pipeline's days and on the order and kinds of
// its stages, archived ones included: rows are subtracted with the pipeline with which they were added.
void Contribute(const Pipeline& pipeline, const DealPath& path, int sign, Rows& rows);

// Contribute(before, -1) and Contribute(after, +1), at the cost of the moves in which they differ. Either may be without moves.
void ContributeChange(const Pipeline& pipeline, const DealPath& before, const DealPath& after, Rows& rows);

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
  Time entered;  // into the stage: its age counts from here
  Time since;    // exposure before this is in the rows already (a migration or a hand-over since `entered`); 0: from `entered` on
  Time created;  // first move
  Id owner;
  uint64_t segment = 0;
  uint64_t source = 0;
  Money amount;
};

// The deal as it stands at the end of its path; nothing when it is closed or has no moves.
[[nodiscard]] std::optional<OpenDeal> OpenDealOf(const Pipeline& pipeline, const DealPath& path);

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
