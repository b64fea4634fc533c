// The rule "portions": the shares that a whole is divided into are 1 together, as every batch leaves them; a whole may also be undivided.
// Such as the weights of what a tender is scored by (F06).
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kith/engine/referring.h"
#include "model/extensions_internal.h"
#include "model/fields_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kPortion = "portion";

struct Roles {
  const FieldDef* whole = nullptr;
  const FieldDef* share = nullptr;
};

// The shares of a whole as the batch leaves them, in the share's scale.
StatusOr<std::vector<int64_t>> SharesOf(RuleContext& context, const TypeDef& type, const Roles& roles, Id whole) {
  std::vector<int64_t> shares;
  const catalog::IndexDef* index = type.FindIndexLedBy(static_cast<int32_t>(roles.whole->position));
  KITH_RETURN_IF_ERROR(ForEachInBatch(context, type, *index, {Value(whole)}, [&](const RecordInBatch& portion) {
    const Value share = portion.Get(roles.share->position);
    shares.push_back(share.is_null() ? 0 : share.get<Decimal>().units);
    return absl::OkStatus();
  }));
  return shares;
}

Status CheckWhole(RuleContext& context, const TypeDef& type, const Roles& roles, Id whole) {
  KITH_ASSIGN_OR_RETURN(const Draft* there, context.Find(whole));
  if (there == nullptr) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const std::vector<int64_t> shares, SharesOf(context, type, roles, whole));
  Decimal sum{0, roles.share->scale};
  int64_t one = 1;
  for (int i = 0; i < sum.scale; ++i) one *= 10;
  for (const int64_t share : shares) {
    if (__builtin_add_overflow(sum.units, share, &sum.units)) return MakeError(Reason::kArithmeticOverflow, "the shares are too large");
  }
  if (shares.empty() || sum.units == one) return absl::OkStatus();
  return MakeError({.reason = Reason::kPreconditionFailed,
                    .type = type.name,
                    .record = whole,
                    .field = roles.share->name,
                    .value = ToText(sum),
                    .hint = "write all of them in one batch"},
                   "the shares of a whole are not 1 together");
}

class Portions : public Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "portions"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    std::set<std::pair<TypeNumber, Id>> wholes;
    for (const Draft* draft : context.changed()) {
      const FieldDef* whole = draft->type().FindRole(kPortion, "whole");
      if (whole == nullptr) continue;
      const Id before = draft->before().is_null() ? Id() : draft->before().GetRef(whole->position);
      const Id after = draft->deleted() ? Id() : RefOf(draft->Get(whole->position));
      for (const Id id : {before, after}) {
        if (!id.is_null()) wholes.emplace(draft->type().number, id);
      }
    }
    for (const auto& [number, whole] : wholes) {
      const TypeDef& type = *context.catalog().FindType(number);
      KITH_RETURN_IF_ERROR(CheckWhole(context, type, {type.FindRole(kPortion, "whole"), type.FindRole(kPortion, "share")}, whole));
    }
    return absl::OkStatus();
  }
};

}  // namespace

const Rule& PortionsRule() {
  static const Portions kRule;
  return kRule;
}

}  // namespace kith::model
