// Forgetting: the feed and the history before a horizon.
//
// The horizon is set first, by a commit of its own; from then on readers refuse what lies before it. What is taken away after it, in steps,
// makes no difference to any read that is still allowed, so that a pruning may end anywhere and be taken up again.
#include <algorithm>
#include <utility>

#include "engine/chain.h"
#include "engine/database_internal.h"
#include "kith/base/key.h"

namespace kith::engine {
namespace {

constexpr size_t kStepEntries = 5000;

class HorizonJob final : public storage::Job {
 public:
  HorizonJob(const WriterCatalog& catalog, Time before) : catalog_(catalog), before_(before) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    KITH_ASSIGN_OR_RETURN(horizon_, ReadHorizon(set));
    if (before_ <= horizon_.time) return Verdict::kDiscard;
    KITH_ASSIGN_OR_RETURN(const format::State state, ReadState(set));
    if (state.catalog_version != catalog_.version) return MakeError(Reason::kCatalogChanged, "the catalog has changed");
    KITH_ASSIGN_OR_RETURN(horizon_.sequence, SequenceAt(set, horizon_, state.sequence, Time{before_.micros - 1}));
    horizon_.time = before_;
    // Of a link that goes on beyond it, what is about to go.
    const Source source{.reader = &set, .catalog = catalog_.catalog.get()};
    KITH_RETURN_IF_ERROR(Chain(source, &set).Withhold(0, horizon_.sequence));
    set.Put(format::kMeta, format::kMetaHorizon, format::EncodeHorizon(horizon_));
    return Verdict::kKeep;
  }
  [[nodiscard]] const Horizon& horizon() const { return horizon_; }

 private:
  const WriterCatalog& catalog_;
  Time before_;
  Horizon horizon_;
};

class FeedJob final : public storage::Job {
 public:
  explicit FeedJob(uint64_t horizon) : horizon_(horizon) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    removed_ = 0;
    std::vector<std::string> keys;
    const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(format::kFeed);
    for (bool more = cursor->First(); more && keys.size() < kStepEntries; more = cursor->Next()) {
      uint64_t sequence = 0;
      if (cursor->key().size() != sizeof(sequence)) return MakeError(Reason::kCorrupt, "a feed entry's key is not of 8 bytes");
      std::copy_n(cursor->key().data(), sizeof(sequence), reinterpret_cast<char*>(&sequence));
      if (sequence > horizon_) break;
      keys.emplace_back(cursor->key());
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    for (const std::string& key : keys) set.Delete(format::kFeed, key);
    removed_ = keys.size();
    return keys.empty() ? Verdict::kDiscard : Verdict::kKeep;
  }
  [[nodiscard]] size_t removed() const { return removed_; }

 private:
  uint64_t horizon_;
  size_t removed_ = 0;
};

// The histories of records from one id on, until enough has been read.
class HistoryJob final : public storage::Job {
 public:
  HistoryJob(uint64_t horizon, uint64_t first) : horizon_(horizon), first_(first) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    next_ = 0;
    removed_ = 0;
    forgotten_ = 0;
    uint64_t number = first_;
    const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(format::kHistory);
    for (size_t read = 0; cursor->SeekAtLeast(format::HistoryKey(Id(number), 0));) {
      const Id id(ReadU64(cursor->key().data()));
      if (read >= kStepEntries) {
        next_ = id.value();
        break;
      }
      KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, ReadHistory(set, id));
      read += history.size();
      Shorten(set, history);
      number = id.value() + 1;
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    return removed_ == 0 ? Verdict::kDiscard : Verdict::kKeep;
  }
  [[nodiscard]] uint64_t next() const { return next_; }  // 0: through
  [[nodiscard]] size_t removed() const { return removed_; }
  [[nodiscard]] size_t forgotten() const { return forgotten_; }

 private:
  void Shorten(storage::WriteSet& set, std::span<const HistoryEntry> history) {
    const auto end = std::find_if(history.begin(), history.end(), [this](const HistoryEntry& entry) { return entry.sequence > horizon_; });
    const std::span<const HistoryEntry> past(history.begin(), end);
    // What remains of lives that ended is nothing, of the present one an entry in the place of its last.
    const auto deletion = std::find_if(past.rbegin(), past.rend(), [](const HistoryEntry& e) { return e.operation == Operation::kDelete; });
    const auto ended = static_cast<size_t>(past.rend() - deletion);
    const std::span<const HistoryEntry> life = past.subspan(ended);
    const size_t kept = life.empty() ? 0 : 1;
    for (size_t i = 0; i + kept < past.size(); ++i) {
      set.Delete(format::kHistory, format::HistoryKey(past[i].record, past[i].sequence));
      ++removed_;
    }
    if (life.size() > 1) {
      const HistoryEntry folded = FoldIntoCreation(life);
      set.Put(format::kHistory, format::HistoryKey(folded.record, folded.sequence), format::EncodeHistory(folded));
    }
    if (kept == 0 && !past.empty() && past.size() == history.size()) ++forgotten_;
  }

  uint64_t horizon_;
  uint64_t first_;
  uint64_t next_ = 0;
  size_t removed_ = 0;
  size_t forgotten_ = 0;
};

}  // namespace

StatusOr<PruneReport> DatabaseImpl::Prune(Time before) {
  KITH_RETURN_IF_ERROR(CheckOptions({}));
  if (const Time now = clock_(); before > now) {
    return MakeError({.reason = Reason::kEffectiveInFuture, .value = ToText(before), .hint = "it is " + ToText(now)},
                     "what is yet to come cannot be forgotten");
  }
  PruneReport report;
  for (;;) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
    HorizonJob horizon(*catalog, before);
    const Status status = RunJob(horizon);
    if (GetReason(status) == Reason::kCatalogChanged) continue;
    KITH_RETURN_IF_ERROR(status);
    report.horizon = horizon.horizon();
    break;
  }
  for (;;) {
    FeedJob job(report.horizon.sequence);
    KITH_RETURN_IF_ERROR(RunJob(job));
    report.feed_entries += job.removed();
    if (job.removed() < kStepEntries) break;
  }
  for (uint64_t next = 1; next != 0;) {
    HistoryJob job(report.horizon.sequence, next);
    KITH_RETURN_IF_ERROR(RunJob(job));
    report.history_entries += job.removed();
    report.forgotten_records += job.forgotten();
    next = job.next();
  }
  KITH_RETURN_IF_ERROR(StripChain(report.horizon.sequence));
  return report;
}

}  // namespace kith::engine
