// What the measures of relationships share.
#ifndef KITH_LIB_INSIGHT_RELATIONSHIP_RELATIONSHIP_INTERNAL_H_
#define KITH_LIB_INSIGHT_RELATIONSHIP_RELATIONSHIP_INTERNAL_H_

#include "kith/insight/relationship.h"

namespace kith::insight::relationship_internal {

// 2^(-(as_of - at) / half-life).
[[nodiscard]] double Decay(Time at, Time as_of, double half_life_days);

// The value of TieStrength alone.
[[nodiscard]] double TieValue(const model::TieSums& sums, const TieOptions& options);

// Largest |weight × value| first, then weight, then record: the same for facts in any order.
void SortContributions(Score& score);

}  // namespace kith::insight::relationship_internal

#endif  // KITH_LIB_INSIGHT_RELATIONSHIP_RELATIONSHIP_INTERNAL_H_
