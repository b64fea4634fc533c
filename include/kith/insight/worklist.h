// What somebody should do next (I03, J02): one rep's work, ranked, each entry with its reasons and what it is worth.
//
// Four kinds of work, whatever way of selling they come from:
//   task       open, of the rep, due by the end of today or without a time, and not after another task that is open
//   visit      a store whose next visit by plan is due (visits.h)
//   deal       open, of the rep, and nothing is planned for it (where its pipeline sells by projects), it is too long in its stage, or past
//              the day on which it should close
//   customer   of the rep, without a deal in the list and without an open task: their complaint is open, nobody was in touch for too long
//              or ever, they are likely to buy, or late by their own rhythm. No deal is needed: who sells to hundreds of customers gets a
//              full list
// Tasks, visits and complaints are promises and come first. Then what is worth more comes before what is worth less: the chance of winning
// times the amount, the chance of buying (buyers.h) times what a purchase is usually worth. Doing it takes it off the list: a task that is
// done, a next step, an interaction.
//
// Nothing here follows from the data of those who sell in no way that the rep does (J07, buyers.h).
//
// What the viewer may not read is not guessed: deals whose stage or closing is masked, tasks whose status is, complaints whose kind or
// status is are left out; no deal is said to be without a next step where tasks or next steps are masked, nobody to be silent where touches
// are. WorkList::masked says what is missing.
//
// The order is a pure function of the snapshot and the moment. Days are those of the database's time zone.
#ifndef KITH_INSIGHT_WORKLIST_H_
#define KITH_INSIGHT_WORKLIST_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/insight/buyers.h"
#include "kith/model/pipeline.h"

namespace kith::insight {

enum class WorkKind : uint8_t { kTask = 1, kVisit, kDeal, kCustomer };
[[nodiscard]] std::string_view NameOf(WorkKind kind);  // "task", "visit", "deal", "customer"

enum class WorkReason : uint8_t {
  kDue = 1,     // today, or no time is set; how much: 0
  kOverdue,     // days since a task, a visit or the expected close was due
  kOverStay,    // days that a deal is over its stage's longest stay
  kNoNextStep,  // nothing is planned for a deal; 0
  kComplaint,   // days since the customer complained: settle that first
  kNever,       // nobody was ever in touch; 0
  kSilent,      // days since anybody was in touch
  kLikely,      // chance of buying over the usual customer's
  kRhythm,      // days since the last purchase, more than the customer usually takes
};
[[nodiscard]] std::string_view NameOf(WorkReason reason);  // "due", "overdue", "over_stay", ...

struct WorkItem {
  WorkKind kind = WorkKind::kTask;
  Id record;         // the task, the visit plan, the deal, the customer
  std::string name;  // what people call it
  Id customer;       // null: none is named
  Id about;          // of a task: what it is about; of a complaint: the oldest open one
  bool promised = false;
  std::optional<Time> due;
  std::vector<std::pair<WorkReason, double>> reasons;  // in the order above, each once
  // Of a deal: the first action that its stage suggests, else the first thing that is unmet there. Empty: neither.
  std::string action;
  model::Labels action_labels;
  std::optional<double> chance;  // of winning, of buying within the horizon
  std::optional<Money> value;    // expected: chance × amount, to the nearest minor unit
};

struct WorkOptions {
  std::optional<Time> now = {};  // unset: the snapshot's recorded time
  int64_t horizon_days = 90;     // of buying, see BuyerOptions
  int64_t silent_days = 30;      // without any touch for so long, a customer is silent; at least 1
  int64_t rest_days = 7;         // whom we were in touch with within so many days is left alone, whatever they may buy; at least 0
  size_t limit = 50;             // entries given out; 0: all
};
struct WorkList {
  Time now;
  Currency currency;                                // in which most of the work is worth something; what others say ranks as worth nothing
  BuyerVerdict verdict = BuyerVerdict::kTooLittle;  // whether chances of buying rest on more than repeat buying
  size_t total = 0;                                 // entries there are
  std::set<std::string> masked;                     // what could not be judged for the viewer: "type.field"
  std::vector<WorkItem> items;                      // what comes first first
};
// `rep`: whose work; null: everybody's. As far as the snapshot's viewer may see. Costs what RankBuyers costs, the open deals and their
// pipelines' forecasts, and all tasks. Errors: BadOptions; those of RankBuyers, Forecast and VisitsOf.
[[nodiscard]] StatusOr<WorkList> WorkListOf(const Snapshot& snapshot, Id rep, const WorkOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_WORKLIST_H_
