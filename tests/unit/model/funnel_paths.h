// Random pipelines and paths for the tests of the funnel's tables, reproducible from a seed.
#ifndef KITH_TESTS_UNIT_MODEL_FUNNEL_PATHS_H_
#define KITH_TESTS_UNIT_MODEL_FUNNEL_PATHS_H_

#include <random>

#include "kith/model/funnel_tables.h"

namespace kith::model::testing {

inline constexpr Currency kCny = Currency::FromPacked('C' | 'N' << 8 | 'Y' << 16);
inline constexpr Currency kUsd = Currency::FromPacked('U' | 'S' << 8 | 'D' << 16);

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  // 0 .. n-1.
  int64_t Below(int64_t n) { return static_cast<int64_t>(engine_() % static_cast<uint64_t>(n)); }
  bool Chance(double p) { return static_cast<double>(engine_() >> 11) * 0x1p-53 < p; }

 private:
  std::mt19937_64 engine_;
};

// `open` open stages with ids 101.., then won 901, lost 902, another lost 903.
inline Pipeline MakePipeline(int open) {
  Pipeline pipeline;
  pipeline.id = Id(7);
  pipeline.name = "sales";
  const auto add = [&](uint64_t id, StageKind kind) {
    Stage stage;
    stage.id = Id(id);
    stage.name = "stage" + std::to_string(id);
    stage.position = static_cast<int32_t>(pipeline.stages.size());
    stage.kind = kind;
    pipeline.stages.push_back(stage);
  };
  for (int i = 0; i < open; ++i) add(101 + static_cast<uint64_t>(i), StageKind::kOpen);
  add(901, StageKind::kWon);
  add(902, StageKind::kLost);
  add(903, StageKind::kLost);
  return pipeline;
}

struct WalkOptions {
  bool migrations = true;
  bool hand_overs = true;
  double close = 0.3;  // chance that a move closes
  int most_moves = 12;
};

inline DealPath RandomWalk(const Pipeline& pipeline, uint64_t deal, Random& random, const WalkOptions& options = {}) {
  constexpr int64_t kHour = 3600 * kMicrosPerSecond;
  DealPath path;
  path.deal = Id(deal);
  if (!random.Chance(0.1)) path.amount = {random.Below(10'000'000), random.Chance(0.8) ? kCny : kUsd};
  Time at{(17'000 + random.Below(700)) * kMicrosPerDay + random.Below(24) * kHour};
  PathMove move;
  move.owner = Id(static_cast<uint64_t>(random.Below(4)));
  move.segment = static_cast<uint64_t>(random.Below(3));
  move.source = static_cast<uint64_t>(random.Below(3));
  const int64_t moves = 1 + random.Below(options.most_moves);
  const auto open = static_cast<int64_t>(pipeline.stages.size()) - 3;
  for (int64_t i = 0; i < moves; ++i) {
    const int64_t to = random.Chance(options.close) ? open + random.Below(3) : random.Below(open);
    move.to = pipeline.stages[static_cast<size_t>(to)].id;
    move.at = at;
    move.cause = options.migrations && random.Chance(0.15) ? MoveCause::kMigration : MoveCause::kManual;
    if (options.hand_overs && random.Chance(0.2)) move.owner = Id(static_cast<uint64_t>(random.Below(4)));
    path.moves.push_back(move);
    if (!random.Chance(0.1)) at.micros += random.Below(random.Chance(0.2) ? 100 * 24 : 10 * 24) * kHour + random.Below(3'600'000'000);
  }
  return path;
}

}  // namespace kith::model::testing

#endif  // KITH_TESTS_UNIT_MODEL_FUNNEL_PATHS_H_
