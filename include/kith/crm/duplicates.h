// One person once (B07): which records of a type are probably the same person or company, and who somebody about to be entered might be.
//
//   KITH_ASSIGN_OR_RETURN(const Duplicates found, FindDuplicates(*snapshot, "contact"));
//   for (const Duplicate& pair : found.pairs) Show(pair.a, pair.b, pair.probability, pair.reasons);
//   KITH_ASSIGN_OR_RETURN(const Lookalikes who, WhoIs(*snapshot, "contact", {.values = {{"name", "Wei Zhang"}}}, found.model));
//
// What is compared, the roles of behaviour "party" tell: names (name, external_name and legal_name are names of one), mail, telephone
// numbers, birthday, organisation, address, city, region, postcode, country, website, registration and handles. How, and what the numbers
// mean: matching.h. Pairs are candidates: nothing is changed here.
//
// Types may be compared together: a lead who is a contact already ({.also = {"contact"}, .across = true} for "lead"), or whose company is
// an account ({.also = {"account"}}): beside a type to which people belong, a type with role organisation_name stands for that
// organisation. An organisation is compared by its id within one type, by its name between types.
//
// Only what the snapshot's viewer may see is read, records and fields alike. Threads: as a Snapshot.
#ifndef KITH_CRM_DUPLICATES_H_
#define KITH_CRM_DUPLICATES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kith/crm/matching.h"
#include "kith/engine/snapshot.h"

namespace kith::crm {

// What a field says for or against.
struct MatchReason {
  std::string field;  // the role, of names "name", of both telephone numbers "phone"; a field that the caller chose by its name
  Agreement agreement = Agreement::kDifferent;
  double bits = 0;
};
struct Duplicate {
  Id a;  // a < b
  Id b;
  double bits = 0;
  double probability = 0;
  std::vector<MatchReason> reasons;  // weightiest first
};
struct Duplicates {
  std::vector<Duplicate> pairs;  // likeliest first
  size_t found = 0;              // also those beyond the limit
  size_t automatic = 0;          // how many of those found reach `automatic`
  double precision = 1;          // expected, as in MatchReport
  double automatic_precision = 1;
  double recall = 1;
  uint64_t records = 0;
  uint64_t compared = 0;                // pairs
  std::vector<std::vector<Id>> groups;  // records that belong together by pairs that reach `automatic`, within the limit or not
  MatchModel model;
};

struct DuplicateOptions {
  MatchOptions match = {};
  size_t limit = 1000;                           // pairs given out
  std::map<std::string, MatchKind> fields = {};  // to compare, by name, in place of those with roles
  std::vector<std::string> also = {};            // types compared together with it; not with `fields`
  bool across = false;                           // only pairs of two types are given out
};
// Reads every record of the types. Errors: UnknownType, UnknownField; BadOptions (as FindMatches; a type without party and fields; a field
// whose kind does not compare: text, list of texts, date, choice, integer and reference do); those of reading.
[[nodiscard]] StatusOr<Duplicates> FindDuplicates(const Snapshot& snapshot, std::string_view type, const DuplicateOptions& options = {});

// Somebody about to be entered, or a record.
struct WhoQuestion {
  Id record = {};                                  // of one of the types; null: by values
  std::map<std::string, std::string> values = {};  // of fields of the type as text, dates as 2026-03-05, references as ids
};
struct Lookalike {
  Id record;
  double bits = 0;
  double probability = 0;
  std::vector<MatchReason> reasons;
};
struct Lookalikes {
  std::vector<Lookalike> records;  // likeliest first
  bool complete = true;            // every record that shares a word, number or mail was looked at
};
// By what FindDuplicates learnt with the same fields. Candidates come from the type's text index and from ordered indexes led by a field
// that is compared; of a type without a text index every record is read. With `across` only records of types other than that of the record,
// or of the values, are given out. Errors as FindDuplicates; NotFound for a record that is not there.
[[nodiscard]] StatusOr<Lookalikes> WhoIs(const Snapshot& snapshot, std::string_view type, const WhoQuestion& question,
                                         const MatchModel& model, const DuplicateOptions& options = {});

}  // namespace kith::crm

#endif  // KITH_CRM_DUPLICATES_H_
