// Warm paths (§5.4.5): search over paths, back from the target, by what each can come to at most.
#include <algorithm>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>

#include "insight/relationship/relationship_internal.h"

namespace kith::insight {
namespace {

// A path under way, as a chain of steps back to the target.
struct SearchStep {
  Id person;
  int32_t previous = -1;  // position of the step nearer to the target
  int32_t hops = 0;
};

struct Open {
  double bound = 0;  // what it can come to at most
  double value = 0;
  int32_t step = 0;
  bool done = false;  // ends with one of ours
  friend bool operator<(const Open& a, const Open& b) {
    return a.bound != b.bound ? a.bound < b.bound : a.step > b.step;  // equal values: first found, first out
  }
};

Status Check(const PathOptions& options) {
  if (!(options.damping > 0 && options.damping <= 1)) {
    return MakeError({.reason = Reason::kBadOptions, .field = "damping", .value = std::to_string(options.damping)},
                     "damping lies above 0 and is at most 1");
  }
  constexpr int kMostHops = 6;
  if (options.hops < 1 || options.hops > kMostHops) {
    return MakeError({.reason = Reason::kBadOptions, .field = "hops", .value = std::to_string(options.hops)}, "a path has 1 to 6 hops");
  }
  return absl::OkStatus();
}

class PathSearch {
 public:
  PathSearch(const NeighboursOf& neighbours, const std::function<bool(Id)>& ours, const PathOptions& options, const PathHints& hints)
      : neighbours_(neighbours),
        ours_among_(hints.ours_among ? hints.ours_among : neighbours),
        ahead_(hints.ahead),
        ours_(ours),
        options_(options) {}
  StatusOr<std::vector<WarmPath>> Run(Id target);

 private:
  Status Extend(const Open& from);
  [[nodiscard]] bool OnPath(int32_t step, Id person) const;
  // What a path that goes on can come to at most; 0 when it can come to nothing that is wanted.
  [[nodiscard]] double BoundOf(double value, const SearchStep& step) const;
  void Offer(double value, const SearchStep& step);
  [[nodiscard]] WarmPath PathAt(const Open& open) const;
  bool IsOurs(Id person);

  const NeighboursOf& neighbours_;
  const NeighboursOf& ours_among_;
  const std::function<double(Id, int)>& ahead_;
  const std::function<bool(Id)>& ours_;
  const PathOptions& options_;
  std::vector<SearchStep> steps_;
  std::priority_queue<Open> open_;
  std::priority_queue<double, std::vector<double>, std::greater<>> best_;  // values of the best complete paths, the least on top
  std::unordered_map<Id, bool> known_;                                     // answers of ours_
};

bool PathSearch::IsOurs(Id person) {
  const auto [at, added] = known_.try_emplace(person, false);
  if (added) at->second = ours_(person);
  return at->second;
}

bool PathSearch::OnPath(int32_t step, Id person) const {
  for (; step >= 0; step = steps_[static_cast<size_t>(step)].previous) {
    if (steps_[static_cast<size_t>(step)].person == person) return true;
  }
  return false;
}

double PathSearch::BoundOf(double value, const SearchStep& step) const {
  const double bound = value * (ahead_ ? ahead_(step.person, options_.hops - step.hops) : options_.damping);
  return best_.size() == options_.count && bound <= best_.top() ? 0 : bound;
}

void PathSearch::Offer(double value, const SearchStep& step) {
  const bool done = IsOurs(step.person);
  // Only ours can follow the last hop, and everyone else needs one more.
  if (!done && step.hops == options_.hops) return;
  if (done) {
    best_.push(value);
    if (best_.size() > options_.count) best_.pop();
  }
  const double bound = done ? value : BoundOf(value, step);
  if (bound <= 0) return;
  steps_.push_back(step);
  open_.push({bound, value, static_cast<int32_t>(steps_.size() - 1), done});
}

Status PathSearch::Extend(const Open& from) {
  const SearchStep at = steps_[static_cast<size_t>(from.step)];
  const double damping = at.hops == 0 ? 1 : options_.damping;
  KITH_ASSIGN_OR_RETURN(const std::span<const Acquaintance> people, (at.hops + 1 == options_.hops ? ours_among_ : neighbours_)(at.person));
  for (const Acquaintance& next : people) {
    const double value = from.value * damping * std::clamp(next.strength, 0.0, 1.0);
    // A path only loses by going on: one that is no better than the worst kept cannot get among them.
    if (value <= 0 || (best_.size() == options_.count && value <= best_.top())) continue;
    if (OnPath(from.step, next.person)) continue;
    Offer(value, {next.person, from.step, at.hops + 1});
  }
  return absl::OkStatus();
}

WarmPath PathSearch::PathAt(const Open& open) const {
  WarmPath path;
  path.value = open.value;
  for (int32_t step = open.step; step >= 0; step = steps_[static_cast<size_t>(step)].previous) {
    path.people.push_back(steps_[static_cast<size_t>(step)].person);
  }
  return path;
}

StatusOr<std::vector<WarmPath>> PathSearch::Run(Id target) {
  std::vector<WarmPath> found;
  if (options_.count == 0) return found;
  steps_.push_back({target, -1, 0});
  open_.push({1, 1, 0, false});
  while (!open_.empty() && found.size() < options_.count) {
    Open next = open_.top();
    open_.pop();
    if (next.done) {
      found.push_back(PathAt(next));
      continue;
    }
    // What is known by now may be less than it was hoped for.
    const double bound = next.step == 0 ? next.bound : BoundOf(next.value, steps_[static_cast<size_t>(next.step)]);
    if (bound < next.bound) {
      next.bound = bound;
      if (bound > 0) open_.push(next);
      continue;
    }
    KITH_RETURN_IF_ERROR(Extend(next));
  }
  return found;
}

}  // namespace

StatusOr<std::vector<WarmPath>> FindWarmPaths(const NeighboursOf& neighbours, const std::function<bool(Id)>& ours, Id target,
                                              const PathOptions& options, const PathHints& hints) {
  KITH_RETURN_IF_ERROR(Check(options));
  return PathSearch(neighbours, ours, options, hints).Run(target);
}

namespace relationship_internal {

double Nearby::StrongestFirst(Id person) const {
  double strongest = 0;
  const auto found = first_.find(person);
  if (found == first_.end()) return strongest;
  for (const Acquaintance& one : found->second) strongest = std::max(strongest, one.strength);
  return strongest;
}

Status Nearby::Look() {
  if (at_ == At::kOurs) return LookAtOurs();
  if (at_ == At::kDone) return absl::OkStatus();
  if (to_look_at_.empty()) {
    at_ = At::kDone;
    return absl::OkStatus();
  }
  const Id person = to_look_at_.back();
  to_look_at_.pop_back();
  const double begin = StrongestFirst(person);
  KITH_ASSIGN_OR_RETURN(const std::span<const Acquaintance> others, neighbours_(person));
  for (const Acquaintance& other : others) {
    double& most = second_[other.person];
    most = std::max(most, begin * other.strength);
    strongest_second_ = std::max(strongest_second_, most);
  }
  return absl::OkStatus();
}

Status Nearby::LookAtOurs() {
  KITH_ASSIGN_OR_RETURN(const Id next, next_());
  if (next.is_null()) {
    for (const auto& [person, list] : first_) to_look_at_.push_back(person);
    at_ = At::kTheirs;
    return absl::OkStatus();
  }
  if (!is_ours_(next)) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const std::span<const Acquaintance> others, neighbours_(next));
  for (const Acquaintance& other : others) {
    first_[other.person].push_back({next, other.strength});
    strongest_first_ = std::max(strongest_first_, other.strength);
  }
  return absl::OkStatus();
}

std::optional<std::span<const Acquaintance>> Nearby::OursAmong(Id person) const {
  if (at_ == At::kOurs) return std::nullopt;
  const auto found = first_.find(person);
  return found == first_.end() ? std::span<const Acquaintance>() : std::span<const Acquaintance>(found->second);
}

double Nearby::Ahead(Id person, int hops) const {
  if (at_ == At::kOurs) return damping_;
  double most = damping_ * StrongestFirst(person);
  if (hops == 1) return most;
  if (at_ == At::kTheirs) return std::max(most, damping_ * damping_ * strongest_first_);
  const auto second = second_.find(person);
  if (second != second_.end()) most = std::max(most, damping_ * damping_ * second->second);
  return hops == 2 ? most : std::max(most, damping_ * damping_ * damping_ * strongest_second_);
}

}  // namespace relationship_internal

Network::Network(std::span<const Edge> edges) {
  struct Directed {
    Id from;
    Acquaintance to;
  };
  std::vector<Directed> all;
  all.reserve(2 * edges.size());
  for (const Edge& edge : edges) {
    if (!(edge.strength > 0) || edge.a == edge.b) continue;
    const double strength = std::min(1.0, edge.strength);
    all.push_back({edge.a, {edge.b, strength}});
    all.push_back({edge.b, {edge.a, strength}});
  }
  std::sort(all.begin(), all.end(), [](const Directed& a, const Directed& b) {
    if (a.from != b.from) return a.from < b.from;
    return a.to.person != b.to.person ? a.to.person < b.to.person : a.to.strength > b.to.strength;
  });
  const auto same = [](const Directed& a, const Directed& b) { return a.from == b.from && a.to.person == b.to.person; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  edges_.reserve(all.size());
  for (const Directed& edge : all) {
    if (people_.empty() || people_.back() != edge.from) {
      people_.push_back(edge.from);
      starts_.push_back(edges_.size());
    }
    edges_.push_back(edge.to);
  }
  starts_.push_back(edges_.size());
  for (size_t i = 0; i < people_.size(); ++i) {
    std::stable_sort(edges_.begin() + static_cast<ptrdiff_t>(starts_[i]), edges_.begin() + static_cast<ptrdiff_t>(starts_[i + 1]),
                     [](const Acquaintance& a, const Acquaintance& b) { return a.strength > b.strength; });
  }
}

std::span<const Acquaintance> Network::Neighbours(Id person) const {
  const auto at = std::lower_bound(people_.begin(), people_.end(), person);
  if (at == people_.end() || *at != person) return {};
  const auto i = static_cast<size_t>(at - people_.begin());
  return std::span(edges_).subspan(starts_[i], starts_[i + 1] - starts_[i]);
}

StatusOr<std::vector<WarmPath>> Network::Paths(const std::function<bool(Id)>& ours, Id target, const PathOptions& options) const {
  using People = StatusOr<std::span<const Acquaintance>>;
  size_t asked = 0;
  const auto next = [&]() -> StatusOr<Id> {
    constexpr size_t kAtOnce = 256;  // that a look costs about as much as going on from a person
    for (size_t i = 1; asked < people_.size(); ++i) {
      const Id person = people_[asked++];
      if (i == kAtOnce || ours(person)) return person;
    }
    return Id();
  };
  relationship_internal::Nearby nearby(
      options.damping, [&](Id person) -> People { return Neighbours(person); }, ours, next);
  const PathHints hints = {.ours_among = [&](Id person) -> People {
                             KITH_RETURN_IF_ERROR(nearby.Look());
                             const std::optional<std::span<const Acquaintance>> known = nearby.OursAmong(person);
                             return known ? *known : Neighbours(person);
                           },
                           .ahead = [&](Id person, int hops) { return nearby.Ahead(person, hops); }};
  const auto neighbours = [&](Id person) -> People {
    KITH_RETURN_IF_ERROR(nearby.Look());
    return Neighbours(person);
  };
  return FindWarmPaths(neighbours, ours, target, options, hints);
}

}  // namespace kith::insight
