// One timeline: everything that happened with a person, an organisation, a deal or any other record, in one order, newest first.
//
// Entries are records whose types have one of these behaviours, and moves; each stands under the records that its roles name:
//   kind         behaviour        when                                   under
//   interaction  interaction      at                                     contact, account, about, visitor
//   task         task             done_at, else due, else its creation   contact, account, about
//   note         note             at, else its creation                  contact, about
//   ticket       ticket           opened_at, else its creation           contact, account
//   document     money_document   date, else its creation                contact, account, deal
//   deal         pipelined        its creation                           contact, account
//   milestone    milestone        done_on, else due                      deal
//   move         (moves)          at                                     the record that moved
// A type with several of the behaviours is of the first kind here and stands under the records of all. What is to come, such as a task that
// is due, comes first. The entries of a record are one range of derived rows, kept with every write and checked by Verify, so a page costs
// the same however long history is.
//
// A whole timeline puts such ranges together, each for the time in which it counts:
//   - of a person: what visitors did who turned out to be them, at its original times (B15);
//   - of an organisation: what happened with the people who worked there, while they did (B05): those whose role organisation names it now,
//     since the end of their last employment; and those whom an employment names, from its beginning to its end. When a person's
//     organisation changes, the rule "employments" writes down the former one;
//   - of either: the deals and the records of threads (thread.h) that name it as contact or account;
//   - of a record of a thread: what came before it in the thread, so that service sees what was said before the sale (B17).
#ifndef KITH_MODEL_TIMELINE_H_
#define KITH_MODEL_TIMELINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/snapshot.h"

namespace kith::model {

enum class TimelineKind : uint8_t { kInteraction = 1, kTask, kNote, kTicket, kDocument, kDeal, kMove, kMilestone };
// "interaction", "task", "note", "ticket", "document", "deal", "move", "milestone"
[[nodiscard]] std::string_view NameOf(TimelineKind kind);
[[nodiscard]] std::optional<TimelineKind> TimelineKindFromName(std::string_view name);

// The process that an entry belongs to (A08, A09), exactly one: service what is a ticket or about one; sales what is a deal, a document or
// a move, or about a deal or document; marketing the rest.
enum class TimelineProcess : uint8_t { kMarketing = 1, kSales, kService };
[[nodiscard]] std::string_view NameOf(TimelineProcess process);  // "marketing", "sales", "service"
// Who began an interaction: its direction. kNobody: no interaction, or one that does not say.
enum class Initiator : uint8_t { kNobody = 0, kUs, kThem, kBoth };
[[nodiscard]] std::string_view NameOf(Initiator initiator);  // "", "us", "them", "both"

struct TimelineEntry {
  Id record;
  Time at;
  TimelineKind kind = TimelineKind::kInteraction;
  TimelineProcess process = TimelineProcess::kMarketing;
  Initiator initiator = Initiator::kNobody;
  std::string text;  // its subject, text, number or name; empty: none, or one that the viewer may not read
  Id about;          // what it is about; of a move: the record that moved. Null: nothing in particular
};

struct TimelineOptions {
  bool whole = true;                  // false: the record's own range alone
  std::optional<Time> from;           // entries at or after
  std::optional<Time> until;          // entries before
  std::vector<TimelineKind> kinds{};  // empty: all
  size_t limit = 50;                  // 1 to kMostTimelineEntries
  std::string after{};                // TimelinePage::next of the page before
};
inline constexpr size_t kMostTimelineEntries = 1000;

struct TimelinePage {
  std::vector<TimelineEntry> entries;  // by time, newest first, then by id
  std::string next;                    // opaque text; empty: nothing is left
};

// Pages are stable under writes: an entry that nobody changes is on exactly one of them. A whole timeline costs a look-up for each record
// that is put together in it. For the snapshot's viewer: what they may not see is not there, and what a role that they may not read says is
// not used. Errors: NotFound (without `subject`, or one that is not visible), BadOptions (limit, after).
[[nodiscard]] StatusOr<TimelinePage> ReadTimeline(const Snapshot& snapshot, Id subject, const TimelineOptions& options = {});

// A record whose entries count for a whole timeline, from `from` up to, not including, `to`.
struct TimelinePart {
  Id subject;
  Time from{INT64_MIN};
  Time to = kTimeMax;
  friend auto operator<=>(const TimelinePart&, const TimelinePart&) = default;
};
// What a whole timeline is put together of, the subject first; the others without doubles.
[[nodiscard]] StatusOr<std::vector<TimelinePart>> PartsOfTimeline(const Snapshot& snapshot, Id subject);

}  // namespace kith::model

#endif  // KITH_MODEL_TIMELINE_H_
