// One row as one batch.
#ifndef KITH_LIB_EXCHANGE_ROW_H_
#define KITH_LIB_EXCHANGE_ROW_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/plan.h"
#include "kith/engine/batch.h"
#include "kith/engine/snapshot.h"
#include "kith/exchange/csv.h"

namespace kith::exchange {

// A batch and what its parts came from, to say which column an error is about.
struct RowBatch {
  int64_t line = 0;
  std::optional<Batch> batch;  // nullopt: skipped, or the row has a problem
  bool skipped = false;
  Status problem;
  std::string problem_column;
  ExternalRef key;
  int64_t moves = 0;
  std::map<int64_t, std::string> column_of_change;  // references: index of the change -> column
  std::map<std::string, std::string> cells;         // column -> cell, of the columns the mapping names
};

// The columns that a mapping names.
[[nodiscard]] std::set<std::string> ColumnsOf(const FileMapping& file);

// Turns rows of one file into batches. Bound to the file's header line.
class RowReader {
 public:
  // Errors: MappingMalformed naming the columns that the file lacks.
  [[nodiscard]] static StatusOr<RowReader> Bind(const FilePass& pass, const CsvRow& header);

  // `snapshot` serves lookups of records that are loaded already.
  [[nodiscard]] RowBatch Read(const CsvRow& row, const Snapshot& snapshot, const ImportOptions& options) const;

 private:
  struct Reading;
  explicit RowReader(const FilePass& pass) : pass_(&pass) {}
  [[nodiscard]] std::string_view Cell(const CsvRow& row, const std::string& column) const;
  [[nodiscard]] bool Holds(const Condition& condition, const CsvRow& row) const;
  Status Fill(Reading& reading, const ColumnPlan& column) const;
  Status FillReference(Reading& reading, const ColumnPlan& column, std::string_view cell) const;
  Status FillLookup(Reading& reading, const ColumnPlan& column, std::string_view cell) const;
  Status ReadAll(Reading& reading) const;
  Status ReadMoves(Reading& reading) const;

  const FilePass* pass_;
  std::map<std::string, size_t, std::less<>> positions_;
  size_t columns_ = 0;
};

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_ROW_H_
