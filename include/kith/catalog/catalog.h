// What a database knows of its own data: packages, entity types, fields, choices, behaviours, indexes. A Catalog is an immutable value
// compiled from definitions; the file holds those definitions as records of compiled-in types, so any library version can read any
// database.
//
// Threads: a Catalog is immutable; share it freely (std::shared_ptr<const Catalog>).
#ifndef KITH_CATALOG_CATALOG_H_
#define KITH_CATALOG_CATALOG_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/key.h"
#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/catalog/policy.h"
#include "kith/record/record.h"

namespace kith::catalog {

struct CompileInput;
struct Matcher;      // a compiled pattern
class NumberFormat;  // a compiled auto-number: auto_number.h

// Names for people, by language ("en", "zh").
using Labels = std::map<std::string, std::string, std::less<>>;

// A choice that a package adds to another package's field has a number of that package's own: what two packages add never clashes, and a
// record tells by the number alone whose choice it holds. The number in a numbers file (1 to limits::kAddedChoiceNumber) is its lowest
// part.
inline constexpr int32_t kAddedChoice = 1 << 30;
inline constexpr int kAddedChoiceBits = 18;
[[nodiscard]] constexpr int32_t AddedChoiceNumber(uint32_t package, int32_t number) {
  return kAddedChoice | static_cast<int32_t>(package << kAddedChoiceBits) | number;
}
// The number of the package that added a choice, 0 for one of the field's own package.
[[nodiscard]] constexpr uint32_t PackageOfChoice(int32_t number) {
  return number < kAddedChoice ? 0 : static_cast<uint32_t>(number - kAddedChoice) >> kAddedChoiceBits;
}

struct ChoiceDef {
  int32_t number = 0;  // stable for ever, append-only within the field and package
  std::string name;
  Labels labels;
  bool retired = false;  // stays readable, refused for new values
  std::string extra;     // members a newer library wrote, as a JSON object; empty: none. So in every definition below.
};

// The states that may follow each state of a field, by names; a state that is not named is final.
using Transitions = std::map<std::string, std::vector<std::string>, std::less<>>;

// What happens to records that refer to a record being deleted.
enum class OnDelete : uint8_t { kRestrict, kDetach, kCascade };

// What a field of a parent makes of the records that refer to it. Expressions are text here: the engine compiles them (expr/expr.h).
struct RollUp {
  enum class Function : uint8_t { kCount, kSum, kMin, kMax, kAverage };
  Function function = Function::kCount;
  std::string of;       // the type whose records are rolled up
  std::string by;       // its reference field that leads to the parent
  std::string field;    // its field that is rolled up; empty for a count
  std::string where;    // a condition over its own fields; empty: all
  uint32_t number = 0;  // within the database, as of indexes: leads the keys of its rows; one declared otherwise gets a new one
};
[[nodiscard]] std::string_view NameOf(RollUp::Function function);  // "count", "sum", "min", "max", "average"

struct FieldDef {
  std::string name;
  uint32_t package = 0;                // number of the package that owns it
  uint32_t number = 0;                 // within (type, package): stands in the package's numbers file, append-only
  Kind kind = Kind::kNull;             // kNull: of a newer library; its values and its definition (`extra`) are kept unread
  uint8_t scale = 0;                   // decimals
  bool required = false;               // null is refused when a record is created or the field is set
  bool personal = false;               // removed by an erasure of the person
  bool about = false;                  // a reference to the person whom the record is about
  bool derived = false;                // written by the library alone
  bool retired = false;                // stays readable, refused for new values
  bool ignored_by_insight = false;     // a figure typed by a person that no forecast or score may read (C08)
  bool acyclic = false;                // a reference that, followed from record to record, never comes back
  std::vector<std::string> refers_to;  // names of the types a reference may point to; empty: any
  OnDelete on_delete = OnDelete::kRestrict;
  std::vector<ChoiceDef> choices;
  Transitions transitions;                  // of a choice; empty: any choice may follow any. A way from or to a choice that a package
                                            // added is that package's, every other way the field's own
  std::vector<std::string> initial_states;  // of a choice with transitions: what a record may begin with; empty: anything
  std::optional<Value> minimum;             // of the field's kind, inclusive; numbers, money, dates and times
  std::optional<Value> maximum;             // money is bounded within the bound's currency; zero without currency bounds all
  std::optional<Value> initial;             // stored when a record is created without it
  uint32_t max_length = 0;                  // in code points, texts; 0: the library's limit alone
  std::string pattern;                      // RE2, whole text; empty: none
  std::string formula;                      // an expression over the record's own fields: computed when read, never stored; empty: none
  std::optional<RollUp> roll_up;            // computed from other records, never stored in this one
  std::string auto_number;                  // "INV-{year}-{n:05}": the text given to a record created without one; empty: none
  Labels labels;
  std::string extra;

  // Derived when compiled.
  size_t position = 0;  // in the type's fields and layout; differs between versions of a catalog, so it is never stored
  record::Field stored;
  std::shared_ptr<const Matcher> matcher;         // of `pattern`
  std::shared_ptr<const NumberFormat> numbering;  // of `auto_number`

  // A formula or roll-up: read like any field, written by nobody.
  [[nodiscard]] bool computed() const { return !formula.empty() || roll_up.has_value(); }
  [[nodiscard]] const ChoiceDef* FindChoice(std::string_view choice_name) const;
  [[nodiscard]] const ChoiceDef* FindChoice(int32_t choice_number) const;
};

// Whether the compiled field may be given this value: kind, limits, choices, bounds, length, pattern; null only when it is not required; no
// value when it is retired. Errors name the field and the value; the caller adds type and record. Does not look at `derived`.
[[nodiscard]] Status CheckFieldValue(const FieldDef& field, const Value& value);

// Whether the compiled field may go from one value to the next, in the order of effective time (null: none). Always, when the field has no
// transitions; a state is never cleared. Errors: NotATransition, naming both values and what may follow.
[[nodiscard]] Status CheckTransition(const FieldDef& field, const Value& from, const Value& to);

// A part of an index key: a field of the type, or one of the header: "id", "created", "updated", "owner", "unit". A field of a type may be
// named "owner" or "version", and then hides the header's.
struct IndexPart {
  std::string field;
  Order order = Order::kAscending;
  // Derived: position in the type's fields, or a HeaderField below -1.
  int32_t position = 0;

  uint32_t weight = 1;  // of a match in this field, text indexes
};
enum HeaderField : int32_t {
  kHeaderId = -1,
  kHeaderCreated = -2,
  kHeaderUpdated = -3,
  kHeaderOwner = -4,
  kHeaderUnit = -5,
  kHeaderVersion = -6,
  kHeaderVisibility = -7
};
// The header field of that name ("owner" -> kHeaderOwner), 0 when there is none.
[[nodiscard]] int32_t HeaderFieldFromName(std::string_view name);

// What an index answers. An ordered one holds an entry a record; the others hold blocks of many records (design of each: index/).
enum class IndexKind : uint8_t {
  kOrdered,  // ranges, pages in order, unique values
  kText,     // words and fragments of texts
  kColumn,   // filters and sums over all records of the type
};
[[nodiscard]] std::string_view NameOf(IndexKind kind);  // "ordered", "text", "column"

// The vendor of a package: what stands before the first dot of its name ("acme" of "acme.freight"); empty when there is no dot, for what a
// firm defines for itself. "kith" is the library's own.
[[nodiscard]] std::string_view VendorOf(std::string_view package);

struct IndexDef {
  std::string name;
  IndexKind kind = IndexKind::kOrdered;
  uint32_t package = 0;    // number of the package that declares it
  uint32_t number = 0;     // within the database: leads the index's keys; never reused, a redefined index gets a new one; 0: to be allotted
  bool unique = false;     // among live records; entries with a null part do not collide
  bool automatic = false;  // added because a reference leads no declared index
  std::vector<IndexPart> parts;
  std::vector<IndexPart> cover;  // stored with the entry, so that a list page reads the index alone
  std::string extra;
};

// A behaviour that a type has, and which of its fields play the roles: {"pipelined", {{"stage", "stage"}, {"amount", "fee"}}}.
struct BehaviourDef {
  std::string name;
  std::map<std::string, std::string, std::less<>> roles;
  [[nodiscard]] std::string_view RoleOr(std::string_view role, std::string_view otherwise = {}) const;
};

// A condition that every record of a type meets when it is written.
struct CheckDef {
  std::string name;
  uint32_t package = 0;   // number of the package that declares it
  std::string condition;  // an expression over the record, also across its references (expr/expr.h); one without an answer passes
  Labels labels;
  Labels message;  // what to tell a person whose record fails it, by language
  std::string extra;

  // The message in a language, or else in English, or else in the first there is; empty when there is none.
  [[nodiscard]] std::string_view MessageIn(std::string_view language) const;
};

// How many edges a record may have on each side of a relation at one time: "many_to_one" lets many lead to a record and one from it.
enum class Cardinality : uint8_t { kManyToMany, kManyToOne, kOneToMany, kOneToOne };
[[nodiscard]] std::string_view NameOf(Cardinality cardinality);  // "many_to_many"

// What must hold among the edges of a relation (a type with behaviour "relation") that are valid at one time: edges whose valid times do
// not overlap never clash.
struct RelationRules {
  Cardinality cardinality = Cardinality::kManyToMany;
  bool no_loops = false;   // no edge leads from a record to itself
  bool distinct = false;   // one edge from a record to another
  bool symmetric = false;  // both directions mean the same, and one edge says it: distinct whichever way it is written
  bool acyclic = false;    // following edges never comes back
  friend bool operator==(const RelationRules&, const RelationRules&) = default;
};
// Edges of different kinds (role "kind") are different relations: rules hold within a kind.
struct RelationDef {
  RelationRules rules;
  std::map<std::string, RelationRules, std::less<>> kinds;  // instead of `rules`, by name of the choice
  friend bool operator==(const RelationDef&, const RelationDef&) = default;
};

struct TypeDef {
  std::string name;
  TypeNumber number = 0;  // within the database
  uint32_t package = 0;
  Labels labels;
  std::vector<FieldDef> fields;
  std::vector<IndexDef> indexes;
  std::vector<BehaviourDef> behaviours;
  std::vector<CheckDef> checks;
  RelationDef relation;  // of a type with behaviour "relation"
  bool retired = false;
  std::string extra;

  // Derived when compiled.
  record::Layout layout;
  std::vector<size_t> acyclic;  // positions of the fields so declared

  [[nodiscard]] const FieldDef* FindField(std::string_view field_name) const;
  // By what is stored in files: the package's number and the field's number in it.
  [[nodiscard]] const FieldDef* FindField(uint32_t package_number, uint32_t field_number) const;
  // The position of what a name stands for: the field of that name, or else the header part (a HeaderField, below 0).
  [[nodiscard]] std::optional<int32_t> FindPosition(std::string_view part_name) const;
  // The field at a position, nullptr for a HeaderField.
  [[nodiscard]] const FieldDef* FieldAt(int32_t position) const { return position < 0 ? nullptr : &fields[static_cast<size_t>(position)]; }
  // The kind of the values at a field's position or HeaderField: id and owner are references, created and updated times, the rest integers.
  [[nodiscard]] Kind KindAt(int32_t position) const;
  [[nodiscard]] const IndexDef* FindIndex(std::string_view index_name) const;
  // The type's first index of a kind, nullptr when it has none.
  [[nodiscard]] const IndexDef* FindIndex(IndexKind kind) const;
  // An ordered index whose first part is this one. Each reference field leads one.
  [[nodiscard]] const IndexDef* FindIndexLedBy(int32_t position) const;
  [[nodiscard]] const CheckDef* FindCheck(std::string_view check_name) const;
  [[nodiscard]] const BehaviourDef* FindBehaviour(std::string_view behaviour_name) const;
  // The field that plays a role, nullptr when the type has no such behaviour or role.
  [[nodiscard]] const FieldDef* FindRole(std::string_view behaviour_name, std::string_view role) const;

 private:
  friend class Compiler;
  std::map<std::string, size_t, std::less<>> field_positions_;
};

struct PackageDef {
  std::string name;                 // "kith.crm"; vendor namespaces by dots
  uint32_t number = 0;              // within the database
  std::string version;              // semantic, "1.2.0"
  std::vector<std::string> needs;   // "kith.crm" or "kith.crm >= 1.2.0"
  bool removed = false;             // its definitions stay, retired, so that history stays readable and nothing gets their numbers
  std::vector<std::string> seeded;  // "type system key" of the seeds handed out so far: a deleted seed does not come back
  Labels labels;
  std::string extra;
};

// A package as its author writes it (see README.md beside this file): JSON, with the field numbers in a second JSON file that tools append
// to. Without numbers the database allots them in file order and keeps them for ever.
struct PackageSource {
  std::string definition;
  std::string numbers;
};

// Definitions as stored: one record of a compiled-in type each (numbers below), keyed by package, type or (type, field).
inline constexpr TypeNumber kPackageType = 1;
inline constexpr TypeNumber kTypeType = 2;
inline constexpr TypeNumber kFieldType = 3;
inline constexpr TypeNumber kIndexType = 4;
inline constexpr TypeNumber kPolicyType = 5;
inline constexpr TypeNumber kFirstOpenType = 64;
inline constexpr uint32_t kFirstOpenIndex = 64;

// A definition as a record of a compiled-in type: fields `key` (text, unique within the type) and `body` (JSON text).
struct Definition {
  TypeNumber type = 0;
  std::string key;  // "kith.crm", "account", "account.kith.crm.name", "account.by_name"
  std::string body;
  friend bool operator==(const Definition&, const Definition&) = default;
};

class Catalog : public std::enable_shared_from_this<Catalog> {
 public:
  // The compiled-in types alone: what every file can be read with.
  static std::shared_ptr<const Catalog> BuiltIn();

  // Grows with every change of definitions; a transaction compares it with the file's.
  [[nodiscard]] uint64_t version() const { return version_; }

  [[nodiscard]] std::span<const TypeDef> types() const { return types_; }
  [[nodiscard]] std::span<const PackageDef> packages() const { return packages_; }
  // nullptr when unknown.
  [[nodiscard]] const TypeDef* FindType(std::string_view name) const;
  [[nodiscard]] const TypeDef* FindType(TypeNumber number) const;
  [[nodiscard]] const PackageDef* FindPackage(std::string_view name) const;
  [[nodiscard]] const PackageDef* FindPackage(uint32_t number) const;
  // As above; the error names what is unknown and the nearest known name.
  [[nodiscard]] StatusOr<const TypeDef*> GetType(std::string_view name) const;
  [[nodiscard]] StatusOr<const TypeDef*> GetType(TypeNumber number) const;
  [[nodiscard]] static StatusOr<const FieldDef*> GetField(const TypeDef& type, std::string_view name);
  [[nodiscard]] static StatusOr<const IndexDef*> GetIndex(const TypeDef& type, std::string_view name);
  // Types with a behaviour, in number order.
  [[nodiscard]] std::vector<const TypeDef*> TypesWith(std::string_view behaviour) const;
  // Fields of any type that may refer to `type`: what a delete has to look at.
  struct Referrer {
    const TypeDef* type;
    const FieldDef* field;
  };
  [[nodiscard]] std::span<const Referrer> ReferrersTo(const TypeDef& type) const;

  // Who may read and write what. What it names and the catalog lacks has no effect.
  [[nodiscard]] const Policy& policy() const { return policy_; }

  // The definitions in one canonical JSON document (the form of packages, with numbers), and as FlatBuffers schema text for one type.
  [[nodiscard]] std::string ToJson() const;
  [[nodiscard]] static std::string ToFbs(const TypeDef& type, const Catalog& catalog);

  // --- how definitions change ---
  // Compiles a catalog from definitions and the compiled-in types, which are not among `types`. Checks everything that loading from a file
  // must hold, brings all lists into number order (fields: those of the owning package first), allots numbers to indexes that have none and
  // adds an index "by_<field>" for each reference field that leads no declared one (for the ends of a relation one with both ends). Errors:
  // PackageMalformed, UnknownType, UnknownField, LimitExceeded, with the path of the definition.
  [[nodiscard]] static StatusOr<std::shared_ptr<const Catalog>> Compile(uint64_t version, std::vector<PackageDef> packages,
                                                                        std::vector<TypeDef> types);
  struct Plan {
    std::shared_ptr<const Catalog> after;      // version() + 1; the same object as before when nothing changes
    std::vector<std::string> changes;          // one line each: "adds field account.tier (choice)"; empty when nothing changes
    std::vector<std::string> notes;            // what was left as it is and why: "keeps package kith.crm 1.2.0: 1.1.0 is older"
    std::vector<Definition> definitions;       // the definition records that are new or changed; none is ever deleted
    std::vector<const IndexDef*> new_indexes;  // of `after`, on types that existed: to be built over existing records
    std::vector<uint32_t> dropped_indexes;     // numbers of indexes redefined or left out: their entries are to be deleted
    std::vector<uint32_t> new_roll_ups;        // numbers of roll-ups over types that existed: to be built
    std::vector<uint32_t> dropped_roll_ups;    // numbers of those redefined or retired: their rows are to be deleted
    // Where the given packages declare what: "account" -> "types[2]", "account.tier" -> "types[2].fields[0]", "account?paid" (a check) ->
    // "types[2].checks[1]".
    std::map<std::string, std::string, std::less<>> paths;
    std::vector<std::string> seeds;  // one JSON array of changes a package, to be applied with the definitions: records that it
                                     // brings, created where absent
  };
  // What installing or upgrading these packages means, in whatever order they are given. Costs nothing in the data. Additive: a change of
  // kind, a removed field, a renumbering are errors (PackageConflict) naming package, path and what to do. Malformed sources give
  // PackageMalformed with the path of the offending part; a needed package that is neither here nor given PackageMissing.
  [[nodiscard]] StatusOr<Plan> PlanEnsure(std::span<const PackageSource> packages) const;
  // What removing a package means for the definitions: its types, its fields on others' types and the choices it added are retired, its
  // indexes there dropped; names and numbers stay its own, for when it is installed again. The data is the caller's. Errors:
  // PackageMissing, also when it was removed before; PackageInUse when another package needs it, adds to its types or may refer to them, or
  // when it is the library's own.
  [[nodiscard]] StatusOr<Plan> PlanRemove(std::string_view package) const;
  // What setting this policy (policy.h) means; one without rules takes it away. Errors: PackageMalformed, UnknownType, UnknownField, with
  // the path of the offending part.
  [[nodiscard]] StatusOr<Plan> PlanPolicy(std::string_view policy) const;

 private:
  friend class Compiler;
  friend std::vector<Definition> ToDefinitions(const Catalog& catalog);

  // What it was compiled from, as the next version.
  [[nodiscard]] CompileInput Next() const;

  uint64_t version_ = 0;
  std::vector<PackageDef> packages_;
  std::vector<TypeDef> types_;
  std::map<std::string, size_t, std::less<>> type_by_name_;
  std::vector<size_t> type_by_number_;
  std::vector<std::vector<Referrer>> referrers_;
  Policy policy_;
  std::vector<Definition> kept_;  // definitions of kinds that this library does not know
};

// All definitions of a catalog beyond the compiled-in ones; ToDefinitions and FromDefinitions are inverse.
[[nodiscard]] std::vector<Definition> ToDefinitions(const Catalog& catalog);
[[nodiscard]] StatusOr<std::shared_ptr<const Catalog>> FromDefinitions(uint64_t version, std::span<const Definition> definitions);

// A package of the catalog as its author would write it, numbers included: ensured elsewhere it gives the same types, fields, choices and
// indexes, though types get the numbers that are free there. Without seeds, which are records, and fields of kinds that this library does
// not know.
[[nodiscard]] PackageSource ToPackage(const Catalog& catalog, const PackageDef& package);

// The numbers file that goes with a package: the given one (empty: a new one) with numbers appended for every field and choice that has
// none yet, in file order. Errors as from PlanEnsure.
[[nodiscard]] StatusOr<std::string> AppendNumbers(const PackageSource& source);

// The packages that ship with the library: "kith.crm" and others; PackageMissing for an unknown name.
[[nodiscard]] std::vector<std::string> ShippedPackageNames();
[[nodiscard]] StatusOr<PackageSource> ShippedPackage(std::string_view name);

}  // namespace kith::catalog

#endif  // KITH_CATALOG_CATALOG_H_
