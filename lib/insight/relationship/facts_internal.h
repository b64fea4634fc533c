// The facts of relationships as the roles of behaviours tell them, of whatever type: what every reader of this folder begins with.
#ifndef KITH_LIB_INSIGHT_RELATIONSHIP_FACTS_INTERNAL_H_
#define KITH_LIB_INSIGHT_RELATIONSHIP_FACTS_INTERNAL_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "kith/engine/referring.h"
#include "kith/insight/relations.h"
#include "kith/query/calendar.h"

namespace kith::insight::relationship_internal {

// A record by the roles of one behaviour; a role that the type has not reads as null.
class Played {
 public:
  Played(const catalog::TypeDef& type, const catalog::BehaviourDef& behaviour, record::View view)
      : type_(type), behaviour_(behaviour), view_(view) {}
  // Of a past state, which it keeps.
  Played(const catalog::TypeDef& type, const catalog::BehaviourDef& behaviour, std::shared_ptr<const Record> past)
      : type_(type), behaviour_(behaviour), view_(past->view()), past_(std::move(past)) {}
  [[nodiscard]] const catalog::TypeDef& type() const { return type_; }
  [[nodiscard]] record::View view() const { return view_; }
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] const catalog::FieldDef* Find(std::string_view role) const;  // the field, when it is not null
  [[nodiscard]] bool Has(std::string_view role) const { return Find(role) != nullptr; }
  [[nodiscard]] Id Ref(std::string_view role) const;
  [[nodiscard]] int64_t Int(std::string_view role) const;
  [[nodiscard]] std::optional<Time> At(std::string_view role) const;                           // a time, or the beginning of a date
  [[nodiscard]] std::optional<Date> On(std::string_view role, const query::Days& days) const;  // a date, or the day of a time
  [[nodiscard]] bool Bool(std::string_view role, bool otherwise = false) const;
  [[nodiscard]] double Double(std::string_view role, double otherwise) const;
  [[nodiscard]] Money Amount(std::string_view role) const;
  [[nodiscard]] std::string_view Text(std::string_view role) const;
  [[nodiscard]] std::string_view Choice(std::string_view role) const;  // its name

 private:
  const catalog::TypeDef& type_;
  const catalog::BehaviourDef& behaviour_;
  record::View view_;
  std::shared_ptr<const Record> past_;
};

// Calls `visit(const Played&)` for every record of the types with a behaviour, by type. A visit that returns a Status ends with its first
// error.
template <typename Visit>
Status ForEachRecord(const Snapshot& snapshot, std::string_view behaviour, const Visit& visit) {
  for (const catalog::TypeDef* type : snapshot.catalog().TypesWith(behaviour)) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type->name));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      const Played record(*type, *type->FindBehaviour(behaviour), view);
      if constexpr (std::is_void_v<decltype(visit(record))>) {
        visit(record);
      } else {
        KITH_RETURN_IF_ERROR(visit(record));
      }
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  return absl::OkStatus();
}

// By the choice's name; a rep's opinion where it is none of the others.
[[nodiscard]] EvidenceSource SourceFrom(std::string_view name);

constexpr double kKnows = 0.5;  // of an acquaintance whose strength nobody gave

// What gives somebody a say with somebody else: a superior, a dotted line, an influence.
enum class LineKind : uint8_t { kSuperior, kDotted, kInfluence };
struct Line {
  LineKind kind = LineKind::kInfluence;
  Id from;
  double weight = 0;  // of ChainLine
  Id record;          // that says so
};

// A person's part in a deal, added to what the member has of others.
void TakeStake(const Played& stake, ChainMember& member);

// A record as it was at the moment asked about. One that was put in later, so that history knows nothing of it then, is taken as it is.
struct Held {
  Played record;
  bool later = false;
};

// Whose relations are asked about.
struct Party {
  Id competitor;                             // null: ours
  std::optional<std::vector<Id>> employees;  // ours of these alone, ascending
  [[nodiscard]] bool ours() const { return competitor.is_null(); }
  [[nodiscard]] bool Counts(Id employee) const;
};

class Facts {
 public:
  Facts(const Snapshot& snapshot, const RelationOptions& options)
      : snapshot_(snapshot),
        options_(options),
        as_of_(options.as_of.value_or(snapshot.recorded())),
        former_(options.recorded ? std::make_shared<Former>(snapshot, *options.recorded) : nullptr) {}
  // At another moment, known no earlier: what others found to be gone by now is not looked for again.
  Facts(const Facts& others, const RelationOptions& options) : Facts(others.snapshot_, options) {
    if (former_ && others.former_ && others.former_->since() <= former_->since()) former_ = others.former_;
  }

  [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
  [[nodiscard]] const RelationOptions& options() const { return options_; }
  [[nodiscard]] Time as_of() const { return as_of_; }

  using Visit = std::function<void(const Played&)>;
  // Every record of a type with the behaviour whose reference in `role` is `to`, as known at the moment asked for and valid then.
  Status ForEach(std::string_view behaviour, std::string_view role, Id to, const Visit& visit) const;
  // The record by a behaviour of its type; nothing when it is gone or has no such behaviour.
  [[nodiscard]] std::optional<Played> Find(Id id, std::string_view behaviour) const;
  // The same as it was at the moment asked about; nothing also when it was not known then, where that is asked.
  [[nodiscard]] std::optional<Held> Then(Id id, std::string_view behaviour) const;
  // An error for a record that is not there; one that was known at the moment asked for is there.
  [[nodiscard]] Status Check(Id id) const;
  // Every record of a type, those among them that are gone by now where it is asked what was known; Then() tells which there were.
  Status ForEachOf(const catalog::TypeDef& type, const std::function<Status(Id)>& visit) const;
  [[nodiscard]] bool IsOpenDeal(const Held& deal) const;      // it had begun and was not closed
  [[nodiscard]] bool IsOpenTicket(const Held& ticket) const;  // it had been opened and was not resolved
  // Every person who belonged to the organisation then, once, as they were then; in the order of ids.
  using VisitPerson = std::function<Status(const Played&)>;
  Status ForEachPersonOf(Id organisation, const VisitPerson& visit) const;
  // Where the person belonged then; nothing when nowhere. The one that they name first.
  [[nodiscard]] StatusOr<std::vector<Id>> OrganisationsOf(Id person) const;
  // What people call a record: the role `name` of what it is, or its first text.
  [[nodiscard]] std::string NameOf(Id id) const;

  // Null: ours; somebody of ours: theirs; a group: its people's and those of the groups below; anything else: a competitor's.
  [[nodiscard]] StatusOr<Party> PartyOf(Id subject) const;
  [[nodiscard]] bool IsPerson(Id id) const;        // somebody with whom one interacts, or of whom evidence tells
  [[nodiscard]] bool IsOrganisation(Id id) const;  // what people belong to
  [[nodiscard]] bool IsDeal(Id id) const;
  [[nodiscard]] bool IsOurs(Id id) const;    // a member by itself
  [[nodiscard]] bool IsActive(Id id) const;  // and still one of us at the moment asked about
  // In which ways one of ours sells: 1 << model::Selling each; all where nothing is said.
  [[nodiscard]] uint32_t WaysOf(Id id) const;

  // What is known of a contact in a dimension, for us (null) or for a competitor.
  using VisitEvidence = std::function<void(std::string_view dimension, const Evidence& evidence)>;
  Status ForEachEvidence(Id contact, Id competitor, const VisitEvidence& visit) const;
  // Of those with an interaction, whoever they are; strongest first. With contributions from the interactions, without from derived rows.
  [[nodiscard]] StatusOr<std::vector<EmployeeTie>> Ties(Id contact, bool contributions = true) const;
  [[nodiscard]] StatusOr<PersonReport> Person(Id contact, const Party& party, bool contributions = true) const;
  // Who has a say with a contact.
  using VisitLine = std::function<void(const Line& line)>;
  Status ForEachLineTo(Id contact, const VisitLine& visit) const;
  [[nodiscard]] StatusOr<Chain> ChainOf(Id deal, const Party& party, std::vector<double>& reach) const;
  [[nodiscard]] StatusOr<ChainReport> ScoreOf(Id deal, const Party& party) const;

 private:
  StatusOr<StanceInputs> Inputs(Id contact, const Party& party, std::span<const EmployeeTie> ties) const;
  Status AddMembers(Id deal, Chain& chain) const;
  Status AddLines(Chain& chain) const;
  Status ForEachIn(std::string_view behaviour, std::string_view role, Id group, const Visit& visit) const;
  Status AddGroup(Id group, std::vector<Id>& employees, std::vector<Id>& seen) const;
  [[nodiscard]] bool IsValid(const Played& record) const;
  [[nodiscard]] AsOf Known() const { return {.effective = kTimeMax, .recorded = options_.recorded.value_or(kTimeMax)}; }
  [[nodiscard]] bool IsPast() const { return options_.recorded || as_of_ < snapshot_.recorded(); }
  [[nodiscard]] bool IsReferred(Id id, std::string_view behaviour, std::string_view role) const;

  const Snapshot& snapshot_;
  const RelationOptions& options_;
  Time as_of_;
  mutable std::map<Id, bool> active_;
  std::shared_ptr<Former> former_;  // where options_.recorded is set
  mutable std::map<Id, uint32_t> ways_;
  mutable std::map<std::string, std::map<Id, std::vector<Played>>, std::less<>> named_then_;  // by behaviour and group, of a past moment
};

}  // namespace kith::insight::relationship_internal

#endif  // KITH_LIB_INSIGHT_RELATIONSHIP_FACTS_INTERNAL_H_
