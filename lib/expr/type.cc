#include "kith/expr/type.h"

#include "kith/base/concat.h"

namespace kith::expr {
namespace {

std::string_view NameOf(TypeKind kind) {
  switch (kind) {
    case TypeKind::kDyn:
      return "dyn";
    case TypeKind::kNull:
      return "null_type";
    case TypeKind::kBool:
      return "bool";
    case TypeKind::kInt:
      return "int";
    case TypeKind::kUint:
      return "uint";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kString:
      return "string";
    case TypeKind::kBytes:
      return "bytes";
    case TypeKind::kTimestamp:
      return "timestamp";
    case TypeKind::kDuration:
      return "duration";
    case TypeKind::kList:
      return "list";
    case TypeKind::kMap:
      return "map";
    case TypeKind::kType:
      return "type";
    case TypeKind::kDate:
      return "date";
    case TypeKind::kDecimal:
      return "decimal";
    case TypeKind::kMoney:
      return "money";
    case TypeKind::kChoice:
      return "choice";
    case TypeKind::kRecord:
      return "record";
  }
  return "dyn";
}

}  // namespace

Type Type::List(Type element) {
  Type type(TypeKind::kList);
  type.parameters = {std::move(element)};
  return type;
}
Type Type::Map(Type key, Type value) {
  Type type(TypeKind::kMap);
  type.parameters = {std::move(key), std::move(value)};
  return type;
}
Type Type::Choice(const catalog::FieldDef& field) {
  Type type(TypeKind::kChoice);
  type.choices = &field;
  return type;
}
Type Type::Record(std::vector<const catalog::TypeDef*> types) {
  Type type(TypeKind::kRecord);
  type.records = std::move(types);
  return type;
}

TypeKind TypeKindOf(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return TypeKind::kDyn;
    case Kind::kBool:
      return TypeKind::kBool;
    case Kind::kInt:
      return TypeKind::kInt;
    case Kind::kDecimal:
      return TypeKind::kDecimal;
    case Kind::kDouble:
      return TypeKind::kDouble;
    case Kind::kMoney:
      return TypeKind::kMoney;
    case Kind::kText:
      return TypeKind::kString;
    case Kind::kTextList:
    case Kind::kChoiceSet:
      return TypeKind::kList;
    case Kind::kChoice:
      return TypeKind::kChoice;
    case Kind::kDate:
      return TypeKind::kDate;
    case Kind::kTime:
      return TypeKind::kTimestamp;
    case Kind::kBytes:
      return TypeKind::kBytes;
    case Kind::kRef:
      return TypeKind::kRecord;
  }
  return TypeKind::kDyn;
}

std::string ToText(const Type& type) {
  std::string text(NameOf(type.kind));
  if (!type.parameters.empty()) {
    text += '(';
    for (const Type& parameter : type.parameters) text += Concat({&parameter == type.parameters.data() ? "" : ", ", ToText(parameter)});
    text += ')';
  }
  if (type.choices != nullptr) text += Concat({" ", type.choices->name});
  for (const catalog::TypeDef* record : type.records) text += Concat({record == type.records.front() ? " " : " or ", record->name});
  return text;
}

}  // namespace kith::expr
