// The plan of a migration: its JSON form, and what it does to the records of a pipeline.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "kith/base/json.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/model/guide.h"
#include "kith/model/versions.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr JsonRules kPlanRules = {
    .document = "the plan", .malformed = Reason::kPackageMalformed, .bytes = limits::kPackageBytes, .depth = limits::kPackageDepth};

Status CheckMembers(const Json& json, const std::string& path, const std::set<std::string_view>& known) {
  if (!json.is_object()) return Malformed(path.empty() ? "$" : path, "is not an object");
  for (const auto& item : json.items()) {
    if (known.count(item.key()) == 0) return Malformed(JoinJsonPath(path, item.key()), "is not known here");
  }
  return absl::OkStatus();
}

StatusOr<std::string> ReadText(const Json& json, const std::string& path) {
  if (!json.is_string()) return Malformed(path, "is not a text");
  return json.get<std::string>();
}

StatusOr<StageTarget> ReadTarget(const Json& json, const std::string& path) {
  StageTarget target;
  if (json.is_string()) {
    target.stage = json.get<std::string>();
    return target;
  }
  KITH_RETURN_IF_ERROR(CheckMembers(json, path, {"to", "when"}));
  if (!json.contains("to")) return Malformed(JoinJsonPath(path, "to"), "is missing");
  KITH_ASSIGN_OR_RETURN(target.stage, ReadText(json["to"], JoinJsonPath(path, "to")));
  if (json.contains("when")) {
    KITH_ASSIGN_OR_RETURN(target.when, ReadText(json["when"], JoinJsonPath(path, "when")));
  }
  return target;
}

StatusOr<std::vector<StageTarget>> ReadTargets(const Json& json, const std::string& path) {
  std::vector<StageTarget> targets;
  if (!json.is_array()) {
    KITH_ASSIGN_OR_RETURN(targets.emplace_back(), ReadTarget(json, path));
    return targets;
  }
  for (size_t i = 0; i < json.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(targets.emplace_back(), ReadTarget(json[i], path + "[" + std::to_string(i) + "]"));
  }
  if (targets.empty()) return Malformed(path, "names no stage");
  return targets;
}

Status Bad(std::string field, std::string value, std::string_view message, std::string hint = {}) {
  return MakeError({.reason = Reason::kBatchMalformed,
                    .type = std::string(kPipelineType),
                    .field = std::move(field),
                    .value = std::move(value),
                    .hint = std::move(hint)},
                   message);
}

Status NoStage(const Pipeline& pipeline, std::string_view name) {
  std::vector<std::string_view> known;
  for (const Stage& stage : pipeline.stages) known.push_back(stage.name);
  return MakeError({.reason = Reason::kUnknownStage, .value = StagePath(pipeline.name, name), .hint = NearestHint(name, known)},
                   "the pipeline has no such stage");
}

// A record stands in each track by itself: a move in one leaves the others alone.
Status CheckTrack(const Snapshot& snapshot, const MigrationPlan& plan, const std::string& to) {
  KITH_ASSIGN_OR_RETURN(const Pipeline other, GetPipeline(snapshot, to.substr(0, to.find('/'))));
  if (!other.parallel && !plan.pipeline.parallel) return absl::OkStatus();
  return Bad("map", to, "records do not go to or from a parallel pipeline", "map to a stage of the pipeline itself");
}

Status CheckTargets(const Snapshot& snapshot, const MigrationPlan& plan, const std::string& from, const std::vector<StageTarget>& targets) {
  if (targets.empty()) return Bad("map", from, "a stage is mapped to no stage");
  for (size_t i = 0; i < targets.size(); ++i) {
    const std::string& to = targets[i].stage;
    const Stage* listed = plan.pipeline.Find(to);
    const bool elsewhere = to.find('/') != std::string::npos;
    if (!elsewhere && listed == nullptr) return NoStage(plan.pipeline, to);
    if (!elsewhere && listed->archived) return Bad("map", to, "records cannot go to an archived stage");
    if (elsewhere && !snapshot.Find(kStageType, ExternalRef{std::string(kStageSystem), to}).ok()) return UnknownStageError(snapshot, to);
    if (elsewhere) KITH_RETURN_IF_ERROR(CheckTrack(snapshot, plan, to));
    if (targets[i].when.empty() && i + 1 < targets.size()) {
      return Bad("map", from, "targets after one without a condition are never reached", "put the one without a condition last");
    }
  }
  return absl::OkStatus();
}

Status CheckPlan(const Snapshot& snapshot, const Pipeline& before, const MigrationPlan& plan) {
  KITH_RETURN_IF_ERROR(CheckPipeline(snapshot.catalog(), plan.pipeline));
  if (plan.pipeline.for_type != before.for_type) return Bad("for_type", plan.pipeline.for_type, "a pipeline keeps its type");
  if (plan.pipeline.parallel != before.parallel) {
    return Bad("parallel", before.name, before.parallel ? "a parallel pipeline stays one" : "a pipeline does not become a parallel one");
  }
  std::set<std::string_view> taken;
  for (const auto& [former, name] : plan.renamed) {
    if (before.Find(former) == nullptr) return NoStage(before, former);
    if (plan.pipeline.Find(name) == nullptr) return NoStage(plan.pipeline, name);
    if (!taken.insert(name).second) return Bad("rename", name, "two stages are renamed to one", "map one of them to the other");
    if (before.Find(name) != nullptr) return Bad("rename", name, "the pipeline has a stage of this name");
  }
  for (const auto& [from, targets] : plan.map) {
    if (before.Find(from) == nullptr) return NoStage(before, from);
    KITH_RETURN_IF_ERROR(CheckTargets(snapshot, plan, from, targets));
  }
  return absl::OkStatus();
}

// The name a stage of before has in the plan's pipeline; empty: it is not listed.
std::string_view NewName(const MigrationPlan& plan, const Stage& stage) {
  const auto renamed = plan.renamed.find(stage.name);
  if (renamed != plan.renamed.end()) return renamed->second;
  return plan.pipeline.Find(stage.name) == nullptr ? std::string_view() : std::string_view(stage.name);
}

// The stage that an archived one stands before: what it became, else the next that stays.
std::string_view Successor(const MigrationPlan& plan, const Pipeline& before, size_t index) {
  const auto mapped = plan.map.find(before.stages[index].name);
  if (mapped != plan.map.end()) {
    for (const Stage& stage : plan.pipeline.stages) {
      for (const StageTarget& target : mapped->second) {
        if (target.stage == stage.name) return stage.name;
      }
    }
  }
  for (size_t i = index + 1; i < before.stages.size(); ++i) {
    if (const std::string_view name = NewName(plan, before.stages[i]); !name.empty()) return name;
  }
  return {};
}

// Every stage there is afterwards, in order, with the ids of those there are already.
std::vector<Stage> StagesAfter(const MigrationPlan& plan, const Pipeline& before) {
  std::vector<Stage> stages;
  const auto archived_before = [&](std::string_view place) {
    for (size_t i = 0; i < before.stages.size(); ++i) {
      if (!NewName(plan, before.stages[i]).empty() || Successor(plan, before, i) != place) continue;
      stages.push_back(before.stages[i]);
      stages.back().archived = true;
    }
  };
  for (const Stage& listed : plan.pipeline.stages) {
    archived_before(listed.name);
    Stage& stage = stages.emplace_back(listed);
    stage.id = {};
    for (const Stage& former : before.stages) {
      if (NewName(plan, former) == listed.name) stage.id = former.id;
    }
  }
  archived_before({});
  return stages;
}

}  // namespace

StatusOr<MigrationPlan> MigrationPlanFromJson(std::string_view text) {
  KITH_RETURN_IF_ERROR(CheckJson(text, kPlanRules));
  const Json json = Json::parse(text, nullptr, false);
  KITH_RETURN_IF_ERROR(CheckMembers(json, {}, {"pipeline", "rename", "map"}));
  if (!json.contains("pipeline")) return Malformed("pipeline", "is missing");
  MigrationPlan plan;
  KITH_ASSIGN_OR_RETURN(plan.pipeline, PipelineFromJson(json["pipeline"].dump()));
  if (json.contains("rename")) {
    if (!json["rename"].is_object()) return Malformed("rename", "is not an object of names by former names");
    for (const auto& item : json["rename"].items()) {
      KITH_ASSIGN_OR_RETURN(plan.renamed[item.key()], ReadText(item.value(), JoinJsonPath("rename", item.key())));
    }
  }
  if (json.contains("map")) {
    if (!json["map"].is_object()) return Malformed("map", "is not an object of stages by former names");
    for (const auto& item : json["map"].items()) {
      KITH_ASSIGN_OR_RETURN(plan.map[item.key()], ReadTargets(item.value(), JoinJsonPath("map", item.key())));
    }
  }
  return plan;
}

std::string ToJson(const MigrationPlan& plan) {
  Json json;
  json["pipeline"] = Json::parse(ToJson(plan.pipeline));
  for (const auto& [former, name] : plan.renamed) json["rename"][former] = name;
  for (const auto& [from, targets] : plan.map) {
    Json& list = json["map"][from] = Json::array();
    for (const StageTarget& target : targets) {
      Json& item = list.emplace_back();
      item["to"] = target.stage;
      if (!target.when.empty()) item["when"] = target.when;
    }
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

namespace {

// The items of a stage as the plan has them; those it does not list are archived, as stages are.
void RedefineItems(Batch& batch, const Schema& schema, const Pipeline& before, const Stage& stage, const Stage* former, Id id) {
  const std::vector<StageItem> none;
  const std::vector<StageItem>& old = former == nullptr ? none : former->items;
  const auto named = [](const std::vector<StageItem>& items, std::string_view name) {
    return std::find_if(items.begin(), items.end(), [&](const StageItem& item) { return item.name == name; });
  };
  for (size_t i = 0; i < stage.items.size(); ++i) {
    const auto known = named(old, stage.items[i].name);
    const ExternalRef path{std::string(kStageItemSystem), StageItemPath(StagePath(before.name, stage.name), stage.items[i].name)};
    const Id item = known != old.end() ? known->id : batch.Create(kStageItemType, path);
    WriteStageItem(batch, schema.item, before.id, id, item, stage.items[i], i);
    if (known != old.end() && former->name != stage.name) batch.Link(item, path);
  }
  for (const StageItem& item : old) {
    if (named(stage.items, item.name) == stage.items.end() && !item.archived) batch.Set(item.id, "archived", true);
  }
}

}  // namespace

void RedefinePipeline(Batch& batch, const Snapshot& snapshot, const Pipeline& before, const MigrationPlan& plan) {
  if (!batch.status().ok()) return;
  const StatusOr<Schema> schema = Schema::Get(snapshot.catalog());
  Status checked = schema.ok() ? CheckPlan(snapshot, before, plan) : schema.status();
  if (!checked.ok()) return batch.Fail(std::move(checked));
  const auto require = [&](Id id) {
    const StatusOr<record::View> view = snapshot.Get(id);
    if (!view.ok()) return batch.Fail(view.status());
    batch.RequireVersion(id, view->header().version);
  };
  require(before.id);
  for (const Stage& stage : before.stages) require(stage.id);
  batch.Set(before.id, "version", before.version + 1);
  const std::vector<Stage> stages = StagesAfter(plan, before);
  for (size_t i = 0; i < stages.size(); ++i) {
    const Stage& stage = stages[i];
    const Stage* former = stage.id.is_null() ? nullptr : before.Find(stage.id);
    if (former != nullptr && former->kind != stage.kind) {
      return batch.Fail(
          Bad("kind", StagePath(before.name, stage.name), "a stage keeps its kind", "list a new stage and map this one to it"));
    }
    const ExternalRef name{std::string(kStageSystem), StagePath(before.name, stage.name)};
    const Id id = former != nullptr ? stage.id : batch.Create(kStageType, name);
    WriteStage(batch, *schema, before.id, id, stage, static_cast<int32_t>(i));
    if (former != nullptr && former->name != stage.name) batch.Link(id, name);
    if (former == nullptr || !stage.archived) RedefineItems(batch, *schema, before, stage, former, id);
  }
}

}  // namespace kith::model
