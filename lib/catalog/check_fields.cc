// Checks of fields and their choices.
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "catalog/compile_internal.h"
#include "catalog/definition_json_internal.h"
#include "catalog/names_internal.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

constexpr uint8_t kLargestScale = 18;

bool IsKnown(Kind kind) { return kind != Kind::kNull && NameOf(kind) != "unknown"; }

bool HasBounds(Kind kind) {
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

bool IsText(Kind kind) { return kind == Kind::kText || kind == Kind::kTextList; }
bool HasChoices(Kind kind) { return kind == Kind::kChoice || kind == Kind::kChoiceSet; }

// Whether a lower bound lies above an upper one; both are of one kind.
bool Crossed(const Value& minimum, const Value& maximum) {
  if (const Money* low = minimum.get_if<Money>(); low != nullptr) return low->minor > maximum.get<Money>().minor;
  if (const Decimal* low = minimum.get_if<Decimal>(); low != nullptr) return low->units > maximum.get<Decimal>().units;
  if (const int64_t* low = minimum.get_if<int64_t>(); low != nullptr) return *low > maximum.get<int64_t>();
  if (const double* low = minimum.get_if<double>(); low != nullptr) return *low > maximum.get<double>();
  if (const Date* low = minimum.get_if<Date>(); low != nullptr) return *low > maximum.get<Date>();
  if (const Time* low = minimum.get_if<Time>(); low != nullptr) return *low > maximum.get<Time>();
  return false;
}

bool SameCurrency(const Value& a, const Value& b) {
  const Money* first = a.get_if<Money>();
  const Money* second = b.get_if<Money>();
  if (first == nullptr || second == nullptr) return true;
  return first->currency == second->currency || first->currency.is_null() || second->currency.is_null();
}

}  // namespace

std::shared_ptr<const Matcher> Matcher::Compile(const std::string& pattern, std::string& fault) {
  RE2::Options options;
  options.set_log_errors(false);
  auto matcher = std::make_shared<Matcher>();
  auto expression = std::make_unique<RE2>(pattern, options);
  fault = expression->ok() ? std::string() : expression->error();
  if (!expression->ok()) return nullptr;
  matcher->expression = std::move(expression);
  return matcher;
}

bool Matcher::Matches(std::string_view text) const { return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *expression); }

Status Compiler::CheckFields(TypeDef& type) const {
  std::set<std::string_view> names;
  std::set<std::pair<uint32_t, uint32_t>> numbers;
  for (FieldDef& field : type.fields) {
    if (!names.insert(field.name).second) return FieldError(type, field, "name", {"the name is taken", field.name});
    if (field.number >= limits::kFieldsPerTypeAndPackage) {
      return FieldError(
          type, field, {},
          {"the number is not below limits::kFieldsPerTypeAndPackage", std::to_string(field.number), {}, Reason::kLimitExceeded});
    }
    if (!numbers.insert({field.package, field.number}).second) {
      return FieldError(type, field, {}, {"the number is taken by another field of the package", std::to_string(field.number)});
    }
    KITH_RETURN_IF_ERROR(CheckField(type, field));
  }
  return absl::OkStatus();
}

Status Compiler::CheckField(const TypeDef& type, FieldDef& field) const {
  if (std::string fault = FieldNameFault(field.name); !fault.empty()) {
    return FieldError(type, field, "name", {fault, ToText(Value(field.name)), "choose another name"});
  }
  const bool built_in = type.number < kFirstOpenType;
  if (!built_in && catalog_->FindPackage(field.package) == nullptr) {
    return FieldError(type, field, {}, {"its package is unknown", std::to_string(field.package), {}, Reason::kPackageMissing});
  }
  if (field.kind == Kind::kNull && !field.extra.empty()) return absl::OkStatus();  // of a newer library: kept, not understood
  if (!IsKnown(field.kind)) return FieldError(type, field, "kind", {"unknown kind"});
  if (field.scale != 0 && field.kind != Kind::kDecimal) return FieldError(type, field, "scale", {"only a decimal has a scale"});
  if (field.scale > kLargestScale) return FieldError(type, field, "scale", {"a scale lies between 0 and 18", std::to_string(field.scale)});
  if (field.retired && field.required) {
    return FieldError(type, field, "required", {"a retired field takes no values and so cannot be required", {}, "leave out \"required\""});
  }
  if (field.retired && field.initial.has_value()) {
    return FieldError(type, field, "default", {"a retired field takes no values and so has no default", {}, "leave out \"default\""});
  }
  std::string language;
  if (std::string fault = LabelsFault(field.labels, language); !fault.empty())
    return FieldError(type, field, JoinJsonPath("labels", language), {fault});
  KITH_RETURN_IF_ERROR(CheckReference(type, field));
  KITH_RETURN_IF_ERROR(CheckChoices(type, field));
  KITH_RETURN_IF_ERROR(CheckTransitions(type, field));
  KITH_RETURN_IF_ERROR(CheckText(type, field));
  KITH_RETURN_IF_ERROR(CheckValues(type, field));
  KITH_RETURN_IF_ERROR(CheckComputed(type, field));
  KITH_RETURN_IF_ERROR(CheckAutoNumber(type, field));
  if (WriteField(field, Form::kStored).dump().size() > limits::kTextBytes) {
    return FieldError(type, field, {},
                      {"the definition is larger than limits::kTextBytes", {}, "shorten labels or choices", Reason::kLimitExceeded});
  }
  return absl::OkStatus();
}

Status Compiler::CheckReference(const TypeDef& type, const FieldDef& field) const {
  if (field.kind != Kind::kRef) {
    if (!field.refers_to.empty()) return FieldError(type, field, "to", {"only a reference points to types"});
    if (field.about) return FieldError(type, field, "about", {"only a reference can name the person a record is about"});
    if (field.acyclic) return FieldError(type, field, "acyclic", {"only a reference can be followed"});
    if (field.on_delete != OnDelete::kRestrict) return FieldError(type, field, "on_delete", {"only a reference has a rule for deletes"});
    return absl::OkStatus();
  }
  for (size_t i = 0; i < field.refers_to.size(); ++i) {
    const std::string& target = field.refers_to[i];
    if (i > 0 && field.refers_to[i - 1] == target) return FieldError(type, field, "to", {"the type occurs twice", target});
    if (catalog_->FindType(target) != nullptr) continue;
    std::vector<std::string_view> names;
    for (const TypeDef& known : catalog_->types_) names.push_back(known.name);
    return FieldError(type, field, "to", {"unknown type", ToText(Value(target)), NearestHint(target, names), Reason::kUnknownType});
  }
  const auto& to = field.refers_to;
  if (field.acyclic && !to.empty() && std::find(to.begin(), to.end(), type.name) == to.end()) {
    return FieldError(type, field, "acyclic", {"the reference never leads to its own type, so nothing can come back", {}, "leave it out"});
  }
  if (field.on_delete == OnDelete::kDetach && field.required) {
    return FieldError(type, field, "on_delete",
                      {"detach would leave a required field without a value", {}, "use restrict or cascade, or leave out \"required\""});
  }
  return absl::OkStatus();
}

Status Compiler::CheckChoices(const TypeDef& type, const FieldDef& field) const {
  if (!HasChoices(field.kind)) {
    return field.choices.empty() ? absl::OkStatus() : FieldError(type, field, "choices", {"only a choice or choice_set has choices"});
  }
  if (field.choices.empty()) return FieldError(type, field, "choices", {"at least one choice is needed"});
  std::set<std::string_view> names;
  std::set<int32_t> numbers;
  for (size_t i = 0; i < field.choices.size(); ++i) {
    const ChoiceDef& choice = field.choices[i];
    const std::string path = JoinJsonPath("choices", choice.name);
    if (std::string fault = NameFault(choice.name); !fault.empty())
      return FieldError(type, field, path, {fault, ToText(Value(choice.name))});
    if (!names.insert(choice.name).second) return FieldError(type, field, path, {"the name is taken", choice.name});
    const uint32_t added_by = PackageOfChoice(choice.number);
    if (added_by != 0 ? catalog_->FindPackage(added_by) == nullptr : choice.number < 1 || choice.number > limits::kChoiceNumber) {
      return FieldError(type, field, path,
                        {"the number of a choice lies between 1 and limits::kChoiceNumber", std::to_string(choice.number)});
    }
    if (!numbers.insert(choice.number).second) return FieldError(type, field, path, {"the number is taken", std::to_string(choice.number)});
    std::string language;
    if (std::string fault = LabelsFault(choice.labels, language); !fault.empty()) {
      return FieldError(type, field, JoinJsonPath(path + ".labels", language), {fault});
    }
  }
  return absl::OkStatus();
}

// A list of states: choices of the field, each once.
Status Compiler::CheckStates(const TypeDef& type, const FieldDef& field, const std::string& path,
                             const std::vector<std::string>& states) const {
  std::set<std::string_view> seen;
  for (const std::string& state : states) {
    if (field.FindChoice(state) == nullptr) {
      std::vector<std::string_view> names;
      for (const ChoiceDef& choice : field.choices) names.push_back(choice.name);
      return FieldError(type, field, path, {"the field has no such choice", ToText(Value(state)), NearestHint(state, names)});
    }
    if (!seen.insert(state).second) return FieldError(type, field, path, {"the choice occurs twice", state});
  }
  return absl::OkStatus();
}

Status Compiler::CheckTransitions(const TypeDef& type, const FieldDef& field) const {
  if (field.transitions.empty()) {
    if (field.initial_states.empty()) return absl::OkStatus();
    return FieldError(type, field, "initial_states", {"only a choice with transitions has states to begin with"});
  }
  if (field.kind != Kind::kChoice) return FieldError(type, field, "transitions", {"only a choice has transitions"});
  KITH_RETURN_IF_ERROR(CheckStates(type, field, "initial_states", field.initial_states));
  for (const auto& [state, next] : field.transitions) {
    KITH_RETURN_IF_ERROR(CheckStates(type, field, "transitions", {state}));
    const std::string path = JoinJsonPath("transitions", state);
    KITH_RETURN_IF_ERROR(CheckStates(type, field, path, next));
    if (std::find(next.begin(), next.end(), state) == next.end()) continue;
    return FieldError(type, field, path, {"a state does not follow itself", state, "leave it out: setting it again changes nothing"});
  }
  return absl::OkStatus();
}

Status Compiler::CheckText(const TypeDef& type, FieldDef& field) const {
  if (field.max_length != 0 && !IsText(field.kind)) return FieldError(type, field, "max_length", {"only texts have a length"});
  if (field.max_length > limits::kTextBytes) {
    return FieldError(type, field, "max_length",
                      {"more than limits::kTextBytes", std::to_string(field.max_length), {}, Reason::kLimitExceeded});
  }
  field.matcher = nullptr;
  if (field.pattern.empty()) return absl::OkStatus();
  if (!IsText(field.kind)) return FieldError(type, field, "pattern", {"only texts have a pattern"});
  if (field.pattern.size() > limits::kPatternBytes) {
    return FieldError(type, field, "pattern",
                      {"longer than limits::kPatternBytes", std::to_string(field.pattern.size()) + " bytes", {}, Reason::kLimitExceeded});
  }
  std::string fault;
  field.matcher = Matcher::Compile(field.pattern, fault);
  if (field.matcher == nullptr) return FieldError(type, field, "pattern", {"not an RE2 pattern: " + fault, ToText(Value(field.pattern))});
  return absl::OkStatus();
}

Status Compiler::CheckValues(const TypeDef& type, const FieldDef& field) const {
  struct Bound {
    std::string_view member;
    const std::optional<Value>& value;
  };
  for (const Bound& bound : {Bound{"min", field.minimum}, Bound{"max", field.maximum}}) {
    if (!bound.value.has_value()) continue;
    if (!HasBounds(field.kind)) return FieldError(type, field, bound.member, {"a " + std::string(NameOf(field.kind)) + " has no bounds"});
    if (bound.value->kind() != field.kind) {
      return FieldError(type, field, bound.member, {"the bound is not of the field's kind", ToText(*bound.value)});
    }
    const Decimal* decimal = bound.value->get_if<Decimal>();
    if (decimal != nullptr && decimal->scale != field.scale)
      return FieldError(type, field, bound.member, {"the bound has another scale", ToText(*bound.value)});
    const double* number = bound.value->get_if<double>();
    if (number != nullptr && std::isnan(*number)) return FieldError(type, field, bound.member, {"the bound is not a number"});
  }
  if (field.minimum.has_value() && field.maximum.has_value()) {
    if (!SameCurrency(*field.minimum, *field.maximum)) return FieldError(type, field, "max", {"the bounds have different currencies"});
    if (Crossed(*field.minimum, *field.maximum)) {
      return FieldError(type, field, "min",
                        {"the minimum lies above the maximum", ToText(*field.minimum) + " > " + ToText(*field.maximum)});
    }
  }
  if (!field.initial.has_value()) return absl::OkStatus();
  if (field.kind == Kind::kRef || field.kind == Kind::kBytes)
    return FieldError(type, field, "default", {"a reference or bytes have no default"});
  Status status = CheckFieldValue(field, *field.initial);
  if (status.ok()) status = CheckTransition(field, Value(), *field.initial);
  if (!status.ok()) {
    return FieldError(type, field, "default", {std::string(MessageOf(status)), ToText(*field.initial), GetErrorInfo(status).hint});
  }
  return absl::OkStatus();
}

}  // namespace kith::catalog
