// Who may see and do what.
#include "access.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "json.h"
#include "kith/engine/database.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace kith::capi {

StatusOr<Viewer> ToViewer(const kith_viewer* given) {
  KITH_ASSIGN_OR_RETURN(const kith_viewer read, ReadOptions(given, kith_viewer KITH_VIEWER_INIT));
  Viewer viewer;
  viewer.id = Id(read.id);
  if (read.unit_count != 0) KITH_RETURN_IF_ERROR(Required(read.units, "viewer->units"));
  if (read.role_count != 0) KITH_RETURN_IF_ERROR(Required(read.roles, "viewer->roles"));
  viewer.units.assign(read.units, read.units + read.unit_count);
  for (size_t i = 0; i < read.role_count; ++i) {
    KITH_ASSIGN_OR_RETURN(const std::string_view role, Text(read.roles[i], "viewer->roles"));
    viewer.roles.emplace_back(role);
  }
  return viewer;
}

StatusOr<kith_view> Lend(SnapshotObject& snapshot, record::View view) {
  const Viewer& viewer = snapshot.snapshot->viewer();
  const catalog::TypeDef* type = viewer.is_system() ? nullptr : snapshot.snapshot->catalog().FindType(view.id().type());
  if (type == nullptr) return ToC(view);
  bool masks = false;
  for (size_t i = 0; i < type->fields.size() && !masks; ++i) masks = snapshot.snapshot->IsMasked(*type, static_cast<int32_t>(i));
  if (!masks) return ToC(view);
  // The host reads the bytes in place, so they must not hold what the viewer may not read.
  std::vector<Value> values(type->fields.size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = view.Get(i);
  record::Builder builder;
  KITH_ASSIGN_OR_RETURN(const std::string_view built, builder.Build(view.header(), type->layout, values));
  const std::unique_ptr<char[]>& copy = snapshot.copies.emplace_back(std::make_unique<char[]>(built.size()));
  std::memcpy(copy.get(), built.data(), built.size());
  return ToC(record::View({copy.get(), built.size()}, &type->layout));
}

}  // namespace kith::capi

extern "C" {

kith_code kith_db_set_policy(kith_db* db, kith_str policy, kith_ref actor, uint8_t dry_run, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(policy, "policy"));
    KITH_ASSIGN_OR_RETURN(const kith::Actor who, ToRef(actor, "actor"));
    KITH_ASSIGN_OR_RETURN(const kith::EnsureReport done, object->database->SetPolicy(text, who, dry_run != 0));
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

kith_code kith_db_policy(kith_db* db, kith_text** policy, kith_error** err) {
  return GuardText(policy, "policy", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const auto catalog, object->database->GetCatalog());
    return catalog->policy().is_set() ? catalog->policy().text : "{}";
  });
}

kith_code kith_snapshot_may(kith_snapshot* snapshot, kith_id id, kith_right right, uint8_t* may, kith_error** err) {
  Zero(may);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(may, "may"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    if (right < KITH_RIGHT_READ || right > KITH_RIGHT_CREATE) {
      return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "right", .value = std::to_string(right)},
                             "there is no such right");
    }
    KITH_ASSIGN_OR_RETURN(const bool answer, object->snapshot->May(static_cast<kith::catalog::Right>(right), kith::Id(id)));
    *may = answer ? 1 : 0;
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_type_access(kith_snapshot* snapshot, const char* type, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(type, "type"));
    const kith::Snapshot& view = *object->snapshot;
    KITH_ASSIGN_OR_RETURN(const kith::catalog::TypeDef* def, view.catalog().GetType(name));
    nlohmann::json out = {{"create", view.MayCreate(*def)}, {"masked", nlohmann::json::array()}, {"fixed", nlohmann::json::array()}};
    for (const kith::catalog::FieldDef& field : def->fields) {
      const auto position = static_cast<int32_t>(field.position);
      if (view.IsMasked(*def, position)) out["masked"].push_back(field.name);
      if (view.IsFixed(*def, position)) out["fixed"].push_back(field.name);
    }
    return out.dump();
  });
}

}  // extern "C"
