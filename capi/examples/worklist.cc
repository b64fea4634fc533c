// A host in C++, linked with the static library: what a rep has to see to today, asked by a query and worked off by an update that loses to
// no other writer.
#include <kith/model/model.h>
#include <kith/query/query.h>

#include <iostream>

namespace {

using kith::ExternalRef, kith::Ref, kith::Status;

constexpr kith::Currency kEuro = *kith::Currency::FromCode("EUR");

kith::Status Enter(kith::Database& db, const std::string& key, const std::string& name, int64_t minor) {
  KITH_ASSIGN_OR_RETURN(kith::Batch batch, db.NewBatch(Ref("app.users", "17"), "trade fair"));
  const kith::Id deal = batch.Create("opportunity", ExternalRef{"app.deals", key});
  batch.Set(deal, "name", name);
  batch.Set(deal, "amount", kith::Money{minor, kEuro});
  kith::model::Move(batch, deal, "default/qualified");
  return db.Apply(batch).status();  // durable when it returns; the first error of a setter is in it too
}

// Open deals that nobody has planned anything for, the largest first; how many there are.
kith::StatusOr<int> Show(kith::Database& db) {
  KITH_ASSIGN_OR_RETURN(const auto now, db.Read());
  KITH_ASSIGN_OR_RETURN(const kith::query::Query query,
                        kith::query::FromJson(R"({"from": "opportunity", "where": "stage.kind == 'open' && next_step == null",
                                                  "select": ["name", "amount", "stage.name"], "order": ["-amount"]})"));
  KITH_ASSIGN_OR_RETURN(const auto prepared, kith::query::Prepared::Prepare(query, *now));
  KITH_ASSIGN_OR_RETURN(const auto rows, prepared.Run(*now, {}));
  int count = 0;
  for (; rows->Next(); ++count) std::cout << kith::query::RowToJson(prepared, rows->row()) << "\n";
  return rows->status().ok() ? kith::StatusOr<int>(count) : rows->status();
}

kith::Status Plan(kith::Database& db, const ExternalRef& deal, const std::string& step) {
  const auto fill = [&](const kith::Snapshot& now, kith::Batch& batch) -> Status {
    KITH_ASSIGN_OR_RETURN(const kith::Id id, now.Find("opportunity", deal));
    KITH_RETURN_IF_ERROR(now.Get(id).status());  // what is read must still stand when the batch is applied, or this runs again
    batch.Set(id, "next_step", step);
    return absl::OkStatus();
  };
  return db.Update(Ref("app.users", "17"), "planned in the morning", fill).status();
}

kith::Status Run(const char* path) {
  kith::OpenOptions options;
  options.create = true;
  KITH_ASSIGN_OR_RETURN(const auto db, kith::model::OpenDatabase(path, options));
  KITH_RETURN_IF_ERROR(Enter(*db, "1", "Case desk", 1'250'000));
  KITH_RETURN_IF_ERROR(Enter(*db, "2", "Web shop", 400'000));
  KITH_RETURN_IF_ERROR(Plan(*db, {"app.deals", "1"}, "call the head of purchasing"));
  KITH_ASSIGN_OR_RETURN(const int left, Show(*db));
  return left == 1 ? absl::OkStatus() : absl::InternalError("one deal should be left to plan");
}

}  // namespace

int main(int argc, char** argv) {
  const Status status = Run(argc < 2 ? "crm.kith" : argv[1]);
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
