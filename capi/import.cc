// CSV and Arrow import.
#include <functional>

#include "json.h"
#include "kith/exchange/arrow.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::StatusOr<kith::exchange::ImportOptions> ToImportOptions(const kith_import_options* given) {
  KITH_ASSIGN_OR_RETURN(kith_import_options read, ReadOptions(given, kith_import_options KITH_IMPORT_OPTIONS_INIT));
  kith::exchange::ImportOptions options;
  options.dry_run = read.dry_run != 0;
  KITH_ASSIGN_OR_RETURN(options.actor, ToRef(read.actor, "actor"));
  KITH_ASSIGN_OR_RETURN(options.reason, Text(read.reason, "reason"));
  KITH_ASSIGN_OR_RETURN(options.problem_file, Text(read.problem_file, "problem_file"));
  if (read.problem_limit != 0) options.problem_limit = read.problem_limit;
  if (read.progress != nullptr) {
    options.progress = [fn = read.progress, context = read.progress_context](std::string_view file, int64_t done, int64_t total) {
      return fn(FromText(file), done, total, context) != 0;
    };
  }
  return options;
}

kith::Status Import(kith_db* db, kith_str mapping, const kith_import_options* options, uint64_t* rejected, kith_text** report,
                    const std::function<kith::StatusOr<kith::exchange::ImportReport>(kith::Database&, std::string_view mapping,
                                                                                     const kith::exchange::ImportOptions&)>& run) {
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
  KITH_ASSIGN_OR_RETURN(std::string_view json, Text(mapping, "mapping"));
  KITH_ASSIGN_OR_RETURN(kith::exchange::ImportOptions how, ToImportOptions(options));
  KITH_ASSIGN_OR_RETURN(kith::exchange::ImportReport done, run(*object->database, json, how));
  if (rejected != nullptr) *rejected = static_cast<uint64_t>(done.rejected());
  if (report != nullptr) *report = NewText(ToJson(done));
  return absl::OkStatus();
}

}  // namespace

extern "C" kith_code kith_db_import_csv(kith_db* db, kith_str folder, kith_str mapping, const kith_import_options* options,
                                        uint64_t* rejected, kith_text** report, kith_error** err) {
  Zero(rejected);
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::string_view where, Text(folder, "folder"));
    const auto run = [where](kith::Database& database, std::string_view json,
                             const kith::exchange::ImportOptions& how) -> kith::StatusOr<kith::exchange::ImportReport> {
      KITH_ASSIGN_OR_RETURN(kith::exchange::Mapping map,
                            json.empty() ? kith::exchange::FindMapping(where) : kith::exchange::MappingFromJson(json));
      return kith::exchange::ImportFolder(database, where, map, how);
    };
    return Import(db, mapping, options, rejected, report, run);
  });
}

extern "C" kith_code kith_db_import_arrow(kith_db* db, struct ArrowArrayStream* stream, kith_str mapping,
                                          const kith_import_options* options, uint64_t* rejected, kith_text** report, kith_error** err) {
  Zero(rejected);
  Zero(report);
  const kith_code code = Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(stream, "stream"));
    const auto run = [stream](kith::Database& database, std::string_view json,
                              const kith::exchange::ImportOptions& how) -> kith::StatusOr<kith::exchange::ImportReport> {
      KITH_ASSIGN_OR_RETURN(const kith::exchange::Mapping map, kith::exchange::MappingFromJson(json));
      return kith::exchange::ImportArrow(database, stream, map, how);
    };
    return Import(db, mapping, options, rejected, report, run);
  });
  if (stream != nullptr && stream->release != nullptr) stream->release(stream);
  return code;
}
