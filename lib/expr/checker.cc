#include <algorithm>
#include <utility>

#include "expr/checker_internal.h"
#include "kith/base/concat.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::expr {
namespace {

constexpr std::string_view kTypeNames[] = {"bool", "int",  "uint",      "double", "string",  "bytes", "list",
                                           "map",  "type", "null_type", "date",   "decimal", "money"};
constexpr std::string_view kHeaderNames[] = {"id", "version", "created", "updated", "owner", "unit"};

bool IsTypeName(std::string_view name) {
  return std::find(std::begin(kTypeNames), std::end(kTypeNames), name) != std::end(kTypeNames) || name == "google.protobuf.Timestamp" ||
         name == "google.protobuf.Duration";
}

// "a.b.c" of a chain of selections from a name; empty for other nodes.
std::string Dotted(const Ast& node) {
  if (node.kind == Ast::Kind::kName) return node.text;
  if (node.kind != Ast::Kind::kSelect) return {};
  const std::string of = Dotted(*node.children[0]);
  return of.empty() ? of : Concat({of, ".", node.text});
}

}  // namespace

bool Checker::Fail(const Ast& node, Reason reason, std::string_view message, std::string_view value, std::string_view hint) {
  if (error_.ok()) error_ = ErrorAt(text_, node.offset, reason, message, value, hint);
  return false;
}

bool Checker::Expected(const Ast& node, std::string_view expected) {
  return Fail(node, Reason::kWrongKind, Concat({"expected ", expected}), ToText(node.type));
}

void Checker::Constant(Ast& node, Cell cell, Type type) {
  node.op = Op::kConstant;
  node.argument = static_cast<int32_t>(code_.constants.size());
  node.type = std::move(type);
  code_.constants.push_back(cell);
}

bool Checker::CheckChildren(Ast& node) {
  return std::all_of(node.children.begin(), node.children.end(), [&](Ast* child) { return Check(*child); });
}

bool Checker::Check(Ast& node) {
  switch (node.kind) {
    case Ast::Kind::kLiteral:
      return CheckLiteral(node);
    case Ast::Kind::kName:
      return CheckName(node);
    case Ast::Kind::kSelect:
      return CheckSelect(node);
    case Ast::Kind::kCall:
      return CheckCall(node);
    case Ast::Kind::kList:
      return CheckList(node);
    case Ast::Kind::kMap:
      return CheckMap(node);
  }
  return false;
}

bool Checker::CheckLiteral(Ast& node) {
  Context keep(&code_.memory);
  const Tag tag = node.literal.tag;
  const bool text = tag == Tag::kString || tag == Tag::kBytes;
  for (int kind = 0; kind <= static_cast<int>(TypeKind::kRecord); ++kind) {
    if (TagOf(static_cast<TypeKind>(kind)) != tag) continue;
    Constant(node, text ? keep.KeepString(node.literal.str(), tag) : node.literal, static_cast<TypeKind>(kind));
  }
  return true;
}

// --- names

const Checker::Local* Checker::FindLocal(std::string_view name) const {
  const auto found = std::find_if(locals_.rbegin(), locals_.rend(), [&](const Local& local) { return local.name == name; });
  return found == locals_.rend() ? nullptr : &*found;
}

bool Checker::UseVariable(Ast& node, std::string_view name) {
  for (size_t i = 0; i < environment_.variables.size(); ++i) {
    if (environment_.variables[i].name != name) continue;
    node.op = Op::kVariable;
    node.argument = static_cast<int32_t>(i);
    node.type = environment_.variables[i].type;
    node.children.clear();
    return true;
  }
  return false;
}

FieldSlot Checker::SlotAt(const catalog::TypeDef& type, int32_t position) {
  const catalog::FieldDef* field = type.FieldAt(position);
  return {position, type.KindAt(position), field == nullptr ? uint8_t{0} : field->scale, field};
}

Type Checker::TypeOfSlot(const FieldSlot& slot, bool of_record) const {
  if (slot.kind == Kind::kChoice) return Type::Choice(*slot.def);
  if (slot.kind == Kind::kChoiceSet) return Type::List(Type::Choice(*slot.def));
  if (slot.kind == Kind::kTextList) return Type::List(TypeKind::kString);
  return slot.kind == Kind::kRef ? Type::Record(TypesBehind(slot, of_record)) : Type(TypeKindOf(slot.kind));
}

// The types that a reference may be of; none: any.
std::vector<const catalog::TypeDef*> Checker::TypesBehind(const FieldSlot& slot, bool of_record) const {
  std::vector<const catalog::TypeDef*> types;
  if (slot.def != nullptr) {
    for (const std::string& name : slot.def->refers_to) {
      if (const catalog::TypeDef* type = environment_.catalog->FindType(name)) types.push_back(type);
    }
  } else if (slot.position == catalog::kHeaderOwner && environment_.owner != nullptr) {
    types.push_back(environment_.owner);
  } else if (slot.position == catalog::kHeaderId && of_record) {
    types.push_back(environment_.record);
  }
  return types;
}

bool Checker::UseField(Ast& node, int32_t position) {
  const FieldSlot slot = SlotAt(*environment_.record, position);
  if (slot.kind == Kind::kNull)
    return Fail(node, Reason::kUnknownField, "the field is of a kind that this library does not know", node.text);
  node.op = Op::kField;
  node.argument = static_cast<int32_t>(code_.fields.size());
  node.type = TypeOfSlot(slot, true);
  code_.fields.push_back(slot);
  return true;
}

bool Checker::UnknownName(const Ast& node) {
  std::vector<std::string_view> names;
  for (const Local& local : locals_) names.push_back(local.name);
  for (const Variable& variable : environment_.variables) names.push_back(variable.name);
  if (environment_.record != nullptr) {
    for (const catalog::FieldDef& field : environment_.record->fields) names.push_back(field.name);
    names.insert(names.end(), std::begin(kHeaderNames), std::end(kHeaderNames));
  }
  const std::string of = environment_.record == nullptr ? "" : " of " + environment_.record->name;
  return Fail(node, Reason::kUnknownField, Concat({"there is no field", of, " or variable of this name"}), node.text,
              NearestHint(node.text, names));
}

bool Checker::CheckName(Ast& node) {
  if (const Local* local = node.rooted ? nullptr : FindLocal(node.text)) {
    node.op = Op::kLocal;
    node.argument = local->place;
    node.type = local->type;
    return true;
  }
  if (UseVariable(node, node.text)) return true;
  if (environment_.record != nullptr) {
    const catalog::FieldDef* field = environment_.record->FindField(node.text);
    if (field != nullptr) return UseField(node, static_cast<int32_t>(field->position));
    const bool header = std::find(std::begin(kHeaderNames), std::end(kHeaderNames), node.text) != std::end(kHeaderNames);
    if (header) return UseField(node, catalog::HeaderFieldFromName(node.text));
  }
  if (!IsTypeName(node.text)) return UnknownName(node);
  Context keep(&code_.memory);
  Constant(node, keep.KeepString(node.text, Tag::kType), TypeKind::kType);
  return true;
}

// --- members

void Checker::AddReference(const catalog::TypeDef* type, int32_t position, bool back) {
  if (position == catalog::kHeaderId) return;
  const Reference reference{type, position, back};
  if (std::find(code_.references.begin(), code_.references.end(), reference) == code_.references.end())
    code_.references.push_back(reference);
}

// The reference that a node's record comes by.
void Checker::Follow(const Ast& from) {
  if (from.op == Op::kField) {
    AddReference(environment_.record, code_.fields[static_cast<size_t>(from.argument)].position, false);
  } else if (from.op == Op::kSelect) {
    for (const Link::Target& target : code_.links[static_cast<size_t>(from.argument)].targets) {
      if (target.field.kind == Kind::kRef) AddReference(environment_.catalog->FindType(target.type), target.field.position, false);
    }
  } else {
    for (const Ast* child : from.children) Follow(*child);
  }
}

bool Checker::SelectOfRecord(Ast& node, const Type& record) {
  if (record.records.empty()) {
    return Fail(node, Reason::kUnknownField, "the reference may lead to records of any type, so nothing of it can be read", node.text);
  }
  Link link;
  std::vector<std::string_view> names;
  bool first = true;
  for (const catalog::TypeDef* type : record.records) {
    for (const catalog::FieldDef& field : type->fields) names.push_back(field.name);
    const std::optional<int32_t> position = type->FindPosition(node.text);
    if (!position.has_value()) continue;
    const FieldSlot slot = SlotAt(*type, *position);
    Type found = TypeOfSlot(slot, false);
    if (slot.position == catalog::kHeaderId) found = Type::Record({type});
    if (first) {
      node.type = std::move(found);
    } else if (node.type != found) {
      node.type = TypeKind::kDyn;
    }
    first = false;
    link.targets.push_back({type->number, slot});
  }
  if (link.targets.empty()) {
    return Fail(node, Reason::kUnknownField, Concat({"there is no such field of ", ToText(record)}), node.text,
                NearestHint(node.text, names));
  }
  Follow(*node.children[0]);
  node.op = Op::kSelect;
  node.argument = static_cast<int32_t>(code_.links.size());
  code_.links.push_back(std::move(link));
  return true;
}

bool Checker::CheckSelect(Ast& node) {
  const std::string dotted = Dotted(node);
  if (!dotted.empty()) {
    if (UseVariable(node, dotted)) return true;
    if (IsTypeName(dotted)) {
      Context keep(&code_.memory);
      Constant(node, keep.KeepString(dotted, Tag::kType), TypeKind::kType);
      node.children.clear();
      return true;
    }
  }
  Ast& of = *node.children[0];
  if (!Check(of)) return false;
  if (of.type.kind == TypeKind::kRecord) return SelectOfRecord(node, of.type);
  if (of.type.kind != TypeKind::kMap && of.type.kind != TypeKind::kDyn)
    return Fail(node, Reason::kWrongKind, "has no members", ToText(of.type));
  // A member of a map is the value under its name.
  Ast key;
  key.kind = Ast::Kind::kLiteral;
  key.offset = node.offset;
  Context keep(&code_.memory);
  Constant(key, keep.KeepString(node.text), TypeKind::kString);
  node.op = Op::kMember;
  node.type = of.type.kind == TypeKind::kMap ? of.type.parameters[1] : Type();
  node.children.push_back(&tree_.nodes.emplace_back(std::move(key)));
  return true;
}

// --- lists and maps

namespace {

// What two types have in common.
Type CommonType(const Type& a, const Type& b) {
  if (a == b || b.kind == TypeKind::kNull) return a;
  if (a.kind == TypeKind::kNull) return b;
  const auto text = [](const Type& type) { return type.kind == TypeKind::kChoice || type.kind == TypeKind::kString; };
  return text(a) && text(b) ? TypeKind::kString : TypeKind::kDyn;
}

}  // namespace

bool Checker::CheckList(Ast& node) {
  if (!CheckChildren(node)) return false;
  Type element;
  for (const Ast* child : node.children) element = child == node.children.front() ? child->type : CommonType(element, child->type);
  node.op = Op::kList;
  node.type = Type::List(std::move(element));
  return true;
}

bool Checker::CheckMap(Ast& node) {
  if (!CheckChildren(node)) return false;
  Type key;
  Type value;
  for (size_t i = 0; i < node.children.size(); i += 2) {
    const Type& kind = node.children[i]->type;
    const bool fits = kind.kind == TypeKind::kBool || kind.kind == TypeKind::kInt || kind.kind == TypeKind::kUint ||
                      kind.kind == TypeKind::kString || kind.kind == TypeKind::kChoice || kind.kind == TypeKind::kDyn;
    if (!fits) return Expected(*node.children[i], "a bool, int, uint or string as a key");
    key = i == 0 ? kind : CommonType(key, kind);
    value = i == 0 ? node.children[1]->type : CommonType(value, node.children[i + 1]->type);
  }
  node.op = Op::kMap;
  node.type = Type::Map(std::move(key), std::move(value));
  return true;
}

}  // namespace kith::expr
