// The database: open, packages, statistics, verification.
#include "json.h"
#include "kith/crm/migrate.h"
#include "kith/model/model.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::StatusOr<kith::OpenOptions> ToOpenOptions(const kith_open_options* given) {
  KITH_ASSIGN_OR_RETURN(kith_open_options read, ReadOptions(given, kith_open_options KITH_OPEN_OPTIONS_INIT));
  kith::OpenOptions options;
  options.create = read.create != 0;
  options.read_only = read.read_only != 0;
  options.temporary = read.temporary != 0;
  options.allow_any_file_system = read.allow_any_file_system != 0;
  if (read.durability != KITH_DURABILITY_FULL && read.durability != KITH_DURABILITY_RELAXED) {
    return kith::MakeError(kith::Reason::kBadOptions, "durability is neither full nor relaxed");
  }
  options.durability = read.durability == KITH_DURABILITY_RELAXED ? kith::storage::Durability::kRelaxed : kith::storage::Durability::kFull;
  if (read.node > 511) return kith::MakeError(kith::Reason::kBadOptions, "node is " + std::to_string(read.node) + "; it must be 0 to 511");
  options.node = static_cast<uint16_t>(read.node);
  options.map_size = read.map_size;
  options.max_size = read.max_size;
  options.seed = read.seed;
  options.slow = std::chrono::milliseconds(read.slow_ms);
  if (read.log != nullptr) {
    options.log = [fn = read.log, context = read.log_context](kith::storage::LogLevel level, std::string_view message) {
      fn(static_cast<kith_log_level>(level), FromText(message), context);
    };
  }
  if (read.clock != nullptr) {
    options.clock = [fn = read.clock, context = read.clock_context] { return kith::Time{fn(context)}; };
  }
  return options;
}

kith::Status Ensure(kith_db* db, const kith::catalog::PackageSource& source, uint8_t dry_run, kith_text** report) {
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
  KITH_ASSIGN_OR_RETURN(kith::EnsureReport done, object->database->Ensure({&source, 1}, dry_run != 0));
  if (report != nullptr) *report = NewText(ToJson(done));
  return absl::OkStatus();
}

}  // namespace

extern "C" {

kith_code kith_db_open(kith_str path, const kith_open_options* options, kith_db** db, kith_error** err) {
  Zero(db);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(db, "db"));
    KITH_ASSIGN_OR_RETURN(std::string_view where, Text(path, "path"));
    KITH_ASSIGN_OR_RETURN(kith::OpenOptions open, ToOpenOptions(options));
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<kith::Database> database, kith::model::OpenDatabase(where, std::move(open)));
    if (!database->read_only()) KITH_RETURN_IF_ERROR(kith::crm::SettleMigrations(*database).status());
    *db = Wrap<kith_db>(std::make_shared<DatabaseObject>(DatabaseObject{std::move(database)}));
    return absl::OkStatus();
  });
}

void kith_db_free(kith_db* db) { Drop(db); }

kith_str kith_db_path(const kith_db* db) {
  const DatabaseObject* object = Peek(db);
  return object == nullptr ? kith_str{nullptr, 0} : FromText(object->database->path());
}

kith_code kith_db_ensure(kith_db* db, kith_str definition, kith_str numbers, uint8_t dry_run, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view text, Text(definition, "definition"));
    KITH_ASSIGN_OR_RETURN(std::string_view numbers_text, Text(numbers, "numbers"));
    return Ensure(db, {std::string(text), std::string(numbers_text)}, dry_run, report);
  });
}

kith_code kith_db_ensure_shipped(kith_db* db, const char* name, uint8_t dry_run, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view package, Name(name, "name"));
    KITH_ASSIGN_OR_RETURN(kith::catalog::PackageSource source, kith::catalog::ShippedPackage(package));
    return Ensure(db, source, dry_run, report);
  });
}

kith_code kith_db_remove_package(kith_db* db, const char* name, uint8_t delete_data, uint8_t dry_run, kith_text** report,
                                 kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(std::string_view package, Name(name, "name"));
    KITH_ASSIGN_OR_RETURN(kith::RemoveReport removed,
                          object->database->Remove(package, {.dry_run = dry_run != 0, .delete_data = delete_data != 0}));
    if (report != nullptr) *report = NewText(ToJson(removed));
    return absl::OkStatus();
  });
}

kith_code kith_package_numbers(kith_str definition, kith_str numbers, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::string_view text, Text(definition, "definition"));
    KITH_ASSIGN_OR_RETURN(std::string_view numbers_text, Text(numbers, "numbers"));
    KITH_ASSIGN_OR_RETURN(std::string appended, kith::catalog::AppendNumbers({std::string(text), std::string(numbers_text)}));
    return appended;
  });
}

kith_code kith_db_catalog(kith_db* db, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(auto catalog, object->database->GetCatalog());
    return catalog->ToJson();
  });
}

kith_code kith_db_schema(kith_db* db, const char* type, kith_text** fbs, kith_error** err) {
  return GuardText(fbs, "fbs", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(auto catalog, object->database->GetCatalog());
    KITH_ASSIGN_OR_RETURN(const kith::catalog::TypeDef* def, catalog->GetType(name));
    return kith::catalog::Catalog::ToFbs(*def, *catalog);
  });
}

kith_code kith_db_get_stats(kith_db* db, kith_db_stats* stats, kith_error** err) {
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(stats, "stats"));
    uint32_t size = stats->struct_size;
    if (size < sizeof(uint32_t) || size > sizeof(kith_db_stats)) {
      return kith::MakeError(kith::Reason::kBadOptions, "set stats->struct_size to sizeof(kith_db_stats)");
    }
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(kith::DatabaseStats now, object->database->GetStats());
    kith_db_stats all{};
    all.struct_size = size;
    all.readers = now.storage.readers;
    all.file_bytes = now.storage.file_bytes;
    all.used_bytes = now.storage.used_bytes;
    all.map_bytes = now.storage.map_bytes;
    all.sequence = now.sequence;
    all.catalog_version = now.catalog_version;
    all.types = now.types;
    all.applied = now.applied;
    all.refused = now.refused;
    all.groups = now.storage.groups;
    all.syncs = now.storage.syncs;
    all.oldest_reader_lag = now.storage.oldest_reader_lag;
    all.oldest_snapshot_seconds = now.storage.oldest_snapshot_seconds;
    std::memcpy(stats, &all, size);
    return absl::OkStatus();
  });
}

kith_code kith_db_metrics(kith_db* db, kith_text** text, kith_error** err) {
  return GuardText(text, "text", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(kith::DatabaseStats now, object->database->GetStats());
    return now.ToOpenMetrics();
  });
}

kith_code kith_metrics(kith_db* const* dbs, const kith_str* names, size_t count, kith_text** text, kith_error** err) {
  return GuardText(text, "text", err, [&]() -> kith::StatusOr<std::string> {
    if (count > 0) {
      KITH_RETURN_IF_ERROR(Required(dbs, "dbs"));
      KITH_RETURN_IF_ERROR(Required(names, "names"));
    }
    std::vector<kith::NamedStats> all(count);
    for (size_t i = 0; i < count; ++i) {
      KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(dbs[i]));
      KITH_ASSIGN_OR_RETURN(const std::string_view name, Text(names[i], "names"));
      all[i].name = name;
      KITH_ASSIGN_OR_RETURN(all[i].stats, object->database->GetStats());
    }
    return kith::ToOpenMetrics(all);
  });
}

kith_code kith_db_verify(kith_db* db, uint64_t* problems, kith_text** report, kith_error** err) {
  Zero(problems);
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(kith::VerifyReport found, object->database->Verify());
    if (problems != nullptr) *problems = found.problems.size();
    if (report != nullptr) *report = NewText(ToJson(found));
    return absl::OkStatus();
  });
}

kith_code kith_db_prune(kith_db* db, int64_t before, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const kith::PruneReport done, object->database->Prune(kith::Time{before}));
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

kith_code kith_db_backup(kith_db* db, kith_str target, kith_error** err) {
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(std::string_view path, Text(target, "target"));
    return object->database->Backup(path);
  });
}

kith_code kith_db_wait(kith_db* db, uint64_t sequence, uint32_t timeout_ms, uint64_t* newest, kith_error** err) {
  Zero(newest);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(uint64_t now, object->database->Wait(sequence, std::chrono::milliseconds(timeout_ms)));
    if (newest != nullptr) *newest = now;
    return absl::OkStatus();
  });
}

}  // extern "C"
