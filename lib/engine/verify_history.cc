// History against the records, and the feed against history.
#include <algorithm>
#include <optional>
#include <utility>

#include "engine/verify_internal.h"
#include "kith/base/key.h"
#include "kith/base/packed.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;

constexpr size_t kHistoryKeyBytes = 16;

void AddAt(Verification& run, const HistoryEntry& entry, std::string_view what) {
  std::string text = run.NameOf(entry.record);
  text.append(", history entry ").append(std::to_string(entry.sequence)).append(": ").append(what);
  run.problems.Add(std::move(text));
}

// Creation first, nothing after a deletion but another creation or a purge, times that do not go back.
void CheckOrder(Verification& run, const std::vector<HistoryEntry>& entries) {
  bool alive = false;
  Time recorded = entries.front().recorded;
  for (const HistoryEntry& entry : entries) {
    if ((entry.operation == Operation::kCreate) == alive && !IsPurge(entry)) {
      run.damage.records.insert(entry.record.value());
      AddAt(run, entry, alive ? "creates a record that exists" : "changes a record that does not exist");
    }
    alive = entry.operation != Operation::kDelete;
    if (entry.recorded < recorded) AddAt(run, entry, "was recorded before the one before it");
    recorded = entry.recorded;
  }
}

void CheckFeedEntry(Verification& run, const HistoryEntry& entry) {
  if (entry.sequence <= run.snapshot.horizon().sequence) return;  // pruned
  const StatusOr<storage::View> bytes = run.reader.Get(format::kFeed, storage::IntegerKey(entry.sequence));
  if (IsNotFound(bytes.status())) return AddAt(run, entry, "is missing in the feed");
  if (!bytes.ok()) return AddAt(run, entry, MessageOf(bytes.status()));
  const StatusOr<format::FeedValue> feed = format::DecodeFeed(*bytes);
  if (!feed.ok()) return AddAt(run, entry, MessageOf(feed.status()));
  if (feed->record != entry.record || feed->operation != entry.operation || feed->recorded != entry.recorded) {
    AddAt(run, entry, "the feed says something else");
  }
}

void CheckHeader(Verification& run, const record::Header& stored, const record::Header& folded) {
  const auto check = [&](std::string_view field, uint64_t is, uint64_t should) {
    if (is == should) return;
    run.damage.records.insert(stored.id);
    std::string text = run.NameOf(Id(stored.id));
    text.append(", ").append(field).append(": is ").append(std::to_string(is)).append(", its history gives ");
    run.problems.Add(text.append(std::to_string(should)));
  };
  check("version", stored.version, folded.version);
  check("created", static_cast<uint64_t>(stored.created), static_cast<uint64_t>(folded.created));
  check("updated", static_cast<uint64_t>(stored.updated), static_cast<uint64_t>(folded.updated));
  check("owner", stored.owner, folded.owner);
  check("unit", stored.unit, folded.unit);
  check("visibility", stored.visibility, folded.visibility);
}

// The same bits: NaN equals itself here.
bool Same(const Value& a, const Value& b) {
  if (a == b) return true;
  std::string packed_a;
  std::string packed_b;
  PackedWriter(packed_a).Put(a);
  PackedWriter(packed_b).Put(b);
  return packed_a == packed_b;
}

// The stored record is the fold of its history at now.
void CheckFold(Verification& run, const TypeDef& type, const std::vector<HistoryEntry>& entries, record::View current) {
  const auto name = [&] { return run.NameOf(entries.front().record); };
  const StatusOr<std::optional<PastRecord>> folded = FoldHistory(type, entries, current, AsOf{});
  if (!folded.ok()) {
    run.damage.records.insert(entries.front().record.value());
    run.problems.Add(name() + ": " + std::string(MessageOf(folded.status())));
    return;
  }
  if (folded->has_value() == current.is_null()) {
    run.damage.records.insert(entries.front().record.value());
    run.problems.Add(name() + (current.is_null() ? ": is missing, but its history does not end" : ": exists, but its history has ended"));
    return;
  }
  if (current.is_null()) return;
  CheckHeader(run, current.header(), (*folded)->header);
  for (size_t i = 0; i < type.fields.size(); ++i) {
    const Value stored = current.Get(i);
    if (Same(stored, (*folded)->values[i])) continue;
    run.damage.records.insert(entries.front().record.value());
    run.problems.Add(name() + ", field " + type.fields[i].name + ": is " + ToText(stored) + ", its history gives " +
                     ToText((*folded)->values[i]));
  }
}

uint64_t FeedHash(uint64_t sequence, Id record, Operation operation, Time recorded) {
  return Mix(sequence) + Mix(record.value() ^ uint64_t{static_cast<uint8_t>(operation)} << 56) * 3 +
         Mix(static_cast<uint64_t>(recorded.micros)) * 5;
}

// A record that was made and never changed: nothing but its header can differ from its history.
bool IsNewborn(const std::vector<HistoryEntry>& entries) {
  return entries.size() == 1 && entries[0].operation == Operation::kCreate && entries[0].fields.empty();
}

record::Header HeaderFrom(const HistoryEntry& creation, record::Header header) {
  header.created = creation.effective.micros;
  header.version = creation.sequence;
  header.updated = creation.recorded.micros;
  return header;
}

// Reads records in step with their history, which stands in the same order.
class RecordsInStep {
 public:
  explicit RecordsInStep(const storage::Reader& reader) : cursor_(reader.NewCursor(format::kRecord)), more_(cursor_->First()) {}
  // Of an id beyond the last one asked for; nullopt when there is no such record.
  std::optional<std::string_view> Find(Id id) {
    while (more_ && (cursor_->key().size() != sizeof(uint64_t) || RecordNumber(cursor_->key()) < id.value())) more_ = cursor_->Next();
    if (!more_ || RecordNumber(cursor_->key()) != id.value()) return std::nullopt;
    return cursor_->value();
  }

 private:
  std::unique_ptr<storage::Cursor> cursor_;
  bool more_;
};

// One record's history. True when the record exists.
bool CheckRecordHistory(Verification& run, const std::vector<HistoryEntry>& entries, RecordsInStep& records) {
  const Id id = entries.front().record;
  run.SawId(id);
  run.report.history_entries += entries.size();
  CheckOrder(run, entries);
  for (const HistoryEntry& entry : entries) {
    if (entry.sequence <= run.snapshot.horizon().sequence) continue;  // pruned from the feed
    run.feed.Add(FeedHash(entry.sequence, id, entry.operation, entry.recorded));
  }

  const TypeDef* type = run.catalog().FindType(id.type());
  if (type == nullptr) {
    run.problems.Add(run.NameOf(id) + ": has a history, but its type is unknown");
    return false;
  }
  const std::optional<std::string_view> bytes = records.Find(id);
  if (!bytes.has_value() && run.records.Contains(id)) return true;  // unreadable: the pass over records names it
  if (run.malformed.contains(id.value())) return true;
  const record::View current = bytes.has_value() ? record::View(*bytes, &type->layout) : record::View();
  if (bytes.has_value() && IsNewborn(entries)) {
    CheckHeader(run, current.header(), HeaderFrom(entries[0], current.header()));
  } else {
    CheckFold(run, *type, entries, current);
  }
  return bytes.has_value();
}

void NameHistoryWithoutFeed(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kHistory);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    const std::string_view key = cursor->key();
    if (key.size() != kHistoryKeyBytes) continue;
    const StatusOr<HistoryEntry> entry = format::DecodeHistory(Id(ReadU64(key.data())), ReadU64(key.data() + 8), cursor->value());
    if (entry.ok()) CheckFeedEntry(run, *entry);
  }
}

void NameRecordsWithoutHistory(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kRecord);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    if (cursor->key().size() != sizeof(uint64_t)) continue;
    uint64_t id = 0;
    std::copy_n(cursor->key().data(), sizeof(id), reinterpret_cast<char*>(&id));
    if (!IsNotFound(ReadLastHistory(run.reader, Id(id)).status())) continue;
    run.damage.records.insert(id);
    run.problems.Add(run.NameOf(Id(id)) + ": has no history");
  }
}

// All of first..last is noted as lost.
bool IsLost(const Verification& run, uint64_t first, uint64_t last) {
  auto range = run.lost.upper_bound(first);
  if (range == run.lost.begin()) return false;
  --range;
  return range->first <= first && last <= range->second;
}

void NameFeedWithoutHistory(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kFeed);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    const StatusOr<format::FeedValue> feed = format::DecodeFeed(cursor->value());
    if (!feed.ok() || cursor->key().size() != sizeof(uint64_t)) continue;
    uint64_t sequence = 0;
    std::copy_n(cursor->key().data(), sizeof(sequence), reinterpret_cast<char*>(&sequence));
    if (sequence <= run.snapshot.horizon().sequence) continue;
    if (IsNotFound(run.reader.Get(format::kHistory, format::HistoryKey(feed->record, sequence)).status())) {
      run.problems.Add(run.NameOf(feed->record) + ", feed entry " + std::to_string(sequence) + ": is missing in the history");
    }
  }
}

}  // namespace

void VerifyHistory(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kHistory);
  std::vector<HistoryEntry> entries;
  uint64_t alive = 0;
  RecordsInStep records(run.reader);
  const auto finish = [&] {
    if (!entries.empty() && CheckRecordHistory(run, entries, records)) ++alive;
    entries.clear();
  };
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    const std::string_view key = cursor->key();
    if (key.size() != kHistoryKeyBytes) {
      run.problems.Add("history: a key is not of 16 bytes");
      continue;
    }
    const Id id(ReadU64(key.data()));
    if (!entries.empty() && entries.front().record != id) finish();
    StatusOr<HistoryEntry> entry = format::DecodeHistory(id, ReadU64(key.data() + 8), cursor->value());
    if (entry.ok()) {
      entries.push_back(*std::move(entry));
    } else {
      run.problems.Add(run.NameOf(id) + ": " + std::string(entry.status().message()));
    }
  }
  finish();
  run.EndOf(*cursor, "history");
  if (alive != run.report.records) NameRecordsWithoutHistory(run);
}

void VerifyFeed(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kFeed);
  const uint64_t horizon = run.snapshot.horizon().sequence;  // a pruning that was interrupted leaves entries before it
  uint64_t count = 0;
  uint64_t last = horizon;
  Multiset found;
  Time recorded;
  for (bool more = cursor->SeekAtLeast(storage::IntegerKey(horizon + 1)); more; more = cursor->Next()) {
    if (cursor->key().size() != sizeof(last)) continue;
    const uint64_t before = last;
    std::copy_n(cursor->key().data(), sizeof(last), reinterpret_cast<char*>(&last));
    const auto at = [&] { return "feed entry " + std::to_string(last) + ": "; };
    if (last != before + 1 && !IsLost(run, before + 1, last - 1)) {
      run.damage.feed = true;
      run.problems.Add(at() + "follows " + std::to_string(before));
    }
    ++count;
    const StatusOr<format::FeedValue> feed = format::DecodeFeed(cursor->value());
    if (!feed.ok()) {
      run.problems.Add(at() + std::string(feed.status().message()));
      continue;
    }
    found.Add(FeedHash(last, feed->record, feed->operation, feed->recorded));
    if (count > 1 && feed->recorded < recorded) run.problems.Add(at() + "was recorded before the one before it");
    recorded = feed->recorded;
  }
  run.EndOf(*cursor, "the feed");
  if (found != run.feed) {
    run.damage.feed = true;
    NameHistoryWithoutFeed(run);
    NameFeedWithoutHistory(run);
  }
  if (last != run.snapshot.sequence() && !(last < run.snapshot.sequence() && IsLost(run, last + 1, run.snapshot.sequence()))) {
    run.damage.state = true;
    run.problems.Add("state: the last sequence is " + std::to_string(run.snapshot.sequence()) + ", the feed ends at " +
                     std::to_string(last));
  }
  if (count > 0 && run.snapshot.recorded() < recorded) {
    run.damage.state = true;
    run.problems.Add("state: the last recorded time is " + ToText(run.snapshot.recorded()) + ", the feed ends at " + ToText(recorded));
  }
}

}  // namespace kith::engine
