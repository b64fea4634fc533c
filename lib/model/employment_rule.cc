// The rule "employments": when a person's organisation changes, the former one is written down with the time until which it held, so that
// what happened with the person there stays with it.
#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "model/employment_internal.h"
#include "model/extensions_internal.h"
#include "model/fields_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

class EmploymentsRun {
 public:
  EmploymentsRun(RuleContext& context, const std::vector<EmploymentRoles>& employments) : context_(context), employments_(employments) {}

  Status Do() {
    for (const Draft* draft : context_.changed()) {
      const FieldDef* organisation = draft->type().FindRole("party", "organisation");
      if (organisation == nullptr || draft->created() || draft->deleted()) continue;
      const Id former = draft->before().GetRef(organisation->position);
      if (former.is_null() || RefOf(draft->Get(organisation->position)) == former) continue;
      KITH_ASSIGN_OR_RETURN(const Draft* const there, context_.Find(former));
      if (there == nullptr) continue;  // it was deleted, or is part of another one now
      const EmploymentRoles* roles = RolesFor(draft->type(), former);
      if (roles != nullptr) KITH_RETURN_IF_ERROR(WriteDown(*roles, *draft, former));
    }
    return absl::OkStatus();
  }

 private:
  [[nodiscard]] const EmploymentRoles* RolesFor(const TypeDef& person, Id organisation) const {
    const TypeDef* type = context_.catalog().FindType(organisation.type());
    for (const EmploymentRoles& roles : employments_) {
      if (type != nullptr && RefersTo(*roles.person, person) && RefersTo(*roles.organisation, *type)) return &roles;
    }
    return nullptr;
  }

  Status WriteDown(const EmploymentRoles& roles, const Draft& person, Id organisation) {
    if (roles.to == nullptr || WrittenBy(roles, person.id(), organisation)) return absl::OkStatus();
    const Id id = person.id();
    const Time until = person.effective();
    KITH_ASSIGN_OR_RETURN(const std::optional<Time> since, EndOfLast(roles, id));
    if (since.has_value() && *since >= until) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const Id edge, context_.Create(*roles.type));
    KITH_RETURN_IF_ERROR(context_.Set(edge, *roles.person, Value(id)));
    KITH_RETURN_IF_ERROR(context_.Set(edge, *roles.organisation, Value(organisation)));
    if (since.has_value() && roles.from != nullptr) KITH_RETURN_IF_ERROR(context_.Set(edge, *roles.from, Value(*since)));
    return context_.Set(edge, *roles.to, Value(until));
  }

  // Whether the batch itself brings it.
  [[nodiscard]] bool WrittenBy(const EmploymentRoles& roles, Id person, Id organisation) const {
    const std::vector<const Draft*> touched = context_.touched(roles.type->number);
    return std::any_of(touched.begin(), touched.end(), [&](const Draft* edge) {
      return edge->created() && !edge->deleted() && RefOf(edge->Get(roles.person->position)) == person &&
             RefOf(edge->Get(roles.organisation->position)) == organisation;
    });
  }

  // Until when the person's last employment before this batch was.
  StatusOr<std::optional<Time>> EndOfLast(const EmploymentRoles& roles, Id person) const {
    std::optional<Time> last;
    const catalog::IndexDef* index = roles.type->FindIndexLedBy(static_cast<int32_t>(roles.person->position));
    if (index == nullptr) return last;
    IndexRange range;
    range.equal.emplace_back(person);
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, context_.ScanIndex(*roles.type, *index, range));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      if (!view.has(roles.to->position)) continue;
      const Time until{view.GetInt(roles.to->position)};
      last = std::max(last.value_or(until), until);
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    return last;
  }

  RuleContext& context_;
  const std::vector<EmploymentRoles>& employments_;
};

class Employments : public kith::Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "employments"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    const std::vector<EmploymentRoles> employments = EmploymentRoles::All(context.catalog());
    return employments.empty() ? absl::OkStatus() : EmploymentsRun(context, employments).Do();
  }
};

}  // namespace

const Rule& EmploymentsRule() {
  static const Employments kRule;
  return kRule;
}

}  // namespace kith::model
