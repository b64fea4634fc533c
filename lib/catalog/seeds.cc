// Seeds of packages as batches.
#include <set>

#include "catalog/merge_internal.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

// Seeds of one package by their keys: positions in its list.
using SeedPositions = std::map<std::string, size_t, std::less<>>;

// {"type": "pipeline", "ref": ["kith.pipeline", "default"]}.
StatusOr<SeedDraft> ReadSeedReference(const Json& json, const std::string& path) {
  ObjectReader reader(json, path, Unknown::kRefuse);
  SeedDraft target;
  reader.Text("type", target.type);
  const Json* ref = reader.Require("ref");
  KITH_RETURN_IF_ERROR(reader.Finish());
  const bool pair = ref->is_array() && ref->size() == 2 && (*ref)[0].is_string() && (*ref)[1].is_string();
  if (!pair) return MalformedAt(JoinJsonPath(path, "ref"), "an external reference is written [\"system\", \"key\"]", Shown(*ref));
  target.ref = {(*ref)[0].get<std::string>(), (*ref)[1].get<std::string>()};
  return target;
}

// What a package brings is no event: it has always held, so that history which is imported later, but happened before the package came,
// finds the stages that it went through.
constexpr std::string_view kHeldFrom = "1900-01-01T00:00:00Z";

std::string LocalName(size_t position) {
  std::string name = "s";
  return name += std::to_string(position);
}

class SeedWriter {
 public:
  SeedWriter(const Catalog& catalog, const std::vector<SeedDraft>& seeds) : catalog_(catalog), seeds_(seeds) {
    for (size_t i = 0; i < seeds.size(); ++i) positions_[seeds[i].Key()] = i;
  }

  // The change that creates a seed; `wanted` gets the positions of the seeds it refers to.
  StatusOr<Json> Write(size_t position, std::set<size_t>& wanted) const {
    const SeedDraft& seed = seeds_[position];
    const StatusOr<const TypeDef*> type = catalog_.GetType(seed.type);
    if (!type.ok()) return MalformedAt(JoinJsonPath(seed.path, "type"), "unknown type", seed.type, GetErrorInfo(type.status()).hint);
    Json set = Json::object();
    for (const auto& [name, value] : seed.set.items()) {
      const std::string path = JoinJsonPath(JoinJsonPath(seed.path, "set"), name);
      const StatusOr<const FieldDef*> field = Catalog::GetField(**type, name);
      if (!field.ok()) return MalformedAt(path, "unknown field", {}, GetErrorInfo(field.status()).hint);
      KITH_ASSIGN_OR_RETURN(set[name], WriteMember(**field, value, path, position, wanted));
    }
    KITH_RETURN_IF_ERROR(CheckRequired(**type, seed));
    Json change = {{"create_if_absent", seed.type}, {"as", LocalName(position)}, {"ref", {seed.ref.system, seed.ref.key}}};
    if (!set.empty()) change["set"] = std::move(set);
    change["effective"] = kHeldFrom;
    return change;
  }

 private:
  StatusOr<Json> WriteMember(const FieldDef& field, const Json& value, const std::string& path, size_t position,
                             std::set<size_t>& wanted) const {
    if (field.kind != Kind::kRef) {
      KITH_ASSIGN_OR_RETURN(const Value parsed, ReadValue(value, field, path));
      if (const Status status = CheckFieldValue(field, parsed); !status.ok()) {
        return MalformedAt(path, MessageOf(status), ToText(parsed), GetErrorInfo(status).hint);
      }
      return value;
    }
    KITH_ASSIGN_OR_RETURN(const SeedDraft target, ReadSeedReference(value, path));
    const auto it = positions_.find(target.Key());
    if (it == positions_.end()) return value;  // a record that another package or the host brought
    if (it->second >= position) return MalformedAt(path, "a seed refers only to seeds before it", target.ref.key);
    wanted.insert(it->second);
    std::string target_name = "$";
    return Json(target_name += LocalName(it->second));
  }

  static Status CheckRequired(const TypeDef& type, const SeedDraft& seed) {
    for (const FieldDef& field : type.fields) {
      if (!field.required || field.initial.has_value() || seed.set.contains(field.name)) continue;
      return MalformedAt(JoinJsonPath(seed.path, "set"), "a required field is missing", {}, "set " + field.name);
    }
    return absl::OkStatus();
  }

  const Catalog& catalog_;
  const std::vector<SeedDraft>& seeds_;
  SeedPositions positions_;
};

}  // namespace

StatusOr<std::vector<std::string>> Merger::EmitSeeds(const Catalog& after) const {
  std::vector<std::string> batches;
  for (const PendingSeeds& pending : seeds_) {
    const SeedWriter writer(after, pending.all);
    std::map<size_t, Json> changes;
    std::set<size_t> wanted;
    // Backwards, so that what a new seed refers to is known before its own turn comes.
    for (size_t i = pending.all.size(); i-- > 0;) {
      std::set<size_t> referred;
      KITH_ASSIGN_OR_RETURN(Json change, writer.Write(i, referred));
      if (!pending.is_new[i] && wanted.count(i) == 0) continue;
      changes[i] = std::move(change);
      wanted.insert(referred.begin(), referred.end());
    }
    if (changes.empty()) continue;
    Json batch = {{"reason", "package " + pending.package + " " + pending.version}, {"changes", Json::array()}};
    for (auto& [position, change] : changes) batch["changes"].push_back(std::move(change));
    batches.push_back(batch.dump());
  }
  return batches;
}

}  // namespace kith::catalog
