// Invoices, what was paid of them by a day, and how old the rest is.
#include "kith/insight/receivables.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "insight/relationship/facts_internal.h"
#include "kith/insight/currencies.h"
#include "kith/model/document.h"
#include "kith/query/calendar.h"

namespace kith::insight {
namespace {

using catalog::TypeDef;
using relationship_internal::ForEachRecord;
using relationship_internal::Played;

constexpr std::string_view kPayment = "payment";
constexpr std::string_view kDocument = "money_document";

struct Paid {
  Date day;
  Money amount;
  Id payment;
};
struct Invoice {
  Id id;
  Id account;
  Id owner;
  Date date;
  Date due;
  Money total;
  std::vector<Paid> paid;  // by the day asked about
};

class ReceivablesReading {
 public:
  ReceivablesReading(const Snapshot& snapshot, const ReceivableOptions& options) : snapshot_(snapshot), options_(options) {}

  StatusOr<ReceivablesReport> Read() {
    KITH_RETURN_IF_ERROR(CheckOptions());
    KITH_ASSIGN_OR_RETURN(days_, query::Days::Of(snapshot_));
    report_.as_of = options_.as_of.value_or(days_.DateOf(snapshot_.recorded()));
    if (!options_.into.is_null()) {
      KITH_ASSIGN_OR_RETURN(rates_, RatesAt(snapshot_, report_.as_of, options_.into));
    }
    KITH_RETURN_IF_ERROR(ReadPayments());
    KITH_RETURN_IF_ERROR(ReadInvoices());
    return Report();
  }

 private:
  Status CheckOptions() const {
    const auto refuse = [](std::string_view field, int64_t value, std::string_view message) {
      return MakeError({.reason = Reason::kBadOptions, .field = std::string(field), .value = std::to_string(value)}, message);
    };
    int64_t last = 0;
    for (const int64_t days : options_.late_days) {
      if (days <= last) return refuse("late_days", days, "days late ascend from 1 on");
      last = days;
    }
    const bool fits = options_.window_days >= 1 && options_.window_days <= 3660;
    return fits ? absl::OkStatus() : refuse("window_days", options_.window_days, "a window has 1 to 3660 days");
  }

  // Payments by their invoice.
  Status ReadPayments() {
    if (snapshot_.catalog().TypesWith(kPayment).empty()) {
      return MakeError({.reason = Reason::kPackageMissing, .value = "kith.crm", .hint = "open the database with model::OpenDatabase"},
                       "no type is a payment");
    }
    for (const TypeDef* type : snapshot_.catalog().TypesWith(kPayment)) {
      MayJudge(snapshot_, *type, kPayment, {"document", "amount", "date"}, report_.masked);
    }
    return ForEachRecord(snapshot_, kPayment, [&](const Played& payment) {
      const std::optional<Date> on = payment.On("date", days_);
      if (!on.has_value() || !payment.Has("amount") || *on > report_.as_of) return;
      paid_[payment.Ref("document")].push_back({*on, payment.Amount("amount"), payment.id()});
    });
  }

  // Without all payments nothing can be said of any.
  Status ReadInvoices() {
    const bool told = report_.masked.empty();
    std::set<const TypeDef*> types = model::TypesPaidFor(snapshot_.catalog());
    std::erase_if(types, [&](const TypeDef* type) {
      return !MayJudge(snapshot_, *type, kDocument, {"total", "status", "date", "due"}, report_.masked) || !told;
    });
    return ForEachRecord(snapshot_, kDocument,
                         [&](const Played& document) { return types.contains(&document.type()) ? Count(document) : absl::OkStatus(); });
  }

  Status Count(const Played& document) {
    if (!document.Has("total")) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const std::optional<Date> until, model::TakesUntil(snapshot_, days_, document.view()));
    if (!until.has_value() || *until <= report_.as_of) return absl::OkStatus();
    Invoice invoice;
    invoice.id = document.id();
    invoice.account = document.Ref("account");
    invoice.owner = Id(document.view().header().owner);
    invoice.date = document.On("date", days_).value_or(days_.DateOf(Time{document.view().header().created}));
    invoice.due = document.On("due", days_).value_or(invoice.date);
    invoice.total = document.Amount("total");
    if (invoice.date > report_.as_of) return absl::OkStatus();
    if (const auto paid = paid_.find(invoice.id); paid != paid_.end()) {
      for (const Paid& one : paid->second) {
        const bool same = one.amount.currency == invoice.total.currency;
        same ? invoice.paid.push_back(one) : report_.other_currency.push_back(one.payment);
      }
    }
    return Add(invoice);
  }

  // One invoice in every sum that it is in.
  Status Add(Invoice invoice) {
    Money left = invoice.total;
    for (Paid& paid : invoice.paid) {
      AddTo(left.minor, -paid.amount.minor);
      paid.amount = Into(paid.amount);
    }
    // What is left is converted, not worked out from what was: else what is paid in parts is never quite paid.
    const int64_t open = Into(left).minor;
    invoice.total = Into(invoice.total);
    const int64_t late = std::max(0, report_.as_of.days - invoice.due.days);
    for (std::map<uint32_t, Sums>* sums : {&total_, &by_account_[invoice.account], &by_owner_[invoice.owner]}) {
      AddTo((*sums)[invoice.total.currency.packed()], invoice, open, late);
    }
    if (open > 0) {
      report_.invoices.push_back(
          {invoice.id, invoice.account, invoice.owner, invoice.total, {open, invoice.total.currency}, invoice.due, late});
    }
    return overflow_ ? MakeError({.reason = Reason::kArithmeticOverflow, .record = invoice.id}, "the amounts are too large together")
                     : absl::OkStatus();
  }
  [[nodiscard]] Money Into(const Money& amount) const { return options_.into.is_null() ? amount : InCurrency(amount, rates_); }
  void AddTo(int64_t& sum, int64_t more) { overflow_ |= __builtin_add_overflow(sum, more, &sum); }

  struct Sums {
    Ageing told;
    double paid = 0;       // in the window
    double paid_days = 0;  // amount × days
  };
  void AddTo(Sums& sums, const Invoice& invoice, int64_t open, int64_t late) {
    Ageing& told = sums.told;
    told.late.resize(options_.late_days.size() + 1);
    const int32_t begin = report_.as_of.days - static_cast<int32_t>(options_.window_days);  // the last day before the window
    if (invoice.date.days > begin) AddTo(told.invoiced, invoice.total.minor);
    for (const Paid& paid : invoice.paid) {
      if (paid.day.days <= begin) continue;
      const auto amount = static_cast<double>(paid.amount.minor);
      sums.paid += amount;
      sums.paid_days += amount * (paid.day.days - invoice.date.days);
    }
    if (open < 0) AddTo(told.overpaid, -open);
    if (open <= 0) return;
    ++told.invoices;
    AddTo(told.open, open);
    if (late == 0) return AddTo(told.not_due, open);
    const auto bucket = std::lower_bound(options_.late_days.begin(), options_.late_days.end(), late) - options_.late_days.begin();
    AddTo(told.late[static_cast<size_t>(bucket)], open);
  }

  [[nodiscard]] std::vector<Ageing> Told(const std::map<uint32_t, Sums>& sums) const {
    std::vector<Ageing> told;
    for (const auto& [currency, sum] : sums) {
      Ageing& one = told.emplace_back(sum.told);
      one.currency = Currency::FromPacked(currency);
      const auto days = static_cast<double>(options_.window_days);
      if (one.invoiced > 0) {
        one.dso = static_cast<double>(one.open) / static_cast<double>(one.invoiced) * days;
        one.best_dso = static_cast<double>(one.not_due) / static_cast<double>(one.invoiced) * days;
      }
      if (sum.paid > 0) one.days_to_pay = sum.paid_days / sum.paid;
    }
    std::sort(told.begin(), told.end(), [](const Ageing& a, const Ageing& b) { return a.currency.code() < b.currency.code(); });
    return told;
  }

  ReceivablesReport Report() {
    report_.total = Told(total_);
    for (const auto& [account, sums] : by_account_) report_.by_account.emplace(account, Told(sums));
    for (const auto& [owner, sums] : by_owner_) report_.by_owner.emplace(owner, Told(sums));
    std::sort(report_.invoices.begin(), report_.invoices.end(), [](const OpenInvoice& a, const OpenInvoice& b) {
      return std::make_tuple(-a.days_late, a.due, a.invoice) < std::make_tuple(-b.days_late, b.due, b.invoice);
    });
    std::sort(report_.other_currency.begin(), report_.other_currency.end());
    return std::move(report_);
  }

  const Snapshot& snapshot_;
  const ReceivableOptions& options_;
  query::Days days_;
  ExchangeRates rates_;
  std::map<Id, std::vector<Paid>> paid_;
  std::map<uint32_t, Sums> total_;
  std::map<Id, std::map<uint32_t, Sums>> by_account_;
  std::map<Id, std::map<uint32_t, Sums>> by_owner_;
  bool overflow_ = false;
  ReceivablesReport report_;
};

}  // namespace

StatusOr<ReceivablesReport> ReceivablesOf(const Snapshot& snapshot, const ReceivableOptions& options) {
  return ReceivablesReading(snapshot, options).Read();
}

}  // namespace kith::insight
