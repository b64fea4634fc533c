// Warm paths from records (§5.4.5): who of us can be introduced to somebody, through whom.
//
// An edge is a tie (one of ours and somebody they interact with), an acquaintance (behaviour "acquaintance": strength times confidence, as
// far as it is valid then), or two of ours in one group. Edges are read as the search comes to them, so a question costs the people that it
// looks at. What the viewer may not see leads nowhere, but for acquaintances whose owner lets others know of the way
// (model/acquaintance.h): such a hop is "shared", its strength is not told and counts as that of an acquaintance of which nobody said how
// well they know each other. Exact, as FindWarmPaths is.
#ifndef KITH_INSIGHT_INTRODUCTIONS_H_
#define KITH_INSIGHT_INTRODUCTIONS_H_

#include <span>
#include <string_view>
#include <vector>

#include "kith/insight/relations.h"

namespace kith::insight {

enum class EdgeKind : uint8_t { kTie = 1, kKnows = 2, kColleague = 3, kShared = 4 };
[[nodiscard]] std::string_view NameOf(EdgeKind kind);  // "tie", "knows", "colleague", "shared"

struct IntroductionHop {
  Id from;
  Id to;
  EdgeKind kind = EdgeKind::kTie;
  double strength = 0;  // (0, 1]
  Id record;            // the acquaintance that the viewer may see; else null
};
struct Introduction {
  std::vector<IntroductionHop> hops;  // from one of ours to the target
  double value = 0;                   // φ^(hops - 1) · Π strength
};

struct IntroductionOptions {
  RelationOptions relation = {};  // neither `recorded` nor another half-life of ties is taken: BadOptions
  PathOptions path = {};
  Id from = {};            // one of ours; null: whoever of us is nearest, and nobody needs a colleague
  double colleague = 0.5;  // strength between two of ours in one group, (0, 1]
};
// The best ways to `target`, best first. Errors: NotFound for a target or `from` that is not there; BadOptions for `from` who is not one of
// ours, for a target who is, and as FindWarmPaths.
[[nodiscard]] StatusOr<std::vector<Introduction>> ReadIntroductions(const Snapshot& snapshot, Id target,
                                                                    const IntroductionOptions& options = {});
// To each of several targets, in their order: what was read of our network for one serves the next.
[[nodiscard]] StatusOr<std::vector<std::vector<Introduction>>> ReadIntroductions(const Snapshot& snapshot, std::span<const Id> targets,
                                                                                 const IntroductionOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_INTRODUCTIONS_H_
