// What was won, invoiced and paid, read from records by behaviours and roles.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "insight/relationship/facts_internal.h"
#include "kith/insight/cash.h"
#include "kith/model/document.h"
#include "kith/model/model.h"

namespace kith::insight {
namespace {

using catalog::TypeDef;
using model::DealPath;
using model::StageKind;
using relationship_internal::ForEachRecord;
using relationship_internal::Played;

constexpr int kMostReferences = 8;  // from a document to its deal

bool IsWon(const model::Pipeline& pipeline, const model::PathMove& move) {
  const model::Stage* stage = pipeline.Find(move.to);
  return stage != nullptr && stage->kind == StageKind::kWon;
}

class CashReader {
 public:
  CashReader(const Snapshot& snapshot, const model::Pipeline& pipeline, Time as_of)
      : snapshot_(snapshot), pipeline_(pipeline), as_of_(as_of) {}

  StatusOr<CashFacts> Run() {
    KITH_ASSIGN_OR_RETURN(const std::vector<DealPath> paths, model::ReadPaths(snapshot_, pipeline_.id, {.as_of = as_of_}));
    for (const DealPath& path : paths) AddWins(path);
    KITH_RETURN_IF_ERROR(ReadPayments());
    KITH_RETURN_IF_ERROR(ReadDocuments());
    return CutAt(std::move(facts_), pipeline_.days.DateOf(as_of_));
  }

 private:
  [[nodiscard]] static Played As(const TypeDef& type, std::string_view behaviour, record::View view) {
    return {type, *type.FindBehaviour(behaviour), view};
  }
  static Id CustomerOf(const Played& record) { return record.Has("account") ? record.Ref("account") : record.Ref("contact"); }

  // A deal is won from a move into a won stage on until one out of it.
  void AddWins(const DealPath& path) {
    deals_.insert(path.deal);
    bool won = false;
    for (const model::PathMove& move : path.moves) {
      const bool wins = IsWon(pipeline_, move);
      if (won && !wins) facts_.won.back().reopened = pipeline_.days.DateOf(move.at);
      if (!won && wins) {
        const CashGroups groups{move.owner, move.segment, move.source};
        facts_.won.push_back({path.deal, CustomerOfDeal(path.deal), groups, pipeline_.days.DateOf(move.at), path.amount, {}});
        groups_[path.deal] = groups;
      }
      won = wins;
    }
  }
  Id CustomerOfDeal(Id deal) {
    const TypeDef* type = snapshot_.catalog().FindType(deal.type());
    const StatusOr<record::View> view = snapshot_.Get(deal);
    if (type == nullptr || !view.ok() || type->FindBehaviour("pipelined") == nullptr) return {};
    return CustomerOf(As(*type, "pipelined", *view));
  }

  Status ReadPayments() {
    for (const TypeDef* type : snapshot_.catalog().TypesWith("payment")) {
      payments_told_ &= kith::MayJudge(snapshot_, *type, "payment", {"document", "amount", "date"}, masked_);
    }
    return ForEachRecord(snapshot_, "payment", [&](const Played& payment) {
      const Date on = payment.On("date", pipeline_.days).value_or(pipeline_.days.DateOf(Time{payment.view().header().created}));
      const Money amount = payment.Amount("amount");
      if (amount.minor != 0) paid_[payment.Ref("document")].emplace_back(on, amount);
    });
  }

  Status ReadDocuments() {
    std::set<const TypeDef*> types = model::TypesPaidFor(snapshot_.catalog());
    std::erase_if(types, [&](const TypeDef* type) {
      return !payments_told_ || !kith::MayJudge(snapshot_, *type, "money_document", {"total", "status", "date", "due"}, masked_);
    });
    return ForEachRecord(snapshot_, "money_document", [&](const Played& document) {
      return types.contains(&document.type()) ? ReadDocument(document) : absl::OkStatus();
    });
  }

  Status ReadDocument(const Played& document) {
    CashFacts::Invoice invoice;
    invoice.total = document.Amount("total");
    if (invoice.total.minor <= 0) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const std::optional<Date> until, model::TakesUntil(snapshot_, pipeline_.days, document.view()));
    if (!until) return absl::OkStatus();
    if (*until != model::kLastDay) invoice.cancelled = until;
    const auto& header = document.view().header();
    invoice.invoice = document.id();
    invoice.issued = document.On("date", pipeline_.days).value_or(pipeline_.days.DateOf(Time{header.created}));
    invoice.due = document.On("due", pipeline_.days);
    invoice.customer = CustomerOf(document);
    invoice.deal = DealOf(document);
    const auto groups = groups_.find(invoice.deal);
    invoice.groups = groups == groups_.end() ? CashGroups{Id(header.owner)} : groups->second;
    AddPaid(invoice);
    facts_.invoices.push_back(std::move(invoice));
    return absl::OkStatus();
  }

  // Payments in another currency than the document's are none of it.
  void AddPaid(CashFacts::Invoice& invoice) {
    for (const auto& [date, amount] : paid_[invoice.invoice]) {
      if (amount.currency == invoice.total.currency) invoice.paid.push_back({date, amount.minor});
    }
    std::stable_sort(invoice.paid.begin(), invoice.paid.end(), [](const auto& a, const auto& b) { return a.date < b.date; });
  }

  // Its own, or that of what it continues.
  Id DealOf(const Played& document) {
    Id at = document.Ref("deal");
    if (at.is_null()) at = Before(document.type(), document.view());
    for (int step = 0; step < kMostReferences && !at.is_null(); ++step) {
      if (deals_.contains(at)) return at;
      const TypeDef* type = snapshot_.catalog().FindType(at.type());
      const StatusOr<record::View> view = snapshot_.Get(at);
      if (type == nullptr || !view.ok()) return {};
      at = Before(*type, *view);
    }
    return {};
  }
  static Id Before(const TypeDef& type, record::View view) {
    if (type.FindBehaviour("money_document") != nullptr) {
      if (const Id deal = As(type, "money_document", view).Ref("deal"); !deal.is_null()) return deal;
    }
    if (type.FindBehaviour("thread") == nullptr) return {};
    const Played thread = As(type, "thread", view);
    return thread.Has("after") ? thread.Ref("after") : thread.Ref("or_after");
  }

  const Snapshot& snapshot_;
  const model::Pipeline& pipeline_;
  const Time as_of_;
  CashFacts facts_;
  std::set<std::string> masked_;
  bool payments_told_ = true;
  std::set<Id> deals_;
  std::map<Id, CashGroups> groups_;  // of deals that were won
  std::map<Id, std::vector<std::pair<Date, Money>>> paid_;
};

}  // namespace

StatusOr<CashFacts> ReadCash(const Snapshot& snapshot, const model::Pipeline& pipeline, std::optional<Time> as_of) {
  return CashReader(snapshot, pipeline, as_of.value_or(snapshot.recorded())).Run();
}

}  // namespace kith::insight
