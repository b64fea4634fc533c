// What a deal wants next: the four questions (四问, O10), the five steps of winning it (赢单五步法, O09) and the action line through them
// (一线, O12).
//
// All of it is worked out from records: a step's state is how much of what it asks for the evidence shows, whatever tasks say; an action
// names the fact that is missing or the person whose change helps most. Nothing is kept but tasks: the one that carries an action has an
// external reference, system "kith.action", key "<deal>/<action's key>". So working the line out again leaves what was done, and a fact
// that changes changes the actions that rest on it and no others. Words for people are the host's: an action has a kind and a choice. What
// a record is, its type's behaviours tell (relations.h); what the viewer may not see counts nothing.
#ifndef KITH_INSIGHT_ACTION_LINE_H_
#define KITH_INSIGHT_ACTION_LINE_H_

#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/batch.h"
#include "kith/insight/quantify.h"

namespace kith::insight {

inline constexpr std::string_view kActionSystem = "kith.action";

// --- the four questions, §5.7

struct Criterion {
  std::string_view name;
  double value = 0;       // -1 against .. 1 for; 0 while nothing is known
  double confidence = 0;  // 0..1
};
// The mean of the criteria, and of their confidences: what is unknown lowers the confidence and moves the value towards 0, not past it.
struct Answer {
  double value = 0;  // [-1, 1], not decreasing in any criterion
  double confidence = 0;
  std::vector<Criterion> criteria;
};
struct FourQuestions {
  Answer opportunity;  // is there one: evidence of "need", "budget" and "timing" from the deal's people; of the budget its own records too
  Answer compete;      // can we: "solution" (recognition by the people, weighed as in the chain), "encounters" with the rivals so far
  Answer win;          // can we win: "chain", "lead" over the strongest rival, "support" of a coach or champion
  Answer worth;  // is it worth it: "amount" beside the median of the pipeline's open deals, "margin" of it (worth.h), "price" accepted
  // Of "opportunity", "compete" and "worth" those that say no: below -.2 at a confidence of .5 or more.
  std::vector<std::string_view> no_go;
};
// As a party sees it: us (null), one of ours, a team or a competitor. Errors: those of ReadChain; BadOptions for a record that is no deal.
[[nodiscard]] StatusOr<FourQuestions> AskFourQuestions(const Snapshot& snapshot, Id deal, Id party = {},
                                                       const RelationOptions& options = {});

// What to do about a rival, from our lead in the chain, the recognition of the solution beside theirs, and whether the account has
// products of ours: "defend" (ahead, and they have), "frontal" (ahead in both), "flank" (behind with the people: change the criteria),
// "fragment" (behind with the solution: win a part), "develop" (ahead in neither).
[[nodiscard]] std::string_view StrategyFor(double lead, double solution_advantage, bool incumbent);

// --- the five steps and their actions

enum class WinStep : uint8_t { kAssess = 1, kAnalyse, kCompete, kRelate, kExecute };
[[nodiscard]] std::string_view NameOf(WinStep step);  // "assess", "analyse", "compete", "relate", "execute"
enum class StepState : uint8_t { kOpen = 1, kBegun, kDone };
[[nodiscard]] std::string_view NameOf(StepState state);  // "open", "begun", "done"

// kind        step     about         choice
// learn       assess                 amount, close_date, need, budget, timing: nothing is known of it
// find        analyse                a required role that nobody plays
// sound       analyse  a person      of whose stance nothing is known
// name_rival  analyse                no competitor is named
// counter     compete  a competitor  the strategy (StrategyFor)
// win_over    relate   a person      what to talk about (solution, price, closeness), with the gain and the way of the suggestion
// meet        execute  a stage item  its name: what the stage asks for and is unmet
struct WinAction {
  std::string key;  // "<kind>/<about>/<choice>"; the same as long as the same is to be done
  std::string kind;
  Id about;
  std::string choice;
  double gain = 0;   // points of the chain's score
  Introduction way;  // to the person; no hops: there is none
  Id task;           // that carries it
  bool done = false;
};
struct WinStepReport {
  WinStep step = WinStep::kAssess;
  StepState state = StepState::kOpen;
  int64_t asked = 0;               // facts, roles and people, rivals, people, stage items that the step is about
  int64_t known = 0;               // of these: known; known; behind us; for us (green); met
  std::vector<WinAction> actions;  // the largest gain first, then by key; last what was done and no longer follows from the facts
};
struct ActionLine {
  Id deal;
  Time as_of;
  FourQuestions questions;
  std::vector<ChainRole> missing;    // required roles that nobody plays
  std::vector<Against> rivals;       // every competitor in the deal
  std::vector<WinStepReport> steps;  // five, in order
};
// Errors: as AskFourQuestions.
[[nodiscard]] StatusOr<ActionLine> ReadActionLine(const Snapshot& snapshot, Id deal, const RelationOptions& options = {});

// Adds to a batch what makes the deal's tasks those of the line: a task for each action that has none, given to the deal's owner where that
// is somebody to whom tasks are given; one that was cancelled is open again; an open one whose action no longer follows is cancelled. Tasks
// that are done stay, and so do those that somebody has made tasks about something else. Returns how many tasks change: none when the line
// was worked out from what the last batch left. Errors: UnknownBehaviour without a type of tasks that has the role about; when applied,
// ExternalRefTaken where a task exists that the viewer may not see.
[[nodiscard]] StatusOr<size_t> PlanActions(const Snapshot& snapshot, const ActionLine& line, Batch& batch);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_ACTION_LINE_H_
