// Relations: which records are connected, when, and by what. A relation is a type with behaviour "relation", whose records are the edges,
// or a reference field ("account.parent"). What must hold among edges is declared in the package (catalog::RelationDef, FieldDef::acyclic)
// and kept by the rule "relations" in the writer, so it is exact whoever writes at the same time.
//
// A relation is named by its type ("account_relation": edges of every kind), by type and kind ("account_relation.subsidiary_of"), or by
// type and reference field ("account.parent"). An edge is valid from its valid_from up to, not including, its valid_to; where one is
// missing, without end on that side. A date means its first moment in UTC.
//
// What the snapshot's viewer may not see is not there: no edge is found by it, and no walk goes through it. Errors: NotFound for a start
// that is not there; UnknownType, UnknownField and UnknownBehaviour for what is no relation; LimitExceeded past limits::kRelationSteps
// edges; those of the snapshot.
#ifndef KITH_MODEL_RELATION_H_
#define KITH_MODEL_RELATION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/engine/snapshot.h"

namespace kith::model {

// Along the edges, against them, or both. Edges of a symmetric relation lead both ways whatever is asked.
enum class Direction : uint8_t { kOut, kIn, kBoth };

struct Neighbour {
  Id record;
  Id edge;           // null when the relation is a reference field
  bool out = true;   // false: the edge leads from `record`
  std::string kind;  // of the edge; empty when it has none
  // The edge's valid time; unset: without end.
  std::optional<Time> valid_from = {};
  std::optional<Time> valid_to = {};
};

struct NeighbourOptions {
  Direction direction = Direction::kOut;
  // Edges valid then. Unset: at the snapshot's recorded time. A reference field has no valid time: BadOptions.
  std::optional<Time> at = {};
  bool ever = false;  // edges of whatever valid time
};
// The records one edge away, in the order of (record, edge).
[[nodiscard]] StatusOr<std::vector<Neighbour>> Neighbours(const Snapshot& snapshot, Id record, std::string_view relation,
                                                          const NeighbourOptions& options = {});

struct TraverseOptions {
  NeighbourOptions neighbours = {};
  uint32_t depth = 4;                   // edges from the start, at most limits::kRelationDepth
  std::vector<std::string> types = {};  // names; others are neither listed nor walked through; empty: all
  size_t limit = 10'000;                // visits, the start included
};
// A record reached, by the shortest way.
struct Visit {
  Id record;
  uint32_t depth = 0;
  size_t before = 0;    // index of the visit that it was reached from; of the start: 0
  Neighbour step = {};  // the edge from there; of the start: nothing
};
struct Traversal {
  std::vector<Visit> visits;  // by depth, the start first; then in the order of the visits they were reached from, relations, neighbours
  bool truncated = false;     // `limit` was reached: there is more
  // The records from the start to a visit.
  [[nodiscard]] std::vector<Id> PathTo(size_t visit) const;
};
// Breadth first along any of `relations`. Each record is visited once.
[[nodiscard]] StatusOr<Traversal> Traverse(const Snapshot& snapshot, Id start, std::span<const std::string> relations,
                                           const TraverseOptions& options = {});

// A sum over a group: a record and everything below it, such as the revenue of a company with its subsidiaries as of a date.
struct GroupQuestion {
  std::string relation;         // from the lower record to the upper one: "account_relation.subsidiary_of", "account.parent"
  std::optional<Time> at = {};  // who belongs to the group then; as NeighbourOptions::at
  std::string type = {};        // of the records summed: "order"; empty: the members themselves
  std::string via = {};         // its reference to the member: "account"; empty with `type` empty
  std::string field = {};       // money; empty: records are counted alone
  std::string where = {};       // which of them, in CEL (query/query.h); empty: all
};
struct GroupTotal {
  std::vector<Id> members;    // the record first, as Traverse lists them
  int64_t records = 0;        // summed
  std::vector<Money> totals;  // one a currency, by code; nothing is converted
};
// Errors: as above; those of queries for `type`, `via`, `field` and `where`; ArithmeticOverflow; LimitExceeded for a group of more than
// limits::kRelationSteps members.
[[nodiscard]] StatusOr<GroupTotal> TotalOfGroup(const Snapshot& snapshot, Id record, const GroupQuestion& question);

}  // namespace kith::model

#endif  // KITH_MODEL_RELATION_H_
