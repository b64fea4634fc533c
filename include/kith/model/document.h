// Documents with sums: what their lines come to, and what must hold among the documents that continue each other.
//
// A type with behaviour "line" holds the lines of a type with behaviour "money_document"; the rule "documents" keeps, in the writer and so
// exactly whoever writes at the same time:
//   amount   of a line with a price: quantity × price × (1 - discount), tax: amount × tax_rate, each in whole minor units, rounded as the
//            document says (role rounding, by the names below; empty: half_up). Without a price the amount is what somebody wrote
//   total    of a document with lines: their amounts - the document's discount + tax, its tax the sum of theirs where a line has a tax
//            rate. Without lines it is what somebody wrote, and nothing once the last one has gone. Lines in several currencies are
//            refused (CurrencyMismatch)
//   of       lines that are parts of another line (an order's of a quote's, an invoice's of an order's) take no more than its quantity
//            together (PreconditionFailed); those of documents whose status is "cancelled", "rejected" or "expired" take nothing
//   versions of a type with behaviour "versioned", what is no longer in status "draft" stays as it is, with its lines (FieldReadOnly), but
//            for its status and for what it refers to. A change is a new revision (crm/document.h)
//   accepted_on  is the day on which the status became "accepted", in the time zone of the database
//   amount of the deal  follows from a versioned document that is sent, when nobody typed one, or accepted; its role amount_source says
//            "typed", "quote" or "predicted"
// Imports bring lines of documents that are no longer drafts.
#ifndef KITH_MODEL_DOCUMENT_H_
#define KITH_MODEL_DOCUMENT_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "kith/base/decimal.h"
#include "kith/base/money.h"
#include "kith/base/status.h"
#include "kith/engine/snapshot.h"
#include "kith/query/calendar.h"

namespace kith::model {

// How what is less than a minor unit is dealt with: half_up and half_even to the nearest, halves away from zero or to the even one; down
// toward zero.
enum class Rounding : uint8_t { kHalfUp, kHalfEven, kDown };
[[nodiscard]] std::string_view NameOf(Rounding rounding);  // "half_up", "half_even", "down"
[[nodiscard]] std::optional<Rounding> RoundingFromName(std::string_view name);

// Whether a document in a status takes nothing: it is "cancelled", "rejected" or "expired".
[[nodiscard]] bool TakesNothing(std::string_view status);
// The day on which a document came to take nothing, by the history of its status; kLastDay while it takes something. Nothing for one that
// never did: a draft, one that was thrown away as a draft, one that was put in as what takes nothing.
inline constexpr Date kLastDay{std::numeric_limits<int32_t>::max()};
[[nodiscard]] StatusOr<std::optional<Date>> TakesUntil(const Snapshot& snapshot, const query::Days& days, record::View document);
// The types of documents that payments may be for.
[[nodiscard]] std::set<const catalog::TypeDef*> TypesPaidFor(const catalog::Catalog& catalog);

// price × quantity × (1 - discount). Discounts are shares of 1. Errors: ArithmeticOverflow.
[[nodiscard]] StatusOr<Money> LineAmount(Decimal quantity, Money price, Decimal discount, Rounding rounding);
// amount × share.
[[nodiscard]] StatusOr<Money> ShareOf(Money amount, Decimal share, Rounding rounding);

// The lines of a document, by their role position where it has one, then by id.
struct DocumentLine {
  Id record;
  Decimal quantity;
  Decimal taken;  // by lines that are parts of it, of one type: by which is asked
};
// `by` is the type of the documents that take (an order of a quote). Errors: NotFound, UnknownBehaviour (a type without lines).
[[nodiscard]] StatusOr<std::vector<DocumentLine>> GetDocumentLines(const Snapshot& snapshot, Id document, std::string_view by);

}  // namespace kith::model

#endif  // KITH_MODEL_DOCUMENT_H_
