// What a customer has of us (B09): products of delivered documents that did not come back, and since when.
#ifndef KITH_MODEL_OWNED_H_
#define KITH_MODEL_OWNED_H_

#include <optional>
#include <vector>

#include "kith/base/decimal.h"
#include "kith/engine/snapshot.h"

namespace kith::model {

struct OwnedProduct {
  Id product;
  Decimal quantity;  // above 0; in the scale of the line
  Id document;       // by which it was delivered
  Id line;
  Time since;  // when that document's status became "delivered"
};
// By lines (behaviour "line") of documents (behaviour "money_document") with the role account and a status named "delivered", less what
// lines that are parts of them took back: those of documents whose status is "received". `at` unset: now; else as it held then, as far as
// is known now, of the documents that name the account now. A document that the viewer may not see counts nothing. By since, then by line.
// Costs the account's documents with their lines and histories. Errors: NotFound, HistoryPruned.
[[nodiscard]] StatusOr<std::vector<OwnedProduct>> OwnedProducts(const Snapshot& snapshot, Id account,
                                                                std::optional<Time> at = std::nullopt);

}  // namespace kith::model

#endif  // KITH_MODEL_OWNED_H_
