// The rule "conversions": a record that gets to the state "qualified" says since when, and says it no more when it leaves the state.
#include <string_view>

#include "model/extensions_internal.h"

namespace kith::model {
namespace {

constexpr std::string_view kConvertible = "convertible";

Status Follow(RuleContext& context, const Draft& draft) {
  const catalog::FieldDef* status = draft.type().FindRole(kConvertible, "status");
  const catalog::FieldDef* at = draft.type().FindRole(kConvertible, "at");
  const catalog::ChoiceDef* qualified = status == nullptr ? nullptr : status->FindChoice("qualified");
  if (at == nullptr || qualified == nullptr || draft.deleted() || !draft.Changed(static_cast<int32_t>(status->position)) ||
      draft.Changed(static_cast<int32_t>(at->position))) {
    return absl::OkStatus();
  }
  const bool is = draft.Get(status->position) == Value(Choice{qualified->number});
  const bool said = !draft.Get(at->position).is_null();
  if (is == said) return absl::OkStatus();
  const Value since = is ? Value(draft.effective()) : Value();
  return context.Set(draft.id(), *at, since);
}

class Conversions : public Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "conversions"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    for (const Draft* draft : context.changed()) KITH_RETURN_IF_ERROR(Follow(context, *draft));
    return absl::OkStatus();
  }
};

}  // namespace

const Rule& ConversionsRule() {
  static const Conversions kRule;
  return kRule;
}

}  // namespace kith::model
