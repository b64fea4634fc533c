// Taking a package out of use. Its definitions stay, retired: records that it had are in history, and ids and numbers are given once.
#include <algorithm>

#include "catalog/compile_internal.h"
#include "catalog/merge_internal.h"
#include "catalog/names_internal.h"
#include "kith/base/concat.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

class Remover {
 public:
  Remover(const Catalog& catalog, const PackageDef& package) : catalog_(catalog), package_(package) {}

  // Errors: PackageInUse.
  [[nodiscard]] Status Check() const {
    if (VendorOf(package_.name) == kLibraryVendor) return InUse("the library itself needs it", {}, {});
    for (const PackageDef& other : catalog_.packages()) {
      if (other.removed || other.number == package_.number) continue;
      for (const std::string& need : other.needs) {
        if (ParseNeed(need).value_or(Need{}).package != package_.name) continue;
        return InUse("package " + other.name + " needs it", {}, "remove " + other.name + " first");
      }
    }
    for (const TypeDef& type : catalog_.types()) KITH_RETURN_IF_ERROR(CheckType(type));
    return absl::OkStatus();
  }

  // The type as it stands when the package is gone; what is dropped goes to `kept`.
  void Retire(TypeDef& type, std::vector<Definition>& kept) const {
    if (type.package == package_.number) {
      type.retired = true;
      return;
    }
    for (FieldDef& field : type.fields) {
      for (ChoiceDef& choice : field.choices) choice.retired |= PackageOfChoice(choice.number) == package_.number;
      if (field.package == package_.number) RetireField(field);
    }
    std::erase_if(type.checks, [&](const CheckDef& check) { return check.package == package_.number; });
    std::erase_if(type.indexes, [&](const IndexDef& index) {
      const bool gone = index.package == package_.number && !index.automatic;
      if (gone) kept.push_back(DroppedIndex(type, index));
      return gone;
    });
  }

 private:
  [[nodiscard]] bool IsGone(uint32_t package) const {
    if (package == package_.number) return true;
    const PackageDef* def = catalog_.FindPackage(package);
    return def == nullptr || def->removed;
  }

  [[nodiscard]] Status InUse(const std::string& message, std::string field, std::string hint) const {
    return MakeError(
        {.reason = Reason::kPackageInUse, .field = std::move(field), .value = ToText(Value(package_.name)), .hint = std::move(hint)},
        "the package cannot be removed: " + message);
  }

  // What other packages have to do with a type: fields of theirs on one of its types, references of theirs to one.
  [[nodiscard]] Status CheckType(const TypeDef& type) const {
    const bool own = type.package == package_.number;
    for (const FieldDef& field : type.fields) {
      const std::string name = type.name + "." + field.name;
      const bool others = !IsGone(field.package) && type.number >= kFirstOpenType;
      if (others && own)
        return InUse("package " + NameOf(field.package) + " has field " + name + " on it", name, "remove that package first");
      if (!others || field.retired) continue;
      for (const std::string& target : field.refers_to) {
        const TypeDef* to = catalog_.FindType(target);
        if (to == nullptr || to->package != package_.number) continue;
        return InUse(Concat({"field ", name, " of package ", NameOf(field.package), " refers to its type ", target}), name,
                     "retire the field or remove its package first");
      }
    }
    return absl::OkStatus();
  }

  [[nodiscard]] std::string NameOf(uint32_t package) const {
    const PackageDef* def = catalog_.FindPackage(package);
    return def == nullptr ? "?" : def->name;
  }

  // So that its values can be taken away and no new ones come.
  static void RetireField(FieldDef& field) {
    field.retired = true;
    field.required = false;
    field.derived = false;
    field.initial.reset();
    field.auto_number.clear();
  }

  const Catalog& catalog_;
  const PackageDef& package_;
};

}  // namespace

StatusOr<Catalog::Plan> Catalog::PlanRemove(std::string_view package) const {
  const PackageDef* const present = FindPackage(package);
  if (present == nullptr || present->removed) {
    std::vector<std::string_view> names;
    for (const PackageDef& known : packages_) {
      if (!known.removed) names.push_back(known.name);
    }
    return MakeError({.reason = Reason::kPackageMissing, .value = ToText(Value(package)), .hint = NearestHint(package, names)},
                     present == nullptr ? "no package of this name is installed" : "the package was removed before");
  }
  const Remover remover(*this, *present);
  KITH_RETURN_IF_ERROR(remover.Check());
  CompileInput input = Next();
  for (PackageDef& head : input.packages) {
    if (head.number == present->number) head.removed = true;
  }
  for (TypeDef& type : input.types) remover.Retire(type, input.kept);
  Plan plan;
  KITH_ASSIGN_OR_RETURN(plan.after, CompileCatalog(std::move(input)));
  DescribePlan(*this, plan);
  return plan;
}

}  // namespace kith::catalog
