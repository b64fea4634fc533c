// What the files of columns share.
#ifndef KITH_LIB_INDEX_COLUMN_INTERNAL_H_
#define KITH_LIB_INDEX_COLUMN_INTERNAL_H_

#include <cstdint>

#include "kith/base/value.h"

namespace kith::column {

// A value of a kind that columns hold, as a block stores it; a double as its bits, 0 for null.
[[nodiscard]] int64_t IntegerOf(const Value& value);

}  // namespace kith::column

#endif  // KITH_LIB_INDEX_COLUMN_INTERNAL_H_
