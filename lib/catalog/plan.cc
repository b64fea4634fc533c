// Merging packages into what a database has.
#include <algorithm>
#include <map>
#include <set>

#include "catalog/compile_internal.h"
#include "catalog/merge_internal.h"
#include "kith/base/limits.h"

namespace kith::catalog {
namespace {

// The given packages so that what a package needs comes before it. Needs that are not among them are left to the merge.
StatusOr<std::vector<PackageDraft>> InOrderOfNeeds(std::vector<PackageDraft> drafts) {
  std::set<std::string, std::less<>> waiting;
  for (const PackageDraft& draft : drafts) {
    if (!waiting.insert(draft.def.name).second) {
      return MakeError(
          {.reason = Reason::kPackageConflict, .field = "package", .value = draft.def.name, .hint = "pass one version of each package"},
          "the package is given twice");
    }
  }
  const auto is_ready = [&waiting](const PackageDraft& draft) {
    return std::none_of(draft.def.needs.begin(), draft.def.needs.end(), [&](const std::string& need) {
      const std::string package = ParseNeed(need).value_or(Need{}).package;
      return package != draft.def.name && waiting.find(package) != waiting.end();
    });
  };
  std::vector<PackageDraft> ordered;
  while (!drafts.empty()) {
    const auto next = std::find_if(drafts.begin(), drafts.end(), is_ready);
    if (next == drafts.end()) {
      return MakeError({.reason = Reason::kPackageConflict,
                        .field = "needs",
                        .value = drafts[0].def.name,
                        .hint = "move what they share into a third package"},
                       "packages need each other in a circle");
    }
    waiting.erase(next->def.name);
    ordered.push_back(std::move(*next));
    drafts.erase(next);
  }
  return ordered;
}

// What the merge changed, as definition records.
std::vector<Definition> Difference(const Catalog& before, const Catalog& after) {
  std::map<std::pair<TypeNumber, std::string>, std::string> old;
  for (Definition& definition : ToDefinitions(before)) old[{definition.type, definition.key}] = std::move(definition.body);
  std::vector<Definition> changed;
  for (Definition& definition : ToDefinitions(after)) {
    const auto it = old.find({definition.type, definition.key});
    if (it == old.end() || it->second != definition.body) changed.push_back(std::move(definition));
  }
  return changed;
}

void FindIndexWork(const Catalog& before, const Catalog& after, Catalog::Plan& plan) {
  for (const TypeDef& type : after.types()) {
    const TypeDef* old_type = before.FindType(type.name);
    if (old_type == nullptr) continue;
    for (const IndexDef& index : type.indexes) {
      const IndexDef* old_index = old_type->FindIndex(index.name);
      if (old_index != nullptr && old_index->number == index.number) continue;
      plan.new_indexes.push_back(&index);
    }
    for (const IndexDef& index : old_type->indexes) {
      const IndexDef* kept = type.FindIndex(index.name);
      if (kept == nullptr || kept->number != index.number) plan.dropped_indexes.push_back(index.number);
    }
  }
}

// The roll-ups whose rows are kept: number -> the type they are over.
std::map<uint32_t, std::string_view> RollUpsOf(const Catalog& catalog) {
  std::map<uint32_t, std::string_view> found;
  for (const TypeDef& type : catalog.types()) {
    for (const FieldDef& field : type.fields) {
      if (field.roll_up.has_value() && !field.retired) found[field.roll_up->number] = field.roll_up->of;
    }
  }
  return found;
}

void FindRollUpWork(const Catalog& before, const Catalog& after, Catalog::Plan& plan) {
  const std::map<uint32_t, std::string_view> old = RollUpsOf(before);
  const std::map<uint32_t, std::string_view> now = RollUpsOf(after);
  for (const auto& [number, of] : now) {
    if (!old.contains(number) && before.FindType(of) != nullptr) plan.new_roll_ups.push_back(number);
  }
  for (const auto& [number, of] : old) {
    if (!now.contains(number)) plan.dropped_roll_ups.push_back(number);
  }
}

}  // namespace

void DescribePlan(const Catalog& before, Catalog::Plan& plan) {
  plan.definitions = Difference(before, *plan.after);
  DescribeChanges(before, *plan.after, plan.changes);
  FindIndexWork(before, *plan.after, plan);
  FindRollUpWork(before, *plan.after, plan);
}

StatusOr<Catalog::Plan> Catalog::PlanEnsure(std::span<const PackageSource> packages) const {
  std::vector<PackageDraft> drafts;
  for (const PackageSource& source : packages) {
    KITH_ASSIGN_OR_RETURN(PackageDraft draft, ReadPackage(source));
    drafts.push_back(std::move(draft));
  }
  KITH_ASSIGN_OR_RETURN(drafts, InOrderOfNeeds(std::move(drafts)));
  CompileInput input = Next();
  Plan plan;
  Merger merger(input, plan);
  for (PackageDraft& draft : drafts) {
    const std::string name = draft.def.name;
    if (const Status status = merger.Merge(std::move(draft)); !status.ok()) return InPackage(status, name);
  }
  merger.RenewRollUps(*this);
  for (const auto& [key, origin] : input.origins) plan.paths.emplace(key, origin.path);
  KITH_ASSIGN_OR_RETURN(plan.after, CompileCatalog(std::move(input)));
  KITH_ASSIGN_OR_RETURN(plan.seeds, merger.EmitSeeds(*plan.after));
  DescribePlan(*this, plan);
  if (plan.definitions.empty()) plan.after = shared_from_this();
  return plan;
}

}  // namespace kith::catalog
