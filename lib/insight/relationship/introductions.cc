#include "kith/insight/introductions.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "insight/relationship/facts_internal.h"

namespace kith::insight {
namespace {

using catalog::BehaviourDef;
using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;
using relationship_internal::Facts;
using relationship_internal::Played;

constexpr double kKnows = 0.5;  // of an acquaintance whose strength nobody gave

// One end of a type of acquaintances, and what an index by it has of the other end: with all of it, no record is read.
class End {
 public:
  End(const TypeDef& type, std::string_view mine, std::string_view other) : type_(type), other_(other) {
    const FieldDef& field = *type.FindRole("acquaintance", mine);
    for (const IndexDef& index : type.indexes) {
      if (index.kind != catalog::IndexKind::kOrdered || index.parts.empty() || index.parts[0].field != field.name) continue;
      if (Covers(index)) {
        index_ = &index;
        return;
      }
    }
    slots_.clear();
    index_ = type.FindIndexLedBy(static_cast<int32_t>(field.position));
  }

  // Calls visit(other, strength, record) for each edge of the person that is valid at the moment.
  template <typename Visit>
  Status ForEach(const Snapshot& snapshot, Id person, Time at, const Visit& visit) const {
    if (index_ == nullptr) return absl::OkStatus();
    IndexRange range;
    range.equal.emplace_back(person);
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.ScanIndex(type_, *index_, range));
    std::vector<Value> values;
    while (cursor->Next()) {
      values.clear();
      if (!slots_.empty()) {
        std::vector<Value>& covered = covered_;
        covered.clear();
        cursor->Covered(covered);
        for (const int slot : slots_) values.push_back(slot < 0 ? Value() : covered[static_cast<size_t>(slot)]);
      } else {
        KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
        for (const std::string_view role : Roles()) {
          const FieldDef* field = type_.FindRole("acquaintance", role);
          values.push_back(field == nullptr ? Value() : view.Get(field->position));
        }
      }
      Take(values, cursor->id(), at, visit);
    }
    return cursor->status();
  }

 private:
  [[nodiscard]] std::array<std::string_view, 5> Roles() const { return {other_, "strength", "confidence", "valid_from", "valid_to"}; }

  bool Covers(const IndexDef& index) {
    slots_.clear();
    for (const std::string_view role : Roles()) {
      const FieldDef* field = type_.FindRole("acquaintance", role);
      const auto at = std::find_if(index.cover.begin(), index.cover.end(),
                                   [&](const catalog::IndexPart& part) { return field != nullptr && part.field == field->name; });
      if (field != nullptr && at == index.cover.end()) return false;
      slots_.push_back(field == nullptr ? -1 : static_cast<int>(at - index.cover.begin()));
    }
    return true;
  }

  template <typename Visit>
  static void Take(const std::vector<Value>& values, Id record, Time at, const Visit& visit) {
    const auto moment = [](const Value& value, Time otherwise) {
      if (const Date* date = value.get_if<Date>(); date != nullptr) return StartOf(*date);
      const Time* time = value.get_if<Time>();
      return time == nullptr ? otherwise : *time;
    };
    const auto number = [](const Value& value, double otherwise) {
      const double* real = value.get_if<double>();
      return real == nullptr ? otherwise : *real;
    };
    const Id* other = values[0].get_if<Id>();
    if (other == nullptr || at < moment(values[3], Time{INT64_MIN}) || at >= moment(values[4], kTimeMax)) return;
    visit(*other, number(values[1], kKnows) * number(values[2], 1), record);
  }

  const TypeDef& type_;
  std::string_view other_;
  const IndexDef* index_ = nullptr;
  std::vector<int> slots_;  // of Roles() in the index's cover; empty: it does not cover them
  mutable std::vector<Value> covered_;
};

struct Edge {
  EdgeKind kind = EdgeKind::kTie;
  double strength = 0;
  Id record;
};

// The edges of the people that a search came to.
class Circle {
 public:
  Circle(const Facts& facts, const IntroductionOptions& options) : facts_(facts), options_(options) {
    for (const TypeDef* type : facts.snapshot().catalog().TypesWith("acquaintance")) {
      ends_.emplace_back(*type, "from", "to");
      ends_.emplace_back(*type, "to", "from");
    }
  }

  [[nodiscard]] bool IsStart(Id person) const {
    return options_.from.is_null() ? facts_.IsOurs(person) && facts_.IsActive(person) : person == options_.from;
  }

  StatusOr<std::span<const Acquaintance>> Neighbours(Id person) {
    const auto [at, added] = known_.try_emplace(person);
    if (!added) return std::span<const Acquaintance>(*at->second);
    edges_.clear();
    KITH_RETURN_IF_ERROR(Read(person));
    auto list = std::make_unique<std::vector<Acquaintance>>();
    for (const auto& [other, edge] : edges_) list->push_back({other, edge.strength});
    known_[person] = std::move(list);
    return std::span<const Acquaintance>(*known_[person]);
  }

  // The strongest edge between two.
  StatusOr<Edge> Between(Id from, Id to) {
    edges_.clear();
    KITH_RETURN_IF_ERROR(Read(to));
    return edges_[from];
  }

 private:
  void Offer(Id other, const Edge& edge) {
    if (!(edge.strength > 0)) return;
    if (Edge& known = edges_[other]; known.strength < edge.strength) known = edge;
  }

  Status Read(Id person) {
    const Snapshot& snapshot = facts_.snapshot();
    for (const End& end : ends_) {
      KITH_RETURN_IF_ERROR(end.ForEach(snapshot, person, facts_.as_of(), [&](Id other, double strength, Id record) {
        if (other != person) Offer(other, {EdgeKind::kKnows, std::min(1.0, strength), record});
      }));
    }
    if (facts_.IsOurs(person)) return ReadOurs(person);
    KITH_ASSIGN_OR_RETURN(const std::vector<EmployeeTie> ties, facts_.Ties(person, false));
    for (const EmployeeTie& tie : ties) {
      if (tie.active) Offer(tie.employee, {EdgeKind::kTie, tie.tie.value, Id()});
    }
    return absl::OkStatus();
  }

  Status ReadOurs(Id person) {
    if (!facts_.IsActive(person)) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const std::vector<model::PairTie> ties, model::TiesOfEmployee(facts_.snapshot(), person, facts_.as_of()));
    for (const model::PairTie& tie : ties) {
      Offer(tie.contact, {EdgeKind::kTie, TieStrength(tie.sums, facts_.options().tie).value, Id()});
    }
    std::vector<Id> groups;
    if (const std::optional<Played> member = facts_.Find(person, "member"); member && member->Has("group")) {
      groups.push_back(member->Ref("group"));
    }
    KITH_RETURN_IF_ERROR(facts_.ForEach("member", "member", person, [&](const Played& member) { groups.push_back(member.Ref("group")); }));
    for (const Id group : groups) {
      KITH_RETURN_IF_ERROR(facts_.ForEach("member", "group", group, [&](const Played& member) {
        const bool edge = member.type().FindRole("member", "member") != nullptr;
        const Id other = edge ? member.Ref("member") : member.id();
        if (other != person && facts_.IsActive(other)) Offer(other, {EdgeKind::kColleague, options_.colleague, Id()});
      }));
    }
    return absl::OkStatus();
  }

  const Facts& facts_;
  const IntroductionOptions& options_;
  std::vector<End> ends_;
  std::map<Id, Edge> edges_;  // of the person being read
  absl::flat_hash_map<Id, std::unique_ptr<std::vector<Acquaintance>>> known_;
};

Status Check(const Facts& facts, Id target, const IntroductionOptions& options) {
  KITH_RETURN_IF_ERROR(facts.snapshot().Get(target).status());
  const auto refuse = [](std::string_view field, std::string value, std::string_view message) {
    return MakeError({.reason = Reason::kBadOptions, .field = std::string(field), .value = std::move(value)}, message);
  };
  if (options.relation.recorded) return refuse("recorded", ToText(*options.relation.recorded), "paths are not kept by what was known when");
  if (facts.IsOurs(target)) return refuse("target", std::to_string(target.value()), "the target is one of ours already");
  if (!options.from.is_null() && !facts.IsOurs(options.from)) {
    return refuse("from", std::to_string(options.from.value()), "a path begins with one of ours");
  }
  if (!(options.colleague > 0 && options.colleague <= 1)) {
    return refuse("colleague", std::to_string(options.colleague), "strength between colleagues lies above 0 and is at most 1");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view NameOf(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::kTie:
      return "tie";
    case EdgeKind::kKnows:
      return "knows";
    case EdgeKind::kColleague:
      return "colleague";
  }
  return {};
}

StatusOr<std::vector<Introduction>> ReadIntroductions(const Snapshot& snapshot, Id target, const IntroductionOptions& options) {
  const Facts facts(snapshot, options.relation);
  KITH_RETURN_IF_ERROR(Check(facts, target, options));
  Circle circle(facts, options);
  KITH_ASSIGN_OR_RETURN(const std::vector<WarmPath> paths,
                        FindWarmPaths([&](Id person) { return circle.Neighbours(person); },
                                      [&](Id person) { return circle.IsStart(person); }, target, options.path));
  std::vector<Introduction> found;
  for (const WarmPath& path : paths) {
    Introduction& introduction = found.emplace_back();
    introduction.value = path.value;
    for (size_t i = 1; i < path.people.size(); ++i) {
      KITH_ASSIGN_OR_RETURN(const Edge edge, circle.Between(path.people[i - 1], path.people[i]));
      introduction.hops.push_back({path.people[i - 1], path.people[i], edge.kind, edge.strength, edge.record});
    }
  }
  return found;
}

}  // namespace kith::insight
