// Converting what turned out to be business (F01, F03, F14): a lead becomes a person, the organisation they are of, and a deal.
//
//   KITH_ASSIGN_OR_RETURN(const Converted made, Convert(*database, lead, {.actor = me}));
//   Show(made.person.record, made.organisation.record, made.deal.record);
//
// A type with behaviour "convertible" says where the records go that came of it (roles person, organisation, deal) and when (at). One batch
// does all of it or nothing, once: a record that is converted already is left alone and gives what came of it, also when many convert it at
// the same time.
//
// What moves, and how:
//   values       by records of type `conversion_map`, which packages bring and a firm changes as any data (field of the record, type and
//                field of what comes of it); fields that another package added follow to a field of the same name and kind
//   existing     a record that was there before gets only what it lacks; what it says otherwise is reported (Converted::kept), not written
//   activities   interactions, tasks and notes about the record name the person and the organisation from now on, where they named none, at
//                their own times; open tasks are about the deal; visitors seen in its interactions turn out to be the person
//   references   the record's external references lead to the person too, but for those of the library ("kith.") and those that another
//                has
//   the record   stays, with its history and what nothing maps; it names what came of it, gets the status "qualified", and leaves its pool
// The deal continues the record (role after of "thread"), so timelines of all three show what happened before.
#ifndef KITH_CRM_CONVERT_H_
#define KITH_CRM_CONVERT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/database.h"

namespace kith::crm {

struct ConvertOptions {
  Actor actor;
  std::string reason;    // kept in the history of what changes
  Id person = {};        // an existing record that it is; null: what the record itself names, one that is found, or a new one
  Id organisation = {};  // likewise
  Id deal = {};          // likewise, but never found
  // Look for a person with the same mail, telephone number or handle, and for an organisation of the same name; by indexes, exactly but for
  // the case of mail.
  bool find = true;
  bool with_deal = true;  // false: no deal comes of it
  std::string name;       // of a new deal; empty: what a field maps to it, else the organisation's or the person's name
  std::string pipeline;   // of a new deal, which gets to its first open stage; empty: the first pipeline for the deal's type
  Id owner = {};          // of what is new; null: the record's own
  bool dry_run = false;   // ids are those that new records would get
  Viewer viewer = {};     // on whose behalf
};

struct Converted {
  enum class How : uint8_t { kNone, kCreated, kFound, kGiven };
  struct Part {
    Id record;
    How how = How::kNone;  // kFound also for what the record itself named
  };
  // A value that an existing record has otherwise, and keeps.
  struct Kept {
    Id record;
    std::string field;  // of it
    std::string from;   // of what was converted
  };
  Part person;
  Part organisation;
  Part deal;
  bool already = false;            // converted before: nothing was written, and `how` is kFound
  std::vector<Kept> kept;          // by field
  std::vector<std::string> stays;  // fields with values that nothing maps: they stay on the record alone
  uint64_t followed = 0;           // interactions, tasks, notes and visitors that were written
  Outcome outcome;
};
[[nodiscard]] std::string_view NameOf(Converted::How how);  // "none", "created", "found", "given"

// Errors: NotFound (no such record, or not visible); UnknownBehaviour (a type that is not convertible); PreconditionFailed (several records
// could be the person or the organisation: named, give the one that it is); ReferenceWrongType and RecordMissing (a given record);
// UnknownPipeline; BadOptions (a mapping that does not fit the catalog); CheckFailed (in `kith.crm`: a lead without a way to reach it or
// without a possible project); those of Apply.
[[nodiscard]] StatusOr<Converted> Convert(Database& database, Id record, const ConvertOptions& options = {});

}  // namespace kith::crm

#endif  // KITH_CRM_CONVERT_H_
