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

// Creation first, nothing after a deletion but another creation, times that do not go back.
void CheckOrder(Verification& run, const std::vector<HistoryEntry>& entries) {
  bool alive = false;
  Time recorded = entries.front().recorded;
  for (const HistoryEntry& entry : entries) {
    if ((entry.operation == Operation::kCreate) == alive) {
      AddAt(run, entry, alive ? "creates a record that exists" : "changes a record that does not exist");
    }
    alive = entry.operation != Operation::kDelete;
    if (entry.recorded < recorded) AddAt(run, entry, "was recorded before the one before it");
    recorded = entry.recorded;
  }
}

void CheckFeedEntry(Verification& run, const HistoryEntry& entry) {
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
    run.problems.Add(name() + ": " + std::string(MessageOf(folded.status())));
    return;
  }
  if (folded->has_value() == current.is_null()) {
    run.problems.Add(name() + (current.is_null() ? ": is missing, but its history does not end" : ": exists, but its history has ended"));
    return;
  }
  if (current.is_null()) return;
  CheckHeader(run, current.header(), (*folded)->header);
  for (size_t i = 0; i < type.fields.size(); ++i) {
    const Value stored = current.Get(i);
    if (Same(stored, (*folded)->values[i])) continue;
    run.problems.Add(name() + ", field " + type.fields[i].name + ": is " + ToText(stored) + ", its history gives " +
                     ToText((*folded)->values[i]));
  }
}

// One record's history. True when the record exists.
bool CheckRecordHistory(Verification& run, const std::vector<HistoryEntry>& entries) {
  const Id id = entries.front().record;
  const uint64_t number = id.value();
  run.SawId(id);
  run.report.history_entries += entries.size();
  CheckOrder(run, entries);
  for (const HistoryEntry& entry : entries) CheckFeedEntry(run, entry);

  const TypeDef* type = run.catalog().FindType(id.type());
  if (type == nullptr) {
    run.problems.Add(run.NameOf(id) + ": has a history, but its type is unknown");
    return false;
  }
  const StatusOr<storage::View> bytes = run.reader.Get(format::kRecord, storage::IntegerKey(number));
  if (!bytes.ok() && !IsNotFound(bytes.status())) return true;  // the pass over records names it
  if (bytes.ok() && !record::Verify(*bytes, type->layout).ok()) return true;
  CheckFold(run, *type, entries, bytes.ok() ? record::View(*bytes, &type->layout) : record::View());
  return bytes.ok();
}

void NameRecordsWithoutHistory(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kRecord);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    if (cursor->key().size() != sizeof(uint64_t)) continue;
    uint64_t id = 0;
    std::copy_n(cursor->key().data(), sizeof(id), reinterpret_cast<char*>(&id));
    if (IsNotFound(ReadLastHistory(run.reader, Id(id)).status())) run.problems.Add(run.NameOf(Id(id)) + ": has no history");
  }
}

void NameFeedWithoutHistory(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kFeed);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    const StatusOr<format::FeedValue> feed = format::DecodeFeed(cursor->value());
    if (!feed.ok() || cursor->key().size() != sizeof(uint64_t)) continue;
    uint64_t sequence = 0;
    std::copy_n(cursor->key().data(), sizeof(sequence), reinterpret_cast<char*>(&sequence));
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
  const auto finish = [&] {
    if (!entries.empty() && CheckRecordHistory(run, entries)) ++alive;
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
  uint64_t count = 0;
  uint64_t last = 0;
  Time recorded;
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    if (cursor->key().size() != sizeof(last)) continue;
    const uint64_t before = last;
    std::copy_n(cursor->key().data(), sizeof(last), reinterpret_cast<char*>(&last));
    const std::string at = "feed entry " + std::to_string(last) + ": ";
    if (last != before + 1) run.problems.Add(at + "follows " + std::to_string(before));
    ++count;
    const StatusOr<format::FeedValue> feed = format::DecodeFeed(cursor->value());
    if (!feed.ok()) {
      run.problems.Add(at + std::string(feed.status().message()));
      continue;
    }
    if (count > 1 && feed->recorded < recorded) run.problems.Add(at + "was recorded before the one before it");
    recorded = feed->recorded;
  }
  run.EndOf(*cursor, "the feed");
  if (count != run.report.history_entries) NameFeedWithoutHistory(run);
  if (last != run.snapshot.sequence()) {
    run.problems.Add("state: the last sequence is " + std::to_string(run.snapshot.sequence()) + ", the feed ends at " +
                     std::to_string(last));
  }
  if (count > 0 && run.snapshot.recorded() < recorded) {
    run.problems.Add("state: the last recorded time is " + ToText(run.snapshot.recorded()) + ", the feed ends at " + ToText(recorded));
  }
}

}  // namespace kith::engine
