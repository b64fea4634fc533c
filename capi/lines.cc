// JSON Lines out and in.
#include "kith/exchange/lines.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "json.h"
#include "kith/exchange/absorb.h"
#include "members.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

namespace exchange = kith::exchange;

kith::StatusOr<std::vector<std::string>> TypeNames(kith_str given) {
  KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(given, "types"));
  return NamesFrom(text, "types");
}

std::string Of(const exchange::ExportLinesReport& report) {
  Json out = {{"lines", report.lines}, {"bytes", report.bytes}, {"sha256", report.sha256}, {"types", Json::array()}};
  for (const auto& type : report.types) {
    out["types"].push_back({{"type", type.type}, {"records", type.records}, {"deleted", type.deleted}});
  }
  return Dump(out);
}

std::string Of(const exchange::ImportLinesReport& report) {
  Json out = {{"ids_kept", report.ids_kept},
              {"seconds", report.seconds},
              {"rejected", report.rejected()},
              {"types", Json::array()},
              {"problems", Json::array()}};
  for (const auto& type : report.types) {
    out["types"].push_back({{"type", type.type},
                            {"created", type.created},
                            {"changed", type.changed},
                            {"unchanged", type.unchanged},
                            {"rejected", type.rejected},
                            {"deleted", type.deleted}});
  }
  for (const exchange::LineProblem& problem : report.problems) {
    out["problems"].push_back({{"line", problem.line},
                               {"type", problem.type},
                               {"id", problem.id.value()},
                               {"field", problem.field},
                               {"value", problem.value},
                               {"reason", problem.reason},
                               {"code", kith::NameOf(problem.code)}});
  }
  return Dump(out);
}

kith::StatusOr<exchange::ImportLinesOptions> ImportOptionsFrom(const kith_import_lines_options* given) {
  KITH_ASSIGN_OR_RETURN(const kith_import_lines_options read, ReadOptions(given, kith_import_lines_options KITH_IMPORT_LINES_OPTIONS_INIT));
  exchange::ImportLinesOptions options;
  if (read.ids > KITH_IDS_MAP) {
    return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "ids", .value = std::to_string(read.ids)},
                           "is none of KITH_IDS_*");
  }
  options.ids = static_cast<exchange::LinesIds>(read.ids);
  options.dry_run = read.dry_run != 0;
  options.drop_missing = read.drop_missing != 0;
  KITH_ASSIGN_OR_RETURN(options.actor, ToRef(read.actor, "actor"));
  KITH_ASSIGN_OR_RETURN(const std::string_view reason, Text(read.reason, "reason"));
  if (!reason.empty()) options.reason = reason;
  KITH_ASSIGN_OR_RETURN(options.source, Text(read.source, "source"));
  if (read.problem_limit != 0) options.problem_limit = read.problem_limit;
  if (read.progress != nullptr) {
    options.progress = [fn = read.progress, context = read.context](std::string_view stage, int64_t done, int64_t total) {
      return fn(FromText(stage), done, total, context) != 0;
    };
  }
  return options;
}

}  // namespace

extern "C" kith_code kith_snapshot_export_lines(kith_snapshot* snapshot, kith_str path, const kith_export_lines_options* options,
                                                kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view where, Text(path, "path"));
    KITH_ASSIGN_OR_RETURN(const kith_export_lines_options read,
                          ReadOptions(options, kith_export_lines_options KITH_EXPORT_LINES_OPTIONS_INIT));
    exchange::ExportLinesOptions how;
    how.history = read.history != 0;
    KITH_ASSIGN_OR_RETURN(how.types, TypeNames(read.types));
    if (read.progress != nullptr) {
      how.progress = [&read](int64_t done, int64_t total) { return read.progress(FromText("export"), done, total, read.context) != 0; };
    }
    if (where.empty() && read.write == nullptr) {
      return kith::MakeError(
          {.reason = kith::Reason::kBadOptions, .field = "path", .hint = "give a path, or a function that takes the lines"},
          "there is nowhere to write to");
    }
    const exchange::LinesSink sink = [&read](std::string_view bytes) {
      if (read.write(FromText(bytes), read.context) != 0) return kith::Status();
      return kith::MakeError(kith::Reason::kCancelled, "the export was stopped");
    };
    KITH_ASSIGN_OR_RETURN(const exchange::ExportLinesReport done, where.empty() ? exchange::ExportLines(*object->snapshot, sink, how)
                                                                                : exchange::ExportLines(*object->snapshot, where, how));
    if (report != nullptr) *report = NewText(Of(done));
    return absl::OkStatus();
  });
}

extern "C" kith_code kith_db_import_lines(kith_db* db, kith_str path, const kith_import_lines_options* options, uint64_t* rejected,
                                          kith_text** report, kith_error** err) {
  Zero(rejected);
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const std::string_view where, Text(path, "path"));
    KITH_ASSIGN_OR_RETURN(const exchange::ImportLinesOptions how, ImportOptionsFrom(options));
    KITH_ASSIGN_OR_RETURN(const exchange::ImportLinesReport done, exchange::ImportLines(*object->database, where, how));
    if (rejected != nullptr) *rejected = static_cast<uint64_t>(done.rejected());
    if (report != nullptr) *report = NewText(Of(done));
    return absl::OkStatus();
  });
}

extern "C" kith_code kith_db_absorb(kith_db* db, kith_snapshot* from, const kith_import_lines_options* options, uint64_t* rejected,
                                    kith_text** report, kith_error** err) {
  Zero(rejected);
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * other, Use(from));
    KITH_ASSIGN_OR_RETURN(exchange::ImportLinesOptions given, ImportOptionsFrom(options));
    if (given.ids == exchange::LinesIds::kKeep) {
      return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "ids", .hint = "give KITH_IDS_AUTO or KITH_IDS_MAP"},
                             "a database that is taken in gets ids of this one");
    }
    exchange::AbsorbOptions how;
    how.source = std::move(given.source);
    how.drop_missing = given.drop_missing;
    how.dry_run = given.dry_run;
    how.actor = std::move(given.actor);
    how.reason = std::move(given.reason);
    how.problem_limit = given.problem_limit;
    how.progress = std::move(given.progress);
    KITH_ASSIGN_OR_RETURN(const exchange::ImportLinesReport done, exchange::Absorb(*object->database, *other->snapshot, how));
    if (rejected != nullptr) *rejected = static_cast<uint64_t>(done.rejected());
    if (report != nullptr) *report = NewText(Of(done));
    return absl::OkStatus();
  });
}
