// A batch: changes with preconditions, in plain memory, applied atomically or not at all.
//
// Threads: one thread at a time. A batch needs no transaction and holds no lock; apply it to any number of databases of the same catalog,
// any number of times.
#ifndef KITH_ENGINE_BATCH_H_
#define KITH_ENGINE_BATCH_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/viewer.h"

namespace kith {

// How a record came to be. Stored in its header.
enum class Origin : uint8_t { kManual = 0, kImport = 1, kRule = 2, kPackage = 3, kReplica = 4 };

[[nodiscard]] std::string_view NameOf(Origin origin);

// The system of external references that the library gives itself: a record has one for each that was merged into it, with that record's id
// in decimal as the key. Others cannot be given or taken away.
inline constexpr std::string_view kMergedSystem = "kith.id";

// One value given to one field.
struct Assignment {
  int32_t position = 0;           // of the field in its type, or a catalog::HeaderField (owner, unit, visibility)
  Value value;                    // null clears. A kRef may be a local reference
  bool add = false;               // the value is added to the present one (int, decimal, double, money; null counts as zero)
  std::optional<Time> effective;  // from when it holds; unset: the change's effective time
};

struct Change {
  enum class Op : uint8_t {
    kCreate,          // a new record; with `external` it must not exist yet
    kUpsert,          // the record with `external`, created when absent
    kCreateIfAbsent,  // the record with `external`, left untouched when present
    kExisting,        // names an existing record by `external` for other changes; fails when absent
    kPatch,           // sets fields of `target`
    kDelete,
    kLink,            // gives `target` a further external reference
    kUnlink,          // takes `external` from `target`
    kRequireVersion,  // `target` must stand at `version`
    kRequireAbsent,   // no record of `type` may have `external`
    kRestore,         // `target`, which was deleted, is there again
    kRequireValue,    // a field of `target` must have the value of the one assignment
    kMerge,           // `other` becomes part of `target`
    kUnmerge,         // `target`, which was merged away, is a record of its own again
  };
  Op op = Op::kPatch;
  TypeNumber type = 0;
  Id target;  // kCreate, kUpsert, kCreateIfAbsent, kExisting: the local reference they define
  Id other;   // kMerge: the record that goes
  ExternalRef external;
  uint64_t version = 0;
  std::optional<Time> effective;
  std::vector<Assignment> assignments;
};

class Batch {
 public:
  // Changes are checked against `catalog` as they are added. `reason` is kept in history, at most limits::kReasonBytes.
  explicit Batch(std::shared_ptr<const catalog::Catalog> catalog, Actor actor = {}, std::string_view reason = {});

  // --- changes. Ids may be records' ids or local references of this batch. The first error is kept for apply (see status()); what follows
  // an error is ignored. Functions that return an Id return a local reference, also after an error. It is marked as this batch's: another
  // batch, or this one after Clear, refuses it (BatchMalformed). Id::Local(n), which bears no mark, is the n-th of whatever batch takes it;
  // local references in changes() and JSON are of that kind.
  Id Create(std::string_view type);
  Id Create(std::string_view type, const ExternalRef& external);
  Id Upsert(std::string_view type, const ExternalRef& external);
  Id CreateIfAbsent(std::string_view type, const ExternalRef& external);
  // A record that must exist, by external reference; use the returned local reference as the target or value of other changes.
  Id Existing(std::string_view type, const ExternalRef& external);
  // An id or local reference as it is; an external reference through Existing. Null gives null.
  Id Resolve(std::string_view type, const Ref& ref);

  // Null clears. Where nothing is lost a value is brought into the field's form: whole numbers for decimals, doubles and (as ids)
  // references, texts for choices by name, text lists for choice sets.
  void Set(Id target, std::string_view field, Value value);
  // As Set, with the change that defines the local reference `target`, whatever the batch does to the record after it.
  void SetInitially(Id target, std::string_view field, Value value);
  // From `effective` on, which must not lie in the future: a backdated value enters history at its place and shows now only if nothing
  // later holds.
  void SetAt(Id target, std::string_view field, Value value, Time effective);
  // As Set with the name as text, the names as a text list, but only for fields of that kind.
  void SetChoice(Id target, std::string_view field, std::string_view choice);
  void SetChoices(Id target, std::string_view field, const std::vector<std::string>& choices);
  // Adds to a number; exact under concurrency since it is evaluated by the writer.
  void Add(Id target, std::string_view field, Value amount);
  void Delete(Id target);
  // Brings back a deleted record as it was deleted, with its external references and the records that its deletion took along by cascade;
  // what the deletion let go (detach) stays so. Its history goes on: it did not exist in between. What the batch sets as well holds from
  // now on. Refused when something has taken its place, and everything that has is named: Unique, ExternalRefTaken, ReferenceMissing;
  // RecordMissing when there never was such a record, PreconditionFailed when it exists.
  void Restore(Id target);
  // Two records of one type become one. Every reference to `from` and each of its external references become `into`'s; fields that `into`
  // lacks are taken from `from` (what the batch itself sets comes after); records that then say the same twice (edges of a relation, what
  // an index declares unique) are merged likewise, and an edge that would lead from the record to itself goes. `from` is deleted, and its
  // deletion names `into`. From then on its id stands for `into` as the target of a change, as a value, and in Snapshot::Find. Merging what
  // is one already changes nothing. Errors: RecordMissing; and whatever refuses a change of the records re-pointed.
  void Merge(Id into, Id from);
  // Takes a merge back: `target` is there again with what it was, and gets back those references, external references and, from the
  // record it went into, those values that the merge moved and nobody has changed since. What came later stays where it is; what was
  // changed since is kept and named in Outcome::effects ("keeps contact.phone"). Errors: PreconditionFailed when it was not merged, or the
  // record it went into has itself been merged since (that is taken back first); HistoryPruned; those of Restore.
  void Unmerge(Id target);
  void Link(Id target, const ExternalRef& external);
  void Unlink(Id target, const ExternalRef& external);
  void RequireVersion(Id target, uint64_t version);
  // Compare and set: the field (derived ones, owner, unit and visibility included) must show this value before the batch, null: none. Given
  // as to Set. Another one refuses the batch: PreconditionFailed, naming what is there.
  void RequireValue(Id target, std::string_view field, Value value);
  void RequireAbsent(std::string_view type, const ExternalRef& external);

  // The effective time of what is added from now on; unset: the time of apply.
  void SetEffective(std::optional<Time> effective) { effective_ = effective; }
  void SetOrigin(Origin origin) { origin_ = origin; }

  // --- JSON form: {"actor": 8796093022209 | {"system": "...", "key": "..."}, "reason": "...", "changes": [...]}. A change has one
  // operation:
  //   {"create" | "upsert" | "create_if_absent" | "existing": "account", "as": "a", "ref": ["system", "key"], "set": {...}, "effective":
  //   "..."}
  //   {"patch": <target>, "set": {...}, "add": {...}, "effective": "..."}   {"delete": <target>}   {"restore": <id>}
  //   {"merge": <target>, "from": <target>}   {"unmerge": <id>}
  //   {"require": <target>, "version": 17, "equal": {...}}   (one of the two, or both)
  //   {"link": <target>, "ref": [..]}   {"unlink": <target>, "ref": [..]}   {"require_absent": "account", "ref": [..]}
  // <target>: an id, "$a" for the change named "a", or {"type": "account", "ref": ["system", "key"]}.
  // Values: money {"minor": 1250000, "currency": "CNY"} or "12500.00 CNY"; times and dates as text; decimals as text; choices by name;
  // references as <target>; bytes in base64; null clears. Unknown members are refused; errors name the path ("changes[3].set.amount").
  [[nodiscard]] static StatusOr<Batch> FromJson(std::shared_ptr<const catalog::Catalog> catalog, std::string_view json);
  [[nodiscard]] std::string ToJson() const;

  // The first error of a setter, OK when none.
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] bool empty() const { return changes_.empty(); }
  [[nodiscard]] size_t size_bytes() const { return size_bytes_; }
  void Clear();

  [[nodiscard]] const std::shared_ptr<const catalog::Catalog>& catalog() const { return catalog_; }
  [[nodiscard]] const Actor& actor() const { return actor_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] Origin origin() const { return origin_; }
  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  // Number of local references handed out.
  [[nodiscard]] uint32_t local_count() const { return local_count_; }
  // What tells this batch's local references from those of others. Copies share it.
  [[nodiscard]] uint32_t mark() const { return mark_; }
  // Whether a local reference is unmarked or of the batch with this mark.
  [[nodiscard]] static bool IsLocalOf(uint32_t mark, Id id);
  // The same changes for another catalog that has these types and fields, found by their names and checked again. Errors as from the
  // setters.
  [[nodiscard]] StatusOr<Batch> Rebind(std::shared_ptr<const catalog::Catalog> catalog) const;
  // The type a target has: of an id by its number, of a local reference by the change that defined it; 0 when unknown or another batch's.
  [[nodiscard]] TypeNumber TypeOf(Id target) const;

  // Records an error of a layer above (first one kept), so that setters built on this class behave like its own.
  void Fail(Status status);

 private:
  static constexpr size_t kNoChange = SIZE_MAX;
  void SetNamed(Id target, std::string_view field, Kind kind, Value names);
  Id Define(Change::Op op, std::string_view type, const ExternalRef* external);
  void Assign(Id target, std::string_view field, Value value, bool add, std::optional<Time> effective);
  void Append(Change& change, Assignment assignment);
  [[nodiscard]] StatusOr<Assignment> CheckAssignment(const catalog::TypeDef& type, std::string_view name, Value value, bool add) const;
  [[nodiscard]] StatusOr<Assignment> CheckExpected(const catalog::TypeDef& type, std::string_view name, Value value) const;
  void AddTargeted(Change::Op op, Id target, const ExternalRef* external, uint64_t version);
  [[nodiscard]] Status CheckSize(size_t more, size_t new_changes) const;
  [[nodiscard]] Status CheckTarget(Id target) const;
  [[nodiscard]] StatusOr<const catalog::TypeDef*> TypeForSetting(Id target) const;
  [[nodiscard]] size_t FindChangeFor(Id target) const;
  [[nodiscard]] Change& AddPatch(Id target);
  void FailAt(const Status& status, const catalog::TypeDef* type, Id target);

  std::shared_ptr<const catalog::Catalog> catalog_;
  Actor actor_;
  std::string reason_;
  Origin origin_ = Origin::kManual;
  std::optional<Time> effective_;
  std::vector<Change> changes_;
  std::vector<TypeNumber> local_types_;
  std::vector<size_t> local_definitions_;  // local reference -> index of the change that defines it, or kNoChange
  std::vector<size_t> local_changes_;      // local reference -> index of the change that sets its fields, or kNoChange
  uint32_t local_count_ = 0;
  uint32_t mark_ = 0;
  size_t size_bytes_ = 0;
  Status status_;
};

}  // namespace kith

#endif  // KITH_ENGINE_BATCH_H_
