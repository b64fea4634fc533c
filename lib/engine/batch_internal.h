// Checks of what a batch, a rule or an addition gives to a field; shared by Batch and by the writer.
#ifndef KITH_LIB_ENGINE_BATCH_INTERNAL_H_
#define KITH_LIB_ENGINE_BATCH_INTERNAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/batch.h"
#include "kith/engine/viewer.h"

namespace kith::engine {

// Numbers of records lie below it.
inline constexpr uint64_t kIdEnd = uint64_t{1} << (Id::kTypeBits + Id::kNodeBits + Id::kSequenceBits);

// The field's or header field's name.
[[nodiscard]] std::string_view FieldNameAt(const catalog::TypeDef& type, int32_t position);

// A field of the type or a header field that may be set (owner, unit, visibility), by name. Errors: UnknownField, FieldReadOnly.
struct FieldTarget {
  int32_t position = 0;
  const catalog::FieldDef* field = nullptr;  // nullptr: a header field
};
[[nodiscard]] StatusOr<FieldTarget> FindTarget(const catalog::TypeDef& type, std::string_view name);

// Brings a value into the form its field stores, where nothing is lost: whole numbers for decimals, doubles and references, decimals to the
// field's scale, choices by name, choice sets in ascending order. Values of another kind stay as they are, for the check that follows.
[[nodiscard]] StatusOr<Value> FitValue(const catalog::FieldDef& field, Value value);

// A fitted value against everything the field declares. Local references pass; the type of a reference is the caller's to check.
[[nodiscard]] Status CheckFitted(const catalog::FieldDef& field, const Value& value);

// A value for owner, unit or visibility, in stored form: a reference, an integer (visibility by name too).
[[nodiscard]] StatusOr<Value> FitHeaderValue(int32_t header_field, Value value);

// An owner is one of the house, where the catalog knows who that is: a record that is a member, or a group of them. A type that is not
// known is told of by whoever looks for the record. Error: ReferenceWrongType.
[[nodiscard]] Status CheckOwnerType(const catalog::Catalog& catalog, Id owner);
// Whether `field` may refer to a record of `target`. Error: ReferenceWrongType.
[[nodiscard]] Status CheckReferenceType(const catalog::FieldDef& field, const catalog::TypeDef* target, Id value);

// Sizes and UTF-8 of an external reference. Errors: BatchMalformed (empty), TooLong, NotUtf8.
[[nodiscard]] Status CheckExternal(const ExternalRef& external);

// Who writes and why, of a batch or of an entry in history. Errors: TooLong, NotUtf8, OutOfRange, BatchMalformed.
[[nodiscard]] Status CheckAuthor(const Actor& actor, std::string_view reason);

// A local reference as the batch gave it out, with its mark; other ids as they are.
[[nodiscard]] Id AsReturned(const Batch& batch, Id id);

// present + amount. Null counts as zero. Errors: WrongKind, ArithmeticOverflow, CurrencyMismatch.
[[nodiscard]] StatusOr<Value> AddValues(const Value& present, const Value& amount);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_BATCH_INTERNAL_H_
