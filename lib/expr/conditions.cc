// Which conditions on single fields a filter makes: what a planner chooses indexes by.
#include <algorithm>
#include <cmath>
#include <utility>

#include "expr/code_internal.h"

namespace kith::expr {
namespace {

using Comparison = Condition::Comparison;

class Finder {
 public:
  explicit Finder(const Program::Code& code) : code_(code) {}

  Conditions Run() {
    conditions_.exact = true;
    Part(code_.nodes.back());
    return std::move(conditions_);
  }

 private:
  [[nodiscard]] const Node& Child(const Node& node, size_t i) const { return code_.nodes[code_.children(node)[i]]; }
  [[nodiscard]] const FieldSlot& FieldOf(const Node& node) const { return code_.fields[static_cast<size_t>(node.argument)]; }

  void Part(const Node& node) {
    if (node.op == Op::kAnd) {
      for (size_t i = 0; i < node.count; ++i) Part(Child(node, i));
      return;
    }
    if (!Take(node)) conditions_.exact = false;
  }

  // False when the part is no such condition.
  bool Take(const Node& node) {
    switch (node.op) {
      case Op::kField:
        return FieldOf(node).kind == Kind::kBool && Add(FieldOf(node), Comparison::kEqual, Cell::Bool(true));
      case Op::kNot:
        return Child(node, 0).op == Op::kField && FieldOf(Child(node, 0)).kind == Kind::kBool &&
               Add(FieldOf(Child(node, 0)), Comparison::kEqual, Cell::Bool(false));
      case Op::kIsNull:
        return node.argument == 0 && Child(node, 0).op == Op::kField && AddNull(FieldOf(Child(node, 0)));
      case Op::kEqual:
        return node.argument == 0 && Compared(node, Comparison::kEqual, Comparison::kEqual);
      case Op::kCompare:
        return Ordered(node);
      case Op::kIn:
        return Among(node);
      default:
        return false;
    }
  }

  bool Ordered(const Node& node) {
    const bool less = (node.argument & 1) != 0;
    const bool or_equal = (node.argument & 2) != 0;
    const Comparison below = or_equal ? Comparison::kLessOrEqual : Comparison::kLess;
    const Comparison above = or_equal ? Comparison::kGreaterOrEqual : Comparison::kGreater;
    return Compared(node, less ? below : above, less ? above : below);
  }

  // <field> <constant or variable>, or the other way round, which turns the comparison.
  bool Compared(const Node& node, Comparison comparison, Comparison turned) {
    for (const auto& [field, other, how] : {std::tuple(0, 1, comparison), std::tuple(1, 0, turned)}) {
      const Node& left = Child(node, static_cast<size_t>(field));
      const Node& right = Child(node, static_cast<size_t>(other));
      if (left.op != Op::kField) continue;
      if (right.op == Op::kConstant) return Add(FieldOf(left), how, code_.constants[static_cast<size_t>(right.argument)]);
      if (right.op == Op::kVariable) return AddVariable(FieldOf(left), how, right.argument);
    }
    return false;
  }

  bool Among(const Node& node) {
    const Node& left = Child(node, 0);
    const Node& right = Child(node, 1);
    if (left.op != Op::kField || !IsOrdered(FieldOf(left))) return false;
    if (right.op == Op::kVariable) return AddList(FieldOf(left), right.argument);
    if (right.op != Op::kConstant) return false;
    const Cell& list = code_.constants[static_cast<size_t>(right.argument)];
    if (list.tag != Tag::kList) return false;
    Condition condition{FieldOf(left).position, Comparison::kIn, {}, -1};
    for (const Cell& item : list.list()) {
      const std::optional<Value> value = Fit(FieldOf(left), item);
      if (!value.has_value()) return false;
      condition.values.push_back(*value);
    }
    conditions_.all.push_back(std::move(condition));
    return true;
  }

  // Kinds whose values an index holds one of, in the order that comparisons have.
  static bool IsOrdered(const FieldSlot& field) {
    return field.kind != Kind::kTextList && field.kind != Kind::kChoiceSet && field.kind != Kind::kNull;
  }
  static bool HasRange(const FieldSlot& field) {
    // Choices are compared by name, money within its currency, doubles have NaN: an index has them in another order.
    return field.kind == Kind::kInt || field.kind == Kind::kDecimal || field.kind == Kind::kText || field.kind == Kind::kDate ||
           field.kind == Kind::kTime || field.kind == Kind::kBytes;
  }

  bool AddNull(const FieldSlot& field) {
    if (!IsOrdered(field)) return false;
    conditions_.all.push_back({field.position, Comparison::kIsNull, {}, -1});
    return true;
  }

  bool Add(const FieldSlot& field, Comparison comparison, const Cell& cell) {
    if (!IsOrdered(field) || (comparison != Comparison::kEqual && !HasRange(field) && !IsMoneyRange(field, cell))) return false;
    const std::optional<Value> value = Fit(field, cell);
    if (!value.has_value()) return false;
    conditions_.all.push_back({field.position, comparison, {*value}, -1});
    return true;
  }
  // An amount is compared with amounts of its currency only.
  static bool IsMoneyRange(const FieldSlot& field, const Cell& cell) { return field.kind == Kind::kMoney && cell.tag == Tag::kMoney; }

  [[nodiscard]] const Type& TypeOf(int32_t variable) const { return code_.environment.variables[static_cast<size_t>(variable)].type; }

  // The value comes later: of the field's own kind, or nobody knows yet (see Condition::variable).
  bool AddVariable(const FieldSlot& field, Comparison comparison, int32_t variable) {
    const TypeKind kind = TypeOf(variable).kind;
    const bool is_name = field.kind == Kind::kChoice && kind == TypeKind::kString;
    if (!IsOrdered(field) || (kind != TypeKind::kDyn && kind != TypeKindOf(field.kind) && !is_name)) return false;
    if (comparison != Comparison::kEqual && !HasRange(field) && field.kind != Kind::kMoney) return false;
    conditions_.all.push_back({field.position, comparison, {}, variable});
    return true;
  }
  bool AddList(const FieldSlot& field, int32_t variable) {
    const TypeKind kind = TypeOf(variable).kind;
    if (kind != TypeKind::kDyn && kind != TypeKind::kList) return false;
    conditions_.all.push_back({field.position, Comparison::kIn, {}, variable});
    return true;
  }

  // The constant in the field's form, when that loses nothing.
  static std::optional<Value> Fit(const FieldSlot& field, const Cell& cell) {
    if (field.kind == Kind::kDouble && cell.tag != Tag::kDouble) return std::nullopt;
    if (field.kind == Kind::kDouble && std::isnan(cell.real)) return std::nullopt;
    if (field.kind == Kind::kTime && cell.tag == Tag::kTimestamp && cell.timestamp().nanos % 1000 != 0) return std::nullopt;
    if (field.kind == Kind::kInt && cell.tag == Tag::kDouble) return std::nullopt;
    if (field.kind == Kind::kDecimal && cell.tag == Tag::kDouble) return std::nullopt;
    if (cell.tag == Tag::kNull) return std::nullopt;
    const StatusOr<Value> value = ToValue(ToAny(cell), field.kind, field.scale, field.def);
    return value.ok() ? std::optional(*value) : std::nullopt;
  }

  const Program::Code& code_;
  Conditions conditions_;
};

}  // namespace

Conditions FindConditions(const Program::Code& code) { return Finder(code).Run(); }

}  // namespace kith::expr
