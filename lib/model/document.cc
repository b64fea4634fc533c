// Arithmetic of lines, and documents read.
#include "kith/model/document.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "kith/engine/referring.h"
#include "model/document_internal.h"

namespace kith::model {
namespace {

using absl::int128;
using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kLine = "line";
constexpr std::string_view kDocument = "money_document";
constexpr std::array<std::string_view, 3> kRoundings = {"half_up", "half_even", "down"};

int128 PowerOfTen(int exponent) {
  int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

Status Overflow(Money money) {
  return MakeError({.reason = Reason::kArithmeticOverflow, .value = ToText(money)}, "the amount of a line is too large");
}

// numerator / denominator, which is above 0.
int128 Divide(int128 numerator, int128 denominator, Rounding rounding) {
  const bool negative = numerator < 0;
  const int128 size = negative ? -numerator : numerator;
  int128 whole = size / denominator;
  const int128 twice = 2 * (size % denominator);
  const bool half_goes_up = rounding == Rounding::kHalfUp || whole % 2 != 0;
  if (rounding != Rounding::kDown && (twice > denominator || (twice == denominator && half_goes_up))) ++whole;
  return negative ? -whole : whole;
}

// money × factor / 10^scale, where factor stays below 2^96 so that nothing overflows but the result.
StatusOr<Money> Scaled(Money money, int128 factor, int scale, Rounding rounding) {
  const int128 limit = int128(1) << 63;
  const int128 divisor = PowerOfTen(scale);
  if (factor != 0 &&
      (money.minor > 0 ? int128(money.minor) : -int128(money.minor)) > (int128(1) << 125) / (factor < 0 ? -factor : factor)) {
    return Overflow(money);
  }
  const int128 result = Divide(int128(money.minor) * factor, divisor, rounding);
  if (result >= limit || result < -limit) return Overflow(money);
  return Money{static_cast<int64_t>(result), money.currency};
}

}  // namespace

std::string_view NameOf(Rounding rounding) { return kRoundings.at(static_cast<size_t>(rounding)); }

std::optional<Rounding> RoundingFromName(std::string_view name) {
  for (size_t i = 0; i < kRoundings.size(); ++i) {
    if (kRoundings[i] == name) return static_cast<Rounding>(i);
  }
  return std::nullopt;
}

StatusOr<Money> LineAmount(Decimal quantity, Money price, Decimal discount, Rounding rounding) {
  const int128 rest = PowerOfTen(discount.scale) - discount.units;
  return Scaled(price, int128(quantity.units) * rest, quantity.scale + discount.scale, rounding);
}

StatusOr<Money> ShareOf(Money amount, Decimal share, Rounding rounding) { return Scaled(amount, share.units, share.scale, rounding); }

std::optional<LineRoles> LineRoles::Of(const TypeDef& type) {
  if (type.FindBehaviour(kLine) == nullptr) return std::nullopt;
  LineRoles roles;
  roles.type = &type;
  const std::pair<std::string_view, const FieldDef**> places[] = {
      {"document", &roles.document}, {"quantity", &roles.quantity}, {"price", &roles.price}, {"amount", &roles.amount},
      {"discount", &roles.discount}, {"tax_rate", &roles.tax_rate}, {"tax", &roles.tax},     {"of", &roles.of},
      {"position", &roles.position}};
  for (const auto& [name, field] : places) *field = type.FindRole(kLine, name);
  roles.by_document = type.FindIndexLedBy(static_cast<int32_t>(roles.document->position));
  if (roles.of != nullptr) roles.by_of = type.FindIndexLedBy(static_cast<int32_t>(roles.of->position));
  return roles;
}

std::vector<LineRoles> LineRoles::AllFor(const catalog::Catalog& catalog, const TypeDef& document) {
  std::vector<LineRoles> all;
  for (const TypeDef* type : catalog.TypesWith(kLine)) {
    std::optional<LineRoles> roles = Of(*type);
    const std::vector<std::string>& to = roles->document->refers_to;
    if (std::find(to.begin(), to.end(), document.name) != to.end()) all.push_back(*roles);
  }
  return all;
}

std::vector<LineRoles> LineRoles::AllOf(const catalog::Catalog& catalog, const TypeDef& line) {
  std::vector<LineRoles> all;
  for (const TypeDef* type : catalog.TypesWith(kLine)) {
    std::optional<LineRoles> roles = Of(*type);
    if (roles->of == nullptr || roles->by_of == nullptr) continue;
    const std::vector<std::string>& to = roles->of->refers_to;
    if (std::find(to.begin(), to.end(), line.name) != to.end()) all.push_back(*roles);
  }
  return all;
}

std::optional<DocumentRoles> DocumentRoles::Of(const TypeDef& type) {
  if (type.FindBehaviour(kDocument) == nullptr) return std::nullopt;
  DocumentRoles roles;
  roles.type = &type;
  const std::pair<std::string_view, const FieldDef**> places[] = {
      {"total", &roles.total},       {"status", &roles.status},           {"discount", &roles.discount}, {"tax", &roles.tax},
      {"rounding", &roles.rounding}, {"accepted_on", &roles.accepted_on}, {"deal", &roles.deal}};
  for (const auto& [name, field] : places) *field = type.FindRole(kDocument, name);
  roles.versioned = type.FindBehaviour("versioned") != nullptr;
  return roles;
}

std::string_view DocumentRoles::StatusIn(const Value& value) const {
  const Choice* choice = value.get_if<Choice>();
  const catalog::ChoiceDef* def = choice == nullptr ? nullptr : status->FindChoice(choice->number);
  return def == nullptr ? std::string_view() : def->name;
}

Rounding DocumentRoles::RoundingIn(const Value& value) const {
  const Choice* choice = value.get_if<Choice>();
  const catalog::ChoiceDef* def = choice == nullptr ? nullptr : rounding->FindChoice(choice->number);
  return def == nullptr ? Rounding::kHalfUp : RoundingFromName(def->name).value_or(Rounding::kHalfUp);
}

bool TakesNothing(std::string_view status) { return status == "cancelled" || status == "rejected" || status == "expired"; }

StatusOr<std::optional<Date>> TakesUntil(const Snapshot& snapshot, const query::Days& days, record::View document) {
  const TypeDef* type = snapshot.catalog().FindType(document.id().type());
  const std::optional<DocumentRoles> roles = type == nullptr ? std::nullopt : DocumentRoles::Of(*type);
  if (!roles.has_value() || roles->status == nullptr) return kLastDay;  // nothing says that it ended
  const FieldDef& status = *roles->status;
  const auto takes = [](std::string_view name) { return name != "draft" && !TakesNothing(name); };
  const std::string_view now = roles->StatusIn(document.Get(status.position));
  if (now == "draft") return std::nullopt;
  if (takes(now)) return kLastDay;
  KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, snapshot.History(document.id()));
  std::vector<std::pair<Time, Value>> changes;  // what the status was before
  for (const HistoryEntry& entry : history) {
    for (const FieldChange& change : entry.fields) {
      if (change.package == status.package && change.number == status.number && change.before != change.after)
        changes.emplace_back(change.effective, change.before);
    }
  }
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    const std::string_view before = roles->StatusIn(change->second);
    if (before.empty() || before == "draft") return std::nullopt;
    if (takes(before)) return days.DateOf(change->first);
  }
  return std::nullopt;
}

std::set<const TypeDef*> TypesPaidFor(const catalog::Catalog& catalog) {
  std::set<const TypeDef*> types;
  for (const TypeDef* payment : catalog.TypesWith("payment")) {
    const std::vector<std::string>& to = payment->FindRole("payment", "document")->refers_to;
    for (const TypeDef* document : catalog.TypesWith(kDocument)) {
      if (to.empty() || std::find(to.begin(), to.end(), document->name) != to.end()) types.insert(document);
    }
  }
  return types;
}

namespace {

// What lines of a type take of a line; in the scale of its quantity.
StatusOr<Decimal> TakenBy(const Snapshot& snapshot, const LineRoles& roles, Id line, Decimal taken) {
  KITH_RETURN_IF_ERROR(ForEachWith(snapshot, *roles.type, *roles.of, Value(line), [&](record::View view) -> Status {
    const Id document = view.GetRef(roles.document->position);
    const StatusOr<record::View> of = snapshot.Get(document);
    if (!of.ok()) return absl::OkStatus();
    const std::optional<DocumentRoles> documents = DocumentRoles::Of(*snapshot.catalog().FindType(document.type()));
    if (documents.has_value() && TakesNothing(documents->StatusIn(of->Get(documents->status->position)))) return absl::OkStatus();
    if (!view.has(roles.quantity->position)) return absl::OkStatus();  // masked
    KITH_ASSIGN_OR_RETURN(const Decimal quantity, Rescale(view.Get(roles.quantity->position).get<Decimal>(), taken.scale));
    taken.units += quantity.units;
    return absl::OkStatus();
  }));
  return taken;
}

}  // namespace

StatusOr<std::vector<DocumentLine>> GetDocumentLines(const Snapshot& snapshot, Id document, std::string_view by) {
  KITH_RETURN_IF_ERROR(snapshot.Get(document).status());
  const TypeDef& type = *snapshot.catalog().FindType(document.type());
  const std::vector<LineRoles> all = LineRoles::AllFor(snapshot.catalog(), type);
  if (all.empty()) {
    return MakeError(
        {.reason = Reason::kUnknownBehaviour, .type = type.name, .record = document, .hint = "declare a type with behaviour line"},
        "documents of the type have no lines");
  }
  std::vector<std::tuple<int64_t, Id, DocumentLine>> found;
  for (const LineRoles& roles : all) {
    KITH_RETURN_IF_ERROR(ForEachWith(snapshot, *roles.type, *roles.document, Value(document), [&](record::View view) -> Status {
      if (!view.has(roles.quantity->position)) {
        return MakeError({.reason = Reason::kNotVisible, .type = roles.type->name, .record = view.id(), .field = roles.quantity->name},
                         "how much a line is of is not to be seen");
      }
      const Decimal quantity = view.Get(roles.quantity->position).get<Decimal>();
      DocumentLine line{view.id(), quantity, {0, quantity.scale}};
      for (const LineRoles& taking : LineRoles::AllOf(snapshot.catalog(), *roles.type)) {
        const std::vector<std::string>& of = taking.document->refers_to;
        if (std::find(of.begin(), of.end(), by) == of.end()) continue;
        KITH_ASSIGN_OR_RETURN(line.taken, TakenBy(snapshot, taking, line.record, line.taken));
      }
      const bool placed = roles.position != nullptr && view.has(roles.position->position);
      found.emplace_back(placed ? view.GetInt(roles.position->position) : std::numeric_limits<int64_t>::max(), line.record, line);
      return absl::OkStatus();
    }));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
  });
  std::vector<DocumentLine> lines;
  lines.reserve(found.size());
  for (const auto& [position, id, line] : found) lines.push_back(line);
  return lines;
}

}  // namespace kith::model
