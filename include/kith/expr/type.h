// The types of expressions, as the checker knows them before anything is evaluated.
#ifndef KITH_EXPR_TYPE_H_
#define KITH_EXPR_TYPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kith/catalog/catalog.h"

namespace kith::expr {

enum class TypeKind : uint8_t {
  kDyn,  // known only when evaluated: dyn(x), or an element of a list of several types
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kList,
  kMap,
  kType,
  // Beyond CEL:
  kDate,
  kDecimal,
  kMoney,
  kChoice,  // a field's choice: a string that is one of the choices' names
  kRecord,  // a record, or a reference to one
};

struct Type {
  TypeKind kind = TypeKind::kDyn;
  std::vector<Type> parameters;                  // list: the element; map: key and value
  const catalog::FieldDef* choices = nullptr;    // choice: the field that lists them
  std::vector<const catalog::TypeDef*> records;  // record: the types it may be of; empty: any

  Type() = default;
  Type(TypeKind k) : kind(k) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] static Type List(Type element);
  [[nodiscard]] static Type Map(Type key, Type value);
  [[nodiscard]] static Type Choice(const catalog::FieldDef& field);
  [[nodiscard]] static Type Record(std::vector<const catalog::TypeDef*> types);

  friend bool operator==(const Type&, const Type&) = default;
};

// What a value of a field of that kind is: lists and choice sets are lists, references records; kDyn for Kind::kNull.
[[nodiscard]] TypeKind TypeKindOf(Kind kind);

// "int", "list(string)", "choice industry", "record account".
[[nodiscard]] std::string ToText(const Type& type);

}  // namespace kith::expr

#endif  // KITH_EXPR_TYPE_H_
