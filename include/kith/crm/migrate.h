// Changing a pipeline while records are in flight: look first, then decide in one commit, then every record gets its move.
//
//   KITH_ASSIGN_OR_RETURN(const model::MigrationPlan plan, model::MigrationPlanFromJson(json));
//   KITH_ASSIGN_OR_RETURN(const MigrationPreview preview, PreviewMigration(*snapshot, plan));   // names what cannot be placed
//   KITH_ASSIGN_OR_RETURN(const MigrationReport report, MigratePipeline(*database, plan));
//
// The commit that decides defines the new version and keeps the plan with it: before it nothing has changed, after it all is decided,
// whoever is killed when. The moves follow in batches, with the time of that commit, so that history says of each record that it changed
// stage at that moment; what a process that dies in between leaves undone, SettleMigrations does. Meanwhile others read and write: a
// record that has not got its move yet shows its former stage, archived by then.
#ifndef KITH_CRM_MIGRATE_H_
#define KITH_CRM_MIGRATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kith/engine/database.h"
#include "kith/model/versions.h"

namespace kith::crm {

// Records that go from one stage to another.
struct Placement {
  std::string from;  // names, as the plan gives them
  std::string to;
  uint64_t records = 0;
};
struct Unplaced {
  Id record;
  std::string stage;
};
struct MigrationPreview {
  int64_t version = 0;  // that the pipeline would get
  std::vector<Placement> placements;
  std::vector<Unplaced> unplaced;  // every record that the plan says no stage for, by stage and id
};
// What a migration would do now. Errors: those of model::RedefinePipeline; of compiling a condition (ExpressionMalformed and so on).
[[nodiscard]] StatusOr<MigrationPreview> PreviewMigration(const Snapshot& snapshot, const model::MigrationPlan& plan);

struct MigrationOptions {
  Actor actor;
  std::string reason;           // kept in the history of what changes
  size_t batch_records = 2000;  // that get their move in one batch, at least 1
};
struct MigrationReport {
  Id migration;
  int64_t version = 0;
  uint64_t moved = 0;
  std::vector<Unplaced> left;  // that came into a stage while it was decided, and meet no condition: they stay in it
};
// Acts as the system. One record that cannot be placed refuses the whole (PreconditionFailed: how many, and the first), and nothing
// changes.
[[nodiscard]] StatusOr<MigrationReport> MigratePipeline(Database& database, const model::MigrationPlan& plan,
                                                        const MigrationOptions& options = {});

// Gives their moves to the records of migrations that were decided and then cut short; any number of processes may do so at once. The
// number of records moved here. One look at an index when there is nothing to do.
[[nodiscard]] StatusOr<uint64_t> SettleMigrations(Database& database, const MigrationOptions& options = {});

}  // namespace kith::crm

#endif  // KITH_CRM_MIGRATE_H_
