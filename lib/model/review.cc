// Tasks for people about what two replicas wrote that does not fit together.
#include <algorithm>
#include <string>

#include "model/extensions_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

std::string SubjectOf(const ReplicaConflict& conflict) {
  std::string subject = "Replicas: " + conflict.message;
  if (!conflict.field.empty()) subject.append(": ").append(conflict.field);
  if (!conflict.value.empty()) subject.append(" ").append(conflict.value);
  if (!conflict.other.is_null()) subject.append(", kept by ").append(std::to_string(conflict.other.value()));
  return subject;
}

bool MayReferTo(const FieldDef& field, const catalog::Catalog& catalog, Id id) {
  const TypeDef* type = catalog.FindType(id.type());
  return type != nullptr &&
         (field.refers_to.empty() || std::find(field.refers_to.begin(), field.refers_to.end(), type->name) != field.refers_to.end());
}

}  // namespace

// Nothing where the standard package is absent.
Status ReviewConflicts(RuleContext& context, std::span<const ReplicaConflict> conflicts) {
  const TypeDef* task = context.catalog().FindType("task");
  const FieldDef* subject = task == nullptr ? nullptr : task->FindField("subject");
  const FieldDef* regarding = task == nullptr ? nullptr : task->FindField("regarding");
  if (subject == nullptr || regarding == nullptr) return absl::OkStatus();
  for (const ReplicaConflict& conflict : conflicts) {
    KITH_ASSIGN_OR_RETURN(const Id review, context.Create(*task));
    KITH_RETURN_IF_ERROR(context.Set(review, *subject, Value(SubjectOf(conflict))));
    KITH_ASSIGN_OR_RETURN(const Draft* about, context.Find(conflict.record));
    if (about == nullptr || !MayReferTo(*regarding, context.catalog(), conflict.record)) continue;
    KITH_RETURN_IF_ERROR(context.Set(review, *regarding, Value(conflict.record)));
  }
  return absl::OkStatus();
}

}  // namespace kith::model
