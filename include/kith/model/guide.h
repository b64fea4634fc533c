// Where a record stands in its pipelines, what its stages still ask for, and what to do next.
//
//   KITH_ASSIGN_OR_RETURN(const Guide guide, GetGuide(*snapshot, deal));
//   for (const Track& track : guide.tracks) {
//     for (const AskedItem& one : track.asked) if (!one.met) ...   // a criterion to meet, a step to do
//   }
//   CompleteStep(batch, deal, "default/qualified/demo", {.evidence = meeting});
//
// Criteria are asked of the record as the snapshot's viewer sees it; the writer asks them of the whole record.
#ifndef KITH_MODEL_GUIDE_H_
#define KITH_MODEL_GUIDE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/batch.h"
#include "kith/engine/snapshot.h"
#include "kith/model/pipeline.h"

namespace kith::model {

// Stage items are external references of this system, key "<pipeline>/<stage>/<item>".
inline constexpr std::string_view kStageItemSystem = "kith.stage_item";

struct AskedItem {
  StageItem item;
  Id stage;             // whose item it is
  bool met = false;     // of a criterion: it holds; of a step: it is done, with its evidence
  Id completion;        // of a step that is done
  Id evidence;          // of that
  std::string trouble;  // why a criterion could not be asked, for people
};

// What a move to a stage would find unmet.
struct NextStage {
  Id stage;
  std::string name;
  bool optional = false;
  bool refused = false;          // something mandatory is unmet: only an override goes through
  std::vector<AskedItem> unmet;  // in the order of stages, mandatory and advisory
};

struct Track {
  Id pipeline;
  std::string name;  // of the pipeline
  bool parallel = false;
  Id stage;
  std::string stage_name;
  StageKind kind = StageKind::kOpen;
  Time since;                      // when the record got to the stage it is in
  std::optional<Time> stay_until;  // the end of the stage's longest stay; past it the record is over time
  bool over = false;               // it is past now (the snapshot's recorded time, or GuideOptions::now)
  double progress = 1;             // steps of the stage done, as a share; 1 without steps
  std::vector<AskedItem> asked;    // exit criteria and steps of the stage, by position; entry criteria are behind the record
  std::vector<StageItem> actions;  // suggested now
  std::vector<NextStage> next;     // optional stages ahead, the first one that is not, and won when that comes next; none when closed
};

struct Guide {
  Id record;
  std::vector<Track> tracks;  // the main one first, the parallel ones by pipeline; only those that the record has a move in
};
struct GuideOptions {
  std::optional<Time> now;  // unset: the snapshot's recorded time
};
// Cost: the record's moves, and its pipelines' stages and items. Errors: NotFound when the record is absent or not visible; NotPipelined.
[[nodiscard]] StatusOr<Guide> GetGuide(const Snapshot& snapshot, Id record, const GuideOptions& options = {});

// What to do next with a record that is open in its pipeline.
struct NextAction {
  Id record;
  Id stage;
  StageItem item;  // the first action that the stage suggests, else the first thing that is unmet there
};
// Something back for an entry (R06): for every open record that a batch wrote, or that a record it wrote names, by id, once. `first` and
// `last`: the batch's sequences (Outcome). As the snapshot's viewer sees it. Cost: the batch's part of the feed, and GetGuide for each.
[[nodiscard]] StatusOr<std::vector<NextAction>> NextActionsAfter(const Snapshot& snapshot, uint64_t first, uint64_t last);

struct CompletionOptions {
  Id evidence;             // null where the step needs none
  std::optional<Time> at;  // unset: the time of apply
  std::string_view note;
};
// Adds to a batch that a step, "<pipeline>/<stage>/<step>", is done for a record; returns the completion's local reference. It is taken
// back by deleting the completion; when the evidence is deleted, a step that needs it is open again. Errors when applied: RecordMissing (no
// such step), BadOptions (an item that is no step, a step of a pipeline for other types), Required and ReferenceWrongType (the evidence).
Id CompleteStep(Batch& batch, Id record, std::string_view step_path, const CompletionOptions& options = {});

}  // namespace kith::model

#endif  // KITH_MODEL_GUIDE_H_
