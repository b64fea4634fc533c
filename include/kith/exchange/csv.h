// CSV in: a folder of files in dependency order, by a mapping that is data. Streams: 5 MB of private memory serve ten million rows.
//
// A row becomes one atomic batch. A bad row is reported with file, line, column, value and reason, and the rest loads. Rows are upserts by
// external reference, so that a second import of the same files creates nothing.
#ifndef KITH_EXCHANGE_CSV_H_
#define KITH_EXCHANGE_CSV_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/database.h"

namespace kith::exchange {

// A row takes part where its cell in `column` is one of `in`; with `in` empty, where it is not empty; with `column` empty, always.
struct Condition {
  std::string column;
  std::vector<std::string> in;
};

// How one column fills one field.
struct ColumnMapping {
  std::string column;
  std::string field;            // of the type, or "owner"
  std::string format;           // of dates and times, see base ParseTimeAs; empty: ISO
  std::string currency;         // of money
  std::string currency_column;  // instead, a column with the ISO code
  int64_t scale = 1;            // numbers and money are multiplied by it ("revenue in millions")
  std::string system;           // references: the external system of the value
  std::string type;             // references: the type referred to, when neither the field nor a file of `system` tells
  std::string lookup;           // the value is this field of the record that the cell refers to (by system), not the cell itself
  std::map<std::string, std::string> values;  // replacements, exact
  std::string separator;                      // of lists and sets; empty: ";"
  std::string otherwise;                      // for an empty cell
  std::string effective_column;               // from when the value holds; empty: the row's creation
  Condition when;
};

// A move that a row tells of, where `at_column` is not empty and the condition holds.
struct MoveMapping {
  std::string stage;  // "pipeline/stage"
  std::string at_column;
  std::string format;
  Condition when;
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
  Condition when;                  // other rows are counted as skipped
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
  std::string reason;  // kept in history; empty: "import <file>"
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
  Status problem;                       // what is wrong with this row alone (reason RowRejected); go on reading
};
// Reads RFC 4180 with what is met in the wild: UTF-8 with or without BOM, CRLF or LF, quotes, embedded line ends, a last line without end.
// A row of more than 1,024 cells or 1 MiB, with a NUL, malformed UTF-8 or an unclosed quote has a problem.
class CsvReader {
 public:
  [[nodiscard]] static StatusOr<std::unique_ptr<CsvReader>> Open(std::string_view path, char delimiter = ',');
  virtual ~CsvReader() = default;
  // The next row, borrowed until the next call; nullptr at the end.
  [[nodiscard]] virtual StatusOr<const CsvRow*> Next() = 0;
  [[nodiscard]] virtual int64_t bytes_read() const = 0;
  [[nodiscard]] virtual int64_t bytes_total() const = 0;
};

// Writes one row. Cells that a spreadsheet would run as a formula (= + - @ tab CR at the start, also full-width or after spaces) get a
// leading apostrophe when `guard` is set, unless they are plain numbers.
void AppendCsvRow(std::string& out, const std::vector<std::string>& cells, bool guard = true);

}  // namespace kith::exchange

#endif  // KITH_EXCHANGE_CSV_H_
