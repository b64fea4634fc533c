// How people are doing (K01): of each rep, and of all of them together, what they did, how far their deals went and how fast, what they
// reached of what was asked, and the relations they hold; one call for what a manager looks at before talking to somebody.
//
// Counts and amounts of the reps and of nobody (null) add up to the team's, each kept by who held the deal at the time; contacts do not,
// since two may know the same person. Every rate and comparison has its interval and how many deals it rests on. No score is made of it
// all: what to work on first is the weak step, and where none can be told from chance none is named (funnel.h).
#ifndef KITH_INSIGHT_SCORECARD_H_
#define KITH_INSIGHT_SCORECARD_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/insight/drivers.h"
#include "kith/insight/funnel.h"
#include "kith/insight/quota.h"

namespace kith::insight {

// What somebody did in the window: interactions (behaviour "interaction", role employee) and tasks that they finished (behaviour "task"),
// at done_at or, where nothing is said, when they were last written.
struct RepActivity {
  int64_t interactions = 0;
  std::map<std::string, int64_t> by_kind;  // by the choice's name; "" without a kind
  int64_t theirs = 0;                      // of these, come from the other side or mutual
  int64_t contacts = 0;                    // people dealt with, each once
  int64_t tasks_done = 0;
};

// One quota for exactly the window, and what was reached of it until the tables' as_of. What a group is asked, all below it reach.
struct QuotaReached {
  Quota quota;
  double reached = 0;              // minor units in the target's currency, or deals
  int64_t untold = 0;              // of a margin: won deals whose margin is not known, or in another currency: not counted
  std::optional<double> share;     // reached / asked; none: nothing was asked
  std::optional<Quantiles> total;  // of revenue, of somebody, while the window runs: what the forecast says they will have reached
  std::optional<double> chance;    // of reaching it then
};

// What is known to last: how many people somebody has a tie with, and their part in what the firm knows (quantify.h).
struct RelationAssets {
  int64_t contacts = 0;
  double reach = 0;      // Σ value·tie; values of all people together 1
  double exclusive = 0;  // 0..reach: what would go with them
};

struct Scorecard {
  Id owner;  // null: of nobody, and the team's
  RepActivity activity;
  FunnelReport funnel;  // of the window; its rates have intervals
  double revenue = 0;   // minor units won in the report's currency
  Velocity velocity;
  double velocity_low = 0;  // per_day() within chance, at the level asked; 0 where nothing was won
  double velocity_high = 0;
  std::vector<QuotaReached> quotas;
  std::optional<RelationAssets> relations;  // of one of ours, where they are read
  std::optional<RepReport> against_team;    // none: no deal was resolved
};

// Whom to learn a weak step from: of those who go on more often than the team beyond chance, the one of the highest rate. Steps that nobody
// is good at have no example.
struct Practice {
  Id owner;  // who is weak there
  Id stage;
  Id example;  // null: nobody
  Rate rate;   // of the example
};

struct ScorecardReport {
  Time as_of;
  Currency currency;
  Months window;
  Scorecard team;
  std::vector<Scorecard> reps;          // everybody with a deal, an interaction or a quota, by id; nobody's first
  std::vector<QuotaReached> groups;     // quotas of groups
  std::vector<Practice> practices;      // for every flagged step of a rep given out
  std::optional<double> concentration;  // on how few people the firm's relations hang (quantify.h)
  std::set<std::string> masked;         // what the viewer may not read, and so was not judged: "type.field"
};

struct ScorecardOptions {
  RepOptions reps = {};    // the window, the level, perhaps one owner: their card alone, beside the team
  Currency currency = {};  // null: the one most deals have
  bool relations = true;   // false: without RelationAssets and concentration, which cost what the company's quantification does
};
// A window that is left open begins with the first month that the tables have and ends with that of their as_of. Costs every interaction
// and task, the quotas, a forecast where a quota's window runs, and, where a margin or cash is asked for, every deal of the pipeline or
// every document. As the snapshot's viewer may see. Errors: those of Funnel, Forecast, Quantify, ReadCash and WorthOf.
[[nodiscard]] StatusOr<ScorecardReport> ScorecardsOf(const Snapshot& snapshot, const model::FunnelTables& tables,
                                                     const ScorecardOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_SCORECARD_H_
