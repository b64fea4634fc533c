// A table that fills record batches, as a stream of the Arrow C interface.
#ifndef KITH_LIB_EXCHANGE_ARROW_STREAM_H_
#define KITH_LIB_EXCHANGE_ARROW_STREAM_H_

#include <memory>
#include <vector>

#include "exchange/arrow_column.h"
#include "kith/base/limits.h"

namespace kith::exchange {

class ArrowTable {
 public:
  explicit ArrowTable(const std::vector<query::Column>& columns) : columns_(columns.begin(), columns.end()) {}
  virtual ~ArrowTable() = default;
  ArrowTable(const ArrowTable&) = delete;
  ArrowTable& operator=(const ArrowTable&) = delete;

  // Appends the rows of the next batch to each column; 0 at the end.
  [[nodiscard]] virtual StatusOr<size_t> Fill() = 0;
  [[nodiscard]] std::vector<ArrowColumn>& columns() { return columns_; }

 private:
  std::vector<ArrowColumn> columns_;
};

void MakeStream(std::unique_ptr<ArrowTable> table, ArrowCheck check, ArrowArrayStream* out);

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_ARROW_STREAM_H_
