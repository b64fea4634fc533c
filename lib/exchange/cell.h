// Cells as values of fields.
#ifndef KITH_LIB_EXCHANGE_CELL_H_
#define KITH_LIB_EXCHANGE_CELL_H_

#include <string_view>

#include "kith/catalog/catalog.h"
#include "kith/exchange/csv.h"

namespace kith::exchange {

// The value that a non-empty cell gives a field that is no reference. `currency` is the row's when the mapping names a column for it.
// Errors carry reason, value and hint; the caller knows column and line.
[[nodiscard]] StatusOr<Value> CellValue(const catalog::FieldDef& field, const ColumnMapping& column, std::string_view cell,
                                        std::string_view currency);
// A time in the declared format, or ISO when there is none.
[[nodiscard]] StatusOr<Time> CellTime(std::string_view cell, std::string_view format);

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_CELL_H_
