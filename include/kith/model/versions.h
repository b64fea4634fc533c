// Pipelines that change: the plan of a change, the versions there were, and statistics as each of them sees all of history.
//
// A stage is never removed and its id never changes; a version names the stages in use. What is in flight goes from one version to the
// next by moves of cause migration (crm/migrate.h), which statistics do not count. So history is never rewritten, and any version can be
// asked about all of it: a stage that a version does not know counts as the one it became or came from (D03, D05, D06, D10).
#ifndef KITH_MODEL_VERSIONS_H_
#define KITH_MODEL_VERSIONS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kith/model/model.h"

namespace kith::model {

// Where a record of a former stage goes.
struct StageTarget {
  std::string stage;  // of the new version by name, or "<pipeline>/<stage>" of another pipeline of the type
  std::string when;   // CEL over the record (no related records); empty: all that no target before it took
  friend bool operator==(const StageTarget&, const StageTarget&) = default;
};

// A change of a pipeline: split, merge, add, reorder, rename, archive in one.
struct MigrationPlan {
  Pipeline pipeline;                                                 // as it shall be. A stage that it does not list is archived
  std::map<std::string, std::string, std::less<>> renamed;           // former name to new name: the stage stays the same
  std::map<std::string, std::vector<StageTarget>, std::less<>> map;  // by former name, in the order in which the targets are tried
};

// {"pipeline": {... as of PipelineFromJson; "version" is given by the migration}, "rename": {"offer": "quote"},
//  "map": {"talk": "qualified", "deal": [{"to": "legal", "when": "amount > money('10000', 'CNY')"}, {"to": "terms"}]}}
[[nodiscard]] StatusOr<MigrationPlan> MigrationPlanFromJson(std::string_view json);
[[nodiscard]] std::string ToJson(const MigrationPlan& plan);

// Adds what makes `before` (as read) what the plan says, with the next version number, to a batch, but no moves. Stages keep their ids by
// name or former name; an archived one stands before what it became. A name that is no longer used still finds its stage. Nothing of the
// pipeline may have changed meanwhile: VersionConflict when applied. Errors, kept in the batch: UnknownStage (a former name that the
// pipeline does not have, a target that the plan does not list), BatchMalformed (a change of kind, targets after an unconditional one), and
// those of DefinePipeline.
void RedefinePipeline(Batch& batch, const Snapshot& snapshot, const Pipeline& before, const MigrationPlan& plan);

struct PipelineVersion {
  Pipeline pipeline;
  Time since;          // recorded time of the commit that brought it; of the first: of the pipeline's creation
  Id migration;        // null for the first
  MigrationPlan plan;  // of that migration
};
// Oldest first, the one in force last.
[[nodiscard]] StatusOr<std::vector<PipelineVersion>> PipelineVersions(const Snapshot& snapshot, Id pipeline);

// As which stage of a version each stage there ever was counts. A later stage counts as the one it was split from; merged from several, as
// the furthest of them; new, as the one before it. An earlier stage counts as the one it became; split, as the target that takes what is
// left. A stage that was in force counts as itself.
[[nodiscard]] std::map<Id, Id> StagesAs(const std::vector<PipelineVersion>& versions, int64_t version);

// ReadTables in the eyes of a version: all of history on its stages. Costs every record of the type. Errors: UnknownPipeline, OutOfRange
// (no such version).
[[nodiscard]] StatusOr<FunnelTables> ReadTablesAs(const Snapshot& snapshot, Id pipeline, int64_t version,
                                                  const TablesOptions& options = {});

}  // namespace kith::model

#endif  // KITH_MODEL_VERSIONS_H_
