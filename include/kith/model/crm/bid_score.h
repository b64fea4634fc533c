// Records of type bid_score in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_BID_SCORE_H_
#define KITH_MODEL_CRM_BID_SCORE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class BidScore {
 public:
  static constexpr std::string_view kType = "bid_score";

  explicit BidScore(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id criterion() const { return view_.GetRef(0); }
  [[nodiscard]] Id competitor() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<Decimal> score() const { return view_.has(2) ? std::optional(Decimal{view_.GetInt(2), 4}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class BidScoreBuilder {
 public:
  explicit BidScoreBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("bid_score")) {}
  BidScoreBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("bid_score", external)) {}
  BidScoreBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  BidScoreBuilder& owner(Id value) { return Set("owner", value); }
  BidScoreBuilder& criterion(Id value) { return Set("criterion", value); }
  BidScoreBuilder& competitor(Id value) { return Set("competitor", value); }
  BidScoreBuilder& score(Decimal value) { return Set("score", value); }

 private:
  BidScoreBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  BidScoreBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_BID_SCORE_H_
// clang-format on
// NOLINTEND
