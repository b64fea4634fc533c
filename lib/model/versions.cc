// The versions of a pipeline, and as which stage of one of them a stage counts.
#include "kith/model/versions.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "kith/engine/referring.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

using Json = nlohmann::ordered_json;

Id IdIn(const Json& json) {
  const auto found = json.find("id");
  return found != json.end() && found->is_number_unsigned() ? Id(found->get<uint64_t>()) : Id();
}

// A definition as a migration keeps it, with its ids.
StatusOr<Pipeline> ReadDefinition(std::string_view text) {
  KITH_ASSIGN_OR_RETURN(Pipeline pipeline, PipelineFromJson(text));
  const Json json = Json::parse(text, nullptr, false);
  pipeline.id = IdIn(json);
  for (const Json& item : json["stages"]) {
    for (Stage& stage : pipeline.stages) {
      if (stage.name == item.value("name", std::string())) stage.id = IdIn(item);
    }
  }
  return pipeline;
}

bool InUse(const Pipeline& pipeline, Id id) {
  const Stage* stage = pipeline.Find(id);
  return stage != nullptr && !stage->archived;
}

// The nearest stage of the same kind that `counts` says something about: before it, else after it.
Id NearestOfKind(const Pipeline& pipeline, const Stage& of, const std::map<Id, Id>& counts) {
  Id nearest;
  bool passed = false;
  for (const Stage& stage : pipeline.stages) {
    passed |= stage.id == of.id;
    const auto found = counts.find(stage.id);
    if (stage.kind != of.kind || found == counts.end()) continue;
    if (passed && !nearest.is_null()) break;
    nearest = found->second;
    if (passed) break;
  }
  return nearest;
}

void FillFromNeighbours(const Pipeline& pipeline, std::map<Id, Id>& counts) {
  const std::map<Id, Id> known = counts;
  for (const Stage& stage : pipeline.stages) {
    if (stage.archived || known.count(stage.id) != 0) continue;
    if (const Id as = NearestOfKind(pipeline, stage, known); !as.is_null()) counts.emplace(stage.id, as);
  }
}

// What the stages in use before count as after one migration.
std::map<Id, Id> Forward(const PipelineVersion& before, const PipelineVersion& after) {
  std::map<Id, Id> counts;
  for (const Stage& stage : before.pipeline.stages) {
    if (stage.archived) continue;
    const auto mapped = after.plan.map.find(stage.name);
    const Stage* target = mapped == after.plan.map.end() ? nullptr : after.pipeline.Find(mapped->second.back().stage);
    if (target != nullptr) {
      counts.emplace(stage.id, target->id);
    } else if (InUse(after.pipeline, stage.id)) {
      counts.emplace(stage.id, stage.id);
    }
  }
  FillFromNeighbours(before.pipeline, counts);
  return counts;
}

// The other way round.
std::map<Id, Id> Back(const PipelineVersion& before, const PipelineVersion& after) {
  std::map<Id, Id> counts;
  for (const Stage& stage : before.pipeline.stages) {  // in order: of several the furthest stays
    if (stage.archived) continue;
    if (InUse(after.pipeline, stage.id)) counts[stage.id] = stage.id;
    const auto mapped = after.plan.map.find(stage.name);
    if (mapped == after.plan.map.end()) continue;
    for (const StageTarget& to : mapped->second) {
      const Stage* target = after.pipeline.Find(to.stage);
      if (target != nullptr && !InUse(before.pipeline, target->id)) counts[target->id] = stage.id;
    }
  }
  FillFromNeighbours(after.pipeline, counts);
  return counts;
}

}  // namespace

StatusOr<std::vector<PipelineVersion>> PipelineVersions(const Snapshot& snapshot, Id pipeline) {
  KITH_ASSIGN_OR_RETURN(Pipeline present, GetPipeline(snapshot, pipeline));
  KITH_ASSIGN_OR_RETURN(const record::View record, snapshot.Get(pipeline));
  std::vector<PipelineVersion> versions(1);
  versions[0].since = Time{record.header().created};
  const catalog::TypeDef* type = snapshot.catalog().FindType(kMigrationType);
  const auto told = [&](std::string_view field) {
    return !snapshot.IsMasked(*type, static_cast<int32_t>(type->FindField(field)->position));
  };
  if (type != nullptr && told("before") && told("plan")) {  // one after the other by index and by id alike
    KITH_RETURN_IF_ERROR(ForEachWith(snapshot, *type, *type->FindField("pipeline"), Value(pipeline), [&](record::View view) -> Status {
      KITH_ASSIGN_OR_RETURN(versions.back().pipeline, ReadDefinition(view.GetText(type->FindField("before")->position)));
      PipelineVersion& next = versions.emplace_back();
      next.since = Time{view.header().created};
      next.migration = view.id();
      KITH_ASSIGN_OR_RETURN(next.plan, MigrationPlanFromJson(view.GetText(type->FindField("plan")->position)));
      return absl::OkStatus();
    }));
  }
  versions.back().pipeline = std::move(present);
  return versions;
}

std::map<Id, Id> StagesAs(const std::vector<PipelineVersion>& versions, int64_t version) {
  std::map<Id, Id> as;
  const auto wanted = std::find_if(versions.begin(), versions.end(), [&](const auto& v) { return v.pipeline.version == version; });
  if (wanted == versions.end()) return as;
  const auto at = static_cast<size_t>(wanted - versions.begin());
  for (const Stage& stage : wanted->pipeline.stages) {
    if (!stage.archived) as.emplace(stage.id, stage.id);
  }
  // From the neighbouring version outwards: what a stage becomes there is known already.
  const auto take = [&](const Pipeline& from, const std::map<Id, Id>& step) {
    for (const Stage& stage : from.stages) {
      const auto next = step.find(stage.id);
      if (stage.archived || next == step.end()) continue;
      if (const auto known = as.find(next->second); known != as.end()) as.emplace(stage.id, known->second);
    }
  };
  for (size_t i = at; i > 0; --i) take(versions[i - 1].pipeline, Forward(versions[i - 1], versions[i]));
  for (size_t i = at + 1; i < versions.size(); ++i) take(versions[i].pipeline, Back(versions[i - 1], versions[i]));
  return as;
}

}  // namespace kith::model
