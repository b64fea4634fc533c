// The passes of Verify. Each recomputes one kind of derived data and says what differs.
//
// A pass compares digests of what is stored with digests of what should be, gathered while the records and their history are read once.
// Only where two digests differ is the data gone through again, entry by entry, to name what is wrong.
#ifndef KITH_LIB_ENGINE_VERIFY_INTERNAL_H_
#define KITH_LIB_ENGINE_VERIFY_INTERNAL_H_

#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/digest.h"
#include "engine/read_internal.h"

namespace kith::engine {

// What is wrong: the first ones in words, the others counted.
class Problems {
 public:
  void Add(std::string problem);
  // The list, with a last line for those not listed.
  [[nodiscard]] std::vector<std::string> Take();
  void Append(Problems other);

 private:
  std::vector<std::string> listed_;
  uint64_t unlisted_ = 0;
};

// What Repair has to look at: the same findings, for a program.
struct Damage {
  std::set<uint32_t> indexes;          // by number: to be built again
  std::set<uint32_t> foreign_indexes;  // numbers with entries, but no index
  std::set<std::string> derivations;   // by name: rows to be recomputed
  std::vector<std::string> foreign_rows;
  std::set<uint64_t> records;  // whose history does not give them
  bool feed = false;           // history and feed differ, or sequences are missing
  bool externals = false;
  bool state = false;  // counters, last sequence, last recorded time
};

// What the passes share. All of it belongs to one snapshot.
// What an error that a pass came upon says of the file. That memory cannot be had says nothing of it: thrown, as where any other cannot.
[[nodiscard]] std::string ProblemOf(const Status& status);

struct Verification {
  const storage::Reader& reader;
  const Snapshot& snapshot;
  const Extensions& extensions;
  std::shared_ptr<const Programs> programs;  // of the snapshot's catalog
  VerifyReport report = {};
  Problems problems = {};
  Damage damage = {};

  // Gathered by the passes over records and history for those after them.
  std::map<uint32_t, Multiset> expected = {};  // entries of ordered indexes, by index number
  Multiset feed = {};                          // what history says that the feed should be
  IdSet records = {};
  absl::flat_hash_set<uint64_t> malformed = {};                      // records that no pass may read
  std::map<std::pair<TypeNumber, uint16_t>, uint32_t> highest = {};  // sequence of an id, by type and node

  std::map<uint64_t, uint64_t> lost = {};  // sequences that a repair found to be lost: first to last

  // Indexes that are not whole yet, with the last id done; and those whose entries are on their way out.
  std::map<uint32_t, uint64_t> building = {};
  std::set<uint32_t> dropping = {};

  [[nodiscard]] const catalog::Catalog& catalog() const { return snapshot.catalog(); }
  // "account 8796093022209", "record 77" for an unknown type.
  [[nodiscard]] std::string NameOf(Id id) const;
  void SawId(Id id);
  // Adds the error that ended a cursor, if any.
  void EndOf(const storage::Cursor& cursor, std::string_view what);
};

// All passes, over the run's snapshot.
void RunPasses(Verification& run);

// The number that a key of kRecord or kFeed holds.
[[nodiscard]] inline uint64_t RecordNumber(std::string_view key) {
  uint64_t number = 0;
  std::memcpy(&number, key.data(), sizeof(number));
  return number;
}

// Every record that VerifyRecords found no fault with the bytes of.
void ForEachRecord(Verification& run, const std::function<void(const catalog::TypeDef& type, record::View record)>& visit);

void VerifyRecords(Verification& run);     // bytes, headers, references; the first pass
void VerifyIndexes(Verification& run);     // ordered indexes: that they have what the records give, unique keys
void VerifyColumns(Verification& run);     // column indexes, made anew
void VerifyTexts(Verification& run);       // text indexes, against the terms of all records
void VerifyHistory(Verification& run);     // order, and that the fold is the record
void VerifyFeed(Verification& run);        // that it is the history in another order; after VerifyHistory
void VerifyExternals(Verification& run);   // external references, both ways
void VerifyCounters(Verification& run);    // no id above its counter; after VerifyRecords and VerifyHistory
void VerifyAggregates(Verification& run);  // against each derivation's own recomputation
void VerifyRules(Verification& run);       // what each rule sees to

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_VERIFY_INTERNAL_H_
