// Edges: where the roles of a relation stand, and what must hold among them, over whatever state they are read from.
#ifndef KITH_LIB_MODEL_RELATION_INTERNAL_H_
#define KITH_LIB_MODEL_RELATION_INTERNAL_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/catalog/roles.h"
#include "kith/engine/extension.h"
#include "kith/engine/snapshot.h"

namespace kith::model {

// A valid time in µs, without its end.
struct Span {
  int64_t from = INT64_MIN;
  int64_t to = INT64_MAX;
  [[nodiscard]] bool empty() const { return from >= to; }
  [[nodiscard]] bool Holds(Time at) const { return from <= at.micros && at.micros < to; }
  [[nodiscard]] bool Contains(const Span& other) const { return from <= other.from && other.to <= to; }
  [[nodiscard]] Span Cut(const Span& other) const { return {std::max(from, other.from), std::min(to, other.to)}; }
};

struct Edge {
  Id id;  // null: a reference field
  Id from;
  Id to;
  int32_t kind = 0;  // a choice's number, 0 for none
  Span span;
};

// Which end of an edge.
enum class End : uint8_t { kFrom, kTo };

struct RelationSchema : catalog::EdgeRoles {
  const catalog::TypeDef* type = nullptr;
  // Nothing when the type is no relation.
  [[nodiscard]] static std::optional<RelationSchema> Of(const catalog::TypeDef& type);
  [[nodiscard]] std::string KindName(int32_t number) const;
  [[nodiscard]] const catalog::RelationRules& RulesOf(int32_t number) const { return RulesIn(*type, number); }
  // The index for edges at one end, with the other end as its second part where there is one such.
  [[nodiscard]] const catalog::IndexDef* IndexAt(End end) const;
  [[nodiscard]] IndexRange RangeAt(End end, Id node, Id other) const;
  [[nodiscard]] const catalog::FieldDef& FieldAt(End end) const { return end == End::kFrom ? *from : *to; }

  // Through anything that gives a Value for a field's position: a draft or a view.
  template <typename Record>
  [[nodiscard]] Edge Read(Id id, const Record& record) const {
    const auto ref = [&](const catalog::FieldDef& field) {
      const Value& value = record.Get(field.position);
      const Id* target = value.get_if<Id>();
      return target == nullptr ? Id() : *target;
    };
    Edge edge{.id = id, .from = ref(*from), .to = ref(*to), .kind = 0, .span = {}};
    if (kind != nullptr) {
      const Value& value = record.Get(kind->position);
      if (const Choice* choice = value.get_if<Choice>(); choice != nullptr) edge.kind = choice->number;
    }
    edge.span.from = MomentOf(valid_from, record, INT64_MIN);
    edge.span.to = MomentOf(valid_to, record, INT64_MAX);
    return edge;
  }

 private:
  template <typename Record>
  [[nodiscard]] static int64_t MomentOf(const catalog::FieldDef* field, const Record& record, int64_t otherwise) {
    if (field == nullptr) return otherwise;
    const Value& value = record.Get(field->position);
    if (const Time* time = value.get_if<Time>(); time != nullptr) return time->micros;
    if (const Date* date = value.get_if<Date>(); date != nullptr) return StartOf(*date).micros;
    return otherwise;
  }
};

// Edges as some state has them: a snapshot's, or that which a batch leaves.
class EdgeSource {
 public:
  using Visit = std::function<bool(const Edge& edge)>;
  virtual ~EdgeSource() = default;
  // Every edge with `node` at one end (and `other`, unless null, at the other) until `visit` returns false.
  virtual Status Each(const RelationSchema& schema, End end, Id node, Id other, const Visit& visit) = 0;
  // What a record's reference is, null when the record has none or is not there.
  virtual StatusOr<Id> Follow(const catalog::FieldDef& field, Id record) = 0;
};

[[nodiscard]] inline StatusOr<std::unique_ptr<RecordCursor>> ScanAll(const Snapshot& snapshot, const catalog::TypeDef& type) {
  return snapshot.Scan(type.name);
}
[[nodiscard]] inline StatusOr<std::unique_ptr<RecordCursor>> ScanAll(const RuleContext& context, const catalog::TypeDef& type) {
  return context.Scan(type, {});
}

// Which edges of a relation: those with `node` at one end, and `other` at the other one unless it is null.
struct EdgesAt {
  End end = End::kFrom;
  Id node;
  Id other;
  [[nodiscard]] bool Has(const Edge& edge) const {
    const Id near = end == End::kFrom ? edge.from : edge.to;
    const Id far = end == End::kFrom ? edge.to : edge.from;
    return near == node && (other.is_null() || far == other);
  }
};

// The edges that are stored, through a snapshot or a rule's context. While the index is being built every edge of the type is looked at.
template <typename Reader, typename Visit>
Status EachStored(const Reader& reader, const RelationSchema& schema, const EdgesAt& wanted, const Visit& visit) {
  const catalog::IndexDef* index = schema.IndexAt(wanted.end);
  StatusOr<std::unique_ptr<RecordCursor>> cursor =
      reader.ScanIndex(*schema.type, *index, schema.RangeAt(wanted.end, wanted.node, wanted.other));
  if (GetReason(cursor.status()) == Reason::kUnknownIndex) cursor = ScanAll(reader, *schema.type);
  KITH_RETURN_IF_ERROR(cursor.status());
  while ((*cursor)->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, (*cursor)->record());
    const Edge edge = schema.Read((*cursor)->id(), view);
    if (wanted.Has(edge) && !visit(edge)) return absl::OkStatus();
  }
  return (*cursor)->status();
}

// What the relation declares, for one edge among the others. Errors: OutOfRange (it ends before it begins), EdgeTaken, Cycle,
// LimitExceeded.
[[nodiscard]] Status CheckEdge(const RelationSchema& schema, const Edge& edge, EdgeSource& source);
// That following a reference declared acyclic never comes back to `record`. Errors: Cycle, LimitExceeded.
[[nodiscard]] Status CheckAcyclic(const catalog::Catalog& catalog, const catalog::TypeDef& type, const catalog::FieldDef& field, Id record,
                                  Id target, EdgeSource& source);

// A snapshot's edges, as its viewer sees them.
class SnapshotEdges final : public EdgeSource {
 public:
  explicit SnapshotEdges(const Snapshot& snapshot) : snapshot_(snapshot) {}
  Status Each(const RelationSchema& schema, End end, Id node, Id other, const Visit& visit) override;
  StatusOr<Id> Follow(const catalog::FieldDef& field, Id record) override;

 private:
  const Snapshot& snapshot_;
};

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_RELATION_INTERNAL_H_
