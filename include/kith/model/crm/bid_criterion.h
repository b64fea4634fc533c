// Records of type bid_criterion in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_BID_CRITERION_H_
#define KITH_MODEL_CRM_BID_CRITERION_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class BidCriterion {
 public:
  static constexpr std::string_view kType = "bid_criterion";

  explicit BidCriterion(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id bid() const { return view_.GetRef(0); }
  [[nodiscard]] std::string_view name() const { return view_.GetText(1); }
  [[nodiscard]] std::optional<Decimal> weight() const { return view_.has(2) ? std::optional(Decimal{view_.GetInt(2), 4}) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> position() const { return view_.has(3) ? std::optional(view_.GetInt(3)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class BidCriterionBuilder {
 public:
  explicit BidCriterionBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("bid_criterion")) {}
  BidCriterionBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("bid_criterion", external)) {}
  BidCriterionBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  BidCriterionBuilder& owner(Id value) { return Set("owner", value); }
  BidCriterionBuilder& bid(Id value) { return Set("bid", value); }
  BidCriterionBuilder& name(std::string_view value) { return Set("name", value); }
  BidCriterionBuilder& weight(Decimal value) { return Set("weight", value); }
  BidCriterionBuilder& position(int64_t value) { return Set("position", value); }
  BidCriterionBuilder& add_position(int64_t value) { return Add("position", value); }

 private:
  BidCriterionBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  BidCriterionBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_BID_CRITERION_H_
// clang-format on
// NOLINTEND
