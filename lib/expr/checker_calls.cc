// Operators, functions and macros.
#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "expr/checker_internal.h"
#include "expr/functions_internal.h"
#include "kith/base/concat.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::expr {
namespace {

constexpr std::pair<std::string_view, Macro> kMacros[] = {
    {"all", Macro::kAll},       {"exists", Macro::kExists}, {"exists_one", Macro::kExistsOne}, {"existsOne", Macro::kExistsOne},
    {"filter", Macro::kFilter}, {"map", Macro::kMap}};
constexpr std::string_view kOperators[] = {"&&", "||", "!", "?:", "==", "!=", "<", "<=", ">", ">=", "in", "[]"};

bool IsNumber(TypeKind kind) {
  return kind == TypeKind::kInt || kind == TypeKind::kUint || kind == TypeKind::kDouble || kind == TypeKind::kDecimal;
}

// Two values of these types can be equal.
bool Comparable(const Type& a, const Type& b) {
  if (a.kind == TypeKind::kDyn || b.kind == TypeKind::kDyn || a.kind == b.kind) {
    if (a.kind != b.kind || a.parameters.size() != b.parameters.size()) return true;
    for (size_t i = 0; i < a.parameters.size(); ++i) {
      if (!Comparable(a.parameters[i], b.parameters[i])) return false;
    }
    return true;
  }
  const auto pair = [&](TypeKind x, TypeKind y) { return (a.kind == x && b.kind == y) || (a.kind == y && b.kind == x); };
  return (IsNumber(a.kind) && IsNumber(b.kind)) || pair(TypeKind::kChoice, TypeKind::kString) || pair(TypeKind::kRecord, TypeKind::kInt);
}

bool HasOrder(TypeKind kind) {
  switch (kind) {
    case TypeKind::kNull:
    case TypeKind::kList:
    case TypeKind::kMap:
    case TypeKind::kType:
    case TypeKind::kRecord:
      return false;
    default:
      return true;
  }
}

bool IsText(const Ast& node) { return node.kind == Ast::Kind::kLiteral && node.literal.tag == Tag::kString; }
bool IsNullLiteral(const Ast& node) { return node.kind == Ast::Kind::kLiteral && node.literal.tag == Tag::kNull; }

bool Takes(TypeKind taken, const Type& given) {
  if (taken == TypeKind::kDyn || given.kind == TypeKind::kDyn || taken == given.kind) return true;
  return taken == TypeKind::kString && given.kind == TypeKind::kChoice;
}

std::string KindsOf(const Ast& call) {
  std::string kinds;
  for (const Ast* child : call.children) kinds += Concat({kinds.empty() ? "" : ", ", ToText(child->type)});
  return kinds;
}

}  // namespace

bool Checker::CheckCall(Ast& node) {
  if (!node.method && std::find(std::begin(kOperators), std::end(kOperators), node.text) != std::end(kOperators))
    return CheckOperator(node);
  if (!node.method && node.text == "has") return CheckHas(node);
  if (!node.method && node.text == "dyn") return CheckDyn(node);
  if (node.text == "related") return CheckRelated(node);
  for (const auto& [name, macro] : kMacros) {
    if (node.method && node.text == name) return CheckMacro(node, macro);
  }
  return CheckFunction(node);
}

bool Checker::CheckOperator(Ast& node) {
  if (!CheckChildren(node)) return false;
  if (node.text == "&&" || node.text == "||" || node.text == "!") return CheckLogic(node);
  if (node.text == "?:") return CheckConditional(node);
  if (node.text == "==" || node.text == "!=") return CheckEqual(node);
  if (node.text == "in") return CheckIn(node);
  if (node.text == "[]") return CheckIndex(node);
  return CheckOrder(node);
}

bool Checker::CheckLogic(Ast& node) {
  node.op = node.text == "&&" ? Op::kAnd : node.text == "||" ? Op::kOr : Op::kNot;
  node.type = TypeKind::kBool;
  for (const Ast* child : node.children) {
    if (child->type.kind != TypeKind::kBool && child->type.kind != TypeKind::kDyn) return Expected(*child, "a bool");
  }
  return true;
}

bool Checker::CheckConditional(Ast& node) {
  const Ast& condition = *node.children[0];
  if (condition.type.kind != TypeKind::kBool && condition.type.kind != TypeKind::kDyn) return Expected(condition, "a bool");
  const Type& yes = node.children[1]->type;
  const Type& no = node.children[2]->type;
  node.op = Op::kConditional;
  node.type = no.kind == TypeKind::kNull || yes == no ? yes : yes.kind == TypeKind::kNull ? no : Type();
  return true;
}

bool Checker::CheckChoice(const Type& choice, const Ast& text) {
  if (choice.kind != TypeKind::kChoice || !IsText(text)) return true;
  if (choice.choices->FindChoice(text.text) != nullptr) return true;
  std::vector<std::string_view> names;
  for (const catalog::ChoiceDef& def : choice.choices->choices) names.push_back(def.name);
  return Fail(text, Reason::kNotAChoice, Concat({"is no choice of ", choice.choices->name}), text.text, NearestHint(text.text, names));
}

bool Checker::CheckChoices(const Type& choice, const Ast& list) {
  return std::all_of(list.children.begin(), list.children.end(), [&](const Ast* item) { return CheckChoice(choice, *item); });
}

namespace {

// What people mean who compare a value with a number or a text.
std::string_view HowToCompare(const Type& a, const Type& b) {
  const auto are = [&](TypeKind one, std::initializer_list<TypeKind> others) {
    const auto is_other = [&](TypeKind kind) { return std::find(others.begin(), others.end(), kind) != others.end(); };
    return (a.kind == one && is_other(b.kind)) || (b.kind == one && is_other(a.kind));
  };
  if (are(TypeKind::kMoney, {TypeKind::kInt, TypeKind::kUint, TypeKind::kDouble, TypeKind::kDecimal, TypeKind::kString})) {
    return R"(write an amount as money("12500.00", "CNY"))";
  }
  if (are(TypeKind::kDate, {TypeKind::kString, TypeKind::kTimestamp}) || are(TypeKind::kTimestamp, {TypeKind::kString})) {
    return R"(a day is written date("2026-03-02"), a moment timestamp("2026-03-02T00:00:00Z"))";
  }
  if (are(TypeKind::kRecord, {TypeKind::kString})) return "compare a field of the record, such as its name: owner.name";
  return {};
}

}  // namespace

bool Checker::CheckEqual(Ast& node) {
  Ast& left = *node.children[0];
  Ast& right = *node.children[1];
  node.type = TypeKind::kBool;
  node.argument = node.text == "==" ? 0 : 1;
  if (IsNullLiteral(left) || IsNullLiteral(right)) {
    node.op = Op::kIsNull;
    node.children.erase(node.children.begin() + (IsNullLiteral(left) ? 0 : 1));
    return true;
  }
  node.op = Op::kEqual;
  if (!Comparable(left.type, right.type)) {
    return Fail(node, Reason::kWrongKind, "these kinds are never equal", Concat({ToText(left.type), ", ", ToText(right.type)}),
                HowToCompare(left.type, right.type));
  }
  return CheckChoice(left.type, right) && CheckChoice(right.type, left);
}

bool Checker::CheckOrder(Ast& node) {
  const Type& left = node.children[0]->type;
  const Type& right = node.children[1]->type;
  node.op = Op::kCompare;
  node.type = TypeKind::kBool;
  node.argument = (node.text[0] == '<' ? 1 : 0) | (node.text.size() == 2 ? 2 : 0);
  if (!Comparable(left, right) || !HasOrder(left.kind) || !HasOrder(right.kind)) {
    return Fail(node, Reason::kWrongKind, "these kinds have no order", Concat({ToText(left), ", ", ToText(right)}),
                HowToCompare(left, right));
  }
  return true;
}

bool Checker::CheckIn(Ast& node) {
  const Ast& element = *node.children[0];
  const Ast& list = *node.children[1];
  node.op = Op::kIn;
  node.type = TypeKind::kBool;
  if (list.type.kind == TypeKind::kDyn) return true;
  if (list.type.kind != TypeKind::kList && list.type.kind != TypeKind::kMap) return Expected(list, "a list or map");
  const Type& held = list.type.parameters[0];
  if (!Comparable(element.type, held)) {
    return Fail(node, Reason::kWrongKind, "these kinds are never equal", Concat({ToText(element.type), ", ", ToText(held)}),
                HowToCompare(element.type, held));
  }
  return CheckChoices(element.type, list) && CheckChoice(held, element);
}

bool Checker::CheckIndex(Ast& node) {
  const Type& of = node.children[0]->type;
  const Ast& key = *node.children[1];
  node.op = Op::kMember;
  if (of.kind == TypeKind::kDyn) return true;
  if (of.kind == TypeKind::kList) {
    node.type = of.parameters[0];
    const bool whole = key.type.kind == TypeKind::kInt || key.type.kind == TypeKind::kUint || key.type.kind == TypeKind::kDyn;
    return whole || Expected(key, "an int");
  }
  if (of.kind != TypeKind::kMap) return Expected(*node.children[0], "a list or map");
  node.type = of.parameters[1];
  return Comparable(of.parameters[0], key.type) || Expected(key, ToText(of.parameters[0]));
}

// --- functions

bool Checker::CheckOverloads(Ast& node, const Function& function) {
  const Overload* found = nullptr;
  bool same = true;
  bool count = false;
  for (const Overload& overload : function.overloads) {
    if (overload.takes.size() != node.children.size()) continue;
    count = true;
    bool fits = true;
    for (size_t i = 0; i < overload.takes.size(); ++i) fits = fits && Takes(overload.takes[i], node.children[i]->type);
    if (!fits) continue;
    same = same && (found == nullptr || found->gives == overload.gives);
    found = &overload;
  }
  if (!count) return Fail(node, Reason::kExpressionMalformed, "the function takes another number of arguments", node.text);
  if (found == nullptr) {
    const std::string_view name = node.text == "-_" ? "-" : std::string_view(node.text);
    const auto has = [&](TypeKind kind) {
      return std::any_of(node.children.begin(), node.children.end(), [&](const Ast* child) { return child->type.kind == kind; });
    };
    const bool exact = has(TypeKind::kDouble) && (has(TypeKind::kMoney) || has(TypeKind::kDecimal));
    return Fail(node, Reason::kWrongKind, Concat({name, " does not take these kinds"}), KindsOf(node),
                exact ? "write decimal(\"0.5\") for an exact 0.5" : "");
  }
  node.type = same ? Type(found->gives) : Type();
  if (node.type.kind == TypeKind::kList) {
    node.type = node.text == "split" ? Type::List(TypeKind::kString)
                : node.children[0]->type == node.children[1]->type && node.children[0]->type.kind == TypeKind::kList
                    ? node.children[0]->type
                    : Type::List(TypeKind::kDyn);
  }
  return true;
}

bool Checker::CheckFunction(Ast& node) {
  const int32_t found = FindFunction(node.text);
  const bool style = found >= 0 && (Functions()[static_cast<size_t>(found)].style == Function::Style::kBoth ||
                                    node.method == (Functions()[static_cast<size_t>(found)].style == Function::Style::kMethod));
  if (!style) {
    std::vector<std::string_view> names;
    for (const Function& function : Functions()) {
      const bool fits = function.style == Function::Style::kBoth || node.method == (function.style == Function::Style::kMethod);
      if (fits && function.name.size() > 2) names.push_back(function.name);
    }
    if (node.method) {
      for (const auto& [name, macro] : kMacros) names.push_back(name);
    }
    const std::string hint =
        found >= 0 ? (node.method ? "write " + node.text + "(x)" : "write x." + node.text + "()") : NearestHint(node.text, names);
    return Fail(node, Reason::kExpressionMalformed, "there is no such function in the subset of CEL that Kith has", node.text, hint);
  }
  if (!CheckChildren(node)) return false;
  if (!CheckOverloads(node, Functions()[static_cast<size_t>(found)])) return false;
  node.op = Op::kCall;
  node.argument = found;
  if (node.text == "matches" && IsText(*node.children[1])) return CheckMatches(node);
  if (node.children.size() == 2 && ClockPartFromName(node.text).has_value() && IsText(*node.children[1])) return CheckClock(node);
  return true;
}

bool Checker::CheckMatches(Ast& node) {
  const Ast& pattern = *node.children[1];
  auto compiled = std::make_unique<RE2>(pattern.text, RE2::Quiet);
  if (!compiled->ok())
    return Fail(pattern, Reason::kExpressionMalformed, Concat({"is no regular expression of RE2: ", compiled->error()}), pattern.text);
  node.op = Op::kMatches;
  node.argument = static_cast<int32_t>(code_.patterns.size());
  node.children.pop_back();
  code_.patterns.push_back(std::move(compiled));
  return true;
}

bool Checker::CheckClock(Ast& node) {
  const Ast& name = *node.children[1];
  const std::optional<absl::TimeZone> zone = FindZone(name.text);
  if (!zone.has_value())
    return Fail(name, Reason::kExpressionMalformed, "is no time zone", name.text, "write \"Asia/Shanghai\" or \"+08:00\"");
  node.op = Op::kClock;
  node.argument = static_cast<int32_t>(code_.clocks.size());
  node.children.pop_back();
  code_.clocks.push_back({*ClockPartFromName(node.text), *zone});
  return true;
}

// --- what looks like a function

bool Checker::CheckHas(Ast& node) {
  if (node.children.size() != 1) return Fail(node, Reason::kExpressionMalformed, "has() takes one argument", node.text);
  Ast& argument = *node.children[0];
  if (!Check(argument)) return false;
  const Op op = argument.op == Op::kField                                           ? Op::kHasField
                : argument.op == Op::kSelect                                        ? Op::kHasSelect
                : argument.op == Op::kMember && argument.kind == Ast::Kind::kSelect ? Op::kHasMember
                                                                                    : Op::kConstant;
  if (op == Op::kConstant)
    return Fail(argument, Reason::kExpressionMalformed, "has() takes a field or member", argument.text, "write has(account.name)");
  node.op = op;
  node.argument = argument.argument;
  node.children = argument.children;
  node.type = TypeKind::kBool;
  return true;
}

bool Checker::CheckDyn(Ast& node) {
  if (node.children.size() != 1) return Fail(node, Reason::kExpressionMalformed, "dyn() takes one argument", node.text);
  Ast& argument = *node.children[0];
  if (!Check(argument)) return false;
  const std::vector<Ast*> children = argument.children;
  node.op = argument.op;
  node.macro = argument.macro;
  node.two = argument.two;
  node.argument = argument.argument;
  node.children = children;
  node.type = TypeKind::kDyn;
  return true;
}

// related("order", "account"), account.related("order"): the field may be left out when the type has one reference that fits.
bool Checker::CheckRelated(Ast& node) {
  const size_t first = node.method ? 1 : 0;
  const size_t given = node.children.size() - first;
  if (environment_.catalog == nullptr || given < 1 || given > 2 || !IsText(*node.children[first]) || !IsText(*node.children.back())) {
    return Fail(node, Reason::kExpressionMalformed, "related() takes the names of a type and of its reference field", node.text,
                "write related(\"order\", \"account\")");
  }
  if (node.method && !Check(*node.children[0])) return false;
  if (node.method && node.children[0]->type.kind != TypeKind::kRecord) return Expected(*node.children[0], "a record");
  if (!node.method && environment_.record == nullptr) return Fail(node, Reason::kExpressionMalformed, "there is no record here", node.text);
  const Ast& type_name = *node.children[first];
  const StatusOr<const catalog::TypeDef*> type = environment_.catalog->GetType(type_name.text);
  if (!type.ok()) return Fail(type_name, Reason::kUnknownType, MessageOf(type.status()), type_name.text, GetErrorInfo(type.status()).hint);
  const std::vector<const catalog::TypeDef*> targets = node.method ? node.children[0]->type.records : std::vector{environment_.record};
  std::vector<const catalog::FieldDef*> fields;
  std::vector<std::string_view> names;
  for (const catalog::FieldDef& field : (*type)->fields) {
    const auto leads_to = [&](const catalog::TypeDef* target) {
      return field.refers_to.empty() || std::find(field.refers_to.begin(), field.refers_to.end(), target->name) != field.refers_to.end();
    };
    const bool fits = field.kind == Kind::kRef && (targets.empty() || std::any_of(targets.begin(), targets.end(), leads_to));
    if (!fits) continue;
    names.push_back(field.name);
    if (given == 1 || field.name == node.children.back()->text) fields.push_back(&field);
  }
  if (fields.size() != 1) {
    const std::string_view message =
        fields.empty() ? "has no such reference to the record" : "has several references to the record: name one";
    return Fail(*node.children.back(), Reason::kUnknownField, Concat({(*type)->name, " ", message}), node.children.back()->text,
                NearestHint(node.children.back()->text, names));
  }
  node.children.resize(first);
  node.op = Op::kRelated;
  node.argument = static_cast<int32_t>(code_.related.size());
  node.type = Type::List(Type::Record({*type}));
  code_.related.push_back({*type, fields[0]});
  AddReference(*type, static_cast<int32_t>(fields[0]->position), true);
  if (node.method) Follow(*node.children[0]);
  return true;
}

// --- macros

bool Checker::CheckMacroBody(Ast& node, const Type& key, const Type& element) {
  const size_t variables = node.two ? 2 : 1;
  const size_t before = locals_.size();
  for (size_t i = 0; i < variables; ++i) {
    const Ast& name = *node.children[1 + i];
    const Type& type = node.two && i == 0 ? key : element;
    locals_.push_back({name.text, type, node.argument + static_cast<int32_t>(i)});
  }
  bool ok = true;
  for (size_t i = 1 + variables; ok && i < node.children.size(); ++i) ok = Check(*node.children[i]);
  locals_.resize(before);
  return ok;
}

bool Checker::CheckMacro(Ast& node, Macro macro) {
  const size_t given = node.children.size() - 1;
  const bool may_two = macro == Macro::kAll || macro == Macro::kExists || macro == Macro::kExistsOne;
  node.two = may_two && given == 3;
  if (given != 2 && !(given == 3 && (node.two || macro == Macro::kMap))) {
    return Fail(node, Reason::kExpressionMalformed, "the macro takes a variable and an expression over it", node.text,
                "write list.exists(x, x > 1)");
  }
  for (size_t i = 1; i <= (node.two ? 2u : 1u); ++i) {
    const Ast& name = *node.children[i];
    if (name.kind != Ast::Kind::kName || name.rooted)
      return Fail(name, Reason::kExpressionMalformed, "a macro's variable is a simple name", name.text);
  }
  if (node.two && node.children[1]->text == node.children[2]->text) {
    return Fail(*node.children[2], Reason::kExpressionMalformed, "the two variables have one name", node.children[2]->text);
  }
  if (!Check(*node.children[0])) return false;
  const Type range = node.children[0]->type;
  const bool list = range.kind == TypeKind::kList;
  if (!list && range.kind != TypeKind::kMap && range.kind != TypeKind::kDyn) return Expected(*node.children[0], "a list or map");
  if (locals_.size() >= limits::kExpressionVariables) {
    return Fail(node, Reason::kLimitExceeded,
                Concat({"more macros within one another than kExpressionVariables, ", std::to_string(limits::kExpressionVariables)}));
  }
  node.op = Op::kMacro;
  node.macro = macro;
  node.argument = places_;
  places_ += 2;
  const Type key = list ? Type(TypeKind::kInt) : range.kind == TypeKind::kMap ? range.parameters[0] : Type();
  const Type element = list ? range.parameters[0] : range.kind == TypeKind::kMap ? range.parameters[node.two ? 1 : 0] : Type();
  if (!CheckMacroBody(node, key, element)) return false;
  places_ -= 2;
  node.children.erase(node.children.begin() + 1, node.children.begin() + (node.two ? 3 : 2));
  const Ast& condition = *node.children[1];
  const bool needs_bool = macro != Macro::kMap || node.children.size() == 3;
  if (needs_bool && condition.type.kind != TypeKind::kBool && condition.type.kind != TypeKind::kDyn) return Expected(condition, "a bool");
  node.type = macro == Macro::kMap      ? Type::List(node.children.back()->type)
              : macro == Macro::kFilter ? (range.kind == TypeKind::kDyn ? Type::List(TypeKind::kDyn)
                                           : list                       ? range
                                                                        : Type::List(element))
                                        : Type(TypeKind::kBool);
  return true;
}

}  // namespace kith::expr
