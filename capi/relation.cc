// Relations: neighbours, walks, sums over groups.
#include "kith/model/relation.h"

#include "json.h"
#include "members.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::StatusOr<std::vector<std::string>> Names(kith_str given, std::string_view what) {
  KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(given, what));
  return NamesFrom(text, what);
}

kith::StatusOr<kith::model::TraverseOptions> WalkOptionsFrom(const kith_walk_options* given) {
  KITH_ASSIGN_OR_RETURN(const kith_walk_options options, ReadOptions(given, kith_walk_options KITH_WALK_OPTIONS_INIT));
  if (options.direction > KITH_DIRECTION_BOTH) return Malformed("direction", "is unknown", "use KITH_DIRECTION_OUT, _IN or _BOTH");
  kith::model::TraverseOptions walk;
  walk.neighbours.direction = static_cast<kith::model::Direction>(options.direction);
  walk.neighbours.ever = options.ever != 0;
  if (options.at != 0) walk.neighbours.at = kith::Time{options.at};
  if (options.depth != 0) walk.depth = options.depth;
  if (options.limit != 0) walk.limit = options.limit;
  KITH_ASSIGN_OR_RETURN(walk.types, Names(options.types, "types"));
  return walk;
}

void PutEdge(const kith::model::Neighbour& neighbour, Json& json) {
  if (!neighbour.edge.is_null()) json["edge"] = neighbour.edge.value();
  json["out"] = neighbour.out;
  if (!neighbour.kind.empty()) json["kind"] = neighbour.kind;
  if (neighbour.valid_from.has_value()) json["valid_from"] = kith::ToText(*neighbour.valid_from);
  if (neighbour.valid_to.has_value()) json["valid_to"] = kith::ToText(*neighbour.valid_to);
}

Json Of(const kith::model::Traversal& traversal) {
  Json visits = Json::array();
  for (const kith::model::Visit& visit : traversal.visits) {
    Json& json = visits.emplace_back(Json{{"record", visit.record.value()}, {"depth", visit.depth}, {"before", visit.before}});
    if (visit.depth != 0) PutEdge(visit.step, json);
  }
  return {{"truncated", traversal.truncated}, {"visits", std::move(visits)}};
}

kith::StatusOr<kith::model::GroupQuestion> ToQuestion(kith_str given) {
  KITH_ASSIGN_OR_RETURN(Members members, Members::Ask(given));
  kith::model::GroupQuestion question;
  members.Get("relation", question.relation);
  members.Get("at", question.at);
  members.Get("type", question.type);
  members.Get("via", question.via);
  members.Get("field", question.field);
  members.Get("where", question.where);
  KITH_RETURN_IF_ERROR(members.Done());
  return question;
}

}  // namespace

extern "C" {

kith_code kith_snapshot_neighbours(kith_snapshot* snapshot, kith_id record, const char* relation, const kith_walk_options* options,
                                   kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(relation, "relation"));
    KITH_ASSIGN_OR_RETURN(const kith::model::TraverseOptions walk, WalkOptionsFrom(options));
    KITH_ASSIGN_OR_RETURN(const auto found, kith::model::Neighbours(*object->snapshot, kith::Id(record), name, walk.neighbours));
    Json list = Json::array();
    for (const kith::model::Neighbour& neighbour : found) {
      Json& item = list.emplace_back(Json{{"record", neighbour.record.value()}});
      PutEdge(neighbour, item);
    }
    return Dump(list);
  });
}

kith_code kith_snapshot_traverse(kith_snapshot* snapshot, kith_id start, kith_str relations, const kith_walk_options* options,
                                 kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(relations, "relations"));
    KITH_ASSIGN_OR_RETURN(const kith::model::TraverseOptions walk, WalkOptionsFrom(options));
    KITH_ASSIGN_OR_RETURN(const auto traversal, kith::model::Traverse(*object->snapshot, kith::Id(start), names, walk));
    return Dump(Of(traversal));
  });
}

kith_code kith_snapshot_group_total(kith_snapshot* snapshot, kith_id record, kith_str question, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const kith::model::GroupQuestion asked, ToQuestion(question));
    KITH_ASSIGN_OR_RETURN(const kith::model::GroupTotal total, kith::model::TotalOfGroup(*object->snapshot, kith::Id(record), asked));
    Json members = Json::array();
    for (const kith::Id member : total.members) members.push_back(member.value());
    Json totals = Json::array();
    for (const kith::Money& amount : total.totals) totals.push_back(MoneyJson(amount));
    return Dump({{"members", std::move(members)}, {"records", total.records}, {"totals", std::move(totals)}});
  });
}

}  // extern "C"
