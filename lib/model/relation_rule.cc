// The rule "relations": every edge and reference that a batch leaves behind keeps what its relation declares. It adds nothing.
//
// An edge is looked at when it is new or when its ends, kind or valid time change: another one cannot have come to break anything. Several
// new edges of one batch see one another, so a cycle that they close together is found at any of them.
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "model/extensions_internal.h"
#include "model/relation_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

// Edges as the batch leaves them: those stored and not touched, and those touched.
class BatchEdges final : public EdgeSource {
 public:
  explicit BatchEdges(RuleContext& context) : context_(context) {}

  Status Each(const RelationSchema& schema, End end, Id node, Id other, const Visit& visit) override {
    const Touched& touched = TouchedOf(schema);
    const EdgesAt wanted{end, node, other};
    const std::multimap<Id, Edge>& own = end == End::kFrom ? touched.by_from : touched.by_to;
    const auto [first, last] = own.equal_range(node);
    for (auto it = first; it != last; ++it) {
      if (wanted.Has(it->second) && !visit(it->second)) return absl::OkStatus();
    }
    return EachStored(context_, schema, wanted, [&](const Edge& edge) { return touched.ids.contains(edge.id) || visit(edge); });
  }

  StatusOr<Id> Follow(const FieldDef& field, Id record) override {
    KITH_ASSIGN_OR_RETURN(const Draft* draft, context_.Find(record));
    if (draft == nullptr) return Id();
    const Id* next = draft->Get(field.position).get_if<Id>();
    return next == nullptr ? Id() : *next;
  }

 private:
  struct Touched {
    std::set<Id> ids;
    std::multimap<Id, Edge> by_from;
    std::multimap<Id, Edge> by_to;
  };

  const Touched& TouchedOf(const RelationSchema& schema) {
    const auto [found, added] = touched_.try_emplace(schema.type->number);
    Touched& touched = found->second;
    if (!added) return touched;
    for (const Draft* draft : context_.touched(schema.type->number)) {
      touched.ids.insert(draft->id());
      if (draft->deleted()) continue;
      const Edge edge = schema.Read(draft->id(), *draft);
      touched.by_from.emplace(edge.from, edge);
      touched.by_to.emplace(edge.to, edge);
    }
    return touched;
  }

  RuleContext& context_;
  std::map<TypeNumber, Touched> touched_;
};

bool Changed(const Draft& draft, const RelationSchema& schema) {
  if (draft.created()) return true;
  for (const FieldDef* field : {schema.from, schema.to, schema.kind, schema.valid_from, schema.valid_to}) {
    if (field != nullptr && draft.Changed(static_cast<int32_t>(field->position))) return true;
  }
  return false;
}

Status CheckDraft(const Draft& draft, const RuleContext& context, BatchEdges& edges) {
  const TypeDef& type = draft.type();
  for (const size_t position : type.acyclic) {
    if (!draft.Changed(static_cast<int32_t>(position))) continue;
    const Id* target = draft.Get(position).get_if<Id>();
    if (target == nullptr) continue;
    KITH_RETURN_IF_ERROR(CheckAcyclic(context.catalog(), type, type.fields[position], draft.id(), *target, edges));
  }
  const std::optional<RelationSchema> schema = RelationSchema::Of(type);
  if (!schema.has_value() || !Changed(draft, *schema)) return absl::OkStatus();
  return CheckEdge(*schema, schema->Read(draft.id(), draft), edges);
}

// Every edge of one relation, and every reference declared acyclic, checked as if it were new.
Status VerifyType(const Snapshot& snapshot, const TypeDef& type, const Rule::Problem& problem) {
  const std::optional<RelationSchema> schema = RelationSchema::Of(type);
  if (!schema.has_value() && type.acyclic.empty()) return absl::OkStatus();
  SnapshotEdges edges(snapshot);
  const auto note = [&](const Status& status) {
    if (!status.ok()) problem(type.name + ": " + std::string(status.message()));
  };
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type.name));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    if (schema.has_value()) note(CheckEdge(*schema, schema->Read(cursor->id(), view), edges));
    for (const size_t position : type.acyclic) {
      const Id target = view.GetRef(position);
      if (target.is_null()) continue;
      note(CheckAcyclic(snapshot.catalog(), type, type.fields[position], cursor->id(), target, edges));
    }
  }
  return cursor->status();
}

class Relations final : public Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "relations"; }
  [[nodiscard]] bool settles() const override { return true; }

  [[nodiscard]] Status Run(RuleContext& context) const override {
    BatchEdges edges(context);
    for (const Draft* draft : context.changed()) {
      if (!draft->deleted()) KITH_RETURN_IF_ERROR(CheckDraft(*draft, context, edges));
    }
    return absl::OkStatus();
  }

  [[nodiscard]] Status Verify(const Snapshot& snapshot, const Problem& problem) const override {
    for (const TypeDef& type : snapshot.catalog().types()) KITH_RETURN_IF_ERROR(VerifyType(snapshot, type, problem));
    return absl::OkStatus();
  }
};

}  // namespace

const Rule& RelationsRule() {
  static const Relations kRule;
  return kRule;
}

}  // namespace kith::model
