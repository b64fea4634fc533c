// A batch as JSON, both ways.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "engine/batch_internal.h"
#include "engine/batch_json_internal.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/engine/batch.h"

namespace kith {
namespace engine {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kOperations[] = {"create", "upsert",         "create_if_absent", "existing", "patch", "delete", "restore",
                                            "link",   "require_absent", "unlink",           "require",  "merge", "unmerge"};

std::string MemberPath(std::string path, std::string_view member) {
  path += '.';
  path += member;
  return path;
}

// Reads a batch's document into a Batch. The first error ends it.
class BatchReader {
 public:
  explicit BatchReader(Batch& batch) : batch_(batch) {}

  Status ReadChanges(const Json& changes) {
    if (!changes.is_array()) return Malformed("changes", "must be a list");
    for (size_t i = 0; i < changes.size(); ++i) KITH_RETURN_IF_ERROR(ReadChange(changes[i], "changes[" + std::to_string(i) + "]"));
    // What new records are given may refer to records defined after them.
    for (const Deferred& deferred : deferred_) {
      KITH_RETURN_IF_ERROR(ReadSet(deferred.target, *deferred.values, deferred.path + ".set", &Batch::SetInitially));
    }
    batch_.SetEffective(std::nullopt);
    return absl::OkStatus();
  }

 private:
  struct Deferred {
    Id target;
    const Json* values;
    std::string path;
  };
  using Setter = void (Batch::*)(Id target, std::string_view field, Value value);

  StatusOr<std::string_view> FindOperation(const Json& change, const std::string& path) {
    std::string_view operation;
    for (const std::string_view name : kOperations) {
      if (!change.contains(name)) continue;
      if (!operation.empty()) return Malformed(path, "has two operations, " + std::string(operation) + " and " + std::string(name));
      operation = name;
    }
    if (!operation.empty()) return operation;
    return MakeError(
        {.reason = Reason::kBatchMalformed,
         .field = path,
         .hint = "one of create, upsert, create_if_absent, existing, patch, delete, restore, merge, unmerge, link, unlink, require, "
                 "require_absent"},
        "has no operation");
  }

  Status CheckMembers(const Json& change, const std::string& path, std::string_view operation, std::set<std::string_view> allowed) {
    allowed.insert(operation);
    for (const auto& [name, value] : change.items()) {
      if (allowed.count(name) != 0) continue;
      return MakeError({.reason = Reason::kBatchMalformed,
                        .field = MemberPath(path, name),
                        .hint = NearestHint(name, std::vector<std::string_view>(allowed.begin(), allowed.end()))},
                       "a change of operation " + std::string(operation) + " has no such member");
    }
    return absl::OkStatus();
  }

  Status ReadChange(const Json& change, const std::string& path) {
    if (!change.is_object()) return Malformed(path, "must be an object");
    KITH_ASSIGN_OR_RETURN(const std::string_view operation, FindOperation(change, path));
    std::optional<Time> effective;
    if (const auto found = change.find("effective"); found != change.end()) {
      KITH_ASSIGN_OR_RETURN(effective, ReadTime(*found, path + ".effective"));
    }
    batch_.SetEffective(effective);
    const Json& subject = change.at(std::string(operation));
    const std::string subject_path = path + "." + std::string(operation);
    if (operation == "create" || operation == "upsert" || operation == "create_if_absent" || operation == "existing") {
      KITH_RETURN_IF_ERROR(CheckMembers(change, path, operation, {"as", "ref", "set", "effective"}));
      return ReadDefinition(change, path, operation);
    }
    if (operation == "require_absent") {
      KITH_RETURN_IF_ERROR(CheckMembers(change, path, operation, {"ref"}));
      if (!subject.is_string()) return Malformed(subject_path, "must be the name of a type");
      KITH_ASSIGN_OR_RETURN(const ExternalRef external, RequireExternal(change, path));
      batch_.RequireAbsent(subject.get_ref<const std::string&>(), external);
      return Taken(subject_path);
    }
    KITH_ASSIGN_OR_RETURN(const Id target, ReadTarget(subject, subject_path, {}));
    // ReadTarget may have defined an existing record, so the effective time is set after it as well.
    return ReadTargeted(change, path, operation, target);
  }

  Status ReadTargeted(const Json& change, const std::string& path, std::string_view operation, Id target) {
    const std::string subject_path = path + "." + std::string(operation);
    if (operation == "patch") {
      KITH_RETURN_IF_ERROR(CheckMembers(change, path, operation, {"set", "add", "effective"}));
      if (const auto set = change.find("set"); set != change.end()) KITH_RETURN_IF_ERROR(ReadSet(target, *set, path + ".set", &Batch::Set));
      if (const auto add = change.find("add"); add != change.end()) KITH_RETURN_IF_ERROR(ReadSet(target, *add, path + ".add", &Batch::Add));
      return Taken(subject_path);
    }
    if (operation == "delete") {
      KITH_RETURN_IF_ERROR(CheckMembers(change, path, operation, {"effective"}));
      batch_.Delete(target);
      return Taken(subject_path);
    }
    if (operation == "restore") {
      KITH_RETURN_IF_ERROR(CheckMembers(change, path, operation, {}));
      batch_.Restore(target);
      return Taken(subject_path);
    }
    if (operation == "merge") {
      KITH_RETURN_IF_ERROR(CheckMembers(change, path, operation, {"from"}));
      const auto from = change.find("from");
      if (from == change.end()) return Malformed(path + ".from", "is missing");
      KITH_ASSIGN_OR_RETURN(const Id other, ReadTarget(*from, path + ".from", {}));
      batch_.Merge(target, other);
      return Taken(subject_path);
    }
    if (operation == "unmerge") {
      KITH_RETURN_IF_ERROR(CheckMembers(change, path, operation, {}));
      batch_.Unmerge(target);
      return Taken(subject_path);
    }
    if (operation == "require") {
      KITH_RETURN_IF_ERROR(CheckMembers(change, path, operation, {"version", "equal"}));
      const auto version = change.find("version");
      const auto equal = change.find("equal");
      if (equal != change.end()) KITH_RETURN_IF_ERROR(ReadSet(target, *equal, path + ".equal", &Batch::RequireValue));
      if (version == change.end() && equal != change.end()) return Taken(subject_path);
      if (version == change.end() || !version->is_number_unsigned()) return Malformed(path + ".version", "must be a version number");
      batch_.RequireVersion(target, version->get<uint64_t>());
      return Taken(subject_path);
    }
    KITH_RETURN_IF_ERROR(CheckMembers(change, path, operation, {"ref"}));
    KITH_ASSIGN_OR_RETURN(const ExternalRef external, RequireExternal(change, path));
    if (operation == "link") {
      batch_.Link(target, external);
    } else {
      batch_.Unlink(target, external);
    }
    return Taken(subject_path);
  }

  Status ReadDefinition(const Json& change, const std::string& path, std::string_view operation) {
    const std::string subject_path = path + "." + std::string(operation);
    const Json& subject = change.at(std::string(operation));
    if (!subject.is_string()) return Malformed(subject_path, "must be the name of a type");
    const auto& type = subject.get_ref<const std::string&>();
    const bool has_external = change.contains("ref");
    if (!has_external && operation != "create") return Malformed(path + ".ref", "is missing");
    ExternalRef external;
    if (has_external) {
      KITH_ASSIGN_OR_RETURN(external, RequireExternal(change, path));
    }
    const Id local = operation == "upsert"             ? batch_.Upsert(type, external)
                     : operation == "create_if_absent" ? batch_.CreateIfAbsent(type, external)
                     : operation == "existing"         ? batch_.Existing(type, external)
                     : has_external                    ? batch_.Create(type, external)
                                                       : batch_.Create(type);
    KITH_RETURN_IF_ERROR(Taken(subject_path));
    if (const auto as = change.find("as"); as != change.end()) {
      if (!as->is_string() || as->get_ref<const std::string&>().empty()) return Malformed(path + ".as", "must be a name");
      if (!names_.emplace(as->get<std::string>(), local).second) return Malformed(path + ".as", "is the name of another change too");
    }
    const auto set = change.find("set");
    if (set == change.end()) return absl::OkStatus();
    if (operation == "existing") return ReadSet(local, *set, path + ".set", &Batch::Set);
    deferred_.push_back({local, &*set, path});
    return absl::OkStatus();
  }

  Status ReadSet(Id target, const Json& values, const std::string& path, Setter setter) {
    if (!values.is_object()) return Malformed(path, "must be an object of fields");
    for (const auto& [name, json] : values.items()) {
      const std::string at = MemberPath(path, name);
      KITH_ASSIGN_OR_RETURN(Value value, ReadFieldValue(target, name, json, at));
      (batch_.*setter)(target, name, std::move(value));
      KITH_RETURN_IF_ERROR(Taken(at));
    }
    return absl::OkStatus();
  }

  StatusOr<Value> ReadFieldValue(Id target, const std::string& name, const Json& json, const std::string& path) {
    const TypeDef* type = batch_.catalog()->FindType(batch_.TypeOf(target));
    if (type == nullptr)
      return MakeError({.reason = Reason::kUnknownType, .record = target, .field = path}, "the target's type is unknown");
    const StatusOr<FieldTarget> found = FindTarget(*type, name);
    if (!found.ok()) return AtPath(found.status(), path);
    if (json.is_null()) return Value();
    const Kind kind = found->field != nullptr                    ? found->field->kind
                      : found->position == catalog::kHeaderOwner ? Kind::kRef
                      : found->position == catalog::kHeaderUnit  ? Kind::kInt
                      : json.is_string()                         ? Kind::kText
                                                                 : Kind::kInt;
    if (kind == Kind::kRef) {
      const FieldDef* field = found->field;
      const std::string_view only =
          field != nullptr && field->refers_to.size() == 1 ? std::string_view(field->refers_to[0]) : std::string_view();
      KITH_ASSIGN_OR_RETURN(const Id id, ReadTarget(json, path, only));
      return Value(id);
    }
    StatusOr<Value> value = ValueFromJson(found->field, kind, json);
    if (!value.ok()) return AtPath(WithContext(value.status(), {.type = type->name}), path);
    return value;
  }

  // `only`: the type of a reference whose field allows no other, so that the type may be left out.
  StatusOr<Id> ReadTarget(const Json& json, const std::string& path, std::string_view only) {
    if (json.is_number_unsigned()) return Id(json.get<uint64_t>());
    if (json.is_string()) {
      const auto& text = json.get_ref<const std::string&>();
      const auto found = text.starts_with('$') ? names_.find(std::string_view(text).substr(1)) : names_.end();
      if (found != names_.end()) return found->second;
      return MakeError(
          {.reason = Reason::kBatchMalformed, .field = path, .value = text, .hint = "\"$a\" for the change with \"as\": \"a\""},
          "names no change of this batch");
    }
    if (!json.is_object()) return Malformed(path, "must be an id, \"$name\" or {\"type\": ..., \"ref\": [system, key]}");
    for (const auto& [name, value] : json.items()) {
      if (name != "type" && name != "ref") return Malformed(MemberPath(path, name), "is no member of a reference");
    }
    const auto type = json.find("type");
    if (type != json.end() && !type->is_string()) return Malformed(path + ".type", "must be the name of a type");
    if (type == json.end() && only.empty()) return Malformed(path + ".type", "is missing");
    KITH_ASSIGN_OR_RETURN(const ExternalRef external, RequireExternal(json, path));
    const std::string name = type != json.end() ? type->get<std::string>() : std::string(only);
    // The same record named twice is one local reference.
    const auto [known, added] = existing_.try_emplace({name, external.system, external.key});
    if (added) {
      known->second = batch_.Existing(name, external);
      KITH_RETURN_IF_ERROR(Taken(path));
    }
    return known->second;
  }

  StatusOr<ExternalRef> RequireExternal(const Json& object, const std::string& path) { return ReadExternal(object, path + ".ref"); }

  StatusOr<ExternalRef> ReadExternal(const Json& object, const std::string& path) {
    const auto ref = object.find("ref");
    if (ref == object.end()) return Malformed(path, "is missing");
    if (!ref->is_array() || ref->size() != 2 || !(*ref)[0].is_string() || !(*ref)[1].is_string()) {
      return Malformed(path, "must be [system, key]");
    }
    return ExternalRef{(*ref)[0].get<std::string>(), (*ref)[1].get<std::string>()};
  }

  // Whether the batch took what was just added; its error gets the path.
  Status Taken(const std::string& path) const { return batch_.status().ok() ? absl::OkStatus() : AtPath(batch_.status(), path); }

  Batch& batch_;
  std::map<std::string, Id, std::less<>> names_;
  std::map<std::tuple<std::string, std::string, std::string>, Id> existing_;
  std::vector<Deferred> deferred_;
};

StatusOr<Actor> ReadActor(const Json& json) {
  if (json.is_null()) return Actor();
  if (json.is_number_unsigned()) return Actor(Id(json.get<uint64_t>()));
  const bool pair = json.is_object() && json.size() == 2 && json.contains("system") && json.contains("key") && json["system"].is_string() &&
                    json["key"].is_string();
  if (!pair) return Malformed("actor", "must be an id or {\"system\": ..., \"key\": ...}");
  return Actor(json["system"].get_ref<const std::string&>(), json["key"].get_ref<const std::string&>());
}

StatusOr<Origin> ReadOrigin(const Json& json) {
  if (json.is_string()) {
    for (const Origin origin : {Origin::kManual, Origin::kImport, Origin::kRule, Origin::kPackage, Origin::kReplica}) {
      if (json.get_ref<const std::string&>() == NameOf(origin)) return origin;
    }
  }
  return Malformed("origin", "must be one of manual, import, rule, package, replica");
}

// --- to JSON

Json TargetToJson(Id id) {
  if (id.is_local()) return std::string("$").append(std::to_string(id.local_index()));
  return id.value();
}

std::string_view OperationOf(Change::Op op) {
  switch (op) {
    case Change::Op::kCreate:
      return "create";
    case Change::Op::kUpsert:
      return "upsert";
    case Change::Op::kCreateIfAbsent:
      return "create_if_absent";
    case Change::Op::kExisting:
      return "existing";
    case Change::Op::kPatch:
      return "patch";
    case Change::Op::kDelete:
      return "delete";
    case Change::Op::kRestore:
      return "restore";
    case Change::Op::kLink:
      return "link";
    case Change::Op::kUnlink:
      return "unlink";
    case Change::Op::kRequireVersion:
    case Change::Op::kRequireValue:
      return "require";
    case Change::Op::kRequireAbsent:
      return "require_absent";
    case Change::Op::kMerge:
      return "merge";
    case Change::Op::kUnmerge:
      return "unmerge";
  }
  return "unknown";
}

bool Defines(Change::Op op) { return op <= Change::Op::kExisting; }

void PutAssignment(const TypeDef& type, const Assignment& assignment, std::string_view member, Json& change) {
  const FieldDef* field = type.FieldAt(assignment.position);
  const Id* id = assignment.value.get_if<Id>();
  Json value = id != nullptr ? TargetToJson(*id) : ValueToJson(field, assignment.value);
  change[member][std::string(FieldNameAt(type, assignment.position))] = std::move(value);
}

// Assignments of one change by their effective time, in order: JSON gives a change one.
std::vector<std::pair<std::optional<Time>, std::vector<const Assignment*>>> ByEffective(const Change& change) {
  std::vector<std::pair<std::optional<Time>, std::vector<const Assignment*>>> groups;
  for (const Assignment& assignment : change.assignments) {
    const std::optional<Time> effective = assignment.effective.has_value() ? assignment.effective : change.effective;
    if (groups.empty() || groups.back().first != effective) groups.emplace_back(effective, std::vector<const Assignment*>());
    groups.back().second.push_back(&assignment);
  }
  return groups;
}

Json HeadToJson(const Batch& batch, const Change& change) {
  Json json = Json::object();
  const std::string operation(OperationOf(change.op));
  const TypeDef* type = batch.catalog()->FindType(change.type);
  if (Defines(change.op) || change.op == Change::Op::kRequireAbsent) {
    json[operation] = type == nullptr ? std::string() : type->name;
    if (Defines(change.op)) json["as"] = std::to_string(change.target.local_index());
  } else {
    json[operation] = TargetToJson(change.target);
  }
  if (!change.external.system.empty()) json["ref"] = {change.external.system, change.external.key};
  if (change.op == Change::Op::kMerge) json["from"] = TargetToJson(change.other);
  if (change.op == Change::Op::kRequireVersion) json["version"] = change.version;
  return json;
}

bool TakesEffective(Change::Op op) { return Defines(op) || op == Change::Op::kPatch || op == Change::Op::kDelete; }

void ChangeToJson(const Batch& batch, const Change& change, Json& changes) {
  const TypeDef* type = batch.catalog()->FindType(change.type);
  const auto put_effective = [](Json& json, const std::optional<Time>& effective) {
    if (effective.has_value()) json["effective"] = ToText(*effective);
  };
  Json json = HeadToJson(batch, change);
  if (TakesEffective(change.op)) put_effective(json, change.effective);
  Json further = Json::array();
  for (const auto& [effective, assignments] : ByEffective(change)) {
    // A change has one effective time and new records no "add": the rest becomes patches.
    const bool adds = std::any_of(assignments.begin(), assignments.end(), [](const Assignment* a) { return a->add; });
    const bool own =
        effective == change.effective && further.empty() && !(adds && change.op != Change::Op::kPatch) && !json.contains("set");
    Json patch = Json::object();
    if (!own) {
      patch["patch"] = TargetToJson(change.target);
      put_effective(patch, effective);
    }
    for (const Assignment* assignment : assignments) {
      const std::string_view member = change.op == Change::Op::kRequireValue ? "equal" : assignment->add ? "add" : "set";
      PutAssignment(*type, *assignment, member, own ? json : patch);
    }
    if (!own) further.push_back(std::move(patch));
  }
  changes.push_back(std::move(json));
  for (Json& patch : further) changes.push_back(std::move(patch));
}

}  // namespace
}  // namespace engine

StatusOr<Batch> Batch::FromJson(std::shared_ptr<const catalog::Catalog> catalog, std::string_view json) {
  using engine::Malformed;
  KITH_ASSIGN_OR_RETURN(const engine::Json document, engine::ParseBatchJson(json));
  if (!document.is_object()) return Malformed("$", "a batch is an object");
  for (const auto& [name, value] : document.items()) {
    if (name == "actor" || name == "reason" || name == "origin" || name == "changes") continue;
    return MakeError(
        {.reason = Reason::kBatchMalformed, .field = name, .hint = NearestHint(name, {"actor", "reason", "origin", "changes"})},
        "a batch has no such member");
  }
  Actor actor;
  if (const auto found = document.find("actor"); found != document.end()) {
    KITH_ASSIGN_OR_RETURN(actor, engine::ReadActor(*found));
  }
  std::string reason;
  if (const auto found = document.find("reason"); found != document.end()) {
    if (!found->is_string()) return Malformed("reason", "must be text");
    reason = found->get<std::string>();
  }
  Batch batch(std::move(catalog), std::move(actor), reason);
  KITH_RETURN_IF_ERROR(batch.status());
  if (const auto found = document.find("origin"); found != document.end()) {
    KITH_ASSIGN_OR_RETURN(const Origin origin, engine::ReadOrigin(*found));
    batch.SetOrigin(origin);
  }
  const auto changes = document.find("changes");
  if (changes == document.end()) return Malformed("changes", "is missing");
  KITH_RETURN_IF_ERROR(engine::BatchReader(batch).ReadChanges(*changes));
  return batch;
}

std::string Batch::ToJson() const {
  engine::Json document = engine::Json::object();
  if (actor_.is_external()) {
    document["actor"] = {{"system", actor_.external.system}, {"key", actor_.external.key}};
  } else if (!actor_.is_null()) {
    document["actor"] = actor_.id.value();
  }
  if (!reason_.empty()) document["reason"] = reason_;
  if (origin_ != Origin::kManual) document["origin"] = std::string(NameOf(origin_));
  document["changes"] = engine::Json::array();
  for (const Change& change : changes_) engine::ChangeToJson(*this, change, document["changes"]);
  return document.dump(-1, ' ', false, engine::Json::error_handler_t::replace);
}

}  // namespace kith
