// Customers and what is known of them, from records by behaviours and roles.
#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <map>
#include <set>

#include "insight/relationship/facts_internal.h"
#include "kith/insight/buyers.h"
#include "kith/model/model.h"

namespace kith::insight {
namespace {

using relationship_internal::Facts;
using relationship_internal::ForEachRecord;
using relationship_internal::Played;

class CustomerReader {
 public:
  CustomerReader(const Snapshot& snapshot, Time as_of, Id rep)
      : snapshot_(snapshot), facts_(snapshot, options_), as_of_(as_of), ways_(facts_.WaysOf(rep)) {}

  StatusOr<std::vector<CustomerFacts>> Read() {
    KITH_RETURN_IF_ERROR(ReadParties());
    KITH_RETURN_IF_ERROR(ReadDeals());
    KITH_RETURN_IF_ERROR(ReadDocuments());
    KITH_RETURN_IF_ERROR(ForEachRecord(snapshot_, "interaction", [&](const Played& touch) {
      const std::optional<Time> at = touch.At("at");
      CustomerFacts* customer = Of(touch);
      if (customer == nullptr || !at || *at > as_of_) return;
      const std::string_view way = touch.Choice("direction");
      (way == "in" || way == "mutual" ? customer->theirs : customer->ours).push_back(*at);
    }));
    KITH_RETURN_IF_ERROR(ForEachRecord(snapshot_, "evidence", [&](const Played& learnt) {
      const std::optional<Time> at = learnt.At("at");
      CustomerFacts* customer = Find(learnt.Ref("subject"));
      const std::string_view dimension = learnt.Choice("dimension");
      const bool wants = dimension == "need" || dimension == "timing" || dimension == "budget";
      if (customer == nullptr || !wants || learnt.Has("party") || !at || *at > as_of_) return;
      customer->wants.emplace_back(*at,
                                   std::clamp(learnt.Double("value", 0), -1.0, 1.0) * std::clamp(learnt.Double("confidence", 1), 0.0, 1.0));
    }));
    Settle();
    return std::move(customers_);
  }

 private:
  // Organisations, and people without one; the others stand for theirs.
  Status ReadParties() {
    return ForEachRecord(snapshot_, "party", [&](const Played& party) {
      if (!facts_.IsPerson(party.id()) && !facts_.IsOrganisation(party.id())) return;
      const Id organisation = facts_.IsPerson(party.id()) ? party.Ref("organisation") : Id();
      if (!organisation.is_null()) {
        belongs_[party.id()] = organisation;
        return;
      }
      if ((facts_.WaysOf(Id(party.view().header().owner)) & ways_) == 0) return;
      positions_[party.id()] = customers_.size();
      CustomerFacts& customer = customers_.emplace_back();
      customer.customer = party.id();
      customer.owner = Id(party.view().header().owner);
    });
  }

  CustomerFacts* Find(Id party) {
    const auto stands_for = belongs_.find(party);
    const auto found = positions_.find(stands_for == belongs_.end() ? party : stands_for->second);
    return found == positions_.end() ? nullptr : &customers_[found->second];
  }
  // By the roles account, then contact.
  CustomerFacts* Of(const Played& record) {
    CustomerFacts* customer = Find(record.Ref("account"));
    return customer != nullptr ? customer : Find(record.Ref("contact"));
  }

  void AddPurchase(CustomerFacts& customer, Time at, const Money& amount) {
    customer.purchases.push_back({at, static_cast<double>(std::max<int64_t>(0, amount.minor))});
    currencies_[&customer - customers_.data()].push_back(amount.currency.packed());
    if (amount.minor > 0) ++seen_[amount.currency.packed()];
  }

  Status ReadDeals() {
    KITH_ASSIGN_OR_RETURN(const std::set<Id> won, WonStages());
    return ForEachRecord(snapshot_, "pipelined", [&](const Played& deal) {
      CustomerFacts* customer = Of(deal);
      if (customer == nullptr) return;
      const std::optional<Time> closed = deal.At("closed_at");
      const StatusOr<std::vector<model::MoveRecord>> moves = model::GetMoves(snapshot_, deal.id());
      const Time began = moves.ok() && !moves->empty() ? moves->front().at : Time{deal.view().header().created};
      if (began <= as_of_) customer->deals.emplace_back(began, closed);
      if (!closed || won.count(deal.Ref("stage")) == 0) return;
      if (*closed > as_of_) return;
      won_deals_.insert(deal.id());
      AddPurchase(*customer, *closed, deal.Amount("amount"));
    });
  }

  StatusOr<std::set<Id>> WonStages() const {
    std::set<Id> won;
    KITH_ASSIGN_OR_RETURN(const std::vector<model::Pipeline> pipelines, model::GetPipelines(snapshot_));
    for (const model::Pipeline& pipeline : pipelines) {
      for (const model::Stage& stage : pipeline.stages) {
        if (stage.kind == model::StageKind::kWon) won.insert(stage.id);
      }
    }
    return won;
  }

  Status ReadDocuments() {
    return ForEachRecord(snapshot_, "money_document", [&](const Played& document) {
      const std::string_view status = document.Choice("status");
      const std::optional<Time> at = document.At("date");
      CustomerFacts* customer = Of(document);
      if (customer == nullptr || !at || *at > as_of_ || (status != "placed" && status != "delivered")) return;
      if (won_deals_.count(document.Ref("deal")) == 0) AddPurchase(*customer, *at, document.Amount("total"));
    });
  }

  // Amounts in the currency that most are in; everything by time.
  void Settle() {
    const auto most = std::max_element(seen_.begin(), seen_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    for (auto& [position, currencies] : currencies_) {
      std::vector<Purchase>& purchases = customers_[static_cast<size_t>(position)].purchases;
      for (size_t i = 0; i < purchases.size(); ++i) {
        if (most == seen_.end() || currencies[i] != most->first) purchases[i].amount = 0;
      }
    }
    for (CustomerFacts& customer : customers_) {
      if (most != seen_.end()) customer.currency = Currency::FromPacked(most->first);
      std::stable_sort(customer.purchases.begin(), customer.purchases.end(),
                       [](const Purchase& a, const Purchase& b) { return a.at < b.at; });
      std::sort(customer.theirs.begin(), customer.theirs.end());
      std::sort(customer.ours.begin(), customer.ours.end());
      std::sort(customer.wants.begin(), customer.wants.end());
    }
  }

  const Snapshot& snapshot_;
  RelationOptions options_;
  Facts facts_;
  Time as_of_;
  uint32_t ways_;  // of the rep asked about
  std::vector<CustomerFacts> customers_;
  absl::flat_hash_map<Id, size_t> positions_;
  absl::flat_hash_map<Id, Id> belongs_;
  std::set<Id> won_deals_;
  std::map<ptrdiff_t, std::vector<uint32_t>> currencies_;  // of purchases, by the customer's position
  std::map<uint32_t, int64_t> seen_;
};

}  // namespace

StatusOr<std::vector<CustomerFacts>> ReadCustomers(const Snapshot& snapshot, Time as_of, Id rep) {
  return CustomerReader(snapshot, as_of, rep).Read();
}

}  // namespace kith::insight
