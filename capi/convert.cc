// Records converted into what came of them.
#include "kith/crm/convert.h"

#include "answer.h"
#include "kith/engine/json.h"
#include "members.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

Json Of(const kith::crm::Converted::Part& part) {
  if (part.record.is_null()) return nullptr;
  return {{"record", part.record.value()}, {"how", kith::crm::NameOf(part.how)}};
}

Json Of(const kith::crm::Converted& done) {
  Json kept = Json::array();
  for (const kith::crm::Converted::Kept& one : done.kept) {
    kept.push_back({{"record", one.record.value()}, {"field", one.field}, {"from", one.from}});
  }
  Json changes = Json::array();
  for (const kith::FeedEntry& change : done.outcome.changes) {
    changes.push_back({{"record", change.record.value()}, {"operation", kith::NameOf(change.operation)}});
  }
  return {{"person", Of(done.person)},       {"organisation", Of(done.organisation)},
          {"deal", Of(done.deal)},           {"already", done.already},
          {"kept", std::move(kept)},         {"stays", done.stays},
          {"followed", done.followed},       {"sequence", done.outcome.last_sequence},
          {"effects", done.outcome.effects}, {"changes", std::move(changes)}};
}

}  // namespace

extern "C" {

kith_code kith_db_convert(kith_db* db, kith_id record, kith_ref actor, kith_str reason, kith_str options, const kith_apply_options* apply,
                          kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(Members members, Members::Ask(options));
    kith::crm::ConvertOptions convert;
    members.Get("person", convert.person);
    members.Get("organisation", convert.organisation);
    members.Get("deal", convert.deal);
    members.Get("find", convert.find);
    members.Get("with_deal", convert.with_deal);
    members.Get("name", convert.name);
    members.Get("pipeline", convert.pipeline);
    members.Get("owner", convert.owner);
    KITH_RETURN_IF_ERROR(members.Done());
    KITH_ASSIGN_OR_RETURN(const kith::ApplyOptions how, ToApplyOptions(apply));
    convert.dry_run = how.dry_run;
    convert.viewer = how.viewer;
    KITH_ASSIGN_OR_RETURN(convert.actor, ToRef(actor, "actor"));
    KITH_ASSIGN_OR_RETURN(convert.reason, Text(reason, "reason"));
    KITH_ASSIGN_OR_RETURN(const kith::crm::Converted done, kith::crm::Convert(*object->database, kith::Id(record), convert));
    if (report != nullptr) *report = NewText(Dump(Of(done)));
    return absl::OkStatus();
  });
}

}  // extern "C"
