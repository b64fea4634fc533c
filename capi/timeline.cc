// Timelines and threads.
#include "kith/model/timeline.h"

#include "answer.h"
#include "kith/engine/json.h"
#include "kith/model/thread.h"
#include "members.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::StatusOr<kith::model::TimelineOptions> TimelineOptionsFrom(kith_str question) {
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

// As text at once: a document in between took half the time of a page. Nothing but a text needs to be escaped.
std::string TextOf(const kith::model::TimelinePage& page) {
  std::string out = R"({"entries":[)";
  const auto member = [&out](std::string_view name, std::string_view value) {
    out.append(",\"").append(name).append("\":\"").append(value).append("\"");
  };
  for (const kith::model::TimelineEntry& entry : page.entries) {
    if (&entry != page.entries.data()) out += ',';
    out.append(R"({"record":)").append(std::to_string(entry.record.value()));
    member("at", kith::ToText(entry.at));
    member("kind", NameOf(entry.kind));
    member("process", NameOf(entry.process));
    out.append(R"(,"text":)").append(Dump(entry.text));
    if (entry.initiator != kith::model::Initiator::kNobody) member("initiator", NameOf(entry.initiator));
    if (!entry.about.is_null()) out.append(R"(,"about":)").append(std::to_string(entry.about.value()));
    out += '}';
  }
  return out + R"(],"next":)" + (page.next.empty() ? "null" : '"' + page.next + '"') + "}";
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
    KITH_ASSIGN_OR_RETURN(const kith::model::TimelineOptions options, TimelineOptionsFrom(question));
    KITH_ASSIGN_OR_RETURN(const kith::model::TimelinePage page, kith::model::ReadTimeline(*object->snapshot, kith::Id(record), options));
    return TextOf(page);
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
