// Values of one field as values of another of another kind, and the changes of kind that a file is in the middle of.
#ifndef KITH_LIB_ENGINE_CONVERT_H_
#define KITH_LIB_ENGINE_CONVERT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/kind_change.h"
#include "kith/storage/storage.h"

namespace kith::engine {

// Null stays null. `currency`: of an amount that has none, ISO 4217. Errors: WrongKind, NotAChoice, and those of catalog::CheckFieldValue,
// without record and field.
[[nodiscard]] StatusOr<Value> ConvertValue(const catalog::FieldDef& from, const catalog::FieldDef& to, const std::string& currency,
                                           const Value& value);

// A change of kind that was begun: a row of kMeta under kMetaConversionPrefix + type (2) + package (4) + number (4) of the old field.
inline constexpr std::string_view kMetaConversionPrefix = "convert/";
struct Conversion {
  catalog::KindChange change;
  std::string definition;  // as it was asked for
  std::string currency;
  bool drop = false;
  uint64_t done = 0;    // records up to this id have been filled
  bool filled = false;  // all have
};
[[nodiscard]] std::string ConversionKey(const catalog::TypeDef& type, const catalog::FieldDef& field);
[[nodiscard]] std::string EncodeConversion(const Conversion& conversion);
[[nodiscard]] StatusOr<std::vector<Conversion>> ReadConversions(const storage::Reader& reader);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_CONVERT_H_
