// What must hold among the edges of a relation.
#include <map>
#include <set>
#include <utility>

#include "kith/base/limits.h"
#include "kith/engine/referring.h"
#include "model/relation_internal.h"

namespace kith::model {
namespace {

using catalog::Cardinality;
using catalog::FieldDef;
using catalog::IndexDef;
using catalog::RelationRules;
using catalog::TypeDef;

std::string Number(Id id) { return std::to_string(id.value()); }

Status TooLarge(const TypeDef& type, Id record) {
  return MakeError({.reason = Reason::kLimitExceeded, .type = type.name, .record = record, .hint = "limit kRelationSteps, 100000 edges"},
                   "the relation is too large to look for cycles in it");
}

std::string PathText(const std::vector<Id>& path) {
  std::string text;
  for (size_t i = 0; i < path.size(); ++i) {
    // The middle of a long way says less than its ends.
    if (path.size() > 12 && i == 6) text += " -> ... " + std::to_string(path.size() - 12) + " more ...";
    if (path.size() > 12 && i >= 6 && i + 6 < path.size()) continue;
    if (!text.empty()) text += " -> ";
    text += Number(path[i]);
  }
  return text;
}

Status CycleError(const TypeDef& type, Id record, const FieldDef& field, const std::vector<Id>& path) {
  return MakeError({.reason = Reason::kCycle,
                    .type = type.name,
                    .record = record,
                    .field = field.name,
                    .value = PathText(path),
                    .hint = "change another of these records first, or lead elsewhere"},
                   path.size() == 2 ? "a record leads to itself" : "following the relation comes back to where it began");
}

// Looks for a way from one end of an edge back to the other at one time. Along edges, or against them where that is a chain.
class CycleSearch {
 public:
  CycleSearch(const RelationSchema& schema, const Edge& edge, EdgeSource& source)
      : schema_(schema), edge_(edge), source_(source), forward_(schema.RulesOf(edge.kind).cardinality != Cardinality::kOneToMany) {}

  Status Run() {
    Enter(forward_ ? edge_.to : edge_.from, edge_.span, SIZE_MAX);
    const Id goal = forward_ ? edge_.from : edge_.to;
    for (size_t at = 0; at < reached_.size(); ++at) {
      const Reached here = reached_[at];
      if (here.node == goal) return CycleError(*schema_.type, edge_.id, forward_ ? *schema_.to : *schema_.from, PathFrom(at));
      bool more = true;
      KITH_RETURN_IF_ERROR(source_.Each(schema_, forward_ ? End::kFrom : End::kTo, here.node, {}, [&](const Edge& next) {
        more = ++steps_ <= limits::kRelationSteps;
        if (!more || next.kind != edge_.kind || next.id == edge_.id) return more;
        Enter(forward_ ? next.to : next.from, here.span.Cut(next.span), at);
        return true;
      }));
      if (!more) return TooLarge(*schema_.type, edge_.id);
    }
    return absl::OkStatus();
  }

 private:
  struct Reached {
    Id node;
    Span span;  // when the whole way to it is valid
    size_t before = SIZE_MAX;
  };

  void Enter(Id node, Span span, size_t before) {
    if (span.empty()) return;
    std::vector<Span>& seen = seen_[node];
    if (std::any_of(seen.begin(), seen.end(), [&](const Span& other) { return other.Contains(span); })) return;
    seen.push_back(span);
    reached_.push_back({node, span, before});
  }

  [[nodiscard]] std::vector<Id> PathFrom(size_t last) const {
    std::vector<Id> path;
    for (size_t at = last; at != SIZE_MAX; at = reached_[at].before) path.push_back(reached_[at].node);
    if (forward_) std::reverse(path.begin(), path.end());
    path.insert(path.begin(), edge_.from);
    return path;
  }

  const RelationSchema& schema_;
  const Edge& edge_;
  EdgeSource& source_;
  bool forward_;
  size_t steps_ = 0;
  std::vector<Reached> reached_;
  std::map<Id, std::vector<Span>> seen_;
};

// Refuses another edge of the kind that is valid at the same time and has `node` at this end (and `other` at the other one).
Status CheckAlone(const RelationSchema& schema, const Edge& edge, End end, Id node, Id other, std::string_view message,
                  EdgeSource& source) {
  Id taken;
  KITH_RETURN_IF_ERROR(source.Each(schema, end, node, other, [&](const Edge& present) {
    if (present.id == edge.id || present.kind != edge.kind || present.span.Cut(edge.span).empty()) return true;
    taken = present.id;
    return false;
  }));
  if (taken.is_null()) return absl::OkStatus();
  return MakeError(
      {.reason = Reason::kEdgeTaken,
       .type = schema.type->name,
       .record = edge.id,
       .field = schema.FieldAt(end).name,
       .value = Number(node),
       .hint = "end " + schema.type->name + " " + Number(taken) + " first, change it, or let this one begin when it has ended"},
      message);
}

Status CheckCardinality(const RelationSchema& schema, const Edge& edge, const RelationRules& rules, EdgeSource& source) {
  const bool one_from = rules.cardinality == Cardinality::kManyToOne || rules.cardinality == Cardinality::kOneToOne;
  const bool one_to = rules.cardinality == Cardinality::kOneToMany || rules.cardinality == Cardinality::kOneToOne;
  constexpr std::string_view kMessage = "the record has an edge of this relation at this time, and may have one alone";
  if (one_from) KITH_RETURN_IF_ERROR(CheckAlone(schema, edge, End::kFrom, edge.from, {}, kMessage, source));
  if (one_to) KITH_RETURN_IF_ERROR(CheckAlone(schema, edge, End::kTo, edge.to, {}, kMessage, source));
  if (!rules.symmetric || !one_from) return absl::OkStatus();
  // Either end of a symmetric edge is an end like the other.
  KITH_RETURN_IF_ERROR(CheckAlone(schema, edge, End::kTo, edge.from, {}, kMessage, source));
  return CheckAlone(schema, edge, End::kFrom, edge.to, {}, kMessage, source);
}

}  // namespace

std::optional<RelationSchema> RelationSchema::Of(const TypeDef& type) {
  const std::optional<EdgeRoles> roles = EdgeRoles::Of(type);
  return roles.has_value() ? std::optional(RelationSchema{*roles, &type}) : std::nullopt;
}

std::string RelationSchema::KindName(int32_t number) const {
  const catalog::ChoiceDef* choice = kind == nullptr ? nullptr : kind->FindChoice(number);
  return choice == nullptr ? std::string() : choice->name;
}

const IndexDef* RelationSchema::IndexAt(End end) const {
  const auto position = static_cast<int32_t>(FieldAt(end).position);
  const auto other = static_cast<int32_t>(FieldAt(end == End::kFrom ? End::kTo : End::kFrom).position);
  for (const IndexDef& index : type->indexes) {
    if (index.kind != catalog::IndexKind::kOrdered || index.parts.size() < 2) continue;
    if (index.parts[0].position == position && index.parts[1].position == other) return &index;
  }
  return type->FindIndexLedBy(position);
}

IndexRange RelationSchema::RangeAt(End end, Id node, Id other) const {
  IndexRange range;
  range.equal.emplace_back(node);
  const std::vector<catalog::IndexPart>& parts = IndexAt(end)->parts;
  const FieldDef& far = FieldAt(end == End::kFrom ? End::kTo : End::kFrom);
  if (!other.is_null() && parts.size() > 1 && parts[1].position == static_cast<int32_t>(far.position)) range.equal.emplace_back(other);
  return range;
}

Status CheckEdge(const RelationSchema& schema, const Edge& edge, EdgeSource& source) {
  const RelationRules& rules = schema.RulesOf(edge.kind);
  if (edge.span.from > edge.span.to) {
    return MakeError({.reason = Reason::kOutOfRange,
                      .type = schema.type->name,
                      .record = edge.id,
                      .field = schema.valid_to->name,
                      .value = ToText(Time{edge.span.to}),
                      .hint = schema.valid_from->name + " is " + ToText(Time{edge.span.from})},
                     "the edge ends before it begins");
  }
  if (edge.from.is_null() || edge.to.is_null() || edge.span.empty()) return absl::OkStatus();
  if ((rules.no_loops || rules.acyclic) && edge.from == edge.to) {
    return CycleError(*schema.type, edge.id, *schema.to, {edge.from, edge.to});
  }
  KITH_RETURN_IF_ERROR(CheckCardinality(schema, edge, rules, source));
  constexpr std::string_view kMessage = "the same edge is there already";
  if (rules.distinct || rules.symmetric) {
    KITH_RETURN_IF_ERROR(CheckAlone(schema, edge, End::kFrom, edge.from, edge.to, kMessage, source));
  }
  if (rules.symmetric) KITH_RETURN_IF_ERROR(CheckAlone(schema, edge, End::kFrom, edge.to, edge.from, kMessage, source));
  return rules.acyclic ? CycleSearch(schema, edge, source).Run() : absl::OkStatus();
}

Status CheckAcyclic(const catalog::Catalog& catalog, const TypeDef& type, const FieldDef& field, Id record, Id target, EdgeSource& source) {
  std::vector<Id> path = {record};
  // A cycle that was there before this record leads into it never comes back to it.
  std::set<Id> seen;
  for (Id at = target; !at.is_null() && seen.insert(at).second;) {
    path.push_back(at);
    if (at == record) return CycleError(type, record, field, path);
    if (path.size() > limits::kRelationSteps) return TooLarge(type, record);
    if (catalog.FindType(at.type()) != &type) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(at, source.Follow(field, at));
  }
  return absl::OkStatus();
}

Status SnapshotEdges::Each(const RelationSchema& schema, End end, Id node, Id other, const Visit& visit) {
  if (MayRead(snapshot_, *schema.type, *schema.IndexAt(end))) return EachStored(snapshot_, schema, {end, node, other}, visit);
  const EdgesAt wanted{end, node, other};
  bool more = true;
  return ForEachWith(snapshot_, *schema.type, schema.FieldAt(end), Value(node), [&](record::View view) {
    const Edge edge = schema.Read(view.id(), view);
    if (more && wanted.Has(edge)) more = visit(edge);
    return absl::OkStatus();
  });
}

StatusOr<Id> SnapshotEdges::Follow(const FieldDef& field, Id record) {
  const StatusOr<record::View> view = snapshot_.Get(record);
  if (view.status().code() == StatusCode::kNotFound) return Id();
  KITH_RETURN_IF_ERROR(view.status());
  return view->GetRef(field.position);
}

}  // namespace kith::model
