// Whether a field may be given a value.
#include <algorithm>

#include "catalog/compile_internal.h"
#include "kith/base/concat.h"
#include "kith/base/nearest.h"
#include "kith/catalog/catalog.h"

namespace kith::catalog {
namespace {

Status Refuse(const FieldDef& field, Reason reason, const Value& value, std::string_view message, std::string hint = {}) {
  return MakeError({.reason = reason, .field = field.name, .value = ToText(value), .hint = std::move(hint)}, message);
}

// Whether `value` lies on the wrong side of `bound`; `direction` is -1 for a minimum and 1 for a maximum.
template <typename T>
bool Beyond(const T& value, const T& bound, int direction) {
  return direction < 0 ? value < bound : bound < value;
}

bool IsBeyond(const Value& value, const Value& bound, int direction) {
  switch (value.kind()) {
    case Kind::kInt:
      return Beyond(value.get<int64_t>(), bound.get<int64_t>(), direction);
    case Kind::kDecimal:
      return Beyond(value.get<Decimal>().units, bound.get<Decimal>().units, direction);
    case Kind::kDouble:
      // Written so that NaN lies beyond every bound.
      return direction < 0 ? !(value.get<double>() >= bound.get<double>()) : !(value.get<double>() <= bound.get<double>());
    case Kind::kMoney: {
      const Money& limit = bound.get<Money>();
      const bool applies = limit.currency.is_null() || limit.currency == value.get<Money>().currency;
      return applies && Beyond(value.get<Money>().minor, limit.minor, direction);
    }
    case Kind::kDate:
      return Beyond(value.get<Date>(), bound.get<Date>(), direction);
    case Kind::kTime:
      return Beyond(value.get<Time>(), bound.get<Time>(), direction);
    default:
      return false;
  }
}

Status CheckChoice(const FieldDef& field, Choice choice, const Value& value) {
  const ChoiceDef* def = field.FindChoice(choice.number);
  if (def == nullptr) return Refuse(field, Reason::kNotAChoice, value, "the field has no such choice");
  if (def->retired) return Refuse(field, Reason::kNotAChoice, Value(def->name), "the choice is retired");
  return absl::OkStatus();
}

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

Status CheckOneText(const FieldDef& field, const std::string& text) {
  if (field.max_length != 0 && CodePoints(text) > field.max_length) {
    return Refuse(field, Reason::kTooLong, Value(text), "longer than the field allows",
                  "at most " + std::to_string(field.max_length) + " characters");
  }
  if (field.matcher != nullptr && !field.matcher->Matches(text)) {
    return Refuse(field, Reason::kPatternMismatch, Value(text), "does not have the form the field demands",
                  "the pattern is " + field.pattern);
  }
  return absl::OkStatus();
}

// A state's name; its number where the field has no such choice.
std::string StateName(const FieldDef& field, const Value& state) {
  const ChoiceDef* choice = field.FindChoice(state.get<Choice>().number);
  return choice == nullptr ? ToText(state) : choice->name;
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Status RefuseState(const FieldDef& field, std::string value, std::string_view message, std::string hint) {
  return MakeError({.reason = Reason::kNotATransition, .field = field.name, .value = std::move(value), .hint = std::move(hint)}, message);
}

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Status CheckInitialState(const FieldDef& field, const std::string& state) {
  if (field.initial_states.empty() || Contains(field.initial_states, state)) return absl::OkStatus();
  return RefuseState(field, state, "is no state to begin with", "begin with: " + Joined(field.initial_states));
}

// Dates and times that can be written: neither RFC 3339 nor the hosts' own types have others.
bool IsWritable(const Value& value) {
  static const Date kFirst = FromCivil({.year = 1, .month = 1, .day = 1});
  static const Date kEnd = FromCivil({.year = 10000, .month = 1, .day = 1});
  if (const Date* date = value.get_if<Date>(); date != nullptr) return *date >= kFirst && *date < kEnd;
  if (const Time* time = value.get_if<Time>(); time != nullptr) return *time >= StartOf(kFirst) && *time < StartOf(kEnd);
  return true;
}

}  // namespace

Status CheckTransition(const FieldDef& field, const Value& from, const Value& to) {
  if (field.transitions.empty() || from == to) return absl::OkStatus();
  if (from.is_null()) return CheckInitialState(field, StateName(field, to));
  const std::string state = StateName(field, from);
  const auto found = field.transitions.find(state);
  const bool is_final = found == field.transitions.end() || found->second.empty();
  const std::string hint = is_final ? state + " is final" : "after " + state + " may come: " + Joined(found->second);
  if (to.is_null()) return RefuseState(field, state + " -> null", "a state cannot be cleared", hint);
  const std::string next = StateName(field, to);
  if (!is_final && Contains(found->second, next)) return absl::OkStatus();
  return RefuseState(field, Concat({state, " -> ", next}), Concat({next, " may not follow ", state}), hint);
}

Status CheckFieldValue(const FieldDef& field, const Value& value) {
  if (value.is_null()) {
    if (!field.required) return absl::OkStatus();
    return MakeError({.reason = Reason::kRequired, .field = field.name}, "a value is required");
  }
  if (field.kind == Kind::kNull) {
    return Refuse(field, Reason::kFieldReadOnly, value, "the field is of a kind that this library does not know", "use a newer library");
  }
  if (field.retired) return Refuse(field, Reason::kFieldReadOnly, value, "the field is retired and takes no new values");
  if (const Status status = record::CheckValue(field.stored, value); !status.ok()) return WithContext(status, {.field = field.name});
  if (!IsWritable(value)) {
    return Refuse(field, Reason::kOutOfRange, value, "is outside the years 0001 to 9999",
                  "RFC 3339 has no other; null says that it is not known");
  }
  if (const Choice* choice = value.get_if<Choice>(); choice != nullptr) return CheckChoice(field, *choice, value);
  if (const ChoiceSet* choices = value.get_if<ChoiceSet>(); choices != nullptr) {
    for (const Choice choice : *choices) KITH_RETURN_IF_ERROR(CheckChoice(field, choice, value));
  }
  if (const std::string* text = value.get_if<std::string>(); text != nullptr) return CheckOneText(field, *text);
  if (const TextList* texts = value.get_if<TextList>(); texts != nullptr) {
    for (const std::string& text : *texts) KITH_RETURN_IF_ERROR(CheckOneText(field, text));
  }
  if (field.minimum.has_value() && IsBeyond(value, *field.minimum, -1)) {
    return Refuse(field, Reason::kOutOfRange, value, "below the field's minimum", "the least is " + ToText(*field.minimum));
  }
  if (field.maximum.has_value() && IsBeyond(value, *field.maximum, 1)) {
    return Refuse(field, Reason::kOutOfRange, value, "above the field's maximum", "the most is " + ToText(*field.maximum));
  }
  return absl::OkStatus();
}

}  // namespace kith::catalog
