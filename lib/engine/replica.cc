// Changes read for another replica; the jobs that take another's.
#include "kith/engine/replica.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/apply_internal.h"
#include "engine/database_internal.h"
#include "engine/history_view.h"
#include "engine/links.h"
#include "engine/replica_internal.h"
#include "kith/base/limits.h"
#include "kith/catalog/received.h"

namespace kith::engine {
namespace {

constexpr size_t kReadAtOnce = 256;

// Of each node the last change that is in history.
Status FindLast(const storage::Reader& reader, uint16_t own, std::map<uint16_t, uint64_t>& last) {
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kHistory);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    if (cursor->key().size() != 2 * sizeof(uint64_t)) continue;
    const Id id(ReadU64(cursor->key().data()));
    KITH_ASSIGN_OR_RETURN(const HistoryEntry entry, format::DecodeHistory(id, ReadU64(cursor->key().data() + 8), cursor->value()));
    if (entry.stamp.node == own) continue;
    uint64_t& sequence = last[entry.stamp.node];
    sequence = std::max(sequence, entry.stamp.sequence);
  }
  return cursor->status();
}

// Puts a page together from the feed.
class ReplicaPageReader {
 public:
  ReplicaPageReader(const Source& source, const Snapshot& snapshot, uint16_t receiver, ReplicaPage& page)
      : source_(source),
        snapshot_(snapshot),
        receiver_(receiver),
        page_(page),
        has_erasures_(HasErasures(*source.reader)),
        entries_(source.reader->NewCursor(format::kHistory)) {}

  Status Read(size_t limit) {
    KITH_RETURN_IF_ERROR(ReadEntries(limit));
    if (has_erasures_) KITH_RETURN_IF_ERROR(ReadErasures());
    return sets_definitions_ ? ReadDefinitions() : absl::OkStatus();
  }

 private:
  Status ReadEntries(size_t limit) {
    std::optional<Time> last;  // recorded time of the last change taken
    for (;;) {
      KITH_ASSIGN_OR_RETURN(const Snapshot::Feed feed, snapshot_.Changes(page_.scanned, kReadAtOnce));
      for (const FeedEntry& told : feed.entries) {
        KITH_ASSIGN_OR_RETURN(HistoryEntry entry, EntryAt(told));
        const bool full = page_.changes.size() >= limit && last != entry.recorded;  // a batch is not cut
        if (full) {
          page_.more = true;
          return absl::OkStatus();
        }
        last = entry.recorded;
        page_.scanned = entry.sequence;
        KITH_RETURN_IF_ERROR(Take(std::move(entry)));
      }
      page_.scanned = std::max(page_.scanned, feed.scanned);
      if (feed.scanned >= snapshot_.sequence()) return absl::OkStatus();
    }
  }

  // The cursor then stands there.
  StatusOr<HistoryEntry> EntryAt(const FeedEntry& told) {
    const std::string key = format::HistoryKey(told.record, told.sequence);
    const bool found = entries_->SeekAtLeast(key) && entries_->key() == key;
    KITH_RETURN_IF_ERROR(entries_->status());
    if (!found) return MakeError({.reason = Reason::kCorrupt, .record = told.record}, "the feed names a change that history does not have");
    return format::DecodeHistory(told.record, told.sequence, entries_->value());
  }

  // What comes after the entry that the cursor stands at.
  Status ViewLater(Id id) {
    history_.Clear();
    while (entries_->Next() && entries_->key().size() == 2 * sizeof(uint64_t) && ReadU64(entries_->key().data()) == id.value()) {
      KITH_RETURN_IF_ERROR(history_.Add(id, ReadU64(entries_->key().data() + sizeof(uint64_t)), entries_->value()));
    }
    return entries_->status();
  }

  // Before the changes. Those of the very place where the page begins once more: an erasure of nothing but deleted records has no entry.
  Status ReadErasures() {
    std::vector<ReplicaChange> erasures;
    const std::unique_ptr<storage::Cursor> cursor = source_.reader->NewCursor(format::kMeta);
    const std::string_view prefix = format::kMetaErasedAtPrefix;
    for (bool more = cursor->SeekAtLeast(format::ErasedAtKey(page_.after, Id())); more && cursor->key().starts_with(prefix);
         more = cursor->Next()) {
      const std::string_view at = cursor->key().substr(prefix.size());
      if (at.size() != 2 * sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "the key of an erasure is malformed");
      if (ReadU64(at.data()) > page_.scanned) break;
      const Id id(ReadU64(at.data() + sizeof(uint64_t)));
      KITH_ASSIGN_OR_RETURN(const std::optional<format::Erased> erased, FindErased(*source_.reader, id));
      if (!erased.has_value()) continue;
      erasures.push_back(ErasureOf(id, *erased));
      erasures.back().entry.sequence = page_.after;
    }
    page_.changes.insert(page_.changes.begin(), std::make_move_iterator(erasures.begin()), std::make_move_iterator(erasures.end()));
    return cursor->status();
  }

  // As they stand by now; so those set later come too, which they may need.
  Status ReadDefinitions() {
    std::vector<ReplicaChange> definitions;
    for (TypeNumber number = catalog::kPackageType; number <= catalog::kPolicyType; ++number) {
      KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* const type, source_.catalog->GetType(number));
      const std::unique_ptr<RecordCursor> cursor = NewScanCursor(source_, *type, {});
      while (cursor->Next()) {
        KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
        if (record.header().version <= page_.after) continue;
        KITH_ASSIGN_OR_RETURN(ReplicaChange change, DefinitionChange(source_, *type, record));
        change.entry.sequence = page_.after;
        definitions.push_back(std::move(change));
      }
      KITH_RETURN_IF_ERROR(cursor->status());
    }
    page_.changes.insert(page_.changes.begin(), std::make_move_iterator(definitions.begin()), std::make_move_iterator(definitions.end()));
    return absl::OkStatus();
  }

  // What was written before the place of an erasure has nothing personal any more.
  Status NoteErasedBefore(HistoryEntry& entry) const {
    if (!has_erasures_) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const std::optional<format::Erased> erased, FindErased(*source_.reader, entry.record));
    if (erased.has_value() && erased->place < entry.sequence) PutErasedBefore(erased->stamp, entry);
    return absl::OkStatus();
  }

  Status Take(HistoryEntry entry) {
    if (entry.record.type() < catalog::kFirstOpenType) {
      sets_definitions_ = true;
      return absl::OkStatus();
    }
    if (entry.operation == Operation::kCreate) lives_[entry.record.value()] = entry.stamp;  // the receiver's own too
    if (entry.stamp.node == receiver_) {
      page_.own = std::max(page_.own, entry.stamp.sequence);
      return absl::OkStatus();
    }
    entry.fields.resize(entry.fields.size() - entry.repeated);
    entry.repeated = 0;
    ReplicaChange change;
    KITH_ASSIGN_OR_RETURN(change.life, LifeOf(entry));
    switch (entry.operation) {
      case Operation::kCreate: {
        KITH_ASSIGN_OR_RETURN(const bool is_given, Complete(entry, change));
        if (!is_given) return absl::OkStatus();
        break;
      }
      case Operation::kChange:
        MoveLinks(entry, change);
        break;
      case Operation::kDelete: {
        KITH_ASSIGN_OR_RETURN(const bool gives_place, GivesPlace(entry));
        if (gives_place || entry.reason == kSeedsGivePlace) return absl::OkStatus();
        break;
      }
    }
    KITH_RETURN_IF_ERROR(NoteErasedBefore(entry));
    change.entry = std::move(entry);
    page_.changes.push_back(std::move(change));
    return absl::OkStatus();
  }

  // The stamp of the creation before it. The feed is read in order, so a record's history is asked for it once a page at most.
  StatusOr<Stamp> LifeOf(const HistoryEntry& entry) {
    const auto [life, unknown] = lives_.try_emplace(entry.record.value());
    if (!unknown) return life->second;
    KITH_RETURN_IF_ERROR(View(entry.record));
    for (const format::HistoryView& past : history_.entries()) {
      if (past.sequence > entry.sequence) break;
      if (past.operation == Operation::kCreate) life->second = past.stamp;
    }
    return life->second;
  }

  // Everything that a record was created with. False for a seed that gave its place to another replica's.
  StatusOr<bool> Complete(HistoryEntry& creation, ReplicaChange& change) {
    const StatusOr<record::View> record = ReadRecord(source_, creation.record);
    if (!record.ok() && !IsNotFound(record.status())) return record.status();
    history_.Clear();
    const bool changed_since = !record.ok() || record->header().version != creation.sequence;
    if (changed_since) KITH_RETURN_IF_ERROR(ViewLater(creation.record));
    if (!record.ok() && creation.stamp.node == page_.node) {
      KITH_ASSIGN_OR_RETURN(const HistoryEntry last, ReadLastHistory(*source_.reader, creation.record));
      if (last.reason == kSeedsGivePlace) return false;
    }
    if (record.ok()) change.origin = record->header().origin;
    const bool links_told = std::any_of(creation.fields.begin(), creation.fields.end(), IsOfLinks);
    if (links_told) {
      MoveLinks(creation, change);
    } else {
      KITH_ASSIGN_OR_RETURN(change.external_refs, GivenTo(creation));
    }
    if (const catalog::TypeDef* type = source_.catalog->FindType(creation.record.type())) {
      CompleteCreation(*type, history_, record.ok() ? *record : record::View(), creation);
    }
    return true;
  }

  Status View(Id id) {
    history_.Clear();
    return ViewHistory(*source_.reader, id, history_);
  }

  // What the entry says of external references stands beside it.
  static void MoveLinks(HistoryEntry& entry, ReplicaChange& change) {
    Links links = LinksOf(entry);
    std::erase_if(entry.fields, IsOfLinks);
    change.external_refs = std::move(links.added);
    links.added.clear();
    if (!links.taken.empty()) entry.fields.push_back(ChangeOf(links, entry.effective));
  }

  // The external references that a record was created with: the next entry that tells of them tells what there were before it. After
  // ViewLater.
  StatusOr<std::vector<ExternalRef>> GivenTo(const HistoryEntry& creation) {
    for (const format::HistoryView& later : history_.entries()) {
      for (const format::ChangeView& change : history_.ChangesOf(later)) {
        if (change.package == kHeaderPackage && change.number == kExternalRefsNumber) return RefsIn(change.before.Get());
      }
      if (later.operation == Operation::kDelete) return std::vector<ExternalRef>();
    }
    return ReadExternalRefs(*source_.reader, creation.record);
  }

  // A deletion that is but the end of a life in whose place another one came: the receiver sees to it itself.
  StatusOr<bool> GivesPlace(const HistoryEntry& deletion) {
    KITH_RETURN_IF_ERROR(View(deletion.record));
    const auto entries = history_.entries();
    return std::any_of(entries.begin(), entries.end(), [&](const format::HistoryView& entry) {
      return entry.operation == Operation::kCreate && entry.stamp == deletion.stamp;
    });
  }

  const Source source_;
  const Snapshot& snapshot_;
  uint16_t receiver_;
  ReplicaPage& page_;
  const bool has_erasures_;
  const std::unique_ptr<storage::Cursor> entries_;
  std::unordered_map<uint64_t, Stamp> lives_;  // that each record of the page is in, as far as it has been read
  format::HistoryViews history_;               // of the record read last
  bool sets_definitions_ = false;
};

class ReceiveJob final : public storage::Job {
 public:
  ReceiveJob(ApplyRequest request, const ReplicaPage& page, size_t begin) : request_(std::move(request)), page_(page), begin_(begin) {}

  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    taken_ = 0;
    report_ = {};
    collision_.reset();
    Applier applier(request_, set);
    StatusOr<Verdict> verdict =
        applier.Receive(page_, std::span<const ReplicaChange>(page_.changes).subspan(begin_), concessions_, taken_, report_);
    if (GetReason(verdict.status()) == Reason::kUnique && applier.collision().index != nullptr) {
      KITH_ASSIGN_OR_RETURN(collision_, applier.ConcessionOf(applier.collision()));
    }
    return verdict;
  }

  // After a run that failed: what has to be given up before it can succeed. False when that is not why it failed.
  [[nodiscard]] bool GiveUp() {
    if (!collision_.has_value()) return false;
    const auto again = [&](const Concession& one) { return one.record == collision_->record && one.position == collision_->position; };
    if (std::any_of(concessions_.begin(), concessions_.end(), again)) return false;
    concessions_.push_back(*collision_);
    return true;
  }
  [[nodiscard]] size_t taken() const { return taken_; }
  [[nodiscard]] const ReceiveReport& report() const { return report_; }

 private:
  ApplyRequest request_;
  const ReplicaPage& page_;
  size_t begin_;
  std::vector<Concession> concessions_;
  std::optional<Concession> collision_;
  size_t taken_ = 0;
  ReceiveReport report_;
};

void AddTo(ReceiveReport& total, const ReceiveReport& part) {
  total.taken += part.taken;
  total.known += part.known;
  total.dropped += part.dropped;
  total.conflicts.insert(total.conflicts.end(), part.conflicts.begin(), part.conflicts.end());
}

Status CheckClock(const ReplicaPage& page, Time clock) {
  const Time latest{clock.micros + limits::kReplicaClockAhead * 1'000'000};
  for (const ReplicaChange& change : page.changes) {
    if (change.entry.stamp.recorded <= latest) continue;
    return MakeError({.reason = Reason::kEffectiveInFuture,
                      .record = change.entry.record,
                      .value = ToText(change.entry.stamp.recorded),
                      .hint = "put the other machine's clock right; it is " + ToText(clock) + " here"},
                     "a change of the other replica lies more than a day in the future");
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<format::Replica> ReadReplicaState(const storage::Reader& reader, uint16_t node) {
  const StatusOr<storage::View> stored = reader.Get(format::kMeta, format::kMetaReplica);
  format::Replica replica;
  if (stored.ok()) {
    KITH_ASSIGN_OR_RETURN(replica, format::DecodeReplica(*stored));
    if (replica.node == node) return replica;
  } else if (!IsNotFound(stored.status())) {
    return stored.status();
  }
  // Where others were left off is theirs to say again: nothing is taken twice.
  replica = {.node = node, .have = {}, .places = {}};
  KITH_RETURN_IF_ERROR(FindLast(reader, node, replica.have));
  return replica;
}

Status CheckPage(const ReplicaPage& page, uint16_t node, const format::Replica& replica, uint64_t sequence) {
  if (page.node == node) {
    return MakeError({.reason = Reason::kBadOptions,
                      .field = "node",
                      .value = std::to_string(page.node),
                      .hint = "open one of the two with another node"},
                     "both replicas have the same node");
  }
  const auto place = replica.places.find(page.node);
  const uint64_t stands = place == replica.places.end() ? 0 : place->second;
  if (page.after > stands) {
    return MakeError({.reason = Reason::kBadOptions,
                      .field = "after",
                      .value = std::to_string(page.after),
                      .hint = "go on after " + std::to_string(stands)},
                     "the page before this one has not come");
  }
  uint64_t own = page.own;
  for (const ReplicaChange& change : page.changes) {
    if (change.entry.stamp.node == node) own = std::max(own, change.entry.stamp.sequence);
  }
  if (own <= sequence) return absl::OkStatus();
  return MakeError(
      {.reason = Reason::kPreconditionFailed, .value = std::to_string(own), .hint = "open it with a node that no replica ever had"},
      "the other replica has changes of this database that it has itself forgotten, as after a restored backup");
}

std::span<const ReplicaChange> BatchAt(std::span<const ReplicaChange> changes, size_t begin) {
  const Stamp& first = changes[begin].entry.stamp;
  std::unordered_set<uint64_t> records;  // a batch changes a record once, so one that comes again is of the next
  size_t end = begin;
  for (; end < changes.size(); ++end) {
    const HistoryEntry& entry = changes[end].entry;
    if (end > begin && IsPurge(changes[end - 1].entry) && !IsPurge(entry)) break;  // recorded in the same microsecond
    if (entry.stamp.node != first.node || entry.stamp.recorded != first.recorded || !records.insert(entry.record.value()).second) break;
  }
  return changes.subspan(begin, end - begin);
}

StatusOr<ReplicaPage> DatabaseImpl::ReadReplica(uint64_t after, uint16_t receiver, size_t limit) {
  const storage::Reader* reader = nullptr;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot,
                        NewSnapshot(state_, state_->environment(), state_->catalogs(), {}, &reader));
  if (after > snapshot->sequence()) {
    return MakeError({.reason = Reason::kPreconditionFailed,
                      .value = std::to_string(after),
                      .hint = "open it with a node that no replica ever had, and read it from the beginning"},
                     "this database ends at " + std::to_string(snapshot->sequence()) + ", before what the other has of it");
  }
  ReplicaPage page;
  page.catalog = snapshot->catalog().shared_from_this();
  page.packages = catalog::NamesOfPackages(*page.catalog);
  page.node = node_;
  page.after = after;
  page.scanned = after;
  const Source source{.reader = reader, .catalog = &snapshot->catalog()};
  KITH_RETURN_IF_ERROR(ReplicaPageReader(source, *snapshot, receiver, page).Read(std::max<size_t>(limit, 1)));
  return page;
}

StatusOr<uint64_t> DatabaseImpl::ReceivedFrom(uint16_t node) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
  const StatusOr<storage::View> stored = snapshot->Get(format::kMeta, format::kMetaReplica);
  if (IsNotFound(stored.status())) return 0;
  KITH_RETURN_IF_ERROR(stored.status());
  KITH_ASSIGN_OR_RETURN(const format::Replica replica, format::DecodeReplica(*stored));
  const auto place = replica.places.find(node);
  return replica.node != node_ || place == replica.places.end() ? 0 : place->second;
}

StatusOr<ReceiveReport> DatabaseImpl::Receive(const ReplicaPage& page) {
  KITH_RETURN_IF_ERROR(CheckOptions({}));
  KITH_RETURN_IF_ERROR(CheckClock(page, clock_()));
  {
    // Erasures and definitions are commits of their own: not a page is begun that is refused.
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
    KITH_ASSIGN_OR_RETURN(const format::Replica replica, ReadReplicaState(*snapshot, node_));
    KITH_ASSIGN_OR_RETURN(const format::State state, ReadState(*snapshot));
    KITH_RETURN_IF_ERROR(CheckPage(page, node_, replica, state.sequence));
  }
  ReceiveReport total;
  KITH_RETURN_IF_ERROR(ReceiveErasures(page, total));
  KITH_ASSIGN_OR_RETURN(const uint64_t definitions, ReceiveDefinitions(page));
  total.taken += definitions;
  size_t begin = 0;
  std::optional<ReplicaPage> translated;
  std::shared_ptr<const catalog::Catalog> into;
  do {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> newest, state_->Refresh());
    if (into != newest->catalog) {
      KITH_ASSIGN_OR_RETURN(translated, Translated(*newest->catalog, page));
      into = newest->catalog;
    }
    const Batch nothing(newest->catalog, {}, {});
    ReceiveJob job(NewRequest(nothing, newest), translated.has_value() ? *translated : page, begin);
    Status status = RunJob(job);
    while (GetReason(status) == Reason::kUnique && job.GiveUp()) status = RunJob(job);
    if (GetReason(status) == Reason::kCatalogChanged) continue;
    KITH_RETURN_IF_ERROR(status);
    begin += job.taken();
    AddTo(total, job.report());
  } while (begin < page.changes.size());
  return total;
}

}  // namespace kith::engine
