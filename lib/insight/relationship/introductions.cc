#include "kith/insight/introductions.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "insight/relationship/facts_internal.h"
#include "insight/relationship/relationship_internal.h"
#include "kith/base/packed.h"
#include "kith/engine/referring.h"
#include "kith/model/acquaintance.h"

namespace kith::insight {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;
using relationship_internal::Facts;
using relationship_internal::kKnows;
using relationship_internal::Played;

// One end of a type of acquaintances, and what an index by it has of the other end: with all of it, no record is read.
class End {
 public:
  End(const Snapshot& snapshot, const TypeDef& type, std::string_view mine, std::string_view other)
      : type_(type), mine_(*type.FindRole("acquaintance", mine)), other_(other) {
    const auto covers = [&](const IndexDef& index) {
      index_ = Covers(index) ? &index : nullptr;
      return index_ != nullptr;
    };
    const StatusOr<std::unique_ptr<RecordCursor>> readable = ScanLedBy(snapshot, type, mine_, {}, covers);
    if (!readable.ok() || *readable == nullptr) index_ = nullptr;
    ordered_ = index_ != nullptr && index_->parts.size() > 1 && index_->parts[1].field == type.FindRole("acquaintance", other)->name &&
               index_->parts[1].order == Order::kAscending;
    scans_ = type.FindIndexLedBy(static_cast<int32_t>(mine_.position)) == nullptr;
  }

  // Calls visit(other, strength, record) for each edge of the person that is valid at the moment; with `type`, to others of it alone.
  template <typename Visit>
  Status ForEach(const Snapshot& snapshot, Id person, TypeNumber type, Time at, const Visit& visit) {
    if (scans_) {
      KITH_RETURN_IF_ERROR(ReadAll(snapshot, at));
      const auto found = all_.find(person);
      if (found == all_.end()) return absl::OkStatus();
      for (const Told& told : found->second) visit(told.other, told.strength, told.record);
      return absl::OkStatus();
    }
    if (index_ == nullptr) {
      return ForEachWith(snapshot, type_, mine_, Value(person), [&](record::View view) {
        TakeRecord(view, at, visit);
        return absl::OkStatus();
      });
    }
    IndexRange range;
    range.equal.emplace_back(person);
    if (type != 0 && ordered_) {
      range.low = Value(Id::Of(type, 0, 0));
      range.high = Value(Id::Of(static_cast<TypeNumber>(type + 1), 0, 0));
    }
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.ScanIndex(type_, *index_, range));
    while (cursor->Next()) TakeCovered(cursor->covered_bytes(), cursor->id(), at, visit);
    return cursor->status();
  }

 private:
  static constexpr size_t kRoles = 5;
  [[nodiscard]] std::array<std::string_view, kRoles> Roles() const { return {other_, "strength", "confidence", "valid_from", "valid_to"}; }

  struct Told {
    Id other;
    double strength = 0;
    Id record;
  };
  // Once, not for each person that a search comes to. All ask about one moment.
  Status ReadAll(const Snapshot& snapshot, Time at) {
    if (read_) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type_.name));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      if (!view.has(mine_.position)) continue;
      std::vector<Told>& of_person = all_[view.GetRef(mine_.position)];
      TakeRecord(view, at, [&](Id other, double strength, Id edge) { of_person.push_back({other, strength, edge}); });
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    read_ = true;
    return absl::OkStatus();
  }

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

  // What is valid when: dates and times as moments.
  static int64_t MomentOf(Kind kind, int64_t number, int64_t otherwise) {
    if (kind == Kind::kDate) return StartOf(Date{static_cast<int32_t>(number)}).micros;
    return kind == Kind::kTime ? number : otherwise;
  }

  template <typename Visit>
  void TakeCovered(std::string_view bytes, Id record, Time at, const Visit& visit) const {
    std::array<PackedValue, kRoles> values;
    PackedReader in(bytes);
    for (size_t slot = 0; slot < index_->cover.size(); ++slot) {
      const PackedValue value = in.GetPacked();
      for (size_t role = 0; role < kRoles; ++role) {
        if (slots_[role] == static_cast<int>(slot)) values[role] = value;
      }
    }
    if (!in.ok() || values[0].kind != Kind::kRef) return;
    if (at.micros < MomentOf(values[3].kind, values[3].number, INT64_MIN) ||
        at.micros >= MomentOf(values[4].kind, values[4].number, INT64_MAX)) {
      return;
    }
    const double strength = values[1].kind == Kind::kDouble ? values[1].real : kKnows;
    const double confidence = values[2].kind == Kind::kDouble ? values[2].real : 1;
    visit(Id(static_cast<uint64_t>(values[0].number)), strength * confidence, record);
  }

  template <typename Visit>
  void TakeRecord(record::View view, Time at, const Visit& visit) const {
    const Played edge(type_, *type_.FindBehaviour("acquaintance"), view);
    const auto moment = [&](std::string_view role, int64_t otherwise) {
      const FieldDef* field = edge.Find(role);
      return field == nullptr ? otherwise : MomentOf(field->kind, edge.Int(role), otherwise);
    };
    if (at.micros < moment("valid_from", INT64_MIN) || at.micros >= moment("valid_to", INT64_MAX)) return;
    visit(edge.Ref(other_), edge.Double("strength", kKnows) * edge.Double("confidence", 1), edge.id());
  }

  const TypeDef& type_;
  const FieldDef& mine_;
  std::string_view other_;
  const IndexDef* index_ = nullptr;  // that covers all of Roles(); null: none that the viewer may read does
  std::vector<int> slots_;           // of Roles() in the index's cover
  bool ordered_ = false;             // the index goes by the other end next
  bool scans_ = false;               // no index at all serves, so all edges are read at once
  bool read_ = false;
  absl::flat_hash_map<Id, std::vector<Told>> all_;
};

struct Edge {
  EdgeKind kind = EdgeKind::kTie;
  double strength = 0;
  Id record;
};

// The edges of the people that a search came to, and those near ours.
class Circle {
 public:
  Circle(const Facts& facts, const IntroductionOptions& options)
      : facts_(facts),
        options_(options),
        nearby_(
            options.path.damping, [this](Id person) { return KnownNearby(person); }, [this](Id person) { return IsStart(person); },
            [this] { return NextOfOurs(); }) {
    for (const TypeDef* type : facts.snapshot().catalog().TypesWith("acquaintance")) {
      ends_.emplace_back(facts.snapshot(), *type, "from", "to");
      ends_.emplace_back(facts.snapshot(), *type, "to", "from");
    }
    for (const TypeDef* type : facts.snapshot().catalog().TypesWith("member")) {
      if (facts.IsOurs(Id::Of(type->number, 0, 1))) our_types_.push_back(type);
    }
  }

  [[nodiscard]] bool IsStart(Id person) const {
    if (!options_.from.is_null()) return person == options_.from;
    return facts_.IsOurs(person) && facts_.IsActive(person) && facts_.snapshot().Get(person).ok();
  }

  // A search begins: it pays for its own looks at those near ours.
  void Begin() { searched_ = looked_; }
  StatusOr<std::span<const Acquaintance>> Neighbours(Id person) {
    KITH_RETURN_IF_ERROR(Look());
    return Searched(Known(known_, person, false));
  }
  // Those among them from whom a path can begin.
  StatusOr<std::span<const Acquaintance>> OursAmong(Id person) {
    KITH_RETURN_IF_ERROR(Look());
    return Searched(OursKnownTo(person));
  }
  [[nodiscard]] double Ahead(Id person, int hops) const { return nearby_.Ahead(person, hops); }

  // The strongest edge between two.
  StatusOr<Edge> Between(Id from, Id to) {
    KITH_RETURN_IF_ERROR(Read(to, false));
    Edge best;
    for (const auto& [other, edge] : edges_) {
      if (other == from && edge.strength > best.strength) best = edge;
    }
    return best;
  }

  Circle(const Circle&) = delete;
  Circle& operator=(const Circle&) = delete;

 private:
  using Lists = relationship_internal::Nearby::Lists;
  using People = StatusOr<std::span<const Acquaintance>>;

  // What looks cost and what the search has cost, in edges read and people. One of ours may have thousands of ties: a search that ends
  // with the first people it reads is not made to read those.
  static constexpr size_t kPerson = 8;        // a person costs as much as so many edges
  static constexpr size_t kBeforeLooks = 64;  // what a search costs before it looks at anybody
  static size_t CostOf(const People& read) { return kPerson + (read.ok() ? read->size() : 0); }
  Status Look() {
    while (looked_ + kBeforeLooks <= searched_) {
      const size_t before = looked_;
      KITH_RETURN_IF_ERROR(nearby_.Look());
      if (looked_ == before) looked_ += kPerson;  // it passed somebody over, or is done
    }
    return absl::OkStatus();
  }
  People Searched(People read) {
    searched_ += CostOf(read);
    return read;
  }
  People KnownNearby(Id person) {
    People read = Known(known_, person, false);
    looked_ += CostOf(read);
    return read;
  }
  People OursKnownTo(Id person) {
    const std::optional<std::span<const Acquaintance>> ours = nearby_.OursAmong(person);
    return ours ? *ours : Known(ours_, person, true);
  }

  // Null when there are no more.
  StatusOr<Id> NextOfOurs() {
    if (!options_.from.is_null()) return std::exchange(begun_, true) ? Id() : options_.from;
    while (true) {
      if (cursor_ == nullptr) {
        if (our_type_ == our_types_.size()) return Id();
        KITH_ASSIGN_OR_RETURN(cursor_, facts_.snapshot().Scan(our_types_[our_type_++]->name));
      }
      if (cursor_->Next()) return cursor_->id();
      KITH_RETURN_IF_ERROR(cursor_->status());
      cursor_ = nullptr;
    }
  }

  StatusOr<std::span<const Acquaintance>> Known(Lists& lists, Id person, bool ours) {
    const auto known = lists.find(person);
    if (known != lists.end()) return std::span<const Acquaintance>(known->second);
    KITH_RETURN_IF_ERROR(Read(person, ours));
    // Several edges to one person: the strongest.
    std::sort(edges_.begin(), edges_.end(),
              [](const auto& a, const auto& b) { return a.first != b.first ? a.first < b.first : a.second.strength > b.second.strength; });
    std::vector<Acquaintance>& list = lists[person];
    for (const auto& [other, edge] : edges_) {
      if (!list.empty() && list.back().person == other) continue;
      if (MaySee(other)) list.push_back({other, edge.strength});
    }
    return std::span<const Acquaintance>(list);
  }

  // Who is not seen leads nowhere.
  [[nodiscard]] bool MaySee(Id person) const { return facts_.snapshot().viewer().is_system() || facts_.snapshot().Get(person).ok(); }

  void Offer(Id other, const Edge& edge) {
    if (edge.strength > 0) edges_.emplace_back(other, edge);
  }

  // Of one type of ours, or (0) of whatever type.
  Status ReadAcquaintances(Id person, TypeNumber type) {
    for (End& end : ends_) {
      KITH_RETURN_IF_ERROR(end.ForEach(facts_.snapshot(), person, type, facts_.as_of(), [&](Id other, double strength, Id record) {
        if (other == person) return;
        seen_.push_back(other);
        Offer(other, {EdgeKind::kKnows, std::min(1.0, strength), record});
      }));
    }
    return absl::OkStatus();
  }

  // What is not seen but may be known of. One that is seen is told as it is.
  Status ReadShared(Id person) {
    if (facts_.snapshot().viewer().is_system()) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const std::vector<Id> others, model::IntroducibleTo(facts_.snapshot(), person, facts_.as_of()));
    for (const Id other : others) {
      if (std::find(seen_.begin(), seen_.end(), other) != seen_.end()) continue;
      Offer(other, {EdgeKind::kShared, kKnows, Id()});
    }
    return absl::OkStatus();
  }

  Status Read(Id person, bool ours) {
    edges_.clear();
    seen_.clear();
    if (!ours) KITH_RETURN_IF_ERROR(ReadAcquaintances(person, 0));
    if (ours) {
      for (const TypeDef* type : our_types_) KITH_RETURN_IF_ERROR(ReadAcquaintances(person, type->number));
    }
    KITH_RETURN_IF_ERROR(ReadShared(person));
    if (facts_.IsOurs(person)) return ReadOurs(person);
    KITH_ASSIGN_OR_RETURN(const std::vector<model::PairTie> ties, model::TiesOfContact(facts_.snapshot(), person, facts_.as_of()));
    for (const model::PairTie& tie : ties) {
      if (facts_.IsActive(tie.employee)) Offer(tie.employee, {EdgeKind::kTie, ValueOf(tie), Id()});
    }
    return absl::OkStatus();
  }

  [[nodiscard]] double ValueOf(const model::PairTie& tie) const { return relationship_internal::TieValue(tie.sums, facts_.options().tie); }

  Status ReadOurs(Id person) {
    if (!facts_.IsActive(person)) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const std::vector<model::PairTie> ties, model::TiesOfEmployee(facts_.snapshot(), person, facts_.as_of()));
    for (const model::PairTie& tie : ties) {
      Offer(tie.contact, {EdgeKind::kTie, ValueOf(tie), Id()});
    }
    if (options_.from.is_null()) return absl::OkStatus();  // whoever has colleagues is a start already
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
  std::vector<const TypeDef*> our_types_;
  std::vector<std::pair<Id, Edge>> edges_;  // of the person read last
  std::vector<Id> seen_;                    // whom acquaintances that are seen name beside that person, however weak
  Lists known_;
  Lists ours_;
  size_t looked_ = 0;
  size_t searched_ = 0;
  bool begun_ = false;  // from IntroductionOptions::from
  size_t our_type_ = 0;
  std::unique_ptr<RecordCursor> cursor_;
  relationship_internal::Nearby nearby_;
};

Status Check(const Facts& facts, std::span<const Id> targets, const IntroductionOptions& options) {
  for (const Id target : targets) KITH_RETURN_IF_ERROR(facts.snapshot().Get(target).status());
  if (!options.from.is_null()) KITH_RETURN_IF_ERROR(facts.snapshot().Get(options.from).status());
  const auto refuse = [](std::string_view field, std::string value, std::string_view message) {
    return MakeError({.reason = Reason::kBadOptions, .field = std::string(field), .value = std::move(value)}, message);
  };
  if (options.relation.recorded) return refuse("recorded", ToText(*options.relation.recorded), "paths are not kept by what was known when");
  if (options.relation.tie.half_life_days != static_cast<double>(model::kTieHalfLifeDays)) {
    return refuse("half_life_days", std::to_string(options.relation.tie.half_life_days),
                  "paths read ties as they are kept, with their half-life");
  }
  for (const Id target : targets) {
    if (facts.IsOurs(target)) return refuse("target", std::to_string(target.value()), "the target is one of ours already");
  }
  if (!options.from.is_null() && !facts.IsOurs(options.from)) {
    return refuse("from", std::to_string(options.from.value()), "a path begins with one of ours");
  }
  if (!(options.colleague > 0 && options.colleague <= 1)) {
    return refuse("colleague", std::to_string(options.colleague), "strength between colleagues lies above 0 and is at most 1");
  }
  return absl::OkStatus();
}

StatusOr<std::vector<Introduction>> Search(Circle& circle, Id target, const PathOptions& options) {
  circle.Begin();
  const PathHints hints = {.ours_among = [&](Id person) { return circle.OursAmong(person); },
                           .ahead = [&](Id person, int hops) { return circle.Ahead(person, hops); }};
  KITH_ASSIGN_OR_RETURN(const std::vector<WarmPath> paths,
                        FindWarmPaths([&](Id person) { return circle.Neighbours(person); },
                                      [&](Id person) { return circle.IsStart(person); }, target, options, hints));
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

}  // namespace

std::string_view NameOf(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::kTie:
      return "tie";
    case EdgeKind::kKnows:
      return "knows";
    case EdgeKind::kColleague:
      return "colleague";
    case EdgeKind::kShared:
      return "shared";
  }
  return {};
}

StatusOr<std::vector<Introduction>> ReadIntroductions(const Snapshot& snapshot, Id target, const IntroductionOptions& options) {
  KITH_ASSIGN_OR_RETURN(std::vector<std::vector<Introduction>> found, ReadIntroductions(snapshot, std::span(&target, 1), options));
  return std::move(found.front());
}

StatusOr<std::vector<std::vector<Introduction>>> ReadIntroductions(const Snapshot& snapshot, std::span<const Id> targets,
                                                                   const IntroductionOptions& options) {
  const Facts facts(snapshot, options.relation);
  KITH_RETURN_IF_ERROR(Check(facts, targets, options));
  Circle circle(facts, options);
  std::vector<std::vector<Introduction>> found;
  for (const Id target : targets) {
    KITH_ASSIGN_OR_RETURN(std::vector<Introduction> ways, Search(circle, target, options.path));
    found.push_back(std::move(ways));
  }
  return found;
}

}  // namespace kith::insight
