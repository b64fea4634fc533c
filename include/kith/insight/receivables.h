// What customers owe: days sales outstanding and ageing, exact to the minor unit, in each currency by itself or in one. F10.
//
// An invoice is a money document that payments name (behaviour "payment", such as a receipt); a draft is none. Whatever is asked about a
// day is read from dates: what was invoiced by then less what was paid by then, so every past day can be asked about. An invoice counts
// until the day on which its status came to say that it takes nothing (TakesNothing, model/document.h), which its history tells: what was
// cancelled since was still owed before. An invoice without a date counts from the day on which it was put in, one without a due date is
// due on its date.
//
// Where the viewer may not read an invoice's total, status or dates, invoices of that type are left out, and all are where payments may
// not be read: what is owed could not be told. `masked` says so.
#ifndef KITH_INSIGHT_RECEIVABLES_H_
#define KITH_INSIGHT_RECEIVABLES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kith/base/money.h"
#include "kith/base/status.h"
#include "kith/base/time.h"
#include "kith/engine/snapshot.h"

namespace kith::insight {

// All amounts in minor units of one currency.
struct Ageing {
  Currency currency;
  int64_t invoices = 0;       // open ones
  int64_t open = 0;           // not_due + the sum of late
  int64_t not_due = 0;        // due on the day or after it
  std::vector<int64_t> late;  // by how late: one more than ReceivableOptions::late_days, the last without an end
  int64_t overpaid = 0;       // what was paid above invoices; not taken off what is open
  int64_t invoiced = 0;       // in the window of days up to the day
  // Days sales outstanding: open / invoiced × the window's days. Nothing invoiced in it: none.
  std::optional<double> dso;
  std::optional<double> best_dso;     // the same of what is not due: what it would be if all paid on time
  std::optional<double> days_to_pay;  // from the invoice's date to the payment, weighed by amount, of what was paid in the window
  [[nodiscard]] int64_t overdue() const { return open - not_due; }
};
struct OpenInvoice {
  Id invoice;
  Id account;  // null: none is named
  Id owner;    // the header's
  Money total;
  Money open;
  Date due;
  int64_t days_late = 0;  // 0: not due
};
struct ReceivableOptions {
  std::optional<Date> as_of = {};                 // unset: that of the snapshot's recorded time in the database's time zone
  std::vector<int64_t> late_days = {30, 60, 90};  // ascending, at least 1: up to 30 days late, up to 60, up to 90, more
  int64_t window_days = 90;                       // of what was invoiced, for days sales outstanding; 1 to 3660
  // Amounts become amounts in this currency, each invoice once, at the dated rates (currencies.h) that held on the day; those without a
  // rate stay. Null: one ageing a currency.
  Currency into = {};
};
struct ReceivablesReport {
  Date as_of;
  std::vector<Ageing> total;                     // by the currency's code
  std::map<Id, std::vector<Ageing>> by_account;  // null: of none. Each adds up to the total in all but its days
  std::map<Id, std::vector<Ageing>> by_owner;
  std::vector<OpenInvoice> invoices;  // the longest late first, then by due date, then by id
  std::set<std::string> masked;       // what could not be told for it: "type.field"
  std::vector<Id> other_currency;     // payments in another currency than their invoice's: not counted
};
// As far as the snapshot's viewer may see. Costs the invoices and their payments. Errors: BadOptions, PackageMissing (no type is a
// payment), RecordMissing (no rate of `into`), ArithmeticOverflow.
[[nodiscard]] StatusOr<ReceivablesReport> ReceivablesOf(const Snapshot& snapshot, const ReceivableOptions& options = {});

}  // namespace kith::insight

#endif  // KITH_INSIGHT_RECEIVABLES_H_
