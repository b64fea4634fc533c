// Timelines and threads.
#include "kith/model/timeline.h"

#include "answer.h"
#include "kith/engine/json.h"
#include "kith/model/thread.h"
#include "members.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::StatusOr<kith::model::TimelineOptions> ReadOptions(kith_str question) {
  KITH_ASSIGN_OR_RETURN(Members members, Members::Ask(question));
  kith::model::TimelineOptions options;
  std::vector<std::string> kinds;
  members.Get("whole", options.whole);
  members.Get("from", options.from);
  members.Get("until", options.until);
  members.Get("kinds", kinds);
  members.GetCount("limit", options.limit);
  members.Get("after", options.after);
  KITH_RETURN_IF_ERROR(members.Done());
  for (const std::string& name : kinds) {
    const std::optional<kith::model::TimelineKind> kind = kith::model::TimelineKindFromName(name);
    if (!kind) {
      return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "question.kinds", .value = name, .hint = "see kith.h"},
                             "is no kind of entry");
    }
    options.kinds.push_back(*kind);
  }
  return options;
}

Json Of(const kith::model::TimelinePage& page) {
  Json entries = Json::array();
  for (const kith::model::TimelineEntry& entry : page.entries) {
    Json one = {{"record", entry.record.value()},
                {"at", kith::ToText(entry.at)},
                {"kind", NameOf(entry.kind)},
                {"process", NameOf(entry.process)},
                {"text", entry.text}};
    if (entry.initiator != kith::model::Initiator::kNobody) one["initiator"] = NameOf(entry.initiator);
    if (!entry.about.is_null()) one["about"] = entry.about.value();
    entries.push_back(std::move(one));
  }
  return {{"entries", std::move(entries)}, {"next", page.next.empty() ? Json(nullptr) : Json(page.next)}};
}

Json Of(const kith::model::Thread& thread) {
  Json json = {{"id", thread.id.value()}};
  Json& parts = json["parts"] = Json::array();
  for (const kith::model::ThreadPart& part : thread.parts) {
    parts.push_back({{"record", part.record.value()},
                     {"after", IdOrNull(part.after)},
                     {"origin", IdOrNull(part.origin)},
                     {"owner", IdOrNull(part.owner)},
                     {"since", kith::ToText(part.since)}});
  }
  Json& hand_overs = json["hand_overs"] = Json::array();
  for (const kith::model::HandOver& one : thread.hand_overs) {
    hand_overs.push_back({{"at", kith::ToText(one.at)},
                          {"record", one.record.value()},
                          {"from", IdOrNull(one.from)},
                          {"to", IdOrNull(one.to)},
                          {"actor", Json::parse(kith::ActorToJsonText(one.actor))},
                          {"reason", one.reason}});
  }
  return json;
}

}  // namespace

extern "C" {

kith_code kith_snapshot_timeline(kith_snapshot* snapshot, kith_id record, kith_str question, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const kith::model::TimelineOptions options, ReadOptions(question));
    KITH_ASSIGN_OR_RETURN(const kith::model::TimelinePage page, kith::model::ReadTimeline(*object->snapshot, kith::Id(record), options));
    return Dump(Of(page));
  });
}

kith_code kith_snapshot_thread(kith_snapshot* snapshot, kith_id record, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const kith::model::Thread thread, kith::model::ReadThread(*object->snapshot, kith::Id(record)));
    return Dump(Of(thread));
  });
}

}  // extern "C"
