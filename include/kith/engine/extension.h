// What the rooms above add to every write: rules (effects, more changes in the same batch) and derivations (derived data that follows from
// changes). Both run on a writer thread inside the batch's job: pure functions of what the context gives them, no clock, no blocking.
#ifndef KITH_ENGINE_EXTENSION_H_
#define KITH_ENGINE_EXTENSION_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/access.h"
#include "kith/engine/batch.h"
#include "kith/engine/replica.h"
#include "kith/engine/snapshot.h"

namespace kith {

// A record as a batch is about to leave it.
class Draft {
 public:
  virtual ~Draft() = default;
  [[nodiscard]] virtual Id id() const = 0;  // already the real id
  [[nodiscard]] virtual const catalog::TypeDef& type() const = 0;
  [[nodiscard]] virtual bool created() const = 0;         // by this batch
  [[nodiscard]] virtual bool deleted() const = 0;         // by this batch
  [[nodiscard]] virtual record::View before() const = 0;  // null view when created
  [[nodiscard]] virtual const record::Header& header() const = 0;
  [[nodiscard]] virtual const Value& Get(size_t position) const = 0;
  // The field or owner differs from before (any assigned field of a created record).
  [[nodiscard]] virtual bool Changed(int32_t position) const = 0;
  [[nodiscard]] virtual Time effective() const = 0;  // of the change
  // The record in the form it would be stored in, built when asked for: what expressions are evaluated on. Borrowed until the draft
  // changes. A null view when it is deleted. Errors: TooLong.
  [[nodiscard]] virtual StatusOr<record::View> view() const = 0;
};

// What a rule sees and may do.
class RuleContext {
 public:
  virtual ~RuleContext() = default;
  [[nodiscard]] virtual const catalog::Catalog& catalog() const = 0;
  [[nodiscard]] virtual Time now() const = 0;
  // The batch is made of changes of another replica, where rules have run (Rule::settles).
  [[nodiscard]] virtual bool settling() const { return false; }
  // Records touched by the batch that this rule has not yet been shown in their present form.
  [[nodiscard]] virtual std::vector<const Draft*> changed() const = 0;
  // Every record the batch touches, of one type.
  [[nodiscard]] virtual std::vector<const Draft*> touched(TypeNumber type) const = 0;
  // A record as the batch leaves it, touched or not; nullptr when it does not exist (or is deleted by the batch).
  [[nodiscard]] virtual StatusOr<const Draft*> Find(Id id) = 0;
  // The state before the batch, by index. Combine with touched().
  [[nodiscard]] virtual StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(const catalog::TypeDef& type, const catalog::IndexDef& index,
                                                                          const IndexRange& range) const = 0;
  // The same in id order, from the id after `after`.
  [[nodiscard]] virtual std::unique_ptr<RecordCursor> Scan(const catalog::TypeDef& type, Id after) const = 0;
  // Effects. `effective` unset: the time of apply. May set fields declared `derived`.
  virtual Status Set(Id target, const catalog::FieldDef& field, Value value, std::optional<Time> effective = std::nullopt) = 0;
  [[nodiscard]] virtual StatusOr<Id> Create(const catalog::TypeDef& type, std::optional<Time> effective = std::nullopt) = 0;
  virtual Status Delete(Id target) = 0;
};

class Rule {
 public:
  virtual ~Rule() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // Called at least once a batch, and again after effects, at most limits::kEffectRounds times. An error refuses the batch.
  [[nodiscard]] virtual Status Run(RuleContext& context) const = 0;
  // Also run over what came from another replica (Database::Receive), where two changes that each were right may not fit together: what it
  // sets follows from both, and its error is a conflict that is reported, not a refusal.
  [[nodiscard]] virtual bool settles() const { return false; }
  // What the rule sees to, checked over all records: calls `problem` with one line for each thing that does not hold. Part of
  // Database::Verify.
  using Problem = std::function<void(std::string problem)>;
  [[nodiscard]] virtual Status Verify(const Snapshot& /*snapshot*/, const Problem& /*problem*/) const { return absl::OkStatus(); }
};

struct RecordChange {
  Id id;
  const catalog::TypeDef* type = nullptr;
  record::View before;  // null view: created
  record::View after;   // null view: deleted
};

class DerivationContext {
 public:
  virtual ~DerivationContext() = default;
  [[nodiscard]] virtual const catalog::Catalog& catalog() const = 0;
  [[nodiscard]] virtual Time now() const = 0;
  // Records and indexes as the batch leaves them.
  [[nodiscard]] virtual StatusOr<record::View> Get(Id id) const = 0;
  [[nodiscard]] virtual StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(const catalog::TypeDef& type, const catalog::IndexDef& index,
                                                                          const IndexRange& range) const = 0;
  // Records of a type in id order.
  [[nodiscard]] virtual std::unique_ptr<RecordCursor> Scan(const catalog::TypeDef& type) const = 0;
  // Derived rows; keys start with the derivation's own prefix (see Derivation::prefix).
  [[nodiscard]] virtual StatusOr<std::string_view> Aggregate(std::string_view key) const = 0;
  virtual void PutAggregate(std::string_view key, std::string_view value) = 0;
  virtual void DeleteAggregate(std::string_view key) = 0;
};

// Derived data that is always equal to a function of the records.
class Derivation {
 public:
  virtual ~Derivation() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // Listed in the file; a library that lacks a derivation of the file, or has an older version of it, opens the database read-only.
  [[nodiscard]] virtual uint32_t version() const = 0;
  // First bytes of its aggregate keys; unique among derivations.
  [[nodiscard]] virtual std::string_view prefix() const = 0;
  // All records a batch changed, once each. Called after records, indexes and history are in place.
  [[nodiscard]] virtual Status Derive(const std::vector<RecordChange>& changes, DerivationContext& context) const = 0;
  // Recomputes everything from the records: key -> value. Verify compares it with what is stored; an upgrade rebuilds from it.
  [[nodiscard]] virtual StatusOr<std::map<std::string, std::string>> Recompute(const Snapshot& snapshot) const = 0;
  // The same rows one by one, each once and in any order, without holding them all: what Verify sums up first. Of use where rows are as
  // many as records.
  using RowVisit = std::function<void(std::string_view key, std::string_view value)>;
  [[nodiscard]] virtual Status RecomputeEach(const Snapshot& snapshot, const RowVisit& row) const {
    KITH_ASSIGN_OR_RETURN(const auto rows, Recompute(snapshot));
    for (const auto& [key, value] : rows) row(key, value);
    return absl::OkStatus();
  }
};

// What a library brings. Objects outlive every database opened with them.
struct Extensions {
  std::vector<const Rule*> rules;  // in this order
  std::vector<const Derivation*> derivations;
  const AccessResolver* access = nullptr;  // who belongs to whom; nullptr: nobody to anybody
  // Called with the error of a refused batch, on the thread that applies it, with a snapshot for whom it was applied; returns the error to
  // give: the same, or one that says more to people. May be empty.
  std::function<Status(const Batch& batch, const Status& error, const Snapshot& snapshot)> explain = {};
  // Leaves word for people of what two replicas wrote that does not fit together, in the same write. May be empty.
  std::function<Status(RuleContext& context, std::span<const ReplicaConflict> conflicts)> review = {};
};

}  // namespace kith

#endif  // KITH_ENGINE_EXTENSION_H_
