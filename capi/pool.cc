// Pools: claims, returns, assignment, taking back.
#include "kith/crm/pool.h"

#include "answer.h"
#include "members.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

extern "C" {

void kith_batch_claim(kith_batch* batch, kith_id record, kith_id owner, kith_str reason) {
  BatchObject* object = Peek(batch);
  if (object == nullptr) return;
  GuardVoid([&] {
    const kith::StatusOr<std::string_view> why = Text(reason, "reason");
    if (why.ok()) {
      kith::crm::ClaimFromPool(object->batch, kith::Id(record), kith::Id(owner), *why);
    } else {
      object->batch.Fail(why.status());
    }
  });
}

kith_code kith_batch_release(kith_batch* batch, kith_snapshot* snapshot, kith_id record, kith_str reason, kith_error** err) {
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(BatchObject * to, Use(batch));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * from, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view why, Text(reason, "reason"));
    return kith::crm::ReleaseToPool(*from->snapshot, to->batch, kith::Id(record), why);
  });
}

kith_code kith_batch_assign(kith_batch* batch, kith_snapshot* snapshot, const char* pool, kith_str question, kith_text** json,
                            kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(BatchObject * to, Use(batch));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * from, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(pool, "pool"));
    KITH_ASSIGN_OR_RETURN(Members members, Members::Ask(question));
    kith::crm::AssignOptions options;
    members.Get("records", options.records);
    members.GetCount("limit", options.limit);
    KITH_RETURN_IF_ERROR(members.Done());
    KITH_ASSIGN_OR_RETURN(const auto assigned, kith::crm::AssignFromPool(*from->snapshot, to->batch, name, options));
    Json list = Json::array();
    for (const kith::crm::Assigned& one : assigned) {
      list.push_back({{"record", one.record.value()}, {"owner", IdOrNull(one.owner)}, {"reason", one.reason}});
    }
    return Dump(list);
  });
}

kith_code kith_db_recycle_pools(kith_db* db, int64_t now, const char* pool, kith_ref actor, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    kith::crm::RecycleOptions options;
    options.pool = pool == nullptr ? "" : pool;
    KITH_ASSIGN_OR_RETURN(options.actor, ToRef(actor, "actor"));
    KITH_ASSIGN_OR_RETURN(const kith::crm::RecycleReport report, kith::crm::RecyclePools(*object->database, kith::Time{now}, options));
    const Json told = {
        {"recycled", IdsJson(report.recycled)}, {"warned", IdsJson(report.warned)}, {"exempt", report.exempt}, {"kept", report.kept}};
    return Dump(told);
  });
}

}  // extern "C"
