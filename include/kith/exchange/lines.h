// A whole database as text and back: JSON Lines, one thing a line, in UTF-8. For copies that outlive every format of files, for moving
// between machines and versions, for bringing two databases together, and for reading with other tools.
//
//   {"kith":"lines","version":1,"created":"2026-07-01T12:30:00Z","partial":false,"history":true,"definitions":412,
//    "types":[{"type":"account","records":3,"deleted":1},...],"left_out":[]}
//   {"define":"_type","key":"account","body":{...}}                               every package, type, field and index, as stored
//   {"record":"account","id":8796093022209,"created":"...","origin":"import","owner":...,"unit":7,"visibility":2,
//    "refs":[["erp","17"]],"fields":{"name":"Acme","amount":{"minor":125000,"currency":"CNY"},"stage":"won"}}
//   {"history":"change","recorded":"...","effective":"...","actor":["app","1"],"reason":"...",
//    "changes":[{"field":"name","before":"A","after":"Acme","effective":"..."},{"header":"owner",...}]}
//   {"record":"account","id":8796093022210,"deleted":true}
//   {"end":1234,"sha256":"..."}                           how many lines come before, and the SHA-256 of their bytes (sha256sum)
//
// Records stand type by type in id order, values in the form of batches (engine/batch.h): money exact, decimals with their scale, times to
// the microsecond, bytes in base64, choices by name (retired ones too), references as ids. Null fields are left out, as are header parts
// that a record does not have. With history, each record's entries follow it, and deleted records are there.
//
// What is carried: definitions with all numbers; records with ids, external references, header and fields, derived and retired ones too;
// history with effective times, actors, reasons, values before and after. What is not: versions, the times of the last update and the
// positions in the feed, which are of each database's own; checkpoints of consumers; remembered idempotency keys; how far ids were given
// beyond the last record of a type; what a newer library wrote and this one cannot read, which `left_out` names. Recorded times are written
// for people to read. An import does not take them over: a database says by them when it knew, and it knew nothing of this before.
//
// A million contacts of four fields and a reference (240 MB) go out at 400,000 a second and come in at 63,000, a third of that time for the
// check; 15 MB of private memory (two cores, no history).
#ifndef KITH_EXCHANGE_LINES_H_
#define KITH_EXCHANGE_LINES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/database.h"

namespace kith::exchange {

// --- out

struct ExportLinesOptions {
  std::vector<std::string> types;  // names; empty: all. The definitions are whole all the same
  bool history = false;
  std::optional<Time> created;  // what the first line says; unset: when the last change of the snapshot was recorded
  // About ten times a second, on the exporting thread; false stops the export (Cancelled).
  std::function<bool(int64_t records_done, int64_t records_total)> progress;
};

struct ExportLinesReport {
  struct Type {
    std::string type;
    int64_t records = 0;
    int64_t deleted = 0;  // with history
  };
  std::vector<Type> types;
  int64_t lines = 0;  // the last one included
  int64_t bytes = 0;
  std::string sha256;  // as the last line has it
};

// Whole lines in pieces of some 64 KiB; an error ends the export and is given back.
using LinesSink = std::function<Status(std::string_view bytes)>;

// What the snapshot's viewer may see; for another than the system the first line says that it is partial. Memory: one record with its
// history, and a bit for each deleted record. Errors: UnknownType; what the sink gives; SnapshotExpired.
[[nodiscard]] StatusOr<ExportLinesReport> ExportLines(const Snapshot& snapshot, const LinesSink& sink,
                                                      const ExportLinesOptions& options = {});
// Into a file that appears when it is whole. Errors: IoError, DiskFull.
[[nodiscard]] StatusOr<ExportLinesReport> ExportLines(const Snapshot& snapshot, std::string_view path,
                                                      const ExportLinesOptions& options = {});

// --- in

enum class LinesIds : uint8_t {
  kAuto,  // kKeep where that is possible, else kMap
  kKeep,  // records keep their ids: for a database without records whose types have the same numbers. An empty one gets them
  kMap,   // records get ids of this database
};

struct ImportLinesOptions {
  LinesIds ids = LinesIds::kAuto;
  // With kMap, the name of the database that the file comes from. Each record gets the external reference (source, its id there), by which
  // a later import finds it again, of the same file or a newer one of the same source.
  std::string source;
  // References that lead to no record, here or in the file, are left out instead of refused: for partial files. With kKeep, a record that
  // loses one loses its history.
  bool drop_missing = false;
  bool dry_run = false;                         // a real import into a copy of the database
  Actor actor;                                  // of what kMap writes, and of creations without history
  std::string reason = "import of JSON Lines";  // of the same
  size_t problem_limit = 1000;
  // About ten times a second, on the importing thread; `stage` is "check" or "load". False stops the import (Cancelled).
  std::function<bool(std::string_view stage, int64_t bytes_done, int64_t bytes_total)> progress;
};

struct LineProblem {
  int64_t line = 0;  // 1-based
  std::string type;
  Id id;  // as the file has it
  std::string field;
  std::string value;
  std::string reason;  // for people
  Reason code = Reason::kNone;
};

struct ImportLinesReport {
  struct Type {
    std::string type;
    int64_t created = 0;
    int64_t changed = 0;
    int64_t unchanged = 0;
    int64_t rejected = 0;
    int64_t deleted = 0;  // deleted records, whose history came in
  };
  bool ids_kept = false;
  std::vector<Type> types;
  std::vector<LineProblem> problems;  // the first `problem_limit`; kMap alone
  double seconds = 0;
  [[nodiscard]] int64_t rejected() const;
};

// Reads the file twice: first everything is checked, and nothing is changed when it is cut, altered, of a newer version or malformed (the
// message names the line). Memory: a batch of records, and about a bit for each id.
//
// kKeep: records come in as they were (Database::Load): no rule runs, ids, values and history are the file's, in steps of a thousand
// records, each wholly or not at all. References are sound when it is through; meanwhile some lead to what is not there yet. An import that
// was interrupted is taken up by importing the same file again, and a finished one does nothing again. Errors end it and name line, type,
// record and field: Unique, EffectiveInFuture (this machine's clock is behind), PreconditionFailed.
//
// kMap: every record is one atomic batch, an upsert by its external references: what the file has is set, derived and retired fields are
// not, since rules make the former; history is not taken over; deleted records are not deleted here. References are found by where their
// records came in, in as many passes over the file as it takes. A record that is refused is reported, and the rest comes in.
//
// Errors of both: FileUnreadable; LinesMalformed, FormatNewer, LimitExceeded; BadOptions (no source); PackageConflict.
[[nodiscard]] StatusOr<ImportLinesReport> ImportLines(Database& database, std::string_view path, const ImportLinesOptions& options = {});

}  // namespace kith::exchange

#endif  // KITH_EXCHANGE_LINES_H_
