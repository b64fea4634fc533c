// Relations as a graph to be drawn (M14): the people of an account or in a deal with their roles and where they stand, whom they report to,
// influence and know, and who of us knows them how well. Lines of reporting make an organisation chart, those of influence an influence
// map. Every edge names the records that it rests on.
//
// As of any moment on both axes; names are today's. What the snapshot's viewer may not see is not there. exchange/graphml.h writes it for
// other programs.
#ifndef KITH_INSIGHT_RELATION_MAP_H_
#define KITH_INSIGHT_RELATION_MAP_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/insight/relations.h"

namespace kith::insight {

// kReportsTo, kDottedLine: from somebody to their superior; kInfluences: from who has a say to whom they influence; kKnows: both ways;
// kTie: from one of ours to a person.
enum class MapEdgeKind : uint8_t { kReportsTo = 1, kDottedLine, kInfluences, kKnows, kTie };
[[nodiscard]] std::string_view NameOf(MapEdgeKind kind);  // "reports_to", "dotted_line", "influences", "knows", "tie"

struct MapNode {
  Id record;
  std::string type;  // of the record
  std::string name;
  bool ours = false;
  bool active = true;  // false: one of ours who had left
  // Of a person alone; choices by name, empty where there is none.
  std::string title = {};
  std::string level = {};
  std::string tier = {};              // of the account that they belong to
  std::vector<ChainRole> roles = {};  // in the deal, or in the open deals; ascending, each once
  bool veto = false;
  bool approve = false;
  Political political = Political::kNone;
  double stance = 0;      // [-1, 1]; in a deal, after others had their say
  double confidence = 0;  // 0: nothing is known of it
  double closeness = 0;   // [0, 1], the party's
  Light light = Light::kAmber;
  std::optional<double> weight = {};     // in a deal: how much the role weighs (ω)
  std::optional<double> influence = {};  // in a deal: how much the outcome follows them (ι)
};
struct MapEdge {
  Id from;
  Id to;
  MapEdgeKind kind = MapEdgeKind::kTie;
  double strength = 0;            // [0, 1]; of lines, how much the one's stance makes up the other's
  std::vector<Id> evidence = {};  // never empty: the interactions of a tie, weightiest first; the record that says so of any other
};
struct RelationMap {
  Id object;  // null: everything
  Time as_of;
  std::vector<MapNode> nodes;  // people by id, then ours by id
  std::vector<MapEdge> edges;  // by from, to, kind, evidence; both ends are among the nodes
};
struct MapOptions {
  RelationOptions relation = {};  // contributions are always read
  Id party = {};                  // whose standing with the people is told: us (null), one of ours, a team, a competitor
  size_t most = 10'000;           // people; a map of more is refused, and no one could look at it
};
// Of a deal (who plays a role in it), of an account (who belongs to it) or, null, of everybody who belongs to some account. Errors: those
// of ReadPerson; BadOptions for an object that is none of these, LimitExceeded for more people than MapOptions::most.
[[nodiscard]] StatusOr<RelationMap> ReadRelationMap(const Snapshot& snapshot, Id object, const MapOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_RELATION_MAP_H_
