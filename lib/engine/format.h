// The bytes of a database above storage: which keyspaces there are, what their keys and values are. The one place that knows.
#ifndef KITH_LIB_ENGINE_FORMAT_H_
#define KITH_LIB_ENGINE_FORMAT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "kith/base/key.h"
#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/history.h"
#include "kith/storage/storage.h"

namespace kith::format {

// The format above storage; a file with a greater one is refused (FormatNewer).
inline constexpr uint32_t kVersion = 1;

// Keyspaces in the order of Keyspaces(); the position is the storage::Keyspace. All but kIndex and kExternal are sealed, so their values
// come back with zero padding: those of free length carry it themselves (see AppendPadding).
enum : storage::Keyspace {
  kMeta = 0,         // name -> packed value; see the names below
  kRecord = 1,       // id (integer) -> record
  kHistory = 2,      // id | sequence (16 bytes, big-endian) -> history entry
  kFeed = 3,         // sequence (integer) -> record id, operation, recorded time
  kIndex = 4,        // index number | parts | id -> covered values
  kExternal = 5,     // forward and reverse external references
  kIdempotency = 6,  // key -> content hash, outcome; and by time, to expire
  kAggregate = 7,    // derivation prefix ... -> row
};
[[nodiscard]] std::span<const storage::KeyspaceSpec> Keyspaces();

// The number that an integer key is; of a shorter key, as if zeros followed.
[[nodiscard]] uint64_t IntegerOf(std::string_view key);

// Names in kMeta.
inline constexpr std::string_view kMetaState = "state";             // last sequence, last recorded time, catalog version
inline constexpr std::string_view kMetaCounterPrefix = "counter/";  // + type (2 bytes) node (2 bytes) -> last id sequence
inline constexpr std::string_view kMetaNumberPrefix = "number/";    // + type (2) package (4) field (4) year (4) -> last auto-number (8)
inline constexpr std::string_view kMetaHorizon = "horizon";         // how far back history and feed go; absent: to the beginning
inline constexpr std::string_view kMetaReplica = "replica";         // what has been received from other replicas; absent: nothing
inline constexpr std::string_view kMetaSatisfied = "satisfied";     // packages that the catalog was found to have all of; see ensure.cc
inline constexpr std::string_view kMetaCheckpointPrefix = "checkpoint/";
inline constexpr std::string_view kMetaDerivationPrefix = "derivation/";  // + name -> version
inline constexpr std::string_view kMetaBuildPrefix = "build/";            // + index number (4) -> last id done (8): an index being built
inline constexpr std::string_view kMetaDropPrefix = "drop/";              // + index number (4): entries still to be deleted

inline constexpr std::string_view kMetaErasurePrefix = "erasure/";     // + sequence (8) -> proof of an erasure
inline constexpr std::string_view kMetaErasedPrefix = "erased/";       // + record id (8) -> its last erasure, for replicas
inline constexpr std::string_view kMetaErasedAtPrefix = "erased-at/";  // + place (8) record id (8): the same by when it became known here
inline constexpr std::string_view kMetaLostPrefix = "lost/";  // + sequence (8) -> last sequence (8): no entry of these has survived

// Of the counter of ids given; its value is the last sequence, 8 bytes big-endian.
[[nodiscard]] std::string CounterKey(TypeNumber type, uint16_t node);

// A value of free length in a sealed keyspace (checkpoints, aggregates, outcomes, history): zero bytes to a multiple of 8 whose last one
// counts them, 1..8. WithoutPadding gives what was there before; Corrupt when the count is none.
void AppendPadding(std::string& value);
[[nodiscard]] StatusOr<std::string_view> WithoutPadding(std::string_view stored);

struct State {
  uint64_t sequence = 0;
  Time recorded;
  uint64_t catalog_version = 0;
};
[[nodiscard]] std::string EncodeState(const State& state);
[[nodiscard]] StatusOr<State> DecodeState(std::string_view bytes);

[[nodiscard]] std::string EncodeHorizon(const Horizon& horizon);
[[nodiscard]] StatusOr<Horizon> DecodeHorizon(std::string_view bytes);

// What a database knows of the other replicas.
struct Replica {
  uint16_t node = 0;                    // its own when this was put
  std::map<uint16_t, uint64_t> have;    // of each other node the last change that it took and that has come here
  std::map<uint16_t, uint64_t> places;  // where the next page of each database begins
};
[[nodiscard]] std::string EncodeReplica(const Replica& replica);
[[nodiscard]] StatusOr<Replica> DecodeReplica(std::string_view bytes);

// The last erasure of a record.
struct Erased {
  uint64_t place = 0;        // of the last entry here when it became known: what is written after it, is written knowing of it
  Stamp stamp;               // one for all records of an erasure
  Id person;                 // whose data it was
  bool keep_shared = false;  // as of EraseOptions
  Actor actor;
  std::string reason;
};
[[nodiscard]] std::string EncodeErased(const Erased& erased);
[[nodiscard]] StatusOr<Erased> DecodeErased(std::string_view bytes);
[[nodiscard]] std::string ErasedKey(Id record);
[[nodiscard]] std::string ErasedAtKey(uint64_t place, Id record);

inline constexpr size_t kHistoryKeyBytes = 16;
[[nodiscard]] std::string HistoryKey(Id record, uint64_t sequence);
[[nodiscard]] std::string EncodeHistory(const HistoryEntry& entry);
void EncodeHistory(const HistoryEntry& entry, std::string& bytes);  // into a string that keeps its memory
// Record and sequence come from the key.
[[nodiscard]] StatusOr<HistoryEntry> DecodeHistory(Id record, uint64_t sequence, std::string_view bytes);

struct FeedValue {
  Id record;
  Operation operation = Operation::kChange;
  Time recorded;
};
[[nodiscard]] std::string EncodeFeed(const FeedValue& value);
[[nodiscard]] StatusOr<FeedValue> DecodeFeed(std::string_view bytes);

// Of a header field in history and index parts: its number in FieldChange, and back.
[[nodiscard]] inline uint32_t HeaderNumber(int32_t header_field) { return static_cast<uint32_t>(-header_field); }
[[nodiscard]] inline int32_t HeaderFieldOf(uint32_t number) { return -static_cast<int32_t>(number); }
using kith::kExternalRefsNumber;

// Forward: 'f' type (2) system key -> id (8 bytes big-endian). Reverse: 'r' id (8) system key -> empty.
[[nodiscard]] std::string ExternalKey(TypeNumber type, const ExternalRef& external);
[[nodiscard]] std::string ExternalReverseKey(Id id, const ExternalRef& external);
[[nodiscard]] std::string ExternalReversePrefix(Id id);
[[nodiscard]] StatusOr<ExternalRef> DecodeExternalReverse(std::string_view key);

// Index number (4) | encoded parts, cut at limits::kIndexKeyBytes | id (8). A cut key is followed by a re-check against the record where
// equality matters (unique, equal ranges). `get(position)` gives the record's value, header fields included.
inline constexpr size_t kIndexNumberBytes = 4;
using ValueAt = std::function<Value(int32_t position)>;
struct IndexEntry {
  std::string key;
  std::string value;      // packed covered values
  bool has_null = false;  // a null part: no collision under unique
  bool cut = false;
};
void MakeIndexEntry(const catalog::IndexDef& index, Id id, const ValueAt& get, IndexEntry& out);
// The same from a record in memory; values by position.
void MakeIndexEntry(const catalog::IndexDef& index, const record::Header& header, std::span<const Value> values, IndexEntry& out);
// What comes before the id in an entry's key: entries with equal (uncut) parts share it.
[[nodiscard]] inline std::string_view IndexEntryParts(std::string_view key) { return key.substr(0, key.size() - sizeof(uint64_t)); }
[[nodiscard]] inline Id IndexEntryId(std::string_view key) { return Id(ReadU64(key.data() + key.size() - 8)); }
// A record's value at a field's position or header field. Owner and id are references (null owner: null), created and updated times, unit
// (0: null), version and visibility integers.
[[nodiscard]] Value ValueOf(record::View view, int32_t position);
[[nodiscard]] Value HeaderValue(const record::Header& header, int32_t header_field);

}  // namespace kith::format

#endif  // KITH_LIB_ENGINE_FORMAT_H_
