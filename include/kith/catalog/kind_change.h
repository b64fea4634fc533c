// What changing the kind of a field means for the definitions: a second field beside it is filled, then the two swap names.
#ifndef KITH_CATALOG_KIND_CHANGE_H_
#define KITH_CATALOG_KIND_CHANGE_H_

#include <string>
#include <string_view>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"

namespace kith::catalog {

// The field that is filled beside one whose kind changes, and that keeps its old values afterwards: retired and derived, so that nobody
// writes it, and no part of what the package's author declares.
[[nodiscard]] bool IsFormer(const FieldDef& field);
// The field whose old values a former one keeps; nullptr where there is none.
[[nodiscard]] const FieldDef* PresentOf(const TypeDef& type, const FieldDef& former);

struct KindChange {
  std::string type;
  std::string field;
  std::string other;   // the field beside it: "quantity_former"
  std::string target;  // JSON as stored: the definition that the field is to have
};

// What a change would be. `definition` is that of the field as a package would declare it, without its name; labels, `personal`, `about`,
// `required` and `ignored_by_insight` follow the old definition where it does not say otherwise. Errors: UnknownType, UnknownField;
// PreconditionFailed for a field whose kind cannot change (a reference, bytes, one that is computed or numbered, one with a unique index or
// a roll-up over it, one that is former or retired); PackageMalformed with the path within the definition, or where the field is named by
// what needs its old kind.
[[nodiscard]] StatusOr<KindChange> MakeKindChange(const Catalog& catalog, std::string_view type, std::string_view field,
                                                  std::string_view definition);
// The second field is there, empty.
[[nodiscard]] StatusOr<Catalog::Plan> PlanKindPrepare(const Catalog& catalog, const KindChange& change);
// The two have swapped names; indexes with the field are built anew.
[[nodiscard]] StatusOr<Catalog::Plan> PlanKindFlip(const Catalog& catalog, const KindChange& change);

}  // namespace kith::catalog

#endif  // KITH_CATALOG_KIND_CHANGE_H_
