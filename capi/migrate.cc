// Changing a pipeline while records are in flight.
#include "kith/crm/migrate.h"

#include "answer.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

Json Of(const std::vector<kith::crm::Unplaced>& records) {
  Json list = Json::array();
  for (const kith::crm::Unplaced& one : records) list.push_back({{"record", one.record.value()}, {"stage", one.stage}});
  return list;
}

Json Of(const kith::crm::MigrationPreview& preview) {
  Json placements = Json::array();
  for (const kith::crm::Placement& one : preview.placements) {
    placements.push_back({{"from", one.from}, {"to", one.to}, {"records", one.records}});
  }
  return {{"version", preview.version}, {"placements", std::move(placements)}, {"unplaced", Of(preview.unplaced)}};
}

Json Of(const kith::crm::MigrationReport& report) {
  return {{"migration", report.migration.value()}, {"version", report.version}, {"moved", report.moved}, {"left", Of(report.left)}};
}

kith::StatusOr<Json> Migrate(kith::Database& database, const kith::model::MigrationPlan& plan, bool dry_run) {
  if (dry_run) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<kith::Snapshot> snapshot, database.Read());
    KITH_ASSIGN_OR_RETURN(const kith::crm::MigrationPreview preview, kith::crm::PreviewMigration(*snapshot, plan));
    return Of(preview);
  }
  KITH_ASSIGN_OR_RETURN(const kith::crm::MigrationReport report, kith::crm::MigratePipeline(database, plan));
  return Of(report);
}

}  // namespace

extern "C" {

kith_code kith_db_migrate_pipeline(kith_db* db, kith_str plan, uint8_t dry_run, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(plan, "plan"));
    KITH_ASSIGN_OR_RETURN(const kith::model::MigrationPlan parsed, kith::model::MigrationPlanFromJson(text));
    KITH_ASSIGN_OR_RETURN(const Json report, Migrate(*object->database, parsed, dry_run != 0));
    return Dump(report);
  });
}

}  // extern "C"
