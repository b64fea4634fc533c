#include "kith/catalog/received.h"

#include <algorithm>
#include <set>
#include <utility>

#include "catalog/definition_json_internal.h"
#include "catalog/merge_internal.h"
#include "catalog/policy_internal.h"
#include "kith/base/concat.h"
#include "kith/base/limits.h"

namespace kith::catalog {
namespace {

using Key = std::pair<TypeNumber, std::string>;

std::string TextIn(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// 0: there is none. What no number can be is the highest one, which the catalog refuses.
uint32_t NumberIn(const Json& object, const char* member = "number") {
  const auto found = object.find(member);
  return found != object.end() && found->is_number_unsigned()
             ? static_cast<uint32_t>(std::min<uint64_t>(found->get<uint64_t>(), UINT32_MAX))
             : 0;
}

// The items of an array that are objects.
std::vector<Json> ObjectsIn(const Json& object, const char* member) {
  std::vector<Json> objects;
  const auto found = object.find(member);
  if (found == object.end() || !found->is_array()) return objects;
  std::copy_if(found->begin(), found->end(), std::back_inserter(objects), [](const Json& item) { return item.is_object(); });
  return objects;
}

const Json* FindNamed(const std::vector<Json>& objects, const std::string& name) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&](const Json& object) { return TextIn(object, "name") == name; });
  return found == objects.end() ? nullptr : &*found;
}

Json Without(Json object, const char* member) {
  object.erase(member);
  return object;
}

// Puts the members of one object that the other lacks beside its own, also within those that both have.
void AddMembers(Json& to, const Json& from) {
  if (!to.is_object() || !from.is_object()) return;
  for (const auto& [name, value] : from.items()) {
    if (!to.contains(name)) {
      to[name] = value;
    } else {
      AddMembers(to[name], value);
    }
  }
}

void AddItems(Json& to, const Json& from) {
  if (!to.is_array() || !from.is_array()) return;
  for (const Json& item : from) {
    if (std::find(to.begin(), to.end(), item) == to.end()) to.push_back(item);
  }
}

// The number itself while it is free, or else the next one. After the highest there is none: that again, which the catalog refuses.
uint32_t FreeNumber(std::set<uint32_t>& taken, uint32_t wanted) {
  if (taken.insert(wanted).second) return wanted;
  const uint32_t last = *taken.rbegin();
  return *taken.insert(last == UINT32_MAX ? last : last + 1).first;
}

class Receiver {
 public:
  Receiver(const Catalog& before, const PackageNames& packages) : before_(before), packages_(packages) {
    for (Definition& own : ToDefinitions(before)) definitions_[{own.type, std::move(own.key)}] = std::move(own.body);
    next_index_ = LastIndexNumber(before, ToDefinitions(before)) + 1;
    for (const PackageDef& package : before.packages()) {
      package_numbers_.insert(package.number);
      known_[package.name] = package.number;
    }
    for (const TypeDef& type : before.types()) types_[type.number] = type.name;
  }

  // In order of their types: packages, types, then what stands in types.
  Status Take(const ReceivedDefinition& received) {
    const Definition& definition = received.definition;
    if (definition.type >= kPolicyType) return TakeWhole(received);
    KITH_ASSIGN_OR_RETURN(theirs_, ParseStrict(definition.body));
    if (!theirs_.is_object()) return MalformedAt(definition.key, "a definition is an object", definition.body);
    own_ = nullptr;
    if (const auto own = definitions_.find({definition.type, definition.key}); own != definitions_.end()) {
      KITH_ASSIGN_OR_RETURN(own_, ParseStrict(own->second));
    }
    holds_ = received.holds || own_.is_null();
    Json merged;
    switch (definition.type) {
      case kPackageType:
        merged = Package(definition.key);
        break;
      case kTypeType: {
        KITH_ASSIGN_OR_RETURN(merged, Type(definition.key));
        break;
      }
      case kFieldType: {
        KITH_ASSIGN_OR_RETURN(merged, Field(definition.key));
        break;
      }
      default: {
        KITH_ASSIGN_OR_RETURN(merged, Index(definition.key));
        break;
      }
    }
    if (!merged.is_null()) definitions_[{definition.type, definition.key}] = merged.dump();
    return absl::OkStatus();
  }

  StatusOr<Catalog::Plan> Finish() {
    RenewRollUps();
    std::vector<Definition> wanted;
    wanted.reserve(definitions_.size());
    for (const auto& [key, body] : definitions_) wanted.push_back({key.first, key.second, body});
    StatusOr<Catalog::Plan> plan = PlanDefinitions(before_, wanted);
    if (plan.ok() || GetReason(plan.status()) != Reason::kCorrupt) return plan;
    ErrorInfo info = GetErrorInfo(plan.status());
    info.reason = Reason::kPackageConflict;
    info.hint = "ensure the same version of the package in both";
    return MakeError(info, Concat({"definitions of two replicas do not fit together: ", MessageOf(plan.status())}));
  }

 private:
  static Status Refused(std::string_view type, std::string_view field, const Json& value, std::string_view message, std::string hint) {
    return MakeError({.reason = Reason::kPackageConflict,
                      .type = std::string(type),
                      .field = std::string(field),
                      .value = value.is_string() ? value.get<std::string>()
                               : value.is_null() ? ""
                                                 : value.dump(),
                      .hint = std::move(hint)},
                     message);
  }

  [[nodiscard]] const Json& winner() const { return holds_ ? theirs_ : own_; }
  [[nodiscard]] const Json& loser() const { return holds_ ? own_ : theirs_; }

  // The policy, and what this library does not know.
  Status TakeWhole(const ReceivedDefinition& received) {
    const Definition& definition = received.definition;
    if (definition.type == kPolicyType) {
      if (definition.key != kPolicyKey)
        return MalformedAt(definition.key, "there is one access policy, and its key is another", definition.key);
      KITH_RETURN_IF_ERROR(ReadPolicy(definition.body).status());
    }
    std::string& own = definitions_[{definition.type, definition.key}];
    if (received.holds || own.empty()) own = definition.body;
    return absl::OkStatus();
  }

  Json Package(const std::string& name) {
    Json merged = winner();
    if (!own_.is_null()) {
      merged["number"] = NumberIn(own_);
      if (loser().contains("seeded")) {
        if (!merged.contains("seeded")) merged["seeded"] = Json::array();
        AddItems(merged["seeded"], loser()["seeded"]);
      }
      return merged;
    }
    known_[name] = FreeNumber(package_numbers_, NumberIn(theirs_));
    merged["number"] = known_[name];
    return merged;
  }

  StatusOr<Json> Type(const std::string& name) {
    const uint32_t number = NumberIn(theirs_);
    if (!own_.is_null() && NumberIn(own_) != number) {
      return Refused(name, {}, number, Concat({"the type has the number ", std::to_string(NumberIn(own_)), " here, and ids hold it"}),
                     "replicas declare a new type in one of them, and let the others receive it");
    }
    const auto [other, is_free] = types_.try_emplace(number, name);
    if (!is_free && other->second != name) {
      return Refused(name, {}, number, Concat({"type ", other->second, " has this number here, and ids hold it"}),
                     "replicas declare a new type in one of them, and let the others receive it");
    }
    Json merged = winner();
    if (own_.is_null()) return merged;
    if (TextIn(own_, "package") != TextIn(theirs_, "package")) {
      return Refused(name, {}, TextIn(theirs_, "package"), Concat({"the type belongs to package ", TextIn(own_, "package"), " here"}),
                     "declare it in one package alone");
    }
    if (loser().contains("behaviours")) {
      if (!merged.contains("behaviours")) merged["behaviours"] = Json::object();
      AddMembers(merged["behaviours"], loser()["behaviours"]);
    }
    for (const Json& check : ObjectsIn(loser(), "checks")) {
      if (IsKnownToWinner(TextIn(check, "package"))) continue;
      if (!merged.contains("checks") || !merged["checks"].is_array()) merged["checks"] = Json::array();
      merged["checks"].push_back(check);
    }
    return merged;
  }

  [[nodiscard]] bool IsKnownToWinner(const std::string& package) const {
    if (!holds_) return before_.FindPackage(package) != nullptr;
    return std::any_of(packages_.begin(), packages_.end(), [&](const auto& there) { return there.second == package; });
  }

  // "account.kith.crm.name": type, package, field.
  StatusOr<Json> Field(const std::string& key) {
    const size_t first = key.find('.');
    const size_t last = key.rfind('.');
    if (first == std::string::npos || first == last) return MalformedAt(key, "a field's key is type.package.field");
    const std::string type = key.substr(0, first);
    const std::string package = key.substr(first + 1, last - first - 1);
    const std::string field = key.substr(last + 1);
    KITH_RETURN_IF_ERROR(CheckField(type, package, field));
    Json merged = winner();
    merged["number"] = own_.is_null() ? FieldNumber(type, package) : NumberIn(own_);
    if (!own_.is_null() && winner().contains("to") && loser().contains("to")) AddItems(merged["to"], loser()["to"]);
    if (!own_.is_null() && !loser().contains("to")) merged.erase("to");
    if (theirs_.contains("choices") || own_.contains("choices")) {
      AddChoices(merged);
      KITH_RETURN_IF_ERROR(NumberChoices(merged, type, field));
    }
    if (merged.contains("roll_up") && merged["roll_up"].is_object()) merged["roll_up"]["number"] = RollUpNumber(merged["roll_up"]);
    if (TextIn(merged, "formula") != TextIn(own_.is_null() ? Json::object() : own_, "formula")) reformed_.insert(type);
    return merged;
  }

  Status CheckField(const std::string& type, const std::string& package, const std::string& field) const {
    const TypeDef* const here = before_.FindType(type);
    const FieldDef* const same = here == nullptr ? nullptr : here->FindField(field);
    if (same != nullptr && own_.is_null()) {
      const PackageDef* const owner = before_.FindPackage(same->package);
      return Refused(type, field, package, Concat({"the field belongs to package ", owner == nullptr ? "?" : owner->name, " here"}),
                     "retire one of the two and declare it under another name");
    }
    if (own_.is_null()) return absl::OkStatus();
    const auto kind = [](const Json& body) {
      std::string text = TextIn(body, "kind");
      if (const uint32_t scale = NumberIn(body, "scale"); scale != 0) text += " of scale " + std::to_string(scale);
      return text;
    };
    if (kind(own_) != kind(theirs_)) {
      return Refused(type, field, kind(theirs_), Concat({"the field is of kind ", kind(own_), " here"}),
                     "change its kind in both before they exchange anything (kith/engine/change_kind.h)");
    }
    const auto computed = [](const Json& body) { return body.contains("formula") || body.contains("roll_up"); };
    if (computed(own_) == computed(theirs_)) return absl::OkStatus();
    return Refused(type, field, {},
                   computed(own_) ? "the field is computed here and stored there" : "the field is stored here and computed there",
                   "declare it alike in both");
  }

  uint32_t FieldNumber(const std::string& type, const std::string& package) {
    std::set<uint32_t>& taken = field_numbers_[{type, package}];
    const TypeDef* const here = before_.FindType(type);
    if (taken.empty() && here != nullptr) {
      for (const FieldDef& field : here->fields) {
        const PackageDef* const owner = before_.FindPackage(field.package);
        if (owner != nullptr && owner->name == package) taken.insert(field.number);
      }
    }
    return FreeNumber(taken, NumberIn(theirs_));
  }

  // What the one has beyond the other, with the ways that lead to and from it.
  void AddChoices(Json& merged) const {
    const std::vector<Json> present = ObjectsIn(merged, "choices");
    std::set<std::string> added;
    for (const Json& choice : own_.is_null() ? std::vector<Json>() : ObjectsIn(loser(), "choices")) {
      const std::string name = TextIn(choice, "name");
      if (FindNamed(present, name) != nullptr) continue;
      added.insert(name);
      if (!merged.contains("choices") || !merged["choices"].is_array()) merged["choices"] = Json::array();
      merged["choices"].push_back(choice);
    }
    if (added.empty()) return;
    if (const auto ways = loser().find("transitions"); ways != loser().end() && ways->is_object()) {
      for (const auto& [from, next] : ways->items()) AddWays(merged, added, from, next);
    }
    if (const auto initial = loser().find("initial_states");
        initial != loser().end() && initial->is_array() && merged.contains("initial_states")) {
      for (const Json& state : *initial) {
        if (state.is_string() && added.contains(state.get<std::string>())) AddItems(merged["initial_states"], Json::array({state}));
      }
    }
  }
  static void AddWays(Json& merged, const std::set<std::string>& added, const std::string& from, const Json& next) {
    if (!next.is_array() || !merged.contains("transitions") || !merged["transitions"].is_object()) return;
    for (const Json& to : next) {
      if (!to.is_string() || (!added.contains(from) && !added.contains(to.get<std::string>()))) continue;
      Json& ways = merged["transitions"][from];
      if (ways.is_null()) ways = Json::array();
      AddItems(ways, Json::array({to}));
    }
  }

  // Each has the number that it has here, or else the one there, with the number that its package has here.
  Status NumberChoices(Json& merged, const std::string& type, const std::string& field) {
    if (!merged.contains("choices") || !merged["choices"].is_array()) return absl::OkStatus();
    const std::vector<Json> here = own_.is_null() ? std::vector<Json>() : ObjectsIn(own_, "choices");
    std::map<uint32_t, std::set<uint32_t>> taken;  // by package
    const auto low = [](uint32_t number) {
      return PackageOfChoice(static_cast<int32_t>(number)) == 0 ? number : number & static_cast<uint32_t>(limits::kAddedChoiceNumber);
    };
    for (const Json& choice : here) taken[PackageOfChoice(static_cast<int32_t>(NumberIn(choice)))].insert(low(NumberIn(choice)));
    for (Json& choice : merged["choices"]) {
      if (!choice.is_object()) continue;
      if (const Json* own = FindNamed(here, TextIn(choice, "name"))) {
        choice["number"] = NumberIn(*own);
        continue;
      }
      const uint32_t there = NumberIn(choice);
      const auto package = packages_.find(PackageOfChoice(static_cast<int32_t>(there)));
      const uint32_t mine = package == packages_.end() || !known_.contains(package->second) ? 0 : known_[package->second];
      const uint32_t number = FreeNumber(taken[mine], low(there));
      if (mine != 0 && number > static_cast<uint32_t>(limits::kAddedChoiceNumber)) {
        return Refused(type, field, choice, "package " + package->second + " has no number left here for a choice that it added there",
                       "limit kAddedChoiceNumber, 262143: give the choice the same number in both");
      }
      choice["number"] = mine == 0 ? number : static_cast<uint32_t>(AddedChoiceNumber(mine, static_cast<int32_t>(number)));
    }
    return absl::OkStatus();
  }

  uint32_t RollUpNumber(const Json& roll_up) {
    const bool has_own = !own_.is_null() && own_.contains("roll_up") && own_["roll_up"].is_object();
    if (has_own && Without(own_["roll_up"], "number") == Without(roll_up, "number")) return NumberIn(own_["roll_up"]);
    return next_index_++;
  }

  // A roll-up over formulas that are others now is another.
  void RenewRollUps() {
    if (reformed_.empty()) return;
    for (auto& [key, body] : definitions_) {
      if (key.first != kFieldType || body.find("\"roll_up\"") == std::string::npos) continue;
      Json json = Json::parse(body, nullptr, false);
      const auto roll_up = json.find("roll_up");
      if (roll_up == json.end() || !roll_up->is_object() || !reformed_.contains(TextIn(*roll_up, "of"))) continue;
      (*roll_up)["number"] = next_index_++;
      body = json.dump();
    }
  }

  // An index is no data: one that is taken, or is declared otherwise now, is built under a number of its own. Null: nothing to do.
  StatusOr<Json> Index(const std::string& key) {
    const bool gone_there = theirs_.contains("dropped");
    const bool gone_here = !own_.is_null() && own_.contains("dropped");
    if (!holds_ || (gone_there && gone_here)) return Json();
    if (gone_there) return Json({{"dropped", true}, {"number", own_.is_null() ? next_index_++ : NumberIn(own_)}});
    if (!own_.is_null() && !gone_here) {
      const size_t dot = std::min(key.find('.'), key.size() - 1);
      if (TextIn(own_, "package") != TextIn(theirs_, "package")) {
        return Refused(key.substr(0, dot), key.substr(dot + 1), theirs_["package"],
                       Concat({"the index belongs to package ", TextIn(own_, "package"), " here"}), "give one of the two another name");
      }
      if (Without(own_, "number") == Without(theirs_, "number")) return Json();
    }
    Json merged = theirs_;
    merged["number"] = next_index_++;
    return merged;
  }

  const Catalog& before_;
  const PackageNames& packages_;
  std::map<Key, std::string> definitions_;              // bodies, as they come to be
  std::map<std::string, uint32_t, std::less<>> known_;  // the packages here
  std::set<uint32_t> package_numbers_;
  std::map<uint32_t, std::string> types_;
  std::map<std::pair<std::string, std::string>, std::set<uint32_t>> field_numbers_;  // of each type and package
  std::set<std::string> reformed_;                                                   // types with formulas that changed
  uint32_t next_index_ = 0;
  // The definition being taken.
  Json theirs_;
  Json own_;  // null: there is none
  bool holds_ = false;
};

}  // namespace

PackageNames NamesOfPackages(const Catalog& catalog) {
  PackageNames names;
  for (const PackageDef& package : catalog.packages()) names[package.number] = package.name;
  return names;
}

StatusOr<Catalog::Plan> PlanDefinitions(const Catalog& before, std::span<const Definition> wanted) {
  Catalog::Plan plan;
  KITH_ASSIGN_OR_RETURN(plan.after, FromDefinitions(before.version() + 1, wanted));
  DescribePlan(before, plan);
  return plan;
}

StatusOr<Catalog::Plan> PlanReceived(const Catalog& before, std::span<const ReceivedDefinition> theirs, const PackageNames& packages) {
  std::vector<const ReceivedDefinition*> ordered;
  for (const ReceivedDefinition& received : theirs) ordered.push_back(&received);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const ReceivedDefinition* a, const ReceivedDefinition* b) { return a->definition.type < b->definition.type; });
  Receiver receiver(before, packages);
  for (const ReceivedDefinition* received : ordered) KITH_RETURN_IF_ERROR(receiver.Take(*received));
  return receiver.Finish();
}

}  // namespace kith::catalog
