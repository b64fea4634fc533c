// Records made one, and set back to what they were.
#include "kith/crm/merge.h"

#include "kith/engine/json.h"
#include "kith/engine/revert.h"
#include "members.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::StatusOr<kith::Id> IdFrom(std::string_view member, const Json& value) {
  if (value.is_number_unsigned()) return kith::Id(value.get<uint64_t>());
  return Malformed(std::string(member), "is no id");
}

kith::Status ReadMember(const std::string& name, const Json& value, kith::crm::MergeOptions& options) {
  if (name == "into") {
    KITH_ASSIGN_OR_RETURN(options.into, IdFrom(name, value));
    return absl::OkStatus();
  }
  if (name == "prefer") {
    if (value != "first" && value != "latest") return Malformed(name, "is none of the preferences", "first or latest");
    options.prefer = value == "first" ? kith::crm::Prefer::kFirst : kith::crm::Prefer::kLatest;
    return absl::OkStatus();
  }
  if (name == "choose") {
    if (!value.is_object()) return Malformed(name, "is no JSON object of fields and ids");
    for (const auto& [field, id] : value.items()) {
      KITH_ASSIGN_OR_RETURN(options.choose[field], IdFrom("choose." + field, id));
    }
    return absl::OkStatus();
  }
  return Malformed(name, "is not known", "into, prefer or choose");
}

kith::StatusOr<kith::crm::MergeOptions> ReadMergeOptions(std::string_view text) {
  kith::crm::MergeOptions options;
  if (text.empty()) return options;
  KITH_ASSIGN_OR_RETURN(const Json json, Parse(text, "options"));
  if (!json.is_object()) return Malformed("options", "is no JSON object");
  for (const auto& [name, value] : json.items()) KITH_RETURN_IF_ERROR(ReadMember(name, value, options));
  return options;
}

Json Of(const kith::catalog::TypeDef& type, const kith::crm::MergedField& merged) {
  const kith::catalog::FieldDef* field = type.FindField(merged.field);
  const auto value = [&](const kith::Value& one) { return Json::parse(kith::ValueToJsonText(field, one)); };
  Json others = Json::array();
  for (const auto& [record, other] : merged.others) others.push_back({{"record", record.value()}, {"value", value(other)}});
  return {{"field", merged.field}, {"value", value(merged.value)}, {"from", merged.from.value()}, {"others", std::move(others)}};
}

Json Of(const kith::catalog::Catalog& catalog, const kith::crm::MergeReport& report) {
  Json merged = Json::array();
  for (const kith::Id id : report.merged) merged.push_back(id.value());
  Json fields = Json::array();
  const kith::catalog::TypeDef* type = catalog.FindType(report.into.type());
  for (const kith::crm::MergedField& field : report.fields) fields.push_back(Of(*type, field));
  Json changes = Json::array();
  for (const kith::FeedEntry& change : report.outcome.changes) {
    changes.push_back({{"record", change.record.value()}, {"operation", kith::NameOf(change.operation)}});
  }
  return {{"into", report.into.value()},       {"merged", std::move(merged)},
          {"fields", std::move(fields)},       {"sequence", report.outcome.last_sequence},
          {"effects", report.outcome.effects}, {"changes", std::move(changes)}};
}

}  // namespace

extern "C" {

kith_code kith_db_merge(kith_db* db, const kith_id* records, size_t count, kith_ref actor, kith_str reason, kith_str options,
                        const kith_apply_options* apply, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    if (count != 0) KITH_RETURN_IF_ERROR(Required(records, "records"));
    KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(options, "options"));
    KITH_ASSIGN_OR_RETURN(kith::crm::MergeOptions merge, ReadMergeOptions(text));
    KITH_ASSIGN_OR_RETURN(const kith::ApplyOptions how, ToApplyOptions(apply));
    merge.dry_run = how.dry_run;
    merge.viewer = how.viewer;
    KITH_ASSIGN_OR_RETURN(merge.actor, ToRef(actor, "actor"));
    KITH_ASSIGN_OR_RETURN(merge.reason, Text(reason, "reason"));
    KITH_ASSIGN_OR_RETURN(const kith::crm::MergeReport done,
                          kith::crm::MergeRecords(*object->database, std::vector<kith::Id>(records, records + count), merge));
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const kith::catalog::Catalog> catalog, object->database->GetCatalog());
    if (report != nullptr) *report = NewText(Dump(Of(*catalog, done)));
    return absl::OkStatus();
  });
}

kith_code kith_batch_revert(kith_batch* batch, kith_snapshot* snapshot, kith_id record, kith_as_of as_of, const kith_str* fields,
                            size_t count, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(BatchObject * into, Use(batch));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    if (count != 0) KITH_RETURN_IF_ERROR(Required(fields, "fields"));
    std::vector<std::string> names;
    for (size_t i = 0; i < count; ++i) {
      KITH_ASSIGN_OR_RETURN(const std::string_view name, Text(fields[i], "fields"));
      names.emplace_back(name);
    }
    const kith::AsOf at{kith::Time{as_of.effective}, kith::Time{as_of.recorded}};
    KITH_ASSIGN_OR_RETURN(const kith::Reverted done, kith::RevertTo(*object->snapshot, kith::Id(record), at, names, into->batch));
    KITH_RETURN_IF_ERROR(into->batch.status());
    if (report == nullptr) return absl::OkStatus();
    Json kept = Json::array();
    for (const kith::Reverted::Kept& one : done.kept) kept.push_back({{"field", one.field}, {"why", one.why}});
    *report = NewText(Dump({{"fields", done.fields}, {"kept", std::move(kept)}}));
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_origin(kith_snapshot* snapshot, kith_id record, const char* field, kith_id* origin, int64_t* recorded,
                               kith_error** err) {
  Zero(origin);
  Zero(recorded);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_RETURN_IF_ERROR(Required(field, "field"));
    KITH_ASSIGN_OR_RETURN(const kith::crm::Origin found, kith::crm::OriginOf(*object->snapshot, kith::Id(record), field));
    if (origin != nullptr) *origin = found.record.value();
    if (recorded != nullptr) *recorded = found.recorded.micros;
    return absl::OkStatus();
  });
}

}  // extern "C"
