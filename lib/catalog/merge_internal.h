// A package put on top of the definitions that a database has.
#ifndef KITH_LIB_CATALOG_MERGE_INTERNAL_H_
#define KITH_LIB_CATALOG_MERGE_INTERNAL_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/compile_internal.h"
#include "catalog/package_internal.h"
#include "kith/catalog/catalog.h"

namespace kith::catalog {

// A field with those choices, ways and states to begin with alone that one package brought: 0 for the field's own.
[[nodiscard]] FieldDef AdditionsOf(const FieldDef& field, uint32_t package);

// PackageConflict.
[[nodiscard]] Status Conflict(const std::string& path, std::string_view message, std::string hint, std::string value = {});
// Among fields that need not be compiled; nullptr when there is none.
[[nodiscard]] FieldDef* FindField(TypeDef& type, std::string_view name);

// Merges packages one after the other into `input`, whose definitions are those of the database. After an error `input` is of no use.
class Merger {
 public:
  Merger(CompileInput& input, Catalog::Plan& plan);

  // Errors: PackageConflict, PackageMissing, UnknownType, PackageMalformed (a number is missing), LimitExceeded.
  [[nodiscard]] Status Merge(PackageDraft draft);
  // Once all are merged: a roll-up whose values come from formulas that are others now gets a new number.
  void RenewRollUps(const Catalog& before);
  // The batches that create what the merged packages bring and have not brought before; checked against the compiled catalog.
  [[nodiscard]] StatusOr<std::vector<std::string>> EmitSeeds(const Catalog& after) const;

 private:
  StatusOr<PackageDef*> MergeHead(const PackageDraft& draft, bool& older);
  Status CheckNeeds(const PackageDraft& draft) const;
  Status MergeType(const PackageDraft& package, uint32_t package_number, TypeDraft& draft);
  StatusOr<TypeDef*> FindOrAddType(const PackageDraft& package, uint32_t package_number, const TypeDraft& draft);
  Status MergeTypeHead(TypeDef& type, const TypeDraft& draft) const;
  Status MergeField(const PackageDraft& package, uint32_t package_number, TypeDef& type, FieldDraft& draft);
  Status MergeChecks(const PackageDraft& package, uint32_t package_number, TypeDef& type, const TypeDraft& draft);
  // A roll-up as the draft declares it, with its number or, when it is another than before, a new one.
  void NumberRollUp(const FieldDef* before, FieldDef& after);
  Status MergeIndex(uint32_t package_number, TypeDef& type, const IndexDraft& draft);
  StatusOr<uint32_t> FieldNumber(const PackageDraft& package, uint32_t package_number, const TypeDef& type, const FieldDraft& draft) const;
  // merge_choices.cc
  Status NumberChoices(const PackageDraft& package, const TypeDef& type, const FieldDef* before, FieldDraft& draft) const;
  // What other packages added to a field stays when its own package declares it anew.
  Status KeepAdditions(const TypeDef& type, const FieldDef& before, FieldDraft& draft) const;
  Status MergeAddition(const PackageDraft& package, uint32_t package_number, TypeDef& type, FieldDraft& draft);
  Status CheckAddition(uint32_t package_number, const TypeDef& type, const FieldDef* field, const FieldDraft& draft) const;
  Status CheckAddedStates(uint32_t package_number, const FieldDef& field, const FieldDraft& draft) const;
  Status CheckNoAdditionGone(const TypeDraft* now, const TypeDef& type, uint32_t package_number) const;
  // What the package had declared before and no longer does.
  Status CheckNothingGone(const PackageDraft& draft, uint32_t package_number);
  void RecordSeeds(const PackageDraft& draft, PackageDef& package);
  [[nodiscard]] std::string PackageName(uint32_t number) const;
  // A vendor's name for something on another's type begins with the vendor, so that what two vendors add never clashes.
  Status CheckVendorName(std::string_view package, uint32_t owner, const std::string& path, const std::string& name) const;

  CompileInput& input_;
  Catalog::Plan& plan_;
  std::map<std::string, size_t, std::less<>> types_;  // name -> position in input_.types
  uint32_t next_type_ = kFirstOpenType;
  uint32_t next_index_ = kFirstOpenIndex;
  struct PendingSeeds {
    std::string package;
    std::string version;
    std::vector<SeedDraft> all;
    std::vector<bool> is_new;
  };
  std::vector<PendingSeeds> seeds_;
};

// What leads from one catalog to `plan.after`: definitions, changes, indexes.
void DescribePlan(const Catalog& before, Catalog::Plan& plan);

// One line a change.
void DescribeChanges(const Catalog& before, const Catalog& after, std::vector<std::string>& lines);

}  // namespace kith::catalog

#endif  // KITH_LIB_CATALOG_MERGE_INTERNAL_H_
