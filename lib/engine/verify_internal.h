// The passes of Verify. Each recomputes one kind of derived data and says what differs.
#ifndef KITH_LIB_ENGINE_VERIFY_INTERNAL_H_
#define KITH_LIB_ENGINE_VERIFY_INTERNAL_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/read_internal.h"

namespace kith::engine {

// What is wrong: the first ones in words, the others counted.
class Problems {
 public:
  void Add(std::string problem);
  // The list, with a last line for those not listed.
  [[nodiscard]] std::vector<std::string> Take();

 private:
  std::vector<std::string> listed_;
  uint64_t unlisted_ = 0;
};

// What the passes share. All of it belongs to one snapshot.
struct Verification {
  const storage::Reader& reader;
  const Snapshot& snapshot;
  const Extensions& extensions;
  VerifyReport report = {};
  Problems problems = {};

  // Gathered by the pass over records for those after it.
  std::map<uint32_t, uint64_t> expected_entries = {};                // by index number
  std::map<std::pair<TypeNumber, uint16_t>, uint32_t> highest = {};  // sequence of an id, by type and node

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

void VerifyRecords(Verification& run);     // bytes, headers, references, and that the indexes have them
void VerifyIndexes(Verification& run);     // nothing stale in them, unique keys; after VerifyRecords
void VerifyColumns(Verification& run);     // column indexes, made anew
void VerifyTexts(Verification& run);       // text indexes, against the terms of all records
void VerifyHistory(Verification& run);     // order, and that the fold is the record
void VerifyFeed(Verification& run);        // that it is the history in another order; after VerifyHistory
void VerifyExternals(Verification& run);   // external references, both ways
void VerifyCounters(Verification& run);    // no id above its counter; after VerifyRecords and VerifyHistory
void VerifyAggregates(Verification& run);  // against each derivation's own recomputation

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_VERIFY_INTERNAL_H_
