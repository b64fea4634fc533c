// What is known of a deal beside its path, and how much of that its outcome follows: relationships in the forecast (C23).
//
// A deal can skip every step, or be lost at the last one, because somebody with better relations settled it. So each deal may bring
// covariates; how far they act is learnt from closed deals, each looked at at one moment of its open life, with what held then. Log odds of
// being won at all = those of its stage, age and group + level + Σ effect × covariate. The effects are averaged over models of different
// strength and over one without any, by how well each explains the outcomes (ridge priors, Laplace's approximation of the marginal
// likelihood; Hoeting et al. 1999 on model averaging): where relations decide nothing, next to nothing is added.
#ifndef KITH_INSIGHT_COVARIATES_H_
#define KITH_INSIGHT_COVARIATES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/insight/relations.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight {

struct Covariates {
  struct Past {
    model::OpenDeal deal;   // as it stood at the moment at which it is looked at
    double age_days = 0;    // in its stage then
    std::vector<double> x;  // one a name
    bool won = false;
  };
  std::vector<std::string> names;
  std::vector<bool> helps;  // one a name, or empty: more of it never lowers a chance, so what looks as if it did is taken as no effect
  std::map<Id, std::vector<double>> open;  // of open deals; one that is not here, of which nothing is known, keeps its chance
  std::vector<Past> past;
};

// What was learnt of one covariate.
struct CovariateEffect {
  std::string name;
  double effect = 0;  // log odds by unit
  double sd = 0;      // of its posterior
};

struct RelationCovariateOptions {
  std::optional<Time> as_of = {};  // unset: the snapshot's recorded time
  // Unset: learnt from the deals that are on record now. Deals that were deleted count at no time then, as in the tables (model/model.h):
  // where those that were lost are thrown away more often, whatever their relations, that moves the level, which follows the tables, and no
  // effect. Set, with tables read with the same `recorded`: from those that the database knew then, the deleted ones among them.
  std::optional<Time> recorded = {};
  size_t most_past = 400;          // closed deals looked at, the latest; each costs its decision chain as of then
  RelationOptions relations = {};  // as_of and recorded are set by the moment looked at
};

// The covariates "lead" (of our decision chain over the best rival's, [-2, 2]; without a rival our chain's value), "closeness" (our
// closeness to the chain's people, by their weight, [0, 1]) and "head_to_head" (log odds of having won against the strongest rival until
// then) of the deals in which somebody has a stake; all three help (M13). `tables` names the open deals. Relations are read as of each
// moment on the effective axis, and as known then where the deal itself was on record by then.
[[nodiscard]] StatusOr<Covariates> ReadRelationCovariates(const Snapshot& snapshot, const model::FunnelTables& tables,
                                                          const RelationCovariateOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_COVARIATES_H_
