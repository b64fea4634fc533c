// A record's history, and the record as it held at a point on both axes of time.
#include <optional>
#include <utility>

#include "engine/read_internal.h"
#include "kith/base/key.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;

constexpr size_t kHistoryKeyBytes = 16;

StatusOr<HistoryEntry> DecodeAt(const storage::Cursor& cursor) {
  const storage::View key = cursor.key();
  return format::DecodeHistory(Id(ReadU64(key.data())), ReadU64(key.data() + 8), cursor.value());
}

bool IsOf(const storage::Cursor& cursor, Id id) {
  return cursor.key().size() == kHistoryKeyBytes && ReadU64(cursor.key().data()) == id.value();
}

// The header fields that history keeps, after the type's own fields.
constexpr int32_t kPastHeaderFields[] = {catalog::kHeaderOwner, catalog::kHeaderUnit, catalog::kHeaderVisibility};

// Values of a record under construction: the type's fields by position, then the header's.
class Slots {
 public:
  explicit Slots(const TypeDef& type) : type_(type) {}
  [[nodiscard]] size_t size() const { return type_.fields.size() + std::size(kPastHeaderFields); }
  // nullopt for a field that the catalog no longer knows.
  [[nodiscard]] std::optional<size_t> Find(uint32_t package, uint32_t number) const {
    if (package != kHeaderPackage) {
      const catalog::FieldDef* field = type_.FindField(package, number);
      return field == nullptr ? std::nullopt : std::optional<size_t>(field->position);
    }
    for (size_t i = 0; i < std::size(kPastHeaderFields); ++i) {
      if (kPastHeaderFields[i] == format::HeaderFieldOf(number)) return type_.fields.size() + i;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::vector<Value> Of(record::View record) const {
    std::vector<Value> values(size());
    for (size_t i = 0; i < type_.fields.size(); ++i) values[i] = record.Get(i);
    for (size_t i = 0; i < std::size(kPastHeaderFields); ++i) {
      values[type_.fields.size() + i] = format::HeaderValue(record.header(), kPastHeaderFields[i]);
    }
    return values;
  }
  [[nodiscard]] std::vector<Value> Of(const HistoryEntry& deletion) const {
    std::vector<Value> values(size());
    for (const FieldChange& change : deletion.fields) {
      if (const std::optional<size_t> slot = Find(change.package, change.number)) values[*slot] = change.before;
    }
    return values;
  }

 private:
  const TypeDef& type_;
};

uint64_t NumberOf(const Value& value) {
  if (const auto* id = value.get_if<Id>()) return id->value();
  if (const auto* number = value.get_if<int64_t>()) return static_cast<uint64_t>(*number);
  return 0;
}

}  // namespace

void SetHeaderValue(record::Header& header, int32_t field, const Value& value) {
  switch (field) {
    case catalog::kHeaderOwner:
      header.owner = NumberOf(value);
      break;
    case catalog::kHeaderUnit:
      header.unit = static_cast<uint32_t>(NumberOf(value));
      break;
    case catalog::kHeaderVisibility:
      header.visibility = static_cast<uint8_t>(NumberOf(value));
      break;
    default:
      break;
  }
}

namespace {

// The entries of one life of a record: from a creation to its deletion, or to the end.
struct Life {
  std::span<const HistoryEntry> entries;
  [[nodiscard]] const HistoryEntry& creation() const { return entries.front(); }
  [[nodiscard]] bool ended() const { return entries.back().operation == Operation::kDelete; }
  [[nodiscard]] const HistoryEntry& deletion() const { return entries.back(); }
};

bool Holds(const HistoryEntry& entry, AsOf as_of) { return entry.recorded <= as_of.recorded && entry.effective <= as_of.effective; }

// The latest life that had begun and not ended then.
std::optional<Life> FindLife(std::span<const HistoryEntry> entries, AsOf as_of) {
  std::optional<Life> found;
  for (size_t begin = 0; begin < entries.size();) {
    size_t end = begin + 1;
    while (end < entries.size() && entries[end - 1].operation != Operation::kDelete) ++end;
    const Life life{entries.subspan(begin, end - begin)};
    if (Holds(life.creation(), as_of) && !(life.ended() && Holds(life.deletion(), as_of))) found = life;
    begin = end;
  }
  return found;
}

// What has been asserted for one field, up to a point.
struct Assertion {
  const Value* value = nullptr;  // nullptr: nothing yet
  Time effective;
  bool seen = false;  // a change of the field has been met, so its base is known
};

// Takes what one entry says about the fields.
void Assert(const Slots& slots, const HistoryEntry& entry, const HistoryEntry& creation, AsOf as_of, std::vector<Assertion>& held) {
  for (const FieldChange& change : entry.fields) {
    const std::optional<size_t> slot = slots.Find(change.package, change.number);
    if (!slot) continue;
    Assertion& now = held[*slot];
    if (!now.seen) {
      // What the record showed before its first change is what the creation gave it.
      now = {change.before.is_null() ? nullptr : &change.before, creation.effective, true};
    }
    const bool known = entry.recorded <= as_of.recorded && change.effective <= as_of.effective;
    if (!known || (now.value != nullptr && change.effective < now.effective)) continue;
    now.value = &change.after;
    now.effective = change.effective;
  }
}

// Whether the state at that point has anything of this entry in it.
bool Contributes(const HistoryEntry& entry, AsOf as_of) {
  if (entry.recorded > as_of.recorded) return false;
  if (entry.operation != Operation::kChange || entry.fields.empty()) return entry.effective <= as_of.effective;
  for (const FieldChange& change : entry.fields) {
    if (change.effective <= as_of.effective) return true;
  }
  return false;
}

Status NoCreation(const TypeDef& type, std::span<const HistoryEntry> entries) {
  return MakeError({.reason = Reason::kCorrupt, .type = type.name, .record = entries.front().record},
                   "the record's history does not begin with its creation");
}

record::Header HeaderOf(const Life& life, record::View current, AsOf as_of) {
  record::Header header;
  if (!life.ended()) header = current.header();
  header.id = life.creation().record.value();
  header.created = life.creation().effective.micros;
  for (const HistoryEntry& entry : life.entries) {
    if (!Contributes(entry, as_of)) continue;
    header.version = entry.sequence;
    header.updated = entry.recorded.micros;
  }
  return header;
}

}  // namespace

StatusOr<std::optional<PastRecord>> FoldHistory(const TypeDef& type, std::span<const HistoryEntry> entries, record::View current,
                                                AsOf as_of) {
  const std::optional<Life> life = FindLife(entries, as_of);
  if (!life) return std::optional<PastRecord>();
  if (life->creation().operation != Operation::kCreate) return NoCreation(type, entries);
  if (!life->ended() && current.is_null()) {
    return MakeError({.reason = Reason::kCorrupt, .type = type.name, .record = entries.front().record},
                     "the record is missing and its history does not say that it was deleted");
  }

  const Slots slots(type);
  std::vector<Value> last = life->ended() ? slots.Of(life->deletion()) : slots.Of(current);
  std::vector<Assertion> held(slots.size());
  for (const HistoryEntry& entry : life->entries) {
    if (entry.operation != Operation::kDelete) Assert(slots, entry, life->creation(), as_of, held);
  }

  PastRecord past;
  past.header = HeaderOf(*life, current, as_of);
  for (size_t i = 0; i < held.size(); ++i) {
    if (!held[i].seen) continue;
    last[i] = held[i].value == nullptr ? Value() : *held[i].value;
  }
  for (size_t i = 0; i < std::size(kPastHeaderFields); ++i) SetHeaderValue(past.header, kPastHeaderFields[i], last[type.fields.size() + i]);
  last.resize(type.fields.size());
  past.values = std::move(last);
  return std::optional<PastRecord>(std::move(past));
}

StatusOr<HistoryEntry> ReadLastHistory(const storage::Reader& reader, Id id) {
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kHistory);
  if (!cursor->SeekAtMost(format::HistoryKey(id, UINT64_MAX))) {
    if (!cursor->status().ok()) return cursor->status();
    return NotFound();
  }
  if (!IsOf(*cursor, id)) return NotFound();
  return DecodeAt(*cursor);
}

StatusOr<bool> MaySeeHistory(const Source& source, Id id) {
  if (source.access == nullptr) return true;
  const catalog::TypeDef* type = source.catalog->FindType(id.type());
  if (type == nullptr) return false;
  StatusOr<storage::View> bytes = source.reader->Get(format::kRecord, storage::IntegerKey(id.value()));
  if (bytes.ok()) return source.MaySee(*type, record::View(*bytes, &type->layout));
  if (!IsNotFound(bytes.status())) return bytes.status();

  StatusOr<HistoryEntry> last = ReadLastHistory(*source.reader, id);
  if (IsNotFound(last.status())) return false;
  if (!last.ok()) return last.status();
  return source.access->MayOfDeleted(catalog::Right::kRead, *type, *last, *source.reader);
}

void MaskEntry(const Source& source, HistoryEntry& entry) {
  if (source.access == nullptr) return;
  if (const catalog::TypeDef* type = source.catalog->FindType(entry.record.type())) source.access->Mask(*type, entry);
}

StatusOr<std::vector<HistoryEntry>> ReadHistory(const storage::Reader& reader, Id id) {
  std::vector<HistoryEntry> entries;
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kHistory);
  for (bool more = cursor->SeekAtLeast(format::HistoryKey(id, 0)); more && IsOf(*cursor, id); more = cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(HistoryEntry entry, DecodeAt(*cursor));
    entries.push_back(std::move(entry));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return entries;
}

}  // namespace kith::engine
