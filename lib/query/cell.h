// Values in place (base/packed.h): read from records and index entries without memory of their own.
#ifndef KITH_LIB_QUERY_CELL_H_
#define KITH_LIB_QUERY_CELL_H_

#include <compare>
#include <string>

#include "kith/base/packed.h"
#include "kith/record/record.h"

namespace kith::query {

// Text is borrowed from `value`; of a list the count of its items alone.
[[nodiscard]] PackedValue InPlace(const Value& value);
// A copy; lists are not held in place and become null. The memory of a text in `out` is used again.
void Store(const PackedValue& cell, Value& out);

// The field or header field at a position. Text is borrowed as the record is.
void PeekAt(record::View record, int32_t position, PackedValue& cell);

// Values of one kind; unordered when there is no order between them: other kinds, other currencies, NaN.
[[nodiscard]] std::partial_ordering Compare(const PackedValue& cell, const PackedValue& other);

[[nodiscard]] bool Equal(const PackedValue& cell, const PackedValue& other);

// Appends bytes that are equal when the values are, and end where they end: to find values by, not to order them.
void AppendIdentity(std::string& bytes, const PackedValue& cell);

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_CELL_H_
