// Replicas: copies of one database that are written apart, offline for any time, and brought together by exchanging changes.
//
// A replica is made by Backup and opened with a node of its own (OpenOptions::node), which no other replica of the family ever had: ids
// that it gives cannot meet others. Databases bring one another up to date page by page: Database::ReadReplica there, Receive here, in any
// order, directly or through others. When all have what all have, they hold the same, whatever the order was:
//
// - Every change keeps a stamp: when it was first taken, by which node, at which place there. Clocks are hybrid (Kulkarni et al. 2014):
//   what a database takes after it has received something is recorded later than that, whatever its clock says.
// - A field has the value that was asserted for the latest time; asserted for the same time, that with the greater stamp. Values that lose
//   stay in history. So moves of a deal hold by when they happened, and what follows from them (stage, closing time) is worked out again.
// - A deletion wins over changes of that life of the record, made before or after it; a restoration begins a new life. Of two restorations
//   that with the greater stamp holds.
// - A reference to what was deleted is cleared, or its record deleted (cascade, required); to what was merged, it leads where that went.
// - Of two records with the same unique value or external reference the one created first (then the one with the smaller id) keeps it. The
//   other loses the value, and the conflict is left for people to review: the standard model makes a task of each.
// - External references are exchanged one by one: what was said last of one of a record, added or taken away, holds. Purges come over too.
// - A person erased in one is erased in all: what was written before, or elsewhere without knowing of it, goes, whenever it comes; what was
//   written knowing of it stays. A record about the person made elsewhere meanwhile goes when that replica hears of it (engine/erased.h).
//
// - Definitions, the access policy among them, come before the changes that need them. They are matched by name, and the one set last
//   holds; fields, choices and the like that one has beyond the other stay (catalog/received.h). Where the same is of another kind, or two
//   types have one number, the page is refused, and is taken once both say the same.
//
// Not exchanged: checkpoints, overwriting, the recorded axis.
#ifndef KITH_ENGINE_REPLICA_H_
#define KITH_ENGINE_REPLICA_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/value.h"
#include "kith/catalog/received.h"
#include "kith/engine/history.h"

namespace kith {

// Reason of the batch by which a database that is about to become a replica deletes its own untouched seeds. Nothing of such a record is
// given to others: they have seeds of their own.
inline constexpr std::string_view kSeedsGivePlace = "seeds give place to those of another replica";

// One change as another replica needs it.
struct ReplicaChange {
  HistoryEntry entry;                      // complete as in FeedPage; nothing repeated
  Stamp life;                              // of the creation that began the life of the record which it changes
  uint8_t origin = 0;                      // of a creation: the record's Origin
  std::vector<ExternalRef> external_refs;  // that it adds; what it takes away: engine/external_refs.h
};
// What a change of a definition's record says.
[[nodiscard]] StatusOr<catalog::Definition> DefinitionIn(const ReplicaChange& change);

struct ReplicaPage {
  // What the numbers of its packages, fields and choices mean: the catalog of the database read, or one that holds what the page needs of
  // it. nullptr: the receiver's own.
  std::shared_ptr<const catalog::Catalog> catalog;
  catalog::PackageNames packages;      // there, by the numbers in its definitions
  uint16_t node = 0;                   // of the database read
  uint64_t after = 0;                  // where the page begins
  uint64_t scanned = 0;                // where the next one does
  uint64_t own = 0;                    // the last change of the receiver's own that was left out
  bool more = false;                   // there is more behind it by now
  std::vector<ReplicaChange> changes;  // definitions first: changes of their records, as these stand
};

// Two changes that do not fit together, and what became of it.
struct ReplicaConflict {
  std::string type;
  Id record;          // that lost something, or does not keep to a rule
  std::string field;  // or the external system; empty: the record as such
  std::string value;  // what it lost
  Id other;           // that keeps it; may be null
  std::string message;
};

struct ReceiveReport {
  uint64_t taken = 0;    // changes that are new here
  uint64_t known = 0;    // that had come before
  uint64_t dropped = 0;  // of lives that have ended here
  std::vector<ReplicaConflict> conflicts;
};

}  // namespace kith

#endif  // KITH_ENGINE_REPLICA_H_
