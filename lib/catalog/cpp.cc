// A type as a C++ header: a class that reads its records, one that fills a batch, and its choices as enumerations.
//
// Fields of the owning package come first in a type's layout, in the order of their numbers, so a field's position is its number as long as
// those have no gaps: a constant in every database, whatever other packages and later versions add.
#include "kith/catalog/cpp.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "catalog/names_internal.h"
#include "kith/base/concat.h"

namespace kith::catalog {
namespace {

// Words of C++ that are lower-case words, and members that the classes have for themselves.
constexpr std::array<std::string_view, 30> kTaken = {
    "auto",   "bool", "break",  "case",     "catch",   "char",   "class",  "const",    "continue", "default",
    "delete", "do",   "double", "else",     "enum",    "export", "float",  "for",      "friend",   "id",
    "int",    "new",  "record", "operator", "private", "public", "switch", "template", "version",  "volatile"};

std::string Upper(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

std::string Member(std::string_view name) {
  std::string member(name);
  if (std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end()) member += '_';
  return member;
}

// How a field reads: the type of its value, and the expression over `view_`.
struct Reading {
  std::string type;
  std::string expression;
};

Reading ReadingOf(const TypeDef& type, const FieldDef& field) {
  const std::string at = "(" + std::to_string(field.position) + ")";
  const auto optional = [&](std::string_view value_type, std::string_view value) {
    return Reading{Concat({"std::optional<", value_type, ">"}), Concat({"view_.has", at, " ? std::optional(", value, ") : std::nullopt"})};
  };
  const std::string number = "view_.GetInt" + at;
  switch (field.kind) {
    case Kind::kBool:
      return optional("bool", "view_.GetBool" + at);
    case Kind::kInt:
      return optional("int64_t", number);
    case Kind::kDecimal:
      return optional("Decimal", Concat({"Decimal{", number, ", ", std::to_string(field.scale), "}"}));
    case Kind::kDouble:
      return optional("double", "view_.GetDouble" + at);
    case Kind::kMoney:
      return optional("Money", "view_.GetMoney" + at);
    case Kind::kText:
    case Kind::kBytes:
      return {"std::string_view", "view_.GetText" + at};
    case Kind::kChoice:
      return optional(EnumName(type, field), Concat({EnumName(type, field), "{static_cast<int32_t>(", number, ")}"}));
    case Kind::kDate:
      return optional("Date", Concat({"Date{static_cast<int32_t>(", number, ")}"}));
    case Kind::kTime:
      return optional("Time", Concat({"Time{", number, "}"}));
    case Kind::kRef:
      return {"Id", "view_.GetRef" + at};
    case Kind::kTextList:
    case Kind::kChoiceSet:
    case Kind::kNull:
      break;
  }
  return {"Value", "view_.Get" + at};
}

// What a builder's function takes, and the value it makes of it.
struct Writing {
  std::string parameter;
  std::string value = "value";
};

Writing WritingOf(const TypeDef& type, const FieldDef& field) {
  switch (field.kind) {
    case Kind::kBool:
      return {"bool value"};
    case Kind::kInt:
      return {"int64_t value"};
    case Kind::kDecimal:
      return {"Decimal value"};
    case Kind::kDouble:
      return {"double value"};
    case Kind::kMoney:
      return {"Money value"};
    case Kind::kText:
      return {"std::string_view value"};
    case Kind::kTextList:
      return {"TextList value", "std::move(value)"};
    case Kind::kChoice:
      return {EnumName(type, field) + " value", "Choice{static_cast<int32_t>(value)}"};
    case Kind::kChoiceSet:
      return {Concat({"std::initializer_list<", EnumName(type, field), "> values"}), "internal::Choices(values)"};
    case Kind::kDate:
      return {"Date value"};
    case Kind::kTime:
      return {"Time value"};
    case Kind::kRef:
      return {"Id value"};
    case Kind::kBytes:
      return {"Bytes value", "std::move(value)"};
    case Kind::kNull:
      break;
  }
  return {"Value value", "std::move(value)"};
}

std::vector<const FieldDef*> OwnFields(const TypeDef& type) {
  std::vector<const FieldDef*> fields;
  for (const FieldDef& field : type.fields) {
    if (field.package == type.package && field.number == field.position) fields.push_back(&field);
  }
  return fields;
}

void AppendEnums(std::string& out, const TypeDef& type, const std::vector<const FieldDef*>& fields) {
  for (const FieldDef* field : fields) {
    if (field->choices.empty()) continue;
    // Any int32_t may stand in a record: packages add choices of their own.
    out += Concat({"enum class ", EnumName(type, *field), " : int32_t {\n"});
    for (const ChoiceDef& choice : field->choices) {
      if (PackageOfChoice(choice.number) == 0) out += Concat({"  k", CamelCase(choice.name), " = ", std::to_string(choice.number), ",\n"});
    }
    out += "};\n\n";
  }
}

void AppendReader(std::string& out, const TypeDef& type, const std::vector<const FieldDef*>& fields) {
  const std::string name = CamelCase(type.name);
  out += Concat({"// Reads a record. Borrows its view.\nclass ", name, " {\n public:\n  static constexpr std::string_view kType = \"",
                 type.name, "\";\n\n  explicit ", name, "(record::View view) : view_(view) {}\n",
                 "  [[nodiscard]] Id id() const { return view_.id(); }\n",
                 "  [[nodiscard]] uint64_t version() const { return view_.header().version; }\n",
                 "  [[nodiscard]] record::View record() const { return view_; }\n\n"});
  for (const FieldDef* field : fields) {
    const Reading reading = ReadingOf(type, *field);
    out += Concat({"  [[nodiscard]] ", reading.type, " ", Member(field->name), "() const { return ", reading.expression, "; }\n"});
  }
  out += "\n private:\n  record::View view_;\n};\n\n";
}

void AppendBuilder(std::string& out, const TypeDef& type, const std::vector<const FieldDef*>& fields) {
  const std::string name = CamelCase(type.name) + "Builder";
  out += Concat({"// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.\nclass ", name,
                 " {\n public:\n  explicit ", name, "(Batch& batch) : batch_(&batch), id_(batch.Create(\"", type.name, "\")) {}\n  ", name,
                 "(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert(\"", type.name, "\", external)) {}\n  ",
                 name, "(Batch& batch, Id target) : batch_(&batch), id_(target) {}\n",
                 "  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch\n\n"});
  if (type.FindField("owner") == nullptr) out += Concat({"  ", name, "& owner(Id value) { return Set(\"owner\", value); }\n"});
  for (const FieldDef* field : fields) {
    if (field->derived || field->retired) continue;
    const Writing writing = WritingOf(type, *field);
    out += Concat(
        {"  ", name, "& ", Member(field->name), "(", writing.parameter, ") { return Set(\"", field->name, "\", ", writing.value, "); }\n"});
    const bool counts = field->kind == Kind::kInt || field->kind == Kind::kMoney;
    if (counts)
      out += Concat({"  ", name, "& add_", field->name, "(", writing.parameter, ") { return Add(\"", field->name, "\", value); }\n"});
  }
  out += Concat({"\n private:\n  ", name, "& Set(std::string_view field, Value value) {\n    batch_->Set(id_, field, std::move(value));\n",
                 "    return *this;\n  }\n  ", name,
                 "& Add(std::string_view field, Value value) {\n    batch_->Add(id_, field, std::move(value));\n    return *this;\n  }\n\n",
                 "  Batch* batch_;\n  Id id_;\n};\n\n"});
}

}  // namespace

std::string ToCpp(const TypeDef& type, const Catalog& catalog, std::string_view guard) {
  const PackageDef* const package = catalog.FindPackage(type.package);
  const std::vector<const FieldDef*> fields = OwnFields(type);
  const std::string macro = Concat({guard, "_", Upper(type.name), "_H_"});
  std::string out = Concat({"// Records of type ", type.name, " in C++. Generated from package ", package == nullptr ? "?" : package->name,
                            "; a test keeps it current.\n// NOLINTBEGIN\n// clang-format off\n#ifndef ", macro, "\n#define ", macro,
                            "\n\n#include <cstdint>\n#include <initializer_list>\n#include <optional>\n#include <string_view>\n",
                            "#include <utility>\n\n#include \"kith/model/crm/fields.h\"\n\nnamespace kith::crm {\n\n"});
  AppendEnums(out, type, fields);
  AppendReader(out, type, fields);
  AppendBuilder(out, type, fields);
  out += Concat({"}  // namespace kith::crm\n\n#endif  // ", macro, "\n// clang-format on\n// NOLINTEND\n"});
  return out;
}

}  // namespace kith::catalog
