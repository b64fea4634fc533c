// When a deal was closed.
#ifndef KITH_LIB_INSIGHT_CLOSING_INTERNAL_H_
#define KITH_LIB_INSIGHT_CLOSING_INTERNAL_H_

#include <span>

#include "kith/model/funnel_tables.h"

namespace kith::insight_internal {

// The move that closed a deal, of its moves; nullptr: it is open, or there are none. A migration from one closed stage to another is no new
// closing.
[[nodiscard]] inline const model::PathMove* ClosingOf(const model::Pipeline& pipeline, std::span<const model::PathMove> moves) {
  const model::PathMove* closing = nullptr;
  for (size_t i = moves.size(); i > 0; --i) {
    const model::Stage* stage = pipeline.Find(moves[i - 1].to);
    if (stage == nullptr || stage->kind == model::StageKind::kOpen) break;
    closing = &moves[i - 1];
    if (closing->cause != model::MoveCause::kMigration) break;
  }
  return closing;
}

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_CLOSING_INTERNAL_H_
