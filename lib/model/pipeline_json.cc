// Pipelines as JSON, strictly: unknown and repeated members are refused, and errors name the path.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kith/base/json.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "model/pipeline_internal.h"

namespace kith::model {

Status Malformed(std::string path, std::string_view message, std::string value, std::string hint) {
  return MakeError({.reason = Reason::kPackageMalformed, .field = std::move(path), .value = std::move(value), .hint = std::move(hint)},
                   message);
}

namespace {

using Json = nlohmann::ordered_json;

constexpr JsonRules kPipelineRules = {
    .document = "the pipeline", .malformed = Reason::kPackageMalformed, .bytes = limits::kPackageBytes, .depth = limits::kPackageDepth};

std::string Shown(const Json& json) {
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return ToText(Value(std::move(text)));
}

// Reads the members of one object and keeps the first error.
class Members {
 public:
  Members(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object.is_object()) Fail(path_.empty() ? "$" : path_, "is not an object", object);
  }

  void Text(const char* name, std::string& out, bool required) {
    if (const Json* value = Find(name, required); value != nullptr) {
      if (!value->is_string()) return Fail(PathOf(name), "is not a text", *value);
      out = value->get<std::string>();
    }
  }
  template <typename Int>
  void Whole(const char* name, Int& out, int64_t least, int64_t most) {
    const Json* value = Find(name, false);
    if (value == nullptr) return;
    const bool fits = value->is_number_integer() && (!value->is_number_unsigned() || value->get<uint64_t>() <= INT64_MAX);
    if (!fits || value->get<int64_t>() < least || value->get<int64_t>() > most) {
      return Fail(PathOf(name), "is not a whole number from " + std::to_string(least) + " to " + std::to_string(most), *value);
    }
    out = static_cast<Int>(value->get<int64_t>());
  }
  void Flag(const char* name, bool& out) {
    const Json* value = Find(name, false);
    if (value == nullptr) return;
    if (!value->is_boolean()) return Fail(PathOf(name), "is neither true nor false", *value);
    out = value->get<bool>();
  }
  // nullptr when absent.
  const Json* Find(const char* name, bool required) {
    known_.insert(name);
    if (!status_.ok()) return nullptr;
    const auto found = object_.find(name);
    if (found != object_.end()) return &*found;
    if (required) status_ = Malformed(PathOf(name), "is missing");
    return nullptr;
  }
  [[nodiscard]] std::string PathOf(std::string_view name) const { return JoinJsonPath(path_, name); }
  void Fail(std::string path, std::string_view message, const Json& value) {
    if (status_.ok()) status_ = Malformed(std::move(path), message, Shown(value));
  }
  void Fail(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }
  // The first error; else an error for the first member nobody asked for.
  Status Finish() {
    if (!status_.ok()) return status_;
    for (const auto& member : object_.items()) {
      if (known_.count(member.key()) != 0) continue;
      const std::vector<std::string_view> names(known_.begin(), known_.end());
      return Malformed(PathOf(member.key()), "unknown member", {}, NearestHint(member.key(), names));
    }
    return absl::OkStatus();
  }

 private:
  const Json& object_;
  std::string path_;
  std::set<std::string, std::less<>> known_;
  Status status_;
};

void ReadLabels(Members& members, Labels& into) {
  const Json* labels = members.Find("labels", false);
  if (labels == nullptr) return;
  if (!labels->is_object()) return members.Fail(members.PathOf("labels"), "is not an object of texts by language", *labels);
  for (const auto& label : labels->items()) {
    const std::string path = JoinJsonPath(members.PathOf("labels"), label.key());
    if (label.key() != "en" && label.key() != "zh") {
      return members.Fail(Malformed(path, "stages have labels in two languages", {}, "use \"en\" and \"zh\""));
    }
    if (!label.value().is_string()) return members.Fail(path, "is not a text", label.value());
    into.emplace(label.key(), label.value().get<std::string>());
  }
}

// The items of a stage stand in one list for each kind.
struct ItemList {
  const char* name;
  StageItemKind kind;
};
constexpr ItemList kItemLists[] = {{"entry", StageItemKind::kEntry},
                                   {"exit", StageItemKind::kExit},
                                   {"steps", StageItemKind::kStep},
                                   {"actions", StageItemKind::kAction},
                                   {"events", StageItemKind::kEvent}};

StatusOr<StageItem> ReadItem(const Json& json, const std::string& path, StageItemKind kind) {
  Members members(json, path);
  StageItem item;
  item.kind = kind;
  members.Text("name", item.name, true);
  members.Text("condition", item.condition, kind == StageItemKind::kEntry || kind == StageItemKind::kExit);
  if (kind != StageItemKind::kAction && kind != StageItemKind::kEvent) members.Flag("mandatory", item.mandatory);
  if (kind == StageItemKind::kEvent) {
    members.Text("of", item.evidence, true);
    members.Text("by", item.by, false);
    members.Text("at", item.at, false);
  }
  if (kind == StageItemKind::kStep) members.Text("evidence", item.evidence, false);
  members.Flag("archived", item.archived);
  ReadLabels(members, item.labels);
  (void)members.Find("id", false);
  KITH_RETURN_IF_ERROR(members.Finish());
  return item;
}

void ReadItems(Members& members, const ItemList& list, std::vector<StageItem>& items) {
  const Json* json = members.Find(list.name, false);
  if (json == nullptr) return;
  if (!json->is_array()) return members.Fail(members.PathOf(list.name), "is not a list", *json);
  for (size_t i = 0; i < json->size(); ++i) {
    StatusOr<StageItem> item = ReadItem((*json)[i], members.PathOf(list.name) + "[" + std::to_string(i) + "]", list.kind);
    if (!item.ok()) return members.Fail(item.status());
    items.push_back(*std::move(item));
  }
}

void WriteItems(const std::vector<StageItem>& items, Json& stage) {
  for (const ItemList& list : kItemLists) {
    for (const StageItem& item : items) {
      if (item.kind != list.kind) continue;
      Json& json = stage[list.name].emplace_back();
      if (!item.id.is_null()) json["id"] = item.id.value();
      json["name"] = item.name;
      if (!item.condition.empty()) json["condition"] = item.condition;
      if (item.mandatory) json["mandatory"] = true;
      if (!item.evidence.empty()) json[item.kind == StageItemKind::kEvent ? "of" : "evidence"] = item.evidence;
      if (!item.by.empty()) json["by"] = item.by;
      if (!item.at.empty()) json["at"] = item.at;
      if (!item.labels.empty()) json["labels"] = item.labels;
      if (item.archived) json["archived"] = true;
    }
  }
}

StatusOr<Stage> ReadStage(const Json& json, size_t index) {
  Members members(json, "stages[" + std::to_string(index) + "]");
  Stage stage;
  std::string kind = "open";
  stage.position = static_cast<int32_t>(index);
  members.Text("name", stage.name, true);
  members.Text("kind", kind, false);
  members.Whole("position", stage.position, 0, INT32_MAX);
  members.Whole("max_dwell_days", stage.max_dwell_days, 0, INT32_MAX);
  members.Flag("archived", stage.archived);
  members.Flag("optional", stage.optional);
  ReadLabels(members, stage.labels);
  for (const ItemList& list : kItemLists) ReadItems(members, list, stage.items);
  const std::optional<StageKind> known = StageKindFromName(kind);
  if (!known.has_value()) {
    members.Fail(Malformed(members.PathOf("kind"), "a stage is open, won or lost", kind, NearestHint(kind, {"open", "won", "lost"})));
  }
  stage.kind = known.value_or(StageKind::kOpen);
  (void)members.Find("id", false);  // written for readers; ids are a database's own
  KITH_RETURN_IF_ERROR(members.Finish());
  return stage;
}

}  // namespace

StatusOr<Pipeline> PipelineFromJson(std::string_view json) {
  KITH_RETURN_IF_ERROR(CheckJson(json, kPipelineRules));
  const Json root = Json::parse(json, nullptr, false);
  Members members(root, {});
  Pipeline pipeline;
  members.Text("name", pipeline.name, true);
  members.Text("for_type", pipeline.for_type, true);
  members.Whole("version", pipeline.version, 1, INT32_MAX);
  members.Flag("parallel", pipeline.parallel);
  std::string selling;
  members.Text("selling", selling, false);
  if (!selling.empty()) {
    const std::optional<Selling> named = SellingFromName(selling);
    pipeline.selling = named.value_or(Selling::kProject);
    if (!named.has_value()) {
      members.Fail(Malformed("selling", "no such way of selling", selling, NearestHint(selling, {"project", "relationship", "field"})));
    }
  }
  (void)members.Find("id", false);
  const Json* stages = members.Find("stages", true);
  if (stages != nullptr && !stages->is_array()) members.Fail("stages", "is not a list", *stages);
  KITH_RETURN_IF_ERROR(members.Finish());
  for (size_t i = 0; i < stages->size(); ++i) {
    KITH_ASSIGN_OR_RETURN(Stage stage, ReadStage((*stages)[i], i));
    pipeline.stages.push_back(std::move(stage));
  }
  std::stable_sort(pipeline.stages.begin(), pipeline.stages.end(), [](const Stage& a, const Stage& b) { return a.position < b.position; });
  return pipeline;
}

std::string ToJson(const Pipeline& pipeline) {
  Json json;
  if (!pipeline.id.is_null()) json["id"] = pipeline.id.value();
  json["name"] = pipeline.name;
  json["for_type"] = pipeline.for_type;
  json["version"] = pipeline.version;
  if (pipeline.parallel) json["parallel"] = true;
  if (pipeline.selling != Selling::kProject) json["selling"] = NameOf(pipeline.selling);
  Json& stages = json["stages"] = Json::array();
  for (const Stage& stage : pipeline.stages) {
    Json item;
    if (!stage.id.is_null()) item["id"] = stage.id.value();
    item["name"] = stage.name;
    item["kind"] = NameOf(stage.kind);
    item["position"] = stage.position;
    if (!stage.labels.empty()) item["labels"] = stage.labels;
    if (stage.max_dwell_days > 0) item["max_dwell_days"] = stage.max_dwell_days;
    if (stage.archived) item["archived"] = true;
    if (stage.optional) item["optional"] = true;
    WriteItems(stage.items, item);
    stages.push_back(std::move(item));
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace kith::model
