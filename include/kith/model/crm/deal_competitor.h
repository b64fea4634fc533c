// Records of type deal_competitor in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_DEAL_COMPETITOR_H_
#define KITH_MODEL_CRM_DEAL_COMPETITOR_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class DealCompetitor {
 public:
  static constexpr std::string_view kType = "deal_competitor";

  explicit DealCompetitor(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id competitor() const { return view_.GetRef(0); }
  [[nodiscard]] Id opportunity() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<Money> price() const { return view_.has(2) ? std::optional(view_.GetMoney(2)) : std::nullopt; }
  [[nodiscard]] std::string_view note() const { return view_.GetText(3); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class DealCompetitorBuilder {
 public:
  explicit DealCompetitorBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("deal_competitor")) {}
  DealCompetitorBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("deal_competitor", external)) {}
  DealCompetitorBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  DealCompetitorBuilder& owner(Id value) { return Set("owner", value); }
  DealCompetitorBuilder& competitor(Id value) { return Set("competitor", value); }
  DealCompetitorBuilder& opportunity(Id value) { return Set("opportunity", value); }
  DealCompetitorBuilder& price(Money value) { return Set("price", value); }
  DealCompetitorBuilder& add_price(Money value) { return Add("price", value); }
  DealCompetitorBuilder& note(std::string_view value) { return Set("note", value); }

 private:
  DealCompetitorBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  DealCompetitorBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_DEAL_COMPETITOR_H_
// clang-format on
// NOLINTEND
