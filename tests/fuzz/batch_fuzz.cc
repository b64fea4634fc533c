// Batches from anybody, as JSON: one that is applied or refused with a reason. Its JSON form is stable.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "kith/engine/database.h"
#include "kith/model/model.h"

namespace kith {
namespace {

// Accounts and deals on the standard package, in a store that goes with the process; nothing changes it but this.
std::shared_ptr<Database> NewDatabase() {
  OpenOptions options;
  options.temporary = true;
  std::shared_ptr<Database> db = *model::OpenDatabase("", options);
  Batch batch = *db->NewBatch();
  for (int i = 0; i < 3; ++i) {
    const Id account = batch.Create("account", {"app", "account" + std::to_string(i)});
    batch.Set(account, "name", "account");
    const Id deal = batch.Create("opportunity", {"app", "deal" + std::to_string(i)});
    batch.Set(deal, "name", "deal");
    batch.Set(deal, "account", account);
    batch.Set(deal, "amount", Money{100 * i, *Currency::FromCode("CNY")});
    model::Move(batch, deal, "default/proposal");
  }
  if (!db->Apply(batch).ok()) std::abort();
  return db;
}

}  // namespace
}  // namespace kith

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kith;  // NOLINT(google-build-using-namespace)
  static const std::shared_ptr<Database> db = NewDatabase();
  static const std::shared_ptr<const catalog::Catalog> catalog = *db->GetCatalog();
  const StatusOr<Batch> batch = Batch::FromJson(catalog, {reinterpret_cast<const char*>(data), size});
  if (!batch.ok()) {
    if (GetReason(batch.status()) == Reason::kNone) std::abort();
    return 0;
  }
  const std::string json = batch->ToJson();
  const StatusOr<Batch> again = Batch::FromJson(catalog, json);
  if (!again.ok() || again->ToJson() != json) std::abort();
  const StatusOr<Outcome> outcome = db->Apply(*batch, {.dry_run = true});
  if (!outcome.ok() && GetReason(outcome.status()) == Reason::kNone) std::abort();
  return 0;
}
