// Funnel tables with planted rates, made directly or from simulated paths; reproducible from a seed.
#ifndef KITH_TESTS_UNIT_INSIGHT_MADE_TABLES_H_
#define KITH_TESTS_UNIT_INSIGHT_MADE_TABLES_H_

#include <random>
#include <string>
#include <vector>

#include "kith/model/funnel_tables.h"

namespace kith::insight::testing {

inline constexpr Currency kCny = Currency::FromPacked('C' | 'N' << 8 | 'Y' << 16);
inline constexpr Currency kUsd = Currency::FromPacked('U' | 'S' << 8 | 'D' << 16);

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  double Uniform() { return (static_cast<double>(engine_() >> 11) + 0.5) * 0x1p-53; }
  bool Chance(double p) { return Uniform() < p; }
  int64_t Binomial(int64_t n, double p) {
    int64_t hits = 0;
    for (int64_t i = 0; i < n; ++i) hits += Chance(p);
    return hits;
  }

 private:
  std::mt19937_64 engine_;
};

// Open stages 101.. named s1.., won 901, lost 902.
inline model::Pipeline MakePipeline(int open) {
  model::Pipeline pipeline;
  pipeline.id = Id(7);
  pipeline.name = "sales";
  pipeline.for_type = "opportunity";
  const auto add = [&](uint64_t id, std::string name, model::StageKind kind) {
    model::Stage stage;
    stage.id = Id(id);
    stage.name = std::move(name);
    stage.position = static_cast<int32_t>(pipeline.stages.size());
    stage.kind = kind;
    pipeline.stages.push_back(stage);
  };
  for (int i = 0; i < open; ++i)
    add(101 + static_cast<uint64_t>(i), std::string("s").append(std::to_string(i + 1)), model::StageKind::kOpen);
  add(901, "won", model::StageKind::kWon);
  add(902, "lost", model::StageKind::kLost);
  return pipeline;
}

// Adds to a group's row of a stage in one epoch.
inline void AddCounts(model::FunnelTables& tables, model::GroupKind kind, uint64_t group, size_t stage, int64_t resolved, int64_t advanced,
                      model::Epoch epoch = 600) {
  model::StageRow& row = tables.rows.stages[{kind, group, epoch, tables.pipeline.stages[stage].id.value()}];
  row.reached += resolved;
  row.advanced += advanced;
  row.lost += resolved - advanced;
}

}  // namespace kith::insight::testing

#endif  // KITH_TESTS_UNIT_INSIGHT_MADE_TABLES_H_
