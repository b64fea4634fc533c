// A database in memory, as simple as can be: every assertion ever made in a list, everything else worked out from it by looking at all of
// them. What the engine does is compared with it.
#ifndef KITH_TESTS_PROPERTY_ENGINE_ORACLE_H_
#define KITH_TESTS_PROPERTY_ENGINE_ORACLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kith/catalog/catalog.h"
#include "kith/engine/batch.h"
#include "kith/engine/history.h"
#include "kith/engine/viewer.h"

namespace kith::testing {

// One call on a batch. Local references count the calls that define one.
struct Op {
  enum Kind { kCreate, kUpsert, kCreateIfAbsent, kExisting, kSet, kAdd, kDelete, kLink, kUnlink, kRequireVersion, kRequireAbsent };
  Kind kind = kSet;
  std::string type;      // kCreate .. kExisting, kRequireAbsent
  ExternalRef external;  // empty: none
  Id target;             // the others; may be local
  std::string field;
  Value value;
  std::optional<Time> at;
  uint64_t version = 0;
};

// All calls of a batch, with one effective time.
struct Ops {
  std::optional<Time> effective;
  std::vector<Op> ops;
  void Fill(Batch& batch) const;
};

// "From `effective` on, the field is `value`."
struct OracleAssertion {
  Time effective;
  uint64_t sequence = 0;
  Time recorded;
  Value before;
  Value value;
};

struct OracleEntry {
  uint64_t sequence = 0;
  Time recorded;
  Operation operation = Operation::kChange;
  Time first_effective;  // the earliest moment that it says something about
  std::vector<std::pair<int32_t, OracleAssertion>> changes;
};

struct OracleRecord {
  Id id;
  const catalog::TypeDef* type = nullptr;
  Time created;
  Time recorded;
  uint64_t sequence = 0;  // of the creation
  uint8_t origin = 0;
  std::map<int32_t, Value> base;  // what the creation gave; absent and null are the same
  std::map<int32_t, std::vector<OracleAssertion>> assertions;
  bool deleted = false;
  Time deleted_effective;
  Time deleted_recorded;
  std::map<int32_t, Value> last;  // what it showed when it was deleted
  std::set<std::pair<std::string, std::string>> externals;
  std::set<std::pair<std::string, std::string>> last_externals;  // what it had before the batch that deleted it
  std::vector<OracleEntry> entries;
};

// How assertions are weighed. Anything but kRight is a planted fault: the comparison has to notice it.
enum class Fold { kRight, kBySequence, kIgnoreRecorded, kIgnoreEffective, kNoBase };

struct OracleState {
  Time created, updated;
  uint64_t version = 0;
  std::map<int32_t, Value> values;  // without nulls; header fields too
};

class Oracle {
 public:
  explicit Oracle(const catalog::Catalog& catalog) : catalog_(catalog) {}

  struct Result {
    std::string error;  // empty: applied
    std::vector<Id> ids;
    std::map<Id, Operation> changed;
  };
  // Applies a batch as of `now` or, on error, does nothing. What changed waits for its sequence numbers.
  Result Apply(const Ops& ops, Time now);
  // Gives a changed record its place in the feed.
  void Number(Id id, uint64_t sequence);

  [[nodiscard]] const std::map<Id, OracleRecord>& records() const { return records_; }  // deleted ones too
  [[nodiscard]] std::vector<Id> Live(std::string_view type) const;
  [[nodiscard]] std::optional<OracleState> At(const OracleRecord& record, AsOf as_of, Fold fold = Fold::kRight) const;
  [[nodiscard]] Value Now(const OracleRecord& record, int32_t position) const;
  [[nodiscard]] std::optional<Id> Find(TypeNumber type, const ExternalRef& external) const;
  [[nodiscard]] static std::vector<int32_t> Positions(const catalog::TypeDef& type);  // owner, unit, visibility, then the fields
  [[nodiscard]] static int32_t PositionOf(const catalog::TypeDef& type, std::string_view field);

 private:
  struct Run;
  [[nodiscard]] Value ValueAt(const OracleRecord& record, int32_t position, AsOf as_of, Fold fold) const;

  const catalog::Catalog& catalog_;
  std::map<Id, OracleRecord> records_;
  std::map<TypeNumber, uint32_t> counters_;
};

}  // namespace kith::testing

#endif  // KITH_TESTS_PROPERTY_ENGINE_ORACLE_H_
