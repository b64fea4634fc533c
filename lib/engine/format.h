// The bytes of a database above storage: which keyspaces there are, what their keys and values are. The one place that knows.
#ifndef KITH_LIB_ENGINE_FORMAT_H_
#define KITH_LIB_ENGINE_FORMAT_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/history.h"
#include "kith/storage/storage.h"

namespace kith::format {

// The format above storage; a file with a greater one is refused (FormatNewer).
inline constexpr uint32_t kVersion = 1;

// Keyspaces in the order of Keyspaces(); the position is the storage::Keyspace.
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

// Names in kMeta.
inline constexpr std::string_view kMetaState = "state";             // last sequence, last recorded time, catalog version
inline constexpr std::string_view kMetaCounterPrefix = "counter/";  // + type (2 bytes) node (2 bytes) -> last id sequence
inline constexpr std::string_view kMetaCheckpointPrefix = "checkpoint/";
inline constexpr std::string_view kMetaDerivationPrefix = "derivation/";  // + name -> version
inline constexpr std::string_view kMetaBuildPrefix = "build/";            // + index number -> last id done: an index being built

struct State {
  uint64_t sequence = 0;
  Time recorded;
  uint64_t catalog_version = 0;
};
[[nodiscard]] std::string EncodeState(const State& state);
[[nodiscard]] StatusOr<State> DecodeState(std::string_view bytes);

[[nodiscard]] std::string HistoryKey(Id record, uint64_t sequence);
[[nodiscard]] std::string EncodeHistory(const HistoryEntry& entry);
// Record and sequence come from the key.
[[nodiscard]] StatusOr<HistoryEntry> DecodeHistory(Id record, uint64_t sequence, std::string_view bytes);

struct FeedValue {
  Id record;
  Operation operation = Operation::kChange;
  Time recorded;
};
[[nodiscard]] std::string EncodeFeed(const FeedValue& value);
[[nodiscard]] StatusOr<FeedValue> DecodeFeed(std::string_view bytes);

// Forward: 'f' type (2) system key -> id (8 bytes big-endian). Reverse: 'r' id (8) system key -> empty.
[[nodiscard]] std::string ExternalKey(TypeNumber type, const ExternalRef& external);
[[nodiscard]] std::string ExternalReverseKey(Id id, const ExternalRef& external);
[[nodiscard]] std::string ExternalReversePrefix(Id id);
[[nodiscard]] StatusOr<ExternalRef> DecodeExternalReverse(std::string_view key);

// Index number (4) | encoded parts, cut at limits::kIndexKeyBytes | id (8). A cut key is followed by a re-check against the record where
// equality matters (unique, equal ranges). `get(position)` gives the record's value, header fields included.
using ValueAt = std::function<Value(int32_t position)>;
struct IndexEntry {
  std::string key;
  std::string value;      // packed covered values
  bool has_null = false;  // a null part: no collision under unique
  bool cut = false;
};
void MakeIndexEntry(const catalog::IndexDef& index, Id id, const ValueAt& get, IndexEntry& out);
[[nodiscard]] inline Id IndexEntryId(std::string_view key) { return Id(ReadU64(key.data() + key.size() - 8)); }
// A record's value at a field's position or header field.
[[nodiscard]] Value ValueOf(record::View view, int32_t position);

}  // namespace kith::format

#endif  // KITH_LIB_ENGINE_FORMAT_H_
