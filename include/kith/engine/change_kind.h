// A field gets another kind: text becomes a number, one value a list, a choice text, while others go on reading and writing.
//
// It is prepared, then flipped. First a second field stands beside the old one, which nobody sees as theirs, and is filled: each record
// gets the converted value by one ordinary change, in steps that hold nobody back, and what others write meanwhile is converted in their
// own batch. Then one commit swaps the names: the field has its new kind, and the old one, named like it with "_former", keeps old values
// and history under its old number. Indexes with the field are built anew afterwards, and are not there for readers meanwhile.
//
// Cut short anywhere it goes on with the next call. What is written while it lasts must be convertible: WrongKind otherwise. The new field
// has no past before the change: as of earlier it is null, and the former one has the value.
#ifndef KITH_ENGINE_CHANGE_KIND_H_
#define KITH_ENGINE_CHANGE_KIND_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/database.h"

namespace kith {

struct ChangeKindOptions {
  bool dry_run = false;  // says what could not be converted, and changes nothing
  bool drop = false;     // what cannot be converted becomes null; otherwise nothing is changed while there is such a value
  bool abandon = false;  // gives up a change that was begun: the field stays as it is, and the second one stays behind, unused
  std::string currency;  // of amounts, where a number becomes money or money a number (others cannot be converted); ISO 4217
  Actor actor;           // of the changes
  std::string reason;
};

struct ChangeKindReport {
  struct Failure {
    Id record;
    std::string value;
    std::string message;
  };
  uint64_t records = 0;           // of the type, when the change began
  uint64_t values = 0;            // there were to convert
  uint64_t failed = 0;            // that cannot be
  std::vector<Failure> failures;  // the first limits::kKindFailures of them, in id order
  std::string former;             // the name of the field that keeps the old values
  std::vector<std::string> changes;
  uint64_t catalog_version = 0;
};

// How many values that cannot be converted a report names.
inline constexpr size_t kKindFailuresNamed = 100;

// Changes the kind of a field of `type` to that of `definition`: JSON as in a package, without the name. Of the old definition labels and
// the marks required, personal, about and ignored_by_insight stay unless it says otherwise. A package that is ensured later must declare
// the new kind. Converted are: numbers into one another where nothing is lost, with texts, with money of one currency; texts with choices
// by their names, dates, times and bools; single values with lists and sets of one. Values of a list of several, references and bytes are
// not. Errors: those of catalog::MakeKindChange; OutOfRange where values cannot be converted and `drop` is not set, naming the first;
// ReadOnly; PreconditionFailed when another change of the field was begun; PackageMalformed or others where a check or formula needs the
// old kind.
[[nodiscard]] StatusOr<ChangeKindReport> ChangeKind(Database& db, std::string_view type, std::string_view field,
                                                    std::string_view definition, const ChangeKindOptions& options = {});

}  // namespace kith

#endif  // KITH_ENGINE_CHANGE_KIND_H_
