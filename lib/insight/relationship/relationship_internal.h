// What the measures of relationships share.
#ifndef KITH_LIB_INSIGHT_RELATIONSHIP_RELATIONSHIP_INTERNAL_H_
#define KITH_LIB_INSIGHT_RELATIONSHIP_RELATIONSHIP_INTERNAL_H_

#include <absl/container/flat_hash_map.h>

#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "kith/insight/relationship.h"

namespace kith::insight::relationship_internal {

// 2^(-(as_of - at) / half-life).
[[nodiscard]] double Decay(Time at, Time as_of, double half_life_days);

// The value of TieStrength alone.
[[nodiscard]] double TieValue(const model::TieSums& sums, const TieOptions& options);

// Whom ours know, and whom those know, looked at one person at a time while a search goes on from the other end. So a search costs at most
// twice what it would alone, and where ours are few it soon knows who is one and two hops from them, so that everybody else is passed over.
class Nearby {
 public:
  using Lists = absl::flat_hash_map<Id, std::vector<Acquaintance>>;
  // `next`: who could be one of ours, each once, null after the last; `is_ours` tells.
  Nearby(double damping, NeighboursOf neighbours, std::function<bool(Id)> is_ours, std::function<StatusOr<Id>()> next)
      : damping_(damping), neighbours_(std::move(neighbours)), is_ours_(std::move(is_ours)), next_(std::move(next)) {}

  Status Look();  // at one person more
  // Those of ours whom the person knows, once all of ours were looked at.
  [[nodiscard]] std::optional<std::span<const Acquaintance>> OursAmong(Id person) const;
  // PathHints::ahead.
  [[nodiscard]] double Ahead(Id person, int hops) const;

 private:
  enum class At : uint8_t { kOurs, kTheirs, kDone };  // whom to look at next: ours, those whom they know, nobody
  Status LookAtOurs();
  [[nodiscard]] double StrongestFirst(Id person) const;

  double damping_;
  NeighboursOf neighbours_;
  std::function<bool(Id)> is_ours_;
  std::function<StatusOr<Id>()> next_;
  At at_ = At::kOurs;
  std::vector<Id> to_look_at_;
  Lists first_;                             // of whom ours know: which of ours, and how well; whole once they have all been looked at
  absl::flat_hash_map<Id, double> second_;  // of whom those know: strength × strength, the most of it
  double strongest_first_ = 0;
  double strongest_second_ = 0;
};

// Largest |weight × value| first, then weight, then record: the same for facts in any order.
void SortContributions(Score& score);

}  // namespace kith::insight::relationship_internal

#endif  // KITH_LIB_INSIGHT_RELATIONSHIP_RELATIONSHIP_INTERNAL_H_
