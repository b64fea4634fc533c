// The semi-Markov model of a funnel: how fast deals leave a stage at an age and where they go, as posteriors, with effects of groups and
// of the month within the quarter.
#ifndef KITH_LIB_INSIGHT_HAZARD_INTERNAL_H_
#define KITH_LIB_INSIGHT_HAZARD_INTERNAL_H_

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "insight/special_internal.h"
#include "insight/tables_internal.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight_internal {

inline constexpr size_t kBins = model::kAgeBins;
inline constexpr size_t kClasses = 3;                                   // of destinations
enum class ExitClass : uint8_t { kForward = 0, kLost = 1, kBack = 2 };  // forward: a later stage, or won
inline constexpr size_t kPhases = 3;                                    // months of a quarter
[[nodiscard]] size_t PhaseOf(model::Epoch epoch);

// Stages and destinations as the model numbers them: open stages 0..stages-1 in order, then won, then lost.
struct Shape {
  size_t stages = 0;
  std::vector<size_t> pipeline_index;  // by stage of the model
  std::map<uint64_t, size_t> by_id;    // stage id -> stage or destination
  [[nodiscard]] size_t destinations() const { return stages + 2; }
  [[nodiscard]] size_t won() const { return stages; }
  [[nodiscard]] size_t lost() const { return stages + 1; }
  [[nodiscard]] size_t cell(size_t stage, size_t bin) const { return stage * kBins + bin; }
  [[nodiscard]] size_t exit(size_t stage, size_t bin, size_t destination) const { return cell(stage, bin) * destinations() + destination; }
  [[nodiscard]] ExitClass ClassOf(size_t stage, size_t destination) const;
  // The open stage of an id; kNoStage for any other id.
  [[nodiscard]] size_t StageOf(uint64_t id) const;
};
[[nodiscard]] Shape ShapeOf(const model::Pipeline& pipeline);

// Exits per day by (stage, age bin), and how they share out over destinations.
struct Hazards {
  std::vector<double> rate;   // by Shape::cell
  std::vector<double> share;  // by Shape::exit
};

// Factors on the hazards, by (stage, class); 1 is no effect.
struct Factors {
  std::vector<double> by_stage_class;  // stage * kClasses + class; empty: all 1
  [[nodiscard]] double at(size_t stage, size_t exit_class) const {
    return by_stage_class.empty() ? 1 : by_stage_class[stage * kClasses + exit_class];
  }
};

// Exits that happened, and that the model expected of the time at risk.
struct ExitPair {
  double observed = 0;
  double expected = 0;
};

// A whole month, of a class of exit; more than 0 are expected.
struct MonthExits {
  model::Epoch month = 0;
  ExitPair exits;
};

class HazardModel {
 public:
  explicit HazardModel(const model::FunnelTables& tables);

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] const Hazards& mean() const { return mean_; }
  // One draw from the posterior: Gamma rates, Dirichlet shares.
  [[nodiscard]] Hazards Draw(Random& random) const;

  // The kind of group whose effects are supported best by the data; kAll when none is.
  [[nodiscard]] model::GroupKind group_kind() const { return group_kind_; }
  // Posterior mean effects of a group; no effect for one that is not known.
  [[nodiscard]] const Factors& GroupFactors(uint64_t group) const;
  [[nodiscard]] const std::map<uint64_t, Factors>& groups() const { return groups_; }

  // Whether factors of the month within the quarter act; each is shrunk by how likely it is.
  [[nodiscard]] bool has_phases() const { return has_phases_; }
  // The chance that the month within the quarter matters, of the class of exit for which it is largest.
  [[nodiscard]] double phase_chance() const { return phase_chance_; }
  // Factor by (phase, class).
  [[nodiscard]] double PhaseFactor(size_t phase, size_t exit_class) const { return phases_[phase][exit_class]; }

 private:
  using Months = std::map<model::Epoch, std::array<ExitPair, kClasses>>;
  // Exits of the groups of a kind by stage * kClasses + class.
  using GroupPairs = std::map<uint64_t, std::vector<ExitPair>>;
  struct StageTotals {
    std::vector<double> by_bin;
    std::vector<double> mix;  // by destination, sums to 1
    double rate = 0;
  };

  // hazard.cc
  void Gather(const model::FunnelTables& tables);
  void Fit();
  [[nodiscard]] StageTotals TotalsOf(size_t stage) const;
  void FitBin(size_t stage, size_t bin, const StageTotals& totals);
  [[nodiscard]] double LevelWeight(size_t stage, size_t exit_class) const;
  // effects.cc
  void FitGroups(const model::FunnelTables& tables);
  [[nodiscard]] GroupPairs PairsOf(const model::FunnelTables& tables, model::GroupKind kind) const;
  void GatherPhases(const model::FunnelTables& tables);
  struct OpenStays {
    size_t stage = 0;
    int64_t deals = 0;
    Time entered{};  // means
    Time since{};
  };
  [[nodiscard]] std::vector<OpenStays> StaysByDay(const model::FunnelTables& tables) const;
  void AddOpenMonths(const OpenStays& stays, const model::FunnelTables& tables, Months& months) const;
  void FitPhases(const Months& months, model::Epoch last_whole);
  void LevelPhases(const std::vector<MonthExits>& months, size_t exit_class);
  // Adds a row's exits, and the exits that the model expects of days at risk, to `pairs` by class.
  void AddObserved(const model::StageRow& row, size_t stage, ExitPair* pairs) const;
  void AddExpected(size_t stage, size_t bin, double days, ExitPair* pairs) const;
  // The same of `deals` deals at ages [from, to) in seconds.
  void AddExpected(size_t stage, Ages ages, double deals, ExitPair* pairs) const;

  Shape shape_;
  std::vector<double> exposure_;  // days by cell
  std::vector<double> exits_;     // by exit
  std::vector<double> gamma_shape_, gamma_rate_;
  std::vector<double> dirichlet_;
  Hazards mean_;
  std::vector<double> class_rate_;  // mean hazard by cell * kClasses + class
  std::vector<double> class_sum_;   // its integral up to the bin's lower edge, likewise
  model::GroupKind group_kind_ = model::GroupKind::kAll;
  std::map<uint64_t, Factors> groups_;
  Factors none_;
  bool has_phases_ = false;
  double phase_chance_ = 0;
  std::array<std::array<double, kClasses>, kPhases> phases_;
};

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_HAZARD_INTERNAL_H_
