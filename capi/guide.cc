// What the stages of a record ask for, and what comes next.
#include "kith/model/guide.h"

#include "answer.h"
#include "kith/engine/json.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

using kith::model::AskedItem;
using kith::model::StageItem;
using kith::model::StageItemKind;
using kith::model::StageKind;

const char* NameOf(StageKind kind) { return kind == StageKind::kOpen ? "open" : kind == StageKind::kWon ? "won" : "lost"; }

const char* NameOf(StageItemKind kind) {
  switch (kind) {
    case StageItemKind::kEntry:
      return "entry";
    case StageItemKind::kExit:
      return "exit";
    case StageItemKind::kStep:
      return "step";
    case StageItemKind::kEvent:
      return "event";
    case StageItemKind::kAction:
      break;
  }
  return "action";
}

Json Of(const StageItem& item) {
  Json json = {{"item", item.id.value()}, {"kind", NameOf(item.kind)}, {"name", item.name}};
  if (!item.labels.empty()) json["labels"] = item.labels;
  if (!item.condition.empty()) json["condition"] = item.condition;
  if (!item.evidence.empty()) json["needs_evidence"] = item.evidence;
  return json;
}

Json Of(const std::vector<AskedItem>& asked) {
  Json list = Json::array();
  for (const AskedItem& one : asked) {
    Json json = Of(one.item);
    json["stage"] = one.stage.value();
    json["mandatory"] = one.item.mandatory;
    json["met"] = one.met;
    if (!one.completion.is_null()) json["completion"] = one.completion.value();
    if (!one.evidence.is_null()) json["evidence"] = one.evidence.value();
    if (!one.trouble.empty()) json["trouble"] = one.trouble;
    list.push_back(std::move(json));
  }
  return list;
}

Json Of(const kith::model::NextStage& next) {
  return {{"stage", next.stage.value()},
          {"name", next.name},
          {"optional", next.optional},
          {"refused", next.refused},
          {"unmet", Of(next.unmet)}};
}

Json Of(const kith::model::Track& track) {
  Json json = {{"pipeline", track.pipeline.value()}, {"name", track.name},
               {"parallel", track.parallel},         {"stage", track.stage.value()},
               {"stage_name", track.stage_name},     {"kind", NameOf(track.kind)},
               {"since", kith::ToText(track.since)}};
  if (track.stay_until.has_value()) json["stay_until"] = kith::ToText(*track.stay_until);
  json["over"] = track.over;
  json["progress"] = track.progress;
  json["asked"] = Of(track.asked);
  Json& actions = json["actions"] = Json::array();
  for (const StageItem& action : track.actions) actions.push_back(Of(action));
  Json& next = json["next"] = Json::array();
  for (const kith::model::NextStage& stage : track.next) next.push_back(Of(stage));
  return json;
}

}  // namespace

extern "C" {

kith_code kith_snapshot_guide(kith_snapshot* snapshot, kith_id record, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const kith::model::Guide guide, kith::model::GetGuide(*object->snapshot, kith::Id(record)));
    Json tracks = Json::array();
    for (const kith::model::Track& track : guide.tracks) tracks.push_back(Of(track));
    return Dump({{"record", record}, {"tracks", std::move(tracks)}});
  });
}

kith_code kith_snapshot_told(kith_snapshot* snapshot, uint64_t first_sequence, uint64_t last_sequence, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    const kith::Snapshot& now = *object->snapshot;
    KITH_ASSIGN_OR_RETURN(const auto actions, kith::model::NextActionsAfter(now, first_sequence, last_sequence));
    kith::FeedPage written;
    for (uint64_t at = first_sequence - (first_sequence == 0 ? 0 : 1); first_sequence != 0 && at < last_sequence;) {
      KITH_ASSIGN_OR_RETURN(kith::FeedPage page, now.ReadFeed(at, {}, 1'000));
      for (kith::HistoryEntry& entry : page.entries) {
        if (entry.sequence <= last_sequence) written.entries.push_back(std::move(entry));
      }
      if (page.scanned <= at) break;
      at = page.scanned;
    }
    Json told = Json::parse(kith::FeedToJson(now.catalog(), written));
    told.erase("scanned");
    Json& next = told["next"] = Json::array();
    for (const kith::model::NextAction& one : actions) {
      Json action = {{"record", one.record.value()}, {"stage", one.stage.value()}};
      action.update(Of(one.item));
      next.push_back(std::move(action));
    }
    return Dump(told);
  });
}

}  // extern "C"
