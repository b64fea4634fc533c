// Relationships measured: how well we are known, who is for us, who decides, what to do next.
//
// Pure functions (domain model §5.1 to §5.4): no clock, no storage, no random source; the same facts in any order give the same result up
// to rounding. Scores of people lie in [-1, 1] or [0, 1], scores for display in
// [0, 100]. Every score carries a confidence in [0, 1]; 0 with a neutral value is the answer to "no evidence". A typed opinion of a rep is
// one kind of evidence, of low weight and capped in total (M18).
#ifndef KITH_INSIGHT_RELATIONSHIP_H_
#define KITH_INSIGHT_RELATIONSHIP_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kith/base/money.h"
#include "kith/base/status.h"
#include "kith/base/time.h"
#include "kith/model/tie.h"

namespace kith::insight {

// --- evidence, §5.1

enum class EvidenceSource : uint8_t { kMeasured = 1, kDocument = 2, kSaidByCustomer = 3, kThirdParty = 4, kRepOpinion = 5 };

struct Evidence {
  Id id;
  double value = 0;       // -1 against .. 1 for
  double confidence = 1;  // 0..1
  EvidenceSource source = EvidenceSource::kMeasured;
  Time at;
};

// One record's part in a score: the score is (prior + sum of weight × value) / (prior weight + sum of weight).
struct Contribution {
  Id record;
  double weight = 0;  // after source, confidence and age
  double value = 0;
};

struct Score {
  double value = 0;
  double confidence = 0;  // 0..1
  double low = 0;         // interval at the asked level; low <= value <= high
  double high = 0;
  std::vector<Contribution> contributions = {};  // largest |weight × value| first; what was recorded after as_of is left out
};

struct EvidenceOptions {
  double half_life_days = 180;
  double prior_value = 0;
  double prior_weight = 1;  // > 0
  double said_by_customer = 0.8;
  double third_party = 0.5;
  double rep_opinion = 0.2;
  double rep_opinion_cap = 0.5;  // what all opinions of reps may weigh together
  double level = 0.8;            // of the interval
};
// The decayed mean of what is known, drawn to the prior. The interval is that of a Beta distribution with this mean and the weight of the
// prior and the evidence as its sample size: it narrows with evidence and widens with age. Values and confidences outside their ranges are
// taken as the nearest within.
[[nodiscard]] Score EstimateEvidence(std::span<const Evidence> evidence, Time as_of, const EvidenceOptions& options = {});

// --- ties, §5.2

using model::InteractionKind;
enum class Direction : uint8_t { kOut = 1, kIn = 2, kMutual = 3 };

struct Interaction {
  Id id;
  Id employee;
  Id contact;
  InteractionKind kind = InteractionKind::kOther;
  Direction direction = Direction::kOut;
  std::optional<int64_t> minutes = {};
  int64_t externals = 1;  // people of the other side who took part
  Time at;
};

struct TieOptions {
  double half_life_days = 90;
  double scale = 10;          // K
  double outreach_ratio = 2;  // κ: outreach counts up to κ times what came back
  double outreach_alone = 1;  // a0: and this much when nothing did
  double level = 0.8;
};

// The two amounts that a tie is made of, as of a moment. They decay alike, so the amounts of a moment, moved to another, and one more
// interaction added, equal what all interactions give.
class TieAmounts {
 public:
  explicit TieAmounts(Time at, const TieOptions& options = {}) : at_(at), options_(options) {}
  // An interaction later than the moment counts nothing: it is not known yet.
  void Add(const Interaction& interaction);
  // Later only.
  void MoveTo(Time later);
  [[nodiscard]] double in() const { return in_; }
  [[nodiscard]] double out() const { return out_; }
  [[nodiscard]] double strength() const;  // [0, 1]

 private:
  Time at_;
  TieOptions options_;
  double in_ = 0;
  double out_ = 0;
};

// The tie of one employee to one contact from their interactions. Contributions: each interaction's decayed weight, value 1 when it counts
// as theirs or mutual and 0 when it is our outreach. Confidence as in §5.1, the weights being the amounts. The interval takes the effective
// amount as a Poisson count (Anscombe 1948).
[[nodiscard]] Score TieStrength(std::span<const Interaction> interactions, Time as_of, const TieOptions& options = {});
// The same from a pair's derived amounts (model/tie.h), without contributions. For a half-life of model::kTieHalfLifeDays alone.
[[nodiscard]] Score TieStrength(const model::TieSums& sums, const TieOptions& options = {});
// 1 - product of (1 - strength): what a team or the firm has, given what its members have.
[[nodiscard]] double NoisyOr(std::span<const double> strengths);
[[nodiscard]] Score NoisyOr(std::span<const Score> ties);

// How far contact went, from interactions in which they took part (Altify's levels).
enum class Coverage : uint8_t { kUnknown = 0, kNone = 1, kBrief = 2, kMultiple = 3, kInDepth = 4 };
[[nodiscard]] Coverage CoverageOf(std::span<const Interaction> interactions, Time as_of);
[[nodiscard]] Coverage CoverageOf(const model::TieSums& sums);

// --- one person, §5.3 and §5.4.1

struct StanceInputs {
  Score solution;   // recognition of the solution, [-1, 1]
  Score price;      // acceptance of the price, [-1, 1]
  Score closeness;  // [0, 1]
};
struct StanceOptions {
  double solution_weight = 0.4;
  double price_weight = 0.2;
  double closeness_weight = 0.4;
};
// Weighted mean in [-1, 1]; confidence 1 - product of (1 - confidence); not decreasing in any input.
[[nodiscard]] Score Stance(const StanceInputs& inputs, const StanceOptions& options = {});
// What of the three is weakest beside what it could be: what to talk about.
enum class Topic : uint8_t { kSolution = 1, kPrice = 2, kCloseness = 3 };
[[nodiscard]] Topic WeakestInput(const StanceInputs& inputs, const StanceOptions& options = {});

enum class Light : uint8_t { kRed = 1, kAmber = 2, kGreen = 3 };
[[nodiscard]] std::string_view NameOf(Light light);  // "red", "amber", "green"
[[nodiscard]] double DisplayScore(double stance);    // 50·(1 + stance), 0..100
[[nodiscard]] Light LightOf(double display_score);   // red < 40 <= amber < 60 <= green

// --- the decision chain, §5.4.2

enum class ChainRole : uint8_t {
  kNone = 0,
  kApprover = 1,
  kDecisionMaker,
  kEconomic,
  kTechnical,
  kUser,
  kEvaluator,
  kGatekeeper,
  kCoach,
  kChampion,
  kBlocker
};
[[nodiscard]] std::string_view NameOf(ChainRole role);
enum class Political : uint8_t { kNone = 0, kInnerCircle = 1, kPoliticalStructure = 2 };
[[nodiscard]] std::string_view NameOf(Political political);  // "", "inner_circle", "political_structure"

struct ChainMember {
  Id contact;
  std::vector<ChainRole> roles = {};  // the weightiest counts; none: weighs as a gatekeeper
  Political political = Political::kNone;
  bool veto = false;
  bool approve = false;
  StanceInputs inputs;
};
// `from` has a say with `to`: an influence, or a superior's with a subordinate. Positions in Chain::members.
struct ChainLine {
  size_t from = 0;
  size_t to = 0;
  double weight = 0;  // > 0; what comes to one person in total is how far that person listens, at most ChainOptions::listening
};
struct Chain {
  std::vector<ChainMember> members;  // at most limits::kChainMembers
  std::vector<ChainLine> lines;
};

struct ChainOptions {
  StanceOptions stance = {};
  double listening = 0.9;  // λ: bound of the share that others have in a person's stance, below 1
  double delta = 0.5;      // how far the chain may stand above a veto holder or below one who can approve alone
  std::vector<ChainRole> required = {ChainRole::kDecisionMaker, ChainRole::kTechnical, ChainRole::kUser};
  double target = 1;  // stance that advice aims at
  size_t advice = 5;  // how many pieces of advice
};

struct ChainPerson {
  Id contact;
  Score own;             // stance before others had their say
  double stance = 0;     // after
  double weight = 0;     // ω; with the missing roles' they sum to 1
  double influence = 0;  // ι: gradient of the uncapped score in this person's own stance
};
// What would help most: the difference that this person at the target stance would make, times how well we reach them.
struct ChainAdvice {
  Id contact;
  double gain = 0;    // of the chain's value, >= 0; already times reach
  double reach = 0;   // 0..1
  bool veto = false;  // holds the veto that binds
  Topic topic = Topic::kCloseness;
  size_t member = 0;  // position in Chain::members
};
struct ChainReport {
  double value = 0;  // DC in [-1, 1]
  Score score;       // 0..100; confidence is the coverage Σ ω·confidence; the interval from everybody at their low, at their high;
                     // contributions are those of the people, their weights times ι
  Light map = Light::kRed;          // red: no key player supports us; amber: some do; green: supporters among those who decide or approve
  std::vector<ChainPerson> people;  // in the order of Chain::members
  std::vector<ChainRole> missing;   // required roles that nobody plays
  std::vector<Id> unknown;          // members of whose stance nothing is known
  std::optional<Id> binding_veto;   // whose veto caps the score
  std::vector<ChainAdvice> advice;  // largest gain first, gains of 0 left out
};
// `reach[i]`: how well we reach members[i] (closeness or the best warm path); empty: 1 for everyone. Errors: LimitExceeded, BadOptions, a
// line to nobody (OutOfRange).
[[nodiscard]] StatusOr<ChainReport> ScoreChain(const Chain& chain, std::span<const double> reach = {}, const ChainOptions& options = {});
// lead = ours − theirs in [-2, 2], threat = (theirs − ours) / 2 in [-1, 1] (§5.4.6).
[[nodiscard]] double Lead(const ChainReport& ours, const ChainReport& theirs);

// --- an account, §5.4.3

struct RosterPerson {
  Id contact;
  double power = 1;                             // > 0, relative
  uint64_t unit = 0;                            // business unit or department
  double stance = 0;                            // [-1, 1]
  std::vector<std::pair<Id, Score>> ties = {};  // by employee; of a competitor: one entry with a null id
};
struct AccountFacts {
  std::vector<RosterPerson> people;
  std::vector<std::pair<uint64_t, double>> units = {};  // spend potential of units; a unit that is not listed has 1
  std::optional<double> open_severity = {};             // weighted sum of open tickets; nothing: leave service out (a competitor)
};
struct AccountReport {
  Score score;  // 0..100
  double depth = 0;
  double breadth = 0;
  double threads = 0;
  double service = 1;
  double bus_factor = 0;            // 0..1: the share of depth that would go with one employee
  std::optional<Id> single_thread;  // that employee
};
[[nodiscard]] AccountReport ScoreAccount(const AccountFacts& facts);

// --- an employee and the firm, §5.4.4 and §5.4.5

struct HandOver {
  Id contact;
  double tie = 0;
  double exclusive = 0;  // what the firm would lose of this person
};
struct EmployeeReport {
  Id employee;
  double reach = 0;                 // Σ value·tie
  double exclusive = 0;             // 0..reach: what only this employee has
  std::vector<HandOver> hand_over;  // largest loss first
};
struct ValuedPerson {
  Id contact;
  double value = 1;                              // power share × value share of the account
  std::vector<std::pair<Id, double>> ties = {};  // by employee
};
// Every employee with a tie, largest exclusive first.
[[nodiscard]] std::vector<EmployeeReport> ScoreEmployees(std::span<const ValuedPerson> people);
// Herfindahl index of the exclusive shares, [1/n, 1]; nothing when nothing is exclusive.
[[nodiscard]] std::optional<double> Concentration(std::span<const EmployeeReport> employees);

// Laplace's rule on deals against one competitor, with its interval: (1 + wins) / (2 + deals), §5.4.6.
[[nodiscard]] Score HeadToHead(int64_t wins, int64_t deals, double level = 0.8);

// --- money, 货币化

struct DealStake {
  Id deal;
  Money amount;
  double win_probability = 0;  // as things stand
  double chain = 0;            // DC, [-1, 1]
  double chain_without = 0;    // DC with our closeness set to 0, <= chain
};
// Σ amount·(P − P without relations), where logit P without = logit P − effect·(chain − chain_without)/2 (§5.6). One sum per currency.
// Errors: OutOfRange for a probability outside [0, 1] or a negative effect.
[[nodiscard]] StatusOr<std::vector<Money>> RelationshipCapital(std::span<const DealStake> deals, double effect = 1);

// --- warm paths, §5.4.5

struct WarmPath {
  std::vector<Id> people;  // from one of ours to the target
  double value = 0;        // φ^(hops − 1)·Π strength, [0, 1]
};
struct PathOptions {
  size_t count = 3;
  int hops = 4;
  double damping = 0.8;  // φ, (0, 1]
};
// An edge seen from one end; strength in (0, 1]. Several edges between two people: the strongest counts.
struct Acquaintance {
  Id person;
  double strength = 0;
};
// The people someone knows. The span is valid until the next call.
using NeighboursOf = std::function<StatusOr<std::span<const Acquaintance>>(Id person)>;
// What else a caller knows that spares a search looking further; each may be unset.
struct PathHints {
  // Asked instead of the neighbours for a last hop; may leave out whoever is not ours.
  NeighboursOf ours_among = {};
  // The most that going on from somebody to one of ours, in at most so many more hops (1 or more), can come to: of each hop φ·strength,
  // multiplied. 0: there is no such way. May fall while the search goes on, never below the truth. Unset: φ.
  std::function<double(Id person, int hops)> ahead = {};
};
// The best paths without repetition to `target` from any person for whom `ours` holds, best first; the end points alone are ours. Exact:
// search back from the target in the order of what paths can come to at most (A*, Hart, Nilsson and Raphael 1968), which stops as soon as
// no path that is still open can be better.
[[nodiscard]] StatusOr<std::vector<WarmPath>> FindWarmPaths(const NeighboursOf& neighbours, const std::function<bool(Id)>& ours, Id target,
                                                            const PathOptions& options = {}, const PathHints& hints = {});

// A network held in memory, for many questions: 16 bytes an edge and direction.
class Network {
 public:
  struct Edge {
    Id a;
    Id b;
    double strength = 0;  // edges of strength 0 and below are left out, above 1 is 1
  };
  explicit Network(std::span<const Edge> edges);
  [[nodiscard]] std::span<const Acquaintance> Neighbours(Id person) const;  // strongest first
  [[nodiscard]] StatusOr<std::vector<WarmPath>> Paths(const std::function<bool(Id)>& ours, Id target,
                                                      const PathOptions& options = {}) const;

 private:
  std::vector<Id> people_;      // ascending
  std::vector<size_t> starts_;  // of each person's edges; one more than people
  std::vector<Acquaintance> edges_;
};

}  // namespace kith::insight

#endif  // KITH_INSIGHT_RELATIONSHIP_H_
