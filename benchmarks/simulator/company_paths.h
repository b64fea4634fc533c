// The simulated company as the library's statistics see it: a pipeline and paths of deals, without a database.
#ifndef KITH_BENCHMARKS_SIMULATOR_COMPANY_PATHS_H_
#define KITH_BENCHMARKS_SIMULATOR_COMPANY_PATHS_H_

#include <vector>

#include "kith/model/funnel_tables.h"
#include "simulator/company.h"

namespace kith::simulator {

// Stage ids are 101 + index; owners 1 + rep, sources 1 + source, segments 1 + product; deals 10'001 + index.
inline model::Pipeline PipelineOf() {
  model::Pipeline pipeline;
  pipeline.id = Id(1);
  pipeline.name = "sales";
  pipeline.for_type = "opportunity";
  for (size_t i = 0; i < kStageNames.size(); ++i) {
    model::Stage stage;
    stage.id = Id(101 + i);
    stage.name = kStageNames[i];
    stage.position = static_cast<int32_t>(i);
    stage.kind = i == kWon ? model::StageKind::kWon : i == kLost ? model::StageKind::kLost : model::StageKind::kOpen;
    pipeline.stages.push_back(stage);
  }
  return pipeline;
}

inline std::vector<model::DealPath> PathsOf(const Company& company) {
  std::vector<model::DealPath> paths;
  paths.reserve(company.opportunities.size());
  for (size_t i = 0; i < company.opportunities.size(); ++i) {
    const Opportunity& deal = company.opportunities[i];
    model::DealPath path;
    path.deal = Id(10'001 + i);
    path.amount = deal.amount;
    for (const StageMove& move : deal.moves) {
      path.moves.push_back({Id(101 + move.stage), move.at, model::MoveCause::kManual, Id(1 + deal.rep), 1 + deal.product, 1 + deal.source});
    }
    paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace kith::simulator

#endif  // KITH_BENCHMARKS_SIMULATOR_COMPANY_PATHS_H_
