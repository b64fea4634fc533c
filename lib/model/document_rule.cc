// The rule "documents": lines and their documents add up, versions that were sent stay as they are, and what continues a line takes no more
// than there is of it. Being in the writer it sees every line, so all of it is exact under concurrency.
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "kith/base/concat.h"
#include "kith/engine/referring.h"
#include "kith/query/calendar.h"
#include "model/document_internal.h"
#include "model/extensions_internal.h"
#include "model/fields_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kDraft = "draft";
constexpr std::string_view kAccepted = "accepted";

Decimal DecimalIn(const Value& value) {
  const Decimal* decimal = value.get_if<Decimal>();
  return decimal == nullptr ? Decimal() : *decimal;
}
const Money* MoneyIn(const Draft& draft, const FieldDef* field) {
  return field == nullptr ? nullptr : draft.Get(field->position).get_if<Money>();
}
bool Changed(const Draft& draft, const FieldDef* field) { return field != nullptr && draft.Changed(static_cast<int32_t>(field->position)); }
bool IsImport(const Draft& draft) { return draft.header().origin == static_cast<uint8_t>(Origin::kImport); }

// A quantity in units of 10^-18, so that lines of different scales compare.
absl::int128 Fine(Decimal quantity) {
  absl::int128 units = quantity.units;
  for (int scale = quantity.scale; scale < 18; ++scale) units *= 10;
  return units;
}

class DocumentsRun {
 public:
  explicit DocumentsRun(RuleContext& context) : context_(context) {}

  Status Do() {
    for (const Draft* draft : context_.changed()) {
      if (const std::optional<LineRoles> roles = LineRoles::Of(draft->type()); roles.has_value()) {
        KITH_RETURN_IF_ERROR(LookAtLine(*draft, *roles));
      }
      if (const std::optional<DocumentRoles> roles = DocumentRoles::Of(draft->type()); roles.has_value()) {
        KITH_RETURN_IF_ERROR(LookAtDocument(*draft, *roles));
      }
      KITH_RETURN_IF_ERROR(MarkTyped(*draft));
    }
    for (const Id document : outdated_) KITH_RETURN_IF_ERROR(AddUp(document));
    for (const Id line : taken_) KITH_RETURN_IF_ERROR(CheckTaken(line));
    return absl::OkStatus();
  }

 private:
  // --- lines

  Status LookAtLine(const Draft& line, const LineRoles& roles) {
    const Id former = line.before().is_null() ? Id() : line.before().GetRef(roles.document->position);
    const Id document = line.deleted() ? Id() : RefOf(line.Get(roles.document->position));
    for (const Id id : {former, document}) {
      if (id.is_null()) continue;
      outdated_.insert(id);
      KITH_RETURN_IF_ERROR(CheckOpen(line, id));
    }
    if (!former.is_null() && roles.tax_rate != nullptr && line.before().has(roles.tax_rate->position)) taxed_.insert(former);
    if (!former.is_null() && former != document && line.before().has(roles.amount->position)) left_.insert(former);
    if (line.deleted()) return absl::OkStatus();
    if (Changed(line, roles.quantity) && !line.created()) taken_.insert(line.id());
    if (const Id of = roles.of == nullptr ? Id() : RefOf(line.Get(roles.of->position)); !of.is_null()) taken_.insert(of);
    return Compute(line, roles, document);
  }

  // Lines of a version that was sent stay.
  Status CheckOpen(const Draft& line, Id id) {
    KITH_ASSIGN_OR_RETURN(const Draft* document, context_.Find(id));
    if (document == nullptr || document->deleted() || (line.created() && IsImport(line))) return absl::OkStatus();
    const std::optional<DocumentRoles> roles = DocumentRoles::Of(document->type());
    if (!roles.has_value() || !roles->versioned || document->before().is_null()) return absl::OkStatus();
    const std::string_view status = roles->StatusIn(document->before().Get(roles->status->position));
    if (status.empty() || status == kDraft || LeavesContent(line)) return absl::OkStatus();
    return Locked(line, status, line.type().name);
  }
  // Nothing of its content: what it names may be merged.
  [[nodiscard]] static bool LeavesContent(const Draft& line) {
    if (line.created() || line.deleted()) return false;
    const std::optional<LineRoles> roles = LineRoles::Of(line.type());
    for (const FieldDef& field : line.type().fields) {
      const bool content = &field == roles->document || &field == roles->quantity || &field == roles->price || &field == roles->discount ||
                           &field == roles->tax_rate || &field == roles->amount || &field == roles->tax;
      if (content && Changed(line, &field)) return false;
    }
    return true;
  }
  static Status Locked(const Draft& draft, std::string_view status, std::string field) {
    return MakeError({.reason = Reason::kFieldReadOnly,
                      .type = draft.type().name,
                      .record = draft.id(),
                      .field = std::move(field),
                      .value = std::string(status),
                      .hint = "make a new revision"},
                     "a version that is no longer a draft stays as it is");
  }

  Status Compute(const Draft& line, const LineRoles& roles, Id id) {
    KITH_ASSIGN_OR_RETURN(const Draft* document, context_.Find(id));
    const std::optional<DocumentRoles> of = document == nullptr ? std::nullopt : DocumentRoles::Of(document->type());
    const bool declared = of.has_value() && of->rounding != nullptr;
    const Rounding rounding = declared ? of->RoundingIn(document->Get(of->rounding->position)) : Rounding::kHalfUp;
    const auto decimal = [&](const FieldDef* field) { return field == nullptr ? Decimal() : DecimalIn(line.Get(field->position)); };
    std::optional<Money> amount;
    if (const Money* written = MoneyIn(line, roles.amount); written != nullptr) amount = *written;
    if (const Money* price = MoneyIn(line, roles.price); price != nullptr) {
      StatusOr<Money> computed = LineAmount(decimal(roles.quantity), *price, decimal(roles.discount), rounding);
      if (!computed.ok())
        return WithContext(computed.status(), {.type = line.type().name, .record = line.id(), .field = roles.amount->name});
      amount = *computed;
      KITH_RETURN_IF_ERROR(Put(line.id(), *roles.amount, line.Get(roles.amount->position), Value(*amount)));
    }
    if (roles.tax == nullptr || roles.tax_rate == nullptr || line.Get(roles.tax_rate->position).is_null() || !amount.has_value()) {
      return absl::OkStatus();
    }
    StatusOr<Money> tax = ShareOf(*amount, decimal(roles.tax_rate), rounding);
    if (!tax.ok()) return WithContext(tax.status(), {.type = line.type().name, .record = line.id(), .field = roles.tax->name});
    return Put(line.id(), *roles.tax, line.Get(roles.tax->position), Value(*tax));
  }

  Status Put(Id id, const FieldDef& field, const Value& present, Value value) {
    return present == value ? absl::OkStatus() : context_.Set(id, field, std::move(value));
  }

  // --- documents

  Status LookAtDocument(const Draft& draft, const DocumentRoles& roles) {
    if (draft.deleted()) return absl::OkStatus();
    const Id id = draft.id();
    if (roles.versioned && !draft.before().is_null()) KITH_RETURN_IF_ERROR(CheckVersion(draft, roles));
    if (draft.created() || Changed(draft, roles.discount) || Changed(draft, roles.rounding) || Changed(draft, roles.total) ||
        Changed(draft, roles.tax)) {
      outdated_.insert(id);
    }
    if (Changed(draft, roles.rounding) && !draft.created()) KITH_RETURN_IF_ERROR(ComputeLines(id, draft.type()));
    if (!Changed(draft, roles.status)) return absl::OkStatus();
    KITH_RETURN_IF_ERROR(ForEachLine(id, draft.type(), [&](const LineRoles& roles_of, const RecordInBatch& line) {
      if (const Id of = RefOf(At(line, roles_of.of)); !of.is_null()) taken_.insert(of);
      return absl::OkStatus();
    }));
    const std::string_view status = roles.StatusIn(draft.Get(roles.status->position));
    if (roles.accepted_on != nullptr && status == kAccepted && draft.Get(roles.accepted_on->position).is_null()) {
      KITH_ASSIGN_OR_RETURN(const query::Days days, query::Days::Of(context_));
      KITH_RETURN_IF_ERROR(context_.Set(id, *roles.accepted_on, Value(days.DateOf(draft.effective()))));
    }
    if (roles.versioned && (status == kAccepted || status == "sent")) tells_.insert(id);
    return absl::OkStatus();
  }

  Status CheckVersion(const Draft& draft, const DocumentRoles& roles) const {
    const std::string_view status = roles.StatusIn(draft.before().Get(roles.status->position));
    if (status.empty() || status == kDraft) return absl::OkStatus();
    for (const std::string_view behaviour : {"money_document", "versioned"}) {
      for (const auto& [role, name] : draft.type().FindBehaviour(behaviour)->roles) {
        const FieldDef* field = draft.type().FindField(name);
        if (role == "status" || role == "accepted_on" || field == nullptr || !Changed(draft, field)) continue;
        if (field->kind == Kind::kRef) continue;  // where it is filed: records that it names may be merged
        const Value before = draft.before().Get(field->position);
        if (before != draft.Get(field->position)) return Locked(draft, status, field->name);
      }
    }
    return absl::OkStatus();
  }

  static Value At(const RecordInBatch& record, const FieldDef* field) { return field == nullptr ? Value() : record.Get(field->position); }
  // Lines of a document as the batch leaves them.
  template <typename F>
  Status ForEachLine(Id document, const TypeDef& type, const F& visit) {
    for (const LineRoles& roles : LineRoles::AllFor(context_.catalog(), type)) {
      const auto with_roles = [&](const RecordInBatch& line) { return visit(roles, line); };
      KITH_RETURN_IF_ERROR(ForEachInBatch(context_, *roles.type, *roles.by_document, {Value(document)}, with_roles));
    }
    return absl::OkStatus();
  }

  // After the rounding changed.
  Status ComputeLines(Id document, const TypeDef& type) {
    std::vector<Id> lines;
    KITH_RETURN_IF_ERROR(ForEachLine(document, type, [&](const LineRoles&, const RecordInBatch& line) {
      lines.push_back(line.id());
      return absl::OkStatus();
    }));
    for (const Id id : lines) {
      KITH_ASSIGN_OR_RETURN(const Draft* line, context_.Find(id));
      if (line == nullptr) continue;
      const std::optional<LineRoles> roles = LineRoles::Of(line->type());
      KITH_RETURN_IF_ERROR(Compute(*line, *roles, document));
    }
    return absl::OkStatus();
  }

  Status AddUp(Id id) {
    KITH_ASSIGN_OR_RETURN(const Draft* document, context_.Find(id));
    if (document == nullptr || document->deleted()) return absl::OkStatus();
    const std::optional<DocumentRoles> roles = DocumentRoles::Of(document->type());
    if (!roles.has_value()) return absl::OkStatus();
    size_t lines = 0;
    std::optional<Money> total;
    std::optional<Money> tax;
    const auto add = [&](std::optional<Money>& sum, const Value& value) -> Status {
      const Money* money = value.get_if<Money>();
      if (money == nullptr) return absl::OkStatus();
      StatusOr<Money> more = sum.has_value() ? kith::Add(*sum, *money) : StatusOr<Money>(*money);
      if (!more.ok()) return WithContext(more.status(), {.type = document->type().name, .record = id, .field = roles->total->name});
      sum = *more;
      return absl::OkStatus();
    };
    const auto count = [&](const LineRoles& of, const RecordInBatch& line) -> Status {
      ++lines;
      KITH_RETURN_IF_ERROR(add(total, At(line, of.amount)));
      return At(line, of.tax_rate).is_null() ? absl::OkStatus() : add(tax, At(line, of.tax));
    };
    KITH_RETURN_IF_ERROR(ForEachLine(id, document->type(), count));
    if (lines == 0 && left_.contains(id)) return ForgetSums(*document, *roles);
    if (lines == 0 || !total.has_value()) return absl::OkStatus();
    // The last line with a rate lost it or went: what stands there was the sum of the lines' tax, not what somebody wrote.
    const bool outlived = !tax.has_value() && taxed_.contains(id) && roles->tax != nullptr && !Changed(*document, roles->tax);
    if (roles->tax != nullptr && (tax.has_value() || outlived)) {
      KITH_RETURN_IF_ERROR(Put(id, *roles->tax, document->Get(roles->tax->position), outlived ? Value() : Value(*tax)));
    }
    if (const Money* discount = MoneyIn(*document, roles->discount); discount != nullptr) {
      Money less{0, discount->currency};
      if (__builtin_sub_overflow(int64_t{0}, discount->minor, &less.minor)) {
        return MakeError({.reason = Reason::kArithmeticOverflow,
                          .type = document->type().name,
                          .record = id,
                          .field = roles->discount->name,
                          .value = ToText(*discount)},
                         "the discount is too large");
      }
      KITH_RETURN_IF_ERROR(add(total, Value(less)));
    }
    const Money* typed = outlived ? nullptr : MoneyIn(*document, roles->tax);
    if (tax.has_value() || typed != nullptr) KITH_RETURN_IF_ERROR(add(total, Value(tax.has_value() ? *tax : *typed)));
    return Put(id, *roles->total, document->Get(roles->total->position), Value(*total));
  }

  // The last line has gone, and what stands there was the sum of lines.
  Status ForgetSums(const Draft& document, const DocumentRoles& roles) {
    const bool taxed = taxed_.contains(document.id()) && roles.tax != nullptr && !roles.tax->required && !Changed(document, roles.tax);
    if (taxed) KITH_RETURN_IF_ERROR(Put(document.id(), *roles.tax, document.Get(roles.tax->position), Value()));
    if (roles.total->required || Changed(document, roles.total)) return absl::OkStatus();
    return Put(document.id(), *roles.total, document.Get(roles.total->position), Value());
  }

  // --- what is taken

  Status CheckTaken(Id id) {
    KITH_ASSIGN_OR_RETURN(const Draft* line, context_.Find(id));
    if (line == nullptr || line->deleted()) return absl::OkStatus();
    const std::optional<LineRoles> whole = LineRoles::Of(line->type());
    if (!whole.has_value()) return absl::OkStatus();
    const Decimal there = DecimalIn(line->Get(whole->quantity->position));
    for (const LineRoles& parts : LineRoles::AllOf(context_.catalog(), line->type())) {
      absl::int128 taken = 0;
      KITH_RETURN_IF_ERROR(ForEachInBatch(context_, *parts.type, *parts.by_of, {Value(id)}, [&](const RecordInBatch& part) -> Status {
        KITH_ASSIGN_OR_RETURN(const bool nothing, DocumentTakesNothing(part.GetRef(parts.document->position)));
        if (!nothing) taken += Fine(DecimalIn(part.Get(parts.quantity->position)));
        return absl::OkStatus();
      }));
      if (taken <= Fine(there)) continue;
      return MakeError({.reason = Reason::kPreconditionFailed,
                        .type = parts.type->name,
                        .record = id,
                        .field = parts.quantity->name,
                        .value = ToText(there),
                        .hint = "take what is left, or cancel another document"},
                       Concat({"records of type ", parts.type->name, " would take more than there is of the ", line->type().name}));
    }
    return absl::OkStatus();
  }
  StatusOr<bool> DocumentTakesNothing(Id id) {
    KITH_ASSIGN_OR_RETURN(const Draft* document, context_.Find(id));
    if (document == nullptr || document->deleted()) return true;
    const std::optional<DocumentRoles> roles = DocumentRoles::Of(document->type());
    return roles.has_value() && TakesNothing(roles->StatusIn(document->Get(roles->status->position)));
  }

  // --- the deal

 public:
  // The amount of the deal as its quote has it; and who typed one.
  Status TellDeals() {
    for (const Id id : tells_) KITH_RETURN_IF_ERROR(TellDeal(id));
    return absl::OkStatus();
  }

  // Somebody wrote another amount than the quote says.
  Status MarkTyped(const Draft& draft) {
    const FieldDef* amount = draft.type().FindRole("pipelined", "amount");
    const FieldDef* source = amount == nullptr ? nullptr : draft.type().FindRole("pipelined", "amount_source");
    const catalog::ChoiceDef* typed = source == nullptr ? nullptr : source->FindChoice("typed");
    if (typed == nullptr || draft.deleted() || !Changed(draft, amount) || Changed(draft, source)) return absl::OkStatus();
    if (draft.Get(source->position).is_null()) return absl::OkStatus();  // empty says the same
    for (const TypeDef* type : context_.catalog().TypesWith("versioned")) {
      const std::optional<DocumentRoles> roles = DocumentRoles::Of(*type);
      if (!roles.has_value() || roles->deal == nullptr) continue;
      for (const Draft* document : context_.touched(type->number)) {
        const bool said = !document->deleted() && RefOf(document->Get(roles->deal->position)) == draft.id();
        if (said && document->Get(roles->total->position) == draft.Get(amount->position)) return absl::OkStatus();
      }
    }
    return context_.Set(draft.id(), *source, Value(Choice{typed->number}));
  }

 private:
  Status TellDeal(Id id) {
    KITH_ASSIGN_OR_RETURN(const Draft* document, context_.Find(id));
    const std::optional<DocumentRoles> roles = DocumentRoles::Of(document->type());
    if (roles->deal == nullptr || document->Get(roles->total->position).is_null()) return absl::OkStatus();
    const Value total = document->Get(roles->total->position);
    const bool accepted = roles->StatusIn(document->Get(roles->status->position)) == kAccepted;
    KITH_ASSIGN_OR_RETURN(const Draft* deal, context_.Find(RefOf(document->Get(roles->deal->position))));
    const FieldDef* amount = deal == nullptr || deal->deleted() ? nullptr : deal->type().FindRole("pipelined", "amount");
    const FieldDef* source = amount == nullptr ? nullptr : deal->type().FindRole("pipelined", "amount_source");
    const catalog::ChoiceDef* quote = source == nullptr ? nullptr : source->FindChoice("quote");
    if (quote == nullptr) return absl::OkStatus();
    const bool quoted = deal->Get(source->position) == Value(Choice{quote->number});
    if (!accepted && !quoted && !deal->Get(amount->position).is_null()) return absl::OkStatus();
    const Id record = deal->id();
    KITH_RETURN_IF_ERROR(Put(record, *source, Value(deal->Get(source->position)), Value(Choice{quote->number})));
    KITH_ASSIGN_OR_RETURN(deal, context_.Find(record));
    return Put(record, *amount, Value(deal->Get(amount->position)), total);
  }

  RuleContext& context_;
  std::set<Id> outdated_;  // documents to add up
  std::set<Id> taxed_;     // documents that had a line with a rate, which was written
  std::set<Id> left_;      // documents that a line with an amount has left
  std::set<Id> taken_;     // lines that others may be parts of
  std::set<Id> tells_;     // documents that say what a deal is worth
};

class Documents : public kith::Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "documents"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    DocumentsRun run(context);
    KITH_RETURN_IF_ERROR(run.Do());
    return run.TellDeals();
  }
};

}  // namespace

const Rule& DocumentsRule() {
  static const Documents kRule;
  return kRule;
}

}  // namespace kith::model
