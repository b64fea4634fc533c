// Where a record stands, what is asked of it there, and what comes next.
#include "kith/model/guide.h"

#include <algorithm>
#include <set>
#include <utility>

#include "kith/engine/referring.h"
#include "model/guard_internal.h"
#include "model/path_internal.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

StatusOr<Completions> ReadCompletions(const Snapshot& snapshot, const CompletionSchema& schema, Id record) {
  Completions done;
  if (schema.type == nullptr) return done;
  KITH_RETURN_IF_ERROR(ForEachWith(snapshot, *schema.type, schema.type->fields[schema.record], Value(record), [&](record::View view) {
    done.emplace(view.GetRef(schema.step), Completed{view.id(), view.GetRef(schema.evidence)});
    return absl::OkStatus();
  }));
  return done;
}

// The moves of a record in order, also where their index covers what the viewer may not read: then every move is looked at.
Status ReadMoves(const Snapshot& snapshot, const MoveSchema& schema, Id record, std::vector<MoveEntry>& moves) {
  if (MayRead(snapshot, *schema.type, *schema.by_record)) return LoadMoves(snapshot, schema, record, moves);
  KITH_RETURN_IF_ERROR(ForEachWith(snapshot, *schema.type, schema.Field(schema.record), Value(record), [&](record::View view) {
    moves.push_back(ReadMove(schema, view));
    return absl::OkStatus();
  }));
  SortMoves(moves);
  return absl::OkStatus();
}

double ProgressOf(const std::vector<AskedItem>& asked) {
  size_t steps = 0;
  size_t done = 0;
  for (const AskedItem& one : asked) {
    if (one.item.kind != StageItemKind::kStep) continue;
    ++steps;
    done += one.met ? 1 : 0;
  }
  return steps == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(steps);
}

// The stages that may come next: optional ones ahead, up to the first that is not.
std::vector<const Stage*> StagesAhead(const Pipeline& pipeline, const Stage& at) {
  std::vector<const Stage*> ahead;
  if (at.kind != StageKind::kOpen) return ahead;
  for (const Stage& stage : pipeline.stages) {
    if (stage.archived || stage.kind == StageKind::kLost || stage.position <= at.position) continue;
    ahead.push_back(&stage);
    if (!stage.optional) break;
  }
  return ahead;
}

class Guiding {
 public:
  Guiding(const Snapshot& snapshot, const catalog::TypeDef& type, record::View record, Completions done)
      : record_(record), done_(std::move(done)), records_(snapshot), questions_(snapshot.catalog(), type, records_) {}

  // `moves`: those of the record in one track.
  StatusOr<Track> TrackOf(const Pipeline& pipeline, const std::vector<MoveEntry>& moves, Time now) {
    Track track;
    track.pipeline = pipeline.id;
    track.name = pipeline.name;
    track.parallel = pipeline.parallel;
    const Stage* stage = pipeline.Find(moves.back().to);
    if (stage == nullptr) return track;  // not visible
    track.stage = stage->id;
    track.stage_name = stage->name;
    track.kind = stage->kind;
    track.since = SinceOf(moves);
    if (stage->max_dwell_days > 0 && stage->kind == StageKind::kOpen) {
      track.stay_until = PlusDays(track.since, stage->max_dwell_days);
      track.over = *track.stay_until < now;
    }
    KITH_RETURN_IF_ERROR(questions_.AskAll(*stage, kOfLeaving, record_, done_, track.asked));
    track.progress = ProgressOf(track.asked);
    std::vector<AskedItem> actions;
    KITH_RETURN_IF_ERROR(questions_.AskAll(*stage, {StageItemKind::kAction}, record_, done_, actions));
    for (AskedItem& action : actions) track.actions.push_back(std::move(action.item));
    for (const Stage* next : StagesAhead(pipeline, *stage)) {
      KITH_ASSIGN_OR_RETURN(track.next.emplace_back(), NextOf(pipeline, *stage, *next));
    }
    return track;
  }

 private:
  // Moves to the stage it is in already, as when it changes hands, do not count.
  static Time SinceOf(const std::vector<MoveEntry>& moves) {
    size_t first = moves.size() - 1;
    while (first > 0 && moves[first - 1].to == moves.back().to) --first;
    return moves[first].at;
  }

  StatusOr<NextStage> NextOf(const Pipeline& pipeline, const Stage& from, const Stage& to) {
    NextStage next{to.id, to.name, to.optional, false, {}};
    for (const Stage& stage : pipeline.stages) {
      if (IsLeftBehind(stage, &from, to)) KITH_RETURN_IF_ERROR(questions_.AskAll(stage, kOfLeaving, record_, done_, next.unmet));
    }
    KITH_RETURN_IF_ERROR(questions_.AskAll(to, {StageItemKind::kEntry}, record_, done_, next.unmet));
    std::erase_if(next.unmet, [](const AskedItem& asked) { return asked.met; });
    next.refused = std::any_of(next.unmet.begin(), next.unmet.end(), [](const AskedItem& asked) { return asked.item.mandatory; });
    return next;
  }

  const record::View record_;
  const Completions done_;
  RecordsInSnapshot records_;
  Questions questions_;
};

}  // namespace

StatusOr<Guide> GetGuide(const Snapshot& snapshot, Id record, const GuideOptions& options) {
  KITH_ASSIGN_OR_RETURN(const Schema schema, Schema::Get(snapshot.catalog()));
  KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* type, snapshot.catalog().GetType(record.type()));
  if (!PipelinedRoles::Of(*type).has_value()) return NotPipelinedError(snapshot.catalog(), type->name, record);
  KITH_ASSIGN_OR_RETURN(const record::View view, snapshot.Get(record));
  std::vector<MoveEntry> moves;
  KITH_RETURN_IF_ERROR(ReadMoves(snapshot, schema.move, record, moves));
  std::map<Id, Pipeline> pipelines;
  std::map<Id, std::vector<MoveEntry>> tracks;  // by the pipeline when it is a parallel one; null: the main one
  for (const MoveEntry& move : moves) {
    if (move.pipeline.is_null()) continue;  // not for the viewer to read
    const auto [at, is_new] = pipelines.try_emplace(move.pipeline);
    if (is_new) {
      KITH_ASSIGN_OR_RETURN(at->second, GetPipeline(snapshot, move.pipeline));
    }
    tracks[at->second.parallel ? move.pipeline : Id()].push_back(move);
  }
  KITH_ASSIGN_OR_RETURN(Completions done, ReadCompletions(snapshot, schema.completion, record));
  Guiding guiding(snapshot, *type, view, std::move(done));
  Guide guide;
  guide.record = record;
  const Time now = options.now.value_or(snapshot.recorded());
  for (const auto& [track, of_track] : tracks) {
    KITH_ASSIGN_OR_RETURN(guide.tracks.emplace_back(), guiding.TrackOf(pipelines.at(of_track.back().pipeline), of_track, now));
  }
  return guide;
}

StatusOr<std::vector<NextAction>> NextActionsAfter(const Snapshot& snapshot, uint64_t first, uint64_t last) {
  constexpr size_t kPage = 1'000;
  const catalog::Catalog& catalog = snapshot.catalog();
  const auto pipelined = [&](Id id) {
    const catalog::TypeDef* type = catalog.FindType(id.type());
    return type != nullptr && PipelinedRoles::Of(*type).has_value();
  };
  std::set<Id> records;
  for (uint64_t at = first - (first == 0 ? 0 : 1); first != 0 && at < last;) {
    KITH_ASSIGN_OR_RETURN(const FeedPage page, snapshot.ReadFeed(at, {}, kPage));
    for (const HistoryEntry& entry : page.entries) {
      const StatusOr<record::View> view = entry.sequence > last ? absl::NotFoundError("") : snapshot.Get(entry.record);
      if (absl::IsNotFound(view.status())) continue;
      KITH_RETURN_IF_ERROR(view.status());
      if (pipelined(entry.record)) records.insert(entry.record);
      for (const catalog::FieldDef& field : catalog.FindType(entry.record.type())->fields) {
        const bool names = field.kind == Kind::kRef && !field.computed() && view->has(field.position);
        if (names && pipelined(view->GetRef(field.position))) records.insert(view->GetRef(field.position));
      }
    }
    if (page.scanned <= at) break;
    at = page.scanned;
  }
  std::vector<NextAction> next;
  for (const Id record : records) {
    const StatusOr<Guide> guide = GetGuide(snapshot, record);
    if (absl::IsNotFound(guide.status())) continue;  // named, and not there for the viewer
    KITH_RETURN_IF_ERROR(guide.status());
    if (guide->tracks.empty() || guide->tracks[0].kind != StageKind::kOpen) continue;
    const Track& track = guide->tracks[0];  // the main one
    const auto unmet = std::find_if(track.asked.begin(), track.asked.end(), [](const AskedItem& one) { return !one.met; });
    if (!track.actions.empty()) {
      next.push_back({record, track.stage, track.actions.front()});
    } else if (unmet != track.asked.end()) {
      next.push_back({record, track.stage, unmet->item});
    }
  }
  return next;
}

}  // namespace kith::model
