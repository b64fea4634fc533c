// The six quantifications of relationships (六量化, domain model §5.4) from one function over whose relations (the subject), to whom or
// what (the object), as of a moment:
//
//   object       subject: us (null), one of ours, a team, a competitor
//   a person     1 key person: 0 to 100, closeness, stance, what to talk about
//   a deal       2 decision chain: the people who decide, gaps, lead, what to do next
//   an account   3 account: depth, breadth, threads, service; on whom it hangs
//   everything   4 employee (one of ours or a team): reach, what only they have, whom to hand over
//                5 company (us): all accounts by their value, on how few it hangs
//                6 competitor: the same from evidence, and the record of deals against us
//
// What a record is, its type's behaviours tell (relations.h). An account's people are those that belonged to it at the moment
// (model/employment.h); a person's power goes by the choices of role `level` from the highest down, 1 to 1/n, and without one like the
// lowest. An account's value is the amount of its deals that were open then or had been closed within the year before, in the currency that
// most of that is in; where no account has any, all count alike. Fields are read as they held at the moment, on both axes where `recorded`
// is set; of a record that was put in later, as they are now, and its own times say whether it counts. What the viewer may not see counts
// nothing.
//
// A milestone of delivery (behaviour "milestone") is late from the day after it was due, by the database's days, and was done late where it
// was done after it. Days of doing are as known today, or at `recorded`: done_on says when, whenever it was written down; the day it was
// due is the one that held at the moment. One that is late and not done weighs on service like an open ticket of no particular priority.
// Deals that were lost have no late ones, and nothing is told of types of which the viewer may not read due and done_on.
#ifndef KITH_INSIGHT_QUANTIFY_H_
#define KITH_INSIGHT_QUANTIFY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/insight/introductions.h"
#include "kith/insight/relations.h"

namespace kith::insight {

enum class Quantification : uint8_t { kKeyPerson = 1, kDecisionChain, kAccount, kEmployee, kCompany, kCompetitor };
[[nodiscard]] std::string_view NameOf(Quantification which);  // "key_person", "decision_chain", ...

enum class Step : uint8_t { kSolution = 1, kPrice, kCloseness, kHandOver };
[[nodiscard]] std::string_view NameOf(Step step);  // "solution", "price", "closeness", "hand_over"

// What would help. Its gain is the difference that the score would make, everything else as it is: the person fully convinced, as close as
// can be, or, for a hand-over, of the tie not being lost with the one who has it.
struct Suggestion {
  Id record;  // a person
  Step step = Step::kCloseness;
  double gain = 0;  // points of the score, > 0
  double reach =
      1;  // of a decision chain: how well we reach them, our closeness or the value of `way`, whichever is more; part of the gain
  Introduction way;  // the best one to them (introductions.h), from the subject where that is one of ours; no hops: there is none
};

struct Against {
  Id competitor;
  double lead = 0;              // ours - theirs, [-2, 2]
  std::vector<Id> closer = {};  // who approve, decide, pay or can veto, and are closer to them than to us: a late risk
};

// A milestone that was late at the moment, or had been done late within the year before.
struct Slip {
  Id milestone;
  Id deal;
  std::string name;  // empty: none, or one that the viewer may not read
  Date due;
  std::optional<Date> done = {};  // by the moment
  int64_t days_late = 0;          // > 0; up to the day it was done, or the moment's
};

struct RelationReport {
  Quantification which = Quantification::kCompany;
  Id subject;  // null: us
  Id object;   // null: everything
  Time as_of;
  Score score;  // 0..100; contributions name interactions and evidence; of 4 people and ties, of 5 and 6 accounts: 100·Σ weight·value
  Light light = Light::kAmber;
  std::optional<PersonReport> person;          // 1
  std::optional<ChainReport> chain;            // 2
  std::optional<AccountReport> account;        // 3
  double reach = 0;                            // 4: Σ value·tie, values of all people together 1
  double exclusive = 0;                        // 4: 0..reach
  std::vector<HandOver> hand_over = {};        // 4: largest loss first
  std::vector<EmployeeReport> employees = {};  // 5: largest exclusive first, without hand-over lists
  std::optional<double> concentration;         // 5: Herfindahl index of the exclusive shares; nothing when nothing is exclusive
  std::optional<Score> head_to_head;           // 6: our chance against them, from closed deals that both were in
  std::vector<Against> against = {};           // 2: each competitor in the deal, or the one asked about
  std::optional<double> trend;                 // 3, with trend_months: points a month
  std::vector<Slip> slips = {};                // 2, 3, of ours: those not done first, then the longest late, then by id
  std::vector<Money> capital = {};  // what the subject's closeness to the object is worth in open deals, one a currency (货币化)
  std::vector<Suggestion> suggestions = {};  // largest gain first
};

struct QuantifyOptions {
  RelationOptions relation = {};
  size_t suggestions = 5;
  double effect = 1;     // of a chain's lead on the log odds of winning, §5.6
  bool capital = true;   // costs a forecast of each pipeline concerned
  bool ways = true;      // of suggestions; none with `recorded` or another half-life of ties, by which no paths are kept
  int trend_months = 0;  // of an account: the mean of monthly changes, recent ones weighing more (EWMA, α = .3); at most 60
};
// Errors: those of ReadPerson; BadOptions for a subject or an object that is none of these.
[[nodiscard]] StatusOr<RelationReport> Quantify(const Snapshot& snapshot, Id subject, Id object, const QuantifyOptions& options = {});

// For each of an account's people, in order, the points that the score would gain if we were as close to them as can be, stances as they
// are (§5.4.3).
[[nodiscard]] std::vector<double> AccountGains(const AccountFacts& facts);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_QUANTIFY_H_
