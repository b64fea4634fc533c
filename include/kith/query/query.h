// Queries: filter, order, page, project, group and follow references, through one snapshot and for its viewer. A query is data with a JSON
// form; prepared once against a catalog, it runs any number of times in any thread.
//
//   KITH_ASSIGN_OR_RETURN(Query query, FromJson(R"({"from": "opportunity", "where": "owner == $who && amount > $floor",
//       "select": ["name", "account.name", "amount"], "order": ["-close_date"], "limit": 50})"));
//   KITH_ASSIGN_OR_RETURN(Prepared prepared, Prepared::Prepare(query, *snapshot));
//   KITH_ASSIGN_OR_RETURN(std::unique_ptr<Rows> rows, prepared.Run(*snapshot, {{"who", owner}, {"floor", Money{100, yuan}}}));
//   while (rows->Next()) Show(rows->row().values);
//   if (!rows->status().ok()) ...
//
// The JSON form, every member but "from" optional:
//   {"from": "opportunity",
//    "where": "stage.kind == 'open' && amount > $floor",
//    "select": ["name", "account.name", {"value": "amount * 2", "name": "twice"}],
//    "distinct": false,
//    "group": ["stage", {"value": "close_date", "by": "fiscal_quarter", "name": "quarter"}],
//    "aggregates": [{"count": "*"}, {"sum": "amount", "name": "total"}, {"count_distinct": "owner", "name": "owners"}],
//    "having": "total > money('1000', 'CNY')",
//    "order": ["-close_date", "account.name", {"value": "size(name)", "descending": true}],
//    "limit": 50, "after": "<token of the page before>",
//    "expand": [{"name": "contacts", "from": "contact", "field": "account", "select": ["name"], "order": ["name"], "limit": 5},
//               {"name": "account", "path": "account", "select": ["name", "city"]}],
//    "parameters": {"floor": "money"}, "time_zone": "Asia/Shanghai", "fiscal_start_month": 4}
//
// Expressions. Wherever a value is asked for, the text is a field ("name"), a path over references ("account.name") or CEL (expr/expr.h).
// In "where" and other CEL, $name is a parameter. Its type is the declared one ("money", "ref", a kind's name), or else that of the field
// that it is compared with, or else what it is given as.
//
// Null. A filter whose answer has no value does not match; explain counts such rows. In an order null comes before all values, in groups
// it is a value of its own, aggregates leave it out.
//
// Order. Values come in the order of index keys (base/key.h): text by bytes, choices by number, money by currency and then amount, NaN
// last. Records equal in all of "order" come by id, upwards or downwards as the access chosen gives it; order by "id" as well to fix it.
// An index orders by what its keys hold: texts that are equal in the first limits::kIndexKeyBytes bytes come by id.
//
// Pages. `limit` and `after` give pages that are stable under writes: a row that nobody changes appears on exactly one of them. A token
// belongs to its query, parameters and point in time; for another query it is refused (BadOptions).
//
// Threads: Prepared is immutable, share it. Rows is used by one thread at a time and borrows from its snapshot, which must neither be
// freed nor renewed before it.
// Errors name what is wrong by its path in the query ("select[2]", "expand[0].where"): QueryMalformed, UnknownType, UnknownField,
// LimitExceeded, those of expressions, and while running Timeout, Cancelled, CostExceeded, CurrencyMismatch, ArithmeticOverflow.
#ifndef KITH_QUERY_QUERY_H_
#define KITH_QUERY_QUERY_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/packed.h"
#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/snapshot.h"
#include "kith/expr/any.h"

namespace kith::query {

// --- the query as data

// A date or time by the period that holds it, as text: "2026-07-04", "2026-W07" (ISO weeks), "2026-07", "2026-Q3", "2026"; fiscal ones
// "FY2026-Q3", "FY2026". Such texts of one bucket are in the order of time.
enum class Bucket : uint8_t { kNone, kDay, kWeek, kMonth, kQuarter, kYear, kFiscalQuarter, kFiscalYear };

// A value by field, path or CEL.
struct Term {
  std::string text;
  std::string name;  // of its column; empty: the text, with its bucket ("close_date by month")
  Bucket bucket = Bucket::kNone;
  friend bool operator==(const Term&, const Term&) = default;
};

// In a query with groups or `distinct` the text is the name of a column.
struct OrderTerm {
  std::string text;
  bool descending = false;
  friend bool operator==(const OrderTerm&, const OrderTerm&) = default;
};

// kCount of nothing (text empty, "*" in JSON) counts rows, else values that are not null. Sums, averages, least and greatest of money are
// kept for each currency. An average of money is rounded to its minor unit, half to even; of other numbers it is a double.
enum class Function : uint8_t { kCount, kCountDistinct, kSum, kMin, kMax, kAverage };
struct Aggregate {
  Function function = Function::kCount;
  std::string text;
  std::string name;  // empty: "count", "sum(amount)"
  friend bool operator==(const Aggregate&, const Aggregate&) = default;
};

struct Expansion;
struct Query {
  std::string from;
  std::string where;
  std::vector<Term> select;  // empty, without groups: all fields of the type
  bool distinct = false;     // rows that differ in some column
  std::vector<Term> group;   // with groups or aggregates, `select` is empty: the columns are the groups, then the aggregates
  std::vector<Aggregate> aggregates;
  std::string having;  // CEL over the columns of a grouped query by name
  std::vector<OrderTerm> order;
  uint64_t limit = 0;  // rows at most; 0: all
  std::string after;   // Rows::token() of an earlier run
  std::vector<Expansion> expand;
  std::map<std::string, std::string> parameters;  // declared kinds by name
  std::string time_zone;                          // IANA name, of buckets; empty: the database's setting, else UTC
  int fiscal_start_month = 0;                     // 1..12; 0: the database's setting, else 1
  friend bool operator==(const Query&, const Query&);
};

// Related records of each row, as a query of its own. One of `field` and `path` is given.
struct Expansion {
  std::string name;
  std::string field;  // records of query.from whose reference of that name is the row's record
  std::string path;   // the record that this reference of the row's record, or path of references, names; query.from may be empty
  Query query;
  friend bool operator==(const Expansion&, const Expansion&) = default;
};

// Unknown members and members of the wrong kind are errors (QueryMalformed at the member's path). Inverse of each other.
[[nodiscard]] StatusOr<Query> FromJson(std::string_view json);
[[nodiscard]] std::string ToJson(const Query& query);

// --- running it

struct Column {
  std::string name;
  Kind kind = Kind::kNull;                     // kNull: known only from the values (a formula of type dyn)
  uint8_t scale = 0;                           // decimals
  const catalog::FieldDef* choices = nullptr;  // of choices and choice sets; belongs to the catalog
  bool per_currency = false;                   // an aggregate of money: see Row::amounts
};

struct Row {
  Id id;                      // null in grouped rows
  std::vector<Value> values;  // one a column
  // Of columns per currency, by column: one amount for each currency in the order of their codes. `values` has the amount when there is one
  // currency, else null: having and order see it so.
  std::vector<std::vector<Money>> amounts;
  std::vector<std::vector<Row>> related;  // one list an expansion
};

// Rows in place, without memory of their own where the snapshot holds their values: what a binding shows.
struct Page {
  std::vector<Id> ids;              // null in grouped rows
  std::vector<PackedValue> values;  // row after row, one a column
  std::vector<Row> rows;  // the same rows where they are not plain fields: lists, amounts and related records are in them. Else empty
};

using Parameters = std::map<std::string, expr::Any, std::less<>>;

struct RunOptions {
  std::optional<AsOf> as_of;                  // the state at a point on both axes of time. Reads the history of every record of the type
  const std::atomic<bool>* cancel = nullptr;  // set by another thread: Cancelled. Borrowed
  std::chrono::microseconds time_limit{0};    // from Run on; 0: none. Past it: Timeout
  uint64_t cost = 0;                          // index entries and records touched at most; 0: no limit. Past it: CostExceeded
  std::string after;                          // goes before the query's
};

// What a run has done so far.
struct Work {
  uint64_t entries = 0;      // index entries read
  uint64_t records = 0;      // records read, related ones included
  uint64_t matched = 0;      // rows that passed the filter
  uint64_t null_filter = 0;  // rows left out because something compared has no value
  uint64_t rows = 0;         // given out
  std::chrono::microseconds time{0};
};

class Prepared;
class Rows {
 public:
  virtual ~Rows() = default;
  // False at the end or on error.
  virtual bool Next() = 0;
  [[nodiscard]] virtual const Row& row() const = 0;  // borrowed until the next Next()
  [[nodiscard]] virtual const Status& status() const = 0;
  // Instead of Next(): the next rows, at most `cap`; none at the end or on error. Texts are borrowed from the page, and from the snapshot.
  virtual void NextPage(size_t cap, Page& page) = 0;
  // What runs: the query prepared, or the same for the snapshot's catalog.
  [[nodiscard]] virtual const Prepared& prepared() const = 0;
  // Where the row given out last stands, also after the end: RunOptions::after of the next page. Empty when there was none.
  [[nodiscard]] virtual std::string token() const = 0;
  // The plan as it was run, with what it did, as JSON.
  [[nodiscard]] virtual std::string Explain() const = 0;
  [[nodiscard]] virtual Work work() const = 0;
};

// A query, checked and planned.
class Prepared {
 public:
  // Against the catalog that `snapshot` has.
  [[nodiscard]] static StatusOr<Prepared> Prepare(const Query& query, const Snapshot& snapshot);

  // Parameters that the query does not use, or misses, are errors (BadOptions). A snapshot of another catalog version is prepared for anew,
  // each time it is run.
  [[nodiscard]] StatusOr<std::unique_ptr<Rows>> Run(const Snapshot& snapshot, const Parameters& parameters = {},
                                                    const RunOptions& options = {}) const;

  [[nodiscard]] const Query& query() const;
  [[nodiscard]] std::span<const Column> columns() const;
  // The expansions' own queries, in order: their columns, and what they expand in turn. They run within this one only.
  [[nodiscard]] std::span<const Prepared> expansions() const;
  // Parameters from JSON {"name": value}, each in the form of its kind in batches (engine/batch.h).
  [[nodiscard]] StatusOr<Parameters> ParametersFromJson(std::string_view json) const;
  // The plan as JSON: {"type", "access": "scan" | "index" | "intersection" | "ids" | "columns", "index", "ranges", "covered", "rechecked",
  // "order"...}.
  [[nodiscard]] std::string Explain() const;

  struct Compiled;
  explicit Prepared(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}  // for Prepare
  [[nodiscard]] const Compiled& compiled() const { return *compiled_; }

 private:
  std::shared_ptr<const Compiled> compiled_;
};

// One row as a JSON object by column name, values in the form of batches, related rows as arrays (those of a path as one object or null).
[[nodiscard]] std::string RowToJson(const Prepared& prepared, const Row& row);

}  // namespace kith::query

#endif  // KITH_QUERY_QUERY_H_
