// Queries from anybody, as JSON: rows, or an error. Their tokens lead on, and their JSON form is stable.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "kith/engine/database.h"
#include "kith/query/query.h"

namespace kith {
namespace {

// A few companies on the standard package, in a store that goes with the process.
std::shared_ptr<Database> NewDatabase() {
  OpenOptions options;
  options.temporary = true;
  std::shared_ptr<Database> db = *Database::Open("", options);
  const catalog::PackageSource package = *catalog::ShippedPackage("kith.crm");
  if (!db->Ensure({&package, 1}).ok()) std::abort();
  Batch batch = *db->NewBatch();
  for (int i = 0; i < 8; ++i) {
    const Id account = batch.Create("account");
    batch.Set(account, "name", "account " + std::to_string(i % 3));
    batch.Set(account, "employees", i);
    if (i % 2 == 0) batch.Set(account, "annual_revenue", Money{100 * i, *Currency::FromCode(i == 4 ? "USD" : "CNY")});
  }
  if (!db->Apply(batch).ok()) std::abort();
  return db;
}

// Some pages of it.
void ReadPages(const query::Prepared& prepared, const Snapshot& snapshot) {
  query::RunOptions options{.cost = 10'000};
  for (int page = 0; page < 4; ++page) {
    const StatusOr<std::unique_ptr<query::Rows>> rows = prepared.Run(snapshot, {}, options);
    if (!rows.ok()) return;
    for (int i = 0; i < 3 && (*rows)->Next(); ++i) static_cast<void>(query::RowToJson((*rows)->prepared(), (*rows)->row()));
    static_cast<void>((*rows)->Explain());
    options.after = (*rows)->token();
    if (options.after.empty()) return;
  }
}

}  // namespace
}  // namespace kith

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kith;  // NOLINT(google-build-using-namespace)
  static const std::shared_ptr<Database> db = NewDatabase();
  static const std::unique_ptr<Snapshot> snapshot = *db->Read();
  const StatusOr<query::Query> query = query::FromJson({reinterpret_cast<const char*>(data), size});
  if (!query.ok()) {
    if (GetReason(query.status()) == Reason::kNone) std::abort();
    return 0;
  }
  const StatusOr<query::Query> again = query::FromJson(ToJson(*query));
  if (!again.ok() || !(*again == *query)) std::abort();
  const StatusOr<query::Prepared> prepared = query::Prepared::Prepare(*query, *snapshot);
  if (prepared.ok()) {
    ReadPages(*prepared, *snapshot);
  } else if (GetReason(prepared.status()) == Reason::kNone) {
    std::abort();
  }
  return 0;
}
