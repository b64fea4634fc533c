// The rule "stock" (J05): what a check of the stock in a store means. A check that does not say so itself takes par and daily sales from
// the store's stock level of the product, and the days until the next visit from the store's visit plan; then
//   restock = max(0, ceil(par + daily sales × days - on hand))
// and its state is "out" where nothing is left, "low" below par, else "ok". Tasks of templates follow from the state, in the same write.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "kith/engine/referring.h"
#include "model/extensions_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kCheck = "stock_check";
constexpr std::string_view kLevel = "stock_level";
constexpr std::string_view kPlan = "visit_plan";

// max(0, ceil(par + daily × days - on_hand)); nothing when it is too large.
std::optional<int64_t> RestockOf(int64_t par, Decimal daily, int64_t days, int64_t on_hand) {
  absl::int128 unit = 1;
  for (int i = 0; i < daily.scale; ++i) unit *= 10;
  const absl::int128 sold = absl::int128(daily.units) * days;
  const absl::int128 needed = (absl::int128(par) - on_hand) * unit + sold;  // a par of 2^63 in units of 10^-18 stays below 2^127
  if (needed <= 0) return 0;
  const absl::int128 whole = (needed + unit - 1) / unit;
  return whole > INT64_MAX ? std::nullopt : std::optional(static_cast<int64_t>(whole));
}

class StockRun {
 public:
  explicit StockRun(RuleContext& context) : context_(context) {}

  Status Do() {
    for (const Draft* draft : context_.changed()) {
      if (!draft->deleted() && draft->type().FindBehaviour(kCheck) != nullptr) KITH_RETURN_IF_ERROR(Look(*draft));
    }
    return absl::OkStatus();
  }

 private:
  static const Value& Get(const Draft& draft, const FieldDef* field) {
    static const Value kNone;
    return field == nullptr ? kNone : draft.Get(field->position);
  }
  static const FieldDef* Role(const Draft& draft, std::string_view role) { return draft.type().FindRole(kCheck, role); }

  Status Look(const Draft& draft) {
    if (draft.created()) KITH_RETURN_IF_ERROR(FillIn(draft));
    const int64_t* on_hand = Get(draft, Role(draft, "on_hand")).get_if<int64_t>();
    if (on_hand == nullptr) return absl::OkStatus();
    const int64_t* par = Get(draft, Role(draft, "par")).get_if<int64_t>();
    const int64_t* days = Get(draft, Role(draft, "days")).get_if<int64_t>();
    const Decimal* daily = Get(draft, Role(draft, "daily")).get_if<Decimal>();
    if (const FieldDef* restock = Role(draft, "restock"); restock != nullptr && par != nullptr) {
      const std::optional<int64_t> needed = RestockOf(*par, daily == nullptr ? Decimal() : *daily, days == nullptr ? 0 : *days, *on_hand);
      if (!needed.has_value()) {
        return MakeError({.reason = Reason::kArithmeticOverflow, .type = draft.type().name, .record = draft.id(), .field = restock->name},
                         "the quantity to restock is too large");
      }
      KITH_RETURN_IF_ERROR(context_.Set(draft.id(), *restock, Value(*needed)));
    }
    const FieldDef* state = Role(draft, "state");
    const std::string_view name = *on_hand <= 0 ? "out" : par != nullptr && *on_hand < *par ? "low" : "ok";
    if (state == nullptr || state->FindChoice(name) == nullptr) return absl::OkStatus();
    return context_.Set(draft.id(), *state, Value(Choice{state->FindChoice(name)->number}));
  }

  // What a new check leaves open.
  Status FillIn(const Draft& draft) {
    const Value account = Get(draft, Role(draft, "account"));
    const Value product = Get(draft, Role(draft, "product"));
    const auto level = [&](std::string_view role) -> Status {
      return Fill(draft, Role(draft, role), kLevel, role, {{"account", account}, {"product", product}});
    };
    KITH_RETURN_IF_ERROR(level("par"));
    KITH_RETURN_IF_ERROR(level("daily"));
    return Fill(draft, Role(draft, "days"), kPlan, "every_days", {{"account", account}});
  }

  using Wanted = std::vector<std::pair<std::string_view, Value>>;
  // An empty field gets the smallest value of the role among records of the behaviour that have the wanted values.
  Status Fill(const Draft& draft, const FieldDef* field, std::string_view behaviour, std::string_view role, const Wanted& wanted) {
    if (field == nullptr || !draft.Get(field->position).is_null() || wanted.front().second.is_null()) return absl::OkStatus();
    std::optional<Value> found;
    for (const TypeDef* type : context_.catalog().TypesWith(behaviour)) {
      const FieldDef* from = type->FindRole(behaviour, role);
      if (from == nullptr || from->kind != field->kind) continue;
      const auto take = [&](const RecordInBatch& record) {
        const bool fits = std::all_of(wanted.begin(), wanted.end(), [&](const auto& one) {
          const FieldDef* key = type->FindRole(behaviour, one.first);
          return key != nullptr && record.Get(key->position) == one.second;
        });
        const Value value = fits ? record.Get(from->position) : Value();
        if (!value.is_null() && (!found.has_value() || Units(value) < Units(*found))) found = value;
        return absl::OkStatus();
      };
      const FieldDef& key = *type->FindRole(behaviour, wanted.front().first);
      const catalog::IndexDef* index = type->FindIndexLedBy(static_cast<int32_t>(key.position));
      KITH_RETURN_IF_ERROR(ForEachInBatch(context_, *type, *index, {wanted.front().second}, take));
    }
    return found.has_value() ? context_.Set(draft.id(), *field, *found) : absl::OkStatus();
  }
  static int64_t Units(const Value& value) {
    const Decimal* decimal = value.get_if<Decimal>();
    return decimal == nullptr ? value.get<int64_t>() : decimal->units;
  }

  RuleContext& context_;
};

class Stock : public kith::Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "stock"; }
  [[nodiscard]] Status Run(RuleContext& context) const override { return StockRun(context).Do(); }
};

}  // namespace

const Rule& StockRule() {
  static const Stock kRule;
  return kRule;
}

}  // namespace kith::model
