// Cash: when money that was won is invoiced, and when invoices are paid (C17, F10).
//
// The funnel goes on past won: a sum won waits to be invoiced, an invoice waits to be paid, at once or in parts. Both waits are estimated
// as stages are, by hazards by age with censoring (forecast.h): what is still open counts as time without a payment. An invoice's age runs
// at such a speed that every due date lies at 30 days, and in days beyond it. Customers differ in how fast they pay as far as their
// invoices show it. Of sums that are paid in parts, a part is the mean share of what was open before it.
//
// Amounts are integer minor units; what was paid is never estimated. Pure, but for ReadCash.
#ifndef KITH_INSIGHT_CASH_H_
#define KITH_INSIGHT_CASH_H_

#include <optional>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/insight/currencies.h"
#include "kith/model/funnel_tables.h"

namespace kith::insight {

// Whose a sum is: the groups of its deal; of an invoice that no deal led to, its own owner.
struct CashGroups {
  Id owner;
  uint64_t segment = 0;
  uint64_t source = 0;
  [[nodiscard]] uint64_t of(model::GroupKind kind) const {
    return kind == model::GroupKind::kOwner     ? owner.value()
           : kind == model::GroupKind::kSegment ? segment
           : kind == model::GroupKind::kSource  ? source
                                                : 0;
  }
};

struct CashFacts {
  struct Receipt {
    Date date;
    int64_t minor = 0;  // in the invoice's currency; negative: paid back
  };
  struct Invoice {
    Id invoice;
    Id deal;      // that it bills; null: no deal of the pipeline led to it
    Id customer;  // null: not known
    CashGroups groups = {};
    Date issued;
    std::optional<Date> due = {};
    Money total;
    std::vector<Receipt> paid = {};      // ascending by date
    std::optional<Date> cancelled = {};  // what was open then is not paid any more, and what it billed is to be billed again
  };
  struct Won {
    Id deal;
    Id customer;
    CashGroups groups = {};
    Date won;
    Money amount;
    std::optional<Date> reopened = {};
  };
  std::vector<Invoice> invoices;
  std::vector<Won> won;
};

// As it stood on a day: wins, invoices, payments, cancellations and reopenings of later ones are cut off.
[[nodiscard]] CashFacts CutAt(CashFacts facts, Date last);
// Minor units paid in a period, less what was paid back.
[[nodiscard]] int64_t CollectedIn(const CashFacts& facts, Period period, Currency currency);

// What a period collected, and what would have been usual for what there was to collect.
struct CashPace {
  double collected = 0;        // minor units
  double expected_before = 0;  // at the pace before the period: of the invoices and wins that there were when it began
  double expected_new = 0;     // of its own wins, and of its invoices that no deal led to
  double log_sd = 0;           // standard error of ln(collected / expected): chance, and what is not known of the pace
  [[nodiscard]] double expected() const { return expected_before + expected_new; }
};
// The pace is learnt from what was known when the period began; of what came later, wins and invoices of the period alone are looked at.
// NotEnoughData: nothing had been paid until then.
[[nodiscard]] StatusOr<CashPace> PaceOf(const CashFacts& facts, Period period, Currency currency);

// Amounts of the currencies with a rate become amounts in `into`; what was paid of an invoice adds up as before, to the minor unit.
[[nodiscard]] StatusOr<CashFacts> InCurrency(CashFacts facts, const ExchangeRates& rates);

// Facts of a pipeline until `as_of` (unset: the snapshot's recorded time), on the effective axis and as known now, of what the snapshot's
// viewer may see: deals by their moves; documents (behaviour "money_document") that payments (behaviour "payment") may name, which are no
// drafts, by their role date; payments by theirs. Days are those of the database's time zone. Documents of which the viewer may not read
// total, status, dates or payments are left out. The deal of a document is its role, or that of what it continues (behaviour "thread").
// Costs every record of these types.
[[nodiscard]] StatusOr<CashFacts> ReadCash(const Snapshot& snapshot, const model::Pipeline& pipeline, std::optional<Time> as_of = {});
// Facts of a pipeline of money documents in which won means paid: each record is an invoice, paid at once or lost.
[[nodiscard]] CashFacts CashFromPaths(const model::Pipeline& pipeline, const std::vector<model::DealPath>& paths);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_CASH_H_
