// A type as FlatBuffers schema text, for code generated outside the library.
#include <algorithm>
#include <array>
#include <set>

#include "catalog/names_internal.h"
#include "kith/base/concat.h"
#include "kith/catalog/catalog.h"

namespace kith::catalog {
namespace {

constexpr uint32_t kFieldsPerTable = 64;
constexpr size_t kFirstOwnSlot = 2;
constexpr size_t kFirstPageSlot = 1;

// Words of the schema language: a field of such a name gets an underscore, as generated code does with words of its own language.
constexpr std::array<std::string_view, 28> kSchemaWords = {"attribute",       "bool",   "byte",    "double",  "enum",    "file_extension",
                                                           "file_identifier", "float",  "float32", "float64", "include", "int",
                                                           "int16",           "int32",  "int64",   "int8",    "long",    "rpc",
                                                           "short",           "string", "struct",  "table",   "ubyte",   "uint",
                                                           "ulong",           "union",  "ushort",  "root"};

constexpr std::string_view kStructs = R"(
// What is the same in every type's schema.
struct Header {
  id:ulong;
  version:ulong;
  created:long;  // microseconds UTC
  updated:long;  // microseconds UTC
  owner:ulong;   // 0: none
  unit:uint;     // 0: none
  visibility:ubyte;
  origin:ubyte;
  flags:ushort;
  shape:uint;
  reserved_1:uint;
  reserved_2:uint;
  reserved_3:uint;
}
struct Money {
  minor:long;     // minor units
  currency:uint;  // three letters, lowest byte first
  reserved:uint;
}
struct PageHead {
  key:uint;  // package number << 8 | block
  shape:uint;
}
table Page {
  head:PageHead (id: 0);
}
)";

std::string Identifier(std::string_view name) {
  std::string identifier(name);
  if (std::find(kSchemaWords.begin(), kSchemaWords.end(), name) != kSchemaWords.end()) identifier += '_';
  return identifier;
}

// The schema's word for what a slot holds, and null for a scalar that is absent.
std::string SchemaType(const TypeDef& type, const FieldDef& field) {
  switch (field.kind) {
    case Kind::kBool:
      return "bool = null";
    case Kind::kInt:
    case Kind::kDecimal:
    case Kind::kTime:
      return "long = null";
    case Kind::kDouble:
      return "double = null";
    case Kind::kMoney:
      return "Money";
    case Kind::kText:
      return "string";
    case Kind::kTextList:
      return "[string]";
    case Kind::kChoice:
      return EnumName(type, field) + " = null";
    case Kind::kChoiceSet:
      return "[" + EnumName(type, field) + "]";
    case Kind::kDate:
      return "int = null";
    case Kind::kRef:
      return "ulong = null";
    case Kind::kBytes:
      return "[ubyte]";
    case Kind::kNull:
      break;
  }
  return "ubyte";
}

// How a number is to be read, where the schema does not tell.
std::string Remark(const FieldDef& field) {
  switch (field.kind) {
    case Kind::kDecimal:
      return "  // times 10^-" + std::to_string(field.scale);
    case Kind::kDate:
      return "  // days since 1970-01-01";
    case Kind::kTime:
      return "  // microseconds since 1970-01-01 UTC";
    case Kind::kRef:
      return "  // id of a record";
    default:
      return {};
  }
}

void AppendEnums(std::string& out, const TypeDef& type) {
  for (const FieldDef& field : type.fields) {
    if (field.choices.empty()) continue;  // and so of every other kind
    out += Concat({"enum ", EnumName(type, field), " : int {\n"});
    for (const ChoiceDef& choice : field.choices)
      out += Concat({"  ", Identifier(choice.name), " = ", std::to_string(choice.number), ",\n"});
    out += "}\n";
  }
}

// The fields of one table, by their place in it. The schema language wants ids without gaps.
void AppendFields(std::string& out, const TypeDef& type, const std::map<uint32_t, const FieldDef*>& fields, size_t first_slot) {
  if (fields.empty()) return;
  for (uint32_t place = 0; place <= fields.rbegin()->first; ++place) {
    const std::string id = Concat({"(id: ", std::to_string(place + first_slot)});
    const auto it = fields.find(place);
    if (it == fields.end()) {
      out += Concat({"  unused_", std::to_string(place), "_:ubyte ", id, ", deprecated);\n"});
    } else {
      out += Concat({"  ", Identifier(it->second->name), ":", SchemaType(type, *it->second), " ", id, ");", Remark(*it->second), "\n"});
    }
  }
}

struct PageFields {
  std::string name;
  std::string comment;
  std::map<uint32_t, const FieldDef*> fields;
};

void AppendPage(std::string& out, const TypeDef& type, const PageFields& page) {
  out += "// " + page.comment + "\n";
  out += "table " + page.name + " {\n  head:PageHead (id: 0);\n";
  AppendFields(out, type, page.fields, kFirstPageSlot);
  out += "}\n";
}

}  // namespace

std::string Catalog::ToFbs(const TypeDef& type, const Catalog& catalog) {
  std::map<uint32_t, const FieldDef*> own;
  std::map<uint32_t, PageFields> pages;
  for (const FieldDef& field : type.fields) {
    if (field.kind == Kind::kNull) continue;
    if (field.stored.slot.page == record::Slot::kOwn) {
      own[field.stored.slot.index] = &field;
      continue;
    }
    const PackageDef* package = catalog.FindPackage(field.package);
    const std::string package_name = package == nullptr ? "library" : package->name;
    const std::string block = std::to_string(field.number / kFieldsPerTable);
    PageFields& page = pages[field.stored.slot.page];
    page.name = CamelCase(type.name) + CamelCase(package_name) + block;
    page.comment = Concat({"The element of `pages` whose head.key is ", std::to_string(field.stored.slot.page), " in this database: block ",
                           block, " of package ", package_name, "."});
    page.fields[field.stored.slot.index] = &field;
  }
  std::string out = "// Records of type " + type.name + ". Read-only: records are written by the library alone.\n";
  out += "namespace kith.records." + Identifier(type.name) + ";\n";
  out += kStructs;
  AppendEnums(out, type);
  for (const auto& [key, page] : pages) AppendPage(out, type, page);
  out += "table " + CamelCase(type.name) + " {\n  header:Header (id: 0);\n  pages:[Page] (id: 1);\n";
  AppendFields(out, type, own, kFirstOwnSlot);
  out += "}\nroot_type " + CamelCase(type.name) + ";\n";
  return out;
}

}  // namespace kith::catalog
