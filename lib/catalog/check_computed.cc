// Checks of what expressions stand in: checks, formulas, roll-ups; and of auto-numbers. Whether an expression compiles is the engine's to
// say.
#include <algorithm>
#include <set>

#include "catalog/compile_internal.h"
#include "catalog/json_internal.h"
#include "catalog/names_internal.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/catalog/auto_number.h"

namespace kith::catalog {
namespace {

bool IsList(Kind kind) { return kind == Kind::kTextList || kind == Kind::kChoiceSet; }

// What a member would mean for a field that nobody writes: nothing.
struct Forbidden {
  std::string_view member;
  bool given;
};

std::vector<Forbidden> ForbiddenOf(const FieldDef& field) {
  return {{"required", field.required},
          {"derived", field.derived},
          {"about", field.about},
          {"default", field.initial.has_value()},
          {"min", field.minimum.has_value()},
          {"max", field.maximum.has_value()},
          {"max_length", field.max_length != 0},
          {"pattern", !field.pattern.empty()},
          {"transitions", !field.transitions.empty()},
          {"auto_number", !field.auto_number.empty()}};
}

bool HasMinAndMax(Kind kind) {
  switch (kind) {
    case Kind::kInt:
    case Kind::kDecimal:
    case Kind::kDouble:
    case Kind::kMoney:
    case Kind::kDate:
    case Kind::kTime:
      return true;
    default:
      return false;
  }
}

// A sum of doubles depends on the order in which they come and go.
bool CanBeAdded(Kind kind) { return kind == Kind::kInt || kind == Kind::kDecimal || kind == Kind::kMoney; }

bool IsAverageOf(const FieldDef& field, const FieldDef& child) {
  if (child.kind == Kind::kMoney) return field.kind == Kind::kMoney;
  return field.kind == Kind::kDecimal || field.kind == Kind::kDouble;
}

}  // namespace

std::string KindText(const FieldDef& field) {
  std::string text(NameOf(field.kind));
  if (field.kind == Kind::kDecimal) text += " of scale " + std::to_string(field.scale);
  return text;
}

Status Compiler::CheckChecks(const TypeDef& type) const {
  std::set<std::string_view> names;
  for (const CheckDef& check : type.checks) {
    const std::string origin = CheckOrigin(type.name, check.name);
    const auto wrong = [&](std::string_view member, Fault fault) {
      return Error(origin, type.name, "check " + type.name + "." + check.name, member, std::move(fault));
    };
    if (std::string fault = NameFault(check.name); !fault.empty()) return wrong("name", {fault, ToText(Value(check.name))});
    if (!names.insert(check.name).second) return wrong("name", {"the name is taken", check.name});
    if (catalog_->FindPackage(check.package) == nullptr) {
      return wrong({}, {"its package is unknown", std::to_string(check.package), {}, Reason::kPackageMissing});
    }
    if (check.condition.empty()) return wrong("condition", {"the condition is empty"});
    std::string language;
    if (std::string fault = LabelsFault(check.labels, language); !fault.empty()) return wrong(JoinJsonPath("labels", language), {fault});
    if (std::string fault = LabelsFault(check.message, language); !fault.empty()) return wrong(JoinJsonPath("message", language), {fault});
  }
  return absl::OkStatus();
}

Status Compiler::CheckComputed(const TypeDef& type, const FieldDef& field) const {
  if (!field.computed()) return absl::OkStatus();
  const std::string what = field.roll_up.has_value() ? "a roll-up" : "a formula";
  if (field.roll_up.has_value() && !field.formula.empty()) {
    return FieldError(type, field, "formula", {"a field is either a formula or a roll-up", {}, "make two fields of it"});
  }
  if (IsList(field.kind) || field.kind == Kind::kRef || field.kind == Kind::kBytes) {
    return FieldError(type, field, "kind", {what + " is no " + std::string(NameOf(field.kind)), {}, "choose a kind with one plain value"});
  }
  for (const Forbidden& forbidden : ForbiddenOf(field)) {
    if (!forbidden.given) continue;
    return FieldError(type, field, forbidden.member, {what + " is written by nobody, so this means nothing", {}, "leave it out"});
  }
  return absl::OkStatus();
}

Status Compiler::CheckAutoNumber(const TypeDef& type, FieldDef& field) const {
  field.numbering = nullptr;
  if (field.auto_number.empty()) return absl::OkStatus();
  const auto wrong = [&](Fault fault) { return FieldError(type, field, "auto_number", std::move(fault)); };
  if (field.kind != Kind::kText) return wrong({"only a text is numbered"});
  if (field.retired) return wrong({"a retired field takes no values", {}, "leave out \"auto_number\""});
  if (field.initial.has_value()) return wrong({"a field has a number or a default", {}, "leave out \"default\""});
  if (field.auto_number.size() > limits::kLabelBytes) {
    return wrong({"longer than limits::kLabelBytes", std::to_string(field.auto_number.size()) + " bytes", {}, Reason::kLimitExceeded});
  }
  std::string fault;
  std::optional<NumberFormat> format = NumberFormat::Parse(field.auto_number, fault);
  if (!format.has_value()) return wrong({fault, ToText(Value(field.auto_number)), "such as \"INV-{year}-{n:05}\""});
  field.numbering = std::make_shared<const NumberFormat>(*std::move(format));
  const Status status = CheckFieldValue(field, Value(field.numbering->Format({.year = 2000, .n = 1})));
  if (status.ok()) return absl::OkStatus();
  return wrong({"its numbers do not pass the field's own checks: " + std::string(MessageOf(status)), GetErrorInfo(status).value,
                "change \"pattern\" or \"max_length\""});
}

Status Compiler::CheckRollUp(const TypeDef& type, const FieldDef& field) const {
  if (!field.roll_up.has_value()) return absl::OkStatus();
  const RollUp& roll_up = *field.roll_up;
  const TypeDef* const of = catalog_->FindType(roll_up.of);
  if (of == nullptr || of->number < kFirstOpenType) {
    std::vector<std::string_view> names;
    for (const TypeDef& known : catalog_->types_) names.push_back(known.name);
    return FieldError(type, field, "roll_up.of",
                      {"unknown type", ToText(Value(roll_up.of)), NearestHint(roll_up.of, names), Reason::kUnknownType});
  }
  const FieldDef* const by = of->FindField(roll_up.by);
  if (by == nullptr || by->kind != Kind::kRef) {
    return FieldError(type, field, "roll_up.by",
                      {by == nullptr ? "type " + of->name + " has no such field" : "the field is no reference", ToText(Value(roll_up.by)),
                       NearestHint(roll_up.by, FieldNames(*of)), Reason::kUnknownField});
  }
  const auto leads_here = [&](const std::string& target) { return target == type.name; };
  if (!by->refers_to.empty() && std::none_of(by->refers_to.begin(), by->refers_to.end(), leads_here)) {
    return FieldError(type, field, "roll_up.by", {"the field does not refer to type " + type.name, roll_up.by});
  }
  if (roll_up.function == RollUp::Function::kCount) {
    if (!roll_up.field.empty()) return FieldError(type, field, "roll_up.field", {"a count counts records", roll_up.field, "leave it out"});
    return field.kind == Kind::kInt ? absl::OkStatus() : FieldError(type, field, "kind", {"a count is an int", KindText(field)});
  }
  const FieldDef* const child = of->FindField(roll_up.field);
  if (child == nullptr) {
    return FieldError(type, field, "roll_up.field",
                      {"type " + of->name + " has no such field", ToText(Value(roll_up.field)), NearestHint(roll_up.field, FieldNames(*of)),
                       Reason::kUnknownField});
  }
  return CheckRollUpKinds(type, field, *child);
}

Status Compiler::CheckRollUpKinds(const TypeDef& type, const FieldDef& field, const FieldDef& child) const {
  const RollUp::Function function = field.roll_up->function;
  const bool adds = function == RollUp::Function::kSum || function == RollUp::Function::kAverage;
  if (adds ? !CanBeAdded(child.kind) : !HasMinAndMax(child.kind)) {
    const std::string hint = child.kind == Kind::kDouble ? "a sum of doubles is not exact: make the field a decimal" : "";
    return FieldError(
        type, field, "roll_up.field",
        {std::string(NameOf(function)) + " does not take a field of kind " + std::string(NameOf(child.kind)), child.name, hint});
  }
  if (function == RollUp::Function::kAverage) {
    if (IsAverageOf(field, child)) return absl::OkStatus();
    return FieldError(type, field, "kind",
                      {"the average of " + KindText(child) + " values is " + (child.kind == Kind::kMoney ? "money" : "a decimal or double"),
                       KindText(field)});
  }
  if (field.kind == child.kind && field.scale == child.scale) return absl::OkStatus();
  return FieldError(type, field, "kind",
                    {"the " + std::string(NameOf(function)) + " of " + KindText(child) + " values is of that kind", KindText(field)});
}

}  // namespace kith::catalog
