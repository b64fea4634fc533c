// What customers have: documents and lines as they held at a moment.
#include "kith/model/owned.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "kith/engine/referring.h"
#include "model/document_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

class OwnedProductReader {
 public:
  OwnedProductReader(const Snapshot& snapshot, std::optional<Time> at) : snapshot_(snapshot), at_(at) {}

  StatusOr<std::vector<OwnedProduct>> Of(Id account) {
    KITH_RETURN_IF_ERROR(snapshot_.Get(account).status());
    for (const TypeDef* type : snapshot_.catalog().TypesWith("money_document")) {
      const std::optional<DocumentRoles> roles = DocumentRoles::Of(*type);
      if (roles->status->FindChoice("delivered") == nullptr) continue;
      KITH_RETURN_IF_ERROR(ForEach(*type, type->FindRole("money_document", "account"), account,
                                   [&](Id document) { return Look(*roles, account, document); }));
    }
    std::sort(owned_.begin(), owned_.end(),
              [](const OwnedProduct& a, const OwnedProduct& b) { return std::tie(a.since, a.line) < std::tie(b.since, b.line); });
    return std::move(owned_);
  }

 private:
  // The ids of records whose reference names the target.
  Status ForEach(const TypeDef& type, const FieldDef* field, Id target, const std::function<Status(Id)>& visit) {
    if (field == nullptr) return absl::OkStatus();
    return ForEachWith(snapshot_, type, *field, Value(target), [&](record::View view) { return visit(view.id()); });
  }

  // A field's value at the moment; null when the record was not there.
  StatusOr<Value> Get(Id id, const FieldDef& field) {
    if (!at_.has_value()) {
      const StatusOr<record::View> now = snapshot_.Get(id);
      if (absl::IsNotFound(now.status())) return Value();
      KITH_RETURN_IF_ERROR(now.status());
      return now->Get(field.position);
    }
    const StatusOr<Record> then = snapshot_.GetAsOf(id, {.effective = *at_});
    if (absl::IsNotFound(then.status())) return Value();
    KITH_RETURN_IF_ERROR(then.status());
    return then->view().Get(field.position);
  }
  StatusOr<bool> Stood(const DocumentRoles& roles, Id document, std::string_view status) {
    KITH_ASSIGN_OR_RETURN(const Value value, Get(document, *roles.status));
    return roles.StatusIn(value) == status;
  }

  // Since when the status is what it is.
  StatusOr<Time> Since(const DocumentRoles& roles, Id document) {
    KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, snapshot_.History(document));
    Time since = history.empty() ? Time() : history.front().effective;
    for (const HistoryEntry& entry : history) {
      if (entry.operation == Operation::kDelete) continue;  // names every field; what came back has its status from before
      for (const FieldChange& change : entry.fields) {
        const bool status = change.package == roles.status->package && change.number == roles.status->number;
        if (status && change.before != change.after && (!at_.has_value() || change.effective <= *at_))
          since = std::max(since, change.effective);
      }
    }
    return since;
  }

  Status Look(const DocumentRoles& roles, Id account, Id document) {
    KITH_ASSIGN_OR_RETURN(const bool delivered, Stood(roles, document, "delivered"));
    const FieldDef& of = *roles.type->FindRole("money_document", "account");
    KITH_ASSIGN_OR_RETURN(const Value holder, Get(document, of));
    if (!delivered || holder != Value(account)) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const Time since, Since(roles, document));
    for (const LineRoles& line : LineRoles::AllFor(snapshot_.catalog(), *roles.type)) {
      const FieldDef* product = line.type->FindRole("line", "product");
      if (product == nullptr) continue;
      KITH_RETURN_IF_ERROR(ForEach(*line.type, line.document, document, [&](Id id) -> Status {
        OwnedProduct owned{.product = {}, .quantity = {}, .document = document, .line = id, .since = since};
        KITH_ASSIGN_OR_RETURN(const Value what, Get(id, *product));
        KITH_ASSIGN_OR_RETURN(const Value much, Get(id, *line.quantity));
        if (what.is_null() || much.is_null()) return absl::OkStatus();
        owned.product = what.get<Id>();
        owned.quantity = much.get<Decimal>();
        return TakeBack(*line.type, owned);
      }));
    }
    return absl::OkStatus();
  }

  // Less what came back.
  Status TakeBack(const TypeDef& line, OwnedProduct& owned) {
    for (const LineRoles& part : LineRoles::AllOf(snapshot_.catalog(), line)) {
      const Status taken = ForEach(*part.type, part.of, owned.line, [&](Id id) -> Status {
        KITH_ASSIGN_OR_RETURN(const Value document, Get(id, *part.document));
        KITH_ASSIGN_OR_RETURN(const Value quantity, Get(id, *part.quantity));
        if (document.is_null() || quantity.is_null()) return absl::OkStatus();
        const Id back = document.get<Id>();
        const std::optional<DocumentRoles> roles = DocumentRoles::Of(*snapshot_.catalog().FindType(back.type()));
        if (!roles.has_value() || roles->status->FindChoice("received") == nullptr) return absl::OkStatus();
        KITH_ASSIGN_OR_RETURN(const bool received, Stood(*roles, back, "received"));
        if (!received) return absl::OkStatus();
        KITH_ASSIGN_OR_RETURN(const Decimal back_again, Rescale(quantity.get<Decimal>(), owned.quantity.scale));
        owned.quantity.units -= back_again.units;
        return absl::OkStatus();
      });
      KITH_RETURN_IF_ERROR(taken);
    }
    if (owned.quantity.units > 0) owned_.push_back(owned);
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  std::optional<Time> at_;
  std::vector<OwnedProduct> owned_;
};

}  // namespace

StatusOr<std::vector<OwnedProduct>> OwnedProducts(const Snapshot& snapshot, Id account, std::optional<Time> at) {
  return OwnedProductReader(snapshot, at).Of(account);
}

}  // namespace kith::model
