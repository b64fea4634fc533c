// Documents that continue each other: a quote's order, an order's invoice or return, a quote's next revision (F04, F05, F10, F13).
//
//   KITH_ASSIGN_OR_RETURN(const Continued order, ContinueDocument(*database, quote, "order", {.actor = me}));
//
// The new document is a draft of the type that is asked for and refers to the one it continues; both name the same account, contact and
// deal, and what else they have by the same names: discount, tax, rounding. Its lines are those of the document it continues, with what is
// left of each, and are parts of them (role of): however many continue a document at once, they never take more than there is
// (model/document.h). Of the same type it is a new revision, with all lines whole; the version before stays as it is.
#ifndef KITH_CRM_DOCUMENT_H_
#define KITH_CRM_DOCUMENT_H_

#include <map>
#include <string>
#include <string_view>

#include "kith/base/decimal.h"
#include "kith/base/status.h"
#include "kith/engine/database.h"

namespace kith::crm {

struct ContinueOptions {
  Actor actor;
  std::string reason;
  // How much of which lines; empty: what is left of all. A quantity may have fewer digits after the point than its field.
  std::map<Id, Decimal> quantities = {};
  Id owner = {};              // null: that of the document continued
  ExternalRef external = {};  // of the new document; when there is one with it already, that is given and nothing is written
  bool dry_run = false;
  Viewer viewer = {};
};
struct Continued {
  Id document;
  size_t lines = 0;
  bool already = false;
  Outcome outcome;
};
// Errors: NotFound; UnknownType; UnknownBehaviour (documents of the type have no lines, or it is no document that continues such ones);
// PreconditionFailed (nothing is left; a line that is not the document's; more than is left); those of Apply.
[[nodiscard]] StatusOr<Continued> ContinueDocument(Database& database, Id document, std::string_view type,
                                                   const ContinueOptions& options = {});

}  // namespace kith::crm

#endif  // KITH_CRM_DOCUMENT_H_
