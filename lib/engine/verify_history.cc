// History against the records, and the feed against history.
#include <algorithm>
#include <optional>
#include <utility>

#include "engine/history_view.h"
#include "engine/verify_internal.h"
#include "kith/base/key.h"
#include "kith/base/packed.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;
using format::HistoryView;
using format::HistoryViews;

void AddAt(Verification& run, Id record, uint64_t sequence, std::string_view what) {
  std::string text = run.NameOf(record);
  text.append(", history entry ").append(std::to_string(sequence)).append(": ").append(what);
  run.problems.Add(std::move(text));
}

bool IsPurge(std::span<const format::ChangeView> changes) {
  return std::any_of(changes.begin(), changes.end(),
                     [](const format::ChangeView& change) { return change.package == kHeaderPackage && change.number == kPurgedNumber; });
}

// Creation first, nothing after a deletion but another creation or a purge, times that do not go back.
void CheckOrder(Verification& run, const HistoryViews& history) {
  bool alive = false;
  Time recorded = history.entries().front().recorded;
  for (const HistoryView& entry : history.entries()) {
    const auto complain = [&](std::string_view what) { AddAt(run, entry.record, entry.sequence, what); };
    if ((entry.operation == Operation::kCreate) == alive && !IsPurge(history.ChangesOf(entry))) {
      run.damage.records.insert(entry.record.value());
      complain(alive ? "creates a record that exists" : "changes a record that does not exist");
    }
    alive = entry.operation != Operation::kDelete;
    if (entry.recorded < recorded) complain("was recorded before the one before it");
    recorded = entry.recorded;
  }
}

void CheckFeedEntry(Verification& run, const HistoryView& entry) {
  if (entry.sequence <= run.snapshot.horizon().sequence) return;  // pruned
  const auto complain = [&](std::string_view what) { AddAt(run, entry.record, entry.sequence, what); };
  const StatusOr<storage::View> bytes = run.reader.Get(format::kFeed, storage::IntegerKey(entry.sequence));
  if (IsNotFound(bytes.status())) return complain("is missing in the feed");
  if (!bytes.ok()) return complain(MessageOf(bytes.status()));
  const StatusOr<format::FeedValue> feed = format::DecodeFeed(*bytes);
  if (!feed.ok()) return complain(MessageOf(feed.status()));
  if (feed->record != entry.record || feed->operation != entry.operation || feed->recorded != entry.recorded) {
    complain("the feed says something else");
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
bool SameBits(const Value& a, const Value& b) {
  if (a == b) return true;
  std::string packed_a;
  std::string packed_b;
  PackedWriter(packed_a).Put(a);
  PackedWriter(packed_b).Put(b);
  return packed_a == packed_b;
}

// The stored record is the fold of its history at now. Fields that history has no word about are the record's own.
void CheckFold(Verification& run, const TypeDef& type, const HistoryViews& history, record::View current) {
  const Id id = history.entries().front().record;
  const auto complain = [&](std::string_view what) {
    run.damage.records.insert(id.value());
    run.problems.Add(run.NameOf(id).append(what));
  };
  const StatusOr<std::optional<ToldRecord>> told = FoldTold(type, history, current);
  if (!told.ok()) return complain(std::string(": ").append(MessageOf(told.status())));
  if (told->has_value() == current.is_null()) {
    return complain(current.is_null() ? ": is missing, but its history does not end" : ": exists, but its history has ended");
  }
  if (current.is_null()) return;
  CheckHeader(run, current.header(), (*told)->header);
  for (const auto& [position, value] : (*told)->values) {
    const Value stored = current.Get(position);
    if (SameBits(stored, value)) continue;
    complain(", field " + type.fields[position].name + ": is " + ToText(stored) + ", its history gives " + ToText(value));
  }
}

uint64_t FeedHash(uint64_t sequence, Id record, Operation operation, Time recorded) {
  return Mix(sequence) + Mix(record.value() ^ uint64_t{static_cast<uint8_t>(operation)} << 56) * 3 +
         Mix(static_cast<uint64_t>(recorded.micros)) * 5;
}

// A record that was made and never changed: nothing but its header can differ from its history.
bool IsNewborn(std::span<const HistoryView> entries) {
  return entries.size() == 1 && entries[0].operation == Operation::kCreate && entries[0].count == 0;
}

record::Header HeaderFrom(const HistoryView& creation, record::Header header) {
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
bool CheckRecordHistory(Verification& run, const HistoryViews& history, RecordsInStep& records) {
  const std::span<const HistoryView> entries = history.entries();
  const Id id = entries.front().record;
  run.SawId(id);
  run.report.history_entries += entries.size();
  CheckOrder(run, history);
  for (const HistoryView& entry : entries) {
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
    CheckFold(run, *type, history, current);
  }
  return bytes.has_value();
}

void NameHistoryWithoutFeed(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kHistory);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    const std::string_view key = cursor->key();
    if (key.size() != format::kHistoryKeyBytes) continue;
    HistoryViews entry;
    if (entry.Add(Id(ReadU64(key.data())), ReadU64(key.data() + 8), cursor->value()).ok()) CheckFeedEntry(run, entry.entries()[0]);
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
  HistoryViews history;  // of one record
  uint64_t alive = 0;
  RecordsInStep records(run.reader);
  const auto finish = [&] {
    if (!history.entries().empty() && CheckRecordHistory(run, history, records)) ++alive;
    history.Clear();
  };
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    const std::string_view key = cursor->key();
    if (key.size() != format::kHistoryKeyBytes) {
      run.problems.Add("history: a key is not of 16 bytes");
      continue;
    }
    const Id id(ReadU64(key.data()));
    if (!history.entries().empty() && history.entries().front().record != id) finish();
    const Status added = history.Add(id, ReadU64(key.data() + 8), cursor->value());
    if (!added.ok()) run.problems.Add(run.NameOf(id) + ": " + ProblemOf(added));
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
      run.problems.Add(at() + ProblemOf(feed.status()));
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
