// The first pass over a JSON Lines file: is it whole, and what is in it.
#ifndef KITH_LIB_EXCHANGE_LINES_CHECK_H_
#define KITH_LIB_EXCHANGE_LINES_CHECK_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "exchange/lines_read.h"
#include "kith/exchange/lines.h"

namespace kith::exchange {

struct CheckedLines {
  std::string path;
  std::string sha256;
  std::vector<catalog::Definition> definitions;
  std::shared_ptr<const catalog::Catalog> catalog;  // of the definitions
  std::vector<std::string> types;                   // whose records the file has, as its first line says
  IdSet ids;                                        // of records that are there
  IdSet referred;                                   // what their fields refer to
};

// Stops (Cancelled) when it gives false.
using LinesProgress = std::function<bool(int64_t bytes_done, int64_t bytes_total)>;

// Errors: FileUnreadable, LinesMalformed, FormatNewer, LimitExceeded, and those of values, at their line.
[[nodiscard]] StatusOr<CheckedLines> CheckLines(std::string_view path, const LinesProgress& progress);

// The first reference of a record in the file that leads to `missing`, as an error at its line.
[[nodiscard]] Status MissingReference(const CheckedLines& file, Id missing);

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_LINES_CHECK_H_
