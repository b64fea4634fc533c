#include "engine/programs.h"

#include <algorithm>
#include <set>

#include "kith/base/concat.h"
#include "kith/base/key.h"

namespace kith::engine {

using catalog::Catalog;
using catalog::FieldDef;
using catalog::TypeDef;
using expr::TypeKind;

namespace {

// Whether a field of a kind can hold what an expression of that type gives. What is known only when evaluated may fit.
bool Fits(Kind kind, TypeKind type) {
  if (type == TypeKind::kDyn) return true;
  switch (kind) {
    case Kind::kBool:
      return type == TypeKind::kBool;
    case Kind::kInt:
      return type == TypeKind::kInt || type == TypeKind::kUint;
    case Kind::kDecimal:
      return type == TypeKind::kDecimal || type == TypeKind::kInt;
    case Kind::kDouble:
      return type == TypeKind::kDouble || type == TypeKind::kDecimal || type == TypeKind::kInt;
    case Kind::kMoney:
      return type == TypeKind::kMoney;
    case Kind::kText:
      return type == TypeKind::kString;
    case Kind::kChoice:
      return type == TypeKind::kString || type == TypeKind::kChoice;
    case Kind::kDate:
      return type == TypeKind::kDate;
    case Kind::kTime:
      return type == TypeKind::kTimestamp;
    default:
      return false;
  }
}

// Digits that a field's scale does not have are rounded, half to even.
Decimal Rounded(Decimal value, uint8_t scale) {
  while (value.scale > scale) {
    // Digit by digit would round twice, so all of the surplus goes at once.
    int64_t divisor = 1;
    for (; value.scale > scale; --value.scale) divisor *= 10;
    const int64_t rest = value.units % divisor;
    value.units /= divisor;
    const int64_t twice = rest < 0 ? -rest : rest;
    const bool up = twice > divisor - twice || (twice == divisor - twice && value.units % 2 != 0);
    if (up) value.units += rest < 0 ? -1 : 1;
  }
  return value;
}

}  // namespace

// One compilation.
class ProgramCompiler {
 public:
  ProgramCompiler(std::shared_ptr<const Catalog> catalog, const std::map<std::string, std::string, std::less<>>& paths)
      : programs_(std::make_shared<Programs>()), paths_(paths) {
    programs_->catalog_ = std::move(catalog);
  }

  std::shared_ptr<const Programs> Run() {
    const Catalog& catalog = *programs_->catalog_;
    for (const TypeDef& type : catalog.types()) CompileFormulas(type);
    for (const TypeDef& type : catalog.types()) CompileRollUps(type);
    for (const TypeDef& type : catalog.types()) CheckCycles(type);
    for (const TypeDef& type : catalog.types()) CompileChecks(type);
    return programs_;
  }

 private:
  using TypePrograms = Programs::TypePrograms;

  // A definition that cannot be used: `key` leads to its path, `member` is the one that is wrong.
  void Fail(const TypeDef& type, const std::string& key, std::string_view member, const Status& why) {
    ErrorInfo info = GetErrorInfo(why);
    const auto path = paths_.find(key);
    const std::string place = info.field.empty() ? std::string() : " (" + info.field + ")";
    info.field = Concat({path == paths_.end() ? key : path->second, ".", member});
    info.type = type.name;
    if (info.reason == Reason::kNone) info.reason = Reason::kPackageMalformed;
    const Status status = MakeError(info, Concat({key, place, ": ", MessageOf(why)}));
    programs_->first_.Update(status);
    programs_->types_[type.number].fault.Update(status);
  }
  static Status Wrong(std::string_view message, std::string value = {}, std::string hint = {}) {
    return MakeError({.reason = Reason::kPackageMalformed, .value = std::move(value), .hint = std::move(hint)}, message);
  }

  [[nodiscard]] StatusOr<expr::Program> Compiled(const TypeDef& type, const std::string& text, bool condition) const {
    expr::Environment names;
    names.catalog = programs_->catalog_;
    names.record = &type;
    names.owner = programs_->catalog_->FindType("employee");
    return condition ? expr::Program::Compile(text, names, TypeKind::kBool) : expr::Program::Compile(text, names);
  }

  static Status OwnFieldsOnly(const expr::Program& program) {
    if (!program.reads_others()) return absl::OkStatus();
    return Wrong("reads other records", program.text(), "read the record's own fields; what others hold is rolled up");
  }

  // A record's formulas and roll-ups that a program's answer depends on, through other formulas too.
  [[nodiscard]] std::set<size_t> ComputedUnder(const TypeDef& type, const expr::Program& program) const {
    std::set<size_t> found;
    std::vector<const expr::Program*> open = {&program};
    while (!open.empty()) {
      const expr::Program* next = open.back();
      open.pop_back();
      for (const int32_t position : next->reads()) {
        const FieldDef* field = type.FieldAt(position);
        if (field == nullptr || !field->computed() || !found.insert(field->position).second) continue;
        if (const expr::Program* formula = programs_->FormulaOf(type.number, field->position)) open.push_back(formula);
      }
    }
    return found;
  }
  [[nodiscard]] Status NoRollUpUnder(const TypeDef& type, const expr::Program& program, std::string_view what) const {
    for (const size_t position : ComputedUnder(type, program)) {
      const FieldDef& field = type.fields[position];
      if (field.roll_up.has_value()) return Wrong(Concat({what, " does not read roll-ups, which follow after it"}), field.name);
    }
    return absl::OkStatus();
  }

  void CompileFormulas(const TypeDef& type) {
    for (const FieldDef& field : type.fields) {
      if (!field.computed()) continue;
      TypePrograms& own = programs_->types_[type.number];
      own.computes = true;
      programs_->computes_ = true;
      if (field.formula.empty()) continue;
      StatusOr<expr::Program> program = Compiled(type, field.formula, false);
      Status status = program.status();
      if (status.ok()) status = OwnFieldsOnly(*program);
      if (status.ok() && !Fits(field.kind, program->type().kind)) {
        status =
            Wrong(Concat({"the formula is of type ", expr::ToText(program->type()), ", which a ", NameOf(field.kind), " does not hold"}),
                  field.formula, "declare the field of that kind, or convert: double(...), string(...)");
      }
      if (!status.ok()) {
        Fail(type, type.name + "." + field.name, "formula", status);
        continue;
      }
      own.formulas.emplace(field.position, *std::move(program));
    }
  }

  void CompileRollUps(const TypeDef& type) {
    for (const FieldDef& field : type.fields) {
      if (!field.roll_up.has_value() || field.retired) continue;
      RollUpPlan plan;
      plan.parent = &type;
      plan.field = &field;
      plan.child = programs_->catalog_->FindType(field.roll_up->of);
      plan.by = plan.child->FindField(field.roll_up->by);
      plan.value = field.roll_up->field.empty() ? nullptr : plan.child->FindField(field.roll_up->field);
      std::string_view member = "roll_up.field";
      Status status = CheckRolledField(plan);
      if (status.ok() && !field.roll_up->where.empty()) {
        member = "roll_up.where";
        status = CompileWhere(plan);
      }
      if (!status.ok()) {
        Fail(type, type.name + "." + field.name, member, status);
        programs_->types_[plan.child->number].fault.Update(status);  // whose changes could not be followed
        continue;
      }
      programs_->types_[type.number].roll_ups[field.position] = &programs_->roll_ups_.emplace_back(std::move(plan));
    }
  }

  [[nodiscard]] Status CheckRolledField(const RollUpPlan& plan) const {
    if (plan.value == nullptr) return absl::OkStatus();
    if (plan.value->roll_up.has_value()) return Wrong("a roll-up does not take roll-ups", plan.value->name);
    const expr::Program* formula = programs_->FormulaOf(plan.child->number, plan.value->position);
    return formula == nullptr ? absl::OkStatus() : NoRollUpUnder(*plan.child, *formula, "a formula that is rolled up");
  }

  [[nodiscard]] Status CompileWhere(RollUpPlan& plan) const {
    KITH_ASSIGN_OR_RETURN(plan.where, Compiled(*plan.child, plan.field->roll_up->where, true));
    KITH_RETURN_IF_ERROR(OwnFieldsOnly(*plan.where));
    return NoRollUpUnder(*plan.child, *plan.where, "a roll-up's condition");
  }

  // Formulas that read each other in a circle are all refused.
  void CheckCycles(const TypeDef& type) {
    const auto it = programs_->types_.find(type.number);
    if (it == programs_->types_.end()) return;
    std::vector<size_t> circular;
    for (const auto& [position, program] : it->second.formulas) {
      if (ComputedUnder(type, program).contains(position)) circular.push_back(position);
    }
    for (const size_t position : circular) {
      const FieldDef& field = type.fields[position];
      Fail(type, type.name + "." + field.name, "formula",
           Wrong("the formula reads itself: " + Circle(type, position), field.formula, "let one of them read stored fields alone"));
    }
    for (const size_t position : circular) it->second.formulas.erase(position);
  }

  // "margin -> rate -> margin": the way by which a formula gets back to itself, a shortest one.
  [[nodiscard]] std::string Circle(const TypeDef& type, size_t start) const {
    std::map<size_t, size_t> came_from;
    std::deque<size_t> open = {start};
    while (!open.empty()) {
      const size_t at = open.front();
      open.pop_front();
      const expr::Program* formula = programs_->FormulaOf(type.number, at);
      if (formula == nullptr) continue;
      for (const int32_t read : formula->reads()) {
        if (read < 0) continue;
        const auto next = static_cast<size_t>(read);
        if (!came_from.emplace(next, at).second) continue;
        if (next == start) return Way(type, came_from, start);
        open.push_back(next);
      }
    }
    return type.fields[start].name;
  }
  static std::string Way(const TypeDef& type, const std::map<size_t, size_t>& came_from, size_t start) {
    std::string text = type.fields[start].name;
    size_t at = start;
    do {
      at = came_from.at(at);
      text = Concat({type.fields[at].name, " -> ", text});
    } while (at != start);
    return text;
  }

  void CompileChecks(const TypeDef& type) {
    for (const catalog::CheckDef& check : type.checks) {
      StatusOr<expr::Program> program = Compiled(type, check.condition, true);
      Status status = program.status();
      if (status.ok()) status = NoRollUpUnder(type, *program, "a check");
      if (!status.ok()) {
        Fail(type, Concat({type.name, "?", check.name}), "condition", status);
        continue;
      }
      programs_->types_[type.number].checks.push_back({&check, *std::move(program)});
    }
  }

  std::shared_ptr<Programs> programs_;
  const std::map<std::string, std::string, std::less<>>& paths_;
};

std::shared_ptr<const Programs> Programs::Compile(std::shared_ptr<const Catalog> catalog,
                                                  const std::map<std::string, std::string, std::less<>>& paths) {
  return ProgramCompiler(std::move(catalog), paths).Run();
}

Status Programs::Writable(TypeNumber type) const {
  const auto it = types_.find(type);
  if (it == types_.end() || it->second.fault.ok()) return absl::OkStatus();
  ErrorInfo info = GetErrorInfo(it->second.fault);
  info.reason = Reason::kFormatNewer;
  info.hint = "open the database with a newer library";
  return MakeError(info, Concat({"a definition of the type is not understood: ", MessageOf(it->second.fault)}));
}

std::span<const CheckProgram> Programs::ChecksOf(TypeNumber type) const {
  const auto it = types_.find(type);
  return it == types_.end() ? std::span<const CheckProgram>() : it->second.checks;
}

const expr::Program* Programs::FormulaOf(TypeNumber type, size_t position) const {
  const auto it = types_.find(type);
  if (it == types_.end()) return nullptr;
  const auto formula = it->second.formulas.find(position);
  return formula == it->second.formulas.end() ? nullptr : &formula->second;
}

const RollUpPlan* Programs::RollUpOf(TypeNumber type, size_t position) const {
  const auto it = types_.find(type);
  if (it == types_.end()) return nullptr;
  const auto plan = it->second.roll_ups.find(position);
  return plan == it->second.roll_ups.end() ? nullptr : plan->second;
}

const RollUpPlan* Programs::FindRollUp(uint32_t number) const {
  const auto it = std::find_if(roll_ups_.begin(), roll_ups_.end(), [&](const RollUpPlan& plan) { return plan.number() == number; });
  return it == roll_ups_.end() ? nullptr : &*it;
}

std::vector<const RollUpPlan*> Programs::RollUpsOver(TypeNumber child) const {
  std::vector<const RollUpPlan*> plans;
  for (const RollUpPlan& plan : roll_ups_) {
    if (plan.child->number == child) plans.push_back(&plan);
  }
  return plans;
}

Value FieldComputer::Compute(const record::View& view, size_t field) {
  const Id id = view.id();
  if (depth_ == 0) memo_.clear();
  for (const auto& [known, value] : memo_) {
    if (known == field) return value;
  }
  Value value;
  if (const expr::Program* formula = programs_->FormulaOf(id.type(), field)) {
    value = Formula(*formula, programs_->catalog().FindType(id.type())->fields[field], view);
  } else if (const RollUpPlan* plan = programs_->RollUpOf(id.type(), field); plan != nullptr && roll_ups_) {
    value = roll_ups_(*plan, id);
  }
  memo_.emplace_back(field, value);
  return value;
}

Value FieldComputer::Formula(const expr::Program& program, const FieldDef& field, const record::View& view) {
  if (evaluators_.size() <= depth_) evaluators_.push_back(std::make_unique<expr::Evaluator>());
  expr::Evaluator& evaluator = *evaluators_[depth_];
  ++depth_;
  StatusOr<expr::Any> any = evaluator.Evaluate(program, view);
  --depth_;
  if (!any.ok()) return {};
  if (const Decimal* decimal = any->get_if<Decimal>(); decimal != nullptr && field.kind == Kind::kDecimal) {
    any = expr::Any(Rounded(*decimal, field.scale));
  }
  StatusOr<Value> value = expr::ToValue(*any, field.kind, field.scale, &field);
  if (!value.ok() || !record::CheckValue(field.stored, *value).ok()) return {};
  return *std::move(value);
}

}  // namespace kith::engine
