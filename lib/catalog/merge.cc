#include <algorithm>
#include <set>

#include "catalog/merge_internal.h"
#include "kith/base/concat.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/catalog/kind_change.h"

namespace kith::catalog {
namespace {

// A reference may come to point to more types, never to fewer: records may hold the old ones.
bool Narrows(const FieldDef& before, const FieldDef& after) {
  if (after.refers_to.empty()) return false;
  if (before.refers_to.empty()) return true;
  const std::set<std::string> allowed(after.refers_to.begin(), after.refers_to.end());
  return std::any_of(before.refers_to.begin(), before.refers_to.end(), [&](const std::string& type) { return allowed.count(type) == 0; });
}

Status CheckSameField(const TypeDef& type, const FieldDef& before, const FieldDraft& draft) {
  const std::string name = type.name + "." + before.name;
  if (before.kind != draft.def.kind || before.scale != draft.def.scale) {
    const std::string member = before.kind != draft.def.kind ? "kind" : "scale";
    return Conflict(JoinJsonPath(draft.path, member),
                    "field " + name + " is of kind " + KindText(before) + " and cannot become one of kind " + KindText(draft.def),
                    "retire it and add a field of another name", KindText(draft.def));
  }
  if (before.computed() != draft.def.computed()) {
    return Conflict(
        draft.path,
        "field " + name + (before.computed() ? " is computed and cannot come to be stored" : " is stored and cannot become computed"),
        "retire it and add a field of another name");
  }
  if (before.kind == Kind::kRef && Narrows(before, draft.def)) {
    return Conflict(JoinJsonPath(draft.path, "to"), "field " + name + " may already point to types that are left out",
                    "keep the types it may point to and add to them");
  }
  return absl::OkStatus();
}

bool SameParts(const std::vector<IndexPart>& a, const std::vector<IndexPart>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const IndexPart& x, const IndexPart& y) { return x.field == y.field && x.order == y.order; });
}

}  // namespace

Status Conflict(const std::string& path, std::string_view message, std::string hint, std::string value) {
  return MakeError({.reason = Reason::kPackageConflict, .field = path, .value = std::move(value), .hint = std::move(hint)}, message);
}

FieldDef* FindField(TypeDef& type, std::string_view name) {
  const auto it = std::find_if(type.fields.begin(), type.fields.end(), [name](const FieldDef& field) { return field.name == name; });
  return it == type.fields.end() ? nullptr : &*it;
}

Merger::Merger(CompileInput& input, Catalog::Plan& plan) : input_(input), plan_(plan) {
  for (size_t i = 0; i < input_.types.size(); ++i) {
    const TypeDef& type = input_.types[i];
    types_[type.name] = i;
    next_type_ = std::max(next_type_, type.number + 1u);
    for (const IndexDef& index : type.indexes) next_index_ = std::max(next_index_, index.number + 1);
    for (const FieldDef& field : type.fields) {
      if (field.roll_up.has_value()) next_index_ = std::max(next_index_, field.roll_up->number + 1);
    }
  }
  for (const Definition& kept : input_.kept) next_index_ = std::max(next_index_, DroppedIndexNumber(kept) + 1);
}

std::string Merger::PackageName(uint32_t number) const {
  for (const PackageDef& package : input_.packages) {
    if (package.number == number) return package.name;
  }
  return "?";
}

Status Merger::CheckVendorName(std::string_view package, uint32_t owner, const std::string& path, const std::string& name) const {
  const std::string vendor(VendorOf(package));
  const std::string owner_name = PackageName(owner);
  if (vendor.empty() || vendor == kLibraryVendor || vendor == VendorOf(owner_name) || name.starts_with(vendor + "_")) {
    return absl::OkStatus();
  }
  return MalformedAt(path, Concat({"what vendor ", vendor, " adds to types of package ", owner_name, " begins with \"", vendor, "_\""}),
                     name, Concat({"name it ", vendor, "_", name}));
}

Status Merger::CheckNeeds(const PackageDraft& draft) const {
  for (size_t i = 0; i < draft.def.needs.size(); ++i) {
    const Need need = ParseNeed(draft.def.needs[i]).value_or(Need{});
    const auto it = std::find_if(input_.packages.begin(), input_.packages.end(),
                                 [&](const PackageDef& p) { return p.name == need.package && !p.removed; });
    const std::string path = JoinJsonPath("needs", i);
    if (it == input_.packages.end()) {
      return MakeError(
          {.reason = Reason::kPackageMissing, .field = path, .value = draft.def.needs[i], .hint = "ensure " + need.package + " with it"},
          "a package it needs is not here");
    }
    if (ParseVersion(it->version).value_or(Version{}) < need.at_least) {
      return MakeError({.reason = Reason::kPackageMissing,
                        .field = path,
                        .value = draft.def.needs[i],
                        .hint = "ensure a newer " + need.package + " with it"},
                       "a package it needs is here in version " + it->version);
    }
  }
  return absl::OkStatus();
}

StatusOr<PackageDef*> Merger::MergeHead(const PackageDraft& draft, bool& older) {
  older = false;
  uint32_t next = 1;
  for (PackageDef& package : input_.packages) {
    next = std::max(next, package.number + 1);
    if (package.name != draft.def.name) continue;
    older = draft.version < ParseVersion(package.version).value_or(Version{});
    if (older && package.removed) {
      return Conflict("version", "the package was removed in version " + package.version, "install that version or a newer one",
                      draft.def.version);
    }
    if (older) return &package;
    if (package.removed) package.seeded.clear();  // installed anew, it brings them again
    package.removed = false;
    package.version = draft.def.version;
    package.needs = draft.def.needs;
    package.labels = draft.def.labels;
    return &package;
  }
  if (next > limits::kPackages)
    return MakeError({.reason = Reason::kLimitExceeded, .field = "package"}, "more packages than limits::kPackages");
  input_.packages.push_back(draft.def);
  input_.packages.back().number = next;
  return &input_.packages.back();
}

Status Merger::Merge(PackageDraft draft) {
  bool older = false;
  KITH_ASSIGN_OR_RETURN(PackageDef * package, MergeHead(draft, older));
  if (older) {
    plan_.notes.push_back("keeps package " + package->name + " " + package->version + ": " + draft.def.version + " is older");
    return absl::OkStatus();
  }
  KITH_RETURN_IF_ERROR(CheckNeeds(draft));
  const uint32_t number = package->number;
  input_.origins[PackageOrigin(draft.def.name)] = {draft.def.name, {}};
  for (TypeDraft& type : draft.types) KITH_RETURN_IF_ERROR(MergeType(draft, number, type));
  KITH_RETURN_IF_ERROR(CheckNothingGone(draft, number));
  RecordSeeds(draft, *package);
  return absl::OkStatus();
}

StatusOr<TypeDef*> Merger::FindOrAddType(const PackageDraft& package, uint32_t package_number, const TypeDraft& draft) {
  const auto it = types_.find(draft.def.name);
  TypeDef* type = it == types_.end() ? nullptr : &input_.types[it->second];
  const std::string name_path = JoinJsonPath(draft.path, draft.extends ? "type" : "name");
  if (draft.extends) {
    if (type == nullptr) {
      std::vector<std::string_view> names;
      for (const auto& [name, position] : types_) names.push_back(name);
      return MakeError(
          {.reason = Reason::kUnknownType, .field = name_path, .value = draft.def.name, .hint = NearestHint(draft.def.name, names)},
          "an unknown type cannot be extended");
    }
    if (type->package == package_number) {
      return MalformedAt(name_path, "the type is the package's own", draft.def.name,
                         "put its fields where it is declared, under \"types\"");
    }
    return type;
  }
  if (type != nullptr) {
    if (type->package == package_number) return type;
    return Conflict(name_path, "type " + type->name + " belongs to package " + PackageName(type->package),
                    "add to it under \"extend\", or choose another name", type->name);
  }
  if (next_type_ > limits::kTypes)
    return MakeError({.reason = Reason::kLimitExceeded, .field = name_path}, "more types than limits::kTypes");
  TypeDef added;
  added.name = draft.def.name;
  added.number = static_cast<TypeNumber>(next_type_++);
  added.package = package_number;
  types_[added.name] = input_.types.size();
  input_.types.push_back(std::move(added));
  input_.origins[TypeOrigin(draft.def.name)] = {package.def.name, draft.path};
  return &input_.types.back();
}

// Labels follow the package; behaviours may gain roles, since what is derived from the present ones stands in files.
Status Merger::MergeTypeHead(TypeDef& type, const TypeDraft& draft) const {
  type.labels = draft.def.labels;
  type.retired = draft.def.retired;
  for (const BehaviourDef& before : type.behaviours) {
    const BehaviourDef* after = draft.def.FindBehaviour(before.name);
    const std::string path = JoinJsonPath(JoinJsonPath(draft.path, "behaviours"), before.name);
    if (after == nullptr) return Conflict(path, "type " + type.name + " cannot lose a behaviour", "declare it again");
    for (const auto& [role, field] : before.roles) {
      if (after->RoleOr(role) == field) continue;
      return Conflict(JoinJsonPath(path, role),
                      Concat({"role ", role, " of type ", type.name, " is played by field ", field, " and stays so"}),
                      "name the same field", std::string(after->RoleOr(role)));
    }
  }
  type.behaviours = draft.def.behaviours;
  type.relation = draft.def.relation;
  return absl::OkStatus();
}

Status Merger::MergeType(const PackageDraft& package, uint32_t package_number, TypeDraft& draft) {
  KITH_ASSIGN_OR_RETURN(TypeDef * type, FindOrAddType(package, package_number, draft));
  if (!draft.extends) {
    input_.origins[TypeOrigin(type->name)] = {package.def.name, draft.path};
    KITH_RETURN_IF_ERROR(MergeTypeHead(*type, draft));
  }
  for (FieldDraft& field : draft.fields) {
    input_.origins[FieldOrigin(type->name, field.def.name)] = {package.def.name, field.path};
    KITH_RETURN_IF_ERROR(MergeField(package, package_number, *type, field));
  }
  for (FieldDraft& addition : draft.additions) KITH_RETURN_IF_ERROR(MergeAddition(package, package_number, *type, addition));
  for (const IndexDraft& index : draft.indexes) {
    input_.origins[IndexOrigin(type->name, index.def.name)] = {package.def.name, index.path};
    KITH_RETURN_IF_ERROR(MergeIndex(package_number, *type, index));
  }
  return MergeChecks(package, package_number, *type, draft);
}

// A check is no data: those of a package are what its newest version says.
Status Merger::MergeChecks(const PackageDraft& package, uint32_t package_number, TypeDef& type, const TypeDraft& draft) {
  std::vector<CheckDef> former;
  for (const CheckDef& check : type.checks) {
    if (check.package == package_number) former.push_back(check);
  }
  std::erase_if(type.checks, [&](const CheckDef& check) { return check.package == package_number; });
  for (const CheckDraft& added : draft.checks) {
    if (const CheckDef* other = type.FindCheck(added.def.name); other != nullptr) {
      return Conflict(JoinJsonPath(added.path, "name"),
                      "check " + type.name + "." + other->name + " belongs to package " + PackageName(other->package),
                      "choose another name", other->name);
    }
    CheckDef& check = type.checks.emplace_back(added.def);
    check.package = package_number;
    for (const CheckDef& before : former) {
      if (before.name == check.name) check.extra = before.extra;
    }
    input_.origins[CheckOrigin(type.name, check.name)] = {package.def.name, added.path};
  }
  return absl::OkStatus();
}

void Merger::NumberRollUp(const FieldDef* before, FieldDef& after) {
  if (!after.roll_up.has_value()) return;
  RollUp& now = *after.roll_up;
  const RollUp* const old = before != nullptr && before->roll_up.has_value() && !before->retired ? &*before->roll_up : nullptr;
  const bool same = old != nullptr && old->function == now.function && old->of == now.of && old->by == now.by && old->field == now.field &&
                    old->where == now.where;
  now.number = same ? old->number : next_index_++;
}

void Merger::RenewRollUps(const Catalog& before) {
  const auto formulas = [](const TypeDef* type) {
    std::map<std::string_view, std::string_view> texts;
    for (const FieldDef& field : type->fields) {
      if (!field.formula.empty()) texts[field.name] = field.formula;
    }
    return texts;
  };
  std::set<std::string_view> changed;  // types that existed with other formulas
  for (const TypeDef& type : input_.types) {
    const TypeDef* const old = before.FindType(type.name);
    if (old != nullptr && formulas(old) != formulas(&type)) changed.insert(type.name);
  }
  for (TypeDef& type : input_.types) {
    for (FieldDef& field : type.fields) {
      if (field.roll_up.has_value() && changed.count(field.roll_up->of) > 0) field.roll_up->number = next_index_++;
    }
  }
}

Status Merger::MergeField(const PackageDraft& package, uint32_t package_number, TypeDef& type, FieldDraft& draft) {
  FieldDef* before = FindField(type, draft.def.name);
  if (before != nullptr && before->package != package_number) {
    return Conflict(JoinJsonPath(draft.path, "name"),
                    "field " + type.name + "." + before->name + " belongs to package " + PackageName(before->package),
                    "choose another name, such as one that begins with the package's", before->name);
  }
  if (before != nullptr) KITH_RETURN_IF_ERROR(CheckSameField(type, *before, draft));
  if (before == nullptr && type.package != package_number) {
    KITH_RETURN_IF_ERROR(CheckVendorName(package.def.name, type.package, JoinJsonPath(draft.path, "name"), draft.def.name));
  }
  KITH_ASSIGN_OR_RETURN(draft.def.number, FieldNumber(package, package_number, type, draft));
  KITH_RETURN_IF_ERROR(NumberChoices(package, type, before, draft));
  if (before != nullptr) KITH_RETURN_IF_ERROR(KeepAdditions(type, *before, draft));
  KITH_RETURN_IF_ERROR(ResolveValues(draft));
  draft.def.package = package_number;
  NumberRollUp(before, draft.def);
  if (before == nullptr) {
    type.fields.push_back(draft.def);
  } else {
    draft.def.extra = before->extra;
    *before = draft.def;
  }
  return absl::OkStatus();
}

StatusOr<uint32_t> Merger::FieldNumber(const PackageDraft& package, uint32_t package_number, const TypeDef& type,
                                       const FieldDraft& draft) const {
  const std::string& name = draft.def.name;
  uint32_t next = 0;
  const FieldDef* present = nullptr;
  for (const FieldDef& field : type.fields) {
    if (field.package != package_number) continue;
    next = std::max(next, field.number + 1);
    if (field.name == name) present = &field;
  }
  if (!package.has_numbers) return present != nullptr ? present->number : next;
  const auto numbers = package.numbers.find(type.name);
  uint32_t free = 0;
  if (numbers != package.numbers.end()) {
    const auto it = numbers->second.fields.find(name);
    if (it != numbers->second.fields.end()) {
      const auto taken = std::find_if(type.fields.begin(), type.fields.end(), [&](const FieldDef& field) {
        return field.package == package_number && field.number == it->second && field.name != name;
      });
      if (present == nullptr && taken != type.fields.end()) {
        return Conflict("numbers:types." + type.name + ".fields." + name,
                        "field " + type.name + "." + taken->name + " has this number in this database", "give it " + std::to_string(next),
                        std::to_string(it->second));
      }
      if (present == nullptr || present->number == it->second) return it->second;
      return Conflict("numbers:types." + type.name + ".fields." + name,
                      "field " + type.name + "." + name + " has the number " + std::to_string(present->number) + " in this database",
                      "give it that number", std::to_string(it->second));
    }
    for (const auto& [other, number] : numbers->second.fields) free = std::max(free, number + 1);
  }
  return MalformedAt("numbers:types." + type.name + ".fields", "field " + type.name + "." + name + " has no number", {},
                     "append \"" + name + "\": " + std::to_string(std::max(free, next)));
}

// An index is no data: one that is declared anew is built anew, under a new number.
Status Merger::MergeIndex(uint32_t package_number, TypeDef& type, const IndexDraft& draft) {
  const auto it =
      std::find_if(type.indexes.begin(), type.indexes.end(), [&](const IndexDef& index) { return index.name == draft.def.name; });
  IndexDef index = draft.def;
  index.package = package_number;
  if (it == type.indexes.end()) {
    if (type.package != package_number) {
      KITH_RETURN_IF_ERROR(CheckVendorName(PackageName(package_number), type.package, JoinJsonPath(draft.path, "name"), index.name));
    }
    index.number = next_index_++;
    type.indexes.push_back(std::move(index));
    return absl::OkStatus();
  }
  if (it->package != package_number) {
    return Conflict(JoinJsonPath(draft.path, "name"),
                    "index " + type.name + "." + it->name + " belongs to package " + PackageName(it->package), "choose another name",
                    it->name);
  }
  const bool same =
      it->kind == index.kind && it->unique == index.unique && SameParts(it->parts, index.parts) && SameParts(it->cover, index.cover);
  index.number = same ? it->number : next_index_++;
  index.extra = it->extra;
  *it = std::move(index);
  return absl::OkStatus();
}

Status Merger::CheckNothingGone(const PackageDraft& draft, uint32_t package_number) {
  std::map<std::string_view, const TypeDraft*> declared;
  for (const TypeDraft& type : draft.types) declared[type.def.name] = &type;
  for (TypeDef& type : input_.types) {
    const auto it = declared.find(type.name);
    const TypeDraft* now = it == declared.end() ? nullptr : it->second;
    if (now == nullptr && type.package == package_number) {
      return Conflict("types", "type " + type.name + " is gone", "keep it and add \"retired\": true", type.name);
    }
    std::set<std::string_view> fields;
    std::set<std::string_view> indexes;
    if (now != nullptr) {
      for (const FieldDraft& field : now->fields) fields.insert(field.def.name);
      for (const IndexDraft& index : now->indexes) indexes.insert(index.def.name);
    }
    KITH_RETURN_IF_ERROR(CheckNoAdditionGone(now, type, package_number));
    for (const FieldDef& field : type.fields) {
      if (field.package != package_number || fields.count(field.name) > 0 || IsFormer(field)) continue;
      const std::string path = now != nullptr ? JoinJsonPath(now->path, "fields") : std::string("extend");
      return Conflict(path, "field " + type.name + "." + field.name + " is gone", "keep it and add \"retired\": true", field.name);
    }
    if (now == nullptr) std::erase_if(type.checks, [&](const CheckDef& check) { return check.package == package_number; });
    std::erase_if(type.indexes, [&](const IndexDef& index) {
      const bool gone = index.package == package_number && !index.automatic && indexes.count(index.name) == 0;
      if (gone) input_.kept.push_back(DroppedIndex(type, index));
      return gone;
    });
  }
  return absl::OkStatus();
}

void Merger::RecordSeeds(const PackageDraft& draft, PackageDef& package) {
  PendingSeeds pending{.package = draft.def.name, .version = draft.def.version, .all = draft.seeds, .is_new = {}};
  std::set<std::string, std::less<>> before(package.seeded.begin(), package.seeded.end());
  for (const SeedDraft& seed : draft.seeds) {
    const bool is_new = before.insert(seed.Key()).second;
    pending.is_new.push_back(is_new);
    if (is_new) package.seeded.push_back(seed.Key());
  }
  if (!pending.all.empty()) seeds_.push_back(std::move(pending));
}

}  // namespace kith::catalog
