// What the standard package means: opening a database that has it, pipelines and stages, moving deals, reading a pipeline's statistics.
// Addresses behaviours and roles, never type names: opportunity is merely the first pipelined type.
#ifndef KITH_MODEL_MODEL_H_
#define KITH_MODEL_MODEL_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/database.h"
#include "kith/model/funnel_tables.h"

namespace kith::model {

// The rules and derivations of this library; `options.extensions` for Database::Open.
[[nodiscard]] const Extensions& StandardExtensions();

// Database::Open with the standard extensions, and the standard package ensured (unless read-only).
[[nodiscard]] StatusOr<std::shared_ptr<Database>> OpenDatabase(std::string_view path, OpenOptions options);

// --- pipelines
// Stages are external references of this system, key "<pipeline>/<stage>"; pipelines too, key "<pipeline>".
inline constexpr std::string_view kStageSystem = "kith.stage";
inline constexpr std::string_view kPipelineSystem = "kith.pipeline";

[[nodiscard]] StatusOr<Pipeline> GetPipeline(const Snapshot& snapshot, std::string_view name);
[[nodiscard]] StatusOr<Pipeline> GetPipeline(const Snapshot& snapshot, Id pipeline);
// Every pipeline, for one pipelined type or (empty) for all.
[[nodiscard]] StatusOr<std::vector<Pipeline>> GetPipelines(const Snapshot& snapshot, std::string_view for_type = {});
// Adds a pipeline with its stages to a batch: creates what is absent, by name, and gives what is there the values of `pipeline`; a stage
// that it does not list stays as it is, since stages are archived and never removed. Ids are not read. Positions are kept when they ascend,
// else the order of the list counts. Round trip with GetPipeline. For JSON see PipelineFromJson. Errors, kept in the batch: UnknownType,
// NotPipelined, BatchMalformed (a name that is empty, taken, too long or has a "/"). A change of order, kinds or stages counts every deal
// of the pipeline anew within the write.
void DefinePipeline(Batch& batch, const Pipeline& pipeline);
// {"name": "legal", "for_type": "matter", "stages": [{"name": "intake", "kind": "open", "labels": {...}, "max_dwell_days": 30,
//   "events": [{"name": "letter sent", "of": "engagement", "condition": "state == 'sent'", "by": "matter", "at": "sent_on"}]}, ...]}
// Of a stage also "optional", "entry", "exit", "steps" and "actions": see pipeline.h and capi/kith.h.
[[nodiscard]] StatusOr<Pipeline> PipelineFromJson(std::string_view json);
[[nodiscard]] std::string ToJson(const Pipeline& pipeline);

// --- moves
struct MoveOptions {
  std::optional<Time> at;  // unset: the time of apply; not in the future
  MoveCause cause = MoveCause::kManual;
  std::string_view reason;
  ExternalRef external;  // set: the move is created only when no move has this reference yet, so that an import repeats without effect
};
// Adds a move of a pipelined record to the stage "<pipeline>/<stage>" to a batch. Free: it may skip, go back, loop, reopen. The move is the
// truth; the record's stage, pipeline, closed_at follow from its latest move when the batch is applied. Returns the move's local reference.
// A move is put right by setting its `at` or `to`, taken back by deleting it; one with a past time finds its place among the others. An
// open record that changes owner gets a move to the stage it is in, of cause event, so that statistics know who held it when. The amount on
// the move into a won stage follows the record's. Errors: NotPipelined (in the batch when it can tell), UnknownStage, UnknownPipeline (one
// for another type), StageArchived, EffectiveInFuture, ReferenceMissing.
Id Move(Batch& batch, Id record, std::string_view stage_path, const MoveOptions& options = {});

// A record's moves, by (at, order of recording).
struct MoveRecord {
  Id id;
  Id from;
  Id to;
  Time at;
  MoveCause cause = MoveCause::kManual;
  Id owner;
  Money amount;
  std::string reason;
};
// NotFound when the record is absent or not visible; NotPipelined.
[[nodiscard]] StatusOr<std::vector<MoveRecord>> GetMoves(const Snapshot& snapshot, Id record);

// --- statistics
struct TablesOptions {
  std::optional<Time> as_of;     // unset: the snapshot's recorded time. Effective axis
  std::optional<Time> recorded;  // as far as the database knew then: read from history instead of aggregates (slow)
  bool from_paths = false;       // ignore aggregates (the oracle)
  // As if moves that overrode what a stage asks for had not been made (D09): the record stayed where it was until its next move. Read from
  // paths.
  bool without_overrides = false;
};
// The statistics of a pipeline for the snapshot's viewer: from aggregates for the system, from the paths of visible records for others. As
// of now they cost the rows and the open deals, however long history is; as of a past time also the deals that moved since. What has been
// taken back or deleted counts at no time, unless `recorded` asks for what was known before. Once a migration has taken stages away, they
// are as the version in force sees all of history (versions.h), from paths. Errors: UnknownPipeline.
[[nodiscard]] StatusOr<FunnelTables> ReadTables(const Snapshot& snapshot, Id pipeline, const TablesOptions& options = {});

// The paths behind the statistics: every visible record's moves within the pipeline up to as_of, by id. Costs every record of the type.
[[nodiscard]] StatusOr<std::vector<DealPath>> ReadPaths(const Snapshot& snapshot, Id pipeline, const TablesOptions& options = {});

}  // namespace kith::model

#endif  // KITH_MODEL_MODEL_H_
