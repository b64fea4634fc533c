// What somebody wants to see before they pick up the phone, in one call: the card of a customer (B11) and the brief of a person (B08).
//
// A card is lines; every line names the record that it tells of, and the records that it rests on. What is not known has no line. Nothing
// is worded: `text` is what records say, so a host can word it in any language. What a record is, its type's behaviours tell
// (relations.h); lines show what the snapshot's viewer may see. With a past `as_of` it is the card of then: what came later has
// no line, deals and issues are those that were open, people those who belonged there.
#ifndef KITH_INSIGHT_CARD_H_
#define KITH_INSIGHT_CARD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/insight/relations.h"

namespace kith::insight {

enum class LineKind : uint8_t {
  kName = 1,   // of the customer; text
  kTitle,      // of a person; text
  kAccount,    // that a person belongs to; record: the account
  kPerson,     // of an account; value: closeness 0..1
  kCloseness,  // ours to the person or account; value 0..1
  kTie,        // of one of ours; record: the employee, value 0..1, text: name
  kStance,     // value 0..100; choice: what to talk about (solution, price, closeness)
  kRole,       // in an open deal; record: the deal, text: its name, choice: the role
  kDeal,       // open; text: name, amount
  kLastTouch,  // interactions, the latest first; text: subject, choice: kind, at
  kLastCall,   // the latest of kind "call"
  kSeen,       // content they looked at; as kLastTouch
  kProduct,    // that a deal, ticket or document of theirs names; record: that record, text: the product
  kOpenIssue,  // an open ticket; text: subject, choice: priority, at: when it was opened
  kComplaint,  // a ticket of kind "complaint"; as kOpenIssue
  kSlip,       // a milestone of their deals that is late or was done late (quantify.h); text: its name, choice: "open" or "done",
               // value: days late, at: when it was due; evidence: the deal
  kDocument,   // a money document; text: number, amount, choice: status
  kEvidence,   // what was learnt; value -1..1, choice: dimension, at
  // With CardOptions::context:
  kLanguage,   // in which they want to be spoken to; text
  kChannel,    // on which they let themselves be contacted (role consent); choice
  kNoContact,  // they want no contact at all, or (choice) none on the channel asked about
  kScenario,   // what to do now, always one; choice, see below
};
[[nodiscard]] std::string_view NameOf(LineKind kind);  // "name", "last_touch", ...

struct CardLine {
  LineKind kind = LineKind::kName;
  Id record;
  std::string text = {};
  std::string choice = {};  // name of a choice
  std::optional<double> value = {};
  std::optional<Money> amount = {};
  std::optional<Time> at = {};
  std::vector<Id> evidence = {};  // what a measured line rests on, weightiest first, at most three
};

struct CardOptions {
  RelationOptions relation = {};
  size_t each = 5;       // lines of one kind
  bool context = false;  // also how to go on from here (B16)
  std::string channel;   // with context: on which they are in touch with us, or we want to be, by the name that role consent has for it
};
// How to go on when they are in touch (B16), a pure function of the same lines: what they look at, buy and wait for is in kSeen, kProduct
// and kOpenIssue; the scenario is the first of
//   settle     something is open for service; record: the latest such ticket
//   advance    a deal is open; record: the largest; text: what its stage suggests first
//   keep       they bought before; record: the latest document
//   continue   they have looked at something; record: what
//   introduce  nothing is known; record: the customer
// Of a person or an account. Kinds in the order above. Errors: NotFound; BadOptions for a record that is neither.
[[nodiscard]] StatusOr<std::vector<CardLine>> CustomerCard(const Snapshot& snapshot, Id customer, const CardOptions& options = {});
// A person's card with the deals, products, issues, slips and documents of their account.
[[nodiscard]] StatusOr<std::vector<CardLine>> PreCallBrief(const Snapshot& snapshot, Id person, const CardOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_CARD_H_
