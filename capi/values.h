// Values between the C ABI and the rooms.
#ifndef KITH_CAPI_VALUES_H_
#define KITH_CAPI_VALUES_H_

#include <optional>
#include <span>
#include <vector>

#include "kith/base/packed.h"
#include "objects.h"

namespace kith::capi {

// A kith_field: type (16 bits) | position + 32768 (16 bits) | low 32 bits of the catalog's version.
[[nodiscard]] kith_field PackField(const catalog::Catalog& catalog, TypeNumber type, int32_t position);
// The position, which is below 0 for header fields. Errors: CatalogChanged; UnknownField for a field of another type.
[[nodiscard]] StatusOr<int32_t> PositionOfField(const catalog::Catalog& catalog, const catalog::TypeDef& type, kith_field field);
[[nodiscard]] StatusOr<std::vector<int32_t>> PositionsOfFields(const catalog::Catalog& catalog, const catalog::TypeDef& type,
                                                               std::span<const kith_field> fields);
// The position, nothing where there would be an error.
[[nodiscard]] std::optional<int32_t> FindPositionOfField(const catalog::Catalog& catalog, const catalog::TypeDef& type, kith_field field);

// A value read in place: text is borrowed from `view`. `position` is a field's position or a catalog::HeaderField.
[[nodiscard]] kith_value ReadValue(const catalog::TypeDef& type, record::View view, int32_t position);
// Item of a text list or choice set.
[[nodiscard]] StatusOr<kith_value> ReadItem(const catalog::TypeDef& type, record::View view, int32_t position, size_t item);
// Text is borrowed as the value's is. `field` may be nullptr (header fields).
void ToC(const PackedValue& value, const catalog::FieldDef* field, kith_value& out);
// A record as the C ABI shows it: borrowed like the view.
[[nodiscard]] kith_view ToC(record::View view);
// A bound for a part of an index, at `position` of `type`: integers and texts are taken for references, choices (by name) and times where
// the part is one.
[[nodiscard]] StatusOr<Value> FromC(const kith_value& value, const catalog::TypeDef& type, int32_t position);

}  // namespace kith::capi

#endif  // KITH_CAPI_VALUES_H_
