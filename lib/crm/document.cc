// Documents that continue each other, by the roles of documents and lines.
#include "kith/crm/document.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "kith/base/concat.h"
#include "kith/model/document.h"

namespace kith::crm {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kDocument = "money_document";

bool NamesAsTarget(const FieldDef& field, const TypeDef& type) {
  return std::find(field.refers_to.begin(), field.refers_to.end(), type.name) != field.refers_to.end();
}

Status Refuse(const TypeDef& type, Id record, std::string_view message, std::string hint = {}) {
  return MakeError({.reason = Reason::kPreconditionFailed, .type = type.name, .record = record, .hint = std::move(hint)}, message);
}

// The type of a document's lines that may be parts of lines of `of`; null: none.
const TypeDef* LinesOf(const catalog::Catalog& catalog, const TypeDef& document, const TypeDef& of) {
  for (const TypeDef* type : catalog.TypesWith("line")) {
    const FieldDef* part = type->FindRole("line", "of");
    if (part != nullptr && NamesAsTarget(*part, of) && NamesAsTarget(*type->FindRole("line", "document"), document)) return type;
  }
  return nullptr;
}

class Continuing {
 public:
  Continuing(const Snapshot& snapshot, const ContinueOptions& options, Batch& batch)
      : snapshot_(snapshot), options_(options), batch_(batch) {}

  StatusOr<Continued> Fill(Id document, std::string_view to) {
    KITH_ASSIGN_OR_RETURN(from_, snapshot_.Get(document));
    from_type_ = snapshot_.catalog().FindType(document.type());
    KITH_ASSIGN_OR_RETURN(to_type_, snapshot_.catalog().GetType(to));
    revises_ = from_type_ == to_type_;
    KITH_RETURN_IF_ERROR(FindLineTypes());
    const bool named = !options_.external.system.empty();
    const Id made = named ? batch_.Create(to_type_->name, options_.external) : batch_.Create(to_type_->name);
    batch_.RequireVersion(document, from_.header().version);
    WriteHead(made);
    Continued report{made, 0, false, {}};
    KITH_ASSIGN_OR_RETURN(const std::vector<model::DocumentLine> lines, model::GetDocumentLines(snapshot_, document, to_type_->name));
    KITH_RETURN_IF_ERROR(CheckAsked(lines));
    for (const model::DocumentLine& line : lines) {
      const auto type = lines_.find(line.record.type());
      if (type == lines_.end()) continue;
      KITH_ASSIGN_OR_RETURN(const Decimal quantity, QuantityOf(line));
      if (quantity.units == 0) continue;
      KITH_RETURN_IF_ERROR(WriteLine(made, line, *type->second, quantity));
      ++report.lines;
    }
    if (report.lines == 0 && !lines.empty()) return Refuse(*from_type_, document, "nothing is left of the document's lines");
    KITH_RETURN_IF_ERROR(batch_.status());
    return report;
  }

 private:
  Status FindLineTypes() {
    for (const TypeDef* type : snapshot_.catalog().TypesWith("line")) {
      if (!NamesAsTarget(*type->FindRole("line", "document"), *from_type_)) continue;
      const TypeDef* next = revises_ ? type : LinesOf(snapshot_.catalog(), *to_type_, *type);
      if (next != nullptr) lines_.emplace(type->number, next);
    }
    const bool documents = from_type_->FindBehaviour(kDocument) != nullptr && to_type_->FindBehaviour(kDocument) != nullptr;
    previous_ = revises_ ? to_type_->FindRole("versioned", "previous") : ReferenceTo(*to_type_, *from_type_);
    if (documents && !lines_.empty() && previous_ != nullptr) return absl::OkStatus();
    return MakeError(
        {.reason = Reason::kUnknownBehaviour,
         .type = to_type_->name,
         .record = from_.id(),
         .value = from_type_->name,
         .hint = revises_ ? "give the type the behaviour versioned" : "lines of the type name lines of the other by the role of"},
        "documents of the type do not continue this one");
  }
  static const FieldDef* ReferenceTo(const TypeDef& type, const TypeDef& target) {
    const auto found = std::find_if(type.fields.begin(), type.fields.end(), [&](const FieldDef& field) {
      return field.kind == Kind::kRef && !field.derived && !field.computed() && NamesAsTarget(field, target);
    });
    return found == type.fields.end() ? nullptr : &*found;
  }

  // What both types have by the same role.
  void WriteHead(Id made) {
    const catalog::BehaviourDef* roles = from_type_->FindBehaviour(kDocument);
    for (const auto& [role, name] : roles->roles) {
      if (role == "total" || role == "status" || role == "number" || role == "accepted_on" || role == "date") continue;
      if (role == "due" && !revises_) continue;  // how long a quote is valid is not when an order is paid
      Carry(made, from_, *from_type_->FindField(name), to_type_->FindRole(kDocument, role));
    }
    batch_.Set(made, previous_->name, from_.id());
    const FieldDef* revision = revises_ ? to_type_->FindRole("versioned", "revision") : nullptr;
    if (revision != nullptr) batch_.Set(made, revision->name, (from_.has(revision->position) ? from_.GetInt(revision->position) : 1) + 1);
    const Id owner = options_.owner.is_null() ? Id(from_.header().owner) : options_.owner;
    if (!owner.is_null()) batch_.Set(made, "owner", owner);
    if (from_.header().unit != 0) batch_.Set(made, "unit", static_cast<int64_t>(from_.header().unit));
    if (from_.header().visibility != 0) batch_.Set(made, "visibility", static_cast<int64_t>(from_.header().visibility));
  }
  void Carry(Id made, record::View view, const FieldDef& from, const FieldDef* to) {
    if (to == nullptr || to->kind != from.kind || !view.has(from.position)) return;
    const Value value = view.Get(from.position);
    if (from.kind == Kind::kChoice) {
      const catalog::ChoiceDef* choice = from.FindChoice(value.get<Choice>().number);
      if (choice != nullptr && to->FindChoice(choice->name) != nullptr) batch_.SetChoice(made, to->name, choice->name);
      return;
    }
    batch_.Set(made, to->name, value);
  }

  Status CheckAsked(const std::vector<model::DocumentLine>& lines) const {
    for (const auto& [id, quantity] : options_.quantities) {
      const bool there = lines_.contains(id.type()) && std::any_of(lines.begin(), lines.end(), [line = id](const model::DocumentLine& one) {
                           return one.record == line;
                         });
      if (!there) return Refuse(*from_type_, id, "is no line of the document", "name lines of the document that is continued");
    }
    return absl::OkStatus();
  }

  StatusOr<Decimal> QuantityOf(const model::DocumentLine& line) const {
    const Decimal left = revises_ ? line.quantity : Decimal{line.quantity.units - line.taken.units, line.quantity.scale};
    if (options_.quantities.empty()) return left;
    const auto asked = options_.quantities.find(line.record);
    if (asked == options_.quantities.end()) return Decimal{0, left.scale};
    KITH_ASSIGN_OR_RETURN(const Decimal quantity, Rescale(asked->second, left.scale));
    if (quantity.units < 0 || (!revises_ && quantity.units > left.units)) {
      return Refuse(*snapshot_.catalog().FindType(line.record.type()), line.record,
                    Concat({"is not there: ", ToText(quantity), " is asked for and ", ToText(left), " is left"}));
    }
    return quantity;
  }

  Status WriteLine(Id made, const model::DocumentLine& line, const TypeDef& type, Decimal quantity) {
    KITH_ASSIGN_OR_RETURN(const record::View view, snapshot_.Get(line.record));
    const FieldDef* document = type.FindRole("line", "document");
    const FieldDef* amount = type.FindRole("line", "amount");
    const FieldDef* of = type.FindRole("line", "of");
    const bool whole = quantity.units == line.quantity.units;
    const Id id = batch_.Create(type.name);
    for (const FieldDef& field : snapshot_.catalog().FindType(line.record.type())->fields) {
      const FieldDef* same = type.FindField(field.name);
      const bool own = same == document || same == of || (same == amount && !whole);  // an amount without a price is of the whole line
      if (same == nullptr || own || same->derived || same->computed()) continue;
      Carry(id, view, field, same);
    }
    batch_.Set(id, document->name, made);
    batch_.Set(id, type.FindRole("line", "quantity")->name, quantity);
    if (!revises_) batch_.Set(id, of->name, line.record);
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  const ContinueOptions& options_;
  Batch& batch_;
  record::View from_;
  const TypeDef* from_type_ = nullptr;
  const TypeDef* to_type_ = nullptr;
  std::map<TypeNumber, const TypeDef*> lines_;  // by a type of the document's lines, the type of those that continue them
  const FieldDef* previous_ = nullptr;
  bool revises_ = false;
};

}  // namespace

StatusOr<Continued> ContinueDocument(Database& database, Id document, std::string_view type, const ContinueOptions& options) {
  constexpr int kAttempts = 16;
  for (int attempt = 1;; ++attempt) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database.Read(options.viewer));
    if (!options.external.system.empty()) {
      const StatusOr<Id> there = snapshot->Find(type, options.external);
      if (there.ok()) return Continued{*there, 0, true, {}};
    }
    Batch batch(snapshot->shared_catalog(), options.actor, options.reason);
    KITH_ASSIGN_OR_RETURN(Continued report, Continuing(*snapshot, options, batch).Fill(document, type));
    StatusOr<Outcome> outcome = database.Apply(batch, {.dry_run = options.dry_run, .viewer = options.viewer});
    const Reason reason = GetReason(outcome.status());
    // Somebody was faster: what is left is looked at anew.
    const bool again = reason == Reason::kVersionConflict || reason == Reason::kPreconditionFailed || reason == Reason::kExternalRefTaken;
    if (again && attempt < kAttempts) continue;
    KITH_RETURN_IF_ERROR(outcome.status());
    report.outcome = *std::move(outcome);
    report.document = report.outcome.ids.at(report.document.local_index());
    return report;
  }
}

}  // namespace kith::crm
