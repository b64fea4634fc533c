// Choices of a field: their numbers, and what packages add to fields of others.
#include <algorithm>

#include "catalog/merge_internal.h"
#include "kith/base/concat.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

using ChoiceNumbers = std::map<std::string, int32_t, std::less<>>;

const ChoiceNumbers& ListedChoices(const PackageDraft& package, const std::string& type, const std::string& field) {
  static const ChoiceNumbers kNone;
  const auto numbers = package.numbers.find(type);
  if (numbers == package.numbers.end()) return kNone;
  const auto it = numbers->second.choices.find(field);
  return it == numbers->second.choices.end() ? kNone : it->second;
}

const ChoiceDef* FindChoice(const FieldDef* field, std::string_view name) { return field == nullptr ? nullptr : field->FindChoice(name); }

uint32_t PackageOfState(const FieldDef& field, std::string_view state) {
  const ChoiceDef* choice = field.FindChoice(state);
  return choice == nullptr ? 0 : PackageOfChoice(choice->number);
}

// Whose a way between two states is: of the package that added an end of it.
uint32_t PackageOfWay(const FieldDef& field, std::string_view from, std::string_view to) {
  const uint32_t package = PackageOfState(field, from);
  return package != 0 ? package : PackageOfState(field, to);
}

// The numbers that the choices of a draft get. What a package adds is numbered apart from the field's own choices.
class ChoiceNumbering {
 public:
  // `package_number` 0: the field is the package's own.
  ChoiceNumbering(const PackageDraft& package, uint32_t package_number, const TypeDef& type, const FieldDef* before,
                  const std::string& field)
      : package_(package),
        package_number_(package_number),
        before_(before),
        listed_(ListedChoices(package, type.name, field)),
        subject_(type.name + "." + field),
        path_("numbers:types." + type.name + ".choices." + field) {
    for (const auto& [name, number] : listed_) next_ = std::max(next_, number + 1);
    for (const ChoiceDef& choice : before == nullptr ? std::vector<ChoiceDef>() : before->choices) {
      if (PackageOfChoice(choice.number) == package_number) next_ = std::max(next_, OwnPart(choice.number) + 1);
    }
  }

  Status Give(ChoiceDef& choice) {
    const ChoiceDef* present = FindChoice(before_, choice.name);
    if (present != nullptr) choice.extra = present->extra;
    const auto it = listed_.find(choice.name);
    if (package_.has_numbers && it == listed_.end()) {
      return MalformedAt(path_, Concat({"choice ", subject_, ".", choice.name, " has no number"}), {},
                         Concat({"append \"", choice.name, "\": ", std::to_string(next_)}));
    }
    const int32_t own = package_.has_numbers ? it->second : present != nullptr ? OwnPart(present->number) : next_++;
    if (package_number_ != 0 && own > limits::kAddedChoiceNumber) {
      return MakeError({.reason = Reason::kLimitExceeded, .field = JoinJsonPath(path_, choice.name), .value = std::to_string(own)},
                       "the number of an added choice lies between 1 and limits::kAddedChoiceNumber");
    }
    choice.number = package_number_ == 0 ? own : AddedChoiceNumber(package_number_, own);
    if (present == nullptr || present->number == choice.number) return absl::OkStatus();
    return Conflict(JoinJsonPath(path_, choice.name),
                    "the choice has the number " + std::to_string(OwnPart(present->number)) + " in this database", "give it that number",
                    std::to_string(own));
  }

 private:
  static int32_t OwnPart(int32_t number) { return PackageOfChoice(number) == 0 ? number : number & limits::kAddedChoiceNumber; }

  const PackageDraft& package_;
  uint32_t package_number_;
  const FieldDef* before_;
  const ChoiceNumbers& listed_;
  std::string subject_;
  std::string path_;
  int32_t next_ = 1;
};

void AddWays(const Transitions& ways, Transitions& to) {
  for (const auto& [from, next] : ways) {
    std::vector<std::string>& all = to[from];
    for (const std::string& state : next) {
      if (std::find(all.begin(), all.end(), state) == all.end()) all.push_back(state);
    }
  }
}

// The field's own ways first, then those of each package: the same, whichever package was ensured last.
void OrderByPackage(FieldDef& field) {
  for (auto& [from, next] : field.transitions) {
    const std::string& state = from;
    std::stable_sort(next.begin(), next.end(), [&](const std::string& a, const std::string& b) {
      return PackageOfWay(field, state, a) < PackageOfWay(field, state, b);
    });
  }
  std::stable_sort(field.initial_states.begin(), field.initial_states.end(),
                   [&](const std::string& a, const std::string& b) { return PackageOfState(field, a) < PackageOfState(field, b); });
}

// Takes away what one package brought; 0: the field's own.
void RemoveAdditions(FieldDef& field, uint32_t package) {
  Transitions kept;
  for (const auto& [from, next] : field.transitions) {
    if (next.empty() && PackageOfState(field, from) != package) kept[from];
    for (const std::string& to : next) {
      if (PackageOfWay(field, from, to) != package) kept[from].push_back(to);
    }
  }
  field.transitions = std::move(kept);
  std::erase_if(field.initial_states, [&](const std::string& state) { return PackageOfState(field, state) == package; });
  std::erase_if(field.choices, [&](const ChoiceDef& choice) { return PackageOfChoice(choice.number) == package; });
}

}  // namespace

FieldDef AdditionsOf(const FieldDef& field, uint32_t package) {
  FieldDef part = field;
  part.transitions.clear();
  for (const auto& [from, next] : field.transitions) {
    std::vector<std::string> ways;
    for (const std::string& to : next) {
      if (PackageOfWay(field, from, to) == package) ways.push_back(to);
    }
    // A final state may be declared as such by the package that owns it.
    if (!ways.empty() || (next.empty() && PackageOfState(field, from) == package)) part.transitions[from] = std::move(ways);
  }
  std::erase_if(part.initial_states, [&](const std::string& state) { return PackageOfState(field, state) != package; });
  std::erase_if(part.choices, [&](const ChoiceDef& choice) { return PackageOfChoice(choice.number) != package; });
  if (package == 0) return part;
  FieldDef alone;
  alone.name = part.name;
  alone.kind = part.kind;
  alone.choices = std::move(part.choices);
  alone.transitions = std::move(part.transitions);
  alone.initial_states = std::move(part.initial_states);
  return alone;
}

Status Merger::NumberChoices(const PackageDraft& package, const TypeDef& type, const FieldDef* before, FieldDraft& draft) const {
  FieldDef& field = draft.def;
  ChoiceNumbering numbering(package, 0, type, before, field.name);
  for (ChoiceDef& choice : field.choices) {
    const ChoiceDef* present = FindChoice(before, choice.name);
    if (present != nullptr && PackageOfChoice(present->number) != 0) {
      return Conflict(JoinJsonPath(draft.path, "choices"),
                      Concat({"choice ", type.name, ".", field.name, ".", choice.name, " was added by package ",
                              PackageName(PackageOfChoice(present->number))}),
                      "choose another name", choice.name);
    }
    KITH_RETURN_IF_ERROR(numbering.Give(choice));
  }
  for (const ChoiceDef& choice : before == nullptr ? std::vector<ChoiceDef>() : before->choices) {
    if (PackageOfChoice(choice.number) != 0 || field.FindChoice(choice.name) != nullptr) continue;
    return Conflict(JoinJsonPath(draft.path, "choices"), "choice " + choice.name + " of field " + type.name + "." + field.name + " is gone",
                    "keep it and add \"retired\": true", choice.name);
  }
  return absl::OkStatus();
}

Status Merger::KeepAdditions(const TypeDef& type, const FieldDef& before, FieldDraft& draft) const {
  FieldDef others = before;
  RemoveAdditions(others, 0);
  if (others.choices.empty()) return absl::OkStatus();
  FieldDef& field = draft.def;
  if (!before.transitions.empty() && field.transitions.empty()) {
    // Without the field's own ways those of others would be all there are.
    plan_.notes.push_back(
        Concat({"forgets the transitions that other packages added to ", type.name, ".", field.name, ", which has none"}));
    others.transitions.clear();
    others.initial_states.clear();
  }
  AddWays(others.transitions, field.transitions);
  if (!field.initial_states.empty()) {
    field.initial_states.insert(field.initial_states.end(), others.initial_states.begin(), others.initial_states.end());
  }
  field.choices.insert(field.choices.end(), others.choices.begin(), others.choices.end());
  OrderByPackage(field);
  return absl::OkStatus();
}

Status Merger::CheckAddition(uint32_t package_number, const TypeDef& type, const FieldDef* field, const FieldDraft& draft) const {
  const std::string name = type.name + "." + draft.def.name;
  const std::string field_path = JoinJsonPath(draft.path, "field");
  if (field == nullptr) {
    std::vector<std::string_view> names;
    for (const FieldDef& known : type.fields) names.push_back(known.name);
    return MakeError({.reason = Reason::kUnknownField,
                      .type = type.name,
                      .field = field_path,
                      .value = draft.def.name,
                      .hint = NearestHint(draft.def.name, names)},
                     "the type has no such field");
  }
  if (field->kind != Kind::kChoice && field->kind != Kind::kChoiceSet) {
    return MalformedAt(field_path, Concat({"field ", name, " is a ", NameOf(field->kind), ": only a choice or choice_set has choices"}),
                       draft.def.name);
  }
  if (field->package == package_number) {
    return MalformedAt(field_path, "the field is the package's own", draft.def.name, "declare its choices where it is declared");
  }
  for (const ChoiceDef& choice : draft.def.choices) {
    const ChoiceDef* present = field->FindChoice(choice.name);
    if (present == nullptr || PackageOfChoice(present->number) == package_number) continue;
    const uint32_t owner = PackageOfChoice(present->number);
    return Conflict(JoinJsonPath(draft.path, "choices"),
                    Concat({"choice ", name, ".", choice.name, " belongs to package ", PackageName(owner == 0 ? field->package : owner)}),
                    "choose another name, such as one that begins with the package's", choice.name);
  }
  return absl::OkStatus();
}

// A package decides over the ways from and to its own choices, and over no others.
Status Merger::CheckAddedStates(uint32_t package_number, const FieldDef& field, const FieldDraft& draft) const {
  const FieldDef& added = draft.def;
  const std::string transitions = JoinJsonPath(draft.path, "transitions");
  if (field.transitions.empty() && !(added.transitions.empty() && added.initial_states.empty())) {
    return Conflict(transitions, "field " + field.name + " has no transitions: any choice may follow any", "leave them out");
  }
  const auto fault = [&](const std::string& path, const std::string& state, std::string_view message) {
    return Conflict(path, message, "name at least one choice of the package in each way", state);
  };
  for (const auto& [from, next] : added.transitions) {
    for (const std::string& to : next) {
      const uint32_t ends[] = {PackageOfState(field, from), PackageOfState(field, to)};
      const bool own = ends[0] == package_number || ends[1] == package_number;
      const bool others = std::any_of(std::begin(ends), std::end(ends), [&](uint32_t p) { return p != 0 && p != package_number; });
      if (!own || others) {
        return fault(JoinJsonPath(transitions, from), Concat({from, " -> ", to}), "the way is not the package's to allow");
      }
    }
  }
  for (const std::string& state : added.initial_states) {
    if (PackageOfState(field, state) != package_number) {
      return fault(JoinJsonPath(draft.path, "initial_states"), state, "the state is not the package's");
    }
  }
  return absl::OkStatus();
}

Status Merger::MergeAddition(const PackageDraft& package, uint32_t package_number, TypeDef& type, FieldDraft& draft) {
  FieldDef* const field = FindField(type, draft.def.name);
  KITH_RETURN_IF_ERROR(CheckAddition(package_number, type, field, draft));
  for (const ChoiceDef& choice : draft.def.choices) {
    if (field->FindChoice(choice.name) != nullptr) continue;
    KITH_RETURN_IF_ERROR(CheckVendorName(package.def.name, field->package, JoinJsonPath(draft.path, "choices"), choice.name));
  }
  const FieldDef before = AdditionsOf(*field, package_number);
  ChoiceNumbering numbering(package, package_number, type, &before, field->name);
  for (ChoiceDef& choice : draft.def.choices) KITH_RETURN_IF_ERROR(numbering.Give(choice));
  RemoveAdditions(*field, package_number);
  field->choices.insert(field->choices.end(), draft.def.choices.begin(), draft.def.choices.end());
  KITH_RETURN_IF_ERROR(CheckAddedStates(package_number, *field, draft));
  AddWays(draft.def.transitions, field->transitions);
  if (!field->initial_states.empty()) {
    field->initial_states.insert(field->initial_states.end(), draft.def.initial_states.begin(), draft.def.initial_states.end());
  }
  OrderByPackage(*field);
  return absl::OkStatus();
}

Status Merger::CheckNoAdditionGone(const TypeDraft* now, const TypeDef& type, uint32_t package_number) const {
  for (const FieldDef& field : type.fields) {
    for (const ChoiceDef& choice : field.choices) {
      if (PackageOfChoice(choice.number) != package_number) continue;
      const auto declares = [&](const FieldDraft& draft) {
        return draft.def.name == field.name && draft.def.FindChoice(choice.name) != nullptr;
      };
      if (now != nullptr && std::any_of(now->additions.begin(), now->additions.end(), declares)) continue;
      return Conflict(now == nullptr ? std::string("extend") : JoinJsonPath(now->path, "choices"),
                      Concat({"choice ", type.name, ".", field.name, ".", choice.name, " is gone"}), "keep it and add \"retired\": true",
                      choice.name);
    }
  }
  return absl::OkStatus();
}

}  // namespace kith::catalog
