// JSON Lines into a database: what is to be done, and by which way.
#include "exchange/lines_import.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "exchange/progress.h"
#include "exchange/scratch.h"
#include "kith/base/limits.h"

namespace kith::exchange {
namespace {

using catalog::Catalog;
using catalog::TypeDef;

// Calls the host's function about ten times a second.
LinesProgress Seldom(const ImportLinesOptions& options, std::string_view stage) {
  if (!options.progress) return [](int64_t, int64_t) { return true; };
  return [&options, stage, last = Clock::time_point()](int64_t done, int64_t total) mutable {
    const Clock::time_point now = Clock::now();
    if (done < total && now - last < kProgressEvery) return true;
    last = now;
    return options.progress(stage, done, total);
  };
}

// Whether there are records beside the seeds of packages.
StatusOr<bool> HasRecords(const Snapshot& snapshot) {
  for (const TypeDef& type : snapshot.catalog().types()) {
    if (type.number < catalog::kFirstOpenType) continue;
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type.name));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      KITH_ASSIGN_OR_RETURN(const bool seed, IsSeed(snapshot, view));
      if (!seed) return true;
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  return false;
}

// Whether every type of the file has its number here too.
bool SameNumbers(const Catalog& file, const Catalog& here) {
  return std::all_of(file.types().begin(), file.types().end(), [&](const TypeDef& type) {
    const TypeDef* other = here.FindType(type.name);
    return other != nullptr && other->number == type.number;
  });
}

class LinesImporter {
 public:
  LinesImporter(Database& database, std::string_view path, const ImportLinesOptions& options)
      : database_(database), path_(path), options_(options) {}

  StatusOr<ImportLinesReport> Run() {
    const Clock::time_point start = Clock::now();
    KITH_ASSIGN_OR_RETURN(file_, CheckLines(path_, Seldom(options_, "check")));
    KITH_ASSIGN_OR_RETURN(const bool fresh, IsFresh());
    if (!fresh && options_.ids == LinesIds::kKeep) return NotFresh("the database has records");
    if (!fresh || options_.ids == LinesIds::kMap) KITH_RETURN_IF_ERROR(NeedSource());
    if (fresh && options_.ids != LinesIds::kMap && !options_.drop_missing) KITH_RETURN_IF_ERROR(CheckReferences());
    KITH_RETURN_IF_ERROR(TakeDefinitions());
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog, database_.GetCatalog());
    const bool same = SameNumbers(*file_.catalog, *catalog);
    if (!same && options_.ids == LinesIds::kKeep) return NotFresh("the database has types under other numbers");
    report_.ids_kept = fresh && same && options_.ids != LinesIds::kMap;
    if (!report_.ids_kept) KITH_RETURN_IF_ERROR(NeedSource());
    const LinesJob job{database_, file_, options_, Seldom(options_, "load"), report_};
    KITH_RETURN_IF_ERROR(report_.ids_kept ? LoadLines(job) : MapLines(job));
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(report_);
  }

 private:
  // No records, or those of an interrupted import of this file.
  StatusOr<bool> IsFresh() {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database_.Read());
    KITH_ASSIGN_OR_RETURN(const std::optional<std::string> stands, snapshot->Checkpoint(kLinesCheckpoint));
    if (stands.has_value() && stands->starts_with(file_.sha256)) return true;
    KITH_ASSIGN_OR_RETURN(const bool has_records, HasRecords(*snapshot));
    return !has_records;
  }

  static Status NotFresh(std::string_view why) {
    return MakeError({.reason = Reason::kPreconditionFailed, .field = "ids", .hint = "import into an empty database, or map the ids"}, why);
  }

  Status NeedSource() const {
    if (options_.source.size() > limits::kExternalSystemBytes) {
      return MakeError({.reason = Reason::kBadOptions, .field = "source", .hint = "limit kExternalSystemBytes, 64"},
                       "the name is too long");
    }
    if (!options_.source.empty()) return absl::OkStatus();
    return MakeError({.reason = Reason::kBadOptions, .field = "source", .hint = "name the database that the file comes from"},
                     "records get ids of this database, so the import needs a name for where they come from");
  }

  Status CheckReferences() const {
    const Id missing = file_.referred.FirstOutside(file_.ids);
    return missing.is_null() ? absl::OkStatus() : MissingReference(file_, missing);
  }

  // As they stand where that is possible, so that ids mean the same; else as packages.
  Status TakeDefinitions() {
    Status adopted = database_.Adopt(file_.definitions);
    if (GetReason(adopted) != Reason::kPackageConflict) return adopted;
    std::vector<catalog::PackageSource> packages;
    for (const catalog::PackageDef& package : file_.catalog->packages()) {
      if (!package.removed) packages.push_back(ToPackage(*file_.catalog, package));
    }
    return database_.Ensure(packages).status();
  }

  Database& database_;
  std::string_view path_;
  const ImportLinesOptions& options_;
  CheckedLines file_;
  ImportLinesReport report_;
};

}  // namespace

StatusOr<bool> IsSeed(const Snapshot& snapshot, record::View view) {
  if (static_cast<Origin>(view.header().origin) != Origin::kPackage) return false;
  KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, snapshot.History(view.id()));
  // After pruning the creation says what later changes left, too.
  return history.size() == 1 && history[0].fields.empty();
}

ImportLinesReport::Type& LinesJob::Counts(std::string_view type) const {
  for (ImportLinesReport::Type& counts : report.types) {
    if (counts.type == type) return counts;
  }
  report.types.push_back({.type = std::string(type)});
  return report.types.back();
}

int64_t ImportLinesReport::rejected() const {
  int64_t sum = 0;
  for (const Type& type : types) sum += type.rejected;
  return sum;
}

StatusOr<ImportLinesReport> ImportLines(Database& database, std::string_view path, const ImportLinesOptions& options) {
  if (!options.dry_run) return LinesImporter(database, path, options).Run();
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchCopy> copy, ScratchCopy::Of(database));
  return LinesImporter(copy->database(), path, options).Run();
}

}  // namespace kith::exchange
