// A folder of CSV files, or an Arrow stream, into a database: passes over files, groups of rows, one report.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include "exchange/arrow_rows.h"
#include "exchange/plan.h"
#include "exchange/progress.h"
#include "exchange/row.h"
#include "exchange/scratch.h"
#include "kith/exchange/arrow.h"
#include "kith/exchange/csv.h"
#include "kith/model/model.h"

namespace kith::exchange {
namespace {

namespace fs = std::filesystem;

// Rows applied together: one wait for the disk, and the most that is in memory.
constexpr size_t kGroupRows = 512;

// Opens what a file of the mapping stands for, from its start; the first row names the columns.
using OpenRows = std::function<StatusOr<std::unique_ptr<CsvReader>>(const FileMapping&)>;

class Importer {
 public:
  Importer(Database& database, OpenRows open, const Mapping& mapping, const ImportOptions& options)
      : database_(database), open_(std::move(open)), mapping_(mapping), options_(options) {}

  StatusOr<ImportReport> Run() {
    Clock::time_point start = Clock::now();
    if (!options_.problem_file.empty()) {
      problem_file_.open(options_.problem_file, std::ios::binary | std::ios::trunc);
      if (!problem_file_) return Unwritable();
      WriteProblem({"file", "line", "column", "value", "reason", "code"});
    }
    KITH_RETURN_IF_ERROR(Prepare());
    KITH_ASSIGN_OR_RETURN(auto catalog, database_.GetCatalog());
    KITH_ASSIGN_OR_RETURN(std::vector<FilePass> passes, PlanPasses(mapping_, *catalog));
    for (const FilePass& pass : passes) KITH_RETURN_IF_ERROR(ImportFile(pass));
    if (problem_file_.is_open() && !problem_file_.flush()) return Unwritable();
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(report_);
  }

 private:
  [[nodiscard]] Status Unwritable() const {
    ErrorInfo info;
    info.reason = Reason::kIoError;
    info.value = options_.problem_file;
    return MakeError(std::move(info), "the file for problems cannot be written");
  }

  // A pipeline that is there stays as it is; the stages that it lacks come before those that close. Whether there are any.
  static bool AddStages(const Snapshot& now, const model::Pipeline& wanted, model::Pipeline& known) {
    const size_t before = known.stages.size();
    for (const model::Stage& stage : wanted.stages) {
      const std::string path = wanted.name + "/" + stage.name;
      if (now.Find("stage", ExternalRef{std::string(model::kStageSystem), path}).ok()) continue;
      const auto closed = std::find_if(known.stages.begin(), known.stages.end(),
                                       [](const model::Stage& of) { return !of.archived && of.kind != model::StageKind::kOpen; });
      known.stages.insert(stage.kind == model::StageKind::kOpen ? closed : known.stages.end(), stage);
    }
    return known.stages.size() != before;
  }

  // What the mapping brings besides rows: packages and pipelines.
  Status Prepare() {
    std::vector<catalog::PackageSource> packages;
    for (const std::string& definition : mapping_.packages) packages.push_back({definition, ""});
    if (!packages.empty()) KITH_RETURN_IF_ERROR(database_.Ensure(packages).status());
    if (mapping_.pipelines.empty()) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(Batch batch,
                          database_.NewBatch(options_.actor, options_.reason.empty() ? "import " + mapping_.name : options_.reason));
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> now, database_.Read());
    for (const std::string& json : mapping_.pipelines) {
      KITH_ASSIGN_OR_RETURN(model::Pipeline pipeline, model::PipelineFromJson(json));
      // Rows tell of what is long past: a pipeline that comes with them has always been, so that they are in its stages as of then too.
      StatusOr<model::Pipeline> known = model::GetPipeline(*now, pipeline.name);
      const bool is_new = GetReason(known.status()) == Reason::kUnknownPipeline;
      if (!is_new) {
        KITH_RETURN_IF_ERROR(known.status());
        if (!AddStages(*now, pipeline, *known)) continue;
        pipeline = *std::move(known);
      }
      batch.SetEffective(is_new ? std::optional(Time{}) : std::nullopt);
      model::DefinePipeline(batch, pipeline);
    }
    return database_.Apply(batch).status();
  }

  Status ImportFile(const FilePass& pass) {
    const FileMapping& file = *pass.mapping;
    KITH_ASSIGN_OR_RETURN(std::unique_ptr<CsvReader> reader, open_(file));
    KITH_ASSIGN_OR_RETURN(const CsvRow* header, reader->Next());
    if (header == nullptr || !header->problem.ok()) {
      ErrorInfo info;
      info.reason = Reason::kFileUnreadable;
      info.value = file.file;
      return MakeError(std::move(info), header == nullptr ? "the file is empty" : "the file's first line cannot be read");
    }
    KITH_ASSIGN_OR_RETURN(RowReader rows, RowReader::Bind(pass, *header));
    if (!pass.second) {
      report_.files.emplace_back();
      report_.files.back().file = file.file;
    }
    bool more = true;
    while (more) {
      KITH_ASSIGN_OR_RETURN(more, ImportGroup(pass, rows, *reader));
      KITH_RETURN_IF_ERROR(Progress(file.file, *reader, !more));
    }
    return absl::OkStatus();
  }

  // Reads and applies the next rows; false at the end of the file.
  StatusOr<bool> ImportGroup(const FilePass& pass, const RowReader& rows, CsvReader& reader) {
    KITH_ASSIGN_OR_RETURN(std::unique_ptr<Snapshot> snapshot, database_.Read());
    std::vector<RowBatch> group;
    const CsvRow* row = nullptr;
    while (group.size() < kGroupRows) {
      KITH_ASSIGN_OR_RETURN(row, reader.Next());
      if (row == nullptr) break;
      group.push_back(rows.Read(*row, *snapshot, options_));
    }
    ApplyGroup(pass, *snapshot, group);
    return row != nullptr;
  }

  void ApplyGroup(const FilePass& pass, const Snapshot& before, const std::vector<RowBatch>& group) {
    std::vector<const Batch*> batches;
    for (const RowBatch& row : group) {
      if (row.batch) batches.push_back(&*row.batch);
    }
    std::vector<StatusOr<Outcome>> outcomes = database_.ApplyMany(batches);
    size_t next = 0;
    std::set<std::string_view> made;  // keys of records that earlier rows of the group brought
    for (const RowBatch& row : group) {
      if (!row.batch) {
        CountUnapplied(pass, row);
        continue;
      }
      const StatusOr<Outcome>& outcome = outcomes[next++];
      if (outcome.ok()) {
        const bool existed = pass.second || before.Find(pass.type->name, row.key).ok() || !made.insert(row.key.key).second;
        CountApplied(pass, existed, row, *outcome);
      } else {
        CountProblem(pass, row, outcome.status());
      }
    }
  }

  FileReport& ReportOf(const FilePass& pass) {
    auto found =
        std::find_if(report_.files.begin(), report_.files.end(), [&](const FileReport& r) { return r.file == pass.mapping->file; });
    return *found;
  }

  void CountUnapplied(const FilePass& pass, const RowBatch& row) {
    if (!row.skipped) return CountProblem(pass, row, row.problem);
    if (pass.second) return;
    ++ReportOf(pass).rows;
    ++ReportOf(pass).skipped;
  }

  void CountApplied(const FilePass& pass, bool existed, const RowBatch& row, const Outcome& outcome) {
    if (pass.second) return;
    FileReport& report = ReportOf(pass);
    ++report.rows;
    if (outcome.first_sequence == 0) {
      ++report.unchanged;
      return;
    }
    ++(existed ? report.changed : report.created);
    report.moves += row.moves;
  }

  void CountProblem(const FilePass& pass, const RowBatch& row, const Status& status) {
    ErrorInfo info = GetErrorInfo(status);
    std::string column = ColumnOf(pass, row, info);
    // The second pass names only what it adds: what else is wrong with a row, the first has named.
    if (pass.second && !Fills(pass, column)) return;
    FileReport& report = ReportOf(pass);
    if (!pass.second) ++report.rows;
    ++report.rejected;
    RowProblem problem;
    problem.file = pass.mapping->file;
    problem.line = row.line;
    problem.column = std::move(column);
    auto cell = row.cells.find(problem.column);
    problem.value = cell != row.cells.end() ? cell->second.substr(0, 80) : info.value;
    problem.reason = MessageOf(status);
    if (!info.hint.empty()) problem.reason += "; " + info.hint;
    problem.code = info.reason;
    if (problem_file_.is_open()) {
      WriteProblem(
          {problem.file, std::to_string(problem.line), problem.column, problem.value, problem.reason, std::string(NameOf(problem.code))});
    }
    if (report_.problems.size() < options_.problem_limit) report_.problems.push_back(std::move(problem));
  }

  static bool Fills(const FilePass& pass, const std::string& column) {
    return std::any_of(pass.columns.begin(), pass.columns.end(), [&](const ColumnPlan& c) { return c.mapping->column == column; });
  }

  // The column that an error is about: known when the row was read, else by the change or field it names.
  static std::string ColumnOf(const FilePass& pass, const RowBatch& row, const ErrorInfo& info) {
    if (!row.problem_column.empty()) return row.problem_column;
    if (auto change = row.column_of_change.find(info.change); change != row.column_of_change.end()) return change->second;
    for (const ColumnPlan& column : pass.columns) {
      if (!info.field.empty() && column.mapping->field == info.field) return column.mapping->column;
    }
    return "";
  }

  void WriteProblem(const std::vector<std::string>& cells) {
    std::string line;
    AppendCsvRow(line, cells);
    problem_file_ << line;
  }

  Status Progress(const std::string& file, const CsvReader& reader, bool last) {
    if (!options_.progress) return absl::OkStatus();
    Clock::time_point now = Clock::now();
    if (!last && now - last_progress_ < kProgressEvery) return absl::OkStatus();
    last_progress_ = now;
    if (options_.progress(file, reader.bytes_read(), reader.bytes_total())) return absl::OkStatus();
    return MakeError(Reason::kCancelled, "the import was stopped; rows loaded so far stay");
  }

  Database& database_;
  OpenRows open_;
  const Mapping& mapping_;
  const ImportOptions& options_;
  ImportReport report_;
  std::ofstream problem_file_;
  Clock::time_point last_progress_;
};

StatusOr<ImportReport> Import(Database& database, const OpenRows& open, const Mapping& mapping, const ImportOptions& options) {
  if (!options.dry_run) return Importer(database, open, mapping, options).Run();
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchCopy> copy, ScratchCopy::Of(database));
  return Importer(copy->database(), open, mapping, options).Run();
}

}  // namespace

int64_t ImportReport::rejected() const {
  int64_t sum = 0;
  for (const FileReport& file : files) sum += file.rejected;
  return sum;
}

StatusOr<ImportReport> ImportFolder(Database& database, std::string_view folder, const Mapping& mapping, const ImportOptions& options) {
  const OpenRows open = [folder](const FileMapping& file) {
    return CsvReader::Open((fs::path(folder) / file.file).string(), file.delimiter);
  };
  return Import(database, open, mapping, options);
}

StatusOr<ImportReport> ImportArrow(Database& database, ArrowArrayStream* stream, const Mapping& mapping, const ImportOptions& options) {
  if (stream->release == nullptr) {
    return MakeError({.reason = Reason::kBadOptions, .field = "stream", .hint = "give a stream that nobody has read yet"},
                     "the stream was read or released before");
  }
  ArrowInput input(stream);
  if (mapping.files.size() != 1) {
    return MakeError({.reason = Reason::kMappingMalformed, .field = "files", .value = std::to_string(mapping.files.size())},
                     "a stream is one table, so its mapping has one file");
  }
  KITH_RETURN_IF_ERROR(input.Start(ColumnsOf(mapping.files[0])));
  const OpenRows open = [&input](const FileMapping&) -> StatusOr<std::unique_ptr<CsvReader>> { return NewArrowReader(input); };
  return Import(database, open, mapping, options);
}

}  // namespace kith::exchange
