// One database taken into another: a branch's, a subsidiary's, a vendor's, with ids, types and fields found by their names.
//
// What it does is what an import of JSON Lines under ids of the database does (exchange/lines.h, LinesIds::kMap), without a file to carry:
// packages that are missing are installed; a record that shares an external reference with one here is that record, and gets what the other
// says; every other is new, created when it was there. Moves run through the rules, so funnels hold both companies' deals. Each record gets
// the external reference (source, its id there): a second run finds everything and changes nothing, a later one brings what is new.
//
// Conserved: of each type, records there = created + changed + unchanged + rejected here; what was rejected is named with its reason, and
// the rest comes in. Not taken over: history, deleted records, versions and recorded times, which are of each database's own.
#ifndef KITH_EXCHANGE_ABSORB_H_
#define KITH_EXCHANGE_ABSORB_H_

#include <functional>
#include <string>

#include "kith/exchange/lines.h"

namespace kith::exchange {

struct AbsorbOptions {
  std::string source;         // name of the other database, the same at every run
  bool drop_missing = false;  // see ImportLinesOptions: for a viewer who does not see all
  bool dry_run = false;       // a real run into a copy of `into`
  Actor actor;
  std::string reason = "import of JSON Lines";
  size_t problem_limit = 1000;
  // About ten times a second, on the calling thread; `stage` is "export", "check" or "load". False stops the run (Cancelled); what came in
  // stays, and a further run goes on.
  std::function<bool(std::string_view stage, int64_t done, int64_t total)> progress;
};

// Takes what `from` and its viewer may see into `into`, which is another database. `LineProblem::line` is the record's place in `from`. The
// data passes through a file in the system's temporary directory that nobody else may read and that is gone when this returns. Errors:
// BadOptions (no source), PackageConflict, DiskFull, and what reading gives.
[[nodiscard]] StatusOr<ImportLinesReport> Absorb(Database& into, const Snapshot& from, const AbsorbOptions& options);

}  // namespace kith::exchange

#endif  // KITH_EXCHANGE_ABSORB_H_
