#include "kith/insight/relation_map.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "insight/relationship/facts_internal.h"

namespace kith::insight {
namespace {

using catalog::TypeDef;
using relationship_internal::Facts;
using relationship_internal::Held;
using relationship_internal::kKnows;
using relationship_internal::Line;
using relationship_internal::LineKind;
using relationship_internal::Party;
using relationship_internal::Played;

class Mapper {
 public:
  Mapper(const Snapshot& snapshot, Id object, const MapOptions& options) : facts_(snapshot, options.relation), most_(options.most) {
    map_.object = object;
    map_.as_of = facts_.as_of();
  }

  StatusOr<RelationMap> Run(Id party) {
    KITH_ASSIGN_OR_RETURN(party_, facts_.PartyOf(party));
    KITH_RETURN_IF_ERROR(AddPeople());
    std::vector<Id> people;
    for (const auto& [id, node] : people_) people.push_back(id);
    for (const Id person : people) {
      KITH_RETURN_IF_ERROR(AddLinesTo(person));
      KITH_RETURN_IF_ERROR(AddAcquaintances(person));
      KITH_RETURN_IF_ERROR(AddTies(person));
    }
    for (auto* nodes : {&people_, &ours_}) {
      for (auto& [id, node] : *nodes) map_.nodes.push_back(std::move(node));
    }
    std::sort(map_.edges.begin(), map_.edges.end(), [](const MapEdge& a, const MapEdge& b) {
      return std::tie(a.from, a.to, a.kind, a.evidence) < std::tie(b.from, b.to, b.kind, b.evidence);
    });
    return std::move(map_);
  }

 private:
  Status AddPeople() {
    const Id object = map_.object;
    if (object.is_null()) return AddEverybody();
    KITH_RETURN_IF_ERROR(facts_.Check(object));
    if (facts_.IsDeal(object)) return AddDeal(object);
    if (facts_.IsOrganisation(object)) return facts_.ForEachPersonOf(object, [&](const Played& person) { return AddPerson(person); });
    return MakeError({.reason = Reason::kBadOptions,
                      .type = facts_.snapshot().catalog().FindType(object.type())->name,
                      .record = object,
                      .field = "object",
                      .hint = "give a deal, an account, or nothing for everybody"},
                     "there is no map of a record of this type");
  }

  Status AddEverybody() {
    for (const TypeDef* type : facts_.snapshot().catalog().TypesWith("party")) {
      if (type->FindRole("party", "organisation") == nullptr || !facts_.IsPerson(Id::Of(type->number, 0, 1))) continue;
      KITH_RETURN_IF_ERROR(facts_.ForEachOf(*type, [&](Id id) -> Status {
        const std::optional<Held> person = facts_.Then(id, "party");
        if (!person) return absl::OkStatus();
        KITH_ASSIGN_OR_RETURN(const std::vector<Id> organisations, facts_.OrganisationsOf(id));
        return organisations.empty() ? absl::OkStatus() : AddPerson(person->record);
      }));
    }
    return absl::OkStatus();
  }

  Status AddDeal(Id deal) {
    std::vector<double> reach;
    KITH_ASSIGN_OR_RETURN(const Chain chain, facts_.ChainOf(deal, party_, reach));
    KITH_ASSIGN_OR_RETURN(const ChainReport report, ScoreChain(chain, reach, facts_.options().chain));
    for (size_t i = 0; i < chain.members.size(); ++i) {
      const std::optional<Held> person = facts_.Then(chain.members[i].contact, "party");
      if (!person) continue;
      KITH_ASSIGN_OR_RETURN(MapNode * node, Describe(person->record, chain.members[i]));
      const ChainPerson& stands = report.people[i];
      Stand(*node, stands.stance, stands.own.confidence, chain.members[i].inputs);
      node->weight = stands.weight;
      node->influence = stands.influence;
    }
    return absl::OkStatus();
  }

  // With their roles in the deals that are open.
  Status AddPerson(const Played& person) {
    ChainMember member;
    KITH_RETURN_IF_ERROR(facts_.ForEach("stake", "person", person.id(), [&](const Played& stake) {
      const std::optional<Held> deal = facts_.Then(stake.Ref("deal"), "pipelined");
      if (deal && facts_.IsOpenDeal(*deal)) relationship_internal::TakeStake(stake, member);
    }));
    KITH_ASSIGN_OR_RETURN(MapNode * node, Describe(person, member));
    KITH_ASSIGN_OR_RETURN(const PersonReport report, facts_.Person(person.id(), party_, false));
    Stand(*node, report.stance.value, report.stance.confidence, report.inputs);
    return absl::OkStatus();
  }

  static void Stand(MapNode& node, double stance, double confidence, const StanceInputs& inputs) {
    node.stance = stance;
    node.confidence = confidence;
    node.closeness = inputs.closeness.value;
    node.light = LightOf(DisplayScore(stance));
  }

  StatusOr<MapNode*> Describe(const Played& person, const ChainMember& member) {
    if (people_.size() >= most_ && people_.count(person.id()) == 0) {
      return MakeError({.reason = Reason::kLimitExceeded,
                        .record = map_.object,
                        .field = "most",
                        .value = std::to_string(most_),
                        .hint = "ask about an account or a deal, or allow more"},
                       "there are more people than one map may have");
    }
    MapNode& node = people_[person.id()];
    node.record = person.id();
    node.type = person.type().name;
    node.name = facts_.NameOf(person.id());
    node.title = person.Text("title");
    node.level = person.Choice("level");
    KITH_ASSIGN_OR_RETURN(const std::vector<Id> organisations, facts_.OrganisationsOf(person.id()));
    for (const Id organisation : organisations) {
      const std::optional<Held> account = node.tier.empty() ? facts_.Then(organisation, "party") : std::nullopt;
      if (account) node.tier = account->record.Choice("tier");
    }
    node.roles = member.roles;
    std::sort(node.roles.begin(), node.roles.end());
    node.roles.erase(std::unique(node.roles.begin(), node.roles.end()), node.roles.end());
    node.veto = member.veto;
    node.approve = member.approve;
    node.political = member.political;
    return &node;
  }

  [[nodiscard]] bool IsThere(Id id) const { return people_.count(id) != 0; }
  // One of ours whom the viewer may see.
  bool AddOurs(Id id) {
    if (ours_.count(id) != 0) return true;
    const TypeDef* type = facts_.snapshot().catalog().FindType(id.type());
    if (type == nullptr || !facts_.IsOurs(id) || !facts_.snapshot().Get(id).ok()) return false;
    MapNode& node = ours_[id];
    node.record = id;
    node.type = type->name;
    node.name = facts_.NameOf(id);
    node.ours = true;
    node.active = facts_.IsActive(id);
    return true;
  }

  Status AddLinesTo(Id person) {
    return facts_.ForEachLineTo(person, [&](const Line& line) {
      if (line.from == person || !IsThere(line.from) || line.weight <= 0) return;
      if (line.kind == LineKind::kInfluence) {
        map_.edges.push_back({line.from, person, MapEdgeKind::kInfluences, std::min(1.0, line.weight), {line.record}});
      } else {
        const MapEdgeKind kind = line.kind == LineKind::kSuperior ? MapEdgeKind::kReportsTo : MapEdgeKind::kDottedLine;
        map_.edges.push_back({person, line.from, kind, line.weight, {line.record}});
      }
    });
  }

  Status AddAcquaintances(Id person) {
    for (const std::string_view role : {"from", "to"}) {
      KITH_RETURN_IF_ERROR(facts_.ForEach("acquaintance", role, person, [&](const Played& edge) {
        const Id from = edge.Ref("from");
        const Id to = edge.Ref("to");
        const Id other = role == "from" ? to : from;
        const double strength = std::min(1.0, edge.Double("strength", kKnows) * edge.Double("confidence", 1));
        if (other == person || strength <= 0 || !(IsThere(other) || AddOurs(other)) || !told_.insert(edge.id()).second) return;
        map_.edges.push_back({from, to, MapEdgeKind::kKnows, strength, {edge.id()}});
      }));
    }
    return absl::OkStatus();
  }

  Status AddTies(Id person) {
    KITH_ASSIGN_OR_RETURN(const std::vector<EmployeeTie> ties, facts_.Ties(person));
    for (const EmployeeTie& tie : ties) {
      if (tie.tie.contributions.empty() || !AddOurs(tie.employee)) continue;
      MapEdge& edge = map_.edges.emplace_back(MapEdge{tie.employee, person, MapEdgeKind::kTie, tie.tie.value});
      for (const Contribution& part : tie.tie.contributions) edge.evidence.push_back(part.record);
    }
    return absl::OkStatus();
  }

  Facts facts_;
  size_t most_;
  Party party_;
  RelationMap map_;
  std::map<Id, MapNode> people_;
  std::map<Id, MapNode> ours_;
  std::set<Id> told_;  // acquaintances
};

}  // namespace

std::string_view NameOf(MapEdgeKind kind) {
  switch (kind) {
    case MapEdgeKind::kReportsTo:
      return "reports_to";
    case MapEdgeKind::kDottedLine:
      return "dotted_line";
    case MapEdgeKind::kInfluences:
      return "influences";
    case MapEdgeKind::kKnows:
      return "knows";
    case MapEdgeKind::kTie:
      return "tie";
  }
  return {};
}

StatusOr<RelationMap> ReadRelationMap(const Snapshot& snapshot, Id object, const MapOptions& options) {
  return Mapper(snapshot, object, options).Run(options.party);
}

}  // namespace kith::insight
