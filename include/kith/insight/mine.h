// Stages found in what was done (C11): a proposal from past activities of won and lost records, and a replay of a definition on them.
//
//   KITH_ASSIGN_OR_RETURN(const std::vector<Trace> traces, ReadTraces(*snapshot, pipeline));
//   const StageProposal proposal = ProposeStages(traces);
//   const Replay replay = ReplayStages(proposal.stages, traces);   // which stages each record would have had, and which have no place
//
// Order is that of the heuristics miner's dependency measure (Weijters, van der Aalst and Alves de Medeiros, "Process mining with the
// HeuristicsMiner algorithm", BETA working paper 166, 2006), (n(a, b) - n(b, a)) / (n(a, b) + n(b, a) + 1), here of first occurrences: n(a,
// b) records did a for the first time before they first did b. A stage begins where everything before it comes first; what comes now in one
// order and now in the other is one stage. Counts between stages are a directly-follows graph. All but ReadTraces are pure functions.
#ifndef KITH_INSIGHT_MINE_H_
#define KITH_INSIGHT_MINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/snapshot.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight {

struct Activity {
  std::string name;  // "interaction:meeting", "quote:sent", "opportunity:budget"
  Time at;
};
// What was done about one record, oldest first, and what became of it.
struct Trace {
  Id record;
  model::StageKind outcome = model::StageKind::kOpen;
  std::vector<Activity> activities;
};

// The activities about every record that has moves in a pipeline, as far as the viewer sees them: interactions by their kind, documents by
// each state they got to, fields of the record that were empty and got a value after it was created. By record. Costs the records, what
// refers to them, and their histories. Errors: UnknownPipeline, NotPipelined.
[[nodiscard]] StatusOr<std::vector<Trace>> ReadTraces(const Snapshot& snapshot, Id pipeline);

struct MineOptions {
  double least_share = 0.25;   // of won records that did an activity, for it to found a stage
  double least_order = 0.5;    // dependency from which two activities have an order
  double usual_share = 0.75;   // of won records that pass a stage, for it not to be optional
  int64_t least_records = 20;  // closed records, without which nothing is proposed
};

struct ActivityCount {
  std::string name;
  int64_t records = 0;  // that did it, closed ones
  int64_t won = 0;
  int64_t lost = 0;
};
struct ProposedStage {
  std::string name;                       // of the activity that most records did
  std::vector<ActivityCount> activities;  // most records first
  int64_t records = 0;                    // closed ones that got there
  int64_t won = 0;
  int64_t lost = 0;
  bool optional = false;
  int64_t in_order = 0;  // records that did something of the stage before for the first time before they did something of this one
  int64_t reversed = 0;  // the other way round
};
struct StageFlow {
  size_t from = 0;  // index of a stage; `to` of the end is stages.size()
  size_t to = 0;
  int64_t records = 0;  // that went from one to the other directly
};
struct StageProposal {
  std::vector<ProposedStage> stages;  // in order
  std::vector<StageFlow> flows;       // by from, to
  std::vector<ActivityCount> left;    // too rare to found a stage, most records first
  int64_t records = 0;                // closed ones that the proposal rests on
  int64_t missing = 0;                // closed records that are still needed; then there are no stages
};
[[nodiscard]] StageProposal ProposeStages(const std::vector<Trace>& traces, const MineOptions& options = {});

// A proposal as a definition: stages of the activities' names, won and lost at the end. For model::DefinePipeline, or a migration.
[[nodiscard]] model::Pipeline PipelineOf(const StageProposal& proposal, std::string name, std::string for_type);

struct ReplayedEntry {
  size_t stage = 0;  // index
  Time at;
};
struct ReplayedRecord {
  Id record;
  std::vector<ReplayedEntry> entries;  // forward only
  int64_t backward = 0;                // activities of a stage before the one it was in
};
struct Replay {
  std::vector<ReplayedRecord> records;  // that get to a stage, by record
  std::vector<Id> unmapped;             // that did nothing the stages know
  std::vector<ActivityCount> unknown;   // activities that no stage knows, most records first
  std::vector<int64_t> reached;         // records by stage, at that stage or passed by it for the first time
};
// What a definition would have said of the past: a record enters a stage with its first activity there, unless it was further by then.
[[nodiscard]] Replay ReplayStages(const std::vector<ProposedStage>& stages, const std::vector<Trace>& traces);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_MINE_H_
