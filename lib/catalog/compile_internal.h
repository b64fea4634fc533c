// From definitions to a catalog: order, checks, derived members.
#ifndef KITH_LIB_CATALOG_COMPILE_INTERNAL_H_
#define KITH_LIB_CATALOG_COMPILE_INTERNAL_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kith/catalog/catalog.h"

namespace re2 {
class RE2;
}

namespace kith::catalog {

struct Matcher {
  std::unique_ptr<const re2::RE2> expression;
  // nullptr and the fault when the pattern is not RE2.
  static std::shared_ptr<const Matcher> Compile(const std::string& pattern, std::string& fault);
  [[nodiscard]] bool Matches(std::string_view text) const;
};

// Where definitions came from, so that errors lead to the author's text; by the keys below.
struct Origin {
  std::string package;
  std::string path;  // "types[2].fields[0]"; empty: the document's root
};
using Origins = std::map<std::string, Origin, std::less<>>;
[[nodiscard]] std::string TypeOrigin(std::string_view type);
[[nodiscard]] std::string FieldOrigin(std::string_view type, std::string_view field);
[[nodiscard]] std::string IndexOrigin(std::string_view type, std::string_view index);
[[nodiscard]] std::string CheckOrigin(std::string_view type, std::string_view check);
[[nodiscard]] std::string PackageOrigin(std::string_view package);

struct CompileInput {
  uint64_t version = 0;
  std::vector<PackageDef> packages;
  std::vector<TypeDef> types;
  std::vector<Definition> kept;
  std::string policy;  // its text; empty: none
  Origins origins;
};
[[nodiscard]] StatusOr<std::shared_ptr<const Catalog>> CompileCatalog(CompileInput input);

// What stays of an index that its package declares no longer: its number, which no other index gets. Kept among the definitions.
[[nodiscard]] Definition DroppedIndex(const TypeDef& type, const IndexDef& index);
// The number in such a definition; 0: the definition is another.
[[nodiscard]] uint32_t DroppedIndexNumber(const Definition& definition);

// The largest number that an index or roll-up has, or had. `definitions`: those of the catalog, what was dropped among them.
[[nodiscard]] uint32_t LastIndexNumber(const Catalog& catalog, const std::vector<Definition>& definitions);

// The compiled-in types.
[[nodiscard]] std::vector<TypeDef> BuiltInTypes();

// The one who may fill a Catalog.
class Compiler {
 public:
  explicit Compiler(CompileInput input) : input_(std::move(input)), catalog_(std::make_shared<Catalog>()) {}
  [[nodiscard]] StatusOr<std::shared_ptr<const Catalog>> Run();

 private:
  // compile.cc
  void Order();
  Status IndexTypes();
  Status CompleteIndexes();
  void ForgetDropped();
  void DeriveLayout(TypeDef& type);
  void DeriveReferrers();
  // check_types.cc
  Status CheckPackages() const;
  Status CheckType(const TypeDef& type) const;
  Status CheckIndex(const TypeDef& type, const IndexDef& index) const;
  Status CheckBehaviour(const TypeDef& type, const BehaviourDef& behaviour) const;
  // check_relations.cc
  Status CheckRelation(const TypeDef& type) const;
  Status CheckRelationRules(const TypeDef& type, const RelationRules& rules, const std::string& path) const;
  Status CheckIndexKind(const TypeDef& type, const IndexDef& index) const;
  Status CheckIndexNumbers() const;
  // check_fields.cc
  Status CheckFields(TypeDef& type) const;
  Status CheckField(const TypeDef& type, FieldDef& field) const;
  Status CheckReference(const TypeDef& type, const FieldDef& field) const;
  Status CheckChoices(const TypeDef& type, const FieldDef& field) const;
  Status CheckTransitions(const TypeDef& type, const FieldDef& field) const;
  Status CheckStates(const TypeDef& type, const FieldDef& field, const std::string& path, const std::vector<std::string>& states) const;
  Status CheckText(const TypeDef& type, FieldDef& field) const;
  Status CheckValues(const TypeDef& type, const FieldDef& field) const;
  // check_computed.cc
  Status CheckChecks(const TypeDef& type) const;
  Status CheckComputed(const TypeDef& type, const FieldDef& field) const;
  Status CheckAutoNumber(const TypeDef& type, FieldDef& field) const;
  Status CheckRollUp(const TypeDef& type, const FieldDef& field) const;
  Status CheckRollUpKinds(const TypeDef& type, const FieldDef& field, const FieldDef& child) const;

  struct Fault {
    std::string message;
    std::string value = {};
    std::string hint = {};
    Reason reason = Reason::kPackageMalformed;
  };
  [[nodiscard]] Status FieldError(const TypeDef& type, const FieldDef& field, std::string_view member, Fault fault) const;
  [[nodiscard]] Status IndexError(const TypeDef& type, const IndexDef& index, std::string_view member, Fault fault) const;
  [[nodiscard]] Status TypeError(const TypeDef& type, std::string_view member, Fault fault) const;
  [[nodiscard]] Status PackageError(const PackageDef& package, std::string_view member, Fault fault) const;
  [[nodiscard]] Status Error(std::string_view origin, std::string_view type, std::string_view subject, std::string_view member,
                             Fault fault) const;
  // What is wrong with labels; empty when nothing.
  [[nodiscard]] static std::string LabelsFault(const Labels& labels, std::string& language);

  CompileInput input_;
  std::shared_ptr<Catalog> catalog_;
};

// Field names of a type, for "did you mean".
[[nodiscard]] std::vector<std::string_view> FieldNames(const TypeDef& type);
// "decimal of scale 2".
[[nodiscard]] std::string KindText(const FieldDef& field);

}  // namespace kith::catalog

#endif  // KITH_LIB_CATALOG_COMPILE_INTERNAL_H_
