// How far we have come with groups of companies (C19, N12): of a head's subsidiaries, how many were worked on, won and are customers now,
// whether we reach the head's board, and whether it is time to go to the head itself, which is suggested once.
#ifndef KITH_INSIGHT_PENETRATION_H_
#define KITH_INSIGHT_PENETRATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kith/engine/batch.h"
#include "kith/engine/snapshot.h"
#include "kith/model/pipeline.h"

namespace kith::insight {

struct PenetrationOptions {
  // From the lower organisation to the upper one (model/relation.h): "account_relation.subsidiary_of"; empty: what it says it belongs to
  // (role `organisation` of behaviour "party").
  std::string relation = {};
  std::optional<Time> now = {};  // of active; unset: the snapshot's recorded time. Groups and deals are those on record now
  int64_t active_days = 365;     // a subsidiary with a deal won within so many days is active; at least 1
  double threshold = 0.5;        // share of active ones from which the head is worth a deal of its own; (0, 1]
  int64_t fewest = 3;            // subsidiaries a group must have for its share to count; at least 1
};

// A head is an organisation that belongs to none, as far as the viewer sees; its subsidiaries are all below it, at any depth. Each of
// worked, won, active counts subsidiaries, and is part of the one before.
struct GroupPenetration {
  Id head;
  std::string name;  // what people call the head
  int64_t subsidiaries = 0;
  int64_t worked = 0;  // with a deal in the pipeline, ever
  int64_t won = 0;     // with a won one
  int64_t active = 0;
  std::vector<Id> active_ones;  // ascending
  bool head_open = false;       // the head has an open deal of its own
  // Our strongest tie, by noisy-or over us, to one of the head's people of the highest level there is (role `level` of behaviour "party",
  // whose choices go from the highest down); 0 without one.
  double reach = 0;
  Id executive;                 // that person; null: none is known
  bool expand = false;          // enough of it is active, the head has no open deal, and none was suggested
  std::optional<Id> suggested;  // the deal that a suggestion became, open or closed
  [[nodiscard]] double share() const { return subsidiaries > 0 ? static_cast<double>(active) / static_cast<double>(subsidiaries) : 0; }
};
struct Penetration {
  Time now;
  std::set<std::string> masked;          // "type.field" that the viewer may not read: with any there are no groups
  std::vector<GroupPenetration> groups;  // those to expand first, then by share, then by size, then by id
};
// For the snapshot's viewer. Costs one pass over the organisations and the deals of the pipeline's type, and the ties of heads' boards.
// Errors: BadOptions (also for a pipeline whose deals name no account), those of model::Neighbours.
[[nodiscard]] StatusOr<Penetration> PenetrationOf(const Snapshot& snapshot, const model::Pipeline& pipeline,
                                                  const PenetrationOptions& options = {});

// Adds a deal with the head for each group to `expand`: named as the head, owned by its owner, in the pipeline's first stage, under an
// external reference by which it is found again. So each group is suggested once, however often this is asked and whatever becomes of the
// deal; one that is deleted is forgotten. Returns how many.
[[nodiscard]] StatusOr<size_t> SuggestExpansions(const Snapshot& snapshot, const model::Pipeline& pipeline, const Penetration& penetration,
                                                 Batch& batch);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_PENETRATION_H_
