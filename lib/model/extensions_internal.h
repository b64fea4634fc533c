// The rules and derivations of this room, for StandardExtensions.
#ifndef KITH_LIB_MODEL_EXTENSIONS_INTERNAL_H_
#define KITH_LIB_MODEL_EXTENSIONS_INTERNAL_H_

#include "kith/engine/extension.h"

namespace kith::model {

// Completes moves and lets stage, pipeline and closed_at follow from them.
[[nodiscard]] const Rule& MovesRule();
// Takes records to the stages that what happened leads to.
[[nodiscard]] const Rule& EventsRule();
// Refuses what stages cannot ask for, and steps done without their evidence.
[[nodiscard]] const Rule& StagesRule();
// Starts the tasks that templates declare for a state or a stage.
[[nodiscard]] const Rule& TasksRule();
// Refuses edges and references that break what their relation declares.
[[nodiscard]] const Rule& RelationsRule();
// Writes down where a person was before.
[[nodiscard]] const Rule& EmploymentsRule();
// Keeps what pools say, and who held what.
[[nodiscard]] const Rule& PoolsRule();
// Says since when something is converted.
[[nodiscard]] const Rule& ConversionsRule();
// Adds up lines, keeps versions that were sent, and parts within what there is.
[[nodiscard]] const Rule& DocumentsRule();
// Works out what a check of a store's stock means.
[[nodiscard]] const Rule& StockRule();
// Keeps the shares of a whole at 1 together.
[[nodiscard]] const Rule& PortionsRule();
// Keeps the rows of funnel_tables.h per pipeline.
[[nodiscard]] const Derivation& FunnelDerivation();
// Keeps the rows of tie.h per pair.
[[nodiscard]] const Derivation& TieDerivation();
// Keeps the rows of acquaintance.h per person.
[[nodiscard]] const Derivation& IntroductionDerivation();
// Keeps the rows of timeline.h per record.
[[nodiscard]] const Derivation& TimelineDerivation();

// A task for each conflict between replicas.
[[nodiscard]] Status ReviewConflicts(RuleContext& context, std::span<const ReplicaConflict> conflicts);

// Who belongs to whom, by the behaviours member, group and share.
[[nodiscard]] const AccessResolver& StandingOfMembers();

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_EXTENSIONS_INTERNAL_H_
