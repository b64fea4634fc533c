// Reading relations: neighbours, walks, sums over groups.
#include "kith/model/relation.h"

#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/engine/referring.h"
#include "kith/query/query.h"
#include "model/relation_internal.h"

namespace kith::model {
namespace {

using catalog::Catalog;
using catalog::FieldDef;
using catalog::TypeDef;

// What the name of a relation stands for.
struct Relation {
  std::optional<RelationSchema> schema;  // edges ...
  int32_t kind = 0;                      // ... of this kind, 0: all
  const TypeDef* type = nullptr;
  const FieldDef* field = nullptr;  // else a reference
};

Status UnknownKind(const RelationSchema& schema, std::string_view name) {
  std::vector<std::string_view> names;
  for (const catalog::ChoiceDef& choice : schema.kind == nullptr ? std::vector<catalog::ChoiceDef>() : schema.kind->choices) {
    names.push_back(schema.kind->FindChoice(choice.number)->name);
  }
  return MakeError(
      {.reason = Reason::kUnknownField, .type = schema.type->name, .value = std::string(name), .hint = NearestHint(name, names)},
      "the relation has neither such a kind nor such a reference");
}

StatusOr<Relation> FindRelation(const Catalog& catalog, std::string_view name) {
  const size_t dot = name.find('.');
  Relation relation;
  KITH_ASSIGN_OR_RETURN(relation.type, catalog.GetType(name.substr(0, dot)));
  relation.schema = RelationSchema::Of(*relation.type);
  if (dot == std::string_view::npos) {
    if (relation.schema.has_value()) return relation;
    return MakeError({.reason = Reason::kUnknownBehaviour,
                      .type = relation.type->name,
                      .hint = "name a type with behaviour relation, or a reference as " + relation.type->name + ".<field>"},
                     "the type is no relation");
  }
  const std::string_view part = name.substr(dot + 1);
  if (relation.schema.has_value() && relation.schema->kind != nullptr) {
    if (const catalog::ChoiceDef* choice = relation.schema->kind->FindChoice(part); choice != nullptr) {
      relation.kind = choice->number;
      return relation;
    }
  }
  relation.field = relation.type->FindField(part);
  if (relation.field == nullptr && relation.schema.has_value()) return UnknownKind(*relation.schema, part);
  relation.schema.reset();
  KITH_ASSIGN_OR_RETURN(relation.field, Catalog::GetField(*relation.type, part));
  if (relation.field->kind == Kind::kRef) return relation;
  return MakeError({.reason = Reason::kUnknownBehaviour, .type = relation.type->name, .field = relation.field->name},
                   "the field is no reference, so it leads nowhere");
}

// Who is next to one record after another.
class Walker {
 public:
  Walker(const Snapshot& snapshot, const NeighbourOptions& options)
      : snapshot_(snapshot), options_(options), at_(options.at.value_or(snapshot.recorded())), edges_(snapshot) {}

  // Appends in the order of (record, edge).
  Status Append(const Relation& relation, Id record, std::vector<Neighbour>& out) {
    const size_t begin = out.size();
    if (relation.schema.has_value()) {
      KITH_RETURN_IF_ERROR(AppendEdges(relation, End::kFrom, record, out));
      KITH_RETURN_IF_ERROR(AppendEdges(relation, End::kTo, record, out));
    } else {
      KITH_RETURN_IF_ERROR(AppendReferences(relation, record, out));
    }
    const auto first = out.begin() + static_cast<std::ptrdiff_t>(begin);
    std::sort(first, out.end(),
              [](const Neighbour& a, const Neighbour& b) { return std::tie(a.record, a.edge, b.out) < std::tie(b.record, b.edge, a.out); });
    return absl::OkStatus();
  }

 private:
  [[nodiscard]] bool Wants(Direction direction) const { return options_.direction == direction || options_.direction == Direction::kBoth; }

  Status Count(const TypeDef& type, Id record) {
    if (++steps_ <= limits::kRelationSteps) return absl::OkStatus();
    return MakeError({.reason = Reason::kLimitExceeded,
                      .type = type.name,
                      .record = record,
                      .hint = "limit kRelationSteps, 100000 edges: ask for less depth, or with a query"},
                     "too many edges to walk along");
  }

  StatusOr<bool> IsVisible(Id record) const {
    const Status status = snapshot_.Get(record).status();
    if (status.code() == StatusCode::kNotFound) return false;
    KITH_RETURN_IF_ERROR(status);
    return true;
  }

  Status AppendEdges(const Relation& relation, End end, Id record, std::vector<Neighbour>& out) {
    const RelationSchema& schema = *relation.schema;
    const bool along = end == End::kFrom;
    Status failed;
    KITH_RETURN_IF_ERROR(edges_.Each(schema, end, record, {}, [&](const Edge& edge) {
      failed = Count(*schema.type, record);
      if (!failed.ok()) return false;
      if (relation.kind != 0 && edge.kind != relation.kind) return true;
      if (!options_.ever && !edge.span.Holds(at_)) return true;
      const bool symmetric = schema.RulesOf(edge.kind).symmetric;
      if (!Wants(along ? Direction::kOut : Direction::kIn) && !symmetric) return true;
      // An edge to itself is found once.
      if (!along && edge.from == edge.to && (Wants(Direction::kOut) || symmetric)) return true;
      const Id far = along ? edge.to : edge.from;
      const StatusOr<bool> visible = IsVisible(far);
      failed = visible.status();
      if (failed.ok() && *visible) out.push_back(NeighbourOf(schema, edge, far, along));
      return failed.ok();
    }));
    return failed;
  }

  static Neighbour NeighbourOf(const RelationSchema& schema, const Edge& edge, Id far, bool along) {
    Neighbour neighbour{.record = far, .edge = edge.id, .out = along, .kind = schema.KindName(edge.kind)};
    if (edge.span.from != INT64_MIN) neighbour.valid_from = Time{edge.span.from};
    if (edge.span.to != INT64_MAX) neighbour.valid_to = Time{edge.span.to};
    return neighbour;
  }

  Status AppendReferences(const Relation& relation, Id record, std::vector<Neighbour>& out) {
    if (options_.at.has_value()) {
      return MakeError({.reason = Reason::kBadOptions,
                        .type = relation.type->name,
                        .field = relation.field->name,
                        .hint = "leave the time out, or keep the relation as records of a type with valid_from and valid_to"},
                       "a reference field has no valid time");
    }
    if (Wants(Direction::kOut) && snapshot_.catalog().FindType(record.type()) == relation.type) {
      KITH_ASSIGN_OR_RETURN(const Id target, edges_.Follow(*relation.field, record));
      KITH_ASSIGN_OR_RETURN(const bool visible, IsVisible(target));
      if (visible) out.push_back({.record = target, .edge = {}, .out = true, .kind = {}});
    }
    return Wants(Direction::kIn) ? AppendReferring(relation, record, out) : absl::OkStatus();
  }

  Status AppendReferring(const Relation& relation, Id record, std::vector<Neighbour>& out) {
    return ForEachWith(snapshot_, *relation.type, *relation.field, Value(record), [&](record::View view) {
      out.push_back({.record = view.id(), .edge = {}, .out = false, .kind = {}});
      return Count(*relation.type, record);
    });
  }

  const Snapshot& snapshot_;
  const NeighbourOptions& options_;
  Time at_;
  SnapshotEdges edges_;
  size_t steps_ = 0;
};

StatusOr<std::set<TypeNumber>> NumbersOf(const Catalog& catalog, const std::vector<std::string>& names) {
  std::set<TypeNumber> numbers;
  for (const std::string& name : names) {
    KITH_ASSIGN_OR_RETURN(const TypeDef* type, catalog.GetType(name));
    numbers.insert(type->number);
  }
  return numbers;
}

Status CheckOptions(const TraverseOptions& options, std::span<const std::string> relations) {
  if (relations.empty()) return MakeError(Reason::kBadOptions, "no relation is named to walk along");
  if (options.depth <= limits::kRelationDepth) return absl::OkStatus();
  return MakeError({.reason = Reason::kLimitExceeded, .value = std::to_string(options.depth), .hint = "limit kRelationDepth, 64"},
                   "the walk is too deep");
}

}  // namespace

StatusOr<std::vector<Neighbour>> Neighbours(const Snapshot& snapshot, Id record, std::string_view relation,
                                            const NeighbourOptions& options) {
  KITH_ASSIGN_OR_RETURN(const Relation found, FindRelation(snapshot.catalog(), relation));
  KITH_RETURN_IF_ERROR(snapshot.Get(record).status());
  std::vector<Neighbour> neighbours;
  KITH_RETURN_IF_ERROR(Walker(snapshot, options).Append(found, record, neighbours));
  return neighbours;
}

std::vector<Id> Traversal::PathTo(size_t visit) const {
  std::vector<Id> path;
  if (visit >= visits.size()) return path;
  for (; visit != 0; visit = visits[visit].before) path.push_back(visits[visit].record);
  path.push_back(visits[0].record);
  std::reverse(path.begin(), path.end());
  return path;
}

StatusOr<Traversal> Traverse(const Snapshot& snapshot, Id start, std::span<const std::string> relations, const TraverseOptions& options) {
  KITH_RETURN_IF_ERROR(CheckOptions(options, relations));
  std::vector<Relation> found;
  for (const std::string& name : relations) {
    KITH_ASSIGN_OR_RETURN(found.emplace_back(), FindRelation(snapshot.catalog(), name));
  }
  KITH_ASSIGN_OR_RETURN(const std::set<TypeNumber> types, NumbersOf(snapshot.catalog(), options.types));
  KITH_RETURN_IF_ERROR(snapshot.Get(start).status());
  Walker walker(snapshot, options.neighbours);
  Traversal traversal;
  traversal.visits.push_back({.record = start});
  std::set<Id> seen = {start};
  std::vector<Neighbour> steps;
  for (size_t at = 0; at < traversal.visits.size() && traversal.visits[at].depth < options.depth; ++at) {
    const Id here = traversal.visits[at].record;
    const uint32_t depth = traversal.visits[at].depth + 1;
    steps.clear();
    for (const Relation& relation : found) KITH_RETURN_IF_ERROR(walker.Append(relation, here, steps));
    for (Neighbour& step : steps) {
      if (!types.empty() && !types.contains(step.record.type())) continue;
      if (!seen.insert(step.record).second) continue;
      traversal.truncated = traversal.visits.size() >= options.limit;
      if (traversal.truncated) return traversal;
      const Id record = step.record;
      traversal.visits.push_back({.record = record, .depth = depth, .before = at, .step = std::move(step)});
    }
  }
  return traversal;
}

namespace {

// Below a record to any depth, itself first.
StatusOr<std::vector<Id>> MembersOf(const Snapshot& snapshot, Id record, const Relation& relation, const NeighbourOptions& options) {
  KITH_RETURN_IF_ERROR(snapshot.Get(record).status());
  Walker walker(snapshot, options);
  std::vector<Id> members = {record};
  std::set<Id> seen = {record};
  std::vector<Neighbour> steps;
  for (size_t at = 0; at < members.size(); ++at) {
    steps.clear();
    KITH_RETURN_IF_ERROR(walker.Append(relation, members[at], steps));
    for (const Neighbour& step : steps) {
      if (seen.insert(step.record).second) members.push_back(step.record);
    }
  }
  return members;
}

query::Query QueryOf(const GroupQuestion& question, std::string_view own_type) {
  query::Query query;
  query.from = question.type.empty() ? std::string(own_type) : question.type;
  query.where = (question.type.empty() ? std::string("id") : question.via) + " == $member";
  if (!question.where.empty()) query.where += " && (" + question.where + ")";
  query.aggregates.push_back({.function = query::Function::kCount, .text = {}, .name = "records"});
  if (!question.field.empty()) query.aggregates.push_back({.function = query::Function::kSum, .text = question.field, .name = "total"});
  return query;
}

Status AddRow(const query::Row& row, std::map<std::string, Money>& totals, GroupTotal& group) {
  if (const int64_t* count = row.values[0].get_if<int64_t>(); count != nullptr) group.records += *count;
  if (row.amounts.size() < 2) return absl::OkStatus();
  for (const Money& amount : row.amounts[1]) {
    Money& total = totals.try_emplace(std::string(amount.currency.code()), Money{0, amount.currency}).first->second;
    if (!__builtin_add_overflow(total.minor, amount.minor, &total.minor)) continue;
    return MakeError({.reason = Reason::kArithmeticOverflow, .value = ToText(Value(amount))}, "the total is too large for money");
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<GroupTotal> TotalOfGroup(const Snapshot& snapshot, Id record, const GroupQuestion& question) {
  KITH_ASSIGN_OR_RETURN(const Relation relation, FindRelation(snapshot.catalog(), question.relation));
  GroupTotal group;
  const NeighbourOptions below{.direction = Direction::kIn, .at = question.at};
  KITH_ASSIGN_OR_RETURN(group.members, MembersOf(snapshot, record, relation, below));
  KITH_ASSIGN_OR_RETURN(const TypeDef* own, snapshot.catalog().GetType(record.type()));
  KITH_ASSIGN_OR_RETURN(const query::Prepared prepared, query::Prepared::Prepare(QueryOf(question, own->name), snapshot));
  std::map<std::string, Money> totals;
  for (const Id member : group.members) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, prepared.Run(snapshot, {{"member", member}}));
    while (rows->Next()) KITH_RETURN_IF_ERROR(AddRow(rows->row(), totals, group));
    KITH_RETURN_IF_ERROR(rows->status());
  }
  for (const auto& [currency, total] : totals) group.totals.push_back(total);
  return group;
}

}  // namespace kith::model
