// What one deal's path adds to the tables: a walk along its moves that turns each into facts and writes them to the rows of its epoch.
#include <cstddef>

#include "kith/model/funnel_tables.h"

namespace kith::model {
namespace {

constexpr size_t kNoStage = SIZE_MAX;

struct Holder {
  Id owner;
  uint64_t segment = 0;
  uint64_t source = 0;
  friend bool operator==(const Holder&, const Holder&) = default;
};

Holder HolderOf(const PathMove& move) { return {move.owner, move.segment, move.source}; }

int64_t Seconds(Time time) {
  return time.micros >= 0 ? time.micros / kMicrosPerSecond : -((kMicrosPerSecond - 1 - time.micros) / kMicrosPerSecond);
}

bool SameMove(const PathMove& a, const PathMove& b) {
  return a.to == b.to && a.at == b.at && a.cause == b.cause && HolderOf(a) == HolderOf(b);
}

enum class FactKind : uint8_t {
  // of a stage
  kReached,
  kAdvanced,
  kStageLost,
  kEntry,
  kRework,
  kSkipped,
  kStarted,
  kExit,
  // of a period
  kArrival,
  kWon,
  kLost,
  kUnknown,
  kUnknownWon,
  kCycle,
};

// One thing that a move settles. `count` is negative when a later move takes it back.
struct Fact {
  FactKind kind = FactKind::kReached;
  Holder holder;
  size_t stage = kNoStage;   // index; kNoStage: of a period
  uint16_t bin = 0;          // kExit: age; kCycle
  uint64_t destination = 0;  // kExit
  int64_t count = 1;
};
using Journal = std::vector<Fact>;

// The row used last: a move settles several facts in the same row.
template <typename Row>
class Recent {
 public:
  Row& At(const RowKey& key, std::map<RowKey, Row>& rows) {
    if (row_ == nullptr || key_ != key) {
      key_ = key;
      row_ = &rows[key];
    }
    return *row_;
  }

 private:
  RowKey key_;
  Row* row_ = nullptr;
};

class Walk {
 public:
  // `rows` may be null: then only the deal's state is followed.
  Walk(const Pipeline& pipeline, Money amount, int sign, Rows* rows);
  // Takes the next move; writes what it settles when `emit`.
  void Take(const PathMove& move, bool emit);
  [[nodiscard]] std::optional<OpenDeal> Open() const;

 private:
  struct Undo {  // what the last move changed, to take it back
    bool possible = false;
    size_t stage = kNoStage;
    Time entered;
    size_t reached = 0;
    size_t newly_entered = kNoStage;
    Journal facts;
    Journal closing;
  };

  [[nodiscard]] bool IsOpen(size_t stage) const { return stage != kNoStage && pipeline_.stages[stage].kind == StageKind::kOpen; }
  [[nodiscard]] size_t IndexOf(Id stage) const;
  [[nodiscard]] size_t RankOf(size_t stage) const;
  void Start(size_t to, const Holder& holder);
  void HandOver(const Holder& holder);
  void Migrate(size_t to);
  void Move(size_t to, const Holder& holder);
  void TakeLastMoveBack();
  void Enter(size_t to, const Holder& before);
  void Close(size_t to, const Holder& before);
  void Pass(size_t first_beyond, const Holder& before);
  void EndPart();
  void Settle(FactKind kind, const Holder& holder, size_t stage = kNoStage, uint16_t bin = 0, uint64_t destination = 0);
  void TakeBack(const Journal& facts);
  void Record(const Fact& fact);
  void Apply(const Fact& fact, StageRow& row) const;
  void Apply(const Fact& fact, PeriodRow& row) const;
  void ApplyWon(int64_t count, PeriodRow& row) const;
  void AddAmount(std::map<uint32_t, AmountSketch>& amounts, int64_t count) const;
  template <typename F>
  static void ForEachGroup(const Holder& holder, const F& f) {
    f(GroupKind::kAll, uint64_t{0});
    if (!holder.owner.is_null()) f(GroupKind::kOwner, holder.owner.value());
    if (holder.segment != 0) f(GroupKind::kSegment, holder.segment);
    if (holder.source != 0) f(GroupKind::kSource, holder.source);
  }
  StageRow& StageRowAt(GroupKind kind, uint64_t group, size_t stage) {
    const RowKey key{kind, group, epoch_, pipeline_.stages[stage].id.value()};
    return recent_stages_[static_cast<size_t>(kind)].At(key, rows_->stages);
  }
  PeriodRow& PeriodRowAt(GroupKind kind, uint64_t group) {
    return recent_periods_[static_cast<size_t>(kind)].At({kind, group, epoch_, 0}, rows_->periods);
  }

  const Pipeline& pipeline_;
  const Money amount_;
  const int sign_;
  Rows* const rows_;
  std::array<Recent<StageRow>, 4> recent_stages_;  // by kind of group
  std::array<Recent<PeriodRow>, 4> recent_periods_;
  std::vector<size_t> open_;  // indexes of open stages, by rank
  std::vector<bool> was_in_;  // by index

  // The move being taken.
  bool emit_ = false;
  Time now_{INT64_MIN};
  Epoch epoch_ = 0;
  uint8_t day_ = 1;
  Journal journal_;

  // The deal after it.
  size_t stage_ = kNoStage;
  Time created_, entered_, since_;
  size_t reached_ = 0;  // open stages reached so far, skipped ones included; a closing leaves it alone
  Holder holder_;
  Journal closing_;  // what the closing in force has counted
  Undo undo_;
};

Walk::Walk(const Pipeline& pipeline, Money amount, int sign, Rows* rows)
    : pipeline_(pipeline), amount_(amount), sign_(sign), rows_(rows), was_in_(pipeline.stages.size()) {
  for (size_t i = 0; i < pipeline.stages.size(); ++i) {
    if (pipeline.stages[i].kind == StageKind::kOpen) open_.push_back(i);
  }
}

size_t Walk::IndexOf(Id stage) const {
  for (size_t i = 0; i < pipeline_.stages.size(); ++i) {
    if (pipeline_.stages[i].id == stage) return i;
  }
  return kNoStage;
}

size_t Walk::RankOf(size_t stage) const { return static_cast<size_t>(std::find(open_.begin(), open_.end(), stage) - open_.begin()); }

void Walk::Take(const PathMove& move, bool emit) {
  const size_t to = IndexOf(move.to);
  if (to == kNoStage) return;
  emit_ = emit && rows_ != nullptr;
  now_ = std::max(now_, move.at);
  if (emit_) {
    const Date today = pipeline_.days.DateOf(now_);
    epoch_ = EpochOf(today);
    day_ = static_cast<uint8_t>(ToCivil(today).day);
  }
  const Holder holder = HolderOf(move);
  if (stage_ == kNoStage) {
    Start(to, holder);
  } else if (to == stage_) {
    HandOver(holder);
  } else if (move.cause == MoveCause::kMigration) {
    Migrate(to);
    HandOver(holder);
  } else if (move.cause == MoveCause::kUndo && undo_.possible && to == undo_.stage) {
    TakeLastMoveBack();
    HandOver(holder);
  } else {
    Move(to, holder);
  }
}

void Walk::Start(size_t to, const Holder& holder) {
  journal_.clear();
  holder_ = holder;
  created_ = now_;
  Settle(FactKind::kArrival, holder);
  if (IsOpen(to)) {
    Settle(FactKind::kStarted, holder, to);
    Enter(to, holder);
  } else {
    Close(to, holder);
  }
  stage_ = to;
  entered_ = since_ = now_;
}

void Walk::HandOver(const Holder& holder) {
  if (holder == holder_) return;
  EndPart();
  holder_ = holder;
}

void Walk::Migrate(size_t to) {
  EndPart();
  if (!IsOpen(stage_) && IsOpen(to)) entered_ = since_ = now_;
  stage_ = to;
  undo_.possible = false;
}

void Walk::Move(size_t to, const Holder& holder) {
  journal_.clear();
  undo_ = {true, stage_, entered_, reached_, kNoStage, {}, closing_};
  const Holder before = holder_;
  if (!closing_.empty()) {
    TakeBack(closing_);
    closing_.clear();
  }
  if (IsOpen(stage_)) {
    EndPart();
    const auto bin = static_cast<uint16_t>(AgeBin(Seconds(now_) - Seconds(entered_)));
    Settle(FactKind::kExit, before, stage_, bin, pipeline_.stages[to].id.value());
  }
  holder_ = holder;
  if (IsOpen(to)) {
    Enter(to, before);
  } else {
    Close(to, before);
  }
  stage_ = to;
  entered_ = since_ = now_;
  undo_.facts = journal_;
}

// The former stay goes on; the time in between counts as spent there.
void Walk::TakeLastMoveBack() {
  TakeBack(undo_.facts);
  if (undo_.newly_entered != kNoStage) was_in_[undo_.newly_entered] = false;
  stage_ = undo_.stage;
  entered_ = undo_.entered;
  reached_ = undo_.reached;
  closing_ = undo_.closing;
  undo_.possible = false;
}

void Walk::Enter(size_t to, const Holder& before) {
  Settle(FactKind::kEntry, holder_, to);
  if (was_in_[to]) {
    Settle(FactKind::kRework, holder_, to);
  } else {
    was_in_[to] = true;
    undo_.newly_entered = to;
  }
  const size_t rank = RankOf(to);
  if (rank < reached_) return;
  Pass(rank, before);
  Settle(FactKind::kReached, holder_, to);
  reached_ = rank + 1;
}

// The furthest stage is left behind, and so are all up to `end` (a rank), which are thereby reached.
void Walk::Pass(size_t end, const Holder& before) {
  if (reached_ > 0) Settle(FactKind::kAdvanced, before, open_[reached_ - 1]);
  for (size_t rank = reached_; rank < end; ++rank) {
    Settle(FactKind::kReached, holder_, open_[rank]);
    Settle(FactKind::kSkipped, holder_, open_[rank]);
    Settle(FactKind::kAdvanced, before, open_[rank]);
  }
}

void Walk::Close(size_t to, const Holder& before) {
  const size_t first = journal_.size();
  const bool won = pipeline_.stages[to].kind == StageKind::kWon;
  Settle(won ? FactKind::kWon : FactKind::kLost, before);
  if (reached_ == 0) {
    Settle(FactKind::kUnknown, before);
    if (won) Settle(FactKind::kUnknownWon, before);
  } else if (won) {
    Pass(open_.size(), before);
    Settle(FactKind::kCycle, before, kNoStage, static_cast<uint16_t>(AgeBin(Seconds(now_) - Seconds(created_))));
  } else {
    Settle(FactKind::kStageLost, before, open_[reached_ - 1]);
  }
  closing_.assign(journal_.begin() + static_cast<ptrdiff_t>(first), journal_.end());
}

// Writes the exposure of [since, now), split at the edges of age bins and at the starts of months.
void Walk::EndPart() {
  const int64_t end = Seconds(now_);
  int64_t from = Seconds(since_);
  const Time since = since_;
  since_ = now_;
  if (!emit_ || !IsOpen(stage_) || from >= end) return;
  const int64_t entered = Seconds(entered_);
  const auto& edges = AgeBinEdges();
  std::array<std::pair<ExposureCell, int64_t>, 8> few;
  std::vector<std::pair<ExposureCell, int64_t>> many;
  size_t count = 0;
  size_t bin = AgeBin(from - entered);
  Epoch epoch = EpochOf(since, pipeline_.days);
  int64_t month_end = Seconds(StartOf(epoch + 1, pipeline_.days));
  while (from < end) {
    int64_t to = std::min(end, month_end);
    if (bin + 1 < kAgeBins) to = std::min(to, entered + edges[bin + 1]);
    const auto back = static_cast<uint16_t>(std::min<Epoch>(epoch_ - epoch, UINT16_MAX));
    const std::pair<ExposureCell, int64_t> cell{{back, static_cast<uint16_t>(bin)}, to - from};
    if (count < few.size()) {
      few[count++] = cell;
    } else {
      many.push_back(cell);
    }
    if (bin + 1 < kAgeBins && to == entered + edges[bin + 1]) ++bin;
    if (to == month_end) month_end = Seconds(StartOf(++epoch + 1, pipeline_.days));
    from = to;
  }
  ForEachGroup(holder_, [&](GroupKind kind, uint64_t group) {
    Counts<ExposureCell>& exposure = StageRowAt(kind, group, stage_).exposure;
    for (size_t i = 0; i < count; ++i) exposure.Add(few[i].first, sign_ * few[i].second);
    for (const auto& [cell, seconds] : many) exposure.Add(cell, sign_ * seconds);
  });
}

void Walk::Settle(FactKind kind, const Holder& holder, size_t stage, uint16_t bin, uint64_t destination) {
  journal_.push_back({kind, holder, stage, bin, destination, 1});
  Record(journal_.back());
}

void Walk::TakeBack(const Journal& facts) {
  for (Fact fact : facts) {
    fact.count = -fact.count;
    journal_.push_back(fact);
    Record(fact);
  }
}

void Walk::Record(const Fact& fact) {
  if (!emit_) return;
  ForEachGroup(fact.holder, [&](GroupKind kind, uint64_t group) {
    if (fact.stage == kNoStage) {
      Apply(fact, PeriodRowAt(kind, group));
    } else {
      Apply(fact, StageRowAt(kind, group, fact.stage));
    }
  });
}

void Walk::Apply(const Fact& fact, StageRow& row) const {
  const int64_t n = sign_ * fact.count;
  switch (fact.kind) {
    case FactKind::kReached:
      row.reached += n;
      break;
    case FactKind::kAdvanced:
      row.advanced += n;
      break;
    case FactKind::kStageLost:
      row.lost += n;
      break;
    case FactKind::kEntry:
      row.entries += n;
      break;
    case FactKind::kRework:
      row.rework += n;
      break;
    case FactKind::kSkipped:
      row.skipped += n;
      break;
    case FactKind::kStarted:
      row.started += n;
      break;
    case FactKind::kExit:
      row.exits.Add({fact.bin, fact.destination}, n);
      break;
    default:
      break;
  }
}

void Walk::Apply(const Fact& fact, PeriodRow& row) const {
  const int64_t n = sign_ * fact.count;
  switch (fact.kind) {
    case FactKind::kArrival:
      row.arrivals.Add(day_, n);
      break;
    case FactKind::kWon:
      ApplyWon(n, row);
      break;
    case FactKind::kLost:
      row.lost += n;
      AddAmount(row.lost_amounts, n);
      break;
    case FactKind::kUnknown:
      row.path_unknown += n;
      break;
    case FactKind::kUnknownWon:
      row.path_unknown_won += n;
      break;
    case FactKind::kCycle:
      row.cycles.Add(fact.bin, n);
      break;
    default:
      break;
  }
}

void Walk::ApplyWon(int64_t count, PeriodRow& row) const {
  const DayCell day{day_, amount_.currency.packed()};
  row.won += count;
  row.won_count.Add(day, count);
  if (!amount_.currency.is_null()) row.won_minor.Add(day, count < 0 ? -amount_.minor : amount_.minor);
  AddAmount(row.won_amounts, count);
}

void Walk::AddAmount(std::map<uint32_t, AmountSketch>& amounts, int64_t count) const {
  if (amount_.currency.is_null()) return;
  const auto sketch = amounts.try_emplace(amount_.currency.packed()).first;
  sketch->second.AddAmount(amount_.minor, count < 0 ? -1 : 1);
  if (sketch->second == AmountSketch()) amounts.erase(sketch);
}

std::optional<OpenDeal> Walk::Open() const {
  if (!IsOpen(stage_)) return std::nullopt;
  OpenDeal open;
  open.stage = pipeline_.stages[stage_].id;
  open.entered = entered_;
  open.since = since_;
  open.created = created_;
  open.owner = holder_.owner;
  open.segment = holder_.segment;
  open.source = holder_.source;
  open.amount = amount_;
  return open;
}

}  // namespace

void Contribute(const Pipeline& pipeline, const DealPath& path, int sign, Rows& rows) {
  Walk walk(pipeline, path.amount, sign, &rows);
  for (const PathMove& move : path.moves) walk.Take(move, true);
}

void ContributeChange(const Pipeline& pipeline, const DealPath& before, const DealPath& after, Rows& rows) {
  size_t same = 0;
  if (before.amount == after.amount) {
    const size_t most = std::min(before.moves.size(), after.moves.size());
    while (same < most && SameMove(before.moves[same], after.moves[same])) ++same;
  }
  const auto walk_from = [&](const DealPath& path, int sign) {
    if (path.moves.size() == same) return;
    Walk walk(pipeline, path.amount, sign, &rows);
    for (size_t i = 0; i < path.moves.size(); ++i) walk.Take(path.moves[i], i >= same);
  };
  walk_from(before, -1);
  walk_from(after, 1);
}

DealPath CutAt(DealPath path, Time at) {
  const auto later = std::find_if(path.moves.begin(), path.moves.end(), [at](const PathMove& move) { return move.at > at; });
  path.moves.erase(later, path.moves.end());
  return path;
}

std::optional<OpenDeal> OpenDealOf(const Pipeline& pipeline, const DealPath& path) {
  Walk walk(pipeline, path.amount, 1, nullptr);
  for (const PathMove& move : path.moves) walk.Take(move, false);
  std::optional<OpenDeal> open = walk.Open();
  if (open) open->deal = path.deal;
  return open;
}

}  // namespace kith::model
