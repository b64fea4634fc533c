#include "engine/format.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/history_view.h"
#include "kith/base/limits.h"
#include "kith/base/packed.h"

namespace kith::format {
namespace {

Status Corrupt(std::string_view what) {
  return MakeError({.reason = Reason::kCorrupt, .hint = "restore a backup; Verify lists what is damaged"},
                   std::string(what) + " is malformed");
}

void AppendFixed64(std::string& out, uint64_t value) { PackedWriter(out).Fixed64(value); }

// Which parts of a history entry are stored, beside the operation in the low two bits.
constexpr uint8_t kOperationMask = 0x03;
constexpr uint8_t kActorId = 0x04;
constexpr uint8_t kActorExternal = 0x08;
constexpr uint8_t kHasReason = 0x10;
constexpr uint8_t kHasEffective = 0x20;  // other than the recorded time
constexpr uint8_t kHasFields = 0x40;
constexpr uint8_t kStamped = 0x80;  // its stamp is not what follows from the key and the recorded time

bool IsOperation(uint64_t value) { return value >= 1 && value <= 3; }

// Node 0 took the change itself.
Stamp PlainStamp(const HistoryEntry& entry) { return {.recorded = entry.recorded, .node = 0, .sequence = entry.sequence}; }
bool IsStamped(const HistoryEntry& entry) { return entry.stamp.sequence != 0 && (entry.stamp != PlainStamp(entry) || entry.repeated != 0); }

uint8_t HistoryFlags(const HistoryEntry& entry) {
  uint8_t flags = static_cast<uint8_t>(entry.operation);
  if (!entry.actor.id.is_null()) flags |= kActorId;
  if (entry.actor.is_external()) flags |= kActorExternal;
  if (!entry.reason.empty()) flags |= kHasReason;
  if (entry.effective != entry.recorded) flags |= kHasEffective;
  if (!entry.fields.empty()) flags |= kHasFields;
  if (IsStamped(entry)) flags |= kStamped;
  return flags;
}

// A change that the database took itself has its own sequence and time in its stamp: both are 0 here.
void PutStamp(PackedWriter& out, const HistoryEntry& entry) {
  const Stamp& stamp = entry.stamp;
  out.Varint(stamp.node);
  out.Varint(stamp.sequence == entry.sequence ? 0 : stamp.sequence);
  out.Signed(entry.recorded.micros - stamp.recorded.micros);
  out.Varint(entry.repeated);
}

// In unsigned arithmetic: hostile bytes must not overflow.
Time Earlier(Time recorded, int64_t micros) {
  return Time{static_cast<int64_t>(static_cast<uint64_t>(recorded.micros) - static_cast<uint64_t>(micros))};
}

// What stands before an entry's changes. Texts are borrowed.
struct HistoryHead {
  Operation operation = Operation::kChange;
  Time recorded;
  Time effective;
  Id actor;
  std::string_view system;  // of an external actor
  std::string_view key;
  std::string_view reason;
  Stamp stamp;
  uint64_t repeated = 0;
  uint64_t changes = 0;
};

void PutFieldChange(PackedWriter& out, const FieldChange& change, Time recorded) {
  out.Varint(change.package);
  out.Varint(change.number);
  out.Signed(recorded.micros - change.effective.micros);
  out.Put(change.before);
  out.Put(change.after);
}

void GetStamp(PackedReader& in, HistoryHead& head) {
  const uint64_t node = in.Varint();
  const uint64_t sequence = in.Varint();
  head.stamp.recorded = Earlier(head.recorded, in.Signed());
  head.repeated = in.Varint();
  if (node > UINT16_MAX || head.repeated > UINT32_MAX) in.Fail();
  head.stamp.node = static_cast<uint16_t>(node);
  if (sequence != 0) head.stamp.sequence = sequence;
}

// False when it is malformed; `in` then stands at the first change.
bool GetHead(PackedReader& in, uint64_t sequence, HistoryHead& head) {
  const uint8_t flags = in.U8();
  if (!IsOperation(flags & kOperationMask)) return false;
  head.operation = static_cast<Operation>(flags & kOperationMask);
  head.recorded = Time{in.Signed()};
  head.effective = (flags & kHasEffective) != 0 ? Earlier(head.recorded, in.Signed()) : head.recorded;
  if ((flags & kActorId) != 0) head.actor = Id(in.Varint());
  if ((flags & kActorExternal) != 0) {
    head.system = in.Text();
    head.key = in.Text();
  }
  if ((flags & kHasReason) != 0) head.reason = in.Text();
  head.stamp = {.recorded = head.recorded, .node = 0, .sequence = sequence};
  if ((flags & kStamped) != 0) GetStamp(in, head);
  if ((flags & kHasFields) != 0) head.changes = in.Varint();
  return in.ok() && head.repeated <= head.changes;
}

// Which field a change is of, and from when: a FieldChange's or a ChangeView's.
template <typename Change>
void GetWhich(PackedReader& in, Time recorded, Change& change) {
  const uint64_t package = in.Varint();
  const uint64_t number = in.Varint();
  if (package > UINT32_MAX || number > UINT32_MAX) in.Fail();
  change.package = static_cast<uint32_t>(package);
  change.number = static_cast<uint32_t>(number);
  change.effective = Earlier(recorded, in.Signed());
}

PackedBytes GetBytes(PackedReader& in) {
  const std::string_view from = in.rest();
  static_cast<void>(in.GetPacked());
  return PackedBytes(from.substr(0, from.size() - in.rest().size()));
}

constexpr int kOperationShift = 56;
constexpr uint64_t kIdMask = (uint64_t{1} << 53) - 1;

// `get(position)` gives the value of a part, as a value or a reference.
template <typename Get>
void Fill(const catalog::IndexDef& index, Id id, const Get& get, IndexEntry& out) {
  out.key.clear();
  out.value.clear();
  out.has_null = false;
  AppendU32(out.key, index.number);
  for (const catalog::IndexPart& part : index.parts) {
    const Value& value = get(part.position);
    if (value.is_null()) out.has_null = true;
    AppendValueKey(out.key, value, part.order);
  }
  const size_t longest = sizeof(uint32_t) + limits::kIndexKeyBytes;
  out.cut = out.key.size() > longest;
  if (out.cut) out.key.resize(longest);
  AppendU64(out.key, id.value());
  PackedWriter covered(out.value);
  for (const catalog::IndexPart& part : index.cover) covered.Put(get(part.position));
}

}  // namespace

std::span<const storage::KeyspaceSpec> Keyspaces() {
  static const auto* const kSpecs = new std::array<storage::KeyspaceSpec, 8>{{
      {.name = "meta", .order = storage::KeyOrder::kBytes, .sealed = true},
      {.name = "record", .order = storage::KeyOrder::kInteger, .sealed = true},
      {.name = "history", .order = storage::KeyOrder::kBytes, .sealed = true},
      {.name = "feed", .order = storage::KeyOrder::kInteger, .sealed = true},
      {.name = "index", .order = storage::KeyOrder::kBytes, .sealed = false},
      {.name = "external", .order = storage::KeyOrder::kBytes, .sealed = false},
      {.name = "idempotency", .order = storage::KeyOrder::kBytes, .sealed = true},
      {.name = "aggregate", .order = storage::KeyOrder::kBytes, .sealed = true},
  }};
  return *kSpecs;
}

uint64_t IntegerOf(std::string_view key) {
  uint64_t number = 0;
  std::copy_n(key.data(), std::min(key.size(), sizeof(number)), reinterpret_cast<char*>(&number));
  return number;
}

std::string CounterKey(TypeNumber type, uint16_t node) {
  std::string key(kMetaCounterPrefix);
  AppendU16(key, type);
  AppendU16(key, node);
  return key;
}

void AppendPadding(std::string& value) {
  const size_t count = 8 - value.size() % 8;
  value.append(count - 1, '\0');
  value.push_back(static_cast<char>(count));
}

StatusOr<std::string_view> WithoutPadding(std::string_view stored) {
  if (stored.empty() || stored.size() % 8 != 0) return Corrupt("a value's padding");
  const auto count = static_cast<uint8_t>(stored.back());
  if (count < 1 || count > 8) return Corrupt("a value's padding");
  return stored.substr(0, stored.size() - count);
}

std::string EncodeState(const State& state) {
  std::string out;
  out.reserve(24);
  AppendFixed64(out, state.sequence);
  AppendFixed64(out, static_cast<uint64_t>(state.recorded.micros));
  AppendFixed64(out, state.catalog_version);
  return out;
}

StatusOr<State> DecodeState(std::string_view bytes) {
  PackedReader in(bytes);
  State state;
  state.sequence = in.Fixed64();
  state.recorded = Time{static_cast<int64_t>(in.Fixed64())};
  state.catalog_version = in.Fixed64();
  if (!in.done()) return Corrupt("the database's state");
  return state;
}

std::string EncodeHorizon(const Horizon& horizon) {
  std::string out;
  AppendFixed64(out, horizon.sequence);
  AppendFixed64(out, static_cast<uint64_t>(horizon.time.micros));
  return out;
}

StatusOr<Horizon> DecodeHorizon(std::string_view bytes) {
  PackedReader in(bytes);
  Horizon horizon;
  horizon.sequence = in.Fixed64();
  horizon.time = Time{static_cast<int64_t>(in.Fixed64())};
  if (!in.done()) return Corrupt("the horizon of history");
  return horizon;
}

std::string EncodeReplica(const Replica& replica) {
  std::string out;
  PackedWriter writer(out);
  writer.Varint(replica.node);
  for (const auto* map : {&replica.have, &replica.places}) {
    writer.Varint(map->size());
    for (const auto& [node, sequence] : *map) {
      writer.Varint(node);
      writer.Varint(sequence);
    }
  }
  AppendPadding(out);
  return out;
}

StatusOr<Replica> DecodeReplica(std::string_view bytes) {
  KITH_ASSIGN_OR_RETURN(const std::string_view content, WithoutPadding(bytes));
  PackedReader in(content);
  Replica replica;
  replica.node = static_cast<uint16_t>(in.Varint());
  for (auto* map : {&replica.have, &replica.places}) {
    for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
      const auto node = static_cast<uint16_t>(in.Varint());
      (*map)[node] = in.Varint();
    }
  }
  if (!in.done()) return Corrupt("what is known of other replicas");
  return replica;
}

std::string EncodeErased(const Erased& erased) {
  std::string out;
  PackedWriter writer(out);
  writer.Varint(erased.place);
  writer.Signed(erased.stamp.recorded.micros);
  writer.Varint(erased.stamp.node);
  writer.Varint(erased.stamp.sequence);
  writer.Varint(erased.person.value());
  writer.U8(erased.keep_shared ? 1 : 0);
  writer.Varint(erased.actor.id.value());
  writer.Text(erased.actor.external.system);
  writer.Text(erased.actor.external.key);
  writer.Text(erased.reason);
  AppendPadding(out);
  return out;
}

StatusOr<Erased> DecodeErased(std::string_view bytes) {
  KITH_ASSIGN_OR_RETURN(const std::string_view content, WithoutPadding(bytes));
  PackedReader in(content);
  Erased erased;
  erased.place = in.Varint();
  erased.stamp.recorded = Time{in.Signed()};
  erased.stamp.node = static_cast<uint16_t>(in.Varint());
  erased.stamp.sequence = in.Varint();
  erased.person = Id(in.Varint());
  erased.keep_shared = in.U8() != 0;
  erased.actor.id = Id(in.Varint());
  erased.actor.external.system = in.Text();
  erased.actor.external.key = in.Text();
  erased.reason = in.Text();
  if (!in.done()) return Corrupt("what is known of an erasure");
  return erased;
}

std::string ErasedKey(Id record) {
  std::string key(kMetaErasedPrefix);
  AppendU64(key, record.value());
  return key;
}

std::string ErasedAtKey(uint64_t place, Id record) {
  std::string key(kMetaErasedAtPrefix);
  AppendU64(key, place);
  AppendU64(key, record.value());
  return key;
}

std::string HistoryKey(Id record, uint64_t sequence) {
  std::string key;
  key.reserve(kHistoryKeyBytes);
  AppendU64(key, record.value());
  AppendU64(key, sequence);
  return key;
}

void EncodeHistory(const HistoryEntry& entry, std::string& bytes) {
  bytes.clear();
  PackedWriter out(bytes);
  out.U8(HistoryFlags(entry));
  out.Signed(entry.recorded.micros);
  if (entry.effective != entry.recorded) out.Signed(entry.recorded.micros - entry.effective.micros);
  if (!entry.actor.id.is_null()) out.Varint(entry.actor.id.value());
  if (entry.actor.is_external()) {
    out.Text(entry.actor.external.system);
    out.Text(entry.actor.external.key);
  }
  if (!entry.reason.empty()) out.Text(entry.reason);
  if (IsStamped(entry)) PutStamp(out, entry);
  if (!entry.fields.empty()) {
    out.Varint(entry.fields.size());
    for (const FieldChange& change : entry.fields) PutFieldChange(out, change, entry.recorded);
  }
  AppendPadding(bytes);
}

std::string EncodeHistory(const HistoryEntry& entry) {
  std::string bytes;
  EncodeHistory(entry, bytes);
  return bytes;
}

StatusOr<HistoryEntry> DecodeHistory(Id record, uint64_t sequence, std::string_view bytes) {
  KITH_ASSIGN_OR_RETURN(const std::string_view content, WithoutPadding(bytes));
  PackedReader in(content);
  HistoryHead head;
  if (!GetHead(in, sequence, head)) return Corrupt("a history entry");
  HistoryEntry entry;
  entry.record = record;
  entry.sequence = sequence;
  entry.operation = head.operation;
  entry.actor.id = head.actor;
  entry.actor.external.system = head.system;
  entry.actor.external.key = head.key;
  entry.reason = head.reason;
  entry.recorded = head.recorded;
  entry.effective = head.effective;
  entry.stamp = head.stamp;
  entry.repeated = static_cast<uint32_t>(head.repeated);
  for (uint64_t i = 0; i < head.changes && in.ok(); ++i) {
    FieldChange& change = entry.fields.emplace_back();
    GetWhich(in, head.recorded, change);
    change.before = in.Get();
    change.after = in.Get();
  }
  if (!in.done()) return Corrupt("a history entry");
  return entry;
}

Status HistoryViews::Add(Id record, uint64_t sequence, std::string_view bytes) {
  KITH_ASSIGN_OR_RETURN(const std::string_view content, WithoutPadding(bytes));
  PackedReader in(content);
  HistoryHead head;
  if (!GetHead(in, sequence, head)) return Corrupt("a history entry");
  const size_t first = changes_.size();
  for (uint64_t i = 0; i < head.changes && in.ok(); ++i) {
    ChangeView& change = changes_.emplace_back();
    GetWhich(in, head.recorded, change);
    change.before = GetBytes(in);
    change.after = GetBytes(in);
  }
  if (!in.done()) {
    changes_.resize(first);
    return Corrupt("a history entry");
  }
  HistoryView& entry = entries_.emplace_back();
  entry.record = record;
  entry.sequence = sequence;
  entry.operation = head.operation;
  entry.recorded = head.recorded;
  entry.effective = head.effective;
  entry.stamp = head.stamp;
  entry.first = first;
  entry.count = changes_.size() - first;
  return absl::OkStatus();
}

std::string EncodeFeed(const FeedValue& value) {
  std::string out;
  out.reserve(16);
  AppendFixed64(out, value.record.value() | static_cast<uint64_t>(value.operation) << kOperationShift);
  AppendFixed64(out, static_cast<uint64_t>(value.recorded.micros));
  return out;
}

StatusOr<FeedValue> DecodeFeed(std::string_view bytes) {
  PackedReader in(bytes);
  const uint64_t head = in.Fixed64();
  FeedValue value;
  value.record = Id(head & kIdMask);
  value.recorded = Time{static_cast<int64_t>(in.Fixed64())};
  if (!in.done() || !IsOperation(head >> kOperationShift)) return Corrupt("a feed entry");
  value.operation = static_cast<Operation>(head >> kOperationShift);
  return value;
}

std::string ExternalKey(TypeNumber type, const ExternalRef& external) {
  std::string key = "f";
  AppendU16(key, type);
  AppendTextKey(key, external.system);
  key.append(external.key);
  return key;
}

std::string ExternalReversePrefix(Id id) {
  std::string key = "r";
  AppendU64(key, id.value());
  return key;
}

std::string ExternalReverseKey(Id id, const ExternalRef& external) {
  std::string key = ExternalReversePrefix(id);
  AppendTextKey(key, external.system);
  key.append(external.key);
  return key;
}

StatusOr<ExternalRef> DecodeExternalReverse(std::string_view key) {
  constexpr size_t kPrefixBytes = 9;
  if (key.size() < kPrefixBytes || key[0] != 'r') return Corrupt("an external reference");
  ExternalRef external;
  size_t i = kPrefixBytes;
  for (; i + 1 < key.size(); ++i) {
    if (key[i] != '\0') {
      external.system.push_back(key[i]);
    } else if (key[i + 1] == '\0') {
      external.key = key.substr(i + 2);
      return external;
    } else {
      external.system.push_back('\0');
      ++i;
    }
  }
  return Corrupt("an external reference");
}

void MakeIndexEntry(const catalog::IndexDef& index, Id id, const ValueAt& get, IndexEntry& out) { Fill(index, id, get, out); }

void MakeIndexEntry(const catalog::IndexDef& index, const record::Header& header, std::span<const Value> values, IndexEntry& out) {
  Value scratch;
  const auto get = [&](int32_t position) -> const Value& {
    if (position >= 0) return values[static_cast<size_t>(position)];
    scratch = HeaderValue(header, position);
    return scratch;
  };
  Fill(index, Id(header.id), get, out);
}

Value HeaderValue(const record::Header& header, int32_t header_field) {
  switch (header_field) {
    case catalog::kHeaderId:
      return Id(header.id);
    case catalog::kHeaderCreated:
      return Time{header.created};
    case catalog::kHeaderUpdated:
      return Time{header.updated};
    case catalog::kHeaderOwner:
      return header.owner == 0 ? Value() : Value(Id(header.owner));
    case catalog::kHeaderUnit:
      return header.unit == 0 ? Value() : Value(int64_t{header.unit});
    case catalog::kHeaderVersion:
      return static_cast<int64_t>(header.version);
    case catalog::kHeaderVisibility:
      return int64_t{header.visibility};
    default:
      return {};
  }
}

Value ValueOf(record::View view, int32_t position) {
  return position >= 0 ? view.Get(static_cast<size_t>(position)) : HeaderValue(view.header(), position);
}

}  // namespace kith::format
