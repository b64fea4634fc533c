// A record's history, and the record as it held at a point on both axes of time.
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "engine/history_view.h"
#include "engine/links.h"
#include "engine/read_internal.h"
#include "kith/base/key.h"
#include "kith/engine/merged.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;

StatusOr<HistoryEntry> DecodeAt(const storage::Cursor& cursor) {
  const storage::View key = cursor.key();
  return format::DecodeHistory(Id(ReadU64(key.data())), ReadU64(key.data() + 8), cursor.value());
}

bool IsOf(const storage::Cursor& cursor, Id id) {
  return cursor.key().size() == format::kHistoryKeyBytes && ReadU64(cursor.key().data()) == id.value();
}

// What the fold reads: entries in memory, or where they lie. One rule for both.
struct EntriesInMemory {
  using Entry = HistoryEntry;
  using Change = FieldChange;
  std::span<const HistoryEntry> all;
  [[nodiscard]] std::span<const HistoryEntry> entries() const { return all; }
  [[nodiscard]] static std::span<const FieldChange> ChangesOf(const HistoryEntry& entry) { return entry.fields; }
};
struct EntriesInPlace {
  using Entry = format::HistoryView;
  using Change = format::ChangeView;
  const format::HistoryViews& all;
  [[nodiscard]] std::span<const format::HistoryView> entries() const { return all.entries(); }
  [[nodiscard]] std::span<const format::ChangeView> ChangesOf(const format::HistoryView& entry) const { return all.ChangesOf(entry); }
};
const Value& Owned(const Value& value) { return value; }  // NOLINT(bugprone-return-const-ref-from-parameter): of a history that lives
Value Owned(const format::PackedBytes& value) { return value.Get(); }

// The header fields that history keeps, after the type's own fields.
constexpr int32_t kPastHeaderFields[] = {catalog::kHeaderOwner, catalog::kHeaderUnit, catalog::kHeaderVisibility};

uint64_t NumberOf(const Value& value) {
  if (const auto* id = value.get_if<Id>()) return id->value();
  if (const auto* number = value.get_if<int64_t>()) return static_cast<uint64_t>(*number);
  return 0;
}

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
  // The field of a slot, in a change that says nothing yet.
  [[nodiscard]] FieldChange ChangeOf(size_t slot) const {
    FieldChange change;
    const bool header = slot >= type_.fields.size();
    change.package = header ? kHeaderPackage : type_.fields[slot].package;
    change.number = header ? format::HeaderNumber(kPastHeaderFields[slot - type_.fields.size()]) : type_.fields[slot].number;
    return change;
  }
  // Whether a record has that value of the header without having been given it.
  [[nodiscard]] bool IsDefault(size_t slot, const Value& value) const { return slot >= type_.fields.size() && NumberOf(value) == 0; }
  [[nodiscard]] std::vector<Value> Of(record::View record) const {
    std::vector<Value> values(size());
    for (size_t i = 0; i < type_.fields.size(); ++i) values[i] = record.Get(i);
    for (size_t i = 0; i < std::size(kPastHeaderFields); ++i) {
      values[type_.fields.size() + i] = format::HeaderValue(record.header(), kPastHeaderFields[i]);
    }
    return values;
  }
  // What a deletion says that there was.
  template <typename Change>
  [[nodiscard]] std::vector<Value> Of(std::span<const Change> deletion) const {
    std::vector<Value> values(size());
    for (const Change& change : deletion) {
      if (const std::optional<size_t> slot = Find(change.package, change.number)) values[*slot] = Owned(change.before);
    }
    return values;
  }

 private:
  const TypeDef& type_;
};

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
template <typename Entry>
struct Life {
  std::span<const Entry> entries;
  [[nodiscard]] const Entry& creation() const { return entries.front(); }
  [[nodiscard]] bool ended() const { return entries.back().operation == Operation::kDelete; }
  [[nodiscard]] const Entry& deletion() const { return entries.back(); }
};

template <typename Entry>
bool Holds(const Entry& entry, AsOf as_of) {
  return entry.recorded <= as_of.recorded && entry.effective <= as_of.effective;
}

// The latest life that had begun and not ended then.
template <typename Entry>
std::optional<Life<Entry>> FindLife(std::span<const Entry> entries, AsOf as_of) {
  std::optional<Life<Entry>> found;
  for (size_t begin = 0; begin < entries.size();) {
    size_t end = begin + 1;
    while (end < entries.size() && entries[end - 1].operation != Operation::kDelete) ++end;
    const Life<Entry> life{entries.subspan(begin, end - begin)};
    if (Holds(life.creation(), as_of) && !(life.ended() && Holds(life.deletion(), as_of))) found = life;
    begin = end;
  }
  return found;
}

// What has been asserted for one field, up to a point: the after of a change, or its before, which is then what the creation gave.
template <typename Change>
struct HeldAssertion {
  const Change* change = nullptr;  // nullptr: no change of the field has been met, so nothing is known of its base
  bool base = false;
  Time effective;
  [[nodiscard]] bool says_nothing() const { return change == nullptr || (base && change->before.is_null()); }
  [[nodiscard]] Value value() const { return Owned(base ? change->before : change->after); }
};

// Takes what one entry says about the fields.
template <typename Entry, typename Change>
void Assert(const Slots& slots, const Entry& entry, std::span<const Change> changes, const Entry& creation, AsOf as_of,
            std::vector<HeldAssertion<Change>>& held) {
  for (const Change& change : changes) {
    const std::optional<size_t> slot = slots.Find(change.package, change.number);
    if (!slot) continue;
    HeldAssertion<Change>& now = held[*slot];
    // What the record showed before its first change is what the creation gave it.
    if (now.change == nullptr) now = {&change, true, creation.effective};
    const bool known = entry.recorded <= as_of.recorded && change.effective <= as_of.effective;
    if (!known || (!now.says_nothing() && change.effective < now.effective)) continue;
    now = {&change, false, change.effective};
  }
}

// Whether the state at that point has anything of this entry in it.
template <typename Entry, typename Change>
bool Contributes(const Entry& entry, std::span<const Change> changes, AsOf as_of) {
  if (entry.recorded > as_of.recorded) return false;
  if (entry.operation != Operation::kChange || changes.empty()) return entry.effective <= as_of.effective;
  return std::any_of(changes.begin(), changes.end(), [&](const Change& change) { return change.effective <= as_of.effective; });
}

Status NoCreation(const TypeDef& type, Id record) {
  return MakeError({.reason = Reason::kCorrupt, .type = type.name, .record = record},
                   "the record's history does not begin with its creation");
}

// A record's history at one point of both axes.
template <typename Entries>
class Fold {
 public:
  using Entry = typename Entries::Entry;
  using Change = typename Entries::Change;

  Fold(const TypeDef& type, Entries entries, record::View current, AsOf as_of)
      : type_(type), slots_(type), entries_(entries), current_(current), as_of_(as_of) {}

  // False when the record did not exist then.
  StatusOr<bool> Run() {
    life_ = FindLife(entries_.entries(), as_of_);
    if (!life_) return false;
    const Entry& creation = life_->creation();
    if (creation.operation != Operation::kCreate) return NoCreation(type_, creation.record);
    if (!life_->ended() && current_.is_null()) {
      return MakeError({.reason = Reason::kCorrupt, .type = type_.name, .record = creation.record},
                       "the record is missing and its history does not say that it was deleted");
    }
    held_.resize(slots_.size());
    for (const Entry& entry : life_->entries) {
      if (entry.operation != Operation::kDelete) Assert(slots_, entry, entries_.ChangesOf(entry), creation, as_of_, held_);
    }
    return true;
  }

  // `told(slot, value)` for each field that history has a word about. The others are what the record, or its deletion, says.
  template <typename Told>
  void ForEachTold(const Told& told) const {
    for (size_t i = 0; i < held_.size(); ++i) {
      if (held_[i].change != nullptr) told(i, held_[i].value());
    }
  }

  [[nodiscard]] record::Header Header() const {
    record::Header header;
    if (!life_->ended()) header = current_.header();
    header.id = life_->creation().record.value();
    header.created = life_->creation().effective.micros;
    for (const Entry& entry : life_->entries) {
      if (!Contributes(entry, entries_.ChangesOf(entry), as_of_)) continue;
      header.version = entry.sequence;
      header.updated = entry.recorded.micros;
    }
    return header;
  }

  [[nodiscard]] PastRecord Record() const {
    PastRecord past;
    past.header = Header();
    past.values = life_->ended() ? slots_.Of(entries_.ChangesOf(life_->deletion())) : slots_.Of(current_);
    ForEachTold([&](size_t slot, Value value) { past.values[slot] = std::move(value); });
    const size_t fields = type_.fields.size();
    for (size_t i = 0; i < std::size(kPastHeaderFields); ++i) SetHeaderValue(past.header, kPastHeaderFields[i], past.values[fields + i]);
    past.values.resize(fields);
    return past;
  }

 private:
  const TypeDef& type_;
  const Slots slots_;
  const Entries entries_;
  const record::View current_;
  const AsOf as_of_;
  std::optional<Life<Entry>> life_;
  std::vector<HeldAssertion<Change>> held_;  // by slot
};

}  // namespace

Status CheckRemembered(const Horizon& horizon, AsOf as_of) {
  if (as_of.effective >= horizon.time && as_of.recorded >= horizon.time) return absl::OkStatus();
  return MakeError({.reason = Reason::kHistoryPruned,
                    .value = ToText(std::min(as_of.effective, as_of.recorded)),
                    .hint = "ask about " + ToText(horizon.time) + " or later, or read a backup from before the pruning"},
                   "the database no longer remembers that time");
}

StatusOr<std::optional<PastRecord>> FoldHistory(const TypeDef& type, std::span<const HistoryEntry> entries, record::View current,
                                                AsOf as_of) {
  Fold fold(type, EntriesInMemory{entries}, current, as_of);
  KITH_ASSIGN_OR_RETURN(const bool existed, fold.Run());
  return existed ? std::optional(fold.Record()) : std::nullopt;
}

StatusOr<std::optional<PastRecord>> FoldHistory(const TypeDef& type, const format::HistoryViews& entries, record::View current,
                                                AsOf as_of) {
  Fold fold(type, EntriesInPlace{entries}, current, as_of);
  KITH_ASSIGN_OR_RETURN(const bool existed, fold.Run());
  return existed ? std::optional(fold.Record()) : std::nullopt;
}

StatusOr<std::optional<ToldRecord>> FoldTold(const TypeDef& type, const format::HistoryViews& entries, record::View current) {
  Fold fold(type, EntriesInPlace{entries}, current, AsOf{});
  KITH_ASSIGN_OR_RETURN(const bool exists, fold.Run());
  if (!exists) return std::optional<ToldRecord>();
  ToldRecord told;
  told.header = fold.Header();
  const size_t fields = type.fields.size();
  fold.ForEachTold([&](size_t slot, Value value) {
    if (slot >= fields) {
      SetHeaderValue(told.header, kPastHeaderFields[slot - fields], value);
    } else {
      told.values.emplace_back(slot, std::move(value));
    }
  });
  return std::optional(std::move(told));
}

void CompleteCreation(const TypeDef& type, const format::HistoryViews& history, record::View current, HistoryEntry& creation) {
  const std::span<const format::HistoryView> entries = history.entries();
  const auto later =
      std::find_if(entries.begin(), entries.end(), [&](const format::HistoryView& entry) { return entry.sequence > creation.sequence; });
  const auto deletion =
      std::find_if(later, entries.end(), [](const format::HistoryView& entry) { return entry.operation == Operation::kDelete; });
  const Slots slots(type);
  std::vector<Value> given(slots.size());
  if (deletion != entries.end()) {
    given = slots.Of(history.ChangesOf(*deletion));
  } else if (!current.is_null()) {
    given = slots.Of(current);
  }
  std::vector<bool> seen(slots.size());
  const auto take = [&](const auto& changes) {
    for (const auto& change : changes) {
      const std::optional<size_t> slot = slots.Find(change.package, change.number);
      if (!slot || seen[*slot]) continue;
      seen[*slot] = true;
      given[*slot] = Owned(change.before);
    }
  };
  take(creation.fields);
  for (const format::HistoryView& entry : std::span(later, deletion)) take(history.ChangesOf(entry));
  std::vector<FieldChange> fields;
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i].is_null() || slots.IsDefault(i, given[i])) continue;
    FieldChange& field = fields.emplace_back(slots.ChangeOf(i));
    field.after = std::move(given[i]);
    field.effective = creation.effective;
  }
  fields.insert(fields.end(), std::make_move_iterator(creation.fields.begin()), std::make_move_iterator(creation.fields.end()));
  creation.fields = std::move(fields);
}

HistoryEntry FoldIntoCreation(std::span<const HistoryEntry> past) {
  struct Held {
    Time effective;
    const FieldChange* change = nullptr;  // nullptr: what the creation gave, which the record or a later entry still says
  };
  const HistoryEntry& creation = past.front();
  std::map<std::pair<uint32_t, uint32_t>, Held> held;
  for (const HistoryEntry& entry : past) {
    for (const FieldChange& change : entry.fields) {
      if (IsOfLinks(change)) continue;  // what it has by now is known
      const Time base = change.before.is_null() ? Time{INT64_MIN} : creation.effective;
      Held& now = held.try_emplace({change.package, change.number}, Held{.effective = base}).first->second;
      if (change.effective >= now.effective) now = {change.effective, &change};
    }
  }
  HistoryEntry folded = creation;  // its stamp too: the life is still the same
  folded.repeated = 0;
  folded.sequence = past.back().sequence;
  folded.recorded = past.back().recorded;
  folded.fields.clear();
  for (const auto& [field, now] : held) {
    if (now.change == nullptr) continue;
    FieldChange& kept = folded.fields.emplace_back(*now.change);
    kept.before = Value();
  }
  return folded;
}

StatusOr<std::vector<ExternalRef>> ReadExternalRefs(const storage::Reader& reader, Id id) {
  std::vector<ExternalRef> refs;
  const std::string prefix = format::ExternalReversePrefix(id);
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kExternal);
  for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(ExternalRef ref, format::DecodeExternalReverse(cursor->key()));
    refs.push_back(std::move(ref));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return refs;
}

StatusOr<Id> FindMerged(const storage::Reader& reader, Id id) {
  const StatusOr<storage::View> found = reader.Get(format::kExternal, format::ExternalKey(id.type(), MergedRef(id)));
  if (IsNotFound(found.status())) return Id();
  KITH_RETURN_IF_ERROR(found.status());
  if (found->size() < sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "an external reference is malformed");
  return Id(ReadU64(found->data()));
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

Status ViewHistory(const storage::Reader& reader, Id id, format::HistoryViews& entries) {
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kHistory);
  for (bool more = cursor->SeekAtLeast(format::HistoryKey(id, 0)); more && IsOf(*cursor, id); more = cursor->Next()) {
    KITH_RETURN_IF_ERROR(entries.Add(id, ReadU64(cursor->key().data() + 8), cursor->value()));
  }
  return cursor->status();
}

StatusOr<std::optional<PastRecord>> ReadPast(const Source& source, const TypeDef& type, Id id, AsOf as_of, record::View* current) {
  const uint64_t number = id.value();
  const StatusOr<storage::View> bytes = source.reader->Get(format::kRecord, storage::IntegerKey(number));
  if (!bytes.ok() && !IsNotFound(bytes.status())) return bytes.status();
  const record::View now = bytes.ok() ? record::View(*bytes, &type.layout) : record::View();
  if (current != nullptr) *current = now;
  // Who may see what a record is may see what it was, and nobody else.
  KITH_ASSIGN_OR_RETURN(const bool visible, MaySeeHistory(source, id));
  if (!visible) return std::optional<PastRecord>();
  format::HistoryViews entries;
  KITH_RETURN_IF_ERROR(ViewHistory(*source.reader, id, entries));
  KITH_ASSIGN_OR_RETURN(std::optional<PastRecord> past, FoldHistory(type, entries, now, as_of));
  if (!past.has_value() || source.access == nullptr) return past;
  for (size_t i = 0; i < past->values.size(); ++i) {
    if (source.access->IsMasked(type, static_cast<int32_t>(i))) past->values[i] = Value();
  }
  return past;
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

namespace kith {
namespace {

const FieldChange* FindHeaderChange(const HistoryEntry& entry, uint32_t number) {
  const auto found = std::find_if(entry.fields.begin(), entry.fields.end(),
                                  [&](const FieldChange& change) { return change.package == kHeaderPackage && change.number == number; });
  return found == entry.fields.end() ? nullptr : &*found;
}

}  // namespace

Id MergedInto(const HistoryEntry& entry) {
  const FieldChange* change = FindHeaderChange(entry, kMergedIntoNumber);
  const Id* into = change == nullptr ? nullptr : change->after.get_if<Id>();
  return into == nullptr ? Id() : *into;
}

bool IsPurge(const HistoryEntry& entry) { return FindHeaderChange(entry, kPurgedNumber) != nullptr; }

}  // namespace kith
