// What customers have of us.
#include "kith/model/owned.h"

#include "answer.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

extern "C" kith_code kith_snapshot_owned(kith_snapshot* snapshot, kith_id account, int64_t at, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    const std::optional<kith::Time> then = at == INT64_MAX ? std::nullopt : std::optional(kith::Time{at});
    KITH_ASSIGN_OR_RETURN(const auto owned, kith::model::OwnedProducts(*object->snapshot, kith::Id(account), then));
    Json list = Json::array();
    for (const kith::model::OwnedProduct& one : owned) {
      list.push_back({{"product", one.product.value()},
                      {"quantity", kith::ToText(one.quantity)},
                      {"document", one.document.value()},
                      {"line", one.line.value()},
                      {"since", kith::ToText(one.since)}});
    }
    return Dump(list);
  });
}
