#include "engine/repair_history.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "engine/engine_internal.h"
#include "engine/format.h"
#include "engine/read_internal.h"
#include "kith/base/key.h"
#include "kith/record/record.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;

constexpr size_t kScannedAtOnce = 8192;

// Shows `visit(key, value)` some entries from `from` on; where to go on.
template <typename Visit>
StatusOr<std::string> Some(const storage::WriteSet& set, storage::Keyspace keyspace, const std::string& from, const Visit& visit) {
  const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(keyspace);
  size_t count = 0;
  bool more = from.empty() ? cursor->First() : cursor->SeekAtLeast(from);
  for (; more; more = cursor->Next()) {
    if (count++ == kScannedAtOnce) return std::string(cursor->key());
    KITH_RETURN_IF_ERROR(visit(cursor->key(), cursor->value()));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return std::string();
}

void PutEntry(storage::WriteSet& set, const HistoryEntry& entry) {
  set.Put(format::kHistory, format::HistoryKey(entry.record, entry.sequence), format::EncodeHistory(entry));
  set.Put(format::kFeed, storage::IntegerKey(entry.sequence),
          format::EncodeFeed({.record = entry.record, .operation = entry.operation, .recorded = entry.recorded}));
}

HistoryEntry StandIn(Id record, uint64_t sequence, Operation operation, Time recorded) {
  HistoryEntry entry;
  entry.record = record;
  entry.sequence = sequence;
  entry.operation = operation;
  entry.reason = kRepairReason;
  entry.recorded = recorded;
  entry.effective = recorded;
  return entry;
}

FieldChange ChangeOf(const catalog::FieldDef& field, Value before, Value after, Time effective) {
  FieldChange change;
  change.package = field.package;
  change.number = field.number;
  change.before = std::move(before);
  change.after = std::move(after);
  change.effective = effective;
  return change;
}

// A record that exists: its history made to begin with its creation and to end with its version.
void Complete(const record::Header& header, std::vector<HistoryEntry>& entries) {
  const Id id(header.id);
  const bool begins = !entries.empty() && entries.front().operation == Operation::kCreate;
  if (!begins && (entries.empty() || entries.front().sequence == header.version)) {
    HistoryEntry creation = StandIn(id, header.version, Operation::kCreate, Time{header.updated});
    if (!entries.empty()) entries.erase(entries.begin());
    entries.insert(entries.begin(), std::move(creation));
  } else if (!begins) {
    entries.front().operation = Operation::kCreate;
    entries.front().fields.clear();
    entries.front().reason = kRepairReason;
  }
  if (!begins) entries.front().effective = Time{header.created};
  if (entries.back().sequence < header.version) {
    entries.push_back(StandIn(id, header.version, Operation::kChange, Time{header.updated}));
  }
}

// The last entry that stands for a lost one, or, when `made`, the last of all.
HistoryEntry* FindTeller(std::vector<HistoryEntry>& entries) {
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->reason == kRepairReason && entry->operation == Operation::kChange) return &*entry;
  }
  return nullptr;
}

class Reconciler {
 public:
  Reconciler(storage::WriteSet& set, const TypeDef& type, RepairNotes& notes) : set_(set), type_(type), notes_(notes) {}

  Status Living(record::View record) {
    const Id id = record.id();
    KITH_ASSIGN_OR_RETURN(std::vector<HistoryEntry> entries, ReadHistory(set_, id));
    const std::vector<HistoryEntry> before = entries;
    Complete(record.header(), entries);
    KITH_ASSIGN_OR_RETURN(std::optional<PastRecord> fold, FoldHistory(type_, entries, record, AsOf{}));
    if (!fold.has_value()) return absl::OkStatus();  // its history has ended: which of the two is right nothing tells
    if (HistoryEntry* teller = FindTeller(entries)) {
      Tell(record, *fold, *teller);
      KITH_ASSIGN_OR_RETURN(fold, FoldHistory(type_, entries, record, AsOf{}));
    }
    PutChanged(before, entries);
    return Rewrite(record, *fold);
  }

  // A record that is gone although its history goes on: ended, with the values that history has.
  Status Gone(Id id) {
    KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> entries, ReadHistory(set_, id));
    if (entries.empty() || entries.back().operation == Operation::kDelete) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(format::State state, ReadState(set_));
    HistoryEntry end = StandIn(id, ++state.sequence, Operation::kDelete, state.recorded);
    end.reason = "repair: the record was lost";
    std::map<std::pair<uint32_t, uint32_t>, Value> known;
    for (const HistoryEntry& entry : entries) {
      if (entry.operation != Operation::kChange) known.clear();
      for (const FieldChange& change : entry.fields) {
        if (entry.operation == Operation::kChange) known[{change.package, change.number}] = change.after;
      }
    }
    for (auto& [field, value] : known) {
      if (value.is_null()) continue;
      end.fields.push_back(
          {.package = field.first, .number = field.second, .before = std::move(value), .after = {}, .effective = end.effective});
    }
    PutEntry(set_, end);
    set_.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
    notes_.ended.insert(id.value());
    return absl::OkStatus();
  }

 private:
  // What the record shows and the entries left do not give, as said by a lost entry.
  void Tell(record::View record, const PastRecord& fold, HistoryEntry& teller) {
    for (const catalog::FieldDef& field : type_.fields) {
      Value shown = record.Get(field.position);
      if (shown == fold.values[field.position]) continue;
      teller.fields.push_back(ChangeOf(field, fold.values[field.position], std::move(shown), teller.recorded));
      notes_.told.insert(record.id().value());
    }
  }

  void PutChanged(const std::vector<HistoryEntry>& before, const std::vector<HistoryEntry>& after) {
    for (const HistoryEntry& entry : after) {
      const auto same = [&](const HistoryEntry& old) {
        return old.sequence == entry.sequence && old.operation == entry.operation && old.fields.size() == entry.fields.size() &&
               old.effective == entry.effective && old.reason == entry.reason;
      };
      if (std::any_of(before.begin(), before.end(), same)) continue;
      PutEntry(set_, entry);
      notes_.entries_put.insert(entry.sequence);
    }
  }

  // The record as its history gives it.
  Status Rewrite(record::View record, const PastRecord& fold) {
    record::Builder builder;
    KITH_ASSIGN_OR_RETURN(const std::string_view bytes, builder.Build(fold.header, type_.layout, fold.values, record));
    if (bytes == record.bytes()) return absl::OkStatus();
    const uint64_t number = record.id().value();
    set_.Put(format::kRecord, storage::IntegerKey(number), bytes);
    notes_.rewritten.insert(number);
    return absl::OkStatus();
  }

  storage::WriteSet& set_;
  const TypeDef& type_;
  RepairNotes& notes_;
};

}  // namespace

StatusOr<std::string> PutHistoryOfFeed(storage::WriteSet& set, const std::string& from, RepairNotes& notes) {
  std::vector<HistoryEntry> missing;
  KITH_ASSIGN_OR_RETURN(std::string next, Some(set, format::kFeed, from, [&](std::string_view key, std::string_view value) -> Status {
                          const StatusOr<format::FeedValue> feed = format::DecodeFeed(value);
                          if (!feed.ok() || key.size() != sizeof(uint64_t)) return absl::OkStatus();
                          const uint64_t sequence = format::IntegerOf(key);
                          const Status found = set.Get(format::kHistory, format::HistoryKey(feed->record, sequence)).status();
                          if (IsNotFound(found)) missing.push_back(StandIn(feed->record, sequence, feed->operation, feed->recorded));
                          return absl::OkStatus();
                        }));
  for (const HistoryEntry& entry : missing) {
    PutEntry(set, entry);
    notes.entries_put.insert(entry.sequence);
    notes.records.insert(entry.record.value());
  }
  return next;
}

StatusOr<std::string> PutFeedOfHistory(storage::WriteSet& set, const std::string& from, RepairNotes& notes) {
  std::vector<std::pair<uint64_t, std::string>> wanted;
  KITH_ASSIGN_OR_RETURN(std::string next, Some(set, format::kHistory, from, [&](std::string_view key, std::string_view value) -> Status {
                          if (key.size() != format::kHistoryKeyBytes) return absl::OkStatus();
                          const Id id(ReadU64(key.data()));
                          const uint64_t sequence = ReadU64(key.data() + sizeof(uint64_t));
                          const StatusOr<HistoryEntry> entry = format::DecodeHistory(id, sequence, value);
                          if (!entry.ok()) return absl::OkStatus();
                          std::string feed = format::EncodeFeed({id, entry->operation, entry->recorded});
                          const StatusOr<storage::View> stored = set.Get(format::kFeed, storage::IntegerKey(sequence));
                          if (!stored.ok() || *stored != feed) wanted.emplace_back(sequence, std::move(feed));
                          return absl::OkStatus();
                        }));
  for (const auto& [sequence, feed] : wanted) {
    set.Put(format::kFeed, storage::IntegerKey(sequence), feed);
    notes.feed_put.insert(sequence);
  }
  return next;
}

StatusOr<std::string> NoteLost(storage::WriteSet& set, const std::string& from, RepairNotes& notes) {
  uint64_t last = from.empty() ? 0 : format::IntegerOf(from) - 1;
  std::vector<std::pair<uint64_t, uint64_t>> lost;
  KITH_ASSIGN_OR_RETURN(std::string next, Some(set, format::kFeed, from, [&](std::string_view key, std::string_view) -> Status {
                          const uint64_t sequence = format::IntegerOf(key);
                          if (sequence > last + 1) lost.emplace_back(last + 1, sequence - 1);
                          last = sequence;
                          return absl::OkStatus();
                        }));
  KITH_ASSIGN_OR_RETURN(const format::State state, ReadState(set));
  if (next.empty() && last < state.sequence) lost.emplace_back(last + 1, state.sequence);
  for (const auto& [first, end] : lost) {
    std::string key(format::kMetaLostPrefix);
    AppendU64(key, first);
    std::string value;
    AppendU64(value, end);
    const StatusOr<storage::View> stored = set.Get(format::kMeta, key);
    if (stored.ok() && *stored == value) continue;
    set.Put(format::kMeta, key, value);
    notes.lost_ranges.insert(first);
  }
  // Where the next part begins there is an entry, so nothing is lost between the two parts.
  return next;
}

Status Reconcile(storage::WriteSet& set, const catalog::Catalog& catalog, Id id, RepairNotes& notes) {
  const TypeDef* type = catalog.FindType(id.type());
  if (type == nullptr) return absl::OkStatus();
  Reconciler reconciler(set, *type, notes);
  const uint64_t number = id.value();
  const StatusOr<storage::View> bytes = set.Get(format::kRecord, storage::IntegerKey(number));
  if (IsNotFound(bytes.status())) return reconciler.Gone(id);
  KITH_RETURN_IF_ERROR(bytes.status());
  if (!record::Verify(*bytes, type->layout).ok()) return absl::OkStatus();
  const record::View record(*bytes, &type->layout);
  return record.id() == id ? reconciler.Living(record) : absl::OkStatus();
}

StatusOr<std::string> MendExternals(storage::WriteSet& set, const std::string& from, RepairNotes& notes) {
  std::vector<std::pair<std::string, std::string>> put;
  std::vector<std::string> deleted;
  const auto exists = [&](Id id) {
    const uint64_t number = id.value();
    return set.Get(format::kRecord, storage::IntegerKey(number)).ok();
  };
  // A forward key without its type and a reverse key without its id end alike.
  const auto visit = [&](std::string_view key, std::string_view value) -> Status {
    constexpr size_t kForwardHead = 3;
    constexpr size_t kReverseHead = 9;
    const bool forward = key.starts_with("f") && key.size() > kForwardHead && value.size() == sizeof(uint64_t);
    const bool reverse = key.starts_with("r") && key.size() > kReverseHead;
    const Id id(forward ? ReadU64(value.data()) : reverse ? ReadU64(key.data() + 1) : 0);
    if ((!forward && !reverse) || !exists(id) || (forward && ReadU16(key.data() + 1) != id.type())) {
      deleted.emplace_back(key);
      return absl::OkStatus();
    }
    if (forward) {
      std::string other = format::ExternalReversePrefix(id).append(key.substr(kForwardHead));
      if (IsNotFound(set.Get(format::kExternal, other).status())) put.emplace_back(std::move(other), "");
      return absl::OkStatus();
    }
    std::string other = "f";
    AppendU16(other, id.type());
    other.append(key.substr(kReverseHead));
    const StatusOr<storage::View> leads = set.Get(format::kExternal, other);
    std::string target;
    AppendU64(target, id.value());
    if (IsNotFound(leads.status())) {
      put.emplace_back(std::move(other), std::move(target));
    } else if (leads.ok() && *leads != target) {
      deleted.emplace_back(key);  // another record has the reference, and what leads to a record counts
    }
    return absl::OkStatus();
  };
  KITH_ASSIGN_OR_RETURN(std::string next, Some(set, format::kExternal, from, visit));
  for (const auto& [key, value] : put) {
    set.Put(format::kExternal, key, value);
    notes.externals_put.insert(key);
  }
  for (const std::string& key : deleted) {
    set.Delete(format::kExternal, key);
    notes.externals_deleted.insert(key);
  }
  return next;
}

Status MendState(storage::WriteSet& set) {
  KITH_ASSIGN_OR_RETURN(format::State state, ReadState(set));
  const std::unique_ptr<storage::Cursor> feed = set.NewCursor(format::kFeed);
  if (feed->Last()) {
    state.sequence = std::max(state.sequence, format::IntegerOf(feed->key()));
    KITH_ASSIGN_OR_RETURN(const format::FeedValue last, format::DecodeFeed(feed->value()));
    state.recorded = std::max(state.recorded, last.recorded);
  }
  KITH_RETURN_IF_ERROR(feed->status());
  set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
  // The last id of each type and node: histories stand in the order of ids.
  const std::unique_ptr<storage::Cursor> history = set.NewCursor(format::kHistory);
  for (bool more = history->Last(); more;) {
    const Id id(ReadU64(history->key().data()));
    KITH_RETURN_IF_ERROR(RaiseCounter(set, id).status());
    more = history->SeekAtMost(format::HistoryKey(Id::Of(id.type(), id.node(), 0), 0));
  }
  return history->status();
}

}  // namespace kith::engine
