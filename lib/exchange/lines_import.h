// The second half of an import of JSON Lines: records into the database, in one of two ways.
#ifndef KITH_LIB_EXCHANGE_LINES_IMPORT_H_
#define KITH_LIB_EXCHANGE_LINES_IMPORT_H_

#include <string_view>

#include "exchange/lines_check.h"
#include "kith/exchange/lines.h"

namespace kith::exchange {

// Where an import that keeps ids stands: the file's digest and the records that are in.
inline constexpr std::string_view kLinesCheckpoint = "kith.lines";

// A checked file on its way in. Catalog and packages are in place.
struct LinesJob {
  Database& database;
  const CheckedLines& file;
  const ImportLinesOptions& options;
  LinesProgress progress;  // about ten times a second
  ImportLinesReport& report;

  [[nodiscard]] ImportLinesReport::Type& Counts(std::string_view type) const;
};

// Whether a package brought the record and nobody has touched it.
[[nodiscard]] StatusOr<bool> IsSeed(const Snapshot& snapshot, record::View view);

// Records as they were, in steps, from where an interrupted import of the same file stands.
[[nodiscard]] Status LoadLines(const LinesJob& job);
// Records under ids of the database, one batch each.
[[nodiscard]] Status MapLines(const LinesJob& job);

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_LINES_IMPORT_H_
