// Checks of what a relation declares about its edges.
#include <algorithm>

#include "catalog/compile_internal.h"
#include "kith/base/json.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

// Whether a record can be at both ends.
bool EndsMeet(const FieldDef& from, const FieldDef& to) {
  if (from.refers_to.empty() || to.refers_to.empty()) return true;
  return std::any_of(from.refers_to.begin(), from.refers_to.end(), [&](const std::string& type) {
    return std::find(to.refers_to.begin(), to.refers_to.end(), type) != to.refers_to.end();
  });
}

}  // namespace

Status Compiler::CheckRelationRules(const TypeDef& type, const RelationRules& rules, const std::string& path) const {
  const FieldDef* from = type.FindRole("relation", "from");
  const FieldDef* to = type.FindRole("relation", "to");
  if (!EndsMeet(*from, *to)) {
    struct Flag {
      std::string_view name;
      bool set;
    };
    for (const Flag& flag : {Flag{"no_loops", rules.no_loops}, Flag{"symmetric", rules.symmetric}, Flag{"acyclic", rules.acyclic}}) {
      if (!flag.set) continue;
      return TypeError(type, JoinJsonPath(path, flag.name),
                       {"the ends are of different types, so nothing can come back", {}, "leave it out"});
    }
  }
  if (!rules.symmetric) return absl::OkStatus();
  if (from->refers_to != to->refers_to) {
    return TypeError(type, JoinJsonPath(path, "symmetric"), {"both ends of a symmetric relation refer to the same types"});
  }
  if (rules.acyclic) return TypeError(type, JoinJsonPath(path, "acyclic"), {"a symmetric relation always comes back"});
  if (rules.cardinality == Cardinality::kManyToOne || rules.cardinality == Cardinality::kOneToMany) {
    return TypeError(
        type, JoinJsonPath(path, "cardinality"),
        {"the ends of a symmetric relation are alike", std::string(NameOf(rules.cardinality)), "use one_to_one or many_to_many"});
  }
  return absl::OkStatus();
}

Status Compiler::CheckRelation(const TypeDef& type) const {
  if (type.relation == RelationDef()) return absl::OkStatus();
  if (type.FindBehaviour("relation") == nullptr) {
    return TypeError(type, "relation", {"only a type with behaviour relation has rules for its edges", {}, "declare the behaviour"});
  }
  KITH_RETURN_IF_ERROR(CheckRelationRules(type, type.relation.rules, "relation"));
  const FieldDef* kind = type.FindRole("relation", "kind");
  for (const auto& [name, rules] : type.relation.kinds) {
    const std::string path = JoinJsonPath("relation.kinds", name);
    if (kind == nullptr) return TypeError(type, path, {"the relation has no role kind", {}, "name the choice field that plays it"});
    if (kind->FindChoice(name) == nullptr) {
      std::vector<std::string_view> names;
      for (const ChoiceDef& choice : kind->choices) names.push_back(choice.name);
      return TypeError(type, path, {"field " + kind->name + " has no such choice", ToText(Value(name)), NearestHint(name, names)});
    }
    KITH_RETURN_IF_ERROR(CheckRelationRules(type, rules, path));
  }
  return absl::OkStatus();
}

}  // namespace kith::catalog
