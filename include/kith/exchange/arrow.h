// Columns out and in: rows of a query, records of a type and its history as an Arrow C stream, which pandas, Polars, DuckDB and others read
// without a copy. No Arrow library is needed. https://arrow.apache.org/docs/format/CStreamInterface.html
//
//   ArrowArrayStream stream;
//   KITH_RETURN_IF_ERROR(ExportType(snapshot, "opportunity", {}, &stream));
//   while (stream.get_next(&stream, &batch) == 0 && batch.release != nullptr) { Use(batch); batch.release(&batch); }
//   stream.release(&stream);
//
// A batch has limits::kArrowBatchRows rows, fewer at the end or where texts are long. It owns its memory and outlives stream and database.
// get_next gives an errno: ECANCELED, ETIMEDOUT, ENOMEM, EIO for damage, else EINVAL; get_last_error says more, until the next call.
//
// Kinds:
//   bool, int, double    bool, int64, double
//   id, reference        int64
//   decimal              decimal128(19, scale)
//   money                decimal128(23, 4), beside it "<name>.currency", a dictionary of ISO 4217 codes
//   choice               dictionary of names
//   date, time           date32, timestamp in µs, UTC
//   text, bytes          utf8, binary
//   lists, choice sets   list of utf8
//   sums by currency     list of struct of amount, decimal128(23, 4), and currency
//   values of any kind   utf8, as they are written
//
// Threads: one at a time for a stream, together with the snapshot that it reads; batches are free of both.
#ifndef KITH_EXCHANGE_ARROW_H_
#define KITH_EXCHANGE_ARROW_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/snapshot.h"
#include "kith/exchange/csv.h"
#include "kith/query/query.h"

// NOLINTBEGIN: as the Arrow C data interface has them, the same wherever they are declared.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif  // ARROW_C_DATA_INTERFACE

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#endif  // ARROW_C_STREAM_INTERFACE
// NOLINTEND

namespace kith::exchange {

// Asked before each batch; an error ends the stream with it. Empty: nobody.
using ArrowCheck = std::function<Status()>;

// The rows that are still to come, one column a column, money by two. `keep` lives as long as the stream: what the rows borrow from.
// Errors: BadOptions for related records, which nest.
[[nodiscard]] Status ExportRows(std::shared_ptr<query::Rows> rows, std::shared_ptr<const void> keep, ArrowCheck check,
                                ArrowArrayStream* out);

struct ArrowFields {
  std::vector<std::string> names;  // fields and header fields of the type, in this order; empty: the id and all fields
};
// The records of a type that the viewer may see, in id order. Where each field has a column (index/column.h), and the viewer is the system,
// columns alone are read. Errors: UnknownType, UnknownField.
[[nodiscard]] Status ExportType(std::shared_ptr<const Snapshot> snapshot, std::string_view type, const ArrowFields& fields,
                                ArrowCheck check, ArrowArrayStream* out);

// What happened to records of a type, in commit order: sequence, record, operation, actor, reason, recorded, effective, field, before,
// after; one row for each field that changed, one without a field for a creation. Values are JSON, as batches have them.
[[nodiscard]] Status ExportHistory(std::shared_ptr<const Snapshot> snapshot, std::string_view type, ArrowCheck check,
                                   ArrowArrayStream* out);

// Columns in: each row an upsert, as a row of a CSV file whose mapping this is, with one file, whose name stands in the report; a second
// import of the same rows changes nothing. Cells are read as if written: numbers, decimals, dates and timestamps (in UTC) exactly, lists
// joined by ";", null and the empty text as nothing; text, large and viewed text, dictionaries and lists of them. `stream` is taken, and
// released before this returns. Lines of problems are rows, from 1 on; progress counts rows, of 0. Batches are kept until the end, as
// references between rows of the table are filled in a second pass.
// Errors: those of ImportFolder; BadOptions for a stream that was read before; FileUnreadable when it fails; WrongKind for columns of other
// types.
[[nodiscard]] StatusOr<ImportReport> ImportArrow(Database& database, ArrowArrayStream* stream, const Mapping& mapping,
                                                 const ImportOptions& options = {});

}  // namespace kith::exchange

#endif  // KITH_EXCHANGE_ARROW_H_
