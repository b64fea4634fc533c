// Stages found in what was done, and a definition replayed on it.
#include "kith/insight/mine.h"

#include "answer.h"
#include "kith/base/json.h"
#include "kith/base/limits.h"
#include "kith/model/model.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

using kith::insight::ActivityCount;
using kith::insight::ProposedStage;

constexpr kith::JsonRules kRules = {.document = "the stages",
                                    .malformed = kith::Reason::kPackageMalformed,
                                    .bytes = kith::limits::kPackageBytes,
                                    .depth = kith::limits::kPackageDepth};

Json Of(const std::vector<ActivityCount>& counts) {
  Json list = Json::array();
  for (const ActivityCount& one : counts) {
    list.push_back({{"name", one.name}, {"records", one.records}, {"won", one.won}, {"lost", one.lost}});
  }
  return list;
}

Json Of(const ProposedStage& stage) {
  return {{"name", stage.name}, {"activities", Of(stage.activities)}, {"records", stage.records},   {"won", stage.won},
          {"lost", stage.lost}, {"optional", stage.optional},         {"in_order", stage.in_order}, {"reversed", stage.reversed}};
}

Json Of(const kith::insight::Replay& replay) {
  Json records = Json::array();
  for (const kith::insight::ReplayedRecord& record : replay.records) {
    Json entries = Json::array();
    for (const kith::insight::ReplayedEntry& entry : record.entries) {
      entries.push_back({{"stage", entry.stage}, {"at", kith::ToText(entry.at)}});
    }
    records.push_back({{"record", record.record.value()}, {"entries", std::move(entries)}, {"backward", record.backward}});
  }
  Json unmapped = Json::array();
  for (const kith::Id id : replay.unmapped) unmapped.push_back(id.value());
  return {{"reached", replay.reached}, {"records", std::move(records)}, {"unmapped", std::move(unmapped)}, {"unknown", Of(replay.unknown)}};
}

Json Of(const kith::insight::StageProposal& proposal, const kith::model::Pipeline& from) {
  Json stages = Json::array();
  for (const ProposedStage& stage : proposal.stages) stages.push_back(Of(stage));
  Json flows = Json::array();
  for (const kith::insight::StageFlow& flow : proposal.flows) {
    flows.push_back({{"from", flow.from}, {"to", flow.to}, {"records", flow.records}});
  }
  const kith::model::Pipeline pipeline = kith::insight::PipelineOf(proposal, from.name, from.for_type);
  return {{"records", proposal.records}, {"missing", proposal.missing}, {"stages", std::move(stages)},
          {"flows", std::move(flows)},   {"left", Of(proposal.left)},   {"pipeline", Json::parse(kith::model::ToJson(pipeline))}};
}

kith::Status MalformedStage(std::string path, std::string_view message) {
  return kith::MakeError({.reason = kith::Reason::kPackageMalformed, .field = std::move(path)}, message);
}

// [{"name": "offer", "activities": ["quote:sent", ...]}, ...]; what else a proposal says of a stage is not read.
kith::StatusOr<std::vector<ProposedStage>> StagesFrom(std::string_view text) {
  KITH_RETURN_IF_ERROR(CheckJson(text, kRules));
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return MalformedStage("$", "is not a list of stages");
  std::vector<ProposedStage> stages;
  for (size_t i = 0; i < json.size(); ++i) {
    const std::string path = "[" + std::to_string(i) + "]";
    const Json& item = json[i];
    if (!item.is_object() || !item.contains("activities") || !item["activities"].is_array()) {
      return MalformedStage(path + ".activities", "is not a list of activities");
    }
    ProposedStage& stage = stages.emplace_back();
    if (item.contains("name") && item["name"].is_string()) stage.name = item["name"].get<std::string>();
    for (const Json& activity : item["activities"]) {
      const Json* name = &activity;
      if (activity.is_object() && activity.contains("name")) name = &activity["name"];
      if (!name->is_string()) return MalformedStage(path + ".activities", "an activity is a name");
      stage.activities.push_back({name->get<std::string>(), 0, 0, 0});
    }
  }
  return stages;
}

struct History {
  kith::model::Pipeline pipeline;
  std::vector<kith::insight::Trace> traces;
};

kith::StatusOr<History> ReadHistory(const kith::Snapshot& snapshot, std::string_view pipeline) {
  History read;
  KITH_ASSIGN_OR_RETURN(read.pipeline, kith::model::GetPipeline(snapshot, pipeline));
  KITH_ASSIGN_OR_RETURN(read.traces, kith::insight::ReadTraces(snapshot, read.pipeline.id));
  return read;
}

}  // namespace

extern "C" {

kith_code kith_snapshot_mine_stages(kith_snapshot* snapshot, const char* pipeline, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(pipeline, "pipeline"));
    KITH_ASSIGN_OR_RETURN(const History read, ReadHistory(*object->snapshot, name));
    return Dump(Of(kith::insight::ProposeStages(read.traces), read.pipeline));
  });
}

kith_code kith_snapshot_replay_stages(kith_snapshot* snapshot, const char* pipeline, kith_str stages, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(pipeline, "pipeline"));
    KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(stages, "stages"));
    KITH_ASSIGN_OR_RETURN(const std::vector<ProposedStage> definition, StagesFrom(text));
    KITH_ASSIGN_OR_RETURN(const History read, ReadHistory(*object->snapshot, name));
    return Dump(Of(kith::insight::ReplayStages(definition, read.traces)));
  });
}

}  // extern "C"
