// CSV in: a folder of files in dependency order, by a mapping that is data. Streams: memory does not grow with the files.
//
// A row becomes one atomic batch. A bad row is reported with file, line, column, value and reason, and the rest loads. Rows are upserts by
// external reference, so that a second import of the same files creates nothing.
#ifndef KITH_EXCHANGE_CSV_H_
#define KITH_EXCHANGE_CSV_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/database.h"

namespace kith::exchange {

// How one column fills one field.
struct ColumnMapping {
  std::string column;
  std::string field;
  std::string format;    // of dates and times, see base ParseTimeAs; empty: ISO
  std::string currency;  // of money without a currency of its own
  std::string currency_column;
  double scale = 1;                           // numbers and money are multiplied by it ("revenue in millions")
  std::string system;                         // references: the external system of the value
  std::map<std::string, std::string> values;  // replacements, exact
  std::string separator;                      // of lists and sets
  std::string default_value;                  // for an empty cell
};

// A move that a row tells of, when `at_column` is not empty and the condition holds.
struct MoveMapping {
  std::string stage;  // "pipeline/stage"
  std::string at_column;
  std::string format;
  std::string when_column;           // empty: always
  std::vector<std::string> when_in;  // values for which it holds; empty with when_column set: any non-empty
};

struct FileMapping {
  std::string file;              // name within the folder
  std::string type;              // entity type
  std::string system;            // external system of the row's key
  std::vector<std::string> key;  // columns that form it, joined by "|"
  char delimiter = ',';
  std::vector<ColumnMapping> columns;
  std::string created_column;  // effective time of the creation
  std::string created_format;
  std::vector<MoveMapping> moves;  // in order of time
  // Only rows that hold: column -> accepted values; others are counted as skipped.
  std::map<std::string, std::vector<std::string>> only;
};

struct Mapping {
  std::string name;                    // "maven_crm"
  std::vector<std::string> packages;   // package definitions (JSON text) to ensure first: custom types and fields
  std::vector<std::string> pipelines;  // pipeline definitions (JSON text)
  std::vector<FileMapping> files;      // in any order; sorted by references before loading, self-references in a second pass
};

// The JSON form has the members above by name; packages and pipelines may be objects. Errors (MappingMalformed) name the path.
[[nodiscard]] StatusOr<Mapping> MappingFromJson(std::string_view json);
[[nodiscard]] std::string ToJson(const Mapping& mapping);
// The mapping for a folder: its own "mapping.json", else the shipped preset whose files and header lines match. NotFound otherwise, naming
// what was seen.
[[nodiscard]] StatusOr<Mapping> FindMapping(std::string_view folder);

struct RowProblem {
  std::string file;
  int64_t line = 0;    // 1-based, of the row's first line
  std::string column;  // empty: the row as a whole
  std::string value;
  std::string reason;  // for people
  Reason code = Reason::kNone;
};

struct FileReport {
  std::string file;
  int64_t rows = 0;
  int64_t created = 0;
  int64_t changed = 0;
  int64_t unchanged = 0;
  int64_t skipped = 0;
  int64_t rejected = 0;
  int64_t moves = 0;
};

struct ImportReport {
  std::vector<FileReport> files;
  std::vector<RowProblem> problems;  // the first `problem_limit`; `rejected` counts all
  double seconds = 0;
  [[nodiscard]] int64_t rejected() const;
};

struct ImportOptions {
  Actor actor;
  bool dry_run = false;
  size_t problem_limit = 1000;
  std::string problem_file;  // every problem as CSV, besides; empty: none
  // Called from the importing thread about ten times a second; false stops the import (Cancelled) after the rows in flight.
  std::function<bool(std::string_view file, int64_t bytes_done, int64_t bytes_total)> progress;
};

[[nodiscard]] StatusOr<ImportReport> ImportFolder(Database& database, std::string_view folder, const Mapping& mapping,
                                                  const ImportOptions& options = {});

// --- CSV as text, for those who bring their own rows
struct CsvRow {
  int64_t line = 0;                     // of its first line
  std::vector<std::string_view> cells;  // borrowed until the next call
};
// Reads RFC 4180 with what is met in the wild: UTF-8 with or without BOM, CRLF or LF, quotes, embedded line ends, a last line without end.
// Limits: 1,024 columns, 1 MiB a row, an unclosed quote is an error with its line. NUL and malformed UTF-8 are errors of the row.
class CsvReader {
 public:
  [[nodiscard]] static StatusOr<std::unique_ptr<CsvReader>> Open(std::string_view path, char delimiter = ',');
  virtual ~CsvReader() = default;
  // The next row; nullopt at the end. An error with reason RowRejected concerns one row: go on reading.
  [[nodiscard]] virtual StatusOr<std::optional<CsvRow>> Next() = 0;
  [[nodiscard]] virtual int64_t bytes_read() const = 0;
  [[nodiscard]] virtual int64_t bytes_total() const = 0;
};

// Writes one row. Cells that a spreadsheet would run as a formula (= + - @ tab CR at the start, also full-width or after spaces) get a
// leading apostrophe when `guard` is set, unless they are plain numbers.
void AppendCsvRow(std::string& out, const std::vector<std::string>& cells, bool guard = true);

}  // namespace kith::exchange

#endif  // KITH_EXCHANGE_CSV_H_
